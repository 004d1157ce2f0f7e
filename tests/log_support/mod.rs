//! Leaves with records that can be searched for, and logs to put them in.
#![allow(clippy::unwrap_used, reason = "helpers of tests")]
#![allow(dead_code, reason = "each test binary uses its part")]

use gongshi::log::{Batching, Leaf, Log, LogConfig, LogError};
use gongshi::store::{DataFolder, Storage};
use gongshi_verify::encoding::hex;
use gongshi_verify::hash::leaf_hash;
use gongshi_verify::names::Origin;
use gongshi_verify::note::{KeyKind, SignerKey};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

pub fn config() -> LogConfig {
    let origin = Origin::parse("example.org/log").unwrap();
    let signer = SignerKey::from_seed(origin.as_str(), KeyKind::Ed25519, &[7; 32]).unwrap();
    LogConfig {
        batching: Batching {
            delay: Duration::ZERO,
            reserve_bytes: 1,
            ..Batching::default()
        },
        ..LogConfig::new(origin, signer, gongshi::app::random32)
    }
}

pub fn create(path: &Path, storage: impl Storage + 'static) -> Log {
    let folder = DataFolder::lock(path).unwrap();
    Log::create(folder, Arc::new(storage), config()).unwrap()
}

pub fn open(path: &Path, storage: impl Storage + 'static) -> Result<Log, LogError> {
    let folder = DataFolder::lock(path).unwrap();
    Log::open(folder, Arc::new(storage), config())
}

/// Nothing of it is in another record.
pub fn salt(number: u64) -> [u8; 32] {
    leaf_hash(format!("salt {number}").as_bytes())
}

/// Text in the body of a record, of no other.
pub fn text(number: u64) -> String {
    let digest = leaf_hash(format!("text {number}").as_bytes());
    format!("decision about {}", &hex(&digest)[..40])
}

/// A leaf with a record; every seventh is too large to share a block.
pub fn leaf(number: u64) -> Leaf {
    let filling = match number % 7 {
        3 => (0..400).map(|i| hex(&salt(number * 1000 + i))).collect(),
        _ => String::new(),
    };
    let record = format!(
        r#"{{"body":{{"filling":"{filling}","text":"{}"}},"salt":"{}"}}"#,
        text(number),
        hex(&salt(number))
    );
    Leaf {
        entry: format!("entry {number}").into_bytes(),
        record: Some(record.into_bytes()),
    }
}

pub fn append(log: &Log, numbers: std::ops::Range<u64>) {
    let submission = log.submit(numbers.map(leaf).collect()).unwrap();
    submission.wait().unwrap();
}
