//! What a person decides, and what becomes of a brief by it.

use super::*;
use crate::render::sample;

fn decision(status: Status, edits: &[(&str, &str)]) -> Decision {
    let edits = edits.iter().map(|(place, text)| ((*place).to_owned(), (*text).to_owned()));
    Decision {
        status,
        reviewer: Some("Lina Haddad".to_owned()),
        edits: Some(edits.collect()),
        ..Decision::default()
    }
}

fn reviewed(decision: Decision) -> Result<Review, ReviewError> {
    decide(&sample::brief(), &Review::default(), decision)
}

const WITH_OTHER_NAME: &str = "Oman has begun the second phase of the $450 million expansion of Duqm \
                               port, Transport Minister Salim al-Rashdi said on Tuesday.";

#[test]
fn edited_text_takes_the_place_of_the_machines_and_says_by_whom() {
    let edits = [("headline", "Oman widens Duqm port"), ("summary.0", WITH_OTHER_NAME)];
    let review = reviewed(decision(Status::Corrected, &edits)).unwrap();
    let before = sample::brief();
    let after = review.applied(&before);
    assert_eq!(after.headline, "Oman widens Duqm port");
    assert_eq!(after.summary[0].text, WITH_OTHER_NAME);
    assert_eq!(after.summary[1], before.summary[1]);
    let told: Vec<_> = after.findings.iter().filter(|f| f.code == Code::PassageEdited).collect();
    assert_eq!(told.len(), 2);
    assert!(told.iter().all(|finding| finding.message.starts_with("Lina Haddad edited")));
    let summary = told.iter().find(|f| f.passage.as_deref() == Some("summary.0")).unwrap();
    assert_eq!(summary.sources, before.summary[0].sources);
}

#[test]
fn what_was_found_in_the_machines_words_goes_with_them_and_the_rest_stays() {
    let before = sample::brief();
    let at = before.findings.iter().find_map(|finding| finding.passage.clone()).unwrap();
    let review = reviewed(decision(Status::Corrected, &[(at.as_str(), "Other words.")])).unwrap();
    let after = review.applied(&before);
    let here = |brief: &Brief| {
        let found = brief.findings.iter().filter(|f| f.passage.as_ref() == Some(&at));
        found.map(|finding| finding.code).collect::<Vec<_>>()
    };
    assert!(!here(&before).is_empty());
    assert_eq!(here(&after), [Code::PassageEdited]);
    let elsewhere =
        |brief: &Brief| brief.findings.iter().filter(|f| f.passage.as_ref() != Some(&at)).count();
    assert_eq!(elsewhere(&before), elsewhere(&after));
}

#[test]
fn only_approval_is_an_approval() {
    for status in [Status::Unreviewed, Status::Corrected, Status::Rejected] {
        let review = reviewed(decision(status, &[("headline", "Other")])).unwrap();
        assert_eq!(review.approved_by(), None, "{status:?}");
    }
    let mut approves = decision(Status::Approved, &[]);
    approves.responsible_editor = Some("Omar Said".to_owned());
    let by = reviewed(approves).unwrap().approved_by();
    assert_eq!(by.as_deref(), Some("Lina Haddad (responsible editor: Omar Said)"));
}

#[test]
fn an_approval_keeps_the_corrections_before_it() {
    let corrected = reviewed(decision(Status::Corrected, &[("headline", "Other")])).unwrap();
    let approves = Decision { edits: None, ..decision(Status::Approved, &[]) };
    let approved = decide(&sample::brief(), &corrected, approves.clone()).unwrap();
    assert_eq!(approved.applied(&sample::brief()).headline, "Other");
    let takes_back = Decision { edits: Some(BTreeMap::new()), ..approves };
    assert!(decide(&sample::brief(), &corrected, takes_back).unwrap().edits.is_empty());
}

#[test]
fn a_rejected_brief_says_so_first() {
    let review = reviewed(decision(Status::Rejected, &[])).unwrap();
    let brief = review.applied(&sample::brief());
    assert_eq!(brief.findings[0].code, Code::ReviewRejected);
    assert_eq!(brief.findings[0].severity, Severity::Error);
}

#[test]
fn a_decision_has_a_name_and_keeps_to_the_places_of_the_brief() {
    let anonymous = Decision { reviewer: Some("  ".to_owned()), ..decision(Status::Approved, &[]) };
    assert_eq!(reviewed(anonymous), Err(ReviewError::Nobody));
    let nothing = decision(Status::Corrected, &[]);
    assert_eq!(reviewed(nothing), Err(ReviewError::NothingEdited));
    for place in ["summary.99", "s99.0", "s0.heading.0", "body", "summary.x", ""] {
        let error = reviewed(decision(Status::Corrected, &[(place, "Text")]));
        assert_eq!(error, Err(ReviewError::NoPlace(place.to_owned())));
    }
    let empty = decision(Status::Corrected, &[("headline", " \n ")]);
    assert_eq!(reviewed(empty), Err(ReviewError::NoText("headline".to_owned())));
}

#[test]
fn another_rendering_of_a_name_is_a_candidate() {
    let edits = [("summary.0", WITH_OTHER_NAME)];
    let review = reviewed(decision(Status::Corrected, &edits)).unwrap();
    let expected = Correction {
        ar: "سالم بن حمد الراشدي".to_owned(),
        en: "Salim al-Rashdi".to_owned(),
        was: "Salem bin Hamad al-Rashidi".to_owned(),
        place: "summary.0".to_owned(),
    };
    assert_eq!(review.corrections, [expected]);
}

#[test]
fn a_name_that_stays_goes_or_is_lost_in_a_new_sentence_is_no_candidate() {
    let machine = "Transport Minister Salem al-Rashidi said on Tuesday that work had begun.";
    let of = |edited| replaced(machine, edited, "Salem al-Rashidi");
    assert_eq!(of("Minister Salem al-Rashidi told reporters that work had begun."), None);
    assert_eq!(of("Transport Minister said on Tuesday that work had begun."), None);
    assert_eq!(of("The country's first port was opened by its sultan decades ago."), None);
    let edited = "Transport Minister Salim al-Rashdi said on Tuesday that work had begun.";
    assert_eq!(of(edited).as_deref(), Some("Salim al-Rashdi"));
    let possessive = "The work of Salem al-Rashidi's ministry goes on.";
    let edited = "The work of Salim al-Rashdi’s ministry goes on.";
    let found = replaced(possessive, edited, "Salem al-Rashidi");
    assert_eq!(found.as_deref(), Some("Salim al-Rashdi"));
}
