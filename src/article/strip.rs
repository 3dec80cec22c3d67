//! Takes the lines that are not the story out of a source, before its parts are told apart.
//!
//! Most furniture is known by its own words (`furniture`). Links have none: they are the short
//! lines under a heading of links. Nor has the foot of a page: behind the last running text, once
//! one line was furniture, the short lines that follow are too.

use super::{
    Dropped, Reason,
    block::Form,
    endmark, furniture, head,
    lines::{Ending, Line},
    markers::Lead,
};

/// Most words of a line at a page's foot.
const LONGEST_FOOT: usize = 12;
/// Most words of a line behind links that heads the running text under it.
const LONGEST_SUBHEAD: usize = 4;

/// Takes furniture out of the lines of a source; what was taken is reported.
pub(super) fn furniture<'a>(lines: Vec<Line<'a>>, dropped: &mut Vec<Dropped>) -> Vec<Line<'a>> {
    let prose: Vec<bool> = lines.iter().map(Line::is_prose).collect();
    let mut strip = Strip { kept: Vec::with_capacity(lines.len()), ..Strip::default() };
    let end = story_end(&lines);
    for (i, mut line) in lines.into_iter().enumerate() {
        let before_prose = prose.get(i + 1).copied().unwrap_or(false);
        strip.foot = i > end && (strip.foot || strip.last.is_some_and(|last| last > end));
        match strip.reason(&line, before_prose, dropped.is_empty()) {
            Some(reason) => {
                strip.last = (reason != Reason::Separator).then_some(i).or(strip.last);
                dropped.push(head::drop(&line, reason));
            }
            None => {
                // A line that stood alone on the page still does when its neighbour is gone.
                line.gap |= strip.kept.is_empty();
                strip.kept.push(line);
            }
        }
    }
    strip.kept
}

/// Where the last running text stands that is no furniture.
fn story_end(lines: &[Line<'_>]) -> usize {
    let story = |line: &Line<'_>| line.is_prose() && furniture::judge(line, false).is_none();
    lines.iter().rposition(story).unwrap_or(lines.len())
}

#[derive(Default)]
struct Strip<'a> {
    kept: Vec<Line<'a>>,
    /// Lines that may still be links, and how many were since their heading.
    links: usize,
    linked: usize,
    /// Whether the line before names the post of an editor.
    editor: bool,
    /// Whether the line before credits a picture.
    credited: bool,
    /// Whether the page's foot has begun.
    foot: bool,
    /// The last line that was furniture.
    last: Option<usize>,
}

impl Strip<'_> {
    fn reason(&mut self, line: &Line<'_>, before_prose: bool, first: bool) -> Option<Reason> {
        let credited = std::mem::take(&mut self.credited);
        let named = std::mem::replace(&mut self.editor, furniture::names_editor(line));
        if let Some(verdict) = self.verdict(line, first) {
            // `قصص مقترحة نهاية` ends what `قصص مقترحة` begins.
            let closes = line.key().ends_with(" نهايه");
            (self.links, self.linked) = match (closes, verdict.links) {
                (true, _) => (0, 0),
                (false, 0) => (self.links, self.linked),
                (false, links) => (self.links.max(links), 0),
            };
            self.credited = verdict.reason == Reason::Caption;
            return Some(verdict.reason);
        }
        if named && line.words <= 4 {
            return Some(Reason::Kicker);
        }
        // A picture's credit stands over its caption.
        if credited && !line.gap && furniture::is_caption(line) {
            return Some(Reason::Caption);
        }
        let heads = before_prose && line.words <= LONGEST_SUBHEAD && self.linked > 0;
        if self.links > 0 && is_link(line) && !heads {
            (self.links, self.linked) = (self.links - 1, self.linked + 1);
            return Some(Reason::RelatedLinks);
        }
        (self.links, self.linked) = (0, 0);
        (self.foot && is_foot(line)).then_some(Reason::Navigation)
    }

    fn verdict(&self, line: &Line<'_>, first: bool) -> Option<furniture::Verdict> {
        match line.form {
            Form::Furniture(reason) => Some(furniture::Verdict { reason, links: 0 }),
            Form::Title | Form::Byline => None,
            _ if line.lead == Lead::Rule => endmark::whole(&line.text)
                .is_none()
                .then_some(furniture::Verdict { reason: Reason::Separator, links: 0 }),
            _ => furniture::judge(line, self.kept.is_empty() && first),
        }
    }
}

/// Whether a line under a heading of links can be one: another story's headline.
fn is_link(line: &Line<'_>) -> bool {
    line.words <= 22
        && !matches!(line.ending(), Ending::Stop | Ending::Comma | Ending::Colon)
        && endmark::whole(&line.text).is_none()
}

/// Whether a line behind the story's end can be a page's: short, without a stop, no row of a table
/// and no closing mark.
fn is_foot(line: &Line<'_>) -> bool {
    line.words <= LONGEST_FOOT
        && !matches!(line.ending(), Ending::Stop | Ending::Comma)
        && !line.text.contains('\t')
        && endmark::whole(&line.text).is_none()
}
