//! What departments have to do by when because of public records, and whether it was done: by the dated rules and by later records.
//!
//! Kept by record, so that a record that comes, leaves or is corrected takes back what it said before. It knows no day but those of records: what
//! is overdue is for whoever asks on a day. A record counts as done what was withdrawn for a repair or ended by the rules; what was withdrawn
//! for another reason, or erased, has not been done.

use super::duty_ends::{First, Through, facts};
use super::fold::Read;
use super::staging::Staging;
use super::{Model, ModelError, Records, key, unusable};
use crate::domain::dates::{day_in_china, parse_date};
use crate::domain::{Stored, View};
use crate::rules::{Duty, OwedBy, Rules};
use gongshi_verify::encoding::decimal;
use jiff::civil::Date;
use serde_json::Value;
use std::collections::BTreeSet;

/// Whose term runs, of the duties that stand with an authority.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// Its own.
    Own,
    /// Somebody else's, who has no page of duties here: the authority follows it up.
    Followed,
}

impl Part {
    /// Both.
    pub const ALL: &'static [Part] = &[Part::Own, Part::Followed];

    pub(super) fn byte(self) -> u8 {
        match self {
            Part::Own => b'o',
            Part::Followed => b'w',
        }
    }

    pub(super) fn from_byte(byte: u8) -> Option<Self> {
        Part::ALL.iter().copied().find(|part| part.byte() == byte)
    }
}

/// How something was done that had to be done by a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum HowMet {
    /// On the last day or before it.
    InTime,
    /// After it.
    Late,
    /// That cannot be told: the last day cannot be computed, or it was over before the log began, and what this log took late may have been
    /// published elsewhere in time.
    Undecided,
}

impl HowMet {
    pub(super) fn byte(self) -> u8 {
        match self {
            HowMet::InTime => b'i',
            HowMet::Late => b'l',
            HowMet::Undecided => b'u',
        }
    }

    pub(super) fn from_byte(byte: u8) -> Option<Self> {
        let all = [HowMet::InTime, HowMet::Late, HowMet::Undecided];
        all.into_iter().find(|how| how.byte() == byte)
    }
}

/// The end of a duty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Met {
    /// The day that counts.
    pub on: Date,
    /// The entry that ended it: the record itself where its publication did.
    pub by: u64,
    /// In time or not.
    pub how: HowMet,
}

/// A duty that a public record started.
#[derive(Debug, Clone, PartialEq)]
pub struct RecordDuty<'a> {
    /// What must be done by when, by which rule.
    pub duty: Duty<'a>,
    /// The authority with which it stands.
    pub authority: String,
    /// Whose term runs.
    pub part: Part,
    /// How it ended; `None` while it is open.
    pub met: Option<Met>,
    /// Of an open one that was done before, or was read otherwise by a correction that was withdrawn: the latest entry by which it is as it is.
    pub reopened_by: Option<u64>,
    /// The records named by what its record names, with whose fate it may end.
    reached: BTreeSet<u64>,
}

impl Model {
    /// The duties that a public record started, in the order of the rules; `None` for one that is not public. `records`: the log it is of.
    ///
    /// # Errors
    /// [`ModelError`].
    pub fn duties_of<'a>(
        &'a self,
        index: u64,
        records: &'a dyn Records,
    ) -> Result<Option<Vec<RecordDuty<'a>>>, ModelError> {
        let staging = Staging::new(self, records);
        let Some(record) = staging.public(index)? else {
            return Ok(None);
        };
        let mut duties = staging.duties(index, &record)?;
        if let Some(view) = record.standing() {
            let said = facts(self.rules(), &record.stored, view);
            for one in duties.iter_mut().filter(|one| one.met.is_none()) {
                one.reopened_by = staging.reopened_by(&one.duty, index, &record, &said)?;
            }
        }
        Ok(Some(duties))
    }
}

/// A duty as it is kept: with whom it stands, by which rule, and how it is.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Kept {
    authority: String,
    part: Part,
    rule: String,
    state: State,
    reached: BTreeSet<u64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Until a day, where it can be computed.
    Open(Option<Date>),
    Met(HowMet, Date),
}

/// What stands in a key for the day of an open duty whose last day cannot be computed: as long as a day, and after all of them.
pub(super) const NO_DAY: &str = "unknown---";

