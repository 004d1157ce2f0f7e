//! A county that is played: its departments say things through the front door, and the tally is told what they did.

use crate::common::*;
use crate::days::Day;
use crate::drawn::{self, LEAD, NOTARY, PARTNER};
use crate::figures::Site;
use crate::plan::Planned;
use crate::tally::Tally;
use gongshi::app::Tuning;
use gongshi::intake::{Event, Refusal};
use gongshi::rules::Rules;
use gongshi_verify::encoding::{base64, hex};
use gongshi_verify::hash::leaf_hash;
use gongshi_verify::json::Value;
use gongshi_verify::keys::SecretKey;
use gongshi_verify::names::AuthorityId;
use gongshi_verify::registry::key_proof_message;
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

pub const FIRST: &str = "2025-07-15";
pub const LAST: &str = "2026-07-14";
/// The department of city management.
pub const CITY: &str = "000000-CGJ";
pub const DEPARTMENTS: [&str; 4] = [LEAD, PARTNER, NOTARY, CITY];

/// Every kind that a department may publish.
const KINDS: &[&str] = &[
    "abnormal_listing",
    "abnormal_removal",
    "annual_plan",
    "bulletin",
    "campaign_result",
    "cancel",
    "commit",
    "correction",
    "credit_promise",
    "draw",
    "erasure",
    "individual_mark",
    "individual_restore",
    "inspection_result",
    "item_list",
    "no_penalty",
    "objection",
    "objection_reply",
    "penalty",
    "permit",
    "plan",
    "repair_application",
    "repair_decision",
    "result_followup",
    "reveal",
    "serious_listing",
    "serious_removal",
    "snapshot",
    "subject_status",
    "substitute",
    "transfer",
    "withdrawal",
];

type Deed = Box<dyn FnOnce(&mut County)>;

pub struct County {
    pub drawn: drawn::County,
    seconds: BTreeMap<&'static str, SecretKey>,
    pub today: Day,
    agenda: BTreeMap<Day, Vec<Deed>>,
    pub tally: Tally,
    pub site: Site,
    pub planned: Planned,
    state: u64,
    serial: u64,
}

/// The rules that come with the program, with the fire service among the departments of the other system.
fn rules() -> Arc<Rules> {
    let nobody = "other_departments = []";
    let somebody = format!("other_departments = [\"{PARTNER}\"]");
    let files = Rules::built_in_files().iter();
    let files: Vec<(&str, String)> = files
        .map(|(name, text)| (*name, text.replace(nobody, &somebody)))
        .collect();
    assert!(files.iter().any(|(_, text)| text.contains(&somebody)));
    let files: Vec<(&str, &str)> = files
        .iter()
        .map(|(name, text)| (*name, text.as_str()))
        .collect();
    Arc::new(Rules::read(&files).unwrap())
}

impl County {
    pub fn new() -> Self {
        let mut tuning = Tuning {
            rules: rules(),
            ..tuning()
        };
        tuning.batching.delay = Duration::ZERO;
        let folder = tempfile::tempdir().unwrap();
        let log = TestLog::starting(folder, KINDS, &morning(Day::of(FIRST)), &tuning);
        let mut drawn = drawn::County::over(log);
        let site = Site::of(drawn.log.app.portal.clone());
        drawn.join(CITY, "000000", SecretKey::from_seed(&[5; 32]));
        let mut county = County {
            drawn,
            seconds: BTreeMap::new(),
            today: Day::of(FIRST),
            agenda: BTreeMap::new(),
            tally: Tally::default(),
            site,
            planned: Planned::default(),
            state: 0x9e37_79b9_7f4a_7c15,
            serial: 0,
        };
        for who in DEPARTMENTS {
            county.admit(who);
        }
        county.tally = Tally::new(county.size());
        county
    }

    /// A department may publish everything, and has a second key for what two people decide.
    fn admit(&mut self, who: &'static str) {
        let log = &self.drawn.log;
        let id = AuthorityId::parse(who).unwrap();
        let second = SecretKey::from_seed(&salt());
        let proof = second.sign(&key_proof_message(&origin(), &id, &second.public()));
        let amended = log.authority(Value::object([
            ("action", "amend".into()),
            ("authority_id", who.into()),
            ("name", format!("示例部门{who}").as_str().into()),
            ("region", "000000".into()),
            (
                "kinds",
                Value::Array(KINDS.iter().map(|kind| (*kind).into()).collect()),
            ),
        ]));
        let key = log.authority(Value::object([
            ("action", "add_key".into()),
            ("authority_id", who.into()),
            ("key_proof", base64(&proof).into()),
            ("public_key", second.public().to_base64().into()),
        ]));
        for event in [amended, key] {
            log.accept(vec![event])[0].clone().unwrap();
        }
        self.seconds.insert(who, second);
    }

