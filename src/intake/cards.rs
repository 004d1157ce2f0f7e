//! Self-check cards of sealed libraries: what a card's token opens, encrypted, found by another hash of the token.
//!
//! The server can read none of it. A library's cards come as one file, signed by its department; a later file takes the place of
//! the one before as a whole, since tokens that were lost can only be made anew. They are given only once no plan on the library
//! is open any more. They are no part of the log, and no backup holds them: the department has the openings, and makes
//! new cards.

use super::{FileStatement, Intake, Refusal};
use crate::docket::{Docket, Stage};
use crate::store::{KeyValue, Storage, StoreError, WriteBatch, prefix_end};
use gongshi_verify::encoding::{base64_strict, hex, hex32};
use gongshi_verify::hash::Hash;
use gongshi_verify::names::AuthorityId;
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

/// Longest file of cards: that of 300,000 objects has some 240,000,000 bytes.
pub const MAX_CARDS_BYTES: u64 = 256 << 20;
/// Longest data of one card.
const MAX_DATA: usize = 4096;
/// Longest line: data in base64, its card, and what stands around them.
const MAX_LINE: usize = 8192;
/// Cards written at once.
const BATCH: usize = 2000;
/// Name of the database of cards.
const DATABASE: &str = "store/cards";

/// Why cards were not taken or are not given.
#[derive(Debug, thiserror::Error)]
pub enum CardsError {
    /// As any upload.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The authority has no such library.
    #[error("{authority} has published no sealed library of objects with the root {root}")]
    Library {
        /// Who wanted to hand in cards.
        authority: AuthorityId,
        /// The root, 64 hex digits.
        root: String,
    },
    /// A newer file of cards is there.
    #[error("cards for this library that were signed later are here already")]
    Older,
    /// A line is not as it must be.
    #[error("line {line}: {expected}")]
    Line {
        /// Which, from 1.
        line: u64,
        /// What was expected.
        expected: &'static str,
    },
    /// A plan on the card's library is open, or there was none yet.
    #[error("a plan on the library of this card is still open, or none was made yet")]
    Withheld,
    /// Storage failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A card as it is given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Card {
    /// Root of the library.
    pub root: Hash,
    /// What the token opens, encrypted.
    pub data: Vec<u8>,
}

/// A line of a file of cards.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line<'a> {
    card: &'a str,
    data: &'a str,
}

/// All cards.
#[derive(Clone)]
pub(super) struct Cards {
    database: Arc<dyn KeyValue>,
    /// Libraries whose cards are on their way in.
    arriving: Arc<Mutex<BTreeSet<Hash>>>,
}

/// Which cards of a library count: those of one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Current {
    generation: u64,
    issued_at: i64,
    sha256: Hash,
}

impl Current {
    fn to_bytes(self) -> Vec<u8> {
        let numbers = [self.generation.to_be_bytes(), self.issued_at.to_be_bytes()];
        [numbers.concat(), self.sha256.to_vec()].concat()
    }

    fn read(value: &[u8]) -> Option<Self> {
        let (generation, rest) = value.split_first_chunk::<8>()?;
        let (issued_at, sha256) = rest.split_first_chunk::<8>()?;
        Some(Current {
            generation: u64::from_be_bytes(*generation),
            issued_at: i64::from_be_bytes(*issued_at),
            sha256: sha256.try_into().ok()?,
        })
    }
}

impl Cards {
    /// Opens the database; what is left of files that did not arrive whole is removed.
    pub(super) fn open(storage: &dyn Storage) -> Result<Self, StoreError> {
        let cards = Cards {
            database: storage.open(DATABASE)?,
            arriving: Arc::default(),
        };
        cards.tidy(&[])?;
        Ok(cards)
    }

    fn current(&self, root: &Hash) -> Result<Option<Current>, StoreError> {
        let value = self.database.get(&key::current(root))?;
        let damaged = || StoreError::Corrupt(format!("{DATABASE}: a library's cards"));
        value
            .map(|value| Current::read(&value).ok_or_else(damaged))
            .transpose()
    }

    fn get(&self, card: &Hash) -> Result<Option<Card>, StoreError> {
        let from = key::card(card, &[]);
        let to = prefix_end(&from);
        for pair in self.database.range(&from, to.as_deref()) {
            let (key, data) = pair?;
            let of = key::of_card(&key[from.len()..]);
            let Some((root, generation)) = of else {
                continue;
            };
            let current = self.current(&root)?;
            if current.is_some_and(|current| current.generation == generation) {
                return Ok(Some(Card { root, data }));
            }
        }
        Ok(None)
    }

