//! Chooses the sentences of an Arabic article that tell its story.
//!
//! Every sentence is scored (`score`) by how central it is to the article's words (`graph`), where
//! it stands, what it shares with title and subhead, and whether it can stand alone
//! (`candidates`); words are compared by rough stems (`words`). The best are taken one by one, each
//! marked down for what was already said. Nothing is rewritten: a choice is a range of the
//! source. The same article gives the same choice, in time that grows with its length.

mod candidates;
mod graph;
mod lists;
mod score;
mod words;

use std::ops::Range;

use crate::{
    article::{Article, SourceId},
    brief::Detail,
};
use candidates::Candidates;
use score::Scored;

/// Sentences closer to one already taken say nothing new (cosine of weighted words).
const SAME: f64 = 0.6;
/// Sentences closer than this are the same words again.
const SAID: f64 = 0.9;
/// What likeness to the summary costs a section's sentence: whoever reads both needs it once.
const REPEATED: f64 = 0.8;
/// The most sentences that one section gives, apart from the summary.
const SECTION_MOST: usize = 3;
/// One sentence of the brief for so many words of the article.
const WORDS_PER_SENTENCE: usize = 85;

/// A chosen sentence.
#[derive(Clone, Debug, PartialEq)]
pub struct Choice {
    /// Its bytes in the paragraph's text: a whole sentence, or a clause that can stand alone.
    pub sentence: Range<usize>,
    /// The paragraph it stands in.
    pub source: SourceId,
    /// Its worth; comparable within one article only.
    pub score: f64,
    /// It reports speech and leaves out who spoke; the paragraphs before name the speaker.
    pub needs_speaker: bool,
}

/// The sentences that tell an article.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Selection {
    /// The story in one to three sentences, in article order.
    pub summary: Vec<Choice>,
    /// For each section of the article its key sentences in order, none that the summary has.
    /// Empty for [`Detail::Headline`].
    pub sections: Vec<Vec<Choice>>,
}

/// What a sentence's qualities count for.
#[derive(Clone, Debug, PartialEq)]
pub struct Weights {
    /// Its rank in the similarity graph, 0 to 1.
    pub centrality: f64,
    /// Standing first; falls with each sentence before it.
    pub lead: f64,
    /// After so many sentences half of `lead` is left.
    pub reach: f64,
    /// Standing early; falls evenly from the first sentence to the last.
    pub early: f64,
    /// Covering the title, or the lead where there is none; in a section, its heading.
    pub title: f64,
    /// Opening a paragraph.
    pub opening: f64,
    /// Each figure it holds, up to three.
    pub figures: f64,
    /// What likeness to a sentence already taken costs.
    pub redundancy: f64,
}

impl Default for Weights {
    fn default() -> Self {
        Self {
            centrality: 1.0,
            lead: 1.2,
            reach: 1.0,
            early: 1.0,
            title: 0.4,
            opening: 0.05,
            figures: 0.05,
            redundancy: 0.3,
        }
    }
}

/// Chooses what a brief of the given detail rests on: two or three sentences for the story, and
/// for each section at least one of its own unless the summary took them all.
#[must_use]
pub fn select(article: &Article, detail: Detail) -> Selection {
    let weights = Weights::default();
    let scored = Scored::new(article, &weights);
    let list = &scored.candidates.list;
    let words: usize = list.iter().map(|candidate| candidate.words).sum();
    let wanted = summary_size(list.len(), words);
    let summary = pick(&scored, &scored.story, 0..list.len(), &Taken::none(&weights), wanted);
    if detail == Detail::Headline {
        return Selection { summary: in_order(&scored, summary), sections: Vec::new() };
    }
    let seats = seats(&scored.candidates, &summary, words / WORDS_PER_SENTENCE);
    let taken = Taken { already: &summary, redundancy: REPEATED };
    let spans = scored.candidates.sections.iter().cloned();
    let sections = spans
        .zip(seats)
        .map(|(span, seats)| in_order(&scored, pick(&scored, &scored.section, span, &taken, seats)))
        .collect();
    Selection { summary: in_order(&scored, summary), sections }
}

