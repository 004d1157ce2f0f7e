//! Which column of a table fills which field, and rows to bodies by it.
//!
//! A column is found by the field's name, its name in either catalogue, or an alias. Nothing is guessed from values, and
//! no column is dropped in silence.

use super::cell::{Cell, Row};
use super::fault::{CellFault, CellProblem, ColumnName, field_name, quote};
use super::names::{self, Unit, fold_name};
use super::value::{self, Words};
use super::vocabulary::{Here, Vocabulary};
use crate::domain::{
    Field, FieldError, FieldType, Kind, Presence, Problem, Role, View, schema, validate,
};
use crate::text::{Catalogue, Lang};
use jiff::civil::Date;
use serde_json::{Map, Value};
use std::collections::HashMap;
use std::sync::Arc;

/// Rows looked at for the header; titles often stand above it.
pub(super) const HEAD_ROWS: usize = 10;
/// The field that holds inspection items.
const ITEMS: &str = "items";
/// The field that an item repeats.
const OUTCOME: &str = "outcome";

/// A field that a column can fill.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Slot {
    /// Name of the column: the field's, or `item_…` for a field of the one inspection item.
    pub(super) name: &'static str,
    /// The field.
    pub(super) field: &'static Field,
    /// Whether it belongs to the inspection item.
    pub(super) in_item: bool,
}

/// The fields of a kind that columns can fill, in the order of the table.
pub(super) fn slots(kind: Kind) -> Vec<Slot> {
    let mut slots = Vec::new();
    for field in schema(kind).fields {
        if field.name == ITEMS {
            slots.extend(field.ty.nested().iter().map(|nested| Slot {
                name: match nested.name {
                    "outcome" => "item_outcome",
                    "result_text" => "item_result_text",
                    name => name,
                },
                field: nested,
                in_item: true,
            }));
        } else if value::is_importable(&field.ty) {
            slots.push(Slot {
                name: field.name,
                field,
                in_item: false,
            });
        }
    }
    slots
}

/// What a column is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Target {
    /// Fills a slot; amounts in that unit.
    Slot(usize, Option<Unit>),
    /// Nothing the log holds.
    Ignored,
    /// The reason that an earlier import wrote beside a bad row.
    Reason,
    /// No header stands over it.
    Blank,
}

/// Why a header cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HeaderProblem {
    /// No row of the first ones looks like a header: what the first one holds.
    #[error("no header in the first rows; the first holds {}", .0.join(", "))]
    NotFound(Vec<String>),
    /// Columns that no field is known by.
    #[error("no field is known by the columns {}", .0.join(", "))]
    Unknown(Vec<String>),
    /// Two columns for one field: its name, and the headers.
    #[error("field {} has the columns {}", .0, .1.join(", "))]
    Twice(String, Vec<String>),
    /// Required fields without a column or a set value, by name.
    #[error("there is no column for {}", .0.join(", "))]
    Missing(Vec<String>),
}

/// A value given for a field on the command line cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SetProblem {
    /// The kind has no such column.
    #[error("no field is known as {0}")]
    Unknown(String),
    /// The value is not one of that field.
    #[error("{:?} is no value of that field", .0.value)]
    Value(CellFault),
}

/// Names of columns to slots.
struct Known {
    slots: Vec<Slot>,
    names: HashMap<String, usize>,
}

impl Known {
    fn of(kind: Kind) -> Self {
        let slots = slots(kind);
        let mut names = HashMap::new();
        // The surest names first: they are not taken over by later ones.
        for (at, slot) in slots.iter().enumerate() {
            names.entry(fold_name(slot.name)).or_insert(at);
        }
        for (at, slot) in slots.iter().enumerate() {
            for lang in Lang::ALL {
                let name = fold_name(&field_name(*lang, kind, slot.name));
                names.entry(name).or_insert(at);
            }
        }
        for table in [kind.as_str(), "any"] {
            let Some(columns) = names::aliases().columns.get(table) else {
                continue;
            };
            for (at, slot) in slots.iter().enumerate() {
                for alias in columns.get(slot.name).into_iter().flatten() {
                    names.entry(fold_name(alias)).or_insert(at);
                }
            }
        }
        for (at, slot) in slots.iter().enumerate().filter(|(_, slot)| !slot.in_item) {
            for lang in Lang::ALL {
                let name = Catalogue::built_in().field(*lang, "", slot.name);
                names.entry(fold_name(&name)).or_insert(at);
            }
        }
        Known { slots, names }
    }

