//! What stands before the story: title, byline, dateline line, kicker, captions.
//!
//! Pages and papers put these in any order and leave any of them out, so each line before the
//! first running text is asked what it is by its shape; the title is the first line that is
//! nothing else. What is left between title and story is a caption, or the first subhead.

use super::{
    Dateline, Dropped, Reason,
    block::Form,
    dateline, furniture, gazetteer,
    lines::{Ending, Line},
    markers::Lead,
};

/// Words from which an unstopped line is running text and no title.
const LONGEST_TITLE: usize = 22;
/// Words from which an unstopped line under the title is running text and no caption.
const LONGEST_DECK: usize = 15;
/// Letters from which a line is running text whatever its words.
const LONGEST_TITLE_CHARS: usize = 150;

/// Most words of a caption that does not say that it is one.
const LONGEST_CAPTION: usize = 10;
/// Most lines between title and story that are captions and decks.
const MOST_CAPTIONS: usize = 3;

/// The head of an article.
#[derive(Debug, Default)]
pub(super) struct Head<'a> {
    pub(super) title: Option<String>,
    pub(super) byline: Option<String>,
    pub(super) dateline: Option<Dateline>,
    pub(super) dropped: Vec<Dropped>,
    /// A short line before the first running text that heads it, if other lines head theirs.
    pub(super) body: Vec<Line<'a>>,
}

/// Reads the head off the lines of a source; the rest is the body.
pub(super) fn read<'a>(mut lines: Vec<Line<'a>>, known: Option<String>) -> Head<'a> {
    let mut head = Head { title: known, ..Head::default() };
    take_marked(&mut head, &mut lines);
    let end = (0..lines.len()).find(|&i| begins_body(&lines, i)).unwrap_or(lines.len());
    let body = lines.split_off(end);
    let mut rest = credits(&mut head, lines, body.is_empty());
    choose_title(&mut head, &mut rest, &body);
    settle(&mut head, rest, body);
    head
}

/// Takes what the markup names: title and byline.
fn take_marked(head: &mut Head<'_>, lines: &mut Vec<Line<'_>>) {
    lines.retain(|line| match line.form {
        Form::Title if head.title.is_none() => {
            head.title = Some(line.text.to_string());
            false
        }
        Form::Title => {
            head.dropped.push(drop(line, Reason::RepeatedTitle));
            false
        }
        Form::Byline => {
            credit(head, line);
            false
        }
        _ => true,
    });
}

/// Whether the story's running text, or a list or subhead of it, begins here.
fn begins_body(lines: &[Line<'_>], i: usize) -> bool {
    let line = &lines[i];
    if line.words >= LONGEST_TITLE || line.chars >= LONGEST_TITLE_CHARS || line.text.contains('\t')
    {
        return true;
    }
    match line.form {
        Form::Heading(_) => i > 0,
        Form::ListItem => true,
        // A star or bullet before a byline or the title is a content system's; before a question
        // or a long line it is the story's.
        _ if matches!(line.lead, Lead::Star | Lead::Bullet) => {
            i > 0 && (line.ending() != Ending::Open || line.words > 8)
        }
        _ => {
            // A title may end in a stop where its author, or an agency's dateline, stands under it.
            let under = |next: &Line<'_>| {
                !next.gap && next.words <= 6 && !next.is_prose()
                    || line.words < LONGEST_DECK
                        && dateline::opening(&next.text).is_some_and(|at| at.agency_at_place())
            };
            let signed = i == 0 && lines.get(1).is_some_and(under);
            let (least, most) = if i == 0 { (6, LONGEST_TITLE) } else { (3, LONGEST_DECK) };
            line.words >= most
                || line.ending() == Ending::Stop && line.words >= least && !signed
                || dateline::opening(&line.text)
                    .is_some_and(|found| line.words >= 9 && found.len < line.text.len())
                    && (i > 0 || line.words >= 14)
        }
    }
}

