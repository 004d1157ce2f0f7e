//! `gongshi plan library`: from a list to the leaves of a library.

use crate::commands::desk;
use crate::commands::out::{self, Printed};
use crate::commands::remote::Language;
use crate::commands::words::{While as _, in_words, told};
use clap::{Args, ValueEnum};
use gongshi::app::random32;
use gongshi::ingest::desk::{
    ListOptions, Made, NAMED_BY, Names, Pseudonyms, Shape, library_template, make_library,
    openings_text, read_library,
};
use gongshi::store::{write_atomic, write_private};
use gongshi::text::{Arg, Catalogue, Lang};
use gongshi_verify::encoding::hex;
use gongshi_verify::text::shown;
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
    #[arg(long)]
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

pub(super) fn said(lang: Lang, key: &str, args: &[(&str, Arg)]) -> String {
    Catalogue::built_in().get(lang, &format!("desk-{key}"), args)
}

fn number(count: u64) -> Arg {
    Arg::Number(i64::try_from(count).unwrap_or(i64::MAX))
}

fn file(path: &Path) -> Arg {
    Arg::Text(path.display().to_string())
}

pub(super) fn names(path: Option<&PathBuf>) -> anyhow::Result<Names> {
    match path {
        Some(path) => Names::parse(&desk::read(path)?).reading(path),
        None => Ok(Names::default()),
    }
}

impl Library {
    pub fn run(self) -> anyhow::Result<ExitCode> {
        in_words(self.lang.into(), self.make())
    }

    fn make(mut self) -> anyhow::Result<ExitCode> {
        let lang: Lang = self.lang.into();
        let shape = match (self.which, self.sealed) {
            (Which::Objects, false) => Shape::Objects,
            (Which::Objects, true) => Shape::Sealed,
            (Which::Officers, false) => Shape::Officers,
            (Which::Officers, true) => return Err(told("error-sealed-officers", Vec::new())),
        };
        let (Some(list), Some(out)) = (self.file.take(), self.out.take()) else {
            let template = library_template(shape, lang);
            out::line(format_args!("{}", template.trim_end()))?;
            return Ok(ExitCode::SUCCESS);
        };
        if self.sealed && self.openings.is_none() {
            return Err(told("error-no-openings", Vec::new()));
        }
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
                return Err(told("error-there", vec![("file", file(path))]));
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
            let columns: Vec<String> = made.left_out.iter().map(|name| shown(name)).collect();
            let columns = Arg::Text(columns.join(&separator));
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
        if made.read == 0 {
            let args = [("file", file(&options.file))];
            return Err(told("library-empty", args.to_vec()));
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
        let library = read_library(&made.leaves).reading(out)?;
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
