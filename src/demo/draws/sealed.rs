//! The sealed draw: recorded by the department that holds the openings, its list opened after the deadline.

use super::batch::{Batch, later};
use super::libraries::Libraries;
use super::{County, file};
use crate::demo::schedule::{Body, Builder, RecordNumber};
use crate::domain::Kind;
use gongshi_verify::draw::choice::Opening;
use gongshi_verify::draw::randomness::{Delay, joined};
use gongshi_verify::draw::recompute::Outcome;
use gongshi_verify::encoding::hex;
use gongshi_verify::hash::{leaf_hash, sha256};
use gongshi_verify::json::Value;
use gongshi_verify::merkle::tree_head;
use gongshi_verify::names::{AuthorityId, PlanKey};
use gongshi_verify::time::Timestamp;
use std::collections::BTreeMap;

impl Libraries {
    /// What opens the sealed targets, in the order of the library.
    pub(super) fn openings(&self) -> Vec<Opening<'_>> {
        let openings = self.openings.iter().map(|one| Opening {
            id: &one.id,
            class: one.class,
            class_salt: one.class_salt,
            ticket_salt: one.ticket_salt,
        });
        openings.collect()
    }
}

/// Adds the record of the draw, and the opening of its list; the record of the draw.
pub(super) fn record(
    out: &mut Builder<'_>,
    county: &County<'_>,
    batch: &Batch,
    key: &PlanKey,
    at: Timestamp,
    outcome: &Outcome<'_>,
) -> RecordNumber {
    let world = county.world;
    let secrets: Vec<_> = contributors(county, batch)
        .into_iter()
        .map(|id| {
            let secret = super::secret(key, &id);
            (id, Some(secret))
        })
        .collect();
    let mut checkpoints = Vec::new();
    let log2 = u32::try_from(super::DELAY_LOG2).expect("a small number");
    let delay = Delay::new(log2).expect("a delay that can be written down");
    delay.run(&joined(key, &secrets), |checkpoint| {
        checkpoints.push(hex(checkpoint));
        true
    });
    let mut officers: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for seat in &outcome.assignment.seats {
        officers.entry(seat.target).or_default().push(seat.officer);
    }
    let lines: Vec<String> = officers
        .into_iter()
        .map(|(target, mut officers)| {
            officers.sort_unstable();
            let salt = sha256(format!("gongshi/demo-sdrawn/v1|{key}|{target}").as_bytes());
            format!(
                "ddraw/1|sdrawn|{target}|{}|{}",
                officers.join(","),
                hex(&salt)
            )
        })
        .collect();
    let hashes: Vec<_> = lines
        .iter()
        .map(|line| leaf_hash(line.as_bytes()))
        .collect();
    let body = Body::new()
        .text("plan_key", key.as_str())
        .text("library_form", "sealed")
        .text("randomness", "delay")
        .number("delay_log2", super::DELAY_LOG2)
        .texts("delay_checkpoints", &checkpoints)
        .text("random_value", hex(&outcome.randomness))
        .text("seed", outcome.seed.as_str())
        .number("drawn_count", lines.len())
        .text("sealed_root", hex(&tree_head(&hashes)));
    let draw = out.add_at(at, batch.lead, Kind::Draw, body.about_plan(key), None);
    let list: String = lines.iter().map(|line| format!("{line}\n")).collect();
    let day = batch.days.1 + super::plan::PUBLICATION_DAYS + 1;
    let opening = Body::new()
        .text("title", format!("{key} 抽取名单公开"))
        .text("bulletin_type", "drawn_list_opening")
        .text("period_from", world.date(batch.days.0))
        .text("period_to", world.date(batch.days.1))
        .text("issued_on", world.date(day))
        .text("plan_key", key.as_str())
        .put(
            "attachments",
            Value::Array(vec![file(&list, "drawn.txt", "text/plain")]),
        );
    let time = later(world.calendar.slot(day, 0), 60);
    out.add_at(time, batch.lead, Kind::Bulletin, opening, Some(&list));
    draw
}

fn contributors(county: &County<'_>, batch: &Batch) -> Vec<AuthorityId> {
    let lead = &county.world.county.departments[batch.lead].id;
    let notary = super::plan::NOTARIES
        .iter()
        .find(|id| *id != lead)
        .expect("one of two is free");
    let ids = [lead.as_str(), notary];
    ids.map(|id| AuthorityId::parse(id).expect("a department's id"))
        .to_vec()
}
