//! What authorities submitted themselves, in bulletins: figures that nobody outside can count, such as those of classes that are not public.

use super::cells::Cell;
use crate::domain::Kind;
use crate::model::Month;
use crate::web::Portal;
use crate::web::problem::Problem;
use serde_json::Value;
use std::collections::BTreeMap;

impl Portal {
    /// Of each authority the newest of the bulletins about days of the year that have the indicator.
    pub(super) fn submitted(&self, year: i16, token: &str) -> Result<Vec<Cell>, Problem> {
        let mut newest: BTreeMap<String, Cell> = BTreeMap::new();
        let year = format!("{year:04}-");
        // Newest first: of two about the same time the later counts.
        for index in self.model.list(Kind::Bulletin, 0, usize::MAX)? {
            let Some(body) = self.public_body(index)? else {
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
                if one.get("indicator").and_then(Value::as_str) != Some(token) {
                    continue;
                }
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
                let known = newest.get(&authority);
                if known.is_none_or(|known| known.month < month) {
                    newest.insert(authority, cell.entry(index));
                }
            }
        }
        Ok(newest.into_values().collect())
    }

    fn authority_of(&self, index: u64) -> Result<String, Problem> {
        let entry = self.log.leaf(index)?.entry;
        let entry = gongshi_verify::entry::Entry::parse(&entry);
        let entry = entry.map_err(|error| crate::web::problem::internal(&error))?;
        Ok(entry.authority.to_string())
    }
}
