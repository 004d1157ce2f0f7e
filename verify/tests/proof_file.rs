//! Whole proof files: a good one is verified, and no changed one ever is.
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

mod common;

use common::{DEPARTMENT, Log, add_key, policy, record, register, revoke, rotate, secret};
use gongshi_verify::consistency::NewTree;
use gongshi_verify::encoding::{base64, base64_strict};
use gongshi_verify::extra::Extra;
use gongshi_verify::json::Value;
use gongshi_verify::names::RegionCode;
use gongshi_verify::policy::Policy;
use gongshi_verify::registry::{AuthorityAction, Role};
use gongshi_verify::report::{
    MAX_PROOF_FILE, Outcome, Report, StepId, UnusableInput, Verdict, verify_consistency_between,
    verify_consistency_file, verify_proof_file, verify_record_file,
};
use gongshi_verify::tlog_proof::TlogProof;

/// Three authority entries, a result by the department at index 3, one more at 4.
fn log() -> Log {
    let mut log = Log::with_department();
    log.say("inspection_result", None, &secret(2));
    log.say("inspection_result", None, &secret(3));
    log
}

fn check(text: &str) -> Report {
    verify_proof_file(text.as_bytes(), &policy()).unwrap()
}

/// The step that must fail, and that it is the first.
fn fails_at(report: &Report, id: StepId) {
    assert_eq!(report.verdict, Verdict::NotVerified, "{report}");
    assert_eq!(report.failed().map(|step| step.id), Some(id), "{report}");
}

#[test]
fn every_entry_of_a_log_is_verified() {
    let mut log = log();
    log.say("withdrawal", Some("4"), &secret(2));
    for index in 0..6 {
        let report = check(&log.proof(index, &log.extra(index)));
        assert_eq!(report.verdict, Verdict::Verified, "{report}");
        for step in &report.steps {
            let expected = match step.id {
                StepId::LaterRevocation | StepId::Truth => Outcome::NotChecked,
                _ => Outcome::Pass,
            };
            assert_eq!(step.outcome, expected, "{report}");
        }
        let text = report.to_string();
        assert!(text.contains("later revocation of the key: not checked offline"));
        assert!(text.contains("not that what is said is true"));
        assert!(text.ends_with("VERIFIED\n"));
    }
}

