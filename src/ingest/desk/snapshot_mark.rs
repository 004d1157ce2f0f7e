//! What became of a library's publication, kept beside its leaves: so that a second run finds the first, also one that was cut
//! short before it heard the log's answer.
//!
//! Three lines of text, none of it secret:
//!
//! ```text
//! gongshi-snapshot/v1 <origin> <authority> <root>
//! <the signed event, in JSON>
//! <index of its entry>                the log has answered
//! ```

use gongshi_verify::encoding::hex;
use gongshi_verify::hash::Hash;
use gongshi_verify::names::{AuthorityId, Origin};
use std::path::{Path, PathBuf};

const VERSION: &str = "gongshi-snapshot/v1";

/// A snapshot that was signed, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SnapshotMark {
    /// The signed event: sent again it is the same entry, never a second one.
    pub event: String,
    /// Its index, where the log has answered.
    pub index: Option<u64>,
}

impl SnapshotMark {
    /// Where the mark of leaves stands: `<leaves>.snapshot`.
    pub fn beside(leaves: &Path) -> PathBuf {
        let mut name = leaves.file_name().unwrap_or_default().to_owned();
        name.push(".snapshot");
        leaves.with_file_name(name)
    }

    /// Reads the mark of a library; nothing where the text is of another library, log or authority, or no mark at all.
    pub fn parse(
        text: &str,
        origin: &Origin,
        authority: &AuthorityId,
        root: &Hash,
    ) -> Option<Self> {
        let mut lines = text.lines();
        let same = lines.next() == Some(head(origin, authority, root).as_str());
        let event = lines.next().filter(|_| same)?.to_owned();
        let index = lines.next().and_then(|index| index.parse().ok());
        Some(SnapshotMark { event, index })
    }

    /// The file of it.
    pub fn text(&self, origin: &Origin, authority: &AuthorityId, root: &Hash) -> String {
        let index = self.index.map(|index| format!("{index}\n"));
        let index = index.unwrap_or_default();
        format!("{}\n{}\n{index}", head(origin, authority, root), self.event)
    }
}

fn head(origin: &Origin, authority: &AuthorityId, root: &Hash) -> String {
    format!("{VERSION} {origin} {authority} {}", hex(root))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_of_one_library_in_one_log() {
        let origin = Origin::parse("log.example/a").unwrap();
        let who = AuthorityId::parse("610323-SCJG").unwrap();
        let signed = SnapshotMark {
            event: "{\"entry\":1}".to_owned(),
            index: None,
        };
        let logged = SnapshotMark {
            index: Some(7),
            ..signed.clone()
        };
        for mark in [signed, logged] {
            let text = mark.text(&origin, &who, &[1; 32]);
            let read = |origin: &Origin, root| SnapshotMark::parse(&text, origin, &who, root);
            assert_eq!(read(&origin, &[1; 32]), Some(mark.clone()));
            assert_eq!(read(&origin, &[2; 32]), None);
            let other = Origin::parse("log.example/b").unwrap();
            assert_eq!(read(&other, &[1; 32]), None);
        }
        assert_eq!(SnapshotMark::parse("", &origin, &who, &[1; 32]), None);
        let path = SnapshotMark::beside(Path::new("a/objects.txt"));
        assert_eq!(path, Path::new("a/objects.txt.snapshot"));
    }
}
