//! A table in a file, of whichever format, as a stream of rows.

use super::cell::Row;
use super::sheet::Workbook;
use super::text_file::TextFile;
use std::fs::File;
use std::io::Read as _;
use std::path::Path;

/// Why a file cannot be read as a table.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// The system refused.
    #[error(transparent)]
    Io(#[from] std::io::Error),
    /// The file is not what it should be.
    #[error("{0}")]
    Read(String),
    /// A workbook that is damaged or cut short.
    #[error("a damaged or incomplete XLSX workbook: {0}")]
    Workbook(String),
    /// An old workbook (XLS).
    #[error("an XLS workbook; save it as XLSX or CSV")]
    OldWorkbook,
    /// Neither text nor a workbook.
    #[error("neither a text table nor an XLSX workbook")]
    Binary,
    /// Some lines are UTF-8 and some are not.
    #[error("line {utf8} is UTF-8, line {other} is not")]
    MixedEncodings {
        /// First line that is.
        utf8: u64,
        /// First line that is not.
        other: u64,
    },
    /// A line is not text in the encoding of the others.
    #[error("line {line} is not {encoding}")]
    Encoding {
        /// The line.
        line: u64,
        /// Name of the encoding.
        encoding: &'static str,
    },
    /// A quotation mark is never closed.
    #[error("the record from line {line} has no end; is a quotation mark missing?")]
    Endless {
        /// Where it begins.
        line: u64,
    },
    /// A line that no row fits on.
    #[error("line {line} is longer than 1 MiB; no row of such a table is")]
    LongLine {
        /// The line.
        line: u64,
    },
    /// Not a file that can be read more than once.
    #[error("not a regular file; save what comes out of a pipe in a file first")]
    NoFile,
    /// No such sheet.
    #[error("no sheet {name}; the workbook has {}", .sheets.join(", "))]
    NoSheet {
        /// Asked for.
        name: String,
        /// What there is.
        sheets: Vec<String>,
    },
    /// Which sheet is meant cannot be told: several hold such records.
    #[error("several sheets hold such records: {}", .0.join(", "))]
    SeveralSheets(Vec<String>),
    /// A row reaches too far to the right.
    #[error("row {line} has more than 1,024 columns")]
    TooWide {
        /// The row.
        line: u64,
    },
}

/// A table and the part of its file it stands in.
#[derive(Debug, Clone)]
pub(in crate::ingest) enum Source {
    /// Text with this delimiter.
    Text(TextFile, u8),
    /// That sheet of a workbook.
    Sheet(Workbook, String),
}

impl Source {
    /// Opens a file; of the delimiters or sheets it could have, takes the one whose header is best known: `known` counts
    /// the columns that first rows give. With it come the first rows. `holds` says whether first rows begin a table of the records wanted: of two sheets that do, none
    /// is taken.
    pub(in crate::ingest) fn open(
        path: &Path,
        sheet: Option<&str>,
        known: &dyn Fn(&[Row]) -> usize,
        holds: &dyn Fn(&[Row]) -> bool,
    ) -> Result<(Self, Vec<Row>), SourceError> {
        let mut magic = [0; 4];
        let mut file = File::open(path)?;
        let about = file.metadata()?;
        // It is read several times, which a pipe cannot be. Of a folder the system has its own words.
        if !about.is_file() && !about.is_dir() {
            return Err(SourceError::NoFile);
        }
        let read = file.read(&mut magic)?;
        match &magic[..read] {
            b"PK\x03\x04" => {
                let book = Workbook::open(path, sheet)?;
                let heads = book.heads()?;
                let holding = heads.iter().filter(|(_, head)| holds(head));
                let holding: Vec<String> = holding.map(|(sheet, _)| sheet.clone()).collect();
                if holding.len() > 1 {
                    return Err(SourceError::SeveralSheets(holding));
                }
                let (sheet, head) = heads
                    .into_iter()
                    .rev()
                    .max_by_key(|(_, head)| known(head))
                    .unwrap_or_default();
                Ok((Source::Sheet(book, sheet), head))
            }
            b"\xd0\xcf\x11\xe0" => Err(SourceError::OldWorkbook),
            _ => {
                let file = TextFile::open(path).map_err(|error| match error {
                    // Nobody who saved a workbook is helped by news of its encoding.
                    SourceError::Encoding { .. } | SourceError::MixedEncodings { .. }
                        if path
                            .extension()
                            .is_some_and(|end| end.eq_ignore_ascii_case("xlsx")) =>
                    {
                        SourceError::Binary
                    }
                    error => error,
                })?;
                let heads = file.heads()?.into_iter().rev();
                let best = heads.max_by_key(|(_, head)| known(head));
                let (delimiter, head) = best.unwrap_or((b',', Vec::new()));
                Ok((Source::Text(file, delimiter), head))
            }
        }
    }

    /// The sheet read and the others of the workbook; nothing where the file is no workbook.
    pub(in crate::ingest) fn sheets(&self) -> Option<(&str, Vec<&str>)> {
        match self {
            Source::Text(..) => None,
            Source::Sheet(book, sheet) => {
                let others = book.all.iter().filter(|other| *other != sheet);
                Some((sheet, others.map(String::as_str).collect()))
            }
        }
    }

    /// About how many rows there are.
    pub(in crate::ingest) fn rows_hint(&self) -> u64 {
        match self {
            Source::Text(file, _) => file.lines,
            Source::Sheet(book, _) => book.rows,
        }
    }

    /// Hands over each row below `header_line` that is not blank.
    pub(in crate::ingest) fn each<E: From<SourceError>>(
        &self,
        header_line: u64,
        visit: &mut dyn FnMut(Row) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut below = |row: Row| {
            if row.line > header_line {
                visit(row)?;
            }
            Ok(true)
        };
        match self {
            Source::Text(file, delimiter) => file.each(*delimiter, &mut below),
            Source::Sheet(book, sheet) => book.each(sheet, &mut below),
        }
    }
}
