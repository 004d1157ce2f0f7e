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

/// Lays a replacement over the others with the seats that follow from it.
fn take_place(
    inputs: &Inputs<'_>,
    outcome: &Outcome<'_>,
    now: &mut Vec<Standing>,
    leaving: &str,
    coming: &str,
) -> bool {
    let seats = seats_for(inputs, outcome, now, leaving, coming);
    seats.is_some_and(|seats| replace_target(now, leaving, coming, seats))
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
            assert!(take_place(inputs, outcome, &mut now, place, next));
            assert!(
                !take_place(inputs, outcome, &mut now, place, next),
                "its place is gone"
            );
            place = next;
        }
        assert_eq!(next_target(inputs, outcome, &now, place), None);
        // Nobody takes the place of somebody who was not drawn.
        assert_eq!(next_target(inputs, outcome, &now, "A04"), None);
        assert!(!take_place(inputs, outcome, &mut now, "A04", "A00"));
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
            take_place(inputs, outcome, &mut now, place, next);
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
            take_place(inputs, outcome, &mut now, first, &target);
            let here = now.iter().find(|one| one.id == target).unwrap();
            let there: Vec<String> = here
                .seats
                .iter()
                .flat_map(|seat| seat.officer.clone())
                .collect();
            let seat = |id: &str, number| {
                next_officer(inputs, outcome, &now, id, "D1", Some("food"), number)
            };
            assert_eq!(seat(&target, 2), None, "there is no such seat");
            assert_eq!(seat("A04", 1), None);
            let next = seat(&target, 1).unwrap().to_string();
            assert!(!there.contains(&next) && ["P1", "P3", "P5"].contains(&&*next));
            let leaving = here.seats.iter().find(|seat| seat.qualification.is_some());
            let leaving = leaving.unwrap().officer.clone().unwrap();
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

/// A plan's recusals of these officers from a target.
fn recusals(target: &str, officers: &[&str]) -> String {
    let one = |officer: &&str| {
        format!(
            r#"{{"officer_id":"{officer}","target_id":"{target}","recusal_reason":"relative"}}"#
        )
    };
    let all: Vec<String> = officers.iter().map(one).collect();
    format!(r#","recusals":[{}]"#, all.join(","))
}

#[test]
fn officers_go_on_to_the_new_target_but_for_those_who_must_not_meet_it() {
    let library = open_library();
    let (first, target) = with(Form::Open, &library, &[], "", |inputs, outcome| {
        let first = outcome.choices[0].drawn[0].id;
        let next = next_target(inputs, outcome, &drawn(outcome), first).unwrap();
        (first.to_string(), next.to_string())
    });
    let after = |more: &str| {
        with(Form::Open, &library, &[], more, |inputs, outcome| {
            let now = drawn(outcome);
            let before = now
                .iter()
                .find(|one| one.id == first)
                .unwrap()
                .seats
                .clone();
            let seats = seats_for(inputs, outcome, &now, &first, &target).unwrap();
            // What the rule is made of: the order in which the seat was filled, least loaded first, then by hash.
            let loads = |id: &str| {
                let others = now.iter().filter(|one| one.id != first);
                let seats = others.flat_map(|one| &one.seats);
                seats
                    .filter(|seat| seat.officer.as_deref() == Some(id))
                    .count() as u64
            };
            let caps: Vec<(String, u64)> = ["P1", "P2", "P3", "P4", "P5"]
                .map(|id| (id.to_string(), (loads(id) + 1).max(outcome.assignment.cap)))
                .to_vec();
            (before, seats, caps)
        })
    };
    let (before, seats, _) = after("");
    assert_eq!(before, seats);
    let food = |seats: &[Held]| {
        let food = seats.iter().find(|one| one.qualification.is_some());
        food.unwrap().officer.clone()
    };
    let any = |seats: &[Held]| {
        let any = seats.iter().find(|one| one.qualification.is_none());
        any.unwrap().officer.clone()
    };
    // One is recused: the other stays, and somebody else comes, of those who can at the least burden.
    let gone = food(&before).unwrap();
    let (again, seats, caps) = after(&recusals(&target, &[&gone]));
    assert_eq!(
        (again, any(&seats)),
        (before.clone(), any(&before)),
        "recusals from others change no draw"
    );
    let came = food(&seats).unwrap();
    let can: Vec<_> = caps
        .iter()
        .filter(|(id, _)| ["P1", "P3", "P5"].contains(&id.as_str()))
        .filter(|(id, _)| *id != gone && Some(id) != any(&before).as_ref())
        .collect();
    let least = can.iter().map(|(_, cap)| cap).min().unwrap();
    assert!(can.iter().any(|(id, cap)| *id == came && cap == least));
    // All who are qualified are: the seat stays empty, and the target is inspected all the same.
    let (_, seats, _) = after(&recusals(&target, &["P1", "P3", "P5"]));
    assert_eq!(food(&seats), None);
    assert!(["P2", "P4"].contains(&any(&seats).unwrap().as_str()));
    // Whoever was recused from the target that leaves may go to the one that comes.
    let (before, seats, _) = after(&recusals(&first, &["P1"]));
    assert_eq!(before, seats);
}

#[test]
fn an_empty_seat_is_tried_again_on_the_next_target() {
    let library = open_library();
    let order = with(Form::Open, &library, &[], "", |inputs, outcome| {
        let mut now = drawn(outcome);
        let first = outcome.choices[0].drawn[0].id;
        let second = next_target(inputs, outcome, &now, first).unwrap();
        take_place(inputs, outcome, &mut now, first, second);
        let third = next_target(inputs, outcome, &now, second).unwrap();
        [first, second, third].map(ToString::to_string)
    });
    let [first, second, third] = order;
    let more = recusals(&second, &["P1", "P2", "P3", "P4", "P5"]);
    with(Form::Open, &library, &[], &more, |inputs, outcome| {
        let mut now = drawn(outcome);
        assert!(take_place(inputs, outcome, &mut now, &first, &second));
        let seats = |now: &[Standing], id: &str| {
            let here = now.iter().find(|one| one.id == id);
            here.unwrap().seats.clone()
        };
        assert!(
            seats(&now, &second)
                .iter()
                .all(|seat| seat.officer.is_none())
        );
        // Nobody leaves an empty seat.
        assert_eq!(
            next_officer(inputs, outcome, &now, &second, "D1", Some("food"), 1),
            None
        );
        assert!(take_place(inputs, outcome, &mut now, &second, &third));
        let there = seats(&now, &third);
        let who: BTreeSet<_> = there.iter().map(|seat| seat.officer.clone()).collect();
        assert!(who.len() == 2 && !who.contains(&None));
    });
}
