//! Death at every moment: whatever is lost, no acknowledged entry is, and no two published checkpoints disagree.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use gongshi::log::{Batching, Leaf, Log, LogConfig, LogError, Outcome, fsck};
use gongshi::store::{DataFolder, Fault, FaultStorage, Storage};
use gongshi_verify::checkpoint::{Checkpoint, SignedCheckpoint};
use gongshi_verify::hash::leaf_hash;
use gongshi_verify::merkle::{verify_consistency, verify_inclusion};
use gongshi_verify::names::Origin;
use gongshi_verify::note::{KeyKind, SignerKey};
use proptest::prelude::*;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

fn config() -> LogConfig {
    let origin = Origin::parse("example.org/log").unwrap();
    let signer = SignerKey::from_seed(origin.as_str(), KeyKind::Ed25519, &[7; 32]).unwrap();
    LogConfig {
        batching: Batching {
            delay: Duration::ZERO,
            reserve_bytes: 1,
            ..Batching::default()
        },
        ..LogConfig::new(origin, signer, gongshi::app::random32)
    }
}

fn open(path: &Path, storage: &FaultStorage) -> Result<Log, LogError> {
    Log::open(
        DataFolder::lock(path).unwrap(),
        Arc::new(storage.clone()),
        config(),
    )
}

fn create(path: &Path, storage: &FaultStorage) -> Log {
    Log::create(
        DataFolder::lock(path).unwrap(),
        Arc::new(storage.clone()),
        config(),
    )
    .unwrap()
}

fn leaf(number: u64) -> Leaf {
    let record = number
        .is_multiple_of(2)
        .then(|| format!("record {number}").into_bytes());
    Leaf {
        entry: format!("entry {number}").into_bytes(),
        record,
    }
}

fn on_disk(path: &Path) -> Checkpoint {
    let text = std::fs::read_to_string(path.join("checkpoint")).unwrap();
    SignedCheckpoint::parse(&text).unwrap().checkpoint
}

/// Everything a careful observer holds: the acknowledged leaves and every checkpoint seen.
#[derive(Default)]
struct Observer {
    acknowledged: Vec<(u64, Leaf)>,
    checkpoints: Vec<Checkpoint>,
}

impl Observer {
    fn check(&self, log: &Log) {
        let head = log.published().checkpoint.clone();
        for (index, leaf) in &self.acknowledged {
            assert_eq!(
                log.leaf(*index).unwrap(),
                *leaf,
                "acknowledged entry {index}"
            );
            let path = log.inclusion(*index, head.size).unwrap();
            verify_inclusion(
                &leaf_hash(&leaf.entry),
                *index,
                head.size,
                &path,
                &head.root,
            )
            .unwrap();
        }
        for seen in &self.checkpoints {
            assert!(
                seen.size <= head.size,
                "a checkpoint of {} was published",
                seen.size
            );
            let proof = log.consistency(seen.size, head.size).unwrap();
            verify_consistency(seen.size, &seen.root, head.size, &head.root, &proof).unwrap();
        }
        let report = fsck(log, |_| (), |_, _, _| ());
        assert_eq!(report.problems, []);
        assert_eq!(report.entries, head.size);
    }

