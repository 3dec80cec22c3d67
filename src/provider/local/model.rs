//! A loaded model: weights, tokenizer and chat format, all out of one GGUF file.
//!
//! `general.architecture` chooses the decoder. Loading reads the file once, front to back, and
//! keeps the weights quantized as they lie in it.

use std::{
    fs::File,
    io::{self, BufReader},
    path::Path,
};

use candle_core::{D, Device, Tensor, quantized::gguf_file::Content};
use candle_transformers::models::quantized_gemma3::ModelWeights as Gemma;
use tokenizers::Tokenizer;

use super::{
    chat::{Chat, Written},
    decoder::{self, Decoder},
    tokenizer::tokenizer,
    vocabulary::Vocabulary,
};
use crate::prompt::Message;

/// Why a file is no usable model.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    /// The file cannot be read.
    #[error("the model file cannot be read: {0}")]
    File(#[from] io::Error),
    /// The file is no GGUF, lacks a tensor or holds a damaged one.
    #[error("the model file is damaged or no GGUF: {0}")]
    Gguf(#[from] candle_core::Error),
    /// No code for this architecture.
    #[error("the model's architecture `{0}` is not known here; use a qwen2, qwen3 or gemma3 GGUF")]
    Architecture(String),
    /// The file's tokenizer cannot be used.
    #[error("the model file's tokenizer cannot be used: {0}")]
    Tokenizer(String),
}

/// Weights, tokenizer and chat format.
pub(crate) struct Model {
    network: Network,
    tokenizer: Tokenizer,
    vocabulary: Vocabulary,
    chat: Chat,
}

enum Network {
    Qwen(Decoder),
    /// The weights as loaded; a sequence works on a clone, whose tensors are shared.
    Gemma {
        weights: Box<Gemma>,
        written: Tensor,
    },
}

/// What has been read of one sequence. A clone is a snapshot.
#[derive(Clone)]
pub(crate) enum State {
    /// Keys and values beside the shared weights.
    Qwen(decoder::State),
    /// Weights that hold keys and values, and the tokens read so far.
    Gemma(Box<Gemma>, usize),
}

/// Tokens to be read into one sequence.
pub(crate) struct Span<'a> {
    /// The sequence.
    pub(crate) state: &'a mut State,
    /// What comes next in it; at least one.
    pub(crate) tokens: &'a [u32],
}

/// A conversation in tokens, cut where the fixed part ends.
#[derive(Clone, Debug)]
pub(crate) struct Tokens {
    /// The fixed part.
    pub(crate) fixed: Vec<u32>,
    /// What is asked, and the head of the answer.
    pub(crate) asked: Vec<u32>,
}

impl Model {
    /// Loads a GGUF file. Takes seconds for a gigabyte: never on a request's thread.
    ///
    /// # Errors
    /// Where the file cannot be read, is damaged or is no model of a known architecture.
    pub(crate) fn load(path: &Path) -> Result<Self, ModelError> {
        let mut reader = BufReader::with_capacity(1 << 20, File::open(path)?);
        let content = Content::read(&mut reader)?;
        let architecture = content.metadata.get("general.architecture");
        let architecture = architecture.and_then(|name| name.to_string().ok());
        let architecture = architecture.map_or("", String::as_str).to_owned();
        let chat = match architecture.as_str() {
            "qwen2" => Chat::Qwen2,
            "qwen3" => Chat::Qwen3,
            "gemma3" => Chat::Gemma,
            _ => return Err(ModelError::Architecture(architecture)),
        };
        let tokenizer = tokenizer(&content)?;
        let vocabulary = Vocabulary::of(&tokenizer);
        let network = if chat == Chat::Gemma {
            let weights = Box::new(Gemma::from_gguf(content, &mut reader, &Device::Cpu)?);
            Network::Gemma { weights, written: Tensor::new(vocabulary.written(), &Device::Cpu)? }
        } else {
            Network::Qwen(Decoder::read(&content, reader.into_inner(), vocabulary.written())?)
        };
        Ok(Self { network, tokenizer, vocabulary, chat })
    }

    /// A sequence of which nothing has been read.
    pub(crate) fn state(&self) -> State {
        match &self.network {
            Network::Qwen(_) => State::Qwen(decoder::State::default()),
            Network::Gemma { weights, .. } => State::Gemma(weights.clone(), 0),
        }
    }

    /// The longest sequence in tokens, prompt and answer together.
    pub(crate) fn max_len(&self) -> usize {
        match &self.network {
            Network::Qwen(decoder) => decoder.max_len(),
            Network::Gemma { .. } => decoder::MAX_POSITIONS,
        }
    }

    /// The tokens of a conversation in the model's chat format.
    pub(crate) fn tokens(&self, messages: &[Message]) -> Result<Tokens, ModelError> {
        let Written { fixed, asked } = self.chat.write(messages);
        if self.chat == Chat::Gemma {
            // candle's mask hides what was read before from a second stretch of tokens, so a
            // prompt must go in whole.
            return Ok(Tokens { fixed: Vec::new(), asked: self.encode(&(fixed + &asked))? });
        }
        Ok(Tokens { fixed: self.encode(&fixed)?, asked: self.encode(&asked)? })
    }

    fn encode(&self, text: &str) -> Result<Vec<u32>, ModelError> {
        let encoded = self.tokenizer.encode(text, false);
        let encoded = encoded.map_err(|error| ModelError::Tokenizer(error.to_string()))?;
        Ok(encoded.get_ids().to_vec())
    }

    /// The text of written tokens.
    pub(crate) fn text(&self, tokens: &[u32]) -> Result<String, ModelError> {
        let text = self.tokenizer.decode(tokens, true);
        text.map_err(|error| ModelError::Tokenizer(error.to_string()))
    }

    /// Reads each span into its sequence and returns the token that most likely comes next in
    /// each, in order; none where the answer ends.
    pub(crate) fn read(&self, spans: &mut [Span<'_>]) -> Result<Vec<Option<u32>>, ModelError> {
        let next = match &self.network {
            Network::Qwen(decoder) => decoder.read_spans(&mut qwen_spans(spans))?,
            Network::Gemma { written, .. } => {
                spans.iter_mut().map(|span| read_gemma(span, written)).collect::<Result<_, _>>()?
            }
        };
        Ok(next.into_iter().map(|index| self.vocabulary.token(index)).collect())
    }
}

impl State {
    /// Tokens read so far.
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Qwen(state) => state.len(),
            Self::Gemma(_, len) => *len,
        }
    }

    /// The same state as an opening that clones share.
    pub(crate) fn into_opening(self) -> Self {
        match self {
            Self::Qwen(state) => Self::Qwen(state.into_opening()),
            gemma @ Self::Gemma(..) => gemma,
        }
    }
}

fn qwen_spans<'a>(spans: &'a mut [Span<'_>]) -> Vec<decoder::Span<'a>> {
    let span = |span: &'a mut Span<'_>| match span.state {
        State::Qwen(state) => Some(decoder::Span { state, tokens: span.tokens }),
        State::Gemma(..) => None,
    };
    spans.iter_mut().filter_map(span).collect()
}

fn read_gemma(span: &mut Span<'_>, written: &Tensor) -> candle_core::Result<u32> {
    let State::Gemma(weights, len) = &mut *span.state else {
        candle_core::bail!("a sequence of another model");
    };
    let tokens = Tensor::new(span.tokens, &Device::Cpu)?.unsqueeze(0)?;
    let logits = weights.forward(&tokens, *len)?.squeeze(0)?;
    *len += span.tokens.len();
    logits.index_select(written, 0)?.argmax(D::Minus1)?.to_scalar()
}
