//! The serial section: fixes the order of events and what depends on it, one caller at a time.
//!
//! Here an event meets those before it: repetitions, used salts, the log's time, authority records that take effect before
//! the next event is looked at. Whatever can be known without its place was checked before; everybody waits here.

use super::{Authority, Batch, Checked, Intake, Known, Looked, Refusal, Serial, batch, seen};
use crate::domain::Kind;
use crate::log::{Leaf, Outcome};
use gongshi_verify::entry::Entry;
use gongshi_verify::registry::{Registry, RegistryError};
use std::sync::Arc;

impl Intake {
    /// The serial section: fixes the order, and sets what depends on it.
    pub(super) fn order(&self, checked: Vec<Looked>, mut known: Known) -> Batch {
        let mut serial = self.serial.lock().expect("no holder of this lock panics");
        let mut batch = batch::Builder::new(checked.len());
        let ready = serial.seen.settle(&self.log).map_err(|e| e.to_string());
        if let Err(reason) = ready.and_then(|()| self.decide(&mut serial)) {
            for _ in checked {
                batch.refuse(Refusal::Unavailable(reason.clone()));
            }
            return batch.finish();
        }
        let start = self.known();
        let mut stale = start.version != known.version;
        known = start;
        let mut undecided: Option<String> = None;
        for item in checked {
            if let Some(reason) = &undecided {
                batch.refuse(Refusal::Unavailable(reason.clone()));
                continue;
            }
            let item = match item {
                Ok(checked) if !stale => Ok(checked),
                Ok(checked) => self.look(checked.event, &known.registry),
                Err((_, Some(event))) if stale => self.look(*event, &known.registry),
                refused => refused,
            };
            let checked = match item {
                Ok(checked) => checked,
                Err((refusal, _)) => {
                    batch.refuse(refusal);
                    continue;
                }
            };
            let authority_record = checked.event.kind.as_str() == Kind::Authority.as_str();
            if authority_record {
                batch.submit(&self.log, &mut serial.seen, false);
                if let Err(refusal) = self.check_operator(&checked, &known.registry, &serial) {
                    batch.refuse(refusal);
                    continue;
                }
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
            let leaf = Leaf {
                entry: entry.to_bytes(),
                record: Some(checked.record.into_bytes()),
            };
            if !authority_record {
                batch.push(leaf, checked.keys, checked.key);
                continue;
            }
            let record = checked.event.record();
            if let Err(error) = known.registry.check(&entry, record) {
                batch.refuse(error.into());
                continue;
            }
            batch.push(leaf, checked.keys, None);
            batch.submit(&self.log, &mut serial.seen, true);
            if let Some((index, fate)) = batch.last() {
                serial.undecided = Some(Authority {
                    index,
                    fate,
                    entry,
                    record: record.clone(),
                });
                undecided = self.decide(&mut serial).err();
                known = self.known();
                stale = true;
            }
        }
        batch.submit(&self.log, &mut serial.seen, false);
        batch.finish()
    }

    /// Waits for the fate of the last authority record, and lets it take effect.
    ///
    /// # Errors
    /// Why it is not decided.
    fn decide(&self, serial: &mut Serial) -> Result<(), String> {
        let Some(authority) = &serial.undecided else {
            return Ok(());
        };
        match seen::settled(&authority.fate, authority.index, &self.log) {
            Outcome::Undecided => {
                let reason = self.log.stopped();
                return Err(
                    reason.unwrap_or_else(|| "an authority record takes too long".to_owned())
                );
            }
            Outcome::Void => {}
            Outcome::Published => {
                let known = self.known();
                let mut registry = Registry::clone(&known.registry);
                match registry.apply(authority.index, &authority.entry, &authority.record) {
                    Ok(()) => {
                        *self.known.write().expect("no holder of this lock panics") = Known {
                            registry: Arc::new(registry),
                            version: known.version + 1,
                        };
                    }
                    Err(error) => {
                        tracing::error!(index = authority.index, %error, "an authority record was logged but does not apply")
                    }
                }
            }
        }
        serial.undecided = None;
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
