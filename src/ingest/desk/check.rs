//! Whether a plan can be drawn, found out before it is published: its fields, its times, its libraries, and whether every object
//! could be visited.
//!
//! What depends on the log as a whole (serials, other open plans, the item list, who met in earlier batches) is checked by the log.

use super::cover::{Notice, notices, strata};
use crate::domain::{FieldError, Kind, dates, validate};
use gongshi_verify::draw::beacon;
use gongshi_verify::draw::library::{Form, Library, LibraryError};
use gongshi_verify::draw::officers::{Barred, Infeasible};
use gongshi_verify::draw::plan::{LEAD_SECONDS, Mode, Plan, PlanError};
use gongshi_verify::draw::recompute;
use gongshi_verify::json::{Value, to_jcs};
use gongshi_verify::names::AuthorityId;
use gongshi_verify::time::Timestamp;

/// Why a plan is not fit to be published.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlanFault {
    /// A field against the table of plans.
    #[error("{0}{shown}", shown = shown(.0))]
    Field(FieldError),
    /// A field against the draw's own rules.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// Its t0 is over.
    #[error("t0: expected a time to come, since commits stand in the log by then; it is {now}")]
    Late {
        /// Now.
        now: Timestamp,
    },
    /// A library that is none.
    #[error("the library of {which}: {source}")]
    Library {
        /// Which of the two.
        which: &'static str,
        /// Why.
        source: LibraryError,
    },
    /// Not the library that the plan names.
    #[error("{field}: the root of these leaves is {found}")]
    Root {
        /// The field that names another.
        field: &'static str,
        /// The root there is.
        found: String,
    },
    /// A stratum so small that the rule could aim at somebody.
    #[error(
        "rules[{rule}].stratum: {stratum} has {eligible} objects, fewer than stratum_minimum_size"
    )]
    Small {
        /// Place of the rule, from 0.
        rule: usize,
        /// Its stratum.
        stratum: String,
        /// Objects it covers.
        eligible: u64,
    },
    /// A rule that covers nobody.
    #[error(
        "rules[{rule}].stratum: no object of stratum {stratum} takes part that all of the rule's departments inspect"
    )]
    Nobody {
        /// Place of the rule, from 0.
        rule: usize,
        /// Its stratum.
        stratum: String,
    },
    /// Objects that an undirected plan passes over.
    #[error(
        "rules: expected a rule for stratum {stratum}, of which the plan's departments have {count} objects, or draw_type directed"
    )]
    NoRule {
        /// The stratum.
        stratum: String,
        /// So many objects.
        count: u64,
    },
    /// A sealed class that an undirected plan passes over.
    #[error(
        "rules: expected a rule for class {class}, which the record of the sealed library names, or draw_type directed"
    )]
    ClassWithoutRule {
        /// The class.
        class: String,
    },
    /// A rule for a class that the sealed library does not have.
    #[error(
        "rules[{rule}].stratum: expected a class of the sealed library, whose record names {named}, not {class}"
    )]
    NoSuchClass {
        /// Place of the rule, from 0.
        rule: usize,
        /// Its class.
        class: String,
        /// The classes that are named.
        named: String,
    },
    /// A time too near to the randomness.
    #[error("{error}: lead_seconds is {lead}, and it is due at {due}")]
    Lead {
        /// What is expected.
        error: PlanError,
        /// The lead in seconds.
        lead: i64,
        /// When the randomness is due.
        due: Timestamp,
    },
    /// A delay of which those who have a part in the draw would know everything beforehand.
    #[error(
        "contributors: expected one that is neither a department of the plan nor the operator {operator}: a draw by delay is void without"
    )]
    NobodyIndependent {
        /// Operator of the log.
        operator: AuthorityId,
    },
    /// A region in which the authority may not publish.
    #[error(
        "region: expected {own}, for which the log has {authority}, or a region within it, not {found}"
    )]
    Region {
        /// The plan's region.
        found: String,
        /// The authority.
        authority: String,
        /// The authority's region.
        own: String,
    },
    /// The authority may not publish plans.
    #[error("the log does not let {authority} publish records of the kind plan")]
    NoPlans {
        /// The authority.
        authority: String,
    },
    /// An object that could not be visited.
    #[error(transparent)]
    Infeasible(#[from] Infeasible),
}

