//! Documents in Arabic with a person's English, segment by segment.
//!
//! One JSON object a line: `{"doc_id": "…", "ar": ["…"], "en": ["…"]}`, both lists of one length. A
//! list of what to leave out may come beside it: `{"documents": ["…"], "segments": [["…", 3]]}`,
//! segments counted from 0. Each document becomes an article, so that its names and terms are found
//! as they are for any other.

use std::collections::HashSet;

use serde::Deserialize;

use crate::article::{Article, Marker, Paragraph, Section, SourceId};

/// Segments in one section of an article, at most: a section is what is asked for, kept and shown as
/// progress at once.
const SECTION: usize = 8;

/// A piece of a document: a sentence or a few.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    /// Its place in the document, from 0.
    pub number: usize,
    /// The Arabic.
    pub arabic: String,
    /// The English by a person.
    pub reference: String,
}

/// A document of a set, without what is left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// Names it in the set.
    pub id: String,
    /// Its segments in order.
    pub segments: Vec<Segment>,
}

/// Why a set cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SetError {
    /// A line is no document.
    #[error(
        "line {line}: {reason}\nhint: a line is {{\"doc_id\": \"…\", \"ar\": [\"…\"], \"en\": [\"…\"]}}"
    )]
    Line {
        /// The line, from 1.
        line: usize,
        /// What is wrong with it.
        reason: String,
    },
    /// The list of what to leave out is none.
    #[error(
        "{0}\nhint: what to leave out is {{\"documents\": [\"…\"], \"segments\": [[\"document\", 3]]}}"
    )]
    LeftOut(String),
}

/// What is left out of a set.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LeftOut {
    documents: HashSet<String>,
    segments: HashSet<(String, usize)>,
}

impl LeftOut {
    /// Reads the list.
    ///
    /// # Errors
    /// Where the text is no such list.
    pub fn read(text: &str) -> Result<Self, SetError> {
        serde_json::from_str(text).map_err(|error| SetError::LeftOut(error.to_string()))
    }

    fn holds(&self, document: &str, number: usize) -> bool {
        self.segments.contains(&(document.to_owned(), number))
    }
}

#[derive(Deserialize)]
struct Line {
    doc_id: String,
    ar: Vec<String>,
    en: Vec<String>,
}

/// Reads a set: documents in their order, without those that are left out or empty.
///
/// # Errors
/// Where a line is no document, or its two languages have different numbers of segments.
pub fn read(text: &str, left_out: &LeftOut) -> Result<Vec<Document>, SetError> {
    let mut documents = Vec::new();
    for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let wrong = |reason: String| SetError::Line { line: index + 1, reason };
        let Line { doc_id, ar, en } =
            serde_json::from_str(line).map_err(|error| wrong(error.to_string()))?;
        if ar.len() != en.len() {
            return Err(wrong(format!("{} Arabic segments, {} English ones", ar.len(), en.len())));
        }
        if left_out.documents.contains(&doc_id) {
            continue;
        }
        let pairs = ar.into_iter().zip(en).enumerate();
        let segments: Vec<Segment> = pairs
            .filter(|(number, _)| !left_out.holds(&doc_id, *number))
            .map(|(number, (arabic, reference))| Segment { number, arabic, reference })
            .collect();
        if !segments.is_empty() {
            documents.push(Document { id: doc_id, segments });
        }
    }
    Ok(documents)
}

/// At most so many segments, spread evenly: the first of each document, then the second of each, and
/// so on. The same set gives the same sample.
#[must_use]
pub fn sample(documents: Vec<Document>, most: usize) -> Vec<Document> {
    let total = |depth: usize| -> usize {
        documents.iter().map(|document| document.segments.len().min(depth)).sum()
    };
    let longest = documents.iter().map(|document| document.segments.len()).max().unwrap_or(0);
    let depth = (0..=longest).rev().find(|depth| total(*depth) <= most).unwrap_or(0);
    let mut more = most - total(depth);
    let cut = documents.into_iter().map(|mut document| {
        let one_more = usize::from(more > 0 && document.segments.len() > depth);
        more -= one_more;
        document.segments.truncate(depth + one_more);
        document
    });
    cut.filter(|document| !document.segments.is_empty()).collect()
}

