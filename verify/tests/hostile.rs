//! Files made by somebody who knows the formats: every part of them is right, their sum is not.
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

mod common;

use common::{DEPARTMENT, Log, add_key, policy, register, secret, witness_key};
use gongshi_verify::checkpoint::Checkpoint;
use gongshi_verify::extra::Extra;
use gongshi_verify::merkle::tree_head;
use gongshi_verify::note::{cosign, sign_note};
use gongshi_verify::registry::Role;
use gongshi_verify::report::{Outcome, Report, StepId, UnusableInput, Verdict, verify_proof_file};

fn check(text: &str) -> Report {
    verify_proof_file(text.as_bytes(), &policy()).unwrap()
}

fn log() -> Log {
    let mut log = Log::with_department();
    log.say("inspection_result", None, &secret(2));
    log
}

#[test]
fn a_chain_in_another_order_or_with_a_link_twice_is_refused() {
    let log = log();
    let with = |links: &[u64]| check(&log.proof(3, &log.extra_of(3, links)));
    for links in [
        &[0, 0, 1][..],
        &[0, 1, 1],
        &[1, 0],
        &[0, 2, 1],
        &[1],
        &[0, 1, 3],
        &[3],
    ] {
        let report = with(links);
        assert_eq!(
            report.outcome(StepId::Authority),
            Some(Outcome::Fail),
            "{links:?}"
        );
    }
    // More of the log's own entries than needed says nothing false.
    assert_eq!(with(&[0, 1, 2]).verdict, Verdict::Verified);
}

/// A link's own path leads to the checkpoint, but at another index than it says.
#[test]
fn a_link_stands_where_it_says() {
    let log = log();
    for (index, path_of) in [(1, 2), (2, 1), (0, 1)] {
        let mut extra = log.extra(3);
        let link = extra.authority.last_mut().unwrap();
        (link.index, link.path) = (index, log.path(path_of));
        let report = check(&log.proof(3, &extra));
        assert_eq!(
            report.outcome(StepId::Authority),
            Some(Outcome::Fail),
            "{index}"
        );
    }
}

/// The key came into the log after the entry it signed.
#[test]
fn a_key_does_not_sign_for_the_past() {
    let mut log = Log::with_department();
    let late = secret(40);
    let said = log.say("inspection_result", None, &late);
    let added = log.act(add_key(DEPARTMENT, &late), &secret(1));
    for links in [&[0, 1][..], &[0, 1, added]] {
        let extra = log.extra_of(said, links);
        let report = check(&log.proof(said, &extra));
        assert_eq!(
            report.failed().map(|step| step.id),
            Some(StepId::Authority),
            "{report}"
        );
    }
}

/// Nobody but the operator of entry 0 registers anybody: not under another entry 0, not a second one.
#[test]
fn another_operator_is_nobody() {
    let mut log = log();
    let usurper = secret(50);
    log.act(
        register("OTHER-OP", Role::Operator, &[], &usurper),
        &usurper,
    );
    let index = log.say("inspection_result", None, &secret(2));
    let mut extra = log.extra_of(index, &[0, 1, 4]);
    let failed = |extra: &Extra| {
        let report = check(&log.proof(index, extra));
        report.failed().map(|step| step.id)
    };
    assert_eq!(failed(&extra), Some(StepId::Authority));
    // As if it stood at 0.
    extra.authority.remove(0);
    extra.authority.rotate_right(1);
    extra.authority[0].index = 0;
    assert_eq!(failed(&extra), Some(StepId::Authority));
}

/// One witness that signed many times is one witness; a line in its name that it never made spoils the whole note.
#[test]
fn a_witness_counts_once() {
    let log = log();
    let text = log.proof(3, &log.extra(3));
    let root = tree_head(&log.leaves());
    let note = Checkpoint::new(common::ORIGIN, 4, root).to_text();
    let signed = sign_note(&note, &common::log_key()).unwrap();
    let head = &text[..text.rfind(&signed).unwrap()];
    let line = |n: u8, at: u64| cosign(&note, at, &witness_key(n)).unwrap();
    let outcome = |lines: &str| check(&format!("{head}{signed}{lines}"));
    let both = outcome(&(line(1, 5) + &line(2, 6)));
    assert_eq!(both.verdict, Verdict::Verified, "{both}");
    let one = outcome(&(line(1, 5) + &line(1, 6) + &line(1, 5)));
    assert_eq!(one.failed().map(|step| step.id), Some(StepId::Witnesses));
    // Of another text of the same log.
    let other = Checkpoint::new(common::ORIGIN, 5, root).to_text();
    let forged = cosign(&other, 5, &witness_key(2)).unwrap();
    let spoiled = outcome(&(line(1, 5) + &line(2, 6) + &forged));
    assert_eq!(
        spoiled.failed().map(|step| step.id),
        Some(StepId::LogSignature)
    );
    // A hundred lines are read, no more.
    let many = |count: usize| {
        let lines = line(1, 5).repeat(count - 2) + &line(2, 6);
        verify_proof_file(format!("{head}{signed}{lines}").as_bytes(), &policy())
    };
    assert_eq!(many(100).unwrap().verdict, Verdict::Verified);
    assert!(matches!(many(101), Err(UnusableInput::Proof(_))));
}
