//! The end of a record's display, by withdrawal or erasure: its body, who may sign it, and what is known beforehand to be refused.

use super::found::Found;
use crate::domain::{FieldError, Kind, dates, validate};
use crate::ingest::{Authority, KeyFile};
use crate::intake::Event;
use gongshi_verify::entry::MAX_AGE_SECONDS;
use gongshi_verify::json::Value;
use gongshi_verify::names::AuthorityId;
use gongshi_verify::time::Timestamp;
use std::collections::BTreeMap;

/// What is decided about records, each of which gets an entry of its own that says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ending {
    /// [`Kind::Withdrawal`] or [`Kind::Erasure`].
    pub kind: Kind,
    /// Code of the reason, of the kind's own list.
    pub reason: String,
    /// The law it rests on.
    pub legal_basis: String,
    /// The day of the decision, `YYYY-MM-DD`.
    pub decided_on: String,
    /// The decision on repair it follows: how records name that entry.
    pub repair_decision: Option<Value>,
}

impl Ending {
    /// The body about one record, in that region.
    pub fn body(&self, target: &Found, region: &str) -> Value {
        let mut members = BTreeMap::new();
        let mut put = |name: &str, value: Value| members.insert(name.to_owned(), value);
        let reason = match self.kind {
            Kind::Erasure => "erasure_reason",
            _ => "withdrawal_reason",
        };
        put(reason, self.reason.as_str().into());
        put("decided_on", self.decided_on.as_str().into());
        put("legal_basis", self.legal_basis.as_str().into());
        put("region", region.into());
        put("target", target.reference());
        if let Some(decision) = &self.repair_decision {
            put("repair_decision", decision.clone());
        }
        Value::Object(members)
    }
}

/// The region of an end of display: the record's own, or, where that is not public any more, the one that the entry says which ended it.
pub fn region_of(target: &Found, ended_by: Option<&Found>) -> Option<String> {
    let own = |found: &Found| Some(found.view()?.region()?.to_string());
    own(target).or_else(|| own(ended_by?))
}

/// Why the display of a record cannot be ended, as far as can be told before.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TargetFault {
    /// Of a kind that stays for ever, or one that this version does not know.
    #[error("an entry of kind {0} is never withdrawn or erased")]
    Permanent(String),
    /// Another authority published it.
    #[error("it was published by {0}, whose it is to withdraw or erase")]
    Foreign(AuthorityId),
    /// It is not given, and nothing is said of why.
    #[error("the record is not public, and the server does not say how it left")]
    Unclear,
}

/// Whether the display of a record can be ended: `Ok(None)`, yes; an index: that entry has done it already.
///
/// # Errors
/// [`TargetFault`].
pub fn admit(
    kind: Kind,
    target: &Found,
    authority: &AuthorityId,
) -> Result<Option<u64>, TargetFault> {
    match target.kind() {
        Some(of) if !of.permanent() && of != Kind::Expiry => {}
        _ => return Err(TargetFault::Permanent(target.entry.kind.to_string())),
    }
    if target.entry.authority != *authority {
        return Err(TargetFault::Foreign(target.entry.authority.clone()));
    }
    match (&target.ended, kind) {
        (Some(ended), Kind::Erasure) => Ok(ended.erased_by()),
        (Some(ended), _) => Ok(Some(ended.by)),
        (None, _) if target.record.is_none() => Err(TargetFault::Unclear),
        (None, _) => Ok(None),
    }
}

/// Why these keys cannot sign.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignersError {
    /// The log does not know the authority.
    #[error("the log has no authority {0}")]
    Unknown(AuthorityId),
    /// It may not publish such records.
    #[error(
        "{authority} may not publish records of the kind {kind}; the operator grants that with `gongshi authority amend`"
    )]
    Kind {
        /// Who.
        authority: AuthorityId,
        /// What.
        kind: Kind,
    },
    /// A key is not one of the authority's, or not any more.
    #[error("{which} key is not a key of {authority} that is valid now")]
    NotValid {
        /// The first or the second of two, or this one.
        which: &'static str,
        /// Whose it says it is.
        authority: AuthorityId,
    },
    /// The second key is another authority's.
    #[error(
        "the second key is of {second}, the first of {first}; both have to be of one authority"
    )]
    Authorities {
        /// Of the first.
        first: AuthorityId,
        /// Of the second.
        second: AuthorityId,
    },
    /// One key twice.
    #[error("both are the same key; a second person approves with a key of their own")]
    Same,
}

/// Who signs, and who approves.
pub struct Signers<'a> {
    /// The first key.
    pub first: &'a KeyFile,
    /// The second, where it is at hand.
    pub second: Option<&'a KeyFile>,
}

impl Signers<'_> {
    /// Whether the two are different keys of one authority: known without any server.
    ///
    /// # Errors
    /// [`SignersError`].
    pub fn differ(&self) -> Result<(), SignersError> {
        let Some(second) = self.second else {
            return Ok(());
        };
        if second.authority != self.first.authority {
            return Err(SignersError::Authorities {
                first: self.first.authority.clone(),
                second: second.authority.clone(),
            });
        }
        match second.key.public() == self.first.key.public() {
            true => Err(SignersError::Same),
            false => Ok(()),
        }
    }

    /// Whether the log lists them for that kind.
    ///
    /// # Errors
    /// [`SignersError`].
    pub fn listed(&self, kind: Kind, listed: Option<&Authority>) -> Result<(), SignersError> {
        self.differ()?;
        let authority = self.first.authority.clone();
        let listed = listed.ok_or_else(|| SignersError::Unknown(authority.clone()))?;
        if !listed.kinds.iter().any(|own| own == kind.as_str()) {
            return Err(SignersError::Kind { authority, kind });
        }
        let first = match self.second {
            Some(_) => "the first",
            None => "this",
        };
        let keys = [(first, Some(self.first)), ("the second", self.second)];
        for (which, file) in keys {
            let Some(file) = file else { continue };
            if !listed.has_key(&file.key.public()) {
                let authority = authority.clone();
                return Err(SignersError::NotValid { which, authority });
            }
        }
        Ok(())
    }
}

/// What is wrong with the fields of an event about records, at the day it was signed.
pub fn field_faults(kind: Kind, event: &Event) -> Vec<FieldError> {
    let day = dates::day_in_china(event.issued_at.unix());
    validate(kind, event.body(), day).err().unwrap_or_default()
}

/// Until when an event can be logged that was signed then.
pub(super) fn until(issued_at: Timestamp) -> Option<Timestamp> {
    Timestamp::from_unix(issued_at.unix() + MAX_AGE_SECONDS)
}
