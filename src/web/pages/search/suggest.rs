//! What somebody may be typing: names, numbers and credit codes that the beginning of a search finds.
//!
//! `GET /suggest?q=…` and `/api/v1/suggest`: a JSON array, best first. Only what lists show; natural persons are not suggested.

use super::found::{Brief, Failed, Found};
use super::query::Params;
use crate::domain::{View, person};
use crate::search::{Needles, SearchQuery};
use crate::web::links;
use crate::web::pages::Visit;
use crate::web::pages::fault::Fault;
use crate::web::problem::Problem;
use actix_web::HttpResponse;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_LANGUAGE, CONTENT_TYPE};
use actix_web::web;
use serde::Serialize;
use std::collections::BTreeSet;

/// Suggestions at most.
const MOST: usize = 8;
/// Records that they are taken from.
const LOOKED_AT: usize = 40;

/// One of them.
#[derive(Serialize)]
struct Suggestion {
    /// What to search for, or to read.
    text: String,
    /// What it is: `enterprise` or `record`.
    of: &'static str,
    /// The credit code of an enterprise, the kind of a record.
    note: String,
    href: String,
}

pub(in crate::web) async fn get(visit: Visit) -> HttpResponse {
    let Some(place) = visit.searches.begin() else {
        return Problem::busy().respond();
    };
    let lang = visit.lang;
    let caching = visit.caching();
    let answered = web::block(move || {
        let _place = place;
        suggestions(&visit)
            .map(|found| serde_json::json!(found).to_string())
            .map_err(|fault| fault.problem())
    });
    match answered.await {
        Ok(Ok(body)) => HttpResponse::Ok()
            .insert_header((CONTENT_TYPE, "application/json"))
            .insert_header((CONTENT_LANGUAGE, lang.tag()))
            .insert_header((CACHE_CONTROL, caching))
            .insert_header(("X-Robots-Tag", "noindex"))
            .body(body),
        Ok(Err(problem)) => problem.respond(),
        Err(_) => Problem::busy().respond(),
    }
}

fn suggestions(visit: &Visit) -> Result<Vec<Suggestion>, Fault> {
    let (params, _) = Params::parse(&visit.query);
    if params.text.is_empty() {
        return Ok(Vec::new());
    }
    let query = SearchQuery {
        text: params.text.clone(),
        limit: LOOKED_AT,
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
        let completes = [&suggestion.text, &suggestion.note]
            .into_iter()
            .any(|text| Needles::hold_all(&params.text, text));
        if (completes || found.similar) && seen.insert(suggestion.text.clone()) {
            all.push(suggestion);
        }
        if all.len() == MOST {
            break;
        }
    }
    Ok(all)
}
