// A whole draw once more, from the file of docs/DRAW.md "The file of a draw": every step that a browser can take, one after the other.
//
// Says for each step whether it holds, with the name of a text of the page and what to put into it. Pure: gets a text, asks nobody.
// Who signed what is not checked, nor the beacon's own signature, nor a long delay, nor that the file leaves nothing out: these are
// steps of their own and never pass. What a text claims is compared with what follows from the inputs, never taken over.

import { isIndependent, isLongEnough, knownAt, readPlan, usableFrom } from './draw-plan.js';
import { leafHash } from './draw-library.js';
import { prove } from './draw-proof.js';
import { randomnessText } from './draw-steps.js';
import {
  HASH, MAX_DELAY_LOG2, assign, chooseOpen, counting, delay, hex, isCount, joined, mayFall, parseLibrary, randomness, seedOf, sha256, visits,
} from './draw.js';
import { rootOf } from './merkle.js';
import { authorityOf } from './names.js';
import { Fault, pass, unchecked } from './steps.js';
import { canonical, isObject, parseJson } from './strict-json.js';
import { seconds } from './time.js';

/** The steps that can pass of an open draw, in order; those behind one that fails are not reached. Of a sealed one, `opening` after them. */
export const STEPS = ['entries', 'order', 'libraries', 'randomness', 'targets', 'officers'];

function must(fits, text, values) {
  if (!fits) throw new Fault(text, values);
}

/** The value of a text in the one spelling that the formats take; another Fault where it has another. */
function strictly(text, fault, what) {
  try {
    return parseJson(what, text);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    throw new Fault(fault, { what: error.values.at === undefined ? what : `${what}, ${error.values.at}` });
  }
}

const MEMBERS = ['commits', 'draw', 'earlier', 'files', 'opening', 'plan', 'reveals', 'snapshots', 'v'];

/** The members of a file, and its texts by their SHA-256. */
function readFile(text) {
  const file = strictly(text, 'file-form', 'JSON');
  must(isObject(file), 'file-form', { what: 'JSON' });
  for (const name of Object.keys(file)) must(MEMBERS.includes(name), 'file-form', { what: name });
  const texts = (name) => must(Array.isArray(file[name]) && file[name].every((one) => typeof one === 'string'), 'file-form', { what: name });
  must(file.v === 1, 'file-form', { what: 'v' });
  for (const name of ['plan', 'draw']) must(typeof file[name] === 'string', 'file-form', { what: name });
  must(file.opening === undefined || typeof file.opening === 'string', 'file-form', { what: 'opening' });
  for (const name of ['snapshots', 'commits', 'reveals', 'earlier', 'files']) texts(name);
  const encoder = new TextEncoder();
  return { ...file, texts: new Map(file.files.map((one) => [hex(sha256(encoder.encode(one))), one])) };
}

/** All entries of the file, under one checkpoint, and the plan. */
function readEntries(file) {
  let head = null;
  const one = (what, kind, proof) => {
    const proved = prove(what, kind, proof);
    head ??= proved.head;
    must(head.text === proved.head.text, 'entry-head', { what });
    return proved;
  };
  const all = (what, kind) => file[what].map((proof, at) => one(`${what}[${at}]`, kind, proof));
  must(file.snapshots.length === 2, 'file-form', { what: 'snapshots' });
  const entries = {
    plan: one('plan', 'plan', file.plan),
    draw: one('draw', 'draw', file.draw),
    commits: all('commits', 'commit'),
    reveals: all('reveals', 'reveal'),
    earlier: all('earlier', 'draw'),
    opening: file.opening === undefined ? null : one('opening', 'bulletin', file.opening),
  };
  [entries.objects, entries.officers] = all('snapshots', 'snapshot');
  return { ...entries, head };
}

/** A time as records have it. */
const shownTime = (at) => new Date(at * 1000).toISOString().replace('.000', '');

