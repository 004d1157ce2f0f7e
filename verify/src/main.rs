//! The command `gongshi-verify`: reads files, prints a report, sets the exit code.
//!
//! No network and no decision of its own: everything is checked by the library. Exit 0 verified,
//! 1 not verified, 2 unusable input (also wrong arguments). A sealed draw of which all that can be checked is right
//! ends with 0, and the last line of its report says what was not checked.

use std::fs::File;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use anyhow::{Context, Result, bail};
use clap::{Args, Parser, Subcommand};
use gongshi_verify::draw::randomness::Delay;
use gongshi_verify::hash::Hash;
use gongshi_verify::policy::{MAX_POLICY, Policy};
use gongshi_verify::receipt::ReceiptCode;
use gongshi_verify::report::{
    MAX_DRAW_FILE, MAX_PROOF_FILE, Report, verify_consistency_between, verify_consistency_file,
    verify_draw_file, verify_proof_file, verify_record_file,
};
use gongshi_verify::text::shown;

/// Checks proofs of a Gongshi log offline.
#[derive(Parser)]
#[command(version, about, long_about = None)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Check proof files: the record, who said it, the log and its witnesses.
    Proof {
        /// Proof files (.tlog-proof).
        #[arg(required = true)]
        files: Vec<PathBuf>,
        #[command(flatten)]
        policy: PolicyArg,
    },
    /// Check one's own copy of a record against a proof file, which may come without the record.
    Record {
        /// The record: JSON with body and salt.
        file: PathBuf,
        /// Its proof file.
        #[arg(long)]
        proof: PathBuf,
        #[command(flatten)]
        policy: PolicyArg,
    },
    /// Repeat a draw: its entries, the randomness, who was drawn, and which officers. Or check who is in a plan's library.
    Draw {
        /// Files of draws, or documents about who is in a plan's library.
        #[arg(required = true)]
        files: Vec<PathBuf>,
        #[command(flatten)]
        policy: PolicyArg,
    },
    /// Check that a newer state of the log begins with an older one.
    Consistency {
        /// The older signed checkpoint.
        old: PathBuf,
        /// The consistency proof file. It holds the newer checkpoint if that was the newest.
        file: PathBuf,
        /// The newer signed checkpoint, where you hold it; needed if the proof file holds none.
        #[arg(long)]
        new: Option<PathBuf>,
        #[command(flatten)]
        policy: PolicyArg,
    },
    /// Print the receipt codes of the entries that proof files are about. Checks nothing of the files; `proof` does.
    Receipt {
        /// Proof files (.tlog-proof).
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
}

#[derive(Args)]
struct PolicyArg {
    /// Policy file (C2SP tlog-policy): the logs and witnesses you trust.
    #[arg(long)]
    policy: PathBuf,
}

impl PolicyArg {
    fn read(&self) -> Result<Policy> {
        let bytes = read(&self.policy, MAX_POLICY)?;
        Policy::parse(&bytes).with_context(|| self.policy.display().to_string())
    }
}

fn main() -> ExitCode {
    match run(Cli::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            // Nobody may be reading that either; the exit code remains.
            let _ = writeln!(
                std::io::stderr(),
                "unusable input: {}",
                shown(&words(&error))
            );
            ExitCode::from(2)
        }
    }
}

/// An error with its causes in one line; those that are said already are left out.
fn words(error: &anyhow::Error) -> String {
    let mut words = String::new();
    for cause in error.chain().map(ToString::to_string) {
        if words.is_empty() {
            words = cause;
        } else if !words.ends_with(&cause) {
            words = format!("{words}: {cause}");
        }
    }
    words
}

