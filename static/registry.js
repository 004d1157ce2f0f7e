// Who may say what: the authorities and their keys, replayed from `authority` records. One reason to exist: to accept an entry for the
// same keys as the log does.
//
// A chain may leave out entries, so nothing here shows that a key was not revoked. Indexes are BigInt; keys are compared by their text.

import { actionOf, keyProofMessage, rotationMessage } from './authority-action.js';
import { isSignedBy } from './ed25519.js';
import { approvalMessage, eventMessage } from './entry.js';
import { coversRegion, isOperatorOnly, isRegion } from './names.js';
import { bytesOfBase64 } from './sha256.js';
import { Fault } from './steps.js';

/** The kind of the entries that are replayed. */
export const AUTHORITY_KIND = 'authority';

/** Whether a key may sign the entry at an index: it is valid after the entry that brings it (entry 0 excepted), up to the one that ends it. */
const isValidAt = ({ added, ended }, index) => (added < index || (added === 0n && index === 0n)) && (ended === null || index <= ended);

/** The first of the keys, as the registry has them, that made a signature; null where none did. */
async function signerAmong(states, message, signature) {
  for (const state of states) if (await isSignedBy(state.key, message, signature)) return state;
  return null;
}

/** All authorities and keys after the entries replayed so far. */
export class Registry {
  constructor(origin) {
    this.origin = origin;
    /** By identifier: `{id, name, role, region, kinds, keys}`, keys in the order they came, ended ones included. */
    this.authorities = new Map();
    this.operator = null;
    /** Every key ever seen, by its text: `{key, added, ended, forced, replaces}`. */
    this.keys = new Map();
    this.last = null;
    this.lastSigner = null;
  }

  /** The keys of the operator that have not ended. */
  operatorKeys() {
    return this.operator ? this.operator.keys.filter((state) => state.ended === null) : [];
  }

  /** Replays an entry. Indexes ascend; what does not matter to the keys in question may be left out. Throws a Fault. */
  async apply(index, entry, record) {
    if (this.last === null ? index !== 0n : index <= this.last) throw new Fault('chain-ascends');
    const { action, signer } = await this.check(entry, record);
    this.last = index;
    const key = action.action === 'revoke' ? null : action.public_key ?? null;
    const forced = action.action === 'rotate' ? !action.old_key_signature : action.action === 'add_key' && this.of(action).role !== 'operator';
    const state = key && { key, added: index, ended: null, forced, replaces: action.old_key?.text ?? null };
    if (state) this.keys.set(key.text, state);
    // Entry 0 is signed with the key that it registers.
    this.lastSigner = signer ?? state;
    if (action.action === 'register') {
      const { authority_id: id, name, role, region, kinds } = action;
      const made = { id, name, role, region, kinds, keys: [state] };
      this.authorities.set(id, made);
      if (role === 'operator') this.operator = made;
      return;
    }
    const authority = this.of(action);
    if (action.action === 'amend') Object.assign(authority, { name: action.name, region: action.region, kinds: action.kinds });
    const ends = action.old_key ?? (action.action === 'revoke' ? action.public_key : null);
    if (ends) this.keys.get(ends.text).ended = index;
    if (state) authority.keys.push(state);
  }

  of({ authority_id: id }) {
    return this.authorities.get(id);
  }

  /** The action of an entry that may come next, with the operator's key that signed it: null for entry 0. */
  async check(entry, record) {
    if (entry.kind !== AUTHORITY_KIND) throw new Fault('chain-kind');
    if (record.commitment !== entry.commitment) throw new Fault('chain-record');
    const action = actionOf(record.body);
    const message = eventMessage(entry, this.origin);
    const signature = bytesOfBase64(entry.signature);
    let signer = null;
    if (!this.operator) {
      const own = action.action === 'register' && action.role === 'operator' && action.authority_id === entry.authority;
      if (!own) throw new Fault('chain-first');
      if (!(await isSignedBy(action.public_key, message, signature))) throw new Fault('chain-signature', { id: entry.authority });
    } else {
      if (this.operator.id !== entry.authority) throw new Fault('chain-operator');
      // Nearly always the key that signed the entry before: so not every key is tried for every entry.
      const likely = this.lastSigner.ended === null ? [this.lastSigner] : [];
      signer = await signerAmong([...likely, ...this.operatorKeys().filter((one) => !likely.includes(one))], message, signature);
      if (!signer) throw new Fault('chain-signature', { id: entry.authority });
    }
    await this.checkSubject(action);
    if (action.key_proof) {
      if (this.keys.has(action.public_key.text)) throw new Fault('chain-key-used');
      const proof = keyProofMessage(this.origin, action.authority_id, action.public_key);
      if (!(await isSignedBy(action.public_key, proof, action.key_proof))) throw new Fault('chain-key-proof');
    }
    return { action, signer };
  }

  /** The rules about the authority that an action concerns. */
  async checkSubject(action) {
    const { authority_id: id } = action;
    const authority = this.of(action);
    if (action.action === 'register') {
      if (authority) throw new Fault('chain-registered', { id });
      if (action.role === 'operator' && this.operator) throw new Fault('chain-second-operator');
      return;
    }
    if (!authority) throw new Fault('chain-unknown', { id });
    const isValid = (key) => authority.keys.some((state) => state.key.text === key.text && state.ended === null);
    if (action.action === 'revoke') {
      if (!isValid(action.public_key)) throw new Fault('chain-key-ended');
      if (authority.role === 'operator' && this.operatorKeys().length === 1) throw new Fault('chain-last-key');
    }
    if (action.action === 'rotate') {
      if (!isValid(action.old_key)) throw new Fault('chain-key-ended');
      const message = rotationMessage(this.origin, id, action.old_key, action.public_key);
      const handed = !action.old_key_signature || (await isSignedBy(action.old_key, message, action.old_key_signature));
      if (!handed) throw new Fault('chain-old-key');
    }
  }

  /** Whose keys made an entry's signature and cosignature, as they were valid at its index: `{first, second}`. Throws a Fault. */
  async signersOf(index, entry) {
    const { authority: id, signature, cosignature } = entry;
    const valid = (this.authorities.get(id)?.keys ?? []).filter((state) => isValidAt(state, index));
    const first = await signerAmong(valid, eventMessage(entry, this.origin), bytesOfBase64(signature));
    if (!first) throw new Fault('entry-signature', { id });
    if (cosignature === undefined) return { first, second: null };
    const others = valid.filter((state) => state !== first);
    const second = await signerAmong(others, approvalMessage(entry, this.origin), bytesOfBase64(cosignature));
    if (!second) throw new Fault('entry-cosignature', { id });
    return { first, second };
  }

  /** The newest entry by which the operator forced a key or one that it came from: a mark no later rotation wipes off. Null: none. */
  forcedAt(state) {
    for (let at = state; at; at = this.keys.get(at.replaces)) if (at.forced) return at.added;
    return null;
  }

  /** Refuses what an authority may not publish: the kind, and where it is known, the region it is about. Throws a Fault. */
  mayPublish(id, kind, region) {
    const authority = this.authorities.get(id);
    if (isOperatorOnly(kind)) {
      if (authority.role !== 'operator') throw new Fault('right-operator', { kind });
    } else if (!authority.kinds.includes(kind)) {
      throw new Fault('right-kind', { id, kind });
    }
    if (region === null) return;
    if (!isRegion(region)) throw new Fault('right-region-form');
    if (!coversRegion(authority.region, region)) throw new Fault('right-region', { id, own: authority.region, region });
  }
}
