//! What became of a promise: said once, and not before it was made.

use super::case::{Case, Past};
use super::{Said, broken};
use crate::domain::{Breach, Kind};
use crate::intake::Refusal;

/// Whether it says what became of a promise.
fn settles(fulfilment: &str) -> bool {
    matches!(fulfilment, "kept" | "broken" | "false_promise")
}

/// That a promise was false from the start can come out after it seemed kept; all else is said once.
pub(super) fn settled(case: &Case<'_>, said: Said<'_>) -> Result<(), Refusal> {
    let Some(promise) = case.named(&said.view, "promise")? else {
        return Ok(());
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
