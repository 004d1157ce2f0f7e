//! What the dated rules say of an event: whether its record may be shown at all, whether a repair may be granted, when a display is over.
//!
//! It knows only what the log knows. Whether a subject has done what was ordered of it, removed the harm or promised in public is the
//! department's word, which it signs.

use super::Refusal;
use crate::domain::dates::day_in_china;
use crate::domain::{Breach, CodeList, EntryRef, FieldError, Kind, Problem, Stored, View};
use crate::log::Log;
use crate::model::{Model, ModelError};
use crate::rules::{
    Circumstances, Condition, Count, End, Facts, Later, Need, RuleVersion, Rules, Unruled, WhyNot,
};
use crate::standing::Standing;
use gongshi_verify::entry::Entry;
use jiff::civil::Date;
use serde_json::{Map, Value};

/// A correction, which one key signs, leaves a display that it shortens at least so long.
const NOTICE: Count = Count::WorkingDays(3);

fn fault(path: impl Into<String>, value: impl ToString, breach: Breach) -> FieldError {
    FieldError {
        path: path.into(),
        value: value.to_string(),
        problem: Problem::Breach(Box::new(breach)),
    }
}

fn broken(path: impl Into<String>, value: impl ToString, breach: Breach) -> Refusal {
    Refusal::Publication(vec![fault(path, value, breach)])
}

fn unreadable(error: impl ToString) -> Refusal {
    Refusal::Unavailable(error.to_string())
}

impl From<ModelError> for Refusal {
    fn from(error: ModelError) -> Self {
        unreadable(error)
    }
}

/// Judges events as things stand on a day.
pub(super) struct Court<'a> {
    log: &'a Log,
    standing: &'a Standing,
    rules: &'a Rules,
    today: Date,
}

/// A record of the log with its body as it was last corrected.
struct Found {
    stored: Stored,
    body: Map<String, Value>,
}

impl Found {
    fn view(&self, kind: Kind) -> View<'_> {
        View::new(kind, &self.body)
    }
}

impl<'a> Court<'a> {
    pub(super) fn new(log: &'a Log, standing: &'a Standing, rules: &'a Rules, today: Date) -> Self {
        Court {
            log,
            standing,
            rules,
            today,
        }
    }

    /// Whether an event may be logged.
    ///
    /// # Errors
    /// [`Refusal::Publication`] naming what is against which rule; or something could not be read.
    pub(super) fn judge(&self, authority: &str, view: &View<'_>) -> Result<(), Refusal> {
        match view.kind() {
            Kind::Correction => self.correction(view),
            kind => {
                let later = Later::default();
                let facts = self.rules.facts(authority, *view, self.today, later);
                self.may_be_shown(&facts, "")?;
                match kind {
                    Kind::Withdrawal => self.withdrawal(view),
                    _ => Ok(()),
                }
            }
        }
    }

    fn may_be_shown(&self, facts: &Facts<'_>, prefix: &str) -> Result<(), Refusal> {
        let mut faults = self.rules.code_faults(facts);
        for fault in &mut faults {
            fault.path.insert_str(0, prefix);
        }
        if !faults.is_empty() {
            return Err(Refusal::Publication(faults));
        }
        let path = |field: &str| format!("{prefix}{field}");
        match self.rules.display(facts) {
            Ok(display) if display.end == End::Never => {
                let kind = facts.body.kind();
                let mut rules = self.rules.publication_of(kind);
                let ruled = rules.find(|ruled| ruled.rule == *display.rule);
                let asked = ruled.and_then(|ruled| ruled.when.iter().find_map(Condition::field));
                let field = asked.unwrap_or_else(|| main_field(kind));
                let (rule, basis) = named(display.rule);
                let value: Vec<_> = facts.body.codes_of(field).collect();
                let breach = Breach::NeverShown { rule, basis };
                Err(broken(path(field), value.join(" "), breach))
            }
            Ok(_) => Ok(()),
            Err(why) => {
                let by_severity =
                    matches!(why, Unruled::ThresholdUnknown { .. }) && self.severity_tells(facts);
                Err(unruled(facts, prefix, why, by_severity))
            }
        }
    }

