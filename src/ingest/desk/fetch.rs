//! A plan and all that belongs to it, as a server has them: entries with their records, and files by their SHA-256.
//!
//! The one place that knows how a server lists them. What it says is held against the fingerprints that name it: a record against
//! its entry, a file against its SHA-256. That the entries are in the log is shown by their proofs, not here.

use crate::ingest::{Client, ClientError, Patience, persist};
use crate::text::Lang;
use gongshi_verify::draw::plan::{Plan, PlanError};
use gongshi_verify::draw::secrets::{Commit, Reveal};
use gongshi_verify::encoding::{hex, hex32};
use gongshi_verify::entry::Entry;
use gongshi_verify::hash::{Hash, sha256};
use gongshi_verify::json::{self, Value};
use gongshi_verify::names::{AuthorityId, PlanKey};
use gongshi_verify::record::Record;
use serde::Deserialize;
use std::time::Duration;

/// How often a file is asked for again that a record names and the server does not give.
const FILE_ATTEMPTS: u32 = 10;
/// The pause before that.
const FILE_PAUSE: Duration = Duration::from_millis(500);

/// Why a plan cannot be had from a server.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// No answer, or a refusal.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// The log has no such plan.
    #[error("the log has no plan {0}")]
    NoPlan(PlanKey),
    /// An entry is not what it should be.
    #[error("entry {index}: {reason}")]
    Entry {
        /// Which.
        index: u64,
        /// What is wrong.
        reason: String,
    },
    /// The server's list of a plan is none.
    #[error("the server's list of plan {plan} cannot be read: {reason}")]
    List {
        /// Which plan.
        plan: PlanKey,
        /// What is wrong.
        reason: String,
    },
    /// The plan's record cannot be drawn.
    #[error("the plan of entry {index}: {source}")]
    Plan {
        /// Its index.
        index: u64,
        /// Which field.
        source: PlanError,
    },
    /// A file is not there, or not the one named.
    #[error("file {name}: {reason}")]
    File {
        /// Its SHA-256 in hexadecimal.
        name: String,
        /// What is wrong.
        reason: &'static str,
    },
}

/// An entry with its record.
#[derive(Debug, Clone, PartialEq)]
pub struct Logged {
    /// Its index.
    pub index: u64,
    /// The entry.
    pub entry: Entry,
    /// The record's body.
    pub body: Value,
}

impl Logged {
    /// A member of the body.
    pub fn member(&self, name: &str) -> Option<&Value> {
        self.body.get(name)
    }

    /// A member that is a text.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.member(name)?.as_str()
    }

    /// A member that is a SHA-256.
    pub fn hash(&self, name: &str) -> Option<Hash> {
        hex32(self.text(name)?).ok()
    }

    /// The tokens of a member that is a list of objects, each with its token in `name`.
    pub fn tokens(&self, list: &str, name: &str) -> Vec<&str> {
        let list = self.member(list).and_then(Value::as_array);
        let all = list.into_iter().flatten();
        all.filter_map(|one| one.get(name)?.as_str()).collect()
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

    /// Reads a server's answer about an entry.
    fn parse(index: u64, kind: Option<&str>, answer: &[u8]) -> Result<Self, FetchError> {
        let wrong = |reason: String| FetchError::Entry { index, reason };
        let said = json::parse_with_depth(answer, json::MAX_DEPTH + 2)
            .map_err(|error| wrong(error.to_string()))?;
        let part = |name: &'static str| said.get(name).filter(|value| **value != Value::Null);
        let entry = part("entry").ok_or_else(|| wrong("it has no entry".to_owned()))?;
        let entry = Entry::parse(json::to_jcs(entry).as_bytes())
            .map_err(|error| wrong(error.to_string()))?;
        if let Some(kind) = kind.filter(|kind| entry.kind.as_str() != *kind) {
            return Err(wrong(format!("it is of kind {}, not {kind}", entry.kind)));
        }
        let record = part("record").ok_or_else(|| wrong("its record is not there".to_owned()))?;
        let record =
            Record::from_value(record.clone()).map_err(|error| wrong(error.to_string()))?;
        if record.commitment() != entry.commitment {
            return Err(wrong(
                "its record is not the one the entry commits to".to_owned(),
            ));
        }
        Ok(Logged {
            index,
            entry,
            body: record.body,
        })
    }
}

/// Indexes of a plan's entries, as `GET /api/v1/plans/<plan key>` lists them.
#[derive(Debug, Clone, Deserialize)]
struct Listed {
    plan: u64,
    #[serde(default)]
    snapshots: Vec<u64>,
    #[serde(default)]
    commits: Vec<u64>,
    #[serde(default)]
    reveals: Vec<u64>,
    draw: Option<u64>,
    cancel: Option<u64>,
    #[serde(default)]
    earlier: Vec<u64>,
    #[serde(default)]
    substitutes: Vec<u64>,
    opening: Option<u64>,
}

/// A plan of a log, with the entries that belong to it read as they are asked for.
pub struct PlanEntries<'a> {
    client: &'a Client,
    listed: Listed,
    /// The plan's entry.
    pub logged: Logged,
    /// What the draw depends on.
    pub plan: Plan,
}

