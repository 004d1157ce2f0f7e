//! A table looked through row by row, for somebody who mends it before anything is sent: what each says, or what is wrong with it.
//!
//! It must not send, write, or keep anything.

use super::{CheckedRow, Import, ImportError, Rights};
use crate::ingest::journal::{Index, JournalError};
use crate::ingest::table::{CellFault, Row};
use gongshi_verify::json::Value;

/// A row and what it says.
pub struct ReadRow {
    /// The row.
    pub row: Row,
    /// The body, or the faults.
    pub read: Result<Value, Vec<CellFault>>,
    /// The line of an earlier row that says the same.
    pub repeats: Option<u64>,
}

impl Import {
    /// The headers as they stand.
    pub fn headers(&self) -> &[String] {
        &self.columns.headers
    }

    /// The columns that are not of reasons, in which a file of rows that did not go in says why.
    pub fn own_columns(&self) -> impl Iterator<Item = usize> {
        self.columns.own_columns()
    }

    /// Every row, also held against what the key may publish; `None` where there are more than `most`.
    ///
    /// # Errors
    /// The file cannot be read to its end.
    pub fn rows(&self, rights: &Rights, most: usize) -> Result<Option<Vec<ReadRow>>, ImportError> {
        let mut rows = Vec::new();
        let mut count = 0_usize;
        let read = self.source.each(self.columns.header_line, &mut |row| {
            count += 1;
            if count <= most {
                rows.push(row);
            }
            Ok(())
        });
        read.map_err(|stop| self.stopped(stop))?;
        if count > most {
            return Ok(None);
        }
        let mut met = Index::new().map_err(JournalError::temporary)?;
        let mut found = Vec::with_capacity(rows.len());
        for CheckedRow { row, read } in self.read_rows(rows) {
            let mut repeats = None;
            let read = match read {
                Err(faults) => Err(faults),
                Ok(statement) => match self.outside(rights, &row, &statement) {
                    Some(fault) => Err(vec![fault]),
                    None => {
                        let earlier = met.set(&statement.digest, row.line);
                        repeats = earlier.map_err(JournalError::temporary)?;
                        Ok(statement.body)
                    }
                },
            };
            found.push(ReadRow { row, read, repeats });
        }
        Ok(Some(found))
    }
}
