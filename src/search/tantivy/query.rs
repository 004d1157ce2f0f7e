//! From what was typed to the engine's query.
//!
//! Every term must match somewhere, and how it matches decides its rank. Every clause scores a constant, so that equal kinds of match are equal
//! and the newest comes first. What to do where nothing matches is `similar`'s.

use std::ops::Bound;

use tantivy::Term;
use tantivy::query::{
    AllQuery, BooleanQuery, ConstScoreQuery, DisjunctionMaxQuery, EmptyQuery, Occur, PhraseQuery,
    Query, RangeQuery, TermQuery,
};
use tantivy::schema::{Field, IndexRecordOption};

use super::analyse::{CODE_GRAM, NAME_GRAM, covering_grams, edge};
use super::schema::{Fields, region_prefix};
use super::sound::sound_clauses;
use super::words::{
    Reach, TextWords, is_telling, reaches_farther, spellings, text_words, words_clause,
};
use crate::search::SearchQuery;
use crate::search::asked::Asked;
use crate::search::fold::compact;
use crate::search::lists::kinds_called;
use crate::search::numbers::{is_number, runs, unmistaken};

/// What kind of match counts how much. Each step is larger than what all terms of a query reach on the step below it, but for
/// very long ones, so that the best kind of match decides; all sums stay exact in an `f32`.
pub(super) mod rank {
    pub(in super::super) const TEXT: f32 = 1.0;
    /// The words of a title, or of what kind of record it is and from whom.
    pub(in super::super) const TITLE: f32 = 13.0;
    /// The same in the order typed: of the title, of what it is.
    pub(in super::super) const TITLE_PIECE: f32 = 14.0;
    pub(in super::super) const LABEL: f32 = 15.0;
    /// What is called just so.
    pub(in super::super) const KIND: f32 = 16.0;
    /// Of a rank, what is found by what a word also means.
    pub(in super::super) const FAR: f32 = 0.5;
    /// A piece of a code; the words of a name, or how it sounds to its first letters.
    pub(in super::super) const CODE_PIECE: f32 = 169.0;
    /// A piece of a name, as written or as it sounds; a stretch of a number.
    pub(in super::super) const NAME_PIECE: f32 = 2_197.0;
    pub(in super::super) const NAME: f32 = 28_561.0;
    pub(in super::super) const CODE: f32 = 371_293.0;
}

/// What is asked for by the text, exactly; `None` where there is no text, or none that can be understood.
pub(super) fn exactly(fields: &Fields, asked: &Asked<'_>) -> Option<Box<dyn Query>> {
    text_clause(fields, &asked.terms)
}

/// Everything that the filters keep and that `text` finds, where there is a text.
pub(super) fn filtered(
    fields: &Fields,
    query: &SearchQuery,
    text: Option<Box<dyn Query>>,
) -> Box<dyn Query> {
    let mut clauses = filters(fields, query);
    clauses.push(text.unwrap_or_else(|| Box::new(AllQuery)));
    all(clauses)
}

/// All terms, or what was typed as one name or code that happens to hold white space.
fn text_clause(fields: &Fields, terms: &[&str]) -> Option<Box<dyn Query>> {
    let words: Vec<_> = terms.iter().map(|term| text_words(term)).collect();
    // A term of stop words alone asks for nothing beside others, but may be a name by itself.
    let says_something = words.iter().any(|words| !words.is_empty());
    let wanted = terms
        .iter()
        .zip(&words)
        .filter(|(_, words)| !says_something || !words.is_empty());
    let clauses = wanted.map(|(term, words)| term_clause(fields, term, words));
    let clauses: Vec<Box<dyn Query>> = clauses.collect();
    if clauses.is_empty() {
        return None;
    }
    let each = all(clauses);
    if terms.len() == 1 {
        return Some(each);
    }
    let mut ways = identity_clauses(fields, &terms.join(" "));
    ways.push(each);
    Some(best(ways))
}

/// One term in any field.
fn term_clause(fields: &Fields, term: &str, words: &TextWords) -> Box<dyn Query> {
    let compact = compact(term);
    let mut ways = identity_clauses(fields, term);
    let kinds = kinds_called(&compact).map(|kind| one(fields.kind, kind));
    ways.extend(kinds.map(|kind| scored(kind, rank::KIND)));
    let mut labels = Vec::new();
    for spelling in spellings(words, &compact) {
        labels.extend(pieces(fields.label_pieces, &spelling, NAME_GRAM));
        let title = pieces(fields.title_pieces, &spelling, NAME_GRAM);
        ways.extend(title.map(|title| scored(title, rank::TITLE_PIECE)));
    }
    if !labels.is_empty() {
        ways.push(scored(any(labels), rank::LABEL));
    }
    if is_telling(words, &compact) {
        let mut worded = |reach: Reach, part: f32| {
            let mut add = |field, rank: f32| {
                ways.push(scored(words_clause(field, words, reach), rank * part));
            };
            add(fields.name_words, rank::CODE_PIECE);
            add(fields.title_words, rank::TITLE);
            add(fields.words, rank::TEXT);
        };
        worded(Reach::Near, 1.0);
        if reaches_farther(words) {
            worded(Reach::Far, rank::FAR);
        }
    }
    best(ways)
}

