//! A GGUF file of a few hundred kilobytes for tests: the real layout, random weights, a tokenizer
//! of single bytes. What it writes means nothing, but it goes the whole way that a real model goes.

use std::{fs::File, path::Path};

use candle_core::{
    Device, Tensor,
    quantized::{
        GgmlDType, QTensor,
        gguf_file::{self, Value},
    },
};

const WIDTH: usize = 64;
const INNER: usize = 128;
const HEADS: usize = 4;
const KV_HEADS: usize = 2;
const LAYERS: usize = 2;

/// Writes a model of this architecture, `qwen2` or `qwen3`.
pub(crate) fn write(path: &Path, architecture: &str) {
    let tokens = tokens();
    let metadata = metadata(architecture, &tokens);
    let metadata: Vec<(&str, &Value)> =
        metadata.iter().map(|(key, value)| (key.as_str(), value)).collect();
    let tensors = tensors(architecture, tokens.len());
    let tensors: Vec<(&str, &QTensor)> =
        tensors.iter().map(|(name, tensor)| (name.as_str(), tensor)).collect();
    gguf_file::write(&mut File::create(path).unwrap(), &metadata, &tensors).unwrap();
}

/// The letters that stand for bytes in byte-level BPE, some joined ones, and chat marks.
fn tokens() -> Vec<String> {
    let printable = |byte: u32| matches!(byte, 33..=126 | 161..=172 | 174..=255);
    let mut spare = 256..;
    let mut letter = |byte| if printable(byte) { byte } else { spare.next().unwrap() };
    let bytes = (0..256).map(|byte| char::from_u32(letter(byte)).unwrap().to_string());
    let marks = ["th", "<|endoftext|>", "<|im_start|>", "<|im_end|>"].map(str::to_owned);
    bytes.chain(marks).collect()
}

fn metadata(architecture: &str, tokens: &[String]) -> Vec<(String, Value)> {
    let number = |value: usize| Value::U32(u32::try_from(value).unwrap());
    let text = |value: &str| Value::String(value.to_owned());
    let own = |key: &str| format!("{architecture}.{key}");
    let kinds = tokens.iter().map(|token| Value::I32(if token.len() > 6 { 3 } else { 1 }));
    let kinds = kinds.collect();
    let tokens = tokens.iter().map(|token| text(token)).collect();
    vec![
        ("general.architecture".into(), text(architecture)),
        (own("attention.head_count"), number(HEADS)),
        (own("attention.head_count_kv"), number(KV_HEADS)),
        (own("attention.key_length"), number(WIDTH / HEADS)),
        (own("attention.layer_norm_rms_epsilon"), Value::F32(1e-6)),
        (own("block_count"), number(LAYERS)),
        (own("context_length"), number(2048)),
        (own("embedding_length"), number(WIDTH)),
        (own("rope.freq_base"), Value::F32(10_000.0)),
        ("tokenizer.ggml.model".into(), text("gpt2")),
        ("tokenizer.ggml.pre".into(), text("qwen2")),
        ("tokenizer.ggml.tokens".into(), Value::Array(tokens)),
        ("tokenizer.ggml.token_type".into(), Value::Array(kinds)),
        ("tokenizer.ggml.merges".into(), Value::Array(vec![text("t h")])),
    ]
}

fn tensors(architecture: &str, vocabulary: usize) -> Vec<(String, QTensor)> {
    let head = WIDTH / HEADS;
    let kv = KV_HEADS * head;
    let mut random = Random(7);
    let mut all = vec![
        ("token_embd.weight".to_owned(), random.matrix(vocabulary, WIDTH)),
        ("output_norm.weight".to_owned(), random.vector(WIDTH)),
    ];
    for layer in 0..LAYERS {
        let matrices = [
            ("attn_q", WIDTH, WIDTH),
            ("attn_k", kv, WIDTH),
            ("attn_v", kv, WIDTH),
            ("attn_output", WIDTH, WIDTH),
            ("ffn_gate", INNER, WIDTH),
            ("ffn_up", INNER, WIDTH),
            ("ffn_down", WIDTH, INNER),
        ];
        let mut add = |part: &str, tensor| all.push((format!("blk.{layer}.{part}"), tensor));
        for (name, rows, columns) in matrices {
            add(&format!("{name}.weight"), random.matrix(rows, columns));
        }
        add("attn_norm.weight", random.vector(WIDTH));
        add("ffn_norm.weight", random.vector(WIDTH));
        let vectors = if architecture == "qwen2" {
            [("attn_q.bias", WIDTH), ("attn_k.bias", kv), ("attn_v.bias", kv)].to_vec()
        } else {
            [("attn_q_norm.weight", head), ("attn_k_norm.weight", head)].to_vec()
        };
        for (name, size) in vectors {
            add(name, random.vector(size));
        }
    }
    all
}

/// Numbers that look random and are the same in every run.
struct Random(u64);

impl Random {
    fn numbers(&mut self, count: usize) -> Vec<f32> {
        let mut next = || {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            ((self.0 >> 40) as f32 / (1u32 << 24) as f32) - 0.5
        };
        (0..count).map(|_| next()).collect()
    }

    fn matrix(&mut self, rows: usize, columns: usize) -> QTensor {
        let data = self.numbers(rows * columns);
        let tensor = Tensor::from_vec(data, (rows, columns), &Device::Cpu).unwrap();
        QTensor::quantize(&tensor, GgmlDType::Q8_0).unwrap()
    }

    fn vector(&mut self, size: usize) -> QTensor {
        let data = self.numbers(size);
        let tensor = Tensor::from_vec(data, size, &Device::Cpu).unwrap();
        QTensor::quantize(&tensor, GgmlDType::F32).unwrap()
    }
}
