//! The tail as values of the log's own database: encrypted, so that its bytes can be made unreadable.
//!
//! The storage engine never gives bytes back, and every leaf passes through the tail before its block is full. So what is kept
//! of the tail is encrypted with a key in a file of its own, outside the engine: when a record is erased, the leaves that live
//! go under a new key, and the file of the old one is destroyed. It must not know blocks or the tree.

use super::blocks::push_entry;
use super::{Leaf, LogConfig, LogError};
use crate::store::{DataFolder, StoreError, sync_folder, write_atomic};
use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Nonce};
use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// Folder of the keys, in the data folder. It is not `keys/`: whoever copies a data folder to be checked needs these.
const FOLDER: &str = "tail";
/// Bytes of a nonce, which stands before the encrypted leaf.
const NONCE: usize = 12;

/// What was appended and is not in a block yet, and the key it is kept under.
pub(crate) struct Tail {
    /// Index of the first.
    pub(crate) first: u64,
    /// Less than a block.
    pub(crate) leaves: Vec<Leaf>,
    /// Why what is here may not be what is stored: only the start-up checks can tell.
    pub(crate) unsettled: Option<String>,
}

/// The key that the stored tail is encrypted with.
pub(crate) struct TailKey {
    /// Counted from 1; the database says which one its values are under.
    pub(crate) number: u64,
    /// `None` where its file is missing: then nothing under it can be read.
    cipher: Option<Aes256Gcm>,
    /// Nonces count up from a random number, a new one each time the key is taken into use: none is used twice.
    start: [u8; NONCE],
    used: AtomicU64,
}

fn path(folder: &DataFolder, number: u64) -> PathBuf {
    folder.path().join(FOLDER).join(format!("{number}.key"))
}

fn place(number: u64) -> String {
    format!("{FOLDER}/{number}.key")
}

fn failed(path: &Path) -> impl Fn(std::io::Error) -> StoreError {
    move |e| StoreError::Io {
        what: path.display().to_string(),
        source: e,
    }
}

fn nonce_start(random: Option<fn() -> [u8; 32]>) -> [u8; NONCE] {
    let mut start = [0; NONCE];
    if let Some(random) = random {
        start.copy_from_slice(&random()[..NONCE]);
    }
    start
}

impl TailKey {
    /// Makes a key; its file is durable before this returns.
    pub(crate) fn make(
        folder: &DataFolder,
        config: &LogConfig,
        number: u64,
    ) -> Result<Self, LogError> {
        let random = config.random()?;
        let path = path(folder, number);
        let keys = folder.path().join(FOLDER);
        std::fs::create_dir_all(&keys).map_err(failed(&keys))?;
        folder.sync()?;
        let key = random();
        write_atomic(&path, &key, 0o600)?;
        Ok(TailKey {
            number,
            cipher: Some(Aes256Gcm::new(&key.into())),
            start: nonce_start(Some(random)),
            used: AtomicU64::new(0),
        })
    }

    /// The key of that number, which may be missing.
    pub(crate) fn open(
        folder: &DataFolder,
        config: &LogConfig,
        number: u64,
    ) -> Result<Self, LogError> {
        let path = path(folder, number);
        let cipher = match std::fs::read(&path) {
            Err(e) if e.kind() == ErrorKind::NotFound => None,
            Err(e) => return Err(failed(&path)(e).into()),
            Ok(bytes) => {
                let key: [u8; 32] = bytes.as_slice().try_into().map_err(|_| {
                    let reason = format!("{} bytes; expected a key of 32", bytes.len());
                    LogError::damaged(place(number), reason)
                })?;
                Some(Aes256Gcm::new(&key.into()))
            }
        };
        Ok(TailKey {
            number,
            cipher,
            start: nonce_start(config.random),
            used: AtomicU64::new(0),
        })
    }

    /// Whether its file was there.
    pub(crate) fn is_there(&self) -> bool {
        self.cipher.is_some()
    }

    /// A leaf as a value: nonce, then, encrypted and bound to its index, entry length, entry, and the record if there is one.
    pub(crate) fn seal(&self, index: u64, leaf: &Leaf) -> Result<Vec<u8>, LogError> {
        let cipher = self.cipher.as_ref().ok_or_else(|| self.missing(index))?;
        let mut plain =
            Vec::with_capacity(leaf.entry.len() + 3 + leaf.record.as_ref().map_or(0, Vec::len));
        push_entry(&mut plain, &leaf.entry);
        if let Some(record) = &leaf.record {
            plain.push(1);
            plain.extend_from_slice(record);
        }
        let nonce = self.nonce();
        let payload = Payload {
            msg: &plain,
            aad: &index.to_be_bytes(),
        };
        let sealed = cipher
            .encrypt(&Nonce::from(nonce), payload)
            .map_err(|_| LogError::damaged(format!("entry {index}"), "it cannot be encrypted"))?;
        Ok([nonce.as_slice(), &sealed].concat())
    }

