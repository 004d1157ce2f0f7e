//! From text to tokens: folding, pieces of names and codes, Chinese words.
//!
//! Documents and queries both pass through here, and only here, so that they cannot be cut differently. Nothing in this file
//! knows a field or a query; whatever changes what it produces must change [`fingerprint`], or old indexes go on with old tokens.

use std::collections::HashSet;
use std::sync::OnceLock;

use jieba_rs::Jieba;
use tantivy::tokenizer::{Token, TokenStream, Tokenizer};
use unicode_normalization::char::{decompose_compatible, is_combining_mark};

const DICTIONARY: &str = include_str!("../../../search/dictionary.txt");
const STOP_WORDS: &str = include_str!("../../../search/stopwords.txt");

/// Characters of a name's pieces.
pub(super) const NAME_GRAM: usize = 2;
/// Characters of a code's pieces; a shorter query finds codes that begin with it.
pub(super) const CODE_GRAM: usize = 4;
/// Longest inner words that cutting for search gives by itself.
const LONGEST_CUT: usize = 3;
/// Stands before the beginning of a code, so that "begins with 91" is a token of its own. Folding never yields it.
const EDGE: char = '^';

/// Identifies the data and the code that make tokens; an index made under another fingerprint must be rebuilt.
pub(super) fn fingerprint() -> String {
    /// Raised with every change of this file that changes tokens, and of what documents are made of (`sync`).
    const ANALYSER: u32 = 6;
    // FNV-1a: the same on every toolchain, unlike the standard library's hasher.
    let hash = [DICTIONARY, "\0", STOP_WORDS]
        .iter()
        .flat_map(|data| data.bytes())
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
    format!("{ANALYSER}-{hash:016x}")
}

/// Folds character by character: compatibility forms (full width, ligatures, enclosed numbers), accents and case disappear.
///
/// `sink` gets `Some` for every letter or digit left, `None` for everything else. Because no character looks at its
/// neighbours, the folding of a piece is a piece of the folding: the law that any piece of a name is found rests on that.
fn fold(text: &str, mut sink: impl FnMut(Option<char>)) {
    for c in text.chars() {
        match c {
            '0'..='9' | 'a'..='z' | '\u{4e00}'..='\u{9fff}' => sink(Some(c)),
            'A'..='Z' => sink(Some(c.to_ascii_lowercase())),
            _ if c.is_ascii() => sink(None),
            _ => decompose_compatible(c, |part| {
                for lower in part.to_lowercase() {
                    if lower.is_alphanumeric() {
                        sink(Some(lower));
                    } else if !is_combining_mark(lower) {
                        sink(None);
                    }
                }
            }),
        }
    }
}

/// Folded, with everything that is neither letter nor digit left out: how names and codes are compared.
pub(super) fn compact(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    fold(text, |c| folded.extend(c));
    folded
}

/// Folded, with a space for everything that is neither letter nor digit: what is cut into words.
fn spaced(text: &str, into: &mut String) {
    into.clear();
    fold(text, |c| into.push(c.unwrap_or(' ')));
}

/// The token for "a code begins with this"; `prefix` is compact and shorter than [`CODE_GRAM`].
pub(super) fn edge(prefix: &str) -> String {
    format!("{EDGE}{prefix}")
}

/// Pieces of `size` characters that together cover `compact` (at least `size` characters), each with its offset.
///
/// Every other piece is implied by its neighbours, so a phrase of these finds the same documents with fewer postings to read.
pub(super) fn covering_grams(compact: &str, size: usize) -> Vec<(usize, String)> {
    let chars: Vec<char> = compact.chars().collect();
    let Some(last) = chars.len().checked_sub(size) else {
        return Vec::new();
    };
    let mut starts: Vec<usize> = (0..=last).step_by(size).collect();
    if starts.last() != Some(&last) {
        starts.push(last);
    }
    starts
        .into_iter()
        .map(|start| (start, chars[start..start + size].iter().collect()))
        .collect()
}

fn jieba() -> &'static Jieba {
    static JIEBA: OnceLock<Jieba> = OnceLock::new();
    JIEBA.get_or_init(|| {
        let mut jieba = Jieba::new();
        for line in lines(DICTIONARY) {
            let mut parts = line.split_whitespace();
            if let Some(word) = parts.next() {
                let frequency = parts.next().and_then(|digits| digits.parse().ok());
                jieba.add_word(&compact(word), frequency, None);
            }
        }
        jieba
    })
}

