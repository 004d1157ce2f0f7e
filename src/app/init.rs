//! Making a log: keys, the size-0 checkpoint, and entry 0, the operator's own record.
//!
//! What would be refused later is refused before anything is written: a folder with keys of no log helps nobody.

use super::AppError;
use super::folder::{
    LogFile, checkpoint_key_path, empty_folder, operator_key_path, write_log_file,
};
use crate::domain::{self, Kind};
use crate::ingest::KeyFile;
use crate::intake::{Clock, Event, Intake};
use crate::log::{Log, LogConfig};
use crate::model::Model;
use crate::rules::Rules;
use crate::store::{self, Files, SledStorage};
use gongshi_verify::encoding::base64;
use gongshi_verify::json::Value;
use gongshi_verify::keys::SecretKey;
use gongshi_verify::names::{AuthorityId, KindName, Origin};
use gongshi_verify::note::{KeyKind, SignerKey};
use gongshi_verify::record::Record;
use gongshi_verify::registry::key_proof_message;
use std::path::Path;
use std::sync::Arc;

/// What the operator decides when a log is made.
#[derive(Debug, Clone)]
pub struct NewLog {
    /// Origin of the log.
    pub origin: Origin,
    /// The operator's identifier.
    pub operator: AuthorityId,
    /// The operator's name for people.
    pub name: String,
    /// The operator's region, six digits.
    pub region: String,
    /// Kinds the operator may publish besides its own.
    pub kinds: Vec<Kind>,
    /// Makes keys: the system's generator, or a fixed sequence in tests.
    pub random: fn() -> [u8; 32],
}

/// Thirty-two bytes of the system's generator.
pub fn random32() -> [u8; 32] {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).expect("the system has a random generator");
    bytes
}

/// Creates a log in an empty folder: keys, size-0 checkpoint, and entry 0, the operator's own record.
pub fn init(data: &Path, new: &NewLog, clock: Arc<dyn Clock>) -> Result<(), AppError> {
    let signer = SignerKey::from_seed(new.origin.as_str(), KeyKind::Ed25519, &(new.random)())?;
    let operator = KeyFile {
        authority: new.operator.clone(),
        key: SecretKey::from_seed(&(new.random)()),
    };
    let kind = KindName::parse(Kind::Authority.as_str()).expect("a kind's name is a name");
    let event = Event::sign(
        &new.origin,
        &new.operator,
        &operator.key,
        &kind,
        clock.now(),
        None,
        operator_record(new, &operator.key)?,
    );
    // What would be refused must not leave a folder with keys of no log behind.
    if let Err(faults) = domain::validate(
        Kind::Authority,
        event.body(),
        domain::dates::day_in_china(clock.now().unix()),
    ) {
        let faults: Vec<String> = faults.iter().map(ToString::to_string).collect();
        return Err(AppError::Folder(format!(
            "the operator's record: {}",
            faults.join("; ")
        )));
    }
    let folder = empty_folder(data, "init")?;
    std::fs::create_dir(data.join("keys"))?;
    store::write_private(
        &checkpoint_key_path(data),
        format!("{}\n", signer.to_secret_text().as_str()).as_bytes(),
    )?;
    operator.write(&operator_key_path(data))?;
    write_log_file(
        &folder,
        &LogFile {
            origin: new.origin.to_string(),
        },
    )?;
    let storage = Arc::new(SledStorage::new(data));
    let log = Arc::new(Log::create(
        folder,
        storage,
        LogConfig::new(new.origin.clone(), signer, new.random),
    )?);
    let model = Model::open(log.storage().as_ref(), Rules::built_in().clone())?;
    let intake = Intake::open(log, clock, Files::open(data)?, model)?;
    match intake.accept_events(vec![event]).wait().pop() {
        Some(Ok(_)) => Ok::<(), AppError>(()),
        Some(Err(refusal)) => Err(AppError::Folder(format!(
            "the operator's record was refused: {refusal}"
        ))),
        None => Err(AppError::Folder(
            "the operator's record got no answer".to_owned(),
        )),
    }?;
    store::sync_folder(&data.join("keys"))?;
    Ok(store::sync_folder(data)?)
}

fn operator_record(new: &NewLog, key: &SecretKey) -> Result<Record, AppError> {
    let public = key.public();
    let proof = key.sign(&key_proof_message(&new.origin, &new.operator, &public));
    let mut kinds: Vec<&str> = new.kinds.iter().map(|kind| kind.as_str()).collect();
    kinds.extend(
        Kind::ALL
            .iter()
            .filter(|kind| kind.operator_only() || **kind == Kind::Draw)
            .map(|kind| kind.as_str()),
    );
    kinds.sort_unstable();
    kinds.dedup();
    let body = Value::object([
        ("action", "register".into()),
        ("authority_id", new.operator.as_str().into()),
        ("key_proof", base64(&proof).into()),
        (
            "kinds",
            Value::Array(kinds.into_iter().map(Into::into).collect()),
        ),
        ("name", new.name.as_str().into()),
        ("public_key", public.to_base64().into()),
        ("region", new.region.as_str().into()),
        ("role", "operator".into()),
    ]);
    Record::new(body, (new.random)())
        .map_err(|e| AppError::Folder(format!("the operator's record: {e}")))
}
