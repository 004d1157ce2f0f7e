//! A backup of a log as one stream: the published checkpoint, every leaf with its record, and the files that records name,
//! compressed, with a digest.
//!
//! A copy of the engine's files can be taken only while nothing runs, and carries freed space; this can be taken from a
//! running log, is as large as its content, and is checked whole before a byte of it is believed. Layout in
//! `docs/LOG-FORMAT.md`.

use super::{Leaf, Log, LogError, MAX_RECORD_BYTES};
use crate::store::{Files, MAX_FILE_BYTES};
use gongshi_verify::checkpoint::SignedCheckpoint;
use gongshi_verify::encoding::hex;
use gongshi_verify::hash::{Hash, leaf_hash};
use gongshi_verify::merkle::CompactRange;
use gongshi_verify::note::{SignatureCheck, VerifierKey};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeSet;
use std::io::{BufReader, Read, Write};

const MAGIC: &[u8] = b"gongshi-backup/v1\n";
/// Length mark of an absent record; without its lowest bit, of one that is absent and under the veil.
const ABSENT: u32 = u32::MAX;
const ABSENT_VEILED: u32 = u32::MAX - 1;
/// In the length of a record that is under the veil.
const VEILED: u32 = 1 << 31;
/// Stands before each file, and after the last.
const FILE: u8 = 1;
const END: u8 = 0;
/// Leaves read from the log, or appended to it, at once.
const BATCH: u64 = 1024;

/// Why a backup could not be written or believed.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// Reading or writing the file failed.
    #[error("the backup file: {0}")]
    Io(#[from] std::io::Error),
    /// The log failed.
    #[error(transparent)]
    Log(#[from] LogError),
    /// The file is not a whole backup.
    #[error("not a usable backup: {0}")]
    Malformed(String),
}

fn malformed(reason: impl Into<String>) -> ArchiveError {
    ArchiveError::Malformed(reason.into())
}

/// Hashes what passes through.
struct Hashing<T> {
    inner: T,
    hasher: Sha256,
}

impl<T: Write> Write for Hashing<T> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let written = self.inner.write(bytes)?;
        self.hasher.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.inner.flush()
    }
}

impl<T: Read> Read for Hashing<T> {
    fn read(&mut self, bytes: &mut [u8]) -> std::io::Result<usize> {
        let read = self.inner.read(bytes)?;
        self.hasher.update(&bytes[..read]);
        Ok(read)
    }
}

/// What was written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Written {
    /// Entries.
    pub entries: u64,
    /// Files.
    pub files: u64,
    /// Files that leaves name and that could not be had whole, each with the reason.
    pub missing: Vec<(Hash, String)>,
}

/// Writes the log as published now, with the records under the veil and which they are, and of `files` those that `named` finds in a leaf. A file that is missing or damaged is
/// left out and told: a log is worth a backup without it. Appends may go on meanwhile.
pub fn write(
    log: &Log,
    files: &Files,
    named: impl Fn(&Leaf) -> Vec<Hash>,
    out: impl Write,
    mut progress: impl FnMut(u64),
) -> Result<Written, ArchiveError> {
    let published = log.published();
    let mut out = Hashing {
        inner: zstd::Encoder::new(out, 3)?,
        hasher: Sha256::new(),
    };
    out.write_all(MAGIC)?;
    let note = published.note.as_bytes();
    out.write_all(
        &u32::try_from(note.len())
            .map_err(|_| malformed("the checkpoint is too long"))?
            .to_be_bytes(),
    )?;
    out.write_all(note)?;
    let size = published.size();
    let mut written = Written {
        entries: size,
        ..Written::default()
    };
    let mut hashes = BTreeSet::new();
    let mut start = 0;
    while start < size {
        let end = size.min(start + BATCH);
        let leaves = log.unveiled(start..end)?;
        // Asked after they were read: what went under the veil before this backup was begun says so in it.
        for (index, leaf) in (start..).zip(leaves) {
            let veiled = log.is_veiled(index);
            // The files of what is being erased leave before it does: what is under the veil misses none.
            let expected = |hash: &Hash| !veiled || files.size(hash).is_some();
            hashes.extend(named(&leaf).into_iter().filter(expected));
            write_leaf(&mut out, &leaf, veiled)?;
        }
        start = end;
        progress(start);
    }
    for hash in hashes {
        // Known to be whole before the first byte of it is written.
        match files.read(&hash) {
            Ok(bytes) => {
                out.write_all(&[FILE])?;
                out.write_all(&hash)?;
                out.write_all(&(bytes.len() as u64).to_be_bytes())?;
                out.write_all(&bytes)?;
                written.files += 1;
            }
            Err(error) => written.missing.push((hash, error.to_string())),
        }
    }
    out.write_all(&[END])?;
    let digest = out.hasher.finalize();
    out.inner.write_all(&digest)?;
    out.inner.finish()?.flush()?;
    Ok(written)
}

