//! Why a reading is nothing to brief. Reading itself never fails; who asked decides what to do.

use std::fmt;

use super::{Reading, language};

/// Why there is nothing to brief.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The source shows nothing at all.
    Empty,
    /// All that was found is furniture, a headline or a dateline.
    NoBody,
    /// The body is in another language.
    NotArabic {
        /// BCP 47 code, `und` where even the script is unclear.
        language: String,
    },
}

impl fmt::Display for Refusal {
    /// One sentence with a hint; it never quotes the article.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("The text is empty: send the article itself."),
            Self::NoBody => f.write_str("No article body was found: send its paragraphs, not only its headline or the page around it."),
            Self::NotArabic { language } => match language::english(language) {
                Some(name) => write!(f, "The text is in {name}, not Arabic: send the Arabic original."),
                None => f.write_str("The text is not Arabic, or its charset was misread: send it as UTF-8, or label its charset."),
            },
        }
    }
}

impl std::error::Error for Refusal {}

impl Reading {
    /// Why there is nothing to brief, if there is nothing.
    #[must_use]
    pub fn refusal(&self) -> Option<Refusal> {
        let article = &self.article;
        let mut paragraphs =
            article.sections.iter().flat_map(|section| &section.paragraphs).peekable();
        let shown =
            article.title.is_some() || article.byline.is_some() || article.dateline.is_some();
        if paragraphs.peek().is_none()
            && !shown
            && article.dropped.is_empty()
            && article.end_marker.is_none()
        {
            return Some(Refusal::Empty);
        }
        let worded =
            paragraphs.clone().any(|paragraph| paragraph.text.chars().any(char::is_alphabetic));
        match worded {
            false => Some(Refusal::NoBody),
            true if article.language != "ar" => {
                Some(Refusal::NotArabic { language: article.language.clone() })
            }
            // A single word is a name or a test, not a story.
            true if paragraphs
                .map(|paragraph| paragraph.text.split_whitespace().count())
                .sum::<usize>()
                < 2 =>
            {
                Some(Refusal::NoBody)
            }
            true => None,
        }
    }
}
