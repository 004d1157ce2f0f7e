//! Item lists, annual plans with their batches, and the batches' draws.

use super::draws::{self, Batch, Visit};
use super::schedule::{Body, Builder, RecordNumber};
use crate::domain::Kind;
use gongshi_verify::json::Value;

pub(super) fn make(out: &mut Builder<'_>) -> Vec<Visit> {
    let batches = draws::invent(out.world);
    let lists = item_lists(out);
    let annual_plans = annual_plans(out, &batches);
    draws::make(out, &batches, &lists, &annual_plans)
}

fn item_lists(out: &mut Builder<'_>) -> Vec<RecordNumber> {
    let world = out.world;
    let mut lists = Vec::new();
    for (position, department) in world.county.departments.iter().enumerate() {
        let items = department
            .items
            .iter()
            .enumerate()
            .map(|(number, (name, objects, joint))| {
                Body::nested()
                    .number("serial_no", number + 1)
                    .text("item_code", department.item_code(number))
                    .text("item_name", name)
                    .text("item_level", if number == 0 { "key" } else { "general" })
                    .text("legal_basis", &department.basis)
                    .text("inspecting_body", &department.name)
                    .text("object_class", objects)
                    .put("joint", Value::Bool(*joint))
                    .texts("methods", ["on_site", "written"])
                    .text("content", world.cases.item_content.replace("{item}", name))
                    .value()
            });
        let body = Body::new()
            .text("title", format!("{}随机抽查事项清单", department.name))
            .text("version", "2026-1")
            .text("item_list_type", "random_inspection")
            .text("effective_on", world.date(0))
            .put("list_items", Value::Array(items.collect()));
        lists.push(out.add(
            (position / 10, position % 3),
            position,
            Kind::ItemList,
            body,
        ));
    }
    lists
}

fn annual_plans(out: &mut Builder<'_>, batches: &[Batch]) -> Vec<RecordNumber> {
    let world = out.world;
    let mut plans = Vec::new();
    for (position, department) in world.county.departments.iter().enumerate() {
        for (plan_name, _) in &department.plans {
            let number = plans.len();
            let day = 2 + (number + 1) / 3;
            let own = batches.iter().filter(|batch| batch.annual_plan == number);
            let tasks = own
                .filter(|batch| batch.is_announced())
                .map(|batch| task(out, batch));
            let tasks = tasks.collect();
            let body = Body::new()
                .text("annual_plan_no", out.document(position, "抽计"))
                .text(
                    "plan_name",
                    format!("{}2026年度{plan_name}", department.name),
                )
                .number("year", 2026)
                .text("decided_on", world.date(day))
                .put("tasks", Value::Array(tasks))
                .text("filed_with", format!("{}市场监督管理局", world.county.city))
                .text("note", &world.cases.plan_note);
            let slot = (day + 1, (number + 1) % 3);
            plans.push(out.add(slot, position, Kind::AnnualPlan, body));
        }
    }
    plans
}

/// A batch as the annual plan announces it.
fn task(out: &Builder<'_>, batch: &Batch) -> Value {
    let world = out.world;
    let departments = &world.county.departments;
    let lead = &departments[batch.lead];
    let (name, objects, _) = &lead.items[batch.item];
    let task = Body::nested()
        .number("serial_no", batch.number)
        .text("task_name", format!("{name}第{}批次", batch.number))
        .texts("item_names", [name])
        .texts("item_codes", [lead.item_code(batch.item)])
        .text(
            "plan_scope",
            if batch.partners.is_empty() {
                "single"
            } else {
                "joint"
            },
        )
        .text("plan_mode", "county_draw_county_check")
        .text("target_scope", format!("全县{objects}"))
        .text("ratio_frequency", &world.cases.ratio_frequency)
        .text("lead_body", &lead.name)
        .text("check_from", world.date(batch.days.0))
        .text("check_to", world.date(batch.days.1));
    let partners = batch.partners.iter().map(|at| &departments[*at].name);
    match batch.partners.is_empty() {
        true => task.value(),
        false => task.texts("partner_bodies", partners).value(),
    }
}
