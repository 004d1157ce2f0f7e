// An entry: one leaf of the log, saying who said what, when, without what was said. It has exactly one spelling.
//
// Also the messages that its keys sign. Whether those keys are the authority's is decided by registry.js.

import { bytesOfLength, utf8 } from './encoding.js';
import { leafHashOfBytes } from './merkle.js';
import { isAuthority, isKind, needsCosignature, referenceOf } from './names.js';
import { bytesOfHex } from './sha256.js';
import { Fault } from './steps.js';
import { canonical, isObject, parseJson } from './strict-json.js';
import { seconds } from './time.js';

const MOST_EARLY = 7 * 86_400;
const MOST_AHEAD = 120;

const isSignature = (text) => bytesOfLength(text, 64) !== null;
const isTime = (text) => seconds(text) !== null;
const REQUIRED = {
  v: (value) => value === 1,
  authority: isAuthority,
  commitment: (text) => bytesOfHex(text)?.length === 32,
  issued_at: isTime,
  kind: isKind,
  logged_at: isTime,
  signature: isSignature,
};

/**
 * An entry of its text: its members, its `text`, `issued` and `logged` in seconds, and its `leafHash`. Throws a Fault where the text
 * is not byte for byte the entry's one spelling.
 */
export function parseEntry(text) {
  const members = parseJson('entry', text);
  if (!isObject(members)) throw new Fault('leaf-object');
  const known = [...Object.keys(REQUIRED), 'ref', 'cosignature'];
  const stranger = Object.keys(members).find((name) => !known.includes(name));
  if (stranger !== undefined) throw new Fault('leaf-unknown', { member: stranger });
  for (const [name, fits] of Object.entries(REQUIRED)) {
    if (!(name in members)) throw new Fault('leaf-missing', { member: name });
    if (!fits(members[name])) throw new Fault('leaf-member', { member: name });
  }
  const { kind } = members;
  const belongs = { ref: referenceOf(kind), cosignature: needsCosignature(kind) ? isSignature : null };
  for (const [name, fits] of Object.entries(belongs)) {
    if (fits && !(name in members)) throw new Fault('leaf-missing', { member: name });
    if (!fits && name in members) throw new Fault('leaf-unknown', { member: name });
    if (fits && !(typeof members[name] === 'string' && fits(members[name]))) throw new Fault('leaf-member', { member: name });
  }
  if (canonical(members) !== text) throw new Fault('leaf-spelling');
  const times = { issued: seconds(members.issued_at), logged: seconds(members.logged_at) };
  return { ...members, ...times, text, leafHash: leafHashOfBytes(utf8(text)) };
}

function signedText(label, { authority, commitment, issued_at, kind, ref, v }, origin) {
  const statement = { authority, commitment, issued_at, kind, origin, v, ...(ref === undefined ? {} : { ref }) };
  return utf8(`gongshi/${label}/v1\n${canonical(statement)}`);
}

/** The bytes that the authority's key signs, for the log of this origin only. */
export const eventMessage = (entry, origin) => signedText('event', entry, origin);

/** The bytes that the second key signs, where the kind has a cosignature. */
export const approvalMessage = (entry, origin) => signedText('approve', entry, origin);

/** Whether it was issued within the time that a log allows around the moment it took it. */
export function isInTime({ issued, logged }) {
  return logged - issued <= MOST_EARLY && issued - logged <= MOST_AHEAD;
}
