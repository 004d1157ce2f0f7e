//! What must be done by when: duties that a record starts, and what ends them.
//!
//! Whether a duty is still open is for whoever sees the later records; here is only what the record itself starts.

use super::calendar::{Calendar, OutsideCalendar};
use super::codes::Codes;
use super::condition::{Condition, Context, date_field, field};
use super::count::{Count, RawCount};
use super::ends::{EndsWith, RawEnd};
use super::facts::Facts;
use super::source::{RuleError, Source};
use super::table::{RawRule, Table, holds};
use super::version::RuleVersion;
use crate::domain::schema::FieldType;
use crate::domain::{Kind, View};
use jiff::civil::Date;
use serde::Deserialize;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use toml::Spanned;

/// Something that must be done by a day.
#[derive(Debug, Clone, PartialEq)]
pub struct Duty<'a> {
    /// The rule that demands it.
    pub rule: &'a RuleVersion,
    /// What has to be done, in words.
    pub task: &'a Task,
    /// Who has to do it.
    pub owed_by: OwedBy,
    /// The day from which the term runs, itself not counted.
    pub starts_on: Date,
    /// The last day for it.
    ///
    /// # Errors
    /// The calendar does not reach so far: no guess is made.
    pub due_on: Result<Date, OutsideCalendar>,
    /// What ends it, any of these.
    pub ends_with: &'a [EndsWith],
}

/// What has to be done, in the words of the rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    /// In Chinese.
    pub zh: String,
    /// In English.
    pub en: String,
}

/// Who has to do what a rule demands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OwedBy {
    /// The department that published the record.
    Publisher,
    /// The authority in this field; where the record names none, somebody this log does not know.
    Field(&'static str),
    /// The subject of the record: the department that published it follows it up.
    Subject,
    /// Who published the record through which the duty ends (`via`): nobody else can correct it.
    Via,
}

/// What a rule says: from when, how long, and what ends it.
#[derive(Debug, Clone)]
pub(super) struct Clock {
    pub(super) task: Task,
    owed_by: OwedBy,
    start: Start,
    term: Term,
    pub(super) ends_with: Vec<EndsWith>,
}

