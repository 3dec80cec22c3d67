//! What a person decided about a brief, and the brief as it stands after that.
//!
//! A review is approval, correction or rejection, by somebody who is named. Edited text takes the
//! place of the machine's, and a finding says who edited it; what the checks had found in the
//! machine's words goes with those words. Only approval takes "draft" away: the law asks that a
//! person has reviewed the text and answers for it (EU AI Act, Article 50(4)), and correcting one
//! passage is not that. A rejected brief says so in every format.
//!
//! Corrections of names and terms can be taken back into the glossary: where the English of an
//! entry in the brief's table of names was replaced by other words, those words are a candidate. A
//! candidate is a proposal for a person, taken from the words alone; nothing is learnt by itself.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Brief;
use crate::finding::{Code, Finding, Severity};

/// Characters of a name, and of the text of one place, at most.
const NAME: usize = 200;
const TEXT: usize = 20_000;
/// Words that an English name has at most; a longer replacement is a rewritten sentence.
const RENDERING: usize = 6;
/// Pairs of words that are compared for one name; beyond, no candidate is looked for.
const COMPARED: usize = 1 << 20;

/// What was decided.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Nothing yet.
    #[default]
    Unreviewed,
    /// It can be published as it stands, edits included.
    Approved,
    /// Passages were edited; whether to publish is still open.
    Corrected,
    /// It must not be published.
    Rejected,
}

impl Status {
    /// Its name on the wire.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Unreviewed => "unreviewed",
            Self::Approved => "approved",
            Self::Corrected => "corrected",
            Self::Rejected => "rejected",
        }
    }
}

/// A decision as it is handed in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Decision {
    /// What is decided.
    pub status: Status,
    /// Who decides.
    #[serde(default)]
    pub reviewer: Option<String>,
    /// Who answers for publication, where that is somebody else.
    #[serde(default)]
    pub responsible_editor: Option<String>,
    /// A word to colleagues.
    #[serde(default)]
    pub note: Option<String>,
    /// English by place: `headline`, `summary.0`, `s1.heading`, `s1.0`. Left out, the edits of the
    /// review before stay; `{}` takes them back.
    #[serde(default)]
    pub edits: Option<BTreeMap<String, String>>,
}

/// A decision that holds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Review {
    /// What was decided.
    pub status: Status,
    /// Who decided.
    pub reviewer: Option<String>,
    /// Who answers for publication, where that is somebody else.
    pub responsible_editor: Option<String>,
    /// A word to colleagues.
    pub note: Option<String>,
    /// Edited English by place.
    pub edits: BTreeMap<String, String>,
    /// Candidates for the glossary among the edits.
    #[serde(default)]
    pub corrections: Vec<Correction>,
}

/// An Arabic name or term whose English a person replaced.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Correction {
    /// The Arabic, from the brief's table of names.
    pub ar: String,
    /// The words that stand in the place of the machine's.
    pub en: String,
    /// The machine's words.
    pub was: String,
    /// Where.
    pub place: String,
}

/// Why a decision cannot be taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReviewError {
    /// Approved, corrected or rejected by nobody.
    #[error("A review names its `reviewer`; send a name of 1 to {NAME} characters.")]
    Nobody,
    /// A name or note is too long.
    #[error("`{0}` is longer than {1} characters.")]
    TooLong(&'static str, usize),
    /// The brief has no such place.
    #[error(
        "The brief has no place `{0}`; places are `headline`, `summary.0`, `s1.heading`, `s1.0`."
    )]
    NoPlace(String),
    /// An edit says nothing, or too much.
    #[error("The edit of `{0}` has to have 1 to {TEXT} characters.")]
    NoText(String),
    /// Corrected without an edit.
    #[error("A correction names what was edited; send `edits`, or another status.")]
    NothingEdited,
}

