//! Reading the published log: entries, records, tiles, bundles, and proofs made from tiles.
//!
//! Everything is answered for the published size, never for what is only staged. It must not write.

use super::blocks::{push_entry, split_entries};
use super::tree::{TILE_HEIGHT, TILE_WIDTH, tile_width};
use super::{BLOCK_LEAVES, Inner, Leaf, Log, LogError, Published, key};
use gongshi_verify::hash::{Hash, node_hash};
use gongshi_verify::merkle::{self, CompactRange, ProofNode};
use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

/// A tile's hashes and every complete subtree over them, lowest first.
type TileTree = Vec<Vec<Hash>>;

/// Reads leaves and paths at one published size and keeps the tiles and the block it met, so that neighbours cost one
/// tile and one block between them.
pub struct ProofReader<'a> {
    inner: &'a Inner,
    published: Arc<Published>,
    tiles: HashMap<(u8, u64), TileTree>,
    /// First index of the leaves read last, and the leaves: a block, or the tail.
    block: (u64, Vec<Leaf>),
    /// The same without records, where entries alone were asked for.
    entries: (u64, Vec<Leaf>),
}

impl ProofReader<'_> {
    /// The checkpoint that paths lead to.
    pub fn published(&self) -> &Arc<Published> {
        &self.published
    }

    /// RFC 9162 inclusion path of `index` to that checkpoint.
    pub fn inclusion(&mut self, index: u64) -> Result<Vec<Hash>, LogError> {
        self.inclusion_at(index, self.published.size())
    }

    /// Entry and record; no record where it is under the veil.
    pub fn leaf(&mut self, index: u64) -> Result<&Leaf, LogError> {
        let within = read_around(&mut self.block, index, self.inner, &self.published, true)?;
        let (_, leaves) = &mut self.block;
        // Each time: what was read before may be under it now.
        self.inner
            .veil
            .cover(index, std::slice::from_mut(&mut leaves[within]));
        Ok(&leaves[within])
    }

    /// The entry alone: its neighbours' records are not read.
    pub fn entry(&mut self, index: u64) -> Result<&[u8], LogError> {
        let within = read_around(&mut self.entries, index, self.inner, &self.published, false)?;
        Ok(&self.entries.1[within].entry)
    }

    fn inclusion_at(&mut self, index: u64, size: u64) -> Result<Vec<Hash>, LogError> {
        let nodes = merkle::inclusion_nodes(index, size).map_err(|_| LogError::Beyond {
            what: format!("entry {index}"),
            size,
        })?;
        nodes
            .iter()
            .map(|node| node.fold(&mut |level, index| self.node(level, index)))
            .collect()
    }

    fn node(&mut self, level: u8, index: u64) -> Result<Hash, LogError> {
        let (tile_level, height) = (level / TILE_HEIGHT, level % TILE_HEIGHT);
        let tile = index >> (TILE_HEIGHT - height);
        if !self.tiles.contains_key(&(tile_level, tile)) {
            let width = tile_width(self.published.size(), tile_level, tile);
            let bytes = self.inner.tile(tile_level, tile, width, &self.published)?;
            self.tiles.insert(
                (tile_level, tile),
                tile_tree(bytes.as_chunks::<32>().0.to_vec()),
            );
        }
        let within =
            usize::try_from(index & ((1 << (TILE_HEIGHT - height)) - 1)).expect("in a tile");
        let hash = self.tiles[&(tile_level, tile)]
            .get(usize::from(height))
            .and_then(|row| row.get(within));
        hash.copied().ok_or_else(|| {
            LogError::damaged(format!("tile {tile_level}/{tile}"), "it is too narrow")
        })
    }
}

/// Reads the block of an index, where it is not the one that is there, and gives the place in it.
fn read_around(
    (first, leaves): &mut (u64, Vec<Leaf>),
    index: u64,
    inner: &Inner,
    at: &Published,
    records: bool,
) -> Result<usize, LogError> {
    let size = at.size();
    if index >= size {
        let what = format!("entry {index}");
        return Err(LogError::Beyond { what, size });
    }
    if index < *first || index - *first >= leaves.len() as u64 {
        let start = index / BLOCK_LEAVES * BLOCK_LEAVES;
        *leaves = inner.leaves(start..size.min(start + BLOCK_LEAVES), at, records)?;
        *first = start;
    }
    Ok(usize::try_from(index - *first).expect("in a block"))
}