/// Whether everything asked for is verified.
fn run(cli: Cli) -> Result<bool> {
    match cli.command {
        Command::Proof { files, policy } => {
            let policy = policy.read()?;
            let mut all = true;
            for file in &files {
                let bytes = read(file, MAX_PROOF_FILE)?;
                let report = verify_proof_file(&bytes, &policy)
                    .with_context(|| file.display().to_string())?;
                all &= print(file, &report)?;
            }
            Ok(all)
        }
        Command::Draw { files, policy } => {
            let policy = policy.read()?;
            let mut all = true;
            for file in &files {
                let bytes = read(file, MAX_DRAW_FILE)?;
                let report = verify_draw_file(&bytes, &policy, &side_by_side)
                    .with_context(|| file.display().to_string())?;
                all &= print(file, &report)?;
            }
            Ok(all)
        }
        Command::Record {
            file,
            proof,
            policy,
        } => {
            let policy = policy.read()?;
            let (record, bytes) = (read(&file, MAX_PROOF_FILE)?, read(&proof, MAX_PROOF_FILE)?);
            let report = verify_record_file(&record, &bytes, &policy)
                .with_context(|| format!("{}, {}", file.display(), proof.display()))?;
            print(&file, &report)
        }
        Command::Consistency {
            old,
            file,
            new,
            policy,
        } => {
            let policy = policy.read()?;
            let (checkpoint, bytes) = (read(&old, MAX_PROOF_FILE)?, read(&file, MAX_PROOF_FILE)?);
            let report = match &new {
                None => verify_consistency_file(&checkpoint, &bytes, &policy),
                Some(new) => {
                    let newer = read(new, MAX_PROOF_FILE)?;
                    verify_consistency_between(&checkpoint, &newer, &bytes, &policy)
                }
            };
            let report = report.with_context(|| {
                let files = [Some(&old), Some(&file), new.as_ref()];
                let names: Vec<String> = files
                    .into_iter()
                    .flatten()
                    .map(|path| path.display().to_string())
                    .collect();
                names.join(", ")
            })?;
            print(&file, &report)
        }
        Command::Receipt { files } => {
            let mut codes = String::new();
            for file in &files {
                let bytes = read(file, MAX_PROOF_FILE)?;
                let code = ReceiptCode::of_proof(&bytes);
                let code = code.with_context(|| file.display().to_string())?;
                codes.push_str(&format!("{code}\n"));
            }
            let mut out = std::io::stdout().lock();
            let written = out.write_all(codes.as_bytes()).and_then(|()| out.flush());
            written.context("cannot write the codes")?;
            Ok(true)
        }
    }
}

/// The first segment of a delay that does not hold, the segments shared among all processors.
fn side_by_side(delay: Delay, start: &Hash, checkpoints: &[Hash]) -> Option<usize> {
    let next = AtomicUsize::new(0);
    let broken = AtomicUsize::new(delay.segments);
    let threads = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        for _ in 0..threads.min(delay.segments) {
            scope.spawn(|| {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= broken.load(Ordering::Relaxed) {
                        break;
                    }
                    if !delay.holds(start, checkpoints, number) {
                        broken.fetch_min(number, Ordering::Relaxed);
                    }
                }
            });
        }
    });
    let broken = broken.into_inner();
    (broken < delay.segments).then_some(broken)
}

/// Prints a report; whether all that can be checked holds. A report nobody could read is an error, not a verdict.
fn print(file: &Path, report: &Report) -> Result<bool> {
    let name = shown(&file.display().to_string());
    let mut out = std::io::stdout().lock();
    writeln!(out, "{name}\n{report}")
        .and_then(|()| out.flush())
        .context("cannot write the report")?;
    Ok(report.verdict.holds())
}

/// Reads a file of at most `limit` bytes.
fn read(path: &Path, limit: usize) -> Result<Vec<u8>> {
    let file = File::open(path).with_context(|| path.display().to_string())?;
    let mut bytes = Vec::new();
    file.take(limit as u64 + 1)
        .read_to_end(&mut bytes)
        .with_context(|| path.display().to_string())?;
    if bytes.len() > limit {
        bail!("{}: over {limit} bytes", path.display());
    }
    Ok(bytes)
}
