//! What the log holds of a matter: records as they were last corrected, those that follow on them, those of a subject.

use crate::domain::dates::day_in_china;
use crate::domain::subject::is_one_of;
use crate::domain::{Kind, Stored, Subject, Uscc, View};
use crate::intake::Refusal;
use crate::intake::competence::named;
use crate::log::Log;
use crate::rules::{Display, Later, Rules};
use crate::sequel::{Key, Sequel};
use crate::standing::Standing;
use gongshi_verify::hash::{Hash, leaf_hash};
use gongshi_verify::names::AuthorityId;
use gongshi_verify::registry::Registry;
use gongshi_verify::time::Timestamp;
use jiff::civil::Date;
use serde_json::{Map, Value};

/// Where it is read. `standing` and `sequel` know everything that was published.
#[derive(Clone, Copy)]
pub(in crate::intake) struct Case<'a> {
    pub(in crate::intake) log: &'a Log,
    pub(in crate::intake) standing: &'a Standing,
    pub(in crate::intake) sequel: &'a Sequel,
    pub(in crate::intake) rules: &'a Rules,
    pub(in crate::intake) registry: &'a Registry,
    /// The time at which what is judged is logged.
    pub(in crate::intake) now: Timestamp,
}

/// A record whose body is kept, as it was last corrected.
pub(in crate::intake) struct Past {
    pub(in crate::intake) index: u64,
    pub(in crate::intake) authority: AuthorityId,
    /// It has left publication: what it said is not held against anybody.
    pub(in crate::intake) left: bool,
    /// The day, in China, on which it was logged.
    pub(super) logged_on: Date,
    kind: Kind,
    own: Map<String, Value>,
    corrected: Option<Map<String, Value>>,
}

impl Past {
    pub(in crate::intake) fn kind(&self) -> Kind {
        self.kind
    }

    pub(in crate::intake) fn view(&self) -> View<'_> {
        View::new(self.kind, self.corrected.as_ref().unwrap_or(&self.own))
    }

    /// As it was published first.
    pub(super) fn own_view(&self) -> View<'_> {
        View::new(self.kind, &self.own)
    }

    pub(super) fn names(&self, field: &str) -> Option<u64> {
        named(&self.view(), field)
    }

    pub(super) fn text(&self, field: &str) -> &str {
        let body = self.corrected.as_ref().unwrap_or(&self.own);
        body.get(field).and_then(Value::as_str).unwrap_or_default()
    }

    fn is_of(&self, code: &str) -> bool {
        let own = self.view().subject_code();
        own.is_some_and(|own| own.as_str() == code)
    }

    /// Whether both are about the same subject, as each was published or stands.
    pub(super) fn is_about_subject_of(&self, other: &Past) -> bool {
        let of = |past: &Past| {
            let views = [past.own_view(), past.view()];
            views.map(|view| Subject::of(&view).map(|one| one.map(str::to_owned)))
        };
        let (own, other) = (of(self), of(other));
        let [own, other] = [own, other].map(|all| all.into_iter().flatten().collect::<Vec<_>>());
        is_one_of(&own, &other)
    }

    /// Whether it stands for the subject of another record, and for that day.
    pub(super) fn is_of_day(&self, of: &View<'_>, (field, day): (&str, Date)) -> bool {
        is_of_day(&self.view(), of, (field, day))
    }

    /// Whether it stands for the subject of another record.
    pub(super) fn is_of_subject(&self, of: &View<'_>) -> bool {
        is_of_subject(&self.view(), of)
    }

    /// The day it is about.
    pub(super) fn day(&self) -> Option<Date> {
        self.view().main_date()
    }
}

/// Whether a record is about the subject of another, and names that day.
fn is_of_day(view: &View<'_>, of: &View<'_>, (field, day): (&str, Date)) -> bool {
    view.date_of(field) == Some(day) && is_of_subject(view, of)
}

fn is_of_subject(view: &View<'_>, of: &View<'_>) -> bool {
    let code = of.subject_code();
    view.subject_code() == code && (code.is_some() || view.subject_name() == of.subject_name())
}

fn unreadable(error: impl ToString) -> Refusal {
    Refusal::Unavailable(error.to_string())
}

/// An entry with its body, public or not.
///
/// # Errors
/// It could not be read, or is not there.
pub(in crate::intake) fn stored(log: &Log, index: u64) -> Result<Stored, Refusal> {
    let leaves = log.unveiled(index..index + 1).map_err(unreadable)?;
    let leaf = leaves
        .first()
        .ok_or_else(|| unreadable(format!("entry {index} is not there")))?;
    Stored::read(&leaf.entry, leaf.record.as_deref()).map_err(unreadable)
}

