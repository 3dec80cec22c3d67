//! `Cache-Control` of a request, and `Cache-Status` (RFC 9211) of its answer.
//!
//! A client may ask for a brief that is made anew (`no-cache`), that nothing is kept of (`no-store`), or
//! that is younger than so many seconds (`max-age`). A confidential article is `no-store` whatever the
//! header says. Directives that are not known are passed over, as HTTP has it.

use std::time::Duration;

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};

use crate::provider::CachePolicy;

const STATUS: HeaderName = HeaderName::from_static("cache-status");

/// How a request may be answered from what is kept.
pub(super) fn policy(headers: &HeaderMap, confidential: bool) -> CachePolicy {
    if confidential {
        return CachePolicy::NoStore;
    }
    let values = headers.get_all(header::CACHE_CONTROL).iter();
    let text: Vec<&str> = values.filter_map(|value| value.to_str().ok()).collect();
    let text = text.join(",").to_ascii_lowercase();
    let directives: Vec<&str> = text.split(',').map(str::trim).collect();
    if directives.contains(&"no-store") {
        return CachePolicy::NoStore;
    }
    if directives.iter().any(|one| *one == "no-cache" || one.starts_with("no-cache=")) {
        return CachePolicy::NoCache;
    }
    // The strictest of several; a number that cannot be read is the strictest of all.
    let ages = directives.iter().filter_map(|one| one.strip_prefix("max-age="));
    let youngest = ages.map(|age| age.trim_matches('"').parse().unwrap_or(0)).min();
    match youngest {
        Some(0) => CachePolicy::NoCache,
        Some(seconds) => CachePolicy::MaxAge(Duration::from_secs(seconds)),
        None => CachePolicy::Use,
    }
}

/// How a brief was come by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CacheStatus {
    /// It was kept, and is fresh for so long.
    Hit(Duration),
    /// It was made, because none was kept or the request wanted none that was.
    Made {
        /// How the request may be answered.
        policy: CachePolicy,
        /// It is kept now.
        stored: bool,
    },
}

impl CacheStatus {
    /// Writes `Cache-Status`.
    pub(super) fn write(self, headers: &mut HeaderMap) {
        let text = match self {
            Self::Hit(left) => format!("mujaz; hit; ttl={}", left.as_secs()),
            Self::Made { policy, stored } => {
                let why = match policy {
                    CachePolicy::Use => "miss",
                    CachePolicy::MaxAge(_) | CachePolicy::NoCache => "request",
                    CachePolicy::NoStore => "bypass",
                };
                let stored = if stored { "; stored" } else { "" };
                format!("mujaz; fwd={why}{stored}")
            }
        };
        if let Ok(value) = HeaderValue::from_str(&text) {
            headers.insert(STATUS, value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(values: &[&'static str]) -> CachePolicy {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(header::CACHE_CONTROL, HeaderValue::from_static(value));
        }
        policy(&headers, false)
    }

    #[test]
    fn a_request_says_what_it_takes_from_the_cache() {
        let seconds = |n| CachePolicy::MaxAge(Duration::from_secs(n));
        assert_eq!(asked(&[]), CachePolicy::Use);
        assert_eq!(asked(&["no-cache"]), CachePolicy::NoCache);
        assert_eq!(asked(&["max-age=0"]), CachePolicy::NoCache);
        assert_eq!(asked(&["Max-Age=60, no-transform"]), seconds(60));
        assert_eq!(asked(&["max-age=60", "max-age=30"]), seconds(30));
        assert_eq!(asked(&["max-age=soon"]), CachePolicy::NoCache);
        assert_eq!(asked(&["no-cache", "No-Store"]), CachePolicy::NoStore);
        assert_eq!(asked(&["only-if-cached, x=1"]), CachePolicy::Use);
    }

    #[test]
    fn what_is_confidential_is_kept_nowhere() {
        assert_eq!(policy(&HeaderMap::new(), true), CachePolicy::NoStore);
    }

    #[test]
    fn the_answer_says_how_it_was_come_by() {
        let made = |policy, stored| CacheStatus::Made { policy, stored };
        let cases = [
            (CacheStatus::Hit(Duration::from_millis(59_900)), "mujaz; hit; ttl=59"),
            (made(CachePolicy::Use, true), "mujaz; fwd=miss; stored"),
            (made(CachePolicy::Use, false), "mujaz; fwd=miss"),
            (made(CachePolicy::NoCache, true), "mujaz; fwd=request; stored"),
            (made(CachePolicy::NoStore, false), "mujaz; fwd=bypass"),
        ];
        for (status, text) in cases {
            let mut headers = HeaderMap::new();
            status.write(&mut headers);
            assert_eq!(headers[STATUS], text);
        }
    }
}
