// Libraries (两库) as their snapshots commit to them: leaves and their grammar, the RFC 6962 root, who is in one and who is not.
//
// docs/DRAW.md, "Words" and "Libraries". Exactly one spelling for each leaf. Nothing here asks the network or the page.

import { emptyRoot, inclusionFault, rootOf } from './merkle.js';
import { isAuthority } from './names.js';
import { bytesOfHex, hex, sha256Text } from './sha256.js';

export const ID = /^[0-9A-Z]{1,32}$/;
export const TOKEN = /^[0-9A-Za-z_]{1,32}$/;
export const HASH = /^[0-9a-f]{64}$/;

/** Whether a number counts something: whole, not negative, exact. */
export const isCount = (number) => Number.isSafeInteger(number) && number >= 0;

/** The members of a list that is unique and in order of bytes; null where it is not. */
function list(text, valid) {
  if (text === '') return [];
  const members = text.split(',');
  return members.every((one, at) => valid(one) && (at === 0 || members[at - 1] < one)) ? members : null;
}

/**
 * Reads a leaf. `{form: 'open', id, stratum, departments, exclusion}`, `{form: 'sealed', id, exclusion, cClass, cTicket}` or
 * `{form: 'officers', id, department, qualifications}`; `exclusion` is null where there is none. Null: no leaf.
 */
export function parseLeaf(line) {
  const fields = line.split('|');
  const [version, kind, id, second, third, fourth] = fields;
  if (version !== 'ddraw/1' || !ID.test(id)) return null;
  if (kind === 'target' && fields.length === 6) {
    const departments = list(third, isAuthority);
    if (!TOKEN.test(second) || !departments || !TOKEN.test(fourth)) return null;
    return { form: 'open', id, stratum: second, departments, exclusion: fourth === '0' ? null : fourth };
  }
  if (kind === 'starget' && fields.length === 6) {
    if (!TOKEN.test(second) || !HASH.test(third) || !HASH.test(fourth)) return null;
    return { form: 'sealed', id, exclusion: second === '0' ? null : second, cClass: third, cTicket: fourth };
  }
  if (kind === 'officer' && fields.length === 5) {
    const qualifications = list(third, (one) => TOKEN.test(one));
    if (!isAuthority(second) || !qualifications) return null;
    return { form: 'officers', id, department: second, qualifications };
  }
  return null;
}

const LEAF = 0;

/** RFC 6962 hash of a leaf that is a text of ASCII. */
export const leafHash = (line) => sha256Text(line, LEAF);

/**
 * Reads the file of a library. `{leaves, root}`, the root in hexadecimal; or `{line, fault}` with the first line (from 1) that does
 * not belong: `leaf`, `form`, `order`, `unended` or `repeated`.
 */
export function parseLibrary(form, text) {
  const lines = text.split('\n');
  if (lines.pop() !== '') return { line: lines.length + 1, fault: 'unended' };
  const leaves = [];
  const hashes = [];
  const commitments = new Set();
  for (const [at, line] of lines.entries()) {
    const fault = (what) => ({ line: at + 1, fault: what });
    const leaf = parseLeaf(line);
    if (!leaf) return fault('leaf');
    if (leaf.form !== form) return fault('form');
    if (at > 0 && !(leaves[at - 1].id < leaf.id)) return fault('order');
    if (form === 'sealed') {
      for (const commitment of [leaf.cClass, leaf.cTicket]) {
        if (commitments.has(commitment)) return fault('repeated');
        commitments.add(commitment);
      }
    }
    leaves.push(leaf);
    hashes.push(leafHash(line));
  }
  return { leaves, root: hex(rootOf(hashes)) };
}

/**
 * The leaf of a member `{line, index, path}`, the path as bytes, of a library `{form, count, root}`, the root in hexadecimal. Null
 * where it does not stand there, or is no leaf of that form.
 */
export function member({ line, index, path }, { form, count, root }) {
  const leaf = parseLeaf(line);
  const fits = leaf?.form === form && isCount(index) && isCount(count);
  const there = fits && inclusionFault(leafHash(line), BigInt(index), BigInt(count), path, bytesOfHex(root)) === null;
  return there ? leaf : null;
}

/** Whether the neighbours shown leave a gap where the id would stand; `before` and `after` are members or null. */
export function absent(id, before, after, library) {
  const place = (one, fits) => {
    if (!one) return null;
    const leaf = member(one, library);
    return leaf && fits(leaf.id) ? one.index : NaN;
  };
  const left = place(before, (other) => other < id);
  const right = place(after, (other) => other > id);
  if (left === null && right === null) return library.count === 0 && library.root === hex(emptyRoot());
  if (right === null) return left + 1 === library.count;
  if (left === null) return right === 0;
  return left + 1 === right;
}
