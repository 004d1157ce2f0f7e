//! A draw from the department's desk, command by command, against a portal whose clock stands where it is put.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "desk/cards.rs"]
mod cards;
#[path = "desk/checked.rs"]
mod checked;
#[path = "desk/department.rs"]
mod department;
#[path = "desk/revise.rs"]
mod revise;
#[path = "desk/substitutes.rs"]
mod substitutes;

use department::{DEPARTMENT, Desk, KEY, NOTARY, OTHER};
use gongshi_verify::encoding::hex;
use gongshi_verify::hash::{leaf_hash, sha256};
use gongshi_verify::merkle::tree_head;
use gongshi_verify::report::Verdict;
use serde_json::{Value, json};

const DRAND: &str = "randomness = \"drand\"\nround = 1000\nlead_seconds = 3600\ncontributors = [\"000000-SCJG\", \"000000-SFJ\"]\n\
     t0 = 2023-08-23T14:00:00Z\nt1 = 2023-08-23T15:30:00Z\n";
/// Round 1000 was due at 15:59:24.
const DUE: &str = "2023-08-23T15:59:24Z";
const SIGNATURE: &str = "b44679b9a59af2ec876b1a6b1ad52ea9b1615fc3982b19576350f93447cb1125e342b73a8dd2bacbe47e4b6b63ed5e39";
const DELAY: &str = "randomness = \"delay\"\ndelay_log2 = 10\ncontributors = [\"000000-SCJG\", \"000000-SFJ\"]\n\
     t0 = 2023-08-23T14:00:00Z\nt1 = 2023-08-23T14:00:01Z\n";
/// From when on a plan by that delay can be drawn.
const DELAYED: &str = "2023-08-23T14:00:02Z";

fn round(signature: &str) -> String {
    json!({"round": 1000, "signature": signature, "randomness": "x"}).to_string()
}

/// A plan of that delay with both secrets told, until it can be drawn.
fn delayed(desk: &Desk, sealed: bool) {
    desk.plan(sealed, DELAY);
    desk.must("plan publish --key k plan.toml");
    for key in ["k", "o"] {
        desk.must(&format!("plan commit --key {key} {KEY}"));
    }
    desk.at("2023-08-23T14:00:00Z");
    for key in ["k", "o"] {
        desk.must(&format!("plan reveal --key {key} {KEY}"));
    }
    desk.at(DELAYED);
}

