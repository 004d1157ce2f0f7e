//! Corrections, withdrawals, erasures and expiries in the load, and what must be true of each ever after: nothing that was hidden comes back,
//! nothing that was erased stays.

use super::*;
use gongshi_verify::encoding::hex;
use gongshi_verify::hash::leaf_hash;
use gongshi_verify::json::{self, to_jcs};
use std::collections::BTreeSet;

/// Kinds of the department, sorted.
pub const KINDS: &[&str] = &[
    "abnormal_listing",
    "abnormal_removal",
    "correction",
    "erasure",
    "permit",
    "withdrawal",
];
/// Longest wait for what the server does by itself.
const PATIENCE: Duration = Duration::from_secs(120);
/// Longest wait for an answer: where the disk is full an erasure has to wait, and is answered all the same, much later.
const ANSWER: Duration = Duration::from_secs(20);
/// Records of each kind of ending that are looked at after each start; at the end all are.
const SAMPLE: usize = 40;

/// The department's two keys.
pub struct Keys {
    pub first: SecretKey,
    pub second: SecretKey,
}

pub fn new_log_with_endings(data: &Path) -> Keys {
    let keys = Keys {
        first: SecretKey::from_seed(&random_seed()),
        second: SecretKey::from_seed(&random_seed()),
    };
    new_log_of(data, KINDS, &[&keys.first, &keys.second]);
    keys
}

/// Something published: a permit or listing of a subject whose name nobody else has.
#[derive(Clone)]
struct Told {
    index: u64,
    mark: String,
    /// Bytes by which it is found in files.
    traces: Vec<Vec<u8>>,
    leaf_hash: String,
}

/// An entry that ended a record.
struct Ended {
    by: u64,
    told: Told,
}

/// Whatever was acknowledged of endings.
#[derive(Default)]
pub struct Endings {
    corrected: Vec<(u64, u64)>,
    withdrawn: Vec<Ended>,
    erased: Vec<Ended>,
    /// Listings whose removal was acknowledged: their display is over.
    removed: Vec<u64>,
    /// Records that somebody saw without a body.
    hidden: BTreeSet<u64>,
    /// All of it, for the observer: index to signature.
    acknowledged: Vec<(u64, String)>,
}

fn mark() -> String {
    format!("记{}", hex(&random_seed()[..8]))
}

fn permit_of(mark: &str) -> Value {
    body(&format!(
        r#"{{"subject_uscc":"91000000MA00000900","subject_name":"{mark}小吃店","region":"000000","permit_name":"食品经营许可证",
        "permit_no":"证{mark}","permit_kind":"general","content":"热食类食品制售","decided_on":"2026-02-27"}}"#
    ))
}

fn listing_of(mark: &str) -> Value {
    body(&format!(
        r#"{{"subject_uscc":"91000000MA00000900","subject_name":"{mark}小吃店","region":"000000","listed_reason":"unreachable",
        "listed_on":"2026-02-25","decision_no":"{mark}号","legal_basis":"企业信息公示暂行条例"}}"#
    ))
}

fn with(body: Value, members: &[(&str, Value)]) -> Value {
    let Value::Object(mut all) = body else {
        panic!("not an object");
    };
    for (name, value) in members {
        all.insert((*name).to_owned(), value.clone());
    }
    Value::Object(all)
}

fn traces(event: &Event, mark: &str) -> Vec<Vec<u8>> {
    let sent: serde_json::Value = serde_json::from_str(&event.to_json()).unwrap();
    let salt = sent["record"]["salt"].as_str().unwrap();
    let raw = gongshi_verify::encoding::hex32(salt).unwrap();
    vec![
        format!("{mark}小吃店").into_bytes(),
        salt.as_bytes().to_vec(),
        raw.to_vec(),
    ]
}

fn record(agent: &ureq::Agent, url: &str, index: u64) -> Option<serde_json::Value> {
    let text = get(agent, &format!("{url}/api/v1/records/{index}"))?;
    serde_json::from_str(&text).ok()
}

impl Told {
    fn named(&self) -> Value {
        Value::object([
            ("index", Value::Int(self.index.cast_signed())),
            ("leaf_hash", self.leaf_hash.as_str().into()),
        ])
    }
}

/// One who publishes, corrects and ends.
struct Department<'a> {
    url: &'a str,
    keys: &'a Keys,
    agent: ureq::Agent,
    /// Whether refusals may come; they are left out then.
    refusals: bool,
}

impl<'a> Department<'a> {
    fn new(url: &'a str, keys: &'a Keys, refusals: bool, patience: Duration) -> Self {
        let config = ureq::Agent::config_builder().timeout_global(Some(patience));
        Department {
            url,
            keys,
            agent: config.http_status_as_error(false).build().into(),
            refusals,
        }
    }