    /// The slot a header names, with the unit it states.
    fn find(&self, header: &str) -> Option<(usize, Option<Unit>)> {
        let folded = fold_name(header);
        let is_money = |at: &usize| self.slots[*at].field.ty == FieldType::MoneyFen;
        if let Some(at) = self.names.get(&folded) {
            return Some((*at, names::silent_unit(&folded)));
        }
        if let Some((name, unit)) = names::split_unit(&folded)
            && let Some(at) = self.names.get(name).filter(|at| is_money(at))
        {
            return Some((*at, Some(unit)));
        }
        // A remark in brackets: how dates are written, what codes mean.
        let (name, _) = folded.strip_suffix(')')?.rsplit_once('(')?;
        let at = self.names.get(name).filter(|at| !is_money(at))?;
        Some((*at, None))
    }
}

/// The columns of one table.
pub struct Columns {
    kind: Kind,
    slots: Vec<Slot>,
    /// Line of the header.
    pub header_line: u64,
    /// The header as it stands.
    pub headers: Vec<String>,
    targets: Vec<Target>,
    /// Values for slots that a row leaves empty.
    defaults: Vec<Option<Value>>,
    reading: Reading,
}

/// By which words a table's codes are read, and where and when rows are that do not say it.
#[derive(Debug, Clone)]
pub struct Reading {
    /// The words.
    pub vocabulary: Arc<Vocabulary>,
    /// Where and when.
    pub here: Here,
}

impl Reading {
    fn words(&self) -> Words<'_> {
        Words {
            vocabulary: &self.vocabulary,
            here: self.here,
        }
    }
}

impl Columns {
    /// How many columns a header row would give; to choose between ways to read a file.
    pub(in crate::ingest) fn recognised(kind: Kind, head: &[Row]) -> usize {
        let known = Known::of(kind);
        let count = |row: &Row| {
            let cells = row.cells.iter();
            cells
                .filter(|cell| known.find(cell.shown()).is_some())
                .count()
        };
        head.iter().map(count).max().unwrap_or(0)
    }

    /// Whether the first rows begin a table of the kind: a header that has what every record needs, and a row below it.
    pub(in crate::ingest) fn begin(
        kind: Kind,
        head: &[Row],
        set: &[(String, String)],
        reading: &Reading,
    ) -> bool {
        match Columns::find(kind, head, set, true, reading) {
            Ok((columns, _)) => head
                .last()
                .is_some_and(|row| row.line > columns.header_line),
            // To be mended, not passed over.
            Err(ColumnsError::Header(HeaderProblem::Twice(..))) => true,
            Err(_) => false,
        }
    }

    /// Finds the header in the first rows of a table. `set` gives values for fields, by any name of their column.
    pub fn find(
        kind: Kind,
        head: &[Row],
        set: &[(String, String)],
        ignore_unknown: bool,
        reading: &Reading,
    ) -> Result<(Self, Vec<String>), ColumnsError> {
        let known = Known::of(kind);
        let mut defaults = vec![None; known.slots.len()];
        for (name, text) in set {
            let unknown = || SetProblem::Unknown(name.clone());
            let (at, unit) = known.find(name).ok_or_else(unknown)?;
            let slot = known.slots[at];
            let cell = Cell::Text(text.clone());
            defaults[at] = value::read(slot.name, &slot.field.ty, unit, reading.words(), &cell)
                .map_err(|problem| {
                    SetProblem::Value(CellFault {
                        column: ColumnName::Field(kind, slot.name.to_owned()),
                        value: quote(text),
                        problem,
                    })
                })?;
        }
        let count = |row: &&Row| {
            let cells = row.cells.iter();
            cells
                .filter(|cell| known.find(cell.shown()).is_some())
                .count()
        };
        // The first of equals: a later row that happens to repeat words is data.
        let best = head.iter().rev().max_by_key(count);
        let Some(header) = best.filter(|row| count(row) >= 2) else {
            let first = head.iter().find(|row| !row.is_blank());
            let cells = first.map(|row| row.cells.as_slice()).unwrap_or_default();
            let cells = cells.iter().map(|cell| quote(cell.shown()));
            return Err(HeaderProblem::NotFound(cells.take(20).collect()).into());
        };
        let mut headers: Vec<String> = header
            .cells
            .iter()
            .map(|cell| names::trim(cell.shown()).to_owned())
            .collect();
        while headers.last().is_some_and(String::is_empty) {
            headers.pop();
        }
        let mut columns = Columns {
            kind,
            slots: known.slots.clone(),
            header_line: header.line,
            targets: Vec::with_capacity(headers.len()),
            headers,
            defaults,
            reading: reading.clone(),
        };
        let left_out = columns.assign(&known, ignore_unknown)?;
        Ok((columns, left_out))
    }

