//! What a sentence is worth: to the story as a whole, and to its own section.

use std::ops::Range;

use crate::{
    article::Article,
    brief::extractive::{
        Weights,
        candidates::Candidates,
        graph::{Vectors, count},
        words::Vocabulary,
    },
};

/// Figures beyond these add nothing: a table is no key sentence.
const MOST_FIGURES: usize = 3;

/// The candidates of an article with their scores.
pub(super) struct Scored {
    pub(super) candidates: Candidates,
    pub(super) vectors: Vectors,
    /// Worth to the story.
    pub(super) story: Vec<f64>,
    /// Worth to the own section.
    pub(super) section: Vec<f64>,
}

impl Scored {
    /// Reads and scores every sentence of the article.
    pub(super) fn new(article: &Article, weights: &Weights) -> Self {
        let mut vocabulary = Vocabulary::default();
        let candidates = Candidates::read(article, &mut vocabulary);
        let mut topic = Vec::new();
        vocabulary.read(article.title.as_deref().unwrap_or_default(), &mut topic);
        let headings = headings(article, &mut vocabulary);
        if topic.is_empty() {
            topic = candidates.rows.first().cloned().unwrap_or_default();
        }
        let vectors = Vectors::new(&candidates.rows, vocabulary.len());
        let topic = overlap(&vectors, &[(topic, 0..vectors.len())]);
        let spans = candidates.sections.iter().cloned();
        let heading = overlap(&vectors, &headings.into_iter().zip(spans).collect::<Vec<_>>());
        let centrality = vectors.centrality();
        let list = &candidates.list;
        let shared = |at: usize, weights: &Weights| {
            weights.centrality * centrality[at]
                + if list[at].opens_paragraph { weights.opening } else { 0.0 }
                + weights.figures * count(list[at].figures.min(MOST_FIGURES))
        };
        let whole = |at: usize, told: f64| told * list[at].manner * length(list[at].words);
        let story = (0..list.len()).map(|at| {
            let told = shared(at, weights) + place(weights, (at, list.len()));
            whole(at, told + weights.title * topic[at])
        });
        let inside = within_section(weights);
        let section = (0..list.len()).map(|at| {
            let told = shared(at, &inside) + place(&inside, list[at].place);
            whole(at, told + inside.title * heading[at].max(topic[at]))
        });
        let (story, section) = (story.collect(), section.collect());
        Self { candidates, vectors, story, section }
    }
}

/// In a section the first sentence is not the news itself, the heading already says what it says,
/// and the hard facts are in the figures.
fn within_section(weights: &Weights) -> Weights {
    Weights {
        lead: 0.4 * weights.lead,
        early: 0.4 * weights.early,
        title: 0.5 * weights.title,
        figures: weights.figures + 0.35,
        ..weights.clone()
    }
}

fn place(weights: &Weights, (place, all): (usize, usize)) -> f64 {
    weights.lead / (1.0 + count(place) / weights.reach)
        + weights.early * (1.0 - count(place) / count(all))
}

fn headings<'a>(article: &'a Article, vocabulary: &mut Vocabulary<'a>) -> Vec<Vec<u32>> {
    let mut read = |heading: &'a str| {
        let mut ids = Vec::new();
        vocabulary.read(heading, &mut ids);
        ids
    };
    article.sections.iter().map(|s| read(s.heading.as_deref().unwrap_or_default())).collect()
}

/// The share of each topic that a sentence of its span covers, by rarity of the words: 0 to 1.
fn overlap(vectors: &Vectors, topics: &[(Vec<u32>, Range<usize>)]) -> Vec<f64> {
    let mut shares = vec![0.0; vectors.len()];
    let mut wanted = vec![0.0; vectors.rarity().len()];
    for (topic, span) in topics {
        let mut whole = 0.0;
        for word in topic {
            let rarity = vectors.rarity()[*word as usize];
            whole += if wanted[*word as usize] == 0.0 { rarity } else { 0.0 };
            wanted[*word as usize] = rarity;
        }
        for row in span.clone().filter(|_| whole > 0.0) {
            let words = vectors.row(row).iter();
            let covered: f64 = words.map(|(word, _)| wanted[*word as usize]).sum();
            shares[row] = covered / whole;
        }
        topic.iter().for_each(|word| wanted[*word as usize] = 0.0);
    }
    shares
}

/// Sentences of 12 to 45 words read and translate best; fragments say nothing on their own.
fn length(words: usize) -> f64 {
    match words {
        0..4 => 0.2,
        4..8 => 0.6 + 0.1 * count(words - 4),
        8..=20 => 1.0,
        21..=90 => 1.0 - 0.3 * count(words - 20) / 70.0,
        _ => 0.7,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_length_factor_has_no_step_between_its_parts() {
        for words in 4..100 {
            assert!((length(words) - length(words + 1)).abs() <= 0.1 + 1e-9, "{words}");
        }
    }
}
