//! One spelling for matching: what typists mix is made equal, punctuation becomes spaces.
//!
//! Only short lines are folded, to be looked up in tables; no output is ever made from a key.

use std::{
    collections::HashMap,
    hash::{BuildHasherDefault, Hasher},
};

use super::normalize::is_mark;

/// What a character of the two common blocks is in a key.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Folded {
    /// Punctuation, white space: a space between words.
    Gap,
    /// Shows nothing of its own: vowel signs, tatweel.
    Mark,
    /// A letter or digit in its one spelling.
    Letter(char),
    /// Is not in the tables and has to be looked up.
    Rare,
}

/// ASCII and U+0600 to U+06FF, which nearly all text is made of.
static ASCII: [Folded; 0x80] = table(0);
static ARABIC: [Folded; 0x100] = table(0x600);

const fn table<const N: usize>(from: u32) -> [Folded; N] {
    let mut table = [Folded::Rare; N];
    let mut at = 0;
    while at < N {
        if let Some(c) = char::from_u32(from + at as u32) {
            table[at] = common(c);
        }
        at += 1;
    }
    table
}

const fn common(c: char) -> Folded {
    let code = c as u32;
    match c {
        'أ' | 'إ' | 'آ' | 'ٱ' => Folded::Letter('ا'),
        'ى' | 'ی' => Folded::Letter('ي'),
        'ک' => Folded::Letter('ك'),
        'ة' => Folded::Letter('ه'),
        'ؤ' => Folded::Letter('و'),
        'ئ' => Folded::Letter('ي'),
        '\u{660}'..='\u{669}' => digit(code - 0x660),
        '\u{6F0}'..='\u{6F9}' => digit(code - 0x6F0),
        'A'..='Z' => Folded::Letter(c.to_ascii_lowercase()),
        'a'..='z' | '0'..='9' | '\u{621}'..='\u{63A}' | '\u{641}'..='\u{64A}' => Folded::Letter(c),
        '\u{640}' | '\u{64B}'..='\u{65F}' => Folded::Mark,
        '\0'..='\u{7F}' | '\u{60C}' | '\u{61B}' | '\u{61F}' => Folded::Gap,
        _ => Folded::Rare,
    }
}

const fn digit(value: u32) -> Folded {
    match char::from_digit(value, 10) {
        Some(digit) => Folded::Letter(digit),
        None => Folded::Gap,
    }
}

/// What a character is in a key.
#[inline]
fn folded(c: char) -> Folded {
    let known = match c as usize {
        at @ 0..0x80 => ASCII[at],
        at @ 0x600..0x700 => ARABIC[at - 0x600],
        _ => Folded::Rare,
    };
    if known == Folded::Rare { rare(c) } else { known }
}

fn rare(c: char) -> Folded {
    match c {
        '«' | '»' | '\u{2010}'..='\u{2027}' => Folded::Gap,
        _ if is_mark(c) => Folded::Mark,
        _ if c.is_alphanumeric() => Folded::Letter(c.to_lowercase().next().unwrap_or(c)),
        _ => Folded::Gap,
    }
}

/// The key of a text: letters and digits with single spaces, hamza and alef forms as bare alef,
/// alef maqsura as yeh, teh marbuta as heh, Latin in lower case, digits as ASCII.
pub(super) fn key(text: &str) -> String {
    let mut key = String::with_capacity(text.len());
    let mut space = false;
    for c in text.chars() {
        match folded(c) {
            Folded::Mark | Folded::Rare => {}
            Folded::Gap => space = true,
            Folded::Letter(letter) => {
                if space && !key.is_empty() {
                    key.push(' ');
                }
                space = false;
                key.push(letter);
            }
        }
    }
    key
}

/// Columns that a text takes: its characters save vowel signs.
pub(super) fn width(text: &str) -> usize {
    let bytes = text.as_bytes();
    // A character's first byte is no continuation of another.
    let chars = bytes.iter().filter(|&&byte| byte & 0xC0 != 0x80).count();
    let sign = |pair: &&[u8; 2]| pair[0] == 0xD9 && (0x8B..=0x9F).contains(&pair[1]);
    chars - bytes.array_windows::<2>().filter(sign).count()
}

/// Whether a text has a digit, Western, Arabic-Indic or Persian.
pub(super) fn has_digit(text: &str) -> bool {
    let bytes = text.as_bytes();
    let wide = |pair: &[u8; 2]| {
        pair[0] == 0xD9 && (0xA0..=0xA9).contains(&pair[1])
            || pair[0] == 0xDB && (0xB0..=0xB9).contains(&pair[1])
    };
    bytes.iter().any(u8::is_ascii_digit) || bytes.array_windows::<2>().any(wide)
}

/// The key of a text without its spaces: for initials, which are spaced and dotted at will.
pub(super) fn glued(text: &str) -> String {
    let mut key = key(text);
    key.retain(|c| c != ' ');
    key
}

/// The key of a text's first word.
pub(super) fn first_word(text: &str) -> String {
    let start = text.find(is_word).unwrap_or(text.len());
    let rest = &text[start..];
    let gap = |c: char| folded(c) == Folded::Gap;
    key(&rest[..rest.find(gap).unwrap_or(rest.len())])
}

/// The first word of a key.
pub(super) fn first(key: &str) -> &str {
    &key[..memchr::memchr(b' ', key.as_bytes()).unwrap_or(key.len())]
}

/// Sets and maps of the lists that are compiled in. Their keys are ours, so nobody can choose
/// keys that collide, and a short quick hash serves.
pub(super) type Known<T> = HashMap<String, T, BuildHasherDefault<Quick>>;

/// FNV-1a over eight bytes at a time.
#[derive(Default)]
pub(super) struct Quick(u64);

impl Hasher for Quick {
    fn write(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(8) {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            self.0 = (self.0 ^ u64::from_le_bytes(word)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
            self.0 ^= self.0 >> 29;
        }
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

/// Whether a folded word is in a list of folded words with single spaces.
pub(super) fn in_list(list: &str, word: &str) -> bool {
    let (list, word) = (list.as_bytes(), word.as_bytes());
    let at_edge = |at: usize| {
        let end = at + word.len();
        (at == 0 || list[at - 1] == b' ') && (end == list.len() || list[end] == b' ')
    };
    !word.is_empty() && memchr::memmem::find_iter(list, word).any(at_edge)
}

/// Whether a character is a letter or digit.
pub(super) fn is_word(c: char) -> bool {
    matches!(folded(c), Folded::Letter(_))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hamza_tashkeel_and_punctuation_do_not_matter() {
        assert_eq!(key("«إقرأ» أيضاً :"), key("اقرا ايضا"));
        assert_eq!(key("مباراةٌ في إيران"), "مباراه في ايران");
        assert_eq!(key("A+ A-"), "a a");
    }

    #[test]
    fn initials_are_one_word_however_dotted() {
        assert_eq!(glued("د. ب. أ"), glued("(د ب ا)"));
        assert_eq!(glued("أ.ف.ب"), "افب");
    }
}
