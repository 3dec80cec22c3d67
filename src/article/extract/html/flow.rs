//! HTML to blocks: what stands on lines of its own when the page is shown.
//!
//! The open elements are kept on a stack, so that hidden ones hide what is in them and a caption
//! is known as one. Unclosed and crossed tags close as browsers close them, nearly. Text that a
//! reader does not see never becomes a block.

use std::{collections::HashMap, ops::Range};

use super::scan::{self, Token, attribute};
use crate::article::{Block, Form, Marker, Reason, block::is_blank};

/// Longest line in bold that is a subhead, in words. A bold lead paragraph is longer.
const SUBHEAD: usize = 12;
/// Deepest element that the slim page keeps; deeper ones are left out, their text stays.
const DEEPEST: usize = 100;
/// Longest cell of a table of data, in characters; longer ones are a layout's columns.
const CELL: usize = 60;

/// A block with what a page says of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Shown {
    /// The block.
    pub(super) block: Block,
    /// Characters of it within links.
    pub(super) linked: usize,
    /// It stands in the navigation, a footer or an aside.
    pub(super) chrome: bool,
}

/// What a page says in its head and its markup.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Page {
    /// The blocks in order.
    pub(super) shown: Vec<Shown>,
    /// The `<title>`.
    pub(super) title: Option<String>,
    /// Values of `<meta>`, by name or property in lower case.
    pub(super) meta: HashMap<String, String>,
    /// The `lang` of the page.
    pub(super) language: Option<String>,
    /// The machine time of the first `<time>`.
    pub(super) time: Option<String>,
    /// Start tags.
    pub(super) tags: usize,
}

/// Reads a page.
pub(super) fn read(html: &str) -> Page {
    run(Flow { html, ..Flow::default() }).page
}

/// The page again as balanced, shallow markup: what is seen, the elements it stands in with their
/// classes, and links without addresses.
pub(super) fn slim(html: &str) -> String {
    run(Flow { html, slim: Some(String::new()), ..Flow::default() }).slim.unwrap_or_default()
}

fn run(mut flow: Flow<'_>) -> Flow<'_> {
    let html = flow.html;
    for token in scan::tokens(html) {
        match token {
            Token::Open { tag, attributes, empty } => flow.open(tag, attributes, empty),
            Token::Close(tag) => flow.close(tag),
            Token::Text(span) => flow.text(span),
        }
    }
    flow.flush();
    flow.close_to(0);
    flow
}

/// An element that has not ended.
struct Open {
    tag: &'static str,
    /// Nothing in it is seen.
    hidden: bool,
    /// What its text is, if its markup says.
    role: Option<Form>,
    /// It stands in or is a part of the page that is not the story.
    chrome: bool,
    /// How many blocks there were when it began.
    blocks: usize,
    /// It was written to the slim page.
    written: bool,
}

#[derive(Default)]
struct Flow<'a> {
    html: &'a str,
    page: Page,
    open: Vec<Open>,
    /// Places on the stack of each tag.
    places: HashMap<&'static str, Vec<usize>>,
    line: Line,
    /// Line breaks since the last text.
    breaks: usize,
    links: usize,
    bolds: usize,
    slim: Option<String>,
}

/// The text that is being gathered.
#[derive(Default)]
struct Line {
    text: String,
    span: Option<Range<usize>>,
    linked: usize,
    bold: usize,
    /// A line break stood before or after it, within its element.
    broken: bool,
}

