//! The dates that an Arabic text mentions.
//!
//! A date keeps the calendar that the source used. Both names of one month ("كانون الثاني/يناير",
//! in any of four shapes) are one month. An ISO date stands beside it only where it is certain: a
//! day, a month and a year of our calendar or the Iranian solar one that agree with the weekday if
//! one is given. A year that the source leaves out stays out, unless the day of publication is
//! known and near. Numeric dates are read day first; where both could be the month, nothing is
//! called certain. Linear in the text.

use std::ops::Range;

use jiff::{ToSpan, civil::Date};

use super::numerals::{
    self, Number,
    lexer::{self, Kind, Piece},
};
use names::{Name, look_up};

mod calendar;
mod names;

/// The months in English, as agencies write them.
pub const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
/// The days of the week in English, from Monday.
pub const WEEKDAYS: [&str; 7] =
    ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/// Farthest from publication that a date without a year is given one, in days.
const NEAR: i32 = 90;

/// The calendar of a date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Calendar {
    /// Ours.
    Gregorian,
    /// The Islamic lunar one.
    Hijri,
    /// The Iranian one.
    SolarHijri,
}

/// A date as it stands in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DateMention {
    /// Its bytes in the text.
    pub span: Range<usize>,
    /// The calendar it is given in.
    pub calendar: Calendar,
    /// Day of the month, from 1.
    pub day: Option<u8>,
    /// Month, 1 to 12 in its own calendar.
    pub month: Option<u8>,
    /// Year in its own calendar; missing where neither text nor publication gives it.
    pub year: Option<i16>,
    /// Day of the week, 1 for Monday to 7 for Sunday.
    pub weekday: Option<i8>,
    /// The day as `2024-01-18`, where it is certain.
    pub iso: Option<String>,
}

/// A month or weekday that a text names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mark {
    /// A month: calendar, number from 1, whether the words mean nothing else, and how many they are.
    Month(Calendar, u8, bool, usize),
    /// A weekday, 1 for Monday to 7 for Sunday.
    Weekday(i8),
}

/// The months and weekdays among folded words, with the index of the first word of each.
pub(crate) fn marks<'a>(words: impl Iterator<Item = &'a str>) -> Vec<(usize, Mark)> {
    let mut found = Vec::new();
    let mut stem = None;
    for (index, word) in words.enumerate() {
        let name = names::of_folded(word);
        let mark = match (stem.take(), name) {
            (Some(stem), Name::Pick(pick)) => names::Stem::month(stem, pick)
                .map(|(calendar, month)| (index - 1, Mark::Month(calendar, month, true, 2))),
            (_, Name::Month(calendar, month, sure)) => {
                Some((index, Mark::Month(calendar, month, sure, 1)))
            }
            (_, Name::Weekday(day)) => Some((index, Mark::Weekday(day))),
            (_, Name::Stem(found)) => {
                stem = Some(found);
                None
            }
            _ => None,
        };
        found.extend(mark);
    }
    found
}

/// The dates of a text in order; `published` is the day it appeared, where that is known.
#[must_use]
pub fn find(text: &str, published: Option<Date>) -> Vec<DateMention> {
    let pieces = lexer::pieces(text, Name::Other, look_up);
    let numbers = numerals::find(text);
    let reader = Reader { text, pieces: &pieces, numbers: &numbers, published };
    let mut found: Vec<DateMention> = Vec::new();
    let mut at = 0;
    while at < pieces.len() {
        let date = reader.numeric(at).or_else(|| reader.named(at)).or_else(|| reader.marked(at));
        match date {
            Some((date, end)) => {
                // The day's own weekday may have been taken for a date of its own.
                while found.last().is_some_and(|last| last.span.end > date.span.start) {
                    found.pop();
                }
                found.push(date);
                at = end;
            }
            None => {
                found.extend(reader.weekday_alone(at));
                at += 1;
            }
        }
    }
    found
}

struct Reader<'a> {
    text: &'a str,
    pieces: &'a [Piece<Name>],
    numbers: &'a [Number],
    published: Option<Date>,
}

