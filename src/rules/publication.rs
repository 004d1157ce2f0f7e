//! Until when a record is shown.
//!
//! The rules of a record's kind are tried in file order; the first whose version is in force on the day that decides and whose conditions hold
//! says what happens. This module hides nothing: it says what the law says, by the record and what later records say of it.

use super::codes::Codes;
use super::condition::{Context, date_field};
use super::count::{Count, RawCount};
use super::facts::{Facts, System, Unruled};
use super::links::Link;
use super::source::{RuleError, Source};
use super::table::{RawCover, RawRule, Table};
use super::version::RuleVersion;
use crate::domain::Kind;
use jiff::civil::Date;
use serde::Deserialize;
use toml::Spanned;

/// When a display ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// It never begins: the record is refused.
    Never,
    /// Nothing ends it yet.
    Open,
    /// With this day, which is shown to midnight in China.
    LastDay(Date),
}

impl End {
    /// Whether the record is shown on a day.
    #[must_use]
    pub fn shown_on(self, day: Date) -> bool {
        match self {
            Self::Never => false,
            Self::Open => true,
            Self::LastDay(last) => day <= last,
        }
    }

    fn not_after(self, day: Option<Date>) -> Self {
        match (self, day) {
            (Self::Open, Some(day)) => Self::LastDay(day),
            (Self::LastDay(last), Some(day)) => Self::LastDay(last.min(day)),
            _ => self,
        }
    }
}

/// An end, and the rule that says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Display<'a> {
    /// The rule that decided; where a linked end came first, that link's.
    pub rule: &'a RuleVersion,
    /// The end.
    pub end: End,
    /// Whether the end is the longest term of a rule that leaves to the authority what follows where nothing was corrected by then.
    pub review: bool,
    /// The link by which the authority has to decide whether the record stays until then: what it rests on was annulled.
    pub decide: Option<&'a RuleVersion>,
}

/// What a rule says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ending {
    /// The usual end.
    pub end: Term,
    /// Whether a removal or restoration ends it.
    pub removal: bool,
    /// Whether a granted repair ends it.
    pub repair: bool,
    /// Whether it goes on for ever where the subject did the same again.
    pub unless_recurred: bool,
    /// A term that ends after this day is for a person to decide: the law it rests on ended.
    pub latest: Option<Date>,
    /// Whether the authority has to look before the term ends: by its sector's rules it may go on where nothing was corrected.
    pub review_uncorrected: bool,
}

/// The usual end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Term {
    /// Not shown at all.
    Never,
    /// No end by itself.
    Open,
    /// So long from a day.
    From {
        /// The field that says the day; absent: the day of publication.
        field: Option<&'static str>,
        /// How long.
        count: Count,
        /// A field whose day is shown in any case.
        at_least: Option<&'static str>,
        /// A field whose day is the last, where the record states one that is earlier: the decision's own term.
        at_most: Option<&'static str>,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawEnding {
    never: Option<bool>,
    open: Option<bool>,
    count: Option<Spanned<RawCount>>,
    from: Option<Spanned<String>>,
    at_least: Option<Spanned<String>>,
    at_most: Option<Spanned<String>>,
    #[serde(default)]
    removal: bool,
    #[serde(default)]
    repair: bool,
    #[serde(default)]
    unless_recurred: bool,
    latest: Option<Spanned<String>>,
    #[serde(default)]
    review_uncorrected: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    transition: Transition,
    other_departments: Vec<Spanned<String>>,
    cover: Vec<RawCover>,
    rule: Vec<RawRule<RawEnding>>,
}

/// Which day decides under which version of the rules a record falls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Transition {
    /// The day the record is about: of the decision, of the listing.
    DecisionDay,
    /// The day it was published.
    PublicationDay,
}

#[derive(Debug, Clone)]
pub(super) struct Publication {
    transition: Transition,
    other_departments: Vec<String>,
    pub(super) rules: Table<Ending>,
}

impl Ending {
    fn read(
        source: Source<'_>,
        raw: &Spanned<RawEnding>,
        kinds: &[Kind],
    ) -> Result<Self, RuleError> {
        let of = raw.get_ref();
        let date = |text: &Option<Spanned<String>>| {
            text.as_ref()
                .map(|text| date_field(source, text, kinds))
                .transpose()
        };
        let end = match (of.never, of.open, &of.count) {
            (Some(true), None, None) => Term::Never,
            (None, Some(true), None) => Term::Open,
            (None, None, Some(count)) => Term::From {
                field: date(&of.from)?,
                count: Count::read_by_calendar_days(source, count)?,
                at_least: date(&of.at_least)?,
                at_most: date(&of.at_most)?,
            },
            _ => {
                let reason = "a display is `never = true`, `open = true`, or has a `count`";
                return Err(source.fault(raw, reason));
            }
        };
        let termless = !matches!(end, Term::From { .. });
        if termless
            && (of.from.is_some()
                || of.at_least.is_some()
                || of.at_most.is_some()
                || of.latest.is_some()
                || of.unless_recurred
                || of.review_uncorrected)
        {
            let reason = "from, at_least, at_most, latest, unless_recurred and review_uncorrected go with a count";
            return Err(source.fault(raw, reason));
        }
        if end == Term::Never && (of.removal || of.repair) {
            return Err(source.fault(raw, "what is never shown is not ended either"));
        }
        Ok(Self {
            end,
            removal: of.removal,
            repair: of.repair,
            unless_recurred: of.unless_recurred,
            review_uncorrected: of.review_uncorrected,
            latest: of
                .latest
                .as_ref()
                .map(|text| source.day(text))
                .transpose()?,
        })
    }
}

