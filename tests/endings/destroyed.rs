//! After an erasure its record is nowhere in the data folder: not in a file as it lies on the disk, not in a compressed block,
//! not among the words of the index; and the same search finds what was not erased.

use crate::common::*;
use crate::raw_search;
use crate::support::*;
use gongshi::app::App;
use gongshi::intake::Event;
use gongshi::rules::Rules;
use gongshi::search::{Opened, TantivyIndex, TantivyOptions};
use gongshi_verify::encoding::{hex, hex32};
use gongshi_verify::hash::{Hash, sha256};
use gongshi_verify::json::Value;
use std::collections::BTreeSet;
use std::path::Path;
use std::time::{Duration, SystemTime};

/// Something published, and what it must leave nowhere, or be found by.
struct Told {
    index: u64,
    /// Bytes by which it is found in files.
    traces: Vec<Vec<u8>>,
    /// A character of its name that no other has.
    sign: char,
}

/// A permit of an enterprise whose name has that character, with that file.
fn told(sign: char, file: Option<&[u8]>) -> Value {
    let attachments = file.map_or(String::new(), |bytes| {
        let (hash, size) = (hex(&sha256(bytes)), bytes.len());
        format!(
            r#","attachments":[{{"media_type":"application/pdf","name":"附{sign}件.pdf","sha256":"{hash}","size":{size}}}]"#
        )
    });
    body(&format!(
        r#"{{"subject_uscc":"91000000MA00000900","subject_name":"{sign}{sign}小吃店","region":"000000","permit_name":"食品经营许可证",
        "permit_no":"证{sign}号","permit_kind":"general","content":"热食{sign}制售","decided_on":"2026-02-20"{attachments}}}"#
    ))
}

impl County {
    fn tell(&self, sign: char, event: &Event, file: Option<&[u8]>) -> Told {
        let text = format!("{sign}{sign}小吃店");
        let sent: serde_json::Value = serde_json::from_str(&event.to_json()).unwrap();
        let salt = hex32(sent["record"]["salt"].as_str().unwrap()).unwrap();
        let mut traces = raw_search::traces(&text, &salt);
        traces.push(format!("热食{sign}制售").into_bytes());
        traces.push(format!("证{sign}号").into_bytes());
        traces.extend(file.map(<[u8]>::to_vec));
        Told {
            index: self.say(event.clone()).unwrap(),
            traces,
            sign,
        }
    }

    fn told(&self, sign: char) -> Told {
        let event = self.log.event("permit", told(sign, None));
        self.tell(sign, &event, None)
    }

    /// One with a file, which was uploaded a while ago.
    fn attached(&self, sign: char, bytes: &[u8]) -> Told {
        self.put(bytes);
        let event = self.log.event("permit", told(sign, Some(bytes)));
        let told = self.tell(sign, &event, Some(bytes));
        self.age(&sha256(bytes), 60);
        told
    }

    fn put(&self, bytes: &[u8]) {
        let files = self.log.app.portal.intake.files();
        files
            .put(&sha256(bytes), bytes.len() as u64, bytes)
            .unwrap();
    }

    fn age(&self, hash: &Hash, seconds: u64) {
        let path = self.log.app.portal.intake.files().path(hash);
        let file = std::fs::File::options().write(true).open(path).unwrap();
        let at = SystemTime::now() - Duration::from_secs(seconds);
        file.set_modified(at).unwrap();
    }

    fn corrected(&self, of: &Told, sign: char) -> Told {
        let event = self.correction(of.index, "permit", told(sign, None));
        self.tell(sign, &event, None)
    }

    /// Through the tail into blocks.
    fn fill(&self, from: u32) {
        let event = |i| self.log.event("permit", permit(&format!("F-{i}")));
        let events = (from..from + 140).map(event).collect();
        assert!(self.log.accept(events).iter().all(Result::is_ok));
        self.log.settle();
    }

    /// Closes; the folder holds nothing of these, and everything of the control.
    fn close_and_search(self, erased: &[&Told], control: &Told) {
        let data = self.log.data();
        // The folder outlives the log in it.
        let TestLog { folder, app, .. } = self.log;
        app.close();
        search(&data, erased, control);
        drop(folder);
    }
}

fn search(data: &Path, erased: &[&Told], control: &Told) {
    let words = words_of_index(&data.join("index"));
    for told in erased {
        let found = raw_search::everywhere(data, &told.traces);
        assert_eq!(found, [], "{}", told.sign);
        let left: Vec<_> = words
            .iter()
            .filter(|word| word.contains(told.sign))
            .collect();
        assert!(left.is_empty(), "{left:?}");
    }
    let found = raw_search::everywhere(data, &control.traces);
    let found: BTreeSet<usize> = found.iter().map(|found| found.needle).collect();
    // Of the three forms of the salt, the record has the lower-case one.
    for needle in (0..control.traces.len()).filter(|needle| ![2, 3].contains(needle)) {
        assert!(
            found.contains(&needle),
            "{needle} of the control: {found:?}"
        );
    }
    assert!(words.iter().any(|word| word.contains(control.sign)));
}