#[test]
fn without_its_record_it_is_the_entry_only() {
    let log = log();
    let mut extra = log.extra(3);
    let record = extra.record.take().unwrap();
    let proof = log.proof(3, &extra);
    let report = check(&proof);
    assert_eq!(report.verdict, Verdict::EntryOnly);
    assert_eq!(
        report.outcome(StepId::Fingerprint),
        Some(Outcome::NotChecked)
    );
    assert!(!report.to_string().contains("VERIFIED"));

    // The department's own copy closes the gap; blanks in it do not matter.
    let own = record.to_jcs().replace("\":", "\": ");
    let with = |record: &str, proof: &str| {
        verify_record_file(record.as_bytes(), proof.as_bytes(), &policy()).unwrap()
    };
    assert_eq!(with(&own, &proof).verdict, Verdict::Verified);
    // So does what the log answers about the entry, as it was saved.
    let answer = |record: &str| format!(r#"{{"entry":{{"v":1}},"index":3,"record":{record}}}"#);
    assert_eq!(with(&answer(&own), &proof).verdict, Verdict::Verified);
    let gone = answer("null");
    assert!(verify_record_file(gone.as_bytes(), proof.as_bytes(), &policy()).is_err());
    let changed = own.replace("no_problem", "a_problem");
    fails_at(&with(&changed, &proof), StepId::Fingerprint);

    // A false record in the proof is not hidden by the right one beside it.
    extra.record = Some(common::record(Value::object([]), 1));
    fails_at(&with(&own, &log.proof(3, &extra)), StepId::Fingerprint);

    // A kind that is never withdrawn: said so.
    let mut extra = log.extra(1);
    extra.record = None;
    assert!(
        check(&log.proof(1, &extra))
            .to_string()
            .contains("never withdrawn")
    );
}

#[test]
fn each_step_fails_for_its_own_reason() {
    let log = log();
    let good = log.extra(3);
    let with = |change: &dyn Fn(&mut Extra)| {
        let mut extra = good.clone();
        change(&mut extra);
        check(&log.proof(3, &extra))
    };
    let other = log.extra(4);
    fails_at(
        &with(&|extra| extra.record = other.record.clone()),
        StepId::Fingerprint,
    );
    // Another entry of the log, at this index.
    fails_at(&with(&|extra| *extra = other.clone()), StepId::Inclusion);
    for change in [
        &(|extra: &mut Extra| extra.authority.clear()) as &dyn Fn(&mut Extra),
        &|extra| drop(extra.authority.remove(0)),
        &|extra| drop(extra.authority.pop()),
        &|extra| extra.authority.reverse(),
        &|extra| extra.authority[1].index = 2,
        &|extra| extra.authority[1].path.push([0; 32]),
        &|extra| extra.authority[1].record = record(Value::object([]), 1),
        &|extra| extra.authority.push(log.link(3)),
        &|extra| extra.authority.push(log.link(4)),
    ] {
        fails_at(&with(change), StepId::Authority);
    }
    // Leaving out the second witness.
    let proof = log.proof(3, &good);
    let (shorter, _) = proof.rsplit_once("\u{2014}").unwrap();
    fails_at(&check(shorter), StepId::Witnesses);
    // Leaving out the log.
    let start = proof.find("\u{2014}").unwrap();
    let end = start + proof[start..].find('\n').unwrap() + 1;
    let unsigned = format!("{}{}", &proof[..start], &proof[end..]);
    fails_at(&check(&unsigned), StepId::LogSignature);
    // A policy without the log, and one without witnesses.
    let nobody = Policy::parse("quorum none").unwrap();
    let report = verify_proof_file(proof.as_bytes(), &nobody).unwrap();
    fails_at(&report, StepId::LogSignature);
    assert_eq!(report.outcome(StepId::Witnesses), Some(Outcome::NotChecked));
}

#[test]
fn keys_and_rights_hold_at_the_index() {
    // A key that had ended, a kind not granted, an authority entry by a department, an own
    // cosignature: all inside a log that should not have taken them.
    let mut log = Log::with_department();
    log.act(revoke(DEPARTMENT, &secret(2)), &secret(1));
    let kept = log.registry();
    let late = log.say("inspection_result", None, &secret(2));
    let permit = log.say("permit", None, &secret(3));
    let good = log.say("inspection_result", None, &secret(3));
    let chain = |index: u64, chain: &[u64]| {
        let (entry, record) = log.entries[usize::try_from(index).unwrap()].clone();
        let authority = chain.iter().map(|at| log.link(*at)).collect();
        let record = Some(record);
        check(&log.proof(
            index,
            &Extra {
                authority,
                entry,
                record,
            },
        ))
    };
    assert_eq!(chain(good, &[0, 1, 2]).verdict, Verdict::Verified);
    fails_at(&chain(late, &[0, 1, 2, 3]), StepId::Authority);
    fails_at(&chain(permit, &[0, 1, 2]), StepId::Authority);
    assert!(kept.valid_keys(&common::id(DEPARTMENT)) == [secret(3).public()]);
    // What no chain with gaps can show, and every report says: the revocation left out.
    let report = chain(late, &[0, 1]);
    assert_eq!(report.verdict, Verdict::Verified);
    assert!(report.to_string().contains("that the file leaves out"));
}

/// A file cannot hide it: the entry that forced the key is what makes the key known at all.
#[test]
fn what_the_operator_forced_is_said() {
    let mut log = Log::with_department();
    let own = log.say("inspection_result", None, &secret(2));
    let withdrawn = log.say("withdrawal", Some("3"), &secret(2));
    let forced = log.act(
        rotate(DEPARTMENT, &secret(2), &secret(4), false),
        &secret(1),
    );
    let said = log.say("inspection_result", None, &secret(4));
    let text = |index: u64| {
        let report = check(&log.proof(index, &log.extra(index)));
        assert_eq!(report.verdict, Verdict::Verified, "{report}");
        report.to_string()
    };
    assert!(!text(own).contains("forced"));
    assert!(text(withdrawn).contains("the second key was forced by the operator: entry 2 "));
    let expected = format!("the key was forced by the operator: entry {forced} ");
    assert!(text(said).contains(&expected), "{}", text(said));
}

/// The operator's event key is not the checkpoint key, nor is anybody else's.
#[test]
fn no_authority_signs_with_the_key_of_the_checkpoints() {
    let mut log = Log::default();
    // The seed of the log's key in `common`.
    let key = secret(100);
    assert_eq!(key.public(), common::log_key().verifier().key);
    log.act(register(common::OPERATOR, Role::Operator, &[], &key), &key);
    let report = check(&log.proof(0, &log.extra(0)));
    fails_at(&report, StepId::Authority);
    assert!(
        report.to_string().contains("signs its checkpoints with"),
        "{report}"
    );

    let mut log = self::log();
    log.act(
        register("OTHER", Role::Department, &["plan"], &key),
        &secret(1),
    );
    let record = record(Value::object([]), 200);
    let entry = common::entry(
        "OTHER",
        "plan",
        Some("OTHER/2026/01"),
        &record,
        400,
        &key,
        &key,
    );
    let index = log.append(entry, record);
    fails_at(
        &check(&log.proof(index, &log.extra(index))),
        StepId::Authority,
    );
}

#[test]
fn times_along_the_chain_do_not_go_back() {
    let step = |log: &Log, index: u64| {
        let report = check(&log.proof(index, &log.extra(index)));
        let mut steps = report.steps.iter();
        let step = steps.find(|step| step.id == StepId::Authority).unwrap();
        (step.outcome, step.detail.clone())
    };
    // Entry 3 is the department's; the times are those before entry 1 was logged.
    let (early, operator, own) = (common::time(30), secret(1), secret(2));
    let mut log = self::log();
    log.retime(3, &own, early, early);
    let (outcome, detail) = step(&log, 3);
    assert_eq!(outcome, Outcome::Fail);
    assert!(
        detail.contains("times of a log never go back") && detail.contains("entry 1"),
        "{detail}"
    );
    // A link before its predecessor.
    let mut log = self::log();
    let link = log.act(rotate(DEPARTMENT, &secret(3), &secret(4), true), &operator);
    let said = log.say("inspection_result", None, &secret(4));
    assert_eq!(step(&log, said).0, Outcome::Pass);
    log.retime(usize::try_from(link).unwrap(), &operator, early, early);
    let (outcome, detail) = step(&log, said);
    assert_eq!(outcome, Outcome::Fail);
    assert!(
        detail.contains(&format!("the chain's entry {link} is refused")),
        "{detail}"
    );
}

#[test]
fn what_was_issued_out_of_time_is_refused() {
    let (day, window) = (86_400, 7 * 86_400);
    let logged = 30 * day;
    for (issued, good) in [
        (logged - window, true),
        (logged - window - 1, false),
        (logged + 120, true),
        (logged + 121, false),
    ] {
        let (issued, logged) = (common::time(issued), common::time(logged));
        let outcome = |log: &Log, index: u64| {
            check(&log.proof(index, &log.extra(index))).outcome(StepId::Authority)
        };
        let expected = Some(if good { Outcome::Pass } else { Outcome::Fail });
        let mut log = self::log();
        log.retime(4, &secret(3), issued, logged);
        assert_eq!(outcome(&log, 4), expected, "{issued}");
        // A link of the chain.
        let mut log = Log::with_department();
        log.retime(2, &secret(1), issued, logged);
        log.say("inspection_result", None, &secret(3));
        log.retime(3, &secret(3), logged, logged);
        assert_eq!(outcome(&log, 3), expected, "{issued}");
    }
}

/// The department is one of 610323.
#[test]
fn a_record_is_about_a_region_of_its_authority() {
    for (region, good) in [
        ("610323".into(), true),
        ("610324".into(), false),
        ("610300".into(), false),
        ("6103230".into(), false),
        (Value::Int(610_323), false),
    ] {
        let mut log = Log::with_department();
        let index = log.say_for("inspection_result", region);
        let report = check(&log.proof(index, &log.extra(index)));
        let text = report.to_string();
        match good {
            true => assert!(
                report.verdict == Verdict::Verified
                    && text.contains("inspection_result and to the region 610323"),
                "{text}"
            ),
            false => fails_at(&report, StepId::Authority),
        }
        // Without the record nobody knows its region, and the report does not say so.
        let mut extra = log.extra(index);
        extra.record = None;
        let report = check(&log.proof(index, &extra));
        assert_eq!(report.verdict, Verdict::EntryOnly);
        assert!(
            report
                .to_string()
                .contains("(a region would stand in the record)")
        );
    }
    // The operator, of 610323 too, registers whom it likes.
    let mut log = Log::with_department();
    let mut far = register("110101-SCJG", Role::Department, &["plan"], &secret(9));
    if let AuthorityAction::Register { profile, .. } = &mut far {
        profile.region = RegionCode::parse("110101").unwrap();
    }
    let index = log.act(far, &secret(1));
    let report = check(&log.proof(index, &log.extra(index)));
    assert_eq!(report.verdict, Verdict::Verified, "{report}");
}

/// The name of an authority is the operator's text: it must not write over the report.
#[test]
fn names_cannot_write_over_the_report() {
    let mut log = Log::with_department();
    let nasty = "a\u{202e}b\u{2066}c\u{200f}d\u{61c}e\u{200b}f\u{2028}g";
    let mut disguised = register(
        "OTHER",
        Role::Department,
        &["inspection_result"],
        &secret(9),
    );
    if let AuthorityAction::Register { profile, .. } = &mut disguised {
        profile.name = nasty.into();
    }
    log.act(disguised, &secret(1));
    let record = record(Value::object([]), 200);
    let entry = common::entry(
        "OTHER",
        "inspection_result",
        None,
        &record,
        400,
        &secret(9),
        &secret(9),
    );
    let index = log.append(entry, record);
    let text = check(&log.proof(index, &log.extra(index))).to_string();
    assert!(
        text.contains("a\\u{202e}b\\u{2066}c\\u{200f}d\\u{61c}e\\u{200b}f\\u{2028}g (OTHER)"),
        "{text}"
    );
    assert!(
        nasty
            .chars()
            .filter(|c| !c.is_ascii())
            .all(|c| !text.contains(c))
    );
}

#[test]
fn an_entry_does_not_register_its_own_key() {
    // Index 3 registers OTHER; taking 3 itself as chain of 3 must not help.
    let mut log = Log::with_department();
    let index = log.act(
        register("OTHER", Role::Department, &["plan"], &secret(9)),
        &secret(1),
    );
    log.act(rotate(DEPARTMENT, &secret(2), &secret(4), true), &secret(1));
    let mut extra = log.extra(index);
    extra.authority.push(log.link(index));
    fails_at(&check(&log.proof(index, &extra)), StepId::Authority);
}

/// A chain is not replayed for a checkpoint that nobody known signed, nor for an entry that is not under it.
#[test]
fn a_chain_to_nothing_is_not_replayed() {
    let log = log();
    let mut extra = log.extra(3);
    extra.authority.reverse();
    let proof = log.proof(3, &extra);
    fails_at(&check(&proof), StepId::Authority);
    let stranger = Policy::parse("quorum none").unwrap();
    let unsigned = verify_proof_file(proof.as_bytes(), &stranger).unwrap();
    fails_at(&unsigned, StepId::LogSignature);
    let elsewhere = check(&proof.replace("index 3\n", "index 4\n"));
    fails_at(&elsewhere, StepId::Inclusion);
    for (report, failed) in [
        (unsigned, "signed by the log"),
        (elsewhere, "inside the log"),
    ] {
        let mut steps = report.steps.iter();
        let step = steps.find(|step| step.id == StepId::Authority).unwrap();
        assert_eq!(step.outcome, Outcome::NotChecked);
        assert!(step.detail.contains("not reached") && step.detail.contains(failed));
    }
}

#[test]
fn a_chain_is_bounded() {
    let mut log = log();
    // As many keys of the operator as are tried for a signature, and one more.
    let keys: Vec<_> = (20..20 + 64).map(secret).collect();
    for key in &keys {
        log.act(add_key(common::OPERATOR, key), &secret(1));
    }
    let chained = |log: &mut Log, links: u64| {
        let last = log.act(
            register("OTHER", Role::Department, &["plan"], &secret(9)),
            keys.last().unwrap(),
        );
        let (entry, record) = log.entries[usize::try_from(last).unwrap()].clone();
        let others = (5..5 + links).map(|at| log.link(at));
        let extra = Extra {
            authority: std::iter::once(log.link(0)).chain(others).collect(),
            entry,
            record: Some(record),
        };
        let report = check(&log.proof(last, &extra));
        log.entries.pop();
        report
    };
    let report = chained(&mut log, 64);
    fails_at(&report, StepId::Authority);
    let text = report.to_string();
    assert!(text.contains("over 64 keys"), "{text}");
    // The first 63 and the one that signs.
    log.entries.remove(5);
    let report = chained(&mut log, 63);
    assert_eq!(report.verdict, Verdict::Verified, "{report}");

    let mut extra = log.extra(3);
    extra.authority = vec![log.link(0); 1025];
    let long = verify_proof_file(log.proof(3, &extra).as_bytes(), &policy());
    let too_long = gongshi_verify::extra::ExtraError::ChainTooLong(1025);
    assert_eq!(long, Err(UnusableInput::Extra(too_long)));
    extra.authority.pop();
    fails_at(&check(&log.proof(3, &extra)), StepId::Authority);
}

#[test]
fn unusable_files() {
    let log = log();
    let extra = log.extra(3);
    let text = log.proof(3, &extra);
    let verify = |text: &str| verify_proof_file(text.as_bytes(), &policy());
    assert!(matches!(verify(""), Err(UnusableInput::Proof(_))));
    let bare = TlogProof {
        extra: None,
        ..TlogProof::parse(&text).unwrap()
    };
    assert_eq!(verify(&bare.to_string()), Err(UnusableInput::NoExtra));
    let with = |json: &str| {
        let extra = Some(json.as_bytes().to_vec());
        verify(
            &TlogProof {
                extra,
                ..bare.clone()
            }
            .to_string(),
        )
    };
    let json = extra.to_jcs().unwrap();
    assert!(with(&json).is_ok());
    for (from, to) in [
        ("{\"authority\"", "{ \"authority\""),
        ("{\"authority\"", "{\"a\":1,\"authority\""),
        ("\"index\":0", "\"index\":-1"),
        ("\"index\":0", "\"index\":\"0\""),
        ("\"entry\":\"{", "\"entry\":\" {"),
        ("岐山县", "\\u5c90山县"),
        ("\"path\":[", "\"path\":[\"AA==\","),
    ] {
        assert!(json.contains(from), "{from}");
        let changed = json.replacen(from, to, 1);
        assert!(
            matches!(with(&changed), Err(UnusableInput::Extra(_))),
            "{to}"
        );
    }
    let huge = "x".repeat((16 << 20) + 1);
    assert_eq!(verify(&huge), Err(UnusableInput::TooLarge(MAX_PROOF_FILE)));
}

/// Every byte of the file matters: one bit of each, so chosen that every bit but the highest (which
/// is never UTF-8 on its own) has its turn. The same inside the base64 of `extra`.
#[test]
fn no_changed_byte_is_verified() {
    let log = log();
    let text = log.proof(3, &log.extra(3));
    let policy = policy();
    let refused = |bytes: &[u8], at: usize| match verify_proof_file(bytes, &policy) {
        Err(_) => {}
        Ok(report) => assert_eq!(report.verdict, Verdict::NotVerified, "byte {at}\n{report}"),
    };
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix("extra "))
        .unwrap();
    let decoded = base64_strict(line).unwrap();
    let outside = |at: usize| {
        let mut bytes = text.clone().into_bytes();
        bytes[at] ^= 1 << (at % 7);
        refused(&bytes, at);
    };
    let inside = |at: usize| {
        let mut extra = decoded.clone();
        extra[at] ^= 1;
        refused(text.replacen(line, &base64(&extra), 1).as_bytes(), at);
    };
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for first in 0..threads {
            let (outside, inside, text, decoded) = (&outside, &inside, &text, &decoded);
            scope.spawn(move || {
                (first..text.len()).step_by(threads).for_each(outside);
                (first..decoded.len()).step_by(threads).for_each(inside);
            });
        }
    });
}

