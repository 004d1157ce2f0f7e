//! The way to a server: keys with no more rights than are needed, its version, and which of its indexes is ours.
//!
//! An index of other settings or of another maker is not changed in place: a new one is filled beside it and put in its place when it is as far, so that
//! searches go on. What is there and not ours is never touched.

use super::MeiliOptions;
use super::answer::Desk;
use super::document::State;
use super::http::{Http, answer, is_not_allowed, is_refused, is_unknown, patiently};
use super::settings::{LAYOUT, settings};
use crate::search::SearchError;
use gongshi_verify::encoding::hex;
use meilisearch_sdk::client::{Client, SwapIndexes};
use meilisearch_sdk::errors::Error;
use meilisearch_sdk::indexes::Index;
use meilisearch_sdk::key::{Action, Key, KeyBuilder, KeysQuery};
use meilisearch_sdk::request::{HttpClient as _, Method};
use meilisearch_sdk::task_info::TaskInfo;
use meilisearch_sdk::tasks::Task;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// How long a search may take before the portal answers without it.
const READ: Duration = Duration::from_secs(3);
/// How long anything else may take to be accepted; a batch of documents is the longest.
const WRITE: Duration = Duration::from_secs(120);
/// Keys of the server that are looked through.
const MOST_KEYS: usize = 10_000;
/// The server that all this was tried with.
const LEAST: (u64, u64) = (1, 50);
/// How long a server that was there may be gone while one of its tasks is waited for.
const GONE: Duration = Duration::from_secs(20);
/// How long a swap may take, which waits for what the server has to do before.
const SWAP: Duration = Duration::from_secs(600);
/// Between two looks at a task, at first and at last.
const LOOK: (Duration, Duration) = (Duration::from_millis(5), Duration::from_millis(250));

/// Whether a new index is to be filled whatever there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rebuild {
    No,
    Asked,
    /// It was begun, and is filled on.
    Begun,
}

/// What is known of a server once it was asked.
pub(super) struct Link {
    pub(super) writer: Client<Http>,
    pub(super) reader: Client<Http>,
    /// The writer that looks after tasks: a look takes no longer than a search.
    looker: Client<Http>,
    /// The index that takes documents, and how far it is.
    pub(super) writing: String,
    pub(super) state: State,
    /// The index that answers, where one can: the same, or its forerunner while that is being filled.
    pub(super) reading: Option<String>,
    /// How far that one is.
    pub(super) reading_cursor: u64,
}

/// The state that was left is no longer there.
#[derive(Debug, thiserror::Error)]
#[error("the index {0} is not as it was left; what is missing is sent again")]
struct WentBack(String);

impl Link {
    /// Asks the server for all that.
    pub(super) fn make(
        options: &MeiliOptions,
        fingerprint: &str,
        rebuild: Rebuild,
        stop: &AtomicBool,
    ) -> Result<Self, SearchError> {
        let said = |error: Error| unavailable(options, &error);
        let given = client(options, options.key.as_deref(), WRITE);
        ensure_version(&given, options)?;
        let (writer, reader) = match own_keys(&given, options) {
            Ok(Some((write, read))) => (
                client(options, Some(&write), WRITE),
                client(options, Some(&read), READ),
            ),
            Ok(None) => {
                let read = options.read_key.as_deref().or(options.key.as_deref());
                (given, client(options, read, READ))
            }
            Err(error) => return Err(said(error)),
        };
        let (main, next) = (options.index.clone(), format!("{}_next", options.index));
        let mut present = state(&writer, &main).map_err(said)?;
        let made = new_name().map_err(said)?;
        let fresh = State::new(LAYOUT, fingerprint, &options.log, &made);
        let mut link = Link {
            looker: client(options, writer.get_api_key(), READ),
            writer,
            reader,
            writing: main.clone(),
            state: fresh.clone(),
            reading: Some(main.clone()),
            reading_cursor: 0,
        };
        link.ensure_ours(&main, present.as_ref(), options)?;
        // One that the server has made by itself, after it was emptied, has our documents and not our settings.
        let desk = Desk {
            client: &link.reader,
            index: &main,
        };
        if present.is_some() && desk.cursor().is_err_and(|error| is_refused(&error)) {
            link.create(&main, &fresh, stop).map_err(said)?;
            present = Some(fresh.clone());
        }
        match present {
            Some(state) if state.made_with == fingerprint && rebuild == Rebuild::No => {
                link.reading_cursor = state.cursor;
                link.state = state;
                link.clear_away(&next, options, stop).map_err(said)?;
            }
            Some(state) => {
                link.reading_cursor = state.cursor;
                link.reading = (state.layout == LAYOUT).then_some(main);
                let begun = link.state_of(&next).map_err(said)?;
                link.state = match begun {
                    // One that was being filled is filled on. Where an equal one is made anew, one that is as far may be the old one, after the swap.
                    Some(begun)
                        if begun.made_with == fingerprint
                            && begun.log == options.log
                            && (rebuild == Rebuild::No
                                || rebuild == Rebuild::Begun && begun.cursor < state.cursor) =>
                    {
                        begun
                    }
                    other => {
                        link.ensure_ours(&next, other.as_ref(), options)?;
                        link.create(&next, &fresh, stop).map_err(said)?;
                        fresh
                    }
                };
                link.writing = next;
            }
            None => link.create(&main, &fresh, stop).map_err(said)?,
        }
        Ok(link)
    }

