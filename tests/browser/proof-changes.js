// Proofs changed in one place: any bit of one of our own, every part of those of a running log; and consistency proofs.

import { HASH, below, copy, smallLog } from './proof-case.js';
import { Log, base64, bytesOf, jcs, join, logKey, secret, signed, time, utf8, vkeyOf, witnessKey } from './proof-log.js';

/** Consistency proofs, between the reader's checkpoints as well. */
export async function consistencies(cases) {
  const log = await smallLog();
  const size = log.entries.length;
  const two = (what, old, file, want) => cases.add('consistency', `consistency ${what}`, [old, typeof file === 'object' ? jcs(file) : file], want);
  for (let old = 0; old <= size; old += 1) two(`${old}`, await log.checkpoint(old), await log.consistency(old), 'verified');
  const [old, file] = [await log.checkpoint(3), await log.consistency(3)];
  const forked = await Log.withDepartment();
  forked.entries[2] = log.entries[3];
  await forked.say('inspection_result', null, await secret(2));
  const fork = await forked.checkpoint(3);
  const claimed = { ...file, old: { ...file.old, root: fork.split('\n')[2] } };
  const unsigned = old.replace('witness1.example ', 'witness3.example ');
  const text = jcs(file);
  const empty = new Log();
  for (const [what, first, second, want] of [
    ['of a fork', fork, file, 'same'], ['claimed for a fork', fork, claimed, 'consistency'], ['from another', await log.checkpoint(2), file, 'same'], ['without a witness', unsigned, file, 'old'],
    ['longer', old, { ...file, proof: [...file.proof, HASH] }, 'consistency'], ['shorter', old, { ...file, proof: file.proof.slice(1) }, 'consistency'], ['none', old, { ...file, proof: [] }, 'consistency'],
    ['changed', old, { ...file, proof: [HASH, ...file.proof.slice(1)] }, 'consistency'], ['to one without a witness', old, { ...file, new: { checkpoint: unsigned } }, 'new'],
    ['backwards', old, { ...file, new: { checkpoint: await log.checkpoint(2) } }, 'consistency'], ['from nothing', await empty.checkpoint(), { ...file, old: { ...file.old, size: 0, root: (await empty.text()).split('\n')[2] }, proof: [] }, 'verified'],
    ['of no file', 'x', file, 'unusable'], ['of no proof', old, '{}', 'unusable'], ['of an empty proof', old, '', 'unusable'], ['with blanks', old, text.replaceAll(',', ' , '), 'verified'],
    ['with one more member', old, text.replace('"old"', '"x":1,"old"'), 'unusable'], ['of a negative size', old, text.replace('"size":3', '"size":-3'), 'unusable'], ['of a size as text', old, text.replace('"size":3', '"size":"3"'), 'unusable'],
    ['with 65', old, { ...file, proof: Array(65).fill(HASH) }, 'consistency'], ['with 66', old, { ...file, proof: Array(66).fill(HASH) }, 'unusable'], ['with a short hash', old, { ...file, proof: ['AA=='] }, 'unusable'],
    ['of both kinds', old, { ...file, new: { ...file.new, size: 5 } }, 'unusable'], ['of no kind', old, { ...file, new: {} }, 'unusable'], ['of a list', old, { ...file, new: [] }, 'unusable'], ['with a proof of another kind', old, { ...file, proof: {} }, 'unusable'],
    ['without a signature', old, await log.consistency(3, size, true), 'unusable'],
  ]) two(what, first, second, want);
  const other = new Log('example.org/other');
  other.entries = log.entries;
  cases.add('consistency', 'consistency of two logs', [await other.checkpoint(3), text], 'old');
  const both = `log ${(await logKey()).text}\nlog ${(await logKey('example.org/other', 99)).text}\nquorum none\n`;
  const foreign = await other.text(3);
  cases.add('consistency', 'consistency of two known logs', [`${foreign}\n${await signed(foreign, 'example.org/other', 99)}`, text], 'same', both);
  const three = async (what, from, to, proof, want) => cases.add('between', `between ${what}`, [await log.checkpoint(from), to, jcs(proof)], want);
  const middle = await log.consistency(2, 4, true);
  await three('two', 2, await log.checkpoint(4), middle, 'verified');
  await three('one with a checkpoint', 2, await log.checkpoint(), await log.consistency(2), 'verified');
  await three('another newest', 2, await log.checkpoint(4), await log.consistency(2), 'same');
  await three('another size', 2, await log.checkpoint(5), middle, 'same');
  await three('one without a witness', 2, (await log.checkpoint(4)).replace('witness1.example ', 'witness3.example '), middle, 'new');
  await three('another root', 2, await log.checkpoint(4), { ...middle, new: { ...middle.new, root: HASH } }, 'same');
  await three('no checkpoint', 2, 'x', middle, 'unusable');
}

