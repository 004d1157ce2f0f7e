//! What ends a duty: the record's own publication, or a later record that names it, or what it names.

use super::codes::Codes;
use super::condition::{Condition, Context, RawCondition, date_field, field};
use super::facts::Facts;
use super::source::{RuleError, Source};
use super::table::holds;
use crate::domain::office::has_standing;
use crate::domain::schema::FieldType;
use crate::domain::subject::is_one_of;
use crate::domain::{EntryRef, Kind, Subject, View};
use gongshi_verify::names::AuthorityId;
use jiff::civil::Date;
use serde::Deserialize;
use toml::Spanned;

/// Which day counts of a record that ends a duty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counts {
    /// The day the record is about; the day of its logging where it is about none.
    Main,
    /// The day of its logging: it does what was to be done by being in the log.
    Publication,
    /// The day that it gives in this field; where it gives none there, the one it is about.
    Field(&'static str),
}

/// What ends a duty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EndsWith {
    /// The record's own publication, which may have come too late.
    Publication,
    /// A later record.
    Later {
        /// Its kind.
        kind: Kind,
        /// Its field that names this record, or what this record names by `same`.
        field: &'static str,
        /// This record's field that names what the later one names too.
        same: Option<&'static str>,
        /// The field of what this record names by `same` that names what the later one names too.
        via: Option<&'static str>,
        /// What must hold of the later record.
        when: Vec<Condition>,
        /// Which day of it counts.
        on: Counts,
        /// Whose word ends it.
        by: By,
        /// The field in which both say the same.
        like: Option<&'static str>,
        /// It has to come after this record in the log, too.
        after: bool,
    },
}

/// Whose record ends a duty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// Anybody's that may publish it: a matter that was handed over is closed by who received it.
    Anyone,
    /// That of who published the record with the duty, of one above it, or of a department that took part.
    Publisher,
}

/// A record, where duties and their ends are held against each other.
#[derive(Debug, Clone, Copy)]
pub struct Side<'a> {
    /// Its entry.
    pub index: u64,
    /// Who published it.
    pub authority: &'a AuthorityId,
    /// Its subject: as it was published, and as it stands; none where it names nobody.
    pub subjects: &'a [Subject<&'a str>],
    /// What it says.
    pub facts: &'a Facts<'a>,
    /// What is named by records that it names: the record, its field, and what that names.
    pub reaches: &'a [(u64, &'static str, u64)],
}

