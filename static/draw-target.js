// "Was I drawn, and why?": one target of one plan, from the document `/api/v1/plans/<key>/targets/<ID>`.
//
// The document says what the server says. What follows from it is computed here, step by step; that root, rules and randomness are
// what the log holds does not follow from it and never passes. Pure: no page, no network.

import { isIndependent } from './draw-plan.js';
import { randomnessText } from './draw-steps.js';
import {
  HASH, ID, LONGEST_DELAY_LOG2, MAX_DELAY_LOG2, TOKEN, absent, below, bytesOfBase64, count, covers, isCount, isGame, mayFall, member,
  opens, randomness, sealedTicket, seedOf, threshold, ticket,
} from './draw.js';
import { authorityOf, isAuthority } from './names.js';
import { Fault, pass, unchecked } from './steps.js';

const ORIGIN = /^[a-z0-9.:-]+(\/[a-z0-9._-]+)*$/;
const SIGNATURE = /^[0-9a-f]{96}$/;

/** The steps that can pass, in order; those behind one that fails are not reached. */
export const STEPS = ['document', 'library', 'randomness', 'seed', 'ticket', 'rule'];

function must(fits, what) {
  if (!fits) throw new Fault('document-form', { what });
}

const matches = (text, grammar) => typeof text === 'string' && grammar.test(text);
const orNull = (value, fits) => value === null || fits(value);
const within = (number, least, most) => isCount(number) && number >= least && number <= most;

function readMember(value, what) {
  if (value === null) return null;
  const { line, index, path } = value ?? {};
  must(typeof line === 'string' && isCount(index) && Array.isArray(path), what);
  const hashes = path.map(bytesOfBase64);
  must(hashes.every((hash) => hash?.length === 32), `${what}.path`);
  return { line, index, path: hashes };
}

function readRule(rule, what) {
  const { stratum, departments, num, den, minimum, eligible, drawn, last_ticket: last } = rule ?? {};
  must(matches(stratum, TOKEN), `${what}.stratum`);
  must(Array.isArray(departments) && departments.every(isAuthority), `${what}.departments`);
  must(within(den, 1, 1_000_000) && within(num, 1, den), `${what}.num`);
  must(isCount(minimum), `${what}.minimum`);
  must(orNull(eligible, isCount), `${what}.eligible`);
  must(orNull(drawn, isCount), `${what}.drawn`);
  must(orNull(last, (one) => matches(one, HASH)), `${what}.last_ticket`);
  return { stratum, departments, num, den, minimum, eligible, drawn, last };
}

function readRandomness(value, planKey) {
  if (value === null) return null;
  const { mode, contributors, round, signature, game, numbers, delay_log2: log2, value: R } = value ?? {};
  must(['drand', 'lottery', 'delay'].includes(mode), 'randomness.mode');
  const fits = (one) => isAuthority(one?.id) && orNull(one.secret, (secret) => matches(secret, HASH));
  must(Array.isArray(contributors) && contributors.every(fits), 'randomness.contributors');
  must(matches(R, HASH), 'randomness.value');
  if (mode === 'drand') must(isCount(round) && matches(signature, SIGNATURE), 'randomness.signature');
  if (mode === 'delay') must(within(log2, 1, LONGEST_DELAY_LOG2), 'randomness.delay_log2');
  const group = (one) => Array.isArray(one) && one.every((number) => isCount(number) && number < 2 ** 32);
  if (mode === 'lottery') must(Array.isArray(numbers) && numbers.every(group), 'randomness.numbers');
  if (mode === 'lottery') must(isGame(game), 'randomness.game');
  return { planKey, mode, contributors, round, signature, game, numbers, delay_log2: log2, value: R };
}

