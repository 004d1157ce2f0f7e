//! Rules that join fields of one body and need nothing else: order of days, counts, codes that exclude each other.

use serde_json::{Map, Value};
use std::collections::HashSet;

use super::{Checker, Problem};
use crate::domain::codes::{CodeList, NO_PROBLEM_FOUND};
use crate::domain::dates::parse_date;
use crate::domain::kind::Kind;

/// Longest reason of an `authority` record, in characters, as `gongshi_verify::registry` has it.
const AUTHORITY_REASON_MAX: usize = 500;

/// In any object, the second must not be earlier than the first. Both are dates, or both are times.
const ORDER: &[(&str, &str)] = &[
    ("check_from", "check_to"),
    ("valid_from", "valid_to"),
    ("period_from", "period_to"),
    ("inspected_on", "completed_on"),
    ("inspected_on", "due_on"),
    ("acted_on", "due_on"),
    ("transferred_on", "due_on"),
    ("listed_on", "listed_until"),
    ("listed_on", "removed_on"),
    ("marked_on", "restored_on"),
    ("verified_on", "listed_on"),
    ("verified_on", "marked_on"),
    ("applied_on", "accepted_on"),
    ("filed_on", "accepted_on"),
    ("accepted_on", "documents_due_on"),
    ("applied_on", "decided_on"),
    ("accepted_on", "decided_on"),
    ("promised_on", "due_on"),
    ("promised_on", "checked_on"),
    ("decided_on", "valid_until"),
    ("decided_on", "received_on"),
    ("decided_on", "restriction_until"),
    ("effective_on", "suspended_until"),
    ("t0", "t1"),
    ("t1", "lottery_at"),
    ("t1", "result_deadline"),
];

/// Days on which something happened, so that they are never later than the signature. Other days may lie ahead: ends,
/// deadlines, what takes effect later.
const HAPPENED: &[&str] = &[
    "accepted_on",
    "acted_on",
    "applied_on",
    "as_of",
    "checked_on",
    "completed_on",
    "decided_on",
    "filed_on",
    "inspected_on",
    "issued_on",
    "listed_on",
    "marked_on",
    "promised_on",
    "received_on",
    "removed_on",
    "restored_on",
    "transferred_on",
    "verified_on",
];

/// In any object, the two must differ: (field at fault, other).
const DIFFERENT: &[(&str, &str)] = &[
    ("new_target_id", "target_id"),
    ("new_officer_id", "officer_id"),
    ("public_key", "old_key"),
];

/// Rules for the members of any object.
pub(super) fn siblings(checker: &mut Checker, object: &Map<String, Value>) {
    let text = |name: &str| object.get(name).and_then(Value::as_str);
    for &(first, second) in ORDER {
        // Fixed-width forms of the same type compare as texts.
        if let (Some(from), Some(to)) = (text(first), text(second))
            && from.len() == to.len()
            && to < from
        {
            checker.at(second, |c| {
                c.report(Problem::Before { other: first }, object.get(second))
            });
        }
    }
    for &name in HAPPENED {
        // A text that is no date has its own fault.
        if let Some(day) = text(name).and_then(parse_date)
            && day > checker.day
        {
            let latest = checker.day.to_string();
            checker.at(name, |c| {
                c.report(Problem::InFuture { latest }, object.get(name))
            });
        }
    }
    for &(name, other) in DIFFERENT {
        if text(name).is_some() && text(name) == text(other) {
            checker.at(name, |c| {
                c.report(Problem::SameAs { other }, object.get(name))
            });
        }
    }
    if let (Some(num), Some(den)) = (integer(object, "num"), integer(object, "den"))
        && num > den
    {
        checker.at("num", |c| {
            c.report(Problem::OutOfRange { min: 1, max: den }, object.get("num"))
        });
    }
}

