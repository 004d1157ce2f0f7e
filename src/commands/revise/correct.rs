//! `gongshi correct`: a record as it should have been, beside what was published.

use super::{Log, Office, day, index_arg};
use crate::commands::attachments::Attachments;
use crate::commands::{out, remote};
use anyhow::{Context as _, bail, ensure};
use clap::Args;
use gongshi::domain::{Kind, View};
use gongshi::ingest::revise::{
    Change, ChangeError, Corrected, Found, Grounds, changed_lines, correction_body,
    field_fault_words, field_faults, record_lines,
};
use gongshi::ingest::{KeyFile, read_bodies};
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
        let key = KeyFile::read(&self.key)?;
        let changes = self.changes()?;
        let mut attachments = Attachments::read(&self.attachments)?;
        let office = self.log.open()?;
        let target = office.find(self.index)?;
        let (kind, region) = correctable(&office, &target, &key)?;
        let (before, by) = self.as_it_stands(&office, &target)?;
        let wording = office.wording(&target.entry.authority);
        let corrected = Corrected::make(kind, before, &changes, &office.vocabulary, wording.here)
            .map_err(|error| match error {
            ChangeError::Value(fault) => anyhow::Error::msg(fault.words(office.lang)),
            other => other.into(),
        })?;
        if corrected.is_same() {
            let by = by.unwrap_or(self.index);
            office.say("correct-same", &[("index", index_arg(by))]);
            ensure!(by != self.index, "there is nothing to correct");
            out::line(format_args!("{by}"))?;
            return Ok(ExitCode::SUCCESS);
        }
        for line in record_lines(office.lang, &target, &office.names()) {
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
        let text =
            std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
        let mut bodies = read_bodies(&text).with_context(|| path.display().to_string())?;
        let (Some(body), true) = (bodies.pop(), bodies.is_empty()) else {
            bail!("{}: expected one body", path.display());
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
        let body =
            body.with_context(|| format!("the correction of entry {} is not public", last.index))?;
        Ok((body, Some(last.index)))
    }
}

/// Kind and region of a record that this key can correct.
fn correctable(office: &Office, target: &Found, key: &KeyFile) -> anyhow::Result<(Kind, String)> {
    let index = target.index;
    let own = office.own(key)?;
    ensure!(
        own.kinds
            .iter()
            .any(|kind| kind == Kind::Correction.as_str()),
        "{} may not publish records of the kind correction; the operator grants that with `gongshi authority amend`",
        key.authority
    );
    ensure!(
        own.has_key(&key.key.public()),
        "the key is not a key of {} that is valid now",
        key.authority
    );
    let kind = target.kind().filter(|kind| !kind.permanent());
    let Some(kind) = kind else {
        bail!("an entry of kind {} is never corrected", target.entry.kind);
    };
    if kind == Kind::Correction {
        let of = target.entry.reference.clone().unwrap_or_default();
        bail!("entry {index} is a correction; correct the record itself once more, entry {of}");
    }
    ensure!(
        target.entry.authority == key.authority,
        "entry {index} was published by {}, whose it is to correct",
        target.entry.authority
    );
    let Some(view) = target.view() else {
        bail!("the record of entry {index} is not public any more");
    };
    let region = view.region().map(|region| region.to_string());
    Ok((kind, region.unwrap_or_else(|| own.region.clone())))
}