/** Bits of a proof changed, one in a file; the same inside `extra`. */
export async function bits(cases) {
  const log = await smallLog();
  const proof = utf8(await log.proof(3, await log.extra(3)));
  const inside = utf8(jcs(await log.extra(3)));
  for (let at = 0; at < proof.length; at += at > proof.indexOf(10, 30) ? 1 : 9) {
    const changed = proof.slice();
    changed[at] ^= 1 << at % 7;
    cases.proof(`bit of byte ${at}`, changed, 'refused');
  }
  const [head, tail] = (await log.proof(3, '')).split('extra \n');
  for (let at = 0; at < inside.length; at += 3) {
    const changed = inside.slice();
    changed[at] ^= 1;
    cases.proof(`bit of byte ${at} of extra`, `${head}extra ${base64(changed)}\n${tail}`, 'refused');
  }
  for (let cut = 0; cut < proof.length; cut += 31) cases.proof(`cut at ${cut}`, proof.slice(0, cut), 'refused');
}

/** A proof of another log, each of its parts changed in turn. */
export async function changed(cases, index, text, policy) {
  const lines = text.split('\n');
  const empty = lines.indexOf('');
  const extra = JSON.parse(new TextDecoder().decode(bytesOf(lines[1].slice(6))));
  const entry = JSON.parse(extra.entry);
  const proof = (what, file, want = 'refused', under = policy) => cases.proof(`${index} ${what}`, file, want, under);
  proof('as it is', text, extra.record ? 'verified' : 'entry-only');
  const with_ = (at, line) => lines.map((one, place) => (place === at ? line : one)).join('\n');
  const other = (hash, at = 0) => {
    const raw = bytesOf(hash);
    raw[at] ^= 1;
    return base64(raw);
  };
  for (const place of [index + 1, index - 1, 0, index + 2 ** 40].filter((one) => one >= 0 && one !== index)) proof(`as ${place}`, with_(2, `index ${place}`), 'inclusion');
  for (let at = 3; at < empty; at += 1) proof(`hash ${at - 3} of the path`, with_(at, other(lines[at], at)), 'inclusion');
  proof('a path too short', lines.filter((_, at) => at !== empty - 1).join('\n'), 'inclusion');
  proof('a path too long', with_(2, `${lines[2]}\n${HASH}`), 'inclusion');
  // The checkpoint, of which every line is signed.
  proof('another origin', with_(empty + 1, 'other.example/log'), 'head');
  proof('another size', with_(empty + 2, String(Number(lines[empty + 2]) + 1)));
  proof('another root', with_(empty + 3, other(lines[empty + 3], 7)));
  proof('one line more', with_(empty + 3, `${lines[empty + 3]}\nmore`), 'head');
  const [mark, name, data] = lines[empty + 5].split(' ');
  for (const at of [0, 4, 35, 36, 67]) proof(`byte ${at} of the signature line`, with_(empty + 5, `${mark} ${name} ${other(data, at)}`), 'head');
  proof('signed under another name', with_(empty + 5, `${mark} other ${data}`), 'head');
  proof('the policy of another key', text, 'head', `log ${(await vkeyOf(name, 1, (await secret(77)).bytes)).text}\nquorum none\n`);
  // Only the first two pluses part a verifier key: base64 has them too.
  const [, key] = policy.match(/\+[0-9a-f]{8}\+([A-Za-z0-9+/=]+)/);
  proof('the policy of another name', text, 'head', `log ${(await vkeyOf('other', 1, bytesOf(key).slice(1))).text}\nquorum none\n`);
  proof('a policy that wants a witness', text, 'witnesses', `${policy.replace('quorum none', '')}witness w ${(await witnessKey(1)).text}\nquorum w\n`);
  proof('a policy cut short', text, 'unusable', policy.slice(0, 40));
  // What `extra` says; none of it is under a signature of the file.
  const carried = (what, more, want) => proof(what, with_(1, `extra ${base64(utf8(jcs({ ...extra, ...more })))}`), want);
  const said = (what, more, want = 'inclusion') => carried(what, { entry: jcs({ ...entry, ...more }) }, want);
  if (extra.record) {
    const { record: _, ...bare } = extra;
    proof('without its record', with_(1, `extra ${base64(utf8(jcs(bare)))}`), 'entry-only');
    carried('one member more in its record', { record: { ...extra.record, body: { ...extra.record.body, zz: 1 } } }, 'fingerprint');
    for (const member of Object.keys(extra.record.body)) {
      const { [member]: gone, ...body } = extra.record.body;
      carried(`its record without ${member}`, { record: { ...extra.record, body } }, 'fingerprint');
    }
    carried('another salt', { record: { ...extra.record, salt: '0'.repeat(64) } }, 'fingerprint');
    cases.add('record', `${index} an own copy`, [jcs(extra.record), with_(1, `extra ${base64(utf8(jcs(bare)))}`)], 'verified', policy);
    cases.add('record', `${index} a changed copy`, [jcs({ ...extra.record, salt: 'f'.repeat(64) }), text], 'fingerprint', policy);
  }
  said('another commitment', { commitment: '0'.repeat(64) }, null);
  said('another authority', { authority: 'NOBODY' });
  said('issued at another time', { issued_at: time(0) });
  said('logged at another time', { logged_at: time(0) });
  said('another signature', { signature: other(entry.signature, 40) });
  said('no signature', { signature: undefined }, 'unusable');
  if (entry.cosignature) said('another cosignature', { cosignature: other(entry.cosignature, 3) });
  said('a kind nobody knows', { kind: 'zz' }, null);
  extra.authority.forEach((link, at) => {
    const links = (change) => ({ authority: extra.authority.map((one, place) => (place === at ? change(copy(one)) : one)) });
    const inLink = (what, change, want = 'authority') => carried(`link ${at} ${what}`, links(change), want);
    const members = JSON.parse(link.entry);
    carried(`without link ${at}`, { authority: extra.authority.filter((_, place) => place !== at) }, null);
    inLink('at another index', (one) => ({ ...one, index: one.index + 1 }));
    if (link.path.length > 0) inLink('another path', (one) => ({ ...one, path: [other(one.path[0]), ...one.path.slice(1)] }));
    inLink('another record', (one) => ({ ...one, record: { ...one.record, salt: 'a'.repeat(64) } }));
    inLink('another body', (one) => ({ ...one, record: { ...one.record, body: { ...one.record.body, name: 'x' } } }));
    inLink('another signature', (one) => ({ ...one, entry: jcs({ ...members, signature: other(members.signature) }) }));
    inLink('another time', (one) => ({ ...one, entry: jcs({ ...members, logged_at: time(1) }) }));
  });
  carried('the chain backwards', { authority: [...extra.authority].reverse() }, extra.authority.length > 1 ? 'authority' : null);
  const raw = utf8(text);
  for (let turn = 0; turn < 12; turn += 1) {
    const at = below(raw.length);
    const file = raw.slice();
    file[at] ^= 1 << at % 7;
    proof(`bit of byte ${at}`, file);
  }
}
