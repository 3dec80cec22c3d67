//! A figure: digits with separators, and what it is worth.
//!
//! Arabic copy writes figures in three digit systems and with eight separators, and one of them is
//! a letter: wires type decimals, thousands and clock times with reh, the low-order group first
//! (`62ر31` is 31.62). A figure is read in two steps. [`scan`] finds where it ends and brings it
//! to ASCII; [`read`] gives its value, knowing what stands around it. A shape that is no single
//! number, as `18.1.2024` or `5,6,7`, is several figures. Nothing is guessed in silence: what can
//! be read two ways says so and carries both values.

use super::Decimal;

/// Separators in a shape, besides `.` and `,` as they are.
const DECIMAL: char = 'd';
const THOUSANDS: char = 't';
const SPACE: char = 's';
const REH: char = 'r';

/// A figure as it stands in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Scan {
    /// Length in bytes, direction marks within counted.
    pub(crate) len: usize,
    /// ASCII digits with a sign for each separator.
    pub(crate) shape: String,
}

/// What stands around a figure and decides between its readings.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Around {
    /// A clock word stands before it, or a half of the day or time zone after it.
    pub(crate) clock: bool,
    /// A scale word or a percent sign follows: nobody counts thousands of millions in digits.
    pub(crate) scaled: bool,
    /// A currency of a thousand parts follows, as the dinar.
    pub(crate) thousandths: bool,
    /// The text is English, where point and comma have one meaning each.
    pub(crate) english: bool,
}

/// What a figure is worth.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Worth {
    /// A number.
    Number {
        /// Its value.
        value: Decimal,
        /// The other value that it may have.
        other: Option<Decimal>,
        /// The figure in Western signs; `None` where it has to be left as typed.
        text: Option<String>,
    },
    /// A time of day.
    Time {
        /// 0 to 24.
        hour: u8,
        /// 0 to 59.
        minute: u8,
        /// Whether the minutes may also be tenths.
        unsure: bool,
    },
}

/// Whether a character only steers the direction of writing.
pub(crate) fn is_mark(c: char) -> bool {
    matches!(c, '\u{61C}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}'
        | '\u{2060}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}')
}

/// The ASCII digit for a Western, Arabic-Indic or Persian one.
pub(crate) fn digit(c: char) -> Option<char> {
    let base = match c {
        '0'..='9' => '0',
        '٠'..='٩' => '٠',
        '۰'..='۹' => '۰',
        _ => return None,
    };
    char::from_digit(u32::from(c) - u32::from(base), 10)
}

/// Whether a text may hold a figure that is not in plain Western signs: one look at each
/// character, since most paragraphs hold none and need no more.
pub(crate) fn may_be_foreign(text: &str) -> bool {
    let (mut after_digit, mut after_separator, mut after_percent) = (false, false, false);
    for c in text.chars() {
        match c {
            '0'..='9' if after_separator || after_percent => return true,
            '0'..='9' => (after_digit, after_separator) = (true, false),
            '٠'..='٩' | '۰'..='۹' | '٪' => return true,
            c if is_mark(c) => {}
            c => {
                after_separator = after_digit && (c == ' ' || separator(c).is_some());
                (after_digit, after_percent) = (false, c == '%');
            }
        }
    }
    false
}

fn separator(c: char) -> Option<char> {
    Some(match c {
        '.' => '.',
        ',' | '،' => ',',
        '٫' => DECIMAL,
        '٬' => THOUSANDS,
        'ر' => REH,
        '\u{A0}' | '\u{202F}' | '\u{2009}' => SPACE,
        _ => return None,
    })
}

/// The figure at the head of `text`, or `None` where no digit stands there.
pub(crate) fn scan(text: &str) -> Option<Scan> {
    let mut shape = String::new();
    let mut len = 0;
    loop {
        let (digits, group) = run(&text[len..]);
        if digits == 0 {
            break;
        }
        shape.push_str(&group);
        len += digits;
        let Some((skip, sign)) = gap(&text[len..], &shape) else { break };
        shape.push(sign);
        len += skip;
    }
    (len > 0).then_some(Scan { len, shape })
}

/// A run of digits: its bytes and its ASCII form. Marks count only between digits.
fn run(text: &str) -> (usize, String) {
    let mut group = String::new();
    let mut end = 0;
    for (at, c) in text.char_indices() {
        if let Some(digit) = digit(c) {
            group.push(digit);
            end = at + c.len_utf8();
        } else if !is_mark(c) {
            break;
        }
    }
    (end, group)
}

