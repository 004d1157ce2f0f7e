//! One pass over a result: its size, its best hits, and its counts per facet.
//!
//! A result may hold every document of the index, so what is done for each one is a comparison and one counter; names are looked
//! up once for each distinct combination at the end.

use std::collections::HashMap;
use std::sync::Arc;

use tantivy::collector::{Collector, SegmentCollector};
use tantivy::columnar::{ColumnValues, StrColumn};
use tantivy::{DocId, Score, SegmentOrdinal, SegmentReader, TantivyError};

use super::schema::{DAY, FACET, INDEX, SEPARATOR};
use crate::search::regions::{is_region, region_and_above};
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
pub(super) struct PageCollector {
    pub(super) sort: Sort,
    pub(super) depth: usize,
    /// Whether scores matter; without text they are all equal.
    pub(super) ranked: bool,
    /// What scores less is no part of the result.
    pub(super) least: Score,
    /// Whether to count by facet.
    pub(super) facets: bool,
    /// The last hit of those that were had before.
    pub(super) after: Option<Key>,
}

impl PageCollector {
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

impl Collector for PageCollector {
    type Fruit = Collected;
    type Child = SegmentPage;

    fn for_segment(
        &self,
        _: SegmentOrdinal,
        segment: &SegmentReader,
    ) -> tantivy::Result<SegmentPage> {
        let columns = segment.fast_fields();
        let facet = match self.facets {
            true => columns.str(FACET)?,
            false => None,
        };
        let (ords, combinations) = match &facet {
            Some(column) => (
                Some(column.ords().clone().first_or_default_col(0)),
                column.dictionary().num_terms(),
            ),
            None => (None, 0),
        };
        Ok(SegmentPage {
            sort: self.sort,
            least: self.least,
            best: Best::new(self.kept(), self.after),
            total: 0,
            day: columns.i64(DAY)?.first_or_default_col(0),
            index: columns.u64(INDEX)?.first_or_default_col(0),
            facet,
            ords,
            counts: vec![0; combinations],
            block: Vec::new(),
        })
    }

    fn requires_scoring(&self) -> bool {
        self.ranked && (self.sort == Sort::Relevance || self.least > 0.0)
    }

    fn merge_fruits(
        &self,
        segments: Vec<tantivy::Result<SegmentFruit>>,
    ) -> tantivy::Result<Collected> {
        let mut best = Best::new(self.kept(), self.after);
        let mut total = 0;
        let mut combinations: HashMap<String, u64> = HashMap::new();
        for segment in segments {
            let segment = segment?;
            total += segment.total;
            segment.keys.into_iter().for_each(|key| best.push(key));
            for (combination, count) in segment.counts {
                *combinations.entry(combination).or_default() += count;
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
            facets: facets(&combinations),
        })
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
    facet: Option<StrColumn>,
    ords: Option<Arc<dyn ColumnValues<u64>>>,
    counts: Vec<u32>,
    block: Vec<u64>,
}

/// What a segment hands on.
pub(super) struct SegmentFruit {
    total: u64,
    keys: Vec<Key>,
    counts: Vec<(String, u64)>,
}

impl SegmentPage {
    fn count(counts: &mut [u32], ord: u64) {
        if let Some(count) = usize::try_from(ord)
            .ok()
            .and_then(|ord| counts.get_mut(ord))
        {
            *count += 1;
        }
    }

