//! How terms are loaded and found.

use std::collections::HashSet;

use super::*;

fn small() -> Glossary {
    let text = r#"
[country]
"إيران" = "Iran"
"العراق" = "Iraq"
[city]
"القاهرة" = "Cairo"
[politics]
"مذكرة تفاهم" = "memorandum of understanding"
[crime]
"المخدرات" = "drugs"
"تهريب المخدرات" = "drug smuggling"
[verb]
"أكد" = "stressed"
"#;
    Glossary::from_toml("small.toml", text).unwrap()
}

fn found(text: &str) -> Vec<(String, String)> {
    let glossary = small();
    let found = glossary.matches(text);
    found.iter().map(|one| (text[one.span.clone()].to_owned(), one.english.to_owned())).collect()
}

fn english(text: &str) -> Vec<String> {
    found(text).into_iter().map(|(_, english)| english).collect()
}

#[test]
fn hamza_tatweel_and_diacritics_do_not_hide_a_term() {
    assert_eq!(english("زار ايران"), ["Iran"]);
    assert_eq!(english("زار إيـــران"), ["Iran"]);
    assert_eq!(english("زار إِيرَان."), ["Iran"]);
}

#[test]
fn attached_particles_do_not_hide_a_term() {
    assert_eq!(english("وبالمخدرات وإيران وللعراق"), ["drugs", "Iran", "Iraq"]);
    assert_eq!(english("بمذكرة التفاهم"), ["memorandum of understanding"]);
}

#[test]
fn a_term_is_a_whole_word() {
    assert_eq!(english("إيرانيون عراقيون"), Vec::<String>::new());
}

#[test]
fn a_name_with_the_article_needs_it() {
    assert_eq!(english("قوة قاهرة"), Vec::<String>::new());
    assert_eq!(english("في القاهرة"), ["Cairo"]);
}

#[test]
fn the_longest_term_wins() {
    assert_eq!(english("مكافحة تهريب المخدرات"), ["drug smuggling"]);
}

#[test]
fn the_arabic_of_a_term_is_as_typed() {
    assert_eq!(found("في ايران")[0].0, "ايران");
}

#[test]
fn a_place_is_named_only_by_its_whole_name() {
    assert_eq!(small().place("القاهرة"), Some("Cairo"));
    assert_eq!(small().place("قرب القاهرة الكبرى"), None);
    assert_eq!(small().place("المخدرات"), None);
}

#[test]
fn a_newsrooms_own_rendering_wins() {
    let own = Glossary::from_toml("own.toml", "[house]\n\"ايران\" = \"the Islamic Republic\"\n");
    let both = small().with_overlay(&own.unwrap());
    assert_eq!(both.matches("إيران")[0].english, "the Islamic Republic");
    assert_eq!(both.matches("العراق")[0].english, "Iraq");
}

#[test]
fn a_rank_means_what_its_surroundings_make_of_it() {
    let text = r#"
[rank]
"الفريق" = { when = [{ near = "مباراة", en = "team" }, { before = "name", en = "Lieutenant General" }] }
"عميد" = { en = "Brigadier General", when = [{ near = "كلية", en = "dean" }] }
[body]
"قوى الأمن الداخلي" = { en = "Internal Security Forces", when = [{ where = "iran", en = "Law Enforcement Command" }] }
[name]
"أحمد" = "Ahmed"
"#;
    let glossary = Glossary::from_toml("ranks.toml", text).unwrap();
    let english = |text, country| -> Vec<&str> {
        glossary.matches_in(text, country).iter().map(|one| one.english).collect()
    };
    assert_eq!(english("وصل الفريق أحمد مرزوق", None), ["Lieutenant General"]);
    assert_eq!(english("عاد الفريق المتقاعد أحمد مرزوق", None), ["Lieutenant General"]);
    assert_eq!(english("قدم الفريق أحمد مرزوق في مباراة أمس", None), ["team"]);
    assert_eq!(english("غادر الفريق الملعب، وقال أحمد", None), Vec::<&str>::new());
    assert_eq!(english("قال العميد إن", None), ["Brigadier General"]);
    assert_eq!(english("قال عميد الكلية إن", None), ["dean"]);
    assert_eq!(english("قوى الأمن الداخلي", Some("iran")), ["Law Enforcement Command"]);
    assert_eq!(english("قوى الأمن الداخلي", Some("lebanon")), ["Internal Security Forces"]);
}

#[test]
fn terms_come_from_spreadsheets() {
    let text = "ar,en,kind\nالدقم,Duqm,city\n\"هيئة | الهيئة\",\"Authority, the\"\n";
    let glossary = Glossary::from_file("desk.csv", text).unwrap();
    assert_eq!(glossary.matches("في الدقم")[0].english, "Duqm");
    let house = &glossary.matches("قالت الهيئة")[0];
    assert_eq!((house.english, house.entry.kind), ("Authority, the", Kind::House));
}

