//! Whether the numbers of a text are right, judged by a person's English, and whether the checks
//! said so.
//!
//! The checks compare with the Arabic; here the person's English is the measure, so that a blind
//! spot of the checks' Arabic reader shows. Where the person's English has other numbers than the
//! Arabic, as translations made in the other direction sometimes have, nobody can be right by both:
//! those segments are counted apart.

use serde::Serialize;

use crate::{
    brief::numbers::{self, Rule},
    finding::Code,
};

/// The codes that tell an editor to look at a number.
const FLAGS: [Code; 5] = [
    Code::NumberMissing,
    Code::NumberUnsupported,
    Code::DateMissing,
    Code::DateUnsupported,
    Code::DirectionReversed,
];

/// What there is to say of one text's numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// There are none.
    None,
    /// They are those of the reference.
    Right,
    /// They are not, and a finding says so.
    Flagged,
    /// They are those of the reference, and a finding accuses them.
    Accused,
    /// They are not, and no finding says so.
    Unflagged,
    /// The reference has other numbers than the Arabic; no finding.
    Unjudged,
}

/// Texts by what there is to say of their numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct NumberFidelity {
    /// Texts with numbers in the Arabic, the reference or the English.
    pub segments: usize,
    /// With the numbers of the reference.
    pub right: usize,
    /// With other numbers, and a finding says so.
    pub wrong_flagged: usize,
    /// With other numbers, and no finding says so.
    pub wrong_unflagged: usize,
    /// With the numbers of the reference, and accused by a finding.
    pub right_flagged: usize,
    /// Left out: the reference has other numbers than the Arabic.
    pub reference_differs: usize,
}

impl NumberFidelity {
    /// Counts one more text.
    pub fn count(&mut self, verdict: Verdict) {
        self.segments += usize::from(verdict != Verdict::None);
        match verdict {
            Verdict::None => {}
            Verdict::Right => self.right += 1,
            Verdict::Flagged => self.wrong_flagged += 1,
            Verdict::Accused => self.right_flagged += 1,
            Verdict::Unflagged => self.wrong_unflagged += 1,
            Verdict::Unjudged => self.reference_differs += 1,
        }
    }
}

/// Judges one text; `found` are the codes of its findings.
#[must_use]
pub fn judge(arabic: &str, reference: &str, english: &str, found: &[Code]) -> Verdict {
    let (wanted, made) = (numbers::find(reference), numbers::find(english));
    let source = crate::article::numerals::find(arabic);
    if wanted.is_empty() && made.is_empty() && source.is_empty() {
        return Verdict::None;
    }
    let flagged = found.iter().any(|code| FLAGS.contains(code));
    let rule = Rule::of(english);
    let lost = rule.missing(&wanted, &made).next().is_some();
    let differs = lost || rule.unsupported(&made, wanted.iter()).next().is_some();
    match (differs, flagged) {
        (false, false) => Verdict::Right,
        (false, true) => Verdict::Accused,
        (true, true) => Verdict::Flagged,
        (true, false) if numbers::compare(arabic, reference).is_empty() => Verdict::Unflagged,
        (true, false) => Verdict::Unjudged,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ARABIC: &str = "استقبل الميناء 1300 سفينة";
    const REFERENCE: &str = "The port received 1,300 ships";

    #[test]
    fn a_number_is_judged_by_the_reference() {
        let judged = |english, found: &[Code]| judge(ARABIC, REFERENCE, english, found);
        assert_eq!(judged("The port took in 1300 ships", &[]), Verdict::Right);
        assert_eq!(judged("The port took in 300 ships", &[]), Verdict::Unflagged);
        assert_eq!(judged("The port took in 300 ships", &[Code::NumberMissing]), Verdict::Flagged);
        assert_eq!(judged("The port took in ships", &[Code::TextShort]), Verdict::Unflagged);
        assert_eq!(
            judged("The port took in 1,300 ships", &[Code::NumberMissing]),
            Verdict::Accused
        );
    }

    #[test]
    fn a_reference_of_other_numbers_judges_nothing() {
        let judged = judge(ARABIC, "The port received 1,200 ships", REFERENCE, &[]);
        assert_eq!(judged, Verdict::Unjudged);
        assert_eq!(judge("نص", "text", "text", &[Code::NumberMissing]), Verdict::None);
    }

    #[test]
    fn each_text_is_counted_once() {
        let mut all = NumberFidelity::default();
        for verdict in [Verdict::None, Verdict::Right, Verdict::Flagged, Verdict::Unflagged] {
            all.count(verdict);
        }
        let expected = NumberFidelity {
            segments: 3,
            right: 1,
            wrong_flagged: 1,
            wrong_unflagged: 1,
            ..NumberFidelity::default()
        };
        assert_eq!(all, expected);
    }
}
