//! The Arabic words that say a number, or decide how a figure beside them is read.
//!
//! A word is folded first: vowel signs, tatweel and direction marks fall, the shapes of alif and the
//! final letters that copy confuses (ة/ه, ى/ي) become one. The particles و ف ب ل and the article
//! are taken off only where the whole word is unknown, so that واحد and بليون stay themselves.

use std::sync::LazyLock;

use super::figure::is_mark;
use crate::article::wordmap::{WordMap, WordTable};

/// What a word means to a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    /// 1 to 9, standing alone or before a ten, a hundred or a scale.
    Unit(u8),
    /// 1 or 2 in the shape that needs a ten after it.
    Bound(u8),
    /// Of three parts, of four: رباعي.
    Fold(u8),
    /// Ten, or the second half of a teen.
    Ten,
    /// 20, 30 … 90.
    Tens(u8),
    /// 100, 200 … 900.
    Hundred(u16),
    /// A thousand or more: its power of ten and its form.
    Scale(u8, Form),
    /// Second to tenth.
    Ordinal(u8),
    /// 20 for the twenties … 90 for the nineties.
    Decade(u8),
    /// Half or quarter, in hundredths.
    Part(u8),
    /// A third: 20 minutes of an hour, and nothing else here.
    Third,
    /// A clock word before a time.
    Clock,
    /// A time zone or half of the day after a time; `true` for the half after noon.
    Zone(Option<bool>),
    /// "In", as in "in the hundred".
    In,
    /// "Less", as in "ten less a quarter".
    Less,
    /// "To" or "or" between the ends of a range.
    Range,
    /// A currency of a thousand parts.
    Dinar,
    /// A decade or century word before a number.
    Century,
    /// Only the particle "and", before digits.
    And,
    /// Any other word.
    Other,
}

/// The form of a scale word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// ألف, مليون.
    Single,
    /// ألفان, مليوني: two of it, if no number stands before.
    Dual,
    /// ألفا, مليونا: two of it, or the accusative after 11 to 99.
    Bare,
    /// آلاف, ملايين: counted only after a number.
    Plural,
}

/// A word with the particles that stood before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Word {
    /// Its meaning.
    pub(crate) class: Class,
    /// و or ف stood before it.
    pub(crate) and: bool,
    /// ب stood before it.
    pub(crate) by: bool,
    /// The article stood before it.
    pub(crate) the: bool,
}

/// A word that means nothing to a number.
pub(crate) const OTHER: Word = Word { class: Class::Other, and: false, by: false, the: false };

/// Longest folded word that is looked up, in bytes.
const MAX: usize = 40;

/// The meanings of words as typed, for one text: the room in which words are folded is kept.
#[derive(Default)]
pub(crate) struct Reader {
    folded: String,
}

impl Reader {
    /// The meaning of a word as typed.
    pub(crate) fn look_up(&mut self, word: &str) -> Word {
        if !fold_into(word, &mut self.folded) {
            return OTHER;
        }
        let mut found = strip(&self.folded);
        if let Class::Scale(power, Form::Bare) = found.class
            && word.contains('\u{64B}')
        {
            found.class = Class::Scale(power, Form::Single);
        }
        found
    }
}

/// A word as it is looked up; `None` for one too long to be in any list.
pub(crate) fn fold_word(word: &str) -> Option<String> {
    let mut folded = String::with_capacity(MAX);
    fold_into(word, &mut folded).then_some(folded)
}

/// The same into room that is there already; whether it is short enough to be in any list.
fn fold_into(word: &str, folded: &mut String) -> bool {
    folded.clear();
    for c in word.chars() {
        let Some(letter) = fold(c) else { continue };
        folded.push(letter);
        if folded.len() > MAX {
            return false;
        }
    }
    true
}

/// One letter for all its spellings; `None` for what is no letter.
fn fold(c: char) -> Option<char> {
    Some(match c {
        // Most of what is read, told first.
        'ا' | 'ب' | 'ت'..='غ' | 'ف'..='و' | 'ي' => c,
        'أ' | 'إ' | 'آ' | 'ٱ' => 'ا',
        'ة' => 'ه',
        'ى' | 'ی' => 'ي',
        'ک' => 'ك',
        'ـ' | '\u{64B}'..='\u{65F}' | '\u{670}' => return None,
        c if is_mark(c) => return None,
        c => c,
    })
}

