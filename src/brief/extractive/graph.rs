//! How central each sentence is to its article: PageRank over the graph of sentence similarity.
//!
//! Sentences are unit vectors of weighted words, so the graph's matrix is the product of the
//! vectors with their own transpose. It is never built: one step of the iteration goes from
//! sentences to words and back, so the cost grows with the text and not with its square.
//! (Erkan and Radev, LexRank, 2004; without their threshold.)

/// Steps of the iteration; the order of sentences is stable long before.
const STEPS: usize = 20;
/// The share of rank that flows along the edges.
const DAMPING: f64 = 0.85;

/// One sparse unit vector for each sentence.
pub(super) struct Vectors {
    /// Where each row starts in `entries`, and the end of the last.
    starts: Vec<usize>,
    /// Word and weight, by word within a row.
    entries: Vec<(u32, f64)>,
    /// Rarity of each word of the vocabulary; 0 where no sentence has it.
    rarity: Vec<f64>,
}

impl Vectors {
    /// Weighs the words of each row, given as ids below `vocabulary`.
    pub(super) fn new(rows: &[Vec<u32>], vocabulary: usize) -> Self {
        let mut starts = vec![0];
        let mut entries: Vec<(u32, f64)> = Vec::new();
        let mut holders = vec![0_u32; vocabulary];
        let mut sorted = Vec::new();
        for row in rows {
            sorted.clone_from(row);
            sorted.sort_unstable();
            for same in sorted.chunk_by(|a, b| a == b) {
                holders[same[0] as usize] += 1;
                entries.push((same[0], 1.0 + count(same.len()).ln()));
            }
            starts.push(entries.len());
        }
        let rarity = rarity(&holders, rows.len());
        for row in starts.windows(2) {
            let row = &mut entries[row[0]..row[1]];
            row.iter_mut().for_each(|(word, weight)| *weight *= rarity[*word as usize]);
            let norm = row.iter().map(|(_, weight)| weight * weight).sum::<f64>().sqrt();
            row.iter_mut().for_each(|(_, weight)| *weight /= norm.max(f64::MIN_POSITIVE));
        }
        Self { starts, entries, rarity }
    }

    /// How many sentences there are.
    pub(super) fn len(&self) -> usize {
        self.starts.len() - 1
    }

    /// How rare each word is; 0 for a word that no sentence has.
    pub(super) fn rarity(&self) -> &[f64] {
        &self.rarity
    }

    /// The words of a sentence with their weights, by word.
    pub(super) fn row(&self, index: usize) -> &[(u32, f64)] {
        &self.entries[self.starts[index]..self.starts[index + 1]]
    }

    /// Cosine of two sentences, 0 to 1.
    pub(super) fn similarity(&self, one: usize, other: usize) -> f64 {
        let (mut one, mut other) = (self.row(one), self.row(other));
        let mut sum = 0.0;
        while let ([(a, x), rest_a @ ..], [(b, y), rest_b @ ..]) = (one, other) {
            if a == b {
                sum += x * y;
            }
            if a <= b {
                one = rest_a;
            }
            if b <= a {
                other = rest_b;
            }
        }
        sum
    }

    /// The rank of each sentence, as a share of the highest: 0 to 1.
    pub(super) fn centrality(&self) -> Vec<f64> {
        let ones = vec![1.0; self.len()];
        // Each row is similar to itself by its own square, which is no edge.
        let own = |row: usize| if self.row(row).is_empty() { 0.0 } else { 1.0 };
        let degrees = self.step(&ones, own);
        let mut ranks = ones;
        for _ in 0..STEPS {
            let outgoing: Vec<f64> = ranks
                .iter()
                .zip(&degrees)
                .map(|(rank, degree)| if *degree > 1e-9 { rank / degree } else { 0.0 })
                .collect();
            ranks = self.step(&outgoing, own);
            ranks.iter_mut().for_each(|rank| *rank = 1.0 - DAMPING + DAMPING * *rank);
        }
        let top = ranks.iter().copied().fold(f64::MIN_POSITIVE, f64::max);
        ranks.iter_mut().for_each(|rank| *rank /= top);
        ranks
    }

    /// What each sentence receives when every sentence sends `outgoing` along each edge.
    fn step(&self, outgoing: &[f64], own: impl Fn(usize) -> f64) -> Vec<f64> {
        let mut by_word = vec![0.0; self.rarity.len()];
        for (row, sent) in outgoing.iter().enumerate() {
            for (word, weight) in self.row(row) {
                by_word[*word as usize] += weight * sent;
            }
        }
        (0..self.len())
            .map(|row| {
                let words = self.row(row).iter();
                let all: f64 = words.map(|(word, weight)| weight * by_word[*word as usize]).sum();
                (all - own(row) * outgoing[row]).max(0.0)
            })
            .collect()
    }
}

/// Inverse document frequency over the article's sentences, as BM25 has it.
fn rarity(holders: &[u32], rows: usize) -> Vec<f64> {
    holders
        .iter()
        .map(|holders| match f64::from(*holders) {
            0.0 => 0.0,
            n => (1.0 + (count(rows) - n + 0.5) / (n + 0.5)).ln(),
        })
        .collect()
}

#[expect(clippy::cast_precision_loss, reason = "counts of sentences and words stay far below 2^52")]
pub(super) fn count(n: usize) -> f64 {
    n as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sentence_that_shares_words_with_all_others_is_the_most_central() {
        let rows = [vec![0, 1], vec![0, 2, 4], vec![2, 3], vec![5, 6]];
        let ranks = Vectors::new(&rows, 7).centrality();
        assert!((ranks[1] - 1.0).abs() < 1e-12);
        assert!(ranks[0] > ranks[3] && ranks[2] > ranks[3]);
    }

    #[test]
    fn the_implicit_graph_gives_what_the_built_one_gives() {
        let rows = [vec![0, 1, 1], vec![0, 2], vec![2, 3, 1], vec![3, 3, 0]];
        let vectors = Vectors::new(&rows, 4);
        let received = vectors.step(&[1.0; 4], |_| 1.0);
        for (row, received) in received.into_iter().enumerate() {
            let others = (0..4).filter(|other| *other != row);
            let built: f64 = others.map(|other| vectors.similarity(row, other)).sum();
            assert!((received - built).abs() < 1e-12);
        }
    }

    #[test]
    fn sentences_without_words_or_neighbours_break_nothing() {
        let ranks = Vectors::new(&[vec![], vec![0], vec![]], 1).centrality();
        assert!(ranks.iter().all(|rank| rank.is_finite()));
        assert!(Vectors::new(&[], 0).centrality().is_empty());
    }
}
