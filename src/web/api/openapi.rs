//! The description of the interface as one document (OpenAPI 3.1): `GET /api/v1/openapi.json`, and what the page for
//! developers lists.
//!
//! Each operation is described at its handler. What many share stands here, so that handlers stay readable: what an address
//! is made of, which status a problem has, which parameters a search takes. Summaries come from the catalogues. Nothing is
//! answered or limited by what is said here.

use super::examples::OR_NULL;
use super::samples::Samples;
use super::{answer, blocking, published};
use crate::text::{Catalogue, Lang};
use crate::web::limits::Limits;
use crate::web::problem::Problem;
use crate::web::{Portal, ops, pages, tlog};
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use serde_json::{Map, Value, json};
use std::sync::LazyLock;
use utoipa::{IntoParams, OpenApi};

/// Every operation that is described.
#[derive(OpenApi)]
#[openapi(paths(
    get,
    super::log,
    super::proof,
    super::consistency,
    super::record,
    super::standing::referred,
    super::authorities::list,
    super::duties::totals,
    super::duties::of,
    super::rules::get,
    super::review::get,
    super::journeys::receipt,
    super::journeys::repair,
    super::journeys::promises,
    super::events::post,
    super::desk::challenge,
    super::desk::session,
    super::desk::sign_out,
    super::desk::table,
    super::desk::template,
    super::files::get,
    super::files::put,
    super::plans::list,
    super::plans::one,
    super::plans::targets,
    super::plans::target,
    super::plans::tasks,
    super::draws::get,
    super::fairness::get,
    super::fairness::target,
    super::fairness_csv::get,
    super::statistics::get,
    super::statistics::csv,
    pages::export::ndjson,
    pages::export::csv,
    super::beacons::post,
    super::cards::get,
    super::cards::put,
    pages::search::twins::json,
    pages::search::twins::csv,
    pages::search::twins::atom,
    pages::search::suggest::get,
    pages::policy,
    tlog::checkpoint,
    tlog::tile,
    ops::metrics,
    ops::healthz,
    ops::readyz,
))]
struct Described;

/// Groups of operations, in the order in which they are shown.
pub(in crate::web) const TAGS: [&str; 9] = [
    "log",
    "tiles",
    "search",
    "plans",
    "figures",
    "journeys",
    "authorities",
    "publish",
    "operation",
];

/// The same answer under a second address, with the name of the operation there.
const TWINS: [(&str, &str, &str); 2] = [
    ("/api/v1/search", "/search.json", "searchJson"),
    ("/api/v1/suggest", "/suggest", "suggestPage"),
];

/// What stands in an address: its name, a pattern, and what it is.
const MEMBERS: [(&str, &str, &str); 14] = [
    (
        "authority",
        "^[0-9A-Z]+(-[0-9A-Z]+)*$",
        "Identifier of an authority",
    ),
    (
        "code",
        "^.+$",
        "Receipt code, as it was given out; lower case and missing hyphens are understood",
    ),
    (
        "department",
        "^[0-9A-Z]+(-[0-9A-Z]+)*(\\.csv)?$",
        "Identifier of a department of the plan",
    ),
    (
        "id",
        "^[0-9A-Z]{1,32}$",
        "Id in a library: of an enterprise its credit code",
    ),
    ("index", "^(0|[1-9][0-9]*)$", "Index of an entry"),
    ("kind", "^[a-z_]+$", "Kind of record"),
    (
        "layout",
        "^(gsxt|creditchina)$",
        "The system whose column names it has",
    ),
    (
        "name",
        "^[0-9a-f]{64}$",
        "Id of a card; of an upload, root of the library",
    ),
    ("new", "^(0|[1-9][0-9]*)$", "The larger size"),
    ("old", "^(0|[1-9][0-9]*)$", "The smaller size"),
    (
        "path",
        "^([0-9]+|entries)/(x[0-9]{3}/)*[0-9]{3}(\\.p/[0-9]+)?$",
        "Level or `entries`, index in groups of three digits, width of a partial tile; slashes stand as they are",
    ),
    (
        "period",
        "^[0-9]{4}(-[0-9]{2})?$",
        "Year or month of a plan",
    ),
    ("serial", "^[0-9]{2,5}$", "Number of a plan in its period"),
    ("sha256", "^[0-9a-f]{64}$", "SHA-256 of a file"),
];

