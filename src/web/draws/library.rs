//! A frozen library as proofs are made of it: where its leaves stand in their file, and the hashes above them.
//!
//! Only every 64th place and the tree over the roots of 64 leaves each are kept in memory (a megabyte and a half for a million leaves);
//! the 64 leaves in question are read again, and have a tree of their own for as long as it takes. The file was checked when
//! its snapshot was accepted, and is hashed when this is made of it.

use crate::docket::Snapshot;
use crate::domain::StaticTree;
use crate::intake::Intake;
use crate::web::problem::{Problem, internal};
use gongshi_verify::draw::library::Form;
use gongshi_verify::draw::members::{Members, Place};
use gongshi_verify::encoding::{hex, hex32};
use gongshi_verify::hash::{Hash, leaf_hash};
use gongshi_verify::merkle::{tree_head, verify_inclusion};
use gongshi_verify::multiproof::multiproof_nodes;
use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom, Write};

/// Leaves of which only the first one's place is kept, a power of two.
const BLOCK: u64 = 64;

/// A leaf with the path that leads to the library's root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownLeaf {
    /// Its line, without the line feed.
    pub line: String,
    /// Its place, from 0.
    pub index: u64,
    /// RFC 9162 inclusion path.
    pub path: Vec<Hash>,
}

/// What a library shows of an id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shown {
    /// Its leaf.
    Leaf(ShownLeaf),
    /// The neighbours of the place where it would stand.
    Absent(Option<ShownLeaf>, Option<ShownLeaf>),
}

/// What a library shows of several ids, under one multi-proof.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownTogether {
    /// All leaves that are needed, with their places ascending.
    pub leaves: Vec<(u64, String)>,
    /// The hashes of the multi-proof.
    pub hashes: Vec<Hash>,
    /// Where each id stands, or would stand.
    pub places: Vec<Place>,
}

/// Where a library's leaves stand, and the hashes of its tree.
pub struct LibraryTree {
    file: Hash,
    root: Hash,
    /// Bytes of the file.
    size: u64,
    count: u64,
    /// Where every 64th leaf begins.
    starts: Vec<u64>,
    /// The tree over the roots of 64 leaves each.
    top: StaticTree,
}

impl LibraryTree {
    /// Reads the library of a snapshot once.
    pub(super) fn read(intake: &Intake, snapshot: &Snapshot) -> Result<Self, Problem> {
        let named = || unusable(snapshot, "its record names no file");
        let file = hex32(&snapshot.leaves).map_err(|_| named())?;
        let root = hex32(&snapshot.root).map_err(|_| named())?;
        let mut reader = Reader::default();
        let size = intake.files().copy(&file, &mut reader);
        let size = size.map_err(|error| internal(&error))?.ok_or_else(named)?;
        reader.end_of_block();
        let top = StaticTree::new(&reader.roots);
        if !reader.line.is_empty() || top.root() != root {
            return Err(unusable(snapshot, "its leaves do not have its root"));
        }
        Ok(LibraryTree {
            file,
            root,
            size,
            count: reader.count,
            starts: reader.starts,
            top,
        })
    }

    /// The leaf of an id, or its absence, with paths that have been checked to lead to the root.
    pub(super) fn show(&self, intake: &Intake, id: &str) -> Result<Shown, Problem> {
        self.read_again(intake, |leaves| {
            Ok(match leaves.find(id)? {
                Place::Leaf(index) => Shown::Leaf(leaves.leaf(index)?),
                Place::Absent(before, after) => {
                    let mut leaf = |at: Option<u64>| at.map(|at| leaves.leaf(at)).transpose();
                    Shown::Absent(leaf(before)?, leaf(after)?)
                }
            })
        })
    }

