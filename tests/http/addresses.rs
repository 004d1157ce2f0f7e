//! Addresses and methods nobody should ask for: tiles that are not there, odd numbers, unknown paths.

use crate::support::*;

#[test]
fn indexes_and_sizes_are_decimal_numbers_within_the_log() {
    let site = site();
    let size = site.size();
    site.without_trace(|| {
        for at in ["proof", "records"] {
            for bad in [
                "-1",
                "+1",
                "01",
                "00",
                "1.0",
                "1e1",
                "0x1",
                "%20",
                "%00",
                "%ff",
                "x",
                "１",
                "099999999999999999999",
            ] {
                let bad = bad.replace('１', "%EF%BC%91");
                let detail = site
                    .get(&format!("/api/v1/{at}/{bad}"))
                    .problem(400, "bad-request");
                assert!(
                    detail.starts_with("index must be a decimal number"),
                    "{detail}"
                );
            }
            for beyond in [size, size + 1, 1 << 53, u64::MAX - 1, u64::MAX] {
                let detail = site
                    .get(&format!("/api/v1/{at}/{beyond}"))
                    .problem(404, "beyond-the-log");
                assert!(detail.contains(&format!("entry {beyond}")), "{detail}");
            }
            // Numbers that no index can be, and no more a fault of writing than those before.
            for beyond in ["18446744073709551616", &"9".repeat(23)] {
                let detail = site
                    .get(&format!("/api/v1/{at}/{beyond}"))
                    .problem(404, "beyond-the-log");
                assert!(
                    detail.contains(&format!("index {beyond} is larger")),
                    "{detail}"
                );
            }
            assert_eq!(site.get(&format!("/api/v1/{at}/{}", size - 1)).status, 200);
            for nothing in [
                "",
                "/",
                "/1/",
                "/1/2",
                "/%2e%2e/log",
                "/../../../etc/passwd",
            ] {
                site.get(&format!("/api/v1/{at}{nothing}"))
                    .problem(404, "not-found");
            }
        }
        let consistency =
            |old: &str, new: &str| site.get(&format!("/api/v1/consistency/{old}/{new}"));
        let newest = size.to_string();
        let detail = consistency("2", "1").problem(400, "bad-request");
        assert!(
            detail.contains("old (2) must not be greater than new (1)"),
            "{detail}"
        );
        consistency("-1", "1").problem(400, "bad-request");
        consistency("1", &"9".repeat(23)).problem(404, "beyond-the-log");
        consistency("0", "1e3").problem(400, "bad-request");
        consistency("00", &newest).problem(400, "bad-request");
        for beyond in [size + 1, u64::MAX] {
            let beyond = beyond.to_string();
            consistency("0", &beyond).problem(404, "beyond-the-log");
            consistency(&beyond, &beyond).problem(404, "beyond-the-log");
        }
        for (old, new) in [
            ("0", "0"),
            ("0", newest.as_str()),
            ("1", "2"),
            (&newest, &newest),
        ] {
            assert_eq!(consistency(old, new).status, 200, "{old} {new}");
        }
        consistency("1", "").problem(404, "not-found");
    });
}

/// What the server answers for a tree that is no longer the newest is what the offline check takes.
#[test]
fn consistency_files_are_read_by_the_verifier() {
    use gongshi_verify::policy::Policy;
    use gongshi_verify::report::{
        UnusableInput, Verdict, verify_consistency_between, verify_consistency_file,
    };
    let site = site();
    let policy = site.get("/log/policy");
    let policy = Policy::parse(&policy.body).unwrap();
    let old = site.get("/log/checkpoint").body;
    let from = site.size();
    for number in ["C-1", "C-2"] {
        assert_eq!(site.post(site.permit(number)).status, 200);
    }
    let middle = site.get("/log/checkpoint").body;
    let to = site.size();
    let newest = site.get(&format!("/api/v1/consistency/{from}/{to}")).body;
    let report = verify_consistency_file(&old, &newest, &policy).unwrap();
    assert_eq!(report.verdict, Verdict::Verified, "{report}");
    assert_eq!(site.post(site.permit("C-3")).status, 200);
    let earlier = site.get(&format!("/api/v1/consistency/{from}/{to}")).body;
    assert_eq!(
        verify_consistency_file(&old, &earlier, &policy),
        Err(UnusableInput::Unsigned)
    );
    let report = verify_consistency_between(&old, &middle, &earlier, &policy).unwrap();
    assert_eq!(report.verdict, Verdict::Verified, "{report}");
}

