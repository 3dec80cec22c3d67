//! The brief as one page: English beside the Arabic that it rests on.
//!
//! The page is whole in itself: no script, no image, no font, no other host. Its one style block is
//! page.css as it stands, so a Content-Security-Policy names it by its hash ([`POLICY`]); the page
//! carries the same policy for the day it is opened from disk. Passages and paragraphs stand in
//! rows (`align`); each names the other by a link, and pointing at one lights up the other by CSS.
//!
//! Every value is cleaned and escaped by the template engine. What is built here are values, never markup;
//! page.html alone knows tags.

use std::{collections::HashMap, sync::LazyLock};

use base64::{Engine, engine::general_purpose::STANDARD};
use minijinja::value::Serde;
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::{
    Label, align, template,
    words::{self, counted},
};
use crate::{
    article::{self, Article, SourceId},
    brief::{Brief, BriefSection, Passage, assemble::MISSING},
    finding::{Finding, Severity},
};

/// The look of the page; the web page at `/` shares it.
pub const STYLE: &str = include_str!("page.css");

/// The `Content-Security-Policy` under which the page works as meant: its own style and nothing
/// else, neither script nor image nor any host.
pub static POLICY: LazyLock<String> = LazyLock::new(|| {
    let hash = STANDARD.encode(Sha256::digest(STYLE));
    format!("default-src 'none'; style-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'")
});

/// Places of a row that can light up one by one; in a longer row the rest only link.
const LIT: usize = 12;

/// The page, ending in a newline.
#[must_use]
pub fn render(brief: &Brief, label: &Label) -> String {
    let page = Desk::new(brief).page(label);
    let values = minijinja::context! { style => STYLE, policy => &*POLICY, page => Serde(page) };
    template::fill("page.html", values)
}

/// Everything that the template shows.
#[derive(Serialize)]
struct Page {
    language: String,
    headline: String,
    headline_notes: Vec<Note>,
    original: Option<Original>,
    kicker: Option<String>,
    dateline: Option<String>,
    draft: bool,
    label: String,
    held: Vec<String>,
    tally: String,
    worst: &'static str,
    summary: Vec<Row>,
    sections: Vec<Section>,
    findings: Vec<Note>,
    facts: Vec<Fact>,
    created: String,
    created_iso: String,
}

/// The head of the article in Arabic.
#[derive(Serialize)]
struct Original {
    language: String,
    title: Option<String>,
    byline: Option<String>,
    dateline: Option<String>,
}

#[derive(Serialize)]
struct Section {
    id: String,
    heading: Option<String>,
    heading_ar: Option<String>,
    notes: Vec<Note>,
    rows: Vec<Row>,
}

#[derive(Serialize)]
struct Row {
    passages: Vec<Shown>,
    paragraphs: Vec<Paragraph>,
}

/// A passage as shown.
#[derive(Serialize)]
struct Shown {
    anchor: String,
    text: String,
    missing: bool,
    sources: Vec<Link>,
    /// `uses-0 uses-2`: the places in the row that it rests on.
    class: String,
    notes: Vec<Note>,
}

/// A paragraph as shown.
#[derive(Serialize)]
struct Paragraph {
    /// Missing where the paragraph is quoted here and stands elsewhere.
    anchor: Option<String>,
    /// Where it stands, or the first passage that rests on it.
    link: Option<String>,
    number: usize,
    text: String,
    cited: bool,
    class: String,
    notes: Vec<Note>,
}

#[derive(Clone, Serialize)]
struct Link {
    href: Option<String>,
    text: String,
}

/// A finding as shown, in its place and in the list.
#[derive(Clone, Serialize)]
struct Note {
    anchor: String,
    severity: &'static str,
    word: &'static str,
    message: Vec<Span>,
    passage: Option<Link>,
    sources: Vec<Link>,
}

/// A piece of a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct Span {
    text: String,
    /// Arabic that must keep its own direction: in an English line the figures of “62ر31” would
    /// change places.
    arabic: bool,
}

#[derive(Serialize)]
struct Fact {
    name: &'static str,
    value: String,
    code: bool,
}

