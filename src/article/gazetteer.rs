//! Whether words are a place, a person or an outlet, as far as a dateline or byline needs it.
//!
//! Lists are short on purpose: they tell `city - reporter` from a subhead, and nothing else is
//! concluded from them. English names are the glossary's.

use std::{borrow::Cow, sync::LazyLock};

use super::fold::{Known, first, key};

static PLACES: LazyLock<Known<()>> = LazyLock::new(|| list(include_str!("data/places.txt")));
static GIVEN_NAMES: LazyLock<Known<()>> =
    LazyLock::new(|| list(include_str!("data/given_names.txt")));

fn list(text: &str) -> Known<()> {
    text.lines()
        .filter(|line| !line.starts_with('#'))
        .map(key)
        .filter(|key| !key.is_empty())
        .map(|key| (key, ()))
        .collect()
}

/// Whether a folded text is a known place.
pub(super) fn is_place(key: &str) -> bool {
    PLACES.contains_key(key)
}

/// Whether a folded text reads as a person's name: two to six words that open with a given
/// name, a form of address or a compound of `عبد`.
pub(super) fn is_person(key: &str) -> bool {
    let first = first(key);
    (GIVEN_NAMES.contains_key(first) || first.starts_with("عبدال"))
        && (2..=6).contains(&key.split(' ').count())
}

/// An agency or paper: its English name, and its Arabic names and initials as typed.
struct Outlet {
    english: &'static str,
    /// Names that mean it wherever they stand alone.
    names: &'static [&'static str],
    /// Names that are also words or places: they count only between brackets or slashes, or
    /// beside a place or date.
    words: &'static [&'static str],
}

const fn outlet(
    english: &'static str,
    names: &'static [&'static str],
    words: &'static [&'static str],
) -> Outlet {
    Outlet { english, names, words }
}

/// The agencies and papers that sign Arabic copy, from the datelines of newsroom practice.
static OUTLETS: &[Outlet] = &[
    outlet("IRNA", &["ارنا", "إرنا", "وكالة الجمهورية الإسلامية للأنباء", "irna"], &[]),
    outlet("SPA", &["واس", "spa", "وكالة الأنباء السعودية"], &[]),
    outlet("Anadolu", &["الأناضول", "وكالة الأناضول", "anadolu", "aa"], &[]),
    outlet("WAM", &["وام", "wam", "وكالة أنباء الإمارات"], &[]),
    outlet("Petra", &["بترا", "petra"], &[]),
    outlet("KUNA", &["كونا", "kuna"], &[]),
    outlet("SANA", &["سانا", "sana"], &[]),
    outlet("MENA", &["أ ش أ", "mena", "أنباء الشرق الأوسط", "وكالة أنباء الشرق الأوسط"], &[]),
    outlet("AFP", &["أ ف ب", "فرانس برس", "وكالة فرانس برس", "afp"], &[]),
    outlet("Reuters", &["رويترز", "وكالة رويترز", "reuters"], &[]),
    outlet("dpa", &["د ب أ", "الألمانية", "وكالة الأنباء الألمانية", "dpa"], &[]),
    outlet("CNN", &["cnn", "سي إن إن", "cnn بالعربية", "سي ان ان العربية"], &[]),
    outlet(
        "YJC",
        &[
            "وكالة نادي المراسلين الشباب للأنباء",
            "وكالة نادي المراسلين الشباب",
            "نادي المراسلين الشباب",
        ],
        &[],
    ),
    outlet("Mehr", &["وكالة مهر للأنباء", "مهر للأنباء", "وكالة مهر"], &["مهر"]),
    outlet("Tasnim", &["تسنيم", "وكالة تسنيم", "وكالة تسنيم الدولية للأنباء"], &[]),
    outlet("Fars", &["وكالة فارس", "وكالة أنباء فارس", "وكالة فارس للأنباء"], &["فارس"]),
    outlet("ISNA", &["ايسنا", "إسنا", "وكالة إسنا"], &[]),
    outlet("INA", &["واع", "وكالة الأنباء العراقية", "ina"], &[]),
    outlet("NINA", &["نينا", "الوكالة الوطنية العراقية للأنباء"], &[]),
    outlet("Xinhua", &["شينخوا", "وكالة شينخوا", "وكالة أنباء شينخوا", "xinhua"], &[]),
    outlet("AP", &["أسوشيتد برس", "اسوشيتد برس", "أسوشييتد برس", "ap"], &["أ ب", "ا ب"]),
    outlet("UPI", &["يو بي آي", "يو بي اي", "upi"], &[]),
    outlet("QNA", &["qna", "وكالة الأنباء القطرية"], &["قنا"]),
    outlet("BNA", &["bna", "وكالة أنباء البحرين"], &["بنا"]),
    outlet("ONA", &["العمانية", "وكالة الأنباء العمانية", "ona"], &[]),
    outlet("WAFA", &["وفا", "wafa"], &[]),
    outlet("Maan", &["وكالة معا", "شبكة معا"], &["معا"]),
    outlet("TAP", &["وكالة تونس أفريقيا للأنباء", "tap"], &["وات"]),
    outlet("APS", &["aps", "وكالة الأنباء الجزائرية"], &["واج", "وأج"]),
    outlet("MAP", &["map", "وكالة المغرب العربي للأنباء"], &["و م ع"]),
    outlet("AMI", &["و م أ", "الوكالة الموريتانية للأنباء"], &[]),
    outlet("NNA", &["الوكالة الوطنية للإعلام", "nna"], &["وطنية"]),
    outlet("LANA", &[], &["وال"]),
    outlet("SUNA", &["سونا", "suna"], &[]),
    outlet("Saba", &["سبأ نت", "سبانت"], &["سبأ"]),
    outlet("Sputnik", &["سبوتنيك", "sputnik"], &[]),
    outlet("TASS", &["تاس", "إيتار تاس", "ايتار تاس", "tass"], &[]),
    outlet("RIA Novosti", &["نوفوستي", "ريا نوفوستي"], &[]),
    outlet("Interfax", &["إنترفاكس", "انترفاكس"], &[]),
    outlet("RT", &["روسيا اليوم", "rt"], &[]),
    outlet("EFE", &["إفي", "إ ف ي", "efe"], &[]),
    outlet("ANSA", &["أنسا", "آكي"], &[]),
    outlet("Bloomberg", &["بلومبرغ", "بلومبيرغ", "بلومبرج"], &[]),
    outlet("Yonhap", &["يونهاب"], &[]),
    outlet("Kyodo", &["كيودو"], &[]),
    outlet("BBC", &["بي بي سي", "bbc", "بي بي سي عربي", "بي بي سي نيوز عربي"], &[]),
    outlet("Al Jazeera", &["الجزيرة نت"], &[]),
    outlet("Asharq Al-Awsat", &["الشرق الأوسط", "الشرق الأوسط أونلاين"], &[]),
    outlet("Al-Jazirah", &[], &["الجزيرة"]),
    outlet("Al-Eqtisadiah", &["الاقتصادية", "الاقتصادية الإلكترونية"], &[]),
    outlet("Al-Quds Al-Arabi", &["القدس العربي"], &[]),
    outlet("Al-Ittihad", &[], &["الاتحاد"]),
    outlet("Al-Khaleej", &[], &["الخليج"]),
    outlet("Al-Bayan", &[], &["البيان"]),
    outlet("Hespress", &["هسبريس"], &[]),
    outlet("Al Arabiya", &["العربية نت"], &[]),
    outlet("Sky News Arabia", &["سكاي نيوز عربية"], &[]),
    outlet("France 24", &["فرانس 24"], &[]),
    outlet("DW", &["دويتشه فيله", "dw"], &[]),
    outlet("Okaz", &["عكاظ"], &[]),
    outlet("Sabq", &["سبق"], &[]),
    outlet("Al-Weeam", &["الوئام"], &[]),
    outlet("Ain Alyoum", &["عين اليوم"], &[]),
    outlet("Al-Yaum", &[], &["اليوم"]),
    outlet("Al-Watan", &[], &["الوطن"]),
    outlet("Al-Hayat", &[], &["الحياة"]),
    outlet("Al-Madina", &[], &["المدينة"]),
    outlet("Agencies", &["وكالات", "الوكالات", "متابعات", "متابعة"], &[]),
];

