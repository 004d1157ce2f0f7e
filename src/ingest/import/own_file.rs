//! A file that an import makes when its first row comes: rows of the table behind columns of its own, for spreadsheets to open.

use super::{ImportError, Row};
use crate::ingest::table::Columns;
use std::fs::{File, OpenOptions};
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};

type Writer = csv::Writer<BufWriter<File>>;

/// The file, made when the first row comes.
pub(super) struct OwnFile<'a> {
    columns: &'a Columns,
    open: Option<(PathBuf, Writer)>,
}

impl<'a> OwnFile<'a> {
    pub(super) fn new(columns: &'a Columns) -> Self {
        OwnFile {
            columns,
            open: None,
        }
    }

    /// Writes cells of its own, the row's behind them, then `beyond`. `make` makes the file, `headers` are those of the own cells.
    pub(super) fn write<'c>(
        &mut self,
        make: impl FnOnce() -> (PathBuf, std::io::Result<File>),
        headers: &[String],
        own: &'c [String],
        row: &'c Row,
        beyond: impl Iterator<Item = &'c str>,
    ) -> Result<(), ImportError> {
        let (path, mut writer) = match self.open.take() {
            Some(open) => open,
            None => self.create(make(), headers)?,
        };
        let cells = self.columns.own_columns();
        let cells = cells.map(|at| {
            let cell = row.cells.get(at);
            cell.map(|cell| cell.shown()).unwrap_or_default()
        });
        let own = own.iter().map(String::as_str);
        let written = writer.write_record(own.chain(cells).chain(beyond));
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

    fn create(
        &self,
        (path, file): (PathBuf, std::io::Result<File>),
        headers: &[String],
    ) -> Result<(PathBuf, Writer), ImportError> {
        let mut file = BufWriter::new(file.map_err(|source| failed(&path, source))?);
        file.write_all("\u{feff}".as_bytes())
            .map_err(|source| failed(&path, source))?;
        let mut writer = csv::WriterBuilder::new()
            .flexible(true)
            .terminator(csv::Terminator::CRLF)
            .from_writer(file);
        let own = headers.iter().map(String::as_str);
        let rest = self.columns.own_columns();
        let rest = rest.map(|at| self.columns.headers[at].as_str());
        let written = writer.write_record(own.chain(rest));
        written.map_err(|error| failed(&path, error.into()))?;
        Ok((path, writer))
    }
}

/// Makes a file that must not be there.
pub(super) fn create(path: &Path) -> std::io::Result<File> {
    OpenOptions::new().create_new(true).write(true).open(path)
}

/// Makes the first file that is not there yet: an earlier one may be half mended, and is never overwritten.
pub(super) fn first_free(name: impl Fn(u32) -> PathBuf) -> (PathBuf, std::io::Result<File>) {
    let mut tries = (1..).map(|number| {
        let path = name(number);
        let file = create(&path);
        (path, file)
    });
    let is_taken = |file: &std::io::Result<File>| {
        let kind = file.as_ref().err().map(std::io::Error::kind);
        kind == Some(std::io::ErrorKind::AlreadyExists)
    };
    tries
        .find(|(_, file)| !is_taken(file))
        .expect("numbers do not end before free names do")
}

fn failed(path: &Path, source: std::io::Error) -> ImportError {
    ImportError::Bad {
        path: path.to_owned(),
        source,
    }
}