impl Document {
    /// The document as an article: its first segment is also the title, which goes with each task as
    /// context; a paragraph for each segment, in sections of a few.
    #[must_use]
    pub fn article(&self) -> Article {
        let section = |(section, segments): (u32, &[Segment])| Section {
            id: format!("s{section}"),
            heading: None,
            marker: Marker::Lead,
            paragraphs: (0..)
                .zip(segments)
                .map(|(paragraph, segment)| Paragraph {
                    id: SourceId { section, paragraph },
                    text: segment.arabic.clone(),
                    span: 0..0,
                })
                .collect(),
        };
        Article {
            language: "ar".to_owned(),
            title: self.segments.first().map(|segment| segment.arabic.clone()),
            sections: (0..).zip(self.segments.chunks(SECTION)).map(section).collect(),
            ..Article::default()
        }
    }

    /// Where the segment at `index` stands in the brief of the document's article, as `s1.0`.
    #[must_use]
    pub fn place(index: usize) -> String {
        format!("s{}.{}", index / SECTION, index % SECTION)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SET: &str = r#"{"doc_id": "a", "ar": ["1", "2", "3"], "en": ["one", "two", "three"]}

{"doc_id": "b", "ar": ["4"], "en": ["four"]}
{"doc_id": "c", "ar": ["5", "6"], "en": ["five", "six"]}"#;

    fn numbers(documents: &[Document]) -> Vec<(&str, Vec<usize>)> {
        let one = |d: &Document| d.segments.iter().map(|segment| segment.number).collect();
        documents.iter().map(|document| (document.id.as_str(), one(document))).collect()
    }

    #[test]
    fn what_is_left_out_leaves_the_numbers_of_the_others_alone() {
        let left_out = r#"{"documents": ["b"], "segments": [["a", 0], ["c", 1]]}"#;
        let set = read(SET, &LeftOut::read(left_out).unwrap()).unwrap();
        assert_eq!(numbers(&set), [("a", vec![1, 2]), ("c", vec![0])]);
        assert_eq!(set[0].segments[0].reference, "two");
    }

    #[test]
    fn a_sample_takes_of_every_document_before_more_of_one() {
        let set = || read(SET, &LeftOut::default()).unwrap();
        assert_eq!(numbers(&sample(set(), 4)), [("a", vec![0, 1]), ("b", vec![0]), ("c", vec![0])]);
        assert_eq!(numbers(&sample(set(), 2)), [("a", vec![0]), ("b", vec![0])]);
        assert_eq!(sample(set(), 100), set());
        assert_eq!(sample(set(), 0), []);
    }

    #[test]
    fn a_broken_line_is_named() {
        let broken = format!("{SET}\n{{\"doc_id\": \"d\", \"ar\": [\"7\"], \"en\": []}}");
        let error = read(&broken, &LeftOut::default()).unwrap_err().to_string();
        assert!(error.starts_with("line 5: 1 Arabic segments, 0 English ones"), "{error}");
        assert!(LeftOut::read(r#"{"docs": []}"#).unwrap_err().to_string().contains("documents"));
    }

    #[test]
    fn each_segment_is_a_paragraph_at_a_known_place() {
        let segments = (0..20)
            .map(|number| Segment {
                number,
                arabic: format!("فقرة {number}"),
                reference: String::new(),
            })
            .collect();
        let document = Document { id: "long".to_owned(), segments };
        let article = document.article();
        let paragraphs = article.sections.iter().flat_map(|section| {
            (0..section.paragraphs.len()).map(|n| format!("{}.{n}", section.id))
        });
        let places: Vec<String> = (0..20).map(Document::place).collect();
        assert_eq!(paragraphs.collect::<Vec<_>>(), places);
        assert_eq!(article.title.as_deref(), Some("فقرة 0"));
    }
}
