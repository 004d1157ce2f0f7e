//! Looks for bytes in everything a data folder holds: every file as it lies on the disk, dead bytes of the storage engine
//! included; whatever comes out of every zstd frame that begins anywhere in one, broken off or not; and every live value of every
//! database, as it is and decompressed. To be sure of "nowhere", look for something that must be found in the same way.
#![allow(dead_code, reason = "each test binary uses its part")]

use gongshi::store::{SledStorage, Storage as _};
use memchr::memmem;
use std::io::Read as _;
use std::path::{Path, PathBuf};

const ZSTD: &[u8] = &[0x28, 0xb5, 0x2f, 0xfd];
/// Most that is read out of one frame.
const MOST: u64 = 64 << 20;

/// Where something was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Position of the needle.
    pub needle: usize,
    /// File, or database and key.
    pub place: String,
}

/// What a record must not leave anywhere: some text of its body, and its salt in both forms.
pub fn traces(text: &str, salt: &[u8; 32]) -> Vec<Vec<u8>> {
    let hex = gongshi_verify::encoding::hex(salt);
    vec![
        text.as_bytes().to_vec(),
        hex.clone().into_bytes(),
        hex.to_uppercase().into_bytes(),
        salt.to_vec(),
    ]
}

/// Looks through the files of a folder, which may be in use.
pub fn in_files(folder: &Path, needles: &[Vec<u8>]) -> Vec<Found> {
    let mut found = Vec::new();
    let mut paths = Vec::new();
    files(folder, &mut paths);
    for path in paths {
        // The engine may have removed it since.
        let Ok(bytes) = std::fs::read(&path) else {
            continue;
        };
        look(&bytes, &path.display().to_string(), needles, &mut found);
    }
    found
}

/// Looks through the files and then through the live values of every database. Nothing may have the folder open.
pub fn everywhere(folder: &Path, needles: &[Vec<u8>]) -> Vec<Found> {
    let mut found = in_files(folder, needles);
    let mut paths = Vec::new();
    files(folder, &mut paths);
    let storage = SledStorage::new(folder);
    for path in paths {
        let Some(name) = path.strip_prefix(folder).ok().and_then(Path::to_str) else {
            continue;
        };
        let Some(name) = name.strip_suffix("/db") else {
            continue;
        };
        // A copy without dead bytes: opening it by its name gives it the plain one.
        let name = name.split('~').next().unwrap();
        let database = storage.open(name).unwrap();
        for pair in database.range(b"", None) {
            let (key, value) = pair.unwrap();
            look(&key, &format!("a key of {name}"), needles, &mut found);
            look(&value, &format!("{name} {key:?}"), needles, &mut found);
        }
    }
    // What opening the databases has written is searched too.
    found.extend(in_files(folder, needles));
    found
}

/// Looks through some bytes, and through what every zstd frame in them holds.
pub fn look(bytes: &[u8], place: &str, needles: &[Vec<u8>], found: &mut Vec<Found>) {
    let mut plain = |bytes: &[u8], place: &str| {
        for (needle, wanted) in needles.iter().enumerate() {
            if memmem::find(bytes, wanted).is_some() {
                let place = place.to_owned();
                found.push(Found { needle, place });
            }
        }
    };
    plain(bytes, place);
    for at in memmem::find_iter(bytes, ZSTD) {
        let mut out = Vec::new();
        if let Ok(frame) = zstd::Decoder::with_buffer(&bytes[at..]) {
            // What came out before an error counts as well.
            let _ = frame.single_frame().take(MOST).read_to_end(&mut out);
        }
        plain(&out, &format!("{place}, a frame at {at}"));
    }
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    let Ok(items) = std::fs::read_dir(folder) else {
        return;
    };
    for item in items {
        let path = item.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else {
            found.push(path);
        }
    }
    found.sort();
}

/// Nothing of what was erased is anywhere in a folder that nothing has open, and the same search finds what is kept.
pub fn assert_destroyed(folder: &Path, erased: &[Vec<u8>], kept: &[Vec<u8>]) {
    let needles = [erased, kept].concat();
    let found = everywhere(folder, &needles);
    let (gone, there): (Vec<_>, Vec<_>) =
        found.iter().partition(|found| found.needle < erased.len());
    assert!(gone.is_empty(), "{gone:?}");
    assert!(
        kept.is_empty() || !there.is_empty(),
        "the search finds nothing"
    );
}
