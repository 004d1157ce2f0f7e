//! Tables in which a record's kind and day find the rule that decides.
//!
//! Where one rule has to decide, it is checked here that every day of a kind's covered time ends in a rule without conditions. What a rule says is not
//! known here.

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
