//! One plan: what is fixed and since when, how far it is, what happens next, and how to look into it.

use super::super::fault::{Fault, kept};
use super::super::{Answer, Link, Page, Visit};
use super::rules::{self, Meanings};
use super::timeline;
use super::words::{Point, is_late};
use super::{Batch, list, number, text};
use crate::docket::{Snapshot, Stage};
use crate::web::draws::{HANDED, HandedIn};
use crate::web::links;
use gongshi_verify::draw::plan::LEAD_SECONDS;
use serde::Serialize;
use serde_json::{Map, Value};

/// Substitutes shown; the rest stand in the log.
const MAX_SUBSTITUTES: usize = 30;

/// What comes next after a stage's own name: due, and by whose doing it is drawn.
#[cfg(test)]
pub(super) const NEXT: [&str; 3] = ["due-sealed", "due-round", "due-lottery"];

#[derive(Serialize)]
struct LibraryRow {
    title: String,
    name: String,
    entry: Link,
    count: u64,
    as_of: String,
    root: String,
    sealed: bool,
    file: String,
    since: Point,
}

#[derive(Serialize)]
struct Item {
    code: String,
    name: String,
    list: Option<Link>,
    part: Option<String>,
}

#[derive(Serialize)]
struct Department {
    authority: Link,
    lead: bool,
    /// Such as "2 officers with the qualification food".
    seats: Vec<String>,
    tasks: String,
}

#[derive(Serialize)]
struct Substitute {
    entry: Link,
    /// All of it in words.
    text: String,
    reason: String,
    evidence: Option<Link>,
}

/// A round of the beacon that is waited for.
#[derive(Serialize)]
struct Awaited {
    round: u64,
    action: &'static str,
    source: String,
}

