//! The department's desk: who is let in, and what comes back of a table.

use crate::support::{DEPARTMENT, OPERATOR, ORIGIN};
use crate::{Got, SITE};
use actix_web::http::StatusCode;
use actix_web::{App, test};
use gongshi::web::desk::message;
use gongshi_verify::encoding::base64;
use gongshi_verify::keys::SecretKey;
use gongshi_verify::names::{AuthorityId, Origin};
use serde_json::{Value, json};

async fn post(path: &str, token: &str, body: impl Into<Vec<u8>>) -> Got {
    let app = App::new().configure(gongshi::web::configure(SITE.app.portal.clone()));
    let app = test::init_service(app).await;
    let request = test::TestRequest::post()
        .uri(path)
        .insert_header(("authorization", format!("Bearer {token}")))
        .insert_header(("content-type", "application/json"))
        .set_payload(body.into());
    let response = test::call_service(&app, request.to_request()).await;
    let (status, headers) = (response.status(), response.headers().clone());
    let body = test::read_body(response).await;
    Got {
        status,
        headers,
        body: String::from_utf8_lossy(&body).into_owned(),
    }
}

fn value(got: &Got) -> Value {
    serde_json::from_str(&got.body).unwrap()
}

/// The code of a problem.
fn refused(got: &Got) -> (u16, String) {
    let answer = value(got);
    let code = answer["type"].as_str().unwrap().rsplit('/').next().unwrap();
    (got.status.as_u16(), code.to_owned())
}

fn id(text: &str) -> AuthorityId {
    AuthorityId::parse(text).unwrap()
}

async fn challenge(authority: &str) -> String {
    let asked = json!({"authority": authority}).to_string();
    let got = post("/api/v1/desk/challenge", "", asked).await;
    assert_eq!(got.status, StatusCode::OK, "{}", got.body);
    assert_eq!(got.header("cache-control"), "no-store");
    let answer = value(&got);
    assert_eq!(answer["origin"], ORIGIN);
    answer["challenge"].as_str().unwrap().to_owned()
}

/// Asks to be let in with a key that signs what it is given.
async fn enter(authority: &str, key: &SecretKey, challenge: &str, said: &[u8]) -> Got {
    let asked = json!({
        "authority": authority,
        "challenge": challenge,
        "key": key.public().to_base64(),
        "signature": base64(&key.sign(said)),
    });
    post("/api/v1/desk/session", "", asked.to_string()).await
}

async fn signed_in() -> String {
    let text = challenge(DEPARTMENT).await;
    let said = message(&id(DEPARTMENT), &text, &Origin::parse(ORIGIN).unwrap());
    let got = enter(DEPARTMENT, SITE.department_key(), &text, &said).await;
    assert_eq!(got.status, StatusCode::OK, "{}", got.body);
    let answer = value(&got);
    assert_eq!(answer["authority"]["id"], DEPARTMENT);
    let kinds = answer["authority"]["kinds"].as_array().unwrap();
    assert!(kinds.contains(&"permit".into()) && !kinds.contains(&"authority".into()));
    answer["token"].as_str().unwrap().to_owned()
}

