//! What a proof file of this log carries as `extra`: the entry, its record, and how the signing
//! key came to be the authority's.
//!
//! Canonical like everything else: read only if it is byte for byte JCS of itself. Nothing in it
//! is trusted; [`crate::report`] checks every part against the checkpoint.

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

use crate::encoding::{base64, base64_array};
use crate::entry::{Entry, EntryError};
use crate::hash::Hash;
use crate::json::{self, JsonError, Value};
use crate::record::{Record, RecordError};
use crate::tlog_proof::MAX_PATH;

/// A body stands in record, link, list and the object itself.
const EXTRA_DEPTH: usize = json::MAX_DEPTH + 4;

/// Most entries of a chain: what one proof may ask a verifier to replay.
pub const MAX_CHAIN: usize = 1024;

/// One `authority` entry of the chain from entry 0 to the signing key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChainLink {
    /// The entry, of kind `authority`.
    pub entry: Entry,
    /// Its index in the log.
    pub index: u64,
    /// Its inclusion path to the checkpoint of the proof.
    pub path: Vec<Hash>,
    /// Its record; records of this kind are never withdrawn.
    pub record: Record,
}

/// The `extra` object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extra {
    /// The chain, indexes ascending.
    pub authority: Vec<ChainLink>,
    /// The entry the proof is about.
    pub entry: Entry,
    /// Its record; absent once withdrawn.
    pub record: Option<Record>,
}

/// Why bytes are not an `extra` object.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ExtraError {
    /// Not JSON of the profile.
    #[error("extra is not valid JSON of the profile: {0}")]
    Json(#[from] JsonError),
    /// Not an object of exactly the known members, or a member of another type.
    #[error("extra: member {0} is missing, unknown or not of its form")]
    Member(&'static str),
    /// An entry text that is not an entry.
    #[error("extra: {0}")]
    Entry(#[from] EntryError),
    /// A record that is not one.
    #[error("extra: {0}")]
    Record(#[from] RecordError),
    /// An index too large for the format (2^53 and more).
    #[error("extra: an index is beyond 2^53-1")]
    Index,
    /// Over [`MAX_CHAIN`] entries lead to the signing key.
    #[error("extra: the chain has {0} entries, over 1024")]
    ChainTooLong(usize),
    /// Not byte for byte the canonical spelling.
    #[error("extra is not the canonical spelling (JCS) of itself")]
    NotCanonical,
}

impl Extra {
    /// Reads the bytes of a proof's `extra`; refuses every other spelling of the same object.
    pub fn parse(input: &[u8]) -> Result<Self, ExtraError> {
        let value = json::parse_with_depth(input, EXTRA_DEPTH)?;
        if json::to_jcs(&value).as_bytes() != input {
            return Err(ExtraError::NotCanonical);
        }
        let mut members = object(value, "extra")?;
        let Some(Value::Array(links)) = members.remove("authority") else {
            return Err(ExtraError::Member("authority"));
        };
        if links.len() > MAX_CHAIN {
            return Err(ExtraError::ChainTooLong(links.len()));
        }
        let extra = Self {
            authority: links
                .into_iter()
                .map(ChainLink::from_value)
                .collect::<Result<_, _>>()?,
            entry: take_entry(&mut members)?,
            record: members
                .remove("record")
                .map(Record::from_value)
                .transpose()?,
        };
        if members.is_empty() {
            Ok(extra)
        } else {
            Err(ExtraError::Member("extra"))
        }
    }

    /// The canonical text.
    pub fn to_jcs(&self) -> Result<String, ExtraError> {
        let record = self.record.as_ref().map(Record::to_jcs);
        let entry = self.entry.to_text();
        Ok(compose(
            &chain_to_jcs(&self.authority)?,
            &entry,
            record.as_deref(),
        ))
    }
}

/// The canonical text of a chain: a part of [`compose`].
pub fn chain_to_jcs(chain: &[ChainLink]) -> Result<String, ExtraError> {
    let links = chain
        .iter()
        .map(ChainLink::to_value)
        .collect::<Result<_, _>>()?;
    Ok(json::to_jcs(&Value::Array(links)))
}

/// The canonical text of an [`Extra`] from parts that are canonical already, for who makes many proofs under one chain:
/// [`chain_to_jcs`], [`Entry::to_text`], [`Record::to_jcs`].
pub fn compose(chain: &str, entry: &str, record: Option<&str>) -> String {
    let entry = json::to_jcs(&Value::from(entry));
    match record {
        Some(record) => {
            alloc::format!("{{\"authority\":{chain},\"entry\":{entry},\"record\":{record}}}")
        }
        None => alloc::format!("{{\"authority\":{chain},\"entry\":{entry}}}"),
    }
}

impl ChainLink {
    fn from_value(value: Value) -> Result<Self, ExtraError> {
        let mut members = object(value, "authority")?;
        let index = members
            .remove("index")
            .and_then(|index| index.as_u64())
            .ok_or(ExtraError::Member("index"))?;
        let path = match members.remove("path") {
            Some(Value::Array(path)) if path.len() <= MAX_PATH => path
                .iter()
                .map(|hash| hash.as_str().and_then(|text| base64_array(text).ok()))
                .collect::<Option<Vec<Hash>>>(),
            _ => None,
        };
        let link = Self {
            entry: take_entry(&mut members)?,
            index,
            path: path.ok_or(ExtraError::Member("path"))?,
            record: Record::from_value(
                members
                    .remove("record")
                    .ok_or(ExtraError::Member("record"))?,
            )?,
        };
        if members.is_empty() {
            Ok(link)
        } else {
            Err(ExtraError::Member("authority"))
        }
    }

    fn to_value(&self) -> Result<Value, ExtraError> {
        let index = i64::try_from(self.index)
            .ok()
            .filter(|index| *index <= json::MAX_INT)
            .ok_or(ExtraError::Index)?;
        let path = self.path.iter().map(|hash| base64(hash).into()).collect();
        Ok(Value::object([
            ("entry", self.entry.to_text().into()),
            ("index", Value::Int(index)),
            ("path", Value::Array(path)),
            ("record", self.record.to_value()),
        ]))
    }
}

fn object(value: Value, member: &'static str) -> Result<BTreeMap<String, Value>, ExtraError> {
    match value {
        Value::Object(members) => Ok(members),
        _ => Err(ExtraError::Member(member)),
    }
}

fn take_entry(members: &mut BTreeMap<String, Value>) -> Result<Entry, ExtraError> {
    let text = members.remove("entry");
    let text = text
        .as_ref()
        .and_then(Value::as_str)
        .ok_or(ExtraError::Member("entry"))?;
    Ok(Entry::parse(text.as_bytes())?)
}
