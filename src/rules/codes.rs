//! The dated codes of the open lists: which province may use which code on which day, and how it is called.
//!
//! This is the one place for them: intake, pages, search, templates and imports ask here. What a code means for the end of a display is for
//! conditions of rules, but for one thing: whether a result speaks against the subject.

use super::source::{RuleError, Source};
use super::version::check_versions;
use crate::domain::codes::{CodeMisuse, InvalidCode, NamedCode, is_code};
use crate::domain::{CodeList, FieldError, FieldType, Problem, Region, View};
use jiff::civil::Date;
use serde::Deserialize;
use std::collections::HashMap;
use toml::Spanned;

/// One dated version of a code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Code {
    /// Its list.
    pub list: CodeList,
    /// The code as records write it.
    pub code: String,
    /// Its Chinese name.
    pub zh: String,
    /// Its English name.
    pub en: String,
    /// First day of use; absent: always was.
    pub valid_from: Option<Date>,
    /// Last day of use; absent: still is.
    pub valid_to: Option<Date>,
    /// Provinces that use it; empty: all.
    pub provinces: Vec<Region>,
    /// Whether it speaks against the subject (results).
    pub negative: bool,
    /// Other names by which tables of departments call it.
    pub aliases: Vec<String>,
    /// By which codes of the list of reasons for removal its ground is done away with; empty: by any. Grounds of listings alone have some.
    pub removed_by: Vec<String>,
    /// Where it was read.
    pub source: String,
    /// Whether the list's own text was read for it.
    pub confirmed: bool,
}

/// Open lists whose codes come with the rules that ask for them.
const OTHERWISE: &[CodeList] = &[CodeList::RepairDocument, CodeList::BufferGround];

/// A code that another file brings, with its names.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawNamed {
    name: Spanned<String>,
    zh: Spanned<String>,
    en: Spanned<String>,
    #[serde(default)]
    aliases: Vec<Spanned<String>>,
}

/// Why a code may not be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CodeFault {
    /// No list has it.
    #[error("the list {} has no such code", .list.name())]
    Unknown {
        /// The list.
        list: CodeList,
    },
    /// Other provinces use it.
    #[error("the code is not used in {province}")]
    NotHere {
        /// The province.
        province: Region,
    },
    /// It is used at other times.
    #[error("the code is not used on {day}")]
    NotThen {
        /// The day.
        day: Date,
    },
}

/// Where and when a record is, for the codes in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The province whose codes it uses.
    pub province: Region,
    /// The day it is about; without one the day it was published.
    pub day: Date,
}

impl CodeFault {
    /// The same without what the list says itself, for a fault of a field.
    fn misuse(&self) -> CodeMisuse {
        match self {
            Self::Unknown { .. } => CodeMisuse::Unknown,
            Self::NotHere { province } => CodeMisuse::NotHere {
                province: province.to_string(),
            },
            Self::NotThen { day } => CodeMisuse::NotThen {
                day: day.to_string(),
            },
        }
    }

    /// A stable name of the fault.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Unknown { .. } => "unknown-code",
            Self::NotHere { .. } => "code-not-here",
            Self::NotThen { .. } => "code-not-then",
        }
    }
}

