//! How sentences are cut, one convention or trap at a time.

use super::*;

fn split(text: &str) -> Vec<&str> {
    sentences(text).into_iter().map(|range| &text[range]).collect()
}

fn cut_up(text: &str) -> Vec<&str> {
    segments(text).into_iter().map(|range| &text[range]).collect()
}

#[test]
fn stops_and_question_marks_end_sentences_with_or_without_a_space() {
    assert_eq!(
        split("وصل الوفد مساءً.وبدأت المحادثات فورا. هل تنجح؟ لا أحد يعلم!"),
        ["وصل الوفد مساءً.", "وبدأت المحادثات فورا.", "هل تنجح؟", "لا أحد يعلم!"]
    );
}

#[test]
fn decimals_dates_and_addresses_are_whole() {
    for text in [
        "ارتفع المؤشر 3.5 بالمئة في 18.1.2024 وفق البورصة.",
        "التفاصيل على www.example.org/akhbar لمن يريد.",
    ] {
        assert_eq!(split(text), [text]);
    }
}

#[test]
fn abbreviations_of_one_letter_do_not_end_a_sentence() {
    for text in [
        "قال د. سامي النجار إن اللقاح متوفر.",
        "وحضر م. علي وأ. منى الاجتماع.",
        "نقلت ا.ف.ب. عن مصدر ملاحي قوله إن الميناء مغلق.",
        "كتب ج. ب. هاول عن الرحلة.",
    ] {
        assert_eq!(split(text), [text]);
    }
}

#[test]
fn an_era_mark_ends_a_sentence_only_before_and() {
    let running = "بُني الجامع عام 256 هـ. على يد الوالي.";
    assert_eq!(split(running), [running]);
    assert_eq!(
        split("بُني الجامع عام 1436هـ. ورمم بعد ذلك."),
        ["بُني الجامع عام 1436هـ.", "ورمم بعد ذلك."]
    );
}

#[test]
fn a_year_ends_a_sentence_and_a_list_number_does_not() {
    assert_eq!(split("1. فتح المعبر غدا. 2. وقف القصف."), ["1. فتح المعبر غدا.", "2. وقف القصف."]);
    assert_eq!(split("تأسس النادي عام 1950. ثم أغلق."), ["تأسس النادي عام 1950.", "ثم أغلق."]);
}

#[test]
fn a_short_quotation_stays_whole_and_a_long_one_does_not() {
    let short = "قال المدرب: «لعبنا جيدا. لم نوفق أمام المرمى» قبل أن يغادر.";
    assert_eq!(split(short), [short]);
    let long = format!("قال: «{}. ثم انصرف الجميع».", "كلمة ".repeat(45).trim());
    assert_eq!(split(&long).len(), 2);
}

#[test]
fn a_stray_quotation_mark_hides_only_what_stands_near_it() {
    let text = format!("\" {}", "جرى الحوار في أجواء ودية بين الطرفين. ".repeat(40));
    assert!(split(&text).len() > 20);
}

#[test]
fn lone_marks_belong_to_the_sentence_before() {
    assert_eq!(split("انتهت المباراة بالتعادل. ** \u{200F}"), ["انتهت المباراة بالتعادل. **"]);
    assert_eq!(split(" \u{200F}\n "), [""; 0]);
}

#[test]
fn a_long_sentence_is_cut_at_semicolons_before_commas() {
    let clause = |n: usize| vec!["كلمة"; n].join(" ");
    let text = format!("{}، {}؛ {}، و{}.", clause(20), clause(30), clause(20), clause(30));
    assert_eq!(
        cut_up(&text),
        [format!("{}، {}؛", clause(20), clause(30)), format!("{}، و{}.", clause(20), clause(30)),]
    );
}

#[test]
fn a_long_sentence_without_marks_stays_whole() {
    let text = "كلمة ".repeat(200);
    assert_eq!(cut_up(&text), [text.trim()]);
}

#[test]
fn no_cut_falls_inside_a_short_quotation() {
    let clause = |n: usize| vec!["كلمة"; n].join(" ");
    let text = format!("{} «{}، و{}» {}.", clause(35), clause(9), clause(9), clause(40));
    assert_eq!(cut_up(&text), [text.as_str()]);
}

proptest::proptest! {
    #[test]
    fn pieces_stand_in_order_and_lose_no_word(text in "[بتدم .،؛؟!«»\"()و0-9هـ\n]{0,400}") {
        for pieces in [sentences(&text), segments(&text)] {
            proptest::prop_assert!(pieces.windows(2).all(|pair| pair[0].end <= pair[1].start));
            let kept: String = pieces.into_iter().map(|range| &text[range]).collect();
            let bare = |text: &str| text.split_whitespace().collect::<String>();
            proptest::prop_assert_eq!(bare(&kept), bare(&text));
        }
    }
}
