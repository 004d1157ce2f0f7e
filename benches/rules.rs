//! Measures the dated rules: `cargo bench --bench rules -- [RECORDS]` (default 1,000,000, a mixture of kinds and of days on both sides of each change
//! of law): the end of display of each, and its duties. One thread.

use gongshi::domain::{Kind, Region, View};
use gongshi::rules::{End, Facts, Later, Rules, System};
use jiff::ToSpan as _;
use jiff::civil::date;
use serde_json::{Value, json};
use std::time::Instant;

fn main() {
    let records: usize = std::env::args()
        .skip(1)
        .find_map(|arg| arg.parse().ok())
        .unwrap_or(1_000_000);
    let start = Instant::now();
    let rules = Rules::built_in();
    println!("the rules read and checked: {:?}", start.elapsed());

    let bodies: Vec<(Kind, Value)> = (0..10_000i32).map(body).collect();
    let province = Region::parse("420000").expect("a province");
    let facts = |i: usize| {
        let (kind, body) = &bodies[i % bodies.len()];
        let body = View::new(*kind, body.as_object().expect("an object"));
        Facts {
            published_on: body.main_date().expect("a day").saturating_add(9.days()),
            body,
            province,
            system: System::MarketSupervision,
            later: Later::default(),
        }
    };
    let start = Instant::now();
    let (mut ends, mut open, mut refused) = (0, 0, 0);
    for i in 0..records {
        match rules.display(&facts(i)).map(|display| display.end) {
            Ok(End::LastDay(_)) => ends += 1,
            Ok(_) => open += 1,
            Err(_) => refused += 1,
        }
    }
    println!(
        "{records} ends of display ({ends} dated, {open} open or never, {refused} without a rule): {:?}",
        start.elapsed()
    );
    let start = Instant::now();
    let duties: usize = (0..records).map(|i| rules.duties(&facts(i)).len()).sum();
    println!("their {duties} duties: {:?}", start.elapsed());
}

fn body(i: i32) -> (Kind, Value) {
    let day = date(2021, 9, 1)
        .saturating_add((i % 1800).days())
        .to_string();
    match i % 4 {
        0 => (
            Kind::Penalty,
            json!({
                "subject_type": "enterprise", "penalty_kinds": ["warning", "fine"], "fine_fen": i64::from(i) * 2_000, "decided_on": day,
            }),
        ),
        1 => (
            Kind::Penalty,
            json!({
                "subject_type": "enterprise", "penalty_kinds": ["fine", "stop_business"], "fine_fen": 30_000_000, "decided_on": day,
            }),
        ),
        2 => (
            Kind::InspectionResult,
            json!({"inspected_on": day, "outcome": ["problem_pending"], "sector": "food"}),
        ),
        _ => (
            Kind::AbnormalListing,
            json!({"listed_reason": "annual_report_missing", "report_years": [2022], "listed_on": day}),
        ),
    }
}
