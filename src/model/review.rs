//! Records of which the dated rules leave to their authority when they end, as `display` keeps them. It only reads.

use super::{Model, ModelError, index_in_key, key};
use crate::domain::dates::parse_date;
use crate::store::prefix_end;
use jiff::civil::Date;

/// A record of which the rules leave to its authority when its display ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Review {
    /// The record.
    pub index: u64,
    /// The version of the rule that leaves it to the authority, by [`crate::rules::RuleVersion::id`].
    pub rule: String,
    /// The last day of its longest term, with which the display ends all the same; `None`: it goes on until the authority decides.
    pub last_day: Option<Date>,
}

impl Model {
    /// Public records of which the rules leave to their authority when they end, by index from `from` on: at most `limit`.
    ///
    /// # Errors
    /// [`ModelError`].
    pub fn reviews(&self, from: u64, limit: usize) -> Result<Vec<Review>, ModelError> {
        let to = prefix_end(&key::review(None));
        let pairs = self
            .database
            .range(&key::review(Some(from)), to.as_deref())
            .take(limit);
        pairs
            .map(|pair| {
                let (key, value) = pair?;
                let value = String::from_utf8_lossy(&value).into_owned();
                let (day, rule) = value.split_once(' ').unwrap_or(("", &value));
                Ok(Review {
                    index: index_in_key("a record to be reviewed", &key)?,
                    rule: rule.to_owned(),
                    last_day: parse_date(day),
                })
            })
            .collect()
    }

    /// Public records that no rule ends and whose authority has to decide. How many end by themselves under its eyes is not in it.
    ///
    /// # Errors
    /// [`ModelError`].
    pub fn undecided(&self) -> Result<u64, ModelError> {
        self.number(key::UNDECIDED)
    }
}
