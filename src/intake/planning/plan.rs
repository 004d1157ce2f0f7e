//! What a plan has to be before it binds: drawable, on listed items, from libraries that were there to be objected to, with
//! officers for every seat, the next of its authority, and the only one open for its items.

use super::{Desk, Material, Said, breach, classes, shown, unavailable, window};
use crate::docket::{PlanItem, Snapshot};
use crate::domain::{Breach, Kind, Stored};
use crate::intake::Refusal;
use gongshi_verify::draw::admission;
use gongshi_verify::draw::library::{Form, Library};
use gongshi_verify::draw::officers::{Barred, Infeasible};
use gongshi_verify::draw::plan::{LEAD_SECONDS, Mode, Plan, PlanError, longest_reveal};
use gongshi_verify::draw::recompute;
use gongshi_verify::json;
use gongshi_verify::names::{AuthorityId, KindName, PlanKey, RegionCode};
use serde_json::Value;
use std::collections::BTreeSet;

/// Seconds of a day.
const DAY: i64 = 86_400;
/// A plan is logged at most so many days before t0.
const AHEAD_DAYS: i64 = 366;
/// Rules and recusals of a plan: what is looked at for every object, or for every officer.
const MOST_RULES: usize = 200;
const MOST_RECUSALS: usize = 5_000;
impl Desk<'_> {
    pub(super) fn inspect_plan(&self, said: Said<'_>) -> Result<(), Refusal> {
        let key = self.names(said)?;
        let plan = read(said)?;
        let last = self.docket.last_serial(&key.authority(), key.period())?;
        if let Some(other) = self.docket.plan(&key)? {
            let index = other.index.to_string();
            return Err(breach("plan_key", &key, Breach::PlanTaken { index }));
        }
        if u64::from(key.serial()) != last + 1 {
            let expected = format!("{:02}", last + 1);
            return Err(breach("plan_key", &key, Breach::SerialGap { expected }));
        }
        for (field, most) in [("rules", MOST_RULES), ("recusals", MOST_RECUSALS)] {
            let count = said.list(field).len();
            if count > most {
                let most = most.to_string();
                return Err(breach(field, count, Breach::TooMany { most }));
            }
        }
        window::check(said, &plan)?;
        self.delay(said, &plan)?;
        self.departments(said)?;
        self.items(said)?;
        // Last, what takes long.
        self.libraries(said, &plan)
    }

    pub(super) fn admit_plan(&self, said: Said<'_>, now: i64) -> Result<(), Refusal> {
        let plan = read(said)?;
        if now > plan.t0.unix() {
            let passed = Breach::T0Passed { now: shown(now) };
            return Err(breach("t0", plan.t0, passed));
        }
        if plan.t0.unix() > now + AHEAD_DAYS * DAY {
            let most = AHEAD_DAYS.to_string();
            return Err(breach("t0", plan.t0, Breach::FarAhead { most }));
        }
        for name in ["object_snapshot", "officer_snapshot"] {
            let library = self.library(said, name)?;
            if now < library.usable_from {
                let from = shown(library.usable_from);
                return Err(breach(name, library.index, Breach::SnapshotYoung { from }));
            }
            self.is_newest(name, &library, now)?;
        }
        self.alone(said, now)
    }

    /// The key is the plan's own, and its authority leads.
    fn names(&self, said: Said<'_>) -> Result<PlanKey, Refusal> {
        let key = said.plan_key()?;
        let authority = said.who().to_owned();
        if key.authority().as_str() != authority {
            return Err(breach(
                "plan_key",
                &key,
                Breach::PlanKeyForeign { authority },
            ));
        }
        let lead = said.text("lead_department");
        match lead == authority {
            true => Ok(key),
            false => Err(breach(
                "lead_department",
                lead,
                Breach::LeadForeign { authority },
            )),
        }
    }

    /// A delay is long enough, and somebody without a part in the draw brings a secret.
    fn delay(&self, said: Said<'_>, plan: &Plan) -> Result<(), Refusal> {
        let Mode::Delay { log2 } = plan.mode else {
            return Ok(());
        };
        // By entry 0, which every proof begins with, not by what the operator has become since: whoever checks has no more.
        if !admission::is_long_enough(plan.mode, self.is_demonstration()?) {
            return Err(breach("delay_log2", log2, Breach::DelayShort));
        }
        let operator = self.registry.operator();
        let independent =
            |id: &AuthorityId| operator.is_some_and(|one| plan.is_independent(id, &one.id));
        match plan.contributors.iter().any(independent) {
            true => Ok(()),
            false => {
                let named = said.list("contributors").len();
                Err(breach("contributors", named, Breach::NobodyIndependent))
            }
        }
    }

    fn is_demonstration(&self) -> Result<bool, Refusal> {
        let first = self.log.leaf(0).map_err(unavailable)?;
        let record = first.record.as_deref().map(json::parse).transpose();
        let record = record.map_err(unavailable)?;
        let body = record.as_ref().and_then(|record| record.get("body"));
        Ok(body.is_some_and(admission::is_demonstration))
    }

    /// All who are named are authorities of the log; those who send officers are the lead and the partners.
    fn departments(&self, said: Said<'_>) -> Result<(), Refusal> {
        let known = |path: String, id: &str| {
            let registered =
                AuthorityId::parse(id).is_ok_and(|id| self.registry.authority(&id).is_some());
            match registered {
                true => Ok(()),
                false => Err(breach(path, id, Breach::AuthorityUnknown)),
            }
        };
        let partners = texts(said.list("partner_departments"));
        let mut sending = BTreeSet::new();
        for (at, one) in said.list("departments").iter().enumerate() {
            let path = format!("departments[{at}].department");
            let id = one
                .get("department")
                .and_then(Value::as_str)
                .unwrap_or_default();
            known(path.clone(), id)?;
            if id != said.who() && !partners.contains(&id) {
                return Err(breach(path, id, Breach::DepartmentStray));
            }
            sending.insert(id);
        }
        for (at, id) in partners.iter().enumerate() {
            if !sending.contains(id) {
                let path = format!("partner_departments[{at}]");
                return Err(breach(path, id, Breach::PartnerIdle));
            }
        }
        for (at, id) in texts(said.list("contributors")).iter().enumerate() {
            let path = format!("contributors[{at}]");
            known(path.clone(), id)?;
            if !self.may_contribute(id) {
                return Err(breach(path, id, Breach::ContributorMute));
            }
        }
        Ok(())
    }

    /// Whether an authority can commit and reveal: a plan whose contributors cannot would only become void.
    fn may_contribute(&self, id: &str) -> bool {
        let Ok(id) = AuthorityId::parse(id) else {
            return false;
        };
        let may = |kind: Kind| {
            let kind = KindName::parse(kind.as_str()).expect("a kind's name is a name");
            self.registry.may_publish(&id, &kind, None).is_ok()
        };
        may(Kind::Commit) && may(Kind::Reveal) && !self.registry.valid_keys(&id).is_empty()
    }

    /// Every item stands on a list that is in force where and when it is inspected (清单之外无检查).
    pub(super) fn items(&self, said: Said<'_>) -> Result<Vec<PlanItem>, Refusal> {
        let mut items = Vec::new();
        for (at, item) in said.list("plan_items").iter().enumerate() {
            let path = format!("plan_items[{at}].item_list");
            let index = item
                .get("item_list")
                .and_then(|list| list.get("index")?.as_u64());
            let index = index.unwrap_or_default();
            let list = self.docket.item_list(index)?;
            let list = list.ok_or_else(|| Refusal::Reference {
                path: path.clone(),
                index,
            })?;
            // A newer list ends an older one on the day it takes effect.
            let newer = list.replaced_by.map(|index| self.docket.item_list(index));
            let newer = newer.transpose()?.flatten();
            if let Some(newer) = newer
                && newer.effective_on.as_str() <= said.text("check_from")
            {
                let index = newer.index.to_string();
                return Err(breach(path, list.index, Breach::ItemListEnded { index }));
            }
            if !covers(&list.region, said.text("region"))
                || list.effective_on.as_str() > said.text("check_from")
            {
                return Err(breach(path, list.index, Breach::ItemListOther));
            }
            let text = |name: &str| item.get(name).and_then(Value::as_str).unwrap_or_default();
            let (code, name) = (text("item_code"), text("item_name"));
            let body = self.body_of(index)?;
            let listed = super::list(body.get("list_items")).iter().any(|one| {
                let same =
                    |name: &str, text: &str| one.get(name).and_then(Value::as_str) == Some(text);
                same("item_code", code) && same("item_name", name)
            });
            if !listed {
                let path = format!("plan_items[{at}].item_code");
                return Err(breach(path, format!("{code} {name}"), Breach::ItemUnlisted));
            }
            items.push(PlanItem {
                list_authority: list.authority,
                code: code.to_owned(),
                name: name.to_owned(),
            });
        }
        Ok(items)
    }

    pub(super) fn body_of(&self, index: u64) -> Result<serde_json::Map<String, Value>, Refusal> {
        let leaf = self.log.leaf(index).map_err(unavailable)?;
        let stored = Stored::read(&leaf.entry, leaf.record.as_deref()).map_err(unavailable)?;
        stored
            .body
            .ok_or_else(|| unavailable(format!("record {index} is missing")))
    }

    /// A library that the plan names, of the plan's region or one above.
    fn library(&self, said: Said<'_>, name: &str) -> Result<Snapshot, Refusal> {
        let index = said.named(name).unwrap_or_default();
        let path = name.to_owned();
        let library = self.docket.snapshot(index)?;
        let library = library.ok_or(Refusal::Reference { path, index })?;
        let sort = match name {
            "object_snapshot" => "objects",
            _ => "officers",
        };
        match library.library == sort && covers(&library.region, said.text("region")) {
            true => Ok(library),
            false => Err(breach(name, index, Breach::LibraryOther)),
        }
    }

    /// Of the snapshots of one library that can be used, only the newest is: else the older could be kept for the day on which it
    /// suits. Newest by the day it shows, then by its place in the log, so that a wrong one is replaced by another of its day.
    fn is_newest(&self, name: &str, library: &Snapshot, now: i64) -> Result<(), Refusal> {
        let of = |one: &Snapshot| {
            (
                one.authority.clone(),
                one.region.clone(),
                one.library.clone(),
                one.name.clone(),
                one.sealed,
            )
        };
        let age = |one: &Snapshot| (one.as_of.clone(), one.index);
        let same = of(library);
        let usable = self.docket.snapshots()?.into_iter();
        let usable = usable.filter(|one| one.usable_from <= now && of(one) == same);
        match usable.max_by_key(age) {
            Some(newest) if newest.index != library.index => {
                let index = newest.index.to_string();
                Err(breach(name, library.index, Breach::SnapshotOld { index }))
            }
            _ => Ok(()),
        }
    }

    /// The libraries are those whose roots the plan names; its rules cover whom they must; every seat can be filled.
    fn libraries(&self, said: Said<'_>, plan: &Plan) -> Result<(), Refusal> {
        for (name, root) in [
            ("object_snapshot", "object_root"),
            ("officer_snapshot", "officer_root"),
        ] {
            let library = self.library(said, name)?;
            if said.text(root) != library.root {
                let expected = library.root;
                return Err(breach(
                    root,
                    said.text(root),
                    Breach::RootDiffers { expected },
                ));
            }
        }
        let objects = self.library(said, "object_snapshot")?;
        let officers = self.library(said, "officer_snapshot")?;
        if objects.sealed {
            classes::check(said, plan, &self.body_of(objects.index)?)?;
        }
        let material = Material::for_plan(self, plan.clone(), &objects, &officers)?;
        let (objects, officers) = material.libraries()?;
        if objects.form() == Form::Open {
            rules_cover(said, plan, &objects)?;
        }
        recompute::feasible(plan, &objects, &officers, &material.met()).map_err(|seat| {
            let alone = recompute::feasible(plan, &objects, &officers, &Barred::new()).is_ok();
            let reason = infeasible(seat, alone.then_some(plan.rotation));
            breach("departments", said.list("departments").len(), reason)
        })
    }
}

