//! What a search found in a segment, kept for as long as the segment stays as it is.
//!
//! Words that a tenth of all records have are the same few for everybody, and take longest to count. A segment changes only by what is removed from it,
//! so what was found there stays true while others are added. Narrow results cost little and are not kept; the rest is bounded in bytes, the one asked for
//! longest ago goes first. What a query looks for in a segment depends on nothing outside of it: of what records are called, which belongs to all, an older
//! segment has nothing that came since. Nothing here knows how anything is found.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use lru::LruCache;
use tantivy::collector::Collector;
use tantivy::index::SegmentId;
use tantivy::query::Weight;
use tantivy::{Opstamp, Searcher, SegmentOrdinal, SegmentReader};

use super::facets::{Collected, PageCollector, SegmentFruit, SegmentPage};
use crate::search::SearchQuery;

/// What fewer documents of a segment answer is as soon found as looked up.
const BROAD: u64 = 64;
/// Most bytes of all that is kept.
const MOST: usize = 32 << 20;

/// A segment as it is: its number, and the last removal from it.
type State = (SegmentId, Option<Opstamp>);

fn state(segment: &SegmentReader) -> State {
    (segment.segment_id(), segment.delete_opstamp())
}

/// What was found in segments.
#[derive(Default)]
pub(super) struct Kept(Mutex<Fruits>);

struct Fruits {
    found: LruCache<(State, Arc<SearchQuery>), Arc<SegmentFruit>>,
    bytes: usize,
}

impl Default for Fruits {
    fn default() -> Self {
        Self {
            found: LruCache::unbounded(),
            bytes: 0,
        }
    }
}

impl Kept {
    fn fruits(&self) -> MutexGuard<'_, Fruits> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Forgets what was found in other segments, or in these before something was removed.
    pub(super) fn keep_only(&self, searcher: &Searcher) {
        let segments = searcher.segment_readers().iter();
        let alive: Vec<State> = segments.map(state).collect();
        let mut fruits = self.fruits();
        let all = fruits.found.iter().map(|(key, _)| key);
        let gone = all.filter(|(state, _)| !alive.contains(state)).cloned();
        for key in gone.collect::<Vec<_>>() {
            if let Some(fruit) = fruits.found.pop(&key) {
                fruits.bytes -= fruit.bytes();
            }
        }
    }

    /// Keeps it, in so many bytes with all the others.
    fn put(&self, key: (State, Arc<SearchQuery>), fruit: &Arc<SegmentFruit>, most: usize) {
        let mut fruits = self.fruits();
        fruits.bytes += fruit.bytes();
        if let Some(before) = fruits.found.put(key, Arc::clone(fruit)) {
            fruits.bytes -= before.bytes();
        }
        while fruits.bytes > most
            && let Some((_, oldest)) = fruits.found.pop_lru()
        {
            fruits.bytes -= oldest.bytes();
        }
    }
}

/// Collects a page of a result, but not again where a segment was asked the same before.
pub(super) struct Keeping<'a> {
    pub(super) page: PageCollector<'a>,
    pub(super) kept: &'a Kept,
    pub(super) asked: Arc<SearchQuery>,
}

impl Collector for Keeping<'_> {
    type Fruit = Collected;
    type Child = SegmentPage;

    fn for_segment(
        &self,
        ordinal: SegmentOrdinal,
        segment: &SegmentReader,
    ) -> tantivy::Result<SegmentPage> {
        self.page.for_segment(ordinal, segment)
    }

    fn requires_scoring(&self) -> bool {
        self.page.requires_scoring()
    }

    fn merge_fruits(&self, segments: Vec<Arc<SegmentFruit>>) -> tantivy::Result<Collected> {
        self.page.merge_fruits(segments)
    }

    fn collect_segment(
        &self,
        weight: &dyn Weight,
        ordinal: SegmentOrdinal,
        segment: &SegmentReader,
    ) -> tantivy::Result<Arc<SegmentFruit>> {
        let key = (state(segment), Arc::clone(&self.asked));
        if let Some(known) = self.kept.fruits().found.get(&key) {
            return Ok(Arc::clone(known));
        }
        let fruit = self.page.collect_segment(weight, ordinal, segment)?;
        if fruit.total >= BROAD {
            self.kept.put(key, &fruit, MOST);
        }
        Ok(fruit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::tantivy::{TantivyIndex, TantivyOptions};
    use crate::search::{SearchDoc, SearchIndex as _};

    fn doc(index: u64) -> SearchDoc {
        SearchDoc {
            index,
            kind: "permit".into(),
            authority: "A".into(),
            region: "610323".into(),
            subject_uscc: None,
            subject_name: None,
            title: String::new(),
            labels: Vec::new(),
            text: "健康证".into(),
            codes: Vec::new(),
            marks: Vec::new(),
            date: None,
            logged_at: 0,
            corrects: None,
        }
    }

    fn ask(index: &TantivyIndex, offset: usize) -> u64 {
        let query = SearchQuery {
            text: "健康证".into(),
            offset,
            limit: 10,
            ..SearchQuery::default()
        };
        index.search(&query).unwrap().total
    }

    fn of(index: &TantivyIndex) -> (usize, usize) {
        let fruits = index.kept.fruits();
        let sum = fruits.found.iter().map(|(_, fruit)| fruit.bytes()).sum();
        assert_eq!(fruits.bytes, sum);
        (fruits.found.len(), sum)
    }

    #[test]
    fn what_is_broad_is_kept_while_its_segment_stays_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let options = TantivyOptions {
            writer_threads: 1,
            writer_heap: 15_000_000,
            ..TantivyOptions::default()
        };
        let index = TantivyIndex::open(folder.path(), options).unwrap();
        let add = |from: u64, to: u64| {
            let docs: Vec<SearchDoc> = (from..to).map(doc).collect();
            index.index_batch(&docs, &[], to).unwrap();
            index.commit().unwrap();
        };
        add(0, BROAD);
        assert_eq!((ask(&index, 0), of(&index).0), (64, 1));
        // A narrow segment more: what was kept of the other stays.
        add(BROAD, BROAD + 3);
        assert_eq!((of(&index).0, ask(&index, 0), of(&index).0), (1, 67, 1));
        assert_eq!((ask(&index, 10), of(&index).0), (67, 2));
        // Something is removed from the broad one.
        index.index_batch(&[], &[5], BROAD + 3).unwrap();
        index.commit().unwrap();
        assert_eq!((of(&index).0, ask(&index, 0), of(&index).0), (0, 66, 0));
        add(100, 100 + 2 * BROAD);
        assert_eq!((ask(&index, 0), of(&index).0), (194, 1));

        // Beyond what may be kept the one asked for longest ago goes.
        ask(&index, 10);
        ask(&index, 0);
        let (key, fruit, most) = {
            let mut fruits = index.kept.fruits();
            let most = fruits.bytes;
            let (key, fruit) = fruits
                .found
                .peek_mru()
                .map(|(key, fruit)| (key.clone(), fruit.clone()))
                .unwrap();
            let _ = fruits.found.get(&key);
            (key, fruit, most)
        };
        let other = (key.0, Arc::new(SearchQuery::default()));
        index.kept.put(other.clone(), &fruit, most);
        let kept = |key| index.kept.fruits().found.contains(key);
        assert!(kept(&other) && kept(&key));
        assert!(of(&index).1 <= most);
    }
}
