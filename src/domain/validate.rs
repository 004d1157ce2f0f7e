//! Checks a body against the table of its kind and names every fault by field, value and expectation.
//!
//! A body that passes has exactly the members the table allows, each well formed, and does not contradict itself. Whether
//! what it refers to exists, and whether the rules of the day let it be published, is for others to say. Nothing is mended
//! here: importers fold and normalise before they commit, servers never do.

mod breach;
mod inspectors;
mod problem;
mod prose;
mod rules;
mod scalar;

use std::collections::HashSet;

use jiff::civil::Date;
use serde_json::{Map, Value};

use super::codes::CodeList;
use super::kind::Kind;
use super::refs::{EntryRef, FileRef};
use super::schema::{Condition, Field, FieldType, Presence, schema};
pub use breach::Breach;
use inspectors::has_inspector_name;
pub use problem::{FieldError, Problem, ProblemArg};
pub use prose::is_hidden;
use prose::{has_identity_number, has_mobile_number};

/// Longest number of a paper, in characters.
const NUMBER_CHARS: usize = 100;

/// A body with more faults than this is reported up to here; more would help nobody.
pub const MAX_ERRORS: usize = 100;

/// Checks the body of a record of a kind that was signed on `day` in China: what it says has happened, happened by then.
///
/// # Errors
/// Every fault found, in the order of the table, at most [`MAX_ERRORS`].
pub fn validate(kind: Kind, body: &Map<String, Value>, day: Date) -> Result<(), Vec<FieldError>> {
    let mut checker = Checker {
        day,
        errors: Vec::new(),
        path: String::new(),
    };
    checker.body(kind, body);
    if checker.errors.is_empty() {
        Ok(())
    } else {
        Err(checker.errors)
    }
}

/// Walks a body beside its table, knowing where it is.
struct Checker {
    /// The day of the signature.
    day: Date,
    errors: Vec<FieldError>,
    path: String,
}

impl Checker {
    fn body(&mut self, kind: Kind, body: &Map<String, Value>) {
        let before = self.errors.len();
        self.object(schema(kind).fields, body);
        // Rules that join fields would only repeat faults of the fields themselves.
        if self.errors.len() == before {
            rules::body(self, kind, body);
        }
    }

    fn object(&mut self, fields: &'static [Field], object: &Map<String, Value>) {
        let mut excused: Vec<&str> = Vec::new();
        for field in fields {
            let value = object.get(field.name);
            match (presence(field, fields, object), value) {
                (Need::Must, None) if !excused.contains(&field.name) => {
                    let problem = match one_of(field, object) {
                        Some(other) => {
                            excused.push(other);
                            Problem::MissingOneOf { other }
                        }
                        None => Problem::Missing,
                    };
                    self.at(field.name, |c| c.report(problem, None));
                }
                (Need::MustNot, Some(value)) => {
                    self.at(field.name, |c| c.report(Problem::NotAllowed, Some(value)))
                }
                (_, Some(value)) => self.at(field.name, |c| match field.ty {
                    FieldType::Body => c.corrected(object, value),
                    _ => c.value(&field.ty, value),
                }),
                (_, None) => {}
            }
        }
        for (name, value) in object {
            if !fields.iter().any(|field| field.name == name) {
                self.at(&scalar::shorten(name), |c| {
                    c.report(Problem::Unknown, Some(value))
                });
            }
        }
        rules::siblings(self, object);
    }

    fn value(&mut self, ty: &FieldType, value: &Value) {
        match ty {
            FieldType::Object(fields) => match value {
                Value::Object(object) => self.object(fields, object),
                _ => self.wrong_type(ty, value),
            },
            FieldType::List(item) => {
                self.list(ty, value, |c, entry| c.value(item, entry), is_a_name(item))
            }
            FieldType::Codes(list) => {
                self.list(
                    ty,
                    value,
                    |c, entry| c.value(&FieldType::Code(*list), entry),
                    true,
                );
                if *list == CodeList::ResultCode {
                    rules::results(self, value);
                }
            }
            FieldType::KindList => self.list(
                ty,
                value,
                |c, entry| c.value(&FieldType::KindName, entry),
                true,
            ),
            FieldType::EntryRef(_) if EntryRef::from_value(value).is_none() => {
                self.bad_object(ty, value)
            }
            FieldType::File if FileRef::from_value(value).is_none() => self.bad_object(ty, value),
            FieldType::EntryRef(_) | FieldType::File => {}
            _ => {
                if let Err(problem) = scalar::check(ty, value) {
                    self.report(problem, Some(value));
                } else if matches!(ty, FieldType::Text { .. } | FieldType::LongText)
                    && has_identity_number(value.as_str().unwrap_or_default(), self.day)
                {
                    // What must not be published is not said again in answers and logs either.
                    self.report(Problem::IdentityNumber, None);
                } else if may_hold_prose(ty)
                    && has_mobile_number(value.as_str().unwrap_or_default())
                {
                    self.report(Problem::MobileNumber, None);
                } else if may_hold_prose(ty)
                    && has_inspector_name(value.as_str().unwrap_or_default())
                {
                    self.report(Problem::InspectorName, None);
                }
            }
        }
    }

