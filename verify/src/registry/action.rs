//! The bodies of `authority` records, and the messages their keys sign.
//!
//! Form only: whether an action is allowed in the log's state is decided by the replay next door.

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

use crate::encoding::{base64, base64_array};
use crate::json::{self, Value};
use crate::keys::PublicKey;
use crate::names::{AuthorityId, KindName, Origin, RegionCode};

/// Longest authority name in characters.
pub const MAX_AUTHORITY_NAME: usize = 200;

/// Longest telephone number in characters.
pub const MAX_HOTLINE: usize = 32;

/// Longest reason in characters.
pub const MAX_REASON: usize = 500;

const KEY_PREFIX: &str = "gongshi/key/v1\n";
const ROTATE_PREFIX: &str = "gongshi/rotate/v1\n";

/// What an authority is in this log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// Runs the log; exactly one, registered by entry 0.
    Operator,
    /// Publishes.
    Department,
}

impl Role {
    /// As written in records.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Operator => "operator",
            Self::Department => "department",
        }
    }
}

/// Who an authority is and what it may publish.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// Its name for people.
    pub name: String,
    /// Where it may publish.
    pub region: RegionCode,
    /// Which kinds it may publish: sorted, each once.
    pub kinds: Vec<KindName>,
    /// The telephone for those who want their credit repaired, where it has one.
    pub hotline: Option<String>,
}

/// By what right a new key takes an old key's place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RotationBasis {
    /// The old key signed [`rotation_message`].
    SignedByOldKey([u8; 64]),
    /// The operator forced it and says why.
    Forced {
        /// At most [`MAX_REASON`] characters.
        reason: String,
    },
}

/// What an `authority` record does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AuthorityAction {
    /// A new authority with its first key.
    Register {
        /// Whom it concerns.
        authority_id: AuthorityId,
        /// Operator in entry 0, department in all others.
        role: Role,
        /// Name, region, kinds, hotline.
        profile: Profile,
        /// The first key.
        public_key: PublicKey,
        /// By that key over [`key_proof_message`].
        key_proof: [u8; 64],
    },
    /// Another name, region, list of kinds, or hotline; all are stated anew.
    Amend {
        /// Whom it concerns.
        authority_id: AuthorityId,
        /// Name, region, kinds, hotline.
        profile: Profile,
    },
    /// One more key.
    AddKey {
        /// Whom it concerns.
        authority_id: AuthorityId,
        /// The key.
        public_key: PublicKey,
        /// By that key over [`key_proof_message`].
        key_proof: [u8; 64],
    },
    /// A new key in the place of an old one, which ends.
    Rotate {
        /// Whom it concerns.
        authority_id: AuthorityId,
        /// The new key.
        public_key: PublicKey,
        /// By the new key over [`key_proof_message`].
        key_proof: [u8; 64],
        /// The key that ends.
        old_key: PublicKey,
        /// Who asked for it.
        basis: RotationBasis,
    },
    /// The end of a key.
    Revoke {
        /// Whom it concerns.
        authority_id: AuthorityId,
        /// The key that ends.
        public_key: PublicKey,
        /// At most [`MAX_REASON`] characters.
        reason: String,
    },
}

/// Why a body is not that of an `authority` record.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ActionError {
    /// Not an object.
    #[error("the body must be an object")]
    NotAnObject,
    /// A member the action needs is absent.
    #[error("field {0} is missing")]
    Missing(&'static str),
    /// A member the action does not have.
    #[error("field {0} does not belong to this action")]
    Unknown(String),
    /// A member not of its form.
    #[error("field {field} must be {expected}")]
    Malformed {
        /// Which member.
        field: &'static str,
        /// Its form.
        expected: &'static str,
    },
}

/// What a new key signs to show that its holder has it:
/// `"gongshi/key/v1\n" || JCS({"authority","origin","public_key"})`.
pub fn key_proof_message(origin: &Origin, authority: &AuthorityId, key: &PublicKey) -> Vec<u8> {
    prefixed(
        KEY_PREFIX,
        Value::object([
            ("authority", authority.as_str().into()),
            ("origin", origin.as_str().into()),
            ("public_key", key.to_base64().into()),
        ]),
    )
}

