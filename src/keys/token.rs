//! A key as its holder has it: `mjz_`, 32 random bytes in hexadecimal, and a checksum.
//!
//! The prefix lets scanners for leaked secrets find it. The checksum tells a mistyped or cut-off key
//! from one that is not known here, before anything is looked up, so that its holder is told at
//! once which of the two it is. It protects nothing: whoever can make one can guess as before.

use std::fmt;

use crate::digest::hex;

/// How every key begins.
pub const PREFIX: &str = "mjz_";

/// Random bytes of a key.
const RANDOM: usize = 32;
/// Bytes of the checksum.
const CHECK: usize = 4;

/// A key. Shows itself through [`Token::reveal`] alone.
#[derive(Clone)]
pub struct Token([u8; RANDOM]);

/// Why a text is no key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Mistyped {
    /// It does not begin as keys do.
    #[error("it does not begin with `mjz_`, as every key of this gateway does")]
    Foreign,
    /// It is shorter or longer than a key.
    #[error("it is cut off or has something added")]
    Length,
    /// A character is not hexadecimal, or the checksum does not fit.
    #[error("a character of it is wrong, for its checksum does not fit")]
    Checksum,
}

impl Token {
    /// A new key from the system's randomness.
    ///
    /// # Errors
    /// Where the system gives none.
    pub fn random() -> Result<Self, getrandom::Error> {
        let mut bytes = [0; RANDOM];
        getrandom::fill(&mut bytes)?;
        Ok(Self(bytes))
    }

    /// The key that a text is, blanks around it aside.
    ///
    /// # Errors
    /// Where it is none.
    pub fn parse(text: &str) -> Result<Self, Mistyped> {
        let digits = text.trim().strip_prefix(PREFIX).ok_or(Mistyped::Foreign)?;
        if digits.len() != 2 * (RANDOM + CHECK) {
            return Err(Mistyped::Length);
        }
        let mut bytes = [0; RANDOM + CHECK];
        for (byte, pair) in bytes.iter_mut().zip(digits.as_bytes().chunks_exact(2)) {
            let pair = std::str::from_utf8(pair).map_err(|_| Mistyped::Checksum)?;
            // `from_str_radix` takes a sign, which no key has.
            if pair.starts_with('+') {
                return Err(Mistyped::Checksum);
            }
            *byte = u8::from_str_radix(pair, 16).map_err(|_| Mistyped::Checksum)?;
        }
        let (random, check) = bytes.split_at(RANDOM);
        let token = Self(random.try_into().map_err(|_| Mistyped::Length)?);
        if token.checksum() == check { Ok(token) } else { Err(Mistyped::Checksum) }
    }

    /// The key as text, for the one time it is shown.
    #[must_use]
    pub fn reveal(&self) -> String {
        format!("{PREFIX}{}{}", hex(&self.0), hex(&self.checksum()))
    }

    /// Its hash under a file's salt.
    ///
    /// A fast hash is right here: a slow one makes *guessable* secrets dear to guess, and 256
    /// random bits cannot be guessed at any speed, while every request would pay for the slowness.
    /// The salt is the hash's key, so that two installations never hold the same hash.
    #[must_use]
    pub fn hash(&self, salt: &[u8; 32]) -> [u8; 32] {
        *blake3::keyed_hash(salt, &self.0).as_bytes()
    }

    fn checksum(&self) -> [u8; CHECK] {
        let whole = blake3::derive_key("mujaz 2026 checksum of an API key", &self.0);
        let mut check = [0; CHECK];
        check.copy_from_slice(&whole[..CHECK]);
        check
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_key_is_read_back_from_its_text() {
        let token = Token::random().unwrap();
        let text = token.reveal();
        assert!(text.starts_with(PREFIX));
        assert_eq!(Token::parse(&format!(" {text}\n")).unwrap().0, token.0);
        assert!(!format!("{token:?}").contains(&text[4..12]), "Debug shows nothing of it");
    }

    #[test]
    fn two_keys_differ_and_so_do_their_hashes_under_two_salts() {
        let (one, two) = (Token::random().unwrap(), Token::random().unwrap());
        assert_ne!(one.hash(&[0; 32]), two.hash(&[0; 32]));
        assert_ne!(one.hash(&[0; 32]), one.hash(&[1; 32]));
    }

    #[test]
    fn what_is_no_key_is_told_apart_from_a_mistyped_one() {
        let text = Token([7; RANDOM]).reveal();
        let swapped = text.replacen("07", "70", 1);
        let told = |text: &str| Token::parse(text).unwrap_err();
        assert_eq!(told("f6a1b2c3-0000-1111-2222-333344445555:fx"), Mistyped::Foreign);
        assert_eq!(told(&text[..text.len() - 1]), Mistyped::Length);
        assert_eq!(told(&swapped), Mistyped::Checksum);
        assert_eq!(told(&text.replacen("07", "+7", 1)), Mistyped::Checksum);
    }

    proptest! {
        #[test]
        fn no_text_makes_the_reader_panic(text in ".{0,90}", tail in "[0-9a-fé]{60,80}") {
            let _ = Token::parse(&text);
            let _ = Token::parse(&format!("{PREFIX}{tail}"));
        }

        #[test]
        fn one_wrong_digit_is_always_told(at in 4_usize..76, by in 1_u8..16) {
            let mut text = Token([0xa5; RANDOM]).reveal().into_bytes();
            let digit = (text[at] as char).to_digit(16).unwrap() as u8;
            text[at] = char::from_digit(u32::from((digit + by) % 16), 16).unwrap() as u8;
            let text = String::from_utf8(text).unwrap();
            prop_assert_eq!(Token::parse(&text).unwrap_err(), Mistyped::Checksum);
        }
    }
}
