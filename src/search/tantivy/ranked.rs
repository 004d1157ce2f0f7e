//! Documents by how they match: every term in the best of its ways, the ranks of the terms added.
//!
//! A broad word is found in several ways at once, each in half of all documents. So a term's ways are read one after the other, a block at a time,
//! into one small number a document, rather than side by side; and a term that only few documents are left for is looked up in those alone.

use std::sync::Arc;

use tantivy::query::{EnableScoring, Explanation, Query, Scorer, Weight};
use tantivy::{
    COLLECT_BLOCK_BUFFER_LEN, DocId, DocSet, Score, SeekDangerResult, SegmentReader, TERMINATED,
    TantivyError,
};

/// A way to find documents, and its rank, above 0.
pub(super) type RankedWay = (Score, Box<dyn Query>);

/// Looking a document up in a way costs as much as reading so many.
const LOOK_UP: u64 = 8;

/// Documents that each of the terms finds; or what is found as one whole.
#[derive(Debug, Clone)]
pub(super) struct Ranked {
    terms: Arc<[Vec<RankedWay>]>,
    whole: Arc<[RankedWay]>,
}

impl Ranked {
    pub(super) fn new(terms: Vec<Vec<RankedWay>>, whole: Vec<RankedWay>) -> Self {
        Self {
            terms: terms.into(),
            whole: whole.into(),
        }
    }
}

impl Query for Ranked {
    fn weight(&self, scoring: EnableScoring<'_>) -> tantivy::Result<Box<dyn Weight>> {
        let terms = self.terms.iter().map(|ways| Ways::new(ways, scoring));
        Ok(Box::new(RankedWeight {
            terms: terms.collect::<tantivy::Result<_>>()?,
            whole: Ways::new(&self.whole, scoring)?,
        }))
    }
}

struct RankedWeight {
    terms: Vec<Ways>,
    whole: Ways,
}

