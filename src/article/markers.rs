//! What a line begins with: a star, a bullet, a number, decoration. A mark alone decides nothing.
//!
//! Of the star lines in Arabic papers about a sixth are subheads; the rest are list items,
//! interview questions, credits and whole paragraphs. So this module only says what stood there
//! and takes it off; `sections` judges by what stands around the line.

use std::ops::Range;

/// Longest line, in bytes, that a frame decorates.
const LONGEST_FRAMED: usize = 160;

/// The mark before a line's text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lead {
    /// None.
    Bare,
    /// One star, or more of them.
    Star,
    /// A bullet, square, arrow or dash.
    Bullet,
    /// A number with a bracket, dot or dash, or `أولاً`; it stays in the text, for it is a word.
    Ordinal,
    /// The line is nothing but stars or dashes.
    Rule,
}

/// The mark before a line and the range of the text behind it, decoration at both ends aside.
pub(super) fn strip(text: &str) -> (Lead, Range<usize>) {
    let mut start = skip(text, 0, is_decoration);
    let lead = lead(&text[start..]);
    if matches!(lead, Lead::Star | Lead::Bullet) {
        start = skip(text, start, |c| is_lead(c) || is_decoration(c));
    }
    let mut rest = text[start..].trim_end_matches(is_decoration);
    if lead == Lead::Star {
        // `** subhead **` is decorated at both ends.
        rest = rest.trim_end_matches(|c| c == '*' || is_decoration(c));
    } else if lead == Lead::Bullet {
        rest =
            rest.trim_end_matches(|c| matches!(c, '=' | '■' | '●' | '►' | '◄') || is_decoration(c));
    }
    let mut range = start..start + rest.len();
    if lead == Lead::Bare {
        range = unframed(text, range);
    }
    if rest.chars().any(super::fold::is_word) {
        return (lead, range);
    }
    let ruled = text.chars().any(|c| is_lead(c) || matches!(c, '_' | '~' | '#'));
    (if ruled && !text.is_empty() { Lead::Rule } else { Lead::Bare }, 0..0)
}

/// `:: subhead ::`, `<< subhead >>`, `[ subhead ]` without the frame; a frame around a whole line
/// of a subhead's length decorates it.
fn unframed(text: &str, range: Range<usize>) -> Range<usize> {
    const FRAMES: [(&str, &str); 4] = [("::", "::"), ("<<", ">>"), (">>", "<<"), ("[", "]")];
    let line = &text[range.clone()];
    if line.len() > LONGEST_FRAMED {
        return range;
    }
    for (open, close) in FRAMES {
        let Some(inner) = line.strip_prefix(open).and_then(|line| line.strip_suffix(close)) else {
            continue;
        };
        let inside = inner.trim();
        if inside.chars().any(super::normalize::is_arabic_letter)
            && !inside.contains(['[', ']', '<', '>'])
        {
            let start = range.start + open.len() + (inner.len() - inner.trim_start().len());
            return start..start + inside.len();
        }
    }
    range
}

fn skip(text: &str, start: usize, wanted: impl Fn(char) -> bool) -> usize {
    text.len() - text[start..].trim_start_matches(wanted).len()
}

fn lead(text: &str) -> Lead {
    let mut chars = text.chars();
    let (first, second) = (chars.next().unwrap_or(' '), chars.next().unwrap_or(' '));
    match first {
        '*' | '٭' | '✱' | '＊' => Lead::Star,
        // `-1- subhead`.
        '-' | '–' if is_ordinal(&text[first.len_utf8()..]) => Lead::Ordinal,
        // A sign before a number is no bullet, nor is the dash of `-رويترز-`.
        '-' | '–' | '—' | '−' | 'ـ'
            if second.is_numeric() || text.trim_end_matches('.').ends_with(first) =>
        {
            Lead::Bare
        }
        _ if is_lead(first) => Lead::Bullet,
        _ if is_ordinal(text) => Lead::Ordinal,
        _ => Lead::Bare,
    }
}

