// Texts that are not spelt as they have to be: proofs, what they carry, entries, records, JSON. After verify/tests/c2sp.rs, vectors.rs, json.rs.

import { HASH, below, random, smallLog } from './proof-case.js';
import { base64, jcs, join, utf8 } from './proof-log.js';

/** Texts of proofs, extras, entries, notes and checkpoints that are not spelt as they have to be. */
export async function spellings(cases, vectors) {
  const log = await smallLog();
  const extra = await log.extra(3);
  const proof = await log.proof(3, extra);
  const json = jcs(extra);
  const swap = (text, from, to) => {
    if (!text.includes(from)) throw new Error(`no ${from}`);
    return text.replace(from, to);
  };
  for (const [from, to] of [
    ['@v1', '@v2'], ['@v1\n', '@v1\r\n'], ['extra ', 'extra  '], ['extra ', 'extra'], [/extra [^\n]+\n/, ''], [/extra [^\n]+\n/, 'extra \n'],
    [/extra [^\n]+\n/, 'extra AB==\n'], [/extra [^\n]+\n/, 'extra AA==\nextra AA==\n'], ['index 3', 'index 03'], ['index 3', 'index  3'], ['index 3', 'index +3'],
    ['index 3', 'index 18446744073709551615'], ['index 3', 'index 18446744073709551616'], ['index 3', 'index 99999999999999999999999'],
    ['index 3\n', 'index 3\nAA==\n'], ['index 3\n', `index 3\n${HASH}\n`], ['index 3\n', `index 3\n${`${HASH}\n`.repeat(64)}`],
    ['index 3\n', `index 3\n${`${HASH}\n`.repeat(61)}`], ['index 3\n', 'index 3\n\n'], ['index 3\n', 'index 3\n \n'],
    ['\n\n', '\n'], ['example.org/log\n', 'example.org/log\n\n'], ['\n5\n', '\n05\n'], ['\n5\n', '\n-5\n'], ['\n5\n', '\n18446744073709551616\n'],
    ['\n5\n', '\n18446744073709551615\n'], ['\n5\n', '\n6\n'], ['\n5\n', '\n3\n'], ['\n5\n', '\n4\n'], ['\n5\n', '\n0\n'], ['\u2014 example', '- example'],
    ['\u2014 example', '\u2014  example'], ['\u2014 example.org/log ', '\u2014 example.org/log\u00a0'], ['\u2014 example.org/log', '\u2014 example.org/log+'],
    ['\u2014 example.org', '\u2014 other.org'], ['\u2014 witness1', '\u2014 witness3'],
  ]) cases.proof(`${from} as ${to}`.slice(0, 80), proof.replace(from, to), 'refused');
  for (const more of ['\n', ' ', 'x', '\0', '\u2014 foo AAAAAA==\n', '\ufeff']) {
    cases.proof(`with ${JSON.stringify(more)} behind`, proof + more, 'unusable');
    cases.proof(`with ${JSON.stringify(more)} before`, more + proof, 'unusable');
  }
  cases.proof('a stranger signs too', `${proof}\u2014 foo AAAAAAA=\n`, 'verified');
  cases.proof('a stranger of a wide name', `${proof}\u2014 f\ufeffoo示 AAAAAAA=\n`, 'verified');
  cases.proof('a name with a blank of another kind', `${proof}\u2014 f\u0085oo AAAAAAA=\n`, 'unusable');
  cases.proof('a line that does not end', proof.slice(0, -1), 'unusable');
  cases.proof('no UTF-8', join(utf8(proof), [0xff]), 'unusable');
  cases.proof('empty', '', 'unusable');
  cases.proof('over the limit', 'x'.repeat(16 * 2 ** 20 + 1), 'unusable');
  const parsed = async (what, text, want = 'unusable') => cases.proof(`extra ${what}`.slice(0, 80), await log.proof(3, text), want);
  await parsed('as it is', json, 'verified');
  for (const [from, to] of [
    ['{"authority"', '{ "authority"'], ['{"authority"', '{"a":1,"authority"'], ['"index":0', '"index":-1'], ['"index":0', '"index":"0"'], ['"index":0', '"index":0.0'],
    ['"index":0', '"index":9007199254740992'], ['"entry":"{', '"entry":" {'], ['岐山县', '\\u5c90山县'], ['"path":[', '"path":["AA==",'], ['"path":[', '"path":[1,'],
    ['"path":[', '"path":{'], ['"record":{', '"record":null,"x":{'], ['"record":{', '"records":{'], ['"authority":[', '"authority":null,"b":['], ['"index":0,', ''], ['"salt":"0', '"salt":"A'],
    ['"salt":"00', '"salt":"'], ['"entry":"{', '"entry":1,"x":"{'], ['"body":{', '"body":{"action":"register",'], ['"index":0', '"index":0,"index":0'],
  ]) await parsed(`${from} as ${to}`, swap(json, from, to));
  const shapes = ['{}', '[]', 'null', '""', '1', '{"authority":[],"entry":"{}"}', `{"authority":[],"entry":${JSON.stringify(extra.entry)}}`, '{"authority":{}}'];
  for (const shape of shapes) await parsed(shape, shape, null);
  await parsed('with a path of 65', jcs({ ...extra, authority: [{ ...extra.authority[0], path: Array(65).fill(HASH) }] }));
  await parsed('with a path of 64', jcs({ ...extra, authority: [{ ...extra.authority[0], path: Array(64).fill(HASH) }] }), 'authority');
  const withEntry = (text) => jcs({ ...extra, entry: text });
  const good = vectors.entry;
  const { entry: withdrawal } = vectors.withdrawal;
  const at = '2026-03-02T08:00:00Z';
  // The cases of `rejected_entries`, and more of the same kind.
  const rejected = {
    '{"v":1} with members missing': '{"v":1}',
    'member order not JCS': `{${Object.entries(JSON.parse(good)).reverse().map(([name, value]) => `"${name}":${JSON.stringify(value)}`)}}`,
    'a space after a colon': swap(good, '"v":1', '"v": 1'),
    '2026-02-30T00:00:00Z': swap(good, at, '2026-02-30T00:00:00Z'),
    '2026-03-02T08:00:60Z': swap(good, at, '2026-03-02T08:00:60Z'),
    '2026-03-02T08:00:00.0Z': swap(good, at, '2026-03-02T08:00:00.0Z'),
    'authority 610323_scjg': swap(good, '610323-SCJG', '610323_scjg'),
    'base64 without padding': swap(good, '=="', '"'),
    'unknown member': swap(good, '"v":1', '"v":1,"x":1'),
    'v 1.0': swap(good, '"v":1', '"v":1.0'),
  };
  if (jcs(Object.keys(rejected)) !== jcs(vectors.rejected_entries)) throw new Error('the vectors have other cases');
  for (const [what, text] of Object.entries(rejected)) await parsed(`entry: ${what}`, withEntry(text));
  const cosignature = JSON.parse(withdrawal).cosignature;
  for (const text of [
    swap(withdrawal, ',"ref":"4711"', ''), swap(good, ',"signature"', ',"ref":"4711","signature"'), swap(withdrawal, 'withdrawal', 'correction'),
    swap(good, '"v":1', '"v":2'), swap(good, 'T08', '\\u005408'), `${good} `, `\n${good}`, '[]', '', swap(withdrawal, `"cosignature":"${cosignature}",`, ''),
    ...['04711', '-1', 'x', '18446744073709551616', ''].map((ref) => swap(withdrawal, '4711', ref)), swap(withdrawal, '"4711"', '4711'),
    swap(good, 'inspection_result', 'a'.repeat(33)), swap(good, 'inspection_result', ''), swap(good, 'inspection_result', 'plan1'), swap(good, 'inspection_result', 'plan'),
    swap(good, at, '0000-01-01T00:00:00Z'), swap(good, at, '2026-03-01T24:00:00Z'), swap(good, at, '1900-02-29T00:00:00Z'), swap(good, at, '2026-03-02t08:00:00Z'),
    swap(good, '610323-SCJG', 'A'.repeat(33)), swap(good, '610323-SCJG', ''), swap(good, '610323-SCJG', 'A-'), swap(good, /"commitment":"../.exec(good)[0], '"commitment":"'),
    swap(good, /"commitment":"../.exec(good)[0], '"commitment":"FF'), swap(good, '"kind"', '"kind_of"'),
  ]) await parsed(`entry: ${text}`, withEntry(text));
  for (const text of [good, withdrawal, swap(withdrawal, '4711', '18446744073709551615'), swap(good, at, '0001-01-01T00:00:00Z'), swap(good, at, '2000-02-29T23:59:59Z')]) {
    await parsed(`another entry: ${text.slice(60)}`, withEntry(text), 'fingerprint');
  }
  for (const ref of ['A/2026/01', 'A/2026-12/10', 'A/2026/99999', 'A/2026/1', 'A/2026/00', 'A/2026/001', 'A/2026/100000', 'A/2026-13/01', 'A/2026-00/01', 'A/26/01', 'A/2026/01/', 'a/2026/01', 'A/2026', '1']) {
    await parsed(`a plan ${ref}`, withEntry(swap(good, '"inspection_result"', '"plan"').replace(',"signature"', `,"ref":"${ref}","signature"`)), null);
  }
}

/** JSON of every kind of wrong, as a member of a record: what verify/tests/json.rs has, and texts made at random. */
export async function jsons(cases) {
  const log = await smallLog();
  const bare = await log.extra(3);
  delete bare.record;
  const proof = await log.proof(3, bare);
  const salt = '5a'.repeat(32);
  const tried = (what, text) => cases.add('record', `json ${what}`.slice(0, 70), [text, proof], undefined);
  const texts = [
    '', '{', '[1,', '[1,]', '{"a":1,}', '{a:1}', 'nul', 'nulL', '\ufeff1', '1 2', '{}{}', '// c', '{"A":1}', '{"":1}', '{"1a":1}', '{"a-b":1}', '{"é":1}', '{"a":1,"a":1}',
    '{"a":1,"\\u0061":1}', '1.0', '1e3', '-', '+1', '-0', '01', '00', '0', '-1', '-01', '9007199254740991', '9007199254740992', '-9007199254740991', '-9007199254740992', '99999999999999999999999',
    '"\n"', '"a', '"\\x"', '"\\u12g4"', '"\\u+123"', '"\\', '"\\ud800"', '"\\udc00"', '"\\ud800\\u0041"', '"\\ud800\\ud800"', '"\\udc00\\udc00"', '"\\udfff\\ud800"', '"\\ud83d\\ude00"', '"\\u20AC\\u20ac"',
    `{"${'a'.repeat(64)}":1}`, `{"${'a'.repeat(65)}":1}`, '{"constructor":1,"to_string":2}', '{"__proto__":1}', '"\\u0000\\u0008\\t\\n\\u000b\\f\\r\\u001F\\u007f\\/\\\\\\""', ' \t\n\r1 ', '\u00a01', '"\u2028\u2029"', '[true,false,null]', 'True', 'NaN', 'Infinity', '.5', '1.', '0x1', "'a'",
  ];
  for (const text of texts) tried(text, `{"body":{"a":${text}},"salt":"${salt}"}`);
  for (const text of texts) tried(`alone ${text}`, text);
  const alphabet = ['[', ']', '{', '}', '"', ':', ',', '0', '1', '-', '.', 'e', ' ', '\\', 'u', 'd', '8', 'a', 'true', 'null', '"a"', '"b":', '\\ud83d', '\\ude00', '示'];
  for (let turn = 0; turn < 250; turn += 1) {
    const text = Array.from({ length: 1 + below(8) }, () => alphabet[below(alphabet.length)]).join('');
    tried(`random ${text}`, `{"body":{"a":[${text}]},"salt":"${salt}"}`);
  }
  for (const stray of [[0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xe2, 0x82]]) {
    tried(`bytes ${stray}`, join(utf8('{"body":{"a":"'), stray, utf8(`"},"salt":"${salt}"}`)));
  }
  // As many values and objects as are read, and one more: beside a record.
  const beside = (items) => `{"a":[${items}],"record":{"body":{},"salt":"${salt}"}}`;
  // The object, the list, and the record's object, body and salt are values, too; of the objects with members, two are around.
  for (const more of [0, 1]) tried(`values ${more}`, beside(Array(2 ** 20 - 5 + more).fill('0').join()));
  for (const more of [0, 1]) tried(`objects ${more}`, beside(Array(2 ** 18 - 2 + more).fill('{"a":0}').join()));
  tried('deep', `{"body":{"a":${'['.repeat(100_000)}},"salt":"${salt}"}`);
}
