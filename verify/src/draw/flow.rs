//! Seats and officers as a flow: which seat can go to whom so that every seat is filled and nobody has more than a cap.
//!
//! The graph is needs → (target, officer), once each → officers, up to the cap. It is searched where it lies, without edges
//! written out. A need is so many equal seats of one target. What is settled stays; all else may still move. Who is
//! preferred is decided by [`super::officers`].

use alloc::collections::VecDeque;
use alloc::vec::Vec;

/// Number of a need.
pub(super) type Need = usize;
/// Number of an officer.
pub(super) type Person = usize;

/// Somebody on a target, for a need; `settled` for good.
#[derive(Debug, Clone, Copy)]
struct Seated {
    person: Person,
    need: Need,
    settled: bool,
}

/// How a search came to a need.
#[derive(Debug, Clone, Copy)]
enum Came {
    /// It was the first.
    First,
    /// Another need of its target takes this person from it.
    Pair(Need, Person),
    /// This person is full, and gives it up for a need of another target.
    Full(Person),
}

/// Seats, officers, and who has what at present.
#[derive(Debug)]
pub(super) struct Flow {
    cap: usize,
    /// By need: its target, and who may fill it.
    target: Vec<usize>,
    eligible: Vec<Vec<Person>>,
    /// By target: who is on it.
    seated: Vec<Vec<Seated>>,
    /// By person: seats held, and the needs of those that may still move.
    load: Vec<usize>,
    movable: Vec<Vec<Need>>,
    /// Marks of the search under way: by need how it was come to, by person from which need.
    seen_need: Vec<Option<Came>>,
    seen_person: Vec<Option<Need>>,
    marked: (Vec<Need>, Vec<Person>),
}

impl Flow {
    /// No seat filled. `needs` are (target, who may fill it).
    pub(super) fn new(targets: usize, people: usize, needs: Vec<(usize, Vec<Person>)>) -> Self {
        let (target, eligible): (Vec<_>, Vec<_>) = needs.into_iter().unzip();
        Flow {
            cap: 0,
            seated: (0..targets).map(|_| Vec::new()).collect(),
            load: (0..people).map(|_| 0).collect(),
            movable: (0..people).map(|_| Vec::new()).collect(),
            seen_need: target.iter().map(|_| None).collect(),
            seen_person: (0..people).map(|_| None).collect(),
            marked: (Vec::new(), Vec::new()),
            target,
            eligible,
        }
    }

    /// Most seats of one person.
    pub(super) fn cap(&self) -> usize {
        self.cap
    }

    /// Allows every person so many.
    pub(super) fn set_cap(&mut self, cap: usize) {
        self.cap = cap;
    }

    /// Fills one more seat of a need, moving others where it has to; `false`: under this cap it cannot be done.
    pub(super) fn fill(&mut self, need: Need) -> bool {
        self.forget();
        self.see_need(need, Came::First);
        match self.search(VecDeque::from([need])) {
            Some(last) => {
                self.load[last] += 1;
                self.trace(last);
                true
            }
            None => false,
        }
    }

    /// Settles one filled seat of a need on the first of `order` who leaves all other seats filled under the cap.
    pub(super) fn settle(
        &mut self,
        need: Need,
        order: impl Iterator<Item = Person>,
    ) -> Option<Person> {
        let target = self.target[need];
        // One of its seats is given up, so that there is one to settle; whoever gave it could take it back.
        let held = self.seated[target]
            .iter()
            .find(|one| one.need == need && !one.settled)?
            .person;
        self.leave(need, held);
        self.load[held] -= 1;
        // Marks stay from one candidate to the next: what led nowhere for one leads nowhere for another.
        self.forget();
        for person in order {
            if !self.try_settle(need, person) {
                continue;
            }
            return Some(person);
        }
        self.sit(need, held, false);
        self.load[held] += 1;
        None
    }

