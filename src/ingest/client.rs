//! Talks to a Gongshi server over HTTP: the log's state, its authorities, files and events in, receipts out.
//!
//! One request is one attempt here; trying again is [`deliver`](super::deliver())'s. It must not sign, and must not know
//! where events come from.

mod error;
mod http;
mod transfer;

pub use error::ClientError;

use super::refused::Refused;
use crate::intake::FileStatement;
use crate::rules::Codes;
use gongshi_verify::encoding::hex;
use gongshi_verify::hash::Hash;
use gongshi_verify::keys::PublicKey;
use gongshi_verify::names::{AuthorityId, KindName, NameError, Origin, RegionCode};
use gongshi_verify::text::shown;
use gongshi_verify::time::Timestamp;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::fs::File;
use std::io::{BufRead, BufReader, Seek as _};
use std::time::Duration;

/// Events in one request. The server answers while it reads; more than this, and both sides could wait for each other.
const EVENTS_PER_REQUEST: usize = 1024;
/// Bytes of events in one request.
const BYTES_PER_REQUEST: usize = 4 << 20;
/// Longest answer line believed: a receipt proof and its record, escaped.
const MAX_ANSWER_BYTES: usize = 16 << 20;

/// State of a log, as far as an importer needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogState {
    /// The log's origin, which signatures are bound to.
    pub origin: Origin,
    /// Entries published.
    pub size: u64,
    /// What a demonstration's simulated clock shows. Only a log under a name that belongs to nobody (`.example`, RFC 2606) is
    /// believed: a server must not say at what time a department signs.
    pub simulated: Option<Timestamp>,
}

/// An authority as a server lists it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Authority {
    /// Identifier.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// `operator` or `department`.
    pub role: String,
    /// Six digits.
    pub region: String,
    /// Kinds it may publish.
    pub kinds: Vec<String>,
    /// Its telephone for those who want their credit repaired.
    #[serde(default)]
    pub hotline: Option<String>,
    /// Its keys, in the order they came.
    pub keys: Vec<AuthorityKey>,
}

/// A key of an authority as a server lists it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct AuthorityKey {
    /// Standard base64.
    pub public_key: String,
    /// Index of the entry that brought it.
    pub added_at: u64,
    /// Index of the entry that ended it.
    pub ended_at: Option<u64>,
    /// Whether the operator put it in without the old key's signature.
    pub forced: bool,
}

impl Authority {
    /// The keys that have not ended.
    pub fn valid_keys(&self) -> impl Iterator<Item = PublicKey> + '_ {
        let valid = self.keys.iter().filter(|key| key.ended_at.is_none());
        valid.filter_map(|key| PublicKey::from_base64(&key.public_key).ok())
    }

    /// Whether the key is one of them.
    pub fn has_key(&self, key: &PublicKey) -> bool {
        self.valid_keys().any(|own| own == *key)
    }

    /// Name, region and kinds, as an amendment has to state them again.
    pub fn profile(&self) -> Result<gongshi_verify::registry::Profile, NameError> {
        Ok(gongshi_verify::registry::Profile {
            name: self.name.clone(),
            region: RegionCode::parse(&self.region)?,
            kinds: self
                .kinds
                .iter()
                .map(|kind| KindName::parse(kind))
                .collect::<Result<_, _>>()?,
            hotline: self.hotline.clone(),
        })
    }
}

/// What became of one event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// It is in the log, durable and covered by a signed checkpoint.
    Logged {
        /// Its index.
        index: u64,
        /// The receipt: a tlog-proof; empty where the client asked for none.
        proof: String,
    },
    /// It is not in the log.
    Refused(Refused),
}

#[derive(Deserialize)]
struct AnswerLine {
    index: Option<u64>,
    #[serde(default)]
    proof: String,
    error: Option<Refused>,
}

/// Somewhere events can be sent; one call is one attempt.
pub trait Sink: Sync {
    /// Where that is, for messages.
    fn address(&self) -> &str;

