// Policies, notes and keys: quorums, cosignatures, names, and what Ed25519 does not want. After verify/tests/c2sp.rs and verify/src/keys.rs.

import { random, smallLog } from './proof-case.js';
import {
  DEPARTMENT, Log, OPERATOR, ORIGIN, actions, base64, bytesOf, cosigned, hex,
  join, logKey, noteLine, policyText, secret, signed, time, utf8, vkeyOf, witnessKey,
} from './proof-log.js';

/** Notes and policies: quorums, cosignatures, keys of every kind of wrong. */
export async function policies(cases) {
  const log = await smallLog();
  const extra = await log.extra(3);
  const text = await log.text();
  const plain = `${text}\n${await signed(text)}`;
  const under = async (what, checkpoint, policy, want) => cases.proof(`policy: ${what}`.slice(0, 90), await log.proof(3, extra, checkpoint), want, policy);
  const good = await log.checkpoint();
  const [l, w1, w2] = [(await logKey()).text, (await witnessKey(1)).text, (await witnessKey(2)).text];
  const again = (await vkeyOf('alias', 4, (await secret(101)).bytes)).text;
  const base = `log ${l}\nwitness w1 ${w1}\nwitness w2 ${w2}\n`;
  const octets = (...parts) => join(...parts.map((part) => (typeof part === 'string' ? utf8(part) : part)));
  const foo = 'example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k';
  for (const policy of [
    '', base, `${base}quorum none\nquorum w1\n`, `${base}quorum w3\n`, `quorum w1\n${base}`, `${base}quorum w1 w2\n`, `${base}log ${l}\n`, `${base}witness w3 ${again}\n`,
    `log ${l}\nwitness w1 ${w1}\nwitness w1 ${w2}\n`, `witness none ${w1}\n`, `witness w1 ${l}\n`, `witness ${w1}\n`, 'log\n', 'log a b c\n', 'log foo\n', '\nlogs foo\n', 'LOG foo\n',
    '# a\r\n', '# \u007f\n', `${base}group g all\n`, `${base}group g all none\n`, `${base}group g all g\n`, `${base}group w1 all w2\n`, `${base}group g all w1 w1\n`,
    `${base}group g any w1\ngroup h any w1 w2\n`, ...['0', '3', '01', 'most', '18446744073709551617'].map((k) => `${base}group g ${k} w1 w2\nquorum g`), '#'.repeat(1_000_001),
    octets(base, 'log ', [0xff], '\nquorum none'),
    ...['', 'foo', 'foo+530d903a', 'foo+530d903a+', foo.replace('530d903a', '530D903A'), foo.replace('530d903a', '+30d903a'), foo.replace('530d903a', '530d903b'), foo.replace('example.com', 'example.org'),
      foo.replace('example.com/foo', ''), foo.replace('/foo', '\u3000foo'), foo.replace('/foo', '\u0085foo'), foo.replace('Aeky', 'Beky'), `${foo}AAAA`, foo.slice(0, -1)].map((key) => `${base}log ${key} x\nquorum none`),
  ]) {
    // Else it would be refused for want of a quorum, whatever is wrong with it.
    const lacks = typeof policy === 'string' && !['', base].includes(policy) && !policy.includes('quorum') && policy.length < 1_000_000;
    const whole = lacks ? `${policy}quorum none\n` : policy;
    await under(`refused ${typeof whole === 'string' ? whole.slice(-60) : whole}`, good, whole, 'unusable');
  }
  for (const [what, policy, want] of [
    ['octets as names', octets(base, 'group ', [0xff], ' any w1\nquorum ', [0xff]), 'verified'], ['one of two', `${base}group g 1 w1 w2\nquorum g`, 'verified'],
    ['two of two', `${base}group g 2 w1 w2\nquorum g`, 'verified'], ['a quorum of one', `${base}quorum w2`, 'verified'], ['a log with an address', `log ${l} https://x/\nquorum none`, 'verified'],
    ['blanks', ` \tlog\t${l}  \n\n # c\nquorum\tnone`, 'verified'], ['comments', `#log x\n${base}#\u4e2d\nquorum none`, 'verified'], ['another log too', `log ${foo}\n${base}quorum none`, 'verified'],
    ['only another log', `log ${foo}\nquorum none`, 'head'], ['without this log', `witness w1 ${w1}\nquorum w1`, 'head'], ['a key of a name with a wide letter', `log ${(await vkeyOf('示\ufeff', 1, (await secret(9)).bytes)).text}\n${base}quorum none`, 'verified'],
    ['the same key as log and witness', `${base}log ${(await vkeyOf(ORIGIN, 4, (await secret(101)).bytes)).text}\nquorum none`, 'verified'],
  ]) await under(what, good, policy, want);
  // tlog-policy's own example.
  const witness = async (n) => (await witnessKey(n)).text;
  const example = `log ${l} https://log.example/\n\nwitness X1 ${await witness(1)}\nwitness X2 ${await witness(2)}\nwitness X3 ${await witness(3)} https://x3.example/\ngroup X-witnesses 2 X1 X2 X3\n\n\t# comment\nwitness Y1 ${await witness(4)}\n \twitness\tY2  ${await witness(5)}  \nwitness Y3 ${await witness(6)}\ngroup Y-witnesses any Y1 Y2 Y3\n\ngroup X-and-Y all X-witnesses Y-witnesses\nquorum X-and-Y\n`;
  for (const [who, want] of [[[], 'witnesses'], [[1, 2], 'witnesses'], [[4, 5, 6], 'witnesses'], [[1, 4, 5], 'witnesses'], [[1, 3, 6], 'verified'], [[1, 2, 3, 4, 5, 6, 7], 'verified']]) {
    let note = plain;
    for (const n of who) note += await cosigned(text, n, 10 + n);
    await under(`witnesses ${who}`, note, example, want);
  }
  const [one, two] = [await cosigned(text, 1, 5), await cosigned(text, 2, 6)];
  for (const [what, note, want] of [
    ['both', plain + one + two, 'verified'], ['one many times', plain + one + (await cosigned(text, 1, 6)) + one, 'witnesses'],
    ['a false line too', plain + one + two + (await cosigned(`${text}x\n`, 2, 5)), 'head'], ['the last time', plain + one + (await cosigned(text, 2, 2n ** 63n - 1n)), 'verified'],
    ['a time beyond', plain + one + (await cosigned(text, 2, 2n ** 63n)), 'head'], ['a hundred lines', plain + one.repeat(98) + two, 'verified'], ['more lines', plain + one.repeat(99) + two, 'unusable'],
    ["a stranger in the log's name", plain + one + two + (await signed(text, ORIGIN, 9)), 'verified'], ["only a stranger in the log's name", `${text}\n${await signed(text, ORIGIN, 9)}${one}${two}`, 'head'],
    ['another text signed', `${text}\n${await signed('other\n')}${one}${two}`, 'head'], ['a short signature', plain + one + two + (await noteLine(await logKey(), [1, 2, 3])), 'head'],
    ['a cosignature as signature', plain + one + two + (await noteLine(await witnessKey(1), new Uint8Array(64))), 'head'],
  ]) await under(what, note, undefined, want);
  // Further lines are signed, too.
  const extended = `${text}extension one\ntwo\n`;
  await under('extension lines', `${extended}\n${await signed(extended)}${await cosigned(extended, 1, 5)}${await cosigned(extended, 2, 5)}`, undefined, 'verified');
  await origins(cases);
  await curve(cases, log, extra, under);
}