/// Takes the lines that credit or date the story; gives back the others.
fn credits<'a>(head: &mut Head<'_>, lines: Vec<Line<'a>>, alone: bool) -> Vec<Line<'a>> {
    let count = lines.len();
    let mut rest: Vec<Line<'a>> = Vec::with_capacity(count);
    let gaps: Vec<bool> = lines.iter().map(|line| line.gap).collect();
    for (i, line) in lines.into_iter().enumerate() {
        let follows_title = i == 1
            && !line.gap
            && !alone
            && gaps.get(2).copied().unwrap_or(true)
            && head.byline.is_none();
        let latin = line.words <= 3
            && line.text.is_ascii()
            && !alone
            && rest.is_empty()
            && head.title.is_none();
        if latin {
            // A site's own name above an Arabic story.
            head.dropped.push(drop(&line, Reason::Kicker));
        } else if line.form == Form::Line && follows_title && rest.len() == 1 && is_signature(&line)
            || is_credit(&line, rest.is_empty() && head.title.is_none(), alone)
        {
            credit(head, &line);
        } else {
            rest.push(line);
        }
    }
    rest
}

/// Content systems put the author under the title, with space behind: a short line of any kind.
fn is_signature(line: &Line<'_>) -> bool {
    line.words <= 4
        && matches!(line.ending(), Ending::Open | Ending::Colon)
        && !furniture::is_caption(line)
}

/// Whether a line credits people, an agency or a place. The first line may still be a title, so
/// it must do nothing else.
fn is_credit(line: &Line<'_>, may_be_title: bool, alone: bool) -> bool {
    if line.words > 14 || matches!(line.ending(), Ending::Question | Ending::Cry) {
        return false;
    }
    if may_be_title && line.words <= 5 && prefixed(&line.text).is_some() {
        return true;
    }
    if !may_be_title
        && (prefixed(&line.text).is_some() || gazetteer::is_person(line.key()) && line.words <= 4)
    {
        return true;
    }
    let agency = || {
        gazetteer::named(line.key()).is_some_and(|name| matches!(name, gazetteer::Named::Surely(_)))
    };
    let Some(found) = dateline::whole(&line.text) else { return false };
    let filed = found
        .dateline
        .as_ref()
        .is_some_and(|at| at.place_ar.is_some() && (at.day.is_some() || at.agency.is_some()));
    match may_be_title || alone {
        true => {
            filed
                || !alone
                    && line.words <= 5
                    && !line.text.contains(':')
                    && (found.dateline.is_some() || agency())
        }
        false => true,
    }
}

/// What stands behind `كتب:`, `بقلم`, `إعداد:` and the like.
fn prefixed(text: &str) -> Option<&str> {
    const WORDS: [&str; 20] = [
        "كتب",
        "كتبت",
        "كتبه",
        "بقلم",
        "تقرير",
        "متابعة",
        "إعداد",
        "اعداد",
        "حوار",
        "حاوره",
        "حاورته",
        "تحقيق",
        "أجرى الحوار",
        "المحرر",
        "محرر",
        "by",
        "By",
        "BY",
        "تغطية",
        "استطلاع",
    ];
    WORDS.iter().find_map(|word| {
        let rest = text.strip_prefix(word)?;
        let marked = rest.trim_start().starts_with([':', '-', '–', '/', '|', 'ـ']);
        let name = rest
            .trim_start_matches([' ', ':', '-', '–', '/', '|', 'ـ'])
            .trim_end_matches([' ', '|', ':']);
        let person =
            gazetteer::is_person(&super::fold::key(name)) || name.contains('.') || *word == "بقلم";
        (rest.starts_with([' ', ':', '-', '/'])
            && !name.is_empty()
            && name.split(' ').count() <= 12
            && (marked || person))
            .then_some(name)
    })
}

fn credit(head: &mut Head<'_>, line: &Line<'_>) {
    let text = line.text.as_ref();
    let found = dateline::whole(text);
    let byline = found.as_ref().and_then(|found| found.byline.clone());
    let placed = found.and_then(|found| found.dateline);
    let byline = byline
        .or_else(|| prefixed(text).map(str::to_owned))
        .or_else(|| placed.is_none().then(|| text.to_owned()));
    let news =
        byline.is_some() && head.byline.is_none() || placed.is_some() && head.dateline.is_none();
    if !news {
        head.dropped.push(drop(line, Reason::Credit));
    }
    head.byline = head.byline.take().or(byline);
    head.dateline = head.dateline.take().or(placed);
}

