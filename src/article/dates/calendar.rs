//! The one calendar besides our own that converts without doubt: the Iranian solar one.
//!
//! Its leap years follow a cycle of 33 that agrees with the observed calendar from 1244 to 1502
//! (Gregorian 1865 to 2124). The Hijri months begin by sight and are not converted.

use jiff::{ToSpan, civil::Date};

/// The Gregorian day of an Iranian solar date; `None` outside 1300 to 1500 or for no such day.
pub(super) fn from_solar(year: i16, month: u8, day: u8) -> Option<Date> {
    let in_range = (1300..=1500).contains(&year) && (1..=12).contains(&month);
    if !in_range || day == 0 || day > month_length(year, month) {
        return None;
    }
    // 1 Farvardin 1300 was 21 March 1921.
    let years: i32 = (1300..year).map(|y| 365 + i32::from(is_leap(y))).sum();
    let months: i32 = (1..month).map(|m| i32::from(month_length(year, m))).sum();
    let days = years + months + i32::from(day) - 1;
    Date::new(1921, 3, 21).ok()?.checked_add(days.days()).ok()
}

fn is_leap(year: i16) -> bool {
    matches!(year % 33, 1 | 5 | 9 | 13 | 17 | 22 | 26 | 30)
}

fn month_length(year: i16, month: u8) -> u8 {
    match month {
        1..=6 => 31,
        12 if !is_leap(year) => 29,
        _ => 30,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_days_convert() {
        let iso = |y, m, d| from_solar(y, m, d).unwrap().to_string();
        assert_eq!(iso(1357, 11, 22), "1979-02-11");
        assert_eq!(iso(1394, 12, 29), "2016-03-19");
        assert_eq!(iso(1399, 12, 30), "2021-03-20");
        assert_eq!(iso(1403, 1, 1), "2024-03-20");
        assert_eq!(iso(1402, 10, 28), "2024-01-18");
    }

    #[test]
    fn days_that_are_none_do_not_convert() {
        assert_eq!(from_solar(1402, 12, 30), None);
        assert_eq!(from_solar(1402, 13, 1), None);
        assert_eq!(from_solar(1299, 1, 1), None);
    }
}
