//! Reasons not to list for now: by a rule of the place, with all it asks for, and once where it says so.

use crate::support::*;
use gongshi_verify::json::Value;

fn not_listed(kind: &str, grounds: &[&str]) -> Value {
    let body = about(&format!(
        r#""no_penalty_kind":"{kind}","violation_type":"年报信息填写有误","legal_basis":"县信用提升方案","decided_on":"2026-02-27""#
    ));
    match grounds {
        [] => body,
        grounds => with(body, "grounds", codes(grounds)),
    }
}

#[test]
fn who_is_reachable_otherwise_is_not_listed_with_all_grounds() {
    let county = County::new();
    let say = |grounds: &[&str]| {
        code(county.say(
            crate::common::DEPARTMENT,
            "no_penalty",
            not_listed("not_listed_reachable", grounds),
        ))
    };
    assert_eq!(say(&[]), "buffer_unmet");
    assert_eq!(
        say(&["force_majeure", "reachable_otherwise", "explained"]),
        "buffer_unmet"
    );
    assert_eq!(say(&["force_majeure", "goodwill"]), "rule_code_unknown");
    let all = [
        "force_majeure",
        "reachable_otherwise",
        "no_other_violation",
        "explained",
    ];
    for _ in 0..2 {
        assert_eq!(say(&all).get(..8), Some("accepted"));
    }
    let first = with(not_listed("first_offence", &[]), "grounds", codes(&all));
    assert_eq!(county.refused("no_penalty", first), "not_allowed");
    county.publish("no_penalty", not_listed("first_offence", &[]));
    // A province without such a rule.
    let elsewhere = with(not_listed("not_listed_reachable", &all), "region", "610323");
    assert_eq!(
        code(county.say(COUNTY, "no_penalty", elsewhere)),
        "buffer_none"
    );
}

#[test]
fn a_trivial_error_is_corrected_once() {
    let county = County::new();
    let needs = ["no_intent", "no_harm", "first_correction"];
    let all = ["no_intent", "no_harm", "first_correction", "decimal_point"];
    assert_eq!(
        county.refused("no_penalty", not_listed("not_listed_corrected", &needs)),
        "buffer_unmet"
    );
    let body = not_listed("not_listed_corrected", &all);
    let first = county.publish("no_penalty", body.clone());
    assert_eq!(county.refused("no_penalty", body.clone()), "buffer_once");
    // Another subject has its own once.
    county.publish("no_penalty", with(body.clone(), "subject_uscc", FIRM));
    county
        .correct(
            first,
            "no_penalty",
            with(body.clone(), "facts", "联系电话错一位。"),
        )
        .unwrap();
    county.withdraw(first, "published_in_error", None).unwrap();
    county.publish("no_penalty", body);
}

#[test]
fn the_record_s_page_names_the_rule_with_its_basis() {
    let county = County::new();
    let all = ["no_intent", "no_harm", "first_correction", "decimal_point"];
    let by_rule = county.publish("no_penalty", not_listed("not_listed_corrected", &all));
    let without = county.publish("no_penalty", not_listed("first_offence", &[]));
    county.log.settle();
    let portal = county.log.app.portal.clone();
    let read = |index: u64| {
        let portal = portal.clone();
        actix_web::rt::System::new().block_on(async move {
            let app = actix_web::App::new().configure(gongshi::web::configure(portal));
            let app = actix_web::test::init_service(app).await;
            let request = actix_web::test::TestRequest::with_uri(&format!("/record/{index}"));
            let answer = actix_web::test::call_and_read_body(&app, request.to_request()).await;
            String::from_utf8(answer.to_vec()).unwrap()
        })
    };
    let page = read(by_rule);
    assert!(
        page.contains("<code>buffer-trivial-once-demo</code>"),
        "{page}"
    );
    assert!(page.contains("href=\"/rules/buffers#version-"), "{page}");
    assert!(!read(without).contains("/rules/buffers#"));
}
