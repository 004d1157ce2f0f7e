//! Permits and penalties side by side (双公示): the newest of each, and how many each authority has published.

use super::fault::Fault;
use super::summary::Row;
use super::{Answer, Link, Page, Visit};
use crate::domain::Kind;
use crate::web::links;
use serde::Serialize;

/// What the page is of.
const KINDS: [Kind; 3] = [Kind::Permit, Kind::Penalty, Kind::NoPenalty];
/// Records shown of each.
const NEWEST: usize = 8;

#[derive(Serialize)]
struct Part {
    kind: Link,
    help: String,
    total: u64,
    search: String,
    atom: String,
    rows: Vec<Row>,
}

/// An authority, with the number of records of each kind that are public now, and where they are.
#[derive(Serialize)]
struct Publisher {
    authority: Link,
    counts: Vec<(u64, String)>,
}

pub(super) fn page(visit: &Visit) -> Result<Answer, Fault> {
    let model = &visit.portal.model;
    let mut parts = Vec::new();
    for kind in KINDS {
        let href = links::list(visit.lang, kind);
        parts.push(Part {
            help: visit.word(&format!("kindhelp-{kind}")),
            total: model.count(kind)?,
            search: links::with_query(visit.lang, "/search", &[("kind", kind.as_str())]),
            atom: links::feed(&href),
            rows: visit.rows(model.list(kind, 0, NEWEST)?)?,
            kind: Link {
                text: visit.kind_name(kind.as_str()),
                href,
            },
        });
    }
    let mut publishers = Vec::new();
    for authority in visit.portal.intake.registry().authorities() {
        let id = authority.id.as_str();
        let published = model.authority_counts(id)?;
        let count = |kind: Kind| {
            let pairs = [("authority", id), ("kind", kind.as_str())];
            let count = published.get(&kind).copied().unwrap_or_default();
            (count, links::with_query(visit.lang, "/search", &pairs))
        };
        let counts: Vec<(u64, String)> = KINDS.map(count).to_vec();
        if counts.iter().any(|(count, _)| *count > 0) {
            let authority = Link {
                text: authority.name.clone(),
                href: links::authority(visit.lang, id),
            };
            publishers.push(Publisher { authority, counts });
        }
    }
    Page::new("double.html", visit.word("page-double-title"))
        .with("one_kind", &true)
        .with("parts", &parts)
        .with("publishers", &publishers)
        .with("folded", &model.cursor()?)
        .with("foreign", &super::summary::foreign(visit.lang))
        .done()
}