fn strip(word: &str) -> Word {
    let found = |class, and, by, the| Word { class, and, by, the };
    if let Some(class) = class(word) {
        return found(class, false, false, false);
    }
    let joined = word.strip_prefix(['و', 'ف']);
    let rest = joined.unwrap_or(word);
    let and = joined.is_some();
    if rest.is_empty() {
        return found(Class::And, true, false, false);
    }
    if and && let Some(class) = class(rest) {
        return found(class, and, false, false);
    }
    if rest == "لست" {
        // "I am not", far oftener than "to six".
        return OTHER;
    }
    let by = rest.starts_with('ب');
    let bare = rest.strip_prefix(['ب', 'ل']).unwrap_or(rest);
    let the = bare.strip_prefix("ال").or_else(|| rest.strip_prefix("لل"));
    let shorter = Some(bare).filter(|bare| bare.len() < rest.len());
    for (rest, the) in [(shorter, false), (the, true)] {
        if let Some(class) = rest.and_then(class) {
            return found(class, and, by, the);
        }
    }
    OTHER
}

fn class(word: &str) -> Option<Class> {
    static CLASSES: LazyLock<WordTable<String, Class>> =
        LazyLock::new(|| classes().into_iter().collect());
    CLASSES.get(word).copied()
}

/// Words of one meaning, parted by spaces.
const WORDS: &[(&str, Class)] = &[
    ("واحد واحده", Class::Unit(1)),
    ("احد احدي حادي حاديه", Class::Bound(1)),
    ("اثنان اثنين اثنتان اثنتين", Class::Unit(2)),
    ("اثنا اثني اثنتا اثنتي", Class::Bound(2)),
    ("ثلاث ثلاثه ثلاثا", Class::Unit(3)),
    ("اربع اربعه اربعا", Class::Unit(4)),
    ("خمس خمسه خمسا", Class::Unit(5)),
    ("ست سته ستا", Class::Unit(6)),
    ("سبع سبعه سبعا", Class::Unit(7)),
    ("ثمان ثماني ثمانيه", Class::Unit(8)),
    ("تسع تسعه تسعا", Class::Unit(9)),
    ("عشر عشره", Class::Ten),
    ("عشرون عشرين", Class::Tens(20)),
    ("ثلاثون ثلاثين", Class::Tens(30)),
    ("اربعون اربعين", Class::Tens(40)),
    ("خمسون خمسين", Class::Tens(50)),
    ("ستون ستين", Class::Tens(60)),
    ("سبعون سبعين", Class::Tens(70)),
    ("ثمانون ثمانين", Class::Tens(80)),
    ("تسعون تسعين", Class::Tens(90)),
    ("ثلاثي ثلاثيه", Class::Fold(3)),
    ("رباعي رباعيه", Class::Fold(4)),
    ("خماسي خماسيه", Class::Fold(5)),
    ("سداسي سداسيه", Class::Fold(6)),
    ("نصف", Class::Part(50)),
    ("ربع ربعا", Class::Part(25)),
    ("ثلث ثلثا", Class::Third),
    ("مئتان مئتين مئتا مئتي مائتان مائتين مائتا مائتي", Class::Hundred(200)),
    ("الاف الوف", Class::Scale(3, Form::Plural)),
    ("ساعه", Class::Clock),
    ("توقيت جمت غرينتش", Class::Zone(None)),
    ("صباحا صباح فجرا فجر", Class::Zone(Some(false))),
    ("مساء ظهرا ظهر عصرا عصر ليلا", Class::Zone(Some(true))),
    ("في", Class::In),
    ("الا", Class::Less),
    ("الي حتي او", Class::Range),
    ("دينار دينارا دنانير", Class::Dinar),
    ("قرن عقد", Class::Century),
];
/// What stands before a hundred, and how many it makes of it.
const HUNDREDS: [(&str, u16); 9] = [
    ("", 100),
    ("ثلاث", 300),
    ("اربع", 400),
    ("خمس", 500),
    ("ست", 600),
    ("سبع", 700),
    ("ثمان", 800),
    ("ثماني", 800),
    ("تسع", 900),
];
/// Tens, which with an ending are decades.
const DECADES: [(&str, u8); 8] = [
    ("عشرين", 20),
    ("ثلاثين", 30),
    ("اربعين", 40),
    ("خمسين", 50),
    ("ستين", 60),
    ("سبعين", 70),
    ("ثمانين", 80),
    ("تسعين", 90),
];
/// Scale words by their power of ten.
const SCALES: [(&str, u8); 7] = [
    ("الف", 3),
    ("مليون", 6),
    ("مليار", 9),
    ("بليون", 9),
    ("تريليون", 12),
    ("ترليون", 12),
    ("تريليار", 15),
];
/// Scale words that are plurals without an ending.
const PLURALS: [(&str, u8); 2] = [("ملايين", 6), ("بلايين", 9)];
/// Ranks, with or without the ending of the feminine.
const ORDINALS: [(&str, u8); 10] = [
    ("ثاني", 2),
    ("ثان", 2),
    ("ثالث", 3),
    ("رابع", 4),
    ("خامس", 5),
    ("سادس", 6),
    ("سابع", 7),
    ("ثامن", 8),
    ("تاسع", 9),
    ("عاشر", 10),
];

