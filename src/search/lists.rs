//! The word lists in `search/`, read once: what both engines know of Chinese and of the field.
//!
//! Data only: nothing here knows a field, a query or an engine. Whoever makes tokens from these lists must put [`digest`] into what
//! identifies its index, or old tokens meet new queries.

use super::fold::compact;
use serde::Deserialize;
use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

const DICTIONARY: &str = include_str!("../../search/dictionary.txt");
const LABELS: &str = include_str!("../../search/labels.txt");
const READINGS: &str = include_str!("../../search/readings.txt");
const SIMPLIFIED: &str = include_str!("../../search/simplified.txt");
const STOP_WORDS: &str = include_str!("../../search/stopwords.txt");
const SYNONYMS_FILE: &str = include_str!("../../search/synonyms.toml");

/// First and last character that the simplifying looks at: all that `simplified.txt` may hold.
const HAN: (char, char) = ('\u{4e00}', '\u{9fff}');

/// The file of synonyms.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Synonyms {
    /// Words that say the same: each finds the others.
    same: Vec<Vec<String>>,
    /// What is typed, and what records say for it: the first as good as typed.
    means: HashMap<String, Vec<String>>,
    /// What kinds of record are called.
    kinds: HashMap<String, Vec<String>>,
}

/// What a word also means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Meaning {
    pub(super) text: String,
    /// Whether it is as good as the word itself.
    pub(super) near: bool,
}

static SYNONYMS: LazyLock<Synonyms> = LazyLock::new(|| match toml::from_str(SYNONYMS_FILE) {
    Ok(synonyms) => synonyms,
    // A file of this program; a test reads it.
    Err(error) => unreachable!("search/synonyms.toml: {error}"),
});

/// What a word also means, each a text of its own; nothing for most words.
pub(super) fn meanings(word: &str) -> &'static [Meaning] {
    static MEANINGS: LazyLock<HashMap<&str, Vec<Meaning>>> = LazyLock::new(|| {
        let mut meanings: HashMap<&str, Vec<Meaning>> = HashMap::new();
        let mut add = |word: &'static String, text: &String, near: bool| {
            let text = text.clone();
            let all = meanings.entry(word.as_str()).or_default();
            if all.iter().all(|known| known.text != text) {
                all.push(Meaning { text, near });
            }
        };
        for group in &SYNONYMS.same {
            for word in group {
                for other in group.iter().filter(|other| *other != word) {
                    add(word, other, true);
                }
            }
        }
        for (word, texts) in &SYNONYMS.means {
            for (place, text) in texts.iter().enumerate() {
                add(word, text, place == 0);
            }
        }
        meanings
    });
    MEANINGS.get(word).map_or(&[], Vec::as_slice)
}

/// Words that also mean something.
pub(super) fn meant_words() -> impl Iterator<Item = &'static str> {
    known_words()
        .map(String::as_str)
        .filter(|word| !meanings(word).is_empty())
}

/// The kinds of record that are called so.
pub(super) fn kinds_called(word: &str) -> impl Iterator<Item = &'static str> {
    let kinds = SYNONYMS.kinds.iter();
    let called = kinds.filter(move |(_, words)| words.iter().any(|one| one == word));
    called.map(|(kind, _)| kind.as_str())
}

/// Words that the general dictionary does not know or would cut otherwise, with their frequency where one is given.
pub(super) fn dictionary() -> impl Iterator<Item = (&'static str, Option<usize>)> {
    lines(DICTIONARY).filter_map(|line| {
        let mut parts = line.split_whitespace();
        let word = parts.next()?;
        Some((word, parts.next().and_then(|digits| digits.parse().ok())))
    })
}

/// Words of which synonyms are known: they must come out of the cutting whole.
pub(super) fn known_words() -> impl Iterator<Item = &'static String> {
    SYNONYMS.same.iter().flatten().chain(SYNONYMS.means.keys())
}

/// Words that say nothing in running text.
pub(super) fn stop_words() -> &'static HashSet<&'static str> {
    static STOP: LazyLock<HashSet<&'static str>> = LazyLock::new(|| lines(STOP_WORDS).collect());
    &STOP
}

/// Characters that are read in more than one way, with their readings.
pub(super) fn readings() -> impl Iterator<Item = (char, impl Iterator<Item = &'static str>)> {
    lines(READINGS).filter_map(|line| {
        let mut parts = line.split_whitespace();
        Some((parts.next()?.chars().next()?, parts))
    })
}

