//! Addresses and keys; what needs a connection is tested over loopback in `tests/it`.

use http::{HeaderMap, Method};

use super::*;

fn to(base_url: &str) -> Destination<'_> {
    let (timeout, silence) = (Duration::from_secs(1), Duration::from_secs(1));
    Destination { base_url, allow_http: false, key: None, timeout, silence }
}

#[test]
fn a_base_url_may_end_in_a_slash_and_hold_a_path() {
    for base in ["https://a.example/v1", "https://a.example/v1/"] {
        let url = address(&to(base), "/chat?x=1").expect("an address");
        assert_eq!(url.as_str(), "https://a.example/v1/chat?x=1");
    }
}

#[test]
fn plain_http_is_for_loopback() {
    for base in ["http://127.0.0.1:1", "http://127.9.9.9", "http://[::1]:1", "http://localhost:1"] {
        assert!(address(&to(base), "/").is_ok(), "{base}");
    }
    for base in ["http://10.0.0.1", "http://localhost.example", "http://0.0.0.0", "ftp://a", ""] {
        let fault = address(&to(base), "/").expect_err(base);
        assert_eq!(fault.kind, FaultKind::NotFound);
        assert!(base.is_empty() || !fault.detail.contains(base));
    }
    assert!(address(&Destination { allow_http: true, ..to("http://10.0.0.1") }, "/").is_ok());
}

#[test]
fn a_key_shows_in_no_debug_output() {
    let key = SecretString::from("sk-OURKEY");
    let wire = WireRequest {
        method: Method::POST,
        path: "/".into(),
        headers: HeaderMap::new(),
        body: Bytes::new(),
        auth: Auth::Bearer,
        stream: false,
        findings: Vec::new(),
    };
    let url = Url::parse("https://a.example/").expect("an address");
    let request = request(url, wire, Some(&key)).expect("a request");
    assert_eq!(request.headers()[AUTHORIZATION], "Bearer sk-OURKEY");
    let shown = format!("{request:?} {:?}", Destination { key: Some(&key), ..to("https://a") });
    assert!(!shown.contains("OURKEY"), "{shown}");
}

#[test]
fn a_key_that_no_header_can_carry_is_a_fault_without_it() {
    let fault = secret("Bearer sk-\nOURKEY").expect_err("a line break");
    assert_eq!(fault.kind, FaultKind::Unauthorized);
    assert!(!fault.detail.contains("sk"));
}
