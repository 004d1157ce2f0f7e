//! `gongshi plan simulate`: a plan drawn with dummy seeds, before its randomness exists.

use crate::commands::{desk, out};
use anyhow::{Context as _, bail};
use clap::Args;
use gongshi::app::random32;
use gongshi::domain::Kind;
use gongshi::ingest::desk::{
    Notice, Resolve, Simulation, check_body, libraries, notices, plan_body, read_openings,
    simulate, taking_part,
};
use gongshi::intake::{Clock as _, SystemClock};
use gongshi::store::ensure_private;
use gongshi_verify::draw::choice::Opening;
use gongshi_verify::draw::leaf::{Leaf, Officer};
use gongshi_verify::draw::library::{Form, Library};
use gongshi_verify::draw::plan::Plan;
use gongshi_verify::encoding::hex;
use gongshi_verify::json::Value;
use gongshi_verify::text::shown;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitCode;

/// Draw a plan many times with dummy seeds: its chances, and what it asks of officers.
///
/// The seeds are dummies: nothing here foretells the draw. Needs no server. Who met in earlier batches is left out. Exit
/// code: 0 every seed gave a draw, 1 some seat could not be filled, 2 nothing can be simulated.
#[derive(Args)]
pub struct Simulate {
    /// Leaves of the objects.
    #[arg(long)]
    objects: PathBuf,
    /// Leaves of the officers.
    #[arg(long)]
    officers: PathBuf,
    /// Private file of what opens the sealed classes, where they are sealed.
    #[arg(long)]
    openings: Option<PathBuf>,
    /// How many dummy seeds.
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    seeds: u64,
    /// Number of the first dummy seed: the same numbers give the same result. Without it seeds are new each time.
    #[arg(long)]
    first: Option<u64>,
    /// The plan, in TOML.
    plan: PathBuf,
}

/// Entries that are not looked up, for the draw does not depend on them.
struct Offline;

impl Resolve for Offline {
    fn entry(&mut self, _: Kind, index: u64) -> Result<Value, String> {
        Ok(Value::object([
            (
                "index",
                Value::Int(i64::try_from(index).unwrap_or(i64::MAX)),
            ),
            ("leaf_hash", "0".repeat(64).into()),
        ]))
    }

    fn file(&mut self, name: &str) -> Result<Value, String> {
        Ok(Value::object([
            ("media_type", "application/octet-stream".into()),
            ("name", name.into()),
            ("sha256", "0".repeat(64).into()),
            ("size", Value::Int(1)),
        ]))
    }
}

impl Simulate {
    pub fn run(self) -> anyhow::Result<ExitCode> {
        let name = || self.plan.display().to_string();
        let text = desk::read(&self.plan)?;
        let (objects, officers) = (desk::read(&self.objects)?, desk::read(&self.officers)?);
        let Value::Object(mut body) = plan_body(&text, &mut Offline).with_context(name)? else {
            bail!("{}: a plan is a table", name());
        };
        let (objects, officers) = libraries(&objects, &officers)?;
        // Of these libraries, whichever the plan will name.
        body.insert("object_root".to_owned(), hex(&objects.root()).into());
        body.insert("officer_root".to_owned(), hex(&officers.root()).into());
        let body = Value::Object(body);
        let plan = match check_body(&body, SystemClock.now()) {
            Ok(plan) => plan,
            Err(faults) => {
                for fault in &faults {
                    eprintln!("{}: {}", name(), shown(&fault.to_string()));
                }
                return Ok(ExitCode::from(2));
            }
        };
        let opened = match (&self.openings, objects.form()) {
            (Some(path), Form::Sealed) => {
                ensure_private(path)?;
                read_openings(&desk::read(path)?, &objects)
                    .with_context(|| path.display().to_string())?
            }
            (None, Form::Sealed) => bail!("classes are sealed: --openings is needed"),
            (Some(_), _) => bail!("classes are not sealed: --openings is of no use"),
            (None, _) => Vec::new(),
        };
        let taking_part = taking_part(&opened, &objects);
        for notice in notices(&plan, &body, &objects, &taking_part) {
            // What all rules come to is shown with their figures.
            if !matches!(notice, Notice::Targeted { .. }) {
                super::say(&notice);
            }
        }
        let (base, first) = match self.first {
            Some(first) => ([0; 32], first),
            None => (random32(), 1),
        };
        let which = (first, self.seeds);
        let result = simulate(&plan, (&objects, &officers), &taking_part, &base, which)?;
        out::line(format_args!(
            "SIMULATION with {} dummy seeds; the seed of the draw is none of them",
            self.seeds
        ))?;
        say(
            &plan,
            &result,
            &objects,
            &officers,
            &opened_strata(&plan, &taking_part),
        )?;
        Ok(ExitCode::from(u8::from(!result.infeasible.is_empty())))
    }
}

