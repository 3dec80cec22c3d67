//! The English words that say a number, or decide what a number beside them is.

use std::sync::LazyLock;

use crate::article::wordmap::{WordMap, WordTable};

/// What a word means to a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    /// 0 to 9.
    Unit(u8),
    /// 10 to 19.
    Teen(u8),
    /// 20, 30 … 90.
    Tens(u8),
    /// 100.
    Hundred,
    /// 12.
    Dozen,
    /// "several", "few", "many": no number follows.
    Vague,
    /// A thousand or more, as a power of ten.
    Scale(u8),
    /// "m": a million after a currency, else perhaps metres.
    ShortMillion,
    /// First to ninth.
    UnitTh(u8),
    /// Tenth to nineteenth.
    TeenTh(u8),
    /// Twentieth … ninetieth.
    TensTh(u8),
    /// Hundredth, thousandth …, as a power of ten.
    ScaleTh(u8),
    /// "st", "nd", "rd", "th" after digits.
    Suffix,
    /// "s" after a decade in digits.
    Plural,
    /// 20 for the twenties … 90 for the nineties.
    Decade(u8),
    /// "century".
    Century,
    /// "the".
    The,
    /// "a", "an".
    A,
    /// "and".
    And,
    /// "half".
    Half,
    /// "quarter".
    Quarter,
    /// "of".
    Of,
    /// "minus".
    Minus,
    /// "to", "or".
    Range,
    /// "percent".
    Percent,
    /// "per".
    Per,
    /// "cent".
    Cent,
    /// "am" and "pm"; `true` after noon.
    Meridiem(bool),
    /// The "p" of "p.m.".
    P,
    /// The "o" of "o'clock".
    O,
    /// "clock".
    Clock,
    /// GMT, UTC, "hours", "local": a time stands before it.
    Zone,
    /// Noon and midnight, as hours.
    Hour(u8),
    /// A Roman numeral of two letters or more.
    Roman(u8),
    /// Any other word.
    Other,
}

/// Longest word that is looked up, in bytes.
const MAX: usize = 16;

/// The meaning of a word as typed.
pub(super) fn look_up(word: &str) -> Class {
    static CLASSES: LazyLock<WordTable<String, Class>> =
        LazyLock::new(|| classes().into_iter().collect());
    let mut lower = [0; MAX];
    let Some(lower) = lower.get_mut(..word.len()).filter(|_| word.is_ascii()) else {
        return Class::Other;
    };
    if let Some(value) = roman(word) {
        return Class::Roman(value);
    }
    lower.copy_from_slice(word.as_bytes());
    lower.make_ascii_lowercase();
    let lower = std::str::from_utf8(lower).unwrap_or_default();
    CLASSES.get(lower).copied().unwrap_or(Class::Other)
}

const UNITS: [&str; 10] =
    ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];
const TEENS: [&str; 10] = [
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
];
const TENS: [&str; 8] =
    ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];

/// Words of one meaning, parted by spaces; they go before what is made by rule.
const WORDS: &[(&str, Class)] = &[
    ("first", Class::UnitTh(1)),
    ("second", Class::UnitTh(2)),
    ("third thirds", Class::UnitTh(3)),
    ("fifth fifths", Class::UnitTh(5)),
    ("eighth", Class::UnitTh(8)),
    ("ninth", Class::UnitTh(9)),
    ("twelfth", Class::TeenTh(12)),
    ("hundredth hundredths", Class::ScaleTh(2)),
    ("thousandth thousandths", Class::ScaleTh(3)),
    ("millionth millionths", Class::ScaleTh(6)),
    ("hundred", Class::Hundred),
    ("thousand k", Class::Scale(3)),
    ("million mn mln", Class::Scale(6)),
    ("billion bn bln milliard", Class::Scale(9)),
    ("trillion tn trn", Class::Scale(12)),
    ("m", Class::ShortMillion),
    ("dozen", Class::Dozen),
    ("few several many couple multi", Class::Vague),
    ("st nd rd th", Class::Suffix),
    ("s", Class::Plural),
    ("a an", Class::A),
    ("the", Class::The),
    ("century", Class::Century),
    ("and", Class::And),
    ("half", Class::Half),
    ("quarter", Class::Quarter),
    ("of", Class::Of),
    ("minus negative", Class::Minus),
    ("to or", Class::Range),
    ("percent pct percentage", Class::Percent),
    ("per", Class::Per),
    ("cent", Class::Cent),
    ("am", Class::Meridiem(false)),
    ("pm", Class::Meridiem(true)),
    ("p", Class::P),
    ("o", Class::O),
    ("clock", Class::Clock),
    ("gmt utc hours hrs local", Class::Zone),
    ("noon midday", Class::Hour(12)),
    ("midnight", Class::Hour(0)),
];

/// Every word that means something to a number, in lower case.
fn classes() -> WordMap<String, Class> {
    let mut classes: WordMap<String, Class> = WordMap::default();
    for (words, class) in WORDS {
        classes.extend(words.split(' ').map(|word| (word.to_owned(), *class)));
    }
    let mut say = |word: String, class: Class| {
        classes.entry(word).or_insert(class);
    };
    for (unit, value) in UNITS.into_iter().zip(0..) {
        say(unit.to_owned(), Class::Unit(value));
        for ending in ["th", "ths"] {
            say(format!("{unit}{ending}"), Class::UnitTh(value));
        }
    }
    for (teen, value) in TEENS.into_iter().zip(10..) {
        say(teen.to_owned(), Class::Teen(value));
        for ending in ["th", "ths"] {
            say(format!("{teen}{ending}"), Class::TeenTh(value));
        }
    }
    for (tens, value) in TENS.into_iter().zip(2..) {
        let stem = tens.trim_end_matches('y');
        say(tens.to_owned(), Class::Tens(value * 10));
        say(format!("{stem}ies"), Class::Decade(value * 10));
        say(format!("{stem}ieth"), Class::TensTh(value * 10));
    }
    classes
}

/// The value of a Roman numeral from II to XXXIX, written in capitals.
fn roman(word: &str) -> Option<u8> {
    if word.len() < 2 || !word.bytes().all(|b| matches!(b, b'I' | b'V' | b'X')) {
        return None;
    }
    let tens = word.bytes().take_while(|&b| b == b'X').count();
    let unit = match &word[tens..] {
        "" => 0,
        "I" => 1,
        "II" => 2,
        "III" => 3,
        "IV" => 4,
        "V" => 5,
        "VI" => 6,
        "VII" => 7,
        "VIII" => 8,
        "IX" => 9,
        _ => return None,
    };
    u8::try_from(tens).ok().filter(|&tens| tens <= 3).map(|tens| tens * 10 + unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_read_whatever_their_case() {
        assert_eq!(look_up("Fourteen"), Class::Teen(14));
        assert_eq!(look_up("sixties"), Class::Decade(60));
        assert_eq!(look_up("twentieth"), Class::TensTh(20));
        assert_eq!(look_up("ELEVENTH"), Class::TeenTh(11));
        assert_eq!(look_up("dozens"), Class::Other);
        assert_eq!(look_up("hundreds"), Class::Other);
    }

    #[test]
    fn roman_numerals_have_two_letters_or_more() {
        assert_eq!(look_up("XIV"), Class::Roman(14));
        assert_eq!(look_up("II"), Class::Roman(2));
        assert_eq!(look_up("I"), Class::Other);
        assert_eq!(look_up("IIII"), Class::Other);
    }
}
