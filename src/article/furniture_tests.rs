//! Furniture is known by whole lines; the same words in running text stay.

use Reason::{CommentForm, Copyright, Counter, Credit, Navigation, RelatedLinks, Share, Tags};

use super::*;
use crate::article::{Block, Form};

fn reason(text: &str) -> Option<Reason> {
    let block = Block::new(text, 0..text.len(), Form::Line);
    judge(&Line::read(&block).expect("the line shows something"), false)
        .map(|verdict| verdict.reason)
}

#[test]
fn each_kind_of_furniture_has_its_reason() {
    for (line, wanted) in [
        ("You are replying to: .", CommentForm),
        ("لن يتم نشر عنوان بريدك الإلكتروني. الحقول الإلزامية مشار إليها بـ *", CommentForm),
        ("شاركوا هذا الخبر", Share),
        ("FacebookTwitterWhatsApp", Share),
        ("https://example.org/n/12", Share),
        ("إقرأ أيضاً: انطلاق الدورة", RelatedLinks),
        ("أخبار ذات صلة", RelatedLinks),
        ("A+ A-", Counter),
        ("2min", Counter),
        ("رمز الخبر 188706", Counter),
        ("جميع الحقوق محفوظة © 2020", Copyright),
        ("#أخبار #الخليج", Tags),
        ("الخميس، 08 مارس 2018 08:46 ص", Reason::Timestamp),
        ("20:26 ت م", Reason::Timestamp),
        ("الراية ـ نشر في 2020/02/29 الساعة 11:47", Reason::Timestamp),
        ("المصدر: وكالات", Credit),
        ("* خدمة «الراية»", Credit),
        ("writer@example.org", Credit),
        ("...المزيد", Navigation),
    ] {
        assert_eq!(reason(line), Some(wanted), "{line}");
    }
}

#[test]
fn the_same_words_in_the_story_stay() {
    for line in [
        "شارك الرئيس في القمة",
        "إعلان طهران",
        "وقال: تعليقك على الموضوع مهم.",
        "ما هو تعليقك؟",
        "خدمة العملاء تتحسن في البنوك المحلية",
        "تابعوا المباراة حتى صافرة النهاية ثم غادروا الملعب.",
        "المزيد من الأسلحة",
        "في 12 يناير وقع الاتفاق",
        "2015 عام الحسم",
        "حقوق النشر في العصر الرقمي",
        "ترحب شبكة المنظمات الأهلية بقرار الحكومة فتح المعابر اليوم.",
    ] {
        assert_eq!(reason(line), None, "{line}");
    }
}
