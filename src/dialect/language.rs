//! What a language model wrote, judged and put into an [`Answer`].
//!
//! A model's text is data from a stranger. It becomes an answer only if it is the one JSON object
//! that was asked for; a code fence around that object is taken off, and nothing else is mended.
//! Refusals, preambles, text that breaks off, emptiness and Arabic where English should be are
//! kinds of fault, so that the road may ask again, split the task or go on to the next provider.
//! Every id must be one that was sent: others are left out with a finding, and where nothing is
//! left the answer is none. A text of a translation that did not come is `None` in its place, with a
//! finding that says why.
//!
//! How good the English is, and a single Arabic letter in it, is for the checks: a doubt is no
//! reason to hide an answer. No fault holds a word of what the model wrote.

use serde::{Deserialize, de::DeserializeOwned};

use super::{Decoded, Fault, FaultKind};
use crate::{
    article::SourceId,
    brief::{Answer, Evidence, Task, Text, Usage},
    finding::{Code, Finding, Severity},
    prompt::source_name,
};

/// What a vendor says that its model wrote, with the frame taken off.
#[derive(Debug, Default)]
pub(super) struct Reply {
    /// The text, which should be JSON.
    pub(super) text: String,
    /// The model that answered, where the vendor names it.
    pub(super) model: Option<String>,
    /// What it cost.
    pub(super) usage: Usage,
}

/// How a model's text came to its end, in the words of no vendor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    /// The model had no more to say.
    Whole,
    /// It reached its length limit.
    Limit,
    /// A filter stopped it, or the model declined.
    Filtered,
    /// It did something else than answering, such as calling a tool that it was not given.
    Astray,
}

impl Ending {
    /// Nothing where the text is whole.
    ///
    /// # Errors
    /// The fault that any other ending is.
    pub(super) fn judged(self) -> Result<(), Fault> {
        let (kind, detail) = match self {
            Self::Whole => return Ok(()),
            Self::Limit => (FaultKind::Truncated, "its answer stopped at the length limit"),
            Self::Filtered => (FaultKind::Filtered, "the model or its filter declined the text"),
            Self::Astray => (FaultKind::Garbage, "it did something else than answering"),
        };
        Err(Fault::new(kind, detail))
    }
}

#[derive(Deserialize)]
struct Translations {
    translations: Vec<Translated>,
}

#[derive(Deserialize)]
struct Translated {
    id: String,
    text: String,
}

#[derive(Deserialize)]
struct Section {
    #[serde(default)]
    heading: Option<String>,
    passages: Vec<Claim>,
}

#[derive(Deserialize)]
struct Head {
    headline: String,
    summary: Vec<Claim>,
}

#[derive(Deserialize)]
struct Claim {
    text: String,
    sources: Vec<String>,
}

/// The answer to `task` out of what the model wrote.
///
/// # Errors
/// Where the text is no answer to the task: empty, declined, broken off, not the JSON asked for,
/// in Arabic, or about texts that were not sent.
pub(super) fn decoded(task: &Task, reply: Reply) -> Result<Decoded, Fault> {
    let mut findings = Vec::new();
    let answer = match task {
        Task::Translate { texts, .. } => {
            let said: Translations = parsed(&reply.text)?;
            translated(texts, said.translations, &mut findings)?
        }
        Task::Summarize { heading, paragraphs, .. } => {
            let said: Section = parsed(&reply.text)?;
            let sent: Vec<_> = paragraphs.iter().map(Sent::paragraph).collect();
            let passages = evidence(said.passages, &sent, &mut findings)?;
            // A heading that the section has not is invented.
            let wanted = heading.is_some();
            let heading = said.heading.filter(|_| wanted).and_then(|text| english(&text));
            if wanted && heading.is_none() {
                let what = "The model gave no English for this section's heading.";
                let finding = Finding::new(Code::PassageMissing, Severity::Error, what);
                findings.push(finding.at_sources(sources_of(&sent)));
            }
            Answer::Summarize { heading, passages }
        }
        Task::Headline { passages, .. } => {
            let said: Head = parsed(&reply.text)?;
            let summary = evidence(said.summary, &Sent::of_passages(passages), &mut findings)?;
            let headline = english(&said.headline)
                .ok_or_else(|| invalid("the headline is empty or not in English"))?;
            Answer::Headline { headline, summary }
        }
    };
    let model = reply.model.filter(|name| is_name(name));
    Ok(Decoded { answer, usage: reply.usage, model, findings })
}

