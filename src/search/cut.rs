//! Chinese text cut into words, by the general dictionary and ours: the same for documents and queries.

use super::fold::{compact, spaced};
use super::lists;
use jieba_rs::Jieba;
use std::sync::LazyLock;

/// Longest inner words that cutting for search gives by itself.
const LONGEST_CUT: usize = 3;

pub(super) fn jieba() -> &'static Jieba {
    static JIEBA: LazyLock<Jieba> = LazyLock::new(|| {
        let mut jieba = Jieba::new();
        for (word, frequency) in lists::dictionary() {
            jieba.add_word(&compact(word), frequency, None);
        }
        for word in lists::known_words() {
            jieba.add_word(&compact(word), None, None);
        }
        jieba
    });
    &JIEBA
}

/// A word of a query, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Word {
    pub(super) text: String,
    /// Offset in characters from the beginning of the query's term.
    pub(super) start: usize,
    pub(super) chars: usize,
}

/// Cuts one term of a query into words that follow each other, stop words left out.
pub(super) fn query_words(term: &str) -> Vec<Word> {
    let mut folded = String::new();
    spaced(term, &mut folded);
    jieba()
        .cut(&folded, false)
        .into_iter()
        .filter(|token| token.word != " " && !lists::stop_words().contains(token.word))
        .map(|token| Word {
            text: token.word.to_owned(),
            start: token.start,
            chars: token.end - token.start,
        })
        .collect()
}

/// A piece of a text: bytes from, to; offset and length in characters.
#[derive(Debug, Clone, Copy)]
pub(super) struct Span {
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) position: usize,
    pub(super) chars: usize,
}

/// The words of a folded text that it is found by: all that are cut, all shorter dictionary words inside them, and the single characters of words of
/// three and more, since a query for part of such a word may be cut into singles that stand beside each other.
pub(super) fn document_words(folded: &str, mut each: impl FnMut(Span)) {
    let (jieba, stop) = (jieba(), lists::stop_words());
    // A word's inner words of up to three characters come before it, and overlap: its single characters are given once.
    let mut parts_to = 0;
    for token in jieba.cut_for_search(folded, false) {
        if token.word == " " || stop.contains(token.word) {
            continue;
        }
        let chars = token.end - token.start;
        let mut push = |from: usize, to: usize, offset: usize, chars: usize| {
            each(Span {
                from: token.byte_start + from,
                to: token.byte_start + to,
                position: token.start + offset,
                chars,
            });
        };
        push(0, token.word.len(), 0, chars);
        if chars <= 2 || token.word.is_ascii() {
            continue;
        }
        let starts = token.word.char_indices().map(|(at, _)| at);
        let starts: Vec<usize> = starts.chain([token.word.len()]).collect();
        let part = |offset: usize, length: usize| (starts[offset], starts[offset + length]);
        for offset in parts_to.max(token.start) - token.start..chars {
            let (from, to) = part(offset, 1);
            if !stop.contains(&token.word[from..to]) {
                push(from, to, offset, 1);
            }
        }
        for length in LONGEST_CUT + 1..chars {
            for offset in 0..=chars - length {
                let (from, to) = part(offset, length);
                if jieba.has_word(&token.word[from..to]) {
                    push(from, to, offset, length);
                }
            }
        }
        parts_to = parts_to.max(token.end);
    }
}

/// The two-character words inside a longer one, where they are all of it: 拖欠 and 工资 for 拖欠工资.
pub(super) fn parts_of_word(word: &str) -> Vec<&str> {
    let parts = jieba().cut_for_search(word, false).into_iter();
    let parts: Vec<_> = parts.filter(|part| part.end - part.start == 2).collect();
    let mut reached = 0;
    for part in &parts {
        if part.start > reached {
            return Vec::new();
        }
        reached = reached.max(part.end);
    }
    match parts.len() > 1 && reached == word.chars().count() {
        true => parts.into_iter().map(|part| part.word).collect(),
        false => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_the_field_stay_whole_and_give_their_parts() {
        let words: Vec<String> = query_words("双随机抽查2026年")
            .into_iter()
            .map(|word| word.text)
            .collect();
        assert_eq!(words, ["双随机", "抽查", "2026", "年"]);
        assert_eq!(parts_of_word("拖欠工资"), ["拖欠", "工资"]);
        assert_eq!(parts_of_word("健康证"), [""; 0]);
    }
}
