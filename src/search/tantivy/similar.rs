//! The second look, where nothing holds what was typed: records that hold most of it.
//!
//! For a slip of the pen (烟洒店), a character left out, doubled or exchanged, a wrong digit. Every term counts by the share of it that is found,
//! its rare pieces more than its common ones; what holds less than [`ENOUGH`] of all is no answer.

use std::collections::BTreeSet;
use std::sync::Arc;

use tantivy::query::{BooleanQuery, DisjunctionMaxQuery, FuzzyTermQuery, Occur, Query};
use tantivy::schema::Field;
use tantivy::{Searcher, Term};

use super::analyse::NAME_GRAM;
use super::query::one;
use super::ranked::{Filters, Ranked};
use super::schema::Fields;
use super::shares::Shares;
use super::ways::Find;
use crate::search::asked::Asked;
use crate::search::cut::query_words;
use crate::search::fold::compact;
use crate::search::numbers::unmistaken;
use crate::search::plan::{CODE_GRAM, Scope};
use crate::search::rarity::{ENOUGH, SOUND, weights};
use crate::search::sounds::syllable_pairs;

/// What a term counts whose every piece is found. Scores are whole numbers, so that their sums do not depend on the order.
const WHOLE: f64 = 1000.0;
/// Letters of a foreign word of which one may be wrong.
const FUZZY: usize = 4;

/// A query for records like what was asked for, and the least score of an answer; `None` where there is nothing to compare.
pub(super) fn like(
    fields: &Fields,
    searcher: &Searcher,
    asked: &Asked<'_>,
) -> tantivy::Result<Option<(Box<dyn Query>, f32)>> {
    let least = WHOLE as f32 * ENOUGH * asked.terms.len() as f32;
    let weigher = Weigher {
        searcher,
        documents: searcher.num_docs() as f64,
        least: match asked.terms.len() {
            1 => least,
            // What has less of one term may have more of the others.
            _ => 0.0,
        },
    };
    let mut clauses = Vec::new();
    for term in &asked.terms {
        clauses.extend(term_clause(fields, &weigher, term)?);
    }
    if clauses.is_empty() {
        return Ok(None);
    }
    Ok(Some((sum(clauses), least)))
}

/// Of what was found so, what the filters keep.
pub(super) fn filtered(like: Box<dyn Query>, filters: Filters) -> Box<dyn Query> {
    if filters.is_empty() {
        return like;
    }
    let kept: Box<dyn Query> = Box::new(Ranked::default().filtered(filters));
    let both = [kept, like].map(|query| (Occur::Must, query));
    Box::new(BooleanQuery::new(both.into()))
}

fn sum(clauses: Vec<Box<dyn Query>>) -> Box<dyn Query> {
    let clauses = clauses.into_iter().map(|clause| (Occur::Should, clause));
    Box::new(BooleanQuery::new(clauses.collect()))
}

/// One term: the best of its shares as a name, a code and words.
fn term_clause(
    fields: &Fields,
    weigher: &Weigher<'_>,
    term: &str,
) -> tantivy::Result<Option<Box<dyn Query>>> {
    let compact = compact(term);
    let mut ways = Vec::new();
    ways.extend(weigher.shares(name_pieces(fields, &compact))?);
    let code = unmistaken(&compact);
    if code.bytes().any(|byte| byte.is_ascii_digit()) {
        ways.extend(weigher.shares(code_pieces(fields, &code))?);
    }
    ways.extend(weigher.shares(word_pieces(fields, term))?);
    Ok(match ways.len() {
        0 | 1 => ways.pop(),
        _ => Some(Box::new(DisjunctionMaxQuery::new(ways))),
    })
}

/// A piece of a term: ways to find it, each with how much of its weight it counts.
struct Part {
    ways: Vec<(Find, f64)>,
    /// What tells how rare it is: each way's terms, of which a document has one.
    terms: Vec<Vec<Term>>,
}

