//! The desk's tables, read as `gongshi import` reads them: so that an officer meets the same words in the browser and at a prompt.

use crate::ingest::table::{ColumnName, Format, SourceError, template, unpacks_within};
use crate::ingest::{Here, Import, ImportError, Options, ReadRow, Rights, Vocabulary};
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

/// Bytes of a workbook's parts; a table of as many rows as the desk takes has a hundredth of it.
const MAX_UNPACKED: u64 = 64 << 20;

impl Tables for Desk {
    fn read(&self, reader: &Reader<'_>, file: &Path) -> Result<Table, String> {
        // The officer knows the file by its name, not by where it lies here.
        let folder = file.parent().map(|folder| format!("{}/", folder.display()));
        let told = |words: String| words.replace(&folder.clone().unwrap_or_default(), "");
        let Reader { kind, lang, .. } = *reader;
        if !unpacks_within(file, MAX_UNPACKED).map_err(|error| told(error.to_string()))? {
            let most = i64::try_from(MAX_UNPACKED >> 20).unwrap_or(i64::MAX);
            let args = [("n", most.into())];
            return Err(Catalogue::built_in().get(lang, "desk-too-large-unpacked", &args));
        }
        let options = Options {
            kind,
            file: file.to_owned(),
            sheet: reader.sheet.map(str::to_owned),
            set: Vec::new(),
            ignore_unknown: false,
            bad: None,
            today: reader.today,
            lang,
            vocabulary: self.vocabulary.clone(),
            authority: Some(reader.authority.clone()),
        };
        let import = match Import::open(options) {
            Ok(import) => import,
            // The officer says which.
            Err(ImportError::Source {
                source: SourceError::SeveralSheets(others),
                ..
            }) => return Ok(Table::undecided(others)),
            Err(error) => return Err(told(error.words(lang, kind))),
        };
        let rights = Rights::Within(reader.region.clone());
        let rows = import.rows(&rights, MAX_TABLE_ROWS);
        let Some(rows) = rows.map_err(|error| told(error.words(lang, kind)))? else {
            let most = i64::try_from(MAX_TABLE_ROWS).unwrap_or(i64::MAX);
            let args = [("n", most.into())];
            return Err(Catalogue::built_in().get(lang, "desk-too-many-rows", &args));
        };
        let (sheet, others) = import.sheets().unzip();
        let all = Columns {
            headers: import.headers(),
            own: import.own_columns().collect(),
        };
        let others: Vec<&str> = others.unwrap_or_default();
        Ok(Table {
            sheet: sheet.map(str::to_owned),
            others: others.into_iter().map(str::to_owned).collect(),
            rows: rows.into_iter().map(|row| all.shown(row, lang)).collect(),
            headers: all.own.iter().map(|at| all.headers[*at].clone()).collect(),
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

/// The columns of a table, and which of them are its own.
struct Columns<'a> {
    headers: &'a [String],
    own: Vec<usize>,
}

impl Columns<'_> {
    /// Where a fault stands among the table's own columns.
    fn place(&self, column: &ColumnName) -> Option<usize> {
        let own = |header: &str| {
            let mut own = self.own.iter();
            own.position(|at| self.headers[*at] == header)
        };
        match column {
            ColumnName::Header(header) => own(header),
            ColumnName::Beside(header, distance) => Some(own(header)? + distance),
            ColumnName::Number(number) => self.own.iter().position(|at| at + 1 == *number),
            ColumnName::Field(..) => None,
        }
    }

    fn shown(&self, row: ReadRow, lang: Lang) -> TableRow {
        let cells = &row.row.cells;
        let own = self.own.iter().map(|at| cells.get(*at));
        let beyond = cells.iter().skip(self.headers.len()).map(Some);
        let faults = row.read.as_ref().err().into_iter().flatten();
        TableRow {
            line: row.row.line,
            cells: own
                .chain(beyond)
                .map(|cell| cell.map(|cell| cell.shown().to_owned()).unwrap_or_default())
                .collect(),
            repeats: row.repeats,
            faults: faults
                .map(|fault| Fault {
                    column: self.place(&fault.column),
                    // Elsewhere it follows the number of a line.
                    text: fault.words(lang).trim_start().to_owned(),
                })
                .collect(),
            body: row.read.ok().map(|body| json::to_jcs(&body)),
        }
    }
}
