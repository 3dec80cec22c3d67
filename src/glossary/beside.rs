//! The words that stand beside persons' names in Arabic news copy, folded.
//!
//! Lists, not grammar; `persons` says what is concluded from them.

use std::sync::LazyLock;

use crate::article::wordmap::WordTable;

/// A list of words, looked up whole.
pub(super) struct Words(LazyLock<WordTable<&'static str, ()>>);

impl Words {
    /// Whether a folded word is on the list.
    pub(super) fn contains(&self, word: &str) -> bool {
        self.0.contains(word)
    }
}

macro_rules! words {
    ($text:expr) => {
        Words(LazyLock::new(|| $text.split_whitespace().map(|word| (word, ())).collect()))
    };
}

/// Titles and callings before a name, folded, without the article.
pub(super) static TITLES: Words = words!(
    "وزير رئيس مدير دكتور دكتوره مهندس مهندسه استاذ استاذه شيخ سيد سيده حاج حاجه امير اميره \
     ملك ملكه سلطان سفير سفيره نائب نائبه قاضي محامي محاميه طبيب طبيبه صحفي صحفيه صحافي \
     صحافيه مراسل مراسله زميل زميله متحدث متحدثه ناطق ناطقه كاتب كاتبه محلل مدرب لاعب لاعبه \
     مهاجم حارس فنان فنانه منشد مطرب مطربه ممثل ممثله مخرج شاعر شاعره روائي مواطن شاب قائد \
     جنرال خبير خبيره باحث باحثه ناشط ناشطه وكيل محافظ امين عضو مستشار مفتي امام بروفيسور \
     عمده معلم طالب طفل شهيد مرحوم قيادي"
);

/// Verbs of saying and doing after which a subject stands.
pub(super) static SAYING: Words = words!(
    "قال قالت يقول تقول اكد اكدت اوضح اوضحت اضاف اضافت صرح صرحت اعلن اعلنت ذكر ذكرت افاد \
     افادت اشار اشارت شدد شددت كشف كشفت لفت لفتت نفي نفت حذر حذرت دعا دعت بين بينت تابع تابعت \
     عبر عبرت اعرب اعربت اعتبر اعتبرت توقع توقعت راي التقي التقت استقبل استقبلت زار وصل انتقد \
     اتهم ادان طالب قرر وعد سجل احرز تقدم شكر هنا"
);

/// Words with the article that no family is called by.
pub(super) static NO_FAMILY: Words = words!(
    "الذي التي الذين اللذين اليوم الليله الان امس الماضي الماضيه المقبل المقبله القادم الجاري \
     الحالي السابق السابقه الاسبق الراحل الراحله الجديد الجديده الاول الاولي الثاني الثانيه \
     الثالث الرابع الخامس السادس السابع الثامن العاشر الاخير الاخيره الاثنين الثلاثاء \
     الاربعاء الخميس الجمعه السبت الاحد الصباح المساء العام الشهر الاسبوع السنه القائم المكلف \
     المنتخب المخلوع الملقب المعروف المتهم البالغ المدعو الموقوف المعتقل الشهير الكبير الصغير \
     الدوليه الدولي الوطني الوطنيه العامه الرسمي الرسميه السياسي السياسيه الله الى الي التابع"
);

/// Words that follow a name and are no part of it.
pub(super) static AFTER: Words = words!(
    "في من على عن الي ان انه انها بان مع هو هي كان كانت قد لا لم لن ما بعد قبل خلال حول عند \
     عقب اثر امس اول مساء صباح ظهر يوم غدا اليوم امام ضد بين حتي منذ ثم او كما حيث لدي عبر \
     رئيس وزير نائب عضو مدير بشان بحق الذي التي هذا هذه ذلك لكن بل اي كل بعض غير سوي ايضا \
     مؤكدا مشيرا قائلا لافتا موضحا مضيفا معربا مبينا نفسه نفسها وسط ضمن لقاء كلا فيما بينما \
     عندما اذا لو منها منهم وفق بحسب حسب تحت فوق اطلاق"
);
