//! A draw from the department's desk, command by command, against a server in memory whose clock stands where it is put.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "desk/department.rs"]
mod department;
#[path = "desk/server.rs"]
mod server;

use department::{DEPARTMENT, Desk, OTHER};
use gongshi_verify::encoding::hex;
use gongshi_verify::hash::{leaf_hash, sha256};
use gongshi_verify::merkle::tree_head;
use serde_json::{Value, json};

const DRAND: &str = "randomness = \"drand\"\nround = 1000\nlead_seconds = 3600\ncontributors = [\"000000-SCJG\", \"000000-SFJ\"]\n\
     t0 = 2023-08-23T14:00:00Z\nt1 = 2023-08-23T15:30:00Z\n";
/// Round 1000 was due at 15:59:24.
const DUE: &str = "2023-08-23T15:59:24Z";
const SIGNATURE: &str = "b44679b9a59af2ec876b1a6b1ad52ea9b1615fc3982b19576350f93447cb1125e342b73a8dd2bacbe47e4b6b63ed5e39";
const KEY: &str = "000000-SCJG/2023/01";

#[test]
fn an_open_draw_from_lists_to_its_repetition() {
    let desk = Desk::new("2023-08-22T00:00:00Z");
    desk.plan(false, DRAND);
    assert_eq!(desk.mode("p.csv"), 0o600);
    assert!(
        !desk.read("officers.txt").contains("A1|"),
        "no number of a paper"
    );
    assert_eq!(desk.server.newest()["qualifications"][0]["leaf_count"], 7);

    // A plan that nobody could carry out is not sent.
    let good = desk.read("plan.toml");
    desk.write("plan.toml", &good.replace("officers = 2", "officers = 8"));
    let said = desk.refused(1, "plan publish --key k plan.toml");
    assert!(
        said.contains("no officer of 000000-SCJG qualified for food for seat 8"),
        "{said}"
    );
    desk.write("plan.toml", &good.replace("num = 1\n", "num = 3\n"));
    assert!(
        desk.refused(1, "plan publish --key k plan.toml")
            .contains("rules[0].num")
    );
    desk.write("plan.toml", &good.replace("= 2\nrotation", "= 1\nrotation"));
    assert!(
        desk.refused(1, "plan publish --key k plan.toml")
            .contains("officer")
    );
    desk.write("plan.toml", &good);
    let said = desk.refused(2, "plan publish --key o plan.toml");
    assert!(
        said.contains("plan_key: expected a key of 000000-SFJ"),
        "{said}"
    );
    assert_eq!(desk.server.size(), 3);
    desk.must("plan publish --key k --check plan.toml");
    assert_eq!(desk.server.size(), 3);
    assert_eq!(desk.must("plan publish --key k plan.toml"), "3");
    let body = desk.server.newest();
    assert_eq!(
        (&body["t0"], &body["round"]),
        (&json!("2023-08-23T14:00:00Z"), &json!(1000))
    );

    // Secrets: one each, kept before it is committed to, and revealed in its time only.
    assert_eq!(desk.must(&format!("plan commit --key k {KEY}")), "4");
    let secret = "000000-SCJG.000000-SCJG_2023_01.secret";
    assert_eq!(desk.mode(secret), 0o600);
    let kept = desk.read(secret);
    assert_eq!(
        desk.must(&format!("plan commit --key k {KEY}")),
        "4",
        "the same again"
    );
    let said = desk.refused(2, &format!("plan commit --key k --secret new {KEY}"));
    assert!(
        said.contains("committed already (entry 4)") && !desk.path("new").exists(),
        "{said}"
    );
    let said = desk.refused(2, &format!("plan reveal --key k {KEY}"));
    assert!(
        said.contains("2023-08-23T14:00:00Z (t0) to 2023-08-23T15:30:00Z (t1)"),
        "{said}"
    );
    desk.server.at("2023-08-23T14:00:01Z");
    let said = desk.refused(2, &format!("plan commit --key o {KEY}"));
    assert!(said.contains("too late to commit"), "{said}");
    assert!(
        desk.refused(
            2,
            &format!("plan cancel --key k --because plan_error --reason x {KEY}")
        )
        .contains("too late")
    );
    desk.server.at("2023-08-23T14:00:03Z");
    assert_eq!(desk.must(&format!("plan reveal --wait --key k {KEY}")), "5");
    desk.server.at("2023-08-23T14:00:10Z");
    assert_eq!(
        desk.must(&format!("plan reveal --key k --secret {secret} {KEY}")),
        "5"
    );
    assert_eq!(desk.read(secret), kept);
    assert_eq!(desk.server.newest()["secret"], kept.lines().nth(4).unwrap());

    // The draw, by anybody.
    let round = json!({"round": 1000, "signature": SIGNATURE});
    desk.write("round.json", &round.to_string());
    let run = format!("draw run --beacon round.json {KEY}");
    assert!(
        desk.refused(2, &run)
            .contains(&format!("the draw is due at {DUE}"))
    );
    desk.server.at(DUE);
    let out = desk.must(&run);
    assert!(
        out.contains("high for 000000-SCJG: 10 of 20 drawn"),
        "{out}"
    );
    let json: Value =
        serde_json::from_str(&desk.must(&format!("draw run --json --beacon round.json {KEY}")))
            .unwrap();
    let mut record = json.clone();
    for (name, value) in [
        ("plan_key", json!(KEY)),
        ("region", json!("000000")),
        ("library_form", json!("open")),
        ("randomness", json!("drand")),
        ("round", json!(1000)),
        ("beacon_signature", json!(SIGNATURE)),
    ] {
        record[name] = value;
    }
    desk.publish("draw", record, &format!("--ref {KEY}"));
    assert!(
        desk.refused(0, &format!("draw run {KEY}"))
            .contains("entry 6 says the same")
    );
    desk.server.state.lock().unwrap().entries[5].0["logged_at"] = "2023-08-23T15:30:01Z".into();
    let said = desk.refused(1, &format!("draw run {KEY}"));
    assert!(said.contains("says something else"), "{said}");
}

