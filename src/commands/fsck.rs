//! `gongshi fsck`: rechecks everything, in a data folder or over HTTP.

use super::fsck_files::{Found, NamedFiles};
use super::out;
use super::progress::Progress;
use anyhow::{Context as _, ensure};
use clap::Args;
use gongshi::app;
use gongshi::intake::Auditor;
use gongshi::log::{self, FsckProblem};
use gongshi::store::{Files, StoreError};
use gongshi_verify::hash::Hash;
use gongshi_verify::names::Origin;
use gongshi_verify::note::VerifierKey;
use gongshi_verify::text::shown;
use std::path::PathBuf;
use std::process::ExitCode;

/// Results for objects that were not drawn that are named.
const MAX_NAMED: usize = 30;

/// Recheck every entry, record, tile, signature, right and file that a record names. Exit 0: nothing wrong; 1: named problems; 2: could not check.
#[derive(Args)]
pub struct Fsck {
    /// Data folder; its server must not be running.
    #[arg(long, env = "GONGSHI_DATA", default_value = "./data")]
    data: PathBuf,
    /// Check a running server instead, by its address.
    #[arg(long)]
    url: Option<String>,
    /// The log's verifier key. Without it --url takes the server's own word for it, and says so, and --data needs the
    /// checkpoint key in the folder: with it, an auditor needs no secrets.
    #[arg(long)]
    vkey: Option<String>,
    #[command(flatten)]
    rules: super::rules::Folder,
}

/// What was looked at and found.
#[derive(Debug)]
pub struct Checked {
    pub entries: u64,
    /// Full ones.
    pub tiles: u64,
    /// Those that records name.
    pub files: u64,
    pub problems: Vec<FsckProblem>,
}

impl Fsck {
    pub fn run(self) -> anyhow::Result<ExitCode> {
        let checked = match &self.url {
            Some(url) => super::fsck_http::check(url, self.vkey.as_deref())?,
            None => self.folder()?,
        };
        for problem in &checked.problems {
            out::line(format_args!("{}", shown(&problem.problem)))?;
        }
        out::line(format_args!(
            "{} entries, {} full tiles and {} files checked: {} problems.",
            checked.entries,
            checked.tiles,
            checked.files,
            checked.problems.len()
        ))?;
        Ok(if checked.problems.is_empty() {
            ExitCode::SUCCESS
        } else {
            ExitCode::from(1)
        })
    }

    fn folder(&self) -> anyhow::Result<Checked> {
        let rules = self.rules.load()?;
        let opened = match &self.vkey {
            Some(vkey) => {
                let verifier = VerifierKey::parse(vkey).context("--vkey")?;
                app::read_log_as_stranger(&self.data, &verifier)
            }
            None => {
                // What the folder is at all is told first.
                app::log_file(&self.data)?;
                let path = app::checkpoint_key_path(&self.data);
                ensure!(
                    path.try_exists().unwrap_or(true),
                    "{} is not there: give the log's verifier key with --vkey, or put the checkpoint key back",
                    path.display()
                );
                app::read_log(&self.data)
            }
        };
        let (log, file) = opened.context("the start-up checks failed")?;
        let mut progress = Progress::new("entries", log.published().size());
        let files = Files::to_read(&self.data);
        let mut auditor = Auditor::new(Origin::parse(&file.origin)?)
            .with_log_key(log.verifier().key)
            .with_draws(log.clone(), files.clone())?
            .with_rules(log.clone(), rules)?;
        let mut named = NamedFiles::default();
        let mut report = log::fsck(
            &log,
            |done| progress.at(done),
            |index, leaf, problems| {
                named.leaf(index, leaf);
                auditor.leaf(index, leaf, problems);
            },
        );
        auditor.finish(&mut report.problems);
        if auditor.unrepeated() > 0 {
            out::line(format_args!(
                "{} draws by a long delay were not repeated; `gongshi-verify draw` repeats one",
                auditor.unrepeated()
            ))?;
        }
        let undrawn = auditor.undrawn()?;
        if !undrawn.is_empty() {
            let named = undrawn.iter().take(MAX_NAMED).map(u64::to_string);
            let named = named.collect::<Vec<_>>().join(", ");
            let more = match undrawn.len() > MAX_NAMED {
                true => ", …",
                false => "",
            };
            out::line(format_args!(
                "{} results were published for objects that were not drawn, before the list of their sealed draw was opened: \
                 entries {named}{more}",
                undrawn.len()
            ))?;
        }
        if let Some(reason) = auditor.expiries_unchecked() {
            out::line(format_args!(
                "Expiries were not all held against the rules: {}",
                shown(reason)
            ))?;
        }
        if !auditor.unlawful().is_empty() {
            let unlawful = auditor.unlawful();
            let named = unlawful.iter().take(MAX_NAMED).map(u64::to_string);
            let named = named.collect::<Vec<_>>().join(", ");
            let more = match unlawful.len() > MAX_NAMED {
                true => ", …",
                false => "",
            };
            out::line(format_args!(
                "{} records would be refused by these rules; they may have been logged under others: entries {named}{more}",
                unlawful.len()
            ))?;
        }
        if !auditor.misfits().is_empty() {
            let misfits = auditor.misfits();
            let named = misfits.iter().take(MAX_NAMED).map(u64::to_string);
            let named = named.collect::<Vec<_>>().join(", ");
            let more = match misfits.len() > MAX_NAMED {
                true => ", …",
                false => "",
            };
            out::line(format_args!(
                "{} records do not fit what was said before them, or were not for their authority to say; they may have been logged under \
                 other rules: entries {named}{more}",
                misfits.len()
            ))?;
        }
        let find = |hash: &Hash| match files.verify(hash) {
            Ok(Some(size)) => Ok(Found::Whole(size)),
            Ok(None) => Ok(Found::Missing),
            Err(error @ StoreError::Corrupt(_)) => Ok(Found::Damaged(error.to_string())),
            Err(error) => Err(error),
        };
        Ok(Checked {
            files: named.check(find, &mut report.problems)?,
            entries: report.entries,
            tiles: report.tiles,
            problems: report.problems,
        })
    }
}
