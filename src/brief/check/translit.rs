//! Whether an English name can be the sound of an Arabic word.
//!
//! The letters of both are aligned at the least cost. A consonant must meet one of the sounds that
//! its Arabic letter is written with; short vowels, which Arabic leaves out, cost little, long
//! ones more, a consonant without a partner or with a wrong one much. Costs are hundredths of a
//! lost consonant. Spelling by ear varies, so this tells names apart that sound different and no
//! more.

use std::sync::LazyLock;

/// Longest name and word that are aligned, in sounds and letters.
const MAX: usize = 24;
/// A consonant without a partner.
const LOST: u16 = 100;
/// A consonant with a wrong one.
const WRONG: u16 = 130;
/// Beyond any threshold.
const NEVER: u16 = 10_000;

/// An English name as sounds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Name {
    sounds: [Sound; MAX],
    /// For each sound the letters that may be it; all for a vowel.
    letters: [u64; MAX],
    /// The letters of [`HARD`] that may be some sound of it.
    hard: u64,
    len: usize,
}

/// A letter, or two that are one sound: the letter and the one after it.
type Sound = (u8, u8);

impl Name {
    /// The sounds of a name in lower case; `None` for one too short or too long to tell.
    pub(super) fn of(lower: &str) -> Option<Self> {
        let mut name = Self { sounds: [(0, 0); MAX], letters: [u64::MAX; MAX], hard: 0, len: 0 };
        let plain: Vec<u8> = lower.chars().filter_map(plain).collect();
        let mut at = 0;
        while at < plain.len() {
            let next = plain.get(at + 1).copied().unwrap_or(0);
            let pair = (plain[at], next);
            let double = matches!(
                &pair,
                (b's' | b'c' | b'k' | b't' | b'g' | b'p' | b'd' | b'z', b'h')
                    | (b't', b's')
                    | (b'c', b'k')
            );
            // "Picchu": the first of three is not heard.
            if pair == (b'c', b'c') && plain.get(at + 2) == Some(&b'h') {
                at += 1;
                continue;
            }
            let sound = match pair {
                (b'c', b'k') => (b'k', 0),
                pair if double => pair,
                (letter, _) => (letter, 0),
            };
            at += if double { 2 } else { 1 };
            let doubled = name.len > 0 && name.sounds[name.len - 1] == sound && !is_vowel(sound);
            if doubled {
                continue;
            }
            *name.sounds.get_mut(name.len)? = sound;
            (name.letters[name.len], name.hard) =
                (SOUNDS.letters(sound), name.hard | SOUNDS.hard(sound));
            name.len += 1;
        }
        (name.len >= 2).then_some(name)
    }

    /// Whether it has sounds enough for two Arabic words.
    pub(super) fn is_long(&self) -> bool {
        self.len >= 6
    }

    fn sounds(&self) -> &[Sound] {
        &self.sounds[..self.len]
    }

    /// Whether a word of these letters, with what may be attached to it, can cost no more than
    /// `limit`: every consonant that meets none of them is lost, and so is a hard letter that is
    /// none of its sounds.
    pub(super) fn may_be(&self, letters: u64, limit: u16) -> bool {
        if limit < LOST && letters & SOUNDS.all_hard & !self.hard != 0 {
            return false;
        }
        let lost = self.letters[..self.len].iter().filter(|own| **own & letters == 0).count();
        lost * usize::from(LOST) <= usize::from(limit)
    }

    /// The cost of aligning the name with a folded Arabic word, or more than `limit`.
    pub(super) fn cost(&self, word: &str, limit: u16) -> u16 {
        let mut letters = ['\0'; MAX];
        let mut len = 0;
        for c in word.chars() {
            let Some(slot) = letters.get_mut(len) else { return NEVER };
            *slot = c;
            len += 1;
        }
        // Arabic writes more than half of the sounds of any name.
        if len * 2 <= self.len || len > self.len + 4 {
            return NEVER;
        }
        align(self.sounds(), &letters[..len], limit)
    }

    /// The highest cost at which the name is taken for the word: a fifth of a consonant for each
    /// sound, less for long names.
    pub(super) fn limit(&self) -> u16 {
        const LIMITS: [u16; 13] = [0, 0, 30, 41, 52, 62, 71, 81, 90, 99, 107, 116, 124];
        LIMITS.get(self.len).copied().unwrap_or(132)
    }
}

/// The letters of a folded word as a set; those beyond the alphabet are left out.
pub(super) fn letters(word: &str) -> u64 {
    word.chars().fold(0, |set, letter| set | bit(code(letter)))
}

