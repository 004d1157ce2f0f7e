//! The draw itself, what is recorded of it, and what follows.

use crate::common::*;
use crate::server::{Server, policy};
use crate::support::*;
use gongshi::draw::Drawn;
use gongshi_verify::draw::recompute::one_by_one;
use gongshi_verify::json::Value;
use gongshi_verify::names::PlanKey;
use gongshi_verify::report::{Verdict, verify_draw_file};

fn drawn_ids(body: &Value) -> Vec<String> {
    let drawn = body.get("drawn").unwrap().as_array().unwrap();
    let ids = drawn
        .iter()
        .map(|one| one.get("target_id").unwrap().as_str().unwrap().to_owned());
    ids.collect()
}

#[test]
fn a_plan_is_drawn_once_by_whoever_and_only_as_the_function_gives_it() {
    let county = County::new();
    county.due(KEY, &[]);
    let index = county.draw(KEY);
    let body = county.body(index);
    // 20 % of the food sellers, and of the gas sellers that both departments may visit 30 %.
    assert_eq!(drawn_ids(&body).len(), 6);
    let key = PlanKey::parse(KEY).unwrap();
    assert!(matches!(county.runner().draw(&key), Ok(Drawn::Waiting)));
    refused(
        county.say(OPERATOR, "draw", body.clone(), Some(KEY)),
        "plan_drawn",
    );
    let state = county.state(KEY);
    let docket = county.log.app.portal.intake.docket().clone();
    let targets = docket.targets(&key).unwrap();
    assert_eq!((state.draw.unwrap().count, targets.len()), (6, 6));
    drop(docket);
    let county = county.reopen();
    assert_eq!(
        county.log.app.portal.intake.docket().targets(&key).unwrap(),
        targets
    );
}

#[test]
fn a_record_of_another_result_is_refused_by_its_field() {
    let county = County::new();
    county.due(KEY, &[]);
    // What the server would record.
    let plan = county.state(KEY);
    let material = county.log.app.portal.intake.material(&plan).unwrap();
    let start = gongshi_verify::draw::randomness::joined(&material.plan.key, &material.secrets);
    let mut checkpoints = Vec::new();
    gongshi_verify::draw::randomness::Delay::new(10)
        .unwrap()
        .run(&start, |hash| {
            checkpoints.push(*hash);
            true
        });
    let from = gongshi_verify::draw::given::Given::Checkpoints(checkpoints);
    let good = gongshi::draw::compose(&county.log.app.portal.intake, &plan, &plan.region, &from)
        .unwrap()
        .body;
    let list = good.get("drawn").unwrap().as_array().unwrap().to_vec();
    let mut turned = list.clone();
    turned.swap(0, 1);
    let fewer = Value::Array(list[1..].to_vec());
    let hash = |text: &str| Value::from(text.repeat(32).as_str());
    let mut hashes = good
        .get("delay_checkpoints")
        .unwrap()
        .as_array()
        .unwrap()
        .to_vec();
    hashes[17] = hash("ab");
    for (name, value, code, path) in [
        ("random_value", hash("00"), "draw_differs", "random_value"),
        ("seed", hash("00"), "draw_differs", "seed"),
        ("drawn", Value::Array(turned), "draw_differs", "drawn"),
        ("load_cap", number(9), "draw_differs", "load_cap"),
        ("delay_log2", number(11), "draw_differs", "delay_log2"),
        (
            "delay_checkpoints",
            Value::Array(hashes),
            "delay_wrong",
            "delay_checkpoints",
        ),
        ("library_form", "sealed".into(), "", ""),
        (
            "reveals",
            body("[{\"contributor\":\"000000-GZC\"}]"),
            "draw_differs",
            "reveals",
        ),
    ] {
        let found = told(county.say(OPERATOR, "draw", with(good.clone(), name, value), Some(KEY)));
        if !code.is_empty() {
            assert_eq!((found.0.as_str(), found.1.as_str()), (code, path), "{name}");
        }
        assert_ne!(found.0, "accepted", "{name}");
    }
    let fewer = with(with(good.clone(), "drawn", fewer), "drawn_count", number(5));
    refused(
        county.say(OPERATOR, "draw", fewer, Some(KEY)),
        "draw_differs",
    );
    // Whoever may publish draws may record it: the result is the function's.
    county.say(PARTNER, "draw", good, Some(KEY)).unwrap();
}

