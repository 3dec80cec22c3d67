//! The mark that closes an agency take: `انتهى ** 2342`, `// انتهى //`, `(النهاية) ر ج`, `--(بترا)`.
//!
//! The words also stand in running text and in subheads, so a mark is the word with the agency's
//! decoration or code and nothing else. A bare `انتهى` closes only what no prose follows. `يتبع`
//! says that another take follows.

use std::ops::Range;

use super::{
    EndMarker, fold,
    gazetteer::{self, Named},
};

/// Longest mark, in bytes, with its code and the decoration around it.
const LONGEST: usize = 96;

/// A mark that closes a take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mark {
    pub(super) marker: EndMarker,
    /// Whether it is decorated or coded, so that it cannot be a word of the story.
    pub(super) sure: bool,
    /// Whether another take follows.
    pub(super) continues: bool,
    /// Whether it says that the take ends; an agency's name alone only signs what stands above.
    pub(super) closing: bool,
}

/// The mark that a whole line is.
pub(super) fn whole(line: &str) -> Option<Mark> {
    let text = line.trim();
    if text.is_empty() || text.len() > LONGEST {
        return None;
    }
    closing_word(text)
        .or_else(|| signature(text))
        .or_else(|| wire_end(text))
        .or_else(|| initials(text))
}

/// The mark at the end of a paragraph, with its range: a slash or bracket must open it, for
/// without one the words are the story's.
pub(super) fn trailing(text: &str) -> Option<(Range<usize>, Mark)> {
    let from = text.ceil_char_boundary(text.len().saturating_sub(LONGEST));
    let tail = &text[from..];
    for (i, c) in tail.char_indices() {
        if !matches!(c, '/' | '(' | '[' | '*' | '-' | '–' | '—') {
            continue;
        }
        let start = from + i;
        let Some(mark) = whole(&text[start..]) else { continue };
        let inside =
            text[..start].ends_with(char::is_alphanumeric) && c != '(' && c != '/' && c != '*';
        // An agency in brackets signs a paragraph only behind its last sentence's stop.
        let stopped = mark.closing
            || matches!(
                super::lines::ending(&text[..start]),
                super::lines::Ending::Stop | super::lines::Ending::Cry
            );
        if mark.sure && start > 0 && !inside && stopped {
            return Some((start..text.len(), mark));
        }
    }
    None
}

/// `انتهى`, `النهاية` or `يتبع`, decorated, with a code or initials behind it.
fn closing_word(text: &str) -> Option<Mark> {
    let inner = text.trim_start_matches(is_frame);
    let word_len = inner
        .find(|c: char| !c.is_alphabetic() && !super::normalize::is_mark(c))
        .unwrap_or(inner.len());
    let word = fold::key(&inner[..word_len]);
    let continues = matches!(word.as_str(), "يتبع");
    if !continues && !matches!(word.as_str(), "انتهي" | "النهايه" | "انتهت" | "نهايه")
    {
        return None;
    }
    let rest = inner[word_len..].trim_matches(|c: char| is_frame(c) || c == '.');
    let code = code(rest)?;
    let framed = inner.len() < text.len() || inner[word_len..].contains(['*', '/', ')', '#']);
    let sure = framed || !code.is_empty();
    let code = (!code.is_empty()).then(|| code.to_owned());
    Some(Mark { marker: EndMarker { raw: text.to_owned(), code }, sure, continues, closing: true })
}

/// A desk's code behind the word: digits, Latin or Arabic initials; nothing else may stand there.
fn code(rest: &str) -> Option<&str> {
    let fits = |part: &str| {
        part.chars().all(|c| c.is_ascii_digit() || matches!(c, '٠'..='٩'))
            || part.chars().count() <= 2
            || part.len() <= 4 && part.chars().all(|c| c.is_ascii_alphabetic())
    };
    let parts = rest
        .split(|c: char| c.is_whitespace() || matches!(c, '/' | '*' | '.' | '-' | '(' | ')'))
        .filter(|part| !part.is_empty());
    (rest.chars().count() <= 24 && parts.clone().count() <= 8 && parts.clone().all(fits))
        .then_some(rest)
}

/// An agency's name alone between brackets or dashes: `--(بترا)`, `-رويترز-`, `(يو بي آي)`.
fn signature(text: &str) -> Option<Mark> {
    let inner = text.trim_matches(is_frame);
    let framed = text.starts_with(['(', '[', '-', '–', '—', '/', '*', 'ـ'])
        && text.ends_with([')', ']', '-', '–', '—', '/', '.', '*', 'ـ']);
    let agency = gazetteer::named(&fold::key(inner))?;
    (framed && agency != Named::Surely("Agencies")).then(|| Mark {
        marker: EndMarker { raw: text.to_owned(), code: None },
        sure: true,
        continues: false,
        closing: false,
    })
}