    /// The inverse of [`seal`](Self::seal).
    pub(crate) fn unseal(&self, index: u64, bytes: &[u8]) -> Result<Leaf, LogError> {
        let cipher = self.cipher.as_ref().ok_or_else(|| self.missing(index))?;
        let short = || LogError::damaged(format!("entry {index}"), "its value is cut short");
        let (nonce, sealed) = bytes.split_first_chunk::<NONCE>().ok_or_else(short)?;
        let payload = Payload {
            msg: sealed,
            aad: &index.to_be_bytes(),
        };
        let plain = cipher.decrypt(&Nonce::from(*nonce), payload).map_err(|_| {
            let key = place(self.number);
            let reason = format!("its value is damaged, or {key} is not the key it is under");
            LogError::damaged(format!("entry {index}"), reason)
        })?;
        let (length, rest) = plain.split_first_chunk::<2>().ok_or_else(short)?;
        let (entry, rest) = rest
            .split_at_checked(usize::from(u16::from_be_bytes(*length)))
            .ok_or_else(short)?;
        let record = match rest.split_first() {
            None => None,
            Some((1, record)) => Some(record.to_vec()),
            Some(_) => return Err(short()),
        };
        Ok(Leaf {
            entry: entry.to_vec(),
            record,
        })
    }

    fn nonce(&self) -> [u8; NONCE] {
        let mut wide = [0; 16];
        wide[4..].copy_from_slice(&self.start);
        let used = self.used.fetch_add(1, Ordering::Relaxed);
        let sum = u128::from_be_bytes(wide).wrapping_add(u128::from(used));
        let mut nonce = [0; NONCE];
        nonce.copy_from_slice(&sum.to_be_bytes()[4..]);
        nonce
    }

    fn missing(&self, index: u64) -> LogError {
        LogError::damaged(
            place(self.number),
            format!(
                "the file is missing, and entry {index} and those after it up to the end of their block cannot be read \
                 without it. Put it back from the place that this data folder came from, or restore a backup"
            ),
        )
    }
}

/// Destroys every key but the one of `keep`: overwritten, synced, removed; the folder is synced.
pub(crate) fn destroy_others(folder: &DataFolder, keep: u64) -> Result<(), LogError> {
    let keys = folder.path().join(FOLDER);
    let items = match std::fs::read_dir(&keys) {
        Err(e) if e.kind() == ErrorKind::NotFound => return Ok(()),
        items => items.map_err(failed(&keys))?,
    };
    let kept = path(folder, keep);
    let mut removed = false;
    for item in items {
        // The unfinished file of a key that was never used is one of them.
        let path = item.map_err(failed(&keys))?.path();
        if path == kept {
            continue;
        }
        destroy(&path).map_err(failed(&path))?;
        removed = true;
    }
    if removed {
        sync_folder(&keys)?;
    }
    Ok(())
}

fn destroy(path: &Path) -> std::io::Result<()> {
    let mut file: File = OpenOptions::new().write(true).open(path)?;
    let length = usize::try_from(file.metadata()?.len()).unwrap_or_default();
    file.write_all(&vec![0; length])?;
    file.sync_all()?;
    std::fs::remove_file(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    fn key(number: u64, seed: u8) -> TailKey {
        TailKey {
            number,
            cipher: Some(Aes256Gcm::new(&[seed; 32].into())),
            start: [0xff; NONCE],
            used: AtomicU64::new(0),
        }
    }

    fn leaf(record: Option<&[u8]>) -> Leaf {
        Leaf {
            entry: b"entry".to_vec(),
            record: record.map(<[u8]>::to_vec),
        }
    }

    #[test]
    fn tails_give_back_what_they_took() {
        for record in [None, Some(b"".as_slice()), Some(b"{}")] {
            let (key, leaf) = (key(1, 7), leaf(record));
            let bytes = key.seal(7, &leaf).unwrap();
            assert_eq!(key.unseal(7, &bytes).unwrap(), leaf);
            assert!(key.unseal(7, &bytes[..3]).is_err());
            assert!(key.unseal(7, &bytes[..bytes.len() - 1]).is_err());
            assert!(key.unseal(8, &bytes).is_err(), "bound to its index");
            assert!(self::key(2, 8).unseal(7, &bytes).is_err(), "and to the key");
        }
    }

    #[test]
    fn no_nonce_comes_twice_and_no_plain_text_shows() {
        let key = key(1, 7);
        let mut nonces = HashSet::new();
        for index in 0..200 {
            let bytes = key.seal(index, &leaf(Some(b"a record"))).unwrap();
            assert!(nonces.insert(bytes[..NONCE].to_vec()));
            assert!(!bytes.windows(5).any(|w| w == b"entry" || w == b" reco"));
        }
    }

    #[test]
    fn a_key_that_is_missing_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let folder = DataFolder::lock(folder.path()).unwrap();
        let key = TailKey {
            cipher: None,
            ..key(3, 1)
        };
        let error = key.unseal(70, &[0; 40]).unwrap_err().to_string();
        assert!(
            error.contains("tail/3.key") && error.contains("70") && error.contains("backup"),
            "{error}"
        );
        destroy_others(&folder, 3).unwrap();
    }
}
