//! Names of months and weekdays in Arabic copy, in every country's habit, and the small words
//! round a date.
//!
//! Levant and Iraq, Gulf and Egypt, the Maghreb with Morocco's own; the Hijri months; the Iranian
//! solar months as Iranian agencies spell them in Arabic. Spelling is folded as for numbers.

use std::sync::LazyLock;

use super::Calendar;
use crate::article::{numerals::fold_word, wordmap::WordTable};

/// What a word means to a date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Name {
    /// A month of one word; `true` where the word is nothing else, as a verb or a person's name.
    Month(Calendar, u8, bool),
    /// The first word of a month of two.
    Stem(Stem),
    /// The second word of one: first or last of the pair, قعدة or حجة.
    Pick(u8),
    /// A weekday, 1 for Monday to 7 for Sunday.
    Weekday(i8),
    /// Today, yesterday or tomorrow, in days from the day of publication.
    Near(i8),
    /// هـ after a year.
    HijriMark,
    /// م after a year.
    CommonMark,
    /// "Of", "month", between a day and its month.
    Of,
    /// "Year", before one.
    Year,
    /// Any other word.
    Other,
}

/// Months that come in pairs told apart by a second word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stem {
    /// كانون: December, January.
    Kanun,
    /// تشرين: October, November.
    Tishrin,
    /// ربيع: third and fourth.
    Rabi,
    /// جمادى: fifth and sixth.
    Jumada,
    /// ذو: eleventh and twelfth.
    Dhu,
}

impl Stem {
    /// The month of this stem with a second word.
    pub(super) fn month(self, pick: u8) -> Option<(Calendar, u8)> {
        Some(match (self, pick) {
            (Self::Kanun, 1) => (Calendar::Gregorian, 12),
            (Self::Kanun, 2) => (Calendar::Gregorian, 1),
            (Self::Tishrin, 1) => (Calendar::Gregorian, 10),
            (Self::Tishrin, 2) => (Calendar::Gregorian, 11),
            (Self::Rabi, 1) => (Calendar::Hijri, 3),
            (Self::Rabi, 2) => (Calendar::Hijri, 4),
            (Self::Jumada, 1) => (Calendar::Hijri, 5),
            (Self::Jumada, 2) => (Calendar::Hijri, 6),
            (Self::Dhu, 11) => (Calendar::Hijri, 11),
            (Self::Dhu, 12) => (Calendar::Hijri, 12),
            _ => return None,
        })
    }
}

/// The meaning of a word as typed.
pub(super) fn look_up(word: &str) -> Name {
    fold_word(word).map_or(Name::Other, |folded| of_folded(&folded))
}

/// The meaning of a folded word.
pub(super) fn of_folded(word: &str) -> Name {
    name(word).or_else(|| word.strip_prefix(['و', 'ب', 'ل']).and_then(name)).unwrap_or(Name::Other)
}

fn name(word: &str) -> Option<Name> {
    static NAMES: LazyLock<WordTable<&'static str, Name>> = LazyLock::new(|| {
        let lists = [MONTHS, OTHER_CALENDARS, NEIGHBOURS].into_iter().flatten();
        lists.flat_map(|(words, name)| words.split(' ').map(|word| (word, *name))).collect()
    });
    NAMES.get(word).copied()
}

const fn gregorian(month: u8, sure: bool) -> Name {
    Name::Month(Calendar::Gregorian, month, sure)
}

const fn hijri(month: u8) -> Name {
    Name::Month(Calendar::Hijri, month, false)
}

const fn solar(month: u8) -> Name {
    Name::Month(Calendar::SolarHijri, month, false)
}

/// Words of one meaning, parted by spaces.
type Words = &'static [(&'static str, Name)];

const MONTHS: Words = &[
    ("يناير جانفي", gregorian(1, true)),
    ("شباط فبراير فيفري", gregorian(2, true)),
    ("اذار", gregorian(3, true)),
    ("مارس", gregorian(3, false)),
    ("ابريل افريل", gregorian(4, true)),
    ("نيسان", gregorian(4, false)),
    ("مايو", gregorian(5, true)),
    ("ايار ماي", gregorian(5, false)),
    ("حزيران يونيو يونيه", gregorian(6, true)),
    ("جوان", gregorian(6, false)),
    ("يوليو يوليه يوليوز جويليه", gregorian(7, true)),
    ("تموز", gregorian(7, false)),
    ("اغسطس غشت", gregorian(8, true)),
    ("اب اوت", gregorian(8, false)),
    ("ايلول سبتمبر شتنبر", gregorian(9, true)),
    ("اكتوبر", gregorian(10, true)),
    ("نوفمبر نونبر", gregorian(11, true)),
    ("ديسمبر دجنبر", gregorian(12, true)),
];

const OTHER_CALENDARS: Words = &[
    ("محرم", hijri(1)),
    ("صفر", hijri(2)),
    ("رجب", hijri(7)),
    ("شعبان", hijri(8)),
    ("رمضان", hijri(9)),
    ("شوال", hijri(10)),
    ("ذوالقعده ذيالقعده", hijri(11)),
    ("ذوالحجه ذيالحجه", hijri(12)),
    ("فروردين", solar(1)),
    ("ارديبهشت", solar(2)),
    ("خرداد", solar(3)),
    ("تير", solar(4)),
    ("مرداد", solar(5)),
    ("شهريور", solar(6)),
    ("مهر", solar(7)),
    ("ابان", solar(8)),
    ("اذر", solar(9)),
    ("دي", solar(10)),
    ("بهمن", solar(11)),
    ("اسفند", solar(12)),
];

const NEIGHBOURS: Words = &[
    ("كانون", Name::Stem(Stem::Kanun)),
    ("تشرين", Name::Stem(Stem::Tishrin)),
    ("ربيع", Name::Stem(Stem::Rabi)),
    ("جمادي", Name::Stem(Stem::Jumada)),
    ("ذو ذي ذا", Name::Stem(Stem::Dhu)),
    ("الاول اول الاولي", Name::Pick(1)),
    ("الثاني ثاني الثانيه الاخر الاخره", Name::Pick(2)),
    ("القعده", Name::Pick(11)),
    ("الحجه", Name::Pick(12)),
    ("الاثنين الاثنان", Name::Weekday(1)),
    ("الثلاثاء", Name::Weekday(2)),
    ("الاربعاء", Name::Weekday(3)),
    ("الخميس", Name::Weekday(4)),
    ("الجمعه", Name::Weekday(5)),
    ("السبت", Name::Weekday(6)),
    ("الاحد", Name::Weekday(7)),
    ("اليوم", Name::Near(0)),
    ("امس", Name::Near(-1)),
    ("غدا غد", Name::Near(1)),
    ("ه", Name::HijriMark),
    ("م", Name::CommonMark),
    ("من شهر", Name::Of),
    ("عام سنه العام", Name::Year),
];
