//! A log in memory that takes events as the real one does, and can lose its answers.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use gongshi::ingest::{Answer, ClientError, Patience, Refused, Sink};
use gongshi::intake::Event;
use gongshi_verify::json::{self, Value};
use gongshi_verify::record::Record;
use gongshi_verify::time::Timestamp;
use std::collections::HashMap;
use std::sync::Mutex;

/// When its tests begin.
pub const NOW: &str = "2026-03-09T08:00:00Z";

#[derive(Default)]
struct State {
    /// Signed statement (here: the signature, of which there is one) to index.
    seen: HashMap<[u8; 64], u64>,
    records: Vec<(String, [u8; 32])>,
    now: Option<Timestamp>,
    attempts: usize,
    /// Takes so many events, answers so many, then breaks the connection, so many times.
    losing: (usize, usize, u32),
    refusing: Option<&'static str>,
}

#[derive(Default)]
pub struct LogDouble(Mutex<State>);

impl LogDouble {
    pub const PATIENCE: Patience = Patience {
        attempts: 3,
        pause: |_| {},
    };

    pub fn set_now(&self, now: Timestamp) {
        self.0.lock().unwrap().now = Some(now);
    }

    pub fn size(&self) -> u64 {
        self.0.lock().unwrap().records.len() as u64
    }

    pub fn attempts(&self) -> usize {
        self.0.lock().unwrap().attempts
    }

    pub fn bodies(&self) -> Vec<String> {
        let state = self.0.lock().unwrap();
        state.records.iter().map(|(body, _)| body.clone()).collect()
    }

    pub fn commitments(&self) -> Vec<[u8; 32]> {
        let state = self.0.lock().unwrap();
        state
            .records
            .iter()
            .map(|(_, commitment)| *commitment)
            .collect()
    }

    pub fn lose_answers(&self, take: usize, answer: usize, times: u32) {
        self.0.lock().unwrap().losing = (take, answer, times);
    }

    pub fn refuse_all(&self, code: Option<&'static str>) {
        self.0.lock().unwrap().refusing = code;
    }
}

impl State {
    fn take(&mut self, line: &str) -> Answer {
        let refuse = |code: &str| {
            Answer::Refused(Refused {
                code: code.to_owned(),
                status: 422,
                ..Refused::default()
            })
        };
        let event = Event::parse(line.as_bytes())
            .map_err(|(refusal, _)| refusal)
            .unwrap();
        if let Some(code) = self.refusing {
            return refuse(code);
        }
        let elsewhere = event
            .body()
            .get("region")
            .is_some_and(|region| region != "000000");
        if elsewhere && event.kind.as_str() == "abnormal_listing" {
            return refuse("region-not-allowed");
        }
        if let Some(index) = self.seen.get(&event.signature) {
            return Answer::Logged {
                index: *index,
                proof: String::new(),
            };
        }
        let age = self.now.unwrap().unix() - event.issued_at.unix();
        if !(-120..=7 * 86_400).contains(&age) {
            return refuse("time-window");
        }
        let Ok(Value::Object(mut members)) = json::parse_with_depth(line, json::MAX_DEPTH + 2)
        else {
            panic!("an event is an object");
        };
        let record = Record::from_value(members.remove("record").unwrap()).unwrap();
        let index = self.records.len() as u64;
        self.records
            .push((json::to_jcs(&record.body), record.commitment()));
        self.seen.insert(event.signature, index);
        Answer::Logged {
            index,
            proof: String::new(),
        }
    }
}

impl Sink for LogDouble {
    fn address(&self) -> &str {
        "double"
    }

    fn send(
        &self,
        events: &[&str],
        answered: &mut dyn FnMut(usize, Answer),
    ) -> Result<(), ClientError> {
        let mut state = self.0.lock().unwrap();
        state.attempts += 1;
        let (take, answer, times) = state.losing;
        if times == 0 {
            for (place, event) in events.iter().enumerate() {
                answered(place, state.take(event));
            }
            return Ok(());
        }
        state.losing.2 = times.saturating_sub(1);
        for (place, event) in events.iter().take(take).enumerate() {
            let taken = state.take(event);
            if place < answer {
                answered(place, taken);
            }
        }
        if times == u32::MAX {
            // The process is gone: what it might still send does not arrive.
            state.losing = (0, 0, u32::MAX);
        }
        Err(ClientError::Connection {
            server: "double".to_owned(),
            reason: "cut".to_owned(),
        })
    }
}
