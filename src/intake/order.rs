//! The serial section: fixes the order of events and what depends on it, one caller at a time.
//!
//! Here an event meets those before it: repetitions, used salts, the log's time, authority records that take effect before
//! the next event is looked at. Whatever can be known without its place was checked before; everybody waits here.

use super::journey::Case;
use super::planning::{Said, takes_part};
use super::{
    Batch, Checked, Effective, Intake, Known, Looked, Refusal, Serial, batch, endings, event, fold,
    following, journey, publication, seen,
};
use crate::domain::dates::day_in_china;
use crate::domain::{Kind, Stored};
use crate::log::{Leaf, Outcome};
use crate::sequel::Key;
use crate::store::StoreError;
use gongshi_verify::encoding::decimal;
use gongshi_verify::entry::Entry;
use gongshi_verify::names::PlanKey;
use gongshi_verify::record::Record;
use gongshi_verify::registry::{Registry, RegistryError};
use serde_json::{Map, Value};
use std::collections::HashSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Longest wait for the read model, while everybody waits.
const MODEL_WAIT: Duration = Duration::from_secs(30);

/// Whether an event of a kind changes what the next one may do.
fn takes_effect(kind: Kind, body: &Map<String, Value>) -> bool {
    match kind {
        Kind::Authority => true,
        Kind::Bulletin => body.contains_key("plan_key"),
        Kind::Alert => body.get("alert_type").and_then(Value::as_str) == Some("round_missing"),
        kind => takes_part(kind) || endings::is_one(kind),
    }
}

/// Events in a row that end records by the rules, and what each is about.
#[derive(Default)]
struct Row {
    said: Vec<(Entry, Record)>,
    targets: HashSet<String>,
}

impl Checked {
    fn kind(&self) -> Option<Kind> {
        self.event.kind.as_str().parse().ok()
    }
}

