//! Blocks to an article: the order in which the parts of a source are told apart.
//!
//! ```text
//! lines      normalized, wrapped lines joined ............... lines, wrap
//! copy       the same article again is left out ............. repeat
//! furniture  lines that are not the story ................... strip, furniture
//! end        the take's closing mark; what follows it ....... endmark
//! head       title, byline, dateline, captions .............. head
//! body       subheads, paragraphs, credits at the end ....... sections
//! lead       the dateline that opens it ..................... dateline
//! ```
//!
//! Every step takes lines away or names them; none reorders them. The whole is linear in the
//! source and bounded: what is beyond a bound is left out and a finding says so.

use super::{
    Article, Block, Dropped, EndMarker, Marker, Paragraph, Reading, Reason, Section, SourceId,
    block::Form,
    dateline, endmark, head,
    head::Head,
    language,
    lines::Line,
    normalize::normalize,
    repeat,
    sections::{self, Role},
    strip, wrap,
};
use crate::finding::{Code, Finding, Severity};

/// Most sections read; a longer roll of subheads is a list, and each section costs a call.
const MOST_SECTIONS: usize = 200;
/// Most paragraphs read: some ten times the longest article of a day's papers.
const MOST_PARAGRAPHS: usize = 5_000;
/// Most decks and notes between the head and the paragraph that the dateline opens.
const MOST_DECKS: usize = 2;

/// What is known of an article beside its source.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hints {
    /// The headline, where the request or the carrier gives it.
    pub title: Option<String>,
}

/// Reads blocks as a news article. Never fails; see [`Reading::refusal`].
#[must_use]
pub fn parse(blocks: &[Block], hints: &Hints) -> Reading {
    let mut findings = Vec::new();
    let mut dropped = Vec::new();
    let mut lines = wrap::rejoin(visible(blocks));
    leave_out_copy(&mut lines, &mut findings);
    let mut lines = strip::furniture(lines, &mut dropped);
    let end_marker = close(&mut lines, &mut dropped, &mut findings);
    let known = hints.title.as_deref().map(|title| normalize(title).text.into_owned());
    let mut head = head::read(lines, known.filter(|title| !title.is_empty()));
    dropped.append(&mut head.dropped);
    let mut body = std::mem::take(&mut head.body);
    sections::sign_off(&mut body, &mut dropped);
    open_lead(&mut head, &mut body);
    let sections = divide(body, &head, &mut dropped, &mut findings);
    let language = name_language(blocks, &mut findings);
    let Head { title, byline, dateline, .. } = head;
    Reading {
        article: Article {
            language,
            title,
            byline,
            dateline,
            sections,
            dropped,
            end_marker,
            ..Article::default()
        },
        findings,
    }
}

/// The blocks that show something. One that does not stands between its neighbours as a blank
/// line does, so that nothing is joined across it.
fn visible(blocks: &[Block]) -> Vec<Line<'_>> {
    let mut gap = false;
    let mut lines = Vec::with_capacity(blocks.len());
    for block in blocks {
        let Some(mut line) = Line::read(block) else {
            gap = true;
            continue;
        };
        line.gap |= std::mem::take(&mut gap);
        lines.push(line);
    }
    lines
}

/// Leaves a second copy of the article out.
fn leave_out_copy(lines: &mut Vec<Line<'_>>, findings: &mut Vec<Finding>) {
    if let Some(at) = repeat::second_copy(lines) {
        lines.truncate(at);
        findings.push(Finding::new(
            Code::SourceRepeated,
            Severity::Info,
            "The source holds the same text twice; it was read once.",
        ));
    }
}

/// Finds the mark that closes the take. What follows a sure mark is dropped; another take in the
/// same paste goes on after `يتبع`, and a round-up after the agency that signs one of its items.
fn close(
    lines: &mut Vec<Line<'_>>,
    dropped: &mut Vec<Dropped>,
    findings: &mut Vec<Finding>,
) -> Option<EndMarker> {
    let last_text = lines.iter().rposition(|line| line.words >= 5 || line.is_prose());
    let mut open = Vec::with_capacity(lines.len());
    let mut marker = None;
    for (at, line) in std::mem::take(lines).into_iter().enumerate() {
        let more = last_text.is_some_and(|last| last > at);
        if marker.is_some() {
            dropped.push(head::drop(&line, Reason::AfterEnd));
            continue;
        }
        match endmark::whole(&line.text)
            .filter(|mark| (mark.sure || !more) && (!open.is_empty() || mark.closing))
        {
            Some(mark) if more && mark.continues => {}
            Some(mark) if more && !mark.closing => dropped.push(head::drop(&line, Reason::Credit)),
            Some(mark) => {
                findings.extend(mark.continues.then(take_follows));
                marker = Some(mark.marker);
            }
            None => open.push(line),
        }
    }
    *lines = open;
    marker.or_else(|| close_inline(lines, findings))
}

