//! The same check over HTTP: what a stranger can hold against a running log.
//!
//! Reads checkpoint, tiles and bundles as tlog-tiles has them, and the public records; trusts none of them.

use super::fsck::Checked;
use super::fsck_files::{Found, NamedFiles};
use super::out;
use super::progress::Progress;
use anyhow::{Context as _, bail, ensure};
use gongshi::intake::{Auditor, MAX_FILE_BYTES};
use gongshi::log::{FsckProblem, Leaf};
use gongshi_verify::checkpoint::SignedCheckpoint;
use gongshi_verify::encoding::hex;
use gongshi_verify::hash::{Hash, leaf_hash, sha256};
use gongshi_verify::json;
use gongshi_verify::merkle::{CompactRange, subtree_root};
use gongshi_verify::names::Origin;
use gongshi_verify::note::{SignatureCheck, VerifierKey};
use gongshi_verify::text::shown;
use rayon::prelude::*;
use serde_json::Value;
use std::io::ErrorKind;
use std::time::Duration;

const WIDTH: u64 = 256;
/// Largest answer read: a file; a full bundle of the largest entries is shorter.
const MOST: u64 = MAX_FILE_BYTES + 1;

/// How long one answer may take.
const PATIENCE: Duration = Duration::from_secs(120);

/// Records asked for at the same time.
const READERS: usize = 8;

/// Gives the bytes at a path of the server.
type Get<'a> = dyn Fn(&str) -> anyhow::Result<Vec<u8>> + Sync + 'a;

/// Checks a server.
pub fn check(url: &str, vkey: Option<&str>) -> anyhow::Result<Checked> {
    let config = ureq::Agent::config_builder().timeout_global(Some(PATIENCE));
    let agent = config.build().new_agent();
    let url = url.trim_end_matches('/');
    let get = |path: &str| {
        let url = format!("{url}{path}");
        let mut answer = agent
            .get(&url)
            .call()
            .with_context(|| format!("GET {url}"))?;
        answer
            .body_mut()
            .with_config()
            .limit(MOST)
            .read_to_vec()
            .with_context(|| format!("GET {url}"))
    };
    check_answers(&get, vkey)
}

/// `001`, `x001/234`; the partial width where the tile is not full.
fn tile_path(index: u64, width: u64) -> String {
    let mut path = format!("{:03}", index % 1000);
    let mut rest = index / 1000;
    while rest > 0 {
        path = format!("x{:03}/{path}", rest % 1000);
        rest /= 1000;
    }
    if width < WIDTH {
        format!("{path}.p/{width}")
    } else {
        path
    }
}

fn check_answers(get: &Get, vkey: Option<&str>) -> anyhow::Result<Checked> {
    let vkey = match vkey {
        Some(vkey) => vkey.to_owned(),
        None => {
            let about: Value =
                serde_json::from_slice(&get("/api/v1/log")?).context("/api/v1/log is not JSON")?;
            let vkey = about["vkey"]
                .as_str()
                .context("/api/v1/log has no vkey")?
                .to_owned();
            out::line(format_args!(
                "No --vkey given: taking the server's word for its key, {}",
                shown(&vkey)
            ))?;
            vkey
        }
    };
    let key = VerifierKey::parse(&vkey).context("--vkey")?;
    let note = String::from_utf8(get("/log/checkpoint")?).context("the checkpoint is not UTF-8")?;
    let signed = SignedCheckpoint::parse(&note).context("the checkpoint")?;
    ensure!(
        matches!(signed.verify(&key), SignatureCheck::Verified(_)),
        "the checkpoint is not signed by {vkey}"
    );
    let checkpoint = signed.checkpoint;
    ensure!(
        checkpoint.origin == key.name,
        "the checkpoint is that of the log {}, the key that of {}",
        checkpoint.origin,
        key.name
    );
    let origin = Origin::parse(&checkpoint.origin).context("the checkpoint's origin")?;

    // Waiting for answers is most of the time.
    let readers = rayon::ThreadPoolBuilder::new().num_threads(READERS);
    let readers = readers.build().context("no threads to read records with")?;
    let mut problems = Vec::new();
    let mut auditor = Auditor::new(origin).with_log_key(key.key);
    let mut named = NamedFiles::default();
    let mut range = CompactRange::new();
    let mut progress = Progress::new("entries", checkpoint.size);
    let mut levels: Vec<Vec<Hash>> = vec![Vec::new()];
    let mut tiles = 0;
    for index in 0..checkpoint.size.div_ceil(WIDTH) {
        let start = index * WIDTH;
        let width = WIDTH.min(checkpoint.size - start);
        let bundle = get(&format!("/log/tile/entries/{}", tile_path(index, width)))?;
        let entries = split(&bundle).with_context(|| format!("bundle {index}"))?;
        ensure!(
            entries.len() as u64 == width,
            "bundle {index} has {} entries, expected {width}",
            entries.len()
        );
        let hashes: Vec<Hash> = entries.iter().map(|entry| leaf_hash(entry)).collect();
        let tile = get(&format!("/log/tile/0/{}", tile_path(index, width)))?;
        ensure!(
            tile.len() as u64 == width * 32,
            "tile 0/{index} has {} bytes, expected {}",
            tile.len(),
            width * 32
        );
        for (offset, (hash, stored)) in (start..).zip(hashes.iter().zip(tile.chunks(32))) {
            if hash != stored {
                let problem = format!("entry {offset} does not hash to its leaf in tile 0/{index}");
                problems.push(FsckProblem {
                    entry: Some(offset),
                    problem,
                });
            }
        }
        let records: Vec<_> = readers.install(|| {
            let indexes = (start..start + width).into_par_iter();
            indexes
                .map(|index| record(get, index))
                .collect::<anyhow::Result<_>>()
        })?;
        let leaves = entries.into_iter().zip(records);
        for (offset, ((entry, record), hash)) in (start..).zip(leaves.zip(&hashes)) {
            range.push(*hash, &mut |_, _, _| ());
            let record = record.unwrap_or_else(|problem| {
                problems.push(problem);
                None
            });
            let leaf = Leaf { entry, record };
            named.leaf(offset, &leaf);
            auditor.leaf(offset, &leaf, &mut problems);
        }
        if width == WIDTH {
            tiles += 1;
            let root = subtree_root(&hashes).expect("a full tile");
            tiles += above(get, &mut levels, 1, root, &mut problems)?;
        }
        progress.at(start + width);
    }
    auditor.finish(&mut problems);
    right_edge(get, &levels, &mut problems)?;
    if range.root() != checkpoint.root {
        problems.push(FsckProblem {
            entry: None,
            problem: "the entries do not give the checkpoint's root".to_owned(),
        });
    }
    Ok(Checked {
        entries: checkpoint.size,
        tiles,
        files: named.check(|hash| file(get, hash), &mut problems)?,
        problems,
    })
}