/// "No problem found" contradicts any other result.
pub(super) fn results(checker: &mut Checker, value: &Value) {
    let clean = NO_PROBLEM_FOUND;
    let codes = strings(Some(value));
    if codes.len() > 1 && codes.contains(&clean) {
        let problem = Problem::NotAlone {
            list: CodeList::ResultCode,
            code: clean,
        };
        checker.report(problem, Some(value));
    }
}

/// Rules of one kind, asked only once every field is well formed.
pub(super) fn body(checker: &mut Checker, kind: Kind, body: &Map<String, Value>) {
    match kind {
        Kind::Authority => authority(checker, body),
        Kind::InspectionResult => inspection_result(checker, body),
        Kind::Plan => plan(checker, body),
        Kind::Draw => draw(checker, body),
        Kind::Substitute => substitute(checker, body),
        Kind::Bulletin => ground(checker, body),
        Kind::SeriousListing => restrictions(checker, body),
        _ => {}
    }
}

/// A rotation is signed by the old key or forced by the operator, who then says why: never both, never neither. The reason
/// is a line, as the registry reads it.
fn authority(checker: &mut Checker, body: &Map<String, Value>) {
    let reason = body.get("reason");
    let rotates = body.get("action").and_then(Value::as_str) == Some("rotate");
    let problem = match (body.contains_key("old_key_signature"), reason) {
        (true, Some(_)) => Some(Problem::NotAllowed),
        (false, None) if rotates => Some(Problem::MissingOneOf {
            other: "old_key_signature",
        }),
        (_, Some(Value::String(text))) => {
            let control = text.chars().zip(1..).find(|(c, _)| c.is_control());
            match control {
                _ if text.chars().count() > AUTHORITY_REASON_MAX => Some(Problem::TooLong {
                    max: AUTHORITY_REASON_MAX,
                }),
                Some((character, position)) => Some(Problem::ControlCharacter {
                    position,
                    character,
                }),
                None => None,
            }
        }
        _ => None,
    };
    if let Some(problem) = problem {
        checker.at("reason", |c| c.report(problem, reason));
    }
}

/// What an item found must show in the result as a whole.
fn inspection_result(checker: &mut Checker, body: &Map<String, Value>) {
    let overall = strings(body.get("outcome"));
    for (i, item) in list(body, "items").iter().enumerate() {
        let found = strings(item.get("outcome"));
        let missing = found
            .iter()
            .find(|code| **code != NO_PROBLEM_FOUND && !overall.contains(*code));
        if missing.is_some() {
            checker.at(&format!("items[{i}].outcome"), |c| {
                c.report(Problem::NotListed { other: "outcome" }, item.get("outcome"));
            });
        }
    }
}

/// What a listing brings does not end before it.
fn restrictions(checker: &mut Checker, body: &Map<String, Value>) {
    let listed = body.get("listed_on").and_then(Value::as_str);
    for (i, restriction) in list(body, "restrictions").iter().enumerate() {
        let until = restriction.get("until");
        if until
            .and_then(Value::as_str)
            .is_some_and(|until| Some(until) < listed)
        {
            let other = "listed_on";
            checker.at(&format!("restrictions[{i}].until"), |c| {
                c.report(Problem::Before { other }, until)
            });
        }
    }
}

/// Two officers for every department at a target, and no rule for a department that sends nobody.
fn plan(checker: &mut Checker, body: &Map<String, Value>) {
    let departments = list(body, "departments");
    let mut names = HashSet::new();
    for (i, department) in departments.iter().enumerate() {
        let seats = department
            .get("seats")
            .and_then(Value::as_array)
            .map_or(&[] as &[Value], Vec::as_slice);
        let officers: i64 = seats
            .iter()
            .filter_map(|seat| seat.get("officers").and_then(Value::as_i64))
            .sum();
        if officers < 2 {
            checker.at(&format!("departments[{i}].seats"), |c| {
                c.report(Problem::TooFew { min: 2 }, department.get("seats"));
            });
        }
        let name = department.get("department");
        if !names.insert(name.and_then(Value::as_str)) {
            checker.at(&format!("departments[{i}].department"), |c| {
                c.report(Problem::Duplicate, name)
            });
        }
    }
    for (i, rule) in list(body, "rules").iter().enumerate() {
        for (j, name) in strings(rule.get("rule_departments")).iter().enumerate() {
            if !names.contains(&Some(*name)) {
                checker.at(&format!("rules[{i}].rule_departments[{j}]"), |c| {
                    c.report(
                        Problem::NotListed {
                            other: "departments",
                        },
                        Some(&Value::from(*name)),
                    );
                });
            }
        }
    }
}

