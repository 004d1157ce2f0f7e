//! Attachments of records that left: kept until the erasure, since a department may have to prove them, and given to nobody.

use crate::common::*;
use crate::support::*;
use gongshi::intake::Auditor;
use gongshi::log::FsckProblem;
use gongshi::store::UNREFERENCED_FOR;
use gongshi_verify::encoding::hex;
use gongshi_verify::hash::{Hash, sha256};
use gongshi_verify::json::Value;
use std::time::SystemTime;

fn attached(number: &str, bytes: &[u8]) -> Value {
    let (hash, size) = (hex(&sha256(bytes)), bytes.len());
    with(
        permit(number),
        "attachments",
        body(&format!(
            r#"{{"list":[{{"media_type":"application/pdf","name":"附件.pdf","sha256":"{hash}","size":{size}}}]}}"#
        ))
        .get("list")
        .unwrap()
        .clone(),
    )
}

impl County {
    fn upload(&self, bytes: &[u8]) -> Hash {
        let (files, hash) = (self.log.app.portal.intake.files(), sha256(bytes));
        files.put(&hash, bytes.len() as u64, bytes).unwrap();
        hash
    }

    /// As if every one of these had been uploaded two days ago; then what nobody names is removed.
    fn two_days_later(&self, all: &[Hash]) {
        self.log.settle();
        let files = self.log.app.portal.intake.files();
        for hash in all {
            if let Ok(file) = std::fs::File::options().write(true).open(files.path(hash)) {
                file.set_modified(SystemTime::now() - 2 * UNREFERENCED_FOR)
                    .unwrap();
            }
        }
        let expired = self.log.app.expire_files(SystemTime::now());
        expired.unwrap().expect("the model knows the whole log");
    }

    fn has(&self, hash: &Hash) -> bool {
        let size = self.log.app.portal.intake.files().size(hash);
        assert_eq!(
            size.is_some(),
            self.log.app.portal.model.keeps_file(hash).unwrap()
        );
        size.is_some()
    }

    fn gives(&self, hash: &Hash) -> bool {
        let status = self.ask(&format!("/api/v1/files/{}", hex(hash)), "").status;
        assert!(status == 200 || status == 404, "{status}");
        status == 200
    }

    fn problems(&self) -> Vec<FsckProblem> {
        audited(&self.log.app.portal.log, Auditor::new(origin())).1
    }
}

#[test]
fn they_are_kept_until_the_erasure_and_given_to_nobody() {
    let mut county = County::new();
    let bytes: [&[u8]; 5] = [
        b"withdrawn",
        b"in a correction",
        b"shared",
        b"expires",
        b"nobody's",
    ];
    let hashes = bytes.map(|bytes| county.upload(bytes));
    let [withdrawn, corrected, shared, expires, nobodys] = hashes;
    let first = county.publish("permit", attached("W-1", bytes[0]));
    county
        .say(county.correction(first, "permit", attached("W-2", bytes[1])))
        .unwrap();
    let second = county.publish("permit", attached("S-1", bytes[2]));
    let third = county.publish("permit", attached("S-2", bytes[2]));
    let minor = penalty("示罚1号", "minor", "2026-02-27");
    let list = attached("", bytes[3]).get("attachments").unwrap().clone();
    let minor = county.publish("penalty", with(minor, "attachments", list));
    county.log.settle();
    assert!([withdrawn, corrected, shared, expires].map(|one| county.gives(&one)) == [true; 4]);
    for index in [first, second, third] {
        county.say(county.withdrawal(index)).unwrap();
    }
    county.log.clock.advance_to(time("2026-06-02T16:00:00Z"));
    county.log.settle();
    assert_eq!(county.log.app.end_displays().ended, 1);
    assert!(!county.list(gongshi::domain::Kind::Penalty).contains(&minor));
    county.two_days_later(&hashes);
    assert!(!county.has(&nobodys));
    for hash in [withdrawn, corrected, shared, expires] {
        assert!(county.has(&hash) && !county.gives(&hash));
    }
    county.is_as_if_folded_anew();
    // They count against no limit of what waits for a record.
    assert_eq!(county.log.app.portal.intake.files().unreferenced_bytes(), 0);
    county = county.reopen();
    county.two_days_later(&hashes);
    assert!(
        [withdrawn, corrected, shared, expires]
            .iter()
            .all(|one| county.has(one))
    );
    // Erased, a record gives up its own and those of its corrections; one that another names which is kept stays for that.
    for index in [first, second] {
        county.say(county.erasure(index)).unwrap();
    }
    county.wait_for_erasures();
    county.log.settle();
    assert!(!county.has(&withdrawn) && !county.has(&corrected));
    assert!(county.has(&shared) && county.has(&expires));
    county.is_as_if_folded_anew();
    assert_eq!(county.problems(), []);
    county.two_days_later(&hashes);
    assert!(county.has(&shared) && county.has(&expires));
}

/// It says the record again, with another word here or there.
#[test]
fn a_correction_that_was_withdrawn_is_destroyed_with_its_record() {
    let county = County::new();
    let (kept, gone) = (&b"of the record that stays"[..], &b"of the correction"[..]);
    let hashes = [county.upload(kept), county.upload(gone)];
    let stays = county.publish("permit", attached("T-0", kept));
    let target = county.publish("permit", permit("T-1"));
    let wrong = county
        .say(county.correction(target, "permit", attached("T-2", gone)))
        .unwrap();
    county.say(county.withdrawal(wrong)).unwrap();
    county.two_days_later(&hashes);
    assert!(county.has(&hashes[0]) && county.has(&hashes[1]));
    county.say(county.erasure(target)).unwrap();
    county.wait_for_erasures();
    let log = &county.log.app.portal.log;
    let record = |index: u64| log.unveiled(index..index + 1).unwrap().remove(0).record;
    assert!(record(stays).is_some() && record(target).is_none() && record(wrong).is_none());
    county.log.settle();
    assert!(county.has(&hashes[0]) && !county.has(&hashes[1]));
    assert_eq!(county.problems(), []);
    county.is_as_if_folded_anew();
}
