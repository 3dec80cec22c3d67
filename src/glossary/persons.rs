//! Finds the persons whom Arabic news copy names.
//!
//! Names are told by the rules of the trade. A name opens with a given name and goes on with more
//! of them, `بن` and a father's name, `آل`, and a family name, which mostly has the article. A
//! given name that is also a common word (`سالم` is "sound") opens one only after a title or a verb
//! of saying, before `بن`, or before a family name of the pattern of `الراشدي`. A word that no list
//! knows belongs to a name only where a title or a verb of saying vouches for it. What the glossary
//! names already is left to it.

use std::ops::Range;

use super::{
    Glossary, Kind, Match,
    beside::{AFTER, NO_FAMILY, SAYING, TITLES},
    fold, lexicon, matching, transliterate,
};
use crate::article::letter;

/// A person as a text names him or her.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Person {
    /// Byte range in the text, attached particles left out.
    pub(super) span: Range<usize>,
    /// The name in English; `None` for a foreign one, which only a provider can spell.
    pub(super) english: Option<String>,
    /// The last part with its English, where it can stand for the person.
    pub(super) family: Option<(String, String)>,
}

/// Words between given name and father's name.
const SON: [&str; 3] = ["بن", "ابن", "بنت"];
/// Words that make one part with the word after them.
const OPENERS: [&str; 8] = ["عبد", "ابو", "ابي", "ابا", "ام", "ال", "ذو", "بو"];

struct Token {
    span: Range<usize>,
    /// Where its folded form stands among those of all.
    folded: Range<usize>,
    /// Nothing but spaces and quotation marks stands before it.
    joined: bool,
    /// What the glossary takes it for.
    kind: Option<Kind>,
}

/// The persons of a text in order; `taken` are the glossary's matches in it.
pub(super) fn find(
    text: &str,
    taken: &[Match<'_>],
    glossary: &Glossary,
    country: Option<&str>,
) -> Vec<Person> {
    let (tokens, folded) = tokens(text, taken);
    let search = Search { text, tokens: &tokens, folded: &folded, glossary, country };
    let mut found = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        match search.person(at).or_else(|| search.foreigner(at)) {
            Some((person, end)) => {
                found.push(person);
                at = end;
            }
            None => at += 1,
        }
    }
    found
}

/// The words of a text, and their folded forms one after another.
fn tokens(text: &str, taken: &[Match<'_>]) -> (Vec<Token>, String) {
    let letter =
        |c: char| letter::is_alphabetic(c) || matches!(c, 'ـ' | '\u{64B}'..='\u{65F}' | '\u{670}');
    let mut tokens: Vec<Token> = Vec::with_capacity(text.len() / 10 + 1);
    let mut all = String::with_capacity(text.len());
    // Matches stand in order and apart, so the one over a word is looked for from the last on.
    let mut taken = taken.iter().peekable();
    let mut from = None;
    let mut joined = false;
    for (at, c) in text.char_indices().chain([(text.len(), '\n')]) {
        if letter(c) {
            from.get_or_insert(at);
            continue;
        }
        if let Some(start) = from.take() {
            let span: Range<usize> = start..at;
            while taken.next_if(|one| one.span.end <= start).is_some() {}
            let own = taken.peek().filter(|one| one.span.start < at);
            let kind = own.map(|one| one.entry.kind);
            let first = all.len();
            tell(&text[start..at], &mut all);
            tokens.push(Token { span, folded: first..all.len(), joined, kind });
            joined = true;
        }
        joined &= c == ' ' || matches!(c, '"' | '“' | '”' | '«' | '»' | '\u{A0}');
    }
    (tokens, all)
}

/// Adds a folded word; the preposition `على` keeps its last letter, which tells it from Ali.
fn tell(word: &str, all: &mut String) {
    match word.trim_start_matches(['و', 'ف']) {
        "على" => all.push_str("على"),
        _ => {
            for letter in word.chars().filter_map(fold::letter) {
                all.push(letter);
            }
        }
    }
}

/// What stands before a name.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Trigger {
    None,
    Saying,
    Title,
}

/// A part of a name: its tokens and its English.
struct Part {
    tokens: Range<usize>,
    english: String,
    /// A list knows it.
    known: bool,
    /// A list knows it as a name and no other word.
    sure: bool,
}

struct Search<'a> {
    text: &'a str,
    tokens: &'a [Token],
    folded: &'a str,
    glossary: &'a Glossary,
    country: Option<&'a str>,
}

