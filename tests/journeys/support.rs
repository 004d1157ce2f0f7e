//! Two departments of a county, one of a city, and one of Taiyuan, where papers may follow later.

use crate::common::*;
use gongshi::domain::Kind;
use gongshi::intake::{Auditor, Clock as _, Event, Refusal};
use gongshi::rules::Rules;
use gongshi_verify::encoding::{base64, hex};
use gongshi_verify::hash::leaf_hash;
use gongshi_verify::json::Value;
use gongshi_verify::keys::SecretKey;
use gongshi_verify::names::AuthorityId;
use gongshi_verify::record::Record;
use gongshi_verify::registry::key_proof_message;
use std::collections::BTreeMap;

pub const SHOP: &str = "91000000MA00000900";
pub const FIRM: &str = "91110000600037341L";
pub const OTHER: &str = "000000-YJJ";
pub const COUNTY: &str = "610323-SCJG";
pub const CITY: &str = "610300-SCJG";
pub const TAIYUAN: &str = "140100-SCJG";

pub struct County {
    pub log: TestLog,
    keys: BTreeMap<&'static str, SecretKey>,
    second: SecretKey,
}

/// Every kind that a department may be registered for.
fn kinds() -> Vec<&'static str> {
    let own = ["authority", "status_map", "alert", "expiry"];
    let all = Kind::ALL.iter().map(|kind| kind.as_str());
    let mut kinds: Vec<_> = all.filter(|kind| !own.contains(kind)).collect();
    kinds.sort_unstable();
    kinds
}

impl County {
    pub fn new() -> Self {
        let log = TestLog::new(&kinds());
        let mut keys = BTreeMap::from([(DEPARTMENT, log.department.clone())]);
        for id in [OTHER, COUNTY, CITY, TAIYUAN] {
            let key = SecretKey::from_seed(&salt());
            let named = AuthorityId::parse(id).unwrap();
            let proof = key.sign(&key_proof_message(&origin(), &named, &key.public()));
            let registered = log.authority(Value::object([
                ("action", "register".into()),
                ("authority_id", id.into()),
                ("key_proof", base64(&proof).into()),
                (
                    "kinds",
                    Value::Array(kinds().into_iter().map(Into::into).collect()),
                ),
                ("name", "某局".into()),
                ("public_key", key.public().to_base64().into()),
                ("region", id[..6].into()),
                ("role", "department".into()),
            ]));
            log.accept(vec![registered])[0].clone().unwrap();
            keys.insert(id, key);
        }
        let second = SecretKey::from_seed(&salt());
        let id = AuthorityId::parse(DEPARTMENT).unwrap();
        let proof = second.sign(&key_proof_message(&origin(), &id, &second.public()));
        let key = log.authority(Value::object([
            ("action", "add_key".into()),
            ("authority_id", DEPARTMENT.into()),
            ("key_proof", base64(&proof).into()),
            ("public_key", second.public().to_base64().into()),
        ]));
        log.accept(vec![key])[0].clone().unwrap();
        County { log, keys, second }
    }

    pub fn event(&self, who: &str, kind: &str, reference: Option<u64>, body: Value) -> Event {
        Event::sign(
            &origin(),
            &AuthorityId::parse(who).unwrap(),
            &self.keys[who],
            &name(kind),
            self.log.clock.now(),
            reference.map(|index| index.to_string()),
            Record::new(body, salt()).unwrap(),
        )
    }

    pub fn say(&self, who: &str, kind: &str, body: Value) -> Result<u64, Refusal> {
        let event = self.event(who, kind, None, body);
        self.log.accept(vec![event]).remove(0)
    }

    /// The operator ends the key of an authority.
    pub fn revoke(&self, who: &str) {
        let revoked = self.log.authority(Value::object([
            ("action", "revoke".into()),
            ("authority_id", who.into()),
            ("public_key", self.keys[who].public().to_base64().into()),
            ("reason", "密钥丢失".into()),
        ]));
        self.log.accept(vec![revoked])[0].clone().unwrap();
    }

    /// Entries that intake would refuse, as whoever checks the log afterwards finds them.
    pub fn misfits(&self) -> Vec<u64> {
        let log = &self.log.app.portal.log;
        let auditor = Auditor::new(origin());
        let auditor = auditor.with_rules(log.clone(), Rules::built_in().clone());
        let (auditor, problems) = audited(log, auditor.unwrap());
        assert_eq!(problems, []);
        auditor.misfits().to_vec()
    }

    /// What the department says and has to be let in.
    pub fn publish(&self, kind: &str, body: Value) -> u64 {
        self.say(DEPARTMENT, kind, body).unwrap()
    }

