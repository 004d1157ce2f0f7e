//! What records say and how many entries there were, as cells: the model counts them, nothing is read here.

use super::cells::Cell;
use crate::domain::Kind;
use crate::model::{Published, Said};

/// Of the records of a kind, those that say this.
pub(super) fn said(all: &[Said], kind: Kind, says: &str) -> Vec<Cell> {
    let all = all.iter().filter(|one| one.kind == kind);
    let cell = |one: &Said| match one.says.as_str() {
        "" => Some(Cell::new(one.month, &one.authority, 0, one.count)),
        other if other == says => Some(Cell::new(one.month, &one.authority, one.count, 0)),
        _ => None,
    };
    all.filter_map(cell).collect()
}

/// The records of a kind, and beside them those that have each code of a list: of one that has several, each ([`super::Indicator::is_whole`]).
pub(super) fn codes(all: &[Said], kind: Kind, list: &str) -> Vec<Cell> {
    let all = all.iter().filter(|one| one.kind == kind);
    let cell = |one: &Said| match one.says.split_once('.') {
        None if one.says.is_empty() => Some(Cell::new(one.month, &one.authority, one.count, 0)),
        Some((of, code)) if of == list => {
            Some(Cell::new(one.month, &one.authority, one.count, 0).by(code))
        }
        _ => None,
    };
    all.filter_map(cell).collect()
}

/// The entries of a kind.
pub(super) fn entries(all: &[Published], kind: Kind) -> Vec<Cell> {
    let all = all.iter().filter(|one| one.kind == kind);
    all.map(|one| Cell::new(one.month, &one.authority, one.count, 0))
        .collect()
}
