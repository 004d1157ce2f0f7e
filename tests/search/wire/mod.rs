//! What the engine over a server sends, and how it takes what a server can do to it: each run tries this with a server of its own, which only keeps
//! what it is sent. That the real one finds what it should is tried with the real one.

mod failing;
mod fake;
mod going_back;
mod http;
mod keys;
mod model;
mod rebuild;
mod refused;
mod writing;
