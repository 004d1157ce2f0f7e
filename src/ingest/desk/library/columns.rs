//! Which column of a department's list fills which part of a leaf. Nothing is guessed from values, and no column is dropped in
//! silence.

use crate::domain::{FieldType, Kind};
use crate::ingest::table::{
    Cell, CellFault, CellProblem, ColumnName, ColumnsError, HeaderProblem, Row, SetProblem,
    field_name, fold_name, is_ignored, quote, read_plain, trim,
};
use crate::text::Lang;
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// The kind whose names columns bear in the catalogues.
pub const NAMED_BY: Kind = Kind::Snapshot;

/// What the leaves are made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Objects with their strata in the open.
    Objects,
    /// Objects whose classes are sealed.
    Sealed,
    /// Officers.
    Officers,
}

/// A part of a leaf that a column fills.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Part {
    pub(super) name: &'static str,
    required: bool,
    ty: FieldType,
}

const TOKEN: FieldType = FieldType::Token;
const TOKENS: FieldType = FieldType::List(&FieldType::Token);

const fn part(name: &'static str, required: bool, ty: FieldType) -> Part {
    Part { name, required, ty }
}

const OBJECTS: &[Part] = &[
    part("target_id", true, FieldType::DrawId),
    part("stratum", true, TOKEN),
    part("departments", true, TOKENS),
    part("exclusion", false, TOKEN),
];
const SEALED: &[Part] = &[
    part("target_id", true, FieldType::DrawId),
    part("class", true, TOKEN),
    part("exclusion", false, TOKEN),
];
const OFFICERS: &[Part] = &[
    part("officer_id", false, FieldType::DrawId),
    part("certificate", false, FieldType::DrawId),
    part("department", true, TOKEN),
    part("qualifications", false, TOKENS),
];

impl Shape {
    pub(super) fn parts(self) -> &'static [Part] {
        match self {
            Shape::Objects => OBJECTS,
            Shape::Sealed => SEALED,
            Shape::Officers => OFFICERS,
        }
    }

    fn table(self) -> &'static str {
        match self {
            Shape::Objects | Shape::Sealed => "objects",
            Shape::Officers => "officers",
        }
    }
}

static ALIASES: LazyLock<BTreeMap<String, BTreeMap<String, Vec<String>>>> =
    LazyLock::new(|| toml::from_str(include_str!("columns.toml")).expect("a test reads this file"));

/// The part that a header names.
fn find(shape: Shape, header: &str) -> Option<usize> {
    let folded = fold_name(header);
    let aliases = ALIASES.get(shape.table());
    let is = |part: &&Part| {
        if part.name == "target_id" && is_of_codes(header) {
            return true;
        }
        let own = aliases.and_then(|table| table.get(part.name));
        fold_name(part.name) == folded
            || Lang::ALL
                .iter()
                .any(|lang| fold_name(&field_name(*lang, NAMED_BY, part.name)) == folded)
            || own
                .into_iter()
                .flatten()
                .any(|alias| fold_name(alias) == folded)
    };
    let parts = shape.parts();
    // The very name before any alias.
    let exact = parts.iter().position(|part| fold_name(part.name) == folded);
    exact.or_else(|| parts.iter().position(|part| is(&part)))
}

/// Whether a column of that name holds credit codes only.
pub(super) fn is_of_codes(header: &str) -> bool {
    let folded = fold_name(header);
    let names = ALIASES
        .get("codes")
        .and_then(|table| table.get("columns"))
        .into_iter()
        .flatten();
    let mut names = names.map(|name| fold_name(name));
    names.any(|name| name == folded)
        || Lang::ALL
            .iter()
            .any(|lang| fold_name(&code_column(*lang)) == folded)
}

/// What a column of credit codes is called.
pub(super) fn code_column(lang: Lang) -> String {
    field_name(lang, Kind::InspectionResult, "subject_uscc")
}

