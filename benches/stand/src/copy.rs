//! Arabic copy for the load, with the English that the stand-in provider gives for it.
//!
//! Six sentences, their figures changing, in paragraphs of three. The English is faithful, so that
//! the gateway's checks do their whole work and find nothing. In each sentence and heading stands a
//! word of [`MARK`] letters that names a project; other letters there make another text, of the same
//! length.

use crate::{Outcome, argument};

/// Letters of the word that makes a text differ from all others.
pub(crate) const MARK: usize = 8;
/// Those letters: each two bytes long, none of them a prefix or an ending.
const LETTERS: [char; 16] =
    ['ث', 'ج', 'ح', 'خ', 'د', 'ر', 'ز', 'ش', 'ص', 'ض', 'ط', 'ظ', 'ع', 'غ', 'ق', 'م'];
/// What stands before that word.
const BEFORE: &str = "المشروع";

/// A sentence with its English; `#` stands for a figure.
const SENTENCES: [(&str, &str); 6] = [
    (
        "أعلنت وزارة المالية يوم الاثنين أن الموازنة العامة سترتفع بنسبة # في المئة خلال العام المقبل في المشروع",
        "The finance ministry announced on Monday that the general budget will rise by # percent \
         next year on the project.",
    ),
    (
        "وقال الوزير إن الحكومة ستخصص # مليون دولار لبناء المدارس في المشروع",
        "The minister said the government would allocate # million dollars to build schools on \
         the project.",
    ),
    (
        "وأضاف أن العمل في المشروع سيبدأ في الصيف ويستمر # شهرا",
        "He added that work on the project will begin in the summer and last # months.",
    ),
    (
        "وأوضح أن الطرق القديمة في المشروع لم تعد تتحمل حركة الشاحنات",
        "He explained that the old roads on the project can no longer bear the truck traffic.",
    ),
    (
        "وتشمل الخطة في المشروع # مدرسة و# مركزا صحيا وجسرا جديدا على النهر",
        "The plan for the project includes # schools, # health centres and a new bridge over the river.",
    ),
    (
        "وطالب المزارعون في المشروع بتسريع صرف التعويضات قبل موسم الأمطار",
        "Farmers on the project demanded that compensation be paid faster, before the rainy season.",
    ),
];
const HEADINGS: [(&str, &str); 4] = [
    ("الموازنة ترتفع # في المئة في المشروع", "Budget of the project rises # percent"),
    ("خطة لبناء المدارس في المشروع", "A plan to build schools on the project"),
    ("الطرق القديمة في المشروع لا تتحمل الشاحنات", "Old roads on the project cannot bear trucks"),
    ("المزارعون في المشروع يطالبون بالتعويضات", "Farmers on the project demand compensation"),
];

/// The English of one line of this copy; `None` for a line that is not of it.
pub(crate) fn english(line: &str) -> Option<String> {
    let sentences = line.split('.').map(str::trim).filter(|sentence| !sentence.is_empty());
    let english: Option<Vec<String>> = sentences.map(sentence).collect();
    english.filter(|all| !all.is_empty()).map(|all| all.join(" "))
}

fn sentence(arabic: &str) -> Option<String> {
    let (mut shape, mut figures) = (String::new(), Vec::new());
    let mut words = arabic.split_whitespace();
    while let Some(word) = words.next() {
        if !shape.is_empty() {
            shape.push(' ');
        }
        let figure: String = word.chars().filter(char::is_ascii_digit).collect();
        if figure.is_empty() {
            shape.push_str(word);
        } else {
            shape.push_str(&word.replace(&figure, "#"));
            figures.push(figure);
        }
        if word == BEFORE {
            words.next();
        }
    }
    let all = SENTENCES.iter().chain(&HEADINGS);
    let (_, english) = all.into_iter().find(|(arabic, _)| *arabic == shape)?;
    Some(figures.iter().fold((*english).to_owned(), |text, figure| text.replacen('#', figure, 1)))
}

/// A request's body with the places at which it may differ from its like.
#[derive(Clone, Debug)]
pub(crate) struct Body {
    bytes: Vec<u8>,
    places: Vec<usize>,
}

impl Body {
    /// The body as it stands.
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    /// Its bytes.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Makes it the body of this number; no two numbers below 2^32 give the same one.
    pub(crate) fn number(&mut self, number: u32) {
        for place in &self.places {
            for digit in 0..MARK {
                let letter = LETTERS[(number >> (4 * digit)) as usize & 15];
                let at = place + 2 * digit;
                letter.encode_utf8(&mut self.bytes[at..at + 2]);
            }
        }
    }
}

/// The body of a shape: `article` is plain text, all others are JSON.
pub(crate) fn body(arguments: &[&str]) -> Outcome<Body> {
    let sections: usize = argument(arguments, 1)?.parse()?;
    let text = match argument(arguments, 0)? {
        "translate" => serde_json::json!({
            "q": paragraphs(0, 22).join("\n"), "source": "ar", "target": "en", "format": "text",
        })
        .to_string(),
        "chat" => serde_json::json!({
            "model": "gpt-4o-mini", "temperature": 0, "max_tokens": 256,
            "messages": [
                {"role": "system", "content": "Translate the Arabic news into English."},
                {"role": "user", "content": paragraphs(0, 22).join("\n")},
            ],
        })
        .to_string(),
        "article" => article(sections),
        "article-json" => serde_json::json!({ "text": article(sections) }).to_string(),
        other => return Err(format!("no shape {other}").into()),
    };
    let mark = mark();
    let places = text.match_indices(&mark).map(|(at, _)| at).collect();
    Ok(Body { bytes: text.into_bytes(), places })
}

/// The word that [`Body::number`] writes over.
fn mark() -> String {
    LETTERS[..1].repeat(MARK).into_iter().collect()
}

/// An article of a lead and so many sections in all, always of about 9 kB.
fn article(sections: usize) -> String {
    let mut parts = vec![marked(HEADINGS[0].0).replace('#', "3"), String::new()];
    for section in 0..sections {
        if section > 0 {
            parts.push(format!("*{}", marked(HEADINGS[1 + section % 3].0)));
        }
        parts.extend(paragraphs(section, (22 / sections).max(1)));
    }
    parts.join("\n") + "\n"
}

/// A sentence with the word that [`Body::number`] writes over.
fn marked(arabic: &str) -> String {
    arabic.replace(BEFORE, &format!("{BEFORE} {}", mark()))
}

/// Paragraphs of three sentences, all different.
fn paragraphs(section: usize, count: usize) -> Vec<String> {
    (0..count)
        .map(|n| {
            let place = 2 * (section * count + n);
            let figure = |more: usize| (3 + place * 7 + more).to_string();
            let first = if n % 2 == 0 { 0 } else { 3 };
            let sentences = SENTENCES[first..first + 3].iter().map(|(arabic, _)| {
                let text = marked(arabic).replacen('#', &figure(0), 1);
                format!("{}.", text.replacen('#', &figure(4), 1))
            });
            sentences.collect::<Vec<_>>().join(" ")
        })
        .collect()
}
