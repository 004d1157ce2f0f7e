//! From what departments have (key files, CSV, XLSX, JSON) to signed events.
//!
//! Runs on the department's machine: the secret key never leaves it, only signed events and the files they name do. It must not
//! read the data folder of a log.

mod bodies;
mod client;
mod deliver;
pub mod desk;
mod import;
mod journal;
mod key_file;
mod local_file;
mod refused;
mod request;
pub mod revise;
pub mod table;

pub use bodies::{BodiesError, nfc, read_bodies};
pub use client::{Answer, Authority, AuthorityKey, Client, ClientError, LogState, Sink};
pub use deliver::{Patience, deliver, persist};
pub use import::{
    BATCH_ROWS, Import, ImportError, Notice, Observer, Options, ReadRow, Rights, Summary, Target,
    journal_beside,
};
pub use journal::{Journal, JournalError, Known};
pub use key_file::{KeyFile, KeyFileError};
pub use local_file::LocalFile;
pub use refused::{Refused, RefusedField};
pub use request::{KeyRequest, RequestError};
pub use table::{Here, Vocabulary};
