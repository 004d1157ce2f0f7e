//! Applications for repair, objections and promises as their subjects follow them: by receipt code, on the pages of records and enterprises.
//!
//! What is said stands in the records and the rules; here it gets its words.

pub(super) mod early;
pub(super) mod guide;
pub(super) mod promises;
pub(super) mod receipt;

use super::fault::Fault;
use super::summary::Loaded;
use super::{Link, Visit};
use crate::domain::codes::CodeList;
use crate::domain::{Kind, Region};
use crate::model::journeys::{Journey, State, Step, What};
use crate::rules::{Document, OutsideCalendar, Place, RuleVersion};
use crate::text::{Catalogue, Lang};
use crate::web::journeys::code_of;
use crate::web::links;
use gongshi_verify::receipt::ReceiptCode;
use jiff::civil::Date;
use serde::Serialize;

/// Where a journey is, with the class that colours it.
#[derive(Debug, Serialize)]
pub(super) struct Standing {
    text: String,
    class: &'static str,
}

impl Standing {
    fn of(visit: &Visit, state: State) -> Self {
        let class = match state {
            State::Lifted | State::Kept | State::Corrected => "good",
            State::Granted | State::Answered | State::Upheld => "good",
            State::Refused
            | State::NotAccepted
            | State::Rescinded
            | State::Broken
            | State::FalsePromise => "bad",
            State::Ended => "",
            State::Received | State::Accepted | State::AcceptedWithGaps | State::Pending => "open",
        };
        Standing {
            text: visit.word(&format!("journey-state-{}", state.name())),
            class,
        }
    }
}

/// A rule with its basis and where it stands.
#[derive(Debug, Serialize)]
pub(super) struct Basis {
    id: String,
    basis: String,
    confirmed: bool,
    href: String,
}

impl Visit {
    fn basis(&self, rule: &RuleVersion) -> Basis {
        Basis {
            id: rule.id(),
            basis: rule.basis.clone(),
            confirmed: rule.confirmed,
            href: self.rule_href(rule),
        }
    }

    /// What has to be done by a rule.
    fn duty(&self, rule: &RuleVersion) -> String {
        let found = self.portal.intake.rules().duty_rule(&rule.id());
        found.map_or_else(|| rule.id(), |(_, task)| self.task(task))
    }

    /// The last day of a term, or why it cannot be said.
    fn due(&self, due_on: &Result<Date, OutsideCalendar>) -> (Option<String>, Option<String>) {
        let day = due_on.as_ref().ok().map(Date::to_string);
        (day, self.undated(due_on))
    }

    /// The name of a paper in the page's language.
    fn paper(&self, document: &Document) -> String {
        match self.lang {
            Lang::Zh => document.zh.clone(),
            Lang::En => document.en.clone(),
        }
    }

    /// The name of a kind of repair, as the rules have it on that day.
    fn repair_name(&self, code: &str, region: Region, day: Date) -> String {
        let province = region.province();
        self.code_name(CodeList::RepairKind, code, Place { province, day })
    }

    /// What a journey is about, in a few words.
    fn matter(&self, journey: &Journey<'_>) -> String {
        let begun = &journey.begun;
        let view = begun.view();
        let code = |list: CodeList| {
            let code = view.text_of(list.name()).unwrap_or_default();
            Catalogue::built_in().code(self.lang, list.name(), code)
        };
        match begun.kind() {
            Kind::RepairApplication => {
                let code = view.text_of("repair_kind").unwrap_or_default();
                self.repair_name(code, view.region().unwrap_or(Region::NATION), begun.day())
            }
            Kind::Objection => code(CodeList::ObjectionType),
            _ => code(CodeList::PromiseType),
        }
    }

