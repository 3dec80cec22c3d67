//! A translation task for a small model: one piece after another, each looked at, the doubtful
//! ones asked for again.
//!
//! A piece is doubtful when its answer is empty, runs on, is far too short, or its numbers are not
//! those of the source or stand after another preposition. Then it is asked for again with its numbers named, and after that in two
//! halves; the best of the answers is kept. A piece without any usable answer leaves its text
//! without one: what is missing stays visibly missing.

use futures_util::{
    StreamExt as _,
    future::{BoxFuture, FutureExt as _, join_all},
    stream::FuturesUnordered,
};

use super::{
    generate::{End, Generated},
    numerals::{Difference, compare, named, turned},
    pieces,
    queue::{Unwritten, Writer},
};
use crate::{
    brief::{Text, Usage},
    glossary::{Term, fold},
    prompt::{Passage, Prompts},
};

/// What a task's texts became.
pub(crate) struct Translated {
    /// The English of each text, in order.
    pub(crate) english: Vec<Option<String>>,
    /// What it cost.
    pub(crate) usage: Usage,
}

/// Who writes, with which prompts and terms.
#[derive(Clone, Copy)]
pub(crate) struct Translator<'a> {
    /// The model's thread.
    pub(crate) writer: &'a Writer,
    /// The templates in use.
    pub(crate) prompts: &'a Prompts,
    /// The task's terms.
    pub(crate) terms: &'a [Term],
}

/// One answer to one piece, with what it cost.
#[derive(Clone, Debug, Default)]
struct Attempt {
    english: String,
    faults: usize,
    usage: Usage,
}

impl Translator<'_> {
    /// The English of every text; `done` is told how many texts are finished.
    pub(crate) async fn texts(
        &self,
        texts: &[Text],
        done: impl Fn(usize) + Send,
    ) -> Result<Translated, Unwritten> {
        let one = |(index, text): (usize, &'_ Text)| {
            let text = text.text.clone();
            async move { (index, self.text(&text).await) }
        };
        let mut running: FuturesUnordered<_> = texts.iter().enumerate().map(one).collect();
        let mut translated =
            Translated { english: vec![None; texts.len()], usage: Usage::default() };
        let mut finished = 0;
        while let Some((index, answer)) = running.next().await {
            let (english, usage) = answer?;
            translated.english[index] = english;
            translated.usage += usage;
            finished += 1;
            done(finished);
        }
        Ok(translated)
    }

    async fn text(&self, text: &str) -> Result<(Option<String>, Usage), Unwritten> {
        let pieces = pieces::sentences(text);
        let answers = join_all(pieces.iter().map(|piece| self.piece(piece, 0))).await;
        let mut usage = Usage::default();
        let mut english = Vec::with_capacity(answers.len());
        for answer in answers {
            let answer = answer?;
            usage += answer.usage;
            english.push(answer.english);
        }
        let whole = !english.is_empty() && english.iter().all(|piece| !piece.is_empty());
        Ok((whole.then(|| english.join(" ")), usage))
    }

    /// The best answer to a piece. `depth` counts how often it has been halved.
    fn piece<'b>(
        &'b self,
        piece: &'b str,
        depth: usize,
    ) -> BoxFuture<'b, Result<Attempt, Unwritten>> {
        async move {
            let mut best = self.ask(piece, &[]).await?;
            if best.faults == 0 {
                return Ok(best);
            }
            let named = named(piece);
            if !named.is_empty() {
                best = better(best, self.ask(piece, &named).await?);
            }
            if best.faults > 0
                && depth < 2
                && let Some((one, other)) = pieces::halves(piece)
            {
                best = better(best, self.halves(piece, &one, &other, depth + 1).await?);
            }
            Ok(best)
        }
        .boxed()
    }

    async fn halves(
        &self,
        whole: &str,
        one: &str,
        other: &str,
        depth: usize,
    ) -> Result<Attempt, Unwritten> {
        let one = self.piece(one, depth).await?;
        let other = self.piece(other, depth).await?;
        let mut usage = one.usage;
        usage += other.usage;
        if one.english.is_empty() || other.english.is_empty() {
            return Ok(Attempt { english: String::new(), faults: usize::MAX, usage });
        }
        let english = format!("{} {}", one.english, other.english);
        let own = compare(whole, &english).count() + turned(whole, &english);
        let faults = own.max(one.faults + other.faults);
        Ok(Attempt { english, faults, usage })
    }

    async fn ask(&self, piece: &str, numbers: &[String]) -> Result<Attempt, Unwritten> {
        let terms = terms_of(self.terms, piece);
        let passage = Passage { text: piece, terms: &terms, numbers };
        let mut written = self.writer.write(self.prompts.passage(&passage)).await?;
        if !piece.contains('(') && terms.iter().all(|term| !term.english.contains('(')) {
            written.text = without_asides(&written.text);
        }
        Ok(judge(piece, written))
    }
}

