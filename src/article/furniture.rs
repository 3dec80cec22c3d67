//! Lines that surround a story and are not it: comment forms, share rows, links, notices.
//!
//! A line is furniture when the whole of it is: the same words inside running text stay, and so
//! does a subhead that only begins like one (`إعلان طهران`). Every rule gives its reason, which
//! is reported with the line. The words are those of Arabic news sites and their content systems.

use super::{
    Reason, fold, gazetteer,
    lines::{Ending, Line},
};

use Reason::{Caption, CommentForm, Copyright, Counter, Credit, Kicker, Navigation, Promotion, RelatedLinks, Share, Tags};

/// Whole lines, folded.
static WHOLE: &[(Reason, &[&str])] = &[
    (CommentForm, &["تعليقك", "اترك تعليقا", "اترك تعليقك", "اضف تعليق", "اضف تعليقا", "اضف تعليقك", "التعليقات", "تعليقات", "تعليق",
        "ارسل تعليقك", "ارسال", "نص التعليق", "your comment", "your name", "your email", "leave a comment", "لا يوجد تعليقات", "لا توجد تعليقات", "الاسم", "البريد الالكتروني", "ارسل"]),
    (Share, &["شارك", "مشاركه", "شاركها", "شاركنا", "شارك الخبر", "شارك هذا الخبر", "شارك المقال", "شارك المقاله", "مشاركه الخبر", "مشاركه المقال", "نسخ الرابط",
        "انسخ الرابط", "تم نسخ الرابط", "طباعه", "اطبع", "طباعه الخبر", "ارسل لصديق", "ارسال لصديق", "ارسل الي صديق", "حفظ", "share", "share this", "print", "email", "copy link", "شارك علي", "شارك عبر", "شارك الموضوع"]),
    (Navigation, &["المزيد", "الرييسيه", "الصفحه الرييسيه", "السابق", "التالي", "القايمه", "بحث", "ابحث", "اعلان", "اعلانات", "advertisement", "ads", "menu", "search",
        "next previous", "next", "previous", "home", "logo", "الخبر السابق", "الخبر التالي", "اخر الاخبار", "البث المباشر", "تسجيل الدخول", "دخول", "من نحن", "اتصل بنا", "اغلاق", "العربيه english", "live", "مباشر", "عرض المزيد", "تحميل المزيد", "اقرا المزيد", "المزيد من الاخبار", "ارشيف"]),
    (Counter, &["a a", "aa", "ا ا", "مشاهدات عاليه", "font size", "حجم الخط", "تكبير الخط", "استمع", "استمع للمقال", "استمع الي المقال", "استمع الي الخبر"]),
    (Promotion, &["النشره البريديه", "مقال مورشف", "تسجيل الدخول باقه الاشتراكات", "اشترك", "اشترك الان", "اشترك معنا", "تصميم و تطوير", "تصميم وتطوير", "برمجه وتصميم", "تابعنا", "تابعونا"]),
    (Tags, &["سمات", "وسوم", "الوسوم", "tags", "كلمات دلاليه", "الكلمات الدلاليه", "كلمات مفتاحيه", "الكلمات المفتاحيه", "الكلمات المفتاحيه للخبر"]),
    (Kicker, &["عاجل", "خاص", "حصري", "ترند", "رييس مجلسي الاداره والتحرير", "رييس مجلس الاداره", "رييس التحرير", "مدير التحرير", "المدير العام"]),
    (Caption, &["صوره ارشيفيه", "صوره", "ارشيفيه", "صوره تعبيريه", "صوره توضيحيه", "ارشيف الصوره", "فيديو", "شاهد الفيديو"]),
    (Credit, &["المصدر"]),
];