/// A separator and the marks round it, where a digit follows and it can belong to the figure.
fn gap(text: &str, before: &str) -> Option<(usize, char)> {
    let mut sign = None;
    for (at, c) in text.char_indices() {
        if digit(c).is_some() {
            let sign = sign?;
            let fits = sign != SPACE || thousands_follow(text, before);
            return fits.then_some((at, sign));
        }
        if is_mark(c) {
            continue;
        }
        if sign.is_some() {
            return None;
        }
        sign = Some(if c == ' ' { SPACE } else { separator(c)? });
    }
    None
}

/// Whether a space parts thousands: groups of three follow, and a plain space needs `000` last.
fn thousands_follow(text: &str, before: &str) -> bool {
    let first = before.split(SPACE).next().unwrap_or_default();
    let starts = (1..=3).contains(&first.len())
        && !first.starts_with('0')
        && first.bytes().all(|b| b.is_ascii_digit());
    if !starts {
        return false;
    }
    let (mut size, mut zeros, mut plain) = (0, 0, false);
    // Thirty digits in groups of three with their spaces: what is longer is no number.
    for c in text.chars().filter(|&c| !is_mark(c)).take(40) {
        if let Some(digit) = digit(c) {
            size += 1;
            zeros += usize::from(digit == '0');
        } else if separator(c).is_some_and(|s| s == SPACE) || c == ' ' {
            if size == 3 && (!plain || zeros == 3) {
                return true;
            }
            if size != 3 && size > 0 {
                break;
            }
            plain |= c == ' ';
            (size, zeros) = (0, 0);
        } else {
            break;
        }
    }
    size == 3 && (!plain || zeros == 3)
}

/// Whether a shape is one number; if not, each group of digits is a figure of its own.
pub(crate) fn is_single(shape: &str) -> bool {
    Parts::of(shape).is_some()
}

