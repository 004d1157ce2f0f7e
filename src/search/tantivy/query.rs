//! From what is looked for to the engine's query: how each leaf of a [`Plan`] is found in this index.

use std::ops::Bound;

use tantivy::Term;
use tantivy::query::{
    AllQuery, BooleanQuery, ConstScoreQuery, DisjunctionMaxQuery, EmptyQuery, Occur, PhraseQuery,
    Query, RangeQuery, TermQuery,
};
use tantivy::schema::{Field, IndexRecordOption};

use super::analyse::{CODE_GRAM, NAME_GRAM, covering_grams, edge};
use super::ranked::{Ranked, RankedWay};
use super::schema::Fields;
use super::sound::sounding;
use crate::search::SearchQuery;
use crate::search::cut::query_words;
use crate::search::plan::{Cond, Leaf, Plan, Reach, Scope, Way, also_means};
use crate::search::regions::region_prefix;

/// All terms in the best of their ways, or what was typed as one name or code.
pub(super) fn exactly(fields: &Fields, plan: &Plan) -> Box<dyn Query> {
    let ranked = |ways: &[Way]| -> Vec<RankedWay> {
        let ways = ways.iter().flat_map(|way| {
            let each = each_way(fields, &way.what).into_iter();
            each.map(|query| (way.rank, query))
        });
        ways.collect()
    };
    let terms = plan.terms.iter().map(|ways| ranked(ways)).collect();
    Box::new(Ranked::new(terms, ranked(&plan.whole)))
}

/// Documents that something of each of these finds.
fn each_of(parts: impl Iterator<Item = Vec<Box<dyn Query>>>) -> Box<dyn Query> {
    let parts = parts.map(|ways| ways.into_iter().map(|query| (1.0, query)).collect());
    Box::new(Ranked::new(parts.collect(), Vec::new()))
}

/// Queries that together find what holds this.
fn each_way(fields: &Fields, what: &Cond) -> Vec<Box<dyn Query>> {
    match what {
        Cond::Is(leaf) => held(fields, leaf),
        Cond::All(parts) => match &parts[..] {
            [only] => each_way(fields, only),
            parts => vec![each_of(parts.iter().map(|part| each_way(fields, part)))],
        },
        Cond::Any(parts) => {
            let parts = parts.iter();
            parts.flat_map(|part| each_way(fields, part)).collect()
        }
    }
}

fn held(fields: &Fields, leaf: &Leaf) -> Vec<Box<dyn Query>> {
    let codes = |field, codes: &[String]| codes.iter().map(|code| one(field, code)).collect();
    vec![match leaf {
        Leaf::OwnCode(ways) => return codes(fields.own_code, ways),
        Leaf::Code(ways) => return codes(fields.code, ways),
        Leaf::Name(name) => one(fields.name, name),
        Leaf::NamePiece(piece) => pieces(fields.name_pieces, piece, NAME_GRAM)
            .unwrap_or_else(|| one(fields.name_chars, piece)),
        Leaf::CodePiece(piece) => pieces(fields.code_pieces, piece, CODE_GRAM)
            .unwrap_or_else(|| one(fields.code_pieces, &edge(piece))),
        Leaf::Runs(runs) => adjacent(fields.code_runs, runs.iter().cloned().enumerate().collect()),
        Leaf::Sound(way) => sounding(fields, way),
        Leaf::Kind(kind) => one(fields.kind, kind),
        Leaf::TitlePiece(piece) => held_in(fields.title_pieces, piece),
        Leaf::LabelPiece(piece) => held_in(fields.label_pieces, piece),
        Leaf::Word(scope, word, reach) => {
            return word_or_meaning(&fields.words_of(*scope), word, *reach);
        }
        Leaf::Beside(scope, words) => {
            let fields = fields.words_of(*scope).into_iter();
            let each = fields.map(|field| adjacent(field, words.clone()));
            return each.collect();
        }
    }]
}

/// Documents whose field holds `compact` as a substring; `None` when it is shorter than the field's pieces.
fn pieces(field: Field, compact: &str, size: usize) -> Option<Box<dyn Query>> {
    let grams = covering_grams(compact, size);
    (!grams.is_empty()).then(|| adjacent(field, grams))
}

fn held_in(field: Field, piece: &str) -> Box<dyn Query> {
    pieces(field, piece, NAME_GRAM).unwrap_or_else(|| Box::new(EmptyQuery))
}

/// A word in any of the fields, or all words of what it also means, each in any of them.
fn word_or_meaning(fields: &[Field], word: &str, reach: Reach) -> Vec<Box<dyn Query>> {
    let written = |word: &str| -> Vec<_> { fields.iter().map(|field| one(*field, word)).collect() };
    let mut ways = written(word);
    for meaning in also_means(word, reach) {
        let parts: Vec<_> = meaning.split_whitespace().flat_map(query_words).collect();
        match &parts[..] {
            [] => {}
            [only] => ways.extend(written(&only.text)),
            parts => ways.push(each_of(parts.iter().map(|part| written(&part.text)))),
        }
    }
    ways
}

impl Fields {
    /// Every word stands in one field only; all of them are the whole text, so that a query may mix them.
    pub(super) fn words_of(&self, scope: Scope) -> Vec<Field> {
        match scope {
            Scope::Name => vec![self.name_words],
            Scope::Title => vec![self.title_words],
            Scope::Text => vec![self.name_words, self.title_words, self.text_words],
        }
    }
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
