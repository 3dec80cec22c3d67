//! Arabic terms with their one English rendering.

use serde::{Deserialize, Serialize};

/// An Arabic term as it stands in a text, with its English.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Term {
    /// The Arabic, in the glossary's spelling.
    pub arabic: String,
    /// The English that must be used.
    pub english: String,
}

/// Stub.
#[derive(Debug)]
pub struct Glossary;