impl Intake {
    /// The serial section: fixes the order, and sets what depends on it.
    pub(super) fn order(&self, checked: Vec<Looked>, mut known: Known) -> Batch {
        let mut serial = self.serial.lock().expect("no holder of this lock panics");
        let mut batch = batch::Builder::new(checked.len());
        let ready = serial.seen.settle(&self.log).map_err(|e| e.to_string());
        let ready = ready
            .and_then(|()| self.decide(&mut serial))
            .and_then(|()| {
                let settled = serial.following.settle(&self.log, &self.standing);
                settled.map_err(|error| error.to_string())
            });
        if let Err(reason) = ready {
            for _ in checked {
                batch.refuse(Refusal::Unavailable(reason.clone()));
            }
            return batch.finish();
        }
        let start = self.known();
        // Whether authorities have changed since the events were looked at; and whether anything has that refused them.
        let mut stale = start.version != known.version;
        let mut moved = stale;
        known = start;
        let mut undecided: Option<String> = None;
        // The read model is waited for in vain once a call at most: everybody waits with it.
        let mut behind: Option<String> = None;
        // Events in a row that end records by the rules: there may be many at once, and none depends on another.
        let mut row = Row::default();
        for item in checked {
            if let Some(reason) = &undecided {
                batch.refuse(Refusal::Unavailable(reason.clone()));
                continue;
            }
            let item = match item {
                Ok(checked) if !stale => Ok(checked),
                Ok(checked) => self.look(checked.event, &known.registry),
                Err((_, Some(event))) if moved => self.look(*event, &known.registry),
                refused => refused,
            };
            let checked = match item {
                Ok(checked) => checked,
                Err((refusal, _)) => {
                    batch.refuse(refusal);
                    continue;
                }
            };
            // One of these takes effect before the next event is looked at, and is appended alone.
            let body = checked.event.body();
            let alone = checked.kind().filter(|kind| takes_effect(*kind, body));
            if alone != Some(Kind::Expiry) && !row.said.is_empty() {
                undecided = self.submit_row(&mut row, &mut batch, &mut serial).err();
                if let Some(reason) = &undecided {
                    batch.refuse(Refusal::Unavailable(reason.clone()));
                    continue;
                }
            }
            if alone.is_some() && row.said.is_empty() {
                batch.submit(&self.log, &mut serial, None);
                if alone == Some(Kind::Expiry) {
                    if behind.is_none() {
                        behind = self.let_model_catch_up(&serial).err();
                    }
                    if let Some(reason) = &behind {
                        batch.refuse(Refusal::Unavailable(reason.clone()));
                        continue;
                    }
                }
            }
            if alone == Some(Kind::Authority)
                && let Err(refusal) = self.check_operator(&checked, &known.registry, &serial)
            {
                batch.refuse(refusal);
                continue;
            }
            let prepared = self.prepare(&checked, &mut serial, &mut batch);
            let entry = match prepared {
                Ok(Some(prepared)) => prepared,
                Ok(None) => continue,
                Err(refusal) => {
                    batch.refuse(refusal);
                    continue;
                }
            };
            let fitting = self
                .keeps_order(&checked, &entry, &known.registry)
                .and_then(|()| self.still_stands(&checked, &entry, &row))
                .and_then(|()| self.is_due(&checked, &entry))
                .and_then(|()| {
                    self.fits(&checked, &entry, &known.registry, &mut serial, &mut batch)
                });
            let met_by = match fitting {
                Ok(met_by) => met_by,
                Err(refusal) => {
                    batch.refuse(refusal);
                    continue;
                }
            };
            let mut follows = following::follows(&entry, checked.kind(), checked.event.body());
            follows.met_by = met_by;
            let keys = (checked.keys, follows);
            let leaf = Leaf {
                entry: entry.to_bytes(),
                record: Some(checked.record.into_bytes()),
            };
            let Some(kind) = alone else {
                batch.push(leaf, keys, checked.key);
                continue;
            };
            let record = checked.event.record();
            if kind == Kind::Expiry {
                row.targets.extend(entry.reference.clone());
                row.said.push((entry, record.clone()));
                batch.push(leaf, keys, checked.key);
                continue;
            }
            if kind == Kind::Authority
                && let Err(error) = known.registry.check(&entry, record)
            {
                batch.refuse(error.into());
                continue;
            }
            let said = vec![(entry, record.clone())];
            batch.push(leaf, keys, checked.key);
            undecided = self
                .submit_effective(said, kind, &mut batch, &mut serial)
                .err();
            known = self.known();
            stale |= kind == Kind::Authority;
            moved = true;
        }
        if !row.said.is_empty()
            && let Err(reason) = self.submit_row(&mut row, &mut batch, &mut serial)
        {
            tracing::warn!(reason, "records that expire are not decided yet");
        }
        batch.submit(&self.log, &mut serial, None);
        batch.finish()
    }

    /// Hands over what was gathered and waits until it has taken effect.
    fn submit_effective(
        &self,
        said: Vec<(Entry, Record)>,
        kind: Kind,
        batch: &mut batch::Builder,
        serial: &mut Serial,
    ) -> Result<(), String> {
        batch.submit(&self.log, serial, Some(kind));
        let Some((first, fate)) = batch.last() else {
            return Ok(());
        };
        serial.undecided = Some(Effective {
            first,
            fate,
            kind,
            said,
        });
        self.decide(serial)
    }

    fn submit_row(
        &self,
        row: &mut Row,
        batch: &mut batch::Builder,
        serial: &mut Serial,
    ) -> Result<(), String> {
        let row = std::mem::take(row);
        self.submit_effective(row.said, Kind::Expiry, batch, serial)
    }

    /// Whether the record that an event ends or corrects has not left already, by the log or by an event of the row before it; and does not
    /// say already what it is corrected to.
    fn still_stands(&self, checked: &Checked, entry: &Entry, row: &Row) -> Result<(), Refusal> {
        let Some(said) = endings::said(0, entry) else {
            return Ok(());
        };
        endings::admit(&self.standing, said)?;
        endings::corrects_something(&self.log, &self.standing, said, checked.event.body())?;
        endings::follows_on(&self.log, &self.standing, said, checked.event.body())?;
        let reference = entry.reference.as_ref();
        match reference.is_some_and(|target| row.targets.contains(target)) {
            true => Err(endings::ended_beside(said.target)),
            false => Ok(()),
        }
    }

