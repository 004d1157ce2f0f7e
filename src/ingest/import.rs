//! The import of one table: rows to signed events, each exactly once, with every fault told.
//!
//! Rows are read as a stream and go through in batches: checked and signed on all cores, ordered by commitment (so that
//! neighbours in the log tell nothing about a row that is later withdrawn), noted in the journal, sent. It prints
//! nothing; who runs it observes.

mod bad_file;
mod look;
mod own_file;
mod receipts;
mod rights;
mod send;
mod words;

pub use look::ReadRow;
pub use rights::Rights;

use super::client::{ClientError, Sink};
use super::deliver::Patience;
use super::journal::{Index, Journal, JournalError};
use super::key_file::KeyFile;
use super::refused::{Refused, RefusedField};
use super::table::{
    CellFault, CellProblem, Columns, ColumnsError, Here, Reading, Row, Source, SourceError,
    Vocabulary,
};
use crate::domain::{Kind, Problem};
use crate::intake::Clock;
use crate::text::Lang;
use bad_file::BadFile;
use gongshi_verify::names::{AuthorityId, Origin};
use gongshi_verify::text::shown;
use jiff::civil::Date;
use rayon::prelude::*;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// Rows in a batch (DESIGN §4).
pub const BATCH_ROWS: usize = 4096;

/// What to import, and how.
#[derive(Debug, Clone)]
pub struct Options {
    /// Kind of the records.
    pub kind: Kind,
    /// The table.
    pub file: PathBuf,
    /// Sheet of a workbook; without it the only one with such records.
    pub sheet: Option<String>,
    /// Values for fields that a row leaves empty, by any name of their column.
    pub set: Vec<(String, String)>,
    /// Whether columns that no field is known by are left out instead of refused.
    pub ignore_unknown: bool,
    /// Where bad rows go; without it beside the table.
    pub bad: Option<PathBuf>,
    /// Today in China: what a row says has happened, happened by then.
    pub today: Date,
    /// Language of what is written for people.
    pub lang: Lang,
    /// Codes and their names, by the rules of the server.
    pub vocabulary: Arc<Vocabulary>,
    /// The authority, as far as known: its province has the codes of rows that state no region.
    pub authority: Option<AuthorityId>,
}

/// Where events go, and who signs them.
pub struct Target<'a> {
    /// The authority and its key.
    pub key: &'a KeyFile,
    /// The log's origin.
    pub origin: &'a Origin,
    /// The journal: what is in it is not sent again.
    pub journal: &'a Path,
    /// Entries in the log when the import began: an answer below that was there before.
    pub log_size: u64,
    /// Takes events.
    pub sink: &'a dyn Sink,
    /// How long to try.
    pub patience: Patience,
    /// Hears why and how long a batch waits before it is sent again; from several threads.
    pub waiting: &'a (dyn Fn(&ClientError, Duration) + Sync),
    /// Tells when events are issued.
    pub clock: &'a dyn Clock,
    /// Makes salts.
    pub random: fn() -> [u8; 32],
}

/// Why an import stopped, or did not begin.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// Records of the kind do not come as tables.
    #[error("records of kind {0} are not imported from tables")]
    Kind(Kind),
    /// The file cannot be read.
    #[error("{path}: {source}")]
    Source {
        /// The file.
        path: PathBuf,
        /// Why.
        source: SourceError,
    },
    /// The columns do not make records.
    #[error(transparent)]
    Columns(#[from] ColumnsError),
    /// The journal cannot be used.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The file for bad rows cannot be written.
    #[error("{path}: {source}")]
    Bad {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The server cannot be reached or does not take events.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// The log takes nothing of this file, whatever the row.
    #[error("the log takes nothing of this file: {} ({})", .0.detail, .0.code)]
    Rejected(Box<Refused>),
}

/// What became of the rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Summary {
    /// Rows read, blank ones not counted.
    pub read: u64,
    /// Now in the log.
    pub appended: u64,
    /// In the log already.
    pub existing: u64,
    /// The same as an earlier row of the file; not appended.
    pub duplicate: u64,
    /// Refused by the log.
    pub refused: u64,
    /// Not fit to be sent.
    pub bad: u64,
}

