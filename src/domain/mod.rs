//! What departments may say: record kinds, their fields, codes and identifiers.
//!
//! Everything here is pure: values in, values or typed errors out. It must not read a clock, touch a file or the network,
//! hold words shown to users (those are in the catalogues), or depend on another module of this crate. Whether a record
//! may be published at a given time is a question for the dated rules, not for this module.

pub mod codes;
pub mod dates;
pub mod exit;
pub mod kind;
pub mod office;
pub mod person;
pub mod refs;
pub mod region;
pub mod repairs;
pub mod schema;
pub mod static_tree;
pub mod stored;
pub mod subject;
pub mod uscc;
pub mod validate;
pub mod view;

pub use codes::CodeList;
pub use exit::Exit;
pub use kind::Kind;
pub use refs::{EntryRef, FileRef};
pub use region::Region;
pub use schema::{Field, FieldType, KindSchema, Presence, Role, schema};
pub use static_tree::StaticTree;
pub use stored::{Stored, StoredError, named_files};
pub use subject::{About, Subject};
pub use uscc::{Uscc, UsccError};
pub use validate::{Breach, FieldError, Problem, validate};
pub use view::{Reference, View};
