//! The format of a glossary file: tables named by kind, spellings on the left, English on the right.
//!
//! ```toml
//! [country]
//! "إيران" = "Iran"
//! [rank]
//! "عميد" = { en = "brigadier general", also = ["brig. gen."] }
//! ```
//!
//! Spellings of one term stand in one key, separated by `|`. A spelling may stand once in a file,
//! whatever its hamzas: two renderings of one term would make briefs disagree with themselves.

use std::collections::HashMap;

use serde::Deserialize;
use toml::Spanned;

use super::{Entry, Kind, fold};

/// Why a glossary cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GlossaryError {
    /// A line of a file is wrong.
    #[error("{file}:{line}: {message}")]
    Line {
        /// The file as named.
        file: String,
        /// The line, from 1.
        line: usize,
        /// What is wrong and what to do.
        message: String,
    },
    /// All files together are too large.
    #[error("the glossary is too large to match: {0}")]
    TooLarge(String),
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Rendering {
    English(String),
    #[serde(rename_all = "lowercase")]
    More {
        en: String,
        #[serde(default)]
        also: Vec<String>,
    },
}

type Tables = HashMap<Spanned<String>, HashMap<Spanned<String>, Spanned<Rendering>>>;

/// The entries of a file, in the order of its lines.
pub(super) fn entries(file: &str, text: &str) -> Result<Vec<Entry>, GlossaryError> {
    let line_of = |at: usize| text[..at.min(text.len())].matches('\n').count() + 1;
    let error = |at: usize, message: String| GlossaryError::Line {
        file: file.to_owned(),
        line: line_of(at),
        message,
    };
    let tables: Tables = toml::from_str(text).map_err(|wrong| {
        error(wrong.span().map_or(0, |span| span.start), wrong.message().to_owned())
    })?;
    let mut found: Vec<(usize, Entry)> = Vec::new();
    for (name, table) in tables {
        let kind = kind(name.get_ref()).ok_or_else(|| error(name.span().start, unknown(&name)))?;
        for (key, rendering) in table {
            let at = key.span().start;
            let entry = entry(kind, key.get_ref(), rendering.into_inner());
            found.push((at, entry.map_err(|message| error(at, message))?));
        }
    }
    found.sort_by_key(|(at, _)| *at);
    let mut seen: HashMap<String, usize> = HashMap::new();
    for (at, entry) in &found {
        for spelling in &entry.arabic {
            if let Some(first) = seen.insert(identity(spelling), *at) {
                let message = format!(
                    "this spelling stands in line {} already; keep one of the two",
                    line_of(first)
                );
                return Err(error(*at, message));
            }
        }
    }
    Ok(found.into_iter().map(|(_, entry)| entry).collect())
}

fn kind(name: &str) -> Option<Kind> {
    Kind::ALL.into_iter().find(|kind| format!("{kind:?}").eq_ignore_ascii_case(name))
}

fn unknown(name: &Spanned<String>) -> String {
    let kinds: Vec<String> = Kind::ALL.iter().map(|k| format!("{k:?}").to_lowercase()).collect();
    format!("`{}` is no kind of term; the kinds are {}", name.get_ref(), kinds.join(", "))
}

fn entry(kind: Kind, key: &str, rendering: Rendering) -> Result<Entry, String> {
    let arabic: Vec<String> = key.split('|').map(|spelling| spelling.trim().to_owned()).collect();
    if arabic.iter().any(|spelling| fold(spelling).trim().is_empty()) {
        return Err("a spelling is empty; write the Arabic on the left".to_owned());
    }
    let (english, also) = match rendering {
        Rendering::English(english) => (english, Vec::new()),
        Rendering::More { en, also } => (en, also),
    };
    if english.trim().is_empty() {
        return Err("the English is empty; write it on the right".to_owned());
    }
    Ok(Entry { kind, arabic, english, also })
}

/// What makes two spellings the same one: folded, without the article. ال stays where it makes
/// another word, as it does in names of countries: so it is kept for one-word spellings.
pub(super) fn identity(spelling: &str) -> String {
    fold(spelling).split_whitespace().collect::<Vec<_>>().join(" ")
}
