//! Finds every term of a text in one pass.
//!
//! The text is folded once and cut into words. Each word, with and without the particles that
//! Arabic attaches in front (و ف ب ك ل س, the article ال, and their joins), is looked up as the
//! first word of a spelling, and the rest of the spelling is compared with what stands there. Of
//! the spellings that are whole words and mean something there the leftmost longest are kept.
//! Particles are not part of the match. A spelling that has the article (العراق) needs it in the
//! text, because without it the word may be another. A spelling without a letter is never found.

use std::ops::Range;

use super::{
    Entry, Kind,
    entry::{Around, Meant},
    fold,
    fold::Folded,
};
use crate::article::{
    letter,
    wordmap::{WordMap, WordTable},
};

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

/// What stands attached before a word, by its first letter, and whether it ends in the article.
fn attached(word: &str) -> &'static [(&'static str, bool)] {
    match word.chars().next() {
        Some('ا') => &[("ال", true), ("اال", true)],
        Some('و') => &[
            ("و", false),
            ("وب", false),
            ("ول", false),
            ("وك", false),
            ("وال", true),
            ("وبال", true),
            ("ولل", true),
            ("وكال", true),
        ],
        Some('ف') => &[
            ("ف", false),
            ("فب", false),
            ("فل", false),
            ("فال", true),
            ("فبال", true),
            ("فلل", true),
            ("فكال", true),
        ],
        Some('ب') => &[("ب", false), ("بال", true)],
        Some('ك') => &[("ك", false), ("كال", true)],
        Some('ل') => &[("ل", false), ("لل", true)],
        Some('س') => &[("س", false)],
        _ => &[],
    }
}

/// The spellings of entries, by their first words.
#[derive(Debug, Default)]
pub(super) struct Matcher {
    /// For each first word its spellings, as a range of them all.
    heads: WordTable<Box<str>, Range<usize>>,
    spellings: Vec<Spelling>,
}

/// A spelling to look for, without its first word.
#[derive(Debug)]
struct Spelling {
    /// What stands before the first word, as a quotation mark; mostly nothing.
    lead: Box<str>,
    /// What follows the first word.
    tail: Box<str>,
    entry: usize,
    /// It has the article, which was cut off.
    article: bool,
    /// It is a name of one word that never has the article: a city called حجة is no argument.
    proper: bool,
}

/// A spelling that stands in a text as whole words.
#[derive(Clone, Debug)]
struct Found {
    /// Its place in the folded text.
    range: Range<usize>,
    /// The spelling has no article.
    bare: bool,
    entry: usize,
}

/// A term that was found, its entry by its place in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Hit {
    /// Byte range in the text, as in [`Match`].
    pub(super) span: Range<usize>,
    entry: usize,
    meant: Meant,
}

impl Hit {
    /// The match that it stands for; `entries` are those of the matcher.
    pub(super) fn of<'g>(&self, entries: &'g [Entry]) -> Match<'g> {
        let entry = &entries[self.entry];
        Match { span: self.span.clone(), entry, english: entry.english_of(self.meant) }
    }
}

impl Matcher {
    /// The spellings of those `entries` that `which` chooses.
    pub(super) fn new(entries: &[Entry], which: impl Fn(&Entry) -> bool) -> Self {
        let mut found: Vec<(String, Spelling)> = Vec::new();
        for (index, entry) in entries.iter().enumerate().filter(|(_, entry)| which(entry)) {
            for spelling in &entry.arabic {
                let (article, forms) = forms(spelling);
                let proper = entry.kind.is_proper() && forms.len() == 1;
                for form in forms {
                    let Some((lead, head, tail)) = parted(&form) else { continue };
                    let (lead, tail) = (lead.into(), tail.into());
                    let entry = index;
                    found.push((head.to_owned(), Spelling { lead, tail, entry, article, proper }));
                }
            }
        }
        found.sort_by(|(one, _), (other, _)| one.cmp(other));
        let mut heads: WordMap<Box<str>, Range<usize>> = WordMap::default();
        for (index, (head, _)) in found.iter().enumerate() {
            match heads.get_mut(head.as_str()) {
                Some(range) => range.end = index + 1,
                None => {
                    heads.insert(head.as_str().into(), index..index + 1);
                }
            }
        }
        let heads = heads.into_iter().collect();
        Self { heads, spellings: found.into_iter().map(|(_, spelling)| spelling).collect() }
    }