fn open_day(due: Option<Date>) -> String {
    due.map_or_else(|| NO_DAY.to_owned(), |day| day.to_string())
}

impl Kept {
    fn new(duty: &RecordDuty<'_>) -> Self {
        Kept {
            authority: duty.authority.clone(),
            part: duty.part,
            rule: duty.duty.rule.id(),
            state: match duty.met {
                Some(met) => State::Met(met.how, met.on),
                None => State::Open(duty.duty.due_on.ok()),
            },
            reached: duty.reached.clone(),
        }
    }

    fn to_line(&self) -> String {
        let (how, day) = match self.state {
            State::Open(due) => ('o', open_day(due)),
            State::Met(how, on) => (char::from(how.byte()), on.to_string()),
        };
        let part = char::from(self.part.byte());
        let reached: Vec<String> = self.reached.iter().map(u64::to_string).collect();
        let reached = reached.join(",");
        format!(
            "{}|{part}|{how}|{day}|{reached}|{}",
            self.authority, self.rule
        )
    }

    fn parse(line: &str) -> Option<Self> {
        let mut members = line.splitn(6, '|');
        let mut next = || members.next();
        let (authority, part, how, day) = (next()?, next()?, next()?, next()?);
        let (reached, rule) = (next()?, next()?);
        let reached = reached.split(',').filter(|one| !one.is_empty());
        let one = |text: &str| text.bytes().next();
        Some(Kept {
            authority: authority.to_owned(),
            part: Part::from_byte(one(part)?)?,
            rule: rule.to_owned(),
            state: match one(how)? {
                b'o' => State::Open(parse_date(day)),
                how => State::Met(HowMet::from_byte(how)?, parse_date(day)?),
            },
            reached: reached.map(decimal).collect::<Option<_>>()?,
        })
    }
}

