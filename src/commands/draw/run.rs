//! `gongshi draw run`: a due draw repeated from the documents of a server, and compared with what the log says of it.

use super::outside::Outside;
use crate::commands::desk::{self, Leaves};
use crate::commands::out;
use crate::commands::remote::{self, Server};
use anyhow::{Context as _, bail};
use clap::Args;
use gongshi::ingest::desk::{Logged, Materials, PlanEntries};
use gongshi_verify::draw::library::Form;
use gongshi_verify::draw::recorded;
use gongshi_verify::json::{self, Value};
use gongshi_verify::names::PlanKey;
use std::collections::BTreeMap;
use std::process::ExitCode;

/// Repeat a due draw, and compare it with the recorded one.
///
/// Entries are held against their fingerprints, and the result against the record; that the entries are in the log is shown by
/// `gongshi-verify draw`. Exit code: 0 the same, or not recorded yet, 1 the record says something else, 2 it cannot be repeated.
#[derive(Args)]
pub struct Run {
    #[command(flatten)]
    server: Server,
    #[command(flatten)]
    outside: Outside,
    #[command(flatten)]
    leaves: Leaves,
    /// Print the result as the record of a draw states it, in JSON.
    #[arg(long)]
    json: bool,
    /// The plan, such as 610323-SCJG/2026/01.
    #[arg(value_parser = desk::plan_key)]
    plan: PlanKey,
}

impl Run {
    pub fn run(self) -> anyhow::Result<ExitCode> {
        let (objects, officers) = self.leaves.read()?;
        let client = self.server.client();
        let log = client.log()?;
        let now = remote::clock(&log).now();
        let entries = PlanEntries::fetch(&client, &self.plan)?;
        let materials = Materials::gather(&entries, &log.origin, objects, officers, now)?;
        let (objects, officers) = materials.libraries()?;
        if objects.form() == Form::Sealed {
            bail!(
                "the classes of this library are sealed: only the department that holds the openings can draw \
                 (gongshi draw --openings FILE --key KEY {})",
                self.plan
            );
        }
        let recorded = entries.draw()?;
        let (given, recheck) = self.outside.given(&materials, recorded.as_ref())?;
        let met = materials.met();
        let outcome = materials.draw((&objects, &officers), &[], &met, &given, recheck)?;
        let members = recorded::members(&materials.plan, &outcome);
        if self.json {
            out::line(format_args!(
                "{}",
                json::to_jcs(&Value::Object(members.clone()))
            ))?;
        } else {
            let text = |name: &str| {
                members
                    .get(name)
                    .and_then(Value::as_str)
                    .unwrap_or_default()
            };
            out::line(format_args!("randomness {}", text("random_value")))?;
            out::line(format_args!("seed       {}", text("seed")))?;
            for (rule, choice) in materials.plan.rules.iter().zip(&outcome.choices) {
                out::line(format_args!(
                    "{} for {}: {} of {} drawn",
                    rule.stratum,
                    rule.departments.join(", "),
                    choice.drawn.len(),
                    choice.eligible
                ))?;
            }
            out::line(format_args!(
                "{} targets drawn, at most {} for an officer",
                outcome.drawn.len(),
                outcome.assignment.cap
            ))?;
        }
        let Some(recorded) = recorded else {
            eprintln!("the log holds no draw of this plan yet");
            return Ok(ExitCode::SUCCESS);
        };
        match difference(&entries, &recorded, &members)? {
            None => {
                eprintln!("entry {} says the same", recorded.index);
                Ok(ExitCode::SUCCESS)
            }
            Some(name) => {
                eprintln!("entry {} says something else: {name}", recorded.index);
                Ok(ExitCode::from(1))
            }
        }
    }
}

/// The first member of the record that is not the function's value.
fn difference<'a>(
    entries: &PlanEntries<'_>,
    recorded: &Logged,
    members: &'a BTreeMap<String, Value>,
) -> anyhow::Result<Option<&'a str>> {
    let nobody = Value::Array(Vec::new());
    for (name, value) in members {
        let same = match (name.as_str(), recorded.member("drawn_file")) {
            ("drawn", Some(file)) => {
                let list = json::parse(entries.file(Some(file))?).context("drawn_file")?;
                list == *value
            }
            ("drawn", None) => *recorded.member(name).unwrap_or(&nobody) == *value,
            _ => recorded.member(name) == Some(value),
        };
        if !same {
            return Ok(Some(name));
        }
    }
    Ok(None)
}