/// Ids by stratum of sealed objects.
fn opened_strata<'a>(plan: &Plan, openings: &[Opening<'a>]) -> BTreeMap<&'a str, usize> {
    let rules = |class: &str| plan.rules.iter().position(|rule| rule.stratum == class);
    let of = openings.iter();
    of.filter_map(|one| Some((one.id, rules(one.class)?)))
        .collect()
}

fn say(
    plan: &Plan,
    result: &Simulation,
    objects: &Library<'_>,
    officers: &Library<'_>,
    sealed: &BTreeMap<&str, usize>,
) -> anyhow::Result<()> {
    let seeds = result.seeds as f64;
    for (at, (rule, tally)) in plan.rules.iter().zip(&result.rules).enumerate() {
        let (num, den) = rule.rate.parts();
        let eligible = tally.eligible;
        let expected = match objects.form() {
            Form::Open => rule.rate.count(eligible, rule.minimum) as f64,
            _ => (eligible as f64 * f64::from(num) / f64::from(den))
                .max(rule.minimum.min(eligible) as f64),
        };
        out::line(format_args!(
            "rules[{at}] {} for {}: {eligible} objects, rate {num}/{den}, minimum {}",
            rule.stratum,
            rule.departments.join(", "),
            rule.minimum
        ))?;
        let chance = match eligible {
            0 => 0.0,
            eligible => expected / eligible as f64 * 100.0,
        };
        out::line(format_args!(
            "  chance {chance:.3} %; expected {:.1} drawn, observed {} ({} to {} by seed)",
            expected * seeds,
            tally.drawn,
            tally.least,
            tally.most
        ))?;
        if eligible > 0 && tally.drawn >= eligible * result.seeds {
            out::line(format_args!("  all are drawn: targeted, not random"))?;
        }
        let own = |leaf: &&Leaf<'_>| match leaf {
            Leaf::Target(target) => rule.covers(target),
            leaf => sealed.get(leaf.id()) == Some(&at),
        };
        let counts = objects.leaves().iter().filter(own);
        let counts = counts.map(|leaf| result.drawn.get(leaf.id()).copied().unwrap_or(0));
        if let Some((least, most)) = range(counts) {
            out::line(format_args!(
                "  an object was drawn {least} to {most} times, {:.2} expected",
                expected * seeds / eligible.max(1) as f64
            ))?;
        }
    }
    if let Some((least, most)) = result.caps {
        out::line(format_args!(
            "most targets of one officer in a draw (L*): {least} to {most}"
        ))?;
    }
    let mut departments: BTreeMap<&str, Vec<Officer<'_>>> = BTreeMap::new();
    for officer in officers.officers() {
        departments
            .entry(officer.department)
            .or_default()
            .push(officer);
    }
    for (department, officers) in departments {
        let load = |one: &Officer<'_>| result.loads.get(one.id).copied().unwrap_or(0);
        let total: u64 = officers.iter().map(load).sum();
        if let Some((least, most)) = range(officers.iter().map(load)).filter(|_| total > 0) {
            out::line(format_args!(
                "{department}: {} officers, on average {:.2} targets for each in a draw, over all draws from {least} to {most}",
                officers.len(),
                total as f64 / officers.len() as f64 / seeds
            ))?;
        }
    }
    for (seat, count) in &result.infeasible {
        out::line(format_args!("no draw with {count} seeds: {seat}"))?;
    }
    Ok(())
}

fn range(counts: impl Iterator<Item = u64>) -> Option<(u64, u64)> {
    counts.fold(None, |range, count| match range {
        None => Some((count, count)),
        Some((least, most)) => Some((count.min(least), count.max(most))),
    })
}
