//! What an export says of who wrote it.
//!
//! A machine writes every brief, and every export says so in words and, where its format has a
//! place for it, for machines. Only a review by a person takes "draft" away, never the fact that a
//! machine wrote it.

use crate::brief::Provenance;

/// How a brief is labelled.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Label {
    /// No person has approved it.
    #[default]
    Draft,
    /// A person has approved it.
    Approved {
        /// Who, as readers may know them.
        by: String,
    },
}

impl Label {
    /// Whether it is still a draft.
    #[must_use]
    pub fn is_draft(&self) -> bool {
        *self == Self::Draft
    }

    /// One sentence: who wrote the brief and whether a person has approved it.
    #[must_use]
    pub fn sentence(&self, provenance: &Provenance) -> String {
        let engines = engines(provenance);
        match self {
            Self::Draft => format!("Machine draft by {engines}; not reviewed by a person."),
            Self::Approved { by } => {
                format!("Machine text by {engines}; reviewed and approved by {by}.")
            }
        }
    }

    /// The name that stands where a writer's would.
    #[must_use]
    pub fn byline(&self) -> String {
        match self {
            Self::Draft => "mujaz (machine draft)".to_owned(),
            Self::Approved { by } => format!("mujaz (approved by {by})"),
        }
    }
}

/// The engines that wrote a brief, each once, with its model.
#[must_use]
pub fn engines(provenance: &Provenance) -> String {
    let mut engines: Vec<String> = Vec::new();
    for used in &provenance.engines {
        let name = match &used.model {
            Some(model) => format!("{} ({model})", used.provider),
            None => used.provider.clone(),
        };
        if !engines.contains(&name) {
            engines.push(name);
        }
    }
    if engines.is_empty() { "mujaz".to_owned() } else { engines.join(", ") }
}
