//! `gongshi draw record`: a due draw of an open library, computed here and recorded by whoever knows what came from outside.

use super::outside::Outside;
use crate::commands::desk::{self, Leaves, Signer};
use crate::commands::out;
use anyhow::bail;
use clap::Args;
use gongshi::domain::Kind;
use gongshi::ingest::desk::{Materials, PlanEntries, check_record};
use gongshi_verify::draw::given::Given;
use gongshi_verify::draw::library::Form;
use gongshi_verify::draw::plan::Mode;
use gongshi_verify::draw::recompute::Outcome;
use gongshi_verify::draw::recorded;
use gongshi_verify::encoding::hex;
use gongshi_verify::json::Value;
use gongshi_verify::names::PlanKey;
use gongshi_verify::time::Timestamp;
use std::collections::BTreeMap;
use std::process::ExitCode;

/// Media type of a long list.
const LIST_TYPE: &str = "application/json";

/// Record a due draw of an open library that the server does not make.
///
/// The server draws by itself what it can. It waits for the plan's authority by lottery, whose numbers it does not know; and where
/// its operator may not publish for the plan's region, as for a plan of the city on a county's log: then whoever has the right for
/// that region records the draw, with --beacon or by delay. Prints the index of the entry. The log repeats the draw before it
/// takes it.
#[derive(Args)]
pub struct Record {
    #[command(flatten)]
    signer: Signer,
    #[command(flatten)]
    outside: Outside,
    #[command(flatten)]
    leaves: Leaves,
    /// Only draw and check the record: sign and send nothing.
    #[arg(long)]
    check: bool,
    /// The plan, such as 610323-SCJG/2026/01.
    #[arg(value_parser = desk::plan_key)]
    plan: PlanKey,
}

/// What the record of a draw says beside its result.
pub fn stated(
    entries: &PlanEntries<'_>,
    materials: &Materials,
    given: &Given,
    form: &str,
) -> anyhow::Result<Vec<(&'static str, Value)>> {
    if let Given::Numbers(_, None) = given {
        bail!("--numbers-source is needed: where the numbers were announced");
    }
    let mut members = given.members(materials.plan.mode);
    members.extend([
        ("plan_key", materials.plan.key.as_str().into()),
        ("region", entries.region().into()),
        ("library_form", form.into()),
    ]);
    let reveals = materials.reveals_member();
    members.extend(reveals.map(|reveals| ("reveals", reveals)));
    Ok(members)
}

/// Whether the record of a draw is as its kind demands, before anything of it is kept or sent.
pub fn fit(body: &Value, now: Timestamp) -> anyhow::Result<()> {
    let faults = match check_record(Kind::Draw, body, now) {
        Ok(()) => return Ok(()),
        Err(faults) => faults,
    };
    let faults: Vec<String> = faults.iter().map(ToString::to_string).collect();
    bail!(
        "this draw could not be recorded: {}; nothing was kept or sent",
        faults.join("; ")
    )
}

/// Says what a draw came to that is not recorded.
pub fn say_check(outcome: &Outcome<'_>) -> anyhow::Result<ExitCode> {
    out::line(format_args!("{}", hex(&outcome.randomness)))?;
    eprintln!(
        "{} drawn from that randomness; the record is fit to be published; nothing was kept or sent",
        outcome.drawn.len()
    );
    Ok(ExitCode::SUCCESS)
}

impl Record {
    pub fn run(self) -> anyhow::Result<ExitCode> {
        let (objects, officers) = self.leaves.read()?;
        let desk = self.signer.open()?;
        let entries = PlanEntries::fetch(&desk.client, &self.plan)?;
        if let Some(recorded) = entries.draw()? {
            out::line(format_args!("{}", recorded.index))?;
            eprintln!(
                "the draw of this plan is in the log already; `gongshi draw run` compares it"
            );
            return Ok(ExitCode::SUCCESS);
        }
        let owner = self.plan.authority();
        if matches!(entries.plan.mode, Mode::Lottery { .. }) && desk.key.authority != owner {
            bail!(
                "the plan is of {owner}, which answers for the numbers of the lottery; {} cannot record them",
                desk.key.authority
            );
        }
        let origin = &desk.log.origin;
        let materials = Materials::gather(&entries, origin, objects, officers, desk.now())?;
        let (objects, officers) = materials.libraries()?;
        if objects.form() == Form::Sealed {
            bail!(
                "the classes of this library are sealed: it is drawn with `gongshi draw --openings FILE {}`",
                self.plan
            );
        }
        let (given, recheck) = self.outside.given(&materials, None)?;
        let stated = stated(&entries, &materials, &given, "open")?;
        let met = materials.met();
        let outcome = materials.draw((&objects, &officers), &[], &met, &given, recheck)?;
        let mut members: BTreeMap<String, Value> = recorded::members(&materials.plan, &outcome);
        for (name, value) in stated {
            members.insert(name.to_owned(), value);
        }
        let list = recorded::take_list(&mut members);
        let name = format!("{}.json", self.plan.as_str().replace('/', "-"));
        if let Some(list) = &list {
            let file = desk::file_value(&name, LIST_TYPE, list.as_bytes());
            members.insert("drawn_file".to_owned(), file);
        }
        let body = Value::Object(members);
        fit(&body, desk.now())?;
        if self.check {
            return say_check(&outcome);
        }
        if let Some(list) = list {
            desk.put_file(&name, LIST_TYPE, list.as_bytes())?;
        }
        let index = desk.publish(Kind::Draw, Some(&self.plan), body)?;
        out::line(format_args!("{index}"))?;
        eprintln!("{} targets drawn", outcome.drawn.len());
        Ok(ExitCode::SUCCESS)
    }
}
