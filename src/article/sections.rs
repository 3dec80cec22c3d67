//! Which lines of a body head what follows them: by what stands around a line, not by its mark.
//!
//! A subhead is a short line without a stop between running text. Captions, fixtures, lists,
//! verse, credits and the end of a list look like it by themselves; their neighbours tell them
//! apart. Each line is judged once, with its neighbours and the verdict on the line before.

use std::collections::HashSet;

use super::{
    Dropped, Marker, Reason,
    block::Form,
    dateline, fold, furniture, gazetteer,
    head::drop,
    lines::{Ending, Line},
    markers::Lead,
    normalize::is_arabic_letter,
};

/// Most words of a bare subhead; two to ten in Arabic papers, with room for quotations.
const LONGEST_BARE: usize = 12;
/// Most letters of a bare subhead.
const LONGEST_BARE_CHARS: usize = 90;
/// Most words of a starred question that heads its answer.
const LONGEST_QUESTION: usize = 40;
/// Most words of a lone starred line that heads a part of agency copy.
const LONGEST_AGENCY: usize = 30;
/// Words from which a starred line is a paragraph that a content system starred.
const STARRED_PARAGRAPH: usize = 20;

/// What a body line turned out to be.
#[derive(Debug)]
pub(super) enum Role {
    Heading(Marker),
    Paragraph,
    Dropped(Reason),
}

/// Names the role of every line of a body; `agency` says that an agency filed it.
pub(super) fn roles(lines: &[Line<'_>], agency: bool) -> Vec<Role> {
    let mut roles: Vec<Role> = Vec::with_capacity(lines.len());
    let repeated = repeated(lines);
    for i in 0..lines.len() {
        let headed = matches!(roles.last(), Some(Role::Heading(_)));
        let view = View { lines, at: i, headed, agency, repeated: &repeated };
        roles.push(view.role());
    }
    roles
}

/// Takes off the lines at the end of a body that sign it: the author's post, a desk, a syndicate,
/// a caption; what they were is reported.
pub(super) fn sign_off(lines: &mut Vec<Line<'_>>, dropped: &mut Vec<Dropped>) {
    let prose = lines.iter().filter(|line| line.is_prose()).count();
    drop_tags(lines, dropped);
    let mut signed = Vec::new();
    while let [.., before, last] = lines.as_slice() {
        let reason = match last.lead {
            _ if prose == 0 || last.form != Form::Line && last.form != Form::Paragraph => None,
            Lead::Star if before.lead != Lead::Star || before.is_prose() => {
                (last.words <= 12 && last.ending() == Ending::Open).then_some(Reason::Credit)
            }
            Lead::Bullet if before.lead != Lead::Bullet => {
                (last.words <= 5 && last.ending() == Ending::Open).then_some(Reason::Credit)
            }
            Lead::Bare if is_signature(last) => Some(Reason::Credit),
            Lead::Bare if prose >= 3 && is_late_caption(before, last) => Some(Reason::Caption),
            _ => None,
        };
        let Some(reason) = reason else { break };
        signed.extend(lines.pop().map(|line| drop(&line, reason)));
        if reason == Reason::Caption {
            break;
        }
    }
    dropped.extend(signed.into_iter().rev());
}

/// Pages print their topic tags one a line behind the text: four or more lines of a word or two
/// after a stopped paragraph. A list has a lead-in, verse has longer lines.
fn drop_tags(lines: &mut Vec<Line<'_>>, dropped: &mut Vec<Dropped>) {
    let Some(last) = lines.iter().rposition(Line::is_prose) else { return };
    let tail = &lines[last + 1..];
    let tags = tail.iter().filter(|line| line.words <= 2 && line.lead == Lead::Bare).count();
    if tags >= 4 && tags * 4 >= tail.len() * 3 && lines[last].ending() == Ending::Stop {
        dropped.extend(lines.drain(last + 1..).map(|line| drop(&line, Reason::Tags)));
    }
}

fn is_signature(line: &Line<'_>) -> bool {
    const POSTS: &str = "استشاري استشاريه استاذ استاذه خبير خبيره كاتب كاتبه عضو \
        مدير مديره رييس مستشار باحث باحثه محلل صحافي صحفي \
        اخصاييه اخصايي وكيل اكاديمي محام سفير داعيه عميد مشرف";
    let post = fold::in_list(POSTS, line.key().split(' ').next().unwrap_or_default());
    line.ending() == Ending::Open
        && line.words <= 10
        && (post
            || line.words <= 8
                && (gazetteer::is_person(line.key()) || dateline::whole(&line.text).is_some()))
}

/// Papers' content systems put a picture's caption behind the text: a short unstopped line after
/// a stopped paragraph, which does not go on with `و`.
fn is_late_caption(before: &Line<'_>, last: &Line<'_>) -> bool {
    (2..=10).contains(&last.words)
        && last.ending() == Ending::Open
        && before.words >= 15
        && before.ending() == Ending::Stop
        && !last.text.starts_with('و')
        && !last.text.contains(['،', ':'])
        && !last.text.chars().any(char::is_numeric)
}

/// Whether a line of a body is a short row of names and places or an agency: who sent or wrote
/// what stands around it.
pub(super) fn is_credit(line: &Line<'_>) -> bool {
    if line.words > 8
        || line.form == Form::ListItem
        || !matches!(line.ending(), Ending::Open | Ending::Stop | Ending::Colon)
    {
        return false;
    }
    let parted = line.text.contains(['-', '–', 'ـ', '(', '/', ':']);
    let agency = gazetteer::named(line.key())
        .is_some_and(|name| matches!(name, gazetteer::Named::Surely(_)));
    agency
        || parted && line.words <= 7 && dateline::whole(&line.text).is_some_and(|found| found.sure)
}

/// A line among its neighbours.
struct View<'a, 'b> {
    lines: &'a [Line<'b>],
    at: usize,
    /// Whether the line before heads this one.
    headed: bool,
    /// Whether an agency filed the text.
    agency: bool,
    /// Keys of the short lines that stand more than once.
    repeated: &'a HashSet<&'a str>,
}