    /// Gives each header its target; the headers that are left out.
    fn assign(
        &mut self,
        known: &Known,
        ignore_unknown: bool,
    ) -> Result<Vec<String>, HeaderProblem> {
        let (mut left_out, mut unknown) = (Vec::new(), Vec::new());
        let mut taken: HashMap<usize, &str> = HashMap::new();
        let reason = |lang: &Lang| {
            let catalogue = Catalogue::built_in();
            fold_name(&catalogue.get(*lang, "import-reason", &[]))
        };
        let reasons: Vec<String> = Lang::ALL.iter().map(reason).collect();
        for header in &self.headers {
            let folded = fold_name(header);
            let target = if header.is_empty() {
                Target::Blank
            } else if let Some((at, unit)) = known.find(header) {
                if let Some(other) = taken.insert(at, header) {
                    let headers = vec![other.to_owned(), header.clone()];
                    return Err(HeaderProblem::Twice(
                        self.slots[at].name.to_owned(),
                        headers,
                    ));
                }
                Target::Slot(at, unit)
            } else if reasons.contains(&folded) {
                Target::Reason
            } else {
                if names::is_ignored(&folded) {
                    left_out.push(header.clone());
                } else {
                    unknown.push(header.clone());
                }
                Target::Ignored
            };
            self.targets.push(target);
        }
        if !unknown.is_empty() && !ignore_unknown {
            return Err(HeaderProblem::Unknown(unknown));
        }
        let missing = self.slots.iter().enumerate().filter(|(at, slot)| {
            slot.field.required == Presence::Required
                && !slot.in_item
                && !taken.contains_key(at)
                && self.defaults[*at].is_none()
                // The result as a whole may be told by its one item.
                && !(slot.name == OUTCOME
                    && taken.keys().any(|at| self.slots[*at].name == "item_outcome"))
        });
        let missing: Vec<String> = missing.map(|(_, slot)| slot.name.to_owned()).collect();
        if !missing.is_empty() {
            return Err(HeaderProblem::Missing(missing));
        }
        left_out.extend(unknown);
        Ok(left_out)
    }

    /// Places of the cells that are the departments' own, for a row to be written back unchanged.
    pub fn own_columns(&self) -> impl Iterator<Item = usize> {
        let targets = self.targets.iter().enumerate();
        targets.filter_map(|(at, target)| (*target != Target::Reason).then_some(at))
    }

    /// The body a row states on a day in China.
    ///
    /// # Errors
    /// Every fault found in it.
    pub fn body(&self, row: &Row, day: Date) -> Result<Map<String, Value>, Vec<CellFault>> {
        let mut faults = Vec::new();
        let mut values: Vec<Option<Value>> = vec![None; self.slots.len()];
        let words = Words {
            vocabulary: &self.reading.vocabulary,
            here: self.here(row, day),
        };
        for (at, cell) in row.cells.iter().enumerate() {
            let problem = match self.targets.get(at) {
                Some(Target::Slot(slot, unit)) => {
                    let Slot { name, field, .. } = self.slots[*slot];
                    match value::read(name, &field.ty, *unit, words, cell) {
                        Ok(value) => {
                            values[*slot] = value;
                            continue;
                        }
                        Err(problem) => problem,
                    }
                }
                Some(Target::Ignored | Target::Reason) => continue,
                Some(Target::Blank) | None if names::trim(cell.shown()).is_empty() => continue,
                Some(Target::Blank) | None => CellProblem::Beyond,
            };
            faults.push(CellFault {
                column: self.place(at),
                value: quote(cell.shown()),
                problem,
            });
        }
        for (value, default) in values.iter_mut().zip(&self.defaults) {
            if value.is_none() {
                value.clone_from(default);
            }
        }
        let body = self.assemble(values);
        if let Err(errors) = validate(self.kind, &body, day) {
            let of_cells = faults.len();
            for error in errors {
                let slot = self.slot_of(&error.path);
                let already = |fault: &CellFault| {
                    slot.is_some_and(|slot| fault.column == self.column_name(slot))
                };
                // A field that could not be read is not also missing, and what hangs on it cannot be judged.
                let follows = matches!(
                    error.problem,
                    Problem::MissingOneOf { .. } | Problem::NotAllowed
                );
                if of_cells > 0 && (follows || faults[..of_cells].iter().any(already)) {
                    continue;
                }
                let problem = CellProblem::Domain(error.problem);
                faults.push(self.fault_at(row, &error.path, &error.value, problem));
            }
        }
        if faults.is_empty() {
            let view = View::new(self.kind, &body);
            for error in words.vocabulary.faults(&view, words.here) {
                let problem = CellProblem::Domain(error.problem);
                let fault = self.fault_at(row, &error.path, &error.value, problem);
                // One cell may tell of the whole and of its one item.
                if !faults.contains(&fault) {
                    faults.push(fault);
                }
            }
        }
        if faults.is_empty() {
            Ok(body)
        } else {
            Err(faults)
        }
    }