/// The brief with what must be looked up while its page is made.
struct Desk<'a> {
    brief: &'a Brief,
    article: Option<&'a Article>,
    /// Paragraphs are numbered through the article, from 1.
    numbers: HashMap<SourceId, usize>,
    /// The first passage that rests on a paragraph.
    cited: HashMap<SourceId, String>,
    notes: Vec<(&'a Finding, Note)>,
}

impl<'a> Desk<'a> {
    fn new(brief: &'a Brief) -> Self {
        let article = brief.article.as_deref();
        let paragraphs = article.into_iter().flat_map(|article| &article.sections);
        let paragraphs = paragraphs.flat_map(|section| &section.paragraphs);
        let numbers = paragraphs.zip(1..).map(|(paragraph, number)| (paragraph.id, number));
        let mut desk = Self {
            brief,
            article,
            numbers: numbers.collect(),
            cited: HashMap::new(),
            notes: Vec::new(),
        };
        // The sections' passages stand beside the paragraph, the summary's only quote it.
        let sections = brief.sections.iter().map(|section| (&*section.id, &section.passages));
        for (place, passages) in sections.chain([("summary", &brief.summary)]) {
            for (index, passage) in passages.iter().enumerate() {
                for source in &passage.sources {
                    desk.cited.entry(*source).or_insert_with(|| format!("{place}.{index}"));
                }
            }
        }
        let sorted = words::worst_first(&brief.findings).into_iter().zip(1..);
        desk.notes =
            sorted.map(|(finding, number)| (finding, desk.note(finding, number))).collect();
        desk
    }

    fn page(&self, label: &Label) -> Page {
        let brief = self.brief;
        let dateline = brief.dateline.as_ref();
        let worst = self.notes.first().map_or("", |(_, note)| note.severity);
        Page {
            language: brief.language.clone(),
            headline: brief.headline.clone(),
            headline_notes: self.notes_at(&["headline", "summary"]),
            original: self.article.map(original),
            kicker: dateline.and_then(|dateline| dateline.agency.as_deref()).map(str::to_owned),
            dateline: dateline.map(words::dateline).filter(|text| !text.is_empty()),
            draft: label.is_draft(),
            label: label.sentence(&brief.provenance),
            held: words::held(&brief.release),
            tally: words::tally(&brief.findings),
            worst,
            summary: self.summary(),
            sections: self.sections(),
            findings: self.notes.iter().map(|(_, note)| note.clone()).collect(),
            facts: facts(brief),
            created: words::time(&brief.provenance.created),
            created_iso: brief.provenance.created.clone(),
        }
    }

    /// The summary: each passage beside the paragraphs it rests on, quoted from below.
    fn summary(&self) -> Vec<Row> {
        let row = |(index, passage): (usize, &Passage)| {
            let ids: Vec<SourceId> = passage.sources.clone();
            let quoted = ids.iter().enumerate().filter_map(|(place, id)| {
                let text = &self.paragraph(*id)?.text;
                Some(Paragraph {
                    anchor: None,
                    link: Some(format!("#{id}")),
                    ..self.shown(*id, text, place)
                })
            });
            Row {
                paragraphs: quoted.collect(),
                passages: vec![self.passage(passage, format!("summary.{index}"), &ids)],
            }
        };
        self.brief.summary.iter().enumerate().map(row).collect()
    }

    /// The article's sections beside the brief's; those of the brief alone where the article is
    /// not at hand.
    fn sections(&self) -> Vec<Section> {
        let Some(article) = self.article else {
            return self.brief.sections.iter().map(|section| self.section(section, None)).collect();
        };
        let sections = article.sections.iter();
        sections
            .map(|own| match self.brief.sections.iter().find(|section| section.id == own.id) {
                Some(section) => self.section(section, Some(own)),
                None => Section {
                    id: own.id.clone(),
                    heading: None,
                    heading_ar: own.heading.as_deref().map(str::to_owned),
                    notes: Vec::new(),
                    rows: self.rows(&own.id, &[], Some(own)),
                },
            })
            .collect()
    }

    fn section(&self, section: &BriefSection, own: Option<&article::Section>) -> Section {
        Section {
            id: section.id.clone(),
            heading: section.heading.as_deref().map(str::to_owned),
            heading_ar: section.heading_ar.as_deref().map(str::to_owned),
            notes: self.notes_at(&[&format!("{}.heading", section.id), &section.id]),
            rows: self.rows(&section.id, &section.passages, own),
        }
    }

