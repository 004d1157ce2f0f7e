//! What a log holds against a plan that its documents tell before anything is sent: who may publish it where, the days that belong
//! together, and whether its libraries are of its region and old enough. What only the whole log knows is left to the log.

use super::check::PlanFault;
use super::fetch::Logged;
use crate::domain::{Breach, FieldError};
use crate::ingest::client::Authority;
use crate::intake::plan_days;
use gongshi_verify::draw::admission::usable_from;
use gongshi_verify::draw::plan::Plan;
use gongshi_verify::json::Value;
use gongshi_verify::names::RegionCode;
use gongshi_verify::time::Timestamp;

/// Checks a plan, whose record has that body, against what the log says of the authority whose plan it is, and against the records
/// of its libraries, objects first, as far as they are known.
///
/// # Errors
/// Every fault found.
pub fn check_standing(
    plan: &Plan,
    body: &Value,
    own: &Authority,
    libraries: [Option<&Logged>; 2],
    now: Timestamp,
) -> Result<(), Vec<PlanFault>> {
    let mut faults = Vec::new();
    let text = |name: &str| body.get(name).and_then(Value::as_str).unwrap_or_default();
    let region = text("region");
    if !own.kinds.iter().any(|kind| kind == "plan") {
        faults.push(PlanFault::NoPlans {
            authority: own.id.clone(),
        });
    }
    if !covers(&own.region, region) {
        faults.push(PlanFault::Region {
            found: region.to_owned(),
            authority: own.id.clone(),
            own: own.region.clone(),
        });
    }
    if let Err(fault) = plan_days(plan, &text) {
        faults.push(PlanFault::Field(fault));
    }
    let names = [
        ("object_snapshot", "objects"),
        ("officer_snapshot", "officers"),
    ];
    for ((field, sort), library) in names.into_iter().zip(libraries) {
        let Some(library) = library else { continue };
        let value = library.index.to_string();
        let of = library.text("region").unwrap_or_default();
        let until = library.text("challenge_until");
        let until = until.and_then(|until| Timestamp::parse(until).ok());
        let from = usable_from(library.entry.logged_at, until);
        let reason = if library.text("library") != Some(sort) || !covers(of, region) {
            Breach::LibraryOther
        } else if now.unix() < from {
            let from = Timestamp::from_unix(from).map_or_else(String::new, |from| from.to_string());
            Breach::SnapshotYoung { from }
        } else {
            continue;
        };
        let fault = FieldError::broken(field, value, reason);
        faults.push(PlanFault::Field(fault));
    }
    match faults.is_empty() {
        true => Ok(()),
        false => Err(faults),
    }
}

fn covers(own: &str, region: &str) -> bool {
    match (RegionCode::parse(own), RegionCode::parse(region)) {
        (Ok(own), Ok(region)) => own.covers(&region),
        _ => false,
    }
}
