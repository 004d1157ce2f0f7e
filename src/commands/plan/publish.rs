//! `gongshi plan template` and `gongshi plan publish`: a plan from a file that a person writes to a signed record.

use crate::commands::desk::{self, Desk, Leaves, Signer};
use crate::commands::out;
use anyhow::{Context as _, bail};
use clap::{Args, ValueEnum};
use gongshi::domain::Kind;
use gongshi::ingest::desk::{
    self as plans, Logged, PlanFault, Resolve, TemplateMode, check_classes, check_contributors,
    check_libraries, check_plan, check_standing, libraries, plan_body, plan_template,
};
use gongshi_verify::draw::plan::{Mode, Plan};
use gongshi_verify::json::Value;
use gongshi_verify::text::shown;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Print an annotated plan to fill in.
#[derive(Args)]
pub struct Template {
    /// Where the randomness comes from.
    #[arg(long)]
    mode: Randomness,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Randomness {
    /// A round of the public beacon drand.
    Drand,
    /// Numbers of the welfare lottery.
    Lottery,
    /// A delay function.
    Delay,
}

impl Template {
    pub fn run(self) -> anyhow::Result<ExitCode> {
        let mode = match self.mode {
            Randomness::Drand => TemplateMode::Drand,
            Randomness::Lottery => TemplateMode::Lottery,
            Randomness::Delay => TemplateMode::Delay,
        };
        out::line(format_args!("{}", plan_template(mode).trim_end()))?;
        Ok(ExitCode::SUCCESS)
    }
}

/// Check a plan, sign it, and publish it.
///
/// Prints the index of its entry. Before anything is sent the plan is checked with the functions that the draw will use,
/// and against the leaves of both libraries: whether every object could be visited by the officers it asks for. Exit code: 0
/// published (or, with --check, fit to be), 1 the plan is at fault, 2 it cannot be read or sent, or the log refuses it.
#[derive(Args)]
pub struct Publish {
    #[command(flatten)]
    signer: Signer,
    #[command(flatten)]
    leaves: Leaves,
    /// Only check: sign and send nothing.
    #[arg(long)]
    check: bool,
    /// The plan, in TOML; `gongshi plan template` prints one to fill in.
    plan: PathBuf,
}

/// Entries of the log by their index, and files beside the plan.
struct Lookup<'a> {
    desk: &'a Desk,
    folder: &'a Path,
    snapshots: BTreeMap<u64, Logged>,
    files: Vec<(String, Vec<u8>)>,
}

impl Resolve for Lookup<'_> {
    fn entry(&mut self, kind: Kind, index: u64) -> Result<Value, String> {
        let logged = plans::entry(&self.desk.client, index, kind.as_str())
            .map_err(|error| error.to_string())?;
        let reference = logged.reference();
        if kind == Kind::Snapshot {
            self.snapshots.insert(index, logged);
        }
        Ok(reference)
    }

    fn file(&mut self, name: &str) -> Result<Value, String> {
        let path = self.folder.join(name);
        let bytes = std::fs::read(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        let shown = path.file_name().unwrap_or_default().to_string_lossy();
        let reference = desk::file_value(&shown, media_type(&shown), &bytes);
        self.files.push((shown.into_owned(), bytes));
        Ok(reference)
    }
}

fn media_type(name: &str) -> &'static str {
    match name.rsplit('.').next().unwrap_or_default() {
        "pdf" => "application/pdf",
        "txt" => "text/plain",
        "csv" => "text/csv",
        "json" => "application/json",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        _ => "application/octet-stream",
    }
}

