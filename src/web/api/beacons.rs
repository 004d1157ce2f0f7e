//! `POST /api/v1/beacons`: a round of the beacon that plans wait for, from a program or pasted into a page. Anybody may hand
//! one in: it proves itself.
//!
//! A program is answered with the plans that the round decides, or with a problem. A form is answered with an address to go to: the
//! page of the plan that it stands on, which says what came of it; where the form names no plan of this log, the page of the plan that
//! waits for the round, or of the problem.

use super::{answer, blocking, json, shown};
use crate::docket::PlanState;
use crate::intake::{BeaconRefusal, Refusal};
use crate::text::Lang;
use crate::web::draws::{HANDED, HandedIn};
use crate::web::problem::{Problem, internal};
use crate::web::{Portal, links};
use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE, LOCATION};
use actix_web::{HttpRequest, HttpResponse, web};
use futures_util::StreamExt as _;
use gongshi_verify::draw::beacon::SIGNATURE_BYTES;
use gongshi_verify::encoding::bytes_of_hex;
use gongshi_verify::names::PlanKey;
use serde::Deserialize;
use serde_json::Value;

/// Longest body. What relays answer has some 300 bytes.
pub(super) const MOST: usize = 16 << 10;
/// Longest text that a person may paste.
const MOST_PASTED: usize = 4 << 10;

/// A round, as relays of the beacon answer; other members are of no use here.
#[derive(Deserialize)]
struct Round {
    round: u64,
    signature: String,
}

impl Round {
    /// As it is pasted: perhaps in lines, perhaps in capitals.
    fn signature(&self) -> Result<Vec<u8>, Problem> {
        let digits: String = self.signature.split_whitespace().collect();
        bytes_of_hex(&digits.to_ascii_lowercase())
            .map_err(|_| Problem::bad_request("the signature of a round is hexadecimal, 96 digits"))
    }
}

/// What a form says.
#[derive(Default)]
struct Form {
    /// What a relay answers, pasted.
    beacon: String,
    round: String,
    signature: String,
    /// Key of the plan on whose page it stands.
    plan: String,
    lang: Option<Lang>,
}

#[utoipa::path(
    post, path = "/api/v1/beacons", operation_id = "beacon", tag = "publish",
    request_body(content = Value, content_type = "application/json", description = "A round as the relays of the beacon answer it", example = json!({"round": 1000, "signature": "b44679b9…"})),
    responses((status = 200, description = "The plans that the round decides", body = Value, example = json!({"round": 1000, "plans": []}))),
    extensions(("x-problems" = json!("bad-request beacon-not-awaited beacon-wrong timeout body-too-large unsupported-media-type unsupported-encoding overloaded log-unavailable")))
)]
pub(super) async fn post(
    portal: web::Data<Portal>,
    request: HttpRequest,
    body: web::Payload,
) -> HttpResponse {
    let media_type = request.headers().get(CONTENT_TYPE);
    let media_type = media_type.and_then(|value| value.to_str().ok());
    let essence = media_type.unwrap_or_default().split(';').next();
    match essence.unwrap_or_default().trim() {
        "application/json" => answer(program(portal, body).await),
        "application/x-www-form-urlencoded" => person(portal, body).await,
        other => Problem::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "unsupported-media-type",
            format!(
                "Content-Type must be application/json or application/x-www-form-urlencoded, not {:?}",
                shown(other)
            ),
        )
        .respond(),
    }
}

async fn program(portal: web::Data<Portal>, body: web::Payload) -> Result<HttpResponse, Problem> {
    let body = whole(body).await?;
    let round = read(&body)?;
    let number = round.round;
    let plans = hand_in(portal.clone(), round).await?;
    let plans: Value = plans.iter().map(|plan| portal.plan_summary(plan)).collect();
    let mut response = json(&json!({"round": number, "plans": plans}));
    let headers = response.headers_mut();
    headers.insert(
        CACHE_CONTROL,
        "no-store".parse().expect("a word stands in a header"),
    );
    Ok(response)
}

async fn person(portal: web::Data<Portal>, body: web::Payload) -> HttpResponse {
    let (form, problem) = match whole(body).await {
        Ok(body) => (Form::read(&body), None),
        Err(problem) => (Form::default(), Some(problem)),
    };
    let lang = form.lang.unwrap_or(Lang::Zh);
    let work = async {
        if let Some(problem) = problem {
            return Err(problem);
        }
        let plan = match PlanKey::parse(&form.plan) {
            Ok(key) => waiting_page(portal.clone(), key).await?,
            Err(_) => None,
        };
        match plan {
            Some(plan) => back(portal, &form, plan, lang).await,
            // It is there because a plan waits for it.
            None => Ok(hand_in(portal, form.round()?)
                .await?
                .first()
                .map(|plan| links::plan(lang, &plan.key))
                .unwrap_or_default()),
        }
    };
    let to = match work.await {
        Ok(to) => to,
        Err(problem) if problem.status.is_server_error() => return problem.respond(),
        Err(problem) => format!("{}/problems/{}", links::prefix(lang), problem.code),
    };
    HttpResponse::SeeOther()
        .insert_header((LOCATION, to))
        .insert_header((CACHE_CONTROL, "no-store"))
        .finish()
}

