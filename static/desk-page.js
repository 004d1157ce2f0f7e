// The department's desk (templates/desk.html): sign in with the key file, look through a table, sign and publish what is good, see what is due.
//
// The key stays in this page, and so does the table but for the reading of it. Everything is shown as text, never as markup.

import { tableFile } from './desk-files.js';
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
const chinese = document.documentElement.lang.startsWith('zh');
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
  const known = new Map([...find('kinds').content.children].map((one) => [one.dataset.kind, one]));
  find('kind').replaceChildren(
    ...kinds.map((kind) => {
      const followed = known.get(kind)?.dataset.followed === undefined ? {} : { 'data-followed': '' };
      return element('option', { value: kind, ...followed }, known.get(kind)?.textContent ?? kind);
    }),
  );
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

async function look(sheet) {
  forgetTable();
  const file = find('look').querySelector('input[type=file]').files[0];
  if (!file) throw new Fault('desk-table-none');
  const kind = find('kind').value;
  table = { kind, name: file.name, ...(await session.table(kind, file, sheet)) };
  // Cells beside the last header are shown, too.
  const width = Math.max(0, ...table.rows.map(({ cells }) => cells.length));
  while (table.headers.length < width) table.headers.push('');
  showTable();
}

/** Which sheet of a workbook was read, and the others to choose from. */
function sheetChoice() {
  if (table.others.length === 0) return [];
  // Where none was read yet, the first choice stands for none.
  const options = [table.sheet ?? '–', ...table.others].map((one) => element('option', {}, one));
  const choice = element('select', { id: 'desk-sheet' }, ...options);
  choice.addEventListener('change', () =>
    working('look-told', async () => {
      await look(choice.value);
      find('look-told').replaceChildren();
    }),
  );
  return [element('p', {}, element('label', { for: 'desk-sheet' }, ...say('desk-sheet')), ' ', choice)];
}

/** The body that is signed for a row, shown once somebody wants to see it. */
function signedBody(row) {
  const place = element('pre', { tabindex: '0' });
  const shown = element('details', {}, element('summary', {}, ...say('desk-signs')), place);
  shown.addEventListener('toggle', () => (place.textContent = JSON.stringify(JSON.parse(row.body), null, 1)), { once: true });
  return shown;
}

/** Saves rows behind the reason why each is not published, to be mended and uploaded as they are. */
function saveFaulty(faulty) {
  const rows = faulty.map(({ row, why }) => [why, ...row.cells]);
  save(`${table.name}.bad.csv`, tableFile([part.dataset.reason, ...table.headers], rows));
}

function faultyButton(faulty) {
  const button = element('button', { type: 'button', class: 'quiet' }, ...say('desk-save-faulty'));
  button.addEventListener('click', () => saveFaulty(faulty));
  return element('p', {}, button);
}

function summary() {
  const bad = table.rows.filter(({ faults }) => faults.length > 0);
  const many = { rows: table.rows.length, good: table.rows.filter(good).length, bad: bad.length };
  const repeated = table.rows.filter(({ repeats }) => repeats !== null).length;
  const told = [element('p', {}, ...say('desk-counts', many))];
  if (repeated > 0) told.push(element('p', {}, ...say('desk-repeated', { n: repeated })));
  if (table.rows.length === 0) return [notice('warn', ...say(table.sheet === null && table.others.length > 0 ? 'desk-sheets' : 'desk-empty'))];
  if (bad.length === 0) return [element('div', { class: 'notice good', tabindex: '-1' }, ...told)];
  const links = bad.slice(0, 50).map(({ line, faults }) =>
    element('li', {}, element('a', { href: `#desk-row-${line}` }, ...say('desk-line', { line }), ' ', faults[0].text)),
  );
  if (bad.length > links.length) links.push(element('li', {}, ...say('desk-more', { n: bad.length - links.length })));
  const heading = element('h3', {}, ...say('desk-faulty'));
  const faulty = bad.map((row) => ({ row, why: row.faults.map(({ text }) => text).join(' ') }));
  return [element('div', { class: 'notice bad', tabindex: '-1' }, heading, ...told, element('ul', {}, ...links), faultyButton(faulty))];
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
  } else if (row.repeats !== null) state.append(...say('desk-repeats', { line: row.repeats }));
  else state.append(element('p', {}, ...say('desk-good')), signedBody(row));
  const line = element('td', { class: 'lead', 'data-label': say('desk-number').join('') }, String(row.line));
  return element('tr', { id: `desk-row-${row.line}`, 'data-line': row.line }, line, state, ...cells);
}