impl Reader<'_> {
    fn name(&self, at: usize) -> Option<Name> {
        match self.pieces.get(at)?.kind {
            Kind::Word(name) => Some(name),
            _ => None,
        }
    }

    fn sign(&self, at: usize) -> Option<char> {
        match self.pieces.get(at)?.kind {
            Kind::Sign(sign) => Some(sign),
            _ => None,
        }
    }

    fn figure(&self, at: usize) -> Option<(i16, usize)> {
        match &self.pieces.get(at)?.kind {
            Kind::Figure(shape) => Some((shape.parse().ok()?, shape.len())),
            _ => None,
        }
    }

    /// `18/1/2024`, `27-7-1429هـ`, `2024-01-18`.
    fn numeric(&self, at: usize) -> Option<(DateMention, usize)> {
        let sign = self.sign(at + 1).filter(|sign| matches!(sign, '/' | '-' | '.' | '\\'))?;
        let glued = (at + 1..at + 5).all(|at| self.pieces.get(at).is_some_and(|p| p.glued));
        if !glued || self.sign(at + 3) != Some(sign) {
            return None;
        }
        let [first, middle, last] = [at, at + 2, at + 4].map(|at| self.figure(at));
        let (first, middle, last) = (first?, middle?, last?);
        let year_first = first.1 == 4;
        let (day, month, year) = match (first, last) {
            ((year, 4), (day, 1..=2)) | ((day, 1..=2), (year, 4)) => (day, middle.0, year),
            _ => return None,
        };
        let swapped = month > 12 && day <= 12;
        let (day, month) = if swapped { (month, day) } else { (day, month) };
        let (day, month) = (u8::try_from(day).ok()?, u8::try_from(month).ok()?);
        if !(1..=31).contains(&day) || !(1..=12).contains(&month) {
            return None;
        }
        let (marked, end) = self.mark(at + 5);
        let calendar = marked.unwrap_or(match year {
            1300..=1500 if year_first => Calendar::SolarHijri,
            1300..=1500 => Calendar::Hijri,
            _ => Calendar::Gregorian,
        });
        let span = self.pieces[at].span.start..self.pieces[end - 1].span.end;
        let mut date = mention(span, calendar);
        (date.day, date.month, date.year) = (Some(day), Some(month), Some(year));
        let sure = day > 12 || day == month || year_first && sign == '-';
        if sure && (calendar == Calendar::Gregorian || marked.is_some()) {
            self.settle(&mut date);
        }
        Some((date, end))
    }

    /// The mark after a year, and the piece after it.
    fn mark(&self, at: usize) -> (Option<Calendar>, usize) {
        match self.name(at) {
            Some(Name::HijriMark) => (Some(Calendar::Hijri), at + 1),
            Some(Name::CommonMark) => (Some(Calendar::Gregorian), at + 1),
            _ => (None, at),
        }
    }

    /// A month at `at`: its calendar, number, whether its name means nothing else, and its end.
    fn month(&self, at: usize) -> Option<(Calendar, u8, bool, usize)> {
        match self.name(at)? {
            Name::Month(calendar, month, sure) => Some((calendar, month, sure, at + 1)),
            Name::Stem(stem) => {
                let Some(Name::Pick(pick)) = self.name(at + 1) else { return None };
                stem.month(pick).map(|(calendar, month)| (calendar, month, true, at + 2))
            }
            _ => None,
        }
    }

    /// The end of the month's other name: `/يناير`, `(يناير)`, `/ يناير/`.
    fn second_name(&self, calendar: Calendar, month: u8, at: usize) -> usize {
        let Some(open) = self.sign(at).filter(|sign| matches!(sign, '/' | '(' | '-')) else {
            return at;
        };
        match self.month(at + 1) {
            Some((same_calendar, same, _, end)) if (same_calendar, same) == (calendar, month) => {
                let closes = match open {
                    '(' => self.sign(end) == Some(')'),
                    _ => self.sign(end) == Some(open) && self.figure(end + 1).is_none(),
                };
                end + usize::from(closes)
            }
            _ => at,
        }
    }

    /// A date with a month's name: `الاثنين 18 كانون الثاني/يناير 2024 م`.
    fn named(&self, at: usize) -> Option<(DateMention, usize)> {
        let (calendar, month, sure, end) = self.month(at)?;
        let end = self.second_name(calendar, month, end);
        let (year, marked, end) = self.year(end);
        let day = self.day_before(at);
        let named = at > 0 && self.text[self.pieces[at - 1].span.clone()].ends_with("شهر");
        let alone = day.is_none() && year.is_none();
        if calendar == Calendar::SolarHijri && day.is_none() || alone && !sure && !named {
            return None;
        }
        let start = day.map_or(self.pieces[at].span.start, |(_, start)| start);
        let (weekday, start) = self.weekday_before(start);
        let span = start..self.pieces[end - 1].span.end;
        let mut date = mention(span, calendar);
        (date.day, date.month) = (day.map(|(day, _)| day), Some(month));
        (date.year, date.weekday) = (year, weekday);
        if marked.is_none_or(|marked| marked == calendar) {
            self.settle(&mut date);
        }
        Some((date, end))
    }

    /// A year after a month, with its mark.
    fn year(&self, at: usize) -> (Option<i16>, Option<Calendar>, usize) {
        let mut start = at;
        start += usize::from(matches!(self.sign(start), Some('،' | ',' | '/')));
        start += usize::from(self.name(start) == Some(Name::Of));
        start += usize::from(self.name(start) == Some(Name::Year));
        match self.figure(start) {
            Some((year, 4)) if !matches!(self.sign(start + 1), Some('/' | ':')) => {
                let (marked, end) = self.mark(start + 1);
                (Some(year), marked, end)
            }
            _ => (None, None, at),
        }
    }

    /// The day before a month, and where it starts: "18", "الثامن عشر من", "الأول من شهر".
    fn day_before(&self, at: usize) -> Option<(u8, usize)> {
        let mut at = at;
        while at > 0 && (self.name(at - 1) == Some(Name::Of) || self.sign(at - 1) == Some('/')) {
            at -= 1;
        }
        let before = &self.pieces[at.checked_sub(1)?];
        if before.kind == Kind::Word(Name::Pick(1)) {
            return Some((1, before.span.start));
        }
        let end = before.span.end;
        let index = self.numbers.partition_point(|number| number.span.end < end);
        let number = self.numbers.get(index).filter(|number| number.span.end == end)?;
        let day = number.value.whole().and_then(|day| u8::try_from(day).ok())?;
        (1..=31).contains(&day).then_some((day, number.span.start))
    }

    /// The weekday right before byte `start`, and where the date then starts.
    fn weekday_before(&self, start: usize) -> (Option<i8>, usize) {
        let mut at = self.pieces.partition_point(|piece| piece.span.start < start);
        while at > 0 && matches!(self.sign(at - 1), Some('،' | ',' | '(' | '/')) {
            at -= 1;
        }
        match at.checked_sub(1).and_then(|at| self.name(at)) {
            Some(Name::Weekday(day)) => (Some(day), self.pieces[at - 1].span.start),
            _ => (None, start),
        }
    }

    /// A year with its mark and nothing else: `1436هـ`, `256هـ/870م`.
    fn marked(&self, at: usize) -> Option<(DateMention, usize)> {
        let (year, digits @ 3..=4) = self.figure(at)? else { return None };
        let (calendar, end) = self.mark(at + 1);
        let calendar = calendar?;
        let year_before = at > 0
            && (self.name(at - 1) == Some(Name::Year)
                || at > 1 && self.name(at - 2) == Some(Name::HijriMark));
        // 1500م is a distance as often as a year.
        let likely = match calendar {
            Calendar::Gregorian => year_before || digits == 4 && (1900..2100).contains(&year),
            _ => year < 1500,
        };
        let span = self.pieces[at].span.start..self.pieces[end - 1].span.end;
        likely.then(|| (DateMention { year: Some(year), ..mention(span, calendar) }, end))
    }

    /// "اليوم الاثنين", or a weekday with no date: certain only beside the day of publication.
    fn weekday_alone(&self, at: usize) -> Option<DateMention> {
        let Some(Name::Weekday(weekday)) = self.name(at) else { return None };
        let beside = [at.checked_sub(1), Some(at + 1)].into_iter().flatten();
        let near = beside.filter_map(|at| self.name(at)).find_map(|name| match name {
            Name::Near(days) => Some(days),
            _ => None,
        });
        let day = near
            .zip(self.published)
            .and_then(|(days, published)| published.checked_add(i32::from(days).days()).ok());
        let day = day.filter(|day| day.weekday().to_monday_one_offset() == weekday);
        let mut date = mention(self.pieces[at].span.clone(), Calendar::Gregorian);
        date.weekday = Some(weekday);
        date.iso = day.map(|day| day.to_string());
        Some(date)
    }

    /// Adds the ISO date where it is certain, and the year that publication gives.
    fn settle(&self, date: &mut DateMention) {
        let (Some(day), Some(month)) = (date.day, date.month) else { return };
        if date.year.is_none() && date.calendar == Calendar::Gregorian {
            date.year = self.published.and_then(|published| near_year(published, month, day));
        }
        let certain = date.year.and_then(|year| match date.calendar {
            Calendar::Gregorian => civil(year, month, day),
            Calendar::SolarHijri => calendar::from_solar(year, month, day),
            Calendar::Hijri => None,
        });
        let agrees = |day: &Date| {
            date.weekday.is_none_or(|weekday| day.weekday().to_monday_one_offset() == weekday)
        };
        date.iso = certain.filter(agrees).map(|day| day.to_string());
    }
}

fn mention(span: Range<usize>, calendar: Calendar) -> DateMention {
    DateMention { span, calendar, day: None, month: None, year: None, weekday: None, iso: None }
}

fn civil(year: i16, month: u8, day: u8) -> Option<Date> {
    Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

/// The year that puts a day and month within reach of publication.
fn near_year(published: Date, month: u8, day: u8) -> Option<i16> {
    let year = published.year();
    [year, year - 1, year + 1].into_iter().find(|&year| {
        civil(year, month, day)
            .and_then(|date| date.until(published).ok())
            .is_some_and(|away| away.get_days().abs() <= NEAR)
    })
}

#[cfg(test)]
#[path = "dates_tests.rs"]
mod tests;
