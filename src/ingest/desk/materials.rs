//! All that a draw of a plan depends on, gathered from a server or the department's own files, and the draw itself.
//!
//! The function is the verifier crate's: what is computed here anybody computes who has the same.

use super::fetch::{FetchError, Logged, PlanEntries};
use super::snapshot::{SnapshotError, read_library};
use crate::intake::in_parallel;
use gongshi_verify::draw::choice::Opening;
use gongshi_verify::draw::given::Given;
use gongshi_verify::draw::library::Library;
use gongshi_verify::draw::officers::Barred;
use gongshi_verify::draw::plan::{Mode, Plan};
use gongshi_verify::draw::randomness::{self, Delay};
use gongshi_verify::draw::recompute::{self, DrawError, Inputs, Outcome, Outside};
use gongshi_verify::draw::recorded;
use gongshi_verify::draw::secrets::{Commit, Reveal, counting};
use gongshi_verify::encoding::hex;
use gongshi_verify::hash::Hash;
use gongshi_verify::json::{self, Value};
use gongshi_verify::names::{AuthorityId, Origin, PlanKey};
use gongshi_verify::time::Timestamp;
use std::collections::{BTreeMap, BTreeSet};

/// Why a draw cannot be made here.
#[derive(Debug, thiserror::Error)]
pub enum MaterialsError {
    /// Something cannot be had from the server.
    #[error(transparent)]
    Fetch(#[from] FetchError),
    /// The leaves are no text, or no library.
    #[error("the library of {which}: {reason}")]
    Library {
        /// Which of the two.
        which: &'static str,
        /// Why.
        reason: String,
    },
    /// What the server lists as an earlier draw of the authority is none that keeps officers apart.
    #[error("the draw of entry {index}: {reason}")]
    Earlier {
        /// Its index.
        index: u64,
        /// Why.
        reason: &'static str,
    },
    /// The plan was called off.
    #[error("the plan was cancelled by entry {0}")]
    Cancelled(u64),
    /// The randomness does not exist yet.
    #[error("the draw is due at {due}, and it is {now}")]
    NotDue {
        /// When.
        due: Timestamp,
        /// Now.
        now: Timestamp,
    },
}

/// Numbers of a lottery as they are typed: `5,12,18/9`, with where they were published.
pub fn typed_numbers(text: &str, source: Option<String>) -> Option<Given> {
    let number = |text: &str| text.trim().parse().ok().filter(|number| *number <= 99u32);
    let group = |text: &str| text.split(',').map(number).collect::<Option<Vec<u32>>>();
    let groups: Option<Vec<Vec<u32>>> = text.split('/').map(group).collect();
    groups.map(|groups| Given::Numbers(groups, source))
}

/// All that a draw depends on, but what comes from outside and what a department keeps.
#[derive(Debug, Clone)]
pub struct Materials {
    /// Origin of the log.
    pub origin: Origin,
    /// Operator of the log.
    operator: AuthorityId,
    /// The plan.
    pub plan: Plan,
    /// The plan's entry.
    pub logged: Logged,
    secrets: Vec<(AuthorityId, Option<Hash>)>,
    reveals: Vec<(Reveal, Logged)>,
    objects: String,
    officers: String,
    met: BTreeSet<(String, String)>,
}

impl Materials {
    /// Gathers them. Libraries come from the server unless given.
    ///
    /// # Errors
    /// [`MaterialsError`], also where the draw is not due yet.
    pub fn gather(
        entries: &PlanEntries<'_>,
        origin: &Origin,
        objects: Option<String>,
        officers: Option<String>,
        now: Timestamp,
    ) -> Result<Self, MaterialsError> {
        let plan = entries.plan.clone();
        if let Some(index) = entries.cancelled() {
            return Err(MaterialsError::Cancelled(index));
        }
        let due = plan.known_at();
        if now < due {
            return Err(MaterialsError::NotDue { due, now });
        }
        let commits: Vec<Commit> = entries.commits()?.into_iter().map(|(one, _)| one).collect();
        let reveals = entries.reveals()?;
        let told: Vec<Reveal> = reveals.iter().map(|(one, _)| one.clone()).collect();
        let snapshots = entries.snapshots()?;
        let leaves = |which, given: Option<String>, snapshot: &Logged| match given {
            Some(text) => Ok(text),
            None => {
                let bytes = entries.file(snapshot.member("leaves"))?;
                String::from_utf8(bytes).map_err(|error| MaterialsError::Library {
                    which,
                    reason: error.to_string(),
                })
            }
        };
        Ok(Materials {
            origin: origin.clone(),
            operator: entries.operator()?,
            logged: entries.logged.clone(),
            secrets: counting(&plan, &commits, &told),
            reveals,
            objects: leaves("objects", objects, &snapshots.0)?,
            officers: leaves("officers", officers, &snapshots.1)?,
            met: met(entries)?,
            plan,
        })
    }

    /// The two libraries.
    ///
    /// # Errors
    /// [`MaterialsError::Library`].
    pub fn libraries(&self) -> Result<(Library<'_>, Library<'_>), MaterialsError> {
        let read = |which, text| {
            read_library(text).map_err(|error: SnapshotError| MaterialsError::Library {
                which,
                reason: error.to_string(),
            })
        };
        Ok((
            read("objects", &self.objects)?,
            read("officers", &self.officers)?,
        ))
    }

    /// Who met in the last batches.
    pub fn met(&self) -> Barred<'_> {
        let pairs = self.met.iter();
        pairs
            .map(|(one, other)| (one.as_str(), other.as_str()))
            .collect()
    }

