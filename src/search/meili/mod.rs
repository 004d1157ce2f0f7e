//! The index in a Meilisearch server, for those who run one.
//!
//! The server may be down, slow, empty, older than it was, or not ours to write to at any moment. So nothing here is believed of it but what it answers:
//! its cursor comes from a document that is written together with all others, and every answer of a search tells of which state it is. Whoever asks while
//! there is no answer is told so at once ([`SearchError::Unavailable`]); a thread looks after the server meanwhile. Withdrawn records are the caller's
//! concern as with any engine: it checks every hit.

mod answer;
mod document;
mod http;
mod link;
mod options;
mod page;
mod renew;
mod settings;
mod similar;
mod watch;
mod ways;
mod words;

use self::answer::{Answer, Desk, Key, Stretch};
use self::document::{Document, Gone, State};
use self::http::{is_refused, patiently};
use self::link::{Link, Rebuild, unavailable};
pub use self::options::MeiliOptions;
use self::page::page;
use self::watch::{Known, Watch};
use self::ways::{Match, Ranked};
use super::asked::Asked;
use super::plan::Plan;
use super::{Hit, SearchDoc, SearchError, SearchIndex, SearchPage, SearchQuery, Sort};
use meilisearch_sdk::documents::DocumentsQuery;
use meilisearch_sdk::errors::Error;
use meilisearch_sdk::task_info::TaskInfo;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};

/// What is sent before anything of it is waited for: the server takes what waits for it as one, and has much to do for each, however small.
const UNDER_WAY: usize = 8;
/// Corrections that are looked for at once.
const MOST_FOUND: usize = 100_000;

/// An index in a server.
pub struct MeiliIndex {
    options: MeiliOptions,
    fingerprint: String,
    known: Arc<Known>,
    pen: Mutex<Pen>,
    _watch: Watch,
}

/// Who writes.
struct Pen {
    link: Option<Link>,
    /// Whether something was lost with the link: whoever writes has to ask how far the index is.
    lost: bool,
    rebuild: Rebuild,
    draft: Draft,
}

/// What was taken and is not durable yet.
#[derive(Default)]
struct Draft {
    /// Documents that were not sent yet, a line each.
    lines: Vec<u8>,
    /// Every entry below it is among them, was sent, or is durable.
    cursor: u64,
    /// What was sent.
    sent: Vec<TaskInfo>,
    /// The state that the first of it told, where one did.
    told: Option<State>,
    /// Corrections, by the record they are of.
    corrections: BTreeMap<u64, Vec<u64>>,
}

/// A document as far as corrections are looked for.
#[derive(Deserialize)]
struct Found {
    index: u64,
}

impl Pen {
    fn lose(&mut self) {
        self.link = None;
        self.lost = true;
        self.draft = Draft::default();
    }
}

impl MeiliIndex {
    /// An index in the server of these options, which need not be there yet.
    ///
    /// # Errors
    /// The system's, where no thread can be had.
    pub fn open(options: MeiliOptions) -> std::io::Result<Self> {
        let fingerprint = settings::fingerprint(&options.made_with);
        let known = Arc::new(Known::of(&options.url));
        Ok(MeiliIndex {
            _watch: Watch::start(known.clone())?,
            pen: Mutex::new(Pen {
                link: None,
                lost: false,
                rebuild: match options.anew {
                    true => Rebuild::Asked,
                    false => Rebuild::No,
                },
                draft: Draft::default(),
            }),
            options,
            fingerprint,
            known,
        })
    }

