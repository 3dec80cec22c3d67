//! Cuts HTML or XHTML into tags and text, with their places in the source.
//!
//! A forward scan with no tree and no recursion, so that no nesting is too deep and every byte is
//! looked at a bounded number of times. Comments, declarations and the inside of scripts and
//! styles never come out of it.

use std::ops::Range;

use memchr::{memchr, memmem};

/// Most of a tag's attributes that is searched, in bytes.
const ATTRIBUTES: usize = 4096;
/// Most attributes of a tag that are looked at.
const MOST_ATTRIBUTES: usize = 64;

/// A piece of HTML.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token<'a> {
    /// A start tag.
    Open {
        /// Its name in lower case; empty for one that means nothing to us.
        tag: &'static str,
        /// The text between name and `>`.
        attributes: &'a str,
        /// It ends itself, as `<br/>`.
        empty: bool,
    },
    /// An end tag.
    Close(&'static str),
    /// Text with its entities; its place in the source.
    Text(Range<usize>),
}

/// Tags that mean something here.
const TAGS: [&str; 79] = [
    "a",
    "abbr",
    "address",
    "article",
    "aside",
    "audio",
    "b",
    "base",
    "block",
    "blockquote",
    "body",
    "br",
    "button",
    "canvas",
    "caption",
    "center",
    "col",
    "dd",
    "details",
    "dialog",
    "div",
    "dl",
    "dt",
    "embed",
    "fieldset",
    "figcaption",
    "figure",
    "font",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "head",
    "header",
    "hl1",
    "hl2",
    "hr",
    "html",
    "iframe",
    "img",
    "input",
    "label",
    "li",
    "link",
    "main",
    "math",
    "media",
    "media-caption",
    "meta",
    "nav",
    "noscript",
    "object",
    "ol",
    "p",
    "picture",
    "pre",
    "script",
    "section",
    "select",
    "source",
    "span",
    "strong",
    "style",
    "svg",
    "table",
    "tbody",
    "td",
    "template",
    "textarea",
    "th",
    "time",
    "title",
    "tr",
    "ul",
    "video",
];

/// The known name of a tag, or the empty name.
fn known(name: &str) -> &'static str {
    let mut lower = [0; 13];
    let Some(lower) = lower.get_mut(..name.len()) else { return "" };
    lower.copy_from_slice(name.as_bytes());
    lower.make_ascii_lowercase();
    let found = TAGS.binary_search_by(|tag| tag.as_bytes().cmp(lower));
    found.map_or("", |at| TAGS[at])
}

/// Whether a tag never has an end tag.
pub(super) fn is_void(tag: &str) -> bool {
    matches!(
        tag,
        "base" | "br" | "col" | "embed" | "hr" | "img" | "input" | "link" | "meta" | "source"
    )
}

/// Whether the inside of an element is not markup.
fn is_raw(tag: &str) -> bool {
    matches!(tag, "script" | "style" | "textarea" | "title" | "iframe")
}

/// The pieces of `html` in order.
pub(super) fn tokens(html: &str) -> Tokens<'_> {
    Tokens { html, at: 0, raw: None }
}

/// See [`tokens`].
pub(super) struct Tokens<'a> {
    html: &'a str,
    at: usize,
    /// The raw element whose inside comes next.
    raw: Option<&'static str>,
}

impl<'a> Iterator for Tokens<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        if let Some(tag) = self.raw.take() {
            return self.raw_text(tag);
        }
        loop {
            let rest = self.html.get(self.at..).filter(|rest| !rest.is_empty())?;
            if !rest.starts_with('<') {
                let end = memchr(b'<', rest.as_bytes()).unwrap_or(rest.len());
                return Some(self.text(end));
            }
            match self.tag(rest) {
                Step::Token(token) => return Some(token),
                Step::Skipped => {}
                // A sign that opens no tag is text, up to the next one.
                Step::NoTag => {
                    let end = memchr(b'<', &rest.as_bytes()[1..]).map_or(rest.len(), |at| at + 1);
                    return Some(self.text(end));
                }
            }
        }
    }
}

enum Step<'a> {
    Token(Token<'a>),
    Skipped,
    NoTag,
}

