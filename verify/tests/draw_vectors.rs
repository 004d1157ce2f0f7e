//! The known answers of `ddraw/1`: `data/draw.json`.
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use gongshi_verify::draw::beacon;
use gongshi_verify::draw::choice::{self, Opening, Rule};
use gongshi_verify::draw::leaf::{Leaf, Target};
use gongshi_verify::draw::library::{Form, Library};
use gongshi_verify::draw::randomness::{
    self, Delay, beacon_value, commitment, joined, lottery, lottery_text,
};
use gongshi_verify::draw::ticket::{Rate, Seed, class_commitment, ticket_commitment};
use gongshi_verify::encoding::{hex, hex32};
use gongshi_verify::hash::{Hash, leaf_hash};
use gongshi_verify::names::{AuthorityId, Origin, PlanKey};
use serde_json::Value;

fn vectors() -> Value {
    serde_json::from_str(include_str!("data/draw.json")).unwrap()
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_else(|| panic!("{name}"))
}

fn hash(value: &Value, name: &str) -> Hash {
    hex32(text(value, name)).unwrap()
}

fn signature(vectors: &Value, round: u64) -> Vec<u8> {
    let rounds = vectors["drand_quicknet"]["rounds"].as_array().unwrap();
    let found = rounds.iter().find(|one| one["round"] == round).unwrap();
    let bytes = hex::decode(text(found, "signature")).unwrap();
    assert_eq!(beacon_value(&bytes), hash(found, "randomness"));
    beacon::verify(round, &bytes).unwrap();
    bytes
}

#[test]
fn a_draw_by_the_beacon_alone() {
    let all = vectors();
    let vector = &all["pure_drand"];
    let plan = PlanKey::parse(text(vector, "plan_key")).unwrap();
    let origin = Origin::parse(text(vector, "origin")).unwrap();
    let value = randomness::drand(&plan, &[], &signature(&all, 1000));
    let seed = Seed::new(&origin, &plan, &value);
    assert_eq!(seed.as_str(), text(vector, "seed"));
    let mut tickets: Vec<(Hash, &str)> = Vec::new();
    for (id, ticket) in vector["tickets"].as_object().unwrap() {
        assert_eq!(hex(&seed.ticket(id)), ticket.as_str().unwrap());
        tickets.push((seed.ticket(id), id));
    }
    tickets.sort();
    let k = vector["k"].as_u64().unwrap() as usize;
    let drawn: Vec<_> = tickets[..k].iter().map(|(_, id)| *id).collect();
    assert_eq!(Value::from(drawn), vector["drawn"]);
}

#[test]
fn only_the_signature_of_the_round_itself_is_taken() {
    let all = vectors();
    let chain = &all["drand_quicknet"];
    assert_eq!(beacon::GENESIS, chain["genesis_time"].as_i64().unwrap());
    assert_eq!(beacon::PERIOD, chain["period"].as_i64().unwrap());
    let pinned = drand::chains::quicknet();
    assert_eq!(pinned.hash().to_string(), text(chain, "chain_hash"));
    assert_eq!(hex::encode(pinned.public_key()), text(chain, "public_key"));
    let (first, other) = (signature(&all, 1000), signature(&all, 30_000_000));
    for (round, bytes) in [(1000, &other), (1001, &first), (999, &first), (0, &first)] {
        assert!(beacon::verify(round, bytes).is_err(), "{round}");
    }
    assert!(beacon::verify(1000, &first[..47]).is_err());
    assert!(beacon::verify(1000, &[&first[..], &[0]].concat()).is_err());
    assert!(beacon::verify(1000, &[]).is_err());
    // The point at infinity, and the right one with any bit of any byte wrong.
    let mut infinity = [0u8; 48];
    infinity[0] = 0xc0;
    assert!(beacon::verify(1000, &infinity).is_err());
    for at in 0..48 {
        let mut bad = first.clone();
        bad[at] ^= 1 << (at % 8);
        assert!(beacon::verify(1000, &bad).is_err(), "byte {at}");
    }
}

