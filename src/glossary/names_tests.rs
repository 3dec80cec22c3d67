//! Which names an article has, and how they are spelled.

use super::*;
use crate::article::{Marker, Paragraph, Section, SourceId};

fn article(paragraphs: &[&str]) -> Article {
    let paragraph = |(index, text): (usize, &&str)| Paragraph {
        id: SourceId { section: 0, paragraph: u32::try_from(index).unwrap() },
        text: (*text).to_owned(),
        span: 0..0,
    };
    let paragraphs = paragraphs.iter().enumerate().map(paragraph).collect();
    let section = Section { id: "s0".to_owned(), heading: None, marker: Marker::Lead, paragraphs };
    Article { sections: vec![section], ..Article::default() }
}

fn glossary() -> Glossary {
    Glossary::builtin().unwrap()
}

fn persons(paragraphs: &[&str]) -> Vec<String> {
    let names = Names::of(&article(paragraphs), &glossary());
    let persons = names.list().iter().filter(|name| name.kind == Named::Person);
    persons.map(|name| name.en.clone()).collect()
}

#[test]
fn a_name_after_a_title_is_spelled_as_agencies_spell_it() {
    assert_eq!(
        persons(&["أعلن وزير النقل العماني سالم بن حمد الراشدي بدء العمل."]),
        ["Salem bin Hamad al-Rashidi"]
    );
    assert_eq!(
        persons(&["وقالت المتحدثة باسم الجمعية مريم الجنيبي إن العمل بدأ."]),
        ["Maryam al-Junaibi"]
    );
    assert_eq!(
        persons(&["ووصل الشيخ عبدالرحمن بن ناصر المنيعي أمس."]),
        ["Abdulrahman bin Nasser al-Munaii"]
    );
}

#[test]
fn a_name_without_a_title_is_told_by_its_parts() {
    assert_eq!(
        persons(&["وقال رئيس الشركة المشغلة ناصر الحبسي إن المشروع كبير."]),
        ["Nasser al-Habsi"]
    );
    assert_eq!(
        persons(&["وشارك فيه أحمد خالد الغامدي ومحمود سالم."]),
        ["Ahmed Khaled al-Ghamdi", "Mahmoud Salem"]
    );
}

#[test]
fn words_that_are_also_names_are_left_alone() {
    for text in [
        "عاد القارب سالما بعد يوم سعيد، والمنتج جميل وكامل.",
        "قرار عادل وصالح العمال واضح.",
        "قال خالد أمس إنه لن يعود.",
        "وبلغ عمر المشروع عشرة أعوام.",
    ] {
        assert_eq!(persons(&[text]), Vec::<String>::new(), "{text}");
    }
}

#[test]
fn a_country_spells_names_its_own_way() {
    assert_eq!(persons(&["طهران - قال المدير حسين محمدي إن إيران مستعدة."]), ["Hossein Mohammadi"]);
    assert_eq!(persons(&["القاهرة - قال المدير محمد جمال إن مصر مستعدة."]), ["Mohamed Gamal"]);
    assert_eq!(
        persons(&["الرباط - قال المدير محمد بن يوسف إن المغرب مستعد."]),
        ["Mohamed Ben Youssef"]
    );
}

#[test]
fn a_family_name_alone_is_rendered_as_in_the_full_name() {
    let paragraphs = ["قال المدير ناصر الحبسي إن العمل بدأ.", "وأضاف الحبسي أن العمل كبير."];
    let names = Names::of(&article(&paragraphs), &glossary());
    let terms = names.terms(paragraphs[1], &glossary(), 9);
    assert!(
        terms
            .iter()
            .any(|term| (term.arabic.as_str(), term.english.as_str()) == ("الحبسي", "al-Habsi")),
        "{terms:?}"
    );
    assert_eq!(names.list().len(), 1);
}

#[test]
fn the_glossarys_names_are_in_the_table_with_their_kind() {
    let names =
        Names::of(&article(&["زار قاسم سليماني بكين وطهران، وفق وكالة مهر للأنباء."]), &glossary());
    let found: Vec<(&str, Named)> =
        names.list().iter().map(|name| (name.en.as_str(), name.kind)).collect();
    assert_eq!(
        found,
        [
            ("Qassem Soleimani", Named::Person),
            ("Beijing", Named::Place),
            ("Tehran", Named::Place),
            ("Mehr", Named::Organisation)
        ]
    );
    assert!(names.list().iter().all(|name| name.from == Origin::Glossary));
}

#[test]
fn names_and_offices_are_sent_before_common_words_where_only_some_can_be() {
    let text = "أكد وزير الخارجية ناصر الحبسي في موسكو رفع صادرات القمح من الميناء";
    let names = Names::of(&article(&[text]), &glossary());
    let terms = names.terms(text, &glossary(), 3);
    let english: Vec<&str> = terms.iter().map(|term| term.english.as_str()).collect();
    assert_eq!(
        english.iter().filter(|e| ["foreign minister", "Nasser al-Habsi"].contains(e)).count(),
        2,
        "{english:?}"
    );
}

#[test]
fn general_words_are_resolved_and_never_sent() {
    let text = "قال رئيس اللجنة إن الحكومة قررت.";
    let glossary = glossary();
    assert!(glossary.matches(text).iter().any(|one| one.english == "government"));
    let names = Names::of(&article(&[text]), &glossary);
    let sent = names.terms(text, &glossary, 9);
    assert!(sent.iter().all(|term| term.english != "government"), "{sent:?}");
}

#[test]
fn the_table_is_given_out_as_the_contract_says() {
    let names = Names::of(&article(&["قال المدير ناصر الحبسي إن مسقط مستعدة."]), &glossary());
    insta::assert_snapshot!(serde_json::to_string_pretty(names.list()).unwrap());
}
