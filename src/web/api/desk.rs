//! The department's desk as programs see it: a challenge to sign, a session, empty tables, and tables looked through. It publishes nothing.

use super::answer;
use crate::domain::Kind;
use crate::domain::dates::day_in_china;
use crate::text::{Lang, shortened};
use crate::web::Portal;
use crate::web::desk::{
    CHALLENGE_SECONDS, MAX_TABLE_BYTES, Reader, SESSION_SECONDS, SignedIn, may_fill, message,
};
use crate::web::problem::{Problem, internal};
use actix_web::http::StatusCode;
use actix_web::http::header::{
    AUTHORIZATION, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE, WWW_AUTHENTICATE,
};
use actix_web::web::{self, BytesMut};
use actix_web::{HttpRequest, HttpResponse};
use futures_util::StreamExt as _;
use gongshi_verify::encoding::base64_array;
use gongshi_verify::keys::PublicKey;
use gongshi_verify::names::AuthorityId;
use gongshi_verify::registry::AuthorityState;
use serde::Deserialize;
use serde_json::{Value, json};

/// A request to sign in is a few hundred bytes.
const MAX_ASKED: usize = 4096;
/// Longest name of a table, in characters.
const MAX_NAME: usize = 80;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Begin {
    authority: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Opening {
    authority: String,
    challenge: String,
    key: String,
    signature: String,
}

/// What of a table's address matters.
#[derive(Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    kind: String,
    #[serde(default)]
    lang: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    format: String,
    sheet: Option<String>,
}

impl Asked {
    fn lang(&self) -> Lang {
        Lang::from_tag(&self.lang).unwrap_or_default()
    }

    /// The name of a file as it may stand in a folder: its last part, without what a system reads otherwise.
    fn file_name(&self) -> String {
        let last = self.name.rsplit(['/', '\\']).next().unwrap_or_default();
        let plain = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | ' ');
        let name: String = last.chars().filter(|c| plain(*c)).take(MAX_NAME).collect();
        match name.trim_matches(['.', ' ']) {
            "" => "table".to_owned(),
            name => name.to_owned(),
        }
    }
}

fn not_signed_in() -> Problem {
    Problem::new(
        StatusCode::UNAUTHORIZED,
        "not-signed-in",
        "Authorization must be Bearer with the token of a session that is open, by a key that is valid",
    )
}

/// An answer for one reader alone.
fn private(value: &Value) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "application/json"))
        .insert_header((CACHE_CONTROL, "no-store"))
        .body(value.to_string())
}

/// Everything of a body that is no longer than `most`.
async fn whole(mut body: web::Payload, most: usize) -> Result<BytesMut, Problem> {
    let mut bytes = BytesMut::new();
    while let Some(part) = body.next().await {
        let part = part.map_err(|error| {
            let detail = format!("the body broke off: {error}");
            Problem::new(StatusCode::BAD_REQUEST, "body-incomplete", detail)
        })?;
        if bytes.len() + part.len() > most {
            return Err(Problem::new(
                StatusCode::PAYLOAD_TOO_LARGE,
                "table-too-large",
                format!("at most {most} bytes; `gongshi import` takes larger tables"),
            ));
        }
        bytes.extend_from_slice(&part);
    }
    Ok(bytes)
}

fn read<T: for<'a> Deserialize<'a>>(bytes: &[u8]) -> Result<T, Problem> {
    serde_json::from_slice(bytes)
        .map_err(|error| Problem::new(StatusCode::BAD_REQUEST, "bad-request", error.to_string()))
}

fn authority(text: &str) -> Result<AuthorityId, Problem> {
    AuthorityId::parse(text).map_err(|error| {
        let detail = format!("authority: {error}");
        Problem::new(StatusCode::BAD_REQUEST, "bad-request", detail)
    })
}

fn unregistered(id: &AuthorityId) -> Problem {
    let detail = format!("{id} is not registered in this log");
    Problem::new(StatusCode::FORBIDDEN, "unknown-authority", detail)
}

/// What an officer is told of their authority.
fn described(state: &AuthorityState) -> Value {
    let may = |kind: &&Kind| may_fill(state, **kind);
    let kinds: Vec<&str> = Kind::ALL
        .iter()
        .filter(may)
        .map(|kind| kind.as_str())
        .collect();
    json!({
        "id": state.id.as_str(),
        "name": state.name,
        "region": state.region.as_str(),
        "kinds": kinds,
    })
}

