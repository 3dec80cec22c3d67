//! What operators see of a running server: metrics, logs, traces, timings; and who may see them.

use serde_json::{Value, json};

use crate::support::{
    gateway::service,
    process::{Serving, mujaz, printed},
    provider::{Act, Stub, status},
    served::article,
};

/// A server whose briefs come from these stubs in turn, with more lines of configuration.
async fn server(folder: &std::path::Path, stubs: &[&Stub], more: &str) -> Serving {
    let config = folder.join("config.toml");
    let state = folder.join("state");
    let names: Vec<String> = (0..stubs.len()).map(|n| format!("\"p{n}\"")).collect();
    let mut text = format!(
        "{more}\n[server]\nstate_dir = {state:?}\n[tasks]\ntranslate = [{}]\n",
        names.join(", ")
    );
    for (n, stub) in stubs.iter().enumerate() {
        let priced = "attempts = 1\nusd_per_million_characters = 20.0";
        text += &service(&format!("p{n}"), stub, priced);
        text += "max_texts = 50\n";
    }
    std::fs::write(&config, text).unwrap();
    let config = config.to_str().unwrap();
    let command = mujaz(&["serve", "--listen", "127.0.0.1:0", "--config", config]);
    Serving::start(command).await
}

/// The value of a series; none where it is not there.
fn value(metrics: &str, series: &str) -> Option<f64> {
    let line = metrics.lines().find_map(|line| line.strip_prefix(series)?.strip_prefix(' '));
    line.map(|number| number.parse().unwrap())
}

fn header<'a>(answer: &'a str, name: &str) -> Option<&'a str> {
    let head = answer.split("\r\n\r\n").next()?;
    head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
}

