//! What a department does for a draw at its own desk: libraries, plans, secrets, and the draws that only it can compute.
//!
//! Secrets (a contributor's secret, openings of sealed classes, drawn lists before they are opened, tokens of cards) are made
//! and kept here, in private files, and never sent. The formulas are the verifier crate's; whether the log takes what is
//! signed here is for the log to say.

mod base32;
mod beacon;
mod cards;
mod check;
mod cover;
mod fetch;
mod library;
mod materials;
mod moment;
mod plan_file;
mod pseudonyms;
mod sealed_list;
mod secret;
mod simulate;
mod snapshot;
mod snapshot_mark;
mod standing;
mod substitutes;

pub use beacon::{CHAIN, Round, RoundError};
pub use cards::{CARDS_PER_PAGE, Card, CardError, cards_page, write_cards};
pub use check::{
    PlanFault, check_body, check_contributors, check_libraries, check_plan, check_record, libraries,
};
pub use cover::{Notice, check_classes, notices};
pub use fetch::{FetchError, Logged, PlanEntries, any_entry, entry, file};
pub use library::{
    ListOptions, Made, NAMED_BY, Names, NamesError, OpeningLine, OpeningsError, Shape,
    library_template, make_library, openings_text, read_openings, taking_part,
};
pub use materials::{Materials, MaterialsError, typed_numbers};
pub use moment::{Hindrance, RevealWindow, may_cancel, may_commit, reveal_window};
pub use plan_file::{PlanFileError, Resolve, TemplateMode, plan_body, plan_template};
pub use pseudonyms::{Pseudonyms, PseudonymsError};
pub use sealed_list::{SealedLine, SealedList, SealedListError};
pub use secret::{Secret, SecretError};
pub use simulate::{RuleTally, SimulateError, Simulation, simulate};
pub use snapshot::{SnapshotError, SnapshotNote, read_library, snapshot_body};
pub use snapshot_mark::SnapshotMark;
pub use standing::check_standing;
pub use substitutes::{Replacement, SubstituteError, replaced_already, replacement, standing};
