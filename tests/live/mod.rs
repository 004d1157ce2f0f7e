//! The real server as a child process under load, and what a careful observer of it holds.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(dead_code, reason = "each test binary uses its part")]

pub mod endings;

use crate::common::*;
use gongshi::app::{NewLog, init};
use gongshi::ingest::KeyFile;
use gongshi::intake::{Clock as _, Event, SystemClock};
use gongshi_verify::checkpoint::{Checkpoint, SignedCheckpoint};
use gongshi_verify::encoding::{base64, base64_array, hex};
use gongshi_verify::json::Value;
use gongshi_verify::keys::SecretKey;
use gongshi_verify::merkle::verify_consistency;
use gongshi_verify::names::AuthorityId;
use gongshi_verify::record::Record;
use gongshi_verify::registry::key_proof_message;
use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// A random number below `below`.
pub fn next(below: u64) -> u64 {
    let mut bytes = [0; 8];
    getrandom::fill(&mut bytes).unwrap();
    u64::from_be_bytes(bytes) % below
}

/// A running `gongshi serve`.
pub struct Server {
    pub child: Child,
    pub url: String,
    errors: Option<JoinHandle<String>>,
}

impl Drop for Server {
    /// A test that failed leaves no server behind.
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Server {
    pub fn start(data: &Path) -> Self {
        Self::start_with(data, &[])
            .unwrap_or_else(|said| panic!("the server did not start: {said}"))
    }

    /// Starts with more arguments; `Err` with its words where it refuses.
    pub fn start_with(data: &Path, arguments: &[&str]) -> Result<Self, String> {
        let mut child = Command::new(env!("CARGO_BIN_EXE_gongshi"))
            .args(["serve", "--listen", "127.0.0.1:0", "--data"])
            .arg(data)
            .args(arguments)
            .env("GONGSHI_LOG", "warn")
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut errors = child.stderr.take().unwrap();
        let errors = std::thread::spawn(move || {
            let mut text = String::new();
            let _ = errors.read_to_string(&mut text);
            text
        });
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let Some(line) = lines.next() else {
            child.wait().unwrap();
            return Err(errors.join().unwrap());
        };
        let line = line.unwrap();
        let url = line.rsplit(' ').next().unwrap().trim_end_matches('/');
        let url = url.to_owned();
        // Keep the pipe open and empty.
        std::thread::spawn(move || lines.for_each(drop));
        Ok(Server {
            child,
            url,
            errors: Some(errors),
        })
    }

    /// SIGKILL; what it had said on standard error.
    pub fn kill(mut self) -> String {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        self.said()
    }

    fn said(&mut self) -> String {
        self.errors.take().unwrap().join().unwrap()
    }

    pub fn signal(&self, signal: &str) {
        let id = self.child.id().to_string();
        let sent = Command::new("kill").args([signal, &id]).status().unwrap();
        assert!(sent.success(), "kill {signal} {id}");
    }

    /// Waits until it has ended by itself.
    pub fn end(mut self, patience: Duration) -> (ExitStatus, String) {
        let begin = Instant::now();
        while begin.elapsed() < patience {
            if let Some(status) = self.child.try_wait().unwrap() {
                return (status, self.said());
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        panic!("the server does not end: {}", self.kill());
    }
}

pub fn agent() -> ureq::Agent {
    let config = ureq::Agent::config_builder().timeout_global(Some(Duration::from_secs(30)));
    config.http_status_as_error(false).build().into()
}

pub fn get(agent: &ureq::Agent, url: &str) -> Option<String> {
    agent.get(url).call().ok()?.body_mut().read_to_string().ok()
}

/// What a server that is well answers; else what it says instead.
fn must_get(agent: &ureq::Agent, url: &str) -> String {
    let answer = agent.get(url).call();
    let mut answer = answer.unwrap_or_else(|error| panic!("{url}: {error}"));
    let text = answer.body_mut().read_to_string().unwrap();
    assert_eq!(answer.status(), 200, "{url}: {text}");
    text
}

pub fn sign(key: &SecretKey, kind: &str, id: &str, body: Value) -> Event {
    let mut salt = [0; 32];
    getrandom::fill(&mut salt).unwrap();
    let record = Record::new(body, salt).unwrap();
    Event::sign(
        &origin(),
        &AuthorityId::parse(id).unwrap(),
        key,
        &name(kind),
        SystemClock.now(),
        None,
        record,
    )
}

/// Posts NDJSON: the answers that came back whole before the connection ended, if it did.
pub fn post(agent: &ureq::Agent, url: &str, events: &[Event]) -> Vec<serde_json::Value> {
    let body: String = events.iter().map(|event| event.to_json() + "\n").collect();
    let answer = agent
        .post(format!("{url}/api/v1/events"))
        .content_type("application/x-ndjson")
        .send(body);
    let Ok(answer) = answer else {
        return Vec::new();
    };
    BufReader::new(answer.into_body().into_reader())
        .lines()
        .map_while(|line| serde_json::from_str(&line.ok()?).ok())
        .collect()
}

/// Posts events until told to stop or the server is gone; what it acknowledged: index to signature. Every tenth record
/// holds `padding` random bytes. Where `refusals` may come, refused lines are left out; else they fail the test.
pub fn load(
    url: &str,
    key: &SecretKey,
    batch: usize,
    padding: usize,
    refusals: bool,
    stop: &AtomicBool,
) -> Vec<(u64, String)> {
    let agent = agent();
    let mut acknowledged = Vec::new();
    while !stop.load(Ordering::Relaxed) {
        let events: Vec<Event> = (0..batch)
            .map(|i| {
                let padding = if i % 10 == 0 { padding } else { 0 };
                sign(
                    key,
                    "permit",
                    DEPARTMENT,
                    padded_permit(&format!("K-{i}"), padding),
                )
            })
            .collect();
        let answers = post(&agent, url, &events);
        let whole = answers.len() == events.len();
        for (event, answer) in events.iter().zip(answers) {
            match answer["index"].as_u64() {
                Some(index) => acknowledged.push((index, base64(&event.signature))),
                None if refusals => assert!(answer["error"].is_object(), "{answer}"),
                None => panic!("{answer}"),
            }
        }
        if !whole && !refusals {
            break;
        }
    }
    acknowledged
}

/// A permit whose content is made longer by random text, two characters a byte.
pub fn padded_permit(number: &str, padding: usize) -> Value {
    let mut random = vec![0; padding];
    getrandom::fill(&mut random).unwrap();
    body(&format!(
        r#"{{"subject_uscc":"91000000MA00000900","subject_name":"示例食品店","region":"000000","permit_name":"食品经营许可证",
        "permit_no":"{number}","permit_kind":"general","content":"热食类食品制售{}","decided_on":"2026-02-27"}}"#,
        hex(&random)
    ))
}

/// Fetches the checkpoint over and over.
pub fn watch(url: &str, stop: &AtomicBool) -> Vec<Checkpoint> {
    let agent = agent();
    let mut seen = Vec::new();
    while !stop.load(Ordering::Relaxed) {
        let Some(note) = get(&agent, &format!("{url}/log/checkpoint")) else {
            break;
        };
        if let Ok(signed) = SignedCheckpoint::parse(&note) {
            seen.push(signed.checkpoint);
        }
        std::thread::sleep(Duration::from_millis(3));
    }
    seen.dedup();
    seen
}

pub fn random_seed() -> [u8; 32] {
    let mut seed = [0; 32];
    getrandom::fill(&mut seed).unwrap();
    seed
}

/// A log with an operator and a department registered for permits; the department's key.
pub fn new_log(data: &Path) -> SecretKey {
    let key = SecretKey::from_seed(&random_seed());
    new_log_of(data, &["permit"], &[&key]);
    key
}

/// The same with a department of those kinds, sorted, and those keys.
pub fn new_log_of(data: &Path, kinds: &[&str], keys: &[&SecretKey]) {
    let new = NewLog {
        origin: origin(),
        operator: AuthorityId::parse(OPERATOR).unwrap(),
        name: "operator".to_owned(),
        region: "000000".to_owned(),
        kinds: Vec::new(),
        random: random_seed,
    };
    init(data, &new, Arc::new(SystemClock)).unwrap();
    let operator = KeyFile::read(&gongshi::app::operator_key_path(data)).unwrap();
    let id = AuthorityId::parse(DEPARTMENT).unwrap();
    let server = Server::start(data);
    for (number, key) in keys.iter().enumerate() {
        let public = key.public();
        let proof = key.sign(&key_proof_message(&origin(), &id, &public));
        let mut members = BTreeMap::from([
            ("authority_id", Value::from(DEPARTMENT)),
            ("key_proof", base64(&proof).into()),
            ("public_key", public.to_base64().into()),
        ]);
        if number == 0 {
            let kinds = kinds.iter().map(|kind| Value::from(*kind)).collect();
            members.insert("action", "register".into());
            members.insert("kinds", Value::Array(kinds));
            members.insert("name", "示例县市场监督管理局".into());
            members.insert("region", "000000".into());
            members.insert("role", "department".into());
        } else {
            members.insert("action", "add_key".into());
        }
        let members = members.into_iter();
        let body = Value::Object(
            members
                .map(|(name, value)| (name.to_owned(), value))
                .collect(),
        );
        let event = sign(&operator.key, "authority", OPERATOR, body);
        let url = format!("{}/api/v1/events", server.url);
        let mut answer = agent()
            .post(url)
            .content_type("application/json")
            .send(event.to_json())
            .unwrap();
        let said = answer.body_mut().read_to_string().unwrap();
        assert_eq!(answer.status(), 200, "{said}");
    }
    server.kill();
}

/// Whatever anybody was promised or shown.
#[derive(Default)]
pub struct Observer {
    pub acknowledged: BTreeMap<u64, String>,
    pub heads: Vec<Checkpoint>,
}

impl Observer {
    pub fn take(&mut self, acknowledged: Vec<(u64, String)>) {
        for (index, signature) in acknowledged {
            let before = self.acknowledged.insert(index, signature);
            assert_eq!(before, None, "index {index} was given twice");
        }
    }

