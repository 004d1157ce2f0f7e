// The check of a whole file, step by step: what docs/LOG-FORMAT.md demands of a proof, as `gongshi-verify` checks it.
//
// A step is taken even after another failed, so that a report shows all that is wrong, but for the chain of authorities: it says
// nothing where the checkpoint it leads to is nobody's or the entry is not under it. Nothing here throws for what is in a file, asks
// the network, or knows the page. Where the browser has no Ed25519, signatures are `unchecked`, and the verdict is never `verified`.

import { checkpointOf } from './checkpoint.js';
import { parseConsistencyFile } from './consistency-file.js';
import { hasEd25519 } from './ed25519.js';
import { consistencyFault, inclusionFault } from './merkle.js';
import { isPermanent } from './names.js';
import { judge, parsePolicy } from './policy.js';
import { MAX_PROOF_FILE, parseProofFile } from './proof-file.js';
import { recordOfFile } from './record.js';
import { saidBy } from './said-by.js';
import { hex } from './sha256.js';
import { shown } from './shown.js';
import { Fault, failed, pass, unchecked } from './steps.js';
import { timeText } from './time.js';

/** Values as they may be shown: numbers as they are, texts without what hides in them. */
const showable = (values) =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, typeof value === 'number' ? value : shown(String(value))]));

const fitToShow = ({ text, values }) => ({ text, values: showable(values) });

/** A report: `best` unless a step failed; what signatures say is not left out of it where nobody checked them. */
function reportOf(steps, best, details = {}) {
  const fit = steps.map((step) => ({
    ...step, ...fitToShow(step), ...(step.more?.length > 0 ? { more: step.more.map(fitToShow) } : {}),
  }));
  const wrong = fit.find((step) => step.outcome === 'fail');
  const open = fit.some((step) => step.text === 'no-ed25519');
  return { verdict: wrong || open ? 'not-verified' : best, steps: fit, wrong: wrong?.step ?? null, fault: null, ...details };
}

/** What a check comes to, or the fault of an input that cannot be checked at all: verdict `unusable`, no steps, `fault` `{text, values}`. */
async function guarded(check) {
  try {
    return await check(await hasEd25519());
  } catch (fault) {
    // What broke off in the browser itself proves nothing either.
    const known = fault instanceof Fault ? fault : new Fault('unexpected', { what: String(fault) });
    return { verdict: 'unusable', steps: [], wrong: null, fault: fitToShow(known) };
  }
}

const limited = (bytes) => {
  if (bytes.length > MAX_PROOF_FILE) throw new Fault('file-large', { most: MAX_PROOF_FILE >> 20 });
  return bytes;
};

const listed = (seen) => seen.map(({ name, time }) => ({ text: 'witness-seen', values: { name, time: timeText(time) } }));

function fingerprintStep(record, { commitment, kind }) {
  if (!record) return unchecked('fingerprint', { kind }, isPermanent(kind) ? 'fingerprint-permanent' : 'fingerprint-unchecked');
  if (record.commitment === commitment) return pass('fingerprint', { commitment });
  return failed('fingerprint', 'fingerprint-fail', { found: record.commitment, commitment });
}

function inclusionStep({ entry, index, path, head }) {
  const values = { index: String(index), size: String(head.size), origin: head.origin };
  const astray = inclusionFault(entry.leafHash, index, head.size, path, head.root);
  return astray ? failed('inclusion', astray, values) : pass('inclusion', values);
}

function headStep(judged) {
  if (judged.fault) return failed('head', judged.fault.text, judged.fault.values);
  return pass('head', { key: judged.signer.text });
}

function witnessStep(judged, policy) {
  if (policy.quorum === null) return unchecked('witnesses');
  const step = judged.quorum ? pass('witnesses') : failed('witnesses', 'witnesses-fail');
  return { ...step, more: listed(judged.seen) };
}

/** The sentences that a said entry adds to the first: the second key, the region, what the operator forced. */
function furtherOf({ second, forced, region }, record) {
  const more = [];
  if (second) more.push({ text: 'authority-second', values: { key: second.key.text } });
  if (region !== null) more.push({ text: 'authority-region', values: { region } });
  else if (!record) more.push({ text: 'authority-no-region', values: {} });
  ['authority-forced', 'authority-second-forced'].forEach((text, at) => {
    if (forced[at] !== null) more.push({ text, values: { index: String(forced[at]) } });
  });
  return more;
}

async function authorityStep(file, record, policy) {
  const { entry } = file;
  try {
    const own = record?.commitment === entry.commitment ? record : null;
    const said = await saidBy(file, own, policy);
    const { id, name } = said.authority;
    const values = { id, name, issued: entry.issued_at, logged: entry.logged_at, kind: entry.kind, key: said.first.key.text };
    return { ...pass('authority', values), more: furtherOf(said, record) };
  } catch (fault) {
    if (!(fault instanceof Fault)) throw fault;
    if (fault.link === undefined) return failed('authority', fault.text, fault.values);
    return { ...failed('authority', 'chain-link', { index: fault.link }), more: [{ text: fault.text, values: fault.values }] };
  }
}

