// C2SP tlog-checkpoint: a signed note whose text is a log's origin, size and root hash. Trusts nobody: who signed it is policy.js's.

import { bytesOfLength, decimalOf, textOfUtf8 } from './encoding.js';
import { emptyRoot } from './merkle.js';
import { hex } from './sha256.js';
import { parseNote } from './signed-note.js';
import { Fault } from './steps.js';

/** A signed checkpoint: `{origin, size, root, note}`, the size a BigInt. Throws a Fault. */
export function parseCheckpoint(text) {
  const note = parseNote(text);
  const lines = note.text.split('\n');
  lines.pop();
  if (lines.length < 3 || lines.includes('')) throw new Fault('head-lines');
  const [origin, size, root] = [lines[0], decimalOf(lines[1]), bytesOfLength(lines[2], 32)];
  if (size === null) throw new Fault('head-size');
  if (!root) throw new Fault('head-root');
  if (size === 0n && hex(root) !== hex(emptyRoot())) throw new Fault('head-empty');
  return { origin, size, root, note };
}

/** The same of bytes, as of a file. */
export function checkpointOf(bytes) {
  const text = textOfUtf8(bytes);
  if (text === null) throw new Fault('head-utf8');
  return parseCheckpoint(text);
}
