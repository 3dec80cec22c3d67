//! chrF2: how much of a person's English an engine's English shares, in runs of characters.
//!
//! Popović, "chrF: character n-gram F-score for automatic MT evaluation", WMT 2015, with what
//! sacrebleu made of it, so that figures can be compared: runs of one to six characters without white
//! space, counted over the whole set; precision and recall of each length averaged, and of the two
//! averages
//!
//! ```text
//! chrFβ = 100 · (1 + β²) · P · R / (β² · P + R),  β = 2: recall counts four times as much
//! ```
//!
//! A length that one side has no run of is left out of the averages. An English text with many good
//! wordings shares more or less with one person's by chance: differences below a point mean little.

use std::{collections::HashMap, ops::AddAssign};

/// Lengths of runs: 1 to this.
const LONGEST: usize = 6;

const BETA_SQUARED: f64 = 4.0;

/// Runs of characters, by length: in both texts, in the engine's, in the person's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Chrf {
    shared: [u64; LONGEST],
    made: [u64; LONGEST],
    wanted: [u64; LONGEST],
}

impl Chrf {
    /// Counts one text against a person's.
    #[must_use]
    pub fn of(english: &str, reference: &str) -> Self {
        let dense =
            |text: &str| -> Vec<char> { text.split_whitespace().flat_map(str::chars).collect() };
        let (english, reference) = (dense(english), dense(reference));
        let mut counts = Self::default();
        for length in 1..=LONGEST {
            let mut left: HashMap<&[char], u64> = HashMap::new();
            for run in reference.windows(length) {
                *left.entry(run).or_default() += 1;
                counts.wanted[length - 1] += 1;
            }
            // Runs longer than the reference could match nothing, and are no fault.
            if left.is_empty() {
                continue;
            }
            for run in english.windows(length) {
                counts.made[length - 1] += 1;
                if let Some(more) = left.get_mut(run).filter(|more| **more > 0) {
                    *more -= 1;
                    counts.shared[length - 1] += 1;
                }
            }
        }
        counts
    }

    /// The score of all that was counted, 0 to 100.
    #[must_use]
    pub fn score(&self) -> f64 {
        let (mut precision, mut recall, mut lengths) = (0.0, 0.0, 0.0);
        for ((shared, made), wanted) in self.shared.iter().zip(self.made).zip(self.wanted) {
            if made > 0 && wanted > 0 {
                precision += *shared as f64 / made as f64;
                recall += *shared as f64 / wanted as f64;
                lengths += 1.0;
            }
        }
        if precision + recall == 0.0 {
            return 0.0;
        }
        let (precision, recall) = (precision / lengths, recall / lengths);
        100.0 * (1.0 + BETA_SQUARED) * precision * recall / (BETA_SQUARED * precision + recall)
    }
}

impl AddAssign for Chrf {
    fn add_assign(&mut self, other: Self) {
        for length in 0..LONGEST {
            self.shared[length] += other.shared[length];
            self.made[length] += other.made[length];
            self.wanted[length] += other.wanted[length];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// English, reference, and what sacrebleu 2.6.0 says (`CHRF()`, `sentence_score`).
    const KNOWN: [(&str, &str, f64); 8] = [
        (
            "The port received 1,300 ships last season.",
            "The port took in 1,300 ships during the last season.",
            53.558_916_697_219_004,
        ),
        ("Schools open on Monday", "Schools will open again on Monday.", 49.948_470_633_857_006),
        ("", "Nothing was said.", 0.0),
        ("Résumé of the day — naïve", "Resume of the day: naive", 41.865_898_406_146_09),
        ("ab", "ab", 100.0),
        ("ab", "ba", 50.0),
        ("abc def", "abcdef", 100.0),
        ("short", "a much longer reference", 3.529_411_764_705_882_2),
    ];

    fn close(score: f64, expected: f64) -> bool {
        (score - expected).abs() < 1e-9
    }

    #[test]
    fn a_sentence_scores_as_sacrebleu_scores_it() {
        for (english, reference, expected) in KNOWN {
            let score = Chrf::of(english, reference).score();
            assert!(close(score, expected), "{english}: {score}, expected {expected}");
        }
    }

    #[test]
    fn a_set_is_scored_as_one_and_not_by_the_mean_of_its_sentences() {
        let sum = |pairs: &[(&str, &str, f64)]| {
            let mut all = Chrf::default();
            pairs.iter().for_each(|(english, reference, _)| all += Chrf::of(english, reference));
            all.score()
        };
        assert!(close(sum(&KNOWN[..4]), 44.429_217_398_128_82), "{}", sum(&KNOWN[..4]));
        assert!(close(sum(&KNOWN[..2]), 52.182_792_243_918_53), "{}", sum(&KNOWN[..2]));
    }

    #[test]
    fn nothing_scores_nothing() {
        assert!(close(Chrf::default().score(), 0.0));
        assert!(close(Chrf::of("text", "").score(), 0.0));
    }
}
