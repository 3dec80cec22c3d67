//! Puts English figures and words together to numbers: "one and a half million" is 1,500,000.

use super::lexicon::{Class, look_up};
use crate::article::numerals::{
    Decimal, Number, NumberKind, Written,
    figure::{self, Around, Worth},
    lexer::{self, Kind, Piece},
};

/// The numbers of an English text in order.
pub(super) fn find(text: &str) -> Vec<Number> {
    let pieces = lexer::pieces(text, Class::Other, look_up);
    let composer = Composer { text, pieces: &pieces };
    let mut found: Vec<Found> = Vec::new();
    let mut at = 0;
    while at < pieces.len() {
        match composer.number(at) {
            Some(number) => {
                at = number.whole.end;
                found.push(number);
            }
            None => at += 1,
        }
    }
    composer.join_ranges(&mut found);
    found.into_iter().map(|found| found.number).collect()
}

struct Found {
    number: Number,
    start: usize,
    whole: Component,
}

/// A figure or group of words with its scale words.
#[derive(Clone, Copy)]
struct Component {
    value: Decimal,
    other: Option<Decimal>,
    kind: NumberKind,
    written: Written,
    factor: i128,
    end: usize,
}

impl Component {
    fn words(value: u32, end: usize) -> Self {
        Self {
            value: Decimal::from(value),
            other: None,
            kind: NumberKind::Cardinal,
            written: Written::Words,
            factor: 1,
            end,
        }
    }

    fn times(self, factor: i128, end: usize) -> Option<Self> {
        let value = self.value.times(factor)?;
        let other = self.other.and_then(|other| other.times(factor));
        Some(Self { value, other, factor: self.factor.checked_mul(factor)?, end, ..self })
    }

    fn at_time(self, hour: u8, minute: u8) -> Self {
        let value = Decimal::from(u32::from(hour) * 100 + u32::from(minute));
        let half_known = hour > 12 || hour == 0;
        Self { value, kind: NumberKind::Time { hour, minute, half_known }, ..self }
    }
}

struct Composer<'a> {
    text: &'a str,
    pieces: &'a [Piece<Class>],
}

