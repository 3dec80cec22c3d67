//! The brief as the contract's JSON: the field order of [`Brief`], nothing added or left out.

use crate::brief::Brief;

/// One line of JSON without a newline at its end.
///
/// # Panics
/// Never: a brief holds no map with keys other than strings and no number that JSON lacks.
#[must_use]
pub fn render(brief: &Brief) -> String {
    serde_json::to_string(brief).expect("a brief is plain data")
}
