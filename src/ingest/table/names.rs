//! The names departments give to columns and values, compared as a reader would: width, case, blanks and marks aside.
//!
//! The aliases are data (`aliases.toml`); the official names come from the catalogues. A name that could mean two things
//! means neither: the tests hold that no alias is ambiguous.

use crate::domain::CodeList;
use crate::text::{Catalogue, Lang};
use serde::Deserialize;
use std::collections::{BTreeMap, HashMap};
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
    /// List to code to other names of the value.
    pub(super) codes: BTreeMap<String, BTreeMap<String, Vec<String>>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Ignored {
    columns: Vec<String>,
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

/// Folded names of the codes of a list.
type Labels = HashMap<String, &'static str>;

static LABELS: LazyLock<HashMap<CodeList, Labels>> = LazyLock::new(|| {
    let all = CodeList::ALL.iter();
    all.map(|list| (*list, labels(*list))).collect()
});

fn labels(list: CodeList) -> Labels {
    let mut labels = Labels::new();
    let others = aliases().codes.get(list.name());
    for code in list.codes() {
        let mut add = |name: &str| {
            labels.entry(fold_label(name)).or_insert(code);
        };
        add(code);
        for lang in Lang::ALL {
            add(&Catalogue::built_in().code(*lang, list.name(), code));
        }
        for name in others.and_then(|o| o.get(*code)).into_iter().flatten() {
            add(name);
        }
    }
    labels
}

/// The code a text names, by code, official name or alias.
pub(super) fn code(list: CodeList, text: &str) -> Option<&'static str> {
    LABELS[&list].get(&fold_label(text)).copied()
}

/// The codes a cell names; names may themselves hold the marks that separate them.
///
/// # Errors
/// The first part that names no code.
pub(super) fn codes(list: CodeList, text: &str) -> Result<Vec<&'static str>, String> {
    if let Some(code) = code(list, text) {
        return Ok(vec![code]);
    }
    let separator = |c: char| matches!(c, '；' | ';' | '、' | ',' | '，' | '|' | '\n');
    let parts: Vec<&str> = text.split(separator).map(trim).collect();
    let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    let mut found = Vec::new();
    let mut next = 0;
    while next < parts.len() {
        // The longest run of parts that is a name wins.
        let longest = (next + 1..=parts.len())
            .rev()
            .find_map(|end| Some((end, code(list, &parts[next..end].concat())?)));
        let Some((end, code)) = longest else {
            return Err(parts[next].to_owned());
        };
        found.push(code);
        next = end;
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Kind, schema};

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
            let list = CodeList::ALL.iter().find(|list| list.name() == name);
            let list = list.unwrap_or_else(|| panic!("no list {name}"));
            for code in codes.keys() {
                assert!(list.contains(code), "{name} {code}");
            }
        }
    }

    #[test]
    fn no_name_of_a_value_means_two_codes() {
        for list in CodeList::ALL {
            let mut seen: HashMap<String, &str> = HashMap::new();
            for code in list.codes() {
                let mut names = vec![(*code).to_owned()];
                names.extend(
                    Lang::ALL
                        .iter()
                        .map(|lang| Catalogue::built_in().code(*lang, list.name(), code)),
                );
                let others = aliases().codes.get(list.name()).and_then(|c| c.get(*code));
                names.extend(others.into_iter().flatten().cloned());
                for name in names {
                    let other = seen.insert(fold_label(&name), code);
                    assert!(
                        other.is_none_or(|other| other == *code),
                        "{} {name}: {other:?} or {code}",
                        list.name()
                    );
                }
            }
        }
    }

    #[test]
    fn names_with_separators_in_them_are_told_apart() {
        let list = CodeList::ResultCode;
        let two = "公示信息隐瞒真实情况、弄虚作假；通过登记的住所(经营场所)无法联系";
        assert_eq!(
            codes(list, two),
            Ok(vec![
                "false_information_published",
                "unreachable_at_registered_address"
            ])
        );
        let list = CodeList::PenaltyKind;
        assert_eq!(
            codes(list, "警告、罚款，没收违法所得"),
            Ok(vec!["warning", "fine", "confiscate_gains"])
        );
        assert_eq!(codes(list, "Fine; warning"), Ok(vec!["fine", "warning"]));
        assert_eq!(codes(list, "罚款；罚站"), Err("罚站".to_owned()));
    }
}
