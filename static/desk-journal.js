// What this browser has signed, so that a row that is sent again is the same event, and goes into the log once.
//
// A signed event is kept before it is sent: whatever happens on the way, the next attempt sends the very same, and the log answers with its first
// index. Keyed by log, authority, kind and what the row says. No key is in here.

const STORE = 'events';

const done = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

/** Opens the journal. */
export async function openJournal() {
  const opening = indexedDB.open('gongshi-desk', 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore(STORE);
  const database = await done(opening);
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
