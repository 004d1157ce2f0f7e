//! Words shown to people, in Chinese and English, out of catalogues that are part of the program.
//!
//! No other module may hold such words. This one depends on nothing of ours: it knows keys and arguments, not kinds or
//! errors. The catalogues are Project Fluent files with identical keys, which a test holds.

pub mod qr;

use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use unic_langid::LanguageIdentifier;

/// A language's sources: one for each reader of its words (records, answers of the interface, pages, those that explain, for those who write clients, those
/// of draws, of figures, of bulletins, of journeys, checks in
/// the browser, the importer, the desk).
macro_rules! sources {
    ($tag:literal) => {
        &[
            include_str!(concat!("../../templates/locales/", $tag, "/records.ftl")),
            include_str!(concat!("../../templates/locales/", $tag, "/problems.ftl")),
            include_str!(concat!("../../templates/locales/", $tag, "/pages.ftl")),
            include_str!(concat!("../../templates/locales/", $tag, "/help.ftl")),
            include_str!(concat!("../../templates/locales/", $tag, "/developers.ftl")),
            include_str!(concat!("../../templates/locales/", $tag, "/draws.ftl")),
            include_str!(concat!("../../templates/locales/", $tag, "/statistics.ftl")),
            include_str!(concat!("../../templates/locales/", $tag, "/bulletins.ftl")),
            include_str!(concat!("../../templates/locales/", $tag, "/journeys.ftl")),
            include_str!(concat!("../../templates/locales/", $tag, "/checks.ftl")),
            include_str!(concat!("../../templates/locales/", $tag, "/import.ftl")),
            include_str!(concat!("../../templates/locales/", $tag, "/desk.ftl")),
        ]
    };
}

const ZH: &[&str] = sources!("zh-CN");
const EN: &[&str] = sources!("en");

/// A language of the interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Lang {
    /// Simplified Chinese, `zh-CN`; the default.
    #[default]
    Zh,
    /// English, `en`.
    En,
}

impl Lang {
    /// Every language.
    pub const ALL: &'static [Self] = &[Self::Zh, Self::En];

    /// BCP 47 tag, as in the `lang` attribute.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Zh => "zh-CN",
            Self::En => "en",
        }
    }

    /// What is said in this language of two that say the same.
    #[must_use]
    pub fn pick<T>(self, zh: T, en: T) -> T {
        match self {
            Self::Zh => zh,
            Self::En => en,
        }
    }

    /// The language of a BCP 47 tag, by its primary subtag; `None` for a language without a catalogue.
    #[must_use]
    pub fn from_tag(tag: &str) -> Option<Self> {
        match tag
            .split(['-', '_'])
            .next()
            .unwrap_or_default()
            .to_ascii_lowercase()
            .as_str()
        {
            "zh" => Some(Self::Zh),
            "en" => Some(Self::En),
            _ => None,
        }
    }
}

/// An argument of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Arg {
    /// Shown as it is.
    Text(String),
    /// Shown as a number; also chooses the plural form.
    Number(i64),
    /// A key whose message is shown.
    Key(String),
    /// Keys whose messages are listed.
    Keys(Vec<String>),
}

impl From<&str> for Arg {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Arg {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for Arg {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

/// The catalogues, read once from the program itself.
pub struct Catalogue {
    zh: FluentBundle<FluentResource>,
    en: FluentBundle<FluentResource>,
}

static BUILT_IN: LazyLock<Catalogue> = LazyLock::new(|| Catalogue {
    zh: bundle(Lang::Zh, ZH),
    en: bundle(Lang::En, EN),
});

impl Catalogue {
    /// The catalogues of this program.
    #[must_use]
    pub fn built_in() -> &'static Self {
        &BUILT_IN
    }

    /// The message of a key. A key the catalogue lacks is its own message: an odd page serves a reader better than none,
    /// and the tests find the gap.
    #[must_use]
    pub fn get(&self, lang: Lang, key: &str, args: &[(&str, Arg)]) -> String {
        self.find(lang, key, args).unwrap_or_else(|| key.to_owned())
    }

