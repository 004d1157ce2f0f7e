//! The log in bulk: nothing is lost, the end says so, and tables have the columns of the systems that they are for.

use super::{SITE, ask, get};
use actix_web::http::Method;
use gongshi::domain::Kind;
use gongshi_verify::encoding::hex;
use gongshi_verify::hash::{leaf_hash, sha256};
use serde_json::Value;

/// The lines, and the last.
fn read(body: &str) -> (Vec<Value>, Value) {
    let mut lines: Vec<Value> = body
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let last = lines.pop().unwrap();
    (lines, last)
}

#[actix_web::test]
async fn the_lines_are_the_log() {
    let log = &SITE.app.portal.log;
    let got = get("/api/v1/export.ndjson").await;
    assert_eq!(got.status, 200);
    assert_eq!(got.header("content-type"), "application/x-ndjson");
    let (lines, last) = read(&got.body);
    let size = log.published().size();
    assert_eq!(lines.len() as u64, size);
    let mut records = 0;
    for (line, index) in lines.iter().zip(0..) {
        assert_eq!(line["index"], index);
        let leaf = log.leaf(index).unwrap();
        // The very bytes: their hash is the leaf's.
        let entry = line["entry"].as_str().unwrap().as_bytes();
        assert_eq!(leaf_hash(entry), leaf_hash(&leaf.entry));
        let record = leaf
            .record
            .map(|record| serde_json::from_slice(&record).unwrap());
        assert_eq!(line["record"], record.clone().unwrap_or(Value::Null));
        records += u64::from(record.is_some());
    }
    assert!(records > 10);
    assert_eq!(last["lines"], size);
    assert_eq!(last["checkpoint"], log.published().note);
    let end = got.body.trim_end().rfind('\n').unwrap() + 1;
    assert_eq!(last["sha256"], hex(&sha256(&got.body.as_bytes()[..end])));

    // In parts it is the same.
    let (mut parts, middle) = (Vec::new(), size / 3);
    for query in [format!("?before={middle}"), format!("?from={middle}")] {
        let got = get(&format!("/api/v1/export.ndjson{query}")).await;
        parts.extend(read(&got.body).0);
    }
    assert_eq!(parts, lines);
    let empty = get(&format!("/api/v1/export.ndjson?from={size}")).await;
    assert_eq!(read(&empty.body).1["lines"], 0);
    // Of one kind.
    let only = get("/api/v1/export.ndjson?kind=penalty").await;
    let (only, last) = read(&only.body);
    let of_kind = |line: &&Value| {
        line["entry"]
            .as_str()
            .unwrap()
            .contains("\"kind\":\"penalty\"")
    };
    assert_eq!(only.len(), lines.iter().filter(of_kind).count());
    assert_eq!(last["kind"], "penalty");
}

#[actix_web::test]
async fn tables_have_the_columns_of_their_systems() {
    let model = &SITE.app.portal.model;
    for (path, kind, column) in [
        ("gsxt/penalty", Kind::Penalty, "penDecNo"),
        ("creditchina/penalty", Kind::Penalty, "cf_nr_fk"),
        ("gsxt/permit", Kind::Permit, "licName_CN"),
        ("creditchina/permit", Kind::Permit, "XK_ZT"),
        (
            "gsxt/abnormal_listing",
            Kind::AbnormalListing,
            "speCause_CN",
        ),
        (
            "gsxt/abnormal_removal",
            Kind::AbnormalRemoval,
            "remExcpRes_CN",
        ),
        ("gsxt/serious_listing", Kind::SeriousListing, "serILLRea_CN"),
        ("gsxt/serious_removal", Kind::SeriousRemoval, "remDate"),
        (
            "gsxt/inspection_result",
            Kind::InspectionResult,
            "raninsCheckResName",
        ),
    ] {
        let got = get(&format!("/api/v1/export/{path}.csv")).await;
        assert_eq!(got.status, 200, "{path}: {}", got.body);
        let mut reader =
            csv::Reader::from_reader(got.body.trim_start_matches('\u{feff}').as_bytes());
        let head = reader.headers().unwrap().clone();
        assert_eq!(&head[0], "index");
        assert!(head.iter().any(|name| name == column), "{path}");
        let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
        let (last, rows) = rows.split_last().unwrap();
        assert_eq!(&last[0], "checkpoint");
        assert_eq!(last[1], SITE.app.portal.log.published().note);
        let mut told: Vec<u64> = rows.iter().map(|row| row[0].parse().unwrap()).collect();
        told.dedup();
        let mut public = model.list(kind, 0, usize::MAX).unwrap();
        public.reverse();
        assert_eq!(told, public, "{path}");
        assert!(
            rows.is_empty() || rows.iter().any(|row| !row[1].is_empty()),
            "{path}"
        );
    }
    // Codes by their names, money in ten thousands of yuan, what is corrected as it stands.
    let got = get("/api/v1/export/creditchina/penalty.csv").await;
    let mut reader = csv::Reader::from_reader(got.body.trim_start_matches('\u{feff}').as_bytes());
    let head = reader.headers().unwrap().clone();
    let at = |name: &str| head.iter().position(|one| one == name).unwrap();
    for row in reader.records() {
        let row = row.unwrap();
        let Ok(index) = row[0].parse::<u64>() else {
            continue;
        };
        let record: Value =
            serde_json::from_str(&get(&format!("/api/v1/records/{index}")).await.body).unwrap();
        let body = &record["record"]["body"];
        if let Some(fen) = body["fine_fen"].as_u64() {
            let told: f64 = row[at("cf_nr_fk")].parse().unwrap();
            assert!((told * 1e6 - fen as f64).abs() < 0.5, "{fen}");
        }
        assert!(
            !row[at("cf_cflb")].contains("fine"),
            "{}",
            &row[at("cf_cflb")]
        );
    }
}

#[actix_web::test]
async fn what_cannot_be_had_is_told() {
    let size = SITE.app.portal.log.published().size();
    for (path, status) in [
        ("/api/v1/export.ndjson?from=x".to_owned(), 400),
        ("/api/v1/export.ndjson?from=-1".to_owned(), 400),
        (format!("/api/v1/export.ndjson?from={}", size + 1), 400),
        (format!("/api/v1/export.ndjson?before={}", size + 1), 400),
        ("/api/v1/export.ndjson?from=3&before=2".to_owned(), 400),
        ("/api/v1/export.ndjson?kind=nothing".to_owned(), 400),
        ("/api/v1/export.ndjson?authority=x".to_owned(), 400),
        ("/api/v1/export/gsxt/nothing.csv".to_owned(), 400),
        ("/api/v1/export/gsxt/plan.csv".to_owned(), 404),
        ("/api/v1/export/other/penalty.csv".to_owned(), 404),
        (
            "/api/v1/export/gsxt/penalty.csv?from=18446744073709551615".to_owned(),
            400,
        ),
    ] {
        let got = get(&path).await;
        assert_eq!(got.status.as_u16(), status, "{path}: {}", got.body);
        assert_eq!(got.header("content-type"), "application/problem+json");
    }
    let posted = ask(Method::POST, "/api/v1/export.ndjson", &[]).await;
    assert_eq!(posted.status, 405);
}
