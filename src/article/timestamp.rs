//! The page's own date and time, on a line of their own: not the story's dateline.

use super::{
    fold::{self, in_list},
    lines::{Ending, Line},
};

/// Words that say when a page was published, at the head of a line with a number in it.
const SAYS: [&str; 15] = [
    "تم التحديث",
    "حدث في",
    "نشرت في",
    "بتاريخ",
    "نشر في",
    "تم النشر",
    "تاريخ النشر",
    "اخر تحديث",
    "اخر تعديل",
    "منشور",
    "published",
    "updated",
    "اجراء",
    "تاريخ الخبر",
    "تحديث",
];
/// Weekdays and months of every calendar that Arabic sites print, folded.
const CALENDAR: &str = "السبت الاحد الاثنين الثلاثاء الاربعاء الخميس الجمعه كانون تشرين \
    الثاني الاول شباط اذار نيسان ايار حزيران تموز اب \
    ايلول يناير فبراير مارس ابريل مايو يونيو يونيه يوليو \
    يوليه اغسطس سبتمبر اكتوبر نوفمبر ديسمبر جانفي فيفري افريل \
    ماي جوان جويليه اوت يوليوز غشت شتنبر نونبر دجنبر \
    محرم صفر ربيع جمادي الاخره الاخر رجب شعبان رمضان \
    شوال ذو ذي القعده الحجه mon tue wed thu fri sat sun \
    monday tuesday wednesday thursday friday saturday sunday jan feb mar apr may jun \
    jul aug sep oct nov dec january february march april june july august september \
    october november december";
/// Words of a clock, folded.
const CLOCK: &str = "ص م ت ق ه الساعه بتوقيت gmt am \
    pm غرينتش غرينيتش جرينتش مساء صباحا في يوم الموافق \
    منذ قبل ساعات ساعه دقيقه دقايق utc مكه المكرمه \
    التاريخ تاريخ";

/// Whether a line is nothing but the page's own date and time.
pub(super) fn is_timestamp(line: &Line<'_>) -> bool {
    if line.words > 16 || line.ending() == Ending::Stop {
        return false;
    }
    if line.words <= 4 && is_ago(line.key()) {
        return true;
    }
    if !fold::has_digit(&line.text) {
        return false;
    }
    let key = line.key();
    let says = SAYS.iter().any(|start| key.starts_with(start))
        || key.contains(" نشر في ")
        || key.contains(" اخر تحديث ");
    if says {
        return line.words <= 14;
    }
    let mut dated = false;
    let all = key.split(' ').all(|word| {
        let word = word.trim_matches(|c: char| c.is_ascii_digit());
        let named = !word.is_empty() && in_list(CALENDAR, word);
        dated |= named;
        named || word.is_empty() || in_list(CLOCK, word)
    });
    let clock = || {
        let marked = line.text.contains([':', '/', '-', '|']) || key.ends_with(" ت م");
        marked && key.bytes().filter(u8::is_ascii_digit).count() >= 4
    };
    all && (dated || clock())
}

/// `منذ 3 ساعات`, `قبل يومين`: how long ago, and nothing else.
fn is_ago(key: &str) -> bool {
    const SPANS: &str = "دقيقه دقيقتين دقايق ساعه ساعتين ساعات يوم يومين ايام اسبوع اسبوعين \
        اسابيع شهر شهرين اشهر شهور سنه سنتين سنوات عام عامين اعوام ثانيه ثواني ثوان";
    let mut words = key.split(' ');
    let since = matches!(words.next(), Some("منذ" | "قبل"));
    let mut rest = words.filter(|word| !word.bytes().all(|b| b.is_ascii_digit()));
    since && rest.next().is_some_and(|word| in_list(SPANS, word)) && rest.next().is_none()
}
