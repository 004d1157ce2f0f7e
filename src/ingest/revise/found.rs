//! A record as it stands: its entry and body under a proof that holds, and what has become of it.
//!
//! What has become of it is the server's word. It decides what is left out as done already, and is shown; the log decides anew.

use crate::domain::{Kind, View};
use crate::ingest::{Client, ClientError, KeyFile, Patience, persist};
use crate::text::Lang;
use gongshi_verify::encoding::hex;
use gongshi_verify::entry::Entry;
use gongshi_verify::extra::Extra;
use gongshi_verify::json::{self, Value};
use gongshi_verify::names::Origin;
use gongshi_verify::policy::{Policy, PolicyError};
use gongshi_verify::record::Record;
use gongshi_verify::report::verify_proof_file;
use gongshi_verify::time::Timestamp;
use gongshi_verify::tlog_proof::TlogProof;
use serde::Deserialize;
use serde_json::Map;
use std::time::Duration;

/// Why a record cannot be had from a server.
#[derive(Debug, thiserror::Error)]
pub enum FoundError {
    /// No answer, or a refusal.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// The log has no such entry.
    #[error("the log has no entry {0}")]
    Beyond(u64),
    /// The server's answer about it is none.
    #[error("what the server says of entry {index} cannot be used: {reason}")]
    Answer {
        /// Which.
        index: u64,
        /// What is wrong.
        reason: String,
    },
    /// The policy is none.
    #[error("the log's policy: {0}")]
    Policy(#[from] PolicyError),
    /// The server has no policy.
    #[error("the server gives no policy of the log; give one with --policy")]
    NoPolicy,
}

/// How a record left publication, in the server's words.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Ended {
    /// Index of the entry that ended its display.
    pub by: u64,
    /// Kind of that entry.
    pub kind: String,
    /// The entry by which it was erased.
    pub erased: Option<Erased>,
}

/// An erasure, in the server's words.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Erased {
    /// Its index.
    pub by: u64,
}

impl Ended {
    /// Index of the entry by which it was erased.
    pub fn erased_by(&self) -> Option<u64> {
        self.erased.as_ref().map(|erased| erased.by)
    }
}

/// A public record that refers to another.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Source {
    /// Its index.
    pub index: u64,
    /// Its kind.
    pub kind: String,
}

#[derive(Deserialize)]
struct State {
    ended: Option<Ended>,
    #[serde(default)]
    corrections: Vec<u64>,
    #[serde(default)]
    referred_by: Vec<Source>,
    #[serde(default)]
    referred_by_next: Option<u64>,
}

/// A record of a log, proved, and what has become of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// Its index.
    pub index: u64,
    /// Its entry.
    pub entry: Entry,
    /// The record, while it is public.
    pub record: Option<Record>,
    /// The proof file, which holds.
    pub proof: Vec<u8>,
    /// How its display ended.
    pub ended: Option<Ended>,
    /// Its public corrections, in the order of the log: the last one counts.
    pub corrections: Vec<u64>,
    /// Other public records that refer to it, newest first; a hundred at most.
    pub referred_by: Vec<Source>,
    /// Whether older ones refer to it as well.
    pub referred_more: bool,
    body: Option<Map<String, serde_json::Value>>,
}

/// The policy that a server gives for its log: what it says of itself, for whoever has none from elsewhere.
///
/// # Errors
/// [`FoundError`].
pub fn policy_of(client: &Client) -> Result<Policy, FoundError> {
    let text = client
        .document("/log/policy")?
        .ok_or(FoundError::NoPolicy)?;
    Ok(Policy::parse(&text)?)
}

impl Found {
    /// Asks a server for a record and checks its proof.
    ///
    /// # Errors
    /// [`FoundError`].
    pub fn fetch(client: &Client, policy: &Policy, index: u64) -> Result<Self, FoundError> {
        let get = |path: String| {
            let mut waiting = |error: &ClientError, pause: Duration| {
                tracing::warn!("{}", error.waiting_words(Lang::En, pause));
            };
            let asked = persist(Patience::default(), || client.document(&path), &mut waiting)?;
            asked.ok_or(FoundError::Beyond(index))
        };
        let state = get(format!("/api/v1/records/{index}"))?;
        let proof = get(format!("/api/v1/proof/{index}"))?;
        Self::read(index, &state, proof, policy)
            .map_err(|reason| FoundError::Answer { index, reason })
    }

    /// Of a record that has left: asks the server what still refers to it, which it tells only the record's own authority.
    ///
    /// # Errors
    /// [`FoundError`].
    pub fn ask_referrers(
        &mut self,
        client: &Client,
        origin: &Origin,
        key: &KeyFile,
        now: Timestamp,
    ) -> Result<(), FoundError> {
        #[derive(Deserialize)]
        struct Told {
            referred_by: Vec<Source>,
            #[serde(default)]
            next: Option<u64>,
        }
        let index = self.index;
        let mut waiting = |error: &ClientError, pause: Duration| {
            tracing::warn!("{}", error.waiting_words(Lang::En, pause));
        };
        let asked = || client.referrers(index, None, origin, key, now);
        let answer = persist(Patience::default(), asked, &mut waiting)?;
        let told: Told = serde_json::from_slice(&answer).map_err(|error| {
            let reason = error.to_string();
            FoundError::Answer { index, reason }
        })?;
        self.referred_by = told.referred_by;
        self.referred_more = told.next.is_some();
        Ok(())
    }

    fn read(index: u64, state: &[u8], proof: Vec<u8>, policy: &Policy) -> Result<Self, String> {
        let state: State = serde_json::from_slice(state).map_err(|error| error.to_string())?;
        let report = verify_proof_file(&proof, policy).map_err(|error| error.to_string())?;
        if let Some(step) = report.failed() {
            return Err(format!("its proof does not hold: {}", step.detail));
        }
        let parsed = TlogProof::parse(&proof).map_err(|error| error.to_string())?;
        if parsed.index != index {
            return Err(format!("its proof is about entry {}", parsed.index));
        }
        let extra = parsed.extra.as_ref().ok_or("its proof has no entry")?;
        let extra = Extra::parse(extra).map_err(|error| error.to_string())?;
        let body = extra
            .record
            .as_ref()
            .and_then(|record| serde_json::from_str(&json::to_jcs(&record.body)).ok());
        Ok(Found {
            index,
            entry: extra.entry,
            record: extra.record,
            proof,
            ended: state.ended,
            corrections: state.corrections,
            referred_by: state.referred_by,
            referred_more: state.referred_by_next.is_some(),
            body,
        })
    }

    /// Its kind; `None` for one that this version does not know.
    pub fn kind(&self) -> Option<Kind> {
        self.entry.kind.as_str().parse().ok()
    }

    /// The body seen through its kind's table, while it is public.
    pub fn view(&self) -> Option<View<'_>> {
        Some(View::new(self.kind()?, self.body.as_ref()?))
    }

    /// The body, while it is public.
    pub fn body(&self) -> Option<&Map<String, serde_json::Value>> {
        self.body.as_ref()
    }

    /// How other records name this entry: `{"index","leaf_hash"}`.
    pub fn reference(&self) -> Value {
        Value::object([
            (
                "index",
                Value::Int(i64::try_from(self.index).unwrap_or(i64::MAX)),
            ),
            ("leaf_hash", hex(&self.entry.leaf_hash()).into()),
        ])
    }
}
