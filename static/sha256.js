// SHA-256 (FIPS 180-4) without waiting, because the draw hashes very many very short texts.
//
// crypto.subtle.digest costs 6 to 7 microseconds a call in Chromium, most of it for asking and waiting; this costs about one for
// the two blocks of a ticket. A library of 25,394 objects needs 76,000 hashes, a delay of 2^16 steps as many one after the
// other, and whoever fills seats compares hashes in the middle of a search, where nothing can wait. `agrees` holds this against
// WebCrypto before anything is believed; where the browser has no WebCrypto, nothing is checked at all.

const K = Int32Array.of(
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
  0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
  0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
  0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
  0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
  0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
  0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
  0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
);
const START = [0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19];

const words = new Int32Array(64);
const state = new Int32Array(8);
// The message and its padding; grows when a longer one comes.
let buffer = new Uint8Array(4096);

function reserve(length) {
  if (length + 72 > buffer.length) buffer = new Uint8Array(2 * length + 72);
}

/** One block of 64 bytes of the buffer into the state. */
function compress(at) {
  const w = words;
  for (let i = 0; i < 16; i++, at += 4) {
    w[i] = (buffer[at] << 24) | (buffer[at + 1] << 16) | (buffer[at + 2] << 8) | buffer[at + 3];
  }
  for (let i = 16; i < 64; i++) {
    const x = w[i - 15];
    const y = w[i - 2];
    const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
    const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
    w[i] = (w[i - 16] + s0 + w[i - 7] + s1) | 0;
  }
  // One by one: taking them out together asks for an iterator, which costs more than the rounds.
  let a = state[0];
  let b = state[1];
  let c = state[2];
  let d = state[3];
  let e = state[4];
  let f = state[5];
  let g = state[6];
  let h = state[7];
  for (let i = 0; i < 64; i++) {
    const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
    const t1 = (h + s1 + ((e & f) ^ (~e & g)) + K[i] + w[i]) | 0;
    const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
    const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + t1) | 0;
    d = c;
    c = b;
    b = a;
    a = (t1 + t2) | 0;
  }
  state[0] += a;
  state[1] += b;
  state[2] += c;
  state[3] += d;
  state[4] += e;
  state[5] += f;
  state[6] += g;
  state[7] += h;
}

/** The hash of the first so many bytes of the buffer, which stays in the state. */
function run(length) {
  const end = (length + 72) & ~63;
  buffer.fill(0, length, end);
  buffer[length] = 0x80;
  // Lengths are below 2^32 bytes: eight bytes of bits, big endian, of which three at most are of the upper word.
  const bits = length * 8;
  const upper = Math.floor(bits / 0x100000000);
  buffer[end - 5] = upper;
  for (let i = 0; i < 4; i++) buffer[end - 1 - i] = (bits >>> (8 * i)) & 255;
  state.set(START);
  for (let at = 0; at < end; at += 64) compress(at);
}

function bytesOfState() {
  const out = new Uint8Array(32);
  for (let i = 0; i < 8; i++) {
    const word = state[i];
    out[4 * i] = word >>> 24;
    out[4 * i + 1] = word >>> 16;
    out[4 * i + 2] = word >>> 8;
    out[4 * i + 3] = word;
  }
  return out;
}

/** SHA-256 of bytes: 32 bytes. */
export function sha256(...parts) {
  let length = 0;
  for (const part of parts) length += part.length;
  reserve(length);
  let at = 0;
  for (const part of parts) {
    buffer.set(part, at);
    at += part.length;
  }
  run(length);
  return bytesOfState();
}

/** SHA-256 of a text of ASCII, after one byte where `first` is not negative: 32 bytes. */
export function sha256Text(text, first = -1) {
  writeText(text, first);
  return bytesOfState();
}

function writeText(text, first) {
  reserve(text.length + 1);
  let at = 0;
  if (first >= 0) buffer[at++] = first;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code > 127) throw new RangeError('the draw hashes ASCII only');
    buffer[at++] = code;
  }
  run(at);
}

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** `H(x)` of the draw: SHA-256 of a text of ASCII as 64 lowercase hexadecimal digits. */
export function H(text) {
  writeText(text, -1);
  let out = '';
  for (let i = 0; i < 8; i++) {
    const word = state[i];
    out += HEX[word >>> 24] + HEX[(word >>> 16) & 255] + HEX[(word >>> 8) & 255] + HEX[word & 255];
  }
  return out;
}

/** Bytes as lowercase hexadecimal digits. */
export function hex(bytes) {
  let out = '';
  for (const byte of bytes) out += HEX[byte];
  return out;
}

/** Bytes of lowercase hexadecimal digits; null where it is something else. */
export function bytesOfHex(text) {
  if (typeof text !== 'string' || !/^([0-9a-f]{2})*$/.test(text)) return null;
  return Uint8Array.from({ length: text.length / 2 }, (_, i) => parseInt(text.slice(2 * i, 2 * i + 2), 16));
}

/** Bytes of padded standard base64, its unused bits zero; null where it is something else. */
export function bytesOfBase64(text) {
  if (typeof text !== 'string' || !/^[0-9A-Za-z+/]*={0,2}$/.test(text) || text.length % 4) return null;
  let raw;
  try {
    raw = atob(text);
  } catch {
    return null;
  }
  // One spelling for each value: a text that is written otherwise is another text.
  if (btoa(raw) !== text) return null;
  // Not with Uint8Array.from: going through a text by characters takes seconds for 16 MiB.
  const bytes = new Uint8Array(raw.length);
  for (let at = 0; at < raw.length; at += 1) bytes[at] = raw.charCodeAt(at);
  return bytes;
}

/** Whether this code and WebCrypto come to the same, over every length of padding; null where the browser has no WebCrypto. */
export async function agrees() {
  const subtle = globalThis.crypto?.subtle;
  if (!subtle) return null;
  const bytes = crypto.getRandomValues(new Uint8Array(200));
  const lengths = [0, 1, 55, 56, 63, 64, 65, 119, 120, 200];
  const same = lengths.map(async (length) => {
    const part = bytes.slice(0, length);
    return hex(new Uint8Array(await subtle.digest('SHA-256', part))) === hex(sha256(part));
  });
  return (await Promise.all(same)).every(Boolean);
}
