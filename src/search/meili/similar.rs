//! The second look, where nothing holds what was typed: records that hold most of it.
//!
//! The server cannot add up shares, so that each way to leave something out is a query of its own: up to three characters anywhere, two single ones in
//! a short text, one of several words. What is left counts by the share of its pieces, rare ones more than common ones.

use super::answer::Desk;
use super::document::code_pieces;
use super::ways::{Match, Ranked, best_first, combined, name_piece, of_term, trim};
use super::words::{kind, pieces, word};
use crate::search::asked::Asked;
use crate::search::cut::query_words;
use crate::search::fold::compact;
use crate::search::numbers::unmistaken;
use crate::search::plan::{CODE_GRAM, Plan};
use crate::search::rarity::{ENOUGH, SOUND, weights};
use crate::search::sounds::{joined, readings};
use meilisearch_sdk::errors::Error;
use std::collections::{BTreeMap, BTreeSet};

/// Queries of the request at most: for one term, for several.
const MOST: usize = 96;
const MOST_OF_SEVERAL: usize = 128;
/// Ways of one among several terms, besides those that hold it whole.
const MOST_OF_ONE: usize = 6;
/// Terms that are looked at.
const MOST_TERMS: usize = 4;
/// Pieces whose frequency is asked for at most.
const MOST_PIECES: usize = 150;
/// Texts up to this length may lack two characters that are not neighbours.
const SHORT: usize = 10;
/// Characters that may be missing in one place.
const GAP: usize = 3;
/// Shares are told apart by hundredths.
const STEP: f32 = 100.0;

/// The queries for records like what was asked for; none where there is nothing to compare.
pub(super) fn ways(
    desk: &Desk<'_>,
    asked: &Asked<'_>,
    labels: &BTreeSet<String>,
) -> Result<Vec<Ranked>, Error> {
    let terms = asked.terms.iter().take(MOST_TERMS);
    let terms: Vec<(&str, Vec<Text>)> = terms.map(|term| (*term, Text::of(term))).collect();
    let texts = terms.iter().flat_map(|(_, texts)| texts);
    let mut known: Vec<Match> = vec![Match::default()];
    for piece in texts.flat_map(|text| &text.pieces) {
        if !known.contains(piece) && known.len() < MOST_PIECES {
            known.push(piece.clone());
        }
    }
    let counts = desk.counts(&known)?;
    let documents = counts.first().copied().unwrap_or_default() as f64;
    let known: BTreeMap<Match, f64> = known
        .into_iter()
        .zip(counts.into_iter().map(|count| count as f64))
        .collect();
    let rarity = Rarity { known, documents };
    let mut each = Vec::new();
    for (term, texts) in &terms {
        let found = texts
            .iter()
            .flat_map(|text| text.without_some(&rarity))
            .collect();
        let mut found = best_first(found);
        if asked.terms.len() > 1 {
            found.truncate(MOST_OF_ONE);
            let whole = Plan::of(&Asked::new(term))
                .map(|plan| plan.terms)
                .unwrap_or_default();
            let whole = whole.iter().flat_map(|ways| of_term(ways, 2, labels));
            let whole = whole.map(|way| Ranked { rank: 1.0, ..way });
            found = whole.chain(found).collect();
        } else {
            found.truncate(MOST);
        }
        each.push(found);
    }
    if each.is_empty() {
        return Ok(Vec::new());
    }
    trim(&mut each, MOST_OF_SEVERAL);
    let least = ENOUGH * each.len() as f32;
    let all = combined(&each).into_iter().filter(|way| way.rank >= least);
    // Whole numbers, so that a place can name them.
    let all = all.map(|way| Ranked {
        rank: (way.rank * STEP).round(),
        ..way
    });
    Ok(best_first(all.collect()))
}

/// What a term is compared as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum As {
    Name,
    Code,
    Words,
}

/// A term as one of these, and its pieces.
struct Text {
    kind: As,
    chars: Vec<char>,
    pieces: Vec<Match>,
}

impl Text {
    fn of(term: &str) -> Vec<Text> {
        let compact = compact(term);
        let code = unmistaken(&compact);
        let text = |kind, text: &str, pieces| Text {
            kind,
            chars: text.chars().collect(),
            pieces,
        };
        let pairs = pieces(&compact, 2);
        let pairs = pairs
            .iter()
            .map(|pair| Match::words([word(kind::NAME_PAIR, pair)]));
        let mut all = vec![text(As::Name, &compact, pairs.collect())];
        if code.bytes().any(|byte| byte.is_ascii_digit()) && code.chars().nth(CODE_GRAM).is_some() {
            let fours = pieces(&code, CODE_GRAM);
            let fours = fours.iter().map(|four| Match::values(code_pieces(four)));
            all.push(text(As::Code, &code, fours.collect()));
        }
        let words = query_words(term);
        let words = words
            .iter()
            .map(|one| Match::words([word(kind::WORD, &one.text)]));
        all.push(text(As::Words, "", words.collect()));
        all
    }

    /// Ways to find what holds most of it.
    fn without_some(&self, rarity: &Rarity) -> Vec<Ranked> {
        let Some(weights) = rarity.weights(&self.pieces) else {
            return Vec::new();
        };
        let total: f64 = weights.iter().sum();
        let share = |kept: &[usize]| {
            let kept: f64 = kept.iter().filter_map(|at| weights.get(*at)).sum();
            (kept / total) as f32
        };
        match self.kind {
            As::Words => self.without_a_word(rarity, share),
            As::Name | As::Code => {
                let mut found = self.without_characters(rarity, share);
                if self.kind == As::Name {
                    found.extend(self.by_sound());
                }
                found
            }
        }
    }

