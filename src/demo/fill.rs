//! Publishes the invented year: signs on all cores, feeds intake slot by slot, and moves the simulated clock along.
//!
//! Slots are handed over without waiting for the one before, except where a record names an earlier one. Everything
//! already in the log is answered with its index, so a fill can be repeated.

use super::DemoError;
use super::schedule::{Planned, Publisher, RecordNumber, Schedule};
use crate::app::operator_key_path;
use crate::domain::Kind;
use crate::draw::Runner;
use crate::ingest::KeyFile;
use crate::intake::{Batch, Event, Intake, SimulatedClock};
use crate::store::StoreError;
use gongshi_verify::encoding::{base64, hex};
use gongshi_verify::hash::{leaf_hash, sha256};
use gongshi_verify::json::Value;
use gongshi_verify::keys::SecretKey;
use gongshi_verify::names::{AuthorityId, KindName, Origin, PlanKey};
use gongshi_verify::record::Record;
use gongshi_verify::registry::key_proof_message;
use gongshi_verify::time::Timestamp;
use rayon::prelude::*;
use std::collections::VecDeque;
use std::path::Path;

/// Slots on their way at once.
const AHEAD: usize = 64;
/// Kinds of the department that registers subjects.
const REGISTRAR: &str = "000000-SCJG";

/// How far a fill is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Records handed to the log.
    pub done: usize,
    /// Records of the year.
    pub total: usize,
    /// The simulated time.
    pub time: Timestamp,
}

/// A department that can sign.
pub(super) struct Signer {
    pub(super) id: AuthorityId,
    key: SecretKey,
}

/// Where a record that others name stands.
#[derive(Clone)]
pub(super) struct Place {
    index: u64,
    leaf_hash: String,
}

/// Registers the departments and publishes what is not yet in the log.
pub(super) fn fill(
    intake: &Intake,
    runner: &Runner,
    clock: &SimulatedClock,
    mut schedule: Schedule,
    progress: &mut dyn FnMut(Progress),
) -> Result<(), DemoError> {
    let signers = register(intake, &schedule.departments, schedule.opening)?;
    let mut places: Vec<Option<Place>> = vec![None; schedule.planned.len()];
    let mut named = vec![false; schedule.planned.len()];
    for (_, target) in schedule
        .planned
        .iter()
        .flat_map(|record| &record.references)
    {
        named[*target] = true;
    }
    // Taken out one by one, so that memory falls while the log grows.
    let bodies = schedule.planned.iter_mut();
    let mut bodies: Vec<_> = bodies
        .map(|record| std::mem::take(&mut record.body))
        .collect();
    let order = std::mem::take(&mut schedule.order);
    let total = order.len();
    let mut done = 0;
    let mut waiting: VecDeque<(Vec<Sent>, Batch)> = VecDeque::new();
    // Secrets count to the second, and a draw is one: time stands still while a moment's records are taken.
    clock.hold(true);
    for group in order.chunk_by(|a, b| schedule.planned[*a].slot == schedule.planned[*b].slot) {
        let time = schedule.planned[group[0]].slot;
        clock.advance_to(time);
        let targets = group
            .iter()
            .flat_map(|number| &schedule.planned[*number].references);
        let targets: Vec<RecordNumber> = targets.map(|(_, target)| *target).collect();
        while waiting.len() >= AHEAD || targets.iter().any(|target| places[*target].is_none()) {
            let Some((sent, batch)) = waiting.pop_front() else {
                return Err(DemoError::Invented {
                    number: group[0],
                    reason: "it names a record that is not published before it".to_owned(),
                });
            };
            settle(intake, &sent, batch, &named, &mut places)?;
        }
        let mut records = Vec::with_capacity(group.len());
        for number in group {
            let planned = &schedule.planned[*number];
            if let Some(text) = planned.file.as_ref() {
                let hash = sha256(text.as_bytes());
                intake
                    .files()
                    .put(&hash, text.len() as u64, text.as_bytes())?;
            }
            if planned.drawn {
                places[*number] = Some(draw(intake, runner, planned)?);
                continue;
            }
            let mut body = std::mem::take(&mut bodies[*number]);
            for (member, target) in &planned.references {
                let place = places[*target].as_ref().expect("waited for above");
                Planned::refer(&mut body, member, place.value());
            }
            // What a correction is of stands in its entry as well.
            let reference = match planned.kind {
                Kind::Correction => planned.references.iter().find_map(|(member, target)| {
                    let place = places[*target].as_ref().filter(|_| *member == "target")?;
                    Some(place.index.to_string())
                }),
                _ => planned.plan.clone(),
            };
            records.push((*number, body, reference));
        }
        let sent = records.iter().map(|(number, ..)| Sent {
            number: *number,
            kind: schedule.planned[*number].kind,
        });
        let sent = sent.collect();
        let origin = intake.log().origin();
        let events = records.into_par_iter().map(|(number, body, reference)| {
            let record = &schedule.planned[number];
            sign(
                origin,
                &signers[record.department],
                record,
                reference,
                Value::Object(body),
            )
            .map_err(|reason| DemoError::Invented { number, reason })
        });
        let events = events.collect::<Result<Vec<_>, _>>()?;
        waiting.push_back((sent, intake.accept_events(events)));
        done += group.len();
        progress(Progress { done, total, time });
    }
    for (sent, batch) in waiting {
        settle(intake, &sent, batch, &named, &mut places)?;
    }
    clock.hold(false);
    Ok(())
}

