// The identifiers of the formats, and what a kind demands of its entry. Form only: which kinds there are is decided elsewhere.

import { decimalOf } from './encoding.js';

const AUTHORITY_FORM = /^[0-9A-Z]+(-[0-9A-Z]+)*$/;
const PLAN_KEY_FORM = /^([^/]+)\/[0-9]{4}(-(0[1-9]|1[0-2]))?\/(0[1-9]|[1-9][0-9]{1,4})$/;

/** Whether a text names an authority. */
export const isAuthority = (text) => typeof text === 'string' && text.length <= 32 && AUTHORITY_FORM.test(text);

/** Whether a text names a kind. */
export const isKind = (text) => typeof text === 'string' && /^[a-z_]{1,32}$/.test(text);

/** Whether a text is the origin of a log of this kind. */
export const isOrigin = (text) => /^[a-z0-9.:-]+(\/[a-z0-9._-]+)*$/.test(text);

/** Whether a text is the code of a region. */
export const isRegion = (text) => typeof text === 'string' && (text === '000000' || /^(?!00)[0-9]{6}$/.test(text));

/** The authority of a plan key; null where it is none. */
export function authorityOf(planKey) {
  const parts = typeof planKey === 'string' ? PLAN_KEY_FORM.exec(planKey) : null;
  return parts && isAuthority(parts[1]) ? parts[1] : null;
}

/** Whether an authority of a region may publish about another: the nation, a province and a prefecture cover what lies in them. */
export function coversRegion(own, other) {
  if (own === '100000') return true;
  if (own === '000000') return other === own;
  return other.startsWith(own.replace(/(0000|00)$/, ''));
}

const OF_PLANS = ['plan', 'commit', 'reveal', 'draw', 'cancel', 'substitute'];
const OF_TARGETS = ['withdrawal', 'erasure', 'correction', 'expiry'];
const PERMANENT = ['authority', 'item_list', 'snapshot', ...OF_PLANS, 'withdrawal', 'erasure', 'status_map'];
const OF_OPERATOR = ['authority', 'status_map', 'alert', 'expiry'];

/** What `ref` of an entry of a kind is: null where it has none, else what tells a right text. */
export function referenceOf(kind) {
  if (OF_PLANS.includes(kind)) return (text) => authorityOf(text) !== null;
  return OF_TARGETS.includes(kind) ? (text) => decimalOf(text) !== null : null;
}

/** Whether a kind needs a second signature by another key of the same authority. */
export const needsCosignature = (kind) => kind === 'withdrawal' || kind === 'erasure';

/** Whether a record of a kind never leaves publication. */
export const isPermanent = (kind) => PERMANENT.includes(kind);

/** Whether only the operator of the log may publish a kind. */
export const isOperatorOnly = (kind) => OF_OPERATOR.includes(kind);
