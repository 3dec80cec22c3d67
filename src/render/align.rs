//! English beside Arabic: which passages stand next to which paragraphs.
//!
//! A row holds the passages that share paragraphs, and those paragraphs. Rows keep both orders:
//! passages stay in the brief's, every paragraph of the section stands exactly once in the
//! article's. Where the two orders cross, the rows between are one. Paragraphs that no passage
//! rests on get a row of their own, so that what the brief leaves out is seen.

use std::ops::Range;

/// Passages and the paragraphs beside them, as indexes within one section.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Row {
    /// The passages; empty where the brief says nothing of the paragraphs.
    pub(super) passages: Range<usize>,
    /// The paragraphs; empty where a passage rests on none of this section.
    pub(super) paragraphs: Range<usize>,
}

/// Rows of a section with `paragraphs` paragraphs, whose passages rest on those named.
pub(super) fn rows(passages: &[Vec<usize>], paragraphs: usize) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    let mut next = 0;
    for (at, sources) in passages.iter().enumerate() {
        let own = sources.iter().copied().filter(|source| *source < paragraphs);
        let (Some(first), Some(last)) = (own.clone().min(), own.max()) else {
            rows.push(Row { passages: at..at + 1, paragraphs: next..next });
            continue;
        };
        if first > next {
            rows.push(Row { passages: at..at, paragraphs: next..first });
            next = first;
        }
        let mut row = Row { passages: at..at + 1, paragraphs: first..next.max(last + 1) };
        while let Some(before) = rows.pop_if(|before| before.paragraphs.end > row.paragraphs.start)
        {
            row.passages.start = before.passages.start;
            row.paragraphs.start = row.paragraphs.start.min(before.paragraphs.start);
        }
        next = row.paragraphs.end;
        rows.push(row);
    }
    if next < paragraphs {
        let at = passages.len();
        rows.push(Row { passages: at..at, paragraphs: next..paragraphs });
    }
    rows
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shown(passages: &[&[usize]], paragraphs: usize) -> String {
        let passages: Vec<Vec<usize>> = passages.iter().map(|one| one.to_vec()).collect();
        let rows = rows(&passages, paragraphs).into_iter();
        rows.map(|row| format!("{:?}|{:?}", row.passages, row.paragraphs))
            .collect::<Vec<_>>()
            .join(" ")
    }

    #[test]
    fn a_translated_paragraph_stands_beside_its_own() {
        assert_eq!(shown(&[&[0], &[1]], 2), "0..1|0..1 1..2|1..2");
    }

    #[test]
    fn passages_of_one_paragraph_share_a_row() {
        assert_eq!(shown(&[&[0], &[0, 1], &[2]], 3), "0..2|0..2 2..3|2..3");
    }

    #[test]
    fn what_the_brief_leaves_out_has_a_row_of_its_own() {
        assert_eq!(shown(&[&[1]], 4), "0..0|0..1 0..1|1..2 1..1|2..4");
        assert_eq!(shown(&[], 2), "0..0|0..2");
    }

    #[test]
    fn a_passage_that_rests_on_nothing_here_stands_alone() {
        assert_eq!(shown(&[&[0], &[], &[9], &[1]], 2), "0..1|0..1 1..2|1..1 2..3|1..1 3..4|1..2");
    }

    #[test]
    fn passages_against_the_order_of_the_article_share_a_row() {
        assert_eq!(shown(&[&[2], &[0]], 3), "0..2|0..3");
    }

    proptest! {
        #[test]
        fn nothing_is_lost_repeated_or_reordered(
            passages in prop::collection::vec(prop::collection::vec(0_usize..12, 0..4), 0..9),
            paragraphs in 0_usize..10,
        ) {
            let rows = rows(&passages, paragraphs);
            let all = |ranges: Vec<Range<usize>>| ranges.into_iter().flatten().collect::<Vec<_>>();
            let shown = all(rows.iter().map(|row| row.passages.clone()).collect());
            prop_assert_eq!(shown, (0..passages.len()).collect::<Vec<_>>());
            let shown = all(rows.iter().map(|row| row.paragraphs.clone()).collect());
            prop_assert_eq!(shown, (0..paragraphs).collect::<Vec<_>>());
            for row in &rows {
                for source in row.passages.clone().flat_map(|at| &passages[at]) {
                    prop_assert!(*source >= paragraphs || row.paragraphs.contains(source));
                }
            }
        }
    }
}
