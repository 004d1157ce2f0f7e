//! `gongshi withdraw` and `gongshi erase`: what the first person signs, and, where both keys are at hand, the second.

use super::send::{Sorted, index_fault, sort, tell_faults};
use super::{Log, Office, day};
use crate::commands::words::{While as _, file, in_words, told};
use crate::commands::{desk, out, remote};
use clap::Args;
use clap::builder::PossibleValuesParser;
use gongshi::domain::{CodeList, Kind};
use gongshi::ingest::KeyFile;
use gongshi::ingest::revise::{
    Asked, Ending, Found, Request, Signers, event_lines, field_fault_words, field_faults, keep,
    read_indexes, region_of,
};
use gongshi::intake::Event;
use gongshi::text::Lang;
use gongshi_verify::names::RegionCode;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// End the display of published records by decision (停止公示); two people of the authority decide.
///
/// The first signs a request (--request), the second reads what it is about and approves it on their own machine with
/// `gongshi approve`. Whoever has both keys gives the other one with --second-key. Before anything is signed, copies of the records and
/// their proofs are kept: from then on nobody else can show them to a court. Prints a line for each record: its index, and that of
/// the entry that ended its display. Run again, it passes over what has left. Exit code: 0 done (with --check: fit to be
/// done), 1 records are at fault or refused, 2 nothing could be done.
#[derive(Args)]
pub struct Withdraw {
    #[command(flatten)]
    end: End,
    /// Why, as a code.
    #[arg(long, value_parser = PossibleValuesParser::new(CodeList::WithdrawalReason.codes()))]
    reason: String,
    /// Index of the decision on repair that it follows.
    #[arg(long, value_name = "INDEX")]
    repair_decision: Option<u64>,
    /// Folder for the department's own copies of the records.
    #[arg(long, value_name = "FOLDER", default_value = "withdrawn")]
    keep: PathBuf,
}

/// Have the content of published records destroyed (删除), which cannot be undone; two people of the authority decide.
///
/// As `gongshi withdraw`, but content and salt are destroyed on the server; a record that was withdrawn can still be erased. Say whether
/// a copy is to be kept: --keep FOLDER, or --keep-nothing where the law has all of it go. Before anything is sent, a typed
/// confirmation is asked for (or --yes). Backups of the server still hold the content: the guide to operations says what to do with them.
#[derive(Args)]
pub struct Erase {
    #[command(flatten)]
    end: End,
    /// Why, as a code.
    #[arg(long, value_parser = PossibleValuesParser::new(CodeList::ErasureReason.codes()))]
    reason: String,
    /// Folder for the department's own copies of the records.
    #[arg(long, value_name = "FOLDER", required_unless_present_any = ["keep_nothing", "check"], conflicts_with = "keep_nothing")]
    keep: Option<PathBuf>,
    /// Keep no copies: nobody can show these records to anybody again.
    #[arg(long)]
    keep_nothing: bool,
    /// Go on without asking.
    #[arg(long)]
    yes: bool,
}

#[derive(Args)]
struct End {
    #[command(flatten)]
    log: Log,
    /// Indexes of the records.
    #[arg(value_name = "INDEX", required_unless_present = "list")]
    indexes: Vec<String>,
    /// File with indexes, one to a line; what follows a # is passed over.
    #[arg(long, value_name = "FILE")]
    list: Option<PathBuf>,
    /// The law it rests on. Public, for ever: names nobody.
    #[arg(long)]
    legal_basis: String,
    /// Day of the decision [default: today].
    #[arg(long, value_parser = day)]
    decided_on: Option<String>,
    /// Region of the entries [default: that of each record].
    #[arg(long)]
    region: Option<String>,
    /// The first person's key file.
    #[arg(long, env = "GONGSHI_KEY")]
    key: PathBuf,
    /// The second person's key file, where both are on this machine.
    #[arg(long, conflicts_with = "request")]
    second_key: Option<PathBuf>,
    /// Where to write the request for the second person; an existing file is never overwritten.
    #[arg(long, value_name = "FILE", required_unless_present_any = ["second_key", "check"])]
    request: Option<PathBuf>,
    /// Only check and show: sign, send and keep nothing.
    #[arg(long)]
    check: bool,
}

impl Withdraw {
    pub fn run(self) -> anyhow::Result<ExitCode> {
        let decision = Decision {
            kind: Kind::Withdrawal,
            reason: self.reason,
            repair_decision: self.repair_decision,
            keep: Some(self.keep),
            // It can be published anew.
            yes: true,
        };
        in_words(self.end.log.lang.into(), self.end.run(&decision))
    }
}

impl Erase {
    pub fn run(self) -> anyhow::Result<ExitCode> {
        let decision = Decision {
            kind: Kind::Erasure,
            reason: self.reason,
            repair_decision: None,
            keep: self.keep,
            yes: self.yes,
        };
        in_words(self.end.log.lang.into(), self.end.run(&decision))
    }
}

/// What differs between the two.
struct Decision {
    kind: Kind,
    reason: String,
    repair_decision: Option<u64>,
    keep: Option<PathBuf>,
    yes: bool,
}

