//! The rules of a plan on a sealed library: which object is of which class nobody sees, but the library's record names all classes
//! there are, so that an undirected plan can forget none.
//!
//! How many objects each class has is not asked: the numbers of small classes would give classes away.

use super::{Said, breach, list};
use crate::domain::Breach;
use crate::intake::Refusal;
use gongshi_verify::draw::plan::Plan;
use serde_json::{Map, Value};

/// Every class that the record of the library names has a rule, unless the plan is aimed at some (定向); and every rule is for one
/// of them.
pub(super) fn check(
    said: Said<'_>,
    plan: &Plan,
    library: &Map<String, Value>,
) -> Result<(), Refusal> {
    let named: Vec<&str> = list(library.get("strata"))
        .iter()
        .filter_map(|one| one.get("stratum")?.as_str())
        .collect();
    for (at, rule) in plan.rules.iter().enumerate() {
        if !named.contains(&rule.stratum.as_str()) {
            let unnamed = Breach::ClassUnnamed {
                classes: named.join(", "),
            };
            let path = format!("rules[{at}].stratum");
            return Err(breach(path, &rule.stratum, unnamed));
        }
    }
    if said.text("draw_type") != "undirected" {
        return Ok(());
    }
    let has_none = |class: &&&str| !plan.rules.iter().any(|rule| rule.stratum == ***class);
    match named.iter().find(has_none) {
        None => Ok(()),
        Some(class) => {
            let stratum = (*class).to_owned();
            let forgotten = Breach::ClassWithoutRule { stratum };
            Err(breach("rules", plan.rules.len(), forgotten))
        }
    }
}
