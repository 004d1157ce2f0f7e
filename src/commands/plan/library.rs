//! `gongshi plan library` and `gongshi plan snapshot`: from a list to the leaves of a library, and from these to its record.

use crate::commands::desk::{self, Signer};
use crate::commands::out::{self, Printed};
use crate::commands::remote::Language;
use anyhow::Context as _;
use clap::{Args, ValueEnum};
use gongshi::app::random32;
use gongshi::domain::{Kind, dates};
use gongshi::ingest::desk::{
    ListOptions, Made, NAMED_BY, Names, Pseudonyms, Shape, SnapshotNote, entry, library_template,
    make_library, openings_text, read_library, snapshot_body,
};
use gongshi::intake::{Clock as _, SystemClock};
use gongshi::store::{write_atomic, write_private};
use gongshi::text::{Arg, Catalogue, Lang};
use gongshi_verify::encoding::hex;
use gongshi_verify::time::Timestamp;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Make the leaves of a library of a list: .csv (UTF-8 or GB18030) or .xlsx.
///
/// Objects: credit code, stratum, departments, and why somebody takes no part. Officers: pseudonym, department,
/// qualifications. Columns are known by their Chinese or English names; `--template` prints a list to fill in. A library is
/// made only where every row is good; bad ones are told with line, column, value and what was expected.
///
/// Exit code: 0 made, 1 some rows are bad, 2 nothing can be done with the file.
#[derive(Args)]
pub struct Library {
    /// Which library.
    which: Which,
    /// Seal the credit risk classes: leaves hold commitments, and what opens them stays in the --openings file.
    #[arg(long, requires = "openings")]
    sealed: bool,
    /// Private file for what opens sealed classes; made anew, never overwritten.
    #[arg(long, requires = "sealed")]
    openings: Option<PathBuf>,
    /// Private table of certificates and pseudonyms: officers without an id get one from it, and new ones are kept in it.
    #[arg(long)]
    pseudonyms: Option<PathBuf>,
    /// Names of strata, classes, departments and other tokens, in TOML.
    #[arg(long)]
    names: Option<PathBuf>,
    /// Sheet of a workbook.
    #[arg(long)]
    sheet: Option<String>,
    /// Value for a column in rows that leave it empty, such as departments=610323-SCJG; repeatable.
    #[arg(long, value_name = "COLUMN=VALUE", value_parser = setting)]
    set: Vec<(String, String)>,
    /// Leave out columns that are not known, instead of refusing the file.
    #[arg(long)]
    ignore_unknown: bool,
    /// Where to write the leaves.
    #[arg(long, required_unless_present = "template")]
    out: Option<PathBuf>,
    /// Print a list to fill in.
    #[arg(long, conflicts_with = "file")]
    template: bool,
    /// Language of messages.
    #[arg(long, env = "GONGSHI_LANG", default_value = "zh")]
    lang: Language,
    /// The list.
    #[arg(required_unless_present = "template")]
    file: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Which {
    /// Objects of inspection (检查对象名录库).
    Objects,
    /// Officers (执法检查人员名录库).
    Officers,
}

fn setting(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((column, value)) => Ok((column.to_owned(), value.to_owned())),
        None => Err("expected COLUMN=VALUE".to_owned()),
    }
}

fn said(lang: Lang, key: &str, args: &[(&str, Arg)]) -> String {
    Catalogue::built_in().get(lang, &format!("desk-{key}"), args)
}

fn number(count: u64) -> Arg {
    Arg::Number(i64::try_from(count).unwrap_or(i64::MAX))
}

fn file(path: &Path) -> Arg {
    Arg::Text(path.display().to_string())
}

fn names(path: Option<&PathBuf>) -> anyhow::Result<Names> {
    match path {
        Some(path) => Names::parse(&desk::read(path)?).with_context(|| path.display().to_string()),
        None => Ok(Names::default()),
    }
}

impl Library {
    pub fn run(mut self) -> anyhow::Result<ExitCode> {
        let lang: Lang = self.lang.into();
        let shape = match (self.which, self.sealed) {
            (Which::Objects, false) => Shape::Objects,
            (Which::Objects, true) => Shape::Sealed,
            (Which::Officers, false) => Shape::Officers,
            (Which::Officers, true) => anyhow::bail!("--sealed is for a library of objects"),
        };
        let (Some(list), Some(out)) = (self.file.take(), self.out.take()) else {
            let template = library_template(shape, lang);
            out::line(format_args!("{}", template.trim_end()))?;
            return Ok(ExitCode::SUCCESS);
        };
        let options = ListOptions {
            file: list,
            sheet: self.sheet.take(),
            shape,
            set: std::mem::take(&mut self.set),
            ignore_unknown: self.ignore_unknown,
            names: names(self.names.as_ref())?,
        };
        for path in [Some(&out), self.openings.as_ref()].into_iter().flatten() {
            // Leaves belong to openings, and to what was published of them.
            if path.exists() {
                anyhow::bail!(
                    "{} exists already, and is never overwritten",
                    path.display()
                );
            }
        }
        let mut table = self
            .pseudonyms
            .as_deref()
            .map(Pseudonyms::read)
            .transpose()?;
        let mut printed = Printed::default();
        let made = make_library(&options, table.as_mut(), random32, &mut |line, faults| {
            for fault in faults {
                let args = [("line", number(line)), ("said", fault.words(lang).into())];
                let said = Catalogue::built_in().get(lang, "import-line", &args);
                printed.line(format_args!("{said}"));
            }
        });
        let made = made.map_err(|error| anyhow::Error::msg(error.words(lang, NAMED_BY)))?;
        printed.end()?;
        if !made.left_out.is_empty() {
            let separator = Catalogue::built_in().get(lang, "import-separator", &[]);
            let columns = Arg::Text(made.left_out.join(&separator));
            eprintln!(
                "{}",
                said(lang, "library-left-out", &[("columns", columns)])
            );
        }
        if made.bad > 0 {
            let args = [("read", number(made.read)), ("bad", number(made.bad))];
            out::line(format_args!("{}", said(lang, "library-bad", &args)))?;
            return Ok(ExitCode::from(1));
        }
        self.write(&made, &out, table.as_ref(), lang)
    }