/// The Arabic letters and the Persian ones that copy uses.
const ALPHABET: &str = "ءابتثجحخدذرزسشصضطظعغفقكلمنهويئؤپچڤگژ";

/// One more than the highest that [`code`] gives.
pub(super) const CODES: u8 = 49;
/// What [`code`] gives for letters beyond the alphabet.
const OTHER: u8 = CODES - 1;

/// A letter as a number from 1 on; one for all letters beyond the alphabet.
#[inline]
pub(super) fn code(letter: char) -> u8 {
    match letter {
        // A difference below 42.
        '\u{621}'..='\u{64A}' => (u32::from(letter) - 0x620) as u8,
        'پ' => 43,
        'چ' => 44,
        'ڤ' => 45,
        'گ' => 46,
        'ژ' => 47,
        _ => OTHER,
    }
}

/// The set of one letter by its number; empty for one beyond the alphabet.
#[inline]
pub(super) fn bit(code: u8) -> u64 {
    if (1..OTHER).contains(&code) { 1 << (code - 1) } else { 0 }
}

/// Letters that cost as much as a lost consonant where they are no sound, without those that are
/// attached to words.
const HARD: &str = "تثجخدذرزسشصضطظغقمنپچڤگژ";

/// For each pair of Latin letters the Arabic ones that may be its sound, and the hard ones.
struct Sounds {
    pairs: Vec<(u64, u64)>,
    all_hard: u64,
}

static SOUNDS: LazyLock<Sounds> = LazyLock::new(Sounds::all);

impl Sounds {
    fn all() -> Self {
        let seconds = [0, b'h', b's'];
        let sounds = (b'a'..=b'z').flat_map(|first| seconds.map(|second| (first, second)));
        let all_hard = letters(HARD);
        let pairs = sounds.map(|sound| {
            let met = Self::met(sound);
            let any = is_vowel(sound) || matches!(sound, (b'h' | b'y' | b'w', 0) | (b'g', b'h'));
            (if any { u64::MAX } else { met }, met & all_hard)
        });
        Self { pairs: pairs.collect(), all_hard }
    }

    /// The letters that may be a sound, or a part of it.
    fn met(sound: Sound) -> u64 {
        let one = ALPHABET.chars().filter(|letter| meet(sound, *letter, true) < LOST);
        let set = one.fold(0, |set, letter| set | bit(code(letter)));
        // What two letters may be, and the halves of two sounds that one letter is.
        let more: &str = match sound.0 {
            b'x' => "كسز",
            b'c' | b'z' | b't' => "تسشجز",
            b'j' | b'g' => "دجنغ",
            b's' => "سشه",
            b'd' => "ج",
            b'q' => "ك",
            b'k' => "ن",
            b'r' => "ر",
            _ => "",
        };
        set | letters(more)
    }

    fn letters(&self, sound: Sound) -> u64 {
        self.pair(sound).map_or(u64::MAX, |pair| pair.0)
    }

    fn hard(&self, sound: Sound) -> u64 {
        self.pair(sound).map_or(u64::MAX, |pair| pair.1)
    }

    fn pair(&self, (first, second): Sound) -> Option<&(u64, u64)> {
        let column = match second {
            b'h' => 1,
            b's' => 2,
            _ => 0,
        };
        let row = usize::from(first.wrapping_sub(b'a'));
        self.pairs.get(row * 3 + column)
    }
}

/// An ASCII letter for a Latin one with marks.
fn plain(c: char) -> Option<u8> {
    if c.is_ascii_alphabetic() {
        return u8::try_from(c.to_ascii_lowercase()).ok();
    }
    Some(match c {
        'à'..='å' | 'ā' | 'ă' | 'À'..='Å' => b'a',
        'è'..='ë' | 'ē' | 'È'..='Ë' => b'e',
        'ì'..='ï' | 'ī' | 'ı' => b'i',
        'ò'..='ö' | 'ø' | 'ō' | 'Ö' => b'o',
        'ù'..='ü' | 'ū' | 'Ü' => b'u',
        'ç' | 'č' | 'ć' => b'c',
        'ñ' => b'n',
        'š' | 'ş' => b's',
        'ž' => b'z',
        'ğ' => b'g',
        'ý' => b'y',
        _ => return None,
    })
}

fn is_vowel((letter, _): Sound) -> bool {
    matches!(letter, b'a' | b'e' | b'i' | b'o' | b'u')
}

