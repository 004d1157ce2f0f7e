// The draw `ddraw/1` in the reader's browser: secrets, randomness, seed, tickets, and who is drawn.
//
// Written from docs/DRAW.md, whose words it uses. Pure: no page, no network, no clock. Libraries, officers and cards stand in
// files of their own and are handed on from here. Hashes are 64 lowercase hexadecimal digits unless said otherwise.
//
// What a browser cannot do in reasonable time is not done here and has to be shown as not checked: the BLS signature of a beacon's
// round, and delays of over 2^16 steps.

import { H, bytesOfHex, hex, sha256 } from './sha256.js';

export * from './draw-library.js';
export * from './draw-officers.js';
export * from './draw-card.js';
export * from './draw-lottery.js';
export { H, agrees, bytesOfBase64, bytesOfHex, hex, sha256 } from './sha256.js';

/** The longest delay that a plan may ask for, as a power of two. */
export const LONGEST_DELAY_LOG2 = 40;

/** The longest delay that is run here, as a power of two. */
export const MAX_DELAY_LOG2 = 16;

/** `C_d` of a contributor. */
export const commitment = (planKey, contributor, secret) => H(`ddraw/1|commit|${planKey}|${contributor}|${secret}`);

/** `R_cr`. `contributors`: `{id, secret}` in the plan's order, the secret null where none counts. */
export const joined = (planKey, contributors) =>
  H(`ddraw/1|reveal|${planKey}${contributors.map(({ id, secret }) => `|${id}:${secret ?? '-'}`).join('')}`);

/**
 * For each contributor of a plan `{key, contributors, t0, t1}` the secret that counts: committed to by t0 in the first of its
 * commits, revealed in [t0, t1]. Times in seconds. `commits`: `{contributor, index, at, commitment}`, `reveals`: `{contributor, at,
 * secret}`.
 */
export function counting(plan, commits, reveals) {
  return plan.contributors.map((id) => {
    const own = commits.filter((one) => one.contributor === id);
    const bound = own.reduce((first, one) => (first && first.index < one.index ? first : one), null);
    const fits = (one) =>
      one.contributor === id && one.at >= plan.t0 && one.at <= plan.t1 && commitment(plan.key, id, one.secret) === bound.commitment;
    const reveal = bound && bound.at <= plan.t0 ? reveals.find(fits) : null;
    return { id, secret: reveal?.secret ?? null };
  });
}

/** The numbers of a lottery as they are hashed. */
export const lotteryText = (groups) =>
  groups.map((group) => `${[...group].sort((a, b) => a - b).map((number) => `${number}.`).join('')}/`).join('');

/**
 * Runs a delay of at most 2^16 steps: the value at the end of each segment, the last of which is R. Null for a longer one.
 */
export function delay(start, log2) {
  if (!Number.isInteger(log2) || log2 < 0 || log2 > MAX_DELAY_LOG2) return null;
  const cut = Math.min(8, log2);
  let value = bytesOfHex(start);
  return Array.from({ length: 2 ** cut }, () => {
    for (let step = 2 ** (log2 - cut); step > 0; step--) value = sha256(value);
    return hex(value);
  });
}

/**
 * R of `{planKey, mode, contributors, signature, numbers, delay_log2}`; null for a delay that is too long for here. That the
 * signature is the beacon's, or the numbers the lottery's, does not show in R.
 */
export function randomness({ planKey, mode, contributors, signature, numbers, delay_log2: log2 }) {
  const start = joined(planKey, contributors);
  if (mode === 'drand') {
    const value = hex(sha256(bytesOfHex(signature)));
    return contributors.length ? H(`ddraw/1|mix|${start}|${value}`) : value;
  }
  if (mode === 'lottery') return H(`ddraw/1|mix|${start}|${lotteryText(numbers)}`);
  return delay(start, log2)?.at(-1) ?? null;
}

