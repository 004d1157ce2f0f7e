//! Signed events through `POST /api/v1/events` as NDJSON: a real server on loopback, a real client beside it.

use super::peak_memory;
use anyhow::{Context as _, ensure};
use clap::Args;
use gongshi::app::{App, NewLog, Tuning, init, operator_key_path, random32};
use gongshi::ingest::KeyFile;
use gongshi::intake::{Clock as _, Event, SystemClock};
use gongshi_verify::encoding::base64;
use gongshi_verify::json::{self, Value};
use gongshi_verify::keys::SecretKey;
use gongshi_verify::names::{AuthorityId, KindName, Origin};
use gongshi_verify::record::Record;
use gongshi_verify::registry::key_proof_message;
use rayon::prelude::*;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

/// Sign events beforehand, post them, and wait for each line's receipt.
#[derive(Args)]
pub struct Events {
    /// Number of events.
    #[arg(long, default_value_t = 100_000)]
    events: usize,
    /// Clients at once.
    #[arg(long, default_value_t = 2)]
    clients: usize,
    /// Events in one request.
    #[arg(long, default_value_t = 5000)]
    request: usize,
    /// Ask for the index alone instead of the proof of each event.
    #[arg(long)]
    minimal: bool,
}

const DEPARTMENT: &str = "000000-SCJG";

impl Events {
    pub fn run(self, folder: &Path) -> anyhow::Result<()> {
        let data = folder.join("data");
        let origin = Origin::parse("bench.example/log")?;
        let new = NewLog {
            origin: origin.clone(),
            operator: AuthorityId::parse("000000-OP")?,
            name: "bench".to_owned(),
            region: "000000".to_owned(),
            kinds: Vec::new(),
            random: random32,
        };
        let clock = Arc::new(SystemClock);
        init(&data, &new, clock.clone())?;
        let operator = KeyFile::read(&operator_key_path(&data))?;
        let app = App::open(&data, clock, &Tuning::default())?;
        let key = SecretKey::from_seed(&random32());
        let registered = app
            .portal
            .intake
            .accept_events(vec![register(&origin, &operator, &key)?])
            .wait();
        ensure!(
            registered.iter().all(Result::is_ok),
            "the department was refused: {registered:?}"
        );
        let lines = sign(&origin, &key, self.events)?;

        let (sender, receiver) = std::sync::mpsc::channel();
        let portal = app.portal.clone();
        std::thread::spawn(move || {
            gongshi::web::serve(portal, "127.0.0.1:0", |address| {
                sender.send(address).unwrap_or_default()
            })
        });
        let address = receiver.recv().context("the server did not start")?;
        let url = format!("http://{address}/api/v1/events");
        let begin = Instant::now();
        let share = lines.len().div_ceil(self.clients);
        let answered: usize = std::thread::scope(|scope| {
            let clients = lines.chunks(share).map(|share| {
                let url = &url;
                scope.spawn(move || {
                    share
                        .chunks(self.request)
                        .map(|lines| post(url, lines, self.minimal))
                        .sum::<anyhow::Result<usize>>()
                })
            });
            let posts: Vec<_> = clients.collect();
            posts
                .into_iter()
                .map(|post| post.join().expect("a client thread"))
                .sum::<anyhow::Result<usize>>()
        })?;
        let seconds = begin.elapsed().as_secs_f64();
        ensure!(
            answered == lines.len(),
            "{answered} of {} events were accepted",
            lines.len()
        );
        println!(
            "{answered} signed events in {seconds:.1} s: {:.0}/s, each answered with its {}",
            answered as f64 / seconds,
            if self.minimal { "index" } else { "proof" },
        );
        println!("peak memory {} MB", peak_memory().unwrap_or_default());
        Ok(())
    }
}

fn post(url: &str, lines: &[String], minimal: bool) -> anyhow::Result<usize> {
    let body = lines.concat();
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .timeout_global(None)
        .build()
        .into();
    let mut request = agent.post(url).content_type("application/x-ndjson");
    if minimal {
        request = request.header("Prefer", "return=minimal");
    }
    let answer = request.send(body.as_bytes())?;
    let mut accepted = 0;
    for line in BufReader::new(answer.into_body().into_reader()).lines() {
        accepted += usize::from(line?.starts_with("{\"index\""));
    }
    Ok(accepted)
}

fn register(origin: &Origin, operator: &KeyFile, key: &SecretKey) -> anyhow::Result<Event> {
    let id = AuthorityId::parse(DEPARTMENT)?;
    let public = key.public();
    let body = Value::object([
        ("action", "register".into()),
        ("authority_id", DEPARTMENT.into()),
        (
            "key_proof",
            base64(&key.sign(&key_proof_message(origin, &id, &public))).into(),
        ),
        ("kinds", Value::Array(vec!["inspection_result".into()])),
        ("name", "bench".into()),
        ("public_key", public.to_base64().into()),
        ("region", "000000".into()),
        ("role", "department".into()),
    ]);
    let kind = KindName::parse("authority")?;
    let record = Record::new(body, random32())?;
    Ok(Event::sign(
        origin,
        &operator.authority,
        &operator.key,
        &kind,
        SystemClock.now(),
        None,
        record,
    ))
}

fn sign(origin: &Origin, key: &SecretKey, count: usize) -> anyhow::Result<Vec<String>> {
    let id = AuthorityId::parse(DEPARTMENT)?;
    let kind = KindName::parse("inspection_result")?;
    let now = SystemClock.now();
    (0..count)
        .into_par_iter()
        .map(|number| {
            let body = json::parse(format!(
                r#"{{"subject_uscc":"91000000MA00000900","subject_name":"示例县第{number}食品店","region":"000000",
                "draw_basis":"complaint","origin_reason":"投诉举报","method":"on_site","inspected_on":"2026-03-02",
                "outcome":["no_problem_found"],"officer_count":2}}"#
            ))?;
            let record = Record::new(body, random32())?;
            Ok(Event::sign(origin, &id, key, &kind, now, None, record).to_json() + "\n")
        })
        .collect()
}