/// Status of every problem, as docs/LOG-FORMAT.md has them.
const PROBLEMS: [(u16, &str); 16] = [
    (400, "bad-request malformed-event body-incomplete too-deep"),
    (401, "not-signed-in"),
    (
        403,
        "unknown-authority kind-not-allowed region-not-allowed bad-signature bad-cosignature authority-rule competence-rule",
    ),
    (
        404,
        "not-found beyond-the-log plan-undrawn list-sealed card-withheld",
    ),
    (405, "method-not-allowed"),
    (408, "timeout"),
    (411, "length-required"),
    (409, "salt-reused beacon-not-awaited"),
    (
        413,
        "event-too-large body-too-large too-many-lines file-too-large table-too-large",
    ),
    (415, "unsupported-media-type unsupported-encoding"),
    (416, "range-not-satisfiable"),
    (
        422,
        "unknown-kind kind-not-open invalid-fields time-window unknown-reference reference-kind reference-subject draw-rule ending-rule publication-rule journey-rule file-missing file-size file-content beacon-wrong cards-library cards-content table-unreadable",
    ),
    (429, OVERLOADED),
    (503, "overloaded search-unavailable log-unavailable"),
    (500, "internal"),
    (507, "files-full"),
];

/// Answered 429 where too much waits to be written, by these operations; else 503, where work finds no place.
const OVERLOADED: &str = "overloaded";
const WRITE: [&str; 2] = ["publish", "uploadCards"];

/// Parameters of a search.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(
    dead_code,
    reason = "read from the address by the search page's own parser"
)]
pub(in crate::web) struct Search {
    /// Words, names, numbers or credit codes; of a longer text the rest is left out, which `truncated` says.
    #[param(max_length = 200)]
    q: Option<String>,
    /// Only records of this kind; several times for several kinds.
    #[param(pattern = "^[a-z_]+$")]
    kind: Option<String>,
    /// Only of this authority; several times for several.
    #[param(pattern = "^[0-9A-Z]+(-[0-9A-Z]+)*$", max_length = 32)]
    authority: Option<String>,
    /// Only of this region and what lies in it; several times for several.
    #[param(pattern = "^[0-9]{6}$")]
    region: Option<String>,
    /// Only with this code of an open list, as the facets of an answer name it; several times for several.
    code: Option<String>,
    /// From this day on, YYYY-MM-DD.
    #[param(pattern = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
    from: Option<String>,
    /// Up to this day, YYYY-MM-DD.
    #[param(pattern = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
    to: Option<String>,
    /// `relevance` (default), `newest` or `oldest`.
    #[param(pattern = "^(relevance|newest|oldest)$")]
    sort: Option<String>,
    /// Page, from 1.
    #[param(minimum = 1, maximum = 500, default = 1)]
    page: Option<u64>,
    /// Where to go on, instead of a page: as in `next` of an earlier answer.
    after: Option<String>,
}

/// How many records an answer has.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "read from the address by the search's own parser")]
pub(in crate::web) struct SearchLimit {
    /// Records in the answer at most.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<u64>,
}

static DOCUMENT: LazyLock<Value> = LazyLock::new(|| {
    let described = serde_json::to_value(Described::openapi());
    complete(described.expect("a description is JSON"))
});

/// The document for this portal: its address, its limits, and examples out of its log.
pub(in crate::web) fn document(portal: &Portal, limits: &Limits) -> Result<Value, Problem> {
    let samples = Samples::of(portal)?;
    let mut document = DOCUMENT.clone();
    document["servers"] = json!([{"url": portal.public_url.as_deref().unwrap_or("/")}]);
    document["x-limits"] = published::told(limits);
    for (path, method, operation) in operations(&mut document) {
        let signed = |one: &Value| one["in"] == "header" && one["required"] == true;
        let parameters = operation["parameters"].as_array();
        if method != "get" || parameters.is_some_and(|all| all.iter().any(signed)) {
            continue;
        }
        let id = operation["operationId"].as_str().unwrap_or_default();
        if let Some(example) = samples.fill(&path, id) {
            operation["x-example"] = example.into();
        }
    }
    Ok(document)
}

/// The document itself.
#[utoipa::path(
    get, path = "/api/v1/openapi.json", operation_id = "openapi", tag = "operation",
    responses((status = 200, description = "This document", body = Value, example = json!({"openapi": "3.1.0", "info": {}, "servers": [], "paths": {}, "components": {}, "tags": [], "x-limits": {}}))),
    extensions(("x-problems" = json!("log-unavailable")))
)]
pub(super) async fn get(portal: web::Data<Portal>, limits: web::Data<Limits>) -> HttpResponse {
    let document = blocking(move || document(&portal, &limits)).await;
    answer(document.map(|document| super::json(&document)))
}

