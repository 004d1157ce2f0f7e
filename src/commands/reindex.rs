//! `gongshi reindex`: builds everything derived from the log anew.

use super::progress::Progress;
use clap::Args;
use gongshi::app;
use std::path::PathBuf;
use std::process::ExitCode;

/// Empty the read model and the search index and build them again from the log.
#[derive(Args)]
pub struct Reindex {
    /// Data folder; its server must not be running.
    #[arg(long, env = "GONGSHI_DATA", default_value = "./data")]
    data: PathBuf,
    #[command(flatten)]
    rules: super::rules::Folder,
}

impl Reindex {
    pub fn run(self) -> anyhow::Result<ExitCode> {
        let mut progress: Option<Progress> = None;
        let mut total = 0;
        app::reindex(&self.data, self.rules.load()?, |done, size| {
            total = size;
            progress
                .get_or_insert_with(|| Progress::new("entries", size))
                .at(done);
        })?;
        println!("Read model and search index built from {total} entries.");
        Ok(ExitCode::SUCCESS)
    }
}
