//! The rows that went in, each behind the receipt code that its subject is given: for the counter, the letter, the telephone.
//!
//! Codes are read from the proofs that the log answered with, never from its word. It is written only for kinds that a subject follows.

use super::ImportError;
use super::bad_file::{failed, first_free};
use super::{Options, Row};
use crate::ingest::table::Columns;
use crate::text::{Catalogue, Lang};
use gongshi_verify::receipt::ReceiptCode;
use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};

/// The file, made when the first row goes in.
pub(super) struct Receipts<'a> {
    /// The table; absent where the kind has no receipt codes.
    table: Option<PathBuf>,
    columns: &'a Columns,
    lang: Lang,
    open: Option<(PathBuf, csv::Writer<BufWriter<File>>)>,
}

impl<'a> Receipts<'a> {
    pub(super) fn new(options: &Options, columns: &'a Columns) -> Self {
        Receipts {
            table: options.kind.begins_journey().then(|| options.file.clone()),
            columns,
            lang: options.lang,
            open: None,
        }
    }

    /// Writes a row that the log has, behind the code in its proof. Without a proof of that index there is no code to give.
    pub(super) fn write(&mut self, row: &Row, index: u64, proof: &str) -> Result<(), ImportError> {
        let Some(table) = &self.table else {
            return Ok(());
        };
        let code = ReceiptCode::of_proof(proof.as_bytes()).ok();
        let Some(code) = code.filter(|code| code.index == index) else {
            return Ok(());
        };
        let (path, mut writer) = match self.open.take() {
            Some(open) => open,
            None => self.create(table)?,
        };
        let cells = self.columns.own_columns();
        let cells = cells.map(|at| {
            let cell = row.cells.get(at);
            cell.map(|cell| cell.shown()).unwrap_or_default()
        });
        let first = [code.to_string(), row.line.to_string()];
        let fields = first.iter().map(String::as_str).chain(cells);
        let written = writer.write_record(fields);
        written.map_err(|error| failed(&path, error.into()))?;
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

    fn create(&self, table: &Path) -> Result<(PathBuf, csv::Writer<BufWriter<File>>), ImportError> {
        let (path, file) = first_free(|number| beside(table, number));
        let mut file = BufWriter::new(file.map_err(|source| failed(&path, source))?);
        let marked = file.write_all("\u{feff}".as_bytes());
        marked.map_err(|source| failed(&path, source))?;
        let mut writer = csv::WriterBuilder::new()
            .flexible(true)
            .terminator(csv::Terminator::CRLF)
            .from_writer(file);
        let word = |key| Catalogue::built_in().get(self.lang, key, &[]);
        let first = [word("import-receipt"), word("import-receipt-line")];
        let headers = self.columns.own_columns();
        let headers = headers.map(|at| self.columns.headers[at].clone());
        let written = writer.write_record(first.into_iter().chain(headers));
        written.map_err(|error| failed(&path, error.into()))?;
        Ok((path, writer))
    }
}

/// `table.csv` to `table.csv.receipts.csv`, then `table.csv.receipts-2.csv`.
fn beside(table: &Path, number: u32) -> PathBuf {
    let name = table.file_name().unwrap_or_default().to_string_lossy();
    let mark = match number {
        1 => String::new(),
        _ => format!("-{number}"),
    };
    table.with_file_name(format!("{name}.receipts{mark}.csv"))
}
