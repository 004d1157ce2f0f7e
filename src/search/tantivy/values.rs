//! What the values of facets are, segment by segment, read once for as long as a segment lives.
//!
//! A document has one combination of values, and a result may hold thousands of combinations in each segment: reading them anew for every search took
//! longer than counting.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use tantivy::index::SegmentId;
use tantivy::schema::Field;
use tantivy::{Searcher, SegmentReader};

use super::schema::{FACET, SEPARATOR};
use crate::search::Facets;
use crate::search::regions::{is_region, region_and_above};

/// What is counted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Facet {
    Kind,
    Authority,
    Region,
    Year,
    Mark,
}

/// Documents that have each value.
type Counts = HashMap<(Facet, String), u64>;

/// The values of all segments of a searcher.
#[derive(Debug, Default)]
pub(super) struct Values(HashMap<SegmentId, Arc<SegmentValues>>);

impl Values {
    /// Those of a searcher; `before` has those of segments that it knew already.
    pub(super) fn read(
        searcher: &Searcher,
        label: Field,
        before: &Values,
    ) -> tantivy::Result<Self> {
        let segments = searcher.segment_readers().iter().map(|segment| {
            let values = match before.of(segment) {
                Some(known) => Arc::clone(known),
                None => Arc::new(SegmentValues::read(segment, label)?),
            };
            Ok((segment.segment_id(), values))
        });
        Ok(Self(segments.collect::<tantivy::Result<_>>()?))
    }

    /// What the records of all segments are called.
    pub(super) fn labels(&self) -> BTreeSet<String> {
        let segments = self.0.values();
        segments
            .flat_map(|one| one.labels.iter().cloned())
            .collect()
    }

    pub(super) fn of(&self, segment: &SegmentReader) -> Option<&Arc<SegmentValues>> {
        self.0.get(&segment.segment_id())
    }
}

/// The values of one segment.
#[derive(Debug, Default)]
pub(super) struct SegmentValues {
    values: Vec<(Facet, String)>,
    /// For each combination, by its number in the segment, which values it is of.
    combinations: Vec<Box<[u32]>>,
    labels: Vec<String>,
}

impl SegmentValues {
    fn read(segment: &SegmentReader, label: Field) -> tantivy::Result<Self> {
        let mut read = Self::default();
        let inverted = segment.inverted_index(label)?;
        let mut labels = inverted.terms().stream()?;
        while labels.advance() {
            let text = String::from_utf8_lossy(labels.key());
            read.labels.push(text.into_owned());
        }
        let mut numbers = HashMap::new();
        if let Some(column) = segment.fast_fields().str(FACET)? {
            let mut combinations = column.dictionary().stream()?;
            while combinations.advance() {
                read.push(&String::from_utf8_lossy(combinations.key()), &mut numbers);
            }
        }
        Ok(read)
    }

    fn push(&mut self, combination: &str, numbers: &mut HashMap<(Facet, String), u32>) {
        let values = values_of(combination).into_iter().map(|value| {
            let next = self.values.len() as u32;
            *numbers.entry(value).or_insert_with_key(|value| {
                self.values.push(value.clone());
                next
            })
        });
        let values = values.collect();
        self.combinations.push(values);
    }

    pub(super) fn combinations(&self) -> usize {
        self.combinations.len()
    }

    /// Adds counts of combinations to those of values.
    pub(super) fn add(&self, counts: &[(u32, u32)], to: &mut Counts) {
        let mut sums = vec![0; self.values.len()];
        for (combination, count) in counts {
            let values = self.combinations.get(*combination as usize);
            for value in values.into_iter().flatten() {
                if let Some(sum) = sums.get_mut(*value as usize) {
                    *sum += u64::from(*count);
                }
            }
        }
        for (value, sum) in self.values.iter().zip(sums).filter(|(_, sum)| *sum > 0) {
            match to.get_mut(value) {
                Some(count) => *count += sum,
                None => {
                    to.insert(value.clone(), sum);
                }
            }
        }
    }
}

/// The values of a combination, each region with all that it lies in.
fn values_of(combination: &str) -> Vec<(Facet, String)> {
    let mut parts = combination.splitn(5, SEPARATOR);
    let mut next = || parts.next().unwrap_or_default();
    let mut values = vec![
        (Facet::Kind, next().to_owned()),
        (Facet::Authority, next().to_owned()),
    ];
    let region = next();
    for prefix in region_and_above(region) {
        if is_region(region) {
            values.push((Facet::Region, format!("{prefix:0<6}")));
        } else if !prefix.is_empty() {
            values.push((Facet::Region, prefix.to_owned()));
        }
    }
    let year = next();
    if !year.is_empty() {
        values.push((Facet::Year, year.to_owned()));
    }
    let marks = next().split_whitespace();
    values.extend(marks.map(|mark| (Facet::Mark, mark.to_owned())));
    values
}

/// Counts by facet, the largest first.
pub(super) fn facets(counts: Counts) -> Facets {
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_unstable_by(|((_, a), one), ((_, b), two)| two.cmp(one).then_with(|| a.cmp(b)));
    let mut facets = Facets::default();
    for ((facet, value), count) in counts {
        let list = match facet {
            Facet::Kind => &mut facets.kinds,
            Facet::Authority => &mut facets.authorities,
            Facet::Region => &mut facets.regions,
            Facet::Year => &mut facets.years,
            Facet::Mark => &mut facets.marks,
        };
        list.push((value, count));
    }
    facets
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn combinations_split_into_values() {
        let mut segment = SegmentValues::default();
        let mut numbers = HashMap::new();
        for combination in [
            "penalty\u{1f}SCJG\u{1f}610323\u{1f}2026",
            "permit\u{1f}SCJG\u{1f}610300\u{1f}",
            "permit\u{1f}ZJJ\u{1f}别处\u{1f}2025",
            "plan\u{1f}ZJJ\u{1f}610300\u{1f}2024",
        ] {
            segment.push(combination, &mut numbers);
        }
        let mut counts = HashMap::new();
        segment.add(&[(0, 1), (1, 3), (2, 2)], &mut counts);
        segment.add(&[(0, 1)], &mut counts);
        let found = facets(counts);
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
