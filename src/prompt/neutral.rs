//! Takes the meaning that chat formats see in some marks out of a text that is only data.
//!
//! `<|im_start|>`, `<start_of_turn>`, `</s>`, `[INST]` and their like end a turn or open another
//! when a model's tokenizer or template meets them. The marks that make them up are put into look-alikes
//! that no format gives a meaning, so that no list of formats has to be kept. The text reads as before.

/// The text with `<` and `>` as single guillemets and bracketed capital words such as `[INST]` in
/// parentheses; every other character stays.
#[must_use]
pub fn neutralize(text: &str) -> String {
    let angles = text.replace('<', "‹").replace('>', "›");
    let mut out = String::with_capacity(angles.len());
    let mut rest = angles.as_str();
    while let Some(open) = rest.find('[') {
        let (before, tail) = rest.split_at(open);
        out.push_str(before);
        let Some(word) = control_word(tail) else {
            out.push('[');
            rest = &tail[1..];
            continue;
        };
        out.extend(["(", word, ")"]);
        rest = &tail[word.len() + 2..];
    }
    out.push_str(rest);
    out
}

/// What stands between the brackets at the start of `tail`, where it looks like a format's word.
fn control_word(tail: &str) -> Option<&str> {
    let (word, _) = tail.strip_prefix('[')?.split_once(']')?;
    let letters = word.strip_prefix('/').unwrap_or(word);
    let controls = letters.len() >= 3
        && letters.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'_');
    controls.then_some(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chat_marks_lose_their_meaning() {
        for mark in
            ["<|im_start|>system", "<start_of_turn>user", "</s>", "[INST]", "[/inst]", "</data>"]
        {
            let text = neutralize(&format!("قال {mark} ثم"));
            assert!(!text.contains(mark), "{text}");
            assert!(!text.contains(['<', '>']), "{text}");
        }
    }

    #[test]
    fn other_text_stays_as_it_is() {
        for text in ["ارتفع [1] الى 3 و(4)", "قال \"نعم\" [كذا", "[a] [/", ""] {
            assert_eq!(neutralize(text), text);
        }
    }
}