#[utoipa::path(
    post, path = "/api/v1/desk/challenge", operation_id = "deskChallenge", tag = "publish",
    request_body(content((Value = "application/json", example = json!({"authority": "610323-SCJG"}))), description = "Whose desk"),
    responses((status = 200, description = "What is to be signed, once, within `expires_in` seconds", content((Value = "application/json", example = json!({"challenge": "…", "expires_in": 120, "origin": "gs.example/log"})))))  ,
    extensions(("x-problems" = json!("bad-request body-incomplete table-too-large timeout unknown-authority")))
)]
pub(super) async fn challenge(portal: web::Data<Portal>, body: web::Payload) -> HttpResponse {
    let made = async {
        let asked: Begin = read(&whole(body, MAX_ASKED).await?)?;
        let id = authority(&asked.authority)?;
        if portal.intake.registry().authority(&id).is_none() {
            return Err(unregistered(&id));
        }
        Ok(private(&json!({
            "challenge": portal.desk.challenge(&id),
            "expires_in": CHALLENGE_SECONDS,
            "origin": portal.log.origin().as_str(),
        })))
    };
    answer(made.await)
}

#[utoipa::path(
    post, path = "/api/v1/desk/session", operation_id = "deskSession", tag = "publish",
    request_body(content((Value = "application/json", example = json!({"authority": "610323-SCJG", "challenge": "…", "key": "…", "signature": "…"}))), description = "The signature of a valid key of the authority over `gongshi/desk/v1`, a newline, and the canonical JSON of `authority`, `challenge` and `origin`"),
    responses((status = 200, description = "The token of a session, for the header Authorization", content((Value = "application/json", example = json!({"token": "…", "expires_in": 28800, "authority": {"id": "610323-SCJG", "name": "…", "region": "610323", "kinds": ["permit"]}}))))),
    extensions(("x-problems" = json!("bad-request body-incomplete table-too-large timeout unknown-authority bad-signature")))
)]
pub(super) async fn session(portal: web::Data<Portal>, body: web::Payload) -> HttpResponse {
    let made = async {
        let asked: Opening = read(&whole(body, MAX_ASKED).await?)?;
        let id = authority(&asked.authority)?;
        let refused = |why: &str| Problem::new(StatusCode::FORBIDDEN, "bad-signature", why);
        let stale =
            "challenge: not given to this authority, used already, or too old; ask for another";
        if !portal.desk.gave(&id, &asked.challenge) {
            return Err(refused(stale));
        }
        let key = PublicKey::from_base64(&asked.key)
            .map_err(|_| refused("key: not the base64 of an Ed25519 public key"))?;
        let signature = base64_array::<64>(&asked.signature)
            .map_err(|_| refused("signature: not the base64 of 64 bytes"))?;
        let who = SignedIn { authority: id, key };
        let registry = portal.intake.registry();
        let Some(state) = who.state(&registry) else {
            return Err(refused("key: not a valid key of this authority in the log"));
        };
        let said = message(&who.authority, &asked.challenge, portal.log.origin());
        if !who.key.verify(&said, &signature) {
            return Err(refused("signature: not of this key over the challenge"));
        }
        let Some(token) = portal.desk.open(who.clone(), &asked.challenge) else {
            return Err(refused(stale));
        };
        Ok(private(&json!({
            "token": token,
            "expires_in": SESSION_SECONDS,
            "authority": described(state),
        })))
    };
    answer(made.await)
}

/// The token of a request.
fn token(request: &HttpRequest) -> &str {
    let header = request.headers().get(AUTHORIZATION);
    let text = header.and_then(|value| value.to_str().ok());
    text.and_then(|text| text.strip_prefix("Bearer "))
        .unwrap_or_default()
}

#[utoipa::path(
    post, path = "/api/v1/desk/sign-out", operation_id = "deskSignOut", tag = "publish",
    params(("Authorization" = String, Header, description = "`Bearer` and the token of a session")),
    request_body(content((String = "text/plain")), description = "Nothing"),
    responses((status = 204, description = "The session has ended")),
    extensions(("x-problems" = json!("bad-request")))
)]
pub(super) async fn sign_out(portal: web::Data<Portal>, request: HttpRequest) -> HttpResponse {
    portal.desk.close(token(&request));
    HttpResponse::NoContent()
        .insert_header((CACHE_CONTROL, "no-store"))
        .finish()
}

/// Does something for somebody who is signed in and may fill tables of the kind.
fn signed_in<T>(
    portal: &Portal,
    request: &HttpRequest,
    asked: &Asked,
    then: impl FnOnce(SignedIn, &AuthorityState, Kind) -> T,
) -> Result<T, Problem> {
    let who = portal.desk.who(token(request)).ok_or_else(not_signed_in)?;
    let registry = portal.intake.registry();
    let state = who.state(&registry).ok_or_else(not_signed_in)?;
    let kind: Kind = asked.kind.parse().map_err(|_| {
        let detail = format!("kind: there is no kind {}", shortened(&asked.kind, 40));
        Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "unknown-kind", detail)
    })?;
    if !may_fill(state, kind) {
        let detail = format!("{} publishes no tables of {kind}", state.id);
        return Err(Problem::new(
            StatusCode::FORBIDDEN,
            "kind-not-allowed",
            detail,
        ));
    }
    Ok(then(who.clone(), state, kind))
}

