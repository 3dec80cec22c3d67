//! Bytes to text under every charset label; the text must be one that the rest can read.

#![no_main]

use libfuzzer_sys::fuzz_target;
use mujaz_fuzz::{TYPES, article::decode::decode};

fuzz_target!(|data: &[u8]| {
    let Some((&first, rest)) = data.split_first() else { return };
    let label = TYPES.get(usize::from(first) % (TYPES.len() + 1)).copied();
    let decoded = decode(rest, label);
    assert!(!decoded.text.starts_with('\u{FEFF}') || rest.len() > 3);
    assert!(decoded.text.len() <= rest.len() * 3 + 3, "text grows by bounds");
});
