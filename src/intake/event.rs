//! An event as a department submits it (DESIGN §5): the record, who says it, and the signature over it.
//!
//! Parsing is strict and turns bytes into types; what they may say is decided in [`super`].

use super::Refusal;
use crate::domain::{Kind, View};
use gongshi_verify::encoding::{base64, base64_array};
use gongshi_verify::entry::Statement;
use gongshi_verify::hash::Hash;
use gongshi_verify::json::{self, Value};
use gongshi_verify::keys::{PublicKey, SecretKey};
use gongshi_verify::names::{AuthorityId, KindName, Origin};
use gongshi_verify::record::{Record, RecordError};
use gongshi_verify::time::Timestamp;
use serde_json::Map;
use std::collections::BTreeMap;

/// Longest event: a record of 1 MiB of canonical body, escaped at worst, and the envelope.
pub const MAX_EVENT_BYTES: usize = (2 << 20) + 4096;
/// The body may be 16 deep; it stands two levels down in an event.
const MAX_DEPTH: usize = json::MAX_DEPTH + 2;

/// A submitted event.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// Who says it.
    pub authority: AuthorityId,
    /// When it says it said so.
    pub issued_at: Timestamp,
    /// Kind of record.
    pub kind: KindName,
    /// Signature over the statement.
    pub signature: [u8; 64],
    /// What the event is about, for the kinds that have it.
    pub reference: Option<String>,
    /// Second signature, for the kinds that need it.
    pub cosignature: Option<[u8; 64]>,
    record: Record,
    body: Map<String, serde_json::Value>,
}

impl Event {
    /// Parses one event.
    ///
    /// # Errors
    /// [`Refusal::Malformed`] or [`Refusal::TooLarge`], naming the member.
    pub fn parse(bytes: &[u8]) -> Result<Self, (Refusal, Option<Box<Event>>)> {
        Self::parse_strict(bytes).map_err(|refusal| (refusal, None))
    }

    fn parse_strict(bytes: &[u8]) -> Result<Self, Refusal> {
        if bytes.len() > MAX_EVENT_BYTES {
            return Err(Refusal::TooLarge {
                bytes: bytes.len(),
                most: MAX_EVENT_BYTES,
            });
        }
        let value = json::parse_with_depth(bytes, MAX_DEPTH)
            .map_err(|e| Refusal::Malformed(e.to_string()))?;
        let Value::Object(mut members) = value else {
            return Err(Refusal::Malformed(
                "an event must be a JSON object".to_owned(),
            ));
        };
        let version = members.remove("v").and_then(|value| value.as_int());
        if version != Some(1) {
            return Err(Refusal::Malformed("member v must be 1".to_owned()));
        }
        let named = |member: &str, error: &dyn std::fmt::Display| {
            Refusal::Malformed(format!("member {member}: {error}"))
        };
        let authority = text(&mut members, "authority")?;
        let authority = AuthorityId::parse(&authority).map_err(|e| named("authority", &e))?;
        let issued_at = text(&mut members, "issued_at")?;
        let issued_at = Timestamp::parse(&issued_at).map_err(|e| named("issued_at", &e))?;
        let kind = text(&mut members, "kind")?;
        let kind = KindName::parse(&kind).map_err(|e| named("kind", &e))?;
        let signature = text(&mut members, "signature")?;
        let signature = base64_array::<64>(&signature).map_err(|e| named("signature", &e))?;
        let reference = members
            .contains_key("ref")
            .then(|| text(&mut members, "ref"))
            .transpose()?;
        let cosignature = members
            .contains_key("cosignature")
            .then(|| text(&mut members, "cosignature"))
            .transpose()?;
        let cosignature = cosignature
            .map(|text| base64_array::<64>(&text))
            .transpose();
        let cosignature = cosignature.map_err(|e| named("cosignature", &e))?;
        let record = members
            .remove("record")
            .ok_or_else(|| Refusal::Malformed("member record is missing".to_owned()))?;
        if let Some(unknown) = members.keys().next() {
            return Err(Refusal::Malformed(format!("member {unknown} is unknown")));
        }
        let record = Record::from_value(record).map_err(|error| match error {
            RecordError::BodyTooLarge(bytes) => Refusal::BodyTooLarge(bytes),
            error => named("record", &error),
        })?;
        let body = body_of(&record);
        Ok(Event {
            authority,
            issued_at,
            kind,
            signature,
            reference,
            cosignature,
            record,
            body,
        })
    }

