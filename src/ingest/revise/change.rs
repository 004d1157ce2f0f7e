//! A record's body with something set right, and the correction that says so. The published body is never touched.

use super::found::Found;
use crate::domain::{Field, FieldType, Kind, View, schema};
use crate::ingest::table::{Cell, CellFault, CellProblem, ColumnName, Here, Vocabulary};
use crate::ingest::table::{Words, quote, read_worded};
use crate::text::{Catalogue, Lang};
use gongshi_verify::json::{self, JsonError, Value as Strict};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// What is to be set right.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// `field=value`: the value as in a cell of a table (a date, a code or its name, an amount with its unit), or JSON for lists and objects.
    Set(String),
    /// A field that goes.
    Unset(String),
    /// The whole body anew.
    Body(Map<String, Value>),
}

/// Why a change cannot be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ChangeError {
    /// No `=` in it.
    #[error("--set {0}: expected field=value, such as listed_on=2026-03-02")]
    NoValue(String),
    /// The kind has no such field there.
    #[error("records of the kind {kind} have no field {path}")]
    NoField {
        /// Which kind.
        kind: Kind,
        /// What was named.
        path: String,
    },
    /// The record has nothing there.
    #[error("the record has nothing at {0}")]
    Absent(String),
    /// Not JSON, where a list or an object is expected.
    #[error("{path}: expected JSON: {source}")]
    Json {
        /// Which field.
        path: String,
        /// What is wrong.
        source: JsonError,
    },
    /// Not a value of the field.
    #[error("{}", .0.words(Lang::En))]
    Value(Box<CellFault>),
}

/// A body with changes made, beside what stood before.
#[derive(Debug, Clone, PartialEq)]
pub struct Corrected {
    /// As the record stands: its last correction's body, or its own.
    pub before: Map<String, Value>,
    /// As it is to stand.
    pub after: Map<String, Value>,
}

impl Corrected {
    /// Makes changes to a body, one after the other. Codes are named as they are called where and when the record is, else `here`.
    ///
    /// # Errors
    /// [`ChangeError`].
    pub fn make(
        kind: Kind,
        before: Map<String, Value>,
        changes: &[Change],
        vocabulary: &Vocabulary,
        here: Here,
    ) -> Result<Self, ChangeError> {
        let mut body = Value::Object(before.clone());
        for change in changes {
            match change {
                Change::Body(anew) => body = Value::Object(anew.clone()),
                Change::Unset(path) => {
                    place(kind, path)?;
                    let (own, last) = descend(&mut body, path)?;
                    let gone = own.remove(last);
                    gone.ok_or_else(|| ChangeError::Absent(path.clone()))?;
                }
                Change::Set(text) => {
                    let (path, value) = text
                        .split_once('=')
                        .ok_or_else(|| ChangeError::NoValue(text.clone()))?;
                    let path = path.trim();
                    let field = place(kind, path)?;
                    let here = match &body {
                        Value::Object(body) => here.of(&View::new(kind, body)),
                        _ => here,
                    };
                    let value = read(kind, field, path, value, Words { vocabulary, here })?;
                    let (own, last) = descend(&mut body, path)?;
                    own.insert(last.to_owned(), value);
                }
            }
        }
        let after = match body {
            Value::Object(after) => after,
            _ => Map::new(),
        };
        Ok(Corrected { before, after })
    }

    /// Whether nothing is different.
    pub fn is_same(&self) -> bool {
        self.before == self.after
    }
}

/// The field at the end of a path such as `items[2].note`.
fn place(kind: Kind, path: &str) -> Result<&'static Field, ChangeError> {
    let missing = || ChangeError::NoField {
        kind,
        path: path.to_owned(),
    };
    let mut fields = schema(kind).fields;
    let mut found = None;
    let mut steps = path.split('.').peekable();
    while let Some(step) = steps.next() {
        let name = step.split('[').next().unwrap_or_default();
        // One entry of a list of plain values is set with its list.
        if name != step && steps.peek().is_none() {
            return Err(missing());
        }
        let field = fields.iter().find(|field| field.name == name);
        let field = field.ok_or_else(missing)?;
        fields = field.ty.nested();
        found = Some(field);
    }
    found.ok_or_else(missing)
}

/// The object that holds what a path ends with, and that member's name.
fn descend<'a, 'p>(
    body: &'a mut Value,
    path: &'p str,
) -> Result<(&'a mut Map<String, Value>, &'p str), ChangeError> {
    let absent = || ChangeError::Absent(path.to_owned());
    let (way, last) = path.rsplit_once('.').unwrap_or(("", path));
    let mut own = body;
    for step in way.split('.').filter(|step| !step.is_empty()) {
        let (name, place) = step.split_once('[').unwrap_or((step, ""));
        own = own.get_mut(name).ok_or_else(absent)?;
        if !place.is_empty() {
            let number = place.strip_suffix(']').and_then(|place| place.parse().ok());
            let number: usize = number.ok_or_else(absent)?;
            own = own.get_mut(number).ok_or_else(absent)?;
        }
    }
    Ok((own.as_object_mut().ok_or_else(absent)?, last))
}

