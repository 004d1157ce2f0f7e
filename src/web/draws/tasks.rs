//! Task cards: whom a department visits under a plan, with which officers, for what. Public data only: officers by pseudonym.

use crate::docket::PlanState;
use crate::web::Portal;
use crate::web::problem::{Problem, internal};
use crate::web::table::{self, plain};
use actix_web::http::StatusCode;
use gongshi_verify::names::PlanKey;
use serde::Serialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// One target of a department.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Task {
    /// Its id.
    pub target_id: String,
    /// Its name, where a public record has it.
    pub target_name: Option<String>,
    /// Stratum of the rule that drew it; empty of a sealed draw.
    pub stratum: String,
    /// The target whose place it took.
    pub replaces: Option<String>,
    /// Index of the department's first result of that target, where it is not what the replacement rests on: replaced although a
    /// result was published.
    pub replaced_result: Option<u64>,
    /// The department's officers who go there.
    pub officers: Vec<TaskOfficer>,
    /// Index of the department's first result.
    pub result: Option<u64>,
}

/// An officer on a task card.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TaskOfficer {
    /// Pseudonym; `None` of a seat that nobody may take.
    pub officer_id: Option<String>,
    /// Qualification asked for.
    pub qualification: Option<String>,
    /// Number of the seat among those of the same qualification, from 1.
    pub seat_no: u32,
}

impl Portal {
    /// The tasks of a department under a plan, in the order of the draw; those who came in place of others at the end.
    ///
    /// # Errors
    /// `plan-undrawn` before the draw, `list-sealed` before a sealed list is opened, 404 where the department has no part.
    pub fn tasks(&self, plan: &PlanState, department: &str) -> Result<Vec<Task>, Problem> {
        if !plan.departments.iter().any(|one| one == department) {
            let detail = format!("plan {} sends no officers of {department}", plan.key);
            return Err(Problem::not_found(detail));
        }
        self.draw_of(plan)?;
        if plan.sealed && plan.opening.is_none() {
            let deadline = super::shown(plan.result_deadline);
            return Err(Problem::new(
                StatusCode::NOT_FOUND,
                "list-sealed",
                format!("the list of plan {} is opened after {deadline}", plan.key),
            ));
        }
        let key = PlanKey::parse(&plan.key).map_err(|error| internal(&error))?;
        let targets = self.intake.docket().targets(&key);
        let mut targets = targets.map_err(|error| internal(&error))?;
        targets.retain(|one| one.replaced_by.is_none() && one.is_visited_by(department));
        // Both by id where neither has a place.
        targets.sort_by_key(|one| one.place.unwrap_or(u64::MAX));
        let mut results = BTreeMap::new();
        for one in self.model.drawn_results(&plan.key, None)? {
            if one.authority == department {
                results.entry(one.target).or_insert(one.index);
            }
        }
        let progress = self.progress(plan)?;
        let all = progress.as_ref().and_then(|one| one.replaced.as_deref());
        let after_all = |index: &u64| all.is_some_and(|all| all.contains(index));
        let mut tasks = Vec::with_capacity(targets.len());
        for target in targets {
            let known = self.model.enterprise(&target.target_id)?;
            let own = target
                .seats
                .into_iter()
                .filter(|seat| seat.department == department);
            tasks.push(Task {
                target_name: known
                    .map(|known| known.name)
                    .filter(|name| !name.is_empty()),
                result: results.get(&target.target_id).copied(),
                replaced_result: target
                    .replaces
                    .as_ref()
                    .and_then(|id| results.get(id).copied())
                    .filter(after_all),
                target_id: target.target_id,
                stratum: target.stratum,
                replaces: target.replaces,
                officers: own
                    .map(|seat| TaskOfficer {
                        officer_id: seat.officer_id,
                        qualification: seat.qualification,
                        seat_no: seat.seat_no,
                    })
                    .collect(),
            });
        }
        Ok(tasks)
    }

    /// The tasks as a document.
    pub fn tasks_document(&self, plan: &PlanState, department: &str) -> Result<Value, Problem> {
        let tasks = self.tasks(plan, department)?;
        let items = plan.items.iter().map(|item| {
            json!({"item_code": item.code, "item_name": item.name, "item_list_authority": item.list_authority})
        });
        Ok(json!({
            "plan_key": plan.key,
            "plan_name": plan.name,
            "department": department,
            "draw": plan.draw.as_ref().map(|draw| draw.index),
            "opening": plan.opening,
            "items": items.collect::<Value>(),
            "check_from": plan.check_from,
            "check_to": plan.check_to,
            "result_deadline": super::shown(plan.result_deadline),
            "tasks": serde_json::to_value(tasks).map_err(|error| internal(&error))?,
        }))
    }

    /// The tasks as a table in CSV (RFC 4180), in UTF-8 with the mark by which spreadsheets know it; a line for each target,
    /// several officers or items of one with ` / ` between them.
    pub fn tasks_table(&self, plan: &PlanState, department: &str) -> Result<Vec<u8>, Problem> {
        let names: Vec<&str> = plan.items.iter().map(|item| item.name.as_str()).collect();
        let codes: Vec<&str> = plan.items.iter().map(|item| item.code.as_str()).collect();
        let (names, codes) = (names.join(BETWEEN), codes.join(BETWEEN));
        let deadline = super::shown(plan.result_deadline);
        let mut table = table::begun();
        let mut write = |row: [&str; 12]| {
            table
                .write_record(row.map(plain))
                .map_err(|error| internal(&error))
        };
        write([
            "plan_key",
            "department",
            "target_id",
            "target_name",
            "stratum",
            "officers",
            "item_codes",
            "item_names",
            "check_from",
            "check_to",
            "result_deadline",
            "replaces",
        ])?;
        for task in self.tasks(plan, department)? {
            let officers = task.officers.iter();
            let officers = officers.filter_map(|one| one.officer_id.as_deref());
            write([
                &plan.key,
                department,
                &task.target_id,
                task.target_name.as_deref().unwrap_or_default(),
                &task.stratum,
                &officers.collect::<Vec<_>>().join(BETWEEN),
                &codes,
                &names,
                &plan.check_from,
                &plan.check_to,
                &deadline,
                task.replaces.as_deref().unwrap_or_default(),
            ])?;
        }
        table.into_inner().map_err(|error| internal(&error))
    }
}

/// Stands between several values in one cell.
const BETWEEN: &str = " / ";
