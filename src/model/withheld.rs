//! Files of records that left publication: kept as long as their record is, and given to nobody.
//!
//! A department has to be able to prove to a court what it once published, attachments included, until the record is erased. What stands
//! here follows from which records are kept under the log's veil, and from nothing else: a record that left before it was ever folded is
//! noted when its entry is, one that was public when it leaves.

use super::staging::Staging;
use super::{Model, ModelError, index_in_key, key};
use crate::domain::Stored;
use crate::store::prefix_end;
use gongshi_verify::encoding::hex32;
use gongshi_verify::hash::Hash;

impl Model {
    /// Whether any record that is kept, public or not, names the file of that SHA-256.
    ///
    /// # Errors
    /// [`ModelError`].
    pub fn keeps_file(&self, sha256: &Hash) -> Result<bool, ModelError> {
        if self.file(sha256)?.is_some() {
            return Ok(true);
        }
        let from = key::withheld(sha256, None);
        let to = prefix_end(&from);
        let first = self.database.range(&from, to.as_deref()).next();
        Ok(first.transpose()?.is_some())
    }
}

/// SHA-256 of the files that a record names; none where its body is gone.
fn files(stored: &Stored) -> Vec<Hash> {
    let files = stored.view().map(|view| view.files()).unwrap_or_default();
    let hashes = files.iter().map(|file| hex32(&file.sha256));
    hashes.filter_map(Result::ok).collect()
}

impl Staging<'_> {
    /// Keeps the files of a record that leaves, and, of a correction, that it is one.
    pub(super) fn withhold(&mut self, index: u64, stored: &Stored) {
        if let Some(target) = stored.corrects() {
            let key = key::withheld_corrections(target, Some(index));
            self.put(key, Vec::new());
        }
        for sha256 in files(stored) {
            self.put(key::withheld(&sha256, Some(index)), Vec::new());
        }
    }

    /// The same for a record that had left before its entry was folded.
    pub(super) fn withhold_unseen(&mut self, index: u64) -> Result<(), ModelError> {
        let stored = self.kept(index)?;
        self.withhold(index, &stored);
        Ok(())
    }

    /// The corrections that left with a record: those that an entry of their own had ended are among them only where `all` are asked for.
    pub(super) fn left_with(&self, target: u64, all: bool) -> Result<Vec<u64>, ModelError> {
        let mut corrections = Vec::new();
        for key in self.keys(&key::withheld_corrections(target, None))? {
            if all || self.get(&key)?.is_some_and(|by| by.is_empty()) {
                corrections.push(index_in_key("a correction that left", &key)?);
            }
        }
        Ok(corrections)
    }

    /// Notes that a correction left by an entry of its own.
    pub(super) fn left_alone(&mut self, by: u64, correction: u64) -> Result<(), ModelError> {
        let stored = self.kept(correction)?;
        if let Some(target) = stored.corrects() {
            let key = key::withheld_corrections(target, Some(correction));
            if self.get(&key)?.is_some_and(|by| by.is_empty()) {
                self.put(key, by.to_be_bytes().to_vec());
            }
        }
        Ok(())
    }

    /// Keeps the files of a record no longer, nor those of its corrections: it is erased. One that is destroyed already is not noted.
    pub(super) fn give_up(&mut self, target: u64) -> Result<(), ModelError> {
        let mut records = vec![target];
        for key in self.keys(&key::withheld_corrections(target, None))? {
            records.push(index_in_key("a correction that left", &key)?);
            self.delete(key);
        }
        for index in records {
            let stored = self.kept(index)?;
            if let Some(of) = stored.corrects() {
                self.delete(key::withheld_corrections(of, Some(index)));
            }
            for sha256 in files(&stored) {
                self.delete(key::withheld(&sha256, Some(index)));
            }
        }
        Ok(())
    }
}
