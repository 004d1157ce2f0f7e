//! `gongshi import`: tables as departments have them, every good row signed and appended once, every bad one told.

use super::out::{self, Printed};
use super::remote::{self, Language, Server};
use super::rules::{Ask, CodesOf};
use super::words::{While as _, in_words, told};
use clap::{Args, ValueEnum};
use gongshi::app::random32;
use gongshi::domain::{Kind, Region, dates};
use gongshi::ingest::table::{self, template};
use gongshi::ingest::{
    ClientError, Here, Import, ImportError, KeyFile, Notice, Observer, Options, Patience, Rights,
    Summary, Target, Vocabulary, journal_beside,
};
use gongshi::intake::{Clock as _, SystemClock};
use gongshi::text::{Arg, Catalogue, Lang};
use indicatif::{
    FormattedDuration, HumanCount, ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle,
};
use std::io::Write as _;
use std::path::Path;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// Sign the rows of a CSV or XLSX table and append them to the log.
///
/// Columns are known by their Chinese or English names or the names of their fields; `--template KIND` makes a table to
/// fill in. Bad rows are told with line, column, value and what was expected, and written to a file to be mended. A
/// journal beside the key sees to it that no row of the authority is appended twice, whatever table it stands in.
///
/// Codes such as results and kinds of penalty are known by the names that the server's rules give them, or by those of `--rules`.
///
/// Of a workbook one sheet is read, and named. Columns of text must be formatted as text: a number or a date there is
/// refused, for zeros before it and its form are lost. Formulas count as their stored result; cells without one, and those
/// covered by a merged cell, are refused. A time needs its zone, or be midnight: days are those of China.
///
/// Of promises, and whatever else its subject follows by receipt code, the rows that went in are written to
/// <FILE>.receipts.csv, each behind its code.
///
/// Exit code: 0 all is in the log, 1 some
/// rows are not, 2 nothing can be done with the file, or the import was cut short.
#[derive(Args)]
pub struct ImportCommand {
    #[command(flatten)]
    server: Server,
    #[command(flatten)]
    codes: CodesOf,
    /// Kind of the records, such as inspection_result.
    #[arg(long, value_parser = remote::kind, required_unless_present = "template")]
    kind: Option<Kind>,
    /// The authority's key file.
    #[arg(long, env = "GONGSHI_KEY", required_unless_present_any = ["template", "dry_run"])]
    key: Option<PathBuf>,
    /// Sheet of a workbook; needed where more than one holds such records.
    #[arg(long)]
    sheet: Option<String>,
    /// Region for rows that state none, six digits; of a template, the one whose codes it offers.
    #[arg(long)]
    region: Option<String>,
    /// Value for a field in rows that leave it empty, such as draw_basis=drawn; repeatable.
    #[arg(long, value_name = "FIELD=VALUE", value_parser = setting)]
    set: Vec<(String, String)>,
    /// Leave out columns that no field is known by, instead of refusing the file.
    #[arg(long)]
    ignore_unknown: bool,
    /// Only check the table, and with --key and a server what the key may publish: send and write nothing.
    #[arg(long)]
    dry_run: bool,
    /// File for rows that do not go in [default: <FILE>.bad.csv, or the next free number].
    #[arg(long)]
    bad: Option<PathBuf>,
    /// The journal, which keeps what was imported from being appended again [default: beside the key, one for each
    /// authority, kind and log].
    #[arg(long)]
    journal: Option<PathBuf>,
    /// No progress bar.
    #[arg(long)]
    quiet: bool,
    /// Language of messages.
    #[arg(long, env = "GONGSHI_LANG", default_value = "zh")]
    lang: Language,
    /// Make a table to fill in for this kind, instead of importing one.
    #[arg(long, value_name = "KIND", value_parser = remote::kind, conflicts_with = "file")]
    template: Option<Kind>,
    /// Format of the template.
    #[arg(long, default_value = "csv")]
    format: Format,
    /// Where to write the template; without it to standard output.
    #[arg(long, requires = "template")]
    out: Option<PathBuf>,
    /// The table: .csv (also with tabs or semicolons; UTF-8 or GB18030) or .xlsx.
    #[arg(required_unless_present = "template")]
    file: Option<PathBuf>,
}

/// Format of a template.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    /// Text.
    Csv,
    /// A workbook with a sheet of explanations.
    Xlsx,
}

fn setting(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((field, value)) => Ok((field.to_owned(), value.to_owned())),
        None => Err("expected FIELD=VALUE".to_owned()),
    }
}

impl ImportCommand {
    pub fn run(self) -> anyhow::Result<ExitCode> {
        in_words(self.lang.into(), self.import())
    }

