//! What each kind of provider needs, reads and refuses.
//!
//! A key that a kind does not read is a problem, not a silence: who sets `glossary_ids` on the
//! wrong provider would otherwise wonder for days why terms are ignored. [`KEYS`] says for each key
//! who reads it, [`NUMBERS`] between what it must lie. The text of a problem never repeats a value
//! that might be a key pasted into the wrong place, and such a problem points at the provider's
//! name, because the line it points at is shown.

use std::time::Duration;

use url::{Host, Url};

use super::{Kind, Problem, ProviderConfig, duration, http_service};

const MODELS: [Kind; 3] = [Kind::OpenAi, Kind::Anthropic, Kind::Gemini];
/// Translation services whose bounds are not told in `[providers.http]`.
const KNOWN: [Kind; 4] = [Kind::DeepL, Kind::Google, Kind::Azure, Kind::LibreTranslate];

/// A key that not every kind reads.
struct Key {
    name: &'static str,
    /// It is set to something else than its default.
    set: fn(&ProviderConfig) -> bool,
    read: fn(Kind) -> bool,
    /// Who reads it, in words.
    readers: &'static str,
}

const fn key(
    name: &'static str,
    set: fn(&ProviderConfig) -> bool,
    read: fn(Kind) -> bool,
    readers: &'static str,
) -> Key {
    Key { name, set, read, readers }
}

fn remote(kind: Kind) -> bool {
    kind != Kind::Local
}
fn local(kind: Kind) -> bool {
    kind == Kind::Local
}
fn model(kind: Kind) -> bool {
    MODELS.contains(&kind)
}
fn translates(kind: Kind) -> bool {
    remote(kind) && !model(kind)
}

const REMOTE: &str = "every kind but `local`";
const LOCAL: &str = "kind `local`";
const MODEL: &str = "the language models `openai`, `anthropic` and `gemini`";
const SERVICE: &str = "the translation services";
const BOUNDED: &str =
    "`deepl`, `google`, `azure` and `libretranslate`; `http` has its own under [providers.http]";

const KEYS: &[Key] = &[
    key("api_key_env", |p| p.api_key_env.is_some(), remote, REMOTE),
    key("requests_per_minute", |p| p.requests_per_minute.is_some(), remote, REMOTE),
    key("characters_per_minute", |p| p.characters_per_minute.is_some(), remote, REMOTE),
    key("daily_characters", |p| p.daily_characters.is_some(), remote, REMOTE),
    key("max_in_flight", |p| p.max_in_flight != plain().max_in_flight, remote, REMOTE),
    key("timeout", |p| p.timeout != plain().timeout, remote, REMOTE),
    key("silence", |p| p.silence != plain().silence, remote, REMOTE),
    key("attempts", |p| p.attempts != plain().attempts, remote, REMOTE),
    key("hedge", |p| p.hedge, remote, REMOTE),
    key("model", |p| p.model.is_some(), |kind| !translates(kind), "language models and `local`"),
    key("tokens_per_minute", |p| p.tokens_per_minute.is_some(), model, MODEL),
    key("usd_per_million_input_tokens", |p| p.usd_per_million_input_tokens.is_some(), model, MODEL),
    key(
        "usd_per_million_output_tokens",
        |p| p.usd_per_million_output_tokens.is_some(),
        model,
        MODEL,
    ),
    key("context_tokens", |p| p.context_tokens.is_some(), model, MODEL),
    key("max_output_tokens", |p| p.max_output_tokens.is_some(), model, MODEL),
    key("json_schema", |p| p.json_schema.is_some(), model, MODEL),
    key("stream", |p| p.stream.is_some(), model, MODEL),
    key(
        "usd_per_million_characters",
        |p| p.usd_per_million_characters.is_some(),
        translates,
        SERVICE,
    ),
    key("max_texts", |p| p.max_texts.is_some(), |kind| KNOWN.contains(&kind), BOUNDED),
    key("max_characters", |p| p.max_characters.is_some(), |kind| KNOWN.contains(&kind), BOUNDED),
    key("target_lang", |p| p.target_lang.is_some(), |kind| kind == Kind::DeepL, "kind `deepl`"),
    key("glossary_ids", |p| !p.glossary_ids.is_empty(), |kind| kind == Kind::DeepL, "kind `deepl`"),
    key("region", |p| p.region.is_some(), |kind| kind == Kind::Azure, "kind `azure`"),
    key("http", |p| p.http.is_some(), |kind| kind == Kind::Http, "kind `http`"),
    key("path", |p| p.path.is_some(), local, LOCAL),
    key("hub", |p| p.hub.is_some(), local, LOCAL),
    key("file", |p| p.file.is_some(), local, LOCAL),
    key("sha256", |p| p.sha256.is_some(), local, LOCAL),
    key("queue", |p| p.queue != plain().queue, local, LOCAL),
];

