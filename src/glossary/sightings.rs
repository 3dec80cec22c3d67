//! The terms in each text of one article, looked for once.
//!
//! The table of names reads every text of the article first. What goes with the tasks and what the
//! checks compare is asked for the same texts afterwards, and need not be searched for again. A text
//! that is none of the article's, as a sentence of it, is searched when it is asked for.

use std::collections::HashMap;

use super::{
    Glossary, Match,
    fold::Folded,
    matching::{Hit, Matcher, Surroundings},
};

/// What stands in the texts of an article.
#[derive(Debug)]
pub(super) struct Sightings {
    glossary: Glossary,
    country: Option<String>,
    texts: HashMap<String, Sighting>,
}

/// What stands in one text.
#[derive(Debug)]
struct Sighting {
    /// The terms as the country where the article plays makes them mean.
    here: Vec<Hit>,
    /// The same in no country in particular, where that is another list.
    anywhere: Option<Vec<Hit>>,
    /// The persons whom the article's own table spells.
    persons: Vec<Hit>,
}

impl Sightings {
    /// None yet, for an article that plays in a country.
    pub(super) fn new(glossary: &Glossary, country: Option<&str>) -> Self {
        let country = country.map(str::to_owned);
        Self { glossary: glossary.clone(), country, texts: HashMap::new() }
    }

    /// The country where the article plays.
    pub(super) fn country(&self) -> Option<&str> {
        self.country.as_deref()
    }

    /// Looks for the terms of a text, and gives them as they are meant here.
    pub(super) fn read<'g>(&mut self, text: &Folded<'_>, glossary: &'g Glossary) -> Vec<Match<'g>> {
        let here = glossary.hits(text, self.country());
        let depends = |hit: &Hit| hit.of(glossary.entries()).entry.has_countries();
        let anywhere =
            (self.country.is_some() && here.iter().any(depends)).then(|| glossary.hits(text, None));
        let matches = here.iter().map(|hit| hit.of(glossary.entries())).collect();
        let sighting = Sighting { here, anywhere, persons: Vec::new() };
        self.texts.insert(text.typed().to_owned(), sighting);
        matches
    }

    /// Looks for the persons of the article's table in a text that was read.
    pub(super) fn read_persons(&mut self, text: &Folded<'_>, table: (&Matcher, &[super::Entry])) {
        if let Some(sighting) = self.texts.get_mut(text.typed()) {
            sighting.persons = table.0.hits(text, table.1, Surroundings::NONE);
        }
    }

    /// The persons in a text; `None` where it was not read.
    pub(super) fn persons(&self, text: &str) -> Option<&[Hit]> {
        self.texts.get(text).map(|sighting| sighting.persons.as_slice())
    }

    /// The terms of a text as they are meant where the article plays.
    pub(super) fn here<'g>(&self, text: &str, glossary: &'g Glossary) -> Vec<Match<'g>> {
        let found = self.of(text, glossary).map(|sighting| &sighting.here);
        let matches = |hits: &Vec<Hit>| hits.iter().map(|hit| hit.of(glossary.entries())).collect();
        found.map_or_else(|| glossary.matches_in(text, self.country()), matches)
    }

    /// The terms of a text of which no more is known.
    pub(super) fn anywhere<'g>(&self, text: &str, glossary: &'g Glossary) -> Vec<Match<'g>> {
        let found = self.of(text, glossary);
        let found = found.map(|one| one.anywhere.as_ref().unwrap_or(&one.here));
        let matches = |hits: &Vec<Hit>| hits.iter().map(|hit| hit.of(glossary.entries())).collect();
        found.map_or_else(|| glossary.matches(text), matches)
    }

    /// What was seen in a text, if by this glossary.
    fn of(&self, text: &str, glossary: &Glossary) -> Option<&Sighting> {
        self.texts.get(text).filter(|_| self.glossary.is(glossary))
    }
}