    fn import(mut self) -> anyhow::Result<ExitCode> {
        let lang = self.lang.into();
        if let Some(kind) = self.template {
            return self.write_template(kind, lang);
        }
        let (Some(kind), Some(file)) = (self.kind, self.file.take()) else {
            return Err(told("error-no-kind", Vec::new()));
        };
        let asked = match (self.dry_run, self.server.is_named() || self.key.is_some()) {
            (false, _) => Ask::Must,
            (true, true) => Ask::Try,
            (true, false) => Ask::Never,
        };
        let vocabulary = self.vocabulary(asked, lang)?;
        let key = self.key.as_deref().map(KeyFile::read).transpose()?;
        let mut set = std::mem::take(&mut self.set);
        set.extend(
            self.region
                .take()
                .map(|region| ("region".to_owned(), region)),
        );
        let options = Options {
            kind,
            file,
            sheet: self.sheet.take(),
            set,
            ignore_unknown: self.ignore_unknown,
            bad: self.bad.take(),
            today: dates::day_in_china(SystemClock.now().unix()),
            lang,
            vocabulary,
            authority: key.map(|key| key.authority),
        };
        let said = |error: ImportError| anyhow::Error::msg(error.words(lang, kind));
        let import = Import::open(options).map_err(said)?;
        if let Some((sheet, others)) = import.sheets() {
            let mut args = vec![("sheet", Arg::Text(sheet.to_owned()))];
            let key = match others.is_empty() {
                true => "sheet",
                false => "sheet-of",
            };
            args.push(("others", others.join(&word(lang, "separator", &[])).into()));
            eprintln!("{}", word(lang, key, &args));
        }
        if !import.left_out().is_empty() {
            let separator = word(lang, "separator", &[]);
            let columns = Arg::Text(import.left_out().join(&separator));
            eprintln!("{}", word(lang, "left-out", &[("columns", columns)]));
        }
        let (rights, unchecked) = match self.dry_run {
            true => self.rights(kind, lang)?,
            false => (Rights::Unknown, None),
        };
        let mut screen = Screen::new(lang, import.rows_hint(), self.quiet);
        let result = match &self.key {
            _ if self.dry_run => import
                .check(&rights, &mut screen)
                .map(|summary| (summary, None)),
            Some(path) => {
                let key = KeyFile::read(path)?;
                let client = match kind.begins_journey() {
                    // Their subjects are given receipt codes, which are read from the receipts.
                    true => self.server.client(),
                    false => self.server.client().without_receipts(),
                };
                let waits = Waits::new(lang, screen.bar.clone());
                let log = client.log().map_err(|error| said(error.into()))?;
                let clock = remote::clock(&log);
                let journal = self
                    .journal
                    .take()
                    .unwrap_or_else(|| journal_beside(path, &key.authority, kind, &log.origin));
                let target = Target {
                    journal: &journal,
                    key: &key,
                    origin: &log.origin,
                    log_size: log.size,
                    sink: &client,
                    patience: Patience::default(),
                    waiting: &|error, pause| waits.say(error, pause),
                    clock: clock.as_ref(),
                    random: random32,
                };
                import.run(&target, &mut screen)
            }
            None => return Err(told("error-no-key", Vec::new())),
        };
        screen.bar.finish_and_clear();
        let (summary, bad) = match result {
            Ok(done) => done,
            Err(error) => {
                let cut_short = matches!(error, ImportError::Client(_) | ImportError::Bad { .. });
                if cut_short && !self.dry_run {
                    eprintln!("{}", word(lang, "resume", &[]));
                }
                return Err(said(error));
            }
        };
        screen.printed.end()?;
        let counts = match self.dry_run {
            true => summary.check_words(lang),
            false => summary.words(lang),
        };
        out::line(format_args!("{counts}"))?;
        if let Some(unchecked) = unchecked {
            out::line(format_args!("{unchecked}"))?;
        }
        if let Rights::Nothing(refused) = rights {
            return Err(said(ImportError::Rejected(refused)));
        }
        if let Some(path) = bad {
            let file = Arg::Text(path.display().to_string());
            out::line(format_args!(
                "{}",
                word(lang, "bad-file", &[("file", file)])
            ))?;
        }
        Ok(ExitCode::from(u8::from(summary.bad + summary.refused > 0)))
    }
}

impl ImportCommand {
    /// What the key may publish, as the server says now; and the words for it where that cannot be known.
    fn rights(&self, kind: Kind, lang: Lang) -> anyhow::Result<(Rights, Option<String>)> {
        let Some(path) = &self.key else {
            return Ok((Rights::Unknown, Some(word(lang, "rights-no-key", &[]))));
        };
        let key = KeyFile::read(path)?;
        Ok(match self.server.client().authority(&key.authority) {
            Ok(listed) => (Rights::of(&key, kind, listed.as_ref())?, None),
            Err(error) => {
                let reason = ImportError::Client(error).words(lang, kind);
                let args = [("reason", reason.into())];
                (Rights::Unknown, Some(word(lang, "rights-unknown", &args)))
            }
        })
    }
}

