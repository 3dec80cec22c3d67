//! What a job is to make, as it lies in the store until then.

use axum::body::Bytes;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize};

use crate::{
    article::Source,
    body::Body,
    brief::Detail,
    provider::{Account, CachePolicy},
    server::{
        State,
        making::Commission,
        problem::Problem,
        source::{self, Options, Posted},
    },
    telemetry::{Seen, Trace},
};

/// A brief to be made.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(in crate::server) struct Assignment {
    article: Given,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    published: Option<String>,
    /// The story's identifier, where the article does not carry it itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::server) uri: Option<String>,
    detail: Detail,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::server) webhook: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    batch: Option<String>,
    /// No kept answer serves.
    #[serde(default)]
    anew: bool,
    /// Who pays for it.
    #[serde(default)]
    account: Account,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Given {
    /// The article's bytes in base64, with their content type.
    Article { bytes: String, content_type: Option<String> },
    /// Where it is; it is fetched when its turn comes.
    Url(String),
}

impl Assignment {
    /// Of an article that a request brought.
    pub(in crate::server) fn of(posted: &Posted, cache: CachePolicy) -> Self {
        let Posted { source, options, .. } = posted;
        Self {
            article: Given::of(source),
            title: source.title.clone(),
            published: source.published.clone(),
            uri: None,
            detail: options.detail,
            webhook: options.webhook.clone(),
            batch: None,
            anew: matches!(cache, CachePolicy::NoCache | CachePolicy::MaxAge(_)),
            account: Account::default(),
        }
    }

    /// Of one article of a batch.
    pub(in crate::server) fn of_body(body: Body, batch: Option<String>) -> Self {
        let Body { carried, title, published, detail, webhook, .. } = body;
        let article = match carried.source() {
            Ok(source) => Given::of(&source),
            Err(url) => Given::Url(url),
        };
        let detail = detail.unwrap_or_default();
        let account = Account::default();
        Self { article, title, published, uri: None, detail, webhook, batch, anew: false, account }
    }

    /// The same, on this account.
    pub(in crate::server) fn paid_by(self, account: Account) -> Self {
        Self { account, ..self }
    }

    /// The same, as the story of this identifier where the article carries none.
    pub(in crate::server) fn named(self, uri: Option<String>) -> Self {
        Self { uri, ..self }
    }

    /// The article, where it need not be fetched.
    pub(in crate::server) fn source(&self) -> Option<Source> {
        let Given::Article { bytes, content_type } = &self.article else { return None };
        let bytes = Bytes::from(STANDARD.decode(bytes).ok()?);
        Some(self.titled(Source { bytes, content_type: content_type.clone(), ..Source::default() }))
    }

    /// The address of an article that must be fetched.
    pub(in crate::server) fn url(&self) -> Option<&str> {
        match &self.article {
            Given::Article { .. } => None,
            Given::Url(url) => Some(url),
        }
    }

    /// What is to be made, its article fetched where that is needed.
    ///
    /// # Errors
    /// Where it cannot be fetched.
    pub(in crate::server) async fn commission(
        &self,
        state: &State,
        id: &str,
        readers: &str,
    ) -> Result<Commission, Problem> {
        let source = match self.url() {
            Some(url) => self.titled(source::fetched(url, &state.gateway).await?),
            None => self.source().ok_or_else(Problem::internal)?,
        };
        let options =
            Options { detail: self.detail, webhook: self.webhook.clone(), ..Options::default() };
        let cache = if self.anew { CachePolicy::NoCache } else { CachePolicy::Use };
        let (id, readers) = (id.to_owned(), readers.to_owned());
        let (batch, account) = (self.batch.clone(), self.account.clone());
        let seen = Seen::begin(Trace::begin());
        let lasts = true;
        Ok(Commission { id, readers, source, options, cache, lasts, batch, account, seen })
    }

    pub(in crate::server) fn to_bytes(&self) -> Vec<u8> {
        // Plain data, which JSON always holds.
        serde_json::to_vec(self).unwrap_or_default()
    }

    pub(in crate::server) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        serde_json::from_slice(bytes).ok()
    }

    fn titled(&self, source: Source) -> Source {
        Source { title: self.title.clone(), published: self.published.clone(), ..source }
    }
}

impl Given {
    fn of(source: &Source) -> Self {
        let bytes = STANDARD.encode(&source.bytes);
        Self::Article { bytes, content_type: source.content_type.clone() }
    }
}
