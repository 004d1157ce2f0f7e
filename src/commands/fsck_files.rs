//! The files that records name: whether each is there, whole, and as long as the record says.

use gongshi::domain::named_files;
use gongshi::log::{FsckProblem, Leaf};
use gongshi_verify::encoding::{hex, hex32};
use gongshi_verify::hash::Hash;
use std::collections::BTreeMap;

/// A file as it was found.
pub enum Found {
    /// Of so many bytes, whose hash is its name.
    Whole(u64),
    /// Not there.
    Missing,
    /// There, but not as it must be; why.
    Damaged(String),
}

/// Every file that a record names, with the records and the size each says.
#[derive(Default)]
pub struct NamedFiles(BTreeMap<Hash, Vec<(u64, u64)>>);

impl NamedFiles {
    /// Notes what a leaf's record names.
    pub fn leaf(&mut self, index: u64, leaf: &Leaf) {
        for file in named_files(&leaf.entry, leaf.record.as_deref()) {
            // Whether it is a hash is for the check of fields to say.
            if let Ok(hash) = hex32(&file.sha256) {
                self.0.entry(hash).or_default().push((index, file.size));
            }
        }
    }

    /// Looks for each file once, and tells every record whose file is not as it says; returns how many files were looked
    /// for.
    pub fn check<E>(
        &self,
        mut find: impl FnMut(&Hash) -> Result<Found, E>,
        problems: &mut Vec<FsckProblem>,
    ) -> Result<u64, E> {
        for (hash, records) in &self.0 {
            let found = find(hash)?;
            for (index, size) in records {
                let wrong = match &found {
                    Found::Whole(found) if found == size => continue,
                    Found::Whole(found) => format!("as one of {size} bytes; it has {found}"),
                    Found::Missing => "which is not there".to_owned(),
                    Found::Damaged(reason) => format!("which is not whole: {reason}"),
                };
                problems.push(FsckProblem {
                    entry: Some(*index),
                    problem: format!("record {index} names the file {}, {wrong}", hex(hash)),
                });
            }
        }
        Ok(self.0.len() as u64)
    }
}