/// What the old key signs to hand over to the new one:
/// `"gongshi/rotate/v1\n" || JCS({"authority","new_key","old_key","origin"})`.
pub fn rotation_message(
    origin: &Origin,
    authority: &AuthorityId,
    old_key: &PublicKey,
    new_key: &PublicKey,
) -> Vec<u8> {
    prefixed(
        ROTATE_PREFIX,
        Value::object([
            ("authority", authority.as_str().into()),
            ("new_key", new_key.to_base64().into()),
            ("old_key", old_key.to_base64().into()),
            ("origin", origin.as_str().into()),
        ]),
    )
}

fn prefixed(prefix: &str, value: Value) -> Vec<u8> {
    let mut message = String::from(prefix);
    message.push_str(&json::to_jcs(&value));
    message.into_bytes()
}

impl AuthorityAction {
    /// Whom the action concerns.
    pub fn authority_id(&self) -> &AuthorityId {
        match self {
            Self::Register { authority_id, .. }
            | Self::Amend { authority_id, .. }
            | Self::AddKey { authority_id, .. }
            | Self::Rotate { authority_id, .. }
            | Self::Revoke { authority_id, .. } => authority_id,
        }
    }

    /// The `action` member as written.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Register { .. } => "register",
            Self::Amend { .. } => "amend",
            Self::AddKey { .. } => "add_key",
            Self::Rotate { .. } => "rotate",
            Self::Revoke { .. } => "revoke",
        }
    }

    /// The key this action brings in, with its proof of possession.
    pub fn new_key(&self) -> Option<(&PublicKey, &[u8; 64])> {
        match self {
            Self::Register {
                public_key,
                key_proof,
                ..
            }
            | Self::AddKey {
                public_key,
                key_proof,
                ..
            }
            | Self::Rotate {
                public_key,
                key_proof,
                ..
            } => Some((public_key, key_proof)),
            Self::Amend { .. } | Self::Revoke { .. } => None,
        }
    }

    /// Reads a body; refuses members the action does not have.
    pub fn from_body(body: &Value) -> Result<Self, ActionError> {
        let mut fields = Fields(body.as_object().ok_or(ActionError::NotAnObject)?.clone());
        let action = fields.text("action")?;
        let authority_id = fields.parsed("authority_id", "a valid authority", |text| {
            AuthorityId::parse(text).ok()
        })?;
        let action = match action.as_str() {
            "register" => Self::Register {
                authority_id,
                role: fields.parsed("role", "operator or department", |text| match text {
                    "operator" => Some(Role::Operator),
                    "department" => Some(Role::Department),
                    _ => None,
                })?,
                profile: fields.profile()?,
                public_key: fields.key("public_key")?,
                key_proof: fields.signature("key_proof")?,
            },
            "amend" => Self::Amend {
                authority_id,
                profile: fields.profile()?,
            },
            "add_key" => Self::AddKey {
                authority_id,
                public_key: fields.key("public_key")?,
                key_proof: fields.signature("key_proof")?,
            },
            "rotate" => Self::Rotate {
                authority_id,
                public_key: fields.key("public_key")?,
                key_proof: fields.signature("key_proof")?,
                old_key: fields.key("old_key")?,
                basis: if fields.0.contains_key("old_key_signature") {
                    RotationBasis::SignedByOldKey(fields.signature("old_key_signature")?)
                } else {
                    RotationBasis::Forced {
                        reason: fields.reason()?,
                    }
                },
            },
            "revoke" => Self::Revoke {
                authority_id,
                public_key: fields.key("public_key")?,
                reason: fields.reason()?,
            },
            _ => {
                return Err(ActionError::Malformed {
                    field: "action",
                    expected: "register, amend, add_key, rotate or revoke",
                });
            }
        };
        match fields.0.into_keys().next() {
            None => Ok(action),
            Some(name) => Err(ActionError::Unknown(name)),
        }
    }

    /// The body [`from_body`](Self::from_body) reads.
    pub fn to_body(&self) -> Value {
        let mut members = BTreeMap::new();
        let mut put = |name: &str, value: Value| {
            members.insert(String::from(name), value);
        };
        put("action", self.name().into());
        put("authority_id", self.authority_id().as_str().into());
        if let Some((key, proof)) = self.new_key() {
            put("public_key", key.to_base64().into());
            put("key_proof", base64(proof).into());
        }
        match self {
            Self::Register { role, profile, .. } => {
                put("role", role.as_str().into());
                put_profile(&mut put, profile);
            }
            Self::Amend { profile, .. } => put_profile(&mut put, profile),
            Self::AddKey { .. } => {}
            Self::Rotate { old_key, basis, .. } => {
                put("old_key", old_key.to_base64().into());
                match basis {
                    RotationBasis::SignedByOldKey(signature) => {
                        put("old_key_signature", base64(signature).into());
                    }
                    RotationBasis::Forced { reason } => put("reason", reason.as_str().into()),
                }
            }
            Self::Revoke {
                public_key, reason, ..
            } => {
                put("public_key", public_key.to_base64().into());
                put("reason", reason.as_str().into());
            }
        }
        Value::Object(members)
    }
}

