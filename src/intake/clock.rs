//! Time as an argument: the system's, or a simulated one for demonstrations and tests.
//!
//! The log's time never goes back, so one wrong reading far ahead, once signed, would make every later event "too old" for
//! ever. Within [`MAX_LEAP_SECONDS`] an event just issued by a right clock stays within its window; beyond, somebody has to look.

use crate::store::{DataFolder, StoreError};
use gongshi_verify::entry::MAX_AGE_SECONDS;
use gongshi_verify::time::Timestamp;
use std::sync::Mutex;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

/// Says what time it is.
pub trait Clock: Send + Sync {
    /// Now, in whole seconds.
    fn now(&self) -> Timestamp;
    /// Whether this is not the real time, so that pages can say so.
    fn simulated(&self) -> bool;
    /// The latest reading to be believed without anybody having looked, when `known` had passed at the start; `None`: any.
    fn latest(&self, known: Timestamp) -> Option<Timestamp> {
        let _ = known;
        None
    }
}

/// File of the data folder with the time of the last clean stop, so that a log at rest is not taken for a clock that leapt.
const STOPPED_AT: &str = "stopped_at";

/// The time of the last clean stop, where one is kept.
pub(super) fn stopped_at(folder: &DataFolder) -> Result<Option<Timestamp>, StoreError> {
    let text = folder.read(STOPPED_AT)?;
    let text = text.and_then(|bytes| String::from_utf8(bytes).ok());
    Ok(text.and_then(|text| Timestamp::parse(text.trim_end()).ok()))
}

/// Keeps the time of a clean stop.
pub(super) fn keep(folder: &DataFolder, now: Timestamp) -> Result<(), StoreError> {
    folder.write(STOPPED_AT, format!("{now}\n").as_bytes())
}

/// How far the log's time may go beyond its newest entry or last clean stop, and what has been counted since the start. As long as the oldest
/// an event may be: what right clocks sign stays acceptable after a wrong reading that was let through.
pub const MAX_LEAP_SECONDS: i64 = MAX_AGE_SECONDS;

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

/// The system's clock as a log's own: not believed when it leaps ahead of what was counted since the start.
#[derive(Debug, Clone, Copy)]
pub struct LogClock {
    started: Instant,
    checked: Option<Timestamp>,
}

impl LogClock {
    /// `checked` is a time at which somebody compared the system's clock with another one.
    pub fn new(checked: Option<Timestamp>) -> Self {
        LogClock {
            started: Instant::now(),
            checked,
        }
    }
}

impl Clock for LogClock {
    fn now(&self) -> Timestamp {
        SystemClock.now()
    }

    fn simulated(&self) -> bool {
        false
    }

    fn latest(&self, known: Timestamp) -> Option<Timestamp> {
        let known = self.checked.map_or(known, |checked| checked.max(known));
        let counted = i64::try_from(self.started.elapsed().as_secs()).unwrap_or(i64::MAX);
        // Past year 9999 there is nothing later to believe.
        Timestamp::from_unix(known.unix().saturating_add(counted) + MAX_LEAP_SECONDS)
    }
}

/// A clock that starts where it is told and runs at the pace of the real one, or is moved on by hand, or held.
#[derive(Debug)]
pub struct SimulatedClock {
    base: Mutex<Base>,
}

/// What a simulated clock counts from; `since` is none while it is held.
#[derive(Debug)]
struct Base {
    shown: i64,
    since: Option<Instant>,
}

impl SimulatedClock {
    /// A clock that shows `start` now.
    pub fn new(start: Timestamp) -> Self {
        SimulatedClock {
            base: Mutex::new(Base {
                shown: start.unix(),
                since: Some(Instant::now()),
            }),
        }
    }

    /// Moves the clock to `time`; it never goes back.
    pub fn advance_to(&self, time: Timestamp) {
        let mut base = self.base.lock().expect("no holder of this lock panics");
        if time.unix() > base.shown() {
            base.shown = time.unix();
            base.since = base.since.map(|_| Instant::now());
        }
    }

    /// Lets time stand still, or go on.
    pub fn hold(&self, held: bool) {
        let mut base = self.base.lock().expect("no holder of this lock panics");
        base.shown = base.shown();
        base.since = (!held).then(Instant::now);
    }
}

impl Base {
    fn shown(&self) -> i64 {
        let passed = self.since.map_or(0, |since| since.elapsed().as_secs());
        self.shown + i64::try_from(passed).unwrap_or_default()
    }
}

impl Clock for SimulatedClock {
    fn now(&self) -> Timestamp {
        let base = self.base.lock().expect("no holder of this lock panics");
        timestamp(base.shown())
    }

    fn simulated(&self) -> bool {
        true
    }
}
