//! The decoder of Qwen 2, 2.5 and 3, over several sequences at once.
//!
//! candle-transformers has these architectures, but its models own their key-value state: it can
//! be neither copied nor shared, a batch must have one length, and the embedding table is unpacked
//! to 32 bits in memory (0.9 GB for the default model; here it stays in the file). Here the weights are immutable and the state is a
//! value ([`State`]) whose clone is a snapshot, so a prompt's fixed opening is read once. Rows of
//! different sequences go through each weight matrix together: writing eight texts costs little
//! more than writing one, since the time goes into reading the weights from memory.
//!
//! All arithmetic is candle's. Nothing here knows tokens' text, prompts or requests.

use std::{
    borrow::Cow,
    fs::File,
    io::{BufReader, Read, Seek, SeekFrom},
    sync::{Arc, Mutex, PoisonError},
};

use candle_core::{
    D, DType, Device, Error, Module as _, Result, Tensor,
    quantized::{GgmlDType, QMatMul, QStorage, QTensor, gguf_file::Content},
};

/// Longest sequence, prompt and answer together, in tokens. Enough for the longest paragraph;
/// bounds the position tables.
pub(crate) const MAX_POSITIONS: usize = 8192;

/// Immutable weights.
pub(crate) struct Decoder {
    embedding: Rows,
    layers: Vec<Layer>,
    norm: Norm,
    output: QMatMul,
    cos: Tensor,
    sin: Tensor,
    shape: Shape,
}

/// Sizes that every layer shares.
#[derive(Clone, Copy)]
struct Shape {
    heads: usize,
    kv_heads: usize,
    head_dim: usize,
}

/// What has been read of one sequence. A clone is a snapshot: tensors are shared, never written.
#[derive(Clone, Default)]
pub(crate) struct State {
    /// Keys and values of an opening that several sequences share, by layer.
    opening: Arc<Vec<KeyValue>>,
    /// Keys and values of what has been read since, by layer.
    since: Vec<KeyValue>,
    len: usize,
}

/// Keys and values of some tokens, each (heads, tokens, size).
#[derive(Clone)]
struct KeyValue {
    key: Tensor,
    value: Tensor,
}

impl State {
    /// Tokens read so far.
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// The same state with all of it as the opening: clones share it and never copy it.
    pub(crate) fn into_opening(self) -> Self {
        Self { opening: Arc::new(self.since), since: Vec::new(), len: self.len }
    }
}

/// Tokens to be read into one sequence.
pub(crate) struct Span<'a> {
    /// The sequence.
    pub(crate) state: &'a mut State,
    /// What comes next in it; at least one.
    pub(crate) tokens: &'a [u32],
}

struct Norm {
    weight: Tensor,
    epsilon: f32,
}

struct Projection {
    weight: QMatMul,
    bias: Option<Tensor>,
}

struct Layer {
    attention_norm: Norm,
    query: Projection,
    key: Projection,
    value: Projection,
    query_norm: Option<Norm>,
    key_norm: Option<Norm>,
    attention_output: QMatMul,
    feed_norm: Norm,
    gate: QMatMul,
    up: QMatMul,
    down: QMatMul,
}

/// Reads named tensors of one GGUF file.
struct Source<'a, R> {
    content: &'a Content,
    reader: &'a mut R,
    epsilon: f32,
}

