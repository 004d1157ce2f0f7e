//! Listings and marks, and what ends them.
//!
//! A serious listing leaves by its term or by a repair that was granted, unless it should never have been: the dated rules give the term, and
//! where they give none the department's word stays.

use super::case::{Case, Past};
use super::{Said, broken};
use crate::domain::{Breach, CodeList, Exit, Kind, OfDay, by_day};
use crate::intake::Refusal;
use crate::intake::competence::{named, not_yours};
use crate::rules::{End, Rules};
use jiff::civil::Date;
use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};

fn of_day(past: &Past) -> OfDay<'_> {
    OfDay {
        index: past.index,
        authority: &past.authority,
        ground: past.text("listed_reason"),
    }
}

/// The public listings of a kind and day that a subject has, and what ends one by that day alone.
pub(super) struct Register {
    listed: Vec<Past>,
    exits: Vec<Past>,
    /// Those of the listings that an end names by their entry, each with that end's.
    named: Vec<(u64, u64)>,
    /// Which removal ends which listing, without one of the removals: found out once.
    ended: RefCell<HashMap<Option<u64>, BTreeMap<u64, u64>>>,
}

impl Register {
    pub(super) fn read(
        case: &Case<'_>,
        code: &str,
        kind: Kind,
        day: Date,
    ) -> Result<Self, Refusal> {
        let mut listed = case.of_day(code, kind, day)?;
        listed.retain(|one| one.day() == Some(day));
        let mut exits = Vec::new();
        if let Some(exit) = Exit::of_listing(kind) {
            exits = case.of_day(code, exit.exit, day)?;
            exits.retain(|one| {
                one.names(exit.field).is_none() && one.view().date_of(exit.day) == Some(day)
            });
        }
        let mut named = Vec::new();
        if let (Some(exit), [_, _, ..], false) =
            (Exit::of_listing(kind), &listed[..], exits.is_empty())
        {
            for one in &listed {
                let ends = case.following(one.index, (exit.exit, exit.field), None)?;
                named.extend(ends.iter().map(|end| (one.index, end.index)));
            }
        }
        Ok(Register {
            listed,
            exits,
            named,
            ended: RefCell::default(),
        })
    }

    /// The removal that ends a listing by its day, without `own`.
    fn ends(&self, listing: u64, own: Option<u64>) -> Option<&Past> {
        if self.exits.is_empty() {
            return None;
        }
        let mut known = self.ended.borrow_mut();
        let ended = known.entry(own).or_insert_with(|| {
            let others = self.exits.iter().filter(|one| Some(one.index) != own);
            let removals: Vec<OfDay<'_>> = others.map(of_day).collect();
            let listed: Vec<OfDay<'_>> = self.listed.iter().map(of_day).collect();
            let named = self.named.iter().filter(|(_, by)| Some(*by) != own);
            let named: Vec<(u64, u64)> = named.copied().collect();
            by_day::ended(&listed, &removals, &named)
        });
        let by = ended.get(&listing)?;
        self.exits.iter().find(|one| one.index == *by)
    }
}