    fn about(&self, kind: &str, target: &Told, members: &[(&str, Value)]) -> Event {
        let common = Value::object([
            ("decided_on", "2026-03-02".into()),
            ("region", "000000".into()),
            ("target", target.named()),
        ]);
        let event = Event::sign(
            &origin(),
            &AuthorityId::parse(DEPARTMENT).unwrap(),
            &self.keys.first,
            &name(kind),
            SystemClock.now(),
            Some(target.index.to_string()),
            Record::new(with(common, members), random_seed()).unwrap(),
        );
        match kind {
            "correction" => event,
            _ => event.approved(&origin(), &self.keys.second),
        }
    }

    /// The answers by event: the index of each that was taken; `None` where the connection ended before all were answered.
    fn send(&self, events: &[Event], endings: &mut Endings) -> Option<Vec<Option<u64>>> {
        let answers = post(&self.agent, self.url, events);
        let mut taken = Vec::new();
        for (event, answer) in events.iter().zip(&answers) {
            let index = answer["index"].as_u64();
            match index {
                Some(index) => endings.acknowledged.push((index, base64(&event.signature))),
                None => assert!(self.refusals && answer["error"].is_object(), "{answer}"),
            }
            taken.push(index);
        }
        // Those that were not answered may be in the log or not.
        taken.resize(events.len(), None);
        (answers.len() == events.len() || taken.iter().any(Option::is_some)).then_some(taken)
    }

    fn told(&self, index: u64, mark: &str, event: &Event) -> Option<Told> {
        let record = record(&self.agent, self.url, index)?;
        let entry = json::parse(record["entry"].to_string()).unwrap();
        Some(Told {
            index,
            mark: mark.to_owned(),
            traces: traces(event, mark),
            leaf_hash: hex(&leaf_hash(to_jcs(&entry).as_bytes())),
        })
    }

    fn round(&self, endings: &mut Endings) -> Option<()> {
        let marks: Vec<String> = (0..5).map(|_| mark()).collect();
        let mut events: Vec<Event> = marks[..4]
            .iter()
            .map(|mark| sign(&self.keys.first, "permit", DEPARTMENT, permit_of(mark)))
            .collect();
        let listing = listing_of(&marks[4]);
        events.push(sign(
            &self.keys.first,
            "abnormal_listing",
            DEPARTMENT,
            listing,
        ));
        let mut told = Vec::new();
        for ((taken, mark), event) in self.send(&events, endings)?.iter().zip(&marks).zip(&events) {
            told.push(self.told((*taken)?, mark, event)?);
        }
        let [corrected, withdrawn, erased, both, listed] = <[Told; 5]>::try_from(told).ok()?;
        let correction = |of: &Told| {
            let mark = mark();
            let event = self.about(
                "correction",
                of,
                &[
                    ("corrected_body", permit_of(&mark)),
                    ("reason", "登记时写错。".into()),
                    ("target_kind", "permit".into()),
                ],
            );
            (traces(&event, &mark), event)
        };
        let (_, first) = correction(&corrected);
        let (traces, second) = correction(&both);
        let basis = ("legal_basis", Value::from("企业信息公示暂行条例"));
        let reason = ("withdrawal_reason", Value::from("published_in_error"));
        let withdrawal = self.about("withdrawal", &withdrawn, &[basis.clone(), reason]);
        let removal = body(&format!(
            r#"{{"subject_uscc":"91000000MA00000900","subject_name":"{}小吃店","region":"000000","removed_reason":"reachable_again",
            "removed_on":"2026-03-02"}}"#,
            listed.mark
        ));
        let removal = with(removal, &[("listing", listed.named())]);
        let removal = sign(&self.keys.first, "abnormal_removal", DEPARTMENT, removal);
        let taken = self.send(&[first, second, withdrawal, removal], endings)?;
        endings
            .corrected
            .extend(taken[0].map(|index| (corrected.index, index)));
        if let Some(by) = taken[2] {
            let told = withdrawn;
            endings.withdrawn.push(Ended { by, told });
        }
        endings.removed.extend(taken[3].map(|_| listed.index));
        let reason = ("erasure_reason", Value::from("court_order"));
        let erasure = |of: &Told| self.about("erasure", of, &[basis.clone(), reason.clone()]);
        let both = Told {
            // With a record go its corrections, where there is one.
            traces: [both.traces, traces].concat(),
            ..both
        };
        let events = [erasure(&erased), erasure(&both)];
        let taken = self.send(&events, endings)?;
        for (by, told) in taken.into_iter().zip([erased, both]) {
            endings.erased.extend(by.map(|by| Ended { by, told }));
        }
        Some(())
    }
}

