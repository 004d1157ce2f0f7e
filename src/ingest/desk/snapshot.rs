//! The record that freezes a library: what its file holds, counted, and what its tokens mean.

use super::library::Names;
use crate::domain::StaticTree;
use gongshi_verify::draw::leaf::Leaf;
use gongshi_verify::draw::library::{Form, Library, LibraryError};
use gongshi_verify::encoding::hex;
use gongshi_verify::json::Value;
use gongshi_verify::time::Timestamp;
use std::collections::BTreeMap;

/// What a person says about a library.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SnapshotNote {
    /// Its name.
    pub name: String,
    /// Six digits.
    pub region: String,
    /// Day it was frozen, `YYYY-MM-DD`.
    pub as_of: String,
    /// Time until which it can be challenged.
    pub challenge_until: Option<Timestamp>,
    /// Subjects in the register on that day.
    pub register_count: Option<u64>,
    /// Entry of the snapshot before.
    pub previous: Option<Value>,
    /// Where its data came from.
    pub source: Option<String>,
    /// A remark.
    pub note: Option<String>,
}

/// Why no snapshot can be made of a library.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SnapshotError {
    /// The leaves are no library.
    #[error(transparent)]
    Library(#[from] LibraryError),
    /// There is no leaf.
    #[error("the file holds no leaves")]
    Empty,
    /// Tokens without a name.
    #[error("{table} of the names file: expected a name for {}", .tokens.join(", "))]
    Unnamed {
        /// The table of names.
        table: &'static str,
        /// The tokens.
        tokens: Vec<String>,
    },
    /// The two ways to compute a root differ: a fault of the program.
    #[error("the root of these leaves cannot be settled; do not publish it, and report this")]
    Root,
}

/// Reads a library of whichever form its first leaf has.
///
/// # Errors
/// [`SnapshotError`].
pub fn read_library(text: &str) -> Result<Library<'_>, SnapshotError> {
    let first = text.lines().next().ok_or(SnapshotError::Empty)?;
    let form = match first.split('|').nth(1) {
        Some("starget") => Form::Sealed,
        Some("officer") => Form::Officers,
        _ => Form::Open,
    };
    Ok(Library::parse(form, text)?)
}

type Counts<'a> = BTreeMap<&'a str, u64>;

/// A list of tokens with their names and, where given, their numbers.
fn listed(
    table: &'static str,
    names: &BTreeMap<String, String>,
    [token, meaning]: [&str; 2],
    counts: &Counts<'_>,
    with_counts: bool,
) -> Result<Option<Value>, SnapshotError> {
    let unnamed = counts.keys().filter(|one| !names.contains_key(**one));
    let tokens: Vec<String> = unnamed.map(|one| (*one).to_owned()).collect();
    if !tokens.is_empty() {
        return Err(SnapshotError::Unnamed { table, tokens });
    }
    let list = counts.iter().map(|(one, count)| {
        let mut members = BTreeMap::new();
        members.insert(token.to_owned(), (*one).into());
        members.insert(meaning.to_owned(), names[*one].as_str().into());
        if with_counts {
            members.insert("leaf_count".to_owned(), number(*count));
        }
        Value::Object(members)
    });
    let list: Vec<Value> = list.collect();
    Ok((!list.is_empty()).then_some(Value::Array(list)))
}

fn number(count: u64) -> Value {
    Value::Int(i64::try_from(count).unwrap_or(i64::MAX))
}

