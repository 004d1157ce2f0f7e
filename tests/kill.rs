//! `kill -9` of the real server at random moments under load: no acknowledged entry is lost, no two checkpoints that
//! anybody fetched disagree. `GONGSHI_KILLS` sets how often (the long form is `.ci/kill`).
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use common::*;
use gongshi::app::{NewLog, init};
use gongshi::ingest::KeyFile;
use gongshi::intake::{Clock as _, Event, SystemClock};
use gongshi_verify::checkpoint::{Checkpoint, SignedCheckpoint};
use gongshi_verify::encoding::{base64, base64_array};
use gongshi_verify::json::Value;
use gongshi_verify::keys::SecretKey;
use gongshi_verify::merkle::verify_consistency;
use gongshi_verify::names::AuthorityId;
use gongshi_verify::record::Record;
use gongshi_verify::registry::key_proof_message;
use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// A random number below `below`.
fn next(below: u64) -> u64 {
    let mut bytes = [0; 8];
    getrandom::fill(&mut bytes).unwrap();
    u64::from_be_bytes(bytes) % below
}

struct Server {
    child: Child,
    url: String,
}

impl Server {
    fn start(data: &Path) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_gongshi"))
            .args(["serve", "--listen", "127.0.0.1:0", "--data"])
            .arg(data)
            .env("GONGSHI_LOG", "warn")
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let line = lines.next().expect("the server did not start").unwrap();
        let url = line
            .rsplit(' ')
            .next()
            .unwrap()
            .trim_end_matches('/')
            .to_owned();
        // Keep the pipe open and empty.
        std::thread::spawn(move || lines.for_each(drop));
        Server { child, url }
    }

    fn kill(mut self) {
        // `Child::kill` is SIGKILL.
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

fn agent() -> ureq::Agent {
    let config = ureq::Agent::config_builder().timeout_global(Some(Duration::from_secs(30)));
    config.http_status_as_error(false).build().into()
}

fn get(agent: &ureq::Agent, url: &str) -> Option<String> {
    agent.get(url).call().ok()?.body_mut().read_to_string().ok()
}

fn sign(key: &SecretKey, kind: &str, id: &str, body: Value) -> Event {
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

/// Posts events until the server dies; what it acknowledged goes to `acknowledged`: index to signature.
fn load(url: &str, key: &SecretKey, batch: usize, stop: &AtomicBool) -> Vec<(u64, String)> {
    let agent = agent();
    let mut acknowledged = Vec::new();
    while !stop.load(Ordering::Relaxed) {
        let events: Vec<Event> = (0..batch)
            .map(|i| sign(key, "permit", DEPARTMENT, permit(&format!("K-{i}"))))
            .collect();
        let body: String = events.iter().map(|event| event.to_json() + "\n").collect();
        let Ok(answer) = agent
            .post(format!("{url}/api/v1/events"))
            .content_type("application/x-ndjson")
            .send(body)
        else {
            break;
        };
        let lines = BufReader::new(answer.into_body().into_reader()).lines();
        for (event, line) in events.iter().zip(lines) {
            let Ok(line) = line else { return acknowledged };
            let Ok(answer) = serde_json::from_str::<serde_json::Value>(&line) else {
                return acknowledged;
            };
            let index = answer["index"].as_u64().unwrap_or_else(|| panic!("{line}"));
            acknowledged.push((index, base64(&event.signature)));
        }
    }
    acknowledged
}

/// Fetches the checkpoint over and over.
fn watch(url: &str, stop: &AtomicBool) -> Vec<Checkpoint> {
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

#[test]
fn a_killed_server_loses_nothing_and_forks_nothing() {
    let kills: u32 = std::env::var("GONGSHI_KILLS")
        .ok()
        .map_or(6, |text| text.parse().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let new = NewLog {
        origin: origin(),
        operator: AuthorityId::parse(OPERATOR).unwrap(),
        name: "operator".to_owned(),
        region: "000000".to_owned(),
        kinds: Vec::new(),
        synthetic: true,
        random: random_seed,
    };
    init(&data, &new, Arc::new(SystemClock)).unwrap();
    let key = SecretKey::from_seed(&random_seed());
    register(&data, &key);

    let mut acknowledged: BTreeMap<u64, String> = BTreeMap::new();
    let mut heads: Vec<Checkpoint> = Vec::new();
    for round in 0..kills {
        let server = Server::start(&data);
        check(&server.url, &acknowledged, &heads, round);
        let stop = AtomicBool::new(false);
        let life = Duration::from_millis(20 + next(1500));
        let batch = 1 + next(200) as usize;
        let url = server.url.clone();
        std::thread::scope(|scope| {
            let loads: Vec<_> = (0..2)
                .map(|_| scope.spawn(|| load(&url, &key, batch, &stop)))
                .collect();
            let watcher = scope.spawn(|| watch(&url, &stop));
            std::thread::sleep(life);
            server.kill();
            stop.store(true, Ordering::Relaxed);
            for load in loads {
                for (index, signature) in load.join().unwrap() {
                    let before = acknowledged.insert(index, signature);
                    assert_eq!(before, None, "index {index} was given twice");
                }
            }
            heads.extend(watcher.join().unwrap());
        });
    }
    let server = Server::start(&data);
    check(&server.url, &acknowledged, &heads, kills);
    server.kill();
    assert!(
        !acknowledged.is_empty(),
        "nothing was acknowledged: the test tested nothing"
    );
    println!(
        "{kills} kills, {} entries acknowledged, {} checkpoints seen",
        acknowledged.len(),
        heads.len()
    );
}

fn random_seed() -> [u8; 32] {
    let mut seed = [0; 32];
    getrandom::fill(&mut seed).unwrap();
    seed
}

fn register(data: &Path, key: &SecretKey) {
    let operator = KeyFile::read(&gongshi::app::operator_key_path(data)).unwrap();
    let id = AuthorityId::parse(DEPARTMENT).unwrap();
    let public = key.public();
    let body = Value::object([
        ("action", "register".into()),
        ("authority_id", DEPARTMENT.into()),
        (
            "key_proof",
            base64(&key.sign(&key_proof_message(&origin(), &id, &public))).into(),
        ),
        ("kinds", Value::Array(vec!["permit".into()])),
        ("name", "示例县市场监督管理局".into()),
        ("public_key", public.to_base64().into()),
        ("region", "000000".into()),
        ("role", "department".into()),
    ]);
    let server = Server::start(data);
    let event = sign(&operator.key, "authority", OPERATOR, body);
    let url = format!("{}/api/v1/events", server.url);
    let mut answer = agent()
        .post(url)
        .content_type("application/json")
        .send(event.to_json())
        .unwrap();
    assert_eq!(
        answer.status(),
        200,
        "{}",
        answer.body_mut().read_to_string().unwrap()
    );
    server.kill();
}

/// Every acknowledged entry is there, and every head ever seen is a prefix of the present one.
fn check(url: &str, acknowledged: &BTreeMap<u64, String>, heads: &[Checkpoint], round: u32) {
    let agent = agent();
    let present = get(&agent, &format!("{url}/log/checkpoint")).unwrap();
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
        let text = get(&agent, &format!("{url}/api/v1/records/{index}")).unwrap();
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
        let text = get(
            &agent,
            &format!("{url}/api/v1/consistency/{}/{}", head.size, present.size),
        )
        .unwrap();
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
