//! Documents by how they match: every term in the best of its ways, the ranks of the terms added, and all filters passed.

use std::sync::Arc;

use tantivy::query::{EnableScoring, Explanation, Query, Scorer, Weight};
use tantivy::{DocId, DocSet, Score, SegmentReader, TERMINATED, TantivyError};

use super::schema::DATE;
use super::ways::{Find, RankedWay, Ways, in_each};

/// Documents that each of the terms finds, or that are found as one whole, and that the filters keep.
#[derive(Debug, Clone, Default)]
pub(super) struct Ranked {
    terms: Arc<[Vec<RankedWay>]>,
    whole: Arc<[RankedWay]>,
    filters: Filters,
}

/// What a document must pass besides.
#[derive(Debug, Clone, Default)]
pub(super) struct Filters {
    /// Of each of these it has any.
    pub(super) any_of: Arc<[Vec<Find>]>,
    /// Its date lies on or between these days.
    pub(super) days: Option<(i64, i64)>,
}

impl Filters {
    pub(super) fn is_empty(&self) -> bool {
        self.any_of.is_empty() && self.days.is_none()
    }
}

impl Ranked {
    pub(super) fn new(terms: Vec<Vec<RankedWay>>, whole: Vec<RankedWay>) -> Self {
        Self {
            terms: terms.into(),
            whole: whole.into(),
            filters: Filters::default(),
        }
    }

    pub(super) fn filtered(self, filters: Filters) -> Self {
        Self { filters, ..self }
    }
}

impl Query for Ranked {
    fn weight(&self, scoring: EnableScoring<'_>) -> tantivy::Result<Box<dyn Weight>> {
        let terms = self.terms.iter().map(|ways| Ways::new(ways, scoring));
        let filters = self.filters.any_of.iter();
        let filters = filters.map(|ways| Ways::equal(ways, scoring));
        Ok(Box::new(RankedWeight {
            terms: terms.collect::<tantivy::Result<_>>()?,
            whole: Ways::new(&self.whole, scoring)?,
            filters: filters.collect::<tantivy::Result<_>>()?,
            days: self.filters.days,
        }))
    }
}

struct RankedWeight {
    terms: Vec<Ways>,
    whole: Ways,
    filters: Vec<Ways>,
    days: Option<(i64, i64)>,
}

impl RankedWeight {
    /// What each of these finds and the filters keep.
    fn kept<'a>(
        &'a self,
        ranked: impl Iterator<Item = &'a Ways>,
        segment: &SegmentReader,
    ) -> tantivy::Result<Vec<(DocId, Score)>> {
        let filters = self.filters.iter().map(|ways| (ways, false));
        let parts = ranked.map(|ways| (ways, true)).chain(filters);
        let parts = parts.map(|(ways, counts)| Ok((ways.open(segment)?, counts)));
        let parts: Vec<_> = parts.collect::<tantivy::Result<_>>()?;
        let mut found = match parts.is_empty() {
            true => (0..segment.max_doc()).map(|doc| (doc, 0.0)).collect(),
            false => in_each(parts),
        };
        if let Some((from, to)) = self.days.filter(|_| !found.is_empty()) {
            let dates = segment.fast_fields().i64(DATE)?;
            found.retain(|(doc, _)| {
                let date = dates.first(*doc);
                date.is_some_and(|date| (from..=to).contains(&date))
            });
        }
        Ok(found)
    }

    fn found(&self, segment: &SegmentReader) -> tantivy::Result<Vec<(DocId, Score)>> {
        let mut found = self.kept(self.terms.iter(), segment)?;
        if self.whole.is_empty() {
            return Ok(found);
        }
        let whole = self.kept([&self.whole].into_iter(), segment)?;
        if !whole.is_empty() {
            found.extend(whole);
            found.sort_unstable_by(|(a, one), (b, two)| a.cmp(b).then(two.total_cmp(one)));
            found.dedup_by_key(|(doc, _)| *doc);
        }
        Ok(found)
    }
}

impl Weight for RankedWeight {
    fn scorer(&self, segment: &SegmentReader, boost: Score) -> tantivy::Result<Box<dyn Scorer>> {
        Ok(Box::new(Found::new(self.found(segment)?, boost)))
    }

    fn for_each(
        &self,
        segment: &SegmentReader,
        callback: &mut dyn FnMut(DocId, Score),
    ) -> tantivy::Result<()> {
        // Most of what is asked for is one term: all of its documents need not be listed before.
        match &self.terms[..] {
            [only] if self.whole.is_empty() && self.filters.is_empty() && self.days.is_none() => {
                only.open(segment)?.read(callback);
            }
            _ => {
                for (doc, score) in self.found(segment)? {
                    callback(doc, score);
                }
            }
        }
        Ok(())
    }

    fn explain(&self, segment: &SegmentReader, doc: DocId) -> tantivy::Result<Explanation> {
        let found = self.found(segment)?;
        let score = found.iter().find(|(found, _)| *found == doc);
        let score = score.ok_or_else(|| TantivyError::InvalidArgument("not found".to_owned()))?;
        Ok(Explanation::new("best ways", score.1))
    }
}

/// What was found, as the engine reads it.
pub(super) struct Found {
    docs: Vec<(DocId, Score)>,
    at: usize,
    boost: Score,
}

