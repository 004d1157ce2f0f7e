//! What departments owe on a day, as pages, API and feeds tell it: of records that are public at this moment, without a word of what they say.
//!
//! The model knows duties and their days; here the day of the request is held against them. Natural persons may be the subjects: no name is read here.

use super::Portal;
use super::problem::{Problem, internal};
use crate::domain::Stored;
use crate::domain::dates::day_in_china;
use crate::model::{
    AllTotals, DutyCounts, DutyLine, DutyPlace, DutyStart, DutyTotals, HowMet, Met, ModelError,
    Part, RecordDuty,
};
use crate::rules::{Calendar, OutsideCalendar, RuleVersion, Task};
use gongshi_verify::entry::Entry;
use gongshi_verify::time::Timestamp;
use jiff::ToSpan as _;
use jiff::civil::Date;
use std::sync::Arc;

/// Days before the last one on which a duty is due soon.
pub const SOON_DAYS: i32 = 7;

/// Which duties of an authority are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asked {
    /// Its own, or those it follows up.
    pub part: Part,
    /// Those met too late, instead of the open ones.
    pub late: bool,
}

/// A duty as it is told, with nothing of the record but its kind.
#[derive(Debug, Clone, PartialEq)]
pub struct Told {
    /// The record that started it.
    pub index: u64,
    /// Its kind.
    pub kind: String,
    /// When the log took it.
    pub logged_at: Timestamp,
    /// When the log last took something that it is read with: the record, its latest correction, or what opened the duty again.
    pub changed_at: Timestamp,
    /// The rule.
    pub rule: RuleVersion,
    /// What has to be done.
    pub task: Task,
    /// The authority with which it stands.
    pub authority: String,
    /// Whose term runs.
    pub part: Part,
    /// The day from which the term runs.
    pub starts_on: Date,
    /// The last day; or the first that the calendar does not know.
    pub due_on: Result<Date, OutsideCalendar>,
    /// How it ended.
    pub done: Option<Done>,
}

/// The end of a duty, as far as it may be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Done {
    /// The day that counts; not told of a record that is no longer public.
    pub on: Option<Date>,
    /// The entry that ended it.
    pub by: u64,
    /// In time or not.
    pub how: HowMet,
}

/// How a duty stands on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Done.
    Met(HowMet),
    /// Open, with more than a week left.
    Open,
    /// Open, and due within a week.
    Soon,
    /// Its last day is over.
    Overdue {
        /// Since how many days.
        days: i64,
        /// Of them working days, where the calendar tells.
        working: Option<usize>,
    },
    /// Open, and its last day cannot be computed.
    Undated,
}

impl Standing {
    /// A stable name for programs.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Standing::Met(HowMet::InTime) => "in_time",
            Standing::Met(HowMet::Late) => "late",
            Standing::Met(HowMet::Undecided) => "undecided",
            Standing::Open => "open",
            Standing::Soon => "due_soon",
            Standing::Overdue { .. } => "overdue",
            Standing::Undated => "undated",
        }
    }
}

/// The last day that counts as soon.
#[must_use]
pub fn soon_after(day: Date) -> Date {
    day.saturating_add(SOON_DAYS.days())
}

impl Told {
    fn new(
        index: u64,
        stored: &Stored,
        changed_at: Timestamp,
        said: RecordDuty<'_>,
        done: Option<Done>,
    ) -> Self {
        Told {
            index,
            kind: stored.entry.kind.as_str().to_owned(),
            logged_at: stored.entry.logged_at,
            changed_at,
            rule: said.duty.rule.clone(),
            task: said.duty.task.clone(),
            authority: said.authority,
            part: said.part,
            starts_on: said.duty.starts_on,
            due_on: said.duty.due_on,
            done,
        }
    }

    /// How it stands on a day.
    #[must_use]
    pub fn on(&self, day: Date, calendar: &Calendar) -> Standing {
        match (self.done, &self.due_on) {
            (Some(done), _) => Standing::Met(done.how),
            (None, Err(_)) => Standing::Undated,
            (None, Ok(due)) if *due < day => Standing::Overdue {
                days: (day - *due).get_days().into(),
                working: calendar.between(*due, day).ok(),
            },
            (None, Ok(due)) if *due <= soon_after(day) => Standing::Soon,
            (None, Ok(_)) => Standing::Open,
        }
    }
}