/** The document, read by its grammar; `asked`: the plan key and the id it has to be about. */
function read(document, asked) {
  const { v, origin, plan_key: key, id, library } = document ?? {};
  must(v === 1, 'v');
  must(matches(origin, ORIGIN), 'origin');
  must(authorityOf(key) !== null && (asked.key === undefined || key === asked.key), 'plan_key');
  must(matches(id, ID) && id === asked.id, 'id');
  const { form, count: size, root, snapshot } = library ?? {};
  must(['open', 'sealed'].includes(form) && isCount(size) && isCount(snapshot) && matches(root, HASH), 'library');
  must(isCount(document.plan_index), 'plan_index');
  must(orNull(document.draw_index, isCount), 'draw_index');
  must(Array.isArray(document.rules) && document.rules.length > 0, 'rules');
  const { operator, departments } = document;
  must(isAuthority(operator), 'operator');
  const named = Array.isArray(departments) && departments.length > 0 && departments.every(isAuthority);
  must(named && new Set(departments).size === departments.length, 'departments');
  const read = {
    origin,
    key,
    id,
    library: { form, count: size, root, snapshot },
    planIndex: document.plan_index,
    drawIndex: document.draw_index,
    leaf: readMember(document.leaf, 'leaf'),
    before: readMember(document.before ?? null, 'before'),
    after: readMember(document.after ?? null, 'after'),
    rules: document.rules.map((rule, at) => readRule(rule, `rules[${at}]`)),
    randomness: readRandomness(document.randomness, key),
    seed: document.seed,
    operator,
    departments,
  };
  // Who may take part by a rule sends officers: a document that hid a department could make it independent.
  must(read.rules.every((rule) => rule.departments.every((one) => departments.includes(one))), 'departments');
  must(orNull(read.seed, (seed) => matches(seed, HASH)) && (read.seed === null) === (read.randomness === null), 'seed');
  return read;
}

/** The leaf, or the proof that there is none; what can be said already. */
function checkLibrary({ id, library, leaf: shown, before, after }) {
  const values = { n: library.count, snapshot: library.snapshot, root: library.root };
  if (!shown) {
    if (!absent(id, before, after, library)) throw new Fault('library-absent-fail', values);
    return { step: pass('library', values, 'library-absent'), end: { text: 'end-absent', kind: 'no' } };
  }
  const leaf = member(shown, library);
  if (!leaf || leaf.id !== id) throw new Fault('library-fail', values);
  const step = pass('library', { ...values, place: shown.index + 1, line: shown.line });
  const end = leaf.exclusion === null ? null : { text: 'end-excluded', kind: 'no', values: { reason: leaf.exclusion } };
  return { step, leaf, end };
}

/** R, as far as it can be computed here, and what cannot. */
function checkRandomness({ key, operator, departments, randomness: given }) {
  const revealed = given.contributors.filter((one) => one.secret).length;
  const values = { revealed, of: given.contributors.length, value: given.value };
  const plan = { authority: authorityOf(key), seats: departments.map((department) => ({ department })) };
  const independent = given.contributors.find(({ id, secret }) => secret && isIndependent(plan, id, operator));
  if (given.mode === 'delay' && !independent) throw new Fault('delay-nobody');
  if (given.mode === 'lottery' && !mayFall(given.game, given.numbers)) throw new Fault('numbers-form', { game: given.game });
  const somebody = () => pass('independent', { who: independent.id, operator });
  if (given.mode === 'delay' && given.delay_log2 > MAX_DELAY_LOG2) {
    return [unchecked('randomness', { log: given.delay_log2, most: MAX_DELAY_LOG2 }, 'delay-unchecked'), somebody()];
  }
  const computed = randomness(given);
  if (computed !== given.value) throw new Fault('differs', { what: 'R', recorded: given.value, computed });
  const steps = [pass('randomness', values, randomnessText(given))];
  if (given.mode === 'drand') steps.push(unchecked('beacon', { round: given.round }));
  if (given.mode === 'lottery') steps.push(unchecked('numbers'));
  if (given.mode === 'delay') steps.push(somebody());
  return steps;
}

/** An open rule that covers the target: whether its figures hold, and whether the ticket is among those drawn. */
function checkOpenRule(rule, value) {
  const { stratum, eligible, drawn, last } = rule;
  if (eligible === null || drawn === null) throw new Fault('document-form', { what: 'rules' });
  const k = count(rule, eligible);
  const values = { stratum, n: eligible, k: drawn, last: last ?? '–', ticket: value, ...chance(rule) };
  if (eligible < 1 || drawn !== k) throw new Fault('rule-count', { ...values, computed: k });
  if ((last === null) !== (drawn === 0)) throw new Fault('document-form', { what: 'last_ticket' });
  const hit = last !== null && value <= last;
  if (drawn === eligible && !hit) throw new Fault('rule-last', values);
  const all = drawn === eligible ? 'rule-all' : 'rule-drawn';
  return { hit, step: pass('rule', values, hit ? all : 'rule-not'), values };
}

const ENDS = { 'rule-all': 'end-all', 'rule-drawn': 'end-drawn', 'rule-below': 'end-below' };

