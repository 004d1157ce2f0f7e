//! Notes, checkpoints, cosignatures, tlog-proofs and policies, against texts of the C2SP
//! specifications and of Go's sumdb/note.
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

mod common;

use common::{Log, log_key, policy_text, witness_key};
use gongshi_verify::checkpoint::{Checkpoint, CheckpointError, SignedCheckpoint};
use gongshi_verify::hash::EMPTY_ROOT;
use gongshi_verify::note::{
    KeyKind, Note, NoteError, SignatureCheck, Signed, SignerKey, VerifierKey, cosign, sign_note,
};
use gongshi_verify::policy::{LogOutcome, Policy, PolicyReason};
use gongshi_verify::tlog_proof::{TlogProof, TlogProofError};

/// The example of signed-note, section "Verifier keys".
const FOO_KEY: &str = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
const FOO_NOTE: &str = "This is an example message.\n\n\u{2014} example.com/foo \
    Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";

/// The example of Go's sumdb/note.
const PETER_SECRET: &str =
    "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
const PETER_KEY: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
const PETER_TEXT: &str = "If you think cryptography is the answer to your problem,\n\
    then you don't know what your problem is.\n";
const PETER_LINE: &str = "\u{2014} PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUg\
    YN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

/// The example of tlog-cosignature.
const BEHIND_THE_SOFA: &str = "example.com/behind-the-sofa\n20852163\n\
    CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n\
    \u{2014} example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5\
    /Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n\
    \u{2014} witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJ\
    sX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n";

fn verified(timestamp: Option<u64>) -> SignatureCheck {
    SignatureCheck::Verified(Signed { timestamp })
}

#[test]
fn example_of_the_specification() {
    let key = VerifierKey::parse(FOO_KEY).unwrap();
    assert_eq!((key.id, key.kind), (0x530d_903a, KeyKind::Ed25519));
    assert_eq!(key.to_string(), FOO_KEY);
    let note = Note::parse(FOO_NOTE).unwrap();
    assert_eq!(note.text, "This is an example message.\n");
    assert_eq!(note.to_string(), FOO_NOTE);
    assert_eq!(note.verify(&key), verified(None));
    let changed = Note::parse(&FOO_NOTE.replace("example message", "example massage")).unwrap();
    assert_eq!(changed.verify(&key), SignatureCheck::Invalid);
    let other = VerifierKey::parse(PETER_KEY).unwrap();
    assert_eq!(note.verify(&other), SignatureCheck::Absent);
}

#[test]
fn example_of_go() {
    let key = SignerKey::parse(PETER_SECRET).unwrap();
    assert_eq!(key.verifier().to_string(), PETER_KEY);
    assert_eq!(key.to_secret_text().as_str(), PETER_SECRET);
    assert_eq!(
        sign_note(PETER_TEXT, &key).unwrap(),
        format!("{PETER_TEXT}\n{PETER_LINE}")
    );
    let shown = format!("{key:?}");
    assert!(shown.contains("c74f20a3") && !shown.contains("YEKFALVFGyN"));
}

#[test]
fn example_of_a_cosigned_checkpoint() {
    let signed = SignedCheckpoint::parse(BEHIND_THE_SOFA).unwrap();
    assert_eq!(signed.note.to_string(), BEHIND_THE_SOFA);
    assert_eq!(signed.checkpoint.origin, "example.com/behind-the-sofa");
    assert_eq!(signed.checkpoint.size, 20_852_163);
    assert_eq!(signed.checkpoint.to_text(), signed.note.text);
    let line = &signed.note.signatures[1];
    assert_eq!(line.id, 0x8d66_cf3f);
    assert_eq!(line.bytes.len(), 72);
    assert_eq!(line.bytes[..8], 1_679_315_147u64.to_be_bytes());
}