#[test]
fn tiles_have_one_spelling_and_end_with_the_tree() {
    let site = site();
    let size = site.size();
    let tile = |path: &str| site.get(&format!("/log/tile/{path}"));
    site.without_trace(|| {
        for bad in [
            "",
            "0",
            "0/",
            "0/0",
            "0/00",
            "0/0000",
            "00/000",
            "01/000",
            "-1/000",
            "64/000",
            "255/000",
            "256/000",
            "x/000",
            "0/000.p/0",
            "0/000.p/00",
            "0/000.p/01",
            "0/000.p/256",
            "0/000.p/257",
            "0/000.p/1000",
            "0/000.p/-1",
            "0/000.p/",
            "0/000.p",
            "0/000.p/1/",
            "0/000.p/1/2",
            "0/000.p/x",
            "0/x000/001",
            "0/x000/x000/001",
            "0/x001",
            "0/001/002",
            "0/x1/001",
            "0/x0001/001",
            "0/000/",
            "0//000",
            "0/00a",
            "0/%30%30%30%00",
            "0/%ff",
            "0/x999/x999/x999/x999/x999/x999/x999/999",
            "entries",
            "entries/",
            "entries/0",
            "entries/000.p/0",
            "entries/000.p/256",
            "entries/000.p/257",
            "entries/000.p/01",
            "entries/x000/000",
            "data/000",
            "0/..%2f000",
            "%2e%2e/checkpoint",
        ] {
            let reply = tile(bad);
            assert_eq!(reply.status, 400, "{bad}: {reply:?}");
            assert!(
                reply.text().starts_with("bad tile path: expected "),
                "{bad}"
            );
            assert_eq!(reply.header("cache-control"), "no-store");
        }
        for beyond in [
            "0/000".to_owned(),
            "1/000".into(),
            "1/000.p/1".into(),
            "63/000".into(),
            "63/000.p/1".into(),
            "8/000.p/1".into(),
            "0/001.p/1".into(),
            format!("0/000.p/{}", size + 1),
            "0/000.p/255".into(),
            "entries/000".into(),
            format!("entries/000.p/{}", size + 1),
            "entries/001.p/1".into(),
            "entries/x018/x446/x744/x073/x709/x551/615".into(),
            "0/x018/x446/x744/x073/x709/x551/615.p/1".into(),
            "0/x072/x057/x594/x037/x927/935".into(),
        ] {
            let reply = tile(&beyond);
            assert_eq!(reply.status, 404, "{beyond}: {reply:?}");
            assert_eq!(reply.header("cache-control"), "no-store");
        }
        for width in 1..=size {
            assert_eq!(
                tile(&format!("0/000.p/{width}")).body.len() as u64,
                32 * width
            );
            assert_eq!(tile(&format!("entries/000.p/{width}")).status, 200);
        }
        for nothing in [
            "/log",
            "/log/",
            "/log/tile",
            "/log/x",
            "/log/checkpoint/",
            "/log/../log/checkpoint",
        ] {
            let reply = site.get(nothing);
            assert_eq!(
                (reply.status, reply.text()),
                (404, "there is nothing at this address\n"),
                "{nothing}"
            );
        }
    });
}