    fn try_settle(&mut self, need: Need, person: Person) -> bool {
        let target = self.target[need];
        let occupant = self.occupant(target, person);
        match occupant {
            Some(one) if one.settled => false,
            Some(one) if one.need == need => {
                // The seat that was given up is filled again, as it was or otherwise.
                self.leave(need, person);
                self.sit(need, person, true);
                self.fill(need)
            }
            Some(one) => {
                if self.seen_need[one.need].is_some() {
                    return false;
                }
                self.see_need(one.need, Came::First);
                let Some(last) = self.search(VecDeque::from([one.need])) else {
                    return false;
                };
                self.load[last] += 1;
                self.trace(last);
                self.leave(one.need, person);
                self.sit(need, person, true);
                true
            }
            None => {
                if self.seen_person[person].is_some() {
                    return false;
                }
                self.see_person(person, need);
                if self.load[person] < self.cap {
                    self.load[person] += 1;
                    self.sit(need, person, true);
                    return true;
                }
                let mut queue = VecDeque::new();
                self.give_up(person, &mut queue);
                let Some(last) = self.search(queue) else {
                    return false;
                };
                self.load[last] += 1;
                // Ends with whoever this person gave up: there the seat to settle comes in.
                self.trace_to(last, Some(person));
                self.sit(need, person, true);
                true
            }
        }
    }

    /// Breadth first from needs that have a seat to fill; the person who has room for one more.
    fn search(&mut self, mut queue: VecDeque<Need>) -> Option<Person> {
        while let Some(need) = queue.pop_front() {
            let target = self.target[need];
            for at in 0..self.eligible[need].len() {
                let person = self.eligible[need][at];
                match self.occupant(target, person) {
                    Some(one) if one.settled => {}
                    Some(one) => {
                        if self.seen_need[one.need].is_none() {
                            self.see_need(one.need, Came::Pair(need, person));
                            queue.push_back(one.need);
                        }
                    }
                    None => {
                        if self.seen_person[person].is_some() {
                            continue;
                        }
                        self.see_person(person, need);
                        if self.load[person] < self.cap {
                            return Some(person);
                        }
                        self.give_up(person, &mut queue);
                    }
                }
            }
        }
        None
    }

    /// Lets a person who is full give up any of the seats that may move.
    fn give_up(&mut self, person: Person, queue: &mut VecDeque<Need>) {
        for at in 0..self.movable[person].len() {
            let need = self.movable[person][at];
            if self.seen_need[need].is_none() {
                self.see_need(need, Came::Full(person));
                queue.push_back(need);
            }
        }
    }

    fn trace(&mut self, last: Person) {
        self.trace_to(last, None);
    }

    /// Moves everybody along the way found, back to where it began: at a need, or at the person `from`.
    fn trace_to(&mut self, last: Person, from: Option<Person>) {
        let mut person = last;
        while let Some(mut need) = self.seen_person[person] {
            // Everyone of the same target who takes a place from the next.
            let mut place = person;
            loop {
                let came = self.seen_need[need];
                match came {
                    Some(Came::Pair(taker, left)) => {
                        self.leave(need, left);
                        self.sit(need, place, false);
                        (need, place) = (taker, left);
                    }
                    Some(Came::Full(left)) => {
                        self.leave(need, left);
                        self.sit(need, place, false);
                        person = left;
                        break;
                    }
                    Some(Came::First) | None => {
                        self.sit(need, place, false);
                        return;
                    }
                }
            }
            if from == Some(person) {
                return;
            }
        }
    }

    fn occupant(&self, target: usize, person: Person) -> Option<Seated> {
        let seated = self.seated[target].iter();
        seated.copied().find(|one| one.person == person)
    }

    fn sit(&mut self, need: Need, person: Person, settled: bool) {
        self.seated[self.target[need]].push(Seated {
            person,
            need,
            settled,
        });
        if !settled {
            self.movable[person].push(need);
        }
    }

    /// Takes a need that may move from a person.
    fn leave(&mut self, need: Need, person: Person) {
        self.seated[self.target[need]]
            .retain(|one| one.settled || one.need != need || one.person != person);
        if let Some(at) = self.movable[person].iter().position(|one| *one == need) {
            self.movable[person].swap_remove(at);
        }
    }

    fn see_need(&mut self, need: Need, came: Came) {
        self.seen_need[need] = Some(came);
        self.marked.0.push(need);
    }

    fn see_person(&mut self, person: Person, from: Need) {
        self.seen_person[person] = Some(from);
        self.marked.1.push(person);
    }

    fn forget(&mut self) {
        for need in self.marked.0.drain(..) {
            self.seen_need[need] = None;
        }
        for person in self.marked.1.drain(..) {
            self.seen_person[person] = None;
        }
    }
}
