// A small log made in the browser, as verify/tests/common makes one: operator, department, records, witnesses. Every seed and time is
// fixed. Made with WebCrypto alone and nothing of what is tried with it.

export const ORIGIN = 'example.org/log';
export const OPERATOR = '610323-OP';
export const DEPARTMENT = '610323-SCJG';

export const utf8 = (text) => new TextEncoder().encode(text);
export const base64 = (bytes) => btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
export const bytesOf = (text) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
export const hex = (bytes) => [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
export const join = (...parts) => Uint8Array.from(parts.flatMap((part) => [...part]));
const digest = async (...parts) => new Uint8Array(await crypto.subtle.digest('SHA-256', join(...parts)));

/** JCS of values with names of ASCII and whole numbers. */
export function jcs(value) {
  if (Array.isArray(value)) return `[${value.map(jcs)}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  return `{${Object.keys(value).sort().map((name) => `"${name}":${jcs(value[name])}`)}}`;
}

const keys = new Map();

/** The key of the seed that is one byte 32 times: `{text, bytes, sign}`. */
export async function secret(seed) {
  if (!keys.has(seed)) {
    const pkcs8 = join(bytesOf('MC4CAQAwBQYDK2VwBCIEIA=='), Array(32).fill(seed));
    const key = await crypto.subtle.importKey('pkcs8', pkcs8, { name: 'Ed25519' }, true, ['sign']);
    const bytes = bytesOf((await crypto.subtle.exportKey('jwk', key)).x.replaceAll('-', '+').replaceAll('_', '/'));
    const sign = async (message) => new Uint8Array(await crypto.subtle.sign({ name: 'Ed25519' }, key, message));
    keys.set(seed, { text: base64(bytes), bytes, sign });
  }
  return keys.get(seed);
}

/** A written verifier key of 32 bytes, and its id. */
export async function vkeyOf(name, kind, bytes) {
  const id = (await digest(utf8(`${name}\n`), [kind], bytes)).slice(0, 4);
  return { name, id, text: `${name}+${hex(id)}+${base64(join([kind], bytes))}` };
}

export const logKey = async (origin = ORIGIN, seed = 100) => vkeyOf(origin, 1, (await secret(seed)).bytes);
export const witnessKey = async (n, name = `witness${n}.example`) => vkeyOf(name, 4, (await secret(100 + n)).bytes);

export async function noteLine({ name, id }, data) {
  return `\u2014 ${name} ${base64(join(id, data))}\n`;
}

/** A signature line of a log over a note's text. */
export const signed = async (text, origin = ORIGIN, seed = 100) => noteLine(await logKey(origin, seed), await (await secret(seed)).sign(utf8(text)));

/** A cosignature line of a witness. */
export async function cosigned(text, n, time) {
  const at = new Uint8Array(8);
  new DataView(at.buffer).setBigUint64(0, BigInt(time));
  const message = utf8(`cosignature/v1\ntime ${time}\n${text}`);
  return noteLine(await witnessKey(n), join(at, await (await secret(100 + n)).sign(message)));
}

/** Both witnesses needed: no signature line of a checkpoint is without effect. */
export async function policyText() {
  const [log, one, two] = [await logKey(), await witnessKey(1), await witnessKey(2)];
  return `# example\nlog ${log.text}\nwitness w1 ${one.text}\nwitness w2 ${two.text}\ngroup both all w1 w2\nquorum both\n`;
}

const START = 1_772_438_400;
/** A time so many seconds after the first. */
export const time = (seconds) => `${new Date((START + seconds) * 1000).toISOString().slice(0, 19)}Z`;

export const recordOf = (body, salt) => ({ body, salt: salt.toString(16).padStart(2, '0').repeat(32) });
const saltOf = (record) => Uint8Array.from(record.salt.match(/../g), (two) => parseInt(two, 16));
export const commitmentOf = async (record) => hex(await digest(utf8('gongshi/record/v1\n'), saltOf(record), utf8(jcs(record.body))));

const proofOf = async (key, who, origin) => base64(await key.sign(utf8(`gongshi/key/v1\n${jcs({ authority: who, origin, public_key: key.text })}`)));

/** The bodies of authority records. */
export const actions = {
  async register(who, role, kinds, key, region = '610323', origin = ORIGIN) {
    const named = { action: 'register', authority_id: who, role, name: '岐山县市场监督管理局', region, kinds: [...kinds].sort() };
    return { ...named, public_key: key.text, key_proof: await proofOf(key, who, origin) };
  },
  amend: (who, kinds, region = '610323', name = '岐山县') => ({ action: 'amend', authority_id: who, name, region, kinds: [...kinds].sort() }),
  addKey: async (who, key) => ({ action: 'add_key', authority_id: who, public_key: key.text, key_proof: await proofOf(key, who, ORIGIN) }),
  async rotate(who, old, key, handed) {
    const added = { action: 'rotate', authority_id: who, public_key: key.text, key_proof: await proofOf(key, who, ORIGIN), old_key: old.text };
    if (!handed) return { ...added, reason: 'the key was lost' };
    const message = jcs({ authority: who, new_key: key.text, old_key: old.text, origin: ORIGIN });
    return { ...added, old_key_signature: base64(await old.sign(utf8(`gongshi/rotate/v1\n${message}`))) };
  },
  revoke: (who, key) => ({ action: 'revoke', authority_id: who, public_key: key.text, reason: 'no longer in service' }),
};

/** Signs what an entry says, for a log. */
export async function sealed(members, key, second, origin = ORIGIN) {
  const { logged_at, signature, cosignature, ...said } = members;
  const message = jcs({ ...said, origin });
  const entry = { ...said, logged_at, signature: base64(await key.sign(utf8(`gongshi/event/v1\n${message}`))) };
  const twice = second && ['withdrawal', 'erasure'].includes(members.kind);
  return twice ? { ...entry, cosignature: base64(await second.sign(utf8(`gongshi/approve/v1\n${message}`))) } : entry;
}

export class Log {
  constructor(origin = ORIGIN) {
    this.origin = origin;
    this.entries = [];
  }

  /** Entry 0 the operator, entry 1 the department (key 2), entry 2 its second key (key 3). */
  static async withDepartment() {
    const log = new Log();
    const operator = await secret(1);
    await log.act(await actions.register(OPERATOR, 'operator', ['bulletin'], operator), operator);
    const kinds = ['inspection_result', 'withdrawal', 'plan'];
    await log.act(await actions.register(DEPARTMENT, 'department', kinds, await secret(2)), operator);
    await log.act(await actions.addKey(DEPARTMENT, await secret(3)), operator);
    return log;
  }

  async append(who, kind, ref, body, key, second = null) {
    const index = this.entries.length;
    const record = recordOf(body, index % 256);
    const at = { issued_at: time(index * 60), logged_at: time(index * 60 + 1) };
    const said = { authority: who, commitment: await commitmentOf(record), kind, ...at, v: 1, ...(ref === null ? {} : { ref }) };
    this.entries.push({ entry: await sealed(said, key, second, this.origin), record });
    return index;
  }

  act(body, key, who = OPERATOR) {
    return this.append(who, 'authority', null, body, key);
  }

  async say(kind, ref, key, body = { outcome: 'no_problem_found', subject_name: '岐山县示例餐饮店' }, who = DEPARTMENT) {
    return this.append(who, kind, ref, body, key, await secret(3));
  }

  /** Signs what stands at an index anew with other members. */
  async again(index, key, changed) {
    const { entry } = this.entries[index];
    this.entries[index] = { ...this.entries[index], entry: await sealed({ ...entry, ...changed }, key, entry.cosignature && (await secret(3)), this.origin) };
  }

  leaves(size = this.entries.length) {
    return Promise.all(this.entries.slice(0, size).map(({ entry }) => digest([0], utf8(jcs(entry)))));
  }

  async text(size = this.entries.length) {
    return `${this.origin}\n${size}\n${base64(await root(await this.leaves(size)))}\n`;
  }

  /** The checkpoint of the first entries, signed by the log and two witnesses. */
  async checkpoint(size) {
    const text = await this.text(size);
    return `${text}\n${await signed(text, this.origin)}${await cosigned(text, 1, 1_772_500_001)}${await cosigned(text, 2, 1_772_500_002)}`;
  }

  async link(index) {
    const { entry, record } = this.entries[index];
    return { entry: jcs(entry), index, path: (await path(index, await this.leaves())).map(base64), record };
  }

  /** What a proof carries: the chain is every authority entry before it, or the ones named. */
  async extra(index, chain = null) {
    const { entry, record } = this.entries[index];
    const before = this.entries.map((_, at) => at).filter((at) => (at < index || (at === 0 && index === 0)) && this.entries[at].entry.kind === 'authority');
    return { authority: await Promise.all((chain ?? before).map((at) => this.link(at))), entry: jcs(entry), record };
  }

  async proof(index, extra, checkpoint = null) {
    const lines = (await path(index, await this.leaves())).map((hash) => `${base64(hash)}\n`).join('');
    const data = base64(utf8(typeof extra === 'string' ? extra : jcs(extra)));
    return `c2sp.org/tlog-proof@v1\nextra ${data}\nindex ${index}\n${lines}\n${checkpoint ?? (await this.checkpoint())}`;
  }

  /** A consistency proof file; the newer tree by its checkpoint where it is the newest. */
  async consistency(old, size = this.entries.length, plain = false) {
    const leaves = await this.leaves(size);
    const tree = async (count) => ({ root: base64(await root(leaves.slice(0, count))), size: count });
    const newer = plain ? await tree(size) : { checkpoint: await this.checkpoint(size) };
    const hashes = old === 0 || old === size ? [] : await subproof(old, leaves, true);
    return { new: newer, old: await tree(old), proof: hashes.map(base64) };
  }
}

// RFC 9162, 2.1, as it is written there.
const half = (n) => 2 ** (Math.ceil(Math.log2(n)) - 1);
export async function root(leaves) {
  if (leaves.length < 2) return leaves[0] ?? digest();
  const k = half(leaves.length);
  return digest([1], await root(leaves.slice(0, k)), await root(leaves.slice(k)));
}
export async function path(at, leaves) {
  if (leaves.length === 1) return [];
  const k = half(leaves.length);
  if (at < k) return [...(await path(at, leaves.slice(0, k))), await root(leaves.slice(k))];
  return [...(await path(at - k, leaves.slice(k))), await root(leaves.slice(0, k))];
}
export async function subproof(old, leaves, whole) {
  if (old === leaves.length) return whole ? [] : [await root(leaves)];
  const k = half(leaves.length);
  if (old <= k) return [...(await subproof(old, leaves.slice(0, k), whole)), await root(leaves.slice(k))];
  return [...(await subproof(old - k, leaves.slice(k), false)), await root(leaves.slice(0, k))];
}