#[test]
fn refused_keys() {
    for (text, expected) in [
        ("", NoteError::KeyForm),
        ("foo", NoteError::KeyForm),
        ("foo+530d903a", NoteError::KeyForm),
        (&FOO_KEY.replace("530d903a", "530D903A"), NoteError::KeyForm),
        (&FOO_KEY.replace("530d903a", "+30d903a"), NoteError::KeyForm),
        (&FOO_KEY.replace("530d903a", "530d903b"), NoteError::KeyId),
        (
            &FOO_KEY.replace("example.com", "example.org"),
            NoteError::KeyId,
        ),
        (&FOO_KEY.replace("example.com/foo", ""), NoteError::KeyName),
        (&FOO_KEY.replace("/foo", "\u{3000}foo"), NoteError::KeyName),
        (&FOO_KEY.replace("Aeky", "Beky"), NoteError::KeyType(5)),
        (&format!("{FOO_KEY}AAAA"), NoteError::KeyForm),
    ] {
        assert_eq!(VerifierKey::parse(text), Err(expected), "{text}");
    }
    assert_eq!(SignerKey::parse(FOO_KEY).err(), Some(NoteError::KeyForm));
    assert_eq!(
        SignerKey::parse(&PETER_SECRET.replace("c74f20a3", "c74f20a4")).err(),
        Some(NoteError::KeyId)
    );
}

#[test]
fn refused_notes() {
    let line = FOO_NOTE.split_once("\n\n").unwrap().1;
    for (text, expected) in [
        (String::new(), NoteError::NoSignatureBlock),
        ("text\n".into(), NoteError::NoSignatureBlock),
        ("text\n\n".into(), NoteError::NoSignatureBlock),
        (format!("text\n{line}"), NoteError::NoSignatureBlock),
        (format!("te\txt\n\n{line}"), NoteError::ControlCharacter),
        (format!("te\r\nxt\n\n{line}"), NoteError::ControlCharacter),
        (
            format!("text\n\n{}", line.trim_end()),
            NoteError::SignatureLine(1),
        ),
        (format!("text\n\n{line}junk\n"), NoteError::SignatureLine(2)),
        (
            format!("text\n\n{}", line.replace("\u{2014}", "-")),
            NoteError::SignatureLine(1),
        ),
        (
            format!("text\n\n{}", line.replace("foo ", "foo  ")),
            NoteError::SignatureLine(1),
        ),
        (
            format!("text\n\n{}", line.replace("/foo", "+foo")),
            NoteError::SignatureLine(1),
        ),
        (
            format!("text\n\n{}", line.replace("=\n", "\n")),
            NoteError::SignatureLine(1),
        ),
        // Four bytes of id and nothing signed.
        (
            "text\n\n\u{2014} foo AAAAAA==\n".into(),
            NoteError::SignatureLine(1),
        ),
        (
            format!("text\n\n{}", line.repeat(101)),
            NoteError::TooManySignatures,
        ),
        ("x".repeat(1_000_001), NoteError::TooLarge),
    ] {
        assert_eq!(
            Note::parse(&text),
            Err(expected),
            "{}",
            &text[..text.len().min(99)]
        );
    }
    assert!(Note::parse(&format!("text\n\n{}", line.repeat(100))).is_ok());
    let two = Note::parse(&format!("a\n\nb\n\n{line}")).unwrap();
    assert_eq!(two.text, "a\n\nb\n");
}

#[test]
fn what_may_be_signed() {
    let (log, witness) = (log_key(), witness_key(1));
    assert_eq!(sign_note("no newline", &log), Err(NoteError::Text));
    assert_eq!(sign_note("tab\t\n", &log), Err(NoteError::Text));
    assert_eq!(sign_note("text\n", &witness), Err(NoteError::KeyType(4)));
    assert_eq!(cosign("text\n", 1, &log), Err(NoteError::KeyType(1)));
}

#[test]
fn cosignatures() {
    let (log, witness) = (log_key(), witness_key(1));
    let text = Checkpoint::new(common::ORIGIN, 0, EMPTY_ROOT).to_text();
    let note = sign_note(&text, &log).unwrap();
    let at = |time| cosign(&text, time, &witness).unwrap();
    let check = |note: String| {
        SignedCheckpoint::parse(&note)
            .unwrap()
            .verify(witness.verifier())
    };
    assert_eq!(check(note.clone()), SignatureCheck::Absent);
    assert_eq!(check(format!("{note}{}", at(7))), verified(Some(7)));
    // Twice: the earlier time counts, in whatever order.
    assert_eq!(
        check(format!("{note}{}{}", at(9), at(7))),
        verified(Some(7))
    );
    assert_eq!(
        check(format!("{note}{}{}", at(7), at(9))),
        verified(Some(7))
    );
    // One false line spoils the good one.
    let elsewhere = cosign("other\n", 7, &witness).unwrap();
    assert_eq!(
        check(format!("{note}{}{elsewhere}", at(7))),
        SignatureCheck::Invalid
    );
    // Beyond 2^63 − 1 no timestamp is allowed.
    assert_eq!(
        check(format!("{note}{}", at(1 << 63))),
        SignatureCheck::Invalid
    );
    assert_eq!(
        check(format!("{note}{}", at((1 << 63) - 1))),
        verified(Some((1 << 63) - 1))
    );
    let key = witness.to_secret_text();
    assert_eq!(
        SignerKey::parse(&key).unwrap().verifier(),
        witness.verifier()
    );
}

