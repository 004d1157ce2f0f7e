//! Listings and marks, and what ends them.
//!
//! A serious listing leaves by its term or by a repair that was granted, unless it should never have been: the dated rules give the term, and
//! where they give none the department's word stays.

use super::case::{Case, Past};
use super::{Said, broken, changes};
use crate::domain::office::is_or_is_above;
use crate::domain::{Breach, CodeList, Exit, Kind};
use crate::intake::Refusal;
use crate::intake::competence::{named, not_yours};
use crate::rules::{End, Rules};
use gongshi_verify::encoding::hex;
use jiff::civil::Date;

/// By which public record, and on which day, a listing was ended: by one that names it by its entry.
pub(super) fn lifted(
    case: &Case<'_>,
    listing: &Past,
    own: Option<u64>,
) -> Result<Option<(u64, Option<Date>)>, Refusal> {
    let Some(exit) = Exit::of_listing(listing.kind()) else {
        return Ok(None);
    };
    let ends = case.following(listing.index, (exit.exit, exit.field), own)?;
    let ends = ends.iter();
    let ends = ends.map(|one| (one.index, one.view().date_of(exit.ends_on)));
    Ok(ends.min_by_key(|(_, day)| *day))
}

/// The end of a listing: of one that stands, by whom it is for, not before it began, on the ground it gives, and by a repair that was granted where
/// it says so.
pub(super) fn removal(case: &Case<'_>, said: Said<'_>) -> Result<(), Refusal> {
    let Some(exit) = Exit::by(said.view.kind()) else {
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
            if let Some(day) = said.view.date_of(exit.day)
                && let Some(other) = listing.day().filter(|other| *other != day && !said.settled)
            {
                let (index, day_of) = (listing.index.to_string(), other.to_string());
                return Err(broken(
                    exit.day,
                    day,
                    Breach::ListingDayOther { index, day: day_of },
                ));
            }
            said.not_before(exit.ends_on, &listing, listing.day())?;
            on_ground(case, said, exit, &listing)?;
        }
        None if named(&said.view, exit.field).is_none() && !said.settled => {
            of_its_day(case, said, exit)?;
        }
        // Its body is gone: whoever wrote it knows what it said.
        None => {}
    }
    by_decision(case, said, exit)
}

/// A serious listing whose term is said to have ended had one that did; one that is said to be repaired has a decision that granted it.
fn on_ground(case: &Case<'_>, said: Said<'_>, exit: &Exit, listing: &Past) -> Result<(), Refusal> {
    // What has left publication cannot be held against anybody.
    if listing.left {
        return Ok(());
    }
    if !said.settled {
        fits(case.rules, said, listing)?;
    }
    match said.view.text_of("serious_removal_reason") {
        Some("term_ended") => term_over(case, said, exit, listing),
        Some("repaired") if !said.settled => repaired(case, said, listing),
        _ => Ok(()),
    }
}

/// What made the subject leave does away with the ground of the listing, where the rules say by what that is; a listing that should never have been
/// leaves in any case.
fn fits(rules: &Rules, said: Said<'_>, listing: &Past) -> Result<(), Refusal> {
    let reason = said.view.text_of("removed_reason").unwrap_or_default();
    let ground = listing.text("listed_reason");
    let (Some(region), Some(day)) = (listing.view().region(), listing.day()) else {
        return Ok(());
    };
    let codes = rules.codes();
    let known = codes.get(CodeList::AbnormalReason, ground, region.province(), day);
    let Ok(known) = known else {
        return Ok(());
    };
    match reason.is_empty() || known.is_removed_by(reason) {
        true => Ok(()),
        false => {
            let (index, ground) = (listing.index.to_string(), ground.to_owned());
            let reasons = known.removed_by.join(", ");
            let breach = Breach::RemovalReasonOther {
                index,
                ground,
                reasons,
            };
            Err(broken("removed_reason", reason, breach))
        }
    }
}

