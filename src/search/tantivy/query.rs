//! From what is looked for to the engine's query: how each leaf of a [`Plan`] is found in this index.

use std::collections::BTreeSet;

use tantivy::Term;
use tantivy::schema::Field;

use super::analyse::{NAME_GRAM, covering_grams, edge};
use super::ranked::{Filters, Ranked};
use super::schema::Fields;
use super::sound::sounding;
use super::ways::{Find, RankedWay};
use crate::search::SearchQuery;
use crate::search::cut::query_words;
use crate::search::labels::labels_with;
use crate::search::plan::{CODE_GRAM, Cond, Leaf, Plan, Reach, Scope, Way, also_means};
use crate::search::regions::region_prefix;

/// All terms in the best of their ways, or what was typed as one name or code. `labels`: what records are called.
pub(super) fn exactly(fields: &Fields, plan: &Plan, labels: &BTreeSet<String>) -> Ranked {
    let index = Place { fields, labels };
    let ranked = |ways: &[Way]| -> Vec<RankedWay> {
        let ways = ways.iter().flat_map(|way| {
            let each = index.each_way(&way.what).into_iter();
            each.map(|find| (way.rank, find))
        });
        ways.collect()
    };
    let terms = plan.terms.iter().map(|ways| ranked(ways)).collect();
    Ranked::new(terms, ranked(&plan.whole))
}

/// Where leaves are found.
struct Place<'a> {
    fields: &'a Fields,
    labels: &'a BTreeSet<String>,
}

impl Place<'_> {
    /// What together finds what holds this.
    fn each_way(&self, what: &Cond) -> Vec<Find> {
        match what {
            Cond::Is(leaf) => self.held(leaf),
            Cond::All(parts) => match &parts[..] {
                [only] => self.each_way(only),
                parts => vec![Find::Each(
                    parts.iter().map(|part| self.each_way(part)).collect(),
                )],
            },
            Cond::Any(parts) => parts.iter().flat_map(|part| self.each_way(part)).collect(),
        }
    }

    fn held(&self, leaf: &Leaf) -> Vec<Find> {
        let fields = self.fields;
        let any = |field, all: &[String]| all.iter().map(|text| one(field, text)).collect();
        match leaf {
            Leaf::OwnCode(ways) => any(fields.own_code, ways),
            Leaf::Code(ways) => any(fields.code, ways),
            Leaf::Name(name) => vec![one(fields.name, name)],
            Leaf::NamePiece(piece) => {
                let held = pieces(fields.name_pieces, piece, NAME_GRAM);
                let held = held.unwrap_or_else(|| one(fields.name_chars, piece));
                // A name with a word holds it as a piece, which is told without looking where it stands.
                let word = query_words(piece)
                    .into_iter()
                    .find(|word| word.text == *piece);
                let word = word.map(|word| one(fields.name_words, &word.text));
                [Some(held), word].into_iter().flatten().collect()
            }
            Leaf::CodePiece(piece) => vec![
                pieces(fields.code_pieces, piece, CODE_GRAM)
                    .unwrap_or_else(|| one(fields.code_pieces, &edge(piece))),
            ],
            Leaf::Runs(runs) => {
                let runs = runs.iter().cloned().enumerate();
                vec![adjacent(fields.code_runs, runs.collect())]
            }
            Leaf::Sound(way) => sounding(fields, way).into_iter().collect(),
            Leaf::Kind(kind) => vec![one(fields.kind, kind)],
            Leaf::TitlePiece(piece) => {
                let held = pieces(fields.title_pieces, piece, NAME_GRAM);
                held.into_iter().collect()
            }
            Leaf::LabelPiece(piece) => {
                let held = labels_with(self.labels, piece);
                held.map(|label| one(fields.label, label)).collect()
            }
            Leaf::Word(scope, word, reach) => {
                word_or_meaning(&fields.words_of(*scope), word, *reach)
            }
            Leaf::Beside(scope, words) => {
                let fields = fields.words_of(*scope).into_iter();
                let each = fields.map(|field| adjacent(field, words.clone()));
                each.collect()
            }
        }
    }
}

/// Documents whose field holds `compact` as a substring; `None` when it is shorter than the field's pieces.
fn pieces(field: Field, compact: &str, size: usize) -> Option<Find> {
    let (grams, implied) = covering_grams(compact, size);
    let implied = implied.iter();
    let implied = implied.map(|(_, gram)| Term::from_field_text(field, gram));
    (!grams.is_empty()).then(|| match adjacent(field, grams) {
        Find::Beside(grams, _) => Find::Beside(grams, implied.collect()),
        one => one,
    })
}

/// A word in any of the fields, or all words of what it also means, each in any of them.
fn word_or_meaning(fields: &[Field], word: &str, reach: Reach) -> Vec<Find> {
    let written = |word: &str| -> Vec<_> { fields.iter().map(|field| one(*field, word)).collect() };
    let mut ways = written(word);
    for meaning in also_means(word, reach) {
        let parts: Vec<_> = meaning.split_whitespace().flat_map(query_words).collect();
        match &parts[..] {
            [] => {}
            [only] => ways.extend(written(&only.text)),
            parts => {
                let parts = parts.iter().map(|part| written(&part.text));
                ways.push(Find::Each(parts.collect()));
            }
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

/// The filters that are set.
pub(super) fn filters(fields: &Fields, query: &SearchQuery) -> Filters {
    let regions = query.regions.iter().map(|region| region_prefix(region));
    let regions: Vec<String> = regions.map(str::to_owned).collect();
    let sets = [
        (fields.kind, &query.kinds),
        (fields.authority, &query.authorities),
        (fields.region, &regions),
        (fields.mark, &query.marks),
    ];
    let set = sets.into_iter().filter(|(_, values)| !values.is_empty());
    let any_of = set.map(|(field, values)| {
        let values = values.iter().map(|value| one(field, value));
        values.collect()
    });
    let dated = query.date_from.is_some() || query.date_to.is_some();
    Filters {
        any_of: any_of.collect(),
        days: dated.then(|| {
            (
                query.date_from.map_or(i64::MIN, i64::from),
                query.date_to.map_or(i64::MAX, i64::from),
            )
        }),
    }
}

pub(super) fn one(field: Field, token: &str) -> Find {
    Find::Term(Term::from_field_text(field, token))
}

/// Tokens at these offsets from each other.
pub(super) fn adjacent(field: Field, tokens: Vec<(usize, String)>) -> Find {
    if let [(_, token)] = tokens.as_slice() {
        return one(field, token);
    }
    let tokens = tokens.into_iter();
    let tokens = tokens.map(|(at, token)| (at, Term::from_field_text(field, &token)));
    Find::Beside(tokens.collect(), Vec::new())
}
