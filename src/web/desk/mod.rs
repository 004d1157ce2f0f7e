//! What stands behind the department's desk in the browser (`/desk`): who is signed in, and the tables that are looked through.
//!
//! The desk only reads: a table comes back as bodies and faults, and nothing of it is kept. What is published is signed in the browser, by a key that
//! this server never sees, and goes the way of all events. Must not sign, and must not append.

mod sessions;

pub(crate) use sessions::may_fill;
pub use sessions::{CHALLENGE_SECONDS, Desk, SESSION_SECONDS, SignedIn, message};

use crate::domain::Kind;
use crate::text::Lang;
use gongshi_verify::names::{AuthorityId, RegionCode};
use jiff::civil::Date;
use serde::Serialize;
use std::path::Path;

/// Bytes of a table that the desk takes; larger ones are for `gongshi import`.
pub const MAX_TABLE_BYTES: usize = 8 << 20;
/// Rows of a table that the desk takes.
pub const MAX_TABLE_ROWS: usize = 2000;

/// For whom and how a table is read.
pub struct Reader<'a> {
    /// Kind of the records.
    pub kind: Kind,
    /// The authority that is signed in.
    pub authority: &'a AuthorityId,
    /// Where it may publish.
    pub region: &'a RegionCode,
    /// The sheet of a workbook to be read; absent: the one that holds such records.
    pub sheet: Option<&'a str>,
    /// Language of faults.
    pub lang: Lang,
    /// Today in China.
    pub today: Date,
}

/// A table as it was understood.
#[derive(Debug, Serialize)]
pub struct Table {
    /// The sheet of a workbook that was read; absent where several hold such records, and one is to be chosen.
    pub sheet: Option<String>,
    /// Its other sheets, or those to choose from.
    pub others: Vec<String>,
    /// The headers, as they stand, without that of a column of reasons, in which a table of rows that were not published says why.
    pub headers: Vec<String>,
    /// Rows below the header, blank ones left out.
    pub rows: Vec<TableRow>,
}

impl Table {
    /// Nothing read yet: which of these sheets is meant, the officer has to say.
    pub fn undecided(sheets: Vec<String>) -> Self {
        Table {
            sheet: None,
            others: sheets,
            headers: Vec::new(),
            rows: Vec::new(),
        }
    }
}

/// A row and what it says.
#[derive(Debug, Serialize)]
pub struct TableRow {
    /// Line of the file, or number in the sheet.
    pub line: u64,
    /// What its cells show.
    pub cells: Vec<String>,
    /// The body to be published, as canonical JSON; absent where the row is faulty.
    pub body: Option<String>,
    /// The line of an earlier row that says the same.
    pub repeats: Option<u64>,
    /// What is wrong.
    pub faults: Vec<Fault>,
}

/// A fault of a row, in the reader's language.
#[derive(Debug, Serialize)]
pub struct Fault {
    /// The column by its place, from 0; absent where the file has none for the field.
    pub column: Option<usize>,
    /// Column, value, and what was expected.
    pub text: String,
}

/// Reads tables, and makes empty ones to fill in.
pub trait Tables: Send + Sync {
    /// Reads a file.
    ///
    /// # Errors
    /// Why it is not a table of such records, in the reader's language.
    fn read(&self, reader: &Reader<'_>, file: &Path) -> Result<Table, String>;

    /// An empty table: a workbook (XLSX), or CSV.
    ///
    /// # Errors
    /// Records of the kind do not come as tables.
    fn empty(&self, reader: &Reader<'_>, workbook: bool) -> Result<Vec<u8>, String>;
}
