//! The county's draws: libraries, plans, secrets, draws and openings, as records of the year.
//!
//! Whom a draw draws is computed here by the function that everybody repeats, so that the results that follow are of those
//! drawn; what is recorded in the log is drawn by the server when its time has come, and intake compares. Secrets come from
//! the seed of the demonstration: like its salts they hide nothing, and are right only here.

mod batch;
mod libraries;
mod plan;
mod sealed;

pub(super) use batch::{Batch, invent};

use super::ORIGIN;
use super::schedule::{Body, Builder, RecordNumber, World};
use crate::domain::Kind;
use batch::{Sort, later};
use gongshi_verify::draw::choice::Opening;
use gongshi_verify::draw::library::{Form, Library};
use gongshi_verify::draw::officers::Barred;
use gongshi_verify::draw::plan::Plan;
use gongshi_verify::draw::randomness::{Delay, commitment, joined};
use gongshi_verify::draw::recompute::{self, Inputs, Outcome, Outside};
use gongshi_verify::draw::recorded;
use gongshi_verify::encoding::hex;
use gongshi_verify::hash::{Hash, sha256};
use gongshi_verify::json::Value;
use gongshi_verify::names::{AuthorityId, Origin, PlanKey};
use gongshi_verify::time::Timestamp;
use libraries::Libraries;
use std::collections::{BTreeMap, BTreeSet};

/// Steps of the demonstration's delays, as a power of two.
const DELAY_LOG2: usize = 16;

/// A drawn target and who publishes the result of its inspection.
pub(super) struct Visit {
    pub plan_key: String,
    /// The record of the draw.
    pub draw: RecordNumber,
    /// Credit code.
    pub target: String,
    pub batch: Batch,
    pub officers: Vec<String>,
}

/// What all the plans share.
struct County<'a> {
    world: &'a World,
    /// Objects in the open, objects with sealed classes, officers.
    open: Library<'a>,
    sealed: Library<'a>,
    people: Library<'a>,
    openings: Vec<Opening<'a>>,
    objects: RecordNumber,
    restaurants: RecordNumber,
    officers: RecordNumber,
    /// Item list of each department.
    lists: &'a [RecordNumber],
    /// Annual plans, by number.
    annual_plans: &'a [RecordNumber],
}

/// A draw that is over: what keeps officers from targets they have met.
struct Past {
    lead: usize,
    at: Timestamp,
    met: BTreeSet<(String, String)>,
}

/// Adds everything to the year. `lists` are the departments' item lists, `annual_plans` the annual plans.
pub(super) fn make(
    out: &mut Builder<'_>,
    batches: &[Batch],
    lists: &[RecordNumber],
    annual_plans: &[RecordNumber],
) -> Vec<Visit> {
    let world = out.world;
    let libraries = Libraries::invent(world);
    let library = |library: &str, form: Option<&str>, name: &str, text: &str| {
        let read = match (library, form) {
            ("officers", _) => Form::Officers,
            (_, Some("sealed")) => Form::Sealed,
            _ => Form::Open,
        };
        let parsed = Library::parse(read, text).expect("an invented library is one");
        let body = Body::new()
            .text("library", library)
            .text("library_name", format!("{}{name}", world.county.county))
            .text("as_of", world.date(0))
            .number("count", parsed.leaves().len())
            .text("root", hex(&parsed.root()))
            .put("leaves", file(text, "leaves.txt", "text/plain"));
        let explained = match (library, form) {
            ("officers", _) => body.put(
                "qualifications",
                tokens("qualification", "meaning", &libraries::QUALIFICATIONS),
            ),
            (_, Some("sealed")) => {
                let classes =
                    libraries::CLASSES.map(|(class, _)| (class, libraries::name_of(class)));
                let classes: Vec<(&str, &str)> = classes
                    .iter()
                    .map(|(class, name)| (*class, name.as_str()))
                    .collect();
                body.put("strata", tokens("stratum", "stratum_name", &classes))
            }
            _ => body.put(
                "strata",
                tokens("stratum", "stratum_name", &libraries::STRATA),
            ),
        };
        match form {
            Some(form) => explained.text("library_form", form),
            None => explained,
        }
    };
    let objects = library("objects", Some("open"), "检查对象名录库", &libraries.open);
    let restaurants = library(
        "objects",
        Some("sealed"),
        "餐饮服务单位名录库（封存分类）",
        &libraries.sealed,
    );
    let officers = library("officers", None, "执法检查人员名录库", &libraries.officers);
    let objects = out.add_with((0, 1), 0, Kind::Snapshot, objects, &libraries.open);
    let restaurants = out.add_with((0, 1), 0, Kind::Snapshot, restaurants, &libraries.sealed);
    let officers = out.add_with((0, 1), 0, Kind::Snapshot, officers, &libraries.officers);
    let parsed = |form, text| Library::parse(form, text).expect("an invented library is one");
    let county = County {
        world,
        open: parsed(Form::Open, &libraries.open),
        sealed: parsed(Form::Sealed, &libraries.sealed),
        people: parsed(Form::Officers, &libraries.officers),
        openings: libraries.openings(),
        objects,
        restaurants,
        officers,
        lists,
        annual_plans,
    };
    county.draw_all(out, batches)
}

