//! Officers' pseudonyms: which random id stands for which certificate. The table never leaves the department, and is used again
//! for the next library, so that an officer keeps the same id.
//!
//! A CSV of two columns, `certificate,pseudonym`, readable by its owner only.

use super::base32;
use crate::store::{self, StoreError};
use gongshi_verify::hash::Hash;
use gongshi_verify::names::is_draw_id;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

const HEADER: [&str; 2] = ["certificate", "pseudonym"];

/// The table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pseudonyms {
    by_certificate: BTreeMap<String, String>,
    taken: BTreeSet<String>,
    /// How many were made since the table was read.
    pub made: u64,
}

/// Why a table of pseudonyms cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PseudonymsError {
    /// It cannot be read or written, or others can read it.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// It is none.
    #[error("{path}: line {line}: expected {expected}")]
    Malformed {
        /// The file.
        path: PathBuf,
        /// Line, from 1.
        line: u64,
        /// What was expected.
        expected: &'static str,
    },
}

impl Pseudonyms {
    /// Reads the table; an empty one where there is no file yet.
    ///
    /// # Errors
    /// [`PseudonymsError`].
    pub fn read(path: &Path) -> Result<Self, PseudonymsError> {
        let failed = |source| StoreError::Io {
            what: path.display().to_string(),
            source,
        };
        if !path.try_exists().map_err(failed)? {
            return Ok(Pseudonyms::default());
        }
        store::ensure_private(path)?;
        let text = std::fs::read_to_string(path).map_err(failed)?;
        let malformed = |line, expected| PseudonymsError::Malformed {
            path: path.to_owned(),
            line,
            expected,
        };
        let mut rows = csv::ReaderBuilder::new()
            .has_headers(false)
            .from_reader(text.as_bytes());
        let mut table = Pseudonyms::default();
        let mut header = false;
        for (line, row) in (1..).zip(rows.records()) {
            let row = row.map_err(|_| malformed(line, "two columns"))?;
            let (certificate, pseudonym) = match row.iter().collect::<Vec<_>>()[..] {
                [certificate, pseudonym] => (certificate, pseudonym),
                _ => return Err(malformed(line, "two columns")),
            };
            if !header {
                if [certificate, pseudonym] != HEADER {
                    return Err(malformed(line, "the header certificate,pseudonym"));
                }
                header = true;
                continue;
            }
            if certificate.is_empty() || !is_draw_id(pseudonym) {
                return Err(malformed(
                    line,
                    "a certificate and a pseudonym [0-9A-Z]{1,32}",
                ));
            }
            let known = table
                .by_certificate
                .insert(certificate.to_owned(), pseudonym.to_owned());
            if known.is_some() || !table.taken.insert(pseudonym.to_owned()) {
                return Err(malformed(line, "each certificate and each pseudonym once"));
            }
        }
        match header {
            true => Ok(table),
            false => Err(malformed(1, "the header certificate,pseudonym")),
        }
    }

    /// The pseudonym of a certificate; a new one, of nobody else, where it has none.
    pub fn of(&mut self, certificate: &str, random: fn() -> Hash) -> String {
        if let Some(known) = self.by_certificate.get(certificate) {
            return known.clone();
        }
        let pseudonym = loop {
            let made = format!("P{}", base32::ten(&random()));
            if self.taken.insert(made.clone()) {
                break made;
            }
        };
        self.made += 1;
        self.by_certificate
            .insert(certificate.to_owned(), pseudonym.clone());
        pseudonym
    }

    /// Writes the table in place of what was read.
    ///
    /// # Errors
    /// [`PseudonymsError::Store`].
    pub fn write(&self, path: &Path) -> Result<(), PseudonymsError> {
        let mut rows = csv::Writer::from_writer(Vec::new());
        let mut write = |row: [&str; 2]| rows.write_record(row).expect("memory takes every row");
        write(HEADER);
        for (certificate, pseudonym) in &self.by_certificate {
            write([certificate, pseudonym]);
        }
        let bytes = rows.into_inner().expect("memory takes every row");
        Ok(store::write_atomic(path, &bytes, 0o600)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gongshi_verify::hash::sha256;
    use std::os::unix::fs::PermissionsExt as _;
    use std::sync::atomic::{AtomicU64, Ordering};

    static NEXT: AtomicU64 = AtomicU64::new(0);

    /// Every value twice, so that a pseudonym of somebody comes again.
    fn random() -> Hash {
        sha256(&(NEXT.fetch_add(1, Ordering::Relaxed) / 2).to_be_bytes())
    }

    #[test]
    fn an_officer_keeps_the_pseudonym() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("p.csv");
        let mut table = Pseudonyms::read(&path).unwrap();
        let (one, other) = (table.of("陕A,1", random), table.of("陕A2", random));
        assert_ne!(one, other);
        assert!(is_draw_id(&one) && one.len() == 11 && one.starts_with('P'));
        assert_eq!(table.made, 2);
        table.write(&path).unwrap();
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let mut again = Pseudonyms::read(&path).unwrap();
        assert_eq!((again.of("陕A,1", random), again.made), (one, 0));
        again.write(&path).unwrap();
        assert_eq!(
            Pseudonyms::read(&path).unwrap().by_certificate,
            table.by_certificate
        );
    }

    #[test]
    fn what_is_no_table_is_named_by_its_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("p.csv");
        for (text, at) in [
            ("", 1),
            ("a,b\n", 1),
            ("certificate,pseudonym\nA\n", 2),
            ("certificate,pseudonym\nA,p\n", 2),
            ("certificate,pseudonym\nA,P1\nA,P2\n", 3),
            ("certificate,pseudonym\nA,P1\nB,P1\n", 3),
        ] {
            let _ = std::fs::remove_file(&path);
            store::write_private(&path, text.as_bytes()).unwrap();
            match Pseudonyms::read(&path) {
                Err(PseudonymsError::Malformed { line, .. }) => assert_eq!(line, at, "{text}"),
                other => panic!("{text}: {other:?}"),
            }
        }
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
        assert!(Pseudonyms::read(&path).is_err());
    }
}
