//! A provider's key goes to the provider and nowhere else, whatever the provider does with it.
//!
//! The real binary runs with keys in its environment against stand-ins that say them back in bodies,
//! headers, redirects and error pages. Then everything that came out of it is searched.

use std::path::Path;

use crate::support::{
    gateway::provider,
    process::{Serving, mujaz, printed},
    provider::{Act, Stub, body},
};

const KEY: &str = "sk-OURKEY-4f2a9c7e1b";
const WORD: &str = "المتنزه";

fn article(n: usize) -> String {
    format!(
        "افتتاح {WORD} الجديد\n\nافتتحت البلدية {WORD} الجديد رقم {n} في وسط المدينة اليوم وسط حضور كبير من الاهالي.\n"
    )
}

fn error(code: u16, says: &str) -> Act {
    let kind = ("content-type", "application/json".to_owned());
    let headers =
        vec![kind, ("www-authenticate", says.to_owned()), ("x-request-id", says.to_owned())];
    Act::Status(code, headers, format!(r#"{{"error":{{"message":"{says}","code":"{says}"}}}}"#))
}

/// Everything that a provider could say its key in.
fn echoes() -> Vec<Act> {
    let says = format!("Incorrect API key provided: {KEY}");
    let completion = |model: &str, content: &str, ending: &str| {
        let message = format!(r#"{{"role":"assistant","content":"{content}"}}"#);
        let choice = format!(r#"{{"index":0,"message":{message},"finish_reason":"{ending}"}}"#);
        body("application/json", &format!(r#"{{"model":"{model}","choices":[{choice}]}}"#))
    };
    let good = format!(r#"{{\"translations\":[{{\"id\":\"title\",\"text\":\"{says}\"}}]}}"#);
    let redirect = |code, to: String| Act::Status(code, vec![("location", to)], says.clone());
    vec![
        error(400, &says),
        error(401, &says),
        error(403, &says),
        error(404, &says),
        error(429, &says),
        error(500, &says),
        error(503, &says),
        Act::Status(502, vec![("content-type", "text/html".into())], format!("<h1>{says}</h1>")),
        body("text/html", &format!("<html>{says}</html>")),
        body("application/json", &format!(r#"{{"error":{{"message":"{says}"}}}}"#)),
        body("application/json", &format!("{{\"choices\": {says}")),
        body("text/event-stream", &format!("data: {{\"error\":{{\"message\":\"{says}\"}}}}\n\n")),
        completion("m", &says, "stop"),
        completion(KEY, "{}", "stop"),
        completion(KEY, &good, "stop"),
        completion("m", &good, &says),
        redirect(307, format!("http://{KEY}.invalid/?key={KEY}")),
        redirect(302, format!("/elsewhere?key={KEY}")),
        redirect(308, format!("/elsewhere?key={KEY}")),
    ]
}

/// A configuration in which every kind that takes its key in another way has one at `stub`.
fn config(stub: &Stub) -> String {
    let keyed = |name: &str, kind: &str, more: &str| {
        provider(name, kind, stub, &format!("api_key_env = \"OUR_TEST_KEY\"\nattempts = 1\n{more}"))
    };
    let names = ["one", "two", "three", "four", "five", "six"];
    let list = names.map(|name| format!("\"{name}\"")).join(", ");
    let model = "model = \"m\"";
    [
        format!("[tasks]\ntranslate = [{list}]\n"),
        keyed("one", "openai", model),
        keyed("two", "anthropic", model),
        keyed("three", "gemini", model),
        keyed("four", "libretranslate", ""),
        keyed("five", "google", ""),
        keyed("six", "deepl", ""),
    ]
    .concat()
}

async fn serve(config: &Path, key: &str) -> Serving {
    let config = config.to_str().unwrap();
    let mut command = mujaz(&["serve", "--listen", "127.0.0.1:0", "--config", config]);
    command.env("OUR_TEST_KEY", key).env("RUST_LOG", "mujaz=trace");
    Serving::start(command).await
}

#[tokio::test]
async fn no_key_and_no_word_of_the_article_comes_out_of_the_gateway() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.toml");
    let mut out = String::new();
    for (n, echo) in echoes().into_iter().enumerate() {
        let stub = Stub::always(echo.clone()).await;
        let state = folder.path().join(n.to_string());
        let server = format!("[server]\ndeadline = \"20s\"\nstate_dir = {:?}\n", state.to_str());
        let server = server.replace("Some(", "").replace(")\n", "\n");
        std::fs::write(&path, server + &config(&stub)).unwrap();
        let serving = serve(&path, KEY).await;
        let answer = serving.send("POST", "/v1/briefs", "text/plain", &article(n)).await;
        assert!(answer.starts_with("HTTP/1.1 50"), "{echo:?}: {answer}");
        assert!(answer.contains("all-providers-failed"), "{answer}");
        assert!(stub.hits() >= 6, "every provider was asked: {}", stub.hits());
        out += &answer;
        for path in ["/readyz", "/metrics", "/healthz", "/v1/nothing"] {
            out += &serving.send("GET", path, "text/plain", "").await;
        }
        let log = serving.end().await;
        assert!(log.contains("a call failed"), "the log is on: {log}");
        out += &log;
        let path = path.to_str().unwrap();
        let check = ["check", "--online", "--config", path];
        let mut command = mujaz(&check);
        command.env("OUR_TEST_KEY", KEY).env("RUST_LOG", "mujaz=trace");
        let checked = command.output().await.unwrap();
        assert_eq!(checked.status.code(), Some(1), "{}", printed(&checked));
        out += &printed(&checked);
        let place = stub.url.trim_start_matches("http://");
        assert!(
            !out.contains(place),
            "the address came out: {}",
            around(&out, out.find(place).unwrap_or(0))
        );
    }
    for secret in [KEY, "OURKEY", "4f2a9c", "Incorrect", WORD] {
        let at = out.find(secret);
        assert!(at.is_none(), "{secret} came out: {}", around(&out, at.unwrap_or(0)));
    }
}

/// The text around a place.
fn around(text: &str, at: usize) -> String {
    let from = text.floor_char_boundary(at.saturating_sub(200));
    text[from..text.floor_char_boundary(at + 200)].to_owned()
}

#[tokio::test]
async fn a_key_that_no_header_can_carry_stops_its_provider_and_is_not_shown() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.toml");
    let stub = Stub::always(Act::Chat).await;
    let state = format!("[server]\nstate_dir = \"{}\"\n", folder.path().display());
    std::fs::write(&path, state + &config(&stub)).unwrap();
    let arguments = ["check", "--online", "--config", path.to_str().unwrap()];
    let key = format!("{KEY}\u{7}bell");
    let checked = mujaz(&arguments).env("OUR_TEST_KEY", key).output().await.unwrap();
    let printed = printed(&checked);
    assert!(printed.contains("its key holds what no header can carry"), "{printed}");
    assert!(!printed.contains("OURKEY"), "{printed}");

    let missing = mujaz(&arguments).env_remove("OUR_TEST_KEY").output().await.unwrap();
    assert_eq!(missing.status.code(), Some(2), "as `serve` would refuse it");
}
