// Beside the page: fetches the file of a draw, repeats the draw, and tells each step as it is done.
//
// Gets `{url}` once. Tells `{step}` for each, then `{end: {text, values}}`; or `{problem: {text, values}}` where nothing could be checked.

import { conclusion, recompute } from './draw-file.js';
import { agrees } from './draw.js';

async function check(url) {
  const sound = await agrees();
  if (!sound) return { problem: { text: sound === null ? 'no-webcrypto' : 'unsound', values: {} } };
  const answer = await fetch(url).catch(() => null);
  if (!answer?.ok) return { problem: { text: 'fetch-fail', values: { status: String(answer?.status ?? '–') } } };
  const text = new Uint8Array(await answer.arrayBuffer());
  const start = performance.now();
  const steps = [];
  for (const step of recompute(text)) {
    steps.push(step);
    postMessage({ step });
  }
  return { end: { text: conclusion(steps), values: { ms: performance.now() - start, n: text.length } } };
}

addEventListener('message', async ({ data: { url } }) => {
  postMessage(await check(url).catch((error) => ({ problem: { text: 'unexpected', values: { what: String(error) } } })));
});
