//! What a running server tells of plans and draws.

use crate::common::*;
use crate::described::examples;
use crate::sealed::SealedCounty;
use crate::server::*;
use crate::support::*;
use gongshi_verify::draw::library::{Form, Library};
use gongshi_verify::draw::recompute::one_by_one;
use gongshi_verify::draw::ticket::Seed;
use gongshi_verify::encoding::{hex, hex32};
use gongshi_verify::names::PlanKey;
use gongshi_verify::report::{Verdict, verify_draw_file};
use serde_json::Value as Json;

#[test]
fn examples_about_plans_are_answered_as_described() {
    let county = County::new();
    let server = Server::start(&county);
    county.due(KEY, &[]);
    county.draw(KEY);
    let document = server.get("openapi.json").good();
    let mut seen = Vec::new();
    for example in examples(&document) {
        let got = server.page(&example.address[1..]);
        let text = String::from_utf8_lossy(&got.body);
        assert_eq!(got.status, 200, "{}: {text}", example.address);
        example.check(&got.media_type, &got.body);
        seen.push(example.id);
    }
    // Beside these it has what every log has, which tests/pages asks.
    for id in [
        "draw",
        "file",
        "plan",
        "planTarget",
        "planTargets",
        "planTasks",
        "fairnessTarget",
    ] {
        assert!(seen.contains(&id), "{id}: {seen:?}");
    }
}

#[test]
fn the_file_of_a_draw_is_what_the_verifier_reads() {
    let county = County::new();
    let server = Server::start(&county);
    let address = format!("draws/{KEY}");
    server.get(&address).problem(404, "not-found");
    county.plan(KEY, &[]).unwrap();
    let early = server.get(&address).problem(404, "plan-undrawn");
    assert!(early.contains("preparing"), "{early}");
    server.get("draws/a/2026/01").problem(400, "bad-request");

    let later = "000000-SCJG/2026/02";
    let dates = [
        ("check_from", "2026-05-01".into()),
        ("check_to", "2026-05-31".into()),
    ];
    let other = "000000-SCJG/2026/03";
    county.due(later, &dates);
    county.draw(later);
    // It looks back to the draw before it, whose list is part of its file.
    let dates = [
        ("check_from", "2026-06-01".into()),
        ("check_to", "2026-06-30".into()),
    ];
    county.due(other, &dates);
    county.draw(other);
    let policy = policy(&county);
    for key in [later, other] {
        let file = server.get(&format!("draws/{key}"));
        assert_eq!(
            (file.status, file.media_type.as_str()),
            (200, "application/json")
        );
        let report = verify_draw_file(&file.body, &policy, &one_by_one).unwrap();
        assert_eq!(report.verdict, Verdict::Verified, "{:?}", report.steps);
        let again = server.get_with(&format!("draws/{key}"), ("If-None-Match", &file.etag));
        assert_eq!((again.status, again.body.len()), (304, 0));
        let value = file.json();
        let earlier = value["earlier"].as_array().unwrap().len();
        assert_eq!(earlier, usize::from(key == other));
    }
    let file = server.get(&format!("draws/{other}")).body;
    let text = String::from_utf8(file.clone()).unwrap();
    for at in [
        text.find("ddraw/1|target").unwrap() + 16,
        text.find("ddraw/1|officer").unwrap() + 17,
        text.find("\"plan\":\"").unwrap() + 60,
        text.find("\"draw\":\"").unwrap() + 60,
        text.find("\"earlier\":[\"").unwrap() + 70,
    ] {
        let mut changed = file.clone();
        changed[at] ^= 1;
        let report = verify_draw_file(&changed, &policy, &one_by_one);
        let verdict = report.map(|report| report.verdict);
        assert!(
            !matches!(verdict, Ok(Verdict::Verified)),
            "{at}: {verdict:?}"
        );
    }
}

