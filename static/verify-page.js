// The page that checks proof files: takes files and texts, has them checked by verify.js, and shows every step (templates/verify.html).
//
// What is put in stays here: nothing is sent. The one thing asked for is a proof by its index, where the address names one (`?index=`).

import { utf8 } from './encoding.js';
import { element, notice, stepOf, texts } from './page-steps.js';
import { MAX_PROOF_FILE } from './proof-file.js';
import { agrees, bytesOfHex } from './sha256.js';
import { Fault } from './steps.js';
import { sizeOfProof, verifyConsistencyBetween, verifyConsistencyFile, verifyPaper, verifyProofFile, verifyRecordFile } from './verify.js';

const NOTICE_KINDS = { verified: 'good', 'entry-only': 'warn', 'not-verified': 'bad', unusable: 'bad' };

/** A field: a text, or a file chosen or dropped in its place. The one put in last counts. */
class FileField {
  constructor(part) {
    this.text = part.querySelector('textarea');
    this.file = part.querySelector('input[type=file]');
    this.text.addEventListener('input', () => {
      if (this.file) this.file.value = '';
    });
    if (!this.file) return;
    this.file.addEventListener('change', () => {
      this.text.value = '';
    });
    part.addEventListener('drop', (event) => {
      if (event.dataTransfer.files.length === 0) return;
      this.file.files = event.dataTransfer.files;
      this.text.value = '';
    });
  }

  /** Bytes of the file, or of the text; null where there is neither. Copied texts often lack the newline that every file here ends with. */
  async bytes() {
    const file = this.file?.files[0];
    if (!file) return this.text.value === '' ? null : utf8(this.text.value.replace(/[^\n]$/, '$&\n'));
    if (file.size > MAX_PROOF_FILE) throw new Fault('file-large', { most: MAX_PROOF_FILE >> 20 });
    return new Uint8Array(await file.arrayBuffer());
  }
}

/** What the code on a sheet of paper says: `#leaf=…&size=…&root=…`. */
function paperOf(hash) {
  const said = new URLSearchParams(hash.slice(1));
  const [leaf, size, root] = ['leaf', 'size', 'root'].map((name) => said.get(name) ?? '');
  const paper = { leaf: bytesOfHex(leaf), size: /^\d{1,15}$/.test(size) ? BigInt(size) : null, root: bytesOfHex(root) };
  if (paper.leaf?.length !== 32 || paper.size === null || paper.root?.length !== 32) throw new Fault('paper-form');
  return paper;
}

/** What the steps come to, in one sentence. */
function verdictOf(say, { verdict, wrong, fault }) {
  if (fault) return [...say('verdict-unusable'), ' ', ...say(fault.text, fault.values)];
  if (verdict === 'not-verified') return wrong ? [...say('verdict-not-verified'), ' ', ...say(`step-${wrong}`)] : say('verdict-open');
  return say(`verdict-${verdict}`);
}

/** The parts of the file as they stand in it. */
function rawOf(say, { entry, record, checkpoint, chain }) {
  const part = (name, text) => [element('p', {}, ...say(name)), element('pre', { tabindex: '0' }, element('code', {}, text))];
  return element(
    'details', {}, element('summary', {}, ...say('verify-raw')), ...part('verify-raw-entry', entry),
    ...(record ? part('verify-raw-record', JSON.stringify(record, null, 1)) : []),
    ...part('verify-raw-checkpoint', checkpoint), ...part('verify-raw-chain', chain.join('\n\n')),
  );
}

function shownReport(say, report) {
  const verdict = notice(NOTICE_KINDS[report.verdict], element('strong', {}, ...verdictOf(say, report)));
  verdict.dataset.verdict = report.verdict;
  const steps = element('ol', { class: 'steps' }, ...report.steps.map((step) => stepOf(say, step)));
  return [verdict, ...(report.steps.length > 0 ? [steps] : []), ...(report.raw ? [rawOf(say, report.raw)] : [])];
}

