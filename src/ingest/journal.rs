//! The importer's memory: which rows were signed, with which salt and time, and which the log has acknowledged.
//!
//! Written and flushed to disk before a row is sent, so that a second run, or one after a crash, sends the very same
//! signed event again; the log answers it with its first index. Text lines, only ever appended to:
//!
//! ```text
//! gongshi-journal/v1 <origin> <authority>
//! p <digest> <salt> <issued_at>      a row about to be sent (a later line for the same row replaces it)
//! a <digest> <index>                 the row is in the log at that index
//! ```
//!
//! A digest is the first 16 bytes of `SHA-256("<kind>\n" || JCS(body))` in hexadecimal. A row takes some 170 bytes, and up to
//! 96 more in a temporary file while the import runs; in memory it takes nothing.

mod index;

pub(super) use index::Index;

use gongshi_verify::encoding::hex;
use gongshi_verify::names::{AuthorityId, Origin};
use gongshi_verify::time::Timestamp;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::fs::{FileExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

const HEADER: &str = "gongshi-journal/v1";
/// The log has acknowledged the row.
const DONE: u64 = 1 << 63;
/// The row stood in the table read in this run.
const MET: u64 = 1 << 62;
/// Characters of a `p` line, its line feed included.
const PLANNED_BYTES: usize = 2 + 32 + 1 + 64 + 1 + 20 + 1;

/// What identifies a row: kind and content.
pub type Digest = [u8; 16];

/// Why a journal cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// The system refused.
    #[error("{path}: {source}")]
    Io {
        /// The journal.
        path: PathBuf,
        /// The system's answer.
        source: std::io::Error,
    },
    /// Another import is writing it.
    #[error("{0} is in use by another import")]
    InUse(PathBuf),
    /// It belongs to another log or authority.
    #[error("{path} was written for {found}, not for {expected}")]
    Foreign {
        /// The journal.
        path: PathBuf,
        /// Log and authority in it.
        found: String,
        /// Log and authority now.
        expected: String,
    },
    /// A line is not one of a journal.
    #[error("{path}: line {line} is not a line of a journal")]
    Malformed {
        /// The journal.
        path: PathBuf,
        /// The line, from 1.
        line: u64,
    },
}

impl JournalError {
    /// A temporary file could not be used.
    pub(super) fn temporary(source: std::io::Error) -> Self {
        JournalError::Io {
            path: std::env::temp_dir(),
            source,
        }
    }
}

/// What the journal knows of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Known {
    /// Nothing.
    New,
    /// It may have been sent like this; no answer was noted.
    Planned {
        /// The record's salt.
        salt: [u8; 32],
        /// The event's time.
        issued_at: Timestamp,
    },
    /// It is in the log.
    Done,
}

/// An open journal; locked against a second import.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    file: File,
    /// Where a row's last `p` line begins, with [`DONE`] and [`MET`]; 0, where the header is, for nothing known.
    rows: Index,
    /// Bytes in the file and in `unwritten`.
    length: u64,
    unwritten: Vec<u8>,
    /// Whether this run made it.
    new: bool,
}