/// Every word that means something to a number, folded, without particles and article.
fn classes() -> WordMap<String, Class> {
    let mut classes: WordMap<String, Class> = WordMap::default();
    for (words, class) in WORDS {
        classes.extend(words.split(' ').map(|word| (word.to_owned(), *class)));
    }
    let mut say = |stem: &str, endings: &[&str], class: Class| {
        classes.extend(endings.iter().map(|ending| (format!("{stem}{ending}"), class)));
    };
    for (stem, value) in HUNDREDS {
        say(stem, &["مائه", "مئه", "مايه"], Class::Hundred(value));
    }
    for (stem, tens) in DECADES {
        say(stem, &["ات", "يات"], Class::Decade(tens));
    }
    for (stem, power) in SCALES.into_iter().chain(PLURALS) {
        say(stem, &["ان", "ين", "ي"], Class::Scale(power, Form::Dual));
        say(stem, &["ا"], Class::Scale(power, Form::Bare));
        if stem != "الف" {
            say(stem, &["ات"], Class::Scale(power, Form::Plural));
        }
    }
    for (stem, power) in SCALES {
        say(stem, &[""], Class::Scale(power, Form::Single));
    }
    for (stem, power) in PLURALS {
        say(stem, &[""], Class::Scale(power, Form::Plural));
    }
    for (stem, value) in ORDINALS {
        say(stem, &["", "ه"], Class::Ordinal(value));
    }
    classes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look_up(word: &str) -> Word {
        Reader::default().look_up(word)
    }

    #[test]
    fn particles_and_the_article_are_taken_off() {
        let word = look_up("وبالخمسة");
        assert_eq!((word.class, word.and, word.by, word.the), (Class::Unit(5), true, true, true));
        assert_eq!(look_up("للألف").class, Class::Scale(3, Form::Single));
        assert!(!look_up("واحد").and);
    }

    #[test]
    fn spelling_does_not_matter() {
        for word in ["مئة", "مائة", "مئه", "مِائَةِ", "مـئـة"] {
            assert_eq!(look_up(word).class, Class::Hundred(100), "{word}");
        }
        assert_eq!(look_up("ثلاثمائة").class, Class::Hundred(300));
        assert_eq!(look_up("وتسعمئة").class, Class::Hundred(900));
    }

    #[test]
    fn tanwin_tells_a_counted_thousand_from_two_of_them() {
        assert_eq!(look_up("ألفا").class, Class::Scale(3, Form::Bare));
        assert_eq!(look_up("ألفاً").class, Class::Scale(3, Form::Single));
        assert_eq!(look_up("مليوني").class, Class::Scale(6, Form::Dual));
    }

    #[test]
    fn vague_and_foreign_words_say_nothing() {
        for word in ["لست", "مئات", "عشرات", "الثلاثاء", "الأربعاء", "الخميس", "أولاً", "كتاب", "الفن"]
        {
            assert_eq!(look_up(word).class, Class::Other, "{word}");
        }
    }
}
