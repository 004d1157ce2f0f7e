//! The dated codes of the open lists: which province may use which code on which day, and how it is called.
//!
//! Every code that the program itself knows is here as well, so that pages and imports have one place for names. What a code means for the end of
//! a display is for conditions of rules, but for one thing: whether a result speaks against the subject.

use super::source::{RuleError, Source};
use super::version::check_versions;
use crate::domain::codes::is_code;
use crate::domain::{CodeList, FieldType, Region, View};
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

impl CodeFault {
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
pub(super) struct Codes {
    codes: Vec<Code>,
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
    source: Spanned<String>,
    confirmed: bool,
}

impl Code {
    fn read(source: Source<'_>, raw: &RawCode) -> Result<Self, RuleError> {
        let name = raw.list.get_ref();
        let list = CodeList::ALL.iter().find(|list| list.name() == name);
        let list = *list.ok_or_else(|| source.fault(&raw.list, format!("no list {name}")))?;
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

    fn time(&self) -> (Date, Date) {
        let (from, to) = (self.valid_from, self.valid_to);
        (from.unwrap_or(Date::MIN), to.unwrap_or(Date::MAX))
    }

    /// Whether it is used in a province, at whatever time.
    #[must_use]
    pub fn used_in(&self, province: Region) -> bool {
        self.provinces.is_empty() || self.provinces.contains(&province)
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
        let mut by_name: HashMap<_, Vec<usize>> = HashMap::new();
        for (i, code) in codes.iter().enumerate() {
            by_name
                .entry((code.list, code.code.clone()))
                .or_default()
                .push(i);
        }
        let own = CodeList::ALL.iter();
        let own = own.filter(|list| list.is_open() && !OTHERWISE.contains(list));
        for (list, code) in own.flat_map(|list| list.codes().iter().map(move |code| (*list, *code)))
        {
            if !by_name.contains_key(&(list, code.to_owned())) {
                let reason = format!("the code {code} of the list {} is missing", list.name());
                return Err(source.whole(reason));
            }
        }
        Ok(Self { codes, by_name })
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
                source: source.name_of_file().to_owned(),
                confirmed: false,
            };
            let at = self.codes.len();
            self.by_name.insert((list, code.clone()), vec![at]);
            self.codes.push(named);
        }
        let missing = list.codes().iter().find(|code| !self.knows(list, code));
        match missing {
            Some(code) => {
                let reason = format!("the code {code} of the list {} is missing", list.name());
                Err(source.whole(reason))
            }
            None => Ok(()),
        }
    }

    fn versions(&self, list: CodeList, code: &str) -> impl Iterator<Item = &Code> {
        let found = self.by_name.get(&(list, code.to_owned()));
        found.into_iter().flatten().map(|i| &self.codes[*i])
    }

    pub(super) fn knows(&self, list: CodeList, code: &str) -> bool {
        self.versions(list, code).next().is_some()
    }

    pub(super) fn of(&self, list: CodeList) -> impl Iterator<Item = &Code> {
        self.codes.iter().filter(move |code| code.list == list)
    }

    pub(super) fn get(
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

    /// Whether a code speaks against the subject; one that may not be used there then says nothing.
    pub(super) fn is_negative(
        &self,
        list: CodeList,
        code: &str,
        province: Region,
        day: Date,
    ) -> bool {
        self.get(list, code, province, day)
            .is_ok_and(|code| code.negative)
    }

    pub(super) fn faults(
        &self,
        body: &View<'_>,
        province: Region,
        day: Date,
    ) -> Vec<(String, CodeFault)> {
        let mut faults = Vec::new();
        body.walk(&mut |leaf| {
            if let (FieldType::Code(list), Some(code)) = (leaf.ty, leaf.value.as_str())
                && list.is_open()
                && let Err(fault) = self.get(list, code, province, day)
            {
                faults.push((leaf.path.to_owned(), fault));
            }
        });
        faults
    }
}
