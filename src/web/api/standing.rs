//! What has become of a record, beside the record: who decides about it sees what leaves with it and what stays.

use super::files::signed;
use super::plans::query;
use super::{answer, blocking, json, number};
use crate::domain::{Kind, Stored};
use crate::intake::ReferrersQuestion;
use crate::log::LogError;
use crate::standing::Ended;
use crate::web::Portal;
use crate::web::problem::{self, Problem};
use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, HeaderValue};
use actix_web::{HttpRequest, HttpResponse, web};
use gongshi_verify::entry::Entry;
use serde::Deserialize;
use serde_json::{Map, Value};
use utoipa::IntoParams;

/// Most records listed that refer to one; as many are on its page.
pub(super) const MAX_REFERRING: usize = 100;

/// Kinds that say what has become of another record; they are no records that stay beside it.
const SAY_SO: &[Kind] = &[
    Kind::Correction,
    Kind::Withdrawal,
    Kind::Erasure,
    Kind::Expiry,
];

/// Where a list of referring records goes on.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Asked {
    /// Only records below this entry: `referred_by_next` of an earlier answer.
    #[param(value_type = Option<u64>)]
    before: Option<String>,
}

/// Below which entry those are that are asked for.
pub(super) fn before(request: &HttpRequest) -> Result<Option<u64>, Problem> {
    let asked: Asked = query(request)?;
    let before = asked.before.as_deref();
    before.map(|text| number("before", text)).transpose()
}

/// `ended`, `corrections` and `referred_by` of an entry.
pub(super) fn of(
    portal: &Portal,
    index: u64,
    before: Option<u64>,
) -> Result<Map<String, Value>, Problem> {
    let standing = portal.intake.standing();
    let ended = standing.ended(index).map_err(LogError::from)?;
    let corrections = standing.corrections(index).map_err(LogError::from)?;
    // Who refers to what has left could say again what that was.
    let (referred_by, next) = match ended {
        None => referrers(portal, index, before)?,
        Some(_) => Default::default(),
    };
    let ended = ended.map(|ended| end(portal, ended)).transpose()?;
    let members = [
        ("ended", ended.unwrap_or(Value::Null)),
        ("corrections", corrections.into()),
        ("referred_by", referred_by.into()),
        ("referred_by_next", next.into()),
    ];
    Ok(members
        .map(|(name, value)| (name.to_owned(), value))
        .into_iter()
        .collect())
}

/// The newest public records that refer to an entry, of those below `before`; and, where there are older ones, below which entry they are.
fn referrers(
    portal: &Portal,
    index: u64,
    before: Option<u64>,
) -> Result<(Vec<Value>, Option<u64>), Problem> {
    let (mut referred_by, mut last) = (Vec::new(), None);
    for one in portal.model.referring(index, before) {
        let (source, kind) = one?;
        if SAY_SO.contains(&kind) {
            continue;
        }
        if referred_by.len() == MAX_REFERRING {
            return Ok((referred_by, last));
        }
        referred_by.push(json!({"index": source, "kind": kind.as_str()}));
        last = Some(source);
    }
    Ok((referred_by, None))
}

/// `GET /api/v1/records/<index>/referrers`: what refers to a record, also after it has left, for the authority that published it.
#[utoipa::path(
    get, path = "/api/v1/records/{index}/referrers", operation_id = "referrers", tag = "publish",
    params(Asked, ("Gongshi-Authority" = String, Header, description = "The authority that signs"), ("Gongshi-Issued-At" = String, Header, description = "YYYY-MM-DDTHH:MM:SSZ"), ("Gongshi-Signature" = String, Header, description = "64 bytes in padded base64; what is signed stands in LOG-FORMAT")),
    responses((status = 200, description = "What refers to the record, also after it has left", body = Value, example = json!({"index": 4711, "referred_by": [{"index": 4800, "kind": "correction"}], "next": null}))),
    extensions(("x-problems" = json!("bad-request beyond-the-log bad-signature unknown-authority time-window competence-rule log-unavailable")))
)]
pub(super) async fn referred(
    portal: web::Data<Portal>,
    request: HttpRequest,
    path: web::Path<String>,
) -> HttpResponse {
    let work = async {
        let (index, before) = (number("index", &path)?, before(&request)?);
        let (authority, issued_at, signature) = signed(&request)?;
        let question = ReferrersQuestion {
            authority,
            index,
            issued_at,
        };
        let value = blocking(move || {
            let checked = portal.intake.check_question(&question, &signature);
            checked.map_err(|refusal| Problem::from(&refusal))?;
            let entry = portal.log.entry(index)?;
            let entry = Entry::parse(&entry).map_err(|error| problem::internal(&error))?;
            if entry.authority != question.authority {
                return Err(Problem::new(
                    StatusCode::FORBIDDEN,
                    "competence-rule",
                    format!(
                        "entry {index} was published by {}, which alone is told what refers to it",
                        entry.authority
                    ),
                ));
            }
            let (referred_by, next) = referrers(&portal, index, before)?;
            Ok(json!({"index": index, "referred_by": referred_by, "next": next}))
        });
        let mut response = json(&value.await?);
        // Whoever stands between and keeps it must not give it to somebody else.
        let headers = response.headers_mut();
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
        Ok(response)
    };
    answer(work.await)
}

/// How a record left publication: what the entries that ended it say, and nothing of what it said itself.
fn end(portal: &Portal, ended: Ended) -> Result<serde_json::Value, Problem> {
    let said = |index: u64| -> Result<serde_json::Value, Problem> {
        let leaf = portal.log.leaf(index)?;
        let stored = Stored::read(&leaf.entry, leaf.record.as_deref());
        let stored = stored.map_err(|e| problem::internal(&e))?;
        let view = stored.view();
        let text =
            |names: &[&str]| view.and_then(|view| names.iter().find_map(|n| view.text_of(n)));
        Ok(json!({
            "by": index,
            "kind": stored.entry.kind.as_str(),
            "authority": stored.entry.authority.as_str(),
            "logged_at": stored.entry.logged_at.to_string(),
            "on": text(&["decided_on", "expired_on"]),
            "reason": text(&["withdrawal_reason", "erasure_reason", "rule_id"]),
            "legal_basis": text(&["legal_basis"]),
        }))
    };
    let mut value = said(ended.by)?;
    value["erased"] = match ended.erased_by {
        Some(by) if by == ended.by => value.clone(),
        Some(by) => said(by)?,
        None => serde_json::Value::Null,
    };
    Ok(value)
}
