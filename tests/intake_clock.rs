//! A clock that leaps: what it says is believed so far that right clocks are still heard afterwards, and no further.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use common::*;
use gongshi::app::App;
use gongshi::intake::{Clock, LogClock, MAX_LEAP_SECONDS, Refusal, SystemClock};
use gongshi_verify::entry::MAX_AGE_SECONDS;
use gongshi_verify::time::Timestamp;
use std::sync::{Arc, Mutex};

/// Shows what it is told, and is judged like a log's clock that has just been started.
struct Leaping(Mutex<Timestamp>);

impl Clock for Leaping {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }

    fn simulated(&self) -> bool {
        false
    }

    fn latest(&self, known: Timestamp) -> Option<Timestamp> {
        Some(after(known, MAX_LEAP_SECONDS))
    }
}

fn after(time: Timestamp, seconds: i64) -> Timestamp {
    Timestamp::from_unix(time.unix() + seconds).unwrap()
}

#[test]
fn a_leap_ahead_is_refused_and_what_is_let_through_shuts_nobody_out() {
    let TestLog {
        folder,
        clock: simulated,
        app,
        department,
    } = TestLog::new(&["permit"]);
    let newest = app.portal.log.published().size() - 1;
    let newest = app.portal.log.entry(newest).unwrap();
    let newest = gongshi_verify::entry::Entry::parse(&newest)
        .unwrap()
        .logged_at;
    app.close();
    let shown = Arc::new(Leaping(Mutex::new(newest)));
    let app = App::open(&folder.path().join("data"), shown.clone(), &tuning()).unwrap();
    let log = TestLog {
        folder,
        clock: simulated,
        app,
        department,
    };
    let mut number = 0;
    let mut publish = |issued_at| {
        number += 1;
        let event = log.event_at("permit", permit(&format!("A-{number}")), issued_at);
        log.accept(vec![event]).remove(0)
    };
    let set = |time| *shown.0.lock().unwrap() = time;

    set(after(newest, MAX_LEAP_SECONDS + 1));
    let Err(Refusal::Unavailable(reason)) = publish(shown.now()) else {
        panic!("a leap was believed");
    };
    assert!(
        reason.contains("the clock says") && reason.contains("--clock-checked"),
        "{reason}"
    );
    assert_eq!(log.app.portal.intake.failure(), Some(reason));
    assert_eq!(log.app.portal.log.published().size(), 2);

    set(after(newest, MAX_LEAP_SECONDS));
    assert_eq!(log.app.portal.intake.failure(), None);
    assert_eq!(publish(shown.now()), Ok(2));
    // The clock was wrong after all: those whose clocks were right are accepted, then and later.
    set(after(newest, 1));
    assert_eq!(publish(shown.now()), Ok(3));
    set(after(newest, MAX_AGE_SECONDS));
    assert_eq!(publish(shown.now()), Ok(4));
}

#[test]
fn a_logs_clock_believes_what_it_counted_and_what_somebody_checked() {
    let known = time("2026-03-02T08:00:00Z");
    let latest = |checked| LogClock::new(checked).latest(known).unwrap().unix();
    let close = |one: i64, other: Timestamp| (one - other.unix()).abs() <= 60;
    assert!(close(latest(None), after(known, MAX_LEAP_SECONDS)));
    let later = time("2026-05-01T00:00:00Z");
    assert!(close(latest(Some(later)), after(later, MAX_LEAP_SECONDS)));
    // An old check takes nothing away.
    let earlier = time("2020-01-01T00:00:00Z");
    assert!(close(latest(Some(earlier)), after(known, MAX_LEAP_SECONDS)));
    let now = LogClock::new(None).now();
    assert!(close(now.unix(), SystemClock.now()));
    assert_eq!(
        LogClock::new(None).latest(time("9999-12-30T00:00:00Z")),
        None
    );
}

/// A log where nothing happens for weeks, whose server is stopped and started now and then.
#[test]
fn a_clean_stop_tells_the_next_start_that_time_has_passed() {
    let TestLog { folder, app, .. } = TestLog::new(&["permit"]);
    let newest = app.portal.log.entry(1).unwrap();
    let newest = gongshi_verify::entry::Entry::parse(&newest)
        .unwrap()
        .logged_at;
    app.close();
    let data = folder.path().join("data");
    let start = |days: i64| {
        let shown = Leaping(Mutex::new(after(newest, days * 86_400)));
        App::open(&data, Arc::new(shown), &tuning()).unwrap()
    };
    for days in [6, 12, 18] {
        let app = start(days);
        assert_eq!(app.portal.intake.failure(), None, "{days}");
        app.close();
    }
    // Not believed, and so not kept either.
    for _ in 0..2 {
        let app = start(26);
        assert!(app.portal.intake.failure().is_some());
        app.close();
    }
    start(25).close();
}
