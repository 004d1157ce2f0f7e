// Which officers go to which target: docs/DRAW.md, "Officers".
//
// The result is defined by what is feasible, not by how that is found out. Here a flow that fills every seat under the cap is kept:
// needs (so many equal seats of one target) -> an officer on that target, once -> the officer, up to the cap. For each seat one
// search through it says who may be settled there with all other seats still filled; what is settled stays, all else may move.

import { H } from './sha256.js';

class Flow {
  /** `needs`: `{target, eligible}`, numbers of a target and of officers. */
  constructor(targets, people, needs) {
    this.cap = 0;
    this.needs = needs;
    // By target: officer -> {need, settled}. By officer: the needs of the seats that may still move, and the number of all.
    this.seated = Array.from({ length: targets }, () => new Map());
    this.movable = Array.from({ length: people }, () => []);
    this.load = new Int32Array(people);
    this.forget();
  }

  /** Forgets how the last search went: by need how it was come to, by officer from which need. */
  forget() {
    this.cameToNeed = new Map();
    this.cameToPerson = new Map();
  }

  sit(need, person, settled) {
    this.seated[this.needs[need].target].set(person, { need, settled });
    if (!settled) this.movable[person].push(need);
  }

  leave(need, person) {
    this.seated[this.needs[need].target].delete(person);
    const own = this.movable[person];
    const at = own.indexOf(need);
    if (at >= 0) own.splice(at, 1);
  }

  /** Fills one more seat of a need, moving others where it has to; false: not under this cap. */
  fill(need) {
    this.forget();
    this.cameToNeed.set(need, {});
    return this.finish(this.search([need]), null);
  }

  /**
   * Breadth first from needs that have a seat to fill to an officer who has room for one more; null where there is none. A need is
   * come to from another of its target that takes an officer from it, or from an officer who is full and gives it up.
   */
  search(queue) {
    for (let next = 0; next < queue.length; next++) {
      const need = queue[next];
      const { target, eligible } = this.needs[need];
      for (const person of eligible) {
        const there = this.seated[target].get(person);
        if (there) {
          if (there.settled || this.cameToNeed.has(there.need)) continue;
          this.cameToNeed.set(there.need, { taker: need, person });
          queue.push(there.need);
        } else if (!this.cameToPerson.has(person)) {
          this.cameToPerson.set(person, need);
          if (this.load[person] < this.cap) return person;
          this.giveUp(person, queue);
        }
      }
    }
    return null;
  }

  /** Lets an officer who is full give up any of the seats that may move. */
  giveUp(person, queue) {
    for (const need of this.movable[person]) {
      if (this.cameToNeed.has(need)) continue;
      this.cameToNeed.set(need, { gives: person });
      queue.push(need);
    }
  }

  /** Moves everybody along the way that ends with `last`, back to the need, or to the officer `from`, where it began. */
  finish(last, from) {
    if (last === null) return false;
    this.load[last] += 1;
    let person = last;
    while (person !== null) {
      let need = this.cameToPerson.get(person);
      let place = person;
      let came = this.cameToNeed.get(need);
      // Everyone of the same target who takes a place from the next.
      while (came.taker !== undefined) {
        this.leave(need, came.person);
        this.sit(need, place, false);
        [need, place] = [came.taker, came.person];
        came = this.cameToNeed.get(need);
      }
      if (came.gives === undefined) {
        this.sit(need, place, false);
        return true;
      }
      this.leave(need, came.gives);
      this.sit(need, place, false);
      person = came.gives === from ? null : came.gives;
    }
    return true;
  }

  /** Settles one filled seat of a need on the first of `order` who leaves all other seats filled under the cap. */
  settle(need, order) {
    // One of its seats is given up, so that there is one to settle.
    const { target } = this.needs[need];
    const [held] = [...this.seated[target]].find(([, seat]) => seat.need === need && !seat.settled);
    this.leave(need, held);
    this.load[held] -= 1;
    // Marks stay from one candidate to the next: what led nowhere for one leads nowhere for another.
    this.forget();
    return order.find((person) => this.trySettle(need, person));
  }

