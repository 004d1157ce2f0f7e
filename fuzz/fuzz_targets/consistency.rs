//! Consistency proof files: the canonical text is the same proof, and no input shows a newer tree of the fixed log.
#![no_main]

use gongshi_fuzz::{CHECKPOINT, POLICY, SIZE};
use gongshi_verify::consistency::{ConsistencyProof, NewTree};
use gongshi_verify::report::{Verdict, verify_consistency_between, verify_consistency_file};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Ok(proof) = ConsistencyProof::parse(data) else {
        return;
    };
    let text = proof.to_jcs().expect("it was read");
    assert_eq!(ConsistencyProof::parse(text.as_bytes()), Ok(proof.clone()));
    let (size, _) = proof.new_tree().expect("it was read");
    let checkpoint = CHECKPOINT.as_bytes();
    let alone = verify_consistency_file(checkpoint, data, &POLICY);
    let between = verify_consistency_between(checkpoint, checkpoint, data, &POLICY);
    let report = between.expect("all files are well formed");
    let signed = matches!(proof.new, NewTree::Signed(_));
    assert_eq!(alone.is_ok(), signed, "a tree without signature needs one");
    for report in alone.into_iter().chain([report]) {
        if report.verdict == Verdict::Verified {
            assert_eq!(size, SIZE, "only the checkpoint itself is signed: {report}");
        }
    }
});
