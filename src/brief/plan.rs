//! Which work an article needs: an article and a policy in, tasks out.
//!
//! The unit of work is the section, because that is the unit of caching: an updated story pays
//! for the sections that changed and for the closing task (headline and summary). Two strategies:
//! with a language model for summaries each section is summarized from its Arabic and the closing
//! task is written from those; without one, key sentences are chosen in Arabic and translated,
//! and the closing task translates the title and the article's own key sentences.
//!
//! Texts leave with numbers in Western digits and order ([`numerals::rewrite`]), so that no
//! provider meets a decimal typed with the letter reh.

use crate::{
    article::{Article, Section, SourceId, numerals},
    brief::{Detail, Task, Text, extractive, extractive::Choice},
    glossary::{Glossary, Names, Term},
};

/// Terms sent with one text, at most: more confuse a small model than help it.
const TERMS: usize = 24;

/// How the brief is to be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strategy {
    /// Choose key sentences in Arabic and translate those.
    Extract,
    /// Let a language model summarize each section from its Arabic.
    Summarize,
}

/// The work for one article.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// How it is made.
    pub strategy: Strategy,
    /// How much of it is wanted.
    pub detail: Detail,
    /// One entry for each section of the article, in order; `None` where it needs no work.
    pub sections: Vec<Option<Task>>,
    /// The closing task; `None` for [`Strategy::Summarize`], where it is made from the sections'
    /// answers, and where there is nothing to close with.
    pub closing: Option<Task>,
    /// The article's names, which every task was given its own of.
    pub names: Names,
}

/// The work for `article`.
#[must_use]
pub fn plan(article: &Article, glossary: &Glossary, strategy: Strategy, detail: Detail) -> Plan {
    let names = Names::of(article, glossary);
    let desk = Desk { article, glossary, names: &names, detail };
    let (sections, closing) = match strategy {
        Strategy::Extract => desk.extract(),
        Strategy::Summarize => (article.sections.iter().map(|s| desk.summarize(s)).collect(), None),
    };
    Plan { strategy, detail, sections, closing, names }
}

/// The closing task over what the sections gave, for [`Strategy::Summarize`].
#[must_use]
pub fn closing(
    article: &Article,
    glossary: &Glossary,
    names: &Names,
    detail: Detail,
    passages: Vec<super::Evidence>,
) -> Task {
    let title = article.title.as_deref().map(|title| numerals::rewrite(title).into_owned());
    let terms = terms_of(names, glossary, title.as_deref());
    Task::Headline { title, passages, terms, detail }
}

/// The work for texts that are no story: every paragraph is translated, and nothing closes it.
/// `context` is Arabic that helps to understand them.
#[must_use]
pub fn translation(article: &Article, glossary: &Glossary, context: Option<&str>) -> Plan {
    let names = Names::of(article, glossary);
    let task = |section: &Section| {
        let texts: Vec<Text> = section.paragraphs.iter().map(|p| text(p.id, &p.text)).collect();
        let terms = terms_of(&names, glossary, texts.iter().map(|text| text.text.as_str()));
        Task::Translate { texts, context: context.map(str::to_owned), terms }
    };
    let sections = article.sections.iter().map(|section| Some(task(section))).collect();
    Plan { strategy: Strategy::Extract, detail: Detail::Full, sections, closing: None, names }
}

/// The names and terms that go with one text of which no more is known.
#[must_use]
pub fn terms(glossary: &Glossary, text: &str) -> Vec<Term> {
    Names::of_text(text, glossary).terms(text, glossary, TERMS)
}

struct Desk<'a> {
    article: &'a Article,
    glossary: &'a Glossary,
    names: &'a Names,
    detail: Detail,
}

impl Desk<'_> {
    fn extract(&self) -> (Vec<Option<Task>>, Option<Task>) {
        let selection = extractive::select(self.article, self.detail);
        let sections = self.article.sections.iter().enumerate();
        let tasks = sections
            .map(|(index, section)| {
                let chosen = selection.sections.get(index).map_or(&[][..], Vec::as_slice);
                self.translate_section(section, chosen)
            })
            .collect();
        let title = self.article.title.as_deref().map(|title| ("title", title));
        (tasks, self.translate(title, self.sentences(&selection.summary)))
    }

    fn translate_section(&self, section: &Section, chosen: &[Choice]) -> Option<Task> {
        if self.detail == Detail::Headline {
            return None;
        }
        let texts = match self.detail {
            Detail::Full => section.paragraphs.iter().map(|p| text(p.id, &p.text)).collect(),
            Detail::Headline | Detail::Brief => self.sentences(chosen),
        };
        self.translate(section.heading.as_deref().map(|heading| ("heading", heading)), texts)
    }

    fn translate(&self, head: Option<(&str, &str)>, mut texts: Vec<Text>) -> Option<Task> {
        if let Some((id, head)) = head {
            let text = numerals::rewrite(head).into_owned();
            texts.insert(0, Text { id: id.to_owned(), text, sources: Vec::new() });
        }
        if texts.is_empty() {
            return None;
        }
        let all = texts.iter().map(|text| text.text.as_str());
        let terms = terms_of(self.names, self.glossary, all);
        Some(Task::Translate { texts, context: self.article.title.clone(), terms })
    }

    fn summarize(&self, section: &Section) -> Option<Task> {
        if section.paragraphs.is_empty() {
            return None;
        }
        let heading = section.heading.as_deref().map(|h| numerals::rewrite(h).into_owned());
        let paragraphs: Vec<Text> =
            section.paragraphs.iter().map(|p| text(p.id, &p.text)).collect();
        let all = heading.as_deref().into_iter().chain(paragraphs.iter().map(|p| p.text.as_str()));
        let terms = terms_of(self.names, self.glossary, all);
        let context = self.article.title.clone();
        Some(Task::Summarize { heading, paragraphs, context, terms, detail: self.detail })
    }

    fn sentences(&self, chosen: &[Choice]) -> Vec<Text> {
        chosen.iter().filter_map(|choice| self.sentence(choice)).collect()
    }

    fn sentence(&self, choice: &Choice) -> Option<Text> {
        let section = self.article.sections.get(choice.source.section as usize)?;
        let paragraph = section.paragraphs.get(choice.source.paragraph as usize)?;
        let sentence = paragraph.text.get(choice.sentence.clone())?;
        Some(text(choice.source, sentence.trim()))
    }
}

/// The names and terms of texts, each once, in order of appearance; so many of each text that none
/// is left without its own.
fn terms_of<'t>(
    names: &Names,
    glossary: &Glossary,
    texts: impl IntoIterator<Item = &'t str>,
) -> Vec<Term> {
    let mut all: Vec<Term> = Vec::new();
    for term in texts.into_iter().flat_map(|text| names.terms(text, glossary, TERMS)) {
        if !all.contains(&term) {
            all.push(term);
        }
    }
    all
}

fn text(source: SourceId, arabic: &str) -> Text {
    Text {
        id: source.to_string(),
        text: numerals::rewrite(arabic).into_owned(),
        sources: vec![source],
    }
}
