//! The JSON that carries an article: `{"text": …}` with what is asked for beside it.
//!
//! It comes as the body of a request and as a file on the command line, and is opened here for
//! both, so that both take and refuse the same. A field that is not known is refused, because a
//! misspelt `confidential` must not be ignored; so are repeated fields and anything behind the
//! closing brace. Nothing of the JSON is quoted in an error, only its place.

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{article::Source, brief::Detail};

/// An opened body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Body {
    /// The article, or where it is.
    pub carried: Carried,
    /// Its title, where it came apart from the text.
    pub title: Option<String>,
    /// When it was published, where that came apart from the text.
    pub published: Option<String>,
    /// How much of it is wanted, where that is said.
    pub detail: Option<Detail>,
    /// Touch no cache and only confidential providers.
    pub confidential: bool,
    /// Say what it would take, and do nothing.
    pub dry_run: bool,
    /// Who is told when it is done.
    pub webhook: Option<String>,
}

/// What a body gives as the article.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Carried {
    /// Text as pasted.
    Text(String),
    /// A page or a piece of one.
    Html(String),
    /// The address of a page.
    Url(String),
}

/// Why a body cannot be opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BodyError {
    /// Not JSON, or not in UTF-8.
    #[error(
        "The body is not valid UTF-8 JSON at line {line}, column {column}; it takes `text`, \
         `html` or `url`, and `title`, `published`, `detail`, `confidential`, `dry_run`, `webhook`."
    )]
    Syntax {
        /// Line of the fault, from 1.
        line: usize,
        /// Column of the fault in bytes, from 1.
        column: usize,
    },
    /// JSON with a field that is wrong.
    #[error(
        "The body has a wrong, unknown, repeated or missing field at line {line}, column \
         {column}; it takes `text`, `html` or `url`, and `title`, `published`, `detail`, \
         `confidential`, `dry_run`, `webhook`."
    )]
    Field {
        /// Line of the fault, from 1.
        line: usize,
        /// Column of the fault in bytes, from 1.
        column: usize,
    },
    /// A level of detail that there is not.
    #[error("`detail` is `headline`, `brief` or `full`.")]
    Detail,
    /// No article.
    #[error("The body names no article; give it as `text`, `html` or `url`.")]
    Nothing,
    /// More than one.
    #[error("Give one of `text`, `html` and `url`, not several.")]
    Several,
}

/// An article as JSON: exactly one of `text`, `html` and `url`, and what is asked for beside it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ArticleBody)]
pub(crate) struct Fields {
    /// The article as pasted.
    text: Option<String>,
    /// A page, or a piece of one.
    html: Option<String>,
    /// The address of a page, where `[fetch]` is enabled.
    url: Option<String>,
    /// The headline, where it came apart from the text.
    title: Option<String>,
    /// When the article was published, where that came apart from the text.
    published: Option<String>,
    /// How much of it to brief; `brief` where nothing is said.
    #[schema(value_type = Option<Detail>)]
    detail: Option<String>,
    /// Touch no cache, keep nothing, and ask only providers that may see confidential articles.
    #[serde(default)]
    confidential: bool,
    /// Answer with the plan and what it would cost, and call no provider.
    #[serde(default)]
    dry_run: bool,
    /// The address that is told when the brief is done, one that `[webhooks]` allows.
    webhook: Option<String>,
}

impl Body {
    /// Opens a body; a byte order mark before it is passed over.
    ///
    /// # Errors
    /// Where it is no JSON of this shape, or carries no article or several.
    pub fn open(json: &[u8]) -> Result<Self, BodyError> {
        Self::of(parse::<Fields>(json)?)
    }

    fn of(fields: Fields) -> Result<Self, BodyError> {
        let carried = match (fields.text, fields.html, fields.url) {
            (Some(text), None, None) => Carried::Text(text),
            (None, Some(html), None) => Carried::Html(html),
            (None, None, Some(url)) => Carried::Url(url),
            (None, None, None) => return Err(BodyError::Nothing),
            _ => return Err(BodyError::Several),
        };
        let detail = match fields.detail.as_deref() {
            None => None,
            Some("headline") => Some(Detail::Headline),
            Some("brief") => Some(Detail::Brief),
            Some("full") => Some(Detail::Full),
            Some(_) => return Err(BodyError::Detail),
        };
        let Fields { title, published, confidential, dry_run, webhook, .. } = fields;
        Ok(Self { carried, title, published, detail, confidential, dry_run, webhook })
    }
}

/// Several articles that are asked for together.
#[derive(Debug)]
pub struct Bodies {
    /// What each carries, in order; an article that is wrong has its own error.
    pub articles: Vec<Result<Body, BodyError>>,
    /// Who is told of each that names nobody itself.
    pub webhook: Option<String>,
}

