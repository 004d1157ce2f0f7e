//! Whom a plan's rules cover and whom they pass over, as far as the leaves say so, or the openings of sealed classes.

use super::check::PlanFault;
use gongshi_verify::draw::choice::Opening;
use gongshi_verify::draw::leaf::Leaf;
use gongshi_verify::draw::library::{Form, Library};
use gongshi_verify::draw::plan::Plan;
use gongshi_verify::json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// What whoever publishes or draws a plan should know, though it is allowed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// Objects of a stratum, or sealed class, that no rule of an undirected plan covers.
    Uncovered {
        /// The stratum or class.
        stratum: String,
        /// So many objects.
        count: u64,
    },
    /// Objects that a plan aimed at some (定向) leaves out, which is what it is for.
    Aimed {
        /// So many objects.
        count: u64,
    },
    /// A rule that draws all it covers: targeted, not random.
    Targeted {
        /// Place of the rule, from 0.
        rule: usize,
        /// Its stratum or class.
        stratum: String,
        /// So many objects; `None` where classes are sealed and nobody here can count them.
        count: Option<u64>,
    },
    /// A department with seats that no rule sends.
    Idle {
        /// The department.
        department: String,
    },
}

fn is_undirected(body: &Value) -> bool {
    body.get("draw_type").and_then(Value::as_str) == Some("undirected")
}

