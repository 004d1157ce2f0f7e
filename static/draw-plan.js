// What of a plan the draw depends on, read from its record: a plan that the function does not take has no draw.
//
// docs/DRAW.md, "Randomness" and "Choice of targets"; docs/RECORDS.md has the names of the fields. A Fault names the first field that
// is not as it has to be. Times are seconds.

import { HASH, ID, LONGEST_DELAY_LOG2, TOKEN, isCount, isGame } from './draw.js';
import { authorityOf, isAuthority } from './names.js';
import { Fault } from './steps.js';
import { seconds } from './time.js';

const GENESIS = 1692803367;
const PERIOD = 3;
const LEAD = 3600;
const MIN_LEAD = 600;
const REVEAL_MARGIN = 120;
const MAX_DATE = 253402300799;
const CHALLENGE = 10 * 24 * 60 * 60;
const LEAST_DELAY_LOG2 = 34;

function must(fits, field) {
  if (!fits) throw new Fault('plan-form', { what: field });
}

const within = (number, least, most) => isCount(number) && number >= least && number <= most;

function listOf(value, field) {
  must(value === undefined || Array.isArray(value), field);
  return value ?? [];
}

/** Seconds that secrets may be revealed for: 120 for 2^34 steps, in proportion for others, at least 1. */
const longestReveal = (log2) => Math.max(1, Math.floor(120 * 2 ** (log2 - 34)));

function readRule(rule, field) {
  const { stratum, rule_departments: departments, num, den, minimum } = rule ?? {};
  must(typeof stratum === 'string' && TOKEN.test(stratum), `${field}.stratum`);
  const named = Array.isArray(departments) && departments.length > 0 && departments.every(isAuthority);
  must(named && new Set(departments).size === departments.length, `${field}.rule_departments`);
  must(within(den, 1, 1_000_000), `${field}.den`);
  must(within(num, 1, den), `${field}.num`);
  must(isCount(minimum), `${field}.minimum`);
  return { stratum, departments: [...departments].sort(), num, den, minimum };
}

function readSeats(departments) {
  const known = new Set();
  return departments.flatMap((one, at) => {
    const field = `departments[${at}]`;
    const department = one?.department;
    must(isAuthority(department) && !known.has(department), `${field}.department`);
    known.add(department);
    const asked = new Set();
    const seats = listOf(one.seats, `${field}.seats`).map((seat, place) => {
      const named = seat?.qualification;
      const own = `${field}.seats[${place}]`;
      must(named === undefined || (typeof named === 'string' && TOKEN.test(named)), `${own}.qualification`);
      const qualification = named ?? null;
      must(!asked.has(qualification), `${own}.qualification`);
      asked.add(qualification);
      must(within(seat?.officers, 1, 20), `${own}.officers`);
      return { department, qualification, count: seat.officers };
    });
    must(seats.reduce((sum, seat) => sum + seat.count, 0) >= 2, `${field}.seats`);
    return seats;
  });
}

/** When the value from outside is due; null where there is none. */
function dueOf(body, mode) {
  if (mode === 'drand') return within(body.round, 1, MAX_DATE) ? GENESIS + PERIOD * (body.round - 1) : NaN;
  return mode === 'lottery' ? (seconds(body.lottery_at) ?? NaN) : null;
}

function checkTimes(plan, lead) {
  must(plan.t1 >= plan.t0, 't1');
  if (plan.mode === 'delay') {
    must(plan.contributors.length > 0, 'contributors');
    must(plan.t1 - plan.t0 <= longestReveal(plan.log2), 't1');
    return;
  }
  must(plan.due <= MAX_DATE, plan.mode === 'drand' ? 'round' : 'lottery_at');
  must(within(lead, MIN_LEAD, Number.MAX_SAFE_INTEGER), 'lead_seconds');
  const latest = plan.due - lead;
  // Where nobody contributes, whoever makes the plan has no times to choose.
  must(plan.contributors.length ? plan.t0 <= latest : plan.t0 === latest && plan.t1 === latest, 't0');
  must(plan.t1 <= plan.due - REVEAL_MARGIN, 't1');
}

/** From when on a plan can be drawn: what comes from outside is due, and nobody can reveal any more. */
export const knownAt = ({ due, t1 }) => Math.min(MAX_DATE, Math.max(due ?? t1, t1 + 1));

/** From when on a plan may use a library logged at a time, which can be challenged until another or, where that is null, for ten days. */
export const usableFrom = (at, challengeUntil) => Math.max(at + CHALLENGE, challengeUntil ?? at);

/** Whether a delay takes long enough to count: of any length in a demonstration. */
export const isLongEnough = ({ mode, log2 }, demonstration) => mode !== 'delay' || demonstration || log2 >= LEAST_DELAY_LOG2;

/** Whether a contributor has no part in the draw: not a department of the plan, not the plan's authority, not the operator. */
export const isIndependent = (plan, id, operator) =>
  id !== operator && id !== plan.authority && !plan.seats.some((seat) => seat.department === id);

/**
 * Reads the body of a plan's record: `{key, authority, mode, log2, round, game, due, contributors, t0, t1, rules, seats, recusals,
 * rotation, objectRoot, officerRoot}`; `recusals` a list of `target|officer`, `due` null without a value from outside.
 */
export function readPlan(body) {
  const mode = body.randomness;
  must(['drand', 'lottery', 'delay'].includes(mode), 'randomness');
  const plan = {
    key: body.plan_key,
    authority: authorityOf(body.plan_key),
    mode,
    log2: body.delay_log2,
    round: body.round,
    game: body.lottery_game,
    due: dueOf(body, mode),
    contributors: listOf(body.contributors, 'contributors'),
    t0: seconds(body.t0),
    t1: seconds(body.t1),
    rotation: body.rotation,
    objectRoot: body.object_root,
    officerRoot: body.officer_root,
  };
  must(plan.authority !== null, 'plan_key');
  must(mode !== 'delay' || within(plan.log2, 1, LONGEST_DELAY_LOG2), 'delay_log2');
  must(mode !== 'lottery' || isGame(plan.game), 'lottery_game');
  const { contributors } = plan;
  must(contributors.every(isAuthority) && new Set(contributors).size === contributors.length, 'contributors');
  must(plan.t0 !== null, 't0');
  must(plan.t1 !== null, 't1');
  must(within(plan.rotation, 0, 2 ** 32 - 1), 'rotation');
  for (const [name, root] of [['object_root', plan.objectRoot], ['officer_root', plan.officerRoot]]) {
    must(typeof root === 'string' && HASH.test(root), name);
  }
  plan.rules = listOf(body.rules, 'rules').map((rule, at) => readRule(rule, `rules[${at}]`));
  const pairs = plan.rules.map((rule) => [rule.stratum, ...rule.departments].join('|'));
  must(pairs.length > 0 && new Set(pairs).size === pairs.length, 'rules');
  plan.seats = readSeats(listOf(body.departments, 'departments'));
  must(plan.seats.length > 0, 'departments');
  const sending = new Set(plan.seats.map((seat) => seat.department));
  plan.rules.forEach((rule, at) => must(rule.departments.every((one) => sending.has(one)), `rules[${at}].rule_departments`));
  plan.recusals = listOf(body.recusals, 'recusals').map((pair, at) => {
    const fits = (id) => typeof id === 'string' && ID.test(id);
    must(fits(pair?.target_id) && fits(pair?.officer_id), `recusals[${at}]`);
    return `${pair.target_id}|${pair.officer_id}`;
  });
  checkTimes(plan, body.lead_seconds === undefined ? LEAD : body.lead_seconds);
  return plan;
}