fn tile_tree(hashes: Vec<Hash>) -> TileTree {
    let mut rows = vec![hashes];
    for height in 0..usize::from(TILE_HEIGHT) - 1 {
        let pairs = rows[height].as_chunks::<2>().0;
        let next = pairs
            .iter()
            .map(|[left, right]| node_hash(left, right))
            .collect();
        rows.push(next);
    }
    rows
}

impl Log {
    /// The entry at an index of the published log.
    pub fn entry(&self, index: u64) -> Result<Vec<u8>, LogError> {
        Ok(self.one(index, false)?.entry)
    }

    /// The record kept beside an entry; `None` where it has none (any more).
    pub fn record(&self, index: u64) -> Result<Option<Vec<u8>>, LogError> {
        Ok(self.leaf(index)?.record)
    }

    /// Entry and record.
    pub fn leaf(&self, index: u64) -> Result<Leaf, LogError> {
        self.one(index, true)
    }

    /// The index comes from anybody, so it may be any number.
    fn one(&self, index: u64, records: bool) -> Result<Leaf, LogError> {
        let published = self.published();
        if index >= published.size() {
            return Err(LogError::Beyond {
                what: format!("entry {index}"),
                size: published.size(),
            });
        }
        let mut leaves = self.inner.leaves(index..index + 1, &published, records)?;
        self.inner.veil.cover(index, &mut leaves);
        Ok(leaves.remove(0))
    }

    /// Entries and records of a range, in order, without records under the veil. Callers keep ranges to a few thousand.
    pub fn leaves(&self, range: Range<u64>) -> Result<Vec<Leaf>, LogError> {
        let first = range.start;
        let mut leaves = self.inner.leaves(range, &self.published(), true)?;
        self.inner.veil.cover(first, &mut leaves);
        Ok(leaves)
    }

    /// The bytes of a tile of hashes, `width` hashes wide (1 to 256), or `None` beyond the published tree.
    pub fn tile(&self, level: u8, index: u64, width: usize) -> Result<Option<Vec<u8>>, LogError> {
        let published = self.published();
        if width == 0 || tile_width(published.size(), level, index) < width {
            return Ok(None);
        }
        self.inner.tile(level, index, width, &published).map(Some)
    }

    /// The bytes of an entry bundle of `width` entries, or `None` beyond the published tree.
    pub fn bundle(&self, index: u64, width: usize) -> Result<Option<Vec<u8>>, LogError> {
        let published = self.published();
        if width == 0 || tile_width(published.size(), 0, index) < width {
            return Ok(None);
        }
        let start = index * TILE_WIDTH as u64;
        let mut bundle = Vec::new();
        for leaf in self
            .inner
            .leaves(start..start + width as u64, &published, false)?
        {
            push_entry(&mut bundle, &leaf.entry);
        }
        Ok(Some(bundle))
    }

    /// Reads what proofs to the newest published checkpoint are made of.
    pub fn proofs(&self) -> ProofReader<'_> {
        ProofReader {
            inner: &self.inner,
            published: self.published(),
            tiles: HashMap::new(),
            block: (0, Vec::new()),
            entries: (0, Vec::new()),
        }
    }

    /// RFC 9162 inclusion path of `index` in the tree of `size`, for any published size.
    pub fn inclusion(&self, index: u64, size: u64) -> Result<Vec<Hash>, LogError> {
        self.within(size)?;
        self.proofs().inclusion_at(index, size)
    }

    /// RFC 9162 consistency proof between two published sizes, `old <= new`.
    pub fn consistency(&self, old: u64, new: u64) -> Result<Vec<Hash>, LogError> {
        let published = self.within(new)?;
        let nodes = merkle::consistency_nodes(old, new).map_err(|_| LogError::Beyond {
            what: format!("size {old}"),
            size: new,
        })?;
        self.inner.fold(&nodes, &published)
    }

    /// The root of an earlier, or the present, published size.
    pub fn root_at(&self, size: u64) -> Result<Hash, LogError> {
        let published = self.within(size)?;
        self.inner.root_at(size, &published)
    }

    fn within(&self, size: u64) -> Result<std::sync::Arc<Published>, LogError> {
        let published = self.published();
        if size > published.size() {
            return Err(LogError::Beyond {
                what: format!("size {size}"),
                size: published.size(),
            });
        }
        Ok(published)
    }
}

