//! Which language a body is in: by its letters first, by its words where letters do not decide.
//!
//! Persian, Urdu, Pashto, Sorani and Arabic share a script, and each has letters that the others
//! lack; general detectors confuse them on news copy or call them all Arabic. So letters are
//! counted, and a statistical detector is asked only about a hundred and twenty letters or more.

use std::sync::LazyLock;

use unicode_normalization::UnicodeNormalization as _;
use whatlang::{Detector, Lang};

use super::normalize::{is_arabic_letter, is_mark};

/// Letters looked at, spread over the body; more change no verdict.
const SAMPLE: usize = 2_000;
/// Letters of one paragraph that are looked at, so that no paragraph decides alone.
const SAMPLE_OF_ONE: usize = 400;
/// Letters from which the statistical detector is asked.
const ENOUGH: usize = 120;

/// What a body's letters say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Language {
    /// BCP 47 code, `und` where it is undecided.
    pub(super) code: String,
    /// Whether another script takes a good part of the text, or a paragraph of its own.
    pub(super) mixed: bool,
}

/// Letters of each kind in a sample.
#[derive(Debug, Default)]
struct Letters {
    arabic: usize,
    latin: usize,
    /// Latin letters with accents: a charset read wrongly is nearly all of these.
    accented: usize,
    hebrew: usize,
    other: usize,
    persian: usize,
    urdu: usize,
    sorani: usize,
    pashto: usize,
    /// Letters and forms that Arabic has and Persian typing has not.
    own: usize,
}

/// What a character says of the language that it is written in.
#[derive(Clone, Copy)]
enum Kind {
    Nothing,
    Arabic,
    Own,
    Persian,
    Urdu,
    Sorani,
    Pashto,
    Latin,
    Accented,
    Hebrew,
    Other,
}

const KINDS: usize = Kind::Other as usize + 1;

/// U+0600 to U+06FF, which an Arabic text is nearly all made of.
static ARABIC_BLOCK: LazyLock<[Kind; 0x100]> = LazyLock::new(|| {
    std::array::from_fn(|at| {
        let code = u32::try_from(at).unwrap_or(0) + 0x600;
        char::from_u32(code).map_or(Kind::Nothing, look_up)
    })
});

fn kind(c: char) -> Kind {
    match c as usize {
        at @ 0x600..0x700 => ARABIC_BLOCK[at - 0x600],
        _ => look_up(c),
    }
}

fn look_up(c: char) -> Kind {
    match c {
        'ة' | 'ي' | 'ى' | 'ك' | 'إ' | 'أ' => Kind::Own,
        '\u{621}'..='\u{63A}' | '\u{641}'..='\u{64A}' => Kind::Arabic,
        'پ' | 'چ' | 'ژ' | 'گ' => Kind::Persian,
        'ٹ' | 'ڈ' | 'ڑ' | 'ں' | 'ے' | 'ہ' | 'ھ' => Kind::Urdu,
        'ێ' | 'ۆ' | 'ڵ' | 'ڕ' | 'ە' => Kind::Sorani,
        'ټ' | 'ډ' | 'ړ' | 'ښ' | 'ګ' | 'ڼ' | 'ې' | 'ۍ' => Kind::Pashto,
        'a'..='z' | 'A'..='Z' => Kind::Latin,
        '\0'..='\u{7F}' => Kind::Nothing,
        '\u{C0}'..='\u{24F}' => Kind::Accented,
        '\u{5D0}'..='\u{5EA}' => Kind::Hebrew,
        _ if is_arabic_letter(c) => Kind::Arabic,
        _ if c.is_alphabetic() && c != 'ـ' && !is_mark(c) => Kind::Other,
        _ => Kind::Nothing,
    }
}

/// Names the language of a body from its source text, before Persian letters are folded.
pub(super) fn name<'a>(paragraphs: impl Iterator<Item = &'a str> + Clone) -> Language {
    let mut letters = Letters::default();
    let mut sample = String::new();
    let mut foreign = false;
    for text in paragraphs {
        let before = (letters.arabic, letters.latin);
        let start = sample.len();
        let text = &text[..text.floor_char_boundary(SAMPLE_OF_ONE * 2)];
        // Presentation forms are the same letters; their first byte tells them.
        if text.as_bytes().contains(&0xEF) {
            sample.extend(text.nfkc());
        } else {
            sample.push_str(text);
        }
        letters.count(&sample[start..]);
        sample.push(' ');
        let (arabic, latin) = (letters.arabic - before.0, letters.latin - before.1);
        foreign |= latin >= 60 && latin > arabic * 3;
        if sample.len() >= SAMPLE * 2 {
            break;
        }
    }
    let code = letters.code(&sample).to_owned();
    let mixed = code == "ar" && (foreign || letters.latin * 4 > letters.arabic);
    Language { code, mixed }
}

