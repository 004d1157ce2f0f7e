use super::*;
use crate::draw::leaf::Leaf;
use petgraph::algo::ford_fulkerson;
use petgraph::graph::DiGraph;
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::format;
use std::vec;

/// Departments, how many seats of which qualification, officers, who is barred, which departments go where.
#[derive(Debug, Clone)]
struct Case {
    lines: Vec<String>,
    seats: Vec<Seats>,
    targets: Vec<(String, BTreeSet<String>)>,
    barred: Vec<(usize, usize)>,
    seed: Hash,
}

use crate::hash::Hash;

const DEPARTMENTS: [&str; 2] = ["D1", "D2"];
const QUALIFICATIONS: [&str; 2] = ["food", "gas"];

fn case() -> impl Strategy<Value = Case> {
    let officers = proptest::collection::vec((0usize..2, any::<bool>(), any::<bool>()), 1..9);
    let seats = proptest::collection::btree_map((0usize..2, 0usize..3), 1u32..3, 1..4);
    let targets = proptest::collection::vec(1usize..4, 1..6);
    let barred = proptest::collection::vec((0usize..6, 0usize..9), 0..6);
    (officers, seats, targets, barred, any::<Hash>()).prop_map(
        |(officers, seats, targets, barred, seed)| Case {
            lines: officers
                .iter()
                .enumerate()
                .map(|(n, (department, food, gas))| {
                    let has = [(*food, "food"), (*gas, "gas")];
                    let list: Vec<_> = has.iter().filter(|one| one.0).map(|one| one.1).collect();
                    format!(
                        "ddraw/1|officer|P{n}|{}|{}",
                        DEPARTMENTS[*department],
                        list.join(",")
                    )
                })
                .collect(),
            seats: seats
                .iter()
                .map(|((department, qualification), count)| Seats {
                    department: DEPARTMENTS[*department].into(),
                    qualification: QUALIFICATIONS.get(*qualification).map(|one| (*one).into()),
                    count: *count,
                })
                .collect(),
            targets: targets
                .iter()
                .enumerate()
                .map(|(n, mask)| {
                    let of = DEPARTMENTS
                        .iter()
                        .enumerate()
                        .filter(|(at, _)| mask >> at & 1 == 1);
                    (format!("T{n}"), of.map(|(_, one)| (*one).into()).collect())
                })
                .collect(),
            barred,
            seed,
        },
    )
}

impl Case {
    fn officers(&self) -> Vec<Officer<'_>> {
        let leaves = self.lines.iter().map(|line| match Leaf::parse(line) {
            Ok(Leaf::Officer(officer)) => officer,
            other => panic!("{line}: {other:?}"),
        });
        leaves.collect()
    }

    fn visits(&self) -> Vec<Visit<'_>> {
        let visits = self.targets.iter().map(|(target, departments)| Visit {
            target,
            departments: departments.iter().map(String::as_str).collect(),
        });
        visits.collect()
    }

    fn barred<'a>(&'a self, officers: &[Officer<'a>]) -> Barred<'a> {
        let pairs = self.barred.iter().filter_map(|(target, officer)| {
            Some((
                self.targets.get(*target)?.0.as_str(),
                officers.get(*officer)?.id,
            ))
        });
        pairs.collect()
    }
}