    /// Nothing but ours is in an index of this name.
    fn ensure_ours(
        &self,
        index: &str,
        state: Option<&State>,
        options: &MeiliOptions,
    ) -> Result<(), SearchError> {
        let holds = match state {
            Some(state) if state.log == options.log => return Ok(()),
            Some(state) => format!("is of the log {}, not of {}", state.log, options.log),
            None => {
                let documents = self.documents(index);
                match documents.map_err(|error| unavailable(options, &error))? {
                    None | Some(0) => return Ok(()),
                    Some(_) => "holds something else".to_owned(),
                }
            }
        };
        Err(SearchError::Unavailable {
            reason: format!("the index {index} at {} {holds}; name another", options.url),
        })
    }

    /// Deletes what is left of an old index after the swap, or of a new one that was given up: removed records would stay in it.
    fn clear_away(
        &self,
        next: &str,
        options: &MeiliOptions,
        stop: &AtomicBool,
    ) -> Result<(), Error> {
        match self.state_of(next)? {
            Some(left) if left.log == options.log => self.delete(next, stop),
            _ => Ok(()),
        }
    }

    /// How far an index is; `None` of none, or of one without it.
    pub(super) fn state_of(&self, index: &str) -> Result<Option<State>, Error> {
        state(&self.writer, index)
    }