#[tokio::test]
async fn metrics_tell_what_was_asked_made_found_and_spent() {
    let folder = tempfile::tempdir().unwrap();
    let broken = Stub::always(status(503)).await;
    let good = Stub::always(Act::Translate).await;
    let serving = server(folder.path(), &[&broken, &good], "[budget]\ndaily_usd = 5.0").await;
    let brief = async |body: &str| serving.send("POST", "/v1/briefs", "text/plain", body).await;
    let made = brief(&article(5)).await;
    assert!(made.starts_with("HTTP/1.1 200"), "{made}");
    brief(&article(5)).await;
    assert!(brief("The harbour was busy today.").await.starts_with("HTTP/1.1 422"));
    let metrics = serving.send("GET", "/metrics", "", "").await;
    let of =
        |series: &str| value(&metrics, series).unwrap_or_else(|| panic!("{series}: {metrics}"));
    let requests = |status| {
        format!(
            r#"mujaz_http_requests_total{{route="/v1/briefs",method="POST",status="{status}"}}"#
        )
    };
    assert_eq!((of(&requests("2xx")), of(&requests("4xx"))), (2.0, 1.0));
    assert_eq!(of(r#"mujaz_problems_total{type="not-arabic"}"#), 1.0);
    assert_eq!(of(r#"mujaz_briefs_total{outcome="made"}"#), 1.0);
    assert_eq!(of(r#"mujaz_briefs_total{outcome="cached"}"#), 1.0);
    let lookups = |tier, result| {
        of(&format!(r#"mujaz_cache_lookups_total{{tier="{tier}",result="{result}"}}"#))
    };
    assert_eq!((lookups("brief", "hit"), lookups("brief", "miss")), (1.0, 2.0));
    assert!(lookups("memory", "miss") >= 1.0 && lookups("flight", "miss") >= 1.0);
    let attempts = |provider, outcome| {
        of(&format!(
            r#"mujaz_provider_attempts_total{{provider="{provider}",outcome="{outcome}"}}"#
        ))
    };
    assert!(attempts("p0", "unavailable") >= 1.0);
    assert!(attempts("p1", "answered") >= 1.0);
    assert_eq!(attempts("p1", "unavailable"), 0.0);
    assert!(of(r#"mujaz_provider_characters_total{provider="p1"}"#) > 100.0);
    assert!(of(r#"mujaz_provider_spend_microdollars_total{provider="p1"}"#) > 1000.0);
    assert!(of("mujaz_spend_today_dollars") > 0.001);
    assert_eq!(of("mujaz_budget_daily_dollars"), 5.0);
    for stage in ["read", "plan", "provider", "check", "keep", "render"] {
        let count = format!(r#"mujaz_stage_duration_seconds_count{{stage="{stage}"}}"#);
        assert_eq!(of(&count), 1.0, "{stage}");
    }
    assert_eq!(of(r#"mujaz_overhead_seconds_count{answered="made"}"#), 1.0);
    assert_eq!(of(r#"mujaz_overhead_seconds_count{answered="cached"}"#), 1.0);
    assert!(of(r#"mujaz_findings_total{code="arabic-left",severity="error"}"#) >= 1.0);
    assert_eq!(of(r#"mujaz_provider_usable{provider="p1"}"#), 1.0);
    assert_eq!(of("mujaz_queue_waiting"), 0.0);
    assert_eq!(of("mujaz_turns"), 32.0);
    assert_eq!(of(r#"mujaz_audit_records_total{action="brief"}"#), 1.0);
    assert!(of("process_resident_memory_bytes") > 1e6);
    assert!(metrics.contains("# HELP mujaz_overhead_seconds The gateway's own time"), "{metrics}");
    serving.stop().await;
}

/// A call of `brief_article`, as a client of the Model Context Protocol sends it.
async fn assistant(serving: &Serving, headers: &[(&str, &str)], article: &str) -> String {
    let call = json!({
        "jsonrpc": "2.0", "id": 7, "method": "tools/call",
        "params": { "name": "brief_article", "arguments": { "text": article } },
    });
    let both = ("accept", "application/json, text/event-stream");
    let headers = [&[("content-type", "application/json"), both], headers].concat();
    serving.send_with("POST", "/mcp", &headers, &call.to_string()).await
}

#[tokio::test]
async fn a_brief_is_measured_and_recorded_whichever_door_it_was_asked_for_at() {
    let folder = tempfile::tempdir().unwrap();
    let stub = Stub::always(Act::Translate).await;
    let serving = server(folder.path(), &[&stub], "").await;
    let item = |number| {
        let body = article(number).replace("\n\n", "</p><p>");
        json!({ "guid": "urn:7", "language": "ar", "body_html": format!("<p>{body}</p>") })
            .to_string()
    };
    let widget = async |number| {
        let path = "/v1/superdesk/headlines";
        serving.send("POST", path, "application/json", &item(number)).await
    };
    let metrics = async || serving.send("GET", "/metrics", "", "").await;
    let count = async |series: &str| value(&metrics().await, series).unwrap_or_default();
    let made = r#"mujaz_briefs_total{outcome="made"}"#;
    let cached = r#"mujaz_briefs_total{outcome="cached"}"#;
    let failed = r#"mujaz_briefs_total{outcome="failed"}"#;
    let overhead = r#"mujaz_overhead_seconds_count{answered="made"}"#;
    let checks = r#"mujaz_stage_duration_seconds_count{stage="check"}"#;

    let trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    let parent = format!("00-{trace}-00f067aa0ba902b7-01");
    let answer = assistant(&serving, &[("traceparent", &parent)], &article(5)).await;
    assert!(answer.contains("structuredContent"), "{answer}");
    let heads: Vec<String> = stub.seen().into_iter().map(|seen| seen.head).collect();
    assert!(heads.iter().all(|head| head.contains(&format!("traceparent: 00-{trace}-"))));
    let now = (count(made).await, count(overhead).await, count(checks).await);
    assert_eq!(now, (1.0, 1.0, 1.0), "an assistant's");
    assistant(&serving, &[], &article(5)).await;
    assert_eq!((count(made).await, count(cached).await), (1.0, 1.0), "again");

    assert!(widget(6).await.starts_with("HTTP/1.1 200"));
    let now = (count(made).await, count(overhead).await, count(checks).await);
    assert_eq!(now, (2.0, 2.0, 2.0), "the widget's");
    stub.turn_to(status(400));
    assert!(widget(7).await.starts_with("HTTP/1.1 502"));
    assert!(assistant(&serving, &[], &article(8)).await.contains("all-providers-failed"));
    assert_eq!((count(made).await, count(failed).await), (2.0, 2.0));

    let audit = serving.send("GET", "/v1/audit", "", "").await;
    let audit: Value = serde_json::from_str(audit.split("\r\n\r\n").nth(1).unwrap()).unwrap();
    let told: Vec<(&str, &str, bool)> = audit["records"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            let word = |name: &str| one[name].as_str().unwrap();
            (word("action"), word("status"), one["brief"].is_string())
        })
        .collect();
    let failure = "all-providers-failed";
    let expected = [
        ("brief", "done", true),
        ("serve", "done", true),
        ("brief", "done", false),
        ("brief", failure, false),
        ("brief", failure, true),
    ];
    assert_eq!(told, expected, "{audit}");
    serving.end().await;
}

#[tokio::test]
async fn every_series_is_one_that_the_page_names() {
    let folder = tempfile::tempdir().unwrap();
    let stub = Stub::always(Act::Translate).await;
    let serving = server(folder.path(), &[&stub], "").await;
    serving.send("POST", "/v1/briefs", "text/plain", &article(5)).await;
    let metrics = serving.send("GET", "/metrics", "", "").await;
    let page = include_str!("../../docs/metrics.md");
    let body = metrics.split("\r\n\r\n").nth(1).unwrap();
    let names = body.lines().filter_map(|line| line.strip_prefix("# TYPE "));
    let names: Vec<&str> = names.filter_map(|line| line.split(' ').next()).collect();
    assert!(names.len() > 30, "{names:?}");
    for name in names {
        assert!(page.contains(&format!("| `{name}` |")), "{name}");
    }
    serving.end().await;
}

#[tokio::test]
async fn with_keys_metrics_and_audit_are_an_admins() {
    let folder = tempfile::tempdir().unwrap();
    let stub = Stub::always(Act::Translate).await;
    let server = async |more: &str| server(folder.path(), &[&stub], more).await;
    let open = server("").await;
    assert!(open.send("GET", "/metrics", "", "").await.starts_with("HTTP/1.1 200"));
    open.stop().await;
    let config = folder.path().join("config.toml");
    let key = async |scope: &str| {
        let arguments =
            ["key", "new", "--name", scope, "--scope", scope, "--config", config.to_str().unwrap()];
        let output = mujaz(&arguments).output().await.unwrap();
        assert!(output.status.success(), "{}", printed(&output));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    };
    let (brief, admin) = (key("brief").await, key("admin").await);
    let closed = server("").await;
    for path in ["/metrics", "/v1/audit"] {
        let status = async |key: &str| {
            let bearer = format!("Bearer {key}");
            let headers = [("authorization", bearer.as_str())];
            let answer = closed.send_with("GET", path, &headers[usize::from(key.is_empty())..], "");
            answer.await[9..12].to_owned()
        };
        assert_eq!(status("").await, "401", "{path}");
        assert_eq!(status(&brief).await, "403", "{path}");
        assert_eq!(status(&admin).await, "200", "{path}");
    }
    closed.stop().await;
    let told = server("[telemetry]\nmetrics_open = true").await;
    assert!(told.send("GET", "/metrics", "", "").await.starts_with("HTTP/1.1 200"));
    assert!(told.send("GET", "/v1/audit", "", "").await.starts_with("HTTP/1.1 401"));
    told.end().await;
}

#[tokio::test]
async fn a_trace_goes_on_to_the_provider_and_back_to_the_client() {
    let folder = tempfile::tempdir().unwrap();
    let stub = Stub::always(Act::Translate).await;
    let serving = server(folder.path(), &[&stub], "").await;
    let trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    let parent = format!("00-{trace}-00f067aa0ba902b7-01");
    let headers = [("content-type", "text/plain"), ("traceparent", parent.as_str())];
    let answer = serving.send_with("POST", "/v1/briefs", &headers, &article(5)).await;
    let ours = header(&answer, "traceparent").unwrap();
    assert!(ours.starts_with(&format!("00-{trace}-")) && ours != parent, "{ours}");
    let sent = stub.seen();
    let sent: Vec<&str> = sent
        .iter()
        .filter_map(|seen| seen.head.lines().find_map(|line| line.strip_prefix("traceparent: ")))
        .collect();
    assert_eq!(sent.len(), stub.hits(), "every call carries it");
    assert!(sent.iter().all(|one| one.starts_with(&format!("00-{trace}-"))), "{sent:?}");
    assert!(sent.iter().all(|one| *one != ours && **one != *parent), "each with a span of its own");
    serving.send("POST", "/v1/briefs", "text/plain", &article(6)).await;
    let own = stub.seen();
    let last = own.last().unwrap().head.clone();
    assert!(
        last.contains("traceparent: 00-") && !last.contains(trace),
        "a trace of its own: {last}"
    );
    serving.end().await;
}

#[tokio::test]
async fn every_answer_of_a_brief_tells_where_its_time_went() {
    let folder = tempfile::tempdir().unwrap();
    let stub = Stub::always(Act::Translate).await;
    let serving = server(folder.path(), &[&stub], "").await;
    let timing = async |path: &str, kind: &str, body: &str| {
        let answer = serving.send("POST", path, kind, body).await;
        let timing = header(&answer, "server-timing").map(str::to_owned);
        let timing = timing.unwrap_or_else(|| panic!("{answer}"));
        let stages = timing.split(", ").map(|one| one.split(";dur=").next().unwrap().to_owned());
        stages.collect::<Vec<_>>()
    };
    let made = timing("/v1/briefs", "text/plain", &article(5)).await;
    for stage in ["read", "plan", "provider", "check", "keep", "render", "total"] {
        assert!(made.iter().any(|one| one == stage), "{stage}: {made:?}");
    }
    assert_eq!(timing("/v1/briefs", "text/plain", &article(5)).await, ["total"], "kept");
    let json = r#"{"q": "وصل الوزير الى المدينة امس", "source": "ar", "target": "en"}"#;
    let text = timing("/translate", "application/json", json).await;
    assert!(text.iter().any(|one| one == "provider"), "{text:?}");
    assert_eq!(timing("/v1/briefs", "text/plain", "").await, ["read", "total"], "a refusal, too");
    serving.end().await;
}

#[tokio::test]
async fn a_log_is_logfmt_or_json_and_every_line_of_a_request_has_its_id() {
    let folder = tempfile::tempdir().unwrap();
    let stub = Stub::always(status(503)).await;
    let logged = async |more: &str| {
        let serving = server(folder.path(), &[&stub], more).await;
        let headers = [("content-type", "text/plain"), ("x-request-id", "desk-7")];
        serving.send_with("POST", "/v1/briefs", &headers, &article(5)).await;
        serving.stop().await
    };
    let log = logged("").await;
    let line = log.lines().find(|line| line.contains("a call failed")).unwrap();
    for part in
        ["ts=20", " level=warn ", r#"msg="a call failed""#, " provider=p0", "request=desk-7"]
    {
        assert!(line.contains(part), "{part}: {line}");
    }
    let log = logged("[telemetry]\nformat = \"json\"").await;
    let line = log.lines().find(|line| line.contains("a call failed")).unwrap();
    let line: Value = serde_json::from_str(line).unwrap();
    assert_eq!((&line["level"], &line["provider"]), (&"WARN".into(), &"p0".into()));
    assert!(line["spans"].to_string().contains("desk-7"), "{line}");
}

#[tokio::test]
async fn a_build_that_sends_no_traces_says_so() {
    if cfg!(feature = "otel") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("config.toml");
    std::fs::write(&file, "[telemetry]\notlp_endpoint = \"http://localhost:4318\"\n").unwrap();
    let arguments = ["serve", "--listen", "127.0.0.1:0", "--config", file.to_str().unwrap()];
    let output = mujaz(&arguments).output().await.unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(printed(&output).contains("--features otel"), "{}", printed(&output));
}