    /// Where and when a row is, as far as it says so: its codes are read by that. What cannot be read is a fault of its own, told elsewhere.
    fn here(&self, row: &Row, day: Date) -> Here {
        let mut said = Map::new();
        for (at, slot) in self.slots.iter().enumerate() {
            if slot.in_item || !matches!(slot.field.role, Role::Region | Role::MainDate) {
                continue;
            }
            let cell = self.column_of(at).and_then(|column| row.cells.get(column));
            let words = self.reading.words();
            let read = cell.and_then(|cell| {
                let read = value::read(slot.name, &slot.field.ty, None, words, cell);
                read.ok().flatten()
            });
            let value = read.or_else(|| self.defaults[at].clone());
            said.extend(value.map(|value| (slot.field.name.to_owned(), value)));
        }
        let own = Here {
            day,
            ..self.reading.here
        };
        own.of(&View::new(self.kind, &said))
    }

    /// Puts values in their places; the cells of an item become a list of one.
    fn assemble(&self, values: Vec<Option<Value>>) -> Map<String, Value> {
        let (mut body, mut item) = (Map::new(), Map::new());
        for (slot, value) in self.slots.iter().zip(values) {
            if let Some(value) = value {
                let object = if slot.in_item { &mut item } else { &mut body };
                object.insert(slot.field.name.to_owned(), value);
            }
        }
        if item.is_empty() {
            return body;
        }
        match (body.get(OUTCOME), item.get(OUTCOME)) {
            (Some(overall), None) => {
                item.insert(OUTCOME.to_owned(), overall.clone());
            }
            (None, Some(single)) => {
                body.insert(OUTCOME.to_owned(), single.clone());
            }
            _ => {}
        }
        body.insert(ITEMS.to_owned(), Value::Array(vec![Value::Object(item)]));
        body
    }

    /// What was found, after the form of the row was good, in the field at that path; `value` where no cell holds it.
    pub fn fault_at(&self, row: &Row, path: &str, value: &str, problem: CellProblem) -> CellFault {
        let slot = self.slot_of(path);
        let column = slot.and_then(|slot| self.column_of(slot));
        let cell = column.and_then(|column| row.cells.get(column));
        let shown = cell.map_or(value, |cell| cell.shown());
        CellFault {
            column: match slot {
                Some(slot) => self.column_name(slot),
                None => ColumnName::Field(self.kind, FieldError::field_of(path).to_owned()),
            },
            value: quote(if shown.is_empty() { value } else { shown }),
            problem,
        }
    }

    /// The slot whose value an error is about.
    fn slot_of(&self, path: &str) -> Option<usize> {
        let in_item = path.starts_with(ITEMS);
        let top = path.split(['.', '[']).next().unwrap_or_default();
        let name = if in_item {
            FieldError::field_of(path)
        } else {
            top
        };
        let is_it = |slot: &Slot| slot.in_item == in_item && slot.field.name == name;
        let slot = self.slots.iter().position(is_it)?;
        // An item without an outcome of its own took that of the whole.
        if in_item && name == OUTCOME && self.column_of(slot).is_none() {
            let whole = |slot: &Slot| !slot.in_item && slot.field.name == OUTCOME;
            return self.slots.iter().position(whole);
        }
        Some(slot)
    }

    fn column_of(&self, slot: usize) -> Option<usize> {
        let of = |t: &Target| matches!(t, Target::Slot(at, _) if *at == slot);
        self.targets.iter().position(of)
    }

    /// What a place is called: by its header, else by the nearest header on its left. A column of reasons does not count:
    /// the place is called the same in the file of bad rows.
    fn place(&self, at: usize) -> ColumnName {
        let header = |at: usize| self.headers.get(at).filter(|header| !header.is_empty());
        if let Some(header) = header(at) {
            return ColumnName::Header(header.clone());
        }
        let own = |at: &usize| self.targets.get(*at) != Some(&Target::Reason);
        let mut left = (1..).zip((0..at).rev().filter(own));
        let beside = left.find_map(|(distance, at)| Some((distance, header(at)?)));
        match beside {
            Some((distance, header)) => ColumnName::Beside(header.clone(), distance),
            None => ColumnName::Number(at + 1),
        }
    }

    fn column_name(&self, slot: usize) -> ColumnName {
        match self.column_of(slot) {
            Some(column) => ColumnName::Header(self.headers[column].clone()),
            None => ColumnName::Field(self.kind, self.slots[slot].name.to_owned()),
        }
    }
}

/// Why a table's columns could not be settled.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ColumnsError {
    /// The header.
    #[error(transparent)]
    Header(#[from] HeaderProblem),
    /// A value of the command line.
    #[error(transparent)]
    Set(#[from] SetProblem),
}
