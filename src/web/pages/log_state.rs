//! The log itself: its head, how closely model and search follow, who may write into it, and how to check all of it.

use super::fault::Fault;
use super::{Answer, Link, POLICY_FILE, Page, Visit};
use crate::model::Month;
use crate::web::links;
use crate::web::render::Moment;
use gongshi_verify::encoding::base64;
use gongshi_verify::registry::{AuthorityState, Role};
use jiff::ToSpan as _;
use serde::Serialize;
use std::collections::BTreeMap;

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

/// Months of which the growth is shown.
const MONTHS: i32 = 24;

/// Entries of a month, and what part they are of the month with the most, in hundredths.
#[derive(Serialize)]
struct Growth {
    month: String,
    count: u64,
    part: u64,
}

/// How much the log took in each month, the latest first.
fn growth(visit: &Visit) -> Result<Vec<Growth>, Fault> {
    let first = visit.today.saturating_sub((MONTHS - 1).months());
    let model = &visit.portal.model;
    let mut months: BTreeMap<Month, u64> = BTreeMap::new();
    for one in model.published(Month::of(first), Month::of(visit.today))? {
        *months.entry(one.month).or_default() += one.count;
    }
    let most = months.values().max().copied().unwrap_or_default().max(1);
    let months = months.into_iter().rev().map(|(month, count)| Growth {
        month: month.to_string(),
        count,
        part: count * 100 / most,
    });
    Ok(months.collect())
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
        .with("growth", &growth(visit)?)
        .with("policy_file", POLICY_FILE)
        .with("foreign", &super::summary::foreign(visit.lang))
        .done()
}
