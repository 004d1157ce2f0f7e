//! A log with a county's departments, its two libraries, and plans to be drawn.

use crate::common::*;
use gongshi::docket::{PlanState, Seat};
use gongshi::draw::{Drawn, Runner};
use gongshi::intake::{Clock as _, Event, Refusal};
use gongshi_verify::draw::library::{Form, Library};
use gongshi_verify::draw::randomness::commitment;
use gongshi_verify::draw::recompute::{self, Inputs, Outcome, Outside};
use gongshi_verify::draw::substitutes::{self, Held, Standing};
use gongshi_verify::encoding::{hex, hex32};
use gongshi_verify::hash::{leaf_hash, sha256};
use gongshi_verify::json::{self, Value};
use gongshi_verify::keys::SecretKey;
use gongshi_verify::names::{AuthorityId, PlanKey};
use gongshi_verify::record::Record;
use gongshi_verify::time::Timestamp;
use std::collections::BTreeMap;

/// The department that plans.
pub const LEAD: &str = "000000-SCJG";
/// Goes along.
pub const PARTNER: &str = "000000-XFJY";
/// Contributes to the randomness, and has no part in draws.
pub const NOTARY: &str = "000000-GZC";
pub const KEY: &str = "000000-SCJG/2026/01";

const KINDS: &[&str] = &[
    "abnormal_listing",
    "bulletin",
    "cancel",
    "commit",
    "draw",
    "inspection_result",
    "item_list",
    "plan",
    "reveal",
    "snapshot",
    "subject_status",
    "substitute",
];

/// Credit codes that are sound, in the order of bytes.
pub fn code(number: usize) -> String {
    let stem = format!("91000000MA{number:07}");
    const ALPHABET: &[u8] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
    let mut weight = 1;
    let mut sum = 0;
    for byte in stem.bytes() {
        let value = ALPHABET.iter().position(|one| *one == byte).unwrap();
        sum += value * weight;
        weight = weight * 3 % 31;
    }
    let check = ALPHABET[(31 - sum % 31) % 31] as char;
    format!("{stem}{check}")
}

pub fn objects(count: usize) -> String {
    let stratum = |n: usize| if n.is_multiple_of(3) { "gas" } else { "food" };
    let departments = |n: usize| {
        if n.is_multiple_of(2) {
            format!("{LEAD},{PARTNER}")
        } else {
            LEAD.to_owned()
        }
    };
    (0..count)
        .map(|n| {
            let excluded = if n == 7 { "closed" } else { "0" };
            format!(
                "ddraw/1|target|{}|{}|{}|{excluded}\n",
                code(n),
                stratum(n),
                departments(n)
            )
        })
        .collect()
}

pub fn officers() -> String {
    (10..22)
        .map(|n| {
            let (department, quals) = match n % 3 {
                0 => (PARTNER, ""),
                1 => (LEAD, "food"),
                _ => (LEAD, "food,gas"),
            };
            format!("ddraw/1|officer|P{n}|{department}|{quals}\n")
        })
        .collect()
}

pub struct County {
    pub log: TestLog,
    keys: BTreeMap<String, SecretKey>,
    pub item_list: u64,
    pub objects: u64,
    pub officers: u64,
}

/// One field changed in a body.
pub type Change<'a> = (&'a str, Value);

impl County {
    pub fn new() -> Self {
        let mut county = Self::over(TestLog::new(KINDS));
        county.prepare();
        county.wait(11 * 24 * 3600);
        county
    }

    /// A county on a log, without list and libraries.
    pub fn over(log: TestLog) -> Self {
        let mut keys = BTreeMap::new();
        for (id, seed) in [(PARTNER, 3), (NOTARY, 4)] {
            let key = SecretKey::from_seed(&[seed; 32]);
            let done = log.accept(vec![log.register(id, &key, KINDS)]);
            assert!(done[0].is_ok(), "{done:?}");
            keys.insert(id.to_owned(), key);
        }
        County {
            log,
            keys,
            item_list: 0,
            objects: 0,
            officers: 0,
        }
    }