#[actix_web::test]
async fn only_a_valid_key_of_the_authority_over_its_own_challenge_is_let_in() {
    let origin = Origin::parse(ORIGIN).unwrap();
    let forbidden = (403, "bad-signature".to_owned());
    let key = SITE.department_key();
    // Used once.
    let text = challenge(DEPARTMENT).await;
    let said = message(&id(DEPARTMENT), &text, &origin);
    assert_eq!(
        enter(DEPARTMENT, key, &text, &said).await.status,
        StatusCode::OK
    );
    assert_eq!(
        refused(&enter(DEPARTMENT, key, &text, &said).await),
        forbidden
    );
    // A challenge of another authority, for another log, of nobody; a stranger's key; another message.
    let other = challenge(OPERATOR).await;
    let said = message(&id(DEPARTMENT), &other, &origin);
    assert_eq!(
        refused(&enter(DEPARTMENT, key, &other, &said).await),
        forbidden
    );
    let text = challenge(DEPARTMENT).await;
    let elsewhere = Origin::parse("other.example/log").unwrap();
    let said = message(&id(DEPARTMENT), &text, &elsewhere);
    assert_eq!(
        refused(&enter(DEPARTMENT, key, &text, &said).await),
        forbidden
    );
    let made_up = base64(&[7; 32]);
    let said = message(&id(DEPARTMENT), &made_up, &origin);
    assert_eq!(
        refused(&enter(DEPARTMENT, key, &made_up, &said).await),
        forbidden
    );
    let text = challenge(DEPARTMENT).await;
    let said = message(&id(DEPARTMENT), &text, &origin);
    let stranger = SecretKey::from_seed(&[99; 32]);
    assert_eq!(
        refused(&enter(DEPARTMENT, &stranger, &text, &said).await),
        forbidden
    );
    let text = challenge(DEPARTMENT).await;
    assert_eq!(
        refused(&enter(DEPARTMENT, key, &text, b"x").await),
        forbidden
    );
    // What is no question at all.
    let unknown = json!({"authority": "000000-NIEMAND"}).to_string();
    let got = post("/api/v1/desk/challenge", "", unknown).await;
    assert_eq!(refused(&got), (403, "unknown-authority".to_owned()));
    for body in [
        "",
        "x",
        "{}",
        r#"{"authority":"a b"}"#,
        r#"{"authority":1}"#,
    ] {
        let got = post("/api/v1/desk/challenge", "", body).await;
        assert_eq!(refused(&got), (400, "bad-request".to_owned()), "{body}");
        let got = post("/api/v1/desk/session", "", body).await;
        assert_eq!(refused(&got), (400, "bad-request".to_owned()), "{body}");
    }
    let got = post("/api/v1/desk/challenge", "", vec![b' '; 5000]).await;
    assert_eq!(refused(&got), (413, "table-too-large".to_owned()));
}

const HEAD: &str =
    "统一社会信用代码,主体名称,行政区划代码,许可名称,许可编号,许可类别,许可内容,决定日期";

fn row(code: &str, number: &str, day: &str) -> String {
    format!("\n{code},示例食品店,000000,食品经营许可证,{number},普通,热食类食品制售,{day}")
}

#[actix_web::test]
async fn a_table_comes_back_as_bodies_and_faults_and_nothing_is_published() {
    let token = signed_in().await;
    let size = SITE.app.portal.log.published().size();
    let good = row("91000000MA00000900", "台-1", "2026-02-20");
    let bad = row("91000000MA00000901", "台-2", "2026-13-40");
    let table = format!("{HEAD}{good}{bad}{good}");
    for (lang, expected) in [("zh-CN", "应为日期"), ("en", "must be a date")] {
        let path = format!("/api/v1/desk/table?kind=permit&lang={lang}&name=a.csv");
        let got = post(&path, &token, table.as_str()).await;
        assert_eq!(got.status, StatusCode::OK, "{}", got.body);
        assert_eq!(got.header("cache-control"), "no-store");
        let answer = value(&got);
        let rows = answer["rows"].as_array().unwrap();
        assert_eq!(answer["headers"].as_array().unwrap().len(), 8);
        let lines: Vec<_> = rows
            .iter()
            .map(|row| row["line"].as_u64().unwrap())
            .collect();
        assert_eq!(lines, [2, 3, 4]);
        let body: Value = serde_json::from_str(rows[0]["body"].as_str().unwrap()).unwrap();
        assert_eq!(body["permit_no"], "台-1");
        assert_eq!(body["decided_on"], "2026-02-20");
        assert_eq!(rows[0]["faults"], json!([]));
        assert_eq!(
            (&rows[1]["body"], &rows[1]["repeats"]),
            (&Value::Null, &Value::Null)
        );
        let faults = rows[1]["faults"].as_array().unwrap();
        let at = |column: u64| {
            faults
                .iter()
                .find(|fault| fault["column"] == column)
                .unwrap()
        };
        assert!(
            at(7)["text"].as_str().unwrap().contains(expected),
            "{faults:?}"
        );
        assert!(
            at(0)["text"]
                .as_str()
                .unwrap()
                .contains("91000000MA00000901")
        );
        assert_eq!(rows[2]["repeats"], 2);
    }
    // A record about a place that is not the authority's is told here already, where it has one.
    let away = good.replace(",000000,", ",110101,");
    let got = post(
        "/api/v1/desk/table?kind=permit",
        &token,
        format!("{HEAD}{away}"),
    )
    .await;
    let fault = &value(&got)["rows"][0]["faults"][0];
    assert_eq!(fault["column"], 2, "{}", got.body);
    assert_eq!(SITE.app.portal.log.published().size(), size);
}

