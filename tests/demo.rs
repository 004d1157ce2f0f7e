//! The demonstration: the invented year as a plan, and the same year on a small scale in a real log.

#[path = "demo/figures.rs"]
mod figures;
#[path = "as_of/folded.rs"]
mod folded;

use gongshi::app::{App, Tuning, init, random32};
use gongshi::demo::{DemoError, Planned, Scale, Schedule, open};
use gongshi::demo::{INSPECTIONS, OTHER_INSPECTIONS};
use gongshi::domain::{Kind, Reference, Uscc, View, dates, validate};
use gongshi::intake::{SimulatedClock, SystemClock};
use gongshi::model::StatusList;
use gongshi_verify::entry::Entry;
use gongshi_verify::json::{Value, to_jcs};
use gongshi_verify::names::{AuthorityId, Origin};
use gongshi_verify::time::Timestamp;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;
use std::sync::{Arc, LazyLock};

/// Records that say what became of promises left open.
const SETTLED: usize = 117;
/// The demonstration ends before it.
const LAST_DAY: jiff::civil::Date = jiff::civil::date(2026, 12, 31);

static FULL: LazyLock<Schedule> = LazyLock::new(|| Schedule::invent(Scale::FULL));

fn small(data: &Path) -> App {
    open(data, Scale::one_in(60), &Tuning::default(), &mut |_| {})
        .expect("a new, own or cut folder")
}

/// A body as the domain reads it, with stand-ins for what it refers to.
fn body(schedule: &Schedule, number: usize) -> serde_json::Map<String, serde_json::Value> {
    let record = &schedule.planned[number];
    let mut body = record.body.clone();
    for (member, target) in &record.references {
        let place = Value::object([
            ("index", Value::Int(*target as i64)),
            ("leaf_hash", "0".repeat(64).as_str().into()),
        ]);
        Planned::refer(&mut body, member, place);
    }
    serde_json::from_str(&to_jcs(&Value::Object(body))).expect("canonical JSON is JSON")
}

fn text<'a>(schedule: &'a Schedule, number: usize, member: &str) -> &'a str {
    schedule.planned[number].body[member]
        .as_str()
        .expect("a text")
}

#[test]
fn the_year_has_the_counts_it_promises() {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for record in &FULL.planned {
        *counts.entry(record.kind.as_str()).or_default() += 1;
    }
    assert_eq!(FULL.subjects, 25_394);
    assert_eq!(FULL.departments.len(), 19);
    // Every department that goes along says what it found.
    let drawn: Vec<(&str, &str)> = (0..FULL.planned.len())
        .filter(|n| FULL.planned[*n].body.get("draw_basis") == Some(&Value::from("drawn")))
        .map(|n| (text(&FULL, n, "plan_key"), text(&FULL, n, "subject_uscc")))
        .collect();
    let targets: BTreeSet<_> = drawn.iter().collect();
    assert_eq!(targets.len(), INSPECTIONS);
    let partners = drawn.len() - targets.len();
    let expected = BTreeMap::from([
        ("abnormal_listing", 1_102),
        ("abnormal_removal", 46),
        ("annual_plan", 26),
        ("bulletin", 11 + 1),
        ("cancel", 1),
        ("campaign_result", 168 + 85 + 24 + 16),
        ("commit", 60 * 2),
        ("correction", 1),
        // The promises, and what became of some: every ninetieth of those that were left open was kept, broken, false.
        ("credit_promise", 3_971 + SETTLED),
        ("draw", 58),
        ("individual_mark", 380 + 4),
        ("individual_restore", 118),
        (
            "inspection_result",
            INSPECTIONS + partners + OTHER_INSPECTIONS,
        ),
        ("item_list", 19),
        ("no_penalty", 5),
        ("objection", 6),
        ("objection_reply", 6),
        ("penalty", 222),
        ("permit", 25_000),
        ("plan", 58 + 2),
        ("repair_application", 46 + 118 + 7),
        ("repair_decision", 46 + 118 + 4),
        // Seven of the eleven pending problems were put right in three steps, four became cases in three.
        ("result_followup", 33),
        ("reveal", 58 * 2 - 1),
        ("serious_listing", 2),
        ("snapshot", 3),
        ("subject_status", 60 + 2),
        ("transfer", 15 + 15 + 3),
    ]);
    assert_eq!(counts, expected);
    let of = |kind: Kind| (0..FULL.planned.len()).filter(move |n| FULL.planned[*n].kind == kind);
    let entries = |kind, member: &'static str| {
        of(kind)
            .map(move |n| FULL.planned[n].body[member].as_array().unwrap().len())
            .sum::<usize>()
    };
    assert_eq!(entries(Kind::ItemList, "list_items"), 84);
    assert_eq!(entries(Kind::AnnualPlan, "tasks"), 58);
    let promises: BTreeSet<&str> = of(Kind::CreditPromise)
        .map(|n| text(&FULL, n, "promise_type"))
        .collect();
    assert_eq!(promises.len(), 5);
    let waived =
        of(Kind::NoPenalty).filter(|n| text(&FULL, *n, "no_penalty_kind") == "first_offence");
    assert_eq!(waived.count(), 2);
    // Each reveal but the forgotten one; the draws but the sealed one are the server's.
    assert_eq!(
        of(Kind::Draw).filter(|n| !FULL.planned[*n].drawn).count(),
        1
    );
    assert_eq!(
        of(Kind::Plan)
            .filter(|n| FULL.planned[*n].body["departments"]
                .as_array()
                .unwrap()
                .len()
                == 3)
            .count(),
        1
    );
    let joint =
        of(Kind::AnnualPlan).flat_map(|n| FULL.planned[n].body["tasks"].as_array().unwrap());
    assert_eq!(
        joint
            .filter(|task| task.get("partner_bodies").is_some())
            .count(),
        15
    );
}