/// The review that a decision about `brief` makes, after `before`.
///
/// # Errors
/// Where the decision names nobody, or edits what the brief does not have.
pub fn decide(brief: &Brief, before: &Review, decision: Decision) -> Result<Review, ReviewError> {
    let Decision { status, reviewer, responsible_editor, note, edits } = decision;
    let reviewer = named("reviewer", reviewer)?;
    if status != Status::Unreviewed && reviewer.is_none() {
        return Err(ReviewError::Nobody);
    }
    let responsible_editor = named("responsible_editor", responsible_editor)?;
    let note = note.filter(|note| !note.trim().is_empty());
    if note.as_ref().is_some_and(|note| note.chars().count() > TEXT) {
        return Err(ReviewError::TooLong("note", TEXT));
    }
    let edits = edits.unwrap_or_else(|| before.edits.clone());
    let edits = edits.into_iter().map(|(place, text)| edit(brief, place, &text));
    let edits = edits.collect::<Result<BTreeMap<_, _>, _>>()?;
    if status == Status::Corrected && edits.is_empty() {
        return Err(ReviewError::NothingEdited);
    }
    let corrections = corrections(brief, &edits);
    Ok(Review { status, reviewer, responsible_editor, note, edits, corrections })
}

fn named(what: &'static str, name: Option<String>) -> Result<Option<String>, ReviewError> {
    let name = name.map(|name| line(&name)).filter(|name| !name.is_empty());
    match name {
        Some(name) if name.chars().count() > NAME => Err(ReviewError::TooLong(what, NAME)),
        name => Ok(name),
    }
}

fn edit(brief: &Brief, place: String, text: &str) -> Result<(String, String), ReviewError> {
    if text_at(brief, &place).is_none() {
        return Err(ReviewError::NoPlace(place));
    }
    let text = line(text);
    if text.is_empty() || text.chars().count() > TEXT {
        return Err(ReviewError::NoText(place));
    }
    Ok((place, text))
}

/// The text on one line, without controls.
fn line(text: &str) -> String {
    let plain: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The English at a place of a brief.
fn text_at<'a>(brief: &'a Brief, place: &str) -> Option<&'a str> {
    if place == "headline" {
        return Some(&brief.headline);
    }
    let (name, part) = place.split_once('.')?;
    let section = brief.sections.iter().find(|section| section.id == name);
    match (name, part) {
        (_, "heading") => section?.heading.as_deref(),
        ("summary", part) => Some(&brief.summary.get(part.parse::<usize>().ok()?)?.text),
        (_, part) => Some(&section?.passages.get(part.parse::<usize>().ok()?)?.text),
    }
}

/// Shows every place of a brief with its English.
fn visit(brief: &mut Brief, mut see: impl FnMut(&str, &mut String)) {
    see("headline", &mut brief.headline);
    for (index, passage) in brief.summary.iter_mut().enumerate() {
        see(&format!("summary.{index}"), &mut passage.text);
    }
    for section in &mut brief.sections {
        if let Some(heading) = &mut section.heading {
            see(&format!("{}.heading", section.id), heading);
        }
        for (index, passage) in section.passages.iter_mut().enumerate() {
            see(&format!("{}.{index}", section.id), &mut passage.text);
        }
    }
}

impl Review {
    /// Who approved it and answers for it, as readers may know them; `None` where nobody did.
    #[must_use]
    pub fn approved_by(&self) -> Option<String> {
        let reviewer = self.reviewer.as_ref().filter(|_| self.status == Status::Approved)?;
        Some(match &self.responsible_editor {
            Some(editor) if editor != reviewer => {
                format!("{reviewer} (responsible editor: {editor})")
            }
            _ => reviewer.clone(),
        })
    }

    /// The brief as it stands after the review.
    #[must_use]
    pub fn applied(&self, brief: &Brief) -> Brief {
        let mut brief = brief.clone();
        let mut sources = BTreeMap::new();
        for section in &brief.sections {
            let cited = section.passages.iter().enumerate();
            sources.extend(cited.map(|(n, p)| (format!("{}.{n}", section.id), p.sources.clone())));
        }
        let cited = brief.summary.iter().enumerate();
        sources.extend(cited.map(|(n, p)| (format!("summary.{n}"), p.sources.clone())));
        let mut edited = Vec::new();
        visit(&mut brief, |place, text| {
            if let Some(words) = self.edits.get(place).filter(|words| *words != text) {
                text.clone_from(words);
                edited.push(place.to_owned());
            }
        });
        let stands =
            |finding: &Finding| !finding.passage.as_ref().is_some_and(|p| edited.contains(p));
        brief.findings.retain(stands);
        let who = self.reviewer.as_deref().unwrap_or("A person");
        for place in edited {
            let sources = sources.remove(&place).unwrap_or_default();
            let what = format!("{who} edited this; it was not checked again.");
            let finding = Finding::new(Code::PassageEdited, Severity::Info, what);
            brief.findings.push(finding.at_passage(place).at_sources(sources));
        }
        if self.status == Status::Rejected {
            let what = format!("{who} rejected this brief; do not publish it.");
            brief.findings.insert(0, Finding::new(Code::ReviewRejected, Severity::Error, what));
        }
        brief
    }
}

