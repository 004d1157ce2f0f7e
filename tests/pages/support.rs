//! A small real log to look at: every open kind once, several enterprises, one with a hostile name.

use gongshi::app::{App, NewLog, Tuning, init, operator_key_path};
use gongshi::domain::schema::{Field, FieldType};
use gongshi::domain::uscc::ALPHABET;
use gongshi::domain::{Kind, Uscc, schema};
use gongshi::ingest::KeyFile;
use gongshi::intake::{Clock, Event, NOT_OPEN, SimulatedClock};
use gongshi::log::Leaf;
use gongshi_verify::encoding::{base64, hex};
use gongshi_verify::hash::leaf_hash;
use gongshi_verify::json::{self, Value as Strict};
use gongshi_verify::keys::SecretKey;
use gongshi_verify::names::{AuthorityId, KindName, Origin};
use gongshi_verify::record::Record;
use gongshi_verify::registry::key_proof_message;
use gongshi_verify::time::Timestamp;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::{Duration, Instant};

pub const ORIGIN: &str = "log.example/gongshi";
pub const OPERATOR: &str = "000000-XXZX";
pub const DEPARTMENT: &str = "000000-SCJG";
pub const DEPARTMENT_NAME: &str = "示例县市场监督管理局";
/// The subject of the bodies in `tests/data`.
pub const SUBJECT: &str = "91000000MA00000900";
/// A department of a city, which speaks for the counties in it as well.
pub const CITY: &str = "610300-SCJG";
pub const CITY_NAME: &str = "示例市市场监督管理局";
/// A natural person, and a business that a person runs.
pub const PERSON: &str = "张某某";
pub const INDIVIDUAL: &str = "示例县李某某小吃店";
/// Entries that refer to entry 0, beside those of `one_of_each`.
pub const REFERRERS: usize = 55;
/// What a hostile department might call a subject.
pub const HOSTILE: &str = "<script>alert(\"x\")</script>&'店";

/// A portal over a folder that the next run empties.
/// Kinds that intake holds to the order of a draw.
const DRAWS: &[Kind] = &[
    Kind::Snapshot,
    Kind::Plan,
    Kind::Commit,
    Kind::Reveal,
    Kind::Draw,
    Kind::Cancel,
    Kind::Substitute,
    Kind::InspectionResult,
];

pub struct Site {
    pub app: App,
    pub clock: Arc<SimulatedClock>,
    /// Index of the entry of each kind.
    pub index: BTreeMap<Kind, u64>,
    pub hostile: (String, u64),
    /// The registration of the department.
    pub authority: u64,
    /// A business whose serious listing has outlived its term, one whose term ends today, and a person of the first sort.
    pub overdue: (String, u64),
    pub last_day: (String, u64),
    pub person: u64,
    /// A listing of another person, whose removal is published.
    pub freed: u64,
    /// Records of the city's department: about the city, and about a county in it.
    pub city: u64,
    pub county: u64,
    /// A bulletin about the month before the log began: one figure is right, one is not.
    pub bulletin: u64,
    /// An individual business, and a record about it.
    pub individual: (String, u64),
    department: SecretKey,
}

static NEXT: AtomicU8 = AtomicU8::new(1);

/// Keys, all different; the log does not mind that they are no secret.
fn next_key() -> [u8; 32] {
    [NEXT.fetch_add(1, Ordering::Relaxed); 32]
}

/// A well-formed code of its own for each number.
pub fn uscc(number: u32) -> String {
    coded("91", number)
}

/// The same of a class: `91` enterprises, `92` individual businesses.
fn coded(class: &str, number: u32) -> String {
    let prefix = format!("{class}000000MA{number:07}");
    let codes = ALPHABET
        .iter()
        .map(|c| format!("{prefix}{}", *c as char))
        .find(|code| Uscc::parse(code).is_ok());
    codes.unwrap()
}

