//! Looks which plans can be drawn, and draws them, one after the other.

use super::delay::{AT_ONCE_LOG2, Delays};
use super::fetch::Relays;
use super::record::{DrawFailure, compose, region_of};
use crate::docket::{PlanState, Stage};
use crate::domain::Kind;
use crate::intake::{Event, Intake, Refusal};
use gongshi_verify::draw::given::Given;
use gongshi_verify::draw::randomness;
use gongshi_verify::hash::{Hash, sha256};
use gongshi_verify::keys::SecretKey;
use gongshi_verify::names::{AuthorityId, KindName, PlanKey};
use gongshi_verify::record::Record;
use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// A long delay is begun so long after the time of reveals, in seconds.
const SETTLE_SECONDS: i64 = 30;
/// After a failure a plan is left alone for so long.
const PAUSE: Duration = Duration::from_secs(60);
/// Relays are asked again after so long…
const RELAY_PAUSE: Duration = Duration::from_secs(3);
/// …until a round is late by so many seconds; then they are asked as seldom as after a failure.
const LATE_SECONDS: i64 = 600;

/// Who records draws.
pub struct Signer {
    /// The authority, usually the operator.
    pub authority: AuthorityId,
    /// Its key.
    pub key: SecretKey,
}

/// What became of a plan that was looked at.
#[derive(Debug)]
pub enum Drawn {
    /// Recorded under this index.
    Recorded(u64),
    /// What decides it is not there yet.
    Waiting,
}

