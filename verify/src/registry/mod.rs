//! Who may say what: the authorities and their keys, replayed from the log's `authority` records.
//!
//! The server replays every such record; an offline verifier replays only the chain that leads to
//! one key ([`Registry::chain_for_entry`]). Both run this code, so a key accepted by one is
//! accepted by the other. A chain with gaps cannot show that a key was *not* revoked: that stays
//! unchecked offline, and the verifier says so.

mod action;
mod chain;
mod error;

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

pub use action::{
    ActionError, AuthorityAction, MAX_AUTHORITY_NAME, MAX_REASON, Profile, Role, RotationBasis,
    key_proof_message, rotation_message,
};
pub use error::{RegistryError, RightsError};

use crate::entry::Entry;
use crate::hash::Hash;
use crate::keys::PublicKey;
use crate::names::{AuthorityId, KindName, Origin, RegionCode, is_operator_only};
use crate::record::Record;
use crate::time::Timestamp;

/// The kind of the entries that are replayed.
pub const AUTHORITY_KIND: &str = "authority";

/// A key of an authority, past or present.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyState {
    /// The key.
    pub key: PublicKey,
    /// Index of the entry that brought it.
    pub added_at: u64,
    /// Index of the entry that ended it: valid up to and including that index.
    pub ended_at: Option<u64>,
    /// Whether the operator alone put it beside or in the place of the authority's own keys ("forced by the operator"):
    /// by a rotation the old key did not sign, or as a further key, for which the format has no signature of the
    /// authority. Not the first key, and not a key the operator adds for itself.
    pub forced: bool,
    /// Leaf hash of the entry that brought it.
    pub leaf: Hash,
    /// The key it took the place of, if it came by rotation.
    pub replaces: Option<PublicKey>,
}

impl KeyState {
    /// Whether the key may sign the entry at `index`. A key is valid after the entry that brings
    /// it; only entry 0 is signed with the key it registers itself.
    pub fn valid_at(&self, index: u64) -> bool {
        let begun = self.added_at < index || (self.added_at == 0 && index == 0);
        begun && self.ended_at.is_none_or(|end| index <= end)
    }
}

/// An authority as the log shows it so far.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthorityState {
    /// Its identifier.
    pub id: AuthorityId,
    /// Its name for people.
    pub name: alloc::string::String,
    /// Operator or department.
    pub role: Role,
    /// Where it may publish.
    pub region: RegionCode,
    /// Which kinds it may publish: sorted, each once.
    pub kinds: Vec<KindName>,
    /// The telephone for those who want their credit repaired, where it has one.
    pub hotline: Option<alloc::string::String>,
    /// Its keys in the order they came, ended ones included.
    pub keys: Vec<KeyState>,
    /// Index of its registration.
    pub registered_at: u64,
    /// Indexes of its amendments, ascending.
    pub amended_at: Vec<u64>,
    /// When its last valid key ended; none while it has one.
    pub keyless_since: Option<Timestamp>,
}

/// The keys that signed an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Signers {
    /// Made the signature.
    pub key: PublicKey,
    /// Made the cosignature, where the kind has one.
    pub second: Option<PublicKey>,
    /// Index of the entry by which the operator forced [`key`](Self::key), or the newest such entry among the keys it
    /// came from by rotation; none where every step was the authority's own.
    pub forced_at: Option<u64>,
    /// The same of [`second`](Self::second).
    pub second_forced_at: Option<u64>,
}

/// All authorities and keys, after the `authority` entries replayed so far.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registry {
    origin: Origin,
    authorities: BTreeMap<AuthorityId, AuthorityState>,
    operator: Option<AuthorityId>,
    /// Every key ever seen, with whose it is.
    owners: BTreeMap<PublicKey, AuthorityId>,
    /// Every entry replayed, with the operator's key that signed it.
    signers: BTreeMap<u64, PublicKey>,
}

