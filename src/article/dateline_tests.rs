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

#[test]
fn a_date_in_digits_is_one_date_whatever_parts_it() {
    let dated = |text| read(text).0;
    let filing = dated("الخرطوم 12-3-2023 (سونا)- زار");
    assert_eq!(filing, (some("الخرطوم"), Some(12), Some(3), Some(2023), some("SUNA")));
    let filing = dated("رام الله 5-3-2024 وفا- زار");
    assert_eq!(filing, (some("رام الله"), Some(5), Some(3), Some(2024), some("WAFA")));
    let filing = dated("نواكشوط ,  05/03/2024  -  زار");
    assert_eq!((filing.1, filing.2, filing.3), (Some(5), Some(3), Some(2024)));
    // The year may come first, and a Hijri date gives no Gregorian day.
    let filing = dated("عمان 2024/3/5 (بترا) - زار");
    assert_eq!((filing.1, filing.2, filing.3), (Some(5), Some(3), Some(2024)));
    let filing = dated("جدة 27-7-1429هـ (واس) - زار");
    assert_eq!((filing.1, filing.2, filing.3), (None, None, None));
}

#[test]
fn an_agency_may_stand_before_the_verb_with_no_sign_between() {
    for (text, place, agency) in [
        ("القامشلي-سانا افتتح الوزير", "القامشلي", "SANA"),
        ("إسطنبول/ أحمد يوسف/ الأناضول افتتح الوزير", "إسطنبول", "Anadolu"),
        ("موسكو - سبوتنيك. افتتح الوزير", "موسكو", "Sputnik"),
        ("بيروت – أ.ف.ب. افتتح الوزير", "بيروت", "AFP"),
        ("جدة 03 شعبان 1445 هـ الموافق 13 فبراير 2024 م واس افتتح الوزير", "جدة", "SPA"),
    ] {
        let (filing, rest) = read(text);
        let named = (filing.0.as_deref(), filing.4.as_deref(), rest);
        assert_eq!(named, (Some(place), Some(agency), "افتتح الوزير"), "{text}");
    }
    assert_eq!(opening("مدينة سانا افتتحت مدرستها الأولى في الخريف"), None);
}

#[test]
fn a_paper_in_quotation_marks_or_brackets_stands_behind_its_place() {
    for (text, place) in [
        ("لندن ـ «القدس العربي»: افتتح", "لندن"),
        ("رام الله ـ «القدس العربي» ـ من فادي أبو سعدى: افتتح", "رام الله"),
        ("عدن (عدن الغد) خاص: افتتح", "عدن"),
        ("مكتب بغداد - الصباح الجديد: افتتح", "بغداد"),
        ("أبوظبي (الاتحاد) افتتح", "أبوظبي"),
    ] {
        let (filing, rest) = read(text);
        assert_eq!((filing.0.as_deref(), rest), (Some(place), "افتتح"), "{text}");
    }
}
