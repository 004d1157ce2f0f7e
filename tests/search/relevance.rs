//! What people type, and what must come first: `search/relevance.toml` over `search/corpus.jsonl`.
//!
//! The frozen half of the queries was written before the analyser by somebody who had not read it; nothing is tuned against it, and it is reported
//! apart. `cargo test --test search relevance -- --nocapture` prints the scores.

use crate::engines::{Engine, on_both_engines};
use crate::support::*;
use gongshi::search::{SearchDoc, SearchQuery};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

const QUERIES: &str = include_str!("../../search/relevance.toml");
const CORPUS: &str = include_str!("../../search/corpus.jsonl");
/// Hits that are looked at.
const DEPTH: usize = 10;
/// Of how many queries the first hit is right, at least.
const LEAST: f64 = 0.95;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    query: Vec<Query>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Query {
    id: String,
    shape: String,
    text: String,
    frozen: bool,
    /// Any of these is the first hit.
    first: BTreeSet<u64>,
    /// Further ones, less so.
    good: BTreeSet<u64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    index: u64,
    kind: String,
    authority: String,
    region: String,
    subject_uscc: Option<String>,
    subject_name: Option<String>,
    title: String,
    labels: Vec<String>,
    text: String,
    codes: Vec<String>,
    marks: Vec<String>,
    date: Option<i32>,
    logged_at: i64,
    corrects: Option<u64>,
}

fn queries() -> Vec<Query> {
    let file: File = toml::from_str(QUERIES).unwrap();
    file.query
}

fn corpus() -> Vec<SearchDoc> {
    let lines = CORPUS.lines().map(|line| {
        let line: Line = serde_json::from_str(line).unwrap();
        SearchDoc {
            index: line.index,
            kind: line.kind,
            authority: line.authority,
            region: line.region,
            subject_uscc: line.subject_uscc,
            subject_name: line.subject_name,
            title: line.title,
            labels: line.labels,
            text: line.text,
            codes: line.codes,
            marks: line.marks,
            date: line.date,
            logged_at: line.logged_at,
            corrects: line.corrects,
        }
    });
    lines.collect()
}

impl Query {
    fn gain(&self, index: u64) -> f64 {
        match (self.first.contains(&index), self.good.contains(&index)) {
            (true, _) => 3.0,
            (false, true) => 1.0,
            (false, false) => 0.0,
        }
    }

    /// Normalised discounted cumulative gain of the first hits.
    fn ndcg(&self, hits: &[u64]) -> f64 {
        let discounted = |gains: &mut dyn Iterator<Item = f64>| {
            let sum = (2_u8..).zip(gains.take(DEPTH));
            sum.map(|(place, gain)| gain / f64::from(place).log2())
                .sum::<f64>()
        };
        let ideal = self.first.iter().map(|_| 3.0);
        let mut ideal = ideal.chain(self.good.iter().map(|_| 1.0));
        discounted(&mut hits.iter().map(|hit| self.gain(*hit))) / discounted(&mut ideal)
    }
}

/// Queries, of how many the first hit is right, and the sum of their gains.
#[derive(Default, Clone, Copy)]
struct Score {
    queries: u32,
    right: u32,
    ndcg: f64,
}

impl Score {
    fn add(&mut self, right: bool, ndcg: f64) {
        self.queries += 1;
        self.right += u32::from(right);
        self.ndcg += ndcg;
    }

    fn success(&self) -> f64 {
        f64::from(self.right) / f64::from(self.queries)
    }

    fn line(&self, name: &str) -> String {
        let (success, ndcg) = (self.success(), self.ndcg / f64::from(self.queries));
        format!(
            "{name:<24} {:>4} queries  success@1 {success:.3}  nDCG@10 {ndcg:.3}",
            self.queries
        )
    }
}

#[test]
fn the_queries_are_about_the_corpus() {
    let docs = corpus();
    let indexes: BTreeSet<u64> = docs.iter().map(|doc| doc.index).collect();
    assert_eq!(indexes.len(), docs.len());
    let (mut ids, mut texts) = (BTreeSet::new(), BTreeSet::new());
    let mut frozen = 0;
    for query in queries() {
        assert!(ids.insert(query.id.clone()), "{}", query.id);
        assert!(texts.insert(query.text.clone()), "{}", query.id);
        assert!(!query.first.is_empty(), "{}", query.id);
        assert!(query.first.is_disjoint(&query.good), "{}", query.id);
        let mut named = query.first.union(&query.good);
        assert!(named.all(|one| indexes.contains(one)), "{}", query.id);
        frozen += usize::from(query.frozen);
    }
    assert!(ids.len() >= 120 && frozen >= 60, "{} {frozen}", ids.len());
}

on_both_engines! {
    what_people_type_finds_what_they_mean,
}

fn what_people_type_finds_what_they_mean(engine: Engine) {
    let index = engine.index_of(&corpus());
    let mut scores: BTreeMap<(bool, String), Score> = BTreeMap::new();
    let mut wrong = Vec::new();
    for query in queries() {
        let asked = SearchQuery {
            text: query.text.clone(),
            limit: DEPTH,
            ..SearchQuery::default()
        };
        let hits = indexes(&index.search(&asked).unwrap());
        let right = hits.first().is_some_and(|hit| query.first.contains(hit));
        if !right {
            let lot = if query.frozen { "frozen" } else { "open" };
            wrong.push(format!("{} ({lot}) {:?}: {hits:?}", query.id, query.text));
        }
        for shape in [query.shape.as_str(), "all"] {
            let score = scores.entry((query.frozen, shape.to_owned())).or_default();
            score.add(right, query.ndcg(&hits));
        }
    }
    for ((frozen, shape), score) in &scores {
        let lot = if *frozen { "frozen" } else { "open" };
        println!("{}", score.line(&format!("{lot} {shape}")));
    }
    println!("first hit wrong:\n{}", wrong.join("\n"));
    for lot in [true, false] {
        let score = scores[&(lot, "all".to_owned())];
        assert!(score.success() >= LEAST, "{}", score.line("all"));
    }
}
