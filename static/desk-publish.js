// Rows to signed events, and these into the log: each once, with its receipt.

import { receiptOf } from './desk-files.js';
import { send, timeOfSigning } from './desk-session.js';
import { utf8 } from './encoding.js';
import { eventMessage } from './entry.js';
import { recordOf } from './record.js';
import { hex, sha256 } from './sha256.js';
import { Fault } from './steps.js';
import { canonical } from './strict-json.js';

// Events of one request: few enough to show progress, enough to share a checkpoint.
const BATCH = 256;

/** The refusals after which the same event can never go in, so that the next attempt makes another. */
const STALE = new Set(['time-window', 'salt-reused']);

async function eventOf(body, kind, signer, origin, issued) {
  const salt = hex(crypto.getRandomValues(new Uint8Array(32)));
  const { commitment } = recordOf({ body, salt });
  const members = { authority: signer.authority, issued_at: issued, kind, v: 1 };
  const signature = await signer.sign(eventMessage({ ...members, commitment }, origin));
  return { commitment, event: { ...members, record: { body, salt }, signature } };
}

/**
 * Publishes bodies (parsed): calls `told(at, answer)` for each, where answer is `{index, code, again}`, `{error}`, or `{}` where it is no receipt for
 * the row. What is sent is in the order of
 * commitments, so that neighbours in the log tell nothing of each other. Throws where the server cannot be asked; what was not told is not known then,
 * and the next attempt sends the same events.
 */
export async function publish({ kind, bodies, signer, origin, journal, told }) {
  const issued = await timeOfSigning(origin);
  const rows = [];
  for (const [at, body] of bodies.entries()) {
    const said = hex(sha256(utf8(`${kind}\n${canonical(body)}`)));
    const key = `${origin} ${signer.authority} ${said}`;
    let kept = await journal.get(key);
    if (kept?.index !== undefined) {
      told(at, { index: kept.index, code: kept.code, again: true });
      continue;
    }
    if (kept) {
      // The same statement, by the key of today: where it went in under another, the log knows it all the same.
      kept.event.signature = await signer.sign(eventMessage({ ...kept.event, commitment: kept.commitment }, origin));
    } else {
      kept = await eventOf(body, kind, signer, origin, issued);
      await journal.put(key, kept);
    }
    rows.push({ at, key, ...kept });
  }
  rows.sort((one, other) => (one.commitment < other.commitment ? -1 : 1));
  for (let from = 0; from < rows.length; from += BATCH) {
    const batch = rows.slice(from, from + BATCH);
    const answers = await send(batch.map(({ event }) => event));
    for (const [place, { at, key, commitment }] of batch.entries()) {
      const answer = answers[place];
      if (!answer) break;
      const code = answer.index === undefined ? null : receiptOf(answer, commitment);
      if (code) await journal.put(key, { index: answer.index, code });
      else if (STALE.has(String(answer.error?.type).split('/').pop())) await journal.forget(key);
      told(at, code ? { index: answer.index, code } : { error: answer.error });
    }
    if (answers.length < batch.length) throw new Fault('desk-offline');
  }
}
