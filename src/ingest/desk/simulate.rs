//! A plan drawn many times with dummy seeds, before its randomness exists: what chances it gives, and what it asks of officers.
//!
//! Nothing here foretells the draw: a dummy seed is the hash of a number, and the true one cannot be known.

use gongshi_verify::draw::choice::Opening;
use gongshi_verify::draw::library::Library;
use gongshi_verify::draw::officers::Barred;
use gongshi_verify::draw::plan::Plan;
use gongshi_verify::draw::recompute::{self, DrawError, Inputs, Outside};
use gongshi_verify::hash::{Hash, sha256};
use gongshi_verify::names::Origin;
use rayon::prelude::*;
use std::collections::BTreeMap;

/// What a rule came to over all seeds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RuleTally {
    /// Objects it covers, n′.
    pub eligible: u64,
    /// Drawn over all seeds.
    pub drawn: u64,
    /// Fewest drawn by one seed.
    pub least: u64,
    /// Most drawn by one seed.
    pub most: u64,
}

/// What a plan came to over all seeds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Simulation {
    /// Seeds that gave a draw.
    pub seeds: u64,
    /// By rule, in the plan's order.
    pub rules: Vec<RuleTally>,
    /// How often each object was drawn; those never drawn are left out.
    pub drawn: BTreeMap<String, u64>,
    /// How many seats each officer got over all seeds; those who got none are left out.
    pub loads: BTreeMap<String, u64>,
    /// Least and most L* of one seed.
    pub caps: Option<(u64, u64)>,
    /// Seats that nobody could take, each as the draw says it, and by how many seeds.
    pub infeasible: BTreeMap<String, u64>,
}