/** The seed. */
export const seedOf = (origin, planKey, value) => H(`ddraw/1|seed|${origin}|${planKey}|${value}`);

/** The ticket of an open target. */
export const ticket = (seed, id) => H(`ddraw/1|ticket|${seed}|${id}`);

/** The ticket of a sealed target. */
export const sealedTicket = (seed, id, salt) => H(`ddraw/1|ticket|${seed}|${id}|${salt}`);

/** `c_class` of a sealed leaf. */
export const classCommitment = (salt, name) => H(`ddraw/1|class|${salt}|${name}`);

/** `c_ticket` of a sealed leaf. */
export const ticketCommitment = (salt) => H(`ddraw/1|tsalt|${salt}`);

/** Whether an opening `{id, class, salt_c, salt_t}` is that of a sealed leaf. */
export const opens = (opening, leaf) =>
  opening.id === leaf.id &&
  classCommitment(opening.salt_c, opening.class) === leaf.cClass &&
  ticketCommitment(opening.salt_t) === leaf.cTicket;

/** `k`: how many of `n` an open rule `{num, den, minimum}` draws. */
export function count({ num, den, minimum }, n) {
  const share = (BigInt(n) * BigInt(num) + BigInt(den) - 1n) / BigInt(den);
  const wanted = share > BigInt(minimum) ? share : BigInt(minimum);
  return wanted < BigInt(n) ? Number(wanted) : n;
}

/** `tau` of a sealed rule `{num, den}`, a BigInt of at most 2^256. */
export const threshold = ({ num, den }) => (BigInt(num) << 256n) / BigInt(den);

/** Whether a ticket is below the threshold. */
export const below = (rule, value) => BigInt(`0x${value}`) < threshold(rule);

/** Whether a rule `{stratum, departments}` covers an open leaf. */
export const covers = (rule, leaf) =>
  leaf.exclusion === null && leaf.stratum === rule.stratum && rule.departments.every((one) => leaf.departments.includes(one));

const byOrder = (a, b) => (a.ticket < b.ticket || (a.ticket === b.ticket && a.id < b.id) ? -1 : 1);

/** By rule `{eligible, drawn}`; `drawn`: `{ticket, id}` in the order of the draw. */
export function chooseOpen(seed, leaves, rules) {
  const covered = rules.map(() => []);
  for (const leaf of leaves) {
    // Only for whom a rule covers: hashing is most of the work.
    let one = null;
    rules.forEach((rule, at) => {
      if (!covers(rule, leaf)) return;
      one ??= { ticket: ticket(seed, leaf.id), id: leaf.id };
      covered[at].push(one);
    });
  }
  return rules.map((rule, at) => {
    const eligible = covered[at].length;
    return { eligible, drawn: covered[at].sort(byOrder).slice(0, count(rule, eligible)) };
  });
}

/** The same of sealed targets, from the openings of all that are not excluded. */
export function chooseSealed(seed, openings, rules) {
  return rules.map((rule) => {
    const of = openings.filter((one) => one.class === rule.stratum);
    const tickets = of.map((one) => ({ ticket: sealedTicket(seed, one.id, one.salt_t), id: one.id })).sort(byOrder);
    const under = tickets.filter((one) => below(rule, one.ticket)).length;
    return { eligible: tickets.length, drawn: tickets.slice(0, Math.max(under, Math.min(rule.minimum, tickets.length))) };
  });
}

/**
 * Every drawn target once, in the order of the draw: `{id, ticket, stratum, departments}`, with the stratum of the first rule that
 * drew it and the departments of all of them.
 */
export function visits(rules, choices) {
  const all = new Map();
  rules.forEach((rule, at) => {
    for (const { id, ticket: value } of choices[at].drawn) {
      const visit = all.get(id) ?? { id, ticket: value, stratum: rule.stratum, departments: new Set() };
      rule.departments.forEach((one) => visit.departments.add(one));
      all.set(id, visit);
    }
  });
  return [...all.values()].sort(byOrder);
}