/// Every operation with its path and method.
fn operations(document: &mut Value) -> impl Iterator<Item = (String, String, &mut Value)> {
    let paths = document["paths"].as_object_mut().into_iter().flatten();
    paths.flat_map(|(path, item)| {
        let methods = item.as_object_mut().into_iter().flatten();
        methods.map(|(method, operation)| (path.clone(), method.clone(), operation))
    })
}

/// Adds what operations share.
fn complete(mut document: Value) -> Value {
    for (path, twin, id) in TWINS {
        let mut item = document["paths"][path].clone();
        item["get"]["operationId"] = id.into();
        document["paths"][twin] = item;
    }
    for (path, method, operation) in operations(&mut document) {
        let id = operation["operationId"].as_str().unwrap_or_default();
        let word = |lang| Catalogue::built_in().get(lang, &format!("op-{id}"), &[]);
        let (en, zh) = (word(Lang::En), word(Lang::Zh));
        operation["summary"] = en.into();
        operation["x-summary-zh"] = zh.into();
        if let Some(members) = operation.as_object_mut() {
            // What stands above a handler is for whoever works on it.
            members.remove("description");
        }
        add_members(operation, &path);
        add_problems(operation, &method);
        plain(operation);
        let optional = operation["x-optional"].take();
        if let Some(members) = operation.as_object_mut() {
            members.remove("x-optional");
        }
        let responses = operation["responses"].as_object_mut();
        for (_, response) in responses.into_iter().flatten() {
            infer_schema(response, &optional);
        }
    }
    document["info"] = info();
    let tag = |name: &&str| {
        let word = |lang| Catalogue::built_in().get(lang, &format!("optag-{name}"), &[]);
        json!({"name": name, "description": word(Lang::En), "x-description-zh": word(Lang::Zh)})
    };
    document["tags"] = TAGS.iter().map(tag).collect();
    document["components"]["schemas"]["Problem"] = problem_schema();
    document
}

fn info() -> Value {
    let word = |key| Catalogue::built_in().get(Lang::En, key, &[]);
    json!({
        "title": word("page-brand"),
        "description": word("page-dev-about"),
        "version": env!("CARGO_PKG_VERSION"),
        "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
    })
}

/// Bytes have no schema in OpenAPI 3.1, and a parameter that need not be there is never null.
fn plain(operation: &mut Value) {
    let parameters = operation
        .get_mut("parameters")
        .and_then(Value::as_array_mut);
    for parameter in parameters.into_iter().flatten() {
        if let Some(Value::Array(types)) = parameter.pointer("/schema/type")
            && let Some(one) = types.iter().find(|one| *one != "null").cloned()
        {
            parameter["schema"]["type"] = one;
        }
    }
    for at in ["/requestBody/content", "/responses/200/content"] {
        let contents = operation.pointer_mut(at).and_then(Value::as_object_mut);
        for (media, content) in contents.into_iter().flatten() {
            if matches!(media.as_str(), "*/*" | "application/octet-stream") {
                *content = json!({});
            }
        }
    }
}

/// Describes what stands in the address.
fn add_members(operation: &mut Value, path: &str) {
    let names = path
        .split('{')
        .skip(1)
        .filter_map(|rest| rest.split('}').next());
    let mut parameters: Vec<Value> = names
        .filter_map(|name| MEMBERS.iter().find(|(member, ..)| *member == name))
        .map(|(name, pattern, about)| {
            json!({
                "name": name, "in": "path", "required": true, "description": about,
                "schema": {"type": "string", "pattern": pattern},
            })
        })
        .collect();
    if let Some(Value::Array(others)) = operation.get("parameters") {
        parameters.extend(others.iter().cloned());
    }
    if !parameters.is_empty() {
        operation["parameters"] = parameters.into();
    }
}

