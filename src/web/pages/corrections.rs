//! Corrections: what a record said before and after, field by field, in the order of the log.
//!
//! Nothing is replaced in place: the first body and each corrected one stay readable, on the record's page and on that of the
//! correction. Which correction counts is not decided here.

use super::fault::Fault;
use super::fields::{FieldRow, Fields, MAX_ROWS, Piece};
use super::lists::{numbered, page_number};
use super::summary::Loaded;
use super::{Link, Pager, Visit};
use crate::domain::Kind;
use crate::web::links;
use gongshi_verify::encoding::decimal;
use gongshi_verify::registry::Registry;
use serde::Serialize;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

/// Corrections on one page of a record, the latest on the first.
const MOST: usize = 5;

/// One correction, with what it changed.
#[derive(Debug, Serialize)]
pub(super) struct Comparison {
    /// Its entry; the record's own where it is shown on the correction's page.
    entry: Link,
    /// Which one it is, from 1.
    number: usize,
    /// How many there are.
    of: usize,
    decided_on: Option<String>,
    reason: Option<String>,
    legal_basis: Option<String>,
    changed: Vec<Pair>,
    /// How many fields were changed, headings left out.
    count: usize,
    same: Vec<FieldRow>,
    /// Rows left out.
    omitted: usize,
}

/// A field that was changed, or the heading above some.
#[derive(Debug, Serialize)]
struct Pair {
    label: String,
    level: usize,
    heading: bool,
    before: Vec<Piece>,
    after: Vec<Piece>,
    /// The change in a word; empty for a heading.
    word: String,
}

/// The corrections that a page shows.
#[derive(Default)]
pub(super) struct Corrected {
    /// In order; those of an own page of a correction: that one.
    pub(super) shown: Vec<Comparison>,
    /// How many there are.
    pub(super) total: usize,
    /// The pages of them, where they are more than one.
    pub(super) pager: Option<Pager>,
}

impl Corrected {
    /// Of a record that was corrected, or of a correction; of any other, none.
    pub(super) fn of(visit: &Visit, registry: &Registry, loaded: &Loaded) -> Result<Self, Fault> {
        if loaded.kind == Some(Kind::Correction) {
            return Self::own(visit, registry, loaded);
        }
        let of = loaded.corrections.len();
        let (Some(kind), Some(body), true) = (loaded.kind, &loaded.body, of > 0) else {
            return Ok(Corrected::default());
        };
        let last = of.div_ceil(MOST) as u64;
        let page = page_number(visit, last)?;
        let (from, to) = stretch(of, usize::try_from(page).unwrap_or(usize::MAX));
        let mut before = stood_before(visit, loaded, from)?.unwrap_or_else(|| body.clone());
        let mut shown = Vec::new();
        for (at, index) in loaded.corrections.iter().enumerate().take(to).skip(from) {
            let correction = visit.load(*index)?;
            let Some(after) = correction.corrected_body() else {
                continue;
            };
            let entry = visit.entry_link(*index);
            let said = Said::new(visit, registry, kind, &correction);
            shown.push(said.compare(entry, (at + 1, of), &before, after));
            before = after.clone();
        }
        let path = format!("/record/{}", loaded.index);
        let href = |page| format!("{}#corrected", numbered(visit, &path, page));
        Ok(Corrected {
            shown,
            total: of,
            pager: (last > 1).then(|| Pager::new(page, last, href)),
        })
    }

    /// The one of a correction's own page: against what stood when it came.
    fn own(visit: &Visit, registry: &Registry, loaded: &Loaded) -> Result<Self, Fault> {
        let target = loaded.entry.reference.as_deref().and_then(decimal);
        let (Some(target), Some(after)) = (target, loaded.corrected_body()) else {
            return Ok(Corrected::default());
        };
        let target = visit.load(target)?;
        let at = target
            .corrections
            .iter()
            .position(|one| *one == loaded.index);
        let (Some(kind), Some(body), Some(at)) = (target.kind, &target.body, at) else {
            return Ok(Corrected::default());
        };
        let before = match at.checked_sub(1).map(|before| target.corrections[before]) {
            Some(index) => visit.load(index)?.corrected_body().cloned(),
            None => Some(body.clone()),
        };
        let before = before.unwrap_or_default();
        if target.personal() {
            visit.note_person();
        }
        let entry = visit.entry_link(target.index);
        let place = (at + 1, target.corrections.len());
        let said = Said::new(visit, registry, kind, loaded);
        Ok(Corrected {
            shown: vec![said.compare(entry, place, &before, after)],
            total: 1,
            pager: None,
        })
    }
}

