//! A session at the department's desk ends with the key that opened it, and no other does.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use actix_web::{App, test as http};
use common::*;
use gongshi::web::desk::message;
use gongshi_verify::encoding::base64;
use gongshi_verify::json::Value;
use gongshi_verify::keys::SecretKey;
use gongshi_verify::names::AuthorityId;
use gongshi_verify::registry::key_proof_message;
use serde_json::json;

fn post(log: &TestLog, path: &str, token: &str, body: String) -> (u16, serde_json::Value) {
    let portal = log.app.portal.clone();
    actix_web::rt::System::new().block_on(async move {
        let app = App::new().configure(gongshi::web::configure(portal));
        let app = http::init_service(app).await;
        let request = http::TestRequest::post()
            .uri(path)
            .insert_header(("authorization", format!("Bearer {token}")))
            .set_payload(body);
        let response = http::call_service(&app, request.to_request()).await;
        let status = response.status().as_u16();
        let body = http::read_body(response).await;
        (status, serde_json::from_slice(&body).unwrap_or_default())
    })
}

/// Signs in with a key of the department: a token, or the code of the problem.
fn enter(log: &TestLog, key: &SecretKey) -> Result<String, String> {
    let id = AuthorityId::parse(DEPARTMENT).unwrap();
    let asked = json!({"authority": DEPARTMENT}).to_string();
    let (_, given) = post(log, "/api/v1/desk/challenge", "", asked);
    let challenge = given["challenge"].as_str().unwrap();
    let opening = json!({
        "authority": DEPARTMENT,
        "challenge": challenge,
        "key": key.public().to_base64(),
        "signature": base64(&key.sign(&message(&id, challenge, &origin()))),
    });
    let (status, opened) = post(log, "/api/v1/desk/session", "", opening.to_string());
    let text = |name: &str| opened[name].as_str().unwrap_or_default().to_owned();
    match status {
        200 => Ok(text("token")),
        _ => Err(text("type").rsplit('/').next().unwrap().to_owned()),
    }
}

/// Whether a token opens the desk.
fn holds(log: &TestLog, token: &str) -> bool {
    let table = "permit_no\n1\n".to_owned();
    let (status, answer) = post(log, "/api/v1/desk/table?kind=permit", token, table);
    match status {
        401 => false,
        422 => true,
        _ => panic!("{status} {answer}"),
    }
}

#[test]
fn a_session_ends_with_its_key_and_no_other_does() {
    let log = TestLog::new(&["permit"]);
    let second = SecretKey::from_seed(&salt());
    let id = AuthorityId::parse(DEPARTMENT).unwrap();
    assert_eq!(enter(&log, &second), Err("bad-signature".to_owned()));
    let public = second.public();
    let proof = second.sign(&key_proof_message(&origin(), &id, &public));
    let added = log.authority(Value::object([
        ("action", "add_key".into()),
        ("authority_id", DEPARTMENT.into()),
        ("key_proof", base64(&proof).into()),
        ("public_key", public.to_base64().into()),
    ]));
    log.accept(vec![added])[0].clone().unwrap();
    let [first, other] = [&log.department, &second].map(|key| enter(&log, key).unwrap());
    assert!(holds(&log, &first) && holds(&log, &other));
    let revoked = log.authority(Value::object([
        ("action", "revoke".into()),
        ("authority_id", DEPARTMENT.into()),
        ("public_key", log.department.public().to_base64().into()),
        ("reason", "遗失".into()),
    ]));
    log.accept(vec![revoked])[0].clone().unwrap();
    // At once, though the session has hours left; and there is no way back in.
    assert!(!holds(&log, &first) && holds(&log, &other));
    let again = enter(&log, &log.department);
    assert_eq!(again, Err("bad-signature".to_owned()));
    // A restart ends them all.
    let log = log.reopen();
    assert!(!holds(&log, &other));
    assert!(enter(&log, &second).is_ok());
}
