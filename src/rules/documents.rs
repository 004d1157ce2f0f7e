//! The papers an application for repair needs, and which of them may follow later (容缺受理).
//!
//! The narrowest place wins: a prefecture's rule before its province's, before the nation's. Until a place says otherwise no paper may follow
//! later.

use super::calendar::{Calendar, OutsideCalendar};
use super::codes::{Codes, RawNamed};
use super::count::{Count, next_day};
use super::source::{RuleError, Source};
use super::version::{RuleVersion, check_versions, raw_version};
use crate::domain::{CodeList, Region};
use jiff::civil::Date;
use serde::Deserialize;
use toml::Spanned;

/// A paper.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// Its code, as records write it.
    pub name: String,
    /// Its Chinese name.
    pub zh: String,
    /// Its English name.
    pub en: String,
    /// Whether it may follow later.
    pub secondary: bool,
}

/// What an application of one kind needs in one place, in one version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Requirement {
    /// Days and basis.
    pub rule: RuleVersion,
    /// The kind of repair.
    pub repair_kind: String,
    /// The place; the nation: wherever no narrower one says otherwise.
    pub region: Region,
    /// The papers, in the order they are asked for.
    pub documents: Vec<Document>,
    /// How papers that follow later are treated, where some may.
    pub gaps: Option<Gaps>,
}

/// How papers that follow later are treated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gaps {
    /// Working days within which they must come.
    pub working_days: u32,
    /// Working days more, on a reason that the rule accepts.
    pub extension: Option<u32>,
    /// Years for which who breaks the promise has no such way.
    pub barred_years: Option<u32>,
}

/// Why an application cannot be accepted with papers missing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GapFault {
    /// No paper of this kind of application may follow later here.
    #[error("no paper may follow later for this kind of application here")]
    NotThisKind,
    /// This one may not.
    #[error("{0} may not follow later")]
    MainPaper(
        /// The paper.
        String,
    ),
}

impl Gaps {
    fn make_sense(&self) -> bool {
        let within = |most: u32| move |figure: u32| (1..=most).contains(&figure);
        within(366)(self.working_days)
            && self.extension.is_none_or(within(366))
            && self.barred_years.is_none_or(within(100))
    }

    /// The day by which the papers must come, promised on a day.
    ///
    /// # Errors
    /// [`OutsideCalendar`].
    pub fn due_on(&self, promised: Date, calendar: &Calendar) -> Result<Date, OutsideCalendar> {
        calendar.after(promised, self.working_days)
    }

    /// The day by which they must come on a reason that the rule accepts; absent: no reason is.
    ///
    /// # Errors
    /// [`OutsideCalendar`].
    pub fn extended(
        &self,
        due_on: Date,
        calendar: &Calendar,
    ) -> Result<Option<Date>, OutsideCalendar> {
        let more = self.extension.map(|days| calendar.after(due_on, days));
        more.transpose()
    }

    /// First day on which who broke a promise has this way again; absent: nothing bars it.
    #[must_use]
    pub fn open_again(&self, broken: Date) -> Option<Date> {
        let years = i32::try_from(self.barred_years?).ok()?;
        Some(next_day(Count::Years(years).last_calendar_day(broken)))
    }
}

impl Requirement {
    /// Whether an application may be accepted while these papers are missing, and how they are treated.
    ///
    /// # Errors
    /// [`GapFault`].
    pub fn with_gaps(&self, missing: &[&str]) -> Result<&Gaps, GapFault> {
        let gaps = self.gaps.as_ref().ok_or(GapFault::NotThisKind)?;
        let main = missing.iter().find(|name| {
            let paper = self.documents.iter().find(|paper| paper.name == **name);
            !paper.is_some_and(|paper| paper.secondary)
        });
        match main {
            Some(name) => Err(GapFault::MainPaper((*name).to_owned())),
            None => Ok(gaps),
        }
    }
}

#[derive(Debug, Clone)]
pub(super) struct Documents(Vec<Requirement>);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    document: Vec<RawNamed>,
    requirement: Vec<Raw>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    name: Spanned<String>,
    repair_kind: Spanned<String>,
    region: Option<Spanned<String>>,
    main: Vec<Spanned<String>>,
    #[serde(default)]
    secondary: Vec<Spanned<String>>,
    gaps: Option<Spanned<RawGaps>>,
    valid_from: Option<Spanned<String>>,
    valid_to: Option<Spanned<String>>,
    basis: Spanned<String>,
    source: Spanned<String>,
    confirmed: bool,
    note: Option<Spanned<String>>,
    note_zh: Option<Spanned<String>>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawGaps {
    working_days: u32,
    extension: Option<u32>,
    barred_years: Option<u32>,
}

