//! The order of a draw: what of it may enter the log, and when.
//!
//! Two parts. [`Desk::inspect`] looks at everything but the time, which may take long (libraries are read, officers assigned,
//! a draw repeated); its answer holds as long as the docket stays as it was. [`Desk::admit`] looks at the time the log gives
//! the entry. Nothing here changes anything, and nothing is believed that the log does not hold.

mod alone;
mod called_off;
mod classes;
mod draw;
mod drawn;
mod evidence;
mod items;
mod library;
mod material;
mod plan;
mod region;
mod result;
mod secrets;
mod substitute;
mod window;

pub use draw::in_parallel;
pub use material::{Material, MaterialError};
pub use window::plan_days;

use super::Refusal;
use crate::docket::{self, Docket, PlanState};
use crate::domain::{Breach, FieldError, Kind};
use crate::log::Log;
use crate::store::{Files, StoreError};
use gongshi_verify::encoding::hex32;
use gongshi_verify::entry::Entry;
use gongshi_verify::hash::Hash;
use gongshi_verify::names::PlanKey;
use gongshi_verify::registry::Registry;
use gongshi_verify::time::Timestamp;
use serde_json::{Map, Value};

/// What the rules are checked with.
#[derive(Clone, Copy)]
pub(crate) struct Desk<'a> {
    pub log: &'a Log,
    pub docket: &'a Docket,
    pub files: &'a Files,
    pub registry: &'a Registry,
    pub outside: &'a dyn Own,
}

/// What this server has of its own about what decides draws.
pub(crate) trait Own {
    /// Checkpoints of the plan's delay from that start; `None`: not run here.
    fn checkpoints(&self, plan: &PlanKey, start: &Hash) -> Option<Vec<Hash>>;
    /// Whether the round was handed in.
    fn has_round(&self, round: u64) -> bool;
    /// Whether a long delay is believed unrepeated, by who says so elsewhere.
    fn believes(&self, plan: &PlanKey) -> bool;
    /// Whether entries are read back later, when records that they name may have been destroyed.
    fn is_later(&self) -> bool;
}

/// What is looked at: an event on its way in, or an entry read back.
#[derive(Clone, Copy)]
pub(crate) struct Said<'a> {
    pub entry: &'a Entry,
    pub kind: Kind,
    pub body: &'a Map<String, Value>,
}

/// Whether a kind takes part in draws: such an event is looked at with the docket as all before it have left it.
pub(crate) fn takes_part(kind: Kind) -> bool {
    docket::KINDS.contains(&kind)
}

/// A refusal that names one field.
fn breach(path: impl Into<String>, value: impl ToString, breach: Breach) -> Refusal {
    Refusal::Draw(vec![FieldError::broken(path, value.to_string(), breach)])
}

fn unavailable(error: impl std::fmt::Display) -> Refusal {
    Refusal::Unavailable(error.to_string())
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        unavailable(error)
    }
}

/// A time of the log for people.
fn shown(seconds: i64) -> String {
    Timestamp::from_unix(seconds).map_or_else(|| seconds.to_string(), |time| time.to_string())
}

impl<'a> Said<'a> {
    fn text(&self, name: &str) -> &'a str {
        self.body
            .get(name)
            .and_then(Value::as_str)
            .unwrap_or_default()
    }

    fn integer(&self, name: &str) -> Option<u64> {
        self.body.get(name).and_then(Value::as_u64)
    }

    fn list(&self, name: &str) -> &'a [Value] {
        list(self.body.get(name))
    }

    fn who(&self) -> &'a str {
        self.entry.authority.as_str()
    }

    /// Index of the entry that a member names.
    fn named(&self, name: &str) -> Option<u64> {
        self.body.get(name)?.get("index")?.as_u64()
    }

    /// The plan key, the same in the record and in the entry's `ref`, where the kind has one there.
    fn plan_key(&self) -> Result<PlanKey, Refusal> {
        let said = self.text("plan_key");
        if self
            .entry
            .reference
            .as_deref()
            .is_some_and(|one| one != said)
        {
            return Err(breach("plan_key", said, Breach::PlanKeyDiffers));
        }
        PlanKey::parse(said).map_err(|_| breach("plan_key", said, Breach::PlanUnknown))
    }
}