#[test]
fn an_open_draw_by_the_beacon_from_lists_to_its_repetition() {
    let desk = Desk::new();
    desk.plan(false, DRAND);
    assert_eq!(desk.mode("p.csv"), 0o600);
    assert!(
        !desk.read("officers.txt").contains("ZF610323"),
        "no number of a paper"
    );
    assert_eq!(desk.newest()["qualifications"][0]["leaf_count"], 7);

    // A plan that nobody could carry out is not sent.
    let good = desk.read("plan.toml");
    for (from, to, said) in [
        (
            "officers = 2",
            "officers = 8",
            "no officer of 000000-SCJG qualified for food for seat 8",
        ),
        ("num = 1\n", "num = 3\n", "rules[0].num"),
        ("= 6\nrotation", "= 5\nrotation", "officer"),
        (
            "\"directed\"",
            "\"undirected\"",
            "expected a rule for stratum low",
        ),
        (
            "stratum = \"high\"",
            "stratum = \"top\"",
            "no object of stratum top",
        ),
    ] {
        desk.write("plan.toml", &good.replace(from, to));
        let found = desk.refused(1, "plan publish --key k plan.toml");
        assert!(found.contains(said), "{found}");
    }
    // What only the log knows, it says.
    desk.write("plan.toml", &good.replace("2023/01", "2023/03"));
    let said = desk.refused(2, "plan publish --key k plan.toml");
    assert!(
        said.contains("plan_key: ") && said.contains("01"),
        "the serial that is expected: {said}"
    );
    desk.write("plan.toml", &good);
    let said = desk.refused(2, "plan publish --key o plan.toml");
    assert!(
        said.contains("plan_key: expected a key of 000000-SFJ"),
        "{said}"
    );
    assert_eq!(desk.size(), 7);
    desk.must("plan publish --key k --check plan.toml");
    assert_eq!(desk.size(), 7);
    assert_eq!(desk.index("plan publish --key k plan.toml"), 7);
    let body = desk.newest();
    assert_eq!(
        (&body["t0"], &body["round"]),
        (&json!("2023-08-23T14:00:00Z"), &json!(1000))
    );

    // Secrets: one each, kept before it is committed to, and revealed in its time only.
    assert_eq!(desk.index(&format!("plan commit --key k {KEY}")), 8);
    let secret = "000000-SCJG.000000-SCJG_2023_01.secret";
    assert_eq!(desk.mode(secret), 0o600);
    let kept = desk.read(secret);
    assert_eq!(
        desk.index(&format!("plan commit --key k {KEY}")),
        8,
        "the same again"
    );
    let said = desk.refused(2, &format!("plan commit --key k --secret new {KEY}"));
    assert!(
        said.contains("committed already (entry 8)") && !desk.path("new").exists(),
        "{said}"
    );
    let said = desk.refused(2, &format!("plan reveal --key k {KEY}"));
    assert!(
        said.contains("2023-08-23T14:00:00Z (t0) to 2023-08-23T15:30:00Z (t1)"),
        "{said}"
    );
    desk.at("2023-08-23T14:00:01Z");
    let said = desk.refused(2, &format!("plan commit --key o {KEY}"));
    assert!(said.contains("too late to commit"), "{said}");
    let cancel = format!("plan cancel --key k --reason plan_error --because x {KEY}");
    assert!(desk.refused(2, &cancel).contains("too late"));
    desk.at("2023-08-23T14:00:03Z");
    assert_eq!(desk.index(&format!("plan reveal --wait --key k {KEY}")), 9);
    desk.at("2023-08-23T14:00:10Z");
    let reveal = format!("plan reveal --key k --secret {secret} {KEY}");
    assert_eq!(desk.index(&reveal), 9);
    assert_eq!(desk.read(secret), kept);
    assert_eq!(desk.newest()["secret"], kept.lines().nth(4).unwrap());

    // The draw, by anybody, as soon as the round is due; by the server, once it is handed in.
    desk.write("round.json", &round(SIGNATURE));
    let run = format!("draw run --beacon round.json {KEY}");
    assert!(
        desk.refused(2, &run)
            .contains(&format!("the draw is due at {DUE}"))
    );
    desk.at(DUE);
    let out = desk.must(&run);
    assert!(
        out.contains("high for 000000-SCJG: 10 of 20 drawn"),
        "{out}"
    );
    desk.must("draw beacon --file round.json");
    assert_eq!(desk.server_draws(KEY), 10);
    let said = desk.refused(0, &format!("draw run {KEY}"));
    assert!(said.contains("entry 10 says the same"), "{said}");
    let json: Value = serde_json::from_str(&desk.must(&format!("draw run --json {KEY}"))).unwrap();
    let recorded = desk.newest();
    for (name, value) in json.as_object().unwrap() {
        assert_eq!(&recorded[name], value, "{name}");
    }
    let late = desk.refused(2, "draw beacon --file round.json");
    assert!(late.contains("no plan waits for round 1000"), "{late}");
    let report = desk.verified(KEY);
    assert_eq!(report.verdict, Verdict::Verified, "{:?}", report.steps);
}

#[test]
fn an_open_draw_by_delay_is_made_by_the_server() {
    let desk = Desk::new();
    delayed(&desk, false);
    assert!(
        desk.must(&format!("draw run {KEY}"))
            .contains("10 of 20 drawn")
    );
    let index = desk.server_draws(KEY);
    let said = desk.refused(0, &format!("draw run {KEY}"));
    assert!(
        said.contains(&format!("entry {index} says the same")),
        "{said}"
    );
    // Whoever would record it a second time is shown the first.
    assert_eq!(desk.index(&format!("draw record --key k {KEY}")), index);
    let report = desk.verified(KEY);
    assert_eq!(report.verdict, Verdict::Verified, "{:?}", report.steps);
}