impl<R: Read + Seek> Source<'_, R> {
    fn tensor(&mut self, name: &str) -> Result<QTensor> {
        self.content.tensor(self.reader, name, &Device::Cpu)
    }

    fn optional(&mut self, name: &str) -> Result<Option<QTensor>> {
        if self.content.tensor_infos.contains_key(name) {
            self.tensor(name).map(Some)
        } else {
            Ok(None)
        }
    }

    fn matrix(&mut self, name: &str) -> Result<QMatMul> {
        QMatMul::from_qtensor(self.tensor(&format!("{name}.weight"))?)
    }

    fn projection(&mut self, name: &str) -> Result<Projection> {
        let bias = self.optional(&format!("{name}.bias"))?;
        let bias = bias.map(|bias| bias.dequantize(&Device::Cpu)).transpose()?;
        Ok(Projection { weight: self.matrix(name)?, bias })
    }

    fn norm(&mut self, name: &str) -> Result<Norm> {
        let weight = self.tensor(&format!("{name}.weight"))?.dequantize(&Device::Cpu)?;
        Ok(Norm { weight, epsilon: self.epsilon })
    }

    fn optional_norm(&mut self, name: &str) -> Result<Option<Norm>> {
        if self.content.tensor_infos.contains_key(&format!("{name}.weight")) {
            self.norm(name).map(Some)
        } else {
            Ok(None)
        }
    }

    fn layer(&mut self, index: usize) -> Result<Layer> {
        let name = |part: &str| format!("blk.{index}.{part}");
        Ok(Layer {
            attention_norm: self.norm(&name("attn_norm"))?,
            query: self.projection(&name("attn_q"))?,
            key: self.projection(&name("attn_k"))?,
            value: self.projection(&name("attn_v"))?,
            query_norm: self.optional_norm(&name("attn_q_norm"))?,
            key_norm: self.optional_norm(&name("attn_k_norm"))?,
            attention_output: self.matrix(&name("attn_output"))?,
            feed_norm: self.norm(&name("ffn_norm"))?,
            gate: self.matrix(&name("ffn_gate"))?,
            up: self.matrix(&name("ffn_up"))?,
            down: self.matrix(&name("ffn_down"))?,
        })
    }
}

impl Decoder {
    /// The weights of a GGUF file whose `general.architecture` is `qwen2` or `qwen3`. Of the
    /// output matrix only the rows of the tokens in `written` are kept, in that order.
    pub(crate) fn read(content: &Content, file: File, written: &[u32]) -> Result<Self> {
        let architecture = content.metadata.get("general.architecture");
        let architecture =
            architecture.map_or(Ok("qwen2"), |name| name.to_string().map(|n| n.as_str()))?;
        let number = |key: &str| {
            let key = format!("{architecture}.{key}");
            content.metadata.get(&key).ok_or_else(|| Error::Msg(format!("no {key}")))
        };
        let size = |key: &str| Ok::<_, Error>(number(key)?.to_u32()? as usize);
        let heads = size("attention.head_count")?;
        let head_dim = size("attention.key_length").or_else(|_| {
            let width = size("embedding_length")?;
            Ok::<_, Error>(width / heads.max(1))
        })?;
        let shape = Shape { heads, kv_heads: size("attention.head_count_kv")?, head_dim };
        let base = number("rope.freq_base").and_then(|base| base.to_f32()).unwrap_or(10_000.0);
        let positions = size("context_length").unwrap_or(MAX_POSITIONS).min(MAX_POSITIONS);
        let epsilon = number("attention.layer_norm_rms_epsilon")?.to_f32()?;

        let mut reader = BufReader::with_capacity(1 << 20, file);
        let mut source = Source { content, reader: &mut reader, epsilon };
        let output = match source.optional("output.weight")? {
            Some(output) => rows_of(&output, written)?,
            None => rows_of(&source.tensor("token_embd.weight")?, written)?,
        };
        let output = QMatMul::from_qtensor(output)?;
        let norm = source.norm("output_norm")?;
        let layers: Result<Vec<_>> =
            (0..size("block_count")?).map(|index| source.layer(index)).collect();
        let (cos, sin) = rotations(head_dim, base, positions)?;
        let embedding = Rows::of(content, "token_embd.weight", reader.into_inner())?;
        Ok(Self { embedding, layers: layers?, norm, output, cos, sin, shape })
    }

    /// Longest sequence in tokens.
    pub(crate) fn max_len(&self) -> usize {
        self.cos.dim(0).unwrap_or(0)
    }

