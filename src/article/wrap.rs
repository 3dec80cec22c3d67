//! Joins what a hard line break cut: mail programs, terminals and old wires break lines at 60 to
//! 90 characters, and a paragraph then shows only in an indent or a short last line.
//!
//! A line is taken as cut only where the next word would not have fitted on it, so that short
//! paragraphs, lists and verse stay as they are.

use super::{
    block::Form,
    fold,
    lines::{Ending, Line},
    markers::Lead,
};

/// Narrowest and widest measure, in characters, at which copy is wrapped.
const NARROWEST: usize = 45;
const WIDEST: usize = 110;
/// Lines that must be full before a few of them count as wrapped.
const ENOUGH: usize = 3;
/// Characters that a full line may fall short of the widest one.
const SLACK: usize = 14;

/// Joins the hard-wrapped lines of a source.
pub(super) fn rejoin(lines: Vec<Line<'_>>) -> Vec<Line<'_>> {
    let width = page_width(&lines);
    let indents = lines.iter().filter(|line| line.indented).count();
    // Where every line is indented, the indent says nothing.
    let indents_tell = indents * 4 < lines.len() * 3;
    let cut = cuts(&lines, width, indents_tell);
    let mut joined: Vec<Line<'_>> = Vec::with_capacity(lines.len());
    let mut open = false;
    for (line, cut) in lines.into_iter().zip(cut) {
        match joined.last_mut().filter(|_| open) {
            Some(last) => last.join(&line),
            None => joined.push(line),
        }
        if open
            && !cut
            && let Some(last) = joined.last_mut()
        {
            last.joined();
        }
        open = cut;
    }
    joined
}

/// For each line, whether the next one goes on with it.
fn cuts(lines: &[Line<'_>], width: Option<usize>, indents_tell: bool) -> Vec<bool> {
    let mut cut = vec![false; lines.len()];
    let mut start = 0;
    for i in 0..lines.len() {
        let next = lines.get(i + 1).filter(|next| may_join(&lines[i], next, indents_tell));
        match (next, width) {
            (Some(next), Some(width)) => cut[i] = is_full(&lines[i], next, width),
            (Some(_), None) if is_measured(&lines[i]) && !is_closed(&lines[i]) => continue,
            (next, None) => {
                let run = &lines[start..=i];
                if run.len() >= ENOUGH && looks_full(run) {
                    cut[start..i].fill(true);
                }
                cut[i] = next.is_some_and(|next| is_torn(&lines[i], next));
            }
            (None, Some(_)) => {}
        }
        start = i + 1;
    }
    cut
}

/// The measure of a page that is wrapped throughout: most of its lines are nearly as long as the
/// longest, none is long, and few end where a sentence does.
fn page_width(lines: &[Line<'_>]) -> Option<usize> {
    let longest = lines.iter().map(|line| line.chars).max()?;
    if lines.len() < 4 || !(NARROWEST..=WIDEST).contains(&longest) {
        return None;
    }
    let full = lines.iter().filter(|line| line.chars + SLACK >= longest);
    let open = full.clone().filter(|line| !is_closed(line)).count();
    let full = full.count();
    (full * 2 >= lines.len() && open * 2 >= full && open >= ENOUGH).then_some(longest)
}

/// Whether two lines stand as one paragraph's would.
fn may_join(line: &Line<'_>, next: &Line<'_>, indents_tell: bool) -> bool {
    line.form == Form::Line
        && next.form == Form::Line
        && !next.gap
        && line.lead != Lead::Rule
        && next.lead == Lead::Bare
        && !(next.indented && indents_tell)
}

/// Whether a line of a wrapped page goes on: it is full, or it breaks off in mid-sentence.
fn is_full(line: &Line<'_>, next: &Line<'_>, width: usize) -> bool {
    let fits = line.chars + 1 + first_word(next) <= width;
    if is_closed(line) {
        !fits && line.chars + SLACK / 2 >= width
    } else {
        !fits || line.chars * 5 >= width * 3
    }
}

/// Whether a long line was torn: it breaks off where no sentence can (`إلى`, `التي`), or what
/// follows opens with a word and a comma that can only end what went before.
fn is_torn(line: &Line<'_>, next: &Line<'_>) -> bool {
    if line.chars <= WIDEST
        || next.chars > WIDEST
        || line.ending() != Ending::Open
        || next.ending() != Ending::Stop
    {
        return false;
    }
    let last = line.text.rsplit(' ').next().unwrap_or_default();
    let first = next.text.split(' ').next().unwrap_or_default();
    let dangles = matches!(
        fold::key(last).as_str(),
        "في" | "من"
            | "علي"
            | "الي"
            | "عن"
            | "مع"
            | "ان"
            | "التي"
            | "الذي"
            | "الذين"
            | "او"
            | "بين"
            | "هذا"
            | "هذه"
            | "بعد"
            | "قبل"
            | "خلال"
    );
    dangles || first.ends_with('،') && !first.starts_with('و')
}

/// Whether all lines but the last of a run are nearly as long as the widest one, and too full
/// for the next line's first word.
fn looks_full(run: &[Line<'_>]) -> bool {
    let widest = run.iter().map(|line| line.chars).max().unwrap_or(0);
    run.windows(2).all(|pair| {
        pair[0].chars + SLACK >= widest && pair[0].chars + 1 + first_word(&pair[1]) > widest
    })
}

fn is_measured(line: &Line<'_>) -> bool {
    (NARROWEST..=WIDEST).contains(&line.chars)
}

fn first_word(line: &Line<'_>) -> usize {
    line.text.split(' ').next().unwrap_or_default().chars().count()
}

/// Whether a line ends where a sentence may.
fn is_closed(line: &Line<'_>) -> bool {
    matches!(line.ending(), Ending::Stop | Ending::Cry | Ending::Question | Ending::Colon)
}
