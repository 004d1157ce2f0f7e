//! Creating a log, and the start-up checks before an existing one may sign again (DESIGN §5).
//!
//! Start-up recomputes the right edge from the tiles, checks it against the last signed checkpoint and against every
//! published checkpoint kept outside the engine, and only then completes a batch that was staged but not signed.
//! Its cost does not grow with the log. It must never sign where a check fails.

use super::tree::{TILE_WIDTH, Tree, tile_width};
use super::{
    BLOCK_LEAVES, CHECKPOINT_FILE, Inner, Leaf, LogConfig, LogError, Published, Purpose, blocks,
    key, tail, veil,
};
use crate::store::{DataFolder, Storage, StoreError, WriteBatch, write_atomic};
use gongshi_verify::checkpoint::{Checkpoint, SignedCheckpoint};
use gongshi_verify::encoding::base64;
use gongshi_verify::hash::{Hash, leaf_hash};
use gongshi_verify::merkle::CompactRange;
use gongshi_verify::note::{SignatureCheck, sign_note};
use std::sync::{Arc, Condvar, Mutex, RwLock};

/// The sequencer's state after the checks.
pub(super) struct Recovered {
    pub(super) tree: Tree,
    pub(super) note: String,
}

/// The checkpoint of a size and root.
pub(super) fn checkpoint(config: &LogConfig, size: u64, root: Hash) -> Checkpoint {
    Checkpoint::new(config.origin.as_str(), size, root)
}

/// The checkpoint signed as a note.
pub(super) fn sign(config: &LogConfig, size: u64, root: &Hash) -> String {
    let text = checkpoint(config, size, *root).to_text();
    let signer = config
        .key
        .signer()
        .expect("a log that is written has its key");
    sign_note(&text, signer).expect("a checkpoint's text is a note's text")
}

/// Size (8 bytes, big endian) and the hashes of the compact range, big subtrees first.
pub(super) fn encode_staged(tree: &Tree) -> Vec<u8> {
    let mut bytes = tree.size().to_be_bytes().to_vec();
    for hash in tree.range().hashes() {
        bytes.extend_from_slice(hash);
    }
    bytes
}

fn decode_staged(bytes: &[u8]) -> Result<CompactRange, LogError> {
    let damaged = || LogError::damaged("the staged right edge", "not a size and hashes");
    let (size, rest) = bytes.split_first_chunk::<8>().ok_or_else(damaged)?;
    let (hashes, remainder) = rest.as_chunks::<32>();
    if !remainder.is_empty() {
        return Err(damaged());
    }
    CompactRange::from_parts(u64::from_be_bytes(*size), hashes.to_vec()).map_err(|_| damaged())
}

/// Writes an empty log: staged size 0 and its signed checkpoint.
pub(super) fn create(
    folder: &DataFolder,
    storage: &dyn Storage,
    config: &LogConfig,
) -> Result<(), LogError> {
    if folder.read(CHECKPOINT_FILE)?.is_some() {
        return Err(LogError::State(
            "this data folder already has a published checkpoint".to_owned(),
        ));
    }
    let database = storage.open(super::DATABASE)?;
    if database.get(key::CHECKPOINT)?.is_some() {
        return Err(LogError::State(
            "this data folder already holds a log".to_owned(),
        ));
    }
    let tree = Tree::default();
    let tail_key = tail::TailKey::make(folder, config, 1)?;
    let mut batch = WriteBatch::default();
    batch.put(key::TAIL_KEY, tail_key.number.to_be_bytes());
    batch.put(key::STAGED, encode_staged(&tree));
    batch.put(key::CHECKPOINT, sign(config, 0, &tree.root()));
    database.apply(batch)?;
    Ok(database.sync()?)
}

/// Parses a signed checkpoint and checks that this log's key signed it.
fn verified(config: &LogConfig, note: &[u8]) -> Result<Checkpoint, String> {
    let text = std::str::from_utf8(note).map_err(|_| "not UTF-8".to_owned())?;
    let signed = SignedCheckpoint::parse(text).map_err(|e| e.to_string())?;
    if !matches!(
        signed.verify(config.key.verifier()),
        SignatureCheck::Verified(_)
    ) {
        return Err("it carries no valid signature of the configured key".to_owned());
    }
    let checkpoint = signed.checkpoint;
    if checkpoint.origin != config.origin.as_str() {
        return Err(format!("its origin is {}", checkpoint.origin));
    }
    Ok(checkpoint)
}

/// A checkpoint that was published, and where it stands.
struct Known {
    checkpoint: Checkpoint,
    place: String,
}

