//! Where and when a story was filed, and by whom, in every shape that wires and papers type.
//!
//! A dateline is a row of pieces between dashes, slashes, colons, commas and brackets: places, a
//! date, an agency, a reporter. Its order and spacing differ by house (`طهران / 18 كانون الثاني
//! /يناير/ارنا-`, `باريس (اف ب)-`, `سبق- جدة:`, `أبوظبي في 14 مايو / وام /`), so no house's shape
//! is written down: the pieces are named one by one, and a row is a dateline when its pieces
//! explain it whole and a separator ends it. The longest such row wins.

use super::{
    Dateline, filed,
    filed::Filed,
    fold::{in_list, key},
    gazetteer::{self, Named},
    pieces::{Break, Piece, Pieces, ends_in_agency},
};

/// Longest dateline looked for, in bytes; the longest seen in agency copy is half of it.
const REACH: usize = 260;
/// Longest piece, in bytes: a place and a date in two calendars.
const LONGEST_PIECE: usize = 150;
/// Words of a piece in which an agency without a sign behind it is looked for: a place and a date
/// in two calendars stand before it.
const MOST_WORDS: usize = 14;
/// Most pieces in a row: two places, a reporter, a date in two calendars, an agency.
const MOST_PIECES: usize = 10;

/// Words before the people who made the story, folded.
const CREDITS: &str = "تحقيق تقرير حوار تصوير ترجمه كتب كتبت حاوره حاورته حاورها حاورتها اعداد \
    اعده اعدته اشراف عدسه";

/// A dateline at the head of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Found {
    /// Length of the dateline and the space behind it, in bytes.
    pub(super) len: usize,
    /// What it says; nothing where the line credits people or outlets only.
    pub(super) dateline: Option<Dateline>,
    /// Whom it credits: reporters, or else the outlet.
    pub(super) byline: Option<String>,
    /// Whether a place or outlet of the lists is in it.
    pub(super) sure: bool,
}

impl Found {
    /// Whether an agency files from a place.
    pub(super) fn agency_at_place(&self) -> bool {
        self.dateline.as_ref().is_some_and(|at| at.agency.is_some() && at.place_ar.is_some())
    }
}

/// The dateline that opens a lead paragraph, if one does.
pub(super) fn opening(text: &str) -> Option<Found> {
    let reach = text.len().min(REACH);
    let head = &text[..text.floor_char_boundary(reach)];
    let mut row = Row::default();
    let mut best = None;
    for piece in Pieces::new(head) {
        if row.pieces.len() == MOST_PIECES {
            break;
        }
        best = row.signed(text, &piece).or(best);
        if piece.end == Break::End || !row.push(head, &piece) {
            break;
        }
        if piece.end.ends_dateline() && row.opens(&text[piece.next..]) {
            best = Some((row.clone(), piece.next));
        }
    }
    let (row, end) = best?;
    let end = end.min(text.len());
    let raw = text[..end].trim_end();
    let len = end + (text[end..].len() - text[end..].trim_start().len());
    Some(row.found(raw, len))
}

/// The dateline or byline that a whole short line is, if it is one.
pub(super) fn whole(line: &str) -> Option<Found> {
    if line.len() > REACH {
        return None;
    }
    let mut row = Row::default();
    for piece in Pieces::new(line) {
        if row.pieces.len() == MOST_PIECES || !row.push(line, &piece) {
            return None;
        }
    }
    row.stands_alone().then(|| row.found(line, line.len()))
}

/// What a piece of a dateline says.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Place(String),
    Agency {
        name: Named,
        raw: String,
        enclosed: bool,
    },
    Outlet(String),
    Person(String),
    Date,
    /// A few words that nothing explains.
    Words(String),
}

/// The pieces named so far.
#[derive(Clone, Debug, Default)]
struct Row {
    pieces: Vec<Part>,
    filed: Filed,
    breaks: Vec<Break>,
    /// Whether a word says that what follows are people: `إعداد`, `تحقيق`.
    credits: bool,
}