impl Journal {
    /// Opens or creates the journal for one authority's events in one log. A torn last line, left by a crash, is cut
    /// off: its row cannot have been sent.
    pub fn open(
        path: &Path,
        origin: &Origin,
        authority: &AuthorityId,
    ) -> Result<Self, JournalError> {
        let io = |source| JournalError::Io {
            path: path.to_owned(),
            source,
        };
        let file = OpenOptions::new()
            .create(true)
            .read(true)
            .append(true)
            .mode(0o600)
            .open(path)
            .map_err(io)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(JournalError::InUse(path.to_owned())),
            Err(TryLockError::Error(source)) => return Err(io(source)),
        }
        let mut journal = Journal {
            path: path.to_owned(),
            file,
            rows: Index::new().map_err(JournalError::temporary)?,
            length: 0,
            unwritten: Vec::new(),
            new: false,
        };
        let expected = format!("{HEADER} {origin} {authority}");
        journal.load(&expected)?;
        if journal.length == 0 {
            journal.new = true;
            journal.append(&format!("{expected}\n"));
            journal.sync()?;
        }
        Ok(journal)
    }

    fn load(&mut self, expected: &str) -> Result<(), JournalError> {
        let copy = self.file.try_clone().map_err(|e| self.io(e))?;
        let mut reader = BufReader::with_capacity(1 << 16, copy);
        let (mut text, mut number) = (Vec::new(), 0);
        loop {
            text.clear();
            let read = reader.read_until(b'\n', &mut text);
            read.map_err(|e| self.io(e))?;
            if text.last() != Some(&b'\n') {
                break;
            }
            number += 1;
            let malformed = || JournalError::Malformed {
                path: self.path.clone(),
                line: number,
            };
            let line = std::str::from_utf8(&text[..text.len() - 1]).map_err(|_| malformed())?;
            if number == 1 {
                if line != expected {
                    let found = line.strip_prefix(HEADER).ok_or_else(malformed)?;
                    return Err(JournalError::Foreign {
                        path: self.path.clone(),
                        found: found.trim().to_owned(),
                        expected: expected[HEADER.len()..].trim().to_owned(),
                    });
                }
            } else {
                match (line.split(' ').next(), digest_of(line)) {
                    (Some("p"), Some(digest)) if text.len() == PLANNED_BYTES => {
                        self.note(&digest, self.length)?;
                    }
                    (Some("a"), Some(digest)) => {
                        let place = self.place(&digest)?;
                        self.note(&digest, place | DONE)?;
                    }
                    _ => return Err(malformed()),
                }
            }
            self.length += text.len() as u64;
        }
        if !text.is_empty() {
            let cut = self.file.set_len(self.length);
            cut.map_err(|e| self.io(e))?;
        }
        Ok(())
    }

    /// What is known of a row.
    pub fn known(&self, digest: &Digest) -> Result<Known, JournalError> {
        let place = self.place(digest)?;
        if place == 0 {
            return Ok(Known::New);
        }
        if place & DONE != 0 {
            return Ok(Known::Done);
        }
        let mut line = [0; PLANNED_BYTES];
        let offset = place & !MET;
        let written = self.length - self.unwritten.len() as u64;
        match offset.checked_sub(written) {
            Some(at) => {
                let at = usize::try_from(at).unwrap_or(usize::MAX);
                let range = at..at.saturating_add(PLANNED_BYTES);
                line.copy_from_slice(self.unwritten.get(range).unwrap_or(&[0; PLANNED_BYTES]));
            }
            None => {
                let read = self.file.read_exact_at(&mut line, offset);
                read.map_err(|e| self.io(e))?;
            }
        }
        let text = std::str::from_utf8(&line).unwrap_or_default();
        let mut words = text.trim_end().split(' ').skip(2);
        let salt = words
            .next()
            .and_then(|word| gongshi_verify::encoding::hex32(word).ok());
        let issued_at = words.next().and_then(|word| Timestamp::parse(word).ok());
        match (salt, issued_at) {
            (Some(salt), Some(issued_at)) => Ok(Known::Planned { salt, issued_at }),
            // Its line was never whole, so it was never sent.
            _ => Ok(Known::New),
        }
    }

    /// Whether the row was met before in this run; it counts as met from now on, if it is known at all.
    pub fn meet(&mut self, digest: &Digest) -> Result<bool, JournalError> {
        let place = self.place(digest)?;
        if place != 0 && place & MET == 0 {
            self.note(digest, place | MET)?;
        }
        Ok(place & MET != 0)
    }

    /// Notes that a row is about to be sent like this. It must not be sent before [`sync`](Self::sync).
    pub fn plan(
        &mut self,
        digest: &Digest,
        salt: &[u8; 32],
        issued_at: Timestamp,
    ) -> Result<(), JournalError> {
        self.note(digest, self.length | MET)?;
        self.append(&format!("p {} {} {issued_at}\n", hex(digest), hex(salt)));
        Ok(())
    }

    /// Notes the log's answer. Losing this note only costs sending the row again.
    pub fn done(&mut self, digest: &Digest, index: u64) -> Result<(), JournalError> {
        self.append(&format!("a {} {index}\n", hex(digest)));
        let place = self.place(digest)?;
        self.note(digest, place | DONE)
    }

    /// Forgets that the row was met and planned, so that it can be planned anew.
    pub fn forget(&mut self, digest: &Digest) -> Result<(), JournalError> {
        self.note(digest, 0)
    }

    fn place(&self, digest: &Digest) -> Result<u64, JournalError> {
        let place = self.rows.get(digest).map_err(JournalError::temporary)?;
        Ok(place.unwrap_or_default())
    }

    fn note(&mut self, digest: &Digest, place: u64) -> Result<(), JournalError> {
        let set = self.rows.set(digest, place);
        set.map(drop).map_err(JournalError::temporary)
    }

    /// Returns when everything noted is on disk.
    pub fn sync(&mut self) -> Result<(), JournalError> {
        self.write()?;
        self.file.sync_data().map_err(|e| self.io(e))
    }

    /// Hands what is noted to the system.
    pub fn write(&mut self) -> Result<(), JournalError> {
        if !self.unwritten.is_empty() {
            let result = self.file.write_all(&self.unwritten);
            result.map_err(|e| self.io(e))?;
            self.unwritten.clear();
        }
        Ok(())
    }

    /// Removes it, if this run made it: for when the log is known to have taken nothing.
    pub fn discard(self) -> Result<(), JournalError> {
        match self.new {
            true => std::fs::remove_file(&self.path).map_err(|e| self.io(e)),
            false => Ok(()),
        }
    }

    fn append(&mut self, line: &str) {
        self.unwritten.extend_from_slice(line.as_bytes());
        self.length += line.len() as u64;
    }

    fn io(&self, source: std::io::Error) -> JournalError {
        JournalError::Io {
            path: self.path.clone(),
            source,
        }
    }
}

