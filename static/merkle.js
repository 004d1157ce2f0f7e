// The Merkle tree of RFC 9162, 2.1: hashes, inclusion and consistency proofs.
//
// Knows hashes (32 bytes) and positions (BigInt, for sizes have 64 bits) only. A proof is checked to its exact length: one with
// anything left over is refused. A fault is the name of a text; null is a proof that holds.

import { hex, sha256 } from './sha256.js';

const LEAF_PREFIX = Uint8Array.of(0);
const NODE_PREFIX = Uint8Array.of(1);

/** Hash of a leaf of bytes. */
export const leafHashOfBytes = (bytes) => sha256(LEAF_PREFIX, bytes);

const nodeHash = (left, right) => sha256(NODE_PREFIX, left, right);
const sameHash = (one, other) => hex(one) === hex(other);

/** The root of no leaves. */
export const emptyRoot = () => sha256();

/** Root over leaf hashes. */
export function rootOf(hashes) {
  if (hashes.length === 0) return emptyRoot();
  // Roots of complete subtrees from left to right, as many as the size has bits.
  const edge = [];
  hashes.forEach((hash, at) => {
    for (; at & 1; at >>>= 1) hash = nodeHash(edge.pop(), hash);
    edge.push(hash);
  });
  return edge.reduceRight((right, left) => nodeHash(left, right));
}

/** Walks a path from a node to the root of its tree; `left` and `right` are told of each sibling. False: not of the right length. */
function climb(at, last, path, left, right) {
  for (const sibling of path) {
    if (last === 0n) return false;
    if (at & 1n || at === last) {
      left(sibling);
      // The last node of a level without a sibling is promoted unchanged.
      while (!(at & 1n) && at !== 0n) {
        at >>= 1n;
        last >>= 1n;
      }
    } else {
      right(sibling);
    }
    at >>= 1n;
    last >>= 1n;
  }
  return last === 0n;
}

/** 2.1.3.2: why the path, from the leaf's sibling up, does not lead from a leaf hash at an index to the root of that many leaves. */
export function inclusionFault(leaf, index, size, path, root) {
  if (index >= size) return 'path-index';
  let hash = leaf;
  const whole = climb(
    index, size - 1n, path,
    (sibling) => { hash = nodeHash(sibling, hash); },
    (sibling) => { hash = nodeHash(hash, sibling); },
  );
  if (!whole) return 'path-length';
  return sameHash(hash, root) ? null : 'path-root';
}

/** 2.1.4.2: why the tree of `newSize` leaves is not shown to begin with that of `oldSize`. Size 0 says nothing about the new root. */
export function consistencyFault(oldSize, oldRoot, newSize, newRoot, proof) {
  if (oldSize > newSize) return 'path-order';
  if (oldSize === 0n || oldSize === newSize) {
    if (proof.length > 0) return 'path-length';
    const empty = newSize === 0n && !sameHash(newRoot, emptyRoot());
    return !empty && sameHash(oldRoot, oldSize === 0n ? emptyRoot() : newRoot) ? null : 'path-root';
  }
  // A complete old tree is itself a node of the new one, so its root is left out of the proof.
  const complete = (oldSize & (oldSize - 1n)) === 0n;
  const [first, ...rest] = complete ? [oldRoot, ...proof] : proof;
  if (!first) return 'path-length';
  let [at, last] = [oldSize - 1n, newSize - 1n];
  for (; at & 1n; at >>= 1n) last >>= 1n;
  let [before, after] = [first, first];
  const whole = climb(
    at, last, rest,
    (node) => { [before, after] = [nodeHash(node, before), nodeHash(node, after)]; },
    (node) => { after = nodeHash(after, node); },
  );
  if (!whole) return 'path-length';
  return sameHash(before, oldRoot) && sameHash(after, newRoot) ? null : 'path-root';
}
