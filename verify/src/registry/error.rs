//! Why the replay refuses an entry, and why an authority may not publish.

use super::ActionError;
use crate::names::{AuthorityId, KindName, NameError, RegionCode};

/// Why an `authority` entry, or a signature, is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RegistryError {
    /// Not an entry of kind `authority`.
    #[error("the entry is not of kind authority")]
    Kind,
    /// The record is not the one the entry commits to.
    #[error("the record does not match the entry's commitment")]
    Commitment,
    /// The body is not that of an authority record.
    #[error("authority record: {0}")]
    Body(#[from] ActionError),
    /// The indexes are not ascending from 0.
    #[error("authority entry {index} cannot follow: the next is {}", expected(.last))]
    Order {
        /// The index given.
        index: u64,
        /// The last one replayed.
        last: Option<u64>,
    },
    /// Entry 0 is not the operator's registration signed with the key it registers.
    #[error("entry 0 must be the operator's own registration")]
    FirstEntry,
    /// A second operator.
    #[error("there is exactly one operator")]
    SecondOperator,
    /// Issued by someone else than the operator.
    #[error("authority entries are issued by the operator only")]
    NotOperator,
    /// Nobody registered under this name.
    #[error("authority {0} is not registered")]
    UnknownAuthority(AuthorityId),
    /// Registered already.
    #[error("authority {0} is already registered")]
    AlreadyRegistered(AuthorityId),
    /// The new key was seen before: a key belongs to one authority, once.
    #[error("the key was registered before and cannot be registered again")]
    KeyUsed,
    /// The key to end is not a valid key of that authority.
    #[error("the key to end is not a valid key of this authority")]
    KeyNotValid,
    /// Revoking this key would leave the operator without one.
    #[error("the last valid key of the operator cannot be revoked")]
    LastOperatorKey,
    /// No key of the authority valid then made this signature.
    #[error("no key of {0} valid at that index made the signature")]
    Signature(AuthorityId),
    /// No second key of the authority made the cosignature.
    #[error("no second key of {0} valid at that index made the cosignature")]
    Cosignature(AuthorityId),
    /// The new key did not sign its proof of possession.
    #[error("the new key did not sign its proof of possession")]
    KeyProof,
    /// The old key did not sign the rotation.
    #[error("the old key did not sign the rotation")]
    OldKeySignature,
}

fn expected(last: &Option<u64>) -> &'static str {
    match last {
        None => "entry 0",
        Some(_) => "a later one",
    }
}

/// Why an authority may not publish something.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RightsError {
    /// Nobody registered under this name.
    #[error("authority {0} is not registered")]
    UnknownAuthority(AuthorityId),
    /// A kind of the operator's.
    #[error("only the operator publishes {0}")]
    OperatorOnly(KindName),
    /// The kind is not on the authority's list.
    #[error("{authority} may not publish {kind}")]
    Kind {
        /// Who.
        authority: AuthorityId,
        /// What.
        kind: KindName,
    },
    /// The region is not covered by the authority's.
    #[error("{authority} of region {own} may not publish for region {region}")]
    Region {
        /// Who.
        authority: AuthorityId,
        /// Its region.
        own: RegionCode,
        /// The region asked for.
        region: RegionCode,
    },
    /// Not a region.
    #[error("{0}")]
    RegionForm(#[from] NameError),
}
