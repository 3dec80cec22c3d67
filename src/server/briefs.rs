//! `POST /v1/briefs` makes a brief; `one_brief` has those that are there.
//!
//! One article is asked for in three ways: the answer is the brief, or a stream of how it comes along
//! (`Accept: text/event-stream`), or 202 and the brief later (`Prefer: respond-async`). What is refused is
//! refused before any of them begins.

use std::sync::Arc;

use axum::{
    body::{Body, Bytes},
    extract::{Request, State as Shared},
    http::{HeaderMap, HeaderValue, header},
    response::Response,
};
use tokio_util::task::AbortOnDropHandle;
use tracing::Instrument;

use super::{
    State,
    answers::Key,
    caching::{self, CacheStatus},
    dry,
    gate::Caller,
    jobs::{
        self, Assignment,
        once::{self, Begun},
    },
    kept, live,
    live::{Teller, Watch, Work},
    making::{self, Commission, Made, new_id},
    one_brief, openapi,
    problem::Problem,
    reviews,
    source::{self, Posted},
    translate,
};
use crate::{
    article::Reading,
    keys::Identity,
    pipeline::{self, Listener},
    provider::CachePolicy,
    render::{Format, Label, html},
    store::Once,
    telemetry::{Seen, Stage},
};

/// How an answer is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wanted {
    /// In this format, when it is there.
    Whole(Format),
    /// As it comes along.
    Stream,
    /// Later.
    Later,
}

impl Wanted {
    fn of(headers: &HeaderMap) -> Result<Self, Problem> {
        let accept = joined(headers, header::ACCEPT);
        if live::asked(accept.as_deref()) {
            return Ok(Self::Stream);
        }
        // The answer to a request that is deferred is JSON whatever was accepted.
        if jobs::preferred(headers) {
            return Ok(Self::Later);
        }
        Format::negotiate(accept.as_deref()).map(Self::Whole).ok_or_else(Problem::not_acceptable)
    }

    /// The format in which the cache knows the answer.
    fn format(self) -> Format {
        match self {
            Self::Whole(format) => format,
            Self::Stream | Self::Later => Format::Json,
        }
    }
}

/// One request for a brief, opened.
struct Asked {
    state: State,
    identity: Arc<Identity>,
    posted: Posted,
    wanted: Wanted,
    cache: CachePolicy,
    once: Option<Once>,
    /// It was looked for among what is kept already, in vain.
    looked: bool,
    seen: Seen,
}

/// The brief of the posted article in the way that `Accept` and `Prefer` ask for.
#[utoipa::path(
    post,
    path = "/v1/briefs",
    operation_id = "createBrief",
    tag = "briefs",
    params(
        ("Accept" = Option<String>, Header, description = "The format; `application/json` where nothing is said."),
        ("Prefer" = Option<String>, Header, description = "`respond-async`: 202 now, the brief later."),
        ("Idempotency-Key" = Option<String>, Header, description = "A request that is sent twice is done once."),
        ("Cache-Control" = Option<String>, Header, description = "`no-cache`, `no-store` or `max-age`."),
    ),
    responses(
        (status = 200, description = "The brief, in the format that `Accept` prefers; with `dry_run` the plan and its cost.", headers(("Cache-Status")), content(
            (openapi::shapes::BriefOrForesight = "application/json", example = json!(openapi::example())),
            (String = "text/markdown"),
            (String = "text/html"),
            (serde_json::Value = "application/ninjs+json"),
            (openapi::shapes::Event = "text/event-stream"),
        )),
        (status = 202, description = "It is made later, under `Location`.", body = openapi::shapes::Accepted,
            headers(("Location"), ("Retry-After"), ("Preference-Applied"))),
        (status = 406), (status = 409), (status = 410),
    )
)]
pub(super) async fn create(
    Shared(state): Shared<State>,
    Caller(identity): Caller,
    request: Request,
) -> Result<Response, Problem> {
    let wanted = Wanted::of(request.headers())?;
    let headers = request.headers().clone();
    let seen = request.extensions().get::<Seen>().cloned().unwrap_or_default();
    let (mut looked, posted) = (false, source::json_of(request).await?);
    let posted = match posted {
        Ok(raw) => {
            if wanted != Wanted::Later && !once::is_asked(&headers) {
                let policy = caching::policy(&headers, false);
                let again = Again { state: &state, identity: &identity, wanted, seen: &seen };
                if let Some(response) = again.of_json(&raw, policy).await? {
                    return Ok(response);
                }
                looked = true;
            }
            source::json(raw, &state.gateway).await?
        }
        Err(request) => source::posted(request, &state.gateway).await?,
    };
    looked &= posted.by_itself;
    let cache = caching::policy(&headers, posted.options.confidential);
    if posted.options.dry_run {
        return dry::run(&state, &posted, (cache, state.sharing(&identity))).await;
    }
    if let Some(webhook) = &posted.options.webhook {
        let checked = state.webhooks.check(webhook);
        checked.map_err(|refusal| Problem::webhook_refused(refusal.to_string()))?;
    }
    let options = format!("{:?} {:?}", posted.options, posted.source.content_type);
    let once = once::of(&headers, &[b"brief", options.as_bytes(), &posted.raw])?;
    let asked = Asked { state, identity, posted, wanted, cache, once, looked, seen };
    asked.nothing_kept_is_needed()?;
    asked.answer().await
}

