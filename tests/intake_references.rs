//! What a record may say of other entries: that they exist, of the right kind, about the same subject.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use common::*;
use gongshi::intake::Refusal;
use gongshi_verify::encoding::hex;
use gongshi_verify::hash::leaf_hash;
use gongshi_verify::json::Value;

fn code(result: &Result<u64, Refusal>) -> &'static str {
    match result {
        Ok(_) => "accepted",
        Err(refusal) => refusal.code(),
    }
}

/// The value that names an entry of the log.
fn entry(log: &TestLog, index: u64) -> Value {
    let entry = log.app.portal.log.entry(index).unwrap();
    Value::object([
        ("index", Value::Int(i64::try_from(index).unwrap())),
        ("leaf_hash", hex(&leaf_hash(&entry)).as_str().into()),
    ])
}

const SHOP: &str = r#""subject_uscc":"91000000MA00000900","subject_name":"示例食品店""#;
const OTHER: &str = r#""subject_uscc":"91110000600037341L","subject_name":"另一家店""#;

fn listing(subject: &str) -> Value {
    body(&format!(
        r#"{{{subject},"region":"000000","listed_reason":"unreachable","listed_on":"2026-02-20"}}"#
    ))
}

fn removal(subject: &str, listing: Value) -> Value {
    let body = body(&format!(
        r#"{{{subject},"region":"000000","removed_reason":"reachable_again","removed_on":"2026-03-01"}}"#
    ));
    with(body, "listing", listing)
}

fn with(body: Value, name: &str, value: Value) -> Value {
    let Value::Object(mut members) = body else {
        unreachable!()
    };
    members.insert(name.into(), value);
    Value::Object(members)
}

#[test]
fn a_removal_names_a_published_listing_of_the_same_subject() {
    let log = TestLog::new(&["abnormal_listing", "abnormal_removal", "permit"]);
    let logged = log.accept(vec![
        log.event("abnormal_listing", listing(SHOP)),
        log.event("abnormal_listing", listing(OTHER)),
        log.event("permit", permit("A-1")),
    ]);
    assert_eq!(logged, [Ok(2), Ok(3), Ok(4)]);
    let size = log.app.portal.log.published().size();
    let wrong_hash = with(entry(&log, 2), "leaf_hash", "00".repeat(32).as_str().into());
    let beyond = with(entry(&log, 2), "index", Value::Int(5));
    for (named, expected, says) in [
        (wrong_hash, "unknown-reference", "entry 2"),
        (beyond, "unknown-reference", "entry 5"),
        (
            entry(&log, 4),
            "reference-kind",
            "expected: abnormal_listing",
        ),
        (entry(&log, 0), "reference-kind", "of kind authority"),
        (entry(&log, 3), "reference-subject", "entry 3"),
    ] {
        let answer = log.accept(vec![log.event("abnormal_removal", removal(SHOP, named))]);
        assert_eq!(code(&answer[0]), expected);
        let refusal = answer[0].as_ref().unwrap_err().to_string();
        assert!(
            refusal.starts_with("listing names") && refusal.contains(says),
            "{refusal}"
        );
    }
    assert_eq!(log.app.portal.log.published().size(), size);
    let good = log.event("abnormal_removal", removal(SHOP, entry(&log, 2)));
    assert_eq!(log.accept(vec![good]), [Ok(5)]);
}

/// What would be a reference to a line before it in the same request: nobody can know its leaf hash, which has the time in it.
#[test]
fn an_entry_not_yet_published_cannot_be_named() {
    let log = TestLog::new(&["abnormal_listing", "abnormal_removal"]);
    let named = Value::object([
        ("index", Value::Int(2)),
        ("leaf_hash", "ab".repeat(32).as_str().into()),
    ]);
    let answers = log.accept(vec![
        log.event("abnormal_listing", listing(SHOP)),
        log.event("abnormal_removal", removal(SHOP, named)),
    ]);
    assert_eq!(
        answers.iter().map(code).collect::<Vec<_>>(),
        ["accepted", "unknown-reference"]
    );
}

/// What a shop sold is its maker's penalty; somebody found trading without a licence may have one by now.
#[test]
fn what_follows_from_an_inspection_may_meet_another() {
    let log = TestLog::new(&["campaign_result", "penalty"]);
    let campaign = body(
        r#"{"subject_name":"张三","region":"000000","campaign_name":"无证无照经营整治","inspected_on":"2026-02-20","method":"on_site",
        "disposition":["case_filed"]}"#,
    );
    let found = log.accept(vec![log.event("campaign_result", campaign)]);
    assert_eq!(found, [Ok(2)], "{found:?}");
    for subject in [
        SHOP,
        OTHER,
        r#""subject_type":"natural_person","subject_name":"李四""#,
    ] {
        let penalty = body(&format!(
            r#"{{{subject},"region":"000000","decision_no":"示市监罚〔2026〕12号","violation_type":"未取得许可从事食品经营",
            "facts":"未取得食品经营许可从事餐饮服务。","legal_basis":"食品安全法","penalty_kinds":["fine"],"content":"罚款5000元。",
            "fine_fen":500000,"decided_on":"2026-02-26"}}"#
        ));
        let penalty = with(penalty, "result", entry(&log, 2));
        let answer = log.accept(vec![log.event("penalty", penalty)]);
        assert!(answer[0].is_ok(), "{subject} {answer:?}");
    }
}
