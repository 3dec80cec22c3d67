//! Whether the numbers of a text have reached its translation.
//!
//! A quick look that decides whether a small model is asked again; the brief's own checks judge
//! what comes out. It compares digits as written, without thousands separators, and small numbers
//! that English spells out.

/// What is wrong with the numbers of a translation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Difference {
    /// Numbers of the source that the English lacks.
    pub(crate) missing: Vec<String>,
    /// Numbers of the English that the source lacks.
    pub(crate) added: Vec<String>,
}

impl Difference {
    /// How many numbers are wrong.
    pub(crate) fn count(&self) -> usize {
        self.missing.len() + self.added.len()
    }
}

/// The numbers written in digits, in order, Western and without thousands separators.
pub(crate) fn numbers(text: &str) -> Vec<String> {
    let letters: Vec<char> = text.chars().map(western).collect();
    let mut found = Vec::new();
    let mut at = 0;
    while at < letters.len() {
        if !letters[at].is_ascii_digit() {
            at += 1;
            continue;
        }
        let (number, end) = number_at(&letters, at);
        found.push(number);
        at = end;
    }
    found
}

/// The number that starts at `start`, and where it ends.
fn number_at(letters: &[char], start: usize) -> (String, usize) {
    let mut number = String::new();
    let mut at = start;
    while let Some(&letter) = letters.get(at) {
        let digits = |from: usize| {
            letters[from.min(letters.len())..].iter().take_while(|l| l.is_ascii_digit()).count()
        };
        match letter {
            '0'..='9' => number.push(letter),
            ',' if digits(at + 1) == 3 => {}
            '.' if digits(at + 1) > 0 => number.push('.'),
            ',' if digits(at + 1) > 0 && !number.contains('.') => number.push('.'),
            _ => break,
        }
        at += 1;
    }
    (number, at)
}

/// Arabic and Persian digits and separators as Western ones.
fn western(letter: char) -> char {
    let digit = |zero: u32| char::from_digit(letter as u32 - zero, 10).unwrap_or(letter);
    match letter {
        '٠'..='٩' => digit('٠' as u32),
        '۰'..='۹' => digit('۰' as u32),
        '٫' => '.',
        '٬' | '،' => ',',
        _ => letter,
    }
}

/// What is wrong with the numbers of `english` as a translation of `arabic`. Additions count
/// only where the Arabic spells no number out.
pub(crate) fn compare(arabic: &str, english: &str) -> Difference {
    let wanted = numbers(arabic);
    let mut written = numbers(english);
    let mut missing = Vec::new();
    for number in &wanted {
        if let Some(at) = written.iter().position(|other| same(other, number)) {
            written.swap_remove(at);
        } else if !spells(english, number) && !missing.contains(number) {
            missing.push(number.clone());
        }
    }
    written.retain(|number| !wanted.iter().any(|other| same(other, number)));
    let added = if spells_any(arabic) { Vec::new() } else { written };
    Difference { missing, added }
}

/// The numbers of `arabic` as a model is told that they must stand: a figure that is reached comes
/// with its "to", because small models make an increase *by* it.
pub(crate) fn named(arabic: &str) -> Vec<String> {
    let reached = reached(arabic);
    let told = |number: String| match reached.contains(&number) {
        true => format!("to {number}"),
        false => number,
    };
    numbers(arabic).into_iter().map(told).collect()
}

/// How many figures that the Arabic reaches (`إلى`) the English adds ("by").
pub(crate) fn turned(arabic: &str, english: &str) -> usize {
    let words: Vec<&str> = english.split_whitespace().collect();
    let before = |number: &str, word: &str| {
        words.windows(2).any(|pair| {
            let is = numbers(pair[1]).first().is_some_and(|found| same(found, number));
            is && pair[0].eq_ignore_ascii_case(word)
        })
    };
    let reached = reached(arabic);
    reached.iter().filter(|number| before(number, "by") && !before(number, "to")).count()
}

/// The figures behind `إلى`.
fn reached(arabic: &str) -> Vec<String> {
    let words: Vec<&str> = arabic.split_whitespace().collect();
    let behind = words.windows(2).filter(|pair| matches!(pair[0], "إلى" | "الى"));
    behind.filter_map(|pair| numbers(pair[1]).into_iter().next()).collect()
}

