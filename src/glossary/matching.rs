//! Finds every term of a text in one pass.
//!
//! The text is folded once, an Aho-Corasick automaton reports every spelling in it, and of those
//! that stand as whole words and mean something there the leftmost longest are kept. A word may
//! carry the particles that Arabic attaches in front (و ف ب ك ل س, the article ال, and their
//! joins); they are not part of the match. A spelling that has the article (العراق) needs it in
//! the text, because without it the word may be another.

use std::ops::Range;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};

use super::{
    Entry, GlossaryError, Kind,
    entry::Around,
    fold,
    fold::{Folded, fold_with_map},
};
use crate::article::letter;

/// Particles that may stand attached before a word.
const BARE: [&str; 12] = ["", "و", "ف", "ب", "ك", "ل", "وب", "ول", "فب", "فل", "وك", "س"];
/// The same, ending in the article.
const WITH_ARTICLE: [&str; 13] =
    ["ال", "وال", "فال", "بال", "كال", "لل", "وبال", "ولل", "فبال", "فلل", "وكال", "فكال", "اال"];
/// Bytes of the longest of both.
const LONGEST: usize = 8;
/// Spellings from which on an automaton is worth packing: the glossary's, which serve every article;
/// an article's own names serve that one.
const MANY: usize = 500;
/// Bytes from the start of a spelling up to which a state has a table of all transitions: three
/// letters. Tables for all of them would take 35 MB.
const DENSE: usize = 6;
/// Bytes of folded text on each side in which a word is near: about eight words.
const NEAR: usize = 90;

/// A term that stands in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Match<'g> {
    /// Byte range in the text, attached particles left out and an article that belongs to it in.
    pub span: Range<usize>,
    /// The entry.
    pub entry: &'g Entry,
    /// What it means there.
    pub english: &'g str,
}

/// What else a match may depend on.
#[derive(Clone, Copy)]
pub(super) struct Surroundings<'a> {
    /// The country in which the article plays.
    pub(super) country: Option<&'a str>,
    /// Whether a folded word is a part of personal names.
    pub(super) is_name: &'a dyn Fn(&str) -> bool,
}

impl Surroundings<'_> {
    /// Where nothing is known.
    pub(super) const NONE: Self = Self { country: None, is_name: &|_| false };
}

/// The automaton over all spellings.
#[derive(Debug)]
pub(super) struct Matcher {
    automaton: AhoCorasick,
    /// For each pattern, its entry.
    patterns: Vec<Pattern>,
}

#[derive(Clone, Copy)]
struct Found {
    /// The spelling has no article.
    bare: bool,
    entry: usize,
}

#[derive(Debug)]
struct Pattern {
    entry: usize,
    /// The spelling has the article, which was cut off the pattern.
    article: bool,
    /// It is a name of one word that never has the article: a city called حجة is no argument.
    proper: bool,
}

impl Matcher {
    /// An automaton over the spellings of those `entries` that `which` chooses.
    pub(super) fn new(
        entries: &[Entry],
        which: impl Fn(&Entry) -> bool,
    ) -> Result<Self, GlossaryError> {
        let mut patterns = Vec::new();
        let mut texts = Vec::new();
        for (index, entry) in entries.iter().enumerate().filter(|(_, entry)| which(entry)) {
            for spelling in &entry.arabic {
                let (article, forms) = forms(spelling);
                let proper = entry.kind.is_proper() && forms.len() == 1;
                for form in forms {
                    patterns.push(Pattern { entry: index, article, proper });
                    texts.push(form);
                }
            }
        }
        let (kind, dense) = match texts.len() > MANY {
            true => (AhoCorasickKind::ContiguousNFA, DENSE),
            false => (AhoCorasickKind::NoncontiguousNFA, 1),
        };
        let automaton = AhoCorasick::builder()
            .match_kind(MatchKind::Standard)
            .kind(Some(kind))
            .dense_depth(dense)
            .build(&texts)
            .map_err(|error| GlossaryError::TooLarge(error.to_string()))?;
        Ok(Self { automaton, patterns })
    }

    /// Every term of `text`, leftmost longest, without overlaps. `entries` are those it was made of.
    pub(super) fn matches<'g>(
        &self,
        text: &str,
        entries: &'g [Entry],
        around: Surroundings<'_>,
    ) -> Vec<Match<'g>> {
        let folded = fold_with_map(text);
        let words = &folded.text;
        let mut found: Vec<(Range<usize>, Found)> = self
            .automaton
            .find_overlapping_iter(words)
            .filter_map(|one| {
                let pattern = &self.patterns[one.pattern().as_usize()];
                let found = Found { bare: !pattern.article, entry: pattern.entry };
                stands_alone(words, one.range(), pattern).then(|| (one.range(), found))
            })
            .collect();
        // Of two spellings of the same words a newsroom's own comes first, then the one with the
        // article, which says more.
        found.sort_unstable_by_key(|(range, one)| {
            let house = entries[one.entry].kind != Kind::House;
            (range.start, std::cmp::Reverse(range.end), house, one.bare, one.entry)
        });
        let mut kept: Vec<Match<'g>> = Vec::new();
        let mut end = 0;
        for (range, one) in found {
            let entry = &entries[one.entry];
            if range.start < end {
                continue;
            }
            let Some(english) = meaning(entry, &folded, &range, around) else { continue };
            end = range.end;
            let start = if one.bare { range.start } else { with_article(words, range.start) };
            let span = folded.origin[start]..original_end(text, &folded.origin, range.end);
            kept.push(Match { span, entry, english });
        }
        kept
    }
}

