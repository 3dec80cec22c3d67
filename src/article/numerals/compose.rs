//! Puts figures and words together to numbers: "3 ملايين و500 ألف" is 3,500,000.
//!
//! A number is a row of components, each a figure, a group of words below a thousand or a bare
//! scale word, each with the scale words right after it, joined by و and falling in size: what
//! does not fall begins a number of its own. Signs and words beside it make it a percentage, a
//! negative, or a time of day.

use super::{
    Decimal, Number, NumberKind, Written,
    figure::{self, Around, Worth},
    lexer::{self, Kind, Piece},
    lexicon::{Class, Form, OTHER, Reader, Word},
};

/// The numbers of a text in order.
pub(super) fn find(text: &str) -> Vec<Number> {
    let mut words = Reader::default();
    let pieces = lexer::pieces(text, OTHER, |word| words.look_up(word));
    let composer = Composer { pieces: &pieces };
    let mut found: Vec<Found> = Vec::new();
    let mut at = 0;
    while at < pieces.len() {
        match composer.number(at) {
            Some(number) => {
                at = number.end;
                found.push(number);
            }
            None => at += 1,
        }
    }
    composer.carry_scales_back(&mut found);
    found.into_iter().map(|found| found.number).collect()
}

/// A number and the pieces it is made of.
struct Found {
    number: Number,
    /// First piece.
    start: usize,
    /// The piece after the last.
    end: usize,
    /// The factor of its scale words.
    factor: i128,
}

/// A figure or group of words with its scale words.
struct Component {
    value: Decimal,
    other: Option<Decimal>,
    ambiguous: bool,
    time: Option<(u8, u8)>,
    ordinal: bool,
    written: Written,
    factor: i128,
    end: usize,
}

impl Component {
    fn new(value: Decimal, written: Written, end: usize) -> Self {
        Self {
            value,
            other: None,
            ambiguous: false,
            time: None,
            ordinal: false,
            written,
            factor: 1,
            end,
        }
    }
}

pub(super) struct Composer<'a> {
    pub(super) pieces: &'a [Piece<Word>],
}