fn list(value: Option<&Value>) -> &[Value] {
    value.and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

impl Desk<'_> {
    /// Everything that does not depend on the time. It holds as long as the docket has the same cursor.
    ///
    /// # Errors
    /// The rule that is broken.
    pub fn inspect(&self, said: Said<'_>) -> Result<(), Refusal> {
        match said.kind {
            Kind::ItemList => self.inspect_item_list(said),
            Kind::Snapshot => self.inspect_library(said),
            Kind::Plan => self.inspect_plan(said),
            Kind::Commit => self.inspect_commit(said),
            Kind::Reveal => self.inspect_reveal(said),
            Kind::Cancel => self.inspect_cancel(said),
            Kind::Draw => self.inspect_draw(said),
            Kind::Substitute => self.inspect_substitute(said),
            Kind::Bulletin => match said.text("bulletin_type") {
                "drawn_list_opening" => self.inspect_opening(said),
                evidence::GROUND => self.inspect_ground(said),
                _ => Ok(()),
            },
            Kind::Alert => self.inspect_alert(said),
            Kind::InspectionResult => self.inspect_result(said),
            _ => Ok(()),
        }
    }

    /// What depends on the time that the log gives the entry.
    ///
    /// # Errors
    /// The rule that is broken.
    pub fn admit(&self, said: Said<'_>) -> Result<(), Refusal> {
        let now = said.entry.logged_at.unix();
        match said.kind {
            Kind::Snapshot => library::admit(said, now),
            Kind::Plan => self.admit_plan(said, now),
            Kind::Commit | Kind::Cancel => {
                let plan = self.plan(said)?;
                in_time(now, i64::MIN, plan.t0)
            }
            Kind::Reveal => {
                let plan = self.plan(said)?;
                in_time(now, plan.t0, plan.t1)
            }
            Kind::Draw => {
                let plan = self.plan(said)?;
                in_time(now, plan.known_at(), i64::MAX)
            }
            Kind::Bulletin if said.text("bulletin_type") == "drawn_list_opening" => {
                let plan = self.plan(said)?;
                in_time(now, plan.result_deadline, i64::MAX)
            }
            Kind::Alert => self.admit_alert(said, now),
            _ => Ok(()),
        }
    }

    /// What stands of the plan that a record names, if it names one that is known.
    pub fn plan_named(&self, said: Said<'_>) -> Result<Option<PlanState>, StoreError> {
        match PlanKey::parse(said.text("plan_key")) {
            Ok(key) => self.docket.plan(&key),
            Err(_) => Ok(None),
        }
    }

    /// The plan that a record names.
    fn plan(&self, said: Said<'_>) -> Result<PlanState, Refusal> {
        let key = said.plan_key()?;
        self.docket
            .plan(&key)?
            .ok_or_else(|| breach("plan_key", key, Breach::PlanUnknown))
    }

    /// The plan that a record names, if it is neither drawn nor cancelled.
    fn open_plan(&self, said: Said<'_>) -> Result<PlanState, Refusal> {
        let plan = self.plan(said)?;
        not_cancelled(&plan)?;
        match &plan.draw {
            Some(draw) => Err(breach(
                "plan_key",
                &plan.key,
                Breach::PlanDrawn {
                    index: draw.index.to_string(),
                },
            )),
            None => Ok(plan),
        }
    }

    /// The plan that a record names, if it is drawn.
    fn drawn_plan(&self, said: Said<'_>) -> Result<PlanState, Refusal> {
        let plan = self.plan(said)?;
        not_cancelled(&plan)?;
        match plan.draw {
            None => Err(breach("plan_key", &plan.key, Breach::PlanUndrawn)),
            Some(_) => Ok(plan),
        }
    }

    /// The text of a file, which the record names.
    fn text(&self, sha256: &str) -> Result<String, Refusal> {
        let hash = hex32(sha256).map_err(|_| Refusal::FileMissing(sha256.to_owned()))?;
        if self.files.size(&hash).is_none() {
            return Err(Refusal::FileMissing(sha256.to_owned()));
        }
        let bytes = self.files.read(&hash)?;
        // Leaves and lists are ASCII; what is not has no line that is one of theirs.
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }
}

fn not_cancelled(plan: &PlanState) -> Result<(), Refusal> {
    match &plan.cancelled {
        None => Ok(()),
        Some(cancelled) => Err(breach(
            "plan_key",
            &plan.key,
            Breach::PlanCancelled {
                index: cancelled.index.to_string(),
            },
        )),
    }
}

/// Only the plan's own authority may do this.
fn own_plan(said: Said<'_>, plan: &PlanState) -> Result<(), Refusal> {
    match plan.authority == said.who() {
        true => Ok(()),
        false => Err(breach(
            "plan_key",
            &plan.key,
            Breach::PlanForeign {
                authority: plan.authority.clone(),
            },
        )),
    }
}

fn in_time(now: i64, from: i64, until: i64) -> Result<(), Refusal> {
    let told = |one: Breach| Err(breach("logged_at", shown(now), one));
    if now < from {
        return told(Breach::TooEarly { from: shown(from) });
    }
    if now > until {
        return told(Breach::TooLate {
            until: shown(until),
        });
    }
    Ok(())
}