/// Whether a column of that name holds nothing for a leaf.
fn says_nothing(shape: Shape, header: &str) -> bool {
    let folded = fold_name(header);
    let own = ALIASES
        .get("ignored")
        .and_then(|table| table.get("columns"));
    let listed = own
        .into_iter()
        .flatten()
        .any(|name| fold_name(name) == folded);
    // Both kinds of lists of objects have the columns of the other.
    let other = match shape {
        Shape::Sealed => find(Shape::Objects, header).is_some(),
        Shape::Objects => find(Shape::Sealed, header).is_some(),
        Shape::Officers => false,
    };
    listed || other || is_ignored(&folded)
}

/// How many columns a header row would give.
pub(super) fn recognised(shape: Shape, head: &[Row]) -> usize {
    let count = |row: &Row| {
        let cells = row.cells.iter();
        cells
            .filter(|cell| find(shape, cell.shown()).is_some())
            .count()
    };
    head.iter().map(count).max().unwrap_or(0)
}

/// The columns of one list.
pub(super) struct Columns {
    shape: Shape,
    pub(super) header_line: u64,
    headers: Vec<String>,
    /// For each column its part.
    targets: Vec<Option<usize>>,
    defaults: Vec<Option<Value>>,
}

/// The values of a row by part.
pub(super) struct Values<'a> {
    columns: &'a Columns,
    values: Vec<Option<Value>>,
}

impl Columns {
    /// Finds the header in the first rows; with the headers that are left out.
    pub(super) fn find(
        shape: Shape,
        head: &[Row],
        set: &[(String, String)],
        ignore_unknown: bool,
    ) -> Result<(Self, Vec<String>), ColumnsError> {
        let parts = shape.parts();
        let mut defaults = vec![None; parts.len()];
        for (name, text) in set {
            let at = find(shape, name).ok_or_else(|| SetProblem::Unknown(name.clone()))?;
            let read = read_plain(parts[at].name, &parts[at].ty, &Cell::Text(text.clone()));
            defaults[at] = read.map_err(|problem| {
                SetProblem::Value(CellFault {
                    column: ColumnName::Field(NAMED_BY, parts[at].name.to_owned()),
                    value: quote(text),
                    problem,
                })
            })?;
        }
        let count = |row: &&Row| recognised(shape, std::slice::from_ref(*row));
        let best = head.iter().rev().max_by_key(count);
        let Some(header) = best.filter(|row| count(row) >= 1) else {
            let first = head.iter().find(|row| !row.is_blank());
            let cells = first.map(|row| row.cells.as_slice()).unwrap_or_default();
            let cells = cells.iter().map(|cell| quote(cell.shown()));
            return Err(HeaderProblem::NotFound(cells.take(20).collect()).into());
        };
        let headers = header.cells.iter();
        let headers: Vec<String> = headers.map(|cell| trim(cell.shown()).to_owned()).collect();
        let mut columns = Columns {
            shape,
            header_line: header.line,
            targets: Vec::with_capacity(headers.len()),
            headers,
            defaults,
        };
        let (mut left_out, mut unknown) = (Vec::new(), Vec::new());
        for (at, header) in columns.headers.iter().enumerate() {
            let target = find(shape, header).filter(|_| !header.is_empty());
            let twice = columns
                .targets
                .iter()
                .position(|one| target.is_some() && *one == target);
            if let (Some(part), Some(first)) = (target, twice) {
                let headers = vec![columns.headers[first].clone(), columns.headers[at].clone()];
                return Err(HeaderProblem::Twice(parts[part].name.to_owned(), headers).into());
            }
            match target {
                None if header.is_empty() => {}
                None if says_nothing(shape, header) => left_out.push(header.clone()),
                None => unknown.push(header.clone()),
                Some(_) => {}
            }
            columns.targets.push(target);
        }
        if !unknown.is_empty() && !ignore_unknown {
            return Err(HeaderProblem::Unknown(unknown).into());
        }
        left_out.extend(unknown);
        let missing = parts.iter().enumerate().filter(|(at, part)| {
            part.required
                && !columns.targets.contains(&Some(*at))
                && columns.defaults[*at].is_none()
        });
        let missing: Vec<String> = missing.map(|(_, part)| part.name.to_owned()).collect();
        match missing.is_empty() {
            true => Ok((columns, left_out)),
            false => Err(HeaderProblem::Missing(missing).into()),
        }
    }

