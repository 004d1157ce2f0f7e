//! A year's drawn plans as cells. What stands of a plan is the docket's, how far it has come is told of every plan ([`Portal::progress`]); here it is
//! only laid out by month and department.

use super::cells::Cell;
use crate::docket::{PlanState, TargetState};
use crate::domain::dates::day_in_china;
use crate::domain::{EntryRef, Kind, Stored};
use crate::model::{Month, PROBLEM};
use crate::web::Portal;
use crate::web::draws::Progress;
use crate::web::problem::{Problem, internal};
use gongshi_verify::names::PlanKey;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;

/// Most revisions of an annual plan that are followed.
const MOST_REVISIONS: usize = 100;

/// A drawn plan.
pub struct Drawn {
    state: PlanState,
    /// The month of the draw.
    month: Month,
    /// The month of the deadline, and whether it is over.
    due: Month,
    over: bool,
    joint: bool,
    /// Whether the plan says how classes change the draw.
    classed: bool,
    /// Entry of the annual plan it names, and the task.
    annual_plan: Option<u64>,
    task: Option<String>,
    progress: Arc<Progress>,
    /// Targets drawn.
    drawn: u64,
}

impl Drawn {
    fn cell(&self, month: Month, authority: &str, value: u64, of: u64) -> Cell {
        Cell::new(month, authority, value, of).plan(self.state.index, &self.state.key)
    }

    fn of_plan(&self, value: u64, of: u64) -> Cell {
        self.cell(self.month, &self.state.authority, value, of)
    }
}

/// Targets drawn jointly, of all drawn.
pub(super) fn joint(plan: &Drawn) -> Vec<Cell> {
    let jointly = if plan.joint { plan.drawn } else { 0 };
    vec![plan.of_plan(jointly, plan.drawn)]
}

/// Joint batches, of all.
pub(super) fn joint_batches(plan: &Drawn) -> Vec<Cell> {
    vec![plan.of_plan(u64::from(plan.joint), 1)]
}

/// Joint batches whose plan uses classes, of the joint ones.
pub(super) fn class_use(plan: &Drawn) -> Vec<Cell> {
    let cell = plan.joint.then(|| plan.of_plan(u64::from(plan.classed), 1));
    cell.into_iter().collect()
}

/// Visits of several departments that became one. Who visits whom under a sealed list is not known until it is opened.
pub(super) fn visits_saved(plan: &Drawn) -> Vec<Cell> {
    let visits: u64 = plan.progress.departments.iter().map(|one| one.drawn).sum();
    let saved = visits.saturating_sub(plan.progress.drawn);
    let known = plan.joint && plan.progress.published.is_some();
    known.then(|| plan.of_plan(saved, 0)).into_iter().collect()
}

/// Visits with a result, of those whose deadline is over.
pub(super) fn published(plan: &Drawn) -> Vec<Cell> {
    due(plan, |progress| progress.inspected, |one| one.published)
}

/// Visits with a result by the deadline, of the same.
pub(super) fn in_time(plan: &Drawn) -> Vec<Cell> {
    let early = |progress: &Progress| progress.inspected.saturating_sub(progress.late);
    due(plan, early, |one| one.in_time)
}

/// Tasks, and of those done the ones done until the end of a month.
pub(super) fn until(cells: &[Cell], month: Month) -> Vec<Cell> {
    let done_later = |cell: &&Cell| cell.plan.is_some() && cell.month > month;
    cells
        .iter()
        .filter(|cell| !done_later(cell))
        .cloned()
        .collect()
}

/// By department; of a sealed list that is not opened, targets instead of visits, and all of them its leader's.
fn due(
    plan: &Drawn,
    unopened: impl Fn(&Progress) -> u64,
    of: impl Fn(&crate::web::draws::DepartmentProgress) -> u64,
) -> Vec<Cell> {
    if !plan.over {
        return Vec::new();
    }
    let progress = &plan.progress;
    if progress.published.is_none() {
        let value = unopened(progress);
        return vec![plan.cell(plan.due, &plan.state.authority, value, progress.drawn)];
    }
    let departments = progress.departments.iter().filter(|one| one.drawn > 0);
    departments
        .map(|one| plan.cell(plan.due, &one.department, of(one), one.drawn))
        .collect()
}

impl Portal {
    /// The drawn plans of a year, and how many are left out.
    pub(super) fn drawn_in(&self, year: i16) -> Result<(Vec<Drawn>, u64), Problem> {
        let fairness = self.fairness(None, &format!("{year:04}"))?;
        let mut all = Vec::with_capacity(fairness.plans.len());
        for plan in &fairness.plans {
            let key = PlanKey::parse(&plan.key).map_err(|error| internal(&error))?;
            let state = self.plan(&key)?;
            let Some(progress) = self.progress(&state)? else {
                continue;
            };
            // As it was published: the draw was made by it.
            let body = self.public(state.index)?.body.unwrap_or_default();
            let text = |name| body.get(name).and_then(Value::as_str);
            let month = |at| Month::of(day_in_china(at));
            let logged = state.draw.as_ref().map_or(0, |draw| draw.logged_at);
            all.push(Drawn {
                month: month(logged),
                due: month(state.result_deadline),
                over: self.now() > state.result_deadline,
                joint: state.scope == "joint",
                classed: text("class_rule").is_some_and(|text| !text.trim().is_empty()),
                annual_plan: body
                    .get("annual_plan")
                    .and_then(EntryRef::from_value)
                    .map(|entry| entry.index),
                task: text("task_name").map(str::to_owned),
                progress,
                drawn: plan.drawn,
                state,
            });
        }
        Ok((all, fairness.left_out))
    }

