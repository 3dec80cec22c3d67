//! A text that is no story into English: what clients of translation services send.
//!
//! It takes the road of a section: one task with the glossary's terms and the text's names, figures
//! in Western signs, cached, shared and failed over as every other; then it is checked, and what
//! failed is written again where the provider can. A text is a task by itself, so that equal texts
//! share an answer whatever they came with. Nothing is given for a text of which a part is missing.

use std::sync::Arc;

use super::{
    Gateway, Listener, again,
    mend::{Checked, Original},
    pieces::{self, Part},
};
use crate::{
    article::{Article, Marker, Paragraph, Section, SourceId, normalize},
    brief::{Answer, plan},
    clock::Instant,
    dialect::FaultKind,
    finding::{Code, Finding, Severity},
    provider::{Call, Failure, Reason},
    telemetry::Stage,
};

/// Characters of context that go with a text, at most: as much as a title and a standfirst.
const CONTEXT: usize = 1000;

/// How a text is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Form {
    /// Lines, each a paragraph.
    #[default]
    Plain,
    /// HTML or XML: tags around paragraphs stay, those inside sentences are left out.
    Markup,
}

/// A text to put into English.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// The text.
    pub text: String,
    /// How it is written.
    pub form: Form,
    /// Arabic that helps to understand it and is not translated.
    pub context: Option<String>,
}

/// A text in English.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Translation {
    /// The English, in the form of the Arabic.
    pub text: String,
    /// What a reader should know of it. Passages count its paragraphs with Arabic, from `s0.0`.
    pub findings: Vec<Finding>,
}

impl Gateway {
    /// Puts one text into English. What has no Arabic stays as it is, and asks no provider.
    ///
    /// # Errors
    /// Where no provider could do it whole.
    pub async fn translate(&self, wanted: &Wanted, call: &Call) -> Result<Translation, Failure> {
        self.translate_dated(wanted, call).await.map(|(translation, _)| translation)
    }

    /// The same, and when it was begun.
    ///
    /// # Errors
    /// As [`Self::translate`].
    pub async fn translate_dated(
        &self,
        wanted: &Wanted,
        call: &Call,
    ) -> Result<(Translation, Instant), Failure> {
        let (prompts, begun) = (self.prompts.of(call.desk.as_deref()).hash(), self.again.begin());
        let Some(key) = again::Key::of(wanted, prompts, call) else {
            return Ok((self.put(wanted, call).await?, begun.at()));
        };
        if let Some(kept) = self.again.find(&key, call.cache) {
            return Ok(kept);
        }
        let translation = self.put(wanted, call).await?;
        self.again.keep(key, &translation, begun);
        Ok((translation, begun.at()))
    }

    async fn put(&self, wanted: &Wanted, call: &Call) -> Result<Translation, Failure> {
        let parts = pieces::parts(&wanted.text, wanted.form);
        let article = article(&parts);
        if article.sections[0].paragraphs.is_empty() {
            let text = pieces::joined(parts, Vec::new(), wanted.form);
            return Ok(Translation { text, findings: Vec::new() });
        }
        let context = wanted.context.as_deref().map(context);
        let seen = &call.seen;
        let planned = || plan::translation(&article, &self.glossary, context.as_deref());
        let plan = seen.time(Stage::Plan, planned);
        let silent: Listener = Arc::new(|_| ());
        let mut work = self.run(&article, &plan, call, &silent).await;
        if let Some(failure) = work.failed_whole() {
            return Err(failure);
        }
        let original = Original { article: &article, names: &plan.names };
        let checked = self.mend(original, &mut work, call, &silent);
        let checked = seen.time_async(Stage::Check, checked).await;
        let Checked { copy: _, findings: checks, mended } = checked;
        let heard = work.answered().flat_map(|answered| answered.findings.iter().cloned());
        let findings =
            heard.chain(checks.into_iter().filter(concerns_text)).chain(mended).collect();
        let piece = work.get(Some(0)).ok_or_else(Failure::default)?;
        let answer = piece.result.as_ref().map_err(Clone::clone)?;
        let Answer::Translate { texts } = &answer.answered.answer else {
            return Err(incomplete(&answer.answered.engine.provider));
        };
        let english: Option<Vec<String>> = texts.iter().cloned().collect();
        let english = english.ok_or_else(|| incomplete(&answer.answered.engine.provider))?;
        Ok(Translation { text: pieces::joined(parts, english, wanted.form), findings })
    }
}

impl Translation {
    /// Whether it is past its lifetime, because nobody could make a new one.
    #[must_use]
    pub fn is_stale(&self) -> bool {
        self.findings.iter().any(|finding| finding.code == Code::Stale)
    }

    /// The stable codes of what is wrong with it, each once.
    #[must_use]
    pub fn errors(&self) -> Vec<crate::finding::Code> {
        let errors = self.findings.iter().filter(|finding| finding.severity == Severity::Error);
        let mut codes: Vec<_> = errors.map(|finding| finding.code).collect();
        codes.sort();
        codes.dedup();
        codes
    }
}

/// The text as an article of one section, which is what names, terms and checks read.
fn article(parts: &[Part]) -> Article {
    let arabic = parts.iter().filter_map(|part| match part {
        Part::Arabic(arabic) => Some(arabic),
        Part::Kept(_) => None,
    });
    let paragraph = |(n, text): (u32, &String)| Paragraph {
        id: SourceId { section: 0, paragraph: n },
        text: text.clone(),
        span: 0..0,
    };
    let section = Section {
        id: "s0".to_owned(),
        heading: None,
        marker: Marker::Lead,
        paragraphs: (0..).zip(arabic).map(paragraph).collect(),
    };
    Article { language: "ar".to_owned(), sections: vec![section], ..Article::default() }
}

fn context(text: &str) -> String {
    let text = normalize(text).text;
    text.chars().take(CONTEXT).collect()
}

/// A lone text has no headline and no summary, so nothing can be wrong with those.
fn concerns_text(finding: &Finding) -> bool {
    finding.passage.as_deref().is_some_and(|passage| passage.starts_with("s0."))
}

fn incomplete(provider: &str) -> Failure {
    let reason = Reason {
        provider: provider.to_owned(),
        kind: FaultKind::Garbage,
        detail: "gave no English for a part of the text".to_owned(),
    };
    Failure { reasons: vec![reason], retry_after: None }
}
