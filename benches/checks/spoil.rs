//! Spoils good English in ways that matter, always the same way for the same line.

use mujaz::finding::Code;

use crate::data::Pair;

pub(crate) const KINDS: [&str; 10] = [
    "number changed",
    "number dropped",
    "month changed",
    "weekday changed",
    "name swapped",
    "negation dropped",
    "negation added",
    "sentence invented",
    "speaker lost",
    "trend reversed",
];

/// English that says something else than its Arabic.
pub(crate) struct Spoiled {
    pub(crate) english: String,
    /// The codes of which one is expected.
    pub(crate) codes: &'static [Code],
}

const NUMBER: &[Code] = &[Code::NumberMissing, Code::NumberUnsupported];
const DATE: &[Code] = &[Code::DateMissing, Code::DateUnsupported];
const NAME: &[Code] = &[Code::NameMissing, Code::NameUnsupported, Code::GlossaryIgnored];
const MONTHS: [&str; 11] = [
    "January",
    "February",
    "March",
    "April",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const WEEKDAYS: [&str; 7] =
    ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
const TRENDS: [(&str, &str); 8] = [
    (" rose ", " fell "),
    (" fell ", " rose "),
    (" increase ", " decrease "),
    (" increased ", " decreased "),
    (" increasing ", " decreasing "),
    (" decreased ", " increased "),
    (" higher ", " lower "),
    (" dropped ", " rose "),
];

pub(crate) fn spoil(kind: &str, rows: &[&Pair], index: usize) -> Option<Spoiled> {
    let pair = rows[index];
    let text = pair.reference.as_str();
    let (english, codes) = match kind {
        "number changed" => (number_changed(text, pair.line)?, NUMBER),
        "number dropped" => (number_dropped(text)?, NUMBER),
        "month changed" => (next_of(text, &MONTHS)?, DATE),
        "weekday changed" => (next_of(text, &WEEKDAYS)?, DATE),
        "name swapped" => (name_swapped(rows, index)?, NAME),
        "negation dropped" => (negation_dropped(text)?, &[Code::NegationMissing][..]),
        "negation added" => (negation_added(text)?, &[Code::NegationUnsupported][..]),
        "sentence invented" => {
            let other = &rows[(index + 7) % rows.len()].reference;
            let codes = &[
                Code::TextLong,
                Code::NumberUnsupported,
                Code::NameUnsupported,
                Code::ClaimUnsupported,
                Code::DateUnsupported,
                Code::NegationUnsupported,
                Code::QuoteUnsupported,
            ][..];
            (format!("{text} {other}"), codes)
        }
        "speaker lost" => {
            (speaker_lost(text)?, &[Code::AttributionMissing, Code::QuoteUnattributed][..])
        }
        "trend reversed" => {
            let (from, to) = TRENDS.iter().find(|(from, _)| text.contains(from))?;
            (text.replacen(from, to, 1), &[Code::TrendReversed][..])
        }
        _ => return None,
    };
    Some(Spoiled { english, codes })
}

/// The first run of digits that is no part of a name.
fn digits(text: &str) -> Option<(usize, usize)> {
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        if !bytes[at].is_ascii_digit() {
            at += 1;
            continue;
        }
        let end =
            bytes[at..].iter().position(|b| !b.is_ascii_digit()).map_or(bytes.len(), |n| at + n);
        let before = at.checked_sub(1).map(|i| bytes[i]);
        let free = before.is_none_or(|b| !b.is_ascii_alphanumeric() && b != b'-');
        let after = bytes.get(end).is_none_or(|b| !b.is_ascii_uppercase());
        if free && after {
            return Some((at, end));
        }
        at = end;
    }
    None
}

/// One digit of the first number is another one.
fn number_changed(text: &str, line: usize) -> Option<String> {
    let (start, end) = digits(text)?;
    let at = start + line % (end - start);
    let digit = text.as_bytes()[at] - b'0';
    let other = (digit + 1 + u8::try_from(line % 7).ok()?) % 10;
    let other = if at == start && other == 0 { (digit + 1) % 9 + 1 } else { other };
    let other = if other == digit { (digit + 1) % 9 + 1 } else { other };
    Some(format!("{}{other}{}", &text[..at], &text[at + 1..]))
}

