//! The newsroom's own files: glossaries laid over the built-in one, prompts in its place.

use std::{collections::BTreeMap, path::PathBuf};

use crate::{
    glossary::{self, GlossaryError},
    prompt::{self, PromptError},
};

/// Why a file that the configuration names cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum FilesError {
    /// It cannot be read.
    #[error("cannot read {}: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },
    /// It is no glossary.
    #[error("{0}")]
    Glossary(#[from] GlossaryError),
    /// It is no prompt.
    #[error("{0}")]
    Prompt(#[from] PromptError),
}

/// The built-in glossary with the configured files laid over it, later ones on top.
///
/// # Errors
/// Where a file cannot be read or has a wrong line, which is named.
pub fn glossary(config: &super::Glossary) -> Result<glossary::Glossary, FilesError> {
    let mut whole = glossary::Glossary::builtin()?;
    for path in &config.files {
        let text = read(path)?;
        let own = glossary::Glossary::from_file(&path.display().to_string(), &text)?;
        whole = whole.with_overlay(&own)?;
    }
    Ok(whole)
}

/// The built-in prompts, each replaced by the file of its name where the folder has one.
///
/// # Errors
/// Where a file cannot be read or is no template.
pub fn prompts(config: &super::Prompts) -> Result<prompt::Prompts, FilesError> {
    let Some(folder) = &config.folder else { return Ok(prompt::Prompts::builtin()) };
    let mut own = BTreeMap::new();
    for name in prompt::Prompts::names() {
        let path = folder.join(name);
        if path.exists() {
            own.insert(name.to_owned(), read(&path)?);
        }
    }
    Ok(prompt::Prompts::with_overrides(&own)?)
}

fn read(path: &PathBuf) -> Result<String, FilesError> {
    let unreadable = |source| FilesError::Unreadable { path: path.clone(), source };
    std::fs::read_to_string(path).map_err(unreadable)
}
