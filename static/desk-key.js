// A department's key file, and the key in it, which never leaves this page: WebCrypto holds it and gives only signatures.

import { base64Of, bytesOfLength } from './encoding.js';
import { isAuthority } from './names.js';
import { Fault } from './steps.js';

const HEADER = 'gongshi-event-key/v1';
// A private key of 32 bytes as PKCS #8 has it (RFC 8410) begins with these.
const PKCS8 = [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];

/** The key of a file's text: `{authority, key, sign}`. Throws a Fault that says which line is wrong. */
export async function keyOfFile(text) {
  const lines = text.replace(/\r?\n$/, '').split(/\r?\n/);
  if (lines[0] !== HEADER) throw new Fault('desk-key-header');
  if (!isAuthority(lines[1])) throw new Fault('desk-key-authority');
  const seed = bytesOfLength(lines[2] ?? '', 32);
  if (!seed || lines.length > 3) throw new Fault('desk-key-seed');
  const wrapped = Uint8Array.from([...PKCS8, ...seed]);
  const take = (may) => crypto.subtle.importKey('pkcs8', wrapped, { name: 'Ed25519' }, may, ['sign']);
  let key;
  let publicPart;
  try {
    publicPart = (await crypto.subtle.exportKey('jwk', await take(true))).x;
    key = await take(false);
  } catch {
    throw new Fault('desk-no-ed25519');
  } finally {
    seed.fill(0);
    wrapped.fill(0);
  }
  const bytes = Uint8Array.from(atob(publicPart.replace(/-/g, '+').replace(/_/g, '/')), (one) => one.charCodeAt(0));
  return {
    authority: lines[1],
    key: base64Of(bytes),
    sign: async (message) => base64Of(new Uint8Array(await crypto.subtle.sign({ name: 'Ed25519' }, key, message))),
  };
}
