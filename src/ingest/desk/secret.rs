//! A contributor's secret for a plan, as a private file on the contributor's own machine: five lines.
//!
//! ```text
//! gongshi-plan-secret/v1
//! <origin of the log>
//! <plan key>
//! <contributor>
//! <64 hexadecimal digits>
//! ```
//!
//! It is on the disk before anybody is told of its commitment: a commitment to a lost secret counts as none.

use crate::store::{self, StoreError};
use gongshi_verify::draw::randomness::commitment;
use gongshi_verify::encoding::{hex, hex32};
use gongshi_verify::hash::Hash;
use gongshi_verify::names::{AuthorityId, Origin, PlanKey};
use std::fmt;
use std::path::{Path, PathBuf};

const HEADER: &str = "gongshi-plan-secret/v1";

/// A secret and what it is for.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret {
    /// The log.
    pub origin: Origin,
    /// The plan.
    pub plan: PlanKey,
    /// Whose it is.
    pub contributor: AuthorityId,
    /// The secret itself.
    pub secret: Hash,
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secret of {} for {}", self.contributor, self.plan)
    }
}

/// Why a file of a secret cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// It cannot be read or written, or others can read it.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// It is not one.
    #[error("{path}: line {line} must be {expected}")]
    Malformed {
        /// The file.
        path: PathBuf,
        /// Line, from 1.
        line: usize,
        /// What was expected.
        expected: &'static str,
    },
    /// It is of another plan, contributor or log.
    #[error(
        "{path} holds a secret for {found}, not for {expected}; name another file with --secret"
    )]
    Other {
        /// The file.
        path: PathBuf,
        /// What for.
        found: String,
        /// What was asked for.
        expected: String,
    },
}

impl Secret {
    /// Where a contributor's secret for a plan stands unless told otherwise: beside the key.
    pub fn beside(key: &Path, contributor: &AuthorityId, plan: &PlanKey) -> PathBuf {
        let plan = plan.as_str().replace('/', "_");
        key.with_file_name(format!("{contributor}.{plan}.secret"))
    }

    /// What is published of it before t0.
    pub fn commitment(&self) -> Hash {
        commitment(&self.plan, &self.contributor, &self.secret)
    }

    fn what_for(&self) -> String {
        format!("{} in {} of {}", self.contributor, self.plan, self.origin)
    }

    /// Writes a new private file and waits until it would outlive a power cut. An existing file is never overwritten.
    ///
    /// # Errors
    /// [`SecretError::Store`].
    pub fn write(&self, path: &Path) -> Result<(), SecretError> {
        let text = format!(
            "{HEADER}\n{}\n{}\n{}\n{}\n",
            self.origin,
            self.plan,
            self.contributor,
            hex(&self.secret)
        );
        store::write_private(path, text.as_bytes())?;
        let folder = path.parent().filter(|one| !one.as_os_str().is_empty());
        store::sync_folder(folder.unwrap_or(Path::new(".")))?;
        Ok(())
    }

    /// Reads the secret for a plan, from a file that only its owner can read.
    ///
    /// # Errors
    /// [`SecretError`].
    pub fn read(
        path: &Path,
        origin: &Origin,
        plan: &PlanKey,
        contributor: &AuthorityId,
    ) -> Result<Self, SecretError> {
        store::ensure_private(path)?;
        let text = std::fs::read_to_string(path).map_err(|source| StoreError::Io {
            what: path.display().to_string(),
            source,
        })?;
        let malformed = |line, expected| SecretError::Malformed {
            path: path.to_owned(),
            line,
            expected,
        };
        let mut lines = text.lines();
        if lines.next() != Some(HEADER) {
            return Err(malformed(1, HEADER));
        }
        let mut next = || lines.next().unwrap_or_default();
        let secret = Secret {
            origin: Origin::parse(next()).map_err(|_| malformed(2, "the origin of a log"))?,
            plan: PlanKey::parse(next()).map_err(|_| malformed(3, "a plan key"))?,
            contributor: AuthorityId::parse(next()).map_err(|_| malformed(4, "an authority"))?,
            secret: hex32(next()).map_err(|_| malformed(5, "64 hexadecimal digits"))?,
        };
        if lines.next().is_some() {
            return Err(malformed(6, "absent"));
        }
        let wanted = Secret {
            origin: origin.clone(),
            plan: plan.clone(),
            contributor: contributor.clone(),
            secret: secret.secret,
        };
        match secret == wanted {
            true => Ok(secret),
            false => Err(SecretError::Other {
                path: path.to_owned(),
                found: secret.what_for(),
                expected: wanted.what_for(),
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    fn secret() -> Secret {
        Secret {
            origin: Origin::parse("log.example/test").unwrap(),
            plan: PlanKey::parse("610323-SCJG/2026/01").unwrap(),
            contributor: AuthorityId::parse("610323-SCJG").unwrap(),
            secret: [0x11; 32],
        }
    }

    #[test]
    fn what_is_written_is_private_and_read_back_for_the_same_plan_only() {
        let folder = tempfile::tempdir().unwrap();
        let own = secret();
        let path = Secret::beside(&folder.path().join("k"), &own.contributor, &own.plan);
        assert!(path.ends_with("610323-SCJG.610323-SCJG_2026_01.secret"));
        own.write(&path).unwrap();
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let read = |plan: &str| {
            let plan = PlanKey::parse(plan).unwrap();
            Secret::read(&path, &own.origin, &plan, &own.contributor)
        };
        assert_eq!(read("610323-SCJG/2026/01").unwrap(), own);
        assert!(matches!(
            read("610323-SCJG/2026/02"),
            Err(SecretError::Other { .. })
        ));
        // The known answer of the formulas.
        assert_eq!(
            hex(&own.commitment()),
            "ae2599c26cbfc890a7ecccc4c3fdbb0f0353c809b18197954a317b0aaa5d0f26"
        );
        assert!(own.write(&path).is_err());
        assert!(!format!("{own:?}").contains("11111"));
    }

    #[test]
    fn what_is_no_secret_is_named_by_its_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("s");
        let own = secret();
        own.write(&path).unwrap();
        let good = std::fs::read_to_string(&path).unwrap();
        let lines: Vec<&str> = good.lines().collect();
        for at in 0..=5 {
            let mut changed = lines.clone();
            match at {
                5 => changed.push("more"),
                at => changed[at] = "~",
            }
            std::fs::write(&path, changed.join("\n")).unwrap();
            match Secret::read(&path, &own.origin, &own.plan, &own.contributor) {
                Err(SecretError::Malformed { line, .. }) => assert_eq!(line, at + 1),
                other => panic!("{other:?}"),
            }
        }
    }
}
