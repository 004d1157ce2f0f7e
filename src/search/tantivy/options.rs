//! How the embedded engine uses the machine, and the writer that comes of it. What is written is not its business.

use gongshi_verify::encoding::hex;
use tantivy::index::SegmentMeta;
use tantivy::merge_policy::{LogMergePolicy, MergeCandidate, MergePolicy};
use tantivy::{Index, IndexWriter};

use super::analyse;

/// Documents of a segment that is merged in any case.
const SMALL: usize = 50_000;
/// A segment with this part of all documents is left as it is: writing a large one anew takes long, and a search reads several at once, one on each
/// core, which helps where none is most of the whole. Each has its own words to look up, so they must not be many.
const PART: usize = 16;

/// How the embedded engine uses the machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TantivyOptions {
    /// Threads that cut text and build segments.
    pub writer_threads: usize,
    /// Memory for segments being built, over all threads, in bytes; at least 15 MB a thread.
    pub writer_heap: usize,
    /// Digest of what documents are made of besides records, such as names of codes: an index made with another starts anew.
    pub made_with: [u8; 32],
}

impl Default for TantivyOptions {
    /// Two threads, 76 MiB; documents of records alone.
    fn default() -> Self {
        Self {
            writer_threads: 2,
            writer_heap: 76 << 20,
            made_with: [0; 32],
        }
    }
}

impl TantivyOptions {
    /// What made the documents and their tokens.
    pub(super) fn analyser(&self) -> String {
        format!("{}-{}", analyse::fingerprint(), hex(&self.made_with))
    }

    /// A writer as they say.
    pub(super) fn writer(&self, index: &Index) -> tantivy::Result<IndexWriter> {
        let writer = index.writer_with_num_threads(self.writer_threads, self.writer_heap)?;
        writer.set_merge_policy(Box::new(Even));
        Ok(writer)
    }
}

/// Merges small segments by size, as long as they are a small part of the whole.
#[derive(Debug)]
struct Even;

impl MergePolicy for Even {
    fn compute_merge_candidates(&self, segments: &[SegmentMeta]) -> Vec<MergeCandidate> {
        let documents: usize = segments.iter().map(|one| one.num_docs() as usize).sum();
        let mut policy = LogMergePolicy::default();
        policy.set_max_docs_before_merge(SMALL.max(documents / PART));
        policy.compute_merge_candidates(segments)
    }
}