/// A removal on the last day of the term shortens nothing: until then the listing is shown anyway.
fn term_over(case: &Case<'_>, said: Said<'_>, exit: &Exit, listing: &Past) -> Result<(), Refusal> {
    // Where the rules give no end, the term is the authority's to know.
    let Some(display) = case.display(listing) else {
        return Ok(());
    };
    let (End::LastDay(last), Some(day)) = (display.end, said.view.date_of(exit.ends_on)) else {
        return Ok(());
    };
    match day < last {
        true => {
            let (index, last_day) = (listing.index.to_string(), last.to_string());
            let (rule, basis) = (display.rule.id(), display.rule.basis.clone());
            let breach = Breach::TermRuns {
                index,
                last_day,
                rule,
                basis,
            };
            Err(broken(exit.ends_on, day, breach))
        }
        false => Ok(()),
    }
}

fn repaired(case: &Case<'_>, said: Said<'_>, listing: &Past) -> Result<(), Refusal> {
    let Some(index) = named(&said.view, "repair_decision") else {
        let index = listing.index.to_string();
        return Err(broken(
            "repair_decision",
            "",
            Breach::RemovalUngranted { index },
        ));
    };
    // One that left publication stands no more, and one that does not say what it is about is not of this listing.
    match case.past(index)?.filter(|decision| !decision.left) {
        Some(decision) if super::repair::about(case, &decision)? == Some(listing.index) => {
            super::repair::granted_for(case, &decision, Some(listing.index))
        }
        _ => Err(broken("repair_decision", index, Breach::DecisionOther)),
    }
}

/// By its day alone a removal is of a listing that this log does not have. One that it has is named by its entry, and what is said of a day that
/// the log covers is said of one that it has.
fn of_its_day(case: &Case<'_>, said: Said<'_>, exit: &Exit) -> Result<(), Refusal> {
    let Some(day) = said.view.date_of(exit.day) else {
        return Ok(());
    };
    let not = |breach| Err(broken(exit.day, day, breach));
    let ground = said.view.text_of("listed_reason").unwrap_or_default();
    // Tables go on with the code and day that a listing had before it was corrected.
    let mut listed = case.of_day(&said.view, exit.listing, (exit.day, day))?;
    listed.retain(|one| is_of_ground(one, ground));
    let stands = |one: &Past| !one.left && one.is_of_day(&said.view, (exit.day, day));
    let corrected = !listed.iter().any(stands);
    let is_ours = |one: &Past| one.is_of_subject(&said.view);
    if !corrected {
        listed.retain(stands);
    } else if listed.iter().any(is_ours) {
        listed.retain(is_ours);
    } else {
        // Those are another's by now: only of one that stands, and that is for the speaker, is there anything to be said.
        let mut open = Vec::new();
        for one in listed {
            if !one.left
                && is_or_is_above(said.who, &one.authority)
                && lifted(case, &one, said.own)?.is_none()
            {
                open.push(one);
            }
        }
        listed = open;
    }
    let public = listed.iter().find(|one| !one.left);
    let whose = public.map(|one| one.authority.clone());
    listed.retain(|one| is_or_is_above(said.who, &one.authority));
    match named_by_day(case, said, &listed)? {
        // Nobody but who reads it can tell whether that one is meant.
        Some(Breach::ListingKnown { index, leaf_hash }) if corrected => {
            return not(Breach::ListingCorrected { index, leaf_hash });
        }
        Some(breach) => return not(breach),
        None => {}
    }
    if let Some(whose) = whose {
        return Err(not_yours(exit.day, day, whose.as_str()));
    }
    let from = case.first_day()?;
    // What left publication is held against nobody.
    if day >= from && listed.is_empty() {
        let from = from.to_string();
        return not(Breach::ListingUnknown { from });
    }
    let before = by_day(case, said, exit, day)?;
    let mut before = before.iter().filter(|one| one.authority == *said.who);
    match before.find(|one| is_of_ground(one, ground)) {
        Some(before) => {
            let by = before.index.to_string();
            not(Breach::RemovedAlready { by })
        }
        None => Ok(()),
    }
}

