//! What a translation client sends: the fields of JSON, of a form or of a multipart form, alike.
//!
//! The vendors' servers take all three and pass over fields that they do not know, so no field is
//! refused here; a wrong value is the endpoint's to refuse. Line ends of forms, which browsers send
//! as CRLF, become LF as the vendors have it. The body lies in memory already, within its bounds.

use axum::{
    body::{Body, Bytes},
    extract::{FromRequest, Multipart, Request},
    http::{HeaderMap, header},
};
use serde_json::{Map, Value};
use url::form_urlencoded;

use super::problem::Problem;

const BROKEN: &str = "Invalid request: the form is broken";

/// The fields of a request's body, by name.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Parameters(Map<String, Value>);

/// One text or a list of them; the answer has the same shape.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Texts {
    pub(super) list: Vec<String>,
    pub(super) many: bool,
}

impl Parameters {
    /// The fields of a body, as its content type says; an empty body has none.
    pub(super) async fn of(headers: &HeaderMap, body: Bytes) -> Result<Self, Problem> {
        let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        let kind = kind.unwrap_or_default();
        let essence = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        match essence.as_str() {
            _ if body.is_empty() => Ok(Self::default()),
            "multipart/form-data" => Self::multipart(kind, body).await,
            essence if essence.ends_with("json") => Self::json(&body),
            "application/x-www-form-urlencoded" | "" => Ok(Self::encoded(&body)),
            _ => Err(Problem::unsupported_media_type(
                "Send application/json, application/x-www-form-urlencoded or multipart/form-data.",
            )),
        }
    }

    /// The fields of an address's query or of an encoded form.
    pub(super) fn encoded(form: &[u8]) -> Self {
        let mut fields = Self::default();
        for (name, value) in form_urlencoded::parse(form) {
            fields.add(&name, &value);
        }
        fields
    }

    /// These fields over others.
    pub(super) fn over(self, mut below: Self) -> Self {
        below.0.extend(self.0);
        below
    }

    fn json(body: &[u8]) -> Result<Self, Problem> {
        match serde_json::from_slice(body) {
            Ok(Value::Object(fields)) => Ok(Self(fields)),
            Ok(_) => Err(Problem::malformed("Invalid request: the JSON is no object")),
            Err(error) => Err(Problem::malformed(format!(
                "Invalid request: the body is not valid UTF-8 JSON at line {}, column {}",
                error.line(),
                error.column()
            ))),
        }
    }

    async fn multipart(kind: &str, body: Bytes) -> Result<Self, Problem> {
        let broken = || Problem::malformed(BROKEN);
        let request = Request::builder().header(header::CONTENT_TYPE, kind);
        let request = request.body(Body::from(body)).map_err(|_| broken())?;
        let form = Multipart::from_request(request, &()).await;
        let mut form = form.map_err(|_| broken())?;
        let mut fields = Self::default();
        while let Some(field) = form.next_field().await.map_err(|_| broken())? {
            let name = field.name().unwrap_or_default().to_owned();
            let text = field.text().await.map_err(|_| broken())?;
            fields.add(&name, &text);
        }
        Ok(fields)
    }

    /// A field that comes again makes a list.
    fn add(&mut self, name: &str, value: &str) {
        let value = Value::String(value.replace("\r\n", "\n"));
        match self.0.get_mut(name) {
            None => drop(self.0.insert(name.to_owned(), value)),
            Some(Value::Array(list)) => list.push(value),
            Some(first) => *first = Value::Array(vec![first.take(), value]),
        }
    }