/// Turns the codes that an operation names into responses, and says what any other error looks like.
fn add_problems(operation: &mut Value, method: &str) {
    let named = operation.get("x-problems").and_then(Value::as_str);
    let named = named.unwrap_or_default().to_owned();
    let content =
        json!({"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}});
    let header = |about: &str| json!({"description": about, "schema": {"type": "integer"}});
    let id = operation["operationId"].as_str().unwrap_or_default();
    let (read, writes) = (method == "get", WRITE.contains(&id));
    for (status, codes) in PROBLEMS {
        let codes: Vec<&str> = codes
            .split(' ')
            .filter(|code| named.split(' ').any(|name| name == *code))
            // There are two sorts of too much.
            .filter(|code| *code != OVERLOADED || (status == 429) == writes)
            .collect();
        if codes.is_empty() {
            continue;
        }
        let mut response = json!({"description": codes.join(", "), "content": content});
        if matches!(status, 429 | 503 | 507) {
            let header = header("Seconds after which to ask again");
            response["headers"] = json!({"Retry-After": header});
        }
        operation["responses"][status.to_string()] = response;
    }
    if !named.is_empty() {
        operation["responses"]["default"] =
            json!({"description": "Any other problem", "content": content});
    }
    let ok = operation["responses"]["200"]["content"].as_object();
    if read && ok.is_some_and(|content| content.contains_key("application/json")) {
        operation["responses"]["304"] =
            json!({"description": "As the tag in If-None-Match says, nothing has changed"});
    }
}

/// Where an answer is described by an example: the schema that has its members, all but the optional ones required.
fn infer_schema(response: &mut Value, optional: &Value) {
    let contents = response.get_mut("content").and_then(Value::as_object_mut);
    for (_, content) in contents.into_iter().flatten() {
        if let Some(example) = content.get("example").cloned() {
            let mut schema = schema_of(&example);
            let optional = optional.as_array().map(Vec::as_slice).unwrap_or_default();
            if let Some(members) = example.as_object() {
                let mut required: Vec<Value> = members.keys().cloned().map(Value::from).collect();
                required.retain(|name| !optional.contains(name));
                schema["required"] = required.into();
            }
            content["schema"] = schema;
            content["example"] = unmarked(example);
        }
    }
}

/// The schema of what looks like an example. Of nested objects no member is required: which of them are there depends on the others.
fn schema_of(example: &Value) -> Value {
    match example {
        // It may be anything.
        Value::Null => json!({}),
        Value::Bool(_) => json!({"type": "boolean"}),
        Value::Number(number) if number.is_f64() => json!({"type": "number"}),
        Value::Number(_) => json!({"type": "integer"}),
        Value::String(_) => json!({"type": "string"}),
        Value::Array(items) => match items.first() {
            Some(first) => json!({"type": "array", "items": schema_of(first)}),
            None => json!({"type": "array"}),
        },
        Value::Object(members) => {
            if let Some(value) = members.get(OR_NULL) {
                let mut schema = schema_of(value);
                schema["type"] = json!([schema["type"], "null"]);
                return schema;
            }
            let each = |(name, value): (&String, &Value)| (name.clone(), schema_of(value));
            let properties: Map<String, Value> = members.iter().map(each).collect();
            match properties.is_empty() {
                true => json!({"type": "object"}),
                false => json!({"type": "object", "properties": properties}),
            }
        }
    }
}

/// An example without the marks of what may be absent.
fn unmarked(example: Value) -> Value {
    match example {
        Value::Array(items) => items.into_iter().map(unmarked).collect(),
        Value::Object(mut members) => match members.remove(OR_NULL) {
            Some(value) => unmarked(value),
            None => {
                let each = members.into_iter();
                Value::Object(each.map(|(name, value)| (name, unmarked(value))).collect())
            }
        },
        other => other,
    }
}

/// As problems are written, with what all of them have.
fn problem_schema() -> Value {
    let mut problem = Problem::new(StatusCode::BAD_REQUEST, "bad-request", "…");
    let least = problem.to_json();
    let mut schema = schema_of(&least);
    let required = least.as_object().into_iter().flat_map(Map::keys);
    schema["required"] = required.cloned().collect();
    problem.retry_after = Some(5);
    schema["properties"] = schema_of(&problem.to_json())["properties"].take();
    schema["properties"]["errors"] = json!({"type": "array", "items": {"type": "object"}});
    schema["properties"]["code"]["enum"] = codes().into();
    schema
}

/// Every code a problem may have, once.
fn codes() -> Vec<&'static str> {
    let codes = PROBLEMS.iter().flat_map(|(_, codes)| codes.split(' '));
    let mut codes: Vec<&str> = codes.filter(|code| !code.is_empty()).collect();
    codes.sort_unstable();
    codes.dedup();
    codes
}
