//! When what ends or corrects a record is answered: only once nothing the server shows still has the record as it was.
//!
//! Hidden it is before, by intake; here is waited for what was derived from it (the read model, the search index) and, for an
//! erasure, for the destruction of its bytes. Every wait has an end: the event is in the log by then, and takes its course.

use super::events::Outcome;
use crate::domain::{Kind, Stored};
use crate::intake::Refusal;
use crate::standing;
use crate::web::Portal;
use crate::web::problem::Problem;
use actix_web::web;
use std::time::{Duration, Instant};

/// For the read model. Its names and counts would be shown as they were: beyond it the answer is 503.
const MODEL: Duration = Duration::from_secs(100);
/// For the search index. Its hits are checked against the log, and what it counts is left out while it is behind.
const SEARCH: Duration = Duration::from_secs(30);
/// For the destruction of an erased record's bytes, which may have to copy large files. Less than clients wait.
const DESTRUCTION: Duration = Duration::from_secs(100);
/// Between two looks.
const PAUSE: Duration = Duration::from_millis(10);

/// Accepted events of one chunk that end or correct records.
#[derive(Clone, Default)]
struct Endings {
    /// Every entry below this has to be taken.
    beyond: u64,
    /// Places in the chunk.
    places: Vec<usize>,
    erasures: Vec<u64>,
}

/// Who has taken them.
struct Taken {
    model: bool,
    search: bool,
    destroyed: bool,
}

/// Waits until what these events end has ended everywhere.
pub(super) async fn everywhere(
    portal: &web::Data<Portal>,
    mut outcomes: Vec<Outcome>,
) -> Vec<Outcome> {
    // Only what is not above the newest of them can be one.
    let newest = portal.intake.standing().cursor().unwrap_or(u64::MAX);
    let accepted: Vec<(usize, u64)> = outcomes
        .iter()
        .enumerate()
        .filter_map(|(place, outcome)| Some((place, outcome.as_ref().ok()?.index)))
        .filter(|(_, index)| *index < newest)
        .collect();
    if accepted.is_empty() {
        return outcomes;
    }
    let begun = Instant::now();
    let asked = portal.clone();
    let found = web::block(move || Endings::among(&asked, &accepted)).await;
    // The pool is gone only when the server is.
    let Ok(endings) = found else {
        return outcomes;
    };
    while !endings.places.is_empty() {
        let (asked, of) = (portal.clone(), endings.clone());
        let Ok(taken) = web::block(move || of.taken(&asked)).await else {
            return outcomes;
        };
        let waited = begun.elapsed();
        if !taken.model && waited >= MODEL {
            for place in &endings.places {
                outcomes[*place] = Err(Box::new(not_everywhere()));
            }
            break;
        }
        if taken.model
            && (taken.search || waited >= SEARCH)
            && (taken.destroyed || waited >= DESTRUCTION)
        {
            break;
        }
        actix_web::rt::time::sleep(PAUSE).await;
    }
    outcomes
}

fn not_everywhere() -> Problem {
    Problem::from(&Refusal::Unavailable(
        "the event is in the log and in force, but the read model does not follow; send the same event again"
            .to_owned(),
    ))
}

impl Endings {
    fn among(portal: &Portal, accepted: &[(usize, u64)]) -> Self {
        let mut endings = Endings::default();
        for (place, index) in accepted {
            let entry = portal.log.entry(*index).ok();
            let kind = entry.and_then(|entry| Stored::read(&entry, None).ok()?.kind);
            let Some(kind) = kind.filter(|kind| standing::KINDS.contains(kind)) else {
                continue;
            };
            endings.beyond = endings.beyond.max(index + 1);
            endings.places.push(*place);
            if kind == Kind::Erasure {
                endings.erasures.push(*index);
            }
        }
        endings
    }

    fn taken(&self, portal: &Portal) -> Taken {
        let standing = portal.intake.standing();
        let unfinished = |by: &u64| standing.is_unfinished(*by).unwrap_or(true);
        Taken {
            model: portal
                .model
                .cursor()
                .is_ok_and(|cursor| cursor >= self.beyond),
            search: portal.search.searchable() >= self.beyond,
            destroyed: !self.erasures.iter().any(unfinished),
        }
    }
}