    /// Sends events, each one line of JSON, and hands over each answer with the event's place as it arrives.
    ///
    /// # Errors
    /// When not every event was answered; those answered before stand.
    fn send(
        &self,
        events: &[&str],
        answered: &mut dyn FnMut(usize, Answer),
    ) -> Result<(), ClientError>;
}

/// A connection to one server. Cheap to share between threads; each request takes a connection of its own.
#[derive(Debug, Clone)]
pub struct Client {
    agent: ureq::Agent,
    server: String,
    receipts: bool,
}

impl Client {
    /// A client of the server at `address`, such as `http://127.0.0.1:8080`.
    pub fn new(address: &str) -> Self {
        let tls = ureq::tls::TlsConfig::builder()
            .root_certs(ureq::tls::RootCerts::PlatformVerifier)
            .build();
        let agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .tls_config(tls)
            .timeout_connect(Some(Duration::from_secs(10)))
            .timeout_recv_response(Some(Duration::from_secs(120)))
            .timeout_recv_body(Some(Duration::from_secs(300)))
            .build()
            .into();
        Client {
            agent,
            server: address.trim_end_matches('/').to_owned(),
            receipts: true,
        }
    }

    /// The same client, asking for indexes without receipts: the log makes these at any time, from the index.
    pub fn without_receipts(mut self) -> Self {
        self.receipts = false;
        self
    }

    /// Origin and size of the log.
    pub fn log(&self) -> Result<LogState, ClientError> {
        #[derive(Deserialize)]
        struct State {
            origin: String,
            size: u64,
            simulated_time: Option<String>,
        }
        let state: State = self.get("/api/v1/log")?;
        let origin = Origin::parse(&state.origin).map_err(|error| self.foreign(&error))?;
        let simulated = state
            .simulated_time
            .filter(|_| is_nobodys(&origin))
            .map(|time| Timestamp::parse(&time).map_err(|error| self.foreign(&error)))
            .transpose()?;
        Ok(LogState {
            origin,
            size: state.size,
            simulated,
        })
    }

    /// All authorities of the log.
    pub fn authorities(&self) -> Result<Vec<Authority>, ClientError> {
        #[derive(Deserialize)]
        struct Listed {
            authorities: Vec<Authority>,
        }
        Ok(self.get::<Listed>("/api/v1/authorities")?.authorities)
    }

    /// The codes of the open lists, by the rules of the server.
    pub fn codes(&self) -> Result<Codes, ClientError> {
        #[derive(Deserialize)]
        struct Stated {
            codes: serde_json::Value,
        }
        let stated: Stated = self.get("/api/v1/rules")?;
        Codes::from_json(stated.codes).map_err(|error| self.foreign(&error))
    }

    /// One authority.
    pub fn authority(&self, id: &AuthorityId) -> Result<Option<Authority>, ClientError> {
        let mut all = self.authorities()?.into_iter();
        Ok(all.find(|authority| authority.id == id.as_str()))
    }

    /// Hands over the bytes of a file, from its beginning, under its hash; true where the server did not have it.
    ///
    /// # Errors
    /// One whose bytes are not those of the statement is refused by the server.
    pub fn put_file(
        &self,
        statement: &FileStatement,
        signature: &[u8; 64],
        mut file: &File,
    ) -> Result<bool, ClientError> {
        file.rewind().map_err(|error| self.broken(&error))?;
        let address = self.file_address(&statement.sha256);
        self.put_signed(address, statement, signature, file)
    }

    /// Whether the server gives the file to everybody: whether a public record names it.
    pub fn has_file(&self, sha256: &Hash) -> Result<bool, ClientError> {
        let request = self.agent.head(self.file_address(sha256));
        let response = request.call().map_err(|error| self.broken(&error))?;
        match response.status().as_u16() {
            404 => Ok(false),
            _ => self.checked(response).map(|_| true),
        }
    }

    fn file_address(&self, sha256: &Hash) -> String {
        format!("{}/api/v1/files/{}", self.server, hex(sha256))
    }

    fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, ClientError> {
        let request = self.agent.get(format!("{}{path}", self.server));
        let response = request.call().map_err(|error| self.broken(&error))?;
        let text = self.checked(response)?;
        let text = text.body_mut_text().map_err(|error| self.broken(&error))?;
        serde_json::from_str(&text).map_err(|error| self.foreign(&error))
    }

    /// The answer, unless its status says that the request failed.
    fn checked(&self, response: http::Response) -> Result<http::Good, ClientError> {
        http::check(response).map_err(|failure| ClientError::Status {
            server: self.server.clone(),
            status: failure.status,
            detail: shown(&failure.detail),
            retry_after: failure.retry_after,
            problem: failure.problem,
        })
    }

    fn broken(&self, error: &dyn std::fmt::Display) -> ClientError {
        ClientError::Connection {
            server: self.server.clone(),
            reason: error.to_string(),
        }
    }

    fn foreign(&self, error: &dyn std::fmt::Display) -> ClientError {
        ClientError::Foreign {
            server: self.server.clone(),
            reason: error.to_string(),
        }
    }

    fn post(
        &self,
        events: &[&str],
        first: usize,
        answered: &mut dyn FnMut(usize, Answer),
    ) -> Result<(), ClientError> {
        let mut body = String::with_capacity(events.iter().map(|event| event.len() + 1).sum());
        for event in events {
            body.push_str(event);
            body.push('\n');
        }
        let mut request = self
            .agent
            .post(format!("{}/api/v1/events", self.server))
            .header("Content-Type", "application/x-ndjson");
        if !self.receipts {
            request = request.header("Prefer", "return=minimal");
        }
        let response = request.send(&body).map_err(|error| self.broken(&error))?;
        let mut lines = BufReader::with_capacity(1 << 16, self.checked(response)?.into_reader());
        let mut line = Vec::new();
        for place in 0..events.len() {
            line.clear();
            let mut limited = std::io::Read::take(&mut lines, MAX_ANSWER_BYTES as u64);
            limited
                .read_until(b'\n', &mut line)
                .map_err(|error| self.broken(&error))?;
            if line.last() != Some(&b'\n') {
                return Err(self.broken(&"the answer ended early"));
            }
            let parsed: AnswerLine =
                serde_json::from_slice(&line).map_err(|error| self.foreign(&error))?;
            let answer = match (parsed.index, parsed.error) {
                (Some(index), None) => Answer::Logged {
                    index,
                    proof: parsed.proof,
                },
                (None, Some(refused)) => Answer::Refused(refused),
                _ => return Err(self.foreign(&"neither a receipt nor an error")),
            };
            answered(first + place, answer);
        }
        Ok(())
    }
}

impl Sink for Client {
    fn address(&self) -> &str {
        &self.server
    }

    fn send(
        &self,
        events: &[&str],
        answered: &mut dyn FnMut(usize, Answer),
    ) -> Result<(), ClientError> {
        let mut first = 0;
        while first < events.len() {
            let mut bytes = 0;
            let fitting = events[first..].iter().take(EVENTS_PER_REQUEST);
            let count = fitting
                .take_while(|event| {
                    bytes += event.len();
                    bytes <= BYTES_PER_REQUEST
                })
                .count()
                .max(1);
            self.post(&events[first..first + count], first, answered)?;
            first += count;
        }
        Ok(())
    }
}

/// Whether an origin is under the name that is kept for examples (RFC 2606).
fn is_nobodys(origin: &Origin) -> bool {
    let host = origin.as_str().split(['/', ':']).next().unwrap_or_default();
    host.ends_with(".example")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_examples_are_nobodys() {
        let nobodys = |text| is_nobodys(&Origin::parse(text).unwrap());
        assert!(nobodys("gongshi.example/demo") && nobodys("a.b.example:8080/log"));
        for somebodys in [
            "example.org/log",
            "log.gov.cn/gongshi.example",
            "example/log",
            "myexample",
        ] {
            assert!(!nobodys(somebodys), "{somebodys}");
        }
    }
}
