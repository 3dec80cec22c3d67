//! One unit of work for a provider, and what comes back.
//!
//! A task carries everything that decides its answer and nothing else, so it is also what the
//! cache key is made of. It never names a provider, a prompt or a wire format.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{article::SourceId, finding::Finding, glossary::Term};

/// How much of the article the brief should hold.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    ToSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Detail {
    /// Headline and summary alone.
    Headline,
    /// Headline, summary and each section's key sentences.
    #[default]
    Brief,
    /// Every paragraph as well.
    Full,
}

/// One unit of work for a provider.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", tag = "task")]
pub enum Task {
    /// Put each text into English, one for one.
    Translate {
        /// What to translate, in order.
        texts: Vec<Text>,
        /// Arabic that helps to understand the texts and is not translated: the article's title.
        context: Option<String>,
        /// The glossary terms that occur in the texts, in order of appearance.
        terms: Vec<Term>,
    },
    /// Write one section's brief from its Arabic paragraphs.
    Summarize {
        /// The Arabic subhead, where the section has one.
        heading: Option<String>,
        /// The section's paragraphs; each text has one source.
        paragraphs: Vec<Text>,
        /// The article's title, for context.
        context: Option<String>,
        /// The glossary terms that occur in heading and paragraphs.
        terms: Vec<Term>,
        /// How much to write.
        detail: Detail,
    },
    /// Write headline and summary from the sections' English.
    Headline {
        /// The Arabic title, where there is one.
        title: Option<String>,
        /// English passages of the sections, in order, each with its sources.
        passages: Vec<Evidence>,
        /// The glossary terms that occur in the title.
        terms: Vec<Term>,
        /// How much to write.
        detail: Detail,
    },
}

impl Task {
    /// `translate`, `summarize` or `headline`, as configuration and provenance name it.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Translate { .. } => "translate",
            Self::Summarize { .. } => "summarize",
            Self::Headline { .. } => "headline",
        }
    }

    /// The glossary terms that the answer must respect.
    #[must_use]
    pub fn terms(&self) -> &[Term] {
        match self {
            Self::Translate { terms, .. }
            | Self::Summarize { terms, .. }
            | Self::Headline { terms, .. } => terms,
        }
    }

    /// Characters (Unicode scalar values) of text to be worked on, context left out.
    #[must_use]
    pub fn characters(&self) -> usize {
        let count = |text: &str| text.chars().count();
        match self {
            Self::Translate { texts, .. } => texts.iter().map(|t| count(&t.text)).sum(),
            Self::Summarize { heading, paragraphs, .. } => {
                heading.as_deref().map_or(0, count)
                    + paragraphs.iter().map(|t| count(&t.text)).sum::<usize>()
            }
            Self::Headline { title, passages, .. } => {
                title.as_deref().map_or(0, count)
                    + passages.iter().map(|p| count(&p.text)).sum::<usize>()
            }
        }
    }
}

/// A piece of Arabic to work on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Text {
    /// Names the text within its task: a source id such as `s1.p0`, or `title`, `heading`.
    pub id: String,
    /// Normalized Arabic, numbers in Western digits and order.
    pub text: String,
    /// The paragraphs it was taken from; empty for a title or heading.
    pub sources: Vec<SourceId>,
}

/// A piece of English with the paragraphs it rests on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// English.
    pub text: String,
    /// The paragraphs it rests on.
    pub sources: Vec<SourceId>,
}

/// What a provider gave for a task; always the variant that the task asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", tag = "answer")]
pub enum Answer {
    /// One English text for each text of the task, in the task's order. `None` where the
    /// provider gave nothing usable for that text.
    Translate {
        /// The English, in the task's order.
        texts: Vec<Option<String>>,
    },
    /// The section's brief.
    Summarize {
        /// The English subhead, where the task had one.
        heading: Option<String>,
        /// English passages; every source was sent.
        passages: Vec<Evidence>,
    },
    /// Headline and summary.
    Headline {
        /// The English headline.
        headline: String,
        /// The summary's sentences; every source was sent.
        summary: Vec<Evidence>,
    },
}

/// An answer with who gave it and what it cost.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Answered {
    /// The answer.
    pub answer: Answer,
    /// Who gave it.
    pub engine: Engine,
    /// What it cost.
    pub usage: Usage,
    /// What a reader should know about how it came.
    pub findings: Vec<Finding>,
}

/// Who gave an answer.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Engine {
    /// The provider's name in config.toml.
    pub provider: String,
    /// The model, where the provider names one.
    pub model: Option<String>,
}

/// What an answer cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Usage {
    /// Calls made, retries included.
    pub calls: u64,
    /// Tokens read by a language model.
    pub input_tokens: u64,
    /// Of those, tokens that the vendor read from its own cache.
    pub cached_tokens: u64,
    /// Tokens written by a language model.
    pub output_tokens: u64,
    /// Characters that the provider counts.
    pub characters: u64,
}

impl std::ops::AddAssign for Usage {
    fn add_assign(&mut self, other: Self) {
        let Self { calls, input_tokens, cached_tokens, output_tokens, characters } = other;
        self.calls += calls;
        self.input_tokens += input_tokens;
        self.cached_tokens += cached_tokens;
        self.output_tokens += output_tokens;
        self.characters += characters;
    }
}