/// The brief of an article that came by the page's form, as a page.
pub(super) async fn of_form(
    state: State,
    identity: Arc<Identity>,
    (posted, seen): (Posted, Seen),
) -> Result<Response, Problem> {
    let cache = caching::policy(&HeaderMap::new(), posted.options.confidential);
    let wanted = Wanted::Whole(Format::Html);
    let asked = Asked { state, identity, posted, wanted, cache, once: None, looked: false, seen };
    asked.answer().await
}

/// Who is answered with a brief that was there already, and how.
struct Again<'a> {
    state: &'a State,
    identity: &'a Identity,
    wanted: Wanted,
    seen: &'a Seen,
}

impl Again<'_> {
    /// The brief that the same JSON was answered with, which is not even opened for that.
    async fn of_json(&self, raw: &[u8], policy: CachePolicy) -> Result<Option<Response>, Problem> {
        let sharing = self.state.sharing(self.identity);
        let key = self.state.answers.key_of_json(raw, self.wanted.format(), &sharing);
        self.of(&key, policy, None).await
    }

    /// The brief that is kept under this key; `webhook` hears of it, too.
    async fn of(
        &self,
        key: &Key,
        policy: CachePolicy,
        webhook: Option<&str>,
    ) -> Result<Option<Response>, Problem> {
        let by = (self.identity, self.seen);
        let found = making::again(self.state, (key, policy), by, webhook).await?;
        let Some(rendered) = found else { return Ok(None) };
        let status = CacheStatus::Hit(rendered.fresh_for());
        let response = match self.wanted {
            Wanted::Stream => {
                let json = String::from_utf8_lossy(&rendered.body);
                live::events(rendered.id(), &[("brief", &json)])
            }
            _ => respond(self.wanted.format(), rendered.body),
        };
        Ok(Some(with_status(response, status)))
    }
}

impl Asked {
    /// What is confidential is kept nowhere, so it can be neither deferred nor repeated nor told.
    fn nothing_kept_is_needed(&self) -> Result<(), Problem> {
        if self.cache != CachePolicy::NoStore {
            return Ok(());
        }
        let needed = match () {
            () if self.wanted == Wanted::Later => "`Prefer: respond-async`",
            () if self.once.is_some() => "`Idempotency-Key`",
            () if self.posted.options.webhook.is_some() => "`webhook`",
            () => return Ok(()),
        };
        Err(Problem::confidential(format!(
            "Nothing of a confidential or no-store article is kept, so {needed} cannot work; ask \
             for the brief itself or for an event stream."
        )))
    }

