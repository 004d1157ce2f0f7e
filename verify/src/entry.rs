//! An entry: one leaf of the log, saying who said what, when, without what was said.
//!
//! An entry has exactly one spelling, JCS of exactly its members; anything else is refused, so
//! that a leaf hash and a meaning belong to each other. Also the messages its keys sign. Whether
//! those keys are the authority's is decided by [`crate::registry`].

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

use crate::encoding::{base64, base64_array, hex, hex32};
use crate::hash::{self, Hash};
use crate::json::{self, JsonError, Value};
use crate::names::{AuthorityId, KindName, Origin, needs_cosignature, ref_rule};
use crate::time::Timestamp;

/// The version every entry and signed object carries as `v`.
pub const VERSION: i64 = 1;

/// `issued_at` lies at most this long before `logged_at`: 7 days.
pub const MAX_AGE_SECONDS: i64 = 7 * 86_400;

/// `issued_at` lies at most this long after `logged_at` (clocks differ): 2 minutes.
pub const MAX_AHEAD_SECONDS: i64 = 120;

const EVENT_PREFIX: &str = "gongshi/event/v1\n";
const APPROVAL_PREFIX: &str = "gongshi/approve/v1\n";

/// What an authority signs: the entry without what the log adds.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Statement {
    /// Who says it.
    pub authority: AuthorityId,
    /// Commitment of the record.
    pub commitment: Hash,
    /// When the authority says it said so.
    pub issued_at: Timestamp,
    /// What kind of record.
    pub kind: KindName,
    /// The `ref` member, present exactly where [`ref_rule`] says.
    pub reference: Option<String>,
}

/// One leaf of the log.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Entry {
    /// Who says it.
    pub authority: AuthorityId,
    /// Commitment of the record.
    pub commitment: Hash,
    /// When the authority says it said so.
    pub issued_at: Timestamp,
    /// What kind of record.
    pub kind: KindName,
    /// When the log took it; never decreases along the log.
    pub logged_at: Timestamp,
    /// By a key of the authority over [`Statement::message`].
    pub signature: [u8; 64],
    /// The `ref` member, present exactly where [`ref_rule`] says.
    pub reference: Option<String>,
    /// By a second key of the authority over [`Statement::approval_message`], present exactly
    /// where [`needs_cosignature`] says.
    pub cosignature: Option<[u8; 64]>,
}