impl Case<'_> {
    pub(super) fn stored(&self, index: u64) -> Result<Stored, Refusal> {
        stored(self.log, index)
    }

    /// How a record is shown by the rules and its own words alone, where they say so.
    pub(super) fn display(&self, past: &Past) -> Option<Display<'_>> {
        let (who, view) = (past.authority.as_str(), past.view());
        let facts = self
            .rules
            .facts(who, view, past.logged_on, Later::default());
        self.rules.display(&facts).ok()
    }

    /// A record, public or not; none where its body was destroyed.
    pub(in crate::intake) fn past(&self, index: u64) -> Result<Option<Past>, Refusal> {
        let stored = self.stored(index)?;
        let ended = self.standing.ended(index)?;
        let erased = ended.and_then(|one| one.erased_by);
        let (Some(kind), Some(own), None) = (stored.kind, stored.body, erased) else {
            return Ok(None);
        };
        let corrected = match self.standing.corrections(index)?.last() {
            Some(latest) => self.stored(*latest)?.corrected_body().cloned(),
            None => None,
        };
        Ok(Some(Past {
            index,
            logged_on: day_in_china(stored.entry.logged_at.unix()),
            authority: stored.entry.authority,
            left: ended.is_some(),
            kind,
            own,
            corrected,
        }))
    }

    /// The hash by which another record names an entry beside its index.
    pub(super) fn leaf_hash(&self, index: u64) -> Result<Hash, Refusal> {
        Ok(leaf_hash(&self.log.entry(index).map_err(unreadable)?))
    }

    /// Who published a record, whatever has become of it.
    pub(super) fn publisher(&self, index: u64) -> Result<AuthorityId, Refusal> {
        Ok(self.stored(index)?.entry.authority)
    }

    /// The first record of a kind, public or not, that names an entry in a field; one that was destroyed may have.
    pub(super) fn answer(
        &self,
        index: u64,
        (kind, field): (Kind, &str),
    ) -> Result<Option<u64>, Refusal> {
        for one in self.sequel.find(&Key::Entry(index))? {
            let past = self.past(one)?;
            if past.is_none_or(|past| past.kind == kind && past.names(field) == Some(index)) {
                return Ok(Some(one));
            }
        }
        Ok(None)
    }

    /// The record that a field names; none where there is no such field, or its body was destroyed.
    pub(super) fn named(&self, view: &View<'_>, field: &str) -> Result<Option<Past>, Refusal> {
        match named(view, field) {
            Some(index) => self.past(index),
            None => Ok(None),
        }
    }

    fn public(&self, key: &Key, own: Option<u64>) -> Result<Vec<Past>, Refusal> {
        let mut all = Vec::new();
        for index in self.sequel.find(key)? {
            if Some(index) != own && self.standing.ended(index)?.is_none() {
                all.extend(self.past(index)?);
            }
        }
        Ok(all)
    }

    /// Public records of a kind that name an entry in a field, in the order of the log, without `own`.
    pub(super) fn following(
        &self,
        index: u64,
        (kind, field): (Kind, &str),
        own: Option<u64>,
    ) -> Result<Vec<Past>, Refusal> {
        let mut all = self.public(&Key::Entry(index), own)?;
        all.retain(|past| past.kind == kind && past.names(field) == Some(index));
        Ok(all)
    }

    /// Public records of a subject of one kind, in the order of the log, without `own`.
    pub(in crate::intake) fn of_subject(
        &self,
        code: &str,
        kind: Kind,
        own: Option<u64>,
    ) -> Result<Vec<Past>, Refusal> {
        let mut all = self.public(&Key::Subject(kind, code.to_owned()), own)?;
        all.retain(|past| past.is_of(code));
        Ok(all)
    }

    /// The same of records that have left publication and whose bodies are kept.
    pub(super) fn left_of_subject(&self, code: &str, kind: Kind) -> Result<Vec<Past>, Refusal> {
        let mut all = Vec::new();
        for index in self.sequel.find(&Key::Subject(kind, code.to_owned()))? {
            if self.standing.ended(index)?.is_some() {
                all.extend(self.past(index)?);
            }
        }
        all.retain(|past| past.is_of(code));
        Ok(all)
    }

    /// The records of a kind that name a day of listing of a subject, their own or that of what they end, as they were published or stand, in the
    /// order of the log; those that have left publication, too. Who has no credit code is known by the name as it is written.
    pub(super) fn of_day(
        &self,
        of: &View<'_>,
        kind: Kind,
        (field, day): (&str, Date),
    ) -> Result<Vec<Past>, Refusal> {
        let (code, name) = (of.subject_code(), of.subject_name());
        let key = Key::listed(kind, code.as_ref().map(Uscc::as_str), name, day);
        let mut all = Vec::new();
        for index in self.sequel.find(&key)? {
            all.extend(self.past(index)?);
        }
        all.retain(|past| {
            let views = [past.own_view(), past.view()];
            views.iter().any(|view| is_of_day(view, of, (field, day)))
        });
        Ok(all)
    }

    /// The day, in China, on which the log begins: what was before it, it cannot know.
    pub(super) fn first_day(&self) -> Result<Date, Refusal> {
        let first = self.stored(0)?;
        Ok(day_in_china(first.entry.logged_at.unix()))
    }

    /// By which entry and on which day the display of a record ended.
    pub(super) fn left(&self, index: u64) -> Result<Option<(u64, Date)>, Refusal> {
        let Some(ended) = self.standing.ended(index)? else {
            return Ok(None);
        };
        let end = self.stored(ended.by)?;
        let expired = end.view().and_then(|view| view.date_of("expired_on"));
        let day = expired.unwrap_or_else(|| day_in_china(end.entry.logged_at.unix()));
        Ok(Some((ended.by, day)))
    }

    /// Whether anything that names an entry in a field has left publication: then what it said is not known.
    pub(super) fn forgotten(
        &self,
        index: u64,
        (kind, field): (Kind, &str),
    ) -> Result<bool, Refusal> {
        for one in self.sequel.find(&Key::Entry(index))? {
            if self.standing.ended(one)?.is_some() {
                let past = self.past(one)?;
                if past.is_none_or(|past| past.kind == kind && past.names(field) == Some(index)) {
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }
}
