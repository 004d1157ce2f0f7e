//! The body of a plan, and the file of a draw: whatever is read, nothing panics, and no input comes out as verified.
#![no_main]

use gongshi_fuzz::POLICY;
use gongshi_verify::draw::plan::Plan;
use gongshi_verify::draw::recompute::one_by_one;
use gongshi_verify::json;
use gongshi_verify::report::{Verdict, verify_draw_file};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    if let Ok(body) = json::parse(data)
        && let Ok(plan) = Plan::from_body(&body)
    {
        assert!(plan.t0 <= plan.t1 && !plan.rules.is_empty() && !plan.seats.is_empty());
    }
    if let Ok(report) = verify_draw_file(data, &POLICY, &one_by_one) {
        assert_eq!(report.verdict, Verdict::NotVerified, "{report}");
    }
});
