//! How far a drawn plan has come, as pages show it: numbers, and the parts of a bar of a hundred that they make.

use super::super::fault::Fault;
use super::super::{Link, Visit};
use super::Batch;
use crate::web::draws::DepartmentProgress;
use serde::Serialize;

/// Results of one sort that are linked; the plan's document has all.
const MAX_LINKED: usize = 30;

#[derive(Serialize)]
pub(super) struct Shown {
    drawn: u64,
    inspected: u64,
    inspected_part: u64,
    /// Nobody knows while a sealed list is not opened.
    published_known: bool,
    published: u64,
    published_part: u64,
    overdue: u64,
    overdue_part: u64,
    late: u64,
    /// Results for objects that were not drawn.
    undrawn: Results,
    /// Results of targets that were replaced all the same.
    replaced: Results,
    departments: Vec<Department>,
}

/// Results that something is to be said about.
#[derive(Serialize)]
struct Results {
    count: u64,
    /// The first of them.
    entries: Vec<Link>,
}

#[derive(Serialize)]
struct Department {
    authority: Link,
    drawn: u64,
    published: u64,
    overdue: u64,
}

/// Of a drawn plan; none before its draw.
pub(super) fn of(visit: &Visit, batch: &Batch) -> Result<Option<Shown>, Fault> {
    let Some(progress) = visit.portal.progress(&batch.state)? else {
        return Ok(None);
    };
    let part = |n: u64| n * 100 / progress.drawn.max(1);
    let department = |one: &DepartmentProgress| Department {
        authority: visit.authority_link(&batch.registry, &one.department),
        drawn: one.drawn,
        published: one.published,
        overdue: one.overdue,
    };
    let published = progress.published.unwrap_or_default();
    let results = |all: &Option<Vec<u64>>| {
        let all = all.as_deref().unwrap_or_default();
        let linked = all.iter().take(MAX_LINKED);
        Results {
            count: all.len() as u64,
            entries: linked.map(|index| visit.entry(*index)).collect(),
        }
    };
    Ok(Some(Shown {
        drawn: progress.drawn,
        inspected: progress.inspected,
        inspected_part: part(progress.inspected),
        published_known: progress.published.is_some(),
        published,
        published_part: part(published),
        overdue: progress.overdue,
        overdue_part: part(progress.overdue),
        late: progress.late,
        undrawn: results(&progress.undrawn),
        replaced: results(&progress.replaced),
        departments: progress.departments.iter().map(department).collect(),
    }))
}
