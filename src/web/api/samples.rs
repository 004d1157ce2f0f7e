//! What stands in the addresses of the examples: things that this very log has, so that each example can be tried.
//!
//! What the log has nothing for gets no example, never an invented one.

use crate::docket::PlanState;
use crate::web::Portal;
use crate::web::problem::{Problem, internal};
use gongshi_verify::hash::leaf_hash;
use gongshi_verify::receipt::ReceiptCode;
use std::collections::BTreeMap;

/// Plans looked through for one that is drawn.
const LOOKED_AT: usize = 20;

/// What examples ask about; found or not, each answers.
const QUERIES: [(&str, &str); 9] = [
    ("export", "before=1"),
    ("exportTable", "from=0"),
    ("planTargets", "ids=91000000MA00000900"),
    ("search", "q=2026&limit=2"),
    ("searchAtom", "kind=authority"),
    ("searchCsv", "kind=authority"),
    ("searchJson", "q=2026"),
    // Codes of enterprises begin with it.
    ("suggest", "q=91"),
    ("suggestPage", "q=91"),
];

/// Values for the members of addresses.
pub(super) struct Samples {
    values: BTreeMap<&'static str, String>,
    drawn: bool,
}

impl Samples {
    /// Of this log.
    pub(super) fn of(portal: &Portal) -> Result<Self, Problem> {
        let size = portal.log.published().size();
        let mut values = BTreeMap::from([
            // An enterprise need not be in a library to be asked about.
            ("id", "91000000MA00000900".to_owned()),
            ("kind", "permit".to_owned()),
            ("layout", "gsxt".to_owned()),
            ("new", size.to_string()),
            ("old", size.min(1).to_string()),
            (
                "path",
                match size {
                    0..256 => format!("0/000.p/{size}"),
                    _ => "0/000".to_owned(),
                },
            ),
        ]);
        if size > 0 {
            let code = ReceiptCode::of(0, &leaf_hash(&portal.log.entry(0)?));
            values.insert("code", code.to_string());
            values.insert("index", "0".to_owned());
        }
        if let Some(authority) = portal.intake.registry().authorities().last() {
            values.insert("authority", authority.id.to_string());
        }
        let plan = plan(portal)?;
        if let Some(plan) = &plan {
            let parts = ["authority", "period", "serial"].into_iter();
            values.extend(parts.zip(plan.key.split('/').map(str::to_owned)));
            let departments = plan.departments.first();
            values.extend(departments.map(|one| ("department", one.clone())));
            let library = portal.intake.docket().snapshot(plan.objects);
            let library = library.map_err(|error| internal(&error))?;
            values.extend(library.map(|library| ("sha256", library.leaves)));
        }
        Ok(Samples {
            values,
            drawn: plan.is_some_and(|plan| plan.draw.is_some()),
        })
    }

    /// The address of an operation with everything in it; `None` where something is missing.
    pub(super) fn fill(&self, path: &str, operation: &str) -> Option<String> {
        if matches!(operation, "draw" | "planTasks") && !self.drawn {
            return None;
        }
        let mut filled = String::new();
        for (at, piece) in path.split('{').enumerate() {
            match piece.split_once('}').filter(|_| at > 0) {
                None => filled += piece,
                Some((name, rest)) => {
                    filled += self.values.get(name)?;
                    filled += rest;
                }
            }
        }
        let query = QUERIES.iter().find(|(of, _)| *of == operation);
        if let Some((_, query)) = query {
            filled += "?";
            filled += query;
        }
        Some(filled)
    }
}

/// The newest plan that is drawn and open; else the newest.
fn plan(portal: &Portal) -> Result<Option<PlanState>, Problem> {
    let docket = portal.intake.docket();
    let keys = docket.plans(None, LOOKED_AT);
    let mut newest = None;
    for key in keys.map_err(|error| internal(&error))? {
        let plan = docket.plan(&key).map_err(|error| internal(&error))?;
        match plan {
            Some(plan) if plan.draw.is_some() && !plan.sealed => return Ok(Some(plan)),
            plan => newest = newest.or(plan),
        }
    }
    Ok(newest)
}
