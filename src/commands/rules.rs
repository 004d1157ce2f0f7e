//! The flag that names another set of dated rules than the one that comes with the program.

use clap::Args;
use gongshi::app::{self, AppError};
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