impl Composer<'_> {
    fn word(&self, at: usize) -> Option<Class> {
        match self.pieces.get(at)?.kind {
            Kind::Word(class) => Some(class),
            _ => None,
        }
    }

    fn sign(&self, at: usize) -> Option<char> {
        match self.pieces.get(at)?.kind {
            Kind::Sign(sign) => Some(sign),
            _ => None,
        }
    }

    fn digits(&self, at: usize) -> Option<&str> {
        match &self.pieces.get(at)?.kind {
            Kind::Figure(shape) => Some(shape),
            _ => None,
        }
    }

    fn glued(&self, at: usize) -> bool {
        self.pieces.get(at).is_some_and(|piece| piece.glued)
    }

    /// The word at `at`, a hyphen before it skipped, and its place.
    fn hyphened(&self, at: usize) -> Option<(Class, usize)> {
        let hyphen = matches!(self.sign(at), Some('-' | '‑' | '–')) && self.glued(at);
        let at = at + usize::from(hyphen && self.glued(at + 1));
        self.word(at).map(|class| (class, at))
    }

    fn number(&self, at: usize) -> Option<Found> {
        let mut whole = self.colon_time(at).or_else(|| self.component(at))?;
        let mut limit = whole.factor;
        while let Some(part) = self.next_part(&whole, limit) {
            let Some(value) = whole.value.plus(part.value) else { break };
            (whole.value, whole.end, limit) = (value, part.end, part.factor);
            whole.other = None;
            if part.kind == NumberKind::Ordinal {
                whole.kind = part.kind;
            }
        }
        let whole = self.with_unit(at, whole);
        if self.is_entity(at) {
            return None;
        }
        let first = &self.pieces[at];
        let mut span = first.span.start..self.pieces[whole.end - 1].span.end;
        let mut value = whole.value;
        if self.is_negative(at, whole.kind) {
            value = value.negated();
            span.start = self.pieces[at - 1].span.start;
        }
        let number = Number {
            span,
            value,
            alternative: whole.other,
            kind: whole.kind,
            written: if self.in_name(at) { Written::Name } else { whole.written },
            scaled: whole.factor > 1,
            ambiguous: false,
        };
        Some(Found { number, start: at, whole })
    }

    /// A percent sign or word makes a percentage, "a.m." or a zone a time.
    fn with_unit(&self, start: usize, whole: Component) -> Component {
        let end = whole.end;
        if let NumberKind::Time { hour, minute, .. } = whole.kind {
            return self.with_half(whole, hour, minute);
        }
        let percent = self.sign(end) == Some('%')
            || self.hyphened(end).is_some_and(|(class, _)| class == Class::Percent)
            || self.word(end) == Some(Class::Per) && self.word(end + 1) == Some(Class::Cent);
        if percent {
            return Component { kind: NumberKind::Percent, ..whole };
        }
        let hour = whole.value.whole().and_then(|hour| u8::try_from(hour).ok());
        match hour {
            Some(hour @ 1..=12) if end == start + 1 && self.meridiem(end).is_some() => {
                self.with_half(whole.at_time(hour, 0), hour, 0)
            }
            Some(hour @ 1..=12) if self.o_clock(end) => {
                Component { end: end + 3, ..whole.at_time(hour, 0) }
            }
            _ => whole,
        }
    }

    fn with_half(&self, whole: Component, hour: u8, minute: u8) -> Component {
        let Some((afternoon, end)) = self.meridiem(whole.end) else { return whole };
        let hour = match (afternoon, hour) {
            (true, 1..=11) => hour + 12,
            (false, 12) => 0,
            _ => hour,
        };
        let kind = NumberKind::Time { hour, minute, half_known: true };
        Component { kind, end, ..whole.at_time(hour, minute) }
    }

    /// "am", "p.m." and the piece after.
    fn meridiem(&self, at: usize) -> Option<(bool, usize)> {
        let afternoon = match self.word(at)? {
            Class::Meridiem(afternoon) => return Some((afternoon, at + 1)),
            Class::A => false,
            Class::P => true,
            _ => return None,
        };
        let dotted = self.sign(at + 1) == Some('.')
            && self.word(at + 2) == Some(Class::ShortMillion)
            && self.glued(at + 1);
        dotted.then_some((afternoon, at + 3))
    }

    fn o_clock(&self, at: usize) -> bool {
        self.word(at) == Some(Class::O)
            && matches!(self.sign(at + 1), Some('\'' | '’'))
            && self.word(at + 2) == Some(Class::Clock)
    }

    /// "9:47": two glued figures round a colon, and no third.
    fn colon_time(&self, at: usize) -> Option<Component> {
        let (hour, minute) = (self.digits(at)?, self.digits(at + 2)?);
        let colon = |at: usize| self.sign(at) == Some(':') && self.glued(at);
        let third = at > 0 && self.glued(at) && self.sign(at - 1) == Some(':') || colon(at + 3);
        let fits = colon(at + 1) && self.glued(at + 2) && !third && hour.len() <= 2;
        if !fits || minute.len() != 2 {
            return None;
        }
        let (hour, minute) = (hour.parse().ok()?, minute.parse().ok()?);
        let component = Component { written: Written::Figures, ..Component::words(0, at + 3) };
        (hour <= 24 && minute <= 59).then(|| component.at_time(hour, minute))
    }

    fn component(&self, at: usize) -> Option<Component> {
        let mut component = match &self.pieces[at].kind {
            Kind::Figure(shape) => self.figure(at, shape)?,
            Kind::Word(class) => self.words(at, *class)?,
            Kind::Sign(_) => return None,
        };
        if matches!(component.kind, NumberKind::Time { .. } | NumberKind::Decade) {
            return Some(component);
        }
        while let Some((class, place)) = self.hyphened(component.end)
            && let Some(factor) = self.factor(class, at)
            && let Some(scaled) = component.times(factor, place + 1)
        {
            let ordinal = matches!(class, Class::ScaleTh(_));
            component = scaled;
            if ordinal {
                component.kind = NumberKind::Ordinal;
                break;
            }
        }
        if component.written == Written::Figures
            && self.word(component.end) == Some(Class::ShortMillion)
            && component.factor == 1
        {
            component.other = component.value.times(1_000_000);
        }
        Some(component)
    }

    fn factor(&self, class: Class, start: usize) -> Option<i128> {
        match class {
            Class::Hundred => Some(100),
            Class::Dozen => Some(12),
            Class::Scale(power) | Class::ScaleTh(power) => Some(10_i128.pow(power.into())),
            Class::ShortMillion if self.currency_before(start) => Some(1_000_000),
            _ => None,
        }
    }

    fn currency_before(&self, at: usize) -> bool {
        at > 0 && matches!(self.sign(at - 1), Some('$' | '£' | '€' | '¥' | '₪'))
    }

    fn figure(&self, at: usize, shape: &str) -> Option<Component> {
        let zone = self.word(at + 1) == Some(Class::Zone) && shape.len() >= 4;
        let clock = shape.len() > 2 && (zone || self.meridiem(at + 1).is_some());
        let around = Around { clock, english: true, ..Around::default() };
        let component = Component { written: Written::Figures, ..Component::words(0, at + 1) };
        let component = match figure::read(shape, around)? {
            Worth::Number { value, other, .. } => Component { value, other, ..component },
            Worth::Time { hour, minute, .. } => return Some(component.at_time(hour, minute)),
        };
        let apostrophe = usize::from(matches!(self.sign(at + 1), Some('\'' | '’')));
        let decade = component.value.whole().is_some_and(|n| n % 10 == 0 && n < 10_000)
            && self.word(at + 1 + apostrophe) == Some(Class::Plural)
            && self.glued(at + 1);
        if decade {
            let end = at + 2 + apostrophe;
            return Some(Component { kind: NumberKind::Decade, end, ..component });
        }
        if self.word(at + 1) == Some(Class::Suffix) && self.glued(at + 1) {
            return Some(Component { kind: NumberKind::Ordinal, end: at + 2, ..component });
        }
        Some(self.with_half_more(component))
    }

    /// "two and a half million" and "2½" are halves of the scale that follows.
    fn with_half_more(&self, component: Component) -> Component {
        let end = component.end;
        let article = usize::from(self.word(end + 1) == Some(Class::A));
        let half =
            self.word(end) == Some(Class::And) && self.word(end + 1 + article) == Some(Class::Half);
        let more = Decimal::from(5).shifted_down(1).and_then(|half| component.value.plus(half));
        match more {
            Some(value) if half => Component { value, end: end + 2 + article, ..component },
            _ => component,
        }
    }

    fn words(&self, at: usize, class: Class) -> Option<Component> {
        let ordinal = |value: u8, end| {
            let component = Component::words(value.into(), end);
            Some(Component { kind: NumberKind::Ordinal, ..component })
        };
        match class {
            Class::Decade(tens) => {
                let component = self.decade(at, tens);
                Some(Component { kind: NumberKind::Decade, ..component })
            }
            Class::Roman(value) => {
                let component = ordinal(value, at + 1)?;
                Some(Component { written: Written::Name, ..component })
            }
            Class::Hour(hour) => Some(Component::words(0, at + 1).at_time(hour, 0)),
            Class::UnitTh(value) | Class::TeenTh(value) | Class::TensTh(value) => {
                ordinal(value, at + 1)
            }
            Class::Half | Class::Quarter => self.part(at, class),
            Class::A => {
                let scale = self.word(at + 1).filter(|&class| self.factor(class, at).is_some());
                let written = if scale? == Class::Dozen { Written::Name } else { Written::Scale };
                Some(Component { written, ..Component::words(1, at + 1) })
            }
            Class::Hundred | Class::Scale(_) => self.bare_scale(at, class),
            _ => self.below_hundred(at, class).map(|component| self.with_half_more(component)),
        }
    }

    /// "the thirties of the nineteenth century" are the 1830s.
    fn decade(&self, at: usize, tens: u8) -> Component {
        let alone = Component::words(tens.into(), at + 1);
        if self.word(at + 1) != Some(Class::Of) || self.word(at + 2) != Some(Class::The) {
            return alone;
        }
        let Some(century) = self.component(at + 3) else { return alone };
        let hundreds = century.value.whole().and_then(|n| u32::try_from(n).ok());
        match (hundreds, self.hyphened(century.end)) {
            (Some(hundreds @ 1..=30), Some((Class::Century, place))) => {
                Component::words((hundreds - 1) * 100 + u32::from(tens), place + 1)
            }
            _ => alone,
        }
    }

    /// "thousand-year-old ruins": one thousand, unless "several" stands before.
    fn bare_scale(&self, at: usize, class: Class) -> Option<Component> {
        let before = at.checked_sub(1);
        let hyphen = before.is_some_and(|before| self.sign(before) == Some('-'));
        let before = before.map(|before| before - usize::from(hyphen && before > 0));
        let vague = before.is_some_and(|before| {
            matches!(self.word(before), Some(Class::Vague | Class::Of | Class::Per))
        });
        let letters = self.pieces[at].span.len() > 3;
        let factor = self.factor(class, at).filter(|_| letters && !vague)?;
        let one = Component { written: Written::Scale, ..Component::words(1, at) };
        one.times(factor, at + 1)
    }

    /// "half a million", "a quarter of a million".
    fn part(&self, at: usize, class: Class) -> Option<Component> {
        let mut end = at + 1;
        for skipped in [Class::Of, Class::A] {
            end += usize::from(self.hyphened(end).is_some_and(|(class, _)| class == skipped));
        }
        let scaled = matches!(self.hyphened(end), Some((Class::Scale(_), _)));
        let hundredths = if class == Class::Half { 50 } else { 25 };
        let part = Component::words(hundredths, if scaled { end } else { at + 1 });
        // Half of all is 50 percent.
        let other = Some(part.value).filter(|_| !scaled);
        Some(Component { value: part.value.shifted_down(2)?, other, ..part })
    }

    fn below_hundred(&self, at: usize, class: Class) -> Option<Component> {
        let tens = match class {
            Class::Unit(value) | Class::Teen(value) => {
                return Some(Component::words(value.into(), at + 1));
            }
            Class::Tens(tens) => tens,
            _ => return None,
        };
        match self.hyphened(at + 1) {
            Some((Class::Unit(unit @ 1..), place)) => {
                Some(Component::words(u32::from(tens + unit), place + 1))
            }
            Some((Class::UnitTh(unit), place)) => {
                let component = Component::words(u32::from(tens + unit), place + 1);
                Some(Component { kind: NumberKind::Ordinal, ..component })
            }
            _ => Some(Component::words(tens.into(), at + 1)),
        }
    }

    /// The next smaller component, with or without "and": "two thousand and five".
    fn next_part(&self, whole: &Component, limit: i128) -> Option<Component> {
        if limit <= 1 || !matches!(whole.kind, NumberKind::Cardinal) {
            return None;
        }
        let and = self.word(whole.end) == Some(Class::And);
        let start = whole.end + usize::from(and);
        let article = usize::from(self.word(start) == Some(Class::A));
        if and && self.word(start + article) == Some(Class::Half) {
            let half = Component::words(5, start + article + 1);
            return Some(Component { value: half.value.times(limit / 10)?, ..half });
        }
        if start >= self.pieces.len() || self.digits(start).is_some() && !and {
            return None;
        }
        let part = self.component(start)?;
        let plain = matches!(part.kind, NumberKind::Cardinal | NumberKind::Ordinal)
            && (part.kind == NumberKind::Cardinal || part.written == Written::Words);
        let smaller = part.value.whole().is_some_and(|n| n > 0 && n < limit);
        (plain && smaller && self.sign(start).is_none()).then_some(part)
    }

    fn is_negative(&self, at: usize, kind: NumberKind) -> bool {
        if at == 0 {
            return false;
        }
        let before = &self.pieces[at - 1];
        match before.kind {
            Kind::Word(Class::Minus) => true,
            Kind::Sign(sign @ ('-' | '−' | '–')) => {
                let free = !before.glued || at > 1 && matches!(self.sign(at - 2), Some('(' | '['));
                let bullet = before.opens && kind != NumberKind::Percent && sign != '−';
                self.digits(at).is_some() && self.glued(at) && free && !bullet
            }
            _ => false,
        }
    }

    /// The 39 of `&#39;` is no number of the text.
    fn is_entity(&self, at: usize) -> bool {
        at > 1 && self.sign(at - 1) == Some('#') && self.sign(at - 2) == Some('&') && self.glued(at)
    }

    /// Digits within a word are a name's: `MH370`, `39C`.
    fn in_name(&self, at: usize) -> bool {
        let capital = |piece: &Piece<Class>| {
            let word = &self.text[piece.span.clone()];
            piece.glued && word.starts_with(|c: char| c.is_ascii_uppercase())
        };
        let followed = self.digits(at).is_some()
            && self.word(at + 1).is_some()
            && self.pieces.get(at + 1).is_some_and(capital)
            && self.meridiem(at + 1).is_none();
        self.pieces[at].in_name || followed || self.names_a_thing(at)
    }

    /// "Six Flags": a capital within a sentence and one on the word after it.
    fn names_a_thing(&self, at: usize) -> bool {
        let capital = |at: usize| {
            self.pieces.get(at).is_some_and(|piece| {
                self.text[piece.span.clone()].starts_with(|c: char| c.is_ascii_uppercase())
            })
        };
        let within = at > 0 && self.word(at - 1).is_some() && !self.pieces[at].opens;
        within
            && self.word(at).is_some()
            && capital(at)
            && self.word(at + 1).is_some()
            && capital(at + 1)
    }

    /// Ends of a range share a scale or a century: "3 to 5 million", "2003-04".
    fn join_ranges(&self, found: &mut [Found]) {
        for index in 1..found.len() {
            let (left, right) = found.split_at_mut(index);
            let (Some(first), Some(second)) = (left.last_mut(), right.first_mut()) else {
                continue;
            };
            if second.start != first.whole.end + 1 {
                continue;
            }
            let joined = match self.pieces[first.whole.end].kind {
                Kind::Word(class) => matches!(class, Class::Range | Class::And),
                Kind::Sign(sign) => matches!(sign, '-' | '–' | '—' | '/' | '‑'),
                Kind::Figure(_) => false,
            };
            if joined && first.whole.factor == 1 && second.whole.factor > 1 {
                first.number.alternative = first.number.value.times(second.whole.factor);
            }
            let year = first.number.value.whole().filter(|year| (1000..2100).contains(year));
            let short = self.digits(second.start).is_some_and(|digits| digits.len() == 2);
            if let Some(year) = year
                && joined
                && short
            {
                let century = u32::try_from(year / 100 * 100).map(Decimal::from).ok();
                second.number.alternative = century.and_then(|c| c.plus(second.number.value));
            }
        }
    }
}
