//! Follows the log into a search index: one document for each public record.

use super::{SearchDoc, SearchIndex, mark};
use crate::domain::dates::day_in_china;
use crate::domain::{Kind, Stored, View, person};
use crate::log::{Leaf, Log};
use crate::rules::{Code, Rules};
use crate::text::{Catalogue, Lang};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::error::Error;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Longest time that taken documents wait to become visible while more keep coming.
const COMMIT_EVERY: Duration = Duration::from_secs(5);
/// The same where they end or correct records: whoever published these waits for it.
const COMMIT_ENDINGS: Duration = Duration::from_millis(500);

/// Names of authorities by identifier.
pub type Names = HashMap<String, String>;

/// The document of a stored record; `None` where there is no public record. A record that was corrected is found by what
/// `corrected` says of it, and no longer by what it said. Authorities are found by the name in `names`, codes by the names that the
/// rules gave them there and then.
pub fn document(
    index: u64,
    stored: &Stored,
    corrected: Option<&Map<String, Value>>,
    names: &Names,
    rules: &Rules,
) -> Option<SearchDoc> {
    let (kind, own) = (stored.kind?, stored.view()?);
    let view = corrected.map_or(own, |body| View::new(kind, body));
    let entry = &stored.entry;
    let catalogue = Catalogue::built_in();
    let text = running_text(stored, &view);
    let mut labels = vec![catalogue.kind(Lang::Zh, kind.as_str())];
    labels.extend(names.get(entry.authority.as_str()).cloned());
    let logged_on = day_in_china(entry.logged_at.unix());
    let place = Rules::place(Some(entry.authority.as_str()), &view, logged_on);
    let mut marks = Vec::new();
    for (list, code) in view.codes() {
        let named = rules.codes().named(list, code, place).map(Code::names);
        labels.push(catalogue.named_code(Lang::Zh, list.name(), code, named));
        if list.is_open() {
            marks.push(mark(list, code));
        }
    }
    marks.sort_unstable();
    marks.dedup();
    Some(SearchDoc {
        index,
        kind: kind.as_str().to_owned(),
        authority: entry.authority.to_string(),
        region: view
            .region()
            .map(|region| region.to_string())
            .unwrap_or_default(),
        subject_uscc: view.subject_code().map(|code| code.to_string()),
        subject_name: person::shown_name(&view).map(|name| name.into_owned()),
        title: view.number().unwrap_or_default().to_owned(),
        labels,
        text,
        codes: view.numbers().into_iter().map(str::to_owned).collect(),
        marks,
        date: view.main_date().and_then(days_since_epoch),
        logged_at: entry.logged_at.unix(),
        corrects: stored.corrects(),
    })
}

/// What a record says in running text, one line for each field, without the names of natural persons: they are not found by them.
pub fn running_text(stored: &Stored, view: &View<'_>) -> String {
    let text = person::without_name(&view.searchable_text(), view).into_owned();
    match stored.corrected_body().zip(correction_of(view)) {
        Some((body, kind)) => person::without_name(&text, &View::new(kind, body)).into_owned(),
        None => text,
    }
}

/// The kind of record that a correction corrects.
fn correction_of(view: &View<'_>) -> Option<Kind> {
    view.text_of("target_kind")?.parse().ok()
}

fn days_since_epoch(date: jiff::civil::Date) -> Option<i32> {
    let since = date.since(jiff::civil::date(1970, 1, 1)).ok()?;
    Some(since.get_days())
}

type Failure = Box<dyn Error + Send + Sync>;

/// A search index as a target of the log's followers.
///
/// The documents depend on which records are public and on nothing else. That a record has left is believed of the entry that
/// says so, not of the log's veil, which may come a moment later than the entry.
pub struct IndexTarget {
    index: Arc<dyn SearchIndex>,
    log: Arc<Log>,
    names: Names,
    rules: Arc<Rules>,
    committed: Instant,
    /// Whether records end, or are corrected, by what is not visible yet.
    ended: bool,
    /// Corrections taken and perhaps not durable yet, by the record they are of.
    recent: BTreeMap<u64, Vec<u64>>,
}