impl Registry {
    /// An empty registry of the log `origin`.
    pub fn new(origin: Origin) -> Self {
        Self {
            origin,
            authorities: BTreeMap::new(),
            operator: None,
            owners: BTreeMap::new(),
            signers: BTreeMap::new(),
        }
    }

    /// The log whose authorities these are.
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// The operator, once entry 0 is replayed.
    pub fn operator(&self) -> Option<&AuthorityState> {
        self.authority(self.operator.as_ref()?)
    }

    /// An authority by its identifier.
    pub fn authority(&self, id: &AuthorityId) -> Option<&AuthorityState> {
        self.authorities.get(id)
    }

    /// All authorities, by identifier.
    pub fn authorities(&self) -> impl Iterator<Item = &AuthorityState> {
        self.authorities.values()
    }

    /// The keys of `id` that have not ended.
    pub fn valid_keys(&self, id: &AuthorityId) -> Vec<PublicKey> {
        let state = self.authority(id).into_iter();
        state.flat_map(AuthorityState::valid_keys).collect()
    }

    /// The key of `id`, not ended, that made `signature` over `message`.
    pub fn find_signer(
        &self,
        id: &AuthorityId,
        message: &[u8],
        signature: &[u8; 64],
    ) -> Option<PublicKey> {
        self.keys(id)
            .filter(|state| state.ended_at.is_none())
            .map(|state| state.key)
            .find(|key| key.verify(message, signature))
    }

    /// Whether any key that `id` has or had made `signature` over `message`: what no key made need not be looked at further.
    pub fn has_signed(&self, id: &AuthorityId, message: &[u8], signature: &[u8; 64]) -> bool {
        self.keys(id)
            .any(|state| state.key.verify(message, signature))
    }

    /// Whose keys made an entry's signature and cosignature, as they were valid at `index`. Needs
    /// all of the authority's key entries up to `index` to be replayed, or the chain to its keys.
    pub fn verify_entry(&self, index: u64, entry: &Entry) -> Result<Signers, RegistryError> {
        let statement = entry.statement();
        let find = |message: &[u8], signature: &[u8; 64], other_than: Option<PublicKey>| {
            self.keys(&entry.authority)
                .filter(|state| state.valid_at(index) && Some(state.key) != other_than)
                .map(|state| state.key)
                .find(|key| key.verify(message, signature))
        };
        let key = find(&statement.message(&self.origin), &entry.signature, None)
            .ok_or_else(|| RegistryError::Signature(entry.authority.clone()))?;
        let second = match &entry.cosignature {
            None => None,
            Some(cosignature) => Some(
                find(
                    &statement.approval_message(&self.origin),
                    cosignature,
                    Some(key),
                )
                .ok_or_else(|| RegistryError::Cosignature(entry.authority.clone()))?,
            ),
        };
        Ok(Signers {
            key,
            second,
            forced_at: self.forced_at(&key),
            second_forced_at: second.and_then(|key| self.forced_at(&key)),
        })
    }

    /// The newest entry by which the operator forced this key or one it came from: a mark no later rotation wipes off.
    fn forced_at(&self, key: &PublicKey) -> Option<u64> {
        let mut state = self.state_of(key);
        while let Some(found) = state {
            if found.forced {
                return Some(found.added_at);
            }
            state = found.replaces.and_then(|old| self.state_of(&old));
        }
        None
    }

    /// Whether `id` may publish a record of `kind`, about `region` where the record names one.
    /// The operator's own kinds need not be on its list.
    pub fn may_publish(
        &self,
        id: &AuthorityId,
        kind: &KindName,
        region: Option<&str>,
    ) -> Result<(), RightsError> {
        let state = self
            .authority(id)
            .ok_or_else(|| RightsError::UnknownAuthority(id.clone()))?;
        if is_operator_only(kind) {
            if state.role != Role::Operator {
                return Err(RightsError::OperatorOnly(kind.clone()));
            }
        } else if state.kinds.binary_search(kind).is_err() {
            return Err(RightsError::Kind {
                authority: id.clone(),
                kind: kind.clone(),
            });
        }
        let Some(region) = region.map(RegionCode::parse).transpose()? else {
            return Ok(());
        };
        if state.region.covers(&region) {
            Ok(())
        } else {
            Err(RightsError::Region {
                authority: id.clone(),
                own: state.region.clone(),
                region,
            })
        }
    }