fn align(sounds: &[Sound], letters: &[char], limit: u16) -> u16 {
    // Rows of the table: cost of aligning the first `i` sounds with the first `j` letters.
    let mut rows = [[NEVER; MAX + 3]; 3];
    rows[0][0] = 0;
    for i in 0..=sounds.len() {
        let mut least = NEVER;
        for j in 0..=letters.len() {
            let cost = rows[0][j];
            least = least.min(cost);
            if cost >= NEVER {
                continue;
            }
            let mut reach = |row: usize, column: usize, more: u16| {
                let slot = &mut rows[row][column];
                *slot = (*slot).min(cost + more);
            };
            let letter = letters.get(j).copied();
            if let Some(letter) = letter {
                reach(0, j + 1, skip_letter(letter, j, j + 1 == letters.len()));
            }
            let Some(&sound) = sounds.get(i) else { continue };
            reach(1, j, skip_sound(sound, i));
            if let Some(letter) = letter {
                reach(1, j + 1, meet(sound, letter, j + 1 == letters.len()));
                if let Some(length) = two_letters(sound, &letters[j..], i) {
                    reach(1, j + length, 0);
                }
                if let Some(&next) = sounds.get(i + 1)
                    && two_sounds(sound, next, letter)
                {
                    reach(2, j + 1, 0);
                }
            }
        }
        if i == sounds.len() || least > limit {
            break;
        }
        rows.rotate_left(1);
        rows[2] = [NEVER; MAX + 3];
        if i + 1 == sounds.len() {
            rows[1] = [NEVER; MAX + 3];
        }
    }
    rows[0][letters.len()]
}

/// A sound that Arabic did not write.
fn skip_sound(sound: Sound, index: usize) -> u16 {
    match sound {
        _ if is_vowel(sound) => {
            if index == 0 {
                35
            } else {
                12
            }
        }
        (b'h', 0) => 30,
        (b'y' | b'w', 0) | (b'g', b'h') => 40,
        _ => LOST,
    }
}

/// A letter that English does not sound.
fn skip_letter(letter: char, index: usize, last: bool) -> u16 {
    match letter {
        'ع' | 'ء' | 'ئ' | 'ؤ' => 10,
        'ا' if index == 0 => 25,
        'ا' | 'و' | 'ي' => 35,
        'ه' if last => 20,
        'ه' => 50,
        'ح' => 60,
        _ => LOST,
    }
}

/// A sound written with a letter.
fn meet(sound: Sound, letter: char, last: bool) -> u16 {
    let (first, second) = sound;
    let vowels: &[u8] = match letter {
        'ا' => b"aeoui",
        'و' => b"ouwv",
        'ي' => b"iyeaj",
        'ع' | 'ء' => b"aeiou",
        'ئ' => b"eiaou",
        'ؤ' => b"ou",
        'ه' if last && matches!(first, b'a' | b'e') => return 0,
        _ => return if consonant(sound, letter) { 0 } else { WRONG },
    };
    match sound {
        _ if second == 0 && vowels.contains(&first) => 0,
        (b'y' | b'w', 0) => 30,
        _ if is_vowel(sound) => 30,
        _ => WRONG,
    }
}

fn consonant((first, second): Sound, letter: char) -> bool {
    let h = second == b'h';
    let one: &[u8] = match letter {
        'ب' => b"bpv",
        'ت' | 'ط' => {
            return first == b't' && matches!(second, 0 | b'h') || first == b'd' && letter == 'ط';
        }
        'ث' => return first == b't' || first == b's' && !h,
        'ج' => return matches!(first, b'j' | b'g') || h && matches!(first, b'c' | b'd' | b'z'),
        'ح' => b"h",
        'خ' => {
            return h && matches!(first, b'k' | b'c')
                || !h && matches!(first, b'h' | b'k' | b'j' | b'x' | b'g');
        }
        'د' | 'ض' => return first == b'd' || first == b'z' && letter == 'ض',
        'ذ' | 'ظ' => {
            return h && matches!(first, b'd' | b't') || !h && matches!(first, b'd' | b'z');
        }
        'ر' => b"r",
        'ز' => return matches!(first, b'z' | b's' | b'x') || (first, second) == (b't', b's'),
        'س' | 'ص' => {
            return !h && matches!(first, b's' | b'c' | b'z' | b'x')
                || (first, second) == (b't', b's');
        }
        'ش' => {
            return h && matches!(first, b's' | b'c') || !h && matches!(first, b's' | b'c' | b'j');
        }
        'غ' => b"g",
        'ف' | 'ڤ' => return matches!(first, b'f' | b'v' | b'w') || first == b'p',
        'ق' => b"qkgc",
        'ك' | 'ک' => return matches!(first, b'k' | b'c' | b'q' | b'g'),
        'گ' => b"gk",
        'ل' => b"l",
        'م' => b"m",
        'ن' => b"n",
        'ه' => b"ht",
        'پ' => b"p",
        'چ' => return (first, second) == (b'c', b'h') || matches!(first, b'j' | b'g'),
        'ژ' => return first == b'z' || first == b'j',
        _ => return false,
    };
    one.contains(&first) && (second == 0 || letter == 'غ' || letter == 'ب' && first == b'p')
}

