//! Tables as departments have them (CSV, XLSX), row by row, as bodies of records.
//!
//! Reading only: what a row says and what is wrong with it. It must not sign, send, or remember anything.

mod cell;
mod columns;
mod fault;
mod names;
mod sheet;
mod source;
mod template;
mod text_file;
mod value;
mod vocabulary;

pub use cell::{Cell, Row};
pub use columns::{Columns, ColumnsError, HeaderProblem, Reading, SetProblem};
pub use fault::{CellFault, CellProblem, ColumnName};
pub use sheet::unpacks_within;
pub use source::SourceError;
pub use template::{Format, TemplateError, template};
pub use vocabulary::{Here, Vocabulary};

pub(in crate::ingest) use fault::{field_name, quote};
pub(in crate::ingest) use names::{fold_name, is_ignored, trim};
pub(in crate::ingest) use source::Source;
pub(in crate::ingest) use value::{Words, read_plain, read_worded};