pub(in super::super) fn page(visit: &Visit) -> Result<Answer, Fault> {
    let batch = Batch::of(visit)?;
    let plan = &batch.state;
    let libraries = batch.libraries(visit)?;
    let meanings = Meanings::of(visit, &libraries)?;
    let drawn = match &plan.draw {
        Some(draw) => Some(visit.body(draw.index)?),
        None => None,
    };
    let late = is_late(plan, visit.now);
    let awaited = awaited(visit, &batch)?;
    let next = match batch.stage {
        Stage::Due if late => "late",
        Stage::Due if plan.sealed => "due-sealed",
        Stage::Due if awaited.is_some() => "due-round",
        Stage::Due if plan.randomness == "lottery" => "due-lottery",
        Stage::Waiting if plan.randomness == "delay" => "due",
        stage => stage.name(),
    };
    let cancelled = plan.cancelled.as_ref();
    let cancel = match cancelled {
        Some(cancelled) => visit.body(cancelled.index)?,
        None => Map::new(),
    };
    let replaced = match text(&cancel, "replaced_by") {
        "" => None,
        key => Some(Link {
            href: links::plan(visit.lang, key),
            text: key.to_owned(),
        }),
    };
    // How long before it everything was fixed, where something comes from outside.
    let lead = plan.due.map(|due| {
        let least = number(&batch.body, "lead_seconds").and_then(|lead| i64::try_from(lead).ok());
        let args = [
            ("least", visit.span(least.unwrap_or(LEAD_SECONDS)).into()),
            ("lead", visit.span(due.saturating_sub(plan.t0)).into()),
        ];
        visit.say("page-plan-lead-time", &args)
    });
    // What the stage lasts until, with the time that is left.
    let upcoming = match batch.stage {
        Stage::Preparing => Some((visit.word("page-course-t0"), visit.point(plan.t0))),
        Stage::Revealing => Some((visit.word("page-course-t1"), visit.point(plan.t1))),
        Stage::Waiting => Some((
            timeline::outside(visit, plan).0,
            visit.point(plan.known_at()),
        )),
        _ => None,
    };
    let progress = super::progress::of(visit, &batch)?;
    let target = links::page(visit.lang, &format!("/draws/{}/target", plan.key), "");
    Page::new("plan.html", plan.name.clone())
        .above(visit.link("page-plans-title", "/plans"))
        .with("key", &plan.key)
        .with("name", &plan.name)
        .with("stage", &visit.stage_word(plan))
        .with("next", &visit.word(&format!("plan-next-{next}")))
        .with(
            "stopped",
            &matches!(batch.stage, Stage::Cancelled | Stage::Void | Stage::Lapsed),
        )
        .with("upcoming", &upcoming)
        .with("log_now", &visit.moment(visit.now).iso)
        .with("late", &late)
        .with("drawn", &plan.draw.is_some())
        .with(
            "cancel_reason",
            &cancelled.map(|one| visit.word(&format!("code-cancel_reason-{}", one.reason))),
        )
        .with("cancel_words", text(&cancel, "reason"))
        .with("replaced", &replaced)
        .with("lead", &lead)
        .with("handed", &handed(visit))
        .with(
            "authority",
            &visit.authority_link(&batch.registry, &plan.authority),
        )
        .with("region", &visit.region_name(&batch.registry, &plan.region))
        .with(
            "scope",
            &visit.word(&format!("code-plan_scope-{}", plan.scope)),
        )
        .with(
            "mode",
            &visit.word(&format!("code-plan_mode-{}", plan.mode)),
        )
        .with(
            "draw_type",
            &visit.word(&format!("code-draw_type-{}", plan.draw_type)),
        )
        .with("target_scope", batch.text("target_scope"))
        .with("class_rule", batch.text("class_rule"))
        .with(
            "annual",
            &batch
                .body
                .get("annual_plan")
                .and_then(|one| one.get("index"))
                .and_then(Value::as_u64)
                .map(|index| visit.entry(index)),
        )
        .with("check_from", &plan.check_from)
        .with("check_to", &plan.check_to)
        .with("deadline", &visit.point(plan.result_deadline))
        .with("marks", &timeline::marks(visit, &batch, &libraries)?)
        .with("contributors", &timeline::contributors(visit, &batch))
        .with("awaited", &awaited)
        .with("libraries", &library_rows(visit, &libraries))
        .with("items", &items(visit, &batch))
        .with(
            "rules",
            &rules::rows(visit, &batch, &meanings.strata, drawn.as_ref()),
        )
        .with("sealed", &plan.sealed)
        .with("departments", &departments(visit, &batch, &meanings))
        .with("recusals", &list(&batch.body, "recusals").count())
        .with(
            "rotation",
            &number(&batch.body, "rotation").unwrap_or_default(),
        )
        .with(
            "earlier",
            &plan
                .earlier
                .iter()
                .map(|index| visit.entry(*index))
                .collect::<Vec<_>>(),
        )
        .with("outside", &timeline::outside(visit, plan))
        .with(
            "fallback",
            &visit.word(&format!("code-fallback-{}", plan.fallback)),
        )
        .with("substitutes", &substitutes(visit, &batch)?)
        .with("substitutes_all", &plan.substitutes.len())
        .with("progress", &progress)
        .with("draw", &links::draw(visit.lang, &plan.key))
        .with("target", &target)
        .with("record", &visit.entry(plan.index))
        .with("proof", &crate::intake::link_path(plan.index))
        .with("json", &format!("/api/v1/plans/{}", plan.key))
        .with("file", &format!("/api/v1/draws/{}", plan.key))
        .with("saved", &batch.file_name())
        .with("lottery", &lottery(visit, &batch.body))
        .with("foreign", &super::super::summary::foreign(visit.lang))
        .done()
}

/// What came of a round that the reader has handed in on this page.
#[derive(Serialize)]
struct Handed {
    text: String,
    good: bool,
}

/// Told by the code that [`crate::web::api`] sends the reader back with; of another one nothing is known.
fn handed(visit: &Visit) -> Option<Handed> {
    let code = visit.parameter(HANDED)?;
    let code = HandedIn::ALL.iter().find(|one| one.word() == code)?;
    Some(Handed {
        text: visit.word(match code {
            HandedIn::Taken => "page-handed-taken",
            HandedIn::Known => "page-handed-known",
            HandedIn::Format => "page-handed-format",
            HandedIn::Signature => "page-handed-signature",
            HandedIn::Round => "page-handed-round",
            HandedIn::Wrong => "page-handed-wrong",
            HandedIn::Over => "page-handed-over",
            HandedIn::Long => "page-handed-long",
            HandedIn::Busy => "page-handed-busy",
        }),
        good: code.is_good(),
    })
}

/// The round that the plan waits for, from the end of reveals until somebody has handed it in.
fn awaited(visit: &Visit, batch: &Batch) -> Result<Option<Awaited>, Fault> {
    let waits = matches!(batch.stage, Stage::Waiting | Stage::Due | Stage::Lapsed);
    let Some(round) = batch.state.round.filter(|_| waits) else {
        return Ok(None);
    };
    let known = kept(visit.portal.intake.beacon(round))?;
    Ok(known.is_none().then(|| Awaited {
        round,
        action: "/api/v1/beacons",
        source: format!("https://api.drand.sh/{CHAIN}/public/{round}"),
    }))
}

