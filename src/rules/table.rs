//! Dated versions of rules, and tables in which a record's kind and day find the one that decides.
//!
//! What all files of rules share is checked here: versions of one rule follow each other without overlap or gap, and where one rule has to decide,
//! every day of a kind's covered time ends in a rule without conditions. What a rule says is not known here.

use super::condition::{Condition, Context, RawCondition};
use super::count::next_day;
use super::facts::{Facts, Unruled};
use super::source::{RuleError, Source};
use crate::domain::Kind;
use jiff::civil::Date;
use serde::Deserialize;
use std::collections::BTreeMap;
use toml::Spanned;

/// One dated version of a rule, as pages show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleVersion {
    /// Its name, the same for all versions.
    pub name: String,
    /// First day of the version; absent: always was.
    pub valid_from: Option<Date>,
    /// Last day of the version; absent: still is.
    pub valid_to: Option<Date>,
    /// Legal basis, in Chinese.
    pub basis: String,
    /// Where the rule was read.
    pub source: String,
    /// Whether the law's own text was read for it, or an operator has confirmed it.
    pub confirmed: bool,
    /// A remark on how it was understood.
    pub note: Option<String>,
}

impl RuleVersion {
    /// Name and first day, such as `penalty-low-fine@2021-09-01`: what an expiry gives as its rule.
    #[must_use]
    pub fn id(&self) -> String {
        match self.valid_from {
            Some(day) => format!("{}@{day}", self.name),
            None => self.name.clone(),
        }
    }

    /// Whether the version is in force on a day.
    #[must_use]
    pub fn in_force(&self, day: Date) -> bool {
        self.from() <= day && day <= self.to()
    }

    fn from(&self) -> Date {
        self.valid_from.unwrap_or(Date::MIN)
    }

    fn to(&self) -> Date {
        self.valid_to.unwrap_or(Date::MAX)
    }
}

/// The members that every dated rule has; where they stood.
pub(super) struct RawVersion<'a> {
    pub(super) name: &'a Spanned<String>,
    pub(super) valid_from: Option<&'a Spanned<String>>,
    pub(super) valid_to: Option<&'a Spanned<String>>,
    pub(super) basis: &'a Spanned<String>,
    pub(super) source: &'a Spanned<String>,
    pub(super) confirmed: bool,
    pub(super) note: Option<&'a String>,
}

/// The members of a dated rule, taken from a struct of a file that has them.
macro_rules! raw_version {
    ($raw:expr) => {
        $crate::rules::table::RawVersion {
            name: &$raw.name,
            valid_from: $raw.valid_from.as_ref(),
            valid_to: $raw.valid_to.as_ref(),
            basis: &$raw.basis,
            source: &$raw.source,
            confirmed: $raw.confirmed,
            note: $raw.note.as_ref(),
        }
    };
}
pub(super) use raw_version;

impl RuleVersion {
    pub(super) fn read(source: Source<'_>, raw: &RawVersion<'_>) -> Result<Self, RuleError> {
        let day = |text: Option<&Spanned<String>>| text.map(|text| source.day(text)).transpose();
        let version = Self {
            name: source.name(raw.name)?,
            valid_from: day(raw.valid_from)?,
            valid_to: day(raw.valid_to)?,
            basis: source.words(raw.basis)?,
            source: source.words(raw.source)?,
            confirmed: raw.confirmed,
            note: raw.note.cloned(),
        };
        match raw.valid_to {
            Some(text) if version.to() < version.from() => {
                Err(source.fault(text, "valid_to is before valid_from"))
            }
            _ => Ok(version),
        }
    }
}

