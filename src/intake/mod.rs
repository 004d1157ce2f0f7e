//! The one way into the log: parses an event, checks form, rights, signature, time and order, and appends it.
//!
//! Checking runs on all cores and changes nothing; a short serial section then fixes the order. A refused event leaves
//! no trace. Authority records take effect before the next event is looked at. It must not know HTTP, files or pages.

mod audit;
mod batch;
mod beacons;
mod cards;
mod clock;
mod competence;
mod delays;
mod endings;
mod event;
mod following;
mod journey;
mod look;
mod order;
mod planning;
mod prove;
mod publication;
mod question;
mod references;
mod refusal;
mod seen;
mod upload;

pub use audit::Auditor;
pub use batch::{Accepted, Batch};
pub use beacons::BeaconRefusal;
pub use cards::{Card, CardsError, CardsUpload, MAX_CARDS_BYTES};
pub use clock::{Clock, LogClock, MAX_LEAP_SECONDS, SimulatedClock, SystemClock};
pub use event::{Event, MAX_EVENT_BYTES};
pub use journey::EndedBy;
pub use planning::{Material, MaterialError, in_parallel, plan_days};
pub use prove::{Prover, link_path};
pub use question::ReferrersQuestion;
pub use refusal::Refusal;
pub use seen::DATABASE as SEEN_DATABASE;
pub use upload::{FileStatement, MAX_FILE_BYTES, Upload};

use crate::docket::{Docket, PlanState, Planning};
use crate::domain::{Kind, Stored};
use crate::log::{Fate, Log, LogError};
use crate::model::Model;
use crate::rules::Rules;
use crate::sequel::Sequel;
use crate::standing::Standing;
use crate::store::{Files, StoreError};
use gongshi_verify::encoding::hex32;
use gongshi_verify::entry::Entry;
use gongshi_verify::hash::Hash;
use gongshi_verify::keys::PublicKey;
use gongshi_verify::names::PlanKey;
use gongshi_verify::record::Record;
use gongshi_verify::registry::Registry;
use gongshi_verify::time::Timestamp;
use planning::{Desk, Own};
use rayon::prelude::*;
use std::sync::{Arc, Mutex, RwLock};

/// Kinds whose effects come with later parts of the product; accepting them without effect would mislead.
pub const NOT_OPEN: &[Kind] = &[Kind::StatusMap];

