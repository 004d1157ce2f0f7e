//! `gongshi plan commit`, `reveal` and `cancel`: a contributor's secret from its making to its publication, or the plan called
//! off.

use crate::commands::desk::{self, Desk, Signer};
use crate::commands::out;
use anyhow::{Context as _, bail};
use clap::Args;
use gongshi::app::random32;
use gongshi::domain::{CodeList, Kind};
use gongshi::ingest::desk::{
    Logged, PlanEntries, RevealWindow, Secret, may_cancel, may_commit, reveal_window,
};
use gongshi_verify::draw::secrets;
use gongshi_verify::encoding::hex;
use gongshi_verify::json::Value;
use gongshi_verify::names::PlanKey;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

/// Longest sleep before the clock is looked at again.
const NAP: Duration = Duration::from_secs(20);

/// Commit to a secret for a plan, before its t0.
///
/// The secret is made here from the system's generator and stored before its commitment is sent. Keep the file: without it
/// the secret cannot be revealed. Running the command again sends the same commitment again, never another.
#[derive(Args)]
pub struct Commit {
    #[command(flatten)]
    signer: Signer,
    /// File of the secret [default: beside the key].
    #[arg(long)]
    secret: Option<PathBuf>,
    /// The plan, such as 610323-SCJG/2026/01.
    #[arg(value_parser = desk::plan_key)]
    plan: PlanKey,
}

/// Reveal the secret of a plan, between its t0 and t1.
#[derive(Args)]
pub struct Reveal {
    #[command(flatten)]
    signer: Signer,
    /// File of the secret [default: beside the key].
    #[arg(long)]
    secret: Option<PathBuf>,
    /// Wait until it is the time.
    #[arg(long)]
    wait: bool,
    /// The plan, such as 610323-SCJG/2026/01.
    #[arg(value_parser = desk::plan_key)]
    plan: PlanKey,
}

/// Call a plan off, before its t0.
///
/// Prints the index of the entry. The reasons: library_error, plan_error, replaced_by_joint_plan, duplicate_of_higher_plan,
/// legal_basis_changed, force_majeure.
#[derive(Args)]
pub struct Cancel {
    #[command(flatten)]
    signer: Signer,
    /// Why, as a code.
    #[arg(long, value_parser = cancel_reason)]
    reason: String,
    /// Why, in words. Public.
    #[arg(long)]
    because: String,
    /// Plan that takes its place.
    #[arg(long, value_parser = desk::plan_key)]
    replaced_by: Option<PlanKey>,
    /// The plan, such as 610323-SCJG/2026/01.
    #[arg(value_parser = desk::plan_key)]
    plan: PlanKey,
}

fn cancel_reason(text: &str) -> Result<String, String> {
    let list = CodeList::CancelReason;
    match list.admits(text) {
        true => Ok(text.to_owned()),
        false => Err(format!("expected one of {}", list.codes().join(", "))),
    }
}

fn secret_path(given: Option<PathBuf>, desk: &Desk, plan: &PlanKey) -> PathBuf {
    given.unwrap_or_else(|| Secret::beside(&desk.key_path, &desk.key.authority, plan))
}

/// The first commit of this authority, which binds it.
fn own_commit(
    desk: &Desk,
    entries: &PlanEntries<'_>,
) -> anyhow::Result<Option<(secrets::Commit, Logged)>> {
    let all = entries.commits()?.into_iter();
    let own = all.filter(|(commit, _)| commit.contributor == desk.key.authority);
    Ok(own.min_by_key(|(commit, _)| commit.index))
}

impl Commit {
    pub fn run(self) -> anyhow::Result<ExitCode> {
        let desk = self.signer.open()?;
        let entries = PlanEntries::fetch(&desk.client, &self.plan)?;
        let path = secret_path(self.secret, &desk, &self.plan);
        let who = &desk.key.authority;
        let logged = own_commit(&desk, &entries)?;
        let stored = path
            .try_exists()
            .with_context(|| format!("cannot look at {}", path.display()))?;
        if let (Some((commit, _)), false) = (&logged, stored) {
            bail!(
                "{who} has committed already (entry {}), to a secret that is not at {}; name its file with --secret. \
                 A second commit would count for nothing",
                commit.index,
                path.display()
            );
        }
        let secret = match stored {
            true => Secret::read(&path, &desk.log.origin, &self.plan, who)?,
            false => {
                may_commit(&entries.plan, who, entries.cancelled(), desk.now())?;
                let secret = Secret {
                    origin: desk.log.origin.clone(),
                    plan: self.plan.clone(),
                    contributor: who.clone(),
                    secret: random32(),
                };
                secret.write(&path)?;
                secret
            }
        };
        if let Some((commit, _)) = &logged {
            if commit.commitment != secret.commitment() {
                bail!(
                    "{who} has committed already (entry {}), to another secret than that of {}; only the first commit counts",
                    commit.index,
                    path.display()
                );
            }
            out::line(format_args!("{}", commit.index))?;
            eprintln!(
                "this commit is in the log already; the secret is in {}",
                path.display()
            );
            return Ok(ExitCode::SUCCESS);
        }
        may_commit(&entries.plan, who, entries.cancelled(), desk.now())?;
        let body = Value::object([
            ("plan_key", self.plan.as_str().into()),
            ("region", desk.region()?.into()),
            ("secret_commitment", hex(&secret.commitment()).into()),
        ]);
        let index = desk.publish(Kind::Commit, Some(&self.plan), body)?;
        out::line(format_args!("{index}"))?;
        eprintln!(
            "the secret is in {}; reveal it from {} (t0) to {} (t1)",
            path.display(),
            entries.plan.t0,
            entries.plan.t1
        );
        Ok(ExitCode::SUCCESS)
    }
}

