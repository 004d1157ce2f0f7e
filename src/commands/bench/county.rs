//! A county's log being filled: its departments, and what they say, accepted by intake like any other, with a clock that is moved
//! along.

use super::year::CLASSES;
use anyhow::{Context as _, anyhow};
use gongshi::app::{App, NewLog, Tuning, init, operator_key_path, random32};
use gongshi::ingest::KeyFile;
use gongshi::intake::{Clock as _, Event, SimulatedClock};
use gongshi_verify::draw::library::{Form, Library};
use gongshi_verify::encoding::{base64, hex};
use gongshi_verify::hash::{leaf_hash, sha256};
use gongshi_verify::json::{self, Value};
use gongshi_verify::keys::SecretKey;
use gongshi_verify::names::{AuthorityId, KindName, Origin};
use gongshi_verify::record::Record;
use gongshi_verify::registry::key_proof_message;
use gongshi_verify::time::Timestamp;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

const OPERATOR: &str = "000000-OP";
/// Has no part in draws and brings a secret.
pub(super) const NOTARY: &str = "000000-GZC";
/// Departments that plan and send officers.
pub(super) const DEPARTMENTS: usize = 6;
const START: &str = "2025-01-02T01:00:00Z";

/// A department's identifier; after the last comes the first again.
pub(super) fn department(number: usize) -> String {
    format!("000000-D{}", number % DEPARTMENTS)
}

/// A county's log.
pub(super) struct County {
    pub(super) app: App,
    pub(super) clock: Arc<SimulatedClock>,
    pub(super) origin: Origin,
    operator: KeyFile,
    secret: SecretKey,
    /// Last serial of each authority.
    pub(super) serials: BTreeMap<String, usize>,
}

/// A frozen library: its index and root.
pub(super) struct Frozen {
    pub(super) index: u64,
    pub(super) root: String,
}

impl County {
    pub(super) fn new(data: &Path) -> anyhow::Result<Self> {
        let origin = Origin::parse("bench.example/log")?;
        let new = NewLog {
            origin: origin.clone(),
            operator: AuthorityId::parse(OPERATOR)?,
            name: "bench".to_owned(),
            region: "000000".to_owned(),
            kinds: Vec::new(),
            random: random32,
        };
        let start = Timestamp::parse(START)?;
        let clock = Arc::new(SimulatedClock::new(start));
        clock.hold(true);
        init(data, &new, clock.clone())?;
        let year = County {
            operator: KeyFile::read(&operator_key_path(data))?,
            app: App::open(data, clock.clone(), &Tuning::default())?,
            clock,
            origin,
            secret: SecretKey::from_seed(&random32()),
            serials: BTreeMap::new(),
        };
        let departments = (0..DEPARTMENTS).map(department);
        for id in departments.chain([NOTARY.to_owned()]) {
            year.register(&id)?;
        }
        Ok(year)
    }

    fn register(&self, id: &str) -> anyhow::Result<()> {
        let authority = AuthorityId::parse(id)?;
        let public = self.secret_of(id).public();
        let proof = key_proof_message(&self.origin, &authority, &public);
        let proof = base64(&self.secret_of(id).sign(&proof));
        let key = public.to_base64();
        let body = format!(
            r#"{{"action":"register","authority_id":"{id}","key_proof":"{proof}","name":"示例县{id}","public_key":"{key}",
            "region":"000000","role":"department",
            "kinds":["bulletin","cancel","commit","draw","item_list","plan","reveal","snapshot"]}}"#
        );
        self.say(OPERATOR, "authority", json::parse(body)?, None)?;
        Ok(())
    }

    /// A key for each authority, from one secret.
    fn secret_of(&self, id: &str) -> SecretKey {
        let seed = [self.secret.public().to_base64().as_str(), id].concat();
        SecretKey::from_seed(&sha256(seed.as_bytes()))
    }

    pub(super) fn say(
        &self,
        who: &str,
        kind: &str,
        body: Value,
        plan: Option<&str>,
    ) -> anyhow::Result<u64> {
        let own = self.secret_of(who);
        let key = if who == OPERATOR {
            &self.operator.key
        } else {
            &own
        };
        let event = Event::sign(
            &self.origin,
            &AuthorityId::parse(who)?,
            key,
            &KindName::parse(kind)?,
            self.clock.now(),
            plan.map(str::to_owned),
            Record::new(body, random32())?,
        );
        let answers = self.app.portal.intake.accept_events(vec![event]).wait();
        match answers.into_iter().next() {
            Some(Ok(accepted)) => Ok(accepted.index),
            other => Err(anyhow!("{kind} of {who}: {other:?}")),
        }
    }

    pub(super) fn named(&self, index: u64) -> anyhow::Result<String> {
        let leaf = hex(&leaf_hash(&self.app.portal.log.entry(index)?));
        Ok(format!(r#"{{"index":{index},"leaf_hash":"{leaf}"}}"#))
    }

    pub(super) fn wait(&self, seconds: i64) -> anyhow::Result<()> {
        self.until(self.clock.now().unix() + seconds)
    }

    pub(super) fn until(&self, seconds: i64) -> anyhow::Result<()> {
        self.clock
            .advance_to(Timestamp::from_unix(seconds).context("a time of 2025")?);
        Ok(())
    }

    fn put(&self, text: &str) -> anyhow::Result<String> {
        let (hash, size) = (sha256(text.as_bytes()), text.len());
        self.app
            .portal
            .intake
            .files()
            .put(&hash, size as u64, text.as_bytes())?;
        Ok(format!(
            r#"{{"media_type":"text/plain","name":"leaves.txt","sha256":"{}","size":{size}}}"#,
            hex(&hash)
        ))
    }

    pub(super) fn freeze(&self, library: &str, form: Form, text: &str) -> anyhow::Result<Frozen> {
        let read = Library::parse(form, text).map_err(|error| anyhow!("{error}"))?;
        let (count, root) = (read.leaves().len(), hex(&read.root()));
        let form = match form {
            Form::Officers => String::new(),
            Form::Sealed => {
                let class = |class| format!(r#"{{"stratum":"{class}","stratum_name":"{class}"}}"#);
                let classes = CLASSES.map(|(name, ..)| class(name)).join(",");
                format!(r#""library_form":"sealed","strata":[{classes}],"#)
            }
            Form::Open => r#""library_form":"open","#.to_owned(),
        };
        let leaves = self.put(text)?;
        // Each is a library of its own: of one library only the newest snapshot could be planned with.
        let name = &root[..8];
        let body = format!(
            r#"{{"as_of":"2025-01-01","count":{count},"leaves":{leaves},"library":"{library}",{form}
            "library_name":"名录库 {name}","region":"000000","root":"{root}"}}"#
        );
        let index = self.say(&department(0), "snapshot", json::parse(body)?, None)?;
        Ok(Frozen { index, root })
    }
}