    /// Publishes the list of items and the libraries.
    pub fn prepare(&mut self) {
        self.item_list = self
            .say(
                LEAD,
                "item_list",
                item_list("2026-1", &["SP01", "SP02"]),
                None,
            )
            .unwrap();
        self.objects = self.library("objects", "open", &objects(30)).unwrap();
        self.officers = self.library("officers", "open", &officers()).unwrap();
    }

    /// Registers a department of another place.
    pub fn join(&mut self, id: &str, region: &str, key: SecretKey) {
        let mut kinds = KINDS.to_vec();
        kinds.sort_unstable();
        let amended = Value::object([
            ("action", "amend".into()),
            ("authority_id", id.into()),
            ("name", format!("示例部门{id}").as_str().into()),
            ("region", region.into()),
            (
                "kinds",
                Value::Array(kinds.into_iter().map(Into::into).collect()),
            ),
        ]);
        let registered = self.log.register(id, &key, KINDS);
        for event in [registered, self.log.authority(amended)] {
            let done = self.log.accept(vec![event]);
            assert!(done[0].is_ok(), "{done:?}");
        }
        self.keys.insert(id.to_owned(), key);
    }

    pub fn reopen(self) -> Self {
        County {
            log: self.log.reopen(),
            ..self
        }
    }

    pub fn now(&self) -> i64 {
        self.log.clock.now().unix()
    }

    pub fn wait(&self, seconds: i64) {
        self.until(self.now() + seconds);
    }

    pub fn until(&self, time: i64) {
        self.log
            .clock
            .advance_to(Timestamp::from_unix(time).unwrap());
    }

    /// The key of a department.
    pub fn key(&self, who: &str) -> &SecretKey {
        match who {
            LEAD => &self.log.department,
            who => &self.keys[who],
        }
    }

    pub fn event(&self, who: &str, kind: &str, body: Value, reference: Option<&str>) -> Event {
        let key = match who {
            OPERATOR => &self.log.operator().key,
            who => self.key(who),
        };
        Event::sign(
            &origin(),
            &AuthorityId::parse(who).unwrap(),
            key,
            &name(kind),
            self.log.clock.now(),
            reference.map(str::to_owned),
            Record::new(body, salt()).unwrap(),
        )
    }

    pub fn say(
        &self,
        who: &str,
        kind: &str,
        body: Value,
        reference: Option<&str>,
    ) -> Result<u64, Refusal> {
        let event = self.event(who, kind, body, reference);
        self.log.accept(vec![event]).remove(0)
    }

    pub fn put(&self, text: &str) -> Value {
        let files = self.log.app.portal.intake.files();
        let hash = sha256(text.as_bytes());
        files
            .put(&hash, text.len() as u64, text.as_bytes())
            .unwrap();
        file(text)
    }

    pub fn library(&self, library: &str, form: &str, text: &str) -> Result<u64, Refusal> {
        self.put(text);
        self.say(LEAD, "snapshot", snapshot(library, form, text), None)
    }

    pub fn named(&self, index: u64) -> Value {
        let entry = self.log.app.portal.log.entry(index).unwrap();
        Value::object([
            ("index", number(index)),
            ("leaf_hash", hex(&leaf_hash(&entry)).as_str().into()),
        ])
    }