    /// Leaves or absences of all these ids, which ascend strictly, with a multi-proof that has been checked to lead to the root.
    pub(super) fn show_together(
        &self,
        intake: &Intake,
        form: Form,
        ids: &BTreeSet<String>,
    ) -> Result<ShownTogether, Problem> {
        self.read_again(intake, |leaves| {
            let places = ids.iter().map(|id| leaves.find(id));
            let places: Vec<Place> = places.collect::<io::Result<_>>()?;
            let indexes: BTreeSet<u64> = places.iter().flat_map(|place| place.leaves()).collect();
            let indexes: Vec<u64> = indexes.into_iter().collect();
            let lines = indexes
                .iter()
                .map(|index| Ok((*index, leaves.line(*index)?)));
            let shown = ShownTogether {
                leaves: lines.collect::<io::Result<_>>()?,
                hashes: leaves.multiproof(&indexes)?,
                places,
            };
            let lines = shown.leaves.iter();
            let lines: Vec<(u64, &str)> = lines.map(|(at, line)| (*at, line.as_str())).collect();
            let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
            let members = Members::verify(form, &lines, &shown.hashes, self.count, &self.root);
            let found = members.and_then(|members| members.places(&ids));
            let found = found.map_err(|error| self.damaged(&error))?;
            match found == shown.places {
                true => Ok(shown),
                false => Err(self.damaged(&"ids out of order")),
            }
        })
    }

    /// What is made of the file once more. Whatever has become of it since: what does not lead to the root is not shown.
    fn read_again<T>(
        &self,
        intake: &Intake,
        work: impl FnOnce(&mut Leaves<'_>) -> io::Result<T>,
    ) -> Result<T, Problem> {
        let files = intake.files();
        let file = files
            .open_file(&self.file)
            .map_err(|error| internal(&error))?;
        let (mut file, _) = file.ok_or_else(|| internal(&files.damaged(&self.file)))?;
        let mut leaves = Leaves {
            tree: self,
            file: &mut file,
            block: None,
        };
        work(&mut leaves).map_err(|error| internal(&error))
    }

    fn damaged(&self, why: &dyn std::fmt::Display) -> io::Error {
        let reason = format!("the file {}: {why}", hex(&self.file));
        io::Error::new(io::ErrorKind::InvalidData, reason)
    }

    fn range(&self, block: u64) -> Option<(u64, u64)> {
        let at = usize::try_from(block).ok()?;
        let start = *self.starts.get(at)?;
        Some((start, self.starts.get(at + 1).copied().unwrap_or(self.size)))
    }
}

fn unusable(snapshot: &Snapshot, reason: &str) -> Problem {
    let what = format!("the library of snapshot {}: {reason}", snapshot.index);
    internal(&io::Error::new(io::ErrorKind::InvalidData, what))
}

/// Takes the bytes of a library's file as they come.
#[derive(Default)]
struct Reader {
    /// What has come of the line at hand, its line feed not included.
    line: Vec<u8>,
    /// Bytes before it.
    start: u64,
    count: u64,
    starts: Vec<u64>,
    /// Leaf hashes of the block at hand.
    block: Vec<Hash>,
    /// Roots of the blocks before it.
    roots: Vec<Hash>,
}

impl Reader {
    fn end_of_line(&mut self) {
        if self.block.is_empty() {
            self.starts.push(self.start);
        }
        self.block.push(leaf_hash(&self.line));
        self.count += 1;
        if self.count.is_multiple_of(BLOCK) {
            self.end_of_block();
        }
        self.start += self.line.len() as u64 + 1;
        self.line.clear();
    }

    fn end_of_block(&mut self) {
        if !self.block.is_empty() {
            self.roots.push(tree_head(&self.block));
            self.block.clear();
        }
    }
}

impl Write for Reader {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut lines = bytes.split(|byte| *byte == b'\n');
        let last = lines.next_back().unwrap_or_default();
        for line in lines {
            self.line.extend_from_slice(line);
            self.end_of_line();
        }
        self.line.extend_from_slice(last);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The leaves of a library in their file.
struct Leaves<'a> {
    tree: &'a LibraryTree,
    file: &'a mut File,
    /// The block read last.
    block: Option<(u64, String)>,
}

impl Leaves<'_> {
    fn block(&mut self, number: u64) -> io::Result<Vec<&str>> {
        if self.block.as_ref().is_none_or(|(at, _)| *at != number) {
            let damaged =
                || io::Error::new(io::ErrorKind::InvalidData, "a leaf beyond the library");
            let (start, end) = self.tree.range(number).ok_or_else(damaged)?;
            let mut bytes = vec![0; usize::try_from(end - start).map_err(|_| damaged())?];
            self.file.seek(SeekFrom::Start(start))?;
            self.file.read_exact(&mut bytes)?;
            let text = String::from_utf8(bytes).map_err(io::Error::other)?;
            self.block = Some((number, text));
        }
        let text = self.block.as_ref().map(|(_, text)| text.as_str());
        Ok(text.unwrap_or_default().lines().collect())
    }

