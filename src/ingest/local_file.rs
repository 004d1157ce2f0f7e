//! A file to be handed over: what it is called by its bytes, found by reading it once.

use gongshi_verify::hash::Hash;
use sha2::{Digest as _, Sha256};
use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

/// A file on this machine, hashed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocalFile {
    /// Where it is.
    pub path: PathBuf,
    /// SHA-256 of its bytes.
    pub sha256: Hash,
    /// Their number.
    pub size: u64,
}

impl LocalFile {
    /// Reads a file to its end.
    pub fn read(path: &Path) -> io::Result<Self> {
        let mut file = File::open(path)?;
        let (mut hasher, mut size) = (Sha256::new(), 0);
        let mut part = vec![0; 1 << 16];
        loop {
            match file.read(&mut part) {
                Ok(0) => break,
                Ok(read) => {
                    hasher.update(&part[..read]);
                    size += read as u64;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(LocalFile {
            path: path.to_owned(),
            sha256: hasher.finalize().into(),
            size,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gongshi_verify::hash::sha256;

    #[test]
    fn it_is_called_by_all_its_bytes() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.pdf");
        for bytes in [vec![], vec![3; 200_000]] {
            std::fs::write(&path, &bytes).unwrap();
            let file = LocalFile::read(&path).unwrap();
            assert_eq!(
                (file.sha256, file.size),
                (sha256(&bytes), bytes.len() as u64)
            );
        }
        assert!(LocalFile::read(folder.path()).is_err());
    }
}
