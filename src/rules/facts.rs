//! What the rules are told: a record, where and when it was published, what became of it, how its subject stands.

use super::codes::Place;
use super::links::How;
use crate::domain::{Kind, Region, View};
use jiff::civil::Date;
use serde_json::Value;

/// A record, as far as rules ask.
#[derive(Debug, Clone)]
pub struct Facts<'a> {
    /// Its body, in the latest corrected form.
    pub body: View<'a>,
    /// The day in China on which it was logged.
    pub published_on: Date,
    /// Province of the authority that decided (`xx0000`).
    pub province: Region,
    /// Which system of rules the authority belongs to: [`super::Rules::system_of`].
    pub system: System,
    /// What later records say.
    pub later: Later,
}

impl Facts<'_> {
    /// Where and when the codes of the record are read.
    #[must_use]
    pub fn place(&self) -> Place {
        Place {
            province: self.province,
            day: self.body.main_date().unwrap_or(self.published_on),
        }
    }
}

/// Two systems of rules stand side by side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum System {
    /// Market supervision.
    #[default]
    MarketSupervision,
    /// Departments whose records follow the general rules of credit repair.
    Other,
}

/// What later records say about a record.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Later {
    /// Day of the removal or restoration that ended a listing or mark: the last on which that is shown.
    pub removed_on: Option<Date>,
    /// Day on which a granted repair stops the display: the last, unless a withdrawal, which takes effect at once, comes first.
    pub repaired_on: Option<Date>,
    /// Whether the subject did the same again (the list of 2014 alone asks).
    pub recurred: bool,
    /// Records that rest on this one and are no longer shown.
    pub ended: Vec<Ended>,
    /// Kinds of those that rest on it and are shown; looked for only where `ended` is not empty.
    pub resting: Vec<Kind>,
}

/// The end of a record that names this one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ended {
    /// Its kind.
    pub kind: Kind,
    /// Its last day.
    pub on: Date,
    /// How it ended.
    pub by: How,
}

/// How a subject stands that wants a display to end early.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Circumstances {
    /// All that the decision ordered is done.
    pub duties_done: bool,
    /// Since when.
    pub duties_done_on: Option<Date>,
    /// The harm is removed.
    pub harm_removed: bool,
    /// It was penalised again for the same kind of violation.
    pub same_kind_again: bool,
    /// It is on the list of abnormal operations.
    pub on_abnormal_list: bool,
    /// It is on the list of serious violations.
    pub on_serious_list: bool,
    /// It was given a heavier penalty again.
    pub heavy_penalty_again: bool,
    /// Last day of a legal restriction.
    pub restriction_until: Option<Date>,
    /// It has promised in public.
    pub promised: bool,
    /// Years whose reports it has filed.
    pub filed_years: Vec<i64>,
    /// What it was ordered to publish is published.
    pub information_published: bool,
    /// What was false is corrected.
    pub information_corrected: bool,
    /// Its registered address was changed.
    pub address_changed: bool,
    /// It can be reached at its registered address again.
    pub reachable: bool,
}

impl Circumstances {
    /// A subject that has done all it can, as far as only a department can know that: the years whose reports are missing are filed, and
    /// nothing that a log could say speaks against it.
    #[must_use]
    pub fn vouched_for(body: &View<'_>) -> Self {
        let years = body.value_of("report_years").and_then(Value::as_array);
        let years = years.into_iter().flatten().filter_map(Value::as_i64);
        Circumstances {
            duties_done: true,
            harm_removed: true,
            promised: true,
            filed_years: years.collect(),
            information_published: true,
            information_corrected: true,
            reachable: true,
            ..Circumstances::default()
        }
    }
}

/// Why no rule answers.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unruled {
    /// No rule covers the day.
    #[error("no rule for {kind} on {day}")]
    NoRule {
        /// Kind of the record.
        kind: Kind,
        /// The day that decides.
        day: Date,
    },
    /// The record lacks a day that the rule counts from.
    #[error("{kind} says no {field}, from which the term is counted")]
    NoDay {
        /// Kind of the record.
        kind: Kind,
        /// The field.
        field: &'static str,
    },
    /// Whether the fine is low depends on the province, whose standard is not known; the record must say it.
    #[error(
        "the standard of {province} for low fines on {day} is not known: the record has to say lower_fine"
    )]
    ThresholdUnknown {
        /// The province.
        province: Region,
        /// The day of the decision.
        day: Date,
    },
    /// The record says of its fine what the province's standard denies.
    #[error("by the standard of {province} lower_fine is {low}, not what the record says")]
    LowerFineDenied {
        /// The province.
        province: Region,
        /// What the standard says.
        low: bool,
    },
    /// The term ends after the law it rests on, or something the term depends on was annulled: a person has to decide.
    #[error("{rule} gives no end by itself here: the authority has to decide")]
    NeedsReview {
        /// The rule asked, by [`super::RuleVersion::id`].
        rule: String,
    },
    /// No term of that name is in force.
    #[error("no term {name} on {day}")]
    NoTerm {
        /// Its name.
        name: String,
        /// The day.
        day: Date,
    },
}

impl Unruled {
    /// A stable name of the reason.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NoRule { .. } => "no-rule-for-date",
            Self::NoDay { .. } => "day-missing",
            Self::ThresholdUnknown { .. } => "threshold-unknown",
            Self::LowerFineDenied { .. } => "lower-fine-denied",
            Self::NeedsReview { .. } => "needs-review",
            Self::NoTerm { .. } => "no-term-for-date",
        }
    }
}
