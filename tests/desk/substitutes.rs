//! Replacements by the published order, found at the desk and taken by the log.

use crate::department::{Desk, KEY};
use serde_json::{Value, json};

fn drawn(body: &Value) -> Vec<String> {
    let targets = body.as_array().unwrap().iter();
    let ids = targets.map(|one| one["target_id"].as_str().unwrap().to_owned());
    ids.collect()
}

#[test]
fn who_is_next_is_found_at_the_desk() {
    let desk = Desk::new();
    crate::delayed(&desk, false);
    let target = |id: &str| {
        format!(
            "draw substitute --key k --target {id} --reason deregistered --because 已注销 --ground {KEY}"
        )
    };
    let early = desk.refused(2, &target("T00"));
    assert!(early.contains("holds no draw"), "{early}");
    let draw = desk.body(desk.server_draws(KEY));
    let ids = drawn(&draw["drawn"]);
    let other = target(&ids[0]).replace("--key k", "--key o");
    assert!(desk.refused(2, &other).contains("cannot replace anybody"));
    let excluded = desk.refused(2, &target("T01"));
    assert!(excluded.contains("T01 is not among"), "{excluded}");
    let without = target(&ids[0]).replace("--ground ", "");
    assert!(desk.refused(2, &without).contains("--evidence"));
    let wordless = target(&ids[0]).replace("--because 已注销 ", "");
    assert!(desk.refused(2, &wordless).contains("--because"));
    let plan = target(&ids[0]).replace("--ground", "--evidence 7");
    let said = desk.refused(2, &plan);
    assert!(said.contains("evidence"), "a plan shows nothing: {said}");

    // Ten are left of the stratum, and each comes once.
    let size = desk.size();
    let next = desk.must(&format!("{} --check", target(&ids[0])));
    assert_eq!(desk.size(), size);
    assert_eq!(desk.index(&target(&ids[0])), size + 1);
    let (ground, body) = (desk.body(size), desk.newest());
    assert_eq!(
        (&ground["bulletin_type"], &ground["target_id"]),
        (&json!("substitution_ground"), &json!(ids[0]))
    );
    assert_eq!(
        (&body["new_target_id"], &body["evidence"]["index"]),
        (&json!(next), &json!(size))
    );
    let seats = &draw["drawn"][0]["assigned_seats"];
    assert_eq!(&body["new_seats"], seats);
    assert_eq!(desk.index(&target(&ids[0])), size + 1, "not a second time");
    assert_eq!(desk.size(), size + 2);
    let mut all = ids.clone();
    all.push(next.clone());
    // Who came can go, too.
    let mut place = next.clone();
    for _ in 0..9 {
        desk.must(&target(&place));
        place = desk.newest()["new_target_id"].as_str().unwrap().to_owned();
        assert!(!all.contains(&place));
        all.push(place.clone());
    }
    let said = desk.refused(2, &target(&place));
    assert!(said.contains("nobody is left"), "{said}");

    // An officer on the target that has the place now.
    let leaving = seats[0]["officer_id"].as_str().unwrap();
    let officer = |reason: &str| {
        format!("draw substitute --key k --target {place} {reason} --because 亲属 --ground {KEY}")
    };
    let said = desk.refused(2, &officer("--officer P0 --reason officer_unavailable"));
    assert!(said.contains(leaving), "who has a seat there: {said}");
    let recusal = format!("--officer {leaving} --reason recusal");
    assert!(desk.refused(2, &officer(&recusal)).contains("--recusal"));
    let size = desk.size();
    let line = officer(&format!("{recusal} --recusal relative"));
    assert_eq!(desk.index(&line), size + 1);
    let body = desk.newest();
    let came = body["new_officer_id"].as_str().unwrap();
    assert!(
        seats
            .as_array()
            .unwrap()
            .iter()
            .all(|seat| seat["officer_id"] != came)
    );
    assert_eq!(
        (
            &body["officer_id"],
            &body["seat_no"],
            &body["qualification"]
        ),
        (&json!(leaving), &seats[0]["seat_no"], &json!("food"))
    );
    assert_eq!(desk.index(&line), size + 1);
    // One ground for all targets: by its index.
    let whole = format!(
        "draw substitute --key k --target {} --officer {came} --reason officer_unavailable --evidence {size} {KEY}",
        place
    );
    let said = desk.refused(2, &whole);
    assert!(said.contains("evidence"), "a ground for another: {said}");
    desk.must(&officer(&format!(
        "--officer {came} --reason officer_unavailable"
    )));
}

#[test]
fn a_sealed_draw_has_substitutes_once_it_is_open() {
    let desk = Desk::new();
    crate::delayed(&desk, true);
    desk.must(&format!(
        "draw --openings open.jsonl --details who.json --key k {KEY}"
    ));
    let who: Value = serde_json::from_str(&desk.read("who.json")).unwrap();
    let ids = drawn(&who);
    let line = format!(
        "draw substitute --key k --openings open.jsonl --target {} --reason unreachable --because 无人 --ground {KEY}",
        ids[0]
    );
    let early = desk.refused(2, &line);
    assert!(early.contains("not open yet"), "{early}");
    desk.at("2023-09-30T16:00:00Z");
    desk.must(&format!("draw open --key k {KEY}"));
    let without = line.replace("--openings open.jsonl ", "");
    assert!(desk.refused(2, &without).contains("--openings"));
    desk.must(&line);
    let next = desk.newest()["new_target_id"].as_str().unwrap().to_owned();
    assert!(!ids.contains(&next));
    // Of the same class, which the openings tell.
    let class_of = |id: &str| {
        let openings = desk.read("open.jsonl");
        let line = openings
            .lines()
            .find(|line| line.contains(&format!("\"{id}\"")));
        let line: Value = serde_json::from_str(line.unwrap()).unwrap();
        line["class"].clone()
    };
    assert_eq!(class_of(&next), class_of(&ids[0]));
    let leaving = who[0]["assigned_seats"][1]["officer_id"].as_str().unwrap();
    desk.must(&format!(
        "draw substitute --key k --openings open.jsonl --target {next} --officer {leaving} --reason force_majeure --because 洪水 --ground {KEY}"
    ));
    assert_ne!(desk.newest()["new_officer_id"], leaving);
}
