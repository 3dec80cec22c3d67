//! Sends one delivery once, and decides about another try.
//!
//! 2xx is arrived. 410 says that nobody lives there any more: the address is left alone for as long as
//! jobs are kept. Everything else, redirects included, is tried again, later each time and with jitter,
//! for a day, and no sooner than `Retry-After` says. A log names the host and never the address, which may
//! hold a token.

use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use jiff::{SignedDuration, Timestamp};
use url::Url;

use super::{Delivery, Webhooks, sign};
use crate::{
    clock,
    config::secret,
    outside::{OutsideError, Reply},
    store::{Claimed, NewJob, StoreError},
    telemetry::names,
};

const ID: HeaderName = HeaderName::from_static("webhook-id");
const TIMESTAMP: HeaderName = HeaderName::from_static("webhook-timestamp");
const SIGNATURE: HeaderName = HeaderName::from_static("webhook-signature");

/// How long an event is tried.
const PATIENCE: SignedDuration = SignedDuration::from_hours(24);
/// Waits before the second attempt, the third and so on; the last one again and again.
const WAITS: [u64; 9] = [5, 30, 120, 600, 1800, 3600, 7200, 14_400, 21_600];
/// The kind of the store's jobs that say that an address is gone.
const GONE: &str = "webhook-gone";

/// What came of an attempt.
#[derive(Debug, PartialEq, Eq)]
enum Outcome {
    Arrived,
    /// Nobody lives there any more.
    Gone,
    /// It can never arrive.
    Hopeless(&'static str),
    /// Not now; no sooner than after this, where the receiver said so.
    Later(Option<Duration>),
}

impl Webhooks {
    /// Makes one attempt, and notes what came of it.
    pub(super) async fn deliver(&self, claimed: Claimed) {
        let Claimed { job, payload } = &claimed;
        let jobs = self.store.jobs();
        let Ok(delivery) = serde_json::from_slice::<Delivery>(payload) else {
            let _ = jobs.fail(&job.id, b"unreadable".to_vec(), clock::utc()).await;
            return;
        };
        let outcome = self.attempt(&delivery).await;
        let now = clock::utc();
        let count = |outcome| names::WEBHOOKS.counter(&[outcome]).increment(1);
        let host = host(&delivery.url);
        let noted = match outcome {
            Outcome::Arrived => {
                count("arrived");
                jobs.finish(&job.id, Vec::new(), now).await
            }
            Outcome::Gone => {
                count("gone");
                tracing::warn!(host, "a webhook's receiver is gone (410) and is not told any more");
                let marked = self.mark_gone(&delivery.url, now).await;
                marked.and(jobs.fail(&job.id, b"gone".to_vec(), now).await)
            }
            Outcome::Hopeless(why) => {
                count("given-up");
                tracing::warn!(host, event = delivery.event, why, "a webhook is given up");
                jobs.fail(&job.id, why.as_bytes().to_vec(), now).await
            }
            Outcome::Later(asked) => {
                let due = now + wait(job.attempts, asked);
                if due.duration_since(job.created) > PATIENCE {
                    count("given-up");
                    tracing::warn!(
                        host,
                        event = delivery.event,
                        "a webhook is given up after a day"
                    );
                    jobs.fail(&job.id, b"not in a day".to_vec(), now).await
                } else {
                    count("later");
                    jobs.retry(&job.id, due, now).await
                }
            }
        };
        self.lane.call();
        if noted.is_err() {
            tracing::error!(event = delivery.event, "what came of a webhook could not be kept");
        }
    }

    async fn attempt(&self, delivery: &Delivery) -> Outcome {
        let Delivery { event, url, body } = delivery;
        if self.is_gone(url).await {
            return Outcome::Gone;
        }
        let timestamp = clock::utc().as_second();
        let secrets = self.told.config.secret_of(url).and_then(secret::from_environment);
        let signed =
            secrets.and_then(|secrets| sign::signature(&secrets, (event, timestamp), body));
        let Some(signature) = signed else {
            return Outcome::Hopeless("no usable secret in the environment");
        };
        let value = |text: &str| HeaderValue::from_str(text);
        let (Ok(id), Ok(moment), Ok(signature)) =
            (value(event), value(&timestamp.to_string()), value(&signature))
        else {
            return Outcome::Hopeless("no header holds its id");
        };
        let json = HeaderValue::from_static("application/json");
        let headers =
            [(header::CONTENT_TYPE, json), (ID, id), (TIMESTAMP, moment), (SIGNATURE, signature)];
        let headers = HeaderMap::from_iter(headers);
        match self.told.outside.post(url, headers, body.clone().into()).await {
            Ok(reply) => judged(&reply, clock::utc()),
            Err(OutsideError::Address | OutsideError::NotPublic) => {
                Outcome::Hopeless("the address does not lead to a public host")
            }
            Err(_) => Outcome::Later(None),
        }
    }

