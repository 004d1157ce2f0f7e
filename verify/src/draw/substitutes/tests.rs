use super::*;
use crate::draw::choice::Opening;
use crate::draw::library::Library;
use crate::draw::plan::Plan;
use crate::draw::recompute::{self, Outside};
use crate::draw::ticket::{class_commitment, ticket_commitment};
use crate::encoding::hex;
use crate::hash::sha256;
use crate::json;
use crate::names::{AuthorityId, Origin};
use alloc::collections::BTreeSet;
use std::format;

const OFFICERS: &str = "ddraw/1|officer|P1|D1|food\nddraw/1|officer|P2|D1|\nddraw/1|officer|P3|D1|food\n\
    ddraw/1|officer|P4|D1|\nddraw/1|officer|P5|D1|food\n";

fn open_library() -> String {
    let leaf = |n: usize| {
        let excluded = if n == 4 { "closed" } else { "0" };
        let stratum = if n < 9 { "food" } else { "gas" };
        format!("ddraw/1|target|A{n:02}|{stratum}|D1|{excluded}\n")
    };
    (0..12).map(leaf).collect()
}

fn plan(objects: &Library<'_>, officers: &Library<'_>, more: &str) -> Plan {
    let body = format!(
        r#"{{"plan_key":"D1/2026/01","contributors":["J1"],"t0":"2026-01-05T00:00:00Z","t1":"2026-01-05T00:00:01Z","rotation":1,
        "object_root":"{}","officer_root":"{}","departments":[{{"department":"D1","seats":[{{"qualification":"food","officers":1}},
        {{"officers":1}}]}}],"randomness":"delay","delay_log2":10{more},
        "rules":[{{"stratum":"food","rule_departments":["D1"],"num":1,"den":2,"minimum":1}},
        {{"stratum":"gas","rule_departments":["D1"],"num":1,"den":100,"minimum":1}}]}}"#,
        hex(&objects.root()),
        hex(&officers.root())
    );
    Plan::from_body(&json::parse(body).unwrap()).unwrap()
}

