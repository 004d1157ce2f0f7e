//! Proof files: an entry with its path, its checkpoint, and the chain of authority records that made its key valid
//! (tlog-proof with the `extra` of DESIGN §5). The bytes made here are the bytes every verifier reads.

use super::Intake;
use crate::log::{LogError, ProofReader};
use gongshi_verify::entry::Entry;
use gongshi_verify::extra::{self, ChainLink};
use gongshi_verify::keys::PublicKey;
use gongshi_verify::record::Record;
use gongshi_verify::registry::Registry;
use gongshi_verify::tlog_proof::TlogProof;
use std::collections::HashMap;
use std::sync::Arc;

/// Where the proof of an entry is served.
pub fn link_path(index: u64) -> String {
    format!("/api/v1/proof/{index}")
}

/// Makes proofs against one checkpoint; neighbours share the work on blocks, tiles and chains.
pub struct Prover<'a> {
    registry: Arc<Registry>,
    reader: ProofReader<'a>,
    /// Canonical text of each chain met, by its indexes.
    chains: HashMap<Vec<u64>, String>,
}

impl Intake {
    /// A prover for the newest published checkpoint.
    pub fn prover(&self) -> Prover<'_> {
        Prover {
            registry: self.registry(),
            reader: self.log.proofs(),
            chains: HashMap::new(),
        }
    }
}

impl Prover<'_> {
    /// The proof file of an entry; `key` is its signer where the caller knows it, which saves a verification.
    pub fn proof(&mut self, index: u64, key: Option<&PublicKey>) -> Result<String, LogError> {
        let entry = self.entry(index)?;
        let chain = match key {
            Some(key) => self.registry.chain_for(&entry.authority, key, index),
            None => {
                let chain = self.registry.chain_for_entry(index, &entry);
                chain.map_err(|e| damaged("entry", index, &e))?
            }
        };
        if !self.chains.contains_key(&chain) {
            let links = chain.iter().map(|link| self.link(*link));
            let links = links.collect::<Result<Vec<_>, _>>()?;
            let text = extra::chain_to_jcs(&links).map_err(|e| damaged("chain", index, &e))?;
            self.chains.insert(chain.clone(), text);
        }
        let leaf = self.reader.leaf(index)?;
        // Both are kept as the canonical bytes that intake wrote.
        let entry = text("entry", index, &leaf.entry)?;
        let record = leaf.record.as_deref();
        let record = record
            .map(|record| text("record", index, record))
            .transpose()?;
        let extra = extra::compose(&self.chains[&chain], entry, record);
        Ok(TlogProof {
            extra: Some(extra.into_bytes()),
            index,
            path: self.reader.inclusion(index)?,
            checkpoint_text: self.reader.published().note.clone(),
        }
        .to_string())
    }

    fn link(&mut self, index: u64) -> Result<ChainLink, LogError> {
        let entry = self.entry(index)?;
        let record = self.reader.leaf(index)?.record.as_deref();
        let record =
            record.ok_or_else(|| LogError::damaged(format!("record {index}"), "it is missing"))?;
        Ok(ChainLink {
            entry,
            index,
            record: Record::parse(record).map_err(|e| damaged("record", index, &e))?,
            path: self.reader.inclusion(index)?,
        })
    }

    fn entry(&mut self, index: u64) -> Result<Entry, LogError> {
        Entry::parse(&self.reader.leaf(index)?.entry).map_err(|e| damaged("entry", index, &e))
    }
}

fn text<'a>(what: &str, index: u64, bytes: &'a [u8]) -> Result<&'a str, LogError> {
    std::str::from_utf8(bytes).map_err(|e| damaged(what, index, &e))
}

fn damaged(what: &str, index: u64, error: &dyn std::fmt::Display) -> LogError {
    LogError::damaged(format!("{what} {index}"), error.to_string())
}