/** Logs of other names: signed by the key of that name, and of this kind or not. */
async function origins(cases) {
  for (const origin of ['example.org/log', 'localhost:8080', 'a/b/c_d', 'Example.org/log', 'a_b', 'a//b', 'a/', '/a', 'a/b:c', '示例.cn/log', '-', 'a b']) {
    const log = new Log(origin);
    const operator = await secret(1);
    await log.act(await actions.register(OPERATOR, 'operator', ['bulletin'], operator, '610323', origin), operator);
    const index = await log.append(OPERATOR, 'bulletin', null, {}, operator);
    const text = await log.text();
    const policy = `log ${(await logKey(origin)).text}\nquorum none\n`;
    cases.proof(`a log named ${origin}`, await log.proof(index, await log.extra(index), `${text}\n${await signed(text, origin)}`), undefined, policy);
  }
}

/** Public keys and signatures as Ed25519 does not want them. */
async function curve(cases, log, extra, under) {
  const good = await log.checkpoint();
  const base = await policyText();
  const bytesOfHex = (text) => Uint8Array.from(text.match(/../g), (two) => parseInt(two, 16));
  const small = [
    '00'.repeat(32), `01${'00'.repeat(31)}`, `ec${'ff'.repeat(30)}7f`, '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
    'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a', ...['ed', 'ee', 'ef', 'f0', 'ff'].map((first) => `${first}${'ff'.repeat(30)}7f`), `03${'00'.repeat(31)}`, `02${'00'.repeat(31)}`,
  ].map(bytesOfHex);
  const signs = small.flatMap((one) => [one, join(one.slice(0, 31), [one[31] | 0x80])]);
  const keys = [...signs, ...Array.from({ length: 60 }, () => random(32)), ...Array.from({ length: 8 }, (_, n) => join([n + 4], new Uint8Array(31)))];
  for (const key of keys) {
    await under(`key ${hex(key)}`, good, `${base}log ${(await vkeyOf('other', 1, key)).text}\n`, undefined);
    const entries = await Log.withDepartment();
    const body = { ...(await actions.addKey(DEPARTMENT, await secret(50))), public_key: base64(key) };
    await entries.act(body, await secret(1));
    const index = await entries.say('inspection_result', null, await secret(2));
    if (signs.includes(key)) cases.proof(`added key ${hex(key)}`, await entries.proof(index, await entries.extra(index)), 'authority');
  }
  // Under the neutral point as key, R neutral and s = 0 hold for every message where nobody looks.
  const zero = join([1], new Uint8Array(63));
  const weak = await vkeyOf(ORIGIN, 1, small[1]);
  const text = await log.text();
  await under('a signature that holds for all', `${text}\n${await noteLine(weak, zero)}`, `log ${weak.text}\nquorum none\n`, 'unusable');
  // verify/src/keys.rs: R is the neutral point, and the equation holds for the message "m" and the key of seed 7.
  for (const point of signs) await under(`a signature with R ${hex(point)}`, `${text}\n${await noteLine(await logKey(), join(point, new Uint8Array(32)))}`, undefined, 'head');
  // s + L: a second spelling.
  const order = bytesOfHex('edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010');
  const signature = bytesOf((await signed(text)).trim().split(' ')[2]).slice(4);
  let carry = 0;
  const second = signature.map((byte, at) => {
    if (at < 32) return byte;
    carry += byte + order[at - 32];
    const low = carry & 255;
    carry >>= 8;
    return low;
  });
  await under('a second spelling of a signature', `${text}\n${await noteLine(await logKey(), second)}`, undefined, 'head');
}