/// Takes the title: the first line, or the first of a title's length where a word or two stand
/// above it.
fn choose_title(head: &mut Head<'_>, rest: &mut Vec<Line<'_>>, body: &[Line<'_>]) {
    if head.title.is_some() || rest.is_empty() {
        return;
    }
    let first = &rest[0];
    // With nothing else to brief, a lone stopped line is the story.
    if body.is_empty() && rest.len() == 1 && first.ending() == Ending::Stop {
        return;
    }
    let long = |line: &Line<'_>| line.words >= 5 && matches!(line.lead, Lead::Bare | Lead::Ordinal);
    let marked = rest.iter().position(|line| matches!(line.form, Form::Heading(_)));
    let at = match marked {
        Some(at) => at,
        None if furniture::is_desk(first.key()) || has_menu(rest) => {
            rest.iter().position(|line| long(line) && !furniture::is_caption(line)).unwrap_or(0)
        }
        None => 0,
    };
    let title = rest.remove(at);
    for line in rest.drain(..at) {
        head.dropped.push(drop(&line, Reason::Kicker));
    }
    head.title = Some(title.text.to_string());
}

/// Whether a page's menu stands above the headline: three or more lines of a word or two.
fn has_menu(rest: &[Line<'_>]) -> bool {
    let item = |line: &&Line<'_>| {
        line.words <= 3 && line.lead == Lead::Bare && line.ending() == Ending::Open
    };
    let items = rest.iter().take_while(item).count();
    items >= 3 && rest.get(items).is_some_and(|line| line.words >= 5)
}

/// Settles what is left between title and story, and opens the story's lead.
fn settle<'a>(head: &mut Head<'a>, rest: Vec<Line<'a>>, mut body: Vec<Line<'a>>) {
    let title = head.title.as_deref().map(super::fold::key).unwrap_or_default();
    let count = rest.len();
    if body.is_empty() || count > MOST_CAPTIONS {
        // Short lines are all there is, or verse and lists: they are the story.
        head.body = rest;
        head.body.append(&mut body);
        return;
    }
    let mut kept = Vec::new();
    for (i, line) in rest.into_iter().enumerate() {
        if !title.is_empty()
            && (line.key().starts_with(&title) || line.words >= 4 && title.starts_with(line.key()))
        {
            head.dropped.push(drop(&line, Reason::RepeatedTitle));
        } else if i + 1 == count && heads_lead(&line, &body) {
            kept.push(line);
        } else if line.ending() == Ending::Colon && line.words >= 3
            || line.words > LONGEST_CAPTION && !furniture::is_caption(&line)
        {
            // A deck says what the story says, and a colon leads in to it: the first paragraph.
            kept.push(line);
        } else {
            head.dropped.push(drop(&line, Reason::Caption));
        }
    }
    kept.append(&mut body);
    head.body = kept;
}

/// Whether the last short line before the story is a subhead: stars and questions are, and bare
/// lines where the body goes on with such subheads (a round-up of items, each with its heading).
fn heads_lead(line: &Line<'_>, body: &[Line<'_>]) -> bool {
    if matches!(line.lead, Lead::Star | Lead::Ordinal) || line.ending() == Ending::Question {
        return true;
    }
    if line.words > 8 || furniture::is_caption(line) {
        return false;
    }
    let question_next = body.first().is_some_and(|next| next.ending() == Ending::Question);
    let subheads = body
        .windows(2)
        .filter(|pair| {
            pair[0].lead == Lead::Bare
                && pair[0].words <= 8
                && !pair[0].is_prose()
                && pair[0].ending() == Ending::Open
                && pair[1].is_prose()
        })
        .count();
    question_next || subheads >= 2
}

pub(super) fn drop(line: &Line<'_>, reason: Reason) -> Dropped {
    Dropped { text: line.text.to_string(), reason }
}
