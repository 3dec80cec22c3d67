//! How a conversation is written for each architecture.
//!
//! The formats are those of the models' own templates. Article text holds none of their marks:
//! prompts are built of neutralised text (see `prompt::neutralize`).

use crate::prompt::{Message, Role};

/// The marks around turns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Chat {
    /// `<|im_start|>role … <|im_end|>`: Qwen 2 and 2.5.
    Qwen2,
    /// The same, with an empty thought before the answer so that Qwen 3 does not think aloud.
    Qwen3,
    /// `<start_of_turn>role … <end_of_turn>`: Gemma, which has no system role; the instructions
    /// stand at the head of the first user turn.
    Gemma,
}

/// A conversation as text, cut where the fixed part ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Written {
    /// All turns but the last, and the head of the last.
    pub(crate) fixed: String,
    /// What is asked, and the head of the answer.
    pub(crate) asked: String,
}

impl Chat {
    /// The conversation with the head of the answer that is to come.
    pub(crate) fn write(self, messages: &[Message]) -> Written {
        let mut fixed = String::from(if self == Self::Gemma { "<bos>" } else { "" });
        let mut instructions = String::new();
        let Some((last, before)) = messages.split_last() else {
            return Written { fixed, asked: String::new() };
        };
        for message in before {
            if message.role == Role::System && self == Self::Gemma {
                instructions = format!("{}\n\n", message.content);
                continue;
            }
            fixed.push_str(&self.head(message.role));
            fixed.push_str(&std::mem::take(&mut instructions));
            fixed.push_str(&message.content);
            fixed.push_str(self.tail());
        }
        fixed.push_str(&self.head(last.role));
        fixed.push_str(&instructions);
        let thought = if self == Self::Qwen3 { "<think>\n\n</think>\n\n" } else { "" };
        let answer = self.head(Role::Assistant);
        let asked = format!("{}{}{answer}{thought}", last.content, self.tail());
        Written { fixed, asked }
    }

    fn head(self, role: Role) -> String {
        let (mark, name) = match (self, role) {
            (Self::Gemma, Role::Assistant) => ("<start_of_turn>", "model"),
            (Self::Gemma, _) => ("<start_of_turn>", "user"),
            (_, Role::System) => ("<|im_start|>", "system"),
            (_, Role::User) => ("<|im_start|>", "user"),
            (_, Role::Assistant) => ("<|im_start|>", "assistant"),
        };
        format!("{mark}{name}\n")
    }

    fn tail(self) -> &'static str {
        if self == Self::Gemma { "<end_of_turn>\n" } else { "<|im_end|>\n" }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn conversation() -> Vec<Message> {
        let turn = |role, content: &str| Message { role, content: content.into() };
        vec![
            turn(Role::System, "rules"),
            turn(Role::User, "one"),
            turn(Role::Assistant, "two"),
            turn(Role::User, "three"),
        ]
    }

    #[test]
    fn chatml_marks_every_turn() {
        let Written { fixed, asked } = Chat::Qwen2.write(&conversation());
        let expected = "<|im_start|>system\nrules<|im_end|>\n<|im_start|>user\none<|im_end|>\n\
                        <|im_start|>assistant\ntwo<|im_end|>\n<|im_start|>user\n";
        assert_eq!(fixed, expected);
        assert_eq!(asked, "three<|im_end|>\n<|im_start|>assistant\n");
    }

    #[test]
    fn a_model_that_thinks_aloud_is_given_an_empty_thought() {
        let asked = Chat::Qwen3.write(&conversation()).asked;
        assert!(asked.ends_with("assistant\n<think>\n\n</think>\n\n"), "{asked}");
    }

    #[test]
    fn gemma_reads_the_instructions_in_the_first_user_turn() {
        let Written { fixed, asked } = Chat::Gemma.write(&conversation());
        let expected = "<bos><start_of_turn>user\nrules\n\none<end_of_turn>\n\
                        <start_of_turn>model\ntwo<end_of_turn>\n<start_of_turn>user\n";
        assert_eq!(fixed, expected);
        assert_eq!(asked, "three<end_of_turn>\n<start_of_turn>model\n");
    }
}