/// The wires' own end signs.
fn wire_end(text: &str) -> Option<Mark> {
    matches!(text, "NNNN" | "###" | "# # #" | "-30-" | "– 30 –").then(|| Mark {
        marker: EndMarker { raw: text.to_owned(), code: None },
        sure: true,
        continues: false,
        closing: true,
    })
}

/// An editor's initials between dashes: `- مل -.`, `-ن ح-`.
fn initials(text: &str) -> Option<Mark> {
    let line = text.trim_end_matches('.').trim_end();
    let inner = line.strip_prefix(['-', '–'])?.strip_suffix(['-', '–'])?.trim();
    let letters = inner.chars().filter(|c| !c.is_whitespace()).count();
    let short = (1..=4).contains(&letters)
        && inner.chars().all(|c| c == ' ' || c.is_alphabetic())
        && inner.split(' ').all(|part| part.chars().count() <= 2 || letters <= 2);
    short.then(|| Mark {
        marker: EndMarker { raw: text.to_owned(), code: Some(inner.to_owned()) },
        sure: true,
        continues: false,
        closing: false,
    })
}

fn is_frame(c: char) -> bool {
    c.is_whitespace()
        || matches!(
            c,
            '/' | '*'
                | '('
                | ')'
                | '['
                | ']'
                | '-'
                | '–'
                | '—'
                | 'ـ'
                | '#'
                | '\\'
                | '|'
                | '_'
                | '"'
                | '«'
                | '»'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code_of(line: &str) -> Option<Option<String>> {
        whole(line).filter(|mark| mark.sure).map(|mark| mark.marker.code)
    }

    #[test]
    fn every_house_closes_in_its_own_way() {
        assert_eq!(code_of("انتهى ** 2342"), Some(Some("2342".to_owned())));
        assert_eq!(code_of("انتهى**1110"), Some(Some("1110".to_owned())));
        assert_eq!(code_of("(النهاية) ر ج"), Some(Some("ر ج".to_owned())));
        assert_eq!(code_of("(النهاية) ن ق / ش م ع"), Some(Some("ن ق / ش م ع".to_owned())));
        for line in [
            "// إنتهى //",
            "/انتهى/",
            "/انتهى/.",
            "(انتهى)",
            "--(بترا)",
            "–(بترا)",
            "-رويترز-",
            "NNNN",
        ] {
            assert_eq!(code_of(line), Some(None), "{line}");
        }
    }

    #[test]
    fn initials_between_dashes_sign_a_take() {
        assert_eq!(code_of("- مل -."), Some(Some("مل".to_owned())));
        assert_eq!(code_of("-ن ح-"), Some(Some("ن ح".to_owned())));
        assert_eq!(whole("- نعم -"), None);
        assert_eq!(whole("- لا"), None);
    }

    #[test]
    fn another_take_may_follow() {
        assert!(whole("// يتبع //").is_some_and(|mark| mark.continues && mark.sure));
    }

    #[test]
    fn the_word_in_a_sentence_closes_nothing() {
        for line in [
            "انتهى الاجتماع ** بتوقيع المذكرة.",
            "انتهى زمن الأحادية",
            "النهاية السعيدة",
            "يتبع الوزارة",
        ] {
            assert_eq!(whole(line), None, "{line}");
        }
        assert!(whole("انتهى").is_some_and(|mark| !mark.sure));
        assert_eq!(trailing("وأضاف أن زمن الأحادية القطبية قد انتهى"), None);
        assert_eq!(trailing("وقالت الوكالة (رويترز) إن الأمر"), None);
    }

    #[test]
    fn a_mark_may_be_glued_to_the_last_sentence() {
        let text = "في المناطق الفلسطينية.(النهاية) ن ق";
        let (range, mark) = trailing(text).unwrap();
        assert_eq!(
            (&text[..range.start], mark.marker.code.as_deref()),
            ("في المناطق الفلسطينية.", Some("ن ق"))
        );
        assert!(trailing("من بندقية خاصة. (يتبع)").is_some_and(|(_, mark)| mark.continues));
        assert!(trailing("في ختام الزيارة./انتهى/.").is_some());
    }
}
