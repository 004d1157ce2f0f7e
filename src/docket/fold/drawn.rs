//! Who is drawn and who goes there: the draw's list, the opening of a sealed one, and who took whose place since.

use super::{Planning, Texts, list, put, text};
use crate::docket::state::{Drawn, PlanState, Seat, Substituted, TargetState};
use crate::docket::{Docket, decode, key};
use crate::store::{StoreError, WriteBatch};
use serde_json::Value;
use std::collections::BTreeMap;

impl Docket {
    pub(super) fn fold_draw(
        &self,
        plan: &mut PlanState,
        entry: Planning<'_>,
        texts: &Texts<'_>,
        batch: &mut WriteBatch,
    ) -> Result<(), StoreError> {
        let sealed_root = entry.body.get("sealed_root").and_then(Value::as_str);
        plan.draw = Some(Drawn {
            index: entry.index,
            leaf_hash: entry.leaf_hash(),
            authority: entry.entry.authority.to_string(),
            logged_at: entry.entry.logged_at.unix(),
            count: entry.integer("drawn_count").unwrap_or_default(),
            random_value: entry.text("random_value"),
            seed: entry.text("seed"),
            sealed_root: sealed_root.map(str::to_owned),
        });
        batch.delete(key::pending(&plan.key));
        batch.delete(key::lapsed(&plan.key));
        batch.put(key::draw(&plan.authority, entry.index), plan.key.as_str());
        let file = entry
            .body
            .get("drawn_file")
            .and_then(|file| file.get("sha256"));
        let listed: Vec<TargetInRecord> = match file.and_then(Value::as_str) {
            Some(sha256) => {
                let text = texts(sha256)?;
                if text.is_none() {
                    // A server without it still starts; fsck tells of the file, and a new docket heals this.
                    tracing::error!(
                        index = entry.index,
                        sha256,
                        "the file with the list of a draw is missing"
                    );
                }
                text.map_or_else(|| Ok(Vec::new()), |text| decode(text.as_bytes()))?
            }
            None => match entry.body.get("drawn") {
                Some(drawn) => decode(drawn.to_string().as_bytes())?,
                None => Vec::new(),
            },
        };
        for (place, one) in (0..).zip(listed) {
            let target = TargetState {
                target_id: one.target_id,
                place: Some(place),
                stratum: one.stratum,
                ticket: one.ticket,
                seats: one.assigned_seats,
                replaced_by: None,
                replaces: None,
            };
            put_target(batch, plan, &target);
        }
        Ok(())
    }

    pub(super) fn fold_opening(
        &self,
        plan: &PlanState,
        entry: Planning<'_>,
        texts: &Texts<'_>,
        batch: &mut WriteBatch,
    ) -> Result<(), StoreError> {
        let officers = self.snapshot(plan.officers)?;
        let officers = officers.map(|library| texts(&library.leaves)).transpose()?;
        let officers = officers.flatten().unwrap_or_default();
        let departments: BTreeMap<&str, &str> = officers
            .lines()
            .filter_map(|line| {
                let mut parts = line.split('|').skip(2);
                Some((parts.next()?, parts.next()?))
            })
            .collect();
        let file = list(entry.body, "attachments").next();
        let file = file.map(|file| text(file, "sha256"));
        let opened = file.map(texts).transpose()?.flatten().unwrap_or_default();
        for line in opened.lines() {
            let mut parts = line.split('|').skip(2);
            let (Some(id), Some(people)) = (parts.next(), parts.next()) else {
                continue;
            };
            let mut seats: Vec<Seat> = Vec::new();
            for officer in people.split(',').filter(|id| !id.is_empty()) {
                let department = departments.get(officer).copied().unwrap_or_default();
                let before = seats.iter().filter(|seat| seat.department == department);
                seats.push(Seat {
                    department: department.to_owned(),
                    qualification: None,
                    seat_no: u32::try_from(before.count()).unwrap_or(u32::MAX) + 1,
                    officer_id: Some(officer.to_owned()),
                });
            }
            let target = TargetState {
                target_id: id.to_owned(),
                place: None,
                stratum: String::new(),
                ticket: String::new(),
                seats,
                replaced_by: None,
                replaces: None,
            };
            put_target(batch, plan, &target);
        }
        Ok(())
    }

    pub(super) fn fold_substitute(
        &self,
        plan: &mut PlanState,
        entry: Planning<'_>,
        batch: &mut WriteBatch,
    ) -> Result<(), StoreError> {
        let Some(key) = entry.plan_key() else {
            return Ok(());
        };
        let id = entry.text("target_id");
        let Some(mut target) = self.target(&key, &id)? else {
            return Ok(());
        };
        let kind = entry.text("substitute_type");
        if kind == "target" {
            let new = entry.text("new_target_id");
            target.replaced_by = Some(new.clone());
            let follower = TargetState {
                target_id: new,
                place: None,
                ticket: String::new(),
                replaced_by: None,
                replaces: Some(id),
                // As the order gives them, or as intake let them pass where only the department knows it.
                seats: match entry.body.get("new_seats").map(ToString::to_string) {
                    Some(seats) => decode(seats.as_bytes()).unwrap_or_default(),
                    None => target.seats.clone(),
                },
                ..target.clone()
            };
            put_target(batch, plan, &follower);
        } else {
            let (leaving, coming) = (entry.text("officer_id"), entry.text("new_officer_id"));
            let seat = target
                .seats
                .iter_mut()
                .find(|seat| seat.officer_id.as_deref() == Some(&*leaving));
            if let Some(seat) = seat {
                seat.officer_id = Some(coming);
            }
        }
        put(batch, key::target(&plan.key, &target.target_id), &target);
        let department = entry.body.get("department").and_then(Value::as_str);
        plan.substitutes.push(Substituted {
            index: entry.index,
            kind,
            department: department.map(str::to_owned),
        });
        Ok(())
    }
}

/// A target as a draw's record lists it.
#[derive(serde::Deserialize)]
struct TargetInRecord {
    target_id: String,
    stratum: String,
    ticket: String,
    #[serde(default)]
    assigned_seats: Vec<Seat>,
}

fn put_target(batch: &mut WriteBatch, plan: &PlanState, target: &TargetState) {
    put(batch, key::target(&plan.key, &target.target_id), target);
    batch.put(key::drawn_in(&target.target_id, &plan.key), []);
}
