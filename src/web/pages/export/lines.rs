//! Entries as lines of JSON, with what it takes to make the log of them again: the entry's own bytes as a text, and its record as long as that is public.
//! The last line has the number of lines, the digest of all bytes before it, and the checkpoint.

use super::{AT_ONCE, Asked};
use crate::web::pages::Visit;
use crate::web::pages::streamed::Parts;
use crate::web::problem::{Problem, internal};
use gongshi_verify::encoding::hex;
use gongshi_verify::entry::Entry;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

/// The lines on their way out.
pub(super) struct Lines {
    visit: Visit,
    asked: Asked,
    first: u64,
    lines: u64,
    hasher: Sha256,
    ended: bool,
}

impl Lines {
    pub(super) fn new(visit: Visit, asked: Asked) -> Self {
        Lines {
            visit,
            first: asked.next,
            asked,
            lines: 0,
            hasher: Sha256::new(),
            ended: false,
        }
    }
}

impl Parts for Lines {
    fn ended(&self) -> bool {
        self.ended
    }

    fn part(&mut self) -> Result<Vec<u8>, Problem> {
        let log = &self.visit.portal.log;
        let until = self.asked.end.min(self.asked.next.saturating_add(AT_ONCE));
        let mut out = Vec::new();
        for (index, leaf) in (self.asked.next..).zip(log.leaves(self.asked.next..until)?) {
            let entry = Entry::parse(&leaf.entry).map_err(|error| internal(&error))?;
            if !self
                .asked
                .has(entry.kind.as_str(), entry.authority.as_str())
            {
                continue;
            }
            let record = leaf.record.as_deref();
            let record = record.map(serde_json::from_slice::<Value>).transpose();
            let line = json!({
                "index": index,
                "entry": String::from_utf8_lossy(&leaf.entry),
                "record": record.map_err(|error| internal(&error))?,
            });
            out.extend_from_slice(line.to_string().as_bytes());
            out.push(b'\n');
            self.lines += 1;
        }
        self.hasher.update(&out);
        self.asked.next = until;
        if until == self.asked.end {
            self.ended = true;
            let last = json!({
                "from": self.first,
                "before": self.asked.end,
                "kind": self.asked.kind,
                "authority": self.asked.authority,
                "lines": self.lines,
                "sha256": hex(&self.hasher.clone().finalize()),
                "checkpoint": log.published().note,
            });
            out.extend_from_slice(last.to_string().as_bytes());
            out.push(b'\n');
        }
        Ok(out)
    }
}
