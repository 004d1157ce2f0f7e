//! The files that records name: each is given, or there already, before anything is sent.

use super::remote;
use anyhow::{Context as _, bail, ensure};
use gongshi::domain::FileRef;
use gongshi::ingest::{Client, KeyFile, LocalFile, LogState, Patience, persist};
use gongshi::intake::{FileStatement, MAX_FILE_BYTES};
use gongshi::text::Lang;
use gongshi_verify::encoding::{hex, hex32};
use gongshi_verify::hash::Hash;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::path::PathBuf;

/// The files given, and those that records name.
pub struct Attachments {
    given: BTreeMap<Hash, LocalFile>,
    /// Given, and named by no record yet.
    idle: BTreeSet<Hash>,
    /// Named and not given, with the name that readers would see.
    elsewhere: BTreeMap<Hash, String>,
}

impl Attachments {
    /// Reads and hashes the files given.
    pub fn read(paths: &[PathBuf]) -> anyhow::Result<Self> {
        let mut given = BTreeMap::new();
        for path in paths {
            let file =
                LocalFile::read(path).with_context(|| format!("cannot read {}", path.display()))?;
            ensure!(
                file.size <= MAX_FILE_BYTES,
                "{} has {} bytes; a file may have {MAX_FILE_BYTES}",
                path.display(),
                file.size
            );
            given.insert(file.sha256, file);
        }
        Ok(Attachments {
            idle: given.keys().copied().collect(),
            given,
            elsewhere: BTreeMap::new(),
        })
    }

    /// Notes what a record names.
    pub fn name(&mut self, named: Vec<FileRef>) -> anyhow::Result<()> {
        for file in named {
            let hash = hex32(&file.sha256)
                .with_context(|| format!("the SHA-256 of the file {}", file.name))?;
            match self.given.get(&hash) {
                Some(given) if given.size != file.size => bail!(
                    "the record says that {} has {} bytes; {} has {}",
                    file.name,
                    file.size,
                    given.path.display(),
                    given.size
                ),
                Some(_) => drop(self.idle.remove(&hash)),
                None => drop(self.elsewhere.insert(hash, file.name)),
            }
        }
        Ok(())
    }

    /// Uploads every file, once all that records name are given or known to be public.
    pub fn hand_over(
        self,
        client: &Client,
        log: &LogState,
        key: &KeyFile,
        lang: Lang,
    ) -> anyhow::Result<()> {
        if let Some(file) = self.idle.first().and_then(|hash| self.given.get(hash)) {
            bail!(
                "no record names {} (SHA-256 {}); was it changed after the record was written?",
                file.path.display(),
                hex(&file.sha256)
            );
        }
        let patience = Patience::default();
        let mut waiting = remote::say_waiting(lang);
        for (hash, name) in &self.elsewhere {
            let there = persist(patience, || client.has_file(hash), &mut waiting);
            let there = there.map_err(|error| anyhow::Error::msg(error.words(lang)))?;
            ensure!(
                there,
                "a record names the file {name} with SHA-256 {}: it is not public yet; give it with --file PATH, unchanged",
                hex(hash)
            );
        }
        for file in self.given.values() {
            let statement = FileStatement {
                authority: key.authority.clone(),
                issued_at: remote::clock(log).now(),
                sha256: file.sha256,
                size: file.size,
            };
            let signature = key.key.sign(&statement.message(&log.origin));
            let opened = File::open(&file.path)
                .with_context(|| format!("cannot read {}", file.path.display()))?;
            let attempt = || client.put_file(&statement, &signature, &opened);
            persist(patience, attempt, &mut waiting).map_err(|error| {
                anyhow::Error::msg(format!("{}: {}", file.path.display(), error.words(lang)))
            })?;
        }
        Ok(())
    }
}