/// A value as somebody types it.
fn read(
    kind: Kind,
    field: &Field,
    path: &str,
    text: &str,
    words: Words<'_>,
) -> Result<Value, ChangeError> {
    let fault = |problem| {
        ChangeError::Value(Box::new(CellFault {
            column: ColumnName::Field(kind, field.name.to_owned()),
            value: quote(text),
            problem,
        }))
    };
    let is_json = text.trim_start().starts_with(['{', '[']);
    match field.ty {
        FieldType::Object(_) | FieldType::File | FieldType::EntryRef(_) | FieldType::List(_)
            if is_json || matches!(field.ty, FieldType::Object(_) | FieldType::File) =>
        {
            let value = json::parse(text.trim()).map_err(|source| ChangeError::Json {
                path: path.to_owned(),
                source,
            })?;
            // What this library reads strictly, the other reads.
            Ok(serde_json::from_str(&json::to_jcs(&value)).unwrap_or_default())
        }
        ty => match read_worded(field.name, &ty, words, &Cell::Text(text.to_owned())) {
            Ok(Some(value)) => Ok(value),
            Ok(None) => Err(fault(told("desk-expect-unset"))),
            Err(problem) => Err(fault(problem)),
        },
    }
}

fn told(key: &str) -> CellProblem {
    let said = |lang| Catalogue::built_in().get(lang, key, &[]);
    CellProblem::Told {
        zh: said(Lang::Zh),
        en: said(Lang::En),
    }
}

/// What a correction says besides the body.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Grounds {
    /// Why, in words. Public.
    pub because: String,
    /// The day of the decision, `YYYY-MM-DD`.
    pub decided_on: String,
    /// The law it rests on.
    pub legal_basis: Option<String>,
    /// The objection it follows: how records name that entry.
    pub objection: Option<Strict>,
}

/// The body of the correction of a record; `region` is the record's.
///
/// # Errors
/// The corrected body is not JSON as records have it.
pub fn correction_body(
    target: &Found,
    kind: Kind,
    region: &str,
    after: &Map<String, Value>,
    grounds: &Grounds,
) -> Result<Strict, JsonError> {
    let corrected = json::parse(Value::Object(after.clone()).to_string())?;
    let view = View::new(kind, after);
    let mut members = BTreeMap::new();
    let mut put = |name: &str, value: Strict| members.insert(name.to_owned(), value);
    put("corrected_body", corrected);
    put("decided_on", grounds.decided_on.as_str().into());
    put("reason", grounds.because.as_str().into());
    put("region", region.into());
    put("target", target.reference());
    put("target_kind", kind.as_str().into());
    if let Some(code) = view.subject_code() {
        put("subject_uscc", code.as_str().into());
    }
    if let Some(name) = view.subject_name() {
        put("subject_name", name.into());
    }
    if let Some(basis) = &grounds.legal_basis {
        put("legal_basis", basis.as_str().into());
    }
    if let Some(objection) = &grounds.objection {
        put("objection", objection.clone());
    }
    Ok(Strict::Object(members))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn changed(changes: &[&str]) -> Result<Value, String> {
        let body = json!({"subject_name": "示例公司", "note": "x", "inspected_on": "2026-03-01",
            "items": [{"item_name": "a", "outcome": ["no_problem_found"]}]});
        let changes: Vec<Change> = changes
            .iter()
            .map(|text| match text.strip_prefix('-') {
                Some(path) => Change::Unset(path.to_owned()),
                None => Change::Set((*text).to_owned()),
            })
            .collect();
        let body = body.as_object().unwrap().clone();
        let made = Corrected::make(
            Kind::InspectionResult,
            body,
            &changes,
            Vocabulary::built_in(),
            Here {
                province: None,
                day: jiff::civil::date(2026, 3, 2),
            },
        );
        made.map(|made| Value::Object(made.after))
            .map_err(|error| error.to_string())
    }

    #[test]
    fn yes_and_no_are_typed_as_in_tables() {
        let made = |text: &str| {
            Corrected::make(
                Kind::Penalty,
                Map::new(),
                &[Change::Set(format!("lower_fine={text}"))],
                Vocabulary::built_in(),
                Here {
                    province: None,
                    day: jiff::civil::date(2026, 3, 2),
                },
            )
            .map(|made| made.after.get("lower_fine").cloned())
            .map_err(|error| error.to_string())
        };
        for (text, value) in [
            ("是", true),
            ("true", true),
            ("否", false),
            ("false", false),
        ] {
            assert_eq!(made(text), Ok(Some(value.into())), "{text}");
        }
        assert!(made("也许").is_err());
    }

    #[test]
    fn values_are_read_as_in_tables_and_nothing_is_guessed() {
        let made =
            changed(&["inspected_on=2026年3月2日", "-note", "items[0].item_name=b"]).unwrap();
        assert_eq!(made["inspected_on"], "2026-03-02");
        assert_eq!(made.get("note"), None);
        assert_eq!(made["items"][0]["item_name"], "b");
        let twice = changed(&["note=a", "note=b=c"]).unwrap();
        assert_eq!(twice["note"], "b=c");
        for (text, said) in [
            ("note", "field=value"),
            ("colour=red", "no field colour"),
            ("items[1].item_name=b", "nothing at items[1].item_name"),
            ("items[x].item_name=b", "nothing at"),
            ("items={", "JSON"),
            ("inspected_on=3/2", "3/2"),
            ("inspected_on=", "--unset"),
            ("items[0].outcome=mood", "mood"),
            ("items[0]=b", "no field"),
            ("-penalty", "no field"),
            ("-subject_uscc", "nothing at subject_uscc"),
            ("note.x=1", "no field"),
            ("=1", "no field"),
        ] {
            let found = changed(&[text]).unwrap_err();
            assert!(found.contains(said), "{text}: {found}");
        }
    }
}
