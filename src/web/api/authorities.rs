//! `GET /api/v1/authorities`: who may publish what, and with which keys, as the log's authority records say.

use super::json;
use crate::web::Portal;
use actix_web::{HttpResponse, web};
use gongshi_verify::registry::{AuthorityState, KeyState};
use serde_json::Value;

/// All authorities by identifier, ended keys included.
#[utoipa::path(
    get, path = "/api/v1/authorities", operation_id = "authorities", tag = "authorities",
    responses((status = 200, description = "All authorities by identifier, ended keys included", body = Value, example = json!(super::examples::authorities()))),
)]
pub(super) async fn list(portal: web::Data<Portal>) -> HttpResponse {
    let registry = portal.intake.registry();
    let authorities: Vec<Value> = registry.authorities().map(authority).collect();
    json(&json!({ "authorities": authorities }))
}

fn authority(state: &AuthorityState) -> Value {
    let kinds: Vec<&str> = state.kinds.iter().map(|kind| kind.as_str()).collect();
    json!({
        "id": state.id.as_str(),
        "name": state.name,
        "role": state.role.as_str(),
        "region": state.region.as_str(),
        "kinds": kinds,
        "hotline": state.hotline,
        "registered_at": state.registered_at,
        "amended_at": state.amended_at,
        "keys": state.keys.iter().map(key).collect::<Vec<_>>(),
    })
}

/// A key is valid for entries after `added_at` and up to `ended_at`.
fn key(state: &KeyState) -> Value {
    json!({
        "public_key": state.key.to_base64(),
        "added_at": state.added_at,
        "ended_at": state.ended_at,
        "forced": state.forced,
        "replaces": state.replaces.map(|key| key.to_base64()),
    })
}