/// A code or name: the whole, or a piece of it.
fn identity_clauses(fields: &Fields, typed: &str) -> Vec<Box<dyn Query>> {
    let compact = compact(typed);
    let name_piece = pieces(fields.name_pieces, &compact, NAME_GRAM)
        .unwrap_or_else(|| one(fields.name_chars, &compact));
    let code = unmistaken(&compact);
    let code_piece = pieces(fields.code_pieces, &code, CODE_GRAM)
        .unwrap_or_else(|| one(fields.code_pieces, &edge(&code)));
    let runs = runs(typed);
    let codes = |field| any(vec![one(field, &code), one(field, &runs.join(" "))]);
    let mut ways = vec![
        scored(codes(fields.own_code), rank::CODE),
        scored(codes(fields.code), rank::NAME),
        scored(one(fields.name, &compact), rank::NAME),
        scored(name_piece, rank::NAME_PIECE),
        scored(code_piece, rank::CODE_PIECE),
    ];
    // Two runs of a number say more than as many characters: 17号 is not 170号.
    let long = code.chars().count() >= CODE_GRAM;
    if long && runs.len() > 1 && runs.iter().any(|run| is_number(run)) {
        let runs = runs.into_iter().enumerate().collect();
        ways.push(scored(adjacent(fields.code_runs, runs), rank::NAME_PIECE));
    }
    ways.extend(sound_clauses(fields, &compact));
    ways
}

/// Documents whose field holds `compact` as a substring; `None` when it is shorter than the field's pieces.
pub(super) fn pieces(field: Field, compact: &str, size: usize) -> Option<Box<dyn Query>> {
    let grams = covering_grams(compact, size);
    (!grams.is_empty()).then(|| adjacent(field, grams))
}

/// The filters that are set.
fn filters(fields: &Fields, query: &SearchQuery) -> Vec<Box<dyn Query>> {
    let mut clauses = Vec::new();
    let regions: Vec<&str> = query
        .regions
        .iter()
        .map(|region| region_prefix(region))
        .collect();
    let marks: Vec<&str> = query.marks.iter().map(String::as_str).collect();
    let kinds: Vec<&str> = query.kinds.iter().map(String::as_str).collect();
    let authorities: Vec<&str> = query.authorities.iter().map(String::as_str).collect();
    for (field, values) in [
        (fields.kind, kinds),
        (fields.authority, authorities),
        (fields.region, regions),
        (fields.mark, marks),
    ] {
        if !values.is_empty() {
            clauses.push(any(values
                .into_iter()
                .map(|value| one(field, value))
                .collect()));
        }
    }
    if query.date_from.is_some() || query.date_to.is_some() {
        let bound = |day: Option<i32>| {
            day.map_or(Bound::Unbounded, |day| {
                Bound::Included(Term::from_field_i64(fields.date, i64::from(day)))
            })
        };
        let inverted =
            matches!((query.date_from, query.date_to), (Some(from), Some(to)) if from > to);
        clauses.push(if inverted {
            Box::new(EmptyQuery)
        } else {
            Box::new(RangeQuery::new(
                bound(query.date_from),
                bound(query.date_to),
            ))
        });
    }
    clauses
        .into_iter()
        .map(|clause| scored(clause, 0.0))
        .collect()
}

pub(super) fn one(field: Field, token: &str) -> Box<dyn Query> {
    Box::new(TermQuery::new(
        Term::from_field_text(field, token),
        IndexRecordOption::Basic,
    ))
}

/// Tokens at these offsets from each other.
pub(super) fn adjacent(field: Field, tokens: Vec<(usize, String)>) -> Box<dyn Query> {
    if let [(_, token)] = tokens.as_slice() {
        return one(field, token);
    }
    let terms = tokens
        .into_iter()
        .map(|(at, token)| (at, Term::from_field_text(field, &token)))
        .collect();
    Box::new(PhraseQuery::new_with_offset(terms))
}

pub(super) fn scored(query: Box<dyn Query>, score: f32) -> Box<dyn Query> {
    Box::new(ConstScoreQuery::new(query, score))
}

pub(super) fn best(mut ways: Vec<Box<dyn Query>>) -> Box<dyn Query> {
    match ways.len() {
        1 => ways.remove(0),
        _ => Box::new(DisjunctionMaxQuery::new(ways)),
    }
}

pub(super) fn any(mut ways: Vec<Box<dyn Query>>) -> Box<dyn Query> {
    match ways.len() {
        1 => ways.remove(0),
        _ => Box::new(BooleanQuery::union(ways)),
    }
}

pub(super) fn all(mut clauses: Vec<Box<dyn Query>>) -> Box<dyn Query> {
    match clauses.len() {
        1 => clauses.remove(0),
        _ => Box::new(BooleanQuery::new(
            clauses
                .into_iter()
                .map(|clause| (Occur::Must, clause))
                .collect(),
        )),
    }
}
