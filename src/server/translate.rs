//! What the drop-in endpoints share: texts in, English out, all of them or a problem.
//!
//! Each text goes its own way through [`Gateway::translate`](crate::pipeline::Gateway), side by side
//! and in their order; one that fails fails the request, because the vendors' answers have no place
//! for what is missing. Numbers, names and the like are checked as in a brief; the codes of errors
//! that stay go out in a header, since there is no other place for them.

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use futures_util::{StreamExt, TryStreamExt, stream};

use super::{State, caching, making, problem::Problem};
use crate::{
    article,
    clock::{self, Instant},
    finding::Code,
    keys::Identity,
    pipeline::{self, Form, Translation, Wanted},
    provider::{Account, Call},
    telemetry::{Answered, Seen, Stage},
};

/// Texts of one request, at most.
pub(super) const MOST_TEXTS: usize = 1000;
/// Characters of one request's texts together, at most: twenty long articles.
pub(super) const MOST_CHARACTERS: usize = 100_000;

/// Texts of one request that are under way together; providers bound the rest.
const SIDE_BY_SIDE: usize = 16;
/// Characters by which a text's language is told.
const SAMPLE: usize = 4000;

/// The codes of errors that the checks found in the English.
const FINDINGS: HeaderName = HeaderName::from_static("x-mujaz-findings");

/// The texts of one request.
#[derive(Clone, Debug, Default)]
pub(super) struct Batch {
    pub(super) texts: Vec<String>,
    /// Whether each text's language is to be found; else it is Arabic.
    pub(super) detect: bool,
    pub(super) form: Form,
    /// Arabic that helps to understand the texts.
    pub(super) context: Option<String>,
}

/// A batch in English.
#[derive(Debug, Default)]
pub(super) struct Translated {
    /// One for each text, in order.
    pub(super) texts: Vec<String>,
    /// The same for their languages.
    pub(super) languages: Vec<Detected>,
    errors: Vec<Code>,
    /// When the oldest of them was put into English; none where nothing of them may be kept.
    made: Option<Instant>,
}

/// The language of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Detected {
    /// BCP 47.
    pub(super) language: String,
    /// The share of its letters that are of that language's script, 0 to 100.
    pub(super) confidence: u8,
}

impl Translated {
    /// Writes the codes of what is wrong, where anything is.
    pub(super) fn write(&self, headers: &mut HeaderMap) {
        write(headers, self.note().as_deref());
    }

    /// When the oldest of them was put into English; none where nothing of them may be kept.
    pub(super) fn made(&self) -> Option<Instant> {
        self.made
    }

    /// The codes of what is wrong, where anything is.
    pub(super) fn note(&self) -> Option<String> {
        let name = |code: &Code| serde_json::to_value(code).ok()?.as_str().map(str::to_owned);
        let codes: Vec<String> = self.errors.iter().filter_map(name).collect();
        (!codes.is_empty()).then(|| codes.join(", "))
    }
}

/// Writes these codes of what is wrong, where there are any.
pub(super) fn write(headers: &mut HeaderMap, note: Option<&str>) {
    if let Some(Ok(value)) = note.map(HeaderValue::from_str) {
        headers.insert(FINDINGS, value);
    }
}

/// Puts a batch into English, all of it.
///
/// # Errors
/// Where it is too much, a text is in another language than Arabic or English, or no provider could
/// do one of them.
pub(super) async fn translate(
    state: &State,
    identity: &Identity,
    (headers, seen): (&HeaderMap, &Seen),
    batch: Batch,
) -> Result<Translated, Problem> {
    bounded(&batch.texts)?;
    let arabic = || Detected { language: "ar".to_owned(), confidence: 100 };
    let language = |text: &String| match (batch.detect, batch.form) {
        (false, _) => arabic(),
        (true, Form::Plain) => detected(text),
        (true, Form::Markup) => detected(&pipeline::words(text)),
    };
    let languages: Vec<Detected> = batch.texts.iter().map(language).collect();
    let foreign = languages.iter().find(|one| !matches!(one.language.as_str(), "ar" | "en"));
    if let Some(Detected { language, .. }) = foreign {
        return Err(Problem::malformed(format!("{language} is not supported")));
    }
    let deadline = pipeline::deadline(&state.gateway.config);
    let call = Call { seen: seen.clone(), ..call(state, identity, headers) };
    let _turn = seen.time_async(Stage::Queue, state.admission.turn(deadline)).await?;
    let Batch { texts, form, context, .. } = batch;
    let texts = texts.into_iter().zip(languages.clone()).map(|(text, detected)| {
        let wanted = Wanted { text, form, context: context.clone() };
        let (gateway, call) = (state.gateway.clone(), call.clone());
        async move {
            match detected.language.as_str() {
                "ar" => gateway.translate_dated(&wanted, &call).await,
                _ => {
                    let same = Translation { text: wanted.text, findings: Vec::new() };
                    Ok((same, clock::now()))
                }
            }
        }
    });
    let done = stream::iter(texts).buffered(SIDE_BY_SIDE).try_collect::<Vec<_>>().await;
    let done = done.map_err(|failure| making::failed(&failure))?;
    seen.answer(Answered::Made);
    let keeps = call.keeps() && !done.iter().any(|(translation, _)| translation.is_stale());
    let made = done.iter().map(|(_, made)| *made).min().filter(|_| keeps);
    let mut errors: Vec<Code> = done.iter().flat_map(|(one, _)| one.errors()).collect();
    errors.sort();
    errors.dedup();
    let texts = done.into_iter().map(|(translation, _)| translation.text).collect();
    Ok(Translated { texts, languages, errors, made })
}

