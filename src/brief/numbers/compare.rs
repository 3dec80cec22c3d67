//! Whether the numbers of an English text are those of its Arabic source.
//!
//! Every number that the source gives in figures, or in words from three on, must stand in the English
//! with an equal value, and the other way round. What languages put differently is no difference:
//! one and two (Arabic says them by the form of the noun), digits within names, a time in 12 or 24
//! hours, a decade with or without its century, a minus that became "fell by".

use crate::article::numerals::{self, Decimal, Number, NumberKind, Written};

/// What stands on one side only.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Differences {
    /// Numbers of the source that the English lacks; their spans are in the source.
    pub missing: Vec<Number>,
    /// Numbers of the English that the source lacks; their spans are in the English.
    pub unsupported: Vec<Number>,
}

impl Differences {
    /// Whether all numbers agree.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.missing.is_empty() && self.unsupported.is_empty()
    }
}

/// Compares the numbers of an Arabic source with those of English made from it.
#[must_use]
pub fn compare(source: &str, english: &str) -> Differences {
    let (arabic, made) = (numerals::find(source), super::find(english));
    let rule = Rule::of(english);
    let missing = rule.missing(&arabic, &made).cloned().collect();
    let unsupported = rule.unsupported(&made, arabic.iter()).cloned().collect();
    Differences { missing, unsupported }
}

/// How numbers of an English text agree with numbers of Arabic ones that were read before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule<'e> {
    english: &'e str,
}

impl<'e> Rule<'e> {
    /// The rule for an English text: one that speaks of a fall may leave out a minus.
    #[must_use]
    pub fn of(english: &'e str) -> Self {
        Self { english }
    }

    /// Whether two numbers say the same.
    fn agree(self, arabic: &Number, english: &Number) -> bool {
        equal(arabic, english) && self.sign_kept(arabic, english)
    }

    /// A lost minus is a fault unless the English says it in words.
    fn sign_kept(self, source: &Number, english: &Number) -> bool {
        !source.value.is_negative() || english.value.is_negative() || speaks_of_a_fall(self.english)
    }

    /// The Arabic numbers that have to stand among the English ones and do not.
    pub fn missing<'a>(
        self,
        arabic: &'a [Number],
        english: &'a [Number],
    ) -> impl Iterator<Item = &'a Number> {
        let stands = move |a: &Number| english.iter().any(|e| self.agree(a, e));
        arabic.iter().filter(move |a| is_firm(a) && !stands(a))
    }

    /// The English numbers that have to stand among the Arabic ones and do not.
    pub fn unsupported<'a>(
        self,
        english: &'a [Number],
        arabic: impl Iterator<Item = &'a Number> + Clone,
    ) -> impl Iterator<Item = &'a Number> {
        let halves = arabic.clone().any(|a| a.value.ends_in_half());
        let stands = move |e: &Number| arabic.clone().any(|a| self.agree(a, e));
        english.iter().filter(move |e| must_be_supported(e, halves) && !stands(e))
    }
}

/// Whether a number must be matched: figures, and words from three on, but for low ranks ("third"
/// is a fraction too) and times.
fn is_firm(number: &Number) -> bool {
    let least = match number.kind {
        NumberKind::Ordinal => 10,
        NumberKind::Time { .. } => return number.written == Written::Figures,
        _ => 2,
    };
    match number.written {
        Written::Name => false,
        // A lone ألف is also the verb "wrote"; two of it, or a million, are nothing else.
        Written::Scale => number.value != Decimal::from(1000),
        Written::Figures => true,
        Written::Words => number.value > Decimal::from(least) && number.value.whole().is_some(),
    }
}

/// Whether an English number needs a number in the source: Arabic says one and two by the form of
/// the noun, and a half by a word that stands after it ("an hour and a half").
fn must_be_supported(number: &Number, halves: bool) -> bool {
    let by_form = number.value.abs() <= Decimal::from(2) && number.value.whole().is_some();
    let half = halves && !number.scaled && number.value.ends_in_half();
    match number.written {
        Written::Scale => true,
        _ => is_firm(number) && !by_form && !half,
    }
}

/// Whether two numbers have equal values, signs aside, in some reading of each.
fn equal(a: &Number, b: &Number) -> bool {
    use NumberKind::{Decade, Time};
    match (a.kind, b.kind) {
        (Time { .. }, Time { .. }) => same_time(a.kind, b.kind),
        (Time { hour, minute, .. }, _) => time_as_number(hour, minute, b.value),
        (_, Time { hour, minute, .. }) => time_as_number(hour, minute, a.value),
        (Decade, _) | (_, Decade) if same_decade(a, b) => true,
        _ => readings(a).any(|x| readings(b).any(|y| x == y)),
    }
}

fn readings(number: &Number) -> impl Iterator<Item = Decimal> {
    std::iter::once(number.value).chain(number.alternative).map(Decimal::abs)
}

fn same_time(a: NumberKind, b: NumberKind) -> bool {
    let (
        NumberKind::Time { hour, minute, half_known },
        NumberKind::Time { hour: other, minute: other_minute, half_known: other_known },
    ) = (a, b)
    else {
        return false;
    };
    let hours =
        if half_known && other_known { hour % 24 == other % 24 } else { hour % 12 == other % 12 };
    minute == other_minute && hours
}

/// A time written as 9, 947 or 9.47.
fn time_as_number(hour: u8, minute: u8, value: Decimal) -> bool {
    let joined = Decimal::from(u32::from(hour) * 100 + u32::from(minute));
    let plain = Decimal::from(u32::from(hour));
    let twelve = Decimal::from(u32::from(hour % 12));
    value == joined
        || joined.shifted_down(2) == Some(value)
        || minute == 0 && (value == plain || value == twelve)
}

/// The sixties are 60, 1960 and the 1960s.
fn same_decade(a: &Number, b: &Number) -> bool {
    match (a.value.whole(), b.value.whole()) {
        (Some(a), Some(b)) => a % 100 == b % 100 && (recent(a) && recent(b) || a == b),
        _ => false,
    }
}

/// A decade without its century is one of the last hundred years.
fn recent(decade: i128) -> bool {
    decade < 100 || (1900..2100).contains(&decade)
}

fn speaks_of_a_fall(english: &str) -> bool {
    const STEMS: [&str; 16] = [
        "below", "declin", "decreas", "deficit", "down", "drop", "fall", "fell", "los", "lower",
        "minus", "negative", "plung", "reduc", "shr", "slump",
    ];
    english
        .split(|c: char| !c.is_ascii_alphabetic())
        .any(|word| STEMS.iter().any(|stem| starts_with(word, stem)))
}

fn starts_with(word: &str, stem: &str) -> bool {
    word.get(..stem.len()).is_some_and(|head| head.eq_ignore_ascii_case(stem))
}
