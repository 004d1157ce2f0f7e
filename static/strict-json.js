// The strict JSON of records and entries, and its one canonical spelling (JCS, RFC 8785).
//
// Narrower than JSON: whole numbers of at most 2^53 − 1, names `[a-z][a-z0-9_]{0,63}` and none twice, no lone surrogates, limits of
// depth and number. JSON.parse accepts all of that, so it must not be used for anything that is hashed or signed. Nothing is normalised.

import { textOfUtf8, utf8 } from './encoding.js';
import { Fault } from './steps.js';

/** How deep containers of a body may nest: its object is the first. */
export const MAX_DEPTH = 16;

const MAX_VALUES = 1 << 20;
const MAX_OBJECTS = 1 << 18;
const MEMBER_NAME = /^[a-z][a-z0-9_]{0,63}$/;
const ESCAPES = { '"': '"', '\\': '\\', '/': '/', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };

/**
 * The value of a text (or its UTF-8): null, boolean, number, string, array, or an object without prototype. Throws a Fault with the
 * byte at which reading stopped; `what` names the text there.
 */
export function parseJson(what, input, maxDepth = MAX_DEPTH) {
  const text = typeof input === 'string' ? input : textOfUtf8(input);
  if (text === null) throw new Fault('json-utf8', { what });
  let at = 0;
  let values = 0;
  let objects = 0;

  const fault = (name, place = at) => new Fault(name, { what, at: utf8(text.slice(0, place)).length });
  const unexpected = () => fault(at < text.length ? 'json-character' : 'json-end');
  const skip = () => {
    while (' \t\n\r'.includes(text.charAt(at) || '-')) at += 1;
  };
  const expect = (character) => {
    if (text[at] !== character) throw unexpected();
    at += 1;
  };
  const match = (pattern) => {
    pattern.lastIndex = at;
    const found = pattern.exec(text)[0];
    at += found.length;
    return found;
  };

  function word(letters, value) {
    for (const letter of letters) expect(letter);
    return value;
  }

  function number() {
    const start = at;
    if (text[at] === '-') at += 1;
    const digits = match(/[0-9]*/y);
    if (!digits) throw unexpected();
    if ('.eE'.includes(text.charAt(at) || '-')) throw fault('json-fraction');
    if (digits.startsWith('0') && at - start > 1) throw fault('json-number', start);
    const found = digits.length > 16 ? NaN : Number(text.slice(start, at));
    if (!Number.isSafeInteger(found)) throw fault('json-range', start);
    return found;
  }

  function fourDigits() {
    let code = 0;
    for (let turn = 0; turn < 4; turn += 1, at += 1) {
      const digit = /[0-9a-fA-F]/.test(text[at] ?? '') ? parseInt(text[at], 16) : null;
      if (digit === null) throw fault('json-escape');
      code = code * 16 + digit;
    }
    return code;
  }

  function escape() {
    const start = at;
    at += 1;
    const letter = text[at];
    if (letter === undefined) throw unexpected();
    if (letter !== 'u') {
      if (!Object.hasOwn(ESCAPES, letter)) throw fault('json-escape');
      at += 1;
      return ESCAPES[letter];
    }
    at += 1;
    const first = fourDigits();
    if (first < 0xd800 || first > 0xdfff) return String.fromCharCode(first);
    if (first > 0xdbff || !text.startsWith('\\u', at)) throw fault('json-surrogate', start);
    at += 2;
    const second = fourDigits();
    if (second < 0xdc00 || second > 0xdfff) throw fault('json-surrogate', start);
    return String.fromCharCode(first, second);
  }

  function string() {
    expect('"');
    const parts = [];
    for (;;) {
      parts.push(match(/[^"\\\u0000-\u001f]*/y));
      if (text[at] === '"') {
        at += 1;
        return parts.join('');
      }
      if (text[at] === '\\') parts.push(escape());
      else throw at < text.length ? fault('json-control') : unexpected();
    }
  }

  /** The members between two brackets, one after the other. */
  function list(open, close, member) {
    expect(open);
    skip();
    if (text[at] !== close) {
      for (;;) {
        skip();
        member();
        skip();
        if (text[at] !== ',') break;
        at += 1;
      }
    }
    expect(close);
  }

  function array(depth) {
    const items = [];
    list('[', ']', () => items.push(value(depth)));
    return items;
  }

  function object(depth) {
    const members = Object.create(null);
    let empty = true;
    list('{', '}', () => {
      if (empty) objects += 1;
      empty = false;
      const start = at;
      const name = string();
      if (!MEMBER_NAME.test(name)) throw fault('json-name', start);
      if (name in members) throw fault('json-twice', start);
      skip();
      expect(':');
      skip();
      members[name] = value(depth);
    });
    return members;
  }

  function value(depth) {
    values += 1;
    if (values > MAX_VALUES || objects > MAX_OBJECTS) throw fault('json-many');
    const first = text[at];
    if (first === 'n') return word('null', null);
    if (first === 't') return word('true', true);
    if (first === 'f') return word('false', false);
    if (first === '"') return string();
    if (first === '-' || (first >= '0' && first <= '9')) return number();
    if (first !== '[' && first !== '{') throw unexpected();
    if (depth === maxDepth) throw fault('json-depth');
    return first === '[' ? array(depth + 1) : object(depth + 1);
  }

  skip();
  const found = value(0);
  skip();
  if (at < text.length) throw fault('json-more');
  return found;
}

/** Whether a value is an object. */
export const isObject = (value) => value !== null && typeof value === 'object' && !Array.isArray(value);

/** Whether a value's containers nest at most so deep. */
export function isWithinDepth(value, most) {
  if (value === null || typeof value !== 'object') return true;
  return most > 0 && Object.values(value).every((member) => isWithinDepth(member, most - 1));
}

/** The canonical text (RFC 8785) of a value of the profile. */
export function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const members = Object.keys(value).sort();
  return `{${members.map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`).join(',')}}`;
}