    /// A list: an array with at least one entry, each checked; names and codes must not repeat.
    fn list(
        &mut self,
        ty: &FieldType,
        value: &Value,
        mut each: impl FnMut(&mut Self, &Value),
        distinct: bool,
    ) {
        let Value::Array(entries) = value else {
            return self.wrong_type(ty, value);
        };
        if entries.is_empty() {
            return self.report(Problem::Empty, Some(value));
        }
        let mut seen = HashSet::new();
        for (i, entry) in entries.iter().enumerate() {
            if self.errors.len() >= MAX_ERRORS {
                return;
            }
            let length = self.path.len();
            self.path.push_str(&format!("[{i}]"));
            each(self, entry);
            if distinct && entry.as_str().is_some_and(|text| !seen.insert(text)) {
                self.report(Problem::Duplicate, Some(entry));
            }
            self.path.truncate(length);
        }
    }

    /// The corrected body is checked as a body of the kind it replaces.
    fn corrected(&mut self, correction: &Map<String, Value>, value: &Value) {
        let Value::Object(body) = value else {
            return self.wrong_type(&FieldType::Body, value);
        };
        let kind = correction
            .get("target_kind")
            .and_then(Value::as_str)
            .and_then(|name| name.parse::<Kind>().ok());
        match kind {
            // A second correction corrects the original again; a chain of bodies inside bodies would help nobody.
            Some(kind) if kind.permanent() || kind == Kind::Correction => {
                self.report(Problem::NotCorrectable { kind }, None);
            }
            Some(kind) => self.body(kind, body),
            None => {}
        }
    }

    fn at(&mut self, name: &str, check: impl FnOnce(&mut Self)) {
        let length = self.path.len();
        if length > 0 {
            self.path.push('.');
        }
        self.path.push_str(name);
        check(self);
        self.path.truncate(length);
    }

    fn wrong_type(&mut self, ty: &FieldType, value: &Value) {
        self.report(
            Problem::WrongType {
                expected: ty.name(),
            },
            Some(value),
        );
    }

    fn bad_object(&mut self, ty: &FieldType, value: &Value) {
        if value.is_object() {
            self.report(
                Problem::BadFormat {
                    expected: ty.name(),
                },
                Some(value),
            );
        } else {
            self.wrong_type(ty, value);
        }
    }

    fn report(&mut self, problem: Problem, value: Option<&Value>) {
        if self.errors.len() >= MAX_ERRORS {
            return;
        }
        let value = value.map(scalar::show).unwrap_or_default();
        self.errors.push(FieldError {
            path: self.path.clone(),
            problem,
            value,
        });
    }
}

/// Entries that name something should name it once; numbers and objects may repeat.
fn is_a_name(item: &FieldType) -> bool {
    matches!(
        item,
        FieldType::Authority
            | FieldType::DrawId
            | FieldType::Token
            | FieldType::Text { .. }
            | FieldType::Code(_)
    )
}

/// Names and prose. Numbers of papers can be eleven digits by themselves.
fn may_hold_prose(ty: &FieldType) -> bool {
    match ty {
        FieldType::Text { max_chars } => *max_chars > NUMBER_CHARS,
        ty => *ty == FieldType::LongText,
    }
}

/// What the other fields make of a field's presence.
enum Need {
    Must,
    May,
    MustNot,
}

fn presence(field: &Field, fields: &[Field], object: &Map<String, Value>) -> Need {
    let (required, optional, otherwise) = match field.required {
        Presence::Required => return Need::Must,
        Presence::Optional => return Need::May,
        Presence::With(required) => (required, &[] as &[Condition], Need::May),
        Presence::Only { required, optional } => (required, optional, Need::MustNot),
    };
    let any =
        |conditions: &[Condition]| conditions.iter().any(|condition| holds(condition, object));
    // A fault in the deciding field is reported there; guessing what it meant would only add noise.
    if required
        .iter()
        .chain(optional)
        .any(|condition| undecided(condition, fields, object))
    {
        Need::May
    } else if any(required) {
        Need::Must
    } else if any(optional) {
        Need::May
    } else {
        otherwise
    }
}

/// Whether the field a condition asks about is itself at fault.
fn undecided(condition: &Condition, fields: &[Field], object: &Map<String, Value>) -> bool {
    let name = match condition {
        Condition::Is(name, _) | Condition::IsNot(name, _) => name,
        Condition::Without(_) => return false,
    };
    let decider = fields.iter().find(|field| field.name == *name);
    match (decider, object.get(*name)) {
        (Some(decider), None) => decider.required == Presence::Required,
        (Some(decider), Some(value)) => {
            let known = |value: &Value| {
                decider
                    .ty
                    .code_list()
                    .zip(value.as_str())
                    .is_some_and(|(l, c)| l.admits(c))
            };
            match value {
                Value::Array(entries) => !entries.iter().all(known),
                value => !known(value),
            }
        }
        (None, _) => false,
    }
}

fn holds(condition: &Condition, object: &Map<String, Value>) -> bool {
    match condition {
        Condition::Is(name, codes) => has_code(object.get(*name), codes),
        Condition::IsNot(name, codes) => !has_code(object.get(*name), codes),
        Condition::Without(name) => !object.contains_key(*name),
    }
}

fn has_code(value: Option<&Value>, codes: &[&str]) -> bool {
    let one = |value: &Value| value.as_str().is_some_and(|text| codes.contains(&text));
    match value {
        Some(Value::Array(entries)) => entries.iter().any(one),
        Some(value) => one(value),
        None => false,
    }
}

/// The sibling that would do instead, when that is the only thing missing.
fn one_of(field: &Field, object: &Map<String, Value>) -> Option<&'static str> {
    let Presence::With(conditions) = field.required else {
        return None;
    };
    conditions.iter().find_map(|condition| match condition {
        Condition::Without(other) if holds(condition, object) => Some(*other),
        _ => None,
    })
}

#[cfg(test)]
mod tests;
