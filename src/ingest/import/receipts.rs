//! The rows that went in, each behind the receipt code that its subject is given: for the counter, the letter, the telephone.
//!
//! Codes are read from the proofs that the log answered with, never from its word. It is written only for kinds that a subject follows.

use super::ImportError;
use super::own_file::{OwnFile, first_free};
use super::{Options, Row};
use crate::ingest::table::Columns;
use crate::text::{Catalogue, Lang};
use gongshi_verify::receipt::ReceiptCode;
use std::path::{Path, PathBuf};

/// The file, made when the first row goes in.
pub(super) struct Receipts<'a> {
    /// The table; absent where the kind has no receipt codes.
    table: Option<PathBuf>,
    lang: Lang,
    file: OwnFile<'a>,
}

impl<'a> Receipts<'a> {
    pub(super) fn new(options: &Options, columns: &'a Columns) -> Self {
        Receipts {
            table: options.kind.begins_journey().then(|| options.file.clone()),
            lang: options.lang,
            file: OwnFile::new(columns),
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
        let word = |key| Catalogue::built_in().get(self.lang, key, &[]);
        let headers = [word("import-receipt"), word("import-receipt-line")];
        let own = [code.to_string(), row.line.to_string()];
        let make = || first_free(|number| beside(table, number));
        let beyond = std::iter::empty();
        self.file.write(make, &headers, &own, row, beyond)
    }

    /// Writes out what is held; the file, if there is one.
    pub(super) fn close(self) -> Result<Option<PathBuf>, ImportError> {
        self.file.close()
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