impl Inner {
    /// Leaves of a range below the published size; records only where asked for, since they cost a second read. With those
    /// under the veil.
    pub(super) fn leaves(
        &self,
        range: Range<u64>,
        at: &Published,
        records: bool,
    ) -> Result<Vec<Leaf>, LogError> {
        if range.end > at.size() || range.start > range.end {
            let what = format!("entry {}", range.end.saturating_sub(1));
            return Err(LogError::Beyond {
                what,
                size: at.size(),
            });
        }
        let mut leaves = Vec::new();
        let mut index = range.start;
        while index < range.end {
            let block = index / BLOCK_LEAVES;
            let end = range.end.min((block + 1) * BLOCK_LEAVES);
            // What was tail at the published size may have moved into a block since.
            let full = block < at.size() / BLOCK_LEAVES;
            match if full { None } else { self.tail(index..end)? } {
                Some(tail) => leaves.extend(tail),
                None => leaves.extend(self.block(block, index..end, records)?),
            }
            index = end;
        }
        Ok(leaves)
    }

    fn tail(&self, range: Range<u64>) -> Result<Option<Vec<Leaf>>, LogError> {
        let mut leaves = Vec::new();
        // Held, so that the values are under this key.
        let tail_key = self.tail_key();
        for index in range {
            match self.database.get(&key::tail(index))? {
                Some(value) => leaves.push(tail_key.unseal(index, &value)?),
                None => return Ok(None),
            }
        }
        Ok(Some(leaves))
    }

    fn block(&self, number: u64, range: Range<u64>, records: bool) -> Result<Vec<Leaf>, LogError> {
        let first = number * BLOCK_LEAVES;
        let place = format!("entries from {first}");
        let wanted = range.start - first..range.end - first;
        let (entries, held) = split_entries(&place, &self.blocks.entries(number)?, wanted)?;
        if held != BLOCK_LEAVES {
            return Err(LogError::damaged(place, format!("{held} entries")));
        }
        let records = match records {
            true => self.blocks.records(range)?,
            false => vec![None; entries.len()],
        };
        let pairs = entries.into_iter().zip(records);
        Ok(pairs
            .map(|(entry, record)| Leaf { entry, record })
            .collect())
    }

    /// A tile known to have at least `width` hashes at the published size.
    pub(super) fn tile(
        &self,
        level: u8,
        index: u64,
        width: usize,
        at: &Published,
    ) -> Result<Vec<u8>, LogError> {
        if let Some(partial) = at.partial(level, index, width) {
            return Ok(partial.to_vec());
        }
        let place = || format!("tile {level}/{index}");
        let mut bytes = self
            .database
            .get(&key::tile(level, index))
            .map_err(|e| LogError::damaged(place(), e.to_string()))?
            .ok_or_else(|| LogError::damaged(place(), "it is missing"))?;
        if bytes.len() != TILE_WIDTH * 32 {
            return Err(LogError::damaged(place(), format!("{} bytes", bytes.len())));
        }
        bytes.truncate(width * 32);
        Ok(bytes)
    }

    /// The hash of the complete subtree (`level`, `index`), from the tile that holds its leaves.
    pub(super) fn node(&self, level: u8, index: u64, at: &Published) -> Result<Hash, LogError> {
        let tile_level = level / TILE_HEIGHT;
        let height = level % TILE_HEIGHT;
        let tile = index >> (TILE_HEIGHT - height);
        let start =
            usize::try_from((index << height) % TILE_WIDTH as u64).expect("less than a tile");
        let end = start + (1 << height);
        let bytes = self.tile(tile_level, tile, end, at)?;
        let hashes: Vec<Hash> = bytes[start * 32..end * 32].as_chunks::<32>().0.to_vec();
        Ok(merkle::subtree_root(&hashes).expect("a power of two of hashes"))
    }

    fn fold(&self, nodes: &[ProofNode], at: &Published) -> Result<Vec<Hash>, LogError> {
        nodes
            .iter()
            .map(|node| node.fold(&mut |level, index| self.node(level, index, at)))
            .collect()
    }

    /// The compact range of the tree at `size`, computed from tiles.
    pub(super) fn range_at(&self, size: u64, at: &Published) -> Result<CompactRange, LogError> {
        let mut hashes = Vec::new();
        let mut start = 0u64;
        for level in (0..64u8).rev().filter(|level| size >> level & 1 == 1) {
            hashes.push(self.node(level, start >> level, at)?);
            start += 1 << level;
        }
        CompactRange::from_parts(size, hashes)
            .map_err(|e| LogError::damaged("the right edge", e.to_string()))
    }

    pub(super) fn root_at(&self, size: u64, at: &Published) -> Result<Hash, LogError> {
        Ok(self.range_at(size, at)?.root())
    }
}
