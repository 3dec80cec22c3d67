//! What normalizing changes, what it leaves, and that it can be traced and repeated.

use super::*;

fn text(raw: &str) -> String {
    normalize(raw).text.into_owned()
}

#[test]
fn clean_text_is_borrowed() {
    for clean in ["قال الوزير إن «السعر» 12.5 دولارا.", "مرحباً بكم – في الدوحة… “هنا”"]
    {
        assert!(matches!(normalize(clean).text, Cow::Borrowed(_)), "{clean}");
    }
}

#[test]
fn presentation_forms_become_letters_but_word_signs_stay() {
    assert_eq!(text("ﻃﻬﺮﺍﻥ ﺍﻷﺣﺪ"), "طهران الأحد");
    assert_eq!(text("النبي ﷺ و100 ﷼"), "النبي ﷺ و100 ﷼");
}

#[test]
fn stretching_goes_and_dashes_particles_and_the_hijri_mark_stay() {
    assert_eq!(text("انتهـــى"), "انتهى");
    assert_eq!(text("1436هـ و1437 هــ."), "1436هـ و1437 هـ.");
    assert_eq!(text("سعد ـ جدة"), "سعد ـ جدة");
    assert_eq!(text("سعد ــــ جدة"), "سعد ـ جدة");
    assert_eq!(text("الــ24 وبــ«الراية» ودور الـ 16"), "الـ24 وبـ«الراية» ودور الـ 16");
    assert_eq!(text("هـذا"), "هذا");
}

#[test]
fn invisible_marks_and_controls_go() {
    assert_eq!(text("\u{FEFF}ط\u{200B}هر\u{AD}ان\u{200F} \u{202B}اليوم\u{202C}"), "طهران اليوم");
    assert_eq!(text("قال \u{7}\u{1B}[31mالوزير\u{1B}[0m"), "قال الوزير");
}

#[test]
fn white_space_is_one_space_and_a_tab_stays_a_tab() {
    assert_eq!(text("\u{A0} قال \u{A0}\u{2009} الوزير  "), "قال الوزير");
    assert_eq!(text("القمح\t 250\t\t3"), "القمح\t250\t3");
}

#[test]
fn persian_letters_are_folded_and_quotes_stay_as_typed() {
    assert_eq!(text("آذربیجان وکابل قالت \"نعم\" و«لا»"), "آذربيجان وكابل قالت \"نعم\" و«لا»");
}

#[test]
fn vowels_stay_and_a_flood_of_marks_goes() {
    assert_eq!(text("قَائِلًا اللَّهَ"), "قَائِلًا اللَّهَ");
    assert_eq!(text("ق\u{64B}\u{64C}\u{64D}\u{64E}\u{64F}\u{650}ال"), "قال");
}

#[test]
fn a_separate_hamza_joins_its_letter() {
    assert_eq!(text("ا\u{654}كد"), "أكد");
}

#[test]
fn entities_are_read() {
    assert_eq!(text("&nbsp;&quot;نعم&quot; &amp;quot;لا&amp;quot;"), "\"نعم\" \"لا\"");
}

#[test]
fn an_entity_is_read_across_what_is_not_seen() {
    assert_eq!(
        text("&l\u{200F}t;نص &amp;\u{200D}quot; &\u{64B}gt; &q\u{1B}[1muot;"),
        "<نص \" > \""
    );
    assert_eq!(text("س&\u{200F}ص"), "س&ص");
}

#[test]
fn persian_letters_are_arabic_in_every_form() {
    assert_eq!(text("ﯽ ﮎ کی"), "ي ك كي");
}

#[test]
fn each_character_can_be_traced_to_the_source() {
    let raw = "  \u{200F}انتهـــى\u{A0}\u{A0}الأمر &quot;هنا&quot;";
    let done = normalize(raw);
    for word in ["ان", "الأمر", "هنا"] {
        let at = done.text.find(word).unwrap();
        assert!(raw[done.source(at)..].starts_with(word), "{word}");
    }
}

proptest::proptest! {
    #![proptest_config(proptest::test_runner::Config { failure_persistence: None, ..Default::default() })]

    #[test]
    fn normalizing_again_changes_nothing(raw in "([ابهـلىيکیﻃ \u{64B}\u{651}\u{654}\u{200F}\u{A0}\ta0«.\u{1B}\\[]|&quot;|&amp;nbsp;|&|l|t;|amp;|ﯽ){0,60}") {
        let once = text(&raw);
        proptest::prop_assert_eq!(&text(&once), &once);
    }
}

#[test]
fn a_mark_inside_stretching_hides_no_letter_from_it() {
    assert_eq!(normalize("كـ\u{64B}ـي").text, "ك\u{64B}ي");
}
