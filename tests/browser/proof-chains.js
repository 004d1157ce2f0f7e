// Chains of authorities as they may not be, and some as they may: what verify/tests/proof_file.rs, hostile.rs and registry.rs make by hand.

import { HASH, copy, smallLog } from './proof-case.js';
import {
  DEPARTMENT, Log, OPERATOR, actions, base64, jcs,
  join, logKey, recordOf, secret, signed, time, utf8,
} from './proof-log.js';

/** verify/tests/proof_file.rs and hostile.rs: chains, keys, rights, times, regions. */
export async function chains(cases) {
  const log = await smallLog();
  await log.say('withdrawal', '4', await secret(2));
  for (let index = 0; index < 6; index += 1) cases.proof(`entry ${index}`, await log.proof(index, await log.extra(index)), 'verified');
  const good = await log.extra(3);
  const with_ = async (what, change, want = 'authority') => {
    const extra = copy(good);
    await change(extra);
    cases.proof(what, await log.proof(3, extra), want);
  };
  const [link2, link3, link4] = [await log.link(2), await log.link(3), await log.link(4)];
  await with_('another record', async (extra) => { extra.record = (await log.extra(5)).record; }, 'fingerprint');
  await with_('another entry', async (extra) => { Object.assign(extra, await log.extra(4)); }, 'inclusion');
  await with_('no chain', (extra) => { extra.authority = []; });
  await with_('no entry 0', (extra) => { extra.authority.shift(); });
  await with_('a key too few', (extra) => { extra.authority.splice(1, 2); });
  await with_('the chain backwards', (extra) => { extra.authority.reverse(); });
  await with_('a link twice', (extra) => { extra.authority.splice(1, 0, extra.authority[1]); });
  await with_('a link at another index', (extra) => { extra.authority[1].index = 2; });
  await with_('a link beyond the tree', (extra) => { extra.authority[1].index = 2 ** 53 - 1; });
  await with_('a longer path', (extra) => { extra.authority[1].path.push(HASH); });
  await with_('a shorter path', (extra) => { extra.authority[1].path.pop(); });
  await with_('another record in a link', (extra) => { extra.authority[1].record = recordOf({}, 1); });
  await with_('itself in the chain', (extra) => { extra.authority.push(link3); });
  await with_('a later entry in the chain', (extra) => { extra.authority.push(link4); });
  await with_('the rest of the chain left out', (extra) => { extra.authority.pop(); }, 'verified');
  await with_('a link under another index', (extra) => { extra.authority[2] = { ...link2, index: 1 }; });
  await with_('as many links as can be', (extra) => { extra.authority = Array(1024).fill(extra.authority[0]); });
  await with_('more links', (extra) => { extra.authority = Array(1025).fill(extra.authority[0]); }, 'unusable');
  const proof = await log.proof(3, good);
  const lines = proof.split('\n');
  cases.proof('without a witness', `${lines.slice(0, -2).join('\n')}\n`, 'witnesses');
  cases.proof('without the log', proof.replace(/\u2014 example[^\n]+\n/, ''), 'head');
  cases.proof('a policy of nobody', proof, 'head', 'quorum none');
  cases.proof('elsewhere', proof.replace('index 3\n', 'index 4\n'), 'inclusion');
  cases.proof('no witness asked for', proof, 'verified', `log ${(await logKey()).text}\nquorum none\n`);
  const bare = copy(good);
  delete bare.record;
  const without = await log.proof(3, bare);
  cases.proof('without the record', without, 'entry-only');
  const permanent = await log.extra(1);
  delete permanent.record;
  cases.proof('without a record that is never withdrawn', await log.proof(1, permanent), 'entry-only');
  await ownRecords(cases, log, good, without);

  // A key that had ended, a kind not granted, a key that came later.
  const rights = await Log.withDepartment();
  await rights.act(actions.revoke(DEPARTMENT, await secret(2)), await secret(1));
  const late = await rights.say('inspection_result', null, await secret(2));
  const permit = await rights.say('permit', null, await secret(3));
  const right = await rights.say('inspection_result', null, await secret(3));
  const operators = await rights.say('alert', null, await secret(3));
  const bulletin = await rights.append(OPERATOR, 'bulletin', null, {}, await secret(1));
  const alert = await rights.append(OPERATOR, 'alert', null, { region: '610323' }, await secret(1));
  const tomorrow = await rights.say('inspection_result', null, await secret(40));
  const added = await rights.act(await actions.addKey(DEPARTMENT, await secret(40)), await secret(1));
  await rights.append(DEPARTMENT, 'withdrawal', '3', {}, await secret(3), await secret(3));
  const cases_ = [
    [right, [0, 1, 2], 'verified'], [late, [0, 1, 2, 3], 'authority'], [late, [0, 1], 'verified'], [permit, [0, 1, 2], 'authority'],
    [operators, [0, 1, 2], 'authority'], [bulletin, [0], 'verified'], [alert, [0], 'verified'], [tomorrow, [0, 1], 'authority'],
    [tomorrow, [0, 1, added], 'authority'], [right, [1], 'authority'], [right, [3], 'authority'], [right, [0, 1, 1, 2], 'authority'],
    [added + 1, [0, 1, 2], 'authority'],
  ];
  for (const [index, chain, want] of cases_) cases.proof(`entry ${index} by ${chain}`, await rights.proof(index, await rights.extra(index, chain)), want);
  await times(cases);
  await regions(cases);
  await registrations(cases);
}