/// Equal as written, leading zeros and zeros after the point left out.
fn same(one: &str, other: &str) -> bool {
    let plain = |number: &str| {
        let number = number.trim_start_matches('0');
        let number = if number.contains('.') { number.trim_end_matches('0') } else { number };
        number.trim_end_matches('.').to_owned()
    };
    one == other || plain(one) == plain(other)
}

const WORDS: [(&str, &[&str]); 21] = [
    ("1", &["one", "first", "once", "a"]),
    ("2", &["two", "second", "twice", "both"]),
    ("3", &["three", "third"]),
    ("4", &["four", "fourth"]),
    ("5", &["five", "fifth"]),
    ("6", &["six", "sixth"]),
    ("7", &["seven", "seventh"]),
    ("8", &["eight", "eighth"]),
    ("9", &["nine", "ninth"]),
    ("10", &["ten", "tenth"]),
    ("11", &["eleven", "eleventh"]),
    ("12", &["twelve", "twelfth"]),
    ("13", &["thirteen"]),
    ("14", &["fourteen"]),
    ("15", &["fifteen"]),
    ("16", &["sixteen"]),
    ("17", &["seventeen"]),
    ("18", &["eighteen"]),
    ("19", &["nineteen"]),
    ("20", &["twenty", "twentieth"]),
    ("30", &["thirty"]),
];

/// Whether English spells a small number out.
fn spells(english: &str, number: &str) -> bool {
    let Some((_, words)) = WORDS.iter().find(|(digits, _)| *digits == number) else { return false };
    let lower = english.to_lowercase();
    lower.split(|c: char| !c.is_alphabetic()).any(|word| words.contains(&word))
}

/// Stems of Arabic number words, hamza left out.
const STEMS: [&str; 18] = [
    "واحد",
    "اثن",
    "ثلاث",
    "اربع",
    "خمس",
    "ست",
    "سبع",
    "ثمان",
    "تسع",
    "عشر",
    "مئ",
    "مائ",
    "مليون",
    "مليار",
    "الف",
    "الاف",
    "اول",
    "ثان",
];

/// Whether the Arabic may spell a number out. Generous: a doubt means yes.
fn spells_any(arabic: &str) -> bool {
    let plain = arabic.replace(['أ', 'إ', 'آ'], "ا");
    plain.split(|c: char| !c.is_alphabetic()).any(|word| {
        let bare = word.trim_start_matches(['و', 'ب', 'ل', 'ك', 'ف']);
        [word, bare, bare.strip_prefix("ال").unwrap_or(bare)]
            .iter()
            .any(|word| STEMS.iter().any(|stem| word.starts_with(stem)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_that_is_reached_is_told_with_its_to() {
        let arabic = "ترفع طاقته من 2 إلى 3 ملايين خلال 18 شهرا";
        assert_eq!(named(arabic), ["2", "to 3", "18"]);
        assert_eq!(turned(arabic, "raises its capacity by 3 million"), 1);
        assert_eq!(turned(arabic, "raises its capacity by 1, to 3 million"), 0);
    }

    #[test]
    fn numbers_are_read_in_every_script_and_without_separators() {
        assert_eq!(numbers("1000 إلى 1,200 و٣٫٥ و۱۲٪ و2,5"), ["1000", "1200", "3.5", "12", "2.5"]);
        assert_eq!(numbers("In 2019, 4,000 of 1,234,567.50."), ["2019", "4000", "1234567.50"]);
        assert!(numbers("لا أرقام").is_empty());
    }

    #[test]
    fn a_number_that_is_lost_or_changed_is_seen() {
        let lost = compare("ضبط 1200 طن", "seized tons");
        assert_eq!(lost, Difference { missing: vec!["1200".into()], added: vec![] });
        let changed = compare("ضبط 1200 طن", "seized 120 tons");
        assert_eq!(changed.count(), 2);
    }

    #[test]
    fn a_number_in_words_is_no_loss_and_no_addition() {
        assert_eq!(compare("خلال 3 أيام", "within three days").count(), 0);
        assert_eq!(compare("قبل عشرين عاماً", "20 years ago").count(), 0);
        assert_eq!(compare("4000 شهيد", "4,000 martyrs").count(), 0);
        assert_eq!(compare("لم يحدد عدداً", "he named 20").added, ["20"]);
    }
}