/// Records of two sheets: which is meant is asked, not guessed. A table of rows that were not published comes back without the reasons.
#[actix_web::test]
async fn a_sheet_is_chosen_and_reasons_are_no_column() {
    let token = signed_in().await;
    let mut book = rust_xlsxwriter::Workbook::new();
    for name in ["一月", "二月", "说明"] {
        let sheet = book.add_worksheet().set_name(name).unwrap();
        let row = row("91000000MA00000900", &format!("{name}1号"), "2026-02-20");
        let table = match name {
            "说明" => "怎样填写".to_owned(),
            _ => format!("{HEAD}{row}"),
        };
        for (line, text) in (0..).zip(table.lines()) {
            for (at, cell) in (0..).zip(text.split(',')) {
                sheet.write_string(line, at, cell).unwrap();
            }
        }
    }
    let book = book.save_to_buffer().unwrap();
    let path = "/api/v1/desk/table?kind=permit&name=a.xlsx";
    let got = value(&post(path, &token, book.clone()).await);
    let asked = json!({"sheet": null, "others": ["一月", "二月"], "headers": [], "rows": []});
    assert_eq!(got, asked);
    let second = format!("{path}&sheet=%E4%BA%8C%E6%9C%88");
    let got = value(&post(&second, &token, book.clone()).await);
    assert_eq!(
        (&got["sheet"], &got["others"]),
        (&json!("二月"), &json!(["一月", "说明"]))
    );
    assert!(got["rows"][0]["body"].as_str().unwrap().contains("二月1号"));
    let none = post(&format!("{path}&sheet=x"), &token, book).await;
    assert_eq!(refused(&none), (422, "table-unreadable".to_owned()));

    for reason in ["错误说明", "Reason"] {
        let head = format!("{reason},{HEAD}");
        let bad = row("91000000MA00000900", "台-7", "2026-13-40").replace('\n', "\n决定日期不对,");
        let path = "/api/v1/desk/table?kind=permit";
        let got = value(&post(path, &token, format!("{head}{bad},多余")).await);
        assert_eq!(got["headers"].as_array().unwrap().len(), 8);
        let cells = got["rows"][0]["cells"].as_array().unwrap();
        assert_eq!((cells.len(), &cells[7]), (9, &json!("2026-13-40")));
        let faults = got["rows"][0]["faults"].as_array().unwrap();
        let columns: Vec<_> = faults
            .iter()
            .filter_map(|one| one["column"].as_u64())
            .collect();
        assert_eq!(columns, [7, 8], "{faults:?}");
    }
}

