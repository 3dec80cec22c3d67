//! Whether a character is a letter or digit, told quickly where it is Arabic or ASCII.
//!
//! The standard library looks everything beyond ASCII up in a compressed table, which a pass over
//! Arabic copy pays for at every letter. Both functions say the same as those of `char`, for every
//! character.

/// The same as [`char::is_alphabetic`].
#[inline]
#[must_use]
pub(crate) fn is_alphabetic(c: char) -> bool {
    match c {
        '\u{620}'..='\u{657}' => true,
        '\0'..='\u{7F}' => c.is_ascii_alphabetic(),
        _ => c.is_alphabetic(),
    }
}

/// The same as [`char::is_alphanumeric`].
#[inline]
#[must_use]
pub(crate) fn is_alphanumeric(c: char) -> bool {
    match c {
        '\u{620}'..='\u{657}' | '\u{660}'..='\u{669}' => true,
        '\0'..='\u{7F}' => c.is_ascii_alphanumeric(),
        _ => c.is_alphanumeric(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_character_is_what_the_standard_library_says() {
        for c in '\0'..=char::MAX {
            assert_eq!(is_alphabetic(c), c.is_alphabetic(), "{c:?}");
            assert_eq!(is_alphanumeric(c), c.is_alphanumeric(), "{c:?}");
        }
    }
}