/// The digest in a line, which stands in all of them at the same place.
fn digest_of(line: &str) -> Option<Digest> {
    let text = line.get(2..34)?;
    let mut digest = [0; 16];
    for (byte, pair) in digest.iter_mut().zip(text.as_bytes().chunks(2)) {
        let pair = std::str::from_utf8(pair).ok()?;
        *byte = u8::from_str_radix(pair, 16).ok()?;
    }
    line[34..].starts_with(' ').then_some(digest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(path: &Path) -> Result<Journal, JournalError> {
        let origin = Origin::parse("log.example").unwrap();
        let authority = AuthorityId::parse("610323-SCJG").unwrap();
        Journal::open(path, &origin, &authority)
    }

    #[test]
    fn remembers_over_runs_and_survives_a_torn_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal");
        let when = Timestamp::from_unix(1_767_225_600).unwrap();
        let planned = |salt: u8| Known::Planned {
            salt: [salt; 32],
            issued_at: when,
        };
        let mut journal = open(&path).unwrap();
        assert!(matches!(open(&path), Err(JournalError::InUse(_))));
        journal.plan(&[1; 16], &[1; 32], when).unwrap();
        assert!(journal.meet(&[1; 16]).unwrap(), "planned means met");
        assert_eq!(journal.known(&[1; 16]).unwrap(), planned(1));
        journal.plan(&[2; 16], &[2; 32], when).unwrap();
        journal.sync().unwrap();
        assert_eq!(journal.known(&[2; 16]).unwrap(), planned(2));
        journal.done(&[1; 16], 7).unwrap();
        journal.plan(&[2; 16], &[22; 32], when).unwrap();
        journal.sync().unwrap();
        drop(journal);
        let whole = std::fs::read(&path).unwrap();
        let torn = [whole.as_slice(), b"p 0303"].concat();
        std::fs::write(&path, &torn).unwrap();
        let mut journal = open(&path).unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), whole);
        assert_eq!(journal.known(&[1; 16]).unwrap(), Known::Done);
        assert_eq!(journal.known(&[2; 16]).unwrap(), planned(22));
        assert_eq!(journal.known(&[3; 16]).unwrap(), Known::New);
        assert!(!journal.meet(&[2; 16]).unwrap() && journal.meet(&[2; 16]).unwrap());
        assert!(!journal.meet(&[3; 16]).unwrap());
    }

    #[test]
    fn refuses_what_is_not_its_own() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal");
        std::fs::write(&path, "gongshi-journal/v1 log.other 610323-SCJG\n").unwrap();
        assert!(matches!(open(&path), Err(JournalError::Foreign { .. })));
        std::fs::write(&path, "a table\n").unwrap();
        assert!(matches!(
            open(&path),
            Err(JournalError::Malformed { line: 1, .. })
        ));
        std::fs::write(&path, "gongshi-journal/v1 log.example 610323-SCJG\nx\n").unwrap();
        assert!(matches!(
            open(&path),
            Err(JournalError::Malformed { line: 2, .. })
        ));
    }
}