/// Has the server draw a plan whose time has come; the place of the record. A draw that the log holds already stands.
fn draw(intake: &Intake, runner: &Runner, planned: &Planned) -> Result<Place, DemoError> {
    let failed = |reason: String| DemoError::Draw {
        plan: planned.plan.clone().unwrap_or_default(),
        reason,
    };
    let key = PlanKey::parse(planned.plan.as_deref().unwrap_or_default());
    let key = key.map_err(|error| failed(error.to_string()))?;
    runner.draw(&key).map_err(failed)?;
    let plan = intake.docket().plan(&key)?;
    let draw = plan.and_then(|plan| plan.draw);
    let draw = draw.ok_or_else(|| failed("it is not due".to_owned()))?;
    Ok(Place {
        index: draw.index,
        leaf_hash: draw.leaf_hash,
    })
}

/// A record handed over.
struct Sent {
    number: RecordNumber,
    kind: Kind,
}

impl Place {
    pub(super) fn value(&self) -> Value {
        Value::object([
            (
                "index",
                Value::Int(i64::try_from(self.index).unwrap_or(i64::MAX)),
            ),
            ("leaf_hash", self.leaf_hash.as_str().into()),
        ])
    }
}

/// Waits until a slot is durable, and notes where the records stand that others name.
fn settle(
    intake: &Intake,
    sent: &[Sent],
    batch: Batch,
    named: &[bool],
    places: &mut [Option<Place>],
) -> Result<(), DemoError> {
    for (sent, answer) in sent.iter().zip(batch.wait()) {
        let accepted = answer.map_err(|refusal| DemoError::Refused {
            number: sent.number,
            kind: sent.kind.to_string(),
            refusal,
        })?;
        if named[sent.number] {
            let hash = leaf_hash(&intake.log().entry(accepted.index)?);
            places[sent.number] = Some(Place {
                index: accepted.index,
                leaf_hash: hex(&hash),
            });
        }
    }
    Ok(())
}

fn sign(
    origin: &Origin,
    signer: &Signer,
    planned: &Planned,
    reference: Option<String>,
    body: Value,
) -> Result<Event, String> {
    let record = Record::new(body, planned.salt).map_err(|e| e.to_string())?;
    let kind = kind_name(planned.kind);
    Ok(Event::sign(
        origin,
        &signer.id,
        &signer.key,
        &kind,
        planned.issued_at,
        reference,
        record,
    ))
}

/// Signs a record that is ready.
pub(super) fn sign_in(
    intake: &Intake,
    signer: &Signer,
    kind: Kind,
    time: Timestamp,
    plan: Option<String>,
    record: Record,
) -> Event {
    let origin = intake.log().origin();
    Event::sign(
        origin,
        &signer.id,
        &signer.key,
        &kind_name(kind),
        time,
        plan,
        record,
    )
}

