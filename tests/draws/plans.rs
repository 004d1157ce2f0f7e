//! What a plan has to be, and what a library.

use crate::common::*;
use crate::support::*;
use gongshi_verify::json::Value;

#[test]
fn a_library_is_what_its_snapshot_says() {
    let county = County::new();
    let text = objects(9);
    let good = snapshot("objects", "open", &text);
    let say = |body: Value| county.say(LEAD, "snapshot", body, None);
    refused(say(good.clone()), "file-missing");
    county.put(&text);
    for (name, value, code) in [
        ("count", number(8), "library_count"),
        ("root", "00".repeat(32).as_str().into(), "library_root"),
        ("library_form", "sealed".into(), "missing"),
        (
            "strata",
            body(r#"[{"stratum":"food","stratum_name":"食品"}]"#),
            "token_unexplained",
        ),
        (
            "strata",
            body(
                r#"[{"stratum":"food","stratum_name":"食品","leaf_count":7},{"stratum":"gas","stratum_name":"燃气"}]"#,
            ),
            "library_count",
        ),
    ] {
        refused(say(with(good.clone(), name, value)), code);
    }
    for (text, code) in [
        (text.replacen("food", "fo od", 1), "library_leaf"),
        (
            text.lines().rev().map(|line| format!("{line}\n")).collect(),
            "library_order",
        ),
        (text.trim_end().to_owned(), "library_unended"),
    ] {
        county.put(&text);
        refused(say(with(good.clone(), "leaves", file(&text))), code);
    }
    assert!(say(good).is_ok());
}

#[test]
fn a_plan_that_cannot_be_carried_out_is_refused_with_the_reason() {
    let county = County::new();
    let list = |text: &str| body(text);
    let notary = format!(r#"["{NOTARY}"]"#);
    let item = |code: &str, name: &str| {
        let item = Value::object([
            ("item_code", code.into()),
            ("item_list", county.named(county.item_list)),
            ("item_name", name.into()),
        ]);
        Value::Array(vec![item])
    };
    let seats = |qualification: &str| {
        list(&format!(
            r#"[{{"department":"{LEAD}","seats":[{{"qualification":"food","officers":2}}]}},
            {{"department":"{PARTNER}","seats":[{{"qualification":"{qualification}","officers":2}}]}}]"#
        ))
    };
    let rule = |stratum: &str| {
        list(&format!(
            r#"[{{"stratum":"{stratum}","rule_departments":["{LEAD}"],"num":20,"den":100,"minimum":1}}]"#
        ))
    };
    let both = |stratum: &str| {
        list(&format!(
            r#"[{{"stratum":"food","rule_departments":["{LEAD}"],"num":20,"den":100,"minimum":1}},
            {{"stratum":"gas","rule_departments":["{LEAD}"],"num":20,"den":100,"minimum":1}},
            {{"stratum":"{stratum}","rule_departments":["{LEAD}","{PARTNER}"],"num":20,"den":100,"minimum":1}}]"#
        ))
    };
    let cases: Vec<(&str, Value, &str, &str)> = vec![
        ("rules", rule("food"), "stratum_without_rule", "rules"),
        ("rules", both("shops"), "stratum_empty", "rules[2].stratum"),
        (
            "stratum_minimum_size",
            number(25),
            "stratum_small",
            "rules[0].stratum",
        ),
        ("departments", seats("gas"), "infeasible", "departments"),
        (
            "plan_items",
            item("SP09", "SP01检查"),
            "item_unlisted",
            "plan_items[0].item_code",
        ),
        (
            "plan_items",
            item("SP01", "别的检查"),
            "item_unlisted",
            "plan_items[0].item_code",
        ),
        (
            "check_from",
            "2025-12-01".into(),
            "item_list_other",
            "plan_items[0].item_list",
        ),
        (
            "lead_department",
            PARTNER.into(),
            "lead_foreign",
            "lead_department",
        ),
        (
            "partner_departments",
            list(&notary),
            "department_stray",
            "departments[1].department",
        ),
        (
            "partner_departments",
            list(&format!(r#"["{PARTNER}","{NOTARY}"]"#)),
            "partner_idle",
            "partner_departments[1]",
        ),
        (
            "contributors",
            list(r#"["000000-NOBODY"]"#),
            "nobody_independent",
            "contributors",
        ),
        (
            "contributors",
            list(&format!(r#"["{LEAD}","{PARTNER}","{OPERATOR}"]"#)),
            "nobody_independent",
            "contributors",
        ),
        (
            "contributors",
            list(&format!(r#"["{NOTARY}","000000-NOBODY"]"#)),
            "authority_unknown",
            "contributors[1]",
        ),
        (
            "object_root",
            "00".repeat(32).as_str().into(),
            "root_differs",
            "object_root",
        ),
        (
            "officer_snapshot",
            county.named(county.objects),
            "library_other",
            "officer_snapshot",
        ),
        (
            "t1",
            county
                .plan_body(KEY, &[])
                .get("result_deadline")
                .unwrap()
                .clone(),
            "reveals_long",
            "t1",
        ),
    ];
    for (name, value, code, path) in cases {
        let found = told(county.plan(KEY, &[(name, value)]));
        if (name, code) == ("contributors", "nobody_independent") && found.0 == "authority_unknown"
        {
            continue;
        }
        assert_eq!((found.0.as_str(), found.1.as_str()), (code, path), "{name}");
    }
    // A plan aimed at some (定向) leaves strata out.
    let directed = [("rules", rule("food")), ("draw_type", "directed".into())];
    let body = county.plan_body(KEY, &directed);
    let alone = with(
        without(
            with(body, "plan_scope", "single".into()),
            "partner_departments",
        ),
        "departments",
        list(&format!(
            r#"[{{"department":"{LEAD}","seats":[{{"officers":2}}]}}]"#
        )),
    );
    county.say(LEAD, "plan", alone, Some(KEY)).unwrap();
}

/// Whom only the rotation keeps away is refused as that, for whoever plans can lower it.
#[test]
fn a_seat_that_rotation_empties_is_refused_as_that() {
    let county = County::new();
    let seats = |partners: u8| {
        body(&format!(
            r#"[{{"department":"{LEAD}","seats":[{{"officers":2}}]}},
            {{"department":"{PARTNER}","seats":[{{"officers":{partners}}}]}}]"#
        ))
    };
    let all = body(&format!(
        r#"[{{"stratum":"food","rule_departments":["{LEAD}"],"num":1,"den":100,"minimum":1}},
        {{"stratum":"gas","rule_departments":["{LEAD}","{PARTNER}"],"num":1,"den":1,"minimum":1}}]"#
    ));
    county.due(KEY, &[("departments", seats(4)), ("rules", all.clone())]);
    county.draw(KEY);
    let next = |rotation: u64| {
        let changes = [
            ("departments", seats(2)),
            ("rules", all.clone()),
            ("rotation", number(rotation)),
            ("check_from", "2026-05-01".into()),
            ("check_to", "2026-05-30".into()),
        ];
        county.plan("000000-SCJG/2026/02", &changes)
    };
    refused(next(1), "infeasible_rotation");
    assert!(next(0).is_ok());
}

#[test]
fn times_of_a_plan_leave_time() {
    let county = County::new();
    let now = county.now();
    let text = |seconds: i64| {
        Value::from(
            gongshi_verify::time::Timestamp::from_unix(now + seconds)
                .unwrap()
                .to_string(),
        )
    };
    // The lead's time has passed.
    let passed = [("t0", text(-5)), ("t1", text(-5))];
    refused(county.plan(KEY, &passed), "t0_passed");
    // Libraries can be objected to for ten days.
    let more = objects(31);
    let young = county.library("objects", "open", &more).unwrap();
    let root = snapshot("objects", "open", &more)
        .get("root")
        .unwrap()
        .clone();
    let young = [
        ("object_snapshot", county.named(young)),
        ("object_root", root),
    ];
    let found = told(county.plan(KEY, &young));
    assert_eq!(
        found,
        ("snapshot_young".to_owned(), "object_snapshot".to_owned())
    );
    county.wait(10 * 24 * 3600);
    county.plan(KEY, &young).unwrap();

    // A round of the beacon: an hour away, or less if that is said.
    let round = |seconds: i64| {
        let at = gongshi_verify::time::Timestamp::from_unix(county.now() + seconds).unwrap();
        gongshi_verify::draw::beacon::first_at(at)
    };
    let drand = |due: i64, t0: i64, lead: Option<u64>| {
        let now = county.now();
        let at = |seconds: i64| {
            Value::from(
                gongshi_verify::time::Timestamp::from_unix(now + seconds)
                    .unwrap()
                    .to_string(),
            )
        };
        let key = "000000-SCJG/2026/02";
        let body = county.plan_body(
            key,
            &[
                ("randomness", "drand".into()),
                ("round", number(round(due))),
            ],
        );
        let mut body = without(body, "delay_log2");
        for (name, value) in young.clone() {
            body = with(body, name, value);
        }
        let body = with(with(body, "t0", at(t0)), "t1", at(t0 + 60));
        let body = with(
            with(body, "check_from", "2026-05-01".into()),
            "check_to",
            "2026-05-30".into(),
        );
        let body = match lead {
            None => body,
            Some(lead) => with(body, "lead_seconds", number(lead)),
        };
        county.say(LEAD, "plan", body, Some(key))
    };
    refused(drand(3000, 300, None), "round_near");
    refused(drand(1000, 900, Some(600)), "round_near");
    refused(drand(3000, 300, Some(500)), "out_of_range");
    drand(3000, 300, Some(600)).unwrap();
}

#[test]
fn serials_have_no_gaps_and_a_key_binds_once() {
    let county = County::new();
    let later = [
        ("check_from", Value::from("2026-05-01")),
        ("check_to", "2026-05-31".into()),
    ];
    refused(county.plan("000000-SCJG/2026/02", &[]), "serial_gap");
    county.plan(KEY, &[]).unwrap();
    refused(county.plan(KEY, &later), "plan_taken");
    refused(county.plan("000000-SCJG/2026/03", &later), "serial_gap");
    county.plan("000000-SCJG/2026/02", &later).unwrap();
    // Each period has serials of its own; the key is that of who publishes.
    let june = [
        ("check_from", Value::from("2026-06-01")),
        ("check_to", "2026-06-30".into()),
    ];
    county.plan("000000-SCJG/2026-06/01", &june).unwrap();
    refused(
        county.plan("000000-XFJY/2026/01", &june),
        "plan_key_foreign",
    );
    let body = county.plan_body("000000-SCJG/2026/03", &june);
    refused(
        county.say(LEAD, "plan", body, Some("000000-SCJG/2026/04")),
        "plan_key_differs",
    );
}

#[test]
fn many_plans_to_keep_one_of_are_refused() {
    let county = County::new();
    county.plan(KEY, &[]).unwrap();
    let next = "000000-SCJG/2026/02";
    refused(county.plan(next, &[]), "item_open");
    let touching = [
        ("check_from", Value::from("2026-04-30")),
        ("check_to", "2026-05-20".into()),
    ];
    refused(county.plan(next, &touching), "item_open");
    // Called off, it stands in nobody's way; its serial stays taken.
    county.cancel(LEAD, KEY).unwrap();
    county.plan(next, &[]).unwrap();
    // After a draw the plan binds: no second one beside it.
    let third = "000000-SCJG/2026/03";
    refused(county.plan(third, &[]), "item_open");
}

#[test]
fn a_new_item_list_takes_the_place_of_the_old() {
    let county = County::new();
    let say = |list: Value| county.say(LEAD, "item_list", list, None);
    let told_of = |result| told(result).0;
    let beside = item_list("2026-2", &["SP01", "SP02"]);
    assert_eq!(told_of(say(beside)), "item_list_kept");
    let newer = with(
        item_list("2026-2", &["SP02"]),
        "replaces",
        county.named(county.item_list),
    );
    assert_eq!(told_of(say(newer.clone())), "items_dropped");
    let newer = with(newer, "removed_items", dropped("SP01"));
    let newer = say(newer).unwrap();
    let again = with(
        item_list("2026-3", &["SP01", "SP02"]),
        "replaces",
        county.named(county.item_list),
    );
    assert_eq!(told_of(say(again)), "item_list_ended");
    let found = told(county.plan(KEY, &[]));
    assert_eq!(
        found,
        (
            "item_list_ended".to_owned(),
            "plan_items[0].item_list".to_owned()
        )
    );
    let item = Value::object([
        ("item_code", "SP02".into()),
        ("item_list", county.named(newer)),
        ("item_name", "SP02检查".into()),
    ]);
    county
        .plan(KEY, &[("plan_items", Value::Array(vec![item]))])
        .unwrap();
}

#[test]
fn the_same_event_twice_gets_its_first_index() {
    let county = County::new();
    let event = county.event(LEAD, "plan", county.plan_body(KEY, &[]), Some(KEY));
    let first = county.log.accept(vec![event.clone(), event.clone()]);
    assert_eq!(first[0], first[1]);
    assert_eq!(county.log.accept(vec![event]), first[..1]);
    let county = county.reopen();
    assert_eq!(Ok(county.state(KEY).index), first[0]);
}