impl Publication {
    pub(super) fn read(source: Source<'_>, codes: &Codes) -> Result<Self, RuleError> {
        let file: File = source.read()?;
        let mut rules = Table::read(source, &file.rule, codes, |then, kinds| {
            Ending::read(source, then, kinds)
        })?;
        rules.cover(source, &file.rule, &file.cover)?;
        if let Some(kind) = Kind::ALL
            .iter()
            .find(|kind| rules.covered_from(**kind).is_none())
        {
            return Err(source.whole(format!("no [[cover]] names {kind}")));
        }
        let authority = |text: &Spanned<String>| {
            let id = text.get_ref().strip_prefix('*').unwrap_or(text.get_ref());
            let fits = |b: u8| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'-';
            if !id.is_empty() && id.bytes().all(fits) {
                return Ok(text.get_ref().clone());
            }
            let reason = "an authority is written 610323-XFJY, or *-XFJY for all that end so";
            Err(source.fault(text, reason))
        };
        Ok(Self {
            transition: file.transition,
            other_departments: file
                .other_departments
                .iter()
                .map(authority)
                .collect::<Result<_, _>>()?,
            rules,
        })
    }

    pub(super) fn system_of(&self, authority: &str) -> System {
        let other = self
            .other_departments
            .iter()
            .any(|id| match id.strip_prefix('*') {
                Some(end) => authority.ends_with(end),
                None => authority == id,
            });
        if other {
            System::Other
        } else {
            System::MarketSupervision
        }
    }

    /// The day that decides which version applies.
    pub(super) fn rule_day(&self, facts: &Facts<'_>) -> Result<Date, Unruled> {
        match self.transition {
            Transition::PublicationDay => Ok(facts.published_on),
            // Kinds without a day of their own are about the day they were said.
            Transition::DecisionDay => Ok(facts.body.main_date().unwrap_or(facts.published_on)),
        }
    }

    pub(super) fn display<'a>(
        &'a self,
        facts: &Facts<'_>,
        links: &'a [Link],
        context: &Context<'_>,
    ) -> Result<Display<'a>, Unruled> {
        let day = self.rule_day(facts)?;
        let ruled = self.rules.decide(facts, day, context)?;
        let rule = &ruled.rule;
        let mut review = None;
        let end = match ruled.then.end {
            Term::Never => {
                return Ok(Display {
                    rule,
                    end: End::Never,
                    review: false,
                    decide: None,
                });
            }
            Term::Open => End::Open,
            Term::From { .. } if ruled.then.unless_recurred && facts.later.recurred => End::Open,
            Term::From {
                field,
                count,
                at_least,
                at_most,
            } => {
                let start = match field {
                    Some(field) => facts.body.date_of(field).ok_or(Unruled::NoDay {
                        kind: facts.body.kind(),
                        field,
                    })?,
                    None => facts.published_on,
                };
                let last = count.last_calendar_day(start);
                let least = at_least.and_then(|field| facts.body.date_of(field));
                let last = least.map_or(last, |least| last.max(least));
                let most = at_most.and_then(|field| facts.body.date_of(field));
                let last = most.map_or(last, |most| last.min(most));
                if ruled.then.latest.is_some_and(|latest| last > latest) {
                    review = Some(rule);
                    End::Open
                } else {
                    End::LastDay(last)
                }
            }
        };
        let removed = facts.later.removed_on.filter(|_| ruled.then.removal);
        let repaired = facts.later.repaired_on.filter(|_| ruled.then.repair);
        let usual = end;
        let end = end.not_after(removed).not_after(repaired);
        let display = Display {
            rule,
            end,
            review: false,
            decide: None,
        };
        let (mut found, linked) = linked(display, facts, links, context);
        found.review = ruled.then.review_uncorrected && found.end == usual;
        // What ends for another reason needs nobody's review: a removal, a repair, another record that ended.
        match (found.end, review.or(linked)) {
            (End::Open, Some(rule)) => Err(Unruled::NeedsReview { rule: rule.id() }),
            (End::LastDay(_), _) if found.end == usual => {
                found.decide = linked;
                Ok(found)
            }
            _ => Ok(found),
        }
    }
}

/// The end as it is once the last of the records that rest on this one has ended, and the link by which the authority has to look.
fn linked<'a>(
    display: Display<'a>,
    facts: &Facts<'_>,
    links: &'a [Link],
    context: &Context<'_>,
) -> (Display<'a>, Option<&'a RuleVersion>) {
    let later = &facts.later;
    let (mut review, mut pulling, mut last, mut rests) = (None, None, None, false);
    for link in links {
        let ended = later.ended.iter();
        let ended = ended.filter(|ended| link.is_about(facts, ended, context));
        for ended in ended {
            let pulls = link.on.contains(&ended.by);
            if link.review.contains(&ended.by) {
                review = Some(&link.rule);
            }
            // By whichever link: as long as one that pulls is shown, and until the last has left, however it did.
            let mut with = link.with.iter();
            rests |= link.through.is_some() && with.any(|kind| later.resting.contains(kind));
            last = last.max(Some(ended.on));
            if pulls && pulling.is_none_or(|(on, _)| on < ended.on) {
                pulling = Some((ended.on, &link.rule));
            }
        }
    }
    let Some((_, rule)) = pulling.filter(|_| !rests) else {
        return (display, review);
    };
    let end = display.end.not_after(last);
    if end == display.end {
        return (display, review);
    }
    let found = Display {
        rule,
        end,
        review: false,
        decide: None,
    };
    (found, review)
}
