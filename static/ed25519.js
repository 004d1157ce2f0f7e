// Ed25519 (RFC 8032) public keys and signatures, as strictly as the verifier takes them.
//
// The signature itself is checked by WebCrypto, everything here is what WebCrypto leaves open. No key is made here and nothing signed.

import { base64Of, bytesOfLength, utf8 } from './encoding.js';
import { bytesOfHex, hex } from './sha256.js';
import { Fault } from './steps.js';

const FIELD = (1n << 255n) - 19n;
const GROUP_ORDER = (1n << 252n) + 27742317777372353535851937790883648493n;
const CURVE_D = 37095705934669439343138083508754565189542113879843219016388785533085940283555n;

// The y coordinates of the eight points of small order, and the two second spellings of 0 and 1, the sign bit left out. Under such a
// key, or with such a point in it, a signature can hold for messages that nobody signed: WebCrypto's rules let browsers accept
// these, and some do. So they are refused before it is asked.
const SMALL_ORDER = new Set([
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
]);

/** Bytes with the sign of x left out. */
function withoutSign(bytes) {
  const copy = bytes.slice();
  copy[31] &= 0x7f;
  return copy;
}

const isSmallOrder = (bytes) => SMALL_ORDER.has(hex(withoutSign(bytes)));
const numberOf = (bytes) => BigInt(`0x${hex(bytes.slice().reverse())}`);

function power(base, exponent) {
  let result = 1n;
  for (; exponent > 0n; exponent >>= 1n) {
    if (exponent & 1n) result = (result * base) % FIELD;
    base = (base * base) % FIELD;
  }
  return result;
}

/** Whether some point of the curve has this y: x² = (y² − 1) / (d y² + 1) is a square, by Euler's criterion. */
function isOnCurve(y) {
  const square = (y * y) % FIELD;
  const quotient = ((square - 1n + FIELD) * (CURVE_D * square + 1n)) % FIELD;
  return power(quotient, (FIELD - 1n) / 2n) <= 1n;
}

/** A public key of 32 bytes: `{bytes, text}`, the text being base64, by which keys are compared. Throws a Fault. */
export function publicKeyOf(bytes) {
  const y = numberOf(withoutSign(bytes));
  if (y >= FIELD || !isOnCurve(y)) throw new Fault('key-point');
  if (isSmallOrder(bytes)) throw new Fault('key-weak');
  return { bytes, text: base64Of(bytes) };
}

/** A public key of base64; null where it is none that counts. */
export function publicKeyOfText(text) {
  const bytes = bytesOfLength(text, 32);
  try {
    return bytes && publicKeyOf(bytes);
  } catch {
    return null;
  }
}

const imported = new WeakMap();
const raw = (bytes) => crypto.subtle.importKey('raw', bytes, { name: 'Ed25519' }, false, ['verify']);

/** Whether 64 bytes are the key's signature over a message (bytes), strictly. */
export async function isSignedBy(key, message, signature) {
  const [point, scalar] = [signature.slice(0, 32), signature.slice(32)];
  // A second spelling of the same signature, and of the point in it.
  if (numberOf(scalar) >= GROUP_ORDER || numberOf(withoutSign(point)) >= FIELD || isSmallOrder(point)) return false;
  if (!imported.has(key)) imported.set(key, raw(key.bytes));
  try {
    return await crypto.subtle.verify({ name: 'Ed25519' }, await imported.get(key), signature, message);
  } catch {
    // A key that the browser refuses signs nothing.
    return false;
  }
}

/** Whether this browser checks Ed25519, by the first test of RFC 8032, 7.1. Throws a Fault where it errs. */
export async function hasEd25519() {
  const key = bytesOfHex('d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a');
  const signature = bytesOfHex(
    'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
  );
  let handle;
  try {
    handle = await raw(key);
  } catch {
    return false;
  }
  const check = (message) => crypto.subtle.verify({ name: 'Ed25519' }, handle, signature, utf8(message));
  if (!(await check('')) || (await check('x'))) throw new Fault('unsound');
  return true;
}
