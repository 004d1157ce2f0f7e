//! Repairs (信用修复): applications for what stands and is not applied for already, decisions on what was applied for, once.

use super::case::{Case, Past};
use super::{Said, broken, listing, papers, status};
use crate::domain::repairs::repaired_by;
use crate::domain::{Breach, Kind, Subject};
use crate::intake::Refusal;
use crate::intake::competence::{acts_for, is_for, named};
use crate::sequel::{Key, OF_SUBJECT};
use jiff::civil::Date;

/// Kinds of repair that lift a burden which can last longer than its display.
fn outlasts_display(repair_kind: &str) -> bool {
    repair_kind == "revocation_reversal" || repaired_by(repair_kind).is_none()
}

/// What is to be repaired, and how.
struct Matter<'a> {
    target: &'a Past,
    kind: &'a str,
    /// The field of the event that leads there, and the entry that it names.
    field: &'a str,
    named: u64,
    applied_on: Option<Date>,
}

impl Matter<'_> {
    fn broken(&self, breach: Breach) -> Refusal {
        broken(self.field, self.named, breach)
    }

    /// The record is of a kind that is repaired so, and about the same subject.
    fn fits(&self, said: Said<'_>) -> Result<(), Refusal> {
        let kinds = repaired_by(self.kind);
        if let Some(kinds) = kinds.filter(|kinds| !kinds.contains(&self.target.kind())) {
            let kinds: Vec<_> = kinds.iter().map(|kind| kind.as_str()).collect();
            let kinds = kinds.join(", ");
            return Err(self.broken(Breach::RepairKindOther { kinds }));
        }
        let own = Subject::of(&said.view);
        let is_same = [self.target.view(), self.target.own_view()]
            .iter()
            .any(|view| match (own, Subject::of(view)) {
                (Some(own), Some(other)) => own.is_or_was(&other),
                _ => true,
            });
        match is_same || self.target.left {
            true => Ok(()),
            false => Err(self.broken(Breach::SubjectOther)),
        }
    }

    /// The record stood on the day of the application.
    fn stands(&self, case: &Case<'_>) -> Result<(), Refusal> {
        let target = self.target;
        if self.kind == "revocation_reversal" {
            return self.is_revoked(case);
        }
        let Some(applied_on) = self.applied_on else {
            return Ok(());
        };
        if let Some((by, day)) = case.left(target.index)?
            && applied_on > day
            && !outlasts_display(self.kind)
        {
            let (by, day) = (by.to_string(), day.to_string());
            return Err(self.broken(Breach::RepairGone { by, day }));
        }
        if let Some((by, Some(day))) = listing::lifted(case, target, None)?
            && applied_on >= day
        {
            let (by, day) = (by.to_string(), day.to_string());
            return Err(self.broken(Breach::RepairLifted { by, day }));
        }
        Ok(())
    }

    fn is_revoked(&self, case: &Case<'_>) -> Result<(), Refusal> {
        let target = self.target;
        if !is_revocation(target) && !target.left {
            return Err(self.broken(Breach::NotRevoked));
        }
        let by = match target.kind() {
            Kind::SubjectStatus => status::reversed(case, target.index, None)?,
            _ => match target.view().subject_code() {
                Some(code) => status::all_reversed(case, code.as_str(), None)?,
                None => None,
            },
        };
        match by {
            Some(by) => {
                let by = by.to_string();
                Err(self.broken(Breach::ReversedAlready { by }))
            }
            None => Ok(()),
        }
    }

    /// The decisions on it, in the order of the log, by whatever application.
    fn decisions(&self, case: &Case<'_>, own: Option<u64>) -> Result<Vec<Past>, Refusal> {
        let index = self.target.index;
        let mut all = case.following(index, (Kind::RepairDecision, "target"), own)?;
        for application in applications(case, index)? {
            all.extend(decisions_on(case, application, own)?);
        }
        all.retain(|one| one.text("repair_kind") == self.kind);
        all.sort_by_key(|one| one.index);
        all.dedup_by_key(|one| one.index);
        Ok(all)
    }

    /// The grant that stands: the last one, unless it was rescinded since.
    fn granted(&self, case: &Case<'_>, own: Option<u64>) -> Result<(), Refusal> {
        let mut standing = None;
        for one in self.decisions(case, own)? {
            match one.text("repair_outcome") {
                "granted" => standing = Some(one.index),
                "rescinded" => standing = None,
                _ => {}
            }
        }
        match standing {
            Some(by) => {
                let by = by.to_string();
                Err(self.broken(Breach::RepairGranted { by }))
            }
            None => Ok(()),
        }
    }
}

