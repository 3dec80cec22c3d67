//! Updates, corrections and withdrawals: what a new item does to the briefs of its story.
//!
//! A story is known within its desk by its carrier's identifier and by its title. An item with the
//! same identifier takes the earlier brief's place; a notice (`تصحيح: …`) finds it by the title that
//! it names. An item that its carrier calls cancelled, or a notice that withdraws, makes no brief: the
//! earlier one is marked as withdrawn and given as the answer, and no provider is called.

use std::sync::Arc;

use super::{
    State, kept,
    kept::Kept,
    making::{self, Commission},
    problem::Problem,
};
use crate::{
    article::{Article, PubStatus, Reading},
    brief::{
        Brief,
        succession::{Notice, Prints, compare, notice, title_key},
    },
    clock,
    webhooks::Occasion,
};

/// Whether an item withdraws another.
pub(super) fn is_withdrawal(reading: &Reading) -> bool {
    let article = &reading.article;
    article.release.status == Some(PubStatus::Canceled)
        || matches!(noticed(article), Some((Notice::Withdrawal, _)))
}

/// Withdraws the brief of the story that an item withdraws; `None` where it withdraws none that is
/// known.
///
/// # Errors
/// Where that could not be kept.
pub(super) async fn withdraw(
    state: &State,
    commission: &Commission,
    reading: &Reading,
) -> Result<Option<Brief>, Problem> {
    if !is_withdrawal(reading) {
        return Ok(None);
    }
    let Some(mut kept) = earlier(state, commission, &reading.article).await else {
        return Ok(None);
    };
    kept.brief.release.status = Some(PubStatus::Canceled);
    kept.brief.succession.withdrawn.get_or_insert_with(|| clock::utc().to_string());
    replace(state, commission, &kept).await?;
    making::tell(state, commission, Occasion::withdrawn(&kept.brief)).await?;
    Ok(Some(kept.brief))
}

/// The brief with its place among the briefs of its story, and the one whose place it takes.
///
/// # Errors
/// Where it could not be noted as the latest of its story.
pub(super) async fn succeed(
    state: &State,
    commission: &Commission,
    mut brief: Brief,
) -> Result<(Brief, Option<Kept>), Problem> {
    let Some(article) = brief.article.clone() else { return Ok((brief, None)) };
    let earlier =
        earlier(state, commission, &article).await.filter(|kept| kept.brief.id != brief.id);
    if let Some(earlier) = &earlier {
        let mut changes = compare(&earlier.prints, &Prints::of(&article));
        changes.correction = matches!(noticed(&article), Some((Notice::Correction, _)));
        brief.succession.supersedes = Some(earlier.brief.id.clone());
        brief.succession.changes = Some(changes);
    }
    let mut names = names(&article);
    if names.is_empty() {
        return Ok((brief, earlier));
    }
    names.dedup();
    let stories = state.store.stories();
    let put = stories.put(&commission.readers, names, &brief.id, clock::utc()).await;
    put.map_err(|_| Problem::unkept())?;
    Ok((brief, earlier))
}

/// Marks the earlier brief as superseded.
///
/// # Errors
/// Where that could not be kept.
pub(super) async fn give_way(
    state: &State,
    commission: &Commission,
    (mut earlier, later): (Kept, &Brief),
) -> Result<(), Problem> {
    earlier.brief.succession.superseded_by = Some(later.id.clone());
    replace(state, commission, &earlier).await?;
    making::tell(state, commission, Occasion::superseded(&earlier.brief)).await
}

async fn replace(state: &State, commission: &Commission, kept: &Kept) -> Result<(), Problem> {
    kept::write(state, kept, &commission.readers).await?;
    state.answers.replace(Arc::new(kept.brief.clone())).await;
    state.works.outdated(&kept.brief.id);
    Ok(())
}

/// The latest brief of the story that an article is about.
async fn earlier(state: &State, commission: &Commission, article: &Article) -> Option<Kept> {
    let about = noticed(article).and_then(|(_, about)| title_key(about)).map(by_title);
    for name in article.release.uri.iter().map(|uri| by_uri(uri)).chain(about) {
        let latest = state.store.stories().latest(&commission.readers, &name).await;
        if let Some(id) = latest.ok().flatten()
            && let Some(kept) = kept::find(state, &id, &commission.readers).await
        {
            return Some(kept);
        }
    }
    None
}

/// What the story is found by later: its identifier, its title, and the title that a notice names.
fn names(article: &Article) -> Vec<String> {
    let title = article.title.as_deref();
    let about = noticed(article).map(|(_, about)| about);
    let titles = title.into_iter().chain(about).filter_map(title_key).map(by_title);
    article.release.uri.iter().map(|uri| by_uri(uri)).chain(titles).collect()
}

fn noticed(article: &Article) -> Option<(Notice, &str)> {
    notice(article.title.as_deref()?)
}

fn by_uri(uri: &str) -> String {
    // An identifier may be as long as its carrier likes; a key of the store should not.
    format!("uri:{}", blake3::hash(uri.as_bytes()).to_hex())
}

fn by_title(key: String) -> String {
    format!("title:{}", blake3::hash(key.as_bytes()).to_hex())
}
