//! Every row, through the public interface; those that rules cannot hold name who does.

use crate::case::{Case, Record, cases, day};
use gongshi::domain::Region;
use gongshi::domain::dates::day_in_china;
use gongshi::rules::{Display, End, GapFault, NoBuffer, Rules, Unruled, WhyNot};
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};

/// Reasons are written with `_` in the cases.
fn refused(code: &str) -> String {
    format!("refused:{}", code.replace('-', "_"))
}

fn yes(is: bool) -> String {
    if is { "yes" } else { "no" }.to_owned()
}

fn display(shown: Result<Display<'_>, Unruled>) -> String {
    match shown {
        Ok(Display {
            end: End::Never, ..
        }) => "never".to_owned(),
        Ok(Display { end: End::Open, .. }) => "open".to_owned(),
        Ok(Display {
            end: End::LastDay(day),
            ..
        }) => day.to_string(),
        Err(unruled) => refused(unruled.code()),
    }
}

fn of_record(rules: &Rules, case: &Case) -> String {
    let record = Record::new(case);
    let facts = record.facts();
    match case.question.as_str() {
        "displayed_until" => display(rules.display(&facts)),
        "may_publish" => match rules.display(&facts) {
            Ok(shown) => yes(shown.end != End::Never),
            Err(unruled) => refused(unruled.code()),
        },
        "basis" => match rules.display(&facts) {
            Ok(shown) => shown.rule.basis.clone(),
            Err(unruled) => refused(unruled.code()),
        },
        "displayed_on" => {
            let asked: Timestamp = record.asked["asked_at"].parse().unwrap();
            match rules.display(&facts) {
                Ok(shown) => yes(shown.end.shown_on(day_in_china(asked.as_second()))),
                Err(unruled) => refused(unruled.code()),
            }
        }
        "early_stop_from" => match rules.early_stop(&facts, &record.circumstances) {
            Ok(stop) => stop.from.unwrap().to_string(),
            Err(why) => refused(WhyNot::code(&why)),
        },
        "may_leave" => {
            let asked = day(&record.asked["applied_on"]);
            match rules.may_apply(&facts, &record.circumstances, asked) {
                Ok(_) => "yes".to_owned(),
                Err(why) => refused(WhyNot::code(&why)),
            }
        }
        "due_on" | "on_time" => {
            let name = record.asked.get("duty").unwrap_or(&case.rule);
            let duties = rules.duties(&facts);
            let mut named = duties.iter().filter(|duty| duty.rule.name == *name);
            let Some(duty) = named.next() else {
                return "refused:no_duty".to_owned();
            };
            assert!(named.next().is_none(), "{}", case.id);
            match (&duty.due_on, case.question.as_str()) {
                (Err(_), _) => refused("calendar-missing"),
                (Ok(due), "due_on") => due.to_string(),
                (Ok(due), _) => yes(record.published_on.unwrap() <= *due),
            }
        }
        other => panic!("{}: {other}", case.id),
    }
}

fn of_term(rules: &Rules, case: &Case) -> String {
    let date = |name: &str| case.facts.get(name).map(|text| day(text));
    let start = date("start");
    let asked = date("asked_on");
    let version = date("day").or(asked).or(start).unwrap();
    let term = match (
        rules.term(&case.facts["term"], version),
        case.question.as_str(),
    ) {
        (Ok(term), _) => term,
        (Err(_), "may_list") => return "refused:repealed".to_owned(),
        (Err(_), _) => return "refused:no_rule_for_date".to_owned(),
    };
    let last = || {
        term.last_day(start.unwrap(), rules.calendar())
            .unwrap()
            .unwrap()
    };
    let number = |name: &str| case.facts[name].parse::<u64>().unwrap();
    match case.question.as_str() {
        "due_on" | "ban_until" | "notice_until" => last().to_string(),
        "notice_from" => term.notice_from(start.unwrap()).unwrap().to_string(),
        "mark_from" => {
            let next = term.first_day_after(start.unwrap(), rules.calendar());
            next.unwrap().unwrap().to_string()
        }
        "may_list" if asked > Some(last()) => "yes".to_owned(),
        "may_list" => "refused:too_early".to_owned(),
        "may_leave" if asked <= Some(last()) => "yes".to_owned(),
        "may_leave" => "refused:too_late".to_owned(),
        "may_file" if asked <= Some(last()) => "yes".to_owned(),
        "may_file" => "refused:over_3_years".to_owned(),
        "enough" => yes(number("count") >= term.least(number("of")).unwrap()),
        "may_assign" if number("count") >= term.least(0).unwrap() => "yes".to_owned(),
        "may_assign" => "refused:two_officers".to_owned(),
        other => panic!("{}: {other}", case.id),
    }
}

