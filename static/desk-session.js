// The desk's questions to the server: signing in by a signature, and what a session opens. The token is kept in memory alone.

import { utf8 } from './encoding.js';
import { Fault } from './steps.js';
import { canonical } from './strict-json.js';

/** What the server refused, in its words. */
export class Refused extends Error {
  constructor(status, problem) {
    super(problem.detail ?? problem.title ?? String(status));
    [this.status, this.code, this.title] = [status, String(problem.type ?? '').split('/').pop(), problem.title];
  }
}

async function ask(path, options) {
  let answer;
  try {
    const headers = { 'accept-language': document.documentElement.lang, ...options.headers };
    answer = await fetch(path, { cache: 'no-store', ...options, headers });
  } catch {
    throw new Fault('desk-offline');
  }
  if (answer.ok) return answer;
  throw new Refused(answer.status, await answer.json().catch(() => ({})));
}

const post = (path, value) => ask(path, { method: 'POST', body: JSON.stringify(value), headers: { 'content-type': 'application/json' } });

/** What an officer is told who is not let in. */
const notLetIn = (authority) => (error) => {
  const text = { 'unknown-authority': 'desk-key-unregistered', 'bad-signature': 'desk-key-refused' }[error.code];
  throw text ? new Fault(text, { authority }) : error;
};

/** A session of somebody with a key: what the authority is and may, and how to ask on. */
export async function signIn({ authority, key, sign }) {
  const { challenge, origin } = await (await post('/api/v1/desk/challenge', { authority }).catch(notLetIn(authority))).json();
  const signature = await sign(utf8(`gongshi/desk/v1\n${canonical({ authority, challenge, origin })}`));
  const opened = await (await post('/api/v1/desk/session', { authority, challenge, key, signature }).catch(notLetIn(authority))).json();
  const headers = { authorization: `Bearer ${opened.token}` };
  const query = (members) => new URLSearchParams({ ...members, lang: document.documentElement.lang });
  return {
    origin,
    authority: opened.authority,
    empty: async (kind, format) => (await ask(`/api/v1/desk/template?${query({ kind, format })}`, { headers })).blob(),
    table: async (kind, file, sheet) => {
      const asked = query({ kind, name: file.name, ...(sheet === undefined ? {} : { sheet }) });
      return (await ask(`/api/v1/desk/table?${asked}`, { method: 'POST', body: file, headers })).json();
    },
    signOut: () => ask('/api/v1/desk/sign-out', { method: 'POST', headers }),
  };
}

/** The duties of an authority that are open, the first due first. */
export const dutiesOf = async (authority) => (await ask(`/api/v1/authorities/${authority}/duties?limit=20`, {})).json();

/** The time that events are signed with, to the second. A log whose name belongs to nobody may simulate its time (RFC 2606); no other is believed. */
export async function timeOfSigning(origin) {
  const log = await (await ask('/api/v1/log', {})).json();
  const simulated = /\.example(\/|:|$)/.test(origin) && log.simulated_time;
  return simulated || `${new Date().toISOString().slice(0, 19)}Z`;
}

/** Posts signed events; an answer for each, in order. */
export async function send(events) {
  const body = events.map((event) => `${JSON.stringify(event)}\n`).join('');
  const answer = await ask('/api/v1/events', { method: 'POST', body, headers: { 'content-type': 'application/x-ndjson' } });
  try {
    const lines = (await answer.text()).split('\n').filter(Boolean);
    return lines.map((line) => JSON.parse(line));
  } catch {
    // It broke off: what was taken in is not known.
    throw new Fault('desk-offline');
  }
}
