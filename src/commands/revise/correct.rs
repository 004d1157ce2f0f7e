//! `gongshi correct`: a record as it should have been, beside what was published.

use super::{Log, Office, day, index_arg};
use crate::commands::attachments::Attachments;
use crate::commands::words::{While as _, file, in_words, told};
use crate::commands::{out, remote};
use clap::Args;
use gongshi::domain::{Kind, View};
use gongshi::ingest::revise::{
    Change, Corrected, Found, Grounds, Leaving, Signers, changed_lines, correction_body,
    field_fault_words, field_faults, record_lines,
};
use gongshi::ingest::{KeyFile, read_bodies};
use gongshi::text::Catalogue;
use gongshi_verify::json;
use serde_json::{Map, Value};
use std::path::PathBuf;
use std::process::ExitCode;

/// Correct a published record (更正): what was published stays beside it, and both are shown.
///
/// Fetches the record as it stands, makes the changes, shows before and after, checks, signs and sends. Prints the index of the
/// correction. Values are typed as in tables for import (a date, a code or its name, an amount with its unit); lists and objects are
/// JSON. A correction is itself corrected by correcting the record once more.
#[derive(Args)]
pub struct Correct {
    #[command(flatten)]
    log: Log,
    /// Index of the record.
    index: u64,
    /// Give a field another value, such as listed_on=2026-03-02 or items[0].item_name=…; once for each.
    #[arg(long, value_name = "FIELD=VALUE")]
    set: Vec<String>,
    /// Take a field away; once for each.
    #[arg(long, value_name = "FIELD")]
    unset: Vec<String>,
    /// The whole body anew, in JSON.
    #[arg(long, value_name = "FILE", required_unless_present_any = ["set", "unset"], conflicts_with_all = ["set", "unset"])]
    body: Option<PathBuf>,
    /// Why, in words. Public.
    #[arg(long)]
    because: String,
    /// The law it rests on.
    #[arg(long)]
    legal_basis: Option<String>,
    /// Index of the objection that it follows.
    #[arg(long, value_name = "INDEX")]
    objection: Option<u64>,
    /// Day of the decision [default: today].
    #[arg(long, value_parser = day)]
    decided_on: Option<String>,
    /// A file that the corrected record names, unless it is public already; once for each.
    #[arg(long = "file", value_name = "PATH")]
    attachments: Vec<PathBuf>,
    /// The authority's key file.
    #[arg(long, env = "GONGSHI_KEY")]
    key: PathBuf,
    /// Only check and show: sign and send nothing.
    #[arg(long)]
    check: bool,
}

impl Correct {
    pub fn run(self) -> anyhow::Result<ExitCode> {
        in_words(self.log.lang.into(), self.correct())
    }

