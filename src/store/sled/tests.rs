//! A database is copied without its dead bytes while others read it, and every way to die in between is recognised.

use super::*;
use std::sync::atomic::{AtomicBool, Ordering};

const SECRET: &[u8] = b"the text that has to go, long enough to be found";

fn put(database: &dyn KeyValue, key: &str, value: &[u8]) {
    let mut batch = WriteBatch::default();
    batch.put(key, value);
    database.apply(batch).unwrap();
}

fn delete(database: &dyn KeyValue, key: &str) {
    let mut batch = WriteBatch::default();
    batch.delete(key);
    database.apply(batch).unwrap();
}

fn count(folder: &Path, bytes: &[u8]) -> usize {
    let mut found = 0;
    for item in std::fs::read_dir(folder).unwrap() {
        let path = item.unwrap().path();
        found += if path.is_dir() {
            count(&path, bytes)
        } else {
            let content = std::fs::read(&path).unwrap();
            content.windows(bytes.len()).filter(|w| *w == bytes).count()
        };
    }
    found
}

fn all(database: &dyn KeyValue) -> Vec<Pair> {
    database.range(b"", None).map(Result::unwrap).collect()
}

/// A database with a secret that was deleted, one that was overwritten, a large value, and some hundred others.
fn filled(root: &Path) -> (SledStorage, Arc<dyn KeyValue>) {
    let storage = SledStorage::new(root);
    let database = storage.open("shards/7").unwrap();
    put(&*database, "deleted", SECRET);
    put(&*database, "overwritten", SECRET);
    put(&*database, "large", &vec![9; 300_000]);
    put(&*database, "large and gone", &SECRET.repeat(10_000));
    for number in 0..700 {
        let value = format!("value {number}").into_bytes();
        put(&*database, &format!("k{number:04}"), &value);
    }
    database.sync().unwrap();
    delete(&*database, "deleted");
    delete(&*database, "large and gone");
    put(&*database, "overwritten", b"by this");
    database.sync().unwrap();
    (storage, database)
}

#[test]
fn a_rewrite_keeps_what_lives_and_nothing_else_under_handles_given_out() {
    let root = tempfile::tempdir().unwrap();
    let (storage, database) = filled(root.path());
    let before = all(&*database);
    assert!(
        count(root.path(), SECRET) > 0,
        "the engine keeps dead bytes"
    );
    for _ in 0..3 {
        storage.rewrite("shards/7").unwrap();
        assert_eq!(count(root.path(), SECRET), 0);
        assert_eq!(all(&*database), before);
    }
    put(&*database, "later", b"1");
    database.sync().unwrap();
    assert!(storage.exists("shards/7").unwrap());
    drop(database);
    let database = storage.open("shards/7").unwrap();
    assert_eq!(database.get(b"later").unwrap().unwrap(), b"1");
    assert_eq!(all(&*database).len(), before.len() + 1);
    let folders = std::fs::read_dir(root.path().join("shards")).unwrap();
    assert_eq!(folders.count(), 1, "with its plain name again");
    assert!(root.path().join("shards/7/db").exists());
    // One that was never made is not made by this.
    storage.rewrite("shards/8").unwrap();
    assert!(!root.path().join("shards/8").exists());
}

#[test]
fn ranges_under_way_and_writers_go_on_over_a_rewrite() {
    let root = tempfile::tempdir().unwrap();
    let (storage, database) = filled(root.path());
    let before = all(&*database);
    let mut forward = database.range(b"", None);
    let mut back = database.range_rev(b"", None);
    let mut found: Vec<Pair> = forward.by_ref().take(5).map(Result::unwrap).collect();
    let mut reversed: Vec<Pair> = back.by_ref().take(300).map(Result::unwrap).collect();
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let writer = scope.spawn(|| {
            let mut number = 0;
            while !stop.load(Ordering::Relaxed) {
                // Before everything that the ranges still want, so that they stay comparable.
                put(&*database, &format!("!{number:06}"), b"w");
                database.sync().unwrap();
                number += 1;
            }
            number
        });
        for _ in 0..5 {
            storage.rewrite("shards/7").unwrap();
        }
        stop.store(true, Ordering::Relaxed);
        let written = writer.join().unwrap();
        for number in 0..written {
            let key = format!("!{number:06}");
            assert!(database.get(key.as_bytes()).unwrap().is_some(), "{key}");
        }
    });
    found.extend(forward.map(Result::unwrap));
    reversed.extend(back.map(Result::unwrap).filter(|(key, _)| key[0] != b'!'));
    reversed.reverse();
    assert_eq!(found, before);
    assert_eq!(reversed, before);
    assert!(database.range(b"m", Some(b"a")).next().is_none());
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for item in std::fs::read_dir(from).unwrap() {
        let item = item.unwrap();
        let target = to.join(item.file_name());
        if item.file_type().unwrap().is_dir() {
            copy(&item.path(), &target);
        } else {
            std::fs::copy(item.path(), &target).unwrap();
        }
    }
}