impl Flow<'_> {
    fn open(&mut self, tag: &'static str, attributes: &str, empty: bool) {
        self.page.tags += 1;
        match tag {
            "" => return,
            "br" => return self.line_break(),
            "meta" => return self.meta(attributes),
            "html" => self.page.language = attribute(attributes, "lang").map(str::to_owned),
            "time" if self.page.time.is_none() => {
                self.page.time = attribute(attributes, "datetime").map(str::to_owned);
            }
            _ => {}
        }
        if is_block(tag) {
            self.flush();
            self.breaks = 0;
        }
        self.close_implied(tag);
        if scan::is_void(tag) || empty {
            return;
        }
        let parent = self.open.last();
        let role = role(tag, attributes).or_else(|| parent.and_then(|open| open.role));
        let mut open = Open {
            tag,
            hidden: parent.is_some_and(|open| open.hidden) || is_hidden(tag, attributes),
            role,
            chrome: parent.is_some_and(|open| open.chrome) || is_chrome(tag, attributes),
            blocks: self.page.shown.len(),
            written: false,
        };
        self.write_open(&mut open, attributes);
        self.places.entry(tag).or_default().push(self.open.len());
        self.open.push(open);
        self.links += usize::from(tag == "a");
        self.bolds += usize::from(is_bold(tag));
    }

    fn close(&mut self, tag: &'static str) {
        if is_block(tag) {
            self.flush();
            self.breaks = 0;
        }
        if let Some(&place) = self.places.get(tag).and_then(|places| places.last()) {
            self.close_to(place);
        }
    }

    fn write_open(&mut self, open: &mut Open, attributes: &str) {
        let Some(slim) = &mut self.slim else { return };
        let kept = is_block(open.tag) && open.tag != "head" || open.tag == "a";
        if open.hidden || !kept || self.open.len() > DEEPEST {
            return;
        }
        open.written = true;
        slim.extend(["<", open.tag]);
        if open.tag == "a" {
            slim.push_str(" href=\"#\"");
        }
        for name in ["id", "class", "itemprop", "role"] {
            let value = attribute(attributes, name).unwrap_or_default();
            let value = scan::within(value, 200);
            if !value.is_empty() && !value.contains(['"', '<', '>', '&']) {
                slim.extend([" ", name, "=\"", value, "\""]);
            }
        }
        slim.push('>');
    }

    /// Ends the element at a place of the stack and all within it.
    fn close_to(&mut self, place: usize) {
        while self.open.len() > place {
            let Some(open) = self.open.pop() else { return };
            self.places.entry(open.tag).or_default().pop();
            self.links -= usize::from(open.tag == "a");
            self.bolds -= usize::from(is_bold(open.tag));
            if let Some(slim) = self.slim.as_mut().filter(|_| open.written) {
                slim.extend(["</", open.tag, ">"]);
            }
            if open.tag == "tr" {
                self.join_cells(open.blocks);
            }
        }
    }

    /// A paragraph ends the one before it, an item the item before it, a cell the cell.
    fn close_implied(&mut self, tag: &str) {
        let Some(last) = self.open.last() else { return };
        let ends = match last.tag {
            "p" => is_block(tag),
            "head" => !matches!(
                tag,
                "meta" | "link" | "title" | "script" | "style" | "base" | "template" | "noscript"
            ),
            "li" => tag == "li",
            "td" | "th" => matches!(tag, "td" | "th" | "tr"),
            "tr" => matches!(tag, "tr" | "tbody"),
            "dt" | "dd" => matches!(tag, "dt" | "dd"),
            _ => false,
        };
        let again = matches!(last.tag, "td" | "th") && tag == "tr";
        if ends {
            self.close_to(self.open.len() - 1);
        }
        if again {
            self.close_implied(tag);
        }
    }

    fn line_break(&mut self) {
        if let Some(slim) = &mut self.slim {
            slim.push_str("<br>");
        }
        self.line.broken = true;
        self.flush();
        self.breaks += 1;
    }

    fn meta(&mut self, attributes: &str) {
        let name = attribute(attributes, "property").or_else(|| attribute(attributes, "name"));
        if let (Some(name), Some(content)) = (name, attribute(attributes, "content"))
            && self.page.meta.len() < 64
        {
            let content = html_escape::decode_html_entities(content).trim().to_owned();
            self.page.meta.entry(name.to_ascii_lowercase()).or_insert(content);
        }
    }

    fn text(&mut self, span: Range<usize>) {
        let raw = &self.html[span.clone()];
        let top = self.open.last();
        if top.is_some_and(|open| open.tag == "title") {
            let title = html_escape::decode_html_entities(raw);
            self.page.title.get_or_insert_with(|| spaced(&title));
            return;
        }
        if top.is_some_and(|open| open.hidden) {
            return;
        }
        if let Some(slim) = &mut self.slim {
            slim.push_str(&raw.replace('<', "&lt;"));
        }
        let text = html_escape::decode_html_entities(raw);
        if top.is_none_or(|open| open.tag != "pre") {
            return self.piece(&text, span);
        }
        for (index, line) in text.split('\n').enumerate() {
            if index > 0 {
                self.line_break();
            }
            self.piece(line, span.clone());
        }
    }

    /// Adds text to the line, white space run together.
    fn piece(&mut self, text: &str, span: Range<usize>) {
        let (mut seen, mut gap) = (0, false);
        for c in text.chars() {
            if matches!(c, ' ' | '\n' | '\r' | '\t' | '\u{C}') {
                gap = true;
                continue;
            }
            if gap && !self.line.text.is_empty() && !self.line.text.ends_with(' ') {
                self.line.text.push(' ');
            }
            gap = false;
            self.line.text.push(c);
            seen += 1;
        }
        if gap && !self.line.text.is_empty() && !self.line.text.ends_with(' ') {
            self.line.text.push(' ');
        }
        if seen > 0 {
            let start = self.line.span.as_ref().map_or(span.start, |old| old.start);
            self.line.span = Some(start..span.end);
            self.line.linked += if self.links > 0 { seen } else { 0 };
            self.line.bold += if self.bolds > 0 { seen } else { 0 };
        }
    }

    /// Makes a block of the line.
    fn flush(&mut self) {
        let line = std::mem::take(&mut self.line);
        let Some(span) = line.span.filter(|_| !line.text.chars().all(is_blank)) else { return };
        let text = line.text.trim_end_matches(' ');
        let top = self.open.last();
        let single = self.breaks == 1;
        let broken = line.broken || self.breaks > 0;
        self.breaks = 0;
        let form = top.and_then(|open| open.role).unwrap_or(Form::Paragraph);
        let form = match form {
            Form::Title if self.page.shown.iter().any(|s| s.block.form == Form::Title) => {
                Form::Heading(Marker::Html)
            }
            Form::Paragraph if is_subhead(text, line.bold) => Form::Heading(Marker::Html),
            Form::Byline if text.split_whitespace().count() > SUBHEAD => Form::Paragraph,
            Form::Paragraph if broken => Form::Line,
            form => form,
        };
        let block = Block { text: text.to_owned(), span, form, gap: !single };
        let chrome = top.is_some_and(|open| open.chrome);
        self.page.shown.push(Shown { block, linked: line.linked, chrome });
    }

    /// Puts the short cells of a row on one line, parted by tabs.
    fn join_cells(&mut self, from: usize) {
        let cells = &self.page.shown[from.min(self.page.shown.len())..];
        let short = |cell: &Shown| {
            let plain = matches!(cell.block.form, Form::Paragraph | Form::Heading(Marker::Html));
            plain && cell.linked == 0 && cell.block.text.chars().nth(CELL).is_none()
        };
        if cells.len() < 2 || cells.len() > 20 || !cells.iter().all(short) {
            return;
        }
        let text = cells.iter().map(|cell| cell.block.text.as_str()).collect::<Vec<_>>().join("\t");
        let span = cells[0].block.span.start..cells[cells.len() - 1].block.span.end;
        let chrome = cells[0].chrome;
        self.page.shown.truncate(from);
        let block = Block { text, span, form: Form::Line, gap: false };
        self.page.shown.push(Shown { block, linked: 0, chrome });
    }
}

