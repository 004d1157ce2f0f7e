//! An enterprise's page that is kept is, byte for byte, the one that would be made now: after every kind of thing that can change it.

use crate::common::*;
use crate::drawn;
use crate::support::*;
use actix_web::{App, test as http};
use gongshi::intake::Clock as _;
use gongshi::web::limits::Limits;
use gongshi_verify::json::Value;
use gongshi_verify::names::PlanKey;

const FIRST: &str = "91000000MA00000900";

/// Asks two servers over one log for pages: one keeps them, one makes each anew.
macro_rules! twins {
    ($log:expr) => {{
        let portal = $log.app.portal.clone();
        let server = |kept_pages| {
            let limits = Limits {
                kept_pages,
                ..Limits::default()
            };
            App::new().configure(gongshi::web::configure_within(portal.clone(), limits))
        };
        let system = actix_web::rt::System::new();
        let keeping = system.block_on(http::init_service(server(1 << 20)));
        let plain = system.block_on(http::init_service(server(0)));
        (system, keeping, plain)
    }};
}

macro_rules! ask {
    ($system:expr, $app:expr, $path:expr) => {{
        let request = http::TestRequest::with_uri($path).to_request();
        let response = $system.block_on(http::call_service($app, request));
        let status = response.status().as_u16();
        let headers: std::collections::BTreeMap<String, String> = response
            .headers()
            .iter()
            .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
            .collect();
        let body = $system.block_on(http::read_body(response));
        (status, headers, String::from_utf8(body.to_vec()).unwrap())
    }};
}

/// The number of a counter.
fn count(metrics: &str, name: &str) -> u64 {
    let line = metrics
        .lines()
        .find(|line| line.starts_with(&format!("{name} ")));
    line.unwrap().rsplit(' ').next().unwrap().parse().unwrap()
}

/// Compares the pages of these enterprises, the first time and when they are kept; with how many were answered as kept, and the Chinese pages.
macro_rules! compare {
    ($log:expr, $system:expr, $keeping:expr, $plain:expr, $codes:expr) => {{
        $log.settle();
        let before = count(
            &ask!($system, &$keeping, "/metrics").2,
            "gongshi_kept_pages_used_total",
        );
        let mut pages = Vec::new();
        for code in $codes {
            for prefix in ["", "/en"] {
                let path = format!("{prefix}/enterprise/{code}");
                let made = ask!($system, &$plain, &path);
                let first = ask!($system, &$keeping, &path);
                assert_eq!(first, made, "{path}");
                let again = ask!($system, &$keeping, &path);
                assert_eq!(again, made, "{path}");
                if prefix.is_empty() {
                    pages.push(made.2);
                }
            }
        }
        let metrics = ask!($system, &$keeping, "/metrics").2;
        assert!(count(&metrics, "gongshi_kept_pages_bytes") > 0);
        let used = count(&metrics, "gongshi_kept_pages_used_total") - before;
        (used, pages)
    }};
}

#[test]
fn a_kept_page_follows_records_corrections_ends_names_and_days() {
    let county = County::new();
    let [second, third] = [drawn::code(2), drawn::code(3)];
    let codes = [FIRST, &second, &third];
    for code in codes {
        county.publish("permit", with(permit("甲"), "subject_uscc", code.into()));
    }
    let (system, keeping, plain) = twins!(county.log);
    // Each page twice in two languages: the second time it is kept.
    let (used, pages) = compare!(county.log, system, keeping, plain, codes);
    assert_eq!(used, 6);
    // Another enterprise's record leaves these pages as they are, but for how long the log is.
    county.publish(
        "permit",
        with(permit("乙"), "subject_uscc", drawn::code(4).as_str().into()),
    );
    let (used, after) = compare!(county.log, system, keeping, plain, codes);
    assert_eq!(used, 12);
    assert_ne!(pages, after);
    let size = county.log.app.portal.log.published().size();
    let grown = |page: &String| {
        let said = [("截至第 ", " 条"), ("as_of=", "\""), ("· ", " 条<")];
        said.iter().fold(page.clone(), |page, (before, after)| {
            let old = format!("{before}{}{after}", size - 1);
            assert!(page.contains(&old), "{page}");
            page.replace(&old, &format!("{before}{size}{after}"))
        })
    };
    assert_eq!(pages.iter().map(grown).collect::<Vec<_>>(), after);
    // One's own does not.
    let listed = county.publish(
        "abnormal_listing",
        listing(FIRST, "示例食品店", "2026-03-01"),
    );
    let (used, pages) = compare!(county.log, system, keeping, plain, codes);
    assert_eq!(used, 10);
    assert!(pages[0].contains(&format!("/record/{listed}\"")));
    // A removal that names its listing alone is of whom that is about.
    let day = gongshi::domain::dates::day_in_china(county.log.clock.now().unix());
    let removal = body(&format!(
        r#"{{"subject_uscc":"{FIRST}","subject_name":"示例食品店","region":"000000","removed_on":"{day}","removed_reason":"reachable_again"}}"#
    ));
    let removal = with(removal, "listing", county.named(listed));
    let removed = county.publish("abnormal_removal", removal);
    let (used, pages) = compare!(county.log, system, keeping, plain, codes);
    assert_eq!(used, 10);
    assert!(pages[0].contains(&format!("/record/{removed}\"")));

    let fined = county.publish("penalty", penalty("示罚1号", "general", "2026-02-27"));
    compare!(county.log, system, keeping, plain, codes);
    let other = with(
        penalty("示罚1号", "general", "2026-02-27"),
        "subject_uscc",
        second.as_str().into(),
    );
    county
        .say(county.correction(fined, "penalty", other))
        .unwrap();
    let (_, pages) = compare!(county.log, system, keeping, plain, codes);
    assert!(pages[1].contains("示罚1号"));
    // Corrected again: the one between has nothing to do with it any more.
    let other = with(
        penalty("示罚1号", "general", "2026-02-27"),
        "subject_uscc",
        third.as_str().into(),
    );
    county
        .say(county.correction(fined, "penalty", other))
        .unwrap();
    let (_, pages) = compare!(county.log, system, keeping, plain, codes);
    assert!(!pages[1].contains("示罚1号") && pages[2].contains("示罚1号"));
    county.say(county.withdrawal(fined)).unwrap();
    let (_, pages) = compare!(county.log, system, keeping, plain, codes);
    assert!(pages.iter().all(|page| !page.contains("示罚1号")));
    county.say(county.erasure(listed)).unwrap();
    compare!(county.log, system, keeping, plain, codes);

    // A name that stands on every page.
    let kinds = KINDS.iter().map(|kind| (*kind).into()).collect();
    let renamed = county.log.authority(Value::object([
        ("action", "amend".into()),
        ("authority_id", DEPARTMENT.into()),
        ("name", "改了名的市场监管局".into()),
        ("region", "000000".into()),
        ("kinds", Value::Array(kinds)),
    ]));
    county.log.accept(vec![renamed])[0].clone().unwrap();
    let (used, pages) = compare!(county.log, system, keeping, plain, codes);
    assert_eq!(used, 6);
    assert!(pages.iter().all(|page| page.contains("改了名的市场监管局")));

    // Days pass without an entry: a repair may be asked for from a day on.
    county.publish("penalty", penalty("示罚2号", "general", "2026-02-27"));
    let (_, before) = compare!(county.log, system, keeping, plain, codes);
    county.log.clock.advance_to(time("2026-08-03T02:00:00Z"));
    let (_, after) = compare!(county.log, system, keeping, plain, codes);
    assert_ne!(before[0], after[0]);
}