/// The names and terms that the edits put in other words.
fn corrections(brief: &Brief, edits: &BTreeMap<String, String>) -> Vec<Correction> {
    let mut found: Vec<Correction> = Vec::new();
    for (place, edited) in edits {
        let Some(machine) = text_at(brief, place) else { continue };
        for name in &brief.names {
            let Some(english) = replaced(machine, edited, &name.en) else { continue };
            let correction = Correction {
                ar: name.ar.clone(),
                en: english,
                was: name.en.clone(),
                place: place.clone(),
            };
            let known = |one: &Correction| (&one.ar, &one.en) == (&correction.ar, &correction.en);
            if !found.iter().any(known) {
                found.push(correction);
            }
        }
    }
    found
}

/// The words that stand in `edited` where `machine` has `name`: those between the nearest words that
/// both texts share. `None` where the name still stands, was taken out, or where too much changed to
/// say.
fn replaced(machine: &str, edited: &str, name: &str) -> Option<String> {
    let (old, new, name) = (words(machine), words(edited), words(name));
    let bare = |words: &[&str]| -> Vec<String> { words.iter().map(|word| plain(word)).collect() };
    let (old_bare, new_bare, name) = (bare(&old), bare(&new), bare(&name));
    if name.is_empty() || new_bare.windows(name.len()).any(|run| run == name) {
        return None;
    }
    let at = old_bare.windows(name.len()).position(|run| run == name)?;
    if old.len().saturating_mul(new.len()) > COMPARED {
        return None;
    }
    let shared = common(&old_bare, &new_bare);
    let before = shared.iter().rfind(|(old, _)| *old < at);
    let after = shared.iter().find(|(old, _)| *old >= at + name.len());
    // Words of the name itself may be kept, as a family name is.
    let from = before.map_or(0, |(_, new)| new + 1);
    let to = after.map_or(new.len(), |(_, new)| *new);
    let old_from = before.map_or(0, |(old, _)| old + 1);
    let old_to = after.map_or(old.len(), |(old, _)| *old);
    let english = new.get(from..to)?;
    let whole = old_from == at && old_to == at + name.len();
    (whole && (1..=RENDERING).contains(&english.len())).then(|| {
        let text = english.join(" ");
        let text = text.trim_matches(|c: char| !c.is_alphanumeric());
        let bare = text.strip_suffix("'s").or_else(|| text.strip_suffix("’s"));
        bare.unwrap_or(text).to_owned()
    })
}

fn words(text: &str) -> Vec<&str> {
    text.split_whitespace().collect()
}

/// A word without case, punctuation round it and a possessive.
fn plain(word: &str) -> String {
    let word = word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    let bare = word.strip_suffix("'s").or_else(|| word.strip_suffix("’s"));
    bare.map_or(word.clone(), str::to_owned)
}

/// The words that two texts share in order, as indices: a longest common subsequence.
fn common(one: &[String], other: &[String]) -> Vec<(usize, usize)> {
    let width = other.len() + 1;
    let mut best = vec![0_u32; (one.len() + 1) * width];
    for i in (0..one.len()).rev() {
        for j in (0..other.len()).rev() {
            best[i * width + j] = if one[i] == other[j] {
                best[(i + 1) * width + j + 1] + 1
            } else {
                best[(i + 1) * width + j].max(best[i * width + j + 1])
            };
        }
    }
    let (mut i, mut j, mut shared) = (0, 0, Vec::new());
    while i < one.len() && j < other.len() {
        if one[i] == other[j] {
            shared.push((i, j));
            (i, j) = (i + 1, j + 1);
        } else if best[(i + 1) * width + j] >= best[i * width + j + 1] {
            i += 1;
        } else {
            j += 1;
        }
    }
    shared
}

#[cfg(test)]
#[path = "review_tests.rs"]
mod tests;
