//! Departments that owe something, and what is said of it on a day.

use crate::common::*;
use crate::county::{County, OTHER};
use gongshi::model::{DutyCounts, DutyLine, DutyStart, Part};
use gongshi_verify::json::Value;
use jiff::civil::Date;

pub const KINDS: &[&str] = &[
    "abnormal_listing",
    "abnormal_removal",
    "bulletin",
    "correction",
    "credit_promise",
    "erasure",
    "inspection_result",
    "objection",
    "objection_reply",
    "penalty",
    "permit",
    "repair_application",
    "repair_decision",
    "result_followup",
    "serious_listing",
    "transfer",
    "withdrawal",
];

pub const SUBJECT: &str =
    r#""subject_uscc":"91000000MA00000900","subject_name":"示例食品店","region":"000000""#;

pub fn day(text: &str) -> Date {
    text.parse().unwrap()
}

/// A county whose departments may say all that starts and ends duties.
pub fn office() -> County {
    County::over(TestLog::new(KINDS), KINDS)
}

/// A body about the subject of these tests; `rest`: its other members.
pub fn of_subject(rest: &str) -> Value {
    body(&format!("{{{SUBJECT},{rest}}}"))
}

pub fn penalty(number: &str, decided_on: &str) -> Value {
    crate::county::penalty(number, "general", decided_on)
}

pub fn result(outcome: &str, inspected_on: &str) -> Value {
    of_subject(&format!(
        r#""draw_basis":"complaint","origin_reason":"投诉举报","method":"on_site","inspected_on":"{inspected_on}","outcome":["{outcome}"]"#
    ))
}

impl County {
    pub fn named_json(&self, index: u64) -> String {
        let named = self.named(index);
        let Value::Object(members) = named else {
            panic!("no entry")
        };
        let hash = members.get("leaf_hash").and_then(Value::as_str).unwrap();
        format!(r#"{{"index":{index},"leaf_hash":"{hash}"}}"#)
    }

    /// The numbers of one part of a department's duties on a day; soon are seven days.
    pub fn counts(&self, who: &str, part: Part, on: &str) -> DutyCounts {
        let day = day(on);
        let soon = day.saturating_add(jiff::ToSpan::days(7));
        let totals = self.model().duty_totals_of(who, day, soon).unwrap();
        let all = self.model().duty_totals(day, soon).unwrap();
        assert_eq!(all.get(who).cloned().unwrap_or_default(), totals);
        let of_part = totals.iter().filter(|((of, _), _)| *of == part);
        DutyCounts::sum(of_part.map(|(_, counts)| counts))
    }

    pub fn own(&self, on: &str) -> DutyCounts {
        self.counts(DEPARTMENT, Part::Own, on)
    }

    pub fn of_other(&self, on: &str) -> DutyCounts {
        self.counts(OTHER, Part::Own, on)
    }

    pub fn followed(&self, on: &str) -> DutyCounts {
        self.counts(DEPARTMENT, Part::Followed, on)
    }

    pub fn open(&self, part: Part) -> Vec<DutyLine> {
        self.listed(part, false)
    }

    pub fn late(&self) -> Vec<DutyLine> {
        self.listed(Part::Own, true)
    }

    fn listed(&self, part: Part, late: bool) -> Vec<DutyLine> {
        let start = DutyStart::Skipping(0);
        let model = self.model();
        model
            .duties_from(DEPARTMENT, part, late, start, 100)
            .unwrap()
    }
}
