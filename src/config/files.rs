//! The newsroom's own files: glossaries laid over the built-in one, prompts in its place.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

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
    /// A desk's own prompt is none.
    #[error("desk {desk}: {source}")]
    Desk {
        /// The desk, which is the name of its folder.
        desk: String,
        /// What is wrong.
        source: PromptError,
    },
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
        whole = whole.with_overlay(&own);
    }
    Ok(whole)
}

/// Every file that [`glossary()`] and [`prompts()`] read or would read, were it there.
#[must_use]
pub fn named(config: &super::Config) -> BTreeSet<PathBuf> {
    let mut named: BTreeSet<PathBuf> = config.glossary.files.iter().cloned().collect();
    if let Some(folder) = &config.prompts.folder {
        let desks = folders(folder).unwrap_or_default();
        let all = desks.iter().map(|desk| folder.join(desk)).chain([folder.clone()]);
        for folder in all {
            named.extend(prompt::Prompts::names().map(|name| folder.join(name)));
        }
    }
    named
}

/// The built-in prompts, each replaced by the file of its name where the folder has one. A folder
/// in that folder holds a desk's own, which are laid over everybody's.
///
/// # Errors
/// Where a file cannot be read or is no template.
pub fn prompts(config: &super::Prompts) -> Result<prompt::Prompts, FilesError> {
    let Some(folder) = &config.folder else { return Ok(prompt::Prompts::builtin()) };
    let house = templates(folder)?;
    let mut desks = BTreeMap::new();
    for desk in folders(folder)? {
        let own = templates(&folder.join(&desk))?;
        if own.is_empty() {
            continue;
        }
        let laid: BTreeMap<_, _> = house.clone().into_iter().chain(own).collect();
        let prompts = prompt::Prompts::with_overrides(&laid);
        let prompts = prompts.map_err(|source| FilesError::Desk { desk: desk.clone(), source })?;
        desks.insert(desk, prompts);
    }
    Ok(prompt::Prompts::with_overrides(&house)?.with_desks(desks))
}

/// The templates that lie in a folder, by their file names.
fn templates(folder: &Path) -> Result<BTreeMap<String, String>, FilesError> {
    let mut own = BTreeMap::new();
    for name in prompt::Prompts::names() {
        let path = folder.join(name);
        if path.exists() {
            own.insert(name.to_owned(), read(&path)?);
        }
    }
    Ok(own)
}

/// The names of the folders in a folder; nothing where it is not there.
fn folders(folder: &Path) -> Result<Vec<String>, FilesError> {
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let unreadable = |source| FilesError::Unreadable { path: folder.to_owned(), source };
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        // Hidden ones belong to whoever put the files there: `..data` of a mounted volume, `.git`.
        let name = entry.file_name().into_string().unwrap_or_default();
        if entry.path().is_dir() && !name.is_empty() && !name.starts_with('.') {
            names.push(name);
        }
    }
    Ok(names)
}

fn read(path: &PathBuf) -> Result<String, FilesError> {
    let unreadable = |source| FilesError::Unreadable { path: path.clone(), source };
    std::fs::read_to_string(path).map_err(unreadable)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(files: &[(&str, &str)]) -> (tempfile::TempDir, crate::config::Prompts) {
        let folder = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = folder.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        let config = crate::config::Prompts { folder: Some(folder.path().to_owned()) };
        (folder, config)
    }

    #[test]
    fn a_desks_folder_is_laid_over_the_newsrooms() {
        let (_folder, config) =
            written(&[("style.md", "House."), ("sport/style.md", "Sport."), ("notes/a.txt", "-")]);
        let prompts = prompts(&config).unwrap();
        let hashes = ["sport", "notes"].map(|desk| prompts.of(Some(desk)).hash().to_owned());
        assert_ne!(hashes[0], hashes[1]);
        assert_eq!(hashes[1], prompts.hash(), "a folder without prompts is no desk's");
    }

    #[test]
    fn a_wrong_prompt_of_a_desk_is_named_with_its_desk() {
        let (_folder, config) = written(&[("sport/headline.md", "{{ broken")]);
        let error = prompts(&config).unwrap_err().to_string();
        assert!(error.starts_with("desk sport: "), "{error}");
    }
}
