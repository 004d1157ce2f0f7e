//! What a draw's record says of its result, as the function has it: whoever records a draw writes this, and whoever checks one
//! compares with it.

use super::choice::Rule;
use super::officers::Assigned;
use super::plan::Plan;
use super::recompute::Outcome;
use crate::encoding::hex;
use crate::json::{self, Value};
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// A list of the drawn up to so many bytes stands in the record, a longer one in a file.
pub const LIST_BYTES: usize = 256 << 10;

/// The members of an open draw's record that follow from its inputs: `random_value`, `seed`, `drawn_count`, `drawn_strata`,
/// `load_cap`, and `drawn`, which may stand in a file instead.
pub fn members(plan: &Plan, outcome: &Outcome<'_>) -> BTreeMap<String, Value> {
    let strata = plan
        .rules
        .iter()
        .zip(&outcome.choices)
        .map(|(rule, choice)| {
            Value::object([
                ("stratum", rule.stratum.as_str().into()),
                ("rule_departments", texts(&rule.departments)),
                ("eligible_count", number(choice.eligible)),
                ("drawn_count", number(choice.drawn.len() as u64)),
            ])
        });
    let members = [
        ("random_value", hex(&outcome.randomness).into()),
        ("seed", outcome.seed.as_str().into()),
        ("drawn_count", number(outcome.drawn.len() as u64)),
        ("drawn_strata", Value::Array(strata.collect())),
        ("load_cap", number(outcome.assignment.cap)),
        ("drawn", drawn(plan, outcome)),
    ];
    let members = members.into_iter();
    members
        .map(|(name, value)| (name.to_string(), value))
        .collect()
}

/// Takes the list of the drawn out of the members of a record where it does not stand in it: one of nobody, and one that is too
/// long, which is returned as the text of its file.
pub fn take_list(members: &mut BTreeMap<String, Value>) -> Option<String> {
    let list = members.get("drawn").map(json::to_jcs).unwrap_or_default();
    let long = list.len() > LIST_BYTES;
    if long || list == "[]" {
        members.remove("drawn");
    }
    long.then_some(list)
}

/// The drawn targets in the order of the draw, each with its seats in the order in which they were filled.
fn drawn(plan: &Plan, outcome: &Outcome<'_>) -> Value {
    let mut strata: BTreeMap<&str, &Rule> = BTreeMap::new();
    for (rule, choice) in plan.rules.iter().zip(&outcome.choices) {
        for ticket in &choice.drawn {
            strata.entry(ticket.id).or_insert(rule);
        }
    }
    let mut seats: BTreeMap<&str, Vec<Value>> = BTreeMap::new();
    for one in &outcome.assignment.seats {
        seats.entry(one.target).or_default().push(seat(one));
    }
    let targets = outcome.drawn.iter().map(|ticket| {
        let stratum = strata
            .get(ticket.id)
            .map_or("", |rule| rule.stratum.as_str());
        Value::object([
            ("target_id", ticket.id.into()),
            ("stratum", stratum.into()),
            ("ticket", hex(&ticket.ticket).into()),
            (
                "assigned_seats",
                Value::Array(seats.remove(ticket.id).unwrap_or_default()),
            ),
        ])
    });
    Value::Array(targets.collect())
}

fn seat(one: &Assigned<'_>) -> Value {
    let mut members: BTreeMap<String, Value> = BTreeMap::new();
    let mut put = |name: &str, value: Value| members.insert(name.to_string(), value);
    put("department", one.department.into());
    put("seat_no", number(one.number.into()));
    put("officer_id", one.officer.into());
    if let Some(qualification) = one.qualification {
        put("qualification", qualification.into());
    }
    Value::Object(members)
}

/// The pairs of target and officer in a list of drawn targets, so that they do not meet again too soon. `None` where it is no such
/// list.
pub fn met(drawn: &Value) -> Option<BTreeSet<(String, String)>> {
    let mut pairs = BTreeSet::new();
    for target in drawn.as_array()? {
        let id = target.get("target_id")?.as_str()?;
        for seat in target
            .get("assigned_seats")
            .map_or(Some(&[][..]), Value::as_array)?
        {
            let officer = seat.get("officer_id")?.as_str()?;
            pairs.insert((id.to_string(), officer.to_string()));
        }
    }
    Some(pairs)
}

fn number(number: u64) -> Value {
    Value::Int(i64::try_from(number).unwrap_or(i64::MAX))
}

fn texts(texts: &[String]) -> Value {
    Value::Array(texts.iter().map(|text| text.as_str().into()).collect())
}
