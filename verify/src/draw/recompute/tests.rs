use super::*;
use crate::encoding::hex;
use crate::hash::sha256;
use crate::json;
use alloc::collections::BTreeSet;
use std::format;
use std::sync::LazyLock;
use std::vec;

static OPERATOR: LazyLock<AuthorityId> = LazyLock::new(|| AuthorityId::parse("OP").unwrap());

const OBJECTS: &str = "ddraw/1|target|A1|food|D1,D2|0\nddraw/1|target|A2|food|D1|0\nddraw/1|target|A3|gas|D1,D2|0\n\
    ddraw/1|target|A4|food|D1,D2|closed\nddraw/1|target|A5|food|D1,D2|0\nddraw/1|target|A6|gas|D1,D2|0\n";
const OFFICERS: &str = "ddraw/1|officer|P1|D1|food\nddraw/1|officer|P2|D1|\nddraw/1|officer|P3|D1|food\n\
    ddraw/1|officer|P4|D2|\nddraw/1|officer|P5|D2|\n";

fn origin() -> Origin {
    Origin::parse("example.org/log").unwrap()
}

fn plan(objects: &Library<'_>, officers: &Library<'_>, mode: &str) -> Plan {
    let body = format!(
        r#"{{"plan_key":"D1/2026/01","contributors":["D1","J1"],"t0":"2026-01-05T00:00:00Z","t1":"2026-01-05T00:00:01Z","rotation":1,
        "object_root":"{}","officer_root":"{}","departments":[{{"department":"D1","seats":[{{"qualification":"food","officers":1}},
        {{"officers":1}}]}},{{"department":"D2","seats":[{{"officers":2}}]}}],
        "rules":[{{"stratum":"food","rule_departments":["D1"],"num":1,"den":2,"minimum":1}},
        {{"stratum":"food","rule_departments":["D1","D2"],"num":1,"den":2,"minimum":1}},
        {{"stratum":"gas","rule_departments":["D1","D2"],"num":1,"den":100,"minimum":1}}],{mode}}}"#,
        hex(&objects.root()),
        hex(&officers.root())
    );
    Plan::from_body(&json::parse(body).unwrap()).unwrap()
}

fn secrets() -> Vec<(AuthorityId, Option<Hash>)> {
    let id = |text| AuthorityId::parse(text).unwrap();
    vec![(id("D1"), None), (id("J1"), Some([1; 32]))]
}

fn checkpoints(plan: &Plan, secrets: &[(AuthorityId, Option<Hash>)]) -> Vec<Hash> {
    let mut found = Vec::new();
    let start = randomness::joined(&plan.key, secrets);
    Delay::new(10).unwrap().run(&start, |value| {
        found.push(*value);
        true
    });
    found
}

const DELAY: &str = r#""randomness":"delay","delay_log2":10"#;

/// A draw by delay, in the open unless openings are added.
fn inputs<'a>(
    origin: &'a Origin,
    plan: &'a Plan,
    secrets: &'a [(AuthorityId, Option<Hash>)],
    checkpoints: &'a [Hash],
    libraries: (&'a Library<'a>, &'a Library<'a>),
    met: &'a Barred<'a>,
) -> Inputs<'a> {
    Inputs {
        origin,
        plan,
        operator: &OPERATOR,
        secrets,
        outside: Outside::Checkpoints(checkpoints),
        objects: libraries.0,
        openings: &[],
        officers: libraries.1,
        met,
    }
}

#[test]
fn a_draw_is_repeated() {
    let objects = Library::parse(Form::Open, OBJECTS).unwrap();
    let officers = Library::parse(Form::Officers, OFFICERS).unwrap();
    let (plan, secrets, origin, met) = (
        plan(&objects, &officers, DELAY),
        secrets(),
        origin(),
        Barred::new(),
    );
    let checkpoints = checkpoints(&plan, &secrets);
    let inputs = inputs(
        &origin,
        &plan,
        &secrets,
        &checkpoints,
        (&objects, &officers),
        &met,
    );
    let outcome = draw(&inputs, &one_by_one).unwrap();
    assert_eq!(outcome.randomness, checkpoints[255]);
    let counts: Vec<_> = outcome
        .choices
        .iter()
        .map(|c| (c.eligible, c.drawn.len()))
        .collect();
    assert_eq!(counts, [(3, 2), (2, 1), (2, 1)]);
    // Who is drawn by two rules is visited once.
    let ids: BTreeSet<_> = outcome
        .choices
        .iter()
        .flat_map(|c| &c.drawn)
        .map(|one| one.id)
        .collect();
    assert_eq!(outcome.drawn.len(), ids.len());
    assert!(outcome.drawn.is_sorted());
    for one in &outcome.drawn {
        let seats = outcome
            .assignment
            .seats
            .iter()
            .filter(|seat| seat.target == one.id);
        let departments: BTreeSet<_> = seats.clone().map(|seat| seat.department).collect();
        assert_eq!(seats.count(), departments.len() * 2);
    }
    // Who met in the last draw does not meet again.
    let first = outcome
        .assignment
        .seats
        .iter()
        .find(|seat| seat.department == "D1" && seat.qualification.is_some())
        .unwrap();
    let met = Barred::from([(first.target, first.officer)]);
    let again = draw(
        &Inputs {
            met: &met,
            ..inputs
        },
        &one_by_one,
    )
    .unwrap();
    assert_eq!(again.drawn, outcome.drawn);
    assert!(
        !again
            .assignment
            .seats
            .iter()
            .any(|seat| met.contains(&(seat.target, seat.officer)))
    );
}

