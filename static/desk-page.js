// The department's desk (templates/desk.html): sign in with the key file, look through a table, sign and publish what is good, see what is due.
//
// The key stays in this page, and so does the table but for the reading of it. Everything is shown as text, never as markup.

import { openJournal } from './desk-journal.js';
import { keyOfFile } from './desk-key.js';
import { publish } from './desk-publish.js';
import { Refused, dutiesOf, signIn } from './desk-session.js';
import { element, notice, texts } from './page-steps.js';
import { Fault } from './steps.js';

const part = document.querySelector('[data-desk]');
const say = texts(part);
const find = (name) => part.querySelector(`[data-${name}]`);
const base = part.dataset.base;
let signer = null;
let session = null;
let table = null;

/** Why something did not work, for the officer. */
function reason(error) {
  if (error instanceof Fault) return say(error.text, error.values);
  if (error instanceof Refused) return error.status === 401 ? say('desk-signed-out') : [error.title ?? '', ' ', error.message];
  return say('unexpected');
}

/** Tells of something in a place, and has it read out. */
function tell(name, kind, ...children) {
  find(name).replaceChildren(notice(kind, ...children));
}

/** Does something once, with everything else on the desk off meanwhile; what fails is told in that place. */
async function working(place, work) {
  const controls = [...part.querySelectorAll('button, select, input')].filter((one) => !one.disabled);
  if (controls.length === 0) return;
  controls.forEach((one) => (one.disabled = true));
  tell(place, 'plain', ...say('working'));
  try {
    await work();
  } catch (error) {
    const out = error instanceof Refused && error.status === 401;
    if (out) signedOut();
    tell(out ? 'sign-in-told' : place, 'bad', ...reason(error));
  } finally {
    controls.forEach((one) => (one.disabled = false));
  }
}

function signedOut() {
  [signer, session] = [null, null];
  find('inside').hidden = true;
  find('sign-in').hidden = false;
  find('sign-in').reset();
  forgetTable();
}

async function enter() {
  const file = find('sign-in').querySelector('input').files[0];
  if (!file) throw new Fault('desk-key-none');
  if (file.size > 4096) throw new Fault('desk-key-header');
  signer = await keyOfFile(await file.text());
  session = await signIn(signer);
  const { id, name, kinds } = session.authority;
  find('name').textContent = `${name} (${id})`;
  const known = new Map([...find('kinds').content.children].map((one) => [one.dataset.kind, one.textContent]));
  find('kind').replaceChildren(...kinds.map((kind) => element('option', { value: kind }, known.get(kind) ?? kind)));
  find('no-kinds').hidden = kinds.length > 0;
  find('look').hidden = kinds.length === 0;
  find('sign-in-told').replaceChildren();
  find('sign-in').hidden = true;
  find('inside').hidden = false;
  find('name').focus();
  forgetTable();
  void showDuties();
}

function forgetTable() {
  table = null;
  find('found').replaceChildren();
  find('publish').hidden = true;
  find('published').replaceChildren();
}

async function showDuties() {
  const { id } = session.authority;
  const place = find('duties');
  find('duties-all').href = `${base}/authorities/${id}/duties`;
  place.replaceChildren(element('p', {}, ...say('working')));
  try {
    const { duties } = await dutiesOf(id);
    const chinese = document.documentElement.lang.startsWith('zh');
    const rows = duties.map(({ task, task_zh: inChinese, index, due_on: due, state }) =>
      element(
        'li',
        {},
        element('a', { href: `${base}/record/${index}` }, `${chinese ? inChinese : task} #${index}`),
        ' ',
        element('span', { class: state === 'overdue' ? 'tag warn' : 'tag' }, ...say(state === 'overdue' ? 'desk-overdue' : 'desk-due', { day: due ?? '–' })),
      ),
    );
    place.replaceChildren(rows.length > 0 ? element('ul', { class: 'linked' }, ...rows) : element('p', {}, ...say('desk-no-duties')));
  } catch (error) {
    place.replaceChildren(notice('bad', ...reason(error)));
  }
}

