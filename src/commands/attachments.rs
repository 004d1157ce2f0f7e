//! The files that records name: each is given, or there already, before anything is sent.

use super::remote;
use super::words::{self, While as _, told};
use gongshi::domain::FileRef;
use gongshi::ingest::{Client, KeyFile, LocalFile, LogState, Patience, persist};
use gongshi::intake::{FileStatement, MAX_FILE_BYTES};
use gongshi::text::Lang;
use gongshi_verify::encoding::{hex, hex32};
use gongshi_verify::hash::Hash;
use gongshi_verify::text::shown;
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
            let file = LocalFile::read(path).reading(path)?;
            if file.size > MAX_FILE_BYTES {
                let args = vec![
                    ("file", words::file(path)),
                    ("size", file.size.to_string().into()),
                    ("most", MAX_FILE_BYTES.to_string().into()),
                ];
                return Err(told("file-large", args));
            }
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
            let named = || ("name", shown(&file.name).into());
            let hash = hex32(&file.sha256).told("file-digest", vec![named()])?;
            match self.given.get(&hash) {
                Some(given) if given.size != file.size => {
                    let args = vec![
                        named(),
                        ("size", file.size.to_string().into()),
                        ("file", words::file(&given.path)),
                        ("found", given.size.to_string().into()),
                    ];
                    return Err(told("file-size", args));
                }
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
            let args = vec![
                ("file", words::file(&file.path)),
                ("sha256", hex(&file.sha256).into()),
            ];
            return Err(told("file-idle", args));
        }
        let patience = Patience::default();
        let mut waiting = remote::say_waiting(lang);
        for (hash, name) in &self.elsewhere {
            if !persist(patience, || client.has_file(hash), &mut waiting)? {
                let args = vec![("name", shown(name).into()), ("sha256", hex(hash).into())];
                return Err(told("file-missing", args));
            }
        }
        for file in self.given.values() {
            let statement = FileStatement {
                authority: key.authority.clone(),
                issued_at: remote::clock(log).now(),
                sha256: file.sha256,
                size: file.size,
            };
            let signature = key.key.sign(&statement.message(&log.origin));
            let opened = File::open(&file.path).reading(&file.path)?;
            let attempt = || client.put_file(&statement, &signature, &opened);
            let put = persist(patience, attempt, &mut waiting);
            put.told("file-unsent", vec![("file", words::file(&file.path))])?;
        }
        Ok(())
    }
}