/// The chain whose rounds decide (docs/DRAW.md).
pub(super) const CHAIN: &str = "52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971";

fn library_rows(visit: &Visit, libraries: &[Option<Snapshot>; 2]) -> Vec<LibraryRow> {
    let titles = ["page-library-objects", "page-library-officers"];
    let there = libraries.iter().zip(titles);
    there
        .filter_map(|(library, title)| Some((library.as_ref()?, title)))
        .map(|(library, title)| LibraryRow {
            title: visit.word(title),
            name: library.name.clone(),
            entry: visit.entry(library.index),
            count: library.count,
            as_of: library.as_of.clone(),
            root: library.root.clone(),
            sealed: library.sealed,
            file: links::file(&library.leaves),
            since: visit.point(library.logged_at),
        })
        .collect()
}

fn items(visit: &Visit, batch: &Batch) -> Vec<Item> {
    let items = list(&batch.body, "plan_items");
    items
        .map(|item| Item {
            code: text(item, "item_code").to_owned(),
            name: text(item, "item_name").to_owned(),
            list: entry_of(visit, item, "item_list"),
            part: match text(item, "item_part") {
                "" => None,
                part => Some(visit.word(&format!("code-item_part-{part}"))),
            },
        })
        .collect()
}

/// The entry that a member names.
fn entry_of(visit: &Visit, object: &Map<String, Value>, name: &str) -> Option<Link> {
    let index = object.get(name)?.get("index")?.as_u64()?;
    Some(visit.entry(index))
}

fn departments(visit: &Visit, batch: &Batch, meanings: &Meanings) -> Vec<Department> {
    let lead = batch.text("lead_department");
    let seats = |one: &Map<String, Value>| {
        let officers = number(one, "officers").unwrap_or_default();
        let officers = i64::try_from(officers).unwrap_or(i64::MAX);
        let qualification = text(one, "qualification");
        let meaning = meanings.qualifications.get(qualification);
        let meaning = meaning.map_or(qualification, String::as_str);
        let key = match qualification {
            "" => "page-seats-any",
            _ => "page-seats-qualified",
        };
        let args = [("n", officers.into()), ("qualification", meaning.into())];
        visit.say(key, &args)
    };
    let departments = list(&batch.body, "departments");
    departments
        .map(|one| {
            let id = text(one, "department");
            Department {
                authority: visit.authority_link(&batch.registry, id),
                lead: id == lead,
                seats: list(one, "seats").map(seats).collect(),
                tasks: links::tasks(visit.lang, &batch.state.key, id),
            }
        })
        .collect()
}

fn substitutes(visit: &Visit, batch: &Batch) -> Result<Vec<Substitute>, Fault> {
    let mut rows = Vec::new();
    for one in batch.state.substitutes.iter().rev().take(MAX_SUBSTITUTES) {
        let body = visit.body(one.index)?;
        let (key, from, to) = match one.kind.as_str() {
            "target" => (
                "page-substitute-target",
                text(&body, "target_id"),
                text(&body, "new_target_id"),
            ),
            _ => (
                "page-substitute-officer",
                text(&body, "officer_id"),
                text(&body, "new_officer_id"),
            ),
        };
        let department = one.department.as_deref().unwrap_or_default();
        let args = [
            ("from", from.into()),
            ("to", to.into()),
            ("target", text(&body, "target_id").into()),
            (
                "department",
                visit
                    .authority_link(&batch.registry, department)
                    .text
                    .into(),
            ),
        ];
        let reason = text(&body, "substitute_reason");
        rows.push(Substitute {
            entry: visit.entry(one.index),
            text: visit.say(key, &args),
            reason: visit.word(&format!("code-substitute_reason-{reason}")),
            evidence: entry_of(visit, &body, "evidence"),
        });
    }
    Ok(rows)
}

/// The drawing of the lottery that decides.
pub(super) fn lottery(visit: &Visit, body: &Map<String, Value>) -> Option<String> {
    let game = text(body, "lottery_game");
    if game.is_empty() {
        return None;
    }
    let args = [
        (
            "game",
            visit.word(&format!("code-lottery_game-{game}")).into(),
        ),
        ("issue", text(body, "lottery_issue").into()),
    ];
    Some(visit.say("page-lottery-issue", &args))
}
