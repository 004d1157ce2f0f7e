//! The open libraries of a year side by side: how many targets stand alike in all of them.
//!
//! Targets whose leaves differ in nothing but the id have the same chances, so that a year's 300,000 targets are a few hundred
//! groups. The files are read once, line by line and hashed on the way; none is held in memory.

use crate::docket::Snapshot;
use crate::web::Portal;
use crate::web::problem::{Problem, internal};
use gongshi_verify::encoding::hex32;
use gongshi_verify::hash::Hash;
use sha2::{Digest as _, Sha256};
use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Read};

/// Leaves of libraries read for one year; with more, nothing is said of how often targets were drawn.
const MOST_LEAVES: u64 = 4_000_000;
/// Groups of targets that stand alike; with more, the same.
const MOST_GROUPS: usize = 20_000;
const PART: usize = 64 << 10;

/// Open libraries side by side.
pub(in crate::web::draws) struct Libraries {
    /// Of each library, what its leaves say after the id: stratum, departments, exclusion.
    pub kinds: Vec<Vec<Box<str>>>,
    /// For targets that stand alike, in each library the place of what is said of them; and how many they are.
    pub groups: Vec<(Box<[Option<u32>]>, u64)>,
}

impl Portal {
    /// The libraries of these snapshots; none where they are too large together.
    pub(super) fn side_by_side(
        &self,
        snapshots: &[u64],
    ) -> Result<std::sync::Arc<Option<Libraries>>, Problem> {
        self.draws.side_by_side.get(snapshots.to_vec(), || {
            let mut leaves = 0;
            let mut files = Vec::with_capacity(snapshots.len());
            for index in snapshots {
                let snapshot = self.snapshot(*index)?;
                leaves += snapshot.count;
                files.push(snapshot);
            }
            if leaves > MOST_LEAVES {
                return Ok(None);
            }
            let mut open = Vec::with_capacity(files.len());
            for snapshot in &files {
                open.push(self.leaves_of(snapshot)?);
            }
            joined(open).map_err(|error| internal(&error))
        })
    }

    fn leaves_of(&self, snapshot: &Snapshot) -> Result<Leaves, Problem> {
        let hash = hex32(&snapshot.leaves).map_err(|error| internal(&error))?;
        let files = self.intake.files();
        let file = files.open_file(&hash).map_err(|error| internal(&error))?;
        let (file, _) = file.ok_or_else(|| internal(&files.damaged(&hash)))?;
        let mut leaves = Leaves::new(file, hash);
        leaves.step().map_err(|error| internal(&error))?;
        Ok(leaves)
    }
}

/// Groups the targets of several libraries, whose ids are ascending in each.
fn joined<R: Read>(mut open: Vec<Leaves<R>>) -> io::Result<Option<Libraries>> {
    let mut groups: HashMap<Box<[Option<u32>]>, u64> = HashMap::new();
    let mut own: Box<[Option<u32>]> = vec![None; open.len()].into();
    let mut id = Vec::new();
    while let Some(next) = open.iter().filter_map(Leaves::id).min() {
        id.clear();
        id.extend_from_slice(next);
        for (kind, leaves) in own.iter_mut().zip(&mut open) {
            *kind = match leaves.id() == Some(&id) {
                true => Some(leaves.take()?),
                false => None,
            };
        }
        match groups.get_mut(&own) {
            Some(count) => *count += 1,
            None => drop(groups.insert(own.clone(), 1)),
        }
        if groups.len() > MOST_GROUPS {
            return Ok(None);
        }
    }
    let text = |kind: Vec<u8>| String::from_utf8(kind).map(String::into_boxed_str);
    let kinds = open.into_iter().map(|leaves| {
        let mut kinds: Vec<(Vec<u8>, u32)> = leaves.kinds.into_iter().collect();
        kinds.sort_unstable_by_key(|(_, place)| *place);
        let kinds = kinds.into_iter().map(|(kind, _)| text(kind));
        kinds
            .collect::<Result<Vec<_>, _>>()
            .map_err(io::Error::other)
    });
    Ok(Some(Libraries {
        kinds: kinds.collect::<io::Result<_>>()?,
        groups: groups.into_iter().collect(),
    }))
}

/// The leaves of a library, one after the other.
struct Leaves<R = File> {
    reader: BufReader<Hashed<R>>,
    /// SHA-256 that the file has to have.
    name: Hash,
    /// The leaf at hand, and where its id ends; empty at the end.
    line: Vec<u8>,
    ends: usize,
    /// What was said after ids so far, with its place.
    kinds: HashMap<Vec<u8>, u32>,
}