/// White space run together and cut at both ends.
pub(super) fn spaced(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn is_bold(tag: &str) -> bool {
    matches!(tag, "b" | "strong")
}

/// A short line all in bold that is no sentence.
fn is_subhead(text: &str, bold: usize) -> bool {
    let letters = text.chars().filter(|c| !c.is_whitespace()).count();
    bold >= letters
        && text.split_whitespace().count() <= SUBHEAD
        && text.chars().any(char::is_alphabetic)
        && !text.ends_with(['.', '،', '؛', ',', ';', '-', '–'])
}

fn is_block(tag: &str) -> bool {
    !matches!(
        tag,
        "" | "a"
            | "abbr"
            | "b"
            | "font"
            | "img"
            | "input"
            | "label"
            | "span"
            | "strong"
            | "time"
            | "meta"
            | "link"
            | "base"
            | "source"
            | "svg"
            | "br"
            | "script"
            | "style"
    )
}

fn role(tag: &str, attributes: &str) -> Option<Form> {
    match tag {
        "h1" | "hl1" => return Some(Form::Title),
        "h2" | "hl2" | "h3" | "h4" | "h5" | "h6" => return Some(Form::Heading(Marker::Html)),
        "li" => return Some(Form::ListItem),
        "figure" | "figcaption" | "caption" | "media-caption" => {
            return Some(Form::Furniture(Reason::Caption));
        }
        "time" => return Some(Form::Furniture(Reason::Timestamp)),
        _ => {}
    }
    let names_author = |value: &str| {
        value
            .split_whitespace()
            .any(|word| ["author", "byline"].iter().any(|name| word.eq_ignore_ascii_case(name)))
    };
    ["rel", "itemprop", "class"]
        .iter()
        .filter_map(|name| attribute(attributes, name))
        .any(names_author)
        .then_some(Form::Byline)
}

/// Whether an element and all in it is not seen by a reader.
fn is_hidden(tag: &str, attributes: &str) -> bool {
    let never = matches!(
        tag,
        "script"
            | "style"
            | "template"
            | "noscript"
            | "iframe"
            | "object"
            | "svg"
            | "math"
            | "select"
            | "textarea"
            | "button"
            | "canvas"
            | "audio"
            | "video"
            | "dialog"
            | "head"
    );
    if never || attributes.len() < 6 {
        return never;
    }
    let is_true = |value: &str| value.eq_ignore_ascii_case("true");
    attribute(attributes, "hidden").is_some()
        || attribute(attributes, "aria-hidden").is_some_and(is_true)
        || attribute(attributes, "style").is_some_and(hides)
        || attribute(attributes, "class").is_some_and(|class| {
            class.split_whitespace().any(|class| {
                matches!(
                    class,
                    "hidden" | "d-none" | "sr-only" | "visually-hidden" | "screen-reader-text"
                )
            })
        })
}

/// Whether a style makes its element invisible.
fn hides(style: &str) -> bool {
    let style: String = scan::within(style, 1024)
        .chars()
        .filter(|c| !c.is_whitespace())
        .map(|c| c.to_ascii_lowercase())
        .collect();
    style.split(';').any(|rule| {
        let rule = rule.trim_end_matches("!important");
        let zero = |value: &str| {
            value
                .trim_end_matches(|c: char| c.is_ascii_alphabetic() || c == '%')
                .trim_matches(['0', '.'])
                .is_empty()
        };
        matches!(rule, "display:none" | "visibility:hidden")
            || rule.strip_prefix("font-size:").is_some_and(|v| v.starts_with('0') && zero(v))
            || rule.strip_prefix("opacity:").is_some_and(|v| v.starts_with('0') && zero(v))
    })
}

/// Whether an element is a part of the page that is not the story.
fn is_chrome(tag: &str, attributes: &str) -> bool {
    matches!(tag, "nav" | "footer" | "aside")
        || attribute(attributes, "role")
            .is_some_and(|role| matches!(role, "navigation" | "contentinfo" | "complementary"))
}
