//! A plan as a department writes it down, in TOML, to the body of its record.
//!
//! Members have the names of the record's. Some things are easier to write: an entry of the log is its index, a time may be of
//! any zone, and a round of the beacon can be told by its time (`round_at`). Where nobody contributes, t0 and t1 can be left out,
//! since they follow from what is awaited. Whether the plan is a good one is decided in
//! [`super::check`].

use crate::domain::{Field, FieldType, Kind, schema};
use crate::ingest::nfc;
use gongshi_verify::draw::beacon;
use gongshi_verify::draw::plan::LEAD_SECONDS;
use gongshi_verify::json::Value as Json;
use gongshi_verify::time::Timestamp;
use std::collections::BTreeMap;
use toml::Value as Toml;

/// Member of the file that tells a round by its time; not of the record.
const ROUND_AT: &str = "round_at";
const ROUND: &str = "round";

/// Why a file is no plan.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlanFileError {
    /// Not TOML.
    #[error("line {line}: {reason}")]
    Toml {
        /// Line, from 1.
        line: usize,
        /// What is wrong.
        reason: String,
    },
    /// A value that cannot stand there.
    #[error("{path}: expected {expected}")]
    Value {
        /// Where, such as `rules[1].num`.
        path: String,
        /// What should stand there.
        expected: &'static str,
    },
    /// An entry or file that the value names cannot be had.
    #[error("{path}: {reason}")]
    Reference {
        /// Where.
        path: String,
        /// Why.
        reason: String,
    },
}

/// Where the mode of a plan's randomness comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TemplateMode {
    /// The public beacon.
    Drand,
    /// The welfare lottery.
    Lottery,
    /// A delay function.
    Delay,
}

/// A plan to fill in, annotated, for a mode of randomness.
pub fn plan_template(mode: TemplateMode) -> String {
    let of_mode = match mode {
        TemplateMode::Drand => include_str!("template/drand.toml"),
        TemplateMode::Lottery => include_str!("template/lottery.toml"),
        TemplateMode::Delay => include_str!("template/delay.toml"),
    };
    let parts = [
        include_str!("template/head.toml"),
        of_mode,
        include_str!("template/tail.toml"),
    ];
    parts.join("\n")
}

/// Finds what a plan names by a number or a file's name.
pub trait Resolve {
    /// How a record names the entry of that kind and index.
    fn entry(&mut self, kind: Kind, index: u64) -> Result<Json, String>;
    /// How a record names the local file of that name.
    fn file(&mut self, name: &str) -> Result<Json, String>;
}

/// Reads the body of a plan.
///
/// # Errors
/// [`PlanFileError`], naming the first line or member that cannot be read.
pub fn plan_body(text: &str, resolve: &mut dyn Resolve) -> Result<Json, PlanFileError> {
    let mut table: toml::Table = text.parse().map_err(|error: toml::de::Error| {
        let before = error.span().map_or(0, |span| span.start);
        PlanFileError::Toml {
            line: text[..before.min(text.len())].matches('\n').count() + 1,
            reason: error.message().to_owned(),
        }
    })?;
    if let Some(at) = table.remove(ROUND_AT) {
        let wrong = |expected| PlanFileError::Value {
            path: ROUND_AT.to_owned(),
            expected,
        };
        if table.contains_key(ROUND) {
            return Err(wrong("either round or round_at, not both"));
        }
        let at = time(&at).ok_or_else(|| wrong(TIME))?;
        let round = i64::try_from(beacon::first_at(at)).unwrap_or(i64::MAX);
        table.insert(ROUND.to_owned(), Toml::Integer(round));
    }
    let body = object(schema(Kind::Plan).fields, &table, "", resolve)?;
    Ok(with_times(body))
}

