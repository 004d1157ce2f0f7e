//! A county in which a department has two keys, and another department has its own.

use crate::common::*;
use gongshi::domain::Kind;
use gongshi::intake::{Clock as _, Event, Refusal};
use gongshi::log::{Leaf, Log, LogError};
use gongshi::model::{Model, Records};
use gongshi::store::FaultStorage;
use gongshi_verify::encoding::{base64, hex};
use gongshi_verify::hash::leaf_hash;
use gongshi_verify::json::Value;
use gongshi_verify::keys::SecretKey;
use gongshi_verify::names::AuthorityId;
use gongshi_verify::receipt::ReceiptCode;
use gongshi_verify::record::Record;
use gongshi_verify::registry::key_proof_message;
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::time::{Duration, Instant};

pub const OTHER: &str = "000000-YJJ";
pub const KINDS: &[&str] = &[
    "abnormal_listing",
    "abnormal_removal",
    "bulletin",
    "correction",
    "credit_promise",
    "erasure",
    "inspection_result",
    "item_list",
    "objection",
    "objection_reply",
    "penalty",
    "permit",
    "repair_application",
    "repair_decision",
    "result_followup",
    "serious_listing",
    "serious_removal",
    "subject_status",
    "withdrawal",
];

pub struct County {
    pub log: TestLog,
    pub second: SecretKey,
    pub other: SecretKey,
}

impl County {
    pub fn new() -> Self {
        Self::over(TestLog::new(KINDS), KINDS)
    }

    /// One over another log, whose departments publish these kinds.
    pub fn over(log: TestLog, kinds: &[&str]) -> Self {
        let county = County {
            second: SecretKey::from_seed(&salt()),
            other: SecretKey::from_seed(&salt()),
            log,
        };
        let registered = county.log.register(OTHER, &county.other, kinds);
        county.log.accept(vec![registered])[0].clone().unwrap();
        let id = AuthorityId::parse(DEPARTMENT).unwrap();
        let public = county.second.public();
        let proof = county
            .second
            .sign(&key_proof_message(&origin(), &id, &public));
        let key = county.log.authority(Value::object([
            ("action", "add_key".into()),
            ("authority_id", DEPARTMENT.into()),
            ("key_proof", base64(&proof).into()),
            ("public_key", public.to_base64().into()),
        ]));
        county.log.accept(vec![key])[0].clone().unwrap();
        county
    }

    /// Publishes a record of the department.
    pub fn publish(&self, kind: &str, body: Value) -> u64 {
        let event = self.log.event(kind, body);
        self.log.accept(vec![event])[0].clone().unwrap()
    }

    /// The day by the log's clock, in China.
    fn today(&self) -> String {
        let now = self.log.clock.now().unix();
        gongshi::domain::dates::day_in_china(now).to_string()
    }

    pub fn named(&self, index: u64) -> Value {
        let entry = self.log.app.portal.log.entry(index).unwrap();
        Value::object([
            ("index", Value::Int(i64::try_from(index).unwrap())),
            ("leaf_hash", hex(&leaf_hash(&entry)).into()),
        ])
    }

    /// The receipt code of an entry.
    pub fn receipt(&self, index: u64) -> String {
        let entry = self.log.app.portal.log.entry(index).unwrap();
        ReceiptCode::of(index, &leaf_hash(&entry)).to_string()
    }

    /// An event about a record, by the department and its first key.
    pub fn about(&self, kind: &str, target: u64, body: Value) -> Event {
        self.about_by(DEPARTMENT, &self.log.department, kind, target, body)
    }

    pub fn about_by(
        &self,
        who: &str,
        key: &SecretKey,
        kind: &str,
        target: u64,
        body: Value,
    ) -> Event {
        Event::sign(
            &origin(),
            &AuthorityId::parse(who).unwrap(),
            key,
            &name(kind),
            self.log.clock.now(),
            Some(target.to_string()),
            Record::new(body, salt()).unwrap(),
        )
    }

    pub fn withdrawal_body(&self, target: u64) -> Value {
        Value::object([
            ("decided_on", self.today().into()),
            ("legal_basis", "企业信息公示暂行条例".into()),
            ("region", "000000".into()),
            ("target", self.named(target)),
            ("withdrawal_reason", "published_in_error".into()),
        ])
    }

    pub fn withdrawal(&self, target: u64) -> Event {
        let event = self.about("withdrawal", target, self.withdrawal_body(target));
        event.approved(&origin(), &self.second)
    }