impl RankedWeight {
    fn found(&self, segment: &SegmentReader) -> tantivy::Result<Vec<(DocId, Score)>> {
        let terms = self.terms.iter().map(|ways| ways.open(segment));
        let mut terms = terms.collect::<tantivy::Result<Vec<_>>>()?;
        terms.sort_by_key(OpenWays::cost);
        let mut terms = terms.into_iter();
        let mut found = match terms.next() {
            Some(cheapest) => cheapest.read(),
            None => Vec::new(),
        };
        for term in terms {
            term.join(&mut found, |sum, rank| Some(sum + rank?));
        }
        let whole = self.whole.open(segment)?.read();
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
        for (doc, score) in self.found(segment)? {
            callback(doc, score);
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

/// The ways of one term, the least first.
pub(super) struct Ways(Vec<(Score, Box<dyn Weight>)>);

impl Ways {
    pub(super) fn new(ways: &[RankedWay], scoring: EnableScoring<'_>) -> tantivy::Result<Self> {
        let unscored = match scoring.searcher() {
            Some(searcher) => EnableScoring::disabled_from_searcher(searcher),
            None => EnableScoring::disabled_from_schema(scoring.schema()),
        };
        let ways = ways
            .iter()
            .map(|(rank, query)| Ok((*rank, query.weight(unscored)?)));
        let mut ways = ways.collect::<tantivy::Result<Vec<_>>>()?;
        ways.sort_by(|(one, _), (two, _)| one.total_cmp(two));
        Ok(Self(ways))
    }

    pub(super) fn open(&self, segment: &SegmentReader) -> tantivy::Result<OpenWays> {
        let mut ways = Vec::new();
        for (rank, weight) in &self.0 {
            let docs = weight.scorer(segment, 1.0)?;
            if docs.doc() != TERMINATED {
                ways.push(OpenWay {
                    rank: *rank,
                    at: docs.doc(),
                    held: true,
                    docs,
                });
            }
        }
        Ok(OpenWays {
            ways,
            documents: segment.max_doc() as usize,
        })
    }
}

/// The ways in which one segment has any documents.
pub(super) struct OpenWays {
    ways: Vec<OpenWay>,
    documents: usize,
}

impl OpenWays {
    /// The best rank it gives any document.
    pub(super) fn best(&self) -> Score {
        self.ways.last().map_or(0.0, |way| way.rank)
    }

    fn cost(&self) -> u64 {
        self.ways.iter().map(|way| way.docs.cost()).sum()
    }

    /// All documents in order, each with the best of its ranks.
    pub(super) fn read(mut self) -> Vec<(DocId, Score)> {
        let mut found = Vec::new();
        match &mut self.ways[..] {
            [] => {}
            [only] => {
                let rank = only.rank;
                only.for_each(|doc| found.push((doc, rank)));
            }
            _ => {
                let table = self.table();
                // Most of a table is empty, and is passed over by as much as is compared at once.
                for (chunk, first) in table.chunks(64).zip((0..).step_by(64)) {
                    if chunk.iter().any(|way| *way != 0) {
                        let ranks = chunk.iter().map(|way| self.rank(*way)).zip(first..);
                        found.extend(ranks.filter_map(|(rank, doc)| Some((doc, rank?))));
                    }
                }
            }
        }
        found
    }

    /// Joins the rank of each document here, where it has one, to its score in `found`; what gives none is out.
    pub(super) fn join(
        mut self,
        found: &mut Vec<(DocId, Score)>,
        joined: impl Fn(Score, Option<Score>) -> Option<Score>,
    ) {
        let looked_up = (found.len() * self.ways.len()) as u64 * LOOK_UP;
        let table = (looked_up >= self.cost()).then(|| self.table());
        found.retain_mut(|(doc, score)| {
            let rank = match &table {
                Some(table) => {
                    let way = table.get(*doc as usize).copied();
                    self.rank(way.unwrap_or_default())
                }
                None => {
                    let mut ways = self.ways.iter_mut().rev();
                    ways.find_map(|way| way.holds(*doc).then_some(way.rank))
                }
            };
            let joined = joined(*score, rank);
            *score = joined.unwrap_or_default();
            joined.is_some()
        });
    }

    /// For each document 0, or which of the ways is its best, counted from 1.
    fn table(&mut self) -> Vec<u16> {
        let mut table = vec![0; self.documents];
        for (way, number) in self.ways.iter_mut().zip(1..=u16::MAX) {
            way.for_each(|doc| {
                if let Some(best) = table.get_mut(doc as usize) {
                    *best = number;
                }
            });
        }
        table
    }

    fn rank(&self, way: u16) -> Option<Score> {
        let place = usize::from(way).checked_sub(1)?;
        self.ways.get(place).map(|way| way.rank)
    }
}

struct OpenWay {
    rank: Score,
    docs: Box<dyn Scorer>,
    /// No document before it is left.
    at: DocId,
    /// Whether it holds that.
    held: bool,
}

impl OpenWay {
    fn for_each(&mut self, mut each: impl FnMut(DocId)) {
        let mut block = [0; COLLECT_BLOCK_BUFFER_LEN];
        loop {
            let filled = self.docs.fill_buffer(&mut block);
            block[..filled].iter().for_each(|doc| each(*doc));
            if filled < block.len() {
                return;
            }
        }
    }

    /// Whether it holds a document, each asked for after those before it.
    fn holds(&mut self, doc: DocId) -> bool {
        if doc > self.at || (doc == self.at && !self.held) {
            (self.at, self.held) = match self.docs.seek_danger(doc) {
                SeekDangerResult::Found => (doc, true),
                SeekDangerResult::SeekLowerBound(next) => (next, false),
            };
        }
        doc == self.at && self.held
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
    use tantivy::query::TermQuery;
    use tantivy::schema::{Field, IndexRecordOption, STRING, Schema};
    use tantivy::{Index, IndexWriter, Searcher, TantivyDocument, Term};

    /// Documents that hold the numbers of the bits that are set in them, in one segment.
    pub(in crate::search::tantivy) fn index_of(docs: &[u8]) -> (Searcher, Field) {
        let mut schema = Schema::builder();
        let bit = schema.add_text_field("bit", STRING);
        let index = Index::create_in_ram(schema.build());
        let mut writer: IndexWriter = index.writer_with_num_threads(1, 15 << 20).unwrap();
        for doc in docs {
            let mut document = TantivyDocument::default();
            let bits = (0..6).filter(|at| doc >> at & 1 == 1);
            bits.for_each(|at| document.add_text(bit, at.to_string()));
            writer.add_document(document).unwrap();
        }
        writer.commit().unwrap();
        (index.reader().unwrap().searcher(), bit)
    }

    pub(in crate::search::tantivy) fn ways_of(bit: Field, ways: &[(u8, u8)]) -> Vec<RankedWay> {
        let ways = ways.iter().map(|(at, rank)| {
            let term = Term::from_field_text(bit, &at.to_string());
            let query = TermQuery::new(term, IndexRecordOption::Basic);
            (Score::from(*rank), Box::new(query) as Box<dyn Query>)
        });
        ways.collect()
    }

    /// The best rank of a document.
    pub(in crate::search::tantivy) fn bits_of(doc: u8, ways: &[(u8, u8)]) -> Option<u8> {
        let ways = ways.iter().filter(|(at, _)| doc >> at & 1 == 1);
        ways.map(|(_, rank)| *rank).max()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(30))]

        #[test]
        fn every_term_counts_with_its_best_way(
            docs in prop::collection::vec(0_u8..64, 1..300),
            terms in prop::collection::vec(prop::collection::vec((0_u8..6, 1_u8..5), 1..4), 1..4),
            whole in prop::collection::vec((0_u8..6, 1_u8..40), 0..3),
        ) {
            let (searcher, bit) = index_of(&docs);
            let ways = |ways: &Vec<(u8, u8)>| ways_of(bit, ways);
            let query = Ranked::new(terms.iter().map(ways).collect(), ways(&whole));
            let expected = docs.iter().zip(0_u32..).filter_map(|(doc, at)| {
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
