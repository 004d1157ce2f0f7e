// Who said it: the chain from entry 0 to the signing key, replayed; the times along it; the right to the kind and, where the record
// is there, to its region.
//
// To be asked only for a checkpoint that the log signed and an entry that is under it: the replay is the dear part, and says nothing else.

import { isInTime } from './entry.js';
import { inclusionFault } from './merkle.js';
import { isOrigin } from './names.js';
import { AUTHORITY_KIND, Registry } from './registry.js';
import { Fault } from './steps.js';

/** Most keys of the operator valid side by side in one chain. */
const MAX_OPERATOR_KEYS = 64;

/** Logged no earlier than what stands before it, and issued within the time allowed around that. */
function checkTimes(before, entry) {
  if (before && entry.logged < before.entry.logged) {
    const values = { at: entry.logged_at, index: String(before.index), before: before.entry.logged_at };
    throw new Fault('time-back', values);
  }
  if (!isInTime(entry)) throw new Fault('time-window', { issued: entry.issued_at, logged: entry.logged_at });
}

/** One entry of the chain: in the log of this checkpoint, and allowed to come next. */
async function replay(registry, link, before, head) {
  const astray = inclusionFault(link.entry.leafHash, link.index, head.size, link.path, head.root);
  if (astray) throw new Fault(astray);
  await registry.apply(link.index, link.entry, link.record);
  if (registry.operatorKeys().length > MAX_OPERATOR_KEYS) throw new Fault('chain-keys', { most: MAX_OPERATOR_KEYS });
  checkTimes(before, link.entry);
}

/** No authority signs with a key that signs checkpoints: whoever holds the server's key file could then speak for it. */
function checkKeysApart(registry, policy) {
  const ofLog = policy.logs.filter(({ key }) => key.name === registry.origin).map(({ key }) => key.key.text);
  for (const { id, keys } of registry.authorities.values()) {
    if (keys.some(({ key }) => ofLog.includes(key.text))) throw new Fault('key-of-log', { id });
  }
}

/** The region that a record is about; null where it has none. Whom it registers, the operator decides wherever that is. */
function regionOf({ kind }, record) {
  if (!record || kind === AUTHORITY_KIND || !('region' in record.body)) return null;
  if (typeof record.body.region !== 'string') throw new Fault('right-region-form');
  return record.body.region;
}

/**
 * Checks who said the entry of a proof file. `record`: the record, where it is the one the entry commits to, else null; `policy`:
 * whose keys sign the log's checkpoints. `{authority, first, second, forced, region}`: the authority, its keys that signed, and the
 * indexes of entries by which the operator forced these, null where none did. Throws a Fault; one of the chain has its `link`.
 */
export async function saidBy({ authority: chain, entry, index, head }, record, policy) {
  if (!isOrigin(head.origin)) throw new Fault('origin-form');
  const registry = new Registry(head.origin);
  let before = null;
  for (const link of chain) {
    // Entry 0 is signed with the key it registers: its chain is itself.
    const itself = index === 0n && link.index === 0n && link.entry.text === entry.text;
    if (link.index >= index && !itself) throw new Fault('chain-order', { index: String(link.index), of: String(index) });
    try {
      await replay(registry, link, before, head);
    } catch (fault) {
      if (fault instanceof Fault) fault.link = String(link.index);
      throw fault;
    }
    before = link;
  }
  checkKeysApart(registry, policy);
  const authority = registry.authorities.get(entry.authority);
  if (!authority) throw new Fault('chain-missing');
  const { first, second } = await registry.signersOf(index, entry);
  checkTimes(before, entry);
  const region = regionOf(entry, record);
  registry.mayPublish(entry.authority, entry.kind, region);
  const forced = [first, second].map((state) => state && registry.forcedAt(state));
  return { authority, first, second, forced, region };
}
