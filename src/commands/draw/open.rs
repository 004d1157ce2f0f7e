//! `gongshi draw open`: the drawn list of a sealed draw made public at its deadline.

use super::sealed::{list_beside, read_list};
use crate::commands::desk::{self, Signer};
use crate::commands::out;
use anyhow::{Context as _, bail};
use clap::Args;
use gongshi::domain::{Kind, dates};
use gongshi::ingest::desk::PlanEntries;
use gongshi::text::{Catalogue, Lang};
use gongshi_verify::encoding::hex;
use gongshi_verify::json::Value;
use gongshi_verify::names::PlanKey;
use gongshi_verify::time::Timestamp;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitCode;

/// Open the drawn list of a sealed draw, at its deadline.
///
/// Publishes who was drawn and who went there, in the lines that the draw committed to. Classes and salts stay sealed.
#[derive(Args)]
pub struct Open {
    #[command(flatten)]
    signer: Signer,
    /// Private file of the drawn list [default: beside the key].
    #[arg(long)]
    list: Option<PathBuf>,
    /// Title of the bulletin [default: the plan's name and that its list is opened].
    #[arg(long)]
    title: Option<String>,
    /// The plan, such as 610323-SCJG/2026/01.
    #[arg(value_parser = desk::plan_key)]
    plan: PlanKey,
}

impl Open {
    pub fn run(self) -> anyhow::Result<ExitCode> {
        let desk = self.signer.open()?;
        let entries = PlanEntries::fetch(&desk.client, &self.plan)?;
        if let Some(index) = entries.opened() {
            out::line(format_args!("{index}"))?;
            eprintln!("this list is open already");
            return Ok(ExitCode::SUCCESS);
        }
        let draw = entries.draw()?;
        let draw = draw.with_context(|| format!("the log holds no draw of {}", self.plan))?;
        let Some(root) = draw.text("sealed_root") else {
            bail!(
                "the draw of {} (entry {}) is not sealed",
                self.plan,
                draw.index
            );
        };
        let path = self
            .list
            .unwrap_or_else(|| list_beside(&desk.key_path, &self.plan));
        let list = read_list(&path)?;
        if list.root().map(|own| hex(&own)).as_deref() != Some(root) {
            bail!(
                "{} is not the list that the draw of entry {} commits to",
                path.display(),
                draw.index
            );
        }
        let stated = |name: &str| entries.logged.text(name).unwrap_or_default().to_owned();
        let deadline = Timestamp::parse(&stated("result_deadline"))
            .context("the plan states no result_deadline")?;
        let now = desk.now();
        if now < deadline {
            bail!("too early: the list is opened at the deadline, {deadline}, and it is {now}");
        }
        let key = self.plan.as_str().replace('/', "_");
        // Where nobody was drawn there is nothing to attach.
        let files = match list.is_empty() {
            true => Vec::new(),
            false => {
                let text = list.text();
                vec![desk.put_file(&format!("{key}.txt"), "text/plain", text.as_bytes())?]
            }
        };
        let title = self.title.unwrap_or_else(|| {
            let plan = stated("plan_name");
            // Records are Chinese, whatever the terminal's language.
            Catalogue::built_in().get(Lang::Zh, "desk-opening-title", &[("plan", plan.into())])
        });
        let mut body = BTreeMap::new();
        let mut put = |name: &str, value: Value| body.insert(name.to_owned(), value);
        put("title", title.into());
        put("bulletin_type", "drawn_list_opening".into());
        put("plan_key", self.plan.as_str().into());
        put("region", entries.region().into());
        put("period_from", stated("check_from").into());
        put("period_to", stated("check_to").into());
        put(
            "issued_on",
            dates::day_in_china(now.unix()).to_string().into(),
        );
        if !files.is_empty() {
            put("attachments", Value::Array(files));
        }
        let index = desk.publish(Kind::Bulletin, None, Value::Object(body))?;
        out::line(format_args!("{index}"))?;
        Ok(ExitCode::SUCCESS)
    }
}
