//! From what was typed to the engine's query.
//!
//! No character has a meaning of its own: the text is split at white space, every term must match somewhere, and how it matches
//! decides its rank. Every clause scores a constant, so that equal kinds of match are equal and the newest comes first.

use std::ops::Bound;

use tantivy::Term;
use tantivy::query::{
    AllQuery, BooleanQuery, ConstScoreQuery, DisjunctionMaxQuery, EmptyQuery, Occur, PhraseQuery,
    Query, RangeQuery, TermQuery,
};
use tantivy::schema::{Field, IndexRecordOption};

use super::analyse::{CODE_GRAM, NAME_GRAM, Word, compact, covering_grams, edge, query_words};
use super::schema::{Fields, region_prefix};
use crate::search::{MAX_QUERY_CHARS, MAX_QUERY_TERMS, SearchQuery};

/// What kind of match counts how much. Each step is larger than all terms of a query can reach on the step below it
/// ([`MAX_QUERY_TERMS`] of them), so that the best kind of match decides; all sums stay exact in an `f32`.
mod rank {
    pub(super) const TEXT: f32 = 1.0;
    pub(super) const TITLE: f32 = 13.0;
    pub(super) const CODE_PIECE: f32 = 169.0;
    pub(super) const NAME_PIECE: f32 = 2_197.0;
    pub(super) const NAME: f32 = 28_561.0;
    pub(super) const CODE: f32 = 371_293.0;
}

/// A query as the engine runs it.
pub(super) struct Plan {
    pub(super) query: Box<dyn Query>,
    /// Whether the text had anything to rank by.
    pub(super) ranked: bool,
    pub(super) truncated: bool,
    pub(super) understood: bool,
}

/// Translates a query.
pub(super) fn plan(fields: &Fields, query: &SearchQuery) -> Plan {
    let (text, mut truncated) = match query.text.char_indices().nth(MAX_QUERY_CHARS) {
        Some((end, _)) => (&query.text[..end], true),
        None => (query.text.as_str(), false),
    };
    let mut terms: Vec<&str> = text
        .split_whitespace()
        .filter(|term| !compact(term).is_empty())
        .collect();
    if terms.len() > MAX_QUERY_TERMS {
        terms.truncate(MAX_QUERY_TERMS);
        truncated = true;
    }
    let ranked = !terms.is_empty();
    let understood = ranked || query.text.trim().is_empty();
    let mut clauses = filters(fields, query);
    match text_clause(fields, &terms) {
        Some(clause) => clauses.push(clause),
        None if understood => clauses.push(Box::new(AllQuery)),
        None => clauses = vec![Box::new(EmptyQuery)],
    }
    Plan {
        query: all(clauses),
        ranked,
        truncated,
        understood,
    }
}

/// All terms, or what was typed as one name or code that happens to hold white space.
fn text_clause(fields: &Fields, terms: &[&str]) -> Option<Box<dyn Query>> {
    let words: Vec<Vec<Word>> = terms.iter().map(|term| query_words(term)).collect();
    // A term of stop words alone asks for nothing beside others, but may be a name by itself.
    let says_something = words.iter().any(|words| !words.is_empty());
    let wanted = terms
        .iter()
        .zip(&words)
        .filter(|(_, words)| !says_something || !words.is_empty());
    let clauses: Vec<Box<dyn Query>> = wanted
        .map(|(term, words)| term_clause(fields, term, words))
        .collect();
    if clauses.is_empty() {
        return None;
    }
    let each = all(clauses);
    if terms.len() == 1 {
        return Some(each);
    }
    let mut ways = identity_clauses(fields, &compact(&terms.concat()));
    ways.push(each);
    Some(best(ways))
}

/// One term in any field.
fn term_clause(fields: &Fields, term: &str, words: &[Word]) -> Box<dyn Query> {
    let compact = compact(term);
    let mut ways = identity_clauses(fields, &compact);
    let mut titles = Vec::new();
    titles.extend(pieces(fields.title_pieces, &compact, NAME_GRAM));
    if is_telling(words, &compact) {
        titles.push(words_clause(fields.title_words, words));
        ways.push(scored(words_clause(fields.words, words), rank::TEXT));
    }
    if !titles.is_empty() {
        ways.push(scored(any(titles), rank::TITLE));
    }
    best(ways)
}