    fn pen(&self) -> MutexGuard<'_, Pen> {
        // What a panic left is thrown away with the link: the server knows what is durable.
        self.pen.lock().unwrap_or_else(|poisoned| {
            let mut pen = poisoned.into_inner();
            pen.lose();
            pen
        })
    }

    /// Writes by the link, which is made where there never was one. After an error what was not durable is lost, and nothing is written before the
    /// cursor was asked for: whoever goes on from elsewhere would leave a gap.
    fn write<T>(
        &self,
        pen: &mut Pen,
        work: impl FnOnce(&mut Draft, &mut Link, &mut Rebuild) -> Result<T, Error>,
    ) -> Result<T, SearchError> {
        if pen.lost || (pen.link.is_some() && self.known.is_doubted()) {
            pen.lose();
            return Err(SearchError::Unavailable {
                reason: format!(
                    "{}: the connection was lost; what was not durable is sent again",
                    self.options.url
                ),
            });
        }
        self.connected(pen)?;
        let Some(link) = &mut pen.link else {
            return Err(SearchError::Unavailable {
                reason: format!("{}: there is no connection", self.options.url),
            });
        };
        work(&mut pen.draft, link, &mut pen.rebuild).map_err(|error| {
            pen.lose();
            unavailable(&self.options, &error)
        })
    }

    /// Makes the link, where there is none.
    fn connected(&self, pen: &mut Pen) -> Result<(), SearchError> {
        if pen.link.is_some() {
            return Ok(());
        }
        let made = Link::make(
            &self.options,
            &self.fingerprint,
            pen.rebuild,
            self.known.stop(),
        );
        let shown = made.and_then(|link| match self.known.show(&link) {
            Ok(()) => Ok(link),
            Err(error) => Err(unavailable(&self.options, &error)),
        });
        let link = shown.inspect_err(|error| self.known.unreached(error))?;
        if pen.rebuild == Rebuild::Asked {
            pen.rebuild = Rebuild::Begun;
        }
        pen.draft = Draft {
            cursor: link.state.cursor,
            ..Draft::default()
        };
        pen.link = Some(link);
        pen.lost = false;
        Ok(())
    }

    /// Sends what is there, without telling how far it goes.
    fn send(&self, draft: &mut Draft, link: &Link) -> Result<(), Error> {
        let lines = std::mem::take(&mut draft.lines);
        draft
            .sent
            .push(link.send(&lines, draft.told.as_ref().unwrap_or(&link.state))?);
        Ok(())
    }

    /// The same, and tells how far it goes, once what was sent before is durable: what fails is known before anything rests on it.
    fn tell(&self, draft: &mut Draft, link: &mut Link) -> Result<(), Error> {
        self.settle(draft, link)?;
        let state = link.state.at(draft.cursor);
        line(&mut draft.lines, &state)?;
        draft.told = Some(state);
        self.send(draft, link)
    }

    /// Waits until what was sent is durable.
    fn settle(&self, draft: &mut Draft, link: &mut Link) -> Result<(), Error> {
        link.done_all(&mut draft.sent, self.known.stop())?;
        if let Some(state) = draft.told.take() {
            link.state = state;
        }
        Ok(())
    }

    /// Sends everything, waits for it, and lets a new index take the place of the old one when it is as far.
    fn publish(
        &self,
        draft: &mut Draft,
        link: &mut Link,
        rebuild: &mut Rebuild,
    ) -> Result<(), Error> {
        let told = draft.told.as_ref().unwrap_or(&link.state);
        let untold = draft.sent.len() > usize::from(draft.told.is_some());
        if draft.cursor != told.cursor || untold || !draft.lines.is_empty() {
            self.tell(draft, link)?;
        }
        self.settle(draft, link)?;
        draft.corrections.clear();
        if link.writing != self.options.index {
            if link.state.cursor < link.reading_cursor {
                return Ok(());
            }
            let old = link.swap(&self.options.index, self.known.stop())?;
            // Before anything else can fail: the old one must not be taken for one that is being filled.
            *rebuild = Rebuild::No;
            link.delete(&old, self.known.stop())?;
        }
        link.reading_cursor = link.state.cursor;
        self.known.show(link)
    }

    /// Removes documents and what corrects them, by putting something in their place that no query finds: so that they go with the cursor, together.
    fn remove(&self, draft: &mut Draft, link: &Link, deletes: &[u64]) -> Result<(), Error> {
        if deletes.is_empty() {
            return Ok(());
        }
        let mut gone = deletes.to_vec();
        gone.extend(corrections(link, deletes)?);
        for index in deletes {
            gone.extend(draft.corrections.get(index).into_iter().flatten());
        }
        gone.sort_unstable();
        gone.dedup();
        let mut gone = gone.into_iter();
        gone.try_for_each(|index| line(&mut draft.lines, &Gone::new(index)))
    }

    /// What the text finds; where nothing holds it, whatever the filters, what is most like it.
    fn answer(
        &self,
        desk: &Desk<'_>,
        query: &SearchQuery,
        asked: &Asked<'_>,
        after: Option<Key>,
    ) -> Result<(Answer, bool, bool), Error> {
        let known = self.known.labels();
        let plan = Plan::of(asked);
        let everything = [Ranked {
            rank: 1.0,
            hits: Match::default(),
        }];
        let ways = match &plan {
            Some(plan) => ways::queries(plan, &known),
            None => everything.to_vec(),
        };
        let (found, more) = page(desk, &ways, query, after)?;
        let unfiltered = SearchQuery {
            text: query.text.clone(),
            ..SearchQuery::default()
        };
        let count = Stretch {
            offset: 0,
            limit: 0,
            after: None,
            facets: false,
        };
        // What only the filters keep out is not replaced by what is like it.
        let nowhere = found.total == 0
            && plan.is_some()
            && (!query.narrowed() || desk.ask(&ways, &unfiltered, &count)?.total == 0);
        if nowhere {
            let like = similar::ways(desk, asked, &known)?;
            if !like.is_empty() {
                let (found, more) = page(desk, &like, query, after)?;
                let similar = found.total > 0;
                return Ok((found, more, similar));
            }
        }
        Ok((found, more, false))
    }
}

/// Durable documents that correct one of these.
fn corrections(link: &Link, indexes: &[u64]) -> Result<Vec<u64>, Error> {
    let index = link.writer.index(&link.writing);
    let mut all = Vec::new();
    for some in indexes.chunks(1000) {
        let values: Vec<String> = some.iter().map(u64::to_string).collect();
        let filter = format!("corrects IN [{}]", values.join(", "));
        let mut query = DocumentsQuery::new(&index);
        query
            .with_filter(&filter)
            .with_fields(["index"])
            .with_limit(MOST_FOUND);
        let found = patiently(|| index.get_documents_with::<Found>(&query))?;
        all.extend(found.results.into_iter().map(|one| one.index));
    }
    all.sort_unstable();
    Ok(all)
}

