//! `gongshi draw substitute`: a drawn target or an officer replaced by whoever is next in the published order.

use crate::commands::desk::{self, Desk, Signer};
use crate::commands::out;
use anyhow::{Context as _, bail};
use clap::Args;
use gongshi::domain::{CodeList, Kind, dates};
use gongshi::ingest::desk::{
    Materials, PlanEntries, any_entry, read_openings, replaced_already, replacement, standing,
    taking_part,
};
use gongshi::store::ensure_private;
use gongshi::text::{Catalogue, Lang};
use gongshi_verify::draw::library::Form;
use gongshi_verify::json::Value;
use gongshi_verify::names::PlanKey;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitCode;

/// Replace a drawn target, or an officer on it, by whoever is next in the published order.
///
/// Nobody chooses: the draw is repeated here, and the next in its order is the one whom the log takes. Officers go on to the new
/// target; where one must not meet it, the next in that seat's order goes. Prints the index of the entry, and on standard error
/// who comes. Reasons of targets: unreachable, deregistered, licence_revoked, registration_rescinded, moved_out,
/// no_relevant_activity; of officers: recusal, officer_unavailable; of both: force_majeure.
///
/// Evidence is an entry that names whoever leaves and shows the reason. For a target a public record about it that was logged
/// after the library: subject_status, abnormal_listing (unreachable) or inspection_result that says the same. Else, and always
/// for an officer, a bulletin of type substitution_ground for this plan with the same reason, by the plan's authority or a
/// department of it; --ground publishes one.
#[derive(Args)]
pub struct Substitute {
    #[command(flatten)]
    signer: Signer,
    /// The target that is replaced; with --officer the one where the seat is.
    #[arg(long)]
    target: String,
    /// The officer who is replaced, by pseudonym.
    #[arg(long)]
    officer: Option<String>,
    /// Why, as a code.
    #[arg(long, value_parser = reason)]
    reason: String,
    /// Why an officer must stand aside, as a code: interest, relative, former_post, party_request, fairness.
    #[arg(long, value_parser = recusal, required_if_eq("reason", "recusal"))]
    recusal: Option<String>,
    /// Index of the entry that shows the reason (see above what counts).
    #[arg(long, required_unless_present_any = ["check", "ground"])]
    evidence: Option<u64>,
    /// Publish the reason first, as a bulletin of the plan with the words of --because, and name that as evidence.
    #[arg(long, requires = "because", conflicts_with = "evidence")]
    ground: bool,
    /// Why, in words. Public: no names of people, nothing about their health or families.
    #[arg(long)]
    because: Option<String>,
    /// Private file of what opens the sealed classes, where the library is sealed.
    #[arg(long)]
    openings: Option<PathBuf>,
    /// Only say who is next: sign and send nothing.
    #[arg(long)]
    check: bool,
    /// The plan, such as 610323-SCJG/2026/01.
    #[arg(value_parser = desk::plan_key)]
    plan: PlanKey,
}

fn of_list(list: CodeList, text: &str) -> Result<String, String> {
    match list.admits(text) {
        true => Ok(text.to_owned()),
        false => Err(format!("expected one of {}", list.codes().join(", "))),
    }
}

fn reason(text: &str) -> Result<String, String> {
    of_list(CodeList::SubstituteReason, text)
}

fn recusal(text: &str) -> Result<String, String> {
    of_list(CodeList::RecusalReason, text)
}

