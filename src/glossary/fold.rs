//! One spelling for letters that agencies write in several ways.
//!
//! Hamza carriers, alef maqsura, ta marbuta, Persian kaf and yeh become one letter each; tatweel,
//! diacritics and invisible marks go. For comparing only: what people read is never folded.

use std::ops::Range;

use crate::article::letter::is_alphanumeric;

/// The folded text.
#[must_use]
pub fn fold(text: &str) -> String {
    text.chars().filter_map(letter).collect()
}

/// A character's folded form, or `None` where it goes.
#[inline]
pub(super) fn letter(c: char) -> Option<char> {
    match ARABIC.get((c as usize).wrapping_sub(FIRST)) {
        Some(letter) => *letter,
        None => other(c),
    }
}

/// The first character of the Arabic block.
const FIRST: usize = 0x600;
/// The folded forms of the Arabic block, which is most of what is read.
static ARABIC: [Option<char>; 0x100] = {
    let mut table = [None; 0x100];
    let mut at = 0;
    while at < table.len() {
        table[at] = match char::from_u32((FIRST + at) as u32) {
            Some(c) => arabic(c),
            None => None,
        };
        at += 1;
    }
    table
};

const fn arabic(c: char) -> Option<char> {
    Some(match c {
        'أ' | 'إ' | 'آ' | 'ٱ' => 'ا',
        'ى' | 'ئ' | 'ی' => 'ي',
        'ة' => 'ه',
        'ؤ' => 'و',
        'ک' => 'ك',
        'گ' => 'غ',
        'ـ' | '\u{64B}'..='\u{65F}' | '\u{670}' | '\u{610}'..='\u{61A}' => return None,
        c => c,
    })
}

fn other(c: char) -> Option<char> {
    Some(match c {
        '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' => return None,
        c if c.is_whitespace() => ' ',
        c => c.to_ascii_lowercase(),
    })
}

/// A text folded and cut into words, with the way back to where it was typed.
#[derive(Debug)]
pub(super) struct Folded<'a> {
    typed: &'a str,
    /// The folded text.
    pub(super) text: String,
    words: Vec<Word>,
}

/// A run of letters and digits.
#[derive(Clone, Copy, Debug)]
struct Word {
    start: usize,
    end: usize,
    /// Where its first letter was typed.
    origin: usize,
}

impl<'a> Folded<'a> {
    /// Folds a text.
    pub(super) fn of(typed: &'a str) -> Self {
        let mut text = String::with_capacity(typed.len());
        // Words of Arabic copy have some eleven bytes with the space after them.
        let mut words = Vec::with_capacity(typed.len() / 10 + 1);
        let mut open: Option<(usize, usize)> = None;
        for (at, c) in typed.char_indices() {
            let Some(c) = letter(c) else { continue };
            if is_alphanumeric(c) {
                open.get_or_insert((text.len(), at));
            } else if let Some((start, origin)) = open.take() {
                words.push(Word { start, end: text.len(), origin });
            }
            text.push(c);
        }
        if let Some((start, origin)) = open {
            words.push(Word { start, end: text.len(), origin });
        }
        Self { typed, text, words }
    }

    /// The text as it was typed.
    pub(super) fn typed(&self) -> &'a str {
        self.typed
    }

    /// The ranges of its words in the folded text.
    pub(super) fn words(&self) -> impl Iterator<Item = Range<usize>> {
        self.words.iter().map(|word| word.start..word.end)
    }

    /// The bytes as typed of a range of the folded text that is not empty; marks after its last
    /// letter are left out.
    pub(super) fn typed_range(&self, range: &Range<usize>) -> Range<usize> {
        self.typed_letter(range.start).start..self.typed_letter(range.end - 1).end
    }

    /// The letter as typed whose folded form has the byte at `at`.
    fn typed_letter(&self, at: usize) -> Range<usize> {
        let index = self.words.partition_point(|word| word.start <= at);
        let word = index.checked_sub(1).map(|index| self.words[index]);
        let (mut end, from) = word.map_or((0, 0), |word| (word.start, word.origin));
        for (offset, c) in self.typed[from..].char_indices() {
            end += letter(c).map_or(0, char::len_utf8);
            if end > at {
                return from + offset..from + offset + c.len_utf8();
            }
        }
        self.typed.len()..self.typed.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_lead_back_to_where_they_were_typed() {
        let typed = "أَكَّدَ «الرئيـس» U.N. 12";
        let folded = Folded::of(typed);
        assert_eq!(folded.text, "اكد «الرييس» u.n. 12");
        let back = |range| &typed[folded.typed_range(&range)];
        let words: Vec<&str> = folded.words().map(back).collect();
        assert_eq!(words, ["أَكَّدَ".trim_end_matches('\u{64E}'), "الرئيـس", "U", "N", "12"]);
        let quote = folded.text.find('»').unwrap();
        assert_eq!(&typed[folded.typed_range(&(quote - 4..quote + 2))], "يـس»");
    }
}