/// Whether a term's words say in running text what was asked for. Of a piece of a name with a stop word in its middle (锦和商)
/// only single characters are left, which half of all texts have.
fn is_telling(words: &[Word], compact: &str) -> bool {
    let kept: usize = words.iter().map(|word| word.chars).sum();
    let whole = kept == compact.chars().count();
    !words.is_empty() && (whole || words.iter().any(|word| word.chars > 1))
}

/// A code or name: the whole, or a piece of it.
fn identity_clauses(fields: &Fields, compact: &str) -> Vec<Box<dyn Query>> {
    let name_piece = pieces(fields.name_pieces, compact, NAME_GRAM)
        .unwrap_or_else(|| one(fields.name_chars, compact));
    let code_piece = pieces(fields.code_pieces, compact, CODE_GRAM)
        .unwrap_or_else(|| one(fields.code_pieces, &edge(compact)));
    vec![
        scored(one(fields.code, compact), rank::CODE),
        scored(one(fields.name, compact), rank::NAME),
        scored(name_piece, rank::NAME_PIECE),
        scored(code_piece, rank::CODE_PIECE),
    ]
}

/// Documents whose field holds `compact` as a substring; `None` when it is shorter than the field's pieces.
fn pieces(field: Field, compact: &str, size: usize) -> Option<Box<dyn Query>> {
    let grams = covering_grams(compact, size);
    (!grams.is_empty()).then(|| adjacent(field, grams))
}

/// All words, in any order, somewhere in the field.
///
/// A single character says little by itself, so it must stand beside the word it was typed beside.
fn words_clause(field: Field, words: &[Word]) -> Box<dyn Query> {
    let mut groups: Vec<Vec<&Word>> = Vec::new();
    for word in words {
        match groups.last_mut() {
            Some(group)
                if group.last().is_some_and(|last| {
                    last.start + last.chars == word.start && (last.chars == 1 || word.chars == 1)
                }) =>
            {
                group.push(word);
            }
            _ => groups.push(vec![word]),
        }
    }
    all(groups
        .into_iter()
        .map(|group| group_clause(field, &group))
        .collect())
}

fn group_clause(field: Field, group: &[&Word]) -> Box<dyn Query> {
    if let [word] = group {
        return one(field, &word.text);
    }
    adjacent(
        field,
        group
            .iter()
            .map(|word| (word.start, word.text.clone()))
            .collect(),
    )
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

fn one(field: Field, token: &str) -> Box<dyn Query> {
    Box::new(TermQuery::new(
        Term::from_field_text(field, token),
        IndexRecordOption::Basic,
    ))
}

/// Tokens at these offsets from each other.
fn adjacent(field: Field, tokens: Vec<(usize, String)>) -> Box<dyn Query> {
    if let [(_, token)] = tokens.as_slice() {
        return one(field, token);
    }
    let terms = tokens
        .into_iter()
        .map(|(at, token)| (at, Term::from_field_text(field, &token)))
        .collect();
    Box::new(PhraseQuery::new_with_offset(terms))
}

fn scored(query: Box<dyn Query>, score: f32) -> Box<dyn Query> {
    Box::new(ConstScoreQuery::new(query, score))
}

fn best(mut ways: Vec<Box<dyn Query>>) -> Box<dyn Query> {
    match ways.len() {
        1 => ways.remove(0),
        _ => Box::new(DisjunctionMaxQuery::new(ways)),
    }
}

fn any(mut ways: Vec<Box<dyn Query>>) -> Box<dyn Query> {
    match ways.len() {
        1 => ways.remove(0),
        _ => Box::new(BooleanQuery::union(ways)),
    }
}

fn all(mut clauses: Vec<Box<dyn Query>>) -> Box<dyn Query> {
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
