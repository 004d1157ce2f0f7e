//! Displays that all fall due at once: ended through intake like any others, while the portal is asked for pages.

use super::peak_memory;
use anyhow::{Context as _, ensure};
use clap::Args;
use gongshi::app::{App, NewLog, Tuning, init, operator_key_path, random32};
use gongshi::domain::Uscc;
use gongshi::ingest::KeyFile;
use gongshi::intake::{Clock as _, Event, SimulatedClock};
use gongshi_verify::encoding::base64;
use gongshi_verify::json::{self, Value};
use gongshi_verify::keys::SecretKey;
use gongshi_verify::names::{AuthorityId, KindName, Origin};
use gongshi_verify::record::Record;
use gongshi_verify::registry::key_proof_message;
use gongshi_verify::time::Timestamp;
use rayon::prelude::*;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// End displays that fall due at once, and ask for pages meanwhile.
#[derive(Args)]
pub struct Expiry {
    /// Number of records.
    #[arg(long, default_value_t = 100_000)]
    records: usize,
}

const DEPARTMENT: &str = "000000-SCJG";
const START: &str = "2026-03-02T08:00:00Z";
/// Three months later, by the rules that come with the program, minor penalties are over.
const OVER: &str = "2026-06-02T16:00:00Z";
/// Events handed in at once.
const BATCH: usize = 4096;

impl Expiry {
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
        let clock = Arc::new(SimulatedClock::new(Timestamp::parse(START)?));
        init(&data, &new, clock.clone())?;
        let operator = KeyFile::read(&operator_key_path(&data))?;
        let app = App::open(&data, clock.clone(), &Tuning::default())?;
        let key = SecretKey::from_seed(&random32());
        let id = AuthorityId::parse(DEPARTMENT)?;
        let sign = |who: &AuthorityId, key: &SecretKey, kind: &str, body| {
            let (kind, record) = (KindName::parse(kind)?, Record::new(body, random32())?);
            let event = Event::sign(&origin, who, key, &kind, clock.now(), None, record);
            anyhow::Ok(event)
        };
        let registration = registration(&origin, &id, &key);
        let registered = sign(
            &operator.authority,
            &operator.key,
            "authority",
            registration,
        )?;
        accept(&app, vec![registered])?;
        for first in (0..self.records).step_by(BATCH) {
            let numbers = first..self.records.min(first + BATCH);
            let events = numbers.into_par_iter();
            let events = events.map(|number| sign(&id, &key, "penalty", penalty(number)?));
            accept(&app, events.collect::<anyhow::Result<Vec<_>>>()?)?;
        }
        let size = app.portal.log.published().size();
        while app.portal.model.cursor()? < size || app.portal.search.searchable() < size {
            std::thread::sleep(Duration::from_millis(50));
        }
        clock.advance_to(Timestamp::parse(OVER)?);
        let (sender, receiver) = std::sync::mpsc::channel();
        let portal = app.portal.clone();
        std::thread::spawn(move || {
            gongshi::web::serve(portal, "127.0.0.1:0", |address| {
                sender.send(address).unwrap_or_default()
            })
        });
        let address = receiver.recv().context("the server did not start")?;
        let done = AtomicBool::new(false);
        let begin = Instant::now();
        let (ended, seconds, mut waits) = std::thread::scope(|scope| {
            let reader = scope.spawn(|| {
                let mut waits = Vec::new();
                while !done.load(Ordering::Relaxed) {
                    let asked = Instant::now();
                    for path in ["/", "/list/penalty", "/record/2"] {
                        ureq::get(format!("http://{address}{path}")).call()?;
                    }
                    waits.push(asked.elapsed() / 3);
                    std::thread::sleep(Duration::from_millis(50));
                }
                anyhow::Ok(waits)
            });
            let ended = app.end_displays();
            let seconds = begin.elapsed().as_secs_f64();
            done.store(true, Ordering::Relaxed);
            let waits = reader.join().expect("a reader's thread");
            anyhow::Ok((ended, seconds, waits?))
        })?;
        ensure!(
            ended.ended == self.records && ended.failed == 0,
            "{ended:?} of {}",
            self.records
        );
        waits.sort_unstable();
        let longest = waits.last().copied().unwrap_or_default();
        let middle = waits.get(waits.len() / 2).copied().unwrap_or_default();
        println!(
            "{} displays ended in {seconds:.1} s; meanwhile a page took {} ms in the middle, {} ms at the longest",
            ended.ended,
            middle.as_millis(),
            longest.as_millis(),
        );
        println!("peak memory {} MB", peak_memory().unwrap_or_default());
        Ok(())
    }
}

fn accept(app: &App, events: Vec<Event>) -> anyhow::Result<()> {
    for answer in app.portal.intake.accept_events(events).wait() {
        answer?;
    }
    Ok(())
}

fn penalty(number: usize) -> anyhow::Result<Value> {
    let code = Uscc::complete(&format!("91000000MA{number:07}"))
        .context("the alphabet of credit codes has digits")?;
    Ok(json::parse(format!(
        r#"{{"subject_uscc":"{code}","subject_name":"示例店{number}","region":"000000","decision_no":"示罚{number}号",
        "violation_type":"未按规定明码标价","legal_basis":"价格法","penalty_kinds":["fine"],"content":"罚款500元","fine_fen":50000,
        "decided_on":"2026-02-27","severity":"minor"}}"#
    ))?)
}

fn registration(origin: &Origin, id: &AuthorityId, key: &SecretKey) -> Value {
    let public = key.public();
    let proof = key.sign(&key_proof_message(origin, id, &public));
    Value::object([
        ("action", "register".into()),
        ("authority_id", id.as_str().into()),
        ("key_proof", base64(&proof).into()),
        ("kinds", Value::Array(vec!["penalty".into()])),
        ("name", "bench".into()),
        ("public_key", public.to_base64().into()),
        ("region", "000000".into()),
        ("role", "department".into()),
    ])
}
