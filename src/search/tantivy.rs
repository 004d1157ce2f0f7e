//! The embedded engine: a tantivy index in a folder of its own.
//!
//! Documents and cursor are committed together (the cursor is the commit's payload), so they cannot disagree whatever the moment of
//! death. The index is derived data: a folder that is damaged, or made by another version of this code or its word lists, is
//! emptied and started anew at cursor 0. It never touches a folder that does not look like a search index.

mod analyse;
mod facets;
mod folder;
mod kept;
mod options;
mod purge;
mod query;
mod ranked;
mod schema;
mod shares;
mod similar;
mod sound;
mod values;
mod ways;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use serde::{Deserialize, Serialize};
use tantivy::collector::{Count, DocSetCollector};
use tantivy::query::{AllQuery, TermQuery};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{
    Index, IndexReader, IndexSettings, IndexWriter, ReloadPolicy, Searcher, TantivyError, Term,
};

use self::facets::{Key, PageCollector};
use self::folder::{Found, empty, engine_error, io_error, look_at};
use self::kept::{Keeping, Kept};
pub use self::options::TantivyOptions;
use self::schema::Fields;
use self::values::Values;
use super::asked::Asked;
use super::plan::Plan;
use super::{SearchDoc, SearchError, SearchIndex, SearchPage, SearchQuery};

/// What was found in the folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Opened {
    /// Nothing: the index is new.
    New,
    /// An index that can be continued.
    Existing,
    /// An index that could not be; it was emptied and starts at cursor 0.
    Recreated {
        /// Why, for the operator's log.
        reason: String,
    },
}

/// What a commit says about itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Payload {
    /// [`analyse::fingerprint`] of the code and data that made the tokens.
    analyser: String,
    /// Every entry below it has been looked at.
    cursor: u64,
    /// No document at or above it was ever added: one there needs no removal before it is added.
    end: u64,
}

/// A committed state, for searching.
struct View {
    searcher: Searcher,
    values: Values,
    /// What records are called, each once.
    labels: BTreeSet<String>,
    cursor: u64,
}

impl View {
    /// What a searcher sees; `before` has what is known of its segments already.
    fn new(
        searcher: Searcher,
        cursor: u64,
        label: Field,
        before: &Values,
    ) -> tantivy::Result<Self> {
        let values = Values::read(&searcher, label, before)?;
        Ok(Self {
            labels: values.labels(),
            values,
            searcher,
            cursor,
        })
    }
}

/// The writing side; the lock around it makes writes one at a time.
struct Pen {
    /// Gone after a failure, and made anew by the next write.
    writer: Option<IndexWriter>,
    /// What the next commit will say.
    pending: Payload,
    /// What the last one said.
    durable: Payload,
    /// Whether anything was taken since.
    dirty: bool,
}

/// The embedded search engine.
pub struct TantivyIndex {
    folder: PathBuf,
    index: Index,
    fields: Fields,
    options: TantivyOptions,
    opened: Opened,
    reader: IndexReader,
    pen: Mutex<Pen>,
    view: RwLock<Arc<View>>,
    kept: Kept,
}

impl TantivyIndex {
    /// Opens the index in `folder`, creating it where there is none, and starting anew where it cannot be continued.
    ///
    /// # Errors
    /// [`SearchError::InUse`] while another process has it open, [`SearchError::ForeignFolder`] where the folder holds something
    /// else, [`SearchError::Io`] where it cannot be read or written.
    pub fn open(folder: &Path, options: TantivyOptions) -> Result<Self, SearchError> {
        fs::create_dir_all(folder).map_err(|source| io_error(folder, source))?;
        let found = look_at(folder)?;
        let attempt = match found {
            Found::Nothing => return Self::create(folder, options, Opened::New),
            Found::Index => Self::resume(folder, options),
        };
        match attempt {
            Err(SearchError::Corrupt { detail }) => {
                tracing::warn!(folder = %folder.display(), reason = %detail, "search index is started anew");
                empty(folder)?;
                Self::create(folder, options, Opened::Recreated { reason: detail })
            }
            other => other,
        }
    }

    /// What [`TantivyIndex::open`] found.
    pub fn opened(&self) -> &Opened {
        &self.opened
    }

    fn create(folder: &Path, options: TantivyOptions, opened: Opened) -> Result<Self, SearchError> {
        let failed = |error| engine_error(folder, error);
        // Nothing is stored in the documents, so a thread for compressing them would idle.
        let settings = IndexSettings {
            docstore_compress_dedicated_thread: false,
            ..IndexSettings::default()
        };
        let index = Index::builder()
            .schema(schema::schema().0)
            .settings(settings)
            .tokenizers(schema::tokenizers())
            .create_in_dir(folder)
            .map_err(failed)?;
        let payload = Payload {
            analyser: options.analyser(),
            cursor: 0,
            end: 0,
        };
        let mut writer = options.writer(&index).map_err(failed)?;
        write_commit(&mut writer, &payload).map_err(failed)?;
        Self::assemble(folder, options, opened, index, writer)
    }

