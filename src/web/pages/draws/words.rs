//! Times to come and gone by, shares and stages, in words. Knows nothing of what they are about.

use super::super::Visit;
use crate::docket::{PlanState, Stage};
use crate::web::render::Moment;
use gongshi_verify::time::Timestamp;
use serde::Serialize;

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// A moment, and how far it is from now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Point {
    pub(super) moment: Moment,
    /// Such as "in 3 h 12 min".
    pub(super) distance: String,
    pub(super) past: bool,
}

/// A plan's stage in a word.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct StageWord {
    pub(super) text: String,
    /// Class of the style sheet.
    pub(super) class: &'static str,
}

impl Visit {
    pub(super) fn moment(&self, seconds: i64) -> Moment {
        let epoch = || Timestamp::from_unix(0).expect("the epoch is a time");
        Moment::new(
            self.lang,
            Timestamp::from_unix(seconds).unwrap_or_else(epoch),
        )
    }

    pub(super) fn point(&self, seconds: i64) -> Point {
        let past = seconds <= self.now;
        let key = match past {
            true => "page-time-ago",
            false => "page-time-in",
        };
        let span = self.span((seconds - self.now).abs());
        Point {
            moment: self.moment(seconds),
            distance: self.say(key, &[("span", span.into())]),
            past,
        }
    }

    /// A length of time in its two largest units.
    pub(super) fn span(&self, seconds: i64) -> String {
        let (key, large, small) = match seconds {
            DAY.. => ("page-span-days", seconds / DAY, seconds % DAY / HOUR),
            HOUR.. => ("page-span-hours", seconds / HOUR, seconds % HOUR / MINUTE),
            MINUTE.. => ("page-span-minutes", seconds / MINUTE, 0),
            _ => ("page-span-moment", 0, 0),
        };
        self.say(key, &[("large", large.into()), ("small", small.into())])
    }

    pub(super) fn stage_word(&self, plan: &PlanState) -> StageWord {
        let stage = plan.stage(self.now);
        let late = stage == Stage::Due && is_late(plan, self.now);
        let name = if late { "late" } else { stage.name() };
        StageWord {
            text: self.word(&format!("plan-stage-{name}")),
            class: match stage {
                Stage::Drawn => "good",
                Stage::Cancelled => "quiet",
                Stage::Void | Stage::Lapsed => "bad",
                Stage::Due if late => "bad",
                _ => "open",
            },
        }
    }

    /// Names one after the other.
    pub(super) fn listed(&self, names: impl IntoIterator<Item = String>) -> String {
        let names: Vec<String> = names.into_iter().collect();
        names.join(&self.word("page-list-comma"))
    }
}

/// So long a due draw may take before it is called late: an hour, and for a delay the time in which a slow processor runs it.
pub(super) fn patience(plan: &PlanState) -> i64 {
    const STEPS_A_SECOND: u64 = 2_000_000;
    let steps = plan.delay_log2.map_or(0, |log2| 1u64 << log2.min(62));
    HOUR + i64::try_from(steps / STEPS_A_SECOND).unwrap_or(i64::MAX / 2)
}

/// Whether a plan is late at a time, or was when it was drawn.
pub(super) fn is_late(plan: &PlanState, now: i64) -> bool {
    let at = plan.draw.as_ref().map_or(now, |draw| draw.logged_at);
    at > plan.known_at().saturating_add(patience(plan))
}

/// A share in per cent, rounded to at most two decimals, but never to all or to none where it is neither; and whether that is exact.
pub(in super::super) fn percent(part: u64, whole: u64) -> (String, bool) {
    if whole == 0 {
        return ("0%".to_owned(), true);
    }
    let (scaled, whole) = (u128::from(part) * 10_000, u128::from(whole));
    let exact = scaled % whole == 0;
    let hundredths = match (scaled + whole / 2) / whole {
        rounded if exact || scaled > 10_000 * whole => rounded,
        rounded => rounded.clamp(1, 9_999),
    };
    let mut text = format!("{}.{:02}", hundredths / 100, hundredths % 100);
    let kept = text.trim_end_matches('0').trim_end_matches('.').len();
    text.truncate(kept);
    text.push('%');
    (text, exact)
}

/// A declared rate: in per cent where that is exact, else as the fraction that it is.
pub(super) fn rate(num: u64, den: u64) -> String {
    match percent(num, den) {
        (text, true) => text,
        _ => format!("{num}/{den}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_told_exactly_or_rounded() {
        assert_eq!(percent(6, 30), ("20%".to_owned(), true));
        assert_eq!(percent(6, 29), ("20.69%".to_owned(), false));
        assert_eq!(percent(2, 3), ("66.67%".to_owned(), false));
        assert_eq!(percent(1, 3), ("33.33%".to_owned(), false));
        assert_eq!(percent(1, 1_000_000), ("0.01%".to_owned(), false));
        assert_eq!(percent(99_999, 100_000), ("99.99%".to_owned(), false));
        assert_eq!(percent(400_001, 300_000), ("133.33%".to_owned(), false));
        assert_eq!(percent(5, 5), ("100%".to_owned(), true));
        assert_eq!(percent(0, 0), ("0%".to_owned(), true));
        assert_eq!(rate(1, 40), "2.5%");
        assert_eq!(rate(1, 3), "1/3");
    }
}
