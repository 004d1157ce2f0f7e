// A record: what an authority says, bound to its entry by a salted commitment. Form only; what a body means is not known here.

import { utf8 } from './encoding.js';
import { bytesOfHex, hex, sha256 } from './sha256.js';
import { Fault } from './steps.js';
import { MAX_DEPTH, canonical, isObject, isWithinDepth, parseJson } from './strict-json.js';

const MAX_BODY = 1 << 20;
const COMMITMENT_LABEL = utf8('gongshi/record/v1\n');

/** A record of a parsed value: `{body, commitment}`, the latter in hexadecimal. Throws a Fault. */
export function recordOf(value) {
  const fits = isObject(value) && 'body' in value && 'salt' in value && Object.keys(value).length === 2;
  if (!fits) throw new Fault('record-members');
  const salt = bytesOfHex(value.salt);
  if (salt?.length !== 32) throw new Fault('record-salt');
  if (!isObject(value.body) || !isWithinDepth(value.body, MAX_DEPTH)) throw new Fault('record-body');
  const body = utf8(canonical(value.body));
  if (body.length > MAX_BODY) throw new Fault('record-large');
  return { body: value.body, commitment: hex(sha256(COMMITMENT_LABEL, salt, body)) };
}

/** The record of a file: itself, or the member `record` of what a log answers about an entry. Nothing else in it is looked at. */
export function recordOfFile(bytes) {
  const value = parseJson('record', bytes, MAX_DEPTH + 2);
  const answer = isObject(value) && !('body' in value) && 'record' in value;
  return recordOf(answer ? value.record : value);
}