/// How a caller's tasks are run: until its deadline, from the cache as it says, on its budget.
pub(super) fn call(state: &State, identity: &Identity, headers: &HeaderMap) -> Call {
    let deadline = pipeline::deadline(&state.gateway.config);
    let (cache, account) = (caching::policy(headers, false), account(identity));
    state.sharing(identity).on(Call { cache, account, ..Call::until(deadline) })
}

/// Who pays for what this caller asks for.
pub(super) fn account(identity: &Identity) -> Account {
    // Rounded up as what is spent is, so that a budget of nothing stays nothing.
    let daily_micro_usd = identity.daily_budget_usd.map(|usd| (usd * 1e6).ceil() as u64);
    Account { scope: identity.payer(), daily_micro_usd }
}

/// The language of a text. What shows no letter counts as English that nobody is sure of, as
/// LibreTranslate has it.
pub(super) fn detected(text: &str) -> Detected {
    let end = text.char_indices().nth(SAMPLE).map_or(text.len(), |(at, _)| at);
    let sample = &text[..end];
    let mut language = article::language_of(sample);
    if matches!(language.as_str(), "en" | "und") && article::holds_arabic(sample) {
        // A line of Arabic with a long address in it: as English it would come back untranslated.
        "ar".clone_into(&mut language);
    }
    if language == "und" {
        return Detected { language: "en".to_owned(), confidence: 0 };
    }
    let letters = sample.chars().filter(|c| c.is_alphabetic());
    let (arabic, all) = letters
        .fold((0_usize, 0_usize), |(arabic, all), c| (arabic + usize::from(is_arabic(c)), all + 1));
    let own = match language.as_str() {
        "ar" | "fa" | "ur" | "ps" | "ckb" => arabic,
        _ => all - arabic,
    };
    let confidence = u8::try_from(own * 100 / all.max(1)).unwrap_or(100);
    Detected { language, confidence }
}

fn is_arabic(c: char) -> bool {
    matches!(c, '\u{600}'..='\u{6FF}' | '\u{750}'..='\u{77F}' | '\u{FB50}'..='\u{FDFF}' | '\u{FE70}'..='\u{FEFF}')
}

/// Whether so much may be asked for at once.
///
/// # Errors
/// Where not.
pub(super) fn bounded(texts: &[String]) -> Result<(), Problem> {
    let over = |size: usize, limit: usize| {
        let detail = format!("Invalid request: request ({size}) exceeds text limit ({limit})");
        Err(Problem::too_long(detail))
    };
    if texts.len() > MOST_TEXTS {
        return over(texts.len(), MOST_TEXTS);
    }
    let characters = texts.iter().map(|text| text.chars().count()).sum();
    if characters > MOST_CHARACTERS {
        return over(characters, MOST_CHARACTERS);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_comes_with_the_share_of_its_letters() {
        let told = |text: &str| {
            let Detected { language, confidence } = detected(text);
            format!("{language} {confidence}")
        };
        assert_eq!(told("وصل الوزير إلى مسقط"), "ar 100");
        assert_eq!(told("وصل OK"), "ar 60");
        assert_eq!(told("شاهد https://example.org/a/long/address"), "ar 12");
        assert_eq!(told("The minister arrived"), "en 100");
        assert_eq!(told("🙂 12"), "en 0");
        assert_eq!(told(""), "en 0");
    }

    #[test]
    fn too_many_texts_and_too_long_ones_are_refused_with_their_size() {
        assert!(bounded(&vec!["ن".to_owned(); MOST_TEXTS]).is_ok());
        let many = bounded(&vec![String::new(); MOST_TEXTS + 1]).unwrap_err();
        assert_eq!(many.detail, "Invalid request: request (1001) exceeds text limit (1000)");
        let long = bounded(&["ن".repeat(MOST_CHARACTERS + 1)]).unwrap_err();
        assert_eq!(long.detail, "Invalid request: request (100001) exceeds text limit (100000)");
    }

    #[test]
    fn a_key_pays_from_its_own_budget_and_nobody_from_none() {
        let anonymous = Identity::anonymous();
        assert_eq!(account(&anonymous), Account::default());
        let key = Some("1".to_owned());
        let desk = Identity { key, name: "desk".into(), daily_budget_usd: Some(0.5), ..anonymous };
        let account = account(&desk);
        assert_eq!((account.scope.as_str(), account.daily_micro_usd), ("key:desk", Some(500_000)));
    }
}