impl ImportCommand {
    /// The codes to read and write by; where they are not the server's although it was asked, that is said.
    fn vocabulary(&self, ask: Ask, lang: Lang) -> anyhow::Result<Arc<Vocabulary>> {
        let told = |error: &ClientError| error.words(lang);
        let asked = self.codes.vocabulary(&self.server.client(), ask);
        let (vocabulary, failed) = asked.map_err(|error| match error.downcast_ref() {
            Some(error) => anyhow::Error::msg(told(error)),
            None => error,
        })?;
        if let Some(error) = &failed {
            let args = [("reason", told(error).into())];
            eprintln!("{}", word(lang, "codes-built-in", &args));
        }
        Ok(vocabulary)
    }

    fn write_template(&self, kind: Kind, lang: Lang) -> anyhow::Result<ExitCode> {
        let ask = match self.server.is_named() {
            true => Ask::Try,
            false => Ask::Never,
        };
        let vocabulary = self.vocabulary(ask, lang)?;
        let region = self.region.as_deref().map(Region::parse).transpose()?;
        let here = Here {
            province: region.map(|region| region.province()),
            day: dates::day_in_china(SystemClock.now().unix()),
        };
        let format = match self.format {
            Format::Csv => table::Format::Csv,
            Format::Xlsx => table::Format::Xlsx,
        };
        let bytes = template(kind, format, lang, &vocabulary, here)?;
        match &self.out {
            Some(path) => std::fs::write(path, bytes).writing(path)?,
            None => out::closed_is_fine(std::io::stdout().write_all(&bytes))?,
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn word(lang: Lang, key: &str, args: &[(&str, Arg)]) -> String {
    Catalogue::built_in().get(lang, &format!("import-{key}"), args)
}

/// Rows a second since the start: batches come in leaps, which any shorter time would show.
fn rate(state: &ProgressState, out: &mut dyn std::fmt::Write) {
    let rate = state.pos() as f64 / state.elapsed().as_secs_f64().max(0.001);
    let _ = write!(out, "{}", HumanCount(rate as u64));
}

/// The time left at that rate, once there is one.
fn left(lang: Lang) -> impl Fn(&ProgressState, &mut dyn std::fmt::Write) + Clone + Send + Sync {
    move |state, out| {
        let rows = state.len().unwrap_or_default().saturating_sub(state.pos());
        let time = match state.pos() {
            0 => "…".to_owned(),
            done => {
                let left = state.elapsed().as_secs_f64() * rows as f64 / done as f64;
                FormattedDuration(Duration::from_secs(left as u64)).to_string()
            }
        };
        let _ = write!(
            out,
            "{}",
            word(lang, "progress-left", &[("time", time.into())])
        );
    }
}

/// Rows told on standard output, the bar on the terminal.
struct Screen {
    lang: Lang,
    bar: ProgressBar,
    printed: Printed,
}

impl Screen {
    fn new(lang: Lang, rows: u64, quiet: bool) -> Self {
        let bar = ProgressBar::new(rows);
        // Hidden by itself where standard error is no terminal.
        bar.set_draw_target(match quiet {
            true => ProgressDrawTarget::hidden(),
            false => ProgressDrawTarget::stderr(),
        });
        let template = "{bar:30} {human_pos}/{human_len} {msg}  {rate}/s  {left}";
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style.with_key("rate", rate).with_key("left", left(lang)));
        }
        bar.set_message(word(lang, "progress", &[]));
        Screen {
            lang,
            bar,
            printed: Printed::default(),
        }
    }
}

/// Says that batches wait, once for those that wait at the same time.
struct Waits {
    lang: Lang,
    bar: ProgressBar,
    said_until: Mutex<Option<Instant>>,
}

impl Waits {
    fn new(lang: Lang, bar: ProgressBar) -> Self {
        Waits {
            lang,
            bar,
            said_until: Mutex::new(None),
        }
    }

    fn say(&self, error: &ClientError, pause: Duration) {
        let mut said_until = self.said_until.lock().expect("no holder of it panics");
        let now = Instant::now();
        if said_until.is_none_or(|until| now >= until) {
            *said_until = Some(now + pause);
            let said = error.waiting_words(self.lang, pause);
            self.bar.suspend(|| eprintln!("{said}"));
        }
    }
}

impl Observer for Screen {
    fn progress(&mut self, summary: &Summary) {
        if self
            .bar
            .length()
            .is_some_and(|length| length < summary.read)
        {
            self.bar.set_length(summary.read);
        }
        self.bar.set_position(summary.settled());
    }

    fn receipts(&mut self, file: &Path) {
        let file = Arg::Text(file.display().to_string());
        let said = word(self.lang, "receipts-file", &[("file", file)]);
        self.bar
            .suspend(|| self.printed.line(format_args!("{said}")));
    }

    fn row(&mut self, line: u64, notice: &Notice<'_>) {
        self.bar.suspend(|| {
            for said in notice.words(self.lang, line) {
                self.printed.line(format_args!("{said}"));
            }
        });
    }
}