#[test]
fn every_body_is_valid_and_synthetic() {
    for (number, record) in FULL
        .planned
        .iter()
        .enumerate()
        .filter(|(_, one)| !one.drawn)
    {
        let body = body(&FULL, number);
        assert_eq!(
            validate(record.kind, &body, LAST_DAY),
            Ok(()),
            "{} {body:?}",
            record.kind
        );
        let view = View::new(record.kind, &body);
        assert_eq!(
            view.region().map(|r| r.to_string()).as_deref(),
            Some("000000")
        );
        if let Some(code) = view.subject_code() {
            assert_eq!(&code.as_str()[2..8], "000000");
            assert!(Uscc::parse(code.as_str()).is_ok());
        }
    }
}

#[test]
fn records_come_in_order_and_soon_after_what_they_state() {
    let mut place = vec![0; FULL.planned.len()];
    for (position, number) in FULL.order.iter().enumerate() {
        place[*number] = position;
    }
    assert_eq!(
        FULL.order.iter().collect::<BTreeSet<_>>().len(),
        FULL.planned.len()
    );
    let (mut last, mut salts) = (FULL.opening, BTreeSet::new());
    for number in &FULL.order {
        let record = &FULL.planned[*number];
        assert!(record.slot >= last && record.issued_at <= record.slot);
        assert!(record.issued_at.unix() > record.slot.unix() - 1_800);
        assert!(salts.insert(record.salt));
        last = record.slot;
        for (member, target) in &record.references {
            let earlier = &FULL.planned[*target];
            assert!(
                earlier.slot < record.slot,
                "{} {member} names {}",
                record.kind,
                earlier.kind
            );
            assert!(place[*target] < place[*number]);
        }
        let body = body(&FULL, *number);
        let view = View::new(record.kind, &body);
        // Plans look ahead; what belongs to one has no day of its own.
        if record.plan.is_some() {
            continue;
        }
        let stated = view.main_date().unwrap().to_string();
        let logged = record.slot.to_string()[..10].to_owned();
        // A kept promise is published when that was checked, which may be a month after it was given.
        assert!(
            ("2026-01-05".to_owned()..=logged.clone()).contains(&stated),
            "{} {stated} {logged}",
            record.kind
        );
        let days: jiff::civil::Date = logged.parse().unwrap();
        let lag = days
            .since(stated.parse::<jiff::civil::Date>().unwrap())
            .unwrap()
            .get_days();
        let most = if record.kind == Kind::CreditPromise {
            45
        } else {
            28
        };
        assert!(lag <= most, "{} {lag} days", record.kind);
    }
    assert_eq!(last.to_string(), "2026-11-20T09:30:00Z");
}

