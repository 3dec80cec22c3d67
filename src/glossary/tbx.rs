//! A newsroom's terms out of a terminology database: TBX (ISO 30042), the Basic dialect.
//!
//! Read are concept entries (`conceptEntry`, in files of the first edition `termEntry`) with a
//! section for Arabic and one for English (`langSec`, `langSet`) and the terms in them. The first
//! English term that is not deprecated, or the one whose status is preferred, is the rendering;
//! other English terms that are not deprecated are accepted beside it. `subjectField` is the kind
//! where it names one, else the term is a house term. Concepts without Arabic belong to others and
//! are passed over; one with Arabic and without English is an error.

use quick_xml::{
    Reader,
    events::{BytesStart, Event},
};

use super::{
    Entry, GlossaryError, Kind,
    file::{Lined, entry, error, once},
};

/// One term of a language section.
#[derive(Default)]
struct Written {
    text: String,
    status: String,
}

/// A concept as it is being read.
#[derive(Default)]
struct Concept {
    line: usize,
    field: String,
    arabic: Vec<Written>,
    english: Vec<Written>,
}

/// Where the text that comes next belongs.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Elsewhere,
    Term,
    Status,
    Field,
}

/// The entries of a TBX file, in the order of its concepts.
pub(super) fn entries(file: &str, text: &str) -> Result<Vec<Entry>, GlossaryError> {
    let mut reading = Reading::new(text);
    let mut found: Vec<Lined> = Vec::new();
    loop {
        let line = reading.line();
        match reading.step().map_err(|wrong| error(file, line, wrong))? {
            Step::Done => break,
            Step::More => {}
            Step::Concept(concept) => {
                let line = concept.line;
                let read = concept.entry().map_err(|message| error(file, line, message))?;
                found.extend(read.map(|entry| (line, entry)));
            }
        }
    }
    if found.is_empty() {
        let what = "no concept has an Arabic and an English term; export both languages as TBX";
        return Err(error(file, 1, what));
    }
    once(file, found)
}

enum Step {
    More,
    Concept(Concept),
    Done,
}

struct Reading<'a> {
    text: &'a str,
    reader: Reader<&'a [u8]>,
    concept: Concept,
    language: String,
    place: Place,
}

impl<'a> Reading<'a> {
    fn new(text: &'a str) -> Self {
        let reader = Reader::from_str(text);
        let concept = Concept::default();
        Self { text, reader, concept, language: String::new(), place: Place::Elsewhere }
    }

    fn line(&self) -> usize {
        let at = usize::try_from(self.reader.buffer_position()).unwrap_or(usize::MAX);
        let read = self.text.as_bytes().get(..at).unwrap_or(self.text.as_bytes());
        memchr::memchr_iter(b'\n', read).count() + 1
    }

    fn step(&mut self) -> Result<Step, String> {
        let wrong = |what: quick_xml::Error| format!("this is no well-formed XML: {what}");
        match self.reader.read_event().map_err(wrong)? {
            Event::Start(tag) => self.open(&tag),
            Event::Text(text) => self.write(&text),
            Event::CData(text) => self.write(&text),
            Event::GeneralRef(name) => {
                let name = format!("&{};", &*name);
                self.write(&html_escape::decode_html_entities(&name));
            }
            Event::End(tag) => {
                self.place = Place::Elsewhere;
                if matches!(tag.local_name().as_ref(), "conceptEntry" | "termEntry") {
                    return Ok(Step::Concept(std::mem::take(&mut self.concept)));
                }
            }
            Event::Eof => return Ok(Step::Done),
            _ => {}
        }
        Ok(Step::More)
    }

    fn open(&mut self, tag: &BytesStart<'_>) {
        let kind = attribute(tag, "type");
        match tag.local_name().as_ref() {
            "conceptEntry" | "termEntry" => {
                self.concept = Concept { line: self.line(), ..Concept::default() };
            }
            "langSec" | "langSet" => {
                self.language = attribute(tag, "lang").to_ascii_lowercase();
            }
            "term" => {
                self.place = Place::Term;
                if let Some(terms) = self.terms() {
                    terms.push(Written::default());
                }
            }
            "administrativeStatus" => self.place = Place::Status,
            "termNote" if kind == "administrativeStatus" => self.place = Place::Status,
            "subjectField" => self.place = Place::Field,
            "descrip" if kind == "subjectField" => self.place = Place::Field,
            _ => self.place = Place::Elsewhere,
        }
    }

    fn terms(&mut self) -> Option<&mut Vec<Written>> {
        let main = self.language.split('-').next().unwrap_or_default();
        match main {
            "ar" => Some(&mut self.concept.arabic),
            "en" => Some(&mut self.concept.english),
            _ => None,
        }
    }

    fn write(&mut self, text: &str) {
        let place = self.place;
        if place == Place::Field {
            self.concept.field.push_str(text);
        } else if let Some(last) = self.terms().and_then(|terms| terms.last_mut()) {
            match place {
                Place::Term => last.text.push_str(text),
                Place::Status => last.status.push_str(text),
                Place::Field | Place::Elsewhere => {}
            }
        }
    }
}

impl Concept {
    /// The entry; `None` where the concept has no Arabic.
    fn entry(self) -> Result<Option<Entry>, String> {
        let usable = |terms: Vec<Written>| -> Vec<Written> {
            let gone = |term: &Written| {
                ["deprecated", "superseded"].iter().any(|status| term.status.contains(status))
            };
            terms.into_iter().filter(|term| !term.text.trim().is_empty() && !gone(term)).collect()
        };
        let arabic: Vec<String> = usable(self.arabic).into_iter().map(|term| term.text).collect();
        if arabic.is_empty() {
            return Ok(None);
        }
        let mut english = usable(self.english);
        english.sort_by_key(|term| !term.status.contains("preferred"));
        let mut english = english.into_iter().map(|term| term.text.trim().to_owned());
        let Some(first) = english.next() else {
            let what = "has no English term; add one or take the concept out of the export";
            return Err(format!("the concept of “{}” {what}", arabic[0].trim()));
        };
        let kind = Kind::of_name(self.field.trim()).unwrap_or(Kind::House);
        let entry = entry(kind, &arabic.join("|"), &first)?;
        Ok(Some(Entry { also: english.collect(), ..entry }))
    }
}

fn attribute(tag: &BytesStart<'_>, name: &str) -> String {
    let found = tag.attributes().flatten().find(|attribute| {
        let own: &str = attribute.key.local_name().into_inner();
        own == name
    });
    found.map(|attribute| attribute.value.to_string()).unwrap_or_default()
}
