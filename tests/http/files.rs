//! Files by hash: in, signed; out, once a record names them.

use crate::common::*;
use crate::support::*;
use gongshi::intake::{Clock as _, FileStatement};
use gongshi_verify::encoding::{base64, hex};
use gongshi_verify::hash::{Hash, sha256};
use gongshi_verify::json::Value as Json;
use gongshi_verify::keys::SecretKey;
use gongshi_verify::names::AuthorityId;
use gongshi_verify::time::Timestamp;
use std::io::Write as _;

fn address(hash: &Hash) -> String {
    format!("/api/v1/files/{}", hex(hash))
}

/// The headers that hand over a file of that hash and size.
fn signed(site: &Site, by: &str, key: &SecretKey, hash: &Hash, size: usize) -> Vec<String> {
    signed_at(site.log.clock.now(), by, key, hash, size)
}

fn signed_at(
    issued_at: Timestamp,
    by: &str,
    key: &SecretKey,
    hash: &Hash,
    size: usize,
) -> Vec<String> {
    let statement = FileStatement {
        authority: AuthorityId::parse(by).unwrap(),
        issued_at,
        sha256: *hash,
        size: size as u64,
    };
    let signature = key.sign(&statement.message(&origin()));
    vec![
        format!("Gongshi-Authority: {by}"),
        format!("Gongshi-Issued-At: {issued_at}"),
        format!("Gongshi-Signature: {}", base64(&signature)),
    ]
}

fn send(site: &Site, hash: &Hash, headers: &[String], bytes: &[u8]) -> Reply {
    let length = format!("Content-Length: {}", bytes.len());
    let mut all: Vec<&str> = headers.iter().map(String::as_str).collect();
    if bytes.is_empty() {
        all.push(&length);
    }
    site.request("PUT", &address(hash), &all, bytes)
}

fn put(site: &Site, bytes: &[u8]) -> Reply {
    let hash = sha256(bytes);
    let headers = signed(site, DEPARTMENT, &site.log.department, &hash, bytes.len());
    send(site, &hash, &headers, bytes)
}

/// A permit that names files.
fn permit_with(number: &str, files: &[(Hash, u64, &str)]) -> Json {
    let Json::Object(mut members) = permit(number) else {
        panic!("a body is an object");
    };
    let files = files.iter().map(|(hash, size, name)| {
        body(&format!(
            r#"{{"media_type":"application/pdf","name":"{name}","sha256":"{}","size":{size}}}"#,
            hex(hash)
        ))
    });
    members.insert("attachments".to_owned(), Json::Array(files.collect()));
    Json::Object(members)
}

fn post(site: &Site, body: Json) -> Reply {
    let event = site.log.event("permit", body).to_json();
    site.post(event)
}

/// Nothing is left of what was refused.
fn nothing_kept(site: &Site, hash: &Hash) {
    let files = site.log.app.portal.intake.files();
    assert_eq!(files.size(hash), None);
    let incoming = std::fs::read_dir(site.log.data().join("files/incoming")).unwrap();
    assert_eq!(incoming.count(), 0);
}

