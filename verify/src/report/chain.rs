//! Who said it: the chain from entry 0 to the signing key, replayed, and the right to the kind.
//!
//! Called only for a checkpoint that the log signed and an entry that is under it. The work is linear
//! in the links: their number is bounded by [`crate::extra::MAX_CHAIN`], and so is, here, the number of keys
//! a signature of the operator may be anybody's of.

use alloc::string::{String, ToString};

use super::words;
use crate::checkpoint::Checkpoint;
use crate::extra::{ChainLink, Extra};
use crate::merkle::verify_inclusion;
use crate::names::Origin;
use crate::registry::Registry;

/// Most keys of the operator valid side by side in one chain.
pub(super) const MAX_OPERATOR_KEYS: usize = 64;

/// The chain from entry 0 to the signing key, the signatures, and the right to the kind.
pub(super) fn said_by(extra: &Extra, index: u64, head: &Checkpoint) -> Result<String, String> {
    let origin = Origin::parse(&head.origin).map_err(|_| words::origin_form())?;
    let entry = &extra.entry;
    let mut registry = Registry::new(origin);
    for link in &extra.authority {
        // Entry 0 is signed with the key it registers: its chain is itself.
        let itself = index == 0 && link.index == 0 && link.entry == *entry;
        if link.index >= index && !itself {
            return Err(words::chain_order(link.index, index));
        }
        replay(&mut registry, link, head).map_err(|why| words::chain_link(link.index, &why))?;
    }
    let state = registry
        .authority(&entry.authority)
        .ok_or_else(words::chain_missing)?;
    let signers = registry
        .verify_entry(index, entry)
        .map_err(|why| why.to_string())?;
    registry
        .may_publish(&entry.authority, &entry.kind, None)
        .map_err(|why| why.to_string())?;
    Ok(words::said_by(state, entry, &signers))
}

/// One entry of the chain: in the log of this checkpoint, and allowed to come next.
fn replay(registry: &mut Registry, link: &ChainLink, head: &Checkpoint) -> Result<(), String> {
    let leaf = link.entry.leaf_hash();
    verify_inclusion(&leaf, link.index, head.size, &link.path, &head.root)
        .map_err(|why| why.to_string())?;
    registry
        .apply(link.index, &link.entry, &link.record)
        .map_err(|why| why.to_string())?;
    let operator = registry.operator();
    if operator.is_some_and(|state| state.valid_keys().count() > MAX_OPERATOR_KEYS) {
        return Err(words::operator_keys(MAX_OPERATOR_KEYS));
    }
    Ok(())
}
