// Self-check cards of sealed libraries: what a card's token leads to, and what it opens.
//
// The token never leaves the browser: the server knows an encrypted opening by another hash of it.

import { HASH, ID, TOKEN } from './draw-library.js';
import { hex, sha256 } from './sha256.js';

const DIGITS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/**
 * The 16 bytes of a token in Crockford's base32, as it is printed or typed: 26 characters, blanks and hyphens left out of account. Null
 * where it is none.
 */
export function parseToken(text) {
  const plain = text.toUpperCase().replace(/[\s-]/g, '').replace(/O/g, '0').replace(/[IL]/g, '1');
  const values = [...plain].map((character) => DIGITS.indexOf(character));
  if (values.length !== 26 || values.includes(-1)) return null;
  // 130 bits from the left; the last two carry nothing and are zero.
  const number = values.reduce((sum, value) => sum * 32n + BigInt(value), 0n);
  if (number % 4n !== 0n) return null;
  const digits = (number / 4n).toString(16).padStart(32, '0');
  return Uint8Array.from({ length: 16 }, (_, at) => parseInt(digits.slice(2 * at, 2 * at + 2), 16));
}

/**
 * What is wrong with a text that is no token: a text of the page and what to put into it. Its length, a character, or the last one,
 * which holds two bits that are zero.
 */
export function tokenFault(text) {
  const plain = text.toUpperCase().replace(/[\s-]/g, '').replace(/O/g, '0').replace(/[IL]/g, '1');
  const stray = [...plain].find((character) => !DIGITS.includes(character));
  if (stray !== undefined) return { text: 'card-character', values: { character: stray } };
  const found = [...plain].length;
  if (found !== 26) return { text: 'card-length', values: { found } };
  return { text: 'card-last', values: { character: plain.at(-1) } };
}

const labelled = (label, token) => sha256(new TextEncoder().encode(`gongshi/${label}/v1\n`), token);

/** By which the server finds what the card opens. */
export const cardId = (token) => hex(labelled('card-id', token));

/**
 * Opens what the server has stored for a card: `{class, id, root, salt_c, salt_t}`. Null where the token does not open it, or what it
 * opens is something else.
 */
export async function openCard(token, data) {
  const usage = ['decrypt'];
  const key = await crypto.subtle.importKey('raw', labelled('card-key', token), 'AES-GCM', false, usage);
  let opening;
  try {
    const plain = await crypto.subtle.decrypt({ name: 'AES-GCM', iv: new Uint8Array(12) }, key, data);
    opening = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(plain));
  } catch {
    return null;
  }
  const grammar = { class: TOKEN, id: ID, root: HASH, salt_c: HASH, salt_t: HASH };
  const fits = (name) => typeof opening?.[name] === 'string' && grammar[name].test(opening[name]);
  return Object.keys(grammar).every(fits) ? opening : null;
}