impl Documents {
    /// Adds the papers to the codes.
    pub(super) fn read(source: Source<'_>, codes: &mut Codes) -> Result<Self, RuleError> {
        let file: File = source.read()?;
        codes.add(source, CodeList::RepairDocument, &file.document)?;
        let papers: Vec<Document> = codes
            .of(CodeList::RepairDocument)
            .map(|code| Document {
                name: code.code.clone(),
                zh: code.zh.clone(),
                en: code.en.clone(),
                secondary: false,
            })
            .collect();
        let all = file.requirement.iter();
        let all = all.map(|raw| Requirement::read(source, raw, &papers, codes));
        let all: Vec<Requirement> = all.collect::<Result<_, _>>()?;
        let versions = all.iter().zip(&file.requirement);
        let versions = versions.map(|(one, raw)| {
            (
                (&one.repair_kind, one.region),
                raw.name.span(),
                one.rule.time(),
            )
        });
        check_versions(source, versions, false)?;
        Ok(Self(all))
    }

    pub(super) fn find(
        &self,
        repair_kind: &str,
        region: Region,
        day: Date,
    ) -> Option<&Requirement> {
        let fits = |one: &&Requirement| {
            one.repair_kind == repair_kind && one.region.covers(&region) && one.rule.in_force(day)
        };
        let depth = |one: &&Requirement| match one.region {
            Region::NATION => 0,
            region => {
                7 - region
                    .as_str()
                    .chars()
                    .rev()
                    .take_while(|c| *c == '0')
                    .count()
            }
        };
        self.0.iter().filter(fits).max_by_key(depth)
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &Requirement> {
        self.0.iter()
    }

    pub(super) fn versions(&self) -> impl Iterator<Item = &RuleVersion> {
        self.0.iter().map(|one| &one.rule)
    }
}

impl Requirement {
    fn read(
        source: Source<'_>,
        raw: &Raw,
        papers: &[Document],
        codes: &Codes,
    ) -> Result<Self, RuleError> {
        let kind = raw.repair_kind.get_ref();
        if !codes.knows(CodeList::RepairKind, kind) {
            return Err(source.fault(&raw.repair_kind, format!("no kind of repair {kind}")));
        }
        let mut documents: Vec<Document> = Vec::new();
        let named = raw.main.iter().map(|text| (text, false));
        for (text, secondary) in named.chain(raw.secondary.iter().map(|text| (text, true))) {
            let name = text.get_ref();
            let paper = papers.iter().find(|paper| paper.name == *name);
            let Some(paper) = paper else {
                return Err(source.fault(text, format!("no [[document]] {name}")));
            };
            if documents.iter().any(|paper| paper.name == *name) {
                return Err(source.fault(text, format!("{name} stands here twice")));
            }
            documents.push(Document {
                secondary,
                ..paper.clone()
            });
        }
        if raw.main.is_empty() {
            return Err(source.fault(&raw.name, "an application has at least one main paper"));
        }
        if raw.secondary.is_empty() != raw.gaps.is_none() {
            return Err(source.fault(&raw.name, "secondary papers and gaps go together"));
        }
        let region = raw
            .region
            .as_ref()
            .map(|text| source.region(text))
            .transpose()?;
        let gaps = raw
            .gaps
            .as_ref()
            .map(|gaps| *gaps.get_ref())
            .map(|gaps| Gaps {
                working_days: gaps.working_days,
                extension: gaps.extension,
                barred_years: gaps.barred_years,
            });
        match (&raw.gaps, gaps) {
            (Some(at), Some(gaps)) if !gaps.make_sense() => {
                let reason =
                    "working_days and extension are from 1 to 366, barred_years from 1 to 100";
                Err(source.fault(at, reason))
            }
            _ => Ok(Self {
                rule: RuleVersion::read(source, &raw_version!(raw))?,
                repair_kind: kind.clone(),
                region: region.unwrap_or(Region::NATION),
                documents,
                gaps,
            }),
        }
    }
}