/// Beginnings of lines that end without a full stop or are known notices, folded.
static BEGINS: &[(Reason, &[&str])] = &[
    (CommentForm, &["you are replying to", "لن يتم نشر عنوان بريدك", "لن ينشر عنوان بريدك", "الحقول الالزاميه", "تم اضافه تعليقك", "لا توجد تعليقات علي", "اضف تعليقا واقرا",
        "اترك رد", "ادخل تعليقك", "عدد التعليقات", "التعليقات المنشوره", "ترحب شبكه", "شروط التعليق", "ملاحظه التعليقات", "احفظ اسمي بريدي", "يجب ان تكون مسجلا"]),
    (Share, &["شارك الخبر علي", "شاركوا هذا", "شارك هذا", "انسخ الرابط", "رابط الخبر", "رابط مختصر", "الرابط المختصر", "رابط المقال", "مشاركه عبر", "شارك عبر", "شارك مع", "شارك علي"]),
    (Promotion, &["تابعوا", "تابعونا", "تابعنا علي", "تابع اخر", "تابع قناتنا", "اشترك في", "اشترك ب", "اشتركوا", "ليصلك المزيد", "انضم الي", "انضموا", "حمل تطبيق", "حملوا", "حمل التطبيق",
        "للتواصل ارسل", "هذا المقال مورشف", "المقال كاملا", "زين تبدا بالرمز", "للاشتراك", "للاعلان", "للمزيد من الاخبار", "سجل دخولك", "يمكنكم متابعه"]),
    (Copyright, &["جميع الحقوق", "كافه الحقوق", "حقوق النشر", "حقوق الطبع", "الحقوق محفوظه", "لا مانع من الاقتباس", "لا يجوز نشر", "الاراء الوارده", "المقالات المنشوره", "الاخبار المنشوره علي الصفحه", "تصميم و تطوير", "تصميم وتطوير", "يمنع الاقتباس", "يمنع نقل", "all rights reserved", "copyright", "the post "]),
    (Counter, &["عدد المشاهدات", "عدد القراءات", "عدد الزيارات", "مده القراءه", "وقت القراءه", "رمز الخبر", "رقم الخبر", "كود الخبر", "المشاهدات", "القراءات", "قراءه المقال"]),
    (Tags, &["الكلمات المفتاحيه ", "كلمات مفتاحيه ", "كلمات دلاليه ", "الكلمات الدلاليه ", "وسوم ", "الوسوم ", "سمات ", "tags "]),
    (Credit, &["المصدر ", "مصدر الصوره", "خدمه ", "خاص ب ", "خاص بـ", "بالاتفاق مع", "لمراسله الكاتب", "للتواصل مع الكاتب", "بريد الكاتب", "تصوير ", "عدسه ", "ترجمه ", "نقلا عن "]),
    (Navigation, &["الرجوع الي", "العوده الي", "العوده للصفحه", "الذهاب الي", "اذهب الي", "skip to", "انتقل الي"]),
    (Caption, &["صوره ارشيفيه", "صوره من", "صوره تعبيريه", "ارشيفيه "]),
];

/// Words before links to other stories: alone they head a list, else the link follows them.
static RELATED: &[&str] = &[
    "شاهد ايضا", "اقرا ايضا", "اقرءوا ايضا", "اقرا كذلك", "طالع ايضا", "انظر ايضا", "تابع ايضا", "اقرا المزيد", "اقراوا ايضا", "اقرا في", "مواضيع ذات صله", "موضوعات ذات صله",
    "اخبار ذات صله", "مقالات ذات صله", "مواد ذات صله", "قصص ذات صله", "ذات صله", "موضوعات متعلقه", "مواضيع متعلقه", "اخبار متعلقه", "مقالات متعلقه", "قد يعجبك", "قد يهمك", "ربما يعجبك",
    "اخترنا لك", "اخترنا لكم", "نرشح لك", "الاكثر قراءه", "الاكثر تصفحا", "الاكثر مشاهده", "الاكثر شيوعا", "مواضيع قد تهمك", "مواضيع مشابهه", "اخبار مشابهه", "من نفس القسم", "المزيد من", "للمزيد", "لقراءه المزيد", "related", "read also", "read more", "see also", "ذات علاقه",
];

/// What a furniture line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Verdict {
    pub(super) reason: Reason,
    /// Whether links to other stories follow on lines of their own.
    pub(super) heads_links: bool,
}

const fn only(reason: Reason) -> Option<Verdict> {
    Some(Verdict { reason, heads_links: false })
}

