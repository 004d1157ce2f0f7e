//! What somebody may be typing: names, numbers and credit codes that the beginning of a search finds.
//!
//! `GET /suggest?q=…` and `/api/v1/suggest`: a JSON array, best first. Only what lists show; natural persons are not suggested.

use super::found::{Failed, Found};
use super::query::Params;
use super::twins::told;
use crate::domain::{View, person};
use crate::search::{Needles, SearchQuery};
use crate::web::links;
use crate::web::pages::Visit;
use crate::web::pages::brief::Brief;
use crate::web::pages::fault::Fault;
use actix_web::HttpResponse;
use serde::Serialize;
use std::collections::BTreeSet;
use utoipa::ToSchema;

/// Suggestions at most.
const MOST: usize = 8;
/// Records that they are taken from.
const LOOKED_AT: usize = 40;

/// One of them.
#[derive(Serialize, ToSchema)]
pub(in crate::web) struct Suggestion {
    /// What to search for, or to read.
    text: String,
    /// What it is: `enterprise` or `record`.
    of: &'static str,
    /// The credit code of an enterprise, the kind of a record.
    note: String,
    href: String,
}

#[utoipa::path(
    get, path = "/api/v1/suggest", operation_id = "suggest", tag = "search",
    params(("q" = String, Query, description = "What has been typed so far")),
    responses((status = 200, description = "At most eight, best first", body = Vec<Suggestion>)),
    extensions(("x-problems" = json!("overloaded log-unavailable")))
)]
pub(in crate::web) async fn get(visit: Visit) -> HttpResponse {
    let found = |visit: &Visit| suggestions(visit).map_err(|fault| fault.problem());
    told(visit, move |visit| Ok(serde_json::json!(found(visit)?))).await
}

fn suggestions(visit: &Visit) -> Result<Vec<Suggestion>, Fault> {
    let (params, _) = Params::parse(&visit.query);
    if params.text.is_empty() {
        return Ok(Vec::new());
    }
    let terms = Needles::of_each_term(&params.text);
    let query = SearchQuery {
        text: params.text,
        limit: LOOKED_AT,
        no_facets: true,
        ..SearchQuery::default()
    };
    let found = match Found::of(visit, &query) {
        Ok(found) => found,
        Err(Failed::Fault(fault)) => return Err(fault),
        Err(Failed::Nowhere) => return Ok(Vec::new()),
    };
    let registry = visit.portal.intake.registry();
    let (mut seen, mut all) = (BTreeSet::new(), Vec::new());
    for loaded in &found.records {
        let view = loaded.view();
        let masked = view.as_ref().and_then(person::personal_name).is_some();
        if masked {
            continue;
        }
        let brief = Brief::of(visit, loaded, &registry);
        let subject = view.as_ref().and_then(View::subject_name).is_some();
        let suggestion = match (brief.uscc, brief.name, brief.number) {
            (Some(code), Some(name), _) if subject => Suggestion {
                text: name,
                of: "enterprise",
                href: links::enterprise(visit.lang, &code),
                note: code,
            },
            (_, Some(text), _) | (_, None, Some(text)) => Suggestion {
                text,
                of: "record",
                note: brief.kind_name,
                href: brief.href,
            },
            _ => continue,
        };
        // What was found by what it says elsewhere completes nothing.
        let texts = [&suggestion.text, &suggestion.note];
        let completes = texts
            .into_iter()
            .any(|text| terms.iter().all(|needles| needles.are_in(text)));
        if (completes || found.similar) && seen.insert(suggestion.text.clone()) {
            all.push(suggestion);
        }
        if all.len() == MOST {
            break;
        }
    }
    Ok(all)
}
