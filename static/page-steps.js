// How the steps of a check are shown: the page's own texts, filled in. Knows nothing of what is checked.
//
// A part of a page holds its texts in a `template`, one element with `data-text` for each, in the page's language; what stands in square
// brackets is put in here. Everything is written as text, never as markup.

import { inBeijing, seconds } from './time.js';

const PREFIX = 'page-check-';

/** The texts of a part of a page: a function from a name and values to nodes. */
export function texts(part) {
  const all = new Map();
  for (const one of part.querySelector('template[data-texts]').content.querySelectorAll('[data-text]')) {
    all.set(one.dataset.text, one.textContent);
  }
  const numbers = new Intl.NumberFormat(document.documentElement.lang || 'zh-CN', { maximumFractionDigits: 0 });
  return (name, values = {}) => {
    const text = all.get(PREFIX + name) ?? name;
    return text.split(/\[([a-z]+)\]/).map((piece, at) => {
      if (at % 2 === 0) return piece;
      const value = values[piece] ?? '–';
      if (typeof value === 'number' || typeof value === 'bigint') return numbers.format(value);
      return seconds(value) === null ? element('code', {}, String(value)) : element('time', { datetime: value }, inBeijing(value));
    });
  };
}

/** An element with attributes and children. */
export function element(name, attributes, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

const MARKS = { pass: '✓', fail: '✗', unchecked: '–' };
const CLASSES = { pass: 'passed', fail: 'failed', unchecked: 'unchecked' };

/** A step as a member of a list. */
export function stepOf(say, { step, outcome, text, values, more = [], ms }) {
  const mark = element('span', { 'aria-hidden': 'true' }, `${MARKS[outcome]} `);
  const took = ms === undefined ? [] : [' ', element('span', { class: 'count' }, ...say('took', { ms }))];
  const said = element('p', { class: CLASSES[outcome] }, mark, ...say(`outcome-${outcome}`), ...took);
  const title = element('strong', {}, ...say(`step-${step}`));
  const sentences = [{ text, values }, ...more].map((one) => element('p', {}, ...say(one.text, one.values)));
  return element('li', { 'data-step': step, 'data-outcome': outcome }, title, said, ...sentences);
}

/** What the steps come to, as a notice; `kind` chooses its colours. */
export const notice = (kind, ...children) => element('p', { class: `notice ${kind}` }, ...children);
