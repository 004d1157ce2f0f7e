//! Erasure on the real engine: searched for in every file and every decompressed block, the erased is nowhere, and what was not
//! erased is found by the same search; the log goes on, and proves what it proved.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod log_support;
mod raw_search;

use gongshi::log::{Leaf, Log, LogError, archive, fsck};
use gongshi::store::{Files, SledStorage};
use gongshi_verify::hash::leaf_hash;
use gongshi_verify::merkle::{verify_consistency, verify_inclusion};
use log_support::*;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

fn needles(numbers: &[u64]) -> Vec<Vec<u8>> {
    let traces = |number: &u64| raw_search::traces(&text(*number), &salt(*number));
    numbers.iter().flat_map(traces).collect()
}

fn reopen(path: &Path) -> Log {
    open(path, SledStorage::new(path)).unwrap()
}

/// The erased are nowhere; the text and the salt of each control are found. Closes nothing: for a folder in use.
fn assert_gone(path: &Path, erased: &[u64], controls: &[u64], in_use: bool) {
    let search = |needles: &[Vec<u8>]| match in_use {
        true => raw_search::in_files(path, needles),
        false => raw_search::everywhere(path, needles),
    };
    assert_eq!(search(&needles(erased)), []);
    for control in controls {
        let found = search(&needles(&[*control]));
        for needle in [0, 1] {
            assert!(
                found.iter().any(|found| found.needle == needle),
                "control {control} is not found: {found:?}"
            );
        }
    }
}

/// Entries are what they were, records too but for those erased, and every proof holds.
fn assert_whole(log: &Log, size: u64, erased: &[u64]) {
    let head = log.published().checkpoint.clone();
    assert_eq!(head.size, size);
    let kept = log.unveiled(0..size).unwrap();
    let given = log.leaves(0..size).unwrap();
    let mut proofs = log.proofs();
    for index in 0..size {
        let mut expected = leaf(index);
        if erased.contains(&index) {
            expected.record = None;
        }
        assert_eq!(kept[index as usize], expected, "{index}");
        assert_eq!(given[index as usize], expected, "{index}");
        assert_eq!(*proofs.leaf(index).unwrap(), expected, "{index}");
        assert_eq!(log.record(index).unwrap(), expected.record, "{index}");
        assert_eq!(log.is_veiled(index), erased.contains(&index));
        if index % 17 == 0 || erased.contains(&index) {
            let hash = leaf_hash(&expected.entry);
            let path = proofs.inclusion(index).unwrap();
            verify_inclusion(&hash, index, size, &path, &head.root).unwrap();
        }
    }
    let report = fsck(log, |_| (), |_, _, _| ());
    assert_eq!((report.problems, report.entries), (Vec::new(), size));
}

