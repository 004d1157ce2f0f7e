//! A portal in this process whose one department has two keys and publishes penalties: what measurements of endings begin with.

use anyhow::Context as _;
use gongshi::app::{App, NewLog, Tuning, init, operator_key_path, random32};
use gongshi::domain::Uscc;
use gongshi::ingest::KeyFile;
use gongshi::intake::{Clock as _, Event, SimulatedClock};
use gongshi_verify::encoding::{base64, hex};
use gongshi_verify::hash::leaf_hash;
use gongshi_verify::json::{self, Value};
use gongshi_verify::keys::SecretKey;
use gongshi_verify::names::{AuthorityId, KindName, Origin};
use gongshi_verify::record::Record;
use gongshi_verify::registry::key_proof_message;
use gongshi_verify::time::Timestamp;
use rayon::prelude::*;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// Events handed in at once.
const BATCH: usize = 4096;
const DEPARTMENT: &str = "000000-SCJG";
const START: &str = "2026-03-02T08:00:00Z";

pub(super) struct Penalties {
    pub(super) app: App,
    pub(super) clock: Arc<SimulatedClock>,
    origin: Origin,
    id: AuthorityId,
    key: SecretKey,
    second: SecretKey,
}

impl Penalties {
    pub(super) fn new(data: &Path) -> anyhow::Result<Self> {
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
        init(data, &new, clock.clone())?;
        let operator = KeyFile::read(&operator_key_path(data))?;
        let bench = Penalties {
            app: App::open(data, clock.clone(), &Tuning::default())?,
            clock,
            origin,
            id: AuthorityId::parse(DEPARTMENT)?,
            key: SecretKey::from_seed(&random32()),
            second: SecretKey::from_seed(&random32()),
        };
        for body in [bench.registration(), bench.second_key()] {
            let (id, key) = (&operator.authority, &operator.key);
            bench.accept(vec![bench.sign(id, key, "authority", None, body)?])?;
        }
        Ok(bench)
    }

    fn sign(
        &self,
        who: &AuthorityId,
        key: &SecretKey,
        kind: &str,
        of: Option<u64>,
        body: Value,
    ) -> anyhow::Result<Event> {
        let (kind, record) = (KindName::parse(kind)?, Record::new(body, random32())?);
        let of = of.map(|index| index.to_string());
        let now = self.clock.now();
        Ok(Event::sign(&self.origin, who, key, &kind, now, of, record))
    }

    fn accept(&self, events: Vec<Event>) -> anyhow::Result<()> {
        for answer in self.app.portal.intake.accept_events(events).wait() {
            answer?;
        }
        Ok(())
    }

    /// Publishes penalties numbered from `first` on: minor ones end after three months, others after a year at the earliest.
    pub(super) fn publish(&self, first: usize, count: usize, severity: &str) -> anyhow::Result<()> {
        for from in (first..first + count).step_by(BATCH) {
            let numbers = (from..(from + BATCH).min(first + count)).into_par_iter();
            let events = numbers.map(|number| {
                let body = penalty(number, severity)?;
                self.sign(&self.id, &self.key, "penalty", None, body)
            });
            self.accept(events.collect::<anyhow::Result<Vec<_>>>()?)?;
        }
        Ok(())
    }

    /// Waits until the read model and search have taken everything.
    pub(super) fn settle(&self) -> anyhow::Result<()> {
        let portal = &self.app.portal;
        let size = portal.log.published().size();
        while portal.model.cursor()? < size || portal.search.searchable() < size {
            std::thread::sleep(Duration::from_millis(10));
        }
        Ok(())
    }

    /// A withdrawal or erasure of a record, signed by both keys.
    pub(super) fn end(&self, kind: &str, target: u64) -> anyhow::Result<Event> {
        let entry = self.app.portal.log.entry(target)?;
        let named = Value::object([
            ("index", Value::Int(i64::try_from(target)?)),
            ("leaf_hash", hex(&leaf_hash(&entry)).into()),
        ]);
        let reason = match kind {
            "erasure" => ("erasure_reason", "court_order"),
            _ => ("withdrawal_reason", "published_in_error"),
        };
        let body = Value::object([
            ("decided_on", "2026-06-02".into()),
            ("legal_basis", "企业信息公示暂行条例".into()),
            ("region", "000000".into()),
            ("target", named),
            (reason.0, reason.1.into()),
        ]);
        let event = self.sign(&self.id, &self.key, kind, Some(target), body)?;
        Ok(event.approved(&self.origin, &self.second))
    }

    fn proof(&self, key: &SecretKey) -> Value {
        let message = key_proof_message(&self.origin, &self.id, &key.public());
        base64(&key.sign(&message)).into()
    }

    fn registration(&self) -> Value {
        let kinds = ["erasure", "penalty", "withdrawal"].map(Value::from);
        Value::object([
            ("action", "register".into()),
            ("authority_id", self.id.as_str().into()),
            ("key_proof", self.proof(&self.key)),
            ("kinds", Value::Array(kinds.into())),
            ("name", "bench".into()),
            ("public_key", self.key.public().to_base64().into()),
            ("region", "000000".into()),
            ("role", "department".into()),
        ])
    }

    fn second_key(&self) -> Value {
        Value::object([
            ("action", "add_key".into()),
            ("authority_id", self.id.as_str().into()),
            ("key_proof", self.proof(&self.second)),
            ("public_key", self.second.public().to_base64().into()),
        ])
    }
}

fn penalty(number: usize, severity: &str) -> anyhow::Result<Value> {
    let code = Uscc::complete(&format!("91000000MA{number:07}"))
        .context("the alphabet of credit codes has digits")?;
    Ok(json::parse(format!(
        r#"{{"subject_uscc":"{code}","subject_name":"示例店{number}","region":"000000","decision_no":"示罚{number}号",
        "violation_type":"未按规定明码标价","legal_basis":"价格法","penalty_kinds":["fine"],"content":"罚款500元","fine_fen":50000,
        "decided_on":"2026-02-27","severity":"{severity}"}}"#
    ))?)
}
