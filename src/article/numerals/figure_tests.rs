//! Behaviour of figures alone, without the words round them.

use super::*;

fn shape(text: &str) -> String {
    scan(text).unwrap().shape
}

/// Value, other value and Western form.
fn worth(text: &str, around: Around) -> (String, Option<String>, Option<String>) {
    match read(&shape(text), around).unwrap() {
        Worth::Number { value, other, text } => {
            (value.to_string(), other.map(|o| o.to_string()), text)
        }
        Worth::Time { hour, minute, .. } => (format!("{hour:02}:{minute:02}"), None, None),
    }
}

fn plain(text: &str) -> String {
    let (value, other, _) = worth(text, Around::default());
    assert_eq!(other, None, "{text} can be read one way only");
    value
}

fn western(text: &str) -> String {
    worth(text, Around::default()).2.unwrap()
}

#[test]
fn reh_groups_stand_low_order_first() {
    assert_eq!(plain("62ر31"), "31.62");
    assert_eq!(plain("06ر0"), "0.06");
    assert_eq!(plain("5ر0"), "0.5");
    assert_eq!(plain("000ر22"), "22000");
    assert_eq!(plain("951ر625ر34"), "34625951");
    assert_eq!(plain("5ر951ر34"), "34951.5");
    assert_eq!(plain("٦٢ر٣١"), "31.62");
}

#[test]
fn reh_figures_are_written_in_western_signs() {
    assert_eq!(western("62ر31"), "31.62");
    assert_eq!(western("000ر22"), "22,000");
    assert_eq!(western("951ر625ر34"), "34,625,951");
}

#[test]
fn a_lone_three_digit_left_group_is_ambiguous_and_left_as_typed() {
    let (value, other, text) = worth("500ر307", Around::default());
    assert_eq!((value.as_str(), other.as_deref(), text), ("307500", Some("307.5"), None));
}

#[test]
fn a_scale_word_makes_the_left_group_a_fraction() {
    let scaled = Around { scaled: true, ..Around::default() };
    assert_eq!(worth("935ر6", scaled), ("6.935".into(), None, Some("6.935".into())));
    let dinar = Around { thousandths: true, ..Around::default() };
    assert_eq!(worth("250ر1", dinar).0, "1.25");
}

#[test]
fn a_clock_word_makes_a_time() {
    let clock = Around { clock: true, ..Around::default() };
    assert_eq!(worth("47ر09", clock).0, "09:47");
    assert_eq!(worth("5،42", clock).0, "05:42");
    assert_eq!(worth("9.30", clock).0, "09:30");
    assert_eq!(worth("0230", clock).0, "02:30");
    assert_eq!(worth("75ر3", clock).0, "3.75", "no hour has 75 minutes");
}

#[test]
fn every_digit_system_and_separator_is_read() {
    for text in ["72.53", "٧٢٫٥٣", "۷۲٫۵۳", "72,53", "٧٢،٥٣", "72\u{200F}.\u{200E}53"]
    {
        assert_eq!(plain(text), "72.53", "{text}");
    }
    for text in ["1,234,567", "١٬٢٣٤٬٥٦٧", "1.234.567", "1\u{A0}234\u{A0}567", "1،234،567"]
    {
        assert_eq!(plain(text), "1234567", "{text}");
        assert_eq!(western(text), "1,234,567", "{text}");
    }
    assert_eq!(plain("(7.038.700.000)".trim_matches(['(', ')'])), "7038700000");
    assert_eq!(plain("1,234.5"), "1234.5");
    assert_eq!(plain("1.234,5"), "1234.5");
    assert_eq!(plain("2,500"), "2500");
    assert_eq!(plain("0,500"), "0.5");
}

#[test]
fn a_plain_space_parts_thousands_only_before_zeros() {
    assert_eq!(shape("10 000 شخص"), "10s000");
    assert_eq!(shape("1 500 000"), "1s500s000");
    assert_eq!(shape("2015 000"), "2015");
    assert_eq!(shape("15 300 شخص"), "15");
    assert_eq!(shape("15\u{A0}300 شخص"), "15s300");
    assert_eq!(shape("15\u{A0}3000"), "15");
}

#[test]
fn dates_and_lists_are_several_figures() {
    for text in ["18.1.2024", "07.04.2024", "5,6,7", "2010,2011", "1.2.3.4", "5ر3,7", "2010,500"] {
        assert!(!is_single(&shape(text)), "{text}");
    }
}

#[test]
fn one_point_and_three_digits_can_be_read_two_ways() {
    assert_eq!(worth("1.200", Around::default()).1.as_deref(), Some("1200"));
    let english = Around { english: true, ..Around::default() };
    assert_eq!(worth("1.200", english), ("1.2".into(), None, Some("1.200".into())));
    let scaled = Around { scaled: true, ..Around::default() };
    assert_eq!(worth("1,200", scaled).1.as_deref(), Some("1.2"));
}
