//! A portal in this process whose one department has two keys and publishes penalties: what measurements of endings begin with.

use super::department::Department;
use anyhow::Context as _;
use gongshi::app::{App, random32};
use gongshi::domain::Uscc;
use gongshi::intake::{Event, SimulatedClock};
use gongshi_verify::encoding::hex;
use gongshi_verify::hash::leaf_hash;
use gongshi_verify::json::{self, Value};
use gongshi_verify::keys::SecretKey;
use gongshi_verify::time::Timestamp;
use rayon::prelude::*;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// Events handed in at once.
const BATCH: usize = 4096;
const START: &str = "2026-03-02T08:00:00Z";

pub(super) struct Penalties {
    pub(super) clock: Arc<SimulatedClock>,
    department: Department,
    second: SecretKey,
}

impl Penalties {
    pub(super) fn new(data: &Path) -> anyhow::Result<Self> {
        let clock = Arc::new(SimulatedClock::new(Timestamp::parse(START)?));
        let kinds = ["erasure", "penalty", "withdrawal"];
        let bench = Penalties {
            department: Department::new(data, clock.clone(), &kinds)?,
            clock,
            second: SecretKey::from_seed(&random32()),
        };
        bench.department.add_key(&bench.second)?;
        Ok(bench)
    }

    pub(super) fn app(&self) -> &App {
        &self.department.app
    }

    /// Publishes penalties numbered from `first` on: minor ones end after three months, others after a year at the earliest.
    pub(super) fn publish(&self, first: usize, count: usize, severity: &str) -> anyhow::Result<()> {
        for from in (first..first + count).step_by(BATCH) {
            let numbers = (from..(from + BATCH).min(first + count)).into_par_iter();
            let events = numbers.map(|number| {
                let body = penalty(number, severity)?;
                self.department.sign("penalty", None, body)
            });
            self.department
                .accept(events.collect::<anyhow::Result<Vec<_>>>()?)?;
        }
        Ok(())
    }

    /// Waits until the read model and search have taken everything.
    pub(super) fn settle(&self) -> anyhow::Result<()> {
        let portal = &self.app().portal;
        let size = portal.log.published().size();
        while portal.model.cursor()? < size || portal.search.searchable() < size {
            std::thread::sleep(Duration::from_millis(10));
        }
        Ok(())
    }

    /// A withdrawal or erasure of a record, signed by both keys.
    pub(super) fn end(&self, kind: &str, target: u64) -> anyhow::Result<Event> {
        let entry = self.app().portal.log.entry(target)?;
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
        let event = self.department.sign(kind, Some(target), body)?;
        Ok(event.approved(&self.department.origin, &self.second))
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
