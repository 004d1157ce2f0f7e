// Entries of the log as proof files show them: which record an entry commits to, and that the entry is in the log of a checkpoint.
//
// Reads C2SP tlog-proof files with this log's `extra` (docs/LOG-FORMAT.md). Everything that is a hash is checked. Who signed entry
// and checkpoint is not: nothing here may be shown as if it were.

import { includes, isAuthority, leafHashOfBytes } from './draw-library.js';
import { Fault } from './draw-steps.js';
import { bytesOfBase64, bytesOfHex, hex, sha256 } from './sha256.js';

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The canonical text (RFC 8785) of what JSON.parse gave. */
export function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const members = Object.keys(value).sort();
  return `{${members.map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`).join(',')}}`;
}

/** What a canonical text says; null where it is no JSON, or not its own canonical spelling. */
function read(text) {
  try {
    const value = JSON.parse(text);
    return canonical(value) === text ? value : null;
  } catch {
    return null;
  }
}

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;

/** Seconds of a time `YYYY-MM-DDTHH:MM:SSZ`; null where it is none. */
export function seconds(text) {
  if (typeof text !== 'string' || !TIME.test(text)) return null;
  const moment = Date.parse(text);
  // A day that does not exist is read as another one, or not at all.
  if (Number.isNaN(moment) || new Date(moment).toISOString().slice(0, 19) !== text.slice(0, 19)) return null;
  return moment / 1000;
}

const decimal = (text) => (/^(0|[1-9][0-9]{0,15})$/.test(text) && Number.isSafeInteger(Number(text)) ? Number(text) : null);

/** A proof file, cut into its parts: `{extra, index, path, checkpoint}`; null where it is none. */
function parse(text) {
  const parts = /^c2sp\.org\/tlog-proof@v1\nextra ([^\n]+)\nindex ([^\n]+)\n((?:[^\n]+\n)*)\n([^]+)$/.exec(text);
  if (!parts) return null;
  const extra = bytesOfBase64(parts[1]);
  const index = decimal(parts[2]);
  const path = parts[3].split('\n').slice(0, -1).map(bytesOfBase64);
  // A note: its text ends with an empty line, lines of signatures follow.
  const note = /^([^]+\n)\n(?:\u2014 [^\n]+\n)+$/.exec(parts[4]);
  if (!extra || index === null || path.some((hash) => hash?.length !== 32) || !note) return null;
  const [origin, size, root] = note[1].split('\n');
  const head = { text: note[1], origin, size: decimal(size ?? ''), root: bytesOfBase64(root) };
  return head.size === null || head.root?.length !== 32 ? null : { extra, index, path, head };
}

/** The body of a record, where it is the one that the entry commits to; else null. */
function bodyOf(record, entry) {
  const { body, salt } = record ?? {};
  const bytes = bytesOfHex(salt);
  if (bytes?.length !== 32 || body === null || typeof body !== 'object') return null;
  const commitment = sha256(encoder.encode('gongshi/record/v1\n'), bytes, encoder.encode(canonical(body)));
  return hex(commitment) === entry.commitment ? body : null;
}

/** Region of the operator of a demonstration log. */
const SYNTHETIC_REGION = '000000';

/**
 * Who said entry 0, by the first link of a chain of keys: `{id, demonstration}`, the latter by the region that its record names. Null
 * where that is not entry 0 of the log, or not its record.
 */
function operatorOf(link, { size, root }) {
  const entry = typeof link?.entry === 'string' ? read(link.entry) : null;
  if (!isAuthority(entry?.authority) || link.index !== 0 || !Array.isArray(link.path)) return null;
  const path = link.path.map(bytesOfBase64);
  const fits = path.every((hash) => hash?.length === 32) && includes(leafHashOfBytes(encoder.encode(link.entry)), 0, size, path, root);
  const body = fits ? bodyOf(link.record, entry) : null;
  return body && { id: entry.authority, demonstration: body.region === SYNTHETIC_REGION };
}

/**
 * Reads the proof of an entry of a kind. `{index, entry, body, at, leafHash, operator, head}`: `at` when it was logged, in seconds;
 * `operator`: who said entry 0, `{id, demonstration}`; `head`: the checkpoint `{text, origin, size, root}` whose log both are in.
 *
 * Throws a Fault that names `what`: the proof is none, the record is not the one committed to, the entry or entry 0 is not in the log.
 */
export function prove(what, kind, text) {
  const proof = parse(text);
  let extra = null;
  try {
    extra = proof && read(decoder.decode(proof.extra));
  } catch {
    // Not UTF-8: no proof of ours.
  }
  const entry = typeof extra?.entry === 'string' ? read(extra.entry) : null;
  const at = seconds(entry?.logged_at);
  if (!entry || at === null || typeof entry.authority !== 'string') throw new Fault('entry-form', { what });
  if (entry.kind !== kind) throw new Fault('entry-kind', { what, kind });
  const body = bodyOf(extra.record, entry);
  if (!body) throw new Fault('entry-record', { what });
  const hash = leafHashOfBytes(encoder.encode(extra.entry));
  const { index, path, head } = proof;
  if (!includes(hash, index, head.size, path, head.root)) throw new Fault('entry-path', { what });
  const operator = operatorOf(extra.authority?.[0], head);
  if (!operator) throw new Fault('entry-operator', { what });
  return { index, entry, body, at, leafHash: hex(hash), operator, head };
}