/// The mark glued to the last running text.
fn close_inline(lines: &mut [Line<'_>], findings: &mut Vec<Finding>) -> Option<EndMarker> {
    let last = lines.iter_mut().rev().find(|line| line.is_prose())?;
    let (range, mark) = endmark::trailing(&last.text)?;
    last.cut(0..range.start);
    findings.extend(mark.continues.then(take_follows));
    Some(mark.marker)
}

fn take_follows() -> Finding {
    Finding::new(
        Code::TakeFollows,
        Severity::Warning,
        "The source says that another take follows; it is not in this text.",
    )
}

/// Reads the dateline that opens the lead and takes it off.
fn open_lead(head: &mut Head<'_>, body: &mut Vec<Line<'_>>) {
    if !body.iter().any(Line::is_prose) {
        return;
    }
    if let Some(found) = body.first().and_then(filed_line) {
        head.dateline = head.dateline.take().or(found.dateline);
        head.byline = head.byline.take().or(found.byline);
        body.remove(0);
    }
    for (passed, line) in
        body.iter_mut().filter(|line| line.is_prose()).take(MOST_DECKS + 1).enumerate()
    {
        // Behind a deck only an agency's own dateline is one; a round-up's items have others.
        let Some(found) =
            dateline::opening(&line.text).filter(|found| passed == 0 || found.agency_at_place())
        else {
            continue;
        };
        let end = line.text.len();
        line.cut(found.len..end);
        head.dateline = found.dateline.or(head.dateline.take());
        break;
    }
    body.retain(|line| !line.text.is_empty());
}

/// A dateline on a line of its own, as Saudi wires type it.
fn filed_line(line: &Line<'_>) -> Option<dateline::Found> {
    dateline::whole(&line.text).filter(|found| found.dateline.is_some() && line.words <= 14)
}

/// Divides a body into sections, within the bounds.
fn divide(
    body: Vec<Line<'_>>,
    head: &Head<'_>,
    dropped: &mut Vec<Dropped>,
    findings: &mut Vec<Finding>,
) -> Vec<Section> {
    let (credits, body): (Vec<_>, Vec<_>) = body.into_iter().partition(sections::is_credit);
    dropped.extend(credits.iter().map(|line| head::drop(line, Reason::Credit)));
    let agency = head.dateline.as_ref().is_some_and(|dateline| dateline.agency.is_some());
    let roles = sections::roles(&body, agency);
    let mut sections: Vec<Section> = Vec::new();
    let mut count = 0;
    let mut unread = 0;
    let mut unheaded = 0;
    for (line, role) in body.into_iter().zip(roles) {
        match role {
            Role::Dropped(reason) => dropped.push(head::drop(&line, reason)),
            Role::Heading(_) if sections::repeats(&line, head.title.as_deref()) => {
                dropped.push(head::drop(&line, Reason::RepeatedTitle))
            }
            Role::Heading(marker) if sections.len() < MOST_SECTIONS => {
                sections.push(section(Some(line.text.into_owned()), marker))
            }
            Role::Heading(_) | Role::Paragraph if count >= MOST_PARAGRAPHS => unread += 1,
            role => {
                unheaded += usize::from(matches!(role, Role::Heading(_)));
                count += 1;
                if sections.is_empty() {
                    sections.push(section(None, Marker::Lead));
                }
                if let Some(last) = sections.last_mut() {
                    last.paragraphs.push(Paragraph {
                        id: SourceId { section: 0, paragraph: 0 },
                        text: line.text.into_owned(),
                        span: line.span,
                    });
                }
            }
        }
    }
    if unread + unheaded > 0 {
        findings.push(bounded(unheaded, unread));
    }
    drop_empty_tail(&mut sections, dropped);
    number(&mut sections);
    sections
}

fn section(heading: Option<String>, marker: Marker) -> Section {
    Section { id: String::new(), heading, marker, paragraphs: Vec::new() }
}

fn bounded(unheaded: usize, unread: usize) -> Finding {
    let message = format!(
        "The source is beyond what is read ({MOST_SECTIONS} sections, {MOST_PARAGRAPHS} paragraphs): {unheaded} subheads were read as paragraphs and {unread} lines were left out."
    );
    Finding::new(Code::SourceBounded, Severity::Warning, message)
}

/// A heading at the very end heads nothing of the story: a page's next box.
fn drop_empty_tail(sections: &mut Vec<Section>, dropped: &mut Vec<Dropped>) {
    while let Some(last) = sections.pop_if(|last| last.paragraphs.is_empty()) {
        dropped.extend(last.heading.map(|text| Dropped { text, reason: Reason::Navigation }));
    }
}

/// Gives sections and paragraphs their addresses.
fn number(sections: &mut [Section]) {
    for (section, at) in sections.iter_mut().zip(0u32..) {
        section.id = format!("s{at}");
        for (paragraph, i) in section.paragraphs.iter_mut().zip(0u32..) {
            paragraph.id = SourceId { section: at, paragraph: i };
        }
    }
}

fn name_language(blocks: &[Block], findings: &mut Vec<Finding>) -> String {
    let story = blocks.iter().filter(|block| !matches!(block.form, Form::Furniture(_)));
    let named = language::name(story.map(|block| block.text.as_str()));
    if named.mixed {
        findings.push(Finding::new(
            Code::MixedLanguage,
            Severity::Info,
            "Parts of the source are not in Arabic; they were read as they stand.",
        ));
    }
    named.code
}
