//! The date inside a dateline: day, month by any of its names, year, in the Gregorian calendar.
//!
//! A date that is Hijri alone gives no day: nothing is converted here. `آذار/مارس` is one month
//! named twice; the dateline's slashes cut it in two, and the second name changes nothing.

use std::ops::Range;

use super::fold::{is_word, key};

/// What a dateline says of the day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Filed {
    pub(super) day: Option<u8>,
    pub(super) month: Option<u8>,
    pub(super) year: Option<i16>,
    /// Whether any date was seen, be it only a Hijri one or a weekday.
    seen: bool,
}

impl Filed {
    /// Whether any date was seen.
    pub(super) fn any(self) -> bool {
        self.seen
    }
}

/// A word of a piece: where it stands and its folded form.
struct Word {
    at: Range<usize>,
    key: String,
}

/// Finds the date in a piece of a dateline, adds it to `filed` and returns where it stands.
pub(super) fn find(piece: &str, filed: &mut Filed) -> Option<Range<usize>> {
    let words = words(piece);
    if let Some((first, last)) = bare_number(&words, filed) {
        return Some(words[first].at.start..words[last].at.end);
    }
    let Some(first) = words.iter().position(|word| is_date_word(&word.key)) else {
        let (first, last) = numeric(piece, &words, filed)?;
        return Some(words[first].at.start..words[last].at.end);
    };
    let mut start = first;
    // A day before its month, and `يوم` or `في` before the day, belong to the date.
    while start > 0
        && (number(&words[start - 1].key).is_some()
            || matches!(words[start - 1].key.as_str(), "في" | "يوم" | "اول"))
    {
        start -= 1;
    }
    let mut end = first;
    let mut hijri = false;
    let mut day = None;
    for (i, word) in words.iter().enumerate().skip(start) {
        let pair = words.get(i + 1).map(|next| format!("{} {}", word.key, next.key));
        let named = pair.as_deref().and_then(month).or_else(|| month(&word.key));
        if let Some(month) = named {
            filed.month = filed.month.or(Some(month));
            filed.day = filed.day.or(day);
        } else if is_hijri(&word.key) || pair.as_deref().is_some_and(is_hijri) {
            (hijri, day) = (true, None);
        } else if word.key == "الموافق" {
            (hijri, day) = (false, None);
        } else if let Some(n) = number(&word.key) {
            match n {
                1..=31 if !hijri => day = u8::try_from(n).ok(),
                1900..=2100 => filed.year = i16::try_from(n).ok(),
                _ => {}
            }
        } else if !is_date_tail(&word.key) {
            break;
        }
        end = i;
    }
    filed.seen = true;
    Some(words[start].at.start..words[end].at.end)
}

/// `21`, `2`, `18`, `2024` between the dashes or slashes of a numeric date.
fn bare_number(words: &[Word], filed: &mut Filed) -> Option<(usize, usize)> {
    let [word] = words else { return None };
    let n = number(&word.key)?;
    match n {
        1900..=2100 => filed.year = i16::try_from(n).ok(),
        1..=31 if filed.day.is_none() && filed.month.is_none() => filed.day = u8::try_from(n).ok(),
        1..=12 if filed.month.is_none() => filed.month = u8::try_from(n).ok(),
        // Year first, as in 2024/01/18: what was taken for the day is the month.
        1..=31 if filed.year.is_some() && filed.month.is_none() => filed.month = None,
        _ => {}
    }
    filed.seen = true;
    Some((0, 0))
}