fn write_leaf(out: &mut impl Write, leaf: &Leaf, veiled: bool) -> std::io::Result<()> {
    let length =
        u16::try_from(leaf.entry.len()).expect("submit refuses entries over MAX_ENTRY_BYTES");
    out.write_all(&length.to_be_bytes())?;
    out.write_all(&leaf.entry)?;
    match &leaf.record {
        None if veiled => out.write_all(&ABSENT_VEILED.to_be_bytes()),
        None => out.write_all(&ABSENT.to_be_bytes()),
        Some(record) => {
            let veiled = if veiled { VEILED } else { 0 };
            let length =
                u32::try_from(record.len()).expect("submit refuses records over MAX_RECORD_BYTES");
            out.write_all(&(length | veiled).to_be_bytes())?;
            out.write_all(record)
        }
    }
}

/// A backup being read: leaf by leaf, then file by file.
pub struct Reader<R: Read> {
    input: Hashing<zstd::Decoder<'static, BufReader<R>>>,
    /// The checkpoint the backup was taken at.
    pub checkpoint: SignedCheckpoint,
    /// Its signed note.
    pub note: String,
    left: u64,
    range: CompactRange,
    ended: bool,
}

impl<R: Read> Reader<R> {
    /// Opens a backup of the log whose checkpoint key is `key`.
    pub fn open(input: R, key: &VerifierKey) -> Result<Self, ArchiveError> {
        let mut input = Hashing {
            inner: zstd::Decoder::new(input)?,
            hasher: Sha256::new(),
        };
        let mut magic = vec![0; MAGIC.len()];
        input.read_exact(&mut magic)?;
        if magic != MAGIC {
            return Err(malformed("it does not begin with gongshi-backup/v1"));
        }
        let mut length = [0; 4];
        input.read_exact(&mut length)?;
        let most = gongshi_verify::note::MAX_NOTE;
        let mut note = vec![0; within(u32::from_be_bytes(length), most)?];
        input.read_exact(&mut note)?;
        let note = String::from_utf8(note).map_err(|_| malformed("its checkpoint is not UTF-8"))?;
        let checkpoint = SignedCheckpoint::parse(&note)
            .map_err(|e| malformed(format!("its checkpoint: {e}")))?;
        if !matches!(checkpoint.verify(key), SignatureCheck::Verified(_)) {
            return Err(malformed(
                "its checkpoint is not signed by the given checkpoint key",
            ));
        }
        let left = checkpoint.checkpoint.size;
        Ok(Reader {
            input,
            checkpoint,
            note,
            left,
            range: CompactRange::new(),
            ended: false,
        })
    }

    /// The next leaf, and whether its record is under the veil; `None` after the last, once the root is found right. The backup is not whole before
    /// [`next_file`](Self::next_file) says so.
    pub fn next_leaf(&mut self) -> Result<Option<(Leaf, bool)>, ArchiveError> {
        if self.left == 0 {
            return match self.range.root() == self.checkpoint.checkpoint.root {
                true => Ok(None),
                false => Err(malformed(
                    "its entries do not give the root in its checkpoint",
                )),
            };
        }
        let mut bytes = [0; 2];
        self.input.read_exact(&mut bytes)?;
        let mut entry = vec![0; usize::from(u16::from_be_bytes(bytes))];
        self.input.read_exact(&mut entry)?;
        let mut mark = [0; 4];
        self.input.read_exact(&mut mark)?;
        let (record, veiled) = match u32::from_be_bytes(mark) {
            ABSENT => (None, false),
            ABSENT_VEILED => (None, true),
            mark => {
                let mut record = vec![0; within(mark & !VEILED, MAX_RECORD_BYTES)?];
                self.input.read_exact(&mut record)?;
                (Some(record), mark & VEILED != 0)
            }
        };
        self.left -= 1;
        self.range.push(leaf_hash(&entry), &mut |_, _, _| ());
        Ok(Some((Leaf { entry, record }, veiled)))
    }

