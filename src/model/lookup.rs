//! Records by their number and enterprises by how their name begins: what the portal finds when no search engine answers.
//!
//! No search engine: nothing here ranks, cuts words or knows what sounds alike.

use super::enterprise::Enterprise;
use super::staging::Staging;
use super::{Model, ModelError, index_in_key, key, unusable};
use crate::domain::View;
use crate::store::{Pair, prefix_end};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeSet;
use unicode_normalization::UnicodeNormalization as _;

/// A name or number as it is compared: letters and digits, whatever their width and case.
fn compared(text: &str) -> String {
    let letters = text.nfkc().filter(|c| c.is_alphanumeric());
    letters.flat_map(char::to_lowercase).collect()
}

/// The beginning of the hash of a number: with eight bytes no two of a log are likely to be taken for each other, and who asks reads the records anyway.
fn digest(number: &str) -> [u8; 8] {
    let hash: [u8; 32] = Sha256::digest(number).into();
    let mut short = [0; 8];
    short.copy_from_slice(&hash[..8]);
    short
}

/// A record under each of its numbers.
pub(super) fn rows(index: u64, standing: &View<'_>) -> Vec<Pair> {
    let numbers = standing.numbers().into_iter().map(compared);
    let numbers: BTreeSet<String> = numbers.filter(|number| !number.is_empty()).collect();
    let rows = numbers.iter().map(|number| {
        let key = key::numbered(&digest(number), Some(index));
        (key, Vec::new())
    });
    rows.collect()
}

/// What an enterprise on a page is or was called. Natural persons are not found by theirs.
pub(super) fn names(enterprise: Option<&Enterprise>) -> BTreeSet<String> {
    let shown = enterprise.filter(|enterprise| enterprise.on_page() > 0);
    let names = shown.into_iter().flat_map(|shown| shown.names.keys());
    let open = names.filter(|name| !name.contains('＊'));
    open.map(|name| compared(name))
        .filter(|name| !name.is_empty())
        .collect()
}

impl Staging<'_> {
    /// Keeps an enterprise under each of its names.
    pub(super) fn keep_names(&mut self, uscc: &str, after: &Enterprise) -> Result<(), ModelError> {
        let before = match self.named.remove(uscc) {
            Some(names) => names,
            None => names(self.model.enterprise(uscc)?.as_ref()),
        };
        let after = names(Some(after));
        for name in before.difference(&after) {
            self.delete(key::named(name, uscc));
        }
        for name in after.difference(&before) {
            self.put(key::named(name, uscc), Vec::new());
        }
        Ok(())
    }
}

impl Model {
    /// Indexes of the public records with this number, in whatever brackets and width it is written, newest first.
    pub fn numbered(&self, number: &str, limit: usize) -> Result<Vec<u64>, ModelError> {
        let number = compared(number);
        if number.is_empty() {
            return Ok(Vec::new());
        }
        let from = key::numbered(&digest(&number), None);
        let to = prefix_end(&from);
        let pairs = self.database.range_rev(&from, to.as_deref()).take(limit);
        pairs
            .map(|pair| index_in_key("a numbered record", &pair?.0))
            .collect()
    }

    /// Credit codes of the enterprises whose name begins so, by name.
    pub fn enterprises_named(
        &self,
        beginning: &str,
        limit: usize,
    ) -> Result<Vec<String>, ModelError> {
        let beginning = compared(beginning);
        if beginning.is_empty() {
            return Ok(Vec::new());
        }
        let from = key::names(&beginning);
        let to = prefix_end(&from);
        let mut codes: Vec<String> = Vec::new();
        for pair in self.database.range(&from, to.as_deref()) {
            let (key, _) = pair?;
            let code = key
                .rsplit(|byte| *byte == 0)
                .next()
                .and_then(|code| std::str::from_utf8(code).ok());
            let code =
                code.ok_or_else(|| unusable("a name of an enterprise", "its key has no code"))?;
            if !codes.iter().any(|known| known == code) {
                codes.push(code.to_owned());
            }
            if codes.len() >= limit {
                break;
            }
        }
        Ok(codes)
    }
}