    fn documents(&self, index: &str) -> Result<Option<usize>, Error> {
        let index = self.writer.index(index);
        match patiently(|| index.get_stats()) {
            Ok(stats) => Ok(Some(stats.number_of_documents)),
            Err(error) if is_unknown(&error) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// An empty index with our settings, in the place of whatever had its name.
    pub(super) fn create(
        &self,
        index: &str,
        state: &State,
        stop: &AtomicBool,
    ) -> Result<(), Error> {
        if self.documents(index)?.is_some() {
            self.delete(index, stop)?;
        }
        self.done(
            patiently(|| self.writer.create_index(index, Some("index")))?,
            stop,
        )?;
        let url = format!("{}/indexes/{index}/settings", self.writer.get_host());
        let http = self.http();
        let set = || {
            http.request::<(), _, TaskInfo>(
                &url,
                Method::Patch {
                    query: (),
                    body: settings(),
                },
                202,
            )
        };
        self.done(patiently(set)?, stop)?;
        let index = self.writer.index(index);
        let rows = [state.clone()];
        self.done(
            patiently(|| index.add_or_replace(&rows, Some("index")))?,
            stop,
        )
    }

    /// Sends documents, a line each. Only where the state is as it was left, or the one that was `told` since: an older one lacks documents, which a
    /// newer state would hide, and where there is no index the server makes one without settings.
    pub(super) fn send(&self, lines: &[u8], told: &State) -> Result<TaskInfo, Error> {
        let index = self.writer.index(&self.writing);
        patiently(|| async {
            match index.get_document::<State>(State::ID).await {
                Ok(there) if there == self.state || there == *told => {}
                Err(error) if !is_unknown(&error) => return Err(error),
                _ => return Err(Error::Other(Box::new(WentBack(self.writing.clone())))),
            }
            add(&index, lines).await
        })
    }

    /// Takes everything out of the index that takes documents.
    pub(super) fn empty(&mut self, stop: &AtomicBool) -> Result<(), Error> {
        let index = self.writer.index(&self.writing);
        self.done(patiently(|| index.delete_all_documents())?, stop)?;
        let rows = [self.state.at(0)];
        let begun = patiently(|| index.add_or_replace(&rows, Some("index")))?;
        self.done(begun, stop)?;
        let [state] = rows;
        self.state = state;
        // However far it was.
        self.reading_cursor = 0;
        Ok(())
    }

    /// Puts the index that was filled in the place of its forerunner, and says where that is now. A key for some indexes may not look at the task, which
    /// is of none: that it is done shows in which index answers to the name.
    pub(super) fn swap(&mut self, main: &str, stop: &AtomicBool) -> Result<String, Error> {
        let pair = SwapIndexes {
            indexes: (main.to_owned(), self.writing.clone()),
            rename: None,
        };
        patiently(|| self.writer.swap_indexes([&pair]))?;
        let begun = Instant::now();
        let (mut pause, longest) = LOOK;
        while self
            .state_of(main)?
            .is_none_or(|state| state.made != self.state.made)
        {
            if stop.load(Ordering::Relaxed) || begun.elapsed() > SWAP {
                return Err(Error::Timeout);
            }
            sleep(pause);
            pause = (pause * 2).min(longest);
        }
        let old = std::mem::replace(&mut self.writing, main.to_owned());
        self.reading = Some(main.to_owned());
        self.reading_cursor = self.state.cursor;
        Ok(old)
    }

    pub(super) fn delete(&self, index: &str, stop: &AtomicBool) -> Result<(), Error> {
        self.done(patiently(|| self.writer.delete_index(index))?, stop)
    }

    fn http(&self) -> Http {
        Http::new(self.writer.get_api_key(), WRITE)
    }

    /// Waits until all of this is done.
    pub(super) fn done_all(
        &self,
        tasks: &mut Vec<TaskInfo>,
        stop: &AtomicBool,
    ) -> Result<(), Error> {
        let mut tasks = std::mem::take(tasks).into_iter();
        tasks.try_for_each(|task| self.done(task, stop))
    }

    /// Waits until the server has done what it was given.
    ///
    /// # Errors
    /// What it says of a task that failed; that it is gone for longer than a restart takes; [`Error::Timeout`] once `stop` is set.
    pub(super) fn done(&self, task: TaskInfo, stop: &AtomicBool) -> Result<(), Error> {
        let (mut pause, longest) = LOOK;
        let mut seen = Instant::now();
        loop {
            match answer(self.looker.get_task(&task)) {
                Ok(Task::Succeeded { .. }) => return Ok(()),
                Ok(Task::Failed { content }) => return Err(Error::Meilisearch(content.error)),
                Ok(Task::Enqueued { .. } | Task::Processing { .. }) => seen = Instant::now(),
                Err(error) if is_unknown(&error) || seen.elapsed() > GONE => return Err(error),
                Err(_) => {}
            }
            if stop.load(Ordering::Relaxed) {
                return Err(Error::Timeout);
            }
            sleep(pause);
            pause = (pause * 2).min(longest);
        }
    }
}

/// Adds documents, a line each.
pub(super) async fn add(index: &Index<Http>, lines: &[u8]) -> Result<TaskInfo, Error> {
    let payload = futures_util::io::Cursor::new(lines.to_vec());
    let media = "application/x-ndjson";
    let sent = index.add_or_replace_unchecked_payload(payload, media, Some("index"));
    sent.await
}

/// A name for an index that no other has.
pub(super) fn new_name() -> Result<String, Error> {
    let mut name = [0; 16];
    getrandom::fill(&mut name).map_err(|error| Error::Other(error.to_string().into()))?;
    Ok(hex(&name))
}

fn client(options: &MeiliOptions, key: Option<&str>, patience: Duration) -> Client<Http> {
    Client::new_with_client(&options.url, key, Http::new(key, patience))
}

fn state(client: &Client<Http>, index: &str) -> Result<Option<State>, Error> {
    let index = client.index(index);
    match patiently(|| index.get_document::<State>(State::ID)) {
        Ok(state) => Ok(Some(state)),
        Err(error) if is_unknown(&error) => Ok(None),
        // A document of that name that is not ours.
        Err(Error::ParseError(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

/// A key for writing and one for searching, made once with the key that was given; `None` where that one may not make keys, or none is needed.
fn own_keys(
    given: &Client<Http>,
    options: &MeiliOptions,
) -> Result<Option<(String, String)>, Error> {
    if options.key.is_none() || options.read_key.is_some() {
        return Ok(None);
    }
    let mut all = KeysQuery::new();
    all.with_limit(MOST_KEYS);
    let known = match patiently(|| all.execute(given)) {
        Ok(known) => known.results,
        Err(error) if is_not_allowed(&error) => return Ok(None),
        Err(error) => return Err(error),
    };
    let indexes = [options.index.clone(), format!("{}_next", options.index)];
    let key = |name: &str, actions: &[Action]| -> Result<String, Error> {
        let name = format!("gongshi {} {name}", options.index);
        let same = |key: &&Key| {
            key.name.as_ref() == Some(&name) && key.actions == actions && key.indexes == indexes
        };
        if let Some(key) = known.iter().find(same) {
            return Ok(key.key.clone());
        }
        let mut builder = KeyBuilder::new();
        builder
            .with_name(&name)
            .with_actions(actions.iter().cloned())
            .with_indexes(&indexes);
        Ok(patiently(|| given.create_key(&builder))?.key)
    };
    use Action::{
        DocumentsAdd, DocumentsDelete, DocumentsGet, IndexesCreate, IndexesDelete, IndexesGet,
        Search, SettingsUpdate, StatsGet, TasksGet,
    };
    let other = |name: &str| Action::Unknown(name.to_owned());
    let write = [
        DocumentsAdd,
        DocumentsGet,
        DocumentsDelete,
        IndexesCreate,
        IndexesGet,
        IndexesDelete,
        other("indexes.swap"),
        SettingsUpdate,
        StatsGet,
        TasksGet,
        Search,
    ];
    Ok(Some((
        key("writing", &write)?,
        key("searching", &[Search])?,
    )))
}

/// The server is none that this was not tried with, as far as the key may ask.
fn ensure_version(given: &Client<Http>, options: &MeiliOptions) -> Result<(), SearchError> {
    let version = match patiently(|| given.get_version()) {
        Ok(version) => version.pkg_version,
        Err(error) if is_not_allowed(&error) => return Ok(()),
        Err(error) => return Err(unavailable(options, &error)),
    };
    match is_known(&version) {
        true => Ok(()),
        false => Err(SearchError::Unavailable {
            reason: format!(
                "{} is Meilisearch {version}; expected {}.{} or later of the same main version",
                options.url, LEAST.0, LEAST.1
            ),
        }),
    }
}

fn is_known(version: &str) -> bool {
    let mut parts = version.split('.').map(str::parse::<u64>);
    match (parts.next(), parts.next()) {
        (Some(Ok(main)), Some(Ok(minor))) => main == LEAST.0 && minor >= LEAST.1,
        _ => false,
    }
}

/// Said of a request that had no good answer.
pub(super) fn unavailable(options: &MeiliOptions, error: &Error) -> SearchError {
    SearchError::Unavailable {
        reason: reason(&options.url, error),
    }
}

/// What the server of this address has said, or that it said nothing.
pub(super) fn reason(url: &str, error: &Error) -> String {
    match error {
        Error::Meilisearch(said) => {
            format!("{url}: {} ({})", said.error_message, said.error_code)
        }
        other => format!("{url}: {other}"),
    }
}
