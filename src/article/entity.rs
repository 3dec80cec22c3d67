//! Character entities that content systems leave in their copy: `&nbsp;`, `&quot;`, `&#8230;`.
//!
//! Only the entities of news copy are known; anything else stays as typed. Text that was escaped
//! more than once (`&amp;quot;`) is read through in one step, so that decoding again finds nothing.

/// Longest entity read, in bytes; a longer one is text.
const LONGEST: usize = 12;

/// Names, each with what it stands for.
const NAMES: [(&str, char); 22] = [
    ("nbsp", '\u{A0}'),
    ("quot", '"'),
    ("apos", '\''),
    ("lt", '<'),
    ("gt", '>'),
    ("laquo", '«'),
    ("raquo", '»'),
    ("ldquo", '“'),
    ("rdquo", '”'),
    ("lsquo", '‘'),
    ("rsquo", '’'),
    ("ndash", '–'),
    ("mdash", '—'),
    ("hellip", '…'),
    ("bull", '•'),
    ("middot", '·'),
    ("rlm", '\u{200F}'),
    ("lrm", '\u{200E}'),
    ("zwnj", '\u{200C}'),
    ("zwj", '\u{200D}'),
    ("shy", '\u{AD}'),
    ("copy", '©'),
];

/// The character that the entity at the start of `text` stands for, and its length in bytes.
pub(super) fn decode(text: &str) -> Option<(char, usize)> {
    let mut rest = text.strip_prefix('&')?;
    while let Some(inner) = rest.strip_prefix("amp;") {
        rest = inner;
    }
    let escapes = text.len() - rest.len();
    match name(rest) {
        Some((c, len)) => Some((c, escapes + len)),
        None if escapes > 1 => Some(('&', escapes)),
        None => None,
    }
}

/// The character of a name or number that ends in `;`, and the length with the semicolon.
fn name(rest: &str) -> Option<(char, usize)> {
    let end = rest.bytes().take(LONGEST).position(|b| b == b';')?;
    let name = rest.get(..end)?;
    let c = match name.strip_prefix('#') {
        Some(number) => numeric(number)?,
        None => NAMES.iter().find(|(known, _)| *known == name)?.1,
    };
    (c != '&').then_some((c, end + 1))
}

fn numeric(number: &str) -> Option<char> {
    let code = match number.strip_prefix(['x', 'X']) {
        Some(hex) => u32::from_str_radix(hex, 16).ok()?,
        None => number.parse().ok()?,
    };
    char::from_u32(code)
}

#[cfg(test)]
mod tests {
    use super::decode;

    #[test]
    fn names_and_numbers_of_news_copy_are_read() {
        assert_eq!(decode("&quot;نص"), Some(('"', 6)));
        assert_eq!(decode("&#8230;"), Some(('…', 7)));
        assert_eq!(decode("&#x2026;"), Some(('…', 8)));
    }

    #[test]
    fn text_escaped_twice_is_read_in_one_step() {
        assert_eq!(decode("&amp;amp;quot;"), Some(('"', 14)));
        assert_eq!(decode("&amp; "), Some(('&', 5)));
    }

    #[test]
    fn an_ampersand_in_a_name_stays() {
        assert_eq!(decode("& co"), None);
        assert_eq!(decode("&T;"), None);
    }
}
