//! The year in figures, against the same counted from the bytes of the log by another hand: JSON read as JSON, no schema, no read model, no docket.

use gongshi::app::{App, Tuning};
use gongshi::demo::{Scale, open};
use gongshi::web::statistics::{INDICATORS, Indicator, Part};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

struct Record {
    index: u64,
    kind: String,
    authority: String,
    /// `2026-03`, in Beijing.
    month: String,
    unix: i64,
    /// As it stands.
    body: Value,
}

impl Record {
    fn text(&self, name: &str) -> &str {
        self.body[name].as_str().unwrap_or_default()
    }

    fn codes(&self, name: &str) -> Vec<&str> {
        let one = self.body[name].as_str().into_iter();
        let all = self.body[name].as_array().into_iter().flatten();
        one.chain(all.filter_map(Value::as_str)).collect()
    }
}

fn seconds(time: &str) -> i64 {
    time.parse::<jiff::Timestamp>().expect("a time").as_second()
}

fn month(unix: i64) -> String {
    let beijing = jiff::Timestamp::from_second(unix + 8 * 3600).expect("a time");
    beijing.to_string()[..7].to_owned()
}

/// Every entry by kind and month, and every public record.
fn read(app: &App) -> (BTreeMap<(String, String), u64>, Vec<Record>) {
    let log = &app.portal.log;
    let (mut entries, mut records): (BTreeMap<_, u64>, Vec<Record>) = Default::default();
    let mut corrected: BTreeMap<u64, Value> = BTreeMap::new();
    for index in 0..log.published().size() {
        let leaf = log.leaf(index).expect("an entry");
        let entry: Value = serde_json::from_slice(&leaf.entry).expect("JSON");
        let unix = seconds(entry["logged_at"].as_str().expect("a time"));
        let kind = entry["kind"].as_str().expect("a kind").to_owned();
        *entries.entry((kind.clone(), month(unix))).or_default() += 1;
        let Some(record) = leaf.record else { continue };
        let record: Value = serde_json::from_slice(&record).expect("JSON");
        let body = record["body"].clone();
        if kind == "correction" && body["corrected_body"].is_object() {
            let target = body["target"]["index"].as_u64().expect("a target");
            corrected.insert(target, body["corrected_body"].clone());
        }
        records.push(Record {
            index,
            kind,
            authority: entry["authority"]
                .as_str()
                .expect("an authority")
                .to_owned(),
            month: month(unix),
            unix,
            body,
        });
    }
    for record in &mut records {
        if let Some(body) = corrected.remove(&record.index) {
            record.body = body;
        }
    }
    (entries, records)
}

/// Codes that speak against a subject, wherever and whenever.
fn negative() -> BTreeSet<String> {
    let text = include_str!("../../rules/codes.toml");
    let file: toml::Table = text.parse().expect("TOML");
    let codes = file["code"].as_array().expect("codes").iter();
    let against = codes.filter(|code| code["list"].as_str() == Some("result"));
    let against = against.filter(|code| code["negative"].as_bool() == Some(true));
    against
        .map(|code| code["code"].as_str().expect("a code").to_owned())
        .collect()
}

