//! `GET /api/v1/receipts/<code>`, `/repair`, `/promises`: journeys by receipt code, what the rules ask of an application, promises.

use super::{answer, blocking, json as send, number, shown};
use crate::domain::codes::{Fulfilment, PromiseType};
use crate::domain::dates::{day_in_china, parse_date};
use crate::domain::{Kind, Region};
use crate::model::journeys::{Deadline, Journey, Step};
use crate::rules::{Requirement, RuleVersion};
use crate::web::Portal;
use crate::web::journeys::{NoReceipt, Receipt, Term, Way, code_of, ways, without_names};
use crate::web::problem::{Problem, internal};
use actix_web::{HttpResponse, web};
use gongshi_verify::encoding::hex;
use gongshi_verify::hash::leaf_hash;
use gongshi_verify::receipt::ReceiptCode;
use jiff::civil::Date;
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::IntoParams;

/// Promises in one answer.
pub(super) const PROMISES: usize = 100;

fn day(day: Option<Date>) -> Value {
    day.map_or(Value::Null, |day| day.to_string().into())
}

/// The journey of a receipt code.
#[utoipa::path(
    get, path = "/api/v1/receipts/{code}", operation_id = "receipt", tag = "journeys",
    responses((status = 200, description = "The entry of the code, and the journey it belongs to", body = Value, example = json!(super::examples::receipt()))),
    extensions(("x-problems" = json!("bad-request not-found log-unavailable")))
)]
pub(super) async fn receipt(portal: web::Data<Portal>, path: web::Path<String>) -> HttpResponse {
    let found = blocking(move || {
        let today = day_in_china(portal.intake.clock().now().unix());
        let receipt = Receipt::find(&portal, &path).map_err(|why| problem(&path, why))?;
        Ok(told(&receipt, today))
    });
    answer(found.await.map(|value| send(&value)))
}

fn problem(given: &str, why: NoReceipt) -> Problem {
    match why {
        NoReceipt::Malformed(error) => Problem::bad_request(format!("{:?}: {error}", shown(given))),
        NoReceipt::Beyond(code) => Problem::not_found(format!(
            "the log has no entry {} yet, of which {code} would be the receipt code",
            code.index
        )),
        NoReceipt::Mismatch(code) => Problem::not_found(format!(
            "{code} is not the receipt code of entry {}: a mistake in writing, or the log shows something else there than when the code was given out",
            code.index
        )),
        NoReceipt::Unread(problem) => problem,
    }
}

fn told(receipt: &Receipt<'_>, today: Date) -> Value {
    let entry = &receipt.stored.entry;
    json!({
        "code": receipt.code.to_string(),
        "index": receipt.code.index,
        "leaf_hash": hex(&leaf_hash(entry.to_text().as_bytes())),
        "kind": entry.kind.as_str(),
        "authority": entry.authority.as_str(),
        "logged_at": entry.logged_at.to_string(),
        "public": receipt.stored.body.is_some(),
        "proof": crate::intake::link_path(receipt.code.index),
        "journey": receipt.journey.as_ref().map(|journey| journey_told(journey, today)),
    })
}

fn journey_told(journey: &Journey<'_>, today: Date) -> Value {
    let view = journey.begun.view();
    let texts = |name: &str| view.codes_of(name).collect::<Vec<_>>();
    let missing = match journey.state.is_over() {
        true => Vec::new(),
        false => texts("missing_documents"),
    };
    json!({
        "index": journey.begun.index,
        "code": code_of(journey).to_string(),
        "kind": journey.begun.kind().as_str(),
        "state": journey.state,
        "over": journey.state.is_over(),
        "target": journey.begun.named("target"),
        "steps": journey.steps.iter().map(|one| step(journey, one)).collect::<Vec<_>>(),
        "documents": texts("documents"),
        "missing_documents": missing,
        "deadlines": journey.deadlines.iter().map(|one| deadline(one, today)).collect::<Vec<_>>(),
    })
}

fn step(journey: &Journey<'_>, step: &Step) -> Value {
    let view = step.record.view();
    let outcomes = [
        "repair_outcome",
        "objection_outcome",
        "fulfilment",
        "acceptance",
    ];
    let outcome = outcomes.iter().find_map(|name| view.text_of(name));
    json!({
        "what": step.what,
        "on": day(step.on),
        "entry": step.entry,
        "record": step.record.index,
        "kind": step.record.kind().as_str(),
        "authority": step.record.authority(),
        "outcome": outcome,
        "papers": step.papers.as_ref().map(|papers| json!({
            "documents": papers.codes,
            "due_on": day(papers.due_on),
            "late": step.is_late(),
        })),
        "reason": view.text_of("reason").map(|text| without_names(text, journey, step)),
    })
}

fn rule(rule: &RuleVersion) -> Value {
    json!({"id": rule.id(), "basis": rule.basis, "confirmed": rule.confirmed})
}

fn kinds(kinds: &[Kind]) -> Vec<&'static str> {
    kinds.iter().map(|kind| kind.as_str()).collect()
}

fn deadline(one: &Deadline<'_>, today: Date) -> Value {
    json!({
        "rule": rule(one.rule),
        "of": one.of,
        "awaits": kinds(&one.awaits),
        "starts_on": one.starts_on.to_string(),
        "due_on": day(one.due_on.as_ref().ok().copied()),
        "met_by": one.met.map(|met| met.by),
        "met_on": day(one.met_on),
        "late": one.is_late(today),
    })
}