#[test]
fn cut_and_extended_files_are_not_verified() {
    let log = log();
    let text = log.proof(3, &log.extra(3));
    let policy = policy();
    let bytes = text.as_bytes();
    for cut in 0..bytes.len() {
        if let Ok(report) = verify_proof_file(&bytes[..cut], &policy) {
            assert_eq!(report.verdict, Verdict::NotVerified, "cut at {cut}");
        }
    }
    for more in ["\n", " ", "x", "\0"] {
        assert!(verify_proof_file(format!("{text}{more}").as_bytes(), &policy).is_err());
        assert!(verify_proof_file(format!("{more}{text}").as_bytes(), &policy).is_err());
    }
}

#[test]
fn consistency_files() {
    let log = log();
    for old in 0..=5 {
        let (checkpoint, file) = (log.checkpoint(old), log.consistency(old));
        let text = file.to_jcs().unwrap();
        let report =
            verify_consistency_file(checkpoint.as_bytes(), text.as_bytes(), &policy()).unwrap();
        assert_eq!(report.verdict, Verdict::Verified, "{report}");
    }
    let check = |old: &str, text: &str| {
        verify_consistency_file(old.as_bytes(), text.as_bytes(), &policy()).unwrap()
    };
    let (old, file) = (log.checkpoint(3), log.consistency(3));
    let text = file.to_jcs().unwrap();
    // A log that changed an entry after it had signed.
    let mut forked = Log::with_department();
    forked.entries[2] = log.entries[3].clone();
    forked.say("inspection_result", None, &secret(2));
    let fork = forked.checkpoint(3);
    fails_at(&check(&fork, &text), StepId::SameLog);
    let mut claimed = file.clone();
    claimed.old_root = gongshi_verify::merkle::tree_head(&forked.leaves()[..3]);
    fails_at(
        &check(&fork, &claimed.to_jcs().unwrap()),
        StepId::Consistency,
    );
    // Another old checkpoint, an unsigned one, a longer proof.
    fails_at(&check(&log.checkpoint(2), &text), StepId::SameLog);
    let unsigned = old.replace("witness1.example ", "witness3.example ");
    fails_at(&check(&unsigned, &text), StepId::OldCheckpoint);
    let mut longer = file.clone();
    longer.proof.push([0; 32]);
    fails_at(&check(&old, &longer.to_jcs().unwrap()), StepId::Consistency);
    let mut stripped = file.clone();
    stripped.new = NewTree::Signed(unsigned);
    fails_at(
        &check(&old, &stripped.to_jcs().unwrap()),
        StepId::NewCheckpoint,
    );
    // Backwards.
    let mut back = log.consistency(3);
    back.new = NewTree::Signed(log.checkpoint(2));
    fails_at(&check(&old, &back.to_jcs().unwrap()), StepId::Consistency);

    let unusable = |old: &str, text: &str| {
        verify_consistency_file(old.as_bytes(), text.as_bytes(), &policy()).is_err()
    };
    assert!(unusable("x", &text) && unusable(&old, "{}") && unusable(&old, ""));
    assert!(unusable(
        &old,
        &text.replacen("\"old\"", "\"x\":1,\"old\"", 1)
    ));
    assert!(unusable(
        &old,
        &text.replacen("\"size\":3", "\"size\":-3", 1)
    ));
}

