//! Batches of rows through the journal to the log, several on their way at once.
//!
//! One thread reads, notes and counts; senders only send. So the journal has one writer, and a row is in it, on disk,
//! before it leaves.

use super::bad_file::BadFile;
use super::receipts::Receipts;
use super::{BATCH_ROWS, CheckedRow, Import, ImportError, Notice, Observer, Stop, Summary, Target};
use crate::domain::{EntryRef, Exit, Kind};
use crate::ingest::client::{Answer, ClientError};
use crate::ingest::deliver::deliver;
use crate::ingest::journal::{Digest, Journal, JournalError, Known};
use crate::ingest::refused::Refused;
use crate::ingest::table::Row;
use crate::intake::Event;
use gongshi_verify::hash::{Hash, sha256};
use gongshi_verify::json::{self, Value};
use gongshi_verify::names::KindName;
use gongshi_verify::record::Record;
use gongshi_verify::time::Timestamp;
use rayon::prelude::*;
use serde_json::Map;
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::sync::{Arc, Mutex};
use std::thread::Scope;

/// Batches on their way at once: one being checked by the log, one being made durable, one travelling.
const SENDERS: usize = 3;
/// Refusals that would meet every row alike.
const ALWAYS: &[&str] = &[
    "unknown-authority",
    "kind-not-allowed",
    "kind-not-open",
    "unknown-kind",
    "bad-signature",
];

/// What a row states, in the form that is committed to.
pub(super) struct Statement {
    pub(super) body: Value,
    pub(super) digest: Digest,
}

impl Statement {
    pub(super) fn of(kind: Kind, body: Map<String, serde_json::Value>) -> Self {
        let body = to_value(serde_json::Value::Object(body));
        let hash = sha256(format!("{kind}\n{}", json::to_jcs(&body)).as_bytes());
        Statement {
            body,
            digest: *hash.first_chunk().expect("a hash has 32 bytes"),
        }
    }

    /// Names an entry in a field. What the row says, by which the journal knows it, stays what it was.
    fn name(&mut self, field: &str, entry: &EntryRef) {
        let Ok(index) = i64::try_from(entry.index) else {
            return;
        };
        let named = [
            ("index".to_owned(), Value::Int(index)),
            ("leaf_hash".to_owned(), entry.leaf_hash.clone().into()),
        ];
        if let Value::Object(members) = &mut self.body {
            members.insert(field.to_owned(), Value::Object(named.into_iter().collect()));
        }
    }

    /// The region it is about.
    pub(super) fn region(&self) -> Option<&str> {
        match &self.body {
            Value::Object(members) => members.get("region")?.as_str(),
            _ => None,
        }
    }
}

/// The domain's value as the verifier's. Values of cells hold nothing the profile has not.
fn to_value(value: serde_json::Value) -> Value {
    match value {
        serde_json::Value::Null => Value::Null,
        serde_json::Value::Bool(value) => Value::Bool(value),
        serde_json::Value::Number(number) => Value::Int(number.as_i64().unwrap_or(i64::MAX)),
        serde_json::Value::String(text) => Value::String(text),
        serde_json::Value::Array(items) => Value::Array(items.into_iter().map(to_value).collect()),
        serde_json::Value::Object(members) => Value::Object(
            members
                .into_iter()
                .map(|(name, value)| (name, to_value(value)))
                .collect(),
        ),
    }
}

/// A row about to be signed.
struct Planned {
    row: Row,
    statement: Statement,
    salt: [u8; 32],
    issued_at: Timestamp,
    earlier: bool,
}

/// A signed row on its way.
struct Sent {
    row: Row,
    digest: Digest,
    /// Whether it was planned by an earlier run, and so with the time of that: refused for its time, it is made anew.
    earlier: bool,
    commitment: Hash,
    event: String,
}

/// What the log answered to one row: its index and proof, or why not.
type Settled = Result<(u64, String), Refused>;

/// What a sender brings back.
struct Outcome {
    batch: Vec<Sent>,
    answers: Vec<(usize, Settled)>,
    result: Result<(), ClientError>,
}

/// The reading thread's side of an import.
struct Run<'a> {
    import: &'a Import,
    target: &'a Target<'a>,
    observer: &'a mut dyn Observer,
    journal: Journal,
    bad: BadFile<'a>,
    receipts: Receipts<'a>,
    summary: Summary,
    waiting: Vec<Row>,
    /// Removals that give the day of a listing which the log has: the entry by which they name it, by line.
    meant: HashMap<u64, EntryRef>,
    work: Option<SyncSender<Vec<Sent>>>,
    outcomes: Receiver<Outcome>,
    on_their_way: usize,
    /// Whether a row was not refused, as far as anybody knows.
    in_doubt: bool,
}