/// Whether a record revokes a business licence.
fn is_revocation(past: &Past) -> bool {
    match past.kind() {
        Kind::SubjectStatus => past.text("status") == "licence_revoked",
        Kind::Penalty => past
            .view()
            .codes_of("penalty_kinds")
            .any(|kind| kind == "revoke_licence"),
        _ => false,
    }
}

/// Who applied for the repair of a record, in the order of the log: one that has left was decided on all the same.
fn applications(case: &Case<'_>, index: u64) -> Result<Vec<u64>, Refusal> {
    let mut all = Vec::new();
    for one in case.sequel.find(&Key::Entry(index))? {
        let past = case.past(one)?;
        all.extend(past.filter(|past| {
            past.kind() == Kind::RepairApplication && past.names("target") == Some(index)
        }));
    }
    Ok(all.iter().map(|past| past.index).collect())
}

fn decisions_on(case: &Case<'_>, application: u64, own: Option<u64>) -> Result<Vec<Past>, Refusal> {
    case.following(application, (Kind::RepairDecision, "application"), own)
}

/// An application for what stands, of a kind that fits, which nobody has applied for or granted, with its papers. One that was not accepted is
/// only recorded: what stood against it is what it was refused for.
pub(super) fn application(case: &Case<'_>, said: Said<'_>) -> Result<(), Refusal> {
    if said.view.text_of("acceptance") == Some("refused") {
        return Ok(());
    }
    let kind = said.view.text_of("repair_kind").unwrap_or_default();
    if let Some(target) = &case.named(&said.view, "target")? {
        let matter = Matter {
            target,
            kind,
            field: "target",
            named: target.index,
            applied_on: said.view.date_of("applied_on"),
        };
        matter.fits(said)?;
        said.not_before("applied_on", target, target.day())?;
        if !said.settled {
            matter.granted(case, None)?;
            matter.stands(case)?;
            open(case, said, &matter)?;
        }
    }
    papers::judge(case, said)
}

/// Nobody else has applied for the same without an answer.
fn open(case: &Case<'_>, said: Said<'_>, matter: &Matter<'_>) -> Result<(), Refusal> {
    let index = matter.target.index;
    let field = (Kind::RepairApplication, "target");
    let decided = case.following(index, (Kind::RepairDecision, "target"), None)?;
    let without = decided.iter();
    let last_without = without
        .filter(|one| one.names("application").is_none())
        .map(|one| one.index)
        .max();
    for one in case.following(index, field, said.own)? {
        let same = one.text("repair_kind") == matter.kind && one.text("acceptance") != "refused";
        if same
            && decisions_on(case, one.index, None)?.is_empty()
            && last_without.is_none_or(|last| last < one.index)
            && !case.forgotten(one.index, (Kind::RepairDecision, "application"))?
        {
            let by = one.index.to_string();
            return Err(matter.broken(Breach::RepairOpen { by }));
        }
    }
    Ok(())
}