    /// Signs a record as an event for the log `origin`.
    pub fn sign(
        origin: &Origin,
        authority: &AuthorityId,
        key: &SecretKey,
        kind: &KindName,
        issued_at: Timestamp,
        reference: Option<String>,
        record: Record,
    ) -> Self {
        let body = body_of(&record);
        let mut event = Event {
            authority: authority.clone(),
            issued_at,
            kind: kind.clone(),
            signature: [0; 64],
            reference,
            cosignature: None,
            record,
            body,
        };
        let statement = event.statement(event.record.commitment());
        event.signature = key.sign(&statement.message(origin));
        event
    }

    /// Approves the event with a second key of its authority, for the kinds that need it.
    #[must_use]
    pub fn approved(mut self, origin: &Origin, key: &SecretKey) -> Self {
        let statement = self.statement(self.record.commitment());
        self.cosignature = Some(key.sign(&statement.approval_message(origin)));
        self
    }

    /// Whether that key has signed the event for the log `origin`.
    pub fn is_signed_by(&self, origin: &Origin, key: &PublicKey) -> bool {
        let statement = self.statement(self.record.commitment());
        key.verify(&statement.message(origin), &self.signature)
    }

    /// The event as one line of JSON, without a line break.
    pub fn to_json(&self) -> String {
        let mut members: BTreeMap<String, Value> = BTreeMap::new();
        let mut put = |name: &str, value: Value| members.insert(name.to_owned(), value);
        put("authority", self.authority.as_str().into());
        put("issued_at", self.issued_at.to_string().into());
        put("kind", self.kind.as_str().into());
        put("record", self.record.to_value());
        put("signature", base64(&self.signature).into());
        put("v", Value::Int(1));
        if let Some(reference) = &self.reference {
            put("ref", reference.as_str().into());
        }
        if let Some(cosignature) = &self.cosignature {
            put("cosignature", base64(cosignature).into());
        }
        json::to_jcs(&Value::Object(members))
    }

    /// The record.
    pub(super) fn record(&self) -> &Record {
        &self.record
    }

    /// The record's body.
    pub fn body(&self) -> &Map<String, serde_json::Value> {
        &self.body
    }

    /// The body as its kind's table reads it; `None` for a kind that does not exist.
    pub(super) fn view(&self) -> Option<View<'_>> {
        let kind = self.kind.as_str().parse::<Kind>().ok()?;
        Some(View::new(kind, &self.body))
    }

    /// What is signed; `commitment` is the record's.
    pub(super) fn statement(&self, commitment: Hash) -> Statement {
        Statement {
            authority: self.authority.clone(),
            commitment,
            issued_at: self.issued_at,
            kind: self.kind.clone(),
            reference: self.reference.clone(),
        }
    }
}

fn text(members: &mut BTreeMap<String, Value>, name: &str) -> Result<String, Refusal> {
    match members.remove(name) {
        Some(Value::String(text)) => Ok(text),
        Some(_) => Err(Refusal::Malformed(format!(
            "member {name} must be a string"
        ))),
        None => Err(Refusal::Malformed(format!("member {name} is missing"))),
    }
}

/// The body as the domain's tables read it.
pub(super) fn body_of(record: &Record) -> Map<String, serde_json::Value> {
    match to_serde(&record.body) {
        serde_json::Value::Object(map) => map,
        _ => Map::new(),
    }
}

/// The strict value as the domain's tables read it.
fn to_serde(value: &Value) -> serde_json::Value {
    match value {
        Value::Null => serde_json::Value::Null,
        Value::Bool(value) => (*value).into(),
        Value::Int(value) => (*value).into(),
        Value::String(value) => value.as_str().into(),
        Value::Array(values) => values.iter().map(to_serde).collect(),
        Value::Object(members) => serde_json::Value::Object(
            members
                .iter()
                .map(|(name, value)| (name.clone(), to_serde(value)))
                .collect(),
        ),
    }
}