#[actix_web::test]
async fn what_is_no_table_is_told_in_the_reader_s_language_by_the_file_s_own_name() {
    let token = signed_in().await;
    let unreadable = (422, "table-unreadable".to_owned());
    for (table, zh) in [
        (&b"a,b\n1,2\n"[..], "表头"),
        (b"\xd0\xcf\x11\xe0xxxx", "旧版工作簿"),
        (b"PK\x03\x04 and no more", "XLSX"),
    ] {
        let path = "/api/v1/desk/table?kind=permit&name=..%2F..%2Fetc%2F%E8%A1%A8.xlsx";
        let got = post(path, &token, table).await;
        assert_eq!(refused(&got), unreadable, "{}", got.body);
        let detail = value(&got)["detail"].as_str().unwrap().to_owned();
        assert!(detail.contains(zh), "{detail}");
        assert!(
            !detail.contains("tmp") && !detail.contains(".."),
            "{detail}"
        );
    }
    // 200 KB that come to 65 MiB.
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    for line in 0..2100 {
        sheet
            .write_string(line, 0, "x".repeat(32_000) + &line.to_string())
            .unwrap();
    }
    let large = book.save_to_buffer().unwrap();
    assert!(large.len() < 1 << 20, "{}", large.len());
    let got = post("/api/v1/desk/table?kind=permit&name=a.xlsx", &token, large).await;
    assert_eq!(refused(&got), unreadable);
    assert!(got.body.contains("64 MiB"), "{}", got.body);
    let wide = format!("{HEAD}\n{}\n", "x,".repeat(1025));
    let got = post("/api/v1/desk/table?kind=permit", &token, wide).await;
    assert_eq!(refused(&got), unreadable);
    assert!(got.body.contains("1024"), "{}", got.body);
    let many = row("91000000MA00000900", "台", "2026-02-20").repeat(2001);
    let got = post(
        "/api/v1/desk/table?kind=permit&lang=en",
        &token,
        format!("{HEAD}{many}"),
    )
    .await;
    assert_eq!(refused(&got), unreadable);
    assert!(
        got.body.contains("2,000") || got.body.contains("2000"),
        "{}",
        got.body
    );
    let got = post(
        "/api/v1/desk/table?kind=permit",
        &token,
        vec![b'x'; (8 << 20) + 1],
    )
    .await;
    assert_eq!(refused(&got), (413, "table-too-large".to_owned()));
}

#[actix_web::test]
async fn without_a_session_or_for_another_kind_there_is_nothing() {
    let token = signed_in().await;
    let table = "/api/v1/desk/table?kind=permit";
    for wrong in ["", "x", &base64(&[0; 32])] {
        let got = post(table, wrong, "").await;
        assert_eq!(refused(&got), (401, "not-signed-in".to_owned()));
        assert_eq!(got.header("www-authenticate"), "Bearer");
    }
    for (kind, code) in [
        ("authority", (403, "kind-not-allowed")),
        ("plan", (403, "kind-not-allowed")),
        ("nonsense", (422, "unknown-kind")),
        ("", (422, "unknown-kind")),
    ] {
        let got = post(&format!("/api/v1/desk/table?kind={kind}"), &token, "").await;
        assert_eq!(refused(&got), (code.0, code.1.to_owned()), "{kind}");
    }
    let app = App::new().configure(gongshi::web::configure(SITE.app.portal.clone()));
    let app = test::init_service(app).await;
    for (format, begins) in [("xlsx", &b"PK\x03\x04"[..]), ("csv", "\u{feff}".as_bytes())] {
        let path = format!("/api/v1/desk/template?kind=permit&format={format}");
        let ask = |token: &str| {
            let request = test::TestRequest::get().uri(&path);
            request
                .insert_header(("authorization", format!("Bearer {token}")))
                .to_request()
        };
        let response = test::call_service(&app, ask("x")).await;
        assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
        let response = test::call_service(&app, ask(&token)).await;
        assert_eq!(response.status(), StatusCode::OK);
        assert!(test::read_body(response).await.starts_with(begins));
    }
    let got = post("/api/v1/desk/sign-out", &token, "").await;
    assert_eq!(got.status, StatusCode::NO_CONTENT);
    let got = post(table, &token, "").await;
    assert_eq!(refused(&got), (401, "not-signed-in".to_owned()));
}
