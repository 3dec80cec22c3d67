//! The English result, and the work it is made of.
//!
//! `plan` turns an article into [`Task`]s, providers turn tasks into [`Answer`]s, `assemble` puts
//! the answers back in their places and `check` compares the English with the Arabic. Every
//! [`Passage`] names the source paragraphs it rests on, from plan to page.
//!
//! Pure: nothing here sends, waits, reads files or asks the time.

pub mod assemble;
pub mod check;
pub mod extractive;
pub mod instructions;
pub mod numbers;
pub mod plan;
pub mod review;
pub mod succession;
pub mod task;
mod translation;

pub use succession::{Changes, Succession};
pub use task::{Answer, Answered, Detail, Engine, Evidence, Task, Text, Usage};
pub use translation::Translation;

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    article::{Article, Dateline, Marker, Release, SourceId},
    finding::Finding,
    glossary::Name,
};

/// The result: a checked English brief of one Arabic article.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Brief {
    /// Names this brief; cannot be guessed.
    pub id: String,
    /// Language of the English: `en`.
    pub language: String,
    /// The English headline.
    pub headline: String,
    /// The article's dateline.
    pub dateline: Option<Dateline>,
    /// The standfirst: what the story says in a few sentences.
    pub summary: Vec<Passage>,
    /// The article's sections in order.
    pub sections: Vec<BriefSection>,
    /// What a reader should know.
    pub findings: Vec<Finding>,
    /// The article's persons, places and organisations, each with its one English.
    #[serde(default)]
    pub names: Vec<Name>,
    /// By what and from what it was made.
    pub provenance: Provenance,
    /// What it cost.
    pub usage: BriefUsage,
    /// What the article's carrier says of its publication; left out of the JSON where it says
    /// nothing.
    #[serde(default, skip_serializing_if = "Release::is_empty")]
    pub release: Release,
    /// Its place among the briefs of its story; left out of the JSON where the story came once.
    #[serde(flatten)]
    pub succession: Succession,
    /// The article it was made from, for pages that show the Arabic beside the English. No part
    /// of the JSON: a brief that was read back from it has none, and is shown without.
    #[serde(skip)]
    pub article: Option<Arc<Article>>,
}

/// A piece of English with the source paragraphs it rests on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Passage {
    /// English, one or a few sentences.
    pub text: String,
    /// The paragraphs it rests on, in order.
    pub sources: Vec<SourceId>,
    /// The very Arabic that it translates, where it is a translation; kept for the checks.
    #[serde(skip)]
    pub arabic: Option<String>,
}

/// One section of the brief.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BriefSection {
    /// The id of the article's section.
    pub id: String,
    /// The English subhead.
    pub heading: Option<String>,
    /// The subhead as the article has it.
    pub heading_ar: Option<String>,
    /// How the subhead was marked.
    pub marker: Marker,
    /// The section in English.
    pub passages: Vec<Passage>,
}

/// By what and from what a brief was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Provenance {
    /// A machine wrote the English.
    pub machine_generated: bool,
    /// No person has approved it.
    pub draft: bool,
    /// Which engines did which tasks.
    pub engines: Vec<EngineUsed>,
    /// Hash of the prompts in use.
    pub prompts: String,
    /// Hash of the glossary in use.
    pub glossary: String,
    /// SHA-256 of the source as it arrived, hex.
    pub source_sha256: String,
    /// When it was made, RFC 3339 in UTC.
    pub created: String,
}

/// One engine and what it did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EngineUsed {
    /// `translate`, `summarize`, `headline` or `extract`.
    pub task: String,
    /// The provider's name in config.toml.
    pub provider: String,
    /// The model, where the provider names one.
    pub model: Option<String>,
}

/// What a brief cost.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct BriefUsage {
    /// Calls made for this brief; a cached section makes none.
    pub provider_calls: u64,
    /// Sections answered from the cache.
    pub cached_sections: u64,
    /// Sections in the brief.
    pub sections: u64,
    /// Tokens read by language models.
    pub input_tokens: u64,
    /// Tokens written by language models.
    pub output_tokens: u64,
    /// Characters translated.
    pub characters: u64,
    /// United States dollars, where prices are configured for every provider used.
    pub cost_usd: Option<f64>,
}