/// Where a spelling with the article starts: before it, where it is written in full.
fn with_article(words: &str, start: usize) -> usize {
    words[..start].strip_suffix("ال").map_or(start, str::len)
}

fn meaning<'g>(
    entry: &'g Entry,
    folded: &Folded,
    range: &Range<usize>,
    around: Surroundings<'_>,
) -> Option<&'g str> {
    if entry.senses.is_empty() {
        return (!entry.english.is_empty()).then_some(&entry.english);
    }
    let (from, to) = window(&folded.text, range);
    let before_name = entry.senses.iter().any(|sense| sense.before_name)
        && name_follows(&folded.text[range.end..to], around.is_name);
    entry.english_in(&Around { near: &folded.text[from..to], country: around.country, before_name })
}

/// A stretch of the text round a match, at the bounds of letters.
fn window(text: &str, range: &Range<usize>) -> (usize, usize) {
    let mut from = range.start.saturating_sub(NEAR);
    while !text.is_char_boundary(from) {
        from -= 1;
    }
    let mut to = (range.end + NEAR).min(text.len());
    while !text.is_char_boundary(to) {
        to += 1;
    }
    (from, to)
}

/// Whether one of the next three words is a part of personal names, with nothing but spaces and
/// quotation marks before it: "the brigadier general, former, Ahmad".
fn name_follows(after: &str, is_name: &dyn Fn(&str) -> bool) -> bool {
    let stretch = after.split(['.', '،', ':', '؛', '\n', ',']).next().unwrap_or_default();
    let words =
        stretch.split(|c: char| !letter::is_alphanumeric(c)).filter(|word| !word.is_empty());
    words.take(3).any(is_name)
}

fn stands_alone(words: &str, range: Range<usize>, pattern: &Pattern) -> bool {
    if words[range.end..].chars().next().is_some_and(letter::is_alphanumeric) {
        return false;
    }
    let before = &words[..range.start];
    let word = before.rfind(|c: char| !letter::is_alphanumeric(c));
    let start = word.map_or(0, |at| at + before[at..].chars().next().map_or(1, char::len_utf8));
    let particles = &before[start..];
    if particles.len() > LONGEST {
        return false;
    }
    let (bare, with) = (BARE.contains(&particles), WITH_ARTICLE.contains(&particles));
    if pattern.article { with } else { bare || with && !pattern.proper }
}

/// A folded word without what is attached in front of it.
pub(super) fn bare(word: &str) -> &str {
    let long = |rest: &&str| rest.chars().nth(2).is_some();
    let articles = WITH_ARTICLE.iter().rev().filter_map(|open| word.strip_prefix(open));
    let mut particles = ["و", "ب", "ل", "ك", "ف"].iter().filter_map(|open| word.strip_prefix(open));
    articles
        .filter(long)
        .min_by_key(|rest| rest.len())
        .or_else(|| particles.find(long))
        .unwrap_or(word)
}

/// The end of the original character whose folded form ends at `end`, marks after it left out.
fn original_end(text: &str, origin: &[usize], end: usize) -> usize {
    let last = origin[end - 1];
    last + text[last..].chars().next().map_or(0, char::len_utf8)
}

/// Whether a spelling has the article, and the forms to look for: as it is, and in a term of
/// several words with the article on the last or on all that follow the first, because a term
/// listed as "memorandum of understanding" also stands as "the memorandum of the understanding".
fn forms(spelling: &str) -> (bool, Vec<String>) {
    let folded = fold(spelling);
    let words: Vec<&str> = folded.split_whitespace().collect();
    let Some((first, rest)) = words.split_first() else { return (false, Vec::new()) };
    let stem = first.strip_prefix("ال").filter(|stem| stem.chars().count() > 1);
    let head = stem.unwrap_or(first);
    let definite = |word: &&str| {
        if word.starts_with("ال") { (*word).to_owned() } else { format!("ال{word}") }
    };
    let join = |rest: Vec<String>| {
        std::iter::once(head.to_owned()).chain(rest).collect::<Vec<_>>().join(" ")
    };
    let plain = join(rest.iter().map(|word| (*word).to_owned()).collect());
    let mut forms = vec![plain];
    if let Some((last, middle)) = rest.split_last() {
        let middle = middle.iter().map(|word| (*word).to_owned());
        forms.push(join(middle.chain([definite(last)]).collect()));
        forms.push(join(rest.iter().map(definite).collect()));
    }
    forms.dedup();
    (stem.is_some(), forms)
}
