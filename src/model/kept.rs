//! Records as they are read from the log while one batch is folded, or one question is answered: each once.
//!
//! A record that leaves is looked at for what it was taken in as, for the duties it ended, for what it rested on; to read it from the log each
//! time was most of the time that ending displays took. Nothing is remembered from one batch to the next: it may have been erased since.

use super::ModelError;
use super::fold::read;
use super::staging::Staging;
use crate::domain::Stored;
use crate::log::Leaf;
use std::collections::HashMap;
use std::rc::Rc;

/// Most bytes that are remembered, as the log has them; parsed they take a few times as much.
const MOST_BYTES: usize = 16 << 20;

/// What was read.
#[derive(Default)]
pub(super) struct Remembered {
    records: HashMap<u64, Rc<Stored>>,
    bytes: usize,
}

impl Staging<'_> {
    /// A record as long as it is kept, public or not.
    pub(super) fn kept(&self, index: u64) -> Result<Rc<Stored>, ModelError> {
        if let Some(known) = self.remembered.borrow().records.get(&index) {
            return Ok(known.clone());
        }
        let leaf = self.records.kept(index)?;
        let stored = Rc::new(read(index, &leaf)?);
        self.remember(index, &stored, &leaf);
        Ok(stored)
    }

    /// Remembers a record that was read with all that is kept of it.
    pub(super) fn remember(&self, index: u64, stored: &Rc<Stored>, leaf: &Leaf) {
        let bytes = leaf.entry.len() + leaf.record.as_ref().map_or(0, Vec::len);
        let mut remembered = self.remembered.borrow_mut();
        if remembered.bytes + bytes > MOST_BYTES {
            *remembered = Remembered::default();
        }
        remembered.bytes += bytes;
        remembered.records.insert(index, stored.clone());
    }
}