/// Which corrections stand on a page of a record that has `of`: from the first of these to below the second.
fn stretch(of: usize, page: usize) -> (usize, usize) {
    let to = of.saturating_sub(page.saturating_sub(1).saturating_mul(MOST));
    (to.saturating_sub(MOST), to)
}

/// What the correction before the one at that place made of a record; `None` where there is none before it.
fn stood_before(
    visit: &Visit,
    loaded: &Loaded,
    at: usize,
) -> Result<Option<Map<String, Value>>, Fault> {
    for index in loaded.corrections.iter().take(at).rev() {
        // One that is being withdrawn at this moment has no body any more.
        if let Some(body) = visit.load(*index)?.corrected_body() {
            return Ok(Some(body.clone()));
        }
    }
    Ok(None)
}

/// A correction about to be shown.
struct Said<'a> {
    visit: &'a Visit,
    registry: &'a Registry,
    kind: Kind,
    correction: &'a Loaded,
}

impl<'a> Said<'a> {
    fn new(visit: &'a Visit, registry: &'a Registry, kind: Kind, correction: &'a Loaded) -> Self {
        Said {
            visit,
            registry,
            kind,
            correction,
        }
    }

    fn compare(
        &self,
        entry: Link,
        (number, of): (usize, usize),
        before: &Map<String, Value>,
        after: &Map<String, Value>,
    ) -> Comparison {
        let rows = |body| {
            let place = self.correction.place(self.kind, body);
            Fields::up_to(
                usize::MAX,
                self.visit,
                self.registry,
                self.kind,
                body,
                place,
            )
            .rows
        };
        let (mut changed, mut same) = self.sorted(rows(before), rows(after));
        let omitted = changed.len().saturating_sub(MAX_ROWS) + same.len().saturating_sub(MAX_ROWS);
        let count = changed.iter().filter(|pair| !pair.heading).count();
        changed.truncate(MAX_ROWS);
        same.truncate(MAX_ROWS);
        let view = self.correction.view();
        let text = |name: &str| view.and_then(|view| view.text_of(name)).map(str::to_owned);
        Comparison {
            entry,
            number,
            of,
            decided_on: text("decided_on"),
            reason: text("reason"),
            legal_basis: text("legal_basis"),
            changed,
            count,
            same,
            omitted,
        }
    }

    /// The rows of both, those that differ apart from those that do not.
    fn sorted(&self, before: Vec<FieldRow>, after: Vec<FieldRow>) -> (Vec<Pair>, Vec<FieldRow>) {
        let mut changed: Vec<Pair> = Vec::new();
        let mut same = Vec::new();
        for (old, new) in aligned(before, after) {
            let row = old.as_ref().or(new.as_ref()).expect("one of the two");
            if row.heading {
                changed.push(Pair {
                    label: row.label.clone(),
                    level: row.level,
                    heading: true,
                    before: old
                        .as_ref()
                        .map(|row| row.values.clone())
                        .unwrap_or_default(),
                    after: new
                        .as_ref()
                        .map(|row| row.values.clone())
                        .unwrap_or_default(),
                    word: String::new(),
                });
                same.extend(new);
                continue;
            }
            let word = match (&old, &new) {
                (Some(old), Some(new)) if old.raw == new.raw => {
                    same.push(new.clone());
                    continue;
                }
                (Some(_), Some(_)) => "page-compare-changed",
                (None, _) => "page-compare-added",
                (Some(_), None) => "page-compare-removed",
            };
            let values = |row: &Option<FieldRow>| {
                row.as_ref()
                    .map(|row| row.values.clone())
                    .unwrap_or_default()
            };
            changed.push(Pair {
                label: row.label.clone(),
                level: row.level,
                heading: false,
                before: values(&old),
                after: values(&new),
                word: self.visit.word(word),
            });
        }
        // A heading stays where something stands below it.
        let deep: Vec<_> = changed.iter().map(|one| (one.level, one.heading)).collect();
        let mut kept = headed(&deep).into_iter();
        changed.retain(|_| kept.next().unwrap_or(true));
        let deep: Vec<_> = same.iter().map(|one| (one.level, one.heading)).collect();
        let mut kept = headed(&deep).into_iter();
        same.retain(|_| kept.next().unwrap_or(true));
        (changed, same)
    }
}

