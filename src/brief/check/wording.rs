//! What no reader should see in English copy: leftovers of the source, of markup and of machines.
//!
//! Arabic letters, letters of a third script, HTML entities and tags, a model talking about its
//! task, text said twice, a passage that stops in mid-sentence. None of these needs the source,
//! save to tell what the source itself contains: a Latin web address or a cut-off sentence.

use std::{
    collections::{HashMap, HashSet},
    hash::Hasher,
};

use super::{
    text::{English, Word},
    unit::{Kind, Unit},
};
use crate::{
    article::wordmap::WordHasher,
    finding::{Code, Finding, Severity},
};

/// Openings of a model that talks about its task instead of doing it, in lower case.
const PREAMBLES: [&str; 26] = [
    "here is the",
    "here's the",
    "here is a ",
    "here's a ",
    "here are the",
    "sure,",
    "sure!",
    "sure thing",
    "certainly!",
    "certainly,",
    "of course!",
    "okay,",
    "translation:",
    "english translation",
    "translated text",
    "the translation",
    "summary:",
    "headline:",
    "note:",
    "as an ai",
    "as a language model",
    "i'm sorry, but",
    "i am sorry, but",
    "i cannot translate",
    "i can't translate",
    "the arabic text",
];

/// Marks of chat templates and fences, which no article in English has.
const MACHINE: [&str; 8] =
    ["<|", "|>", "```", "[inst]", "</s>", "<think>", "</think>", "<start_of_turn>"];

/// Marks by which runs are told apart at first: so many that those of a passage seldom meet.
const MARKS: usize = 1 << 14;

/// Words repeated as one run at least this long are a loop.
const RUN: usize = 6;

/// Says what is wrong with the wording of one passage.
pub(super) fn check(unit: &Unit<'_>, findings: &mut Vec<Finding>) {
    scripts(unit, findings);
    markup(unit, findings);
    preamble(unit, findings);
    truncation(unit, findings);
    if let Some(run) = repeated_run(&unit.english) {
        let what = format!("The same words stand twice in this passage: “{run}”.");
        unit.say(findings, Code::TextRepeated, Severity::Warning, what);
    }
}

fn scripts(unit: &Unit<'_>, findings: &mut Vec<Finding>) {
    let text = unit.english.text;
    if text.is_ascii() {
        return;
    }
    let arabic = |c: char| matches!(c, '\u{600}'..='\u{6FF}' | '\u{750}'..='\u{77F}' | '\u{FB50}'..='\u{FDFF}' | '\u{FE70}'..='\u{FEFC}');
    if let Some(left) = excerpt(text, arabic) {
        let what = format!("Arabic is left in the English: “{left}”.");
        unit.say(findings, Code::ArabicLeft, Severity::Error, what);
    }
    let foreign = |c: char| matches!(c, '\u{370}'..='\u{5FF}' | '\u{900}'..='\u{DFF}' | '\u{3040}'..='\u{9FFF}' | '\u{AC00}'..='\u{D7AF}');
    let Some(left) = excerpt(text, foreign) else { return };
    if !unit.evidence.iter().any(|paragraph| paragraph.text.contains(left)) {
        let what = format!("Letters of another script stand in the English: “{left}”.");
        unit.say(findings, Code::ScriptForeign, Severity::Error, what);
    }
}

/// The first run of characters that satisfy `is`, spaces between them included.
fn excerpt(text: &str, is: impl Fn(char) -> bool) -> Option<&str> {
    let start = text.find(&is)?;
    let rest = &text[start..];
    let end = rest.find(|c: char| !is(c) && c != ' ').unwrap_or(rest.len());
    Some(rest[..end].trim_end())
}