/// Short unmarked lines that stand in a body more than once: speakers, refrains, a page's own
/// words. A subhead stands once.
fn repeated<'a>(lines: &'a [Line<'_>]) -> HashSet<&'a str> {
    let short = |line: &&Line<'_>| line.lead == Lead::Bare && line.words <= LONGEST_BARE;
    let keys = lines.iter().filter(short).map(|line| line.key());
    let mut seen = HashSet::new();
    keys.filter(|key| !key.is_empty() && !seen.insert(*key)).collect()
}

impl<'b> View<'_, 'b> {
    fn line(&self) -> &Line<'b> {
        &self.lines[self.at]
    }

    fn prev(&self) -> Option<&Line<'b>> {
        self.at.checked_sub(1).map(|i| &self.lines[i])
    }

    fn next(&self) -> Option<&Line<'b>> {
        self.lines.get(self.at + 1)
    }

    fn role(&self) -> Role {
        let line = self.line();
        match (line.form, line.lead) {
            (_, Lead::Rule) => Role::Dropped(Reason::Separator),
            (Form::Heading(marker), _) => Role::Heading(marker),
            (Form::ListItem, _) => Role::Paragraph,
            (_, Lead::Star) if self.agency_subhead() => Role::Heading(Marker::Star),
            (_, Lead::Star) => self.starred(Marker::Star),
            (_, Lead::Bullet) => self.starred(Marker::Bullet),
            (_, Lead::Ordinal) => self.ordinal(),
            (_, Lead::Bare) if furniture::is_signed_caption(line) && !line.is_prose() => {
                Role::Dropped(Reason::Caption)
            }
            (_, Lead::Bare) => self.bare(),
        }
    }

    /// Agencies star their subheads and nothing else: there a lone starred line between unmarked
    /// paragraphs heads what follows, also as a whole sentence. Papers star such paragraphs.
    fn agency_subhead(&self) -> bool {
        let text = |line: Option<&Line<'_>>| {
            line.is_some_and(|line| line.lead == Lead::Bare && line.is_prose())
        };
        let line = self.line();
        self.agency
            && !self.headed
            && line.words <= LONGEST_AGENCY
            && line.ending() != Ending::Question
            && self.next().is_some_and(|next| next.words > line.words)
            && text(self.prev())
            && text(self.next())
    }

    /// A star or bullet: a subhead, a question, a list item, a credit or a whole paragraph.
    fn starred(&self, marker: Marker) -> Role {
        let line = self.line();
        let Some(next) = self.next() else { return Role::Paragraph };
        if line.ending() == Ending::Question {
            let asks = line.words <= LONGEST_QUESTION
                && next.ending() != Ending::Question
                && is_answer(next)
                && !self.headed;
            return if asks && marker == Marker::Star {
                Role::Heading(Marker::Star)
            } else if asks && line.words <= 16 {
                Role::Heading(marker)
            } else {
                Role::Paragraph
            };
        }
        let short = line.words <= LONGEST_BARE
            && line.chars <= LONGEST_BARE_CHARS
            && matches!(line.ending(), Ending::Open | Ending::Cry | Ending::Colon);
        let pair = line.text.contains([':', '\t']) && line.ending() != Ending::Colon;
        if !short || self.headed || pair && !self.colon_title() {
            return Role::Paragraph;
        }
        let heads = if next.lead == line.lead {
            self.heads_list(next)
        } else {
            (next.is_prose() || is_list(next)) && !self.ends_list()
        };
        // A dash is a list's or a speaker's far more often than a subhead's.
        let dash = marker == Marker::Bullet
            && self.prev().is_some_and(|prev| prev.lead == Lead::Bullet && !prev.is_prose());
        if heads && !dash { Role::Heading(marker) } else { Role::Paragraph }
    }

    /// `الدوري: نتائج الجولة` may head a section; `السعر: 12 ريالا` among its like is an item.
    fn colon_title(&self) -> bool {
        let like = |line: Option<&Line<'_>>| {
            line.is_some_and(|other| {
                other.lead == self.line().lead && other.words <= STARRED_PARAGRAPH
            })
        };
        !like(self.prev()) && !like(self.next())
    }

    /// Whether a marked line heads the marked lines behind it: a starred paragraph, or a list of
    /// items unlike it.
    fn heads_list(&self, next: &Line<'_>) -> bool {
        let line = self.line();
        let after_item = self.prev().is_some_and(|prev| {
            prev.lead == line.lead && prev.words < STARRED_PARAGRAPH && !self.headed
        });
        if next.words >= STARRED_PARAGRAPH {
            return !after_item || !self.ends_list();
        }
        !after_item
            && line.words <= 6
            && (next.text.contains(':')
                || next.ending() == Ending::Stop && next.words > line.words + 2)
    }

    /// Whether a marked line before running text is the last of a list: the item before it is of
    /// its kind and length.
    fn ends_list(&self) -> bool {
        let line = self.line();
        self.prev().is_some_and(|prev| {
            let item = prev.lead == line.lead && prev.words < STARRED_PARAGRAPH && !self.headed;
            item && !prev.text.contains(':')
                && prev.words < line.words * 2 + 2
                && prev.ending() == line.ending()
        })
    }

    /// `1) …` or `أولاً: …`: a subhead where running text follows, else an item or a paragraph.
    fn ordinal(&self) -> Role {
        let line = self.line();
        let short = (2..=LONGEST_BARE).contains(&line.key().split(' ').count())
            && line.chars <= LONGEST_BARE_CHARS
            && matches!(
                line.ending(),
                Ending::Open | Ending::Question | Ending::Colon | Ending::Cry
            );
        let next = self.next().is_some_and(|next| {
            next.lead != Lead::Ordinal && (next.is_prose() && next.words >= 10 || is_list(next))
        });
        let listed = self.prev().is_some_and(|prev| prev.lead == Lead::Ordinal && !prev.is_prose());
        if short && next && !listed && !self.headed {
            Role::Heading(Marker::Ordinal)
        } else {
            Role::Paragraph
        }
    }

    /// A line without a mark.
    fn bare(&self) -> Role {
        let line = self.line();
        let Some(next) = self.next() else { return Role::Paragraph };
        if line.ending() == Ending::Question {
            let asks = (2..=16).contains(&line.words)
                && next.is_prose()
                && next.ending() != Ending::Question
                && self.follows_text()
                && !self.headed
                && !says(line.key())
                && !is_speech(line);
            return if asks { Role::Heading(Marker::Question) } else { Role::Paragraph };
        }
        if !self.is_bare_shape() || !self.follows_text() || self.headed {
            return Role::Paragraph;
        }
        let question =
            matches!(next.lead, Lead::Star | Lead::Bullet) && next.ending() == Ending::Question;
        if next.is_prose() || question || is_list(next) && !line.text.starts_with('و') {
            Role::Heading(Marker::Bare)
        } else {
            Role::Paragraph
        }
    }

    fn is_bare_shape(&self) -> bool {
        let line = self.line();
        let colon = line.ending() == Ending::Colon;
        let ends = matches!(line.ending(), Ending::Open | Ending::Cry) || colon && line.words <= 4;
        let signs = line.text.contains(['×', '\t', '@', '|', '{', '<', '='])
            || line.text.contains("://")
            || line.key().bytes().filter(u8::is_ascii_digit).count() * 3 > line.key().len();
        ends && line.words <= LONGEST_BARE
            && !is_literary(line)
            && line.chars <= LONGEST_BARE_CHARS
            && line.key().chars().count() >= 3
            && !signs
            && line.text.chars().any(is_arabic_letter)
            && !self.repeated.contains(line.key())
            && !says(line.key())
            && !furniture::is_caption(line)
    }

    /// Whether running text, a list or nothing stands before: a subhead parts text, and a short
    /// line among short lines is verse, a list of names or a table.
    fn follows_text(&self) -> bool {
        let Some(prev) = self.prev() else { return true };
        let text = |line: &Line<'_>| {
            line.is_prose()
                || is_list(line)
                || line.lead == Lead::Ordinal
                || matches!(line.form, Form::Heading(_))
                || line.lead == Lead::Rule
                || line.words >= 8
        };
        text(prev)
            || self.at >= 2 && text(&self.lines[self.at - 2]) && !self.line().text.contains(':')
    }
}