    /// The message of the first key the catalogue has; the last key itself when it has none.
    #[must_use]
    pub fn first(&self, lang: Lang, keys: &[&str], args: &[(&str, Arg)]) -> String {
        let found = keys.iter().find_map(|key| self.find(lang, key, args));
        found.unwrap_or_else(|| keys.last().copied().unwrap_or_default().to_owned())
    }

    /// Whether the catalogue has the key.
    #[must_use]
    pub fn has(&self, lang: Lang, key: &str) -> bool {
        self.bundle(lang)
            .get_message(key)
            .is_some_and(|message| message.value().is_some())
    }

    /// Name of a kind of record.
    #[must_use]
    pub fn kind(&self, lang: Lang, kind: &str) -> String {
        self.get(lang, &format!("kind-{kind}"), &[])
    }

    /// Name of a field, as it is called in that kind of record.
    #[must_use]
    pub fn field(&self, lang: Lang, kind: &str, name: &str) -> String {
        self.first(
            lang,
            &[&format!("field-{kind}-{name}"), &format!("field-{name}")],
            &[],
        )
    }

    /// One sentence that says what a field means, in that kind of record.
    #[must_use]
    pub fn field_help(&self, lang: Lang, kind: &str, name: &str) -> String {
        self.first(
            lang,
            &[
                &format!("fieldhelp-{kind}-{name}"),
                &format!("fieldhelp-{name}"),
            ],
            &[],
        )
    }

    /// Name of a code: the one that dated rules give in Chinese and English, else the catalogue's, else the code itself.
    #[must_use]
    pub fn named_code(
        &self,
        lang: Lang,
        list: &str,
        code: &str,
        ruled: Option<(&str, &str)>,
    ) -> String {
        match ruled {
            Some((zh, en)) => lang.pick(zh, en).to_owned(),
            None => {
                let found = self.find(lang, &format!("code-{list}-{code}"), &[]);
                found.unwrap_or_else(|| code.to_owned())
            }
        }
    }

    /// Name of a code of a closed list.
    #[must_use]
    pub fn code(&self, lang: Lang, list: &str, code: &str) -> String {
        self.get(lang, &format!("code-{list}-{code}"), &[])
    }

    fn bundle(&self, lang: Lang) -> &FluentBundle<FluentResource> {
        match lang {
            Lang::Zh => &self.zh,
            Lang::En => &self.en,
        }
    }

    fn find(&self, lang: Lang, key: &str, args: &[(&str, Arg)]) -> Option<String> {
        let bundle = self.bundle(lang);
        let pattern = bundle.get_message(key)?.value()?;
        let mut given = FluentArgs::with_capacity(args.len());
        for (name, arg) in args {
            given.set(*name, self.value(lang, arg));
        }
        // What Fluent reports here, an argument not given, it also shows in the text; the tests look for it.
        Some(
            bundle
                .format_pattern(pattern, Some(&given), &mut Vec::new())
                .into_owned(),
        )
    }

    fn value(&self, lang: Lang, arg: &Arg) -> FluentValue<'static> {
        match arg {
            Arg::Text(text) => FluentValue::from(text.clone()),
            Arg::Number(number) => FluentValue::from(*number),
            Arg::Key(key) => FluentValue::from(self.get(lang, key, &[])),
            Arg::Keys(keys) => {
                let listed: Vec<String> = keys.iter().map(|key| self.get(lang, key, &[])).collect();
                FluentValue::from(listed.join(&self.get(lang, "import-separator", &[])))
            }
        }
    }
}

/// Keys of a catalogue in the order they stand, repeated ones repeated; for tests and tools.
#[must_use]
pub fn keys(lang: Lang) -> Vec<String> {
    let is_key = |line: &&str| line.starts_with(|c: char| c.is_ascii_alphabetic());
    let key = |line: &str| line.split_once('=').map(|(key, _)| key.trim().to_owned());
    sources(lang)
        .iter()
        .flat_map(|source| source.lines().filter(is_key).filter_map(key))
        .collect()
}

/// The sources of a language's catalogue, as they were compiled in.
#[must_use]
pub const fn sources(lang: Lang) -> &'static [&'static str] {
    match lang {
        Lang::Zh => ZH,
        Lang::En => EN,
    }
}

