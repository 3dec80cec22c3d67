//! Greedy writing of several answers at once.
//!
//! A [`Batch`] holds the sequences that are being written. Each [`Batch::step`] reads one token
//! of every running sequence, and the whole prompt of every new one, in one pass over the
//! weights. The fixed opening of prompts is read once and its state kept; a sequence starts from a
//! snapshot of it. Decoding takes the most likely token: the same prompt gives the same English.
//! An answer ends at an end token, at its limit, or when it begins to repeat itself.

use super::model::{Model, ModelError, Span, State, Tokens};

/// How many sequences are written at once. More gains little once the arithmetic takes as long
/// as reading the weights, and each holds its own keys and values (about 30 kB a token).
pub(crate) const WIDTH: usize = 12;

/// Why an answer ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// The model ended it.
    Finished,
    /// It reached its limit.
    Limit,
    /// It repeated itself.
    Looping,
}

/// A written answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Generated {
    /// The text, untouched.
    pub(crate) text: String,
    /// Why it ended.
    pub(crate) end: End,
    /// Tokens of the prompt, the kept opening included.
    pub(crate) input_tokens: u64,
    /// Of those, tokens of the kept opening.
    pub(crate) cached_tokens: u64,
    /// Tokens written.
    pub(crate) output_tokens: u64,
}

/// The sequences that are being written, each with something of the caller's beside it.
pub(crate) struct Batch<T> {
    running: Vec<Sequence<T>>,
    opening: Option<Opening>,
}

struct Opening {
    tokens: Vec<u32>,
    state: State,
}

struct Sequence<T> {
    tag: T,
    state: State,
    /// What is to be read at the next step.
    next: Vec<u32>,
    written: Vec<u32>,
    limit: usize,
    input_tokens: usize,
    cached_tokens: usize,
}

impl<T> Batch<T> {
    /// Nothing running, nothing kept.
    pub(crate) fn new() -> Self {
        Self { running: Vec::new(), opening: None }
    }

    /// Whether another sequence may be added.
    pub(crate) fn has_room(&self) -> bool {
        self.running.len() < WIDTH
    }

    /// Whether nothing is running.
    pub(crate) fn is_empty(&self) -> bool {
        self.running.is_empty()
    }

    /// What the next step reads: tokens of prompts, and sequences that go on writing.
    pub(crate) fn ahead(&self) -> (usize, usize) {
        let new = self.running.iter().filter(|sequence| sequence.written.is_empty());
        let (prompts, tokens) =
            new.fold((0, 0), |(n, tokens), sequence| (n + 1, tokens + sequence.next.len()));
        (tokens, self.running.len() - prompts)
    }

    /// Reads an opening and keeps its state for the sequences that start with it.
    pub(crate) fn open(&mut self, model: &Model, tokens: &[u32]) -> Result<(), ModelError> {
        if tokens.is_empty() || self.opening.as_ref().is_some_and(|kept| kept.tokens == tokens) {
            return Ok(());
        }
        let mut state = model.state();
        model.read(&mut [Span { state: &mut state, tokens }])?;
        self.opening = Some(Opening { tokens: tokens.to_vec(), state: state.into_opening() });
        Ok(())
    }

    /// Adds a sequence that starts with the opening it names. `limit` bounds the tokens written.
    ///
    /// # Errors
    /// Where the opening cannot be read. A prompt that leaves no room for an answer comes back
    /// with the tag.
    pub(crate) fn add(
        &mut self,
        model: &Model,
        tokens: Tokens,
        limit: usize,
        tag: T,
    ) -> Result<Option<T>, ModelError> {
        let input_tokens = tokens.fixed.len() + tokens.asked.len();
        let room = model.max_len().saturating_sub(input_tokens);
        if room < limit {
            return Ok(Some(tag));
        }
        self.open(model, &tokens.fixed)?;
        let state = self.opening.as_ref().map_or_else(|| model.state(), |kept| kept.state.clone());
        let cached_tokens = state.len();
        let written = Vec::with_capacity(limit);
        let next = tokens.asked;
        let sequence = Sequence { tag, state, next, written, limit, input_tokens, cached_tokens };
        self.running.push(sequence);
        Ok(None)
    }

    /// Drops the sequences whose tag says that nobody waits for them.
    pub(crate) fn retain(&mut self, waited_for: impl Fn(&T) -> bool) {
        self.running.retain(|sequence| waited_for(&sequence.tag));
    }

    /// Writes one token of every sequence and returns those that ended.
    pub(crate) fn step(&mut self, model: &Model) -> Result<Vec<(T, Generated)>, ModelError> {
        let mut spans: Vec<Span<'_>> = self
            .running
            .iter_mut()
            .map(|sequence| Span { state: &mut sequence.state, tokens: &sequence.next })
            .collect();
        let next = model.read(&mut spans)?;
        let mut ended = Vec::new();
        let running = std::mem::take(&mut self.running);
        for (mut sequence, token) in running.into_iter().zip(next) {
            match sequence.take(token) {
                Some(end) => ended.push(sequence.end(model, end)?),
                None => self.running.push(sequence),
            }
        }
        Ok(ended)
    }
}

impl<T> Sequence<T> {
    /// Takes the next token in; says why the answer ends, if it does.
    fn take(&mut self, token: Option<u32>) -> Option<End> {
        let Some(token) = token else { return Some(End::Finished) };
        self.written.push(token);
        self.next = vec![token];
        if repeats(&self.written) {
            Some(End::Looping)
        } else if self.written.len() >= self.limit {
            Some(End::Limit)
        } else {
            None
        }
    }

    fn end(self, model: &Model, end: End) -> Result<(T, Generated), ModelError> {
        let generated = Generated {
            text: model.text(&self.written)?,
            end,
            input_tokens: self.input_tokens as u64,
            cached_tokens: self.cached_tokens as u64,
            output_tokens: self.written.len() as u64,
        };
        Ok((self.tag, generated))
    }
}

/// Whether the tokens end in a run that stands there at least three times over and, all in all,
/// for sixteen tokens: models spell numbers digit by digit, and some have many zeros.
fn repeats(tokens: &[u32]) -> bool {
    (1..=32).any(|period: usize| {
        let times = 16usize.div_ceil(period).max(3);
        let Some(start) = tokens.len().checked_sub(period * times) else { return false };
        let tail = &tokens[start..];
        tail.iter().zip(&tail[period..]).all(|(a, b)| a == b)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_that_stands_there_again_and_again_is_a_loop() {
        assert!(repeats(&[7; 16]));
        let run = [1, 2, 3, 4, 5, 6];
        assert!(repeats(&[&[9][..], &run, &run, &run].concat()));
    }

    #[test]
    fn words_that_recur_in_prose_are_no_loop() {
        assert!(!repeats(&[[1].as_slice(), &[0; 12]].concat()), "a million millions");
        assert!(!repeats(&[1, 2, 3, 4, 5, 1, 2, 3, 4, 5]));
        assert!(!repeats(&[]));
    }
}