/// The codes of all open lists.
#[derive(Debug, Clone)]
pub struct Codes {
    codes: Vec<Code>,
    /// Places in `codes` of the versions of each code.
    by_name: HashMap<(CodeList, String), Vec<usize>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    code: Vec<RawCode>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawCode {
    list: Spanned<String>,
    code: Spanned<String>,
    zh: Spanned<String>,
    en: Spanned<String>,
    valid_from: Option<Spanned<String>>,
    valid_to: Option<Spanned<String>>,
    #[serde(default)]
    provinces: Vec<Spanned<String>>,
    negative: Option<Spanned<bool>>,
    #[serde(default)]
    aliases: Vec<Spanned<String>>,
    #[serde(default)]
    removed_by: Vec<Spanned<String>>,
    source: Spanned<String>,
    confirmed: bool,
}

/// Reasons for a removal that say the listing should never have been: they fit any ground.
const NEVER_LISTED: &[&str] = &["listed_in_error", "decision_annulled"];

impl Code {
    fn read(source: Source<'_>, raw: &RawCode) -> Result<Self, RuleError> {
        let name = raw.list.get_ref();
        let list = CodeList::of_name(name)
            .ok_or_else(|| source.fault(&raw.list, format!("no list {name}")))?;
        if OTHERWISE.contains(&list) {
            let reason = format!("the codes of the list {name} stand in a file of their own");
            return Err(source.fault(&raw.list, reason));
        }
        if !list.is_open() {
            return Err(source.fault(&raw.list, format!("the list {name} is not open to files")));
        }
        if !is_code(raw.code.get_ref()) {
            return Err(source.fault(&raw.code, "a code is [a-z][a-z0-9_]*, up to 64"));
        }
        let results = list == CodeList::ResultCode;
        match &raw.negative {
            None if results => {
                return Err(source.fault(&raw.code, "a result says whether it is negative"));
            }
            Some(negative) if !results => {
                return Err(source.fault(negative, "only a result can be negative"));
            }
            _ => {}
        }
        for reason in &raw.removed_by {
            if list != CodeList::AbnormalReason {
                return Err(
                    source.fault(reason, "only a ground of a listing is removed by something")
                );
            }
            if !CodeList::RemovalReason
                .codes()
                .contains(&reason.get_ref().as_str())
            {
                return Err(source.fault(reason, "no code of the list removal_reason"));
            }
        }
        let day =
            |text: &Option<Spanned<String>>| text.as_ref().map(|text| source.day(text)).transpose();
        let code = Self {
            list,
            code: raw.code.get_ref().clone(),
            zh: source.words(&raw.zh)?,
            en: source.words(&raw.en)?,
            valid_from: day(&raw.valid_from)?,
            valid_to: day(&raw.valid_to)?,
            provinces: raw
                .provinces
                .iter()
                .map(|text| source.province(text))
                .collect::<Result<_, _>>()?,
            negative: raw
                .negative
                .as_ref()
                .is_some_and(|negative| *negative.get_ref()),
            removed_by: raw
                .removed_by
                .iter()
                .map(|reason| reason.get_ref().clone())
                .collect(),
            aliases: raw
                .aliases
                .iter()
                .map(|name| source.words(name))
                .collect::<Result<_, _>>()?,
            source: source.words(&raw.source)?,
            confirmed: raw.confirmed,
        };
        match (&raw.valid_to, code.time()) {
            (Some(text), (from, to)) if to < from => {
                Err(source.fault(text, "valid_to is before valid_from"))
            }
            _ => Ok(code),
        }
    }

    /// Every name it goes by.
    pub fn all_names(&self) -> impl Iterator<Item = &str> {
        let own = [self.zh.as_str(), self.en.as_str()].into_iter();
        own.chain(self.aliases.iter().map(String::as_str))
    }

    /// Whether somebody could meet both in one place on one day.
    fn meets(&self, other: &Self) -> bool {
        let ((from, to), (start, end)) = (self.time(), other.time());
        let anywhere = self.provinces.is_empty() || other.provinces.is_empty();
        let here = anywhere || self.provinces.iter().any(|one| other.used_in(*one));
        from <= end && start <= to && here
    }

    fn time(&self) -> (Date, Date) {
        let (from, to) = (self.valid_from, self.valid_to);
        (from.unwrap_or(Date::MIN), to.unwrap_or(Date::MAX))
    }

    /// Its names, Chinese and English.
    #[must_use]
    pub fn names(&self) -> (&str, &str) {
        (&self.zh, &self.en)
    }

    /// Whether it is used in a province, at whatever time.
    #[must_use]
    pub fn used_in(&self, province: Region) -> bool {
        self.provinces.is_empty() || self.provinces.contains(&province)
    }

    /// Whether a reason for removal does away with this ground of a listing.
    #[must_use]
    pub fn is_removed_by(&self, reason: &str) -> bool {
        self.removed_by.is_empty()
            || NEVER_LISTED.contains(&reason)
            || self.removed_by.iter().any(|one| one == reason)
    }