impl County<'_> {
    fn draw_all(&self, out: &mut Builder<'_>, batches: &[Batch]) -> Vec<Visit> {
        let chosen = batch::chosen(self.world, batches);
        let mut serials: BTreeMap<usize, usize> = BTreeMap::new();
        let mut past: Vec<Past> = Vec::new();
        let mut visits = Vec::new();
        let quotas = plan::Quotas::new(self, batches, &chosen);
        for place in chosen {
            let batch = &batches[place];
            let serial = serials.entry(batch.lead).or_default();
            *serial += 1;
            let lead = &self.world.county.departments[batch.lead].id;
            let key = PlanKey::parse(&format!("{lead}/2026/{serial:02}")).expect("a plan's key");
            let body = self.plan(batch, place, &key, quotas.of(place));
            let planned = batch.planned(self.world, place);
            let plan = Plan::from_body(&Value::Object(body.members.clone()))
                .expect("a plan that can be drawn");
            let mut earlier: Vec<&Past> = past
                .iter()
                .filter(|one| one.lead == batch.lead && one.at < planned)
                .collect();
            earlier.sort_by_key(|one| std::cmp::Reverse(one.at));
            earlier.truncate(plan.rotation as usize);
            let met: BTreeSet<(String, String)> = earlier
                .into_iter()
                .flat_map(|one| one.met.clone())
                .collect();
            out.add_at(planned, batch.lead, Kind::Plan, body.about_plan(&key), None);
            self.prepare(out, batch, place, &plan);
            if batch.sort == Sort::Cancelled {
                let body = Body::new()
                    .text("plan_key", key.as_str())
                    .text("cancel_reason", "plan_error")
                    .text("reason", &self.world.cases.plan_cancelled);
                let time = later(batch.planned(self.world, place), 86_400);
                out.add_at(time, batch.lead, Kind::Cancel, body.about_plan(&key), None);
                continue;
            }
            if batch.sort == Sort::Open {
                continue;
            }
            let at = self.draw_time(batch, place);
            let drawn = self.outcome(batch, &plan, &met, |outcome| {
                let draw = match batch.sort {
                    Sort::Sealed => sealed::record(out, self, batch, &key, at, outcome),
                    _ => out.add_draw(at, batch.lead, &key),
                };
                for ticket in &outcome.drawn {
                    let here = outcome
                        .assignment
                        .seats
                        .iter()
                        .filter(|seat| seat.target == ticket.id);
                    visits.push(Visit {
                        plan_key: key.to_string(),
                        draw,
                        target: ticket.id.to_owned(),
                        batch: batch.clone(),
                        officers: here.map(|seat| seat.officer.to_owned()).collect(),
                    });
                }
                recorded::members(&plan, outcome)
                    .remove("drawn")
                    .unwrap_or(Value::Null)
            });
            // Of a sealed draw nobody else knows who met.
            let met = match batch.sort {
                Sort::Sealed => BTreeSet::new(),
                _ => recorded::met(&drawn).unwrap_or_default(),
            };
            past.push(Past {
                lead: batch.lead,
                at,
                met,
            });
        }
        visits
    }

    /// Commits, and the secrets when their time has come.
    fn prepare(&self, out: &mut Builder<'_>, batch: &Batch, place: usize, plan: &Plan) {
        let key = &plan.key;
        for (number, id) in plan.contributors.iter().enumerate() {
            let who = self.world.department(id.as_str());
            let secret = secret(key, id);
            let body = Body::new()
                .text("plan_key", key.as_str())
                .text("secret_commitment", hex(&commitment(key, id, &secret)));
            let time = later(batch.planned(self.world, place), 3_600 + number);
            out.add_at(time, who, Kind::Commit, body.about_plan(key), None);
            let forgotten = batch.sort == Sort::Unrevealed && number == 0;
            if !matches!(batch.sort, Sort::Cancelled | Sort::Open) && !forgotten {
                let body = Body::new()
                    .text("plan_key", key.as_str())
                    .text("secret", hex(&secret));
                out.add_at(
                    batch.t0(self.world, place),
                    who,
                    Kind::Reveal,
                    body.about_plan(key),
                    None,
                );
            }
        }
    }

    fn draw_time(&self, batch: &Batch, place: usize) -> Timestamp {
        let wait = match batch.sort {
            Sort::Late => 30 * 3_600,
            _ => 3,
        };
        later(batch.t0(self.world, place), wait)
    }

    /// What a batch's draw comes to.
    fn outcome<T>(
        &self,
        batch: &Batch,
        plan: &Plan,
        met: &BTreeSet<(String, String)>,
        then: impl FnOnce(&Outcome<'_>) -> T,
    ) -> T {
        let origin = Origin::parse(ORIGIN).expect("the demonstration's origin is one");
        let operator =
            AuthorityId::parse(&self.world.county.operator.id).expect("the operator's id");
        let (objects, openings) = match batch.sort {
            Sort::Sealed => (&self.sealed, self.openings.as_slice()),
            _ => (&self.open, &[][..]),
        };
        let told = plan.contributors.iter().enumerate().map(|(number, id)| {
            let forgotten = batch.sort == Sort::Unrevealed && number == 0;
            (id.clone(), (!forgotten).then(|| secret(&plan.key, id)))
        });
        let secrets: Vec<(AuthorityId, Option<Hash>)> = told.collect();
        let met: Barred<'_> = met
            .iter()
            .map(|(one, other)| (one.as_str(), other.as_str()))
            .collect();
        let mut checkpoints = Vec::new();
        let log2 = u32::try_from(DELAY_LOG2).expect("a small number");
        let delay = Delay::new(log2).expect("a delay that can be written down");
        delay.run(&joined(&plan.key, &secrets), |checkpoint| {
            checkpoints.push(*checkpoint);
            true
        });
        let inputs = Inputs {
            origin: &origin,
            plan,
            operator: &operator,
            secrets: &secrets,
            outside: Outside::Checkpoints(&checkpoints),
            objects,
            openings,
            officers: &self.people,
            met: &met,
        };
        let outcome = recompute::draw(&inputs, &|_, _, _| None);
        then(&outcome.expect("an invented plan can be drawn"))
    }
}

/// Tokens of a library with what they mean.
fn tokens(token: &str, meaning: &str, all: &[(&str, &str)]) -> Value {
    let one = |(name, text): &(&str, &str)| {
        Body::nested()
            .text(token, *name)
            .text(meaning, *text)
            .value()
    };
    Value::Array(all.iter().map(one).collect())
}

/// A contributor's secret; from the seed, so it hides nothing.
fn secret(key: &PlanKey, id: &AuthorityId) -> Hash {
    sha256(format!("gongshi/demo-secret/v1|{key}|{id}").as_bytes())
}

/// A file as records name it.
pub(super) fn file(text: &str, name: &str, media_type: &str) -> Value {
    Value::object([
        ("media_type", media_type.into()),
        ("name", name.into()),
        ("sha256", hex(&sha256(text.as_bytes())).into()),
        (
            "size",
            Value::Int(i64::try_from(text.len()).unwrap_or(i64::MAX)),
        ),
    ])
}
