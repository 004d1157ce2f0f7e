//! `gongshi draw beacon`: hands in a round of the beacon, verified here first.

use crate::commands::out;
use crate::commands::remote::Server;
use anyhow::Context as _;
use clap::Args;
use gongshi::ingest::Client;
use gongshi::ingest::desk::Round;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// A relay of the beacon that everybody may ask.
pub const RELAY: &str = "https://api.drand.sh";

/// Hand a round of the public beacon drand in.
///
/// Anybody may: a round proves itself, and is verified here before it is sent. It comes from a relay (--round), or from a
/// file with the JSON that relays give (--file; `-` is standard input).
#[derive(Args)]
pub struct Beacon {
    #[command(flatten)]
    server: Server,
    /// The round.
    #[arg(long, required_unless_present = "file")]
    round: Option<u64>,
    /// Relay to ask for the round.
    #[arg(long, default_value = RELAY)]
    relay: String,
    /// File with the round, as a relay gives it.
    #[arg(long)]
    file: Option<PathBuf>,
    /// Only verify it.
    #[arg(long)]
    check: bool,
}

/// A round from a file.
pub fn from_file(path: &Path, expected: Option<u64>) -> anyhow::Result<Round> {
    let name = || path.display().to_string();
    let mut bytes = Vec::new();
    if path == Path::new("-") {
        std::io::stdin().read_to_end(&mut bytes)?;
    } else {
        bytes = std::fs::read(path).with_context(|| format!("cannot read {}", name()))?;
    }
    Round::parse(&bytes, expected).with_context(name)
}

/// A round from a relay.
pub fn from_relay(relay: &str, round: u64) -> anyhow::Result<Round> {
    let answer = Client::new(relay).document(&Round::path(round))?;
    let answer = answer.with_context(|| format!("{relay} has no round {round}"))?;
    Round::parse(&answer, Some(round)).with_context(|| relay.to_owned())
}

impl Beacon {
    pub fn run(self) -> anyhow::Result<ExitCode> {
        let round = match (&self.file, self.round) {
            (Some(path), expected) => from_file(path, expected)?,
            (None, Some(round)) => from_relay(&self.relay, round)?,
            (None, None) => anyhow::bail!("--round or --file is needed"),
        };
        let json = round.to_json();
        if !self.check {
            self.server.client().hand_in("/api/v1/beacons", &json)?;
        }
        out::line(format_args!("{json}"))?;
        Ok(ExitCode::SUCCESS)
    }
}