/// Whether petgraph finds a flow that fills every seat, some of them given, under a cap.
fn feasible(case: &Case, cap: usize, given: &[Assigned<'_>]) -> bool {
    let officers = case.officers();
    let barred = case.barred(&officers);
    let visits = case.visits();
    let mut graph = DiGraph::<(), usize>::new();
    let (source, sink) = (graph.add_node(()), graph.add_node(()));
    let people: Vec<_> = officers.iter().map(|_| graph.add_node(())).collect();
    for (person, officer) in people.iter().zip(&officers) {
        let has = given.iter().filter(|one| one.officer == officer.id).count();
        match cap.checked_sub(has) {
            Some(rest) => graph.add_edge(*person, sink, rest),
            None => return false,
        };
    }
    let mut total = 0;
    for visit in &visits {
        let mut pairs = BTreeMap::new();
        for seats in &case.seats {
            if !visit.departments.contains(seats.department.as_str()) {
                continue;
            }
            let filled = given
                .iter()
                .filter(|one| one.target == visit.target && one.department == seats.department)
                .filter(|one| one.qualification == seats.qualification.as_deref())
                .count();
            let rest = seats.count as usize - filled;
            let need = graph.add_node(());
            graph.add_edge(source, need, rest);
            total += rest;
            for (at, officer) in officers.iter().enumerate() {
                let there = given
                    .iter()
                    .any(|one| one.target == visit.target && one.officer == officer.id);
                if !may_take(officer, seats)
                    || barred.contains(&(visit.target, officer.id))
                    || there
                {
                    continue;
                }
                let pair = *pairs.entry(at).or_insert_with(|| {
                    let pair = graph.add_node(());
                    graph.add_edge(pair, people[at], 1);
                    pair
                });
                graph.add_edge(need, pair, 1);
            }
        }
    }
    ford_fulkerson(&graph, source, sink).0 == total
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// Word by word what `docs/DRAW.md` says, with somebody else's maximum flow.
    #[test]
    fn seats_go_to_whom_the_words_say(case in case()) {
        let officers = case.officers();
        let barred = case.barred(&officers);
        let visits = case.visits();
        let seed = Seed::from_hash(&case.seed);
        let found = assign(&seed, &visits, &case.seats, &officers, &barred);
        let cap = (0..=visits.len()).find(|cap| feasible(&case, *cap, &[]));
        let Some(cap) = cap else {
            prop_assert!(found.is_err());
            return Ok(());
        };
        let found = found.unwrap();
        prop_assert_eq!(found.cap, cap as u64);
        let mut given: Vec<Assigned<'_>> = Vec::new();
        for visit in &visits {
            let able = |seats: &&Seats| officers.iter().filter(|o| may_take(o, seats) && !barred.contains(&(visit.target, o.id))).count();
            let mut seats: Vec<&Seats> = case.seats.iter().filter(|s| visit.departments.contains(s.department.as_str())).collect();
            seats.sort_by_key(|s| (able(s), s.department.clone(), s.qualification.clone()));
            for seats in seats {
                for number in 1..=seats.count {
                    let mut ranked: Vec<_> = officers
                        .iter()
                        .filter(|o| may_take(o, seats) && !barred.contains(&(visit.target, o.id)))
                        .filter(|o| !given.iter().any(|one| one.target == visit.target && one.officer == o.id))
                        .map(|o| (given.iter().filter(|one| one.officer == o.id).count(), seed.pair(visit.target, o.id), o.id))
                        .collect();
                    ranked.sort();
                    let mut chosen = None;
                    for (_, _, officer) in ranked {
                        let one = Assigned {
                            target: visit.target,
                            department: &seats.department,
                            qualification: seats.qualification.as_deref(),
                            number,
                            officer,
                        };
                        given.push(one);
                        if feasible(&case, cap, &given) {
                            chosen = Some(officer);
                            break;
                        }
                        given.pop();
                    }
                    prop_assert!(chosen.is_some());
                }
            }
        }
        prop_assert_eq!(&found.seats, &given);
    }
}

fn simple(officers: usize, targets: usize, count: u32) -> Case {
    Case {
        lines: (0..officers)
            .map(|n| format!("ddraw/1|officer|P{n}|D1|food"))
            .collect(),
        seats: vec![Seats {
            department: "D1".into(),
            qualification: Some("food".into()),
            count,
        }],
        targets: (0..targets)
            .map(|n| (format!("T{n}"), BTreeSet::from(["D1".into()])))
            .collect(),
        barred: Vec::new(),
        seed: [7; 32],
    }
}

#[test]
fn a_seat_nobody_can_fill_is_named() {
    let case = simple(3, 2, 2);
    let officers = case.officers();
    let barred = BTreeSet::from([("T1", "P0"), ("T1", "P2")]);
    let error = assign(
        &Seed::from_hash(&case.seed),
        &case.visits(),
        &case.seats,
        &officers,
        &barred,
    )
    .unwrap_err();
    assert_eq!((error.target.as_str(), error.number), ("T1", 2));
    assert_eq!(
        std::string::ToString::to_string(&error),
        "target T1: no officer of D1 qualified for food for seat 2"
    );
    let none = assign(
        &Seed::from_hash(&case.seed),
        &case.visits(),
        &case.seats,
        &[],
        &BTreeSet::new(),
    )
    .unwrap_err();
    assert_eq!((none.target.as_str(), none.number), ("T0", 1));
}

#[test]
fn nobody_drawn_needs_nobody() {
    let case = simple(3, 0, 2);
    let assignment = assign(
        &Seed::from_hash(&case.seed),
        &[],
        &case.seats,
        &case.officers(),
        &BTreeSet::new(),
    )
    .unwrap();
    assert_eq!((assignment.cap, assignment.seats.len()), (0, 0));
}

#[test]
fn a_substitute_is_the_next_in_the_order_of_the_seat() {
    let case = simple(4, 3, 2);
    let (officers, visits) = (case.officers(), case.visits());
    let seed = Seed::from_hash(&case.seed);
    let drawn = assign(&seed, &visits, &case.seats, &officers, &BTreeSet::new()).unwrap();
    // Six seats, four officers: two have two and two have one.
    assert_eq!(drawn.cap, 2);
    let seat = drawn.seats[5].clone();
    let next = substitute(
        &seed,
        &drawn,
        &drawn.seats,
        &seat,
        &case.seats,
        &officers,
        &BTreeSet::new(),
    )
    .unwrap();
    let count = |id: &str, now: &[Assigned<'_>]| now.iter().filter(|one| one.officer == id).count();
    assert!(next != seat.officer && count(next, &drawn.seats) < 2);
    // Once taken, the seat can be given up again: to whoever is left, below the cap where there is one.
    let mut now = drawn.seats.clone();
    now[5].officer = next;
    let barred = BTreeSet::from([(seat.target, seat.officer)]);
    let third = substitute(&seed, &drawn, &now, &seat, &case.seats, &officers, &barred);
    let third = third.unwrap();
    assert!(
        !now.iter()
            .any(|one| one.target == seat.target && one.officer == third)
            && third != seat.officer
    );
    let room = |id: &str| {
        count(id, &now) < 2
            && !now
                .iter()
                .any(|one| one.target == seat.target && one.officer == id)
    };
    let others = officers.iter().filter(|one| one.id != seat.officer);
    assert_eq!(room(third), others.clone().any(|one| room(one.id)));
    let all: Barred<'_> = officers.iter().map(|one| (seat.target, one.id)).collect();
    assert_eq!(
        substitute(&seed, &drawn, &now, &seat, &case.seats, &officers, &all),
        None
    );
    let nowhere = Assigned { number: 3, ..seat };
    assert_eq!(
        substitute(
            &seed,
            &drawn,
            &now,
            &nowhere,
            &case.seats,
            &officers,
            &BTreeSet::new()
        ),
        None
    );
}