impl<'a> Staging<'a> {
    /// The duties that a record started, each with its end.
    fn duties(&self, index: u64, record: &Read) -> Result<Vec<RecordDuty<'a>>, ModelError> {
        let model: &'a Model = self.model;
        let rules: &'a Rules = model.rules();
        let Some(view) = record.standing() else {
            return Ok(Vec::new());
        };
        let said = facts(rules, &record.stored, view);
        let mut found = Vec::new();
        for duty in rules.duties(&said) {
            let through = self.through(&duty, &view)?;
            let met = self.end_of(&duty, (index, record), &said, &through)?;
            let met = met
                .map(|first| self.met(&duty, index, &first))
                .transpose()?;
            let known = self.is_known_in_time(&duty, index, record, &view)?;
            let whom = self.whom(&duty, &view, &through)?;
            let mut owed = owed(duty, record, whom, known, met);
            owed.reached = through.reaches.iter().map(|(_, _, one)| *one).collect();
            found.push(owed);
        }
        if record.is_corrected() {
            self.corrected_away(index, record, &mut found)?;
        }
        Ok(found)
    }

    /// The duties that a corrected record asked for and asks for no more, where that ends them: each as the last body has it that asked for it,
    /// done by the correction after that, where nothing did it before.
    fn corrected_away(
        &self,
        index: u64,
        record: &Read,
        found: &mut Vec<RecordDuty<'a>>,
    ) -> Result<(), ModelError> {
        let model: &'a Model = self.model;
        let rules: &'a Rules = model.rules();
        let Some(own) = record.own() else {
            return Ok(());
        };
        let mut seen: BTreeSet<String> = BTreeSet::new();
        seen.extend(found.iter().map(|one| one.duty.rule.name.clone()));
        let mut after: Option<First> = None;
        let corrections = self.corrections(index)?.into_iter().rev();
        for version in corrections.map(Some).chain([None]) {
            let said = version.map(|one| self.kept(one));
            let said = said.transpose()?;
            let body = said.as_ref().and_then(|said| said.corrected_body());
            let view = body.map(|body| View::new(own.kind(), body));
            let view = match (view, &said) {
                (Some(view), _) => view,
                (None, None) => own,
                (None, Some(_)) => continue,
            };
            let asked = facts(rules, &record.stored, view);
            for duty in rules.duties(&asked) {
                let Some(after) = &after else {
                    break;
                };
                if !duty.ends_with_own_correction() || !seen.insert(duty.rule.name.clone()) {
                    continue;
                }
                let through = Through::default();
                let before = self.end_of(&duty, (index, record), &asked, &through)?;
                let before = before.filter(|one| (one.on, one.by) < (after.on, after.by));
                let met = self.met(&duty, index, before.as_ref().unwrap_or(after))?;
                let whom = self.whom(&duty, &view, &through)?;
                found.push(owed(duty, record, whom, true, Some(met)));
            }
            after = version.zip(said).map(|(by, said)| First {
                on: day_in_china(said.entry.logged_at.unix()),
                by,
                or_before: false,
            });
        }
        Ok(())
    }

    /// Whether the record said what it lays on somebody else before its last day was over: nobody is late with what was not there to be known.
    /// What a correction says first is known from the day of its logging.
    fn is_known_in_time(
        &self,
        duty: &Duty<'_>,
        index: u64,
        record: &Read,
        view: &View<'_>,
    ) -> Result<bool, ModelError> {
        let Ok(due) = &duty.due_on else {
            return Ok(true);
        };
        // What it says of whose it is.
        let whose = |view: &View<'_>| -> Option<Vec<Value>> {
            let fields = match duty.owed_by {
                OwedBy::Publisher | OwedBy::Subject => return None,
                OwedBy::Field(field) => vec![field],
                OwedBy::Via => duty.via().into_iter().map(|(own, _)| own).collect(),
            };
            let values = fields.iter().filter_map(|field| view.value_of(field));
            Some(values.cloned().collect())
        };
        let Some(wanted) = whose(view) else {
            return Ok(true);
        };
        let rules = self.model.rules();
        let says = |view: View<'_>| {
            let all = rules.duties(&facts(rules, &record.stored, view));
            let mut all = all.iter().filter(|one| one.rule.name == duty.rule.name);
            whose(&view).as_ref() == Some(&wanted) && all.any(|one| one.due_on == Ok(*due))
        };
        let logged = |stored: &Stored| day_in_china(stored.entry.logged_at.unix());
        // Back from what says so now, as long as it was said: the first of these made it known.
        for correction in self.corrections(index)?.into_iter().rev() {
            let said = self.kept(correction)?;
            let Some(body) = said.corrected_body() else {
                continue;
            };
            if !says(View::new(view.kind(), body)) {
                return Ok(false);
            }
            if logged(&said) <= *due {
                return Ok(true);
            }
        }
        Ok(record
            .own()
            .is_none_or(|own| says(own) && logged(&record.stored) <= *due))
    }

    /// Who is named as having to do it, where not the publisher of the record.
    fn whom(
        &self,
        duty: &Duty<'_>,
        view: &View<'_>,
        through: &Through,
    ) -> Result<Option<String>, ModelError> {
        Ok(match duty.owed_by {
            OwedBy::Publisher | OwedBy::Subject => None,
            OwedBy::Field(field) => view.text_of(field).map(str::to_owned),
            OwedBy::Via => match through.reaches.first() {
                Some((_, _, reached)) => {
                    let stored = self.kept(*reached)?;
                    Some(stored.entry.authority.to_string())
                }
                None => None,
            },
        })
    }

    fn met(&self, duty: &Duty<'_>, index: u64, first: &First) -> Result<Met, ModelError> {
        let (on, by) = (first.on, first.by);
        let how = match (duty.in_time(on), &duty.due_on) {
            (Some(true), _) => HowMet::InTime,
            (Some(false), _) if first.or_before => HowMet::Undecided,
            (Some(false), Ok(due)) if by == index && *due < self.log_began()? => HowMet::Undecided,
            (Some(false), _) => HowMet::Late,
            (None, _) => HowMet::Undecided,
        };
        Ok(Met { on, by, how })
    }

    fn log_began(&self) -> Result<Date, ModelError> {
        if let Some(day) = self.began.get() {
            return Ok(*day);
        }
        let first = self.kept(0)?;
        let day = day_in_china(first.entry.logged_at.unix());
        Ok(*self.began.get_or_init(|| day))
    }

    /// Keeps the duties of a record.
    pub(super) fn keep_duties(&mut self, index: u64, record: &Read) -> Result<(), ModelError> {
        let duties = self.duties(index, record)?;
        let lines: Vec<String> = duties.iter().map(|one| Kept::new(one).to_line()).collect();
        let value = lines.join("\n").into_bytes();
        if self.get(&key::duties(index))?.unwrap_or_default() == value {
            return Ok(());
        }
        self.forget_duties(index)?;
        for duty in &duties {
            self.count_duty(index, &Kept::new(duty), true)?;
        }
        self.put_unless_empty(key::duties(index), value);
        Ok(())
    }

    /// Takes back what is kept of the duties of a record.
    pub(super) fn forget_duties(&mut self, index: u64) -> Result<(), ModelError> {
        let Some(value) = self.get(&key::duties(index))? else {
            return Ok(());
        };
        for line in String::from_utf8_lossy(&value).lines() {
            let kept = Kept::parse(line);
            let kept = kept.ok_or_else(|| unusable("a duty", format!("it reads {line:?}")))?;
            self.count_duty(index, &kept, false)?;
        }
        self.delete(key::duties(index));
        Ok(())
    }

    fn count_duty(&mut self, index: u64, kept: &Kept, present: bool) -> Result<(), ModelError> {
        let (authority, part, rule) = (&kept.authority, kept.part.byte(), &kept.rule);
        let (row, counter, place) = match kept.state {
            State::Open(due) => (Some((b'O', open_day(due))), b'C', open_day(due)),
            State::Met(how, on) => {
                let row = (how == HowMet::Late).then(|| (b'Z', on.to_string()));
                (row, b'Q', char::from(how.byte()).to_string())
            }
        };
        if let Some((list, day)) = row {
            let key = key::duty(list, authority, part, Some((&day, index, rule)));
            match present {
                true => self.put(key, Vec::new()),
                false => self.delete(key),
            }
        }
        for reached in &kept.reached {
            let key = key::reached(*reached, Some(index));
            match present {
                true => self.put(key, Vec::new()),
                false => self.delete(key),
            }
        }
        let counter = key::duty_count(counter, Some((authority, part, &place, rule)));
        self.add(counter, if present { 1 } else { -1 })
    }

    /// Looks again at every record whose duties may have changed.
    pub(super) fn keep_touched_duties(&mut self) -> Result<(), ModelError> {
        for index in std::mem::take(&mut self.duties_touched) {
            // What has no duties gets none from others.
            if self.get(&key::duties(index))?.is_none() {
                continue;
            }
            if let Some(record) = self.public(index)? {
                self.keep_duties(index, &record)?;
            }
        }
        Ok(())
    }
}

