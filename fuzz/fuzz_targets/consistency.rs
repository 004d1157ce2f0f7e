//! Consistency proof files: the canonical text is the same proof, and no input shows a newer tree of the fixed log.
#![no_main]

use gongshi_fuzz::{CHECKPOINT, POLICY, SIZE};
use gongshi_verify::consistency::ConsistencyProof;
use gongshi_verify::report::{Verdict, verify_consistency_file};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Ok(proof) = ConsistencyProof::parse(data) else {
        return;
    };
    let text = proof.to_jcs().expect("it was read");
    assert_eq!(ConsistencyProof::parse(text.as_bytes()), Ok(proof.clone()));
    let report = verify_consistency_file(CHECKPOINT.as_bytes(), data, &POLICY);
    let report = report.expect("both files are well formed");
    if report.verdict == Verdict::Verified {
        let new = proof.new_checkpoint().expect("it was read").checkpoint;
        assert_eq!(
            new.size, SIZE,
            "only the checkpoint itself is signed: {report}"
        );
    }
});
