//! Behaviour of English numbers, and of their comparison with Arabic ones.

use super::*;
use crate::article::numerals::{NumberKind, Written};

fn values(text: &str) -> Vec<String> {
    find(text)
        .iter()
        .map(|number| match number.kind {
            NumberKind::Cardinal => number.value.to_string(),
            NumberKind::Percent => format!("{}%", number.value),
            NumberKind::Ordinal => format!("{}th", number.value),
            NumberKind::Decade => format!("{}s", number.value),
            NumberKind::Time { hour, minute, .. } => format!("{hour}:{minute:02}"),
        })
        .collect()
}

fn value(text: &str) -> String {
    let values = values(text);
    assert_eq!(values.len(), 1, "{text}: {values:?}");
    values[0].clone()
}

#[test]
fn figures_take_their_scales_and_suffixes() {
    assert_eq!(value("1.2 billion people"), "1200000000");
    assert_eq!(value("$3bn"), "3000000000");
    assert_eq!(value("$3.5m"), "3500000");
    assert_eq!(value("34,625,951"), "34625951");
    assert_eq!(value("the 18th century"), "18th");
    assert_eq!(value("a 3-million-strong army"), "3000000");
    assert_eq!(value("10 thousand"), "10000");
    assert_eq!(value("the 1960s"), "1960s");
}

#[test]
fn number_words_compose() {
    assert_eq!(value("twenty-five men"), "25");
    assert_eq!(value("two million"), "2000000");
    assert_eq!(value("one hundred and five"), "105");
    assert_eq!(value("two thousand five hundred"), "2500");
    assert_eq!(value("three hundred thousand"), "300000");
    assert_eq!(value("half a million"), "500000");
    assert_eq!(value("one and a half million"), "1500000");
    assert_eq!(value("a million and a half"), "1500000");
    assert_eq!(value("two and a half million"), "2500000");
    assert_eq!(value("a hundred people"), "100");
    assert_eq!(value("the twenty-first century"), "21th");
    assert_eq!(value("the fourteenth"), "14th");
}

#[test]
fn vague_words_are_no_numbers() {
    for text in ["dozens", "hundreds of people", "a few thousand", "several hundred"] {
        assert_eq!(values(text), [""; 0], "{text}");
    }
}

#[test]
fn percentages_and_times_are_read_in_every_writing() {
    for text in ["5%", "5 percent", "5 per cent", "five percent", "5-percent"] {
        assert_eq!(value(text), "5%", "{text}");
    }
    assert_eq!(value("at 9:47 a.m."), "9:47");
    assert_eq!(value("at 9.30 pm"), "21:30");
    assert_eq!(value("9am"), "9:00");
    assert_eq!(value("eight o'clock"), "8:00");
    assert_eq!(value("0230 UTC"), "2:30");
    assert_eq!(values("2:11.60"), ["2", "11.6"]);
}

#[test]
fn ranges_are_two_numbers() {
    assert_eq!(values("1,000-1,200"), ["1000", "1200"]);
    assert_eq!(values("1000 to 1200 tons"), ["1000", "1200"]);
    assert_eq!(find("3 to 5 million")[0].alternative.unwrap().to_string(), "3000000");
    assert_eq!(find("2003-04")[1].alternative.unwrap().to_string(), "2004");
}

#[test]
fn a_minus_counts_only_where_it_is_one() {
    assert_eq!(value("it fell -3.5%"), "-3.5%");
    assert_eq!(value("minus 4 degrees"), "-4");
    assert_eq!(value("the F-35"), "35");
    assert_eq!(find("flight MH370")[0].written, Written::Name);
    assert_eq!(find("the JAS 39C")[0].written, Written::Name);
}

fn agree(arabic: &str, english: &str) {
    let differences = compare(arabic, english);
    assert!(differences.is_empty(), "{arabic} / {english}: {differences:?}");
}

fn differ(arabic: &str, english: &str) {
    assert!(!compare(arabic, english).is_empty(), "{arabic} / {english}");
}

#[test]
fn equal_numbers_agree_however_they_are_written() {
    agree("بلغ السعر 62ر31 دولار", "The price was $31.62.");
    agree("3 ملايين و500 ألف نسمة", "3.5 million people");
    agree("الساعة التاسعة مساء", "at 9 p.m.");
    agree("الساعة 14:30", "at 2:30 p.m.");
    agree("ثلاثة عشر قتيلا", "Thirteen were killed.");
    agree("في الستينيات", "in the 1960s");
    agree("ثلاثينيات القرن التاسع عشر", "the thirties of the nineteenth century");
    agree("ثلاثينيات القرن التاسع عشر", "the 1830s");
    agree("آثار عمرها ألف سنة", "thousand-year-old ruins");
    agree("أكثر من 24 جائزة", "more than two dozen awards");
    agree("قال \"5\"", "said &#39;5&#39;");
    agree("ساعة ونصف", "1.5 hours");
    agree("أكثر من النصف", "more than 50 percent");
    agree("50 في المئة من السكان", "half of the population");
    agree("المملكة المتحدة", "the U.K. said");
    agree("سيارة دفع رباعي", "a four-wheel drive");
    agree("قبل عامين", "two years ago");
    agree("من 3 إلى 5 ملايين", "3 million to 5 million");
    agree("تراجع \u{200E}-3.5%", "It fell 3.5 percent.");
    agree("لويس الرابع عشر", "Louis XIV");
    agree("إف-16", "an F16 jet");
    agree("1000 مليار دولار", "one trillion dollars");
}

#[test]
fn a_changed_number_is_told_from_both_sides() {
    let differences = compare("مقتل 1300 شخص في 5 قرى", "300 people died in 5 villages.");
    assert_eq!(differences.missing[0].value.to_string(), "1300");
    assert_eq!(differences.unsupported[0].value.to_string(), "300");
    assert_eq!((differences.missing.len(), differences.unsupported.len()), (1, 1));
    differ("نحو 000ر22 نازح", "about 22 displaced");
    differ("الساعة 07:19", "at 1907");
    differ("الساعة 9 صباحا", "at 9 p.m.");
    differ("خمسة وعشرون جنديا", "fifty-two soldiers");
    differ("الحرارة −4 درجات", "The temperature is 4 degrees.");
    differ("ثلاثينيات القرن التاسع عشر", "the 1930s");
    differ("ألفا موظف", "a thousand employees");
    differ("1.2 مليار", "1.2 million");
}