/// Why something is not an entry, or not a statement that can become one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EntryError {
    /// Not JSON of the profile.
    #[error("the entry is not valid JSON of the profile: {0}")]
    Json(#[from] JsonError),
    /// Not an object.
    #[error("an entry must be an object")]
    NotAnObject,
    /// A member is absent.
    #[error("member {0} is missing")]
    Missing(&'static str),
    /// A member the format does not know.
    #[error("member {0} is unknown")]
    Unknown(String),
    /// A member is not of its form.
    #[error("member {member} must be {expected}")]
    Malformed {
        /// Which member.
        member: &'static str,
        /// Its form.
        expected: &'static str,
    },
    /// `ref` or `cosignature` stands where the kind has none.
    #[error("member {0} does not belong to this kind")]
    Unexpected(&'static str),
    /// All members are right, but the text is not their canonical spelling.
    #[error("the entry is not the canonical spelling (JCS) of itself")]
    NotCanonical,
}

impl Statement {
    /// Checks what the types do not: that `ref` is what the kind demands.
    pub fn check(&self) -> Result<(), EntryError> {
        let rule = ref_rule(&self.kind);
        match (&self.reference, rule.accepts(None)) {
            (None, false) => Err(EntryError::Missing("ref")),
            (Some(_), true) => Err(EntryError::Unexpected("ref")),
            (reference, _) if rule.accepts(reference.as_deref()) => Ok(()),
            _ => Err(EntryError::Malformed {
                member: "ref",
                expected: "a plan key or a decimal index, as the kind demands",
            }),
        }
    }

    /// The bytes the authority's key signs, for the log of this origin only.
    pub fn message(&self, origin: &Origin) -> Vec<u8> {
        self.prefixed(EVENT_PREFIX, origin)
    }

    /// The bytes the second key signs where a cosignature is needed.
    pub fn approval_message(&self, origin: &Origin) -> Vec<u8> {
        self.prefixed(APPROVAL_PREFIX, origin)
    }

    fn prefixed(&self, prefix: &str, origin: &Origin) -> Vec<u8> {
        let mut members = self.members();
        members.insert("origin".into(), origin.as_str().into());
        let mut message = String::from(prefix);
        message.push_str(&json::to_jcs(&Value::Object(members)));
        message.into_bytes()
    }

    /// The members an entry and its signed object share.
    fn members(&self) -> BTreeMap<String, Value> {
        let mut members: BTreeMap<String, Value> = [
            ("authority", self.authority.as_str().into()),
            ("commitment", hex(&self.commitment).into()),
            ("issued_at", alloc::format!("{}", self.issued_at).into()),
            ("kind", self.kind.as_str().into()),
            ("v", Value::Int(VERSION)),
        ]
        .into_iter()
        .map(|(name, value)| (name.into(), value))
        .collect();
        if let Some(reference) = &self.reference {
            members.insert("ref".into(), reference.as_str().into());
        }
        members
    }

    /// The entry this statement becomes. Form is not checked here: see [`Entry::check`].
    pub fn into_entry(
        self,
        logged_at: Timestamp,
        signature: [u8; 64],
        cosignature: Option<[u8; 64]>,
    ) -> Entry {
        Entry {
            authority: self.authority,
            commitment: self.commitment,
            issued_at: self.issued_at,
            kind: self.kind,
            logged_at,
            signature,
            reference: self.reference,
            cosignature,
        }
    }
}

impl Entry {
    /// Reads an entry; refuses every text that is not byte for byte what
    /// [`to_bytes`](Self::to_bytes) writes.
    pub fn parse(input: &[u8]) -> Result<Self, EntryError> {
        let Value::Object(mut members) = json::parse(input)? else {
            return Err(EntryError::NotAnObject);
        };
        let mut take = |name: &'static str| members.remove(name);
        let fields = Fields {
            authority: take("authority"),
            commitment: take("commitment"),
            issued_at: take("issued_at"),
            kind: take("kind"),
            logged_at: take("logged_at"),
            signature: take("signature"),
            reference: take("ref"),
            cosignature: take("cosignature"),
            version: take("v"),
        };
        if let Some(name) = members.into_keys().next() {
            return Err(EntryError::Unknown(name));
        }
        let entry = fields.entry()?;
        entry.check()?;
        if entry.to_bytes() == input {
            Ok(entry)
        } else {
            Err(EntryError::NotCanonical)
        }
    }

    /// Checks what the types do not: that `ref` and `cosignature` are as the kind demands.
    pub fn check(&self) -> Result<(), EntryError> {
        self.statement().check()?;
        match (&self.cosignature, needs_cosignature(&self.kind)) {
            (None, true) => Err(EntryError::Missing("cosignature")),
            (Some(_), false) => Err(EntryError::Unexpected("cosignature")),
            _ => Ok(()),
        }
    }

    /// The one spelling of this entry: the bytes of the leaf.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.to_text().into_bytes()
    }

    /// [`to_bytes`](Self::to_bytes) as text.
    pub fn to_text(&self) -> String {
        let mut members = self.statement().members();
        members.insert(
            "logged_at".into(),
            alloc::format!("{}", self.logged_at).into(),
        );
        members.insert("signature".into(), base64(&self.signature).into());
        if let Some(cosignature) = &self.cosignature {
            members.insert("cosignature".into(), base64(cosignature).into());
        }
        json::to_jcs(&Value::Object(members))
    }

    /// RFC 9162 leaf hash of [`to_bytes`](Self::to_bytes).
    pub fn leaf_hash(&self) -> Hash {
        hash::leaf_hash(&self.to_bytes())
    }

    /// Whether it was issued within [`MAX_AGE_SECONDS`] before and [`MAX_AHEAD_SECONDS`] after it was logged.
    pub fn is_in_time(&self) -> bool {
        // Both are within the years 0001 to 9999, so the difference is small.
        let age = self.logged_at.unix() - self.issued_at.unix();
        (-MAX_AHEAD_SECONDS..=MAX_AGE_SECONDS).contains(&age)
    }

    /// What was signed.
    pub fn statement(&self) -> Statement {
        Statement {
            authority: self.authority.clone(),
            commitment: self.commitment,
            issued_at: self.issued_at,
            kind: self.kind.clone(),
            reference: self.reference.clone(),
        }
    }
}

/// The members as found, before they are read.
struct Fields {
    authority: Option<Value>,
    commitment: Option<Value>,
    issued_at: Option<Value>,
    kind: Option<Value>,
    logged_at: Option<Value>,
    signature: Option<Value>,
    reference: Option<Value>,
    cosignature: Option<Value>,
    version: Option<Value>,
}

impl Fields {
    fn entry(self) -> Result<Entry, EntryError> {
        match self.version {
            None => return Err(EntryError::Missing("v")),
            Some(Value::Int(VERSION)) => {}
            Some(_) => {
                return Err(EntryError::Malformed {
                    member: "v",
                    expected: "the integer 1",
                });
            }
        }
        Ok(Entry {
            authority: required(self.authority, "authority", "a valid authority", |text| {
                AuthorityId::parse(text).ok()
            })?,
            commitment: required(self.commitment, "commitment", HASH, |text| hex32(text).ok())?,
            issued_at: required(self.issued_at, "issued_at", TIME, |text| {
                Timestamp::parse(text).ok()
            })?,
            kind: required(self.kind, "kind", "a valid kind", |text| {
                KindName::parse(text).ok()
            })?,
            logged_at: required(self.logged_at, "logged_at", TIME, |text| {
                Timestamp::parse(text).ok()
            })?,
            signature: required(self.signature, "signature", SIGNATURE, |text| {
                base64_array(text).ok()
            })?,
            reference: optional(self.reference, "ref", "a string", |text| Some(text.into()))?,
            cosignature: optional(self.cosignature, "cosignature", SIGNATURE, |text| {
                base64_array(text).ok()
            })?,
        })
    }
}

const HASH: &str = "64 lowercase hexadecimal digits";
const TIME: &str = "a real time written YYYY-MM-DDTHH:MM:SSZ";
const SIGNATURE: &str = "padded base64 of 64 bytes";

fn optional<T>(
    value: Option<Value>,
    member: &'static str,
    expected: &'static str,
    read: impl Fn(&str) -> Option<T>,
) -> Result<Option<T>, EntryError> {
    let malformed = EntryError::Malformed { member, expected };
    match value {
        None => Ok(None),
        Some(value) => value.as_str().and_then(read).map(Some).ok_or(malformed),
    }
}

fn required<T>(
    value: Option<Value>,
    member: &'static str,
    expected: &'static str,
    read: impl Fn(&str) -> Option<T>,
) -> Result<T, EntryError> {
    optional(value, member, expected, read)?.ok_or(EntryError::Missing(member))
}
