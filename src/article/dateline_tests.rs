//! Datelines of every house, spaced as they are typed.

use super::*;

/// Place, day, month, year and agency.
type Filing = (Option<String>, Option<u8>, Option<u8>, Option<i16>, Option<String>);

/// The filing of a lead paragraph and what is left of it.
fn read(text: &str) -> (Filing, &str) {
    let found = opening(text).unwrap_or_else(|| panic!("no dateline in {text}"));
    let dateline = found.dateline.expect("an opening has a dateline");
    let filing = (dateline.place_ar, dateline.day, dateline.month, dateline.year, dateline.agency);
    (filing, &text[found.len..])
}

fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

#[test]
fn a_month_named_twice_between_slashes_is_one_month() {
    let read = read("طهران / 5 اذار /مارس /ارنا- زار الوزير");
    assert_eq!(read, ((some("طهران"), Some(5), Some(3), None, some("IRNA")), "زار الوزير"));
    let glued = self::read("اصفهان/12 تشرين الاول/اكتوبر/إرنا – زار").0;
    assert_eq!((glued.1, glued.2, glued.4), (Some(12), Some(10), some("IRNA")));
}

#[test]
fn each_house_has_its_own_shape() {
    for (text, place, agency) in [
        ("أبوظبي في 14 مايو / وام / زار", "أبوظبي", "WAM"),
        ("البحر الميت 24 ايار(بترا)– زار", "البحر الميت", "Petra"),
        ("رام الله - 21 - 2 (كونا) -- زار", "رام الله", "KUNA"),
        ("روما أ ش أ: زار", "روما", "MENA"),
        ("باريس (اف ب)- زار", "باريس", "AFP"),
        ("سوروتش - (أ.ف.ب): زار", "سوروتش", "AFP"),
        ("واشنطن : (رويترز) زار", "واشنطن", "Reuters"),
        ("فرانكفورت : (د. ب. أ) زار", "فرانكفورت", "dpa"),
        ("دمشق، سوريا (CNN) -- زار", "دمشق - سوريا", "CNN"),
        ("طهران- وكالة نادي المراسلين الشباب للأنباء - زار", "طهران", "YJC"),
        ("أنقرة / الأناضول- زار", "أنقرة", "Anadolu"),
        ("رام الله/ قيس أبو سمرة/ الأناضول- زار", "رام الله", "Anadolu"),
        ("بكين اول سبتمبر 2008 (شينخوا) زار", "بكين", "Xinhua"),
        ("الدوحة في 12 يناير /قنا/ زار", "الدوحة", "QNA"),
        ("الرباط – و م ع – زار", "الرباط", "MAP"),
        ("جدة - واس: زار", "جدة", "SPA"),
    ] {
        let (filing, rest) = read(text);
        let named = (filing.0.as_deref(), filing.4.as_deref(), rest);
        assert_eq!(named, (Some(place), Some(agency), "زار"), "{text}");
    }
}

#[test]
fn a_hijri_day_is_not_taken_for_the_gregorian_one() {
    let line = "الرياض26 شوال 1436هـ الموافق 011 أغسطس 2015 م واس";
    let dateline = whole(line).unwrap().dateline.unwrap();
    assert_eq!((dateline.day, dateline.month, dateline.year), (Some(11), Some(8), Some(2015)));
    assert_eq!(
        (dateline.place_ar.as_deref(), dateline.agency.as_deref()),
        (Some("الرياض"), Some("SPA"))
    );
}

#[test]
fn a_line_of_its_own_credits_and_places() {
    for (line, place, byline) in [
        ("دمشق-سانا", "دمشق", "سانا"),
        ("لندن: أسامة نعمان", "لندن", "أسامة نعمان"),
        ("صفاء قره محمد ـ بيروت", "بيروت", "صفاء قره محمد"),
        ("أحمد الرشيد من الرياض", "الرياض", "أحمد الرشيد"),
        ("راشد الثويني (حائل)", "حائل", "راشد الثويني"),
        ("سبق- جدة:", "جدة", "سبق"),
        ("رجال المع: أحمد السلمي", "رجال المع", "أحمد السلمي"),
        ("بغداد - اربيل - الجزيرة - نصير النقيب:", "بغداد - اربيل", "نصير النقيب"),
    ] {
        let found = whole(line).unwrap_or_else(|| panic!("{line}"));
        assert_eq!(found.dateline.unwrap().place_ar.as_deref(), Some(place), "{line}");
        assert_eq!(found.byline.as_deref(), Some(byline), "{line}");
    }
}

#[test]
fn an_outlet_that_nobody_knows_opens_a_story_before_its_verb() {
    assert_eq!(read("شبكة الساحل - رام الله - سمحت السلطات").0.0, some("رام الله"));
    assert_eq!(read("مدار اليوم - أكد الوزير").1, "أكد الوزير");
}

#[test]
fn prose_is_no_dateline() {
    for text in [
        "وقال الوزير: إن الأمر انتهى - كما يبدو - إلى غير رجعة.",
        "وأفادت وكالة مهر للأنباء، انه صرح",
        "ونقلت رويترز عن مصدر - لم تسمه - قوله",
        "أسباب صحية: يرى الأطباء أن الأمر",
        "في بيان - وصفه بالمهم - أكد الوزير",
    ] {
        assert_eq!(opening(text), None, "{text}");
    }
}
