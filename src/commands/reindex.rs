//! `gongshi reindex`: builds what is derived from the log anew.

use super::progress::Progress;
use anyhow::Context as _;
use clap::{Args, ValueEnum};
use gongshi::app::{self, SearchEngine};
use std::path::PathBuf;
use std::process::ExitCode;

/// Empty the read model and the search index and build them again from the log.
#[derive(Args)]
pub struct Reindex {
    /// Data folder; its server must not be running.
    #[arg(long, env = "GONGSHI_DATA", default_value = "./data")]
    data: PathBuf,
    /// Builds only the index of this engine. Without it the read model is built too, and the index of the engine that the portal uses.
    #[arg(long)]
    engine: Option<Engine>,
    #[command(flatten)]
    rules: super::rules::Folder,
    #[command(flatten)]
    server: super::search::Server,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Engine {
    /// The one in the data folder.
    Embedded,
    /// The server at --search-url. Its index answers until the new one is as far, and is then replaced.
    Meilisearch,
}

impl Reindex {
    pub fn run(self) -> anyhow::Result<ExitCode> {
        let server = self.server.options()?.map(SearchEngine::Server);
        let engine = match self.engine {
            Some(Engine::Embedded) => SearchEngine::default(),
            Some(Engine::Meilisearch) => {
                server.context("--engine meilisearch needs --search-url")?
            }
            None => server.unwrap_or_default(),
        };
        let all = self.engine.is_none();
        let mut progress: Option<Progress> = None;
        let mut total = 0;
        app::reindex(
            &self.data,
            self.rules.load()?,
            &engine,
            all,
            |done, size| {
                total = size;
                progress
                    .get_or_insert_with(|| Progress::new("entries", size))
                    .at(done);
            },
        )?;
        let what = match all {
            true => "Read model and search index",
            false => "Search index",
        };
        println!("{what} built from {total} entries.");
        Ok(ExitCode::SUCCESS)
    }
}
