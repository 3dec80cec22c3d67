//! Canaries: words that stand in articles, answers, prompts, errors and secrets, and then in nothing that a
//! run leaves behind.
//!
//! A real server goes through everything that it does, with its log at `trace`. Then whatever it wrote is
//! searched: stdout and stderr, metrics, health, problems, the audit, and every file of its state folder.
//!
//! # What may lie in the state folder
//! `answers.redb`: English that was paid for. `lasting.redb`: briefs with their Arabic, what people decided about them, articles of jobs until those are done, and texts
//! beside the audit where `keep_text` is on. What was removed stays in free pages of these files until it is
//! written over. `keys.toml` and the lock hold none of it. Of a confidential article nothing is anywhere
//! but a keyed hash.

use std::{
    fs,
    path::{Path, PathBuf},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use crate::support::{
    process::{Serving, mujaz, printed},
    provider::{Act, Stub, body},
};

/// In paragraphs of ordinary articles, and of confidential ones.
const ARTICLE: &str = "زعفرانستان";
const SECRET_ARTICLE: &str = "قرنفلستان";
/// In English that providers give.
const ANSWER: &str = "Saffronia";
const SECRET_ANSWER: &str = "Clovenia";
/// In the newsroom's own prompts.
const PROMPT: &str = "PROMPTCANARY";
/// In what providers say when they fail.
const VENDOR: &str = "VENDORCANARY";
/// What people write about a brief.
const NOTE: &str = "NOTECANARY";
/// In requests that are refused.
const REFUSED: &str = "REFUSEDCANARY";

const PROVIDER_KEY: &str = "sk-CANARYKEY-4f2a9c7e1b";
const HOOK_SECRET: &str = "HOOKCANARY-shared-secret";
const WEBHOOK_SECRET: &str = "whsec_Q0FOQVJZQ0FOQVJZQ0FOQVJZQ0FOQVJZ";

fn story(word: &str, number: usize) -> String {
    format!(
        "الميناء يستقبل {number} سفينة\n\nاستقبل الميناء {number} سفينة محملة بالقمح من {word} يوم امس، وقال \
         المدير ان العمل مستمر في الارصفة كلها حتى نهاية الاسبوع.\n\nواضاف ان سفنا اخرى من {word} تنتظر \
         خارج الميناء وان عددها يبلغ {number} سفينة.\n"
    )
}

/// A provider that fails in every way in turn, then one that does its work.
struct Newsroom {
    folder: tempfile::TempDir,
    providers: Vec<(Stub, &'static str)>,
    receiver: Stub,
}

impl Newsroom {
    async fn new() -> Self {
        let says = format!("{VENDOR}: wrong key {PROVIDER_KEY}");
        let error = |code| {
            let headers = vec![("content-type", "application/json".to_owned())];
            Act::Status(code, headers, json!({ "error": { "message": says } }).to_string())
        };
        let answer = |word: &str| body("application/json", &json!({ "out": word }).to_string());
        let good = |word: &str| answer(&format!("Ships from {word} reached the port."));
        let works =
            Act::Where(SECRET_ARTICLE, Box::new(good(SECRET_ANSWER)), Box::new(good(ANSWER)));
        let acts = [
            (error(500), "broken"),
            (error(401), "locked"),
            (body("application/json", &format!("{{\"out\": {says}")), "garbled"),
            (Act::Truncate, "cut"),
            (works, "works"),
        ];
        let mut providers = Vec::new();
        for (act, name) in acts {
            providers.push((Stub::always(act).await, name));
        }
        let receiver = Stub::always(body("text/plain", VENDOR)).await;
        let folder = tempfile::tempdir().unwrap();
        let prompts = folder.path().join("prompts");
        fs::create_dir(&prompts).unwrap();
        let own = fs::read_to_string("prompts/translate.md").unwrap();
        fs::write(prompts.join("translate.md"), format!("{own}\n{PROMPT}\n")).unwrap();
        Self { folder, providers, receiver }
    }

    fn state(&self) -> PathBuf {
        self.folder.path().join("state")
    }

    fn config(&self, more: &str) -> String {
        let path = self.folder.path().join("config.toml");
        let names = self.providers.iter().map(|(_, name)| format!("\"{name}\""));
        let names: Vec<String> = std::iter::once("\"model\"".to_owned()).chain(names).collect();
        let model = &self.providers[0].0.url;
        let mut text = format!(
            "[server]\nstate_dir = {:?}\n[tasks]\ntranslate = [{}]\n[prompts]\nfolder = {:?}\n\
             [webhooks]\nallow_private = true\n[[webhooks.endpoints]]\nurl = \"{}\"\nsecret_env = \
             \"CANARY_WEBHOOK\"\n[hooks.superdesk]\nsecret_env = \"CANARY_HOOK\"\n{more}\n\
             [[providers]]\nname = \"model\"\nkind = \"openai\"\nmodel = \"m\"\nattempts = 1\nbase_url \
             = \"{model}\"\napi_key_env = \"CANARY_KEY\"\nconfidential = true\n",
            self.state(),
            names.join(", "),
            self.folder.path().join("prompts"),
            self.receiver.url,
        );
        for (stub, name) in &self.providers {
            text += &format!(
                "[[providers]]\nname = \"{name}\"\nkind = \"http\"\nbase_url = \"{}\"\nattempts = 1\n\
                 api_key_env = \"CANARY_KEY\"\nconfidential = true\n[providers.http]\npath = \
                 \"/do\"\nbody = '{{\"text\": {{{{ text }}}}}}'\nanswer = \"/out\"\nmax_texts = 1\n",
                stub.url
            );
        }
        fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    }

    async fn serve(&self, more: &str) -> Serving {
        let config = self.config(more);
        let mut command = mujaz(&["serve", "--listen", "127.0.0.1:0", "--config", &config]);
        command
            .env("CANARY_KEY", PROVIDER_KEY)
            .env("CANARY_HOOK", HOOK_SECRET)
            .env("CANARY_WEBHOOK", WEBHOOK_SECRET)
            .env("RUST_LOG", "trace");
        Serving::start(command).await
    }

    /// A key made for these scopes; the whole of what was printed is the key.
    async fn key(&self, scope: &str) -> String {
        let config = self.folder.path().join("config.toml");
        let config = config.to_str().unwrap();
        let made = mujaz(&["key", "new", "--name", scope, "--scope", scope, "--config", config]);
        let output = { made }.output().await.unwrap();
        assert!(output.status.success(), "{}", printed(&output));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    /// What lies in a file of the state folder, whose name this is.
    fn files(&self) -> Vec<(String, Vec<u8>)> {
        let mut found = Vec::new();
        for entry in fs::read_dir(self.state()).unwrap().map(Result::unwrap) {
            let name = entry.file_name().into_string().unwrap();
            found.push((name, fs::read(entry.path()).unwrap()));
        }
        assert!(found.iter().any(|(name, bytes)| name == "lasting.redb" && !bytes.is_empty()));
        found
    }
}

/// One client with a key.
struct Client<'a> {
    serving: &'a Serving,
    key: String,
    /// Every answer that is no brief.
    told: Vec<String>,
}

impl Client<'_> {
    async fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> String {
        let bearer = format!("Bearer {}", self.key);
        let headers = [&[("authorization", bearer.as_str())], headers].concat();
        self.serving.send_with(method, path, &headers, body).await
    }

    /// Posts, and keeps what comes for the search where it is no brief.
    async fn refused(&mut self, path: &str, kind: &str, body: &str) {
        let answer = self.send("POST", path, &[("content-type", kind)], body).await;
        assert!(answer.starts_with("HTTP/1.1 4"), "{answer}");
        self.told.push(answer);
    }

    async fn brief(&self, accept: &str, body: &Value) -> String {
        let headers = [("content-type", "application/json"), ("accept", accept)];
        let answer = self.send("POST", "/v1/briefs", &headers, &body.to_string()).await;
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        answer
    }

    async fn get(&mut self, path: &str) -> String {
        let answer = self.send("GET", path, &[], "").await;
        self.told.push(answer.clone());
        answer
    }
}

/// Everything that a desk does in a day; gives the id of a brief that is left.
async fn day(client: &mut Client<'_>) -> String {
    let made = client.brief("application/json", &json!({"text": story(ARTICLE, 5)})).await;
    let id = made.split("\"id\":\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    client.brief("application/json", &json!({"text": story(ARTICLE, 5)})).await;
    let html = format!("<h1>الميناء</h1><p>{}</p>", story(ARTICLE, 6));
    client.brief("text/html", &json!({"html": html, "detail": "full"})).await;
    let streamed = client.brief("text/event-stream", &json!({"text": story(ARTICLE, 7)})).await;
    assert!(streamed.contains("event: brief"), "{streamed}");
    for accept in ["application/json", "text/event-stream", "text/markdown"] {
        let secret = json!({"text": story(SECRET_ARTICLE, 8), "confidential": true});
        let answer = client.brief(accept, &secret).await;
        assert!(answer.contains(SECRET_ANSWER), "{answer}");
    }
    later(client).await;
    drop_ins(client).await;
    assistants(client).await;
    let review = json!({"status": "rejected", "reviewer": "An editor", "note": NOTE});
    let path = format!("/v1/briefs/{id}/review");
    let json_type = [("content-type", "application/json")];
    let answer = client.send("PUT", &path, &json_type, &review.to_string()).await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    let wrong = json!({"status": format!("{REFUSED} {}", story(ARTICLE, 1))});
    let answer = client.send("PUT", &path, &json_type, &wrong.to_string()).await;
    assert!(answer.starts_with("HTTP/1.1 400"), "{answer}");
    client.told.push(answer);
    refusals(client).await;
    id
}

/// Jobs, batches, and articles that are called off.
async fn later(client: &mut Client<'_>) {
    let headers = [("content-type", "application/json"), ("prefer", "respond-async")];
    let body = json!({"text": story(ARTICLE, 9)}).to_string();
    let accepted = client.send("POST", "/v1/briefs", &headers, &body).await;
    assert!(accepted.starts_with("HTTP/1.1 202"), "{accepted}");
    let id = accepted.split("\"id\":\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    client.told.push(accepted);
    while client.send("GET", &format!("/v1/briefs/{id}"), &[], "").await.starts_with("HTTP/1.1 202")
    {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    let batch = json!({"articles": [{"text": story(ARTICLE, 10)}, {"text": REFUSED}]});
    let kind = [("content-type", "application/json")];
    client.told.push(client.send("POST", "/v1/batches", &kind, &batch.to_string()).await);
    let gone = client.send("DELETE", &format!("/v1/briefs/{id}"), &[], "").await;
    assert!(gone.starts_with("HTTP/1.1 204"), "{gone}");
}

/// The endpoints of translation services.
async fn drop_ins(client: &mut Client<'_>) {
    let text = story(ARTICLE, 11);
    let libre = json!({"q": text, "source": "ar", "target": "en", "api_key": client.key});
    let deepl = json!({"text": [text], "target_lang": "EN", "source_lang": "AR"});
    let item =
        json!({"headline": "الميناء", "body_html": format!("<p>{text}</p>"), "language": "ar"});
    let calls = [
        ("/translate", libre),
        ("/v2/translate", deepl),
        ("/v1/superdesk/headlines", item.clone()),
        ("/v1/superdesk/translations", json!({"article": item, "language": "en"})),
    ];
    for (path, body) in calls {
        let kind = [("content-type", "application/json")];
        let answer = client.send("POST", path, &kind, &body.to_string()).await;
        assert!(answer.starts_with("HTTP/1.1 200"), "{path}: {answer}");
    }
    let wrong = json!({"q": REFUSED, "source": ARTICLE, "target": "en", "api_key": client.key});
    client.refused("/translate", "application/json", &wrong.to_string()).await;
    let wrong = json!({"text": [REFUSED], "target_lang": "EN", "source_lang": "FR"});
    client.refused("/v2/translate", "application/json", &wrong.to_string()).await;
}

/// The Model Context Protocol.
async fn assistants(client: &mut Client<'_>) {
    let calls = [
        json!({"text": story(ARTICLE, 13)}),
        json!({"text": story(SECRET_ARTICLE, 14), "confidential": true}),
        json!({"txt": REFUSED}),
    ];
    for (n, arguments) in calls.into_iter().enumerate() {
        let call = json!({
            "jsonrpc": "2.0", "id": n, "method": "tools/call",
            "params": {"name": "brief_article", "arguments": arguments},
        });
        let headers = [
            ("content-type", "application/json"),
            ("accept", "application/json, text/event-stream"),
        ];
        let answer = client.send("POST", "/mcp", &headers, &call.to_string()).await;
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        let english = [ANSWER, SECRET_ANSWER].iter().any(|word| answer.contains(word));
        assert_eq!(english, n < 2, "{answer}");
    }
}

/// Requests that are refused, each for another reason.
async fn refusals(client: &mut Client<'_>) {
    let text = story(ARTICLE, 12);
    client.refused("/v1/briefs", "text/plain", &format!("{REFUSED} was busy today.")).await;
    client.refused("/v1/split", "text/plain", &format!("{REFUSED} again.")).await;
    client.refused("/v1/briefs", "application/json", &format!("{{\"text\": \"{text}")).await;
    let wrong = [
        json!({"txt": text}),
        json!({"text": [text]}),
        json!({"text": text, "detail": REFUSED}),
        json!({"text": text, "webhook": format!("https://user:{REFUSED}@example.org/")}),
        json!({"text": text, "url": "https://example.org/"}),
        json!({"url": format!("http://127.0.0.1/{REFUSED}")}),
        json!([text]),
    ];
    for body in wrong {
        client.refused("/v1/briefs", "application/json", &body.to_string()).await;
    }
    client.refused("/v1/briefs", REFUSED, &text).await;
    client.refused("/v1/hooks/superdesk", "application/json", &text).await;
    let stranger = format!("Bearer mjz_{REFUSED}");
    let headers = [("authorization", stranger.as_str()), ("content-type", "text/plain")];
    client.told.push(client.serving.send_with("POST", "/v1/briefs", &headers, &text).await);
}

/// Where a word stands in bytes, with what is around it.
fn found(bytes: &[u8], word: &str) -> Option<String> {
    let at = bytes.windows(word.len()).position(|part| part == word.as_bytes())?;
    let around = &bytes[at.saturating_sub(120)..bytes.len().min(at + 120)];
    Some(String::from_utf8_lossy(around).into_owned())
}

/// A word as base64 has it, whatever stands before it: without what its neighbours decide.
fn in_base64(word: &str) -> [String; 3] {
    [0, 1, 2].map(|shift| {
        let text = STANDARD.encode([&b"xx"[..shift], word.as_bytes()].concat());
        let begin = [0, 2, 3][shift];
        text[begin..text.len() - 4].to_owned()
    })
}

#[tokio::test]
async fn nothing_that_a_run_writes_holds_a_text_a_prompt_an_answer_or_a_key() {
    let newsroom = Newsroom::new().await;
    newsroom.config("");
    let (desk, admin) = (newsroom.key("brief").await, newsroom.key("admin").await);
    let serving = newsroom.serve("").await;
    let mut client = Client { serving: &serving, key: admin.clone(), told: Vec::new() };
    let id = day(&mut client).await;
    let audit = client.get("/v1/audit?limit=1000").await;
    assert!(audit.contains(&id) && audit.contains("source_keyed"), "{audit}");
    for path in ["/metrics", "/readyz", "/healthz", "/v1/jobs", "/v1/nothing", "/openapi.json"] {
        client.get(path).await;
    }
    let desk = Client { serving: &serving, key: desk, told: Vec::new() };
    client.told.push(desk.send("GET", "/v1/audit", &[], "").await);
    let mut written: Vec<(&str, String)> =
        client.told.iter().map(|told| ("an answer", told.clone())).collect();
    let desk = desk.key;
    let log = serving.stop().await;
    assert!(log.contains("level=debug") && log.contains("a call failed"), "the log is on: {log}");
    written.push(("the log", log));
    let everything = [
        ARTICLE,
        SECRET_ARTICLE,
        ANSWER,
        SECRET_ANSWER,
        PROMPT,
        VENDOR,
        NOTE,
        REFUSED,
        PROVIDER_KEY,
        "CANARYKEY",
        HOOK_SECRET,
        WEBHOOK_SECRET,
        &admin,
        &desk,
    ];
    for (what, text) in &written {
        for word in everything {
            let leak = found(text.as_bytes(), word);
            assert!(leak.is_none(), "{word} stands in {what}: {}", leak.unwrap_or_default());
        }
    }
    let paid = newsroom.providers.last().unwrap().0.seen();
    assert!(paid.iter().any(|seen| seen.body.contains(ARTICLE)), "it was sent where it belongs");
    assert!(newsroom.receiver.hits() > 0, "webhooks were told");
    let asked = newsroom.providers[0].0.seen();
    assert!(asked.iter().any(|seen| seen.body.contains(PROMPT)), "the prompt is in use");
    state_folder(&newsroom, &[&admin, &desk]);
}

/// Where each word may lie in the state folder, and that it lies nowhere else.
fn state_folder(newsroom: &Newsroom, keys: &[&str]) {
    let nowhere = [
        SECRET_ARTICLE,
        SECRET_ANSWER,
        PROMPT,
        VENDOR,
        REFUSED,
        "CANARYKEY",
        HOOK_SECRET,
        WEBHOOK_SECRET,
    ];
    for (name, bytes) in newsroom.files() {
        let leak = |word: &str| found(&bytes, word);
        for word in nowhere.iter().chain(keys) {
            assert_eq!(leak(word), None, "{word} lies in {name}");
        }
        for word in in_base64(SECRET_ARTICLE) {
            assert_eq!(leak(&word), None, "{word} lies in {name}");
        }
        if !matches!(name.as_str(), "answers.redb" | "lasting.redb") {
            assert_eq!(leak(ANSWER), None, "{ANSWER} lies in {name}");
        }
        // A brief is kept with its Arabic; a job that waited had it packed.
        if name != "lasting.redb" {
            assert_eq!(leak(ARTICLE), None, "{ARTICLE} lies in {name}");
        }
    }
}

#[tokio::test]
async fn with_keep_text_the_text_lies_beside_the_audit_until_its_brief_is_forgotten() {
    let newsroom = Newsroom::new().await;
    let serving = newsroom.serve("[audit]\nkeep_text = true").await;
    let client = Client { serving: &serving, key: String::new(), told: Vec::new() };
    let post = async |text: String, confidential: bool| {
        let asked = json!({"text": text, "confidential": confidential});
        let answer = client.brief("application/json", &asked).await;
        answer.split("\"id\":\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
    };
    let (kept, forgotten) =
        (post(story(ARTICLE, 5), false).await, post(story(ARTICLE, 6), false).await);
    let secret = post(story(SECRET_ARTICLE, 7), true).await;
    client.send("DELETE", &format!("/v1/briefs/{forgotten}"), &[], "").await;
    serving.stop().await;
    let text = async |id: &str| {
        let config = newsroom.folder.path().join("config.toml");
        let mut command = mujaz(&["audit", "text", id, "--config", config.to_str().unwrap()]);
        let output = command.output().await.unwrap();
        (output.status.code(), printed(&output))
    };
    assert_eq!(text(&kept).await, (Some(0), story(ARTICLE, 5)));
    assert_eq!(text(&forgotten).await.0, Some(1));
    assert_eq!(text(&secret).await.0, Some(1));
    let files = newsroom.files();
    let holds = |word| files.iter().filter(move |(_, bytes)| found(bytes, word).is_some());
    assert_eq!(holds(ARTICLE).map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["lasting.redb"]);
    assert_eq!(holds(SECRET_ARTICLE).count(), 0);
    let config = newsroom.folder.path().join("config.toml");
    let exported = mujaz(&["audit", "export", "--config", config.to_str().unwrap()]).output().await;
    let exported = printed(&exported.unwrap());
    assert!(exported.contains(&forgotten) && exported.contains("\"forget\""), "{exported}");
    assert!(!exported.contains(ARTICLE) && !exported.contains(ANSWER), "{exported}");
}

#[tokio::test]
async fn a_configuration_that_holds_a_key_is_refused_without_it() {
    let folder = tempfile::tempdir().unwrap();
    let file: &Path = &folder.path().join("config.toml");
    let provider = "[[providers]]\nname = \"local\"\nkind = \"openai\"\nmodel = \"m\"\n";
    for line in [
        format!("api_key = \"{PROVIDER_KEY}\""),
        format!("api_key_env = \"{PROVIDER_KEY}\""),
        "api_key_env = \"canarykey4f2a9c\"".to_owned(),
        format!("base_url = \"https://user:{PROVIDER_KEY}@example.org\""),
    ] {
        fs::write(file, format!("{provider}{line}\n")).unwrap();
        for command in ["check", "serve"] {
            let arguments = [command, "--config", file.to_str().unwrap()];
            let output = mujaz(&arguments).env("RUST_LOG", "trace").output().await.unwrap();
            assert_eq!(output.status.code(), Some(2), "{line}: {}", printed(&output));
            let said = printed(&output).to_ascii_lowercase();
            assert!(!said.contains("canarykey"), "{line}: {said}");
        }
    }
}