    /// Whether it is used on a day, wherever.
    #[must_use]
    pub fn used_on(&self, day: Date) -> bool {
        let (from, to) = self.time();
        from <= day && day <= to
    }
}

impl Codes {
    pub(super) fn read(source: Source<'_>) -> Result<Self, RuleError> {
        let file: File = source.read()?;
        let codes = file.code.iter().map(|raw| Code::read(source, raw));
        let codes: Vec<Code> = codes.collect::<Result<_, _>>()?;
        // One code twice is right where times or provinces keep the two apart; a version for all provinces is one for each that is named.
        let named = codes.iter().flat_map(|code| &code.provinces).copied();
        let mut places: Vec<Option<Region>> = named.map(Some).collect();
        places.push(None);
        places.sort_unstable();
        places.dedup();
        let versions = codes.iter().zip(&file.code).flat_map(|(code, raw)| {
            let here = |place: &&Option<Region>| match place {
                Some(region) => code.used_in(*region),
                None => code.provinces.is_empty(),
            };
            let places: Vec<_> = places.iter().filter(here).copied().collect();
            places.into_iter().map(move |place| {
                let key = (code.list, code.code.as_str(), place);
                (key, raw.code.span(), code.time())
            })
        });
        check_versions(source, versions, true)?;
        for (i, code) in codes.iter().enumerate() {
            let other = codes[..i].iter().find(|other| {
                let mut names = code.all_names();
                let named = names.any(|name| other.all_names().any(|one| one == name));
                named && other.list == code.list && other.code != code.code && other.meets(code)
            });
            if let Some(other) = other {
                let reason = format!("{} is called the same, there and then", other.code);
                return Err(source.fault(&file.code[i].code, reason));
            }
        }
        let codes = Self::of_codes(codes);
        let here = CodeList::OPEN
            .iter()
            .filter(|list| !OTHERWISE.contains(list));
        for list in here {
            codes.ensure_relied_on(source, *list)?;
        }
        Ok(codes)
    }

    fn ensure_relied_on(&self, source: Source<'_>, list: CodeList) -> Result<(), RuleError> {
        let mut relied = list.relied_on().iter();
        match relied.find(|code| !self.knows(list, code)) {
            Some(code) => {
                let reason = format!("the code {code} of the list {} is missing", list.name());
                Err(source.whole(reason))
            }
            None => Ok(()),
        }
    }

    /// Of codes that are known to be a whole set.
    pub(super) fn of_codes(codes: Vec<Code>) -> Self {
        let mut by_name: HashMap<_, Vec<usize>> = HashMap::new();
        for (i, code) in codes.iter().enumerate() {
            by_name
                .entry((code.list, code.code.clone()))
                .or_default()
                .push(i);
        }
        Self { codes, by_name }
    }

    /// Adds the codes that another file brings, used everywhere and always.
    pub(super) fn add(
        &mut self,
        source: Source<'_>,
        list: CodeList,
        all: &[RawNamed],
    ) -> Result<(), RuleError> {
        for raw in all {
            let code = raw.name.get_ref();
            if !is_code(code) {
                return Err(source.fault(&raw.name, "a code is [a-z][a-z0-9_]*, up to 64"));
            }
            if self.knows(list, code) {
                return Err(source.fault(&raw.name, format!("{code} stands here twice")));
            }
            let named = Code {
                list,
                code: code.clone(),
                zh: source.words(&raw.zh)?,
                en: source.words(&raw.en)?,
                valid_from: None,
                valid_to: None,
                provinces: Vec::new(),
                negative: false,
                removed_by: Vec::new(),
                aliases: raw
                    .aliases
                    .iter()
                    .map(|name| source.words(name))
                    .collect::<Result<_, _>>()?,
                source: source.name_of_file().to_owned(),
                confirmed: false,
            };
            let at = self.codes.len();
            self.by_name.insert((list, code.clone()), vec![at]);
            self.codes.push(named);
        }
        self.ensure_relied_on(source, list)
    }

