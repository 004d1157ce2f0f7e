// Entries of the log as proof files show them: which record an entry commits to, and that the entry is in the log of a checkpoint.
//
// Everything that is a hash is checked. Who signed entry and checkpoint is not: nothing here may be shown as if it were.

import { utf8 } from './encoding.js';
import { inclusionFault } from './merkle.js';
import { parseProofFile } from './proof-file.js';
import { hex } from './sha256.js';
import { Fault } from './steps.js';

/** Region of the operator of a demonstration log. */
const SYNTHETIC_REGION = '000000';

const isUnder = ({ size, root }, { entry, index, path }) => inclusionFault(entry.leafHash, index, size, path, root) === null;

/** The body of a record, where it is the one that the entry commits to; else null. */
const bodyOf = ({ record, entry }) => (record?.commitment === entry.commitment ? record.body : null);

/**
 * Who said entry 0, by the first link of a chain of keys: `{id, demonstration}`, the latter by the region that its record names. Null
 * where that is not entry 0 of the log, or not its record.
 */
function operatorOf(link, head) {
  const body = link?.index === 0n && isUnder(head, link) ? bodyOf(link) : null;
  return body && { id: link.entry.authority, demonstration: body.region === SYNTHETIC_REGION };
}

function read(what, text) {
  try {
    const file = parseProofFile(utf8(text));
    // What is beyond exact numbers is no entry of a draw.
    if (Number.isSafeInteger(Number(file.index)) && Number.isSafeInteger(Number(file.head.size))) return file;
  } catch (fault) {
    if (!(fault instanceof Fault)) throw fault;
  }
  throw new Fault('entry-form', { what });
}

/**
 * Reads the proof of an entry of a kind. `{index, entry, body, at, leafHash, operator, head}`: `at` when it was logged, in seconds;
 * `operator`: who said entry 0, `{id, demonstration}`; `head`: the checkpoint `{text, origin, size, root}` whose log both are in.
 *
 * Throws a Fault that names `what`: the proof is none, the record is not the one committed to, the entry or entry 0 is not in the log.
 */
export function prove(what, kind, text) {
  const file = read(what, text);
  const { entry, index, head: { note, origin, size, root } } = file;
  if (entry.kind !== kind) throw new Fault('entry-kind', { what, kind });
  const body = bodyOf(file);
  if (!body) throw new Fault('entry-record', { what });
  if (!isUnder(file.head, file)) throw new Fault('entry-path', { what });
  const operator = operatorOf(file.authority[0], file.head);
  if (!operator) throw new Fault('entry-operator', { what });
  const head = { text: note.text, origin, size: Number(size), root };
  return { index: Number(index), entry, body, at: entry.logged, leafHash: hex(entry.leafHash), operator, head };
}