/// Checks that versions of one rule follow each other: `key` tells rules apart, the span is where a fault is shown.
pub(super) fn check_versions<K: Ord>(
    source: Source<'_>,
    versions: impl Iterator<Item = (K, std::ops::Range<usize>, (Date, Date))>,
    gaps: bool,
) -> Result<(), RuleError> {
    let mut rules: BTreeMap<K, Vec<_>> = BTreeMap::new();
    for (key, span, time) in versions {
        rules.entry(key).or_default().push((time, span));
    }
    for versions in rules.values_mut() {
        versions.sort_by_key(|(time, _)| *time);
        for pair in versions.windows(2) {
            let [((_, to), _), ((from, _), span)] = pair else {
                continue;
            };
            if from <= to {
                let reason = format!("overlaps the version of the same rule that is valid to {to}");
                return Err(source.fault_in(span.clone(), reason));
            }
            if !gaps && *from != next_day(*to) {
                let reason = format!(
                    "leaves a gap after the version of the same rule that is valid to {to}"
                );
                return Err(source.fault_in(span.clone(), reason));
            }
        }
    }
    Ok(())
}

impl RuleVersion {
    pub(super) fn time(&self) -> (Date, Date) {
        (self.from(), self.to())
    }
}

/// A version of a rule with the kinds it is for, its conditions, and what it says.
#[derive(Debug, Clone)]
pub struct Ruled<T> {
    /// Name, days, basis.
    pub rule: RuleVersion,
    /// Kinds of record it is for.
    pub kinds: Vec<Kind>,
    /// What must hold, all of it.
    pub when: Vec<Condition>,
    /// What it says.
    pub then: T,
}

/// As files write it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawRule<T> {
    name: Spanned<String>,
    kinds: Spanned<Vec<Spanned<String>>>,
    valid_from: Option<Spanned<String>>,
    valid_to: Option<Spanned<String>>,
    #[serde(default)]
    when: Vec<Spanned<RawCondition>>,
    pub(super) then: Spanned<T>,
    basis: Spanned<String>,
    source: Spanned<String>,
    confirmed: bool,
    note: Option<String>,
}

/// Since when a table has rules for kinds.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawCover {
    kinds: Spanned<Vec<Spanned<String>>>,
    from: Option<Spanned<String>>,
}

/// Rules by kind.
#[derive(Debug, Clone)]
pub(super) struct Table<T> {
    rules: Vec<Ruled<T>>,
    by_kind: Vec<Vec<usize>>,
    cover: BTreeMap<Kind, Date>,
}

/// Reads a list of kinds, without repetition.
pub(super) fn kinds(
    source: Source<'_>,
    raw: &Spanned<Vec<Spanned<String>>>,
) -> Result<Vec<Kind>, RuleError> {
    let mut kinds = Vec::new();
    for text in raw.get_ref() {
        let kind = source.kind(text)?;
        if kinds.contains(&kind) {
            return Err(source.fault(text, format!("{kind} stands here twice")));
        }
        kinds.push(kind);
    }
    if kinds.is_empty() {
        return Err(source.fault(raw, "names no kind"));
    }
    Ok(kinds)
}

impl<T> Table<T> {
    /// Reads rules; `then` makes sense of what each says for its kinds.
    pub(super) fn read<R>(
        source: Source<'_>,
        raw: &[RawRule<R>],
        codes: &super::Codes,
        mut then: impl FnMut(&Spanned<R>, &[Kind]) -> Result<T, RuleError>,
    ) -> Result<Self, RuleError> {
        let mut rules = Vec::new();
        for raw in raw {
            let kinds = kinds(source, &raw.kinds)?;
            let when = raw.when.iter();
            rules.push(Ruled {
                rule: RuleVersion::read(source, &raw_version!(raw))?,
                when: when
                    .map(|condition| Condition::read(source, condition, &kinds, codes))
                    .collect::<Result<_, _>>()?,
                then: then(&raw.then, &kinds)?,
                kinds,
            });
        }
        let spans = rules.iter().zip(raw).map(|(ruled, raw)| {
            let name = ruled.rule.name.clone();
            (name, raw.name.span(), ruled.rule.time())
        });
        check_versions(source, spans, false)?;
        let by_kind = Kind::ALL.iter().map(|kind| {
            let of_kind = rules.iter().enumerate();
            let of_kind = of_kind.filter(|(_, ruled)| ruled.kinds.contains(kind));
            of_kind.map(|(i, _)| i).collect()
        });
        Ok(Self {
            by_kind: by_kind.collect(),
            rules,
            cover: BTreeMap::new(),
        })
    }