    async fn answer(mut self) -> Result<Response, Problem> {
        let (readers, once) = (self.identity.readers(), self.once.take());
        match (self.wanted, once) {
            (Wanted::Later, once) => self.defer(once).await,
            (_, None) => self.now(new_id(), false).await,
            (_, Some(once)) => match once::begin(&self.state, &readers, once).await? {
                Begun::Done(id) => self.again(&id).await,
                Begun::Failed(problem) => Err(Problem::repeated(&problem)),
                Begun::Ours(id) => self.now(id, true).await,
            },
        }
    }

    /// Accepts it as a job.
    async fn defer(self, once: Option<Once>) -> Result<Response, Problem> {
        let Self { state, identity, posted, cache, .. } = self;
        let deadline = pipeline::deadline(&state.gateway.config);
        making::read(&state, &posted.source, deadline).await?;
        let account = translate::account(&identity);
        let assignment = Assignment::of(&posted, cache).paid_by(account);
        let accepted = vec![(new_id(), assignment, once)];
        let ids = jobs::accept(&state, &identity.readers(), accepted).await?;
        let id = ids.first().ok_or_else(Problem::internal)?;
        let job = jobs::find(&state, id, &identity).await;
        Ok(jobs::deferred(id, job.map_or("queued", |job| jobs::status(job.state))))
    }

    /// What the first request with the same key was answered with, as people have left it since.
    async fn again(self, id: &str) -> Result<Response, Problem> {
        let brief =
            kept::read(&self.state, id, &self.identity).await.ok_or_else(one_brief::unknown)?;
        let (brief, label) = reviews::reviewed(&self.state, brief).await?;
        let format = self.wanted.format();
        let body = Bytes::from(format.render(&brief, &label));
        Ok(match self.wanted {
            Wanted::Stream => live::events(id, &[("brief", &String::from_utf8_lossy(&body))]),
            _ => respond(format, body),
        })
    }

    /// Answers from the cache, or makes the brief now. `outlives`: also when the client hangs up.
    async fn now(self, id: String, outlives: bool) -> Result<Response, Problem> {
        let sharing = self.state.sharing(&self.identity);
        let key = self.state.answers.key(&self.posted, self.wanted.format(), &sharing);
        // Of a request that is done once it is noted under its own id what came of it.
        if !outlives && !self.looked {
            let Self { state, identity, wanted, seen, .. } = &self;
            let again = Again { state, identity, wanted: *wanted, seen };
            let webhook = self.posted.options.webhook.as_deref();
            if let Some(response) = again.of(&key, self.cache, webhook).await? {
                return Ok(response);
            }
        }
        let Self { state, identity, posted, wanted, cache, seen, .. } = self;
        // A stream is answered before its brief is there.
        let seen = if wanted == Wanted::Stream { seen.anew() } else { seen };
        let deadline = pipeline::deadline(&state.gateway.config);
        let reading = making::read(&state, &posted.source, deadline);
        let reading = match seen.time_async(Stage::Read, reading).await {
            Ok(reading) => reading,
            Err(problem) => {
                if outlives {
                    once::end(&state, &id, Err(&problem)).await;
                }
                return Err(problem);
            }
        };
        let Posted { source, options, .. } = posted;
        let (readers, account) = (identity.readers(), translate::account(&identity));
        let commission = Commission {
            id,
            readers,
            source,
            options,
            cache,
            lasts: true,
            batch: None,
            account,
            seen,
        };
        let making = Making { state, commission, reading, key, format: wanted.format(), outlives };
        match wanted {
            Wanted::Stream => Ok(making.stream()),
            _ => making.whole().await,
        }
    }
}

/// A brief that is about to be made for a request.
struct Making {
    state: State,
    commission: Commission,
    reading: Reading,
    key: Key,
    format: Format,
    /// It is noted what comes of it, under an `Idempotency-Key`.
    outlives: bool,
}

impl Making {
    async fn whole(self) -> Result<Response, Problem> {
        let (format, policy) = (self.format, self.commission.cache);
        let silent: Listener = Arc::new(|_| ());
        let made = match self.outlives {
            false => self.make(silent).await,
            true => {
                let tasks = self.state.works.tasks.clone();
                let making = async move { self.make(silent).await };
                let made = tasks.spawn(making.in_current_span()).await;
                made.unwrap_or_else(|_| Err(Problem::internal()))
            }
        };
        let (_, body, stored) = made?;
        Ok(with_status(respond(format, body), CacheStatus::Made { policy, stored }))
    }