impl PlanFault {
    /// With the figures that the draw's own words leave out.
    fn of_plan(error: PlanError, body: &Value) -> Self {
        let due = match body.get("round").and_then(Value::as_u64) {
            Some(round) => beacon::due(round),
            None => {
                let at = body.get("lottery_at").and_then(Value::as_str);
                at.and_then(|at| Timestamp::parse(at).ok())
            }
        };
        let lead = body.get("lead_seconds").and_then(Value::as_u64);
        let lead = lead.and_then(|lead| i64::try_from(lead).ok());
        match (error.field.as_str(), due) {
            ("t0", Some(due)) => PlanFault::Lead {
                error,
                lead: lead.unwrap_or(LEAD_SECONDS),
                due,
            },
            _ => PlanFault::Plan(error),
        }
    }
}

fn shown(error: &FieldError) -> String {
    match error.value.as_str() {
        "" => String::new(),
        value => format!(" ({value})"),
    }
}

/// Checks a plan's body by itself, as it would be signed now.
///
/// # Errors
/// Every fault of its fields, or else the first against the draw's rules; or that its t0 is over.
pub fn check_plan(body: &Value, now: Timestamp) -> Result<Plan, Vec<PlanFault>> {
    let plan = check_body(body, now)?;
    match now <= plan.t0 {
        true => Ok(plan),
        false => Err(vec![PlanFault::Late { now }]),
    }
}

/// Checks a plan's body by itself, whether or not it is too late for it.
///
/// # Errors
/// Every fault of its fields, or else the first against the draw's rules.
pub fn check_body(body: &Value, now: Timestamp) -> Result<Plan, Vec<PlanFault>> {
    check_record(Kind::Plan, body, now)?;
    Plan::from_body(body).map_err(|error| vec![PlanFault::of_plan(error, body)])
}

/// Checks the body of a record against the table of its kind's fields, as it would be signed now.
///
/// # Errors
/// Every fault of its fields.
pub fn check_record(kind: Kind, body: &Value, now: Timestamp) -> Result<(), Vec<PlanFault>> {
    let members = serde_json::from_str(&to_jcs(body)).unwrap_or_default();
    let day = dates::day_in_china(now.unix());
    validate(kind, &members, day)
        .map_err(|faults| faults.into_iter().map(PlanFault::Field).collect())
}

/// Reads the two libraries of a plan from their files.
///
/// # Errors
/// [`PlanFault::Library`].
pub fn libraries<'a>(
    objects: &'a str,
    officers: &'a str,
) -> Result<(Library<'a>, Library<'a>), PlanFault> {
    let form = match objects.starts_with("ddraw/1|starget|") {
        true => Form::Sealed,
        false => Form::Open,
    };
    let read = |which, form, text| {
        Library::parse(form, text).map_err(|source| PlanFault::Library { which, source })
    };
    Ok((
        read("objects", form, objects)?,
        read("officers", Form::Officers, officers)?,
    ))
}

/// Checks that somebody contributes to a delay who has no part in the draw.
///
/// # Errors
/// [`PlanFault::NobodyIndependent`].
pub fn check_contributors(plan: &Plan, operator: &AuthorityId) -> Result<(), PlanFault> {
    let mut contributors = plan.contributors.iter();
    let delay = matches!(plan.mode, Mode::Delay { .. });
    match delay && !contributors.any(|id| plan.is_independent(id, operator)) {
        false => Ok(()),
        true => Err(PlanFault::NobodyIndependent {
            operator: operator.clone(),
        }),
    }
}

