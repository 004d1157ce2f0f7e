//! `gongshi fsck`: rechecks everything, in a data folder or over HTTP.

use super::out;
use super::progress::Progress;
use anyhow::Context as _;
use clap::Args;
use gongshi::app;
use gongshi::intake::Auditor;
use gongshi::log::{self, FsckProblem};
use gongshi_verify::names::Origin;
use gongshi_verify::text::shown;
use std::path::PathBuf;
use std::process::ExitCode;

/// Recheck every entry, record, tile, signature and right. Exit 0: nothing wrong; 1: named problems; 2: could not check.
#[derive(Args)]
pub struct Fsck {
    /// Data folder; its server must not be running.
    #[arg(long, env = "GONGSHI_DATA", default_value = "./data")]
    data: PathBuf,
    /// Check a running server instead, by its address.
    #[arg(long)]
    url: Option<String>,
    /// The log's verifier key, for --url. Without it the server's own word is taken, and said.
    #[arg(long, requires = "url")]
    vkey: Option<String>,
}

impl Fsck {
    pub fn run(self) -> anyhow::Result<ExitCode> {
        let (entries, tiles, problems) = match &self.url {
            Some(url) => super::fsck_http::check(url, self.vkey.as_deref())?,
            None => self.folder()?,
        };
        for problem in &problems {
            out::line(format_args!("{}", shown(&problem.problem)))?;
        }
        out::line(format_args!(
            "{entries} entries and {tiles} full tiles checked: {} problems.",
            problems.len()
        ))?;
        Ok(if problems.is_empty() {
            ExitCode::SUCCESS
        } else {
            ExitCode::from(1)
        })
    }

    fn folder(&self) -> anyhow::Result<(u64, u64, Vec<FsckProblem>)> {
        let (log, file) = app::read_log(&self.data).context("the start-up checks failed")?;
        let mut progress = Progress::new("entries", log.published().size());
        let mut auditor =
            Auditor::new(Origin::parse(&file.origin)?).with_log_key(log.verifier().key);
        let mut report = log::fsck(
            &log,
            |done| progress.at(done),
            |index, leaf, problems| auditor.leaf(index, leaf, problems),
        );
        auditor.finish(&mut report.problems);
        Ok((report.entries, report.tiles, report.problems))
    }
}
