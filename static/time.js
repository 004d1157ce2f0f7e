// Times of the log: whole seconds of UTC in one spelling, `YYYY-MM-DDTHH:MM:SSZ`, years 0001 to 9999. No clock is read here.

const TIME_FORM = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;

/** Seconds since 1970 of a time; null where it is none. */
export function seconds(text) {
  if (typeof text !== 'string' || !TIME_FORM.test(text) || text.startsWith('0000')) return null;
  const moment = Date.parse(text);
  // A day that does not exist is read as another one, or not at all.
  if (Number.isNaN(moment) || new Date(moment).toISOString().slice(0, 19) !== text.slice(0, 19)) return null;
  return moment / 1000;
}

/** A time as it is written, of seconds since 1970 (BigInt); the number where the years do not reach so far. */
export function timeText(since) {
  return since > 253402300799n ? String(since) : `${new Date(Number(since) * 1000).toISOString().slice(0, 19)}Z`;
}

/** A time as the portal's pages give it, by Beijing's clock. */
export function inBeijing(text) {
  const there = new Date((seconds(text) + 8 * 3600) * 1000).toISOString();
  return `${there.slice(0, 10)} ${there.slice(11, 19)} +08:00`;
}