/// How many letters one sound takes where Arabic has no letter for it: x, ch, j, th, i and u.
fn two_letters(sound: Sound, letters: &[char], index: usize) -> Option<usize> {
    Some(match (sound, letters) {
        ((b'x', 0), ['ي', 'ك', 'س', ..]) => 3,
        ((b'x', 0), ['ك', 'س' | 'ز', ..] | ['س', 'ك', ..]) => 2,
        // Also as Italian, Slavic and Australian names have it: Lastucci, Raonic, Caboolture.
        ((b'c', b'h') | (b'c' | b't', 0), ['ت', 'ش', ..]) => 2,
        ((b'j' | b'g', 0), ['د', 'ج', ..]) => 2,
        ((b'z', 0) | (b'c', 0) | (b't', b's'), ['ت', 'س', ..]) => 2,
        ((b't', b'h'), ['ت', 'ه', ..]) => 2,
        ((b's', b'h'), ['س', 'ه', ..]) => 2,
        ((b'i' | b'y', 0), ['ا', 'ي', ..]) => 2,
        ((b'u' | b'e', 0), ['ي', 'و', ..]) => 2,
        ((b'o' | b'u', 0), ['ا', 'و', ..]) if index == 0 => 2,
        ((b'e', 0), ['ا', 'ي', ..]) if index == 0 => 2,
        ((b'q', 0), ['ك', 'و', ..]) => 2,
        _ => return None,
    })
}

/// Two sounds that Arabic writes with one letter.
fn two_sounds(sound: Sound, next: Sound, letter: char) -> bool {
    matches!(
        (sound, next, letter),
        ((b's', 0), (b'c', b'h'), 'ش' | 'س')
            | ((b's', b'h'), (b'c', b'h'), 'ش')
            | ((b's', 0), (b'z', 0), 'س' | 'ش')
            | ((b't', 0), (b'c', b'h'), 'ش')
            | ((b'd', 0), (b'j', 0), 'ج')
            | ((b'o', 0), (b'u' | b'o', 0), 'و')
            | ((b'e', 0), (b'e' | b'a' | b'i', 0), 'ي')
            | ((b'a', 0), (b'u', 0), 'و')
            | ((b'w', 0), (b'h', 0), 'و')
            | ((b'p', b'h'), _, '\0')
            | ((b'r', 0), (b'h', 0), 'ر')
            | ((b'n', 0), (b'g', 0), 'ن')
            | ((b'q', 0), (b'u', 0), 'ك' | 'ق')
            | ((b'k', 0), (b'n', 0), 'ن')
            | ((b'g', 0), (b'u', 0), 'غ' | 'ج')
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sounds_like(name: &str, word: &str) -> bool {
        let name = Name::of(&name.to_lowercase()).unwrap();
        name.cost(word, NEVER) <= name.limit()
    }

    #[test]
    fn names_are_heard_in_their_arabic() {
        for (name, word) in [
            ("Radan", "رادان"),
            ("Khamenei", "خامنئي"),
            ("Mohammed", "محمد"),
            ("Erdogan", "اردوغان"),
            ("Charles", "تشارلز"),
            ("Thomas", "توماس"),
            ("Alexander", "الكسندر"),
            ("Johnson", "جونسون"),
            ("Mike", "مايك"),
            ("Utah", "يوتا"),
            ("Singapore", "سنغافوره"),
            ("Qasem", "قاسم"),
            ("Schumacher", "شوماخر"),
            ("Michael", "مايكل"),
            ("Abbas", "عباس"),
            ("Gonzalez", "غونزاليس"),
            ("Picchu", "بيتشو"),
            ("Vucic", "فوتشيتش"),
            ("Franciszek", "فرانسيسك"),
            ("Zhang", "زانغ"),
        ] {
            assert!(sounds_like(name, word), "{name} {word}");
        }
    }

    #[test]
    fn other_names_are_not() {
        for (name, word) in [
            ("Radan", "سليماني"),
            ("Hassan", "رادان"),
            ("Tehran", "بغداد"),
            ("Erdogan", "خامنئي"),
            ("Johnson", "توماس"),
            ("Paris", "بيروت"),
            ("Abbas", "قاسم"),
        ] {
            assert!(!sounds_like(name, word), "{name} {word}");
        }
    }
}