/// Marks that typists and content systems put before a subhead or a list item. The Arabic
/// decimal separator is one of them: some systems turn a bullet into it.
fn is_lead(c: char) -> bool {
    matches!(
        c,
        '*' | '٭'
            | '✱'
            | '＊'
            | '•'
            | '●'
            | '■'
            | '□'
            | '▪'
            | '▫'
            | '◼'
            | '◾'
            | '◄'
            | '►'
            | '▶'
            | '◀'
            | '◆'
            | '◇'
            | '○'
            | '◦'
            | '➤'
            | '➢'
            | '✓'
            | '✔'
            | '·'
            | '='
            | '>'
            | '٫'
            | '-'
            | '–'
            | '—'
            | '−'
            | 'ـ'
            | '¤'
            | '†'
    )
}

/// `1)`, `٢-`, `3.`, `أولاً:` before a word. A decimal or a date is none.
fn is_ordinal(text: &str) -> bool {
    let digits = text.chars().take_while(|c| c.is_numeric()).count();
    if (1..=2).contains(&digits) {
        let rest = text.trim_start_matches(char::is_numeric).trim_start();
        let after = rest.trim_start_matches([')', '.', '-', '–', 'ـ', '/', ':']);
        return after.len() < rest.len()
            && after.chars().find(|c| !c.is_whitespace()).is_some_and(|c| !c.is_numeric());
    }
    let word = text.split([' ', ':', '-', '،']).next().unwrap_or_default();
    matches!(
        super::fold::key(word).as_str(),
        "اولا"
            | "ثانيا"
            | "ثالثا"
            | "رابعا"
            | "خامسا"
            | "سادسا"
            | "سابعا"
            | "ثامنا"
            | "تاسعا"
            | "عاشرا"
    )
}

/// Emoji and signs that decorate a line and say nothing.
fn is_decoration(c: char) -> bool {
    c.is_whitespace()
        || matches!(c, '\u{1F000}'..='\u{1FAFF}' | '\u{2600}'..='\u{2712}' | '\u{2715}'..='\u{2730}' | '\u{2732}'..='\u{27A3}'
            | '\u{2B00}'..='\u{2BFF}' | '\u{20E3}' | '\u{2190}'..='\u{21FF}' | '\u{FFFD}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stripped(text: &str) -> (Lead, &str) {
        let (lead, range) = strip(text);
        (lead, &text[range])
    }

    #[test]
    fn stars_and_bullets_come_off_and_numbers_stay() {
        assert_eq!(stripped("* كاميرات جوية"), (Lead::Star, "كاميرات جوية"));
        assert_eq!(stripped("*** تنويه ***"), (Lead::Star, "تنويه"));
        assert_eq!(stripped("■ الخلفية"), (Lead::Bullet, "الخلفية"));
        assert_eq!(stripped("- نعم، هذا صحيح."), (Lead::Bullet, "نعم، هذا صحيح."));
        assert_eq!(stripped("2) الشرط الثاني"), (Lead::Ordinal, "2) الشرط الثاني"));
        assert_eq!(stripped("أولاً: الأمن"), (Lead::Ordinal, "أولاً: الأمن"));
    }

    #[test]
    fn emoji_decorate_and_do_not_count() {
        assert_eq!(stripped("✨*تعزيز التعاون✨"), (Lead::Star, "تعزيز التعاون"));
        assert_eq!(stripped("🚨🚨 عاجل 🚨🚨"), (Lead::Bare, "عاجل"));
    }

    #[test]
    fn rules_and_signed_numbers_are_told_apart() {
        for rule in ["**", "* * *", "----", "ـــــ", "*** --- ***"] {
            assert_eq!(stripped(rule).0, Lead::Rule, "{rule}");
        }
        assert_eq!(stripped("-3.5% نسبة التراجع"), (Lead::Bare, "-3.5% نسبة التراجع"));
        assert_eq!(stripped("-رويترز-"), (Lead::Bare, "-رويترز-"));
        assert_eq!(stripped("2.5 مليون برميل"), (Lead::Bare, "2.5 مليون برميل"));
        assert_eq!(stripped("1-روسيا 152 نقطة"), (Lead::Ordinal, "1-روسيا 152 نقطة"));
    }
}
