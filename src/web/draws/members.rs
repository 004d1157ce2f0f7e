//! Who of several is in a plan's library: the document that `gongshi-verify draw` reads, with all that an offline check needs.

use super::library::ShownTogether;
use crate::docket::PlanState;
use crate::web::Portal;
use crate::web::problem::Problem;
use gongshi_verify::draw::library::Form;
use gongshi_verify::draw::members::Place;
use gongshi_verify::encoding::base64;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// One of the two libraries of a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PlanLibrary {
    /// The objects that may be drawn.
    #[default]
    Objects,
    /// The officers.
    Officers,
}

impl PlanLibrary {
    /// Every library, by name.
    pub const ALL: [(&str, Self); 2] = [
        ("objects", PlanLibrary::Objects),
        ("officers", PlanLibrary::Officers),
    ];

    fn snapshot_of(self, plan: &PlanState) -> u64 {
        match self {
            PlanLibrary::Objects => plan.objects,
            PlanLibrary::Officers => plan.officers,
        }
    }
}

impl Portal {
    /// The document about ids, whether they are in the library or not. At least one is asked about.
    ///
    /// # Errors
    /// Where something of it cannot be read.
    pub fn members_document(
        &self,
        state: &PlanState,
        library: PlanLibrary,
        ids: &BTreeSet<String>,
    ) -> Result<Value, Problem> {
        let snapshot = self.snapshot(library.snapshot_of(state))?;
        let form = Form::announced(&snapshot.library, snapshot.sealed);
        let tree = self.library(&snapshot)?;
        let ShownTogether {
            leaves,
            hashes,
            places,
        } = tree.show_together(&self.intake, form, ids)?;
        let leaves = leaves.into_iter();
        let places = ids.iter().zip(places).map(|(id, place)| match place {
            Place::Leaf(index) => json!({"id": id, "leaf": index}),
            Place::Absent(before, after) => json!({"id": id, "before": before, "after": after}),
        });
        // Both under one checkpoint.
        let mut prover = self.intake.prover();
        Ok(json!({
            "v": 1,
            "plan": prover.proof(state.index, None)?,
            "snapshot": prover.proof(snapshot.index, None)?,
            "library": snapshot.library,
            "count": snapshot.count,
            "root": snapshot.root,
            "leaves": leaves.map(|(index, line)| json!({"index": index, "line": line})).collect::<Value>(),
            "hashes": hashes.iter().map(|hash| base64(hash)).collect::<Value>(),
            "ids": places.collect::<Value>(),
        }))
    }
}