/// What there is to know of a plan, whose record has that body, on its library of objects. `openings` are those of the objects
/// that take part, where classes are sealed and somebody has them.
pub fn notices(
    plan: &Plan,
    body: &Value,
    objects: &Library<'_>,
    openings: &[Opening<'_>],
) -> Vec<Notice> {
    let mut notices = match objects.form() {
        Form::Open => strata(plan, body, objects).1,
        _ => classes(plan, body, openings),
    };
    let sent: BTreeSet<&str> = plan
        .rules
        .iter()
        .flat_map(|rule| rule.departments.iter().map(AsRef::as_ref))
        .collect();
    let idle: BTreeSet<&str> = plan
        .seats
        .iter()
        .map(|seats| seats.department.as_ref())
        .filter(|department| !sent.contains(department))
        .collect();
    notices.extend(idle.into_iter().map(|department| Notice::Idle {
        department: department.to_owned(),
    }));
    notices
}

/// Strata or classes passed over: each by its name, but only their number where the plan is aimed at some anyway.
fn passed_over(undirected: bool, uncovered: BTreeMap<&str, u64>) -> Vec<Notice> {
    let count = uncovered.values().sum();
    if !undirected {
        return match count {
            0 => Vec::new(),
            count => vec![Notice::Aimed { count }],
        };
    }
    let each = uncovered.into_iter();
    each.map(|(stratum, count)| Notice::Uncovered {
        stratum: stratum.to_owned(),
        count,
    })
    .collect()
}

/// The faults of the rules of an open library, and what there is to know.
pub(super) fn strata(
    plan: &Plan,
    body: &Value,
    objects: &Library<'_>,
) -> (Vec<PlanFault>, Vec<Notice>) {
    let mut eligible = vec![0; plan.rules.len()];
    let mut uncovered: BTreeMap<&str, u64> = BTreeMap::new();
    let mut without_rule: BTreeMap<&str, u64> = BTreeMap::new();
    let undirected = is_undirected(body);
    let minimum_size = body.get("stratum_minimum_size").and_then(Value::as_u64);
    let minimum_size = minimum_size.unwrap_or_default();
    let sends = |id: &str| plan.seats.iter().any(|seats| seats.department == id);
    for leaf in objects.leaves() {
        let Leaf::Target(target) = leaf else { continue };
        let mut covered = target.exclusion.is_some();
        for (rule, eligible) in plan.rules.iter().zip(&mut eligible) {
            if rule.covers(target) {
                *eligible += 1;
                covered = true;
            }
        }
        if covered {
            continue;
        }
        let ruled = plan.rules.iter().any(|rule| rule.stratum == target.stratum);
        let list = match undirected && !ruled && target.departments.iter().any(sends) {
            true => &mut without_rule,
            false => &mut uncovered,
        };
        *list.entry(target.stratum).or_default() += 1;
    }
    let faults = without_rule.into_iter();
    let mut faults: Vec<PlanFault> = faults
        .map(|(stratum, count)| PlanFault::NoRule {
            stratum: stratum.to_owned(),
            count,
        })
        .collect();
    let mut notices = Vec::new();
    for (rule, (own, eligible)) in plan.rules.iter().zip(eligible).enumerate() {
        let stratum = own.stratum.clone();
        let drawn = own.rate.count(eligible, own.minimum);
        if eligible == 0 {
            faults.push(PlanFault::Nobody { rule, stratum });
        } else if eligible < minimum_size {
            faults.push(PlanFault::Small {
                rule,
                stratum,
                eligible,
            });
        } else if drawn == eligible {
            notices.push(Notice::Targeted {
                rule,
                stratum,
                count: Some(eligible),
            });
        }
    }
    notices.extend(passed_over(undirected, uncovered));
    (faults, notices)
}

/// Of sealed classes all is known to whoever has the openings, to others only what the rules themselves say.
fn classes(plan: &Plan, body: &Value, openings: &[Opening<'_>]) -> Vec<Notice> {
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    for opening in openings {
        *counts.entry(opening.class).or_default() += 1;
    }
    let mut notices = Vec::new();
    for (rule, own) in plan.rules.iter().enumerate() {
        let count = counts.get(own.stratum.as_str()).copied();
        let (num, den) = own.rate.parts();
        let all = count.is_some_and(|count| own.minimum >= count);
        if num == den || all {
            notices.push(Notice::Targeted {
                rule,
                stratum: own.stratum.clone(),
                count,
            });
        }
    }
    counts.retain(|class, _| !plan.rules.iter().any(|rule| rule.stratum == *class));
    notices.extend(passed_over(is_undirected(body), counts));
    notices
}

/// The faults of a plan's rules against the classes that the record of its sealed library names: whose classes nobody can see
/// are at least all named, so that none can be forgotten unseen, and no rule is for a class that does not exist.
///
/// # Errors
/// Every fault found.
pub fn check_classes(plan: &Plan, body: &Value, named: &[&str]) -> Result<(), Vec<PlanFault>> {
    let mut faults = Vec::new();
    for (rule, own) in plan.rules.iter().enumerate() {
        if !named.contains(&own.stratum.as_str()) {
            faults.push(PlanFault::NoSuchClass {
                rule,
                class: own.stratum.clone(),
                named: named.join(", "),
            });
        }
    }
    for class in named.iter().filter(|_| is_undirected(body)) {
        if !plan.rules.iter().any(|rule| rule.stratum == **class) {
            faults.push(PlanFault::ClassWithoutRule {
                class: (*class).to_owned(),
            });
        }
    }
    match faults.is_empty() {
        true => Ok(()),
        false => Err(faults),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gongshi_verify::json;

    fn plan(rules: &str) -> (Plan, Value) {
        let root = "0".repeat(64);
        let body = format!(
            r#"{{"plan_key":"D/2026/01","randomness":"drand","round":1000,"lead_seconds":600,"draw_type":"undirected",
            "t0":"2023-08-23T15:49:24Z","t1":"2023-08-23T15:49:24Z","rotation":0,"rules":[{rules}],
            "departments":[{{"department":"D","seats":[{{"officers":2}}]}},{{"department":"E","seats":[{{"officers":2}}]}}],
            "object_root":"{root}","officer_root":"{root}"}}"#
        );
        let body = json::parse(&body).unwrap();
        (Plan::from_body(&body).unwrap(), body)
    }

    fn rule(class: &str, num: u32, minimum: u64) -> String {
        format!(
            r#"{{"stratum":"{class}","rule_departments":["D"],"num":{num},"den":4,"minimum":{minimum}}}"#
        )
    }

    fn directed(body: &Value) -> Value {
        let text = json::to_jcs(body).replace("undirected", "directed");
        json::parse(text).unwrap()
    }

    #[test]
    fn a_named_class_has_a_rule_and_a_rule_a_named_class() {
        let (plan, body) = plan(&[rule("A", 1, 0), rule("B", 1, 0)].join(","));
        assert_eq!(check_classes(&plan, &body, &["A", "B"]), Ok(()));
        let said = |named: &[&str], body: &Value| -> Vec<String> {
            let faults = check_classes(&plan, body, named).unwrap_err();
            faults.iter().map(ToString::to_string).collect()
        };
        let forgotten = said(&["A", "B", "D"], &body);
        assert!(
            matches!(&forgotten[..], [one] if one.contains("a rule for class D")),
            "{forgotten:?}"
        );
        assert_eq!(
            check_classes(&plan, &directed(&body), &["A", "B", "D"]),
            Ok(())
        );
        let stray = said(&["A"], &directed(&body));
        assert!(
            matches!(&stray[..], [one] if one.starts_with("rules[1].stratum: ") && one.ends_with("names A, not B")),
            "{stray:?}"
        );
    }

    #[test]
    fn whoever_has_the_openings_is_told_what_the_rules_come_to() {
        let (plan, body) = plan(&[rule("A", 4, 0), rule("B", 1, 2), rule("C", 1, 1)].join(","));
        let library = Library::parse(Form::Sealed, "").unwrap();
        let opening = |id, class| Opening {
            id,
            class,
            class_salt: [0; 32],
            ticket_salt: [0; 32],
        };
        let openings: Vec<Opening<'_>> = ["A1", "B1", "B2", "C1", "C2", "D1", "D2", "D3"]
            .map(|id| opening(id, &id[..1]))
            .to_vec();
        let targeted = |rule: usize, class: &str, count| Notice::Targeted {
            rule,
            stratum: class.to_owned(),
            count,
        };
        let idle = Notice::Idle {
            department: "E".to_owned(),
        };
        let uncovered = Notice::Uncovered {
            stratum: "D".to_owned(),
            count: 3,
        };
        let known = [
            targeted(0, "A", Some(1)),
            targeted(1, "B", Some(2)),
            uncovered,
            idle.clone(),
        ];
        assert_eq!(notices(&plan, &body, &library, &openings), known);
        let aimed = notices(&plan, &directed(&body), &library, &openings);
        assert_eq!(aimed[2], Notice::Aimed { count: 3 });
        let unseen = [targeted(0, "A", None), idle];
        assert_eq!(notices(&plan, &body, &library, &[]), unseen);
    }
}
