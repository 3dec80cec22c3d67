//! The use case: an article goes in, a checked brief comes out.
//!
//! read → plan → providers → assemble → check → mend, in that order, in [`Gateway::brief`].
//! Everything but the providers is pure and in memory; this module only carries values from one
//! stage to the next and says on the way how far the work is ([`Event`]). `work` holds what came of
//! the tasks, `mend` has passages that failed their checks written again, `translate` takes texts that
//! are no story the same way, `measure` does a whole article for scoring.

mod again;
mod foresight;
mod measure;
mod mend;
mod pieces;
mod translate;
mod work;

use std::sync::Arc;

use futures_util::{StreamExt, stream};
use sha2::{Digest, Sha256};
use tokio::time::Instant;

use crate::{
    article::{self, Article, Reading, Refusal, Source},
    brief::{
        Brief, BriefSection, Detail, Passage, Provenance, Succession, Task,
        assemble::Copy,
        check, instructions,
        plan::{self, Plan, Strategy},
    },
    clock,
    config::{
        Config,
        files::{self, FilesError},
    },
    digest::hex,
    finding::Finding,
    glossary::{Glossary, Names},
    outside::Outside,
    prompt::Prompts,
    provider::{Call, Failure, Providers, SetUpError},
    shared::{Shared, SharedError},
    store::{Store, StoreError, StoreOptions},
    telemetry::{Answered, Stage},
};
pub use again::{Again, Begun, Key, Whole};
pub use foresight::{ForeseenTask, Foresight, ProviderCost};
use mend::{Checked, Original};
pub use pieces::words;
pub use translate::{Form, Translation, Wanted};
use work::{Piece, Work};

/// Section tasks that one brief keeps under way; providers bound the rest.
const SIDE_BY_SIDE: usize = 64;

/// What is asked for.
#[derive(Clone, Debug)]
pub struct Order {
    /// The article as it arrived.
    pub source: Source,
    /// How much of it is wanted.
    pub detail: Detail,
    /// How its tasks may be answered, and until when.
    pub call: Call,
}

/// How far the work is. Progress bars and event streams show the same. What a section or the
/// opening says may still change until the brief is there, because it is checked last.
#[derive(Clone, Debug)]
pub enum Event {
    /// The work is planned.
    Planned {
        /// Sections of the article.
        sections: usize,
        /// Tasks to be done.
        tasks: usize,
    },
    /// A section's task is done, or given up: then its passages say that they are missing.
    Section {
        /// The section in English.
        section: BriefSection,
        /// It came out of the cache.
        cached: bool,
    },
    /// The closing task is done, or given up.
    Opening {
        /// The headline.
        headline: String,
        /// The summary.
        summary: Vec<Passage>,
        /// It came out of the cache.
        cached: bool,
    },
    /// Tasks whose English failed its checks are asked for again.
    Mending {
        /// How many.
        tasks: usize,
    },
}

/// Who hears of progress.
pub type Listener = Arc<dyn Fn(Event) + Send + Sync>;

/// Why there is no brief.
#[derive(Debug, thiserror::Error)]
pub enum BriefError {
    /// The source holds no Arabic story; no provider was called.
    #[error("{0}")]
    Refused(Refusal),
    /// No provider could do any of the work.
    #[error("{0}")]
    Failed(Failure),
}

