//! Which officers go to which target: seats filled one after the other, each by the least burdened who leaves the rest feasible.
//!
//! The result is defined by what is feasible, not by how that is found out: any two implementations agree. Feasible means
//! that every seat is filled by somebody of its department, qualified, not barred from the target, on it once, and that
//! nobody has more seats than the least cap under which that can be.

use super::flow::Flow;
use super::leaf::Officer;
use super::ticket::Seed;
use alloc::collections::BTreeSet;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// What a department sends to each of its targets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seats {
    /// The department.
    pub department: String,
    /// What the officer must be qualified for; `None`: nothing in particular.
    pub qualification: Option<String>,
    /// How many.
    pub count: u32,
}

/// A drawn target and the departments that inspect it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visit<'a> {
    /// The target.
    pub target: &'a str,
    /// Departments of the rules that drew it.
    pub departments: BTreeSet<&'a str>,
}

/// Pairs of target and officer that must not meet: recusals, and who was there in the last batches.
pub type Barred<'a> = BTreeSet<(&'a str, &'a str)>;

/// A seat, and who fills it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Assigned<'a> {
    /// The target.
    pub target: &'a str,
    /// The department.
    pub department: &'a str,
    /// What the seat asks for.
    pub qualification: Option<&'a str>,
    /// Its number among the equal seats, from 1.
    pub number: u32,
    /// The officer.
    pub officer: &'a str,
}

impl Assigned<'_> {
    /// Whether it is the same seat, whoever has it.
    fn is_same_seat(&self, other: &Assigned<'_>) -> bool {
        (
            self.target,
            self.department,
            self.qualification,
            self.number,
        ) == (
            other.target,
            other.department,
            other.qualification,
            other.number,
        )
    }
}

/// Who goes where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assignment<'a> {
    /// L*, the least cap: most targets of one officer.
    pub cap: u64,
    /// In the order in which seats are filled.
    pub seats: Vec<Assigned<'a>>,
}

/// A seat for which no officer is left, however many targets each may have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "target {target}: no officer of {department}{} for seat {number}",
    .qualification.as_ref().map(|one| alloc::format!(" qualified for {one}")).unwrap_or_default()
)]
pub struct Infeasible {
    /// The target.
    pub target: String,
    /// The department.
    pub department: String,
    /// What the seat asks for.
    pub qualification: Option<String>,
    /// Its number among the equal seats, from 1.
    pub number: u32,
}

/// Equal seats of one target.
struct Need<'a> {
    visit: usize,
    seats: &'a Seats,
    eligible: Vec<usize>,
}

/// Whether an officer is one for the seats of a department, with what they ask for.
pub fn may(officer: &Officer<'_>, department: &str, qualification: Option<&str>) -> bool {
    officer.department == department
        && qualification.is_none_or(|one| officer.qualifications.has(one))
}

fn may_take(officer: &Officer<'_>, seats: &Seats) -> bool {
    may(officer, &seats.department, seats.qualification.as_deref())
}

/// The needs of all visits in the order in which their seats are filled: visits as given, then by number of eligible officers,
/// department, qualification.
fn needs<'a>(
    visits: &[Visit<'a>],
    seats: &'a [Seats],
    officers: &[Officer<'a>],
    barred: &Barred<'a>,
) -> Vec<Need<'a>> {
    let able: Vec<Vec<usize>> = seats
        .iter()
        .map(|seats| {
            let fits = |at: &usize| may_take(&officers[*at], seats);
            (0..officers.len()).filter(fits).collect()
        })
        .collect();
    let mut needs = Vec::new();
    for (number, visit) in visits.iter().enumerate() {
        let first = needs.len();
        for (seats, able) in seats.iter().zip(&able) {
            if !visit.departments.contains(seats.department.as_str()) {
                continue;
            }
            let free = |at: &&usize| !barred.contains(&(visit.target, officers[**at].id));
            needs.push(Need {
                visit: number,
                seats,
                eligible: able.iter().filter(free).copied().collect(),
            });
        }
        needs[first..].sort_by(|a: &Need<'_>, b| {
            let key = |need: &Need<'a>| {
                (
                    need.eligible.len(),
                    &need.seats.department,
                    &need.seats.qualification,
                )
            };
            key(a).cmp(&key(b))
        });
    }
    needs
}

/// Fills all seats of the visits, which are given in the order of (ticket, id). `seats` name each department and qualification
/// once.
///
/// # Errors
/// [`Infeasible`], naming the first seat for which nobody is left.
pub fn assign<'a>(
    seed: &Seed,
    visits: &[Visit<'a>],
    seats: &'a [Seats],
    officers: &[Officer<'a>],
    barred: &Barred<'a>,
) -> Result<Assignment<'a>, Infeasible> {
    let needs = needs(visits, seats, officers, barred);
    let mut flow = filled(visits, &needs, officers.len())?;
    let mut assigned = Vec::new();
    let mut load: Vec<u32> = officers.iter().map(|_| 0).collect();
    for (number, need) in needs.iter().enumerate() {
        let target = visits[need.visit].target;
        let hashes: Vec<_> = need
            .eligible
            .iter()
            .map(|at| (seed.pair(target, officers[*at].id), *at))
            .collect();
        for seat in 1..=need.seats.count {
            let mut order: Vec<_> = hashes
                .iter()
                .map(|(hash, at)| (load[*at], *hash, *at))
                .collect();
            order.sort_unstable();
            let order = order.into_iter().map(|(_, _, at)| at);
            let who = flow.settle(number, order).expect("every seat was filled");
            load[who] += 1;
            assigned.push(Assigned {
                target,
                department: &need.seats.department,
                qualification: need.seats.qualification.as_deref(),
                number: seat,
                officer: officers[who].id,
            });
        }
    }
    Ok(Assignment {
        cap: flow.cap() as u64,
        seats: assigned,
    })
}

