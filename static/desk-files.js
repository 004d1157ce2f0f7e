// The desk's own files for spreadsheets: receipts of what went in, and the rows that did not, to be mended and uploaded again.
//
// A receipt is read from the proof that the log answered with, never from its word, and only where that proof is of the statement that was signed here.

import { utf8 } from './encoding.js';
import { parseProofFile } from './proof-file.js';

// Crockford's base32; a code has the first 40 bits of the leaf hash (docs/LOG-FORMAT.md, "Receipt codes").
const LETTERS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const BYTES = 5;

/** The receipt code of the leaf with that hash at that index. */
export function receiptCode(index, leafHash) {
  let bits = 0n;
  for (const byte of leafHash.subarray(0, BYTES)) bits = (bits << 8n) | BigInt(byte);
  const letters = Array.from({ length: 8 }, (_, at) => LETTERS[Number((bits >> BigInt(35 - 5 * at)) & 31n)]).join('');
  return `${index}-${letters.slice(0, 4)}-${letters.slice(4)}`;
}

/** The code of an answer whose proof is of that commitment; null where it is no receipt for it. */
export function receiptOf({ index, proof }, commitment) {
  try {
    const read = parseProofFile(utf8(proof));
    const same = read.index === BigInt(index) && read.entry.commitment === commitment;
    return same ? receiptCode(index, read.entry.leafHash) : null;
  } catch {
    return null;
  }
}

// What a spreadsheet would compute is marked as text, by an apostrophe that imports take off again.
const plain = (text) => (/^[=+\-@\t\r]/.test(text) ? `'${text}` : text);
const quoted = (text) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
const cellOf = (text) => quoted(plain(text));

/** A table as spreadsheets open it: CSV with a byte order mark. */
export function tableFile(headers, rows) {
  const lines = [headers, ...rows].map((cells) => `${cells.map((cell) => cellOf(String(cell))).join(',')}\r\n`);
  return new Blob(['\ufeff', ...lines], { type: 'text/csv' });
}
