//! What became of a promise: said once, and not before it was made.

use super::case::{Case, Past};
use super::{Said, broken};
use crate::domain::{Breach, Kind};
use crate::intake::Refusal;
use crate::intake::competence::named;

/// Whether it says what became of a promise.
fn settles(fulfilment: &str) -> bool {
    matches!(fulfilment, "kept" | "broken" | "false_promise")
}

/// What became of a promise that a correction says in the promise itself must not have been said by another record.
fn settled_by_itself(case: &Case<'_>, said: Said<'_>, index: u64) -> Result<(), Refusal> {
    let own = said.view.text_of("fulfilment").unwrap_or_default();
    if !settles(own) || said.settled {
        return Ok(());
    }
    let both = |other: &str| {
        matches!(
            (own, other),
            ("kept", "false_promise") | ("false_promise", "kept")
        )
    };
    let others = case.following(index, (Kind::CreditPromise, "promise"), None)?;
    let other = others.iter().find(|one| {
        let other = one.text("fulfilment");
        settles(other) && !both(other)
    });
    match other {
        Some(one) => {
            let by = one.index.to_string();
            Err(broken("fulfilment", own, Breach::PromiseSettled { by }))
        }
        None => Ok(()),
    }
}

/// What became of a promise names the promise itself: it names nothing that does so, and nothing names it.
fn unchained(case: &Case<'_>, said: Said<'_>, promise: &Past) -> Result<(), Refusal> {
    if said.settled {
        return Ok(());
    }
    let of = promise.names("promise");
    let of = of.map(|of| case.past(of)).transpose()?.flatten();
    let mut other = of.filter(|of| !of.left).map(|of| of.index);
    if let (None, Some(own)) = (other, said.own) {
        let named_by = case.following(own, (Kind::CreditPromise, "promise"), None)?;
        other = named_by.first().map(|one| one.index);
    }
    match other {
        Some(other) => {
            let other = other.to_string();
            let breach = Breach::PromiseChain { other };
            Err(broken("promise", promise.index, breach))
        }
        None => Ok(()),
    }
}

/// That a promise was false from the start can come out after it seemed kept; all else is said once.
pub(super) fn settled(case: &Case<'_>, said: Said<'_>) -> Result<(), Refusal> {
    let Some(promise) = case.named(&said.view, "promise")? else {
        return match (named(&said.view, "promise"), said.own) {
            (None, Some(own)) => settled_by_itself(case, said, own),
            _ => Ok(()),
        };
    };
    let own = said.view.text_of("fulfilment").unwrap_or_default();
    let promised = promise.text("promise_type");
    if said.view.text_of("promise_type") != Some(promised) && !promise.left {
        let expected = promised.to_owned();
        let value = said.view.text_of("promise_type").unwrap_or_default();
        return Err(broken(
            "promise_type",
            value,
            Breach::PromiseTypeOther { expected },
        ));
    }
    said.not_before("checked_on", &promise, promise.day())?;
    unchained(case, said, &promise)?;
    if !settles(own) || said.settled {
        return Ok(());
    }
    let allowed = |before: &Past| {
        let before = before.text("fulfilment");
        !settles(before) || (before == "kept" && own == "false_promise")
    };
    let mut before = case.following(promise.index, (Kind::CreditPromise, "promise"), said.own)?;
    if !promise.left {
        before.push(promise);
    }
    match before.iter().find(|one| !allowed(one)) {
        Some(one) => {
            let by = one.index.to_string();
            Err(broken("fulfilment", own, Breach::PromiseSettled { by }))
        }
        None => Ok(()),
    }
}