impl Letters {
    fn count(&mut self, text: &str) {
        let mut seen = [0; KINDS];
        for c in text.chars() {
            seen[kind(c) as usize] += 1;
        }
        let own = |kind: Kind| seen[kind as usize];
        self.own += own(Kind::Own);
        self.persian += own(Kind::Persian);
        self.urdu += own(Kind::Urdu);
        self.sorani += own(Kind::Sorani);
        self.pashto += own(Kind::Pashto);
        self.arabic += own(Kind::Arabic)
            + [Kind::Own, Kind::Persian, Kind::Urdu, Kind::Sorani, Kind::Pashto]
                .map(own)
                .iter()
                .sum::<usize>();
        self.accented += own(Kind::Accented);
        self.latin += own(Kind::Latin) + own(Kind::Accented);
        self.hebrew += own(Kind::Hebrew);
        self.other += own(Kind::Other);
    }

    fn code(&self, sample: &str) -> &'static str {
        let most = self.arabic.max(self.latin).max(self.hebrew).max(self.other);
        match most {
            0 => "und",
            _ if most == self.arabic => self.arabic_script(sample),
            _ if most == self.hebrew => "he",
            _ if most == self.latin => self.latin_script(sample),
            _ => detect(sample).unwrap_or("und"),
        }
    }

    /// A language's own letters make up some hundredths of its text; Arabic news has a few of
    /// Persian's in names, and its own `ة`, `أ` and `ي` everywhere.
    fn arabic_script(&self, sample: &str) -> &'static str {
        let share = |count: usize| count * 100 > self.arabic * 2 && count > self.own;
        match () {
            () if share(self.sorani) => "ckb",
            () if share(self.pashto) => "ps",
            () if share(self.urdu) => "ur",
            () if self.persian * 100 > self.arabic && self.own * 100 < self.arabic * 5 => "fa",
            () if self.arabic < ENOUGH || self.own * 100 >= self.arabic * 5 => "ar",
            () => detect(sample).filter(|code| matches!(*code, "fa" | "ur")).unwrap_or("ar"),
        }
    }

    /// Latin letters: a language, Arabic chatted in Latin letters and digits, or broken bytes.
    fn latin_script(&self, sample: &str) -> &'static str {
        if self.accented * 4 > self.latin {
            return "und";
        }
        if chats(sample) {
            return "ar-Latn";
        }
        if self.latin < ENOUGH {
            detect(sample).filter(|_| self.latin >= 30).unwrap_or("en")
        } else {
            detect(sample).unwrap_or("en")
        }
    }
}

/// Whether words carry the digits that stand for Arabic letters in chat: `7abibi`, `3arabi`.
fn chats(sample: &str) -> bool {
    let words =
        sample.split_whitespace().filter(|word| word.chars().any(|c| c.is_ascii_alphabetic()));
    let coded = words.clone().filter(|word| {
        let letters = word.chars().filter(char::is_ascii_lowercase).count();
        letters >= 2
            && word.contains(['2', '3', '5', '7', '9'])
            && !word.chars().any(is_letter_of_another_script)
    });
    coded.count() * 8 > words.count()
}

/// Marks and tatweel are none: they show no letter, and normalizing may take them away.
fn is_letter_of_another_script(c: char) -> bool {
    c.is_alphanumeric() && !c.is_ascii() && !is_mark(c) && c != 'ـ'
}

fn detect(sample: &str) -> Option<&'static str> {
    let lang = Detector::new().detect_lang(sample)?;
    Some(match lang {
        Lang::Ara => "ar",
        Lang::Pes => "fa",
        Lang::Urd => "ur",
        Lang::Eng => "en",
        Lang::Fra => "fr",
        Lang::Deu => "de",
        Lang::Spa => "es",
        Lang::Tur => "tr",
        Lang::Rus => "ru",
        Lang::Heb => "he",
        Lang::Ita => "it",
        Lang::Por => "pt",
        Lang::Ukr => "uk",
        Lang::Cmn => "zh",
        Lang::Jpn => "ja",
        Lang::Kor => "ko",
        Lang::Ind => "id",
        _ => return None,
    })
}

/// The English name of a language code, for people.
pub(super) fn english(code: &str) -> Option<&'static str> {
    Some(match code {
        "fa" => "Persian",
        "ur" => "Urdu",
        "ckb" => "Sorani Kurdish",
        "ps" => "Pashto",
        "he" => "Hebrew",
        "en" => "English",
        "fr" => "French",
        "de" => "German",
        "es" => "Spanish",
        "tr" => "Turkish",
        "ru" => "Russian",
        "it" => "Italian",
        "pt" => "Portuguese",
        "uk" => "Ukrainian",
        "zh" => "Chinese",
        "ja" => "Japanese",
        "ko" => "Korean",
        "id" => "Indonesian",
        "ar-Latn" => "Arabic in Latin letters",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(text: &str) -> String {
        name(std::iter::once(text)).code
    }

    #[test]
    fn a_stray_mark_does_not_change_the_language() {
        assert_eq!(code("7abibi kif 7alak"), "ar-Latn");
        assert_eq!(code("\u{64B}7abibi\u{200F} kif 7alakـ"), "ar-Latn");
    }
}
