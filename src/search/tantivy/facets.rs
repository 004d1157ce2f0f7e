//! One pass over a result: its size, its best hits, and its counts per facet.
//!
//! A result may hold every document of the index, so what is done for each one is a comparison and one counter; what the counters stand for is
//! looked up at the end.

use std::collections::HashMap;
use std::sync::Arc;

use tantivy::collector::{Collector, SegmentCollector};
use tantivy::columnar::{Column, ColumnIndex, ColumnValues};
use tantivy::{COLLECT_BLOCK_BUFFER_LEN, DocId, Score, SegmentOrdinal, SegmentReader};

use super::schema::{DAY, FACET, INDEX};
use super::values::{SegmentValues, Values, facets};
use crate::search::{Facets, Hit, Place, Sort};

/// What a pass over the result yields.
pub(super) struct Collected {
    pub(super) total: u64,
    /// The best hits behind the place that was asked for, best first, as many as were asked for, each with its place.
    pub(super) hits: Vec<(Hit, Key)>,
    /// Whether there are more.
    pub(super) more: bool,
    pub(super) facets: Facets,
}

/// Collects the `depth` best hits of a result, and the facets of all of it.
pub(super) struct PageCollector<'a> {
    pub(super) sort: Sort,
    pub(super) depth: usize,
    /// Whether scores matter; without text they are all equal.
    pub(super) ranked: bool,
    /// What scores less is no part of the result.
    pub(super) least: Score,
    /// What to count by, where facets are asked for.
    pub(super) facets: Option<&'a Values>,
    /// The last hit of those that were had before.
    pub(super) after: Option<Key>,
}

impl PageCollector<'_> {
    /// One more than asked for, which tells whether there are more.
    fn kept(&self) -> usize {
        match self.depth {
            0 => 0,
            depth => depth.saturating_add(1),
        }
    }
}

/// The order of hits: larger is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    /// Bits of a score that is never negative, which order as the scores do.
    score: u32,
    day: i64,
    index: u64,
}

impl Key {
    fn new(sort: Sort, score: Score, day: i64, index: u64) -> Self {
        match sort {
            Sort::Relevance | Sort::Newest => Self {
                score: score.to_bits(),
                day,
                index,
            },
            Sort::Oldest => Self {
                score: score.to_bits(),
                day: day.saturating_neg(),
                index: !index,
            },
        }
    }

    /// As a [`Place`].
    pub(super) fn place(self) -> Place {
        Place(format!("{:x}.{}.{}", self.score, self.day, self.index))
    }

    /// Read from a [`Place`].
    pub(super) fn of(place: &Place) -> Option<Self> {
        let mut parts = place.as_str().split('.');
        let mut next = || parts.next();
        let (score, day, index) = (next()?, next()?, next()?);
        let key = Key {
            score: u32::from_str_radix(score, 16).ok()?,
            day: day.parse().ok()?,
            index: index.parse().ok()?,
        };
        // One place is written in one way.
        (key.place() == *place).then_some(key)
    }

    fn hit(self, sort: Sort) -> Hit {
        let index = if sort == Sort::Oldest {
            !self.index
        } else {
            self.index
        };
        Hit {
            index,
            score: f32::from_bits(self.score),
        }
    }
}

/// The largest keys of those shown to it.
struct Best {
    keys: Vec<Key>,
    depth: usize,
    /// Only what is smaller counts.
    after: Option<Key>,
    /// The smallest of the `depth` largest so far; what is not larger is out.
    bar: Option<Key>,
}

impl Best {
    fn new(depth: usize, after: Option<Key>) -> Self {
        Self {
            keys: Vec::new(),
            depth,
            after,
            bar: None,
        }
    }

    fn push(&mut self, key: Key) {
        let had = self.after.is_some_and(|after| key >= after);
        if self.depth == 0 || had || self.bar.is_some_and(|bar| key <= bar) {
            return;
        }
        self.keys.push(key);
        // Cutting only when twice as many have gathered keeps the cost of a key constant.
        if self.keys.len() >= self.depth * 2 {
            self.cut();
        }
    }

    fn cut(&mut self) {
        if self.keys.len() > self.depth {
            let (_, bar, _) = self
                .keys
                .select_nth_unstable_by(self.depth - 1, |a, b| b.cmp(a));
            self.bar = Some(*bar);
            self.keys.truncate(self.depth);
        }
    }
}