/// Nothing comes of a delay if only those who have a part in the draw contribute: neither the plan nor the draw.
#[test]
fn a_delay_needs_somebody_independent() {
    let desk = Desk::new();
    desk.plan(false, DELAY);
    let good = desk.read("plan.toml");
    desk.write("plan.toml", &good.replace(", \"000000-SFJ\"", ""));
    let said = desk.refused(1, "plan publish --key k plan.toml");
    assert!(
        said.contains("neither a department of the plan nor the operator 000000-OP"),
        "{said}"
    );
    desk.write("plan.toml", &good);
    desk.must("plan publish --key k plan.toml");
    desk.must(&format!("plan commit --key k {KEY}"));
    desk.must(&format!("plan commit --key o {KEY}"));
    desk.at("2023-08-23T14:00:00Z");
    desk.must(&format!("plan reveal --key k {KEY}"));
    desk.at(DELAYED);
    for line in ["draw run", "draw record --key k"] {
        let said = desk.refused(2, &format!("{line} {KEY}"));
        assert!(said.contains("is void without one"), "{said}");
    }
}

#[test]
fn lottery_numbers_are_recorded_by_the_authority_of_the_plan() {
    let desk = Desk::new();
    let lottery = "randomness = \"lottery\"\nlottery_game = \"union_lotto\"\nlottery_issue = \"2023098\"\n\
        lottery_at = 2023-08-24T21:15:00+08:00\n";
    desk.plan(false, lottery);
    desk.must("plan publish --key k plan.toml");
    let body = desk.newest();
    assert_eq!(
        (&body["t0"], &body["t1"]),
        (
            &json!("2023-08-24T12:15:00Z"),
            &json!("2023-08-24T12:15:00Z")
        )
    );
    let record =
        format!("draw record --key k --numbers 5,12,18,21,27,33/9 --numbers-source 中彩网 {KEY}");
    let said = desk.refused(2, &record);
    assert!(
        said.contains("the draw is due at 2023-08-24T13:15:00Z"),
        "{said}"
    );
    desk.at("2023-08-24T13:15:00Z");
    for (from, to, said) in [
        (" --numbers 5,12,18,21,27,33/9", "", "--numbers"),
        ("33/9", "133/9", "expected numbers from 0 to 99"),
        (" --numbers-source 中彩网", "", "--numbers-source is needed"),
        // What the game can give is known before anything is signed.
        ("33/9", "34/9", "6 of 1–33"),
        ("--key k", "--key o", "answers for the numbers"),
    ] {
        let found = desk.refused(2, &record.replace(from, to));
        assert!(found.contains(said), "{found}");
    }
    let index = desk.index(&record);
    let body = desk.body(index);
    assert_eq!(
        (&body["lottery_numbers"], &body["lottery_source"]),
        (&json!([[5, 12, 18, 21, 27, 33], [9]]), &json!("中彩网"))
    );
    assert_eq!(desk.index(&record), index);
    let said = desk.refused(0, &format!("draw run {KEY}"));
    assert!(said.contains("says the same"), "{said}");
    let said = desk.refused(1, &format!("draw run --numbers 6,12,18,21,27,33/9 {KEY}"));
    assert!(said.contains("says something else"), "{said}");
    let report = desk.verified(KEY);
    assert_eq!(report.verdict, Verdict::Verified, "{:?}", report.steps);
}

/// Who was at a target in the authority's last batch is not sent there again.
#[test]
fn who_met_lately_does_not_meet_again() {
    let desk = Desk::new();
    delayed(&desk, false);
    let first = desk.body(desk.server_draws(KEY));
    let later = "000000-SCJG/2023/02";
    let plan = desk.read("plan.toml").replace("2023/01", "2023/02");
    let plan = plan
        .replace("2023-08-24", "2023-10-10")
        .replace("2023-09-30", "2023-10-30")
        .replace("2023-10-01T", "2023-11-01T")
        .replace("num = 1", "num = 2")
        .replace("2023-08-23T14", "2023-08-25T14");
    desk.write("plan.toml", &plan);
    desk.must("plan publish --key k plan.toml");
    desk.must(&format!("plan commit --key o {later}"));
    desk.at("2023-08-25T14:00:00Z");
    desk.must(&format!("plan reveal --key o {later}"));
    desk.at("2023-08-25T14:00:02Z");
    let pairs = |draw: &Value| -> Vec<(String, String)> {
        let targets = draw["drawn"].as_array().unwrap().iter();
        let pairs = targets.flat_map(|target| {
            let id = target["target_id"].as_str().unwrap();
            let seats = target["assigned_seats"].as_array().unwrap().iter();
            seats.map(move |seat| {
                (
                    id.to_owned(),
                    seat["officer_id"].as_str().unwrap().to_owned(),
                )
            })
        });
        pairs.collect()
    };
    let again: Value =
        serde_json::from_str(&desk.must(&format!("draw run --json {later}"))).unwrap();
    let (first, again) = (pairs(&first), pairs(&again));
    // All of the stratum are drawn the second time: every target of the first is among them.
    assert_eq!((first.len(), again.len()), (20, 40));
    assert!(again.iter().all(|pair| !first.contains(pair)));
    desk.server_draws(later);
    assert!(
        desk.refused(0, &format!("draw run {later}"))
            .contains("says the same")
    );
    let report = desk.verified(later);
    assert_eq!(report.verdict, Verdict::Verified, "{:?}", report.steps);
}

