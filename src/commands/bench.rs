//! `gongshi bench`: the figures of docs/PERFORMANCE.md, measured on this machine.

mod append;
mod county;
mod department;
mod events;
mod expiry;
mod fairness;
mod penalties;
mod portal;
mod server;
mod year;

use clap::{Args, Subcommand};
use std::path::PathBuf;
use std::process::ExitCode;

/// Measure this machine. Every figure is a whole run on real disk; compare figures of one run only.
#[derive(Args)]
pub struct Bench {
    /// Where to put the temporary data folder; the default is the system's temporary folder.
    #[arg(long, global = true)]
    folder: Option<PathBuf>,
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    Append(append::Append),
    Events(events::Events),
    Expiry(expiry::Expiry),
    Fairness(fairness::Fairness),
    Portal(portal::Portal),
}

impl Bench {
    pub fn run(self) -> anyhow::Result<ExitCode> {
        let parent = self.folder.unwrap_or_else(std::env::temp_dir);
        let folder = tempfile::Builder::new()
            .prefix("gongshi-bench")
            .tempdir_in(parent)?;
        match self.what {
            What::Append(append) => append.run(folder.path())?,
            What::Events(events) => events.run(folder.path())?,
            What::Expiry(expiry) => expiry.run(folder.path())?,
            What::Fairness(fairness) => fairness.run(folder.path())?,
            What::Portal(portal) => portal.run(folder.path())?,
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// Peak resident memory of this process in MB, where the system tells.
fn peak_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    status_figure(&status, "VmHWM:")
}

/// A figure of `/proc/<pid>/status` in MB.
fn status_figure(status: &str, figure: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix(figure))?;
    let kilobytes: u64 = line.split_whitespace().next()?.parse().ok()?;
    Some(kilobytes / 1024)
}

/// Bytes of all files below a folder, as the disk counts them.
fn disk_usage(folder: &std::path::Path) -> u64 {
    use std::os::unix::fs::MetadataExt as _;
    let Ok(items) = std::fs::read_dir(folder) else {
        return 0;
    };
    items
        .filter_map(Result::ok)
        .map(|item| match item.metadata() {
            Ok(meta) if meta.is_dir() => disk_usage(&item.path()),
            Ok(meta) => meta.blocks() * 512,
            Err(_) => 0,
        })
        .sum()
}