    /// The next file, to be read to its end, after all leaves; `None` after the last, once the digest of everything is found
    /// right.
    pub fn next_file(&mut self) -> Result<Option<ArchivedFile<'_, R>>, ArchiveError> {
        if self.left > 0 {
            return Err(malformed("its files come after its entries"));
        }
        if self.ended {
            return Ok(None);
        }
        let mut tag = [0; 1];
        self.input.read_exact(&mut tag)?;
        match tag {
            [END] => {
                self.end()?;
                self.ended = true;
                Ok(None)
            }
            [FILE] => {
                let (mut sha256, mut size) = ([0; 32], [0; 8]);
                self.input.read_exact(&mut sha256)?;
                self.input.read_exact(&mut size)?;
                let size = u64::from_be_bytes(size);
                if size > MAX_FILE_BYTES {
                    return Err(malformed(format!("a file of {size} bytes")));
                }
                Ok(Some(ArchivedFile {
                    sha256,
                    size,
                    bytes: (&mut self.input).take(size),
                }))
            }
            [other] => Err(malformed(format!("a mark {other} before a file"))),
        }
    }

    fn end(&mut self) -> Result<(), ArchiveError> {
        let expected = self.input.hasher.clone().finalize();
        let mut digest = Vec::new();
        self.input
            .inner
            .by_ref()
            .take(33)
            .read_to_end(&mut digest)?;
        match digest == expected.as_slice() {
            true => Ok(()),
            false => Err(malformed(
                "its digest is wrong: the file was damaged or cut short",
            )),
        }
    }
}

/// A file in a backup. Whoever keeps it checks its hash.
pub struct ArchivedFile<'a, R: Read> {
    /// Its name.
    pub sha256: Hash,
    /// Its length.
    pub size: u64,
    bytes: std::io::Take<&'a mut Hashing<zstd::Decoder<'static, BufReader<R>>>>,
}

impl<R: Read> ArchivedFile<'_, R> {
    /// Reads what is left of it.
    pub fn skip(mut self) -> Result<(), ArchiveError> {
        let left = self.bytes.limit();
        match std::io::copy(&mut self.bytes, &mut std::io::sink())? == left {
            true => Ok(()),
            false => Err(std::io::Error::from(std::io::ErrorKind::UnexpectedEof).into()),
        }
    }
}

impl<R: Read> Read for ArchivedFile<'_, R> {
    fn read(&mut self, bytes: &mut [u8]) -> std::io::Result<usize> {
        self.bytes.read(bytes)
    }
}

/// A length, if it is believable.
fn within(length: u32, most: usize) -> Result<usize, ArchiveError> {
    match usize::try_from(length) {
        Ok(length) if length <= most => Ok(length),
        _ => Err(malformed(format!("a length of {length} bytes"))),
    }
}

/// Appends every leaf of a backup, which the caller has read once to its end, to an empty log, puts records under the veil that
/// were, and its files beside it. The caller lets nobody read the log before this has returned.
pub fn replay<R: Read>(
    reader: &mut Reader<R>,
    log: &Log,
    files: &Files,
    mut progress: impl FnMut(u64),
) -> Result<(), ArchiveError> {
    if log.published().size() != 0 {
        return Err(malformed("the log to restore into is not empty"));
    }
    let failed =
        |reason: String| ArchiveError::Log(LogError::State(format!("the log stopped: {reason}")));
    let mut leaves = Vec::new();
    let mut veiled = Vec::new();
    let (mut done, mut next) = (0, 0);
    loop {
        let leaf = reader.next_leaf()?;
        let ended = leaf.is_none();
        if let Some((leaf, is_veiled)) = leaf {
            leaves.push(leaf);
            veiled.extend(is_veiled.then_some(next));
            next += 1;
        }
        if leaves.len() as u64 >= BATCH || (ended && !leaves.is_empty()) {
            done += leaves.len() as u64;
            let submission = log
                .submit(std::mem::take(&mut leaves))
                .map_err(|e| failed(e.to_string()))?;
            submission.wait().map_err(failed)?;
            progress(done);
        }
        if ended {
            break;
        }
    }
    log.veil(&veiled)?;
    while let Some(mut file) = reader.next_file()? {
        let (sha256, size) = (file.sha256, file.size);
        let put = files.put(&sha256, size, &mut file);
        put.map_err(|e| malformed(format!("the file {}: {e}", hex(&sha256))))?;
        // One that is in it twice is not read again.
        file.skip()?;
    }
    Ok(())
}
