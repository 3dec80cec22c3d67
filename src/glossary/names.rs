//! The names of one article, each with the one English that all of its passages use.
//!
//! Built before any task from title, subheads and paragraphs: what the glossary knows of persons,
//! places and organisations, and the persons that `persons` finds, spelled by `transliterate`.
//! With every task go those that occur in its texts ([`Names::terms`]), and the table comes back
//! with the brief. [`Names::settled`] takes a provider's spelling where it is sure to be the same
//! name; the check by sound that decides is the caller's.

use std::{collections::HashSet, ops::Range, sync::Arc};

use memchr::memmem;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    Entry, Glossary, Kind, Match, Term, fold,
    fold::Folded,
    matching::{Hit, Matcher, Surroundings},
    persons,
    sightings::Sightings,
};
use crate::article::{Article, letter};

/// Whose the English of a name is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Origin {
    /// The glossary has it.
    Glossary,
    /// It was spelled by rule and list.
    Transliteration,
    /// A provider wrote it and it sounds like the Arabic.
    Provider,
}

/// What a name names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "each is the plain word for what it is")]
pub enum Named {
    Person,
    Place,
    Organisation,
}

/// One name of an article.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Name {
    /// The Arabic as first typed, without attached particles.
    pub ar: String,
    /// The English.
    pub en: String,
    /// What it names.
    pub kind: Named,
    /// Whose the English is.
    pub from: Origin,
}

/// The names of one article. Cheap to ask and to clone, a little work to make.
#[derive(Clone, Debug)]
pub struct Names(Arc<Table>);

#[derive(Debug)]
struct Table {
    list: Vec<Name>,
    /// Foreign persons whose English only a provider can give.
    foreign: Vec<String>,
    /// The persons that were spelled, and their family names.
    entries: Vec<Entry>,
    /// Their spellings, folded.
    spelled: HashSet<String>,
    matcher: Matcher,
    sightings: Sightings,
}

impl Names {
    /// The names of an article.
    #[must_use]
    pub fn of(article: &Article, glossary: &Glossary) -> Self {
        let folded: Vec<Folded<'_>> = texts(article).map(Folded::of).collect();
        let mut table = Table::new(glossary, country(article, &folded, glossary));
        let mut families: Vec<(String, String)> = Vec::new();
        let mut spans = Vec::new();
        for text in &folded {
            for person in table.read(text, glossary) {
                families.extend(person.family);
                spans.push((text.typed(), person.span));
            }
        }
        let mut tried: HashSet<String> = HashSet::new();
        for (arabic, english) in families {
            if tried.insert(arabic.clone()) && stands_alone(&arabic, &folded, &spans) {
                table.family(arabic, english);
            }
        }
        table.find_persons(&folded);
        Self(Arc::new(table))
    }

    /// The names of one text.
    #[must_use]
    pub fn of_text(text: &str, glossary: &Glossary) -> Self {
        Self::of(&Article { title: Some(text.to_owned()), ..Article::default() }, glossary)
    }

    /// The table: persons, places and organisations in order of appearance.
    #[must_use]
    pub fn list(&self) -> &[Name] {
        &self.0.list
    }

    /// Foreign persons that no rule can spell, as typed.
    #[must_use]
    pub fn foreign(&self) -> &[String] {
        &self.0.foreign
    }

    /// The country in which the article plays, as the glossary's table `[where]` calls it.
    #[must_use]
    pub fn country(&self) -> Option<&str> {
        self.0.sightings.country()
    }

