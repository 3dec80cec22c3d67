//! Templates and values in, prompts out.

use serde::{Deserialize, Serialize};

/// Who speaks in a turn of a conversation with a language model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// The instructions.
    System,
    /// What is asked.
    User,
    /// What the model answered, or is shown to have answered.
    Assistant,
}

/// One turn of a conversation with a language model.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// Who speaks.
    pub role: Role,
    /// What is said.
    pub content: String,
}
