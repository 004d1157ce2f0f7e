//! The codes of the open lists as the interface gives them (`codes` of `GET /api/v1/rules`), both ways, so that a department's machine imports by
//! the names that the server's rules have.
//!
//! What is read was written by another program, perhaps a later one: lists that this one does not know are passed over.

use super::codes::{Code, Codes};
use crate::domain::codes::is_code;
use crate::domain::dates::parse_date;
use crate::domain::{CodeList, Region};
use gongshi_verify::hash::sha256;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A set of codes that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ExchangeError {
    /// Not in the form that the interface has.
    #[error("the codes are not in the expected form: {0}")]
    Form(
        /// What was met.
        String,
    ),
    /// One code is none.
    #[error("code {code:?} of the list {list}: {reason}")]
    Code {
        /// Its list.
        list: String,
        /// The code.
        code: String,
        /// What is wrong with it.
        reason: &'static str,
    },
}

/// One version of a code; its list is the member it stands in.
#[derive(Serialize, Deserialize)]
struct Told {
    code: String,
    zh: String,
    en: String,
    valid_from: Option<String>,
    valid_to: Option<String>,
    provinces: Vec<String>,
    negative: bool,
    #[serde(default)]
    aliases: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    removed_by: Vec<String>,
    source: String,
    confirmed: bool,
}

impl Told {
    fn of(code: &Code) -> Self {
        let day = |day: Option<Date>| day.map(|day| day.to_string());
        Told {
            code: code.code.clone(),
            zh: code.zh.clone(),
            en: code.en.clone(),
            valid_from: day(code.valid_from),
            valid_to: day(code.valid_to),
            provinces: code.provinces.iter().map(Region::to_string).collect(),
            negative: code.negative,
            aliases: code.aliases.clone(),
            removed_by: code.removed_by.clone(),
            source: code.source.clone(),
            confirmed: code.confirmed,
        }
    }

    fn read(self, list: CodeList) -> Result<Code, ExchangeError> {
        let fault = |reason| ExchangeError::Code {
            list: list.name().to_owned(),
            code: self.code.chars().take(64).collect(),
            reason,
        };
        if !is_code(&self.code) {
            return Err(fault("not written as a code"));
        }
        let day = |text: &Option<String>| match text {
            None => Ok(None),
            Some(text) => parse_date(text)
                .map(Some)
                .ok_or_else(|| fault("a day is written YYYY-MM-DD")),
        };
        let (valid_from, valid_to) = (day(&self.valid_from)?, day(&self.valid_to)?);
        let provinces = self.provinces.iter().map(|text| {
            let region = Region::parse(text);
            region.map_err(|_| fault("a province is written with six digits"))
        });
        let provinces = provinces.collect::<Result<_, _>>()?;
        Ok(Code {
            list,
            valid_from,
            valid_to,
            provinces,
            code: self.code,
            zh: self.zh,
            en: self.en,
            negative: self.negative,
            aliases: self.aliases,
            removed_by: self.removed_by,
            source: self.source,
            confirmed: self.confirmed,
        })
    }
}

impl Codes {
    /// As the interface gives them: list to versions, in file order.
    #[must_use]
    pub fn to_json(&self) -> serde_json::Value {
        let lists = CodeList::OPEN.iter().map(|list| {
            let told: Vec<Told> = self.of(*list).map(Told::of).collect();
            (list.name(), told)
        });
        let lists: BTreeMap<&str, Vec<Told>> = lists.collect();
        serde_json::to_value(lists).expect("texts and truth values are JSON")
    }

    /// SHA-256 of them: what rests on names of codes is made anew when it changes.
    #[must_use]
    pub fn digest(&self) -> [u8; 32] {
        sha256(self.to_json().to_string().as_bytes())
    }

    /// What [`Codes::to_json`] gave.
    ///
    /// # Errors
    /// [`ExchangeError`].
    pub fn from_json(json: serde_json::Value) -> Result<Self, ExchangeError> {
        let lists: BTreeMap<String, Vec<Told>> =
            serde_json::from_value(json).map_err(|error| ExchangeError::Form(error.to_string()))?;
        let mut codes = Vec::new();
        for (name, told) in lists {
            let Some(list) = CodeList::of_name(&name).filter(|list| list.is_open()) else {
                continue;
            };
            for one in told {
                codes.push(one.read(list)?);
            }
        }
        Ok(Self::of_codes(codes))
    }
}

#[cfg(test)]
mod tests {
    use crate::domain::CodeList;
    use crate::rules::{Codes, ExchangeError, Rules};
    use serde_json::json;

    #[test]
    fn what_is_told_is_read_again() {
        let codes = Rules::built_in().codes();
        let mut told = codes.to_json();
        told["list_of_tomorrow"] = json!([]);
        let read = Codes::from_json(told).unwrap();
        for list in CodeList::OPEN {
            assert!(codes.of(*list).eq(read.of(*list)), "{}", list.name());
            assert!(codes.of(*list).count() > 3);
        }
    }

    #[test]
    fn what_is_no_code_is_refused() {
        let one = |code: &str, from: &str, province: &str| {
            json!({"result": [{"code": code, "zh": "甲", "en": "A", "valid_from": from, "valid_to": null,
                "provinces": [province], "negative": true, "source": "x", "confirmed": false}]})
        };
        assert!(Codes::from_json(one("a", "2026-01-01", "510000")).is_ok());
        for bad in [
            one("A", "2026-01-01", "510000"),
            one("a", "2026-1-1", "510000"),
            one("a", "2026-01-01", "51"),
        ] {
            let error = Codes::from_json(bad).unwrap_err();
            assert!(matches!(error, ExchangeError::Code { .. }), "{error}");
        }
        assert!(matches!(
            Codes::from_json(json!([])),
            Err(ExchangeError::Form(_))
        ));
    }
}
