//! The indicators: what each counts, in which unit, of what it is a share, and what was asked for. A new one is a line here and its words in the
//! catalogues (`stat-<token>`, `stat-<token>-help`).

use super::cells::Cell;
use super::draws::{self, Drawn};
use crate::domain::Kind;
use crate::model::PROBLEM;

/// What is counted.
pub struct Indicator {
    /// Its name in the API and in bulletins; it never changes its meaning.
    pub token: &'static str,
    /// What a figure counts: a code of the list `unit`.
    pub unit: &'static str,
    /// Whether it is a share of something.
    pub share: bool,
    /// What was asked for, where anything was.
    pub goals: &'static [Goal],
    /// The part of the page it stands in.
    pub section: &'static str,
    /// How it is counted.
    pub measure: Measure,
}

/// What was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Goal {
    /// At least so much of a hundred.
    Percent(u64),
    /// At least so many.
    Count(u64),
}

/// How something is counted.
#[derive(Clone, Copy)]
pub enum Measure {
    /// Of each drawn plan.
    Draws(fn(&Drawn) -> Vec<Cell>),
    /// Of the results of targets of open draws, by stratum.
    Strata,
    /// Seats of officers, of their number.
    Officers,
    /// Tasks of annual plans that were drawn for, until the end of so manieth month.
    AnnualPlans(i8),
    /// Public records of a kind that say this, of all.
    Said {
        /// The kind.
        kind: Kind,
        /// What they say.
        says: &'static str,
    },
    /// Public records of a kind, by the codes that they have of a list.
    Codes {
        /// The kind.
        kind: Kind,
        /// The list.
        list: &'static str,
    },
    /// Entries of a kind, whatever became of their records.
    Entries(Kind),
    /// What authorities submitted in bulletins under the same name.
    Submitted(&'static str),
    /// The same by what stands behind a common beginning of names, such as a class.
    SubmittedBy(&'static str),
}

const fn entries(token: &'static str, section: &'static str, kind: Kind) -> Indicator {
    Indicator {
        token,
        unit: "records",
        share: false,
        goals: &[],
        section,
        measure: Measure::Entries(kind),
    }
}

const fn codes(
    token: &'static str,
    section: &'static str,
    kind: Kind,
    list: &'static str,
) -> Indicator {
    Indicator {
        token,
        unit: "records",
        share: false,
        goals: &[],
        section,
        measure: Measure::Codes { kind, list },
    }
}

/// Sections of the page, in order.
pub const SECTIONS: &[&str] = &["draws", "publication", "results", "lists", "repair"];

/// Every indicator, in the order of the page.
pub const INDICATORS: &[Indicator] = &[
    Indicator {
        token: "joint_share",
        unit: "subject_visits",
        share: true,
        goals: &[Goal::Percent(8), Goal::Count(120)],
        section: "draws",
        measure: Measure::Draws(draws::joint),
    },
    Indicator {
        token: "joint_batches",
        unit: "batches",
        share: true,
        goals: &[],
        section: "draws",
        measure: Measure::Draws(draws::joint_batches),
    },
    Indicator {
        token: "class_use",
        unit: "batches",
        share: true,
        goals: &[Goal::Percent(60)],
        section: "draws",
        measure: Measure::Draws(draws::class_use),
    },
    Indicator {
        token: "visits_saved",
        unit: "subject_visits",
        share: false,
        goals: &[],
        section: "draws",
        measure: Measure::Draws(draws::visits_saved),
    },
    Indicator {
        token: "annual_progress",
        unit: "items",
        share: true,
        goals: &[],
        section: "draws",
        measure: Measure::AnnualPlans(12),
    },
    Indicator {
        token: "annual_progress_june",
        unit: "items",
        share: true,
        goals: &[Goal::Percent(60)],
        section: "draws",
        measure: Measure::AnnualPlans(6),
    },
    Indicator {
        token: "officers_load",
        unit: "person_times",
        share: false,
        goals: &[],
        section: "draws",
        measure: Measure::Officers,
    },
    Indicator {
        token: "low_risk_undisturbed",
        unit: "subjects",
        share: true,
        goals: &[Goal::Percent(60)],
        section: "draws",
        measure: Measure::Submitted("low_risk_undisturbed"),
    },
    Indicator {
        token: "published_share",
        unit: "subject_visits",
        share: true,
        goals: &[Goal::Percent(100)],
        section: "publication",
        measure: Measure::Draws(draws::published),
    },
    Indicator {
        token: "in_time_share",
        unit: "subject_visits",
        share: true,
        goals: &[Goal::Percent(100)],
        section: "publication",
        measure: Measure::Draws(draws::in_time),
    },
    Indicator {
        token: "annual_report_rate",
        unit: "subjects",
        share: true,
        goals: &[],
        section: "publication",
        measure: Measure::Submitted("annual_report_rate"),
    },
    Indicator {
        token: "problem_rate",
        unit: "records",
        share: true,
        goals: &[],
        section: "results",
        measure: Measure::Said {
            kind: Kind::InspectionResult,
            says: PROBLEM,
        },
    },
    Indicator {
        token: "problem_rate_by_stratum",
        unit: "records",
        share: true,
        goals: &[],
        section: "results",
        measure: Measure::Strata,
    },
    Indicator {
        token: "problem_rate_by_class",
        unit: "records",
        share: true,
        goals: &[],
        section: "results",
        measure: Measure::SubmittedBy("problem_rate_class_"),
    },
    codes(
        "dispositions",
        "results",
        Kind::CampaignResult,
        "disposition",
    ),
    codes("waivers", "results", Kind::NoPenalty, "no_penalty_kind"),
    entries("penalties", "results", Kind::Penalty),
    entries("abnormal_listings", "lists", Kind::AbnormalListing),
    entries("abnormal_removals", "lists", Kind::AbnormalRemoval),
    entries("individual_marks", "lists", Kind::IndividualMark),
    entries("individual_restores", "lists", Kind::IndividualRestore),
    entries("serious_listings", "lists", Kind::SeriousListing),
    entries("serious_removals", "lists", Kind::SeriousRemoval),
    codes(
        "repair_applications",
        "repair",
        Kind::RepairApplication,
        "repair_kind",
    ),
    codes(
        "repair_decisions",
        "repair",
        Kind::RepairDecision,
        "repair_outcome",
    ),
    codes("promises", "repair", Kind::CreditPromise, "promise_type"),
];

impl Indicator {
    /// Whether a cell is part of the whole: a record with several codes is one record.
    #[must_use]
    pub fn is_whole(&self, cell: &Cell) -> bool {
        !matches!(self.measure, Measure::Codes { .. }) || cell.by.is_empty()
    }

    /// Whether what was reached in a month is what was reached until then.
    #[must_use]
    pub fn is_cumulative(&self) -> bool {
        matches!(self.measure, Measure::AnnualPlans(_))
    }

    /// Whether it is told by month.
    #[must_use]
    pub fn is_monthly(&self) -> bool {
        !matches!(
            self.measure,
            Measure::Officers | Measure::Submitted(_) | Measure::SubmittedBy(_)
        )
    }

    /// Whether it has a second number: the whole of a share, or those on whom it lies.
    #[must_use]
    pub fn has_denominator(&self) -> bool {
        self.share || matches!(self.measure, Measure::Officers)
    }

    /// The one of that name.
    #[must_use]
    pub fn named(token: &str) -> Option<&'static Self> {
        INDICATORS.iter().find(|one| one.token == token)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::codes::CodeList;
    use std::collections::BTreeSet;

    #[test]
    fn every_indicator_has_a_name_of_its_own_and_a_place() {
        let tokens: BTreeSet<&str> = INDICATORS.iter().map(|one| one.token).collect();
        assert_eq!(tokens.len(), INDICATORS.len());
        for one in INDICATORS {
            assert!(SECTIONS.contains(&one.section), "{}", one.token);
            let units = CodeList::of_name("unit").expect("a list of units");
            assert!(units.admits(one.unit), "{}", one.token);
            if let Measure::Codes { list, .. } = one.measure {
                assert!(CodeList::of_name(list).is_some(), "{list}");
            }
        }
    }
}