/// Whether a vendor's name of a model may stand in a brief: a name, not prose, and not the path of
/// a file, which servers at home say for want of a name.
pub(super) fn is_name(name: &str) -> bool {
    if name.starts_with(['/', '.']) {
        return false;
    }
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.:/@+".contains(&byte);
    (1..=100).contains(&name.len()) && name.bytes().all(plain)
}

/// The JSON object that the text is.
fn parsed<T: DeserializeOwned>(text: &str) -> Result<T, Fault> {
    let bare = unfenced(text.trim());
    if bare.is_empty() {
        return Err(Fault::new(FaultKind::Garbage, "its answer is empty"));
    }
    if !bare.starts_with('{') {
        return Err(if declines(bare) {
            Fault::new(FaultKind::Filtered, "the model declined the task")
        } else {
            invalid("the answer is not the one JSON object alone that was asked for")
        });
    }
    serde_json::from_str(bare).map_err(|error| match error.classify() {
        serde_json::error::Category::Eof => {
            Fault::new(FaultKind::Truncated, "its answer breaks off in mid-JSON")
        }
        serde_json::error::Category::Data => {
            invalid("the answer is JSON of another shape than was asked for")
        }
        _ => invalid("the answer is not the one JSON object alone that was asked for"),
    })
}

/// The text without the code fence that stands around all of it.
fn unfenced(text: &str) -> &str {
    let inside = text.strip_prefix("```").and_then(|rest| rest.strip_suffix("```"));
    let Some((label, inside)) = inside.and_then(|inside| inside.split_once('\n')) else {
        return text;
    };
    let plain = label.trim().bytes().all(|byte| byte.is_ascii_alphanumeric());
    if plain { inside.trim() } else { text }
}

/// Whether words in place of the JSON say that the model will not do it.
fn declines(text: &str) -> bool {
    const OPENINGS: [&str; 12] = [
        "i can't",
        "i cannot",
        "i can not",
        "i won't",
        "i will not",
        "i'm sorry",
        "i am sorry",
        "sorry",
        "i'm unable",
        "i am unable",
        "i'm not able",
        "as an ai",
    ];
    let opening: String = text.chars().take(20).collect::<String>().to_lowercase();
    let opening = opening.replace('’', "'");
    OPENINGS.iter().any(|words| opening.starts_with(words))
}

/// What came for one text of a translation.
enum Came {
    Nothing,
    English(String),
    /// A text in another script than that of English, which is the Arabic again.
    Arabic,
    /// Two different texts under one id: one belongs elsewhere, and which is not known.
    Twice,
}

impl Came {
    fn and(self, text: &str) -> Self {
        match (self, english(text)) {
            (Self::English(first), Some(second)) if first != second => Self::Twice,
            (Self::Nothing | Self::Arabic, Some(text)) => Self::English(text),
            (Self::Nothing, None) if !text.trim().is_empty() => Self::Arabic,
            (came, _) => came,
        }
    }

    fn or_finding(self, text: &Text, findings: &mut Vec<Finding>) -> Option<String> {
        let what = match self {
            Self::English(text) => return Some(text),
            Self::Nothing => "The model gave no English for this text.",
            Self::Arabic => "The model did not put this text into English.",
            Self::Twice => "The model gave two different texts for this one; neither is used.",
        };
        let finding = Finding::new(Code::PassageMissing, Severity::Error, what);
        findings.push(finding.at_sources(text.sources.iter().copied()));
        None
    }
}

fn translated(
    texts: &[Text],
    said: Vec<Translated>,
    findings: &mut Vec<Finding>,
) -> Result<Answer, Fault> {
    let mut came: Vec<Came> = texts.iter().map(|_| Came::Nothing).collect();
    let mut unknown = 0;
    for Translated { id, text } in said {
        match texts.iter().position(|sent| sent.id == id) {
            Some(place) => {
                let so_far = std::mem::replace(&mut came[place], Came::Nothing);
                came[place] = so_far.and(&text);
            }
            None => unknown += 1,
        }
    }
    if unknown > 0 {
        let sources = texts.iter().flat_map(|text| &text.sources).copied();
        findings.push(unknown_ids(unknown, sources.collect()));
    }
    let pairs = texts.iter().zip(came);
    let english: Vec<Option<String>> =
        pairs.map(|(text, came)| came.or_finding(text, findings)).collect();
    if english.iter().all(Option::is_none) {
        return Err(invalid("no text of the answer is the English of one that was sent"));
    }
    Ok(Answer::Translate { texts: english })
}

