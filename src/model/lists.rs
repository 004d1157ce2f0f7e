//! The public records of each kind by index, so that one can be taken out as it came in.
//!
//! A value holds the records of a kind within 4,096 indexes, as offsets; a directory says how many each of 256 such ranges holds, so that
//! a page far down is found by counting ranges and not records. What is there depends on which records are public, and on nothing else.

use super::staging::Staging;
use super::{Model, ModelError, key};
use crate::domain::Kind;
use crate::store::{Pair, StoreError, prefix_end};

/// Indexes in one value.
const RANGE: u64 = 1 << 12;
/// Ranges in one value of the directory.
const PAGE: u64 = 1 << 8;
/// Bytes of a range in the directory: its number within the page, and how many records it holds.
const SLOT: usize = 3;

fn place(index: u64) -> (u64, u16) {
    let offset = u16::try_from(index % RANGE).expect("less than a range");
    (index / RANGE, offset)
}

fn offsets(value: &[u8]) -> Vec<u16> {
    let pairs = value.as_chunks::<2>().0;
    pairs.iter().map(|pair| u16::from_be_bytes(*pair)).collect()
}

/// Sets the number of records of a range; a range without any has no place.
fn set(page: &mut Vec<u8>, slot: u8, count: u16) {
    let at = page.chunks_exact(SLOT).position(|one| one[0] >= slot);
    let at = at.map_or(page.len(), |at| at * SLOT);
    let known = page.get(at) == Some(&slot);
    let [high, low] = count.to_be_bytes();
    let new = [slot, high, low];
    let new = if count == 0 { &[][..] } else { &new };
    page.splice(at..at + if known { SLOT } else { 0 }, new.iter().copied());
}

/// The ranges of a page of the directory, from the last on, each with the number of records in it.
fn in_page(page: Result<Pair, StoreError>) -> Result<Vec<(u64, u64)>, ModelError> {
    let (key, page) = page?;
    let number = super::index_in_key("a directory of records", &key)?;
    let slots = page.chunks_exact(SLOT).rev();
    let ranges = slots.map(|slot| {
        let count = u64::from(u16::from_be_bytes([slot[1], slot[2]]));
        (number * PAGE + u64::from(slot[0]), count)
    });
    Ok(ranges.collect())
}

impl Staging<'_> {
    /// Adds or removes a record; false where it is so already.
    pub(super) fn list(
        &mut self,
        kind: Kind,
        index: u64,
        present: bool,
    ) -> Result<bool, ModelError> {
        let (range, offset) = place(index);
        let key = key::list(kind, range);
        let mut offsets = offsets(&self.get(&key)?.unwrap_or_default());
        match (offsets.binary_search(&offset), present) {
            (Ok(_), true) | (Err(_), false) => return Ok(false),
            (Ok(at), false) => {
                offsets.remove(at);
            }
            (Err(at), true) => offsets.insert(at, offset),
        }
        let bytes: Vec<u8> = offsets.iter().flat_map(|one| one.to_be_bytes()).collect();
        self.put_unless_empty(key, bytes);
        let directory = key::directory(kind, Some(range / PAGE));
        let mut page = self.get(&directory)?.unwrap_or_default();
        let slot = u8::try_from(range % PAGE).expect("less than a page");
        let count = u16::try_from(offsets.len()).expect("at most a range");
        set(&mut page, slot, count);
        self.put_unless_empty(directory, page);
        Ok(true)
    }

    /// Whether a record is taken in now.
    pub(super) fn is_listed(&self, kind: Kind, index: u64) -> Result<bool, ModelError> {
        let (range, offset) = place(index);
        let value = self.get(&key::list(kind, range))?.unwrap_or_default();
        Ok(offsets(&value).binary_search(&offset).is_ok())
    }
}

impl Model {
    /// Indexes of the public records of a kind, newest first, without the first `offset` of them.
    pub fn list(&self, kind: Kind, offset: u64, limit: usize) -> Result<Vec<u64>, ModelError> {
        self.list_below(kind, u64::MAX, offset, limit)
    }

    /// The same of those below `before`.
    pub fn list_below(
        &self,
        kind: Kind,
        before: u64,
        offset: u64,
        limit: usize,
    ) -> Result<Vec<u64>, ModelError> {
        let mut skip = offset;
        let mut indexes = Vec::new();
        for range in self.ranges(kind, before) {
            let (range, known) = range?;
            let whole = (range + 1).saturating_mul(RANGE) <= before;
            if whole && skip >= known {
                skip -= known;
                continue;
            }
            let offsets = self.below(kind, range, before)?;
            let newest = offsets.iter().rev();
            let wanted = newest.skip(usize::try_from(skip).unwrap_or(usize::MAX));
            let left = limit - indexes.len();
            let wanted = wanted.take(left);
            indexes.extend(wanted.map(|offset| range * RANGE + u64::from(*offset)));
            skip = skip.saturating_sub(offsets.len() as u64);
            if indexes.len() >= limit {
                break;
            }
        }
        Ok(indexes)
    }

    /// How many public records of a kind there are below `before`.
    pub fn count_below(&self, kind: Kind, before: u64) -> Result<u64, ModelError> {
        let mut count = 0;
        for range in self.ranges(kind, before) {
            let (range, known) = range?;
            let whole = (range + 1).saturating_mul(RANGE) <= before;
            count += match whole {
                true => known,
                false => self.below(kind, range, before)?.len() as u64,
            };
        }
        Ok(count)
    }

    /// The ranges that begin below `before`, from the last on, each with the number of records in it.
    fn ranges(
        &self,
        kind: Kind,
        before: u64,
    ) -> impl Iterator<Item = Result<(u64, u64), ModelError>> + '_ {
        let from = key::directory(kind, None);
        let to = prefix_end(&from);
        let pages = self.database.range_rev(&from, to.as_deref());
        let ranges = pages.flat_map(|page| match in_page(page) {
            Ok(ranges) => ranges.into_iter().map(Ok).collect(),
            Err(error) => vec![Err(error)],
        });
        ranges.filter(move |range| match range {
            Ok((range, _)) => range.saturating_mul(RANGE) < before,
            Err(_) => true,
        })
    }

    /// The records of a range below `before`, as offsets.
    fn below(&self, kind: Kind, range: u64, before: u64) -> Result<Vec<u16>, ModelError> {
        let value = self.database.get(&key::list(kind, range))?;
        let mut offsets = offsets(&value.unwrap_or_default());
        offsets.retain(|offset| range * RANGE + u64::from(*offset) < before);
        Ok(offsets)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_keeps_its_ranges_in_order_and_forgets_empty_ones() {
        let mut page = Vec::new();
        for (slot, count) in [(9, 3), (2, 1), (200, 4096), (9, 4), (2, 0), (77, 0)] {
            set(&mut page, slot, count);
        }
        assert_eq!(page, [9, 0, 4, 200, 16, 0]);
    }
}