/// Every public address that is read.
const READ: &[&str] = &[
    "/",
    "/en/",
    "/search?q=x",
    "/en/search",
    "/enterprise/91000000MA00000900",
    "/record/1",
    "/en/record/1",
    "/authority/000000-SCJG",
    "/list/abnormal",
    "/list/serious",
    "/list/permit",
    "/log-state",
    "/rules",
    "/en/rules",
    "/rules/publication",
    "/duties",
    "/en/duties",
    "/authorities/000000-SCJG/duties",
    "/en/authorities/000000-SCJG/duties",
    "/authorities/000000-SCJG/duties.atom",
    "/authorities/000000-SCJG/duties.ics",
    "/api/v1/rules",
    "/api/v1/duties",
    "/api/v1/authorities/000000-SCJG/duties",
    "/receipts",
    "/en/receipts",
    "/repair",
    "/en/repair?region=140100",
    "/promises",
    "/en/promises?state=kept",
    "/api/v1/repair",
    "/api/v1/promises",
    "/api/v1/review",
    "/metrics",
    "/healthz",
    "/readyz",
    "/log/checkpoint",
    "/log/policy",
    "/log/tile/0/000.p/1",
    "/log/tile/entries/000.p/1",
    "/api/v1/log",
    "/api/v1/proof/1",
    "/api/v1/records/1",
    "/api/v1/consistency/0/1",
    "/api/v1/authorities",
];

#[test]
fn methods_are_those_that_make_sense_and_are_listed() {
    let site = site();
    let style = site.get("/");
    let style = style
        .text()
        .split('"')
        .find(|text| text.starts_with("/static/"))
        .unwrap();
    site.without_trace(|| {
        for path in READ.iter().copied().chain([style]) {
            let (get, head) = (site.get(path), site.request("HEAD", path, &[], b""));
            assert_eq!((get.status, head.status), (200, 200), "{path}");
            assert!(head.body.is_empty(), "{path}");
            assert_eq!(
                get.header("content-type"),
                head.header("content-type"),
                "{path}"
            );
            let options = site.request("OPTIONS", path, &[], b"");
            assert_eq!(
                (options.status, options.header("allow")),
                (204, "get, head, options"),
                "{path}"
            );
            assert!(options.body.is_empty());
            for method in ["POST", "PUT", "DELETE", "PATCH", "TRACE", "BREW", "get"] {
                let reply = site.request(method, path, &[], b"");
                assert_eq!(
                    (reply.status, reply.header("allow")),
                    (405, "get, head, options"),
                    "{method} {path}"
                );
                assert!(!reply.body.is_empty(), "{method} {path}");
                if path.starts_with("/api/") {
                    reply.problem(405, "method-not-allowed");
                }
            }
        }
        for method in ["GET", "HEAD", "PUT", "DELETE", "BREW"] {
            let reply = site.request(method, EVENTS, &[], b"");
            assert_eq!(
                (reply.status, reply.header("allow")),
                (405, "post, options"),
                "{method}"
            );
        }
        let options = site.request("OPTIONS", EVENTS, &[], b"");
        assert_eq!(
            (options.status, options.header("allow")),
            (204, "post, options")
        );
    });
}