    /// Reads each span into its sequence and returns what comes next in each: the index into
    /// `written` of the most likely token, one for each span, in order.
    pub(crate) fn read_spans(&self, spans: &mut [Span<'_>]) -> Result<Vec<u32>> {
        let tokens: Vec<u32> = spans.iter().flat_map(|span| span.tokens).copied().collect();
        let mut rows = self.embedding.get(&tokens)?;
        for (index, layer) in self.layers.iter().enumerate() {
            rows = self.attend(index, layer, &rows, spans)?;
            rows = layer.feed(&rows)?;
        }
        let mut end = 0;
        let mut last = Vec::with_capacity(spans.len());
        for span in spans.iter_mut() {
            end += span.tokens.len();
            last.push(u32::try_from(end - 1).map_err(Error::wrap)?);
            span.state.len += span.tokens.len();
        }
        let rows = rows.index_select(&Tensor::new(last, &Device::Cpu)?, 0)?;
        let logits = self.output.forward(&self.norm.forward(&rows)?)?;
        logits.argmax(D::Minus1)?.to_vec1()
    }

    fn attend(
        &self,
        index: usize,
        layer: &Layer,
        rows: &Tensor,
        spans: &mut [Span<'_>],
    ) -> Result<Tensor> {
        let normed = layer.attention_norm.forward(rows)?;
        let query = layer.query.forward(&normed)?;
        let key = layer.key.forward(&normed)?;
        let value = layer.value.forward(&normed)?;
        let mut start = 0;
        let mut attended = Vec::with_capacity(spans.len());
        for span in spans {
            let count = span.tokens.len();
            let part = |rows: &Tensor| rows.narrow(0, start, count);
            let (query, key, value) = (part(&query)?, part(&key)?, part(&value)?);
            start += count;
            let query = self.rotate(&query, layer.query_norm.as_ref(), span.state.len)?;
            let key = self.rotate(&key, layer.key_norm.as_ref(), span.state.len)?;
            let value = self.by_head(&value)?.contiguous()?;
            let own = span.state.extend(index, KeyValue { key, value })?;
            let opening = span.state.opening.get(index);
            attended.push(self.shape.attention(&query, opening, &own)?);
        }
        let attended = Tensor::cat(&attended, 0)?;
        rows + layer.attention_output.forward(&attended)?
    }

    /// Rows (count, heads × size) as (heads, count, size).
    fn by_head(&self, rows: &Tensor) -> Result<Tensor> {
        let (count, width) = rows.dims2()?;
        let size = self.shape.head_dim;
        rows.reshape((count, width / size, size))?.transpose(0, 1)
    }

    /// Rows by head, normed where the architecture does so, turned by their position.
    fn rotate(&self, rows: &Tensor, norm: Option<&Norm>, from: usize) -> Result<Tensor> {
        let heads = self.by_head(rows)?.contiguous()?;
        let heads = norm.map_or(Ok(heads.clone()), |norm| norm.forward(&heads))?;
        let count = heads.dim(1)?;
        let cos = self.cos.narrow(0, from, count)?;
        let sin = self.sin.narrow(0, from, count)?;
        candle_nn::rotary_emb::rope(&heads.unsqueeze(0)?, &cos, &sin)?.squeeze(0)
    }
}

impl Shape {
    /// What each query row draws from the opening's values and its own: (count, heads × size).
    fn attention(
        self,
        query: &Tensor,
        opening: Option<&KeyValue>,
        own: &KeyValue,
    ) -> Result<Tensor> {
        let (count, len) = (query.dim(1)?, own.key.dim(1)?);
        let group = self.heads / self.kv_heads;
        // Query heads of one group share a key head, so they are rows of one product.
        let query = query.reshape((self.kv_heads, group * count, self.head_dim))?;
        let query = (query / (self.head_dim as f64).sqrt())?;
        let mut scores = query.matmul(&own.key.t()?)?;
        if count > 1 {
            let mask = causal_mask(count, len)?;
            scores = scores
                .reshape((self.kv_heads, group, count, len))?
                .broadcast_add(&mask)?
                .reshape((self.kv_heads, group * count, len))?;
        }
        let drawn = match opening {
            None => candle_nn::ops::softmax_last_dim(&scores)?.matmul(&own.value)?,
            Some(opening) => {
                let before = query.matmul(&opening.key.t()?)?;
                let scores = Tensor::cat(&[&before, &scores], 2)?;
                let weights = candle_nn::ops::softmax_last_dim(&scores)?;
                let split = before.dim(2)?;
                let of_opening = weights.narrow(2, 0, split)?.matmul(&opening.value)?;
                (of_opening + weights.narrow(2, split, len)?.matmul(&own.value)?)?
            }
        };
        drawn
            .reshape((self.heads, count, self.head_dim))?
            .transpose(0, 1)?
            .reshape((count, self.heads * self.head_dim))
    }
}

impl State {
    /// A layer's keys and values since the opening, with new ones behind them.
    fn extend(&mut self, layer: usize, new: KeyValue) -> Result<KeyValue> {
        let Some(slot) = self.since.get_mut(layer) else {
            self.since.push(new.clone());
            return Ok(new);
        };
        slot.key = Tensor::cat(&[&slot.key, &new.key], 1)?;
        slot.value = Tensor::cat(&[&slot.value, &new.value], 1)?;
        Ok(slot.clone())
    }
}

impl Layer {
    fn feed(&self, rows: &Tensor) -> Result<Tensor> {
        let normed = self.feed_norm.forward(rows)?;
        let gate = candle_nn::ops::silu(&self.gate.forward(&normed)?)?;
        rows + self.down.forward(&(gate * self.up.forward(&normed)?)?)?
    }
}

impl Projection {
    fn forward(&self, rows: &Tensor) -> Result<Tensor> {
        let rows = self.weight.forward(rows)?;
        match &self.bias {
            Some(bias) => rows.broadcast_add(bias),
            None => Ok(rows),
        }
    }
}

impl Norm {
    fn forward(&self, rows: &Tensor) -> Result<Tensor> {
        candle_nn::ops::rms_norm(rows, &self.weight, self.epsilon)
    }
}

/// The rows of a matrix that stays in its file: the embedding, of which a step needs a few.
struct Rows {
    file: Mutex<File>,
    start: u64,
    width: usize,
    size: usize,
    dtype: GgmlDType,
}

impl Rows {
    fn of(content: &Content, name: &str, file: File) -> Result<Self> {
        let info =
            content.tensor_infos.get(name).ok_or_else(|| Error::Msg(format!("no {name}")))?;
        let (_, width) = info.shape.dims2()?;
        let dtype = info.ggml_dtype;
        let size = width / dtype.block_size() * dtype.type_size();
        let start = content.tensor_data_offset + info.offset;
        Ok(Self { file: Mutex::new(file), start, width, size, dtype })
    }

    /// These rows, unpacked, in order.
    fn get(&self, rows: &[u32]) -> Result<Tensor> {
        let mut bytes = vec![0; rows.len() * self.size];
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        for (row, bytes) in rows.iter().zip(bytes.chunks_exact_mut(self.size)) {
            file.seek(SeekFrom::Start(self.start + u64::from(*row) * self.size as u64))?;
            file.read_exact(bytes)?;
        }
        drop(file);
        let storage = QStorage::from_data(Cow::Owned(bytes), &Device::Cpu, self.dtype)?;
        let rows = QTensor::new(storage, (rows.len(), self.width))?;
        rows.dequantize(&Device::Cpu)?.to_dtype(DType::F32)
    }
}

/// Some rows of a quantized matrix as a matrix of their own.
fn rows_of(matrix: &QTensor, rows: &[u32]) -> Result<QTensor> {
    let (count, width) = matrix.shape().dims2()?;
    let data = matrix.data()?;
    let size = data.len() / count.max(1);
    let mut kept = Vec::with_capacity(rows.len() * size);
    for &row in rows {
        let start = row as usize * size;
        let bytes = data.get(start..start + size);
        kept.extend_from_slice(bytes.ok_or_else(|| Error::Msg(format!("no token {row}")))?);
    }
    let storage = QStorage::from_data(Cow::Owned(kept), &Device::Cpu, matrix.dtype())?;
    QTensor::new(storage, (rows.len(), width))
}

/// Cosines and sines of the rotary embedding, one row for each position.
fn rotations(size: usize, base: f32, positions: usize) -> Result<(Tensor, Tensor)> {
    let frequency = |i: usize| 1f32 / base.powf(i as f32 / size as f32);
    let frequencies: Vec<f32> = (0..size).step_by(2).map(frequency).collect();
    let frequencies = Tensor::new(frequencies, &Device::Cpu)?.unsqueeze(0)?;
    let positions = u32::try_from(positions).map_err(Error::wrap)?;
    let positions = Tensor::arange(0, positions, &Device::Cpu)?.to_dtype(DType::F32)?;
    let angles = positions.unsqueeze(1)?.matmul(&frequencies)?;
    Ok((angles.cos()?, angles.sin()?))
}

/// Zero where the row may look, minus infinity where the column lies in its future.
fn causal_mask(count: usize, len: usize) -> Result<Tensor> {
    let before = len - count;
    let row =
        |i: usize| (0..len).map(move |j| if j > before + i { f32::NEG_INFINITY } else { 0.0 });
    let mask: Vec<f32> = (0..count).flat_map(row).collect();
    Tensor::from_vec(mask, (count, len), &Device::Cpu)
}

#[cfg(test)]
#[path = "decoder_tests.rs"]
mod tests;
