//! Which tokens the embedded model may write.
//!
//! The answer is English, so of the model's 150,000 tokens only those are offered that can stand
//! in it: words of Latin letters, digits, punctuation and the ends of turns and lines. Arabic and
//! Chinese letters, to which small models slip, cannot come out, and the output matrix shrinks by
//! the rows that are left out.

use std::collections::HashMap;

use tokenizers::Tokenizer;

/// candle's packed kernels want the number of rows to be a multiple of this.
const ROWS: usize = 64;

/// Tokens that end an answer in one of the chat formats.
const ENDS: [&str; 5] = ["<|im_end|>", "<|endoftext|>", "<end_of_turn>", "<eos>", "</s>"];

/// The tokens that may be written.
pub(crate) struct Vocabulary {
    /// Their ids, in ascending order; some stand twice, to fill the last group of rows.
    written: Vec<u32>,
    /// Of those, the ids that end an answer.
    ends: Vec<u32>,
}

impl Vocabulary {
    /// The tokens of a tokenizer that can stand in an English line.
    pub(crate) fn of(tokenizer: &Tokenizer) -> Self {
        let known: HashMap<String, u32> = tokenizer.get_vocab(true);
        let mut ends: Vec<u32> = ENDS.iter().filter_map(|end| known.get(*end).copied()).collect();
        let mut written = Vec::new();
        for id in known.into_values() {
            let Ok(text) = tokenizer.decode(&[id], true) else { continue };
            if is_line_end(&text) {
                ends.push(id);
            } else if is_english(&text) {
                written.push(id);
            }
        }
        written.extend(&ends);
        written.sort_unstable();
        written.dedup();
        let missing = written.len().next_multiple_of(ROWS) - written.len();
        written.extend_from_within(..missing.min(written.len()));
        Self { written, ends }
    }

    /// The ids of the tokens that may be written.
    pub(crate) fn written(&self) -> &[u32] {
        &self.written
    }

    /// The id at an index of [`written`](Self::written); none where it ends the answer.
    pub(crate) fn token(&self, index: u32) -> Option<u32> {
        self.written.get(index as usize).copied().filter(|id| !self.ends.contains(id))
    }
}

/// One or two line breaks and nothing else: the answer is one line.
fn is_line_end(text: &str) -> bool {
    !text.is_empty() && text.len() <= 2 && text.bytes().all(|byte| byte == b'\n')
}

/// Latin letters, digits and the punctuation of prose, with at most one space before.
fn is_english(text: &str) -> bool {
    let body = text.strip_prefix(' ').unwrap_or(text);
    !text.is_empty() && body.chars().all(stands_in_prose)
}

fn stands_in_prose(letter: char) -> bool {
    match letter {
        'a'..='z' | 'A'..='Z' | '0'..='9' => true,
        '\u{c0}'..='\u{24f}' => letter != '×' && letter != '÷',
        _ => ".,:;!?\"'()[]-–—/%&$€£¥+*#@°…‘’“”«»".contains(letter),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn english_prose_may_be_written_and_nothing_else() {
        for text in ["the", " Minister", "1", " é", ".\"", " —", " €", " "] {
            assert!(is_english(text), "{text}");
        }
        for text in ["ال", " 部", "\u{fffd}", "\t", "  ", "{", " ==", "<div", "a\n", ""] {
            assert!(!is_english(text), "{text}");
        }
        assert!(is_line_end("\n\n") && !is_line_end("\n\n\n") && !is_line_end(""));
    }
}
