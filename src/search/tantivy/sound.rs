//! Names by their sound: typed letters as a query.

use tantivy::query::Query;

use super::analyse::{INITIALS_GRAM, NAME_GRAM, first_initials_token, initials_token, pair_token};
use super::query::{adjacent, all, any, one, pieces, rank, scored};
use super::schema::Fields;
use crate::search::sounds::{Piece, ways};

/// Names that sound as typed; nothing of what has no letters that could be sounds.
///
/// Letters beside characters (秋家mianguan) must each be found in the name, in whatever place.
pub(super) fn sound_clauses(fields: &Fields, compact: &str) -> Vec<Box<dyn Query>> {
    let mut whole = true;
    let mut parts = Vec::new();
    let mut letters = false;
    for part in parts_of(compact) {
        let latin = part.starts_with(|c: char| c.is_ascii());
        if !latin {
            let held = pieces(fields.name_pieces, part, NAME_GRAM);
            parts.push(held.unwrap_or_else(|| one(fields.name_chars, part)));
            continue;
        }
        letters |= part.bytes().filter(u8::is_ascii_lowercase).count() > 1;
        let ways = ways(part);
        whole &= ways.iter().all(|way| {
            let mut pieces = way.iter();
            way.len() > 1 && pieces.all(|piece| matches!(piece, Piece::Syllable(_)))
        });
        let clauses = ways.iter().filter_map(|way| way_clause(fields, way));
        let clauses: Vec<Box<dyn Query>> = clauses.collect();
        if clauses.is_empty() {
            return Vec::new();
        }
        parts.push(any(clauses));
    }
    if !letters {
        return Vec::new();
    }
    let score = match whole {
        true => rank::NAME_PIECE,
        false => rank::CODE_PIECE,
    };
    vec![scored(all(parts), score)]
}

/// Runs of letters and digits, and of everything else.
fn parts_of(compact: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut rest = compact;
    while let Some(first) = rest.chars().next() {
        let latin = first.is_ascii();
        let end = rest.find(|c: char| c.is_ascii() != latin);
        let (part, after) = rest.split_at(end.unwrap_or(rest.len()));
        parts.push(part);
        rest = after;
    }
    parts
}

/// One way to read letters. Syllables that follow each other must do so in the name; where first letters are among them, all must begin so.
fn way_clause(fields: &Fields, way: &[Piece]) -> Option<Box<dyn Query>> {
    let field = fields.name_sounds;
    let mut clauses = Vec::new();
    let syllable = |piece: &Piece| matches!(piece, Piece::Syllable(_));
    for run in way.chunk_by(|one, two| syllable(one) && syllable(two)) {
        let syllables = run.iter().filter_map(|piece| match piece {
            Piece::Syllable(letters) => Some(*letters),
            Piece::Initial(_) => None,
        });
        let syllables: Vec<&str> = syllables.collect();
        match syllables[..] {
            [] => {}
            [only] => clauses.push(one(field, only)),
            _ => clauses.push(adjacent(field, pairs(&syllables))),
        }
    }
    if way.iter().any(|piece| !syllable(piece)) {
        let letters: Vec<char> = way.iter().map(|piece| piece.initial()).collect();
        match letters.len() {
            0 | 1 => {}
            2 => clauses.push(one(field, &first_initials_token(letters))),
            count => {
                let last = count - INITIALS_GRAM;
                let starts = (0..last).step_by(INITIALS_GRAM).chain([last]);
                let grams = starts.map(|start| {
                    let three = letters.iter().skip(start).take(INITIALS_GRAM);
                    (start, initials_token(three.copied()))
                });
                clauses.push(adjacent(field, grams.collect()));
            }
        }
    }
    (!clauses.is_empty()).then(|| all(clauses))
}

/// Pairs that together cover the syllables, at least two of them.
fn pairs(syllables: &[&str]) -> Vec<(usize, String)> {
    let last = syllables.len().saturating_sub(2);
    let starts = (0..last).step_by(2).chain([last]);
    let pairs = starts.filter_map(|start| match syllables.get(start..start + 2) {
        Some([one, two]) => Some((start, pair_token(one, two))),
        _ => None,
    });
    pairs.collect()
}
