//! Several articles in one run: made side by side, told as a table.
//!
//! With `--output-dir` each brief goes into a file of its own and the table to stdout; without, the
//! briefs go to stdout in the order of the articles and the table to stderr. What fails is told in its
//! row and keeps no other from being made; then the command exits 1. A file that is there already is
//! never written over unasked, and its article is not paid for again.

use std::{
    collections::BTreeMap,
    io::ErrorKind,
    path::{Path, PathBuf},
    sync::Arc,
};

use futures_util::{StreamExt, stream};

use super::{
    Failed,
    brief::{self, FormatName, Made, Options},
    progress::Progress,
};
use crate::{
    brief::Brief,
    config::{Config, Kind},
    finding::Severity,
    pipeline::{Gateway, Listener},
};

/// Articles that are under way together, at most.
const SIDE_BY_SIDE: usize = 8;
const HEADINGS: [&str; 5] = ["article", "result", "sections", "errors", "warnings"];

/// What became of one article.
#[derive(Debug, Default, PartialEq, Eq)]
struct Row {
    article: String,
    /// Where its brief lies, `printed`, or why there is none.
    result: String,
    failed: bool,
    sections: Option<usize>,
    errors: usize,
    warnings: usize,
}

/// Makes all and tells what became of each.
pub(super) async fn run(gateway: &Gateway, options: &Options) -> Result<(), Failed> {
    let names = &options.articles.files;
    let files = match &options.output_dir {
        Some(folder) => Some(places(names, folder, options.format)?),
        None => None,
    };
    fits(options)?;
    if let Some(folder) = &options.output_dir {
        let made = tokio::fs::create_dir_all(folder).await;
        made.map_err(|error| Failed::work(format!("cannot make {}: {error}", folder.display())))?;
    }
    let progress = Progress::new();
    progress.articles(names.len());
    let silent: Listener = Arc::new(|_| ());
    let one = |(n, name): (usize, &String)| {
        let place = files.as_ref().and_then(|files| files.get(n)).cloned();
        let (name, progress, silent) = (name.clone(), &progress, &silent);
        async move {
            let done = article(gateway, &name, options, (place.as_deref(), progress, silent)).await;
            progress.done();
            done
        }
    };
    let mut done =
        stream::iter(names.iter().enumerate()).map(one).buffered(at_once(&gateway.config));
    let mut rows = Vec::with_capacity(names.len());
    while let Some((row, text)) = done.next().await {
        // In the order of the articles, as soon as all before are there.
        if let Some(text) = text.filter(|_| files.is_none()) {
            let apart = !rows.is_empty() && matches!(options.format, FormatName::Markdown);
            let rule = if apart && !options.dry_run { "\n---\n\n" } else { "" };
            super::print(&format!("{rule}{text}"))?;
        }
        rows.push(row);
    }
    drop(done);
    progress.finish();
    tell(&rows, files.is_some())
}

/// How many articles are under way together. The model inside does one task after another, so more
/// would only run out of their time waiting.
fn at_once(config: &Config) -> usize {
    let named = |name: &String| {
        config.tasks.translate.contains(name) || config.tasks.summarize.contains(name)
    };
    let inside = config.providers.iter().any(|one| one.kind == Kind::Local && named(&one.name));
    if inside { 1 } else { config.server.max_briefs.min(SIDE_BY_SIDE) }
}

/// What only a folder can hold.
fn fits(options: &Options) -> Result<(), Failed> {
    let stdin = options.articles.files.iter().filter(|name| *name == "-").count();
    if stdin > 1 {
        return Err(Failed::usage("stdin can be read once; give `-` once"));
    }
    let page = matches!(options.format, FormatName::Html) && options.output_dir.is_none();
    match page && options.articles.files.len() > 1 {
        true => Err(Failed::usage(
            "several pages cannot go to stdout\nhint: `--output-dir DIR` writes each into a file",
        )),
        false => Ok(()),
    }
}

