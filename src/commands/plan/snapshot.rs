//! `gongshi plan snapshot`: from the leaves of a library to the record that fixes them.

use super::library::names;
use crate::commands::desk::{self, Desk, Signer};
use crate::commands::{out, remote};
use anyhow::{Context as _, bail};
use clap::Args;
use gongshi::domain::{Kind, dates};
use gongshi::ingest::desk::{SnapshotMark, SnapshotNote, entry, read_library, snapshot_body};
use gongshi::intake::{Clock as _, SystemClock};
use gongshi::store::write_atomic;
use gongshi::text::Lang;
use gongshi_verify::hash::Hash;
use gongshi_verify::json::Value;
use gongshi_verify::time::Timestamp;
use std::path::PathBuf;
use std::process::ExitCode;

/// Publish a library: put its leaves on the server, then sign and append the snapshot that fixes them.
///
/// Prints the index of its entry. Do this at least ten days before the first plan that uses it, so that it can be
/// challenged. The signed snapshot is kept in <LEAVES>.snapshot: run again, the command says which entry it is already.
#[derive(Args)]
pub struct Snapshot {
    #[command(flatten)]
    signer: Signer,
    /// The leaves, from `gongshi plan library`.
    #[arg(long)]
    leaves: PathBuf,
    /// Name of the library.
    #[arg(long)]
    name: String,
    /// Names of the tokens, in TOML: as for `gongshi plan library`.
    #[arg(long)]
    names: Option<PathBuf>,
    /// Day the library was frozen [default: today].
    #[arg(long, value_parser = day)]
    as_of: Option<String>,
    /// Time until which it can be challenged.
    #[arg(long, value_parser = desk::time)]
    challenge_until: Option<Timestamp>,
    /// Subjects in the register on that day, to compare with.
    #[arg(long)]
    register_count: Option<u64>,
    /// Index of the snapshot before in the series.
    #[arg(long)]
    previous: Option<u64>,
    /// Where its data came from.
    #[arg(long)]
    source: Option<String>,
    /// A remark.
    #[arg(long)]
    note: Option<String>,
    /// Publish leaves once more that are in the log already, as with another name or day.
    #[arg(long)]
    again: bool,
}

fn day(text: &str) -> Result<String, String> {
    match dates::parse_date(text) {
        Some(_) => Ok(text.to_owned()),
        None => Err("expected a day, such as 2026-01-05".to_owned()),
    }
}

impl Snapshot {
    pub fn run(self) -> anyhow::Result<ExitCode> {
        let text = desk::read(&self.leaves)?;
        let path = || self.leaves.display().to_string();
        let library = read_library(&text).with_context(path)?;
        let names = names(self.names.as_ref())?;
        let china = |time: Timestamp| dates::day_in_china(time.unix()).to_string();
        let mut note = SnapshotNote {
            name: self.name,
            as_of: self
                .as_of
                .clone()
                .unwrap_or_else(|| china(SystemClock.now())),
            challenge_until: self.challenge_until,
            register_count: self.register_count,
            source: self.source,
            note: self.note,
            ..SnapshotNote::default()
        };
        // What cannot be published is told before anything is sent.
        snapshot_body(&library, &names, &note, "".into()).with_context(path)?;
        let desk = self.signer.open()?;
        let root = library.root();
        let mark = Mark {
            path: SnapshotMark::beside(&self.leaves),
            desk: &desk,
            root,
        };
        if !self.again
            && let Some(index) = mark.published()?
        {
            out::line(format_args!("{index}"))?;
            eprintln!(
                "these leaves are entry {index} of the log already; --again publishes them once more"
            );
            return Ok(ExitCode::SUCCESS);
        }
        note.region = desk.region()?;
        if self.as_of.is_none() {
            note.as_of = china(desk.now());
        }
        if let Some(index) = self.previous {
            note.previous = Some(entry(&desk.client, index, "snapshot")?.reference());
        }
        let name = self
            .leaves
            .file_name()
            .unwrap_or_default()
            .to_string_lossy();
        let file = desk.put_file(&name, "text/plain", text.as_bytes())?;
        let body = snapshot_body(&library, &names, &note, file)?;
        let index = mark.publish(body)?;
        out::line(format_args!("{index}"))?;
        Ok(ExitCode::SUCCESS)
    }
}

/// What is kept of the publication of a library.
struct Mark<'a> {
    path: PathBuf,
    desk: &'a Desk,
    root: Hash,
}

impl Mark<'_> {
    /// The entry that an earlier run made of these leaves, in this log and for this authority.
    fn published(&self) -> anyhow::Result<Option<u64>> {
        let (log, who) = (&self.desk.log, &self.desk.key.authority);
        if !self.path.exists() {
            return Ok(None);
        }
        let text = desk::read(&self.path)?;
        let Some(mark) = SnapshotMark::parse(&text, &log.origin, who, &self.root) else {
            return Ok(None);
        };
        let index = match mark.index {
            Some(index) => index,
            // A run that was cut short: what it sent is the same entry when it is sent again, or none.
            None => match remote::send_line(&self.desk.client, &mark.event)? {
                Ok(index) => self.keep(&mark.event, index)?,
                Err(_) => return Ok(None),
            },
        };
        let logged = entry(&self.desk.client, index, "snapshot")?;
        match logged.hash("root") == Some(self.root) {
            true => Ok(Some(index)),
            false => bail!(
                "{} names entry {index}, which has another root; move that file away, or publish with --again",
                self.path.display()
            ),
        }
    }

    /// Signs the snapshot, keeps it, then sends it; its index.
    fn publish(&self, body: Value) -> anyhow::Result<u64> {
        let desk = self.desk;
        let event = remote::sign(&desk.log, &desk.key, Kind::Snapshot, None, body)?.to_json();
        self.write(&event, None)?;
        match remote::send_line(&desk.client, &event)? {
            Ok(index) => {
                desk::say_logged(index);
                self.keep(&event, index)
            }
            Err(refused) => bail!("{}", refused.words(Lang::En).join("\n  ")),
        }
    }

    fn keep(&self, event: &str, index: u64) -> anyhow::Result<u64> {
        self.write(event, Some(index))?;
        Ok(index)
    }

    fn write(&self, event: &str, index: Option<u64>) -> anyhow::Result<()> {
        let mark = SnapshotMark {
            event: event.to_owned(),
            index,
        };
        let text = mark.text(&self.desk.log.origin, &self.desk.key.authority, &self.root);
        write_atomic(&self.path, text.as_bytes(), 0o644)
            .with_context(|| format!("cannot write {}", self.path.display()))
    }
}