    async fn is_gone(&self, url: &str) -> bool {
        matches!(self.store.jobs().get(&gone_id(url)).await, Ok(Some(_)))
    }

    async fn mark_gone(&self, url: &str, now: Timestamp) -> Result<bool, StoreError> {
        let jobs = self.store.jobs();
        let mark = NewJob {
            id: gone_id(url),
            kind: GONE.to_owned(),
            scope: GONE.to_owned(),
            payload: Vec::new(),
            due: now,
            once: None,
        };
        let id = mark.id.clone();
        jobs.enqueue(vec![mark], now).await?;
        // Over at once, so that it lives as long as what is over.
        jobs.cancel(&id, now).await.map(|_| true)
    }
}

fn gone_id(url: &str) -> String {
    format!("gone-{}", &blake3::hash(url.as_bytes()).to_hex()[..32])
}

fn host(url: &str) -> String {
    Url::parse(url).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default()
}

fn judged(reply: &Reply, now: Timestamp) -> Outcome {
    match reply.status {
        status if status.is_success() => Outcome::Arrived,
        StatusCode::GONE => Outcome::Gone,
        _ => Outcome::Later(retry_after(&reply.headers, now)),
    }
}

/// `Retry-After`, in seconds or as a date.
fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let value = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = value.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = Timestamp::try_from(httpdate::parse_http_date(value).ok()?).ok()?;
    Duration::try_from(date.duration_since(now)).ok()
}

/// The wait after so many attempts, a fifth shorter or longer, so that receivers that were down are not
/// met by everybody at once.
fn wait(attempts: u32, asked: Option<Duration>) -> SignedDuration {
    let place = usize::try_from(attempts.saturating_sub(1)).unwrap_or(usize::MAX);
    let seconds = WAITS.get(place).or(WAITS.last()).copied().unwrap_or(21_600);
    let jittered = Duration::from_secs(seconds).mul_f64(0.8 + 0.4 * fastrand::f64());
    let wait = asked.unwrap_or_default().min(Duration::from_secs(86_400)).max(jittered);
    SignedDuration::try_from(wait).unwrap_or(PATIENCE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        config::Config,
        store::{Store, StoreOptions},
    };

    fn reply(status: u16, headers: &[(HeaderName, &'static str)]) -> Reply {
        let headers =
            headers.iter().map(|(name, value)| (name.clone(), HeaderValue::from_static(value)));
        Reply { status: StatusCode::from_u16(status).unwrap(), headers: headers.collect() }
    }

    #[test]
    fn only_success_is_arrived_and_only_410_is_the_end() {
        let now = "2026-01-18T10:00:00Z".parse().unwrap();
        let of = |status| judged(&reply(status, &[]), now);
        assert_eq!([200, 202, 204].map(of), [Outcome::Arrived, Outcome::Arrived, Outcome::Arrived]);
        assert_eq!(of(410), Outcome::Gone);
        for status in [301, 302, 307, 400, 404, 429, 500, 503] {
            assert_eq!(of(status), Outcome::Later(None), "{status}");
        }
    }

    #[test]
    fn a_receiver_says_in_seconds_or_by_date_when_it_will_be_back() {
        let now = "2026-01-18T10:00:00Z".parse().unwrap();
        let asked = |value| judged(&reply(503, &[(header::RETRY_AFTER, value)]), now);
        let seconds = |n| Outcome::Later(Some(Duration::from_secs(n)));
        assert_eq!(asked("120"), seconds(120));
        assert_eq!(asked("Sun, 18 Jan 2026 10:01:00 GMT"), seconds(60));
        assert_eq!(asked("Sun, 18 Jan 2026 09:00:00 GMT"), Outcome::Later(None), "it is over");
        assert_eq!(asked("soon"), Outcome::Later(None));
    }

    #[test]
    fn waits_grow_stay_near_their_length_and_obey_the_receiver() {
        let seconds = |attempts, asked| wait(attempts, asked).as_secs();
        assert!((4..=6).contains(&seconds(1, None)));
        assert!((480..=720).contains(&seconds(4, None)));
        assert!((17_280..=25_920).contains(&seconds(40, None)));
        assert_eq!(seconds(1, Some(Duration::from_secs(900))), 900);
        assert_eq!(seconds(1, Some(Duration::from_secs(1 << 40))), 86_400, "at most a day");
    }

    #[tokio::test]
    async fn an_address_that_is_gone_is_not_asked_again() {
        let store = Store::in_memory(&StoreOptions::default());
        let webhooks = Webhooks::new(&Config::default(), &store);
        let delivery = Delivery {
            event: "evt".to_owned(),
            url: "https://gone.example/".to_owned(),
            body: String::new(),
        };
        let before = webhooks.attempt(&delivery).await;
        assert!(matches!(before, Outcome::Hopeless(_)), "no secret, so nothing was sent");
        webhooks.mark_gone(&delivery.url, clock::utc()).await.unwrap();
        assert_eq!(webhooks.attempt(&delivery).await, Outcome::Gone);
    }
}