pub(super) fn run(
    import: &Import,
    target: &Target<'_>,
    observer: &mut dyn Observer,
    journal: Journal,
    bad: BadFile<'_>,
) -> Result<(Summary, Option<PathBuf>), ImportError> {
    std::thread::scope(|scope| {
        let (work, batches) = sync_channel(1);
        let (done, outcomes) = channel();
        start_senders(scope, target, batches, &done);
        drop(done);
        let mut run = Run {
            import,
            target,
            observer,
            journal,
            bad,
            receipts: Receipts::new(&import.options, &import.columns),
            summary: Summary::default(),
            waiting: Vec::with_capacity(BATCH_ROWS),
            meant: HashMap::new(),
            work: Some(work),
            outcomes,
            on_their_way: 0,
            in_doubt: false,
        };
        let result = run.all();
        // Whatever happened, answers still on their way are noted: they are true.
        run.work = None;
        let mut noted = Ok(());
        while let Ok(outcome) = run.outcomes.recv() {
            noted = noted.and(run.note_acknowledged(&outcome));
        }
        let written = noted.and(run.journal.sync());
        let bad = run.bad.close();
        let receipts = run.receipts.close();
        if !run.in_doubt {
            // Where the log took nothing there is nothing to remember, and a wrong key must not keep the right one out.
            run.journal.discard()?;
        }
        // Codes of rows that went in before it stopped are told, too.
        if let Ok(Some(file)) = &receipts {
            run.observer.receipts(file);
        }
        result?;
        written?;
        receipts?;
        Ok((run.summary, bad?))
    })
}

/// Starts the senders; they end when no more batches come, or at the first failure that does not pass.
fn start_senders<'scope>(
    scope: &'scope Scope<'scope, '_>,
    target: &'scope Target<'_>,
    batches: Receiver<Vec<Sent>>,
    done: &Sender<Outcome>,
) {
    let batches = Arc::new(Mutex::new(batches));
    let (sink, patience) = (target.sink, target.patience);
    for _ in 0..SENDERS {
        let (batches, done) = (batches.clone(), done.clone());
        scope.spawn(move || {
            loop {
                let next = batches
                    .lock()
                    .expect("no holder of this lock panics")
                    .recv();
                let Ok(batch) = next else { return };
                let mut answers = Vec::with_capacity(batch.len());
                let events: Vec<&str> = batch.iter().map(|sent| sent.event.as_str()).collect();
                let mut answered = |place, answer| {
                    answers.push((
                        place,
                        match answer {
                            Answer::Logged { index, proof } => Ok((index, proof)),
                            Answer::Refused(refused) => Err(refused),
                        },
                    ));
                };
                let mut waiting = target.waiting;
                let result = deliver(sink, patience, &events, &mut answered, &mut waiting);
                let failed = result.is_err();
                let outcome = Outcome {
                    batch,
                    answers,
                    result,
                };
                if done.send(outcome).is_err() || failed {
                    return;
                }
            }
        });
    }
}

