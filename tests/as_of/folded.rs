//! What the model says of the log's first entries, held against a model that is folded up to there and no further.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use gongshi::domain::Kind;
use gongshi::log::Log;
use gongshi::model::{Model, StatusList};
use gongshi::store::FaultStorage;
use std::collections::BTreeSet;

/// Compares at every size that `at` takes; with how many enterprises were on a list then.
pub fn compare(
    log: &Log,
    model: &Model,
    codes: &BTreeSet<String>,
    at: impl Fn(u64) -> bool,
) -> usize {
    let folded = Model::open(&FaultStorage::default(), model.rules().clone()).unwrap();
    let whole = log.published().size();
    let leaves = log.leaves(0..whole).unwrap();
    let mut on_lists = 0;
    for size in (1..=whole).filter(|size| at(*size)) {
        let from = folded.cursor().unwrap();
        let range = usize::try_from(from).unwrap()..usize::try_from(size).unwrap();
        folded.fold(from, &leaves[range], log).unwrap();
        let mut listings = [BTreeSet::new(), BTreeSet::new()];
        for code in codes {
            let then = model.enterprise_as_of(code, size, log).unwrap();
            let known = folded.enterprise(code).unwrap();
            if let Some(known) = &known {
                on_lists += usize::from(!known.abnormal.is_empty() || !known.serious.is_empty());
                listings[0].extend(known.abnormal.iter().map(|one| one.index));
                listings[1].extend(known.serious.iter().map(|one| one.index));
            }
            let records = folded.enterprise_records(code, 0, usize::MAX).unwrap();
            let (enterprise, shown) = then.map(|then| (then.enterprise, then.records)).unzip();
            assert_eq!(enterprise, known, "{code} of {size}");
            assert_eq!(shown.unwrap_or_default(), records, "{code} of {size}");
        }
        for (list, known) in [StatusList::Abnormal, StatusList::Serious]
            .into_iter()
            .zip(&mut listings)
        {
            known.extend(folded.listed_entries(list, None, usize::MAX).unwrap());
            let newest: Vec<u64> = known.iter().rev().copied().collect();
            // In stretches that are cut at every place in turn.
            for (looked, limit) in [(7, 3), (usize::MAX - 1, usize::MAX)] {
                let (mut found, mut before) = (Vec::new(), size);
                loop {
                    let stretch = (before, looked, limit);
                    let (some, more) = model.listings_as_of(list, size, stretch, log).unwrap();
                    assert!(some.len() <= limit);
                    found.extend(some);
                    let Some(more) = more else { break };
                    assert!(more < before);
                    before = more;
                }
                assert_eq!(found, newest, "{list:?} of {size}");
            }
        }
        for kind in Kind::ALL {
            let known = folded.list(*kind, 0, usize::MAX).unwrap();
            assert_eq!(model.count_below(*kind, size).unwrap(), known.len() as u64);
            let below = model.list_below(*kind, size, 0, usize::MAX).unwrap();
            assert_eq!(below, known, "{kind} of {size}");
            let skipped = model.list_below(*kind, size, 2, 3).unwrap();
            let wanted: Vec<u64> = known.into_iter().skip(2).take(3).collect();
            assert_eq!(skipped, wanted, "{kind} of {size}");
        }
    }
    on_lists
}
