//! Finds a source that holds the same article twice: pasted twice, or a page that prints its text
//! for the eye and again for the printer. Told as two events, it would be a wrong brief.

use std::collections::HashMap;

use super::lines::Line;

/// Shortest line, in bytes, that is taken for the same only because it reads the same.
const TELLING: usize = 120;

/// Where the second copy begins, if all telling lines from some line on stand before it in the
/// same order; the line that opened the first copy opens the second.
pub(super) fn second_copy(lines: &[Line<'_>]) -> Option<usize> {
    let telling = |line: &Line<'_>| line.text.len() >= TELLING;
    let mut first = HashMap::new();
    for (i, line) in lines.iter().enumerate().filter(|(_, line)| telling(line)) {
        let seen = *first.entry(line.text.as_ref()).or_insert(i);
        if seen < i {
            return copies(lines, seen, i).then(|| opening(lines, seen, i));
        }
    }
    None
}

/// Whether the telling lines from `second` on are those from `first` on.
fn copies(lines: &[Line<'_>], first: usize, second: usize) -> bool {
    let telling = |line: &&Line<'_>| line.text.len() >= TELLING;
    let mut originals = lines[first..second].iter().filter(telling).peekable();
    let mut again = lines[second..].iter().filter(telling);
    let lone = originals.clone().count() == 1 && lines[..first].iter().filter(telling).count() > 0;
    // A paragraph that stands twice within a story is a quotation pulled out, not a copy.
    !lone && again.all(|line| originals.next().is_some_and(|original| original.text == line.text))
}

/// Goes back from the second copy's first telling line over the lines that also open the first.
fn opening(lines: &[Line<'_>], first: usize, second: usize) -> usize {
    let back = (1..=first)
        .take_while(|&n| second > first + n && lines[first - n].text == lines[second - n].text)
        .count();
    second - back
}
