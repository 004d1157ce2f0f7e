// The button that repeats a whole draw in the reader's browser, on the page of a draw: templates/parts/draw-recompute.html.
//
// The work is done beside the page, in draw-worker.js, so that the page stays usable meanwhile; here it is only shown.

import { element, notice, stepOf, texts } from './page-steps.js';

const KINDS = { pass: 'good', part: 'warn', fail: 'bad' };

function mount(part) {
  const say = texts(part);
  const button = part.querySelector('button');
  const results = part.querySelector('[data-results]');

  button.addEventListener('click', () => {
    button.disabled = true;
    const list = element('ol', { class: 'steps' });
    const state = element('div', { role: 'status' }, notice('plain', ...say('working')));
    results.replaceChildren(state, list);
    const worker = new Worker(new URL('./draw-worker.js', import.meta.url), { type: 'module' });
    const end = (kind, ...children) => {
      worker.terminate();
      button.disabled = false;
      state.replaceChildren(notice(kind, ...children));
    };
    worker.addEventListener('message', ({ data }) => {
      if (data.step) list.append(stepOf(say, data.step));
      if (data.problem) end('bad', ...say(data.problem.text, data.problem.values));
      if (data.end) end(KINDS[data.end.text], ...say(`all-${data.end.text}`, data.end.values));
    });
    worker.addEventListener('error', () => end('bad', ...say('unexpected', { what: 'worker' })));
    worker.postMessage({ url: new URL(part.dataset.file, location.href).href });
  });

  for (const off of part.querySelectorAll('[data-off]')) off.hidden = true;
  for (const on of part.querySelectorAll('[data-on]')) on.hidden = false;
}

document.querySelectorAll('[data-draw-recompute]').forEach(mount);