#[test]
fn refused_checkpoints() {
    let root = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=";
    let parse = |text: &str| Checkpoint::parse(text);
    let extended = format!("o\n1\n{root}\nextension one\ntwo\n");
    let parsed = parse(&extended).unwrap();
    assert_eq!(parsed.extensions, ["extension one", "two"]);
    assert_eq!(parsed.to_text(), extended);
    for (text, expected) in [
        ("".into(), CheckpointError::Lines),
        (format!("o\n1\n{root}"), CheckpointError::Lines),
        ("o\n1\n".into(), CheckpointError::Lines),
        (format!("\n1\n{root}\n"), CheckpointError::Lines),
        (format!("o\n1\n{root}\n\nx\n"), CheckpointError::Lines),
        (format!("o\n01\n{root}\n"), CheckpointError::Size),
        (format!("o\n-1\n{root}\n"), CheckpointError::Size),
        (format!("o\n1\n{}\n", &root[4..]), CheckpointError::Root),
        (format!("o\n1\n{} \n", root), CheckpointError::Root),
        (format!("o\n0\n{root}\n"), CheckpointError::EmptyRoot),
    ] {
        assert_eq!(parse(&text), Err(expected), "{text}");
    }
}

#[test]
fn tlog_proofs_have_one_spelling() {
    let log = Log::with_department();
    let text = log.proof(1, &log.extra(1));
    let proof = TlogProof::parse(&text).unwrap();
    assert_eq!(proof.to_string(), text);
    assert_eq!(proof.path.len(), 2);
    let leaf = log.leaves()[1];
    let checkpoint = proof.checkpoint().unwrap();
    assert_eq!(proof.verify_leaf(&leaf, &checkpoint), Ok(()));
    let without = text
        .lines()
        .filter(|line| !line.starts_with("extra "))
        .map(|line| format!("{line}\n"))
        .collect::<String>();
    let proof = TlogProof::parse(&without).unwrap();
    assert_eq!(
        (proof.extra.clone(), proof.to_string()),
        (None, without.clone())
    );

    let swap = |from: &str, to: &str| {
        assert!(without.contains(from), "{from}");
        without.replacen(from, to, 1)
    };
    for (text, expected) in [
        (String::new(), TlogProofError::Header),
        (swap("@v1", "@v2"), TlogProofError::Header),
        (swap("@v1\n", "@v1\r\n"), TlogProofError::Header),
        (swap("index", "extra \nindex"), TlogProofError::Extra),
        (swap("index", "extra AB==\nindex"), TlogProofError::Extra),
        (
            swap("index", "extra AA==\nextra AA==\nindex"),
            TlogProofError::Index,
        ),
        (swap("index 1", "index 01"), TlogProofError::Index),
        (swap("index 1", "index  1"), TlogProofError::Index),
        (
            swap("index 1\n", "index 1\nAA==\n"),
            TlogProofError::Path(1),
        ),
        (
            swap(
                "index 1\n",
                &format!("index 1\n{}", "A".repeat(43) + "=\n").repeat(1),
            ),
            TlogProofError::NoCheckpoint,
        ),
    ] {
        let found = TlogProof::parse(&text);
        if expected == TlogProofError::NoCheckpoint {
            assert!(
                found.is_ok(),
                "one more well-formed hash is read, and fails to verify"
            );
        } else {
            assert_eq!(found, Err(expected), "{text}");
        }
    }
    let many = swap(
        "index 1\n",
        &format!("index 1\n{}", (("A".repeat(43)) + "=\n").repeat(65)),
    );
    assert_eq!(TlogProof::parse(&many), Err(TlogProofError::Path(65)));
    let cut = without.split_once("\n\n").unwrap().0;
    assert_eq!(
        TlogProof::parse(format!("{cut}\n")),
        Err(TlogProofError::NoCheckpoint)
    );
    assert!(matches!(
        TlogProof::parse(format!("{without}junk\n")),
        Err(TlogProofError::Checkpoint(_))
    ));
}

