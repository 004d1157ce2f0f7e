//! The built-in texts the county is made of, as types. They are invented; tests hold that they fit together.

use serde::Deserialize;

/// `data/county.toml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct County {
    pub county: String,
    pub city: String,
    pub towns: Vec<String>,
    pub streets: Vec<String>,
    pub holidays: Vec<String>,
    pub operator: Operator,
    pub departments: Vec<Department>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Operator {
    pub id: String,
    pub name: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Department {
    pub id: String,
    pub name: String,
    /// What its document numbers begin with.
    pub short: String,
    pub basis: String,
    /// Name and number of batches of each annual plan.
    pub plans: Vec<(String, usize)>,
    /// Name, objects, and whether it can be joint, of each item.
    pub items: Vec<(String, String, bool)>,
}

impl Department {
    /// Code of the item at a position of its list.
    pub(super) fn item_code(&self, item: usize) -> String {
        let tail = self.id.rsplit('-').next().unwrap_or_default();
        format!("{tail}-{:02}", item + 1)
    }
}

/// `data/register.toml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Words {
    pub first: Vec<String>,
    pub second: Vec<String>,
    pub trades: Vec<Trade>,
    pub others: Vec<Other>,
    pub permits: Vec<PermitType>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Trade {
    pub shop: String,
    pub firm: String,
    pub weight: usize,
    pub permits: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Other {
    pub name: String,
    pub code: String,
    pub weight: usize,
    pub permits: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PermitType {
    pub name: String,
    pub by: String,
    pub prefix: String,
    pub years: i16,
    pub kind: String,
    pub contents: Vec<String>,
}

/// `data/cases.toml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Cases {
    pub missing_report_basis: String,
    pub missing_report_reason: String,
    pub repair_basis: String,
    pub penalty_basis_suffix: String,
    pub plan_cancelled: String,
    pub class_rule: String,
    pub ratio_frequency: String,
    pub plan_note: String,
    pub item_content: String,
    pub violations: Vec<Violation>,
    pub serious: Vec<Serious>,
    pub waivers: Vec<Waiver>,
    pub promises: Vec<Promise>,
    pub inspections: Inspections,
    pub campaign: Campaign,
    pub transfers: Transfers,
    pub repairs: Repairs,
    pub objections: Vec<Objection>,
    pub bulletins: Bulletins,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Violation {
    pub by: String,
    #[serde(rename = "type")]
    pub violation: String,
    pub facts: String,
    pub basis: String,
    pub sector: String,
    pub kinds: Vec<String>,
    pub low: usize,
    pub high: usize,
    pub weight: usize,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Serious {
    pub category: String,
    #[serde(rename = "type")]
    pub violation: String,
    pub facts: String,
    pub basis: String,
    pub sector: String,
    pub fine: usize,
    pub reason: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Waiver {
    pub kind: String,
    #[serde(rename = "type")]
    pub violation: String,
    pub facts: String,
    pub measures: String,
    pub basis: String,
    /// What the rule by which a subject is not listed asks for.
    #[serde(default)]
    pub grounds: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Promise {
    #[serde(rename = "type")]
    pub promise: String,
    pub count: usize,
    pub content: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Inspections {
    pub reasons: Vec<String>,
    pub campaigns: Vec<String>,
    pub found: Vec<String>,
    pub rectify: String,
    pub rectified: String,
    pub case_filed: String,
    pub closed: String,
    pub closed_by_penalty: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Campaign {
    pub names: Vec<String>,
    pub trades: Vec<String>,
    pub dispositions: Vec<Disposition>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Disposition {
    pub code: String,
    pub count: usize,
    pub text: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Transfers {
    pub notice: String,
    pub feedback: String,
    pub case_transfer: String,
}

/// Words of repairs that went otherwise than most.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Repairs {
    pub refused: String,
    pub not_accepted: String,
    pub too_early: String,
    pub early_basis: String,
    pub revoked: String,
    pub revoked_basis: String,
    pub reversed: String,
    pub reversal_basis: String,
    pub corrected: String,
    pub kept: String,
    pub broken: String,
    pub false_promise: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Objection {
    #[serde(rename = "type")]
    pub objection: String,
    pub text: String,
    pub outcome: String,
    pub reason: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Bulletins {
    pub title: String,
    pub definition: String,
    pub definition_half: String,
}

const BUILT_IN: &str = "the built-in texts have the form of their types";

pub(super) fn county() -> County {
    toml::from_str(include_str!("data/county.toml")).expect(BUILT_IN)
}

pub(super) fn words() -> Words {
    toml::from_str(include_str!("data/register.toml")).expect(BUILT_IN)
}

pub(super) fn cases() -> Cases {
    toml::from_str(include_str!("data/cases.toml")).expect(BUILT_IN)
}
