//! Measures folding where one record gathers much, and what pages of duties ask for: `cargo bench --bench model -- [RECORDS]` (default 2,000). One
//! thread, in a folder of its own; entries are made up, with no signature that anybody could check.

use gongshi::log::{Leaf, LogError};
use gongshi::model::{Model, Records};
use gongshi::rules::Rules;
use gongshi::store::SledStorage;
use jiff::ToSpan as _;
use jiff::civil::date;
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// Entries with their records, in memory.
struct Made(Vec<Leaf>);

impl Records for Made {
    fn kept(&self, index: u64) -> Result<Leaf, LogError> {
        let index = usize::try_from(index).expect("it is in memory");
        Ok(self.0[index].clone())
    }
}

impl Made {
    fn add(&mut self, authority: &str, kind: &str, target: Option<u64>, body: &Value) {
        let mut entry = json!({
            "authority": authority, "commitment": "0".repeat(64), "issued_at": "2026-03-02T08:00:00Z", "kind": kind,
            "logged_at": "2026-03-02T08:00:00Z", "signature": format!("{}==", "A".repeat(86)), "v": 1,
        });
        if let Some(target) = target {
            entry["ref"] = target.to_string().into();
        }
        let record = json!({"body": body, "salt": "0".repeat(64)});
        self.0.push(Leaf {
            entry: entry.to_string().into_bytes(),
            record: Some(record.to_string().into_bytes()),
        });
    }

    /// The model of all of them, folded so many at a time; and how long that took.
    fn folded(&self, batch: usize) -> (Model, Duration, TempDir) {
        let folder = tempfile::tempdir().expect("there is room");
        let storage = SledStorage::new(folder.path());
        let model = Model::open(&storage, Rules::built_in().clone()).expect("it is empty");
        let start = Instant::now();
        let mut first = 0;
        for leaves in self.0.chunks(batch) {
            model.fold(first, leaves, self).expect("entries are sound");
            first += leaves.len() as u64;
        }
        (model, start.elapsed(), folder)
    }
}

fn of_shop(mut rest: Value) -> Value {
    rest["subject_uscc"] = "91000000MA00000900".into();
    rest["subject_name"] = "示例食品店".into();
    rest["region"] = "000000".into();
    rest
}

fn entry(index: u64) -> Value {
    json!({"index": index, "leaf_hash": "0".repeat(64)})
}

const DEPARTMENT: &str = "000000-SCJG";

/// Steps on one result.
fn steps(count: usize) -> Made {
    let mut made = Made(Vec::new());
    let result = json!({"draw_basis": "complaint", "method": "on_site", "inspected_on": "2026-03-02", "outcome": ["problem_pending"]});
    made.add(DEPARTMENT, "inspection_result", None, &of_shop(result));
    for _ in 0..count {
        let step =
            json!({"result": entry(0), "followup_type": "rectified", "acted_on": "2026-03-02"});
        made.add(DEPARTMENT, "result_followup", None, &of_shop(step));
    }
    made
}

/// Corrections of one record.
fn corrections(count: usize) -> Made {
    let mut made = Made(Vec::new());
    let permit = of_shop(json!({"permit_name": "食品经营许可证", "decided_on": "2026-03-02"}));
    made.add(DEPARTMENT, "permit", None, &permit);
    for _ in 0..count {
        let body = json!({"target": entry(0), "target_kind": "permit", "corrected_body": permit, "region": "000000", "decided_on": "2026-03-02"});
        made.add(DEPARTMENT, "correction", Some(0), &body);
    }
    made
}

/// Promises made to forty departments, each due on a day of its own.
fn promises(count: usize) -> Made {
    let mut made = Made(Vec::new());
    for i in 0..count {
        let days = i32::try_from(i / 40 % 2000).expect("a small number");
        let due = date(2026, 3, 3).saturating_add(days.days()).to_string();
        let promise = json!({"promise_type": "credit_repair", "promised_on": "2026-03-02", "fulfilment": "pending", "due_on": due});
        let department = format!("000000-D{}", i % 40);
        made.add(&department, "credit_promise", None, &of_shop(promise));
    }
    made
}

fn main() {
    let records: usize = std::env::args()
        .skip(1)
        .find_map(|arg| arg.parse().ok())
        .unwrap_or(2_000);
    for count in [records / 4, records / 2, records] {
        let (_, took, _folder) = steps(count).folded(1);
        println!("{count} steps on one result, one at a time: {took:?}");
    }
    for count in [records / 4, records / 2, records] {
        let (_, took, _folder) = corrections(count).folded(1);
        println!("{count} corrections of one record, one at a time: {took:?}");
    }
    let (model, _, _folder) = promises(records * 5).folded(1024);
    let day = date(2026, 3, 9);
    let start = Instant::now();
    let asked = 100u32;
    for _ in 0..asked {
        let totals = model.duty_totals(day, day).expect("they are sound");
        assert_eq!(totals.len(), 40);
    }
    let each = start.elapsed() / asked;
    println!("totals of {} duties, each time: {each:?}", records * 5);
}