fn stop_words() -> &'static HashSet<&'static str> {
    static STOP: OnceLock<HashSet<&'static str>> = OnceLock::new();
    STOP.get_or_init(|| lines(STOP_WORDS).collect())
}

fn lines(data: &'static str) -> impl Iterator<Item = &'static str> {
    data.lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
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
        .filter(|token| token.word != " " && !stop_words().contains(token.word))
        .map(|token| Word {
            text: token.word.to_owned(),
            start: token.start,
            chars: token.end - token.start,
        })
        .collect()
}

/// A token found in the tokenizer's own buffer: bytes from, to; offset and length in characters.
#[derive(Debug, Clone, Copy)]
struct Span {
    from: usize,
    to: usize,
    position: usize,
    chars: usize,
}

/// Hands out spans of a buffer, with one token's memory used again and again.
pub(super) struct SpanStream<'a> {
    text: &'a str,
    spans: std::slice::Iter<'a, Span>,
    token: &'a mut Token,
    /// Characters of `EDGE`-marked beginnings still to come, before the spans.
    edges: usize,
}

impl TokenStream for SpanStream<'_> {
    fn advance(&mut self) -> bool {
        self.token.text.clear();
        if self.edges > 0 {
            self.token.text.push(EDGE);
            self.token.text.extend(self.text.chars().take(self.edges));
            self.token.position = 0;
            self.token.position_length = self.edges;
            self.edges -= 1;
            return true;
        }
        let Some(span) = self.spans.next() else {
            return false;
        };
        self.token.text.push_str(&self.text[span.from..span.to]);
        self.token.position = span.position;
        self.token.position_length = span.chars;
        true
    }

    fn token(&self) -> &Token {
        self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        self.token
    }
}

/// Overlapping pieces of compact text; positions are characters, so that a phrase of pieces is a substring.
#[derive(Clone, Default)]
pub(super) struct GramTokenizer {
    size: usize,
    edges: bool,
    spans: Vec<Span>,
    token: Token,
}

impl GramTokenizer {
    /// Pieces of `size` characters.
    pub(super) fn new(size: usize) -> Self {
        Self {
            size,
            ..Self::default()
        }
    }

    /// Adds a token for each beginning shorter than a piece.
    pub(super) fn with_edges(mut self) -> Self {
        self.edges = true;
        self
    }
}

impl Tokenizer for GramTokenizer {
    type TokenStream<'a> = SpanStream<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> SpanStream<'a> {
        self.spans.clear();
        let size = self.size;
        let ends = text
            .char_indices()
            .map(|(at, _)| at)
            .skip(1)
            .chain([text.len()]);
        let grams = text
            .char_indices()
            .map(|(at, _)| at)
            .zip(ends.skip(size - 1));
        // A piece is as long as its characters: values of one field must not touch, or a phrase could begin in one and end in the next.
        self.spans
            .extend(grams.enumerate().map(|(position, (from, to))| Span {
                from,
                to,
                position,
                chars: size,
            }));
        let edges = if self.edges {
            text.chars().count().min(size - 1)
        } else {
            0
        };
        SpanStream {
            text,
            spans: self.spans.iter(),
            token: &mut self.token,
            edges,
        }
    }
}

/// Chinese words, all shorter dictionary words inside them, and runs of letters and digits.
///
/// Words of three characters and more also give their single characters, since a query for part of such a word may be cut
/// into singles that stand next to each other. Positions are characters.
#[derive(Clone, Default)]
pub(super) struct WordTokenizer {
    folded: String,
    spans: Vec<Span>,
    token: Token,
}

