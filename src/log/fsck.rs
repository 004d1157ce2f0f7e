//! Rechecks a whole data folder: every entry against its tile, every tile against the tree, the tree against the
//! signed checkpoint. It names what is wrong and goes on; it repairs nothing and never signs.

use super::tree::{FullTile, TILE_WIDTH, Tree};
use super::{BLOCK_LEAVES, Log, LogError};
use gongshi_verify::hash::{Hash, leaf_hash};

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FsckProblem {
    /// The first entry concerned, where one can be named.
    pub entry: Option<u64>,
    /// What was expected and found.
    pub problem: String,
}

/// What was checked and found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FsckReport {
    /// Entries hashed.
    pub entries: u64,
    /// Full tiles compared.
    pub tiles: u64,
    /// Everything that is wrong, in order of the log.
    pub problems: Vec<FsckProblem>,
}

/// Checks every published entry and tile. `progress` is called with the number of entries done; `each` with every
/// readable leaf and the record that is kept of it, under the veil or not, so that its meaning can be checked in the same pass.
pub fn check(
    log: &Log,
    mut progress: impl FnMut(u64),
    mut each: impl FnMut(u64, &super::Leaf, &mut Vec<FsckProblem>),
) -> FsckReport {
    let published = log.published();
    let size = published.size();
    let mut report = FsckReport::default();
    let mut tree = Tree::default();
    let mut start = 0;
    while start < size {
        let end = size.min(start + BLOCK_LEAVES);
        let hashes = match log.unveiled(start..end) {
            Ok(leaves) => {
                for (index, leaf) in (start..).zip(&leaves) {
                    each(index, leaf, &mut report.problems);
                }
                report.entries += end - start;
                leaves.iter().map(|leaf| leaf_hash(&leaf.entry)).collect()
            }
            Err(error) => {
                report.problems.push(FsckProblem {
                    entry: Some(start),
                    problem: format!("entries {start} to {} cannot be read: {error}", end - 1),
                });
                Vec::new()
            }
        };
        compare(log, start..end, &hashes, &mut tree, &mut report);
        start = end;
        progress(start);
    }
    match log.erasure_unfinished() {
        Ok(false) => {}
        Ok(true) => report.problems.push(FsckProblem {
            entry: None,
            problem: "an erasure was interrupted: what was to be destroyed may still be in the files. Repeat it".to_owned(),
        }),
        Err(error) => report.problems.push(FsckProblem {
            entry: None,
            problem: error.to_string(),
        }),
    }
    if tree.size() == size && tree.root() != published.checkpoint.root {
        report.problems.push(FsckProblem {
            entry: None,
            problem: format!(
                "the root of all {size} entries is not the one in the signed checkpoint"
            ),
        });
    }
    report
}

/// Compares computed leaf hashes with the tile's, and feeds the tile's into the tree, so that a damaged entry is
/// reported once and what lies above it is still checked.
fn compare(
    log: &Log,
    range: std::ops::Range<u64>,
    computed: &[Hash],
    tree: &mut Tree,
    report: &mut FsckReport,
) {
    let tile = range.start / TILE_WIDTH as u64;
    let offset = usize::try_from(range.start % TILE_WIDTH as u64).expect("less than a tile");
    let count = usize::try_from(range.end - range.start).expect("a block");
    let stored = match log.tile(0, tile, offset + count) {
        Ok(Some(bytes)) => bytes[offset * 32..].as_chunks::<32>().0.to_vec(),
        Ok(None) => Vec::new(),
        Err(error) => {
            report.problems.push(tile_problem(0, tile, &error));
            computed.to_vec()
        }
    };
    let mut full: Vec<FullTile> = Vec::new();
    for (position, index) in range.enumerate() {
        let Some(hash) = stored.get(position) else {
            continue;
        };
        if computed
            .get(position)
            .is_some_and(|computed| computed != hash)
        {
            report.problems.push(FsckProblem {
                entry: Some(index),
                problem: format!("entry {index} does not hash to its leaf in tile 0/{tile}"),
            });
        }
        if tree.size() == index {
            tree.push(*hash, &mut full);
        }
    }
    for tile in full {
        report.tiles += 1;
        match log.tile(tile.level, tile.index, TILE_WIDTH) {
            Ok(Some(bytes)) if bytes == tile.bytes => {}
            Ok(_) => report.problems.push(FsckProblem {
                entry: Some(tile.index << (8 * (u32::from(tile.level) + 1))),
                problem: format!(
                    "tile {}/{} is not what the tiles below it give",
                    tile.level, tile.index
                ),
            }),
            Err(error) => report
                .problems
                .push(tile_problem(tile.level, tile.index, &error)),
        }
    }
}

fn tile_problem(level: u8, index: u64, error: &LogError) -> FsckProblem {
    FsckProblem {
        entry: Some(index << (8 * (u32::from(level) + 1))),
        problem: error.to_string(),
    }
}
