//! The desk's tables, read as `gongshi import` reads them: so that an officer meets the same words in the browser and at a prompt.

use crate::ingest::table::{CellFault, ColumnName, Format, template};
use crate::ingest::{Here, Import, Options, ReadRow, Rights, Vocabulary};
use crate::rules::Rules;
use crate::text::{Catalogue, Lang};
use crate::web::desk::{Fault, MAX_TABLE_ROWS, Reader, Table, TableRow, Tables};
use gongshi_verify::json;
use std::path::Path;
use std::sync::Arc;

/// Tables by the rules of this server.
pub(super) struct Desk {
    vocabulary: Arc<Vocabulary>,
}

impl Desk {
    pub(super) fn new(rules: &Rules) -> Self {
        Desk {
            vocabulary: Arc::new(Vocabulary::new(rules.codes().clone())),
        }
    }
}

impl Tables for Desk {
    fn read(&self, reader: &Reader<'_>, file: &Path) -> Result<Table, String> {
        // The officer knows the file by its name, not by where it lies here.
        let folder = file.parent().map(|folder| format!("{}/", folder.display()));
        let told = |words: String| words.replace(&folder.clone().unwrap_or_default(), "");
        let Reader { kind, lang, .. } = *reader;
        let options = Options {
            kind,
            file: file.to_owned(),
            sheet: None,
            set: Vec::new(),
            ignore_unknown: false,
            bad: None,
            today: reader.today,
            lang,
            vocabulary: self.vocabulary.clone(),
            authority: Some(reader.authority.clone()),
        };
        let import = Import::open(options).map_err(|error| told(error.words(lang, kind)))?;
        let rights = Rights::Within(reader.region.clone());
        let rows = import.rows(&rights, MAX_TABLE_ROWS);
        let Some(rows) = rows.map_err(|error| told(error.words(lang, kind)))? else {
            let most = i64::try_from(MAX_TABLE_ROWS).unwrap_or(i64::MAX);
            let args = [("n", most.into())];
            return Err(Catalogue::built_in().get(lang, "desk-too-many-rows", &args));
        };
        let headers = import.headers().to_vec();
        Ok(Table {
            sheet: import.sheets().map(|(sheet, _)| sheet.to_owned()),
            rows: rows
                .into_iter()
                .map(|row| shown(row, &headers, lang))
                .collect(),
            headers,
        })
    }

    fn empty(&self, reader: &Reader<'_>, workbook: bool) -> Result<Vec<u8>, String> {
        let format = match workbook {
            true => Format::Xlsx,
            false => Format::Csv,
        };
        let here = Here::at(reader.authority, reader.today);
        let made = template(reader.kind, format, reader.lang, &self.vocabulary, here);
        made.map_err(|error| error.to_string())
    }
}

fn shown(row: ReadRow, headers: &[String], lang: Lang) -> TableRow {
    let fault = |fault: &CellFault| Fault {
        column: match &fault.column {
            ColumnName::Header(header) => headers.iter().position(|one| one == header),
            ColumnName::Number(number) => number.checked_sub(1),
            _ => None,
        },
        text: fault.words(lang),
    };
    let cells = row.row.cells.iter();
    TableRow {
        line: row.row.line,
        cells: cells.map(|cell| cell.shown().to_owned()).collect(),
        repeats: row.repeats,
        faults: row
            .read
            .as_ref()
            .err()
            .into_iter()
            .flatten()
            .map(fault)
            .collect(),
        body: row.read.ok().map(|body| json::to_jcs(&body)),
    }
}
