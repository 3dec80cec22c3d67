//! ROUGE: how much of what people chose from an article the built-in summarizer chose too.
//!
//! Lin, "ROUGE: A Package for Automatic Evaluation of Summaries", 2004: shared words (R-1), shared
//! pairs of words (R-2) and the longest common subsequence (R-L), beside the lead and a random draw
//! under the same budget. Words are put into one spelling apart from the product's own, so that this
//! measures and does not echo it.
//!
//! A corpus is JSON lines: `{"article_ar": "…", "summaries_ar": ["…"]}`, each summary made of
//! sentences of the article.

use std::{collections::HashMap, fmt};

use serde::{Deserialize, Serialize};

use crate::{
    article::{Article, Marker, Paragraph, Section, SourceId, sentences::sentences},
    brief::extractive::{Weights, rank},
};

const RANDOM_DRAWS: u64 = 20;

#[derive(Deserialize)]
struct Record {
    article_ar: String,
    summaries_ar: Vec<String>,
    #[serde(default)]
    usable: bool,
    #[serde(default)]
    is_news: bool,
}

/// An article with its human summaries, read once.
#[derive(Clone, Debug)]
pub struct Sample {
    article: Article,
    sentences: Vec<String>,
    references: Vec<Vec<String>>,
    words: usize,
    count: usize,
    /// The corpus marks its people's votes as clean.
    pub usable: bool,
    /// The corpus marks it as news.
    pub is_news: bool,
}

/// ROUGE-1, ROUGE-2 and ROUGE-L, each 0 to 1.
pub type Rouge = [f64; 3];

/// What a summary may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Budget {
    /// As many words as the human summaries have on average; recall.
    Words,
    /// As many sentences; F1.
    Sentences,
}

/// Why a corpus cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "line {line}: {reason}\nhint: a line is {{\"article_ar\": \"…\", \"summaries_ar\": [\"…\"]}}"
)]
pub struct CorpusError {
    line: usize,
    reason: String,
}

/// Reads a corpus.
///
/// # Errors
/// Where a line is no article with its summaries.
pub fn read(text: &str) -> Result<Vec<Sample>, CorpusError> {
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    lines
        .map(|(index, line)| {
            let wrong = |reason: String| CorpusError { line: index + 1, reason };
            let record: Record =
                serde_json::from_str(line).map_err(|error| wrong(error.to_string()))?;
            if record.summaries_ar.is_empty() {
                return Err(wrong("no summary".to_owned()));
            }
            Ok(sample(record))
        })
        .collect()
}

fn sample(record: Record) -> Sample {
    let paragraphs = record.article_ar.lines().map(str::trim).filter(|line| !line.is_empty());
    let paragraphs: Vec<Paragraph> = (0..)
        .zip(paragraphs)
        .map(|(paragraph, text)| Paragraph {
            id: SourceId { section: 0, paragraph },
            text: text.to_owned(),
            span: 0..0,
        })
        .collect();
    let split = |text: &str| -> Vec<String> {
        sentences(text).into_iter().map(|range| text[range].to_owned()).collect()
    };
    let references = record.summaries_ar.iter().map(|text| tokens(text)).collect::<Vec<_>>();
    let mean = |total: usize| (total + references.len() / 2) / references.len();
    Sample {
        sentences: paragraphs.iter().flat_map(|p| split(&p.text)).collect(),
        words: mean(references.iter().map(Vec::len).sum()),
        count: mean(record.summaries_ar.iter().map(|text| split(text).len()).sum()).max(1),
        article: article(paragraphs),
        references,
        usable: record.usable,
        is_news: record.is_news,
    }
}

fn article(paragraphs: Vec<Paragraph>) -> Article {
    let section = Section { id: "s0".into(), heading: None, marker: Marker::Lead, paragraphs };
    Article { language: "ar".into(), sections: vec![section], ..Article::default() }
}

/// Words in one spelling; written apart from the product's own, so that it measures and does not
/// echo it.
fn tokens(text: &str) -> Vec<String> {
    let spelling = |c: char| match c {
        'أ' | 'إ' | 'آ' => Some('ا'),
        'ى' => Some('ي'),
        'ة' => Some('ه'),
        '\u{640}' | '\u{64B}'..='\u{652}' => None,
        c if c.is_alphanumeric() => Some(c),
        _ => Some(' '),
    };
    let text: String = text.chars().filter_map(spelling).collect();
    text.split_whitespace().map(str::to_owned).collect()
}

