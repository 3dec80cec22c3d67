//! A dry run: the plan of an article and what it would cost, before anything is paid.
//!
//! No provider is called. Where a language model writes, the closing task is made from what it will
//! have written; it is reckoned here from the article's own paragraphs, so its estimate is high.

use serde::Serialize;
use utoipa::ToSchema;

use super::Gateway;
use crate::{
    article::{Article, Section},
    brief::{
        Detail, Evidence,
        plan::{self, Strategy},
    },
    provider::{Call, Estimate, Foreseen},
};

/// Of each section's paragraphs so many stand for what a model will write of it.
const WRITTEN: usize = 3;

/// What a brief would take.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Foresight {
    /// Always true: nothing was done.
    pub dry_run: bool,
    /// Sections of the article.
    pub sections: usize,
    /// The tasks, in the brief's order; the closing one first.
    pub tasks: Vec<ForeseenTask>,
    /// Tasks that the cache would answer.
    pub cached: usize,
    /// What the others would take at the first provider that may do each.
    pub characters: u64,
    /// Tokens that language models would read, estimated.
    pub input_tokens: u64,
    /// Tokens that they would write, estimated.
    pub output_tokens: u64,
    /// What each provider would cost if it did everything that it may do.
    pub providers: Vec<ProviderCost>,
    /// United States dollars at the first provider that may do each task; `None` where one of them
    /// has no prices configured.
    pub cost_usd: Option<f64>,
}

/// One task of a dry run.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct ForeseenTask {
    /// `translate`, `summarize` or `headline`.
    pub task: String,
    /// The section's id; left out for the closing task.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub section: Option<String>,
    /// Characters to be worked on.
    pub characters: u64,
    /// The cache would answer it.
    pub cached: bool,
    /// The first provider that may do it.
    pub provider: Option<String>,
    /// What it would cost there; nothing where it is cached.
    pub cost_usd: Option<f64>,
}

/// What one provider would cost.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct ProviderCost {
    /// Its name in config.toml.
    pub provider: String,
    /// Tasks that it may do and that the cache does not answer.
    pub tasks: usize,
    /// Characters of those.
    pub characters: u64,
    /// Tokens to read, estimated.
    pub input_tokens: u64,
    /// Tokens to write, estimated.
    pub output_tokens: u64,
    /// United States dollars; `None` where its prices are not configured.
    pub cost_usd: Option<f64>,
}

impl Gateway {
    /// What a brief of this article would take. Calls no provider.
    pub async fn foresee(&self, article: &Article, detail: Detail, call: &Call) -> Foresight {
        let plan = self.plan(article, detail);
        let closing = match plan.strategy {
            Strategy::Extract => plan.closing,
            Strategy::Summarize => {
                let written = article.sections.iter().flat_map(written).collect();
                Some(plan::closing(article, &self.glossary, &plan.names, detail, written))
            }
        };
        let sections = article.sections.iter().map(|section| Some(section.id.clone()));
        let planned = std::iter::once((None, closing)).chain(sections.zip(plan.sections));
        let mut foresight = Foresight::nothing(article.sections.len());
        for (section, task) in planned {
            let Some(task) = task else { continue };
            let (name, characters) = (task.name().to_owned(), task.characters() as u64);
            // What stands for a model's own words is in no cache.
            let invented = plan.strategy == Strategy::Summarize && section.is_none();
            let mut foreseen = self.providers.foresee(task, call).await;
            foreseen.cached &= !invented;
            foresight.add(
                ForeseenTask {
                    task: name,
                    section,
                    characters,
                    cached: foreseen.cached,
                    provider: foreseen.providers.first().map(|one| one.provider.clone()),
                    cost_usd: None,
                },
                &foreseen,
            );
        }
        foresight
    }
}

impl Foresight {
    fn nothing(sections: usize) -> Self {
        Self {
            dry_run: true,
            sections,
            tasks: Vec::new(),
            cached: 0,
            characters: 0,
            input_tokens: 0,
            output_tokens: 0,
            providers: Vec::new(),
            cost_usd: Some(0.0),
        }
    }

    fn add(&mut self, mut task: ForeseenTask, foreseen: &Foreseen) {
        if foreseen.cached {
            self.cached += 1;
            task.cost_usd = Some(0.0);
            self.tasks.push(task);
            return;
        }
        for estimate in &foreseen.providers {
            self.bill(estimate);
        }
        let first = foreseen.providers.first();
        if let Some(Estimate { usage, .. }) = first {
            self.characters += usage.characters;
            self.input_tokens += usage.input_tokens;
            self.output_tokens += usage.output_tokens;
        }
        task.cost_usd = first.and_then(|first| first.cost_usd);
        self.cost_usd = self.cost_usd.zip(task.cost_usd).map(|(sum, one)| sum + one);
        self.tasks.push(task);
    }

    fn bill(&mut self, estimate: &Estimate) {
        let Estimate { provider, usage, cost_usd } = estimate;
        let known = self.providers.iter().position(|one| one.provider == *provider);
        let place = known.unwrap_or_else(|| {
            self.providers.push(ProviderCost {
                provider: provider.clone(),
                tasks: 0,
                characters: 0,
                input_tokens: 0,
                output_tokens: 0,
                cost_usd: Some(0.0),
            });
            self.providers.len() - 1
        });
        let one = &mut self.providers[place];
        one.tasks += 1;
        one.characters += usage.characters;
        one.input_tokens += usage.input_tokens;
        one.output_tokens += usage.output_tokens;
        one.cost_usd = one.cost_usd.zip(*cost_usd).map(|(sum, more)| sum + more);
    }
}

/// The first paragraphs of a section, in the place of what a model will write of it.
fn written(section: &Section) -> impl Iterator<Item = Evidence> {
    let first = section.paragraphs.iter().take(WRITTEN);
    first.map(|one| Evidence { text: one.text.clone(), sources: vec![one.id] })
}
