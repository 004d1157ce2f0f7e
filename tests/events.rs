//! `POST /api/v1/events` with clients as they are: most send all they have before they read a word of the answer.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use common::{TestLog, permit};
use gongshi_verify::extra::Extra;
use gongshi_verify::tlog_proof::TlogProof;
use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::sync::mpsc;
use std::time::Duration;

/// Serves the log's portal for the rest of the test process.
fn serve(log: &TestLog) -> SocketAddr {
    let (sender, receiver) = mpsc::channel();
    let portal = log.app.portal.clone();
    std::thread::spawn(move || {
        gongshi::web::serve(portal, "127.0.0.1:0", |address| {
            sender.send(address).unwrap()
        })
    });
    receiver.recv().unwrap()
}

/// Sends a whole body, then reads the answer; a server that waits for its reader before it reads on would hang here.
fn post(address: SocketAddr, body: &str) -> Vec<serde_json::Value> {
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .timeout_global(Some(Duration::from_secs(120)))
        .build()
        .into();
    let answer = agent
        .post(format!("http://{address}/api/v1/events"))
        .content_type("application/x-ndjson")
        .send(body)
        .unwrap();
    BufReader::new(answer.into_body().into_reader())
        .lines()
        .map(|line| serde_json::from_str(&line.unwrap()).unwrap())
        .collect()
}

fn events(log: &TestLog, count: usize) -> Vec<String> {
    (0..count)
        .map(|number| {
            log.event("permit", permit(&format!("P-{number}")))
                .to_json()
        })
        .collect()
}

#[test]
fn a_client_that_sends_everything_before_it_reads_gets_every_receipt() {
    let log = TestLog::new(&["permit"]);
    let address = serve(&log);
    let events = events(&log, 200);
    // The answer is some 40 MB: far more than sockets hold.
    let lines: Vec<&str> = (0..10_000)
        .map(|line| events[line % events.len()].as_str())
        .collect();
    let before = log.app.portal.log.published().size();
    let answers = post(address, &(lines.join("\n") + "\n"));
    assert_eq!(answers.len(), lines.len());
    for (line, answer) in answers.iter().enumerate() {
        let index = before + (line % events.len()) as u64;
        assert_eq!(answer["index"], index, "{answer}");
        let proof = TlogProof::parse(answer["proof"].as_str().unwrap()).unwrap();
        assert_eq!(proof.index, index);
        if line < events.len() {
            let extra = Extra::parse(proof.extra.as_deref().unwrap()).unwrap();
            let leaf = log.app.portal.log.leaf(index).unwrap();
            assert_eq!(extra.entry.to_bytes(), leaf.entry);
            let record = extra.record.unwrap();
            assert_eq!(record.to_jcs().as_bytes(), leaf.record.unwrap());
            assert_eq!(
                proof.path,
                log.app
                    .portal
                    .log
                    .inclusion(index, proof_size(&proof))
                    .unwrap()
            );
        }
    }
    assert_eq!(
        log.app.portal.log.published().size(),
        before + events.len() as u64
    );
}

fn proof_size(proof: &TlogProof) -> u64 {
    proof
        .checkpoint_text
        .lines()
        .nth(1)
        .unwrap()
        .parse()
        .unwrap()
}

#[test]
fn lines_beyond_the_limit_are_answered_once_and_leave_no_trace() {
    let log = TestLog::new(&["permit"]);
    let address = serve(&log);
    let events = events(&log, 2);
    let before = log.app.portal.log.published().size();
    let mut lines = vec![events[0].as_str(); 10_000];
    lines.push(&events[1]);
    lines.push(&events[1]);
    let answers = post(address, &lines.join("\n"));
    assert_eq!(answers.len(), 10_001);
    assert_eq!(answers[9_999]["index"], before);
    assert_eq!(answers[10_000]["error"]["code"], "too-many-lines");
    assert_eq!(answers[10_000]["error"]["status"], 413);
    assert_eq!(log.app.portal.log.published().size(), before + 1);
}

/// Lines that say nothing, or nothing right, cost the server little however many there are.
#[test]
fn empty_and_faulty_lines_are_bounded() {
    let log = TestLog::new(&["permit"]);
    let address = serve(&log);
    let events = events(&log, 1);
    let answers = post(address, &("\n".repeat(20_000) + &events[0] + "\n"));
    assert_eq!(answers.len(), 1);
    assert_eq!(answers[0]["error"]["code"], "too-many-lines");
    let members: Vec<String> = (0..90).map(|n| format!("\"z{n}\":1,")).collect();
    let faulty = events[0].replace("\"body\":{", &format!("\"body\":{{{}", members.concat()));
    let answers = post(address, &(faulty + "\n").repeat(200));
    assert_eq!(answers.len(), 200);
    let told = |answer: &serde_json::Value| answer["error"]["errors"].as_array().unwrap().len();
    assert_eq!(told(&answers[0]), 90);
    assert_eq!(told(&answers[199]), 1);
}
