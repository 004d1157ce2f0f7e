//! The limits that the interface publishes, with the numbers that hold: each is taken from where it is enforced, none is written here.

use super::{beacons, duties, events, journeys, plans, standing};
use crate::intake::{MAX_CARDS_BYTES, MAX_EVENT_BYTES, MAX_FILE_BYTES};
use crate::search::{MAX_DEPTH, MAX_QUERY_CHARS};
use crate::web::limits::Limits;
use crate::web::pages::search::twins;
use serde_json::{Map, Value};

/// A limit by name, with its number; what it limits says the message `limit-<name>`.
pub(in crate::web) type Limit = (&'static str, u64);

/// Every limit, those of time first.
pub(in crate::web) fn limits(limits: &Limits) -> Vec<Limit> {
    let count = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
    vec![
        ("head_seconds", limits.head.as_secs()),
        ("body_pause_seconds", limits.pause.as_secs()),
        ("body_bytes_per_second", limits.rate.into()),
        ("searches_at_once", count(limits.searches)),
        ("event_bytes", count(MAX_EVENT_BYTES)),
        ("events_per_request", count(events::MAX_LINES)),
        ("file_bytes", MAX_FILE_BYTES),
        ("cards_bytes", MAX_CARDS_BYTES),
        ("beacon_bytes", count(beacons::MOST)),
        ("query_characters", count(MAX_QUERY_CHARS)),
        ("search_records", count(twins::MOST)),
        ("search_depth", count(MAX_DEPTH)),
        ("search_rows", count(twins::ROWS)),
        ("referrers", count(standing::MAX_REFERRING)),
        ("duties", count(duties::MOST)),
        ("plans", count(plans::MOST)),
        ("plan_ids", count(plans::IDS)),
        ("promises", count(journeys::PROMISES)),
    ]
}

/// The same for the document.
pub(super) fn told(of: &Limits) -> Value {
    let members = limits(of).into_iter();
    Value::Object(
        members
            .map(|(name, number)| (name.to_owned(), number.into()))
            .collect::<Map<_, _>>(),
    )
}