/// What a stretch of the log changes.
#[derive(Default)]
struct Changes {
    documents: BTreeMap<u64, SearchDoc>,
    /// Records that have left.
    gone: BTreeSet<u64>,
    /// Records that are to be read as something else from now on.
    corrected: BTreeSet<u64>,
}

impl IndexTarget {
    /// Feeds `index` from `log`. `names`: of the authorities that are in the log below its cursor; those above are learned.
    /// `rules`: where codes have their names.
    pub fn new(
        index: Arc<dyn SearchIndex>,
        log: Arc<Log>,
        names: Names,
        rules: Arc<Rules>,
    ) -> Self {
        IndexTarget {
            index,
            log,
            names,
            rules,
            committed: Instant::now(),
            ended: false,
            recent: BTreeMap::new(),
        }
    }

    /// Every entry below this index is indexed, durably.
    pub fn cursor(&self) -> Result<u64, Failure> {
        Ok(self.index.cursor()?)
    }

    /// Takes the leaves from `first` on. Where they end the display of records, the documents of these are gone with the next
    /// commit, which is soon.
    pub fn take(&mut self, first: u64, leaves: Vec<Leaf>) -> Result<(), Failure> {
        let end = first + leaves.len() as u64;
        let mut changes = Changes::default();
        for (index, leaf) in (first..).zip(&leaves) {
            let stored = Stored::read(&leaf.entry, leaf.record.as_deref())?;
            self.learn(&stored);
            if let Some(document) = document(index, &stored, None, &self.names, &self.rules) {
                changes.documents.insert(index, document);
            }
            if let Some(target) = stored.corrects() {
                self.recent.entry(target).or_default().push(index);
                changes.corrected.insert(target);
            }
            if let Some(target) = stored.ends() {
                changes.gone.insert(target);
                // Without its correction a record is again what it was before.
                let entry = Stored::read(&self.log.entry(target)?, None)?;
                changes.corrected.extend(entry.corrects());
            }
        }
        for target in &changes.corrected {
            if !changes.gone.contains(target)
                && let Some(document) = self.as_it_stands(*target, &changes.gone)?
            {
                changes.documents.insert(*target, document);
            }
        }
        let documents: Vec<SearchDoc> = changes.documents.into_values().collect();
        let gone: Vec<u64> = changes.gone.into_iter().collect();
        self.index.index_batch(&documents, &gone, end)?;
        self.ended |= !gone.is_empty() || !changes.corrected.is_empty();
        let every = match self.ended {
            true => COMMIT_ENDINGS,
            false => COMMIT_EVERY,
        };
        if self.committed.elapsed() >= every {
            self.commit()?;
        }
        Ok(())
    }

    /// The document of a record as its latest public correction has it.
    fn as_it_stands(&self, index: u64, gone: &BTreeSet<u64>) -> Result<Option<SearchDoc>, Failure> {
        let read = |index| -> Result<Stored, Failure> {
            let leaf = self.log.leaf(index)?;
            Ok(Stored::read(&leaf.entry, leaf.record.as_deref())?)
        };
        let stored = read(index)?;
        let mut corrections = self.index.corrections(index)?;
        corrections.extend(self.recent.get(&index).into_iter().flatten());
        corrections.sort_unstable();
        let mut latest = None;
        for correction in corrections.into_iter().rev() {
            if gone.contains(&correction) {
                continue;
            }
            let correction = read(correction)?;
            if correction.body.is_some() {
                latest = Some(correction);
                break;
            }
        }
        let corrected = latest.as_ref().and_then(Stored::corrected_body);
        Ok(document(
            index,
            &stored,
            corrected,
            &self.names,
            &self.rules,
        ))
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
    pub fn commit(&mut self) -> Result<(), Failure> {
        self.index.commit()?;
        self.recent.clear();
        self.ended = false;
        self.committed = Instant::now();
        Ok(())
    }
}
