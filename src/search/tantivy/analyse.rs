//! From text to tokens: folding, pieces of names and codes, Chinese words.
//!
//! Documents and queries both pass through here, and only here, so that they cannot be cut differently. Nothing in this file
//! knows a field or a query; whatever changes what it produces must change [`fingerprint`], or old indexes go on with old tokens.

use tantivy::tokenizer::{Token, TokenStream, Tokenizer};

use crate::search::cut::{Span, document_words};
use crate::search::fold::spaced;
use crate::search::lists;
use crate::search::numbers;
use crate::search::sounds::{first_letters, readings, syllable_pairs};

/// Characters of a name's pieces.
pub(super) const NAME_GRAM: usize = 2;
/// Stands before the beginning of a code, so that "begins with 91" is a token of its own. Folding never yields it.
const EDGE: char = '^';

/// Identifies the data and the code that make tokens; an index made under another fingerprint must be rebuilt.
pub(super) fn fingerprint() -> String {
    /// Raised with every change of what cuts text, here and in `fold`, `numbers` and `sounds`, and of what documents are made of (`sync`).
    const ANALYSER: u32 = 8;
    format!("{ANALYSER}-{}", lists::digest())
}

/// The token for "a code begins with this"; `prefix` is compact and shorter than [`CODE_GRAM`].
pub(super) fn edge(prefix: &str) -> String {
    format!("{EDGE}{prefix}")
}

/// Pieces of a text, each with its offset in characters.
pub(super) type Grams = Vec<(usize, String)>;

/// Pieces of `size` characters of `compact`: first those that together cover it, then the others.
///
/// The others are implied by their neighbours, so a phrase of the first finds the same documents with fewer postings to read.
pub(super) fn covering_grams(compact: &str, size: usize) -> (Grams, Grams) {
    let chars: Vec<char> = compact.chars().collect();
    let last = chars.len().saturating_sub(size);
    let grams = chars.windows(size).map(|gram| gram.iter().collect());
    (0..)
        .zip(grams)
        .partition(|(start, _)| start % size == 0 || *start == last)
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

/// Tokens that are made, rather than cut from a text.
#[derive(Clone, Default)]
struct Made {
    text: String,
    spans: Vec<Span>,
    token: Token,
}

impl Made {
    fn clear(&mut self) {
        self.text.clear();
        self.spans.clear();
    }

    fn push(&mut self, position: usize, chars: usize, token: &str) {
        let from = self.text.len();
        self.text.push_str(token);
        self.spans.push(Span {
            from,
            to: self.text.len(),
            position,
            chars,
        });
    }

    fn stream(&mut self) -> SpanStream<'_> {
        SpanStream {
            text: &self.text,
            spans: self.spans.iter(),
            token: &mut self.token,
            edges: 0,
        }
    }
}

/// Runs of a number ([`numbers::runs`]), at positions that count them.
#[derive(Clone, Default)]
pub(super) struct RunTokenizer(Made);

impl Tokenizer for RunTokenizer {
    type TokenStream<'a> = SpanStream<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> SpanStream<'a> {
        self.0.clear();
        for (position, run) in numbers::runs(text).iter().enumerate() {
            self.0.push(position, 1, run);
        }
        self.0.stream()
    }
}

/// Stands before first letters, which are no syllable.
const INITIALS: char = '~';
/// Characters whose first letters make a token.
pub(super) const INITIALS_GRAM: usize = 3;

/// The token for characters that begin with these letters.
pub(super) fn initials_token(letters: impl IntoIterator<Item = char>) -> String {
    [INITIALS].into_iter().chain(letters).collect()
}

/// The token for a name whose first two characters begin with these letters.
pub(super) fn first_initials_token(letters: impl IntoIterator<Item = char>) -> String {
    [INITIALS, EDGE].into_iter().chain(letters).collect()
}

/// How a folded name sounds: each syllable, each two that follow each other, and the first letters of each three, in all readings.
/// Positions are characters.
#[derive(Clone, Default)]
pub(super) struct SoundTokenizer(Made);

impl Tokenizer for SoundTokenizer {
    type TokenStream<'a> = SpanStream<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> SpanStream<'a> {
        self.0.clear();
        let chars: Vec<char> = text.chars().collect();
        if let Some(two) = chars.get(..2) {
            first_letters(two, |letters| {
                self.0
                    .push(0, two.len(), &first_initials_token(letters.chars()));
            });
        }
        for (position, c) in chars.iter().enumerate() {
            for reading in readings(*c) {
                self.0.push(position, 1, reading);
            }
            if let Some(next) = chars.get(position + 1) {
                for pair in syllable_pairs(*c, *next) {
                    self.0.push(position, 2, &pair);
                }
            }
            if let Some(three) = chars.get(position..position + INITIALS_GRAM) {
                first_letters(three, |letters| {
                    self.0
                        .push(position, three.len(), &initials_token(letters.chars()));
                });
            }
        }
        self.0.stream()
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

/// Chinese words and runs of letters and digits ([`document_words`]). Positions are characters.
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
        document_words(&self.folded, |span| self.spans.push(span));
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
            (
                vec![(0, "9135".to_owned()), (2, "3500".to_owned())],
                vec![(1, "1350".to_owned())]
            )
        );
        assert_eq!(covering_grams("91", 4), (Vec::new(), Vec::new()));
    }

    #[test]
    fn names_sound_in_all_readings() {
        let found = tokens(SoundTokenizer::default(), "单县k店");
        for (token, at) in [
            ("shan", 0),
            ("dan", 0),
            ("shan'xian", 0),
            ("dan'xian", 0),
            ("~sxk", 0),
            ("~^sx", 0),
            ("k'dian", 2),
            ("~xkd", 1),
        ] {
            assert!(
                found.contains(&(token.to_owned(), at)),
                "{token}: {found:?}"
            );
        }
        assert_eq!(tokens(SoundTokenizer::default(), ""), []);
    }

    #[test]
    fn runs_of_a_number_follow_each_other() {
        let found = tokens(RunTokenizer::default(), "FX-2026-01");
        assert_eq!(
            found,
            [
                ("fx".to_owned(), 0),
                ("2026".to_owned(), 1),
                ("1".to_owned(), 2)
            ]
        );
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
    }

    proptest! {
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