    /// Checks that an `authority` entry may come next: form, commitment, signature, proofs of
    /// possession and the rules of keys. Changes nothing.
    pub fn check(&self, entry: &Entry, record: &Record) -> Result<AuthorityAction, RegistryError> {
        self.checked(entry, record).map(|(action, _)| action)
    }

    /// Replays an `authority` entry. Indexes ascend; entries that do not matter to the keys in
    /// question may be left out.
    pub fn apply(
        &mut self,
        index: u64,
        entry: &Entry,
        record: &Record,
    ) -> Result<(), RegistryError> {
        let last = self.signers.keys().next_back().copied();
        if last.map_or(index != 0, |last| index <= last) {
            return Err(RegistryError::Order { index, last });
        }
        let (action, signer) = self.checked(entry, record)?;
        self.signers.insert(index, signer);
        let added = |key: &PublicKey, replaces: Option<PublicKey>, forced: bool| KeyState {
            key: *key,
            added_at: index,
            ended_at: None,
            forced,
            leaf: entry.leaf_hash(),
            replaces,
        };
        if let Some((key, _)) = action.new_key() {
            self.owners.insert(*key, action.authority_id().clone());
        }
        if let AuthorityAction::Register {
            authority_id,
            role,
            profile,
            public_key,
            ..
        } = action
        {
            if role == Role::Operator {
                self.operator = Some(authority_id.clone());
            }
            let state = AuthorityState {
                id: authority_id.clone(),
                name: profile.name,
                role,
                region: profile.region,
                kinds: profile.kinds,
                hotline: profile.hotline,
                keys: Vec::from([added(&public_key, None, false)]),
                registered_at: index,
                amended_at: Vec::new(),
                keyless_since: None,
            };
            self.authorities.insert(authority_id, state);
            return Ok(());
        }
        let state = self
            .authorities
            .get_mut(action.authority_id())
            .expect("the check found this authority");
        match action {
            AuthorityAction::Register { .. } => {}
            AuthorityAction::Amend { profile, .. } => {
                state.name = profile.name;
                state.region = profile.region;
                state.kinds = profile.kinds;
                state.hotline = profile.hotline;
                state.amended_at.push(index);
            }
            AuthorityAction::AddKey { public_key, .. } => {
                let forced = state.role != Role::Operator;
                state.keys.push(added(&public_key, None, forced));
                state.keyless_since = None;
            }
            AuthorityAction::Rotate {
                public_key,
                old_key,
                basis,
                ..
            } => {
                let forced = matches!(basis, RotationBasis::Forced { .. });
                state.end(&old_key, index);
                state.keys.push(added(&public_key, Some(old_key), forced));
            }
            AuthorityAction::Revoke { public_key, .. } => {
                state.end(&public_key, index);
                if state.valid_keys().next().is_none() {
                    state.keyless_since = Some(entry.logged_at);
                }
            }
        }
        Ok(())
    }

    fn keys(&self, id: &AuthorityId) -> impl Iterator<Item = &KeyState> {
        self.authority(id).into_iter().flat_map(|state| &state.keys)
    }

    /// The action and the operator's key that signed it.
    fn checked(
        &self,
        entry: &Entry,
        record: &Record,
    ) -> Result<(AuthorityAction, PublicKey), RegistryError> {
        if entry.kind.as_str() != AUTHORITY_KIND {
            return Err(RegistryError::Kind);
        }
        if record.commitment() != entry.commitment {
            return Err(RegistryError::Commitment);
        }
        let action = AuthorityAction::from_body(&record.body)?;
        let message = entry.statement().message(&self.origin);
        let signer = match &self.operator {
            None => self_registered(&action, entry, &message)?,
            Some(operator) if *operator != entry.authority => {
                return Err(RegistryError::NotOperator);
            }
            Some(operator) => self
                .operator_signer(operator, &message, &entry.signature)
                .ok_or_else(|| RegistryError::Signature(operator.clone()))?,
        };
        self.check_subject(&action)?;
        if let Some((key, proof)) = action.new_key() {
            if self.owners.contains_key(key) {
                return Err(RegistryError::KeyUsed);
            }
            let message = key_proof_message(&self.origin, action.authority_id(), key);
            if !key.verify(&message, proof) {
                return Err(RegistryError::KeyProof);
            }
        }
        Ok((action, signer))
    }

