//! Behaviour of numbers in sentences.

use super::*;

/// Values in order, with a sign for the kind: `%`, `th`, `s` of a decade, `h:mm`.
fn values(text: &str) -> Vec<String> {
    find(text).iter().map(show).collect()
}

fn show(number: &Number) -> String {
    match number.kind {
        NumberKind::Cardinal => number.value.to_string(),
        NumberKind::Percent => format!("{}%", number.value),
        NumberKind::Ordinal => format!("{}th", number.value),
        NumberKind::Decade => format!("{}s", number.value),
        NumberKind::Time { hour, minute, .. } => format!("{hour}:{minute:02}"),
    }
}

fn value(text: &str) -> String {
    let values = values(text);
    assert_eq!(values.len(), 1, "{text}: {values:?}");
    values[0].clone()
}

#[test]
fn scale_words_multiply_what_stands_before_them() {
    assert_eq!(value("10 آلاف جندي"), "10000");
    assert_eq!(value("1.2 مليار دولار"), "1200000000");
    assert_eq!(value("935ر6 مليون برميل"), "6935000");
    assert_eq!(value("١٥ ألفاً"), "15000");
    assert_eq!(value("2,5 مليون"), "2500000");
    assert_eq!(value("ثلاثة ملايين نازح"), "3000000");
    assert_eq!(value("مئة ألف لاجئ"), "100000");
    assert_eq!(value("ألف مليار دولار"), "1000000000000");
}

#[test]
fn falling_components_are_one_number() {
    assert_eq!(value("3 ملايين و500 ألف نسمة"), "3500000");
    assert_eq!(value("مليون و200 ألف"), "1200000");
    assert_eq!(value("ألف و 300 جريح"), "1300");
    assert_eq!(value("مليون ونصف المليون لاجئ"), "1500000");
    assert_eq!(value("مليونين ونصف مليون"), "2500000");
    assert_eq!(value("عام ألف وتسعمائة وخمسة وثمانين"), "1985");
    assert_eq!(value("مئة وخمسون ألفا"), "150000");
    assert_eq!(value("نصف مليون"), "500000");
}

#[test]
fn what_does_not_fall_is_a_number_of_its_own() {
    assert_eq!(values("15 ألفا و20 ألفا"), ["15000", "20000"]);
    assert_eq!(values("بين ثلاثة وأربعة آلاف"), ["3", "4000"]);
    assert_eq!(values("خمسة وستة"), ["5", "6"]);
    assert_eq!(values("بين مئة ومئتي شخص"), ["100", "200"]);
    assert_eq!(values("10 آلاف جندي و200 دبابة"), ["10000", "200"]);
}

#[test]
fn a_dual_alone_is_two_of_its_scale() {
    assert_eq!(value("ألفا موظف"), "2000");
    assert_eq!(value("ألفي موظف"), "2000");
    assert_eq!(value("ألفان"), "2000");
    assert_eq!(value("مليونا دولار"), "2000000");
    assert_eq!(value("ملياري دولار"), "2000000000");
    assert_eq!(value("مئتي كيلومتر"), "200");
    assert_eq!(value("ألفاً"), "1000");
    assert_eq!(value("خمسة عشر ألفا"), "15000");
}

#[test]
fn number_words_compose() {
    assert_eq!(value("ثلاثة عشر قتيلا"), "13");
    assert_eq!(value("إحدى عشرة دولة"), "11");
    assert_eq!(value("اثنتي عشرة ساعة"), "12");
    assert_eq!(value("خمسة وعشرين عاما"), "25");
    assert_eq!(value("ثلاث مئة وخمسة"), "305");
    assert_eq!(value("القرن الثامن عشر"), "18th");
    assert_eq!(value("الذكرى الحادية والعشرين"), "21th");
    assert_eq!(value("في الثمانينيات"), "80s");
}

#[test]
fn vague_words_are_no_numbers() {
    for text in ["مئات القتلى", "عشرات الآلاف", "ملايين النازحين", "الاثنين والخميس", "أحد القادة"]
    {
        assert_eq!(values(text), [""; 0], "{text}");
    }
}

#[test]
fn percentages_are_read_in_every_writing() {
    for text in ["5%", "٥٪", "%5", "5 في المئة", "5 في المائة", "5 بالمئة", "خمسة بالمائة", "5 %"]
    {
        assert_eq!(value(text), "5%", "{text}");
    }
    assert_eq!(value("2،5%"), "2.5%");
    assert_eq!(value("مئة في المئة"), "100%");
}

#[test]
fn clock_times_are_read_in_every_writing() {
    assert_eq!(value("الساعة 47ر09"), "9:47");
    assert_eq!(value("الساعة 9:30 صباحاً"), "9:30");
    assert_eq!(value("عند الساعة ٩ مساء"), "21:00");
    assert_eq!(value("الساعة 5،42"), "5:42");
    assert_eq!(value("الساعة الثامنة والنصف"), "8:30");
    assert_eq!(value("الساعة الحادية عشرة إلا ربعا"), "10:45");
    assert_eq!(value("30ر14 بتوقيت غرينتش"), "14:30");
    assert_eq!(value("0230 بتوقيت غرينتش"), "2:30");
    assert_eq!(values("الدقيقة 2:1"), ["2", "1"]);
}

#[test]
fn a_minus_counts_only_where_it_is_one() {
    assert_eq!(value("هبط المؤشر \u{200E}-3.5%"), "-3.5%");
    assert_eq!(value("الحرارة −4 درجات"), "-4");
    assert_eq!(values("بين 12-15 شخصا"), ["12", "15"]);
    assert_eq!(value("طائرة جاس-٣٩"), "39");
    assert_eq!(value("-5 أشخاص"), "5");
    assert_eq!(value("ارتفع \u{200E}+3.5%\u{200E}"), "3.5%");
}

