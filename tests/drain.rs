//! SIGTERM to the real server: what was taken is appended and answered, and no answer promises what is not durable.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;
mod live;

use common::DEPARTMENT;
use gongshi_verify::encoding::base64;
use live::*;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

/// Longer than the server waits for connections.
const PATIENCE: Duration = Duration::from_secs(60);

#[test]
fn what_was_acknowledged_before_the_end_is_there_after_it() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let key = new_log(&data);
    let mut observer = Observer::default();
    for (round, signals) in [vec!["-TERM"], vec!["-TERM", "-TERM"], vec!["-TERM", "-INT"]]
        .into_iter()
        .enumerate()
    {
        let server = Server::start(&data);
        observer.check(&server.url, round as u32);
        let stop = AtomicBool::new(false);
        let url = server.url.clone();
        std::thread::scope(|scope| {
            let loads: Vec<_> = (0..3)
                .map(|_| scope.spawn(|| load(&url, &key, 60, 0, true, &stop)))
                .collect();
            std::thread::sleep(Duration::from_millis(300));
            for signal in &signals {
                server.signal(signal);
                std::thread::sleep(Duration::from_millis(20));
            }
            std::thread::sleep(Duration::from_millis(100));
            stop.store(true, Ordering::Relaxed);
            for load in loads {
                observer.take(load.join().unwrap());
            }
            let (status, said) = server.end(PATIENCE);
            assert!(status.success(), "{signals:?}: {status}: {said}");
            assert!(!said.contains("panicked at"), "{said}");
        });
    }
    let server = Server::start(&data);
    observer.check(&server.url, 9);
    server.kill();
    assert_sound(&data);
    assert!(
        observer.acknowledged.len() > 100,
        "the test tested too little"
    );
}

/// An import that streams when the end comes: answers are read while later lines are sent.
#[test]
fn an_import_that_streams_at_the_end_keeps_what_it_was_told() {
    const LINES: usize = 10_000;
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let key = new_log(&data);
    let server = Server::start(&data);
    let address = server.url.strip_prefix("http://").unwrap().to_owned();
    let mut out = TcpStream::connect(&address).unwrap();
    let input = out.try_clone().unwrap();
    let answered = AtomicUsize::new(0);
    let signalled = AtomicBool::new(false);
    let mut observer = Observer::default();
    std::thread::scope(|scope| {
        // By hand, since a client would send everything before it reads anything.
        let sender = scope.spawn(|| {
            let head = format!(
                "POST /api/v1/events HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nContent-Type: application/x-ndjson\r\n\
                 Prefer: return=minimal\r\nTransfer-Encoding: chunked\r\n\r\n"
            );
            let mut signatures = Vec::new();
            if out.write_all(head.as_bytes()).is_err() {
                return signatures;
            }
            for number in 0..LINES {
                // The second half comes when the end has.
                while number == LINES / 2 && !signalled.load(Ordering::Relaxed) {
                    std::thread::sleep(Duration::from_millis(2));
                }
                let body = padded_permit(&format!("L-{number}"), 0);
                let event = sign(&key, "permit", DEPARTMENT, body);
                signatures.push(base64(&event.signature));
                let line = event.to_json() + "\n";
                if write!(out, "{:x}\r\n{line}\r\n", line.len()).is_err() {
                    break;
                }
            }
            // The body's end, where the server still listens.
            let _ = out.write_all(b"0\r\n\r\n");
            signatures
        });
        let receiver = scope.spawn(|| {
            let mut answers = Vec::new();
            // Chunks end where lines end; sizes of chunks are not objects.
            for line in BufReader::new(input).lines() {
                let Ok(line) = line else { break };
                if line.starts_with('{') {
                    answers.push(serde_json::from_str::<serde_json::Value>(&line).unwrap());
                    answered.fetch_add(1, Ordering::Relaxed);
                }
            }
            answers
        });
        while answered.load(Ordering::Relaxed) < 2000 {
            std::thread::sleep(Duration::from_millis(2));
            assert!(!sender.is_finished(), "the import was cut off");
        }
        server.signal("-TERM");
        signalled.store(true, Ordering::Relaxed);
        let (status, said) = server.end(PATIENCE);
        assert!(status.success(), "{status}: {said}");
        let answers = receiver.join().unwrap();
        for (signature, answer) in sender.join().unwrap().into_iter().zip(answers) {
            match answer["index"].as_u64() {
                Some(index) => observer.take(vec![(index, signature)]),
                None => assert_eq!(answer["error"]["status"], 503, "{answer}"),
            }
        }
    });
    println!(
        "{} of {LINES} lines acknowledged",
        observer.acknowledged.len()
    );
    let server = Server::start(&data);
    observer.check(&server.url, 0);
    server.kill();
    assert_sound(&data);
}

/// Below the reserve the server answers reads and says that it is not the one to write to.
#[test]
fn a_log_without_room_is_not_ready() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let key = new_log(&data);
    let more_than_any_disk = ["--reserve-mib", "1073741824"];
    let server = Server::start_with(&data, &more_than_any_disk).unwrap();
    let agent = agent();
    let mut ready = agent.get(format!("{}/readyz", server.url)).call().unwrap();
    let said = ready.body_mut().read_to_string().unwrap();
    assert_eq!(ready.status(), 503, "{said}");
    assert!(said.contains("does not append: only"), "{said}");
    let event = sign(&key, "permit", DEPARTMENT, padded_permit("N-1", 0));
    let answer = post(&agent, &server.url, std::slice::from_ref(&event));
    assert_eq!(answer[0]["error"]["code"], "log-unavailable", "{answer:?}");
    assert!(get(&agent, &format!("{}/", server.url)).is_some());
    server.kill();
}