    /// The operator's valid key that made `signature`: first the one that signed the entry before, which it nearly
    /// always is, so that a replay does not try every key for every entry.
    fn operator_signer(
        &self,
        operator: &AuthorityId,
        message: &[u8],
        signature: &[u8; 64],
    ) -> Option<PublicKey> {
        let last = self.signers.values().next_back().copied();
        let last = last.filter(|key| self.state_of(key).is_some_and(|s| s.ended_at.is_none()));
        last.filter(|key| key.verify(message, signature))
            .or_else(|| self.find_signer(operator, message, signature))
    }

    /// The rules about the authority the action concerns.
    fn check_subject(&self, action: &AuthorityAction) -> Result<(), RegistryError> {
        let id = action.authority_id();
        let state = self.authority(id);
        if let AuthorityAction::Register { role, .. } = action {
            return if state.is_some() {
                Err(RegistryError::AlreadyRegistered(id.clone()))
            } else if *role == Role::Operator && self.operator.is_some() {
                Err(RegistryError::SecondOperator)
            } else {
                Ok(())
            };
        }
        let state = state.ok_or_else(|| RegistryError::UnknownAuthority(id.clone()))?;
        let is_valid = |key: &PublicKey| {
            let mut keys = state.keys.iter();
            keys.any(|state| state.key == *key && state.ended_at.is_none())
        };
        match action {
            AuthorityAction::Revoke { public_key, .. } => {
                if !is_valid(public_key) {
                    Err(RegistryError::KeyNotValid)
                } else if state.role == Role::Operator && self.valid_keys(id).len() == 1 {
                    Err(RegistryError::LastOperatorKey)
                } else {
                    Ok(())
                }
            }
            AuthorityAction::Rotate {
                public_key,
                old_key,
                basis,
                ..
            } => {
                if !is_valid(old_key) {
                    return Err(RegistryError::KeyNotValid);
                }
                match basis {
                    RotationBasis::SignedByOldKey(signature)
                        if !old_key.verify(
                            &rotation_message(&self.origin, id, old_key, public_key),
                            signature,
                        ) =>
                    {
                        Err(RegistryError::OldKeySignature)
                    }
                    _ => Ok(()),
                }
            }
            _ => Ok(()),
        }
    }
}

impl AuthorityState {
    /// Its keys that have not ended.
    pub fn valid_keys(&self) -> impl Iterator<Item = PublicKey> {
        let valid = self.keys.iter().filter(|state| state.ended_at.is_none());
        valid.map(|state| state.key)
    }

    fn end(&mut self, key: &PublicKey, index: u64) {
        for state in &mut self.keys {
            if state.key == *key && state.ended_at.is_none() {
                state.ended_at = Some(index);
            }
        }
    }
}

/// Entry 0 stands on nothing but itself: the operator's registration, signed with its own key.
fn self_registered(
    action: &AuthorityAction,
    entry: &Entry,
    message: &[u8],
) -> Result<PublicKey, RegistryError> {
    match action {
        AuthorityAction::Register {
            authority_id,
            role: Role::Operator,
            public_key,
            ..
        } if *authority_id == entry.authority => {
            if public_key.verify(message, &entry.signature) {
                Ok(*public_key)
            } else {
                Err(RegistryError::Signature(authority_id.clone()))
            }
        }
        _ => Err(RegistryError::FirstEntry),
    }
}