#[test]
fn a_draw_is_not_recorded_before_its_time() {
    let county = County::new();
    county.plan(KEY, &[]).unwrap();
    let plan = county.state(KEY);
    county.commit(NOTARY, KEY, 2).unwrap();
    county.until(plan.t0);
    county.reveal(NOTARY, KEY, 2).unwrap();
    let key = PlanKey::parse(KEY).unwrap();
    assert!(matches!(county.runner().draw(&key), Ok(Drawn::Waiting)));
    let plan = county.state(KEY);
    let material = county.log.app.portal.intake.material(&plan).unwrap();
    let start = gongshi_verify::draw::randomness::joined(&material.plan.key, &material.secrets);
    let mut checkpoints = Vec::new();
    gongshi_verify::draw::randomness::Delay::new(10)
        .unwrap()
        .run(&start, |hash| {
            checkpoints.push(*hash);
            true
        });
    let from = gongshi_verify::draw::given::Given::Checkpoints(checkpoints);
    let early = gongshi::draw::compose(&county.log.app.portal.intake, &plan, &plan.region, &from)
        .unwrap()
        .body;
    refused(county.say(OPERATOR, "draw", early, Some(KEY)), "too_early");
}

#[test]
fn results_are_of_drawn_targets_or_say_what_gave_rise_to_them() {
    let county = County::new();
    county.due(KEY, &[]);
    let result = |who: &str, subject: &str, basis: &str| {
        let mut body = body(&format!(
            r#"{{"subject_uscc":"{subject}","subject_name":"示例店","region":"000000","draw_basis":"{basis}","method":"on_site",
            "inspected_on":"2026-03-13","outcome":["no_problem_found"]}}"#
        ));
        body = match basis {
            "drawn" => with(body, "plan_key", KEY.into()),
            _ => with(body, "origin_reason", "投诉举报".into()),
        };
        county.say(who, "inspection_result", body, None)
    };
    refused(result(LEAD, &code(1), "drawn"), "plan_undrawn");
    let index = county.draw(KEY);
    let record = county.body(index);
    let ids = drawn_ids(&record);
    let docket = county.log.app.portal.intake.docket().clone();
    let key = PlanKey::parse(KEY).unwrap();
    result(LEAD, &ids[0], "drawn").unwrap();
    let alone = ids
        .iter()
        .find(|id| {
            !docket
                .target(&key, id)
                .unwrap()
                .unwrap()
                .is_visited_by(PARTNER)
        })
        .unwrap();
    refused(result(PARTNER, alone, "drawn"), "not_sent");
    let other = (0..30).map(code).find(|id| !ids.contains(id)).unwrap();
    refused(result(LEAD, &other, "drawn"), "not_drawn");
    result(LEAD, &other, "complaint").unwrap();
}