    /// Whether the record need not say if its fine is low where it says how severe the violation was.
    fn severity_tells(&self, facts: &Facts<'_>) -> bool {
        const SEVERITY: &str = "severity";
        let kind = facts.body.kind();
        let schema = crate::domain::schema(kind);
        if schema.field(SEVERITY).is_none() || facts.body.value_of(SEVERITY).is_some() {
            return false;
        }
        let said = schema.fields.iter().filter_map(|field| {
            let value = facts.body.value_of(field.name)?;
            Some((field.name.to_owned(), value.clone()))
        });
        let said: Map<String, Value> = said.collect();
        CodeList::Severity.codes().iter().all(|code| {
            let mut body = said.clone();
            body.insert(SEVERITY.to_owned(), (*code).into());
            let facts = Facts {
                body: View::new(kind, &body),
                published_on: facts.published_on,
                province: facts.province,
                system: facts.system,
                later: facts.later.clone(),
            };
            !matches!(
                self.rules.display(&facts),
                Err(Unruled::ThresholdUnknown { .. })
            )
        })
    }

    /// What a correction says instead must be what may be shown, and for some days yet if it is shown now.
    fn correction(&self, view: &View<'_>) -> Result<(), Refusal> {
        let target = view.value_of("target").and_then(EntryRef::from_value);
        let corrected = view.value_of("corrected_body").and_then(Value::as_object);
        let (Some(target), Some(corrected)) = (target, corrected) else {
            return Ok(());
        };
        let stored = self.stored(target.index)?;
        let Some(kind) = stored.kind else {
            return Ok(());
        };
        let facts = self.rules.facts(
            stored.entry.authority.as_str(),
            View::new(kind, corrected),
            day_in_china(stored.entry.logged_at.unix()),
            Later::default(),
        );
        self.may_be_shown(&facts, "corrected_body.")?;
        self.lasts(target.index, &facts)
    }

    /// To end a display is for a withdrawal, which two keys sign: a correction does not do it by the back door.
    fn lasts(&self, target: u64, corrected: &Facts<'_>) -> Result<(), Refusal> {
        let Ok(display) = self.rules.display(corrected) else {
            return Ok(());
        };
        let End::LastDay(last) = display.end else {
            return Ok(());
        };
        // Where the calendar ends, what is over already is known all the same.
        let soon = NOTICE.last_day(self.today, self.rules.calendar());
        if last >= soon.unwrap_or(self.today) {
            return Ok(());
        }
        let Some(found) = self.found(target)? else {
            return Ok(());
        };
        let authority = found.stored.entry.authority.as_str();
        let kind = corrected.body.kind();
        let stands = self.rules.facts(
            authority,
            found.view(kind),
            corrected.published_on,
            Later::default(),
        );
        match self.rules.display(&stands).map(|stands| stands.end) {
            Ok(End::LastDay(before)) if before <= last || before < self.today => Ok(()),
            _ => {
                let last_day = last.to_string();
                let (rule, basis) = named(display.rule);
                let breach = Breach::DisplayCutShort {
                    last_day,
                    rule,
                    basis,
                };
                Err(broken("corrected_body", "", breach))
            }
        }
    }

