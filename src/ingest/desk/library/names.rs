//! The names that a department's lists use, and the tokens that leaves hold for them: one TOML file for both libraries.
//!
//! ```text
//! [strata]
//! catering = "餐饮服务"
//! [departments]
//! 610323-SCJG = "某县市场监督管理局"
//! ```
//!
//! Tables: `strata`, `classes`, `exclusions`, `departments`, `qualifications`. A list may hold the token or the name; a
//! snapshot states the names again, so that readers know what its tokens mean.

use crate::ingest::nfc;
use crate::ingest::table::{fold_name, trim};
use gongshi_verify::names::{is_authority, is_token};
use serde::Deserialize;
use std::collections::BTreeMap;

/// Tokens and their names.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Names {
    /// Strata of open libraries.
    pub strata: BTreeMap<String, String>,
    /// Classes of sealed libraries.
    pub classes: BTreeMap<String, String>,
    /// Reasons not to take part in draws.
    pub exclusions: BTreeMap<String, String>,
    /// Departments by their identifiers.
    pub departments: BTreeMap<String, String>,
    /// Qualifications of officers.
    pub qualifications: BTreeMap<String, String>,
}

/// Why a file holds no names.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NamesError {
    /// Not TOML of this form.
    #[error("line {line}: {reason}")]
    Toml {
        /// Line, from 1.
        line: usize,
        /// What is wrong.
        reason: String,
    },
    /// A token against its grammar.
    #[error("{table}.{token}: expected {expected}")]
    Token {
        /// The table.
        table: &'static str,
        /// What stands there.
        token: String,
        /// What should.
        expected: &'static str,
    },
    /// A name that stands for two tokens.
    #[error("{table}: {name} is the name of {first} and of {second}")]
    Twice {
        /// The table.
        table: &'static str,
        /// The name.
        name: String,
        /// One token.
        first: String,
        /// The other.
        second: String,
    },
}

/// What a cell's text stands for, out of one table of names.
pub(super) fn token(
    table: &BTreeMap<String, String>,
    text: &str,
    is_valid: fn(&str) -> bool,
) -> Option<String> {
    if table.contains_key(text) {
        return Some(text.to_owned());
    }
    let folded = fold_name(text);
    let named = table.iter().find(|(_, name)| fold_name(name) == folded);
    match named {
        Some((token, _)) => Some(token.clone()),
        None => is_valid(text).then(|| text.to_owned()),
    }
}

impl Names {
    /// What a token has to be that is not in its table: nothing does where there is a names file, since no snapshot could
    /// explain it; without one any token.
    pub(super) fn grammar(&self) -> fn(&str) -> bool {
        match *self == Names::default() {
            true => is_token,
            false => |_| false,
        }
    }

    /// Reads the file.
    ///
    /// # Errors
    /// [`NamesError`].
    pub fn parse(text: &str) -> Result<Self, NamesError> {
        let mut names: Names = toml::from_str(text).map_err(|error: toml::de::Error| {
            let before = error.span().map_or(0, |span| span.start).min(text.len());
            NamesError::Toml {
                line: text[..before].matches('\n').count() + 1,
                reason: error.message().to_owned(),
            }
        })?;
        type Table<'a> = (
            &'static str,
            &'a mut BTreeMap<String, String>,
            fn(&str) -> bool,
            &'static str,
        );
        const TOKEN: &str = "[0-9A-Za-z_]{1,32}";
        let tables: [Table<'_>; 5] = [
            ("strata", &mut names.strata, is_token, TOKEN),
            ("classes", &mut names.classes, is_token, TOKEN),
            ("exclusions", &mut names.exclusions, is_token, TOKEN),
            (
                "departments",
                &mut names.departments,
                is_authority,
                "an authority, such as 610323-SCJG",
            ),
            ("qualifications", &mut names.qualifications, is_token, TOKEN),
        ];
        for (table, members, is_valid, expected) in tables {
            let mut seen: BTreeMap<String, String> = BTreeMap::new();
            for (token, name) in members {
                if !is_valid(token) || (table == "exclusions" && token == "0") {
                    let token = token.clone();
                    return Err(NamesError::Token {
                        table,
                        token,
                        expected,
                    });
                }
                *name = nfc(trim(name)).into_owned();
                if let Some(first) = seen.insert(fold_name(name), token.clone()) {
                    return Err(NamesError::Twice {
                        table,
                        name: name.clone(),
                        first,
                        second: token.clone(),
                    });
                }
            }
        }
        Ok(names)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_holds_the_token_or_its_name() {
        let names =
            Names::parse("[strata]\ncatering = \" 餐饮服务\"\ngas = \"燃气（瓶装）\"\n").unwrap();
        let find = |text: &str| token(&names.strata, text, is_token);
        assert_eq!(find("餐饮服务").as_deref(), Some("catering"));
        assert_eq!(find("燃气(瓶装)").as_deref(), Some("gas"));
        assert_eq!(find("gas").as_deref(), Some("gas"));
        assert_eq!(find("other").as_deref(), Some("other"));
        assert_eq!(find("其他"), None);
    }

    #[test]
    fn what_is_no_table_of_names_is_told() {
        for (text, said) in [
            ("strata = 1\n", "line 1"),
            ("[strata]\na = 1\n", "line 2"),
            ("[layers]\na = \"b\"\n", "line 1"),
            ("[strata]\n\"a b\" = \"c\"\n", "strata.a b: expected"),
            (
                "[departments]\nscjg = \"c\"\n",
                "departments.scjg: expected an authority",
            ),
            ("[exclusions]\n0 = \"c\"\n", "exclusions.0"),
            (
                "[strata]\na = \"c\"\nb = \"c \"\n",
                "strata: c is the name of a and of b",
            ),
        ] {
            let found = Names::parse(text).unwrap_err().to_string();
            assert!(found.starts_with(said), "{found}");
        }
    }
}