/// Repeats a draw on such a library, and hands it on.
fn with<T>(
    form: Form,
    objects: &str,
    openings: &[Opening<'_>],
    more: &str,
    then: impl FnOnce(&Inputs<'_>, &Outcome<'_>) -> T,
) -> T {
    let objects = Library::parse(form, objects).unwrap();
    let officers = Library::parse(Form::Officers, OFFICERS).unwrap();
    let (origin, operator) = (
        Origin::parse("example.org/log").unwrap(),
        AuthorityId::parse("OP").unwrap(),
    );
    let plan = plan(&objects, &officers, more);
    let inputs = Inputs {
        origin: &origin,
        plan: &plan,
        operator: &operator,
        secrets: &[],
        outside: Outside::Checkpoints(&[]),
        objects: &objects,
        openings,
        officers: &officers,
        met: &Barred::new(),
    };
    let outcome = recompute::result(&inputs, [7; 32]).unwrap();
    then(&inputs, &outcome)
}

#[test]
fn places_are_taken_in_the_order_of_tickets_until_nobody_is_left() {
    with(Form::Open, &open_library(), &[], "", |inputs, outcome| {
        let mut now = drawn(outcome);
        // Eight of the stratum, four of them drawn.
        let first = outcome.choices[0].drawn[0].id;
        let mut order: Vec<(String, &str)> =
            ["A00", "A01", "A02", "A03", "A05", "A06", "A07", "A08"]
                .into_iter()
                .map(|id| (hex(&outcome.seed.ticket(id)), id))
                .collect();
        order.sort();
        let left = order.split_off(4);
        let mut place = first;
        for (_, expected) in &left {
            let next = next_target(inputs, outcome, &now, place).unwrap();
            assert_eq!(next, *expected);
            assert!(replace_target(&mut now, place, next));
            assert!(!replace_target(&mut now, place, next), "its place is gone");
            place = next;
        }
        assert_eq!(next_target(inputs, outcome, &now, place), None);
        // Nobody takes the place of somebody who was not drawn.
        assert_eq!(next_target(inputs, outcome, &now, "A04"), None);
        assert!(!replace_target(&mut now, "A04", "A00"));
        let follower = now.iter().find(|one| one.id == place).unwrap();
        let seats = |id: &str| now.iter().find(|one| one.id == id).unwrap().seats.clone();
        assert_eq!(follower.seats, seats(first));
        assert_eq!(first_of(&now, place), first);
    });
}

#[test]
fn a_sealed_place_is_taken_by_one_of_the_same_class() {
    let ids: Vec<String> = (0..12).map(|n| format!("A{n:02}")).collect();
    let salts: Vec<_> = ids
        .iter()
        .map(|id| (sha256(format!("c{id}").as_bytes()), sha256(id.as_bytes())))
        .collect();
    let class = |n: usize| if n < 9 { "food" } else { "gas" };
    let openings: Vec<Opening<'_>> = (0..12)
        .map(|n| Opening {
            id: &ids[n],
            class: class(n),
            class_salt: salts[n].0,
            ticket_salt: salts[n].1,
        })
        .collect();
    let leaves = openings.iter().map(|one| {
        let class = hex(&class_commitment(&one.class_salt, one.class));
        let ticket = hex(&ticket_commitment(&one.ticket_salt));
        format!("ddraw/1|starget|{}|0|{class}|{ticket}\n", one.id)
    });
    let leaves: String = leaves.collect();
    with(Form::Sealed, &leaves, &openings, "", |inputs, outcome| {
        let mut now = drawn(outcome);
        let drew: BTreeSet<&str> = outcome.choices[1].drawn.iter().map(|one| one.id).collect();
        let mut left: Vec<_> = openings[9..]
            .iter()
            .filter(|one| !drew.contains(one.id))
            .map(|one| (outcome.seed.sealed_ticket(one.id, &one.ticket_salt), one.id))
            .collect();
        left.sort_unstable();
        let mut place = outcome.choices[1].drawn[0].id;
        for (_, expected) in left {
            let next = next_target(inputs, outcome, &now, place).unwrap();
            assert_eq!(next, expected);
            replace_target(&mut now, place, next);
            place = next;
        }
        assert_eq!(next_target(inputs, outcome, &now, place), None);
    });
}

#[test]
fn a_seat_is_taken_where_it_is_now() {
    let target = with(Form::Open, &open_library(), &[], "", |inputs, outcome| {
        let first = outcome.choices[0].drawn[0].id;
        next_target(inputs, outcome, &drawn(outcome), first).map(ToString::to_string)
    });
    let target = target.unwrap();
    let food = |more: &str| {
        with(Form::Open, &open_library(), &[], more, |inputs, outcome| {
            let mut now = drawn(outcome);
            let first = outcome.choices[0].drawn[0].id;
            replace_target(&mut now, first, &target);
            let here = now.iter().find(|one| one.id == target).unwrap();
            let there: Vec<String> = here.seats.iter().map(|seat| seat.officer.clone()).collect();
            let seat = |id: &str, number| {
                next_officer(inputs, outcome, &now, id, "D1", Some("food"), number)
            };
            assert_eq!(seat(&target, 2), None, "there is no such seat");
            assert_eq!(seat("A04", 1), None);
            let next = seat(&target, 1).unwrap().to_string();
            assert!(!there.contains(&next) && ["P1", "P3", "P5"].contains(&&*next));
            let leaving = here.seats.iter().find(|seat| seat.qualification.is_some());
            let leaving = leaving.unwrap().officer.clone();
            assert!(replace_officer(&mut now, &target, &leaving, &next));
            assert!(!replace_officer(&mut now, &target, &leaving, &next));
            next
        })
    };
    let next = food("");
    // Whoever is recused from the target that has the place now does not come.
    let recused = format!(
        r#","recusals":[{{"officer_id":"{next}","target_id":"{target}","recusal_reason":"relative"}}]"#
    );
    assert_ne!(food(&recused), next);
}
