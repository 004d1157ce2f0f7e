//! `gongshi bench`: the figures of docs/PERFORMANCE.md, measured on this machine.

mod append;
mod events;

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
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// Peak resident memory of this process in MB, where the system tells.
fn peak_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace()
        .nth(1)?
        .parse::<u64>()
        .ok()
        .map(|kilobytes| kilobytes / 1024)
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