/// What stands before a code or name that was copied from a form, folded.
pub(super) fn labels() -> &'static HashSet<String> {
    static ALL: LazyLock<HashSet<String>> = LazyLock::new(|| lines(LABELS).map(compact).collect());
    &ALL
}

/// The simplified form of a traditional character; any other as it is.
pub(super) fn simplified(c: char) -> char {
    static FORMS: LazyLock<Vec<char>> = LazyLock::new(|| {
        let mut forms: Vec<char> = (HAN.0..=HAN.1).collect();
        for pair in lines(SIMPLIFIED).flat_map(str::split_whitespace) {
            let mut both = pair.chars();
            if let (Some(from), Some(to)) = (both.next(), both.next())
                && let Some(form) = forms.get_mut(place(from))
            {
                *form = to;
            }
        }
        forms
    });
    FORMS.get(place(c)).copied().unwrap_or(c)
}

fn place(c: char) -> usize {
    (u32::from(c) as usize).wrapping_sub(HAN.0 as usize)
}

/// Identifies all the lists together.
pub(super) fn digest() -> String {
    let all = [
        DICTIONARY,
        LABELS,
        READINGS,
        SIMPLIFIED,
        STOP_WORDS,
        SYNONYMS_FILE,
    ]
    .join("\0");
    gongshi_verify::encoding::hex(&gongshi_verify::hash::sha256(all.as_bytes()))
}

fn lines(data: &'static str) -> impl Iterator<Item = &'static str> {
    data.lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Kind;

    #[test]
    fn word_lists_are_clean() {
        for (name, data) in [
            ("dictionary", DICTIONARY),
            ("labels", LABELS),
            ("readings", READINGS),
            ("stop words", STOP_WORDS),
        ] {
            let mut seen = HashSet::new();
            for line in lines(data) {
                let word = line.split_whitespace().next().unwrap();
                assert!(seen.insert(word), "{name}: {word} stands twice");
            }
        }
        for (word, _) in dictionary() {
            assert!(
                !stop_words().contains(word),
                "{word} is both a word and a stop word"
            );
        }
    }

    #[test]
    fn traditional_characters_have_one_simplified_form() {
        let mut seen = HashSet::new();
        for pair in lines(SIMPLIFIED).flat_map(str::split_whitespace) {
            let both: Vec<char> = pair.chars().collect();
            let [from, to] = both[..] else {
                panic!("{pair} is no pair");
            };
            assert!(seen.insert(from), "{from} stands twice");
            assert_eq!(simplified(from), to);
            assert_eq!(simplified(to), to, "{pair}: a form must be at its end");
        }
        assert_eq!(simplified('\u{3400}'), '\u{3400}');
        assert_eq!(simplified('a'), 'a');
    }

    #[test]
    fn readings_are_more_than_one() {
        for (c, all) in readings() {
            let all: Vec<&str> = all.collect();
            assert!(all.len() > 1, "{c}");
            for reading in all {
                let spelled = reading.bytes().all(|byte| byte.is_ascii_lowercase());
                assert!(spelled, "{c}: {reading}");
            }
        }
    }

    #[test]
    fn synonyms_are_clean_and_go_both_ways_where_they_say_so() {
        for group in &SYNONYMS.same {
            assert!(group.len() > 1, "{group:?}");
        }
        let texts = SYNONYMS.means.values().flatten();
        let texts = texts.chain(SYNONYMS.kinds.values().flatten());
        for text in known_words().chain(texts) {
            assert!(!compact(text).is_empty(), "{text:?}");
        }
        let mut seen = HashSet::new();
        for word in SYNONYMS.same.iter().flatten() {
            assert!(seen.insert(word), "{word} is in two groups");
        }
        for word in known_words().chain(SYNONYMS.kinds.values().flatten()) {
            assert_eq!(&compact(word), word, "words are looked up folded");
            assert!(
                !stop_words().contains(word.as_str()),
                "{word} is a stop word"
            );
        }
        for kind in SYNONYMS.kinds.keys() {
            assert!(kind.parse::<Kind>().is_ok(), "{kind} is no kind");
        }
        let says = |word: &str, text: &str| meanings(word).iter().any(|one| one.text == text);
        assert!(says("市监局", "市场监督管理局"));
        assert!(says("市场监督管理局", "市监局"));
        assert!(says("失联", "无法联系"));
        assert!(!says("无法联系", "失联"));
        assert_eq!(
            kinds_called("黑名单").collect::<Vec<_>>(),
            ["serious_listing"]
        );
    }
}
