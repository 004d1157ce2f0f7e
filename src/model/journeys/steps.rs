//! The steps of a journey, each with the record that says it, and where it is after them.

use super::Journey;
use super::look::{Look, Seen};
use crate::domain::Kind;
use crate::domain::exit::EXITS;
use crate::model::ModelError;
use jiff::civil::Date;
use serde::Serialize;

/// Most follow-ups of one promise.
const MOST_FOLLOWING: usize = 40;

/// What a step is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// The application or objection was handed in, the promise made.
    Filed,
    /// It was accepted.
    Accepted,
    /// It was accepted while papers are missing (容缺受理).
    AcceptedWithGaps,
    /// Papers that were missing at acceptance came.
    PapersCame,
    /// It was not accepted.
    NotAccepted,
    /// A promise was used for an application.
    Used,
    /// It was decided, or answered.
    Decided,
    /// The listing, mark, penalty or result is lifted.
    Lifted,
    /// A record was corrected because of it.
    Corrected,
    /// What became of the promise.
    Settled,
}

/// Where a journey is. The name is stable: the API gives it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Handed in, and nothing said of it yet.
    Received,
    /// Accepted, and not decided.
    Accepted,
    /// Accepted with papers missing, and not decided.
    AcceptedWithGaps,
    /// Not accepted.
    NotAccepted,
    /// Granted, and not carried out yet.
    Granted,
    /// Granted, and lifted.
    Lifted,
    /// Refused.
    Refused,
    /// Ended without a decision of the matter.
    Ended,
    /// Granted, and taken back.
    Rescinded,
    /// An objection was answered.
    Answered,
    /// An objection was upheld, and what it found wrong is still to be corrected.
    Upheld,
    /// An objection was answered, and a record corrected because of it.
    Corrected,
    /// A promise that runs.
    Pending,
    /// A promise that was kept.
    Kept,
    /// A promise that was broken.
    Broken,
    /// A promise that was false (承诺不实).
    FalsePromise,
}

impl State {
    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Accepted => "accepted",
            Self::AcceptedWithGaps => "accepted_with_gaps",
            Self::NotAccepted => "not_accepted",
            Self::Granted => "granted",
            Self::Lifted => "lifted",
            Self::Refused => "refused",
            Self::Ended => "ended",
            Self::Rescinded => "rescinded",
            Self::Answered => "answered",
            Self::Upheld => "upheld",
            Self::Corrected => "corrected",
            Self::Pending => "pending",
            Self::Kept => "kept",
            Self::Broken => "broken",
            Self::FalsePromise => "false_promise",
        }
    }

    /// Whether nothing more is to come.
    #[must_use]
    pub const fn is_over(self) -> bool {
        !matches!(
            self,
            Self::Received
                | Self::Accepted
                | Self::AcceptedWithGaps
                | Self::Granted
                | Self::Upheld
                | Self::Pending
        )
    }

    /// Of a promise, by its code; one that says nothing else still runs.
    #[must_use]
    pub fn of_promise(fulfilment: Option<&str>) -> Self {
        match fulfilment {
            Some("kept") => Self::Kept,
            Some("broken") => Self::Broken,
            Some("false_promise") => Self::FalsePromise,
            _ => Self::Pending,
        }
    }
}

/// A step of a journey.
#[derive(Debug, Clone)]
pub struct Step {
    /// What it is.
    pub what: What,
    /// The day of it, by the record's word.
    pub on: Option<Date>,
    /// The record that says it.
    pub record: Seen,
    /// The entry to look at: the record's own, or that of the correction which says it.
    pub entry: u64,
    /// Papers that were to follow, or came.
    pub papers: Option<Papers>,
}

/// Papers that an application was accepted without.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Papers {
    /// Their codes.
    pub codes: Vec<String>,
    /// By which day they were promised.
    pub due_on: Option<Date>,
}

impl Papers {
    fn of(record: &Seen) -> Self {
        let view = record.view();
        Papers {
            codes: view
                .codes_of("missing_documents")
                .map(str::to_owned)
                .collect(),
            due_on: view.date_of("documents_due_on"),
        }
    }
}

impl Step {
    fn new(what: What, on: Option<Date>, record: &Seen) -> Self {
        Step {
            what,
            on,
            record: record.clone(),
            entry: record.index,
            papers: None,
        }
    }

    /// Whether papers came after the day by which they were promised; `None` of what is no coming of papers, or has no such day.
    #[must_use]
    pub fn is_late(&self) -> Option<bool> {
        let due_on = self.papers.as_ref()?.due_on?;
        let came_on = self.on.filter(|_| self.what == What::PapersCame)?;
        Some(came_on > due_on)
    }