/// Where nobody contributes and what comes from outside is due at a known time, t0 and t1 follow from it: they can be left out.
fn with_times(body: Json) -> Json {
    let Json::Object(mut members) = body else {
        return body;
    };
    let contributes = members.get("contributors").and_then(Json::as_array);
    let stated = members.contains_key("t0") || members.contains_key("t1");
    let text = |name: &str| members.get(name).and_then(Json::as_str);
    let due = match text("randomness") {
        _ if stated || contributes.is_some_and(|all| !all.is_empty()) => None,
        Some("drand") => {
            let round = members.get("round").and_then(Json::as_u64);
            round.and_then(beacon::due)
        }
        Some("lottery") => text("lottery_at").and_then(|at| Timestamp::parse(at).ok()),
        _ => None,
    };
    let lead = match members.get("lead_seconds") {
        None => Some(LEAD_SECONDS),
        Some(lead) => lead.as_u64().and_then(|lead| i64::try_from(lead).ok()),
    };
    let t0 = due.zip(lead).and_then(|(due, lead)| {
        let seconds = due.unix().checked_sub(lead)?;
        Timestamp::from_unix(seconds)
    });
    if let Some(t0) = t0 {
        members.insert("t0".to_owned(), t0.to_string().into());
        members.insert("t1".to_owned(), t0.to_string().into());
    }
    Json::Object(members)
}

const TIME: &str = "a time with its zone, such as 2026-03-02T09:00:00+08:00";

fn object(
    fields: &[Field],
    table: &toml::Table,
    path: &str,
    resolve: &mut dyn Resolve,
) -> Result<Json, PlanFileError> {
    let mut members = BTreeMap::new();
    for (name, value) in table {
        let path = match path {
            "" => name.clone(),
            path => format!("{path}.{name}"),
        };
        let field = fields.iter().find(|field| field.name == name);
        // What no field is known by is told with all other faults, by the check of the whole.
        let ty = field.map_or(FieldType::LongText, |field| field.ty);
        members.insert(name.clone(), convert(&ty, value, &path, resolve)?);
    }
    Ok(Json::Object(members))
}

fn convert(
    ty: &FieldType,
    value: &Toml,
    path: &str,
    resolve: &mut dyn Resolve,
) -> Result<Json, PlanFileError> {
    let wrong = |expected| PlanFileError::Value {
        path: path.to_owned(),
        expected,
    };
    let unresolved = |reason| PlanFileError::Reference {
        path: path.to_owned(),
        reason,
    };
    Ok(match (ty, value) {
        (FieldType::Time, value) => match time(value) {
            Some(time) => time.to_string().into(),
            None => return Err(wrong(TIME)),
        },
        (FieldType::EntryRef(target), Toml::Integer(index)) => {
            let index = u64::try_from(*index).map_err(|_| wrong("the index of an entry"))?;
            let kind = target.kinds.first().copied();
            let kind = kind.ok_or_else(|| wrong("an entry as {index, leaf_hash}"))?;
            resolve.entry(kind, index).map_err(unresolved)?
        }
        (FieldType::File, Toml::String(name)) => resolve.file(name).map_err(unresolved)?,
        (FieldType::List(item), Toml::Array(values)) => {
            let mut list = Vec::new();
            for (at, value) in values.iter().enumerate() {
                list.push(convert(item, value, &format!("{path}[{at}]"), resolve)?);
            }
            Json::Array(list)
        }
        (FieldType::Object(fields), Toml::Table(table)) => object(fields, table, path, resolve)?,
        (_, Toml::String(text)) => nfc(text.trim()).into_owned().into(),
        (_, Toml::Integer(number)) => Json::Int(*number),
        (_, Toml::Boolean(truth)) => Json::Bool(*truth),
        (FieldType::Date, Toml::Datetime(day)) if day.time.is_none() && day.offset.is_none() => {
            day.to_string().into()
        }
        (_, Toml::Datetime(_)) => return Err(wrong("no date or time")),
        (_, Toml::Float(_)) => {
            return Err(wrong(
                "a whole number; a rate is num and den, such as 3 and 100",
            ));
        }
        (ty, Toml::Array(values)) => {
            let one = |value| convert(ty, value, path, resolve);
            Json::Array(values.iter().map(one).collect::<Result<_, _>>()?)
        }
        (_, Toml::Table(table)) => object(&[], table, path, resolve)?,
    })
}