/// A foreign text short enough to be repeated: without control characters, cut after `most` characters, the cut marked.
#[must_use]
pub fn shortened(text: &str, most: usize) -> String {
    let mut characters = text.chars().filter(|c| !c.is_control());
    let mut shown: String = characters.by_ref().take(most).collect();
    if characters.next().is_some() {
        shown.push('…');
    }
    shown
}

/// A bundle of all sources of a language. A faulty source is skipped where it is faulty: the program must start, and
/// the tests refuse such a catalogue.
fn bundle(lang: Lang, sources: &[&str]) -> FluentBundle<FluentResource> {
    let id: LanguageIdentifier = lang
        .tag()
        .parse()
        .expect("the tags of Lang are language identifiers");
    let mut bundle = FluentBundle::new_concurrent(vec![id]);
    // Isolation marks would travel into CSV, feeds and copied text; both scripts run left to right.
    bundle.set_use_isolating(false);
    for source in sources {
        let resource = match FluentResource::try_new((*source).to_owned()) {
            Ok(resource) | Err((resource, _)) => resource,
        };
        bundle.add_resource_overriding(resource);
    }
    bundle
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn catalogues_parse_and_have_the_same_keys_once() {
        for lang in Lang::ALL {
            for source in sources(*lang) {
                let parsed = FluentResource::try_new((*source).to_owned());
                assert!(
                    parsed.is_ok(),
                    "{}: {:?}",
                    lang.tag(),
                    parsed.err().map(|(_, errors)| errors)
                );
            }
            let unique: BTreeSet<_> = keys(*lang).into_iter().collect();
            assert_eq!(
                unique.len(),
                keys(*lang).len(),
                "a key stands twice in {}",
                lang.tag()
            );
            for key in unique {
                assert!(
                    Catalogue::built_in().has(*lang, &key),
                    "{} {key}",
                    lang.tag()
                );
            }
        }
        let of = |lang| keys(lang).into_iter().collect::<BTreeSet<_>>();
        assert_eq!(of(Lang::Zh), of(Lang::En));
    }

    #[test]
    fn messages_take_arguments_and_keys() {
        let catalogue = Catalogue::built_in();
        let args = [
            ("field", Arg::Key("field-subject_uscc".to_owned())),
            ("found", Arg::Number(17)),
        ];
        let text = catalogue.get(Lang::Zh, "problem-uscc_length", &args);
        assert!(
            text.contains("统一社会信用代码") && text.contains("17"),
            "{text}"
        );
        assert!(
            !text.contains(['\u{2068}', '\u{2069}']),
            "isolation marks in {text:?}"
        );
    }

    #[test]
    fn a_missing_key_is_its_own_message() {
        let catalogue = Catalogue::built_in();
        assert_eq!(catalogue.get(Lang::En, "no-such-key", &[]), "no-such-key");
        assert!(!catalogue.has(Lang::En, "no-such-key"));
        assert_eq!(
            catalogue.field(Lang::En, "penalty", "no_such_field"),
            "field-no_such_field"
        );
    }

    #[test]
    fn foreign_texts_are_cut_where_a_cut_shows() {
        assert_eq!(shortened("名称", 2), "名称");
        assert_eq!(shortened("名称甲", 2), "名称…");
        assert_eq!(shortened("a\u{7}b\n", 2), "ab");
        assert_eq!(shortened("", 0), "");
    }

    #[test]
    fn tags() {
        assert_eq!(Lang::from_tag("zh-Hans-CN"), Some(Lang::Zh));
        assert_eq!(Lang::from_tag("EN-gb"), Some(Lang::En));
        assert_eq!(Lang::from_tag("fr"), None);
        for lang in Lang::ALL {
            assert_eq!(Lang::from_tag(lang.tag()), Some(*lang));
        }
    }
}