    fn place(&self) -> (Date, What, u64) {
        (
            self.on.unwrap_or_else(|| self.record.logged_on()),
            self.what,
            self.entry,
        )
    }
}

/// What ends the display of any record.
const ENDS: &[Kind] = &[Kind::Withdrawal, Kind::Expiry];
const CARRY_OUT: &[Kind] = &[
    Kind::AbnormalRemoval,
    Kind::SeriousRemoval,
    Kind::IndividualRestore,
    Kind::Withdrawal,
    Kind::SubjectStatus,
];

impl<'a> Look<'a> {
    /// The journey that began with a record.
    pub(super) fn journey(&self, begun: Seen) -> Result<Journey<'a>, ModelError> {
        let (steps, state) = match begun.kind() {
            Kind::RepairApplication => self.repair(&begun)?,
            Kind::Objection => self.objection(&begun)?,
            _ => self.promise(&begun)?,
        };
        self.finish(begun, steps, state)
    }

    fn finish(
        &self,
        begun: Seen,
        mut steps: Vec<Step>,
        state: State,
    ) -> Result<Journey<'a>, ModelError> {
        steps.sort_by_key(Step::place);
        let deadlines = self.deadlines(&begun, &steps)?;
        Ok(Journey {
            begun,
            state,
            steps,
            deadlines,
        })
    }

    fn repair(&self, begun: &Seen) -> Result<(Vec<Step>, State), ModelError> {
        let view = begun.view();
        let mut steps = vec![Step::new(What::Filed, view.date_of("applied_on"), begun)];
        let (what, mut state) = match view.text_of("acceptance") {
            Some("accepted") => (Some(What::Accepted), State::Accepted),
            Some("accepted_with_gaps") => (Some(What::AcceptedWithGaps), State::AcceptedWithGaps),
            Some("refused") => (Some(What::NotAccepted), State::NotAccepted),
            _ => (None, State::Received),
        };
        let gaps = self.gaps(begun)?;
        // What was accepted with gaps was accepted once, also when nothing is missing any more.
        let told =
            matches!(what, Some(What::Accepted | What::AcceptedWithGaps)) && !gaps.is_empty();
        if let Some(what) = what.filter(|_| !told) {
            let mut step = Step::new(what, view.date_of("accepted_on"), begun);
            step.entry = begun.corrected_by.unwrap_or(begun.index);
            steps.push(step);
        }
        steps.extend(gaps);
        let decisions = self.naming(begun.index, &[Kind::RepairDecision], "application")?;
        let mut lifts: Vec<Seen> = Vec::new();
        for decision in &decisions {
            state = match decision.view().text_of("repair_outcome") {
                Some("granted") => State::Granted,
                Some("refused") => State::Refused,
                Some("rescinded") => State::Rescinded,
                _ => State::Ended,
            };
            steps.push(Step::new(
                What::Decided,
                decision.view().main_date(),
                decision,
            ));
            lifts.extend(self.naming(decision.index, CARRY_OUT, "repair_decision")?);
        }
        // A decision need not be named by what carries it out: the record that is lifted is.
        if state == State::Granted
            && let Some(target) = begun.named("target")
        {
            let mut ends = self.naming(target, ENDS, "target")?;
            let lifted = self.seen(target)?;
            for exit in EXITS {
                if lifted.as_ref().is_none_or(|one| one.kind() == exit.listing) {
                    ends.extend(self.naming(target, &[exit.exit], exit.field)?);
                }
            }
            lifts.extend(ends.into_iter().filter(|end| end.index > begun.index));
        }
        lifts.sort_by_key(|lift| lift.index);
        lifts.dedup_by_key(|lift| lift.index);
        // The display of a listing ends by itself after its removal: that lifts nothing more.
        if lifts.iter().any(|lift| lift.kind() != Kind::Expiry) {
            lifts.retain(|lift| lift.kind() != Kind::Expiry);
        }
        if state == State::Granted && !lifts.is_empty() {
            state = State::Lifted;
        }
        let lifted = lifts.iter();
        steps.extend(lifted.map(|lift| Step::new(What::Lifted, lift.view().main_date(), lift)));
        Ok((steps, state))
    }

    /// That an application was accepted with papers missing, and when which of them came: as its bodies say that were published one after the
    /// other, since the last one says no more of it.
    fn gaps(&self, begun: &Seen) -> Result<Vec<Step>, ModelError> {
        let versions = self.versions(begun)?;
        let has_gaps = |one: &Seen| one.view().text_of("acceptance") == Some("accepted_with_gaps");
        let mut steps: Vec<Step> = Vec::new();
        let first = versions.iter().find(|(version, _)| has_gaps(version));
        if let Some((version, _)) = first {
            let mut step = Step::new(
                What::AcceptedWithGaps,
                version.view().date_of("accepted_on"),
                version,
            );
            step.entry = version.corrected_by.unwrap_or(version.index);
            step.papers = Some(Papers::of(version));
            steps.push(step);
        }
        for ((before, _), (after, on)) in versions.iter().zip(versions.iter().skip(1)) {
            if !has_gaps(before) {
                continue;
            }
            let view = after.view();
            let accepted = view.text_of("acceptance") == Some("accepted");
            let handed_in = |code: &str| {
                let there = view.codes_of("documents").any(|one| one == code);
                there && !view.codes_of("missing_documents").any(|one| one == code)
            };
            let mut papers = Papers::of(before);
            papers.codes.retain(|code| accepted || handed_in(code));
            if accepted || !papers.codes.is_empty() {
                let mut step = Step::new(What::PapersCame, Some(*on), after);
                step.entry = after.corrected_by.unwrap_or(after.index);
                step.papers = Some(papers);
                steps.push(step);
            }
        }
        Ok(steps)
    }

    fn objection(&self, begun: &Seen) -> Result<(Vec<Step>, State), ModelError> {
        let view = begun.view();
        let mut steps = vec![Step::new(What::Filed, view.date_of("filed_on"), begun)];
        let mut state = State::Received;
        if let Some(day) = view.date_of("accepted_on") {
            let mut step = Step::new(What::Accepted, Some(day), begun);
            step.entry = begun.corrected_by.unwrap_or(begun.index);
            steps.push(step);
            state = State::Accepted;
        }
        let mut corrections = self.naming(begun.index, &[Kind::Correction], "objection")?;
        for reply in self.naming(begun.index, &[Kind::ObjectionReply], "objection")? {
            steps.push(Step::new(What::Decided, reply.view().main_date(), &reply));
            state = match reply.view().text_of("objection_outcome") {
                Some("upheld" | "partly_upheld") => State::Upheld,
                _ => State::Answered,
            };
            if let Some(correction) = reply.named("correction") {
                corrections.extend(self.seen(correction)?);
            }
        }
        corrections.sort_by_key(|one| one.index);
        corrections.dedup_by_key(|one| one.index);
        let target = begun.named("target");
        state = match state {
            State::Answered | State::Upheld if !corrections.is_empty() => State::Corrected,
            // What is shown no more is not corrected any more.
            State::Upheld if !self.is_shown(target)? => State::Answered,
            state => state,
        };
        let corrected = corrections.iter();
        steps.extend(corrected.map(|one| Step::new(What::Corrected, one.view().main_date(), one)));
        Ok((steps, state))
    }

    /// Whether there is a record, and it is public.
    fn is_shown(&self, index: Option<u64>) -> Result<bool, ModelError> {
        let seen = index.map(|index| self.seen(index)).transpose()?;
        Ok(seen.flatten().is_some())
    }

    fn promise(&self, begun: &Seen) -> Result<(Vec<Step>, State), ModelError> {
        let view = begun.view();
        let mut steps = vec![Step::new(What::Filed, view.date_of("promised_on"), begun)];
        let mut state = State::Pending;
        for one in self.following(begun)? {
            let view = one.view();
            let said = State::of_promise(view.text_of("fulfilment"));
            if said == State::Pending {
                continue;
            }
            state = said;
            let day = view.date_of("checked_on");
            let mut step = Step::new(What::Settled, day, &one);
            if one.index == begun.index {
                step.entry = one.corrected_by.unwrap_or(one.index);
            }
            steps.push(step);
        }
        for used in self.naming(begun.index, &[Kind::RepairApplication], "promise")? {
            steps.push(Step::new(What::Used, used.view().main_date(), &used));
        }
        Ok((steps, state))
    }

    /// A promise and what follows it, in the order of the log.
    pub(super) fn following(&self, begun: &Seen) -> Result<Vec<Seen>, ModelError> {
        let mut found = vec![begun.clone()];
        let mut at = 0;
        while let Some(index) = found.get(at).map(|one| one.index)
            && found.len() < MOST_FOLLOWING
        {
            let further = self.naming(index, &[Kind::CreditPromise], "promise")?;
            found.extend(further);
            at += 1;
        }
        found.sort_by_key(|one| one.index);
        found.dedup_by_key(|one| one.index);
        Ok(found)
    }
}
