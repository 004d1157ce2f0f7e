//! Policies: any that is read can judge a checkpoint, and one that does not name the log never accepts it.
#![no_main]

use gongshi_fuzz::{CHECKPOINT, POLICY};
use gongshi_verify::checkpoint::SignedCheckpoint;
use gongshi_verify::policy::Policy;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Ok(policy) = Policy::parse(data) else {
        return;
    };
    let signed = SignedCheckpoint::parse(&CHECKPOINT).expect("a checkpoint of ours");
    let known = policy
        .logs()
        .iter()
        .any(|log| log.key == POLICY.logs()[0].key);
    assert!(known || !policy.evaluate(&signed).accepted());
    policy.quorum_met_by(&signed, u64::MAX);
});
