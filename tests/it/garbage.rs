//! Bytes that nobody meant: every parser of what comes from outside answers, and none panics.
//!
//! The reader of articles is fuzzed by scripts/fuzz; here are the small ones beside it.

use std::sync::LazyLock;

use axum::{
    Router,
    body::Body,
    http::{Request, header},
};
use mujaz::{body, config::load, glossary::Glossary, keys::Token};
use proptest::prelude::*;
use tokio::runtime::Runtime;
use tower::ServiceExt;

use crate::support::gateway::open;

/// A gateway whose only provider is not there.
static GATEWAY: LazyLock<(Router, Runtime)> = LazyLock::new(|| {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let config = "[server]\ndeadline = \"1s\"\n[tasks]\ntranslate = [\"none\"]\n\
                  [[providers]]\nname = \"none\"\nkind = \"libretranslate\"\nattempts = 1\n\
                  base_url = \"http://127.0.0.1:9\"\n";
    (runtime.block_on(async { open(config) }), runtime)
});

/// Text that looks enough like its format to get past the first character.
fn shaped(parts: &'static [&'static str]) -> impl Strategy<Value = String> {
    let part = prop_oneof![
        4 => prop::sample::select(parts).prop_map(str::to_owned),
        1 => any::<String>(),
    ];
    prop::collection::vec(part, 0..40).prop_map(|parts| parts.concat())
}

proptest! {
    // What failed is printed; the folder of the sources is not written to.
    #![proptest_config(ProptestConfig {
        cases: 400,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn glossaries_are_read_or_refused_by_their_line(
        csv in shaped(&["ar,en", ",kind", "\n", "\"", "الميناء", ",", "port", "\r\n", "terms", "=", "\u{feff}"]),
        tbx in shaped(&[
            "<tbx>", "<conceptEntry id=\"c1\">", "<langSec xml:lang=\"ar\">", "<termSec>", "<term>",
            "الميناء", "</term>", "</termSec>", "</langSec>", "</conceptEntry>", "</tbx>", "&", "&#x1;", "<!--",
            "<!DOCTYPE a [<!ENTITY b \"c\">]>",
        ]),
        toml in shaped(&["[terms]", "\n", "\"الميناء\"", " = ", "\"port\"", "{", "}", "[[", "near", ","]),
    ) {
        for (name, text) in [("a.csv", &csv), ("a.tbx", &tbx), ("a.toml", &toml)] {
            if let Err(error) = Glossary::from_file(name, text) {
                prop_assert!(error.to_string().starts_with(name), "{error}");
            }
        }
    }

    #[test]
    fn configurations_are_read_or_refused(
        text in shaped(&[
            "[server]\n", "listen = ", "\"127.0.0.1:1\"\n", "[[providers]]\n", "kind = ", "\"http\"\n", "[tasks]\n",
            "translate = [", "]\n", "= ", "\"", "'''", "\n", "deadline = \"1s\"\n", "[providers.http]\n", "{{ texts }}",
        ]),
    ) {
        if let Err(error) = load::parse("c.toml", &text) {
            prop_assert!(!error.in_one_line().contains('\n'));
            prop_assert!(error.to_string().contains("c.toml"));
        }
    }

    #[test]
    fn bodies_and_keys_are_read_or_refused(
        json in shaped(&[
            "{", "}", "[", "]", "\"text\"", "\"html\"", "\"url\"", ":", ",", "\"ا\"", "null", "1e999", "\"detail\"",
            "\"brief\"", "\\ud800", "\"articles\"", "true",
        ]),
        key in "(mjz_)?[0-9a-zA-Z_-]{0,80}",
    ) {
        let _ = body::Body::open(json.as_bytes());
        let _ = body::Bodies::open(json.as_bytes());
        let _ = Token::parse(&key);
    }

    #[test]
    fn requests_are_answered_whatever_their_body(
        (kind, text) in prop_oneof![
            (Just("application/json"), shaped(&["{", "}", "\"text\"", ":", "\"ا\"", ",", "[", "]", "\"title\""])),
            (Just("multipart/form-data; boundary=x"), shaped(&[
                "--x", "--x--", "\r\n", "content-disposition: form-data; name=\"file\"", "; filename=\"a\"",
                "content-type: text/html", "\r\n\r\n", "ا", "\n", "name=",
            ])),
            (Just("application/ninjs+json"), shaped(&["{", "}", "\"body_text\"", ":", "\"ا\"", "\"bodies\"", "[", "]"])),
            (Just("application/atom+xml"), shaped(&["<feed>", "<entry>", "<content>", "ا", "</entry>", "&", "<!["])),
        ],
        path in prop::sample::select(vec![
            "/v1/split", "/v1/batches", "/translate", "/v2/translate", "/v1/hooks/superdesk", "/v1/hooks/miniflux",
        ]),
    ) {
        let (router, runtime) = &*GATEWAY;
        let status = runtime.block_on(async {
            let request = Request::post(path)
                .header(header::CONTENT_TYPE, kind)
                .header("x-superdesk-signature", "sha1=00")
                .body(Body::from(text))
                .unwrap();
            router.clone().oneshot(request).await.unwrap().status()
        });
        // 500 is a panic that was caught; 502 and 503 say that no provider is there.
        prop_assert_ne!(status.as_u16(), 500);
    }
}