/** That everything was logged when it had to be, and is about this plan; whose secret counts. */
function readOrder({ plan: own, draw, objects, officers, commits, reveals, earlier }, plan) {
  const about = (what, one) => must(one.entry.ref === plan.key, 'order-other', { what });
  about('plan', own);
  about('draw', draw);
  must(own.entry.authority === plan.authority, 'order-authority');
  must(own.at <= plan.t0, 'order-late');
  for (const [what, snapshot] of [['object_snapshot', objects], ['officer_snapshot', officers]]) {
    const named = own.body[what];
    const same = named?.index === snapshot.index && named?.leaf_hash === snapshot.leafHash;
    must(same && snapshot.index < own.index, 'order-snapshot', { what });
    const { challenge_until: until } = snapshot.body;
    must(until === undefined || seconds(until) !== null, 'order-time', { what });
    const usable = usableFrom(snapshot.at, until === undefined ? null : seconds(until));
    must(own.at >= usable, 'order-young', { what, from: shownTime(usable) });
  }
  must(isLongEnough(plan, own.operator.demonstration), 'order-delay', { log: plan.log2 });
  // What nobody else can repeat is the plan's own authority's to say.
  const alone = objects.body.library_form === 'sealed' || plan.mode === 'lottery';
  must(!alone || draw.entry.authority === plan.authority, 'order-own');
  must(draw.at >= knownAt(plan) && draw.index > own.index, 'order-early');
  const secret = (what, one, field) => {
    about(what, one);
    must(typeof one.body[field] === 'string' && HASH.test(one.body[field]), 'order-form', { what });
    return { contributor: one.entry.authority, index: one.index, at: one.at, [field]: one.body[field] };
  };
  const committed = commits.map((one, at) => secret(`commits[${at}]`, one, 'secret_commitment'));
  const revealed = reveals.map((one, at) => secret(`reveals[${at}]`, one, 'secret'));
  must(earlier.length <= plan.rotation, 'order-earlier', { what: 'earlier' });
  earlier.forEach((one, at) => {
    const before = authorityOf(one.entry.ref) === plan.authority && one.index < own.index;
    must(before, 'order-earlier', { what: `earlier[${at}]` });
  });
  return counting(plan, committed.map((one) => ({ ...one, commitment: one.secret_commitment })), revealed);
}

const LIBRARY_FAULTS = {
  leaf: 'library-leaf', form: 'library-form', order: 'library-order', unended: 'library-unended', repeated: 'library-repeated',
};

/** A library as snapshot and plan commit to it. */
function readLibrary(file, snapshot, what, root) {
  const { library, library_form: form, leaves, count } = snapshot.body;
  must(library === what && (what === 'officers' || ['open', 'sealed'].includes(form)), 'library-kind', { what });
  const text = file.texts.get(leaves?.sha256);
  must(text !== undefined, 'library-missing', { what });
  const found = parseLibrary(what === 'officers' ? 'officers' : form, text);
  if (found.fault) throw new Fault(LIBRARY_FAULTS[found.fault], { what, line: found.line });
  must(found.root === root && snapshot.body.root === root, 'library-root', { what });
  must(count === found.leaves.length, 'library-count', { what, recorded: count, computed: found.leaves.length });
  return { leaves: found.leaves, sealed: what === 'objects' && form === 'sealed' };
}

/** The list of the drawn of a draw's record; nobody drawn leaves it out. */
function drawnOf(file, draw, what) {
  const { drawn, drawn_file: named } = draw.body;
  must(drawn === undefined || named === undefined, 'list-twice', { what });
  if (named === undefined) return drawn === undefined ? [] : drawn;
  const text = file.texts.get(named?.sha256);
  must(text !== undefined, 'list-missing', { what });
  return strictly(text, 'list-form', what);
}

/** Pairs `target|officer` that met in the earlier draws of the file. */
function readMet(file, earlier) {
  return earlier.flatMap((draw, at) => {
    const what = `earlier[${at}]`;
    const list = drawnOf(file, draw, what);
    must(Array.isArray(list), 'list-form', { what });
    return list.flatMap((target) => {
      const { assigned_seats: seats = [] } = target ?? {};
      const fits = typeof target?.target_id === 'string' && Array.isArray(seats);
      must(fits && seats.every((seat) => typeof seat?.officer_id === 'string'), 'list-form', { what });
      return seats.map((seat) => `${target.target_id}|${seat.officer_id}`);
    });
  });
}

function differs(what, recorded, computed) {
  must(recorded === computed, 'differs', { what, recorded: recorded ?? '–', computed });
}

