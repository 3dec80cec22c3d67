//! ninjs against the schemas that IPTC publishes, formats of dates and URIs included.

use super::*;
use crate::render::sample;

fn schema(version: Version) -> jsonschema::Validator {
    let schema = match version {
        Version::V3 => include_str!("../../tests/schemas/ninjs-schema_3.1.json"),
        Version::V2 => include_str!("../../tests/schemas/ninjs-schema_2.2.json"),
    };
    let schema: Value = serde_json::from_str(schema).unwrap();
    // The one schema that they name elsewhere is of a shape that a brief never has.
    let elsewhere = ("https://geojson.org/schema/GeoJSON.json", json!(false));
    let registry = jsonschema::Registry::new().add(elsewhere.0, elsewhere.1).unwrap();
    let registry = registry.prepare().unwrap();
    let options = jsonschema::options().should_validate_formats(true).with_registry(&registry);
    options.build(&schema).unwrap()
}

fn valid(brief: &Brief, label: &Label, version: Version) -> Value {
    let item: Value = serde_json::from_str(&render(brief, label, version)).unwrap();
    let wrong: Vec<String> = schema(version)
        .iter_errors(&item)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(wrong.is_empty(), "{version:?}: {}\n{item:#}", wrong.join("\n"));
    item
}

const BOTH: [Version; 2] = [Version::V3, Version::V2];

fn embargoed() -> Brief {
    let item = include_bytes!("../../tests/articles/ninjs_3_under_embargo.json");
    sample::of(sample::read(item, "application/ninjs+json"))
}

#[test]
fn a_brief_is_valid_ninjs_3_1() {
    let item = valid(&sample::brief(), &Label::Draft, Version::V3);
    insta::assert_json_snapshot!(item);
}

#[test]
fn a_brief_is_valid_ninjs_2_2() {
    let item = valid(&sample::brief(), &Label::Draft, Version::V2);
    insta::assert_json_snapshot!(item);
}

#[test]
fn the_schemas_refuse_what_they_should() {
    let mut item: Value =
        serde_json::from_str(&render(&sample::brief(), &Label::Draft, Version::V3)).unwrap();
    assert!(schema(Version::V3).is_valid(&item));
    assert!(!schema(Version::V2).is_valid(&item), "the versions differ");
    item["embargoedUntil"] = json!("tomorrow");
    assert!(!schema(Version::V3).is_valid(&item), "formats are checked");
}

#[test]
fn embargo_status_and_identity_pass_from_the_incoming_item_to_the_outgoing_one() {
    for (version, embargo, status) in
        [(Version::V3, "embargoedUntil", "pubStatus"), (Version::V2, "embargoed", "pubstatus")]
    {
        let item = valid(&embargoed(), &Label::Draft, version);
        assert_eq!(item[embargo], "2024-05-07T03:00:00Z");
        assert_eq!(item[status], "usable");
        assert_eq!(item["associations"][0]["uri"], "urn:sahel:3");
        assert_eq!(item["associations"][0]["language"], "ar");
    }
}

#[test]
fn a_status_passes_as_it_came() {
    for (came, goes) in
        [("withheld", "withheld"), ("canceled", "canceled"), ("CANCELED", "canceled")]
    {
        let incoming = include_str!("../../tests/articles/ninjs_3_under_embargo.json");
        let incoming = incoming.replace("\"usable\"", &format!("\"{came}\""));
        let brief = sample::of(sample::read(incoming.as_bytes(), "application/ninjs+json"));
        for version in BOTH {
            let item = valid(&brief, &Label::Draft, version);
            let name = if version == Version::V3 { "pubStatus" } else { "pubstatus" };
            assert_eq!(item[name], goes);
        }
    }
}

#[test]
fn an_embargo_that_names_no_moment_withholds_the_item_and_is_quoted_to_the_desk() {
    let mut brief = embargoed();
    brief.release.embargoed_until = Some("Tuesday noon".to_owned());
    let item = valid(&brief, &Label::Draft, Version::V3);
    assert_eq!(item.get("embargoedUntil"), None);
    assert_eq!(item["pubStatus"], "withheld");
    assert!(item["edNote"].as_str().unwrap().contains("“Tuesday noon”"));
}

#[test]
fn a_brief_without_its_article_or_its_sections_is_valid_too() {
    let mut brief = sample::brief();
    brief.article = None;
    brief.dateline = None;
    brief.sections.clear();
    brief.release.uri = Some("not a uri".to_owned());
    for version in BOTH {
        let item = valid(&brief, &Label::Draft, version);
        let uri = item["associations"][0]["uri"].as_str().unwrap();
        assert!(uri.starts_with("ni:///sha-256;mgNkuembtIDd"), "{uri}");
    }
}

#[test]
fn text_from_outside_is_text_in_the_xhtml() {
    let mut brief = sample::brief();
    brief.summary[0].text = "</div><script>alert(1)</script> & \u{202E}more".to_owned();
    let item = valid(&brief, &Label::Draft, Version::V3);
    let xhtml = item["bodies"][0]["value"].as_str().unwrap();
    assert!(xhtml.contains("<p>&lt;/div&gt;&lt;script&gt;alert(1)&lt;/script&gt; &amp; more</p>"));
    let mut reader = quick_xml::Reader::from_str(xhtml);
    while reader.read_event().unwrap() != quick_xml::events::Event::Eof {}
}

#[test]
fn what_a_person_approved_names_them_and_stays_machine_made() {
    let label = Label::Approved { by: "Maryam Nasser".to_owned() };
    let item = valid(&sample::brief(), &label, Version::V3);
    assert_eq!(item["by"], "mujaz (approved by Maryam Nasser)");
    assert!(!item["edNote"].as_str().unwrap().contains("draft"));
    let kind = item["digitalSourceType"]["uri"].as_str().unwrap();
    assert!(kind.ends_with("/trainedAlgorithmicMedia"));
}
