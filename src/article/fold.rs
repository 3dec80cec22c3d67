//! One spelling for matching: what typists mix is made equal, punctuation becomes spaces.
//!
//! Only short lines are folded, to be looked up in tables; no output is ever made from a key.

use super::normalize::is_mark;

/// The key of a text: letters and digits with single spaces, hamza and alef forms as bare alef,
/// alef maqsura as yeh, teh marbuta as heh, Latin in lower case, digits as ASCII.
pub(super) fn key(text: &str) -> String {
    let mut key = String::with_capacity(text.len());
    let mut space = false;
    for c in text.chars() {
        let Some(c) = letter(c) else {
            space = space || !(is_mark(c) || c == '\u{640}');
            continue;
        };
        if space && !key.is_empty() {
            key.push(' ');
        }
        space = false;
        key.push(c);
    }
    key
}

/// The key of a text without its spaces: for initials, which are spaced and dotted at will.
pub(super) fn glued(text: &str) -> String {
    let mut key = key(text);
    key.retain(|c| c != ' ');
    key
}

/// Whether a folded word is in a list of folded words with single spaces.
pub(super) fn in_list(list: &str, word: &str) -> bool {
    list.split(' ').any(|known| known == word)
}

/// Whether a character is a letter or digit.
pub(super) fn is_word(c: char) -> bool {
    letter(c).is_some()
}

/// A letter or digit in its one spelling; nothing for all else.
fn letter(c: char) -> Option<char> {
    match c {
        'أ' | 'إ' | 'آ' | 'ٱ' => Some('ا'),
        'ى' | 'ی' => Some('ي'),
        'ک' => Some('ك'),
        'ة' => Some('ه'),
        'ؤ' => Some('و'),
        'ئ' => Some('ي'),
        '\u{660}'..='\u{669}' => char::from_digit(c as u32 - 0x660, 10),
        '\u{6F0}'..='\u{6F9}' => char::from_digit(c as u32 - 0x6F0, 10),
        // The common cases first: they need no look-up in Unicode's tables.
        '\u{621}'..='\u{63A}' | '\u{641}'..='\u{64A}' | 'a'..='z' | '0'..='9' => Some(c),
        'A'..='Z' => Some(c.to_ascii_lowercase()),
        '\0'..='\u{7F}'
        | '\u{640}'
        | '\u{64B}'..='\u{65F}'
        | '\u{60C}'
        | '\u{61B}'
        | '\u{61F}'
        | '«'
        | '»'
        | '\u{2010}'..='\u{2027}' => None,
        _ if c.is_alphanumeric() && !is_mark(c) => c.to_lowercase().next(),
        _ => None,
    }
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