    /// Every acknowledged entry is there, and every head ever seen is a prefix of the present one.
    pub fn check(&self, url: &str, round: u32) {
        check(url, &self.acknowledged, &self.heads, round);
    }
}

/// `gongshi fsck` finds nothing.
pub fn assert_sound(data: &Path) {
    let checked = Command::new(env!("CARGO_BIN_EXE_gongshi"))
        .args(["fsck", "--data"])
        .arg(data)
        .output()
        .unwrap();
    assert!(checked.status.success(), "{checked:?}");
}

fn check(url: &str, acknowledged: &BTreeMap<u64, String>, heads: &[Checkpoint], round: u32) {
    let agent = agent();
    let present = must_get(&agent, &format!("{url}/log/checkpoint"));
    let present = SignedCheckpoint::parse(&present).unwrap().checkpoint;
    // Every entry in short runs; in long ones the newest, and a sample of the others.
    let newest = acknowledged.keys().next_back().copied().unwrap_or_default();
    for (index, signature) in acknowledged {
        if acknowledged.len() > 3000
            && index + 1000 < newest
            && (index + u64::from(round)) % 97 != 0
        {
            continue;
        }
        let text = must_get(&agent, &format!("{url}/api/v1/records/{index}"));
        let record: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(
            record["entry"]["signature"].as_str(),
            Some(signature.as_str()),
            "entry {index} after kill {round}"
        );
    }
    for head in heads {
        assert!(
            head.size <= present.size,
            "a checkpoint of {} was served, now {}",
            head.size,
            present.size
        );
        let text = must_get(
            &agent,
            &format!("{url}/api/v1/consistency/{}/{}", head.size, present.size),
        );
        let answer: serde_json::Value = serde_json::from_str(&text).unwrap();
        let proof: Vec<[u8; 32]> = answer["proof"]
            .as_array()
            .unwrap()
            .iter()
            .map(|hash| base64_array(hash.as_str().unwrap()).unwrap())
            .collect();
        verify_consistency(head.size, &head.root, present.size, &present.root, &proof).unwrap();
    }
}