#[test]
fn the_step_at_which_inputs_are_not_those_of_the_plan_is_named() {
    let objects = Library::parse(Form::Open, OBJECTS).unwrap();
    let officers = Library::parse(Form::Officers, OFFICERS).unwrap();
    let (plan, secrets, origin, met) = (
        plan(&objects, &officers, DELAY),
        secrets(),
        origin(),
        Barred::new(),
    );
    let good = checkpoints(&plan, &secrets);
    let inputs = inputs(&origin, &plan, &secrets, &good, (&objects, &officers), &met);
    let fails = |inputs: Inputs<'_>| draw(&inputs, &one_by_one).unwrap_err();
    let fewer = OBJECTS.replace("ddraw/1|target|A3|gas|D1,D2|0\n", "");
    let fewer = Library::parse(Form::Open, &fewer).unwrap();
    assert_eq!(
        fails(Inputs {
            objects: &fewer,
            ..inputs.clone()
        }),
        DrawError::Objects
    );
    assert_eq!(
        fails(Inputs {
            objects: &officers,
            ..inputs.clone()
        }),
        DrawError::Objects
    );
    assert_eq!(
        fails(Inputs {
            officers: &objects,
            ..inputs.clone()
        }),
        DrawError::Officers
    );
    assert_eq!(
        fails(Inputs {
            secrets: &secrets[1..],
            ..inputs.clone()
        }),
        DrawError::Contributors
    );
    let turned: Vec<_> = secrets.iter().rev().cloned().collect();
    assert_eq!(
        fails(Inputs {
            secrets: &turned,
            ..inputs.clone()
        }),
        DrawError::Contributors
    );
    let nobody: Vec<_> = secrets.iter().map(|(id, _)| (id.clone(), None)).collect();
    assert_eq!(
        fails(Inputs {
            secrets: &nobody,
            ..inputs.clone()
        }),
        DrawError::NobodyIndependent
    );
    // A department of the plan may contribute, but not alone; nor with the operator.
    for part in ["D1", "D2", "OP"] {
        let id = AuthorityId::parse(part).unwrap();
        assert!(!plan.is_independent(&id, &OPERATOR), "{part}");
    }
    let first: Vec<_> = secrets
        .iter()
        .map(|(id, _)| (id.clone(), (id.as_str() == "D1").then_some([1; 32])))
        .collect();
    assert_eq!(
        fails(Inputs {
            secrets: &first,
            ..inputs.clone()
        }),
        DrawError::NobodyIndependent
    );
    let other: Vec<_> = secrets
        .iter()
        .map(|(id, secret)| (id.clone(), secret.map(|_| [2; 32])))
        .collect();
    assert_eq!(
        fails(Inputs {
            secrets: &other,
            ..inputs.clone()
        }),
        DrawError::Delay {
            segment: 1,
            segments: 256
        }
    );
    assert_eq!(
        fails(Inputs {
            outside: Outside::Signature(&[0; 48]),
            ..inputs.clone()
        }),
        DrawError::Mode
    );
    let mut bad = good.clone();
    bad[9][0] ^= 1;
    assert_eq!(
        fails(Inputs {
            outside: Outside::Checkpoints(&bad),
            ..inputs.clone()
        }),
        DrawError::Delay {
            segment: 10,
            segments: 256
        }
    );
    for wrong in [&good[..255], &[]] {
        assert!(matches!(
            fails(Inputs {
                outside: Outside::Checkpoints(wrong),
                ..inputs.clone()
            }),
            DrawError::Delay { .. }
        ));
    }
    let nobody_left: Barred<'_> = ["A1", "A2", "A3", "A5", "A6"]
        .into_iter()
        .flat_map(|id| [(id, "P4"), (id, "P1"), (id, "P3")])
        .collect();
    assert!(matches!(
        fails(Inputs {
            met: &nobody_left,
            ..inputs.clone()
        }),
        DrawError::Infeasible(_)
    ));
}

