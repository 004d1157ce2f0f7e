//! The index written anew without what was removed.
//!
//! A removed document leaves bytes in the server's file: it marks pages as free and does not clear what stood in them, and compaction copies whole pages.
//! So what is left is copied into a new index, a file of its own, and the old file goes.

use super::http::patiently;
use super::link::{Link, add, new_name};
use super::{UNDER_WAY, line};
use meilisearch_sdk::documents::DocumentsQuery;
use meilisearch_sdk::errors::Error;
use serde_json::Value;
use std::sync::atomic::AtomicBool;

/// Documents that are read at once: an entry has 64 KiB at most, as words about a megabyte, so that as many fit into an answer.
const PAGE: usize = 250;
/// All records; not the state, whose id is no number.
const RECORDS: &str = "index >= 0";
/// What stands for removed documents.
const REMOVED: &str = "gone = true";

impl Link {
    /// Copies the index into a new one that takes its place. Nothing is done where nothing was removed since it was made. Searches go on meanwhile.
    pub(super) fn renew(&mut self, payload: usize, stop: &AtomicBool) -> Result<(), Error> {
        if self.page(REMOVED, 0, 1)?.is_empty() {
            return Ok(());
        }
        let (main, next) = (self.writing.clone(), format!("{}_next", self.writing));
        let renewed = self.state.of_index(new_name()?);
        self.create(&next, &renewed.at(0), stop)?;
        let copy = self.writer.index(&next);
        let put = |lines: &[u8]| patiently(|| add(&copy, lines));
        let (mut lines, mut sent, mut from) = (Vec::new(), Vec::new(), 0);
        loop {
            let page = self.page(RECORDS, from, PAGE)?;
            if page.is_empty() {
                break;
            }
            from += page.len();
            for kept in page.iter().filter(|one| one.get("gone").is_none()) {
                line(&mut lines, kept)?;
            }
            if lines.len() >= payload {
                sent.push(put(&std::mem::take(&mut lines))?);
            }
            if sent.len() > UNDER_WAY {
                self.done_all(&mut sent, stop)?;
            }
        }
        // What fails is known before the state says that all is there.
        self.done_all(&mut sent, stop)?;
        line(&mut lines, &renewed)?;
        self.done(put(&lines)?, stop)?;
        (self.writing, self.state) = (next, renewed);
        let old = self.swap(&main, stop)?;
        self.delete(&old, stop)
    }

    fn page(&self, filter: &str, offset: usize, limit: usize) -> Result<Vec<Value>, Error> {
        let index = self.writer.index(&self.writing);
        let mut query = DocumentsQuery::new(&index);
        query
            .with_filter(filter)
            .with_offset(offset)
            .with_limit(limit);
        Ok(patiently(|| index.get_documents_with::<Value>(&query))?.results)
    }
}