/// Why nothing can be simulated.
#[derive(Debug, thiserror::Error)]
pub enum SimulateError {
    /// Not even one draw could be made, and not for want of officers.
    #[error(transparent)]
    Draw(#[from] DrawError),
}

impl Simulation {
    fn join(mut self, other: Simulation) -> Self {
        self.seeds += other.seeds;
        if self.rules.is_empty() {
            self.rules = other.rules;
        } else {
            for (own, other) in self.rules.iter_mut().zip(other.rules) {
                own.drawn += other.drawn;
                own.least = own.least.min(other.least);
                own.most = own.most.max(other.most);
            }
        }
        for (own, other) in [
            (&mut self.drawn, other.drawn),
            (&mut self.loads, other.loads),
            (&mut self.infeasible, other.infeasible),
        ] {
            for (id, count) in other {
                *own.entry(id).or_default() += count;
            }
        }
        self.caps = match (self.caps, other.caps) {
            (Some(own), Some(other)) => Some((own.0.min(other.0), own.1.max(other.1))),
            (own, other) => own.or(other),
        };
        self
    }
}

/// Stands for R: the hash of a number. `base` keeps one simulation from another, or is all zeros where it is to be repeated.
fn dummy(base: &Hash, number: u64) -> Hash {
    sha256(
        &[
            b"gongshi/simulation/v1|".as_slice(),
            base,
            &number.to_be_bytes(),
        ]
        .concat(),
    )
}

/// Draws the plan with the dummy seeds numbered from `first`, so many of them.
///
/// # Errors
/// [`SimulateError`]; a seat that nobody can take is counted, not an error.
pub fn simulate(
    plan: &Plan,
    (objects, officers): (&Library<'_>, &Library<'_>),
    openings: &[Opening<'_>],
    base: &Hash,
    (first, seeds): (u64, u64),
) -> Result<Simulation, SimulateError> {
    let origin = Origin::parse("simulation.example").expect("this is an origin");
    let met = Barred::new();
    let contributors = plan.contributors.iter();
    let secrets: Vec<_> = contributors.map(|one| (one.clone(), None)).collect();
    // A dummy seed is whoever's.
    let operator = plan.key.authority();
    let inputs = Inputs {
        origin: &origin,
        plan,
        operator: &operator,
        secrets: &secrets,
        outside: Outside::Numbers(&[]),
        objects,
        openings,
        officers,
        met: &met,
    };
    let one = |number: u64| one(&inputs, &dummy(base, first.wrapping_add(number)));
    (0..seeds)
        .into_par_iter()
        .map(one)
        .try_reduce(Simulation::default, |a, b| Ok(a.join(b)))
}

fn one(inputs: &Inputs<'_>, value: &Hash) -> Result<Simulation, SimulateError> {
    let outcome = match recompute::result(inputs, *value) {
        Ok(outcome) => outcome,
        Err(DrawError::Infeasible(seat)) => {
            return Ok(Simulation {
                infeasible: BTreeMap::from([(seat.to_string(), 1)]),
                ..Simulation::default()
            });
        }
        Err(error) => return Err(error.into()),
    };
    let rules = outcome.choices.iter().map(|choice| {
        let drawn = choice.drawn.len() as u64;
        RuleTally {
            eligible: choice.eligible,
            drawn,
            least: drawn,
            most: drawn,
        }
    });
    let mut loads = BTreeMap::new();
    for seat in &outcome.assignment.seats {
        *loads.entry(seat.officer.to_owned()).or_default() += 1;
    }
    let drawn = outcome.drawn.iter();
    Ok(Simulation {
        seeds: 1,
        rules: rules.collect(),
        drawn: drawn.map(|ticket| (ticket.id.to_owned(), 1)).collect(),
        loads,
        caps: Some((outcome.assignment.cap, outcome.assignment.cap)),
        infeasible: BTreeMap::new(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use gongshi_verify::draw::library::Form;
    use gongshi_verify::encoding::hex;
    use gongshi_verify::json;

    fn plan(objects: &Library<'_>, officers: &Library<'_>) -> Plan {
        let body = format!(
            r#"{{"plan_key":"D/2026/01","randomness":"drand","round":1000,"lead_seconds":600,
            "t0":"2023-08-23T15:49:24Z","t1":"2023-08-23T15:49:24Z","rotation":0,
            "rules":[{{"stratum":"s","rule_departments":["D"],"num":1,"den":4,"minimum":0}}],
            "departments":[{{"department":"D","seats":[{{"officers":2}}]}}],"object_root":"{}","officer_root":"{}"}}"#,
            hex(&objects.root()),
            hex(&officers.root())
        );
        Plan::from_body(&json::parse(&body).unwrap()).unwrap()
    }

    #[test]
    fn a_simulation_is_repeated_and_its_counts_add_up() {
        let objects: String = (0..40)
            .map(|n| format!("ddraw/1|target|T{n:02}|s|D|0\n"))
            .collect();
        let officers: String = (0..5)
            .map(|n| format!("ddraw/1|officer|P{n}|D|\n"))
            .collect();
        let objects = Library::parse(Form::Open, &objects).unwrap();
        let officers = Library::parse(Form::Officers, &officers).unwrap();
        let plan = plan(&objects, &officers);
        let run = |from, seeds| {
            simulate(&plan, (&objects, &officers), &[], &[0; 32], (from, seeds)).unwrap()
        };
        let all = run(1, 60);
        assert_eq!(all, run(1, 60));
        assert_eq!(all, run(1, 20).join(run(21, 40)));
        assert_ne!(all.drawn, run(2, 60).drawn);
        assert_eq!(
            all.rules,
            [RuleTally {
                eligible: 40,
                drawn: 600,
                least: 10,
                most: 10
            }]
        );
        assert_eq!((all.seeds, all.caps), (60, Some((4, 4))));
        assert_eq!(all.drawn.values().sum::<u64>(), 600);
        assert_eq!(all.loads.values().sum::<u64>(), 1200);
        // Nobody is favoured: 15 is expected of each of 40 objects, with a deviation of about 3.4.
        assert!(all.drawn.len() == 40 && all.drawn.values().all(|count| (3..30).contains(count)));

        let one = Library::parse(Form::Officers, "ddraw/1|officer|P0|D|\n").unwrap();
        let plan = Plan {
            officer_root: one.root(),
            ..plan.clone()
        };
        let none = simulate(&plan, (&objects, &one), &[], &[0; 32], (1, 3)).unwrap();
        assert_eq!(none.seeds, 0);
        assert_eq!(none.infeasible.values().sum::<u64>(), 3);
        let wrong = simulate(&plan, (&objects, &officers), &[], &[0; 32], (1, 3));
        assert!(matches!(
            wrong,
            Err(SimulateError::Draw(DrawError::Officers))
        ));
    }
}