/// A file as the server gives it. What it answers with an error is its problem; that it does not answer, ours.
fn file(get: &Get, hash: &Hash) -> anyhow::Result<Found> {
    match get(&format!("/api/v1/files/{}", hex(hash))) {
        Ok(bytes) if sha256(&bytes) == *hash => Ok(Found::Whole(bytes.len() as u64)),
        Ok(_) => Ok(Found::Damaged(
            "other bytes come than its name says".to_owned(),
        )),
        Err(error) => match error.downcast_ref::<ureq::Error>() {
            Some(ureq::Error::StatusCode(404)) => Ok(Found::Missing),
            Some(ureq::Error::StatusCode(status)) => {
                Ok(Found::Damaged(format!("the server answers {status}")))
            }
            Some(ureq::Error::Io(broken)) if broken.kind() == ErrorKind::UnexpectedEof => {
                Ok(Found::Damaged("the answer breaks off".to_owned()))
            }
            _ => Err(error),
        },
    }
}

/// Adds a hash to its level and compares each tile that becomes full; returns how many did.
fn above(
    get: &Get,
    levels: &mut Vec<Vec<Hash>>,
    level: usize,
    hash: Hash,
    problems: &mut Vec<FsckProblem>,
) -> anyhow::Result<u64> {
    while levels.len() <= level {
        levels.push(Vec::new());
    }
    levels[level].push(hash);
    let count = levels[level].len() as u64;
    if !count.is_multiple_of(WIDTH) {
        return Ok(0);
    }
    let index = count / WIDTH - 1;
    let hashes = levels[level][(index * WIDTH) as usize..].to_vec();
    let stored = get(&format!("/log/tile/{level}/{}", tile_path(index, WIDTH)))?;
    if stored != hashes.concat() {
        let problem = format!("tile {level}/{index} is not what the tiles below it give");
        problems.push(FsckProblem {
            entry: None,
            problem,
        });
    }
    let root = subtree_root(&hashes).expect("a full tile");
    Ok(1 + above(get, levels, level + 1, root, problems)?)
}

/// Compares the partial tile of every level above the leaves' with what the tiles below it give; that of the leaves was read
/// with its bundle.
fn right_edge(
    get: &Get,
    levels: &[Vec<Hash>],
    problems: &mut Vec<FsckProblem>,
) -> anyhow::Result<()> {
    for (level, hashes) in levels.iter().enumerate().skip(1) {
        let (index, width) = (hashes.len() as u64 / WIDTH, hashes.len() as u64 % WIDTH);
        if width == 0 {
            continue;
        }
        let path = tile_path(index, width);
        let stored = get(&format!("/log/tile/{level}/{path}"))?;
        if stored != hashes[(index * WIDTH) as usize..].concat() {
            let problem =
                format!("tile {level}/{index}, {width} wide, is not what the tiles below it give");
            problems.push(FsckProblem {
                entry: None,
                problem,
            });
        }
    }
    Ok(())
}

/// The record, in its own bytes but for blanks and order; none where the answer has none.
fn record(get: &Get, index: u64) -> anyhow::Result<Result<Option<Vec<u8>>, FsckProblem>> {
    let answer = get(&format!("/api/v1/records/{index}"))?;
    // Strictly: a name twice, of which one is dropped, is not the record that a verifier would read.
    let members = match json::parse_with_depth(&answer, json::MAX_DEPTH + 2) {
        Ok(json::Value::Object(members)) => members,
        Ok(_) => bail!("record {index} is not an object"),
        Err(error) => {
            return Ok(Err(FsckProblem {
                entry: Some(index),
                problem: format!("record {index} is not served as JSON of the profile: {error}"),
            }));
        }
    };
    Ok(Ok(match members.get("record") {
        None | Some(json::Value::Null) => None,
        Some(record) => Some(json::to_jcs(record).into_bytes()),
    }))
}

fn split(mut bundle: &[u8]) -> anyhow::Result<Vec<Vec<u8>>> {
    let mut entries = Vec::new();
    while let Some((length, rest)) = bundle.split_first_chunk::<2>() {
        let length = usize::from(u16::from_be_bytes(*length));
        ensure!(rest.len() >= length, "it is cut short");
        ensure!(
            entries.len() < WIDTH as usize,
            "it has over {WIDTH} entries"
        );
        entries.push(rest[..length].to_vec());
        bundle = &rest[length..];
    }
    if !bundle.is_empty() {
        bail!("it is cut short");
    }
    Ok(entries)
}

#[cfg(test)]
mod tests;