/// Each state of the disk between two steps of a rewrite, and of the opening after one.
#[test]
fn every_state_between_is_recognised_at_the_next_opening() {
    let root = tempfile::tempdir().unwrap();
    let (_, database) = filled(root.path());
    let old = all(&*database);
    drop(database);
    let shards = root.path().join("shards");
    let (plain, kept, other) = (shards.join("7"), root.path().join("kept"), "something else");
    std::fs::rename(&plain, &kept).unwrap();
    // A copy that differs, so that one sees which folder was taken.
    let newer = root.path().join("newer");
    {
        let storage = SledStorage::new(&newer);
        std::fs::create_dir(&newer).unwrap();
        let database = storage.open("d").unwrap();
        put(&*database, "new", other.as_bytes());
        database.sync().unwrap();
    }
    let new = vec![(b"new".to_vec(), other.as_bytes().to_vec())];
    let newer = newer.join("d");
    // Which folders there are: the plain one (whole, in part, not), and copies with or without their mark.
    type Case<'a> = (Option<bool>, &'a [(u64, bool)], bool);
    let cases: [Case; 8] = [
        (Some(true), &[], false),
        (Some(true), &[(1, false)], false),
        (Some(true), &[(1, true)], true),
        (Some(false), &[(1, true)], true),
        (None, &[(1, true)], true),
        (None, &[(3, true), (4, false)], true),
        (None, &[(3, true), (4, true)], true),
        (Some(true), &[(9, true), (10, true)], true),
    ];
    for (at, (plain_state, copies, expect_new)) in cases.into_iter().enumerate() {
        let _ = std::fs::remove_dir_all(&shards);
        std::fs::create_dir(&shards).unwrap();
        if let Some(whole) = plain_state {
            copy(&kept, &plain);
            if !whole {
                std::fs::remove_file(plain.join("db")).unwrap();
            }
        }
        let newest = copies.iter().filter(|(_, marked)| *marked).max();
        for (number, marked) in copies {
            let path = shards.join(format!("7~{number}"));
            let is_newest = newest == Some(&(*number, *marked));
            copy(if is_newest { &newer } else { &kept }, &path);
            if *marked {
                folders::mark(&path).unwrap();
            }
        }
        let storage = SledStorage::new(root.path());
        assert!(storage.exists("shards/7").unwrap(), "case {at}");
        let database = storage.open("shards/7").unwrap();
        let expected = if expect_new { &new } else { &old };
        assert_eq!(&all(&*database), expected, "case {at}");
        let folders = std::fs::read_dir(&shards).unwrap().count();
        assert_eq!(folders, 1, "case {at}: what is left over is removed");
        storage.rewrite("shards/7").unwrap();
        assert_eq!(&all(&*database), expected, "case {at}");
    }
}

#[test]
fn without_room_for_the_copy_nothing_is_begun() {
    let root = tempfile::tempdir().unwrap();
    let (_, database) = filled(root.path());
    let before = all(&*database);
    drop(database);
    let sparse = std::fs::File::create(root.path().join("shards/7/large")).unwrap();
    sparse
        .set_len(1 << 60)
        .unwrap_or_else(|_| sparse.set_len(1 << 43).unwrap());
    let storage = SledStorage::new(root.path());
    let error = storage.rewrite("shards/7").unwrap_err();
    assert!(matches!(error, StoreError::NoSpace { .. }), "{error}");
    let folders = std::fs::read_dir(root.path().join("shards")).unwrap();
    assert_eq!(folders.count(), 1);
    assert_eq!(all(&*storage.open("shards/7").unwrap()), before);
}

#[test]
fn a_database_that_failed_to_write_is_named_until_it_is_opened_again() {
    let root = tempfile::tempdir().unwrap();
    let storage = SledStorage::new(root.path());
    let database = storage.database("store/one").unwrap();
    let other = storage.database("store/other").unwrap();
    assert!(database.get(b"k").unwrap().is_none());
    assert_eq!(storage.failures(), Vec::<String>::new());
    let full = || StoreError::io("storage engine", std::io::ErrorKind::StorageFull.into());
    database.writing::<()>(|_| Err(full())).unwrap_err();
    other.with::<()>(|_| Err(full())).unwrap_err();
    // What comes later says less, and a write that seems well makes nothing good.
    database.writing::<()>(|_| panic!("later")).unwrap_err();
    put(&*database, "k", b"v");
    let failures = storage.failures();
    assert_eq!(failures.len(), 1, "{failures:?}");
    let failure = &failures[0];
    assert!(
        failure.starts_with("store/one: ") && !failure.contains("later"),
        "{failure}"
    );
    drop(database);
    storage.open("store/one").unwrap();
    assert_eq!(storage.failures(), Vec::<String>::new());
}