    /// The place of an id, or where it would stand.
    fn find(&mut self, id: &str) -> io::Result<Place> {
        // The last block that begins with this id or one before it.
        let (mut low, mut high) = (0, self.tree.starts.len() as u64);
        while low < high {
            let middle = low.midpoint(high);
            let first = self.block(middle)?.first().copied().map(id_of);
            match first.is_some_and(|first| first <= id) {
                true => low = middle + 1,
                false => high = middle,
            }
        }
        let place = match low.checked_sub(1) {
            None => Err(0),
            Some(block) => {
                let within = self.block(block)?;
                let place = within.binary_search_by(|line| id_of(line).cmp(id));
                let index = |at: usize| block * BLOCK + at as u64;
                place.map(index).map_err(index)
            }
        };
        Ok(match place {
            Ok(index) => Place::Leaf(index),
            Err(index) => {
                let after = (index < self.tree.count).then_some(index);
                Place::Absent(index.checked_sub(1), after)
            }
        })
    }

    fn line(&mut self, index: u64) -> io::Result<String> {
        let line = self.block(index / BLOCK)?.get(within(index)).copied();
        Ok(line.unwrap_or_default().to_owned())
    }

    fn leaf(&mut self, index: u64) -> io::Result<ShownLeaf> {
        let line = self.line(index)?;
        // Of one leaf the multi-proof is its path.
        let path = self.multiproof(&[index])?;
        let (hash, tree) = (leaf_hash(line.as_bytes()), self.tree);
        verify_inclusion(&hash, index, tree.count, &path, &tree.root)
            .map_err(|error| tree.damaged(&error))?;
        Ok(ShownLeaf { line, index, path })
    }

    /// The multi-proof of leaves with ascending indexes: put together from those within their blocks and that of the blocks.
    fn multiproof(&mut self, indexes: &[u64]) -> io::Result<Vec<Hash>> {
        let mut nodes: Vec<(u8, u64, Hash)> = Vec::new();
        let mut blocks = Vec::new();
        for group in indexes.chunk_by(|one, other| one / BLOCK == other / BLOCK) {
            let block = group[0] / BLOCK;
            let tree = StaticTree::over(self.block(block)?);
            let places: Vec<u64> = group.iter().map(|index| index % BLOCK).collect();
            let positions = multiproof_nodes(&places, tree.size() as u64);
            let positions = positions.map_err(|error| self.tree.damaged(&error))?;
            let hashes = tree.multiproof(&group.iter().map(|at| within(*at)).collect::<Vec<_>>());
            for ((level, at), hash) in positions.into_iter().zip(hashes) {
                nodes.push((level, ((block * BLOCK) >> level) + at, hash));
            }
            blocks.push(usize::try_from(block).map_err(io::Error::other)?);
        }
        // Level by level, from left to right. All that is above the blocks comes after all that is in them.
        nodes.sort_unstable();
        let above = self.tree.top.multiproof(&blocks);
        Ok(nodes
            .into_iter()
            .map(|(.., hash)| hash)
            .chain(above)
            .collect())
    }
}

/// The place of a leaf in its block.
fn within(index: u64) -> usize {
    usize::try_from(index % BLOCK).expect("the remainder of a division by 64")
}

/// The id of a leaf: the third field of every form.
fn id_of(line: &str) -> &str {
    line.split('|').nth(2).unwrap_or_default()
}