impl Reveal {
    pub fn run(self) -> anyhow::Result<ExitCode> {
        let desk = self.signer.open()?;
        let mut entries = PlanEntries::fetch(&desk.client, &self.plan)?;
        let path = secret_path(self.secret, &desk, &self.plan);
        let who = &desk.key.authority;
        let secret = Secret::read(&path, &desk.log.origin, &self.plan, who)?;
        let plan = entries.plan.clone();
        if let RevealWindow::From(from) =
            reveal_window(&plan, who, entries.cancelled(), desk.now())?
        {
            if !self.wait {
                bail!(
                    "too early to reveal: secrets count from {} (t0) to {} (t1), and it is {}; --wait waits for it",
                    plan.t0,
                    plan.t1,
                    desk.now()
                );
            }
            eprintln!(
                "waiting until {from}, to reveal between {} and {}",
                plan.t0, plan.t1
            );
            while let Some(left) = u64::try_from(from.unix() - desk.now().unix())
                .ok()
                .filter(|left| *left > 0)
            {
                std::thread::sleep(Duration::from_secs(left).min(NAP));
            }
            // It may have been cancelled meanwhile.
            entries = PlanEntries::fetch(&desk.client, &self.plan)?;
            reveal_window(&plan, who, entries.cancelled(), desk.now())?;
        }
        let (commit, logged) = own_commit(&desk, &entries)?.with_context(|| {
            format!("{who} has not committed to a secret: a reveal would count for nothing")
        })?;
        if commit.commitment != secret.commitment() {
            bail!(
                "the commit of {who} (entry {}) is to another secret than that of {}; name its file with --secret",
                commit.index,
                path.display()
            );
        }
        if commit.logged_at > plan.t0 {
            bail!(
                "the commit of {who} (entry {}) was logged at {}, after {} (t0): its secret counts for nothing",
                commit.index,
                commit.logged_at,
                plan.t0
            );
        }
        let reveals = entries.reveals()?;
        let done = reveals
            .iter()
            .find(|(one, _)| one.contributor == *who && one.secret == secret.secret);
        if let Some((_, done)) = done {
            out::line(format_args!("{}", done.index))?;
            eprintln!("this secret is revealed already");
            return Ok(ExitCode::SUCCESS);
        }
        let body = Value::object([
            ("plan_key", self.plan.as_str().into()),
            ("region", desk.region()?.into()),
            ("secret", hex(&secret.secret).into()),
            ("commit", logged.reference()),
        ]);
        let index = desk.publish(Kind::Reveal, Some(&self.plan), body)?;
        out::line(format_args!("{index}"))?;
        Ok(ExitCode::SUCCESS)
    }
}

impl Cancel {
    pub fn run(self) -> anyhow::Result<ExitCode> {
        let desk = self.signer.open()?;
        let entries = PlanEntries::fetch(&desk.client, &self.plan)?;
        let cancelled = entries.cancelled();
        may_cancel(&entries.plan, &desk.key.authority, cancelled, desk.now())?;
        let mut body = BTreeMap::new();
        let mut put = |name: &str, value: Value| body.insert(name.to_owned(), value);
        put("plan_key", self.plan.as_str().into());
        put("region", entries.region().into());
        put("cancel_reason", self.reason.into());
        put("reason", self.because.into());
        if let Some(other) = &self.replaced_by {
            put("replaced_by", other.as_str().into());
        }
        let index = desk.publish(Kind::Cancel, Some(&self.plan), Value::Object(body))?;
        out::line(format_args!("{index}"))?;
        Ok(ExitCode::SUCCESS)
    }
}
