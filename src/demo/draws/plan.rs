//! The body of a batch's plan, and how many each batch is to draw so that the year comes to its number.

use super::batch::{Batch, NEXT_DEADLINE, Sort, later};
use super::libraries::{CLASSES, name_of, stratum};
use super::{County, DELAY_LOG2};
use crate::demo::INSPECTIONS;
use crate::demo::dice::Dice;
use crate::demo::schedule::Body;
use gongshi_verify::draw::library::Library;
use gongshi_verify::draw::plan::Plan;
use gongshi_verify::json::Value;
use gongshi_verify::names::PlanKey;
use std::collections::{BTreeMap, BTreeSet};

/// Officers of a department at a target.
const PER_DEPARTMENT: usize = 2;
/// Rates by class: percent.
const CLASS_RATES: [usize; 4] = [1, 2, 10, 30];
/// Out of so many the whole county's batch draws one.
const WHOLE_DEN: usize = 1_000;
/// Working days after the last inspection until results are published.
pub(super) const PUBLICATION_DAYS: usize = 12;
/// Contributes to every draw it has no part in; to those the second does.
pub(super) const NOTARIES: [&str; 2] = ["000000-TJJ", "000000-SWJ"];

/// How many each batch draws.
pub(super) struct Quotas(BTreeMap<usize, usize>);

impl Quotas {
    /// One each, and two for so many that the year comes to its number: what the whole county's and the sealed batch draw is
    /// not chosen but follows.
    pub(super) fn new(county: &County<'_>, batches: &[Batch], chosen: &[usize]) -> Self {
        let plain: Vec<usize> = chosen
            .iter()
            .copied()
            .filter(|at| {
                !matches!(
                    batches[*at].sort,
                    Sort::Whole | Sort::Sealed | Sort::Cancelled | Sort::Open
                )
            })
            .collect();
        let mut serials: BTreeMap<usize, usize> = BTreeMap::new();
        let mut fixed = 0;
        for at in chosen {
            let batch = &batches[*at];
            let serial = serials.entry(batch.lead).or_default();
            *serial += 1;
            if matches!(batch.sort, Sort::Whole | Sort::Sealed) {
                let lead = &county.world.county.departments[batch.lead].id;
                let key =
                    PlanKey::parse(&format!("{lead}/2026/{serial:02}")).expect("a plan's key");
                let body = county.plan(batch, *at, &key, 0);
                let plan = Plan::from_body(&Value::Object(body.members))
                    .expect("a plan that can be drawn");
                fixed += county.outcome(batch, &plan, &BTreeSet::new(), |outcome| {
                    outcome.drawn.len()
                });
            }
        }
        let more = county
            .world
            .scale
            .of(INSPECTIONS)
            .saturating_sub(fixed + plain.len());
        let quotas = plain.iter().enumerate();
        Quotas(
            quotas
                .map(|(place, at)| (*at, 1 + usize::from(place < more)))
                .collect(),
        )
    }

    pub(super) fn of(&self, place: usize) -> usize {
        self.0.get(&place).copied().unwrap_or_default()
    }
}

