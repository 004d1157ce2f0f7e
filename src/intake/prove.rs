//! Proof files: an entry with its path, its checkpoint, and the chain of authority records that made its key valid
//! (tlog-proof with the `extra` of DESIGN §5). The bytes made here are the bytes every verifier reads.

use super::Intake;
use crate::log::{LogError, PathReader};
use gongshi_verify::entry::Entry;
use gongshi_verify::extra::{ChainLink, Extra};
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

/// Makes proofs against one checkpoint; neighbours share the work on tiles and chains.
pub struct Prover<'a> {
    intake: &'a Intake,
    registry: Arc<Registry>,
    paths: PathReader<'a>,
    chains: HashMap<Vec<u64>, Vec<ChainLink>>,
}

impl Intake {
    /// A prover for the newest published checkpoint.
    pub fn prover(&self) -> Prover<'_> {
        Prover {
            intake: self,
            registry: self.registry(),
            paths: self.log.paths(),
            chains: HashMap::new(),
        }
    }
}

impl Prover<'_> {
    /// The proof file of an entry; `key` is its signer where the caller knows it, which saves a verification.
    pub fn proof(&mut self, index: u64, key: Option<&PublicKey>) -> Result<String, LogError> {
        let leaf = self.intake.log.leaf(index)?;
        let (entry, record) = decode(index, &leaf)?;
        let chain = match key {
            Some(key) => self.registry.chain_for(&entry.authority, key, index),
            None => {
                let chain = self.registry.chain_for_entry(index, &entry);
                chain.map_err(|e| LogError::damaged(format!("entry {index}"), e.to_string()))?
            }
        };
        if !self.chains.contains_key(&chain) {
            let links = chain
                .iter()
                .map(|link| self.link(*link))
                .collect::<Result<Vec<_>, _>>()?;
            self.chains.insert(chain.clone(), links);
        }
        let extra = Extra {
            authority: self.chains[&chain].clone(),
            entry,
            record,
        };
        let extra = extra
            .to_jcs()
            .map_err(|e| LogError::damaged(format!("the proof of {index}"), e.to_string()))?;
        let path = self.paths.inclusion(index)?;
        let checkpoint_text = self.paths.published().note.clone();
        Ok(TlogProof {
            extra: Some(extra.into_bytes()),
            index,
            path,
            checkpoint_text,
        }
        .to_string())
    }

    fn link(&mut self, index: u64) -> Result<ChainLink, LogError> {
        let (entry, record) = decode(index, &self.intake.log.leaf(index)?)?;
        let record =
            record.ok_or_else(|| LogError::damaged(format!("record {index}"), "it is missing"))?;
        Ok(ChainLink {
            entry,
            index,
            path: self.paths.inclusion(index)?,
            record,
        })
    }
}

fn decode(index: u64, leaf: &crate::log::Leaf) -> Result<(Entry, Option<Record>), LogError> {
    let damaged = |error: &dyn std::fmt::Display| {
        LogError::damaged(format!("entry {index}"), error.to_string())
    };
    let entry = Entry::parse(&leaf.entry).map_err(|e| damaged(&e))?;
    let record = leaf
        .record
        .as_deref()
        .map(Record::parse)
        .transpose()
        .map_err(|e| damaged(&e))?;
    Ok((entry, record))
}
