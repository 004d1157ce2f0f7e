// C2SP tlog-policy: which logs, which witnesses, and how many of them make a quorum.
//
// A policy is octets: names are compared as bytes and need not be UTF-8, so they are held here as texts of one character a byte.
// Every refusal names its line. Which policy to trust is the reader's own business: it must not come from what it is to judge.

import { decimalOf, roughText } from './encoding.js';
import { COSIGNATURE, signatureBy, verifierKeyOf } from './signed-note.js';
import { Fault } from './steps.js';

const MAX_POLICY = 1_000_000;

const bytesOf = (item) => Uint8Array.from(item, (character) => character.charCodeAt(0));
const nameOf = (item) => roughText(bytesOf(item));

/** One character for each byte. */
function octets(bytes) {
  const pieces = [];
  for (let at = 0; at < bytes.length; at += 4096) pieces.push(String.fromCharCode(...bytes.subarray(at, at + 4096)));
  return pieces.join('');
}

/** What the lines of a policy add up to, one after the other. */
class PolicyLines {
  constructor() {
    this.logs = [];
    this.witnesses = [];
    this.groups = [];
    this.quorum = undefined;
    this.names = new Map();
    this.lines = { log: new Map(), witness: new Map() };
  }

  take(line, [word, ...items]) {
    if (word === undefined || word.startsWith('#')) return;
    if (word === 'log') this.log(line, items);
    else if (word === 'witness') this.witness(line, items);
    else if (word === 'group') this.group(items);
    else if (word === 'quorum') this.setQuorum(items);
    else throw new Fault('policy-keyword');
  }

  log(line, items) {
    if (items.length < 1 || items.length > 2) throw new Fault('policy-items', { form: 'log <vkey> [<url>]' });
    const key = verifierKeyOf(bytesOf(items[0]));
    this.once('log', key, line);
    this.logs.push({ key });
  }

  witness(line, items) {
    if (items.length < 2 || items.length > 3) throw new Fault('policy-items', { form: 'witness <name> <vkey> [<url>]' });
    const key = verifierKeyOf(bytesOf(items[1]));
    if (key.kind !== COSIGNATURE) throw new Fault('policy-witness');
    this.once('witness', key, line);
    this.define(items[0], { witness: this.witnesses.length });
    this.witnesses.push({ name: nameOf(items[0]), key });
  }

  group([name, threshold, ...items]) {
    if (items.length === 0) throw new Fault('policy-items', { form: 'group <name> all|any|<k> <name>...' });
    const most = BigInt(items.length);
    const number = threshold === 'all' ? most : threshold === 'any' ? 1n : decimalOf(threshold);
    if (number === null || number < 1n || number > most) throw new Fault('policy-threshold');
    const members = items.map((item) => {
      const found = this.names.get(item);
      if (!found) throw new Fault('policy-unknown', { name: nameOf(item) });
      if (found.used) throw new Fault('policy-member', { name: nameOf(item) });
      found.used = true;
      return found.member;
    });
    this.define(name, { group: this.groups.length });
    this.groups.push({ threshold: Number(number), members });
  }

  setQuorum(items) {
    if (items.length !== 1) throw new Fault('policy-items', { form: 'quorum <name>' });
    const found = this.names.get(items[0]);
    if (items[0] !== 'none' && !found) throw new Fault('policy-unknown', { name: nameOf(items[0]) });
    if (this.quorum !== undefined) throw new Fault('policy-quorum');
    this.quorum = items[0] === 'none' ? null : found.member;
  }

  /** A public key stands on one line of its kind. */
  once(kind, { key }, line) {
    const earlier = this.lines[kind].get(key.text);
    if (earlier !== undefined) throw new Fault('policy-twice', { other: earlier });
    this.lines[kind].set(key.text, line);
  }

  define(name, member) {
    if (name === 'none' || this.names.has(name)) throw new Fault('policy-name');
    this.names.set(name, { member, used: false });
  }
}

/** A policy of bytes: `{logs, witnesses, groups, quorum}`, the quorum null for `quorum none`. Throws a Fault that has the `line`. */
export function parsePolicy(bytes) {
  if (bytes.length > MAX_POLICY) throw new Fault('policy-large', { line: 1 });
  const found = new PolicyLines();
  const lines = octets(bytes).split('\n');
  lines.forEach((text, at) => {
    try {
      if (/[\u0000-\u0008\u000a-\u001f\u007f]/.test(text)) throw new Fault('policy-control');
      found.take(at + 1, text.split(/[ \t]/).filter((item) => item !== ''));
    } catch (fault) {
      if (fault instanceof Fault) fault.values = { line: at + 1, ...fault.values };
      throw fault;
    }
  });
  if (found.quorum === undefined) throw new Fault('policy-none', { line: lines.length });
  const { logs, witnesses, groups, quorum } = found;
  return { logs, witnesses, groups, quorum };
}

function isQuorumMet({ groups, quorum }, cosigned) {
  // Groups have members of earlier lines only, so one pass in order settles them all.
  const met = [];
  const has = (member) => (member.witness === undefined ? met[member.group] : cosigned[member.witness]);
  for (const { threshold, members } of groups) met.push(members.filter(has).length >= threshold);
  return quorum === null || has(quorum);
}

/**
 * What a policy says about a checkpoint: `{signer, fault, seen, quorum}`. `signer`: the key with which the log signed, else null, and
 * `fault` why; `seen`: witnesses whose cosignatures hold, `{name, time}`; `quorum`: whether they are enough. Unknown keys are
 * ignored; a false line of a known one refuses the whole (C2SP signed-note, "Signatures").
 */
export async function judge(policy, { origin, note }) {
  let signer = null;
  let forged = null;
  let known = false;
  for (const { key } of policy.logs) {
    known ||= key.name === origin;
    const signed = await signatureBy(note, key);
    if (signed && !signed.valid) forged = key.name;
    else if (signed && key.name === origin) signer ??= key;
  }
  const seen = [];
  const cosigned = [];
  for (const { name, key } of policy.witnesses) {
    const signed = await signatureBy(note, key);
    cosigned.push(signed?.valid === true);
    if (signed?.valid) seen.push({ name, time: signed.time });
    else if (signed) forged = name;
  }
  const quorum = isQuorumMet(policy, cosigned);
  if (forged !== null) return { signer: null, fault: new Fault('head-forged', { name: forged }), seen, quorum };
  if (signer) return { signer, fault: null, seen, quorum };
  return { signer, fault: new Fault(known ? 'head-unsigned' : 'head-unknown', { origin }), seen, quorum };
}
