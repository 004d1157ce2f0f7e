//! `gongshi keep`: the department's own copy of a record, for when the log does not give it any more.

use super::Log;
use crate::commands::out;
use crate::commands::words::in_words;
use clap::Args;
use gongshi::ingest::revise::keep;
use std::path::PathBuf;
use std::process::ExitCode;

/// Keep own copies of published records: each with its proof, which is checked, its corrections, and the files it names.
///
/// Writes <INDEX>.json (the record with its salt), <INDEX>.tlog-proof and files/<SHA-256>, readable by their owner only. `withdraw` and
/// `erase` do the same; this is for records whose display will end by itself. Check a copy with `gongshi-verify`.
#[derive(Args)]
pub struct Keep {
    #[command(flatten)]
    log: Log,
    /// Indexes of the records.
    #[arg(value_name = "INDEX", required = true)]
    indexes: Vec<u64>,
    /// Folder for the copies.
    #[arg(long, value_name = "FOLDER")]
    out: PathBuf,
}

impl Keep {
    pub fn run(self) -> anyhow::Result<ExitCode> {
        in_words(self.log.lang.into(), self.keep())
    }

    fn keep(&self) -> anyhow::Result<ExitCode> {
        let office = self.log.open()?;
        for index in &self.indexes {
            let found = office.find(*index)?;
            keep(&office.client, &office.policy, &self.out, &found)?;
            let path = self.out.join(format!("{index}.tlog-proof"));
            out::line(format_args!("{}", path.display()))?;
        }
        Ok(ExitCode::SUCCESS)
    }
}
