//! The flag that names another set of dated rules than the one that comes with the program, and whose codes a department's command goes by.

use clap::Args;
use gongshi::app::{self, AppError};
use gongshi::ingest::{Client, ClientError, Vocabulary};
use gongshi::rules::Rules;
use std::path::PathBuf;
use std::sync::Arc;

/// Which rules of publication.
#[derive(Args)]
pub struct Folder {
    /// Folder with the dated rules of publication, all files of them; without it those that come with the program. A faulty
    /// file is refused with its line.
    #[arg(long, value_name = "DIR", env = "GONGSHI_RULES")]
    rules: Option<PathBuf>,
}

impl Folder {
    /// Reads and checks them.
    pub fn load(&self) -> Result<Arc<Rules>, AppError> {
        app::rules(self.rules.as_deref())
    }
}

/// Whose codes of open lists a department's command goes by.
#[derive(Args)]
pub struct CodesOf {
    /// Folder with dated rules whose codes are used; without it those of the server.
    #[arg(long, value_name = "DIR", env = "GONGSHI_RULES")]
    rules: Option<PathBuf>,
}

impl CodesOf {
    /// Those of the folder named, else the server's. Where these cannot be had, and the server need not be there, those that come with the
    /// program, with why.
    pub fn vocabulary(
        &self,
        client: &Client,
        ask: Ask,
    ) -> anyhow::Result<(Arc<Vocabulary>, Option<ClientError>)> {
        if self.rules.is_some() {
            let rules = app::rules(self.rules.as_deref())?;
            return Ok((Arc::new(Vocabulary::new(rules.codes().clone())), None));
        }
        let asked = match ask {
            Ask::Never => return Ok((Vocabulary::built_in().clone(), None)),
            Ask::Try | Ask::Must => client.codes(),
        };
        match asked {
            Ok(codes) => Ok((Arc::new(Vocabulary::new(codes)), None)),
            // One that answers and does not tell its codes says what it thinks of them when it is sent some.
            Err(error @ ClientError::Connection { .. }) if ask == Ask::Must => Err(error.into()),
            Err(error) => Ok((Vocabulary::built_in().clone(), Some(error))),
        }
    }
}

/// Whether the server is asked for its codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ask {
    /// It is not meant.
    Never,
    /// If it is there.
    Try,
    /// Nothing can be done without it.
    Must,
}