impl Part {
    fn of(field: Field, token: &str) -> Self {
        Part {
            ways: vec![(one(field, token), 1.0)],
            terms: vec![vec![Term::from_field_text(field, token)]],
        }
    }

    fn or(&mut self, field: Field, token: &str, share: f64) {
        self.ways.push((one(field, token), share));
        self.terms.push(vec![Term::from_field_text(field, token)]);
    }
}

/// Each two characters of a name, as written or as they sound.
fn name_pieces(fields: &Fields, compact: &str) -> Vec<Part> {
    let chars: Vec<char> = compact.chars().collect();
    let parts = chars.windows(NAME_GRAM).map(|pair| {
        let text: String = pair.iter().collect();
        let mut part = Part::of(fields.name_pieces, &text);
        if let [one, two] = pair
            && !(one.is_ascii() && two.is_ascii())
        {
            let sounds: BTreeSet<String> = syllable_pairs(*one, *two).collect();
            for sound in sounds {
                part.or(fields.name_sounds, &sound, f64::from(SOUND));
            }
        }
        part
    });
    parts.collect()
}

/// Each four characters of a code.
fn code_pieces(fields: &Fields, code: &str) -> Vec<Part> {
    let chars: Vec<char> = code.chars().collect();
    let grams = chars.windows(CODE_GRAM);
    let part = |gram: &[char]| Part::of(fields.code_pieces, &gram.iter().collect::<String>());
    grams.map(part).collect()
}

/// Each word, as written or, where it is foreign, with one letter wrong.
fn word_pieces(fields: &Fields, term: &str) -> Vec<Part> {
    let words = query_words(term).into_iter().map(|word| {
        let scope = fields.words_of(Scope::Text).into_iter();
        let terms: Vec<_> = scope
            .map(|field| Term::from_field_text(field, &word.text))
            .collect();
        let mut ways: Vec<(Find, f64)> = Vec::new();
        let foreign = word.text.bytes().all(|byte| byte.is_ascii_lowercase());
        for term in &terms {
            ways.push((one(term.field(), &word.text), 1.0));
            if foreign && word.chars >= FUZZY {
                ways.push((
                    Find::Other(Arc::new(FuzzyTermQuery::new(term.clone(), 1, true))),
                    f64::from(SOUND),
                ));
            }
        }
        Part {
            ways,
            terms: vec![terms],
        }
    });
    words.collect()
}

/// Knows how rare a piece is.
struct Weigher<'a> {
    searcher: &'a Searcher,
    documents: f64,
    /// What holds less of the parts is of no interest.
    least: f32,
}

impl Weigher<'_> {
    /// The parts as one query whose score is the share of them that is found, of [`WHOLE`]; `None` where nothing is known of them.
    fn shares(&self, parts: Vec<Part>) -> tantivy::Result<Option<Box<dyn Query>>> {
        let mut frequencies = Vec::with_capacity(parts.len());
        for part in &parts {
            let mut most = 0;
            for terms in &part.terms {
                let counts = terms.iter().map(|term| self.searcher.doc_freq(term));
                most = most.max(counts.sum::<tantivy::Result<u64>>()?);
            }
            frequencies.push(most as f64);
        }
        let Some(weights) = weights(&frequencies, self.documents) else {
            return Ok(None);
        };
        let kept = parts.into_iter().zip(weights);
        let kept: Vec<(Part, f64)> = kept.filter(|(_, weight)| *weight > 0.0).collect();
        let total: f64 = kept.iter().map(|(_, weight)| weight).sum();
        let parts = kept.into_iter().map(|(part, weight)| {
            let share = weight / total * WHOLE;
            let ways = part.ways.into_iter();
            let ways = ways.map(|(find, part)| ((share * part).round() as f32, find));
            ways.collect()
        });
        let shares = Shares::new(parts.collect(), self.least);
        Ok(Some(Box::new(shares)))
    }
}