impl Found {
    pub(super) fn new(docs: Vec<(DocId, Score)>, boost: Score) -> Self {
        Self { docs, at: 0, boost }
    }
}

impl DocSet for Found {
    fn advance(&mut self) -> DocId {
        self.at += 1;
        self.doc()
    }

    fn seek(&mut self, target: DocId) -> DocId {
        let rest = self.docs.get(self.at..).unwrap_or_default();
        self.at += rest.partition_point(|(doc, _)| *doc < target);
        self.doc()
    }

    fn doc(&self) -> DocId {
        self.docs.get(self.at).map_or(TERMINATED, |(doc, _)| *doc)
    }

    fn size_hint(&self) -> u32 {
        u32::try_from(self.docs.len()).unwrap_or(u32::MAX)
    }
}

impl Scorer for Found {
    fn score(&mut self) -> Score {
        self.docs
            .get(self.at)
            .map_or(0.0, |(_, score)| score * self.boost)
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use proptest::prelude::*;
    use tantivy::schema::{Field, Schema, TEXT};
    use tantivy::{Index, IndexWriter, Searcher, TantivyDocument, Term};

    /// Documents that hold the numbers of the bits that are set in them, in order, in one segment.
    pub(in crate::search::tantivy) fn index_of(docs: &[u8]) -> (Searcher, Field) {
        let mut schema = Schema::builder();
        let bit = schema.add_text_field("bit", TEXT);
        let index = Index::create_in_ram(schema.build());
        let mut writer: IndexWriter = index.writer_with_num_threads(1, 15 << 20).unwrap();
        for doc in docs {
            let mut document = TantivyDocument::default();
            let bits = (0..6).filter(|at| doc >> at & 1 == 1);
            let bits: Vec<String> = bits.map(|at| at.to_string()).collect();
            document.add_text(bit, bits.join(" "));
            writer.add_document(document).unwrap();
        }
        writer.commit().unwrap();
        (index.reader().unwrap().searcher(), bit)
    }

    /// Ways 0 to 5 are a bit, those to 11 that one of two bits is set, and one of two others; the rest that of three bits all but the middle one are set.
    pub(in crate::search::tantivy) fn ways_of(bit: Field, ways: &[(u8, u8)]) -> Vec<RankedWay> {
        let term = |at: u8| Find::Term(Term::from_field_text(bit, &(at % 6).to_string()));
        let any = |at: u8| vec![term(at), term(at + 1)];
        let text = |at: u8| Term::from_field_text(bit, &at.to_string());
        let ways = ways.iter().map(|(at, rank)| {
            let find = match at {
                0..6 => term(*at),
                12.. => {
                    let tokens = vec![(0, text(at % 4)), (1, text(at % 4 + 2))];
                    Find::Beside(tokens, Vec::new())
                }
                _ => Find::Each(vec![any(*at), any(at + 2)]),
            };
            (Score::from(*rank), find)
        });
        ways.collect()
    }

    /// The best rank of a document.
    pub(in crate::search::tantivy) fn bits_of(doc: u8, ways: &[(u8, u8)]) -> Option<u8> {
        let is_set = |at: u8| doc >> (at % 6) & 1 == 1;
        let any = |at: u8| is_set(at) || is_set(at + 1);
        let ways = ways.iter().filter(|(at, _)| match at {
            0..6 => is_set(*at),
            12.. => doc >> (at % 4) & 7 == 5,
            _ => any(*at) && any(at + 2),
        });
        ways.map(|(_, rank)| *rank).max()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(60))]

        #[test]
        fn every_term_counts_with_its_best_way(
            docs in prop::collection::vec(0_u8..64, 1..300),
            terms in prop::collection::vec(prop::collection::vec((0_u8..16, 1_u8..5), 1..4), 1..4),
            whole in prop::collection::vec((0_u8..6, 1_u8..40), 0..3),
            filters in prop::collection::vec(prop::collection::vec(0_u8..6, 1..3), 0..3),
        ) {
            let (searcher, bit) = index_of(&docs);
            let ways = |ways: &Vec<(u8, u8)>| ways_of(bit, ways);
            let any_of = filters.iter().map(|any| {
                let any = any.iter().map(|at| Term::from_field_text(bit, &at.to_string()));
                any.map(Find::Term).collect()
            });
            let filters_set = Filters { any_of: any_of.collect(), days: None };
            let query = Ranked::new(terms.iter().map(ways).collect(), ways(&whole)).filtered(filters_set);
            let passes = |doc: u8| filters.iter().all(|any| any.iter().any(|at| doc >> at & 1 == 1));
            let expected = docs.iter().zip(0_u32..).filter(|(doc, _)| passes(**doc)).filter_map(|(doc, at)| {
                let sum = terms.iter().map(|ways| bits_of(*doc, ways)).sum::<Option<u8>>();
                Some((at, Score::from(sum.max(bits_of(*doc, &whole))?)))
            });
            let segment = searcher.segment_reader(0);
            let weight = query.weight(EnableScoring::enabled_from_searcher(&searcher)).unwrap();
            let mut found = Vec::new();
            weight.for_each(segment, &mut |doc, score| found.push((doc, score))).unwrap();
            prop_assert_eq!(found, expected.collect::<Vec<_>>());
        }
    }
}
