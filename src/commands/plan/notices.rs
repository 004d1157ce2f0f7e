//! What whoever publishes or draws a plan is told, though it is allowed.

use gongshi::ingest::desk::Notice;

/// Says it on standard error.
pub fn say(notice: &Notice) {
    match notice {
        Notice::Uncovered { stratum, count } => {
            eprintln!(
                "note: no rule of this plan covers {count} objects of stratum {stratum}: they can never be drawn"
            );
        }
        Notice::Aimed { count } => {
            eprintln!(
                "this plan is directed: {count} objects of the library are in none of its rules"
            );
        }
        Notice::Targeted {
            rule,
            stratum,
            count,
        } => {
            let count = count.map(|count| format!("{count} ")).unwrap_or_default();
            eprintln!(
                "note: rules[{rule}] draws all {count}objects of stratum {stratum}: targeted, not random, and shown as that"
            );
        }
        Notice::Idle { department } => eprintln!(
            "note: {department} has seats, but no rule sends it: none of its officers will go anywhere by this plan"
        ),
    }
}