fn time(value: &Toml) -> Option<Timestamp> {
    let text = match value {
        Toml::String(text) => text.clone(),
        Toml::Datetime(moment) => moment.to_string(),
        _ => return None,
    };
    let moment: jiff::Timestamp = text.trim().parse().ok()?;
    Timestamp::from_unix(moment.as_second())
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Echo;

    impl Resolve for Echo {
        fn entry(&mut self, kind: Kind, index: u64) -> Result<Json, String> {
            match index {
                404 => Err("there is none".to_owned()),
                index => Ok(format!("{kind} {index}").into()),
            }
        }

        fn file(&mut self, name: &str) -> Result<Json, String> {
            Ok(format!("file {name}").into())
        }
    }

    fn body(text: &str) -> Result<Json, PlanFileError> {
        plan_body(text, &mut Echo)
    }

    #[test]
    fn entries_times_and_rounds_are_easier_to_write() {
        let body = body(
            "object_snapshot = 7\nt0 = 2026-03-02T09:00:00+08:00\nt1 = \"2026-03-02T01:30:00Z\"\n\
             check_from = 2026-03-03\ncheck_to = \"2026-03-04\"\nround_at = 2023-08-23T15:09:28Z\n\
             plan_name = \" e\u{301} \"\nattachments = [\"a.pdf\"]\n\
             [[plan_items]]\nitem_list = 5\nitem_code = \"A01\"\n\
             [[rules]]\nrule_departments = [\"A\"]\nnum = 3\n",
        )
        .unwrap();
        let text = |name: &str| body.get(name).and_then(Json::as_str).unwrap().to_owned();
        assert_eq!(text("object_snapshot"), "snapshot 7");
        assert_eq!(text("t0"), "2026-03-02T01:00:00Z");
        assert_eq!(text("t1"), "2026-03-02T01:30:00Z");
        assert_eq!(
            (text("check_from"), text("check_to")),
            ("2026-03-03".into(), "2026-03-04".into())
        );
        assert_eq!(text("plan_name"), "\u{e9}");
        assert_eq!(body.get("round"), Some(&Json::Int(2)));
        assert_eq!(body.get("round_at"), None);
        let first = |name: &str| body.get(name).unwrap().as_array().unwrap()[0].clone();
        assert_eq!(first("attachments"), "file a.pdf".into());
        assert_eq!(
            first("plan_items").get("item_list"),
            Some(&"item_list 5".into())
        );
        assert_eq!(first("rules").get("num"), Some(&Json::Int(3)));
    }

    #[test]
    fn times_that_nobody_chooses_need_not_be_written() {
        let times = |text: &str| {
            let body = body(text).unwrap();
            let text = |name: &str| body.get(name)?.as_str().map(str::to_owned);
            (text("t0"), text("t1"))
        };
        let same = |time: &str| (Some(time.to_owned()), Some(time.to_owned()));
        // Round 1000 was due at 15:59:24.
        let drand = "randomness = \"drand\"\nround = 1000\n";
        assert_eq!(times(drand), same("2023-08-23T14:59:24Z"));
        let short = format!("{drand}lead_seconds = 600\n");
        assert_eq!(times(&short), same("2023-08-23T15:49:24Z"));
        let lottery = "randomness = \"lottery\"\nlottery_at = 2026-02-03T21:15:00+08:00\n";
        assert_eq!(times(lottery), same("2026-02-03T12:15:00Z"));
        // Whoever contributes needs times to do so; what is written stays.
        for kept in [
            format!("{drand}contributors = [\"A\"]\n"),
            format!("{drand}lead_seconds = -1\n"),
            "randomness = \"delay\"\n".to_owned(),
        ] {
            assert_eq!(times(&kept), (None, None), "{kept}");
        }
        let written = format!("{drand}t0 = 2023-08-23T14:00:00Z\n");
        assert_eq!(times(&written), (Some("2023-08-23T14:00:00Z".into()), None));
    }

    #[test]
    fn faults_name_line_or_member() {
        for (text, said) in [
            ("a = 1\nb =\n", "line 2"),
            (
                "t0 = 2026-03-02T09:00:00\n",
                "t0: expected a time with its zone",
            ),
            ("t0 = 5\n", "t0: expected a time with its zone"),
            (
                "object_snapshot = -1\n",
                "object_snapshot: expected the index",
            ),
            ("object_snapshot = 404\n", "object_snapshot: there is none"),
            (
                "[[rules]]\nnum = 0.03\n",
                "rules[0].num: expected a whole number",
            ),
            (
                "round = 1\nround_at = 2026-01-01T00:00:00Z\n",
                "round_at: expected either",
            ),
            (
                "check_from = 2026-01-01T00:00:00Z\n",
                "check_from: expected no date or time",
            ),
        ] {
            let found = body(text).unwrap_err().to_string();
            assert!(found.starts_with(said), "{text}: {found}");
        }
    }
}
