//! Follows the log into a search index: one document for each public record.

use super::{SearchDoc, SearchIndex};
use crate::domain::{Kind, Stored};
use crate::log::Leaf;
use crate::text::{Catalogue, Lang};
use std::collections::HashMap;
use std::error::Error;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Longest time that taken documents wait to become visible while more keep coming.
const COMMIT_EVERY: Duration = Duration::from_secs(5);

/// Names of authorities by identifier.
pub type Names = HashMap<String, String>;

/// The document of a stored record; `None` where there is no public record. Authorities are found by the name in `names`.
fn document(index: u64, stored: &Stored, names: &Names) -> Option<SearchDoc> {
    let (kind, view) = (stored.kind?, stored.view()?);
    let entry = &stored.entry;
    let catalogue = Catalogue::built_in();
    let mut text = view.searchable_text();
    // Who published it and what it is are found by the words that readers see, as codes are.
    text.push('\n');
    text.push_str(&catalogue.kind(Lang::Zh, kind.as_str()));
    if let Some(name) = names.get(entry.authority.as_str()) {
        text.push('\n');
        text.push_str(name);
    }
    for (list, code) in view.codes() {
        text.push('\n');
        text.push_str(&catalogue.code(Lang::Zh, list.name(), code));
    }
    Some(SearchDoc {
        index,
        kind: kind.as_str().to_owned(),
        authority: entry.authority.to_string(),
        region: view
            .region()
            .map(|region| region.to_string())
            .unwrap_or_default(),
        subject_uscc: view.subject_code().map(|code| code.to_string()),
        subject_name: view.subject_name().map(str::to_owned),
        title: view.number().unwrap_or_default().to_owned(),
        text,
        codes: view.numbers().into_iter().map(str::to_owned).collect(),
        date: view.main_date().and_then(days_since_epoch),
        logged_at: entry.logged_at.unix(),
    })
}

fn days_since_epoch(date: jiff::civil::Date) -> Option<i32> {
    let since = date.since(jiff::civil::date(1970, 1, 1)).ok()?;
    Some(since.get_days())
}

/// A search index as a target of the log's followers.
pub struct IndexTarget {
    index: Arc<dyn SearchIndex>,
    names: Names,
    committed: Instant,
}

impl IndexTarget {
    /// Feeds `index`. `names`: of the authorities that are in the log below its cursor; those above are learned.
    pub fn new(index: Arc<dyn SearchIndex>, names: Names) -> Self {
        IndexTarget {
            index,
            names,
            committed: Instant::now(),
        }
    }

    /// Every entry below this index is indexed, durably.
    pub fn cursor(&self) -> Result<u64, Box<dyn Error + Send + Sync>> {
        Ok(self.index.cursor()?)
    }

    /// Takes the leaves from `first` on.
    pub fn take(
        &mut self,
        first: u64,
        leaves: Vec<Leaf>,
    ) -> Result<(), Box<dyn Error + Send + Sync>> {
        let end = first + leaves.len() as u64;
        let mut documents = Vec::with_capacity(leaves.len());
        for (index, leaf) in (first..).zip(&leaves) {
            let stored = Stored::read(&leaf.entry, leaf.record.as_deref())?;
            self.learn(&stored);
            documents.extend(document(index, &stored, &self.names));
        }
        self.index.index_batch(&documents, &[], end)?;
        if self.committed.elapsed() >= COMMIT_EVERY {
            self.commit()?;
        }
        Ok(())
    }

    /// Keeps the name that an authority record gives.
    fn learn(&mut self, stored: &Stored) {
        let view = stored
            .view()
            .filter(|_| stored.kind == Some(Kind::Authority));
        let member = |name: &str| Some(view.as_ref()?.text_of(name)?.to_owned());
        if let (Some(id), Some(name)) = (member("authority_id"), member("name")) {
            self.names.insert(id, name);
        }
    }

    /// Makes everything taken visible.
    pub fn commit(&mut self) -> Result<(), Box<dyn Error + Send + Sync>> {
        self.index.commit()?;
        self.committed = Instant::now();
        Ok(())
    }
}