    /// Removes cards that do not count, of the libraries whose roots begin so.
    fn tidy(&self, roots: &[u8]) -> Result<(), StoreError> {
        let mut from = key::listed(roots);
        let to = prefix_end(&from);
        // One file of one library after the other, however many cards it has.
        loop {
            let first = self.database.range(&from, to.as_deref()).next();
            let Some(first) = first.transpose()? else {
                return Ok(());
            };
            let Some((root, generation)) = key::of_list(&first.0) else {
                return Ok(());
            };
            let file = key::listed(&[root.as_slice(), &generation.to_be_bytes()].concat());
            let current = self.current(&root)?;
            if current.is_none_or(|current| current.generation != generation) {
                self.remove(&file, &root, generation)?;
            }
            match prefix_end(&file) {
                Some(next) => from = next,
                None => return Ok(()),
            }
        }
    }

    fn remove(&self, file: &[u8], root: &Hash, generation: u64) -> Result<(), StoreError> {
        let to = prefix_end(file);
        loop {
            let mut batch = WriteBatch::default();
            for pair in self.database.range(file, to.as_deref()).take(BATCH) {
                let (key, _) = pair?;
                if let Some(card) = key.last_chunk::<32>() {
                    batch.delete(key::card(card, &key::file(root, generation)));
                }
                batch.delete(key);
            }
            if batch.is_empty() {
                return Ok(());
            }
            self.database.apply(batch)?;
        }
    }
}

/// A file of cards on its way in. Nothing of it is given before it is whole.
pub struct CardsUpload {
    cards: Cards,
    root: Hash,
    next: Current,
    size: u64,
    /// Cards that the library can have.
    most: u64,
    hasher: Sha256,
    taken: u64,
    /// What has come of the line at hand.
    line: Vec<u8>,
    lines: u64,
    last: Option<Hash>,
    batch: WriteBatch,
}

impl CardsUpload {
    /// Takes the next bytes. Blocks on the disk.
    ///
    /// # Errors
    /// The line that is not a card.
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), CardsError> {
        self.taken += bytes.len() as u64;
        if self.taken > self.size {
            let reason = format!("the body is longer than {} bytes", self.size);
            return Err(Refusal::FileContent(reason).into());
        }
        self.hasher.update(bytes);
        let mut lines = bytes.split(|byte| *byte == b'\n');
        let last = lines.next_back().unwrap_or_default();
        for line in lines {
            self.line.extend_from_slice(line);
            self.card()?;
        }
        self.line.extend_from_slice(last);
        self.short()
    }

    fn wrong(&self, expected: &'static str) -> CardsError {
        let line = self.lines + 1;
        CardsError::Line { line, expected }
    }

    fn short(&self) -> Result<(), CardsError> {
        match self.line.len() > MAX_LINE {
            true => Err(self.wrong("at most 8,192 bytes")),
            false => Ok(()),
        }
    }

    fn card(&mut self) -> Result<(), CardsError> {
        self.short()?;
        let line: Line<'_> = serde_json::from_slice(&self.line)
            .map_err(|_| self.wrong("an object of the texts card and data"))?;
        let card = hex32(line.card).map_err(|_| self.wrong("card, 64 hexadecimal digits"))?;
        if self.last.is_some_and(|last| last >= card) {
            return Err(self.wrong("a card after the one before it"));
        }
        let data = base64_strict(line.data).ok();
        let data = data.filter(|data| (1..=MAX_DATA).contains(&data.len()));
        let data = data.ok_or_else(|| self.wrong("data, 1 to 4,096 bytes in base64"))?;
        if self.lines == self.most {
            return Err(self.wrong("no more cards than the library has objects"));
        }
        let file = key::file(&self.root, self.next.generation);
        self.batch.put(key::card(&card, &file), data);
        self.batch
            .put(key::listed(&[file, card.to_vec()].concat()), []);
        self.lines += 1;
        self.last = Some(card);
        self.line.clear();
        if self.batch.writes.len() >= 2 * BATCH {
            self.cards.database.apply(std::mem::take(&mut self.batch))?;
        }
        Ok(())
    }

    /// Puts the file in the place of the one before, if it is the one that was signed for; on return it is on the disk.
    ///
    /// # Errors
    /// Where it is not.
    pub fn finish(mut self) -> Result<(), CardsError> {
        if !self.line.is_empty() {
            return Err(self.wrong("a line feed at its end"));
        }
        let found = Hash::from(std::mem::take(&mut self.hasher).finalize());
        if self.taken != self.size || found != self.next.sha256 {
            let (found, taken) = (hex(&found), self.taken);
            let reason = format!("{taken} bytes with SHA-256 {found} came, not those signed for");
            return Err(Refusal::FileContent(reason).into());
        }
        let database = &self.cards.database;
        database.apply(std::mem::take(&mut self.batch))?;
        database.sync()?;
        let mut turn = WriteBatch::default();
        turn.put(key::current(&self.root), self.next.to_bytes());
        database.apply(turn)?;
        database.sync()?;
        Ok(self.cards.tidy(&self.root)?)
    }
}

