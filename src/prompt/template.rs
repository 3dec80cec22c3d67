//! One template file: turns of a conversation, each a minijinja template of its own.
//!
//! A line `=== system`, `=== user` or `=== assistant` opens a turn; what stands before the first
//! is a note to the reader. The file is cut into turns before any value is filled in, so no value
//! can open a turn.

use minijinja::{Environment, UndefinedBehavior, Value};

use super::{Message, Role};

/// A text that is no template for its task.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PromptError {
    /// The file name belongs to no task.
    #[error("`{name}` is no prompt; there are {known}")]
    Unknown {
        /// The name as given.
        name: String,
        /// The names that exist, joined by commas.
        known: String,
    },
    /// A line that looks like the head of a turn names no role.
    #[error(
        "prompt `{name}`, line {line}: a turn opens with `=== system`, `=== user` or `=== assistant`"
    )]
    Turn {
        /// File name.
        name: String,
        /// Line in the file, from 1.
        line: usize,
    },
    /// The last turn does not ask for anything.
    #[error("prompt `{name}`: the last turn must be `=== user`")]
    NothingAsked {
        /// File name.
        name: String,
    },
    /// The template engine refuses the text, or it uses a value that the task has not.
    #[error("prompt `{name}`, line {line}: {detail}")]
    Invalid {
        /// File name.
        name: String,
        /// Line in the file, from 1.
        line: usize,
        /// What is wrong.
        detail: String,
    },
}

/// A parsed template file.
#[derive(Clone, Debug)]
pub(crate) struct Template {
    name: &'static str,
    turns: Vec<Turn>,
}

#[derive(Clone, Debug)]
struct Turn {
    role: Role,
    /// The line of the file on which the source starts, from 1.
    line: usize,
    source: String,
}

impl Template {
    /// Cuts the text of a file into turns.
    pub(crate) fn parse(name: &'static str, text: &str) -> Result<Self, PromptError> {
        let mut turns: Vec<Turn> = Vec::new();
        for (index, line) in text.lines().enumerate() {
            if let Some(head) = line.strip_prefix("===") {
                let line = index + 1;
                let role = role(head.trim())
                    .ok_or_else(|| PromptError::Turn { name: name.to_owned(), line })?;
                turns.push(Turn { role, line: line + 1, source: String::new() });
            } else if let Some(turn) = turns.last_mut() {
                turn.source.push_str(line);
                turn.source.push('\n');
            }
        }
        if turns.last().is_none_or(|turn| turn.role != Role::User) {
            return Err(PromptError::NothingAsked { name: name.to_owned() });
        }
        Ok(Self { name, turns })
    }

    /// The template itself, once it has been filled with sample values without a fault.
    pub(crate) fn tried(self, sample: &Value) -> Result<Self, PromptError> {
        for turn in &self.turns {
            turn.fill(sample).map_err(|error| PromptError::Invalid {
                name: self.name.to_owned(),
                line: turn.line + error.line().unwrap_or(1) - 1,
                detail: error.detail().map_or_else(|| error.kind().to_string(), str::to_owned),
            })?;
        }
        Ok(self)
    }

    /// The conversation with these values. A turn that cannot be filled is left empty; that
    /// cannot happen to a template that was [`tried`](Self::tried) with values of the same names.
    pub(crate) fn render(&self, values: &Value) -> Vec<Message> {
        let message = |turn: &Turn| Message {
            role: turn.role,
            content: turn.fill(values).unwrap_or_default().trim().to_owned(),
        };
        self.turns.iter().map(message).collect()
    }
}

impl Turn {
    fn fill(&self, values: &Value) -> Result<String, minijinja::Error> {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.render_str(&self.source, values.clone())
    }
}

fn role(name: &str) -> Option<Role> {
    match name {
        "system" => Some(Role::System),
        "user" => Some(Role::User),
        "assistant" => Some(Role::Assistant),
        _ => None,
    }
}
