//! Rows by digest, in a nameless file instead of memory: an import takes the same memory whatever the table's length.
//!
//! A hash table with open addressing, written through the system's page cache and never synced: it is made anew from
//! the journal's lines, and gone with the process. Digests are hashes already, so their first bytes are the address.

use super::Digest;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;

/// A digest, and what is kept of it plus one, so that an empty slot is all zeros.
const SLOT_BYTES: usize = 16 + 8;
/// Slots looked at in one read.
const WINDOW: usize = 16;
/// Slots of a new table.
const FIRST_SLOTS: u64 = 1 << 16;

/// Digests, each with a number.
#[derive(Debug)]
pub(in crate::ingest) struct Index {
    file: File,
    /// A power of two.
    slots: u64,
    used: u64,
}

/// Where a digest stands or would stand.
struct Place {
    slot: u64,
    found: Option<u64>,
}

impl Index {
    pub(in crate::ingest) fn new() -> io::Result<Self> {
        Index::with_slots(FIRST_SLOTS)
    }

    fn with_slots(slots: u64) -> io::Result<Self> {
        let file = tempfile::tempfile()?;
        file.set_len(slots * SLOT_BYTES as u64)?;
        Ok(Index {
            file,
            slots,
            used: 0,
        })
    }

    /// The number of a digest.
    pub(in crate::ingest) fn get(&self, digest: &Digest) -> io::Result<Option<u64>> {
        Ok(self.find(digest)?.found)
    }

    /// Sets the number of a digest, which is below `u64::MAX`, and gives the earlier one.
    pub(in crate::ingest) fn set(
        &mut self,
        digest: &Digest,
        number: u64,
    ) -> io::Result<Option<u64>> {
        if self.used >= self.slots / 2 {
            self.grow()?;
        }
        let place = self.find(digest)?;
        let mut bytes = [0; SLOT_BYTES];
        bytes[..16].copy_from_slice(digest);
        bytes[16..].copy_from_slice(&(number + 1).to_be_bytes());
        self.file
            .write_all_at(&bytes, place.slot * SLOT_BYTES as u64)?;
        self.used += u64::from(place.found.is_none());
        Ok(place.found)
    }

    /// Follows the slots from where the digest belongs to itself or to the first that is empty. There is always one.
    fn find(&self, digest: &Digest) -> io::Result<Place> {
        let (head, _) = digest
            .split_first_chunk::<8>()
            .expect("a digest has 16 bytes");
        let mut slot = u64::from_be_bytes(*head) % self.slots;
        let mut window = [0; WINDOW * SLOT_BYTES];
        loop {
            let here = (self.slots - slot).min(WINDOW as u64);
            let bytes = &mut window[..here as usize * SLOT_BYTES];
            self.file.read_exact_at(bytes, slot * SLOT_BYTES as u64)?;
            for (slot, bytes) in (slot..).zip(bytes.chunks_exact(SLOT_BYTES)) {
                let (found, number) = bytes.split_at(16);
                let number = u64::from_be_bytes(number.try_into().expect("a slot has 24 bytes"));
                if number == 0 {
                    return Ok(Place { slot, found: None });
                }
                if found == digest {
                    let found = Some(number - 1);
                    return Ok(Place { slot, found });
                }
            }
            slot = (slot + here) % self.slots;
        }
    }

    fn grow(&mut self) -> io::Result<()> {
        let mut larger = Index::with_slots(self.slots * 2)?;
        let mut block = vec![0; 1 << 16];
        block.truncate(block.len() / SLOT_BYTES * SLOT_BYTES);
        let (mut at, end) = (0, self.slots * SLOT_BYTES as u64);
        while at < end {
            let length = block
                .len()
                .min(usize::try_from(end - at).unwrap_or(usize::MAX));
            self.file.read_exact_at(&mut block[..length], at)?;
            at += length as u64;
            for slot in block[..length].chunks_exact(SLOT_BYTES) {
                let (digest, number) = slot.split_first_chunk().expect("a slot has 24 bytes");
                let number = u64::from_be_bytes(number.try_into().expect("a slot has 24 bytes"));
                if number > 0 {
                    larger.set(digest, number - 1)?;
                }
            }
        }
        *self = larger;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::HashMap;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        /// It answers what a map in memory answers, across growing and where many digests want the same slot.
        #[test]
        fn it_is_a_map(steps in prop::collection::vec((0u8..40, 0u8..3, 0u64..1000), 0..120)) {
            let (mut index, mut map) = (Index::with_slots(2).unwrap(), HashMap::new());
            for (name, address, number) in steps {
                let mut digest = [0xff; 16];
                (digest[7], digest[15]) = (address, name);
                prop_assert_eq!(index.get(&digest).unwrap(), map.get(&digest).copied());
                prop_assert_eq!(index.set(&digest, number).unwrap(), map.insert(digest, number));
            }
            for (digest, number) in &map {
                prop_assert_eq!(index.get(digest).unwrap(), Some(*number));
            }
        }
    }
}