impl<'a> PlanEntries<'a> {
    /// Asks a server for a plan.
    ///
    /// # Errors
    /// [`FetchError`].
    pub fn fetch(client: &'a Client, key: &PlanKey) -> Result<Self, FetchError> {
        let answer = document(client, &format!("/api/v1/plans/{key}"))?;
        let answer = answer.ok_or_else(|| FetchError::NoPlan(key.clone()))?;
        let listed: Listed = serde_json::from_slice(&answer).map_err(|error| FetchError::List {
            plan: key.clone(),
            reason: error.to_string(),
        })?;
        let logged = entry(client, listed.plan, "plan")?;
        let index = logged.index;
        let plan =
            Plan::from_body(&logged.body).map_err(|source| FetchError::Plan { index, source })?;
        if plan.key != *key {
            let reason = format!("it is the plan {}, not {key}", plan.key);
            return Err(FetchError::Entry { index, reason });
        }
        Ok(PlanEntries {
            client,
            listed,
            logged,
            plan,
        })
    }

    /// Region of the plan: that of all that is said about its draw.
    pub fn region(&self) -> &str {
        self.logged.text("region").unwrap_or_default()
    }

    /// Operator of the log: who said entry 0.
    ///
    /// # Errors
    /// [`FetchError`].
    pub fn operator(&self) -> Result<AuthorityId, FetchError> {
        Ok(entry(self.client, 0, "authority")?.entry.authority)
    }

    /// Index of the entry that cancelled it.
    pub fn cancelled(&self) -> Option<u64> {
        self.listed.cancel
    }

    /// Index of the bulletin that opened a sealed list.
    pub fn opened(&self) -> Option<u64> {
        self.listed.opening
    }

    /// Snapshots of the objects and of the officers.
    ///
    /// # Errors
    /// [`FetchError`]; also where they are not the two that the plan names.
    pub fn snapshots(&self) -> Result<(Logged, Logged), FetchError> {
        let named = |member: &str| {
            let wrong = || FetchError::Entry {
                index: self.logged.index,
                reason: format!("{member} names none of the snapshots that the server lists"),
            };
            let reference = self.logged.member(member).ok_or_else(wrong)?;
            let index = reference.get("index").and_then(Value::as_u64);
            let index = index.filter(|index| self.listed.snapshots.contains(index));
            let snapshot = entry(self.client, index.ok_or_else(wrong)?, "snapshot")?;
            match snapshot.reference() == *reference {
                true => Ok(snapshot),
                false => Err(wrong()),
            }
        };
        Ok((named("object_snapshot")?, named("officer_snapshot")?))
    }

    /// All commits, with their entries.
    ///
    /// # Errors
    /// [`FetchError`].
    pub fn commits(&self) -> Result<Vec<(Commit, Logged)>, FetchError> {
        let read = |logged: &Logged| {
            Some(Commit {
                contributor: logged.entry.authority.clone(),
                index: logged.index,
                logged_at: logged.entry.logged_at,
                commitment: logged.hash("secret_commitment")?,
            })
        };
        self.all(&self.listed.commits, "commit", read)
    }

    /// All reveals, with their entries.
    ///
    /// # Errors
    /// [`FetchError`].
    pub fn reveals(&self) -> Result<Vec<(Reveal, Logged)>, FetchError> {
        let read = |logged: &Logged| {
            Some(Reveal {
                contributor: logged.entry.authority.clone(),
                logged_at: logged.entry.logged_at,
                secret: logged.hash("secret")?,
            })
        };
        self.all(&self.listed.reveals, "reveal", read)
    }

    /// The draw as recorded.
    ///
    /// # Errors
    /// [`FetchError`].
    pub fn draw(&self) -> Result<Option<Logged>, FetchError> {
        let index = self.listed.draw;
        index
            .map(|index| entry(self.client, index, "draw"))
            .transpose()
    }

    /// The last draws of the authority before the plan, which keep officers from targets.
    ///
    /// # Errors
    /// [`FetchError`].
    pub fn earlier(&self) -> Result<Vec<Logged>, FetchError> {
        let indexes = self.listed.earlier.iter();
        indexes
            .map(|index| entry(self.client, *index, "draw"))
            .collect()
    }

    /// Replacements of drawn targets and their officers, in the order of the log.
    ///
    /// # Errors
    /// [`FetchError`].
    pub fn substitutes(&self) -> Result<Vec<Logged>, FetchError> {
        let all = self.all(&self.listed.substitutes, "substitute", |_| Some(()))?;
        Ok(all.into_iter().map(|(_, logged)| logged).collect())
    }

    /// The file that a record names as `{"media_type","name","sha256","size"}`.
    ///
    /// # Errors
    /// [`FetchError`].
    pub fn file(&self, reference: Option<&Value>) -> Result<Vec<u8>, FetchError> {
        file(self.client, reference)
    }