    fn rows(&self, place: &str, passages: &[Passage], own: Option<&article::Section>) -> Vec<Row> {
        let paragraphs = own.map_or(&[][..], |section| &section.paragraphs);
        let index = |id: &SourceId| paragraphs.iter().position(|paragraph| paragraph.id == *id);
        let sources: Vec<Vec<usize>> =
            passages.iter().map(|one| one.sources.iter().filter_map(index).collect()).collect();
        let mut rows = Vec::new();
        for row in align::rows(&sources, paragraphs.len()) {
            let beside = &paragraphs[row.paragraphs];
            if row.passages.is_empty() {
                // What only the summary tells stands apart from what nothing tells.
                let alike = |one: &article::Paragraph, next: &article::Paragraph| {
                    self.cited.contains_key(&one.id) == self.cited.contains_key(&next.id)
                };
                rows.extend(beside.chunk_by(alike).map(|run| self.row(Vec::new(), run)));
                continue;
            }
            let ids: Vec<SourceId> = beside.iter().map(|paragraph| paragraph.id).collect();
            let shown =
                row.passages.map(|at| self.passage(&passages[at], format!("{place}.{at}"), &ids));
            rows.push(self.row(shown.collect(), beside));
        }
        rows
    }

    fn row(&self, passages: Vec<Shown>, beside: &[article::Paragraph]) -> Row {
        let shown = beside.iter().enumerate();
        let paragraphs = shown.map(|(at, one)| self.shown(one.id, &one.text, at)).collect();
        Row { passages, paragraphs }
    }

    /// A passage beside the paragraphs named by `row`.
    fn passage(&self, passage: &Passage, anchor: String, row: &[SourceId]) -> Shown {
        let places = row.iter().take(LIT).enumerate();
        let uses = places.filter(|(_, id)| passage.sources.contains(id));
        Shown {
            notes: self.notes_at(&[&anchor]),
            anchor,
            text: passage.text.clone(),
            missing: passage.text == MISSING,
            sources: passage.sources.iter().map(|id| self.source(*id)).collect(),
            class: uses.map(|(place, _)| format!("uses-{place}")).collect::<Vec<_>>().join(" "),
        }
    }

    fn shown(&self, id: SourceId, text: &str, place: usize) -> Paragraph {
        let own = |finding: &&(&Finding, Note)| {
            finding.0.passage.is_none() && finding.0.sources.contains(&id)
        };
        Paragraph {
            anchor: Some(id.to_string()),
            link: self.cited.get(&id).map(|passage| format!("#{passage}")),
            number: self.numbers.get(&id).copied().unwrap_or_default(),
            text: text.to_owned(),
            cited: self.cited.contains_key(&id),
            class: if place < LIT { format!("para-{place}") } else { String::new() },
            notes: self.notes.iter().filter(own).map(|(_, note)| note.clone()).collect(),
        }
    }

    fn paragraph(&self, id: SourceId) -> Option<&'a article::Paragraph> {
        let section = self.article?.sections.get(usize::try_from(id.section).ok()?)?;
        section.paragraphs.iter().find(|paragraph| paragraph.id == id)
    }

    /// A paragraph by its number, linked; by its id alone where the article is not at hand.
    fn source(&self, id: SourceId) -> Link {
        match self.numbers.get(&id) {
            Some(number) => Link { href: Some(format!("#{id}")), text: number.to_string() },
            None => Link { href: None, text: id.to_string() },
        }
    }

    fn note(&self, finding: &Finding, number: usize) -> Note {
        let passage = finding.passage.as_deref().map(|address| Link {
            href: self.stands(address).then(|| format!("#{address}")),
            text: self.opening(address),
        });
        Note {
            anchor: format!("finding-{number}"),
            severity: match finding.severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
                Severity::Info => "note",
            },
            word: words::severity(finding.severity),
            message: spans(&finding.message),
            passage,
            sources: finding.sources.iter().map(|id| self.source(*id)).collect(),
        }
    }

    /// The findings at any of these addresses, worst first.
    fn notes_at(&self, addresses: &[&str]) -> Vec<Note> {
        let here = |(finding, _): &&(&Finding, Note)| {
            finding.passage.as_deref().is_some_and(|address| addresses.contains(&address))
        };
        self.notes.iter().filter(here).map(|(_, note)| note.clone()).collect()
    }

    /// Whether the page has an anchor of this name.
    fn stands(&self, address: &str) -> bool {
        let section = address.strip_suffix(".heading").unwrap_or(address);
        matches!(address, "headline" | "summary")
            || words::passage_at(self.brief, address).is_some()
            || self.brief.sections.iter().any(|own| own.id == section)
    }

    /// What an address is called in a list: the first words of its passage.
    fn opening(&self, address: &str) -> String {
        const WORDS: usize = 7;
        let Some(passage) = words::passage_at(self.brief, address) else {
            let section = address.strip_suffix(".heading").unwrap_or(address);
            let own = self.brief.sections.iter().find(|own| own.id == section);
            return match own.and_then(|own| own.heading.as_deref().or(own.heading_ar.as_deref())) {
                Some(heading) => format!("“{}”", heading),
                None => address.to_owned(),
            };
        };
        let words: Vec<&str> = passage.text.split_whitespace().collect();
        match words.len() > WORDS {
            true => format!("“{} …”", words[..WORDS].join(" ")),
            false => format!("“{}”", words.join(" ")),
        }
    }
}