/// An id that was sent as evidence.
struct Sent {
    name: String,
    /// The paragraph that it stands for; none for a text that is no paragraph.
    source: Option<SourceId>,
}

impl Sent {
    fn paragraph(text: &Text) -> Self {
        Self { name: source_name(text), source: text.sources.first().copied() }
    }

    fn of_passages(passages: &[Evidence]) -> Vec<Self> {
        let mut sources: Vec<SourceId> =
            passages.iter().flat_map(|passage| passage.sources.iter().copied()).collect();
        sources.sort_unstable();
        sources.dedup();
        sources.into_iter().map(|id| Self { name: id.to_string(), source: Some(id) }).collect()
    }
}

/// The passages with the sources that were sent, in the order in which those were sent.
fn evidence(
    said: Vec<Claim>,
    sent: &[Sent],
    findings: &mut Vec<Finding>,
) -> Result<Vec<Evidence>, Fault> {
    let mut passages = Vec::new();
    let (mut unknown, mut beside) = (0, Vec::new());
    for claim in said.into_iter().filter(|claim| !claim.text.trim().is_empty()) {
        let text = english(&claim.text).ok_or_else(|| invalid("a passage is not in English"))?;
        let named = |sent: &&Sent| claim.sources.contains(&sent.name);
        let sources: Vec<SourceId> = sent.iter().filter(named).filter_map(|s| s.source).collect();
        let known = |id: &&String| sent.iter().any(|sent| sent.name == **id);
        let strangers = claim.sources.iter().filter(|id| !known(id)).count();
        if strangers > 0 {
            unknown += strangers;
            beside.extend_from_slice(&sources);
        }
        passages.push(Evidence { text, sources });
    }
    if passages.is_empty() {
        return Err(invalid("the answer holds no passage"));
    }
    let baseless = passages.iter().all(|passage| passage.sources.is_empty());
    if baseless && sent.iter().any(|sent| sent.source.is_some()) {
        return Err(invalid("no passage of the answer names a paragraph that was sent"));
    }
    if unknown > 0 {
        let whole = beside.is_empty();
        let beside = if whole { sources_of(sent).collect() } else { beside };
        findings.push(unknown_ids(unknown, beside));
    }
    Ok(passages)
}

fn sources_of(sent: &[Sent]) -> impl Iterator<Item = SourceId> {
    sent.iter().filter_map(|sent| sent.source)
}

/// Points at what the ids stood beside, or else at all that was sent.
fn unknown_ids(count: usize, mut beside: Vec<SourceId>) -> Finding {
    beside.sort_unstable();
    beside.dedup();
    let what = match count {
        1 => "The model named an id that had not been sent; it was left out.".to_owned(),
        _ => format!("The model named {count} ids that had not been sent; they were left out."),
    };
    Finding::new(Code::EvidenceUnknown, Severity::Warning, what).at_sources(beside)
}

/// The text on one line without controls; none where it is empty or mostly in another script than
/// that of English, as a text is that was sent back untranslated.
fn english(text: &str) -> Option<String> {
    let unseen = |c: char| {
        c.is_control()
            || matches!(c, '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}')
    };
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let line: String = words.chars().filter(|c| !unseen(*c)).collect();
    let latin = |c: &char| matches!(c, 'A'..='Z' | 'a'..='z' | '\u{C0}'..='\u{24F}' | '\u{1E00}'..='\u{1EFF}');
    let (ours, others): (Vec<char>, Vec<char>) =
        line.chars().filter(|c| c.is_alphabetic()).partition(latin);
    (!line.is_empty() && ours.len() >= others.len()).then_some(line)
}

/// An answer that failed; the model is told so in these words when it is asked again.
fn invalid(detail: &str) -> Fault {
    Fault::new(FaultKind::Invalid, detail)
}

#[cfg(test)]
#[path = "language_tests.rs"]
mod tests;