#[test]
fn unknown_addresses_are_told_in_the_reader_s_language() {
    let site = site();
    let long = "x".repeat(20_000);
    site.without_trace(|| {
        for path in [
            "/nothing",
            "/record",
            "/record/",
            "/record/x",
            "/record/-1",
            "/record/01",
            "/record/18446744073709551615",
            "/record/18446744073709551616",
            "/record/%00",
            "/record/%ff",
            "/record/..%2f..%2fetc%2fpasswd",
            "/../../etc/passwd",
            "/%2e%2e/%2e%2e/etc/passwd",
            "/static/../Cargo.toml",
            "/static/x",
            "/static/",
            "/%ff",
            "/%00",
            "/%",
            "/%zz",
            "/authority/nobody",
            "/authority/%ff",
            "/authority/000000-NOBODY",
            "/authorities",
            "/authorities/000000-SCJG",
            "/authorities/000000-NOBODY/duties",
            "/authorities/000000-NOBODY/duties.atom",
            "/authorities/%ff/duties.ics",
            "/authorities/000000-SCJG/duties.xml",
            "/list/gossip",
            "/list/%00",
            "//",
            "/.well-known/x",
            "/favicon.ico",
            "/wp-login.php",
            "/en%2f",
            &format!("/{long}"),
            &format!("/record/{long}"),
        ] {
            for (base, title, lang) in [("", "· 公示", "zh-CN"), ("/en", "· Gongshi", "en")] {
                let reply = site.get(&format!("{base}{path}"));
                assert_eq!(reply.status, 404, "{base}{path} {}", reply.head);
                assert!(reply.text().contains(title), "{base}{path}");
                assert_eq!(reply.header("content-language"), lang.to_ascii_lowercase());
                assert_eq!(reply.header("cache-control"), "no-store");
                assert!(
                    reply.body.len() < 20_000,
                    "{base}{path}: {} bytes",
                    reply.body.len()
                );
            }
        }
        for path in ["/api", "/api/", "/api/v2/log"] {
            assert_eq!(site.get(path).status, 404, "{path}");
        }
        for path in [
            "/api/v1",
            "/api/v1/",
            "/api/v1/x",
            "/api/v1/log/",
            &format!("/api/v1/{long}"),
        ] {
            let detail = site.get(path).problem(404, "not-found");
            assert!(detail.starts_with("there is no GET /api/v1"), "{detail}");
        }
    });
}

#[test]
fn odd_parameters_of_pages_are_answered_as_pages() {
    let site = site();
    site.without_trace(|| {
        for page in [
            "0",
            "-1",
            "1e9",
            "99999999999999999999999",
            "%00",
            "%ff",
            "x",
            "１",
            "501",
        ] {
            let page = page.replace('１', "%EF%BC%91");
            for path in [
                "/search?q=x&page=",
                "/list/permit?page=",
                "/list/abnormal?page=",
                "/enterprise/91000000MA00000900?page=",
            ] {
                let reply = site.get(&format!("{path}{page}"));
                assert!(
                    matches!(reply.status, 200 | 302 | 400 | 404),
                    "{path}{page}: {}",
                    reply.head
                );
            }
            assert_eq!(
                site.get(&format!("/list/permit?page={page}")).status,
                400,
                "{page}"
            );
        }
        for query in [
            "q=%ff%fe",
            "q=%00",
            "q=%",
            "q=%zz",
            "q",
            "=",
            "&&&&",
            "q=a&q=b",
            "kind=gossip",
            "region=abc",
            "from=2026-02-30",
            "from=2026-03-02&to=2026-03-01",
            "sort=random",
            "authority=%ff",
            "q=%22%22%22((((",
            "q=AND%20OR%20NOT",
            "q=*:*",
            "q=%5B%5D%7B%7D%5E~",
            "utm_source=x",
        ] {
            let reply = site.get(&format!("/search?{query}"));
            assert!(
                matches!(reply.status, 200 | 302 | 400),
                "{query}: {}",
                reply.head
            );
        }
        let long = "a".repeat(30_000);
        let reply = site.get(&format!("/search?q={long}"));
        assert!(
            matches!(reply.status, 200 | 302 | 400 | 414),
            "{}",
            reply.head
        );
        assert!(reply.body.len() < 100_000, "{}", reply.body.len());
        // A code of an enterprise that cannot be one is said to be none.
        for bad in [
            "x",
            "91000000MA00000901",
            "%00",
            "%ff",
            "９",
            "91000000ma00000900x",
        ] {
            let bad = bad.replace('９', "%EF%BC%99");
            assert_eq!(site.get(&format!("/enterprise/{bad}")).status, 400, "{bad}");
        }
    });
}
