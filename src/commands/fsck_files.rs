//! The files that records name: whether each is there, whole, and as long as the record says. Those of records that left publication
//! are looked for too, until they are erased.

use gongshi::domain::{Kind, Stored};
use gongshi::log::{FsckProblem, Leaf};
use gongshi_verify::encoding::{hex, hex32};
use gongshi_verify::hash::Hash;
use std::collections::{BTreeMap, BTreeSet};

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
pub struct NamedFiles {
    named: BTreeMap<Hash, Vec<(u64, u64)>>,
    /// Targets of erasures: while one is unfinished its files are gone before its records are.
    erased: BTreeSet<u64>,
    /// What corrections with files correct.
    corrects: BTreeMap<u64, u64>,
}

impl NamedFiles {
    /// Notes what a leaf's record names.
    pub fn leaf(&mut self, index: u64, leaf: &Leaf) {
        // What is wrong with an entry is for others to say.
        let Ok(stored) = Stored::read(&leaf.entry, leaf.record.as_deref()) else {
            return;
        };
        if stored.kind == Some(Kind::Erasure) {
            self.erased.extend(stored.ends());
        }
        let files = stored.view().map(|view| view.files()).unwrap_or_default();
        for file in files {
            if let Ok(hash) = hex32(&file.sha256) {
                self.named.entry(hash).or_default().push((index, file.size));
                self.corrects
                    .extend(stored.corrects().map(|of| (index, of)));
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
        let mut looked_for = 0;
        for (hash, records) in &self.named {
            let kept = |(index, _): &&(u64, u64)| !self.is_erased(index);
            if !records.iter().any(|one| kept(&one)) {
                continue;
            }
            looked_for += 1;
            let found = find(hash)?;
            for (index, size) in records.iter().filter(kept) {
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
        Ok(looked_for)
    }

    fn is_erased(&self, index: &u64) -> bool {
        let of = self.corrects.get(index);
        self.erased.contains(index) || of.is_some_and(|of| self.erased.contains(of))
    }
}