fn refusal(mut response: HttpResponse) -> HttpResponse {
    if response.status() == StatusCode::UNAUTHORIZED {
        let scheme = actix_web::http::header::HeaderValue::from_static("Bearer");
        response.headers_mut().insert(WWW_AUTHENTICATE, scheme);
    }
    response
}

#[utoipa::path(
    post, path = "/api/v1/desk/table", operation_id = "deskTable", tag = "publish",
    params(
        ("Authorization" = String, Header, description = "`Bearer` and the token of a session"),
        ("kind" = String, Query, description = "Kind of the records", example = "permit"),
        ("name" = Option<String>, Query, description = "Name of the file, for messages"),
        ("sheet" = Option<String>, Query, description = "The sheet of a workbook to be read; absent: the one that holds such records"),
        ("lang" = Option<String>, Query, description = "Language of faults: `zh-CN` or `en`"),
    ),
    request_body(content((Vec<u8> = "application/octet-stream")), description = "The table: CSV or XLSX, at most 8 MiB and 2,000 rows"),
    responses((status = 200, description = "Its rows: each with the body to sign, or with its faults. Nothing of it is kept", content((Value = "application/json", example = json!(super::examples::table()))))),
    extensions(("x-problems" = json!("bad-request body-incomplete table-too-large table-unreadable timeout not-signed-in unknown-kind kind-not-allowed overloaded internal")))
)]
pub(super) async fn table(
    portal: web::Data<Portal>,
    request: HttpRequest,
    asked: web::Query<Asked>,
    body: web::Payload,
) -> HttpResponse {
    let looked = async {
        // Before the body is read: nobody else may fill the memory.
        let who = signed_in(&portal, &request, &asked, |who, state, kind| {
            (who, state.region.clone(), kind)
        })?;
        let bytes = whole(body, MAX_TABLE_BYTES).await?;
        let Some(place) = portal.desk.place() else {
            return Err(Problem::busy("tables"));
        };
        let portal = portal.clone();
        let looked = web::block(move || {
            let _place = place;
            let (who, region, kind) = who;
            let folder = tempfile::tempdir().map_err(|error| internal(&error))?;
            let file = folder.path().join(asked.file_name());
            std::fs::write(&file, &bytes).map_err(|error| internal(&error))?;
            let reader = Reader {
                kind,
                authority: &who.authority,
                region: &region,
                sheet: asked.sheet.as_deref(),
                lang: asked.lang(),
                today: day_in_china(portal.intake.clock().now().unix()),
            };
            let table = portal.tables.read(&reader, &file).map_err(|words| {
                Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "table-unreadable", words)
            })?;
            serde_json::to_value(table).map_err(|error| internal(&error))
        });
        let looked = looked.await.map_err(|error| internal(&error))?;
        Ok(private(&looked?))
    };
    refusal(answer(looked.await))
}

#[utoipa::path(
    get, path = "/api/v1/desk/template", operation_id = "deskTemplate", tag = "publish",
    params(
        ("Authorization" = String, Header, description = "`Bearer` and the token of a session"),
        ("kind" = String, Query, description = "Kind of the records", example = "permit"),
        ("format" = Option<String>, Query, description = "`xlsx` (the default) or `csv`"),
        ("lang" = Option<String>, Query, description = "Language of the headers: `zh-CN` or `en`"),
    ),
    responses((status = 200, description = "An empty table to fill in", content((Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"), (String = "text/csv")))),
    extensions(("x-problems" = json!("bad-request not-signed-in unknown-kind kind-not-allowed internal")))
)]
pub(super) async fn template(
    portal: web::Data<Portal>,
    request: HttpRequest,
    asked: web::Query<Asked>,
) -> HttpResponse {
    let workbook = asked.format != "csv";
    let made = signed_in(&portal, &request, &asked, |who, state, kind| {
        let reader = Reader {
            kind,
            authority: &who.authority,
            region: &state.region,
            sheet: None,
            lang: asked.lang(),
            today: day_in_china(portal.intake.clock().now().unix()),
        };
        portal.tables.empty(&reader, workbook)
    });
    let given = made.and_then(|made| {
        let bytes = made
            .map_err(|words| Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", words))?;
        let (media, end) = match workbook {
            true => (
                "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
                "xlsx",
            ),
            false => ("text/csv; charset=utf-8", "csv"),
        };
        let saved = format!("attachment; filename=\"{}.{end}\"", asked.kind);
        Ok(HttpResponse::Ok()
            .insert_header((CONTENT_TYPE, media))
            .insert_header((CACHE_CONTROL, "no-store"))
            .insert_header((CONTENT_DISPOSITION, saved))
            .body(bytes))
    });
    refusal(answer(given))
}