/** One's own copy of a record. */
async function ownRecords(cases, log, good, without) {
  const own = jcs(good.record).replaceAll('":', '": ');
  const with_ = (what, record, want, proof = without) => cases.add('record', what, [record, proof], want);
  with_('an own copy', own, 'verified');
  with_('an own copy beside the record', own, 'verified', await log.proof(3, good));
  with_('an answer', `{"entry":{"v":1},"index":3,"record":${own}}`, 'verified');
  with_('an answer without the record', '{"entry":{"v":1},"index":3,"record":null}', 'unusable');
  with_('a changed copy', own.replace('no_problem', 'a_problem'), 'fingerprint');
  with_('another salt', own.replace('03', '04'), 'fingerprint');
  with_('a false record beside it', own, 'fingerprint', await log.proof(3, { ...good, record: recordOf({}, 1) }));
  const salt = '5a'.repeat(32);
  const records = [
    '', '[]', '{}', 'null', '{"body":{}}', `{"salt":"${salt}"}`, `{"body":{},"salt":"${salt}","x":1}`, `{"body":[],"salt":"${salt}"}`,
    `{"body":{},"salt":"${salt.slice(2)}"}`, `{"body":{},"salt":"${salt.toUpperCase()}"}`, '{"body":{},"salt":1}', `{"salt":"${salt}", "body":{} } `,
    `{"record":{"body":{},"salt":"${salt}"},"body":{}}`, `\ufeff{"body":{},"salt":"${salt}"}`, `{"body":{"a":"\\u0041"},"salt":"${salt}"}`,
  ];
  const nested = (depth) => `{"body":{"a":${'['.repeat(depth - 1)}${']'.repeat(depth - 1)}},"salt":"${salt}"}`;
  const long = (length) => `{"body":{"a":"${'x'.repeat(length - 8)}"},"salt":"${salt}"}`;
  records.push(nested(16), nested(17), `{"record":${nested(16)}}`, `{"record":${nested(17)}}`, long(2 ** 20), long(2 ** 20 + 1));
  const wide = '示'.repeat(349_522);
  records.push(`{"body":{"a":"${wide}"},"salt":"${salt}"}`, `{"body":{"a":"${wide}xxx"},"salt":"${salt}"}`);
  for (const record of records) with_(`a record ${record.slice(0, 60)} of ${record.length}`, record, undefined);
  with_('a record over the limit', ' '.repeat(16 * 2 ** 20 + 1), 'unusable');
}

async function times(cases) {
  const [operator, own] = [await secret(1), await secret(2)];
  const log = await smallLog();
  await log.again(3, own, { issued_at: time(30), logged_at: time(30) });
  cases.proof('logged before its chain', await log.proof(3, await log.extra(3)), 'authority');
  const later = await smallLog();
  const link = await later.act(await actions.rotate(DEPARTMENT, await secret(3), await secret(4), true), operator);
  const said = await later.say('inspection_result', null, await secret(4));
  cases.proof('after a rotation', await later.proof(said, await later.extra(said)), 'verified');
  await later.again(link, operator, { issued_at: time(30), logged_at: time(30) });
  cases.proof('a link logged before the one before it', await later.proof(said, await later.extra(said)), 'authority');
  const [day, logged] = [86_400, 30 * 86_400];
  for (const [issued, good] of [[logged - 7 * day, true], [logged - 7 * day - 1, false], [logged + 120, true], [logged + 121, false]]) {
    const at = { issued_at: time(issued), logged_at: time(logged) };
    const entry = await smallLog();
    await entry.again(4, await secret(3), at);
    cases.proof(`issued ${issued - logged} s apart`, await entry.proof(4, await entry.extra(4)), good ? 'verified' : 'authority');
    const chain = await Log.withDepartment();
    await chain.again(2, operator, at);
    await chain.say('inspection_result', null, await secret(3));
    await chain.again(3, await secret(3), { issued_at: time(logged), logged_at: time(logged) });
    cases.proof(`a link issued ${issued - logged} s apart`, await chain.proof(3, await chain.extra(3)), good ? 'verified' : 'authority');
  }
}