#[derive(Debug, Clone)]
enum Start {
    /// The first of these fields that is there.
    Fields(Vec<&'static str>),
    /// The last day for reporting on the latest year of the field.
    ReportYears(&'static str),
}

#[derive(Debug, Clone, Copy)]
enum Term {
    Count(Count),
    /// The record says the day itself.
    Field(&'static str),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    rule: Vec<RawRule<RawClock>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawClock {
    duty: RawTask,
    owed_by: Option<Spanned<String>>,
    from: Option<Spanned<Vec<Spanned<String>>>>,
    from_report_years: Option<Spanned<String>>,
    count: Option<Spanned<RawCount>>,
    due: Option<Spanned<String>>,
    ends_with: Spanned<Vec<Spanned<RawEnd>>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawTask {
    zh: Spanned<String>,
    en: Spanned<String>,
}

pub(super) fn read(source: Source<'_>, codes: &Codes) -> Result<Table<Clock>, RuleError> {
    let file: File = source.read()?;
    let rules = Table::read(source, &file.rule, codes, |raw, kinds| {
        Clock::read(source, raw, kinds, codes)
    })?;
    // A clock has to run or not: a fine whose size nobody knows cannot decide it.
    let unclear = |condition: &Condition| matches!(condition, Condition::LowerFine(_));
    for (raw, ruled) in file.rule.iter().zip(rules.all()) {
        raw.stands_for_itself(source)?;
        if ruled.when.iter().any(unclear) {
            return Err(source.fault(&raw.then, "lower_fine cannot decide whether a term runs"));
        }
    }
    Ok(rules)
}

impl Clock {
    fn read(
        source: Source<'_>,
        raw: &Spanned<RawClock>,
        kinds: &[Kind],
        codes: &Codes,
    ) -> Result<Self, RuleError> {
        let of = raw.get_ref();
        let owed_by = match &of.owed_by {
            None => OwedBy::Publisher,
            Some(text) if text.get_ref() == "subject" => OwedBy::Subject,
            Some(text) if text.get_ref() == "via" => OwedBy::Via,
            Some(text) => {
                let authority = |ty: FieldType| ty == FieldType::Authority;
                OwedBy::Field(field(source, text, kinds, "authority", authority)?.name)
            }
        };
        let start = match (&of.from, &of.from_report_years) {
            (Some(fields), None) if !fields.get_ref().is_empty() => {
                let fields = fields.get_ref().iter();
                let fields = fields.map(|text| date_field(source, text, kinds));
                Start::Fields(fields.collect::<Result<_, _>>()?)
            }
            (None, Some(text)) => {
                let list = |ty: FieldType| matches!(ty, FieldType::List(FieldType::Integer { .. }));
                Start::ReportYears(field(source, text, kinds, "list of years", list)?.name)
            }
            _ => return Err(source.fault(raw, "a term runs `from` fields or `from_report_years`")),
        };
        let term = match (&of.count, &of.due) {
            (Some(count), None) => Term::Count(Count::read(source, count)?),
            (None, Some(text)) => Term::Field(date_field(source, text, kinds)?),
            _ => {
                return Err(source.fault(
                    raw,
                    "a duty has a `count`, or a field that says when it is `due`",
                ));
            }
        };
        if of.ends_with.get_ref().is_empty() {
            return Err(source.fault(&of.ends_with, "nothing ends the duty"));
        }
        let ends = of.ends_with.get_ref().iter();
        let ends = ends.map(|end| EndsWith::read(source, end, kinds, codes));
        let ends_with = ends.collect::<Result<Vec<_>, _>>()?;
        if let (OwedBy::Via, Some(text)) = (owed_by, &of.owed_by)
            && ends_with.iter().all(|end| end.via().is_none())
        {
            return Err(source.fault(
                text,
                "`owed_by` is \"via\" where the duty ends `via` a record",
            ));
        }
        Ok(Self {
            task: Task {
                zh: source.words(&of.duty.zh)?,
                en: source.words(&of.duty.en)?,
            },
            owed_by,
            start,
            term,
            ends_with,
        })
    }

    fn starts_on(&self, body: &View<'_>) -> Option<Date> {
        match &self.start {
            Start::Fields(fields) => fields.iter().find_map(|field| body.date_of(field)),
            Start::ReportYears(field) => {
                let years = body.value_of(field).and_then(Value::as_array)?;
                let last = years.iter().filter_map(Value::as_i64).max()?;
                // Reports on a year are due by the end of June of the next one.
                Date::new(i16::try_from(last.checked_add(1)?).ok()?, 6, 30).ok()
            }
        }
    }
}

impl Duty<'_> {
    /// Whether the record's own publication ends it.
    #[must_use]
    pub fn is_publication(&self) -> bool {
        self.ends_with == [EndsWith::Publication]
    }

    /// Whether a correction of the record itself may end it: the record then asks for something else.
    #[must_use]
    pub fn ends_with_own_correction(&self) -> bool {
        self.ends_with.iter().any(EndsWith::is_own_correction)
    }

    /// The fields through which it ends: its record's own, and that of what this names.
    #[must_use]
    pub fn via(&self) -> BTreeSet<(&'static str, &'static str)> {
        self.ends_with.iter().filter_map(EndsWith::via).collect()
    }

    /// Whether what is done on a day is in time; `None` where the calendar does not tell.
    #[must_use]
    pub fn in_time(&self, day: Date) -> Option<bool> {
        match &self.due_on {
            Ok(due) => Some(day <= *due),
            // Whatever the missing notice says, its days are after those that are known.
            Err(outside) if outside.day > outside.to && day <= outside.to => Some(true),
            Err(_) => None,
        }
    }
}

/// How duties and the records that end them are found from each other, by kind.
#[derive(Debug, Clone, Default)]
pub(super) struct Crossings {
    /// Fields by which a record can end duties of others.
    pub(super) ending: BTreeMap<Kind, Vec<&'static str>>,
    /// Kinds with duties that end with records which name the same as they do.
    pub(super) shared: BTreeSet<Kind>,
}

impl Crossings {
    pub(super) fn of(rules: &Table<Clock>) -> Self {
        let mut crossings = Self::default();
        fn add(fields: &mut BTreeMap<Kind, Vec<&'static str>>, kind: Kind, field: &'static str) {
            let of_kind = fields.entry(kind).or_default();
            if !of_kind.contains(&field) {
                of_kind.push(field);
            }
        }
        for ruled in rules.all() {
            for end in &ruled.then.ends_with {
                let EndsWith::Later {
                    kind, field, same, ..
                } = end
                else {
                    continue;
                };
                if !end.is_own_correction() {
                    add(&mut crossings.ending, *kind, field);
                }
                if same.is_some() {
                    crossings.shared.extend(&ruled.kinds);
                }
            }
        }
        crossings
    }
}

pub(super) fn duties<'a>(
    rules: &'a Table<Clock>,
    facts: &Facts<'_>,
    context: &Context<'_>,
    calendar: &Calendar,
) -> Vec<Duty<'a>> {
    let found = rules.of(facts.body.kind()).filter_map(|ruled| {
        let starts_on = ruled.then.starts_on(&facts.body)?;
        // No condition read here can fail to answer.
        let applies = ruled.rule.in_force(starts_on)
            && holds(&ruled.when, facts, starts_on, context).unwrap_or(false);
        let due_on = match ruled.then.term {
            Term::Count(count) => count.last_day(starts_on, calendar),
            Term::Field(field) => Ok(facts.body.date_of(field)?),
        };
        applies.then_some(Duty {
            rule: &ruled.rule,
            task: &ruled.then.task,
            owed_by: ruled.then.owed_by,
            starts_on,
            due_on,
            ends_with: &ruled.then.ends_with,
        })
    });
    found.collect()
}