/** R and the seed as recorded, held against what they have to be; the steps that say so. */
function checkRandomness({ draw, plan: { operator }, head: { origin } }, plan, contributors) {
  const { random_value: recorded, seed } = draw.body;
  const given = { signature: draw.body.beacon_signature, numbers: draw.body.lottery_numbers };
  const revealed = contributors.filter((one) => one.secret).length;
  const values = { revealed, of: contributors.length, value: recorded, seed };
  const steps = [];
  if (plan.mode === 'drand') {
    must(/^[0-9a-f]{96}$/.test(given.signature), 'draw-lacks', { what: 'beacon_signature' });
    steps.push(unchecked('beacon', { round: plan.round }));
  } else if (plan.mode === 'lottery') {
    const fits = (group) => Array.isArray(group) && group.every((number) => isCount(number) && number < 2 ** 32);
    must(Array.isArray(given.numbers) && given.numbers.every(fits), 'draw-lacks', { what: 'lottery_numbers' });
    must(mayFall(plan.game, given.numbers), 'numbers-form', { game: plan.game });
    steps.push(unchecked('numbers', {}));
  } else {
    const checkpoints = draw.body.delay_checkpoints;
    const segments = 2 ** Math.min(8, plan.log2);
    const fits = Array.isArray(checkpoints) && checkpoints.length === segments;
    must(fits && checkpoints.every((one) => typeof one === 'string' && HASH.test(one)), 'draw-lacks', { what: 'delay_checkpoints' });
    must(contributors.some(({ id, secret }) => secret && isIndependent(plan, id, operator.id)), 'delay-nobody');
    if (plan.log2 > MAX_DELAY_LOG2) {
      differs('random_value', recorded, checkpoints.at(-1));
      steps.push(unchecked('delay', { log: plan.log2, most: MAX_DELAY_LOG2 }));
    } else {
      const run = delay(joined(plan.key, contributors), plan.log2);
      const broken = run.findIndex((value, at) => value !== checkpoints[at]);
      must(broken < 0, 'delay-broken', { segment: broken + 1, segments });
    }
  }
  const long = plan.mode === 'delay' && plan.log2 > MAX_DELAY_LOG2;
  const value = randomness({ planKey: plan.key, mode: plan.mode, contributors, ...given, delay_log2: plan.log2 });
  if (!long) differs('random_value', recorded, value);
  differs('seed', seed, seedOf(origin, plan.key, recorded));
  return [pass('randomness', values, long ? 'randomness-given' : randomnessText(plan)), ...steps];
}

const DRAWN = /^ddraw\/1\|sdrawn\|([0-9A-Z]{1,32})\|([0-9A-Z]{1,32}(?:,[0-9A-Z]{1,32})*)\|[0-9a-f]{64}$/;

/** The opened list of a sealed draw: said in time by the plan's authority, the one committed to, of objects that can be drawn. */
function checkOpening(file, { plan: own, draw, opening }, plan, objects) {
  must(objects.sealed, 'opening-open');
  const { bulletin_type: type, plan_key: key, attachments } = opening.body;
  must(type === 'drawn_list_opening' && key === plan.key, 'opening-other');
  must(opening.entry.authority === plan.authority, 'opening-own');
  const deadline = seconds(own.body.result_deadline);
  must(opening.index > draw.index && deadline !== null && opening.at >= deadline, 'opening-early');
  const named = Array.isArray(attachments) ? attachments[0] : undefined;
  const text = named === undefined ? '' : file.texts.get(named?.sha256);
  must(text !== undefined, 'opening-missing');
  const { drawn_count: count, sealed_root: root } = draw.body;
  must(isCount(count) && typeof root === 'string' && HASH.test(root), 'draw-lacks', { what: 'sealed_root' });
  const lines = text.split('\n');
  must(lines.pop() === '', 'opening-line', { line: lines.length + 1 });
  const ids = lines.map((line, at) => {
    const [, id, officers] = DRAWN.exec(line) ?? [];
    must(id !== undefined, 'opening-line', { line: at + 1 });
    must(officers.split(',').every((one, place, all) => place === 0 || all[place - 1] < one), 'opening-line', { line: at + 1 });
    return id;
  });
  ids.forEach((id, at) => must(at === 0 || ids[at - 1] < id, 'opening-order', { line: at + 1 }));
  differs('drawn_count', count, ids.length);
  differs('sealed_root', root, hex(rootOf(lines.map((line) => leafHash(line)))));
  const leaves = new Map(objects.leaves.map((leaf) => [leaf.id, leaf]));
  for (const id of ids) must(leaves.has(id) && leaves.get(id).exclusion === null, 'opening-stranger', { id });
  return pass('opening', { drawn: ids.length, entry: opening.index });
}

/** The first place at which two lists part, as a Fault. */
function parted(text, recorded, computed) {
  const place = computed.findIndex((one, at) => canonical(one) !== canonical(recorded[at] ?? null));
  const at = place < 0 ? computed.length : place;
  const shown = (one) => (one === undefined ? '–' : canonical(one));
  return new Fault(text, { place: at + 1, recorded: shown(recorded[at]), computed: shown(computed[at]) });
}

const withoutSeats = (list) => list.map(({ assigned_seats: _, ...rest }) => rest);

/** A list as its own canonical text, by which lists are compared. */
const same = (one, other) => canonical(one) === canonical(other);

function checkTargets(recorded, draw, plan, choices, drawn) {
  differs('drawn_count', draw.body.drawn_count, drawn.length);
  const strata = plan.rules.map((rule, at) => ({
    drawn_count: choices[at].drawn.length,
    eligible_count: choices[at].eligible,
    rule_departments: rule.departments,
    stratum: rule.stratum,
  }));
  const listed = draw.body.drawn_strata;
  must(Array.isArray(listed), 'draw-lacks', { what: 'drawn_strata' });
  if (!same(listed, strata)) throw parted('strata-differ', listed, strata);
  const fits = Array.isArray(recorded) && recorded.every((one) => one !== null && typeof one === 'object' && !Array.isArray(one));
  must(fits, 'list-form', { what: 'draw' });
  const expected = drawn.map(({ id, ticket, stratum }) => ({ stratum, target_id: id, ticket }));
  if (!same(withoutSeats(recorded), expected)) throw parted('drawn-differs', withoutSeats(recorded), expected);
  const covered = choices.reduce((sum, choice) => sum + choice.eligible, 0);
  return pass('targets', { drawn: drawn.length, n: covered });
}