  trySettle(need, person) {
    const there = this.seated[this.needs[need].target].get(person);
    if (there?.settled) return false;
    if (there) {
      if (there.need === need) {
        // The seat that was given up is filled again, as it was or otherwise.
        this.leave(need, person);
        this.sit(need, person, true);
        return this.fill(need);
      }
      if (this.cameToNeed.has(there.need)) return false;
      this.cameToNeed.set(there.need, {});
      if (!this.finish(this.search([there.need]), null)) return false;
      this.leave(there.need, person);
      this.sit(need, person, true);
      return true;
    }
    if (this.cameToPerson.has(person)) return false;
    this.cameToPerson.set(person, need);
    if (this.load[person] < this.cap) {
      this.load[person] += 1;
    } else {
      const queue = [];
      this.giveUp(person, queue);
      // Ends with whom this officer gave up: there the seat to settle comes in.
      if (!this.finish(this.search(queue), person)) return false;
    }
    this.sit(need, person, true);
    return true;
  }
}

const may = (officer, seats) =>
  officer.department === seats.department && (seats.qualification === null || officer.qualifications.includes(seats.qualification));

const compare = (a, b) => (a < b ? -1 : Number(a > b));

/** Needs in the order in which their seats are filled. */
function needsOf(visits, seats, officers, barred) {
  const able = seats.map((one) => officers.flatMap((officer, at) => (may(officer, one) ? [at] : [])));
  return visits.flatMap((visit, target) => {
    const free = (at) => !barred.has(`${visit.id}|${officers[at].id}`);
    const own = seats.flatMap((one, at) =>
      visit.departments.has(one.department) ? [{ target, seats: one, eligible: able[at].filter(free) }] : [],
    );
    return own.sort(
      (a, b) =>
        a.eligible.length - b.eligible.length ||
        compare(a.seats.department, b.seats.department) ||
        compare(a.seats.qualification ?? '', b.seats.qualification ?? ''),
    );
  });
}

/**
 * Fills all seats. `visits`: `{id, departments}` in the order of the draw, departments a Set; `seats`: `{department, qualification,
 * count}`, each department and qualification (null: none) once; `officers`: leaves of the library; `barred`: a Set of
 * `target|officer`. `{cap, seats}`, each seat `{target, department, qualification, number, officer}` in the order of filling;
 * or `{infeasible: {target, department, qualification, number}}`.
 */
export function assign(seed, visits, seats, officers, barred) {
  const needs = needsOf(visits, seats, officers, barred);
  const flow = new Flow(visits.length, officers.length, needs);
  const named = (need, number) => ({
    target: visits[need.target].id,
    department: need.seats.department,
    qualification: need.seats.qualification,
    number,
  });
  const total = needs.reduce((sum, need) => sum + need.seats.count, 0);
  // Nobody can do with less; from here the least is found by trying.
  flow.cap = Math.ceil(total / Math.max(1, officers.length));
  for (const [at, need] of needs.entries()) {
    for (let number = 1; number <= need.seats.count; number++) {
      while (!flow.fill(at)) {
        // One seat on a target: a higher cap allows nothing more.
        if (flow.cap >= visits.length) return { infeasible: named(need, number) };
        flow.cap += 1;
      }
    }
  }
  const load = new Int32Array(officers.length);
  const assigned = [];
  for (const [at, need] of needs.entries()) {
    const { id } = visits[need.target];
    const pairs = need.eligible.map((person) => ({ person, hash: H(`ddraw/1|pair|${seed}|${id}|${officers[person].id}`) }));
    // Filling these seats adds to the load only of who then sits on the target and is passed over: one order serves them all.
    pairs.sort((a, b) => load[a.person] - load[b.person] || compare(a.hash, b.hash) || a.person - b.person);
    const order = pairs.map((one) => one.person);
    for (let number = 1; number <= need.seats.count; number++) {
      const person = flow.settle(at, order);
      load[person] += 1;
      assigned.push({ ...named(need, number), officer: officers[person].id });
    }
  }
  return { cap: flow.cap, seats: assigned };
}