impl Site {
    /// Makes the log and its first records.
    pub fn new() -> Self {
        let target = option_env!("CARGO_TARGET_TMPDIR").map(std::path::PathBuf::from);
        let data = target.unwrap_or_else(std::env::temp_dir).join("pages");
        let _ = std::fs::remove_dir_all(&data);
        std::fs::create_dir_all(&data).unwrap();
        let start = Timestamp::parse("2026-09-01T01:00:00Z").unwrap();
        let clock = Arc::new(SimulatedClock::new(start));
        let new = NewLog {
            origin: Origin::parse(ORIGIN).unwrap(),
            operator: AuthorityId::parse(OPERATOR).unwrap(),
            name: "示例县信息中心".to_owned(),
            region: "000000".to_owned(),
            kinds: Vec::new(),
            random: next_key,
        };
        init(&data, &new, clock.clone()).unwrap();
        let app = App::open(&data, clock.clone(), &Tuning::default()).unwrap();
        let operator = KeyFile::read(&operator_key_path(&data)).unwrap();
        let mut site = Site {
            app,
            clock,
            index: BTreeMap::new(),
            hostile: (uscc(77), 0),
            authority: 0,
            overdue: (uscc(78), 0),
            last_day: (uscc(79), 0),
            person: 0,
            freed: 0,
            city: 0,
            county: 0,
            bulletin: 0,
            individual: (coded("92", 80), 0),
            department: SecretKey::from_seed(&[0xd1; 32]),
        };
        let city = SecretKey::from_seed(&[0xd2; 32]);
        let names = [
            (DEPARTMENT, DEPARTMENT_NAME, "000000", &site.department),
            (CITY, CITY_NAME, "610300", &city),
        ];
        for (id, name, region, key) in names {
            site.authority = site.register(&operator.key, id, name, region, key);
        }
        // First, so that each kind's own record is the newest of its kind.
        for number in 0..REFERRERS {
            let mut body = site.body(Kind::Objection);
            body["subject_name"] = "示例异议有限公司".into();
            body["subject_uscc"] = uscc(81).into();
            body["objection_no"] = format!("异议2026-1{number:03}").into();
            site.publish(Kind::Objection, body);
        }
        site.bulletin = site.publish(Kind::Bulletin, august());
        site.one_of_each();
        let mut body = site.body(Kind::Penalty);
        body["subject_name"] = HOSTILE.into();
        body["subject_uscc"] = site.hostile.0.clone().into();
        body["decision_no"] = "示市监罚〔2026〕<b>号".into();
        site.hostile.1 = site.publish(Kind::Penalty, body);
        site.overdue.1 = site.serious(Some(&site.overdue.0), "示例到期有限公司", "2026-08-31");
        site.last_day.1 = site.serious(Some(&site.last_day.0), "示例末日有限公司", "2026-09-01");
        site.person = site.serious(None, PERSON, "2026-08-31");
        site.freed = site.serious(None, "孙某某", "2026-08-31");
        let mut body = site.body(Kind::SeriousRemoval);
        for member in ["subject_uscc", "listed_on", "repair_decision"] {
            body.as_object_mut().unwrap().remove(member);
        }
        body["subject_name"] = "孙某某".into();
        body["subject_type"] = "natural_person".into();
        body["listing"] = site.entry(site.freed);
        body["serious_removal_reason"] = "term_ended".into();
        body["removed_on"] = "2026-09-01".into();
        site.publish(Kind::SeriousRemoval, body);
        let permit = |region: &str| {
            let mut body = site.body(Kind::Permit);
            body["subject_name"] = "示例外地有限公司".into();
            body["subject_uscc"] = uscc(82).into();
            body["region"] = region.into();
            site.append(CITY, &city, Kind::Permit, body)
        };
        (site.city, site.county) = (permit("610300"), permit("610323"));
        let mut body = site.body(Kind::Permit);
        body["subject_name"] = INDIVIDUAL.into();
        body["subject_uscc"] = site.individual.0.clone().into();
        site.individual.1 = site.publish(Kind::Permit, body);
        site.settle();
        site
    }