    /// The delay of the plan, computed: `None` where the plan has none, or nobody independent revealed, so that the draw is void. `each` hears how many of
    /// its segments are done.
    pub fn run_delay(&self, mut each: impl FnMut(usize, usize)) -> Option<Given> {
        let Mode::Delay { log2 } = self.plan.mode else {
            return None;
        };
        let mut revealed = self.secrets.iter().filter(|(_, secret)| secret.is_some());
        if !revealed.any(|(id, _)| self.plan.is_independent(id, &self.operator)) {
            return None;
        }
        let delay = Delay::new(log2)?;
        let start = randomness::joined(&self.plan.key, &self.secrets);
        let mut checkpoints = Vec::with_capacity(delay.segments);
        delay.run(&start, |value| {
            checkpoints.push(*value);
            each(checkpoints.len(), delay.segments);
            true
        })?;
        Some(Given::Checkpoints(checkpoints))
    }

    /// The draw. `openings` are those of the objects that take part, where classes are sealed; `recheck`: whether the delay was
    /// computed by somebody else.
    ///
    /// # Errors
    /// [`DrawError`], naming the step.
    pub fn draw<'a>(
        &'a self,
        (objects, officers): (&'a Library<'a>, &'a Library<'a>),
        openings: &'a [Opening<'a>],
        met: &'a Barred<'a>,
        given: &'a Given,
        recheck: bool,
    ) -> Result<Outcome<'a>, DrawError> {
        let inputs = self.inputs((objects, officers), openings, met, given.as_outside());
        match recheck {
            true => recompute::draw(&inputs, &in_parallel),
            false => recompute::draw(&inputs, &|_, _, _| None),
        }
    }

    /// The inputs of the draw, and what it comes to, by the random value of its record: the log took that after it had checked it.
    ///
    /// # Errors
    /// [`DrawError`], naming the step.
    pub fn recorded<'a>(
        &'a self,
        libraries: (&'a Library<'a>, &'a Library<'a>),
        openings: &'a [Opening<'a>],
        met: &'a Barred<'a>,
        random_value: Hash,
    ) -> Result<(Inputs<'a>, Outcome<'a>), DrawError> {
        let inputs = self.inputs(libraries, openings, met, Outside::Checkpoints(&[]));
        let outcome = recompute::result(&inputs, random_value)?;
        Ok((inputs, outcome))
    }

    fn inputs<'a>(
        &'a self,
        (objects, officers): (&'a Library<'a>, &'a Library<'a>),
        openings: &'a [Opening<'a>],
        met: &'a Barred<'a>,
        outside: Outside<'a>,
    ) -> Inputs<'a> {
        Inputs {
            origin: &self.origin,
            plan: &self.plan,
            operator: &self.operator,
            secrets: &self.secrets,
            outside,
            objects,
            openings,
            officers,
            met,
        }
    }

    /// The member `reveals` of a draw's record: each contributor in the plan's order, with what counts.
    pub fn reveals_member(&self) -> Option<Value> {
        let one = |(contributor, secret): &(AuthorityId, Option<Hash>)| {
            let mut members = BTreeMap::new();
            members.insert("contributor".to_owned(), contributor.as_str().into());
            if let Some(secret) = secret {
                members.insert("secret".to_owned(), hex(secret).into());
                let told = self.reveals.iter().find(|(reveal, _)| {
                    reveal.contributor == *contributor
                        && reveal.secret == *secret
                        && (self.plan.t0..=self.plan.t1).contains(&reveal.logged_at)
                });
                if let Some((_, logged)) = told {
                    members.insert("reveal".to_owned(), logged.reference());
                }
            }
            Value::Object(members)
        };
        let list: Vec<Value> = self.secrets.iter().map(one).collect();
        (!list.is_empty()).then_some(Value::Array(list))
    }
}

/// Who met in the authority's earlier draws. A sealed one says nothing of it.
fn met(entries: &PlanEntries<'_>) -> Result<BTreeSet<(String, String)>, MaterialsError> {
    let mut pairs = BTreeSet::new();
    let plan = &entries.plan;
    let earlier = entries.earlier()?;
    for (number, draw) in earlier.iter().enumerate() {
        let wrong = |reason| MaterialsError::Earlier {
            index: draw.index,
            reason,
        };
        let key = PlanKey::parse(draw.entry.reference.as_deref().unwrap_or_default());
        let own = key.is_ok_and(|key| key.authority() == plan.key.authority());
        if !own || draw.index >= entries.logged.index || number >= plan.rotation as usize {
            return Err(wrong(
                "it is none of the authority's last draws before the plan",
            ));
        }
        let none = || wrong("its list of the drawn is none");
        let list = match (draw.member("drawn"), draw.member("drawn_file")) {
            (None, None) => continue,
            (Some(drawn), _) => recorded::met(drawn),
            (None, reference) => {
                let list = json::parse(entries.file(reference)?).map_err(|_| none())?;
                recorded::met(&list)
            }
        };
        pairs.extend(list.ok_or_else(none)?);
    }
    Ok(pairs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_a_lottery_are_typed_by_group() {
        assert_eq!(
            typed_numbers("5,12, 18/9", None),
            Some(Given::Numbers(vec![vec![5, 12, 18], vec![9]], None))
        );
        for wrong in ["", "5,,6", "5/", "100", "-1", "5.12./"] {
            assert_eq!(typed_numbers(wrong, None), None, "{wrong}");
        }
    }
}