#[test]
fn everyone_can_ask_whether_they_were_drawn_and_why() {
    let county = County::new();
    let server = Server::start(&county);
    let of = |id: &str| server.get(&format!("plans/{KEY}/targets/{id}"));
    of(&code(1)).problem(404, "not-found");
    let plan = county.plan(KEY, &[]).unwrap();
    let before = of(&code(1)).good();
    assert!(checked(&before));
    assert_eq!(
        (before["plan_index"].as_u64(), &before["randomness"]),
        (Some(plan), &Json::Null)
    );
    assert_eq!(
        (&before["seed"], &before["rules"][0]["last_ticket"]),
        (&Json::Null, &Json::Null)
    );
    of("a").problem(400, "bad-request");
    of(&"A".repeat(33)).problem(400, "bad-request");

    let second = "000000-SCJG/2026/02";
    // Two rules of one stratum: whom each drew follows from the library.
    let rules = body(&format!(
        r#"[{{"stratum":"food","rule_departments":["{LEAD}"],"num":20,"den":100,"minimum":1}},
        {{"stratum":"food","rule_departments":["{LEAD}","{PARTNER}"],"num":1,"den":2,"minimum":1}},
        {{"stratum":"gas","rule_departments":["{LEAD}"],"num":1,"den":1,"minimum":0}}]"#
    ));
    let changes = [
        ("check_from", "2026-06-01".into()),
        ("check_to", "2026-06-30".into()),
        ("rules", rules),
    ];
    county.due(second, &changes);
    let index = county.draw(second);
    let drawn = county.body(index);
    let drawn = drawn.get("drawn").unwrap().as_array().unwrap();
    let ids: Vec<&str> = drawn
        .iter()
        .map(|one| one.get("target_id").unwrap().as_str().unwrap())
        .collect();
    let mut found = Vec::new();
    for id in (0..30)
        .map(code)
        .chain(["0".to_owned(), code(3) + "A", "Z".repeat(32)])
    {
        let document = server.get(&format!("plans/{second}/targets/{id}")).good();
        assert_eq!(checked(&document), (0..30).any(|n| code(n) == id), "{id}");
        assert_eq!(document["draw_index"].as_u64(), Some(index));
        assert_eq!(document["operator"], OPERATOR);
        let departments = document["departments"].as_array().unwrap();
        assert_eq!(departments.len(), county.state(second).departments.len());
        assert!(
            [LEAD, PARTNER]
                .iter()
                .all(|one| departments.contains(&(*one).into()))
        );
        let random = &document["randomness"];
        assert_eq!(random["contributors"].as_array().unwrap().len(), 2);
        assert_eq!(random["delay_log2"], 10);
        assert_eq!(random["checkpoints"].as_array().unwrap().len(), 256);
        // What the reader's browser does: the ticket against the last one of each rule that covers the target.
        let Some(line) = document["leaf"]["line"].as_str() else {
            continue;
        };
        let key = PlanKey::parse(second).unwrap();
        let value = hex32(random["value"].as_str().unwrap()).unwrap();
        let seed = Seed::new(&origin(), &key, &value);
        assert_eq!(document["seed"].as_str(), Some(seed.as_str()));
        let ticket = hex(&seed.ticket(&id));
        let parts: Vec<&str> = line.split('|').collect();
        let hit = document["rules"].as_array().unwrap().iter().any(|rule| {
            let mut departments = rule["departments"].as_array().unwrap().iter();
            rule["stratum"] == parts[3]
                && parts[5] == "0"
                && departments.all(|one| parts[4].split(',').any(|own| *one == own))
                && rule["last_ticket"]
                    .as_str()
                    .is_some_and(|last| ticket.as_str() <= last)
        });
        if hit {
            found.push(id);
        }
    }
    let mut ids = ids;
    ids.sort_unstable();
    assert_eq!(found, ids);
}