#[test]
fn a_sealed_draw_is_made_at_the_desk_and_opened_at_the_deadline() {
    let desk = Desk::new();
    delayed(&desk, true);
    assert_eq!(desk.mode("open.jsonl"), 0o600);
    assert!(!desk.read("objects.txt").contains("high"));
    assert!(
        desk.refused(
            2,
            "plan library objects --sealed --openings open.jsonl --out x objects.csv"
        )
        .contains("open.jsonl")
    );
    for line in ["draw run", "draw record --key k"] {
        let said = desk.refused(2, &format!("{line} {KEY}"));
        assert!(said.contains("sealed"), "{said}");
    }
    let draw = format!("draw --openings open.jsonl --key k --details who.json {KEY}");
    assert!(
        desk.refused(2, &draw.replace("--key k", "--key o"))
            .contains("cannot draw it")
    );
    let openings = desk.read("open.jsonl");
    let other = openings.replacen("\"low\"", "\"high\"", 1);
    desk.write("open.jsonl", &other);
    assert!(desk.refused(2, &draw).contains("line 2"));
    desk.write("open.jsonl", &openings);
    let size = desk.size();
    assert_eq!(desk.index(&draw), size);
    let list = desk.read("000000-SCJG_2023_01.drawn");
    assert_eq!(
        (
            desk.mode("000000-SCJG_2023_01.drawn"),
            desk.mode("who.json")
        ),
        (0o600, 0o600)
    );
    let hashes: Vec<_> = list
        .lines()
        .map(|line| leaf_hash(line.as_bytes()))
        .collect();
    let body = desk.newest();
    assert_eq!(body["sealed_root"], hex(&tree_head(&hashes)));
    assert_eq!(body["drawn_count"], list.lines().count());
    assert_eq!(body["delay_checkpoints"].as_array().unwrap().len(), 256);
    assert_eq!(body["reveals"][0]["contributor"], DEPARTMENT);
    assert_eq!(body["reveals"][1]["contributor"], OTHER);
    for name in ["drawn", "drawn_strata", "load_cap"] {
        assert!(body.get(name).is_none(), "{name} tells of classes");
    }
    // Run again, it is the same draw and the same salts; without the list nothing is made up.
    assert_eq!(desk.index(&draw), size);
    assert_eq!(desk.size(), size + 1);
    assert!(
        desk.refused(2, &draw.replace("--details who.json", "--list lost"))
            .contains("--list")
    );
    assert!(!desk.path("lost").exists());
    let report = desk.verified(KEY);
    assert_eq!(report.verdict, Verdict::Sealed, "{:?}", report.steps);

    let open = format!("draw open --key k {KEY}");
    assert!(
        desk.refused(2, &open)
            .contains("the deadline, 2023-09-30T16:00:00Z")
    );
    desk.at("2023-09-30T16:00:00Z");
    // The same list, but for one salt.
    let (rest, _) = list.trim_end().rsplit_once('|').unwrap();
    desk.write_private("forged", &format!("{rest}|{}\n", "2".repeat(64)));
    let forged = desk.refused(2, &format!("draw open --key k --list forged {KEY}"));
    assert!(
        forged.contains("is not the list that the draw of entry 12 commits to"),
        "{forged}"
    );
    assert_eq!(desk.index(&open), size + 1);
    let body = desk.newest();
    let file = hex(&sha256(list.as_bytes()));
    assert_eq!(body["attachments"][0]["sha256"], file);
    assert_eq!(body["title"], "抽查抽取名单公开");
    assert_eq!(desk.index(&open), size + 1);
    assert_eq!(desk.size(), size + 2);
}

