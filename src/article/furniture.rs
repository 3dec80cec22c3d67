//! Lines that surround a story and are not it: comment forms, share rows, links, notices.
//!
//! A line is furniture when the whole of it is: the same words inside running text stay, and so
//! does a subhead that only begins like one (`إعلان طهران`). Every rule gives its reason, which
//! is reported with the line. The words are those of Arabic news sites and their content systems.

use std::sync::LazyLock;

use super::{
    Reason,
    fold::{self, Known, in_list},
    gazetteer,
    lines::{Ending, Line},
    markers::Lead,
    normalize::is_arabic_letter,
    timestamp::is_timestamp,
};

/// Most lines after a heading of links that are taken for its links.
const MOST_LINKS: usize = 12;
/// Bytes of a long paragraph that are compared with the beginnings of a page's rules.
const RULES_HEAD: usize = 120;

/// The lists of `data/furniture.txt`, folded.
#[derive(Default)]
struct Lists {
    /// Whole lines.
    whole: Known<Reason>,
    /// Length of the longest of them, in bytes.
    longest: usize,
    /// Beginnings, by their first word.
    begins: Known<Vec<(String, Reason)>>,
    /// Words before links, by their first word.
    links: Known<Vec<String>>,
}

static LISTS: LazyLock<Lists> = LazyLock::new(|| lists(include_str!("data/furniture.txt")));

fn lists(text: &str) -> Lists {
    let mut lists = Lists::default();
    let mut section = ("", Reason::Navigation);
    for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        if let Some(name) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            let (kind, name) = name.split_once(' ').unwrap_or((name, ""));
            section = (kind, reason(name));
            continue;
        }
        let key = fold::key(line);
        let first = fold::first(&key).to_owned();
        match section {
            ("whole", reason) => {
                lists.longest = lists.longest.max(key.len());
                lists.whole.insert(key, reason);
            }
            ("begins", reason) => lists.begins.entry(first).or_default().push((key, reason)),
            _ => lists.links.entry(first).or_default().push(key),
        }
    }
    lists
}

/// The reason that a section of the lists names.
fn reason(name: &str) -> Reason {
    match name {
        "comment-form" => Reason::CommentForm,
        "share" => Reason::Share,
        "counter" => Reason::Counter,
        "copyright" => Reason::Copyright,
        "tags" => Reason::Tags,
        "caption" => Reason::Caption,
        "credit" => Reason::Credit,
        "promotion" => Reason::Promotion,
        "kicker" => Reason::Kicker,
        _ => Reason::Navigation,
    }
}

/// What a furniture line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Verdict {
    pub(super) reason: Reason,
    /// How many lines after it may be links to other stories.
    pub(super) links: usize,
}

const fn only(reason: Reason) -> Option<Verdict> {
    Some(Verdict { reason, links: 0 })
}

/// Whether a whole line is furniture wherever it stands; `first` says that it opens the source.
pub(super) fn judge(line: &Line<'_>, first: bool) -> Option<Verdict> {
    let text = line.text.as_ref();
    if line.is_long() {
        return rules(line);
    }
    // A key is never longer than its text; twice that leaves room for vowel signs and signs.
    if text.len() <= LISTS.longest * 2
        && let Some(&reason) = LISTS.whole.get(line.key())
    {
        // A page's arrows stand above the headline that they lead to.
        let arrow = matches!(line.key(), "التالي" | "السابق" | "الخبر التالي" | "الخبر السابق");
        return Some(Verdict { reason, links: usize::from(arrow) });
    }
    // The first line of a title's length is the title, whatever it begins with.
    if first && line.words >= 5 {
        return by_form(line);
    }
    let word = fold::first_word(text);
    related(line, &word).or_else(|| notice(line, &word)).or_else(|| by_form(line))
}

/// Links to other stories: a line that heads them, or a link with its words before it. `word` is
/// the line's first.
fn related(line: &Line<'_>, word: &str) -> Option<Verdict> {
    let known = LISTS.links.get(word)?;
    let key = line.key();
    let start = known.iter().find(|start| begins(key, start))?;
    let rest = key[start.len()..].trim();
    let alone = matches!(rest, "" | "ايضا" | "لك" | "لكم")
        || line.words <= 3 && line.ending() == Ending::Colon;
    // `المزيد من` and `للمزيد` also open subheads and sentences.
    let marked = !start.contains("مزيد") || line.text.contains(':');
    let link = line.ending() != Ending::Stop && line.words <= 24 && marked;
    (alone || link).then_some(Verdict {
        reason: Reason::RelatedLinks,
        links: if alone { MOST_LINKS } else { 0 },
    })
}

