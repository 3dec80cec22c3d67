//! The brief as the contract's JSON: the field order of [`Brief`], nothing added or left out.
//!
//! `provenance.draft` follows the [`Label`]; all else is the brief's own.

use super::Label;
use crate::brief::Brief;

/// One line of JSON without a newline at its end.
///
/// # Panics
/// Never: a brief holds no map with keys other than strings and no number that JSON lacks.
#[must_use]
pub fn render(brief: &Brief, label: &Label) -> String {
    let labelled;
    let brief = if brief.provenance.draft == label.is_draft() {
        brief
    } else {
        let mut copy = brief.clone();
        copy.provenance.draft = label.is_draft();
        labelled = copy;
        &labelled
    };
    serde_json::to_string(brief).expect("a brief is plain data")
}
