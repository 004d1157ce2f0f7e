//! Which `authority` entries lead to a key: what a proof file carries so that replaying only
//! these accepts the entry.

use alloc::collections::BTreeSet;
use alloc::vec::Vec;

use super::{KeyState, Registry, RegistryError};
use crate::entry::Entry;
use crate::keys::PublicKey;
use crate::names::AuthorityId;

impl Registry {
    /// Indexes, ascending, of the entries that make `key` a key of `id` at `at_index`: entry 0, the
    /// registration and amendments of `id`, the entry that brought the key, and whatever the
    /// operator's keys that signed these rest on. Empty if `key` was not valid then.
    pub fn chain_for(&self, id: &AuthorityId, key: &PublicKey, at_index: u64) -> Vec<u64> {
        let mut chain = BTreeSet::new();
        self.add_chain(id, key, at_index, &mut chain);
        chain.into_iter().collect()
    }

    /// [`chain_for`](Self::chain_for) all keys that signed the entry at `index`.
    pub fn chain_for_entry(&self, index: u64, entry: &Entry) -> Result<Vec<u64>, RegistryError> {
        let signers = self.verify_entry(index, entry)?;
        let mut chain = BTreeSet::new();
        for key in [Some(signers.key), signers.second].iter().flatten() {
            self.add_chain(&entry.authority, key, index, &mut chain);
        }
        Ok(chain.into_iter().collect())
    }

    fn add_chain(
        &self,
        id: &AuthorityId,
        key: &PublicKey,
        at_index: u64,
        chain: &mut BTreeSet<u64>,
    ) {
        let Some(state) = self.authority(id) else {
            return;
        };
        let Some(found) = self
            .state_of(key)
            .filter(|found| self.owners.get(key) == Some(id) && found.valid_at(at_index))
        else {
            return;
        };
        // Entries still to be followed to what they rest on.
        let mut open: Vec<u64> = Vec::from([0, found.added_at, state.registered_at]);
        let amended = state.amended_at.iter().copied();
        open.extend(amended.filter(|index| *index < at_index));
        // A key that came by rotation rests on the key it replaced.
        let mut before = found.replaces;
        while let Some(old) = before.and_then(|key| self.state_of(&key)) {
            open.push(old.added_at);
            before = old.replaces;
        }
        while let Some(index) = open.pop() {
            if !chain.insert(index) {
                continue;
            }
            // Every entry rests on the operator's key that signed it, and that key likewise.
            let mut signer = self.signers.get(&index).copied();
            while let Some(state) = signer.and_then(|key| self.state_of(&key)) {
                open.push(state.added_at);
                signer = state.replaces;
            }
        }
    }

    pub(super) fn state_of(&self, key: &PublicKey) -> Option<&KeyState> {
        self.keys(self.owners.get(key)?)
            .find(|state| state.key == *key)
    }
}