impl Summary {
    /// Rows whose fate is known.
    pub fn settled(&self) -> u64 {
        self.appended + self.existing + self.duplicate + self.refused + self.bad
    }
}

/// Something said about one row.
#[derive(Debug)]
pub enum Notice<'a> {
    /// It is not fit to be sent.
    Bad(&'a [CellFault]),
    /// The log refused it, for what stands in these cells where it names any.
    Refused(&'a Refused, &'a [CellFault]),
    /// It is the same as an earlier one.
    Duplicate,
}

/// Follows an import.
pub trait Observer {
    /// How far it is.
    fn progress(&mut self, summary: &Summary);
    /// What is to be said about the row on this line.
    fn row(&mut self, line: u64, notice: &Notice<'_>);
    /// Where the rows that went in stand with their receipt codes: once, at the end, and only for kinds whose subjects are given some.
    fn receipts(&mut self, _file: &Path) {}
}

/// A table whose columns are understood, ready to be checked or imported.
pub struct Import {
    options: Options,
    source: Source,
    columns: Columns,
    left_out: Vec<String>,
}

impl Import {
    /// Opens the file and settles its columns. Sends and writes nothing.
    pub fn open(options: Options) -> Result<Self, ImportError> {
        if !options.kind.importable() {
            return Err(ImportError::Kind(options.kind));
        }
        let reading = Reading {
            vocabulary: options.vocabulary.clone(),
            here: match &options.authority {
                Some(authority) => Here::at(authority, options.today),
                None => Here {
                    province: None,
                    day: options.today,
                },
            },
        };
        let holds = |head: &[Row]| Columns::begin(options.kind, head, &options.set, &reading);
        let opened = Source::open(
            &options.file,
            options.sheet.as_deref(),
            &|head| Columns::recognised(options.kind, head),
            &holds,
        );
        let (source, head) = opened.map_err(|source| ImportError::Source {
            path: options.file.clone(),
            source,
        })?;
        let (columns, left_out) = Columns::find(
            options.kind,
            &head,
            &options.set,
            options.ignore_unknown,
            &reading,
        )?;
        Ok(Import {
            options,
            source,
            columns,
            left_out,
        })
    }

    /// Headers of the columns that are left out.
    pub fn left_out(&self) -> &[String] {
        &self.left_out
    }

    /// The sheet that is imported and the others of the workbook; nothing where the file is no workbook.
    pub fn sheets(&self) -> Option<(&str, Vec<&str>)> {
        self.source.sheets()
    }

    /// Line of the header.
    pub fn header_line(&self) -> u64 {
        self.columns.header_line
    }

    /// About how many rows there are.
    pub fn rows_hint(&self) -> u64 {
        self.source
            .rows_hint()
            .saturating_sub(self.columns.header_line)
    }

    /// Checks every row, also against what the key may publish; sends nothing, writes nothing. What the log finds out by
    /// looking into itself (entries that are named, rows that it has) is not known here.
    pub fn check(
        &self,
        rights: &Rights,
        observer: &mut dyn Observer,
    ) -> Result<Summary, ImportError> {
        let mut summary = Summary::default();
        let mut met = Index::new().map_err(JournalError::temporary)?;
        let mut rows = Vec::with_capacity(BATCH_ROWS);
        let mut settle = |rows: &mut Vec<Row>, summary: &mut Summary| {
            for CheckedRow { row, read } in self.read_rows(std::mem::take(rows)) {
                let statement = match read {
                    Ok(statement) => statement,
                    Err(faults) => {
                        summary.bad += 1;
                        observer.row(row.line, &Notice::Bad(&faults));
                        continue;
                    }
                };
                let earlier = met.set(&statement.digest, 0);
                if earlier.map_err(JournalError::temporary)?.is_some() {
                    summary.duplicate += 1;
                    observer.row(row.line, &Notice::Duplicate);
                } else if let Some(fault) = self.outside(rights, &row, &statement) {
                    summary.refused += 1;
                    observer.row(row.line, &Notice::Bad(&[fault]));
                } else if matches!(rights, Rights::Nothing(_)) {
                    summary.refused += 1;
                }
            }
            observer.progress(summary);
            Ok(())
        };
        let read = self.source.each(self.columns.header_line, &mut |row| {
            summary.read += 1;
            rows.push(row);
            match rows.len() {
                BATCH_ROWS => settle(&mut rows, &mut summary).map_err(Stop::Import),
                _ => Ok(()),
            }
        });
        read.map_err(|stop| self.stopped(stop))?;
        settle(&mut rows, &mut summary)?;
        Ok(summary)
    }