    /// A withdrawal because of a repair names the decision that granted it for this record.
    fn withdrawal(&self, view: &View<'_>) -> Result<(), Refusal> {
        if view.text_of("withdrawal_reason") != Some("repaired") {
            return Ok(());
        }
        let named = |view: &View<'_>, field| {
            let entry = view.value_of(field).and_then(EntryRef::from_value)?;
            Some(entry.index)
        };
        let target = named(view, "target");
        let missing = |value: String| Err(broken("repair_decision", value, Breach::RepairMissing));
        let Some(index) = named(view, "repair_decision") else {
            return missing(String::new());
        };
        let decision = self.found(index)?;
        let Some(decision) = decision else {
            return missing(index.to_string());
        };
        let decision = decision.view(Kind::RepairDecision);
        let granted = decision.text_of("repair_outcome") == Some("granted");
        let about = match (named(&decision, "target"), named(&decision, "application")) {
            (Some(about), _) => Some(about),
            (None, Some(application)) => {
                let application = self.found(application)?;
                application.and_then(|one| named(&one.view(Kind::RepairApplication), "target"))
            }
            (None, None) => None,
        };
        match granted && about.is_some() && about == target {
            true => Ok(()),
            false => missing(index.to_string()),
        }
    }

    /// A repair that is granted must be one that the rules allow, as far as the log can tell. `circumstances` says how the subject of a record
    /// stands; asked in the serial section, since others may bear on it.
    ///
    /// # Errors
    /// [`Refusal::Publication`]; or something could not be read.
    pub(super) fn repair(
        &self,
        view: &View<'_>,
        circumstances: impl FnOnce(u64, &View<'_>) -> Result<Circumstances, Refusal>,
    ) -> Result<(), Refusal> {
        if view.text_of("repair_outcome") != Some("granted") {
            return Ok(());
        }
        let reference = |view: &View<'_>, field| {
            let entry = view.value_of(field).and_then(EntryRef::from_value);
            entry.map(|entry| entry.index)
        };
        let application = match reference(view, "application") {
            Some(index) => self.found(index)?,
            None => None,
        };
        let applied = application
            .as_ref()
            .map(|one| one.view(Kind::RepairApplication));
        let target = reference(view, "target")
            .or_else(|| applied.and_then(|applied| reference(&applied, "target")));
        let Some(target) = target else {
            return Ok(());
        };
        let Some(found) = self.found(target)? else {
            return Ok(());
        };
        let Some(kind) = found.stored.kind else {
            return Ok(());
        };
        // The reversal of a revocation ends no display before its time: it is a record of its own.
        if kind == Kind::SubjectStatus {
            return Ok(());
        }
        let body = found.view(kind);
        let entry = &found.stored.entry;
        let published_on = day_in_china(entry.logged_at.unix());
        let facts = self.rules.facts(
            entry.authority.as_str(),
            body,
            published_on,
            Later::default(),
        );
        let applied_on = applied
            .and_then(|applied| applied.date_of("applied_on"))
            .or_else(|| view.date_of("applied_on"))
            .or_else(|| view.main_date())
            .unwrap_or(self.today);
        let circumstances = circumstances(target, &body)?;
        let Err(why) = self.rules.may_apply(&facts, &circumstances, applied_on) else {
            return Ok(());
        };
        let rule = match (why, self.rules.early_stop_rule(&facts)) {
            (WhyNot::Unruled(why), _) | (_, Err(why)) => {
                let (_, breach) = breach_of(why);
                return Err(broken("target", target, breach));
            }
            (why, Ok(rule)) => (why, rule),
        };
        let (why, (rule, basis)) = (rule.0, named(rule.1));
        let breach = match why {
            WhyNot::TooEarly { from } => {
                let from = from.to_string();
                let breach = Breach::RepairEarly { from, rule, basis };
                return Err(broken("applied_on", applied_on, breach));
            }
            WhyNot::ExcludedKind => Breach::RepairExcluded { rule, basis },
            WhyNot::EndsByItself => Breach::RepairByItself { rule, basis },
            WhyNot::NotMet(Need::NotOnAbnormalList | Need::NotOnSeriousList) => {
                Breach::RepairListed { rule, basis }
            }
            WhyNot::NotMet(Need::NoSameKindAgain | Need::NoHeavyPenaltyAgain) => {
                Breach::RepairAgain { rule, basis }
            }
            WhyNot::NotMet(_) | WhyNot::Unruled(_) => Breach::RepairUnmet { rule, basis },
        };
        Err(broken("target", target, breach))
    }

    fn stored(&self, index: u64) -> Result<Stored, Refusal> {
        let leaf = self.log.leaf(index).map_err(unreadable)?;
        Stored::read(&leaf.entry, leaf.record.as_deref()).map_err(unreadable)
    }

    /// A public record as it was last corrected.
    fn found(&self, index: u64) -> Result<Option<Found>, Refusal> {
        let stored = self.stored(index)?;
        let mut body = stored.body.clone();
        if let Some(latest) = self.standing.corrections(index)?.last() {
            let correction = self.stored(*latest)?.body;
            if let Some(Value::Object(corrected)) =
                correction.and_then(|mut body| body.remove("corrected_body"))
            {
                body = body.map(|_| corrected);
            }
        }
        Ok(body.map(|body| Found { stored, body }))
    }
}

