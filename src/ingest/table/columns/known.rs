//! The fields of a kind that columns can fill, and by which headers each is known. It looks at no table.

use super::ITEMS;
use crate::domain::{Field, FieldType, Kind, schema};
use crate::ingest::table::fault::field_name;
use crate::ingest::table::names::{self, Unit, fold_name};
use crate::ingest::table::value;
use crate::text::{Catalogue, Lang};
use std::collections::HashMap;

/// A field that a column can fill.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::ingest::table) struct Slot {
    /// Name of the column: the field's, or `item_…` for a field of the one inspection item.
    pub(in crate::ingest::table) name: &'static str,
    /// The field.
    pub(in crate::ingest::table) field: &'static Field,
    /// Whether it belongs to the inspection item.
    pub(in crate::ingest::table) in_item: bool,
}

/// The fields of a kind that columns can fill, in the order of the table.
pub(in crate::ingest::table) fn slots(kind: Kind) -> Vec<Slot> {
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

/// Names of columns to slots.
pub(super) struct Known {
    pub(super) slots: Vec<Slot>,
    names: HashMap<String, usize>,
}

impl Known {
    pub(super) fn of(kind: Kind) -> Self {
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
    pub(super) fn find(&self, header: &str) -> Option<(usize, Option<Unit>)> {
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
