//! The rows that did not go in, unchanged, behind the reason: to be mended and imported as they are.
//!
//! The reason comes first, so that cells beyond the last header stay where they were.

use super::{ImportError, Notice, Options};
use crate::ingest::table::{Columns, Row};
use crate::text::{Catalogue, Lang};
use std::fs::{File, OpenOptions};
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};

/// Mark in the names of such files.
const MARK: &str = ".bad";

/// The file, made when the first row goes in.
pub(super) struct BadFile<'a> {
    wanted: Wanted,
    columns: &'a Columns,
    lang: Lang,
    open: Option<(PathBuf, csv::Writer<BufWriter<File>>)>,
}

enum Wanted {
    /// Exactly this one, which must not be there.
    Path(PathBuf),
    /// This one, or the next free of its kind.
    Beside(PathBuf),
}

impl<'a> BadFile<'a> {
    pub(super) fn new(options: &Options, columns: &'a Columns) -> Self {
        BadFile {
            wanted: match &options.bad {
                Some(path) => Wanted::Path(path.clone()),
                None => Wanted::Beside(options.file.clone()),
            },
            columns,
            lang: options.lang,
            open: None,
        }
    }

    /// Writes a row and why it is here.
    pub(super) fn write(&mut self, row: &Row, notice: &Notice<'_>) -> Result<(), ImportError> {
        let (path, mut writer) = match self.open.take() {
            Some(open) => open,
            None => self.create()?,
        };
        let cells = self.columns.own_columns();
        let cells = cells.map(|at| {
            row.cells
                .get(at)
                .map(|cell| cell.shown())
                .unwrap_or_default()
        });
        let beyond = row.cells.iter().skip(self.columns.headers.len());
        let reason = notice.reason(self.lang);
        let reason = std::iter::once(reason.as_str());
        let fields = reason.chain(cells).chain(beyond.map(|cell| cell.shown()));
        let written = writer.write_record(fields).map_err(std::io::Error::from);
        written.map_err(|source| failed(&path, source))?;
        self.open = Some((path, writer));
        Ok(())
    }

    /// Writes out what is held; the file, if there is one.
    pub(super) fn close(mut self) -> Result<Option<PathBuf>, ImportError> {
        match self.open.take() {
            None => Ok(None),
            Some((path, mut writer)) => {
                writer.flush().map_err(|source| failed(&path, source))?;
                Ok(Some(path))
            }
        }
    }

    fn create(&self) -> Result<(PathBuf, csv::Writer<BufWriter<File>>), ImportError> {
        let (path, file) = match &self.wanted {
            Wanted::Path(path) => (path.clone(), create(path)),
            Wanted::Beside(table) => first_free(|number| beside(table, number)),
        };
        let mut file = BufWriter::new(file.map_err(|source| failed(&path, source))?);
        file.write_all("\u{feff}".as_bytes())
            .map_err(|source| failed(&path, source))?;
        let mut writer = csv::WriterBuilder::new()
            .flexible(true)
            .terminator(csv::Terminator::CRLF)
            .from_writer(file);
        let reason = Catalogue::built_in().get(self.lang, "import-reason", &[]);
        let headers = self.columns.own_columns();
        let headers = headers.map(|at| self.columns.headers[at].as_str());
        let written = writer.write_record(std::iter::once(reason.as_str()).chain(headers));
        written.map_err(|error| failed(&path, error.into()))?;
        Ok((path, writer))
    }
}

fn create(path: &Path) -> std::io::Result<File> {
    OpenOptions::new().create_new(true).write(true).open(path)
}

/// Makes the first file that is not there yet: an earlier one may be half mended, and is never overwritten.
pub(super) fn first_free(name: impl Fn(u32) -> PathBuf) -> (PathBuf, std::io::Result<File>) {
    let mut tries = (1..).map(|number| {
        let path = name(number);
        let file = create(&path);
        (path, file)
    });
    let is_taken = |file: &std::io::Result<File>| {
        let kind = file.as_ref().err().map(std::io::Error::kind);
        kind == Some(std::io::ErrorKind::AlreadyExists)
    };
    tries
        .find(|(_, file)| !is_taken(file))
        .expect("numbers do not end before free names do")
}

pub(super) fn failed(path: &Path, source: std::io::Error) -> ImportError {
    ImportError::Bad {
        path: path.to_owned(),
        source,
    }
}

/// `table.csv` to `table.csv.bad.csv`, then `table.csv.bad-2.csv`; of a file of bad rows, to `table.csv.bad.bad.csv`.
fn beside(table: &Path, number: u32) -> PathBuf {
    let name = table.file_name().unwrap_or_default().to_string_lossy();
    let base = match name.strip_suffix(".csv") {
        Some(rest) if split_mark(rest).is_some() => rest,
        _ => &name,
    };
    let mark = match number {
        1 => MARK.to_owned(),
        _ => format!("{MARK}-{number}"),
    };
    table.with_file_name(format!("{base}{mark}.csv"))
}

/// A name without the mark at its end, and the mark.
pub(super) fn split_mark(name: &str) -> Option<(&str, &str)> {
    let at = name.rfind(MARK).filter(|at| *at > 0)?;
    let (base, mark) = name.split_at(at);
    let number = &mark[MARK.len()..];
    let counted = |digits: &str| !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    let is_mark = number.is_empty() || number.strip_prefix('-').is_some_and(counted);
    is_mark.then_some((base, mark))
}