/** Saves something that was made here, or fetched. */
function save(name, blob) {
  const link = element('a', { href: URL.createObjectURL(blob), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
}

const kindName = () => find('kind').selectedOptions[0].textContent;
const good = (row) => row.body !== null && row.repeats === null;

async function look() {
  forgetTable();
  const file = find('look').querySelector('input[type=file]').files[0];
  if (!file) throw new Fault('desk-table-none');
  const kind = find('kind').value;
  table = { kind, ...(await session.table(kind, file)) };
  showTable();
}

function summary() {
  const bad = table.rows.filter(({ faults }) => faults.length > 0);
  const many = { rows: table.rows.length, good: table.rows.filter(good).length, bad: bad.length };
  const repeated = table.rows.filter(({ repeats }) => repeats !== null).length;
  const told = [element('p', {}, ...say('desk-counts', many))];
  if (repeated > 0) told.push(element('p', {}, ...say('desk-repeated', { n: repeated })));
  if (table.rows.length === 0) return [notice('warn', ...say('desk-empty'))];
  if (bad.length === 0) return [element('div', { class: 'notice good', tabindex: '-1' }, ...told)];
  const links = bad.slice(0, 50).map(({ line, faults }) =>
    element('li', {}, element('a', { href: `#desk-row-${line}` }, ...say('desk-line', { line }), ' ', faults[0].text)),
  );
  if (bad.length > links.length) links.push(element('li', {}, ...say('desk-more', { n: bad.length - links.length })));
  const heading = element('h3', {}, ...say('desk-faulty'));
  return [element('div', { class: 'notice bad', tabindex: '-1' }, heading, ...told, element('ul', {}, ...links))];
}

function rowOf(row) {
  const faulty = new Set(row.faults.map(({ column }) => column));
  const cells = table.headers.map((header, at) => {
    const attributes = { 'data-label': header };
    if (faulty.has(at)) Object.assign(attributes, { class: 'faulty', 'aria-describedby': `desk-faults-${row.line}` });
    return element('td', attributes, row.cells[at] ?? '');
  });
  const state = element('td', { 'data-label': say('desk-state').join(''), 'data-state': '' });
  if (row.faults.length > 0) {
    const faults = row.faults.map(({ text }) => element('li', {}, text));
    state.append(element('ul', { class: 'faults', id: `desk-faults-${row.line}` }, ...faults));
  } else state.append(...say(row.repeats === null ? 'desk-good' : 'desk-repeats', { line: row.repeats }));
  const line = element('td', { class: 'lead', 'data-label': say('desk-number').join('') }, String(row.line));
  return element('tr', { id: `desk-row-${row.line}`, 'data-line': row.line }, line, state, ...cells);
}

function showTable() {
  const heads = [...say('desk-number'), ...say('desk-state'), ...table.headers];
  const head = element('tr', {}, ...heads.map((one) => element('th', { scope: 'col' }, one)));
  const rows = element('tbody', {}, ...table.rows.map(rowOf));
  const scroll = element('div', { class: 'sheet', tabindex: '0', role: 'region', 'aria-label': kindName() });
  scroll.append(element('table', { class: 'records' }, element('thead', {}, head), rows));
  find('found').replaceChildren(...summary(), ...(table.rows.length > 0 ? [scroll] : []));
  find('found').firstElementChild.focus();
  const ready = table.rows.filter(good).length;
  find('publish').hidden = ready === 0;
  find('publish').querySelector('input').checked = false;
  find('publish-text').replaceChildren(...say('desk-ready', { n: ready, kind: kindName() }));
}

/** What became of a row, in its place. */
function showAnswer(row, answer) {
  const state = find('found').querySelector(`[data-line="${row.line}"] [data-state]`);
  if (answer.index === undefined) {
    const { title = '', detail = '', errors = [] } = answer.error ?? {};
    const told = [detail, ...errors.map(({ field, detail: one }) => `${field}: ${one}`)].filter(Boolean);
    state.replaceChildren(element('p', { class: 'failed' }, title), element('p', {}, told.join(' · ')));
    return;
  }
  const link = element('a', { href: `${base}/record/${answer.index}` }, `#${answer.index}`);
  state.replaceChildren(element('span', { class: 'passed' }, ...say(answer.again ? 'desk-again' : 'desk-in')), ' ', link);
}

async function send() {
  if (!find('publish').querySelector('input').checked) throw new Fault('desk-confirm');
  const rows = table.rows.filter(good);
  const bodies = rows.map(({ body }) => JSON.parse(body));
  const [receipts, refused] = [[], []];
  let [fresh, again] = [0, 0];
  const told = (at, answer) => {
    showAnswer(rows[at], answer);
    if (answer.index === undefined) refused.push(rows[at]);
    else {
      receipts.push({ line: rows[at].line, index: answer.index, proof: answer.proof });
      if (answer.again) again += 1;
      else fresh += 1;
    }
    tell('published', 'plain', ...say('desk-sent', { n: receipts.length + refused.length, of: rows.length }));
  };
  await publish({ kind: table.kind, bodies, signer, origin: session.origin, journal: await openJournal(), told });
  receipts.sort((one, other) => one.line - other.line);
  const counts = { n: fresh, again, refused: refused.length };
  tell('published', refused.length > 0 ? 'warn' : 'good', ...say('desk-done', counts));
  const button = element('button', { type: 'button' }, ...say('desk-receipts'));
  button.addEventListener('click', () => {
    const lines = receipts.map((one) => `${JSON.stringify(one)}\n`);
    save(`${session.authority.id}-${table.kind}.receipts.ndjson`, new Blob(lines, { type: 'application/x-ndjson' }));
  });
  if (receipts.length > 0) find('published').append(button);
  void showDuties();
}

const on = (form, place, work) =>
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void working(place, work);
  });

on(find('sign-in'), 'sign-in-told', enter);
on(find('look'), 'look-told', async () => {
  await look();
  find('look-told').replaceChildren();
});
on(find('publish'), 'published', send);
for (const button of part.querySelectorAll('[data-empty]')) {
  button.addEventListener('click', () =>
    working('look-told', async () => {
      const format = button.dataset.empty;
      save(`${find('kind').value}.${format}`, await session.empty(find('kind').value, format));
      find('look-told').replaceChildren();
    }),
  );
}
find('kind').addEventListener('change', forgetTable);
find('look').querySelector('input[type=file]').addEventListener('change', forgetTable);
find('sign-out').addEventListener('click', () => {
  void session.signOut().catch(() => {});
  signedOut();
});
part.querySelectorAll('[data-off]').forEach((one) => (one.hidden = true));
find('sign-in').hidden = false;
