//! Item lists and annual plans with their batches. Nothing is drawn: a batch is shown as planned.

use super::dice::Dice;
use super::schedule::{Body, Builder};
use crate::domain::Kind;
use gongshi_verify::json::Value;

/// Batches in which departments go together.
const JOINT_BATCHES: usize = 15;

pub(super) fn make(out: &mut Builder<'_>) {
    item_lists(out);
    annual_plans(out);
}

fn item_lists(out: &mut Builder<'_>) {
    let world = out.world;
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
        out.add(
            (position / 10, position % 3),
            position,
            Kind::ItemList,
            body,
        );
    }
}

fn annual_plans(out: &mut Builder<'_>) {
    let world = out.world;
    let mut dice = Dice::new("plans");
    let mut joint_left = JOINT_BATCHES;
    let mut serial = 0;
    for (position, department) in world.county.departments.iter().enumerate() {
        let mut item = 0;
        for (plan_name, batches) in &department.plans {
            serial += 1;
            let day = 2 + serial / 3;
            let mut tasks = Vec::new();
            for number in 1..=*batches {
                let (name, objects, can_join) = &department.items[item % department.items.len()];
                let code = department.item_code(item % department.items.len());
                item += 1;
                let joint = *can_join && joint_left > 0 && item % 2 == 1;
                let from = dice.between(20, 160);
                let mut task = Body::nested()
                    .number("serial_no", number)
                    .text("task_name", format!("{name}第{number}批次"))
                    .texts("item_names", [name])
                    .texts("item_codes", [code])
                    .text("plan_scope", if joint { "joint" } else { "single" })
                    .text("plan_mode", "county_draw_county_check")
                    .text(
                        "draw_type",
                        if dice.chance(30) {
                            "directed"
                        } else {
                            "undirected"
                        },
                    )
                    .text("target_scope", format!("全县{objects}"))
                    .text(
                        "ratio_frequency",
                        format!("{}%，一年一次", dice.between(2, 10)),
                    )
                    .number("quota", dice.between(3, 30))
                    .text("lead_body", &department.name)
                    .text("check_from", world.date(from))
                    .text("check_to", world.date(from + dice.between(20, 45)));
                if joint {
                    joint_left -= 1;
                    let others = &world.county.departments;
                    let partner =
                        &others[(position + dice.between(1, others.len() - 1)) % others.len()];
                    task = task.texts("partner_bodies", [&partner.name]);
                }
                tasks.push(task.value());
            }
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
            out.add((day + 1, serial % 3), position, Kind::AnnualPlan, body);
        }
    }
}
