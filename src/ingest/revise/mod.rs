//! What a department does to records it has published: corrects them, ends their display, has them erased, and keeps its own copy.
//!
//! Two people decide about an end of display: one signs a request, the other reads what it is about and approves it with another key.
//! Nothing a server says of a record is shown to them before its proof holds. Whether the log takes what they sign is for the log to say.

mod change;
mod copies;
mod ending;
mod fault_words;
mod found;
mod indexes;
mod request;
mod words;

pub use change::{Change, ChangeError, Corrected, Grounds, correction_body};
pub use copies::{FileFault, KeepError, keep};
pub use ending::{Ending, Signers, SignersError, TargetFault, admit, field_faults, region_of};
pub use fault_words::{error_words, io_words};
pub use found::{Ended, Found, FoundError, Source, policy_of};
pub use indexes::{Asked, IndexFault, read_indexes};
pub use request::{Mixture, Request, RequestFault, RequestFileError};
pub use words::{
    Leaving, Names, Wording, changed_lines, event_lines, field_fault_words, record_lines,
};
