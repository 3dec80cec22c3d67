//! What is chosen from whole articles.

use super::*;
use crate::article::{Marker, Paragraph, Section};

const LEAD: &[&str] = &[
    "أعلنت وزارة النقل افتتاح جسر الميناء الجديد بعد ثلاث سنوات من العمل بتكلفة 120 مليون دينار.",
    "وقال وزير النقل إن جسر الميناء سيخفف الازدحام وسيخدم 40 ألف سيارة يوميا.",
    "ورحب سكان المدينة بالخطوة، فيما أبدى بعضهم استياءه من تأخر العمل.",
    "وتابع: نشكر كل من ساهم.",
];
const COST: &[&str] = &[
    "وتجاوزت تكلفة الجسر الميزانية الأولى بنحو 15 مليون دينار بسبب ارتفاع أسعار الحديد.",
    "تابعونا على صفحاتنا لمعرفة المزيد عن تكلفة الجسر.",
    "وأوضح المقاول أن الحديد وحده كلف 30 مليون دينار.",
];

fn article(sections: &[(Option<&str>, &[&str])]) -> Article {
    let section = |(index, (heading, texts)): (u32, &(Option<&str>, &[&str]))| Section {
        id: format!("s{index}"),
        heading: heading.map(str::to_owned),
        marker: if heading.is_some() { Marker::Bare } else { Marker::Lead },
        paragraphs: (0..)
            .zip(*texts)
            .map(|(paragraph, text)| Paragraph {
                id: SourceId { section: index, paragraph },
                text: (*text).to_owned(),
                span: 0..0,
            })
            .collect(),
    };
    Article {
        language: "ar".into(),
        title: Some("افتتاح جسر الميناء بتكلفة 120 مليون دينار".into()),
        sections: (0..).zip(sections).map(section).collect(),
        ..Article::default()
    }
}

fn bridge() -> Article {
    article(&[(None, LEAD), (Some("تكلفة الجسر"), COST)])
}

fn texts<'a>(article: &'a Article, choices: &[Choice]) -> Vec<&'a str> {
    choices
        .iter()
        .map(|choice| {
            let SourceId { section, paragraph } = choice.source;
            let paragraph = &article.sections[section as usize].paragraphs[paragraph as usize];
            &paragraph.text[choice.sentence.clone()]
        })
        .collect()
}

#[test]
fn the_summary_opens_with_the_lead() {
    let article = bridge();
    let chosen = select(&article, Detail::Headline);
    assert_eq!(texts(&article, &chosen.summary)[0], LEAD[0]);
    assert!(chosen.sections.is_empty());
}

#[test]
fn every_section_is_covered_by_a_sentence_that_the_summary_does_not_have() {
    let chosen = select(&bridge(), Detail::Brief);
    assert_eq!(chosen.sections.len(), 2);
    for (index, section) in chosen.sections.iter().enumerate() {
        assert!(!section.is_empty(), "section {index}");
        assert!(section.iter().all(|choice| choice.source.section as usize == index));
        assert!(section.iter().all(|choice| !chosen.summary.contains(choice)));
    }
}

#[test]
fn a_section_whose_only_sentence_is_in_the_summary_gives_no_other() {
    let chosen = select(&article(&[(None, &LEAD[..1])]), Detail::Brief);
    assert_eq!((chosen.summary.len(), chosen.sections), (1, vec![vec![]]));
}

#[test]
fn a_sentence_said_twice_is_taken_once() {
    let article = article(&[(None, &[LEAD[0], LEAD[0], LEAD[1], LEAD[2], COST[0]])]);
    let chosen = select(&article, Detail::Brief);
    let mut all = texts(&article, &chosen.summary);
    all.extend(texts(&article, &chosen.sections[0]));
    assert_eq!(all.iter().filter(|text| **text == LEAD[0]).count(), 1);
}

#[test]
fn calls_to_subscribe_are_never_taken_while_news_is_left() {
    let article = bridge();
    let chosen = select(&article, Detail::Brief);
    assert!(!texts(&article, &chosen.sections.concat()).contains(&COST[1]));
}

#[test]
fn a_section_is_told_by_its_figures_rather_than_by_its_heading_said_again() {
    let again = "وتحدث المدير عن إنتاج المصنع في لقاء مع الصحفيين داخل القاعة الكبرى أمس.";
    let figures = "وبلغ إنتاج المصنع 1500 طن من الأسمدة مقابل 900 طن في الموسم الماضي كله.";
    let article = article(&[(None, LEAD), (Some("إنتاج المصنع"), &[again, figures])]);
    let chosen = select(&article, Detail::Brief);
    assert_eq!(texts(&article, &chosen.sections[1]), [figures]);
}

#[test]
fn choices_stand_in_article_order_and_repeat_from_run_to_run() {
    let chosen = select(&bridge(), Detail::Brief);
    for choices in chosen.sections.iter().chain([&chosen.summary]) {
        assert!(choices.is_sorted_by_key(|choice| (choice.source, choice.sentence.start)));
    }
    assert_eq!(chosen, select(&bridge(), Detail::Brief));
}

#[test]
fn seven_hundred_words_in_three_sections_give_six_to_nine_sentences() {
    let sentence = |n: usize| {
        let words = (0..18).map(|w| format!("{}كلمة{w}", ["ج", "س", "ط", "ن"][(n + w) % 4]));
        format!("{} حدث{n}.", words.collect::<Vec<_>>().join(" "))
    };
    let all: Vec<String> = (0..37).map(sentence).collect();
    let all: Vec<&str> = all.iter().map(String::as_str).collect();
    let article = article(&[(None, &all[..12]), (Some("أول"), &all[12..24]), (None, &all[24..])]);
    let chosen = select(&article, Detail::Brief);
    let count = chosen.summary.len() + chosen.sections.iter().map(Vec::len).sum::<usize>();
    assert!((6..=9).contains(&count), "{count}");
}

#[test]
fn an_article_without_a_body_gives_nothing() {
    assert_eq!(select(&Article::default(), Detail::Brief), Selection::default());
    let empty = article(&[(None, &[]), (Some("عنوان"), &["***"])]);
    assert!(select(&empty, Detail::Brief).summary.len() <= 1);
}
