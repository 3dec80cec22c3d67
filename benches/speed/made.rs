//! Articles of any size, with all that the later stages take: tasks, English, a brief.

use mujaz::{
    article::{Article, Marker, Paragraph, Section, Source, SourceId},
    brief::{Brief, BriefSection, Detail, Passage, Task, assemble::Copy, plan},
    glossary::{Glossary, Names},
};
use serde_json::json;

/// Bytes of body text.
pub(crate) const SIZES: [usize; 5] = [1_000, 8_000, 64_000, 512_000, 2_000_000];
const STEMS: [&str; 24] = [
    "ميناء",
    "وزير",
    "سفينة",
    "قرار",
    "مجلس",
    "سوق",
    "نفط",
    "مدينة",
    "طريق",
    "اتفاق",
    "حكومة",
    "مزارع",
    "قمح",
    "جسر",
    "مدرسة",
    "طبيب",
    "لقاح",
    "مباراة",
    "حارس",
    "موسم",
    "مطر",
    "سد",
    "كهرباء",
    "شركة",
];
/// Sentences as agencies write them, with their English; `#` stands for a figure.
const REPORTS: [(&str, &str); 4] = [
    (
        "أعلنت وزارة المالية يوم الاثنين أن الموازنة العامة سترتفع بنسبة # في المئة خلال العام المقبل.",
        "The finance ministry announced on Monday that the general budget will rise by # percent \
         next year.",
    ),
    (
        "وقال وزير الخارجية الإيراني إن المحادثات مع فرنسا ستستمر # أيام في جنيف.",
        "The Iranian foreign minister said the talks with France would last # days in Geneva.",
    ),
    (
        "وأوضح أن الطرق القديمة في المحافظة لم تعد تتحمل حركة الشاحنات.",
        "He explained that the old roads in the governorate can no longer bear the truck traffic.",
    ),
    (
        "وتشمل الخطة # مدرسة وجسرا جديدا على النهر في طهران.",
        "The plan includes # schools and a new bridge over the river in Tehran.",
    ),
];

/// One article in every form.
pub(crate) struct Sample {
    /// Bytes of its body.
    pub(crate) bytes: usize,
    pub(crate) source: Source,
    pub(crate) article: Article,
    pub(crate) tasks: Vec<Task>,
    pub(crate) copy: Copy,
    pub(crate) brief: Brief,
    pub(crate) glossary: Glossary,
    pub(crate) names: Names,
}

impl Sample {
    /// An article of about so many bytes of body: three sentences a paragraph, six paragraphs a
    /// section.
    #[expect(clippy::expect_used, reason = "what is compiled in can be read")]
    pub(crate) fn of(bytes: usize) -> Self {
        let glossary = Glossary::builtin().expect("the built-in glossary");
        let (article, copy) = article(bytes);
        let plan = plan::plan(&article, &glossary, plan::Strategy::Extract, Detail::Full);
        let brief = json!({
            "id": "0", "language": "en", "headline": "The budget rises", "dateline": null,
            "summary": copy.summary, "sections": copy.sections, "findings": [],
            "provenance": {
                "machine_generated": true, "draft": true, "engines": [], "prompts": "",
                "glossary": "", "source_sha256": "", "created": "",
            },
            "usage": {
                "provider_calls": 0, "cached_sections": 0, "sections": 0, "input_tokens": 0,
                "output_tokens": 0, "characters": 0, "cost_usd": null,
            },
        });
        Self {
            bytes,
            source: source(&article),
            tasks: plan.sections.into_iter().flatten().collect(),
            brief: serde_json::from_value(brief).expect("a brief as the contract has it"),
            names: Names::of(&article, &glossary),
            article,
            copy,
            glossary,
        }
    }

    /// Words of its body.
    pub(crate) fn words(&self) -> usize {
        let paragraphs = self.article.sections.iter().flat_map(|section| &section.paragraphs);
        paragraphs.map(|paragraph| paragraph.text.split_whitespace().count()).sum()
    }
}

fn source(article: &Article) -> Source {
    let mut text = String::from("الموازنة ترتفع في العام المقبل\n\n");
    for section in &article.sections {
        text.extend(section.heading.iter().map(|heading| format!("*{heading}\n")));
        text.extend(section.paragraphs.iter().map(|paragraph| format!("{}\n", paragraph.text)));
    }
    let content_type = Some("text/plain; charset=utf-8".to_owned());
    Source { bytes: text.into_bytes().into(), content_type, ..Source::default() }
}

fn article(bytes: usize) -> (Article, Copy) {
    let mut rng = fastrand::Rng::with_seed(7);
    let (mut sections, mut english) = (Vec::new(), Vec::new());
    let mut written = 0;
    for section in 0.. {
        if written >= bytes {
            break;
        }
        let (mut paragraphs, mut passages) = (Vec::new(), Vec::new());
        for paragraph in 0..6 {
            let (text, passage) = paragraph_of(&mut rng);
            written += text.len();
            let id = SourceId { section, paragraph };
            let arabic = Some(text.clone());
            passages.push(Passage { text: passage, sources: vec![id], arabic });
            paragraphs.push(Paragraph { id, text, span: 0..0 });
            if written >= bytes {
                break;
            }
        }
        let heading = Some(format!("{} {}", rng.choice(STEMS).unwrap_or(""), rng.u32(..999)));
        let (id, marker) = (format!("s{section}"), Marker::Star);
        let of = (id.clone(), marker);
        sections.push(Section { id, heading, marker, paragraphs });
        let (heading, heading_ar) = (None, None);
        english.push(BriefSection { id: of.0, heading, heading_ar, marker: of.1, passages });
    }
    let article = Article { language: "ar".into(), sections, ..Article::default() };
    (article, Copy { sections: english, ..Copy::default() })
}

/// Two sentences of reports and one of words that return and words that are rare.
fn paragraph_of(rng: &mut fastrand::Rng) -> (String, String) {
    let (mut arabic, mut english) = (Vec::new(), Vec::new());
    for _ in 0..2 {
        let figure = rng.u32(3..9_000).to_string();
        let (ar, en) = REPORTS[rng.usize(..REPORTS.len())];
        arabic.push(ar.replace('#', &figure));
        english.push(en.replace('#', &figure));
    }
    arabic.push(sentence(rng));
    english.push("The rest of the paragraph is made of words without a meaning together.".into());
    (arabic.join(" "), english.join(" "))
}

/// Mostly words that return, and some that are rare, as in real copy.
fn sentence(rng: &mut fastrand::Rng) -> String {
    let count = rng.usize(8..40);
    let word = |rng: &mut fastrand::Rng| {
        let stem = rng.choice(STEMS).unwrap_or("");
        match rng.u8(..6) {
            0 => format!("ال{stem}"),
            1 => format!("و{stem}"),
            2 => format!("{stem}{}", rng.char('ا'..='ي')),
            3 => (0..5).map(|_| rng.char('ا'..='ي')).collect(),
            4 => "في".to_owned(),
            _ => stem.to_owned(),
        }
    };
    let words: Vec<String> = (0..count).map(|_| word(rng)).collect();
    format!("{}.", words.join(" "))
}