function mountVerify(part) {
  const say = texts(part);
  const all = [...part.querySelectorAll('[data-field]')];
  const fields = Object.fromEntries(all.map((one) => [one.dataset.field, new FileField(one)]));
  const read = (names) => Promise.all(names.map((name) => fields[name].bytes()));

  async function checkFiles() {
    const [proof, record, policy] = await read(['proof', 'record', 'policy']);
    if (!proof) throw new Fault('verify-nothing');
    const under = policy ?? utf8('');
    return record ? verifyRecordFile(record, proof, under) : verifyProofFile(proof, under);
  }

  async function checkHeads() {
    const [old, proof, newer, policy] = await read(['old', 'consistency', 'newer', 'policy']);
    if (!old || !proof) throw new Fault('verify-nothing');
    const under = policy ?? utf8('');
    return newer ? verifyConsistencyBetween(old, newer, proof, under) : verifyConsistencyFile(old, proof, under);
  }

  // Only the newest question of a form is answered.
  const newest = new Map();

  async function answer(results, ...checks) {
    const mine = {};
    newest.set(results, mine);
    results.replaceChildren(notice('plain', ...say('working')));
    const found = [];
    const sound = await agrees();
    for (const check of checks) {
      try {
        if (!sound) throw new Fault(sound === null ? 'no-webcrypto' : 'unsound');
        found.push(...await check());
      } catch (fault) {
        const known = fault instanceof Fault ? fault : new Fault('unexpected', { what: String(fault) });
        found.push(notice('bad', ...say(known.text, known.values)));
      }
    }
    if (newest.get(results) === mine) results.replaceChildren(...found);
  }

  for (const [name, check] of [['proof', checkFiles], ['heads', checkHeads]]) {
    const form = part.querySelector(`form[data-check=${name}]`);
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      answer(form.querySelector('[data-results]'), async () => shownReport(say, await check()));
    });
  }

  /** The proof of the entry that the address names. */
  async function fromAddress() {
    const index = new URLSearchParams(location.search).get('index');
    // Saved as a file it has nobody to ask.
    if (!part.dataset.proofs || !/^\d{1,20}$/.test(index ?? '')) return;
    const form = part.querySelector('form[data-check=proof]');
    const checks = [async () => {
      const given = await fetch(part.dataset.proofs + index).catch(() => null);
      if (!given?.ok) throw new Fault('verify-fetch', { index, status: String(given?.status ?? '–') });
      fields.proof.file.value = '';
      fields.proof.text.value = await given.text();
      return shownReport(say, await checkFiles());
    }];
    if (new URLSearchParams(location.hash.slice(1)).has('leaf')) checks.push(() => paperReport(paperOf(location.hash)));
    await answer(form.querySelector('[data-results]'), ...checks);
  }

  /** What the sheet of paper says whose code led here, against the log of now. */
  async function paperReport(paper) {
    const [proof, policy] = await read(['proof', 'policy']);
    if (!proof) throw new Fault('verify-nothing');
    const ask = (path) => fetch(path).then((given) => (given.ok ? given : null)).catch(() => null);
    const between = await ask(`/api/v1/consistency/${paper.size}/${sizeOfProof(proof)}`);
    if (!between) throw new Fault('paper-fetch', { size: String(paper.size) });
    const report = await verifyPaper(paper, proof, utf8(await between.text()), policy ?? utf8(''));
    return [element('h3', {}, ...say('paper-heading')), ...shownReport(say, report)];
  }

  for (const off of part.querySelectorAll('[data-off]')) off.hidden = true;
  for (const on of part.querySelectorAll('[data-on]')) on.hidden = false;
  fromAddress();
}

// A file that is dropped beside its field must not take the place of the page.
for (const kind of ['dragover', 'drop']) {
  document.addEventListener(kind, (event) => {
    if (event.dataTransfer.types.includes('Files')) event.preventDefault();
  });
}
document.querySelectorAll('[data-verify]').forEach(mountVerify);
