//! How good a provider's English is, in figures that can be compared.
//!
//! `set` reads documents with a person's English beside their Arabic and makes articles of them,
//! `chrf` compares English with that of a person, `numbers` says whose numbers are wrong and whether
//! the checks saw it, `report` adds up and prints. `rouge` compares the sentences that the
//! summarizer chose with those that people chose.
//!
//! Pure: the same set and the same English give the same figures. Asking providers is the
//! pipeline's, files and the clock are the command's. No text of a set is part of a report.

pub mod chrf;
pub mod numbers;
pub mod report;
pub mod rouge;
pub mod set;
