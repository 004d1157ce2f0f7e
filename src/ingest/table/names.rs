//! The names departments give to columns and values, compared as a reader would: width, case, blanks and marks aside.
//!
//! The aliases are data (`aliases.toml`); the official names come from the catalogues. A name that could mean two things
//! means neither: the tests hold that no alias is ambiguous.

use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// The alias tables as they stand in the file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Aliases {
    /// Kind (or `any`) to field to other names of its column.
    pub(super) columns: BTreeMap<String, BTreeMap<String, Vec<String>>>,
    ignored: Ignored,
    money_units: BTreeMap<String, Unit>,
    empty: BTreeMap<String, Vec<String>>,
    truth: Truth,
    /// Closed list to code to other names of the value.
    pub(super) codes: BTreeMap<String, BTreeMap<String, Vec<String>>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Ignored {
    columns: Vec<String>,
}

/// Words for a truth value.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Truth {
    yes: Vec<String>,
    no: Vec<String>,
}

/// Unit of an amount of money.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Unit {
    /// 分, 1/100 yuan.
    Fen,
    /// 元.
    Yuan,
    /// 万元, 10,000 yuan.
    Wan,
}

static ALIASES: LazyLock<Aliases> = LazyLock::new(|| {
    let aliases: Aliases =
        toml::from_str(include_str!("aliases.toml")).expect("a test reads this file");
    aliases
});

/// The tables.
pub(super) fn aliases() -> &'static Aliases {
    &ALIASES
}

/// Full-width letters, digits and marks as their ASCII forms; blanks and invisible marks at the ends dropped.
pub(super) fn fold_width(text: &str) -> String {
    trim(text)
        .chars()
        .map(|c| match c {
            '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
            '\u{3000}' | '\u{a0}' => ' ',
            other => other,
        })
        .collect()
}

/// Blanks and invisible marks at the ends dropped.
pub(in crate::ingest) fn trim(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() || matches!(c, '\u{feff}' | '\u{200b}'))
}

/// A column's name as it is compared.
pub(in crate::ingest) fn fold_name(text: &str) -> String {
    let mut name: String = fold_width(text)
        .chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '*' | '\u{feff}' | '\u{200b}'))
        .flat_map(char::to_lowercase)
        .collect();
    for mark in ["(必填)", "(选填)", "(必填项)", "(required)", "(optional)"] {
        if let Some(rest) = name.strip_suffix(mark) {
            name.truncate(rest.len());
        }
    }
    name
}

/// A value's name as it is compared: letters and digits only.
pub(super) fn fold_label(text: &str) -> String {
    fold_width(text)
        .chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

/// Whether a column of this (folded) name holds nothing for the log.
pub(in crate::ingest) fn is_ignored(folded: &str) -> bool {
    let mut names = aliases().ignored.columns.iter();
    names.any(|name| fold_name(name) == folded)
}

/// The unit that a (folded) column name stands for without saying it.
pub(super) fn silent_unit(folded: &str) -> Option<Unit> {
    aliases().money_units.get(folded).copied()
}

/// A (folded) column name without the unit at its end.
pub(super) fn split_unit(folded: &str) -> Option<(&str, Unit)> {
    const ENDINGS: &[(&str, Unit)] = &[
        ("(万元)", Unit::Wan),
        ("(单位:万元)", Unit::Wan),
        ("(人民币万元)", Unit::Wan),
        ("(10000yuan)", Unit::Wan),
        ("(10,000yuan)", Unit::Wan),
        ("_wan", Unit::Wan),
        ("万元", Unit::Wan),
        ("(元)", Unit::Yuan),
        ("(单位:元)", Unit::Yuan),
        ("(人民币元)", Unit::Yuan),
        ("(yuan)", Unit::Yuan),
        ("_yuan", Unit::Yuan),
        ("(分)", Unit::Fen),
        ("(fen)", Unit::Fen),
    ];
    ENDINGS
        .iter()
        .find_map(|(ending, unit)| Some((folded.strip_suffix(ending)?, *unit)))
}

/// The truth value that a text says.
pub(super) fn truth(text: &str) -> Option<bool> {
    let folded = fold_width(text).to_lowercase();
    let says = |words: &[String]| words.contains(&folded);
    let Truth { yes, no } = &aliases().truth;
    match (says(yes), says(no)) {
        (true, false) => Some(true),
        (false, true) => Some(false),
        _ => None,
    }
}

/// Whether a value says that there is none. `textual` fields may mean 无 as a word; others may not.
pub(super) fn is_empty(field: &str, value: &str, textual: bool) -> bool {
    if value.is_empty() || (!textual && value == "无") {
        return true;
    }
    let says = |key: &str| {
        let words = aliases().empty.get(key);
        words.is_some_and(|words| words.iter().any(|word| word == value))
    };
    says("any") || says(field)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{CodeList, Kind, schema};

    #[test]
    fn every_alias_is_of_a_field_or_code_that_exists() {
        for (kind, fields) in &aliases().columns {
            for field in fields.keys() {
                let known = |kind: Kind| {
                    let own = field.strip_prefix("item_");
                    let items = schema(kind).field("items").map(|f| f.ty.nested());
                    let in_items = items.unwrap_or(&[]).iter();
                    let in_items = in_items
                        .filter(|f| f.name == field || own == Some(f.name))
                        .count();
                    schema(kind).field(field).is_some() || in_items > 0
                };
                match kind.as_str() {
                    "any" => assert!(Kind::ALL.iter().any(|k| known(*k)), "{field}"),
                    name => assert!(known(name.parse().unwrap()), "{kind} {field}"),
                }
            }
        }
        for (name, codes) in &aliases().codes {
            let list = CodeList::of_name(name).unwrap_or_else(|| panic!("no list {name}"));
            for code in codes.keys() {
                // Those of open lists stand with their codes, in the rules.
                assert!(list.codes().contains(&code.as_str()), "{name} {code}");
            }
        }
    }
}
