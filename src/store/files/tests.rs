use super::*;
use gongshi_verify::hash::sha256;
use std::collections::HashSet;
use tempfile::TempDir;

fn folder() -> (TempDir, Files) {
    let data = tempfile::tempdir().unwrap();
    let files = Files::open(data.path()).unwrap();
    (data, files)
}

fn put(files: &Files, bytes: &[u8]) -> Hash {
    let hash = sha256(bytes);
    files.put(&hash, bytes.len() as u64, bytes).unwrap();
    hash
}

fn aged(files: &Files, hash: &Hash, age: Duration) {
    let file = File::options().write(true).open(files.path(hash)).unwrap();
    file.set_modified(SystemTime::now() - age).unwrap();
}

/// Names of everything below the folder of files but its own two levels.
fn standing(data: &TempDir) -> Vec<String> {
    let mut names = Vec::new();
    for folder in std::fs::read_dir(data.path().join(FOLDER)).unwrap() {
        for item in std::fs::read_dir(folder.unwrap().path()).unwrap() {
            names.push(item.unwrap().file_name().into_string().unwrap());
        }
    }
    names
}

const DAY: Duration = UNREFERENCED_FOR;
const HOUR: Duration = Duration::from_secs(3600);

#[test]
fn what_is_put_is_read_again_also_after_a_restart() {
    let (data, files) = folder();
    let large: Vec<u8> = (0..200_000u32).flat_map(u32::to_be_bytes).collect();
    for bytes in [&b""[..], b"a", &large] {
        let (hash, size) = (sha256(bytes), bytes.len() as u64);
        assert_eq!(
            (files.size(&hash), files.hold(&hash).unwrap()),
            (None, None)
        );
        assert!(files.put(&hash, size, bytes).unwrap());
        assert!(!files.put(&hash, size, bytes).unwrap(), "there already");
        for files in [
            files.clone(),
            Files::open(data.path()).unwrap(),
            Files::to_read(data.path()),
        ] {
            assert_eq!(files.read(&hash).unwrap(), bytes);
            assert_eq!(files.verify(&hash).unwrap(), Some(size));
            assert_eq!(files.hold(&hash).unwrap(), Some(size));
            let name = hex(&hash);
            assert!(
                files
                    .path(&hash)
                    .ends_with(format!("files/{}/{name}", &name[..2]))
            );
        }
    }
    let missing = files.read(&[7; 32]).unwrap_err();
    assert!(matches!(missing, StoreError::Io { .. }), "{missing}");
}

#[test]
fn wrong_bytes_leave_nothing() {
    let (data, files) = folder();
    let hash = sha256(b"right");
    let wrong = files.put(&hash, 5, &b"wrong"[..]);
    assert!(matches!(wrong, Err(FileError::Digest { .. })), "{wrong:?}");
    for (said, bytes, found) in [(6, &b"right"[..], 5), (4, b"right", 5)] {
        let expected = said;
        match files.put(&hash, said, bytes) {
            Err(FileError::Length {
                expected: e,
                found: f,
            }) => {
                assert_eq!((e, f), (expected, found));
            }
            other => panic!("{other:?}"),
        }
    }
    let large = files.begin(&hash, MAX_FILE_BYTES + 1);
    assert!(matches!(large, Err(FileError::TooLarge { .. })));
    assert_eq!(standing(&data), Vec::<String>::new());
    assert_eq!(files.unreferenced_bytes(), 0);
    // A whole one is not taken under another length either.
    put(&files, b"right");
    let other = files.put(&hash, 6, &b"right!"[..]);
    assert!(matches!(
        other,
        Err(FileError::Length {
            expected: 6,
            found: 5
        })
    ));
}

#[test]
fn what_a_crash_left_half_way_is_gone_at_the_next_start() {
    let (data, files) = folder();
    let kept = put(&files, b"kept");
    let Begun::Wanted(mut half) = files.begin(&[1; 32], 100).unwrap() else {
        panic!("it is not there");
    };
    half.write(b"half").unwrap();
    assert_eq!(standing(&data).len(), 2);
    // As a killed process would: nothing is dropped.
    std::mem::forget(half);
    let files = Files::open(data.path()).unwrap();
    assert_eq!(standing(&data), [hex(&kept)]);
    assert_eq!(
        files.unreferenced_bytes(),
        0,
        "not known before the first look"
    );
    assert_eq!(
        files.expire(SystemTime::now(), |_| false).unwrap(),
        Expired::default()
    );
    assert_eq!(files.unreferenced_bytes(), LEAST_COST);
}

#[test]
fn damage_is_told_and_a_new_upload_repairs_it() {
    let (_data, files) = folder();
    let hash = put(&files, b"some bytes");
    for damaged in [&b"some bytez"[..], b"some", b"some bytes and more", b""] {
        std::fs::write(files.path(&hash), damaged).unwrap();
        for error in [files.read(&hash).err(), files.verify(&hash).err()] {
            let error = error.unwrap();
            assert!(matches!(error, StoreError::Corrupt(_)));
            assert!(error.to_string().contains(&hex(&hash)), "{error}");
        }
        assert!(files.put(&hash, 10, &b"some bytes"[..]).unwrap());
        assert_eq!(files.read(&hash).unwrap(), b"some bytes");
    }
}