/// A system's sentences, best first, with their place in the article.
pub type Ordered = Vec<(usize, Vec<String>)>;

/// The article's sentences as they come.
#[must_use]
pub fn lead(sample: &Sample) -> Ordered {
    sample.sentences.iter().map(|text| tokens(text)).enumerate().collect()
}

/// The article's sentences in an order drawn with this seed.
#[must_use]
pub fn random(sample: &Sample, seed: u64) -> Ordered {
    let mut ordered = lead(sample);
    fastrand::Rng::with_seed(seed).shuffle(&mut ordered);
    ordered
}

/// The built-in summarizer's order.
#[must_use]
pub fn ours(sample: &Sample, weights: &Weights) -> Ordered {
    let paragraphs = &sample.article.sections[0].paragraphs;
    let choices = rank(&sample.article, weights, sample.sentences.len());
    let place = |paragraph: u32, at: usize| paragraph as usize * 1_000_000 + at;
    choices
        .into_iter()
        .map(|choice| {
            let text = &paragraphs[choice.source.paragraph as usize].text;
            let at = place(choice.source.paragraph, choice.sentence.start);
            (at, tokens(&text[choice.sentence]))
        })
        .collect()
}

/// What an order scores within a budget: the mean over the human summaries.
#[must_use]
pub fn score(sample: &Sample, ordered: Ordered, budget: Budget) -> Rouge {
    let mut left = if budget == Budget::Words { sample.words } else { usize::MAX };
    let most = if budget == Budget::Sentences { sample.count } else { usize::MAX };
    let mut taken = Vec::new();
    for (at, mut words) in ordered.into_iter().take(most) {
        words.truncate(left);
        left -= words.len();
        taken.push((at, words));
    }
    taken.sort();
    let taken: Vec<String> = taken.into_iter().flat_map(|(_, words)| words).collect();
    let mut sum = [0.0; 3];
    for reference in &sample.references {
        let rouge = rouge(&taken, reference, budget == Budget::Words);
        (0..3).for_each(|n| sum[n] += rouge[n] / sample.references.len() as f64);
    }
    sum
}

fn rouge(taken: &[String], reference: &[String], recall: bool) -> Rouge {
    let value = |hits: usize, taken: usize, wanted: usize| {
        let recalled = hits as f64 / wanted.max(1) as f64;
        let precise = hits as f64 / taken.max(1) as f64;
        match recalled + precise {
            _ if recall => recalled,
            0.0 => 0.0,
            both => 2.0 * recalled * precise / both,
        }
    };
    let grams = |n: usize| {
        let mut counts: HashMap<&[String], usize> = HashMap::new();
        reference.windows(n).for_each(|gram| *counts.entry(gram).or_default() += 1);
        let hits = taken.windows(n).filter(|gram| {
            counts.get_mut(*gram).is_some_and(|left| {
                let hit = *left > 0;
                *left -= usize::from(hit);
                hit
            })
        });
        let of = |len: usize| (len + 1).saturating_sub(n);
        value(hits.count(), of(taken.len()), of(reference.len()))
    };
    [grams(1), grams(2), value(common(taken, reference), taken.len(), reference.len())]
}

/// Length of the longest common subsequence.
fn common(one: &[String], other: &[String]) -> usize {
    let mut row = vec![0; other.len() + 1];
    for word in one {
        let mut diagonal = 0;
        for (at, candidate) in other.iter().enumerate() {
            let above = row[at + 1];
            row[at + 1] = if word == candidate { diagonal + 1 } else { above.max(row[at]) };
            diagonal = above;
        }
    }
    row[other.len()]
}

