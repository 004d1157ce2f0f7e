//! Pages of enterprises as they were last made, each for as long as nothing it is made of has changed.
//!
//! The log grows all the time, an enterprise's page changes with what the log says of that enterprise; and everybody asks for pages of different
//! ones. So a page is kept until an entry comes that [touches](touched) it; what every page says of the log as a whole and of the present is put in
//! anew each time. Must not decide what a page says, and must not keep one that may differ from what would be made: where that is not certain,
//! everything kept is given up.

mod pieces;
mod touched;

pub(super) use pieces::Moving;

use super::draft::Draft;
use super::fault::Fault;
use super::{Answer, Visit};
use crate::text::Lang;
use crate::web::Portal;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{ETAG, HeaderName};
use jiff::civil::Date;
use lru::LruCache;
use pieces::Pieces;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use touched::Touched;

/// Entries that are looked at one by one; behind more of them, everything kept is given up.
const MOST_ENTRIES: u64 = 1024;
/// What a kept page takes beside its text.
const OVERHEAD: usize = 512;

/// What all pages depend on but entries: where one of these changes, none that is kept holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Terms {
    /// Of the rules.
    pub(super) rules: [u8; 6],
    /// What is registered of authorities and their keys.
    pub(super) keys: usize,
    /// On which terms end.
    pub(super) day: Date,
    /// Up to where plans and draws, and ends and corrections, have been taken in: these follow a moment after their entries are published. `None`
    /// where that cannot be read now.
    pub(super) docket: Option<u64>,
    pub(super) standing: Option<u64>,
}

impl Terms {
    fn are_known(&self) -> bool {
        self.docket.is_some() && self.standing.is_some()
    }
}

type Key = (Lang, String);

struct Kept {
    /// But for its tag.
    headers: Vec<(HeaderName, String)>,
    pieces: Pieces,
}

impl Kept {
    fn of(draft: &Draft) -> Self {
        let headers = draft.headers.iter().filter(|(name, _)| *name != ETAG);
        Kept {
            headers: headers.cloned().collect(),
            pieces: Pieces::of(&String::from_utf8_lossy(&draft.body)),
        }
    }

    /// The page as it is now.
    fn draft(&self, visit: &Visit, etag: &str) -> Result<Draft, Fault> {
        let mut headers = self.headers.clone();
        headers.push((ETAG, etag.to_owned()));
        Ok(Draft {
            status: StatusCode::OK,
            headers,
            body: self.pieces.fill(visit)?,
        })
    }

    fn weight(&self) -> usize {
        self.pieces.bytes() + OVERHEAD
    }
}

#[derive(Default)]
struct Shelf {
    terms: Option<Terms>,
    /// Every entry below this one has been looked at.
    seen: u64,
    pages: Option<LruCache<Key, Arc<Kept>>>,
    bytes: usize,
}

impl Shelf {
    fn clear(&mut self) {
        self.pages = None;
        self.bytes = 0;
    }

    fn take(&mut self, key: &Key) {
        if let Some(kept) = self.pages.as_mut().and_then(|pages| pages.pop(key)) {
            self.bytes -= kept.weight();
        }
    }

    fn put(&mut self, key: Key, kept: Arc<Kept>, most: usize) {
        self.take(&key);
        self.bytes += kept.weight();
        let pages = self.pages.get_or_insert_with(LruCache::unbounded);
        pages.push(key, kept);
        while self.bytes > most
            && let Some((_, oldest)) = pages.pop_lru()
        {
            self.bytes -= oldest.weight();
        }
    }
}

/// The pages that are kept, shared by all workers.
pub struct KeptPages {
    /// Bytes that they may take together; with 0 every page is made when it is asked for.
    most: usize,
    shelf: Mutex<Shelf>,
    /// Held by whoever looks at new entries.
    following: Mutex<()>,
    used: AtomicU64,
}

impl KeptPages {
    /// Nothing kept yet, and never more than so many bytes.
    pub fn new(most: usize) -> Self {
        KeptPages {
            most,
            shelf: Mutex::default(),
            following: Mutex::default(),
            used: AtomicU64::new(0),
        }
    }