impl County<'_> {
    /// A plan's body but for the references, which come with it.
    pub(super) fn plan(&self, batch: &Batch, place: usize, key: &PlanKey, quota: usize) -> Body {
        let world = self.world;
        let departments = &world.county.departments;
        let lead = &departments[batch.lead];
        let sent: Vec<&str> = std::iter::once(&batch.lead)
            .chain(&batch.partners)
            .map(|at| departments[*at].id.as_str())
            .collect();
        let notary = NOTARIES
            .iter()
            .find(|id| !sent.contains(*id))
            .expect("one of two is free");
        let (item, objects, _) = &lead.items[batch.item];
        let (t0, [from, to]) = (batch.t0(world, place), batch.window(world));
        let sealed = batch.sort == Sort::Sealed;
        let library = if sealed { &self.sealed } else { &self.open };
        let mut dice = Dice::new(key.as_str());
        let rules = match batch.sort {
            Sort::Whole | Sort::Open => whole(world, lead.id.as_str()),
            Sort::Sealed => CLASSES
                .iter()
                .zip(CLASS_RATES)
                .map(|((class, _), rate)| rule(class, &sent, rate, 100, 0))
                .collect(),
            _ => vec![largest(library, &sent, quota, &mut dice)],
        };
        let all = matches!(batch.sort, Sort::Whole | Sort::Open) || sealed;
        let list = Body::nested()
            .text("item_code", lead.item_code(batch.item))
            .text("item_name", item)
            .value();
        let seats = |id: &&str| {
            let seat = Body::nested()
                .text("qualification", "enforcement")
                .number("officers", PER_DEPARTMENT)
                .value();
            Body::nested()
                .text("department", *id)
                .put("seats", Value::Array(vec![seat]))
                .value()
        };
        let mut body = Body::new()
            .text("plan_key", key.as_str())
            .text(
                "plan_name",
                format!("{}{item}第{}批次抽查", lead.name, batch.number),
            )
            .text("task_name", format!("{item}第{}批次", batch.number))
            .text(
                "plan_scope",
                if batch.partners.is_empty() {
                    "single"
                } else {
                    "joint"
                },
            )
            .text("plan_mode", "county_draw_county_check")
            .text("draw_type", if all { "undirected" } else { "directed" })
            .put("plan_items", Value::Array(vec![list]))
            .text("target_scope", format!("全县{objects}"))
            .text("lead_department", &lead.id)
            .put(
                "departments",
                Value::Array(sent.iter().map(seats).collect()),
            )
            .text(
                "object_root",
                gongshi_verify::encoding::hex(&library.root()),
            )
            .text(
                "officer_root",
                gongshi_verify::encoding::hex(&self.people.root()),
            )
            .put("rules", Value::Array(rules))
            .number("rotation", if batch.lead == 0 { 2 } else { 1 })
            .text("randomness", "delay")
            .number("delay_log2", DELAY_LOG2)
            .texts("contributors", [lead.id.as_str(), notary])
            .text("t0", t0.to_string())
            .text("t1", later(t0, 1).to_string())
            .text("fallback", "none")
            .text("check_from", from)
            .text("check_to", to)
            .text(
                "result_deadline",
                match batch.sort {
                    Sort::Open => NEXT_DEADLINE.to_owned(),
                    _ => world
                        .calendar
                        .slot(batch.days.1 + PUBLICATION_DAYS, 2)
                        .to_string(),
                },
            )
            .refer("plan_items/0/item_list", self.lists[batch.lead])
            .refer("annual_plan", self.annual_plans[batch.annual_plan])
            .refer(
                "object_snapshot",
                if sealed {
                    self.restaurants
                } else {
                    self.objects
                },
            )
            .refer("officer_snapshot", self.officers);
        if sealed {
            body = body.text("class_rule", &world.cases.class_rule);
        }
        if !batch.partners.is_empty() {
            body = body.texts("partner_departments", &sent[1..]);
        }
        body
    }
}

fn rule(stratum: &str, departments: &[&str], num: usize, den: usize, minimum: usize) -> Value {
    Body::nested()
        .text("stratum", stratum)
        .text("stratum_name", name_of(stratum))
        .texts("rule_departments", departments)
        .number("num", num)
        .number("den", den)
        .number("minimum", minimum)
        .value()
}

/// One rule for each form of subject.
fn whole(world: &crate::demo::schedule::World, department: &str) -> Vec<Value> {
    let strata: BTreeSet<&str> = world
        .register
        .subjects
        .iter()
        .map(|one| stratum(one.form))
        .collect();
    let rules = strata.into_iter();
    rules
        .map(|stratum| rule(stratum, &[department], 1, WHOLE_DEN, 1))
        .collect()
}

/// The rule of a batch aimed at one stratum, which it shares with its partners: at the lowest rate in even numbers that draws
/// as many as wanted.
fn largest(library: &Library<'_>, sent: &[&str], quota: usize, dice: &mut Dice) -> Value {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for target in library.targets() {
        if sent.iter().all(|id| target.departments.has(id)) {
            *counts.entry(target.stratum).or_default() += 1;
        }
    }
    let strata: Vec<(&str, usize)> = counts
        .into_iter()
        .filter(|(_, count)| *count >= quota)
        .collect();
    let (stratum, count) = *dice.weighted(&strata, |(_, count)| *count);
    let den = [100, 1_000, 10_000, 100_000]
        .into_iter()
        .find(|den| den * quota >= count)
        .unwrap_or(1_000_000);
    rule(
        stratum,
        sent,
        (den * quota / count).clamp(1, den),
        den,
        quota,
    )
}