/// The file of each article's brief.
///
/// # Errors
/// Where two would share one.
fn places(names: &[String], folder: &Path, format: FormatName) -> Result<Vec<PathBuf>, Failed> {
    let mut taken: BTreeMap<String, &String> = BTreeMap::new();
    let mut files = Vec::with_capacity(names.len());
    for name in names {
        let file = format!("{}.{}", stem(name), format.extension());
        if let Some(other) = taken.insert(file.clone(), name) {
            return Err(Failed::usage(format!(
                "{other} and {name} would both be written to {}\nhint: brief them in two runs",
                folder.join(&file).display()
            )));
        }
        files.push(folder.join(file));
    }
    Ok(files)
}

/// What a brief's file is called, from its article's name.
fn stem(name: &str) -> String {
    if name == "-" {
        return "stdin".to_owned();
    }
    let path = name.split(['?', '#']).next().filter(|_| name.contains("://")).unwrap_or(name);
    let last = path.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    let stem = Path::new(last).file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
    if stem.is_empty() { "article".to_owned() } else { stem.to_owned() }
}

async fn article(
    gateway: &Gateway,
    name: &str,
    options: &Options,
    (place, progress, silent): (Option<&Path>, &Progress, &Listener),
) -> (Row, Option<String>) {
    let row = Row { article: name.to_owned(), ..Row::default() };
    let failed = |row: Row, why: &str| {
        let why = why.lines().next().unwrap_or_default().to_owned();
        (Row { result: why, failed: true, ..row }, None)
    };
    if let Some(place) = place.filter(|_| !options.force)
        && tokio::fs::try_exists(place).await.unwrap_or(false)
    {
        return failed(row, &there(place));
    }
    let made = brief::make(gateway, name, options, (progress, silent)).await;
    let (made, text) = match made.and_then(|made| Ok((made.text(options.format)?, made))) {
        Ok((text, made)) => (made, text),
        Err(Failed { message, .. }) => return failed(row, &message),
    };
    let row = match &made {
        Made::Brief(brief) => counted(row, brief),
        Made::Plan(plan) => Row { sections: Some(plan.sections), ..row },
    };
    match place {
        None => (Row { result: "printed".to_owned(), ..row }, Some(text)),
        Some(place) => match write(place, &text, options.force).await {
            Ok(()) => (Row { result: place.display().to_string(), ..row }, None),
            Err(why) => failed(row, &why),
        },
    }
}

fn counted(row: Row, brief: &Brief) -> Row {
    let count = |severity| brief.findings.iter().filter(|one| one.severity == severity).count();
    let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
    Row { sections: Some(brief.sections.len()), errors, warnings, ..row }
}

fn there(place: &Path) -> String {
    format!("{} is there already; --force writes it anew", place.display())
}

/// Writes a brief; over another only where that is asked for, or it is the same.
async fn write(place: &Path, text: &str, force: bool) -> Result<(), String> {
    let cannot = |error: std::io::Error| format!("cannot write {}: {error}", place.display());
    if force {
        return tokio::fs::write(place, text).await.map_err(cannot);
    }
    let file = tokio::fs::OpenOptions::new().write(true).create_new(true).open(place).await;
    match file {
        Ok(mut file) => {
            use tokio::io::AsyncWriteExt;
            file.write_all(text.as_bytes()).await.map_err(cannot)?;
            file.flush().await.map_err(cannot)
        }
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            let other = tokio::fs::read(place).await.map_err(cannot)?;
            if other == text.as_bytes() { Ok(()) } else { Err(there(place)) }
        }
        Err(error) => Err(cannot(error)),
    }
}

/// Tells the table where the briefs do not stand, and fails where any did.
fn tell(rows: &[Row], to_stdout: bool) -> Result<(), Failed> {
    let table = table(rows);
    match to_stdout {
        true => super::print_coloured(&table)?,
        false => anstream::eprint!("{table}"),
    }
    match rows.iter().filter(|row| row.failed).count() {
        0 => Ok(()),
        failed => Err(Failed::work(format!("{failed} of {} articles have no brief", rows.len()))),
    }
}