    /// Answers at once, and makes the brief while the answer goes out.
    fn stream(self) -> Response {
        let tasks = self.state.works.tasks.clone();
        if !self.commission.keeps() {
            let work = Work::private(&self.commission.id);
            let own = Arc::clone(&work);
            let making = async move {
                self.told(&own).await;
                own.log.end();
            };
            let making = AbortOnDropHandle::new(tasks.spawn(making.in_current_span()));
            return Watch::new(work, 0).owning(making).respond();
        }
        let underway = self.state.works.begin(&self.commission.id, self.commission.readers.clone());
        let work = Arc::clone(&underway.work);
        let (state, id) = (self.state.clone(), self.commission.id.clone());
        let making = async move {
            let stop = underway.work.stop.clone();
            if stop.run_until_cancelled(self.told(&underway.work)).await.is_none() {
                // It may just have been on its way to the disk.
                if kept::forget(&state, &id, true).await.is_err() {
                    tracing::error!(id, "a brief that was called off could not be forgotten");
                }
                Teller::new(&underway.work).problem(&Problem::cancelled());
            }
        };
        tasks.spawn(making.in_current_span());
        Watch::new(work, 0).respond()
    }

    async fn told(self, work: &Arc<Work>) {
        let teller = Teller::new(work);
        let known = self.reading.findings.clone();
        teller.article(&self.reading.article);
        let (briefs, seen) =
            (Arc::clone(&self.state.observer.briefs), self.commission.seen.clone());
        teller.findings(&known, &[]);
        match self.make(teller.listener()).await {
            Ok((made, body, _)) => {
                teller.findings(&made.brief.findings, &known);
                teller.brief(&String::from_utf8_lossy(&body));
            }
            Err(problem) => teller.problem(&problem),
        }
        briefs.enter(&seen);
    }

    /// The brief, rendered, and whether it is kept for the same request.
    async fn make(self, listener: Listener) -> Result<(Made, Bytes, bool), Problem> {
        let Self { state, commission, reading, key, format, outlives } = self;
        let made = making::in_turn(&state, &commission, reading, &listener).await;
        let outcome = made.as_ref().map(|made| made.brief.id.as_str());
        if outlives && !once::end(&state, &commission.id, outcome).await {
            // It was called off at the last moment.
            kept::forget(&state, &commission.id, true).await?;
            return Err(Problem::cancelled());
        }
        let made = made?;
        let body = match format {
            Format::Json => made.json.clone(),
            format => {
                let render = || Bytes::from(format.render(&made.brief, &Label::Draft));
                commission.seen.time(Stage::Render, render)
            }
        };
        let stored = making::remember(&state, &commission, &made, (key, body.clone())).await;
        Ok((made, body, stored))
    }
}

/// All values of a header that may come more than once, as one list.
pub(super) fn joined(headers: &HeaderMap, name: header::HeaderName) -> Option<String> {
    let values: Vec<&str> =
        headers.get_all(name).iter().filter_map(|value| value.to_str().ok()).collect();
    (!values.is_empty()).then(|| values.join(", "))
}

/// The brief in this format, with the headers that go with it.
pub(super) fn respond(format: Format, body: Bytes) -> Response {
    let mut response = Response::new(Body::from(body));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(format.media_type()));
    headers.insert(header::VARY, HeaderValue::from_static("accept"));
    if format == Format::Html
        && let Ok(policy) = HeaderValue::from_str(&html::POLICY)
    {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response
}

fn with_status(mut response: Response, status: CacheStatus) -> Response {
    status.write(response.headers_mut());
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_comes_with_the_policy_that_allows_its_own_style_alone() {
        let policy = |format| {
            let response = respond(format, Bytes::new());
            response.headers().get(header::CONTENT_SECURITY_POLICY).cloned()
        };
        assert_eq!(policy(Format::Html).unwrap(), html::POLICY.as_str());
        assert_eq!(policy(Format::Json), None);
    }
}
