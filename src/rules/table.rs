//! Tables in which a record's kind and day find the rule that decides.
//!
//! Where one rule has to decide, it is checked here that every day of a kind's covered time ends in a rule without conditions, and that rules of one
//! case follow each other, whatever they are called. What a rule says is not known here.

use super::condition::{Condition, Context, RawCondition};
use super::count::next_day;
use super::facts::{Facts, Unruled};
use super::source::{RuleError, Source};
use super::version::{RuleVersion, check_versions, raw_version};
use crate::domain::Kind;
use jiff::civil::Date;
use serde::Deserialize;
use std::collections::BTreeMap;
use toml::Spanned;

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
    /// It may begin and end while the rule that decides without it goes on.
    alone: Option<Spanned<bool>>,
    pub(super) then: Spanned<T>,
    basis: Spanned<String>,
    source: Spanned<String>,
    confirmed: bool,
    note: Option<Spanned<String>>,
    note_zh: Option<Spanned<String>>,
}

impl<T> RawRule<T> {
    fn is_alone(&self) -> bool {
        self.alone.as_ref().is_some_and(|alone| *alone.get_ref())
    }

    /// Of a table in which no rule decides instead of another.
    pub(super) fn stands_for_itself(&self, source: Source<'_>) -> Result<(), RuleError> {
        match &self.alone {
            None => Ok(()),
            Some(alone) => Err(source.fault(
                alone,
                "`alone` is for rules of which one decides, and duties all begin",
            )),
        }
    }
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
        if let Some(i) = rules().find(|i| self.rules[*i].rule.to() < from) {
            let reason = format!("ends before the covered time of {kind} begins, {from}");
            return Err(source.fault(&raw[i].name, reason));
        }
        self.succeed(source, raw, kind)?;
        rules().try_for_each(|i| self.fits_in(source, raw, kind, i))
    }

    /// Whether rules of a kind under the same conditions follow each other without overlap or gap.
    fn succeed<R>(
        &self,
        source: Source<'_>,
        raw: &[RawRule<R>],
        kind: Kind,
    ) -> Result<(), RuleError> {
        let mut all = self.by_kind[kind as usize].clone();
        all.sort_by_key(|i| self.rules[*i].rule.time());
        for (at, i) in all.iter().copied().enumerate() {
            let (rule, when) = (&self.rules[i].rule, &self.rules[i].when);
            let mut earlier = all[..at].iter().copied().rev();
            let same = |j: &usize| {
                is_part(&self.rules[*j].when, when) && is_part(when, &self.rules[*j].when)
            };
            let Some(before) = earlier.find(same) else {
                continue;
            };
            let name = self.rules[before].rule.id();
            let (from, to) = (rule.time().0, self.rules[before].rule.to());
            if from <= to {
                let reason = format!(
                    "{} overlaps {name}, which is for {kind} under the same conditions and valid to {to}",
                    rule.id()
                );
                return Err(source.fault(&raw[i].name, reason));
            }
            if from != next_day(to) && !raw[i].is_alone() {
                let reason = format!(
                    "{} leaves a gap after {name}, which is for {kind} under the same conditions and valid to {to}",
                    rule.id()
                );
                return Err(source.fault(&raw[i].name, reason));
            }
        }
        Ok(())
    }

    /// Whether a rule with conditions begins and ends on days on which what decides without it changes, too: else one of its case has been forgotten,
    /// or a day is wrong.
    fn fits_in<R>(
        &self,
        source: Source<'_>,
        raw: &[RawRule<R>],
        kind: Kind,
        i: usize,
    ) -> Result<(), RuleError> {
        let ruled = &self.rules[i];
        let covered = self.cover.get(&kind).copied().unwrap_or(Date::MIN);
        if ruled.when.is_empty() || raw[i].is_alone() {
            return Ok(());
        }
        let others = || {
            let others = self.by_kind[kind as usize].iter().copied();
            others.filter(move |j| *j != i)
        };
        let without = |day: Date| {
            others().find(|j| {
                self.rules[*j].rule.in_force(day) && is_part(&self.rules[*j].when, &ruled.when)
            })
        };
        // Rules of the same name are versions of one, whatever their conditions.
        let is_version = |day: Date, end: fn(&RuleVersion) -> Date| {
            others().any(|j| {
                let other = &self.rules[j].rule;
                other.name == ruled.rule.name && end(other) == day
            })
        };
        let (from, to) = ruled.rule.time();
        if from > covered
            && let Ok(eve) = from.yesterday()
            && without(eve) == without(from)
            && !is_version(eve, RuleVersion::to)
            && let Some(other) = without(from)
        {
            let reason = format!(
                "begins with {from}, while {} decides for {kind} before and after: end that one there, mend the day, or say `alone = true`",
                self.rules[other].rule.id()
            );
            return Err(source.fault(raw[i].valid_from.as_ref().unwrap_or(&raw[i].name), reason));
        }
        if to < Date::MAX {
            let next = next_day(to);
            if without(to) == without(next)
                && !is_version(next, |other| other.time().0)
                && let Some(other) = without(next)
            {
                let reason = format!(
                    "ends with {to}, while {} decides for {kind} before and after: end that one there, mend the day, or say `alone = true`",
                    self.rules[other].rule.id()
                );
                return Err(source.fault(raw[i].valid_to.as_ref().unwrap_or(&raw[i].name), reason));
            }
        }
        Ok(())
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

/// Whether every one of these conditions is among those: whatever meets those meets these.
fn is_part(these: &[Condition], those: &[Condition]) -> bool {
    these.iter().all(|one| those.contains(one))
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
