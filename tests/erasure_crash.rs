//! Death at every operation of a veil and of an erasure: nothing acknowledged is lost, no record comes back, and repeating it
//! completes it, down to the bytes that an engine keeps of what is deleted.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod log_support;
mod raw_search;

use gongshi::log::{Log, LogError, fsck};
use gongshi::store::{Fault, FaultStorage, StoreError};
use log_support::*;
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::path::Path;

/// Every trace of these in what the engine's files hold and in the data folder.
fn found(path: &Path, storage: &FaultStorage, numbers: &[u64]) -> Vec<raw_search::Found> {
    let traces = |number: &u64| raw_search::traces(&text(*number), &salt(*number));
    let needles: Vec<Vec<u8>> = numbers.iter().flat_map(traces).collect();
    let mut found = raw_search::in_files(path, &needles);
    for (database, value) in storage.files() {
        raw_search::look(&value, &database, &needles, &mut found);
    }
    found
}

fn new(path: &Path) -> (FaultStorage, Log) {
    let storage = FaultStorage::default();
    storage.keep_files();
    let log = create(path, storage.clone());
    (storage, log)
}

/// Each leaf as it was, but for the records of `erased`, which may or may not be there while `maybe`.
fn assert_kept(log: &Log, size: u64, erased: &[u64], maybe: bool) {
    assert_eq!(log.published().size(), size);
    for (index, kept) in (0..).zip(log.unveiled(0..size).unwrap()) {
        let whole = leaf(index);
        assert_eq!(kept.entry, whole.entry);
        if !erased.contains(&index) {
            assert_eq!(kept.record, whole.record, "{index}");
        } else if kept.record.is_some() {
            assert!(maybe, "{index} is back");
        }
    }
}

#[test]
fn an_erasure_can_die_at_every_operation_and_be_repeated() {
    // In blocks, small and large; in the tail, small and large. The tail is 128 to 149.
    let erased = [3, 4, 70, 129, 136];
    for once in [false, true] {
        for keep in [0, 1, 9] {
            let mut deaths = 0;
            for after in 0.. {
                let folder = tempfile::tempdir().unwrap();
                let path = folder.path();
                let (storage, log) = new(path);
                append(&log, 0..100);
                append(&log, 100..150);
                let at = storage.operations() + after;
                storage.set_fault(Some(if once {
                    Fault::Once { at }
                } else {
                    Fault::Die { at }
                }));
                let outcome = log.erase(&erased);
                let ended = outcome.is_ok() && storage.operations() <= at;
                assert!(outcome.is_err() || ended);
                // A record that is under the veil is not given, whatever else happened.
                for index in erased.into_iter().filter(|index| log.is_veiled(*index)) {
                    assert_eq!(log.record(index).unwrap(), None);
                }
                drop(log);
                storage.crash(|_, _| keep);
                let log = open(path, storage.clone()).unwrap();
                assert_kept(&log, 150, &erased, true);
                append(&log, 150..151);
                log.erase(&erased).unwrap();
                assert_kept(&log, 151, &erased, false);
                assert_eq!(found(path, &storage, &erased), [], "{after} {keep}");
                assert!(!found(path, &storage, &[5]).is_empty());
                append(&log, 151..200);
                drop(log);
                storage.crash(|_, _| 0);
                let log = open(path, storage.clone()).unwrap();
                let operations = storage.operations();
                log.erase(&erased).unwrap();
                assert_eq!(storage.operations(), operations, "nothing is left to do");
                assert_kept(&log, 200, &erased, false);
                assert_eq!(fsck(&log, |_| (), |_, _, _| ()).problems, []);
                if ended {
                    break;
                }
                deaths += 1;
            }
            assert!(deaths > 9, "{deaths}");
        }
    }
}

/// What was begun is finished by whoever calls next, though it names other records, or none.
#[test]
fn an_interrupted_erasure_is_told_and_finished_without_its_indexes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let (storage, log) = new(path);
    append(&log, 0..150);
    // The veil is two operations, the tail's new key two; then blocks are written anew.
    storage.set_fault(Some(Fault::Die {
        at: storage.operations() + 4,
    }));
    log.erase(&[70, 71]).unwrap_err();
    drop(log);
    storage.crash(|_, _| 0);
    let log = open(path, storage.clone()).unwrap();
    assert!(log.erasure_unfinished().unwrap());
    let report = fsck(&log, |_| (), |_, _, _| ());
    assert!(report.problems[0].problem.contains("interrupted"));
    assert!(!found(path, &storage, &[70]).is_empty());
    log.erase(&[]).unwrap();
    assert_eq!(found(path, &storage, &[70, 71]), []);
    assert!(!log.erasure_unfinished().unwrap());
    assert_eq!(fsck(&log, |_| (), |_, _, _| ()).problems, []);
}