/// A message cut where it quotes Arabic.
fn spans(message: &str) -> Vec<Span> {
    let mut spans: Vec<Span> = Vec::new();
    let mut push = |text: &str, arabic: bool| match spans.last_mut() {
        Some(last) if last.arabic == arabic => last.text.push_str(text),
        _ => spans.push(Span { text: text.to_owned(), arabic }),
    };
    for piece in message.split_inclusive(['“', '”']) {
        match piece.strip_suffix('”').filter(|quoted| quoted.chars().any(is_arabic)) {
            Some(quoted) => {
                push(quoted, true);
                push("”", false);
            }
            None => push(piece, false),
        }
    }
    spans
}

fn is_arabic(c: char) -> bool {
    matches!(c, '\u{600}'..='\u{6FF}' | '\u{750}'..='\u{77F}' | '\u{FB50}'..='\u{FDFF}' | '\u{FE70}'..='\u{FEFE}')
}

fn original(article: &Article) -> Original {
    Original {
        language: article.language.clone(),
        title: article.title.as_deref().map(str::to_owned),
        byline: article.byline.as_deref().map(str::to_owned),
        dateline: article.dateline.as_ref().map(|dateline| dateline.raw.clone()),
    }
}

/// By what and from what the brief was made, and what it cost.
fn facts(brief: &Brief) -> Vec<Fact> {
    let provenance = &brief.provenance;
    let mut facts = Vec::new();
    let mut tell = |name, value: String, code| {
        if !value.is_empty() {
            facts.push(Fact { name, value, code });
        }
    };
    let engines = provenance.engines.iter().map(|used| {
        let model = used.model.as_deref().map(|model| format!(", {model}")).unwrap_or_default();
        format!("{}: {}{model}", used.task, used.provider)
    });
    tell("Engines", engines.collect::<Vec<_>>().join("; "), false);
    tell("Work", usage(brief), false);
    let published = brief.release.published.as_deref().map(words::time);
    tell("Source published", published.unwrap_or_default(), false);
    tell("Source item", brief.release.uri.clone().unwrap_or_default(), true);
    tell("Source SHA-256", provenance.source_sha256.clone(), true);
    tell("Prompts", provenance.prompts.clone(), true);
    tell("Glossary", provenance.glossary.clone(), true);
    tell("Brief", brief.id.clone(), true);
    facts
}

fn usage(brief: &Brief) -> String {
    let usage = &brief.usage;
    let mut told = vec![
        format!("{}, {} from the cache", counted(usage.sections, "section"), usage.cached_sections),
        counted(usage.provider_calls, "provider call"),
    ];
    for (count, what, done) in [
        (usage.input_tokens, "token", " read"),
        (usage.output_tokens, "token", " written"),
        (usage.characters, "character", " translated"),
    ] {
        if count > 0 {
            told.push(counted(count, what) + done);
        }
    }
    told.extend(usage.cost_usd.map(|cost| format!("${cost:.4}")));
    told.join("; ")
}

#[cfg(test)]
#[path = "html_tests.rs"]
mod tests;