/// A provider with nothing set.
fn plain() -> ProviderConfig {
    ProviderConfig::local()
}

/// A number, where it is set, and between what it must lie.
type Number = (&'static str, fn(&ProviderConfig) -> Option<f64>, f64, f64);

const MOST: f64 = 4_294_967_295.0;
const NUMBERS: [Number; 13] = [
    ("requests_per_minute", |p| p.requests_per_minute.map(f64::from), 1.0, MOST),
    ("tokens_per_minute", |p| p.tokens_per_minute.map(f64::from), 1.0, MOST),
    ("characters_per_minute", |p| p.characters_per_minute.map(f64::from), 1.0, MOST),
    ("max_in_flight", |p| whole(p.max_in_flight), 1.0, 1024.0),
    ("attempts", |p| Some(f64::from(p.attempts)), 1.0, 10.0),
    ("queue", |p| whole(p.queue), 1.0, 65536.0),
    ("context_tokens", |p| p.context_tokens.map(f64::from), 1024.0, 1e7),
    ("max_output_tokens", |p| p.max_output_tokens.map(f64::from), 64.0, 1e6),
    ("max_texts", |p| p.max_texts.and_then(whole), 1.0, 1000.0),
    ("max_characters", |p| p.max_characters.and_then(whole), 100.0, 1e6),
    ("usd_per_million_input_tokens", |p| p.usd_per_million_input_tokens, 0.0, 1e6),
    ("usd_per_million_output_tokens", |p| p.usd_per_million_output_tokens, 0.0, 1e6),
    ("usd_per_million_characters", |p| p.usd_per_million_characters, 0.0, 1e6),
];

/// A count as a number to compare; one that is too large for that is out of every bound.
fn whole(count: usize) -> Option<f64> {
    Some(u32::try_from(count).map_or(f64::INFINITY, f64::from))
}

/// Everything that is wrong with a provider, with paths relative to its entry.
pub(super) fn problems(provider: &ProviderConfig) -> Vec<Problem> {
    let mut found = Vec::new();
    found.extend(name(provider));
    found.extend(unread(provider));
    found.extend(numbers(provider));
    found.extend(durations(provider));
    found.extend(key_name(provider));
    found.extend(address(provider));
    found.extend(needs(provider));
    found.extend(details(provider));
    found.extend(model_file(provider));
    found.extend(http_service::problems(provider));
    found
}

fn name(provider: &ProviderConfig) -> Option<Problem> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    let fine = !provider.name.is_empty() && provider.name.chars().all(plain);
    let message = "a provider's `name` is made of letters, digits, `-` and `_`";
    (!fine).then(|| Problem::new("name", message))
}

fn unread(provider: &ProviderConfig) -> impl Iterator<Item = Problem> {
    let kind = provider.kind;
    KEYS.iter().filter(move |key| (key.set)(provider) && !(key.read)(kind)).map(move |key| {
        let message = format!("kind `{}` does not read `{}`", kind.name(), key.name);
        Problem::new(key.name, message).hint(format!("take it out; it is for {}", key.readers))
    })
}

fn numbers(provider: &ProviderConfig) -> impl Iterator<Item = Problem> {
    let bounds = NUMBERS.into_iter().filter_map(|(name, value, least, most)| {
        let fine = (least..=most).contains(&value(provider)?);
        let message = format!("`{name}` must lie between {least} and {most}");
        (!fine).then(|| Problem::new(name, message))
    });
    let none = provider.daily_characters == Some(0);
    let daily = none.then(|| {
        Problem::new("daily_characters", "`daily_characters` must be 1 or more")
            .hint("leave it out for no limit; take the provider out of [tasks] to rest it")
    });
    bounds.chain(daily).chain(window(provider))
}

/// An answer that fills the window leaves no room for the question.
fn window(provider: &ProviderConfig) -> Option<Problem> {
    let (window, answer) = provider.context_tokens.zip(provider.max_output_tokens)?;
    let message = "`max_output_tokens` leaves no room for the article in `context_tokens`";
    (answer >= window).then(|| Problem::new("max_output_tokens", message))
}

fn durations(provider: &ProviderConfig) -> impl Iterator<Item = Problem> {
    let (least, most) = (Duration::from_millis(100), Duration::from_secs(3600));
    let (from, to) = (duration::show(least), duration::show(most));
    let set = [("timeout", provider.timeout), ("silence", provider.silence)];
    set.into_iter().filter(move |(_, length)| !(least..=most).contains(length)).map(
        move |(name, _)| Problem::new(name, format!("`{name}` must lie between {from} and {to}")),
    )
}