impl Search<'_> {
    /// The person whose name opens at a token, and the token after it.
    fn person(&self, at: usize) -> Option<(Person, usize)> {
        let (skip, first, namesake) = self.first(at)?;
        let trigger = self.trigger(at);
        if namesake && skip > 0 && trigger != Trigger::Title {
            return None;
        }
        let mut parts = vec![first];
        while let Some(part) = self.next(&parts, trigger) {
            let last = !part.known;
            parts.push(part);
            if last || parts.len() >= 7 {
                break;
            }
        }
        if !self.is_name(&parts, trigger, namesake) {
            return None;
        }
        let end = parts.last()?.tokens.end;
        let span = self.tokens[at].span.start + skip..self.tokens[end - 1].span.end;
        let words: Vec<&str> = parts.iter().map(|part| part.english.as_str()).collect();
        let family = (parts.len() > 1).then(|| self.family(parts.last()?)).flatten();
        Some((Person { span, english: Some(words.join(" ")), family }, end))
    }

    /// Two words after a title that no list knows: a foreign name, which no rule can spell.
    fn foreigner(&self, at: usize) -> Option<(Person, usize)> {
        let plain = |at: usize| {
            self.tokens.get(at).is_some_and(|token| {
                let word = self.word(at);
                let common = || AFTER.contains(word) || TITLES.contains(word);
                let long = || word.chars().count() >= 3;
                let free = token.kind.is_none() && token.joined && !word.starts_with("ال");
                free && long() && !common()
            })
        };
        let office = plain(at) && plain(at + 1) && self.trigger(at) == Trigger::Title;
        let span = || self.tokens[at].span.start..self.tokens[at + 1].span.end;
        office.then(|| (Person { span: span(), english: None, family: None }, at + 2))
    }

    /// A given name at a token: bytes of particles before it, the part, whether it is a namesake.
    fn first(&self, at: usize) -> Option<(usize, Part, bool)> {
        let token = &self.tokens[at];
        if token.kind.is_some_and(|kind| kind != Kind::Common) {
            return None;
        }
        let word = self.word(at);
        if let Some((part, namesake)) = self.known(at, word) {
            return Some((0, part, namesake));
        }
        let rest = word.strip_prefix(['و', 'ف', 'ل', 'ب', 'ك'])?;
        let (part, namesake) = self.known(at, rest)?;
        Some((word.len() - rest.len(), part, namesake))
    }

    /// The part that a list knows at a token whose folded word is `word`.
    fn known(&self, at: usize, word: &str) -> Option<(Part, bool)> {
        let joined = |key: &str, tokens: Range<usize>| {
            let entry = self.glossary.part(key)?;
            let english = self.spelled(entry)?;
            let sure = entry.kind == Kind::Name;
            Some((Part { tokens, english, known: true, sure }, !sure))
        };
        if self.follows(at + 1) {
            let next = self.word(at + 1);
            // Two words are one part in `عبد الله` and `علاء الدين`, and in nothing else.
            let opens = OPENERS.contains(&word);
            let both = word != "ال"
                && (opens || next.starts_with("ال") && self.glossary.opens_part(&fold(word)));
            let whole = both.then(|| joined(&lexicon::key(&format!("{word}{next}")), at..at + 2));
            let whole = whole.flatten();
            if whole.is_some() || opens {
                return whole.or_else(|| self.opened(at, word, next));
            }
        }
        joined(word, at..at + 1)
    }

    /// `عبد`, `أبو` or `آل` with a word that the lists do not have with it.
    fn opened(&self, at: usize, opener: &str, next: &str) -> Option<(Part, bool)> {
        let rest = self.rendered(at + 1);
        let english = match opener {
            "عبد" if next.starts_with("ال") => {
                format!("Abdul {}", rest.strip_prefix("al-").unwrap_or(&rest))
            }
            "ابو" | "ابي" | "ابا" => format!("Abu {rest}"),
            "ام" if self.glossary.part(next).is_some() => format!("Umm {rest}"),
            "بو" if self.glossary.part(next).is_some() => format!("Bou {rest}"),
            "ال" => format!("Al {rest}"),
            _ => return None,
        };
        Some((Part { tokens: at..at + 2, english, known: true, sure: false }, true))
    }

    fn spelled(&self, entry: &super::Entry) -> Option<String> {
        let around = super::entry::Around { near: "", country: self.country, before_name: false };
        entry.english_in(&around).map(str::to_owned)
    }

    /// A word by list or by rule.
    fn rendered(&self, at: usize) -> String {
        let token = &self.tokens[at];
        let known = self.glossary.part(self.word(at)).and_then(|entry| self.spelled(entry));
        known.unwrap_or_else(|| transliterate::word(&self.text[token.span.clone()]))
    }

    fn follows(&self, at: usize) -> bool {
        self.tokens.get(at).is_some_and(|token| token.joined)
    }

    /// What goes on after these parts.
    fn next(&self, parts: &[Part], trigger: Trigger) -> Option<Part> {
        let at = parts.last()?.tokens.end;
        if !self.follows(at) {
            return None;
        }
        let (token, word) = (&self.tokens[at], self.word(at));
        if SON.contains(&word) && self.follows(at + 1) {
            let (father, end) = match self.known(at + 1, self.word(at + 1)) {
                Some((part, _)) => (part.english, part.tokens.end),
                None => (self.rendered(at + 1), at + 2),
            };
            let son = if word == "بنت" { "bint" } else { self.son() };
            let english = format!("{son} {father}");
            return Some(Part { tokens: at..end, english, known: true, sure: true });
        }
        if token.kind.is_some_and(|kind| kind != Kind::Common) || AFTER.contains(word) {
            return None;
        }
        if let Some((part, _)) = self.known(at, word) {
            return Some(part);
        }
        let family =
            || Part { tokens: at..at + 1, english: self.rendered(at), known: false, sure: false };
        if word.starts_with("ال") && word.chars().count() > 4 {
            let common = NO_FAMILY.contains(word) || TITLES.contains(matching::bare(word));
            return (!common).then(family);
        }
        let closes = !self.follows(at + 1);
        let long = parts.len() > 1 && parts.iter().all(|part| part.known);
        let vouched = trigger != Trigger::None
            || parts.iter().any(|part| part.english.starts_with("bin "))
            || long && closes;
        let ends = closes || AFTER.contains(self.word(at + 1));
        let plain = word.chars().count() >= 3
            && !word.starts_with(['و', 'ب', 'ل', 'ف'])
            && !word.ends_with("ها")
            && (!word.ends_with('ا') || trigger != Trigger::None);
        (vouched && ends && plain && token.kind.is_none()).then(family)
    }

    fn son(&self) -> &'static str {
        match self.country {
            Some("morocco" | "algeria" | "tunisia" | "mauritania") => "Ben",
            _ => "bin",
        }
    }

    fn is_name(&self, parts: &[Part], trigger: Trigger, namesake: bool) -> bool {
        let [_, second, ..] = parts else {
            return false;
        };
        let first = self.word(second.tokens.start);
        let son = SON.contains(&first);
        let family = first.starts_with("ال") && first.ends_with('ي');
        match trigger {
            Trigger::Title => true,
            _ if son => true,
            Trigger::Saying => !namesake || second.known || family,
            Trigger::None if namesake => family || second.sure || second.known && parts.len() > 2,
            Trigger::None => second.known || family,
        }
    }

    /// The folded word at a token; empty beyond the last.
    fn word(&self, at: usize) -> &str {
        self.tokens.get(at).map_or("", |token| &self.folded[token.folded.clone()])
    }

    /// The last part as it stands alone later on: "al-Habsi".
    fn family(&self, part: &Part) -> Option<(String, String)> {
        let last = part.tokens.end - 1;
        let token = &self.tokens[last];
        let son = SON.contains(&self.word(part.tokens.start));
        if son || part.tokens.len() > 1 {
            return None;
        }
        Some((self.text[token.span.clone()].to_owned(), part.english.clone()))
    }

    /// What vouches for a name at a token.
    fn trigger(&self, at: usize) -> Trigger {
        if !self.tokens[at].joined {
            return Trigger::None;
        }
        let mut before = at;
        while let Some(previous) = before.checked_sub(1) {
            let (token, word) = (&self.tokens[previous], self.word(previous));
            let title = matches!(token.kind, Some(Kind::Rank | Kind::Office))
                || TITLES.contains(matching::bare(word))
                || TITLES.contains(word);
            if title {
                return Trigger::Title;
            }
            // Between title and name may stand a country, a people, or "former".
            let between =
                token.kind.is_some_and(|kind| kind == Kind::Nationality || kind.is_place())
                    || matches!(
                        word,
                        "السابق"
                            | "السابقه"
                            | "الاسبق"
                            | "المكلف"
                            | "العام"
                            | "الجديد"
                            | "الراحل"
                    );
            if between && token.joined && at - previous < 4 {
                before = previous;
                continue;
            }
            let verb = word.strip_prefix(['و', 'ف']).unwrap_or(word);
            let says = SAYING.contains(verb) || SAYING.contains(word);
            return if says && before == at { Trigger::Saying } else { Trigger::None };
        }
        Trigger::None
    }
}