impl Row {
    /// Names one more piece; false where it can belong to no dateline.
    fn push(&mut self, text: &str, piece: &Piece) -> bool {
        let raw = trim(&text[piece.text.clone()]);
        self.breaks.push(piece.end);
        if raw.is_empty() || raw.len() > LONGEST_PIECE {
            return raw.is_empty();
        }
        let (before, after) = match filed::find(raw, &mut self.filed) {
            Some(range) => {
                self.pieces.push(Part::Date);
                (trim(&raw[..range.start]), trim(&raw[range.end..]))
            }
            None => (raw, ""),
        };
        let dated = before.len() < raw.len();
        let bracketed = text[..piece.text.start].ends_with(['(', '[']);
        [before, after]
            .into_iter()
            .filter(|part| !part.is_empty())
            .all(|part| self.words(part, piece.enclosed, bracketed, dated))
    }

    /// `دمشق-سانا قال`, `… 2024 م واس استقبل`: an agency's name with no sign behind it, before the
    /// story's first verb; where it ends.
    fn signed(&self, text: &str, piece: &Piece) -> Option<(Self, usize)> {
        let start = piece.text.start;
        let head = &text[start..text.floor_char_boundary((start + LONGEST_PIECE).min(text.len()))];
        let ends: Vec<usize> =
            head.match_indices([' ', '-', '/']).map(|(at, _)| at).take(MOST_WORDS).collect();
        let mut word = 0;
        for end in ends {
            let sure = head[end..].starts_with(' ') && ends_in_agency(&head[word..end]);
            word = end + 1;
            if !sure || !begins_with_verb(&head[end..]) {
                continue;
            }
            let mut row = self.clone();
            let cut = Piece { text: start..start + end, end: Break::Dash, ..piece.clone() };
            let known = row.push(text, &cut)
                && row.count(|part| matches!(part, Part::Words(_))) == 0
                && (row.count(|part| matches!(part, Part::Place(_))) > 0 || row.filed.any());
            return known.then_some((row, start + end));
        }
        None
    }

    fn words(&mut self, raw: &str, enclosed: bool, bracketed: bool, dated: bool) -> bool {
        let raw =
            raw.strip_prefix("مكتب ").filter(|at| gazetteer::is_place(&key(at))).unwrap_or(raw);
        let key = key(raw.strip_suffix(" في").unwrap_or(raw));
        if matches!(key.as_str(), "" | "في" | "م" | "يوم" | "خاص" | "مراسل" | "مراسلنا" | "متابعه")
        {
            return true;
        }
        if in_list(CREDITS, &key) || key == "اجري الحوار" {
            self.credits = true;
            return true;
        }
        if key.split(' ').count() > 6 {
            return false;
        }
        let quoted = raw.starts_with(['«', '"', '“', '”']);
        let part = match gazetteer::named(&key) {
            Some(name @ Named::Surely(_)) => {
                Part::Agency { name, raw: raw.to_owned(), enclosed: true }
            }
            Some(name @ Named::Perhaps(_)) if enclosed || quoted || !self.pieces.is_empty() => {
                Part::Agency { name, raw: raw.to_owned(), enclosed }
            }
            _ if gazetteer::is_place(&key) => Part::Place(place(raw)),
            _ if gazetteer::is_person(&key) => return self.person(raw),
            _ if gazetteer::calls_itself_outlet(&key) => Part::Outlet(raw.to_owned()),
            Some(name) => Part::Agency { name, raw: raw.to_owned(), enclosed: false },
            // A paper in quotation marks or brackets behind the place: `لندن - «القدس العربي»`.
            None if (quoted || bracketed) && self.follows_place() => Part::Outlet(raw.to_owned()),
            None if self.credits(&key) => {
                Part::Person(raw[raw.find(' ').unwrap_or(0)..].trim().to_owned())
            }
            None => return self.split(raw, &key, dated),
        };
        self.pieces.push(part);
        true
    }

    fn follows_place(&self) -> bool {
        matches!(self.pieces.last(), Some(Part::Place(_)))
    }

    /// `من فادي أبو سعدى` behind a place or paper: whoever it is, wrote it.
    fn credits(&self, key: &str) -> bool {
        key.starts_with("من ")
            && (3..=5).contains(&key.split(' ').count())
            && matches!(self.pieces.last(), Some(Part::Place(_) | Part::Outlet(_)))
    }