    /// The persons that were spelled by rule and stand in a text.
    #[must_use]
    pub fn persons(&self, text: &str) -> Vec<Match<'_>> {
        let matches = |hits: &[Hit]| hits.iter().map(|hit| hit.of(&self.0.entries)).collect();
        match self.0.sightings.persons(text) {
            _ if self.0.entries.is_empty() => Vec::new(),
            Some(hits) => matches(hits),
            None => matches(&self.0.hits(&Folded::of(text))),
        }
    }

    /// The terms of a glossary in a text, as [`Glossary::matches`] gives them; those of the article's
    /// own texts are known already where the names were made with the same glossary.
    #[must_use]
    pub fn matches<'g>(&self, text: &str, glossary: &'g Glossary) -> Vec<Match<'g>> {
        self.0.sightings.anywhere(text, glossary)
    }

    /// The distinct terms and names that stand in a text, in order of appearance, at most `most`:
    /// names, offices and words that mislead before common ones, long ones before short ones, and
    /// never what is too general to help.
    #[must_use]
    pub fn terms(&self, text: &str, glossary: &Glossary, most: usize) -> Vec<Term> {
        let own = self.persons(text);
        let free = |one: &Match<'_>| {
            own.iter()
                .all(|name| one.span.end <= name.span.start || name.span.end <= one.span.start)
        };
        let listed = self.0.sightings.here(text, glossary).into_iter();
        let listed = listed.filter(|one| one.entry.kind.is_sent() && free(one));
        let mut found: Vec<Match<'_>> = Vec::new();
        for one in listed.chain(own.iter().cloned()) {
            let same = |known: &Match<'_>| {
                known.english == one.english
                    && fold(&text[known.span.clone()]) == fold(&text[one.span.clone()])
            };
            if !found.iter().any(same) {
                found.push(one);
            }
        }
        if found.len() > most {
            let long = |one: &Match<'_>| std::cmp::Reverse(one.span.len());
            found.sort_by_key(|one| (one.entry.kind, long(one)));
            found.truncate(most);
        }
        found.sort_by_key(|one| one.span.start);
        let term = |one: &Match<'_>| Term {
            arabic: text[one.span.clone()].to_owned(),
            english: one.english.to_owned(),
        };
        found.iter().map(term).collect()
    }

    /// The table with what providers wrote: `heard` is given a name that was spelled by rule, or a
    /// foreign one with empty English, and answers with the spelling that the English has for it.
    pub fn settled(&self, heard: impl Fn(&Name) -> Option<String>) -> Vec<Name> {
        let mut list = self.0.list.clone();
        for name in list.iter_mut().filter(|name| name.from == Origin::Transliteration) {
            if let Some(written) = heard(name).filter(|written| *written != name.en) {
                (name.en, name.from) = (written, Origin::Provider);
            }
        }
        for arabic in &self.0.foreign {
            let name = Name {
                ar: arabic.clone(),
                en: String::new(),
                kind: Named::Person,
                from: Origin::Provider,
            };
            list.extend(heard(&name).map(|en| Name { en, ..name }));
        }
        list
    }
}

impl PartialEq for Names {
    fn eq(&self, other: &Self) -> bool {
        self.0.list == other.0.list && self.0.foreign == other.0.foreign
    }
}

impl Table {
    /// None yet, of an article that plays in a country.
    fn new(glossary: &Glossary, country: Option<&str>) -> Self {
        Self {
            list: Vec::new(),
            foreign: Vec::new(),
            entries: Vec::new(),
            spelled: HashSet::new(),
            matcher: Matcher::default(),
            sightings: Sightings::new(glossary, country),
        }
    }

    /// Takes the names of a text in; the persons found in it come back.
    fn read(&mut self, folded: &Folded<'_>, glossary: &Glossary) -> Vec<persons::Person> {
        let (text, first) = (folded.typed(), self.list.len());
        let matches = self.sightings.read(folded, glossary);
        let found = persons::find(text, &matches, glossary, self.sightings.country());
        self.known(text, &matches);
        for person in &found {
            let typed = &text[person.span.clone()];
            match &person.english {
                Some(english) => self.spelled(typed, english),
                None if !self.foreign.iter().any(|one| one == typed) => {
                    self.foreign.push(typed.to_owned());
                }
                None => {}
            }
        }
        self.list[first..].sort_by_cached_key(|name| text.find(&name.ar));
        found
    }