#[test]
fn only_what_is_old_and_not_wanted_expires() {
    let (_data, files) = folder();
    let [old, wanted, young, held] =
        [b"old", b"wan", b"you", b"hel"].map(|bytes| put(&files, bytes));
    for hash in [&old, &wanted, &held] {
        aged(&files, hash, DAY + HOUR);
    }
    aged(&files, &young, DAY - HOUR);
    assert_eq!(files.hold(&held).unwrap(), Some(3));
    let now = SystemTime::now();
    let expired = files.expire(now, |hash| *hash == wanted).unwrap();
    assert_eq!(expired, Expired { files: 1, bytes: 3 });
    assert_eq!(files.hold(&old).unwrap(), None);
    for hash in [&wanted, &young, &held] {
        assert_eq!(files.size(hash), Some(3));
    }
    assert_eq!(files.unreferenced_bytes(), 2 * LEAST_COST);
    // A record may leave publication, and its files with it.
    aged(&files, &wanted, 2 * DAY);
    assert_eq!(files.expire(now, |_| false).unwrap().files, 1);
    // A clock put back makes nothing old.
    assert_eq!(files.expire(now - 9 * DAY, |_| false).unwrap().files, 0);
    assert_eq!(files.expire(now + 2 * DAY, |_| false).unwrap().files, 2);
    assert_eq!(files.unreferenced_bytes(), 0);
}

#[test]
fn foreign_names_are_left_alone() {
    let (data, files) = folder();
    let folder = data.path().join(FOLDER).join("ab");
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(folder.join("README"), "mine").unwrap();
    let later = SystemTime::now() + 9 * DAY;
    assert_eq!(files.expire(later, |_| false).unwrap(), Expired::default());
    assert!(folder.join("README").exists());
}

#[test]
fn what_no_record_names_is_limited() {
    let data = tempfile::tempdir().unwrap();
    let limits = FileLimits {
        unreferenced_bytes: 3 * LEAST_COST,
        reserve_bytes: 0,
    };
    let files = Files::open_within(data.path(), limits).unwrap();
    let [first, second] = [b"1", b"2"].map(|bytes| put(&files, bytes));
    let third = files.begin(&[3; 32], 1).unwrap();
    let full = files.begin(&[4; 32], 1).unwrap_err();
    assert!(
        matches!(full, FileError::Full { used, limit } if used == limit),
        "{full}"
    );
    assert!(matches!(files.begin(&first, 1).unwrap(), Begun::There));
    drop(third);
    assert!(files.begin(&[4; 32], 1).is_ok(), "room is given back");
    files.settle(|hash| *hash == second);
    assert_eq!(files.unreferenced_bytes(), LEAST_COST);
    let reserve = FileLimits {
        reserve_bytes: u64::MAX,
        ..limits
    };
    let files = Files::open_within(data.path(), reserve).unwrap();
    let full = files.begin(&[4; 32], 1).unwrap_err();
    assert!(matches!(full, FileError::Store(StoreError::NoSpace { .. })));
}

/// Whoever has held a file finds it, however often it is looked for what to remove meanwhile; who has not, finds all or
/// nothing of it.
#[test]
fn expiry_takes_nothing_from_under_a_hold() {
    let (_data, files) = folder();
    let hashes: Vec<Hash> = (0..40u8).map(|n| put(&files, &[n; 3])).collect();
    let held = std::thread::scope(|scope| {
        let expiring = scope.spawn(|| {
            for _ in 0..200 {
                files.expire(SystemTime::now(), |_| false).unwrap();
            }
        });
        let mut held = HashSet::new();
        let mut round = 0;
        while !expiring.is_finished() {
            round += 1;
            for (n, hash) in hashes.iter().enumerate() {
                if (round + n) % 3 == 0 {
                    // It may be gone already.
                    if let Ok(file) = File::options().write(true).open(files.path(hash)) {
                        file.set_modified(SystemTime::now() - 2 * DAY).unwrap();
                    }
                    held.remove(hash);
                }
                if let Some(size) = files.hold(hash).unwrap() {
                    assert_eq!(size, 3);
                    held.insert(*hash);
                }
            }
        }
        expiring.join().unwrap();
        held
    });
    assert!(
        held.len() < hashes.len(),
        "some were removed, or nothing was tried"
    );
    for hash in &hashes {
        assert_eq!(files.verify(hash).unwrap().is_some(), held.contains(hash));
    }
}

#[test]
fn many_may_put_the_same_at_once() {
    let (data, files) = folder();
    let bytes = vec![9; 100_000];
    let hash = sha256(&bytes);
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| files.put(&hash, 100_000, &bytes[..]).unwrap());
        }
    });
    assert_eq!(files.read(&hash).unwrap(), bytes);
    assert_eq!(standing(&data), [hex(&hash)]);
    assert_eq!(files.unreferenced_bytes(), 100_000);
}
