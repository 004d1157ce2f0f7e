//! What a department hands to the operator about its keys: a first or further key, or a new key in an old one's place.
//!
//! A request is public: it holds public keys and signatures only, made where the secret keys are. Whether the log will
//! take it is for the log to say; here only the form and its own signatures are checked.

use super::KeyFile;
use gongshi_verify::encoding::{base64, base64_array};
use gongshi_verify::json::{self, JsonError, Value};
use gongshi_verify::keys::PublicKey;
use gongshi_verify::names::{AuthorityId, Origin};
use gongshi_verify::registry::{key_proof_message, rotation_message};
use std::collections::BTreeMap;

/// A request about a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyRequest {
    /// Whose key it is.
    pub authority: AuthorityId,
    /// The log it is for.
    pub origin: Origin,
    /// The new key.
    pub public_key: PublicKey,
    /// Its proof of possession.
    pub key_proof: [u8; 64],
    /// The key it takes the place of, with that key's signature.
    pub old: Option<(PublicKey, [u8; 64])>,
}

/// Why a text is no usable request.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RequestError {
    /// Not JSON.
    #[error("the request is not JSON: {0}")]
    Json(#[from] JsonError),
    /// A member is missing or malformed.
    #[error("member {member} of the request must be {expected}")]
    Member {
        /// Which.
        member: &'static str,
        /// Its form.
        expected: &'static str,
    },
    /// A member that requests do not have.
    #[error("member {0} does not belong in a request")]
    Unknown(String),
    /// The new key did not sign.
    #[error("key_proof is not the new key's signature for this authority and log")]
    KeyProof,
    /// The old key did not sign.
    #[error("old_key_signature is not the old key's signature over this handing over")]
    OldKey,
    /// The key files are of different authorities.
    #[error("the old key is of {old}, the new one of {new}")]
    Authorities {
        /// Of the old key file.
        old: AuthorityId,
        /// Of the new key file.
        new: AuthorityId,
    },
}

impl KeyRequest {
    /// Asks for a key to be registered or added.
    pub fn for_key(file: &KeyFile, origin: &Origin) -> Self {
        let public_key = file.key.public();
        let message = key_proof_message(origin, &file.authority, &public_key);
        KeyRequest {
            authority: file.authority.clone(),
            origin: origin.clone(),
            public_key,
            key_proof: file.key.sign(&message),
            old: None,
        }
    }

    /// Asks for `new` to take the place of `old`, signed with both.
    pub fn for_rotation(
        old: &KeyFile,
        new: &KeyFile,
        origin: &Origin,
    ) -> Result<Self, RequestError> {
        if old.authority != new.authority {
            return Err(RequestError::Authorities {
                old: old.authority.clone(),
                new: new.authority.clone(),
            });
        }
        let mut request = Self::for_key(new, origin);
        let old_key = old.key.public();
        let message = rotation_message(origin, &old.authority, &old_key, &request.public_key);
        request.old = Some((old_key, old.key.sign(&message)));
        Ok(request)
    }

    /// Reads a request and checks its signatures.
    pub fn parse(text: &[u8]) -> Result<Self, RequestError> {
        let Value::Object(members) = json::parse(text)? else {
            return Err(RequestError::Member {
                member: "authority_id",
                expected: "in an object",
            });
        };
        let mut members = Members(members);
        let authority = members.read("authority_id", "an authority's identifier", |text| {
            AuthorityId::parse(text).ok()
        })?;
        let origin = members.read("origin", "a log's origin", |text| Origin::parse(text).ok())?;
        let key = "padded base64 of an Ed25519 public key";
        let signature = "padded base64 of 64 bytes";
        let to_key = |text: &str| PublicKey::from_base64(text).ok();
        let to_signature = |text: &str| base64_array::<64>(text).ok();
        let request = KeyRequest {
            authority,
            origin,
            public_key: members.read("public_key", key, to_key)?,
            key_proof: members.read("key_proof", signature, to_signature)?,
            old: match members.0.contains_key("old_key") {
                true => Some((
                    members.read("old_key", key, to_key)?,
                    members.read("old_key_signature", signature, to_signature)?,
                )),
                false => None,
            },
        };
        match members.0.into_keys().next() {
            Some(name) => Err(RequestError::Unknown(name)),
            None => request.checked(),
        }
    }

    fn checked(self) -> Result<Self, RequestError> {
        let message = key_proof_message(&self.origin, &self.authority, &self.public_key);
        if !self.public_key.verify(&message, &self.key_proof) {
            return Err(RequestError::KeyProof);
        }
        if let Some((old, signature)) = &self.old {
            let message = rotation_message(&self.origin, &self.authority, old, &self.public_key);
            if !old.verify(&message, signature) {
                return Err(RequestError::OldKey);
            }
        }
        Ok(self)
    }

    /// The text [`parse`](Self::parse) reads: one line of canonical JSON.
    pub fn to_json(&self) -> String {
        let mut members = BTreeMap::new();
        let mut put = |name: &str, value: Value| members.insert(name.to_owned(), value);
        put("authority_id", self.authority.as_str().into());
        put("key_proof", base64(&self.key_proof).into());
        put("origin", self.origin.as_str().into());
        put("public_key", self.public_key.to_base64().into());
        if let Some((old, signature)) = &self.old {
            put("old_key", old.to_base64().into());
            put("old_key_signature", base64(signature).into());
        }
        json::to_jcs(&Value::Object(members))
    }
}

struct Members(BTreeMap<String, Value>);

impl Members {
    fn read<T>(
        &mut self,
        member: &'static str,
        expected: &'static str,
        read: impl Fn(&str) -> Option<T>,
    ) -> Result<T, RequestError> {
        let value = self.0.remove(member);
        let value = value.as_ref().and_then(Value::as_str).and_then(read);
        value.ok_or(RequestError::Member { member, expected })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gongshi_verify::keys::SecretKey;

    fn file(authority: &str, seed: u8) -> KeyFile {
        KeyFile {
            authority: AuthorityId::parse(authority).unwrap(),
            key: SecretKey::from_seed(&[seed; 32]),
        }
    }

    #[test]
    fn what_is_written_is_read_and_checked() {
        let origin = Origin::parse("log.example").unwrap();
        let (old, new) = (file("610323-SCJG", 1), file("610323-SCJG", 2));
        let request = KeyRequest::for_key(&old, &origin);
        assert_eq!(
            KeyRequest::parse(request.to_json().as_bytes()),
            Ok(request.clone())
        );
        let rotation = KeyRequest::for_rotation(&old, &new, &origin).unwrap();
        assert_eq!(
            KeyRequest::parse(rotation.to_json().as_bytes()),
            Ok(rotation.clone())
        );
        let elsewhere = rotation.to_json().replace("log.example", "log.elsewhere");
        assert_eq!(
            KeyRequest::parse(elsewhere.as_bytes()),
            Err(RequestError::KeyProof)
        );
        let forged = KeyRequest {
            old: Some((old.key.public(), [0; 64])),
            ..rotation
        };
        assert_eq!(
            KeyRequest::parse(forged.to_json().as_bytes()),
            Err(RequestError::OldKey)
        );
        assert!(matches!(
            KeyRequest::for_rotation(&file("610323-YJJ", 1), &new, &origin),
            Err(RequestError::Authorities { .. })
        ));
        assert_eq!(
            KeyRequest::parse(b"{}"),
            Err(RequestError::Member {
                member: "authority_id",
                expected: "an authority's identifier"
            })
        );
    }
}
