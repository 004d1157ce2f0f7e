//! Takes what is left of removed documents out of the engine's files.
//!
//! The engine only marks a document as removed; its words stay in the segment until that is merged into another, and the
//! segment's files until nobody needs them. It must not rely on the engine having done either by itself: it looks.

use super::folder::io_error;
use super::{Pen, TantivyIndex};
use crate::search::SearchError;
use std::collections::BTreeSet;
use std::fs;
use std::time::Duration;
use tantivy::SegmentReader;
use tantivy::index::SegmentId;

/// Rounds of merging, and of removing files. One is enough unless something else merges at the same time, or a search still
/// reads from an old file.
const ROUNDS: u32 = 50;
/// Between two rounds of removing files.
const PAUSE: Duration = Duration::from_millis(100);

impl TantivyIndex {
    /// Every word that the engine's files hold in any field, those of removed documents too: to look for what must not be left.
    pub fn words(&self) -> Result<BTreeSet<String>, SearchError> {
        let words = || {
            let mut words = BTreeSet::new();
            for segment in self.index.searchable_segments()? {
                let reader = SegmentReader::open(&segment)?;
                for (field, entry) in self.index.schema().fields() {
                    if !entry.is_indexed() {
                        continue;
                    }
                    let inverted = reader.inverted_index(field)?;
                    let mut terms = inverted.terms().stream()?;
                    while terms.advance() {
                        words.insert(String::from_utf8_lossy(terms.key()).into_owned());
                    }
                }
            }
            Ok(words)
        };
        words().map_err(|error| self.failed(error))
    }

    pub(super) fn purge_deleted(&self, pen: &mut Pen) -> Result<(), SearchError> {
        self.publish(pen)?;
        // A merge that is running may end with what was removed while it ran.
        if let Some(writer) = pen.writer.take() {
            writer
                .wait_merging_threads()
                .map_err(|error| self.failed(error))?;
        }
        let mut round = 0;
        loop {
            let segments = self.segments_with_removed()?;
            if segments.is_empty() {
                break;
            }
            round += 1;
            if round > ROUNDS {
                return Err(SearchError::Engine(format!(
                    "{} segments still hold removed documents",
                    segments.len()
                )));
            }
            self.write(pen, |writer, _| {
                for segment in segments {
                    writer.merge(&[segment]).wait()?;
                }
                Ok(())
            })?;
        }
        // Searches that begin now read from the new files.
        self.publish(pen)?;
        for _ in 0..ROUNDS {
            self.write(pen, |writer, _| writer.garbage_collect_files().wait())?;
            match self.stale_file()? {
                None => return Ok(()),
                Some(_) => std::thread::sleep(PAUSE),
            }
        }
        match self.stale_file()? {
            None => Ok(()),
            Some(name) => Err(SearchError::Engine(format!(
                "the file {name} of a segment that is gone is still there"
            ))),
        }
    }

    fn segments_with_removed(&self) -> Result<Vec<SegmentId>, SearchError> {
        let segments = self.index.searchable_segment_metas();
        let segments = segments.map_err(|error| self.failed(error))?;
        let with_removed = segments.iter().filter(|segment| segment.has_deletes());
        Ok(with_removed.map(|segment| segment.id()).collect())
    }

    /// The name of a file of no segment that is in use.
    fn stale_file(&self) -> Result<Option<String>, SearchError> {
        let segments = self.index.searchable_segment_metas();
        let segments = segments.map_err(|error| self.failed(error))?;
        let in_use: BTreeSet<String> = segments
            .iter()
            .map(|segment| segment.id().uuid_string())
            .collect();
        let failed = |source| io_error(&self.folder, source);
        for file in fs::read_dir(&self.folder).map_err(failed)? {
            let name = file.map_err(failed)?.file_name();
            let name = name.to_string_lossy();
            let of = name.split('.').next().unwrap_or_default();
            let is_segment = SegmentId::from_uuid_string(of).is_ok();
            if is_segment && !in_use.contains(of) {
                return Ok(Some(name.into_owned()));
            }
        }
        Ok(None)
    }
}