    /// Appends a serious listing that was to last until that day.
    fn serious(&self, code: Option<&str>, name: &str, until: &str) -> u64 {
        let mut body = self.body(Kind::SeriousListing);
        // It is another subject's.
        body.as_object_mut().unwrap().remove("penalty");
        body["subject_name"] = name.into();
        body["listed_on"] = "2023-01-05".into();
        body["listed_until"] = until.into();
        body["restrictions"][0]["until"] = until.into();
        match code {
            Some(code) => body["subject_uscc"] = code.into(),
            None => {
                body.as_object_mut().unwrap().remove("subject_uscc");
                body["subject_type"] = "natural_person".into();
            }
        }
        self.publish(Kind::SeriousListing, body)
    }

    fn register(
        &self,
        operator: &SecretKey,
        id: &str,
        name: &str,
        region: &str,
        key: &SecretKey,
    ) -> u64 {
        let origin = Origin::parse(ORIGIN).unwrap();
        let authority = AuthorityId::parse(id).unwrap();
        let public = key.public();
        let proof = key.sign(&key_proof_message(&origin, &authority, &public));
        let mut kinds: Vec<&str> = Kind::ALL
            .iter()
            .filter(|kind| !kind.operator_only())
            .map(|kind| kind.as_str())
            .collect();
        kinds.sort_unstable();
        let body = json!({
            "action": "register", "authority_id": id, "key_proof": base64(&proof), "kinds": kinds,
            "name": name, "public_key": public.to_base64(), "region": region, "role": "department",
        });
        self.append(OPERATOR, operator, Kind::Authority, body)
    }

    fn one_of_each(&mut self) {
        for kind in Kind::ALL {
            let ends = gongshi::standing::KINDS.contains(kind);
            if ends || NOT_OPEN.contains(kind) || *kind == Kind::Authority {
                continue;
            }
            let index = self.publish(*kind, self.body(*kind));
            self.index.insert(*kind, index);
        }
    }

    /// The department's key.
    pub fn department_key(&self) -> &SecretKey {
        &self.department
    }

    /// The synthetic body of a kind, its references turned to entries of this log and its files left out.
    pub fn body(&self, kind: Kind) -> Value {
        let bodies: Value = serde_json::from_str(include_str!("../data/bodies.json")).unwrap();
        let mut body = bodies[kind.as_str()].clone();
        self.mend(schema(kind).fields, &mut body);
        // Of all that can be repaired, what this kind of repair is for.
        if matches!(kind, Kind::RepairApplication | Kind::RepairDecision) {
            body["target"] = self.entry_of(&[Kind::AbnormalListing]).unwrap();
        }
        // Nothing here ends what is shown as being in force.
        for (ending, ended) in [("listing", "listed_on"), ("mark", "marked_on")] {
            let members = body.as_object_mut().unwrap();
            if members.remove(ending).is_some() {
                members.insert(ended.to_owned(), "2020-01-01".into());
            }
        }
        body
    }

    fn mend(&self, fields: &[Field], value: &mut Value) {
        match value {
            Value::Object(members) => {
                members.retain(|_, value| !is_file(value) && !is_files(value));
                for field in fields {
                    let Some(value) = members.get_mut(field.name) else {
                        continue;
                    };
                    match field.ty {
                        FieldType::EntryRef(target) => match self.entry_of(target.kinds) {
                            Some(entry) => *value = entry,
                            None => drop(members.remove(field.name)),
                        },
                        ty => self.mend(ty.nested(), value),
                    }
                }
            }
            Value::Array(items) => items.iter_mut().for_each(|item| self.mend(fields, item)),
            _ => {}
        }
    }

    /// A reference to an entry of one of these kinds, entry 0 where any will do.
    fn entry_of(&self, kinds: &[Kind]) -> Option<Value> {
        let index = match kinds {
            [] => 0,
            kinds => *kinds.iter().find_map(|kind| self.index.get(kind))?,
        };
        Some(self.entry(index))
    }

