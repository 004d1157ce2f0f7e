//! What shows why a target or an officer is replaced: an entry before the substitution that names whoever leaves, and says so.
//!
//! Public records of a target count where they say what the reason says and came after the library, from which the target would
//! else have been excluded. All other grounds the plan's authority or a department of it publishes as a bulletin of the plan,
//! which stands under its name.

use super::{Desk, Said, breach, unavailable};
use crate::docket::PlanState;
use crate::domain::{Breach, Kind, Stored};
use crate::intake::Refusal;
use gongshi_verify::draw::leaf::Leaf;
use gongshi_verify::draw::library::{Form, Library};
use serde_json::{Map, Value};

/// Type of the bulletins that give the ground of a substitution.
pub(super) const GROUND: &str = "substitution_ground";

/// Public records of a target that show a reason: kind, field, and the codes of which one has to stand there.
const SHOWN_BY: &[(&str, &[Shows])] = &[
    (
        "unreachable",
        &[
            (Kind::AbnormalListing, "listed_reason", &["unreachable"]),
            (
                Kind::InspectionResult,
                "outcome",
                &["unreachable_at_registered_address"],
            ),
        ],
    ),
    (
        "deregistered",
        &[
            (Kind::SubjectStatus, "status", &["deregistered"]),
            (Kind::InspectionResult, "outcome", &["deregistered"]),
        ],
    ),
    (
        "licence_revoked",
        &[
            (Kind::SubjectStatus, "status", &["licence_revoked"]),
            (Kind::InspectionResult, "outcome", &["licence_revoked"]),
        ],
    ),
    (
        "registration_rescinded",
        &[
            (Kind::SubjectStatus, "status", &["registration_rescinded"]),
            (
                Kind::InspectionResult,
                "outcome",
                &["registration_rescinded"],
            ),
        ],
    ),
    (
        "moved_out",
        &[
            (Kind::SubjectStatus, "status", &["moved_out"]),
            (Kind::InspectionResult, "outcome", &["moved_out"]),
        ],
    ),
    (
        "no_relevant_activity",
        &[
            (Kind::SubjectStatus, "status", &["business_suspended"]),
            (
                Kind::InspectionResult,
                "outcome",
                &["no_relevant_activity", "closed_or_liquidating"],
            ),
        ],
    ),
];

/// Kind, field and codes.
type Shows = (Kind, &'static str, &'static [&'static str]);

/// The public records of a target that show a reason.
fn shown_by(reason: &str) -> &'static [Shows] {
    let found = SHOWN_BY.iter().find(|(one, _)| *one == reason);
    found.map_or(&[], |(_, shows)| shows)
}

fn text<'a>(body: &'a Map<String, Value>, name: &str) -> &'a str {
    body.get(name).and_then(Value::as_str).unwrap_or_default()
}

impl Desk<'_> {
    /// The entry that a substitution names as its evidence shows its reason.
    pub(super) fn shows_reason(&self, said: Said<'_>, plan: &PlanState) -> Result<(), Refusal> {
        let index = said.named("evidence").unwrap_or_default();
        let path = || "evidence".to_owned();
        let leaf = self.log.leaf(index).map_err(|_| Refusal::Reference {
            path: path(),
            index,
        })?;
        let stored = Stored::read(&leaf.entry, leaf.record.as_deref()).map_err(unavailable)?;
        let of_target = said.text("substitute_type") == "target";
        let reason = said.text("substitute_reason");
        let shows = match of_target {
            true => shown_by(reason),
            false => &[],
        };
        let other = || {
            let kinds = shows.iter().map(|(kind, _, _)| kind.as_str());
            let bulletin = format!("bulletin ({GROUND})");
            let kinds: Vec<&str> = kinds.chain([bulletin.as_str()]).collect();
            let whom = match of_target {
                true => said.text("target_id"),
                false => said.text("officer_id"),
            };
            let other = Breach::EvidenceOther {
                kinds: kinds.join(", "),
                whom: whom.to_owned(),
            };
            Err(breach(path(), index, other))
        };
        let (Some(kind), Some(body)) = (stored.kind, &stored.body) else {
            // What stood in a record that was destroyed since nobody can say any more.
            return match stored.kind.is_some() && self.outside.is_later() {
                true => Ok(()),
                false => other(),
            };
        };
        if kind == Kind::Bulletin {
            let who = stored.entry.authority.as_str();
            let mine = match of_target {
                true => is_of_plan(plan, who),
                false => who == plan.authority || who == said.text("department"),
            };
            let names = |name: &str| text(body, name) == said.text(name);
            let whom = match (of_target, body.contains_key("target_id")) {
                (true, _) => names("target_id") && !body.contains_key("officer_id"),
                // An officer who cannot come at all, or not to this target.
                (false, at_one) => names("officer_id") && (!at_one || names("target_id")),
            };
            let ground = text(body, "bulletin_type") == GROUND;
            return match ground && mine && names("plan_key") && names("substitute_reason") && whom {
                true => Ok(()),
                false => other(),
            };
        }
        let says = |(of, field, codes): &Shows| {
            let found = match body.get(*field) {
                Some(Value::Array(list)) => list.iter().filter_map(Value::as_str).collect(),
                Some(Value::String(one)) => vec![one.as_str()],
                _ => Vec::new(),
            };
            *of == kind && found.iter().any(|one| codes.contains(one))
        };
        if text(body, "subject_uscc") != said.text("target_id") || !shows.iter().any(says) {
            return other();
        }
        match index > plan.objects {
            true => Ok(()),
            false => {
                let library = plan.objects.to_string();
                Err(breach(
                    path(),
                    index,
                    Breach::EvidenceOld { index: library },
                ))
            }
        }
    }

    /// The ground of a substitution is about a drawn plan of its author's, and tells nothing of a list that is not open.
    pub(super) fn inspect_ground(&self, said: Said<'_>) -> Result<(), Refusal> {
        let plan = self.drawn_plan(said)?;
        if !is_of_plan(&plan, said.who()) {
            return Err(breach("plan_key", &plan.key, Breach::NotSent));
        }
        self.near_plan(said, &plan)?;
        let target = said.text("target_id");
        if !target.is_empty() {
            if plan.sealed && plan.opening.is_none() {
                return Err(breach("plan_key", &plan.key, Breach::Unopened));
            }
            let known = self.docket.target(&said.plan_key()?, target)?;
            if known.is_none_or(|one| one.replaced_by.is_some()) {
                let plan = plan.key;
                return Err(breach("target_id", target, Breach::NotDrawn { plan }));
            }
        }
        let officer = said.text("officer_id");
        if officer.is_empty() {
            return Ok(());
        }
        let library = self.docket.snapshot(plan.officers)?;
        let leaves = library.map(|library| self.text(&library.leaves));
        let leaves = leaves.transpose()?.unwrap_or_default();
        let people = Library::parse(Form::Officers, &leaves).map_err(unavailable)?;
        // A department speaks for its own people; the plan's authority for all.
        match people.find(officer) {
            Some(Leaf::Officer(one))
                if said.who() == plan.authority || said.who() == one.department =>
            {
                Ok(())
            }
            Some(_) => Err(breach(
                "officer_id",
                officer,
                Breach::PlanForeign {
                    authority: plan.authority,
                },
            )),
            None => Err(breach("officer_id", officer, Breach::OfficerUnknown)),
        }
    }
}

/// Whether an authority leads a plan or sends officers by it.
fn is_of_plan(plan: &PlanState, who: &str) -> bool {
    plan.authority == who || plan.departments.iter().any(|one| one == who)
}