    /// Imports every good row; bad and refused ones go to a file of their own. With the summary comes that file, if any
    /// row went there.
    ///
    /// # Errors
    /// What stopped it. Rows acknowledged before stay so, and a second run goes on from there.
    pub fn run(
        &self,
        target: &Target<'_>,
        observer: &mut dyn Observer,
    ) -> Result<(Summary, Option<PathBuf>), ImportError> {
        let journal = Journal::open(target.journal, target.origin, &target.key.authority)?;
        let bad = BadFile::new(&self.options, &self.columns);
        send::run(self, target, observer, journal, bad)
    }

    /// The cell that names a region the key may not publish for.
    fn outside(
        &self,
        rights: &Rights,
        row: &Row,
        statement: &send::Statement,
    ) -> Option<CellFault> {
        let region = statement.region()?;
        let own = rights.outside(region)?.to_string();
        let problem = CellProblem::Domain(Problem::OutsideRegion { own });
        Some(self.columns.fault_at(row, "region", region, problem))
    }

    /// The cells of a row that a refusal names.
    fn cells_refused(&self, row: &Row, refused: &Refused) -> Vec<CellFault> {
        // The words are the server's, the terminal is not.
        let fault = |error: &RefusedField| {
            let problem = CellProblem::Told {
                zh: refused.coded(Lang::Zh, error),
                en: refused.coded(Lang::En, error),
            };
            let (field, value) = (shown(&error.field), shown(&error.value));
            self.columns.fault_at(row, &field, &value, problem)
        };
        let mut cells: Vec<CellFault> = Vec::new();
        for found in refused.errors.iter().map(fault) {
            // One cell may tell of the whole and of its one item.
            if !cells.contains(&found) {
                cells.push(found);
            }
        }
        cells
    }

    fn stopped(&self, stop: Stop) -> ImportError {
        match stop {
            Stop::Import(error) => error,
            Stop::Source(source) => ImportError::Source {
                path: self.options.file.clone(),
                source,
            },
        }
    }

    /// Reads rows on all cores.
    fn read_rows(&self, rows: Vec<Row>) -> Vec<CheckedRow> {
        let kind = self.options.kind;
        let read = |row: Row| {
            let read = self
                .columns
                .body(&row, self.options.today)
                .map(|body| send::Statement::of(kind, body));
            CheckedRow { row, read }
        };
        rows.into_par_iter().map(read).collect()
    }
}

/// Why reading stopped.
enum Stop {
    Source(SourceError),
    Import(ImportError),
}

impl From<SourceError> for Stop {
    fn from(error: SourceError) -> Self {
        Stop::Source(error)
    }
}

/// A row and what it says.
struct CheckedRow {
    row: Row,
    read: Result<send::Statement, Vec<CellFault>>,
}

/// The journal of an authority's rows of one kind for one log, beside its key: whatever a table is called and however it is
/// written, what it says is not appended again.
#[must_use]
pub fn journal_beside(key: &Path, authority: &AuthorityId, kind: Kind, origin: &Origin) -> PathBuf {
    let log = origin.as_str().replace(['/', ':'], "_");
    key.with_file_name(format!("{authority}.{kind}.{log}.gongshi-journal"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_journal_is_of_one_authority_kind_and_log() {
        let authority = AuthorityId::parse("610323-SCJG").unwrap();
        let origin = Origin::parse("gs.example:8080/log").unwrap();
        assert_eq!(
            journal_beside(Path::new("a/scjg.key"), &authority, Kind::Penalty, &origin),
            Path::new("a/610323-SCJG.penalty.gs.example_8080_log.gongshi-journal")
        );
    }
}