    pub fn size(&self) -> u64 {
        self.drawn.log.app.portal.log.published().size()
    }

    /// A number below another, the same every year.
    pub fn dice(&mut self, below: u64) -> u64 {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        (self.state >> 11) % below
    }

    /// A number that no other paper has.
    pub fn number(&mut self, word: &str) -> String {
        self.serial += 1;
        format!("示{word}〔2025〕{}号", self.serial)
    }

    /// Something to do in so many days.
    pub fn later(&mut self, days: i32, deed: impl FnOnce(&mut County) + 'static) {
        self.on(self.today.plus(days), deed);
    }

    pub fn on(&mut self, day: Day, deed: impl FnOnce(&mut County) + 'static) {
        self.agenda.entry(day).or_default().push(Box::new(deed));
    }

    /// Begins a day: the clock goes there, what is over ends, and then departments do what they have to.
    pub fn begin(&mut self, day: Day) {
        self.today = day;
        self.drawn.log.clock.advance_to(time(&morning(day)));
        let over = self.tally.dawn(day);
        let ended = self.drawn.log.app.end_displays();
        assert_eq!(
            (ended.ended as u64, ended.failed),
            (over, 0),
            "displays over at the dawn of {day}"
        );
        for deed in self.agenda.remove(&day).unwrap_or_default() {
            deed(self);
        }
    }

    /// Reference to an entry.
    pub fn named(&self, index: u64) -> Json {
        let entry = self.drawn.log.app.portal.log.entry(index).unwrap();
        json!({"index": index, "leaf_hash": hex(&leaf_hash(&entry))})
    }

    fn event(&self, who: &str, kind: &str, said: &Json, target: Option<u64>) -> Event {
        let target = target.map(|index| index.to_string());
        let event = self
            .drawn
            .event(who, kind, body(&said.to_string()), target.as_deref());
        match kind {
            "withdrawal" | "erasure" => event.approved(&origin(), &self.seconds[who]),
            _ => event,
        }
    }

    fn try_to(
        &self,
        who: &str,
        kind: &str,
        said: &Json,
        target: Option<u64>,
    ) -> Result<u64, Refusal> {
        // Everything said before counts when this is judged.
        self.caught_up();
        self.drawn.wait(60);
        let event = self.event(who, kind, said, target);
        self.drawn.log.accept(vec![event]).remove(0)
    }

    /// Says something that nothing speaks against. The tally has it as a record of its subject.
    pub fn say(&mut self, who: &str, kind: &str, said: &Json) -> u64 {
        self.say_of(who, kind, said, None)
    }

    pub fn say_of(&mut self, who: &str, kind: &str, said: &Json, target: Option<u64>) -> u64 {
        let done = self.try_to(who, kind, said, target);
        let index =
            done.unwrap_or_else(|why| panic!("{}: {kind} by {who}: {why:?}\n{said}", self.today));
        self.tally
            .add(index, kind, who, said["subject_uscc"].as_str());
        index
    }

    /// Says something that must be refused, and changes nothing.
    pub fn refused(&self, who: &str, kind: &str, said: &Json, target: Option<u64>) {
        let size = self.size();
        let done = self.try_to(who, kind, said, target);
        assert!(
            done.is_err(),
            "{}: {kind} by {who} is taken: {said}",
            self.today
        );
        assert_eq!(self.size(), size);
    }

    /// Waits until the read model has taken everything.
    pub fn caught_up(&self) {
        let portal = &self.drawn.log.app.portal;
        let size = self.size();
        for _ in 0..20_000 {
            if portal.model.cursor().unwrap() >= size {
                return;
            }
            std::thread::sleep(Duration::from_micros(500));
        }
        panic!("the model did not catch up");
    }
}

/// Nine in the morning in Beijing.
fn morning(day: Day) -> String {
    format!("{day}T01:00:00Z")
}