    fn versions(&self, list: CodeList, code: &str) -> impl Iterator<Item = &Code> {
        let found = self.by_name.get(&(list, code.to_owned()));
        found.into_iter().flatten().map(|i| &self.codes[*i])
    }

    pub(super) fn knows(&self, list: CodeList, code: &str) -> bool {
        self.versions(list, code).next().is_some()
    }

    /// Every version of every code of a list, in file order.
    pub fn of(&self, list: CodeList) -> impl Iterator<Item = &Code> {
        self.codes.iter().filter(move |code| code.list == list)
    }

    /// The codes of a list that may be used somewhere on a day, in file order; without a province those used in any, each once.
    #[must_use]
    pub fn valid(&self, list: CodeList, province: Option<Region>, day: Date) -> Vec<&Code> {
        let mut valid: Vec<&Code> = Vec::new();
        for code in self.of(list) {
            let here = province.is_none_or(|province| code.used_in(province));
            let known = |one: &&Code| one.code == code.code;
            if here && code.used_on(day) && !valid.iter().any(known) {
                valid.push(code);
            }
        }
        valid
    }

    /// A code that may be used in a province on a day.
    ///
    /// # Errors
    /// [`CodeFault`].
    pub fn get(
        &self,
        list: CodeList,
        code: &str,
        province: Region,
        day: Date,
    ) -> Result<&Code, CodeFault> {
        let mut fault = CodeFault::Unknown { list };
        for version in self.versions(list, code) {
            if !version.used_in(province) {
                if matches!(fault, CodeFault::Unknown { .. }) {
                    fault = CodeFault::NotHere { province };
                }
            } else if version.used_on(day) {
                return Ok(version);
            } else {
                fault = CodeFault::NotThen { day };
            }
        }
        Err(fault)
    }

    /// The version by which a code is called there and then. What was logged under other rules may have none: then the province's latest, and then
    /// anybody's, so that a reader meets a name wherever there is one.
    #[must_use]
    pub fn named(&self, list: CodeList, code: &str, place: Place) -> Option<&Code> {
        self.versions(list, code).max_by_key(|version| {
            let (here, then) = (version.used_in(place.province), version.used_on(place.day));
            (here && then, here, then, version.time().0)
        })
    }

    /// Whether a code speaks against the subject; one that may not be used there then says nothing.
    #[must_use]
    pub fn is_negative(&self, list: CodeList, code: &str, place: Place) -> bool {
        self.get(list, code, place.province, place.day)
            .is_ok_and(|code| code.negative)
    }

    /// Every code of a record that may not be used there and then, with those that may.
    #[must_use]
    pub fn faults(&self, body: &View<'_>, place: Place) -> Vec<FieldError> {
        let mut faults = Vec::new();
        body.walk(&mut |leaf| {
            if let (FieldType::Code(list), Some(code)) = (leaf.ty, leaf.value.as_str())
                && list.is_open()
                && let Err(fault) = self.get(list, code, place.province, place.day)
            {
                faults.push(FieldError {
                    path: leaf.path.to_owned(),
                    problem: self.misused(list, fault.misuse(), place),
                    value: code.to_owned(),
                });
            }
        });
        faults
    }

    /// The fault of a value that is no code there and then, with those that are.
    #[must_use]
    pub fn misused(&self, list: CodeList, why: CodeMisuse, place: Place) -> Problem {
        let valid = self.valid(list, Some(place.province), place.day);
        let named = |code: &&Code| NamedCode {
            code: code.code.clone(),
            zh: code.zh.clone(),
            en: code.en.clone(),
        };
        Problem::CodeInvalid(Box::new(InvalidCode {
            list,
            why,
            valid: valid.iter().map(named).collect(),
        }))
    }

    /// Adds to faults of form which codes might stand there.
    pub fn explain(&self, faults: &mut [FieldError], place: Place) {
        for fault in faults {
            if let Problem::CodeInvalid(invalid) = &fault.problem
                && invalid.valid.is_empty()
            {
                fault.problem = self.misused(invalid.list, invalid.why.clone(), place);
            }
        }
    }
}
