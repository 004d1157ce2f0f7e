//! `gongshi draw`: a due draw repeated from a server's documents, and the draws that only the department can make.

mod beacon;
mod cards;
mod open;
mod outside;
mod record;
mod run;
mod sealed;
mod substitute;

use clap::{Args, Subcommand};
use std::process::ExitCode;

/// Repeat a draw, or make a sealed one on the department's own machine.
///
/// With --openings, --key and a plan key the draw of a sealed library is made here: what opens the classes never leaves this
/// machine; what is published is the root over the drawn list.
#[derive(Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct DrawCommand {
    #[command(subcommand)]
    action: Option<Action>,
    #[command(flatten)]
    sealed: Option<sealed::Sealed>,
}

#[derive(Subcommand)]
enum Action {
    Run(run::Run),
    Record(record::Record),
    Substitute(substitute::Substitute),
    Open(open::Open),
    Beacon(beacon::Beacon),
    Cards(cards::Cards),
    UploadCards(cards::UploadCards),
}

impl DrawCommand {
    pub fn run(self) -> anyhow::Result<ExitCode> {
        match (self.action, self.sealed) {
            (Some(Action::Run(command)), _) => command.run(),
            (Some(Action::Record(command)), _) => command.run(),
            (Some(Action::Substitute(command)), _) => command.run(),
            (Some(Action::Open(command)), _) => command.run(),
            (Some(Action::Beacon(command)), _) => command.run(),
            (Some(Action::Cards(command)), _) => command.run(),
            (Some(Action::UploadCards(command)), _) => command.run(),
            (None, Some(command)) => command.run(),
            (None, None) => anyhow::bail!("--openings, --key and a plan key are needed"),
        }
    }
}