/// The example of tlog-policy, with keys.
fn example_policy() -> String {
    let witness = |n| witness_key(n).verifier().to_string();
    format!(
        "log {} https://log.example/\n\n\
         witness X1 {}\nwitness X2 {}\nwitness X3 {} https://x3.example/\n\
         group X-witnesses 2 X1 X2 X3\n\n\
         \t# comment \u{4e2d}\n\
         witness Y1 {}\n \twitness\tY2  {}  \nwitness Y3 {}\n\
         group Y-witnesses any Y1 Y2 Y3\n\n\
         group X-and-Y all X-witnesses Y-witnesses\nquorum X-and-Y\n",
        log_key().verifier(),
        witness(1),
        witness(2),
        witness(3),
        witness(4),
        witness(5),
        witness(6),
    )
}

#[test]
fn policy_of_the_specification() {
    let policy = Policy::parse(example_policy()).unwrap();
    assert_eq!((policy.logs().len(), policy.witnesses().len()), (1, 6));
    assert_eq!(
        policy.logs()[0].url.as_deref(),
        Some(&b"https://log.example/"[..])
    );
    let text = Checkpoint::new(common::ORIGIN, 0, EMPTY_ROOT).to_text();
    let signed = |witnesses: &[u8]| {
        let mut note = sign_note(&text, &log_key()).unwrap();
        for n in witnesses {
            note += &cosign(&text, 10 + u64::from(*n), &witness_key(*n)).unwrap();
        }
        SignedCheckpoint::parse(&note).unwrap()
    };
    for (witnesses, met) in [
        (&[][..], false),
        (&[1, 2][..], false),
        (&[4, 5, 6][..], false),
        (&[1, 4, 5][..], false),
        (&[1, 3, 6][..], true),
        (&[1, 2, 3, 4, 5, 6, 7][..], true),
    ] {
        let outcome = policy.evaluate(&signed(witnesses));
        assert_eq!(outcome.quorum_met, met, "{witnesses:?}");
        assert_eq!(outcome.accepted(), met);
        assert_eq!(
            outcome.log,
            LogOutcome::Signed(log_key().verifier().clone())
        );
        let known = witnesses.iter().filter(|n| **n <= 6).count();
        assert_eq!(outcome.witnesses.len(), known);
    }
    let seen = policy.evaluate(&signed(&[6])).witnesses;
    assert_eq!((seen[0].name.as_str(), seen[0].timestamp), ("Y3", 16));
    assert!(policy.quorum_met_by(&signed(&[1, 2, 4]), 14));
    assert!(!policy.quorum_met_by(&signed(&[1, 2, 4]), 13));
}

#[test]
fn policy_on_signatures() {
    let policy = Policy::parse(policy_text()).unwrap();
    let text = Checkpoint::new(common::ORIGIN, 0, EMPTY_ROOT).to_text();
    let good = sign_note(&text, &log_key()).unwrap();
    let log = |note: &str| policy.evaluate(&SignedCheckpoint::parse(note).unwrap()).log;
    assert!(matches!(log(&good), LogOutcome::Signed(_)));

    let stranger = SignerKey::from_seed(common::ORIGIN, KeyKind::Ed25519, &[9; 32]).unwrap();
    assert_eq!(
        log(&sign_note(&text, &stranger).unwrap()),
        LogOutcome::NotSigned
    );
    // A stranger's line beside the log's is ignored.
    let both = good.clone()
        + sign_note(&text, &stranger)
            .unwrap()
            .split_once("\n\n")
            .unwrap()
            .1;
    assert!(matches!(log(&both), LogOutcome::Signed(_)));

    // A known key with a false line refuses everything: a witness, or the log itself.
    let elsewhere = cosign("other\n", 7, &witness_key(1)).unwrap();
    assert_eq!(
        log(&(good.clone() + &elsewhere)),
        LogOutcome::BadSignature("w1".into())
    );
    let other = sign_note("other\n", &log_key()).unwrap();
    let false_line = format!("{text}\n{}", other.split_once("\n\n").unwrap().1);
    assert_eq!(
        log(&false_line),
        LogOutcome::BadSignature(common::ORIGIN.into())
    );

    // The log's key does not speak for another origin.
    let text = Checkpoint::new("example.org/other", 0, EMPTY_ROOT).to_text();
    let note = sign_note(&text, &log_key()).unwrap();
    assert_eq!(log(&note), LogOutcome::UnknownOrigin);
    let alone = Policy::parse("quorum none\n").unwrap();
    let outcome = alone.evaluate(&SignedCheckpoint::parse(&note).unwrap());
    assert!(outcome.quorum_met && !outcome.accepted() && !alone.asks_for_witnesses());
}

