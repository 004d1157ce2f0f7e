//! The checks themselves: which steps, in which order, on what.
//!
//! Every step is run even after one failed, so that a report shows all that is wrong. What is
//! checked against a checkpoint means nothing until the log's signature on it is checked too:
//! the verdict takes all steps together.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::{MAX_PROOF_FILE, Outcome, Report, Step, StepId, UnusableInput, Verdict, words};
use crate::checkpoint::{Checkpoint, SignedCheckpoint};
use crate::consistency::ConsistencyProof;
use crate::entry::Entry;
use crate::extra::{ChainLink, Extra};
use crate::merkle::{verify_consistency, verify_inclusion};
use crate::names::Origin;
use crate::policy::{LogOutcome, Policy, PolicyOutcome};
use crate::record::Record;
use crate::registry::Registry;
use crate::tlog_proof::TlogProof;

/// Checks a proof file under a policy: the record in it, who said it, the log, the witnesses.
pub fn verify_proof_file(bytes: &[u8], policy: &Policy) -> Result<Report, UnusableInput> {
    let file = ProofFile::parse(bytes)?;
    Ok(file.report(file.extra.record.as_ref(), policy))
}

/// Checks one's own copy of a record (`{"body","salt"}`) against a proof file under a policy. A
/// record in the proof file itself, if there is one, has to be the same.
pub fn verify_record_file(
    record: &[u8],
    proof: &[u8],
    policy: &Policy,
) -> Result<Report, UnusableInput> {
    if record.len() > MAX_PROOF_FILE {
        return Err(UnusableInput::TooLarge);
    }
    let record = Record::parse(record)?;
    let file = ProofFile::parse(proof)?;
    // A second record beside the entry must not be passed over in silence: if it is another one,
    // it is the one whose fingerprint is reported.
    let commitment = file.extra.entry.commitment;
    let beside = file.extra.record.as_ref();
    let suspect = beside.filter(|other| other.commitment() != commitment);
    Ok(file.report(Some(suspect.unwrap_or(&record)), policy))
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
        return Err(UnusableInput::TooLarge);
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

fn step(id: StepId, result: Result<String, String>) -> Step {
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

fn not_checked(id: StepId, detail: String) -> Step {
    Step {
        id,
        outcome: Outcome::NotChecked,
        detail,
    }
}

/// `best` unless a step failed.
fn conclude(steps: Vec<Step>, best: Verdict) -> Report {
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
struct ProofFile {
    proof: TlogProof,
    extra: Extra,
    signed: SignedCheckpoint,
}

impl ProofFile {
    fn parse(bytes: &[u8]) -> Result<Self, UnusableInput> {
        if bytes.len() > MAX_PROOF_FILE {
            return Err(UnusableInput::TooLarge);
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

    fn report(&self, record: Option<&Record>, policy: &Policy) -> Report {
        let head = &self.signed.checkpoint;
        let outcome = policy.evaluate(&self.signed);
        let entry = &self.extra.entry;
        let steps = Vec::from([
            match record {
                Some(record) => step(StepId::Fingerprint, fingerprint(record, entry)),
                None => not_checked(StepId::Fingerprint, words::record_absent(entry)),
            },
            step(StepId::Authority, self.said_by(head)),
            step(
                StepId::Inclusion,
                self.proof
                    .verify_leaf(&entry.leaf_hash(), &self.signed)
                    .map(|()| words::inside(self.proof.index, head.size, &head.origin))
                    .map_err(|why| why.to_string()),
            ),
            log_step(&outcome, &head.origin),
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

    /// The chain from entry 0 to the signing key, the signatures, and the right to the kind.
    fn said_by(&self, head: &Checkpoint) -> Result<String, String> {
        let origin = Origin::parse(&head.origin).map_err(|_| words::origin_form())?;
        let (entry, index) = (&self.extra.entry, self.proof.index);
        let mut registry = Registry::new(origin);
        for link in &self.extra.authority {
            // Entry 0 is signed with the key it registers: its chain is itself.
            let itself = index == 0 && link.index == 0 && link.entry == *entry;
            if link.index >= index && !itself {
                return Err(words::chain_order(link.index, index));
            }
            replay(&mut registry, link, head).map_err(|why| words::chain_link(link.index, &why))?;
        }
        let state = registry
            .authority(&entry.authority)
            .ok_or_else(words::chain_missing)?;
        let signers = registry
            .verify_entry(index, entry)
            .map_err(|why| why.to_string())?;
        registry
            .may_publish(&entry.authority, &entry.kind, None)
            .map_err(|why| why.to_string())?;
        Ok(words::said_by(state, entry, &signers))
    }
}

/// One entry of the chain: in the log of this checkpoint, and allowed to come next.
fn replay(registry: &mut Registry, link: &ChainLink, head: &Checkpoint) -> Result<(), String> {
    let leaf = link.entry.leaf_hash();
    verify_inclusion(&leaf, link.index, head.size, &link.path, &head.root)
        .map_err(|why| why.to_string())?;
    registry
        .apply(link.index, &link.entry, &link.record)
        .map_err(|why| why.to_string())
}

fn fingerprint(record: &Record, entry: &Entry) -> Result<String, String> {
    let found = record.commitment();
    if found == entry.commitment {
        Ok(words::fingerprint_matches(&found))
    } else {
        Err(words::fingerprint_differs(&found, &entry.commitment))
    }
}