#[test]
fn a_kept_page_follows_draws_and_replacements() {
    let planned = drawn::County::new();
    let codes: Vec<String> = (0..30).map(drawn::code).collect();
    for code in &codes {
        let listed = listing(code, "示例店", "2026-03-01");
        planned
            .say(drawn::LEAD, "abnormal_listing", listed, None)
            .unwrap();
    }
    let (system, keeping, plain) = twins!(planned.log);
    let (_, before) = compare!(planned.log, system, keeping, plain, &codes);
    planned.due(drawn::KEY, &[]);
    compare!(planned.log, system, keeping, plain, &codes);
    planned.draw(drawn::KEY);
    let (_, after) = compare!(planned.log, system, keeping, plain, &codes);
    let docket = planned.log.app.portal.intake.docket();
    let targets = docket
        .targets(&PlanKey::parse(drawn::KEY).unwrap())
        .unwrap();
    assert!(!targets.is_empty() && targets.len() < codes.len());
    for (at, code) in codes.iter().enumerate() {
        let drawn = targets.iter().any(|one| one.target_id == *code);
        let link = format!("/draws/{}/target/{code}", drawn::KEY);
        assert_eq!(after[at].contains(&link), drawn, "{code}");
        assert!(!before[at].contains(&link));
    }
}

#[test]
fn no_more_is_kept_than_is_allowed() {
    let county = County::new();
    let codes: Vec<String> = (1..40).map(drawn::code).collect();
    for code in &codes {
        county.publish(
            "permit",
            with(permit("甲"), "subject_uscc", code.as_str().into()),
        );
    }
    county.log.settle();
    let most = 64 << 10;
    let limits = Limits {
        kept_pages: most,
        ..Limits::default()
    };
    let portal = county.log.app.portal.clone();
    let app = App::new().configure(gongshi::web::configure_within(portal, limits));
    let system = actix_web::rt::System::new();
    let app = system.block_on(http::init_service(app));
    for code in &codes {
        assert_eq!(ask!(system, &app, &format!("/enterprise/{code}")).0, 200);
    }
    let metrics = ask!(system, &app, "/metrics").2;
    let bytes = count(&metrics, "gongshi_kept_pages_bytes");
    assert!(bytes > most as u64 / 2 && bytes <= most as u64, "{bytes}");
    // The one asked for last is kept, the first is not; nor is what is none, or asked for with a query.
    let mut used = 0;
    let last = &codes[codes.len() - 1];
    for (path, kept) in [
        (format!("/enterprise/{last}"), 1),
        (format!("/enterprise/{}", codes[0]), 0),
        (format!("/enterprise/{last}?page=1"), 0),
        ("/enterprise/91000000MA0000000X".to_owned(), 0),
        ("/enterprise/91000000MA0000000X".to_owned(), 0),
    ] {
        ask!(system, &app, &path);
        let metrics = ask!(system, &app, "/metrics").2;
        let now = count(&metrics, "gongshi_kept_pages_used_total");
        assert_eq!(now - used, kept, "{path}");
        used = now;
    }
}