const chance = ({ num, den, minimum }) => ({ num, den, minimum });

/** A sealed rule of the target's class: whether the ticket is below the threshold. */
function checkSealedRule(rule, value) {
  const tau = threshold(rule);
  // All tickets are below 2^256, which has a digit more.
  const values = { ticket: value, tau: tau.toString(16).padStart(64, '0'), ...chance(rule) };
  const hit = below(rule, value);
  const open = rule.minimum > 0 && !hit;
  return { hit, open, step: pass('rule', values, hit ? 'rule-below' : 'rule-above'), values };
}

function* run(document, asked, opening, say) {
  const doc = read(document, asked);
  yield pass('document', { plan: doc.key, id: doc.id });
  const { step, leaf, end } = checkLibrary(doc);
  const sealed = doc.library.form === 'sealed';
  yield step;
  if (opening) {
    const fits = sealed && opening.root === doc.library.root && leaf && opens(opening, leaf);
    if (!fits) throw Object.assign(new Fault('card-fail'), { step: 'card' });
    yield pass('card', { stratum: opening.class });
  }
  yield unchecked('log', { plan: doc.planIndex, snapshot: doc.library.snapshot, draw: doc.drawIndex ?? '–' });
  if (end) return say(end);
  const covering = sealed ? doc.rules : doc.rules.filter((rule) => covers(rule, leaf));
  if (covering.length === 0) return say({ text: 'end-no-rule', kind: 'no', values: { stratum: leaf.stratum } });
  if (!doc.randomness) return say({ text: 'end-not-yet', kind: 'wait' });
  yield* checkRandomness(doc);
  const seed = seedOf(doc.origin, doc.key, doc.randomness.value);
  if (seed !== doc.seed) throw new Fault('differs', { what: 'seed', recorded: doc.seed, computed: seed });
  yield pass('seed', { seed });
  if (sealed && !opening) {
    yield unchecked('ticket', {}, 'needs-card');
    yield unchecked('rule', {}, 'needs-card');
    return say({ text: 'end-needs-card', kind: 'wait' });
  }
  const own = sealed ? sealedTicket(seed, doc.id, opening.salt_t) : ticket(seed, doc.id);
  yield pass('ticket', { ticket: own }, sealed ? 'ticket-sealed' : 'ticket-pass');
  const rules = sealed ? covering.filter((rule) => rule.stratum === opening.class) : covering;
  if (rules.length === 0) return say({ text: 'end-no-class', kind: 'no' });
  const results = rules.map((rule) => (sealed ? checkSealedRule(rule, own) : checkOpenRule(rule, own)));
  for (const result of results) yield result.step;
  if (!sealed) yield unchecked('others');
  const hit = results.find((result) => result.hit);
  if (hit) return say({ text: ENDS[hit.step.text], kind: 'yes', values: hit.values });
  const maybe = results.find((result) => result.open);
  if (maybe) yield unchecked('minimum', maybe.values);
  const [{ values }] = results;
  return say({ text: sealed ? 'end-above' : 'end-not', kind: maybe ? 'wait' : 'no', values });
}

/**
 * Checks a document about a target. `asked`: `{key, id}`, what it has to be about (any plan where the key is undefined); `opening`: of
 * its card, where its library is sealed and the card is there.
 *
 * `{steps, end}`: steps `{step, outcome, text, values}`, outcome `pass`, `fail` or `unchecked`; `end`: what follows for the target,
 * `{text, kind, values}`, kind `yes` (drawn), `no`, `wait` (not known yet, or not from this) or `fail`. Texts are names of texts
 * of the page.
 */
export function checkTarget(document, asked, opening = null) {
  const steps = [];
  let end = { text: 'end-fail', kind: 'fail', values: {} };
  const say = (what) => {
    end = { values: {}, ...what };
  };
  try {
    for (const step of run(document, asked, opening, say)) steps.push(step);
  } catch (fault) {
    if (!(fault instanceof Fault)) throw fault;
    const reached = new Set(steps.map((one) => one.step));
    const left = STEPS.filter((step) => !reached.has(step));
    const step = fault.step ?? left.shift() ?? 'rule';
    steps.push({ step, outcome: 'fail', text: fault.text, values: fault.values });
    for (const one of left) steps.push(unchecked(one, {}, 'not-reached'));
    end = { text: 'end-fail', kind: 'fail', values: {} };
  }
  return { steps, end };
}