/// Whether a line can answer a question: running text, or a marked line.
fn is_answer(line: &Line<'_>) -> bool {
    line.words >= 4 || line.is_prose() || line.lead == Lead::Bullet
}

fn is_list(line: &Line<'_>) -> bool {
    matches!(line.lead, Lead::Star | Lead::Bullet) || line.form == Form::ListItem
}

/// Whether a line is verse or an essayist's: it cries at length, or breaks off within.
fn is_literary(line: &Line<'_>) -> bool {
    let broken = line.text.trim_end_matches(['.', '!', ' ']).contains("...");
    let cries = line.ending() == Ending::Cry
        && (line.words > 5 || line.text.contains(['،', ',', '؟', '?']));
    broken || cries || line.text.ends_with(",..") || line.text.ends_with(" ...")
}

/// Whether a question is somebody's words within the story: in quotation marks, or behind a
/// speaker and a colon. `س:` is an interviewer's.
fn is_speech(line: &Line<'_>) -> bool {
    let quoted = line.text.starts_with(['"', '«', '“', '”']) && line.words > 3;
    let asked = matches!(line.key().split(' ').next(), Some("س" | "سوال" | "السوال"));
    quoted || line.text.contains(':') && !asked
}

/// Whether a short line opens with a verb that tells what somebody said or did next: then it is a
/// sentence whose stop was left out.
fn says(key: &str) -> bool {
    const VERBS: &str = "قال قالت اضاف اضافت اكد اكدت اشار اشارت اوضح \
        اوضحت تابع تابعت ذكر ذكرت لفت شدد اعلن اعلنت \
        افاد افادت كشف كشفت بين صرح نقل نقلت يذكر \
        كان كانت لم انتهي جاء يقول تقول";
    /// Words that only a sentence opens with.
    const OPENERS: &str = "قد وقد فقد لقد ولقد ولم ولن فلم تم وتم ثم لكن ولكن كما حيث اذ اذن \
        بينما اليكم واليكم وهو وهي وهم وليس ولا ونتج وذلك حسبما بحسبما واقول اقول ونقول \
        ولتاكيد ولهذا ولذلك لذلك لهذا ولكي ولو واذا فاذا وعندما فعندما وحين انه انها \
        وانه وانها فهو فهي ولان لان وكذلك وايضا ومنها ومنهم وجاء وجاءت";
    if key.starts_with("وفيما يلي") || key.starts_with("فيما يلي") {
        return true;
    }
    let first = fold::first(key);
    if fold::in_list(OPENERS, first) {
        return true;
    }
    let bare = first.strip_prefix('و').or_else(|| first.strip_prefix('ف')).unwrap_or(first);
    let led = bare.len() < first.len();
    fold::in_list(VERBS, bare) && (led || !matches!(bare, "بين" | "كان" | "لم" | "جاء" | "نقل"))
}

/// Whether a heading only says the title again.
pub(super) fn repeats(line: &Line<'_>, title: Option<&str>) -> bool {
    line.words >= 3 && title.is_some_and(|title| fold::key(title) == line.key())
}
