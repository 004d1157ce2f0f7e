//! Progress on standard error: a count that a person can follow, and nothing where nobody watches.

use std::io::IsTerminal as _;
use std::time::{Duration, Instant};

/// Says every second how far a task is.
pub struct Progress {
    what: &'static str,
    total: u64,
    shown: Option<Instant>,
}

impl Progress {
    /// Counts `what` up to `total`.
    pub fn new(what: &'static str, total: u64) -> Self {
        let shown = std::io::stderr().is_terminal().then(Instant::now);
        Progress { what, total, shown }
    }

    /// `done` of the total are done.
    pub fn at(&mut self, done: u64) {
        if let Some(shown) = self.shown
            && (shown.elapsed() > Duration::from_secs(1) || done == self.total)
        {
            eprint!("\r{done} of {} {}", self.total, self.what);
            if done == self.total {
                eprintln!();
            }
            self.shown = Some(Instant::now());
        }
    }
}