fn markup(unit: &Unit<'_>, findings: &mut Vec<Finding>) {
    let english = &unit.english;
    if let Some(entity) = entity(english.text) {
        let what = format!("An HTML entity is left in the English: “{entity}”.");
        unit.say(findings, Code::EntityLeft, Severity::Warning, what);
    }
    // One look tells most texts from those that hold any of it.
    let bytes = english.lower.as_bytes();
    if memchr::memchr3(b'<', b'>', b'`', bytes).is_none() && memchr::memchr(b'[', bytes).is_none() {
        return;
    }
    let tag =
        tag(&english.lower).or_else(|| MACHINE.iter().copied().find(|m| english.lower.contains(m)));
    if let Some(tag) = tag {
        let what = format!("Markup is left in the English: “{tag}”.");
        unit.say(findings, Code::MarkupLeft, Severity::Warning, what);
    }
}

/// The first `&name;` or `&#39;`, spaced as some engines space it.
fn entity(text: &str) -> Option<&str> {
    for (at, _) in text.match_indices('&') {
        let rest = &text[at..];
        let Some(end) = rest.find(';').filter(|end| *end <= 10) else { continue };
        let name = rest[1..end].trim();
        let named = name.len() >= 2 && name.bytes().all(|b| b.is_ascii_alphabetic());
        let numbered = name.strip_prefix('#').is_some_and(|n| !n.is_empty());
        if named || numbered {
            return Some(&rest[..=end]);
        }
    }
    None
}

/// The first HTML tag.
fn tag(lower: &str) -> Option<&str> {
    for (at, _) in lower.match_indices('<') {
        let rest = &lower[at..];
        let Some(end) = rest.find('>').filter(|end| *end <= 40) else { continue };
        let name = rest[1..end].trim_start_matches('/');
        if name.starts_with(|c: char| c.is_ascii_alphabetic()) {
            return Some(&rest[..=end]);
        }
    }
    None
}

fn preamble(unit: &Unit<'_>, findings: &mut Vec<Finding>) {
    let opening = unit.english.lower.trim_start_matches(['"', '“', '*', ' ', '#']);
    let Some(found) = PREAMBLES.iter().find(|p| opening.starts_with(**p)) else { return };
    // "Here is the" can open a true sentence; a colon soon after tells the model's from it.
    let short = found.starts_with("here") || found.starts_with("the ");
    if short && !opening.chars().take(90).any(|c| c == ':') {
        return;
    }
    let what = format!("The English opens with words about the task: “{}”.", found.trim());
    unit.say(findings, Code::PreambleLeft, Severity::Error, what);
}

fn truncation(unit: &Unit<'_>, findings: &mut Vec<Finding>) {
    if unit.kind != Kind::Passage {
        return;
    }
    let end = unit.english.text.trim_end().trim_end_matches(['"', '”', '’', '\'', ')', ']', '»']);
    let whole = end.ends_with(['.', '!', '?', '…', ':', ';']) || end.is_empty();
    let cut = end.ends_with([',', '-', '–', '(']) || ends_in_function_word(&unit.english);
    // Without its full stop alone a sentence may be whole; one that is short as well is not.
    let short =
        unit.arabic.as_deref().is_some_and(|arabic| unit.english.words.len() < arabic.len());
    if cut || !whole && short && source_ends(unit) {
        let what = "The English seems to stop in mid-sentence.";
        unit.say(findings, Code::TextTruncated, Severity::Warning, what);
    }
}

/// A word after which no sentence ends.
fn ends_in_function_word(english: &English<'_>) -> bool {
    const OPEN: [&str; 12] =
        ["the", "a", "an", "of", "and", "or", "but", "to", "for", "with", "from", "because"];
    let last = english.words.last().map(|word| (*word, english.lower(*word)));
    last.is_some_and(|(word, text)| {
        OPEN.contains(&text) && word.place().end == english.text.trim_end().len()
    })
}

fn source_ends(unit: &Unit<'_>) -> bool {
    let closes = |text: &str| {
        text.trim_end_matches(['"', '”', '»', ')', ' ']).ends_with(['.', '!', '؟', '?', '۔'])
    };
    unit.source_texts().any(|source| closes(source.text))
}