    /// A record; without its body where it is not public.
    fn public(&self, index: u64) -> Result<Stored, Problem> {
        let leaf = self.log.leaf(index)?;
        let stored = Stored::read(&leaf.entry, leaf.record.as_deref());
        stored.map_err(|error| internal(&error))
    }

    /// The body of a record as it stands, corrections included; `None` where it is not public.
    pub(super) fn standing_body(
        &self,
        index: u64,
    ) -> Result<Option<serde_json::Map<String, Value>>, Problem> {
        let Some(own) = self.public(index)?.body else {
            return Ok(None);
        };
        let corrections = self.intake.standing().corrections(index);
        let corrections = corrections.map_err(|error| internal(&error))?;
        let Some(latest) = corrections.last() else {
            return Ok(Some(own));
        };
        // One that leaves at this moment has no body any more.
        let corrected = self.public(*latest)?.corrected_body().cloned();
        Ok(Some(corrected.unwrap_or(own)))
    }

    /// Results of targets of open draws, by stratum, and those that found a problem.
    pub(super) fn by_stratum(&self, drawn: &[Drawn]) -> Result<Vec<Cell>, Problem> {
        let mut cells = Vec::new();
        let mut problems: HashSet<u64> = HashSet::new();
        let mut asked: BTreeSet<(Month, String)> = BTreeSet::new();
        for plan in drawn.iter().filter(|plan| !plan.state.sealed) {
            let key = PlanKey::parse(&plan.state.key).map_err(|error| internal(&error))?;
            let targets = self.intake.docket().targets(&key);
            let targets = targets.map_err(|error| internal(&error))?;
            let strata: BTreeMap<&str, &TargetState> = targets
                .iter()
                .map(|target| (target.target_id.as_str(), target))
                .collect();
            for result in self.model.drawn_results(&plan.state.key, None)? {
                let Some(target) = strata.get(result.target.as_str()) else {
                    continue;
                };
                let month = Month::of(day_in_china(result.logged_at));
                if asked.insert((month, result.authority.clone())) {
                    problems.extend(self.model.said_entries(
                        month,
                        Kind::InspectionResult,
                        &result.authority,
                        PROBLEM,
                        None,
                        usize::MAX,
                    )?);
                }
                let found = u64::from(problems.contains(&result.index));
                let cell = Cell::new(month, &result.authority, found, 1);
                cells.push(cell.by(&target.stratum).entry(result.index));
            }
        }
        Ok(cells)
    }

    /// Seats of officers of each department's, of their number.
    pub(super) fn loads(&self, year: i16) -> Result<Vec<Cell>, Problem> {
        let fairness = self.fairness(None, &format!("{year:04}"))?;
        let month = Month::of_year(year).1;
        let cell = |one: &crate::web::draws::OfficerFigures| {
            Cell::new(month, &one.department, one.seats, one.officers)
        };
        Ok(fairness.officers.iter().map(cell).collect())
    }

    /// Tasks of the year's annual plans, as they were revised last, and those that a draw was made for, in the month of the first.
    pub(super) fn annual_plans(&self, year: i16, drawn: &[Drawn]) -> Result<Vec<Cell>, Problem> {
        // Each revision, and the one it replaces.
        let mut plans = BTreeMap::new();
        let mut replaced = BTreeMap::new();
        for index in self.model.list(Kind::AnnualPlan, 0, usize::MAX)? {
            let Some(body) = self.standing_body(index)? else {
                continue;
            };
            if body.get("year").and_then(Value::as_i64) != Some(i64::from(year)) {
                continue;
            }
            if let Some(before) = body.get("replaces").and_then(EntryRef::from_value) {
                replaced.insert(before.index, index);
            }
            plans.insert(index, body);
        }
        let latest = |index: u64| {
            let steps = std::iter::successors(Some(index), |at| replaced.get(at).copied());
            steps.take(MOST_REVISIONS).last().unwrap_or(index)
        };
        let mut cells = Vec::new();
        for (index, body) in &plans {
            if replaced.contains_key(index) {
                continue;
            }
            let entry = self.log.leaf(*index)?.entry;
            let entry = gongshi_verify::entry::Entry::parse(&entry);
            let entry = entry.map_err(|error| internal(&error))?;
            let month = Month::of(day_in_china(entry.logged_at.unix()));
            let tasks = body.get("tasks").and_then(Value::as_array);
            let names = tasks.into_iter().flatten();
            let names = names.filter_map(|task| task.get("task_name").and_then(Value::as_str));
            let mut open: BTreeSet<&str> = names.collect();
            let authority = entry.authority.as_str();
            cells.push(Cell::new(month, authority, 0, open.len() as u64).entry(*index));
            let mut own: Vec<&Drawn> = drawn
                .iter()
                .filter(|plan| plan.annual_plan.map(latest) == Some(*index))
                .collect();
            own.sort_by_key(|plan| (plan.month, plan.state.index));
            for plan in own {
                if plan.task.as_deref().is_some_and(|task| open.remove(task)) {
                    cells.push(plan.cell(plan.month, authority, 1, 0));
                }
            }
        }
        Ok(cells)
    }
}