async function regions(cases) {
  for (const own of ['610323', '610300', '610000', '100000', '000000', '600000']) {
    for (const region of ['610323', '610324', '610300', '620000', '600001', '000000', '001000', '6103230', '６10323', 610323, null]) {
      const log = await Log.withDepartment();
      await log.act(actions.amend(DEPARTMENT, ['inspection_result'], own), await secret(1));
      const index = await log.say('inspection_result', null, await secret(2), { region });
      cases.proof(`${region} by one of ${own}`, await log.proof(index, await log.extra(index)), own === region ? 'verified' : undefined);
      const extra = await log.extra(index);
      delete extra.record;
      if (own === '610323') cases.proof(`${region}, record left out`, await log.proof(index, extra), 'entry-only');
    }
  }
  const log = await Log.withDepartment();
  const far = await log.act(await actions.register('110101-SCJG', 'department', ['plan'], await secret(9), '110101'), await secret(1));
  cases.proof('the operator registers whom it likes', await log.proof(far, await log.extra(far)), 'verified');
  await log.act(await actions.rotate(DEPARTMENT, await secret(2), await secret(4), true), await secret(1));
  const extra = await log.extra(far);
  extra.authority.push(await log.link(far));
  cases.proof('an entry registers its own key', await log.proof(far, extra), 'authority');
}