/// Who was at a target in the authority's last batches is not sent there again.
#[test]
fn who_met_lately_does_not_meet_again() {
    let desk = Desk::new("2023-08-22T00:00:00Z");
    desk.plan(false, DRAND);
    desk.must("plan publish --key k plan.toml");
    let officers = desk.read("officers.txt");
    let ids = officers.lines().map(|line| line.split('|').nth(2).unwrap());
    let met: Vec<&str> = ids.take(4).collect();
    let seats: Vec<Value> = met
        .iter()
        .zip(1..)
        .map(|(id, n)| json!({"department": DEPARTMENT, "officer_id": id, "seat_no": n}))
        .collect();
    let targets = (0..60).step_by(3).map(|n| {
        json!({"target_id": format!("T{n:02}"), "stratum": "high", "ticket": "0".repeat(64), "assigned_seats": seats})
    });
    let list = Value::Array(targets.collect()).to_string();
    let digest = hex(&sha256(list.as_bytes()));
    desk.write("drawn.json", &list);
    let draw = json!({
        "plan_key": KEY, "region": "000000", "library_form": "open", "randomness": "drand", "round": 1000,
        "beacon_signature": SIGNATURE, "random_value": "0".repeat(64), "seed": "0".repeat(64), "drawn_count": 20,
        "drawn_strata": [{"stratum": "high", "rule_departments": [DEPARTMENT], "eligible_count": 20, "drawn_count": 20}],
        "drawn_file": {"media_type": "application/json", "name": "drawn.json", "sha256": digest, "size": list.len()},
    });
    desk.publish("draw", draw, &format!("--ref {KEY} --file drawn.json"));
    let plan = desk.read("plan.toml").replace("2023/01", "2023/02");
    let plan = plan.replace("round = 1000", "round = 30000000");
    let plan = plan.replace("contributors = [\"000000-SCJG\", \"000000-SFJ\"]\n", "");
    desk.write("plan.toml", &plan);
    desk.must("plan publish --key k plan.toml");
    desk.server.at("2026-07-01T00:00:00Z");
    let signature = "81d2fc112b91932d9e4074a46b88c4dc78149b859660e0673c0bb9bd0caefdc9cc194e83de980441355b8ef44cc7a355";
    desk.write(
        "round.json",
        &json!({"round": 30_000_000, "signature": signature}).to_string(),
    );
    let run = "draw run --json --beacon round.json 000000-SCJG/2023/02";
    let result = desk.must(run);
    assert!(result.contains("T"), "{result}");
    assert!(met.iter().all(|id| !result.contains(id)), "{result}");
    let mut state = desk.server.state.lock().unwrap();
    state.files.insert(digest, b"[]".to_vec());
    drop(state);
    assert!(desk.refused(2, run).contains("is not this file"));
}