    fn without_a_word(&self, rarity: &Rarity, share: impl Fn(&[usize]) -> f32) -> Vec<Ranked> {
        let words = self.pieces.len();
        let mut all = Vec::new();
        for left_out in 0..words {
            let there = |at: &usize| {
                *at != left_out
                    && self
                        .pieces
                        .get(*at)
                        .is_some_and(|piece| rarity.count(piece) > 0.0)
            };
            let kept: Vec<usize> = (0..words).filter(there).collect();
            let pieces = kept.iter().filter_map(|at| self.pieces.get(*at));
            let hits = pieces.fold(Match::default(), |all, piece| all.and(piece));
            let rank = share(&kept);
            if rank >= ENOUGH && !kept.is_empty() {
                all.push(Ranked { rank, hits });
            }
        }
        all
    }

    fn without_characters(&self, rarity: &Rarity, share: impl Fn(&[usize]) -> f32) -> Vec<Ranked> {
        let length = self.chars.len();
        let size = if self.kind == As::Code { CODE_GRAM } else { 2 };
        let mut all = Vec::new();
        let mut add =
            |gaps: &[(usize, usize)]| all.extend(self.without(gaps, size, rarity, &share));
        for at in 0..=length {
            for gap in 0..=GAP {
                if at + gap <= length && (at, gap) != (0, 0) {
                    add(&[(at, at + gap)]);
                }
            }
        }
        if length <= SHORT {
            for one in 0..length {
                for two in one + 2..length {
                    add(&[(one, one + 1), (two, two + 1)]);
                }
            }
        }
        if all.is_empty() {
            // Around every piece that nothing has.
            let unknown = |piece: &Match| rarity.count(piece) == 0.0;
            for gap in 1..=2 {
                let mut gaps: Vec<(usize, usize)> = Vec::new();
                let mut next = 0;
                for (at, _) in self
                    .pieces
                    .iter()
                    .enumerate()
                    .filter(|(_, piece)| unknown(piece))
                {
                    if at >= next {
                        gaps.push((at + size - 1, length.min(at + size - 1 + gap)));
                        next = at + size;
                    }
                }
                all.extend(self.without(&gaps, size, rarity, &share));
            }
        }
        all
    }

    /// What holds everything but these stretches.
    fn without(
        &self,
        gaps: &[(usize, usize)],
        size: usize,
        rarity: &Rarity,
        share: impl Fn(&[usize]) -> f32,
    ) -> Option<Ranked> {
        let mut parts = Vec::new();
        let mut from = 0;
        for (begin, end) in gaps.iter().copied().chain([(self.chars.len(), 0)]) {
            if begin >= from + size {
                parts.push((from, begin));
            }
            from = end;
        }
        let kept: Vec<usize> = parts
            .iter()
            .flat_map(|(from, to)| *from..=to - size)
            .collect();
        let there = |at: &usize| {
            self.pieces
                .get(*at)
                .is_some_and(|piece| rarity.count(piece) > 0.0)
        };
        let rank = share(&kept);
        if kept.is_empty() || rank < ENOUGH || !kept.iter().all(there) {
            return None;
        }
        let mut hits = Match::default();
        for (from, to) in parts {
            let text: String = self.chars.get(from..to)?.iter().collect();
            let held = match self.kind {
                As::Code => vec![Match::values(code_pieces(&text))],
                _ => name_piece(&text),
            };
            hits = hits.and(held.first()?);
        }
        Some(Ranked { rank, hits })
    }

    /// What sounds the same: two readings at most where a character has more.
    fn by_sound(&self) -> Vec<Ranked> {
        let readable = self.chars.iter().all(|c| !readings(*c).is_empty());
        if self.chars.len() < 2 || !readable || self.chars.iter().all(char::is_ascii) {
            return Vec::new();
        }
        let mut all: Vec<Vec<&str>> = vec![Vec::new()];
        for c in &self.chars {
            let longer = |so_far: &Vec<&'static str>| -> Vec<Vec<&'static str>> {
                let with = readings(*c).iter().take(2);
                with.map(|one| so_far.iter().copied().chain([*one]).collect())
                    .collect()
            };
            all = all.iter().flat_map(longer).take(4).collect();
        }
        let all = all.iter().map(|read| {
            let pairs = read.windows(2).filter_map(|pair| {
                Some(word(kind::SYLLABLES, &joined(pair.first()?, pair.get(1)?)))
            });
            Ranked {
                rank: SOUND,
                hits: Match::words(pairs),
            }
        });
        all.collect()
    }
}

/// Knows how many documents hold a piece.
struct Rarity {
    known: BTreeMap<Match, f64>,
    documents: f64,
}

impl Rarity {
    fn count(&self, piece: &Match) -> f64 {
        self.known.get(piece).copied().unwrap_or_default()
    }

    /// How much each piece counts; `None` where nothing is known of them.
    fn weights(&self, pieces: &[Match]) -> Option<Vec<f64>> {
        let counts: Vec<f64> = pieces.iter().map(|piece| self.count(piece)).collect();
        weights(&counts, self.documents)
    }
}