/// Where an entry stands, for those that name it.
pub(super) fn place_of(intake: &Intake, index: u64) -> Result<Place, DemoError> {
    Ok(Place {
        index,
        leaf_hash: hex(&leaf_hash(&intake.log().entry(index)?)),
    })
}

fn kind_name(kind: Kind) -> KindName {
    KindName::parse(kind.as_str()).expect("a kind's name is a name")
}

/// Makes or reads the departments' keys and has the operator register them.
pub(super) fn register(
    intake: &Intake,
    departments: &[Publisher],
    opening: Timestamp,
) -> Result<Vec<Signer>, DemoError> {
    let (log, data) = (intake.log(), intake.log().folder().path());
    let operator = KeyFile::read(&operator_key_path(data))?;
    let mut signers = Vec::with_capacity(departments.len());
    let mut events = Vec::with_capacity(departments.len());
    for (number, department) in departments.iter().enumerate() {
        let invented = |reason: String| DemoError::Invented { number, reason };
        let id = AuthorityId::parse(&department.id).map_err(|e| invented(e.to_string()))?;
        let file = key(data, id)?;
        let salt = sha256(format!("gongshi/demo-salt/v1|{}", department.id).as_bytes());
        let body = registration(log.origin(), department, &file);
        let record = Record::new(body, salt).map_err(|e| invented(e.to_string()))?;
        events.push(Event::sign(
            log.origin(),
            &operator.authority,
            &operator.key,
            &kind_name(Kind::Authority),
            opening,
            None,
            record,
        ));
        signers.push(Signer {
            id: file.authority,
            key: file.key,
        });
    }
    for (number, answer) in intake.accept_events(events).wait().into_iter().enumerate() {
        answer.map_err(|refusal| DemoError::Refused {
            number,
            kind: Kind::Authority.to_string(),
            refusal,
        })?;
    }
    Ok(signers)
}

/// A department's key: the one in the folder, or a new one.
fn key(data: &Path, authority: AuthorityId) -> Result<KeyFile, DemoError> {
    let path = data.join("keys").join(format!("{authority}.key"));
    let exists = path.try_exists().map_err(|source| StoreError::Io {
        what: path.display().to_string(),
        source,
    })?;
    if exists {
        return Ok(KeyFile::read(&path)?);
    }
    let file = KeyFile {
        authority,
        key: SecretKey::from_seed(&crate::app::random32()),
    };
    file.write(&path)?;
    Ok(file)
}

fn registration(origin: &Origin, department: &Publisher, file: &KeyFile) -> Value {
    let public = file.key.public();
    let proof = file
        .key
        .sign(&key_proof_message(origin, &file.authority, &public));
    let mut kinds: Vec<&str> = Kind::ALL
        .iter()
        .filter(|kind| may_publish(&department.id, **kind))
        .map(|kind| kind.as_str())
        .collect();
    kinds.sort_unstable();
    Value::object([
        ("action", "register".into()),
        ("authority_id", department.id.as_str().into()),
        ("hotline", hotline(&department.id).into()),
        ("key_proof", base64(&proof).into()),
        (
            "kinds",
            Value::Array(kinds.into_iter().map(Into::into).collect()),
        ),
        ("name", department.name.as_str().into()),
        ("public_key", public.to_base64().into()),
        ("region", "000000".into()),
        ("role", "department".into()),
    ])
}

/// A number that nobody has: no area code begins with 000.
fn hotline(id: &str) -> String {
    let sum: u32 = id.bytes().map(u32::from).sum();
    format!("0000-{:07}", 1_000_000 + sum)
}

/// Lists, marks and registrations are one department's business; the rest of a department's work is everybody's.
fn may_publish(department: &str, kind: Kind) -> bool {
    match kind {
        Kind::AbnormalListing
        | Kind::AbnormalRemoval
        | Kind::SeriousListing
        | Kind::SeriousRemoval
        | Kind::IndividualMark
        | Kind::IndividualRestore
        | Kind::SubjectStatus => department == REGISTRAR,
        kind => !kind.operator_only(),
    }
}
