//! From which day the early end of a display may be asked for, and what has to be shown for it.
//!
//! It says what the rules say; whether the subject has done what is asked is the department's to judge.

use super::Basis;
use crate::domain::codes::CodeList;
use crate::domain::dates::day_in_china;
use crate::domain::{Kind, View};
use crate::model::StatusList;
use crate::rules::{Circumstances, Later, Need, Rules, WhyNot};
use crate::web::links;
use crate::web::pages::fault::Fault;
use crate::web::pages::summary::Loaded;
use crate::web::pages::{Link, Visit};
use serde::Serialize;

/// Something that has to be shown.
#[derive(Debug, Serialize)]
struct Asked {
    text: String,
    /// What the log says against it.
    against: Option<String>,
}

/// When and on what conditions.
#[derive(Debug, Serialize)]
pub(in crate::web::pages) struct Early {
    text: String,
    needs: Vec<Asked>,
    basis: Option<Basis>,
    guide: String,
    /// The record, for pages of others.
    record: Link,
    kind: String,
}

/// Whether a record speaks against its subject: results of inspections may not.
fn speaks_against(rules: &Rules, view: &View<'_>) -> bool {
    match view.kind() {
        Kind::Penalty | Kind::AbnormalListing | Kind::SeriousListing | Kind::IndividualMark => true,
        Kind::InspectionResult => view.codes_of("outcome").any(|code| {
            let mut known = rules.codes().of(CodeList::ResultCode);
            known.any(|known| known.code == code && known.negative)
        }),
        _ => false,
    }
}

fn need_key(need: Need) -> &'static str {
    match need {
        Need::DutiesDone => "journey-need-duties",
        Need::HarmRemoved => "journey-need-harm",
        Need::NoSameKindAgain => "journey-need-same-kind",
        Need::NotOnAbnormalList => "journey-need-abnormal",
        Need::NotOnSeriousList => "journey-need-serious",
        Need::NoHeavyPenaltyAgain => "journey-need-heavy",
        Need::NoRestrictionRunning => "journey-need-restriction",
        Need::Promised => "journey-need-promise",
        Need::YearsFiled => "journey-need-years",
        Need::InformationPublished => "journey-need-published",
        Need::InformationCorrected => "journey-need-corrected",
        Need::Reachable => "journey-need-reachable",
    }
}

impl Early {
    /// `None` of a record that does not speak against its subject, that is not public, or of which the rules say nothing.
    pub(in crate::web::pages) fn of(visit: &Visit, loaded: &Loaded) -> Result<Option<Self>, Fault> {
        let rules = visit.portal.intake.rules();
        let Some(view) = loaded.view().filter(|view| speaks_against(rules, view)) else {
            return Ok(None);
        };
        let entry = &loaded.entry;
        let published_on = day_in_china(entry.logged_at.unix());
        let facts = rules.facts(
            entry.authority.as_str(),
            view,
            published_on,
            Later::default(),
        );
        let basis = rules
            .early_stop_rule(&facts)
            .ok()
            .map(|rule| visit.basis(rule));
        let (text, needs) = match rules.early_stop(&facts, &Circumstances::vouched_for(&view)) {
            Ok(early) => {
                let text = match early.from {
                    Some(day) if day > visit.today => {
                        visit.say("page-early-from", &[("date", day.to_string().into())])
                    }
                    Some(day) => visit.say("page-early-since", &[("date", day.to_string().into())]),
                    None if early.once_duties_done => visit.word("page-early-duties"),
                    None => visit.word("page-early-now"),
                };
                let mut needs = Vec::new();
                for need in early.needs {
                    needs.push(Asked {
                        text: visit.word(need_key(*need)),
                        against: against(visit, loaded.index, &view, *need)?,
                    });
                }
                (text, needs)
            }
            Err(WhyNot::ExcludedKind) => (visit.word("page-early-never"), Vec::new()),
            Err(WhyNot::EndsByItself) => (visit.word("page-early-by-itself"), Vec::new()),
            Err(_) => return Ok(None),
        };
        let region = view.region();
        let guide = match &region {
            Some(region) => {
                links::with_query(visit.lang, "/repair", &[("region", region.as_str())])
            }
            None => links::page(visit.lang, "/repair", ""),
        };
        Ok(Some(Early {
            text,
            needs,
            basis,
            guide,
            record: visit.entry_link(loaded.index),
            kind: visit.kind_name(entry.kind.as_str()),
        }))
    }
}

/// What the log itself says against a condition: that the subject stands on a list for something else.
fn against(
    visit: &Visit,
    index: u64,
    view: &View<'_>,
    need: Need,
) -> Result<Option<String>, Fault> {
    let list = match need {
        Need::NotOnAbnormalList => StatusList::Abnormal,
        Need::NotOnSeriousList => StatusList::Serious,
        _ => return Ok(None),
    };
    let Some(code) = view.subject_code() else {
        return Ok(None);
    };
    let enterprise = visit.portal.model.enterprise(code.as_str())?;
    let on = enterprise.is_some_and(|one| one.on(list).iter().any(|one| one.index != index));
    Ok(on.then(|| visit.word("page-early-on-list")))
}
