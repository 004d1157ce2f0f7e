use super::*;
use crate::json;
use std::string::String;

const BODY: &str = r#"{"plan_key":"610323-SCJG/2026/01","randomness":"drand","round":30000000,"lead_seconds":3600,
    "contributors":["610323-XFJY","610323-SCJG"],"t0":"2026-06-02T14:00:00Z","t1":"2026-06-02T15:00:00Z","rotation":2,
    "object_root":"00000000000000000000000000000000000000000000000000000000000000aa",
    "officer_root":"00000000000000000000000000000000000000000000000000000000000000bb",
    "departments":[{"department":"610323-SCJG","seats":[{"qualification":"food","officers":1},{"officers":1}]},
    {"department":"610323-XFJY","seats":[{"officers":2}]}],
    "rules":[{"stratum":"C","rule_departments":["610323-XFJY","610323-SCJG"],"num":10,"den":100,"minimum":1},
    {"stratum":"C","rule_departments":["610323-SCJG"],"num":30,"den":100,"minimum":0}],
    "recusals":[{"target_id":"A1","officer_id":"P1","recusal_reason":"kinship"}]}"#;

fn read(body: &str) -> Result<Plan, PlanError> {
    Plan::from_body(&json::parse(body).unwrap())
}

#[test]
fn a_plan_is_read() {
    let due = beacon::due(30_000_000).unwrap();
    assert_eq!(
        std::string::ToString::to_string(&due),
        "2026-06-30T07:09:24Z"
    );
    let plan = read(BODY).unwrap();
    assert_eq!(plan.due(), Some(due));
    assert_eq!(
        plan.mode,
        Mode::Drand {
            round: 30_000_000,
            lead: 3600
        }
    );
    let contributors: Vec<_> = plan.contributors.iter().map(AuthorityId::as_str).collect();
    assert_eq!(contributors, ["610323-XFJY", "610323-SCJG"]);
    assert_eq!(plan.seats.len(), 3);
    assert_eq!(plan.rules[0].departments, ["610323-SCJG", "610323-XFJY"]);
    assert_eq!((plan.rotation, plan.recusals.len()), (2, 1));
}