    /// Checks that one rule decides on every day of the time that the covers state, and that every rule can.
    pub(super) fn cover<R>(
        &mut self,
        source: Source<'_>,
        raw: &[RawRule<R>],
        covers: &[RawCover],
    ) -> Result<(), RuleError> {
        for cover in covers {
            let from = cover.from.as_ref().map(|text| source.day(text));
            let from = from.transpose()?.unwrap_or(Date::MIN);
            for (text, kind) in cover
                .kinds
                .get_ref()
                .iter()
                .zip(kinds(source, &cover.kinds)?)
            {
                if self.cover.insert(kind, from).is_some() {
                    return Err(source.fault(text, format!("{kind} is covered twice")));
                }
                self.decides(source, raw, kind, from, text)?;
            }
        }
        for (ruled, raw) in self.rules.iter().zip(raw) {
            if let Some(kind) = ruled
                .kinds
                .iter()
                .find(|kind| !self.cover.contains_key(kind))
            {
                return Err(source.fault(&raw.name, format!("no [[cover]] names {kind}")));
            }
        }
        Ok(())
    }

    /// Whether exactly one rule without conditions stands last for the kind on every day from the first covered one.
    fn decides<R>(
        &self,
        source: Source<'_>,
        raw: &[RawRule<R>],
        kind: Kind,
        from: Date,
        cover: &Spanned<String>,
    ) -> Result<(), RuleError> {
        let rules = || self.by_kind[kind as usize].iter().copied();
        let mut days: Vec<Date> = vec![from];
        for i in rules() {
            let (first, last) = self.rules[i].rule.time();
            days.push(first);
            if last < Date::MAX {
                days.push(next_day(last));
            }
        }
        days.retain(|day| *day >= from);
        days.sort_unstable();
        days.dedup();
        for day in days {
            let mut valid = rules().filter(|i| self.rules[*i].rule.in_force(day));
            let last = valid.find(|i| self.rules[*i].when.is_empty());
            if last.is_none() {
                let reason = format!("{kind} has no rule without conditions for {day}");
                return Err(source.fault(cover, reason));
            }
            if let Some(i) = valid.next() {
                let reason = format!(
                    "is never reached for {kind} on {day}: a rule above it has no conditions"
                );
                return Err(source.fault(&raw[i].name, reason));
            }
        }
        match rules().find(|i| self.rules[*i].rule.to() < from) {
            Some(i) => Err(source.fault(
                &raw[i].name,
                format!("ends before the covered time of {kind} begins, {from}"),
            )),
            None => Ok(()),
        }
    }

    /// First covered day of a kind.
    pub(super) fn covered_from(&self, kind: Kind) -> Option<Date> {
        self.cover.get(&kind).copied()
    }

    /// Rules of a kind in file order.
    pub(super) fn of(&self, kind: Kind) -> impl Iterator<Item = &Ruled<T>> {
        self.by_kind[kind as usize].iter().map(|i| &self.rules[*i])
    }

    /// Every rule in file order.
    pub(super) fn all(&self) -> impl Iterator<Item = &Ruled<T>> {
        self.rules.iter()
    }

    /// Every version.
    pub(super) fn versions(&self) -> impl Iterator<Item = &RuleVersion> {
        self.rules.iter().map(|ruled| &ruled.rule)
    }

    /// The rule that decides for a record on a day.
    pub(super) fn decide(
        &self,
        facts: &Facts<'_>,
        day: Date,
        context: &Context<'_>,
    ) -> Result<&Ruled<T>, Unruled> {
        let kind = facts.body.kind();
        let covered = self.covered_from(kind).is_some_and(|from| day >= from);
        for ruled in self.of(kind).filter(|_| covered) {
            if ruled.rule.in_force(day) && holds(&ruled.when, facts, day, context)? {
                return Ok(ruled);
            }
        }
        Err(Unruled::NoRule { kind, day })
    }
}

/// Whether all conditions hold.
pub(super) fn holds(
    when: &[Condition],
    facts: &Facts<'_>,
    day: Date,
    context: &Context<'_>,
) -> Result<bool, Unruled> {
    for condition in when {
        if !condition.holds(facts, day, context)? {
            return Ok(false);
        }
    }
    Ok(true)
}