#[test]
fn substitutes_come_in_the_published_order() {
    let county = County::new();
    county.due(KEY, &[]);
    let index = county.draw(KEY);
    let ids = drawn_ids(&county.body(index));
    let key = PlanKey::parse(KEY).unwrap();
    let docket = county.log.app.portal.intake.docket().clone();
    let leaving = ids[0].as_str();
    let ground = county.ground(
        LEAD,
        KEY,
        &[
            ("substitute_reason", "unreachable".into()),
            ("target_id", leaving.into()),
        ],
    );
    let ground = ground.unwrap();
    let good = county.substitute_body(KEY, leaving, "unreachable", ground);
    let say = |body: Value| county.say(LEAD, "substitute", body, Some(KEY));
    let stratum = docket.target(&key, leaving).unwrap().unwrap().stratum;
    let new = good.get("new_target_id").unwrap().as_str().unwrap();
    let free = |id: &String| id != new && !ids.contains(id);
    let other = (0..30).map(code).find(free).unwrap();
    refused(
        say(with(good.clone(), "new_target_id", other.as_str().into())),
        "substitute_other",
    );
    refused(
        say(with(good.clone(), "new_target_id", leaving.into())),
        "same_as",
    );
    refused(say(without(good.clone(), "new_seats")), "missing");
    let seats = good.get("new_seats").unwrap().as_array().unwrap();
    refused(
        say(with(
            good.clone(),
            "new_seats",
            Value::Array(seats[1..].to_vec()),
        )),
        "seats_other",
    );
    let theirs = docket.target(&key, leaving).unwrap().unwrap().seats;
    say(good.clone()).unwrap();
    assert!(!ids.contains(&new.to_owned()));
    let follower = docket.target(&key, new).unwrap().unwrap();
    assert_eq!((follower.stratum, follower.seats), (stratum, theirs));
    let follower = docket.target(&key, new).unwrap().unwrap();
    let gone = docket.target(&key, leaving).unwrap().unwrap();
    assert_eq!(gone.replaced_by.as_deref(), Some(new));
    refused(
        say(with(good.clone(), "new_target_id", other.as_str().into())),
        "not_drawn",
    );

    // An officer, too: the one that the order gives, and no other.
    let seat = follower.seats[0].clone();
    let leaving = seat.officer_id.clone().unwrap();
    let ill = county.ground(
        LEAD,
        KEY,
        &[
            ("substitute_reason", "officer_unavailable".into()),
            ("officer_id", leaving.as_str().into()),
        ],
    );
    let ill = ill.unwrap();
    let officer_body = |new: &str| {
        let mut body = Value::object([
            ("plan_key", KEY.into()),
            ("region", "000000".into()),
            ("substitute_type", "officer".into()),
            ("target_id", follower.target_id.as_str().into()),
            ("department", seat.department.as_str().into()),
            ("seat_no", number(u64::from(seat.seat_no))),
            ("officer_id", leaving.as_str().into()),
            ("new_officer_id", new.into()),
            ("substitute_reason", "officer_unavailable".into()),
            ("evidence", county.named(ill)),
        ]);
        if let Some(qualification) = &seat.qualification {
            body = with(body, "qualification", qualification.as_str().into());
        }
        body
    };
    let officer = |new: &str| county.say(LEAD, "substitute", officer_body(new), Some(KEY));
    refused(officer("P99"), "substitute_other");
    // The seat that is named is the one that the officer leaves.
    let same = |one: &&gongshi::docket::Seat| one.department == seat.department && **one != seat;
    let beside = follower.seats.iter().find(same).unwrap();
    let beside = beside.officer_id.clone().unwrap();
    let ground = county.ground(
        LEAD,
        KEY,
        &[
            ("substitute_reason", "officer_unavailable".into()),
            ("officer_id", beside.as_str().into()),
        ],
    );
    let other = with(officer_body("P99"), "officer_id", beside.as_str().into());
    let other = with(other, "evidence", county.named(ground.unwrap()));
    refused(
        county.say(LEAD, "substitute", other, Some(KEY)),
        "seat_other",
    );
    let good: Vec<String> = (10..22)
        .map(|n| format!("P{n}"))
        .filter(|id| *id != leaving)
        .filter(|id| officer(id).is_ok())
        .collect();
    assert_eq!(good.len(), 1);
    let now = docket.target(&key, &follower.target_id).unwrap().unwrap();
    assert_eq!(now.seats[0].officer_id.as_ref(), good.first());
    assert_eq!(county.state(KEY).substitutes.len(), 2);
}

#[test]
fn officers_do_not_meet_the_same_target_again() {
    let county = County::new();
    county.due(KEY, &[]);
    county.draw(KEY);
    let second = "000000-SCJG/2026/02";
    let all = body(&format!(
        r#"[{{"stratum":"food","rule_departments":["{LEAD}"],"num":1,"den":1,"minimum":1}},
        {{"stratum":"gas","rule_departments":["{LEAD}","{PARTNER}"],"num":1,"den":1,"minimum":1}}]"#
    ));
    let later = [
        ("check_from", Value::from("2026-05-01")),
        ("check_to", "2026-05-31".into()),
        ("rules", all),
    ];
    county.due(second, &later);
    county.draw(second);
    let docket = county.log.app.portal.intake.docket();
    let seats = |key: &str| {
        let targets = docket.targets(&PlanKey::parse(key).unwrap()).unwrap();
        let pairs = targets.into_iter().flat_map(|target| {
            let id = target.target_id.clone();
            target
                .seats
                .into_iter()
                .map(move |seat| (id.clone(), seat.officer_id.unwrap()))
        });
        pairs.collect::<std::collections::BTreeSet<_>>()
    };
    let (first, second) = (seats(KEY), seats(second));
    assert!(!first.is_empty() && first.is_disjoint(&second));
}