/// What each system scores on a set.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    /// The set's name.
    pub set: String,
    /// Its articles.
    pub articles: usize,
    /// What a summary may take.
    pub budget: Budget,
    /// Random, the lead and mujaz with their mean scores.
    pub systems: [(&'static str, Rouge); 3],
    /// The mean gain of mujaz over the lead.
    pub over_lead: Rouge,
    /// The middle 95% of the mean ROUGE-2 gain over sets drawn from these articles.
    pub interval: [f64; 2],
    /// Articles on which mujaz is better than the lead by ROUGE-2, and worse.
    pub better_and_worse: [usize; 2],
}

/// Scores the summarizer beside the baselines.
#[must_use]
pub fn report(name: &str, set: &[&Sample], budget: Budget) -> Report {
    let first: Vec<Rouge> = set.iter().map(|s| score(s, lead(s), budget)).collect();
    let weights = Weights::default();
    let own: Vec<Rouge> = set.iter().map(|s| score(s, ours(s, &weights), budget)).collect();
    let drawn: Vec<Rouge> = (0..RANDOM_DRAWS)
        .flat_map(|seed| set.iter().map(move |s| score(s, random(s, seed), budget)))
        .collect();
    let gains: Vec<Rouge> =
        own.iter().zip(&first).map(|(a, b)| [a[0] - b[0], a[1] - b[1], a[2] - b[2]]).collect();
    let better = gains.iter().filter(|gain| gain[1] > 1e-9).count();
    let worse = gains.iter().filter(|gain| gain[1] < -1e-9).count();
    Report {
        set: name.to_owned(),
        articles: set.len(),
        budget,
        systems: [("random", mean(&drawn)), ("lead", mean(&first)), ("mujaz", mean(&own))],
        over_lead: mean(&gains),
        interval: interval(&gains),
        better_and_worse: [better, worse],
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self.budget {
            Budget::Words => "equal words, recall",
            Budget::Sentences => "equal sentences, F1",
        };
        writeln!(f, "{}: {} articles, {kind}", self.set, self.articles)?;
        writeln!(f, "{:<10} {:>8} {:>8} {:>8}", "", "R-1", "R-2", "R-L")?;
        for (system, [one, two, long]) in &self.systems {
            writeln!(f, "{system:<10} {one:>8.4} {two:>8.4} {long:>8.4}")?;
        }
        let [one, two, long] = self.over_lead;
        writeln!(f, "{:<10} {one:>+8.4} {two:>+8.4} {long:>+8.4}", "over lead")?;
        let ([low, high], [better, worse]) = (self.interval, self.better_and_worse);
        writeln!(
            f,
            "R-2 gain, 95% of resamples: {low:+.4} to {high:+.4}; better {better}, worse {worse}"
        )
    }
}

fn mean(scores: &[Rouge]) -> Rouge {
    let mut sum = [0.0; 3];
    for rouge in scores {
        (0..3).for_each(|n| sum[n] += rouge[n] / scores.len() as f64);
    }
    sum
}

/// The middle 95% of the mean ROUGE-2 gain over resampled sets of articles.
fn interval(gains: &[Rouge]) -> [f64; 2] {
    if gains.is_empty() {
        return [0.0; 2];
    }
    let mut rng = fastrand::Rng::with_seed(1);
    let mut draw = || {
        let sum: f64 = gains.iter().map(|_| gains[rng.usize(..gains.len())][1]).sum();
        sum / gains.len() as f64
    };
    let mut means: Vec<f64> = (0..4000).map(|_| draw()).collect();
    means.sort_by(f64::total_cmp);
    [means[100], means[3899]]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        text.split(' ').map(str::to_owned).collect()
    }

    #[test]
    fn shared_words_pairs_and_sequences_are_counted() {
        let [one, two, long] = rouge(&words("a b c d"), &words("a c b d e"), true);
        assert!((one - 0.8).abs() < 1e-9, "{one}");
        assert!(two.abs() < 1e-9, "no pair is shared: {two}");
        assert!((long - 0.6).abs() < 1e-9, "a, one of b and c, d of five: {long}");
        let [one, ..] = rouge(&words("a b c d"), &words("a c b d e"), false);
        assert!((one - 2.0 * 0.8 / 1.8).abs() < 1e-9, "{one}");
    }

    #[test]
    fn a_word_counts_as_often_as_the_reference_has_it() {
        let [one, ..] = rouge(&words("a a a"), &words("a b"), true);
        assert!((one - 0.5).abs() < 1e-9, "{one}");
    }

    #[test]
    fn choosing_what_people_chose_scores_full() {
        let line = r#"{"article_ar": "وصل الوفد الى المدينة صباحا.\nغادر الوزير العاصمة مساء.", "summaries_ar": ["وصل الوفد الى المدينة صباحا."]}"#;
        let samples = read(line).unwrap();
        for budget in [Budget::Words, Budget::Sentences] {
            let scored = score(&samples[0], lead(&samples[0]), budget);
            assert!(scored.iter().all(|value| (value - 1.0).abs() < 1e-9), "{scored:?}");
        }
        let error = read(r#"{"article_ar": "نص", "summaries_ar": []}"#).unwrap_err();
        assert!(error.to_string().starts_with("line 1: no summary"), "{error}");
    }
}