/// Publishes, corrects and ends so many times where nothing disturbs it: all of it is acknowledged.
pub fn calmly(url: &str, keys: &Keys, rounds: usize) -> Endings {
    let department = Department::new(url, keys, false, PATIENCE);
    let mut endings = Endings::default();
    for _ in 0..rounds {
        department.round(&mut endings).expect("all is answered");
    }
    assert_eq!(endings.counts(), [rounds, rounds, 2 * rounds, rounds]);
    endings
}

/// Publishes, corrects and ends until told to stop or the server is gone.
pub fn end(url: &str, keys: &Keys, refusals: bool, stop: &AtomicBool) -> Endings {
    let department = Department::new(url, keys, refusals, ANSWER);
    let mut endings = Endings::default();
    while !stop.load(Ordering::Relaxed) {
        if department.round(&mut endings).is_none() && !refusals {
            break;
        }
    }
    endings
}

impl Endings {
    /// Takes what somebody was acknowledged, but for the entries themselves: those are returned.
    pub fn take(&mut self, more: Endings) -> Vec<(u64, String)> {
        self.corrected.extend(more.corrected);
        self.withdrawn.extend(more.withdrawn);
        self.erased.extend(more.erased);
        self.removed.extend(more.removed);
        self.hidden.extend(more.hidden);
        more.acknowledged
    }

    /// How many records were corrected, withdrawn and erased, and how many displays are over.
    pub fn counts(&self) -> [usize; 4] {
        let Endings {
            corrected,
            withdrawn,
            erased,
            removed,
            ..
        } = self;
        [
            corrected.len(),
            withdrawn.len(),
            erased.len(),
            removed.len(),
        ]
    }

    /// What was acknowledged holds at this server: the newest of each, or all.
    pub fn check(&mut self, url: &str, all: bool) {
        let agent = agent();
        let limit = if all { usize::MAX } else { SAMPLE };
        let ask = |index: u64| {
            record(&agent, url, index).unwrap_or_else(|| panic!("record {index} is not answered"))
        };
        let ended = self.withdrawn.iter().rev().take(limit);
        for ended in ended.chain(self.erased.iter().rev().take(limit)) {
            let (index, mark) = (ended.told.index, &ended.told.mark);
            let said = ask(index);
            assert!(said["record"].is_null(), "{index} is back: {said}");
            let by = [&said["ended"]["by"], &said["ended"]["erased"]["by"]];
            assert!(by.iter().any(|by| **by == ended.by), "{index}: {said}");
            let mut page = agent.get(format!("{url}/record/{index}")).call().unwrap();
            assert_eq!(page.status(), 410, "{index}");
            let text = page.body_mut().read_to_string().unwrap();
            assert!(!text.contains(mark), "{index}: {text}");
            self.hidden.insert(index);
        }
        for (target, correction) in self.corrected.iter().rev().take(limit) {
            let said = ask(*target);
            let known = said["corrections"].as_array().unwrap();
            assert!(
                known.iter().any(|one| one == correction),
                "{target}: {said}"
            );
        }
        // Those fall due whenever the server looks; that it has ended one is seen once, and holds.
        for index in self.removed.iter().rev().take(limit) {
            let said = ask(*index);
            if said["record"].is_null() {
                assert_eq!(said["ended"]["kind"], "expiry", "{said}");
                self.hidden.insert(*index);
            }
        }
        for index in self.hidden.iter().rev().take(4 * limit.min(10_000)) {
            let said = ask(*index);
            assert!(said["record"].is_null(), "{index} is back: {said}");
        }
    }

    /// Waits until the server has ended what is over and destroyed what was erased; then everything is looked at.
    pub fn settle(&mut self, url: &str) {
        let agent = agent();
        let begin = Instant::now();
        let ended = |index: &u64| {
            let said = record(&agent, url, *index);
            said.is_some_and(|said| said["record"].is_null())
        };
        loop {
            let metrics = get(&agent, &format!("{url}/metrics")).unwrap_or_default();
            let destroyed = metrics
                .lines()
                .any(|line| line == "gongshi_erasures_unfinished 0");
            if destroyed && self.removed.iter().all(ended) {
                break;
            }
            assert!(begin.elapsed() < PATIENCE, "{metrics}");
            std::thread::sleep(Duration::from_millis(200));
        }
        self.check(url, true);
        assert!(self.removed.iter().all(|index| self.hidden.contains(index)));
    }

    /// By which every record that was erased is found in files, and by which the newest is that is only withdrawn.
    pub fn traces(&self) -> (Vec<Vec<u8>>, Vec<Vec<u8>>) {
        let of = |ended: &[Ended]| {
            let traces = ended.iter().flat_map(|ended| ended.told.traces.clone());
            traces.collect()
        };
        // Of what is kept, one is enough.
        let newest = self.withdrawn.len().saturating_sub(1);
        (of(&self.erased), of(&self.withdrawn[newest..]))
    }
}