impl Substitute {
    pub fn run(self) -> anyhow::Result<ExitCode> {
        let openings = self.openings.as_deref().map(|path| {
            ensure_private(path)?;
            desk::read(path)
        });
        let openings = openings.transpose()?;
        let desk = self.signer.open()?;
        let owner = self.plan.authority();
        if desk.key.authority != owner {
            bail!(
                "the plan is of {owner}; {} cannot replace anybody in its draw",
                desk.key.authority
            );
        }
        let entries = PlanEntries::fetch(&desk.client, &self.plan)?;
        let draw = entries.draw()?;
        let draw = draw.with_context(|| format!("the log holds no draw of {}", self.plan))?;
        let officer = self.officer.as_deref();
        let replaced = entries.substitutes()?;
        let materials = Materials::gather(&entries, &desk.log.origin, None, None, desk.now())?;
        let (objects, officers) = materials.libraries()?;
        let lines = match (objects.form(), &openings) {
            (Form::Sealed, _) if entries.opened().is_none() => bail!(
                "the list of this draw is not open yet: whoever is replaced before would be told too early (gongshi draw open {})",
                self.plan
            ),
            (Form::Sealed, None) => {
                bail!("the classes of this library are sealed: --openings is needed")
            }
            (Form::Sealed, Some(text)) => read_openings(text, &objects).context("--openings")?,
            _ => Vec::new(),
        };
        let taking_part = taking_part(&lines, &objects);
        let met = materials.met();
        let value = draw.hash("random_value");
        let value = value
            .with_context(|| format!("the draw of entry {} states no randomness", draw.index))?;
        let (inputs, outcome) =
            materials.recorded((&objects, &officers), &taking_part, &met, value)?;
        let now = standing(&inputs, &outcome, &replaced)?;
        let next = match replacement(&inputs, &outcome, &now, &self.target, officer) {
            Ok(next) => next,
            Err(error) => match replaced_already(&replaced, &self.target, officer) {
                None => return Err(error.into()),
                Some(done) => {
                    let came = done.text("new_officer_id").or(done.text("new_target_id"));
                    out::line(format_args!("{}", done.index))?;
                    eprintln!(
                        "{} is replaced by {} already",
                        officer.unwrap_or(&self.target),
                        came.unwrap_or_default()
                    );
                    return Ok(ExitCode::SUCCESS);
                }
            },
        };
        let told = match &next.seat {
            None => format!("{} takes the place of {}", next.next, next.target),
            Some(seat) => format!(
                "{} takes seat {} of {}{} on {}, in place of {}",
                next.next,
                seat.number,
                seat.department,
                seat.qualification
                    .as_ref()
                    .map(|one| format!(" ({one})"))
                    .unwrap_or_default(),
                next.target,
                seat.officer.as_deref().unwrap_or_default()
            ),
        };
        let sent = next.seats.iter().map(|seat| {
            let officer = seat.officer.as_deref();
            officer.unwrap_or("(an empty seat: nobody may take it)")
        });
        let sent = sent.collect::<Vec<_>>().join(", ");
        let told = match sent.is_empty() {
            true => told,
            false => format!("{told}; there go: {sent}"),
        };
        if self.check {
            out::line(format_args!("{}", next.next))?;
            eprintln!("{told}; nothing was sent");
            return Ok(ExitCode::SUCCESS);
        }
        let mut body = BTreeMap::new();
        let mut put = |name: &str, value: Value| body.insert(name.to_owned(), value);
        put("plan_key", self.plan.as_str().into());
        put("region", entries.region().into());
        put("substitute_reason", self.reason.as_str().into());
        for (name, value) in next.members() {
            put(name, value);
        }
        if let Some(recusal) = &self.recusal {
            put("recusal_reason", recusal.as_str().into());
        }
        let evidence = match self.ground {
            true => {
                let members = [
                    ("substitute_reason", Some(self.reason.as_str())),
                    ("target_id", Some(self.target.as_str())),
                    ("officer_id", officer),
                    ("content", self.because.as_deref()),
                ];
                Some(publish_ground(&desk, &entries, &members)?)
            }
            false => self.evidence,
        };
        if let Some(index) = evidence {
            let shows = any_entry(&desk.client, index).context("--evidence")?;
            put("evidence", shows.reference());
        }
        if let Some(because) = &self.because {
            put("reason", because.as_str().into());
        }
        let index = match desk.publish(Kind::Substitute, Some(&self.plan), Value::Object(body)) {
            Ok(index) => index,
            // What is in the log already is not said a second time.
            Err(error) => match evidence.filter(|_| self.ground) {
                Some(ground) => {
                    let told = format!("the ground is published: go on with --evidence {ground}");
                    return Err(error.context(told));
                }
                None => return Err(error),
            },
        };
        out::line(format_args!("{index}"))?;
        eprintln!("{told}");
        Ok(ExitCode::SUCCESS)
    }
}

/// Publishes why somebody leaves, as a bulletin of the plan with these members; its index.
fn publish_ground(
    desk: &Desk,
    entries: &PlanEntries<'_>,
    members: &[(&str, Option<&str>)],
) -> anyhow::Result<u64> {
    let stated = |name: &str| entries.logged.text(name).unwrap_or_default();
    // Records are Chinese, whatever the terminal's language.
    let plan = stated("plan_name").to_owned();
    let title = Catalogue::built_in().get(Lang::Zh, "desk-ground-title", &[("plan", plan.into())]);
    let today = dates::day_in_china(desk.now().unix()).to_string();
    let common = [
        ("title", Some(title.as_str())),
        ("bulletin_type", Some("substitution_ground")),
        ("plan_key", Some(entries.plan.key.as_str())),
        ("region", Some(entries.region())),
        ("period_from", Some(stated("check_from"))),
        ("period_to", Some(stated("check_to"))),
        ("issued_on", Some(today.as_str())),
    ];
    let members = common.iter().chain(members);
    let body = members.filter_map(|(name, value)| Some(((*name).to_owned(), (*value)?.into())));
    desk.publish(Kind::Bulletin, None, Value::Object(body.collect()))
}
