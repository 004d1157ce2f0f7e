//! `gongshi publish`: bodies in JSON, signed here and appended to the log.

use super::attachments::Attachments;
use super::out::Printed;
use super::remote::{self, Language, Server};
use super::words::{While as _, file, in_words, told};
use clap::Args;
use gongshi::domain::{Kind, View};
use gongshi::ingest::{Answer, KeyFile, Patience, deliver, read_bodies};
use gongshi_verify::names::{KindName, RefRule};
use gongshi_verify::receipt::ReceiptCode;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Sign records written in JSON and append them to the log.
///
/// Each FILE holds one body, an array of bodies, or one body a line. Prints a line with its index for each; for
/// applications for repair, objections and promises with the receipt code behind it, which the subject is given. Every body
/// gets a salt of its own, so publishing the same file twice appends it twice; for tables use `gongshi import`.
#[derive(Args)]
pub struct Publish {
    #[command(flatten)]
    server: Server,
    /// Kind of the records, such as penalty.
    #[arg(long, value_parser = remote::kind)]
    kind: Kind,
    /// The authority's key file.
    #[arg(long, env = "GONGSHI_KEY")]
    key: PathBuf,
    /// What the records are about, for the kinds that say so in `ref` (a plan key, or the target's index).
    #[arg(long = "ref")]
    reference: Option<String>,
    /// Folder for the receipts, one `<index>.tlog-proof` for each record.
    #[arg(long)]
    proofs: Option<PathBuf>,
    /// A file that a record names by its SHA-256, such as an attachment; once for each. It is uploaded before the records.
    #[arg(long = "file", value_name = "PATH")]
    attachments: Vec<PathBuf>,
    /// Upload the files and publish nothing: puts a file back that the server has lost or damaged.
    #[arg(long)]
    upload_only: bool,
    /// Language of messages.
    #[arg(long, env = "GONGSHI_LANG", default_value = "zh")]
    lang: Language,
    /// Files to read; `-` is standard input.
    #[arg(required = true)]
    files: Vec<PathBuf>,
}

impl Publish {
    pub fn run(self) -> anyhow::Result<ExitCode> {
        in_words(self.lang.into(), self.publish())
    }

    fn publish(&self) -> anyhow::Result<ExitCode> {
        if !self.upload_only {
            self.check_ref()?;
        }
        let key = KeyFile::read(&self.key)?;
        let mut bodies = Vec::new();
        for path in &self.files {
            let text = read(path)?;
            let read = read_bodies(&text).reading(path)?;
            bodies.extend(read.into_iter().zip(1..).map(|(body, n)| (path, n, body)));
        }
        if let Some(folder) = &self.proofs {
            std::fs::create_dir_all(folder).writing(folder)?;
        }
        let client = self.server.client();
        let lang = self.lang.into();
        let log = client.log()?;
        let mut attachments = Attachments::read(&self.attachments)?;
        let mut lines = Vec::with_capacity(bodies.len());
        let mut places = Vec::with_capacity(bodies.len());
        for (path, number, body) in bodies {
            let reference = self.reference.clone();
            let place = || {
                let number: u64 = number;
                vec![("file", file(path)), ("number", number.to_string().into())]
            };
            let event = remote::sign(&log, &key, self.kind, reference, body);
            let event = event.told("error-record", place())?;
            let named = View::new(self.kind, event.body()).files();
            attachments.name(named).told("error-record", place())?;
            lines.push(event.to_json());
            places.push((path, number));
        }
        // Nothing is sent before all of it can be.
        attachments.hand_over(&client, &log, &key, lang)?;
        if self.upload_only {
            return Ok(ExitCode::SUCCESS);
        }
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        let (mut refused, mut unkept, mut printed) = (0, None, Printed::default());
        deliver(
            &client,
            Patience::default(),
            &lines,
            &mut |place, answer| match answer {
                Answer::Logged { index, proof } => {
                    let code = self.receipt(index, &proof);
                    match code {
                        Some(code) => printed.line(format_args!("{index} {code}")),
                        None => printed.line(format_args!("{index}")),
                    }
                    if let Some(folder) = &self.proofs {
                        let path = folder.join(format!("{index}.tlog-proof"));
                        if let Err(error) = std::fs::write(&path, proof) {
                            unkept.get_or_insert((path, error));
                        }
                    }
                }
                Answer::Refused(reason) => {
                    refused += 1;
                    let (path, number) = &places[place];
                    let said = reason.words(lang).join("\n  ");
                    eprintln!("{} #{number}: {said}", path.display());
                }
            },
            &mut remote::say_waiting(lang),
        )?;
        printed.end().told("error-unprinted", Vec::new())?;
        if let Some((path, error)) = unkept {
            return Err(error).told("error-unkept", vec![("file", file(&path))]);
        }
        Ok(ExitCode::from(u8::from(refused > 0)))
    }
}

impl Publish {
    /// The receipt code of what its subject follows, read from the proof and not from the server's word.
    fn receipt(&self, index: u64, proof: &str) -> Option<ReceiptCode> {
        let code = ReceiptCode::of_proof(proof.as_bytes()).ok();
        code.filter(|code| self.kind.begins_journey() && code.index == index)
    }

    /// Whether --ref is there for the kinds that have one, and for no other.
    fn check_ref(&self) -> anyhow::Result<()> {
        let expected = match KindName::parse(self.kind.as_str())?.ref_rule() {
            RefRule::None => None,
            RefRule::PlanKey => Some("error-ref-plan"),
            RefRule::TargetIndex => Some("error-ref-index"),
        };
        let key = match (expected, &self.reference) {
            (Some(expected), None) => expected,
            (None, Some(_)) => "error-ref-none",
            _ => return Ok(()),
        };
        Err(told(key, vec![("kind", self.kind.as_str().into())]))
    }
}

fn read(path: &Path) -> anyhow::Result<Vec<u8>> {
    let mut text = Vec::new();
    if path == Path::new("-") {
        std::io::stdin().read_to_end(&mut text)?;
    } else {
        text = std::fs::read(path).reading(path)?;
    }
    Ok(text)
}