    fn all<T>(
        &self,
        indexes: &[u64],
        kind: &str,
        read: impl Fn(&Logged) -> Option<T>,
    ) -> Result<Vec<(T, Logged)>, FetchError> {
        let one = |index: &u64| {
            let logged = entry(self.client, *index, kind)?;
            let own = logged.entry.reference.as_deref() == Some(self.plan.key.as_str());
            let value = read(&logged).filter(|_| own);
            let value = value.ok_or_else(|| FetchError::Entry {
                index: *index,
                reason: format!("it is no {kind} of this plan"),
            })?;
            Ok((value, logged))
        };
        indexes.iter().map(one).collect()
    }
}

/// A document of the server, asked for again while it is only busy: a secret may have a minute in which it counts.
fn document(client: &Client, path: &str) -> Result<Option<Vec<u8>>, ClientError> {
    let mut waiting = |error: &ClientError, pause| {
        tracing::warn!("{}", error.waiting_words(Lang::En, pause));
    };
    persist(Patience::default(), || client.document(path), &mut waiting)
}

/// An entry of a kind.
///
/// # Errors
/// [`FetchError`].
pub fn entry(client: &Client, index: u64, kind: &str) -> Result<Logged, FetchError> {
    read(client, index, Some(kind))
}

/// An entry of whichever kind.
///
/// # Errors
/// [`FetchError`].
pub fn any_entry(client: &Client, index: u64) -> Result<Logged, FetchError> {
    read(client, index, None)
}

fn read(client: &Client, index: u64, kind: Option<&str>) -> Result<Logged, FetchError> {
    let answer = document(client, &format!("/api/v1/records/{index}"))?;
    let answer = answer.ok_or_else(|| FetchError::Entry {
        index,
        reason: "the log has no such entry".to_owned(),
    })?;
    Logged::parse(index, kind, &answer)
}

/// The file that a reference in a record names.
///
/// # Errors
/// [`FetchError`].
pub fn file(client: &Client, reference: Option<&Value>) -> Result<Vec<u8>, FetchError> {
    let name = reference.and_then(|value| value.get("sha256"));
    let name = name.and_then(Value::as_str).unwrap_or_default().to_owned();
    let wrong = |reason| FetchError::File {
        name: name.clone(),
        reason,
    };
    let expected = hex32(&name).map_err(|_| wrong("the record names none"))?;
    let path = format!("/api/v1/files/{name}");
    let mut bytes = document(client, &path)?;
    // A server gives a file a little after it has published the record that names it.
    for _ in 0..FILE_ATTEMPTS {
        if bytes.is_none() {
            std::thread::sleep(FILE_PAUSE);
            bytes = document(client, &path)?;
        }
    }
    let bytes = bytes.ok_or_else(|| wrong("the server does not have it"))?;
    match sha256(&bytes) == expected {
        true => Ok(bytes),
        false => Err(wrong("what the server gives is not this file")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gongshi_verify::keys::SecretKey;
    use gongshi_verify::names::{KindName, Origin};
    use gongshi_verify::time::Timestamp;

    /// A server's answer about a commit, with that body in the record.
    fn answer(body: &str) -> String {
        let record = Record::new(
            json::parse(br#"{"plan_key":"D/2026/01"}"#).unwrap(),
            [1; 32],
        )
        .unwrap();
        let event = crate::intake::Event::sign(
            &Origin::parse("log.example").unwrap(),
            &AuthorityId::parse("D").unwrap(),
            &SecretKey::from_seed(&[1; 32]),
            &KindName::parse("commit").unwrap(),
            Timestamp::parse("2026-01-01T00:00:00Z").unwrap(),
            Some("D/2026/01".to_owned()),
            record.clone(),
        );
        let event: serde_json::Value = serde_json::from_str(&event.to_json()).unwrap();
        let mut entry = event.as_object().unwrap().clone();
        entry.remove("record");
        entry.insert("commitment".into(), hex(&record.commitment()).into());
        entry.insert("logged_at".into(), "2026-01-01T00:00:01Z".into());
        let salt = json::to_jcs(record.to_value().get("salt").unwrap());
        format!(
            r#"{{"index":5,"entry":{},"record":{{"body":{body},"salt":{salt}}}}}"#,
            serde_json::Value::Object(entry)
        )
    }

    #[test]
    fn an_answer_is_held_against_its_own_fingerprints() {
        let good = answer(r#"{"plan_key":"D/2026/01"}"#);
        let logged = Logged::parse(5, Some("commit"), good.as_bytes()).unwrap();
        assert_eq!(logged.text("plan_key"), Some("D/2026/01"));
        assert_eq!(logged.reference().get("index"), Some(&Value::Int(5)));
        let said = |answer: &str, kind: &str| {
            Logged::parse(5, Some(kind), answer.as_bytes())
                .unwrap_err()
                .to_string()
        };
        assert!(said(&good, "reveal").contains("of kind commit"));
        assert!(said(&answer(r#"{"plan_key":"D/2026/02"}"#), "commit").contains("commits to"));
        assert!(said(r#"{"index":5,"record":null,"entry":null}"#, "commit").contains("no entry"));
        assert!(said("<html>", "commit").contains("entry 5"));
    }
}
