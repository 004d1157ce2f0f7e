//! Local rules by which a subject is not listed for now: reachable otherwise, a trivial error corrected once.
//!
//! What is met is established by the authority and recorded as a reason (`no_penalty`); this says what each rule asks for.

use super::codes::{Codes, RawNamed};
use super::source::{RuleError, Source};
use super::version::{RuleVersion, check_versions, raw_version};
use crate::domain::codes::NoPenaltyKind;
use crate::domain::{CodeList, Region};
use jiff::civil::Date;
use serde::Deserialize;
use std::collections::BTreeSet;
use toml::Spanned;

/// One such rule in one version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Buffer {
    /// Days and basis.
    pub rule: RuleVersion,
    /// The kind of `no_penalty` record that states it.
    pub no_penalty_kind: String,
    /// Where it holds.
    pub provinces: Vec<Region>,
    /// All of these must be met.
    pub needs: Vec<String>,
    /// One of these must be met; empty: none.
    pub one_of: Vec<String>,
    /// A subject has it once.
    pub once: bool,
}

/// Why there is no buffer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoBuffer {
    /// No rule of that kind holds there then.
    #[error("no such rule in {province} on {day}")]
    NoRule {
        /// The province.
        province: Region,
        /// The day.
        day: Date,
    },
    /// Something is not met.
    #[error("not met: {}", .0.join(", "))]
    NotMet(
        /// What would have to be, all or, for the last group, one of them.
        Vec<String>,
    ),
}

#[derive(Debug, Clone)]
pub(super) struct Buffers(Vec<Buffer>);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    ground: Vec<RawNamed>,
    buffer: Vec<Raw>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    name: Spanned<String>,
    no_penalty_kind: Spanned<String>,
    provinces: Spanned<Vec<Spanned<String>>>,
    needs: Spanned<Vec<Spanned<String>>>,
    #[serde(default)]
    one_of: Vec<Spanned<String>>,
    #[serde(default)]
    once: bool,
    valid_from: Option<Spanned<String>>,
    valid_to: Option<Spanned<String>>,
    basis: Spanned<String>,
    source: Spanned<String>,
    confirmed: bool,
    note: Option<Spanned<String>>,
    note_zh: Option<Spanned<String>>,
}

impl Buffers {
    /// Adds the grounds to the codes.
    pub(super) fn read(source: Source<'_>, codes: &mut Codes) -> Result<Self, RuleError> {
        let file: File = source.read()?;
        codes.add(source, CodeList::BufferGround, &file.ground)?;
        let names = |texts: &[Spanned<String>]| {
            let names = texts.iter().map(|text| {
                let name = text.get_ref();
                match codes.knows(CodeList::BufferGround, name) {
                    true => Ok(name.clone()),
                    false => Err(source.fault(text, format!("no [[ground]] {name}"))),
                }
            });
            names.collect::<Result<Vec<_>, _>>()
        };
        let all = file.buffer.iter().map(|raw| {
            let kind = raw.no_penalty_kind.get_ref();
            if kind.parse::<NoPenaltyKind>().is_err() {
                let reason = format!("no kind of no_penalty {kind}");
                return Err(source.fault(&raw.no_penalty_kind, reason));
            }
            if raw.provinces.get_ref().is_empty() || raw.needs.get_ref().is_empty() {
                return Err(source.fault(&raw.name, "a buffer names provinces and needs"));
            }
            let provinces = raw.provinces.get_ref().iter();
            Ok(Buffer {
                rule: RuleVersion::read(source, &raw_version!(raw))?,
                no_penalty_kind: kind.clone(),
                provinces: provinces
                    .map(|text| source.province(text))
                    .collect::<Result<_, _>>()?,
                needs: names(raw.needs.get_ref())?,
                one_of: names(&raw.one_of)?,
                once: raw.once,
            })
        });
        let all: Vec<Buffer> = all.collect::<Result<_, _>>()?;
        let versions = all.iter().zip(&file.buffer).flat_map(|(one, raw)| {
            let places = one.provinces.iter();
            places.map(move |place| {
                (
                    (&one.no_penalty_kind, *place),
                    raw.name.span(),
                    one.rule.time(),
                )
            })
        });
        check_versions(source, versions, false)?;
        Ok(Self(all))
    }

    pub(super) fn find(
        &self,
        no_penalty_kind: &str,
        region: Region,
        day: Date,
        met: &BTreeSet<&str>,
    ) -> Result<&Buffer, NoBuffer> {
        let province = region.province();
        let rule = self.0.iter().find(|one| {
            one.no_penalty_kind == no_penalty_kind
                && one.provinces.contains(&province)
                && one.rule.in_force(day)
        });
        let rule = rule.ok_or(NoBuffer::NoRule { province, day })?;
        let is_met = |need: &&String| met.contains(need.as_str());
        let mut missing: Vec<String> = rule
            .needs
            .iter()
            .filter(|need| !is_met(need))
            .cloned()
            .collect();
        if !rule.one_of.is_empty() && !rule.one_of.iter().any(|need| is_met(&need)) {
            missing.extend(rule.one_of.iter().cloned());
        }
        if missing.is_empty() {
            Ok(rule)
        } else {
            Err(NoBuffer::NotMet(missing))
        }
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &Buffer> {
        self.0.iter()
    }

    pub(super) fn versions(&self) -> impl Iterator<Item = &RuleVersion> {
        self.0.iter().map(|one| &one.rule)
    }
}
