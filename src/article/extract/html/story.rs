//! Where the story stands on a page full of links.
//!
//! dom_smoothie names the blocks that it takes for the story; it errs on both sides, keeping lists
//! of other stories and losing short lines. Its prose is therefore taken as anchors only: the
//! longest run of anchors with few links between is the story, and what stands within the run
//! stays, links apart. The headline is looked for before it.

use std::collections::HashSet;

use dom_smoothie::{Config, Readability, TextMode};

use super::flow::{self, Page, Shown};
use crate::article::{Block, Form, Reason};

/// Most start tags of a page that is handed on to dom_smoothie.
const MOST_TAGS: usize = 60_000;
/// Shortest block that anchors the story, in letters.
const ANCHOR: usize = 60;
/// Longest scrap of a page (a tag, a button, a date), in letters.
const SCRAP: usize = 12;
/// Most links and scraps between two anchors of one story.
const MOST_BETWEEN_ANCHORS: usize = 4;
/// Most blocks between headline and story: kicker, date, byline, share buttons.
const MOST_BETWEEN: usize = 30;

/// What the blocks of the story say, by dom_smoothie; `None` where it finds no story.
pub(super) fn told(html: &str, page: &Page) -> Option<HashSet<String>> {
    if page.tags > MOST_TAGS {
        return None;
    }
    let config = Config {
        text_mode: TextMode::Formatted,
        disable_json_ld: true,
        max_elements_to_parse: 2 * MOST_TAGS,
        ..Config::default()
    };
    let slim = flow::slim(html);
    let article = Readability::new(slim, None, Some(config)).ok()?.parse().ok()?;
    let said = flow::read(&article.content);
    let told: HashSet<String> = said.shown.iter().map(|shown| key(&shown.block.text)).collect();
    (!told.is_empty()).then_some(told)
}

/// The blocks of the story with the headline before it; `named` is what the page calls itself.
pub(super) fn cut(shown: Vec<Shown>, told: &HashSet<String>, named: Option<&str>) -> Vec<Block> {
    let Some((first, last)) = run(&shown, told) else {
        return shown.into_iter().map(super::whole).collect();
    };
    let headline = headline(&shown[..first], named);
    let start = headline.unwrap_or(first);
    let last = last + tail(&shown[last + 1..], told);
    let mut blocks = Vec::with_capacity(last + 1 - start);
    for (index, shown) in shown.into_iter().enumerate().take(last + 1).skip(start) {
        let links = is_links(&shown);
        let form = match shown.block.form {
            _ if Some(index) == headline => Form::Title,
            form @ Form::Furniture(_) => form,
            _ if links && index < first => Form::Furniture(Reason::Navigation),
            _ if links => Form::Furniture(Reason::RelatedLinks),
            _ if shown.chrome => Form::Furniture(Reason::Navigation),
            form => form,
        };
        blocks.push(Block { form, ..shown.block });
    }
    blocks
}

/// Anchors with little between them.
struct Run {
    letters: usize,
    first: usize,
    last: usize,
}

/// The longest run of anchors and the long ones beside it: its first and last block.
fn run(shown: &[Shown], told: &HashSet<String>) -> Option<(usize, usize)> {
    let mut runs: Vec<Run> = Vec::new();
    let mut between = 0;
    for (index, block) in shown.iter().enumerate() {
        let letters = letters(&block.block.text);
        let links = is_links(block);
        if letters < ANCHOR || links || !told.contains(&key(&block.block.text)) {
            between += usize::from(links || letters < SCRAP && block.block.form != Form::ListItem);
            continue;
        }
        match runs.last_mut().filter(|_| between <= MOST_BETWEEN_ANCHORS) {
            Some(run) => (run.letters, run.last) = (run.letters + letters, index),
            None => runs.push(Run { letters, first: index, last: index }),
        }
        between = 0;
    }
    let longest = (0..runs.len()).max_by_key(|&at| runs[at].letters)?;
    let long = |run: &&Run| run.letters * 4 >= runs[longest].letters;
    let before = runs[..longest].iter().rev().take_while(long).last();
    let after = runs[longest + 1..].iter().take_while(long).last();
    let longest = &runs[longest];
    Some((before.unwrap_or(longest).first, after.unwrap_or(longest).last))
}

/// How many blocks after the last anchor still belong to the story.
fn tail(after: &[Shown], told: &HashSet<String>) -> usize {
    after
        .iter()
        .take_while(|shown| {
            let words = shown.block.text.split_whitespace().count();
            words > 4 && !is_links(shown) && !shown.chrome && told.contains(&key(&shown.block.text))
        })
        .count()
}

/// The headline before the story: the heading that the page is called by, else the first of its
/// level, else the heading next to the story. A heading of one or two words is a site's name.
fn headline(before: &[Shown], named: Option<&str>) -> Option<usize> {
    let from = before.len().saturating_sub(MOST_BETWEEN);
    let is_head = |shown: &Shown| matches!(shown.block.form, Form::Title | Form::Heading(_));
    let named = named.map(key).unwrap_or_default();
    let called = before.iter().rposition(|shown| {
        let key = key(&shown.block.text);
        is_head(shown) && key.chars().count() > 8 && (named.contains(&key) || key == named)
    });
    let long = |shown: &Shown| shown.block.text.split_whitespace().count() > 2;
    let near = |wanted: &dyn Fn(&Shown) -> bool| {
        before[from..].iter().rposition(|shown| wanted(shown) && long(shown)).map(|at| at + from)
    };
    called.or_else(|| near(&|shown| shown.block.form == Form::Title)).or_else(|| near(&is_head))
}

fn is_links(shown: &Shown) -> bool {
    shown.linked * 2 >= letters(&shown.block.text)
}

/// Characters that are no white space.
pub(super) fn letters(text: &str) -> usize {
    text.chars().filter(|c| !c.is_whitespace()).count()
}

/// The letters and digits of a text, to know it again.
pub(super) fn key(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).collect()
}