#[test]
fn a_sealed_draw_needs_every_opening() {
    let salt = |text: String| sha256(text.as_bytes());
    let class = |id: &str| if id == "A2" { "C" } else { "B" };
    let ids = ["A1", "A2", "A3", "A4"];
    let openings: Vec<Opening<'_>> = ids
        .iter()
        .map(|id| Opening {
            id,
            class: class(id),
            class_salt: salt(format!("c{id}")),
            ticket_salt: salt(format!("t{id}")),
        })
        .collect();
    let file: String = openings
        .iter()
        .map(|one| {
            let class = hex(&super::super::ticket::class_commitment(
                &one.class_salt,
                one.class,
            ));
            let ticket = hex(&super::super::ticket::ticket_commitment(&one.ticket_salt));
            let exclusion = if one.id == "A3" { "closed" } else { "0" };
            format!("ddraw/1|starget|{}|{exclusion}|{class}|{ticket}\n", one.id)
        })
        .collect();
    let objects = Library::parse(Form::Sealed, &file).unwrap();
    let officers = Library::parse(Form::Officers, OFFICERS).unwrap();
    let mut plan = plan(&objects, &officers, DELAY);
    plan.rules.truncate(1);
    plan.rules[0].stratum = "B".into();
    let (secrets, origin, met) = (secrets(), origin(), Barred::new());
    let good = checkpoints(&plan, &secrets);
    let all: Vec<_> = openings
        .iter()
        .filter(|one| one.id != "A3")
        .cloned()
        .collect();
    let sealed = inputs(&origin, &plan, &secrets, &good, (&objects, &officers), &met);
    let inputs = |openings| Inputs {
        operator: &OPERATOR,
        openings,
        ..sealed.clone()
    };
    let outcome = draw(&inputs(&all), &one_by_one).unwrap();
    assert_eq!(outcome.choices[0].eligible, 2);
    assert!(!outcome.drawn.is_empty() && outcome.drawn.iter().all(|one| class(one.id) == "B"));
    let mut lied = all.clone();
    lied[1].class = "B";
    let mut salted = all.clone();
    salted[0].ticket_salt = [0; 32];
    for (openings, id) in [
        (&all[..2], "A4"),
        (&all[1..], "A1"),
        (&openings[..], "A4"),
        (&lied[..], "A2"),
        (&salted[..], "A1"),
    ] {
        match draw(&inputs(openings), &one_by_one) {
            Err(DrawError::Opening { id: found, .. }) => assert_eq!(found, id),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn what_cannot_be_visited_is_known_before_the_draw() {
    let objects = Library::parse(Form::Open, OBJECTS).unwrap();
    let officers = Library::parse(Form::Officers, OFFICERS).unwrap();
    let mut plan = plan(&objects, &officers, DELAY);
    let none = Barred::new();
    assert_eq!(feasible(&plan, &objects, &officers, &none), Ok(()));
    // Excluded objects need nobody.
    let met = Barred::from([("A4", "P4")]);
    assert_eq!(feasible(&plan, &objects, &officers, &met), Ok(()));
    plan.recusals.insert(("A6".into(), "P4".into()));
    let error = feasible(&plan, &objects, &officers, &none).unwrap_err();
    assert_eq!(
        (
            error.target.as_str(),
            error.department.as_str(),
            error.number
        ),
        ("A6", "D2", 2)
    );
    let empty = Library::parse(Form::Officers, "").unwrap();
    assert_eq!(
        feasible(&plan, &objects, &empty, &none).unwrap_err().target,
        "A1"
    );
}

/// Nobody but the plan's authority can say what fell; what cannot have fallen, everyone sees.
#[test]
fn a_lottery_gives_what_may_fall_in_its_game_and_nothing_else() {
    let objects = Library::parse(Form::Open, OBJECTS).unwrap();
    let officers = Library::parse(Form::Officers, OFFICERS).unwrap();
    let lottery = r#""randomness":"lottery","lottery_game":"union_lotto","lottery_at":"2026-01-05T12:00:00Z""#;
    let (plan, secrets, origin, met) = (
        plan(&objects, &officers, lottery),
        secrets(),
        origin(),
        Barred::new(),
    );
    let value = |numbers: &[Vec<u32>]| {
        let inputs = Inputs {
            outside: Outside::Numbers(numbers),
            ..inputs(&origin, &plan, &secrets, &[], (&objects, &officers), &met)
        };
        randomness(&inputs, &one_by_one)
    };
    let fell = [vec![33, 5, 12, 18, 21, 27], vec![9]];
    let expected = randomness::lottery(&plan.key, &secrets, &fell);
    assert_eq!(value(&fell), Ok(expected));
    let game = Game::UnionLotto;
    for wrong in [
        vec![vec![5, 12, 18, 21, 27], vec![9]],
        vec![vec![5, 5, 12, 18, 21, 27], vec![9]],
        vec![],
    ] {
        assert_eq!(value(&wrong), Err(DrawError::Numbers { game }));
    }
}
