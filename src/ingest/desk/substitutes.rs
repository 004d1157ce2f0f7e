//! Who is next in a draw, found at the desk: the draw repeated, what has been replaced since laid over it, and the record of one
//! more replacement.
//!
//! The order is the verifier crate's, the same by which the log decides; nobody chooses here.

use super::fetch::Logged;
use gongshi_verify::draw::recompute::{Inputs, Outcome};
use gongshi_verify::draw::substitutes::{
    self, Held, Standing, next_officer, next_target, replace_officer, replace_target, seats_for,
};
use gongshi_verify::json::Value;

/// Why nobody can be replaced.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SubstituteError {
    /// A replacement in the log that does not fit the draw, or gives seats that do not follow from it.
    #[error("the replacement of entry {0} is none of this draw")]
    Foreign(u64),
    /// Not drawn, or replaced.
    #[error("{target} is not among the targets of this draw as it stands")]
    NotDrawn {
        /// Who.
        target: String,
    },
    /// Has no seat there.
    #[error("{officer} has no seat on {target}; those who have: {}", .holders.join(", "))]
    NoSeat {
        /// Who.
        officer: String,
        /// Where.
        target: String,
        /// Who goes there now.
        holders: Vec<String>,
    },
    /// The order is at its end.
    #[error("nobody is left in the published order")]
    Nobody,
}

/// One replacement, as the published order has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replacement {
    /// The target; of a replaced officer the one where the seat is.
    pub target: String,
    /// The seat that an officer leaves, with who leaves it.
    pub seat: Option<Held>,
    /// Of a replaced target the seats on the one that comes.
    pub seats: Vec<Held>,
    /// Who comes.
    pub next: String,
}

/// A draw with the replacements that the log holds, in its order.
///
/// # Errors
/// [`SubstituteError::Foreign`].
pub fn standing(
    inputs: &Inputs<'_>,
    outcome: &Outcome<'_>,
    replaced: &[Logged],
) -> Result<Vec<Standing>, SubstituteError> {
    let mut targets = substitutes::drawn(outcome);
    for one in replaced {
        let text = |name: &str| one.text(name).unwrap_or_default();
        let fits = match text("substitute_type") {
            "target" => {
                let (leaving, coming) = (text("target_id"), text("new_target_id"));
                let seats = seats_for(inputs, outcome, &targets, leaving, coming);
                seats.is_some_and(|seats| {
                    one.member("new_seats") == Some(&seats_value(&seats))
                        && replace_target(&mut targets, leaving, coming, seats)
                })
            }
            _ => replace_officer(
                &mut targets,
                text("target_id"),
                text("officer_id"),
                text("new_officer_id"),
            ),
        };
        if !fits {
            return Err(SubstituteError::Foreign(one.index));
        }
    }
    Ok(targets)
}

/// The replacement that the log holds of this target, or of this officer on it.
pub fn replaced_already<'a>(
    replaced: &'a [Logged],
    target: &str,
    officer: Option<&str>,
) -> Option<&'a Logged> {
    let same =
        |one: &&Logged| one.text("target_id") == Some(target) && one.text("officer_id") == officer;
    // Whoever left a seat may have got it back: the last counts.
    replaced.iter().rev().find(same)
}

/// Who comes in place of a target, or of an officer on it.
///
/// # Errors
/// [`SubstituteError`].
pub fn replacement(
    inputs: &Inputs<'_>,
    outcome: &Outcome<'_>,
    now: &[Standing],
    target: &str,
    officer: Option<&str>,
) -> Result<Replacement, SubstituteError> {
    let here = now
        .iter()
        .find(|one| one.id == target && one.replaced_by.is_none());
    let here = here.ok_or_else(|| SubstituteError::NotDrawn {
        target: target.to_owned(),
    })?;
    let seat = match officer {
        None => None,
        Some(officer) => {
            let seat = here
                .seats
                .iter()
                .find(|seat| seat.officer.as_deref() == Some(officer));
            Some(seat.ok_or_else(|| {
                SubstituteError::NoSeat {
                    officer: officer.to_owned(),
                    target: target.to_owned(),
                    holders: here
                        .seats
                        .iter()
                        .filter_map(|seat| seat.officer.clone())
                        .collect(),
                }
            })?)
        }
    };
    let next = match seat {
        None => next_target(inputs, outcome, now, target),
        Some(seat) => next_officer(
            inputs,
            outcome,
            now,
            target,
            &seat.department,
            seat.qualification.as_deref(),
            seat.number,
        ),
    };
    let next = next.ok_or(SubstituteError::Nobody)?;
    let seats = match seat {
        None => seats_for(inputs, outcome, now, target, next).unwrap_or_default(),
        Some(_) => Vec::new(),
    };
    Ok(Replacement {
        target: target.to_owned(),
        seat: seat.cloned(),
        seats,
        next: next.to_owned(),
    })
}

/// Seats as a record has them.
fn seats_value(seats: &[Held]) -> Value {
    let seats = seats.iter().map(|seat| {
        let text = |text: &str| Value::from(text);
        let members = [
            ("department", Some(text(&seat.department))),
            ("seat_no", Some(Value::Int(seat.number.into()))),
            ("qualification", seat.qualification.as_deref().map(text)),
            ("officer_id", seat.officer.as_deref().map(text)),
        ];
        let members = members.into_iter();
        Value::Object(
            members
                .filter_map(|(name, value)| Some((name.to_owned(), value?)))
                .collect(),
        )
    });
    Value::Array(seats.collect())
}

impl Replacement {
    /// The members of its record that the order gives.
    pub fn members(&self) -> Vec<(&'static str, Value)> {
        let mut members = vec![("target_id", Value::from(self.target.as_str()))];
        match &self.seat {
            None => members.extend([
                ("substitute_type", "target".into()),
                ("new_target_id", self.next.as_str().into()),
                ("new_seats", seats_value(&self.seats)),
            ]),
            Some(seat) => {
                members.extend([
                    ("substitute_type", "officer".into()),
                    ("department", seat.department.as_str().into()),
                    ("seat_no", Value::Int(seat.number.into())),
                    ("new_officer_id", self.next.as_str().into()),
                ]);
                let leaving = seat.officer.as_deref();
                members.extend(leaving.map(|one| ("officer_id", one.into())));
                let asked = seat.qualification.as_deref();
                members.extend(asked.map(|one| ("qualification", one.into())));
            }
        }
        members
    }
}
