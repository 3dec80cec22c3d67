//! Any bytes under any content type: the whole way from a body to a reading.

#![no_main]

use libfuzzer_sys::fuzz_target;
use mujaz_fuzz::{TYPES, read};

fuzz_target!(|data: &[u8]| {
    let Some((&first, rest)) = data.split_first() else { return };
    let chosen = usize::from(first) % (TYPES.len() + 1);
    match TYPES.get(chosen) {
        Some(&"") => drop(read(rest, None)),
        Some(content_type) => drop(read(rest, Some(content_type))),
        // A content type out of the input itself.
        None => {
            let (label, body) = rest.split_at(rest.iter().position(|&b| b == b'\n').unwrap_or(0));
            drop(read(body, std::str::from_utf8(label).ok()));
        }
    }
});