#[test]
fn a_file_goes_in_is_named_and_comes_out() {
    let site = site();
    let bytes: Vec<u8> = (0..700_000u32).flat_map(u32::to_be_bytes).collect();
    let (hash, size) = (sha256(&bytes), bytes.len() as u64);
    let event = site.log.event(
        "permit",
        permit_with("F-1", &[(hash, size, "许可证 1.pdf")]),
    );
    site.without_trace(|| {
        let missing = site.post(event.to_json()).problem(422, "file-missing");
        assert!(missing.contains(&hex(&hash)), "{missing}");
        site.get(&address(&hash)).problem(404, "not-found");
    });
    let first = put(&site, &bytes);
    assert_eq!(first.status, 201, "{first:?}");
    assert_eq!(
        first.json(),
        serde_json::json!({"sha256": hex(&hash), "size": size})
    );
    assert_eq!(put(&site, &bytes).status, 200, "it is there already");
    // Nobody reads what no record says.
    site.get(&address(&hash)).problem(404, "not-found");
    let wrong = post(&site, permit_with("F-1", &[(hash, size + 1, "a.pdf")]));
    let wrong = wrong.problem(422, "file-size");
    assert!(wrong.contains(&size.to_string()), "{wrong}");
    let index = site.post(event.to_json()).json()["index"].as_u64().unwrap();
    site.log.settle();

    let whole = site.get(&address(&hash));
    assert_eq!((whole.status, &whole.body), (200, &bytes));
    for (name, value) in [
        ("content-type", "application/pdf"),
        ("content-length", &size.to_string()),
        ("cache-control", "no-cache"),
        ("x-content-type-options", "nosniff"),
        ("accept-ranges", "bytes"),
        ("etag", &format!("\"{}\"", hex(&hash))),
        (
            "content-disposition",
            "attachment; filename*=utf-8''%e8%ae%b8%e5%8f%af%e8%af%81%201.pdf",
        ),
    ] {
        assert_eq!(whole.header(name), value, "{name}");
    }
    let head = site.request("HEAD", &address(&hash), &[], b"");
    assert_eq!((head.status, head.body.len()), (200, 0));
    assert_eq!(head.header("content-length"), size.to_string());
    // The record's page leads there.
    let page = site.get(&format!("/record/{index}"));
    assert!(
        page.text()
            .contains(&format!("href=\"{}\"", address(&hash)))
    );
}

#[test]
fn ranges_and_tags_are_minded() {
    let site = site();
    let bytes = b"0123456789";
    let hash = sha256(bytes);
    assert_eq!(put(&site, bytes).status, 201);
    assert_eq!(
        post(&site, permit_with("F-2", &[(hash, 10, "a.pdf")])).status,
        200
    );
    site.log.settle();
    let path = address(&hash);
    let etag = format!("If-Range: \"{}\"", hex(&hash));
    for (range, expected, shown) in [
        ("bytes=0-0", &b"0"[..], "bytes 0-0/10"),
        ("bytes=3-5", b"345", "bytes 3-5/10"),
        ("bytes=8-", b"89", "bytes 8-9/10"),
        ("bytes=8-99", b"89", "bytes 8-9/10"),
        ("bytes=-4", b"6789", "bytes 6-9/10"),
        ("bytes=-99", bytes, "bytes 0-9/10"),
    ] {
        for headers in [vec![], vec![etag.as_str()]] {
            let range = format!("Range: {range}");
            let headers = [headers, vec![range.as_str()]].concat();
            let part = site.request("GET", &path, &headers, b"");
            assert_eq!(
                (part.status, part.body.as_slice()),
                (206, expected),
                "{range}"
            );
            assert_eq!(part.header("content-range"), shown);
            assert_eq!(part.header("content-length"), expected.len().to_string());
        }
    }
    for range in ["bytes=10-", "bytes=99-100", "bytes=-0"] {
        let outside = site.request("GET", &path, &[&format!("Range: {range}")], b"");
        outside.problem(416, "range-not-satisfiable");
        assert_eq!(outside.header("content-range"), "bytes */10");
    }
    for headers in [
        &["Range: bytes=1-2,4-5"][..],
        &["Range: lines=1-2"],
        &["Range: bytes=5-1"],
        &["Range: nonsense"],
        &["Range: bytes=1-2", "If-Range: \"other\""],
        &[
            "Range: bytes=1-2",
            "If-Range: Mon, 02 Mar 2026 08:00:00 GMT",
        ],
        &["If-None-Match: \"other\""],
    ] {
        let whole = site.request("GET", &path, headers, b"");
        assert_eq!(
            (whole.status, whole.body.as_slice()),
            (200, &bytes[..]),
            "{headers:?}"
        );
    }
    let known = site.request(
        "GET",
        &path,
        &[&format!("If-None-Match: \"{}\"", hex(&hash))],
        b"",
    );
    assert_eq!((known.status, known.body.len()), (304, 0));
}

