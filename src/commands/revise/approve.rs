//! `gongshi approve`: the second person reads what a request is about, and approves it.

use super::Log;
use super::send::{sort, tell_faults};
use crate::commands::words::{While as _, file, in_words};
use clap::Args;
use gongshi::domain::Kind;
use gongshi::ingest::KeyFile;
use gongshi::ingest::revise::{Asked, Found, Request, Signers, event_lines};
use gongshi::intake::Event;
use gongshi_verify::encoding::hex;
use std::path::PathBuf;
use std::process::ExitCode;

/// Read a colleague's request to withdraw or erase records, approve it with another key of the authority, and send it.
///
/// Shows each record as the log has it, under a proof that is checked here, with the reason, the legal basis, and which other public
/// records refer to it and stay. Before anything is sent, a typed confirmation is asked for (or --yes). A request can be approved for 7 days after it
/// was signed. Prints a line for each record: its index, and that of the entry that ended its display. Run again, it passes over what
/// has left.
#[derive(Args)]
pub struct Approve {
    #[command(flatten)]
    log: Log,
    /// The request, from `gongshi withdraw --request` or `gongshi erase --request`.
    request: PathBuf,
    /// The second person's key file.
    #[arg(long, env = "GONGSHI_KEY")]
    key: PathBuf,
    /// Only check and show: sign and send nothing.
    #[arg(long)]
    check: bool,
    /// Go on without asking.
    #[arg(long)]
    yes: bool,
}

impl Approve {
    pub fn run(self) -> anyhow::Result<ExitCode> {
        in_words(self.log.lang.into(), self.approve())
    }

    fn approve(&self) -> anyhow::Result<ExitCode> {
        let of = || vec![("file", file(&self.request))];
        let key = KeyFile::read(&self.key)?;
        let text = std::fs::read(&self.request).reading(&self.request)?;
        let request = Request::parse(&text).told("error-request", of())?;
        let office = self.log.open()?;
        let own = office.own(&key)?;
        let (origin, now) = (&office.state.origin, office.now());
        let fit = request.check(origin, own, &key, now);
        fit.told("error-request", of())?;
        let signers = Signers {
            first: &key,
            second: None,
        };
        signers.listed(request.kind, Some(own))?;
        let asked: Vec<Asked> = (2..)
            .zip(&request.events)
            .map(|(line, (index, _))| Asked {
                index: *index,
                line: Some(line),
            })
            .collect();
        let Some(sorted) = sort(&office, request.kind, &key, &asked)? else {
            return Ok(ExitCode::from(1));
        };
        let event = |found: &Found| -> Option<&Event> {
            let mut all = request.events.iter();
            all.find(|(index, _)| *index == found.index)
                .map(|(_, event)| event)
        };
        let mut faults = Vec::new();
        for found in &sorted.open {
            let named = event(found).and_then(Request::leaf_hash);
            if named != Some(hex(&found.entry.leaf_hash()).as_str()) {
                let args = [
                    ("index", super::index_arg(found.index)),
                    ("reason", office.said("fault-leaf", &[]).into()),
                ];
                faults.push((None, office.said("ending-at", &args)));
            }
        }
        if !faults.is_empty() {
            tell_faults(office.lang, &faults);
            return Ok(ExitCode::from(1));
        }
        sorted.show(&office, request.kind, |found| {
            let lines = event(found).map(|event| told(&office, request.kind, event));
            lines.unwrap_or_default()
        });
        if self.check {
            office.say("ending-check", &[]);
            return Ok(ExitCode::SUCCESS);
        }
        sorted.confirm(&office, request.kind, self.yes)?;
        let approved: Vec<Event> = sorted
            .open
            .iter()
            .filter_map(event)
            .map(|event| event.clone().approved(origin, &key.key))
            .collect();
        sorted.send(&office, &approved)
    }
}

/// What is said of a record, by whom, and since when.
fn told(office: &super::Office, kind: Kind, event: &Event) -> Vec<String> {
    let mut lines = event_lines(office.wording(&event.authority), kind, event.body());
    let until = Request::until_of(event);
    let args = [
        ("authority", event.authority.to_string().into()),
        ("time", event.issued_at.to_string().into()),
        (
            "until",
            until
                .map_or_else(String::new, |time| time.to_string())
                .into(),
        ),
    ];
    lines.push(format!("  {}", office.said("ending-asked", &args)));
    lines
}