    /// A field that is a text with something in it.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.as_str().filter(|text| !text.is_empty())
    }

    /// A field of one text or several; `None` where it is missing, empty or anything else.
    pub(super) fn texts(&self, name: &str) -> Option<Texts> {
        match self.0.get(name)? {
            Value::String(one) if one.is_empty() => None,
            Value::String(one) => Some(Texts { list: vec![one.clone()], many: false }),
            Value::Array(list) if list.is_empty() => None,
            Value::Array(list) => {
                let texts = list.iter().map(|text| text.as_str().map(str::to_owned));
                Some(Texts { list: texts.collect::<Option<_>>()?, many: true })
            }
            _ => None,
        }
    }

    /// Whether a field says yes, as JSON or forms do.
    pub(super) fn flag(&self, name: &str) -> bool {
        match self.0.get(name) {
            Some(Value::Bool(yes)) => *yes,
            Some(Value::String(text)) => text == "1" || text.eq_ignore_ascii_case("true"),
            Some(Value::Number(number)) => number.as_u64() == Some(1),
            _ => false,
        }
    }

    /// A whole number, as JSON or forms have it.
    pub(super) fn number(&self, name: &str) -> Option<u64> {
        let value = self.0.get(name)?;
        value.as_u64().or_else(|| value.as_str()?.trim().parse().ok())
    }

    /// Whether a field is there at all.
    pub(super) fn has(&self, name: &str) -> bool {
        self.0.get(name).is_some_and(|value| !value.is_null())
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    async fn read(kind: &'static str, body: &'static str) -> Result<Parameters, Problem> {
        let headers =
            HeaderMap::from_iter([(header::CONTENT_TYPE, HeaderValue::from_static(kind))]);
        Parameters::of(&headers, Bytes::from_static(body.as_bytes())).await
    }

    #[tokio::test]
    async fn json_and_both_kinds_of_forms_are_read_alike() {
        let json = read("application/json", r#"{"q":"نص\nآخر","alternatives":"2","yes":"1"}"#);
        let form = "q=%D9%86%D8%B5%0D%0A%D8%A2%D8%AE%D8%B1&alternatives=2&yes=1";
        let form = read("application/x-www-form-urlencoded", form);
        let parts = "--b\r\ncontent-disposition: form-data; name=\"q\"\r\n\r\nنص\r\nآخر\r\n\
                     --b\r\ncontent-disposition: form-data; name=\"alternatives\"\r\n\r\n2\r\n\
                     --b\r\ncontent-disposition: form-data; name=\"yes\"\r\n\r\n1\r\n--b--\r\n";
        let parts = read("multipart/form-data; boundary=b", parts).await.unwrap();
        let (json, form) = (json.await.unwrap(), form.await.unwrap());
        assert_eq!((&json, &form), (&form, &parts));
        assert_eq!(json.text("q"), Some("نص\nآخر"));
        assert_eq!((json.number("alternatives"), json.flag("yes")), (Some(2), true));
    }

    #[tokio::test]
    async fn one_text_and_a_list_of_one_keep_their_shape() {
        let texts = |fields: Parameters| fields.texts("q").map(|texts| (texts.list, texts.many));
        let one = read("application/json", r#"{"q":"a"}"#).await.unwrap();
        let list = read("application/json", r#"{"q":["a"]}"#).await.unwrap();
        let form = read("application/x-www-form-urlencoded", "q=a&q=b").await.unwrap();
        assert_eq!(texts(one), Some((vec!["a".to_owned()], false)));
        assert_eq!(texts(list), Some((vec!["a".to_owned()], true)));
        assert_eq!(texts(form), Some((vec!["a".to_owned(), "b".to_owned()], true)));
        for wrong in [r#"{"q":""}"#, r#"{"q":[]}"#, r#"{"q":[1]}"#, r#"{"q":{}}"#, "{}"] {
            assert_eq!(texts(read("application/json", wrong).await.unwrap()), None, "{wrong}");
        }
    }

    #[tokio::test]
    async fn a_body_that_cannot_be_read_is_refused() {
        assert!(read("application/json", "[1]").await.is_err());
        assert!(read("application/json", "{").await.is_err());
        assert!(read("text/plain", "q=a").await.is_err());
        assert!(read("multipart/form-data; boundary=b", "--b\r\n").await.is_err());
    }
}