/// The drawn list stands in the body or in a file, and its length is the count.
fn draw(checker: &mut Checker, body: &Map<String, Value>) {
    let count = integer(body, "drawn_count").unwrap_or_default();
    let in_body = body.get("drawn").and_then(Value::as_array);
    let in_file = body.get("drawn_file");
    match (in_body, in_file) {
        (Some(_), Some(file)) => {
            checker.at("drawn_file", |c| c.report(Problem::NotAllowed, Some(file)))
        }
        (Some(drawn), None) if i64::try_from(drawn.len()) != Ok(count) => {
            let expected = drawn.len() as u64;
            checker.at("drawn_count", |c| {
                c.report(Problem::CountMismatch { expected }, body.get("drawn_count"))
            });
        }
        (None, None) if count > 0 && body.contains_key("drawn_strata") => {
            checker.at("drawn", |c| {
                c.report(
                    Problem::MissingOneOf {
                        other: "drawn_file",
                    },
                    None,
                )
            });
        }
        _ => {}
    }
}

/// Reasons for which only a target, or only an officer, is replaced. What is in neither list can befall both.
const OF_TARGETS: &[&str] = &[
    "unreachable",
    "deregistered",
    "licence_revoked",
    "registration_rescinded",
    "moved_out",
    "no_relevant_activity",
];
const OF_OFFICERS: &[&str] = &["recusal", "officer_unavailable"];

/// A target is not replaced for a reason of officers, nor an officer for one of targets.
fn substitute(checker: &mut Checker, body: &Map<String, Value>) {
    let text = |name: &str| body.get(name).and_then(Value::as_str).unwrap_or_default();
    let others = match text("substitute_type") {
        "officer" => OF_TARGETS,
        _ => OF_OFFICERS,
    };
    if others.contains(&text("substitute_reason")) {
        checker.at("substitute_reason", |c| {
            c.report(Problem::NotAllowed, body.get("substitute_reason"));
        });
    }
}

/// A bulletin that gives the ground of a substitution names whom it concerns: the target, the officer, or the officer at one
/// target.
fn ground(checker: &mut Checker, body: &Map<String, Value>) {
    let Some(reason) = body.get("substitute_reason").and_then(Value::as_str) else {
        return;
    };
    let has = |name: &str| body.contains_key(name);
    if OF_OFFICERS.contains(&reason) && !has("officer_id") {
        checker.at("officer_id", |c| c.report(Problem::Missing, None));
    }
    if OF_TARGETS.contains(&reason) && has("officer_id") {
        checker.at("officer_id", |c| {
            c.report(Problem::NotAllowed, body.get("officer_id"));
        });
    }
    if !has("target_id") && !has("officer_id") && !OF_OFFICERS.contains(&reason) {
        let other = "officer_id";
        let problem = match OF_TARGETS.contains(&reason) {
            true => Problem::Missing,
            false => Problem::MissingOneOf { other },
        };
        checker.at("target_id", |c| c.report(problem, None));
    }
}

fn list<'a>(body: &'a Map<String, Value>, name: &str) -> &'a [Value] {
    body.get(name)
        .and_then(Value::as_array)
        .map_or(&[], Vec::as_slice)
}

fn strings(value: Option<&Value>) -> Vec<&str> {
    value
        .and_then(Value::as_array)
        .map(|entries| entries.iter().filter_map(Value::as_str).collect())
        .unwrap_or_default()
}

fn integer(object: &Map<String, Value>, name: &str) -> Option<i64> {
    object.get(name).and_then(Value::as_i64)
}
