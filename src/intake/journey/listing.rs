//! Listings and marks, and what ends them.

use super::case::{Case, Past};
use super::{Said, broken};
use crate::domain::exit::{EXITS, Exit};
use crate::domain::{Breach, OfDay};
use crate::intake::Refusal;
use crate::intake::competence::{named, not_yours};
use jiff::civil::Date;

fn of_day(past: &Past) -> OfDay<'_> {
    OfDay {
        index: past.index,
        authority: &past.authority,
        ground: past.text("listed_reason"),
    }
}

/// By which public record, and on which day, a listing was ended; by its entry or by its day, as papers do.
pub(super) fn lifted(
    case: &Case<'_>,
    listing: &Past,
    own: Option<u64>,
) -> Result<Option<(u64, Option<Date>)>, Refusal> {
    let Some(exit) = EXITS.iter().find(|exit| exit.listing == listing.kind()) else {
        return Ok(None);
    };
    let mut all = case.following(listing.index, (exit.exit, exit.field), own)?;
    if let (Some(code), Some(day)) = (listing.view().subject_code(), listing.day()) {
        let of_subject = case.of_subject(code.as_str(), own)?;
        let (listed, others): (Vec<Past>, Vec<Past>) = of_subject
            .into_iter()
            .partition(|one| one.kind() == exit.listing && one.day() == Some(day));
        let listed: Vec<OfDay<'_>> = listed.iter().map(of_day).collect();
        all.extend(others.into_iter().filter(|one| {
            one.kind() == exit.exit
                && one.names(exit.field).is_none()
                && one.view().date_of(exit.day) == Some(day)
                && of_day(one).ends(&of_day(listing), &listed)
        }));
    }
    let first = all
        .iter()
        .min_by_key(|one| one.view().date_of(exit.ends_on));
    Ok(first.map(|one| (one.index, one.view().date_of(exit.ends_on))))
}

/// The end of a listing: of one that stands, by whom it is for, not before it began, and by a repair that was granted where it says so.
pub(super) fn removal(case: &Case<'_>, said: Said<'_>) -> Result<(), Refusal> {
    let Some(exit) = EXITS.iter().find(|exit| exit.exit == said.view.kind()) else {
        return Ok(());
    };
    match case.named(&said.view, exit.field)? {
        Some(listing) => {
            if let Some((by, _)) = lifted(case, &listing, said.own)?
                && !said.settled
            {
                let by = by.to_string();
                return Err(broken(
                    exit.field,
                    listing.index,
                    Breach::RemovedAlready { by },
                ));
            }
            said.not_before(exit.ends_on, &listing, listing.day())?;
        }
        None if named(&said.view, exit.field).is_none() && !said.settled => {
            by_day(case, said, exit)?;
        }
        // Its body is gone: whoever wrote it knows what it said.
        None => {}
    }
    by_decision(case, said, exit)
}

/// By the day alone the listing may be older than the log; what the log has of that day must not be ended already, nor be another authority's.
fn by_day(case: &Case<'_>, said: Said<'_>, exit: &Exit) -> Result<(), Refusal> {
    let (Some(code), Some(day)) = (said.view.subject_code(), said.view.date_of(exit.day)) else {
        return Ok(());
    };
    let removal = OfDay {
        index: u64::MAX,
        authority: said.who,
        ground: said.view.text_of("listed_reason").unwrap_or_default(),
    };
    let mut meant = case.of_subject(code.as_str(), said.own)?;
    meant.retain(|one| {
        one.kind() == exit.listing && one.day() == Some(day) && removal.is_of_ground(&of_day(one))
    });
    let Some(first) = meant.first().map(|one| one.authority.clone()) else {
        return Ok(());
    };
    meant.retain(|one| removal.means(&of_day(one)));
    if meant.is_empty() {
        return Err(not_yours(exit.day, day, first.as_str()));
    }
    let mut last = None;
    for one in &meant {
        match lifted(case, one, said.own)? {
            Some((by, _)) => last = Some(by.to_string()),
            None => return Ok(()),
        }
    }
    match last {
        Some(by) => Err(broken(exit.day, day, Breach::RemovedAlready { by })),
        None => Ok(()),
    }
}

/// The repair by which a listing ends was granted for it, and not rescinded since.
fn by_decision(case: &Case<'_>, said: Said<'_>, exit: &Exit) -> Result<(), Refusal> {
    let Some(decision) = case.named(&said.view, "repair_decision")? else {
        return Ok(());
    };
    let listing = named(&said.view, exit.field);
    if !said.settled {
        super::repair::granted_for(case, &decision, listing)?;
    }
    said.not_before(exit.ends_on, &decision, decision.day())
}

/// Whether a listing of a subject is in force.
pub(super) fn in_force(case: &Case<'_>, listing: &Past) -> Result<bool, Refusal> {
    let is_one = EXITS.iter().any(|exit| exit.listing == listing.kind());
    Ok(is_one && lifted(case, listing, None)?.is_none())
}