/// A decision on what was applied for and is not decided, or that takes a grant back.
pub(super) fn decision(case: &Case<'_>, said: Said<'_>) -> Result<(), Refusal> {
    let view = said.view;
    let outcome = view.text_of("repair_outcome").unwrap_or_default();
    let kind = view.text_of("repair_kind").unwrap_or_default();
    let application = case.named(&view, "application")?;
    if let Some(application) = application.as_ref().filter(|one| !one.left) {
        on_application(said, application)?;
    }
    let applied = application.as_ref();
    let (field, named_by_it, target) = match (
        named(&view, "target"),
        applied.and_then(|one| Some((one.index, one.names("target")?))),
    ) {
        (Some(target), _) => ("target", target, target),
        (None, Some((application, target))) => ("application", application, target),
        (None, None) => return without_target(case, said),
    };
    if !said.settled {
        let whose = case.publisher(target)?;
        is_for(
            (case.registry, case.now, said.who),
            (field, named_by_it),
            &[&whose],
        )?;
    }
    let Some(target) = &case.past(target)? else {
        return Ok(());
    };
    let applied_on = applied.and_then(|one| one.view().date_of("applied_on"));
    let matter = Matter {
        target,
        kind,
        field,
        named: named_by_it,
        applied_on: applied_on.or_else(|| view.date_of("applied_on")),
    };
    matter.fits(said)?;
    said.not_before("decided_on", target, target.day())?;
    if said.settled {
        return Ok(());
    }
    if outcome == "rescinded" {
        return rescission(case, said, &matter);
    }
    if outcome == "granted" {
        matter.granted(case, said.own)?;
        matter.stands(case)?;
    }
    let mut same = match named(&view, "application") {
        Some(application) => decisions_on(case, application, said.own)?,
        None => matter.decisions(case, said.own)?,
    };
    if named(&view, "application").is_none() {
        same.retain(|one| {
            one.names("application").is_none()
                && one.view().date_of("applied_on") == matter.applied_on
        });
    }
    match same
        .last()
        .filter(|one| one.text("repair_outcome") != "rescinded")
    {
        Some(one) => {
            let by = one.index.to_string();
            Err(matter.broken(Breach::DecidedAlready { by }))
        }
        None => Ok(()),
    }
}

/// A grant that names neither application nor record is of what was listed before the log; on a day that the log covers it has something of the
/// subject, by that authority, that could be repaired so. Results are not looked for: a grant that does not name one ends nothing.
fn without_target(case: &Case<'_>, said: Said<'_>) -> Result<(), Refusal> {
    let view = said.view;
    let granted = view.text_of("repair_outcome") == Some("granted");
    let kind = view.text_of("repair_kind").unwrap_or_default();
    let (Some(code), Some(day), Some(kinds)) = (
        view.subject_code(),
        view.date_of("applied_on"),
        repaired_by(kind),
    ) else {
        return Ok(());
    };
    let is_kept = kinds.iter().all(|kind| OF_SUBJECT.contains(kind));
    if !granted || said.settled || named(&view, "application").is_some() || !is_kept {
        return Ok(());
    }
    let from = case.first_day()?;
    if day < from {
        return Ok(());
    }
    let code = code.as_str();
    for target_kind in kinds {
        let mut all = case.of_subject(code, *target_kind, None)?;
        all.extend(case.left_of_subject(code, *target_kind)?);
        for target in all {
            let matter = Matter {
                target: &target,
                kind,
                field: "applied_on",
                named: target.index,
                applied_on: Some(day),
            };
            if !acts_for(case.registry, case.now, said.who, &target.authority) {
                continue;
            }
            match matter
                .granted(case, said.own)
                .and_then(|()| matter.stands(case))
            {
                Ok(()) => return Ok(()),
                Err(Refusal::Journey(_)) => {}
                Err(other) => return Err(other),
            }
        }
    }
    let from = from.to_string();
    Err(broken("applied_on", day, Breach::NothingToRepair { from }))
}