    /// Bytes that they take.
    pub fn bytes(&self) -> usize {
        self.shelf().bytes
    }

    /// How often one was answered.
    pub fn used(&self) -> u64 {
        self.used.load(Ordering::Relaxed)
    }

    fn shelf(&self) -> MutexGuard<'_, Shelf> {
        self.shelf.lock().expect("no holder of this lock panics")
    }

    /// The page, where every entry below `size` has been looked at and the terms are those it was made on.
    fn get(&self, key: &Key, terms: Terms, size: u64) -> Option<Arc<Kept>> {
        let mut shelf = self.shelf();
        if !terms.are_known() || shelf.terms != Some(terms) || shelf.seen < size {
            return None;
        }
        let kept = shelf.pages.as_mut()?.get(key).cloned()?;
        self.used.fetch_add(1, Ordering::Relaxed);
        Some(kept)
    }

    /// Looks at the entries that came since, and gives up what they touch.
    fn follow(&self, portal: &Portal, terms: Terms) -> Result<(), Fault> {
        // Nothing behind this lock can be left half done: what counts is on the shelf.
        let _one = self
            .following
            .lock()
            .unwrap_or_else(|failed| failed.into_inner());
        let size = portal.log.published().size();
        let seen = {
            let mut shelf = self.shelf();
            if shelf.terms != Some(terms) {
                shelf.clear();
                shelf.terms = Some(terms);
            }
            shelf.seen
        };
        if seen >= size {
            return Ok(());
        }
        let touched = match size - seen <= MOST_ENTRIES {
            true => touched::by(portal, seen..size)?,
            false => Touched::Everything,
        };
        let mut shelf = self.shelf();
        match touched {
            Touched::Everything => shelf.clear(),
            Touched::Subjects(codes) => {
                for code in codes {
                    for lang in Lang::ALL {
                        shelf.take(&(*lang, code.clone()));
                    }
                }
            }
        }
        shelf.seen = size;
        Ok(())
    }

    /// Keeps a page that has taken in every entry below `made_of`, if that is every entry that was looked at.
    fn keep(&self, key: Key, kept: &Arc<Kept>, terms: Terms, made_of: u64) {
        let mut shelf = self.shelf();
        if terms.are_known() && shelf.terms == Some(terms) && shelf.seen <= made_of {
            shelf.put(key, kept.clone(), self.most);
        }
    }
}

impl Visit {
    /// Shows the page of the enterprise that the path names; one that is kept, at once.
    pub(super) async fn keep(
        self,
        build: impl FnOnce(&Visit) -> Result<Answer, Fault> + Send + 'static,
    ) -> HttpResponse {
        if !self.query.is_empty() || self.kept.most == 0 {
            return self.show_dated(build).await;
        }
        let etag = self.etag();
        if let Some(unchanged) = self.unchanged(&etag) {
            return unchanged;
        }
        let key = (self.lang, self.key.clone());
        let size = self.portal.log.published().size();
        if let Some(kept) = self.kept.get(&key, self.terms(), size)
            && let Ok(draft) = kept.draft(&self, &etag)
        {
            return draft.finish();
        }
        self.file(move |visit, etag| visit.kept_or_made(key, build, etag))
            .await
    }

    fn kept_or_made(
        &self,
        key: Key,
        build: impl FnOnce(&Visit) -> Result<Answer, Fault>,
        etag: &str,
    ) -> Result<Draft, Fault> {
        let terms = self.terms();
        let pages = &self.kept;
        pages.follow(&self.portal, terms)?;
        if let Some(kept) = pages.get(&key, terms, self.portal.log.published().size()) {
            return kept.draft(self, etag);
        }
        // Taken before anything is read: what comes in between may or may not be on the page.
        let made_of = self.portal.model.cursor()?;
        self.marking.set(true);
        let mut draft = self.respond(build(self).into(), etag);
        self.marking.set(false);
        let kept = Arc::new(Kept::of(&draft));
        if draft.status == StatusCode::OK {
            pages.keep(key, &kept, terms, made_of);
        }
        draft.body = kept.pieces.fill(self)?;
        Ok(draft)
    }
}
