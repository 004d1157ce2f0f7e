//! Words of a query, with what they also mean, as a query over running text.

use tantivy::query::Query;
use tantivy::schema::Field;

use super::query::{adjacent, all, any, one};
use crate::search::cut::{Word, parts_of_word, query_words};
use crate::search::lists::meanings;
use crate::search::names::place_of;
use crate::search::numbers::{is_number, other_numerals};

/// Ways to spell a term that are looked for.
const MOST_SPELLINGS: usize = 6;

/// A term as words, and as those it has with its house numbers in the other script.
pub(super) struct TextWords {
    /// As typed.
    words: Vec<Word>,
    other: Vec<Word>,
}

impl TextWords {
    pub(super) fn is_empty(&self) -> bool {
        self.words.is_empty()
    }
}

/// Cuts a term into words.
pub(super) fn text_words(term: &str) -> TextWords {
    TextWords {
        words: without_year_marks(query_words(term)),
        other: other_numerals(term)
            .map(|other| query_words(&other))
            .unwrap_or_default(),
    }
}

/// 2026年 asks for 2026: a title has 2026年度, a date has neither.
fn without_year_marks(words: Vec<Word>) -> Vec<Word> {
    let mut kept: Vec<Word> = Vec::with_capacity(words.len());
    for word in words {
        let after_year = kept.last().is_some_and(|last| {
            last.chars == 4 && is_number(&last.text) && last.start + last.chars == word.start
        });
        if !(after_year && matches!(word.text.as_str(), "年" | "年度")) {
            kept.push(word);
        }
    }
    kept
}

/// Whether a term's words say in running text what was asked for. Of a piece of a name with a stop word in its middle (锦和商)
/// only single characters are left, which half of all texts have.
pub(super) fn is_telling(words: &TextWords, compact: &str) -> bool {
    let words = &words.words;
    let kept: usize = words.iter().map(|word| word.chars).sum();
    let whole = kept == compact.chars().count();
    !words.is_empty() && (whole || words.iter().any(|word| word.chars > 1))
}

/// How far from what was typed a word may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    /// As typed, or what is as good.
    Near,
    /// Whatever it also means.
    Far,
}

/// All words, in any order, somewhere in the field.
pub(super) fn words_clause(field: Field, words: &TextWords, reach: Reach) -> Box<dyn Query> {
    let mut ways = vec![groups_clause(field, &words.words, reach)];
    if !words.other.is_empty() {
        ways.push(groups_clause(field, &words.other, reach));
    }
    any(ways)
}

/// Whether there is more to find far from what was typed.
pub(super) fn reaches_farther(words: &TextWords) -> bool {
    let far = |word: &Word| {
        alternatives(&word.text, Reach::Far).len() > alternatives(&word.text, Reach::Near).len()
    };
    words.words.iter().any(far)
}

/// A term as typed and as it reads with what is as good as its words: 宝鸡市市场监督管理局 for 宝鸡市市监局.
pub(super) fn spellings(words: &TextWords, compact: &str) -> Vec<String> {
    let mut spellings = vec![compact.to_owned()];
    for word in &words.words {
        for other in alternatives(&word.text, Reach::Near) {
            let written: String = other.split_whitespace().collect();
            let more: Vec<String> = spellings
                .iter()
                .map(|spelling| spelling.replacen(&word.text, &written, 1))
                .collect();
            spellings.extend(more);
            spellings.truncate(MOST_SPELLINGS);
        }
    }
    spellings.sort_unstable();
    spellings.dedup();
    spellings
}

/// A single character says little by itself, so it must stand beside the word it was typed beside, unless it has a meaning of its own.
fn groups_clause(field: Field, words: &[Word], reach: Reach) -> Box<dyn Query> {
    let mut groups: Vec<Vec<&Word>> = Vec::new();
    let alone = |word: &Word| !meanings(&word.text).is_empty();
    for word in words {
        match groups.last_mut() {
            Some(group)
                if group.last().is_some_and(|last| {
                    last.start + last.chars == word.start
                        && (last.chars == 1 || word.chars == 1)
                        && !alone(last)
                        && !alone(word)
                }) =>
            {
                group.push(word);
            }
            _ => groups.push(vec![word]),
        }
    }
    let groups = groups.iter();
    all(groups
        .map(|group| group_clause(field, group, reach))
        .collect())
}

fn group_clause(field: Field, group: &[&Word], reach: Reach) -> Box<dyn Query> {
    let [word] = group else {
        let words = group.iter().map(|word| (word.start, word.text.clone()));
        return adjacent(field, words.collect());
    };
    let mut ways = vec![one(field, &word.text)];
    for meaning in alternatives(&word.text, reach) {
        let parts = meaning.split_whitespace().flat_map(query_words);
        let parts: Vec<_> = parts.map(|part| one(field, &part.text)).collect();
        if !parts.is_empty() {
            ways.push(all(parts));
        }
    }
    any(ways)
}

/// What a word also means.
fn alternatives(word: &str, reach: Reach) -> Vec<String> {
    let meanings = meanings(word).iter();
    let reached = meanings.filter(|meaning| meaning.near || reach == Reach::Far);
    let mut all: Vec<String> = reached.map(|meaning| meaning.text.clone()).collect();
    if reach == Reach::Far {
        all.extend(place_of(word).map(str::to_owned));
        let parts = parts_of_word(word);
        all.extend((!parts.is_empty()).then(|| parts.join(" ")));
    }
    all
}