    fn rank(&mut self, doc: DocId, score: Score) {
        if self.best.depth == 0 {
            return;
        }
        let score = match self.sort {
            Sort::Relevance => score,
            Sort::Newest | Sort::Oldest => 0.0,
        };
        // Most of a large result matches no better than what is had already; day and index are read only where they decide.
        if self.best.bar.is_some_and(|bar| score.to_bits() < bar.score) {
            return;
        }
        let day = self.day.get_val(doc);
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
    type Fruit = tantivy::Result<SegmentFruit>;

    fn collect(&mut self, doc: DocId, score: Score) {
        if score < self.least {
            return;
        }
        self.total += 1;
        if let Some(ords) = &self.ords {
            Self::count(&mut self.counts, ords.get_val(doc));
        }
        self.rank(doc, score);
    }

    fn collect_block(&mut self, docs: &[DocId]) {
        self.total += docs.len() as u64;
        if let Some(ords) = &self.ords {
            self.block.resize(docs.len(), 0);
            ords.get_vals(docs, &mut self.block);
            for &ord in &self.block {
                Self::count(&mut self.counts, ord);
            }
        }
        for &doc in docs {
            self.rank(doc, 0.0);
        }
    }

    fn harvest(mut self) -> tantivy::Result<SegmentFruit> {
        self.best.cut();
        let found: Vec<u64> = (0..)
            .zip(&self.counts)
            .filter(|(_, count)| **count > 0)
            .map(|(ord, _)| ord)
            .collect();
        let mut numbers = self.counts.iter().filter(|count| **count > 0);
        let mut counts = Vec::with_capacity(found.len());
        if let Some(facet) = &self.facet {
            facet
                .dictionary()
                .sorted_ords_to_term_cb(&found, |bytes| {
                    let combination = String::from_utf8_lossy(bytes).into_owned();
                    let count = numbers.next().copied().unwrap_or_default();
                    counts.push((combination, u64::from(count)));
                })
                .map_err(TantivyError::from)?;
        }
        Ok(SegmentFruit {
            total: self.total,
            keys: self.best.keys,
            counts,
        })
    }
}

/// Splits counts of combinations into counts of values.
fn facets(combinations: &HashMap<String, u64>) -> Facets {
    let (mut kinds, mut authorities, mut regions, mut years, mut marks) = (
        HashMap::new(),
        HashMap::new(),
        HashMap::new(),
        HashMap::new(),
        HashMap::new(),
    );
    let add =
        |counts: &mut HashMap<String, u64>, value: &str, count: u64| match counts.get_mut(value) {
            Some(sum) => *sum += count,
            None => {
                counts.insert(value.to_owned(), count);
            }
        };
    for (combination, &count) in combinations {
        let mut parts = combination.splitn(5, SEPARATOR);
        let mut next = || parts.next().unwrap_or_default();
        add(&mut kinds, next(), count);
        add(&mut authorities, next(), count);
        let region = next();
        for prefix in region_and_above(region) {
            if is_region(region) {
                add(&mut regions, &format!("{prefix:0<6}"), count);
            } else if !prefix.is_empty() {
                add(&mut regions, prefix, count);
            }
        }
        let year = next();
        if !year.is_empty() {
            add(&mut years, year, count);
        }
        for mark in next().split_whitespace() {
            add(&mut marks, mark, count);
        }
    }
    Facets {
        kinds: sorted(kinds),
        authorities: sorted(authorities),
        regions: sorted(regions),
        marks: sorted(marks),
        years: sorted(years),
    }
}

fn sorted(counts: HashMap<String, u64>) -> Vec<(String, u64)> {
    let mut list: Vec<(String, u64)> = counts.into_iter().collect();
    list.sort_unstable_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    list
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

    #[test]
    fn combinations_split_into_values() {
        let combinations = HashMap::from([
            ("penalty\u{1f}SCJG\u{1f}610323\u{1f}2026".to_owned(), 2),
            ("permit\u{1f}SCJG\u{1f}610300\u{1f}".to_owned(), 3),
            ("permit\u{1f}ZJJ\u{1f}别处\u{1f}2025".to_owned(), 2),
        ]);
        let found = facets(&combinations);
        let pairs = |list: &[(&str, u64)]| {
            list.iter()
                .map(|(value, n)| ((*value).to_owned(), *n))
                .collect::<Vec<_>>()
        };
        assert_eq!(found.kinds, pairs(&[("permit", 5), ("penalty", 2)]));
        assert_eq!(found.authorities, pairs(&[("SCJG", 5), ("ZJJ", 2)]));
        assert_eq!(
            found.regions,
            pairs(&[("610000", 5), ("610300", 5), ("610323", 2), ("别处", 2)])
        );
        assert_eq!(found.years, pairs(&[("2025", 2), ("2026", 2)]));
    }
}