/// Why a plan was not drawn.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
    #[error(transparent)]
    Draw(#[from] DrawFailure),
    #[error("the record was refused: {0}")]
    Refused(#[from] Refusal),
}

/// Draws plans.
pub struct Runner {
    intake: Arc<Intake>,
    signer: Option<Signer>,
    delays: Delays,
    relays: Option<Relays>,
    /// Fresh salts for records.
    random: fn() -> [u8; 32],
    /// Starts of the delays that others' draws are held against, until those are recorded.
    prepared: Mutex<HashMap<PlanKey, Hash>>,
    /// Plans to be left alone until then.
    pauses: Mutex<HashMap<PlanKey, Instant>>,
}

impl Runner {
    /// A runner for the log of `intake`, whose data folder is `data`. Without `relays` rounds have to be handed in; without a
    /// signer draws are got ready, and recorded by whoever else may.
    pub fn new(
        intake: Arc<Intake>,
        data: &Path,
        signer: Option<Signer>,
        relays: Option<Relays>,
        random: fn() -> [u8; 32],
    ) -> Self {
        Runner {
            intake,
            signer,
            delays: Delays::new(data),
            relays,
            random,
            prepared: Mutex::default(),
            pauses: Mutex::default(),
        }
    }

    /// Draws every open plan that can be drawn now. What fails is told to the operator's log and tried again later.
    pub fn run_due(&self) {
        let docket = self.intake.docket();
        let (open, lapsed) = match (docket.pending(), docket.lapsed()) {
            (Ok(open), Ok(lapsed)) => (open, lapsed),
            (Err(error), _) | (_, Err(error)) => {
                return tracing::error!(%error, "plans cannot be read");
            }
        };
        self.tidy(|key| open.contains(key) || lapsed.contains(key));
        // A round that was given up is looked for as seldom as after a failure.
        let lapsed = lapsed.into_iter().map(|key| (key, true));
        for (key, given_up) in open.into_iter().map(|key| (key, false)).chain(lapsed) {
            if self.paused(&key) {
                continue;
            }
            match self.look(&key) {
                Ok(Drawn::Recorded(index)) => tracing::info!(plan = %key, index, "drawn"),
                Ok(Drawn::Waiting) if given_up => self.pause(&key, PAUSE),
                Ok(Drawn::Waiting) => {}
                Err(error) => {
                    tracing::error!(plan = %key, %error, "a due plan could not be drawn; it is tried again");
                    self.pause(&key, PAUSE);
                }
            }
        }
    }

    /// Draws one plan if it is due.
    ///
    /// # Errors
    /// Why a due plan could not be drawn.
    pub fn draw(&self, key: &PlanKey) -> Result<Drawn, String> {
        self.look(key).map_err(|error| error.to_string())
    }

    fn look(&self, key: &PlanKey) -> Result<Drawn, Failure> {
        let plan = self.intake.docket().plan(key).map_err(DrawFailure::from)?;
        let now = self.intake.clock().now().unix();
        let Some(plan) = plan else {
            return Ok(Drawn::Waiting);
        };
        match plan.stage(now) {
            Stage::Due | Stage::Lapsed => {}
            // Nothing comes of it. The docket lets go of it with the next entry about a draw.
            Stage::Void => {
                self.pause(key, PAUSE);
                return Ok(Drawn::Waiting);
            }
            _ => return Ok(Drawn::Waiting),
        }
        // What decides a sealed draw is got ready, too: the department's record is held against it.
        let (Some(signer), false) = (&self.signer, plan.sealed) else {
            self.prepare(key, &plan, now)?;
            return Ok(Drawn::Waiting);
        };
        let Some(from) = self.decided(key, &plan, now)? else {
            return Ok(Drawn::Waiting);
        };
        let composed = compose(
            &self.intake,
            &plan,
            &region_of(&self.intake, &signer.authority, &plan),
            &from,
        )?;
        if let Some(list) = &composed.file {
            let hash = sha256(list.as_bytes());
            let put = self
                .intake
                .files()
                .put(&hash, list.len() as u64, list.as_bytes());
            put.map_err(DrawFailure::from)?;
        }
        let record = Record::new(composed.body, (self.random)());
        let record = record.map_err(|error| DrawFailure::Record(error.to_string()))?;
        let kind = KindName::parse(Kind::Draw.as_str()).expect("a kind's name is a name");
        let event = Event::sign(
            self.intake.log().origin(),
            &signer.authority,
            &signer.key,
            &kind,
            self.intake.clock().now(),
            Some(key.to_string()),
            record,
        );
        let answer = self.intake.accept_events(vec![event]).wait().pop();
        let none = || Refusal::Unavailable("no answer".to_owned());
        let accepted = answer.ok_or_else(none)??;
        if let Given::Checkpoints(_) = from {
            self.delays.forget(key, &start(&self.intake, &plan)?);
        }
        Ok(Drawn::Recorded(accepted.index))
    }

    /// What decides a due plan, where it is there.
    fn decided(
        &self,
        key: &PlanKey,
        plan: &PlanState,
        now: i64,
    ) -> Result<Option<Given>, DrawFailure> {
        if let Some(round) = plan.round {
            if let Some(signature) = self.intake.beacon(round)? {
                return Ok(Some(Given::Signature(signature)));
            }
            self.fetch(key, plan, round);
            return Ok(self.intake.beacon(round)?.map(Given::Signature));
        }
        let Some(log2) = plan.delay_log2.and_then(|log2| u32::try_from(log2).ok()) else {
            // A lottery: its numbers come from the plan's authority.
            return Ok(None);
        };
        // A reveal of the last second may still be on its way into the docket; a short delay is simply run again.
        if log2 > AT_ONCE_LOG2 && now < plan.known_at() + SETTLE_SECONDS {
            return Ok(None);
        }
        let start = start(&self.intake, plan)?;
        let checkpoints = self.delays.checkpoints(key, log2, &start)?;
        if let Some(checkpoints) = &checkpoints {
            self.intake.note_delay(key, start, checkpoints.clone());
        }
        Ok(checkpoints.map(Given::Checkpoints))
    }

    /// Gets ready what decides a draw that somebody else records.
    fn prepare(&self, key: &PlanKey, plan: &PlanState, now: i64) -> Result<(), DrawFailure> {
        if plan.delay_log2.is_none() {
            return self.decided(key, plan, now).map(drop);
        }
        let start = start(&self.intake, plan)?;
        let mut prepared = self.prepared.lock().expect("no holder of this lock panics");
        prepared.insert(key.clone(), start);
        drop(prepared);
        match self.intake.knows_delay(key, &start) {
            true => Ok(()),
            false => self.decided(key, plan, now).map(drop),
        }
    }

    /// Removes what is kept of delays that nobody waits for any more.
    fn tidy(&self, is_awaited: impl Fn(&PlanKey) -> bool) {
        let mut prepared = self.prepared.lock().expect("no holder of this lock panics");
        prepared.retain(|key, start| {
            let awaited = is_awaited(key);
            if !awaited {
                self.delays.forget(key, start);
            }
            awaited
        });
    }

    fn fetch(&self, key: &PlanKey, plan: &PlanState, round: u64) {
        let Some(relays) = &self.relays else { return };
        match relays.fetch(round) {
            Ok(signature) => {
                if let Err(error) = self.intake.hand_in(round, &signature) {
                    tracing::warn!(round, %error, "what a relay of the beacon says is of no use");
                    self.pause(key, PAUSE);
                }
            }
            Err(error) => {
                tracing::warn!(round, %error, "no relay of the beacon answers");
                let late = self.intake.clock().now().unix() > plan.known_at() + LATE_SECONDS;
                self.pause(key, if late { PAUSE } else { RELAY_PAUSE });
            }
        }
    }

    fn paused(&self, key: &PlanKey) -> bool {
        let mut pauses = self.pauses.lock().expect("no holder of this lock panics");
        pauses.retain(|_, until| *until > Instant::now());
        pauses.contains_key(key)
    }

    fn pause(&self, key: &PlanKey, time: Duration) {
        let mut pauses = self.pauses.lock().expect("no holder of this lock panics");
        pauses.insert(key.clone(), Instant::now() + time);
    }
}

/// What a plan's delay starts from.
fn start(intake: &Intake, plan: &PlanState) -> Result<Hash, DrawFailure> {
    let material = intake.material(plan)?;
    Ok(randomness::joined(&material.plan.key, &material.secrets))
}
