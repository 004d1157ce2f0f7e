// The consistency proof file: that a log's newer tree begins with its older one (docs/LOG-FORMAT.md, "Consistency file"). Read only.

import { parseCheckpoint } from './checkpoint.js';
import { bytesOfLength } from './encoding.js';
import { Fault } from './steps.js';
import { isObject, parseJson } from './strict-json.js';

/** Most hashes in a consistency proof of 64-bit sizes. */
const MAX_CONSISTENCY = 65;

const demand = (fits, member) => {
  if (!fits) throw new Fault('consistency-member', { member });
};

const hasJust = (value, names) => isObject(value) && Object.keys(value).length === names.length && names.every((name) => name in value);

/** A tree named by size and root: `{size, root}`. */
function treeOf(value, member) {
  demand(hasJust(value, ['root', 'size']), member);
  demand(Number.isInteger(value.size) && value.size >= 0, 'size');
  const root = bytesOfLength(value.root, 32);
  demand(root, 'root');
  return { size: BigInt(value.size), root };
}

/** A file: `{old, tree, head, proof}`; `tree` is the newer one, `head` its signed checkpoint, null where the file has none. */
export function parseConsistencyFile(bytes) {
  const value = parseJson('consistency', bytes);
  demand(hasJust(value, ['new', 'old', 'proof']), 'new, old, proof');
  const { new: newer, proof } = value;
  const old = treeOf(value.old, 'old');
  let head = null;
  if (isObject(newer) && 'checkpoint' in newer) {
    demand(hasJust(newer, ['checkpoint']), 'new');
    demand(typeof newer.checkpoint === 'string', 'checkpoint');
    head = parseCheckpoint(newer.checkpoint);
  }
  const hashes = Array.isArray(proof) && proof.length <= MAX_CONSISTENCY ? proof.map((hash) => bytesOfLength(hash, 32)) : [null];
  demand(hashes.every(Boolean), 'proof');
  return { old, tree: head ?? treeOf(newer, 'new'), head, proof: hashes };
}
