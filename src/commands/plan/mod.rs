//! `gongshi plan`: what a department does for a draw before its randomness exists.

mod commit;
mod library;
mod notices;
mod publish;
mod simulate;
mod snapshot;

pub use notices::say;

use clap::{Args, Subcommand};
use std::process::ExitCode;

/// Prepare a draw: freeze libraries, publish the plan, commit to a secret and reveal it.
///
/// Everything secret is made on this machine, stored in private files, and never sent.
#[derive(Args)]
pub struct PlanCommand {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    Library(library::Library),
    Snapshot(snapshot::Snapshot),
    Template(publish::Template),
    Publish(publish::Publish),
    Simulate(simulate::Simulate),
    Commit(commit::Commit),
    Reveal(commit::Reveal),
    Cancel(commit::Cancel),
}

impl PlanCommand {
    pub fn run(self) -> anyhow::Result<ExitCode> {
        match self.action {
            Action::Library(command) => command.run(),
            Action::Snapshot(command) => command.run(),
            Action::Template(command) => command.run(),
            Action::Publish(command) => command.run(),
            Action::Simulate(command) => command.run(),
            Action::Commit(command) => command.run(),
            Action::Reveal(command) => command.run(),
            Action::Cancel(command) => command.run(),
        }
    }
}
