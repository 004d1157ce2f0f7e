//! `gongshi draw record`: a due draw of an open library, computed here and recorded by whoever knows what came from outside.

use super::outside::Outside;
use crate::commands::desk::{self, Signer};
use crate::commands::out;
use anyhow::bail;
use clap::Args;
use gongshi::domain::Kind;
use gongshi::ingest::desk::{Materials, PlanEntries};
use gongshi_verify::draw::given::Given;
use gongshi_verify::draw::library::Form;
use gongshi_verify::draw::plan::Mode;
use gongshi_verify::draw::recorded;
use gongshi_verify::json::Value;
use gongshi_verify::names::PlanKey;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitCode;

/// Record a due draw of an open library: the one of a lottery, whose numbers no server knows.
///
/// The server draws by itself what it can; by lottery it waits for the plan's authority. Prints the index of the entry. The log
/// repeats the draw before it takes it.
#[derive(Args)]
pub struct Record {
    #[command(flatten)]
    signer: Signer,
    #[command(flatten)]
    outside: Outside,
    /// Leaves of the objects [default: as the server has them].
    #[arg(long)]
    objects: Option<PathBuf>,
    /// Leaves of the officers [default: as the server has them].
    #[arg(long)]
    officers: Option<PathBuf>,
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

impl Record {
    pub fn run(self) -> anyhow::Result<ExitCode> {
        let leaves = |path: &Option<PathBuf>| path.as_deref().map(desk::read).transpose();
        let (objects, officers) = (leaves(&self.objects)?, leaves(&self.officers)?);
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
        let met = materials.met();
        let outcome = materials.draw((&objects, &officers), &[], &met, &given, recheck)?;
        let mut members: BTreeMap<String, Value> = recorded::members(&materials.plan, &outcome);
        if let Some(list) = recorded::take_list(&mut members) {
            let name = format!("{}.json", self.plan.as_str().replace('/', "-"));
            let file = desk.put_file(&name, "application/json", list.as_bytes())?;
            members.insert("drawn_file".to_owned(), file);
        }
        for (name, value) in stated(&entries, &materials, &given, "open")? {
            members.insert(name.to_owned(), value);
        }
        let index = desk.publish(Kind::Draw, Some(&self.plan), Value::Object(members))?;
        out::line(format_args!("{index}"))?;
        eprintln!("{} targets drawn", outcome.drawn.len());
        Ok(ExitCode::SUCCESS)
    }
}