impl Composer<'_> {
    pub(super) fn kind(&self, at: usize) -> Option<&Kind<Word>> {
        self.pieces.get(at).map(|piece| &piece.kind)
    }

    pub(super) fn word(&self, at: usize) -> Option<Word> {
        match self.kind(at) {
            Some(Kind::Word(word)) => Some(*word),
            _ => None,
        }
    }

    fn before(&self, at: usize, back: usize) -> Option<&Piece<Word>> {
        at.checked_sub(back).and_then(|at| self.pieces.get(at))
    }

    fn sign(&self, at: usize) -> Option<char> {
        match self.kind(at) {
            Some(Kind::Sign(sign)) => Some(*sign),
            _ => None,
        }
    }

    /// The number that starts at piece `at`.
    fn number(&self, at: usize) -> Option<Found> {
        if let Some(Word { class: Class::Decade(tens), .. }) = self.word(at) {
            return Some(self.finish(at, self.decade(at, tens), NumberKind::Decade));
        }
        let mut whole = self.colon_time(at).or_else(|| self.component(at))?;
        let mut limit = whole.factor;
        while let Some((part, factor)) = self.next_part(&whole, limit) {
            let Some(sum) = whole.value.plus(part.value) else { break };
            (whole.value, whole.end, limit) = (sum, part.end, factor);
            whole.other = None;
            if whole.written == Written::Scale {
                whole.written = part.written;
            }
        }
        let kind = if whole.time.is_some() {
            self.time_kind(&mut whole)
        } else if self.percent_follows(whole.end) || self.percent_before(at) {
            NumberKind::Percent
        } else if whole.ordinal {
            NumberKind::Ordinal
        } else {
            NumberKind::Cardinal
        };
        let mut found = self.finish(at, whole, kind);
        if self.word(found.end).is_some_and(|word| word.class == Class::In)
            && kind == NumberKind::Percent
        {
            found.end += 2;
        }
        Some(found)
    }

    /// "سبعينيات القرن العشرين" is 1970: the century after it belongs to a decade.
    fn decade(&self, at: usize, tens: u8) -> Component {
        let alone = Component::new(Decimal::from(u32::from(tens)), Written::Words, at + 1);
        if !self.word(at + 1).is_some_and(|word| word.class == Class::Century) {
            return alone;
        }
        let article = usize::from(self.word(at + 2) == Some(OTHER));
        let century = self.component(at + 2).or_else(|| self.component(at + 2 + article));
        let year = century.as_ref().and_then(|century| {
            let hundreds = u32::try_from(century.value.whole()?).ok()?.checked_sub(1)?;
            (hundreds < 30).then(|| Decimal::from(hundreds * 100 + u32::from(tens)))
        });
        match (year, century) {
            (Some(value), Some(century)) => Component {
                other: Some(alone.value),
                ..Component::new(value, Written::Words, century.end)
            },
            _ => alone,
        }
    }

    fn finish(&self, start: usize, whole: Component, kind: NumberKind) -> Found {
        let first = &self.pieces[start];
        let mut span = first.span.start..self.pieces[whole.end - 1].span.end;
        let mut value = whole.value;
        if let Some(minus) = self.minus(start, kind) {
            value = value.negated();
            span.start = self.pieces[minus].span.start;
        }
        let written = if first.in_name { Written::Name } else { whole.written };
        let number = Number {
            span,
            value,
            alternative: whole.other,
            kind,
            written,
            scaled: whole.factor > 1,
            ambiguous: whole.ambiguous,
        };
        Found { number, start, end: whole.end, factor: whole.factor }
    }

    /// The place of a minus right before a figure (or the percent sign before it) and after a
    /// space; at the head of a line it is a bullet, unless a percentage follows.
    fn minus(&self, at: usize, kind: NumberKind) -> Option<usize> {
        let head = at - usize::from(self.percent_before(at));
        let place = head.checked_sub(1)?;
        let sign = &self.pieces[place];
        let bracket = self.before(head, 2).is_some_and(|p| matches!(p.kind, Kind::Sign('(' | '[')));
        let minus = match sign.kind {
            Kind::Sign('−') => true,
            Kind::Sign('-') => !sign.opens || kind == NumberKind::Percent,
            _ => false,
        };
        let figure = matches!(self.pieces[at].kind, Kind::Figure(_));
        (minus && figure && self.pieces[head].glued && (!sign.glued || bracket)).then_some(place)
    }

    /// The next smaller component after و: "و500 ألف", "ونصف المليون".
    fn next_part(&self, whole: &Component, limit: i128) -> Option<(Component, i128)> {
        if limit <= 1 || whole.time.is_some() {
            return None;
        }
        let word = self.word(whole.end)?;
        if !word.and {
            return None;
        }
        if word.class == Class::Part(50) {
            let named = self.word(whole.end + 1).is_some_and(|w| scale_factor(w) == Some(limit));
            let end = whole.end + 1 + usize::from(named);
            let half = Decimal::from(5).times(limit / 10)?;
            return Some((Component::new(half, whole.written, end), 1));
        }
        let start = if word.class == Class::And { whole.end + 1 } else { whole.end };
        let part = self.component(start).filter(|part| {
            part.time.is_none()
                && !self.percent_follows(part.end)
                && part.value.whole().is_some_and(|n| n > 0 && n < limit)
        })?;
        let factor = part.factor;
        Some((part, factor))
    }

    fn component(&self, at: usize) -> Option<Component> {
        let mut component = match self.kind(at)? {
            Kind::Figure(shape) => self.figure(at, shape)?,
            Kind::Word(word) => self.words(at, *word)?,
            Kind::Sign(_) => return None,
        };
        if component.time.is_some() {
            return Some(component);
        }
        while let Some(word) = self.word(component.end)
            && let Class::Scale(_, form) = word.class
            && form != Form::Dual
            && !word.and
            && !word.the
            && !component.ordinal
            && let Some(factor) = scale_factor(word)
            && let Some(value) = component.value.times(factor)
        {
            component.other = component.other.and_then(|other| other.times(factor));
            component.value = value;
            component.factor *= factor;
            component.end += 1;
        }
        Some(component)
    }

    pub(super) fn worth(&self, at: usize, shape: &str) -> Option<Worth> {
        let clock = self.clock_beside(at, shape);
        let scale = |w: Word| matches!(w.class, Class::Scale(..)) && !w.and && !w.the;
        let percent = self.percent_before(at) || self.percent_follows(at + 1);
        let scaled = percent || self.word(at + 1).is_some_and(scale);
        let thousandths = self.word(at + 1).is_some_and(|word| word.class == Class::Dinar);
        figure::read(shape, Around { clock, scaled, thousandths, english: false })
    }

    fn figure(&self, at: usize, shape: &str) -> Option<Component> {
        let mut component = Component::new(Decimal::default(), Written::Figures, at + 1);
        match self.worth(at, shape)? {
            Worth::Number { value, other, .. } => {
                (component.value, component.other) = (value, other);
                component.ambiguous = other.is_some();
            }
            Worth::Time { hour, minute, unsure } => {
                component.time = Some((hour, minute));
                component.ambiguous = unsure;
            }
        }
        Some(component)
    }

    fn words(&self, at: usize, word: Word) -> Option<Component> {
        let words = |value, end| Component::new(value, Written::Words, end);
        match word.class {
            Class::Part(hundredths) => {
                let percent = Decimal::from(u32::from(hundredths));
                let part = percent.shifted_down(2)?;
                let scale = self.word(at + 1).filter(|scale| !scale.and);
                let Some(factor) = scale.and_then(scale_factor) else {
                    // Half of all is 50 percent.
                    return Some(Component { other: Some(percent), ..words(part, at + 1) });
                };
                let value = part.times(factor)?;
                Some(Component { factor, ..words(value, at + 2) })
            }
            Class::Fold(parts) => {
                let value = Decimal::from(u32::from(parts));
                Some(Component::new(value, Written::Name, at + 1))
            }
            Class::Scale(_, Form::Plural) => None,
            Class::Scale(_, form) => {
                let factor = scale_factor(word)?;
                let count = if form == Form::Single { 1 } else { 2 };
                let value = Decimal::from(count).times(factor)?;
                Some(Component { factor, ..Component::new(value, Written::Scale, at + 1) })
            }
            Class::Hundred(100) if word.by && word.the => None,
            _ => {
                let (value, end, ordinal) = self.below_thousand(at, word)?;
                let component = Component { ordinal, ..words(Decimal::from(value), end) };
                Some(self.as_hour(at, value, component))
            }
        }
    }

    /// "الساعة التاسعة": a number from 1 to 12 right after the clock word is an hour.
    fn as_hour(&self, at: usize, value: u32, component: Component) -> Component {
        let after = self.before(at, 1).is_some_and(|p| is_class(p, Class::Clock));
        match u8::try_from(value) {
            Ok(hour @ 1..=12) if after => Component { time: Some((hour, 0)), ..component },
            _ => component,
        }
    }

    /// A group of words below a thousand: value, next piece, whether it ranks.
    fn below_thousand(&self, at: usize, word: Word) -> Option<(u32, usize, bool)> {
        if let Class::Hundred(hundreds) = word.class {
            return Some(self.with_rest(hundreds.into(), at + 1));
        }
        if let Class::Unit(unit @ 3..=9) = word.class
            && let Some(Word { class: Class::Hundred(100), and: false, by: false, .. }) =
                self.word(at + 1)
        {
            return Some(self.with_rest(u32::from(unit) * 100, at + 2));
        }
        self.below_hundred(at, word)
    }

    fn with_rest(&self, hundreds: u32, end: usize) -> (u32, usize, bool) {
        let rest = self.word(end).filter(|word| word.and).and_then(|w| self.below_hundred(end, w));
        rest.map_or((hundreds, end, false), |(rest, end, _)| (hundreds + rest, end, false))
    }

    fn below_hundred(&self, at: usize, word: Word) -> Option<(u32, usize, bool)> {
        let (unit, ordinal, bound) = match word.class {
            Class::Ten => return Some((10, at + 1, false)),
            Class::Tens(tens) => return Some((tens.into(), at + 1, false)),
            Class::Unit(unit) => (unit, false, false),
            Class::Bound(unit) => (unit, word.the, true),
            Class::Ordinal(unit) => (unit, true, false),
            _ => return None,
        };
        match self.word(at + 1) {
            Some(Word { class: Class::Ten, and: false, by: false, .. }) if unit < 10 => {
                Some((u32::from(unit) + 10, at + 2, ordinal))
            }
            Some(Word { class: Class::Tens(tens), and: true, .. }) if unit < 10 => {
                Some((u32::from(unit + tens), at + 2, ordinal))
            }
            // With the article, two alone is Monday.
            _ if bound || word.the && word.class == Class::Unit(2) => None,
            _ => Some((unit.into(), at + 1, ordinal)),
        }
    }

    /// "09:47": two glued figures round a colon, and no third.
    fn colon_time(&self, at: usize) -> Option<Component> {
        let digits = |at: usize| match self.kind(at) {
            Some(Kind::Figure(shape)) => Some(shape.as_str()),
            _ => None,
        };
        let colon = |at: usize| self.sign(at) == Some(':') && self.pieces[at].glued;
        let (hour, minute) = (digits(at)?, digits(at + 2)?);
        let alone = colon(at + 1)
            && self.pieces[at + 2].glued
            && !colon(at + 3)
            && !(self.pieces[at].glued && at > 0 && self.sign(at - 1) == Some(':'));
        if !alone || hour.len() > 2 || minute.len() != 2 {
            return None;
        }
        let (hour, minute) = (hour.parse().ok()?, minute.parse().ok()?);
        let time = (hour <= 24 && minute <= 59).then_some((hour, minute))?;
        let component = Component::new(Decimal::default(), Written::Figures, at + 3);
        Some(Component { time: Some(time), ..component })
    }

    /// Whether the words beside a figure make it a time.
    fn clock_beside(&self, at: usize, shape: &str) -> bool {
        let before = self.before(at, 1).is_some_and(|p| is_class(p, Class::Clock))
            || self.before(at, 2).is_some_and(|p| is_class(p, Class::Clock))
                && self.before(at, 1).is_some_and(|p| matches!(p.kind, Kind::Sign('-' | ':')));
        let after = match self.word(at + 1) {
            Some(Word { class: Class::Zone(half), and: false, .. }) => {
                // A year stands before "appeared" and "noon", which look alike.
                half.is_none() && shape.len() >= 4 || half.is_some() && shape.len() != 4
            }
            _ => false,
        };
        (before || after) && !self.percent_before(at) && !self.percent_follows(at + 1)
    }

    /// Adds "and a half", "less a quarter" and the half of the day to a time.
    fn time_kind(&self, whole: &mut Component) -> NumberKind {
        let (mut hour, mut minute) = whole.time.unwrap_or_default();
        if minute == 0 && hour > 0 {
            let less = self.word(whole.end).is_some_and(|word| word.class == Class::Less);
            let part = self.word(whole.end + usize::from(less)).filter(|word| word.and || less);
            let past = part.and_then(|word| match word.class {
                Class::Part(hundredths) => Some(hundredths / 5 * 3),
                Class::Third => Some(20),
                _ => None,
            });
            if let Some(past) = past {
                (hour, minute) = if less { (hour - 1, 60 - past) } else { (hour, past) };
                whole.end += 1 + usize::from(less);
            }
        }
        let half = (whole.end..whole.end + 3).find_map(|at| match self.word(at)?.class {
            Class::Zone(half) => half,
            _ => None,
        });
        match half {
            Some(true) if hour < 12 => hour += 12,
            Some(false) if hour == 12 => hour = 0,
            _ => {}
        }
        whole.value = Decimal::from(u32::from(hour) * 100 + u32::from(minute));
        let half_known = half.is_some() || hour > 12 || hour == 0;
        NumberKind::Time { hour, minute, half_known }
    }

    fn percent_follows(&self, at: usize) -> bool {
        match self.kind(at) {
            Some(Kind::Sign('%' | '٪')) => {
                // Elsewhere than glued to a figure it may belong to the one that follows.
                let figure = self.before(at, 1).is_some_and(|p| matches!(p.kind, Kind::Figure(_)));
                figure && self.pieces[at].glued || !self.percent_before(at + 1)
            }
            Some(Kind::Word(Word { class: Class::Hundred(100), by: true, the: true, .. })) => true,
            Some(Kind::Word(Word { class: Class::In, and: false, .. })) => {
                self.word(at + 1).is_some_and(|word| word.class == Class::Hundred(100))
            }
            _ => false,
        }
    }

    /// "%5": a sign glued before, that does not belong to a figure before it.
    pub(super) fn percent_before(&self, at: usize) -> bool {
        let figure = matches!(self.kind(at), Some(Kind::Figure(_)));
        let sign = figure && at > 0 && matches!(self.sign(at - 1), Some('%' | '٪'));
        let free = sign
            && (!self.pieces[at - 1].glued
                || !self.before(at, 2).is_some_and(|p| matches!(p.kind, Kind::Figure(_))));
        free && self.pieces[at].glued && !self.percent_follows(at + 1)
    }

    /// In "3 to 5 million" the 3 may be millions too.
    fn carry_scales_back(&self, found: &mut [Found]) {
        for index in 1..found.len() {
            let (left, right) = found.split_at_mut(index);
            let (Some(first), Some(second)) = (left.last_mut(), right.first()) else { continue };
            let joined = match second.start - first.end {
                0 => self.word(second.start).is_some_and(|word| word.and),
                1 => match self.kind(first.end) {
                    Some(Kind::Sign(sign)) => matches!(sign, '-' | '–' | '—' | 'ـ'),
                    Some(Kind::Word(word)) => matches!(word.class, Class::Range | Class::And),
                    _ => false,
                },
                _ => false,
            };
            if joined && first.factor == 1 && second.factor > 1 && !first.number.ambiguous {
                first.number.alternative = first.number.value.times(second.factor);
            }
        }
    }
}

fn is_class(piece: &Piece<Word>, class: Class) -> bool {
    matches!(piece.kind, Kind::Word(word) if word.class == class)
}

fn scale_factor(word: Word) -> Option<i128> {
    match word.class {
        Class::Scale(power, _) => Some(10_i128.pow(power.into())),
        _ => None,
    }
}
