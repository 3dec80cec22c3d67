//! Cuts a text into pieces that a small model renders whole.
//!
//! Small models drop and blend what stands in a long paragraph, so a text goes to them sentence by
//! sentence, and where that fails clause by clause.

use unicode_segmentation::UnicodeSegmentation as _;

/// A sentence shorter than this (in characters) stays with its neighbour.
const SHORT: usize = 60;
/// A sentence longer than this is cut at a clause.
const LONG: usize = 320;

/// The sentences of a text, short ones joined to the next, long ones cut at clauses.
pub(crate) fn sentences(text: &str) -> Vec<String> {
    let mut pieces: Vec<String> = Vec::new();
    for sentence in text.unicode_sentences().map(str::trim).filter(|s| !s.is_empty()) {
        match pieces.last_mut() {
            Some(last) if length(last) < SHORT || ends_in_abbreviation(last) => {
                last.push(' ');
                last.push_str(sentence);
            }
            _ => pieces.push(sentence.to_owned()),
        }
    }
    pieces.into_iter().flat_map(cut_long).collect()
}

fn cut_long(piece: String) -> Vec<String> {
    if length(&piece) <= LONG {
        return vec![piece];
    }
    match halves(&piece) {
        Some((one, other)) => [cut_long(one), cut_long(other)].concat(),
        None => vec![piece],
    }
}

/// The text in two, cut at the clause boundary that is nearest to its middle; none where there is
/// no boundary or a part would be a scrap.
pub(crate) fn halves(text: &str) -> Option<(String, String)> {
    let middle = text.len() / 2;
    let boundary = text
        .char_indices()
        .filter(|&(at, letter)| is_boundary(text, at, letter))
        .map(|(at, letter)| (at, at + letter.len_utf8()))
        .filter(|&(at, _)| length(&text[..at]) >= 25 && length(&text[at..]) >= 25)
        .min_by_key(|&(at, _)| at.abs_diff(middle))?;
    let (one, other) = (text[..boundary.1].trim(), text[boundary.1..].trim());
    Some((one.trim_end_matches(['،', ',']).to_owned(), other.to_owned()))
}

/// A mark that ends a clause and stands in no number.
fn is_boundary(text: &str, at: usize, letter: char) -> bool {
    let after = text[at + letter.len_utf8()..].chars().next();
    match letter {
        '؛' | ';' | '؟' | '!' => true,
        '،' | ',' | '.' | ':' => after.is_some_and(char::is_whitespace),
        _ => false,
    }
}

/// A stop after one or two letters closes no sentence.
fn ends_in_abbreviation(sentence: &str) -> bool {
    let Some(body) = sentence.strip_suffix('.') else { return false };
    let last = body.rsplit(char::is_whitespace).next().unwrap_or(body);
    let last = last.rsplit('.').next().unwrap_or(last);
    length(last) <= 1 || last == "هـ"
}

fn length(text: &str) -> usize {
    text.chars().count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_paragraph_goes_sentence_by_sentence() {
        let one = "أعلنت الشركة أن الإنتاج ارتفع خلال العام الماضي بنسبة كبيرة جداً.";
        let other = "وقالت إن المصنع الجديد سيفتح أبوابه في الشهر المقبل.";
        assert_eq!(sentences(&format!("{one} {other}")), [one, other]);
    }

    #[test]
    fn titles_initials_and_short_sentences_stay_with_their_neighbour() {
        let text = "قال د. سالم إن العمل مستمر. نعم. والنتائج جيدة.";
        assert_eq!(sentences(text), [text]);
    }

    #[test]
    fn a_long_sentence_is_cut_at_clauses_and_nothing_is_lost() {
        let clause = "وأكد المدير أن العمل مستمر في جميع الأقسام دون توقف حتى نهاية العام";
        let text = format!("{}.", [clause; 12].join("، "));
        let pieces = sentences(&text);
        assert!(pieces.len() > 1 && pieces.iter().all(|piece| length(piece) <= LONG));
        let words = |text: &str| text.matches("المدير").count();
        assert_eq!(pieces.iter().map(|piece| words(piece)).sum::<usize>(), words(&text));
    }

    #[test]
    fn halves_never_cut_a_number() {
        let text = format!("{} 12,500 {}", "كلمة ".repeat(10), "كلمة ".repeat(10));
        assert_eq!(halves(&text), None);
        let text = "بلغت الكلفة 2,5 مليون دولار في العام الماضي، وقالت الشركة إنها سترتفع";
        let (one, other) = halves(text).unwrap();
        assert!(one.ends_with("الماضي") && other.starts_with("وقالت"), "{one} | {other}");
    }
}