/// A flow that fills every seat under the least cap.
fn filled(visits: &[Visit<'_>], needs: &[Need<'_>], people: usize) -> Result<Flow, Infeasible> {
    let edges = needs.iter().map(|need| (need.visit, need.eligible.clone()));
    let mut flow = Flow::new(visits.len(), people, edges.collect());
    let total: usize = needs.iter().map(|need| need.seats.count as usize).sum();
    // Nobody can do with less; from here the least is found by trying.
    flow.set_cap(total.div_ceil(people.max(1)));
    for (number, need) in needs.iter().enumerate() {
        for seat in 1..=need.seats.count {
            while !flow.fill(number) {
                // One seat per target: a higher cap allows nothing more.
                if flow.cap() >= visits.len() {
                    return Err(Infeasible {
                        target: visits[need.visit].target.to_string(),
                        department: need.seats.department.clone(),
                        qualification: need.seats.qualification.clone(),
                        number: seat,
                    });
                }
                flow.set_cap(flow.cap() + 1);
            }
        }
    }
    Ok(flow)
}

/// Where a seat stands in an assignment.
fn place(drawn: &Assignment<'_>, seat: &Assigned<'_>) -> Option<usize> {
    drawn.seats.iter().position(|one| one.is_same_seat(seat))
}

/// All who may take a seat, in the order in which it was filled: by the seats filled with them before it, then by hash.
fn ranking<'a>(
    seed: &Seed,
    drawn: &Assignment<'a>,
    seat: &Assigned<'a>,
    seats: &[Seats],
    officers: &[Officer<'a>],
    barred: &Barred<'a>,
) -> Option<Vec<&'a str>> {
    let before = &drawn.seats[..place(drawn, seat)?];
    let asked = seats.iter().find(|one| {
        one.department == seat.department && one.qualification.as_deref() == seat.qualification
    })?;
    let mut order: Vec<_> = officers
        .iter()
        .filter(|officer| may_take(officer, asked) && !barred.contains(&(seat.target, officer.id)))
        .map(|officer| {
            let load = load(before, officer.id);
            (load, seed.pair(seat.target, officer.id), officer.id)
        })
        .collect();
    order.sort_unstable();
    Some(order.into_iter().map(|(_, _, id)| id).collect())
}

fn load(seats: &[Assigned<'_>], id: &str) -> u64 {
    seats.iter().filter(|one| one.officer == id).count() as u64
}

/// Who takes a seat whose officer cannot: in the order in which that seat was filled, the first other officer who may take it, is
/// not on the target and has less than L* targets now; if there is none, less than L* + 1.
///
/// `now` are all seats as they are filled at present, `drawn` as the draw filled them. `None` where nobody is left, or there
/// is no such seat.
pub fn substitute<'a>(
    seed: &Seed,
    drawn: &Assignment<'a>,
    now: &[Assigned<'a>],
    seat: &Assigned<'a>,
    seats: &[Seats],
    officers: &[Officer<'a>],
    barred: &Barred<'a>,
) -> Option<&'a str> {
    let leaving = now.iter().find(|one| one.is_same_seat(seat))?.officer;
    let order = ranking(seed, drawn, seat, seats, officers, barred)?;
    let free = |id: &str| id != leaving && !is_there(now, seat, id);
    let below = |cap: u64| {
        let mut order = order.iter().copied();
        order.find(|id| free(id) && load(now, id) < cap)
    };
    below(drawn.cap).or_else(|| below(drawn.cap + 1))
}

/// Who takes a seat that nobody has any more: in the order in which it was filled, the first who may take it, is not on the target
/// and has less than L* targets now; if there is none, less than L* + 1, and so on. `None` only where nobody may take it, however
/// many targets each has.
pub fn fill<'a>(
    seed: &Seed,
    drawn: &Assignment<'a>,
    now: &[Assigned<'a>],
    seat: &Assigned<'a>,
    seats: &[Seats],
    officers: &[Officer<'a>],
    barred: &Barred<'a>,
) -> Option<&'a str> {
    let order = ranking(seed, drawn, seat, seats, officers, barred)?;
    let free = order.into_iter().filter(|id| !is_there(now, seat, id));
    // The first of those who need the least cap.
    free.min_by_key(|id| (load(now, id) + 1).max(drawn.cap))
}

fn is_there(now: &[Assigned<'_>], seat: &Assigned<'_>, id: &str) -> bool {
    now.iter()
        .any(|one| one.target == seat.target && one.officer == id)
}

#[cfg(test)]
mod tests;