    /// Waits until the read model has taken everything handed to the log: what ends by the rules is judged by all that was said before.
    fn let_model_catch_up(&self, serial: &Serial) -> Result<(), String> {
        self.log.hurry();
        if let Some((index, fate)) = serial.seen.newest()
            && seen::settled(&fate, index, &self.log) == Outcome::Undecided
        {
            return Err("what was handed in before takes too long".to_owned());
        }
        let since = Instant::now();
        loop {
            let cursor = self.model.cursor().map_err(|error| error.to_string())?;
            if cursor >= self.log.published().size() {
                return Ok(());
            }
            if since.elapsed() > MODEL_WAIT {
                return Err("the read model is behind the log".to_owned());
            }
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    /// Whether the rules end the display that an expiry ends, as it says, at the time the log gives it.
    fn is_due(&self, checked: &Checked, entry: &Entry) -> Result<(), Refusal> {
        match (checked.kind(), endings::said(0, entry)) {
            (Some(Kind::Expiry), Some(said)) => {
                publication::due(&self.model, said.target, entry, checked.event.body())
            }
            _ => Ok(()),
        }
    }

    /// Whether an event fits what was said before it, by everything that was handed in; and what it is met by beside what it is kept by.
    fn fits(
        &self,
        checked: &Checked,
        entry: &Entry,
        registry: &Registry,
        serial: &mut Serial,
        batch: &mut batch::Builder,
    ) -> Result<Vec<Key>, Refusal> {
        let Some(view) = checked.event.view().filter(journey::is_one) else {
            return Ok(Vec::new());
        };
        let sequel = serial.following.sequel().clone();
        let case = Case {
            log: &self.log,
            standing: &self.standing,
            sequel: &sequel,
            rules: self.rules(),
            registry,
            now: entry.logged_at,
        };
        let keys = journey::keys(&case, &view)?;
        if batch.gathers(&keys) {
            batch.submit(&self.log, serial, None);
        }
        let following = &mut serial.following;
        following.wait_for(&keys, &self.log, &self.standing)?;
        let target = entry.reference.as_deref().and_then(decimal);
        journey::judge(&case, &entry.authority, &view, target)?;
        let met_by = journey::met_by(&case, &view)?;
        // A revocation that is reversed is no display that ends early.
        let reversal = view.text_of("repair_kind") == Some("revocation_reversal");
        if view.kind() != Kind::RepairDecision || reversal {
            return Ok(met_by);
        }
        let today = day_in_china(entry.logged_at.unix());
        let court = publication::Court::new(&self.log, &self.standing, self.rules(), today);
        court.repair(&view, |target, body| case.circumstances(target, body))?;
        Ok(met_by)
    }

    /// What the order of a draw says of an event now, at the time the log gives it.
    fn keeps_order(
        &self,
        checked: &Checked,
        entry: &Entry,
        registry: &Registry,
    ) -> Result<(), Refusal> {
        let (Some(inspected), Some(kind)) = (&checked.inspected, checked.kind()) else {
            return Ok(());
        };
        let body = checked.event.body();
        let said = Said { entry, kind, body };
        let desk = self.desk(registry);
        // Everybody waits here: what was found holds as long as nothing has become of the plan that it is about. Only a new
        // plan depends on more than one.
        let holds = inspected.cursor == self.docket.cursor()?
            || (kind != Kind::Plan && inspected.plan == desk.plan_named(said)?);
        match holds {
            true => inspected.result.clone()?,
            false => desk.inspect(said)?,
        }
        desk.admit(said)
    }

    /// Waits for the fate of the last event that others depend on, and lets it take effect.
    ///
    /// # Errors
    /// Why it is not decided, or has no effect yet.
    fn decide(&self, serial: &mut Serial) -> Result<(), String> {
        let Some(event) = &serial.undecided else {
            return Ok(());
        };
        self.log.hurry();
        match seen::settled(&event.fate, event.first, &self.log) {
            Outcome::Undecided => {
                let reason = self.log.stopped();
                return Err(reason
                    .unwrap_or_else(|| format!("a record of kind {} takes too long", event.kind)));
            }
            Outcome::Void => {}
            Outcome::Published if event.kind == Kind::Authority => self.register(event),
            Outcome::Published if endings::is_one(event.kind) => {
                let said = (event.first..).zip(&event.said);
                let said: Vec<_> = said
                    .filter_map(|(index, (entry, _))| endings::said(index, entry))
                    .collect();
                endings::take_effect(&self.log, &self.standing, &said)
                    .map_err(|error| error.to_string())?;
            }
            Outcome::Published => self.enter(event).map_err(|error| error.to_string())?,
        }
        serial.undecided = None;
        Ok(())
    }

    fn register(&self, event: &Effective) {
        let Some((entry, record)) = event.said.first() else {
            return;
        };
        let known = self.known();
        let mut registry = Registry::clone(&known.registry);
        match registry.apply(event.first, entry, record) {
            Ok(()) => {
                *self.known.write().expect("no holder of this lock panics") = Known {
                    registry: Arc::new(registry),
                    version: known.version + 1,
                };
            }
            Err(error) => {
                tracing::error!(index = event.first, %error, "an authority record was logged but does not apply")
            }
        }
    }

    fn enter(&self, event: &Effective) -> Result<(), StoreError> {
        let Some((entry, record)) = event.said.first() else {
            return Ok(());
        };
        let stored = Stored {
            entry: entry.clone(),
            kind: Some(event.kind),
            body: Some(event::body_of(record)),
        };
        fold(
            &self.docket,
            &self.files,
            &self.registry(),
            event.first,
            &stored,
        )?;
        if matches!(event.kind, Kind::Draw | Kind::Cancel)
            && let Some(plan) = stored.entry.reference.as_deref()
            && let Ok(plan) = PlanKey::parse(plan)
        {
            self.delays.forget(&plan);
        }
        Ok(())
    }

    /// An authority record's signature, before anybody learns whether the log holds it: by a key of the operator that is
    /// valid now or, for a record sent again, was valid at its index (it may have ended that very key). All else is the
    /// registry's to judge.
    fn check_operator(
        &self,
        checked: &Checked,
        registry: &Registry,
        serial: &Serial,
    ) -> Result<(), Refusal> {
        let Some(operator) = registry.operator() else {
            return Ok(());
        };
        let (entry, message) = (&checked.entry, &checked.message);
        if entry.authority != operator.id {
            return Err(RegistryError::NotOperator.into());
        }
        let signer = registry.find_signer(&operator.id, message, &entry.signature);
        if signer.is_some() {
            return Ok(());
        }
        let again = match serial.seen.find(&checked.keys, message, None, &self.log) {
            Ok(Some(index)) => registry.verify_entry(index, entry).is_ok(),
            Ok(None) | Err(Refusal::SaltReused) => false,
            Err(refusal) => return Err(refusal),
        };
        match again {
            true => Ok(()),
            false => Err(Refusal::Signature(operator.id.to_string())),
        }
    }

    /// Checks against the log so far and builds the entry; `None` where the batch already has its answer.
    fn prepare(
        &self,
        checked: &Checked,
        serial: &mut Serial,
        batch: &mut batch::Builder,
    ) -> Result<Option<Entry>, Refusal> {
        if batch.repeat(&checked.keys)? {
            return Ok(None);
        }
        let existing = match checked.existing {
            Some(index) => Some(index),
            None => serial.seen.find(
                &checked.keys,
                &checked.message,
                checked.unknown_at,
                &self.log,
            )?,
        };
        if let Some(index) = existing {
            batch.existing(index);
            return Ok(None);
        }
        let now = self
            .time()
            .map_err(Refusal::Unavailable)?
            .max(serial.last_logged);
        let entry = Entry {
            logged_at: now,
            ..checked.entry.clone()
        };
        if !entry.is_in_time() {
            return Err(Refusal::TimeWindow {
                issued_at: entry.issued_at,
                now,
            });
        }
        serial.last_logged = now;
        Ok(Some(entry))
    }
}
