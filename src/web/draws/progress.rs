//! How far a drawn plan has come: who was drawn, inspected, published about, and who is overdue.
//!
//! Known from the log alone. A target that several departments visit is published about when each of them has published.

use crate::docket::{PlanState, TargetState};
use crate::model::DrawnResult;
use crate::web::Portal;
use crate::web::problem::{Problem, internal};
use gongshi_verify::names::PlanKey;
use serde::Serialize;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// How far a plan has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Progress {
    /// Targets to be visited: the drawn, and those that took the places of drawn ones instead of them.
    pub drawn: u64,
    /// Of them, those with a result of any department.
    pub inspected: u64,
    /// Of them, those with a result of every department that visits them; unknown while a sealed list is not opened.
    pub published: Option<u64>,
    /// Those that lack a result of some department after the deadline; none before it. While a sealed list is not opened,
    /// those without any.
    pub overdue: u64,
    /// Results that came after the deadline.
    pub late: u64,
    /// Entries of results that were published as drawn for objects that were not, ascending: what a sealed draw let happen until
    /// its list was opened. Unknown before.
    pub undrawn: Option<Vec<u64>>,
    /// Entries of results of targets that were drawn and then replaced, ascending; a result that is itself the evidence of the
    /// replacement is none of them. Unknown before a sealed list is opened.
    pub replaced: Option<Vec<u64>>,
    /// The same for each department, in the plan's order; empty while a sealed list is not opened.
    pub departments: Vec<DepartmentProgress>,
}

/// How far a department has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DepartmentProgress {
    /// Its identifier.
    pub department: String,
    /// Targets that it visits.
    pub drawn: u64,
    /// Of them, those with its result.
    pub published: u64,
    /// Of them, those with its result by the deadline.
    pub in_time: u64,
    /// Of them, those without, after the deadline.
    pub overdue: u64,
}

/// All that the progress of a plan depends on. That the deadline is over comes without an entry.
#[derive(PartialEq)]
pub(super) struct ProgressKey {
    draw: u64,
    substitutes: usize,
    opening: Option<u64>,
    over: bool,
    model: u64,
}

impl Portal {
    /// How far a plan has come; none before its draw.
    pub fn progress(&self, plan: &PlanState) -> Result<Option<Arc<Progress>>, Problem> {
        let Some(draw) = &plan.draw else {
            return Ok(None);
        };
        let over = self.now() > plan.result_deadline;
        let docket = self.intake.docket();
        let key = ProgressKey {
            draw: draw.index,
            substitutes: plan.substitutes.len(),
            opening: plan.opening,
            over,
            model: self.model.cursor()?,
        };
        let made = self.draws.progress.get(key, || {
            let results = self.model.drawn_results(&plan.key, None)?;
            if plan.sealed && plan.opening.is_none() {
                return Ok::<_, Problem>(unopened(plan, draw.count, &results, over));
            }
            let key = PlanKey::parse(&plan.key).map_err(|error| internal(&error))?;
            let targets = docket.targets(&key).map_err(|error| internal(&error))?;
            let mut progress = counted(plan, &targets, &results, over);
            progress.replaced = Some(self.replaced(plan, &targets, &results)?);
            Ok(progress)
        });
        made.map(Some)
    }

    /// Results of targets that were replaced, but for those that show why.
    fn replaced(
        &self,
        plan: &PlanState,
        targets: &[TargetState],
        results: &[DrawnResult],
    ) -> Result<Vec<u64>, Problem> {
        let gone = targets.iter().filter(|one| one.replaced_by.is_some());
        let gone: BTreeSet<&str> = gone.map(|one| one.target_id.as_str()).collect();
        let mut entries: BTreeSet<u64> = results
            .iter()
            .filter(|one| gone.contains(one.target.as_str()))
            .map(|one| one.index)
            .collect();
        if !entries.is_empty() {
            for one in plan.substitutes.iter().filter(|one| one.kind == "target") {
                let body = self.body(one.index)?;
                let evidence = body.get("evidence").and_then(|entry| entry.get("index"));
                if let Some(index) = evidence.and_then(Value::as_u64) {
                    entries.remove(&index);
                }
            }
        }
        Ok(entries.into_iter().collect())
    }
}

fn late(plan: &PlanState, results: &[DrawnResult]) -> u64 {
    let late = results
        .iter()
        .filter(|one| one.logged_at > plan.result_deadline);
    late.count() as u64
}

fn unopened(plan: &PlanState, drawn: u64, results: &[DrawnResult], over: bool) -> Progress {
    let targets: BTreeSet<&str> = results.iter().map(|one| one.target.as_str()).collect();
    let inspected = targets.len() as u64;
    Progress {
        drawn,
        inspected,
        published: None,
        overdue: if over {
            drawn.saturating_sub(inspected)
        } else {
            0
        },
        late: late(plan, results),
        undrawn: None,
        replaced: None,
        departments: Vec::new(),
    }
}

/// Who was drawn and then replaced was drawn all the same.
fn undrawn(targets: &[TargetState], results: &[DrawnResult]) -> Vec<u64> {
    let drawn: BTreeSet<&str> = targets.iter().map(|one| one.target_id.as_str()).collect();
    let others = results
        .iter()
        .filter(|one| !drawn.contains(one.target.as_str()));
    let mut entries: Vec<u64> = others.map(|one| one.index).collect();
    entries.sort_unstable();
    entries
}

fn counted(
    plan: &PlanState,
    targets: &[TargetState],
    results: &[DrawnResult],
    over: bool,
) -> Progress {
    // When the first result of each came.
    let mut there: BTreeMap<(&str, &str), i64> = BTreeMap::new();
    for one in results {
        let key = (one.target.as_str(), one.authority.as_str());
        let first = there.entry(key).or_insert(one.logged_at);
        *first = one.logged_at.min(*first);
    }
    let any: BTreeSet<&str> = results.iter().map(|one| one.target.as_str()).collect();
    let none = |id: &String| DepartmentProgress {
        department: id.clone(),
        drawn: 0,
        published: 0,
        in_time: 0,
        overdue: 0,
    };
    let mut departments: BTreeMap<&str, DepartmentProgress> = plan
        .departments
        .iter()
        .map(|id| (id.as_str(), none(id)))
        .collect();
    let mut progress = Progress {
        drawn: 0,
        inspected: 0,
        published: Some(0),
        overdue: 0,
        late: late(plan, results),
        undrawn: Some(undrawn(targets, results)),
        replaced: None,
        departments: Vec::new(),
    };
    let mut published = 0;
    for target in targets.iter().filter(|one| one.replaced_by.is_none()) {
        let id = target.target_id.as_str();
        let visited: BTreeSet<&str> = target
            .seats
            .iter()
            .map(|seat| seat.department.as_str())
            .collect();
        let mut missing = visited.is_empty() && !any.contains(id);
        for department in visited {
            let came = there.get(&(id, department));
            let has = came.is_some();
            missing |= !has;
            if let Some(own) = departments.get_mut(department) {
                own.drawn += 1;
                own.published += u64::from(has);
                own.in_time += u64::from(came.is_some_and(|at| *at <= plan.result_deadline));
                own.overdue += u64::from(over && !has);
            }
        }
        progress.drawn += 1;
        progress.inspected += u64::from(any.contains(id));
        published += u64::from(!missing);
        progress.overdue += u64::from(over && missing);
    }
    progress.published = Some(published);
    let own = plan.departments.iter();
    progress.departments = own
        .filter_map(|id| departments.remove(id.as_str()))
        .collect();
    progress
}