fn number_dropped(text: &str) -> Option<String> {
    let (start, end) = digits(text)?;
    let rest = text[end..]
        .trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, ',' | '.' | '%' | ':'));
    Some(format!("{}{}", text[..start].trim_end_matches(['$', '£', '€']), rest.trim_start()))
}

/// The first of the names is the next in the list.
fn next_of(text: &str, names: &[&str]) -> Option<String> {
    let (at, name) = names.iter().enumerate().find(|(_, name)| {
        text.split(|c: char| !c.is_ascii_alphabetic()).any(|word| word == **name)
    })?;
    Some(text.replacen(name, names[(at + 1) % names.len()], 1))
}

/// A capitalised word inside a sentence that no list of common words has.
fn name(text: &str) -> Option<&str> {
    let mut opens = true;
    for word in text.split(' ') {
        let bare = word.trim_matches(|c: char| !c.is_alphanumeric());
        let bare = bare.trim_end_matches("'s").trim_end_matches("’s");
        let is_name = bare.len() >= 5
            && bare.starts_with(|c: char| c.is_ascii_uppercase())
            && bare.chars().skip(1).all(|c| c.is_ascii_lowercase())
            && !MONTHS.contains(&bare)
            && !WEEKDAYS.contains(&bare);
        if is_name && !opens {
            return Some(bare);
        }
        opens = word.ends_with(['.', '?', '!', ':']) || word.ends_with(".\"");
    }
    None
}

/// The first name is one of a later line.
fn name_swapped(rows: &[&Pair], index: usize) -> Option<String> {
    let text = rows[index].reference.as_str();
    let own = name(text)?;
    let other = (1..40)
        .filter_map(|step| name(&rows[(index + step * 3) % rows.len()].reference))
        .find(|other| !text.contains(other) && !other.contains(own))?;
    Some(text.replace(own, other))
}

fn negation_dropped(text: &str) -> Option<String> {
    for (from, to) in [
        (" no longer ", " still "),
        ("won't ", "will "),
        ("can't ", "can "),
        ("won’t ", "will "),
        (" did not ", " did "),
        (" do not ", " do "),
        (" does not ", " does "),
        (" not ", " "),
        ("n't ", " "),
        ("n’t ", " "),
        (" never ", " "),
        (" no ", " a "),
        (" cannot ", " can "),
        ("No ", "A "),
    ] {
        if text.contains(from) {
            return Some(text.replacen(from, to, 1));
        }
    }
    None
}

fn negation_added(text: &str) -> Option<String> {
    if pair_denies(text) {
        return None;
    }
    [" is ", " was ", " were ", " are ", " will ", " has ", " have ", " had ", " can "]
        .into_iter()
        .find(|verb| text.contains(verb))
        .map(|verb| text.replacen(verb, &format!("{verb}not "), 1))
}

fn pair_denies(text: &str) -> bool {
    [" not ", "n't ", " no ", " never "].iter().any(|word| text.contains(word))
}

/// A speaker before "said" or after the comma at the end is cut off.
fn speaker_lost(text: &str) -> Option<String> {
    for verb in
        [" said that ", " said ", " says ", " stated that ", " announced that ", " added that "]
    {
        if let Some(at) = text.find(verb).filter(|at| *at < 60 && !text[..*at].contains(['.', ',']))
        {
            let rest = text[at + verb.len()..].trim_start_matches([',', ' ']);
            return Some(rest.to_owned());
        }
    }
    let at = text.rfind(", ")?;
    let tail = &text[at..];
    let speaks = tail.len() < 60
        && (tail.contains(" said")
            || tail.contains("said ")
            || tail.contains(" says")
            || tail.contains("according to"));
    speaks.then(|| format!("{}.", &text[..at]))
}
