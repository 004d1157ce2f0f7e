//! How long a removal and a repair of a subject with very many records take; run by hand, since no time is asserted:
//! `cargo test --release --test journeys popular -- --ignored --nocapture`.

use crate::common::*;
use crate::support::*;
use std::time::Instant;

const LISTINGS: u64 = 300;
const PENALTIES: u64 = 1500;
const ASKED: u64 = 10;

#[test]
#[ignore = "prints times, for whoever changes how records of a subject are found"]
fn a_popular_subject() {
    let county = County::new();
    let day = |number: u64| {
        let first = jiff::civil::date(2021, 9, 1);
        let days = i64::try_from(number).unwrap();
        first
            .checked_add(jiff::Span::new().days(days))
            .unwrap()
            .to_string()
    };
    let event = |kind: &str, body| county.event(DEPARTMENT, kind, None, body);
    let all = |events: Vec<_>| -> Vec<u64> {
        let answers = county.log.accept(events).into_iter();
        answers.map(Result::unwrap).collect()
    };
    let since = Instant::now();
    let penalties = (0..PENALTIES).map(|number| {
        let named = with(
            body(PENALTY),
            "decision_no",
            format!("示罚〔2026〕{number}号"),
        );
        let named = with(named, "severity", "serious");
        event("penalty", with(named, "decided_on", "2022-03-01"))
    });
    all(penalties.collect());
    let listed = (0..LISTINGS).map(|number| event("abnormal_listing", listing(&day(number))));
    let listed = all(listed.collect());
    let removals = listed
        .iter()
        .map(|index| event("abnormal_removal", county.removal(*index)));
    all(removals.collect());
    println!("filled in {:?}", since.elapsed());
    let further =
        (0..ASKED).map(|number| event("abnormal_listing", listing(&day(LISTINGS + number))));
    let further = all(further.collect());
    let since = Instant::now();
    for index in &further {
        county.publish("abnormal_removal", county.removal(*index));
    }
    println!(
        "a removal: {:?}",
        since.elapsed() / u32::try_from(ASKED).unwrap()
    );
    let since = Instant::now();
    let mark = about(r#""listed_reason":"unreachable","marked_on":"2024-01-02""#);
    let mark = county.publish("individual_mark", mark);
    let application = with(
        application("individual_restore", "2026-02-27"),
        "target",
        county.named(mark),
    );
    let application = county.publish("repair_application", application);
    let decision = with(
        decision("individual_restore", "granted"),
        "application",
        county.named(application),
    );
    println!("until a decision: {:?}", since.elapsed());
    let since = Instant::now();
    county.publish("repair_decision", decision);
    println!("a decision: {:?}", since.elapsed());
}
