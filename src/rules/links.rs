//! Ends of display that follow another record's: a result with the penalty or listing that rests on it.

use super::codes::Codes;
use super::condition::{Context, field};
use super::facts::{Ended, Facts};
use super::source::{RuleError, Source};
use super::table::kinds;
use super::version::{RuleVersion, check_versions, raw_version};
use crate::domain::schema::FieldType;
use crate::domain::{Kind, Region};
use serde::Deserialize;
use toml::Spanned;

/// How a record ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum How {
    /// Its display stopped: its term ended, or it was repaired.
    Stopped,
    /// A later record took the subject off the list.
    Removed,
    /// The decision was annulled, or found void, and the record withdrawn.
    Annulled,
    /// The record was withdrawn for any other reason but a repair.
    Withdrawn,
}

/// What ends with what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Days and basis.
    pub rule: RuleVersion,
    /// The kind whose display ends too.
    pub kind: Kind,
    /// Kinds of record that pull it along.
    pub with: Vec<Kind>,
    /// Their field that names it; or
    pub through: Option<&'static str>,
    /// its own field that names them.
    pub names: Option<&'static str>,
    /// Ends that pull it along.
    pub on: Vec<How>,
    /// Ends after which a person has to decide.
    pub review: Vec<How>,
    /// Provinces; empty: all.
    pub provinces: Vec<Region>,
    /// Whether only a record that speaks against its subject is meant.
    pub negative: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    link: Vec<Raw>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    name: Spanned<String>,
    kind: Spanned<String>,
    with: Spanned<Vec<Spanned<String>>>,
    through: Option<Spanned<String>>,
    names: Option<Spanned<String>>,
    on: Spanned<Vec<How>>,
    #[serde(default)]
    review: Vec<How>,
    #[serde(default)]
    provinces: Vec<Spanned<String>>,
    #[serde(default)]
    negative: bool,
    valid_from: Option<Spanned<String>>,
    valid_to: Option<Spanned<String>>,
    basis: Spanned<String>,
    source: Spanned<String>,
    confirmed: bool,
    note: Option<Spanned<String>>,
    note_zh: Option<Spanned<String>>,
}

pub(super) fn read(source: Source<'_>) -> Result<Vec<Link>, RuleError> {
    let file: File = source.read()?;
    let links = file.link.iter().map(|raw| {
        let kind = source.kind(&raw.kind)?;
        let with = kinds(source, &raw.with)?;
        let takes = |ty: FieldType, kind: Kind| matches!(ty, FieldType::EntryRef(target) if target.takes(Some(kind)));
        let (through, names) = match (&raw.through, &raw.names) {
            (Some(text), None) => {
                let fits = |ty| takes(ty, kind);
                (Some(field(source, text, &with, "entry of that kind", fits)?.name), None)
            }
            (None, Some(text)) => {
                let fits = |ty| with.iter().all(|with| takes(ty, *with));
                (None, Some(field(source, text, &[kind], "entry of those kinds", fits)?.name))
            }
            _ => return Err(source.fault(&raw.name, "a link goes `through` a field of the other record, or `names` it")),
        };
        if raw.on.get_ref().is_empty() && raw.review.is_empty() {
            return Err(source.fault(&raw.on, "names no end"));
        }
        let provinces = raw.provinces.iter().map(|text| source.province(text));
        Ok(Link {
            rule: RuleVersion::read(source, &raw_version!(raw))?,
            kind,
            with,
            through,
            names,
            on: raw.on.get_ref().clone(),
            review: raw.review.clone(),
            provinces: provinces.collect::<Result<_, _>>()?,
            negative: raw.negative,
        })
    });
    let links: Vec<Link> = links.collect::<Result<_, _>>()?;
    let versions = links.iter().zip(&file.link);
    let versions = versions.map(|(link, raw)| (&link.rule.name, raw.name.span(), link.rule.time()));
    check_versions(source, versions, false)?;
    Ok(links)
}

impl Link {
    /// Whether it is about a record and what ended, on the day that ended.
    pub(super) fn is_about(&self, facts: &Facts<'_>, ended: &Ended, context: &Context<'_>) -> bool {
        let here = self.provinces.is_empty() || self.provinces.contains(&facts.province);
        self.kind == facts.body.kind()
            && here
            && self.with.contains(&ended.kind)
            && self.rule.in_force(ended.on)
            && (!self.negative || speaks_against(context.codes, facts))
    }
}

/// Whether a code of the record speaks against its subject.
fn speaks_against(codes: &Codes, facts: &Facts<'_>) -> bool {
    let mut all = facts.body.codes().into_iter();
    all.any(|(list, code)| list.is_open() && codes.is_negative(list, code, facts.place()))
}
