//! What is known of the server to those who search, and the thread that looks after it.
//!
//! While the server is in trouble, searches are told so at once and never wait for it; only this thread asks, and lets them through again. It also sees
//! when the server has gone back: emptied, or restored from an old dump.

use super::answer::Desk;
use super::http::{Http, is_not_allowed, is_refused, is_unknown};
use super::link::{Link, reason};
use crate::search::SearchError;
use meilisearch_sdk::client::Client;
use meilisearch_sdk::errors::Error;
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::thread::JoinHandle;
use std::time::Duration;

/// Between two looks.
const EVERY: Duration = Duration::from_secs(1);

/// Where searches are sent.
pub(super) struct Reading {
    pub(super) client: Client<Http>,
    pub(super) index: String,
    /// How far it was when last written to.
    cursor: u64,
}

/// What is known of the server.
pub(super) struct Known {
    url: String,
    reading: RwLock<Option<Arc<Reading>>>,
    cursor: AtomicU64,
    /// What records are called, each once.
    labels: RwLock<Arc<BTreeSet<String>>>,
    trouble: Mutex<Option<String>>,
    /// Whether the server is not as it was left.
    doubted: AtomicBool,
    stop: AtomicBool,
}

impl Known {
    /// Nothing yet of the server at this address.
    pub(super) fn of(url: &str) -> Self {
        Known {
            url: url.to_owned(),
            reading: RwLock::default(),
            cursor: AtomicU64::default(),
            labels: RwLock::default(),
            trouble: Mutex::new(Some(format!("{url}: it was not reached yet"))),
            doubted: AtomicBool::default(),
            stop: AtomicBool::default(),
        }
    }

    /// Searches go where the link says, once one has found the index as far as the link believes: a server that was emptied meanwhile makes an index
    /// of its own for what is sent to it, without our settings.
    pub(super) fn show(&self, link: &Link) -> Result<(), Error> {
        let reading = match &link.reading {
            Some(index) => {
                let desk = Desk {
                    client: &link.reader,
                    index,
                };
                if desk.cursor()? != Some(link.reading_cursor) {
                    return Err(Error::Other("the index is not as it was left".into()));
                }
                let same = self
                    .reading()
                    .is_ok_and(|before| before.index == *index && !self.is_doubted());
                if !same {
                    self.learn(desk.labels()?);
                }
                Some(Arc::new(Reading {
                    client: link.reader.clone(),
                    index: index.clone(),
                    cursor: link.reading_cursor,
                }))
            }
            None => None,
        };
        let readable = reading.is_some();
        *self.reading.write().unwrap_or_else(PoisonError::into_inner) = reading;
        self.cursor.store(link.reading_cursor, Ordering::Relaxed);
        self.doubted.store(false, Ordering::Relaxed);
        self.say(match readable {
            true => None,
            false => Some(format!(
                "{}: the index is made anew in another form",
                self.url
            )),
        });
        Ok(())
    }

    /// The server did not answer: searches are not sent before it was looked at.
    pub(super) fn unreached(&self, error: &SearchError) {
        self.say(Some(match error {
            SearchError::Unavailable { reason } => reason.clone(),
            other => other.to_string(),
        }));
    }

    /// Where to search.
    ///
    /// # Errors
    /// [`SearchError::Unavailable`] at once, where there is trouble.
    pub(super) fn reading(&self) -> Result<Arc<Reading>, SearchError> {
        if let Some(reason) = self.trouble() {
            return Err(SearchError::Unavailable { reason });
        }
        let reading = self
            .reading
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        reading.ok_or_else(|| SearchError::Unavailable {
            reason: format!("{} was not reached yet", self.url),
        })
    }

    pub(super) fn labels(&self) -> Arc<BTreeSet<String>> {
        self.labels
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    pub(super) fn learn(&self, labels: impl IntoIterator<Item = String>) {
        let known = self.labels();
        let new: Vec<String> = labels
            .into_iter()
            .filter(|label| !known.contains(label))
            .collect();
        if !new.is_empty() {
            let mut labels = self.labels.write().unwrap_or_else(PoisonError::into_inner);
            Arc::make_mut(&mut labels).extend(new);
        }
    }

    pub(super) fn cursor(&self) -> u64 {
        self.cursor.load(Ordering::Relaxed)
    }

    pub(super) fn trouble(&self) -> Option<String> {
        self.trouble
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    pub(super) fn is_doubted(&self) -> bool {
        self.doubted.load(Ordering::Relaxed)
    }

    pub(super) fn stop(&self) -> &AtomicBool {
        &self.stop
    }

    fn say(&self, trouble: Option<String>) {
        let mut known = self.trouble.lock().unwrap_or_else(PoisonError::into_inner);
        match (&*known, &trouble) {
            (None, Some(reason)) => tracing::warn!(%reason, "the search engine does not answer"),
            (Some(_), None) => tracing::info!("the search engine answers"),
            _ => {}
        }
        *known = trouble;
    }

    /// Looks at the server where searches go to.
    fn look(&self) {
        let reading = self
            .reading
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        let Some(reading) = reading else { return };
        let desk = Desk {
            client: &reading.client,
            index: &reading.index,
        };
        let answered = match desk.cursor() {
            Err(error) if !is_unknown(&error) && !is_refused(&error) => {
                // A server that was emptied knows our keys no more either.
                if is_not_allowed(&error) {
                    self.doubted.store(true, Ordering::Relaxed);
                }
                return self.say(Some(reason(&self.url, &error)));
            }
            Err(_) => None,
            Ok(cursor) => cursor,
        };
        let now = self
            .reading
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        if !now.is_some_and(|now| Arc::ptr_eq(&now, &reading)) {
            return;
        }
        if answered.is_none_or(|cursor| cursor < reading.cursor)
            && !self.doubted.swap(true, Ordering::Relaxed)
        {
            tracing::warn!(
                cursor = answered,
                was = reading.cursor,
                "the search engine has gone back; what is missing is sent again"
            );
        }
        self.cursor
            .store(answered.unwrap_or_default(), Ordering::Relaxed);
        self.say(match answered {
            Some(_) => None,
            None => Some(format!("{}: the index {} is gone", self.url, reading.index)),
        });
    }

    pub(super) fn close(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}

/// The thread; dropping it ends it, and whatever waits for the server.
pub(super) struct Watch {
    known: Arc<Known>,
    thread: Option<JoinHandle<()>>,
}

impl Watch {
    pub(super) fn start(known: Arc<Known>) -> std::io::Result<Self> {
        let watched = known.clone();
        let thread = std::thread::Builder::new()
            .name("search-watch".to_owned())
            .spawn(move || {
                while !watched.stop.load(Ordering::Relaxed) {
                    watched.look();
                    std::thread::park_timeout(EVERY);
                }
            })?;
        Ok(Watch {
            known,
            thread: Some(thread),
        })
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.known.close();
        if let Some(thread) = self.thread.take() {
            thread.thread().unpark();
            // A panic there was already reported by the panic hook.
            let _ = thread.join();
        }
    }
}