/// What every leaf of an open library begins with.
const BEFORE: usize = "ddraw/1|target|".len();

impl<R: Read> Leaves<R> {
    fn new(file: R, name: Hash) -> Self {
        let hashed = Hashed {
            inner: file,
            hasher: Sha256::new(),
        };
        Leaves {
            reader: BufReader::with_capacity(PART, hashed),
            name,
            line: Vec::new(),
            ends: 0,
            kinds: HashMap::new(),
        }
    }

    fn id(&self) -> Option<&[u8]> {
        self.line.get(BEFORE..self.ends)
    }

    /// The place of what the leaf at hand says after its id; goes on to the next.
    fn take(&mut self) -> io::Result<u32> {
        let kind = self.line.get(self.ends + 1..).unwrap_or_default();
        let place = match self.kinds.get(kind) {
            Some(place) => *place,
            None => {
                let place = u32::try_from(self.kinds.len()).map_err(io::Error::other)?;
                self.kinds.insert(kind.to_vec(), place);
                place
            }
        };
        self.step()?;
        Ok(place)
    }

    fn step(&mut self) -> io::Result<()> {
        self.line.clear();
        self.ends = 0;
        if self.reader.read_until(b'\n', &mut self.line)? == 0 {
            let found = self.reader.get_ref().hasher.clone().finalize();
            return match Hash::from(found) == self.name {
                true => Ok(()),
                false => Err(damaged("a library's file is not what its name says")),
            };
        }
        self.line.pop_if(|last| *last == b'\n');
        let rest = self.line.get(BEFORE..).unwrap_or_default();
        let length = rest.iter().position(|byte| *byte == b'|');
        let length =
            length.ok_or_else(|| damaged("a library's file has a line that is no leaf"))?;
        self.ends = BEFORE + length;
        Ok(())
    }
}

fn damaged(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

/// Hashes what is read through it.
struct Hashed<R> {
    inner: R,
    hasher: Sha256,
}

impl<R: Read> Read for Hashed<R> {
    fn read(&mut self, part: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(part)?;
        self.hasher.update(&part[..read]);
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gongshi_verify::hash::sha256;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    fn leaves(text: &str) -> Leaves<&[u8]> {
        let mut leaves = Leaves::new(text.as_bytes(), sha256(text.as_bytes()));
        leaves.step().unwrap();
        leaves
    }

    #[test]
    fn a_file_that_is_not_what_its_name_says_is_no_library() {
        let text = "ddraw/1|target|A|food|X|0\n";
        let mut other = Leaves::new(text.as_bytes(), [7; 32]);
        other.step().unwrap();
        assert!(joined(vec![other]).is_err());
        assert!(
            Leaves::new(&b"ddraw/1|target|A\n"[..], [7; 32])
                .step()
                .is_err()
        );
        let none = joined(vec![leaves("")]).unwrap().unwrap();
        assert!(none.groups.is_empty());
    }

    proptest! {
        /// Groups count as reading each library into a map does.
        #[test]
        fn groups_are_those_of_maps(
            libraries in prop::collection::vec(prop::collection::btree_map("[A-D]{1,2}", 0..3u8, 0..12), 1..4),
        ) {
            let texts: Vec<String> = libraries
                .iter()
                .map(|library| {
                    library.iter().map(|(id, kind)| format!("ddraw/1|target|{id}|s{kind}|X|0\n")).collect()
                })
                .collect();
            let found = joined(texts.iter().map(|text| leaves(text)).collect()).unwrap().unwrap();
            let mut expected: BTreeMap<Vec<Option<String>>, u64> = BTreeMap::new();
            let ids: std::collections::BTreeSet<&String> = libraries.iter().flat_map(BTreeMap::keys).collect();
            for id in ids {
                let own = libraries.iter().map(|library| library.get(id).map(|kind| format!("s{kind}|X|0")));
                *expected.entry(own.collect()).or_default() += 1;
            }
            let named = found.groups.iter().map(|(own, count)| {
                let kinds = own.iter().zip(&found.kinds);
                let kinds = kinds.map(|(place, kinds)| place.map(|place| kinds[place as usize].to_string()));
                (kinds.collect::<Vec<_>>(), *count)
            });
            prop_assert_eq!(named.collect::<BTreeMap<_, _>>(), expected);
        }
    }
}