/// The published checkpoints kept outside the engine, verified.
fn published_files(folder: &DataFolder, config: &LogConfig) -> Result<Vec<Known>, LogError> {
    let mut files = Vec::new();
    if let Some(bytes) = folder.read(CHECKPOINT_FILE)? {
        files.push((bytes, "the file `checkpoint` of the data folder".to_owned()));
    }
    if let Some(path) = &config.published_checkpoint {
        let place = path.display().to_string();
        match std::fs::read(path) {
            Ok(bytes) => files.push((bytes, place)),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
                return Err(LogError::NoPublishedCheckpoint { path: place });
            }
            Err(e) => return Err(StoreError::io(place, e).into()),
        }
    }
    let known = files.into_iter().map(|(bytes, place)| {
        let checkpoint =
            verified(config, &bytes).map_err(|reason| LogError::BadCheckpointFile {
                place: place.clone(),
                origin: config.origin.to_string(),
                reason,
            })?;
        Ok(Known { checkpoint, place })
    });
    known.collect()
}

/// Opens, checks, and, to append, completes.
pub(super) fn open(
    folder: DataFolder,
    storage: Arc<dyn Storage>,
    config: LogConfig,
    purpose: Purpose,
) -> Result<(Inner, Recovered), LogError> {
    let files = published_files(&folder, &config)?;
    // Looked for first: opening would make an empty database where there is none.
    let database = match storage.exists(super::DATABASE)? {
        true => Some(storage.open(super::DATABASE)?),
        false => None,
    };
    let note = match &database {
        Some(database) => database.get(key::CHECKPOINT)?,
        None => None,
    };
    let (Some(database), Some(note)) = (database, note) else {
        return Err(
            match files.into_iter().max_by_key(|known| known.checkpoint.size) {
                Some(known) => LogError::RolledBack {
                    published: known.checkpoint.size,
                    stored: 0,
                    place: known.place,
                },
                None => LogError::State(
                    "this data folder holds no log; `gongshi init` makes one".to_owned(),
                ),
            },
        );
    };
    let signed = verified(&config, &note)
        .map_err(|reason| LogError::damaged("the last signed checkpoint in the store", reason))?;
    let note = String::from_utf8(note)
        .map_err(|_| LogError::damaged("the last signed checkpoint", "not UTF-8"))?;
    let staged = database
        .get(key::STAGED)?
        .ok_or_else(|| LogError::damaged("the staged right edge", "it is missing"))?;
    let staged = decode_staged(&staged)?;
    // The signed checkpoint is written after the staged batch is durable, so it is never ahead of it.
    if signed.size > staged.size() {
        return Err(LogError::damaged(
            "the staged right edge",
            format!("{} entries, {} signed", staged.size(), signed.size),
        ));
    }

    // Written at the first start, with nothing in the log yet, and never removed.
    if files.is_empty() && signed.size > 0 && purpose == Purpose::Append {
        return Err(LogError::NoCheckpointFile {
            signed: signed.size,
        });
    }

    let edge = read_edge(database.as_ref(), staged.size())?;
    let head = Published {
        checkpoint: checkpoint(&config, staged.size(), staged.root()),
        note: String::new(),
        edge: edge.clone(),
    };
    let blocks = blocks::Blocks::new(storage.clone());
    let tail_key = database.get(key::TAIL_KEY)?.and_then(|n| n.try_into().ok());
    let tail_key = tail_key
        .map(u64::from_be_bytes)
        .ok_or_else(|| LogError::damaged("the number of the tail's key", "it is missing"))?;
    let inner = Inner {
        veil: veil::Veil::load(database.as_ref())?,
        purpose,
        tail: Mutex::new(tail::Tail {
            first: 0,
            leaves: Vec::new(),
            unsettled: None,
        }),
        tail_key: RwLock::new(tail::TailKey::open(&folder, &config, tail_key)?),
        erasing: Mutex::new(()),
        config,
        folder,
        storage,
        database,
        published: RwLock::new(Arc::new(head.clone())),
        size: Mutex::new(signed.size),
        grown: Condvar::new(),
        blocks,
    };

    // The right edge recomputed from the tiles must be the one that was staged.
    let computed = inner.range_at(staged.size(), &head)?;
    if computed.hashes() != staged.hashes() {
        return Err(LogError::damaged(
            "the right edge",
            "the tiles do not give the staged hashes",
        ));
    }
    // The newest first, so that the words name it.
    let mut known = files;
    known.sort_by_key(|known| std::cmp::Reverse(known.checkpoint.size));
    known.push(Known {
        checkpoint: signed.clone(),
        place: "the store".to_owned(),
    });
    for Known {
        checkpoint: known,
        place,
    } in known
    {
        // A published checkpoint was durable in the store first: one that is ahead of it means an older store.
        if known.size > signed.size {
            return Err(LogError::RolledBack {
                published: known.size,
                stored: signed.size,
                place,
            });
        }
        let root = inner.root_at(known.size, &head)?;
        if root != known.root {
            return Err(LogError::Diverged {
                size: known.size,
                published: base64(&known.root),
                stored: base64(&root),
            });
        }
    }
    let leaves = read_tail(&inner, &head)?;
    {
        let mut tail = inner.lock_tail();
        (tail.first, tail.leaves) = (head.size() - leaves.len() as u64, leaves);
    }
    let tree = Tree::from_parts(staged, edge);
    if purpose == Purpose::Read {
        inner.set_published(Arc::new(Published {
            edge: edge_at(&inner, signed.size, &head)?,
            checkpoint: signed,
            note: note.clone(),
        }));
        return Ok((inner, Recovered { tree, note }));
    }
    inner.tidy_up(tree.size())?;
    let note = if tree.size() > signed.size {
        complete(&inner, &tree, &note)?
    } else {
        note
    };
    if let Some(path) = &inner.config.published_checkpoint {
        write_atomic(path, note.as_bytes(), 0o644)?;
    }
    if inner.folder.read(CHECKPOINT_FILE)?.as_deref() != Some(note.as_bytes()) {
        inner.folder.write(CHECKPOINT_FILE, note.as_bytes())?;
    }
    inner.set_published(Arc::new(Published {
        note: note.clone(),
        ..head
    }));
    Ok((inner, Recovered { tree, note }))
}

