//! `GET /api/v1/rules`: the dated rules by which this portal publishes and ends displays.

use crate::rules::RuleVersion;
use crate::web::Portal;
use actix_web::{HttpResponse, web};
use gongshi_verify::encoding::hex;
use serde_json::{Map, Value, json};

fn day(day: Option<jiff::civil::Date>) -> Value {
    day.map_or(Value::Null, |day| day.to_string().into())
}

fn version(version: &&RuleVersion) -> Value {
    json!({
        "id": version.id(),
        "name": version.name,
        "valid_from": day(version.valid_from),
        "valid_to": day(version.valid_to),
        "basis": version.basis,
        "source": version.source,
        "confirmed": version.confirmed,
        "note": version.note,
        "text": version.text,
    })
}

/// Every version of every rule with its basis, the years of the calendar, the codes, and the digest of the set.
#[utoipa::path(
    get, path = "/api/v1/rules", operation_id = "rules", tag = "authorities",
    responses((status = 200, description = "Every version of every rule, the years of the calendar, the codes", body = Value, example = json!({"digest": "9b1d…", "calendar": {"from": "2024-01-01", "to": "2026-12-31", "notices": []}, "rules": {}, "codes": null}))),
)]
pub(super) async fn get(portal: web::Data<Portal>) -> HttpResponse {
    let rules = portal.intake.rules();
    let (from, to) = rules.calendar().covers();
    let notices = rules.calendar().notices().iter();
    let notices: Vec<Value> = notices
        .map(|notice| json!({"year": notice.year, "number": notice.number, "url": notice.url}))
        .collect();
    let files = rules.versions().into_iter();
    let files: Map<String, Value> = files
        .map(|(file, versions)| (file.to_owned(), versions.iter().map(version).collect()))
        .collect();
    super::json(&json!({
        "digest": hex(rules.digest()),
        "calendar": {"from": from.to_string(), "to": to.to_string(), "notices": notices},
        "rules": files,
        "codes": rules.codes().to_json(),
    }))
}