    /// A plan by delay, to which the lead and the notary contribute, with the changes made to it.
    pub fn plan_body(&self, key: &str, changes: &[Change<'_>]) -> Value {
        let t0 = self.now() + 3600;
        let at = |seconds: i64| Value::from(Timestamp::from_unix(seconds).unwrap().to_string());
        let library = |text: &str, form| hex(&Library::parse(form, text).unwrap().root());
        let text = format!(
            r#"{{"plan_name":"食品销售抽查","region":"000000","plan_scope":"joint","plan_mode":"county_draw_county_check","draw_type":"undirected",
            "target_scope":"全县食品销售者","lead_department":"{LEAD}","partner_departments":["{PARTNER}"],
            "departments":[{{"department":"{LEAD}","seats":[{{"qualification":"food","officers":1}},{{"officers":1}}]}},
            {{"department":"{PARTNER}","seats":[{{"officers":2}}]}}],
            "object_root":"{}","officer_root":"{}",
            "rules":[{{"stratum":"food","rule_departments":["{LEAD}"],"num":20,"den":100,"minimum":1}},
            {{"stratum":"gas","rule_departments":["{LEAD}","{PARTNER}"],"num":30,"den":100,"minimum":1}}],
            "rotation":1,"randomness":"delay","delay_log2":10,"contributors":["{LEAD}","{NOTARY}"],"fallback":"none",
            "check_from":"2026-04-01","check_to":"2026-04-30"}}"#,
            library(&objects(30), Form::Open),
            library(&officers(), Form::Officers),
        );
        let item = Value::object([
            ("item_code", "SP01".into()),
            ("item_list", self.named(self.item_list)),
            ("item_name", "SP01检查".into()),
        ]);
        let mut body = with(json::parse(text).unwrap(), "plan_key", key.into());
        for (name, value) in [
            ("plan_items", Value::Array(vec![item])),
            ("object_snapshot", self.named(self.objects)),
            ("officer_snapshot", self.named(self.officers)),
            ("t0", at(t0)),
            ("t1", at(t0 + 1)),
            ("result_deadline", at(t0 + 60 * 24 * 3600)),
        ]
        .into_iter()
        .chain(changes.iter().cloned())
        {
            body = with(body, name, value);
        }
        body
    }

    pub fn plan(&self, key: &str, changes: &[Change<'_>]) -> Result<u64, Refusal> {
        let body = self.plan_body(key, changes);
        self.say(LEAD, "plan", body, Some(key))
    }

    pub fn state(&self, key: &str) -> PlanState {
        let docket = self.log.app.portal.intake.docket();
        docket.plan(&PlanKey::parse(key).unwrap()).unwrap().unwrap()
    }

    pub fn commit(&self, who: &str, key: &str, secret: u8) -> Result<u64, Refusal> {
        let plan = PlanKey::parse(key).unwrap();
        let id = AuthorityId::parse(who).unwrap();
        let commitment = commitment(&plan, &id, &[secret; 32]);
        let body = Value::object([
            ("plan_key", key.into()),
            ("region", "000000".into()),
            ("secret_commitment", hex(&commitment).as_str().into()),
        ]);
        self.say(who, "commit", body, Some(key))
    }

    pub fn reveal(&self, who: &str, key: &str, secret: u8) -> Result<u64, Refusal> {
        let body = Value::object([
            ("plan_key", key.into()),
            ("region", "000000".into()),
            ("secret", hex(&[secret; 32]).as_str().into()),
        ]);
        self.say(who, "reveal", body, Some(key))
    }

    pub fn cancel(&self, who: &str, key: &str) -> Result<u64, Refusal> {
        let body = Value::object([
            ("plan_key", key.into()),
            ("region", "000000".into()),
            ("cancel_reason", "plan_error".into()),
            ("reason", "检查时间有误。".into()),
        ]);
        self.say(who, "cancel", body, Some(key))
    }

    /// Why somebody leaves a draw, as a bulletin of its plan with these members.
    pub fn ground(&self, who: &str, key: &str, members: &[Change<'_>]) -> Result<u64, Refusal> {
        let mut said = body(
            r#"{"title":"递补依据","bulletin_type":"substitution_ground","region":"000000","period_from":"2026-03-01",
            "period_to":"2026-04-30","issued_on":"2026-03-12","content":"现场核查，大门紧闭，电话无人接听。"}"#,
        );
        said = with(said, "plan_key", key.into());
        for (name, value) in members.iter().cloned() {
            said = with(said, name, value);
        }
        self.say(who, "bulletin", said, None)
    }

    /// The seats on a target that takes another's place, as the order gives them.
    pub fn seats_for(&self, key: &str, leaving: &str, coming: &str) -> Value {
        self.in_order(key, |inputs, outcome, now| {
            let seats = substitutes::seats_for(inputs, outcome, now, leaving, coming);
            seats_value(&seats.unwrap_or_default())
        })
    }

    /// Who is next in the place of a target.
    pub fn next_target(&self, key: &str, leaving: &str) -> Option<String> {
        self.in_order(key, |inputs, outcome, now| {
            substitutes::next_target(inputs, outcome, now, leaving).map(str::to_owned)
        })
    }

    /// Repeats an open draw, and hands it on with what has become of its targets.
    fn in_order<T>(
        &self,
        key: &str,
        then: impl FnOnce(&Inputs<'_>, &Outcome<'_>, &[Standing]) -> T,
    ) -> T {
        let intake = &self.log.app.portal.intake;
        let state = self.state(key);
        let material = intake.material(&state).unwrap();
        let libraries = material.libraries().unwrap();
        let met = material.met();
        let inputs = material.inputs(&libraries, &met, Outside::Checkpoints(&[]), &[]);
        let value = hex32(&state.draw.unwrap().random_value).unwrap();
        let outcome = recompute::result(&inputs, value).unwrap();
        let targets = intake
            .docket()
            .targets(&PlanKey::parse(key).unwrap())
            .unwrap();
        let now: Vec<Standing> = targets
            .into_iter()
            .map(|one| Standing {
                id: one.target_id,
                seats: one.seats.into_iter().map(held).collect(),
                replaced_by: one.replaced_by,
                replaces: one.replaces,
            })
            .collect();
        then(&inputs, &outcome, &now)
    }

    /// A replaced target's record, with that evidence.
    pub fn substitute_body(&self, key: &str, leaving: &str, reason: &str, evidence: u64) -> Value {
        let new = self.next_target(key, leaving).unwrap();
        Value::object([
            ("plan_key", key.into()),
            ("region", "000000".into()),
            ("substitute_type", "target".into()),
            ("target_id", leaving.into()),
            ("new_target_id", new.as_str().into()),
            ("new_seats", self.seats_for(key, leaving, &new)),
            ("substitute_reason", reason.into()),
            ("evidence", self.named(evidence)),
        ])
    }

    pub fn runner(&self) -> &Runner {
        &self.log.app.runner
    }

    /// A plan with both secrets, until it can be drawn.
    pub fn due(&self, key: &str, changes: &[Change<'_>]) -> u64 {
        let index = self.plan(key, changes).unwrap();
        let plan = self.state(key);
        for (who, secret) in [(LEAD, 1), (NOTARY, 2)] {
            self.commit(who, key, secret).unwrap();
        }
        self.until(plan.t0);
        for (who, secret) in [(LEAD, 1), (NOTARY, 2)] {
            self.reveal(who, key, secret).unwrap();
        }
        self.until(plan.known_at());
        index
    }

    pub fn draw(&self, key: &str) -> u64 {
        match self.runner().draw(&PlanKey::parse(key).unwrap()).unwrap() {
            Drawn::Recorded(index) => index,
            Drawn::Waiting => panic!("{key} cannot be drawn"),
        }
    }

    /// Body of a record in the log.
    pub fn body(&self, index: u64) -> Value {
        let leaf = self.log.app.portal.log.leaf(index).unwrap();
        Record::parse(&leaf.record.unwrap()).unwrap().body
    }
}

fn held(seat: Seat) -> Held {
    Held {
        department: seat.department,
        qualification: seat.qualification,
        number: seat.seat_no,
        officer: seat.officer_id,
    }
}

/// Seats as a record has them.
pub fn seats_value(seats: &[Held]) -> Value {
    let seats = seats.iter().map(|seat| {
        let mut value = Value::object([
            ("department", seat.department.as_str().into()),
            ("seat_no", number(seat.number.into())),
        ]);
        if let Some(asked) = &seat.qualification {
            value = with(value, "qualification", asked.as_str().into());
        }
        match &seat.officer {
            Some(officer) => with(value, "officer_id", officer.as_str().into()),
            None => value,
        }
    });
    Value::Array(seats.collect())
}

pub fn item_list(version: &str, codes: &[&str]) -> Value {
    let items = codes.iter().map(|code| {
        body(&format!(
            r#"{{"item_code":"{code}","item_name":"{code}检查","item_level":"general","legal_basis":"食品安全法",
            "object_class":"食品销售者","methods":["on_site"],"content":"检查许可与进货记录"}}"#
        ))
    });
    let list = body(&format!(
        r#"{{"title":"随机抽查事项清单","version":"{version}","item_list_type":"random_inspection","region":"000000",
        "effective_on":"2026-01-01"}}"#
    ));
    with(list, "list_items", Value::Array(items.collect()))
}