    fn resume(folder: &Path, options: TantivyOptions) -> Result<Self, SearchError> {
        let failed = |error| engine_error(folder, error);
        let mut index = Index::open_in_dir(folder).map_err(failed)?;
        if index.schema() != schema::schema().0 {
            return Err(SearchError::Corrupt {
                detail: "made with other fields".to_owned(),
            });
        }
        index.set_tokenizers(schema::tokenizers());
        let writer = options.writer(&index).map_err(failed)?;
        Self::assemble(folder, options, Opened::Existing, index, writer)
    }

    fn assemble(
        folder: &Path,
        options: TantivyOptions,
        opened: Opened,
        mut index: Index,
        writer: IndexWriter,
    ) -> Result<Self, SearchError> {
        let failed = |error| engine_error(folder, error);
        // One search looks at several segments at once: a result may hold every document there is.
        index.set_default_multithread_executor().map_err(failed)?;
        let durable = Payload::read(&index, folder)?;
        if durable.analyser != options.analyser() {
            return Err(SearchError::Corrupt {
                detail: "made with other word lists or names of codes".to_owned(),
            });
        }
        let reader: IndexReader = index
            .reader_builder()
            .reload_policy(ReloadPolicy::Manual)
            .try_into()
            .map_err(failed)?;
        let fields = schema::schema().1;
        let view = View::new(
            reader.searcher(),
            durable.cursor,
            fields.label,
            &Values::default(),
        );
        let view = Arc::new(view.map_err(failed)?);
        let pen = Pen {
            writer: Some(writer),
            pending: durable.clone(),
            durable,
            dirty: false,
        };
        Ok(Self {
            folder: folder.to_owned(),
            index,
            fields,
            options,
            opened,
            reader,
            pen: Mutex::new(pen),
            view: RwLock::new(view),
            kept: Kept::default(),
        })
    }

