//! One enterprise: who it is, whether it is on a list now, and everything public that names it, newest first.
//!
//! What is no longer public leaves no trace here (a stub would republish it).

use super::fault::{Fault, shortened};
use super::journeys::Short;
use super::journeys::early::Early;
use super::lists::{numbered, page_number};
use super::summary::{Row, individual};
use super::{Answer, Moving, Page, Pager, Visit};
use crate::domain::uscc::{LENGTH, fold};
use crate::domain::{Kind, Uscc, UsccError};
use crate::model::{Enterprise, Listing};
use crate::text::Arg;
use crate::web::links;
use actix_web::http::StatusCode;
use gongshi_verify::registry::Registry;
use serde::Serialize;

/// Records on a page.
const PER_PAGE: u64 = 50;

pub(super) fn page(visit: &Visit) -> Result<Answer, Fault> {
    let typed = fold(&visit.key);
    let code = match Uscc::parse(&typed) {
        Ok(code) => code,
        Err(error) => return no_code(visit, &visit.key, &typed, &error),
    };
    if code.as_str() != visit.key {
        let href = links::enterprise(visit.lang, code.as_str());
        return Ok(Answer::Redirect(href));
    }
    let model = &visit.portal.model;
    let registry = visit.portal.intake.registry();
    let known = match &visit.as_of {
        Some(then) => {
            let log = visit.portal.log.as_ref();
            let known = model.enterprise_as_of(code.as_str(), then.size, log)?;
            known.map(|known| (known.enterprise, Some(known.records)))
        }
        None => model.enterprise(code.as_str())?.map(|known| (known, None)),
    };
    let Some((enterprise, records)) = known else {
        return unknown(visit, &code);
    };
    let last = enterprise.on_page().div_ceil(PER_PAGE).max(1);
    let page = page_number(visit, last)?;
    let skip = usize::try_from((page - 1) * PER_PAGE).unwrap_or(usize::MAX);
    let newest = match records {
        Some(records) => {
            let newest = records.into_iter().skip(skip);
            newest.take(PER_PAGE as usize).collect()
        }
        None => model.enterprise_records(code.as_str(), skip, PER_PAGE as usize)?,
    };
    let present = visit.present(|| Present::of(visit, &enterprise, &newest))?;
    let mut rows = visit.rows(newest)?;
    for row in &mut rows {
        row.on_page_of(code.as_str());
    }
    let (abnormal, serious) = standing(visit, &enterprise, &registry)?;
    if individual(code.as_str()) {
        visit.note_person();
    }
    let region = match enterprise.region.as_str() {
        "" => String::new(),
        region => visit.region_name(&registry, region),
    };
    // A term that has run out ends no listing; the reader is told both.
    let serious_over = !serious.is_empty() && serious.iter().all(|row| row.term.is_some());
    let path = format!("/enterprise/{code}");
    let pager = Pager::new(page, last, |page| numbered(visit, &path, page));
    let title = visit.say(
        "page-enterprise-title",
        &[
            ("name", named(&enterprise).into()),
            ("code", code.as_str().into()),
        ],
    );
    Page::new("enterprise.html", visit.titled(&title, page))
        .with("present", &present)
        .with("code", code.as_str())
        .with("known", &true)
        .with(
            "atom",
            &links::feed(&links::enterprise(visit.lang, code.as_str())),
        )
        .with("name", named(&enterprise))
        .with("earlier", &enterprise.earlier_names)
        .with("region", &region)
        .with("abnormal", &abnormal)
        .with("serious", &serious)
        .with("serious_over", &serious_over)
        .with("rows", &rows)
        .with("total", &enterprise.records)
        .with("corrected_away", &enterprise.corrected_away)
        .with("up_to", &visit.moving(Moving::UpTo)?)
        .with("permanent", &visit.permanent(page)?)
        .with("pager", &pager)
        .with("foreign", &super::summary::foreign(visit.lang))
        .done()
}

/// What is said of an enterprise on the page of now alone.
#[derive(Serialize)]
struct Present {
    journeys: Vec<Short>,
    journeys_more: bool,
    early: Vec<Early>,
    draws: super::draws::DrawsOf,
}

