//! The rules of a plan as sentences, and what each has drawn, against what it declares.

use super::super::fault::Fault;
use super::super::{Link, Visit};
use super::words::{percent, rate};
use super::{Batch, list, number, text, texts};
use crate::docket::Snapshot;
use serde::Serialize;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// One rule.
#[derive(Serialize)]
pub(super) struct RuleRow {
    /// All of it in words.
    sentence: String,
    pub(super) stratum: String,
    pub(super) name: String,
    departments: Vec<Link>,
    #[serde(skip)]
    pub(super) department_ids: Vec<String>,
    declared: String,
    minimum: u64,
    pub(super) drawn: Option<Share>,
    /// Everybody is drawn, so that nothing is left to chance.
    targeted: bool,
}

/// What a rule has drawn.
#[derive(Clone, Serialize)]
pub(super) struct Share {
    pub(super) eligible: u64,
    pub(super) count: u64,
    /// In per cent.
    share: String,
    /// Whether it is rounded.
    rounded: bool,
    /// Of a hundred, for a bar.
    part: u64,
}

impl Share {
    fn new(eligible: u64, count: u64) -> Self {
        let (share, exact) = percent(count, eligible);
        Share {
            eligible,
            count,
            share,
            rounded: !exact,
            // What is there is seen.
            part: (count * 100 / eligible.max(1)).max(u64::from(count > 0)),
        }
    }
}

/// The rules of a plan; with the body of its draw, what each has drawn.
pub(super) fn rows(
    visit: &Visit,
    batch: &Batch,
    names: &BTreeMap<String, String>,
    draw: Option<&Map<String, Value>>,
) -> Vec<RuleRow> {
    let drawn: Vec<Share> = draw
        .map(|body| {
            let strata = list(body, "drawn_strata");
            strata
                .map(|one| {
                    let count = |name| number(one, name).unwrap_or_default();
                    Share::new(count("eligible_count"), count("drawn_count"))
                })
                .collect()
        })
        .unwrap_or_default();
    let rules = list(&batch.body, "rules").enumerate();
    rules
        .map(|(at, rule)| row(visit, batch, names, rule, drawn.get(at).cloned()))
        .collect()
}

fn row(
    visit: &Visit,
    batch: &Batch,
    names: &BTreeMap<String, String>,
    rule: &Map<String, Value>,
    drawn: Option<Share>,
) -> RuleRow {
    let (num, den) = (
        number(rule, "num").unwrap_or_default(),
        number(rule, "den").unwrap_or_default(),
    );
    let minimum = number(rule, "minimum").unwrap_or_default();
    let stratum = text(rule, "stratum").to_owned();
    let given = text(rule, "stratum_name");
    let name = match names.get(&stratum) {
        _ if !given.is_empty() => given.to_owned(),
        Some(name) => name.clone(),
        None => {
            let key = match batch.state.sealed {
                true => "page-class-unnamed",
                false => "page-stratum-unnamed",
            };
            visit.say(key, &[("token", stratum.as_str().into())])
        }
    };
    let ids = texts(rule, "rule_departments");
    let departments: Vec<Link> = ids
        .iter()
        .map(|id| visit.authority_link(&batch.registry, id))
        .collect();
    let key = match (batch.state.sealed, num == den, minimum) {
        (false, true, _) => "page-rule-all",
        (false, false, 0) => "page-rule-open",
        (false, false, _) => "page-rule-open-minimum",
        (true, true, _) => "page-rule-sealed-all",
        (true, false, 0) => "page-rule-sealed",
        (true, false, _) => "page-rule-sealed-minimum",
    };
    let declared = rate(num, den);
    let together = visit.listed(departments.iter().map(|one| one.text.clone()));
    let sentence = visit.say(
        key,
        &[
            ("name", name.clone().into()),
            ("departments", together.into()),
            ("rate", declared.clone().into()),
            ("minimum", i64::try_from(minimum).unwrap_or(i64::MAX).into()),
        ],
    );
    let all = |share: &Share| share.eligible > 0 && share.count == share.eligible;
    RuleRow {
        sentence,
        stratum,
        name,
        departments,
        department_ids: ids.into_iter().map(str::to_owned).collect(),
        declared,
        minimum,
        targeted: drawn.as_ref().map_or(num == den, all),
        drawn,
    }
}

/// What the tokens of the libraries mean, by token: strata, exclusions and qualifications.
pub(super) struct Meanings {
    pub(super) strata: BTreeMap<String, String>,
    pub(super) exclusions: BTreeMap<String, String>,
    pub(super) qualifications: BTreeMap<String, String>,
}

impl Meanings {
    pub(super) fn of(visit: &Visit, libraries: &[Option<Snapshot>; 2]) -> Result<Self, Fault> {
        let body = |library: &Option<Snapshot>| match library {
            Some(library) => visit.body(library.index),
            None => Ok(Map::new()),
        };
        let [objects, officers] = libraries;
        let (objects, officers) = (body(objects)?, body(officers)?);
        let read = |body: &Map<String, Value>, of: &str, token: &str, meaning: &str| {
            list(body, of)
                .map(|one| (text(one, token).to_owned(), text(one, meaning).to_owned()))
                .collect()
        };
        Ok(Meanings {
            strata: read(&objects, "strata", "stratum", "stratum_name"),
            exclusions: read(&objects, "exclusions", "exclusion", "meaning"),
            qualifications: read(&officers, "qualifications", "qualification", "meaning"),
        })
    }
}