    fn pen(&self) -> MutexGuard<'_, Pen> {
        // A writer that panicked left at worst documents without their cursor, and the next commit is what counts.
        self.pen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn view(&self) -> Arc<View> {
        Arc::clone(&self.view.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Does something with the writer. After a failure the writer is dropped with everything not yet durable, and the next write
    /// starts from what the folder holds: half of a batch must never be committed under a later cursor.
    fn write<T>(
        &self,
        pen: &mut Pen,
        work: impl FnOnce(&mut IndexWriter, &mut Payload) -> tantivy::Result<T>,
    ) -> Result<T, SearchError> {
        let mut writer = match pen.writer.take() {
            Some(writer) => writer,
            None => {
                let writer = self
                    .options
                    .writer(&self.index)
                    .map_err(|error| self.failed(error))?;
                pen.durable = Payload::read(&self.index, &self.folder)?;
                pen.pending = pen.durable.clone();
                writer
            }
        };
        match work(&mut writer, &mut pen.pending) {
            Ok(value) => {
                pen.writer = Some(writer);
                Ok(value)
            }
            Err(error) => {
                pen.pending = pen.durable.clone();
                pen.dirty = false;
                Err(self.failed(error))
            }
        }
    }

    /// Commits what is pending and shows it.
    fn publish(&self, pen: &mut Pen) -> Result<(), SearchError> {
        self.write(pen, |writer, pending| write_commit(writer, pending))?;
        pen.durable = pen.pending.clone();
        self.reader.reload().map_err(|error| self.failed(error))?;
        let (searcher, cursor) = (self.reader.searcher(), pen.durable.cursor);
        let view = View::new(searcher, cursor, self.fields.label, &self.view().values);
        let view = view.map_err(|error| self.failed(error))?;
        self.kept.keep_only(&view.searcher);
        *self.view.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(view);
        pen.dirty = false;
        Ok(())
    }

    /// What the text finds; where nothing holds it, whatever the filters, what is most like it.
    fn answer(
        &self,
        View {
            searcher,
            values,
            labels,
            ..
        }: &View,
        query: &SearchQuery,
        asked: &Asked<'_>,
        after: Option<Key>,
    ) -> tantivy::Result<SearchPage> {
        let mut page = SearchPage {
            truncated: asked.truncated,
            understood: asked.understood,
            ..SearchPage::default()
        };
        if !asked.understood {
            return Ok(page);
        }
        let page_of = |least| PageCollector {
            after,
            facets: (!query.no_facets).then_some(values),
            sort: query.sort,
            depth: match query.limit {
                0 => 0,
                limit => query.offset.saturating_add(limit),
            },
            ranked: !asked.terms.is_empty(),
            least,
        };
        let keeping = Keeping {
            page: page_of(0.0),
            kept: &self.kept,
            asked: Arc::new(query.clone()),
        };
        let plan = Plan::of(asked);
        let exact = plan.map(|plan| query::exactly(&self.fields, &plan, labels));
        let filters = query::filters(&self.fields, query);
        let mut found = match exact.clone() {
            None if filters.is_empty() => searcher.search(&AllQuery, &keeping)?,
            exact => {
                let exact = exact.unwrap_or_default().filtered(filters.clone());
                searcher.search(&exact, &keeping)?
            }
        };
        // What only the filters keep out is not replaced by what is like it.
        let nowhere = || match &exact {
            Some(exact) if query.narrowed() => searcher.search(exact, &Count).map(|all| all == 0),
            exact => Ok(exact.is_some()),
        };
        if found.total == 0
            && nowhere()?
            && let Some((like, least)) = similar::like(&self.fields, searcher, asked)?
        {
            // How rare a piece is depends on all segments: nothing of it is kept.
            found = searcher.search(&similar::filtered(like, filters), &page_of(least))?;
            page.similar = found.total > 0;
        }
        let last = found.hits.last().filter(|_| found.more && query.limit > 0);
        page.next = last.map(|(_, key)| key.place());
        let hits = found.hits.into_iter().skip(query.offset);
        page.hits = hits.map(|(hit, _)| hit).collect();
        page.total = found.total;
        page.facets = found.facets;
        Ok(page)
    }

    fn failed(&self, error: TantivyError) -> SearchError {
        engine_error(&self.folder, error)
    }
}

impl SearchIndex for TantivyIndex {
    fn index_batch(
        &self,
        docs: &[SearchDoc],
        deletes: &[u64],
        cursor: u64,
    ) -> Result<(), SearchError> {
        let pen = &mut *self.pen();
        let fields = self.fields;
        pen.dirty = true;
        self.write(pen, |writer, pending| {
            let term = |index| Term::from_field_u64(fields.index, index);
            for doc in docs {
                // Removals are dear, and a document above all others replaces none.
                if doc.index < pending.end {
                    writer.delete_term(term(doc.index));
                }
                pending.end = pending.end.max(doc.index.saturating_add(1));
                writer.add_document(fields.document(doc))?;
            }
            for &index in deletes.iter().filter(|&&index| index < pending.end) {
                writer.delete_term(term(index));
                writer.delete_term(Term::from_field_u64(fields.corrects, index));
            }
            pending.cursor = cursor;
            Ok(())
        })
    }

    fn commit(&self) -> Result<(), SearchError> {
        let pen = &mut *self.pen();
        if pen.dirty { self.publish(pen) } else { Ok(()) }
    }

    fn cursor(&self) -> Result<u64, SearchError> {
        let pen = self.pen();
        // Without a writer the last commit's fate is unknown: the folder knows.
        match &pen.writer {
            Some(_) => Ok(pen.durable.cursor),
            None => Ok(Payload::read(&self.index, &self.folder)?.cursor),
        }
    }

    fn corrections(&self, index: u64) -> Result<Vec<u64>, SearchError> {
        let term = Term::from_field_u64(self.fields.corrects, index);
        let query = TermQuery::new(term, IndexRecordOption::Basic);
        let view = self.view();
        let corrections = || {
            let found = view.searcher.search(&query, &DocSetCollector)?;
            let mut indexes = Vec::with_capacity(found.len());
            for address in found {
                let segment = view.searcher.segment_reader(address.segment_ord);
                let column = segment.fast_fields().u64(schema::INDEX)?;
                indexes.extend(column.first(address.doc_id));
            }
            indexes.sort_unstable();
            Ok(indexes)
        };
        corrections().map_err(|error| self.failed(error))
    }

    fn purge(&self) -> Result<(), SearchError> {
        self.purge_deleted(&mut self.pen())
    }

    fn searchable(&self) -> u64 {
        self.view().cursor
    }

    fn search(&self, query: &SearchQuery) -> Result<SearchPage, SearchError> {
        query.ensure_reachable()?;
        let view = self.view();
        let asked = Asked::new(&query.text);
        let after = match &query.after {
            Some(place) => Some(Key::of(place).ok_or_else(|| SearchError::Nowhere {
                place: place.as_str().to_owned(),
            })?),
            None => None,
        };
        let mut answer = self
            .answer(&view, query, &asked, after)
            .map_err(|error| self.failed(error))?;
        answer.indexed = view.cursor;
        Ok(answer)
    }

    fn clear(&self) -> Result<(), SearchError> {
        let pen = &mut *self.pen();
        // A new writer, because the old one may still be building segments of what was taken before.
        drop(pen.writer.take());
        self.write(pen, |writer, pending| {
            writer.delete_all_documents()?;
            *pending = Payload {
                analyser: self.options.analyser(),
                cursor: 0,
                end: 0,
            };
            Ok(())
        })?;
        self.publish(pen)
    }
}

impl Payload {
    /// What the last commit in the folder says.
    fn read(index: &Index, folder: &Path) -> Result<Self, SearchError> {
        let metas = index
            .load_metas()
            .map_err(|error| engine_error(folder, error))?;
        serde_json::from_str(&metas.payload.unwrap_or_default()).map_err(|error| {
            SearchError::Corrupt {
                detail: format!("its cursor cannot be read: {error}"),
            }
        })
    }
}

/// Commits everything the writer was given, durably, with what it says about itself.
fn write_commit(writer: &mut IndexWriter, payload: &Payload) -> tantivy::Result<()> {
    let payload = serde_json::to_string(payload)
        .map_err(|error| TantivyError::InternalError(error.to_string()))?;
    let mut commit = writer.prepare_commit()?;
    commit.set_payload(&payload);
    commit.commit()?;
    Ok(())
}