/// Whether a whole line is furniture wherever it stands; `first` says that it opens the source.
pub(super) fn judge(line: &Line<'_>, first: bool) -> Option<Verdict> {
    let key = line.key.as_str();
    if key.is_empty() {
        return None;
    }
    if let Some((reason, _)) = WHOLE.iter().find(|(_, keys)| keys.contains(&key)) {
        return only(*reason);
    }
    let stopped = line.ending() == Ending::Stop;
    // The first line of a title's length is the title, whatever it begins with.
    if first && line.words >= 5 {
        return by_form(line);
    }
    if let Some(start) = RELATED.iter().find(|start| begins(key, start)) {
        let rest = key[start.len()..].trim();
        let short = rest.is_empty() || matches!(rest, "ايضا" | "لك" | "لكم") || line.words <= 3 && line.ending() == Ending::Colon;
        let link = !stopped && line.words <= 24 && (!matches!(*start, "المزيد من" | "للمزيد") || line.text.contains(':'));
        if short || link {
            return Some(Verdict { reason: RelatedLinks, heads_links: short });
        }
    }
    if let Some((reason, _)) = BEGINS.iter().find(|(_, starts)| starts.iter().any(|start| key.starts_with(start)))
        && (!stopped || matches!(reason, CommentForm | Copyright | Promotion))
        && fits(*reason, line)
    {
        return only(*reason);
    }
    by_form(line)
}

/// Whether a folded line begins with whole words.
fn begins(key: &str, start: &str) -> bool {
    key.strip_prefix(start).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
}

/// Beginnings that are also words of prose count only in lines of a notice's length and shape.
fn fits(reason: Reason, line: &Line<'_>) -> bool {
    match reason {
        Credit => line.words <= 10 && (line.lead != super::markers::Lead::Bare || line.text.contains([':', '«', '"', 'ـ', '@']) || line.words <= 3),
        Promotion => line.words <= 18 && (line.ending() != Ending::Stop || line.key.contains("مورشف")),
        Tags => line.words <= 30,
        CommentForm | Copyright => true,
        _ => line.words <= 20,
    }
}

/// Lines known by their shape: addresses, handles, networks' names, hashtags, dates, signs.
fn by_form(line: &Line<'_>) -> Option<Verdict> {
    let text = line.text.as_ref();
    if text.contains('©') || line.key.ends_with("all rights reserved") {
        return only(Copyright);
    }
    if line.key.ends_with(" logo") {
        return only(Navigation);
    }
    if text.contains("pic.twitter.com") && line.words <= 6 {
        return only(Share);
    }
    if line.words <= 3 && is_address(text) {
        return only(if text.contains('@') { Credit } else { Share });
    }
    if text.split_whitespace().all(|word| word.starts_with('#')) {
        return only(Tags);
    }
    if line.words <= 8 && is_networks(&line.key) {
        return only(Share);
    }
    if is_reading_time(&line.key) {
        return only(Counter);
    }
    is_timestamp(line).then_some(Verdict { reason: Reason::Timestamp, heads_links: false })
}

fn is_address(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    text.split_whitespace().any(|word| word.contains('@') && word.is_ascii())
        || ["http://", "https://", "www."].iter().any(|start| lower.starts_with(start))
}

