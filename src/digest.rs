//! Hashes and other bytes as people and files write them.

/// Bytes as lower-case hexadecimal.
#[must_use]
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The 32 bytes of a SHA-256 in hexadecimal, either case; `None` where the text is none.
#[must_use]
pub(crate) fn of_hex(text: &str) -> Option<[u8; 32]> {
    bytes_of_hex(text)?.try_into().ok()
}

/// Bytes in hexadecimal, either case; `None` where the text is none.
#[must_use]
pub(crate) fn bytes_of_hex(text: &str) -> Option<Vec<u8>> {
    if !text.len().is_multiple_of(2) || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let byte = |digits| u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok();
    text.as_bytes().chunks(2).map(byte).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_as_hex_is_read_back_and_nothing_else() {
        let bytes: [u8; 32] = std::array::from_fn(|n| (n * 8 + 1) as u8);
        assert_eq!(of_hex(&hex(&bytes)), Some(bytes));
        assert_eq!(of_hex(&hex(&bytes).to_uppercase()), Some(bytes));
        for wrong in [String::new(), hex(&bytes[1..]), "+f".repeat(32), "é".repeat(32)] {
            assert_eq!(of_hex(&wrong), None, "{wrong}");
        }
        assert_eq!(bytes_of_hex("00ffA1"), Some(vec![0, 255, 161]));
        for wrong in ["0", "zz", "+1", "0 ", "é"] {
            assert_eq!(bytes_of_hex(wrong), None, "{wrong}");
        }
    }
}