    /// The values of a row.
    ///
    /// # Errors
    /// Every cell that cannot be read.
    pub(super) fn values(&self, row: &Row) -> Result<Values<'_>, Vec<CellFault>> {
        let parts = self.shape.parts();
        let mut values = self.defaults.clone();
        let mut faults = Vec::new();
        // A cell beyond the last header is a row whose cells have moved: none of them is believed.
        for (at, cell) in row.cells.iter().enumerate().skip(self.targets.len()) {
            if !trim(cell.shown()).is_empty() {
                faults.push(CellFault {
                    column: ColumnName::Number(at + 1),
                    value: quote(cell.shown()),
                    problem: CellProblem::Beyond,
                });
            }
        }
        for (at, target) in self.targets.iter().enumerate() {
            let Some(part) = *target else { continue };
            let Some(cell) = row.cells.get(at) else {
                continue;
            };
            match read_plain(parts[part].name, &parts[part].ty, cell) {
                Ok(Some(value)) => values[part] = Some(value),
                Ok(None) => {}
                Err(problem) => faults.push(CellFault {
                    column: ColumnName::Header(self.headers[at].clone()),
                    value: quote(cell.shown()),
                    problem,
                }),
            }
        }
        match faults.is_empty() {
            true => Ok(Values {
                columns: self,
                values,
            }),
            false => Err(faults),
        }
    }

    /// A fault of a part, under the header that the list has for it.
    pub(super) fn fault(&self, name: &'static str, value: &str, problem: CellProblem) -> CellFault {
        let part = self.part(name);
        let at = self
            .targets
            .iter()
            .position(|one| part.is_some() && *one == part);
        CellFault {
            column: match at {
                Some(at) => ColumnName::Header(self.headers[at].clone()),
                None => ColumnName::Field(NAMED_BY, name.to_owned()),
            },
            value: quote(value),
            problem,
        }
    }

    /// Whether the ids of objects stand in a column of credit codes.
    pub(super) fn are_codes(&self) -> bool {
        let id = self.part("target_id");
        let mut columns = self.targets.iter().zip(&self.headers);
        columns.any(|(target, header)| id.is_some() && *target == id && is_of_codes(header))
    }

    fn part(&self, name: &str) -> Option<usize> {
        self.shape.parts().iter().position(|part| part.name == name)
    }
}

impl Values<'_> {
    /// The text of a part; empty where the row has none.
    pub(super) fn text(&self, name: &str) -> &str {
        let at = self.columns.part(name);
        let value = at.and_then(|at| self.values[at].as_ref());
        value.and_then(Value::as_str).unwrap_or_default()
    }

    /// Whether the ids of objects stand in a column of credit codes.
    pub(super) fn are_codes(&self) -> bool {
        self.columns.are_codes()
    }

    /// The members of a part that is a list.
    pub(super) fn list(&self, name: &str) -> Vec<&str> {
        let at = self.columns.part(name);
        let value = at.and_then(|at| self.values[at].as_ref());
        let list = value.and_then(Value::as_array);
        list.into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect()
    }

    /// A fault of a part, under the header that the list has for it.
    pub(super) fn fault(&self, name: &'static str, value: &str, problem: CellProblem) -> CellFault {
        self.columns.fault(name, value, problem)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_alias_is_of_one_part() {
        for shape in [Shape::Objects, Shape::Sealed, Shape::Officers] {
            let parts = shape.parts();
            let known: BTreeSet<&str> = [OBJECTS, SEALED, OFFICERS]
                .concat()
                .iter()
                .map(|part| part.name)
                .collect();
            for (part, aliases) in &ALIASES[shape.table()] {
                assert!(known.contains(part.as_str()), "{part}");
                for alias in aliases {
                    if let Some(at) = find(shape, alias) {
                        assert_eq!(parts[at].name, part, "{alias}");
                    }
                }
            }
            for part in parts {
                for lang in Lang::ALL {
                    let name = field_name(*lang, NAMED_BY, part.name);
                    assert_ne!(name, part.name, "{}: a name for people", part.name);
                    let at = find(shape, &name).unwrap();
                    assert_eq!(parts[at].name, part.name, "{name}");
                }
            }
        }
    }
}
