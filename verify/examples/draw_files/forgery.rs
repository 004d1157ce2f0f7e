//! What can be wrong with the file of a draw whose entries are all properly logged: each is found at a step of its own.

use super::{DEPARTMENTS, OPERATOR, T0, integer, time};
use gongshi_verify::encoding::hex;
use gongshi_verify::json::Value;
use std::collections::BTreeMap;

/// What is wrong with a forged file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Forgery {
    Randomness,
    Seed,
    Outside,
    Count,
    Cap,
    Strata,
    Order,
    Ticket,
    Seats,
    LatePlan,
    EarlyDraw,
    DuringReveals,
    OtherPlan,
    OtherAuthority,
    Snapshots,
    Leaves,
    Kinds,
    Lead,
    ShortLead,
    Alone,
    LongDelay,
    Rotation,
    VoidDepartments,
    VoidAuthority,
    VoidOperator,
    YoungLibrary,
    Challenged,
    ShortDelay,
    Numbers,
    Game,
    OpenedRoot,
    OpenedStranger,
    OpenedEarly,
    OpenedByOther,
    TwoLists,
    ListAlone,
    ListTwice,
    ListOfFractions,
    NoList,
    EarlierTwice,
    LargeRotation,
    NoQualification,
    MemberTwice,
    UnknownMember,
    Fraction,
    Mark,
    Surrogate,
}

impl Forgery {
    /// Whether it is about the opened list of a sealed draw.
    pub(super) fn opens(self) -> bool {
        matches!(
            self,
            Forgery::OpenedRoot
                | Forgery::OpenedStranger
                | Forgery::OpenedEarly
                | Forgery::OpenedByOther
        )
    }

    /// Whether nothing reads the file.
    pub(super) fn is_no_file(self) -> bool {
        matches!(
            self,
            Forgery::MemberTwice
                | Forgery::UnknownMember
                | Forgery::Fraction
                | Forgery::Mark
                | Forgery::Surrogate
        )
    }

    /// Whether it is about how the list of the drawn stands there.
    pub(super) fn is_of_list(self) -> bool {
        matches!(
            self,
            Forgery::TwoLists
                | Forgery::ListAlone
                | Forgery::ListTwice
                | Forgery::ListOfFractions
                | Forgery::NoList
        )
    }

    /// The same file in a spelling that another reader might take for something else; as it is for the others.
    pub(super) fn spelt(self, text: &str) -> String {
        let (from, to) = match self {
            Forgery::MemberTwice => ("\"draw\":", "\"draw\":\"\",\"draw\":"),
            Forgery::UnknownMember => ("\"v\":1", "\"v\":1,\"w\":1"),
            Forgery::Fraction => ("\"v\":1", "\"v\":1.0"),
            Forgery::Mark => ("{", "\u{feff}{"),
            Forgery::Surrogate => ("\"files\":[", "\"files\":[\"\\ud800\","),
            _ => return text.to_owned(),
        };
        text.replacen(from, to, 1)
    }

    /// The list of the drawn in such a spelling.
    pub(super) fn listed(self, text: &str) -> String {
        let (from, to) = match self {
            Forgery::ListTwice => ("\"ticket\":", "\"ticket\":\"\",\"ticket\":"),
            Forgery::ListOfFractions => ("\"seat_no\":1", "\"seat_no\":1.0"),
            _ => return text.to_owned(),
        };
        text.replacen(from, to, 1)
    }

    /// Whose secrets alone count, where that makes a draw by delay void.
    pub(super) fn void(self) -> Option<&'static [&'static str]> {
        match self {
            Forgery::VoidDepartments => Some(&DEPARTMENTS[1..]),
            Forgery::VoidAuthority => Some(&DEPARTMENTS[..1]),
            Forgery::VoidOperator => Some(&[OPERATOR]),
            _ => None,
        }
    }
}