fn of_buffer(rules: &Rules, case: &Case) -> String {
    let met: BTreeSet<&str> = case.facts["met"].split(',').collect();
    let region = Region::parse(&case.facts["province"]).unwrap();
    let kind = case.facts["buffer"].as_str();
    match rules.buffer(kind, region, day(&case.facts["asked_on"]), &met) {
        Ok(buffer) => match buffer.no_penalty_kind.as_str() {
            "not_listed_reachable" => "refused:buffer_reachable".to_owned(),
            _ => "refused:buffer_trivial".to_owned(),
        },
        Err(NoBuffer::NoRule { .. } | NoBuffer::NotMet(_)) => "yes".to_owned(),
    }
}

fn of_threshold(rules: &Rules, case: &Case) -> String {
    let province = Region::parse(&case.facts["province"]).unwrap();
    yes(rules
        .threshold(province, day(&case.facts["asked_on"]))
        .is_some())
}

fn of_documents(rules: &Rules, case: &Case) -> String {
    let date = |name: &str| case.facts.get(name).map(|text| day(text));
    let region = Region::parse(&case.facts["region"]).unwrap();
    let days = ["asked_on", "promised_on", "first_due"];
    let on = days.iter().find_map(|name| date(name)).unwrap();
    let Some(requirement) = rules.documents(&case.facts["repair_kind"], region, on) else {
        return "refused:no_rule".to_owned();
    };
    let missing = case
        .facts
        .get("missing")
        .map_or("rectification", String::as_str);
    let missing: Vec<&str> = missing.split(',').collect();
    let gaps = match requirement.with_gaps(&missing) {
        Ok(gaps) => gaps,
        Err(GapFault::NotThisKind) => return "refused:not_this_kind".to_owned(),
        Err(GapFault::MainPaper(_)) => return "refused:main_paper_missing".to_owned(),
    };
    let calendar = rules.calendar();
    if let Some(promised) = date("promised_on") {
        gaps.due_on(promised, calendar).unwrap().to_string()
    } else if let Some(due) = date("first_due") {
        gaps.extended(due, calendar).unwrap().unwrap().to_string()
    } else if gaps.open_again(date("broken_on").unwrap()).unwrap() <= on {
        "yes".to_owned()
    } else {
        "refused:promise_broken".to_owned()
    }
}

/// Cases that do not come out as worked out by hand.
pub fn wrong(rules: &Rules, cases: &[Case]) -> Vec<String> {
    let mut wrong = Vec::new();
    for case in cases {
        let found = match case.kind.as_str() {
            "term" => of_term(rules, case),
            "buffer" => of_buffer(rules, case),
            "threshold" => of_threshold(rules, case),
            "documents" => of_documents(rules, case),
            _ => of_record(rules, case),
        };
        if found != case.expected {
            let Case { id, expected, .. } = case;
            wrong.push(format!("{id}: {found}, by hand {expected}"));
        }
    }
    wrong
}

pub fn ours() -> Vec<Case> {
    let all = cases().into_iter();
    all.filter(|case| case.held_by.is_empty()).collect()
}

