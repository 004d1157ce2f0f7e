// A proof file, read: C2SP tlog-proof with this log's `extra` (docs/LOG-FORMAT.md, "Proof file").
//
// Every byte of it means something: what is read here has no second spelling. Nothing of it is checked, and nothing may be shown as if
// it were.

import { parseCheckpoint } from './checkpoint.js';
import { bytesOfLength, decimalOf, textOfUtf8 } from './encoding.js';
import { parseEntry } from './entry.js';
import { recordOf } from './record.js';
import { bytesOfBase64 } from './sha256.js';
import { Fault } from './steps.js';
import { MAX_DEPTH, canonical, isObject, parseJson } from './strict-json.js';

/** Largest proof file in bytes. */
export const MAX_PROOF_FILE = 16 << 20;

const PROOF_HEADER = 'c2sp.org/tlog-proof@v1\n';
const MAX_PATH = 64;
const MAX_CHAIN = 1024;

/** What stands before the next newline, and where the next line begins; null where there is none. */
function lineAt(text, start) {
  const end = text.indexOf('\n', start);
  return end < 0 ? null : { line: text.slice(start, end), next: end + 1 };
}

/** The parts of a tlog-proof: `{extra, index, path, head}`, `extra` null where there is none. Throws a Fault. */
function parseTlogProof(text) {
  if (!text.startsWith(PROOF_HEADER)) throw new Fault('proof-header');
  let at = PROOF_HEADER.length;
  let extra = null;
  if (text.startsWith('extra ', at)) {
    const found = lineAt(text, at);
    extra = found && bytesOfBase64(found.line.slice(6));
    if (!extra || extra.length === 0) throw new Fault('proof-extra');
    at = found.next;
  }
  const second = lineAt(text, at);
  const index = second?.line.startsWith('index ') ? decimalOf(second.line.slice(6)) : null;
  if (index === null) throw new Fault('proof-index');
  const path = [];
  for (at = second.next; ; ) {
    const found = lineAt(text, at);
    if (!found) throw new Fault('proof-ends');
    at = found.next;
    if (found.line === '') break;
    const hash = path.length < MAX_PATH ? bytesOfLength(found.line, 32) : null;
    if (!hash) throw new Fault('proof-path', { line: path.length + 1 });
    path.push(hash);
  }
  return { extra, index, path, head: parseCheckpoint(text.slice(at)) };
}

const must = (fits, member) => {
  if (!fits) throw new Fault('extra-member', { member });
};

function entryIn({ entry }) {
  must(typeof entry === 'string', 'entry');
  return parseEntry(entry);
}

/** Whether an object has no members but these. */
const hasOnly = (value, names) => Object.keys(value).every((name) => names.includes(name));

/** One entry of the chain: `{entry, index, path, record}`. */
function linkOf(value) {
  must(isObject(value), 'authority');
  const { index, path } = value;
  must(Number.isInteger(index) && index >= 0, 'index');
  const hashes = Array.isArray(path) && path.length <= MAX_PATH ? path.map((hash) => bytesOfLength(hash, 32)) : [null];
  const entry = entryIn(value);
  must(hashes.every(Boolean), 'path');
  must('record' in value, 'record');
  const record = recordOf(value.record);
  must(hasOnly(value, ['entry', 'index', 'path', 'record']), 'authority');
  return { entry, index: BigInt(index), path: hashes, record };
}

/** What a proof carries as `extra`: `{authority, entry, record}`, the record null where it is absent. Throws a Fault. */
function parseExtra(bytes) {
  // A body stands in record, link, list and the object itself.
  const value = parseJson('extra', bytes, MAX_DEPTH + 4);
  if (canonical(value) !== textOfUtf8(bytes)) throw new Fault('extra-spelling');
  must(isObject(value), 'extra');
  must(Array.isArray(value.authority), 'authority');
  if (value.authority.length > MAX_CHAIN) throw new Fault('extra-chain', { n: value.authority.length, most: MAX_CHAIN });
  const authority = value.authority.map(linkOf);
  const entry = entryIn(value);
  const record = 'record' in value ? recordOf(value.record) : null;
  must(hasOnly(value, ['authority', 'entry', 'record']), 'extra');
  return { authority, entry, record };
}

/** A proof file of this kind of log: `{index, path, head, authority, entry, record}`. Throws a Fault. */
export function parseProofFile(bytes) {
  if (bytes.length > MAX_PROOF_FILE) throw new Fault('file-large', { most: MAX_PROOF_FILE >> 20 });
  const text = textOfUtf8(bytes);
  if (text === null) throw new Fault('proof-utf8');
  const { extra, index, path, head } = parseTlogProof(text);
  if (!extra) throw new Fault('proof-bare');
  return { index, path, head, ...parseExtra(extra) };
}
