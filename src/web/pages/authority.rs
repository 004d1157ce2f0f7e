//! One authority: what it may publish, what it has published, and every key it has had.

use super::fault::Fault;
use super::{Answer, Link, Page, Visit};
use crate::domain::Kind;
use crate::web::links;
use gongshi_verify::names::AuthorityId;
use gongshi_verify::registry::{KeyState, Role};
use serde::Serialize;

#[derive(Serialize)]
struct KeyRow {
    key: String,
    added: Link,
    ended: Option<Link>,
    forced: bool,
}

pub(super) fn page(visit: &Visit) -> Result<Answer, Fault> {
    let unknown = || Fault::no_authority(&visit.key);
    let id = AuthorityId::parse(&visit.key).map_err(|_| unknown())?;
    let registry = visit.portal.intake.registry();
    let state = registry.authority(&id).ok_or_else(unknown)?;
    let counts = visit.portal.model.authority_counts(id.as_str())?;
    let counts: Vec<_> = counts
        .iter()
        .map(|(kind, count)| {
            let pairs = [("authority", id.as_str()), ("kind", kind.as_str())];
            let href = links::with_query(visit.lang, "/search", &pairs);
            visit.kind_count(*kind, *count, href)
        })
        .collect();
    let entry = |index: u64| Link {
        text: format!("#{index}"),
        href: links::record(visit.lang, index),
    };
    let key_row = |key: &KeyState| KeyRow {
        key: key.key.to_base64(),
        added: entry(key.added_at),
        ended: key.ended_at.map(entry),
        forced: key.forced,
    };
    let kinds: Vec<Link> = state
        .kinds
        .iter()
        .map(|kind| Link {
            text: visit.kind_name(kind.as_str()),
            href: kind
                .as_str()
                .parse::<Kind>()
                .map(|kind| links::list(visit.lang, kind))
                .unwrap_or_default(),
        })
        .collect();
    let all = links::with_query(visit.lang, "/search", &[("authority", id.as_str())]);
    Page::new("authority.html", state.name.clone())
        .above(visit.link("page-nav-log", "/log-state"))
        .with("id", id.as_str())
        .with("name", &state.name)
        .with("region", &visit.region_code(state.region.as_str()))
        .with("hotline", &state.hotline)
        .with("operator", &(state.role == Role::Operator))
        .with("kinds", &kinds)
        .with("keys", &state.keys.iter().map(key_row).collect::<Vec<_>>())
        .with("registered", &entry(state.registered_at))
        .with(
            "amended",
            &state
                .amended_at
                .iter()
                .map(|i| entry(*i))
                .collect::<Vec<_>>(),
        )
        .with("counts", &counts)
        .with("all", &all)
        .with("duties_href", &links::duties(visit.lang, id.as_str()))
        .with("duties", &super::duties::Figures::of(visit, id.as_str())?)
        .with("foreign", &super::summary::foreign(visit.lang))
        .done()
}
