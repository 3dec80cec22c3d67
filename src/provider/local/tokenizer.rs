//! The tokenizer of a GGUF file.
//!
//! candle reads the byte-level ones (Qwen). Gemma's file holds a SentencePiece vocabulary, pieces
//! with scores and no merges; the merges follow from it: two pieces merge where their join is a
//! piece, the better its score the earlier. That is how the published tokenizer files of such
//! models are made.

use std::collections::HashMap;

use candle_core::quantized::{
    gguf_file::{Content, Value},
    tokenizer::TokenizerFromGguf as _,
};
use tokenizers::{
    AddedToken, DecoderWrapper, ModelWrapper, NormalizerWrapper, Tokenizer,
    decoders::{byte_fallback::ByteFallback, fuse::Fuse, sequence::Sequence},
    models::bpe::{BPE, Vocab},
    normalizers::Replace,
};

use super::model::ModelError;

/// Stands for a space in a SentencePiece vocabulary.
const SPACE: &str = "▁";
/// GGUF's mark of a token that is a sign to the model and no text.
const CONTROL: i64 = 3;
/// GGUF's mark of a token that is matched as a whole before anything is cut.
const USER_DEFINED: i64 = 4;

/// The tokenizer that the file describes.
///
/// # Errors
/// Where the description is of an unknown kind or incomplete.
pub(crate) fn tokenizer(content: &Content) -> Result<Tokenizer, ModelError> {
    let kind = content.metadata.get("tokenizer.ggml.model").and_then(|kind| kind.to_string().ok());
    if kind.is_some_and(|kind| kind == "llama") {
        return sentencepiece(content).map_err(|error| ModelError::Tokenizer(error.to_string()));
    }
    Tokenizer::from_gguf(content).map_err(|error| ModelError::Tokenizer(error.to_string()))
}

fn sentencepiece(content: &Content) -> tokenizers::Result<Tokenizer> {
    let pieces: Vec<String> = array(content, "tokens")?
        .iter()
        .map(|v| Ok(v.to_string()?.clone()))
        .collect::<Result<_, candle_core::Error>>()?;
    let scores: Vec<f32> =
        array(content, "scores")?.iter().map(Value::to_f32).collect::<Result<_, _>>()?;
    let kinds = array(content, "token_type")?.iter().map(integer);
    let ids: HashMap<&str, u32> = pieces.iter().map(String::as_str).zip(0..).collect();
    let merges = merges(&pieces, &scores, &ids);
    let vocabulary: Vocab = pieces.iter().cloned().zip(0..).collect();
    let bpe = BPE::builder()
        .vocab_and_merges(vocabulary, merges)
        .unk_token("<unk>".to_owned())
        .fuse_unk(true)
        .byte_fallback(true)
        .build()?;
    let mut tokenizer = Tokenizer::new(ModelWrapper::BPE(bpe));
    let spaces = Replace::new(" ", SPACE)?;
    tokenizer.with_normalizer(Some(NormalizerWrapper::Replace(spaces)))?;
    tokenizer.with_decoder(Some(Sequence::new(vec![
        DecoderWrapper::Replace(Replace::new(SPACE, " ")?),
        DecoderWrapper::ByteFallback(ByteFallback::new()),
        DecoderWrapper::Fuse(Fuse::new()),
    ])));
    let marked = |kind: i64| {
        let of_kind = kinds.clone().zip(&pieces).filter(move |(other, _)| *other == kind);
        of_kind.map(move |(_, piece)| AddedToken::from(piece.clone(), kind == CONTROL))
    };
    tokenizer.add_special_tokens(marked(CONTROL).collect::<Vec<_>>())?;
    tokenizer.add_tokens(marked(USER_DEFINED).collect::<Vec<_>>())?;
    Ok(tokenizer)
}

/// Every pair of pieces whose join is a piece, in the order in which they merge.
fn merges(pieces: &[String], scores: &[f32], ids: &HashMap<&str, u32>) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for (piece, score) in pieces.iter().zip(scores) {
        for (at, _) in piece.char_indices().skip(1) {
            let (one, other) = piece.split_at(at);
            if let (Some(a), Some(b)) = (ids.get(one), ids.get(other)) {
                found.push((*score, *a, *b, one, other));
            }
        }
    }
    found.sort_by(|x, y| y.0.total_cmp(&x.0).then((x.1, x.2).cmp(&(y.1, y.2))));
    found.into_iter().map(|(.., one, other)| (one.to_owned(), other.to_owned())).collect()
}

fn array<'c>(content: &'c Content, key: &str) -> candle_core::Result<&'c Vec<Value>> {
    let key = format!("tokenizer.ggml.{key}");
    let value = content.metadata.get(&key);
    value.ok_or_else(|| candle_core::Error::Msg(format!("no {key}")))?.to_vec()
}

fn integer(value: &Value) -> i64 {
    match value {
        Value::I32(kind) => i64::from(*kind),
        Value::U32(kind) => i64::from(*kind),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use candle_core::quantized::gguf_file::VersionedMagic;

    use super::*;

    fn gemma_like() -> Content {
        let pieces =
            ["<unk>", "<end_of_turn>", "▁", "a", "b", "c", "ab", "▁ab", "bc", "<0xC3>", "<0xA9>"];
        let scores = [0.0, 0.0, -9.0, -9.0, -9.0, -9.0, -1.0, -2.0, -3.0, 0.0, 0.0];
        let kinds = [2, 3, 1, 1, 1, 1, 1, 1, 1, 6, 6];
        let list = |values: Vec<Value>| Value::Array(values);
        let metadata = [
            ("model", Value::String("llama".into())),
            ("tokens", list(pieces.iter().map(|p| Value::String((*p).into())).collect())),
            ("scores", list(scores.iter().map(|s| Value::F32(*s)).collect())),
            ("token_type", list(kinds.iter().map(|k| Value::I32(*k)).collect())),
        ];
        let metadata =
            metadata.into_iter().map(|(key, value)| (format!("tokenizer.ggml.{key}"), value));
        Content {
            magic: VersionedMagic::GgufV3,
            metadata: metadata.collect(),
            tensor_infos: HashMap::new(),
            tensor_data_offset: 0,
        }
    }

    #[test]
    fn a_sentencepiece_vocabulary_cuts_by_score_and_comes_back_as_it_was() {
        let tokenizer = tokenizer(&gemma_like()).unwrap();
        let text = "abc ab é<end_of_turn>";
        let encoded = tokenizer.encode(text, false).unwrap();
        assert_eq!(
            encoded.get_tokens(),
            ["ab", "c", "▁ab", "▁", "<0xC3>", "<0xA9>", "<end_of_turn>"]
        );
        assert_eq!(tokenizer.decode(encoded.get_ids(), true).unwrap(), "abc ab é");
    }

    #[test]
    fn an_incomplete_description_is_refused() {
        let mut content = gemma_like();
        content.metadata.remove("tokenizer.ggml.scores");
        assert!(tokenizer(&content).unwrap_err().to_string().contains("scores"));
    }
}