impl Drop for CardsUpload {
    fn drop(&mut self) {
        let mut arriving = self.cards.arriving.lock();
        let arriving = arriving.as_mut().expect("no holder of this lock panics");
        arriving.remove(&self.root);
    }
}

impl Intake {
    /// Begins to take the cards of a library, whose statement was found right; `None` where they are there already.
    ///
    /// # Errors
    /// [`CardsError`].
    pub fn begin_cards(
        &self,
        root: &Hash,
        statement: &FileStatement,
    ) -> Result<Option<CardsUpload>, CardsError> {
        let named = hex(root);
        let libraries = self.docket.snapshots()?;
        let own = libraries
            .iter()
            .find(|one| is_sealed(one, &named) && one.authority == statement.authority.as_str());
        let own = own.ok_or_else(|| CardsError::Library {
            authority: statement.authority.clone(),
            root: named,
        })?;
        let issued_at = statement.issued_at.unix();
        let current = self.cards.current(root)?;
        match current {
            Some(current) if current.sha256 == statement.sha256 => return Ok(None),
            // What was signed before cannot come back in the place of what is newer.
            Some(current) if current.issued_at >= issued_at => return Err(CardsError::Older),
            _ => {}
        }
        self.log.ensure_space().map_err(|error| match error {
            StoreError::NoSpace { .. } => {
                CardsError::Refused(Refusal::FilesFull(error.to_string()))
            }
            error => CardsError::Store(error),
        })?;
        {
            let mut arriving = self.cards.arriving.lock();
            let arriving = arriving.as_mut().expect("no holder of this lock panics");
            if !arriving.insert(*root) {
                return Err(Refusal::Overloaded(10).into());
            }
        }
        let upload = CardsUpload {
            cards: self.cards.clone(),
            root: *root,
            next: Current {
                generation: current.map_or(0, |current| current.generation + 1),
                issued_at,
                sha256: statement.sha256,
            },
            size: statement.size,
            most: own.count,
            hasher: Sha256::new(),
            taken: 0,
            line: Vec::new(),
            lines: 0,
            last: None,
            batch: WriteBatch::default(),
        };
        // What an upload that broke off has left.
        self.cards.tidy(root)?;
        Ok(Some(upload))
    }

    /// What a card opens, encrypted; `None` where there is no such card.
    ///
    /// # Errors
    /// [`CardsError::Withheld`] while a plan on its library is open.
    pub fn card(&self, card: &Hash) -> Result<Option<Card>, CardsError> {
        let Some(found) = self.cards.get(card)? else {
            return Ok(None);
        };
        match is_closed(&self.docket, &hex(&found.root), self.clock.now().unix())? {
            true => Ok(Some(found)),
            false => Err(CardsError::Withheld),
        }
    }
}

fn is_sealed(library: &crate::docket::Snapshot, root: &str) -> bool {
    library.sealed && library.library == "objects" && library.root == root
}

/// Whether there was a plan on the library, and each is drawn, called off, or will never be drawn.
fn is_closed(docket: &Docket, root: &str, now: i64) -> Result<bool, StoreError> {
    let mut any = false;
    for library in docket.snapshots()? {
        if !is_sealed(&library, root) {
            continue;
        }
        for key in docket.plans_on(library.index)? {
            let stage = docket.plan(&key)?.map(|plan| plan.stage(now));
            let over = [Stage::Drawn, Stage::Cancelled, Stage::Void, Stage::Lapsed];
            if !stage.is_some_and(|stage| over.contains(&stage)) {
                return Ok(false);
            }
            any = true;
        }
    }
    Ok(any)
}

/// Keys of the database.
mod key {
    use super::Hash;

    /// Which file of a library counts.
    pub fn current(root: &Hash) -> Vec<u8> {
        [b"g".as_slice(), root].concat()
    }

    /// One file of a library's cards.
    pub fn file(root: &Hash, generation: u64) -> Vec<u8> {
        [root.as_slice(), &generation.to_be_bytes()].concat()
    }

    /// A card by its id, then the file it is of.
    pub fn card(card: &Hash, file: &[u8]) -> Vec<u8> {
        [b"c".as_slice(), card, file].concat()
    }

    /// The file in a card's key.
    pub fn of_card(file: &[u8]) -> Option<(Hash, u64)> {
        let (root, generation) = file.split_first_chunk::<32>()?;
        Some((*root, u64::from_be_bytes(generation.try_into().ok()?)))
    }

    /// A file's cards by the file.
    pub fn listed(file: &[u8]) -> Vec<u8> {
        [b"i".as_slice(), file].concat()
    }

    /// The file in the key of one of its cards.
    pub fn of_list(key: &[u8]) -> Option<(Hash, u64)> {
        of_card(key.get(1..41)?)
    }
}
