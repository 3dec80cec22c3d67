//! A brief for the tests of every format: of examples/port.txt as mujaz reads it, with passages
//! as a provider might give them, one of them missing, and findings of each severity.

use std::sync::Arc;

use crate::{
    article::{self, Article, Source, SourceId},
    brief::{
        Brief, BriefSection, BriefUsage, EngineUsed, Passage, Provenance, Succession,
        assemble::MISSING,
    },
    finding::{Code, Finding, Severity},
    glossary::{
        Name,
        names::{Named, Origin},
    },
};

const PORT: &str = include_str!("../../examples/port.txt");

/// The article as mujaz reads it, with the English place that the glossary gives.
pub(crate) fn article() -> Article {
    let mut article = read(PORT.as_bytes(), "text/plain; charset=utf-8");
    if let Some(dateline) = &mut article.dateline {
        dateline.place = Some("Muscat".to_owned());
    }
    article
}

/// Any source as mujaz reads it.
pub(crate) fn read(bytes: &[u8], content_type: &str) -> Article {
    let source = Source {
        bytes: bytes.to_vec().into(),
        content_type: Some(content_type.to_owned()),
        ..Source::default()
    };
    article::read(&source).article
}

/// A passage that rests on the paragraphs named.
pub(crate) fn passage(text: &str, sources: &[&str]) -> Passage {
    Passage {
        text: text.to_owned(),
        sources: sources.iter().map(|id| id_of(id)).collect(),
        arabic: None,
    }
}

fn id_of(text: &str) -> SourceId {
    text.parse().expect("a source id")
}

/// The brief with its article.
pub(crate) fn brief() -> Brief {
    of(article())
}

/// The same English for any article.
pub(crate) fn of(article: Article) -> Brief {
    Brief {
        id: "6f0c1b7e8d3a4c52b1e97a44d20f9e31".to_owned(),
        language: "en".to_owned(),
        headline: "Duqm port expansion to raise capacity to 3 million containers a year".to_owned(),
        dateline: article.dateline.clone(),
        summary: vec![
            passage(
                "Oman has begun the second phase of the $450 million expansion of Duqm port, Transport Minister Salem bin Hamad Al-Rashidi said on Tuesday.",
                &["s0.p0"],
            ),
            passage(
                "The fishermen's association wants compensation for about 350 families; the minister said the government had set aside $9 million.",
                &["s2.p0", "s2.p1"],
            ),
        ],
        sections: sections(&article),
        findings: findings(),
        names: vec![Name {
            ar: "سالم بن حمد الراشدي".to_owned(),
            en: "Salem bin Hamad al-Rashidi".to_owned(),
            kind: Named::Person,
            from: Origin::Transliteration,
        }],
        provenance: Provenance {
            machine_generated: true,
            draft: true,
            engines: ["translate", "headline"].map(engine).to_vec(),
            prompts: "b3f1c09a7d52".to_owned(),
            glossary: "0d9e4471aa10".to_owned(),
            source_sha256: "9a0364b9e99bb480dd25e1f0284c8555a1c4bf5bcd10d7ac3bd03e9f7d5e0c5b"
                .to_owned(),
            created: "2024-03-12T14:03:27.123456789Z".to_owned(),
        },
        usage: BriefUsage {
            provider_calls: 3,
            cached_sections: 1,
            sections: 3,
            input_tokens: 2_140,
            output_tokens: 655,
            characters: 1_204,
            cost_usd: None,
        },
        release: article.release.clone(),
        succession: Succession::default(),
        article: Some(Arc::new(article)),
    }
}

fn engine(task: &str) -> EngineUsed {
    EngineUsed {
        task: task.to_owned(),
        provider: "local".to_owned(),
        model: Some("qwen2.5-coder-1.5b-instruct".to_owned()),
    }
}

fn sections(article: &Article) -> Vec<BriefSection> {
    let english: [(Option<&str>, Vec<Passage>); 3] = [
        (
            None,
            vec![
                passage(
                    "The minister told a news conference in Muscat that the shipping channel would be dredged to 18 metres and that the work would take 30 months.",
                    &["s0.p1"],
                ),
                passage(
                    "“We will not stop work at the existing berths for a single day,” he said.",
                    &["s0.p1"],
                ),
                passage("Shares of the operating company closed at $62.31, up 2.4%.", &["s0.p2"]),
            ],
        ),
        (
            Some("New jobs"),
            vec![passage(
                "The head of the operating company, Nasser Al-Habsi, said the project would provide 2,400 direct jobs, at least half of them for Omanis.",
                &["s1.p0"],
            )],
        ),
        (
            Some("Fishermen object"),
            vec![
                passage(MISSING, &["s2.p0"]),
                passage(
                    "The minister replied that the government had allocated $9 million to a compensation fund.",
                    &["s2.p1"],
                ),
            ],
        ),
    ];
    let places = article.sections.iter().zip(english);
    let section =
        |(section, (heading, passages)): (&article::Section, (Option<&str>, Vec<Passage>))| {
            BriefSection {
                id: section.id.clone(),
                heading: heading.map(str::to_owned),
                heading_ar: section.heading.clone(),
                marker: section.marker,
                passages,
            }
        };
    places.map(section).collect()
}

fn findings() -> Vec<Finding> {
    let new = Finding::new;
    vec![
        new(Code::CharsetGuessed, Severity::Info, "The charset was guessed to be UTF-8."),
        new(
            Code::NameVaries,
            Severity::Warning,
            "“الراشدي” is rendered as “Al-Rashidi” and as “Al Rashdi”.",
        )
        .at_passage("summary.0")
        .at_sources([id_of("s0.p0")]),
        new(
            Code::NumberMissing,
            Severity::Error,
            "The source has 31.62 (“62ر31”); the English has 62.31.",
        )
        .at_passage("s0.2")
        .at_sources([id_of("s0.p2")]),
        new(Code::PassageMissing, Severity::Error, "No provider could translate this passage.")
            .at_passage("s2.0")
            .at_sources([id_of("s2.p0")]),
        new(
            Code::SectionOmitted,
            Severity::Warning,
            "The brief says nothing of the company's denial.",
        )
        .at_sources([id_of("s1.p1")]),
    ]
}