/// The right edge of an earlier size.
fn edge_at(inner: &Inner, size: u64, head: &Published) -> Result<Vec<Vec<u8>>, LogError> {
    let mut edge = Vec::new();
    for level in 0..8u8 {
        let hashes = size >> (8 * u32::from(level));
        if hashes == 0 && level > 0 {
            break;
        }
        let tile = hashes / TILE_WIDTH as u64;
        edge.push(match tile_width(size, level, tile) {
            0 => Vec::new(),
            width => inner.tile(level, tile, width, head)?,
        });
    }
    Ok(edge)
}

/// Signs a batch that was staged durably when the process died: the normal path's last steps.
fn complete(inner: &Inner, tree: &Tree, last: &str) -> Result<String, LogError> {
    let note = sign(&inner.config, tree.size(), &tree.root());
    if !inner
        .database
        .compare_and_swap(key::CHECKPOINT, Some(last.as_bytes()), note.as_bytes())?
    {
        return Err(LogError::LostWriter);
    }
    inner.database.sync()?;
    tracing::info!(
        size = tree.size(),
        "completed a batch that was staged when the process ended"
    );
    Ok(note)
}

/// The partial tiles of a size.
fn read_edge(database: &dyn crate::store::KeyValue, size: u64) -> Result<Vec<Vec<u8>>, LogError> {
    let mut edge = Vec::new();
    for level in 0..8u8 {
        let hashes = size >> (8 * u32::from(level));
        if hashes == 0 && level > 0 {
            break;
        }
        let width = tile_width(size, level, hashes / TILE_WIDTH as u64);
        let place = || format!("the partial tile of level {level}");
        edge.push(if width == 0 {
            Vec::new()
        } else {
            let tile = database
                .get(&key::edge(level))?
                .ok_or_else(|| LogError::damaged(place(), "it is missing"))?;
            if tile.len() != width * 32 {
                return Err(LogError::damaged(
                    place(),
                    format!("{} bytes, expected {}", tile.len(), width * 32),
                ));
            }
            tile
        });
    }
    Ok(edge)
}

/// The leaves after the last full block, checked against the tile of their hashes, as is that block.
fn read_tail(inner: &Inner, head: &Published) -> Result<Vec<Leaf>, LogError> {
    let size = head.size();
    let start = size / BLOCK_LEAVES * BLOCK_LEAVES;
    let tail = inner.leaves(start..size, head, true)?;
    let block = inner.leaves(start.saturating_sub(BLOCK_LEAVES)..start, head, true)?;
    for (index, leaf) in (start - block.len() as u64..).zip(block.iter().chain(&tail)) {
        if leaf_hash(&leaf.entry) != inner.node(0, index, head)? {
            return Err(LogError::damaged(
                format!("entry {index}"),
                "its hash is not the one in the tile",
            ));
        }
    }
    Ok(tail)
}