/// A notice, a request, a credit: a line that begins as they do and has their length.
fn notice(line: &Line<'_>, word: &str) -> Option<Verdict> {
    let known = LISTS.begins.get(word)?;
    let (_, reason) = known.iter().find(|(start, _)| line.key().starts_with(start))?;
    fits(*reason, line).then_some(Verdict { reason: *reason, links: 0 })
}

/// The rules of a page, for its commenters or for those who quote it: paragraphs long enough to
/// pass for the story's.
fn rules(line: &Line<'_>) -> Option<Verdict> {
    let head = fold::key(&line.text[..line.text.floor_char_boundary(RULES_HEAD)]);
    let known = LISTS.begins.get(fold::first(&head))?;
    let (_, reason) = known.iter().find(|(start, _)| head.starts_with(start))?;
    let rule = matches!(reason, Reason::CommentForm | Reason::Copyright);
    (rule && lays_claim(line)).then_some(Verdict { reason: *reason, links: 0 })
}

/// Whether a notice says what it is: rights kept, quoting allowed, opinions disowned, comments
/// ruled. Without such a word it may be a story about them.
fn lays_claim(line: &Line<'_>) -> bool {
    const WORDS: [&str; 10] = [
        "محفوظ",
        "©",
        "لا تعبر",
        "الاقتباس",
        "تعليق",
        "المنشورة",
        "تصميم",
        "rights",
        "appeared",
        "HAS",
    ];
    WORDS.iter().any(|word| line.text.contains(word))
}

/// Whether a folded line begins with whole words.
fn begins(key: &str, start: &str) -> bool {
    key.strip_prefix(start).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
}

/// Beginnings that are also words of prose count only in lines of a notice's length and shape.
fn fits(reason: Reason, line: &Line<'_>) -> bool {
    let open = line.ending() != Ending::Stop;
    match reason {
        // A stopped sentence may be the story's; a form's own line says `تعليق` or is short.
        Reason::CommentForm => {
            open || line.words <= 5 || line.text.contains("بريدك") || lays_claim(line)
        }
        Reason::Copyright => lays_claim(line),
        Reason::Credit => {
            let marked = line.text.contains([':', '«', '"', 'ـ', '@']);
            let leads_in = line.ending() == Ending::Colon && line.words > 1;
            open && !leads_in
                && line.words <= 10
                && (line.lead != Lead::Bare || marked || line.words <= 3)
        }
        Reason::Promotion => line.words <= 18 && (open || line.key().contains("مورشف")),
        Reason::Tags => open && line.words <= 30,
        _ => open && line.words <= 20,
    }
}

/// Lines known by their shape: addresses, handles, networks' names, hashtags, dates, signs.
fn by_form(line: &Line<'_>) -> Option<Verdict> {
    let text = line.text.as_ref();
    if is_markup(text) {
        return only(Reason::Markup);
    }
    if text.contains('©') {
        return only(Reason::Copyright);
    }
    if text.trim_end_matches(['.', ' ']).ends_with(|c: char| c.is_ascii_alphabetic()) {
        if line.key().ends_with("all rights reserved") {
            return only(Reason::Copyright);
        }
        if line.key().ends_with(" logo") {
            return only(Reason::Navigation);
        }
    }
    if text.contains("pic.twitter.com") && line.words <= 6 {
        return only(Reason::Share);
    }
    if line.words <= 3 && is_address(text) {
        return only(if text.contains('@') { Reason::Credit } else { Reason::Share });
    }
    if text.split_whitespace().all(|word| word.starts_with('#')) {
        return only(Reason::Tags);
    }
    if line.words <= 8 && is_networks(line.key()) {
        return only(Reason::Share);
    }
    if line.words <= 5 {
        let key = line.key();
        let lone = key.chars().nth(1).is_none();
        let counts = lone || key.len() <= 4 && key.bytes().all(|b| b.is_ascii_digit());
        if counts || is_reading_time(key) {
            return only(Reason::Counter);
        }
    }
    is_timestamp(line).then_some(Verdict { reason: Reason::Timestamp, links: 0 })
}