impl Present {
    fn of(visit: &Visit, enterprise: &Enterprise, newest: &[u64]) -> Result<Self, Fault> {
        let (journeys, journeys_more) = Short::by(visit, &enterprise.uscc)?;
        Ok(Present {
            journeys,
            journeys_more,
            early: early(visit, enterprise, newest)?,
            draws: super::draws::of_target(visit, &enterprise.uscc)?,
        })
    }
}

/// When the early end of a display may be asked for, of those of its newest records that speak against it: listings while they stand.
fn early(visit: &Visit, enterprise: &Enterprise, newest: &[u64]) -> Result<Vec<Early>, Fault> {
    let mut found = Vec::new();
    for index in newest {
        let loaded = visit.load(*index)?;
        let listed = matches!(
            loaded.kind,
            Some(Kind::AbnormalListing | Kind::SeriousListing | Kind::IndividualMark)
        );
        let mut listings = enterprise.abnormal.iter().chain(&enterprise.serious);
        if !listed || listings.any(|listing| listing.index == *index) {
            found.extend(Early::of(visit, &loaded)?);
        }
    }
    Ok(found)
}

/// Its name, or its code where nothing that counts names it.
fn named(enterprise: &Enterprise) -> &str {
    match enterprise.name.as_str() {
        "" => &enterprise.uscc,
        name => name,
    }
}

/// The listings in force that are public, list by list.
fn standing(
    visit: &Visit,
    enterprise: &Enterprise,
    registry: &Registry,
) -> Result<(Vec<Row>, Vec<Row>), Fault> {
    let rows = |listings: &[Listing]| -> Result<Vec<Row>, Fault> {
        let mut rows = Vec::new();
        for listing in listings.iter().rev() {
            let loaded = visit.load(listing.index)?;
            if loaded.body.is_some() {
                rows.push(visit.row(&loaded, registry));
            }
        }
        Ok(rows)
    };
    Ok((rows(&enterprise.abnormal)?, rows(&enterprise.serious)?))
}

fn unknown(visit: &Visit, code: &Uscc) -> Result<Answer, Fault> {
    let title = visit.say(
        "page-enterprise-unknown-title",
        &[("code", code.as_str().into())],
    );
    let mut page = Page::new("enterprise.html", title)
        .with("code", code.as_str())
        .with("known", &false)
        .with("valid", &true)
        .with("search_action", &links::page(visit.lang, "/search", ""))
        .with("q", "")
        .with("up_to", &visit.moving(Moving::UpTo)?);
    page.status = StatusCode::NOT_FOUND;
    page.done()
}

fn no_code(visit: &Visit, given: &str, typed: &str, error: &UsccError) -> Result<Answer, Fault> {
    let mut page = Page::new(
        "enterprise.html",
        visit.word("page-enterprise-invalid-title"),
    )
    .with("code", &shortened(given))
    .with("known", &false)
    .with("valid", &false)
    .with("rule", &rule(visit, typed, error))
    .with("search_action", &links::page(visit.lang, "/search", ""))
    .with("q", &shortened(given));
    page.status = StatusCode::BAD_REQUEST;
    page.done()
}

/// Which rule of the standard a code breaks, and what was expected.
pub(super) fn rule(visit: &Visit, typed: &str, error: &UsccError) -> String {
    let number = |n: usize| Arg::Number(i64::try_from(n).unwrap_or(i64::MAX));
    match error {
        UsccError::Length { found } => visit.say(
            "page-uscc-length",
            &[("expected", number(LENGTH)), ("found", number(*found))],
        ),
        UsccError::Alphabet {
            position,
            character,
        } => visit.say(
            "page-uscc-character",
            &[
                ("position", number(*position)),
                ("character", shortened(&character.to_string()).into()),
            ],
        ),
        UsccError::Check { expected, found } => visit.say(
            "page-uscc-check",
            &[
                ("expected", expected.to_string().into()),
                ("found", found.to_string().into()),
                ("typed", shortened(typed).into()),
            ],
        ),
    }
}