/// Why intake could not start.
#[derive(Debug, thiserror::Error)]
pub enum IntakeError {
    /// Storage failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The log could not be read.
    #[error(transparent)]
    Log(#[from] LogError),
    /// The log holds something intake would never have let in.
    #[error("entry {index} cannot be used: {reason}; run `gongshi fsck`")]
    Unusable {
        /// Its index.
        index: u64,
        /// What is wrong.
        reason: String,
    },
}

/// The registry with a number that grows when it changes.
#[derive(Clone)]
struct Known {
    registry: Arc<Registry>,
    version: u64,
}

/// State of the serial section.
struct Serial {
    seen: seen::Seen,
    following: following::Following,
    last_logged: Timestamp,
    /// An event that others depend on, whose fate took too long to wait for: what follows is unknown until it is decided.
    undecided: Option<Effective>,
}

/// Events that take effect before the next one is looked at: an authority record, one that takes part in a draw, or those in a row that end
/// or correct records.
struct Effective {
    first: u64,
    fate: Fate,
    kind: Kind,
    said: Vec<(Entry, Record)>,
}

/// Accepts events for one log.
pub struct Intake {
    log: Arc<Log>,
    clock: Arc<dyn Clock>,
    known: RwLock<Known>,
    serial: Mutex<Serial>,
    stored: seen::Stored,
    docket: Docket,
    standing: Standing,
    sequel: Sequel,
    model: Model,
    files: Files,
    delays: Arc<delays::Known>,
    beacons: beacons::Beacons,
    cards: cards::Cards,
    /// Time known to have passed at the start: of the newest entry, or of the last clean stop; none in an empty log.
    opened_at: Option<Timestamp>,
}

/// An event that passed every check that does not depend on its place in the log, and all that can be computed
/// without it: the serial section is one thread for everybody.
struct Checked {
    event: Event,
    /// The entry it becomes, but for `logged_at`.
    entry: Entry,
    message: Vec<u8>,
    keys: seen::Keys,
    /// Canonical text of the record.
    record: String,
    key: Option<PublicKey>,
    /// The index of the same event, where the log has had it for a while.
    existing: Option<u64>,
    /// The cursor of seen events at which the database did not know it.
    unknown_at: Option<u64>,
    /// What the order of a draw says about it.
    inspected: Option<Inspected>,
}

/// What was found of an event that has to do with a draw. It holds as long as the docket has the same cursor, or the plan it is
/// about stands as it stood.
struct Inspected {
    cursor: u64,
    /// The plan it is about, as it stood.
    plan: Option<PlanState>,
    result: Result<(), Refusal>,
}

/// A checked event, or its refusal with the event where an authority record may change the answer.
type Looked = Result<Checked, (Refusal, Option<Box<Event>>)>;

impl Intake {
    /// Reads the authorities, the seen events and the plans from the log, from where they were last kept. `files` are those
    /// beside the log; `model` is the read model of this log, whose rules are those of intake. It is asked how subjects stand.
    pub fn open(
        log: Arc<Log>,
        clock: Arc<dyn Clock>,
        files: Files,
        model: Model,
    ) -> Result<Self, IntakeError> {
        let mut seen = seen::Seen::open(log.storage().as_ref())?;
        seen.catch_up(&log)?;
        let mut registry = Registry::new(log.origin().clone());
        for index in seen.authorities()? {
            let unusable = |reason: String| IntakeError::Unusable { index, reason };
            let leaf = log.leaf(index)?;
            let entry = Entry::parse(&leaf.entry).map_err(|e| unusable(e.to_string()))?;
            let record = leaf
                .record
                .ok_or_else(|| unusable("its record is missing".to_owned()))?;
            let record = Record::parse(&record).map_err(|e| unusable(e.to_string()))?;
            registry
                .apply(index, &entry, &record)
                .map_err(|e| unusable(e.to_string()))?;
        }
        let docket = Docket::open(log.storage().as_ref())?;
        let standing = Standing::open(log.storage().as_ref())?;
        let mut ended = Vec::new();
        for index in seen.endings(standing.cursor()?)? {
            let entry = Entry::parse(&log.entry(index)?).map_err(|e| IntakeError::Unusable {
                index,
                reason: e.to_string(),
            })?;
            ended.extend(endings::said(index, &entry));
        }
        // Before anything is served: what was ended while this process was about to die.
        endings::take_effect(&log, &standing, &ended)?;
        let following = following::Following::open(&log, &standing)?;
        let beacons = beacons::Beacons::open(log.storage().as_ref())?;
        let cards = cards::Cards::open(log.storage().as_ref())?;
        for index in seen.planning(docket.cursor()?)? {
            let unusable = |reason: String| IntakeError::Unusable { index, reason };
            let leaf = log.leaf(index)?;
            let stored = Stored::read(&leaf.entry, leaf.record.as_deref())
                .map_err(|error| unusable(error.to_string()))?;
            fold(&docket, &files, &registry, index, &stored)?;
        }
        let newest = match log.published().size() {
            0 => None,
            size => {
                let entry =
                    Entry::parse(&log.entry(size - 1)?).map_err(|e| IntakeError::Unusable {
                        index: size - 1,
                        reason: e.to_string(),
                    })?;
                Some(entry.logged_at)
            }
        };
        let stopped_at = clock::stopped_at(log.folder())?;
        let opened_at = newest.map(|newest| stopped_at.map_or(newest, |time| time.max(newest)));
        Ok(Intake {
            log,
            clock,
            known: RwLock::new(Known {
                registry: Arc::new(registry),
                version: 0,
            }),
            stored: seen.stored(),
            docket,
            standing,
            sequel: following.sequel().clone(),
            model,
            files,
            delays: Arc::default(),
            beacons,
            cards,
            serial: Mutex::new(Serial {
                seen,
                following,
                last_logged: newest
                    .unwrap_or_else(|| Timestamp::from_unix(0).expect("the epoch is a time")),
                undecided: None,
            }),
            opened_at,
        })
    }

    /// The log it appends to.
    pub fn log(&self) -> &Arc<Log> {
        &self.log
    }

    /// What stands of every plan.
    pub fn docket(&self) -> &Docket {
        &self.docket
    }

    /// What has become of records that were public.
    pub fn standing(&self) -> &Standing {
        &self.standing
    }

    /// Which records follow on which.
    pub fn sequel(&self) -> &Sequel {
        &self.sequel
    }

    /// The dated rules by which events are judged.
    pub fn rules(&self) -> &Arc<Rules> {
        self.model.rules()
    }

    /// Takes a round of the beacon that open plans wait for, from whoever has it; those plans.
    ///
    /// # Errors
    /// [`BeaconRefusal`] where it is not such a round.
    pub fn hand_in(&self, round: u64, signature: &[u8]) -> Result<Vec<PlanState>, BeaconRefusal> {
        self.beacons.hand_in(&self.docket, round, signature)
    }