/// Whether a line without an Arabic letter is a tag, a fence, a record or a mark that frames the
/// prompts of language models: left behind by a system, or put there to be taken for one's own.
fn is_markup(text: &str) -> bool {
    const MARKS: [&str; 7] = ["<|", "|>", "[INST]", "[/INST]", "<<SYS>>", "<</SYS>>", "```"];
    if text.chars().any(is_arabic_letter) {
        return false;
    }
    let framed = |open: &str, close: &str| text.starts_with(open) && text.ends_with(close);
    MARKS.iter().any(|mark| text.contains(mark))
        || framed("<", ">")
        || framed("{", "}")
        || framed("---", "---")
        || text.starts_with("###")
}

fn is_address(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    text.split_whitespace().any(|word| word.contains('@') && word.is_ascii())
        || ["http://", "https://", "www."].iter().any(|start| lower.starts_with(start))
}

/// Whether a line is names of social networks only, also glued together.
fn is_networks(key: &str) -> bool {
    const NAMES: [&str; 25] = [
        "facebook",
        "twitter",
        "whatsapp",
        "telegram",
        "linkedin",
        "email",
        "instagram",
        "youtube",
        "messenger",
        "pinterest",
        "print",
        "copy",
        "link",
        "viber",
        "google",
        "plus",
        "فيسبوك",
        "تويتر",
        "واتساب",
        "واتس اب",
        "تيليجرام",
        "تلغرام",
        "تليجرام",
        "لينكد ان",
        "انستغرام",
    ];
    let mut rest = key.trim_start();
    while let Some(next) = NAMES.iter().find_map(|name| rest.strip_prefix(name)) {
        rest = next.trim_start();
        if rest.is_empty() {
            return true;
        }
    }
    false
}

/// `2min`, `3 دقائق للقراءة`, `1200 مشاهدة`.
fn is_reading_time(key: &str) -> bool {
    let rest = key.trim_start_matches(|c: char| c.is_ascii_digit() || c == ' ');
    rest.len() < key.len()
        && matches!(
            rest,
            "min"
                | "min read"
                | "دقيقه"
                | "دقايق"
                | "دقايق للقراءه"
                | "دقايق قراءه"
                | "دقيقه للقراءه"
                | "مشاهده"
                | "مشاهدات"
                | "قراءه"
                | "زياره"
                | "views"
        )
}

/// Whether a line above the title is the name of a desk or section.
pub(super) fn is_desk(key: &str) -> bool {
    const WORDS: &str = "اخبار سياسه سياسي اقتصاد اقتصادي رياضه رياضي ثقافه ثقافي \
        فن فنون منوعات عربي عربيه عرب دولي دوليه محليات \
        محلي محليه العالم مجتمع تكنولوجيا صحه علوم حوادث تقارير \
        تقرير تحقيقات مقالات راي عام الاقتصاد الرياضه السياسه المحليات \
        قضايا ملفات تحليل متفرقات اقليمي وطني خارجيات شوون";
    key.split(' ').count() <= 3 && key.split(' ').any(|word| in_list(WORDS, word))
}

/// Whether a masthead names its editor on the next line.
pub(super) fn names_editor(line: &Line<'_>) -> bool {
    line.words <= 4
        && matches!(
            line.key(),
            "رييس مجلسي الاداره والتحرير"
                | "رييس مجلس الاداره"
                | "رييس التحرير"
                | "مدير التحرير"
                | "المدير العام"
        )
}

/// Whether a line without a stop ends in an agency in brackets, as a picture's caption does.
pub(super) fn is_signed_caption(line: &Line<'_>) -> bool {
    let open = line.text.rfind('(').filter(|&at| at > 0 && line.text.ends_with(')'));
    open.is_some_and(|at| gazetteer::named(&fold::key(&line.text[at..])).is_some())
}

/// Whether a short line has a caption's words or signs itself with an agency.
pub(super) fn is_caption(line: &Line<'_>) -> bool {
    const WORDS: [&str; 16] = [
        "اثناء",
        "جانب من",
        "صوره",
        "ارشيفيه",
        "لقطه",
        "من اليمين",
        "من اليسار",
        "يتوسط",
        "يصافح",
        "لدي استقباله",
        "خلال استقباله",
        "خلال لقاي",
        "ارشيف",
        "لحظه",
        "خلال اجتماع",
        "علم ",
    ];
    is_signed_caption(line)
        || line.words <= 16
            && WORDS.iter().any(|word| {
                line.key()
                    .match_indices(word)
                    .any(|(at, _)| at == 0 || line.key().as_bytes()[at - 1] == b' ')
            })
}

#[cfg(test)]
#[path = "furniture_tests.rs"]
mod tests;
