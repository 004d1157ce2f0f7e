// Libraries (两库) as their snapshots commit to them: leaves and their grammar, the RFC 6962 root, who is in one and who is not.
//
// docs/DRAW.md, "Words" and "Libraries". Exactly one spelling for each leaf. Nothing here asks the network or the page.

import { bytesOfHex, hex, sha256, sha256Text } from './sha256.js';

export const ID = /^[0-9A-Z]{1,32}$/;
export const TOKEN = /^[0-9A-Za-z_]{1,32}$/;
export const HASH = /^[0-9a-f]{64}$/;
const AUTHORITY = /^[0-9A-Z]+(-[0-9A-Z]+)*$/;
const PLAN_KEY = /^([^/]+)\/[0-9]{4}(-(0[1-9]|1[0-2]))?\/(0[1-9]|[1-9][0-9]{1,4})$/;

/** Whether a text names an authority. */
export const isAuthority = (text) => typeof text === 'string' && text.length <= 32 && AUTHORITY.test(text);

/** The authority of a plan key; null where it is none. */
export function authorityOf(planKey) {
  const parts = typeof planKey === 'string' ? PLAN_KEY.exec(planKey) : null;
  return parts && isAuthority(parts[1]) ? parts[1] : null;
}

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
const NODE = Uint8Array.of(1);

/** RFC 6962 hash of a leaf that is a text of ASCII. */
export const leafHash = (line) => sha256Text(line, LEAF);

/** RFC 6962 hash of a leaf of bytes. */
export const leafHashOfBytes = (bytes) => sha256(Uint8Array.of(LEAF), bytes);

const nodeHash = (left, right) => sha256(NODE, left, right);

/** RFC 6962 root over leaf hashes. */
export function rootOf(hashes) {
  if (hashes.length === 0) return sha256();
  // Roots of complete subtrees from left to right, as many as the size has bits.
  const edge = [];
  hashes.forEach((hash, at) => {
    for (; at & 1; at >>>= 1) hash = nodeHash(edge.pop(), hash);
    edge.push(hash);
  });
  return edge.reduceRight((right, left) => nodeHash(left, right));
}

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

const half = (number) => Math.floor(number / 2);

/** RFC 9162, 2.1.3.2: whether the path leads from a leaf hash at an index to the root (bytes) of a tree of that size. */
export function includes(hash, index, size, path, root) {
  if (!isCount(index) || !isCount(size) || index >= size) return false;
  let at = index;
  let last = size - 1;
  for (const sibling of path) {
    if (last === 0) return false;
    if (at % 2 === 1 || at === last) {
      hash = nodeHash(sibling, hash);
      while (at % 2 === 0 && at !== 0) {
        at = half(at);
        last = half(last);
      }
    } else {
      hash = nodeHash(hash, sibling);
    }
    at = half(at);
    last = half(last);
  }
  return last === 0 && hex(hash) === hex(root);
}

/**
 * The leaf of a member `{line, index, path}`, the path as bytes, of a library `{form, count, root}`, the root in hexadecimal. Null
 * where it does not stand there, or is no leaf of that form.
 */
export function member({ line, index, path }, { form, count, root }) {
  const leaf = parseLeaf(line);
  const there = leaf && leaf.form === form && includes(leafHash(line), index, count, path, bytesOfHex(root));
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
  if (left === null && right === null) return library.count === 0 && library.root === hex(sha256());
  if (right === null) return left + 1 === library.count;
  if (left === null) return right === 0;
  return left + 1 === right;
}