#[test]
fn secrets_committed_to_and_revealed() {
    let all = vectors();
    let vector = &all["commit_reveal"];
    let plan = PlanKey::parse(text(vector, "plan_key")).unwrap();
    let secrets: Vec<(AuthorityId, Option<Hash>)> = vector["contributors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|id| {
            let id = id.as_str().unwrap();
            let secret = vector["r"][id]
                .as_str()
                .map(|secret| hex32(secret).unwrap());
            (AuthorityId::parse(id).unwrap(), secret)
        })
        .collect();
    let (first, secret) = (&secrets[0].0, secrets[0].1.unwrap());
    assert_eq!(
        commitment(&plan, first, &secret),
        hash(vector, "C_610323-SCJG")
    );
    let start = joined(&plan, &secrets);
    assert_eq!(start, hash(vector, "R_cr"));
    let delay = Delay::new(vector["delay_log2"].as_u64().unwrap() as u32).unwrap();
    assert_eq!(delay.run(&start, |_| true), Some(hash(vector, "R_delay")));
    assert_eq!(
        randomness::drand(&plan, &secrets, &signature(&all, 1000)),
        hash(vector, "R_mix_drand_1000")
    );
    let numbers = [vec![12, 5, 33, 18, 27, 21], vec![9]];
    let mixed = &vector["R_mix_lottery"];
    assert_eq!(lottery_text(&numbers), text(mixed, "numbers"));
    assert_eq!(lottery(&plan, &secrets, &numbers), hash(mixed, "R"));
}

#[test]
fn lottery_numbers_in_dotted_form() {
    let groups = [
        vec![9319],
        vec![2, 5, 12, 8, 10],
        vec![9, 18, 26, 34, 41, 45],
    ];
    assert_eq!(
        lottery_text(&groups),
        text(&vectors()["rfc3797_lottery_form"], "key")
    );
}

#[test]
fn a_sealed_target() {
    let vector = &vectors()["sealed"];
    let (class_salt, ticket_salt) = (hash(vector, "salt_c"), hash(vector, "salt_t"));
    assert_eq!(
        class_commitment(&class_salt, text(vector, "class")),
        hash(vector, "c_class")
    );
    assert_eq!(ticket_commitment(&ticket_salt), hash(vector, "c_ticket"));
    let line = text(vector, "leaf");
    assert_eq!(leaf_hash(line.as_bytes()), hash(vector, "leaf_hash"));
    let Ok(Leaf::Sealed(leaf)) = Leaf::parse(line) else {
        panic!("{line}");
    };
    let opening = Opening {
        id: text(vector, "ID"),
        class: text(vector, "class"),
        class_salt,
        ticket_salt,
    };
    assert_eq!(opening.opens(&leaf), Ok(()));
    let seed = Seed::from_hash(&hash(vector, "seed"));
    assert_eq!(
        seed.sealed_ticket(leaf.id, &ticket_salt),
        hash(vector, "ticket")
    );
    let rate = Rate::new(1, 10).unwrap();
    assert_eq!(rate.threshold(), Some(hash(vector, "tau_num_1_den_10")));
}

#[test]
fn how_many_are_drawn_in_the_open() {
    for case in vectors()["open_choice"]["cases"].as_array().unwrap() {
        let number = |name: &str| case[name].as_u64().unwrap();
        let rate = Rate::new(number("num") as u32, number("den") as u32).unwrap();
        assert_eq!(
            rate.count(number("n"), number("minimum")),
            number("k"),
            "{case}"
        );
    }
}

#[test]
fn a_draw_in_the_open() {
    let vector = &vectors()["open_draw"];
    let file: String = vector["leaves"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| format!("{}\n", line.as_str().unwrap()))
        .collect();
    let library = Library::parse(Form::Open, &file).unwrap();
    assert_eq!(library.root(), hash(vector, "root"));
    let targets: Vec<Target<'_>> = library.targets().collect();
    let written = vector["rules"].as_array().unwrap();
    let rules: Vec<Rule> = written
        .iter()
        .map(|rule| Rule {
            stratum: text(rule, "stratum").into(),
            departments: rule["D"]
                .as_array()
                .unwrap()
                .iter()
                .map(|d| d.as_str().unwrap().into())
                .collect(),
            rate: Rate::new(
                rule["num"].as_u64().unwrap() as u32,
                rule["den"].as_u64().unwrap() as u32,
            )
            .unwrap(),
            minimum: rule["minimum"].as_u64().unwrap(),
        })
        .collect();
    let seed = Seed::from_hash(&hash(vector, "seed"));
    for (choice, rule) in choice::open(&seed, &targets, &rules).iter().zip(written) {
        assert_eq!(choice.eligible, rule["n"].as_u64().unwrap());
        assert_eq!(choice.drawn.len() as u64, rule["k"].as_u64().unwrap());
        let mut drawn: Vec<_> = choice.drawn.iter().map(|one| one.id).collect();
        drawn.sort_unstable();
        assert_eq!(Value::from(drawn), rule["drawn"]);
    }
}