/// By which public record, and on which day, a listing was ended; by its entry or by its day, as papers do.
pub(super) fn lifted(
    case: &Case<'_>,
    listing: &Past,
    own: Option<u64>,
) -> Result<Option<(u64, Option<Date>)>, Refusal> {
    let Some(exit) = Exit::of_listing(listing.kind()) else {
        return Ok(None);
    };
    let end = |one: &Past| (one.index, one.view().date_of(exit.ends_on));
    let named = case.following(listing.index, (exit.exit, exit.field), own)?;
    let mut all: Vec<(u64, Option<Date>)> = named.iter().map(end).collect();
    if let (Some(code), Some(day)) = (listing.view().subject_code(), listing.day()) {
        let register = case.register(code.as_str(), exit.listing, day)?;
        all.extend(register.ends(listing.index, own).map(end));
    }
    Ok(all.into_iter().min_by_key(|(_, day)| *day))
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

/// By the day alone the listing may be older than the log. A day that the log covers is of a listing that it has; which must not be ended already,
/// nor be another authority's, nor one of several that may be meant: it ends one.
fn of_its_day(case: &Case<'_>, said: Said<'_>, exit: &Exit) -> Result<(), Refusal> {
    let (Some(code), Some(day)) = (said.view.subject_code(), said.view.date_of(exit.day)) else {
        return Ok(());
    };
    let removal = OfDay {
        index: u64::MAX,
        authority: said.who,
        ground: said.view.text_of("listed_reason").unwrap_or_default(),
    };
    let register = case.register(code.as_str(), exit.listing, day)?;
    let of_ground = |one: &&Past| removal.is_of_ground(&of_day(one));
    let listed: Vec<&Past> = register.listed.iter().filter(of_ground).collect();
    let Some(first) = listed.first() else {
        let from = case.first_day()?;
        if day < from {
            // Of what is older than the log the same removal is said once.
            let same = |one: &&Past| {
                let before = of_day(one);
                before.authority == removal.authority
                    && before.ground == removal.ground
                    && Some(one.index) != said.own
            };
            return match register.exits.iter().find(same) {
                Some(before) => {
                    let by = before.index.to_string();
                    Err(broken(exit.day, day, Breach::RemovedAlready { by }))
                }
                None => Ok(()),
            };
        }
        let left = case.left_of_subject(code.as_str(), exit.listing)?;
        let had = |one: &Past| one.day() == Some(day) && removal.means(&of_day(one));
        if left.iter().any(had) {
            return Ok(());
        }
        let from = from.to_string();
        return Err(broken(exit.day, day, Breach::ListingUnknown { from }));
    };
    let means = |one: &&&Past| removal.means(&of_day(one));
    let meant: Vec<&Past> = listed.iter().filter(means).copied().collect();
    if meant.is_empty() {
        return Err(not_yours(exit.day, day, first.authority.as_str()));
    }
    let mut last = None;
    let mut standing = Vec::new();
    for one in meant {
        match lifted(case, one, said.own)? {
            Some((by, _)) => last = Some(by.to_string()),
            None => standing.push(one),
        }
    }
    match (&standing[..], last) {
        ([one], _) => on_ground(case, said, exit, one),
        ([], Some(by)) => Err(broken(exit.day, day, Breach::RemovedAlready { by })),
        ([], None) => Ok(()),
        (several, _) => {
            let several: Vec<_> = several.iter().map(|one| one.index.to_string()).collect();
            let listings = several.join(", ");
            Err(broken(exit.day, day, Breach::ListingAmbiguous { listings }))
        }
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

/// A listing is said once: of the same subject, day and ground by the same authority; by another decision, or for other years, it is another.
pub(super) fn listed(case: &Case<'_>, said: Said<'_>) -> Result<(), Refusal> {
    let view = said.view;
    let kind = view.kind();
    let (Some(day), false) = (view.main_date(), said.settled) else {
        return Ok(());
    };
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
        other.day() == Some(day)
            && other.authority == *said.who
            && !other_decision
            && grounds
                .iter()
                .all(|name| other_view.value_of(name) == view.value_of(name))
    };
    let others = match (view.subject_code(), view.subject_name()) {
        (Some(code), _) => case.of_day(code.as_str(), kind, day)?,
        (None, Some(name)) => case.of_person(name, kind, day)?,
        (None, None) => return Ok(()),
    };
    let mut others = others.iter().filter(|one| Some(one.index) != said.own);
    match others.find(|one| same(one)) {
        Some(other) => {
            let by = other.index.to_string();
            Err(broken(day_field(kind), day, Breach::ListedAlready { by }))
        }
        None => Ok(()),
    }
}

fn day_field(listing: Kind) -> &'static str {
    Exit::of_listing(listing).map_or("listed_on", |exit| exit.day)
}

/// Whether a listing of a subject is in force.
pub(super) fn in_force(case: &Case<'_>, listing: &Past) -> Result<bool, Refusal> {
    Ok(Exit::of_listing(listing.kind()).is_some() && lifted(case, listing, None)?.is_none())
}