    /// What the department says and is refused for this reason.
    pub fn refused(&self, kind: &str, body: Value) -> String {
        code(self.say(DEPARTMENT, kind, body))
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

    pub fn withdraw(
        &self,
        target: u64,
        reason: &str,
        decision: Option<u64>,
    ) -> Result<u64, Refusal> {
        let body = Value::object([
            ("decided_on", self.today().into()),
            ("legal_basis", "企业信息公示暂行条例".into()),
            ("region", "000000".into()),
            ("target", self.named(target)),
            ("withdrawal_reason", reason.into()),
        ]);
        let body = match decision {
            Some(decision) => with(body, "repair_decision", self.named(decision)),
            None => body,
        };
        let event = self.event(DEPARTMENT, "withdrawal", Some(target), body);
        let event = event.approved(&origin(), &self.second);
        self.log.accept(vec![event]).remove(0)
    }

    pub fn erase(&self, target: u64) {
        let body = Value::object([
            ("decided_on", self.today().into()),
            ("erasure_reason", "court_order".into()),
            ("legal_basis", "个人信息保护法".into()),
            ("region", "000000".into()),
            ("target", self.named(target)),
        ]);
        let event = self.event(DEPARTMENT, "erasure", Some(target), body);
        let event = event.approved(&origin(), &self.second);
        self.log.accept(vec![event]).remove(0).unwrap();
    }

    pub fn correct(&self, target: u64, kind: &str, body: Value) -> Result<u64, Refusal> {
        let event = self.correction(target, kind, body);
        self.log.accept(vec![event]).remove(0)
    }

    pub fn correction(&self, target: u64, kind: &str, body: Value) -> Event {
        let body = Value::object([
            ("corrected_body", body),
            ("decided_on", self.today().into()),
            ("reason", "登记时写错。".into()),
            ("region", "000000".into()),
            ("target", self.named(target)),
            ("target_kind", kind.into()),
        ]);
        self.event(DEPARTMENT, "correction", Some(target), body)
    }

    /// Puts an event into the log without asking intake, as an older version might have let it in.
    pub fn past_intake(&self, event: &Event) -> u64 {
        let line: serde_json::Value = serde_json::from_str(&event.to_json()).unwrap();
        let canonical = |value: &serde_json::Value| {
            let text = value.to_string();
            gongshi_verify::json::to_jcs(&gongshi_verify::json::parse(&text).unwrap())
        };
        let record = canonical(&line["record"]);
        let commitment = Record::parse(record.as_bytes()).unwrap().commitment();
        let mut entry = serde_json::json!({
            "authority": line["authority"], "commitment": hex(&commitment), "issued_at": line["issued_at"],
            "kind": line["kind"], "logged_at": line["issued_at"], "signature": line["signature"], "v": 1,
        });
        if let Some(reference) = line.get("ref") {
            entry["ref"] = reference.clone();
        }
        let leaf = gongshi::log::Leaf {
            entry: canonical(&entry).into_bytes(),
            record: Some(record.into_bytes()),
        };
        let submission = self.log.app.portal.log.submit(vec![leaf]).unwrap();
        let index = submission.first;
        submission.wait().unwrap();
        index
    }

    /// A listing of the shop.
    pub fn listing(&self, day: &str) -> u64 {
        self.publish("abnormal_listing", listing(day))
    }

    pub fn application(&self, target: u64) -> Value {
        with(
            application("abnormal_removal", "2026-02-27"),
            "target",
            self.named(target),
        )
    }

    pub fn apply(&self, target: u64) -> u64 {
        self.publish("repair_application", self.application(target))
    }

    /// A decision on an application.
    pub fn decision(&self, application: u64, outcome: &str) -> Value {
        with(
            decision("abnormal_removal", outcome),
            "application",
            self.named(application),
        )
    }

    pub fn removal(&self, listing: u64) -> Value {
        with(removal("2026-03-01"), "listing", self.named(listing))
    }
}

/// The code of the rule that an event breaks.
pub fn code(result: Result<u64, Refusal>) -> String {
    match result {
        Ok(index) => format!("accepted as {index}"),
        Err(
            Refusal::Competence(faults)
            | Refusal::Journey(faults)
            | Refusal::Publication(faults)
            | Refusal::Fields(faults),
        ) => faults[0].problem.code().to_owned(),
        Err(other) => other.code().to_owned(),
    }
}

/// A body about the shop, with more members.
pub fn about(members: &str) -> Value {
    body(&format!(
        r#"{{"subject_uscc":"{SHOP}","subject_name":"示例食品店","region":"000000",{members}}}"#
    ))
}

pub fn listing(day: &str) -> Value {
    about(&format!(
        r#""listed_reason":"unreachable","listed_on":"{day}""#
    ))
}

pub fn removal(day: &str) -> Value {
    about(&format!(
        r#""removed_reason":"reachable_again","removed_on":"{day}""#
    ))
}

/// An application as it came in, with nothing decided about its acceptance.
pub fn application(repair_kind: &str, day: &str) -> Value {
    about(&format!(
        r#""repair_kind":"{repair_kind}","applied_on":"{day}""#
    ))
}

pub fn decision(repair_kind: &str, outcome: &str) -> Value {
    let reason = match outcome {
        "granted" => "",
        _ => r#","reason":"不符合条件。""#,
    };
    about(&format!(
        r#""repair_kind":"{repair_kind}","repair_outcome":"{outcome}","decided_on":"2026-02-28"{reason}"#
    ))
}

/// A body with one more member, or another one in its place.
pub fn with(body: Value, member: &str, value: impl Into<Value>) -> Value {
    let Value::Object(mut members) = body else {
        panic!("not an object");
    };
    members.insert(member.to_owned(), value.into());
    Value::Object(members)
}

pub fn without(body: Value, member: &str) -> Value {
    let Value::Object(mut members) = body else {
        panic!("not an object");
    };
    members.remove(member);
    Value::Object(members)
}

/// A list of codes.
pub fn codes(all: &[&str]) -> Value {
    Value::Array(all.iter().map(|code| (*code).into()).collect())
}
