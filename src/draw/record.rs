//! The record of an open draw, made from what the log holds and what came from outside.

use crate::docket::PlanState;
use crate::intake::{Intake, MaterialError};
use crate::log::LogError;
use crate::store::{FileError, StoreError};
use gongshi_verify::draw::given::Given;
use gongshi_verify::draw::randomness::Delay;
use gongshi_verify::draw::recompute::{self, DrawError, Recheck};
use gongshi_verify::draw::recorded;
use gongshi_verify::encoding::hex;
use gongshi_verify::hash::{Hash, leaf_hash, sha256};
use gongshi_verify::json::Value;
use gongshi_verify::names::{AuthorityId, RegionCode};
use std::collections::BTreeMap;

/// Why a draw could not be made.
#[derive(Debug, thiserror::Error)]
pub enum DrawFailure {
    /// Its inputs cannot be read.
    #[error(transparent)]
    Material(#[from] MaterialError),
    /// The log could not be read.
    #[error(transparent)]
    Log(#[from] LogError),
    /// The function gives no result.
    #[error(transparent)]
    Draw(#[from] DrawError),
    /// Storage failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The file of the list was not taken.
    #[error(transparent)]
    File(#[from] FileError),
    /// A record that would not be one.
    #[error("{0}")]
    Record(String),
}

/// A draw's record, and the file it names.
#[derive(Debug)]
pub struct Composed {
    /// Body of the record.
    pub body: Value,
    /// The list of the drawn, where it is too long for the record.
    pub file: Option<String>,
}

/// Makes the record of a plan's open draw, of the region that the author may publish for.
///
/// # Errors
/// [`DrawFailure`], saying at which step there is no result.
pub fn compose(
    intake: &Intake,
    plan: &PlanState,
    region: &str,
    from: &Given,
) -> Result<Composed, DrawFailure> {
    let material = intake.material(plan)?;
    let libraries = material.libraries()?;
    let met = material.met();
    let inputs = material.inputs(&libraries, &met, from.as_outside(), &[]);
    // The delay was run here a moment ago; whoever reads the record repeats it.
    let trusted: &Recheck = &|_: Delay, _, _| None;
    let outcome = recompute::draw(&inputs, trusted)?;
    let mut body = recorded::members(&material.plan, &outcome);
    let mut put = |name: &str, value: Value| drop(body.insert(name.to_owned(), value));
    put("plan_key", plan.key.as_str().into());
    put("region", region.into());
    put("library_form", "open".into());
    if !material.secrets.is_empty() {
        let reveals = material.secrets.iter();
        let reveals = reveals.map(|one| revealed(intake, plan, one));
        put("reveals", Value::Array(reveals.collect::<Result<_, _>>()?));
    }
    let members = from.members(material.plan.mode).into_iter();
    body.extend(members.map(|(name, value)| (name.to_owned(), value)));
    let list = recorded::take_list(&mut body);
    if let Some(list) = &list {
        let name = format!("{}.json", plan.key.replace('/', "-"));
        body.insert("drawn_file".to_owned(), file(list, &name));
    }
    Ok(Composed {
        body: Value::Object(body),
        file: list,
    })
}

/// The region that somebody's record of a draw is of: the plan's, or the author's own where that does not take the plan's in. A draw
/// is the function's value, whoever records it.
pub fn region_of(intake: &Intake, author: &AuthorityId, plan: &PlanState) -> String {
    let own = intake
        .registry()
        .authority(author)
        .map(|one| one.region.clone());
    let of_plan = RegionCode::parse(&plan.region);
    match (own, of_plan) {
        (Some(own), Ok(region)) if !own.covers(&region) => own.to_string(),
        _ => plan.region.clone(),
    }
}

/// What a contributor has revealed, and the entry that holds it.
fn revealed(
    intake: &Intake,
    plan: &PlanState,
    (id, secret): &(AuthorityId, Option<Hash>),
) -> Result<Value, DrawFailure> {
    let mut told = BTreeMap::from([("contributor".to_owned(), id.as_str().into())]);
    let entry = plan
        .reveals
        .iter()
        .find(|one| one.contributor == id.as_str());
    if let (Some(secret), Some(entry)) = (secret, entry) {
        told.insert("secret".to_owned(), hex(secret).into());
        let leaf = intake.log().entry(entry.index)?;
        let index = i64::try_from(entry.index).unwrap_or(i64::MAX);
        let named = [
            ("index", Value::Int(index)),
            ("leaf_hash", hex(&leaf_hash(&leaf)).into()),
        ];
        told.insert("reveal".to_owned(), Value::object(named));
    }
    Ok(Value::Object(told))
}

fn file(text: &str, name: &str) -> Value {
    Value::object([
        ("media_type", "application/json".into()),
        ("name", name.into()),
        ("sha256", hex(&sha256(text.as_bytes())).into()),
        (
            "size",
            Value::Int(i64::try_from(text.len()).unwrap_or(i64::MAX)),
        ),
    ])
}