#[test]
fn two_runs_invent_the_same_year() {
    let again = Schedule::invent(Scale::FULL);
    assert!(again.planned == FULL.planned && again.order == FULL.order);
    assert_ne!(
        Schedule::invent(Scale::one_in(2)).planned.len(),
        FULL.planned.len()
    );
}

#[test]
fn every_scale_hangs_together() {
    for divisor in [1, 7, 60, 100] {
        let schedule = Schedule::invent(Scale::one_in(divisor));
        for record in &schedule.planned {
            for (_, target) in &record.references {
                assert!(schedule.planned[*target].slot < record.slot, "{divisor}");
            }
        }
        for number in 0..schedule.planned.len() {
            if schedule.planned[number].drawn {
                continue;
            }
            assert_eq!(
                validate(
                    schedule.planned[number].kind,
                    &body(&schedule, number),
                    LAST_DAY
                ),
                Ok(())
            );
        }
    }
}

#[test]
fn a_small_county_in_a_real_log() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("new");
    let schedule = Schedule::invent(Scale::one_in(60));
    let app = small(&data);
    let log = &app.portal.log;
    let size = log.published().size();
    // Some displays are over by the year's end; the server has ended them.
    let ended = app.portal.model.count(Kind::Expiry).unwrap();
    assert!(ended > 0);
    assert_eq!(
        size as usize,
        1 + 19 + schedule.planned.len() + ended as usize
    );
    assert!(app.portal.synthetic);
    assert!(app.portal.intake.clock().simulated());

    // What a record names is there: the kind it should be, about the same subject, and earlier.
    let leaves = log.unveiled(0..size).unwrap();
    let mut bodies = Vec::new();
    for leaf in &leaves {
        let record: serde_json::Value =
            serde_json::from_slice(leaf.record.as_ref().unwrap()).unwrap();
        bodies.push((
            Entry::parse(&leaf.entry).unwrap(),
            record["body"].as_object().unwrap().clone(),
        ));
    }
    let (mut references, mut listed) = (0, HashMap::new());
    for (index, (entry, body)) in bodies.iter().enumerate() {
        let kind: Kind = entry.kind.as_str().parse().unwrap();
        let view = View::new(kind, body);
        for Reference {
            path,
            entry: reference,
            ..
        } in view.references()
        {
            references += 1;
            assert!((reference.index as usize) < index);
            let (target, named) = &bodies[reference.index as usize];
            assert_eq!(hex(&target.leaf_hash()), reference.leaf_hash);
            if named.contains_key("subject_uscc") && kind != Kind::Expiry {
                let subjects = [body, named].map(|body| body.get("subject_uscc"));
                assert_eq!(subjects[0], subjects[1], "{kind} {path}");
            }
            let expected: &[&str] = match path.as_str() {
                "listing" => &["abnormal_listing"],
                "mark" => &["individual_mark"],
                "result" => &["inspection_result"],
                "draw" => &["draw"],
                "annual_plan" => &["annual_plan"],
                "object_snapshot" | "officer_snapshot" => &["snapshot"],
                "plan_items[0].item_list" => &["item_list"],
                "reveals[0].reveal" | "reveals[1].reveal" => &["reveal"],
                "penalty" => &["penalty"],
                "promise" => &["credit_promise"],
                "application" => &["repair_application"],
                "repair_decision" => &["repair_decision"],
                "objection" => &["objection"],
                "answers" => &["transfer"],
                "correction" => &["correction"],
                "reverses" => &["subject_status"],
                "target" => &[
                    "abnormal_listing",
                    "individual_mark",
                    "inspection_result",
                    "penalty",
                    "subject_status",
                ],
                other => panic!("{kind} names something in {other}"),
            };
            assert!(
                expected.contains(&target.kind.as_str()),
                "{kind} {path} {}",
                target.kind
            );
        }
        let change = match kind {
            Kind::AbnormalListing | Kind::IndividualMark => 1,
            Kind::AbnormalRemoval | Kind::IndividualRestore => -1,
            _ => continue,
        };
        *listed
            .entry(view.subject_code().unwrap().to_string())
            .or_insert(0) += change;
    }
    assert!(references >= 20, "{references}");

    // The read model tells the same.
    let model = &app.portal.model;
    assert_eq!(model.cursor().unwrap(), size);
    let on_list = listed.values().filter(|n| **n > 0).count() as u64;
    assert!(listed.values().all(|n| (0..=1).contains(n)));
    assert_eq!(model.listed_count(StatusList::Abnormal).unwrap(), on_list);
    let count = |kind| model.count(kind).unwrap();
    // A listing that was ended by a removal is shown no more.
    assert_eq!(
        on_list,
        count(Kind::AbnormalListing) + count(Kind::IndividualMark)
    );
    assert!(count(Kind::AbnormalRemoval) + count(Kind::IndividualRestore) > 0);
    assert_eq!(
        model.listed_count(StatusList::Serious).unwrap(),
        count(Kind::SeriousListing)
    );

    // A bulletin says what the log holds.
    let (_, bulletin) = bodies
        .iter()
        .find(|(entry, body)| {
            entry.kind.as_str() == "bulletin" && body["period_from"] == "2026-03-01"
        })
        .unwrap();
    let in_march = |entry: &Entry| {
        let day = dates::day_in_china(entry.logged_at.unix()).to_string();
        entry.kind.as_str() == "permit" && day.starts_with("2026-03")
    };
    let march = bodies.iter().filter(|(entry, _)| in_march(entry)).count();
    assert_eq!(bulletin["indicators"][0]["value"], march);

    // What is known of earlier days is what was known then, less what has left.
    let subjects = bodies
        .iter()
        .filter_map(|(_, body)| body.get("subject_uscc")?.as_str());
    let codes = subjects.map(str::to_owned).collect();
    let step = size / 6;
    let on_lists = folded::compare(log, &app.portal.model, &codes, |at| at % step == 0);
    assert!(on_lists > 0);
    app.close();

    // Started again, it is the same log, and its clock goes on from its last entry.
    let app = small(&data);
    assert_eq!(app.portal.log.published().size(), size);
    let last = bodies.last().unwrap().0.logged_at;
    let now = app.portal.intake.clock().now();
    assert!(now >= last && now.unix() < last.unix() + 3_600);
    app.close();
}

