//! What each kind refuses, as an operator reads it.

use crate::config::load;

/// The problems of one provider, without the lines that repeat the file.
fn said(more: &str) -> String {
    let tables = more.split_once("\n[").map_or("", |(_, rest)| rest);
    let keys = more.split("\n[").next().unwrap_or_default();
    let tables = if tables.is_empty() { String::new() } else { format!("\n[{tables}") };
    let text =
        format!("[tasks]\ntranslate = ['one']\n\n[[providers]]\nname = 'one'\n{keys}{tables}");
    load::parse("config.toml", &text).map_or_else(|error| error.to_string(), |_| String::new())
}

#[test]
fn each_kind_says_what_it_needs() {
    let kinds = [
        "openai",
        "anthropic",
        "gemini",
        "deepl",
        "google",
        "azure",
        "libretranslate",
        "http",
        "local",
    ];
    let all: Vec<String> = kinds.iter().map(|kind| said(&format!("kind = '{kind}'\n"))).collect();
    insta::assert_snapshot!(all.join("\n\n"));
}

#[test]
fn a_key_that_a_kind_does_not_read_is_told() {
    let local = "kind = 'local'\napi_key_env = 'KEY'\ntimeout = '5s'\nglossary_ids = ['a']\n";
    let deepl = "kind = 'deepl'\napi_key_env = 'KEY'\nmodel = 'm'\nregion = 'r'\nqueue = 3\n";
    let azure = "kind = 'azure'\napi_key_env = 'KEY'\ntarget_lang = 'EN-GB'\nstream = true\n";
    let openai = "kind = 'openai'\napi_key_env = 'KEY'\nmodel = 'm'\nmax_texts = 3\npath = '/m'\n";
    let all = [local, deepl, azure, openai].map(said);
    insta::assert_snapshot!(all.join("\n\n"));
}

#[test]
fn every_number_has_bounds() {
    let models = "kind = 'openai'\nmodel = ' '\napi_key_env = 'KEY'\nrequests_per_minute = 0\n\
        tokens_per_minute = 0\ncharacters_per_minute = 0\ndaily_characters = 0\nmax_in_flight = 0\n\
        timeout = '99ms'\nattempts = 11\nusd_per_million_input_tokens = -1\n\
        usd_per_million_output_tokens = nan\ncontext_tokens = 1023\nmax_output_tokens = 63\n";
    let services = "kind = 'deepl'\napi_key_env = 'KEY'\nmax_texts = 0\nmax_characters = 99\n\
        timeout = '2h'\nusd_per_million_characters = inf\ntarget_lang = 'FR'\n\
        glossary_ids = ['1', '2', '3', '4', '5', '6']\n";
    let window = "kind = 'gemini'\nmodel = 'm'\napi_key_env = 'KEY'\ncontext_tokens = 4096\n\
        max_output_tokens = 4096\n";
    let all = [models, services, window, "kind = 'local'\nqueue = 65537\n"].map(said);
    insta::assert_snapshot!(all.join("\n\n"));
}

#[test]
fn an_address_is_https_or_near() {
    let at = |url: &str| said(&format!("kind = 'libretranslate'\nbase_url = '{url}'\n"));
    for fine in [
        "https://translate.example.org",
        "https://translate.example.org:8443/api/",
        "http://localhost:5000",
        "http://127.0.0.9:5000",
        "http://[::1]:5000",
    ] {
        assert_eq!(at(fine), "", "{fine}");
    }
    let allowed = "kind = 'libretranslate'\nbase_url = 'http://10.0.0.7:5000'\nallow_http = true\n";
    assert_eq!(said(allowed), "");
    let wrong = [
        "http://10.0.0.7:5000",
        "http://localhost.example.org",
        "translate.example.org",
        "ftp://example.org",
        "https://example.org/?key=1",
        "https://example.org/#top",
    ];
    insta::assert_snapshot!(wrong.map(at).join("\n\n"));
}

#[test]
fn a_key_in_the_wrong_place_is_not_repeated() {
    let wrong = [
        "kind = 'deepl'\napi_key_env = 'sk-live-7f3a:fx'\n",
        "kind = 'libretranslate'\nbase_url = 'https://user:sk-live-7f3a@example.org'\n",
        "kind = 'http'\nbase_url = 'https://example.org'\n[providers.http]\npath = '/'\n\
         body = '{{ texts }}'\nanswer = '/a'\nheaders = { x-api-key = 'sk-live-7f3a' }\n",
    ];
    let all = wrong.map(said);
    assert!(all.iter().all(|text| !text.contains("7f3a")), "{all:?}");
    insta::assert_snapshot!(all.join("\n\n"));
}

#[test]
fn a_model_file_is_named_in_one_way() {
    let both = "kind = 'local'\npath = '/m.gguf'\nhub = 'owner/name'\nsha256 = 'abc'\n";
    let none = "kind = 'local'\nbase_url = 'https://hub.example.org'\n";
    insta::assert_snapshot!([both, none].map(said).join("\n\n"));
}

fn service(lines: &str) -> String {
    said(&format!("kind = 'http'\nbase_url = 'https://example.org'\n[providers.http]\n{lines}"))
}

#[test]
fn the_description_of_a_service_is_tried_before_it_is_used() {
    let fine = "path = '/t'\nanswer = '/a'\n";
    let with_body = |body: &str| service(&format!("{fine}body = '''{body}'''\n"));
    for good in [
        "{\"q\": {{ text }}}",
        "{\"q\": {{ text|tojson }}, \"from\": \"{{ source }}\", \"title\": {{ context }}}",
        "[{% for one in texts %}{\"Text\": {{ one }}}{% if not loop.last %},{% endif %}{% endfor %}]",
    ] {
        assert_eq!(with_body(good), "", "{good}");
    }
    let bad = [
        "{\"q\": \"{{ text }}\"}",
        "{\"q\": {{ txt }}}",
        "{\"q\": {{ text }",
        "{\"q\": 1}",
        "{\"q\": {{ text }},\n{{ target }}}",
    ];
    insta::assert_snapshot!(bad.map(with_body).join("\n\n"));
}

#[test]
fn the_rest_of_a_description_is_checked() {
    let body = "body = '{\"q\": {{ text }}}'\n";
    let wrong = [
        "path = 't'\nanswer = 'a'\nerror = 'code'\nerrors = { 1 = 'bad', 2 = 'quota' }\n",
        "path = '/t'\nanswer = '/a/*/b/*'\nmax_texts = 0\nmax_characters = 1\n",
        "path = '/t'\nanswer = '/a'\nmax_texts = 2\n",
        "path = '/t'\nanswer = '/a'\nkey_header = 'x y'\nkey_prefix = 'Key '\n",
        "path = '/t'\nanswer = '/a'\nheaders = { 'x y' = '1' }\n",
    ];
    insta::assert_snapshot!(wrong.map(|lines| service(&format!("{lines}{body}"))).join("\n\n"));
}
