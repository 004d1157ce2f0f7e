//! Rules of single kinds: what joins their fields.

use super::*;

#[test]
fn a_result_that_was_not_drawn_says_why_and_names_no_plan() {
    let faults = after(
        Kind::InspectionResult,
        result(),
        "/draw_basis",
        json!("complaint"),
    );
    let expected = [
        ("plan_key".to_owned(), Problem::NotAllowed),
        ("origin_reason".to_owned(), Problem::Missing),
    ];
    assert_eq!(faults, expected);
}

#[test]
fn each_fault_of_a_plan_is_named() {
    use Problem as P;
    let cases = [
        (
            "/departments/1/seats",
            json!([{"officers": 1}]),
            "departments[1].seats",
            P::TooFew { min: 2 },
        ),
        (
            "/departments/1/department",
            json!("610323-SCJG"),
            "departments[1].department",
            P::Duplicate,
        ),
        (
            "/rules/0/num",
            json!(101),
            "rules[0].num",
            P::OutOfRange { min: 1, max: 100 },
        ),
        (
            "/rules/0/rule_departments",
            json!(["610323-WSJ"]),
            "rules[0].rule_departments[0]",
            P::NotListed {
                other: "departments",
            },
        ),
        (
            "/t1",
            json!("2026-02-28T00:00:00Z"),
            "t1",
            P::Before { other: "t0" },
        ),
        ("/t1", json!("2026-03-01T01:00:60Z"), "t1", P::BadTime),
        (
            "/check_to",
            json!("2026-03-04"),
            "check_to",
            P::Before {
                other: "check_from",
            },
        ),
        ("/round", Value::Null, "round", P::Missing),
        ("/delay_log2", json!(34), "delay_log2", P::NotAllowed),
        (
            "/partner_departments",
            Value::Null,
            "partner_departments",
            P::Missing,
        ),
    ];
    for (pointer, value, path, problem) in cases {
        let faults = after(Kind::Plan, plan(), pointer, value.clone());
        assert!(
            faults.contains(&(path.to_owned(), problem)),
            "{pointer} {value}: {faults:?}"
        );
    }
}

#[test]
fn one_of_two_fields_is_asked_for_once() {
    let body = map(json!({
        "campaign_name": "无证无照经营整治", "region": "610323", "inspected_on": "2026-03-02", "method": "on_site",
        "disposition": ["guided_to_licence"],
    }));
    assert_eq!(
        problems(Kind::CampaignResult, &body),
        one(
            "subject_uscc",
            Problem::MissingOneOf {
                other: "subject_name"
            }
        )
    );
    assert_eq!(
        after(
            Kind::CampaignResult,
            body.clone(),
            "/subject_name",
            json!("某早点摊")
        ),
        []
    );
    assert_eq!(
        after(
            Kind::CampaignResult,
            body,
            "/subject_uscc",
            json!("91000000MA00000900")
        ),
        []
    );
}

#[test]
fn a_natural_person_has_no_credit_code() {
    let body = map(json!({
        "subject_name": "张某", "subject_type": "natural_person", "region": "610323", "decision_no": "1",
        "violation_type": "违法", "legal_basis": "某法", "penalty_kinds": ["fine"], "content": "罚款", "fine_fen": 1,
        "decided_on": "2026-03-02",
    }));
    assert_eq!(problems(Kind::Penalty, &body), []);
    let faults = after(
        Kind::Penalty,
        body.clone(),
        "/subject_type",
        json!("enterprise"),
    );
    assert_eq!(faults, one("subject_uscc", Problem::Missing));
    assert_eq!(
        after(Kind::Penalty, body, "/fine_fen", Value::Null),
        one("fine_fen", Problem::Missing)
    );
}

#[test]
fn authorities_need_what_their_action_needs() {
    let key = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";
    let proof = format!("{}==", "A".repeat(86));
    let register = map(json!({
        "action": "register", "authority_id": "610323-SCJG", "role": "department", "name": "岐山县市场监督管理局",
        "region": "610323", "kinds": ["penalty", "permit"], "public_key": key, "key_proof": proof,
    }));
    assert_eq!(problems(Kind::Authority, &register), []);
    let cases = [
        (
            "/kinds",
            json!(["penalty", "penalty"]),
            "kinds[1]",
            Problem::Duplicate,
        ),
        (
            "/kinds",
            json!(["gossip"]),
            "kinds[0]",
            Problem::BadFormat { expected: "kind" },
        ),
        (
            "/public_key",
            json!("11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURp="),
            "public_key",
            Problem::BadFormat {
                expected: "public_key",
            },
        ),
        (
            "/key_proof",
            json!("AA=="),
            "key_proof",
            Problem::BadFormat {
                expected: "signature",
            },
        ),
        ("/old_key", json!(key), "old_key", Problem::NotAllowed),
    ];
    for (pointer, value, path, problem) in cases {
        assert!(
            after(Kind::Authority, register.clone(), pointer, value.clone())
                .contains(&(path.to_owned(), problem)),
            "{value}"
        );
    }
    let rotate = map(
        json!({"action": "rotate", "authority_id": "A", "public_key": key, "key_proof": proof, "old_key": key}),
    );
    assert_eq!(
        problems(Kind::Authority, &rotate),
        one("public_key", Problem::SameAs { other: "old_key" })
    );
    let revoke = map(json!({"action": "revoke", "authority_id": "A", "reason": "机构撤并"}));
    assert_eq!(
        problems(Kind::Authority, &revoke),
        one("public_key", Problem::Missing)
    );
    let revoke = map(
        json!({"action": "revoke", "authority_id": "A", "public_key": key, "reason": "机构撤并"}),
    );
    assert_eq!(problems(Kind::Authority, &revoke), []);
    let long = after(
        Kind::Authority,
        revoke.clone(),
        "/reason",
        json!("理".repeat(501)),
    );
    assert_eq!(long, one("reason", Problem::TooLong { max: 500 }));
    let lines = after(Kind::Authority, revoke, "/reason", json!("一\n二"));
    let control = Problem::ControlCharacter {
        position: 2,
        character: '\n',
    };
    assert_eq!(lines, one("reason", control));
}

