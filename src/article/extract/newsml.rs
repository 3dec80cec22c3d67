//! NewsML-G2 and NITF to blocks.
//!
//! The envelope is read for headline, byline, times and status; the body is XHTML or NITF and goes
//! the way of HTML, from its place in the source. The first item of a message is the article.
//! Document types are skipped and no entity of their making is known, so nothing is expanded and
//! nothing fetched. A break in the markup ends the reading with what there is.

use quick_xml::{
    Reader,
    events::{BytesStart, Event},
};

use super::{Extracted, html};
use crate::article::{Block, text_blocks};

/// Longest headline, byline or date that is kept, in bytes.
const FIELD: usize = 4096;

/// Reads an item; `None` where it holds neither body nor headline.
pub(super) fn extract(xml: &str) -> Option<Extracted> {
    let mut reader = Reader::from_str(xml);
    let config = reader.config_mut();
    config.check_end_names = false;
    config.allow_unmatched_ends = true;
    config.allow_dangling_amp = true;
    let mut envelope = Envelope::default();
    let mut before = 0;
    loop {
        let event = reader.read_event();
        let after = usize::try_from(reader.buffer_position()).unwrap_or(xml.len());
        match event {
            Ok(Event::Start(start)) => envelope.start(&start, after),
            Ok(Event::Empty(start)) => envelope.empty(&start),
            Ok(Event::End(end)) => envelope.end(end.local_name().as_ref(), xml, before),
            Ok(Event::Text(text)) => envelope.text(&text),
            Ok(Event::CData(text)) => envelope.text(&text),
            Ok(Event::GeneralRef(name)) => {
                envelope.text(&html::unescaped(&format!("&{};", &*name)))
            }
            Ok(Event::Eof) | Err(_) => break,
            Ok(_) => {}
        }
        before = after;
    }
    let found = envelope.found;
    (found.title.is_some() || !found.blocks.is_empty()).then_some(found)
}

/// What is gathered on the way through.
#[derive(Default)]
struct Envelope {
    found: Extracted,
    /// The field whose text is being read.
    field: Option<Field>,
    text: String,
    /// An NITF document has begun.
    nitf: bool,
    /// The element that holds the body, where its inside starts, and how many of it are open.
    body: Option<(String, usize, usize)>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Field {
    Title,
    Byline,
    Published,
    Embargoed,
}

fn field(name: &str) -> Option<Field> {
    Some(match name {
        "headline" | "hl1" => Field::Title,
        "by" | "byline" => Field::Byline,
        "versionCreated" => Field::Published,
        "embargoed" => Field::Embargoed,
        _ => return None,
    })
}

fn holds_body(name: &str) -> bool {
    matches!(name, "body.content" | "inlineData")
}

impl Envelope {
    fn start(&mut self, start: &BytesStart<'_>, inside: usize) {
        let name = start.local_name();
        let name: &str = name.as_ref();
        if let Some((open, _, depth)) = &mut self.body {
            *depth += usize::from(open == name);
            return;
        }
        self.attributes(start, name);
        self.nitf |= name == "nitf";
        // The body of NITF has a head of its own; that of an XHTML page is the whole story.
        let has_body = holds_body(name) || name == "body" && !self.nitf;
        if has_body && self.found.blocks.is_empty() {
            self.body = Some((name.to_owned(), inside, 1));
        } else if let Some(field) = field(name) {
            self.field = Some(field);
            self.text.clear();
        }
    }

    fn empty(&mut self, start: &BytesStart<'_>) {
        if self.body.is_none() {
            let name = start.local_name();
            self.attributes(start, name.as_ref());
        }
    }

    fn attributes(&mut self, start: &BytesStart<'_>, name: &str) {
        let value = |key: &str| {
            let attribute = start.attributes().flatten().find(|a| {
                let name: &str = a.key.local_name().into_inner();
                name == key
            })?;
            Some(html::unescaped(&attribute.value).trim().to_owned())
        };
        match name {
            "pubStatus" => {
                let code = value("qcode").unwrap_or_default();
                let status = code.rsplit(':').next().unwrap_or_default().to_ascii_lowercase();
                self.found.pub_status = Some(status).filter(|status| !status.is_empty());
            }
            "newsItem" if self.found.uri.is_none() => self.found.uri = value("guid"),
            "date.issue" | "date.release" if self.found.published.is_none() => {
                self.found.published = value("norm");
            }
            _ => {}
        }
        if matches!(name, "newsItem" | "nitf" | "contentSet" | "inlineXML" | "html" | "language") {
            let language = value("lang").or_else(|| value("tag"));
            self.found.language = self.found.language.take().or(language);
        }
    }

    fn text(&mut self, text: &str) {
        if self.body.is_none() && self.field.is_some() && self.text.len() < FIELD {
            self.text.push_str(text);
        }
    }

    fn end(&mut self, name: &str, xml: &str, at: usize) {
        if let Some((open, inside, depth)) = &mut self.body {
            if open != name {
                return;
            }
            *depth -= 1;
            if *depth == 0 {
                let inside = (*inside).min(at);
                self.found.blocks = blocks(xml, inside, at);
                self.body = None;
            }
            return;
        }
        let Some(field) = self.field.filter(|&open| self::field(name) == Some(open)) else {
            return;
        };
        self.field = None;
        let text = self.text.split_whitespace().collect::<Vec<_>>().join(" ");
        let place = match field {
            Field::Title => &mut self.found.title,
            Field::Byline => &mut self.found.byline,
            Field::Published => &mut self.found.published,
            Field::Embargoed => &mut self.found.embargoed,
        };
        if place.is_none() && !text.is_empty() {
            *place = Some(text);
        }
    }
}

/// The body between two places of the source.
fn blocks(xml: &str, from: usize, to: usize) -> Vec<Block> {
    let Some(body) = xml.get(from..to) else { return Vec::new() };
    let blocks =
        if body.contains('<') { html::fragment(body) } else { text_blocks(&html::unescaped(body)) };
    let moved = |block: Block| {
        let (start, end) = (block.span.start + from, block.span.end + from);
        let whole = !xml.is_char_boundary(start) || !xml.is_char_boundary(end) || end > to;
        Block { span: if whole { from..to } else { start..end }, ..block }
    };
    blocks.into_iter().map(moved).collect()
}
