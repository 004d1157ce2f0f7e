//! Where the value from outside comes from when a draw is made here: a file, a relay, a gazette, this machine's own work, or the
//! record of the draw.

use super::beacon;
use crate::commands::progress::Progress;
use anyhow::{Context as _, bail};
use clap::Args;
use gongshi::ingest::desk::{Logged, Materials, typed_numbers};
use gongshi_verify::draw::given::Given;
use gongshi_verify::draw::plan::Mode;
use std::path::PathBuf;

/// The value that nobody knew when the plan was fixed.
#[derive(Args)]
pub struct Outside {
    /// drand: file with the plan's round, as a relay gives it [default: the draw's record, or a relay].
    #[arg(long)]
    beacon: Option<PathBuf>,
    /// drand: relay to ask for the plan's round.
    #[arg(long, default_value = beacon::RELAY)]
    relay: String,
    /// Lottery: the numbers, groups with / between them, such as 5,12,18,21,27,33/9.
    #[arg(long)]
    numbers: Option<String>,
    /// Lottery: where the numbers were announced.
    #[arg(long)]
    numbers_source: Option<String>,
}

impl Outside {
    /// The value, and whether somebody else computed it.
    pub fn given(
        &self,
        materials: &Materials,
        recorded: Option<&Logged>,
    ) -> anyhow::Result<(Given, bool)> {
        let stated = recorded.and_then(|draw| Given::read(materials.plan.mode, &draw.body));
        match materials.plan.mode {
            Mode::Drand { round, .. } => {
                let own = match (&self.beacon, stated) {
                    (Some(path), _) => beacon::from_file(path, Some(round))?,
                    (None, Some(stated)) => return Ok((stated, true)),
                    (None, None) => beacon::from_relay(&self.relay, round).with_context(|| {
                        format!("round {round} is needed; hand it over with --beacon FILE")
                    })?,
                };
                Ok((Given::Signature(own.signature), true))
            }
            Mode::Lottery { game, .. } => match (&self.numbers, stated) {
                (Some(text), _) => {
                    let source = self.numbers_source.clone();
                    let given = typed_numbers(text, source);
                    let given = given.context(
                        "--numbers: expected numbers from 0 to 99, such as 5,12,18,21,27,33/9",
                    )?;
                    match &given {
                        Given::Numbers(groups, _) if !game.admits(groups) => bail!(
                            "--numbers: {text} is no result of the game {}: expected {}, groups with / between them",
                            game.code(),
                            game.form()
                        ),
                        given => Ok((given.clone(), true)),
                    }
                }
                (None, Some(stated)) => Ok((stated, true)),
                (None, None) => bail!("the numbers of the lottery are needed: --numbers"),
            },
            Mode::Delay { log2 } => match stated {
                Some(stated) => Ok((stated, true)),
                None => {
                    eprintln!("computing 2^{log2} steps of the delay");
                    let mut progress: Option<Progress> = None;
                    let given = materials.run_delay(|done, all| {
                        progress
                            .get_or_insert_with(|| Progress::new("segments", all as u64))
                            .at(done as u64);
                    });
                    let void = "no secret counts of a contributor other than the plan's departments and the operator: a draw by delay is void without one";
                    Ok((given.context(void)?, false))
                }
            },
        }
    }
}
