//! Briefs in the store: how one is written there, and how it is found by its id.
//!
//! A brief lies there as its JSON, with the article that it was made from beside it, so that English
//! and Arabic stand side by side after a restart too, and with hashes of the article's sections so that
//! a later version can say what changed. Of the article only the story is kept, not the lines that were
//! dropped from it. It goes when its brief goes.

use std::{collections::BTreeSet, sync::Arc};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{State, problem::Problem};
use crate::{
    article::Article,
    brief::{Brief, succession::Prints},
    clock,
    digest::of_hex,
    keys::{Identity, Scope},
    store::{KeptBrief, Place},
};

/// A brief out of the store.
pub(super) struct Kept {
    /// The brief, with its article where that was kept.
    pub(super) brief: Brief,
    /// What its article was.
    pub(super) prints: Prints,
}

/// What is written to the store.
#[derive(Serialize)]
struct Writing<'a> {
    brief: &'a Brief,
    prints: &'a Prints,
    #[serde(skip_serializing_if = "Option::is_none")]
    article: Option<Article>,
}

/// What is read from it.
#[derive(Deserialize)]
struct Reading {
    brief: Brief,
    prints: Prints,
    /// Briefs of earlier versions have none.
    article: Option<Article>,
}

/// Keeps a brief, on the disk and in memory.
///
/// # Errors
/// Where it could not be kept.
pub(super) async fn put(state: &State, brief: &Arc<Brief>, readers: &str) -> Result<(), Problem> {
    let prints = brief.article.as_deref().map(Prints::of).unwrap_or_default();
    write(state, &Kept { brief: Brief::clone(brief), prints }, readers).await?;
    state.answers.hold(Arc::clone(brief), readers).await;
    Ok(())
}

/// Writes a brief to the store alone.
///
/// # Errors
/// Where it could not be kept.
pub(super) async fn write(state: &State, kept: &Kept, readers: &str) -> Result<(), Problem> {
    let created: Option<Timestamp> = kept.brief.provenance.created.parse().ok();
    let article = kept.brief.article.as_deref().map(story);
    let writing = Writing { brief: &kept.brief, prints: &kept.prints, article };
    let body = serde_json::to_vec(&writing).map_err(|_| Problem::internal())?;
    let brief = KeptBrief {
        id: kept.brief.id.clone(),
        scope: readers.to_owned(),
        shared_with: BTreeSet::new(),
        created: created.unwrap_or_else(clock::utc),
        body,
    };
    state.store.briefs().put(brief).await.map_err(|_| Problem::unkept())
}

/// The article without what was dropped from it.
fn story(article: &Article) -> Article {
    Article { dropped: Vec::new(), ..article.clone() }
}

/// Lets `identity` read a brief, by which it was answered, also after a restart. A disk that fails
/// costs that and nothing else.
pub(super) async fn share(state: &State, id: &str, identity: &Identity) {
    if let Err(error) = state.store.briefs().share(id, &identity.readers()).await {
        tracing::warn!(id, %error, "that a brief may be read will not outlive the process");
    }
}

/// Forgets a brief everywhere: on the disk with what people decided about it and the text kept for the
/// audit, in memory in every format, and the answers that its source was given, here and in all replicas.
/// Its job goes too, unless it was called off and says so.
///
/// # Errors
/// Where it is still on the disk.
pub(super) async fn forget(state: &State, id: &str, called_off: bool) -> Result<(), Problem> {
    let near = state.answers.forget(id).await;
    let source = match near {
        Some(brief) => Some(brief.provenance.source_sha256.clone()),
        None => {
            let far = state.store.briefs().get(id).await?;
            far.as_ref().and_then(open).map(|kept| kept.brief.provenance.source_sha256)
        }
    };
    match called_off {
        true => state.store.call_off(id).await?,
        false => state.store.forget(id).await?,
    };
    if let Some(source) = source.as_deref().and_then(of_hex) {
        state.gateway.forget_source(&source).await?;
    }
    Ok(())
}

/// The brief of this id, where `identity` may read it.
pub(super) async fn read(state: &State, id: &str, identity: &Identity) -> Option<Arc<Brief>> {
    if let Some(brief) = state.answers.read(id, identity).await {
        return Some(brief);
    }
    let found = state.store.briefs().get(id).await.ok().flatten()?;
    let may = identity.may(Scope::Admin) || found.is_for(&identity.readers());
    may.then(|| open(&found)).flatten().map(|kept| Arc::new(kept.brief))
}

/// The brief of this id with its prints, within its readers.
pub(super) async fn find(state: &State, id: &str, readers: &str) -> Option<Kept> {
    let found = state.store.briefs().get(id).await.ok().flatten()?;
    open(&found).filter(|_| found.scope == readers)
}

/// The newest briefs that `identity` may read.
///
/// # Errors
/// Where they cannot be read.
pub(super) async fn newest(
    state: &State,
    identity: &Identity,
    before: Option<Place>,
    limit: usize,
) -> Result<Vec<Brief>, Problem> {
    let readers = identity.readers();
    let scope = (!identity.may(Scope::Admin)).then_some(readers.as_str());
    let found = state.store.briefs().newest(scope, before, limit).await;
    let found = found.map_err(|_| Problem::internal())?;
    Ok(found.iter().filter_map(open).map(|kept| kept.brief).collect())
}

fn open(kept: &KeptBrief) -> Option<Kept> {
    let opened = serde_json::from_slice::<Reading>(&kept.body);
    if opened.is_err() {
        tracing::warn!(id = kept.id, "a brief in the store is of another version and is left out");
    }
    let Reading { mut brief, prints, article } = opened.ok()?;
    brief.article = article.map(Arc::new);
    Some(Kept { brief, prints })
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::{
        config::Config,
        pipeline::Gateway,
        render::sample,
        store::{Store, StoreOptions},
    };

    fn desk(name: &str) -> Identity {
        Identity {
            key: Some("1a2b3c4d".to_owned()),
            desk: Some(name.to_owned()),
            scopes: [Scope::Brief].into(),
            ..Identity::anonymous()
        }
    }

    fn state(dir: &Path) -> State {
        let store = Store::open(dir, &StoreOptions::default(), clock::utc()).unwrap();
        State::new(Gateway::over(Config::default(), store).unwrap())
    }

    #[tokio::test]
    async fn whoever_was_answered_with_a_brief_may_read_it_after_a_restart() {
        let dir = tempfile::tempdir().unwrap();
        let brief = Arc::new(sample::brief());
        let [foreign, sport, other] = ["foreign", "sport", "other"].map(desk);
        let before = state(dir.path());
        put(&before, &brief, &foreign.readers()).await.unwrap();
        share(&before, &brief.id, &sport).await;
        before.close().await;
        drop(before);
        let after = state(dir.path());
        for reader in [&foreign, &sport] {
            let read = read(&after, &brief.id, reader).await.unwrap();
            assert_eq!(read.headline, brief.headline);
            let shown = |article: &Article| serde_json::to_value(article).unwrap();
            let article = shown(read.article.as_deref().unwrap());
            let before = shown(&story(brief.article.as_deref().unwrap()));
            assert_eq!(article, before, "with its Arabic");
        }
        assert!(read(&after, &brief.id, &other).await.is_none());
    }
}
