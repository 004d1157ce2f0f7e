//! The checks themselves: which steps, in which order, on what.
//!
//! A step is run even after another failed, so that a report shows all that is wrong, but for the
//! chain of authorities: replaying it is the dear part, and it says nothing where the checkpoint it
//! leads to is nobody's or the entry is not under it. The verdict takes all steps together.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::chain::said_by;
use super::{MAX_PROOF_FILE, Outcome, Report, Step, StepId, UnusableInput, Verdict, words};
use crate::checkpoint::SignedCheckpoint;
use crate::consistency::ConsistencyProof;
use crate::entry::Entry;
use crate::extra::Extra;
use crate::json::{self, Value};
use crate::merkle::verify_consistency;
use crate::policy::{LogOutcome, Policy, PolicyOutcome};
use crate::record::{Record, RecordError};
use crate::tlog_proof::TlogProof;

/// Checks a proof file under a policy: the record in it, who said it, the log, the witnesses.
pub fn verify_proof_file(bytes: &[u8], policy: &Policy) -> Result<Report, UnusableInput> {
    let file = ProofFile::parse(bytes)?;
    Ok(file.report(file.extra.record.as_ref(), policy))
}

/// Checks one's own copy of a record (`{"body","salt"}`, or a log's answer with it as `record`) against a proof file under a policy. A
/// record in the proof file itself, if there is one, has to be the same.
pub fn verify_record_file(
    record: &[u8],
    proof: &[u8],
    policy: &Policy,
) -> Result<Report, UnusableInput> {
    if record.len() > MAX_PROOF_FILE {
        return Err(UnusableInput::TooLarge(MAX_PROOF_FILE));
    }
    let record = record_in(record)?;
    let file = ProofFile::parse(proof)?;
    // A second record beside the entry must not be passed over in silence: if it is another one,
    // it is the one whose fingerprint is reported.
    let commitment = file.extra.entry.commitment;
    let beside = file.extra.record.as_ref();
    let suspect = beside.filter(|other| other.commitment() != commitment);
    Ok(file.report(Some(suspect.unwrap_or(&record)), policy))
}

/// The record of a file: itself, or the member `record` of what a log answers about an entry. Nothing else in the answer is
/// believed, for nothing else is looked at.
fn record_in(bytes: &[u8]) -> Result<Record, RecordError> {
    let mut value = json::parse_with_depth(bytes, json::MAX_DEPTH + 2)?;
    if let Value::Object(members) = &mut value
        && !members.contains_key("body")
        && let Some(record) = members.remove("record")
    {
        value = record;
    }
    Record::from_value(value)
}

/// Checks that the tree of a newer checkpoint begins with that of an older one: `old` is a signed
/// checkpoint file, `proof` a consistency proof file ([`ConsistencyProof`]) with the newer
/// checkpoint in it. The policy applies to both checkpoints.
pub fn verify_consistency_file(
    old: &[u8],
    proof: &[u8],
    policy: &Policy,
) -> Result<Report, UnusableInput> {
    let (old, file) = consistency_file(old, proof)?;
    let new = file.new_checkpoint()?.ok_or(UnusableInput::Unsigned)?;
    consistency(&old, &new, &file, policy)
}

/// The same between two signed checkpoints that the reader holds: a proof file for a tree that is
/// no longer the log's newest has no checkpoint of its own. One that has must name the same tree.
pub fn verify_consistency_between(
    old: &[u8],
    new: &[u8],
    proof: &[u8],
    policy: &Policy,
) -> Result<Report, UnusableInput> {
    let new = SignedCheckpoint::from_bytes(new)?;
    let (old, file) = consistency_file(old, proof)?;
    consistency(&old, &new, &file, policy)
}

fn consistency_file(
    old: &[u8],
    proof: &[u8],
) -> Result<(SignedCheckpoint, ConsistencyProof), UnusableInput> {
    if proof.len() > MAX_PROOF_FILE {
        return Err(UnusableInput::TooLarge(MAX_PROOF_FILE));
    }
    let old = SignedCheckpoint::from_bytes(old)?;
    Ok((old, ConsistencyProof::parse(proof)?))
}

fn consistency(
    old: &SignedCheckpoint,
    new: &SignedCheckpoint,
    file: &ConsistencyProof,
    policy: &Policy,
) -> Result<Report, UnusableInput> {
    let mut steps = Vec::from([
        checkpoint_step(StepId::OldCheckpoint, old, policy),
        checkpoint_step(StepId::NewCheckpoint, new, policy),
    ]);
    let (old, new) = (&old.checkpoint, &new.checkpoint);
    let named = file.new_tree()?;
    steps.push(step(
        StepId::SameLog,
        if old.origin != new.origin {
            Err(words::other_origin(&old.origin, &new.origin))
        } else if (old.size, old.root) != (file.old_size, file.old_root) {
            Err(words::other_tree(old.size))
        } else if (new.size, new.root) != named {
            Err(words::other_new_tree(new.size))
        } else {
            Ok(words::same_log(&old.origin))
        },
    ));
    steps.push(step(
        StepId::Consistency,
        verify_consistency(old.size, &old.root, new.size, &new.root, &file.proof)
            .map(|()| words::consistent(old.size, new.size))
            .map_err(|why| why.to_string()),
    ));
    Ok(conclude(steps, Verdict::Verified))
}