/// Rows of both bodies side by side, in the order of the fields.
fn aligned(
    before: Vec<FieldRow>,
    after: Vec<FieldRow>,
) -> Vec<(Option<FieldRow>, Option<FieldRow>)> {
    let stays: BTreeSet<String> = after.iter().map(|row| row.path.clone()).collect();
    let places: BTreeMap<String, usize> = before
        .iter()
        .enumerate()
        .map(|(at, row)| (row.path.clone(), at))
        .collect();
    let mut before: Vec<Option<FieldRow>> = before.into_iter().map(Some).collect();
    let mut rows = Vec::new();
    let mut next = 0;
    for new in after {
        let at = places.get(&new.path).copied();
        for old in before.iter_mut().take(at.unwrap_or(0)).skip(next) {
            if old.as_ref().is_some_and(|old| !stays.contains(&old.path)) {
                rows.push((old.take(), None));
            }
        }
        next = next.max(at.map_or(0, |at| at + 1));
        let old = at.and_then(|at| before[at].take());
        rows.push((old, Some(new)));
    }
    rows.extend(before.into_iter().flatten().map(|old| (Some(old), None)));
    rows
}

/// Of rows with their depths and whether they are headings: which are kept, so that no heading stands above nothing.
fn headed(rows: &[(usize, bool)]) -> Vec<bool> {
    let mut kept = vec![true; rows.len()];
    for at in (0..rows.len()).rev() {
        let (level, heading) = rows[at];
        if heading {
            let below = rows[at + 1..].iter().zip(&kept[at + 1..]);
            let mut below = below.take_while(|((deeper, _), _)| *deeper > level);
            kept[at] = below.any(|(_, kept)| *kept);
        }
    }
    kept
}

impl Visit {
    /// A link to an entry by its number.
    pub(super) fn entry_link(&self, index: u64) -> Link {
        Link {
            text: format!("#{index}"),
            href: links::record(self.lang, index),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(path: &str) -> FieldRow {
        FieldRow {
            label: path.to_owned(),
            level: 0,
            heading: false,
            values: Vec::new(),
            path: path.to_owned(),
            raw: Value::Null,
            omitted: 0,
        }
    }

    #[test]
    fn rows_stand_beside_each_other_in_the_order_of_the_fields() {
        let rows = |paths: &str| paths.split(' ').map(row).collect::<Vec<_>>();
        let both = aligned(rows("a b c e"), rows("a c d e f"));
        let told: Vec<(String, String)> = both
            .into_iter()
            .map(|(old, new)| {
                let path = |row: Option<FieldRow>| row.map(|row| row.path).unwrap_or_default();
                (path(old), path(new))
            })
            .collect();
        let pairs = ["a a", "b ", "c c", " d", "e e", " f"];
        let expected: Vec<_> = pairs
            .iter()
            .map(|pair| pair.split_once(' ').unwrap())
            .collect();
        let told: Vec<_> = told.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
        assert_eq!(told, expected);
    }

    #[test]
    fn the_latest_corrections_are_on_the_first_page_and_each_is_on_one() {
        assert_eq!(stretch(3, 1), (0, 3));
        assert_eq!(stretch(5, 1), (0, 5));
        assert_eq!(
            [stretch(12, 1), stretch(12, 2), stretch(12, 3)],
            [(7, 12), (2, 7), (0, 2)]
        );
        assert_eq!(stretch(12, usize::MAX), (0, 0));
    }

    #[test]
    fn no_heading_stands_above_nothing() {
        let rows = [
            (0, true),
            (1, true),
            (1, true),
            (2, false),
            (0, true),
            (0, false),
        ];
        assert_eq!(headed(&rows), [true, false, true, true, false, true]);
    }
}
