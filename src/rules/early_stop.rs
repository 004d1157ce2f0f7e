//! From which day a subject may apply to have a display ended early, and why not.
//!
//! Whether the application is granted is the authority's decision; this says what the rules demand of it.

use super::codes::Codes;
use super::condition::{Context, date_field};
use super::count::{Count, RawCount, next_day};
use super::facts::{Circumstances, Facts, Unruled};
use super::source::{RuleError, Source};
use super::table::{RawCover, RawRule, Table};
use super::version::RuleVersion;
use crate::domain::Kind;
use jiff::civil::Date;
use serde::Deserialize;
use serde_json::Value;
use toml::Spanned;

/// From when an application may be made, and by which rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EarlyStop<'a> {
    /// The rule that decided.
    pub rule: &'a RuleVersion,
    /// First day on which an application may be made; absent: any day.
    pub from: Option<Date>,
    /// Whether it is the day on which all that was ordered was done.
    pub once_duties_done: bool,
    /// What the subject must show.
    pub needs: &'a [Need],
}

/// Why no application may be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WhyNot {
    /// No rule gives an answer.
    #[error(transparent)]
    Unruled(#[from] Unruled),
    /// The shortest time has not run.
    #[error("not before {from}")]
    TooEarly {
        /// First day.
        from: Date,
    },
    /// The rule never lets this be ended early.
    #[error("what was decided is never ended early")]
    ExcludedKind,
    /// It ends by itself, and no application is taken.
    #[error("the display ends by itself")]
    EndsByItself,
    /// Something is not met.
    #[error("not met: {0:?}")]
    NotMet(Need),
}

impl WhyNot {
    /// A stable name of the reason.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Unruled(unruled) => unruled.code(),
            Self::TooEarly { .. } => "too-early",
            Self::ExcludedKind => "excluded-kind",
            Self::EndsByItself => "ends-by-itself",
            Self::NotMet(need) => match need {
                Need::DutiesDone => "duties-not-done",
                Need::HarmRemoved => "harm-not-removed",
                Need::NoSameKindAgain => "same-kind-again",
                Need::NotOnAbnormalList => "on-abnormal-list",
                Need::NotOnSeriousList => "on-serious-list",
                Need::NoHeavyPenaltyAgain => "heavy-penalty-again",
                Need::NoRestrictionRunning => "restriction-running",
                Need::Promised => "no-promise",
                Need::YearsFiled => "years-missing",
                Need::InformationPublished => "information-not-published",
                Need::InformationCorrected => "information-not-corrected",
                Need::Reachable => "still-unreachable",
            },
        }
    }
}

/// What a rule may demand of the subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Need {
    /// All that the decision ordered is done.
    DutiesDone,
    /// The harm is removed.
    HarmRemoved,
    /// No penalty for the same kind of violation since.
    NoSameKindAgain,
    /// Not on the list of abnormal operations.
    NotOnAbnormalList,
    /// Not on the list of serious violations.
    NotOnSeriousList,
    /// No heavier penalty since.
    NoHeavyPenaltyAgain,
    /// No legal restriction still runs.
    NoRestrictionRunning,
    /// A public promise.
    Promised,
    /// The reports of all years that the listing names are filed.
    YearsFiled,
    /// What it was ordered to publish is published.
    InformationPublished,
    /// What was false is corrected.
    InformationCorrected,
    /// Address changed, or reachable there again.
    Reachable,
}

/// What a rule says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Stop {
    Excluded,
    EndsByItself,
    After { start: Start, needs: Vec<Need> },
}

/// From which day on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Start {
    /// Any day.
    AtOnce,
    /// The day on which all that was ordered was done.
    DutiesDone,
    /// The day after a term from a field's day, or from publication.
    Term(Option<&'static str>, Count),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawStop {
    refuse: Option<Spanned<String>>,
    at_once: Option<bool>,
    once_duties_done: Option<bool>,
    count: Option<Spanned<RawCount>>,
    from: Option<Spanned<String>>,
    #[serde(default)]
    needs: Vec<Need>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    cover: Vec<RawCover>,
    rule: Vec<RawRule<RawStop>>,
}

pub(super) fn read(source: Source<'_>, codes: &Codes) -> Result<Table<Stop>, RuleError> {
    let file: File = source.read()?;
    let then = |raw: &Spanned<RawStop>, kinds: &[Kind]| Stop::read(source, raw, kinds);
    let mut rules = Table::read(source, &file.rule, codes, then)?;
    rules.cover(source, &file.rule, &file.cover)?;
    Ok(rules)
}

