//! Behaviour of dates in sentences.

use super::*;

/// Day, month and year of the only date of a text, with its ISO form.
fn date(text: &str) -> (String, Option<String>) {
    dated(text, None)
}

fn dated(text: &str, published: Option<&str>) -> (String, Option<String>) {
    let found = find(text, published.map(|day| day.parse().unwrap()));
    assert_eq!(found.len(), 1, "{text}: {found:?}");
    let part = |part: Option<i16>| part.map_or("-".to_owned(), |n| n.to_string());
    let date = &found[0];
    let shown = format!(
        "{:?} {} {} {}",
        date.calendar,
        part(date.day.map(i16::from)),
        part(date.month.map(i16::from)),
        part(date.year)
    );
    (shown, date.iso.clone())
}

#[test]
fn both_names_of_a_month_are_one_month_in_every_shape() {
    for month in [
        "كانون الثاني /يناير/",
        "كانون الثاني/يناير",
        "كانون الثاني/ يناير",
        "يناير (كانون الثاني)",
        "كانون الثاني (يناير)",
        "يناير/كانون الثاني",
        "جانفي",
        "يناير",
    ] {
        let text = format!("في 18 {month} 2024 قال");
        let expected = ("Gregorian 18 1 2024".to_owned(), Some("2024-01-18".to_owned()));
        assert_eq!(date(&text), expected, "{text}");
    }
}

#[test]
fn months_of_every_country_are_known() {
    for (name, month) in [
        ("تشرين الأول", 10),
        ("تشرين الثاني", 11),
        ("كانون الاول", 12),
        ("غشت", 8),
        ("شتنبر", 9),
        ("يوليوز", 7),
        ("أوت", 8),
        ("جويلية", 7),
        ("أفريل", 4),
        ("حزيران", 6),
        ("يونيه", 6),
    ] {
        assert_eq!(date(&format!("5 {name} 2013")).0, format!("Gregorian 5 {month} 2013"));
    }
}

#[test]
fn days_may_stand_in_words() {
    assert_eq!(date("الثامن عشر من يناير 2024").1.as_deref(), Some("2024-01-18"));
    assert_eq!(date("في الأول من شهر مايو 2024").1.as_deref(), Some("2024-05-01"));
    assert_eq!(date("٧ أكتوبر ٢٠٢٣").1.as_deref(), Some("2023-10-07"));
}

#[test]
fn a_missing_year_stays_missing_unless_publication_is_near() {
    assert_eq!(date("18 يناير"), ("Gregorian 18 1 -".into(), None));
    let expected = ("Gregorian 25 12 2023".to_owned(), Some("2023-12-25".to_owned()));
    assert_eq!(dated("25 ديسمبر", Some("2024-01-20")), expected);
    assert_eq!(dated("18 يوليو", Some("2024-01-20")), ("Gregorian 18 7 -".into(), None));
}

#[test]
fn other_calendars_keep_their_own_numbers() {
    assert_eq!(date("25 شوال 1436 هـ"), ("Hijri 25 10 1436".into(), None));
    assert_eq!(date("3 جمادى الآخرة 1445هـ").0, "Hijri 3 6 1445");
    assert_eq!(date("27-7-1429هـ"), ("Hijri 27 7 1429".into(), None));
    assert_eq!(date("عام 1436هـ").0, "Hijri - - 1436");
    let solar = ("SolarHijri 29 12 1394".to_owned(), Some("2016-03-19".to_owned()));
    assert_eq!(date("29 إسفند 1394"), solar);
    assert_eq!(date("18 مهر").0, "SolarHijri 18 7 -");
}

#[test]
fn a_pair_of_calendars_is_two_mentions() {
    let found = find("25 شوال 1436 هـ الموافق 10 أغسطس 2015 م", None);
    let calendars: Vec<_> = found.iter().map(|date| date.calendar).collect();
    assert_eq!(calendars, [Calendar::Hijri, Calendar::Gregorian]);
    assert_eq!(found[1].iso.as_deref(), Some("2015-08-10"));
    assert_eq!(find("توفي سنة 256هـ/870م", None).len(), 2);
}

#[test]
fn numeric_dates_are_certain_where_only_one_part_can_be_the_month() {
    assert_eq!(date("18/01/2024").1.as_deref(), Some("2024-01-18"));
    assert_eq!(date("07.04.2024"), ("Gregorian 7 4 2024".into(), None));
    assert_eq!(date("2024-04-07").1.as_deref(), Some("2024-04-07"));
    assert_eq!(date("1394/12/29").0, "SolarHijri 29 12 1394");
    assert_eq!(find("1.2.3 و 5-3 و 99/99/2024", None), []);
}

#[test]
fn a_weekday_must_agree_with_the_day() {
    let found = find("الخميس، 18 يناير 2024", None);
    assert_eq!((found.len(), found[0].weekday), (1, Some(4)));
    assert_eq!(found[0].iso.as_deref(), Some("2024-01-18"));
    assert_eq!(date("الجمعة 18 يناير 2024").1, None);
}

#[test]
fn a_weekday_alone_is_certain_beside_today_or_yesterday() {
    let monday = Some("2024-01-22");
    assert_eq!(dated("قال اليوم الاثنين", monday).1.as_deref(), Some("2024-01-22"));
    assert_eq!(dated("أمس الأحد", monday).1.as_deref(), Some("2024-01-21"));
    assert_eq!(dated("أمس الخميس", monday).1, None);
    assert_eq!(dated("يوم الاثنين", monday).1, None);
    assert_eq!(date("اليوم الاثنين").1, None);
}

#[test]
fn words_that_only_look_like_months_are_none() {
    for text in ["مارس الضغط", "وكالة مهر للأنباء", "رمضان عبد الله", "ربيع المدينة", "سباق 1500م"]
    {
        assert_eq!(find(text, None), [], "{text}");
    }
    assert_eq!(date("في شهر رمضان").0, "Hijri - 9 -");
    assert_eq!(date("في يناير الماضي").0, "Gregorian - 1 -");
}