/// A duty with whom it stands, and how it ended.
///
/// What somebody else could not know in time stays with who laid it on them.
fn owed<'a>(
    duty: Duty<'a>,
    record: &Read,
    whom: Option<String>,
    known_in_time: bool,
    met: Option<Met>,
) -> RecordDuty<'a> {
    let publisher = record.stored.entry.authority.to_string();
    let (authority, part) = match (duty.owed_by, whom) {
        (OwedBy::Publisher, _) => (publisher, Part::Own),
        (_, Some(named)) if known_in_time || named == publisher => (named, Part::Own),
        _ => (publisher, Part::Followed),
    };
    RecordDuty {
        authority,
        part,
        met,
        reopened_by: None,
        reached: BTreeSet::new(),
        duty,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn what_is_kept_reads_back_as_it_was() {
        for state in [
            State::Open(None),
            State::Open(Some(date(2026, 3, 2))),
            State::Met(HowMet::InTime, date(2026, 3, 2)),
            State::Met(HowMet::Late, date(2026, 3, 3)),
            State::Met(HowMet::Undecided, date(2012, 1, 1)),
        ] {
            for part in Part::ALL {
                let kept = Kept {
                    authority: "610323-SCJG".to_owned(),
                    part: *part,
                    rule: "penalty-20wd@2021-09-01".to_owned(),
                    state,
                    reached: BTreeSet::from([7, 4711]),
                };
                assert_eq!(Kept::parse(&kept.to_line()), Some(kept));
            }
        }
        assert_eq!(Kept::parse("610323-SCJG|o|x|2026-03-02||rule"), None);
        assert_eq!(Kept::parse("610323-SCJG|o|i|2026-03||rule"), None);
    }
}
