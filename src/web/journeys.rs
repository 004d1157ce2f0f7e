//! What pages and API both say of journeys: which record a receipt code is of, what the rules ask of an application, where and by when.
//!
//! It finds and computes; words and JSON are made by whoever asks.

use super::Portal;
use super::problem::Problem;
use crate::domain::repairs::repaired_by;
use crate::domain::{CodeList, Kind, Region, Stored, View, person};
use crate::log::LogError;
use crate::model::journeys::{Journey, Step, awaited};
use crate::rules::{Code, Later, OutsideCalendar, Requirement, RuleVersion, Rules};
use gongshi_verify::hash::leaf_hash;
use gongshi_verify::receipt::{ReceiptCode, ReceiptError};
use jiff::civil::Date;
use serde_json::{Map, Value, json};

/// What a receipt code is of.
pub(super) struct Receipt<'a> {
    pub(super) code: ReceiptCode,
    pub(super) stored: Stored,
    /// The journey that the record begins, or is a step of.
    pub(super) journey: Option<Journey<'a>>,
}

/// Why a receipt code leads nowhere.
pub(super) enum NoReceipt {
    /// It is none.
    Malformed(ReceiptError),
    /// The log has no such entry.
    Beyond(ReceiptCode),
    /// The entry there is another one.
    Mismatch(ReceiptCode),
    /// It could not be read.
    Unread(Problem),
}

impl<T: Into<Problem>> From<T> for NoReceipt {
    fn from(error: T) -> Self {
        NoReceipt::Unread(error.into())
    }
}

impl<'a> Receipt<'a> {
    /// The record that a code is of.
    pub(super) fn find(portal: &'a Portal, text: &str) -> Result<Self, NoReceipt> {
        let code = ReceiptCode::parse(text).map_err(NoReceipt::Malformed)?;
        if code.index >= portal.log.published().size() {
            return Err(NoReceipt::Beyond(code));
        }
        let leaf = portal.log.leaf(code.index)?;
        if !code.matches(&leaf_hash(&leaf.entry)) {
            return Err(NoReceipt::Mismatch(code));
        }
        let stored = Stored::read(&leaf.entry, leaf.record.as_deref());
        let stored = stored
            .map_err(|e| LogError::damaged(format!("entry {}", code.index), e.to_string()))?;
        let model = &portal.model;
        let journey = match model.journey_of(&portal.log, code.index)? {
            Some(begun) => model.journey(&portal.log, begun)?,
            None => None,
        };
        Ok(Receipt {
            code,
            stored,
            journey,
        })
    }
}

/// The code of the record with which a journey began.
pub(super) fn code_of(journey: &Journey<'_>) -> ReceiptCode {
    ReceiptCode::of(journey.begun.index, &journey.begun.leaf_hash)
}

/// What a record of a journey says, without the full names of the persons that the journey and the record are about.
pub(super) fn without_names(text: &str, journey: &Journey<'_>, step: &Step) -> String {
    let text = person::without_name(text, &journey.begun.view()).into_owned();
    person::without_name(&text, &step.record.view()).into_owned()
}

/// A term of an application made today.
pub(super) struct Term<'a> {
    pub(super) rule: &'a RuleVersion,
    pub(super) starts_on: Date,
    pub(super) due_on: Result<Date, OutsideCalendar>,
    /// The kinds of record that meet it.
    pub(super) awaits: Vec<Kind>,
}

/// One kind of repair, as it is done in a place on a day.
pub(super) struct Way<'a> {
    pub(super) code: &'a Code,
    /// What is repaired.
    pub(super) target: Option<Kind>,
    /// The papers; `None` where the rules say nothing of them.
    pub(super) papers: Option<&'a Requirement>,
    /// The terms from that day on, as if each step were made on it.
    pub(super) terms: Vec<Term<'a>>,
}

/// The kinds of repair that a place knows on a day.
pub(super) fn ways(rules: &Rules, region: Region, day: Date) -> Vec<Way<'_>> {
    let list = CodeList::RepairKind;
    let here = |code: &&Code| {
        let used = rules.codes().get(list, &code.code, region.province(), day);
        used.is_ok_and(|used| std::ptr::eq(used, *code))
    };
    let codes = rules.codes().of(list).filter(here);
    codes
        .map(|code| Way {
            code,
            target: repaired_by(&code.code).and_then(|kinds| kinds.first().copied()),
            papers: rules.documents(&code.code, region, day),
            terms: terms(rules, &code.code, region, day),
        })
        .collect()
}

/// The terms that an application, its acceptance and a decision that grants it would start.
fn terms<'a>(rules: &'a Rules, kind: &str, region: Region, day: Date) -> Vec<Term<'a>> {
    let today = day.to_string();
    let zeros = "0".repeat(64);
    let target = json!({"index": 0, "leaf_hash": zeros});
    let bodies = [
        (
            Kind::RepairApplication,
            json!({"repair_kind": kind, "region": region.as_str(), "applied_on": today, "target": target}),
        ),
        (
            Kind::RepairApplication,
            json!({"repair_kind": kind, "region": region.as_str(), "applied_on": today, "target": target,
                   "acceptance": "accepted", "accepted_on": today}),
        ),
        (
            Kind::RepairDecision,
            json!({"repair_kind": kind, "region": region.as_str(), "repair_outcome": "granted", "decided_on": today, "target": target}),
        ),
    ];
    let mut found: Vec<Term<'a>> = Vec::new();
    for (kind, body) in &bodies {
        let Value::Object(body) = body else { continue };
        for term in of_body(rules, *kind, body, day) {
            if !found.iter().any(|known| known.rule == term.rule) {
                found.push(term);
            }
        }
    }
    found
}

fn of_body<'a>(
    rules: &'a Rules,
    kind: Kind,
    body: &Map<String, Value>,
    day: Date,
) -> Vec<Term<'a>> {
    let facts = rules.facts("", View::new(kind, body), day, Later::default());
    let duties = rules.duties(&facts).into_iter();
    let duties = duties.filter(|duty| !duty.is_publication());
    duties
        .map(|duty| Term {
            rule: duty.rule,
            starts_on: duty.starts_on,
            due_on: duty.due_on,
            awaits: awaited(duty.ends_with),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_known_what_every_kind_of_repair_of_the_nation_is_of() {
        let rules = Rules::built_in();
        let all = rules.codes().of(CodeList::RepairKind);
        let (known, unknown): (Vec<_>, Vec<_>) = all
            .filter(|code| code.provinces.is_empty())
            .map(|code| code.code.as_str())
            .partition(|code| repaired_by(code).is_some());
        assert!(known.contains(&"penalty_early_stop"), "{known:?}");
        // It is of the enterprise as a whole.
        assert_eq!(unknown, ["reorganisation"]);
    }
}