#[test]
fn only_registered_authorities_hand_files_over() {
    let site = site();
    let bytes = b"not to be kept";
    let (hash, size) = (sha256(bytes), bytes.len());
    let key = &site.log.department;
    let now = site.log.clock.now().unix();
    let at = |seconds: i64| Timestamp::from_unix(now + seconds).unwrap();
    site.without_trace(|| {
        let by = |by: &str, key: &SecretKey| signed(&site, by, key, &hash, size);
        let refused = |headers: &[String], status, code| {
            let reply = send(&site, &hash, headers, bytes);
            let detail = reply.problem(status, code);
            nothing_kept(&site, &hash);
            detail
        };
        let stranger = SecretKey::from_seed(&[99; 32]);
        refused(&by("999999-XX", key), 403, "unknown-authority");
        refused(&by(DEPARTMENT, &stranger), 403, "bad-signature");
        refused(&by(REVOKED, &site.revoked), 403, "bad-signature");
        // Signed for another size, another file, another time.
        for other in [
            signed(&site, DEPARTMENT, key, &hash, size + 1),
            signed(&site, DEPARTMENT, key, &sha256(b"other"), size),
        ] {
            refused(&other, 403, "bad-signature");
        }
        let mut moved = by(DEPARTMENT, key);
        moved[1] = format!("Gongshi-Issued-At: {}", at(-1));
        refused(&moved, 403, "bad-signature");
        for early in [-8 * 86_400, 600] {
            let headers = signed_at(at(early), DEPARTMENT, key, &hash, size);
            refused(&headers, 422, "time-window");
        }
        for left_out in 0..3 {
            let mut headers = by(DEPARTMENT, key);
            let name = headers.remove(left_out);
            let detail = refused(&headers, 400, "bad-request");
            let name = name.split(':').next().unwrap();
            assert!(detail.contains(name), "{detail}");
            for bad in ["", "x", "610323-scjg", "2026-13-01T00:00:00Z", "AA-"] {
                let mut headers = headers.clone();
                headers.push(format!("{name}: {bad}"));
                refused(&headers, 400, "bad-request");
            }
        }
        let twice = [by(DEPARTMENT, key), by(DEPARTMENT, key)].concat();
        refused(&twice, 400, "bad-request");
        let mut packed = by(DEPARTMENT, key);
        packed.push("Content-Encoding: gzip".to_owned());
        refused(&packed, 415, "unsupported-encoding");
    });
}

#[test]
fn what_is_not_the_file_named_leaves_nothing() {
    let site = site();
    let key = &site.log.department;
    let hash = sha256(b"the bytes");
    let headers = signed(&site, DEPARTMENT, key, &hash, 9);
    let wrong = send(&site, &hash, &headers, b"other one");
    let detail = wrong.problem(422, "file-content");
    assert!(detail.contains(&hex(&sha256(b"other one"))), "{detail}");
    nothing_kept(&site, &hash);
    // Broken off: the connection ends before the body does.
    let mut head = format!(
        "PUT {} HTTP/1.1\r\nHost: t\r\nContent-Length: 9\r\n",
        address(&hash)
    );
    for header in &headers {
        head.push_str(&format!("{header}\r\n"));
    }
    let mut stream = site.connect();
    stream
        .write_all(format!("{head}\r\nthe b").as_bytes())
        .unwrap();
    stream.shutdown(std::net::Shutdown::Write).unwrap();
    let reply = Reply::read_to_end(&mut stream);
    assert!(reply.status == 0 || reply.status == 400, "{reply:?}");
    nothing_kept(&site, &hash);
    // Kept waiting.
    let mut stream = site.connect();
    stream
        .write_all(format!("{head}\r\nthe b").as_bytes())
        .unwrap();
    Reply::read(&mut stream).problem(408, "timeout");
    nothing_kept(&site, &hash);
    // Length in parts, none at all, too much.
    let chunked = head.replace("Content-Length: 9", "Transfer-Encoding: chunked");
    let chunked = format!("{chunked}\r\n9\r\nthe bytes\r\n0\r\n\r\n");
    site.say(chunked.as_bytes()).problem(411, "length-required");
    for length in ["134217729", "99999999999999999999"] {
        let large = head.replace("Content-Length: 9", &format!("Content-Length: {length}"));
        let reply = site.say(format!("{large}\r\n").as_bytes());
        if reply.header("content-type") == "application/problem+json" {
            reply.problem(413, "file-too-large");
        } else {
            // No number that the server's own reader of heads believes.
            assert_eq!(reply.status, 400, "{reply:?}");
        }
    }
    nothing_kept(&site, &hash);
}