impl Publish {
    pub fn run(self) -> anyhow::Result<ExitCode> {
        let text = desk::read(&self.plan)?;
        let desk = self.signer.open()?;
        let mut lookup = Lookup {
            desk: &desk,
            folder: self.plan.parent().unwrap_or(Path::new("")),
            snapshots: BTreeMap::new(),
            files: Vec::new(),
        };
        let name = || self.plan.display().to_string();
        let Value::Object(mut body) = plan_body(&text, &mut lookup).with_context(name)? else {
            bail!("{}: a plan is a table", name());
        };
        let snapshot = |body: &BTreeMap<String, Value>, field: &str| -> Option<Logged> {
            let index = body.get(field)?.get("index")?.as_u64()?;
            let read = || plans::entry(&desk.client, index, "snapshot").ok();
            lookup.snapshots.get(&index).cloned().or_else(read)
        };
        let objects = snapshot(&body, "object_snapshot");
        let officers = snapshot(&body, "officer_snapshot");
        for (root, snapshot) in [("object_root", &objects), ("officer_root", &officers)] {
            if let Some(own) = snapshot.as_ref().and_then(|one| one.member("root"))
                && !body.contains_key(root)
            {
                body.insert(root.to_owned(), own.clone());
            }
        }
        let body = Value::Object(body);
        let refused = |faults: Vec<PlanFault>| -> anyhow::Result<ExitCode> {
            for fault in &faults {
                eprintln!("{}: {}", self.plan.display(), shown(&fault.to_string()));
            }
            Ok(ExitCode::from(1))
        };
        let plan = match check_plan(&body, desk.now()) {
            Ok(plan) => plan,
            Err(faults) => return refused(faults),
        };
        if plan.key.authority() != desk.key.authority {
            bail!(
                "plan_key: expected a key of {}, whose key signs, not of {}",
                desk.key.authority,
                plan.key.authority()
            );
        }
        let operator = plans::entry(&desk.client, 0, "authority")?.entry.authority;
        if let Err(fault) = check_contributors(&plan, &operator) {
            return refused(vec![fault]);
        }
        let Some(own) = desk.client.authority(&desk.key.authority)? else {
            bail!("the log has no authority {}", desk.key.authority);
        };
        let named = [&objects, &officers].map(Option::as_ref);
        if let Err(faults) = check_standing(&plan, &body, &own, named, desk.now()) {
            return refused(faults);
        }
        if let Some(snapshot) = objects
            .as_ref()
            .filter(|one| one.text("library_form") == Some("sealed"))
            && let Err(faults) = check_classes(&plan, &body, &snapshot.tokens("strata", "stratum"))
        {
            return refused(faults);
        }
        let leaves = |given: &Option<PathBuf>, snapshot: &Option<Logged>| match given {
            Some(path) => desk::read(path),
            None => {
                let named = snapshot.as_ref().and_then(|one| one.member("leaves"));
                let bytes = plans::file(&desk.client, named)?;
                String::from_utf8(bytes).context("the leaves that the server has are no text")
            }
        };
        let (objects, officers) = (
            leaves(&self.leaves.objects, &objects)?,
            leaves(&self.leaves.officers, &officers)?,
        );
        let checked = libraries(&objects, &officers)
            .map_err(|fault| vec![fault])
            .and_then(|(objects, officers)| check_libraries(&plan, &body, &objects, &officers));
        match checked {
            Ok(notices) => notices.iter().for_each(super::say),
            Err(faults) => return refused(faults),
        }
        if plan.rotation > 0 {
            eprintln!(
                "note: who met in the last {} draws, and so may not meet again, is checked by the log",
                plan.rotation
            );
        }
        if self.check {
            eprintln!(
                "the plan is fit to be published, as far as can be said here: serials, other plans, item lists and rotation are for the log; nothing was sent"
            );
            return Ok(ExitCode::SUCCESS);
        }
        for (name, bytes) in &lookup.files {
            desk.put_file(name, media_type(name), bytes)?;
        }
        let index = desk.publish(Kind::Plan, Some(&plan.key), body)?;
        out::line(format_args!("{index}"))?;
        say_times(&plan);
        Ok(ExitCode::SUCCESS)
    }
}

fn say_times(plan: &Plan) {
    let contributors: Vec<&str> = plan.contributors.iter().map(|one| one.as_str()).collect();
    if !contributors.is_empty() {
        eprintln!(
            "{} commit by {} (t0) and reveal from then to {} (t1)",
            contributors.join(", "),
            plan.t0,
            plan.t1
        );
    }
    match (plan.mode, plan.due()) {
        (Mode::Drand { round, .. }, Some(due)) => {
            eprintln!("round {round} of the beacon is due at {due}");
        }
        (Mode::Lottery { .. }, Some(due)) => eprintln!("the lottery is drawn at {due}"),
        _ => eprintln!("the delay is computed from {} on", plan.t1),
    }
}