impl Collector for PageCollector<'_> {
    type Fruit = Collected;
    type Child = SegmentPage;

    fn for_segment(
        &self,
        _: SegmentOrdinal,
        segment: &SegmentReader,
    ) -> tantivy::Result<SegmentPage> {
        let columns = segment.fast_fields();
        let values = self.facets.and_then(|values| values.of(segment));
        let combination = match values {
            Some(_) => columns
                .str(FACET)?
                .map(|column| each(column.ords().clone())),
            None => None,
        };
        Ok(SegmentPage {
            sort: self.sort,
            least: self.least,
            best: Best::new(self.kept(), self.after),
            total: 0,
            day: each(columns.i64(DAY)?),
            index: each(columns.u64(INDEX)?),
            counts: vec![0; values.map_or(0, |values| values.combinations())],
            values: values.cloned(),
            combination,
            uncounted: Vec::with_capacity(COLLECT_BLOCK_BUFFER_LEN),
            unranked: Vec::with_capacity(COLLECT_BLOCK_BUFFER_LEN),
            scores: Vec::with_capacity(COLLECT_BLOCK_BUFFER_LEN),
            block: [0; COLLECT_BLOCK_BUFFER_LEN],
            days: [0; COLLECT_BLOCK_BUFFER_LEN],
        })
    }

    fn requires_scoring(&self) -> bool {
        self.ranked && (self.sort == Sort::Relevance || self.least > 0.0)
    }

    fn merge_fruits(&self, segments: Vec<Arc<SegmentFruit>>) -> tantivy::Result<Collected> {
        let mut best = Best::new(self.kept(), self.after);
        let mut total = 0;
        let mut counts = HashMap::new();
        for segment in &segments {
            total += segment.total;
            segment.keys.iter().for_each(|key| best.push(*key));
            if let Some(values) = &segment.values {
                values.add(&segment.counts, &mut counts);
            }
        }
        best.cut();
        best.keys.sort_unstable_by(|a, b| b.cmp(a));
        let more = best.keys.len() > self.depth;
        best.keys.truncate(self.depth);
        let keys = best.keys.into_iter();
        Ok(Collected {
            total,
            hits: keys.map(|key| (key.hit(self.sort), key)).collect(),
            more,
            facets: facets(counts),
        })
    }
}

/// A column of which every document has one value.
fn each<T>(column: Column<T>) -> Arc<dyn ColumnValues<T>>
where
    T: Copy + Default + PartialOrd + std::fmt::Debug + Send + Sync + 'static,
{
    match column.index {
        ColumnIndex::Full => column.values,
        _ => column.first_or_default_col(T::default()),
    }
}

/// The part of a result that lies in one segment.
pub(super) struct SegmentPage {
    sort: Sort,
    least: Score,
    best: Best,
    total: u64,
    day: Arc<dyn ColumnValues<i64>>,
    index: Arc<dyn ColumnValues<u64>>,
    values: Option<Arc<SegmentValues>>,
    /// Which combination of facet values a document has.
    combination: Option<Arc<dyn ColumnValues<u64>>>,
    /// How many documents have each.
    counts: Vec<u32>,
    /// Documents not yet among them.
    uncounted: Vec<DocId>,
    /// Documents not yet among the best that may be, and their scores.
    unranked: Vec<DocId>,
    scores: Vec<Score>,
    block: [u64; COLLECT_BLOCK_BUFFER_LEN],
    days: [i64; COLLECT_BLOCK_BUFFER_LEN],
}

/// What a segment hands on.
pub(super) struct SegmentFruit {
    pub(super) total: u64,
    keys: Vec<Key>,
    values: Option<Arc<SegmentValues>>,
    /// How many documents have each combination that any has.
    counts: Vec<(u32, u32)>,
}

impl SegmentFruit {
    /// What it takes of memory.
    pub(super) fn bytes(&self) -> usize {
        size_of::<Self>() + size_of_val(&self.keys[..]) + size_of_val(&self.counts[..])
    }
}

