//! A frozen library as proofs are made of it: where its leaves stand in their file, and the hashes above them.
//!
//! Only every 64th place and the hashes from there up are kept in memory (a megabyte for a million leaves); the 64 leaves in
//! question are read again. The file was checked when its snapshot was accepted, and is hashed when this is made of it.

use crate::docket::Snapshot;
use crate::intake::Intake;
use crate::web::problem::{Problem, internal};
use gongshi_verify::draw::library::Member;
use gongshi_verify::encoding::{hex, hex32};
use gongshi_verify::hash::{Hash, leaf_hash};
use gongshi_verify::merkle::{CompactRange, inclusion_nodes, tree_head};
use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom, Write};

/// Leaves of which only the first one's place is kept, as a power of two.
const BLOCK_LEVEL: u8 = 6;
const BLOCK: u64 = 1 << BLOCK_LEVEL;

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

/// Where a library's leaves stand, and the hashes of its tree.
pub struct LibraryTree {
    file: Hash,
    root: Hash,
    /// Bytes of the file.
    size: u64,
    count: u64,
    /// Where every 64th leaf begins.
    starts: Vec<u64>,
    /// Roots of the complete subtrees of 64 leaves, of 128, and so on.
    levels: Vec<Vec<Hash>>,
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
        if !reader.line.is_empty() || reader.edge.root() != root {
            return Err(unusable(snapshot, "its leaves do not have its root"));
        }
        Ok(LibraryTree {
            file,
            root,
            size,
            count: reader.edge.size(),
            starts: reader.starts,
            levels: reader.levels,
        })
    }

    /// The leaf of an id, or its absence, with paths that have been checked to lead to the root.
    pub(super) fn show(&self, intake: &Intake, id: &str) -> Result<Shown, Problem> {
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
        let shown = leaves.find(id).and_then(|place| match place {
            Ok(index) => Ok(Shown::Leaf(leaves.leaf(index)?)),
            Err(index) => {
                let before = index.checked_sub(1).map(|at| leaves.leaf(at)).transpose()?;
                let after = (index < self.count)
                    .then(|| leaves.leaf(index))
                    .transpose()?;
                Ok(Shown::Absent(before, after))
            }
        });
        // Whatever has become of the file since: what does not lead to the root is not shown.
        shown.map_err(|error| internal(&error))
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
    edge: CompactRange,
    starts: Vec<u64>,
    levels: Vec<Vec<Hash>>,
}

impl Reader {
    fn end_of_line(&mut self) {
        if self.edge.size().is_multiple_of(BLOCK) {
            self.starts.push(self.start);
        }
        let levels = &mut self.levels;
        self.edge
            .push(leaf_hash(&self.line), &mut |level, _, hash| {
                let Some(above) = level.checked_sub(BLOCK_LEVEL).map(usize::from) else {
                    return;
                };
                if levels.len() <= above {
                    levels.push(Vec::new());
                }
                levels[above].push(hash);
            });
        self.start += self.line.len() as u64 + 1;
        self.line.clear();
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
    fn find(&mut self, id: &str) -> io::Result<Result<u64, u64>> {
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
        let Some(block) = low.checked_sub(1) else {
            return Ok(Err(0));
        };
        let within = self.block(block)?;
        let place = within.binary_search_by(|line| id_of(line).cmp(id));
        let index = |at: usize| block * BLOCK + at as u64;
        Ok(place.map(index).map_err(index))
    }

    fn leaf(&mut self, index: u64) -> io::Result<ShownLeaf> {
        let at = usize::try_from(index % BLOCK).unwrap_or_default();
        let line = self.block(index / BLOCK)?.get(at).copied();
        let line = line.unwrap_or_default().to_owned();
        let nodes = inclusion_nodes(index, self.tree.count).map_err(io::Error::other)?;
        let mut path = Vec::with_capacity(nodes.len());
        for node in nodes {
            path.push(node.fold(&mut |level, at| self.node(level, at))?);
        }
        let leaf = ShownLeaf { line, index, path };
        let member = Member {
            line: &leaf.line,
            index,
            path: leaf.path.clone(),
        };
        let checked = member.verify(self.tree.count, &self.tree.root);
        checked.map_err(|error| {
            let reason = format!("the file {}: {error}", hex(&self.tree.file));
            io::Error::new(io::ErrorKind::InvalidData, reason)
        })?;
        Ok(leaf)
    }

    fn node(&mut self, level: u8, at: u64) -> io::Result<Hash> {
        if let Some(above) = level.checked_sub(BLOCK_LEVEL) {
            let hashes = self.tree.levels.get(usize::from(above));
            let at = usize::try_from(at).unwrap_or(usize::MAX);
            let hash = hashes.and_then(|hashes| hashes.get(at)).copied();
            return hash.ok_or_else(|| io::Error::other("a subtree beyond the library"));
        }
        let first = at << level;
        let lines = self.block(first / BLOCK)?;
        let from = usize::try_from(first % BLOCK).unwrap_or_default();
        let to = (from + (1 << level)).min(lines.len());
        let hashes: Vec<Hash> = lines[from.min(to)..to]
            .iter()
            .map(|line| leaf_hash(line.as_bytes()))
            .collect();
        Ok(tree_head(&hashes))
    }
}

/// The id of a leaf: the third field of every form.
fn id_of(line: &str) -> &str {
    line.split('|').nth(2).unwrap_or_default()
}