/// The `count` sentences that tell the story best, the best first.
#[must_use]
pub fn rank(article: &Article, weights: &Weights, count: usize) -> Vec<Choice> {
    let scored = Scored::new(article, weights);
    let all = 0..scored.candidates.list.len();
    let picked = pick(&scored, &scored.story, all, &Taken::none(weights), count);
    picked.into_iter().map(|at| choice(&scored, at)).collect()
}

fn summary_size(sentences: usize, words: usize) -> usize {
    match (sentences, words) {
        (0..=3, _) => 1,
        (_, 0..500) => 2,
        _ => 3,
    }
}

/// How many sentences each section gives: one each, the rest of `wanted` to the longest by the
/// method of highest averages, which counts what the summary took from a section as given.
fn seats(candidates: &Candidates, summary: &[usize], wanted: usize) -> Vec<usize> {
    let mut seats = vec![1; candidates.sections.len()];
    let extra = wanted.saturating_sub(summary.len() + seats.len());
    let mut claims = Vec::new();
    for (section, span) in candidates.sections.iter().enumerate() {
        let words: usize = candidates.list[span.clone()].iter().map(|c| c.words).sum();
        let given = 1 + summary.iter().filter(|at| span.contains(at)).count();
        claims.extend((1..SECTION_MOST).map(|seat| (words / (given + seat), section)));
    }
    claims.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
    claims.iter().take(extra).for_each(|(_, section)| seats[*section] += 1);
    seats
}

/// What was chosen before, and what likeness to it costs.
struct Taken<'a> {
    already: &'a [usize],
    redundancy: f64,
}

impl Taken<'_> {
    fn none(weights: &Weights) -> Self {
        Self { already: &[], redundancy: weights.redundancy }
    }
}

/// Takes the best of `pool` one by one, each marked down for what was already said (maximal
/// marginal relevance). The first may come close to what was `taken`, where nothing else is left:
/// a section is not empty because the summary says the same in other words.
fn pick(
    scored: &Scored,
    worth: &[f64],
    pool: Range<usize>,
    taken: &Taken<'_>,
    count: usize,
) -> Vec<usize> {
    let mut likeness = vec![0.0_f64; pool.len()];
    let see = |chosen: usize, likeness: &mut [f64]| {
        for (seen, at) in likeness.iter_mut().zip(pool.clone()) {
            *seen = seen.max(scored.vectors.similarity(chosen, at));
        }
    };
    taken.already.iter().for_each(|chosen| see(*chosen, &mut likeness));
    let mut picked: Vec<usize> = Vec::new();
    while picked.len() < count {
        let most = if picked.is_empty() { SAID } else { SAME };
        let left = pool.clone().zip(&likeness).filter(|(at, seen)| {
            **seen <= most && !taken.already.contains(at) && !picked.contains(at)
        });
        let worth = |at: usize, seen: f64| worth[at] - taken.redundancy * seen;
        let best = left.max_by(|a, b| {
            let is_new = (*a.1 <= SAME).cmp(&(*b.1 <= SAME));
            is_new.then(worth(a.0, *a.1).total_cmp(&worth(b.0, *b.1))).then(b.0.cmp(&a.0))
        });
        let Some((at, _)) = best else {
            break;
        };
        picked.push(at);
        see(at, &mut likeness);
    }
    picked
}

fn in_order(scored: &Scored, mut picked: Vec<usize>) -> Vec<Choice> {
    picked.sort_unstable();
    picked.into_iter().map(|at| choice(scored, at)).collect()
}

fn choice(scored: &Scored, at: usize) -> Choice {
    let candidate = &scored.candidates.list[at];
    Choice {
        sentence: candidate.range.clone(),
        source: candidate.source,
        score: scored.story[at],
        needs_speaker: candidate.needs_speaker,
    }
}

#[cfg(test)]
#[path = "extractive_tests.rs"]
mod tests;