#[test]
fn plans_are_listed_newest_first_and_told_whole() {
    let county = County::new();
    let server = Server::start(&county);
    assert_eq!(
        server.get("plans").good(),
        serde_json::json!({"plans": [], "next": null})
    );
    county.due(KEY, &[]);
    let draw = county.draw(KEY);
    let key = |serial: usize| format!("000000-SCJG/2026/{serial:02}");
    let mut indexes = vec![county.state(KEY).index];
    for serial in 2..=6 {
        let (from, to) = (
            format!("2026-{:02}-01", serial + 3),
            format!("2026-{:02}-28", serial + 3),
        );
        let dates = [
            ("check_from", from.as_str().into()),
            ("check_to", to.as_str().into()),
        ];
        indexes.push(county.plan(&key(serial), &dates).unwrap());
    }
    county.cancel(LEAD, &key(6)).unwrap();
    let keys = |answer: &Json| -> Vec<String> {
        let plans = answer["plans"].as_array().unwrap().iter();
        plans
            .map(|plan| plan["key"].as_str().unwrap().to_owned())
            .collect()
    };
    let (mut all, mut at) = (Vec::new(), String::new());
    loop {
        let page = server.get(&format!("plans?limit=2{at}")).good();
        all.extend(keys(&page));
        match page["next"].as_u64() {
            Some(next) => at = format!("&before={next}"),
            None => break,
        }
        assert!(all.len() < 10, "{all:?}");
    }
    assert_eq!(all, (1..=6).rev().map(key).collect::<Vec<_>>());
    for (query, expected) in [
        ("stage=drawn", vec![1]),
        ("stage=cancelled&limit=1", vec![6]),
        ("stage=preparing", vec![5, 4, 3, 2]),
        ("authority=000000-SCJG&limit=1", vec![6]),
        ("authority=000000-XFJY", vec![]),
        ("region=000000", vec![6, 5, 4, 3, 2, 1]),
        ("region=610323", vec![]),
    ] {
        let page = server.get(&format!("plans?{query}")).good();
        assert_eq!(
            keys(&page),
            expected.into_iter().map(key).collect::<Vec<_>>(),
            "{query}"
        );
    }
    for query in [
        "stage=open",
        "limit=x",
        "before=-1",
        "region=61",
        "authority=a",
    ] {
        server
            .get(&format!("plans?{query}"))
            .problem(400, "bad-request");
    }

    let plan = server.get(&format!("plans/{KEY}")).good();
    let state = county.state(KEY);
    let of = |list: &[u64]| Json::from(list.to_vec());
    assert_eq!(plan["plan"], indexes[0]);
    assert_eq!(plan["snapshots"], of(&[county.objects, county.officers]));
    assert_eq!(plan["commits"].as_array().unwrap().len(), 2);
    assert_eq!(plan["reveals"].as_array().unwrap().len(), 2);
    assert_eq!(
        (&plan["draw"], &plan["cancel"]),
        (&draw.into(), &Json::Null)
    );
    assert_eq!(
        (&plan["state"], &plan["opening"]),
        (&"drawn".into(), &Json::Null)
    );
    assert_eq!(plan["items"][0]["item_code"], "SP01");
    assert_eq!(plan["contributors"][1]["id"], NOTARY);
    assert_eq!(plan["contributors"][1]["independent"], true);
    assert_eq!(plan["contributors"][1]["counts"], true);
    assert_eq!(
        plan["contributors"][0]["revealed"]["index"],
        state.reveals[0].index
    );
    assert_eq!(plan["drawn"]["seed"], state.draw.as_ref().unwrap().seed);
    assert_eq!(plan["rules"][0]["eligible"], 19);
    server
        .get("plans/000000-SCJG/2026/99")
        .problem(404, "not-found");
    assert_eq!(
        server.get(&format!("plans/{}", key(2))).good()["progress"],
        Json::Null
    );
    assert_eq!(
        server.get(&format!("plans/{}", key(2))).good()["earlier"],
        of(&[draw])
    );
}

#[test]
fn a_plan_tells_how_far_each_department_has_come() {
    let county = County::new();
    let server = Server::start(&county);
    county.due(KEY, &[]);
    county.draw(KEY);
    let docket = county.log.app.portal.intake.docket().clone();
    let key = PlanKey::parse(KEY).unwrap();
    let targets = docket.targets(&key).unwrap();
    let joint = targets
        .iter()
        .find(|one| one.is_visited_by(PARTNER))
        .unwrap();
    let publish = |who: &str| {
        let result = body(&format!(
            r#"{{"subject_uscc":"{}","subject_name":"示例店","region":"000000","draw_basis":"drawn","method":"on_site",
            "plan_key":"{KEY}","inspected_on":"2026-03-13","outcome":["no_problem_found"]}}"#,
            joint.target_id
        ));
        county.say(who, "inspection_result", result, None).unwrap()
    };
    let progress = || {
        county.log.settle();
        server.get(&format!("plans/{KEY}")).good()["progress"].clone()
    };
    let figures = |progress: &Json| {
        ["drawn", "inspected", "published", "overdue", "late"]
            .map(|name| progress[name].as_u64().unwrap())
    };
    assert_eq!(figures(&progress()), [6, 0, 0, 0, 0]);
    let first = publish(LEAD);
    // Again, for another item: it counts once.
    publish(LEAD);
    let found = progress();
    assert_eq!(figures(&found), [6, 1, 0, 0, 0]);
    assert_eq!(found["departments"][0]["published"], 1);
    assert_eq!(found["departments"][1]["published"], 0);
    county.until(county.state(KEY).result_deadline + 1);
    assert_eq!(figures(&progress()), [6, 1, 0, 6, 0]);
    publish(PARTNER);
    let found = progress();
    assert_eq!(figures(&found), [6, 1, 1, 5, 1]);
    assert_eq!(
        found["departments"][1]["overdue"],
        found["departments"][1]["drawn"].as_u64().unwrap() - 1
    );
    let results = county
        .log
        .app
        .portal
        .model
        .drawn_results(KEY, Some(&joint.target_id))
        .unwrap();
    assert_eq!(
        (
            results.len(),
            results[0].index,
            results[0].authority.as_str()
        ),
        (3, first, LEAD)
    );
}