fn better(one: Attempt, other: Attempt) -> Attempt {
    let mut usage = one.usage;
    usage += other.usage;
    let best = if other.faults < one.faults { other } else { one };
    Attempt { usage, ..best }
}

/// An answer with the number of its faults; an unusable one is empty.
fn judge(piece: &str, written: Generated) -> Attempt {
    let usage = Usage {
        calls: 1,
        input_tokens: written.input_tokens,
        cached_tokens: written.cached_tokens,
        output_tokens: written.output_tokens,
        characters: piece.chars().count() as u64,
    };
    let english = clean(&written.text);
    if english.is_empty() || written.end != End::Finished {
        return Attempt { english: String::new(), faults: usize::MAX, usage };
    }
    let Difference { missing, added } = compare(piece, &english);
    let words = |text: &str| text.split_whitespace().count();
    // English needs more words than Arabic, whose articles and prepositions are attached.
    let short = words(piece) >= 8 && words(&english) * 10 < words(piece) * 8;
    let faults = missing.len() + added.len() + turned(piece, &english) + usize::from(short);
    Attempt { english, faults, usage }
}

/// The task's terms that stand in a piece, in order of appearance. A term within a longer one
/// counts only where it also stands alone. The letters alone are compared: spellings of hamza
/// differ.
fn terms_of<'t>(terms: &'t [Term], piece: &str) -> Vec<&'t Term> {
    let mut rest = fold(piece);
    let mut by_length: Vec<(String, &Term)> =
        terms.iter().map(|term| (fold(&term.arabic), term)).collect();
    by_length.sort_by_key(|(arabic, _)| std::cmp::Reverse(arabic.len()));
    let mut found = Vec::new();
    for (arabic, term) in by_length {
        if let Some(at) = (!arabic.is_empty()).then(|| rest.find(&arabic)).flatten() {
            found.push((at, term));
            rest = rest.replace(&arabic, &"\0".repeat(arabic.len()));
        }
    }
    found.sort_by_key(|(at, _)| *at);
    found.into_iter().map(|(_, term)| term).collect()
}

/// An answer without what small models put around it.
fn clean(text: &str) -> String {
    let mut text = text.trim();
    for label in ["English:", "Translation:", "English translation:"] {
        text = text.strip_prefix(label).map_or(text, str::trim_start);
    }
    let quoted = text.strip_prefix('"').and_then(|inner| inner.strip_suffix('"'));
    text = quoted.filter(|inner| !inner.contains('"')).unwrap_or(text);
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// An answer without what stands in parentheses: where the source has none, small models use
/// them to explain what they do not know.
fn without_asides(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, aside)) = rest.split_once('(') {
        let Some((_, after)) = aside.split_once(')') else { break };
        kept.push_str(before.trim_end());
        rest = after;
    }
    kept + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn generated(text: &str, end: End) -> Generated {
        let text = text.to_owned();
        Generated { text, end, input_tokens: 1, cached_tokens: 0, output_tokens: 1 }
    }

    #[test]
    fn labels_and_quotes_around_an_answer_go() {
        assert_eq!(clean(" English: The port \n opened "), "The port opened");
        assert_eq!(clean("\"The port opened\""), "The port opened");
        assert_eq!(clean("\"One\" and \"two\""), "\"One\" and \"two\"");
    }

    #[test]
    fn asides_that_the_source_has_not_go() {
        let text = "The port (a harbour), which opened (in May) grew";
        assert_eq!(without_asides(text), "The port, which opened grew");
        assert_eq!(without_asides("The port (a"), "The port (a");
    }

    #[test]
    fn an_answer_that_ran_on_is_no_answer() {
        for end in [End::Limit, End::Looping] {
            assert_eq!(judge("نص قصير", generated("Short short short", end)).english, "");
        }
    }

    #[test]
    fn of_two_answers_the_one_with_fewer_faults_is_kept_and_both_are_paid_for() {
        let wrong = judge("ضبط 1200 طن", generated("Seized 120 tons", End::Finished));
        let right = judge("ضبط 1200 طن", generated("Seized 1,200 tons", End::Finished));
        let best = better(wrong, right);
        assert_eq!((best.english.as_str(), best.usage.calls), ("Seized 1,200 tons", 2));
    }

    #[test]
    fn a_piece_is_given_its_own_terms_in_order_and_the_longest_of_each() {
        let term = |arabic: &str| Term { arabic: arabic.into(), english: String::new() };
        let terms = [term("الصين"), term("سالم"), term("الأمن"), term("سالم حداد"), term("إيران")];
        let found = terms_of(&terms, "قال سالم حداد ان الامن في ايران مستتب");
        let found: Vec<&str> = found.iter().map(|term| term.arabic.as_str()).collect();
        assert_eq!(found, ["سالم حداد", "الأمن", "إيران"]);
    }
}
