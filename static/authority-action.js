// The bodies of `authority` records, and the messages that their keys sign. Form only: whether an action is allowed in the state of the
// log is decided by registry.js.

import { publicKeyOfText } from './ed25519.js';
import { bytesOfLength, utf8 } from './encoding.js';
import { isAuthority, isKind, isRegion } from './names.js';
import { Fault } from './steps.js';
import { canonical } from './strict-json.js';

/** A text of so many characters without control characters. */
const isPlainText = (most) => (text) =>
  typeof text === 'string' && text !== '' && text.length <= 2 * most && [...text].length <= most && !/\p{Cc}/u.test(text);

const ascends = (list) => list.every((one, at) => at === 0 || list[at - 1] < one);
const readIf = (fits) => (value) => (fits(value) ? value : null);
const readKey = (value) => publicKeyOfText(value);
const readSignature = (value) => bytesOfLength(value, 64);
const readReason = readIf(isPlainText(500));
const readProfile = {
  name: readIf(isPlainText(200)),
  region: readIf(isRegion),
  kinds: readIf((kinds) => Array.isArray(kinds) && kinds.every(isKind) && ascends(kinds)),
};
/** Members of which an action may do without. */
const OPTIONAL = { hotline: readIf((text) => typeof text === 'string' && /^[0-9+][0-9 -]{2,31}$/.test(text)) };
const readAddedKey = { public_key: readKey, key_proof: readSignature };

/** What each action has beside `action` and `authority_id`, and what reads it: null where it is not of its form. */
const ACTION_FORMS = {
  register: { role: readIf((role) => role === 'operator' || role === 'department'), ...readProfile, ...readAddedKey },
  amend: readProfile,
  add_key: readAddedKey,
  rotate: { ...readAddedKey, old_key: readKey, old_key_signature: readSignature },
  force: { ...readAddedKey, old_key: readKey, reason: readReason },
  revoke: { public_key: readKey, reason: readReason },
};

/** The action of a body: its members as they are read, `old_key_signature` or `reason` by what a rotation rests on. Throws a Fault. */
export function actionOf(body) {
  const { action } = body;
  if (typeof action !== 'string' || action === 'force' || !Object.hasOwn(ACTION_FORMS, action)) throw new Fault('action-member', { member: 'action' });
  const forced = action === 'rotate' && !('old_key_signature' in body);
  const forms = { authority_id: readIf(isAuthority), ...ACTION_FORMS[forced ? 'force' : action] };
  const found = { action };
  for (const [name, read] of Object.entries(forms)) {
    found[name] = name in body ? read(body[name]) : null;
    if (found[name] === null) throw new Fault('action-member', { member: name });
  }
  const optional = 'name' in forms ? OPTIONAL : {};
  for (const [name, read] of Object.entries(optional)) {
    if (!(name in body)) continue;
    found[name] = read(body[name]);
    if (found[name] === null) throw new Fault('action-member', { member: name });
  }
  const stranger = Object.keys(body).find((name) => name !== 'action' && !Object.hasOwn(forms, name) && !Object.hasOwn(optional, name));
  if (stranger !== undefined) throw new Fault('action-unknown', { member: stranger });
  return found;
}

/** What a new key signs to show that its holder has it. */
export const keyProofMessage = (origin, authority, { text }) =>
  utf8(`gongshi/key/v1\n${canonical({ authority, origin, public_key: text })}`);

/** What the old key signs to hand over to the new one. */
export const rotationMessage = (origin, authority, oldKey, newKey) =>
  utf8(`gongshi/rotate/v1\n${canonical({ authority, new_key: newKey.text, old_key: oldKey.text, origin })}`);
