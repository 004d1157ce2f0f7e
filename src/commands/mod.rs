//! One file a command (or a family of them); each parses its flags, calls the library and prints.

mod attachments;
mod authority;
mod backup;
mod bench;
mod demo;
mod desk;
mod draw;
mod export;
mod fsck;
mod fsck_files;
mod fsck_http;
mod import;
mod init;
mod keygen;
mod out;
mod plan;
mod progress;
mod publish;
mod reindex;
mod remote;
mod revise;
mod rules;
mod search;
mod serve;
pub mod settings;
mod words;

use clap::{Parser, Subcommand};
use std::path::PathBuf;
use std::process::ExitCode;

/// A public transparency portal on a verifiable disclosure log.
///
/// Every flag can also stand in a TOML file given with --config, and in an environment variable GONGSHI_<FLAG>;
/// a flag wins over the variable, and the variable over the file.
#[derive(Parser)]
#[command(name = "gongshi", version)]
pub struct Arguments {
    /// Settings in TOML: `data`, `listen`, … by the names of the flags (with _ for -).
    #[arg(long, global = true, env = "GONGSHI_CONFIG")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    // In the order of use, as the help shows them: look, run, publish, check, keep.
    Demo(demo::Demo),
    Init(init::Init),
    Serve(serve::Serve),
    Keygen(keygen::Keygen),
    Authority(authority::Authority),
    Publish(publish::Publish),
    Import(import::ImportCommand),
    Correct(revise::Correct),
    Withdraw(revise::Withdraw),
    Erase(revise::Erase),
    Approve(revise::Approve),
    Keep(revise::Keep),
    Plan(plan::PlanCommand),
    Draw(Box<draw::DrawCommand>),
    Export(export::Export),
    Fsck(fsck::Fsck),
    Backup(backup::Backup),
    Restore(backup::Restore),
    Reindex(reindex::Reindex),
    Bench(bench::Bench),
}

/// Runs the command; the exit code says whether what was checked or sent is good (0), not good (1), or unusable (2).
pub fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    match arguments.command {
        Command::Backup(command) => command.run(),
        Command::Bench(command) => command.run(),
        Command::Export(command) => command.run(),
        Command::Fsck(command) => command.run(),
        Command::Demo(command) => command.run(),
        Command::Init(command) => command.run(),
        Command::Reindex(command) => command.run(),
        Command::Restore(command) => command.run(),
        Command::Serve(command) => command.run(),
        Command::Keygen(command) => command.run(),
        Command::Authority(command) => command.run(),
        Command::Publish(command) => command.run(),
        Command::Import(command) => command.run(),
        Command::Correct(command) => command.run(),
        Command::Withdraw(command) => command.run(),
        Command::Erase(command) => command.run(),
        Command::Approve(command) => command.run(),
        Command::Keep(command) => command.run(),
        Command::Plan(command) => command.run(),
        Command::Draw(command) => command.run(),
    }
}
