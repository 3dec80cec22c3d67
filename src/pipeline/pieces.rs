//! What of a text goes to a provider, and what stays as it is: lines, tags, white space.
//!
//! A provider gets whole paragraphs and nothing else. Of plain text that is each line with Arabic in
//! it; of marked-up text each run between tags that part blocks. Inside such a run a tag cannot be
//! carried over, because English has another order of words: tags around the whole run stay, those
//! in the middle of its sentences are left out and their words kept. What has no Arabic passes
//! through unasked, byte for byte in markup and with Western figures in plain text. Pure.

use std::ops::Range;

use super::Form;
use crate::article::{holds_arabic, normalize, numerals};

/// A part of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// Stays as it is.
    Kept(String),
    /// A paragraph to put into English.
    Arabic(String),
}

/// Tags that do not part paragraphs.
const INLINE: [&str; 29] = [
    "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "del", "dfn", "em", "font",
    "i", "ins", "kbd", "mark", "q", "s", "samp", "small", "span", "strong", "sub", "sup", "time",
    "tt", "u", "var",
];

/// The parts of a text, in order.
pub(super) fn parts(text: &str, form: Form) -> Vec<Part> {
    let mut parts = Vec::new();
    match form {
        Form::Plain => text.split_inclusive('\n').for_each(|line| plain(line, &mut parts)),
        Form::Markup => marked_up(text, &mut parts),
    }
    parts
}

/// The text again, with English in the places of the Arabic, in order.
pub(super) fn joined(parts: Vec<Part>, english: Vec<String>, form: Form) -> String {
    let mut english = english.into_iter();
    let mut text = String::new();
    for part in parts {
        match (part, form) {
            (Part::Kept(kept), _) => text.push_str(&kept),
            (Part::Arabic(_), Form::Plain) => text.push_str(&english.next().unwrap_or_default()),
            (Part::Arabic(_), Form::Markup) => {
                let words = english.next().unwrap_or_default();
                text.push_str(&html_escape::encode_text(&words));
            }
        }
    }
    text
}

/// The words of marked-up text, without its tags.
#[must_use]
pub fn words(html: &str) -> String {
    let mut words = String::new();
    let mut rest = html;
    while !rest.is_empty() {
        let (token, left) = next(rest);
        rest = left;
        match token {
            Token::Text(text) => words.push_str(&html_escape::decode_html_entities(text)),
            Token::Block(_) => words.push('\n'),
            Token::Opens(..) | Token::Closes(..) => {}
        }
    }
    words
}

fn plain(line: &str, parts: &mut Vec<Part>) {
    if !holds_arabic(line) {
        parts.push(Part::Kept(numerals::rewrite(line).into_owned()));
        return;
    }
    around(line, parts);
}

/// Arabic between the white space that stands around it.
fn around(text: &str, parts: &mut Vec<Part>) {
    let words = text.trim();
    let start = text.len() - text.trim_start().len();
    keep(&text[..start], parts);
    parts.push(Part::Arabic(normalize(words).text.into_owned()));
    keep(&text[start + words.len()..], parts);
}

fn keep(text: &str, parts: &mut Vec<Part>) {
    match parts.last_mut() {
        _ if text.is_empty() => {}
        Some(Part::Kept(kept)) => kept.push_str(text),
        _ => parts.push(Part::Kept(text.to_owned())),
    }
}

/// A piece of markup.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Token<'a> {
    Text(&'a str),
    Opens(&'a str, &'a str),
    Closes(&'a str, &'a str),
    /// A tag that parts blocks, a comment, a script with all that is in it.
    Block(&'a str),
}

impl<'a> Token<'a> {
    fn raw(&self) -> &'a str {
        match self {
            Self::Text(raw) | Self::Opens(raw, _) | Self::Closes(raw, _) | Self::Block(raw) => raw,
        }
    }

    fn is_words(&self) -> bool {
        matches!(self, Self::Text(text) if !text.trim().is_empty())
    }
}

fn marked_up(html: &str, parts: &mut Vec<Part>) {
    let mut run: Vec<Token<'_>> = Vec::new();
    let mut rest = html;
    while !rest.is_empty() {
        let (token, left) = next(rest);
        rest = left;
        if let Token::Block(raw) = token {
            flush(&run, parts);
            run.clear();
            keep(raw, parts);
        } else {
            run.push(token);
        }
    }
    flush(&run, parts);
}