    /// `أحمد الرشيد من الرياض`: a person and a place in one piece.
    fn person(&mut self, raw: &str) -> bool {
        let from = raw.split_once(" من ").filter(|(_, place)| gazetteer::is_place(&key(place)));
        self.pieces.push(Part::Person(from.map_or(raw, |(name, _)| name).to_owned()));
        self.pieces.extend(from.map(|(_, at)| Part::Place(place(at))));
        true
    }

    /// A place and an agency in one piece (`روما أ ش أ`, `«الاقتصادية» من الرياض`), a place by
    /// the side of a date (`سوروتش 3 مايو`), or words that nothing explains.
    fn split(&mut self, raw: &str, words: &str, dated: bool) -> bool {
        for (at, _) in raw.match_indices(' ') {
            let (left, right) = (trim(&raw[..at]), trim(&raw[at..]));
            let of = right.strip_prefix("من ").filter(|at| gazetteer::is_place(&key(at)));
            let (city, agency) = of.map_or((left, right), |city| (city, left));
            if let Some(name @ Named::Surely(_)) = gazetteer::named(&key(agency))
                && (gazetteer::is_place(&key(city)) || dated && of.is_none())
            {
                self.pieces.push(Part::Place(place(city)));
                self.pieces.push(Part::Agency { name, raw: agency.to_owned(), enclosed: false });
                return true;
            }
        }
        if let Some((name, city)) = raw
            .split_once(" من ")
            .filter(|(name, city)| gazetteer::is_place(&key(city)) && name.split(' ').count() <= 4)
        {
            self.pieces.push(Part::Words(name.to_owned()));
            self.pieces.push(Part::Place(place(city)));
            return true;
        }
        let few = words.split(' ').count() <= 4 && raw.chars().all(|c| c != '.' || raw.len() < 40);
        match dated && words.split(' ').count() <= 3 && self.pieces.len() == 1 {
            true => self.pieces.insert(0, Part::Place(place(raw))),
            false => self.pieces.push(Part::Words(raw.to_owned())),
        }
        few
    }

    fn count(&self, wanted: impl Fn(&Part) -> bool) -> usize {
        self.pieces.iter().filter(|part| wanted(part)).count()
    }

    /// Whether the row, with a separator behind it, opens the story that `rest` goes on with.
    fn opens(&self, rest: &str) -> bool {
        let unknown = self.count(|part| matches!(part, Part::Words(_)));
        let places = self.count(|part| matches!(part, Part::Place(_)));
        let agencies = self.count(|part| matches!(part, Part::Agency { .. }));
        let sure = self.count(|part| matches!(part, Part::Agency { enclosed: true, .. }));
        let outlets = self.count(|part| matches!(part, Part::Outlet(_)));
        let dated = self.filed.any();
        let verb = || begins_with_verb(rest);
        match self.breaks.last() {
            // A slash or bracket closes a dateline only behind an agency: `/ وام /`, `(شينخوا)`; or
            // behind a paper, before the story's first verb: `أبوظبي (الاتحاد)`.
            Some(Break::Slash | Break::Close) => {
                unknown <= 1
                    && (matches!(self.pieces.last(), Some(Part::Agency { .. }))
                        || matches!(self.pieces.last(), Some(Part::Outlet(_))) && verb())
                    && !rest.trim_start().starts_with(['-', '–', '—', ':', 'ـ'])
            }
            _ if sure > 0 => unknown <= 1 && (places > 0 || dated || unknown == 0),
            _ if places > 0 => {
                let paper = || self.pieces.len() == 2 && verb();
                unknown == 0 || unknown == 1 && (dated || agencies + outlets > 0 || paper())
            }
            _ if agencies == 1 && unknown == 1 => self.pieces.len() == 2 && verb(),
            _ if outlets > 0 => unknown == 0 && verb(),
            _ => unknown + agencies == 1 && self.pieces.len() == 1 && verb(),
        }
    }

