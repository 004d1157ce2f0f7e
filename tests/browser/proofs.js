// What the modules that check proofs come to in a browser, case by case, for comparison with `gongshi-verify`: proofs.py asks it.
//
// Decides nothing but whether a case came out as its maker wanted; that both verifiers say the same is seen there.

import { Cases } from './proof-case.js';
import { chains } from './proof-chains.js';
import { bits, changed, consistencies } from './proof-changes.js';
import { base64, hex, jcs, policyText, secret, utf8 } from './proof-log.js';
import { policies } from './proof-policies.js';
import { jsons, spellings } from './proof-spellings.js';

const GROUPS = { chains, spellings, jsons, policies, consistencies, bits };

let checks = null;
let cases = [];

/** Loads the modules that are tried. */
export async function load({ verify, ...modules }) {
  const names = Object.entries(modules);
  const loaded = await Promise.all([verify, ...names.map(([, where]) => where)].map((where) => import(where)));
  checks = Object.assign({ verify: loaded[0] }, ...names.map(([name], at) => ({ [name]: loaded[at + 1] })));
}

/** Makes the cases of a group, or those over proofs of a running log; how many they are. */
export async function make(group, { vectors, proofs, policy }) {
  const made = new Cases(proofs ? policy : await policyText());
  if (!proofs) await GROUPS[group](made, vectors);
  for (const [index, text] of Object.entries(proofs ?? {})) await changed(made, Number(index), text, policy);
  cases = made.all;
  return cases.length;
}

function check({ command, files, policy }) {
  const { verifyConsistencyBetween, verifyConsistencyFile, verifyProofFile, verifyRecordFile } = checks.verify;
  const by = { proof: verifyProofFile, record: verifyRecordFile, consistency: verifyConsistencyFile, between: verifyConsistencyBetween };
  return by[command](...files, policy);
}

/** Whether a case came out as it was meant to. */
function isAsWanted(want, { verdict, wrong }) {
  if (want === undefined || want === null) return true;
  if (want === 'refused') return verdict === 'not-verified' || verdict === 'unusable';
  return want === verdict || (verdict === 'not-verified' && want === wrong);
}

/** Some of the cases with what came of them: `{what, command, files, policy, verdict, steps, texts, problem}`, bytes as base64. */
export async function batch(from, to) {
  const done = [];
  for (const one of cases.slice(from, to)) {
    const report = await check(one);
    const texts = [report.fault, ...report.steps, ...report.steps.flatMap((step) => step.more ?? [])].filter(Boolean).map(({ text }) => text);
    const problem = isAsWanted(one.want, report) ? null : `${report.verdict} at ${report.wrong ?? report.fault?.text} instead of ${one.want}`;
    done.push({
      ...one, files: one.files.map(base64), policy: base64(one.policy), verdict: report.verdict,
      steps: report.steps.map(({ step, outcome }) => [step, outcome]), texts, problem,
    });
  }
  return done;
}

/**
 * What known-answer data says, compared with the modules one by one: problems. `refusals` of JSON, `[text, byte, reason]`; `lax`: the
 * scalar of a signature of the key of seed 7 over "m" with a point of small order, whose equation holds.
 */
export async function known({ record, merkle, refusals, lax }) {
  const problems = [];
  const same = (what, got, want) => {
    if (jcs(got) !== jcs(want)) problems.push(`${what}: ${jcs(got)} instead of ${jcs(want)}`);
  };
  const bytesOfHex = (text) => Uint8Array.from(text.match(/../g) ?? [], (two) => parseInt(two, 16));
  const { curve, entry, json, merkle: tree, records, shown: { shown } } = checks;
  same('body', hex(utf8(json.canonical(record.record.body))), record.jcs_body_hex);
  same('commitment', records.recordOf(record.record).commitment, record.commitment);
  for (const one of [record, record.withdrawal]) {
    const read = entry.parseEntry(one.entry);
    same('leaf', hex(read.leafHash), one.leaf_hash);
    same('commitment of the entry', read.commitment, records.recordOf(one.record).commitment);
  }
  same('message', hex(entry.eventMessage(entry.parseEntry(record.entry), record.origin)), record.signed_message_hex);

  const most = Math.max(...Object.keys(merkle.roots));
  const leaves = Array.from({ length: most }, (_, at) => tree.leafHashOfBytes(utf8(String(at))));
  for (const [size, root] of Object.entries(merkle.roots)) same(`root of ${size}`, hex(tree.rootOf(leaves.slice(0, size))), root);
  const reference = merkle.ct_reference_leaves_hex.map((leaf) => tree.leafHashOfBytes(bytesOfHex(leaf)));
  same('reference roots', reference.map((_, at) => hex(tree.rootOf(reference.slice(0, at + 1)))), merkle.ct_reference_roots);

  const seven = await secret(7);
  const key = curve.publicKeyOf(seven.bytes);
  const right = await seven.sign(utf8('m'));
  const small = Uint8Array.from([1, ...Array(31).fill(0), ...bytesOfHex(lax)]);
  const signs = (message, signature) => curve.isSignedBy(key, utf8(message), signature);
  const signatures = [await signs('m', right), await signs('n', right), await signs('m', small)];
  same('signatures', signatures, [true, false, false]);

  for (const [text, want] of [['a  \u3000b', 'a \\u{20}\\u{3000}b'], ['a\u202eb\u0085\u{e0041}', 'a\\u{202e}b\\u{85}\\u{e0041}'], ['㐂\u{e0100}、é', '㐂\u{e0100}、é']]) {
    same('what is shown', shown(text), want);
  }

  for (const [text, offset, reason] of refusals) {
    let found = null;
    try {
      json.parseJson('text', text);
    } catch (fault) {
      found = [fault.values.at, fault.text];
    }
    same(`refusal of ${text}`, found, [offset, reason]);
  }
  return problems;
}