    /// Looks for the persons of the table in the article's texts.
    fn find_persons(&mut self, texts: &[Folded<'_>]) {
        if self.entries.is_empty() {
            return;
        }
        self.matcher = Matcher::new(&self.entries, |_| true);
        for text in texts {
            self.sightings.read_persons(text, (&self.matcher, &self.entries));
        }
    }

    fn hits(&self, text: &Folded<'_>) -> Vec<Hit> {
        self.matcher.hits(text, &self.entries, Surroundings::NONE)
    }

    fn known(&mut self, text: &str, matches: &[Match<'_>]) {
        for one in matches {
            let Some(kind) = named(one.entry.kind) else { continue };
            if !self.list.iter().any(|name| name.en == one.english && name.kind == kind) {
                let (ar, en) = (text[one.span.clone()].to_owned(), one.english.to_owned());
                self.list.push(Name { ar, en, kind, from: Origin::Glossary });
            }
        }
    }

    fn spelled(&mut self, arabic: &str, english: &str) {
        if !self.spelled.insert(fold(arabic)) {
            return;
        }
        self.list.push(Name {
            ar: arabic.to_owned(),
            en: english.to_owned(),
            kind: Named::Person,
            from: Origin::Transliteration,
        });
        self.entries.push(person(arabic.to_owned(), english.to_owned()));
    }

    fn family(&mut self, arabic: String, english: String) {
        if self.spelled.insert(fold(&arabic)) {
            self.entries.push(person(arabic, english));
        }
    }
}

fn person(arabic: String, english: String) -> Entry {
    Entry {
        kind: Kind::Person,
        arabic: vec![arabic],
        english,
        also: Vec::new(),
        senses: Vec::new(),
    }
}

fn named(kind: Kind) -> Option<Named> {
    Some(match kind {
        Kind::Person => Named::Person,
        Kind::Country | Kind::Capital | Kind::City | Kind::Region => Named::Place,
        Kind::Body | Kind::Organisation | Kind::Agency => Named::Organisation,
        _ => return None,
    })
}

/// Every text of an article: title, subheads, paragraphs.
fn texts(article: &Article) -> impl Iterator<Item = &str> {
    let sections = article.sections.iter().flat_map(|section| {
        let paragraphs = section.paragraphs.iter().map(|paragraph| paragraph.text.as_str());
        section.heading.as_deref().into_iter().chain(paragraphs)
    });
    article.title.as_deref().into_iter().chain(sections)
}

/// The country in which an article plays: that of its dateline, or the one named most.
fn country<'g>(article: &Article, texts: &[Folded<'_>], glossary: &'g Glossary) -> Option<&'g str> {
    let dateline = article.dateline.as_ref().map(|dateline| Folded::of(&dateline.raw));
    let dateline = dateline.iter().map(|dateline| (9, dateline));
    glossary.country(dateline.chain(texts.iter().map(|text| (1, text))))
}

/// Whether a family name stands somewhere in the article outside of full names.
fn stands_alone(family: &str, texts: &[Folded<'_>], full: &[(&str, Range<usize>)]) -> bool {
    let letter = letter::is_alphanumeric;
    let finder = memmem::Finder::new(family);
    texts.iter().map(Folded::typed).any(|text| {
        finder.find_iter(text.as_bytes()).any(|at| {
            let end = at + family.len();
            let inside = full.iter().any(|(other, span)| {
                std::ptr::eq(*other, text) && span.start <= at && end <= span.end
            });
            let before = text[..at].chars().next_back();
            let whole = !text[end..].starts_with(letter)
                && before.is_none_or(|c| !letter(c) || matches!(c, 'و' | 'ف' | 'ل' | 'ب'));
            !inside && whole
        })
    })
}

#[cfg(test)]
#[path = "names_tests.rs"]
mod tests;