    /// The signature of a round that was handed in.
    pub fn beacon(&self, round: u64) -> Result<Option<Vec<u8>>, StoreError> {
        self.beacons.get(round)
    }

    /// Notes the checkpoints of a delay that was run here: a draw that says the same needs no second run.
    pub fn note_delay(&self, plan: &PlanKey, start: Hash, checkpoints: Vec<Hash>) {
        self.delays.note(plan, start, checkpoints);
    }

    /// Whether the plan's delay from that start was run here.
    pub fn knows_delay(&self, plan: &PlanKey, start: &Hash) -> bool {
        self.delays.checkpoints(plan, start).is_some()
    }

    /// All that the draw of a plan is computed from.
    ///
    /// # Errors
    /// [`MaterialError`] where it cannot be read.
    pub fn material(&self, plan: &PlanState) -> Result<Material, MaterialError> {
        Material::gather(&self.desk(&self.registry()), plan)
    }

    fn desk<'a>(&'a self, registry: &'a Registry) -> Desk<'a> {
        Desk {
            log: &self.log,
            docket: &self.docket,
            files: &self.files,
            registry,
            outside: self,
        }
    }

    /// The clock that `logged_at` comes from.
    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.clock
    }

    /// Why no event is accepted at present: the clock is not to be believed.
    pub fn failure(&self) -> Option<String> {
        self.time().err()
    }

    /// Keeps the time for the next start, if the clock is believed. To be called at a clean stop.
    pub fn keep_time(&self) -> Result<(), StoreError> {
        match self.time() {
            Ok(now) if !self.clock.simulated() => clock::keep(self.log.folder(), now),
            _ => Ok(()),
        }
    }

    /// The time, unless the clock has leapt ahead.
    fn time(&self) -> Result<Timestamp, String> {
        let now = self.clock.now();
        let latest = self.opened_at.and_then(|known| self.clock.latest(known));
        match latest {
            Some(latest) if now > latest => Err(format!(
                "the clock says {now}, later than {latest}, the latest to be believed after the newest entry; where it is \
                 right, restart with --clock-checked {now}"
            )),
            _ => Ok(now),
        }
    }

    /// The authorities and their keys after the newest authority entry.
    pub fn registry(&self) -> Arc<Registry> {
        self.known().registry
    }

    /// Parses, checks and queues events in order; each stands alone. Blocks on the processor, and for as long as a
    /// batch takes where one of them is an authority record: not for an asynchronous thread.
    pub fn accept<T: AsRef<[u8]> + Sync>(&self, lines: &[T]) -> Batch {
        let known = self.known();
        let checked: Vec<_> = lines
            .par_iter()
            .map(|line| self.look(Event::parse(line.as_ref())?, &known.registry))
            .collect();
        self.order(checked, known)
    }

    /// The same for events already parsed.
    pub fn accept_events(&self, events: Vec<Event>) -> Batch {
        let known = self.known();
        let checked: Vec<_> = events
            .into_par_iter()
            .map(|event| self.look(event, &known.registry))
            .collect();
        self.order(checked, known)
    }

    fn known(&self) -> Known {
        self.known
            .read()
            .expect("no holder of this lock panics")
            .clone()
    }
}

/// Folds an entry into the docket.
fn fold(
    docket: &Docket,
    files: &Files,
    registry: &Registry,
    index: u64,
    stored: &Stored,
) -> Result<(), StoreError> {
    let (Some(kind), Some(body), Some(operator)) = (stored.kind, &stored.body, registry.operator())
    else {
        return Ok(());
    };
    let entry = Planning {
        index,
        entry: &stored.entry,
        kind,
        body,
        operator: &operator.id,
    };
    docket.apply(entry, &|sha256| {
        let Ok(hash) = hex32(sha256) else {
            return Ok(None);
        };
        match files.size(&hash).map(|_| files.read(&hash)) {
            None => Ok(None),
            Some(Ok(bytes)) => Ok(String::from_utf8(bytes).ok()),
            // A damaged file stops nobody: fsck tells of it, and a new docket heals this.
            Some(Err(error @ StoreError::Corrupt(_))) => {
                tracing::error!(sha256, %error, "a file that a draw names cannot be read");
                Ok(None)
            }
            Some(Err(error)) => Err(error),
        }
    })
}

impl Own for Intake {
    fn checkpoints(&self, plan: &PlanKey, start: &Hash) -> Option<Vec<Hash>> {
        self.delays.checkpoints(plan, start)
    }

    fn has_round(&self, round: u64) -> bool {
        matches!(self.beacon(round), Ok(Some(_)))
    }

    fn believes(&self, _: &PlanKey) -> bool {
        false
    }

    fn is_later(&self) -> bool {
        false
    }
}
