//! An exact decimal number: what a figure in a text is worth, whatever signs it is written with.
//!
//! A whole number of tenths, hundredths … kept in lowest terms, so that equal values are equal
//! bit by bit: `2.50` and `2.5`, 3.5 million and 3,500,000. Nothing here rounds. Bounds: 30
//! digits, 15 of them after the point; what does not fit is no number, never a wrong one.

use std::{cmp::Ordering, fmt};

/// Longest figure that is read as a number, in digits.
const MAX_DIGITS: usize = 30;
/// Most digits after the decimal point.
const MAX_SCALE: usize = 15;

/// An exact decimal value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub struct Decimal {
    mantissa: i128,
    scale: u8,
}

impl Decimal {
    /// `mantissa` divided by ten to the power of `scale`; `None` beyond the bounds.
    #[must_use]
    pub fn new(mantissa: i128, scale: u8) -> Option<Self> {
        let (mut mantissa, mut scale) = (mantissa, scale);
        while scale > 0 && mantissa % 10 == 0 {
            mantissa /= 10;
            scale -= 1;
        }
        let fits = usize::from(scale) <= MAX_SCALE && mantissa.abs() < 10_i128.pow(30);
        fits.then_some(Self { mantissa, scale })
    }

    /// The value of ASCII digits before and after the point; `None` beyond the bounds.
    #[must_use]
    pub fn from_digits(whole: &str, fraction: &str) -> Option<Self> {
        if whole.len() + fraction.len() > MAX_DIGITS || fraction.len() > MAX_SCALE {
            return None;
        }
        let mut mantissa = 0_i128;
        for byte in whole.bytes().chain(fraction.bytes()) {
            mantissa = mantissa * 10 + i128::from(byte.wrapping_sub(b'0').min(9));
        }
        Self::new(mantissa, u8::try_from(fraction.len()).ok()?)
    }

    /// This value times a whole number; `None` beyond the bounds.
    #[must_use]
    pub fn times(self, factor: i128) -> Option<Self> {
        Self::new(self.mantissa.checked_mul(factor)?, self.scale)
    }

    /// This value times ten to the power of minus `digits`.
    #[must_use]
    pub fn shifted_down(self, digits: u8) -> Option<Self> {
        Self::new(self.mantissa, self.scale.checked_add(digits)?)
    }

    /// The sum; `None` beyond the bounds.
    #[must_use]
    pub fn plus(self, other: Self) -> Option<Self> {
        let scale = self.scale.max(other.scale);
        let raised = |n: Self| n.mantissa.checked_mul(10_i128.pow(u32::from(scale - n.scale)));
        Self::new(raised(self)?.checked_add(raised(other)?)?, scale)
    }

    /// The value with its sign turned.
    #[must_use]
    pub fn negated(self) -> Self {
        Self { mantissa: -self.mantissa, ..self }
    }

    /// The value without its sign.
    #[must_use]
    pub fn abs(self) -> Self {
        Self { mantissa: self.mantissa.abs(), ..self }
    }

    /// Whether it is below zero.
    #[must_use]
    pub fn is_negative(self) -> bool {
        self.mantissa < 0
    }

    /// The value as a whole number, where it is one.
    #[must_use]
    pub fn whole(self) -> Option<i128> {
        (self.scale == 0).then_some(self.mantissa)
    }

    /// Whether it is some whole number and a half.
    #[must_use]
    pub fn ends_in_half(self) -> bool {
        self.scale == 1 && (self.mantissa % 10).abs() == 5
    }

    fn parts(self) -> (i128, i128) {
        let unit = 10_i128.pow(u32::from(self.scale));
        (self.mantissa.div_euclid(unit), self.mantissa.rem_euclid(unit))
    }
}

impl From<u32> for Decimal {
    fn from(value: u32) -> Self {
        Self { mantissa: value.into(), scale: 0 }
    }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> Ordering {
        let ((whole, rest), (other_whole, other_rest)) = (self.parts(), other.parts());
        // Remainders are below 10^15, so neither product can leave i128.
        let rest = rest * 10_i128.pow(u32::from(other.scale));
        let other_rest = other_rest * 10_i128.pow(u32::from(self.scale));
        whole.cmp(&other_whole).then(rest.cmp(&other_rest))
    }
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Plain digits with a point, as `31.62`, `22000`, `-3.5`.
impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.is_negative() { "-" } else { "" };
        let (whole, rest) = self.abs().parts();
        if self.scale == 0 {
            return write!(f, "{sign}{whole}");
        }
        write!(f, "{sign}{whole}.{rest:0width$}", width = usize::from(self.scale))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Decimal {
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        Decimal::from_digits(whole, fraction).unwrap()
    }

    #[test]
    fn equal_values_are_equal_however_they_are_written() {
        assert_eq!(read("2.50"), read("2.5"));
        assert_eq!(read("007"), read("7"));
        assert_eq!(read("3.5").times(1_000_000), Some(read("3500000")));
    }

    #[test]
    fn values_show_in_plain_digits() {
        assert_eq!(read("31.62").to_string(), "31.62");
        assert_eq!(read("0.06").to_string(), "0.06");
        assert_eq!(read("3.5").negated().to_string(), "-3.5");
        assert_eq!(read("22000.0").to_string(), "22000");
    }

    #[test]
    fn a_half_is_told_from_other_fractions() {
        assert!(read("0.5").ends_in_half() && read("31.50").negated().ends_in_half());
        assert!(!read("5").ends_in_half() && !read("2.05").ends_in_half());
        assert!(!read("2.25").ends_in_half());
    }

    #[test]
    fn order_is_that_of_the_values() {
        assert!(read("1.9") < read("1.91") && read("1.91") < read("2"));
        assert!(read("3.5").negated() < read("3.4").negated());
    }

    #[test]
    fn what_is_too_long_is_no_number() {
        assert_eq!(Decimal::from_digits(&"9".repeat(31), ""), None);
        assert_eq!(read(&"9".repeat(30)).times(10), None);
        assert_eq!(Decimal::from_digits("0", &"3".repeat(16)), None);
    }
}
