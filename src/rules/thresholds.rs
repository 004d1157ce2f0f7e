//! Which fines a province counts as low (较低数额罚款), for persons and for organisations.
//!
//! Few provinces' standards are known. Where one is not, the record itself has to say it; where one is, the record cannot say otherwise.

use super::facts::{Facts, Unruled};
use super::source::{RuleError, Source};
use super::version::{RuleVersion, check_versions, raw_version};
use crate::domain::Region;
use jiff::civil::Date;
use serde::Deserialize;
use serde_json::Value;
use std::collections::HashMap;
use toml::Spanned;

/// The standard of a province, in one version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Threshold {
    /// Its days and basis; the name is the province's code.
    pub rule: RuleVersion,
    /// The province.
    pub province: Region,
    /// Limit for natural persons, in fen.
    pub person: u64,
    /// Limit for organisations, in fen.
    pub organisation: u64,
    /// Whether a fine of exactly the limit is low.
    pub inclusive: bool,
}

#[derive(Debug, Clone)]
pub(super) struct Thresholds {
    all: Vec<Threshold>,
    by_province: HashMap<Region, Vec<usize>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    threshold: Vec<Raw>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    #[serde(rename = "province")]
    name: Spanned<String>,
    person_fen: Spanned<u64>,
    organisation_fen: Spanned<u64>,
    test: Spanned<String>,
    valid_from: Option<Spanned<String>>,
    valid_to: Option<Spanned<String>>,
    basis: Spanned<String>,
    source: Spanned<String>,
    confirmed: bool,
    note: Option<Spanned<String>>,
    note_zh: Option<Spanned<String>>,
}

impl Thresholds {
    pub(super) fn read(source: Source<'_>) -> Result<Self, RuleError> {
        let file: File = source.read()?;
        let mut all: Vec<Threshold> = Vec::new();
        for raw in &file.threshold {
            let inclusive = match raw.test.get_ref().as_str() {
                "<=" => true,
                "<" => false,
                _ => return Err(source.fault(&raw.test, "the test is \"<\" or \"<=\"")),
            };
            for limit in [&raw.person_fen, &raw.organisation_fen] {
                if *limit.get_ref() == 0 {
                    return Err(source.fault(limit, "a limit of nothing makes no sense"));
                }
            }
            all.push(Threshold {
                rule: RuleVersion::read(source, &raw_version!(raw))?,
                province: source.province(&raw.name)?,
                person: *raw.person_fen.get_ref(),
                organisation: *raw.organisation_fen.get_ref(),
                inclusive,
            });
        }
        let versions = all.iter().zip(&file.threshold);
        let versions = versions.map(|(one, raw)| (one.province, raw.name.span(), one.rule.time()));
        check_versions(source, versions, true)?;
        let mut by_province: HashMap<_, Vec<usize>> = HashMap::new();
        for (i, one) in all.iter().enumerate() {
            by_province.entry(one.province).or_default().push(i);
        }
        Ok(Self { all, by_province })
    }

    pub(super) fn find(&self, province: Region, day: Date) -> Option<&Threshold> {
        let mut versions = self
            .by_province
            .get(&province)?
            .iter()
            .map(|i| &self.all[*i]);
        versions.find(|version| version.rule.in_force(day))
    }

    pub(super) fn versions(&self) -> impl Iterator<Item = &RuleVersion> {
        self.all.iter().map(|one| &one.rule)
    }

    /// Whether the fine of a record is low; a record without a fine has none that is.
    pub(super) fn is_low(&self, facts: &Facts<'_>, day: Date) -> Result<bool, Unruled> {
        let Some(fine) = facts.body.value_of("fine_fen").and_then(Value::as_u64) else {
            return Ok(false);
        };
        let province = facts.province;
        let said = facts.body.value_of("lower_fine").and_then(Value::as_bool);
        let known = self.find(province, day).and_then(|standard| {
            let low = |limit: u64| fine < limit || (standard.inclusive && fine == limit);
            let (person, organisation) = (low(standard.person), low(standard.organisation));
            match facts.body.text_of("subject_type") {
                Some("natural_person") => Some(person),
                Some("enterprise" | "farmer_cooperative" | "other_organisation") => {
                    Some(organisation)
                }
                // A credit code that is not an individual business's is an organisation's.
                None if of_organisation(facts) => Some(organisation),
                // Which limit is meant for an individual business no standard says: where both agree, it does not matter.
                _ => (person == organisation).then_some(person),
            }
        });
        match (known, said) {
            (Some(low), Some(said)) if low != said => {
                Err(Unruled::LowerFineDenied { province, low })
            }
            (Some(low), _) | (None, Some(low)) => Ok(low),
            (None, None) => Err(Unruled::ThresholdUnknown { province, day }),
        }
    }
}

/// Whether the subject's credit code is one, and not an individual business's, which all begin with 92.
fn of_organisation(facts: &Facts<'_>) -> bool {
    let code = facts.body.subject_code();
    code.is_some_and(|code| !code.as_str().starts_with("92"))
}
