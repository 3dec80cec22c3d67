//! Which sentences may be chosen, and how long ones are cut.

use super::*;
use crate::brief::extractive::lists::ADVERTISING;

fn read(text: &str) -> Vec<(String, bool)> {
    let pieces = pieces(text).into_iter();
    pieces
        .map(|piece| {
            let sentence = &text[piece.range];
            (sentence.to_owned(), piece.leans || needs_speaker(sentence))
        })
        .collect()
}

#[test]
fn a_verb_of_saying_without_a_name_needs_a_speaker() {
    for sentence in [
        "وتابع: ندرس توسيع الميناء.",
        "وأضاف أن الأعمال ستبدأ غدا.",
        "وأشار إلى تراجع الأسعار.",
        "كما أكد أنه لن يستقيل.",
        "وقال \"لن نتراجع\".",
    ] {
        assert!(needs_speaker(sentence), "{sentence}");
    }
    for sentence in [
        "وأضاف الوزير أن الأعمال ستبدأ غدا.",
        "قال متحدث باسم الشركة إن الرحلات ألغيت.",
        "ارتفعت أسعار القمح.",
    ] {
        assert!(!needs_speaker(sentence), "{sentence}");
    }
}

#[test]
fn a_long_sentence_is_cut_where_a_new_verb_of_saying_opens() {
    let filler = vec!["كلمة"; 30].join(" ");
    let text = format!("وأعلن المدير فتح الطريق {filler}، وقال: سنواصل العمل {filler}.");
    let read = read(&text);
    assert_eq!(read.len(), 2);
    assert_eq!(read[0], (format!("وأعلن المدير فتح الطريق {filler}"), false));
    assert_eq!(read[1], (format!("وقال: سنواصل العمل {filler}."), true));
}

#[test]
fn a_short_sentence_keeps_both_its_verbs_of_saying() {
    let text = "أكد المدرب جاهزية الفريق للمباراة المقبلة يوم السبت، وقال إن جميع اللاعبين بخير.";
    assert_eq!(read(text), [(text.to_owned(), false)]);
}

#[test]
fn a_very_long_sentence_loses_its_trailing_participle() {
    let filler = vec!["كلمة"; 35].join(" ");
    let text = format!("أعلن المصرف خفض الفائدة {filler}، مشيرا إلى أن {filler}.");
    assert_eq!(read(&text), [(format!("أعلن المصرف خفض الفائدة {filler}"), false)]);
}

#[test]
fn a_verb_of_saying_inside_a_quotation_cuts_nothing() {
    let filler = vec!["كلمة"; 20].join(" ");
    let text = format!("وروى الشاهد {filler} «سمعنا دويا، وقال لنا الحارس ابتعدوا» {filler}.");
    assert_eq!(read(&text).len(), 1);
}

#[test]
fn questions_greetings_and_calls_to_subscribe_are_marked_down() {
    let manner = |text| {
        let advertises = Vocabulary::default().read(text, &mut Vec::new());
        super::manner(text, false, advertises)
    };
    assert!(manner("تابعونا على صفحاتنا لمزيد من الأخبار.") < 0.5);
    assert!(manner("ماذا سيحدث بعد الآن؟") < manner("أغلقت السلطات الجسر القديم."));
}

#[test]
fn every_listed_word_is_folded_so_that_it_can_be_found() {
    for list in [&SAYING, &PARTICIPLES, &AFTER_SAYING, &LEANING, &ADVERTISING] {
        assert!(list.iter().all(|word| folded(word) == *word));
    }
}