/// Whether a line is names of social networks only, also glued together.
fn is_networks(key: &str) -> bool {
    const NAMES: [&str; 25] = [
        "facebook", "twitter", "whatsapp", "telegram", "linkedin", "email", "instagram", "youtube", "messenger", "pinterest", "print", "copy", "link", "viber", "google", "plus",
        "فيسبوك", "تويتر", "واتساب", "واتس اب", "تيليجرام", "تلغرام", "تليجرام", "لينكد ان", "انستغرام",
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
    rest.len() < key.len() && matches!(rest, "min" | "min read" | "دقيقه" | "دقايق" | "دقايق للقراءه" | "دقايق قراءه" | "دقيقه للقراءه" | "مشاهده" | "مشاهدات" | "قراءه" | "زياره" | "views")
}

/// Whether a line is nothing but the page's own date and time.
pub(super) fn is_timestamp(line: &Line<'_>) -> bool {
    let key = line.key.as_str();
    if line.words > 16 || !key.contains(|c: char| c.is_ascii_digit()) || line.ending() == Ending::Stop {
        return false;
    }
    let says = ["نشر في", "تم النشر", "تاريخ النشر", "اخر تحديث", "اخر تعديل", "منشور", "published", "updated", "اجراء", "تاريخ الخبر", "تحديث"];
    if says.iter().any(|start| key.starts_with(start)) || key.contains(" نشر في ") || key.contains(" اخر تحديث ") {
        return line.words <= 14;
    }
    let clock = line.text.contains([':', '/', '-', '|']) || key.ends_with(" ت م") || key.contains("gmt");
    let mut dated = false;
    let all = key.split(' ').all(|word| {
        let digits = word.trim_matches(|c: char| c.is_ascii_digit());
        let named = is_calendar_word(digits);
        dated |= named;
        named || digits.is_empty() || matches!(digits, "ص" | "م" | "ت" | "ق" | "ه" | "الساعه" | "بتوقيت" | "gmt" | "am" | "pm" | "غرينتش" | "غرينيتش" | "جرينتش" | "مساء" | "صباحا" | "في" | "يوم" | "الموافق" | "منذ" | "قبل" | "ساعات" | "ساعه" | "دقيقه" | "دقايق" | "utc" | "مكه" | "المكرمه" | "التاريخ" | "تاريخ")
    });
    all && (dated || clock && key.bytes().filter(u8::is_ascii_digit).count() >= 4)
}

fn is_calendar_word(word: &str) -> bool {
    matches!(word, "السبت" | "الاحد" | "الاثنين" | "الثلاثاء" | "الاربعاء" | "الخميس" | "الجمعه"
        | "كانون" | "تشرين" | "الثاني" | "الاول" | "شباط" | "اذار" | "نيسان" | "ايار" | "حزيران" | "تموز" | "اب" | "ايلول"
        | "يناير" | "فبراير" | "مارس" | "ابريل" | "مايو" | "يونيو" | "يونيه" | "يوليو" | "يوليه" | "اغسطس" | "سبتمبر" | "اكتوبر" | "نوفمبر" | "ديسمبر"
        | "جانفي" | "فيفري" | "افريل" | "ماي" | "جوان" | "جويليه" | "اوت" | "يوليوز" | "غشت" | "شتنبر" | "نونبر" | "دجنبر"
        | "محرم" | "صفر" | "ربيع" | "جمادي" | "الاخره" | "الاخر" | "رجب" | "شعبان" | "رمضان" | "شوال" | "ذو" | "ذي" | "القعده" | "الحجه")
}

/// Whether a line above the title is the name of a desk or section.
pub(super) fn is_desk(key: &str) -> bool {
    const WORDS: [&str; 44] = [
        "اخبار", "سياسه", "سياسي", "اقتصاد", "اقتصادي", "رياضه", "رياضي", "ثقافه", "ثقافي", "فن", "فنون", "منوعات", "عربي", "عربيه", "عرب", "دولي", "دوليه", "محليات", "محلي", "محليه",
        "العالم", "مجتمع", "تكنولوجيا", "صحه", "علوم", "حوادث", "تقارير", "تقرير", "تحقيقات", "مقالات", "راي", "عام", "الاقتصاد", "الرياضه", "السياسه", "المحليات", "قضايا", "ملفات", "تحليل", "متفرقات", "اقليمي", "وطني", "خارجيات", "شوون",
    ];
    key.split(' ').count() <= 3 && key.split(' ').any(|word| WORDS.contains(&word))
}

/// Whether a masthead names its editor on the next line.
pub(super) fn names_editor(line: &Line<'_>) -> bool {
    matches!(line.key.as_str(), "رييس مجلسي الاداره والتحرير" | "رييس مجلس الاداره" | "رييس التحرير" | "مدير التحرير" | "المدير العام")
}

/// Whether a short line has a caption's words or signs itself with an agency.
pub(super) fn is_caption(line: &Line<'_>) -> bool {
    const WORDS: [&str; 16] = [
        "اثناء", "جانب من", "صوره", "ارشيفيه", "لقطه", "من اليمين", "من اليسار", "يتوسط", "يصافح", "لدي استقباله", "خلال استقباله", "خلال لقاي", "ارشيف", "لحظه", "خلال اجتماع", "علم ",
    ];
    let signed = line.text.ends_with(')')
        && line.text.rfind('(').is_some_and(|at| gazetteer::named(&fold::key(&line.text[at..])).is_some());
    signed || line.words <= 16 && WORDS.iter().any(|word| line.key.starts_with(word) || line.key.contains(&format!(" {word}")))
}

#[cfg(test)]
#[path = "furniture_tests.rs"]
mod tests;