#[test]
fn what_is_erased_is_nowhere_and_what_is_not_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let log = create(path, SledStorage::new(path));
    // One by one: through the tail into a block. Then blocks at once, then a tail.
    for number in 0..40 {
        append(&log, number..number + 1);
    }
    append(&log, 40..400);
    append(&log, 400..430);
    let before = log.published().checkpoint.clone();
    // Through the tail; large through the tail; in a block; large; in the tail; large in the tail. The tail begins at 384.
    let erased = [5, 10, 100, 150, 402, 409, 429];
    assert!([10, 150, 409].iter().all(|number| number % 7 == 3));
    let controls = [6, 17, 101, 157];
    for number in erased.iter().chain(&controls) {
        let found = raw_search::in_files(path, &needles(&[*number]));
        // The tail is encrypted; everything else is seen by this search.
        assert_eq!(!found.is_empty(), *number < 384, "{number}");
    }
    assert!(matches!(
        log.erase(&[5, 430]),
        Err(LogError::Beyond { size: 430, .. })
    ));
    assert!(!log.is_veiled(5));
    log.erase(&erased).unwrap();
    assert!(!log.erasure_unfinished().unwrap());
    assert_gone(path, &erased, &controls, true);
    assert_whole(&log, 430, &erased);
    // One key is left, and only its owner reads it.
    let keys: Vec<_> = std::fs::read_dir(path.join("tail")).unwrap().collect();
    assert_eq!(keys.len(), 1);
    use std::os::unix::fs::PermissionsExt as _;
    let mode = keys[0].as_ref().unwrap().metadata().unwrap().permissions();
    assert_eq!(mode.mode() & 0o777, 0o600);
    drop(log);
    assert_gone(path, &erased, &controls, false);
    let log = reopen(path);
    assert_whole(&log, 430, &erased);
    // The tail goes into a block without what was erased in it, and the log grows.
    append(&log, 430..600);
    assert_whole(&log, 600, &erased);
    let head = log.published().checkpoint.clone();
    let proof = log.consistency(before.size, head.size).unwrap();
    verify_consistency(before.size, &before.root, head.size, &head.root, &proof).unwrap();
    // Again, with others, the tail of that moment among them.
    let more = [5, 402, 403, 430, 599];
    log.erase(&more).unwrap();
    let all: Vec<u64> = erased.iter().chain(&more).copied().collect();
    assert_gone(path, &all, &controls, true);
    // Nothing is left to do: no key is made, no file copied.
    let stamp = || std::fs::metadata(path.join("shards/0~2/db")).ok().is_some();
    let key = std::fs::read_dir(path.join("tail")).unwrap().next();
    let key = key.unwrap().unwrap().file_name();
    let copied = stamp();
    log.erase(&all).unwrap();
    log.erase(&[]).unwrap();
    assert!(path.join("tail").join(key).exists());
    assert_eq!(stamp(), copied);
    drop(log);
    assert_gone(path, &all, &controls, false);
    let log = reopen(path);
    assert_whole(&log, 600, &all);
    assert_eq!(log.veiled_count(), 10);
}

/// A backup holds what is under the veil, as a department may have to prove it, and says so; nothing else shows it.
#[test]
fn a_backup_brings_the_veil_back_and_nothing_that_was_erased() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("one");
    let log = create(&path, SledStorage::new(&path));
    append(&log, 0..100);
    log.veil(&[7, 70, 99]).unwrap();
    log.erase(&[8, 98]).unwrap();
    let mut backup = Vec::new();
    let files = Files::open(&path).unwrap();
    archive::write(&log, &files, |_| Vec::new(), &mut backup, |_| ()).unwrap();
    let again = folder.path().join("two");
    let restored = create(&again, SledStorage::new(&again));
    let files = Files::open(&again).unwrap();
    let mut reader = archive::Reader::open(&*backup, log.verifier()).unwrap();
    archive::replay(&mut reader, &restored, &files, |_| ()).unwrap();
    assert_eq!(
        restored.published().checkpoint.root,
        log.published().checkpoint.root
    );
    for log in [&log, &restored] {
        assert_eq!(log.veiled_count(), 5);
        for index in 0..100 {
            let veiled = [7, 70, 99].contains(&index);
            let erased = [8, 98].contains(&index);
            assert_eq!(log.is_veiled(index), veiled || erased, "{index}");
            let public = log.record(index).unwrap();
            assert_eq!(public.is_none(), veiled || erased, "{index}");
            let kept = log.unveiled(index..index + 1).unwrap().remove(0);
            assert_eq!(kept.record.is_none(), erased, "{index}");
        }
    }
    drop(restored);
    assert_gone(&again, &[8, 98], &[7, 9], false);
}