#[test]
fn dates_are_numbers() {
    assert_eq!(values("27-7-1429هـ"), ["27", "7", "1429"]);
    assert_eq!(values("في 18.1.2024"), ["18", "1", "2024"]);
    assert_eq!(values("18/01/2024 الساعة 14:30\u{200F}"), ["18", "1", "2024", "14:30"]);
}

#[test]
fn ranges_may_share_a_scale() {
    let numbers = find("من 3 إلى 5 ملايين");
    assert_eq!(numbers[0].alternative, Some(Decimal::from(3_000_000)));
    assert!(!numbers[0].ambiguous);
    assert_eq!(values("1000 إلى 1200 طن"), ["1000", "1200"]);
}

#[test]
fn figures_are_rewritten_and_all_else_is_left_alone() {
    let cases = [
        ("بلغ 62ر31 دولار", "بلغ 31.62 دولار"),
        ("نحو 000ر22 نازح", "نحو 22,000 نازح"),
        ("951ر625ر34 نسمة", "34,625,951 نسمة"),
        ("الساعة 47ر09 بالتوقيت المحلي", "الساعة 09:47 بالتوقيت المحلي"),
        ("١٢٫٥٪ و١٬٢٣٤٬٥٦٧", "12.5% و1,234,567"),
        ("7.038.700.000 ريال", "7,038,700,000 ريال"),
        ("بنسبة 2،5%، و٪7", "بنسبة 2.5%، و7%"),
        ("٢٠١٤/١/١٨", "2014/1/18"),
        ("935ر6 مليون", "6.935 مليون"),
    ];
    for (typed, written) in cases {
        assert_eq!(rewrite(typed), written);
    }
    for text in ["فاز 2-1", "5,6,7", "18.1.2024", "شهر رمضان", "في 2010 و2011", "3.5%"]
    {
        assert!(matches!(rewrite(text), Cow::Borrowed(_)), "{text}");
    }
}

#[test]
fn rewriting_again_changes_nothing() {
    for text in ["62ر31 و500ر307 متر", "الساعة 47ر09", "٪7", "1.200 و2,5"] {
        let once = rewrite(text).into_owned();
        assert_eq!(rewrite(&once), once);
    }
}

#[test]
fn an_ambiguous_figure_is_left_and_reported() {
    let text = "مساحة ٥٠٠ر٣٠٧ متر مربع";
    assert_eq!(rewrite(text), "مساحة 500ر307 متر مربع");
    let findings = ambiguities(text);
    assert_eq!(findings.len(), 1);
    assert!(findings[0].message.contains("307500") && findings[0].message.contains("307.5"));
    assert_eq!(ambiguities("بلغ 62ر31 دولار"), []);
}

#[test]
fn digits_within_a_latin_name_are_marked() {
    let numbers = find("الرحلة MH370 و 12 طائرة");
    let written: Vec<_> = numbers.iter().map(|n| n.written).collect();
    assert_eq!(written, [Written::Name, Written::Figures]);
}

#[test]
fn long_texts_take_time_in_proportion() {
    let text = "1.1,".repeat(50_000) + &"5 ".repeat(50_000) + &"\u{200F}1".repeat(50_000);
    assert!(find(&text).len() > 50_000);
}

/// Pieces that numbers are made of, in any order.
fn any_text() -> impl proptest::strategy::Strategy<Value = String> {
    const PIECES: [&str; 34] = [
        "1",
        "23",
        "000",
        "500",
        "2024",
        "٣",
        "۷",
        "ر",
        ".",
        ",",
        "،",
        "٫",
        "٬",
        "-",
        "−",
        "%",
        "٪",
        ":",
        " ",
        " ",
        "\n",
        "\u{A0}",
        "\u{200E}",
        "و",
        "ألف",
        "مليونا",
        "آلاف",
        "نصف",
        "خمسة",
        "عشرين",
        "الساعة ",
        " في المئة",
        "دينار",
        "abc",
    ];
    use proptest::prelude::Strategy;
    proptest::collection::vec(proptest::sample::select(PIECES.to_vec()), 0..14)
        .prop_map(|pieces| pieces.concat())
}

proptest::proptest! {
    #![proptest_config(proptest::test_runner::Config { failure_persistence: None, ..Default::default() })]

    #[test]
    fn rewriting_keeps_every_value(text in any_text()) {
        let seen = |text: &str| -> Vec<_> {
            find(text).into_iter().map(|n| (n.value, n.kind)).collect()
        };
        let once = rewrite(&text).into_owned();
        proptest::prop_assert_eq!(seen(&once), seen(&text));
        proptest::prop_assert_eq!(seen(&rewrite(&once)), seen(&text));
    }

    #[test]
    fn spans_are_in_order_and_hold_their_number(text in any_text()) {
        let mut end = 0;
        for number in find(&text) {
            proptest::prop_assert!(number.span.start >= end && text.get(number.span.clone()).is_some());
            end = number.span.end;
        }
    }

    #[test]
    fn english_spans_are_in_order(text in any_text(), other in "[a-z0-9 .,$%-]{0,40}") {
        let text = format!("{text} {other}");
        let mut end = 0;
        for number in crate::brief::numbers::find(&text) {
            proptest::prop_assert!(number.span.start >= end && text.get(number.span.clone()).is_some());
            end = number.span.end;
        }
        let _ = crate::brief::numbers::compare(&text, &other);
    }
}