    /// Whether a line that is this row and nothing more is a dateline or byline.
    fn stands_alone(&self) -> bool {
        let unknown = self.count(|part| matches!(part, Part::Words(_)));
        let known = self.pieces.len() - unknown;
        known > 0 && (unknown == 0 || unknown == 1 && self.pieces.len() <= 4 && !self.filed.any())
    }

    fn found(mut self, raw: &str, len: usize) -> Found {
        let sure = self
            .count(|part| matches!(part, Part::Place(_) | Part::Agency { enclosed: true, .. }))
            > 0;
        self.name_place();
        let mut places: Vec<_> = self
            .pieces
            .iter()
            .filter_map(|p| if let Part::Place(at) = p { Some(at.as_str()) } else { None })
            .collect();
        let people: Vec<_> = self
            .pieces
            .iter()
            .filter_map(|p| if let Part::Person(name) = p { Some(name.as_str()) } else { None })
            .collect();
        let agency = self.pieces.iter().find_map(|p| {
            if let Part::Agency { name, raw, .. } = p { Some((*name, raw)) } else { None }
        });
        let words = self
            .pieces
            .iter()
            .find_map(|p| if let Part::Words(words) = p { Some(words.clone()) } else { None });
        let byline = match (people.is_empty(), agency) {
            (false, _) => Some(people.join("، ")),
            // A dated agency line files the story; it is no byline.
            (true, _) if self.filed.any() => None,
            (true, agency) => agency.map(|(_, raw)| raw.clone()).or(words),
        };
        places.dedup();
        let place_ar = (!places.is_empty()).then(|| places.join(" - "));
        let outlet = self.count(|part| matches!(part, Part::Outlet(_) | Part::Words(_))) > 0
            && people.is_empty()
            && agency.is_none();
        let dateline =
            (place_ar.is_some() || self.filed.any() || len > raw.len() || outlet).then(|| {
                Dateline {
                    raw: raw.to_owned(),
                    place_ar,
                    place: None,
                    day: self.filed.day,
                    month: self.filed.month,
                    year: self.filed.year,
                    agency: agency.and_then(|(name, _)| name.english()),
                }
            });
        Found { len, dateline, byline, sure }
    }

    /// Words beside a person or an outlet are the place that the gazetteer does not have:
    /// `رجال ألمع: أحمد السلمي`, `الأناضول / ليفكوشا`.
    fn name_place(&mut self) {
        let placed = self.count(|part| matches!(part, Part::Place(_))) > 0;
        if placed || self.credits || self.pieces.len() < 2 {
            return;
        }
        let Some(at) = self.pieces.iter().position(|part| matches!(part, Part::Words(_))) else {
            return;
        };
        if let Part::Words(words) = &self.pieces[at]
            && words.split(' ').count() <= 3
            && !super::furniture::is_desk(&key(words))
        {
            self.pieces[at] = Part::Place(words.clone());
        }
    }
}

fn place(raw: &str) -> String {
    raw.strip_suffix(" في").unwrap_or(raw).trim().to_owned()
}

fn trim(raw: &str) -> &str {
    raw.trim_matches(|c: char| {
        c.is_whitespace() || matches!(c, '.' | '«' | '»' | '"' | '“' | '”' | '*' | '\'' | '{' | '}')
    })
}

/// Whether a story begins with a verb of the wires' first sentence.
fn begins_with_verb(rest: &str) -> bool {
    let first = rest.split_whitespace().next().unwrap_or_default();
    let key = key(first);
    let stem = key.strip_suffix('ت').unwrap_or(&key);
    const VERBS: &str = "اكد قال اعلن اشار افاد ذكر كشف اوضح شدد \
        دعا دع طالب بحث استقبل وقع نفي نف اتهم \
        حذر قتل استشهد اصيب وصل افتتح اطلق بدا عقد \
        ناقش شهد سجل ارتفع تراجع اعتقل دان ادان رحب \
        ندد قرر وافق صرح التقي التق ترا توفي ضبط \
        نظم";
    in_list(VERBS, stem) || in_list(VERBS, &key)
}

#[cfg(test)]
#[path = "dateline_tests.rs"]
mod tests;