/// No smaller county has every scene: objections and some changes of registration are only in the whole one. About a minute.
#[test]
fn the_whole_county_fills_as_it_is_invented() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("whole");
    let app = open(&data, Scale::FULL, &Tuning::default(), &mut |_| {}).unwrap();
    let size = app.portal.log.published().size();
    let expiries = app.portal.model.count(Kind::Expiry).unwrap();
    assert!(expiries > 0);
    assert_eq!(size, 1 + 19 + FULL.planned.len() as u64 + expiries);
    assert_eq!(app.portal.model.cursor().unwrap(), size);
    app.close();
}

#[test]
fn an_interrupted_fill_is_finished_without_a_second_copy() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    let app = small(data);
    let size = app.portal.log.published().size();
    app.close();
    // As if death had come before the last word, then with fewer entries than planned.
    let marker = std::fs::read_to_string(data.join("demo.toml")).unwrap();
    std::fs::write(
        data.join("demo.toml"),
        marker.replace("complete = true", "complete = false"),
    )
    .unwrap();
    let app = small(data);
    assert_eq!(app.portal.log.published().size(), size);
    app.close();
    assert_eq!(
        std::fs::read_to_string(data.join("demo.toml")).unwrap(),
        marker
    );

    // Stopped half way by a panic in the caller's own code.
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().to_owned();
    let path = data.clone();
    let stopped = std::thread::spawn(move || {
        let _ = open(&path, Scale::one_in(60), &Tuning::default(), &mut |p| {
            assert!(p.done * 2 < p.total, "stopping here");
        });
    });
    assert!(stopped.join().is_err());
    let app = small(&data);
    assert_eq!(app.portal.log.published().size(), size);
    app.close();
}

