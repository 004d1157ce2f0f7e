//! Who said it: the chain from entry 0 to the signing key, replayed; the times along it; the right to the kind and, where
//! the record is there, to its region.
//!
//! Called only for a checkpoint that the log signed and an entry that is under it. The work is linear
//! in the links: their number is bounded by [`crate::extra::MAX_CHAIN`], and so is, here, the number of keys
//! a signature of the operator may be anybody's of.

use alloc::string::{String, ToString};

use super::words;
use crate::checkpoint::Checkpoint;
use crate::entry::Entry;
use crate::extra::{ChainLink, Extra};
use crate::keys::PublicKey;
use crate::merkle::verify_inclusion;
use crate::names::Origin;
use crate::policy::Policy;
use crate::record::Record;
use crate::registry::{AUTHORITY_KIND, Registry};
use crate::time::Timestamp;

/// Most keys of the operator valid side by side in one chain.
pub(super) const MAX_OPERATOR_KEYS: usize = 64;

/// The chain from entry 0 to the signing key, the signatures, the times, and the rights. `record`: the record, where it is
/// the one the entry commits to. `policy`: whose keys sign the log's checkpoints.
pub(super) fn said_by(
    extra: &Extra,
    index: u64,
    record: Option<&Record>,
    head: &Checkpoint,
    policy: &Policy,
) -> Result<String, String> {
    let origin = Origin::parse(&head.origin).map_err(|_| words::origin_form())?;
    let entry = &extra.entry;
    let mut registry = Registry::new(origin);
    let mut before: Option<(u64, Timestamp)> = None;
    for link in &extra.authority {
        // Entry 0 is signed with the key it registers: its chain is itself.
        let itself = index == 0 && link.index == 0 && link.entry == *entry;
        if link.index >= index && !itself {
            return Err(words::chain_order(link.index, index));
        }
        replay(&mut registry, link, head)
            .and_then(|()| in_time(before, &link.entry))
            .map_err(|why| words::chain_link(link.index, &why))?;
        before = Some((link.index, link.entry.logged_at));
    }
    keys_apart(&registry, policy)?;
    let state = registry
        .authority(&entry.authority)
        .ok_or_else(words::chain_missing)?;
    let signers = registry
        .verify_entry(index, entry)
        .map_err(|why| why.to_string())?;
    in_time(before, entry)?;
    let region = region(entry, record)?;
    registry
        .may_publish(&entry.authority, &entry.kind, region)
        .map_err(|why| why.to_string())?;
    let rights = words::rights(entry, region, record.is_some());
    Ok(words::said_by(state, entry, &signers, &rights))
}

/// No authority, the operator least of all, signs what it says with a key that signs checkpoints: whoever holds the server's
/// key file could then speak for it, and who said a thing would rest on who runs the server.
fn keys_apart(registry: &Registry, policy: &Policy) -> Result<(), String> {
    let origin = registry.origin().as_str();
    let logs = || policy.logs().iter().filter(|log| log.key.name == origin);
    let of_log = |key: &PublicKey| logs().any(|log| log.key.key == *key);
    let mixed = registry
        .authorities()
        .find(|state| state.keys.iter().any(|state| of_log(&state.key)));
    mixed.map_or(Ok(()), |state| Err(words::key_of_log(&state.id)))
}

/// Logged no earlier than what stands before it, and issued within the time allowed around that.
fn in_time(before: Option<(u64, Timestamp)>, entry: &Entry) -> Result<(), String> {
    match before {
        Some((index, at)) if entry.logged_at < at => {
            Err(words::logged_backwards(entry.logged_at, index, at))
        }
        _ if !entry.is_in_time() => Err(words::issued_outside(entry)),
        _ => Ok(()),
    }
}

/// The region the record is about, which has to lie in the authority's. A record of kind `authority` is about the region of
/// whom it registers, which the operator decides wherever it is.
fn region<'a>(entry: &Entry, record: Option<&'a Record>) -> Result<Option<&'a str>, String> {
    let region = record
        .filter(|_| entry.kind.as_str() != AUTHORITY_KIND)
        .and_then(|record| record.body.as_object()?.get("region"));
    match region {
        None => Ok(None),
        Some(region) => region.as_str().map(Some).ok_or_else(words::region_form),
    }
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