pub(super) const FORGERIES: [Forgery; 47] = [
    Forgery::Randomness,
    Forgery::Seed,
    Forgery::Outside,
    Forgery::Count,
    Forgery::Cap,
    Forgery::Strata,
    Forgery::Order,
    Forgery::Ticket,
    Forgery::Seats,
    Forgery::LatePlan,
    Forgery::EarlyDraw,
    Forgery::DuringReveals,
    Forgery::OtherPlan,
    Forgery::OtherAuthority,
    Forgery::Snapshots,
    Forgery::Leaves,
    Forgery::Kinds,
    Forgery::Lead,
    Forgery::ShortLead,
    Forgery::Alone,
    Forgery::LongDelay,
    Forgery::Rotation,
    Forgery::VoidDepartments,
    Forgery::VoidAuthority,
    Forgery::VoidOperator,
    Forgery::YoungLibrary,
    Forgery::Challenged,
    Forgery::ShortDelay,
    Forgery::Numbers,
    Forgery::Game,
    Forgery::OpenedRoot,
    Forgery::OpenedStranger,
    Forgery::OpenedEarly,
    Forgery::OpenedByOther,
    Forgery::TwoLists,
    Forgery::ListAlone,
    Forgery::ListTwice,
    Forgery::ListOfFractions,
    Forgery::NoList,
    Forgery::EarlierTwice,
    Forgery::LargeRotation,
    Forgery::NoQualification,
    Forgery::MemberTwice,
    Forgery::UnknownMember,
    Forgery::Fraction,
    Forgery::Mark,
    Forgery::Surrogate,
];

/// Has the record of the draw say something else than the function.
pub(super) fn forge(forgery: Forgery, members: &mut BTreeMap<String, Value>) {
    let other = hex(&[7; 32]);
    let mut put = |name: &str, value: Value| drop(members.insert(name.into(), value));
    match forgery {
        Forgery::Randomness => put("random_value", other.into()),
        Forgery::Seed => put("seed", other.into()),
        Forgery::NoList => drop(members.get_mut("drawn").map(|drawn| *drawn = Value::Null)),
        Forgery::Count => put("drawn_count", integer(99u32)),
        Forgery::Cap => put("load_cap", integer(99u32)),
        Forgery::OpenedRoot => put("sealed_root", other.into()),
        Forgery::Strata => put("drawn_strata", Value::Array(Vec::new())),
        Forgery::Outside => {
            // In the middle, so that the end of a delay stays as it was.
            if let Some(Value::Array(checkpoints)) = members.get_mut("delay_checkpoints") {
                checkpoints[0] = other.into();
            }
        }
        _ => {
            let Some(Value::Array(drawn)) = members.get_mut("drawn") else {
                return;
            };
            if forgery == Forgery::Order {
                drawn.reverse();
            }
            let Some(Value::Object(first)) = drawn.first_mut() else {
                return;
            };
            match (forgery, first.get_mut("assigned_seats")) {
                (Forgery::Ticket, _) => drop(first.insert("ticket".into(), other.into())),
                (Forgery::Seats, Some(Value::Array(seats))) => seats.reverse(),
                _ => {}
            }
        }
    }
}

/// Gives the first seat that asks for none a qualification that is null.
fn no_qualification(members: &mut BTreeMap<String, Value>) {
    let Some(Value::Array(departments)) = members.get_mut("departments") else {
        return;
    };
    for department in departments {
        let Value::Object(department) = department else {
            continue;
        };
        let Some(Value::Array(seats)) = department.get_mut("seats") else {
            continue;
        };
        for seat in seats {
            if let Value::Object(seat) = seat {
                seat.entry("qualification".into()).or_insert(Value::Null);
            }
        }
    }
}

/// Has the plan's record say something that no plan may.
pub(super) fn forge_plan(forgery: Forgery, body: &mut Value) {
    let Value::Object(members) = body else {
        return;
    };
    match forgery {
        Forgery::Lead => drop(members.insert("lead_seconds".into(), integer(11_000_000u32))),
        Forgery::ShortLead => drop(members.insert("lead_seconds".into(), integer(599u32))),
        // Early enough, but not at the lead: whoever made the plan could have waited for a better moment.
        Forgery::Alone => {
            for name in ["t0", "t1"] {
                members.insert(name.into(), time(T0).to_string().into());
            }
        }
        Forgery::LongDelay => drop(members.insert("delay_log2".into(), integer(41u32))),
        // One whose results can all be tried.
        Forgery::Game => drop(members.insert("lottery_game".into(), "welfare_3d".into())),
        Forgery::LargeRotation => drop(members.insert("rotation".into(), integer(1u64 << 32))),
        Forgery::NoQualification => no_qualification(members),
        Forgery::Rotation => drop(members.insert("rotation".into(), integer(0u32))),
        Forgery::Snapshots => {
            let objects = members.remove("object_snapshot").unwrap();
            drop(members.insert("officer_snapshot".into(), objects.clone()));
            drop(members.insert("object_snapshot".into(), objects));
        }
        _ => {}
    }
}