#[test]
fn a_sealed_draw_is_made_at_the_desk_and_opened_at_the_deadline() {
    let desk = Desk::new("2023-08-22T00:00:00Z");
    let delay = "randomness = \"delay\"\ndelay_log2 = 10\ncontributors = [\"000000-SFJ\"]\n\
                 t0 = 2023-08-23T14:00:00Z\nt1 = 2023-08-23T14:00:01Z\n";
    desk.plan(true, delay);
    assert_eq!(desk.mode("open.jsonl"), 0o600);
    assert!(!desk.read("objects.txt").contains("high"));
    assert!(
        desk.refused(
            2,
            "plan library objects --sealed --openings open.jsonl --out x objects.csv"
        )
        .contains("open.jsonl")
    );
    desk.must("plan publish --key k plan.toml");
    desk.must(&format!("plan commit --key o {KEY}"));
    desk.server.at("2023-08-23T14:00:00Z");
    desk.must(&format!("plan reveal --key o {KEY}"));
    desk.server.at("2023-08-23T15:00:00Z");
    assert!(
        desk.refused(2, &format!("draw run {KEY}"))
            .contains("sealed")
    );
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
    let size = desk.server.size();
    assert_eq!(desk.must(&draw), size.to_string());
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
    let body = desk.server.newest();
    assert_eq!(body["sealed_root"], hex(&tree_head(&hashes)));
    assert_eq!(body["drawn_count"], list.lines().count());
    assert_eq!(body["delay_checkpoints"].as_array().unwrap().len(), 256);
    assert_eq!(body["reveals"][0]["contributor"], OTHER);
    assert!(body.get("drawn").is_none() && body.get("drawn_strata").is_none());
    // Run again, it is the same draw and the same salts; without the list nothing is made up.
    assert_eq!(desk.must(&draw), size.to_string());
    assert_eq!(desk.server.size(), size + 1);
    assert!(
        desk.refused(2, &draw.replace("--details who.json", "--list lost"))
            .contains("--list")
    );
    assert!(!desk.path("lost").exists());

    let open = format!("draw open --key k {KEY}");
    assert!(
        desk.refused(2, &open)
            .contains("the deadline, 2023-09-30T16:00:00Z")
    );
    desk.server.at("2023-09-30T16:00:00Z");
    desk.write("forged", &list.replace('1', "2"));
    assert_eq!(
        desk.refused(2, &format!("draw open --key k --list forged {KEY}"))
            .lines()
            .count(),
        1
    );
    desk.must(&open);
    let body = desk.server.newest();
    let file = hex(&sha256(list.as_bytes()));
    assert_eq!(body["attachments"][0]["sha256"], file);
    assert_eq!(body["title"], "抽查抽取名单公开");
    assert!(desk.server.state.lock().unwrap().files.contains_key(&file));
    assert_eq!(desk.must(&open), (size + 1).to_string());
}

#[test]
fn cards_are_made_once_and_stored_encrypted() {
    let desk = Desk::new("2023-08-22T00:00:00Z");
    desk.plan(true, DRAND);
    let make = "draw cards --openings open.jsonl --leaves objects.txt --site https://gs.example.gov.cn/ --out cards";
    desk.must(make);
    assert_eq!(
        (
            desk.mode("cards/tokens.csv"),
            desk.mode("cards/cards-001.html")
        ),
        (0o600, 0o600)
    );
    let stored = desk.read("cards/cards.jsonl");
    assert_eq!(stored.lines().count(), 60);
    assert!(!stored.contains("\"T00\"") && !stored.contains("class"));
    assert!(desk.refused(2, make).contains("made once"));
    // A server that is busy for a moment is asked again.
    desk.server.state.lock().unwrap().busy = 1;
    desk.must("draw upload-cards --key k --leaves objects.txt cards/cards.jsonl");
    let state = desk.server.state.lock().unwrap();
    let (root, bytes) = state.cards.first_key_value().unwrap();
    assert_eq!(bytes, stored.as_bytes());
    assert_eq!(state.entries[1].1["body"]["root"], **root);
}

#[test]
fn a_round_is_verified_before_it_is_handed_in() {
    let desk = Desk::new("2023-08-24T00:00:00Z");
    for (round, signature, said) in [
        (1001, SIGNATURE, "not that of round 1001"),
        (1000, "00", "expected JSON as drand relays give it"),
    ] {
        desk.write(
            "round.json",
            &json!({"round": round, "signature": signature}).to_string(),
        );
        assert!(
            desk.refused(2, "draw beacon --file round.json")
                .contains(said)
        );
    }
    desk.write(
        "round.json",
        &json!({"round": 1000, "signature": SIGNATURE, "randomness": "x"}).to_string(),
    );
    assert!(
        desk.refused(2, "draw beacon --round 999 --file round.json")
            .contains("round 1000, not round 999")
    );
    assert!(desk.server.state.lock().unwrap().beacons.is_empty());
    desk.must("draw beacon --file round.json");
    let state = desk.server.state.lock().unwrap();
    assert_eq!(state.beacons[0]["signature"], SIGNATURE);
}

#[test]
fn a_plan_is_called_off_and_then_nothing_goes_on() {
    let desk = Desk::new("2023-08-22T00:00:00Z");
    desk.plan(false, DRAND);
    desk.must("plan publish --key k plan.toml");
    let cancel = format!("plan cancel --key k --because plan_error --reason 有误 {KEY}");
    assert!(
        desk.refused(2, &cancel.replace("plan_error", "mood"))
            .contains("library_error")
    );
    assert!(
        desk.refused(2, &cancel.replace("--key k", "--key o"))
            .contains("cannot cancel it")
    );
    assert_eq!(desk.must(&cancel), "4");
    for line in [&cancel, &format!("plan commit --key k {KEY}")] {
        assert!(desk.refused(2, line).contains("cancelled by entry 4"));
    }
    assert!(
        desk.refused(2, "plan commit --key k 000000-SCJG/2023/09")
            .contains("the log has no plan")
    );
}

#[test]
fn a_simulation_needs_no_server_and_is_repeated() {
    let desk = Desk::new("2023-08-22T00:00:00Z");
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