fn on_application(said: Said<'_>, application: &Past) -> Result<(), Refusal> {
    let view = said.view;
    let kind = application.text("repair_kind");
    if view.text_of("repair_kind") != Some(kind) {
        let expected = kind.to_owned();
        let value = view.text_of("repair_kind").unwrap_or_default();
        return Err(broken(
            "repair_kind",
            value,
            Breach::RepairKindApplied { expected },
        ));
    }
    if let (Some(target), Some(applied)) = (named(&view, "target"), application.names("target"))
        && target != applied
    {
        let expected = applied.to_string();
        return Err(broken("target", target, Breach::TargetApplied { expected }));
    }
    let outcome = view.text_of("repair_outcome");
    if application.text("acceptance") == "refused" && outcome == Some("granted") {
        return Err(broken(
            "application",
            application.index,
            Breach::ApplicationRefused,
        ));
    }
    let accepted = application.view().date_of("accepted_on");
    said.not_before("decided_on", application, accepted.or(application.day()))?;
    Ok(())
}

/// A grant is taken back: the last thing that was decided. One that the log does not have may be older.
fn rescission(case: &Case<'_>, said: Said<'_>, matter: &Matter<'_>) -> Result<(), Refusal> {
    let decisions = matter.decisions(case, said.own)?;
    match decisions.last() {
        Some(last) if last.text("repair_outcome") == "granted" => {
            said.not_before("decided_on", last, last.day())
        }
        Some(_) => Err(matter.broken(Breach::NothingToRescind)),
        None => match named(&said.view, "application") {
            Some(index) if !case.forgotten(index, (Kind::RepairDecision, "application"))? => {
                Err(matter.broken(Breach::NothingToRescind))
            }
            _ => Ok(()),
        },
    }
}

/// Whether a granted repair ended the display of a record on a day.
pub(super) fn stopped(case: &Case<'_>, target: &Past, last_day: Date) -> Result<bool, Refusal> {
    let index = target.index;
    let mut all = case.following(index, (Kind::RepairDecision, "target"), None)?;
    for application in applications(case, index)? {
        all.extend(decisions_on(case, application, None)?);
    }
    Ok(all.iter().any(|one| {
        let day = one.view().date_of("stopped_on").or(one.day());
        one.text("repair_outcome") == "granted" && day == Some(last_day)
    }))
}

/// The record that a decision is about, by its own word or its application's.
pub(super) fn about(case: &Case<'_>, decision: &Past) -> Result<Option<u64>, Refusal> {
    let applied = match decision.names("application") {
        Some(index) => case.past(index)?,
        None => None,
    };
    let applied = applied.and_then(|applied| applied.names("target"));
    Ok(decision.names("target").or(applied))
}

/// A decision that something rests on granted the repair of that record, was that authority's to make, and was not rescinded since.
pub(super) fn granted_for(
    case: &Case<'_>,
    decision: &Past,
    target: Option<u64>,
) -> Result<(), Refusal> {
    if decision.left {
        return Ok(());
    }
    let other = || {
        Err(broken(
            "repair_decision",
            decision.index,
            Breach::DecisionOther,
        ))
    };
    let application = decision.names("application");
    let about = about(case, decision)?;
    let differs = matches!((about, target), (Some(about), Some(target)) if about != target);
    let is_competent = match about {
        Some(about) => acts_for(
            case.registry,
            case.now,
            &decision.authority,
            &case.publisher(about)?,
        ),
        None => true,
    };
    if decision.text("repair_outcome") != "granted" || differs || !is_competent {
        return other();
    }
    let mut later = match application {
        Some(application) => decisions_on(case, application, None)?,
        None => Vec::new(),
    };
    if let Some(about) = about {
        later.extend(case.following(about, (Kind::RepairDecision, "target"), None)?);
    }
    let rescinded = later.iter().any(|one| {
        one.index > decision.index
            && one.text("repair_outcome") == "rescinded"
            && one.text("repair_kind") == decision.text("repair_kind")
    });
    match rescinded {
        true => other(),
        false => Ok(()),
    }
}

/// A display that ends because of a repair rests on a decision that stands.
pub(super) fn withdrawal(case: &Case<'_>, said: Said<'_>) -> Result<(), Refusal> {
    let repaired = said.view.text_of("withdrawal_reason") == Some("repaired");
    match case.named(&said.view, "repair_decision")? {
        Some(decision) if repaired => granted_for(case, &decision, named(&said.view, "target")),
        _ => Ok(()),
    }
}
