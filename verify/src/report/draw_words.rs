//! The sentences of a draw's report, in English, for the command line. No decision is taken here but which step an error
//! of the function belongs to.

use alloc::format;
use alloc::string::{String, ToString};

use super::StepId;
use super::draw_entries::Proved;
use crate::draw::plan::{DELAY_LOG2, Mode, Plan};
use crate::draw::recompute::DrawError;
use crate::draw::ticket::Seed;
use crate::encoding::hex;
use crate::hash::Hash;
use crate::json::Value;
use crate::names::{AuthorityId, PlanKey};
use crate::text::shown_beginning;
use crate::time::Timestamp;

/// Most of a foreign text that a sentence quotes.
const MOST: usize = 200;

/// At which step the function did not go on.
pub(super) fn step_of(error: &DrawError) -> StepId {
    match error {
        DrawError::Objects | DrawError::Officers => StepId::DrawLibraries,
        DrawError::Contributors
        | DrawError::Numbers { .. }
        | DrawError::Mode
        | DrawError::Beacon(_)
        | DrawError::NobodyIndependent
        | DrawError::Delay { .. } => StepId::DrawRandomness,
        DrawError::Opening { .. } => StepId::DrawTargets,
        DrawError::Infeasible(_) => StepId::DrawOfficers,
    }
}

pub(super) fn member(name: &str, expected: &str) -> String {
    format!(
        "member {}: expected {expected}",
        shown_beginning(name, MOST)
    )
}

pub(super) fn of(what: &str, why: &str) -> String {
    format!("{what}: {why}")
}

pub(super) fn entries(count: usize, size: u64, plan: &PlanKey) -> String {
    format!(
        "all {count} entries of plan {plan} are in the log of {size} entries, each said by its authority"
    )
}

pub(super) fn order(plan: &Plan, secrets: &[(AuthorityId, Option<Hash>)]) -> String {
    let revealed = secrets
        .iter()
        .filter(|(_, secret)| secret.is_some())
        .count();
    let outside = match plan.mode {
        Mode::Drand { round, .. } => format!("round {round} of the beacon"),
        Mode::Lottery { game, at, .. } => format!("the lottery {} of {at}", game.code()),
        Mode::Delay { log2 } => format!("a delay of 2^{log2} steps"),
    };
    format!(
        "the log took the plan by {}, ten days or more after its libraries and before {outside} could be known; {revealed} of {} \
         contributors revealed in time; all times are asserted by the operator only",
        plan.t0,
        secrets.len()
    )
}

pub(super) fn too_young(name: &str, usable_from: i64) -> String {
    let from = Timestamp::from_unix(usable_from);
    let from = from.map_or_else(|| usable_from.to_string(), |time| time.to_string());
    format!(
        "it was logged before {from}, up to which objections to the library of {name} could be made"
    )
}

pub(super) fn short_delay() -> String {
    format!(
        "its delay has fewer than 2^{DELAY_LOG2} steps, and this log is no demonstration: the region of its operator is one"
    )
}

pub(super) fn libraries(objects: usize, officers: usize) -> String {
    format!(
        "{objects} objects and {officers} officers, in order, with the roots that snapshots and plan name"
    )
}

pub(super) fn randomness(value: &Hash, seed: &Seed) -> String {
    format!("R is {}, the seed {}", hex(value), seed.as_str())
}

pub(super) fn targets(drawn: usize, covered: u64, rules: usize) -> String {
    format!(
        "the {drawn} targets drawn of {covered} by {rules} rules are those with the lowest tickets"
    )
}

pub(super) fn officers(seats: usize, cap: u64) -> String {
    format!(
        "all {seats} seats are filled as the function fills them, nobody has more than {cap} targets"
    )
}

pub(super) fn sealed() -> String {
    "the strata are sealed: only who holds the openings can repeat this, and every enterprise for itself".to_string()
}

/// What the opening of a list has to be, where it is not.
pub(super) fn not_the_opening(why: &str) -> String {
    of("opening", why)
}

pub(super) fn opened(targets: usize, index: u64) -> String {
    format!(
        "the {targets} targets on the list of entry {index} are those that the draw has committed to, each in the library \
         and not excluded; that the rules draw just these, and that these officers are those of the function, is not shown by it"
    )
}

pub(super) fn unopened() -> String {
    "the file holds no opening: the list may not be open yet".to_string()
}

pub(super) fn omissions() -> String {
    "no file can show that it holds every commit, reveal and earlier draw of the log: a monitor that reads all of it does".to_string()
}

/// Where a snapshot is, and of what.
pub(super) fn snapshot(
    plan: &PlanKey,
    library: &str,
    snapshot: &Proved,
    count: u64,
    root: &Hash,
    size: u64,
) -> String {
    format!(
        "plan {plan} has as its library of {library} the snapshot in entry {}, said by {} and logged at {}: {count} leaves under \
         root {}; both entries are in the log of {size}",
        snapshot.index,
        snapshot.entry.authority,
        snapshot.entry.logged_at,
        hex(root)
    )
}

pub(super) fn leaves(shown: usize, count: u64, hashes: usize) -> String {
    format!("all {shown} leaves shown are among the {count} at their places, with {hashes} hashes")
}

pub(super) fn present(id: &str, index: u64, count: u64, line: &str) -> String {
    format!(
        "{id} is in the library, leaf {index} of {count}, counted from 0: {}",
        shown_beginning(line, MOST)
    )
}

pub(super) fn absent(id: &str, before: Option<&str>, after: Option<&str>) -> String {
    let place = match (before, after) {
        (None, None) => "nobody is".to_string(),
        (Some(before), None) => format!("{before} is the last"),
        (None, Some(after)) => format!("{after} is the first"),
        (Some(before), Some(after)) => {
            format!("{before} and {after}, between whom it would stand, are neighbours")
        }
    };
    format!("{id} is not in the library: {place}")
}

pub(super) fn place_differs(id: &str) -> String {
    format!("{id} does not stand, or is not missing, where the document says")
}

pub(super) fn library_order() -> String {
    "that somebody is not between two neighbours rests on the order of the whole library, which who reads all of it checks"
        .to_string()
}

pub(super) fn differs(name: &str, expected: &str) -> String {
    format!(
        "{name} in the record is not what the inputs come to, {}",
        shown_beginning(expected, MOST)
    )
}

/// The first place at which two lists of drawn targets part.
pub(super) fn drawn_differs(recorded: &Value, expected: &Value) -> String {
    let (recorded, expected) = (list(recorded), list(expected));
    let place = recorded
        .iter()
        .zip(expected)
        .position(|(one, other)| one != other);
    let place = place.unwrap_or_else(|| recorded.len().min(expected.len()));
    let named = |list: &[Value]| match list.get(place).and_then(|one| one.get("target_id")) {
        Some(Value::String(id)) => shown_beginning(id, MOST),
        _ => "nobody".to_string(),
    };
    format!(
        "from number {} on the list is not that of the function: {} is recorded where {} is drawn, or with other \
         particulars",
        place + 1,
        named(recorded),
        named(expected)
    )
}

fn list(value: &Value) -> &[Value] {
    value.as_array().unwrap_or_default()
}
