//! A newsroom's terms out of a spreadsheet: `ar,en` or `ar,en,kind`, one term a line.
//!
//! A first line `ar,en` or `ar,en,kind` is a heading. A term without a kind is a house term, which
//! is always sent and asked for. Spellings of one term may share a cell, separated by `|`.

use super::{
    Entry, GlossaryError, Kind,
    file::{Lined, entry, error, once, unknown},
};

/// The entries of a CSV file, in the order of its lines.
pub(super) fn entries(file: &str, text: &str) -> Result<Vec<Entry>, GlossaryError> {
    let text = text.trim_start_matches('\u{FEFF}');
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .trim(csv::Trim::All)
        .comment(Some(b'#'))
        .from_reader(text.as_bytes());
    let mut found: Vec<Lined> = Vec::new();
    for (index, record) in reader.records().enumerate() {
        let record = record.map_err(|wrong| {
            let line = line_of(text, wrong.position());
            error(file, line, format!("{wrong}; save the table as CSV in UTF-8"))
        })?;
        let line = line_of(text, record.position());
        let cells: Vec<&str> = record.iter().collect();
        if index == 0 && cells.first().is_some_and(|cell| cell.eq_ignore_ascii_case("ar")) {
            continue;
        }
        found.push((line, term(&cells).map_err(|message| error(file, line, message))?));
    }
    once(file, found)
}

fn term(cells: &[&str]) -> Result<Entry, String> {
    let (arabic, english, kind) = match cells {
        [arabic, english] | [arabic, english, ""] => (arabic, english, Kind::House),
        [arabic, english, kind] => {
            (arabic, english, Kind::of_name(kind).ok_or_else(|| unknown(kind))?)
        }
        _ => {
            let shape = "a line is `ar,en` or `ar,en,kind`";
            let cells = cells.len();
            return Err(format!(
                "{shape}, this one has {cells} cells; put text with a comma in \"quotation marks\""
            ));
        }
    };
    if !arabic.chars().any(|c| ('\u{600}'..='\u{6FF}').contains(&c)) {
        return Err("the first cell has no Arabic; the Arabic stands left of the English".into());
    }
    entry(kind, arabic, english)
}

/// The line, from 1, of a record, which starts after the empty lines before it.
fn line_of(text: &str, at: Option<&csv::Position>) -> usize {
    let at = at.and_then(|at| usize::try_from(at.byte()).ok()).unwrap_or_default();
    let rest = text.get(at..).unwrap_or_default();
    let start = at + rest.len() - rest.trim_start_matches(['\r', '\n']).len();
    memchr::memchr_iter(b'\n', &text.as_bytes()[..start.min(text.len())]).count() + 1
}
