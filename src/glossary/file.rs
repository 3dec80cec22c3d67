//! The format of a glossary file: tables named by kind, spellings on the left, English on the right.
//!
//! ```toml
//! [country]
//! "إيران" = "Iran"
//! [rank]
//! "عميد" = { en = "Brigadier General", also = ["Brig. Gen."], when = [
//!     { near = "جامعة | كلية", en = "dean" },
//!     { where = "morocco", en = "police commissioner" } ] }
//! "الفريق" = { when = [{ before = "name", en = "Lieutenant General" }] }
//! ```
//!
//! Spellings of one term stand in one key, separated by `|`. A spelling may stand once among files
//! that are read together, whatever its hamzas: two renderings of one term would make briefs
//! disagree with themselves. `when` lists what the term means in special surroundings, and the
//! first entry of which all conditions hold wins: `near`, words of which one stands close by;
//! `where`, countries of the table `[where]` in one of which the article plays; `before = "name"`,
//! a personal name follows.

use std::collections::HashMap;

use serde::Deserialize;
use toml::{Spanned, Value};

use super::{Entry, Kind, Sense, fold};

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
    /// The name of a file ends in nothing that is known.
    #[error("{file}: a glossary file is named *.toml, *.csv or *.tbx; rename or convert it")]
    Format {
        /// The file as named.
        file: String,
    },
}

/// An entry and the line it stands in, from 1.
pub(super) type Lined = (usize, Entry);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct More {
    #[serde(default)]
    en: String,
    #[serde(default)]
    also: Vec<String>,
    #[serde(default)]
    when: Vec<When>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct When {
    en: String,
    #[serde(default)]
    near: String,
    #[serde(default, rename = "where")]
    countries: String,
    #[serde(default)]
    before: Option<Before>,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Before {
    Name,
}

type Tables = HashMap<Spanned<String>, HashMap<Spanned<String>, Spanned<Value>>>;

/// The entries of a TOML file, in the order of its lines.
pub(super) fn entries(file: &str, text: &str) -> Result<Vec<Entry>, GlossaryError> {
    let line_of = |at: usize| text[..at.min(text.len())].matches('\n').count() + 1;
    let tables: Tables = toml::from_str(text).map_err(|wrong| {
        let at = wrong.span().map_or(0, |span| span.start);
        error(file, line_of(at), wrong.message().to_owned())
    })?;
    let mut found: Vec<Lined> = Vec::new();
    for (name, table) in tables {
        let kind = Kind::of_name(name.get_ref())
            .ok_or_else(|| error(file, line_of(name.span().start), unknown(name.get_ref())))?;
        for (key, rendering) in table {
            let line = line_of(key.span().start);
            let entry = rendered(kind, key.get_ref(), rendering.into_inner());
            found.push((line, entry.map_err(|message| error(file, line, message))?));
        }
    }
    found.sort_by_key(|(line, _)| *line);
    once(file, found)
}

/// The entries, where no spelling stands twice.
pub(super) fn once(file: &str, found: Vec<Lined>) -> Result<Vec<Entry>, GlossaryError> {
    let mut seen: HashMap<(bool, String), usize> = HashMap::new();
    for (line, entry) in &found {
        for spelling in &entry.arabic {
            let key = (entry.kind.is_term(), identity(spelling));
            if let Some(first) = seen.insert(key, *line) {
                let what = "this spelling stands in line";
                let message = format!("{what} {first} already; keep one of the two");
                return Err(error(file, *line, message));
            }
        }
    }
    Ok(found.into_iter().map(|(_, entry)| entry).collect())
}

/// A wrong line of a file.
pub(super) fn error(file: &str, line: usize, message: impl Into<String>) -> GlossaryError {
    GlossaryError::Line { file: file.to_owned(), line, message: message.into() }
}

/// What to say of a kind that is none.
pub(super) fn unknown(name: &str) -> String {
    let kinds: Vec<String> = Kind::ALL.into_iter().map(Kind::name).collect();
    format!("`{name}` is no kind of term; the kinds are {}", kinds.join(", "))
}

/// An entry of spellings, separated by `|`, and one English rendering.
pub(super) fn entry(kind: Kind, key: &str, english: &str) -> Result<Entry, String> {
    if english.trim().is_empty() {
        return Err("the English is empty; write it on the right".to_owned());
    }
    let english = english.trim().to_owned();
    Ok(Entry { kind, arabic: spellings(key)?, english, also: Vec::new(), senses: Vec::new() })
}

fn rendered(kind: Kind, key: &str, rendering: Value) -> Result<Entry, String> {
    if let Value::String(english) = &rendering {
        return entry(kind, key, english);
    }
    let More { en, also, when } =
        rendering.try_into().map_err(|wrong: toml::de::Error| wrong.message().to_owned())?;
    let senses = when.into_iter().map(sense).collect::<Result<Vec<Sense>, String>>()?;
    if senses.is_empty() {
        return Ok(Entry { also, ..entry(kind, key, &en)? });
    }
    Ok(Entry { kind, arabic: spellings(key)?, english: en, also, senses })
}

fn sense(when: When) -> Result<Sense, String> {
    let When { en, near, countries, before } = when;
    if en.trim().is_empty() {
        return Err("the English of a `when` is empty; write it as `en`".to_owned());
    }
    let sense = Sense {
        english: en,
        near: near.split('|').map(|word| fold(word.trim())).filter(|w| !w.is_empty()).collect(),
        countries: countries.split_whitespace().map(str::to_owned).collect(),
        before_name: before.is_some(),
    };
    if sense.near.is_empty() && sense.countries.is_empty() && !sense.before_name {
        return Err("a `when` needs `near`, `where` or `before = \"name\"`".to_owned());
    }
    Ok(sense)
}

fn spellings(key: &str) -> Result<Vec<String>, String> {
    let arabic: Vec<String> = key.split('|').map(|spelling| spelling.trim().to_owned()).collect();
    if arabic.iter().any(|spelling| fold(spelling).trim().is_empty()) {
        return Err("a spelling is empty; write the Arabic on the left".to_owned());
    }
    Ok(arabic)
}

/// What makes two spellings the same one: folded, without double spaces. ال stays, because it
/// makes another word, as it does in names of countries.
pub(super) fn identity(spelling: &str) -> String {
    fold(spelling).split_whitespace().collect::<Vec<_>>().join(" ")
}