impl Tokenizer for WordTokenizer {
    type TokenStream<'a> = SpanStream<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> SpanStream<'a> {
        spaced(text, &mut self.folded);
        self.spans.clear();
        let (jieba, stop) = (jieba(), stop_words());
        // A word's inner words of up to three characters come before it, and overlap: its single characters are given once.
        let mut parts_to = 0;
        for token in jieba.cut_for_search(&self.folded, false) {
            if token.word == " " || stop.contains(token.word) {
                continue;
            }
            let chars = token.end - token.start;
            let mut push = |from: usize, to: usize, offset: usize, chars: usize| {
                let position = token.start + offset;
                let (from, to) = (token.byte_start + from, token.byte_start + to);
                self.spans.push(Span {
                    from,
                    to,
                    position,
                    chars,
                });
            };
            push(0, token.word.len(), 0, chars);
            if chars > 2 && !token.word.is_ascii() {
                let starts: Vec<usize> = token
                    .word
                    .char_indices()
                    .map(|(at, _)| at)
                    .chain([token.word.len()])
                    .collect();
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
        SpanStream {
            text: &self.folded,
            spans: self.spans.iter(),
            token: &mut self.token,
            edges: 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn tokens(mut tokenizer: impl Tokenizer, text: &str) -> Vec<(String, usize)> {
        let mut stream = tokenizer.token_stream(text);
        let mut found = Vec::new();
        while stream.advance() {
            found.push((stream.token().text.clone(), stream.token().position));
        }
        found
    }

    #[test]
    fn folding_levels_width_case_brackets_and_accents() {
        assert_eq!(
            compact("岐市监处罚〔２０２６〕１２号"),
            "岐市监处罚202612号"
        );
        assert_eq!(compact("岐市监处罚[2026] 12 号"), "岐市监处罚202612号");
        assert_eq!(compact("Ａｂ（Café）㈱①"), "abcafe株1");
        assert_eq!(compact("，。《》!?🙂\u{202e}\u{0}"), "");
    }

    #[test]
    fn grams_overlap_and_edges_mark_the_beginning() {
        assert_eq!(
            tokens(GramTokenizer::new(2), "甲乙丙"),
            [("甲乙".to_owned(), 0), ("乙丙".to_owned(), 1)]
        );
        assert_eq!(tokens(GramTokenizer::new(2), "甲"), []);
        let found = tokens(GramTokenizer::new(4).with_edges(), "91350");
        assert_eq!(
            found,
            [
                ("^913".to_owned(), 0),
                ("^91".to_owned(), 0),
                ("^9".to_owned(), 0),
                ("9135".to_owned(), 0),
                ("1350".to_owned(), 1)
            ]
        );
        assert_eq!(
            covering_grams("913500", 4),
            [(0, "9135".to_owned()), (2, "3500".to_owned())]
        );
        assert_eq!(covering_grams("91", 4), []);
    }

    #[test]
    fn domain_words_stay_whole_and_give_their_parts() {
        let found = tokens(WordTokenizer::default(), "被列入经营异常名录的");
        let has = |word: &str, at: usize| found.contains(&(word.to_owned(), at));
        assert!(
            has("列入", 1)
                && has("经营异常名录", 3)
                && has("经营", 3)
                && has("异常", 5)
                && has("录", 8),
            "{found:?}"
        );
        assert!(
            !found.iter().any(|(word, _)| word == "的" || word == "被"),
            "{found:?}"
        );
        let words: Vec<String> = query_words("双随机抽查2026年")
            .into_iter()
            .map(|word| word.text)
            .collect();
        assert_eq!(words, ["双随机", "抽查", "2026", "年"]);
    }

    #[test]
    fn data_files_are_clean() {
        for (name, data) in [("dictionary", DICTIONARY), ("stop words", STOP_WORDS)] {
            let mut seen = HashSet::new();
            for line in lines(data) {
                let word = line.split_whitespace().next().unwrap();
                assert!(seen.insert(word), "{name}: {word} stands twice");
            }
        }
        for word in lines(DICTIONARY) {
            assert!(
                !stop_words().contains(word),
                "{word} is both a word and a stop word"
            );
        }
    }

    proptest! {
        #[test]
        fn folding_a_piece_gives_a_piece(before in any::<String>(), piece in any::<String>(), after in any::<String>()) {
            let whole = format!("{before}{piece}{after}");
            prop_assert!(compact(&whole).contains(&compact(&piece)));
        }

        #[test]
        fn tokens_are_what_stands_at_their_position(text in "[ -~一-丠经营异常名录（）Ａ-Ｚ]{0,40}") {
            let mut folded = String::new();
            spaced(&text, &mut folded);
            let chars: Vec<char> = folded.chars().collect();
            for (word, position) in tokens(WordTokenizer::default(), &text) {
                let length = word.chars().count();
                prop_assert_eq!(chars[position..position + length].iter().collect::<String>(), word);
            }
        }
    }
}