/// Whether the rules end the display of a record by the time of the entry, and as the expiry says. The model has taken all that was logged.
///
/// # Errors
/// [`Refusal::Publication`].
pub(super) fn due(
    model: &Model,
    target: u64,
    entry: &Entry,
    body: &Map<String, Value>,
) -> Result<(), Refusal> {
    let Some(due) = model.last_day(target)? else {
        return Err(broken("target", target, Breach::ExpiryNone));
    };
    let said = |field: &str| body.get(field).and_then(Value::as_str).unwrap_or_default();
    let other = |field: &str, expected: String| {
        let breach = Breach::ExpiryOther { expected };
        Err(broken(field, said(field), breach))
    };
    if said("rule_id") != due.rule {
        return other("rule_id", due.rule);
    }
    let last_day = due.last_day.to_string();
    if said("expired_on") != last_day {
        return other("expired_on", last_day);
    }
    let today = day_in_china(entry.logged_at.unix());
    match due.last_day < today {
        true => Ok(()),
        false => {
            let today = today.to_string();
            Err(broken(
                "expired_on",
                last_day,
                Breach::ExpiryEarly { today },
            ))
        }
    }
}

fn named(rule: &RuleVersion) -> (String, String) {
    (rule.id(), rule.basis.clone())
}

/// The field for the day that a record of a kind is about; `region` where it has none.
fn main_field(kind: Kind) -> &'static str {
    let fields = crate::domain::schema(kind).fields.iter();
    let mut main = fields.filter(|field| field.role == crate::domain::Role::MainDate);
    main.next().map_or("region", |field| field.name)
}

/// The field that a reason is about, where there is one, and its words.
fn breach_of(why: Unruled) -> (Option<&'static str>, Breach) {
    match why {
        Unruled::NoRule { day, .. } => (
            None,
            Breach::NoRule {
                day: day.to_string(),
            },
        ),
        Unruled::NoDay { field, .. } => (Some(field), Breach::RuleDayMissing),
        Unruled::ThresholdUnknown { province, .. } => (
            Some("lower_fine"),
            Breach::ThresholdUnknown {
                province: province.to_string(),
            },
        ),
        Unruled::LowerFineDenied { province, low } => (
            Some("lower_fine"),
            Breach::LowerFineDenied {
                province: province.to_string(),
                low: low.to_string(),
            },
        ),
        Unruled::NeedsReview { rule } => (None, Breach::NeedsReview { rule }),
        Unruled::NoTerm { day, .. } => (
            None,
            Breach::NoRule {
                day: day.to_string(),
            },
        ),
    }
}

/// `by_severity`: where the standard of low fines is not known, how severe the violation was would do.
fn unruled(facts: &Facts<'_>, prefix: &str, why: Unruled, by_severity: bool) -> Refusal {
    let (field, breach) = match breach_of(why) {
        (field, Breach::ThresholdUnknown { province }) if by_severity => {
            (field, Breach::ThresholdOrSeverity { province })
        }
        other => other,
    };
    let field = field.unwrap_or_else(|| main_field(facts.body.kind()));
    let value = facts.body.value_of(field).map(|value| match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    });
    broken(
        format!("{prefix}{field}"),
        value.unwrap_or_default(),
        breach,
    )
}