#[test]
fn a_plan_that_cannot_be_drawn_is_refused_by_its_field() {
    let delay = r#""randomness":"delay","delay_log2":34"#;
    let lottery = |game: &str| {
        format!(
            r#""randomness":"lottery","lottery_at":"2026-06-30T07:09:24Z","lottery_game":"{game}""#
        )
    };
    let outside = r#""randomness":"drand","round":30000000,"lead_seconds":3600"#;
    for (from, to, field) in [
        ("2026/01\"", "2026/1\"", "plan_key"),
        ("\"drand\"", "\"dice\"", "randomness"),
        ("30000000", "0", "round"),
        ("3600", "599", "lead_seconds"),
        // A game whose results can all be tried, and none.
        (outside, &lottery("welfare_3d"), "lottery_game"),
        (outside, r#""randomness":"lottery""#, "lottery_game"),
        (
            "\"610323-XFJY\",\"610323-SCJG\"],\"t0\"",
            "\"610323-XFJY\",\"610323-XFJY\"],\"t0\"",
            "contributors[1]",
        ),
        ("2026-06-02T14:00:00Z", "2026-06-02T16:00:00Z", "t1"),
        (
            "\"t0\":\"2026-06-02T14:00:00Z\",\"t1\":\"2026-06-02T15:00:00Z\"",
            "\"t0\":\"2026-06-30T06:09:25Z\",\"t1\":\"2026-06-30T06:09:25Z\"",
            "t0",
        ),
        ("2026-06-02T15:00:00Z", "2026-06-30T07:07:25Z", "t1"),
        ("\"rotation\":2", "\"rotation\":-1", "rotation"),
        ("00aa\"", "00AA\"", "object_root"),
        ("\"num\":10", "\"num\":101", "rules[0].num"),
        ("\"num\":10", "\"num\":0", "rules[0].num"),
        (
            "\"stratum\":\"C\",\"rule_departments\":[\"610323-XFJY\",",
            "\"stratum\":\"C\",\"rule_departments\":[",
            "rules[1]",
        ),
        (
            "[\"610323-SCJG\"],\"num\"",
            "[],\"num\"",
            "rules[1].rule_departments",
        ),
        (
            "[\"610323-SCJG\"],\"num\"",
            "[\"610323-YJJ\"],\"num\"",
            "rules[1].rule_departments[0]",
        ),
        (
            "{\"officers\":2}",
            "{\"officers\":1}",
            "departments[1].seats",
        ),
        (
            "{\"officers\":2}",
            "{\"officers\":21}",
            "departments[1].seats[0].officers",
        ),
        (
            "\"qualification\":\"food\",",
            "",
            "departments[0].seats[1].qualification",
        ),
        (
            "\"food\"",
            "\"fo od\"",
            "departments[0].seats[0].qualification",
        ),
        (
            "{\"department\":\"610323-XFJY\"",
            "{\"department\":\"610323-SCJG\"",
            "departments[1].department",
        ),
        ("\"P1\"", "\"p1\"", "recusals[0].officer_id"),
        (outside, delay, "t1"),
    ] {
        assert!(BODY.contains(from), "{from}");
        let error = read(&BODY.replacen(from, to, 1)).unwrap_err();
        assert_eq!(error.field, field, "{to}: {error}");
    }
    let alone: String = BODY
        .replace(outside, delay)
        .replace("15:00:00Z", "14:02:00Z")
        .replace("\"contributors\":[\"610323-XFJY\",\"610323-SCJG\"],", "");
    assert_eq!(read(&alone).unwrap_err().field, "contributors");
    let long = BODY.replace(outside, r#""randomness":"delay","delay_log2":41"#);
    assert_eq!(read(&long).unwrap_err().field, "delay_log2");
}

#[test]
fn without_contributors_all_is_over_at_the_lead() {
    let alone = |times: &str| {
        let body = BODY
            .replace("\"contributors\":[\"610323-XFJY\",\"610323-SCJG\"],", "")
            .replace(
                "\"t0\":\"2026-06-02T14:00:00Z\",\"t1\":\"2026-06-02T15:00:00Z\"",
                times,
            );
        read(&body).map_err(|error| error.field)
    };
    let due = "\"t0\":\"2026-06-30T06:09:24Z\",\"t1\":\"2026-06-30T06:09:24Z\"";
    assert!(alone(due).is_ok());
    for other in [
        "\"t0\":\"2026-06-30T06:09:23Z\",\"t1\":\"2026-06-30T06:09:24Z\"",
        "\"t0\":\"2026-06-30T06:09:23Z\",\"t1\":\"2026-06-30T06:09:23Z\"",
    ] {
        assert_eq!(alone(other), Err("t0".into()));
    }
}

#[test]
fn a_plan_that_says_no_lead_has_an_hour() {
    let body = BODY.replace("\"lead_seconds\":3600,", "");
    let Mode::Drand { lead, .. } = read(&body).unwrap().mode else {
        panic!("a plan of the beacon");
    };
    assert_eq!(lead, LEAD_SECONDS);
    // Half an hour before the round has to be said.
    let near = |text: &str| {
        text.replace("2026-06-02T14:00:00Z", "2026-06-30T06:39:24Z")
            .replace("2026-06-02T15:00:00Z", "2026-06-30T06:40:00Z")
    };
    assert_eq!(read(&near(&body)).unwrap_err().field, "t0");
    assert!(read(&near(&BODY.replace("3600", "1800"))).is_ok());
}

#[test]
fn reveals_are_over_before_a_delay_could_be() {
    assert_eq!(longest_reveal(34), 120);
    assert_eq!(longest_reveal(35), 240);
    assert_eq!(longest_reveal(33), 60);
    assert_eq!(longest_reveal(16), 1);
    assert_eq!(longest_reveal(63), 120 << 29);
}
