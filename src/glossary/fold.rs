//! One spelling for letters that agencies write in several ways.
//!
//! Hamza carriers, alef maqsura, ta marbuta, Persian kaf and yeh become one letter each; tatweel,
//! diacritics and invisible marks go. For comparing only: what people read is never folded.

/// The folded text.
#[must_use]
pub fn fold(text: &str) -> String {
    text.chars().filter_map(letter).collect()
}

/// A character's folded form, or `None` where it goes.
#[inline]
pub(super) fn letter(c: char) -> Option<char> {
    Some(match c {
        // Most of what is read, told first.
        'ب' | 'ت'..='غ' | 'ف'..='و' | 'ي' | 'ا' => c,
        'أ' | 'إ' | 'آ' | 'ٱ' => 'ا',
        'ى' | 'ئ' | 'ی' => 'ي',
        'ة' => 'ه',
        'ؤ' => 'و',
        'ک' => 'ك',
        'گ' => 'غ',
        'ـ' | '\u{64B}'..='\u{65F}' | '\u{670}' | '\u{610}'..='\u{61A}' => return None,
        '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' => return None,
        c if c.is_whitespace() => ' ',
        c => c.to_ascii_lowercase(),
    })
}

/// A folded text with the byte offset in the original at which each of its bytes began.
pub(super) struct Folded {
    pub(super) text: String,
    /// One offset for each byte of `text`, and one for its end.
    pub(super) origin: Vec<usize>,
}

/// Folds with a map back to the original.
pub(super) fn fold_with_map(text: &str) -> Folded {
    let mut out = String::with_capacity(text.len());
    let mut origin = Vec::with_capacity(text.len() + 1);
    let mut end = 0;
    for (at, c) in text.char_indices() {
        let Some(folded) = letter(c) else { continue };
        out.push(folded);
        origin.resize(out.len(), at);
        end = at + c.len_utf8();
    }
    origin.push(end);
    Folded { text: out, origin }
}