/// Writers and readers go on while shards are copied; nothing acknowledged is lost, and nothing erased is ever given.
#[test]
fn appends_and_reads_go_on_while_records_are_erased() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let log = create(path, SledStorage::new(path));
    append(&log, 0..300);
    let stop = AtomicBool::new(false);
    let size = std::thread::scope(|scope| {
        let writer = scope.spawn(|| {
            let mut next = 300;
            while !stop.load(Ordering::Relaxed) || next < 600 {
                append(&log, next..next + 11);
                next += 11;
            }
            next
        });
        let reader = scope.spawn(|| {
            let mut reads = 0;
            while !stop.load(Ordering::Relaxed) {
                let size = log.published().size();
                let leaves = log.leaves(0..size).unwrap();
                assert!(
                    leaves
                        .iter()
                        .zip(0..)
                        .all(|(leaf, index)| leaf.entry == self::leaf(index).entry)
                );
                reads += 1;
            }
            reads
        });
        for round in 0..6 {
            let newest = log.published().size() - 1;
            log.erase(&[round * 7 + 3, newest]).unwrap();
            let gone = log.leaves(newest..newest + 1).unwrap().remove(0);
            let expected = Leaf {
                record: None,
                ..leaf(newest)
            };
            assert_eq!(gone, expected);
        }
        stop.store(true, Ordering::Relaxed);
        assert!(reader.join().unwrap() > 0);
        writer.join().unwrap()
    });
    let erased: Vec<u64> = (0..size).filter(|index| log.is_veiled(*index)).collect();
    assert!((7..=12).contains(&erased.len()), "{erased:?}");
    assert_whole(&log, size, &erased);
    drop(log);
    assert_gone(path, &erased, &[1, 298], false);
    assert_whole(&reopen(path), size, &erased);
}

/// The key of the tail lost: said in words, not signed over. With nothing under it, a new one is made.
#[test]
fn a_missing_key_of_the_tail_is_damage_where_something_is_under_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let log = create(path, SledStorage::new(path));
    append(&log, 0..70);
    drop(log);
    let key = path.join("tail/1.key");
    let kept = std::fs::read(&key).unwrap();
    std::fs::remove_file(&key).unwrap();
    let error = open(path, SledStorage::new(path)).err().unwrap();
    let said = error.to_string();
    assert!(matches!(error, LogError::Damaged { .. }), "{said}");
    assert!(
        said.contains("tail/1.key") && said.contains("entry 64") && said.contains("backup"),
        "{said}"
    );
    std::fs::write(&key, [7; 32]).unwrap();
    let said = open(path, SledStorage::new(path))
        .err()
        .unwrap()
        .to_string();
    assert!(said.contains("is not the key"), "{said}");
    std::fs::write(&key, &kept[..9]).unwrap();
    let said = open(path, SledStorage::new(path))
        .err()
        .unwrap()
        .to_string();
    assert!(said.contains("expected a key of 32"), "{said}");
    std::fs::write(&key, kept).unwrap();
    // Unused ones are destroyed, whole or not.
    std::fs::write(path.join("tail/2.key"), [1; 32]).unwrap();
    std::fs::write(path.join("tail/3.key.tmp"), [1; 3]).unwrap();
    let log = reopen(path);
    assert_eq!(std::fs::read_dir(path.join("tail")).unwrap().count(), 1);
    append(&log, 70..128);
    drop(log);
    std::fs::remove_file(&key).unwrap();
    let log = reopen(path);
    append(&log, 128..130);
    drop(log);
    assert_whole(&reopen(path), 130, &[]);
}

/// As many as fall due at once when a term ends.
#[test]
fn a_hundred_thousand_go_under_the_veil_in_less_than_a_second() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let log = create(path, SledStorage::new(path));
    const COUNT: u64 = 120_000;
    for first in (0..COUNT).step_by(4000) {
        let leaves = (first..first + 4000).map(|number| Leaf {
            entry: number.to_be_bytes().to_vec(),
            record: Some(b"{}".to_vec()),
        });
        log.submit(leaves.collect()).unwrap().wait().unwrap();
    }
    let due: Vec<u64> = (0..COUNT).filter(|index| index % 6 > 0).collect();
    assert_eq!(due.len(), 100_000);
    let begin = std::time::Instant::now();
    log.veil(&due).unwrap();
    let took = begin.elapsed();
    println!("{took:?}");
    assert!(took < std::time::Duration::from_secs(1), "{took:?}");
    drop(log);
    let log = reopen(path);
    assert_eq!(log.veiled_count(), 100_000);
    assert!(log.is_veiled(COUNT - 1) && !log.is_veiled(6));
}
