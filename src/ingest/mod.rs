//! From what departments have (key files, CSV, XLSX, JSON) to signed events.
//!
//! Runs on the department's machine: the secret key never leaves it, only signed events do. It must not read the data
//! folder of a log.

mod key_file;

pub use key_file::{KeyFile, KeyFileError, key_request};
