//! Search follows: what has left is not found, what was corrected is found by what it should have been.

use crate::support::*;
use gongshi::rules::Rules;
use gongshi::search::sync::IndexTarget;
use gongshi::search::{SearchIndex, SearchQuery, TantivyIndex, TantivyOptions};
use std::collections::HashMap;
use std::sync::Arc;

const FIRST: &str = "91000000MA00000900";

fn hits(index: &dyn SearchIndex, text: &str) -> Vec<u64> {
    let query = SearchQuery {
        text: text.to_owned(),
        limit: 100,
        ..SearchQuery::default()
    };
    let page = index.search(&query).unwrap();
    // What only sounds so is another.
    if page.similar {
        return Vec::new();
    }
    let mut hits: Vec<u64> = page.hits.iter().map(|hit| hit.index).collect();
    hits.sort_unstable();
    assert_eq!(page.total, hits.len() as u64, "{text}");
    hits
}

impl County {
    fn found(&self, text: &str) -> Vec<u64> {
        self.log.settle();
        hits(self.log.app.portal.search.as_ref(), text)
    }

    /// An index made of the whole log now finds the same.
    fn is_found_as_if_indexed_anew(&self, texts: &[&str]) {
        let folder = tempfile::tempdir().unwrap();
        let options = TantivyOptions {
            writer_threads: 1,
            writer_heap: 15_000_000,
            ..TantivyOptions::default()
        };
        let index: Arc<dyn SearchIndex> =
            Arc::new(TantivyIndex::open(folder.path(), options).unwrap());
        let log = self.log.app.portal.log.clone();
        let mut target = IndexTarget::new(
            index.clone(),
            log.clone(),
            HashMap::new(),
            Rules::built_in().clone(),
        );
        // In two stretches, cut where corrections are apart from what they correct.
        let size = log.published().size();
        for (from, to) in [(0, size / 2), (size / 2, size)] {
            target.take(from, log.leaves(from..to).unwrap()).unwrap();
        }
        target.commit().unwrap();
        for text in texts {
            assert_eq!(hits(index.as_ref(), text), self.found(text), "{text}");
        }
    }
}

#[test]
fn what_has_left_is_not_found() {
    let county = County::new();
    let gone = county.publish(
        "abnormal_listing",
        listing(FIRST, "骉骉粮油店", "2026-02-25"),
    );
    let stays = county.publish(
        "abnormal_listing",
        listing(FIRST, "猋猋粮油店", "2026-02-24"),
    );
    assert_eq!(county.found("骉骉"), [gone]);
    assert_eq!(county.found("粮油店"), [gone, stays]);
    county.say(county.withdrawal(gone)).unwrap();
    assert!(county.found("骉骉").is_empty());
    assert_eq!(county.found("粮油店"), [stays]);
    county.is_found_as_if_indexed_anew(&["", "骉骉", "猋猋", "粮油店", FIRST]);
    let county = county.reopen();
    assert_eq!(county.found("粮油店"), [stays]);
}

#[test]
fn a_corrected_record_is_found_as_corrected() {
    let county = County::new();
    let named = |name: &str| listing(FIRST, name, "2026-02-25");
    let record = county.publish("abnormal_listing", named("骉骉粮油店"));
    let correct = |name: &str| {
        let event = county.correction(record, "abnormal_listing", named(name));
        county.say(event).unwrap()
    };
    let texts = ["", "骉骉", "猋猋", "麤麤", "粮油店"];
    // The correction is a document of its own, found by what it says too.
    let first = correct("猋猋粮油店");
    assert!(county.found("骉骉").is_empty());
    assert!(county.found("猋猋").contains(&record));
    county.is_found_as_if_indexed_anew(&texts);
    let second = correct("麤麤粮油店");
    assert!(!county.found("猋猋").contains(&record));
    assert!(county.found("麤麤").contains(&record));
    county.is_found_as_if_indexed_anew(&texts);
    // Withdrawn, a correction leaves the one before it, and at last the record as it was.
    county.say(county.withdrawal(second)).unwrap();
    assert!(county.found("麤麤").is_empty());
    assert!(county.found("猋猋").contains(&record));
    county.is_found_as_if_indexed_anew(&texts);
    county.say(county.withdrawal(first)).unwrap();
    assert_eq!(county.found("骉骉"), [record]);
    assert!(county.found("猋猋").is_empty());
    county.is_found_as_if_indexed_anew(&texts);
    // With the record its corrections leave.
    correct("猋猋粮油店");
    county.say(county.withdrawal(record)).unwrap();
    for text in &texts[1..4] {
        assert!(county.found(text).is_empty(), "{text}");
    }
    county.is_found_as_if_indexed_anew(&texts);
}
