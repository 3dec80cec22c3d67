//! The English words that say a number, or decide what a number beside them is.

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
    if word.len() > MAX || !word.is_ascii() {
        return Class::Other;
    }
    if let Some(value) = roman(word) {
        return Class::Roman(value);
    }
    let lower = word.to_ascii_lowercase();
    small(&lower)
        .or_else(|| ordinal(&lower))
        .or_else(|| large(&lower))
        .or_else(|| neighbour(&lower))
        .unwrap_or(Class::Other)
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

fn position(list: &[&str], word: &str) -> Option<u8> {
    list.iter().position(|&item| item == word).and_then(|at| u8::try_from(at).ok())
}

fn small(word: &str) -> Option<Class> {
    if let Some(unit) = position(&UNITS, word) {
        return Some(Class::Unit(unit));
    }
    if let Some(teen) = position(&TEENS, word) {
        return Some(Class::Teen(teen + 10));
    }
    if let Some(stem) = word.strip_suffix("ies") {
        let at = position(&TENS, &format!("{stem}y"))?;
        return Some(Class::Decade((at + 2) * 10));
    }
    position(&TENS, word).map(|at| Class::Tens((at + 2) * 10))
}

fn ordinal(word: &str) -> Option<Class> {
    let irregular = match word {
        "first" => 1,
        "second" => 2,
        "third" | "thirds" => 3,
        "fifth" | "fifths" => 5,
        "eighth" => 8,
        "ninth" => 9,
        "twelfth" => return Some(Class::TeenTh(12)),
        _ => 0,
    };
    if irregular > 0 {
        return Some(Class::UnitTh(irregular));
    }
    if let Some(stem) = word.strip_suffix("ieth") {
        return position(&TENS, &format!("{stem}y")).map(|at| Class::TensTh((at + 2) * 10));
    }
    let stem = word.strip_suffix("th").or_else(|| word.strip_suffix("ths"))?;
    Some(match (position(&UNITS, stem), position(&TEENS, stem), stem) {
        (Some(unit), ..) => Class::UnitTh(unit),
        (_, Some(teen), _) => Class::TeenTh(teen + 10),
        (.., "hundred") => Class::ScaleTh(2),
        (.., "thousand") => Class::ScaleTh(3),
        (.., "million") => Class::ScaleTh(6),
        _ => return None,
    })
}

fn large(word: &str) -> Option<Class> {
    Some(match word {
        "hundred" => Class::Hundred,
        "thousand" | "k" => Class::Scale(3),
        "million" | "mn" | "mln" => Class::Scale(6),
        "billion" | "bn" | "bln" | "milliard" => Class::Scale(9),
        "trillion" | "tn" | "trn" => Class::Scale(12),
        "m" => Class::ShortMillion,
        "dozen" => Class::Dozen,
        "few" | "several" | "many" | "couple" | "multi" => Class::Vague,
        _ => return None,
    })
}

fn neighbour(word: &str) -> Option<Class> {
    Some(match word {
        "st" | "nd" | "rd" | "th" => Class::Suffix,
        "s" => Class::Plural,
        "a" | "an" => Class::A,
        "the" => Class::The,
        "century" => Class::Century,
        "and" => Class::And,
        "half" => Class::Half,
        "quarter" => Class::Quarter,
        "of" => Class::Of,
        "minus" | "negative" => Class::Minus,
        "to" | "or" => Class::Range,
        "percent" | "pct" | "percentage" => Class::Percent,
        "per" => Class::Per,
        "cent" => Class::Cent,
        "am" => Class::Meridiem(false),
        "pm" => Class::Meridiem(true),
        "p" => Class::P,
        "o" => Class::O,
        "clock" => Class::Clock,
        "gmt" | "utc" | "hours" | "hrs" | "local" => Class::Zone,
        "noon" | "midday" => Class::Hour(12),
        "midnight" => Class::Hour(0),
        _ => return None,
    })
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
