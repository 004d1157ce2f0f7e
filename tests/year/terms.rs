//! Until when a penalty is shown, read out of the orders by hand, and the penalties of the year whose last day is written down.
//!
//! Market supervision: Order 45 of SAMR, article 13, for what was decided up to 2025-12-24: low fines and public criticism 3 months from
//! publication, the rest 3 years. Order 107 from 2025-12-25: minor 3 months, general 1 year, serious 3 years from publication. Other departments:
//! Order 58 of the NDRC for what was decided up to 2026-03-31: 3 years from the decision; Order 36 from 2026-04-01: minor 3 months, general 1
//! year, serious 3 years from the decision.

use crate::days::Day;
use crate::drawn::{LEAD, PARTNER};

/// First day of Order 107, and of Order 36.
pub const ORDER_107: &str = "2025-12-25";
const ORDER_36: &str = "2026-04-01";
/// What is low for an organisation in the invented county: less than 50,000 yuan, in fen.
const LOW: u64 = 5_000_000;

pub struct Penalised {
    pub who: &'static str,
    pub decided: Day,
    pub published: Day,
    /// `fine` or `public_criticism`.
    pub kind: &'static str,
    pub fine: u64,
    pub severity: &'static str,
}

impl Penalised {
    /// The last day.
    pub fn last_day(&self) -> Day {
        if self.who != LEAD {
            let months = match self.severity {
                _ if self.decided < Day::of(ORDER_36) => 36,
                "minor" => 3,
                "general" => 12,
                _ => 36,
            };
            return self.decided.months_on(months);
        }
        let is_low = self.kind == "public_criticism" || self.fine < LOW;
        let months = match self.severity {
            _ if self.decided < Day::of(ORDER_107) && is_low => 3,
            _ if self.decided < Day::of(ORDER_107) => 36,
            "minor" => 3,
            "general" => 12,
            _ => 36,
        };
        self.published.months_on(months)
    }
}

/// Who, decided, published, kind of penalty, fine in fen, severity, last day. Counted by hand on a calendar.
pub const WRITTEN: &[(&str, &str, &str, &str, u64, &str, &str)] = &[
    // Low fines and criticism of Order 45; the last has no 31st to end on, the one before no 30th of February.
    (
        LEAD,
        "2025-07-10",
        "2025-07-16",
        "fine",
        1_000_000,
        "general",
        "2025-10-16",
    ),
    (
        LEAD,
        "2025-08-20",
        "2025-08-31",
        "fine",
        4_999_999,
        "general",
        "2025-11-30",
    ),
    (
        LEAD,
        "2025-11-20",
        "2025-11-30",
        "public_criticism",
        0,
        "general",
        "2026-02-28",
    ),
    // On both sides of what is low, and of Order 107.
    (
        LEAD,
        "2025-12-24",
        "2025-12-30",
        "fine",
        4_999_999,
        "general",
        "2026-03-30",
    ),
    (
        LEAD,
        "2025-12-24",
        "2025-12-30",
        "fine",
        5_000_000,
        "general",
        "2028-12-30",
    ),
    (
        LEAD,
        "2025-12-25",
        "2025-12-30",
        "fine",
        4_999_999,
        "general",
        "2026-12-30",
    ),
    (
        LEAD,
        "2025-12-25",
        "2025-12-31",
        "fine",
        4_999_999,
        "minor",
        "2026-03-31",
    ),
    (
        LEAD,
        "2026-01-05",
        "2026-01-31",
        "fine",
        5_000_000,
        "minor",
        "2026-04-30",
    ),
    (
        LEAD,
        "2026-02-24",
        "2026-02-28",
        "public_criticism",
        0,
        "minor",
        "2026-05-28",
    ),
    (
        LEAD,
        "2026-02-24",
        "2026-02-28",
        "fine",
        9_000_000,
        "serious",
        "2029-02-28",
    ),
    // Market supervision does not change with Order 36.
    (
        LEAD,
        "2026-04-01",
        "2026-04-10",
        "fine",
        9_000_000,
        "minor",
        "2026-07-10",
    ),
    // Another department, on both sides of it: from the decision, whatever the day of publication.
    (
        PARTNER,
        "2025-09-20",
        "2025-09-30",
        "fine",
        1_000_000,
        "minor",
        "2028-09-20",
    ),
    (
        PARTNER,
        "2026-03-31",
        "2026-04-07",
        "fine",
        1_000_000,
        "minor",
        "2029-03-31",
    ),
    (
        PARTNER,
        "2026-04-01",
        "2026-04-07",
        "fine",
        1_000_000,
        "minor",
        "2026-07-01",
    ),
    (
        PARTNER,
        "2026-04-02",
        "2026-04-10",
        "fine",
        1_000_000,
        "general",
        "2027-04-02",
    ),
    (
        PARTNER,
        "2026-04-02",
        "2026-04-10",
        "fine",
        1_000_000,
        "serious",
        "2029-04-02",
    ),
];

impl Penalised {
    /// A row of the table, with its last day.
    pub fn written(
        row: &(
            &'static str,
            &str,
            &str,
            &'static str,
            u64,
            &'static str,
            &str,
        ),
    ) -> (Self, Day) {
        let (who, decided, published, kind, fine, severity, last) = *row;
        let (decided, published) = (Day::of(decided), Day::of(published));
        let penalised = Penalised {
            who,
            decided,
            published,
            kind,
            fine,
            severity,
        };
        (penalised, Day::of(last))
    }
}

/// The orders as they are read here give the days that are written down.
#[test]
fn what_is_read_gives_what_is_written() {
    for row in WRITTEN {
        let (penalised, last) = Penalised::written(row);
        assert_eq!(penalised.last_day(), last, "{row:?}");
    }
}
