// The text encodings of the formats, each with exactly one accepted spelling for a value.
//
// A lenient decoder would let two different files mean the same, so nothing here may accept a second spelling. Hexadecimal and
// base64 of any length are read in sha256.js.

import { bytesOfBase64 } from './sha256.js';

const writer = new TextEncoder();
// A byte order mark is a character like any other: left out, two files would read alike.
const reader = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const showing = new TextDecoder('utf-8', { ignoreBOM: true });

/** UTF-8 of a text. */
export const utf8 = (text) => writer.encode(text);

/** The text of UTF-8; null where it is none. */
export function textOfUtf8(bytes) {
  try {
    return reader.decode(bytes);
  } catch {
    return null;
  }
}

/** The text of bytes, for showing only: what is not UTF-8 is replaced. */
export const roughText = (bytes) => showing.decode(bytes);

/** Padded standard base64 of few bytes. */
export const base64Of = (bytes) => btoa(String.fromCharCode(...bytes));

/** Base64 of exactly so many bytes; null where it is something else. */
export function bytesOfLength(text, length) {
  const bytes = bytesOfBase64(text);
  return bytes?.length === length ? bytes : null;
}

/** An unsigned decimal of 64 bits, without sign or leading zero, as a BigInt; null where it is something else. */
export function decimalOf(text) {
  if (!/^(0|[1-9][0-9]{0,19})$/.test(text)) return null;
  const number = BigInt(text);
  return number < 1n << 64n ? number : null;
}