fn put_profile(put: &mut impl FnMut(&str, Value), profile: &Profile) {
    let kinds = profile.kinds.iter().map(|kind| kind.as_str().into());
    put("name", profile.name.as_str().into());
    put("region", profile.region.as_str().into());
    put("kinds", Value::Array(kinds.collect()));
    if let Some(hotline) = &profile.hotline {
        put("hotline", hotline.as_str().into());
    }
}

/// The members not yet read.
struct Fields(BTreeMap<String, Value>);

impl Fields {
    fn take(&mut self, field: &'static str) -> Result<Value, ActionError> {
        self.0.remove(field).ok_or(ActionError::Missing(field))
    }

    fn text(&mut self, field: &'static str) -> Result<String, ActionError> {
        self.parsed(field, "a string", |text| Some(text.into()))
    }

    fn parsed<T>(
        &mut self,
        field: &'static str,
        expected: &'static str,
        read: impl Fn(&str) -> Option<T>,
    ) -> Result<T, ActionError> {
        let value = self.take(field)?;
        value
            .as_str()
            .and_then(read)
            .ok_or(ActionError::Malformed { field, expected })
    }

    fn key(&mut self, field: &'static str) -> Result<PublicKey, ActionError> {
        self.parsed(field, "padded base64 of an Ed25519 public key", |text| {
            PublicKey::from_base64(text).ok()
        })
    }

    fn signature(&mut self, field: &'static str) -> Result<[u8; 64], ActionError> {
        self.parsed(field, "padded base64 of 64 bytes", |text| {
            base64_array(text).ok()
        })
    }

    fn reason(&mut self) -> Result<String, ActionError> {
        self.parsed(
            "reason",
            "a text of 1 to 500 characters without control characters",
            |text| plain_text(text, MAX_REASON),
        )
    }

    fn profile(&mut self) -> Result<Profile, ActionError> {
        Ok(Profile {
            name: self.parsed(
                "name",
                "a text of 1 to 200 characters without control characters",
                |text| plain_text(text, MAX_AUTHORITY_NAME),
            )?,
            region: self.parsed("region", "six digits", |text| RegionCode::parse(text).ok())?,
            kinds: self.kinds()?,
            hotline: match self.0.contains_key("hotline") {
                true => Some(self.parsed(
                    "hotline",
                    "a telephone number: 3 to 32 digits, spaces and hyphens, beginning with a digit or +",
                    telephone,
                )?),
                false => None,
            },
        })
    }

    fn kinds(&mut self) -> Result<Vec<KindName>, ActionError> {
        let malformed = ActionError::Malformed {
            field: "kinds",
            expected: "a list of kinds, sorted, each once",
        };
        let value = self.take("kinds")?;
        let kinds = value
            .as_array()
            .and_then(|items| {
                items
                    .iter()
                    .map(|item| KindName::parse(item.as_str()?).ok())
                    .collect::<Option<Vec<_>>>()
            })
            .ok_or(malformed.clone())?;
        if kinds.is_sorted_by(|a, b| a < b) {
            Ok(kinds)
        } else {
            Err(malformed)
        }
    }
}

fn telephone(text: &str) -> Option<String> {
    let (first, rest) = text.as_bytes().split_first()?;
    let fits = (3..=MAX_HOTLINE).contains(&text.len())
        && (first.is_ascii_digit() || *first == b'+')
        && rest
            .iter()
            .all(|b| b.is_ascii_digit() || matches!(b, b' ' | b'-'));
    fits.then(|| text.into())
}

fn plain_text(text: &str, max: usize) -> Option<String> {
    let fits = (1..=max).contains(&text.chars().count()) && !text.chars().any(char::is_control);
    fits.then(|| text.into())
}