#[test]
fn a_department_reads_whom_it_visits_and_with_whom() {
    let county = County::new();
    let server = Server::start(&county);
    let tasks = |department: &str| server.get(&format!("plans/{KEY}/tasks/{department}"));
    county.due(KEY, &[]);
    tasks(LEAD).problem(404, "plan-undrawn");
    county.draw(KEY);
    tasks(NOTARY).problem(404, "not-found");
    tasks("x.csv").problem(404, "not-found");
    let key = PlanKey::parse(KEY).unwrap();
    let targets = county.log.app.portal.intake.docket().targets(&key).unwrap();
    let result = body(&format!(
        r#"{{"subject_uscc":"{}","subject_name":"=示例, \"甲\" 店","region":"000000","draw_basis":"drawn","method":"on_site",
        "plan_key":"{KEY}","inspected_on":"2026-03-13","outcome":["no_problem_found"]}}"#,
        targets[0].target_id
    ));
    let result = county.say(LEAD, "inspection_result", result, None).unwrap();
    county.log.settle();
    for department in [LEAD, PARTNER] {
        let document = tasks(department).good();
        let told = document["tasks"].as_array().unwrap();
        assert_eq!(document["items"][0]["item_name"], "SP01检查");
        let mut own: Vec<_> = targets
            .iter()
            .filter(|one| one.is_visited_by(department))
            .collect();
        own.sort_by_key(|one| one.place);
        assert_eq!(told.len(), own.len());
        for (told, target) in told.iter().zip(&own) {
            assert_eq!(told["target_id"], target.target_id);
            let seats = target
                .seats
                .iter()
                .filter(|seat| seat.department == department);
            let officers: Vec<&str> = seats
                .filter_map(|seat| seat.officer_id.as_deref())
                .collect();
            let named = told["officers"].as_array().unwrap().iter();
            assert_eq!(
                named
                    .map(|one| one["officer_id"].as_str().unwrap())
                    .collect::<Vec<_>>(),
                officers
            );
            assert_eq!(officers.len(), 2);
            let is_first = target.target_id == targets[0].target_id;
            assert_eq!(
                told["result"].as_u64(),
                (is_first && department == LEAD).then_some(result)
            );
            assert_eq!(told["target_name"].is_string(), is_first);
        }
        let table = tasks(&format!("{department}.csv"));
        assert_eq!(table.media_type, "text/csv; charset=utf-8");
        let text = String::from_utf8(table.body).unwrap();
        let text = text.strip_prefix('\u{feff}').unwrap();
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let rows: Vec<csv::StringRecord> = reader.records().collect::<Result<_, _>>().unwrap();
        assert_eq!(rows.len(), own.len());
        for (row, target) in rows.iter().zip(own) {
            assert_eq!(
                (&row[0], &row[1], &row[2]),
                (KEY, department, target.target_id.as_str())
            );
            assert_eq!(row[5].split(" / ").count(), 2);
            let name = if target.target_id == targets[0].target_id {
                "'=示例, \"甲\" 店"
            } else {
                ""
            };
            assert_eq!(&row[3], name);
        }
    }

    let sealed = SealedCounty::new();
    let server = Server::start(&sealed.county);
    sealed.county.due(KEY, &sealed.changes());
    let (_, list) = sealed.draw(KEY);
    server
        .get(&format!("plans/{KEY}/tasks/{LEAD}"))
        .problem(404, "list-sealed");
    sealed.open(KEY, &list);
    let document = server.get(&format!("plans/{KEY}/tasks/{LEAD}")).good();
    assert_eq!(
        document["tasks"].as_array().unwrap().len(),
        list.lines().count()
    );
}

