//! Sheets of a workbook (XLSX) as streams of rows.
//!
//! Cells come out of the archive one by one; only the workbook's table of shared texts is held. Cells keep what they are:
//! a date is a date, and a number is what the spreadsheet shows of it. A cell whose content is not in the file, because
//! it was never computed or is merged into another, is told from an empty one.

use super::cell::{Cell, Row, number};
use super::columns::HEAD_ROWS;
use super::source::SourceError;
use calamine::{
    DataRef, Dimensions, Reader as _, Xlsx, XlsxError, XlsxFormulaMetadata, open_workbook,
};
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};

/// Columns beyond this are not a table of records.
pub(super) const MAX_COLUMNS: u32 = 1024;

/// Whether the parts of a workbook come to at most so many bytes unpacked; true of what is no archive, as reading it will say. They are
/// unpacked for this, since an archive may say anything of its sizes.
///
/// # Errors
/// Where the file cannot be opened.
pub fn unpacks_within(path: &Path, most: u64) -> std::io::Result<bool> {
    let Ok(mut archive) = zip::ZipArchive::new(BufReader::new(File::open(path)?)) else {
        return Ok(true);
    };
    let mut left = most;
    for at in 0..archive.len() {
        // A part that cannot be unpacked is met again by whoever reads it.
        let Ok(part) = archive.by_index(at) else {
            continue;
        };
        let mut part = Counted(part, 0);
        let _ = std::io::copy(&mut (&mut part).take(left + 1), &mut std::io::sink());
        if part.1 > left {
            return Ok(false);
        }
        left -= part.1;
    }
    Ok(true)
}

/// What is read, and how much of it was.
struct Counted<R>(R, u64);

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.0.read(buffer)?;
        self.1 += read as u64;
        Ok(read)
    }
}

/// Columns that a sheet can have: areas in one row that come to more lie upon each other, which no spreadsheet writes.
const MAX_SHEET_COLUMNS: u64 = 16_384;

/// A workbook on disk, or one sheet of it.
#[derive(Debug, Clone)]
pub(in crate::ingest) struct Workbook {
    path: PathBuf,
    /// Every sheet.
    pub(super) all: Vec<String>,
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
            None => all.clone(),
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
            all,
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
        let mut merged = Merged::of(&mut book, sheet)?;
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
        while let Some(cell) = reader
            .next_cell_with_formula_metadata()
            .map_err(unreadable)?
        {
            let (at, column) = cell.pos;
            let line = u64::from(at) + 1;
            if line != row.line {
                let mut done = std::mem::replace(
                    &mut row,
                    Row {
                        line,
                        cells: Vec::new(),
                    },
                );
                merged.cover(&mut done)?;
                if !done.is_blank() && !visit(done)? {
                    return Ok(());
                }
            }
            let value = match (&cell.value, cell.formula) {
                (DataRef::Empty, Some(formula)) => Cell::Formula(format!("={}", text_of(formula))),
                (value, _) => read(value),
            };
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
        merged.cover(&mut row)?;
        if !row.is_blank() {
            visit(row)?;
        }
        Ok(())
    }
}

/// The merged cells of a sheet, for rows that come in order.
struct Merged {
    /// Those that have not ended yet, the first to begin last.
    ahead: Vec<Dimensions>,
    /// Those that the row last seen lies in.
    here: Vec<Dimensions>,
}

impl Merged {
    fn of(book: &mut Xlsx<BufReader<File>>, sheet: &str) -> Result<Self, SourceError> {
        let mut ahead = book.merge_cells_by_sheet_name(sheet).map_err(unreadable)?;
        ahead.sort_unstable_by_key(|area| std::cmp::Reverse(area.start.0));
        Ok(Merged {
            ahead,
            here: Vec::new(),
        })
    }

    /// Marks the cells of a row that another covers: all of a merged area but its first.
    fn cover(&mut self, row: &mut Row) -> Result<(), SourceError> {
        let at = row.line - 1;
        self.here.retain(|area| u64::from(area.end.0) >= at);
        while let Some(area) = self.ahead.pop_if(|area| u64::from(area.start.0) <= at) {
            if u64::from(area.end.0) >= at {
                self.here.push(area);
            }
        }
        let width = |area: &Dimensions| u64::from(area.end.1.saturating_sub(area.start.1)) + 1;
        if self.here.iter().map(width).sum::<u64>() > MAX_SHEET_COLUMNS {
            let reason = format!("merged cells overlap in row {}", row.line);
            return Err(SourceError::Workbook(reason));
        }
        for area in &self.here {
            let last = area.end.1.min(MAX_COLUMNS - 1);
            for column in area.start.1..=last {
                if u64::from(area.start.0) == at && column == area.start.1 {
                    continue;
                }
                let column = column as usize;
                if row.cells.len() <= column {
                    row.cells.resize(column + 1, Cell::Text(String::new()));
                }
                row.cells[column] = Cell::Covered;
            }
        }
        Ok(())
    }
}

fn text_of(formula: XlsxFormulaMetadata) -> String {
    match formula {
        XlsxFormulaMetadata::Normal { formula } | XlsxFormulaMetadata::Shared { formula, .. } => {
            formula
        }
        _ => "…".to_owned(),
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
            let (year, month, day, hour, minute, second, milli) = moment.to_ymd_hms_milli();
            let day = format!("{year:04}-{month:02}-{day:02}");
            Cell::Date(match (hour, minute, second, milli) {
                (0, 0, 0, 0) => day,
                _ => format!("{day} {hour:02}:{minute:02}:{second:02}"),
            })
        }
        DataRef::DateTime(duration) => Cell::Number(number(duration.as_f64())),
        DataRef::DateTimeIso(text) => Cell::Date(text.clone()),
        DataRef::DurationIso(text) => Cell::Text(text.clone()),
        DataRef::Error(error) => Cell::Broken(error.to_string()),
    }
}