/// `12-3-2023`, `05/03/2024`, `2024.3.5` within a piece: day or year first, as the year shows.
fn numeric(piece: &str, words: &[Word], filed: &mut Filed) -> Option<(usize, usize)> {
    let joined = |a: &Word, b: &Word| matches!(&piece[a.at.end..b.at.start], "-" | "/" | ".");
    for (i, three) in words.windows(3).enumerate() {
        let [a, b, c] = three else { continue };
        if !joined(a, b) || !joined(b, c) {
            continue;
        }
        let (Some(x), Some(month), Some(z)) = (number(&a.key), number(&b.key), number(&c.key))
        else {
            continue;
        };
        let (day, year) = if x > 31 { (z, x) } else { (x, z) };
        if !(1..=31).contains(&day) || !(1..=12).contains(&month) {
            continue;
        }
        // A Hijri year says that day and month are Hijri too.
        if (1900..=2100).contains(&year) {
            filed.day = u8::try_from(day).ok();
            filed.month = u8::try_from(month).ok();
            filed.year = i16::try_from(year).ok();
        }
        filed.seen = true;
        return Some((i, i + 2));
    }
    None
}

/// The words of a piece; a digit glued to letters (`الرياض26`, `1436هـ`) is a word of its own.
fn words(piece: &str) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::new();
    let mut start = None;
    let mut digits = false;
    let ends = piece.char_indices().chain(std::iter::once((piece.len(), ' ')));
    for (i, c) in ends {
        let inside = is_word(c) || super::normalize::is_mark(c) || c == 'ـ';
        let digit = inside && (c.is_ascii_digit() || c > '\u{65F}' && c.is_numeric());
        if let Some(from) = start
            && (!inside || digit != digits)
        {
            words.push(Word { at: from..i, key: key(&piece[from..i]) });
            start = None;
        }
        if inside && start.is_none() {
            start = Some(i);
            digits = digit;
        }
    }
    words
}

fn number(key: &str) -> Option<u16> {
    match key {
        "اول" | "الاول" => Some(1),
        _ if key.len() <= 4 => key.parse().ok(),
        _ => None,
    }
}

fn is_date_word(key: &str) -> bool {
    month(key).is_some()
        || is_hijri(key)
        || is_weekday(key)
        || matches!(key, "كانون" | "تشرين" | "ربيع" | "جمادي" | "ذو" | "ذي")
}

fn is_date_tail(key: &str) -> bool {
    is_weekday(key)
        || matches!(
            key,
            "في" | "يوم"
                | "م"
                | "ه"
                | "كانون"
                | "تشرين"
                | "الثاني"
                | "الثانيه"
                | "الاخر"
                | "الاخره"
                | "الاولي"
                | "الحجه"
                | "القعده"
                | "ربيع"
                | "جمادي"
                | "ذو"
                | "ذي"
        )
}

fn is_weekday(key: &str) -> bool {
    matches!(key, "السبت" | "الاحد" | "الاثنين" | "الثلاثاء" | "الاربعاء" | "الخميس" | "الجمعه")
}

fn is_hijri(key: &str) -> bool {
    matches!(key, "محرم" | "المحرم" | "صفر" | "رجب" | "شعبان" | "رمضان" | "شوال")
        || ["ربيع ", "جمادي ", "ذو ", "ذي "].iter().any(|start| key.starts_with(start))
}

/// The month that a folded name means: Levantine, Gulf and Egyptian, Maghreb names.
fn month(key: &str) -> Option<u8> {
    Some(match key {
        "كانون الثاني" | "يناير" | "جانفي" => 1,
        "شباط" | "فبراير" | "فيفري" => 2,
        "اذار" | "مارس" => 3,
        "نيسان" | "ابريل" | "افريل" => 4,
        "ايار" | "مايو" | "ماي" => 5,
        "حزيران" | "يونيو" | "يونيه" | "جوان" => 6,
        "تموز" | "يوليو" | "يوليه" | "جويليه" | "يوليوز" => 7,
        "اب" | "اغسطس" | "اوت" | "غشت" => 8,
        "ايلول" | "سبتمبر" | "شتنبر" => 9,
        "تشرين الاول" | "اكتوبر" => 10,
        "تشرين الثاني" | "نوفمبر" | "نونبر" => 11,
        "كانون الاول" | "ديسمبر" | "دجنبر" => 12,
        _ => return None,
    })
}