fn line(lines: &mut Vec<u8>, document: &impl Serialize) -> Result<(), Error> {
    serde_json::to_writer(&mut *lines, document)?;
    lines.push(b'\n');
    Ok(())
}

impl SearchIndex for MeiliIndex {
    fn index_batch(
        &self,
        docs: &[SearchDoc],
        deletes: &[u64],
        cursor: u64,
    ) -> Result<(), SearchError> {
        let pen = &mut *self.pen();
        self.write(pen, |draft, link, _| {
            for doc in docs {
                let document = Document::of(doc);
                line(&mut draft.lines, &document)?;
                self.known.learn(document.label);
                if let Some(corrected) = doc.corrects {
                    draft
                        .corrections
                        .entry(corrected)
                        .or_default()
                        .push(doc.index);
                }
                if draft.lines.len() >= self.options.payload {
                    // The cursor stays where it was: what is removed below is not among them.
                    match draft.sent.len() < UNDER_WAY {
                        true => self.send(draft, link)?,
                        false => self.tell(draft, link)?,
                    }
                }
            }
            self.remove(draft, link, deletes)?;
            draft.cursor = cursor;
            Ok(())
        })
    }

    fn commit(&self) -> Result<(), SearchError> {
        let pen = &mut *self.pen();
        self.write(pen, |draft, link, rebuild| {
            self.publish(draft, link, rebuild)
        })
    }

    fn cursor(&self) -> Result<u64, SearchError> {
        let pen = &mut *self.pen();
        if self.known.is_doubted() {
            pen.lose();
        }
        self.connected(pen)?;
        Ok(pen.link.as_ref().map_or(0, |link| link.state.cursor))
    }

    fn corrections(&self, index: u64) -> Result<Vec<u64>, SearchError> {
        let pen = &mut *self.pen();
        self.write(pen, |draft, link, _| {
            self.settle(draft, link)?;
            corrections(link, &[index])
        })
    }

    fn purge(&self) -> Result<(), SearchError> {
        let pen = &mut *self.pen();
        let renewed = self.write(pen, |draft, link, rebuild| {
            self.publish(draft, link, rebuild)?;
            if link.writing != self.options.index {
                return Ok(false);
            }
            link.renew(self.options.payload, self.known.stop())?;
            self.known.show(link)?;
            Ok(true)
        })?;
        match renewed {
            true => Ok(()),
            false => Err(SearchError::Unavailable {
                reason: format!(
                    "{}: a new index is being filled; what was removed goes with the old one",
                    self.options.url
                ),
            }),
        }
    }

    fn searchable(&self) -> u64 {
        self.known.cursor()
    }

    fn trouble(&self) -> Option<String> {
        self.known.trouble()
    }

    fn search(&self, query: &SearchQuery) -> Result<SearchPage, SearchError> {
        query.ensure_reachable()?;
        let after = match &query.after {
            Some(place) => Some(Key::of(place).ok_or_else(|| SearchError::Nowhere {
                place: place.as_str().to_owned(),
            })?),
            None => None,
        };
        let reading = self.known.reading()?;
        let asked = Asked::new(&query.text);
        let mut page = SearchPage {
            indexed: self.known.cursor(),
            truncated: asked.truncated,
            understood: asked.understood,
            ..SearchPage::default()
        };
        if !asked.understood {
            return Ok(page);
        }
        let desk = Desk {
            client: &reading.client,
            index: &reading.index,
        };
        let answered = self.answer(&desk, query, &asked, after);
        let (answer, more, similar) = answered.map_err(|error| match is_refused(&error) {
            // Of this query alone.
            true => SearchError::Engine(error.to_string()),
            false => {
                let error = unavailable(&self.options, &error);
                self.known.unreached(&error);
                error
            }
        })?;
        let Some(indexed) = answer.cursor else {
            let error = SearchError::Unavailable {
                reason: format!("{}: the index {} is gone", self.options.url, reading.index),
            };
            self.known.unreached(&error);
            return Err(error);
        };
        page.indexed = indexed;
        let last = answer.hits.last().filter(|_| more);
        page.next = last.map(|(_, key)| key.place());
        let ranked = query.sort == Sort::Relevance && !asked.terms.is_empty();
        let hits = answer.hits.into_iter().map(|(hit, _)| match ranked {
            true => hit,
            false => Hit { score: 0.0, ..hit },
        });
        page.hits = hits.collect();
        page.total = answer.total;
        page.facets = answer.facets;
        page.similar = similar;
        Ok(page)
    }

    fn clear(&self) -> Result<(), SearchError> {
        let pen = &mut *self.pen();
        self.write(pen, |draft, link, rebuild| {
            self.settle(draft, link)?;
            link.empty(self.known.stop())?;
            *draft = Draft::default();
            self.publish(draft, link, rebuild)
        })
    }

    fn close(&self) {
        self.known.close();
    }
}
