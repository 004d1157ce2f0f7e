//! What the server is told of the index: fields, order, synonyms. All of it comes from here and from the lists in `search/`, none from hand.

use super::words::{kind, word};
use crate::search::cut::query_words;
use crate::search::lists;
use crate::search::plan::{Reach, also_means};
use gongshi_verify::encoding::hex;
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeSet;

/// The form of documents and queries: raised when a query of this program would not be understood by an index of an earlier one.
pub(super) const LAYOUT: u32 = 2;
/// Raised with every other change of what documents are made of.
const MAKER: u32 = 1;

/// Facets that are counted.
pub(super) const FACETS: [&str; 5] = ["kind", "authority", "region", "mark", "year"];
/// The cursor of the state that answers, as a facet.
pub(super) const STATE: &str = "state";
/// Values of one facet that are counted at most.
pub(super) const MOST_VALUES: usize = 100_000;

/// Identifies what makes documents and settings; `made_with`: what else their makers rest on.
pub(super) fn fingerprint(made_with: &[u8; 32]) -> String {
    let mut hash = Sha256::new();
    hash.update(format!("{LAYOUT}-{MAKER}-{}\n", lists::digest()));
    hash.update(settings().to_string());
    hash.update(made_with);
    hex(&hash.finalize()[..16])
}

/// The settings of the index.
pub(super) fn settings() -> Value {
    let features = |comparison: bool| json!({"facetSearch": false, "filter": {"equality": true, "comparison": comparison}});
    let equal = [&FACETS[..], &[STATE, "p", "label", "corrects", "gone"]].concat();
    json!({
        "searchableAttributes": ["w"],
        "displayedAttributes": ["index", "order"],
        "filterableAttributes": [
            {"attributePatterns": equal, "features": features(false)},
            {"attributePatterns": ["date", "order", "index"], "features": features(true)},
        ],
        "sortableAttributes": ["order"],
        // With typos turned off every hit scores the same by this rule: the weight of its query decides. Without it weights are ignored.
        "rankingRules": ["typo", "sort"],
        "typoTolerance": {"enabled": false},
        "synonyms": synonyms(),
        // Words are ours, whole, and never cut by the server.
        "stopWords": [],
        "dictionary": [],
        "prefixSearch": "disabled",
        "facetSearch": false,
        "proximityPrecision": "byAttribute",
        "faceting": {"maxValuesPerFacet": MOST_VALUES, "sortFacetValuesBy": {"*": "count"}},
        "pagination": {"maxTotalHits": 1_000_000},
        "searchCutoffMs": 60_000,
    })
}

/// Words of a kind, and those that stand for them with whatever they also mean.
const REACHES: [(char, char); 3] = [
    (kind::NAME_WORD, kind::FAR_NAME_WORD),
    (kind::TITLE_WORD, kind::FAR_TITLE_WORD),
    (kind::WORD, kind::FAR_WORD),
];

/// The kind of a word that stands for one of this kind with whatever it also means.
pub(super) fn far(near: char) -> char {
    REACHES
        .iter()
        .find(|(one, _)| *one == near)
        .map_or(near, |(_, far)| *far)
}

/// Whether the settings know what a word also means.
pub(super) fn knows(word: &str) -> bool {
    !lists::meanings(word).is_empty()
}

/// What the lists say of words, said of these words of ours. Of several words all must be there.
fn synonyms() -> Map<String, Value> {
    let known: BTreeSet<&str> = lists::meant_words().collect();
    let mut all = Map::new();
    for (near, far) in REACHES {
        let said = |text: &String| {
            let words = text.split_whitespace().flat_map(query_words);
            let words: Vec<String> = words.map(|part| word(near, &part.text)).collect();
            (!words.is_empty()).then(|| words.join(" "))
        };
        let mut put = |key: String, means: BTreeSet<String>| {
            if !means.is_empty() {
                all.insert(key, json!(means));
            }
        };
        for one in &known {
            let nearly = also_means(one, Reach::Near);
            put(word(near, one), nearly.iter().filter_map(said).collect());
            let farther = also_means(one, Reach::Far);
            let mut farther: BTreeSet<String> = farther.iter().filter_map(said).collect();
            farther.insert(word(near, one));
            put(word(far, one), farther);
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_made_of_the_lists() {
        let all = synonyms();
        for words in lists::meant_words() {
            assert!(all.contains_key(&word(kind::FAR_WORD, words)), "{words}");
        }
        let all_words = |key: String| all[&key].as_array().cloned().unwrap();
        assert!(all_words(word(kind::FAR_WORD, "列异")).contains(&json!(word(kind::WORD, "列异"))));
        let meaning = &lists::meanings("列异")[0];
        let words = query_words(&meaning.text).into_iter();
        let words: Vec<String> = words.map(|part| word(kind::WORD, &part.text)).collect();
        assert!(all_words(word(kind::WORD, "列异")).contains(&json!(words.join(" "))));
        assert_ne!(fingerprint(&[0; 32]), fingerprint(&[1; 32]));
    }
}
