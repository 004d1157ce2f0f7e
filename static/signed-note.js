// C2SP signed-note and tlog-cosignature v1: texts signed by one or more keys, and the keys that sign them.
//
// A note is evidence of nothing until a known key's signature is checked. Two signature types: 0x01 Ed25519, 0x04 cosignature/v1.

import { textOfUtf8, utf8 } from './encoding.js';
import { isSignedBy, publicKeyOf } from './ed25519.js';
import { bytesOfBase64, hex, sha256 } from './sha256.js';
import { Fault } from './steps.js';

const MAX_NOTE = 1_000_000;
const MAX_SIGNATURES = 100;
const SIGNATURE_MARK = '\u2014 ';
const LATEST_TIME = (1n << 63n) - 1n;

/** Signature types. */
export const PLAIN = 1;
export const COSIGNATURE = 4;

const isKeyName = (name) => /^[^\p{White_Space}+\u0000-\u001f]+$/u.test(name);

/** A verifier key of its text: `{name, id, kind, key, text}`. Throws a Fault. */
export function verifierKeyOf(bytes) {
  const text = textOfUtf8(bytes);
  if (text === null) throw new Fault('key-name');
  const [name, id, ...rest] = text.split('+');
  // Base64 has plus signs of its own.
  const data = bytesOfBase64(rest.join('+'));
  if (rest.length === 0) throw new Fault('key-form');
  if (!isKeyName(name)) throw new Fault('key-name');
  if (!/^[0-9a-f]{8}$/.test(id) || !data || data.length === 0) throw new Fault('key-form');
  const kind = data[0];
  if (kind !== PLAIN && kind !== COSIGNATURE) throw new Fault('key-type', { type: String(kind) });
  if (data.length !== 33) throw new Fault('key-form');
  const key = publicKeyOf(data.slice(1));
  if (hex(sha256(utf8(`${name}\n`), data).slice(0, 4)) !== id) throw new Fault('key-id');
  return { name, id, kind, key, text };
}

/** A signature line without its newline: `{name, id, bytes}`; null where it is none. */
function signatureOf(line) {
  if (!line.startsWith(SIGNATURE_MARK)) return null;
  const space = line.indexOf(' ', SIGNATURE_MARK.length);
  const name = line.slice(SIGNATURE_MARK.length, space);
  const data = space < 0 ? null : bytesOfBase64(line.slice(space + 1));
  if (!data || data.length < 5 || !isKeyName(name)) return null;
  return { name, id: hex(data.slice(0, 4)), bytes: data.slice(4) };
}

/** A note: `{text, signatures}`; the last empty line is between them. Throws a Fault. */
export function parseNote(note) {
  if (note.length > MAX_NOTE || utf8(note).length > MAX_NOTE) throw new Fault('note-large');
  if (/[\u0000-\u0009\u000b-\u001f]/.test(note)) throw new Fault('note-control');
  const blank = note.lastIndexOf('\n\n');
  const block = note.slice(blank + 2);
  if (blank < 0 || block === '') throw new Fault('note-block');
  const lines = block.split('\n');
  // What follows the last newline is a line that does not end.
  const rest = lines.pop();
  if (rest !== '') lines.push(null);
  const signatures = lines.map((line, at) => {
    if (at === MAX_SIGNATURES) throw new Fault('note-many');
    const signature = line === null ? null : signatureOf(line);
    if (!signature) throw new Fault('note-line', { line: at + 1 });
    return signature;
  });
  return { text: note.slice(0, blank + 1), signatures };
}

/** What one signature line says: `{time}`, null where the key did not make it. */
async function signedAs(verifier, text, bytes) {
  if (verifier.kind === PLAIN) {
    const fits = bytes.length === 64 && (await isSignedBy(verifier.key, utf8(text), bytes));
    return fits ? { time: null } : null;
  }
  if (bytes.length !== 72) return null;
  const time = BigInt(`0x${hex(bytes.slice(0, 8))}`);
  const message = utf8(`cosignature/v1\ntime ${time}\n${text}`);
  return time <= LATEST_TIME && (await isSignedBy(verifier.key, message, bytes.slice(8))) ? { time } : null;
}

/**
 * What a note says about a key: null where no line is in its name, `{valid: false}` where a line is and it did not make it, else
 * `{valid: true, time}`. Where a cosigner signed twice, the earlier time counts: by then it had seen the text.
 */
export async function signatureBy(note, verifier) {
  let found = null;
  for (const { name, id, bytes } of note.signatures) {
    if (name !== verifier.name || id !== verifier.id) continue;
    const signed = await signedAs(verifier, note.text, bytes);
    if (!signed) return { valid: false };
    if (!found || signed.time < found.time) found = { valid: true, time: signed.time };
  }
  return found;
}