/// A seat that nobody can take; or nobody but those whom a rotation over so many draws keeps away.
fn infeasible(seat: Infeasible, rotation: Option<u32>) -> Breach {
    let (target, department) = (seat.target, seat.department);
    let qualification = seat.qualification.unwrap_or_else(|| "-".to_owned());
    let number = seat.number.to_string();
    match rotation {
        None => Breach::Infeasible {
            target,
            department,
            qualification,
            number,
        },
        Some(rotation) => Breach::InfeasibleRotation {
            target,
            department,
            qualification,
            number,
            rotation: rotation.to_string(),
        },
    }
}

/// The plan as the draw reads it.
pub(super) fn read(said: Said<'_>) -> Result<Plan, Refusal> {
    let text = serde_json::to_vec(said.body).map_err(unavailable)?;
    let body = json::parse(&text).map_err(|error| Refusal::Malformed(error.to_string()))?;
    Plan::from_body(&body).map_err(|error| told(said, error))
}

/// A fault of the plan in the words of its field.
fn told(said: Said<'_>, error: PlanError) -> Refusal {
    let lead = said
        .integer("lead_seconds")
        .unwrap_or(LEAD_SECONDS.unsigned_abs());
    let lead = lead.to_string();
    let alone = said.list("contributors").is_empty();
    let delay = said
        .integer("delay_log2")
        .and_then(|log2| u32::try_from(log2).ok());
    let reason = match (error.field.as_str(), delay) {
        ("t0", _) if alone => Breach::T0AtLead { lead },
        ("t0", _) => Breach::RoundNear { lead },
        ("t1", Some(log2)) => Breach::RevealsLong {
            most: longest_reveal(log2).to_string(),
        },
        ("t1", None) => Breach::RevealsLate,
        ("contributors", Some(_)) => Breach::NobodyContributes,
        ("lottery_game", _) => Breach::LotterySmall,
        _ => Breach::Unplannable {
            expected: error.expected.to_owned(),
        },
    };
    let value = said.text(&error.field).to_owned();
    breach(error.field, value, reason)
}

