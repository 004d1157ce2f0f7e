//! The course of a plan: what is fixed and since when, what has happened, what comes next, and who is missing.

use super::super::fault::Fault;
use super::super::{Link, Visit};
use super::Batch;
use super::words::Point;
use crate::docket::{PlanState, Snapshot, Stage};
use gongshi_verify::draw::plan::DELAY_LOG2;
use serde::Serialize;

/// A point of the course.
#[derive(Serialize)]
pub(super) struct Mark {
    point: Point,
    title: String,
    text: Option<String>,
    entry: Option<Link>,
    /// Class of the style sheet: over, what comes next, still to come, missed.
    class: &'static str,
}

/// Somebody who brings a secret.
#[derive(Serialize)]
pub(super) struct Contributor {
    authority: Link,
    independent: bool,
    commit: Option<Said>,
    reveal: Option<Said>,
    /// There is no commit, and no time for one any more.
    uncommitted: bool,
    /// The same of the reveal, where there is a commit.
    unrevealed: bool,
}

/// An entry and when the log took it.
#[derive(Serialize)]
struct Said {
    entry: Link,
    at: Point,
}

pub(super) fn contributors(visit: &Visit, batch: &Batch) -> Vec<Contributor> {
    let plan = &batch.state;
    let over = matches!(batch.stage, Stage::Cancelled);
    let said = |index: u64, at: i64| Said {
        entry: visit.entry(index),
        at: visit.point(at),
    };
    let one = |id: &String| {
        let commit = plan.commits.iter().find(|one| one.contributor == *id);
        let reveal = plan.reveals.iter().find(|one| one.contributor == *id);
        Contributor {
            authority: visit.authority_link(&batch.registry, id),
            independent: plan.independent.contains(id),
            uncommitted: commit.is_none() && visit.now > plan.t0 && !over,
            unrevealed: commit.is_some() && reveal.is_none() && visit.now > plan.t1 && !over,
            commit: commit.map(|one| said(one.index, one.logged_at)),
            reveal: reveal.map(|one| said(one.index, one.logged_at)),
        }
    };
    plan.contributors.iter().map(one).collect()
}

/// The course of a plan, in the order of time.
pub(super) fn marks(
    visit: &Visit,
    batch: &Batch,
    libraries: &[Option<Snapshot>; 2],
) -> Result<Vec<Mark>, Fault> {
    let plan = &batch.state;
    let mut marks = Vec::new();
    let mut mark = |at: i64, title: String, text: Option<String>, entry: Option<u64>| {
        marks.push((
            at,
            Mark {
                point: visit.point(at),
                title,
                text,
                entry: entry.map(|index| visit.entry(index)),
                class: "",
            },
        ));
    };
    let titles = ["page-course-objects", "page-course-officers"];
    for (library, title) in libraries.iter().zip(titles) {
        let Some(library) = library else { continue };
        let until = visit.moment(library.usable_from).text;
        let text = visit.say("page-course-library", &[("until", until.into())]);
        mark(
            library.logged_at,
            visit.word(title),
            Some(text),
            Some(library.index),
        );
    }
    mark(
        plan.logged_at,
        visit.word("page-course-plan"),
        Some(visit.word("page-course-plan-text")),
        Some(plan.index),
    );
    let ended = plan.cancelled.as_ref().map(|one| one.logged_at);
    let goes_on = |at: i64| ended.is_none_or(|ended| at <= ended);
    if goes_on(plan.t0) {
        let text = match plan.contributors.is_empty() {
            true => visit.word("page-course-t0-alone"),
            false => visit.say("page-course-t0-text", &of(plan.commits.len(), plan)),
        };
        mark(plan.t0, visit.word("page-course-t0"), Some(text), None);
    }
    if goes_on(plan.t1) && !plan.contributors.is_empty() {
        let text = visit.say("page-course-t1-text", &of(plan.reveals.len(), plan));
        mark(plan.t1, visit.word("page-course-t1"), Some(text), None);
    }
    let known = plan.known_at();
    if goes_on(known) && batch.stage != Stage::Void {
        let (title, text) = outside(visit, plan);
        mark(known, title, text, None);
    }
    if let Some(cancelled) = &plan.cancelled {
        let reason = visit.word(&format!("code-cancel_reason-{}", cancelled.reason));
        let title = visit.word("plan-stage-cancelled");
        mark(
            cancelled.logged_at,
            title,
            Some(reason),
            Some(cancelled.index),
        );
    }
    if let Some(lapsed) = plan.lapsed {
        let at = visit.load(lapsed)?.entry.logged_at.unix();
        let title = visit.word("plan-stage-lapsed");
        let text = visit.word("page-course-lapsed");
        mark(at, title, Some(text), Some(lapsed));
    }
    if let Some(draw) = &plan.draw {
        let count = i64::try_from(draw.count).unwrap_or(i64::MAX);
        let text = visit.say("page-course-drawn", &[("n", count.into())]);
        let title = visit.word("plan-stage-drawn");
        mark(draw.logged_at, title, Some(text), Some(draw.index));
    }
    if !matches!(batch.stage, Stage::Cancelled | Stage::Void | Stage::Lapsed) {
        let title = visit.word("page-course-deadline");
        let text = match plan.sealed {
            true => visit.word("page-course-deadline-sealed"),
            false => visit.word("page-course-deadline-text"),
        };
        mark(plan.result_deadline, title, Some(text), None);
    }
    if let Some(index) = plan.opening {
        let at = visit.load(index)?.entry.logged_at.unix();
        mark(at, visit.word("page-course-opened"), None, Some(index));
    }
    marks.sort_by_key(|(at, _)| *at);
    let mut next = true;
    for (_, mark) in &mut marks {
        mark.class = match mark.point.past {
            true => "over",
            false if std::mem::take(&mut next) => "next",
            false => "later",
        };
    }
    Ok(marks.into_iter().map(|(_, mark)| mark).collect())
}

fn of(there: usize, plan: &PlanState) -> [(&'static str, crate::text::Arg); 2] {
    let number = |n: usize| i64::try_from(n).unwrap_or(i64::MAX).into();
    [
        ("there", number(there)),
        ("of", number(plan.contributors.len())),
    ]
}

/// What decides the draw: its name and how it comes about.
pub(super) fn outside(visit: &Visit, plan: &PlanState) -> (String, Option<String>) {
    let number = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
    match (plan.round, plan.delay_log2) {
        (Some(round), _) => (
            // A round's number is its name: it has no thousands set apart.
            visit.say("page-course-round", &[("round", round.to_string().into())]),
            Some(visit.word("page-course-round-text")),
        ),
        (None, Some(log2)) => (
            visit.word("page-course-delay"),
            Some(visit.say(
                match log2 < u64::from(DELAY_LOG2) {
                    true => "page-course-delay-short",
                    false => "page-course-delay-text",
                },
                &[("log2", number(log2).into())],
            )),
        ),
        (None, None) => (visit.word("page-course-lottery"), None),
    }
}
