//! What a reader should know about a brief or a reading, said without stopping the work.
//!
//! A finding is never an exception: the article or brief it belongs to stays whole. Each has a
//! stable [`Code`] that clients may branch on, a [`Severity`], one English sentence, and where it
//! points: the passage of the brief, the paragraphs of the article, or both. This module holds the
//! words only; the rules that produce findings live with what they judge.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::article::SourceId;

/// How much a finding should worry its reader.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Good to know; nothing is wrong.
    Info,
    /// Possibly wrong; a person should look.
    Warning,
    /// Wrong or missing; do not publish before mending it.
    Error,
}

/// The stable name of a kind of finding, kebab-case on the wire. Codes are never renamed.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Code {
    /// Bytes that are no text in the article's charset were replaced.
    InvalidBytes,
    /// The charset was guessed, not labelled.
    CharsetGuessed,
    /// Text that had been decoded as the wrong charset was recovered.
    MojibakeRecovered,
    /// The article mixes Arabic with another language.
    MixedLanguage,
    /// A number can be read two ways.
    NumberAmbiguous,
    /// Another take of this story follows.
    TakeFollows,
    /// The source text ends in mid-sentence.
    SourceTruncated,
    /// The article was longer or had more sections than is read.
    SourceBounded,
    /// The source is not in the format that it claims and was read as plain text.
    SourceUnreadable,
    /// The same text stands in the article twice.
    SourceRepeated,
    /// The article's text gives orders to a language model.
    SourceInstructs,
    /// A number of the source does not stand in the English.
    NumberMissing,
    /// A number of the English does not stand in its source.
    NumberUnsupported,
    /// Arabic letters are left in the English.
    ArabicLeft,
    /// Letters of a script that is neither Latin nor Arabic stand in the English.
    ScriptForeign,
    /// An HTML entity is left in the English.
    EntityLeft,
    /// Tags, fences or marks of a chat template are left in the English.
    MarkupLeft,
    /// The English opens with words about the task.
    PreambleLeft,
    /// The English says the same thing twice.
    TextRepeated,
    /// The English stops in mid-sentence.
    TextTruncated,
    /// The English is much shorter than its Arabic.
    TextShort,
    /// The English is much longer than its Arabic.
    TextLong,
    /// The brief says nothing of a section.
    SectionOmitted,
    /// The English quotes what the source does not.
    QuoteUnsupported,
    /// The source quotes what the English does not.
    QuoteMissing,
    /// A quotation opens or closes alone.
    QuoteUnbalanced,
    /// A quotation stands without its speaker.
    QuoteUnattributed,
    /// A statement that the source attributes stands as a bare fact.
    AttributionMissing,
    /// The source denies and the English does not.
    NegationMissing,
    /// The English denies and the source does not.
    NegationUnsupported,
    /// A month, weekday or decade of the source does not stand in the English.
    DateMissing,
    /// A month, weekday or decade of the English does not stand in its source.
    DateUnsupported,
    /// A name of the English does not stand in its source.
    NameUnsupported,
    /// A name of the source does not stand in the English.
    NameMissing,
    /// One Arabic name is rendered in several ways.
    NameVaries,
    /// A glossary term stands in the English in other words.
    GlossaryIgnored,
    /// The two ends of “from … to” are exchanged, or a figure that is reached (“to”) is added (“by”).
    DirectionReversed,
    /// The source rises where the English falls, or the other way round.
    TrendReversed,
    /// The English says what nothing in its source paragraphs supports.
    ClaimUnsupported,
    /// A passage could not be made; its place says so.
    PassageMissing,
    /// A passage that failed its checks twice gave way to the translation of its source.
    PassageReplaced,
    /// A passage failed its checks twice and could not be replaced.
    PassageUnmended,
    /// A passage names no source paragraph.
    EvidenceMissing,
    /// A source id came back that had not been sent.
    EvidenceUnknown,
    /// An option that the provider does not support was left out.
    OptionDropped,
    /// The answer is older than its lifetime, served because no provider could answer.
    Stale,
    /// A person edited a passage.
    PassageEdited,
    /// A person rejected the brief.
    ReviewRejected,
}

impl Code {
    /// Every code, in the order of the list above.
    pub const ALL: [Self; 48] = [
        Self::InvalidBytes,
        Self::CharsetGuessed,
        Self::MojibakeRecovered,
        Self::MixedLanguage,
        Self::NumberAmbiguous,
        Self::TakeFollows,
        Self::SourceTruncated,
        Self::SourceBounded,
        Self::SourceUnreadable,
        Self::SourceRepeated,
        Self::SourceInstructs,
        Self::NumberMissing,
        Self::NumberUnsupported,
        Self::ArabicLeft,
        Self::ScriptForeign,
        Self::EntityLeft,
        Self::MarkupLeft,
        Self::PreambleLeft,
        Self::TextRepeated,
        Self::TextTruncated,
        Self::TextShort,
        Self::TextLong,
        Self::SectionOmitted,
        Self::QuoteUnsupported,
        Self::QuoteMissing,
        Self::QuoteUnbalanced,
        Self::QuoteUnattributed,
        Self::AttributionMissing,
        Self::NegationMissing,
        Self::NegationUnsupported,
        Self::DateMissing,
        Self::DateUnsupported,
        Self::NameUnsupported,
        Self::NameMissing,
        Self::NameVaries,
        Self::GlossaryIgnored,
        Self::DirectionReversed,
        Self::TrendReversed,
        Self::ClaimUnsupported,
        Self::PassageMissing,
        Self::PassageReplaced,
        Self::PassageUnmended,
        Self::EvidenceMissing,
        Self::EvidenceUnknown,
        Self::OptionDropped,
        Self::Stale,
        Self::PassageEdited,
        Self::ReviewRejected,
    ];
}

/// One thing that a reader should know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Finding {
    /// The stable kind.
    pub code: Code,
    /// How much it should worry its reader.
    pub severity: Severity,
    /// One English sentence; it may quote the article, so it goes to the caller and never to a log.
    pub message: String,
    /// The passage of the brief it is about, as `summary.0`, `headline` or `s1.0`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub passage: Option<String>,
    /// The source paragraphs it is about.
    #[serde(default)]
    pub sources: Vec<SourceId>,
}

impl Finding {
    /// A finding about the article or brief as a whole.
    #[must_use]
    pub fn new(code: Code, severity: Severity, message: impl Into<String>) -> Self {
        Self { code, severity, message: message.into(), passage: None, sources: Vec::new() }
    }

    /// The same finding, pointing at a passage of the brief.
    #[must_use]
    pub fn at_passage(mut self, passage: impl Into<String>) -> Self {
        self.passage = Some(passage.into());
        self
    }

    /// The same finding, pointing at source paragraphs.
    #[must_use]
    pub fn at_sources(mut self, sources: impl IntoIterator<Item = SourceId>) -> Self {
        self.sources.extend(sources);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_in_the_list_for_readers_and_in_the_list_of_all() {
        let listed = include_str!("../docs/findings.md");
        for code in Code::ALL {
            let name = serde_json::to_value(code).unwrap();
            let name = name.as_str().unwrap();
            assert!(listed.contains(&format!("| `{name}` |")), "{name}");
        }
        let source = include_str!("finding.rs");
        let (_, list) = source.split_once("pub enum Code {").unwrap();
        let (list, _) = list.split_once("\n}").unwrap();
        let declared = list.lines().filter(|line| line.ends_with(',')).count();
        assert_eq!(declared, Code::ALL.len());
    }
}
