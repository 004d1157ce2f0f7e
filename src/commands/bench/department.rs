//! A log in a folder with one department that may publish: what measurements of signed events begin with.

use gongshi::app::{App, NewLog, Tuning, init, operator_key_path, random32};
use gongshi::ingest::KeyFile;
use gongshi::intake::{Clock, Event};
use gongshi_verify::encoding::base64;
use gongshi_verify::json::Value;
use gongshi_verify::keys::SecretKey;
use gongshi_verify::names::{AuthorityId, KindName, Origin};
use gongshi_verify::record::Record;
use gongshi_verify::registry::key_proof_message;
use std::path::Path;
use std::sync::Arc;

const DEPARTMENT: &str = "000000-SCJG";

/// The department, its key, and the log it publishes to.
pub(super) struct Department {
    pub(super) app: App,
    pub(super) origin: Origin,
    pub(super) key: SecretKey,
    clock: Arc<dyn Clock>,
    id: AuthorityId,
    operator: KeyFile,
}

impl Department {
    /// Makes the log in a new folder, and registers the department for these kinds, in the order of names.
    pub(super) fn new(data: &Path, clock: Arc<dyn Clock>, kinds: &[&str]) -> anyhow::Result<Self> {
        let origin = Origin::parse("bench.example/log")?;
        let new = NewLog {
            origin: origin.clone(),
            operator: AuthorityId::parse("000000-OP")?,
            name: "bench".to_owned(),
            region: "000000".to_owned(),
            kinds: Vec::new(),
            random: random32,
        };
        init(data, &new, clock.clone())?;
        let department = Department {
            app: App::open(data, clock.clone(), &Tuning::default())?,
            origin,
            key: SecretKey::from_seed(&random32()),
            clock,
            id: AuthorityId::parse(DEPARTMENT)?,
            operator: KeyFile::read(&operator_key_path(data))?,
        };
        let kinds = kinds.iter().map(|kind| Value::from(*kind)).collect();
        department.register(Value::object([
            ("action", "register".into()),
            ("authority_id", DEPARTMENT.into()),
            ("key_proof", department.proof(&department.key)),
            ("kinds", Value::Array(kinds)),
            ("name", "bench".into()),
            ("public_key", department.key.public().to_base64().into()),
            ("region", "000000".into()),
            ("role", "department".into()),
        ]))?;
        Ok(department)
    }

    /// Has the operator add a key.
    pub(super) fn add_key(&self, key: &SecretKey) -> anyhow::Result<()> {
        self.register(Value::object([
            ("action", "add_key".into()),
            ("authority_id", DEPARTMENT.into()),
            ("key_proof", self.proof(key)),
            ("public_key", key.public().to_base64().into()),
        ]))
    }

    /// Signs a body now.
    pub(super) fn sign(&self, kind: &str, of: Option<u64>, body: Value) -> anyhow::Result<Event> {
        self.signed(&self.id, &self.key, kind, of, body)
    }

    /// Hands events in and waits for them.
    pub(super) fn accept(&self, events: Vec<Event>) -> anyhow::Result<()> {
        for answer in self.app.portal.intake.accept_events(events).wait() {
            answer?;
        }
        Ok(())
    }

    fn register(&self, body: Value) -> anyhow::Result<()> {
        let (id, key) = (&self.operator.authority, &self.operator.key);
        self.accept(vec![self.signed(id, key, "authority", None, body)?])
    }

    fn signed(
        &self,
        who: &AuthorityId,
        key: &SecretKey,
        kind: &str,
        of: Option<u64>,
        body: Value,
    ) -> anyhow::Result<Event> {
        let (kind, record) = (KindName::parse(kind)?, Record::new(body, random32())?);
        let of = of.map(|index| index.to_string());
        let now = self.clock.now();
        Ok(Event::sign(&self.origin, who, key, &kind, now, of, record))
    }

    fn proof(&self, key: &SecretKey) -> Value {
        let message = key_proof_message(&self.origin, &self.id, &key.public());
        base64(&key.sign(&message)).into()
    }
}