/** The five steps of a proof file, and what no such file shows. */
async function checkProof(file, record, policy, able) {
  const inclusion = inclusionStep(file);
  const judged = able ? await judge(policy, file.head) : null;
  const missing = (step) => unchecked(step, {}, 'no-ed25519');
  const head = judged ? headStep(judged) : missing('head');
  const reached = head.outcome !== 'fail' && inclusion.outcome !== 'fail';
  let authority = unchecked('authority', {}, 'authority-unreached');
  if (reached) authority = able ? await authorityStep(file, record, policy) : missing('authority');
  const steps = [
    fingerprintStep(record, file.entry),
    authority,
    inclusion,
    head,
    judged || policy.quorum === null ? witnessStep(judged, policy) : missing('witnesses'),
    unchecked('revocation'),
    unchecked('truth'),
  ];
  const { entry, head: { note } } = file;
  const raw = { entry: entry.text, checkpoint: note.text, record: record ? record.body : null, chain: file.authority.map((link) => link.entry.text) };
  return reportOf(steps, record ? 'verified' : 'entry-only', { raw });
}

/**
 * Checks a proof file under a policy (both bytes): the record in it, who said it, the log, the witnesses. A report is `{verdict, steps,
 * wrong, fault, raw}`: `verified`, `entry-only`, `not-verified` or `unusable`; `wrong` names the first step that failed.
 */
export const verifyProofFile = (proof, policy) =>
  guarded(async (able) => {
    const [under, file] = [parsePolicy(policy), parseProofFile(proof)];
    return checkProof(file, file.record, under, able);
  });

/** Checks one's own copy of a record against a proof file. A record in the proof file itself has to be the same. */
export const verifyRecordFile = (record, proof, policy) =>
  guarded(async (able) => {
    const [under, own, file] = [parsePolicy(policy), recordOfFile(limited(record)), parseProofFile(proof)];
    // Another record beside the entry must not be passed over in silence: then it is the one whose fingerprint is reported.
    const suspect = file.record && file.record.commitment !== file.entry.commitment ? file.record : null;
    return checkProof(file, suspect ?? own, under, able);
  });

/** A whole checkpoint under a policy, as one step. */
async function checkpointStep(step, head, policy, able) {
  if (!able) return unchecked(step, {}, 'no-ed25519');
  const judged = await judge(policy, head);
  const more = listed(judged.seen);
  if (judged.fault) return failed(step, judged.fault.text, judged.fault.values);
  if (!judged.quorum) return { ...failed(step, 'witnesses-fail'), more };
  return { ...pass(step, { size: String(head.size), key: judged.signer.text }, 'checkpoint-pass'), more };
}

const isTree = (head, tree) => head.size === tree.size && hex(head.root) === hex(tree.root);

function sameLogStep(old, newer, file) {
  if (old.origin !== newer.origin) return failed('same', 'same-origin', { old: old.origin, new: newer.origin });
  if (!isTree(old, file.old)) return failed('same', 'same-old', { size: String(old.size) });
  if (!isTree(newer, file.tree)) return failed('same', 'same-new', { size: String(newer.size) });
  return pass('same', { origin: old.origin });
}

async function checkConsistency(old, newer, file, policy, able) {
  const astray = consistencyFault(old.size, old.root, newer.size, newer.root, file.proof);
  const sizes = { old: String(old.size), new: String(newer.size) };
  const steps = [
    await checkpointStep('old', old, policy, able),
    await checkpointStep('new', newer, policy, able),
    sameLogStep(old, newer, file),
    astray ? failed('consistency', astray, sizes) : pass('consistency', sizes),
  ];
  return reportOf(steps, 'verified');
}

/** Checks that the tree of the newer checkpoint in a consistency proof file begins with that of an older signed checkpoint. */
export const verifyConsistencyFile = (old, proof, policy) =>
  guarded(async (able) => {
    const [under, head, file] = [parsePolicy(policy), checkpointOf(limited(old)), parseConsistencyFile(limited(proof))];
    if (!file.head) throw new Fault('consistency-unsigned');
    return checkConsistency(head, file.head, file, under, able);
  });

/** How many entries the head of a proof file is of, as a decimal. Throws a Fault. */
export const sizeOfProof = (proof) => String(parseProofFile(proof).head.size);

/**
 * Checks what a sheet of paper says of an entry: `{leaf, size, root}`, the entry's fingerprint and the log's head when it was printed. Takes the entry's
 * proof file and a consistency proof file from that size to that of the proof file: the entry and the sheet's root have to lead to the one signed head of
 * the proof, whatever roots and heads the consistency file names.
 */
export const verifyPaper = (paper, proof, between, policy) =>
  guarded(async (able) => {
    const [under, file, next] = [parsePolicy(policy), parseProofFile(proof), parseConsistencyFile(limited(between))];
    const [leaf, found] = [hex(paper.leaf), hex(file.entry.leafHash)];
    const { head } = file;
    const astray = consistencyFault(paper.size, paper.root, head.size, head.root, next.proof);
    const sizes = { old: String(paper.size), new: String(head.size) };
    const early = file.index >= paper.size && failed('paper-entry', 'paper-entry-early', { index: String(file.index), old: sizes.old });
    return reportOf([
      leaf === found ? early || pass('paper-entry', { leaf }) : failed('paper-entry', 'paper-entry-fail', { leaf, found }),
      inclusionStep(file),
      await checkpointStep('new', head, under, able),
      astray ? failed('paper-head', astray, sizes) : pass('paper-head', sizes),
    ], 'verified');
  });

/** The same between two signed checkpoints that the reader holds. One in the proof file must name the same tree. */
export const verifyConsistencyBetween = (old, newer, proof, policy) =>
  guarded(async (able) => {
    const [under, head, next] = [parsePolicy(policy), checkpointOf(limited(old)), checkpointOf(limited(newer))];
    return checkConsistency(head, next, parseConsistencyFile(limited(proof)), under, able);
  });