/// What a list says of an item that it drops.
pub fn dropped(code: &str) -> Value {
    Value::Array(vec![body(&format!(
        r#"{{"item_code":"{code}","item_name":"{code}检查","reason":"依据的规定已经废止"}}"#
    ))])
}

pub fn snapshot(library: &str, form: &str, text: &str) -> Value {
    let read = match (library, form) {
        ("officers", _) => Form::Officers,
        (_, "sealed") => Form::Sealed,
        _ => Form::Open,
    };
    let parsed = Library::parse(read, text).unwrap();
    let mut body = Value::object([
        ("as_of", "2026-03-01".into()),
        ("count", number(parsed.leaves().len() as u64)),
        ("leaves", file(text)),
        ("library", library.into()),
        ("library_name", "名录库".into()),
        ("region", "000000".into()),
        ("root", hex(&parsed.root()).as_str().into()),
    ]);
    if library == "objects" {
        body = with(body, "library_form", form.into());
    }
    if form == "sealed" {
        body = with(body, "strata", classes(&["A", "B"]));
    }
    body
}

/// The classes of a sealed library, as its record names them.
pub fn classes(names: &[&str]) -> Value {
    let one = |name: &&str| {
        Value::object([
            ("stratum", (*name).into()),
            ("stratum_name", format!("{name}类").as_str().into()),
        ])
    };
    Value::Array(names.iter().map(one).collect())
}

