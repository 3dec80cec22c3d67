//! The decoder against the library's own models, token for token.

use std::io::BufReader;

use candle_transformers::models::{quantized_qwen2, quantized_qwen3};

use super::{super::tiny, *};

const PROMPT: [u32; 9] = [258, 10, 84, 72, 259, 66, 12, 130, 91];
const STEPS: usize = 12;

fn tiny_file(architecture: &str) -> (tempfile::TempDir, BufReader<std::fs::File>, Content) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tiny.gguf");
    tiny::write(&path, architecture);
    let mut reader = BufReader::new(std::fs::File::open(path).unwrap());
    let content = Content::read(&mut reader).unwrap();
    (folder, reader, content)
}

fn tiny_decoder(architecture: &str, written: &[u32]) -> Decoder {
    let (_folder, reader, content) = tiny_file(architecture);
    Decoder::read(&content, reader.into_inner(), written).unwrap()
}

fn every_token() -> Vec<u32> {
    (0..260).collect()
}

fn read(decoder: &Decoder, state: &mut State, tokens: &[u32]) -> u32 {
    decoder.read_spans(&mut [Span { state, tokens }]).unwrap()[0]
}

/// What follows a prompt, read and written by itself.
fn continued(decoder: &Decoder, prompt: &[u32]) -> Vec<u32> {
    let mut state = State::default();
    let mut written = vec![read(decoder, &mut state, prompt)];
    for step in 0..STEPS {
        let last = written[step];
        written.push(read(decoder, &mut state, &[last]));
    }
    written
}

fn reference(mut forward: impl FnMut(&Tensor, usize) -> Result<Tensor>) -> Vec<u32> {
    let mut next = |tokens: &[u32], from| {
        let tokens = Tensor::new(tokens, &Device::Cpu).unwrap().unsqueeze(0).unwrap();
        let logits = forward(&tokens, from).unwrap().flatten_all().unwrap();
        logits.argmax(D::Minus1).unwrap().to_scalar::<u32>().unwrap()
    };
    let mut written = vec![next(&PROMPT, 0)];
    for step in 0..STEPS {
        written.push(next(&[written[step]], PROMPT.len() + step));
    }
    written
}

#[test]
fn qwen2_is_decoded_as_candle_decodes_it() {
    let (_folder, mut reader, content) = tiny_file("qwen2");
    let mut theirs =
        quantized_qwen2::ModelWeights::from_gguf(content, &mut reader, &Device::Cpu).unwrap();
    let expected = reference(|tokens, from| theirs.forward(tokens, from));
    assert_eq!(continued(&tiny_decoder("qwen2", &every_token()), &PROMPT), expected);
}

#[test]
fn qwen3_is_decoded_as_candle_decodes_it() {
    let (_folder, mut reader, mut content) = tiny_file("qwen3");
    content
        .metadata
        .insert("general.dtype".into(), candle_core::quantized::gguf_file::Value::U32(0));
    let mut theirs =
        quantized_qwen3::ModelWeights::from_gguf(content, &mut reader, &Device::Cpu).unwrap();
    let expected = reference(|tokens, from| theirs.forward(tokens, from));
    assert_eq!(continued(&tiny_decoder("qwen3", &every_token()), &PROMPT), expected);
}

#[test]
fn a_shared_opening_changes_nothing() {
    let decoder = tiny_decoder("qwen2", &every_token());
    let mut opening = State::default();
    read(&decoder, &mut opening, &PROMPT[..5]);
    let opening = opening.into_opening();
    for _ in 0..2 {
        let mut state = opening.clone();
        assert_eq!(state.len(), 5);
        let mut written = vec![read(&decoder, &mut state, &PROMPT[5..])];
        for step in 0..STEPS {
            let last = written[step];
            written.push(read(&decoder, &mut state, &[last]));
        }
        assert_eq!(written, continued(&decoder, &PROMPT));
    }
}

#[test]
fn sequences_that_are_read_together_do_not_see_each_other() {
    let decoder = tiny_decoder("qwen2", &every_token());
    let prompts: [&[u32]; 3] = [&PROMPT, &PROMPT[2..4], &PROMPT[3..]];
    let mut states = [State::default(), State::default(), State::default()];
    let mut next: Vec<Vec<u32>> = prompts.iter().map(|prompt| prompt.to_vec()).collect();
    let mut written = vec![Vec::new(); 3];
    for _ in 0..=STEPS {
        let spans = states.iter_mut().zip(&next).map(|(state, tokens)| Span { state, tokens });
        let tokens = decoder.read_spans(&mut spans.collect::<Vec<_>>()).unwrap();
        for (index, token) in tokens.into_iter().enumerate() {
            written[index].push(token);
            next[index] = vec![token];
        }
    }
    for (prompt, written) in prompts.iter().zip(&written) {
        assert_eq!(*written, continued(&decoder, prompt));
    }
}

#[test]
fn only_the_tokens_that_may_be_written_are() {
    let all = continued(&tiny_decoder("qwen2", &every_token()), &PROMPT);
    let few: Vec<u32> = every_token().into_iter().filter(|token| *token != all[0]).collect();
    let first = continued(&tiny_decoder("qwen2", &few), &PROMPT)[0];
    assert_ne!(few[first as usize], all[0]);
}