impl<'a> Tokens<'a> {
    fn text(&mut self, len: usize) -> Token<'a> {
        let start = self.at;
        self.at += len;
        Token::Text(start..self.at)
    }

    /// What is inside a raw element: only a title is text to us.
    fn raw_text(&mut self, tag: &'static str) -> Option<Token<'a>> {
        let rest = &self.html[self.at..];
        let end = end_of_raw(rest, tag);
        if tag == "title" {
            return Some(self.text(end));
        }
        self.at += end;
        self.next()
    }

    fn tag(&mut self, rest: &'a str) -> Step<'a> {
        let bytes = rest.as_bytes();
        match bytes.get(1) {
            Some(b'!') => {
                let (from, close): (usize, &[u8]) = if rest.starts_with("<!--") {
                    (4, b"-->")
                } else if rest.starts_with("<![CDATA[") {
                    return self.cdata(rest);
                } else {
                    (2, b">")
                };
                self.skip_past(rest, from, close)
            }
            Some(b'?') => self.skip_past(rest, 2, b">"),
            Some(b'/') => {
                let name_end = name_end(bytes, 2);
                if name_end == 2 {
                    return Step::NoTag;
                }
                let end = memchr(b'>', bytes).map_or(bytes.len(), |at| at + 1);
                self.at += end;
                Step::Token(Token::Close(known(&rest[2..name_end])))
            }
            Some(b) if b.is_ascii_alphabetic() => self.open(rest),
            _ => Step::NoTag,
        }
    }

    fn skip_past(&mut self, rest: &str, from: usize, close: &[u8]) -> Step<'a> {
        let end = memmem::find(&rest.as_bytes()[from..], close);
        self.at += end.map_or(rest.len(), |at| from + at + close.len());
        Step::Skipped
    }

    fn cdata(&mut self, rest: &'a str) -> Step<'a> {
        let start = self.at + 9;
        let end = memmem::find(rest.as_bytes(), b"]]>");
        self.at += end.map_or(rest.len(), |at| at + 3);
        let end = end.map_or(self.at, |_| self.at - 3);
        if start < end { Step::Token(Token::Text(start..end)) } else { Step::Skipped }
    }

    fn open(&mut self, rest: &'a str) -> Step<'a> {
        let bytes = rest.as_bytes();
        let name = name_end(bytes, 1);
        let end = tag_end(bytes, name);
        let tag = known(&rest[1..name]);
        let inside = &rest[name..end];
        let empty = inside.ends_with('/');
        self.at += (end + 1).min(rest.len());
        if is_raw(tag) && !empty {
            self.raw = Some(tag);
        }
        Step::Token(Token::Open { tag, attributes: inside, empty })
    }
}

fn name_end(bytes: &[u8], from: usize) -> usize {
    let letters = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b':' | b'_');
    from + bytes[from..].iter().take_while(|b| letters(b)).count()
}

/// Where the `>` of a tag stands; quoted values may hold one.
fn tag_end(bytes: &[u8], from: usize) -> usize {
    let mut at = from;
    let mut value = false;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'>' => return at,
            b'"' | b'\'' if value => {
                at += memchr(byte, &bytes[at + 1..]).map_or(bytes.len(), |len| len + 1);
                value = false;
            }
            b'=' => value = true,
            b if !b.is_ascii_whitespace() => value = false,
            _ => {}
        }
        at += 1;
    }
    bytes.len()
}

fn end_of_raw(rest: &str, tag: &str) -> usize {
    memmem::find_iter(rest.as_bytes(), b"</")
        .find(|&at| {
            let name = rest.as_bytes().get(at + 2..at + 2 + tag.len());
            name.is_some_and(|name| name.eq_ignore_ascii_case(tag.as_bytes()))
        })
        .unwrap_or(rest.len())
}

/// The value of an attribute: empty where it has none, `None` where it is not there.
pub(super) fn attribute<'a>(attributes: &'a str, name: &str) -> Option<&'a str> {
    let mut rest = within(attributes, ATTRIBUTES).trim_start();
    for _ in 0..MOST_ATTRIBUTES {
        let end = rest.find(|c: char| c.is_whitespace() || c == '=').unwrap_or(rest.len());
        if end == 0 && !rest.starts_with('=') {
            return None;
        }
        let (key, after) = rest.split_at(end);
        let (value, after) = value(after);
        if key.eq_ignore_ascii_case(name) {
            return Some(value);
        }
        rest = after.trim_start();
    }
    None
}

/// The value after an attribute's name, and what follows.
fn value(after: &str) -> (&str, &str) {
    let Some(value) = after.trim_start().strip_prefix('=') else { return ("", after) };
    let value = value.trim_start();
    for quote in ['"', '\''] {
        if let Some(quoted) = value.strip_prefix(quote) {
            return quoted.split_once(quote).unwrap_or((quoted, ""));
        }
    }
    value.split_at(value.find(char::is_whitespace).unwrap_or(value.len()))
}

/// The first bytes of a text, cut on a character.
pub(super) fn within(text: &str, most: usize) -> &str {
    if text.len() <= most { text } else { &text[..text.floor_char_boundary(most)] }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(html: &str) -> Vec<String> {
        tokens(html)
            .map(|token| match token {
                Token::Open { tag, .. } => format!("<{tag}>"),
                Token::Close(tag) => format!("</{tag}>"),
                Token::Text(span) => html[span].to_owned(),
            })
            .collect()
    }

    #[test]
    fn tags_are_sorted_for_searching() {
        assert!(TAGS.is_sorted());
    }

    #[test]
    fn comments_declarations_and_scripts_never_come_out() {
        let html = "<!doctype html><?x?><P>أ<!-- <p>ب</p> --><script>'<p>ج'</SCRIPT>د</p>";
        assert_eq!(shown(html), ["<p>", "أ", "<script>", "</script>", "د", "</p>"]);
    }

    #[test]
    fn a_sign_that_opens_no_tag_is_text() {
        assert_eq!(shown("1 < 2 <3"), ["1 ", "< 2 ", "<3"]);
    }

    #[test]
    fn quoted_values_may_hold_the_sign_that_ends_a_tag() {
        assert_eq!(shown("<p title='a>b' x>أ"), ["<p>", "أ"]);
        assert_eq!(shown("<p title=a'b>أ"), ["<p>", "أ"]);
    }

    #[test]
    fn attributes_are_found_by_name() {
        let attributes = " a=1 HIDDEN style = \"display: none\" b='x y'";
        assert_eq!(attribute(attributes, "hidden"), Some(""));
        assert_eq!(attribute(attributes, "style"), Some("display: none"));
        assert_eq!(attribute(attributes, "b"), Some("x y"));
        assert_eq!(attribute(attributes, "c"), None);
    }
}
