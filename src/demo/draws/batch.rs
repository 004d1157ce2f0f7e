//! The year's batches before anything is logged: who, what, when, and what is out of the ordinary about some.

use crate::demo::dice::Dice;
use crate::demo::schedule::World;
use gongshi_verify::time::Timestamp;
use std::collections::HashMap;

/// Batches in which departments go together.
const JOINT: usize = 15;
/// Working days between the plan and the first inspection.
const AHEAD: usize = 9;
/// Batches planned in a small county, so that it has one of each sort.
const LEAST: usize = 9;

/// The open batch is drawn so many days after the year's end, and inspected in the month after that.
const NEXT_DAYS: usize = 6;
const NEXT_WINDOW: [&str; 2] = ["2026-12-07", "2026-12-31"];
pub(super) const NEXT_DEADLINE: &str = "2027-01-29T09:30:00Z";

/// What is out of the ordinary about a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::demo) enum Sort {
    /// Nothing.
    Plain,
    /// The whole county, every form of subject in a stratum of its own.
    Whole,
    /// Three departments go together.
    Three,
    /// Classes are sealed.
    Sealed,
    /// One secret is not revealed.
    Unrevealed,
    /// The draw is recorded a day late.
    Late,
    /// Called off before its draw; not one of the year's batches.
    Cancelled,
    /// Announced for next year: secrets are committed to, and nothing is drawn yet.
    Open,
}

/// One batch.
#[derive(Debug, Clone)]
pub(in crate::demo) struct Batch {
    /// Number of the annual plan it belongs to.
    pub annual_plan: usize,
    /// Number among the plan's tasks, from 1.
    pub number: usize,
    /// Position of the department that plans.
    pub lead: usize,
    /// Positions of those that go along.
    pub partners: Vec<usize>,
    /// Position of the item on the lead's list.
    pub item: usize,
    /// Working days of the first and last inspection.
    pub days: (usize, usize),
    pub sort: Sort,
}

impl Batch {
    /// Whether it is one of the year's batches, which the annual plans announce.
    pub(in crate::demo) fn is_announced(&self) -> bool {
        !matches!(self.sort, Sort::Cancelled | Sort::Open)
    }

    /// The days of the first and last inspection.
    pub(super) fn window(&self, world: &World) -> [String; 2] {
        match self.sort {
            Sort::Open => NEXT_WINDOW.map(str::to_owned),
            _ => [world.date(self.days.0), world.date(self.days.1)],
        }
    }

    /// When the log takes the plan: at a second of its own.
    pub(super) fn planned(&self, world: &World, place: usize) -> Timestamp {
        later(world.calendar.slot(self.days.0 - AHEAD, 0), 7 * place)
    }

    /// When preparations end and secrets are revealed.
    pub(super) fn t0(&self, world: &World, place: usize) -> Timestamp {
        let wait = if self.sort == Sort::Open {
            NEXT_DAYS * 86_400
        } else {
            0
        };
        later(
            world.calendar.slot(self.days.0 - AHEAD + 2, 1),
            7 * place + wait,
        )
    }
}

pub(super) fn later(time: Timestamp, seconds: usize) -> Timestamp {
    let seconds = i64::try_from(seconds).unwrap_or_default();
    Timestamp::from_unix(time.unix() + seconds).expect("a moment of 2026 is a time")
}

/// Every batch of the annual plans, in their order, and one that is called off.
pub(in crate::demo) fn invent(world: &World) -> Vec<Batch> {
    let mut dice = Dice::new("batches");
    let departments = &world.county.departments;
    // From when on an item can be planned again: two open plans never share one.
    let mut free: HashMap<&str, usize> = HashMap::new();
    let (mut batches, mut annual_plan, mut joint) = (Vec::new(), 0, 0);
    for (lead, department) in departments.iter().enumerate() {
        let mut next = 0;
        for (_, count) in &department.plans {
            for number in 1..=*count {
                let item = next % department.items.len();
                next += 1;
                let (name, _, can_join) = &department.items[item];
                let goes_along = *can_join && joint < JOINT && next % 2 == 1;
                let mut partners = Vec::new();
                if goes_along {
                    joint += 1;
                    partners
                        .push((lead + dice.between(1, departments.len() - 2)) % departments.len());
                }
                let from = dice
                    .between(26, 150)
                    .max(free.get(name.as_str()).copied().unwrap_or_default());
                let days = (from, from + dice.between(18, 30));
                free.insert(name, days.1 + 2);
                batches.push(Batch {
                    annual_plan,
                    number,
                    lead,
                    partners,
                    item,
                    days,
                    sort: Sort::Plain,
                });
            }
            annual_plan += 1;
        }
    }
    mark(
        &mut batches,
        departments.len(),
        world.calendar.last() + AHEAD - 3,
    );
    batches
}

/// Gives some of the first batches what is out of the ordinary, and adds the one that is called off.
fn mark(batches: &mut Vec<Batch>, departments: usize, last: usize) {
    let alone: Vec<usize> = (0..batches.len())
        .filter(|at| batches[*at].partners.is_empty())
        .collect();
    let together = (0..batches.len()).find(|at| !batches[*at].partners.is_empty());
    for (at, sort) in alone
        .iter()
        .zip([Sort::Whole, Sort::Sealed, Sort::Unrevealed, Sort::Late])
    {
        batches[*at].sort = sort;
    }
    if let Some(at) = together {
        let batch = &mut batches[at];
        let third = (1..departments).map(|step| (batch.lead + step) % departments);
        let third = third.filter(|one| !batch.partners.contains(one)).nth(2);
        batch.partners.extend(third);
        batch.sort = Sort::Three;
    }
    // Called off, and planned again later under the next serial: the same item, an earlier window.
    let again = batches
        .iter()
        .rposition(|one| one.sort == Sort::Plain && one.days.0 > 70 && one.lead == 0);
    if let Some(at) = again {
        let cancelled = Batch {
            days: (batches[at].days.0 - 40, batches[at].days.0 - 30),
            sort: Sort::Cancelled,
            ..batches[at].clone()
        };
        batches.push(cancelled);
    }
    // One is under way when the demonstration is opened.
    if let Some(first) = batches.iter().find(|one| one.sort == Sort::Whole) {
        let open = Batch {
            days: (last, last),
            sort: Sort::Open,
            ..first.clone()
        };
        batches.push(open);
    }
}

/// Positions of the batches that are planned in a county of this scale: those out of the ordinary, and a share of the others.
pub(super) fn chosen(world: &World, batches: &[Batch]) -> Vec<usize> {
    let count = world.scale.of(batches.len()).max(LEAST);
    let (special, plain): (Vec<usize>, Vec<usize>) =
        (0..batches.len()).partition(|at| batches[*at].sort != Sort::Plain);
    let room = count.saturating_sub(special.len());
    let mut chosen: Vec<usize> = special
        .into_iter()
        .chain(plain.into_iter().take(room))
        .collect();
    chosen.sort_unstable_by_key(|at| (batches[*at].planned(world, *at), *at));
    chosen
}