/// Every stratum that the plan's departments have in the library has a rule, unless the plan is aimed at some (定向); and every
/// rule covers somebody, as many as the plan itself asks for.
fn rules_cover(said: Said<'_>, plan: &Plan, objects: &Library<'_>) -> Result<(), Refusal> {
    let sends = |department: &str| {
        plan.seats
            .iter()
            .any(|seats| seats.department == department)
    };
    let mut strata = BTreeSet::new();
    let mut covered = vec![0_u64; plan.rules.len()];
    for target in objects
        .targets()
        .filter(|target| target.exclusion.is_none())
    {
        if target.departments.iter().any(sends) {
            strata.insert(target.stratum);
        }
        for (count, rule) in covered.iter_mut().zip(&plan.rules) {
            *count += u64::from(rule.covers(&target));
        }
    }
    if said.text("draw_type") == "undirected" {
        let has_rule = |stratum: &&&str| !plan.rules.iter().any(|rule| rule.stratum == ***stratum);
        if let Some(stratum) = strata.iter().find(has_rule) {
            let stratum = (*stratum).to_owned();
            return Err(breach(
                "rules",
                plan.rules.len(),
                Breach::StratumWithoutRule { stratum },
            ));
        }
    }
    let least = said.integer("stratum_minimum_size").unwrap_or_default();
    for (at, (count, rule)) in covered.iter().zip(&plan.rules).enumerate() {
        let path = format!("rules[{at}].stratum");
        let stratum = rule.stratum.clone();
        if *count == 0 {
            let empty = Breach::StratumEmpty {
                stratum: stratum.clone(),
            };
            return Err(breach(path, stratum, empty));
        }
        if *count < least {
            let size = count.to_string();
            return Err(breach(path, stratum, Breach::StratumSmall { size }));
        }
    }
    Ok(())
}

fn covers(own: &str, region: &str) -> bool {
    match (RegionCode::parse(own), RegionCode::parse(region)) {
        (Ok(own), Ok(region)) => own.covers(&region),
        _ => false,
    }
}

fn texts(values: &[Value]) -> Vec<&str> {
    values.iter().filter_map(Value::as_str).collect()
}