function showTable() {
  const heads = [...say('desk-number'), ...say('desk-state'), ...table.headers];
  const head = element('tr', {}, ...heads.map((one) => element('th', { scope: 'col' }, one)));
  const rows = element('tbody', {}, ...table.rows.map(rowOf));
  const scroll = element('div', { class: 'rows', tabindex: '0', role: 'region', 'aria-label': kindName() });
  scroll.append(element('table', { class: 'records' }, element('thead', {}, head), rows));
  find('found').replaceChildren(...summary(), ...sheetChoice(), ...(table.rows.length > 0 ? [scroll] : []));
  find('found').firstElementChild.focus();
  const ready = table.rows.filter(good).length;
  find('publish').hidden = ready === 0;
  find('publish').querySelector('input').checked = false;
  find('publish-text').replaceChildren(...say('desk-ready', { n: ready, kind: kindName() }));
}

/** Why a row was refused, in the officer's language as far as the server has it. */
function refusalOf({ error }) {
  if (!error) return { title: say('desk-no-receipt').join(''), told: '' };
  const { detail = '', errors = [] } = error;
  const each = errors.map((one) => `${one.field}: ${(chinese && one.detail_zh) || one.detail}`);
  return { title: (chinese && error.title_zh) || error.title || '', told: (each.length > 0 ? each : [detail]).join(' · ') };
}

/** What became of a row, in its place. */
function showAnswer(row, answer) {
  const state = find('found').querySelector(`[data-line="${row.line}"] [data-state]`);
  if (answer.index === undefined) {
    const { title, told } = refusalOf(answer);
    state.replaceChildren(element('p', { class: 'failed' }, title), element('p', {}, told));
    return;
  }
  const link = element('a', { href: `${base}/record/${answer.index}` }, `#${answer.index}`);
  state.replaceChildren(element('span', { class: 'passed' }, ...say(answer.again ? 'desk-again' : 'desk-in')), ' ', link);
}

/** Saves what went in: for the counter, the letter, the telephone. A code is given out where a subject follows such records. */
function saveReceipts(receipts) {
  const followed = find('kind').selectedOptions[0].dataset.followed !== undefined;
  const { receipt, line, entry, address } = part.dataset;
  const rows = receipts.map(({ row, index, code }) => {
    const own = [row.line, index, `${location.origin}${base}/record/${index}`];
    return [...(followed ? [code] : []), ...own, ...row.cells];
  });
  save(`${table.name}.receipts.csv`, tableFile([...(followed ? [receipt] : []), line, entry, address, ...table.headers], rows));
}

async function send() {
  if (!find('publish').querySelector('input').checked) throw new Fault('desk-confirm');
  const rows = table.rows.filter(good);
  const bodies = rows.map(({ body }) => JSON.parse(body));
  const [receipts, refused] = [[], []];
  let [fresh, again] = [0, 0];
  const told = (at, answer) => {
    showAnswer(rows[at], answer);
    if (answer.index === undefined) {
      const { title, told } = refusalOf(answer);
      refused.push({ row: rows[at], why: `${title} ${told}`.trim() });
    } else {
      receipts.push({ row: rows[at], index: answer.index, code: answer.code });
      if (answer.again) again += 1;
      else fresh += 1;
    }
    tell('published', 'plain', ...say('desk-sent', { n: receipts.length + refused.length, of: rows.length }));
  };
  await publish({ kind: table.kind, bodies, signer, origin: session.origin, journal: await openJournal(), told });
  receipts.sort((one, other) => one.row.line - other.row.line);
  const counts = { n: fresh, again, refused: refused.length };
  tell('published', refused.length > 0 ? 'warn' : 'good', ...say('desk-done', counts));
  const button = element('button', { type: 'button' }, ...say('desk-receipts'));
  button.addEventListener('click', () => saveReceipts(receipts));
  if (receipts.length > 0) find('published').append(button);
  if (refused.length > 0) find('published').append(faultyButton(refused));
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