impl Run<'_> {
    fn all(&mut self) -> Result<(), ImportError> {
        let import = self.import;
        let read = import.source.each(import.columns.header_line, &mut |row| {
            self.summary.read += 1;
            self.waiting.push(row);
            if self.waiting.len() >= BATCH_ROWS {
                self.batch().map_err(Stop::Import)?;
            }
            Ok(())
        });
        read.map_err(|stop| import.stopped(stop))?;
        while !self.waiting.is_empty() || self.on_their_way > 0 {
            if !self.waiting.is_empty() {
                self.batch()?;
            } else if let Ok(outcome) = self.outcomes.recv() {
                self.settle(outcome)?;
            } else {
                break;
            }
        }
        Ok(())
    }

    /// Sends off the rows that wait.
    fn batch(&mut self) -> Result<(), ImportError> {
        let rows = std::mem::take(&mut self.waiting);
        let mut planned = Vec::with_capacity(rows.len());
        let now = self.target.clock.now();
        for CheckedRow { row, read } in self.import.read_rows(rows) {
            let mut statement = match read {
                Ok(statement) => statement,
                Err(faults) => {
                    self.summary.bad += 1;
                    let notice = Notice::Bad(&faults);
                    self.bad.write(&row, &notice)?;
                    self.observer.row(row.line, &notice);
                    continue;
                }
            };
            if self.journal.meet(&statement.digest)? {
                self.summary.duplicate += 1;
                self.observer.row(row.line, &Notice::Duplicate);
                continue;
            }
            let (salt, issued_at, earlier) = match self.journal.known(&statement.digest)? {
                Known::Done => {
                    self.summary.existing += 1;
                    continue;
                }
                Known::Planned { salt, issued_at } => (salt, issued_at, true),
                Known::New => {
                    let salt = (self.target.random)();
                    self.journal.plan(&statement.digest, &salt, now)?;
                    (salt, now, false)
                }
            };
            let exit = Exit::by(self.import.options.kind);
            if let Some((exit, entry)) = exit.zip(self.meant.get(&row.line)) {
                statement.name(exit.field, entry);
            }
            planned.push(Planned {
                row,
                statement,
                salt,
                issued_at,
                earlier,
            });
        }
        self.observer.progress(&self.summary);
        self.send(planned)?;
        while let Ok(outcome) = self.outcomes.try_recv() {
            self.settle(outcome)?;
        }
        self.journal.write()?;
        Ok(())
    }

    fn send(&mut self, planned: Vec<Planned>) -> Result<(), ImportError> {
        if planned.is_empty() {
            return Ok(());
        }
        let kind = KindName::parse(self.import.options.kind.as_str());
        let kind = kind.expect("a kind's name is a name");
        let target = (self.target.origin, &self.target.key);
        let signed = planned.into_par_iter().map(|planned| {
            let (origin, key) = target;
            sign(origin, key, &kind, planned)
        });
        let mut batch: Vec<Sent> = signed.collect();
        batch.sort_unstable_by_key(|sent| sent.commitment);
        self.journal.sync()?;
        let Some(work) = &self.work else {
            return Ok(());
        };
        if work.send(batch).is_ok() {
            self.on_their_way += 1;
            return Ok(());
        }
        // Every sender has ended; one of them says why.
        while let Ok(outcome) = self.outcomes.recv() {
            self.settle(outcome)?;
        }
        Ok(())
    }

    /// Notes and counts what became of a batch.
    fn settle(&mut self, outcome: Outcome) -> Result<(), ImportError> {
        self.on_their_way = self.on_their_way.saturating_sub(1);
        self.note_acknowledged(&outcome)?;
        let mut rows: Vec<Option<Sent>> = outcome.batch.into_iter().map(Some).collect();
        for (place, answer) in outcome.answers {
            let Some(sent) = rows[place].take() else {
                continue;
            };
            let refused = match answer {
                Err(refused) => refused,
                Ok((index, proof)) => {
                    self.receipts.write(&sent.row, index, &proof)?;
                    continue;
                }
            };
            // The log looks for the event before it looks at its time, so this one is not in it; and where it has the salt with another body,
            // an earlier run went on to name a listing.
            if matches!(refused.code.as_str(), "time-window" | "salt-reused") && sent.earlier {
                self.journal.forget(&sent.digest)?;
                self.waiting.push(sent.row);
                continue;
            }
            // Tables give the day of a listing, and the log its entry: the record says both, so that a wrong answer shows.
            if let Some(entry) = refused.listing()
                && self.meant.insert(sent.row.line, entry.clone()).is_none()
            {
                self.journal.forget(&sent.digest)?;
                self.waiting.push(sent.row);
                continue;
            }
            if ALWAYS.contains(&refused.code.as_str()) {
                return Err(ImportError::Rejected(Box::new(refused)));
            }
            self.summary.refused += 1;
            let cells = self.import.cells_refused(&sent.row, &refused);
            let notice = Notice::Refused(&refused, &cells);
            self.bad.write(&sent.row, &notice)?;
            self.observer.row(sent.row.line, &notice);
        }
        self.observer.progress(&self.summary);
        Ok(outcome.result?)
    }

    fn note_acknowledged(&mut self, outcome: &Outcome) -> Result<(), JournalError> {
        self.in_doubt |= outcome.answers.len() < outcome.batch.len();
        for (place, answer) in &outcome.answers {
            let Ok((index, _)) = answer else { continue };
            self.in_doubt = true;
            self.journal.done(&outcome.batch[*place].digest, *index)?;
            if *index < self.target.log_size {
                self.summary.existing += 1;
            } else {
                self.summary.appended += 1;
            }
        }
        Ok(())
    }
}

fn sign(
    origin: &gongshi_verify::names::Origin,
    key: &crate::ingest::KeyFile,
    kind: &KindName,
    planned: Planned,
) -> Sent {
    let record = Record::new(planned.statement.body, planned.salt)
        .expect("a body of cells is within the profile");
    let commitment = record.commitment();
    let event = Event::sign(
        origin,
        &key.authority,
        &key.key,
        kind,
        planned.issued_at,
        None,
        record,
    );
    Sent {
        row: planned.row,
        digest: planned.statement.digest,
        earlier: planned.earlier,
        commitment,
        event: event.to_json(),
    }
}
