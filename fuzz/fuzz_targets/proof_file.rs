//! A whole proof file under a fixed policy. The input is tried as the file, and as the `extra` of a file whose
//! checkpoint is truly signed: no input can lead to that checkpoint's root, so none may come out better than refused.
#![no_main]

use gongshi_fuzz::{CHECKPOINT, POLICY};
use gongshi_verify::report::{Verdict, verify_proof_file};
use gongshi_verify::tlog_proof::TlogProof;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    check(data);
    if let Some((index, extra)) = data.split_first().filter(|(_, extra)| !extra.is_empty()) {
        let proof = TlogProof {
            extra: Some(extra.to_vec()),
            index: u64::from(*index),
            path: vec![[*index; 32]; usize::from(index % 12)],
            checkpoint_text: CHECKPOINT.clone(),
        };
        check(proof.to_string().as_bytes());
    }
});

fn check(file: &[u8]) {
    if let Ok(report) = verify_proof_file(file, &POLICY) {
        assert_eq!(report.verdict, Verdict::NotVerified, "{report}");
    }
}