/** verify/tests/registry.rs: what an `authority` record may be and do, as a link of a chain. */
async function registrations(cases) {
  const [operator, old, key] = [await secret(1), await secret(2), await secret(50)];
  /** A body as entry 3, which a later entry of the department rests on. */
  const tried = async (what, body, want, { by = operator, who = OPERATOR, signer = old, before = [] } = {}) => {
    const log = await Log.withDepartment();
    for (const [earlier, signing] of before) await log.act(earlier, signing);
    await log.act(body, by, who);
    const index = await log.say('inspection_result', null, signer);
    cases.proof(`chain: ${what}`, await log.proof(index, await log.extra(index)), want);
  };
  const { register, amend, addKey, rotate, revoke } = actions;
  const bodies = {
    register: await register('610323-OTHER', 'department', ['draw', 'plan'], key), amend: amend(DEPARTMENT, ['inspection_result', 'plan']),
    add_key: await addKey(DEPARTMENT, key), rotate: await rotate(DEPARTMENT, await secret(3), key, true),
    force: await rotate(DEPARTMENT, await secret(3), key, false), revoke: revoke(DEPARTMENT, await secret(3)),
  };
  for (const [name, body] of Object.entries(bodies)) {
    await tried(name, body, 'verified');
    for (const member of Object.keys(body)) {
      const { [member]: _, ...fewer } = body;
      await tried(`${name} without ${member}`, fewer, 'authority');
      await tried(`${name} with a number as ${member}`, { ...body, [member]: 1 }, 'authority');
      await tried(`${name} with another ${member}`, { ...body, [member]: `${body[member]}A` }, undefined);
    }
    await tried(`${name} with one more`, { ...body, note: 'x' }, 'authority');
    await tried(`${name} called otherwise`, { ...body, action: 'force' }, 'authority');
  }
  const other = '610323-OTHER';
  const many = '名'.repeat(200);
  const astral = '\u{20000}'.repeat(200);
  for (const [member, value, want] of [
    ['kinds', ['plan', 'draw'], 'authority'], ['kinds', ['plan', 'plan'], 'authority'], ['kinds', ['Plan'], 'authority'], ['kinds', [], 'verified'],
    ['kinds', [1], 'authority'], ['kinds', 'plan', 'authority'], ['name', '', 'authority'], ['name', 'a\nb', 'authority'], ['name', 'a\u0085b', 'authority'],
    ['name', many, 'verified'], ['name', `${many}名`, 'authority'], ['name', astral, 'verified'], ['name', `${astral}a`, 'authority'],
    ['name', 'a\u202eb\u200b', 'verified'], ['region', '61032', 'authority'], ['region', '001000', 'authority'], ['role', 'auditor', 'authority'],
    ['authority_id', 'a', 'authority'], ['authority_id', 'A'.repeat(33), 'authority'], ['public_key', 'AA==', 'authority'], ['key_proof', 'AA==', 'authority'],
    ['hotline', '110', 'verified'], ['hotline', '+86 917 8212345', 'verified'], ['hotline', '12', 'authority'], ['hotline', '-110', 'authority'],
    ['hotline', '110a', 'authority'], ['hotline', '110\n', 'authority'], ['hotline', 110, 'authority'], ['hotline', null, 'authority'],
  ]) await tried(`register with ${member} ${JSON.stringify(value).slice(0, 24)}`, { ...bodies.register, [member]: value }, want);
  await tried('registered already', await register(DEPARTMENT, 'department', [], key), 'authority');
  await tried('a second operator', await register(other, 'operator', [], key), 'authority');
  await tried('a key for nobody', await addKey(other, key), 'authority');
  for (const seed of [1, 2, 3]) await tried(`key ${seed} again`, await register(other, 'department', [], await secret(seed)), 'authority');
  await tried("the operator's last key", revoke(OPERATOR, operator), 'authority');
  await tried("another's key revoked", revoke(DEPARTMENT, operator), 'authority');
  await tried('a key that is none handed over', await rotate(DEPARTMENT, key, await secret(51), true), 'authority');
  await tried('by the department', await addKey(DEPARTMENT, key), 'authority', { by: old });
  await tried("in the department's name", await addKey(DEPARTMENT, key), 'authority', { by: old, who: DEPARTMENT });
  await tried('another proof of possession', { ...bodies.add_key, key_proof: base64(await old.sign(utf8('x'))) }, 'authority');
  await tried("another's proof of possession", { ...(await addKey(OPERATOR, key)), authority_id: DEPARTMENT }, 'authority');
  await tried('another handing over', { ...bodies.rotate, old_key_signature: (await rotate(DEPARTMENT, await secret(3), await secret(51), true)).old_key_signature }, 'authority');
  await tried('a reason beside the signature', { ...bodies.rotate, reason: 'x' }, 'authority');
  await tried('a reason too long', { ...bodies.revoke, reason: 'x'.repeat(501) }, 'authority');
  const rotated = [[await rotate(DEPARTMENT, old, await secret(4), false), operator]];
  await tried('the forced key says it', amend(DEPARTMENT, ['inspection_result']), 'verified', { signer: await secret(4), before: rotated });
  await tried('the replaced key says it', amend(DEPARTMENT, ['inspection_result']), 'authority', { before: rotated });
  await tried('the replaced key comes again', await addKey(DEPARTMENT, old), 'authority', { before: rotated, signer: await secret(4) });
  await tried('a kind taken away', amend(DEPARTMENT, ['plan']), 'authority');
  const [op2, op3] = [await secret(60), await secret(61)];
  const ended = [[await addKey(OPERATOR, op2), operator], [revoke(OPERATOR, op2), op2]];
  await tried('a key that ended itself', bodies.amend, 'authority', { before: ended, by: op2 });
  await tried('the other key goes on', bodies.amend, 'verified', { before: ended });
  const moved = [[await rotate(OPERATOR, operator, op3, true), operator]];
  await tried('the operator by its old key', bodies.amend, 'authority', { before: moved });
  await tried('the operator by its new key', bodies.amend, 'verified', { before: moved, by: op3 });
  // As many keys of the operator as are tried, and one more.
  const keys = [];
  for (let seed = 120; seed < 184; seed += 1) keys.push([await addKey(OPERATOR, await secret(seed)), operator]);
  await tried('64 keys of the operator', bodies.amend, 'verified', { before: keys.slice(1), by: await secret(183) });
  await tried('65 keys of the operator', bodies.amend, 'authority', { before: keys, by: await secret(183) });
  // Entry 0 as it may not be.
  for (const [what, body, by, who, want] of [
    ['its own', await register(OPERATOR, 'operator', [], operator), operator, OPERATOR, 'verified'],
    ['signed by another', await register(OPERATOR, 'operator', [], operator), old, OPERATOR, 'authority'],
    ["in another's name", await register(OPERATOR, 'operator', [], operator), operator, DEPARTMENT, 'authority'],
    ['a department', await register(OPERATOR, 'department', [], operator), operator, OPERATOR, 'authority'],
    ['a further key', await addKey(OPERATOR, operator), operator, OPERATOR, 'authority'],
    ["the log's key", await register(OPERATOR, 'operator', [], await secret(100)), await secret(100), OPERATOR, 'authority'],
  ]) {
    const log = new Log();
    await log.act(body, by, who);
    cases.proof(`entry 0: ${what}`, await log.proof(0, await log.extra(0)), want);
  }
  await tried("the log's key for a department", await register(other, 'department', ['plan'], await secret(100)), 'authority');
}