#[test]
fn a_correction_carries_a_good_body_of_the_kind_it_corrects() {
    let body = map(json!({
        "target": {"index": 3, "leaf_hash": "0".repeat(64)}, "target_kind": "inspection_result", "region": "610323",
        "corrected_body": Value::Object(result()), "reason": "检查日期有误", "decided_on": "2026-03-09",
    }));
    assert_eq!(problems(Kind::Correction, &body), []);
    let faults = after(
        Kind::Correction,
        body.clone(),
        "/corrected_body/inspected_on",
        json!("2026-3-2"),
    );
    assert_eq!(faults, one("corrected_body.inspected_on", Problem::BadDate));
    for kind in ["plan", "withdrawal", "correction"] {
        let faults = after(Kind::Correction, body.clone(), "/target_kind", json!(kind));
        assert_eq!(
            faults,
            one(
                "corrected_body",
                Problem::NotCorrectable {
                    kind: kind.parse().unwrap()
                }
            )
        );
    }
}

#[test]
fn a_drawn_list_has_the_length_it_says() {
    let ticket = "3".repeat(64);
    let body = map(json!({
        "plan_key": "A/2026/01", "region": "610323", "library_form": "open", "randomness": "drand", "round": 1000,
        "beacon_signature": "ab".repeat(48), "random_value": "4".repeat(64), "seed": "5".repeat(64), "drawn_count": 1,
        "drawn_strata": [{"stratum": "A", "rule_departments": ["A"], "eligible_count": 9, "drawn_count": 1}],
        "drawn": [{"target_id": "91000000MA00000900", "stratum": "A", "ticket": ticket}],
        "checkpoints": ["example.org/log\n1\nAAAA\n\n— example.org/log AAAA\n"],
    }));
    assert_eq!(problems(Kind::Draw, &body), []);
    assert_eq!(
        after(Kind::Draw, body.clone(), "/drawn_count", json!(2)),
        one("drawn_count", Problem::CountMismatch { expected: 1 })
    );
    assert_eq!(
        after(Kind::Draw, body.clone(), "/drawn", Value::Null),
        one(
            "drawn",
            Problem::MissingOneOf {
                other: "drawn_file"
            }
        )
    );
    let faults = after(
        Kind::Draw,
        body,
        "/checkpoints",
        json!(["example.org/log\n1\nAAAA\n"]),
    );
    assert_eq!(
        faults,
        one(
            "checkpoints[0]",
            Problem::BadFormat {
                expected: "signed_note"
            }
        )
    );
}

/// A secret that lost a digit on the way is told how many there have to be.
#[test]
fn hexadecimal_values_are_told_their_length() {
    let reveal =
        json!({"plan_key": "610323-SCJG/2026/01", "region": "610323", "secret": "ab".repeat(32)});
    for (secret, found) in [("ab".repeat(31), 62), ("AB".repeat(32), 64)] {
        let problem = Problem::HexLength { digits: 64, found };
        assert!(problem.to_string().contains("64 lowercase"), "{problem}");
        assert!(
            after(
                Kind::Reveal,
                reveal.as_object().unwrap().clone(),
                "/secret",
                json!(secret)
            )
            .contains(&("secret".to_owned(), problem)),
            "{secret}"
        );
    }
}

#[test]
fn a_restriction_does_not_end_before_its_listing() {
    let listing = || {
        map(json!({
            "subject_uscc": "91000000MA00000900", "subject_name": "岐山县示例餐饮店", "region": "610323",
            "serious_category": "food_safety", "reason": "受到较重行政处罚。", "listed_on": "2026-03-01",
            "restrictions": [{"restriction": "key_supervision", "until": "2026-03-01"}], "legal_basis": "管理办法",
        }))
    };
    let until = |day: &str| {
        after(
            Kind::SeriousListing,
            listing(),
            "/restrictions/0/until",
            json!(day),
        )
    };
    assert_eq!(until("2026-03-01"), []);
    let other = "listed_on";
    let expected = [(
        "restrictions[0].until".to_owned(),
        Problem::Before { other },
    )];
    assert_eq!(until("2026-02-28"), expected);
}
