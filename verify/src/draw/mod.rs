//! The draw, `ddraw/1`: a function of things logged before anyone could know the randomness, that anyone can repeat.
//!
//! Leaves of the two libraries ([`leaf`], [`library`], [`members`]), the randomness ([`randomness`], [`beacon`]), seed and tickets
//! ([`ticket`]), the choice of targets ([`choice`]) and of officers ([`officers`]). Formulas and reasons: `docs/DRAW.md`.
//!
//! Integers and bytes only, no clock and no randomness of its own: whoever runs it gets the same result. What an event may
//! say and when is not decided here.

pub mod admission;
pub mod beacon;
pub mod choice;
mod flow;
pub mod given;
pub mod leaf;
pub mod library;
pub mod lottery;
pub mod members;
pub mod officers;
pub mod opened;
pub mod plan;
pub mod randomness;
pub mod recompute;
pub mod recorded;
pub mod secrets;
pub mod substitutes;
pub mod ticket;