    /// First what cannot be made again: a leaf that commits to a lost salt opens for nobody.
    fn write(
        &self,
        made: &Made,
        out: &Path,
        table: Option<&Pseudonyms>,
        lang: Lang,
    ) -> anyhow::Result<ExitCode> {
        let library = read_library(&made.leaves).with_context(|| out.display().to_string())?;
        if let (Some(path), Some(table)) = (&self.pseudonyms, table)
            && table.made > 0
        {
            table.write(path)?;
            let args = [("made", number(table.made)), ("file", file(path))];
            eprintln!("{}", said(lang, "library-pseudonyms", &args));
        }
        if let Some(path) = &self.openings {
            write_private(path, openings_text(&made.openings).as_bytes())?;
            eprintln!(
                "{}",
                said(lang, "library-openings", &[("file", file(path))])
            );
        }
        write_atomic(out, made.leaves.as_bytes(), 0o644)?;
        let args = [
            ("read", number(made.read)),
            ("leaves", number(library.leaves().len() as u64)),
            ("root", hex(&library.root()).into()),
        ];
        out::line(format_args!("{}", said(lang, "library-made", &args)))?;
        Ok(ExitCode::SUCCESS)
    }
}

/// Publish a library: put its leaves on the server, then sign and append the snapshot that fixes them.
///
/// Prints the index of its entry. Do this at least ten days before the first plan that uses it, so that it can be
/// challenged.
#[derive(Args)]
pub struct Snapshot {
    #[command(flatten)]
    signer: Signer,
    /// The leaves, from `gongshi plan library`.
    #[arg(long)]
    leaves: PathBuf,
    /// Name of the library.
    #[arg(long)]
    name: String,
    /// Names of the tokens, in TOML: as for `gongshi plan library`.
    #[arg(long)]
    names: Option<PathBuf>,
    /// Day the library was frozen [default: today].
    #[arg(long, value_parser = day)]
    as_of: Option<String>,
    /// Time until which it can be challenged.
    #[arg(long, value_parser = desk::time)]
    challenge_until: Option<Timestamp>,
    /// Subjects in the register on that day, to compare with.
    #[arg(long)]
    register_count: Option<u64>,
    /// Index of the snapshot before in the series.
    #[arg(long)]
    previous: Option<u64>,
    /// Where its data came from.
    #[arg(long)]
    source: Option<String>,
    /// A remark.
    #[arg(long)]
    note: Option<String>,
}

fn day(text: &str) -> Result<String, String> {
    match dates::parse_date(text) {
        Some(_) => Ok(text.to_owned()),
        None => Err("expected a day, such as 2026-01-05".to_owned()),
    }
}

impl Snapshot {
    pub fn run(self) -> anyhow::Result<ExitCode> {
        let text = desk::read(&self.leaves)?;
        let path = || self.leaves.display().to_string();
        let library = read_library(&text).with_context(path)?;
        let names = names(self.names.as_ref())?;
        let china = |time: Timestamp| dates::day_in_china(time.unix()).to_string();
        let mut note = SnapshotNote {
            name: self.name,
            as_of: self
                .as_of
                .clone()
                .unwrap_or_else(|| china(SystemClock.now())),
            challenge_until: self.challenge_until,
            register_count: self.register_count,
            source: self.source,
            note: self.note,
            ..SnapshotNote::default()
        };
        // What cannot be published is told before anything is sent.
        snapshot_body(&library, &names, &note, "".into()).with_context(path)?;
        let desk = self.signer.open()?;
        note.region = desk.region()?;
        if self.as_of.is_none() {
            note.as_of = china(desk.now());
        }
        if let Some(index) = self.previous {
            note.previous = Some(entry(&desk.client, index, "snapshot")?.reference());
        }
        let name = self
            .leaves
            .file_name()
            .unwrap_or_default()
            .to_string_lossy();
        let file = desk.put_file(&name, "text/plain", text.as_bytes())?;
        let body = snapshot_body(&library, &names, &note, file)?;
        let index = desk.publish(Kind::Snapshot, None, body)?;
        out::line(format_args!("{index}"))?;
        Ok(ExitCode::SUCCESS)
    }
}