/// A batch that died after its blocks were written has left records in the shard that the tree does not know there: a tail's,
/// and some that come back later under another index.
#[test]
fn what_a_batch_that_died_has_left_is_erased_too() {
    for after in 0..6 {
        for keep in [0, 9] {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path();
            let (storage, log) = new(path);
            append(&log, 0..10);
            storage.set_fault(Some(Fault::Die {
                at: storage.operations() + after,
            }));
            let batch = (10..90).map(leaf).collect();
            let appended = log.submit(batch).unwrap().wait().is_ok();
            drop(log);
            storage.crash(|_, _| keep);
            let log = open(path, storage.clone()).unwrap();
            let size = log.published().size();
            assert!(size == 90 || (size == 10 && !appended));
            // Leaf 20 is there again, but as another entry.
            let other = size;
            append(&log, 20..21);
            log.erase(&[3, other]).unwrap();
            if size == 10 {
                assert_eq!(found(path, &storage, &[3, 20]), [], "{after} {keep}");
            } else {
                assert_eq!(found(path, &storage, &[3]), [], "{after} {keep}");
            }
            assert_eq!(log.record(3).unwrap(), None);
            assert_eq!(fsck(&log, |_| (), |_, _, _| ()).problems, []);
        }
    }
}

#[test]
fn without_room_nothing_is_destroyed_and_the_records_are_under_the_veil() {
    let folder = tempfile::tempdir().unwrap();
    let (storage, log) = new(folder.path());
    append(&log, 0..100);
    storage.set_full(true);
    let error = log.erase(&[5]).unwrap_err();
    assert!(matches!(error, LogError::Store(StoreError::NoSpace { .. })));
    assert!(log.is_veiled(5) && log.record(5).unwrap().is_none());
    storage.set_full(false);
    log.erase(&[5]).unwrap();
    assert_eq!(found(folder.path(), &storage, &[5]), []);
    append(&log, 100..101);
}

#[test]
fn a_log_that_is_only_read_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (storage, log) = new(folder.path());
    append(&log, 0..100);
    log.veil(&[4]).unwrap();
    drop(log);
    let operations = storage.operations();
    let log = Log::read(
        gongshi::store::DataFolder::lock(folder.path()).unwrap(),
        std::sync::Arc::new(storage.clone()),
        config(),
    )
    .unwrap();
    assert_eq!(log.record(4).unwrap(), None);
    assert_eq!(log.unveiled(4..5).unwrap(), [leaf(4)]);
    assert!(matches!(log.veil(&[5]), Err(LogError::State(_))));
    assert!(matches!(log.erase(&[5]), Err(LogError::State(_))));
    assert_eq!(storage.operations(), operations);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    /// The veil is the set of what was put under it, over restarts and deaths in the middle.
    #[test]
    fn the_veil_is_what_was_put_under_it(
        rounds in prop::collection::vec(
            (prop::collection::vec(0u64..300, 0..40), prop::option::of(0u64..3), 0usize..3),
            1..6,
        ),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let (storage, log) = new(folder.path());
        append(&log, 0..300);
        drop(log);
        let mut expected = BTreeSet::new();
        for (indexes, fault, keep) in rounds {
            let log = open(folder.path(), storage.clone()).unwrap();
            prop_assert_eq!(log.veiled_count(), expected.len() as u64);
            let fault = fault.map(|after| Fault::Die { at: storage.operations() + after });
            storage.set_fault(fault);
            // Answered: it holds. Not answered: it may, whole.
            let done = log.veil(&indexes).is_ok();
            let with: BTreeSet<u64> = expected.iter().chain(&indexes).copied().collect();
            if done {
                expected = with.clone();
            }
            for (index, leaf) in (0..).zip(log.leaves(0..300).unwrap()) {
                prop_assert_eq!(leaf.record.is_none(), expected.contains(&index));
            }
            drop(log);
            storage.crash(|_, _| keep);
            let log = open(folder.path(), storage.clone()).unwrap();
            let found: BTreeSet<u64> = (0..300).filter(|index| log.is_veiled(*index)).collect();
            prop_assert!(found == expected || (!done && found == with));
            expected = found;
            for (index, leaf) in (0..).zip(log.unveiled(0..300).unwrap()) {
                prop_assert_eq!(leaf, log_support::leaf(index));
            }
        }
    }
}

#[test]
fn a_veil_that_has_lost_a_part_is_not_opened() {
    use gongshi::store::{Storage as _, WriteBatch};
    let folder = tempfile::tempdir().unwrap();
    let (storage, log) = new(folder.path());
    append(&log, 0..100);
    log.veil(&[4, 5]).unwrap();
    let mut proofs = log.proofs();
    assert!(proofs.leaf(7).unwrap().record.is_some());
    log.veil(&[7]).unwrap();
    assert!(proofs.leaf(7).unwrap().record.is_none(), "read before");
    assert!(matches!(log.veil(&[100]), Err(LogError::Beyond { .. })));
    drop(log);
    let database = storage.open(gongshi::log::DATABASE).unwrap();
    let key = [b"v".as_slice(), &0u64.to_be_bytes()].concat();
    let value = database.get(&key).unwrap().unwrap();
    for damaged in [
        None,
        Some(b"no bitmap".to_vec()),
        Some(value[..value.len() - 1].to_vec()),
    ] {
        let mut batch = WriteBatch::default();
        match damaged {
            None => batch.delete(key.clone()),
            Some(value) => batch.put(key.clone(), value),
        }
        database.apply(batch).unwrap();
        let error = open(folder.path(), storage.clone()).err().unwrap();
        assert!(error.to_string().contains("the veil"), "{error}");
    }
}
