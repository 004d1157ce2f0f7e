//! All that a draw is computed from, gathered from the log, the docket and the files: what intake checks with, what the server
//! draws with, and what it hands to whoever repeats a draw.

use super::Desk;
use crate::docket::{PlanState, Snapshot};
use crate::intake::Refusal;
use crate::log::LogError;
use crate::store::StoreError;
use gongshi_verify::draw::choice::Opening;
use gongshi_verify::draw::library::{Form, Library, LibraryError};
use gongshi_verify::draw::officers::Barred;
use gongshi_verify::draw::plan::Plan;
use gongshi_verify::draw::recompute::{Inputs, Outside};
use gongshi_verify::draw::recorded;
use gongshi_verify::hash::Hash;
use gongshi_verify::json;
use gongshi_verify::names::{AuthorityId, Origin};
use gongshi_verify::record::Record;
use std::collections::BTreeSet;

/// Why the material of a draw could not be gathered.
#[derive(Debug, thiserror::Error)]
pub enum MaterialError {
    /// Storage failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The log could not be read.
    #[error(transparent)]
    Log(#[from] LogError),
    /// An entry or file is not what was accepted.
    #[error("{what}: {reason}")]
    Unusable {
        /// Which.
        what: String,
        /// What is wrong with it.
        reason: String,
    },
}

impl From<MaterialError> for Refusal {
    fn from(error: MaterialError) -> Self {
        Refusal::Unavailable(error.to_string())
    }
}

/// What a plan's draw is computed from.
pub struct Material {
    /// Origin of the log.
    pub origin: Origin,
    /// Operator of the log.
    pub operator: AuthorityId,
    /// The plan.
    pub plan: Plan,
    /// For each contributor the secret that counts.
    pub secrets: Vec<(AuthorityId, Option<Hash>)>,
    /// The file of the objects' leaves.
    pub objects: String,
    /// The file of the officers' leaves.
    pub officers: String,
    form: Form,
    met: BTreeSet<(String, String)>,
}

fn unusable(what: impl Into<String>, reason: impl std::fmt::Display) -> MaterialError {
    MaterialError::Unusable {
        what: what.into(),
        reason: reason.to_string(),
    }
}

impl Material {
    /// Gathers what the draw of a logged plan is computed from.
    pub(crate) fn gather(desk: &Desk<'_>, state: &PlanState) -> Result<Self, MaterialError> {
        let plan = Plan::from_body(&body(desk, state.index)?)
            .map_err(|error| unusable(format!("plan {}", state.key), error))?;
        let snapshot = |index: u64| {
            let library = desk.docket.snapshot(index)?;
            library.ok_or_else(|| unusable(format!("snapshot {index}"), "it is not known"))
        };
        let (objects, officers) = (snapshot(state.objects)?, snapshot(state.officers)?);
        let secrets = state.secrets(&plan);
        Material::of(desk, plan, secrets, [&objects, &officers], &state.earlier)
    }

    /// The same for a plan that is not logged yet: nobody has brought a secret.
    pub(super) fn for_plan(
        desk: &Desk<'_>,
        plan: Plan,
        objects: &Snapshot,
        officers: &Snapshot,
    ) -> Result<Self, MaterialError> {
        let authority = plan.key.authority();
        let earlier = desk.docket.last_draws(&authority, plan.rotation as usize)?;
        let earlier: Vec<u64> = earlier.into_iter().map(|(index, _)| index).collect();
        Material::of(desk, plan, Vec::new(), [objects, officers], &earlier)
    }

    fn of(
        desk: &Desk<'_>,
        plan: Plan,
        secrets: Vec<(AuthorityId, Option<Hash>)>,
        libraries: [&Snapshot; 2],
        earlier: &[u64],
    ) -> Result<Self, MaterialError> {
        let operator = desk.registry.operator();
        let operator = operator.ok_or_else(|| unusable("entry 0", "the log has no operator"))?;
        let mut met = BTreeSet::new();
        for index in earlier {
            met.extend(pairs(desk, *index)?);
        }
        let [objects, officers] = libraries;
        Ok(Material {
            origin: desk.log.origin().clone(),
            operator: operator.id.clone(),
            plan,
            secrets,
            objects: text(desk, &objects.leaves)?,
            officers: text(desk, &officers.leaves)?,
            form: Form::announced(&objects.library, objects.sealed),
            met,
        })
    }

    /// The two libraries, objects first.
    ///
    /// # Errors
    /// Where a file is not the one that was accepted.
    pub fn libraries(&self) -> Result<(Library<'_>, Library<'_>), MaterialError> {
        let named = |what: &'static str| move |error: LibraryError| unusable(what, error);
        Ok((
            Library::parse(self.form, &self.objects).map_err(named("the library of objects"))?,
            Library::parse(Form::Officers, &self.officers)
                .map_err(named("the library of officers"))?,
        ))
    }

    /// Who met in the earlier draws that count.
    pub fn met(&self) -> Barred<'_> {
        let pairs = self.met.iter();
        pairs
            .map(|(target, officer)| (target.as_str(), officer.as_str()))
            .collect()
    }

    /// Inputs of the draw.
    pub fn inputs<'a>(
        &'a self,
        libraries: &'a (Library<'a>, Library<'a>),
        met: &'a Barred<'a>,
        outside: Outside<'a>,
        openings: &'a [Opening<'a>],
    ) -> Inputs<'a> {
        Inputs {
            origin: &self.origin,
            plan: &self.plan,
            operator: &self.operator,
            secrets: &self.secrets,
            outside,
            objects: &libraries.0,
            openings,
            officers: &libraries.1,
            met,
        }
    }
}

/// Body of a record as the verifier reads it.
fn body(desk: &Desk<'_>, index: u64) -> Result<json::Value, MaterialError> {
    let what = || format!("record {index}");
    let leaf = desk.log.leaf(index)?;
    let record = leaf
        .record
        .ok_or_else(|| unusable(what(), "it is missing"))?;
    let record = Record::parse(&record).map_err(|error| unusable(what(), error))?;
    Ok(record.body)
}

/// Pairs of target and officer of a draw, as it was recorded; of a sealed one none are known.
fn pairs(desk: &Desk<'_>, draw: u64) -> Result<BTreeSet<(String, String)>, MaterialError> {
    let body = body(desk, draw)?;
    let file = body.get("drawn_file").and_then(|file| file.get("sha256"));
    let list = match (body.get("drawn"), file.and_then(json::Value::as_str)) {
        (Some(drawn), _) => recorded::met(drawn),
        (None, Some(sha256)) => {
            let list = json::parse(text(desk, sha256)?).ok();
            list.and_then(|list| recorded::met(&list))
        }
        (None, None) => Some(BTreeSet::new()),
    };
    list.ok_or_else(|| unusable(format!("draw {draw}"), "its list is none"))
}

fn text(desk: &Desk<'_>, sha256: &str) -> Result<String, MaterialError> {
    let what = || format!("file {sha256}");
    let hash = gongshi_verify::encoding::hex32(sha256).map_err(|error| unusable(what(), error))?;
    let bytes = desk.files.read(&hash)?;
    String::from_utf8(bytes).map_err(|error| unusable(what(), error))
}
