//! Time as an argument: the system's, or a simulated one for demonstrations and tests.

use gongshi_verify::time::Timestamp;
use std::sync::Mutex;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

/// Says what time it is.
pub trait Clock: Send + Sync {
    /// Now, in whole seconds.
    fn now(&self) -> Timestamp;
    /// Whether this is not the real time, so that pages can say so.
    fn simulated(&self) -> bool;
}

/// The system's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

fn timestamp(seconds: i64) -> Timestamp {
    Timestamp::from_unix(seconds).expect("clocks show years 1 to 9999")
}

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        let since = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        timestamp(i64::try_from(since.as_secs()).unwrap_or_default())
    }

    fn simulated(&self) -> bool {
        false
    }
}

/// A clock that starts where it is told and runs at the pace of the real one, or is moved on by hand.
#[derive(Debug)]
pub struct SimulatedClock {
    base: Mutex<(i64, Instant)>,
}

impl SimulatedClock {
    /// A clock that shows `start` now.
    pub fn new(start: Timestamp) -> Self {
        SimulatedClock {
            base: Mutex::new((start.unix(), Instant::now())),
        }
    }

    /// Moves the clock to `time`; it never goes back.
    pub fn advance_to(&self, time: Timestamp) {
        let mut base = self.base.lock().expect("no holder of this lock panics");
        if time.unix() > shown(&base) {
            *base = (time.unix(), Instant::now());
        }
    }
}

fn shown(base: &(i64, Instant)) -> i64 {
    base.0 + i64::try_from(base.1.elapsed().as_secs()).unwrap_or_default()
}

impl Clock for SimulatedClock {
    fn now(&self) -> Timestamp {
        timestamp(shown(
            &self.base.lock().expect("no holder of this lock panics"),
        ))
    }

    fn simulated(&self) -> bool {
        true
    }
}