pub(super) fn step(id: StepId, result: Result<String, String>) -> Step {
    let (outcome, detail) = match result {
        Ok(detail) => (Outcome::Pass, detail),
        Err(detail) => (Outcome::Fail, detail),
    };
    Step {
        id,
        outcome,
        detail,
    }
}

pub(super) fn not_checked(id: StepId, detail: String) -> Step {
    Step {
        id,
        outcome: Outcome::NotChecked,
        detail,
    }
}

/// `best` unless a step failed.
pub(super) fn conclude(steps: Vec<Step>, best: Verdict) -> Report {
    let failed = steps.iter().any(|step| step.outcome == Outcome::Fail);
    let verdict = if failed { Verdict::NotVerified } else { best };
    Report { steps, verdict }
}

fn log_step(outcome: &PolicyOutcome, origin: &str) -> Step {
    step(
        StepId::LogSignature,
        match &outcome.log {
            LogOutcome::Signed(key) => Ok(words::log_signed(key)),
            failed => Err(words::log_not_signed(failed, origin)),
        },
    )
}

fn witness_step(outcome: &PolicyOutcome, policy: &Policy) -> Step {
    if !policy.asks_for_witnesses() {
        return not_checked(StepId::Witnesses, words::no_witnesses());
    }
    step(
        StepId::Witnesses,
        if outcome.quorum_met {
            Ok(words::witnesses(&outcome.witnesses))
        } else {
            Err(words::witnesses_missing(&outcome.witnesses))
        },
    )
}

/// A whole checkpoint under the policy, as one step.
fn checkpoint_step(id: StepId, signed: &SignedCheckpoint, policy: &Policy) -> Step {
    let outcome = policy.evaluate(signed);
    let head = &signed.checkpoint;
    step(
        id,
        match &outcome.log {
            LogOutcome::Signed(_) if !outcome.quorum_met => {
                Err(words::witnesses_missing(&outcome.witnesses))
            }
            LogOutcome::Signed(key) => {
                Ok(words::checkpoint_valid(head.size, key, &outcome.witnesses))
            }
            failed => Err(words::log_not_signed(failed, &head.origin)),
        },
    )
}

/// A proof file, read but not checked.
pub(super) struct ProofFile {
    pub(super) proof: TlogProof,
    pub(super) extra: Extra,
    pub(super) signed: SignedCheckpoint,
}

impl ProofFile {
    pub(super) fn parse(bytes: &[u8]) -> Result<Self, UnusableInput> {
        if bytes.len() > MAX_PROOF_FILE {
            return Err(UnusableInput::TooLarge(MAX_PROOF_FILE));
        }
        let proof = TlogProof::parse(bytes)?;
        let extra = proof.extra.as_ref().ok_or(UnusableInput::NoExtra)?;
        let extra = Extra::parse(extra)?;
        let signed = proof.checkpoint()?;
        Ok(Self {
            proof,
            extra,
            signed,
        })
    }

    pub(super) fn report(&self, record: Option<&Record>, policy: &Policy) -> Report {
        let head = &self.signed.checkpoint;
        let outcome = policy.evaluate(&self.signed);
        let entry = &self.extra.entry;
        let inclusion = step(
            StepId::Inclusion,
            self.proof
                .verify_leaf(&entry.leaf_hash(), &self.signed)
                .map(|()| words::inside(self.proof.index, head.size, &head.origin))
                .map_err(|why| why.to_string()),
        );
        let log = log_step(&outcome, &head.origin);
        let unreached = [&log, &inclusion]
            .into_iter()
            .find(|step| step.outcome == Outcome::Fail);
        let authority = match unreached {
            Some(failed) => not_checked(StepId::Authority, words::not_reached(failed.id)),
            None => {
                let own = record.filter(|record| record.commitment() == entry.commitment);
                let said = said_by(&self.extra, self.proof.index, own, head, policy);
                step(StepId::Authority, said)
            }
        };
        let steps = Vec::from([
            match record {
                Some(record) => step(StepId::Fingerprint, fingerprint(record, entry)),
                None => not_checked(StepId::Fingerprint, words::record_absent(entry)),
            },
            authority,
            inclusion,
            log,
            witness_step(&outcome, policy),
            not_checked(StepId::LaterRevocation, words::later_revocation()),
            not_checked(StepId::Truth, words::truth()),
        ]);
        let best = match record {
            Some(_) => Verdict::Verified,
            None => Verdict::EntryOnly,
        };
        conclude(steps, best)
    }
}

fn fingerprint(record: &Record, entry: &Entry) -> Result<String, String> {
    let found = record.commitment();
    if found == entry.commitment {
        Ok(words::fingerprint_matches(&found))
    } else {
        Err(words::fingerprint_differs(&found, &entry.commitment))
    }
}