function checkOfficers(recorded, draw, seed, plan, drawn, officers, met) {
  const { infeasible, cap, seats } = assign(seed, drawn, plan.seats, officers.leaves, new Set([...plan.recusals, ...met]));
  must(!infeasible, 'infeasible', infeasible);
  differs('load_cap', draw.body.load_cap, cap);
  const byTarget = new Map(drawn.map(({ id }) => [id, []]));
  seats.forEach((seat) => byTarget.get(seat.target).push(seat));
  const expected = drawn.map(({ id, ticket, stratum }) => {
    const own = byTarget.get(id).map(({ department, qualification, number, officer }) => ({
      department,
      officer_id: officer,
      ...(qualification === null ? {} : { qualification }),
      seat_no: number,
    }));
    return { assigned_seats: own, stratum, target_id: id, ticket };
  });
  if (!same(recorded, expected)) throw parted('seats-differ', recorded, expected);
  return pass('officers', { seats: seats.length, cap });
}

/** The steps after the file is read; yields lists of steps. Notes in `found` whether the file opens a list. */
function* run(text, found) {
  const file = readFile(text);
  found.opening = file.opening !== undefined;
  const entries = readEntries(file);
  const plan = readPlan(entries.plan.body);
  const count = 4 + entries.commits.length + entries.reveals.length + entries.earlier.length + (entries.opening ? 1 : 0);
  yield [pass('entries', { n: count, size: entries.head.size, plan: plan.key }), unchecked('signatures')];

  const contributors = readOrder(entries, plan);
  const revealed = contributors.filter((one) => one.secret).length;
  yield [pass('order', { revealed, of: contributors.length, at: entries.plan.entry.logged_at })];

  const objects = readLibrary(file, entries.objects, 'objects', plan.objectRoot);
  const officers = readLibrary(file, entries.officers, 'officers', plan.officerRoot);
  const met = readMet(file, entries.earlier);
  yield [pass('libraries', { objects: objects.leaves.length, officers: officers.leaves.length })];

  yield checkRandomness(entries, plan, contributors);
  if (objects.sealed) {
    yield [unchecked('targets', {}, 'sealed-strata'), unchecked('officers', {}, 'sealed-strata')];
    yield [entries.opening ? checkOpening(file, entries, plan, objects) : unchecked('opening'), unchecked('omissions')];
    return;
  }
  const { seed } = entries.draw.body;
  const choices = chooseOpen(seed, objects.leaves, plan.rules);
  const drawn = visits(plan.rules, choices);
  const recorded = drawnOf(file, entries.draw, 'draw');
  yield [checkTargets(recorded, entries.draw, plan, choices, drawn)];
  yield [checkOfficers(recorded, entries.draw, seed, plan, drawn, officers, met)];
  if (entries.opening) yield [checkOpening(file, entries, plan, objects)];
  yield [unchecked('omissions')];
}

/**
 * Checks the file of a draw, a text or its UTF-8. Yields steps `{step, outcome, text, values, ms}` as they are done: outcome `pass`, `fail` or
 * `unchecked`; `text` names a text of the page.
 */
export function* recompute(text) {
  const reached = [];
  const found = {};
  let start = performance.now();
  try {
    for (const steps of run(text, found)) {
      const ms = performance.now() - start;
      for (const step of steps) {
        reached.push(step.step);
        yield step.outcome === 'pass' ? { ...step, ms } : step;
      }
      start = performance.now();
    }
  } catch (fault) {
    if (!(fault instanceof Fault)) throw fault;
    const all = found.opening ? [...STEPS, 'opening'] : STEPS;
    const [failed, ...rest] = all.filter((step) => !reached.includes(step));
    yield { step: failed, outcome: 'fail', text: fault.text, values: fault.values, ms: performance.now() - start };
    for (const step of rest) yield unchecked(step, {}, 'not-reached');
  }
}

/** What the steps come to: `pass` where every step that can be taken here holds, `part` where some cannot, `fail`. */
export function conclusion(steps) {
  if (steps.length === 0 || steps.some((one) => one.outcome === 'fail')) return 'fail';
  const missing = STEPS.some((step) => !steps.some((one) => one.step === step && one.outcome === 'pass'));
  return missing || steps.some((one) => one.step === 'delay') ? 'part' : 'pass';
}