pub fn file(text: &str) -> Value {
    Value::object([
        ("media_type", "text/plain".into()),
        ("name", "leaves.txt".into()),
        ("sha256", hex(&sha256(text.as_bytes())).as_str().into()),
        ("size", number(text.len() as u64)),
    ])
}

pub fn number(number: u64) -> Value {
    Value::Int(i64::try_from(number).unwrap())
}

pub fn with(body: Value, name: &str, value: Value) -> Value {
    let Value::Object(mut members) = body else {
        unreachable!("a body is an object")
    };
    members.insert(name.into(), value);
    Value::Object(members)
}

pub fn without(body: Value, name: &str) -> Value {
    let Value::Object(mut members) = body else {
        unreachable!("a body is an object")
    };
    members.remove(name);
    Value::Object(members)
}

/// The code of the first fault and where it is.
pub fn told(result: Result<u64, Refusal>) -> (String, String) {
    match result {
        Ok(index) => ("accepted".to_owned(), index.to_string()),
        Err(Refusal::Draw(faults) | Refusal::Fields(faults)) => {
            (faults[0].problem.code().to_owned(), faults[0].path.clone())
        }
        Err(other) => (other.code().to_owned(), other.to_string()),
    }
}

pub fn refused(result: Result<u64, Refusal>, code: &str) {
    let told = told(result);
    assert_eq!(told.0, code, "{told:?}");
}
