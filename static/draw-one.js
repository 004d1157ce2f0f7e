// "Was I drawn, and why?" on the page: asks for the document of a target, checks it here, and shows every step.
//
// The part of the page that this serves is templates/parts/draw-check.html. The token of a self-check card is read from behind `#`
// or typed in; it stays in this browser: the server is asked by another hash of it.

import { element, notice, stepOf, texts } from './page-steps.js';
import { Fault } from './steps.js';
import { checkTarget } from './draw-target.js';
import { ID, agrees, bytesOfBase64, cardId, openCard, parseToken, tokenFault } from './draw.js';

// Being drawn is neither good nor bad: the colour says that the steps hold.
const KINDS = { yes: 'good', no: 'good', wait: 'plain', fail: 'bad' };

/** What follows for a target of a plan that will not be drawn. */
const ENDED = { cancelled: { text: 'end-cancelled', kind: 'no' }, void: { text: 'end-void', kind: 'no' } };

async function ask(url) {
  let answer;
  try {
    answer = await fetch(url, { headers: { accept: 'application/json' } });
  } catch {
    throw new Fault('fetch-fail', { status: '–' });
  }
  if (answer.status === 404) return null;
  if (!answer.ok) throw new Fault('fetch-fail', { status: String(answer.status) });
  // What is no JSON is no document either, and said to be none.
  return answer.json().catch(() => ({}));
}

/** The opening that a card's token leads to. */
async function opened(token, cards) {
  const stored = await ask(cards + cardId(token));
  if (!stored) throw new Fault('card-unknown');
  const data = bytesOfBase64(stored.data);
  const opening = data && (await openCard(token, data));
  if (!opening || opening.root !== stored.root) throw new Fault('card-broken');
  return opening;
}

function mount(part) {
  const say = texts(part);
  const results = part.querySelector('[data-results]');
  const plans = [...part.querySelectorAll('[data-plan]')].map((one) => ({ ...one.dataset }));
  // Only the newest question is answered.
  let turn = 0;

  async function check(plan, id, opening) {
    const document = await ask(plan.targets + id);
    if (!document) throw new Fault('target-unknown', { plan: plan.plan, id });
    const start = performance.now();
    const { steps, end: found } = checkTarget(document, { key: plan.plan, id }, opening);
    // What does not follow from the document: that the wait is over, as the page says.
    const end = found.text === 'end-not-yet' && plan.ended ? { ...found, ...ENDED[plan.ended] } : found;
    const ms = performance.now() - start;
    const head = element('h3', {}, ...say('result-of', { plan: plan.plan, id }));
    const list = element('ol', { class: 'steps' }, ...steps.map((step) => stepOf(say, step)));
    const took = element('p', { class: 'hint' }, ...say('took', { ms }));
    const left = end.kind === 'fail' ? 0 : steps.filter((step) => step.outcome === 'unchecked').length;
    const rest = left ? [element('br', {}), ...say('left', { n: left })] : [];
    return [head, notice(KINDS[end.kind], ...say(end.text, end.values), ...rest), list, took];
  }

  async function answer(question) {
    turn += 1;
    const mine = turn;
    results.replaceChildren(notice('plain', ...say('working')));
    let shown;
    try {
      const sound = await agrees();
      if (!sound) throw new Fault(sound === null ? 'no-webcrypto' : 'unsound');
      const { id, asked, opening } = await question();
      const found = await Promise.all(asked.map((plan) => check(plan, id, opening)));
      shown = found.flat();
    } catch (fault) {
      const known = fault instanceof Fault;
      shown = [notice('bad', ...(known ? say(fault.text, fault.values) : say('unexpected', { what: String(fault) })))];
    }
    if (mine === turn) results.replaceChildren(...shown);
  }

  const byId = (id) =>
    answer(async () => {
      if (!ID.test(id)) throw new Fault('id-form', { id });
      return { id, asked: plans, opening: null };
    });
  const byToken = (text) =>
    answer(async () => {
      const token = parseToken(text);
      if (!token) {
        const { text: said, values } = tokenFault(text);
        throw new Fault(said, values);
      }
      const opening = await opened(token, part.dataset.cards);
      const asked = plans.filter((plan) => plan.root === opening.root);
      if (asked.length === 0) throw new Fault('card-no-plan');
      return { id: opening.id, asked, opening };
    });

  const takes = (form, check) =>
    form?.addEventListener('submit', (event) => {
      event.preventDefault();
      check(form.querySelector('input').value);
    });
  takes(part.querySelector('form[data-code]'), (text) => byId(text.trim().toUpperCase()));
  takes(part.querySelector('form[data-card]'), byToken);

  /** A card's link: its token is taken out of the address, so that neither history nor a copied address holds it. */
  function fromAddress() {
    const text = location.hash.slice(1);
    if (!parseToken(text)) return false;
    history.replaceState(null, '', location.pathname + location.search);
    byToken(text);
    return true;
  }
  addEventListener('hashchange', fromAddress);

  for (const off of part.querySelectorAll('[data-off]')) off.hidden = true;
  for (const on of part.querySelectorAll('[data-on]')) on.hidden = false;
  if (!fromAddress() && part.dataset.id) byId(part.dataset.id);
}

document.querySelectorAll('[data-draw-check]').forEach(mount);