#[test]
fn every_case_comes_out_as_worked_out_by_hand() {
    let cases = ours();
    assert_eq!(cases.len(), 328);
    let wrong = wrong(Rules::built_in(), &cases);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Every figure of the rules is held by a case: one more of it, and some case comes out wrong. Those without one are named.
#[test]
fn no_figure_can_change_unnoticed() {
    let members = [
        "days",
        "months",
        "years",
        "working_days",
        "person_fen",
        "organisation_fen",
        "least",
        "per_cent",
        "days_before_end",
        "extension",
        "barred_years",
    ];
    let cases = ours();
    let mut free = Vec::new();
    let mut figures = 0;
    for (name, text) in Rules::built_in_files() {
        let mut rule = "";
        let mut at = 0;
        for line in text.split_inclusive('\n') {
            if let Some(named) = line
                .strip_prefix("name = ")
                .or(line.strip_prefix("province = "))
            {
                rule = named.trim().trim_matches('"');
            }
            for member in members {
                let Some(found) = line.find(&format!("{member} = ")) else {
                    continue;
                };
                let alone = found == 0 || line.as_bytes()[found - 1] == b' ';
                let start = found + member.len() + 3;
                let digits: String = line[start..]
                    .chars()
                    .take_while(|c| c.is_ascii_digit() || *c == '_')
                    .collect();
                let Ok(figure) = digits.replace('_', "").parse::<u64>() else {
                    continue;
                };
                if !alone || line.starts_with('#') {
                    continue;
                }
                figures += 1;
                let from = at + start;
                let changed = format!(
                    "{}{}{}",
                    &text[..from],
                    figure + 1,
                    &text[from + digits.len()..]
                );
                let files: Vec<(&str, &str)> = Rules::built_in_files()
                    .iter()
                    .map(|(other, text)| {
                        (
                            *other,
                            if other == name {
                                changed.as_str()
                            } else {
                                *text
                            },
                        )
                    })
                    .collect();
                if wrong(&Rules::read(&files).unwrap(), &cases).is_empty() {
                    free.push(format!("{name} {rule} {member}"));
                }
            }
            at += line.len();
        }
    }
    assert_eq!(figures, 86);
    assert_eq!(free, [""; 0]);
}

/// Whether the sources have a test of that name, written as `path::name`.
fn is_tested(test: &str) -> bool {
    let Some((path, name)) = test.split_once("::") else {
        return false;
    };
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    let source = std::fs::read_to_string(path).unwrap_or_default();
    source.contains(&format!("#[test]\nfn {name}()"))
        || source.contains(&format!("#[actix_web::test]\nasync fn {name}()"))
}

/// What rules cannot answer is held by another test, or is outside of what is recorded here; it says why.
#[test]
fn cases_of_others_are_held_or_outside() {
    let mut outside = Vec::new();
    for case in cases().into_iter().filter(|case| !case.held_by.is_empty()) {
        assert!(!case.comment.is_empty(), "{}", case.id);
        match case.held_by.as_str() {
            "outside" => outside.push(case.id),
            test => assert!(is_tested(test), "{}: there is no {test}", case.id),
        }
    }
    let expected = [
        "H07", "H09", "H29", "H25", "H26", "H27", "I07", "L17", "L18", "L19",
    ];
    assert_eq!(outside, expected);
}

/// Every row of the rules of the domain has its source, and cases with different outcomes, tests of its own, or both.
#[test]
fn every_rule_of_the_domain_has_cases() {
    let cases: BTreeMap<String, Case> = cases()
        .into_iter()
        .map(|case| (case.id.clone(), case))
        .collect();
    let text = include_bytes!("../data/rules/domain.csv");
    let mut rows = csv::Reader::from_reader(&text[..]);
    let mut count = 0;
    for row in rows.records() {
        let row = row.unwrap();
        count += 1;
        let rule = &row[0];
        assert!(!row[1].is_empty(), "{rule}");
        let ids: Vec<&str> = row[2].split_whitespace().collect();
        let tests: Vec<&str> = row[3].split_whitespace().collect();
        let answers: BTreeSet<&str> = ids
            .iter()
            .map(|id| {
                cases
                    .get(*id)
                    .unwrap_or_else(|| panic!("{rule}: {id}"))
                    .expected
                    .as_str()
            })
            .collect();
        assert!(
            answers.len() > 1 || !tests.is_empty(),
            "{rule}: one side only"
        );
        for test in tests {
            assert!(is_tested(test), "{rule}: there is no {test}");
        }
    }
    assert_eq!(count, 26);
}