/// What fell in a lottery no function tells: the plan's authority vouches for it, says where it was published, and the numbers
/// have the form of the game's.
#[test]
fn a_lotterys_numbers_are_told_by_the_plans_authority() {
    let county = County::new();
    let at = |seconds: i64| {
        let time = gongshi_verify::time::Timestamp::from_unix(county.now() + seconds).unwrap();
        Value::from(time.to_string())
    };
    let plan = county.plan_body(
        KEY,
        &[
            ("randomness", "lottery".into()),
            ("lottery_game", "union_lotto".into()),
            ("lottery_issue", "2026031".into()),
            ("lottery_at", at(7200)),
            ("t0", at(3600)),
            ("t1", at(3660)),
        ],
    );
    let plan = without(plan, "delay_log2");
    county.say(LEAD, "plan", plan, Some(KEY)).unwrap();
    for (who, secret) in [(LEAD, 1), (NOTARY, 2)] {
        county.commit(who, KEY, secret).unwrap();
    }
    county.until(county.state(KEY).t0);
    county.reveal(NOTARY, KEY, 2).unwrap();
    county.until(county.state(KEY).known_at());
    let key = PlanKey::parse(KEY).unwrap();
    // The server knows no numbers.
    assert!(matches!(county.runner().draw(&key), Ok(Drawn::Waiting)));
    let intake = &county.log.app.portal.intake;
    let made = |numbers: Vec<Vec<u32>>| {
        let decided = gongshi_verify::draw::given::Given::Numbers(
            numbers,
            Some("http://www.cwl.gov.cn/".to_owned()),
        );
        gongshi::draw::compose(intake, &county.state(KEY), "000000", &decided)
    };
    let good = made(vec![vec![33, 5, 12, 18, 21, 27], vec![9]]);
    let good = good.unwrap().body;
    refused(
        county.say(OPERATOR, "draw", good.clone(), Some(KEY)),
        "plan_foreign",
    );
    refused(
        county.say(
            LEAD,
            "draw",
            without(good.clone(), "lottery_source"),
            Some(KEY),
        ),
        "missing",
    );
    for wrong in ["[[5,12,18,21,27],[9]]", "[[34,5,12,18,21,27],[9]]"] {
        let record = with(good.clone(), "lottery_numbers", body(wrong));
        refused(county.say(LEAD, "draw", record, Some(KEY)), "form_other");
    }
    // Who records them is told before anything is signed.
    assert!(made(vec![vec![34, 5, 12, 18, 21, 27], vec![9]]).is_err());
    // As the balls fell, in whichever order: the same draw.
    let mut turned = good.get("lottery_numbers").unwrap().clone();
    if let Value::Array(groups) = &mut turned
        && let Some(Value::Array(group)) = groups.first_mut()
    {
        group.reverse();
    }
    county
        .say(
            LEAD,
            "draw",
            with(good, "lottery_numbers", turned),
            Some(KEY),
        )
        .unwrap();
}

/// A draw is the function's value, whoever records it: an operator whose region does not take the plan's in records it under its own.
#[test]
fn a_plan_of_another_region_than_the_operators_is_drawn_all_the_same() {
    let county = County::new();
    county.due(KEY, &[]);
    let registry = county.log.app.portal.intake.registry();
    let operator = registry.operator().unwrap();
    let mut kinds: Vec<&str> = operator.kinds.iter().map(|kind| kind.as_str()).collect();
    kinds.sort_unstable();
    let amended = Value::object([
        ("action", "amend".into()),
        ("authority_id", operator.id.as_str().into()),
        ("name", operator.name.as_str().into()),
        ("region", "610323".into()),
        (
            "kinds",
            Value::Array(kinds.into_iter().map(Into::into).collect()),
        ),
    ]);
    let done = county.log.accept(vec![county.log.authority(amended)]);
    assert!(done[0].is_ok(), "{done:?}");
    let index = county.draw(KEY);
    let record = county.body(index);
    let region = record.get("region").unwrap();
    assert_eq!(region.as_str(), Some("610323"));
    assert_eq!(county.state(KEY).region, "000000");
    let file = Server::start(&county).get(&format!("draws/{KEY}")).body;
    let report = verify_draw_file(&file, &policy(&county), &one_by_one).unwrap();
    assert_eq!(report.verdict, Verdict::Verified, "{:?}", report.steps);
    assert_eq!(crate::audit::problems(&county), []);
}