impl Side<'_> {
    /// Whether a later record is about the same subject, where both name one. A correction is about what it corrects, whomever it names
    /// itself.
    fn is_of_subject_of(&self, later: &Side<'_>) -> bool {
        later.facts.body.kind() == Kind::Correction
            || self.subjects.is_empty()
            || later.subjects.is_empty()
            || is_one_of(self.subjects, later.subjects)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawEnd {
    publication: Option<bool>,
    kind: Option<Spanned<String>>,
    field: Option<Spanned<String>>,
    same: Option<Spanned<String>>,
    via: Option<Spanned<String>>,
    on: Option<Spanned<String>>,
    by: Option<Spanned<String>>,
    like: Option<Spanned<String>>,
    #[serde(default)]
    after: bool,
    #[serde(default)]
    when: Vec<Spanned<RawCondition>>,
}

impl EndsWith {
    /// The field of the record with the duty, and that field of what it names, by which the later record has to name the same.
    pub(super) fn via(&self) -> Option<(&'static str, &'static str)> {
        match self {
            Self::Later { same, via, .. } => same.zip(*via),
            Self::Publication => None,
        }
    }

    /// Whether a correction of the record itself is meant.
    #[must_use]
    pub fn is_own_correction(&self) -> bool {
        matches!(
            self,
            Self::Later {
                kind: Kind::Correction,
                field: "target",
                same: None,
                ..
            }
        )
    }

    pub(super) fn read(
        source: Source<'_>,
        raw: &Spanned<RawEnd>,
        kinds: &[Kind],
        codes: &Codes,
    ) -> Result<Self, RuleError> {
        let of = raw.get_ref();
        let (Some(kind), Some(name), None) = (&of.kind, &of.field, of.publication) else {
            let alone = of.kind.is_none()
                && of.field.is_none()
                && of.same.is_none()
                && of.via.is_none()
                && of.on.is_none()
                && of.by.is_none()
                && of.like.is_none()
                && !of.after
                && of.when.is_empty();
            return match of.publication {
                Some(true) if alone => Ok(Self::Publication),
                _ => Err(source.fault(raw, "a duty ends with `publication = true`, or with a `kind` whose `field` names the record")),
            };
        };
        let kind = source.kind(kind)?;
        let on = match &of.on {
            None => Counts::Main,
            Some(text) if text.get_ref() == "publication" => Counts::Publication,
            Some(text) => Counts::Field(date_field(source, text, &[kind])?),
        };
        let by = match &of.by {
            None => By::Anyone,
            Some(text) if text.get_ref() == "publisher" => By::Publisher,
            Some(text) => {
                return Err(source.fault(text, "`by` is \"publisher\", or not there"));
            }
        };
        let names = |ty: FieldType| match ty {
            FieldType::EntryRef(target) => {
                of.same.is_some() || kinds.iter().all(|own| target.takes(Some(*own)))
            }
            _ => false,
        };
        let entry = |ty: FieldType| matches!(ty, FieldType::EntryRef(_));
        let same = of
            .same
            .as_ref()
            .map(|text| field(source, text, kinds, "entry", entry));
        let same = same.transpose()?;
        let via = match (&of.via, same.map(|field| field.ty)) {
            (None, _) => None,
            (Some(text), Some(FieldType::EntryRef(target))) => {
                Some(field(source, text, target.kinds, "entry", entry)?.name)
            }
            (Some(text), _) => return Err(source.fault(text, "`via` goes with `same`")),
        };
        let all: Vec<Kind> = kinds.iter().copied().chain([kind]).collect();
        let like = of.like.as_ref();
        let like = like.map(|text| {
            field(source, text, &all, "code", |ty| {
                matches!(ty, FieldType::Code(_))
            })
        });
        let when = of.when.iter();
        Ok(Self::Later {
            kind,
            field: field(source, name, &[kind], "entry that can name it", names)?.name,
            same: same.map(|field| field.name),
            via,
            when: when
                .map(|condition| Condition::read(source, condition, &[kind], codes))
                .collect::<Result<_, _>>()?,
            on,
            by,
            like: like.transpose()?.map(|field| field.name),
            after: of.after,
        })
    }

    /// The day on which a later record ended it; `None` where it did not. What is about another subject ends nothing; what only shares what
    /// it names with this record ends no duty that began after it.
    pub(super) fn met_on(
        &self,
        of: &Side<'_>,
        by_record: &Side<'_>,
        context: &Context<'_>,
    ) -> Option<Date> {
        let Self::Later {
            kind,
            field,
            same,
            via,
            when,
            on,
            by,
            like,
            after,
        } = self
        else {
            return None;
        };
        let entry = |body: &View<'_>, name: &str| {
            body.value_of(name)
                .and_then(EntryRef::from_value)
                .map(|entry| entry.index)
        };
        let (own, later) = (&of.facts.body, by_record.facts);
        let wanted = match (same, via) {
            (Some(name), None) => entry(own, name),
            (Some(name), Some(via)) => entry(own, name).and_then(|named| {
                let mut all = of.reaches.iter();
                let reached = all.find(|(one, field, _)| *one == named && field == via);
                reached.map(|(_, _, reached)| *reached)
            }),
            (None, _) => Some(of.index),
        };
        let may = match by {
            By::Anyone => true,
            By::Publisher => has_standing(by_record.authority, of.authority, own),
        };
        let day = later.body.main_date().unwrap_or(later.published_on);
        let met_on = match on {
            Counts::Main => day,
            Counts::Publication => later.published_on,
            Counts::Field(name) => later.body.date_of(name).unwrap_or(day),
        };
        // What follows on another record than this one's may have been done before it.
        let began = own.main_date().filter(|_| same.is_some() && via.is_none());
        let met = later.body.kind() == *kind
            && wanted.is_some()
            && entry(&later.body, field) == wanted
            && began.is_none_or(|began| began <= met_on)
            && may
            && like.is_none_or(|name| own.value_of(name) == later.body.value_of(name))
            && (!after || by_record.index > of.index)
            && of.is_of_subject_of(by_record)
            && holds(when, later, day, context).unwrap_or(false);
        met.then_some(met_on)
    }
}
