//! The file of a draw (docs/DRAW.md): all that is needed to repeat it, for `gongshi-verify draw`.
//!
//! Proofs are made at once, under one checkpoint; the texts are only opened here, for they may be long.

use crate::docket::PlanState;
use crate::web::Portal;
use crate::web::problem::{Problem, internal};
use gongshi_verify::encoding::hex32;
use gongshi_verify::hash::Hash;
use serde_json::{Map, Value};
use std::fs::File;

/// A draw's file but for the texts it holds.
pub struct DrawFile {
    /// The JSON object up to its member `files`, whose list is open; `]}` ends it.
    pub head: String,
    /// The texts: their names, and the files to read them from with their lengths.
    pub files: Vec<(Hash, File, u64)>,
}

impl Portal {
    /// The file of a plan's draw.
    ///
    /// # Errors
    /// `plan-undrawn` where there is none yet.
    pub fn draw_file(&self, plan: &PlanState) -> Result<DrawFile, Problem> {
        let draw = self.draw_of(plan)?.index;
        let mut files = Vec::new();
        for snapshot in [plan.objects, plan.officers] {
            files.push(self.snapshot(snapshot)?.leaves);
        }
        for index in plan.earlier.iter().chain([&draw]) {
            files.extend(list_of(&self.body(*index)?));
        }
        let opening = self.opening_of(plan);
        if let Some(opening) = opening {
            files.extend(opened_list(&self.body(opening)?));
        }
        let mut opened: Vec<(Hash, File, u64)> = Vec::new();
        for name in files {
            let hash = hex32(&name).map_err(|error| internal(&error))?;
            if opened.iter().any(|(one, ..)| *one == hash) {
                continue;
            }
            let files = self.intake.files();
            let file = files.open_file(&hash).map_err(|error| internal(&error))?;
            let (file, size) = file.ok_or_else(|| internal(&files.damaged(&hash)))?;
            opened.push((hash, file, size));
        }
        Ok(DrawFile {
            head: self.proofs(plan, draw, opening)?,
            files: opened,
        })
    }

    /// The entry that opens the list of a sealed draw, as soon as it can be proved.
    pub fn opening_of(&self, plan: &PlanState) -> Option<u64> {
        let size = self.log.published().size();
        plan.opening.filter(|opening| *opening < size)
    }

    fn proofs(&self, plan: &PlanState, draw: u64, opening: Option<u64>) -> Result<String, Problem> {
        let mut prover = self.intake.prover();
        let mut proof = |index: u64| -> Result<String, Problem> {
            Ok(Value::String(prover.proof(index, None)?).to_string())
        };
        let mut list = |indexes: &[u64]| -> Result<String, Problem> {
            let proofs = indexes.iter().map(|index| proof(*index));
            Ok(proofs.collect::<Result<Vec<_>, _>>()?.join(","))
        };
        let commits: Vec<u64> = plan.commits.iter().map(|one| one.index).collect();
        let reveals: Vec<u64> = plan.reveals.iter().map(|one| one.index).collect();
        let opening = match opening {
            Some(opening) => format!(",\"opening\":{}", list(&[opening])?),
            None => String::new(),
        };
        Ok(format!(
            "{{\"v\":1,\"plan\":{},\"draw\":{},\"snapshots\":[{}],\"commits\":[{}],\"reveals\":[{}],\"earlier\":[{}]{opening},\"files\":[",
            list(&[plan.index])?,
            list(&[draw])?,
            list(&[plan.objects, plan.officers])?,
            list(&commits)?,
            list(&reveals)?,
            list(&plan.earlier)?,
        ))
    }
}

/// The file in which a draw's list stands, where it does not stand in the record.
pub(super) fn list_of(draw: &Map<String, Value>) -> Option<String> {
    let file = draw.get("drawn_file")?.get("sha256")?;
    file.as_str().map(str::to_owned)
}

/// The file with the list that an opening names; none where nobody was drawn.
fn opened_list(opening: &Map<String, Value>) -> Option<String> {
    let file = opening.get("attachments")?.get(0)?.get("sha256")?;
    file.as_str().map(str::to_owned)
}

/// Bytes of a text as they stand within a JSON string.
pub fn escaped(text: &[u8]) -> Vec<u8> {
    let mut escaped = Vec::with_capacity(text.len() + text.len() / 32);
    for byte in text {
        match byte {
            b'"' => escaped.extend_from_slice(b"\\\""),
            b'\\' => escaped.extend_from_slice(b"\\\\"),
            b'\n' => escaped.extend_from_slice(b"\\n"),
            0..0x20 => escaped.extend_from_slice(format!("\\u{byte:04x}").as_bytes()),
            byte => escaped.push(*byte),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// Cut anywhere, also within a character, the parts together are the JSON string of the text.
        #[test]
        fn what_is_escaped_in_parts_reads_as_the_text(text in any::<String>(), cut in any::<prop::sample::Index>()) {
            let at = cut.index(text.len() + 1);
            let (one, other) = text.as_bytes().split_at(at);
            let json = [b"\"", escaped(one).as_slice(), escaped(other).as_slice(), b"\""].concat();
            prop_assert_eq!(serde_json::from_slice::<String>(&json).unwrap(), text);
        }
    }
}
