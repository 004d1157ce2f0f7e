//! What the commands of a draw share: who signs, for which log, at what time.

use super::remote::{self, Server};
use super::words::{While as _, file};
use anyhow::Context as _;
use clap::Args;
use gongshi::domain::Kind;
use gongshi::ingest::{Client, ClientError, KeyFile, LocalFile, LogState, Patience, persist};
use gongshi::intake::{Clock, FileStatement};
use gongshi::text::Lang;
use gongshi_verify::encoding::hex;
use gongshi_verify::hash::{Hash, sha256};
use gongshi_verify::json::Value;
use gongshi_verify::names::{PlanKey, RegionCode};
use gongshi_verify::time::Timestamp;
use std::fs::File;
use std::path::{Path, PathBuf};

/// A plan key as a flag.
pub fn plan_key(text: &str) -> Result<PlanKey, String> {
    PlanKey::parse(text)
        .map_err(|_| "expected authority/period/serial, such as 610323-SCJG/2026/01".to_owned())
}

/// A time as a flag.
pub fn time(text: &str) -> Result<Timestamp, String> {
    let moment: Option<jiff::Timestamp> = text.parse().ok();
    moment
        .and_then(|moment| Timestamp::from_unix(moment.as_second()))
        .ok_or_else(|| {
            "expected a time with its zone, such as 2026-03-02T16:00:00+08:00".to_owned()
        })
}

/// A text file, read whole.
pub fn read(path: &Path) -> anyhow::Result<String> {
    let bytes = std::fs::read(path).reading(path)?;
    String::from_utf8(bytes).told("error-text", vec![("file", file(path))])
}

/// Leaves of a plan's libraries, where somebody has them at hand.
#[derive(Args)]
pub struct Leaves {
    /// Leaves of the objects [default: as the server has them].
    #[arg(long)]
    pub objects: Option<PathBuf>,
    /// Leaves of the officers [default: as the server has them].
    #[arg(long)]
    pub officers: Option<PathBuf>,
}

impl Leaves {
    /// The files that are given: of the objects, of the officers.
    pub fn read(&self) -> anyhow::Result<(Option<String>, Option<String>)> {
        let leaves = |path: &Option<PathBuf>| path.as_deref().map(read).transpose();
        Ok((leaves(&self.objects)?, leaves(&self.officers)?))
    }
}

/// How a record names a file of these bytes.
pub fn file_value(name: &str, media_type: &str, bytes: &[u8]) -> Value {
    let size = i64::try_from(bytes.len()).unwrap_or(i64::MAX);
    Value::object([
        ("media_type", media_type.into()),
        ("name", name.into()),
        ("sha256", hex(&sha256(bytes)).into()),
        ("size", Value::Int(size)),
    ])
}

/// Says whose word the time of an entry is.
pub fn say_logged(index: u64) {
    // This version has no witnesses, on the log's side or here.
    eprintln!("entry {index} of the log; its time is asserted by the operator only");
}

/// Who signs, and for which log.
#[derive(Args)]
pub struct Signer {
    #[command(flatten)]
    server: Server,
    /// The authority's key file.
    #[arg(long, env = "GONGSHI_KEY")]
    key: PathBuf,
    /// Region of the record, six digits [default: the one the authority is registered for].
    #[arg(long)]
    region: Option<String>,
}

/// A department at its desk, connected to a log.
pub struct Desk {
    pub client: Client,
    pub key: KeyFile,
    pub key_path: PathBuf,
    pub log: LogState,
    clock: Box<dyn Clock>,
    region: Option<String>,
}

impl Signer {
    /// Reads the key first: nobody is asked anything by somebody who cannot sign.
    pub fn open(self) -> anyhow::Result<Desk> {
        let key = KeyFile::read(&self.key)?;
        let region = self.region.as_deref().map(RegionCode::parse).transpose();
        region.context("--region")?;
        let client = self.server.client();
        let log = client.log()?;
        let clock = remote::clock(&log);
        Ok(Desk {
            client,
            key,
            key_path: self.key,
            log,
            clock,
            region: self.region,
        })
    }
}

impl Desk {
    /// Now.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The region of what is signed.
    pub fn region(&self) -> anyhow::Result<String> {
        if let Some(region) = &self.region {
            return Ok(region.clone());
        }
        let listed = self.client.authority(&self.key.authority)?;
        let listed =
            listed.with_context(|| format!("the log has no authority {}", self.key.authority))?;
        Ok(listed.region)
    }

    /// Signs a record and appends it; its index. Says whose word the time of the entry is.
    pub fn publish(&self, kind: Kind, plan: Option<&PlanKey>, body: Value) -> anyhow::Result<u64> {
        let reference = plan.map(ToString::to_string);
        let event = remote::sign(&self.log, &self.key, kind, reference, body)?;
        let index = remote::send_one(&self.client, &event)?;
        say_logged(index);
        Ok(index)
    }

    /// Puts a file on the server; how a record names it.
    pub fn put_file(&self, name: &str, media_type: &str, bytes: &[u8]) -> anyhow::Result<Value> {
        let upload = |at: Timestamp| (self.client).upload(bytes, &self.log.origin, &self.key, at);
        self.persist(upload)?;
        Ok(file_value(name, media_type, bytes))
    }

    /// Puts encrypted self-check cards of the library with that root on the server; their SHA-256 in hexadecimal.
    pub fn put_cards(&self, root: &Hash, cards: &LocalFile) -> anyhow::Result<String> {
        let name = || format!("cannot read {}", cards.path.display());
        let file = File::open(&cards.path).with_context(name)?;
        self.persist(|issued_at| {
            let statement = FileStatement {
                authority: self.key.authority.clone(),
                issued_at,
                sha256: cards.sha256,
                size: cards.size,
            };
            let signature = self.key.key.sign(&statement.message(&self.log.origin));
            self.client.put_cards(root, &statement, &signature, &file)
        })?;
        Ok(hex(&cards.sha256))
    }

    /// Makes a signed request, again while the server is only busy: each time it is signed for that time.
    fn persist<T>(
        &self,
        request: impl Fn(Timestamp) -> Result<T, ClientError>,
    ) -> anyhow::Result<T> {
        let attempt = || request(self.now());
        let mut waiting = remote::say_waiting(Lang::En);
        let said = |error: ClientError| anyhow::Error::msg(error.words(Lang::En));
        persist(Patience::default(), attempt, &mut waiting).map_err(said)
    }
}