#[test]
fn addresses_are_hashes_in_their_one_spelling() {
    let site = site();
    let upper = hex(&sha256(b"x")).to_uppercase();
    for name in [
        "1",
        "..",
        "%2e%2e%2fkeys",
        &"g".repeat(64),
        &upper,
        &"a".repeat(63),
        &"a".repeat(65),
    ] {
        let path = format!("/api/v1/files/{name}");
        for method in ["GET", "HEAD", "PUT"] {
            let reply = site.request(method, &path, &["Content-Length: 0"], b"");
            assert!(
                matches!(reply.status, 400 | 404),
                "{method} {path}: {reply:?}"
            );
        }
    }
    let path = address(&sha256(b"x"));
    for method in ["POST", "DELETE", "PATCH"] {
        let reply = site.request(method, &path, &[], b"");
        reply.problem(405, "method-not-allowed");
        assert_eq!(reply.header("allow"), "get, head, put, options");
    }
    let options = site.request("OPTIONS", &path, &[], b"");
    assert_eq!(
        (options.status, options.header("allow")),
        (204, "get, head, put, options")
    );
}

#[test]
fn a_damaged_file_is_never_answered_whole() {
    let site = site();
    let small = b"a small file".to_vec();
    let large = vec![7; 3 << 20];
    let mut named = Vec::new();
    for bytes in [&small, &large] {
        assert_eq!(put(&site, bytes).status, 201);
        named.push((sha256(bytes), bytes.len() as u64, "a.pdf"));
    }
    assert_eq!(post(&site, permit_with("F-3", &named)).status, 200);
    site.log.settle();
    let files = site.log.app.portal.intake.files();
    for (bytes, (hash, ..)) in [&small, &large].into_iter().zip(&named) {
        let path = files.path(hash);
        let mut damaged = bytes.clone();
        *damaged.last_mut().unwrap() ^= 1;
        for content in [
            Some(damaged),
            Some(bytes[1..].to_vec()),
            Some(Vec::new()),
            None,
        ] {
            match content {
                Some(content) => std::fs::write(&path, content).unwrap(),
                None => std::fs::remove_file(&path).unwrap(),
            }
            let reply = site.get(&address(hash));
            match reply.status {
                500 => drop(reply.problem(500, "internal")),
                _ => assert!(
                    reply.body.len() < bytes.len(),
                    "{} bytes came",
                    reply.body.len()
                ),
            }
        }
        // Uploaded again, it is whole.
        assert_eq!(put(&site, bytes).status, 201);
        assert_eq!(&site.get(&address(hash)).body, bytes);
    }
}

#[test]
fn an_empty_file_is_a_file() {
    let site = site();
    let hash = sha256(b"");
    assert_eq!(put(&site, b"").status, 201);
    assert_eq!(
        post(&site, permit_with("F-4", &[(hash, 0, "empty.pdf")])).status,
        200
    );
    site.log.settle();
    let reply = site.get(&address(&hash));
    assert_eq!((reply.status, reply.body.len()), (200, 0));
    let range = site.request("GET", &address(&hash), &["Range: bytes=0-"], b"");
    range.problem(416, "range-not-satisfiable");
}
