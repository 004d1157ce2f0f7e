//! What is made from the log: the search engine that a portal uses, and everything made anew (`gongshi reindex`).
//!
//! Nothing here is evidence, and nothing here writes to the log.

use super::{AppError, Failure, read_log};
use crate::log::Log;
use crate::model::{self, Model};
use crate::rules::Rules;
use crate::search::sync::{IndexTarget, Names};
use crate::search::{MeiliIndex, MeiliOptions, SearchIndex, TantivyIndex, TantivyOptions};
use crate::store::StoreError;
use crate::{docket, intake, sequel, standing};
use std::path::Path;
use std::sync::Arc;

/// Leaves that are taken at once.
const BATCH: u64 = 1024;

/// The search engine of a portal.
#[derive(Debug, Clone)]
pub enum SearchEngine {
    /// In the data folder.
    Embedded(TantivyOptions),
    /// A Meilisearch server.
    Server(MeiliOptions),
}

impl Default for SearchEngine {
    fn default() -> Self {
        SearchEngine::Embedded(TantivyOptions::default())
    }
}

impl SearchEngine {
    /// Opens the index of a log. A server need not be there yet.
    pub(super) fn open(
        &self,
        data: &Path,
        log: &Log,
        rules: &Rules,
    ) -> Result<Arc<dyn SearchIndex>, AppError> {
        let made_with = rules.codes().digest();
        match self {
            SearchEngine::Embedded(options) => {
                let options = TantivyOptions {
                    made_with,
                    ..*options
                };
                Ok(Arc::new(TantivyIndex::open(&data.join("index"), options)?))
            }
            SearchEngine::Server(options) => {
                let options = MeiliOptions {
                    made_with,
                    log: log.origin().as_str().to_owned(),
                    ..options.clone()
                };
                Ok(Arc::new(MeiliIndex::open(options)?))
            }
        }
    }

    /// Makes way for an index that is made anew: what is in the data folder goes, what a server has answers until the new one is as far.
    fn cleared(&self, data: &Path) -> Result<Self, AppError> {
        match self {
            SearchEngine::Embedded(_) => {
                let index = data.join("index");
                match std::fs::remove_dir_all(&index) {
                    Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
                        let what = index.display().to_string();
                        Err(StoreError::Io { what, source }.into())
                    }
                    _ => Ok(self.clone()),
                }
            }
            SearchEngine::Server(options) => Ok(SearchEngine::Server(MeiliOptions {
                anew: true,
                ..options.clone()
            })),
        }
    }
}

/// Removes what is derived from the log, damaged or not, and builds it again, reporting how far it is: the search index alone, or (`all`) the read
/// model too. The index of seen events is then built by the next start.
pub fn reindex(
    data: &Path,
    rules: Arc<Rules>,
    engine: &SearchEngine,
    all: bool,
    mut progress: impl FnMut(u64, u64),
) -> Result<(), AppError> {
    let (log, _) = read_log(data)?;
    let size = log.published().size();
    let model = match all {
        true => {
            log.storage().remove(intake::SEEN_DATABASE)?;
            log.storage().remove(docket::DATABASE)?;
            log.storage().remove(standing::DATABASE)?;
            log.storage().remove(sequel::DATABASE)?;
            log.storage().remove(model::DATABASE)?;
            Some(Model::open(log.storage().as_ref(), rules.clone())?)
        }
        false => None,
    };
    let search = engine.cleared(data)?.open(data, &log, &rules)?;
    let mut index = IndexTarget::new(search, log.clone(), Names::new(), rules);
    let failed = |error: Failure| AppError::Folder(format!("indexing failed: {error}"));
    // 0; of a server this is the first that is asked.
    let mut start = index.cursor().map_err(failed)?;
    while start < size {
        let end = size.min(start + BATCH);
        let leaves = log.leaves(start..end)?;
        if let Some(model) = &model {
            model.fold(start, &leaves, log.as_ref())?;
        }
        index.take(start, leaves).map_err(failed)?;
        start = end;
        progress(start, size);
    }
    if let Some(model) = &model {
        model.sync()?;
    }
    index.commit().map_err(failed)?;
    Ok(())
}