/// Checks a plan, whose record has that body, against its libraries. Who met in earlier batches is not known here.
///
/// # Errors
/// Every fault found.
pub fn check_libraries(
    plan: &Plan,
    body: &Value,
    objects: &Library<'_>,
    officers: &Library<'_>,
) -> Result<Vec<Notice>, Vec<PlanFault>> {
    let mut faults = Vec::new();
    for (field, named, library) in [
        ("object_root", plan.object_root, objects),
        ("officer_root", plan.officer_root, officers),
    ] {
        if library.root() != named {
            faults.push(PlanFault::Root {
                field,
                found: gongshi_verify::encoding::hex(&library.root()),
            });
        }
    }
    // Where classes are sealed nobody here knows how many objects each has.
    if objects.form() == Form::Open {
        faults.extend(strata(plan, body, objects).0);
    }
    if let Err(infeasible) = recompute::feasible(plan, objects, officers, &Barred::new()) {
        faults.push(infeasible.into());
    }
    match faults.is_empty() {
        true => Ok(notices(plan, body, objects, &[])),
        false => Err(faults),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::desk::plan_file::{Resolve, TemplateMode, plan_body, plan_template};
    use gongshi_verify::draw::choice::Rule;
    use gongshi_verify::encoding::hex;

    /// Entries that exist, and nothing else.
    struct Entries;

    impl Resolve for Entries {
        fn entry(&mut self, _: Kind, index: u64) -> Result<Value, String> {
            Ok(Value::object([
                ("index", Value::Int(index as i64)),
                ("leaf_hash", "0".repeat(64).into()),
            ]))
        }

        fn file(&mut self, name: &str) -> Result<Value, String> {
            Err(name.to_owned())
        }
    }

    const OFFICERS: &str = "ddraw/1|officer|P1|610323-SCJG|food\nddraw/1|officer|P2|610323-SCJG|\n\
         ddraw/1|officer|P3|610323-XFJY|\nddraw/1|officer|P4|610323-XFJY|\n";

    fn objects() -> String {
        let line = |id, stratum: &str| {
            format!("ddraw/1|target|T{id:03}|{stratum}|610323-SCJG,610323-XFJY|0\n")
        };
        let catering = (0..40).map(|id| line(id, "catering"));
        catering.chain((40..45).map(|id| line(id, "gas"))).collect()
    }

    fn body(mode: TemplateMode, change: impl Fn(String) -> String) -> Value {
        let text = change(plan_template(mode));
        let Value::Object(mut members) = plan_body(&text, &mut Entries).unwrap() else {
            panic!("an object")
        };
        let objects = objects();
        let (objects, officers) = libraries(&objects, OFFICERS).unwrap();
        members.insert("object_root".into(), hex(&objects.root()).into());
        members.insert("officer_root".into(), hex(&officers.root()).into());
        Value::Object(members)
    }

    fn now() -> Timestamp {
        Timestamp::parse("2026-02-01T00:00:00Z").unwrap()
    }

    #[test]
    fn every_template_is_a_plan() {
        for mode in [
            TemplateMode::Drand,
            TemplateMode::Lottery,
            TemplateMode::Delay,
        ] {
            let plan = check_plan(&body(mode, |text| text), now());
            assert!(plan.is_ok(), "{mode:?}: {plan:?}");
        }
    }

    #[test]
    fn faults_name_the_field() {
        let faults = |from: &str, to: &str, now: Timestamp| {
            let change = |text: String| {
                assert!(text.contains(from), "{from}");
                text.replace(from, to)
            };
            let faults = check_plan(&body(TemplateMode::Drand, change), now).unwrap_err();
            let faults: Vec<String> = faults.iter().map(ToString::to_string).collect();
            faults.join("; ")
        };
        for (from, to, said) in [
            ("rotation = 2", "rotating = 2", "rotating"),
            ("num = 3", "num = 300", "rules[0].num"),
            (
                "# t0 = 2026-02-02T09:00:00+08:00\n# t1",
                "t0 = 2026-02-02T08:00:00+08:00\nt1",
                "t0: expected lead_seconds before",
            ),
            (
                "# contributors = [\"610323-SCJG\", \"610323-SFJ\"]\n# t0 = 2026-02-02T09:00:00+08:00\n# t1",
                "contributors = [\"610323-SFJ\"]\nt0 = 2026-02-02T09:30:00+08:00\nt1",
                "t0: expected a time at least lead_seconds",
            ),
            (
                "draw_type = \"undirected\"",
                "draw_type = \"at will\"",
                "draw_type",
            ),
        ] {
            let found = faults(from, to, now());
            assert!(found.contains(said), "{found}");
        }
        let later = Timestamp::parse("2026-02-02T01:00:01Z").unwrap();
        assert!(faults("rotation = 2", "rotation = 2", later).starts_with("t0:"));
    }

    #[test]
    fn libraries_are_held_against_the_plan() {
        let text = objects();
        let (all, officers) = libraries(&text, OFFICERS).unwrap();
        let whole = body(TemplateMode::Drand, |text| text);
        let plan = check_plan(&whole, now()).unwrap();
        let said = check_libraries(&plan, &whole, &all, &officers).unwrap_err();
        assert!(
            matches!(&said[..], [PlanFault::NoRule { stratum, count: 5 }] if stratum == "gas"),
            "{said:?}"
        );
        let directed = |size: &str| {
            body(TemplateMode::Drand, |text| {
                text.replace("\"undirected\"", "\"directed\"")
                    .replace("# stratum_minimum_size = 100", size)
            })
        };
        let some = directed("");
        let notices = check_libraries(&plan, &some, &all, &officers).unwrap();
        assert_eq!(notices, [Notice::Aimed { count: 5 }]);
        let small = check_libraries(
            &plan,
            &directed("stratum_minimum_size = 41"),
            &all,
            &officers,
        )
        .unwrap_err();
        assert!(matches!(small[..], [PlanFault::Small { eligible: 40, .. }]));
        let few = OFFICERS.replace("P4|610323-XFJY", "P4|610323-SCJG");
        let (_, few) = libraries(&text, &few).unwrap();
        let said = check_libraries(&plan, &some, &all, &few).unwrap_err();
        assert!(
            matches!(
                said[0],
                PlanFault::Root {
                    field: "officer_root",
                    ..
                }
            ),
            "{said:?}"
        );
        assert!(
            said[1]
                .to_string()
                .contains("no officer of 610323-XFJY for seat 2"),
            "{said:?}"
        );
        assert!(matches!(
            libraries("ddraw/1|target|b\n", ""),
            Err(PlanFault::Library {
                which: "objects",
                ..
            })
        ));
        let with = |rule: Rule| Plan {
            rules: vec![rule],
            ..plan.clone()
        };
        let whole = with(Rule {
            minimum: 40,
            ..plan.rules[0].clone()
        });
        let notices = check_libraries(&whole, &some, &all, &officers).unwrap();
        assert!(matches!(
            notices[0],
            Notice::Targeted {
                count: Some(40),
                ..
            }
        ));
        let nobody = with(Rule {
            stratum: "hotels".into(),
            ..plan.rules[0].clone()
        });
        let said = check_libraries(&nobody, &some, &all, &officers).unwrap_err();
        assert!(
            matches!(said[..], [PlanFault::Nobody { rule: 0, .. }]),
            "{said:?}"
        );
    }

    #[test]
    fn a_delay_needs_somebody_without_a_part_in_it() {
        let operator = AuthorityId::parse("610323-XXZX").unwrap();
        let of = |mode, contributors: &str| {
            let change = |text: String| text.replace("610323-SFJ\"]", contributors);
            check_contributors(&check_plan(&body(mode, change), now()).unwrap(), &operator)
        };
        assert_eq!(of(TemplateMode::Delay, "610323-SFJ\"]"), Ok(()));
        assert_eq!(of(TemplateMode::Drand, "610323-SFJ\"]"), Ok(()));
        let said = of(TemplateMode::Delay, "610323-XFJY\", \"610323-XXZX\"]").unwrap_err();
        assert!(
            said.to_string().contains("the operator 610323-XXZX"),
            "{said}"
        );
    }
}
