//! Documents that hold enough of several parts, each part counting as much as the best of its ways.
//!
//! What holds none of the weightiest parts cannot have enough with all the others: only documents of those are looked at, and the others looked up in them.

use std::sync::Arc;

use tantivy::query::{EnableScoring, Explanation, Query, Scorer, Weight};
use tantivy::{DocId, Score, SegmentReader, TantivyError};

use super::ranked::Found;
use super::ways::{OpenWays, RankedWay, Ways};

/// Documents whose parts add up to `least`.
#[derive(Debug, Clone)]
pub(super) struct Shares {
    parts: Arc<[Vec<RankedWay>]>,
    least: Score,
}

impl Shares {
    pub(super) fn new(parts: Vec<Vec<RankedWay>>, least: Score) -> Self {
        let parts = parts.into();
        Self { parts, least }
    }
}

impl Query for Shares {
    fn weight(&self, scoring: EnableScoring<'_>) -> tantivy::Result<Box<dyn Weight>> {
        let parts = self.parts.iter().map(|ways| Ways::new(ways, scoring));
        Ok(Box::new(SharesWeight {
            parts: parts.collect::<tantivy::Result<_>>()?,
            least: self.least,
        }))
    }
}

struct SharesWeight {
    parts: Vec<Ways>,
    least: Score,
}

impl SharesWeight {
    fn found(&self, segment: &SegmentReader) -> tantivy::Result<Vec<(DocId, Score)>> {
        let parts = self.parts.iter().map(|ways| ways.open(segment));
        let mut parts = parts.collect::<tantivy::Result<Vec<_>>>()?;
        parts.sort_by(|one, two| two.best().total_cmp(&one.best()));
        let mut rest: Score = parts.iter().map(OpenWays::best).sum();
        let mut sums = vec![0.0; segment.max_doc() as usize];
        let mut parts = parts.into_iter();
        while rest >= self.least {
            let Some(part) = parts.next() else { break };
            rest -= part.best();
            part.read(|doc, score| {
                if let Some(sum) = sums.get_mut(doc as usize) {
                    *sum += score;
                }
            });
        }
        let found = (0..).zip(sums);
        let mut found: Vec<(DocId, Score)> = found
            .filter(|(_, sum)| *sum > 0.0 && sum + rest >= self.least)
            .collect();
        for part in parts {
            rest -= part.best();
            part.join(&mut found, |sum, share| {
                let sum = sum + share.unwrap_or_default();
                (sum + rest >= self.least).then_some(sum)
            });
        }
        Ok(found)
    }
}

impl Weight for SharesWeight {
    fn scorer(&self, segment: &SegmentReader, boost: Score) -> tantivy::Result<Box<dyn Scorer>> {
        Ok(Box::new(Found::new(self.found(segment)?, boost)))
    }

    fn explain(&self, segment: &SegmentReader, doc: DocId) -> tantivy::Result<Explanation> {
        let found = self.found(segment)?;
        let score = found.iter().find(|(found, _)| *found == doc);
        let score = score.ok_or_else(|| TantivyError::InvalidArgument("not found".to_owned()))?;
        Ok(Explanation::new("shares", score.1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::tantivy::ranked::tests::{bits_of, index_of, ways_of};
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(30))]

        #[test]
        fn what_has_enough_is_found(
            docs in prop::collection::vec(0_u8..64, 1..300),
            parts in prop::collection::vec(prop::collection::vec((0_u8..12, 1_u8..9), 1..3), 1..7),
            least in 0_u8..20,
        ) {
            let least = Score::from(least);
            let (searcher, bit) = index_of(&docs);
            let query = Shares::new(parts.iter().map(|ways| ways_of(bit, ways)).collect(), least);
            let expected = docs.iter().zip(0_u32..).filter_map(|(doc, at)| {
                let parts = parts.iter().filter_map(|ways| bits_of(*doc, ways));
                let sum = parts.map(Score::from).sum::<Score>();
                (sum > 0.0 && sum >= least).then_some((at, sum))
            });
            let segment = searcher.segment_reader(0);
            let weight = query.weight(EnableScoring::enabled_from_searcher(&searcher)).unwrap();
            let mut found = Vec::new();
            weight.for_each(segment, &mut |doc, score| found.push((doc, score))).unwrap();
            prop_assert_eq!(found, expected.collect::<Vec<_>>());
        }
    }
}