    /// Submits batches of the given sizes until one fails.
    fn drive(&mut self, log: &Log, sizes: &[u64], number: &mut u64, path: &Path) {
        for size in sizes {
            let leaves: Vec<Leaf> = (*number..*number + size).map(leaf).collect();
            *number += size;
            let Ok(submission) = log.submit(leaves.clone()) else {
                return;
            };
            let first = submission.first;
            let answer = submission.wait();
            // What the file shows, a mirror may have fetched, acknowledged or not.
            self.checkpoints.push(on_disk(path));
            match answer {
                Ok(published) => {
                    self.checkpoints.push(published.checkpoint.clone());
                    self.acknowledged.extend((first..).zip(leaves));
                }
                Err(_) => return,
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn no_death_loses_or_forks(
        sizes in prop::collection::vec(1u64..200, 3..8),
        faults in prop::collection::vec((0u64..30, any::<bool>(), 0usize..4), 1..5),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let storage = FaultStorage::default();
        drop(create(folder.path(), &storage));
        let mut observer = Observer::default();
        let mut number = 0;
        for (after, once, keep) in faults {
            let log = open(folder.path(), &storage).unwrap();
            let at = storage.operations() + after;
            storage.set_fault(Some(if once { Fault::Once { at } } else { Fault::Die { at } }));
            observer.drive(&log, &sizes, &mut number, folder.path());
            if once {
                // A batch failed; the same process goes on where it can.
                observer.drive(&log, &sizes, &mut number, folder.path());
            }
            drop(log);
            storage.crash(|_, _| keep);
            let log = open(folder.path(), &storage).unwrap();
            observer.check(&log);
        }
    }
}

#[test]
fn each_single_operation_of_a_batch_can_be_the_last() {
    for after in 0..12 {
        for keep in 0..3 {
            let folder = tempfile::tempdir().unwrap();
            let storage = FaultStorage::default();
            let log = create(folder.path(), &storage);
            let mut observer = Observer::default();
            let mut number = 0;
            observer.drive(&log, &[70], &mut number, folder.path());
            storage.set_fault(Some(Fault::Die {
                at: storage.operations() + after,
            }));
            observer.drive(&log, &[130, 1], &mut number, folder.path());
            drop(log);
            storage.crash(|_, _| keep);
            let log = open(folder.path(), &storage).unwrap();
            observer.check(&log);
            observer.drive(&log, &[300], &mut number, folder.path());
            observer.check(&log);
        }
    }
}

#[test]
fn an_older_copy_of_the_store_is_refused_and_nothing_is_signed() {
    let folder = tempfile::tempdir().unwrap();
    let storage = FaultStorage::default();
    let log = create(folder.path(), &storage);
    let mut observer = Observer::default();
    let mut number = 0;
    observer.drive(&log, &[10], &mut number, folder.path());
    let older = storage.snapshot();
    observer.drive(&log, &[5], &mut number, folder.path());
    drop(log);
    let before = on_disk(folder.path());
    let operations = older.operations();
    let error = open(folder.path(), &older).err().unwrap();
    assert!(
        matches!(
            error,
            LogError::RolledBack {
                published: 15,
                stored: 10,
                ..
            }
        ),
        "{error}"
    );
    assert!(error.to_string().contains("older state") && error.to_string().contains("restore"));
    assert_eq!(on_disk(folder.path()), before);
    assert_eq!(older.operations(), operations, "nothing was written");
    // An emptied store beside the published checkpoint is the same fault.
    let error = open(folder.path(), &FaultStorage::default()).err().unwrap();
    assert!(
        matches!(
            error,
            LogError::RolledBack {
                published: 15,
                stored: 0,
                ..
            }
        ),
        "{error}"
    );
    observer.check(&open(folder.path(), &storage).unwrap());
}

/// A copy of the whole folder brings its own old `checkpoint` file with it: only a place outside the folder remembers.
#[test]
fn an_older_copy_of_the_whole_folder_is_refused_by_the_checkpoint_kept_elsewhere() {
    let (folder, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let outside = elsewhere.path().join("newest");
    let config = || LogConfig {
        published_checkpoint: Some(outside.clone()),
        ..config()
    };
    let open = |storage: &FaultStorage| {
        let folder = DataFolder::lock(folder.path()).unwrap();
        Log::open(folder, Arc::new(storage.clone()), config())
    };
    let storage = FaultStorage::default();
    drop(create(folder.path(), &storage));
    // Nothing stands there: an unmounted disk looks like this, so it is not taken for a first start.
    let error = open(&storage).err().unwrap();
    assert!(
        matches!(error, LogError::NoPublishedCheckpoint { .. }),
        "{error}"
    );
    std::fs::copy(folder.path().join("checkpoint"), &outside).unwrap();
    let log = open(&storage).unwrap();
    let mut observer = Observer::default();
    let mut number = 0;
    observer.drive(&log, &[10], &mut number, folder.path());
    let (older, older_file) = (storage.snapshot(), on_disk(folder.path()));
    let bytes = std::fs::read(folder.path().join("checkpoint")).unwrap();
    observer.drive(&log, &[70], &mut number, folder.path());
    drop(log);
    assert_eq!(older_file.size, 10);
    let newest = std::fs::read(folder.path().join("checkpoint")).unwrap();
    assert_eq!(std::fs::read(&outside).unwrap(), newest);
    // The whole folder, put back.
    std::fs::write(folder.path().join("checkpoint"), &bytes).unwrap();
    let operations = older.operations();
    let error = open(&older).err().unwrap();
    assert!(
        matches!(&error, LogError::RolledBack { published: 80, stored: 10, place } if *place == outside.display().to_string()),
        "{error}"
    );
    assert_eq!(older.operations(), operations, "nothing was written");
    assert_eq!(std::fs::read(&outside).unwrap(), newest);
    // The newer one still starts, and mends its own file.
    let log = open(&storage).unwrap();
    assert_eq!(on_disk(folder.path()).size, 80);
    observer.check(&log);
    drop(log);
    std::fs::write(&outside, "not a note").unwrap();
    assert!(matches!(
        open(&storage).err().unwrap(),
        LogError::BadCheckpointFile { .. }
    ));
}

/// What cannot be kept in the second place is not published; it is when that place is there again.
#[test]
fn nothing_is_published_that_the_second_place_does_not_hold() {
    let (folder, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let mount = elsewhere.path().join("mount");
    std::fs::create_dir(&mount).unwrap();
    let storage = FaultStorage::default();
    drop(create(folder.path(), &storage));
    std::fs::copy(folder.path().join("checkpoint"), mount.join("newest")).unwrap();
    let config = LogConfig {
        published_checkpoint: Some(mount.join("newest")),
        ..config()
    };
    let log = Log::open(
        DataFolder::lock(folder.path()).unwrap(),
        Arc::new(storage.clone()),
        config,
    )
    .unwrap();
    std::fs::rename(&mount, elsewhere.path().join("away")).unwrap();
    log.submit(vec![leaf(0)]).unwrap().wait().unwrap_err();
    assert_eq!(
        (log.published().size(), on_disk(folder.path()).size),
        (0, 0)
    );
    assert!(log.stopped().unwrap().contains("cannot be published"));
    assert!(log.submit(vec![leaf(1)]).is_err());
    std::fs::rename(elsewhere.path().join("away"), &mount).unwrap();
    // Without another submission: what is signed is published as soon as it can be.
    assert_eq!(log.wait_beyond(0, Duration::from_secs(20)), 1);
    assert_eq!(log.stopped(), None);
    log.submit(vec![leaf(1)]).unwrap().wait().unwrap();
    assert_eq!(log.published().size(), 2);
    assert_eq!(
        std::fs::read(mount.join("newest")).unwrap(),
        std::fs::read(folder.path().join("checkpoint")).unwrap()
    );
}

/// An auditor's look: what is signed, and not a byte written, even where a batch waits to be completed.
#[test]
fn a_log_opened_to_read_writes_and_completes_nothing() {
    for (first, second) in [(10, 5), (250, 300), (256, 64), (511, 1)] {
        let folder = tempfile::tempdir().unwrap();
        let storage = FaultStorage::default();
        let log = create(folder.path(), &storage);
        let mut observer = Observer::default();
        let mut number = 0;
        observer.drive(&log, &[first], &mut number, folder.path());
        // Die between the staged batch and its signature: the swap is the last operation but one.
        let blocks = (first + second) / 64 > first / 64;
        let at = storage.operations() + if blocks { 4 } else { 2 };
        storage.set_fault(Some(Fault::Die { at }));
        observer.drive(&log, &[second], &mut number, folder.path());
        drop(log);
        storage.crash(|_, _| 0);
        let before = std::fs::read(folder.path().join("checkpoint")).unwrap();
        let operations = storage.operations();
        let log = Log::read(
            DataFolder::lock(folder.path()).unwrap(),
            Arc::new(storage.clone()),
            config(),
        )
        .unwrap();
        assert_eq!(log.published().size(), first);
        observer.check(&log);
        assert!(log.submit(vec![leaf(0)]).is_err());
        drop(log);
        assert_eq!(storage.operations(), operations);
        assert_eq!(
            std::fs::read(folder.path().join("checkpoint")).unwrap(),
            before
        );
        let log = open(folder.path(), &storage).unwrap();
        assert_eq!(log.published().size(), first + second, "it was staged");
        observer.check(&log);
    }
}

/// The engine refuses everything after an error of the disk; the log says so instead of trying for ever.
#[test]
fn an_error_of_the_engine_stops_the_log_until_it_is_opened_again() {
    let folder = tempfile::tempdir().unwrap();
    let storage = FaultStorage::default();
    let log = create(folder.path(), &storage);
    let mut observer = Observer::default();
    let mut number = 0;
    observer.drive(&log, &[10], &mut number, folder.path());
    assert_eq!(log.stopped(), None);
    storage.set_fault(Some(Fault::Once {
        at: storage.operations(),
    }));
    observer.drive(&log, &[10], &mut number, folder.path());
    let reason = log.stopped().unwrap();
    assert!(reason.contains("restart"), "{reason}");
    assert!(log.submit(vec![leaf(0)]).is_err());
    observer.check(&log);
    drop(log);
    observer.check(&open(folder.path(), &storage).unwrap());
}

#[test]
fn another_history_under_the_same_key_is_refused() {
    let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (first, second) = (FaultStorage::default(), FaultStorage::default());
    for (folder, storage, numbers) in [(&one, &first, 0..9), (&two, &second, 100..120)] {
        let log = create(folder.path(), storage);
        log.submit(numbers.map(leaf).collect())
            .unwrap()
            .wait()
            .unwrap();
    }
    std::fs::copy(one.path().join("checkpoint"), two.path().join("checkpoint")).unwrap();
    let error = open(two.path(), &second).err().unwrap();
    assert!(
        matches!(error, LogError::Diverged { size: 9, .. }),
        "{error}"
    );
    std::fs::write(two.path().join("checkpoint"), "not a note").unwrap();
    assert!(matches!(
        open(two.path(), &second).err().unwrap(),
        LogError::BadCheckpointFile { .. }
    ));
}

#[test]
fn a_full_disk_refuses_appends_and_goes_on_reading() {
    let folder = tempfile::tempdir().unwrap();
    let storage = FaultStorage::default();
    let log = create(folder.path(), &storage);
    log.submit((0..70).map(leaf).collect())
        .unwrap()
        .wait()
        .unwrap();
    storage.set_full(true);
    let submission = log.submit(vec![leaf(70)]).unwrap();
    let fate = submission.fate.clone();
    let error = submission.wait().unwrap_err();
    assert!(error.contains("bytes are free"), "{error}");
    assert_eq!(fate.outcome(), Outcome::Void);
    assert_eq!(log.entry(69).unwrap(), b"entry 69");
    assert_eq!(log.published().size(), 70);
    storage.set_full(false);
    let submission = log.submit(vec![leaf(71)]).unwrap();
    assert_eq!(submission.first, 70);
    submission.wait().unwrap();
}

#[test]
fn the_folder_belongs_to_one_process() {
    let folder = tempfile::tempdir().unwrap();
    let held = DataFolder::lock(folder.path()).unwrap();
    let error = DataFolder::lock(folder.path()).unwrap_err();
    assert!(error.to_string().contains("in use"), "{error}");
    drop(held);
    DataFolder::lock(folder.path()).unwrap();
}

#[test]
fn a_damaged_tile_block_or_edge_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let storage = FaultStorage::default();
    let log = create(folder.path(), &storage);
    log.submit((0..1000).map(leaf).collect())
        .unwrap()
        .wait()
        .unwrap();
    let flip = |database: &str, key: &[u8]| {
        let database = storage.open(database).unwrap();
        let mut value = database.get(key).unwrap().unwrap();
        *value.last_mut().unwrap() ^= 1;
        let mut batch = gongshi::store::WriteBatch::default();
        batch.put(key, value);
        database.apply(batch).unwrap();
        database.sync().unwrap();
    };
    // Tile 0/1 holds entries 256 to 511; its last hash belongs to entry 511.
    flip(
        gongshi::log::DATABASE,
        &[b"t".as_slice(), &[0], &1u64.to_be_bytes()].concat(),
    );
    let report = fsck(&log, |_| (), |_, _, _| ());
    assert_eq!(
        report.problems.first().unwrap().entry,
        Some(511),
        "{report:?}"
    );
    flip(
        gongshi::log::DATABASE,
        &[b"t".as_slice(), &[0], &1u64.to_be_bytes()].concat(),
    );
    assert_eq!(fsck(&log, |_| (), |_, _, _| ()).problems, []);
    // Block 3 holds entries 192 to 255.
    let block = [b"e".as_slice(), &3u64.to_be_bytes()].concat();
    flip("shards/0", &block);
    let report = fsck(&log, |_| (), |_, _, _| ());
    assert_eq!(report.problems.len(), 1, "{report:?}");
    assert!(
        (192..256).contains(&report.problems[0].entry.unwrap()),
        "{report:?}"
    );
    flip("shards/0", &block);
    // A damaged right edge stops the start.
    drop(log);
    flip(gongshi::log::DATABASE, &[b'p', 0]);
    assert!(matches!(
        open(folder.path(), &storage).err().unwrap(),
        LogError::Damaged { .. }
    ));
}