/// The body of a snapshot. `file` is how the record names the file of the leaves.
///
/// # Errors
/// [`SnapshotError`], where a token has no name.
pub fn snapshot_body(
    library: &Library<'_>,
    names: &Names,
    note: &SnapshotNote,
    file: Value,
) -> Result<Value, SnapshotError> {
    let lines: Vec<String> = library.leaves().iter().map(ToString::to_string).collect();
    if StaticTree::over(lines.iter().map(String::as_str)).root() != library.root() {
        return Err(SnapshotError::Root);
    }
    let mut body = BTreeMap::new();
    let mut put = |name: &str, value: Value| body.insert(name.to_owned(), value);
    let (mut strata, mut exclusions, mut qualifications) =
        (Counts::new(), Counts::new(), Counts::new());
    for leaf in library.leaves() {
        match leaf {
            Leaf::Target(target) => {
                *strata.entry(target.stratum).or_default() += 1;
                if let Some(one) = target.exclusion {
                    *exclusions.entry(one).or_default() += 1;
                }
            }
            Leaf::Sealed(target) => {
                if let Some(one) = target.exclusion {
                    *exclusions.entry(one).or_default() += 1;
                }
            }
            Leaf::Officer(officer) => {
                for one in officer.qualifications.iter() {
                    *qualifications.entry(one).or_default() += 1;
                }
            }
        }
    }
    let sealed = library.form() == Form::Sealed;
    if sealed {
        // How many of each class there are would give classes away.
        strata = names.classes.keys().map(|one| (one.as_str(), 0)).collect();
    }
    let (table, strata_names) = match sealed {
        true => ("classes", &names.classes),
        false => ("strata", &names.strata),
    };
    for (name, list) in [
        (
            "strata",
            listed(
                table,
                strata_names,
                ["stratum", "stratum_name"],
                &strata,
                !sealed,
            )?,
        ),
        (
            "exclusions",
            listed(
                "exclusions",
                &names.exclusions,
                ["exclusion", "meaning"],
                &exclusions,
                true,
            )?,
        ),
        (
            "qualifications",
            listed(
                "qualifications",
                &names.qualifications,
                ["qualification", "meaning"],
                &qualifications,
                true,
            )?,
        ),
    ] {
        if let Some(list) = list {
            put(name, list);
        }
    }
    match library.form() {
        Form::Officers => put("library", "officers".into()),
        form => {
            let form = if form == Form::Open { "open" } else { "sealed" };
            put("library_form", form.into());
            put("library", "objects".into())
        }
    };
    put("library_name", note.name.as_str().into());
    put("region", note.region.as_str().into());
    put("as_of", note.as_of.as_str().into());
    put("count", number(library.leaves().len() as u64));
    put("root", hex(&library.root()).into());
    put("leaves", file);
    let optional = [
        (
            "challenge_until",
            note.challenge_until.map(|time| time.to_string().into()),
        ),
        ("register_count", note.register_count.map(number)),
        ("previous", note.previous.clone()),
        ("source", note.source.as_deref().map(Into::into)),
        ("note", note.note.as_deref().map(Into::into)),
    ];
    for (name, value) in optional {
        if let Some(value) = value {
            put(name, value);
        }
    }
    Ok(Value::Object(body))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Kind, validate};
    use gongshi_verify::json::to_jcs;

    fn note() -> SnapshotNote {
        SnapshotNote {
            name: "示例县名录库".to_owned(),
            region: "000000".to_owned(),
            as_of: "2026-01-05".to_owned(),
            source: Some("登记系统".to_owned()),
            ..SnapshotNote::default()
        }
    }

    fn body(text: &str, names: &str) -> Result<Value, SnapshotError> {
        let file = Value::object([
            ("media_type", "text/plain".into()),
            ("name", "leaves.txt".into()),
            ("sha256", "0".repeat(64).into()),
            ("size", Value::Int(1)),
        ]);
        let names = Names::parse(names).unwrap();
        snapshot_body(&read_library(text)?, &names, &note(), file)
    }

    #[test]
    fn every_form_makes_a_record() {
        let zero = |n: u8| n.to_string().repeat(64);
        let sealed = format!("ddraw/1|starget|A|closed|{}|{}\n", zero(1), zero(2));
        for (text, names, expected) in [
            (
                "ddraw/1|target|A|gas|D|0\nddraw/1|target|B|gas|D|closed\n",
                "[strata]\ngas = \"燃气\"\nfood = \"食品\"\n[exclusions]\nclosed = \"停业\"\n",
                r#""strata":[{"leaf_count":2,"stratum":"gas","stratum_name":"燃气"}]"#,
            ),
            (
                &sealed,
                "[classes]\nhigh = \"高\"\n[exclusions]\nclosed = \"停业\"\n",
                r#""strata":[{"stratum":"high","stratum_name":"高"}]"#,
            ),
            (
                "ddraw/1|officer|P1|D|food\n",
                "[qualifications]\nfood = \"食品\"\n",
                r#""qualifications":[{"leaf_count":1,"meaning":"食品","qualification":"food"}]"#,
            ),
        ] {
            let text = to_jcs(&body(text, names).unwrap());
            assert!(text.contains(expected), "{text}");
            let members = serde_json::from_str(&text).unwrap();
            let day = jiff::civil::date(2026, 1, 6);
            assert_eq!(validate(Kind::Snapshot, &members, day), Ok(()));
        }
    }

    #[test]
    fn a_token_nobody_explains_is_refused() {
        assert_eq!(
            body(
                "ddraw/1|officer|P1|D|food,gas\n",
                "[qualifications]\ngas = \"燃气\"\n"
            ),
            Err(SnapshotError::Unnamed {
                table: "qualifications",
                tokens: vec!["food".to_owned()]
            })
        );
        assert_eq!(body("", ""), Err(SnapshotError::Empty));
        assert!(matches!(
            body("hello\n", ""),
            Err(SnapshotError::Library(_))
        ));
    }
}