impl Portal {
    /// The duties that a record started, in the order of the rules; none of one that is not public.
    pub fn duties_of(&self, index: u64) -> Result<Vec<Told>, Problem> {
        let leaf = self.log.leaf(index)?;
        // The model is a moment behind: what is public is for the log to say.
        if leaf.record.is_none() {
            return Ok(Vec::new());
        }
        let stored = Stored::read(&leaf.entry, leaf.record.as_deref());
        let stored = stored.map_err(|error| internal(&error))?;
        let duties = self.model.duties_of(index, self.log.as_ref())?;
        let taken_at = |entry: u64| {
            let entry = self.log.entry(entry)?;
            let entry = Entry::parse(&entry).map_err(|error| internal(&error))?;
            Ok::<_, Problem>(entry.logged_at)
        };
        let latest = self.model.latest_correction(index)?.map(taken_at);
        let changed_at = latest.transpose()?.unwrap_or(stored.entry.logged_at);
        let mut told = Vec::new();
        for duty in duties.unwrap_or_default() {
            let done = duty.met.map(|met| self.done(met)).transpose()?;
            let reopened_at = duty.reopened_by.map(taken_at).transpose()?;
            let changed_at = reopened_at.map_or(changed_at, |at| at.max(changed_at));
            told.push(Told::new(index, &stored, changed_at, duty, done));
        }
        Ok(told)
    }

    fn done(&self, met: Met) -> Result<Done, Problem> {
        let public = self.log.leaf(met.by)?.record.is_some();
        Ok(Done {
            on: public.then_some(met.on),
            by: met.by,
            how: met.how,
        })
    }

    /// Duties of an authority in the model's order. What has left, or changed since the model was read, is left out.
    pub fn duties(
        &self,
        authority: &str,
        asked: Asked,
        offset: usize,
        limit: usize,
    ) -> Result<Vec<Told>, Problem> {
        let start = DutyStart::Skipping(offset);
        let (part, late) = (asked.part, asked.late);
        self.told(
            self.model
                .duties_from(authority, part, late, start, limit)?,
        )
    }

    /// The same after a place or from the beginning, and the place after which the list goes on, if it does.
    pub fn duties_after(
        &self,
        authority: &str,
        asked: Asked,
        after: Option<&DutyPlace>,
        limit: usize,
    ) -> Result<(Vec<Told>, Option<DutyPlace>), Problem> {
        let (part, late) = (asked.part, asked.late);
        let asked_for = limit.saturating_add(1);
        let start = after.map_or(DutyStart::Skipping(0), DutyStart::Behind);
        let mut lines = self
            .model
            .duties_from(authority, part, late, start, asked_for)?;
        let more = lines.len() > limit;
        lines.truncate(limit);
        let last = lines.last().filter(|_| more).cloned();
        Ok((self.told(lines)?, last.map(DutyPlace::from)))
    }

    fn told(&self, lines: Vec<DutyLine>) -> Result<Vec<Told>, Problem> {
        let mut told = Vec::new();
        for line in lines {
            let of_record = self.duties_of(line.index)?;
            told.extend(of_record.into_iter().find(|one| one.rule.id() == line.rule));
        }
        Ok(told)
    }

    /// Numbers of duties on a day, by authority.
    pub fn duty_totals(&self, day: Date) -> Result<Arc<AllTotals>, ModelError> {
        self.model.duty_totals(day, soon_after(day))
    }

    /// The same of one authority.
    pub fn duty_totals_of(&self, authority: &str, day: Date) -> Result<DutyTotals, ModelError> {
        self.model.duty_totals_of(authority, day, soon_after(day))
    }

    /// The day in China by the log's clock.
    pub fn today(&self) -> Date {
        day_in_china(self.intake.clock().now().unix())
    }
}

/// The sum of a part.
#[must_use]
pub fn sum(totals: &DutyTotals, part: Part) -> DutyCounts {
    let of_part = totals.iter().filter(|((of, _), _)| *of == part);
    DutyCounts::sum(of_part.map(|(_, counts)| counts))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::Rules;
    use jiff::civil::date;

    /// Due on Friday, 6 March 2026; the week after has five working days.
    #[test]
    fn a_duty_is_overdue_from_the_day_after_its_last() {
        let rules = Rules::built_in();
        let (rule, task) = rules.duty_rule("repair-accept-2wd@2021-09-01").unwrap();
        let due = Told {
            index: 7,
            kind: "repair_application".to_owned(),
            logged_at: Timestamp::from_unix(0).unwrap(),
            changed_at: Timestamp::from_unix(0).unwrap(),
            rule: rule.clone(),
            task: task.clone(),
            authority: "000000-SCJG".to_owned(),
            part: Part::Own,
            starts_on: date(2026, 3, 4),
            due_on: Ok(date(2026, 3, 6)),
            done: None,
        };
        let on = |day: Date| due.on(day, rules.calendar());
        assert_eq!(on(date(2026, 2, 26)), Standing::Open);
        assert_eq!(on(date(2026, 2, 27)), Standing::Soon);
        assert_eq!(on(date(2026, 3, 6)), Standing::Soon);
        let overdue = |days, working| Standing::Overdue { days, working };
        assert_eq!(on(date(2026, 3, 8)), overdue(2, Some(0)));
        assert_eq!(on(date(2026, 3, 13)), overdue(7, Some(5)));
        // How many of them are worked is not known after the last notice.
        assert_eq!(on(date(2027, 3, 6)), overdue(365, None));
    }
}