/// How sure it is that a text names an outlet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Named {
    /// The name means nothing else.
    Surely(&'static str),
    /// The name is also a word or a place.
    Perhaps(&'static str),
}

impl Named {
    /// The English name; none for the word `agencies`, which names nobody.
    pub(super) fn english(self) -> Option<String> {
        let (Self::Surely(name) | Self::Perhaps(name)) = self;
        (name != "Agencies").then(|| name.to_owned())
    }
}

/// Longer keys name no outlet of the list, in bytes.
const LONGEST_NAME: usize = 90;

static BY_NAME: LazyLock<Known<Named>> = LazyLock::new(|| {
    let mut map = Known::default();
    for outlet in OUTLETS {
        for name in outlet.words {
            map.insert(super::fold::glued(name), Named::Perhaps(outlet.english));
        }
        for name in outlet.names {
            map.insert(super::fold::glued(name), Named::Surely(outlet.english));
        }
    }
    map
});

/// The outlet that a folded text names, spaces and dots within initials aside.
pub(super) fn named(key: &str) -> Option<Named> {
    if key.len() > LONGEST_NAME {
        return None;
    }
    let glued = match key.contains(' ') {
        true => Cow::Owned(key.replace(' ', "")),
        false => Cow::Borrowed(key),
    };
    BY_NAME.get(glued.as_ref()).copied()
}

/// Whether a folded text calls itself an outlet: an agency, network, paper or site unknown here.
pub(super) fn calls_itself_outlet(key: &str) -> bool {
    matches!(
        first(key),
        "شبكه"
            | "وكاله"
            | "صحيفه"
            | "جريده"
            | "موقع"
            | "قناه"
            | "راديو"
            | "اذاعه"
            | "مدار"
            | "الوقايع"
            | "بوابه"
            | "مجله"
            | "وكالات"
            | "الوكاله"
    ) && key.split(' ').count() <= 6
        || key.ends_with(" نيوز")
        || key.ends_with(" نت")
        || key.ends_with(" اوبزيرفر")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_agency_has_many_spellings() {
        for typed in ["اف ب", "أ ف ب", "ا.ف.ب", "أ. ف. ب", "فرانس برس"] {
            assert_eq!(named(&key(typed)), Some(Named::Surely("AFP")), "{typed}");
        }
        assert_eq!(named(&key("د.ب.أ")), Some(Named::Surely("dpa")));
        assert_eq!(named(&key("إرنا")), named(&key("ارنا")));
    }

    #[test]
    fn a_name_that_is_also_a_word_is_less_sure() {
        assert_eq!(named(&key("و م ع")), Some(Named::Perhaps("MAP")));
        assert_eq!(named(&key("الجزيرة")), Some(Named::Perhaps("Al-Jazirah")));
    }

    #[test]
    fn people_places_and_topics_are_told_apart() {
        assert!(is_person(&key("عبدالله الزهراني")) && is_person(&key("د. هاني رمزي عوض")));
        assert!(!is_person(&key("فعاليات متنوعة")) && !is_person(&key("محمد")));
        assert!(is_place(&key("مكة المكرمة")) && !is_place(&key("توعية المجتمع")));
    }
}