    /// A step in a few words.
    fn step(&self, step: &Step) -> String {
        let view = step.record.view();
        let code = |list: CodeList| {
            let code = view.text_of(list.name())?;
            Some(Catalogue::built_in().code(self.lang, list.name(), code))
        };
        let said = match step.what {
            What::Decided => {
                code(CodeList::RepairOutcome).or_else(|| code(CodeList::ObjectionOutcome))
            }
            What::Settled => code(CodeList::Fulfilment),
            What::Lifted => Some(self.kind_name(step.record.kind().as_str())),
            _ => None,
        };
        said.unwrap_or_else(|| {
            self.word(match (step.what, step.record.kind()) {
                (What::Filed, Kind::Objection) => "page-journey-filed-objection",
                (What::Filed, Kind::CreditPromise) => "page-journey-filed-promise",
                (What::Filed, _) => "page-journey-filed-repair",
                (What::Accepted, _) => "page-journey-accepted",
                (What::AcceptedWithGaps, _) => "page-journey-accepted-gaps",
                (What::PapersCame, _) => match step.is_late() {
                    Some(true) => "page-journey-papers-late",
                    Some(false) => "page-journey-papers-in-time",
                    None => "page-journey-papers-came",
                },
                (What::NotAccepted, _) => "page-journey-not-accepted",
                (What::Used, _) => "page-journey-used",
                _ => "page-journey-corrected",
            })
        })
    }
}

/// A step in a line.
#[derive(Debug, Serialize)]
struct ShortStep {
    text: String,
    on: Option<String>,
    entry: Link,
}

/// A journey in a few lines, for the pages of what it is about and of whom it is.
#[derive(Debug, Serialize)]
pub(super) struct Short {
    kind: String,
    matter: String,
    state: Standing,
    code: Link,
    steps: Vec<ShortStep>,
    /// What it is about, where the page is of something else.
    target: Option<Link>,
}

impl Short {
    fn of(visit: &Visit, journey: &Journey<'_>) -> Self {
        let code = code_of(journey);
        let steps = journey.steps.iter().map(|step| ShortStep {
            text: visit.step(step),
            on: step.on.map(|day| day.to_string()),
            entry: visit.entry_link(step.entry),
        });
        Short {
            kind: visit.kind_name(journey.begun.kind().as_str()),
            matter: visit.matter(journey),
            state: Standing::of(visit, journey.state),
            code: Link {
                text: code.to_string(),
                href: links::receipt(visit.lang, &code),
            },
            steps: steps.collect(),
            target: journey
                .begun
                .named("target")
                .map(|index| visit.entry_link(index)),
        }
    }

    /// The journeys about a record.
    pub(super) fn about(visit: &Visit, index: u64) -> Result<Vec<Self>, Fault> {
        let portal = &visit.portal;
        let journeys = portal.model.journeys_about(&portal.log, index)?;
        let shorts = journeys.iter().map(|journey| {
            let mut short = Short::of(visit, journey);
            short.target = None;
            short
        });
        Ok(shorts.collect())
    }

    /// The newest journeys of a subject, and whether there are more.
    pub(super) fn by(visit: &Visit, uscc: &str) -> Result<(Vec<Self>, bool), Fault> {
        let portal = &visit.portal;
        let most = crate::model::journeys::MOST;
        let journeys = portal.model.journeys_by(&portal.log, uscc, most + 1)?;
        let more = journeys.len() > most;
        let shorts = journeys.iter().take(most);
        Ok((shorts.map(|one| Short::of(visit, one)).collect(), more))
    }
}

/// How a record can be followed: its own receipt code, or that of the journey that it is a step of.
#[derive(Debug, Serialize)]
pub(super) struct Followed {
    code: Link,
    /// Whether it is the record's own.
    own: bool,
}

impl Followed {
    /// `None` of a record that is no part of a journey.
    pub(super) fn of(visit: &Visit, loaded: &Loaded) -> Result<Option<Self>, Fault> {
        let portal = &visit.portal;
        let Some(index) = portal.model.journey_of(&portal.log, loaded.index)? else {
            return Ok(None);
        };
        let hash = match index == loaded.index {
            true => loaded.leaf_hash,
            false => visit.load(index)?.leaf_hash,
        };
        let code = ReceiptCode::of(index, &hash);
        Ok(Some(Followed {
            code: Link {
                text: code.to_string(),
                href: links::receipt(visit.lang, &code),
            },
            own: index == loaded.index,
        }))
    }
}
