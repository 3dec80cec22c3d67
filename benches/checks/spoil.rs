//! Spoils good English in ways that matter, always the same way for the same line.

use std::collections::HashSet;

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

/// A dropped day of a month is a missing number or a missing date.
const DROPPED: &[Code] = &[Code::NumberMissing, Code::NumberUnsupported, Code::DateMissing];
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
        "number dropped" => (number_dropped(text)?, DROPPED),
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

/// Names to put in place of others: people and places, known and less known.
const OTHERS: [&str; 40] = [
    "Cairo",
    "Mitchell",
    "Germany",
    "Petrov",
    "Nairobi",
    "Hassan",
    "Lagos",
    "Garcia",
    "Ottawa",
    "Khalil",
    "Beirut",
    "Novak",
    "Greece",
    "Sharif",
    "Vienna",
    "Fernandez",
    "Baghdad",
    "Collins",
    "Peru",
    "Yamamoto",
    "Morocco",
    "Dawson",
    "Seoul",
    "Rashid",
    "Kabul",
    "Schneider",
    "Tunisia",
    "Oliveira",
    "Dublin",
    "Mansour",
    "Hungary",
    "Fletcher",
    "Riyadh",
    "Kowalski",
    "Manila",
    "Barzani",
    "Sweden",
    "Thompson",
    "Doha",
    "Jimenez",
];

/// A name that stands alone inside a sentence, or after a title, and that no line has without its
/// capital.
fn name<'a>(text: &'a str, common: &HashSet<&str>) -> Option<&'a str> {
    const TITLES: [&str; 10] =
        ["Mr", "Mrs", "Ms", "Dr", "President", "Minister", "General", "Senator", "King", "Judge"];
    let words: Vec<&str> = text.split(' ').collect();
    let bare = |word: &'a str| {
        let word = word.trim_matches(|c: char| !c.is_alphanumeric());
        word.strip_suffix("'s").or_else(|| word.strip_suffix("’s")).unwrap_or(word)
    };
    let capital = |at: usize| {
        words.get(at).is_some_and(|word| bare(word).starts_with(|c: char| c.is_uppercase()))
    };
    (1..words.len()).map(|at| (at, bare(words[at]))).find_map(|(at, word)| {
        let titled = TITLES.contains(&bare(words[at - 1]));
        let alone = (!capital(at - 1) || titled) && !capital(at + 1);
        let opens = words[at - 1].ends_with(['.', '?', '!', ':', '"', '“']);
        let is_name = word.len() >= 4
            && word.starts_with(|c: char| c.is_ascii_uppercase())
            && word.chars().skip(1).all(char::is_lowercase)
            && !MONTHS.contains(&word)
            && !WEEKDAYS.contains(&word)
            && word != "May"
            && !common.contains(word.to_lowercase().as_str());
        (is_name && alone && !opens).then_some(word)
    })
}

/// The first name is another one.
fn name_swapped(rows: &[&Pair], index: usize) -> Option<String> {
    let text = rows[index].reference.as_str();
    let words = rows.iter().flat_map(|p| p.reference.split(|c: char| !c.is_alphabetic()));
    let common: HashSet<&str> =
        words.filter(|w| w.starts_with(|c: char| c.is_lowercase())).collect();
    let own = name(text, &common)?;
    let other = (0..OTHERS.len())
        .map(|step| OTHERS[(rows[index].line + step) % OTHERS.len()])
        .find(|other| !text.contains(other) && other[..1] != own[..1])?;
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