#[test]
fn a_years_draws_are_told_together() {
    let county = County::new();
    let server = Server::start(&county);
    let of = |query: &str| server.get(&format!("fairness?{query}")).good();
    let nothing = of("");
    assert_eq!(
        (&nothing["year"], &nothing["plans"]),
        (&"2026".into(), &serde_json::json!([]))
    );
    assert_eq!(
        (&nothing["strata_test"], &nothing["times"]["test"]),
        (&Json::Null, &Json::Null)
    );
    let second = "000000-SCJG/2026/02";
    let dates = [
        ("check_from", "2026-05-01".into()),
        ("check_to", "2026-05-31".into()),
    ];
    county.due(KEY, &[]);
    county.draw(KEY);
    county.due(second, &dates);
    county.draw(second);
    let year = of("year=2026");
    assert_eq!(
        year["log_size"].as_u64(),
        county.log.app.portal.intake.docket().cursor().ok()
    );
    let plans = year["plans"].as_array().unwrap();
    assert_eq!(
        (&plans[0]["key"], &plans[1]["key"]),
        (&second.into(), &KEY.into())
    );
    let rule = &plans[1]["rules"][0];
    assert_eq!(
        (&rule["eligible"], &rule["drawn"], &rule["expected"]),
        (&19.into(), &4.into(), &3.8.into())
    );
    let food = &year["strata"][0];
    assert_eq!(
        (&food["stratum"], &food["drawn"], &food["expected"]),
        (&"food".into(), &8.into(), &7.6.into())
    );
    // (8 − 7.6)² / (7.6 · 0.8); of gas 1.5 are expected a plan, too few.
    let statistic = year["strata_test"]["statistic"].as_f64().unwrap();
    assert!((statistic - 0.16 / 6.08).abs() < 1e-9, "{statistic}");
    assert_eq!(year["strata_test"]["degrees_of_freedom"], 1);

    let docket = county.log.app.portal.intake.docket();
    let mut times = std::collections::BTreeMap::<String, u64>::new();
    let mut seats = std::collections::BTreeMap::<String, u64>::new();
    for key in [KEY, second] {
        for target in docket.targets(&PlanKey::parse(key).unwrap()).unwrap() {
            *times.entry(target.target_id).or_default() += 1;
            for seat in target.seats {
                *seats.entry(seat.officer_id.unwrap()).or_default() += 1;
            }
        }
    }
    let twice = times.values().filter(|n| **n == 2).count();
    let once = times.len() - twice;
    let told = &year["times"];
    assert_eq!(told["targets"], 30);
    assert_eq!(
        told["drawn"],
        serde_json::json!([30 - times.len(), once, twice, 0])
    );
    assert_eq!(told["repeated"].as_array().unwrap().len(), twice);
    // 19 food sellers with 4/19 each time, and gas sellers of both departments with k/n′.
    let eligible = plans[0]["rules"][1]["eligible"].as_f64().unwrap();
    let drawn = plans[0]["rules"][1]["drawn"].as_f64().unwrap();
    let expected = 19.0 * (4.0f64 / 19.0).powi(2) + eligible * (drawn / eligible).powi(2);
    let found = told["expected"][2].as_f64().unwrap();
    assert!((found - expected).abs() < 1e-9, "{found} {expected}");
    for own in year["officers"].as_array().unwrap() {
        let loads = own["loads"].as_array().unwrap();
        assert_eq!(loads.len() as u64, own["officers"].as_u64().unwrap());
        for pair in loads {
            let expected = seats
                .get(pair[0].as_str().unwrap())
                .copied()
                .unwrap_or_default();
            assert_eq!(pair[1].as_u64(), Some(expected));
        }
        assert_eq!(
            (&own["max"], &own["min"]),
            (&loads[0][1], &loads[loads.len() - 1][1])
        );
    }
    let lead = &year["substitutes"][0];
    assert_eq!(
        (&lead["department"], &lead["targets"], &lead["officers"]),
        (&LEAD.into(), &0.into(), &0.into())
    );
    assert_eq!(
        lead["drawn"].as_u64(),
        Some(plans.iter().map(|one| one["drawn"].as_u64().unwrap()).sum())
    );
    assert_eq!(plans[1]["rules"][0]["decided_by"], "rate");
    assert_eq!(food["untested"], 0);
    // One plan or two: what counts is the sum.
    for (id, n) in [(code(1), 1), (code(0), 0)] {
        let own = server
            .get(&format!("fairness/targets/{id}?year=2026"))
            .good();
        let stratum = usize::from(n == 0);
        let chance = |plan: &Json| {
            let rule = &plan["rules"][stratum];
            rule["drawn"].as_f64().unwrap() / rule["eligible"].as_f64().unwrap()
        };
        let expected: f64 = plans.iter().map(chance).sum();
        let found = own["expected"].as_f64().unwrap();
        assert!((found - expected).abs() < 1e-9, "{own}");
        assert_eq!(
            own["drawn"].as_u64(),
            Some(times.get(&id).copied().unwrap_or_default())
        );
        assert_eq!(own["plans"].as_array().unwrap().len(), 2);
        let of_one = server.get(&format!(
            "fairness/targets/{id}?year=2026&authority={PARTNER}"
        ));
        assert_eq!(of_one.good()["plans"], serde_json::json!([]));
    }
    // Excluded, and not there at all.
    for id in [code(7), code(999)] {
        let own = server
            .get(&format!("fairness/targets/{id}?year=2026"))
            .good();
        assert_eq!(
            (&own["plans"], &own["expected"]),
            (&serde_json::json!([]), &0.0.into())
        );
    }
    server.get("fairness/targets/x").problem(400, "bad-request");
    // The highest sum is that of whoever has the best chances in both.
    let sums = [0, 1].map(|rule| {
        let share = |plan: &Json| {
            let rule = &plan["rules"][rule];
            rule["drawn"].as_f64().unwrap() / rule["eligible"].as_f64().unwrap()
        };
        plans.iter().map(share).sum::<f64>()
    });
    let highest = told["highest_sum"].as_f64().unwrap();
    assert!((highest - sums[0].max(sums[1])).abs() < 1e-9, "{highest}");
    for empty in ["year=2025", "authority=000000-XFJY"] {
        assert_eq!(of(empty)["plans"], serde_json::json!([]));
    }
    for wrong in ["year=26", "year=abcd", "authority=x"] {
        server
            .get(&format!("fairness?{wrong}"))
            .problem(400, "bad-request");
    }
}

