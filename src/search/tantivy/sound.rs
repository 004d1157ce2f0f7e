//! Names by their sound: one way to read typed letters, as a query.

use super::analyse::{INITIALS_GRAM, first_initials_token, initials_token};
use super::query::{adjacent, one};
use super::schema::Fields;
use super::ways::Find;
use crate::search::sounds::{Piece, joined};

/// Names that sound so. Syllables that follow each other must do so in the name; where first letters are among them, all must begin so.
pub(super) fn sounding(fields: &Fields, way: &[Piece]) -> Option<Find> {
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
    match clauses.len() {
        0 | 1 => clauses.pop(),
        _ => Some(Find::Each(
            clauses.into_iter().map(|clause| vec![clause]).collect(),
        )),
    }
}

/// Pairs that together cover the syllables, at least two of them.
fn pairs(syllables: &[&str]) -> Vec<(usize, String)> {
    let last = syllables.len().saturating_sub(2);
    let starts = (0..last).step_by(2).chain([last]);
    let pairs = starts.filter_map(|start| match syllables.get(start..start + 2) {
        Some([one, two]) => Some((start, joined(one, two))),
        _ => None,
    });
    pairs.collect()
}