#[test]
fn a_round_is_verified_before_it_is_handed_in() {
    let desk = Desk::new();
    for (text, said) in [
        (
            round(SIGNATURE).replace("1000", "1001"),
            "not that of round 1001",
        ),
        (round("00"), "expected JSON as drand relays give it"),
    ] {
        desk.write("round.json", &text);
        let found = desk.refused(2, "draw beacon --file round.json");
        assert!(found.contains(said), "{found}");
    }
    desk.write("round.json", &round(SIGNATURE));
    assert!(
        desk.refused(2, "draw beacon --round 999 --file round.json")
            .contains("round 1000, not round 999")
    );
    desk.must("draw beacon --check --file round.json");
    // A round is due by its own number; what no plan waits for is not kept.
    let said = desk.refused(2, "draw beacon --file round.json");
    assert!(said.contains("no plan") && said.contains("1000"), "{said}");
}

#[test]
fn a_plan_is_called_off_and_then_nothing_goes_on() {
    let desk = Desk::new();
    desk.plan(false, DRAND);
    desk.must("plan publish --key k plan.toml");
    let cancel = format!("plan cancel --key k --reason plan_error --because 有误 {KEY}");
    assert!(
        desk.refused(2, &cancel.replace("plan_error", "mood"))
            .contains("library_error")
    );
    assert!(
        desk.refused(2, &cancel.replace("--key k", "--key o"))
            .contains("cannot cancel it")
    );
    assert_eq!(desk.index(&cancel), 8);
    for line in [&cancel, &format!("plan commit --key k {KEY}")] {
        assert!(desk.refused(2, line).contains("cancelled by entry 8"));
    }
    desk.at(DUE);
    for line in ["draw run", "draw record --key k"] {
        let said = desk.refused(2, &format!("{line} {KEY}"));
        assert!(said.contains("cancelled by entry 8"), "{said}");
    }
    assert!(
        desk.refused(2, "plan commit --key k 000000-SCJG/2023/09")
            .contains("the log has no plan")
    );
}

/// As they come, after filling in who and what: of each mode a plan that the log takes.
#[test]
fn every_template_can_be_published() {
    let desk = Desk::new();
    desk.plan(false, DRAND);
    desk.at("2026-01-20T00:00:00Z");
    for (serial, mode) in (1..).zip(["drand", "lottery", "delay"]) {
        let mut text = desk.must(&format!("plan template --mode {mode}"));
        let key = format!("000000-SCJG/2026/{serial:02}");
        for (from, to) in [
            ("610323-SCJG/2026/01", key.as_str()),
            ("610323-SCJG", DEPARTMENT),
            ("610323-XFJY", OTHER),
            ("610323-SFJ", NOTARY),
            ("region = \"610323\"", "region = \"000000\""),
            ("\"undirected\" ", "\"directed\" "),
            ("object_snapshot = 7", "object_snapshot = 5"),
            ("officer_snapshot = 8", "officer_snapshot = 6"),
            ("item_list = 5", "item_list = 4"),
            ("\"食品经营许可检查\"", "\"检查\""),
            ("stratum = \"catering\"", "stratum = \"high\""),
        ] {
            let changed = text.replace(from, to);
            assert!(changed != text || from == "610323-SFJ", "{from}");
            text = changed;
        }
        desk.write("plan.toml", &text);
        desk.must("plan publish --key k plan.toml");
        desk.must(&format!(
            "plan cancel --key k --reason plan_error --because 试 {key}"
        ));
    }
}

#[test]
fn a_simulation_needs_no_server_and_is_repeated() {
    let desk = Desk::new();
    desk.plan(false, DRAND);
    let line = "plan simulate --objects objects.txt --officers officers.txt --seeds 20 --first 7 plan.toml";
    let out = desk.must(line);
    assert_eq!(out, desk.must(line));
    assert!(out.starts_with("SIMULATION with 20 dummy seeds"), "{out}");
    assert!(
        out.contains("chance 50.000 %; expected 200.0 drawn, observed 200"),
        "{out}"
    );
    assert_ne!(out, desk.must(&line.replace("--first 7", "--first 8")));
}
