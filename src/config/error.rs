//! What is wrong with a configuration file, shown with line, column, caret and a hint.
//!
//! A problem is found either by the TOML reader, which gives a byte range, or by a rule, which
//! gives a path such as `providers.1.timeout`; [`locate`] turns the path into a byte range. The
//! text of a problem never holds a value that the environment supplied, and a line that looks like a
//! secret in the wrong place is shown without it.

use std::{fmt, ops::Range, path::PathBuf};

/// One thing wrong with a configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Path of the key, its parts joined by dots: `providers.1.timeout`.
    pub path: String,
    /// What is wrong, as one clause: "`timeout` is 0".
    pub message: String,
    /// What to do about it, where that can be said.
    pub hint: Option<String>,
}

impl Problem {
    /// A problem with the key at `path`.
    #[must_use]
    pub fn new(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self { path: path.into(), message: message.into(), hint: None }
    }

    /// The same problem with a hint.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

/// A configuration that cannot be used. Shows every problem found.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file could not be read.
    #[error("cannot read {}: {reason}\nhint: name another file with --config or MUJAZ_CONFIG", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why, as the system says it.
        reason: String,
    },
    /// The file was read and says something that cannot be.
    #[error("{}", show_all(.0))]
    Invalid(Vec<Located>),
}

impl ConfigError {
    /// The same for a log: places, what is wrong and what to do, without any text of the file.
    #[must_use]
    pub fn in_one_line(&self) -> String {
        let Self::Invalid(problems) = self else { return self.to_string().replace('\n', "; ") };
        let told = problems.iter().map(Located::in_one_line);
        told.collect::<Vec<_>>().join("; ")
    }
}

/// A problem at its place in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Located {
    /// The file's name as given.
    pub file: String,
    /// Line, from 1; 0 where the problem has no line of its own.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// The line's text.
    pub text: String,
    /// Characters to underline.
    pub width: usize,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
}

impl Located {
    /// The problem at a byte range of `source`.
    #[must_use]
    pub fn at(file: &str, source: &str, span: Option<Range<usize>>, problem: Problem) -> Self {
        let Problem { path: _, message, hint } = problem;
        let file = file.to_owned();
        let Some(span) = span else {
            return Self { file, line: 0, column: 0, text: String::new(), width: 0, message, hint };
        };
        let start = span.start.min(source.len());
        let line_start = source[..start].rfind('\n').map_or(0, |at| at + 1);
        let line_end = source[start..].find('\n').map_or(source.len(), |at| start + at);
        Self {
            file,
            line: source[..start].matches('\n').count() + 1,
            column: source[line_start..start].chars().count() + 1,
            text: masked(&source[line_start..line_end]),
            width: source[start..span.end.clamp(start, line_end)].chars().count().max(1),
            message,
            hint,
        }
    }
}

impl Located {
    fn in_one_line(&self) -> String {
        let Self { file, line, column, message, hint, .. } = self;
        let place = if *line == 0 { String::new() } else { format!(":{line}:{column}") };
        // The reader of TOML repeats values in double quotes.
        let parts = message.split('"').enumerate();
        let message: Vec<&str> =
            parts.map(|(n, part)| if n % 2 == 1 { "…" } else { part }).collect();
        let hint = hint.as_ref().map(|hint| format!("; hint: {hint}")).unwrap_or_default();
        format!("{file}{place}: {}{hint}", message.join("\"").replace('\n', " "))
    }
}

impl fmt::Display for Located {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.line == 0 {
            write!(f, "{}: {}", self.file, self.message)?;
        } else {
            let gutter = self.line.to_string().len().max(4);
            writeln!(f, "{}:{}:{}  {}", self.file, self.line, self.column, self.message)?;
            writeln!(f, "{:>gutter$} | {}", self.line, self.text)?;
            let carets = "^".repeat(self.width);
            write!(f, "{:>gutter$} | {}{carets}", "", " ".repeat(self.column - 1))?;
        }
        match &self.hint {
            Some(hint) => write!(f, "\nhint: {hint}"),
            None => Ok(()),
        }
    }
}

/// A line as it is shown: a value that may be a secret is starred out, character by character, so that
/// carets stay in their place. The name of a variable is none.
fn masked(line: &str) -> String {
    const SECRETS: [&str; 6] = ["key", "key_env", "secret", "secret_env", "token", "password"];
    let Some((key, value)) = line.split_once('=') else { return line.to_owned() };
    let name = key.to_ascii_lowercase();
    let bare = value.trim().trim_matches(['"', '\'']);
    if !SECRETS.iter().any(|word| name.trim().ends_with(word)) || is_variable(bare) {
        return line.to_owned();
    }
    let starred = |c: char| if c.is_alphanumeric() || matches!(c, '-' | '_') { '*' } else { c };
    format!("{key}={}", value.chars().map(starred).collect::<String>())
}

/// Whether a text is the name of an environment variable as people write it, and no key: in capitals.
#[must_use]
pub(crate) fn is_variable(text: &str) -> bool {
    let capital = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
    text.starts_with(|c: char| c.is_ascii_uppercase() || c == '_') && text.chars().all(capital)
}

fn show_all(problems: &[Located]) -> String {
    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

/// The byte range of the value at a dotted path, or of the nearest table above it.
#[must_use]
pub fn locate(source: &str, path: &str) -> Option<Range<usize>> {
    let root = toml::de::DeTable::parse(source).ok()?;
    let mut found = None;
    let mut parts = path.split('.');
    let first = parts.next()?;
    let mut value = root.get_ref().get(first)?;
    found = Some(value.span()).or(found);
    for part in parts {
        let next = match value.get_ref() {
            toml::de::DeValue::Table(table) => table.get(part),
            toml::de::DeValue::Array(items) => part.parse().ok().and_then(|n: usize| items.get(n)),
            _ => None,
        };
        let Some(next) = next else { break };
        value = next;
        found = Some(value.span());
    }
    found
}