/// What is to be said where a removal gives the day of listings that the log has: which one is meant, where that is certain.
fn named_by_day(
    case: &Case<'_>,
    said: Said<'_>,
    listed: &[Past],
) -> Result<Option<Breach>, Refusal> {
    let (mut standing, mut removed) = (Vec::new(), None);
    for one in listed {
        match lifted(case, one, said.own)? {
            Some((by, _)) => removed = Some(by.to_string()),
            None if one.left => {}
            None => standing.push(one.index),
        }
    }
    Ok(match (&standing[..], removed) {
        ([], by) => by.map(|by| Breach::RemovedAlready { by }),
        ([one], _) => Some(Breach::ListingKnown {
            index: one.to_string(),
            leaf_hash: hex(&case.leaf_hash(*one)?),
        }),
        (several, _) => {
            let several: Vec<_> = several.iter().map(u64::to_string).collect();
            let listings = several.join(", ");
            Some(Breach::ListingAmbiguous { listings })
        }
    })
}

/// Whether a listing or removal is of a ground, as far as both name one.
fn is_of_ground(one: &Past, ground: &str) -> bool {
    let own = one.text("listed_reason");
    own.is_empty() || ground.is_empty() || own == ground
}

/// The other public removals of a listing of this subject that give its day alone.
fn by_day(case: &Case<'_>, said: Said<'_>, exit: &Exit, day: Date) -> Result<Vec<Past>, Refusal> {
    let mut all = case.of_day(&said.view, exit.exit, (exit.day, day))?;
    all.retain(|one| {
        let stands = !one.left && one.is_of_day(&said.view, (exit.day, day));
        stands && Some(one.index) != said.own && one.names(exit.field).is_none()
    });
    Ok(all)
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

/// A listing is said once: of the same subject, day and ground by the same authority; by another decision, or for other years, it is another. Nor is
/// one said that is over: of which the log has the removal, by its day.
pub(super) fn listed(case: &Case<'_>, said: Said<'_>) -> Result<(), Refusal> {
    let view = said.view;
    let kind = view.kind();
    let Some(exit) = Exit::of_listing(kind) else {
        return Ok(());
    };
    let Some(day) = view.main_date() else {
        return Ok(());
    };
    // Nobody is listed for what was not found or decided yet.
    for field in ["result", "penalty"] {
        if let Some(ground) = case.named(&view, field)?
            && changes(case, said, &[field, exit.day])?
        {
            said.not_before(exit.day, &ground, ground.day())?;
        }
    }
    if said.settled {
        return Ok(());
    }
    // The ground of an abnormal listing or a mark is a code, and what is written beside it is not part of it.
    let grounds: &[&str] = match kind {
        Kind::SeriousListing => &["serious_category", "reason"],
        _ => &["listed_reason", "report_years"],
    };
    let same = |other: &Past| {
        let other_view = other.view();
        let numbers = (view.text_of("decision_no"), other.text("decision_no"));
        let other_decision =
            matches!(numbers, (Some(own), theirs) if !theirs.is_empty() && own != theirs);
        other.is_of_day(&view, (exit.day, day))
            && other.authority == *said.who
            && !other.left
            && !other_decision
            && grounds
                .iter()
                .all(|name| other_view.value_of(name) == view.value_of(name))
    };
    let others = case.of_day(&view, kind, (exit.day, day))?;
    let mut others = others.iter().filter(|one| Some(one.index) != said.own);
    if let Some(other) = others.find(|one| same(one)) {
        let by = other.index.to_string();
        return Err(broken(exit.day, day, Breach::ListedAlready { by }));
    }
    let ground = view.text_of("listed_reason").unwrap_or_default();
    let removals = by_day(case, said, exit, day)?;
    let is_its =
        |one: &&Past| is_of_ground(one, ground) && is_or_is_above(&one.authority, said.who);
    match removals.iter().find(is_its) {
        Some(removal) => {
            let by = removal.index.to_string();
            Err(broken(exit.day, day, Breach::RemovedBefore { by }))
        }
        None => Ok(()),
    }
}

/// Whether a listing of a subject is in force.
pub(super) fn in_force(case: &Case<'_>, listing: &Past) -> Result<bool, Refusal> {
    Ok(Exit::of_listing(listing.kind()).is_some() && lifted(case, listing, None)?.is_none())
}
