//! Markdown to blocks.
//!
//! Headings, list items and whole paragraphs in bold keep their role; lines that are only wrapped
//! are joined, as Markdown has it. HTML within goes the way of HTML. Pictures leave their caption
//! as furniture and links their text.

use std::ops::Range;

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use super::{Extracted, html};
use crate::article::{Block, Form, Marker, Reason};

/// Longest paragraph in bold that is a subhead, in words.
const SUBHEAD: usize = 12;

/// Reads Markdown.
pub(super) fn extract(text: &str) -> Extracted {
    let mut cut = Cut { gap: true, ..Cut::default() };
    for (event, span) in Parser::new_ext(text, Options::ENABLE_TABLES).into_offset_iter() {
        cut.event(text, &event, span);
    }
    Extracted { blocks: cut.blocks, ..Extracted::default() }
}

#[derive(Default)]
struct Cut {
    blocks: Vec<Block>,
    line: String,
    span: Option<Range<usize>>,
    form: Option<Form>,
    /// Lists that are open.
    lists: usize,
    /// Characters in bold.
    bold: usize,
    strong: usize,
    /// Text of a picture, which is its caption.
    picture: usize,
    caption: String,
    gap: bool,
}

impl Cut {
    fn event(&mut self, text: &str, event: &Event<'_>, span: Range<usize>) {
        match event {
            Event::Start(tag) => self.start(tag, span),
            Event::End(tag) => self.end(*tag, span),
            Event::Text(text) if self.picture > 0 => self.caption.push_str(text),
            Event::Text(text) => self.text(text, span),
            Event::Code(text) => self.text(text, span),
            Event::SoftBreak => self.line.push(' '),
            Event::HardBreak => {
                self.flush();
                self.gap = false;
            }
            Event::Rule => self.flush(),
            Event::InlineHtml(tag) if tag.starts_with("<br") => {
                self.flush();
                self.gap = false;
            }
            Event::Html(_) => self.html(&text[span.clone()], span.start),
            _ => {}
        }
    }

    fn start(&mut self, tag: &Tag<'_>, span: Range<usize>) {
        match tag {
            Tag::Heading { level, .. } => {
                self.flush();
                let titled = self.blocks.iter().any(|block| block.form == Form::Title);
                let first = *level as usize == 1 && !titled;
                self.form = Some(if first { Form::Title } else { Form::Heading(Marker::Markdown) });
            }
            Tag::List(_) => {
                self.flush();
                self.lists += 1;
            }
            Tag::Paragraph | Tag::Item | Tag::CodeBlock(_) | Tag::BlockQuote(_) => self.flush(),
            Tag::TableRow | Tag::TableHead => {
                self.flush();
                self.form = Some(Form::Line);
            }
            Tag::TableCell if !self.line.is_empty() => self.line.push('\t'),
            Tag::Strong => self.strong += 1,
            Tag::Image { .. } => {
                self.picture += 1;
                self.span.get_or_insert(span);
            }
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd, span: Range<usize>) {
        match tag {
            TagEnd::Strong => self.strong = self.strong.saturating_sub(1),
            TagEnd::Image => {
                self.picture = self.picture.saturating_sub(1);
                let caption = std::mem::take(&mut self.caption);
                if !caption.trim().is_empty() {
                    let form = Form::Furniture(Reason::Caption);
                    self.blocks.push(Block::new(caption.trim(), span, form));
                }
            }
            TagEnd::List(_) => {
                self.flush();
                self.lists = self.lists.saturating_sub(1);
            }
            TagEnd::Paragraph
            | TagEnd::Heading(_)
            | TagEnd::Item
            | TagEnd::CodeBlock
            | TagEnd::TableRow
            | TagEnd::TableHead => self.flush(),
            _ => {}
        }
    }

    fn text(&mut self, text: &str, span: Range<usize>) {
        for (index, line) in text.split('\n').enumerate() {
            if index > 0 {
                self.flush();
                self.gap = false;
            }
            self.line.push_str(line);
            self.bold += if self.strong > 0 { letters(line) } else { 0 };
            let start = self.span.as_ref().map_or(span.start, |old| old.start);
            self.span = Some(start..span.end);
        }
    }

    fn flush(&mut self) {
        let line = std::mem::take(&mut self.line);
        let bold = std::mem::take(&mut self.bold);
        let (form, span) = (self.form.take(), self.span.take());
        let text = line.trim();
        let Some(span) = span.filter(|_| !text.is_empty()) else { return };
        let subhead = bold >= letters(text)
            && text.split_whitespace().count() <= SUBHEAD
            && !text.ends_with(['.', '،', '؛', ',']);
        let form = match form {
            Some(form) => form,
            None if self.lists > 0 => Form::ListItem,
            None if subhead => Form::Heading(Marker::Markdown),
            None => Form::Paragraph,
        };
        let gap = std::mem::replace(&mut self.gap, true);
        self.blocks.push(Block { text: text.to_owned(), span, form, gap });
    }

    fn html(&mut self, text: &str, offset: usize) {
        self.flush();
        self.blocks.extend(html::fragment(text).into_iter().map(|block| Block {
            span: block.span.start + offset..block.span.end + offset,
            ..block
        }));
    }
}

fn letters(text: &str) -> usize {
    text.chars().filter(|c| !c.is_whitespace()).count()
}
