//! A snapshot commits to the file it names: leaves of its form, in order, as many and with the root that it says.

use super::{Desk, Said, breach, list};
use crate::domain::{Breach, FieldError, Problem};
use crate::intake::Refusal;
use gongshi_verify::draw::leaf::Leaf;
use gongshi_verify::draw::library::{Form, Library, LibraryError};
use gongshi_verify::encoding::hex;
use gongshi_verify::time::Timestamp;
use serde_json::Value;
use std::collections::BTreeMap;

impl From<LibraryError> for Breach {
    fn from(error: LibraryError) -> Self {
        let at = |line: u64| line.to_string();
        match error {
            LibraryError::Leaf { line, .. } | LibraryError::Form { line } => {
                Breach::LibraryLeaf { line: at(line) }
            }
            LibraryError::Order { line } => Breach::LibraryOrder { line: at(line) },
            LibraryError::Repeated { .. } => Breach::LibrarySalt,
            LibraryError::Unended => Breach::LibraryUnended,
        }
    }
}

/// A library can be challenged for at most so many days. Who could put that off for ever could keep an older one the newest that can be used.
const CHALLENGE_DAYS: i64 = 60;

/// That the time in which it can be challenged comes to an end.
pub(super) fn admit(said: Said<'_>, now: i64) -> Result<(), Refusal> {
    let until = said.text("challenge_until");
    match Timestamp::parse(until) {
        Ok(time) if time.unix() > now + CHALLENGE_DAYS * 86_400 => {
            let most = CHALLENGE_DAYS.to_string();
            Err(breach(
                "challenge_until",
                until,
                Breach::ChallengeLong { most },
            ))
        }
        _ => Ok(()),
    }
}

impl Desk<'_> {
    pub(super) fn inspect_library(&self, said: Said<'_>) -> Result<(), Refusal> {
        let file = said.body.get("leaves").and_then(|file| file.get("sha256"));
        let sha256 = file.and_then(Value::as_str).unwrap_or_default();
        let text = self.text(sha256)?;
        let form = Form::announced(said.text("library"), said.text("library_form") == "sealed");
        let library = Library::parse(form, &text)
            .map_err(|error| breach("leaves", sha256, Breach::from(error)))?;
        let root = hex(&library.root());
        if said.text("root") != root {
            let differs = Breach::LibraryRoot { expected: root };
            return Err(breach("root", said.text("root"), differs));
        }
        let mut faults = Vec::new();
        let count = library.leaves().len() as u64;
        compare("count", said.integer("count"), count, &mut faults);
        for (field, token) in [
            ("strata", "stratum"),
            ("exclusions", "exclusion"),
            ("qualifications", "qualification"),
        ] {
            explain(
                said.list(field),
                field,
                token,
                &tokens(&library, field),
                library.form() == Form::Sealed,
                &mut faults,
            );
        }
        match faults.is_empty() {
            true => Ok(()),
            false => Err(Refusal::Draw(faults)),
        }
    }
}

/// How many leaves have each token of a sort.
fn tokens(library: &Library<'_>, field: &str) -> BTreeMap<String, u64> {
    let mut counts = BTreeMap::new();
    let mut add = |token: &str| *counts.entry(token.to_owned()).or_default() += 1;
    for leaf in library.leaves() {
        match (field, leaf) {
            ("strata", Leaf::Target(target)) => add(target.stratum),
            ("exclusions", Leaf::Target(target)) => target.exclusion.into_iter().for_each(&mut add),
            ("exclusions", Leaf::Sealed(target)) => target.exclusion.into_iter().for_each(&mut add),
            ("qualifications", Leaf::Officer(officer)) => {
                officer.qualifications.iter().for_each(&mut add);
            }
            _ => {}
        }
    }
    counts
}

/// Where a snapshot explains its tokens, it explains all that occur, with their right numbers.
fn explain(
    explained: &[Value],
    field: &str,
    token: &str,
    counts: &BTreeMap<String, u64>,
    is_sealed: bool,
    faults: &mut Vec<FieldError>,
) {
    if explained.is_empty() {
        return;
    }
    let name = |one: &Value| {
        one.get(token)
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    for (at, one) in explained.iter().enumerate() {
        let Some(said) = one.get("leaf_count") else {
            continue;
        };
        let path = format!("{field}[{at}].leaf_count");
        match is_sealed && field == "strata" {
            // Of sealed classes nobody can count the leaves, and the numbers of small ones would give them away.
            true => faults.push(FieldError {
                path,
                value: said.to_string(),
                problem: Problem::NotAllowed,
            }),
            false => {
                let found = counts.get(&name(one)).copied().unwrap_or_default();
                compare(&path, said.as_u64(), found, faults);
            }
        }
    }
    let explained: Vec<String> = list(Some(&Value::Array(explained.to_vec())))
        .iter()
        .map(name)
        .collect();
    for stray in counts.keys().filter(|token| !explained.contains(token)) {
        faults.push(FieldError {
            path: field.to_owned(),
            value: String::new(),
            problem: Problem::Breach(Box::new(Breach::TokenUnexplained {
                token: stray.clone(),
            })),
        });
    }
}

fn compare(path: &str, said: Option<u64>, found: u64, faults: &mut Vec<FieldError>) {
    if said != Some(found) {
        faults.push(FieldError {
            path: path.to_owned(),
            value: said.unwrap_or_default().to_string(),
            problem: Problem::Breach(Box::new(Breach::LibraryCount {
                expected: found.to_string(),
            })),
        });
    }
}
