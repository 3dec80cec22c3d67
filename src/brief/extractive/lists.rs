//! The words that the summarizer knows, folded: hamza forms as alef, teh marbuta as heh, alef
//! maqsura as yeh.

use std::{collections::HashSet, sync::LazyLock};

/// A closed set of folded words.
pub(super) type List = LazyLock<HashSet<&'static str>>;

/// Words that say nothing about what a text is about.
pub(super) static STOP_WORDS: List = LazyLock::new(|| STOP_WORDS_TEXT.split_whitespace().collect());
const STOP_WORDS_TEXT: &str = "
    اثناء احد احدي اخر اخري اخرين اذ اذا ازاء اشار اشارت اضاف اضافت اعرب اقل اكثر اكد اكدت
    الا الاخر الاخري التي الذي الذين اللاتي اللتين اللذان اللذين اللواتي الي اليه اليها
    اليهم اليوم ام اما امام امس ان انا انت انتم انما اننا انه انها انهم او اوضح اوضحت اوليك
    اي ايضا اين ايها بالرغم بان بانه بانها بحسب برغم بسبب بشان بشكل بعد بعدما بعض بل بما
    بنا به بها بهم بهما بين بينما تابع تابعت تجاه تحت تكون تلك تم تمت ثم جاء جاءت جدا حاليا
    حتي حسب حول حيث حين خلال دون ذات ذاته ذاتها ذكر ذكرت ذلك رغم زال سوف سوي شدد صرح ضد ضمن
    طالما عام عبر عدم علي عليه عليها عليهم عن عند عندما عنه عنها عنهم غير فقط فوق في فيما
    فيه فيها فيهم قال قالت قايلا قبل قبيل قد كان كانت كانوا كذلك كل كلما كله كلها كم كما كي
    كيف لا لازال لافتا لان لانه لانها لدي لفت لقد لكن لكنه لكنها لكي لم لما لماذا لن لنا له
    لها لهم لهما لو لولا لي ليس ليست ما مادام ماذا مازال مازالت مبينا متي مثل مثلا مشيرا
    مضيفا مع مما من منذ منه منها منهم مهما موضحا موكدا نحن نحو نفس نفسه نفسها هذا هذان هذه
    هل هم هما هن هنا هناك هنالك هو هولاء هي وراء وفق وفقا يا يتم يكون يوم
";

/// Verbs of saying.
pub(super) static SAYING: List = LazyLock::new(|| SAYING_TEXT.split_whitespace().collect());
const SAYING_TEXT: &str = "
    اختتم اختتمت اردف اردفت استدرك استدركت استطرد استطردت اشار اشارت اشاروا اضاف اضافت
    اضافوا اعتبر اعتبرت اعترف اعترفت اعرب اعربت اعلن اعلنت افاد افادت اقر اقرت اكد اكدت
    اكدوا اوضح اوضحت اوضحوا بين بينت تابع تابعت حذر حذرت ختم ختمت دعا دعت ذكر ذكرت ذكروا
    رات راي رد ردت روت روي زاد زادت زعم زعمت شدد شددت شددوا صرح صرحت طالب طالبت عبر عبرت
    قال قالت قالوا كشف كشفت لفت لفتت مضت مضي نفت نفي نقل نقلت نوه نوهت واصل واصلت
";

/// Participles of saying without their ending.
pub(super) static PARTICIPLES: List =
    LazyLock::new(|| PARTICIPLES_TEXT.split_whitespace().collect());
const PARTICIPLES_TEXT: &str = "
    داعي قايل كاشف لافت مبدي مبين متابع محذر مشدد مشير مضيف مطالب معتبر معرب معلن منوه موضح
    موكد
";

/// What follows a verb of saying where the speaker is left out.
pub(super) static AFTER_SAYING: List =
    LazyLock::new(|| AFTER_SAYING_TEXT.split_whitespace().collect());
const AFTER_SAYING_TEXT: &str = "
    ان انه انها انهم اننا اني بان بانه بانها بانهم باننا الي علي عن في من خلال قايلا قايله بالقول قوله ايضا كذلك هنا
";

/// Openings that point back at the sentence before.
pub(super) static LEANING: List = LazyLock::new(|| LEANING_TEXT.split_whitespace().collect());
const LEANING_TEXT: &str = "
    وهو وهي وهم وهذا وهذه وذلك ولذلك لذلك وبذلك بذلك وكذلك لكن ولكن لكنه لكنها هو هي هذا
    هذه ذلك وتلك كما ومنها ومنهم وفيها وفيه وعليه بالتالي وبالتالي الا
";

/// Words of greetings and calls to subscribe, never of news.
pub(super) static ADVERTISING: List =
    LazyLock::new(|| ADVERTISING_TEXT.split_whitespace().collect());
const ADVERTISING_TEXT: &str = "
    تابعونا اشتركوا اشترك للاشتراك للتواصل اضغط انقر مشاهدينا مستمعينا اعزاءنا
    اعزايي عزيزي راسلونا شاركونا متابعينا
";