impl End {
    fn run(&self, decision: &Decision) -> anyhow::Result<ExitCode> {
        let first = KeyFile::read(&self.key)?;
        let second = self.second_key.as_deref().map(KeyFile::read).transpose()?;
        let signers = Signers {
            first: &first,
            second: second.as_ref(),
        };
        signers.differ()?;
        let region = self.region.as_deref().map(RegionCode::parse).transpose();
        region.told("error-flag", vec![("flag", "--region".into())])?;
        if let Some(path) = self.request.as_ref().filter(|path| path.exists()) {
            return Err(told("error-request-there", vec![("file", file(path))]));
        }
        let Some(asked) = self.asked()? else {
            return Ok(ExitCode::from(1));
        };
        let office = self.log.open()?;
        signers.listed(decision.kind, office.authority(&first.authority))?;
        let Some(sorted) = sort(&office, decision.kind, &first, &asked)? else {
            return Ok(ExitCode::from(1));
        };
        let ending = Ending {
            kind: decision.kind,
            reason: decision.reason.clone(),
            legal_basis: self.legal_basis.clone(),
            decided_on: self.decided_on.clone().unwrap_or_else(|| office.today()),
            repair_decision: match decision.repair_decision {
                Some(index) => Some(office.find(index)?.reference()),
                None => None,
            },
        };
        let mut events = Vec::with_capacity(sorted.open.len());
        for found in &sorted.open {
            let region = self.region_for(&office, &first, found)?;
            let reference = Some(found.index.to_string());
            let body = ending.body(found, &region);
            let event = remote::sign(&office.state, &first, ending.kind, reference, body)?;
            let faults = field_faults(ending.kind, &event);
            for fault in &faults {
                eprintln!("{}", field_fault_words(office.lang, fault));
            }
            if !faults.is_empty() {
                // What is at fault is the same for all.
                return Ok(ExitCode::from(1));
            }
            events.push(event);
        }
        sorted.show(&office, ending.kind, |_| Vec::new());
        if let Some(event) = events.first() {
            for line in event_lines(office.wording(&event.authority), ending.kind, event.body()) {
                eprintln!("{line}");
            }
        }
        if self.check {
            office.say("ending-check", &[]);
            return Ok(ExitCode::SUCCESS);
        }
        if self.request.is_none() {
            sorted.confirm(&office, ending.kind, decision.yes)?;
        }
        if let Some(folder) = &decision.keep {
            keep_all(&office, &sorted, folder)?;
        }
        let (Some(path), false) = (&self.request, events.is_empty()) else {
            let origin = &office.state.origin;
            let approved = |event: Event| match &second {
                Some(second) => event.approved(origin, &second.key),
                None => event,
            };
            let events: Vec<Event> = events.into_iter().map(approved).collect();
            return sorted.send(&office, &events);
        };
        write_request(&office, path, events, &first)
    }

    /// What is asked for; `None` where some of it is none, which is told.
    fn asked(&self) -> anyhow::Result<Option<Vec<Asked>>> {
        let lang: Lang = self.log.lang.into();
        let list = self.list.as_deref().map(desk::read).transpose()?;
        match read_indexes(&self.indexes, &list.unwrap_or_default()) {
            Ok(asked) if asked.is_empty() => Err(told("error-no-index", Vec::new())),
            Ok(asked) => Ok(Some(asked)),
            Err(faults) => {
                let words = |(line, fault)| (line, index_fault(lang, &fault));
                let faults: Vec<_> = faults.into_iter().map(words).collect();
                tell_faults(lang, &faults);
                Ok(None)
            }
        }
    }

    fn region_for(&self, office: &Office, key: &KeyFile, found: &Found) -> anyhow::Result<String> {
        if let Some(region) = &self.region {
            return Ok(region.clone());
        }
        let by = found.ended.as_ref().map(|ended| office.find(ended.by));
        let by = by.transpose()?;
        match region_of(found, by.as_ref()) {
            Some(region) => Ok(region),
            None => Ok(office.own(key)?.region.clone()),
        }
    }
}

/// Keeps copies of what is still public; of what has left none can be had.
fn keep_all(office: &Office, sorted: &Sorted, folder: &Path) -> anyhow::Result<()> {
    let public: Vec<&Found> = sorted
        .open
        .iter()
        .filter(|one| one.record.is_some())
        .collect();
    for found in &public {
        keep(&office.client, &office.policy, folder, found)?;
    }
    if !public.is_empty() {
        let args = [("folder", folder.display().to_string().into())];
        office.say("ending-kept", &args);
    }
    Ok(())
}

fn write_request(
    office: &Office,
    path: &Path,
    events: Vec<Event>,
    first: &KeyFile,
) -> anyhow::Result<ExitCode> {
    let request = Request::new(office.state.origin.clone(), events)?;
    let until = request.until();
    let written = std::fs::OpenOptions::new()
        .create_new(true)
        .write(true)
        .open(path)
        .and_then(|mut file| {
            std::io::Write::write_all(&mut file, request.to_text().as_bytes())?;
            file.sync_all()
        });
    written.writing(path)?;
    out::line(format_args!("{}", path.display()))?;
    let args = [
        ("file", path.display().to_string().into()),
        ("authority", first.authority.to_string().into()),
        (
            "until",
            until
                .map_or_else(String::new, |time| time.to_string())
                .into(),
        ),
    ];
    office.say("ending-requested", &args);
    Ok(ExitCode::SUCCESS)
}
