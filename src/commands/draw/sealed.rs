//! `gongshi draw --openings`: the draw of a sealed library on the department's own machine.

use super::outside::Outside;
use super::record::{fit, say_check, stated};
use crate::commands::desk::{self, Leaves, Signer};
use crate::commands::out;
use crate::commands::plan;
use anyhow::{Context as _, bail};
use clap::Args;
use gongshi::app::random32;
use gongshi::domain::Kind;
use gongshi::ingest::desk::{
    Materials, PlanEntries, SealedList, notices, read_openings, taking_part,
};
use gongshi::store::{ensure_private, sync_folder, write_private};
use gongshi_verify::draw::library::Form;
use gongshi_verify::draw::recorded;
use gongshi_verify::encoding::hex;
use gongshi_verify::json::{self, Value};
use gongshi_verify::names::PlanKey;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// What a sealed draw needs.
// Arguments of other structs within hide the group by which clap knows whether any is there.
#[derive(Args)]
#[group(args = ["openings"])]
pub struct Sealed {
    #[command(flatten)]
    signer: Signer,
    /// Private file of what opens the sealed classes, from `gongshi plan library --sealed`.
    // Not the variable of the subcommands: set for them, it would ask for a draw here.
    #[arg(long, env = "GONGSHI_DRAW_OPENINGS", hide_env = true)]
    openings: PathBuf,
    #[command(flatten)]
    outside: Outside,
    #[command(flatten)]
    leaves: Leaves,
    /// Private file for the drawn list, which is opened at the deadline [default: beside the key].
    #[arg(long)]
    list: Option<PathBuf>,
    /// Also write who goes to which target, by department and seat, to this private file (JSON).
    #[arg(long)]
    details: Option<PathBuf>,
    /// Only draw and check the record: keep no list, sign and send nothing.
    #[arg(long)]
    check: bool,
    /// The plan, such as 610323-SCJG/2026/01.
    #[arg(value_parser = desk::plan_key)]
    plan: PlanKey,
}

/// Where the drawn list of a plan stands unless told otherwise.
pub fn list_beside(key: &Path, plan: &PlanKey) -> PathBuf {
    key.with_file_name(format!("{}.drawn", plan.as_str().replace('/', "_")))
}

/// Reads a private drawn list.
pub fn read_list(path: &Path) -> anyhow::Result<SealedList> {
    ensure_private(path)?;
    SealedList::parse(&desk::read(path)?).with_context(|| path.display().to_string())
}

impl Sealed {
    pub fn run(self) -> anyhow::Result<ExitCode> {
        ensure_private(&self.openings)?;
        let openings = desk::read(&self.openings)?;
        let (objects, officers) = self.leaves.read()?;
        let desk = self.signer.open()?;
        let owner = self.plan.authority();
        if desk.key.authority != owner {
            bail!(
                "the plan is of {owner}; {} cannot draw it",
                desk.key.authority
            );
        }
        let entries = PlanEntries::fetch(&desk.client, &self.plan)?;
        let origin = &desk.log.origin;
        let materials = Materials::gather(&entries, origin, objects, officers, desk.now())?;
        let (objects, officers) = materials.libraries()?;
        if objects.form() != Form::Sealed {
            bail!(
                "the classes of this library are not sealed: anybody can draw (gongshi draw run {})",
                self.plan
            );
        }
        let openings = read_openings(&openings, &objects)
            .with_context(|| self.openings.display().to_string())?;
        let taking_part = taking_part(&openings, &objects);
        let recorded = entries.draw()?;
        let (given, recheck) = self.outside.given(&materials, recorded.as_ref())?;
        // What the record says beside its result is there before anything is computed or kept.
        let stated = match &recorded {
            Some(_) => Vec::new(),
            None => stated(&entries, &materials, &given, "sealed")?,
        };
        let met = materials.met();
        let outcome = materials.draw((&objects, &officers), &taking_part, &met, &given, recheck)?;
        for notice in &notices(
            &materials.plan,
            &entries.logged.body,
            &objects,
            &taking_part,
        ) {
            plan::say(notice);
        }

        let path = self
            .list
            .clone()
            .unwrap_or_else(|| list_beside(&desk.key_path, &self.plan));
        let stored = path
            .try_exists()
            .with_context(|| format!("cannot look at {}", path.display()))?;
        let list = match stored {
            // A run that was cut short: its salts are the ones that count.
            true => {
                let list = read_list(&path)?;
                if !list.is_of(&outcome) {
                    let list = path.display();
                    match &recorded {
                        Some(recorded) => bail!(
                            "{list} is not the list of the draw of entry {}; name its file with --list",
                            recorded.index
                        ),
                        // Nothing stands in the log that rests on it.
                        None => bail!(
                            "{list} was drawn from other randomness, or other libraries, than this draw (R = {}). The log holds \
                             no draw of this plan, so nothing rests on that list yet: where this draw's randomness is the right \
                             one, move that file and the --details made with it away and run this again, or name another with --list",
                            hex(&outcome.randomness)
                        ),
                    }
                }
                list
            }
            false if recorded.is_some() => bail!(
                "the log holds the draw of this plan already, and its list is not at {}; name its file with --list",
                path.display()
            ),
            false => SealedList::seal(&outcome, random32),
        };
        let root = list
            .root()
            .context("the root of the list cannot be settled; report this")?;
        let mut members = recorded::members(&materials.plan, &outcome);
        let drawn = members.remove("drawn").unwrap_or(Value::Array(Vec::new()));
        // How many of each class there are would give classes away, and so may the cap.
        members.remove("drawn_strata");
        members.remove("load_cap");
        let details = json::to_jcs(&drawn);
        if let Some(path) = self.details.as_deref().filter(|path| path.exists()) {
            ensure_private(path)?;
            if desk::read(path)? != details {
                bail!(
                    "{} exists already, and is not of this draw: name another file with --details",
                    path.display()
                );
            }
        }
        if let Some(recorded) = recorded {
            if recorded.text("sealed_root") != Some(hex(&root).as_str()) {
                bail!(
                    "the draw of entry {} commits to another list than {}",
                    recorded.index,
                    path.display()
                );
            }
            write_details(self.details.as_deref().filter(|_| !self.check), &details)?;
            out::line(format_args!("{}", recorded.index))?;
            eprintln!(
                "this draw is in the log already; the list is in {}",
                path.display()
            );
            return Ok(ExitCode::SUCCESS);
        }
        members.insert("sealed_root".to_owned(), hex(&root).into());
        for (name, value) in stated {
            members.insert(name.to_owned(), value);
        }
        let body = Value::Object(members);
        fit(&body, desk.now())?;
        if self.check {
            return say_check(&outcome);
        }
        if !stored {
            write_private(&path, list.text().as_bytes())?;
            let folder = path.parent().filter(|one| !one.as_os_str().is_empty());
            sync_folder(folder.unwrap_or(Path::new(".")))?;
        }
        write_details(self.details.as_deref(), &details)?;
        let index = desk.publish(Kind::Draw, Some(&self.plan), body)?;
        out::line(format_args!("{index}"))?;
        eprintln!(
            "{} drawn; the list is in {}: keep it private until the deadline, then `gongshi draw open`",
            list.len(),
            path.display()
        );
        Ok(ExitCode::SUCCESS)
    }
}

/// Keeps who goes where, once.
fn write_details(path: Option<&Path>, details: &str) -> anyhow::Result<()> {
    match path.filter(|path| !path.exists()) {
        Some(path) => Ok(write_private(path, details.as_bytes())?),
        None => Ok(()),
    }
}