/// The rows under their headings in aligned columns; colour says again what a word or number says.
fn table(rows: &[Row]) -> String {
    const RED: &str = "\x1b[31m";
    const YELLOW: &str = "\x1b[33m";
    let cells: Vec<[String; 5]> = rows.iter().map(Row::cells).collect();
    let head = HEADINGS.map(str::to_owned);
    let lines = || std::iter::once(&head).chain(&cells);
    let widths: Vec<usize> = (0..HEADINGS.len())
        .map(|n| lines().map(|cells| cells[n].chars().count()).max().unwrap_or(0))
        .collect();
    let aligned = |cells: &[String; 5]| -> [String; 5] {
        std::array::from_fn(|n| match n {
            0 | 1 => format!("{:<width$}", cells[n], width = widths[n]),
            _ => format!("{:>width$}", cells[n], width = widths[n]),
        })
    };
    let mut out = format!("{}\n", aligned(&head).join("  ").trim_end());
    for (row, cells) in rows.iter().zip(&cells) {
        let mut cells = aligned(cells);
        let mut paint = |n: usize, colour: &str, so: bool| {
            if so {
                cells[n] = format!("{colour}{}\x1b[0m", cells[n]);
            }
        };
        paint(1, RED, row.failed);
        paint(3, RED, row.errors > 0);
        paint(4, YELLOW, row.warnings > 0);
        out.push_str(cells.join("  ").trim_end());
        out.push('\n');
    }
    out
}

impl Row {
    fn cells(&self) -> [String; 5] {
        let number = |n: usize| if self.failed { "-".to_owned() } else { n.to_string() };
        let sections = self.sections.filter(|_| !self.failed);
        [
            self.article.clone(),
            self.result.clone(),
            sections.map_or_else(|| "-".to_owned(), |n| n.to_string()),
            number(self.errors),
            number(self.warnings),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows() -> Vec<Row> {
        let done = Row {
            article: "port.txt".into(),
            result: "out/port.md".into(),
            sections: Some(3),
            ..Row::default()
        };
        vec![
            Row { errors: 1, warnings: 12, ..done },
            Row {
                article: "desk/bridge.html".into(),
                result: "out/bridge.md".into(),
                sections: Some(11),
                ..Row::default()
            },
            Row {
                article: "-".into(),
                result: "The article is empty.".into(),
                failed: true,
                ..Row::default()
            },
        ]
    }

    #[test]
    fn every_article_has_a_row() {
        let plain = anstream::adapter::strip_str(&table(&rows())).to_string();
        insta::assert_snapshot!(plain);
    }

    #[test]
    fn colour_marks_what_failed_and_what_the_checks_found() {
        let table = table(&rows());
        let line = |n: usize| table.lines().nth(n).unwrap();
        assert!(line(1).contains("\x1b[31m     1\x1b[0m"), "{}", line(1));
        assert!(!line(2).contains('\x1b'));
        assert!(line(3).contains("\x1b[31mThe article is empty."));
    }

    #[test]
    fn a_brief_is_called_as_its_article_is() {
        let names = [
            ("a/port.txt", "port"),
            ("-", "stdin"),
            ("https://example.org/2024/05/story.html?x=1#top", "story"),
            ("https://example.org/news/", "news"),
            ("تقرير.txt", "تقرير"),
            ("..", "article"),
        ];
        for (name, file) in names {
            assert_eq!(stem(name), file, "{name}");
        }
    }

    #[test]
    fn two_articles_never_share_a_file() {
        let names = ["a/x.txt", "b/x.html"].map(str::to_owned);
        let refused = places(&names, Path::new("out"), FormatName::Json).unwrap_err();
        assert_eq!(refused.code, 2);
        assert!(
            refused.message.contains("a/x.txt and b/x.html would both be written to out/x.json")
        );
    }

    #[tokio::test]
    async fn a_file_is_never_written_over_unasked() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("x.md");
        write(&place, "one", false).await.unwrap();
        write(&place, "one", false).await.unwrap();
        assert!(write(&place, "two", false).await.unwrap_err().contains("--force"));
        assert_eq!(std::fs::read_to_string(&place).unwrap(), "one");
        write(&place, "two", true).await.unwrap();
        assert_eq!(std::fs::read_to_string(&place).unwrap(), "two");
    }
}