const TBX: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<tbx type="TBX-Basic" style="dca" xml:lang="en" xmlns="urn:iso:std:iso:30042:ed-2">
  <tbxHeader><fileDesc><sourceDesc><p>Desk terms</p></sourceDesc></fileDesc></tbxHeader>
  <text><body>
    <conceptEntry id="c1">
      <descrip type="subjectField">body</descrip>
      <langSec xml:lang="ar"><termSec><term>هيئة الطرق &amp; النقل</term></termSec></langSec>
      <langSec xml:lang="en-GB">
        <termSec><term>Road Board</term><termNote type="administrativeStatus">deprecatedTerm-admn-sts</termNote></termSec>
        <termSec><term>Roads Agency</term></termSec>
        <termSec><term>Road &amp; Transport Authority</term><termNote type="administrativeStatus">preferredTerm-admn-sts</termNote></termSec>
      </langSec>
    </conceptEntry>
    <conceptEntry id="c2">
      <langSec xml:lang="fr"><termSec><term>route</term></termSec></langSec>
    </conceptEntry>
  </body></text>
</tbx>
"#;

#[test]
fn terms_come_from_terminology_databases() {
    let glossary = Glossary::from_file("desk.tbx", TBX).unwrap();
    let [entry] = glossary.entries() else { panic!("{:?}", glossary.entries()) };
    assert_eq!(entry.english, "Road & Transport Authority");
    assert_eq!((entry.kind, entry.also.as_slice()), (Kind::Body, &["Roads Agency".to_owned()][..]));
}

#[test]
fn the_first_edition_of_the_database_format_is_read_too() {
    let old = TBX.replace("conceptEntry", "termEntry").replace("langSec", "langSet");
    let old = old.replace("termSec", "tig");
    assert_eq!(Glossary::from_file("old.tbx", &old).unwrap().entries().len(), 1);
}

#[test]
fn a_wrong_line_is_named_by_its_place() {
    let wrong = |text| Glossary::from_toml("own.toml", text).unwrap_err().to_string();
    insta::assert_snapshot!(wrong("[country]\n\"إيران\" = \"Iran\"\n\"ايران\" = \"Persia\"\n"));
    insta::assert_snapshot!(wrong("[country]\n\"إيران\" = \"\"\n"));
    insta::assert_snapshot!(wrong("[planet]\n\"المريخ\" = \"Mars\"\n"));
    insta::assert_snapshot!(wrong("[country]\n\n\"إيران\" = { english = \"Iran\" }\n"));
    insta::assert_snapshot!(wrong(
        "[rank]\n\"عميد\" = { en = \"Dean\", when = [{ en = \"x\" }] }\n"
    ));
}

#[test]
fn a_wrong_line_of_a_spreadsheet_is_named_by_its_place() {
    let wrong = |text| Glossary::from_file("own.csv", text).unwrap_err().to_string();
    insta::assert_snapshot!(wrong("ar,en\nإيران,Iran\nالعراق\n"));
    insta::assert_snapshot!(wrong("إيران,Iran,planet\n"));
    insta::assert_snapshot!(wrong("إيران,Iran\nIraq,العراق\n"));
    insta::assert_snapshot!(wrong("إيران,Iran\n\nايران,Persia\n"));
}

#[test]
fn a_wrong_concept_of_a_database_is_named_by_its_place() {
    let wrong = |text: &str| Glossary::from_file("own.tbx", text).unwrap_err().to_string();
    insta::assert_snapshot!(wrong(&TBX.replace("en-GB", "de")));
    insta::assert_snapshot!(wrong(&TBX.replace("xml:lang=\"ar\"", "xml:lang=\"fa\"")));
    insta::assert_snapshot!(wrong(&TBX.replace("</body>", "</boy>")));
}

#[test]
fn a_file_of_another_format_says_which_there_are() {
    let wrong = Glossary::from_file("own.xlsx", "").unwrap_err().to_string();
    insta::assert_snapshot!(wrong);
}

#[test]
fn the_built_in_glossary_loads_and_covers_every_kind() {
    let glossary = Glossary::builtin().unwrap();
    assert!(glossary.entries().len() >= 2500, "{} entries", glossary.entries().len());
    let kinds: HashSet<Kind> = glossary.entries().iter().map(|entry| entry.kind).collect();
    let missing: Vec<Kind> =
        Kind::ALL.into_iter().filter(|k| *k != Kind::House && !kinds.contains(k)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn no_spelling_stands_in_two_files_of_the_built_in_glossary() {
    let mut seen = HashSet::new();
    for entry in Glossary::builtin().unwrap().entries() {
        for spelling in &entry.arabic {
            let class = (entry.kind.is_term(), entry.kind == Kind::Where, file::identity(spelling));
            assert!(seen.insert(class), "{spelling} stands twice");
        }
    }
}

#[test]
fn every_country_that_a_meaning_depends_on_is_in_the_table_of_countries() {
    let glossary = Glossary::builtin().unwrap();
    let places = glossary.entries().iter().filter(|entry| entry.kind == Kind::Where);
    let known: HashSet<&str> = places.map(|entry| entry.english.as_str()).collect();
    for entry in glossary.entries() {
        for country in entry.senses.iter().flat_map(|sense| &sense.countries) {
            assert!(known.contains(country.as_str()), "{country} of {}", entry.arabic[0]);
        }
    }
}