    fn entry(&self, index: u64) -> Value {
        let entry = self.app.portal.log.entry(index).unwrap();
        json!({"index": index, "leaf_hash": hex(&leaf_hash(&entry))})
    }

    /// Appends a record of the department and returns its index.
    pub fn publish(&self, kind: Kind, body: Value) -> u64 {
        if kind == Kind::Alert {
            let data = self.app.portal.log.folder().path();
            let operator = KeyFile::read(&operator_key_path(data)).unwrap();
            return self.append(OPERATOR, &operator.key, kind, body);
        }
        self.append(DEPARTMENT, &self.department, kind, body)
    }

    fn append(&self, authority: &str, key: &SecretKey, kind: Kind, body: Value) -> u64 {
        static SALT: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(1);
        let mut salt = [7; 32];
        salt[..8].copy_from_slice(&SALT.fetch_add(1, Ordering::Relaxed).to_be_bytes());
        let strict: Strict = json::parse(body.to_string().as_bytes()).unwrap();
        let event = Event::sign(
            &Origin::parse(ORIGIN).unwrap(),
            &AuthorityId::parse(authority).unwrap(),
            key,
            &KindName::parse(kind.as_str()).unwrap(),
            self.clock.now(),
            None,
            Record::new(strict, salt).unwrap(),
        );
        if DRAWS.contains(&kind) {
            return self.append_unasked(&event);
        }
        let answer = self.app.portal.intake.accept_events(vec![event]).wait();
        match answer.into_iter().next().unwrap() {
            Ok(accepted) => accepted.index,
            Err(refusal) => panic!("{kind}: {refusal} {body}"),
        }
    }

    /// What has a place in the order of a draw is appended without asking intake: these bodies show every field, and fit no
    /// draw.
    fn append_unasked(&self, event: &Event) -> u64 {
        let line: Value = serde_json::from_str(&event.to_json()).unwrap();
        let record = line["record"].to_string();
        let commitment = Record::parse(json::to_jcs(&json::parse(&record).unwrap()).as_bytes())
            .unwrap()
            .commitment();
        let mut entry = json!({
            "authority": line["authority"], "commitment": hex(&commitment), "issued_at": line["issued_at"],
            "kind": line["kind"], "logged_at": self.clock.now().to_string(), "signature": line["signature"], "v": 1,
        });
        let plan = line["record"]["body"].get("plan_key");
        if let Some(key) = plan.filter(|_| line["kind"] != "inspection_result") {
            entry["ref"] = key.clone();
        }
        let canonical = |text: &str| json::to_jcs(&json::parse(text).unwrap()).into_bytes();
        let leaf = Leaf {
            entry: canonical(&entry.to_string()),
            record: Some(canonical(&record)),
        };
        let submission = self.app.portal.log.submit(vec![leaf]).unwrap();
        let index = submission.first;
        submission.wait().unwrap();
        index
    }

    /// Waits until model and search have caught up.
    pub fn settle(&self) {
        let portal = &self.app.portal;
        let start = Instant::now();
        let size = portal.log.published().size();
        while portal.model.cursor().unwrap() < size || portal.search.cursor().unwrap() < size {
            assert!(
                start.elapsed() < Duration::from_secs(30),
                "followers stand still"
            );
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

/// A bulletin in which nothing was to be counted, and something was.
fn august() -> Value {
    let figure = |indicator: &str, value: u64| {
        json!({
            "authority_id": DEPARTMENT, "definition": "日志收到的条数。", "indicator": indicator,
            "indicator_name": indicator, "unit": "records", "value": value,
        })
    };
    json!({
        "bulletin_type": "monthly", "indicators": [figure("penalties", 0), figure("abnormal_listings", 5)],
        "issued_on": "2026-09-01", "period_from": "2026-08-01", "period_to": "2026-08-31", "region": "000000",
        "title": "示例县八月通报",
    })
}

fn is_file(value: &Value) -> bool {
    value.get("sha256").is_some()
}

fn is_files(value: &Value) -> bool {
    value
        .as_array()
        .is_some_and(|items| items.iter().any(is_file))
}
