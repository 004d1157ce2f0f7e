//! What authorities submitted themselves, in bulletins: figures that nobody outside can count, such as those of classes that are not public.

use super::cells::Cell;
use super::indicators::{INDICATORS, Measure};
use crate::domain::Kind;
use crate::model::Month;
use crate::web::Portal;
use crate::web::problem::Problem;
use serde_json::Value;
use std::collections::BTreeMap;

/// Cells by indicator, by what it is by, and by authority.
pub(super) type Submitted = BTreeMap<(&'static str, String, String), Cell>;

/// Those of an indicator.
pub(super) fn of(all: &Submitted, token: &str) -> Vec<Cell> {
    let own = all.iter().filter(|((one, ..), _)| *one == token);
    own.map(|(_, cell)| cell.clone()).collect()
}

/// The indicator that is taken as submitted under that name, and what of it the name says it is by.
fn submitted_as(token: &str) -> Option<(&'static str, String)> {
    let mut all = INDICATORS.iter();
    all.find_map(|one| match one.measure {
        Measure::Submitted(own) => (own == token).then(|| (one.token, String::new())),
        Measure::SubmittedBy(beginning) => {
            let by = token.strip_prefix(beginning).filter(|by| !by.is_empty())?;
            Some((one.token, by.to_ascii_uppercase()))
        }
        _ => None,
    })
}

impl Portal {
    /// Of each authority, for each indicator that is taken as submitted, the newest of the bulletins about days of the year that have it.
    pub(super) fn submitted(&self, year: i16) -> Result<Submitted, Problem> {
        let mut newest = Submitted::new();
        let year = format!("{year:04}-");
        // Newest first: of two about the same time the later counts.
        for index in self.model.list(Kind::Bulletin, 0, usize::MAX)? {
            let Some(body) = self.standing_body(index)? else {
                continue;
            };
            let text = |name: &str| body.get(name).and_then(Value::as_str).unwrap_or_default();
            let Some(month) = text("period_to")
                .starts_with(&year)
                .then(|| text("period_to").get(..7).and_then(Month::parse))
                .flatten()
            else {
                continue;
            };
            let indicators = body.get("indicators").and_then(Value::as_array);
            for one in indicators.into_iter().flatten() {
                let token = one.get("indicator").and_then(Value::as_str);
                let Some((token, by)) = token.and_then(submitted_as) else {
                    continue;
                };
                let number = |name| one.get(name).and_then(Value::as_u64);
                let authority = match one.get("authority_id").and_then(Value::as_str) {
                    Some(id) => id.to_owned(),
                    None => self.authority_of(index)?,
                };
                let cell = Cell::new(
                    month,
                    &authority,
                    number("value").unwrap_or_default(),
                    number("denominator").unwrap_or_default(),
                );
                let key = (token, by.clone(), authority);
                let known = newest.get(&key);
                if known.is_none_or(|known| known.month < month) {
                    newest.insert(key, cell.entry(index).by(by));
                }
            }
        }
        Ok(newest)
    }

    fn authority_of(&self, index: u64) -> Result<String, Problem> {
        let entry = self.log.leaf(index)?.entry;
        let entry = gongshi_verify::entry::Entry::parse(&entry);
        let entry = entry.map_err(|error| crate::web::problem::internal(&error))?;
        Ok(entry.authority.to_string())
    }
}