/// A place and a day.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Where {
    /// Six digits; the nation unless said otherwise.
    #[param(pattern = "^[0-9]{6}$")]
    region: Option<String>,
    /// YYYY-MM-DD; today unless said otherwise.
    #[param(pattern = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
    day: Option<String>,
}

/// What the rules ask of each kind of repair in a place on a day.
#[utoipa::path(
    get, path = "/api/v1/repair", operation_id = "repair", tag = "journeys",
    params(Where),
    responses((status = 200, description = "Each kind of repair with its papers and terms", body = Value, example = json!(super::examples::repair()))),
    extensions(("x-problems" = json!("bad-request")))
)]
pub(super) async fn repair(portal: web::Data<Portal>, query: web::Query<Where>) -> HttpResponse {
    answer(guide(&portal, &query).map(|value| send(&value)))
}

fn guide(portal: &Portal, query: &Where) -> Result<Value, Problem> {
    let region = match &query.region {
        None => Region::NATION,
        Some(text) => Region::parse(text)
            .map_err(|error| Problem::bad_request(format!("region {:?}: {error}", shown(text))))?,
    };
    let today = day_in_china(portal.intake.clock().now().unix());
    let on = match &query.day {
        None => today,
        Some(text) => parse_date(text).ok_or_else(|| {
            Problem::bad_request(format!(
                "day must be a day YYYY-MM-DD, not {:?}",
                shown(text)
            ))
        })?,
    };
    let all = ways(portal.intake.rules(), region, on);
    Ok(json!({
        "region": region.as_str(),
        "day": on.to_string(),
        "repairs": all.iter().map(way).collect::<Vec<_>>(),
    }))
}

fn way(way: &Way<'_>) -> Value {
    json!({
        "code": way.code.code,
        "zh": way.code.zh,
        "en": way.code.en,
        "target": way.target.map(Kind::as_str),
        "papers": way.papers.map(papers),
        "terms": way.terms.iter().map(term).collect::<Vec<_>>(),
    })
}

fn papers(papers: &Requirement) -> Value {
    let documents = papers.documents.iter().map(|one| {
        json!({"name": one.name.replace('-', "_"), "zh": one.zh, "en": one.en, "secondary": one.secondary})
    });
    json!({
        "rule": rule(&papers.rule),
        "region": papers.region.as_str(),
        "documents": documents.collect::<Vec<_>>(),
        "gaps": papers.gaps.map(|gaps| json!({
            "working_days": gaps.working_days,
            "extension": gaps.extension,
            "barred_years": gaps.barred_years,
        })),
    })
}

fn term(term: &Term<'_>) -> Value {
    json!({
        "rule": rule(term.rule),
        "awaits": kinds(&term.awaits),
        "starts_on": term.starts_on.to_string(),
        "due_on": day(term.due_on.as_ref().ok().copied()),
    })
}

/// Which promises.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Which {
    /// Code of a type of promise.
    #[serde(rename = "type")]
    kind: Option<String>,
    /// Code of how a promise stands.
    state: Option<String>,
    /// Only promises below this entry.
    #[param(value_type = Option<u64>)]
    before: Option<String>,
}

/// How many promises there are by type and state, and those asked for, newest first.
#[utoipa::path(
    get, path = "/api/v1/promises", operation_id = "promises", tag = "journeys",
    params(Which),
    responses((status = 200, description = "Counts by type and state, and at most 100 promises, newest first", body = Value, example = json!(super::examples::promises()))),
    extensions(("x-problems" = json!("bad-request log-unavailable")))
)]
pub(super) async fn promises(portal: web::Data<Portal>, query: web::Query<Which>) -> HttpResponse {
    let work = blocking(move || list(&portal, &query));
    answer(work.await.map(|value| send(&value)))
}

fn list(portal: &Portal, query: &Which) -> Result<Value, Problem> {
    let no_code = |name: &str, given: &str| {
        Problem::bad_request(format!("{name} has no code {:?}", shown(given)))
    };
    let kind = query.kind.as_deref();
    let kind: Option<PromiseType> = kind
        .map(|text| text.parse().map_err(|_| no_code("type", text)))
        .transpose()?;
    let state = query.state.as_deref();
    let state: Option<Fulfilment> = state
        .map(|text| text.parse().map_err(|_| no_code("state", text)))
        .transpose()?;
    let before = query.before.as_deref();
    let before = before.map(|text| number("before", text)).transpose()?;
    let model = &portal.model;
    let counts = model.promise_counts()?;
    let counts = counts.iter().map(|((kind, state), count)| {
        json!({"type": kind.as_str(), "state": state.as_str(), "count": count})
    });
    let mut indexes = model.promises(kind, state, before, PROMISES + 1)?;
    let more = indexes.len() > PROMISES;
    indexes.truncate(PROMISES);
    let mut promises = Vec::new();
    for index in &indexes {
        let leaf = portal.log.leaf(*index)?;
        let Some((kind, state)) = model.promise(*index)?.filter(|_| leaf.record.is_some()) else {
            continue;
        };
        let code = ReceiptCode::of(*index, &leaf_hash(&leaf.entry)).to_string();
        promises.push(
            json!({"index": index, "code": code, "type": kind.as_str(), "state": state.as_str()}),
        );
    }
    Ok(json!({
        "counts": counts.collect::<Vec<_>>(),
        "promises": promises,
        "before": indexes.last().filter(|_| more),
        "indexed": model.cursor().map_err(|error| internal(&error))?,
    }))
}