    fn correct(&self) -> anyhow::Result<ExitCode> {
        let key = KeyFile::read(&self.key)?;
        let changes = self.changes()?;
        let mut attachments = Attachments::read(&self.attachments)?;
        let office = self.log.open()?;
        let target = office.find(self.index)?;
        let (kind, region) = correctable(&office, &target, &key)?;
        let (before, by) = self.as_it_stands(&office, &target)?;
        let wording = office.wording(&target.entry.authority);
        let corrected = Corrected::make(kind, before, &changes, &office.vocabulary, wording.here)?;
        if corrected.is_same() {
            let by = by.unwrap_or(self.index);
            office.say("correct-same", &[("index", index_arg(by))]);
            if by == self.index {
                return Err(told("error-same", Vec::new()));
            }
            out::line(format_args!("{by}"))?;
            return Ok(ExitCode::SUCCESS);
        }
        for line in record_lines(office.lang, &target, &office.names(), Leaving::No) {
            eprintln!("{line}");
        }
        office.say("correct-changes", &[]);
        for line in changed_lines(wording, kind, &corrected.before, &corrected.after) {
            eprintln!("  {line}");
        }
        let grounds = Grounds {
            because: self.because.clone(),
            decided_on: self.decided_on.clone().unwrap_or_else(|| office.today()),
            legal_basis: self.legal_basis.clone(),
            objection: match self.objection {
                Some(index) => Some(office.find(index)?.reference()),
                None => None,
            },
        };
        let body = correction_body(&target, kind, &region, &corrected.after, &grounds)?;
        let reference = Some(self.index.to_string());
        let event = remote::sign(&office.state, &key, Kind::Correction, reference, body)?;
        let faults = field_faults(Kind::Correction, &event);
        if !faults.is_empty() {
            for fault in &faults {
                eprintln!("{}", field_fault_words(office.lang, fault));
            }
            return Ok(ExitCode::from(1));
        }
        attachments.name(View::new(kind, &corrected.after).files())?;
        if self.check {
            office.say("correct-check", &[]);
            return Ok(ExitCode::SUCCESS);
        }
        attachments.hand_over(&office.client, &office.state, &key, office.lang)?;
        match remote::send_line(&office.client, &event.to_json())? {
            Ok(index) => {
                out::line(format_args!("{index}"))?;
                Ok(ExitCode::SUCCESS)
            }
            Err(refused) => {
                eprintln!("{}", refused.words(office.lang).join("\n  "));
                Ok(ExitCode::from(1))
            }
        }
    }

    fn changes(&self) -> anyhow::Result<Vec<Change>> {
        let Some(path) = &self.body else {
            let unset = self.unset.iter().cloned().map(Change::Unset);
            let set = self.set.iter().cloned().map(Change::Set);
            return Ok(unset.chain(set).collect());
        };
        let text = std::fs::read(path).reading(path)?;
        let mut bodies = read_bodies(&text).reading(path)?;
        let (Some(body), true) = (bodies.pop(), bodies.is_empty()) else {
            return Err(told("error-one-body", vec![("file", file(path))]));
        };
        let body = serde_json::from_str(&json::to_jcs(&body))?;
        Ok(vec![Change::Body(body)])
    }

    /// The body that counts, and the correction it is of, if any.
    fn as_it_stands(
        &self,
        office: &Office,
        target: &Found,
    ) -> anyhow::Result<(Map<String, Value>, Option<u64>)> {
        let own = || target.body().cloned().unwrap_or_default();
        let Some(last) = target.corrections.last() else {
            return Ok((own(), None));
        };
        let last = office.find(*last)?;
        let body = last.body().and_then(|body| body.get("corrected_body"));
        let body = body.and_then(Value::as_object).cloned();
        let body = body.ok_or_else(|| {
            told(
                "error-correction-gone",
                vec![("index", index_arg(last.index))],
            )
        })?;
        Ok((body, Some(last.index)))
    }
}

/// Kind and region of a record that this key can correct.
fn correctable(office: &Office, target: &Found, key: &KeyFile) -> anyhow::Result<(Kind, String)> {
    let index = target.index;
    let own = office.own(key)?;
    let signers = Signers {
        first: key,
        second: None,
    };
    signers.listed(Kind::Correction, Some(own))?;
    let kind = target.kind().filter(|kind| !kind.permanent());
    let index = || ("index", index_arg(index));
    let Some(kind) = kind else {
        let kind = Catalogue::built_in().kind(office.lang, target.entry.kind.as_str());
        return Err(told("error-never-corrected", vec![("kind", kind.into())]));
    };
    if kind == Kind::Correction {
        let of = target.entry.reference.clone().unwrap_or_default();
        let args = vec![index(), ("of", of.into())];
        return Err(told("error-is-correction", args));
    }
    if target.entry.authority != key.authority {
        let by = target.entry.authority.to_string();
        let args = vec![index(), ("authority", by.into())];
        return Err(told("error-foreign", args));
    }
    let Some(view) = target.view() else {
        return Err(told("error-gone", vec![index()]));
    };
    let region = view.region().map(|region| region.to_string());
    Ok((kind, region.unwrap_or_else(|| own.region.clone())))
}