impl SegmentPage {
    /// Counts documents, a block at most.
    fn count(&mut self, docs: &[DocId]) {
        let Some(combination) = &self.combination else {
            return;
        };
        let block = &mut self.block[..docs.len()];
        combination.get_vals(docs, block);
        for combination in block {
            if let Some(count) = self.counts.get_mut(*combination as usize) {
                *count += 1;
            }
        }
    }

    /// Ranks what waits for it: days are read a block at a time.
    fn rank_waiting(&mut self) {
        let docs = std::mem::take(&mut self.unranked);
        let scores = std::mem::take(&mut self.scores);
        let mut days = self.days;
        self.day.get_vals(&docs, &mut days[..docs.len()]);
        for ((doc, score), day) in docs.iter().zip(&scores).zip(days) {
            self.rank(*doc, *score, day);
        }
        (self.unranked, self.scores) = (docs, scores);
        self.unranked.clear();
        self.scores.clear();
    }

    fn rank(&mut self, doc: DocId, score: Score, day: i64) {
        let reachable = Key {
            index: u64::MAX,
            ..Key::new(self.sort, score, day, 0)
        };
        if self.best.bar.is_none_or(|bar| reachable > bar) {
            self.best
                .push(Key::new(self.sort, score, day, self.index.get_val(doc)));
        }
    }
}

impl SegmentCollector for SegmentPage {
    type Fruit = Arc<SegmentFruit>;

    fn collect(&mut self, doc: DocId, score: Score) {
        if score < self.least {
            return;
        }
        self.total += 1;
        if self.combination.is_some() {
            self.uncounted.push(doc);
            if self.uncounted.len() == COLLECT_BLOCK_BUFFER_LEN {
                let mut docs = std::mem::take(&mut self.uncounted);
                self.count(&docs);
                docs.clear();
                self.uncounted = docs;
            }
        }
        let score = match self.sort {
            Sort::Relevance => score,
            Sort::Newest | Sort::Oldest => 0.0,
        };
        // Most of a large result matches no better than what is had already; day and index are read only where they decide.
        let bar = self.best.bar.map_or(0, |bar| bar.score);
        if self.best.depth > 0 && score.to_bits() >= bar {
            self.unranked.push(doc);
            self.scores.push(score);
            if self.unranked.len() == COLLECT_BLOCK_BUFFER_LEN {
                self.rank_waiting();
            }
        }
    }

    fn collect_block(&mut self, docs: &[DocId]) {
        self.total += docs.len() as u64;
        self.count(docs);
        if self.best.depth > 0 {
            let mut days = self.days;
            self.day.get_vals(docs, &mut days[..docs.len()]);
            for (doc, day) in docs.iter().zip(days) {
                self.rank(*doc, 0.0, day);
            }
        }
    }

    fn harvest(mut self) -> Arc<SegmentFruit> {
        let uncounted = std::mem::take(&mut self.uncounted);
        self.count(&uncounted);
        self.rank_waiting();
        self.best.cut();
        self.best.keys.shrink_to_fit();
        let counts = (0..).zip(self.counts).filter(|(_, count)| *count > 0);
        Arc::new(SegmentFruit {
            total: self.total,
            keys: self.best.keys,
            values: self.values,
            counts: counts.collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn best_keeps_the_largest(days in prop::collection::vec((0u32..3, -5i64..5), 0..200), depth in 0usize..20) {
            let keys: Vec<Key> =
                (0..).zip(&days).map(|(index, &(score, day))| Key { score, day, index }).collect();
            let mut best = Best::new(depth, None);
            keys.iter().for_each(|&key| best.push(key));
            best.cut();
            best.keys.sort_unstable();
            let mut expected = keys;
            expected.sort_unstable();
            let from = expected.len().saturating_sub(depth);
            prop_assert_eq!(best.keys, expected.split_off(from));
        }

        #[test]
        fn a_place_reads_as_written(score in any::<u32>(), day in any::<i64>(), index in any::<u64>()) {
            let key = Key { score, day, index };
            let place = key.place();
            prop_assert_eq!(Key::of(&place), Some(key));
            prop_assert_eq!(Place::parse(place.as_str()), Some(place));
        }

        #[test]
        fn no_text_is_a_place_by_chance(text in "[0-9a-f.-]{0,30}") {
            let read = Place::parse(&text).and_then(|place| Key::of(&place));
            prop_assert!(read.is_none_or(|key| key.place().as_str() == text));
        }
    }
}
