//! Whether it is the time for a step of a plan, by the clock of the desk: what comes too early or too late counts for nothing,
//! and a secret told too early is told for nothing.
//!
//! The log decides by its own clock; here a step is refused that it would refuse, before anything is sent.

use gongshi_verify::draw::plan::Plan;
use gongshi_verify::names::AuthorityId;
use gongshi_verify::time::Timestamp;

/// Seconds kept from the beginning of a time for reveals, so that a clock a little ahead reveals nothing before it.
const MARGIN_SECONDS: i64 = 5;

/// Why a step cannot be taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Hindrance {
    /// Not one of the plan's contributors.
    #[error("{who} is no contributor of the plan; its contributors are {}", list(.contributors))]
    NoContributor {
        /// Who asks.
        who: AuthorityId,
        /// Who is.
        contributors: Vec<AuthorityId>,
    },
    /// Not the authority whose plan it is.
    #[error("the plan is of {owner}, and {who} cannot {step} it")]
    NotOwner {
        /// Whose it is.
        owner: AuthorityId,
        /// Who asks.
        who: AuthorityId,
        /// What was to be done.
        step: &'static str,
    },
    /// The plan was called off.
    #[error("the plan was cancelled by entry {0}")]
    Cancelled(u64),
    /// The time for it is over.
    #[error("too late to {step}: the time for it ended at {until} ({}), and it is {now}", .until_name)]
    Late {
        /// What was to be done.
        step: &'static str,
        /// When its time ended.
        until: Timestamp,
        /// What the plan calls that time.
        until_name: &'static str,
        /// Now.
        now: Timestamp,
    },
}

fn list(ids: &[AuthorityId]) -> String {
    match ids {
        [] => "nobody".to_owned(),
        ids => {
            let ids: Vec<&str> = ids.iter().map(AuthorityId::as_str).collect();
            ids.join(", ")
        }
    }
}

fn contributes(plan: &Plan, who: &AuthorityId) -> Result<(), Hindrance> {
    match plan.contributors.contains(who) {
        true => Ok(()),
        false => Err(Hindrance::NoContributor {
            who: who.clone(),
            contributors: plan.contributors.clone(),
        }),
    }
}

fn by_t0(plan: &Plan, step: &'static str, now: Timestamp) -> Result<(), Hindrance> {
    match now <= plan.t0 {
        true => Ok(()),
        false => Err(Hindrance::Late {
            step,
            until: plan.t0,
            until_name: "t0",
            now,
        }),
    }
}

fn stands(cancelled: Option<u64>) -> Result<(), Hindrance> {
    cancelled.map_or(Ok(()), |index| Err(Hindrance::Cancelled(index)))
}

/// Whether an authority may commit to a secret now.
///
/// # Errors
/// [`Hindrance`].
pub fn may_commit(
    plan: &Plan,
    who: &AuthorityId,
    cancelled: Option<u64>,
    now: Timestamp,
) -> Result<(), Hindrance> {
    contributes(plan, who)?;
    stands(cancelled)?;
    by_t0(plan, "commit", now)
}

/// Whether an authority may call the plan off now.
///
/// # Errors
/// [`Hindrance`].
pub fn may_cancel(
    plan: &Plan,
    who: &AuthorityId,
    cancelled: Option<u64>,
    now: Timestamp,
) -> Result<(), Hindrance> {
    if plan.key.authority() != *who {
        return Err(Hindrance::NotOwner {
            owner: plan.key.authority(),
            who: who.clone(),
            step: "cancel",
        });
    }
    stands(cancelled)?;
    by_t0(plan, "cancel", now)
}

/// When an authority may reveal its secret, seen from now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RevealWindow {
    /// It may now.
    Open,
    /// From that time on: t0 and a little, for clocks differ.
    From(Timestamp),
}

/// Whether it is the time to reveal.
///
/// # Errors
/// [`Hindrance`].
pub fn reveal_window(
    plan: &Plan,
    who: &AuthorityId,
    cancelled: Option<u64>,
    now: Timestamp,
) -> Result<RevealWindow, Hindrance> {
    contributes(plan, who)?;
    stands(cancelled)?;
    if now > plan.t1 {
        return Err(Hindrance::Late {
            step: "reveal",
            until: plan.t1,
            until_name: "t1",
            now,
        });
    }
    // A short time has a short margin.
    let margin = ((plan.t1.unix() - plan.t0.unix()) / 4).min(MARGIN_SECONDS);
    let from = Timestamp::from_unix(plan.t0.unix() + margin).unwrap_or(plan.t0);
    Ok(match now < from {
        true => RevealWindow::From(from),
        false => RevealWindow::Open,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use gongshi_verify::json;

    fn plan() -> Plan {
        let zero = "0".repeat(64);
        let body = format!(
            r#"{{"plan_key":"A/2026/01","randomness":"delay","delay_log2":34,"contributors":["A","B"],
            "t0":"2026-01-01T00:00:00Z","t1":"2026-01-01T00:02:00Z","rotation":0,
            "rules":[{{"stratum":"s","rule_departments":["A"],"num":1,"den":2,"minimum":0}}],
            "departments":[{{"department":"A","seats":[{{"officers":2}}]}}],"object_root":"{zero}","officer_root":"{zero}"}}"#
        );
        Plan::from_body(&json::parse(&body).unwrap()).unwrap()
    }

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(&format!("2026-01-01T00:{text}Z")).unwrap()
    }

    fn who(id: &str) -> AuthorityId {
        AuthorityId::parse(id).unwrap()
    }

    #[test]
    fn commits_and_cancels_stand_by_t0() {
        let (plan, on, after) = (plan(), at("00:00"), at("00:01"));
        assert_eq!(may_commit(&plan, &who("B"), None, on), Ok(()));
        assert!(matches!(
            may_commit(&plan, &who("B"), None, after),
            Err(Hindrance::Late { .. })
        ));
        assert_eq!(
            may_commit(&plan, &who("B"), Some(7), on),
            Err(Hindrance::Cancelled(7))
        );
        let said = may_commit(&plan, &who("C"), None, on).unwrap_err();
        assert_eq!(
            said.to_string(),
            "C is no contributor of the plan; its contributors are A, B"
        );
        assert_eq!(may_cancel(&plan, &who("A"), None, on), Ok(()));
        assert!(matches!(
            may_cancel(&plan, &who("B"), None, on),
            Err(Hindrance::NotOwner { .. })
        ));
        assert!(may_cancel(&plan, &who("A"), None, after).is_err());
    }

    #[test]
    fn a_secret_is_told_only_in_its_time() {
        let plan = plan();
        let window = |text: &str| reveal_window(&plan, &who("A"), None, at(text));
        for early in ["00:00", "00:04"] {
            assert_eq!(window(early), Ok(RevealWindow::From(at("00:05"))));
        }
        for open in ["00:05", "02:00"] {
            assert_eq!(window(open), Ok(RevealWindow::Open));
        }
        let said = window("02:01").unwrap_err().to_string();
        assert!(
            said.contains("2026-01-01T00:02:00Z (t1)") && said.contains("00:02:01Z"),
            "{said}"
        );
        let short = Plan {
            t1: plan.t0,
            ..plan.clone()
        };
        assert_eq!(
            reveal_window(&short, &who("A"), None, at("00:00")),
            Ok(RevealWindow::Open)
        );
        assert!(reveal_window(&plan, &who("C"), None, at("00:05")).is_err());
    }
}
