//! Sheets of a workbook (XLSX) as streams of rows.
//!
//! Cells come out of the archive one by one; only the workbook's table of shared texts is held. Cells keep what they are:
//! a date is a date, and a number is what the spreadsheet shows of it.

use super::cell::{Cell, Row, number};
use super::columns::HEAD_ROWS;
use super::source::SourceError;
use calamine::{DataRef, Reader as _, Xlsx, XlsxError, open_workbook};
use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

/// Columns beyond this are not a table of records.
const MAX_COLUMNS: u32 = 1024;

/// A workbook on disk, or one sheet of it.
#[derive(Debug, Clone)]
pub(in crate::ingest) struct Workbook {
    path: PathBuf,
    /// The sheets that may hold the table.
    sheets: Vec<String>,
    /// Rows of the largest of these, where the file says.
    pub(super) rows: u64,
}

impl Workbook {
    /// Opens the workbook; all sheets, or the one named.
    pub(super) fn open(path: &Path, sheet: Option<&str>) -> Result<Self, SourceError> {
        let book: Xlsx<BufReader<File>> = open_workbook(path).map_err(unreadable)?;
        let all = book.sheet_names();
        let sheets = match sheet {
            None => all,
            Some(name) if all.iter().any(|sheet| sheet == name) => vec![name.to_owned()],
            Some(name) => {
                return Err(SourceError::NoSheet {
                    name: name.to_owned(),
                    sheets: all,
                });
            }
        };
        let mut workbook = Workbook {
            path: path.to_owned(),
            sheets,
            rows: 0,
        };
        let mut book = book;
        for sheet in &workbook.sheets {
            if let Ok(reader) = book.worksheet_cells_reader(sheet) {
                workbook.rows = workbook.rows.max(u64::from(reader.dimensions().end.0) + 1);
            }
        }
        Ok(workbook)
    }

    /// The first rows of each sheet.
    pub(super) fn heads(&self) -> Result<Vec<(String, Vec<Row>)>, SourceError> {
        let mut heads = Vec::new();
        for sheet in &self.sheets {
            let mut head = Vec::new();
            self.each::<SourceError>(sheet, &mut |row| {
                head.push(row);
                Ok(head.len() < HEAD_ROWS)
            })?;
            heads.push((sheet.clone(), head));
        }
        Ok(heads)
    }

    /// Hands over each row of a sheet that is not blank, until told to stop.
    pub(super) fn each<E: From<SourceError>>(
        &self,
        sheet: &str,
        visit: &mut dyn FnMut(Row) -> Result<bool, E>,
    ) -> Result<(), E> {
        let mut book: Xlsx<BufReader<File>> = open_workbook(&self.path).map_err(unreadable)?;
        let mut reader = match book.worksheet_cells_reader(sheet) {
            Ok(reader) => reader,
            // A chart is a sheet without rows.
            Err(XlsxError::NotAWorksheet(_)) => return Ok(()),
            Err(error) => return Err(unreadable(error).into()),
        };
        let mut row = Row {
            line: 1,
            cells: Vec::new(),
        };
        while let Some(cell) = reader.next_cell().map_err(unreadable)? {
            let (at, column) = cell.get_position();
            let line = u64::from(at) + 1;
            if line != row.line {
                let done = std::mem::replace(
                    &mut row,
                    Row {
                        line,
                        cells: Vec::new(),
                    },
                );
                if !done.is_blank() && !visit(done)? {
                    return Ok(());
                }
            }
            let value = read(cell.get_value());
            if value.shown().is_empty() {
                continue;
            }
            if column >= MAX_COLUMNS {
                return Err(SourceError::TooWide { line }.into());
            }
            let column = column as usize;
            if row.cells.len() <= column {
                row.cells.resize(column + 1, Cell::Text(String::new()));
            }
            row.cells[column] = value;
        }
        if !row.is_blank() {
            visit(row)?;
        }
        Ok(())
    }
}

fn unreadable(error: XlsxError) -> SourceError {
    SourceError::Workbook(error.to_string())
}

fn read(value: &DataRef<'_>) -> Cell {
    match value {
        DataRef::Empty => Cell::Text(String::new()),
        DataRef::String(text) => Cell::Text(text.clone()),
        DataRef::SharedString(text) => Cell::Text((*text).to_owned()),
        DataRef::Bool(value) => Cell::Text(value.to_string()),
        DataRef::Int(value) => Cell::Number(value.to_string()),
        DataRef::Float(value) => Cell::Number(number(*value)),
        DataRef::DateTime(moment) if moment.is_datetime() => {
            let (year, month, day, ..) = moment.to_ymd_hms_milli();
            Cell::Date(format!("{year:04}-{month:02}-{day:02}"))
        }
        DataRef::DateTime(duration) => Cell::Number(number(duration.as_f64())),
        DataRef::DateTimeIso(text) => Cell::Date(text.get(..10).unwrap_or(text).to_owned()),
        DataRef::DurationIso(text) => Cell::Text(text.clone()),
        DataRef::Error(error) => Cell::Broken(error.to_string()),
    }
}
