//! The log itself: its head, how closely model and search follow, who may write into it, and how to check all of it.

use super::fault::Fault;
use super::{Answer, Link, POLICY_FILE, Page, Visit};
use crate::web::links;
use crate::web::render::Moment;
use gongshi_verify::encoding::base64;
use gongshi_verify::registry::{AuthorityState, Role};
use serde::Serialize;

#[derive(Serialize)]
struct AuthorityRow {
    link: Link,
    id: String,
    region: String,
    operator: bool,
    kinds: usize,
    valid: usize,
    ended: usize,
}

pub(super) fn page(visit: &Visit) -> Result<Answer, Fault> {
    let portal = &visit.portal;
    let published = portal.log.published();
    let (model, search) = (portal.model.cursor()?, portal.search.searchable());
    let size = published.size();
    let last = match size {
        0 => None,
        size => Some(Moment::new(
            visit.lang,
            visit.load(size - 1)?.entry.logged_at,
        )),
    };
    let registry = portal.intake.registry();
    let row = |state: &AuthorityState| {
        let valid = state.keys.iter().filter(|key| key.ended_at.is_none());
        let valid = valid.count();
        AuthorityRow {
            link: Link {
                text: state.name.clone(),
                href: links::authority(visit.lang, state.id.as_str()),
            },
            id: state.id.to_string(),
            region: visit.region_code(state.region.as_str()),
            operator: state.role == Role::Operator,
            kinds: state.kinds.len(),
            valid,
            ended: state.keys.len() - valid,
        }
    };
    Page::new("log-state.html", visit.word("page-log-title"))
        .with("vkey", &portal.log.verifier().to_string())
        .with("root", &base64(&published.checkpoint.root))
        .with("checkpoint", &published.note)
        .with("log_size", &size)
        .with("last", &last)
        .with("indexed", &search)
        .with("folded", &model)
        .with("search_lag", &size.saturating_sub(search))
        .with("model_lag", &size.saturating_sub(model))
        .with(
            "authorities",
            &registry.authorities().map(row).collect::<Vec<_>>(),
        )
        .with("policy_file", POLICY_FILE)
        .with("foreign", &super::summary::foreign(visit.lang))
        .done()
}
