//! One row of `tests/data/rules/cases.csv`: its facts as a body and what goes with it.
//!
//! A fact is a field of the kind, or one of the words below; anything else fails, so that no fact is passed over.

use gongshi::domain::dates::parse_date;
use gongshi::domain::{FieldType, Kind, Region, Uscc, View, schema};
use gongshi::rules::{Circumstances, Ended, Facts, How, Later, System};
use jiff::civil::Date;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

pub struct Case {
    pub id: String,
    pub rule: String,
    pub kind: String,
    pub facts: BTreeMap<String, String>,
    pub question: String,
    pub expected: String,
    pub held_by: String,
    pub comment: String,
}

pub fn cases() -> Vec<Case> {
    let text = include_bytes!("../data/rules/cases.csv");
    let mut rows = csv::Reader::from_reader(&text[..]);
    let rows = rows.records().map(|row| {
        let row = row.unwrap();
        let cell = |i: usize| row[i].to_owned();
        let facts = row[3].split(';').map(|fact| fact.split_once('=').unwrap());
        Case {
            id: cell(0),
            rule: cell(1),
            kind: cell(2),
            facts: facts
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect(),
            question: cell(4),
            expected: cell(5),
            held_by: cell(9),
            comment: cell(10),
        }
    });
    rows.collect()
}

pub fn day(text: &str) -> Date {
    parse_date(text).unwrap_or_else(|| panic!("{text}"))
}

/// A case about a record, made ready to be asked.
pub struct Record {
    pub kind: Kind,
    pub body: Map<String, Value>,
    pub published_on: Option<Date>,
    pub province: Region,
    pub system: System,
    pub later: Later,
    pub circumstances: Circumstances,
    /// `applied_on`, `asked_at`, `duty`.
    pub asked: BTreeMap<String, String>,
}

impl Record {
    pub fn new(case: &Case) -> Self {
        let mut record = Self {
            kind: case.kind.parse().unwrap(),
            body: Map::new(),
            published_on: None,
            province: Region::parse("610000").unwrap(),
            system: System::MarketSupervision,
            later: Later::default(),
            circumstances: Circumstances::default(),
            asked: BTreeMap::new(),
        };
        for (name, value) in &case.facts {
            match schema(record.kind).field(name) {
                Some(field) => {
                    let value = member(&field.ty, value);
                    record.body.insert(name.clone(), value);
                }
                None => record.fact(&case.id, name, value),
            }
        }
        record
    }

    fn fact(&mut self, id: &str, name: &str, value: &str) {
        let yes = value == "yes";
        let of = &mut self.circumstances;
        match name {
            "published_on" => self.published_on = Some(day(value)),
            "province" => self.province = Region::parse(value).unwrap(),
            "system" => {
                self.system = match value {
                    "other" => System::Other,
                    _ => System::MarketSupervision,
                }
            }
            "subject_province" => {
                let first = format!("91{}00MA0000090", &value[..4]);
                let code = Uscc::complete(&first).unwrap();
                self.body
                    .insert("subject_uscc".to_owned(), json!(code.as_str()));
            }
            "ended" => {
                let parts: Vec<&str> = value.split(':').collect();
                let by = match parts[1] {
                    "stopped" => How::Stopped,
                    "removed" => How::Removed,
                    _ => How::Withdrawn,
                };
                let kind = parts[0].parse().unwrap();
                self.later.ended.push(Ended {
                    kind,
                    on: day(parts[2]),
                    by,
                });
            }
            "recurred" => self.later.recurred = yes,
            "duties_done" => of.duties_done = yes,
            "duties_done_on" => of.duties_done_on = Some(day(value)),
            "harm_removed" => of.harm_removed = yes,
            "same_kind_again" => of.same_kind_again = yes,
            "on_abnormal_list" => of.on_abnormal_list = yes,
            "on_serious_list" => of.on_serious_list = yes,
            "heavy_penalty_again" => of.heavy_penalty_again = yes,
            "restriction_running" => assert!(!yes),
            "restriction_until" => of.restriction_until = Some(day(value)),
            "promised" => of.promised = yes,
            "filed_years" => {
                of.filed_years = value.split(',').map(|year| year.parse().unwrap()).collect();
            }
            "address_changed" => of.address_changed = yes,
            "reachable" => of.reachable = yes,
            "applied_on" | "asked_at" | "duty" => {
                self.asked.insert(name.to_owned(), value.to_owned());
            }
            _ => panic!("{id}: no such fact: {name}"),
        }
    }

    pub fn facts(&self) -> Facts<'_> {
        let body = View::new(self.kind, &self.body);
        let published_on = self.published_on.or(body.main_date());
        Facts {
            body,
            published_on: published_on.unwrap_or(Date::MIN),
            province: self.province,
            system: self.system,
            later: self.later.clone(),
        }
    }
}

/// A value as the field has it.
fn member(ty: &FieldType, text: &str) -> Value {
    match ty {
        FieldType::MoneyFen | FieldType::Integer { .. } => json!(text.parse::<u64>().unwrap()),
        FieldType::Bool => json!(text == "true"),
        FieldType::Codes(_) => text.split(',').collect(),
        FieldType::List(item) => text.split(',').map(|text| member(item, text)).collect(),
        _ => json!(text),
    }
}