/// Every word in the segments of an index, those of removed documents too; no file is of another segment.
fn words_of_index(folder: &Path) -> BTreeSet<String> {
    let meta = std::fs::read(folder.join("meta.json")).unwrap();
    let meta: serde_json::Value = serde_json::from_slice(&meta).unwrap();
    let segments = meta["segments"].as_array().unwrap().iter();
    let ids: BTreeSet<String> = segments
        .map(|segment| segment["segment_id"].as_str().unwrap().replace('-', ""))
        .collect();
    for file in std::fs::read_dir(folder).unwrap() {
        let name = file.unwrap().file_name().into_string().unwrap();
        let of = name.split('.').next().unwrap();
        assert!(of.len() != 32 || ids.contains(of), "{name}");
    }
    let index = TantivyIndex::open(
        folder,
        TantivyOptions {
            made_with: Rules::built_in().codes().digest(),
            ..TantivyOptions::default()
        },
    )
    .unwrap();
    assert_eq!(*index.opened(), Opened::Existing);
    index.words().unwrap()
}

#[test]
fn what_was_erased_is_nowhere_in_the_folder() {
    let county = County::new();
    let control = county.attached('猋', b"the file that stays");
    let plain = county.told('骉');
    let withdrawn = county.told('麤');
    let attached = county.attached('鱻', b"the file that goes");
    let shared = b"named by two";
    let both = [county.attached('羴', shared), county.attached('毳', shared)];
    let corrected = county.told('飍');
    let first = county.corrected(&corrected, '贔');
    county.fill(0);
    let second = county.corrected(&corrected, '灥');
    let late = county.told('厵');
    county.log.settle();
    county.say(county.withdrawal(withdrawn.index)).unwrap();
    let erased = [&plain, &withdrawn, &attached, &corrected, &late];
    for told in erased {
        county.say(county.erasure(told.index)).unwrap();
    }
    // One of two records that name a file: the file stays for the other.
    county.say(county.erasure(both[0].index)).unwrap();
    county.wait_for_erasures();
    let files = county.log.app.portal.intake.files().clone();
    assert_eq!(files.size(&sha256(b"the file that goes")), None);
    assert_eq!(files.read(&sha256(shared)).unwrap(), shared);
    // Everything else goes on: entries, proofs, what was not erased.
    let log = &county.log.app.portal.log;
    let report = gongshi::log::fsck(log, |_| (), |_, _, _| ());
    assert_eq!(report.problems, []);
    county.is_as_if_folded_anew();
    county.fill(1000);
    let mut one = both.into_iter();
    let (mut gone, _) = (one.next().unwrap(), one.next());
    gone.traces.retain(|trace| trace != shared);
    let all = [erased.as_slice(), &[&first, &second, &gone]].concat();
    county.close_and_search(&all, &control);
}

/// As if the process had died after so many steps of the destruction.
fn die_after(steps: usize) {
    let county = County::new();
    let control = county.attached('猋', b"the file that stays");
    let bytes = b"the file that goes";
    let told = county.attached('骉', bytes);
    let correction = county.corrected(&told, '麤');
    county.fill(0);
    // As long as its file may be about to be named again, the server itself destroys nothing.
    let files = county.log.app.portal.intake.files().clone();
    let file = files.path(&sha256(bytes));
    files.hold(&sha256(bytes)).unwrap();
    county.say(county.erasure(told.index)).unwrap();
    county.log.settle();
    files.hold(&sha256(bytes)).unwrap();
    let portal = &county.log.app.portal;
    let destroy: [&dyn Fn(); 3] = [
        &|| portal.log.erase(&[told.index, correction.index]).unwrap(),
        &|| portal.log.storage().rewrite("store/model").unwrap(),
        &|| portal.search.purge().unwrap(),
    ];
    for step in destroy.iter().take(steps.saturating_sub(1)) {
        files.hold(&sha256(bytes)).unwrap();
        step();
    }
    assert_eq!(portal.intake.standing().unfinished().unwrap().len(), 1);
    let TestLog {
        folder,
        clock,
        app,
        department,
    } = county.log;
    app.close();
    // The first step, which was kept for last, so that the server did not take the others.
    if steps > 0 {
        std::fs::remove_file(file).unwrap();
    }
    let app = App::open(&folder.path().join("data"), clock.clone(), &tuning()).unwrap();
    let log = TestLog {
        folder,
        clock,
        app,
        department,
    };
    let county = County { log, ..county };
    if steps == 0 {
        county.age(&sha256(bytes), 60);
    }
    county.wait_for_erasures();
    county.close_and_search(&[&told, &correction], &control);
}

#[test]
fn a_death_between_two_steps_is_made_up_for() {
    for steps in 0..=4 {
        die_after(steps);
    }
}