/// A shape taken apart.
enum Parts<'a> {
    Whole(&'a str),
    /// Low-order group first.
    Reh(&'a str, &'a str),
    /// Three or more groups, low-order first, and whether the lowest is a fraction.
    RehGroups(Vec<&'a str>),
    /// Groups of three, highest first, and a fraction.
    Grouped(Vec<&'a str>, Option<&'a str>),
    /// Digits before and after a decimal sign.
    Fraction(&'a str, &'a str),
    /// One separator and three digits: `,` or `.`, and both sides.
    OneGroup(char, &'a str, &'a str),
}

fn signs(shape: &str) -> Vec<char> {
    shape.chars().filter(|c| !c.is_ascii_digit()).collect()
}

fn is_year(group: &str) -> bool {
    group.len() == 4 && (group.starts_with("19") || group.starts_with("20"))
}

impl<'a> Parts<'a> {
    fn of(shape: &'a str) -> Option<Self> {
        let signs = signs(shape);
        let groups: Vec<&str> = shape.split(|c: char| !c.is_ascii_digit()).collect();
        match signs.as_slice() {
            [] => Some(Self::Whole(shape)),
            [sign] => Self::two(*sign, groups[0], groups[1]),
            [REH, ..] => {
                let inner = &groups[1..groups.len() - 1];
                let fits = signs.iter().all(|&s| s == REH)
                    && inner.iter().all(|g| g.len() == 3)
                    && groups.last().is_some_and(|g| g.len() <= 3);
                fits.then_some(Self::RehGroups(groups))
            }
            [rest @ .., last] => Self::many(rest, *last, groups),
        }
    }

    fn two(sign: char, left: &'a str, right: &'a str) -> Option<Self> {
        let thousands = right.len() == 3 && left.len() <= 3 && !left.starts_with('0');
        let years = left.len() >= 4 && right.len() >= 4 || is_year(right);
        match sign {
            REH if is_year(left) || left.len() >= 4 && right.len() >= 4 => None,
            REH => Some(Self::Reh(left, right)),
            SPACE => Some(Self::Grouped(vec![left, right], None)),
            THOUSANDS if thousands => Some(Self::Grouped(vec![left, right], None)),
            // The Arabic decimal sign is typed for thousands too: keyboards show it as a comma.
            DECIMAL if thousands => Some(Self::OneGroup('.', left, right)),
            '.' | ',' if thousands => Some(Self::OneGroup(sign, left, right)),
            _ if years || sign == ',' && left.len() > 3 && right.len() == 3 => None,
            _ => Some(Self::Fraction(left, right)),
        }
    }

    fn many(rest: &[char], last: char, groups: Vec<&'a str>) -> Option<Self> {
        let triples = |groups: &[&str]| {
            groups[0].len() <= 3
                && !groups[0].starts_with('0')
                && groups[1..].iter().all(|g| g.len() == 3)
        };
        let same = rest.iter().all(|&s| s == rest[0]) && rest[0] != REH;
        let (whole, fraction) = groups.split_at(groups.len() - 1);
        if !same || last == REH {
            None
        } else if last == rest[0] {
            triples(&groups).then(|| Self::Grouped(groups.clone(), None))
        } else if triples(whole) && rest[0] != DECIMAL {
            Some(Self::Grouped(whole.to_vec(), Some(fraction[0])))
        } else {
            None
        }
    }
}

/// What a shape is worth; `None` where it is several figures or beyond all bounds.
pub(crate) fn read(shape: &str, around: Around) -> Option<Worth> {
    let parts = Parts::of(shape)?;
    if around.clock
        && let Some(time) = time(&parts)
    {
        return Some(time);
    }
    match parts {
        Parts::Whole(digits) => number(digits, "", None, Some(digits.to_owned())),
        Parts::Reh(low, high) => read_reh(low, high, around),
        Parts::RehGroups(mut groups) => {
            groups.reverse();
            let low = groups.pop()?;
            if low.len() == 3 {
                groups.push(low);
                return number(&groups.concat(), "", None, Some(groups.join(",")));
            }
            let text = format!("{}.{low}", groups.join(","));
            number(&groups.concat(), low, None, Some(text))
        }
        Parts::Grouped(groups, None) => number(&groups.concat(), "", None, Some(groups.join(","))),
        Parts::Grouped(groups, Some(fraction)) => {
            let text = format!("{}.{fraction}", groups.join(","));
            number(&groups.concat(), fraction, None, Some(text))
        }
        Parts::Fraction(whole, fraction) => {
            number(whole, fraction, None, Some(format!("{whole}.{fraction}")))
        }
        Parts::OneGroup(sign, left, right) => read_one_group(sign, left, right, around),
    }
}

/// `6,935` or `1.200`. A comma parts thousands and a point a fraction, but much Arabic copy has
/// it the other way round; before a scale word a comma may stand for a point.
fn read_one_group(sign: char, left: &str, right: &str, around: Around) -> Option<Worth> {
    let joined = [left, right].concat();
    let (thousands, fraction) =
        (Decimal::from_digits(&joined, ""), Decimal::from_digits(left, right));
    let typed = format!("{left}{sign}{right}");
    if sign == ',' {
        let other = fraction.filter(|_| around.scaled && !around.english);
        return number(&joined, "", other, Some(typed));
    }
    let sure = around.scaled || around.thousandths || around.english;
    number(left, right, thousands.filter(|_| !sure), Some(typed))
}

/// Two groups round a reh: reversed, and a low group of three digits may be thousands.
fn read_reh(low: &str, high: &str, around: Around) -> Option<Worth> {
    // A zero before other digits is a time's, wherever it stands; it is not written as a number.
    let odd = high.len() > 1 && high.starts_with('0');
    let point = || Some(format!("{high}.{low}")).filter(|_| !odd);
    let could_be_thousands = low.len() == 3 && high.len() <= 3 && !high.starts_with('0');
    if !could_be_thousands {
        return number(high, low, None, point());
    }
    let joined = [high, low].concat();
    let (thousands, fraction) =
        (Decimal::from_digits(&joined, ""), Decimal::from_digits(high, low));
    if around.scaled || around.thousandths {
        // A fraction of nothing is not typed, so zeros may be thousands even here.
        return number(high, low, thousands.filter(|_| low == "000"), point());
    }
    if low == "000" {
        return number(&joined, "", None, Some(format!("{high},{low}")));
    }
    number(&joined, "", fraction, None)
}

fn number(
    whole: &str,
    fraction: &str,
    other: Option<Decimal>,
    text: Option<String>,
) -> Option<Worth> {
    Some(Worth::Number { value: Decimal::from_digits(whole, fraction)?, other, text })
}

/// A shape read as a time of day, where it can be one.
fn time(parts: &Parts<'_>) -> Option<Worth> {
    let (hour, minute) = match *parts {
        Parts::Reh(low, high) => (high, low),
        Parts::Fraction(left, right) => (left, right),
        Parts::Whole(digits) if digits.len() <= 2 => (digits, "00"),
        Parts::Whole(digits) if digits.len() == 4 => digits.split_at(2),
        _ => return None,
    };
    let unsure = minute.len() == 1;
    if hour.len() > 2 || minute.len() > 2 {
        return None;
    }
    let (hour, minute) = (hour.parse().ok()?, minute.parse().ok()?);
    (hour <= 24 && minute <= 59).then_some(Worth::Time { hour, minute, unsure })
}

#[cfg(test)]
#[path = "figure_tests.rs"]
mod tests;
