//! Draws run by the server: an open plan whose randomness is there is drawn, recorded and signed by the operator.
//!
//! It has no say in the result: the function is the verifier's, and intake repeats it before it takes the record. Sealed plans
//! are drawn by the department that holds the openings; a lottery's numbers are handed in by the plan's authority.

mod delay;
mod fetch;
mod record;
mod runner;

pub use fetch::Relays;
pub use record::{Composed, DrawFailure, compose};
pub use runner::{Drawn, Runner, Signer};