/// The words of a run of [`RUN`] words that stands twice.
fn repeated_run<'a>(english: &English<'a>) -> Option<&'a str> {
    let words = &english.words;
    if words.len() < 2 * RUN {
        return None;
    }
    let span = |run: &[Word]| run[0].place().start..run[run.len() - 1].place().end;
    // Where no two runs open and close alike none stands twice, and most texts are that.
    let ends = |run: &[Word]| [run[0], run[RUN - 1]].map(|word| english.lower(word));
    let mut marks = [0_u64; MARKS / 64];
    let alike = words.windows(RUN).any(|run| {
        let mark = mark(ends(run)) % MARKS;
        let (place, bit) = (&mut marks[mark / 64], 1 << (mark % 64));
        let met = *place & bit != 0;
        *place |= bit;
        met
    });
    if !alike {
        return None;
    }
    let mut seen: HashSet<&str> = HashSet::with_capacity(words.len());
    let again = words.windows(RUN).find(|run| !seen.insert(&english.lower[span(run)]))?;
    Some(&english.text[span(again)])
}

/// A number for two words, the same for the same ones and seldom for others.
fn mark(words: [&str; 2]) -> usize {
    let mut hasher = WordHasher::default();
    for word in words {
        hasher.write(word.as_bytes());
    }
    // A half of the hash is more than enough.
    (hasher.finish() >> 32) as usize
}

/// Says where two passages of a section, or of the summary, are the same.
pub(super) fn repeats(units: &[Unit<'_>], findings: &mut Vec<Finding>) {
    let mut seen: HashMap<(&str, &str), &Unit<'_>> = HashMap::new();
    for unit in units.iter().filter(|unit| unit.kind == Kind::Passage && !unit.is_missing()) {
        let part = unit.place.split('.').next().unwrap_or_default();
        let Some(first) = seen.insert((part, unit.english.lower.trim()), unit) else { continue };
        let alike = |a: &Unit<'_>, b: &Unit<'_>| match (&a.arabic, &b.arabic) {
            (Some(a), Some(b)) => a.text == b.text,
            _ => false,
        };
        if !alike(first, unit) {
            let what = format!("This passage says the same as {}.", first.place);
            unit.say(findings, Code::TextRepeated, Severity::Warning, what);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{codes, translation};
    use crate::finding::Code;

    const ARABIC: &str = "وصل الوفد إلى العاصمة صباح اليوم.";

    #[test]
    fn leftover_arabic_is_an_error_that_shows_it() {
        let found = translation(ARABIC, "The الوفد الرسمي arrived in the capital this morning.");
        assert!(codes(&found).contains(&Code::ArabicLeft));
        assert!(found[0].message.contains("“الوفد الرسمي”"));
    }

    #[test]
    fn another_script_is_an_error() {
        let found = translation(ARABIC, "The delegation arrived in the 首都 this morning.");
        assert_eq!(codes(&found), [Code::ScriptForeign]);
    }

    #[test]
    fn entities_and_tags_are_found_and_ampersands_are_not() {
        let found =
            translation(ARABIC, "The delegation &quot; arrived &quot; in the capital today.");
        assert_eq!(codes(&found), [Code::EntityLeft]);
        let found = translation(ARABIC, "The delegation arrived in <b>the capital</b> today.");
        assert_eq!(codes(&found), [Code::MarkupLeft]);
        let found = translation(ARABIC, "The R&D team arrived in the capital; it is early.");
        assert_eq!(codes(&found), []);
    }

    #[test]
    fn words_about_the_task_are_an_error() {
        let found = translation(ARABIC, "Here is the translation: The delegation arrived today.");
        assert_eq!(codes(&found), [Code::PreambleLeft]);
        let found = translation(ARABIC, "Here is the place that the delegation reached today.");
        assert_eq!(codes(&found), []);
    }

    #[test]
    fn a_passage_that_stops_in_mid_sentence_is_reported() {
        let found = translation(ARABIC, "This morning the delegation arrived in the");
        assert_eq!(codes(&found), [Code::TextTruncated]);
    }

    #[test]
    fn a_loop_is_reported() {
        let loops =
            "The delegation arrived in the capital today, the delegation arrived in the capital.";
        assert_eq!(codes(&translation(ARABIC, loops)), [Code::TextRepeated]);
    }
}
