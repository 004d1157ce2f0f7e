//! The rows that did not go in, unchanged, behind the reason: to be mended and imported as they are.
//!
//! The reason comes first, so that cells beyond the last header stay where they were.

use super::own_file::{OwnFile, create, first_free};
use super::{ImportError, Notice, Options};
use crate::ingest::table::{Columns, Row};
use crate::text::{Catalogue, Lang};
use std::path::{Path, PathBuf};

/// Mark in the names of such files.
const MARK: &str = ".bad";

/// The file, made when the first row goes in.
pub(super) struct BadFile<'a> {
    wanted: Wanted,
    headers: usize,
    lang: Lang,
    file: OwnFile<'a>,
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
            headers: columns.headers.len(),
            lang: options.lang,
            file: OwnFile::new(columns),
        }
    }

    /// Writes a row and why it is here.
    pub(super) fn write(&mut self, row: &Row, notice: &Notice<'_>) -> Result<(), ImportError> {
        let headers = [Catalogue::built_in().get(self.lang, "import-reason", &[])];
        let own = [notice.reason(self.lang)];
        let make = || match &self.wanted {
            Wanted::Path(path) => (path.clone(), create(path)),
            Wanted::Beside(table) => first_free(|number| beside(table, number)),
        };
        let beyond = row.cells.iter().skip(self.headers);
        let beyond = beyond.map(|cell| cell.shown());
        self.file.write(make, &headers, &own, row, beyond)
    }

    /// Writes out what is held; the file, if there is one.
    pub(super) fn close(self) -> Result<Option<PathBuf>, ImportError> {
        self.file.close()
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