impl Bodies {
    /// Opens `{"articles": [...]}`, each article an object as [`Body::open`] takes it.
    ///
    /// # Errors
    /// Where the whole is no JSON of this shape. Lines and columns of an article's own error are
    /// counted within that article.
    pub fn open(json: &[u8]) -> Result<Self, BodyError> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Batch<'a> {
            #[serde(borrow)]
            articles: Vec<&'a serde_json::value::RawValue>,
            webhook: Option<String>,
        }
        let Batch { articles, webhook } = parse(json)?;
        let articles = articles.into_iter().map(|one| Body::open(one.get().as_bytes())).collect();
        Ok(Self { articles, webhook })
    }
}

/// JSON of this shape; a byte order mark before it is passed over.
fn parse<'a, T: Deserialize<'a>>(json: &'a [u8]) -> Result<T, BodyError> {
    let json = json.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(json);
    serde_json::from_slice(json).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        match error.classify() {
            serde_json::error::Category::Data => BodyError::Field { line, column },
            _ => BodyError::Syntax { line, column },
        }
    })
}

impl Carried {
    /// The article as a source, or the address where it has to be fetched first.
    ///
    /// # Errors
    /// The address, where it is one.
    pub fn source(self) -> Result<Source, String> {
        let (bytes, content_type) = match self {
            Self::Text(text) => (text, "text/plain; charset=utf-8"),
            Self::Html(html) => (html, "text/html; charset=utf-8"),
            Self::Url(url) => return Err(url),
        };
        let content_type = Some(content_type.to_owned());
        Ok(Source { bytes: Bytes::from(bytes), content_type, ..Source::default() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(json: impl AsRef<[u8]>) -> BodyError {
        Body::open(json.as_ref()).unwrap_err()
    }

    fn text(json: impl AsRef<[u8]>) -> Carried {
        Body::open(json.as_ref()).unwrap().carried
    }

    #[test]
    fn escapes_are_read_also_in_keys_and_beyond_the_first_plane() {
        let wanted = Carried::Text("خبر 😀".to_owned());
        assert_eq!(text(r#"{"text":"خبر 😀"}"#), wanted);
        assert_eq!(text(r#"{"\u0074ext":"\u062e\u0628\u0631\u0020\ud83d\ude00"}"#), wanted);
        assert_eq!(text("\u{FEFF} {\"text\":\"خبر 😀\"}\r\n"), wanted);
    }

    #[test]
    fn what_is_no_json_is_refused_at_its_place() {
        let utf16: Vec<u8> =
            "{\"text\":\"خبر\"}".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let cases: [&[u8]; 12] = [
            b"",
            b"{",
            b"{\"text\": \"a\"} }",
            b"{\"text\": \"a\"}{\"text\": \"b\"}",
            b"{\"text\": \"\\ud800\"}",
            b"{\"text\": \"\\udc00\\ud800\"}",
            b"{\"text\": \"a\nb\"}",
            b"{'text': 'a'}",
            b"{\"text\": \"\xC7\xE1\"}",
            b"{\"text\": \"a\",}",
            b"NaN",
            &utf16,
        ];
        for json in cases {
            assert!(matches!(refused(json), BodyError::Syntax { .. }), "{json:?}");
        }
        let deep = format!("{{\"text\": {}", "[".repeat(100_000));
        assert!(matches!(refused(&deep), BodyError::Field { .. } | BodyError::Syntax { .. }));
    }

    #[test]
    fn a_field_that_is_wrong_unknown_or_repeated_is_refused() {
        let cases = [
            "[]",
            "null",
            "\"خبر\"",
            "12",
            "{\"text\": [\"a\"]}",
            "{\"text\": 1e999}",
            "{\"text\": {\"text\": \"a\"}}",
            "{\"Text\": \"a\"}",
            "{\"text\": \"a\", \"text\": \"b\"}",
            "{\"text\": \"a\", \"confidentail\": true}",
            "{\"text\": \"a\", \"confidential\": \"true\"}",
            "{\"text\": \"a\", \"confidential\": 1}",
            "{\"text\": \"a\", \"detail\": {\"brief\": null}}",
            "{\"text\": \"a\", \"title\": 5}",
            "{\"text\": \"a\", \"__proto__\": {}}",
        ];
        for json in cases {
            assert!(
                matches!(refused(json), BodyError::Field { .. } | BodyError::Syntax { .. }),
                "{json}"
            );
        }
    }

    #[test]
    fn a_level_of_detail_is_one_of_three() {
        let asked =
            |detail: &str| Body::open(format!("{{\"text\":\"a\",\"detail\":{detail}}}").as_bytes());
        assert_eq!(asked("\"full\"").unwrap().detail, Some(Detail::Full));
        assert_eq!(asked("null").unwrap().detail, None);
        assert_eq!(asked("\"everything\""), Err(BodyError::Detail));
    }

    #[test]
    fn a_body_carries_one_article() {
        for json in ["{}", "{\"text\": null}", "{\"title\": \"a\"}"] {
            assert_eq!(refused(json), BodyError::Nothing, "{json}");
        }
        assert_eq!(
            refused("{\"text\": \"a\", \"url\": \"http://a.example/\"}"),
            BodyError::Several
        );
    }
}