    /// Every term of a text, leftmost longest, without overlaps. `entries` are those it was made of.
    pub(super) fn hits(
        &self,
        text: &Folded<'_>,
        entries: &[Entry],
        around: Surroundings<'_>,
    ) -> Vec<Hit> {
        let mut found = self.found(text);
        // Of two spellings of the same words a newsroom's own comes first, then the one with the
        // article, which says more.
        found.sort_unstable_by_key(|one| {
            let house = entries[one.entry].kind != Kind::House;
            (one.range.start, std::cmp::Reverse(one.range.end), house, one.bare, one.entry)
        });
        let mut kept = Vec::new();
        let mut end = 0;
        for Found { range, bare, entry } in found {
            if range.start < end {
                continue;
            }
            let Some(meant) = meaning(&entries[entry], &text.text, &range, around) else {
                continue;
            };
            end = range.end;
            let start = if bare { range.start } else { with_article(&text.text, range.start) };
            kept.push(Hit { span: text.typed_range(&(start..range.end)), entry, meant });
        }
        kept
    }

    /// The spellings that stand in a text as whole words.
    fn found(&self, text: &Folded<'_>) -> Vec<Found> {
        let mut found = Vec::new();
        for word in text.words() {
            let typed = &text.text[word.clone()];
            self.look_up(text, (word.clone(), 0), false, &mut found);
            for (particles, article) in attached(typed) {
                if typed.starts_with(particles) {
                    self.look_up(text, (word.clone(), particles.len()), *article, &mut found);
                }
            }
        }
        found
    }

    /// The spellings that open with a word, so many bytes of particles left out.
    fn look_up(
        &self,
        text: &Folded<'_>,
        (word, particles): (Range<usize>, usize),
        article: bool,
        found: &mut Vec<Found>,
    ) {
        let words = text.text.as_str();
        let start = word.start + particles;
        let Some(spellings) = self.heads.get(&words[start..word.end]) else { return };
        for spelling in &self.spellings[spellings.clone()] {
            let Some(rest) = words[word.end..].strip_prefix(&*spelling.tail) else { continue };
            if rest.chars().next().is_some_and(letter::is_alphanumeric) {
                continue;
            }
            let place = match &*spelling.lead {
                "" => Some((start, article)),
                lead if particles == 0 => led(words, start, lead),
                _ => None,
            };
            let Some((start, article)) = place else { continue };
            let fits = if spelling.article { article } else { !(article && spelling.proper) };
            if fits {
                let range = start..words.len() - rest.len();
                found.push(Found { range, bare: !spelling.article, entry: spelling.entry });
            }
        }
    }
}

/// Where a spelling starts that has something before its first word, and whether the particles
/// before that end in the article; `None` where something else stands there.
fn led(words: &str, start: usize, lead: &str) -> Option<(usize, bool)> {
    let before = words[..start].strip_suffix(lead)?;
    let particles = &before[before.trim_end_matches(letter::is_alphanumeric).len()..];
    if particles.is_empty() {
        return Some((before.len(), false));
    }
    let known = attached(particles).iter().find(|(open, _)| *open == particles)?;
    Some((before.len(), known.1))
}

/// A spelling as what stands before its first word, that word, and what follows.
fn parted(form: &str) -> Option<(&str, &str, &str)> {
    let start = form.find(letter::is_alphanumeric)?;
    let (lead, rest) = form.split_at(start);
    let end = rest.find(|c: char| !letter::is_alphanumeric(c)).unwrap_or(rest.len());
    Some((lead, &rest[..end], &rest[end..]))
}

/// Where a spelling with the article starts: before it, where it is written in full.
fn with_article(words: &str, start: usize) -> usize {
    words[..start].strip_suffix("ال").map_or(start, str::len)
}

/// What an entry means at a place of a folded text; `None` where it means nothing there.
fn meaning(
    entry: &Entry,
    words: &str,
    range: &Range<usize>,
    around: Surroundings<'_>,
) -> Option<Meant> {
    if entry.senses.is_empty() {
        return (!entry.english.is_empty()).then_some(Meant::Own);
    }
    let (from, to) = window(words, range);
    let before_name = entry.senses.iter().any(|sense| sense.before_name)
        && name_follows(&words[range.end..to], around.is_name);
    entry.meant_in(&Around { near: &words[from..to], country: around.country, before_name })
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

/// A folded word without what is attached in front of it.
pub(super) fn bare(word: &str) -> &str {
    let long = |rest: &&str| rest.chars().nth(2).is_some();
    let with_article = attached(word).iter().filter(|(_, article)| *article);
    let articles = with_article.filter_map(|(open, _)| word.strip_prefix(open));
    let mut particles = ["و", "ب", "ل", "ك", "ف"].iter().filter_map(|open| word.strip_prefix(open));
    articles
        .filter(long)
        .min_by_key(|rest| rest.len())
        .or_else(|| particles.find(long))
        .unwrap_or(word)
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