    pub fn erasure(&self, target: u64) -> Event {
        let body = Value::object([
            ("decided_on", self.today().into()),
            ("erasure_reason", "court_order".into()),
            ("legal_basis", "个人信息保护法".into()),
            ("region", "000000".into()),
            ("target", self.named(target)),
        ]);
        self.about("erasure", target, body)
            .approved(&origin(), &self.second)
    }

    pub fn correction_body(&self, target: u64, kind: &str, body: Value) -> Value {
        Value::object([
            ("corrected_body", body),
            ("decided_on", self.today().into()),
            ("reason", "登记时写错。".into()),
            ("region", "000000".into()),
            ("target", self.named(target)),
            ("target_kind", kind.into()),
        ])
    }

    pub fn correction(&self, target: u64, kind: &str, body: Value) -> Event {
        self.about(
            "correction",
            target,
            self.correction_body(target, kind, body),
        )
    }

    pub fn say(&self, event: Event) -> Result<u64, Refusal> {
        self.log.accept(vec![event]).remove(0)
    }

    pub fn model(&self) -> &Model {
        self.log.settle();
        &self.log.app.portal.model
    }

    pub fn list(&self, kind: Kind) -> Vec<u64> {
        self.model().list(kind, 0, 100).unwrap()
    }

    /// The model is what folding the log anew makes. Not while bytes are destroyed: the server's own model has taken an erasure before that, and one
    /// that is folded meanwhile would read what goes.
    pub fn is_as_if_folded_anew(&self) {
        self.wait_for_erasures();
        let dump = |model: &Model| model.dump().collect::<Result<Vec<_>, _>>().unwrap();
        let folded = dump(self.model());
        let log = &self.log.app.portal.log;
        let rules = self.model().rules().clone();
        let again = Model::open(&FaultStorage::default(), rules).unwrap();
        let leaves = log.leaves(0..log.published().size()).unwrap();
        let once = Once(log.as_ref(), RefCell::default());
        again.fold(0, &leaves, &once).unwrap();
        assert_eq!(dump(&again), folded);
    }

    /// Until the server has destroyed what was erased.
    pub fn wait_for_erasures(&self) {
        let begin = Instant::now();
        let standing = self.log.app.portal.intake.standing();
        while !standing.unfinished().unwrap().is_empty() {
            assert!(begin.elapsed() < Duration::from_secs(60), "not destroyed");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    pub fn reopen(self) -> Self {
        County {
            log: self.log.reopen(),
            ..self
        }
    }
}

/// A log that is asked for each record once.
struct Once<'a>(&'a Log, RefCell<BTreeSet<u64>>);

impl Records for Once<'_> {
    fn kept(&self, index: u64) -> Result<Leaf, LogError> {
        assert!(self.1.borrow_mut().insert(index), "{index} was read twice");
        self.0.kept(index)
    }
}

/// The code of the rule that an event breaks.
pub fn code(result: Result<u64, Refusal>) -> String {
    match result.unwrap_err() {
        Refusal::Ending(faults) | Refusal::Journey(faults) | Refusal::Publication(faults) => {
            faults[0].problem.code().to_owned()
        }
        other => other.code().to_owned(),
    }
}

pub fn listing(uscc: &str, name: &str, day: &str) -> Value {
    body(&format!(
        r#"{{"subject_uscc":"{uscc}","subject_name":"{name}","region":"000000","listed_reason":"unreachable",
        "listed_on":"{day}","legal_basis":"企业信息公示暂行条例"}}"#
    ))
}

/// A penalty that was decided on that day, as severe as it says. Figures of 2026: minor 3 months from publication, general one year.
pub fn penalty(number: &str, severity: &str, day: &str) -> Value {
    body(&format!(
        r#"{{"subject_uscc":"91000000MA00000900","subject_name":"示例食品店","region":"000000","decision_no":"{number}",
        "violation_type":"未按规定明码标价","legal_basis":"价格法","penalty_kinds":["fine"],"content":"罚款","fine_fen":50000,
        "decided_on":"{day}","severity":"{severity}"}}"#
    ))
}

/// A body with one more member, or another one in its place.
pub fn with(body: Value, member: &str, value: Value) -> Value {
    let Value::Object(mut members) = body else {
        panic!("not an object");
    };
    members.insert(member.to_owned(), value);
    Value::Object(members)
}