/// Whoever serves a half-made demonstration as a log of its own has its clock go on beyond the records that are missing.
#[test]
fn a_half_made_demonstration_that_does_not_go_on_says_how_to_begin_anew() {
    let later = |data: &Path| {
        let clock = SimulatedClock::new(Timestamp::parse("2028-06-01T01:00:00Z").unwrap());
        let app = App::open(data, Arc::new(clock), &Tuning::default()).unwrap();
        // Some are ended by the log's own thread.
        app.end_displays();
        let size = app.portal.log.published().size();
        app.close();
        size
    };
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("half");
    let path = data.clone();
    let stopped = std::thread::spawn(move || {
        let _ = open(&path, Scale::one_in(60), &Tuning::default(), &mut |p| {
            assert!(p.done * 3 < p.total * 2, "stopping here");
        });
    });
    assert!(stopped.join().is_err());
    later(&data);
    let error = open(&data, Scale::one_in(60), &Tuning::default(), &mut |_| {}).err();
    let Some(error @ DemoError::Unfinished { .. }) = &error else {
        panic!("{error:?}");
    };
    let said = error.to_string();
    for part in [data.to_str().unwrap(), "half-made", "--data", "remove"] {
        assert!(said.contains(part), "{part}: {said}");
    }
    let why = std::error::Error::source(error).unwrap().to_string();
    assert!(why.contains("(time-window)"), "{why}");

    // A finished one starts again, however much later its last entry is.
    let whole = folder.path().join("whole");
    let app = small(&whole);
    let size = app.portal.log.published().size();
    app.close();
    let grown = later(&whole);
    assert!(grown > size);
    let app = small(&whole);
    assert_eq!(app.portal.log.published().size(), grown);
    let now = app.portal.intake.clock().now();
    assert!(now.to_string().starts_with("2028-06-01T"), "{now}");
    app.close();
}

#[test]
fn first_steps_without_a_fill_are_made_again() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    small(data).close();
    // What a death right after the log was made leaves.
    let folder = tempfile::tempdir().unwrap();
    let cut = folder.path();
    std::fs::copy(data.join("log.toml"), cut.join("log.toml")).unwrap();
    std::fs::create_dir(cut.join("keys")).unwrap();
    let app = small(cut);
    assert!(app.portal.log.published().size() > 20);
    app.close();
}

#[test]
fn other_folders_are_refused_and_left_alone() {
    let refused = |data: &Path| {
        let before: BTreeSet<_> = std::fs::read_dir(data)
            .unwrap()
            .map(|i| i.unwrap().file_name())
            .collect();
        let error = open(data, Scale::one_in(60), &Tuning::default(), &mut |_| {})
            .err()
            .unwrap();
        assert!(matches!(error, DemoError::Foreign(_)), "{error}");
        assert!(error.to_string().contains("is not empty"));
        let after: BTreeSet<_> = std::fs::read_dir(data)
            .unwrap()
            .map(|i| i.unwrap().file_name())
            .collect();
        assert_eq!(before, after);
    };
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("thesis.txt"), "years of work").unwrap();
    refused(folder.path());

    // A demonstration's description beside something else is not a demonstration.
    std::fs::write(
        folder.path().join("log.toml"),
        "origin = \"gongshi.example/demo\"\n",
    )
    .unwrap();
    refused(folder.path());

    let folder = tempfile::tempdir().unwrap();
    let real = gongshi::app::NewLog {
        origin: Origin::parse("log.example/real").unwrap(),
        operator: AuthorityId::parse("610323-XXZX").unwrap(),
        name: "信息中心".to_owned(),
        region: "610323".to_owned(),
        kinds: Vec::new(),
        random: random32,
    };
    init(folder.path(), &real, Arc::new(SystemClock)).unwrap();
    refused(folder.path());

    // A restored demonstration has the files of one that never got beyond its beginning, and somebody's records.
    let folder = tempfile::tempdir().unwrap();
    small(folder.path()).close();
    std::fs::remove_file(folder.path().join("demo.toml")).unwrap();
    std::fs::remove_dir_all(folder.path().join("index")).unwrap();
    refused(folder.path());
    std::fs::remove_file(folder.path().join("checkpoint")).unwrap();
    refused(folder.path());
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