#[test]
fn refused_policies() {
    let (log, w1, w2) = (
        log_key().verifier().to_string(),
        witness_key(1).verifier().to_string(),
        witness_key(2).verifier().to_string(),
    );
    // The same public key under another name.
    let again = VerifierKey::new(
        "alias",
        KeyKind::CosignatureV1,
        witness_key(1).verifier().key,
    )
    .unwrap()
    .to_string();
    let base = format!("log {log}\nwitness w1 {w1}\nwitness w2 {w2}\n");
    use PolicyReason::*;
    for (text, line, expected) in [
        (String::new(), 1, NoQuorum),
        (base.clone(), 4, NoQuorum),
        (format!("{base}quorum none\nquorum w1\n"), 5, SecondQuorum),
        (format!("{base}quorum w3\n"), 4, UnknownName("w3".into())),
        (format!("quorum w1\n{base}"), 1, UnknownName("w1".into())),
        (format!("{base}quorum w1 w2\n"), 4, Items("quorum <name>")),
        (format!("{base}log {log}\n"), 4, DuplicateKey(1)),
        (format!("{base}witness w3 {again}\n"), 4, DuplicateKey(2)),
        (
            format!("log {log}\nwitness w1 {w1}\nwitness w1 {w2}\n"),
            3,
            DuplicateName,
        ),
        (format!("witness none {w1}\n"), 1, DuplicateName),
        (format!("witness w1 {log}\n"), 1, WitnessKeyType),
        (
            format!("witness {w1}\n"),
            1,
            Items("witness <name> <vkey> [<url>]"),
        ),
        ("log\n".into(), 1, Items("log <vkey> [<url>]")),
        ("log a b c\n".into(), 1, Items("log <vkey> [<url>]")),
        ("log foo\n".into(), 1, Key(NoteError::KeyForm)),
        ("\nlogs foo\n".into(), 2, Keyword),
        ("LOG foo\n".into(), 1, Keyword),
        ("# a\r\n".into(), 1, ControlCharacter),
        ("# \u{7f}\n".into(), 1, ControlCharacter),
        (
            format!("{base}group g all\n"),
            4,
            Items("group <name> all|any|<k> <name>..."),
        ),
        (
            format!("{base}group g all none\n"),
            4,
            UnknownName("none".into()),
        ),
        (format!("{base}group g all g\n"), 4, UnknownName("g".into())),
        (format!("{base}group w1 all w2\n"), 4, DuplicateName),
        (
            format!("{base}group g all w1 w1\n"),
            4,
            AlreadyMember("w1".into()),
        ),
        (
            format!("{base}group g any w1\ngroup h any w1 w2\n"),
            5,
            AlreadyMember("w1".into()),
        ),
        (format!("{base}group g 0 w1 w2\n"), 4, Threshold),
        (format!("{base}group g 3 w1 w2\n"), 4, Threshold),
        (format!("{base}group g 01 w1 w2\n"), 4, Threshold),
        (format!("{base}group g most w1 w2\n"), 4, Threshold),
        ("#".repeat(1_000_001), 1, TooLarge),
    ] {
        let error = Policy::parse(&text).expect_err(&text);
        assert_eq!((error.line, &error.reason), (line, &expected), "{text}");
    }
    // Octets: names need not be UTF-8.
    let mut octets = format!("{base}group ").into_bytes();
    octets.extend_from_slice(b"\xff any w1\nquorum \xff");
    assert!(Policy::parse(&octets).is_ok());
}
