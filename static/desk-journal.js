// What this browser has signed, so that a row that is sent again is the same event, and goes into the log once.
//
// A signed event is kept before it is sent: whatever happens on the way, the next attempt sends the very same, and the log answers with its first
// index. Keyed by log, authority, kind and what the row says. No key is in here.

import { Fault } from './steps.js';

const STORE = 'events';

const done = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

function opened() {
  const opening = indexedDB.open('gongshi-desk', 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore(STORE);
  return done(opening);
}

/** Opens the journal. Throws a Fault where the browser keeps nothing: without it, a row could be published twice. */
export async function openJournal() {
  let database;
  try {
    database = await opened();
  } catch {
    throw new Fault('desk-no-journal');
  }
  const store = (mode) => database.transaction(STORE, mode, { durability: 'strict' }).objectStore(STORE);
  return {
    get: (key) => done(store('readonly').get(key)),
    put: (key, value) =>
      new Promise((resolve, reject) => {
        const target = store('readwrite');
        target.transaction.oncomplete = resolve;
        target.transaction.onerror = () => reject(target.transaction.error);
        target.put(value, key);
      }),
    forget: (key) => done(store('readwrite').delete(key)),
  };
}