/// Puts a run without blocks among the parts.
fn flush(run: &[Token<'_>], parts: &mut Vec<Part>) {
    let first = run.iter().position(Token::is_words);
    let last = run.iter().rposition(Token::is_words);
    let words = first.zip(last).map(|(first, last)| (first..last + 1, text_of(&run[first..=last])));
    let Some((span, words)) = words.filter(|(_, words)| holds_arabic(words)) else {
        run.iter().for_each(|token| keep(token.raw(), parts));
        return;
    };
    let whole = pairs_around(run, &span);
    let stays = |(at, token): (usize, &Token<'_>)| match token {
        Token::Text(text) => text.trim().is_empty(),
        _ => whole.contains(&at),
    };
    let outside = |range: Range<usize>, parts: &mut Vec<Part>| {
        let tokens = range.clone().zip(&run[range]);
        tokens.filter(|one| stays(*one)).for_each(|(_, token)| keep(token.raw(), parts));
    };
    outside(0..span.start, parts);
    around(&words, parts);
    outside(span.end..run.len(), parts);
}

/// The indices of tags that open before a span and close behind it.
fn pairs_around(run: &[Token<'_>], span: &Range<usize>) -> Vec<usize> {
    let mut open: Vec<(usize, &str)> = Vec::new();
    let mut whole = Vec::new();
    for (at, token) in run.iter().enumerate() {
        match token {
            Token::Opens(_, name) => open.push((at, name)),
            Token::Closes(_, name) => {
                let Some(found) = open.iter().rposition(|(_, one)| one.eq_ignore_ascii_case(name))
                else {
                    continue;
                };
                let (opened, _) = open[found];
                open.truncate(found);
                if opened < span.start && at >= span.end {
                    whole.extend([opened, at]);
                }
            }
            Token::Text(_) | Token::Block(_) => {}
        }
    }
    whole
}

/// The words of a run, entities opened.
fn text_of(run: &[Token<'_>]) -> String {
    let texts = run.iter().filter_map(|token| match token {
        Token::Text(text) => Some(*text),
        _ => None,
    });
    html_escape::decode_html_entities(&texts.collect::<String>()).into_owned()
}

/// The first token of markup, and what comes behind it.
fn next(html: &str) -> (Token<'_>, &str) {
    let Some(length) = markup_length(html) else {
        let starts = html.match_indices('<').map(|(at, _)| at).filter(|at| *at > 0);
        let end = starts.into_iter().find(|at| markup_length(&html[*at..]).is_some());
        let (text, rest) = html.split_at(end.unwrap_or(html.len()));
        return (Token::Text(text), rest);
    };
    let (raw, rest) = html.split_at(length);
    let name = name_of(raw);
    if !INLINE.iter().any(|inline| inline.eq_ignore_ascii_case(name)) {
        return (Token::Block(raw), rest);
    }
    match raw.starts_with("</") {
        true => (Token::Closes(raw, name), rest),
        false => (Token::Opens(raw, name), rest),
    }
}

fn name_of(tag: &str) -> &str {
    let tag = tag.trim_start_matches(['<', '/']);
    let end = tag.find(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != ':');
    &tag[..end.unwrap_or(tag.len())]
}

/// The length of the tag, comment or script that a text begins with.
fn markup_length(html: &str) -> Option<usize> {
    let inside = html.strip_prefix('<')?;
    if let Some(comment) = inside.strip_prefix("!--") {
        return Some(comment.find("-->").map_or(html.len(), |end| end + "<!---->".len()));
    }
    let mut signs = inside.chars();
    let begins = match signs.next()? {
        '/' => signs.next()?.is_ascii_alphabetic(),
        first => first.is_ascii_alphabetic() || matches!(first, '!' | '?'),
    };
    if !begins {
        return None;
    }
    let end = tag_end(html)?;
    let name = name_of(&html[..end]);
    let raw_text = ["script", "style"].iter().find(|raw| raw.eq_ignore_ascii_case(name));
    match raw_text.filter(|_| !html.starts_with("</")) {
        Some(name) => Some(end + closing(&html[end..], name)),
        None => Some(end),
    }
}

/// Where a tag ends; a `>` in quotes does not end it.
fn tag_end(html: &str) -> Option<usize> {
    let mut quote = None;
    for (at, byte) in html.bytes().enumerate().skip(1) {
        match (byte, quote) {
            (b'"' | b'\'', None) => quote = Some(byte),
            (_, Some(open)) if byte == open => quote = None,
            (b'>', None) => return Some(at + 1),
            _ => {}
        }
    }
    None
}

/// Where the element of this name closes, its closing tag left out; all there is where it does not.
fn closing(html: &str, name: &str) -> usize {
    let closes = |at: &usize| {
        let tag = html.get(at + 2..at + 2 + name.len());
        tag.is_some_and(|tag| tag.eq_ignore_ascii_case(name))
    };
    let ends = html.match_indices("</").map(|(at, _)| at);
    ends.into_iter().find(closes).unwrap_or(html.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The text with every piece of Arabic in brackets.
    fn cut(text: &str, form: Form) -> String {
        let shown = |part: Part| match part {
            Part::Kept(kept) => kept,
            Part::Arabic(arabic) => format!("[{arabic}]"),
        };
        parts(text, form).into_iter().map(shown).collect()
    }

    #[test]
    fn each_line_with_arabic_is_a_paragraph_and_the_lines_stay() {
        let text = "  وصل الوزير\n\n\tBBC News ٢٠٢٤\nغادر الوفد \n";
        assert_eq!(cut(text, Form::Plain), "  [وصل الوزير]\n\n\tBBC News 2024\n[غادر الوفد] \n");
        assert_eq!(cut("", Form::Plain), "");
        assert_eq!(cut("\n", Form::Plain), "\n");
    }

    #[test]
    fn tags_around_a_paragraph_stay_and_those_inside_its_sentence_go() {
        let cases = [
            ("<p>وصل <b>الوزير</b> أمس</p>", "<p>[وصل الوزير أمس]</p>"),
            ("<p><b>وصل الوزير</b></p>", "<p><b>[وصل الوزير]</b></p>"),
            ("<b>وصل</b> ثم <b>غادر</b>", "[وصل ثم غادر]"),
            ("<i><b>وصل</b> ثم <b>غادر</b></i>", "<i>[وصل ثم غادر]</i>"),
            (
                "<li><a href=\"/x?a>b\">وصل الوزير</a></li>",
                "<li><a href=\"/x?a>b\">[وصل الوزير]</a></li>",
            ),
            ("وصل<br/>غادر", "[وصل]<br/>[غادر]"),
            ("<p>BBC <b>News</b></p>", "<p>BBC <b>News</b></p>"),
        ];
        for (html, expected) in cases {
            assert_eq!(cut(html, Form::Markup), expected, "{html}");
        }
    }

    #[test]
    fn the_words_are_what_stands_between_tags() {
        let html =
            "<p>وصل <a href=\"https://example.org\">الوزير</a> &amp; غادر</p><style>p{}</style>";
        assert_eq!(words(html), "\nوصل الوزير & غادر\n\n\n");
    }

    #[test]
    fn what_is_no_copy_passes_through() {
        let script = "<script>if (a<b) { x = 'نص' }</script><!-- ملاحظة --><style>p{}</style>";
        assert_eq!(cut(script, Form::Markup), script);
        assert_eq!(cut("<p title='نص'>ok</p>", Form::Markup), "<p title='نص'>ok</p>");
    }

    #[test]
    fn broken_markup_is_text_and_nothing_of_it_is_lost() {
        for text in ["< وصل", "وصل <b", "<", "a < b", "<p", "</", "<!-- وصل", "<script>وصل"]
        {
            let whole: String = cut(text, Form::Markup).replace(['[', ']'], "");
            assert_eq!(whole, text);
        }
    }

    #[test]
    fn english_is_escaped_where_it_stands_in_markup() {
        let html = "<p>نص &amp; نص</p>";
        assert_eq!(cut(html, Form::Markup), "<p>[نص & نص]</p>");
        let english = |form| joined(parts(html, form), vec!["a <b> & c".to_owned()], form);
        assert_eq!(english(Form::Markup), "<p>a &lt;b&gt; &amp; c</p>");
        assert_eq!(english(Form::Plain), "a <b> & c");
    }
}