#[test]
fn figures_are_what_the_log_says() {
    let folder = tempfile::tempdir().expect("a folder");
    // Large enough for draws of every sort.
    let scale = Scale::one_in(6);
    let app = open(folder.path(), scale, &Tuning::default(), &mut |_| {}).expect("a new folder");
    let (entries, records) = read(&app);
    let of = |kind: &'static str| records.iter().filter(move |one| one.kind == kind);
    let made = app.portal.statistics(2026).expect("figures");
    assert_eq!(
        (made.as_of, made.left_out),
        (app.portal.log.published().size(), 0)
    );
    let told = |token: &str| {
        let one = Indicator::named(token).expect("an indicator");
        let cells = made.cells(one).iter();
        Part::sum(cells.filter(|cell| one.is_whole(cell)))
    };
    let part = |value: usize, of: usize| Part {
        value: value as u64,
        of: of as u64,
    };

    // Plans.
    let plans: BTreeMap<&str, &Record> =
        of("plan").map(|one| (one.text("plan_key"), one)).collect();
    let draws: Vec<(&Record, &Record)> = of("draw")
        .map(|draw| (draw, plans[draw.text("plan_key")]))
        .collect();
    assert!(draws.len() > 5, "{}", draws.len());
    let drawn = |draw: &Record| draw.body["drawn_count"].as_u64().expect("a number") as usize;
    let is_joint = |plan: &Record| plan.text("plan_scope") == "joint";
    let joint = || draws.iter().filter(|(_, plan)| is_joint(plan));
    let all: usize = draws.iter().map(|(draw, _)| drawn(draw)).sum();
    let jointly: usize = joint().map(|(draw, _)| drawn(draw)).sum();
    assert!(jointly > 0 && jointly < all);
    assert_eq!(told("joint_share"), part(jointly, all));
    assert_eq!(told("joint_batches"), part(joint().count(), draws.len()));
    let classed = joint().filter(|(_, plan)| !plan.text("class_rule").is_empty());
    assert_eq!(told("class_use"), part(classed.count(), joint().count()));

    // Visits: open draws whose targets stayed the same.
    let replaced: BTreeSet<&str> = of("substitute").map(|one| one.text("plan_key")).collect();
    let plain: Vec<_> = draws
        .iter()
        .filter(|(draw, _)| draw.text("library_form") == "open")
        .filter(|(draw, _)| !replaced.contains(draw.text("plan_key")))
        .collect();
    assert!(plain.len() > 3, "{}", plain.len());
    let (mut due, mut there, mut early, mut saved) = (0, 0, 0, 0);
    for (draw, plan) in &plain {
        let key = draw.text("plan_key");
        let deadline = seconds(plan.text("result_deadline"));
        for target in draw.body["drawn"].as_array().expect("targets") {
            let seats = target["assigned_seats"].as_array().expect("seats");
            let departments: BTreeSet<&str> = seats
                .iter()
                .map(|seat| seat["department"].as_str().expect("a department"))
                .collect();
            saved += if is_joint(plan) {
                departments.len() - 1
            } else {
                0
            };
            for department in departments {
                let own = of("inspection_result").filter(|one| {
                    one.text("plan_key") == key
                        && one.authority == department
                        && Some(one.text("subject_uscc")) == target["target_id"].as_str()
                });
                let first = own.map(|one| one.unix).min();
                due += 1;
                there += usize::from(first.is_some());
                early += usize::from(first.is_some_and(|at| at <= deadline));
            }
        }
    }
    let keys: BTreeSet<&str> = plain
        .iter()
        .map(|(draw, _)| draw.text("plan_key"))
        .collect();
    let told_of_them = |token: &str| {
        let cells = made
            .cells(Indicator::named(token).expect("an indicator"))
            .iter();
        let is_one = |cell: &&_| {
            let cell: &gongshi::web::statistics::Cell = cell;
            cell.plan.as_deref().is_some_and(|key| keys.contains(key))
        };
        Part::sum(cells.filter(is_one))
    };
    assert!(due > 5);
    assert_eq!(told_of_them("published_share"), part(there, due));
    assert_eq!(told_of_them("in_time_share"), part(early, due));
    assert_eq!(told_of_them("visits_saved"), part(saved, 0));

    // Tasks of annual plans, none of which was revised here.
    let tasks = |one: &Record| -> BTreeSet<String> {
        let tasks = one.body["tasks"].as_array().expect("tasks").iter();
        tasks
            .map(|task| task["task_name"].as_str().expect("a name").to_owned())
            .collect()
    };
    assert!(of("annual_plan").all(|one| one.body["replaces"].is_null()));
    let planned: usize = of("annual_plan").map(|one| tasks(one).len()).sum();
    let begun = |until: &str| {
        let draws = draws
            .iter()
            .filter(|(draw, _)| draw.month.as_str() <= until);
        let named: BTreeSet<(u64, &str)> = draws
            .map(|(_, plan)| {
                let annual = plan.body["annual_plan"]["index"].as_u64();
                (annual.expect("an annual plan"), plan.text("task_name"))
            })
            .collect();
        let each =
            of("annual_plan").flat_map(|one| tasks(one).into_iter().map(|task| (one.index, task)));
        each.filter(|(index, task)| named.contains(&(*index, task.as_str())))
            .count()
    };
    assert_eq!(told("annual_progress"), part(begun("2026-12"), planned));
    assert_eq!(
        told("annual_progress_june"),
        part(begun("2026-06"), planned)
    );

    // What records say.
    let negative = negative();
    let found = |one: &&Record| {
        one.codes("outcome")
            .iter()
            .any(|code| negative.contains(*code))
    };
    let results: Vec<&Record> = of("inspection_result").collect();
    let problems = results.iter().copied().filter(|one| found(one)).count();
    assert!(problems > 0 && problems < results.len());
    assert_eq!(told("problem_rate"), part(problems, results.len()));
    let own = of("credit_promise").filter(|one| one.body["promise"].is_null());
    for (token, records, name) in [
        ("promises", own.collect::<Vec<_>>(), "promise_type"),
        (
            "dispositions",
            of("campaign_result").collect(),
            "disposition",
        ),
        ("waivers", of("no_penalty").collect(), "no_penalty_kind"),
        (
            "repair_applications",
            of("repair_application").collect(),
            "repair_kind",
        ),
        (
            "repair_decisions",
            of("repair_decision").collect(),
            "repair_outcome",
        ),
    ] {
        assert_eq!(told(token), part(records.len(), 0), "{token}");
        let mut by: BTreeMap<(String, &str), u64> = BTreeMap::new();
        for one in &records {
            for code in one.codes(name).into_iter().collect::<BTreeSet<_>>() {
                *by.entry((one.month.clone(), code)).or_default() += 1;
            }
        }
        let cells = made
            .cells(Indicator::named(token).expect("an indicator"))
            .iter();
        let mut told: BTreeMap<(String, &str), u64> = BTreeMap::new();
        for cell in cells.filter(|cell| !cell.by.is_empty()) {
            let key = (cell.month.to_string(), cell.by.as_str());
            *told.entry(key).or_default() += cell.value;
        }
        assert_eq!(told, by, "{token}");
    }

    // Entries, whatever became of their records.
    for (token, kind) in [
        ("penalties", "penalty"),
        ("abnormal_listings", "abnormal_listing"),
        ("abnormal_removals", "abnormal_removal"),
        ("individual_marks", "individual_mark"),
        ("individual_restores", "individual_restore"),
        ("serious_listings", "serious_listing"),
        ("serious_removals", "serious_removal"),
    ] {
        let year = entries
            .iter()
            .filter(|((one, month), _)| one == kind && month.starts_with("2026"));
        let all: u64 = year.map(|(_, count)| count).sum();
        assert_eq!(told(token), part(all as usize, 0), "{token}");
    }

    // What was submitted: the latest bulletin's.
    let last = of("bulletin").max_by_key(|one| one.text("period_to").to_owned());
    let submitted = last.and_then(|one| {
        let all = one.body["indicators"].as_array()?.iter();
        let mut rates = all.filter(|one| one["indicator"] == "annual_report_rate");
        let rate = rates.next()?;
        Some(part(
            rate["value"].as_u64()? as usize,
            rate["denominator"].as_u64()? as usize,
        ))
    });
    assert_eq!(Some(told("annual_report_rate")), submitted);
    let last = of("bulletin").max_by_key(|one| one.text("period_to").to_owned());
    let classes = last.and_then(|one| one.body["indicators"].as_array());
    let classes = classes.into_iter().flatten().filter_map(|one| {
        let token = one["indicator"].as_str()?;
        let class = token.strip_prefix("problem_rate_class_")?.to_uppercase();
        Some((class, one["value"].as_u64()?, one["denominator"].as_u64()?))
    });
    let classes: BTreeSet<(String, u64, u64)> = classes.collect();
    let by_class = INDICATORS.iter();
    let mut by_class = by_class.filter(|one| one.token == "problem_rate_by_class");
    let cells = made.cells(by_class.next().unwrap()).iter();
    let cells: BTreeSet<_> = cells
        .map(|cell| (cell.by.clone(), cell.value, cell.of))
        .collect();
    assert_eq!(cells, classes);
    assert_eq!(cells.len(), 4);

    // Nothing is told twice, and every cell of one entry names one that is there.
    for one in INDICATORS {
        let named = made.cells(one).iter().filter_map(|cell| cell.entry);
        assert!(
            named.clone().all(|index| index < made.as_of),
            "{}",
            one.token
        );
    }
    assert!(
        app.portal
            .statistics(2025)
            .expect("figures")
            .cells(&INDICATORS[0])
            .is_empty()
    );
}
