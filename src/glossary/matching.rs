//! Finds every term of a text in one pass.
//!
//! The text is folded once, an Aho-Corasick automaton reports every spelling in it, and of those
//! that stand as whole words the leftmost longest are kept. A word may carry the particles that
//! Arabic attaches in front (و ف ب ك ل س, the article ال, and their joins); they are not part of
//! the match. A spelling that has the article (العراق) needs it in the text, because without it
//! the word may be another.

use std::ops::Range;

use aho_corasick::{AhoCorasick, MatchKind};

use super::{Entry, GlossaryError, fold, fold::fold_with_map};

/// Particles that may stand attached before a word.
const BARE: [&str; 12] = ["", "و", "ف", "ب", "ك", "ل", "وب", "ول", "فب", "فل", "وك", "س"];
/// The same, ending in the article.
const WITH_ARTICLE: [&str; 13] =
    ["ال", "وال", "فال", "بال", "كال", "لل", "وبال", "ولل", "فبال", "فلل", "وكال", "فكال", "اال"];

/// A term that stands in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Match<'g> {
    /// Byte range in the text, attached particles left out.
    pub span: Range<usize>,
    /// The entry.
    pub entry: &'g Entry,
}

/// The automaton over all spellings.
#[derive(Debug)]
pub(super) struct Matcher {
    automaton: AhoCorasick,
    /// For each pattern, its entry.
    patterns: Vec<Pattern>,
}

#[derive(Debug)]
struct Pattern {
    entry: usize,
    /// The spelling has the article, which was cut off the pattern.
    article: bool,
}

impl Matcher {
    /// An automaton over the spellings of `entries`.
    pub(super) fn new(entries: &[Entry]) -> Result<Self, GlossaryError> {
        let mut patterns = Vec::new();
        let mut texts = Vec::new();
        for (index, entry) in entries.iter().enumerate() {
            for spelling in &entry.arabic {
                let (article, forms) = forms(spelling);
                for form in forms {
                    patterns.push(Pattern { entry: index, article });
                    texts.push(form);
                }
            }
        }
        let automaton = AhoCorasick::builder()
            .match_kind(MatchKind::Standard)
            .build(&texts)
            .map_err(|error| GlossaryError::TooLarge(error.to_string()))?;
        Ok(Self { automaton, patterns })
    }

    /// Every term of `text`, leftmost longest, without overlaps.
    pub(super) fn matches<'g>(&self, text: &str, entries: &'g [Entry]) -> Vec<Match<'g>> {
        let folded = fold_with_map(text);
        let words = &folded.text;
        let mut found: Vec<(Range<usize>, usize)> = self
            .automaton
            .find_overlapping_iter(words)
            .filter(|one| self.stands_alone(words, one.range(), one.pattern().as_usize()))
            .map(|one| (one.range(), self.patterns[one.pattern().as_usize()].entry))
            .collect();
        found.sort_by_key(|(range, _)| (range.start, std::cmp::Reverse(range.end)));
        let mut kept: Vec<Match<'g>> = Vec::new();
        let mut end = 0;
        for (range, entry) in found {
            if range.start < end {
                continue;
            }
            end = range.end;
            let span = folded.origin[range.start]..original_end(text, &folded.origin, range.end);
            kept.push(Match { span, entry: &entries[entry] });
        }
        kept
    }

    fn stands_alone(&self, words: &str, range: Range<usize>, pattern: usize) -> bool {
        if words[range.end..].chars().next().is_some_and(char::is_alphanumeric) {
            return false;
        }
        let before = &words[..range.start];
        let word = before.rfind(|c: char| !c.is_alphanumeric());
        let start = word.map_or(0, |at| at + before[at..].chars().next().map_or(1, char::len_utf8));
        let particles = &before[start..];
        if self.patterns[pattern].article {
            WITH_ARTICLE.contains(&particles)
        } else {
            BARE.contains(&particles) || WITH_ARTICLE.contains(&particles)
        }
    }
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