/// The plan whose page the form stands on; none where the log has no such plan.
async fn waiting_page(
    portal: web::Data<Portal>,
    key: PlanKey,
) -> Result<Option<PlanState>, Problem> {
    blocking(move || match portal.plan(&key) {
        Err(problem) if problem.status == StatusCode::NOT_FOUND => Ok(None),
        found => found.map(Some),
    })
    .await
}

/// The plan's page, with what came of the round.
async fn back(
    portal: web::Data<Portal>,
    form: &Form,
    plan: PlanState,
    lang: Lang,
) -> Result<String, Problem> {
    let path = format!("/plans/{}", plan.key);
    let came = came_of(portal, form, plan).await?;
    let page = links::with_query(lang, &path, &[(HANDED, came.word())]);
    Ok(page + "#handed")
}

async fn came_of(
    portal: web::Data<Portal>,
    form: &Form,
    plan: PlanState,
) -> Result<HandedIn, Problem> {
    if form.beacon.len() > MOST_PASTED {
        return Ok(HandedIn::Long);
    }
    let Ok(round) = form.round() else {
        return Ok(HandedIn::Format);
    };
    let Ok(signature) = round.signature() else {
        return Ok(HandedIn::Signature);
    };
    if signature.len() != SIGNATURE_BYTES {
        return Ok(HandedIn::Signature);
    }
    let number = round.round;
    if plan.round.is_some_and(|own| own != number) {
        return Ok(HandedIn::Round);
    }
    let known = portal
        .intake
        .beacon(number)
        .map_err(|error| internal(&error))?;
    match hand_in(portal.clone(), round).await {
        Ok(_) if known.is_some() => Ok(HandedIn::Known),
        Ok(_) => Ok(HandedIn::Taken),
        Err(problem) => match problem.code {
            "beacon-wrong" => Ok(HandedIn::Wrong),
            "overloaded" => Ok(HandedIn::Busy),
            "beacon-not-awaited" => {
                blocking(move || portal.not_awaited(&plan, number, &signature)).await
            }
            _ => Err(problem),
        },
    }
}

/// The whole body, which is short.
async fn whole(mut body: web::Payload) -> Result<Vec<u8>, Problem> {
    let mut bytes = Vec::new();
    while let Some(part) = body.next().await {
        let part = part.map_err(|error| {
            Problem::new(
                StatusCode::BAD_REQUEST,
                "body-incomplete",
                format!("the body broke off: {error}"),
            )
        })?;
        bytes.extend_from_slice(&part);
        if bytes.len() > MOST {
            let (bytes, most) = (bytes.len(), MOST);
            return Err(Problem::from(&Refusal::TooLarge { bytes, most }));
        }
    }
    Ok(bytes)
}

fn read(text: &[u8]) -> Result<Round, Problem> {
    serde_json::from_slice(text).map_err(|error| {
        Problem::bad_request(format!(
            "a round is a JSON object with round, a number, and signature, hexadecimal: {error}"
        ))
    })
}

impl Form {
    fn read(body: &[u8]) -> Self {
        let mut form = Form::default();
        for (name, value) in form_urlencoded::parse(body) {
            let value = value.trim().to_owned();
            match &*name {
                "beacon" => form.beacon = value,
                "round" => form.round = value,
                "signature" => form.signature = value,
                "plan" => form.plan = value,
                "lang" => form.lang = Lang::from_tag(&value),
                _ => {}
            }
        }
        form
    }

    fn round(&self) -> Result<Round, Problem> {
        if !self.beacon.is_empty() {
            return read(self.beacon.as_bytes());
        }
        Ok(Round {
            round: super::number("round", &self.round)?,
            signature: self.signature.clone(),
        })
    }
}

/// Checks a round and keeps it, if plans wait for it; those plans.
async fn hand_in(portal: web::Data<Portal>, round: Round) -> Result<Vec<PlanState>, Problem> {
    let signature = round.signature()?;
    let place = portal.draws.rounds.begin().ok_or_else(|| {
        let detail = "too many rounds are being checked";
        let mut problem = Problem::new(StatusCode::SERVICE_UNAVAILABLE, "overloaded", detail);
        problem.retry_after = Some(1);
        problem
    })?;
    blocking(move || {
        let _place = place;
        let taken = portal.intake.hand_in(round.round, &signature);
        taken.map_err(|refusal| match refusal {
            BeaconRefusal::NotAwaited(_) => Problem::new(
                StatusCode::CONFLICT,
                "beacon-not-awaited",
                refusal.to_string(),
            ),
            BeaconRefusal::Wrong(_) => Problem::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "beacon-wrong",
                shown(&refusal.to_string()),
            ),
            BeaconRefusal::Store(_) => internal(&refusal),
        })
    })
    .await
}