/// What stands in `api_key_env` is a name, not the key.
fn key_name(provider: &ProviderConfig) -> Option<Problem> {
    let name = provider.api_key_env.as_deref()?;
    let letter = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let fine =
        name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') && name.chars().all(letter);
    let message = "`api_key_env` of this provider is no name of an environment variable";
    let hint = "put the key into a variable such as DEEPL_API_KEY and write that name here";
    (!fine).then(|| Problem::new("name", message).hint(hint))
}

fn address(provider: &ProviderConfig) -> Option<Problem> {
    let text = provider.base_url.as_deref()?;
    let wrong = |message: &str| Some(Problem::new("base_url", message));
    let Ok(url) = Url::parse(text) else {
        let hint = "write it with its scheme, as in `https://translate.example.org`";
        return wrong("`base_url` is no address").map(|problem| problem.hint(hint));
    };
    if !url.username().is_empty() || url.password().is_some() {
        let message = "`base_url` of this provider holds a name or password";
        return Some(Problem::new("name", message).hint("`api_key_env` names a key"));
    }
    match url.scheme() {
        "https" => {}
        "http" if loopback(&url) || provider.allow_http => {}
        "http" => {
            let hint = "use https; or `allow_http = true`, if the network between is yours";
            return wrong("`base_url` is plain http to another machine").map(|p| p.hint(hint));
        }
        _ => return wrong("`base_url` must begin with https:// or http://"),
    }
    if url.query().is_some() || url.fragment().is_some() {
        return wrong("`base_url` ends before `?` and `#`");
    }
    None
}

fn loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

fn needs(provider: &ProviderConfig) -> Vec<Problem> {
    let kind = provider.kind;
    let lacks = |key: &str, hint: &str| {
        Problem::new("kind", format!("kind `{}` needs `{key}`", kind.name())).hint(hint)
    };
    let mut found = Vec::new();
    if model(kind) && provider.model.is_none() {
        found.push(lacks("model", "name a model as the vendor writes it"));
    }
    if kind == Kind::Http && provider.http.is_none() {
        let hint = "a table under this entry says how the service is spoken to; see the README";
        found.push(lacks("[providers.http]", hint));
    }
    if provider.base_url.is_none() && remote(kind) {
        if kind.default_base_url().is_none() {
            found.push(lacks("base_url", "the address of your server, without the path"));
        } else if provider.api_key_env.is_none() {
            let hint = "name the environment variable that holds the vendor's key";
            found.push(lacks("api_key_env", hint));
        }
    }
    found
}

fn details(provider: &ProviderConfig) -> Vec<Problem> {
    let mut found = Vec::new();
    if provider.model.as_ref().is_some_and(|model| model.trim().is_empty()) {
        found.push(Problem::new("model", "`model` is empty"));
    }
    if provider.target_lang.as_ref().is_some_and(|lang| !["EN-US", "EN-GB"].contains(&&**lang)) {
        let message = "`target_lang` must be `EN-US` or `EN-GB`";
        found.push(Problem::new("target_lang", message).hint("a brief is written in English"));
    }
    let glossaries = &provider.glossary_ids;
    if glossaries.len() > 5 || glossaries.iter().any(|id| id.trim().is_empty()) {
        let message = "`glossary_ids` holds at most 5 ids, none of them empty";
        found.push(Problem::new("glossary_ids", message));
    }
    let letter = |c: char| c.is_ascii_alphanumeric() || c == '-';
    let region = |region: &String| !region.is_empty() && region.chars().all(letter);
    if provider.region.as_ref().is_some_and(|text| !region(text)) {
        let hint = "as the portal shows it, such as `westeurope`";
        found.push(Problem::new("region", "`region` is no region's name").hint(hint));
    }
    found
}

fn model_file(provider: &ProviderConfig) -> Vec<Problem> {
    let mut found = Vec::new();
    if provider.path.is_some() && provider.hub.is_some() {
        let hint = "keep `path` for a file on disk, or `hub` and `file` to fetch one";
        found.push(Problem::new("hub", "`path` and `hub` name two models").hint(hint));
    }
    if provider.hub.is_some() != provider.file.is_some() {
        let hint = "`hub` is `owner/name`, `file` the GGUF file in it";
        found.push(Problem::new("hub", "`hub` and `file` go together").hint(hint));
    }
    if provider.base_url.is_some() && local(provider.kind) && provider.hub.is_none() {
        let hint = "it is another address of the hub; without `hub` none is asked";
        found.push(Problem::new("base_url", "`base_url` goes with `hub`").hint(hint));
    }
    let hex = |text: &String| text.len() == 64 && text.bytes().all(|b| b.is_ascii_hexdigit());
    if provider.sha256.as_ref().is_some_and(|text| !hex(text)) {
        found.push(Problem::new("sha256", "`sha256` is 64 hexadecimal digits"));
    }
    found
}

#[cfg(test)]
#[path = "kinds_tests.rs"]
mod tests;