/// A tree that is no longer the newest comes without a signature; the reader's own checkpoint stands for it.
#[test]
fn consistency_between_two_checkpoints_of_the_reader() {
    let log = log();
    let mut middle = log.consistency_between(2, 4);
    let text = middle.to_jcs().unwrap();
    let alone = verify_consistency_file(log.checkpoint(2).as_bytes(), text.as_bytes(), &policy());
    assert_eq!(alone, Err(UnusableInput::Unsigned));
    let check = |old: usize, new: &str, text: &str| {
        let old = log.checkpoint(old);
        verify_consistency_between(old.as_bytes(), new.as_bytes(), text.as_bytes(), &policy())
            .unwrap()
    };
    let report = check(2, &log.checkpoint(4), &text);
    assert_eq!(report.verdict, Verdict::Verified, "{report}");
    // A file with a checkpoint serves too, if it is the same tree.
    let newest = log.consistency(2).to_jcs().unwrap();
    let size = log.entries.len();
    let report = check(2, &log.checkpoint(size), &newest);
    assert_eq!(report.verdict, Verdict::Verified, "{report}");
    fails_at(&check(2, &log.checkpoint(4), &newest), StepId::SameLog);
    // Another tree of that size, another size, nobody's signature.
    fails_at(&check(2, &log.checkpoint(5), &text), StepId::SameLog);
    let unsigned = log
        .checkpoint(4)
        .replace("witness1.example ", "witness3.example ");
    fails_at(&check(2, &unsigned, &text), StepId::NewCheckpoint);
    let NewTree::Plain { root, .. } = &mut middle.new else {
        panic!("{middle:?}");
    };
    root[0] ^= 1;
    let other = middle.to_jcs().unwrap();
    fails_at(&check(2, &log.checkpoint(4), &other), StepId::SameLog);
}
