//! The first page: the search box, how far the log is, what is new, and where each kind of reader goes on.

use super::fault::Fault;
use super::{Answer, Link, Page, Visit};
use crate::domain::Kind;
use crate::model::StatusList;
use crate::web::links;
use crate::web::render::Moment;
use serde::Serialize;

/// New records shown of each kind, and in all.
const NEW_OF_KIND: usize = 3;
const NEW: usize = 12;
/// Plans shown.
const PLANS: usize = 4;

#[derive(Serialize)]
pub(super) struct KindCount {
    pub(super) link: Link,
    pub(super) help: String,
    pub(super) count: u64,
}

pub(super) fn page(visit: &Visit) -> Result<Answer, Fault> {
    let portal = &visit.portal;
    let counts = portal.model.counts()?;
    let mut newest = Vec::new();
    for kind in counts.keys() {
        newest.extend(portal.model.list(*kind, 0, NEW_OF_KIND)?);
    }
    newest.sort_unstable_by(|a, b| b.cmp(a));
    let registry = portal.intake.registry();
    let mut rows = Vec::new();
    for index in newest {
        if rows.len() == NEW {
            break;
        }
        let loaded = visit.load(index)?;
        // Search engines keep the first page: no natural person is to be found by it.
        if loaded.body.is_some() && !loaded.personal() {
            rows.push(visit.row(&loaded, &registry));
        }
    }
    // The log takes tables days after the decisions in them; by their days the list reads as it says.
    rows.sort_by(|a, b| b.day().cmp(a.day()).then(b.index.cmp(&a.index)));
    let counts: Vec<KindCount> = counts
        .iter()
        .map(|(kind, count)| visit.kind_count(*kind, *count, links::list(visit.lang, *kind)))
        .collect();
    let size = portal.log.published().size();
    let last = match size {
        0 => None,
        size => Some(Moment::new(
            visit.lang,
            visit.load(size - 1)?.entry.logged_at,
        )),
    };
    Page::new("home.html", visit.word("page-home-title"))
        .with("q", "")
        .with("search_action", &links::page(visit.lang, "/search", ""))
        .with("last", &last)
        .with("plans", &super::draws::list::newest(visit, PLANS)?)
        .with("indexed", &portal.search.searchable())
        .with("rows", &rows)
        .with("foreign", &super::summary::foreign(visit.lang))
        .with("counts", &counts)
        .with(
            "abnormal",
            &portal.model.listed_count(StatusList::Abnormal)?,
        )
        .with("serious", &portal.model.listed_count(StatusList::Serious)?)
        .done()
}

impl Visit {
    /// A kind with its number of records.
    pub(super) fn kind_count(&self, kind: Kind, count: u64, href: String) -> KindCount {
        KindCount {
            link: Link {
                text: self.kind_name(kind.as_str()),
                href,
            },
            help: self.word(&format!("kindhelp-{kind}")),
            count,
        }
    }
}