/// A library of a county's size: built once, then answered from at once.
#[test]
fn a_large_library_answers_quickly() {
    let mut county = County::new();
    let count = 30_000;
    let text = objects(count);
    county.objects = county.library("objects", "open", &text).unwrap();
    county.wait(11 * 24 * 3600);
    let root = hex(&Library::parse(Form::Open, &text).unwrap().root());
    county
        .plan(KEY, &[("object_root", root.as_str().into())])
        .unwrap();
    let server = Server::start(&county);
    let ask = |n: usize| {
        let begun = std::time::Instant::now();
        let document = server
            .get(&format!("plans/{KEY}/targets/{}", code(n)))
            .good();
        let took = begun.elapsed();
        assert_eq!(checked(&document), n < count, "{n}");
        took
    };
    let first = ask(0);
    let later: Vec<_> = [1, 63, 64, 65, 127, 128, 29_952, 29_999, 30_000, 40_000]
        .into_iter()
        .map(ask)
        .collect();
    println!("first {first:?}, later {later:?}");
    assert!(later.iter().all(|took| took.as_millis() < 500), "{later:?}");
    // As many as may be asked about at once, all over the library, every other one missing.
    let end = |n: usize| if n.is_multiple_of(2) { "" } else { "A" };
    let ids: Vec<String> = (0..500).map(|n| code(n * 59) + end(n)).collect();
    let begun = std::time::Instant::now();
    let document = server.get(&format!("plans/{KEY}/targets?ids={}", ids.join(",")));
    let took = begun.elapsed();
    assert_eq!(document.good()["ids"].as_array().unwrap().len(), 500);
    println!("500 at once {took:?}");
    assert!(took.as_millis() < 2_000, "{took:?}");
}