impl Stop {
    fn read(source: Source<'_>, raw: &Spanned<RawStop>, kinds: &[Kind]) -> Result<Self, RuleError> {
        let of = raw.get_ref();
        let from = of.from.as_ref().map(|text| date_field(source, text, kinds));
        let from = from.transpose()?;
        let start = match (&of.refuse, of.at_once, of.once_duties_done, &of.count) {
            (Some(text), None, None, None) if of.needs.is_empty() && from.is_none() => {
                return match text.get_ref().as_str() {
                    "excluded_kind" => Ok(Self::Excluded),
                    "ends_by_itself" => Ok(Self::EndsByItself),
                    _ => Err(source.fault(text, "refused is excluded_kind or ends_by_itself")),
                };
            }
            (None, Some(true), None, None) if from.is_none() => Start::AtOnce,
            (None, None, Some(true), None) if from.is_none() => Start::DutiesDone,
            (None, None, None, Some(count)) => {
                Start::Term(from, Count::read_by_calendar_days(source, count)?)
            }
            _ => {
                let reason = "an early end is `refuse` alone, or one of `at_once`, `once_duties_done` and `count` (with `from`), with `needs`";
                return Err(source.fault(raw, reason));
            }
        };
        let needs = of.needs.clone();
        Ok(Self::After { start, needs })
    }
}

pub(super) fn early_stop<'a>(
    rules: &'a Table<Stop>,
    facts: &Facts<'_>,
    circumstances: &Circumstances,
    day: Date,
    context: &Context<'_>,
) -> Result<EarlyStop<'a>, WhyNot> {
    let ruled = rules.decide(facts, day, context)?;
    let (start, needs) = match &ruled.then {
        Stop::Excluded => return Err(WhyNot::ExcludedKind),
        Stop::EndsByItself => return Err(WhyNot::EndsByItself),
        Stop::After { start, needs } => (*start, needs),
    };
    let not_met = needs.iter().find(|need| !circumstances.meet(**need, facts));
    if let Some(need) = not_met {
        return Err(WhyNot::NotMet(*need));
    }
    let from = match start {
        Start::AtOnce => None,
        Start::DutiesDone => circumstances.duties_done_on,
        Start::Term(None, count) => Some(next_day(count.last_calendar_day(facts.published_on))),
        Start::Term(Some(field), count) => {
            let kind = facts.body.kind();
            let start = facts
                .body
                .date_of(field)
                .ok_or(Unruled::NoDay { kind, field })?;
            Some(next_day(count.last_calendar_day(start)))
        }
    };
    Ok(EarlyStop {
        rule: &ruled.rule,
        from,
        once_duties_done: start == Start::DutiesDone,
        needs,
    })
}

impl<'a> EarlyStop<'a> {
    /// Whether an application made on a day is not too early.
    pub(super) fn on(self, day: Date, circumstances: &Circumstances) -> Result<Self, WhyNot> {
        match self.from {
            Some(from) if day < from => Err(WhyNot::TooEarly { from }),
            _ if self.needs.contains(&Need::NoRestrictionRunning)
                && circumstances
                    .restriction_until
                    .is_some_and(|until| day <= until) =>
            {
                Err(WhyNot::NotMet(Need::NoRestrictionRunning))
            }
            _ => Ok(self),
        }
    }
}

impl Circumstances {
    fn meet(&self, need: Need, facts: &Facts<'_>) -> bool {
        match need {
            Need::DutiesDone => self.duties_done || self.duties_done_on.is_some(),
            Need::HarmRemoved => self.harm_removed,
            Need::NoSameKindAgain => !self.same_kind_again,
            Need::NotOnAbnormalList => !self.on_abnormal_list,
            Need::NotOnSeriousList => !self.on_serious_list,
            Need::NoHeavyPenaltyAgain => !self.heavy_penalty_again,
            // A question of the day of the application.
            Need::NoRestrictionRunning => true,
            Need::Promised => self.promised,
            Need::YearsFiled => {
                let years = facts
                    .body
                    .value_of("report_years")
                    .and_then(Value::as_array);
                let mut years = years.into_iter().flatten().filter_map(Value::as_i64);
                !self.filed_years.is_empty() && years.all(|year| self.filed_years.contains(&year))
            }
            Need::InformationPublished => self.information_published,
            Need::InformationCorrected => self.information_corrected,
            Need::Reachable => self.address_changed || self.reachable,
        }
    }
}