/// Why a gateway cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// A glossary or prompt file is wrong.
    #[error("{0}")]
    Files(#[from] FilesError),
    /// A provider cannot be set up.
    #[error("{0}")]
    Providers(#[from] SetUpError),
    /// What `[shared]` needs from the environment is missing or wrong.
    #[error("{0}")]
    Shared(#[from] SharedError),
}

/// The gateway: everything that stays from one article to the next. Cheap to clone.
#[derive(Clone)]
pub struct Gateway {
    /// Which providers do what, as configured.
    pub config: Arc<Config>,
    /// Terms and names.
    pub glossary: Glossary,
    /// The prompts in use.
    pub prompts: Prompts,
    /// Where work is sent.
    pub providers: Providers,
    /// The way to addresses that callers name.
    pub outside: Outside,
    /// What outlives the process.
    pub store: Store,
    /// Texts that were put into English already.
    pub again: Again,
    /// What all replicas have in common.
    pub shared: Shared,
}

impl Gateway {
    /// A gateway as configured that keeps nothing on the disk.
    ///
    /// # Errors
    /// Where a file that the configuration names cannot be used.
    pub fn open(config: Config) -> Result<Self, OpenError> {
        let store = Store::in_memory(&StoreOptions { disk_bytes: config.cache.disk_bytes });
        // What is kept in memory anyway needs no second place there.
        Self::with(config, store, None)
    }

    /// A gateway as configured over this store.
    ///
    /// # Errors
    /// Where a file that the configuration names cannot be used.
    pub fn over(config: Config, store: Store) -> Result<Self, OpenError> {
        let kept = store.clone();
        Self::with(config, store, Some(&kept))
    }

    /// The gateway under another configuration, over the same store: kept answers, budgets, limits,
    /// breakers and a loaded model go on. This one is as it was, whatever comes of it. Reads the
    /// files that the configuration names.
    ///
    /// # Errors
    /// Where one of them cannot be used, or a provider cannot be set up.
    pub fn renewed(&self, config: Config) -> Result<Self, OpenError> {
        let glossary = files::glossary(&config.glossary)?;
        let prompts = files::prompts(&config.prompts)?;
        let providers = self.providers.reopened(&config, &prompts)?;
        let outside = Outside::new(&config.fetch);
        let again = Again::new(&config.cache);
        let (store, shared) = (self.store.clone(), self.shared.clone());
        let config = Arc::new(config);
        Ok(Self { config, glossary, prompts, providers, outside, store, shared, again })
    }

    fn with(config: Config, store: Store, kept: Option<&Store>) -> Result<Self, OpenError> {
        let glossary = files::glossary(&config.glossary)?;
        let prompts = files::prompts(&config.prompts)?;
        let shared = Shared::open(&config.shared)?;
        let providers = Providers::open(&config, &prompts, kept, &shared)?;
        let outside = Outside::new(&config.fetch);
        let again = Again::new(&config.cache);
        let config = Arc::new(config);
        Ok(Self { config, glossary, prompts, providers, outside, store, shared, again })
    }

    /// Forgets every kept answer that served the source text with this SHA-256; gives how many
    /// they were. Of texts in English it is not known which they served, so all of them go.
    ///
    /// # Errors
    /// Where the disk fails; memory has forgotten them then.
    pub async fn forget_source(&self, source: &[u8; 32]) -> Result<usize, StoreError> {
        self.forgetting(self.providers.forget_source(source)).await
    }

    /// The same in this process alone, for what another replica forgot.
    ///
    /// # Errors
    /// As [`Gateway::forget_source`].
    pub async fn forget_source_here(&self, source: &[u8; 32]) -> Result<(), StoreError> {
        self.forgetting(self.providers.forget_source_here(source)).await
    }

    async fn forgetting<T>(&self, forgotten: impl Future<Output = T>) -> T {
        self.again.clear();
        let forgotten = forgotten.await;
        // What was made from an answer that was still there a moment ago.
        self.again.clear();
        forgotten
    }

    /// Reads an article: pure, no provider is called, never fails.
    #[must_use]
    pub fn read(&self, source: &Source) -> Reading {
        let mut reading = article::read(source);
        if let Some(dateline) = &mut reading.article.dateline {
            let place = dateline.place_ar.as_deref().and_then(|name| self.glossary.place(name));
            dateline.place = place.map(str::to_owned);
        }
        reading.findings.extend(instructions::check(&reading.article));
        reading
    }

    /// What would be asked of providers for an article.
    #[must_use]
    pub fn plan(&self, article: &Article, detail: Detail) -> Plan {
        let strategy = match self.config.tasks.summarize.is_empty() {
            true => Strategy::Extract,
            false => Strategy::Summarize,
        };
        plan::plan(article, &self.glossary, strategy, detail)
    }

    /// A checked brief of one article.
    ///
    /// # Errors
    /// Where there is no Arabic story, or no provider could do any of the work. Where some of it
    /// was done, the brief says what is missing.
    pub async fn brief(&self, order: &Order, listener: &Listener) -> Result<Brief, BriefError> {
        self.brief_of(self.read(&order.source), order, listener).await
    }

    /// The same of an article that was read already.
    ///
    /// # Errors
    /// As [`Gateway::brief`].
    pub async fn brief_of(
        &self,
        reading: Reading,
        order: &Order,
        listener: &Listener,
    ) -> Result<Brief, BriefError> {
        if let Some(refusal) = reading.refusal() {
            return Err(BriefError::Refused(refusal));
        }
        let source: [u8; 32] = Sha256::digest(&order.source.bytes).into();
        let call = Call { source: Some(source), ..order.call.clone() };
        let seen = &call.seen;
        let plan = seen.time(Stage::Plan, || self.plan(&reading.article, order.detail));
        let mut work = self.run(&reading.article, &plan, &call, listener).await;
        if let Some(failure) = work.failed_whole() {
            return Err(BriefError::Failed(failure));
        }
        let original = Original { article: &reading.article, names: &plan.names };
        let checked = self.mend(original, &mut work, &call, listener);
        let checked = seen.time_async(Stage::Check, checked).await;
        let (source, made) = ((&source[..], call.desk.as_deref()), (&work, &plan.names));
        let brief = seen.time(Stage::Assemble, || self.finish(source, reading, checked, made));
        seen.answer(Answered::Made);
        Ok(brief)
    }

    async fn run(&self, article: &Article, plan: &Plan, call: &Call, tell: &Listener) -> Work {
        let closing_later = plan.strategy == Strategy::Summarize;
        let planned = plan.sections.iter().flatten().count();
        let closes = plan.closing.is_some() || closing_later;
        tell(Event::Planned {
            sections: article.sections.len(),
            tasks: planned + usize::from(closes),
        });
        // The closing task goes first: it holds the headline, which an editor waits for.
        let closing = plan.closing.clone().map(|task| (None, task));
        let sections = plan.sections.iter().enumerate();
        let sections = sections.filter_map(|(i, task)| Some((Some(i), task.clone()?)));
        let tasks: Vec<(Option<usize>, Task)> = closing.into_iter().chain(sections).collect();
        let mut work = Work::new(article.sections.len());
        let mut results = stream::iter(tasks)
            .map(|(section, task)| async move { (section, self.one(task, call).await) })
            .buffer_unordered(SIDE_BY_SIDE);
        while let Some((section, piece)) = results.next().await {
            tell(piece.event(article, section));
            work.put(section, piece);
        }
        drop(results);
        if closing_later && work.any_done() {
            let (names, evidence) = (&plan.names, work.evidence());
            let task = plan::closing(article, &self.glossary, names, plan.detail, evidence);
            let piece = self.one(task, call).await;
            tell(piece.event(article, None));
            work.put(None, piece);
        }
        work
    }

    async fn one(&self, task: Task, call: &Call) -> Piece {
        let result = self.providers.run(task.clone(), call.clone()).await;
        Piece { task, result }
    }

    fn finish(
        &self,
        (source, desk): (&[u8], Option<&str>),
        reading: Reading,
        checked: Checked,
        (work, names): (&Work, &Names),
    ) -> Brief {
        let Reading { article, mut findings } = reading;
        let Checked { copy, findings: checks, mended } = checked;
        instructions::point_at_passages(&mut findings, &copy);
        let names = check::settle(names, &self.glossary, &copy);
        let Copy { headline, summary, sections, findings: missing } = copy;
        let heard = work.answered().flat_map(|answered| answered.findings.iter().cloned());
        let findings: Vec<Finding> =
            findings.into_iter().chain(missing).chain(heard).chain(checks).chain(mended).collect();
        Brief {
            id: uuid::Uuid::new_v4().simple().to_string(),
            language: "en".to_owned(),
            headline,
            dateline: article.dateline.clone(),
            summary,
            sections,
            findings,
            names,
            provenance: Provenance {
                machine_generated: true,
                draft: true,
                engines: work.engines(),
                prompts: self.prompts.of(desk).hash().to_owned(),
                glossary: self.glossary.hash().to_owned(),
                source_sha256: hex(source),
                created: clock::utc().to_string(),
            },
            usage: work.usage(),
            release: article.release.clone(),
            succession: Succession::default(),
            article: Some(Arc::new(article)),
        }
    }
}

/// The moment by which an order of now must be answered.
#[must_use]
pub fn deadline(config: &Config) -> Instant {
    clock::now() + config.server.deadline
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn embargo_and_article_travel_to_the_brief() {
        let gateway = Gateway::open(Config::default()).unwrap();
        let item = include_bytes!("../../tests/articles/ninjs_3_under_embargo.json");
        let source = Source {
            bytes: item.as_slice().into(),
            content_type: Some("application/ninjs+json".to_owned()),
            ..Source::default()
        };
        let reading = gateway.read(&source);
        let names = Names::of(&reading.article, &gateway.glossary);
        let work = Work::new(0);
        let checked = Checked { copy: work.assemble(&reading.article), ..Checked::default() };
        let brief = gateway.finish((&[7; 32], None), reading, checked, (&work, &names));
        assert_eq!(brief.release.embargoed_until.as_deref(), Some("2024-05-07T06:00:00+03:00"));
        assert_eq!(brief.release.uri.as_deref(), Some("urn:sahel:3"));
        assert_eq!(brief.article.as_ref().unwrap().sections.len(), 2);
        let json = serde_json::to_value(Brief { article: None, ..brief.clone() }).unwrap();
        assert_eq!(json, serde_json::to_value(&brief).unwrap(), "no JSON holds the article");
    }
}
