// What a file to try a verifier with is, and the log that most of them are made of.
//
// A case is `{what, command, files, policy, want}`: files and policy as bytes; `want` is the verdict, `refused` for any but a good
// one, or the step that has to be the first to fail. Without `want`, only that both verifiers say the same counts.

import { Log, base64, secret, utf8 } from './proof-log.js';

const bytes = (file) => (typeof file === 'string' ? utf8(file) : file);

/** Collects cases, under a policy. */
export class Cases {
  constructor(policy) {
    this.policy = policy;
    this.all = [];
  }

  add(command, what, files, want, policy = this.policy) {
    this.all.push({ what, command, files: files.map(bytes), policy: bytes(policy), want });
  }

  proof(what, file, want, policy) {
    this.add('proof', what, [file], want, policy);
  }
}

// The same numbers every time.
let state = 1;
export const below = (end) => {
  state = (Math.imul(state, 1103515245) + 12345) >>> 0;
  return (state >>> 8) % end;
};
export const random = (length) => Uint8Array.from({ length }, () => below(256));

export const HASH = base64(new Uint8Array(32));
export const copy = (value) => JSON.parse(JSON.stringify(value));

export async function smallLog() {
  const log = await Log.withDepartment();
  await log.say('inspection_result', null, await secret(2));
  await log.say('inspection_result', null, await secret(3));
  return log;
}
