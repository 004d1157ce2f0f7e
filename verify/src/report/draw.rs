//! The check of a whole draw: the entries it rests on, their order, and the function once more.
//!
//! A draw's file holds the proofs of its entries and the texts that their records name by fingerprint. What no such file can
//! show is that it holds all commits, reveals and earlier draws there are: that is said, and left to whoever reads the log.

use alloc::collections::BTreeSet;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::check::{conclude, not_checked, step};
use super::draw_entries::{DrawFile, Entries, Proved};
use super::{Report, Step, StepId, UnusableInput, Verdict, draw_words as say, members, words};
use crate::draw::admission;
use crate::draw::given::Given;
use crate::draw::library::{Form, Library};
use crate::draw::officers::Barred;
use crate::draw::opened;
use crate::draw::plan::{Mode, Plan};
use crate::draw::recompute::{self, DrawError, Inputs, Recheck};
use crate::draw::recorded;
use crate::draw::secrets::{Commit, Reveal, counting};
use crate::encoding::hex;
use crate::hash::Hash;
use crate::json::{self, Value};
use crate::names::{AuthorityId, PlanKey};
use crate::policy::Policy;
use crate::time::Timestamp;

/// Largest file of a draw in bytes.
pub const MAX_DRAW_FILE: usize = 256 << 20;

/// The steps after the entries, in order.
const STEPS: [StepId; 6] = [
    StepId::DrawOrder,
    StepId::DrawLibraries,
    StepId::DrawRandomness,
    StepId::DrawTargets,
    StepId::DrawOfficers,
    StepId::DrawOmissions,
];

/// Checks the file of a draw under a policy, or a document about who is in a plan's library. `recheck` finds the first segment of a delay that does not hold;
/// [`recompute::one_by_one`] does where there are no threads.
///
/// # Errors
/// [`UnusableInput`] where it is neither.
pub fn verify_draw_file(
    bytes: &[u8],
    policy: &Policy,
    recheck: &Recheck,
) -> Result<Report, UnusableInput> {
    if bytes.len() > MAX_DRAW_FILE {
        return Err(UnusableInput::TooLarge(MAX_DRAW_FILE));
    }
    let value = json::parse(bytes).map_err(|error| UnusableInput::Draw(error.to_string()))?;
    if value.get("ids").is_some() {
        return members::report(&value, policy).map_err(UnusableInput::Members);
    }
    let file = DrawFile::read(&value).map_err(UnusableInput::Draw)?;
    let mut steps = Vec::new();
    let best = match run(&file, policy, recheck, &mut steps) {
        Ok(best) => best,
        Err((failed, why)) => {
            steps.push(step(failed, Err(why)));
            let opening = file.is_opened().then_some(StepId::DrawOpening);
            let (last, before) = STEPS.split_last().expect("there are steps");
            for id in before.iter().copied().chain(opening).chain([*last]) {
                if steps.iter().all(|step: &Step| step.id != id) {
                    steps.push(not_checked(id, words::not_reached(failed)));
                }
            }
            Verdict::NotVerified
        }
    };
    Ok(conclude(steps, best))
}

type Failed = (StepId, String);

/// The steps one after the other; what they come to unless one of them failed.
fn run(
    file: &DrawFile<'_>,
    policy: &Policy,
    recheck: &Recheck,
    steps: &mut Vec<Step>,
) -> Result<Verdict, Failed> {
    let at = |id: StepId| move |why: String| (id, why);
    let entries = Entries::prove(file, policy).map_err(at(StepId::DrawEntries))?;
    let plan = Plan::from_body(&entries.plan.body).map_err(|error| {
        let why = say::of("plan", &error.to_string());
        (StepId::DrawEntries, why)
    })?;
    let count = 4 + entries.commits.len() + entries.reveals.len() + entries.earlier.len();
    let count = count + usize::from(entries.opening.is_some());
    steps.push(step(
        StepId::DrawEntries,
        Ok(say::entries(count, entries.size, &plan.key)),
    ));

    let order = order(&entries, &plan).map_err(at(StepId::DrawOrder))?;
    steps.push(step(StepId::DrawOrder, Ok(say::order(&plan, &order))));

    let libraries = at(StepId::DrawLibraries);
    let objects =
        library(file, &entries.objects, "objects", &plan.object_root).map_err(&libraries)?;
    let officers =
        library(file, &entries.officers, "officers", &plan.officer_root).map_err(&libraries)?;
    let met = met(file, &entries).map_err(&libraries)?;
    let met: Barred<'_> = met
        .iter()
        .map(|(one, other)| (one.as_str(), other.as_str()))
        .collect();
    let counts = (objects.leaves().len(), officers.leaves().len());
    steps.push(step(
        StepId::DrawLibraries,
        Ok(say::libraries(counts.0, counts.1)),
    ));

    let given = Given::read(plan.mode, &entries.draw.body);
    let given = given.ok_or_else(|| {
        let why = say::of("draw", "it does not hold what its mode draws from");
        (StepId::DrawRandomness, why)
    })?;
    let inputs = Inputs {
        origin: &entries.origin,
        plan: &plan,
        operator: &entries.operator,
        secrets: &order,
        outside: given.as_outside(),
        objects: &objects,
        openings: &[],
        officers: &officers,
        met: &met,
    };
    let named = |error: DrawError| (say::step_of(&error), error.to_string());
    let said = |name: &str| entries.draw.member(name);
    let value = recompute::randomness(&inputs, recheck).map_err(named)?;
    if said("random_value").and_then(Value::as_str) != Some(hex(&value).as_str()) {
        return Err((
            StepId::DrawRandomness,
            say::differs("random_value", &hex(&value)),
        ));
    }
    let seed = recompute::seed(&inputs, &value);
    if said("seed").and_then(Value::as_str) != Some(seed.as_str()) {
        return Err((StepId::DrawRandomness, say::differs("seed", seed.as_str())));
    }
    steps.push(step(
        StepId::DrawRandomness,
        Ok(say::randomness(&value, &seed)),
    ));
    let sealed = objects.form() == Form::Sealed;
    let mut best = Verdict::Verified;
    if sealed {
        steps.push(not_checked(StepId::DrawTargets, say::sealed()));
        steps.push(not_checked(StepId::DrawOfficers, say::sealed()));
        best = Verdict::Sealed;
    } else {
        let outcome = recompute::result(&inputs, value).map_err(named)?;
        compare(file, &entries.draw, &plan, &outcome, steps)?;
    }
    if let Some(opening) = &entries.opening {
        let opened = open(file, &entries, opening, &plan.key, &objects);
        let said = opened.map_err(at(StepId::DrawOpening))?;
        steps.push(step(StepId::DrawOpening, Ok(said)));
        best = Verdict::Opened;
    } else if sealed {
        steps.push(not_checked(StepId::DrawOpening, say::unopened()));
    }
    steps.push(not_checked(StepId::DrawOmissions, say::omissions()));
    Ok(best)
}

/// The opened list of a sealed draw against the record that has committed to it, and the entry that opens it against the plan.
fn open(
    file: &DrawFile<'_>,
    entries: &Entries,
    opening: &Proved,
    key: &PlanKey,
    objects: &Library<'_>,
) -> Result<String, String> {
    let bad = |why: &str| Err(say::not_the_opening(why));
    if objects.form() != Form::Sealed {
        return bad("the library of this draw is open");
    }
    let said = |name: &str| opening.member(name).and_then(Value::as_str);
    if said("bulletin_type") != Some("drawn_list_opening") || said("plan_key") != Some(key.as_str())
    {
        return bad("it opens no list, or that of another plan");
    }
    if opening.entry.authority != key.authority() {
        return bad("it is not by the plan's authority");
    }
    let deadline = entries.plan.member("result_deadline");
    let deadline = deadline.and_then(|time| Timestamp::parse(time.as_str()?).ok());
    if opening.index <= entries.draw.index
        || deadline.is_none_or(|deadline| opening.entry.logged_at < deadline)
    {
        return bad("it was logged before the plan's result_deadline, or before the draw");
    }
    let attached = opening.member("attachments").and_then(Value::as_array);
    let list = match attached.unwrap_or_default().first() {
        None => Some(""),
        named => file.text(named),
    };
    let Some(list) = list else {
        return bad("the file does not hold the list that it names");
    };
    let count = entries.draw.member("drawn_count").and_then(Value::as_u64);
    let (Some(count), Some(root)) = (count, entries.draw.hash("sealed_root")) else {
        return bad("the draw has committed to no list");
    };
    let ids = opened::check(list, count, &root, objects);
    let ids = ids.map_err(|error| say::not_the_opening(&error.to_string()))?;
    Ok(say::opened(ids.len(), opening.index))
}

/// That everything was logged when it had to be, and about this plan; whose secret counts.
fn order(entries: &Entries, plan: &Plan) -> Result<Vec<(AuthorityId, Option<Hash>)>, String> {
    let Entries {
        plan: own, draw, ..
    } = entries;
    own.is_own(plan)?;
    draw.is_about("draw", &plan.key)?;
    if own.entry.logged_at > plan.t0 {
        return Err(say::of("plan", "it was logged after t0"));
    }
    for (name, snapshot) in [
        ("object_snapshot", &entries.objects),
        ("officer_snapshot", &entries.officers),
    ] {
        own.names(name, snapshot)?;
        let usable = usable_from(snapshot).map_err(|why| say::of(name, &why))?;
        if own.entry.logged_at.unix() < usable {
            return Err(say::of("plan", &say::too_young(name, usable)));
        }
    }
    if !admission::is_long_enough(plan.mode, entries.demonstration) {
        return Err(say::of("plan", &say::short_delay()));
    }
    // What nobody else can repeat is the plan's own authority's to say.
    let sealed = entries
        .objects
        .member("library_form")
        .and_then(Value::as_str)
        == Some("sealed");
    if (sealed || matches!(plan.mode, Mode::Lottery { .. }))
        && draw.entry.authority != plan.key.authority()
    {
        return Err(say::of(
            "draw",
            "a sealed draw, or one by lottery, has to be said by the plan's own authority",
        ));
    }
    if draw.entry.logged_at < plan.known_at() || draw.index <= own.index {
        return Err(say::of(
            "draw",
            "it was logged before its randomness could be known",
        ));
    }
    let mut commits = Vec::new();
    for one in &entries.commits {
        one.is_about("commits", &plan.key)?;
        commits.push(Commit {
            contributor: one.entry.authority.clone(),
            index: one.index,
            logged_at: one.entry.logged_at,
            commitment: one
                .hash("secret_commitment")
                .ok_or_else(|| say::of("commits", "secret_commitment is missing"))?,
        });
    }
    let mut reveals = Vec::new();
    for one in &entries.reveals {
        one.is_about("reveals", &plan.key)?;
        reveals.push(Reveal {
            contributor: one.entry.authority.clone(),
            logged_at: one.entry.logged_at,
            secret: one
                .hash("secret")
                .ok_or_else(|| say::of("reveals", "secret is missing"))?,
        });
    }
    if entries.earlier.len() > plan.rotation as usize {
        return Err(say::of(
            "earlier",
            "it holds more draws than the plan's rotation looks back to",
        ));
    }
    for one in &entries.earlier {
        let reference = one.entry.reference.as_deref().unwrap_or_default();
        let authority = PlanKey::parse(reference).map(|key| key.authority());
        if authority != Ok(plan.key.authority()) || one.index >= own.index {
            return Err(say::of(
                "earlier",
                "it holds a draw of another authority, or one that is not before the plan",
            ));
        }
    }
    Ok(counting(plan, &commits, &reveals))
}

/// From when on a plan could use the library of a snapshot.
fn usable_from(snapshot: &Proved) -> Result<i64, String> {
    let until = match snapshot.member("challenge_until") {
        None => None,
        Some(until) => {
            let until = until.as_str().and_then(|text| Timestamp::parse(text).ok());
            Some(until.ok_or_else(|| say::of("challenge_until", "it is no time"))?)
        }
    };
    Ok(admission::usable_from(snapshot.entry.logged_at, until))
}

/// A library as its snapshot commits to it.
fn library<'a>(
    file: &DrawFile<'a>,
    snapshot: &Proved,
    what: &'static str,
    root: &Hash,
) -> Result<Library<'a>, String> {
    let form = snapshot.form(what)?;
    let leaves = file.text(snapshot.member("leaves")).ok_or_else(|| {
        say::of(
            what,
            "the file holds no text with the fingerprint that the snapshot names",
        )
    })?;
    let library =
        Library::parse(form, leaves).map_err(|error| say::of(what, &error.to_string()))?;
    if snapshot.hash("root") != Some(library.root()) || library.root() != *root {
        return Err(say::of(
            what,
            "the root over its leaves is not the one that snapshot and plan name",
        ));
    }
    let count = snapshot.member("count").and_then(Value::as_u64);
    if count != Some(library.leaves().len() as u64) {
        return Err(say::of(
            what,
            "it has another number of leaves than the snapshot says",
        ));
    }
    Ok(library)
}

/// A reader could take the one for the other.
const LISTS: &str = "the record has the list of the drawn twice, in itself and in a file";

/// Who met in the earlier draws of the file. Those draws bound when they were made; they are not repeated here.
fn met(file: &DrawFile<'_>, entries: &Entries) -> Result<BTreeSet<(String, String)>, String> {
    let mut pairs = BTreeSet::new();
    for one in &entries.earlier {
        let list = match (one.member("drawn"), one.member("drawn_file")) {
            (None, None) => continue, // Nobody was drawn, or the draw is sealed.
            (Some(_), Some(_)) => return Err(say::of("earlier", LISTS)),
            (Some(drawn), None) => recorded::met(drawn),
            (None, reference) => {
                let text = file.text(reference);
                let text =
                    text.ok_or_else(|| say::of("earlier", "the list of a draw is missing"))?;
                json::parse(text).ok().and_then(|list| recorded::met(&list))
            }
        };
        pairs.extend(list.ok_or_else(|| say::of("earlier", "the list of a draw is none"))?);
    }
    Ok(pairs)
}

/// The recorded lists against those of the function.
fn compare(
    file: &DrawFile<'_>,
    draw: &Proved,
    plan: &Plan,
    outcome: &recompute::Outcome<'_>,
    steps: &mut Vec<Step>,
) -> Result<(), Failed> {
    let mut expected = recorded::members(plan, outcome);
    let targets = StepId::DrawTargets;
    for name in ["drawn_count", "drawn_strata"] {
        let value = expected.remove(name).unwrap_or(Value::Null);
        if draw.member(name) != Some(&value) {
            return Err((targets, say::differs(name, &json::to_jcs(&value))));
        }
    }
    let in_file = match draw.member("drawn_file") {
        None => None,
        Some(_) if draw.member("drawn").is_some() => {
            return Err((targets, say::of("draw", LISTS)));
        }
        reference => {
            let text = file.text(reference);
            let text = text.ok_or_else(|| {
                (
                    targets,
                    say::of("draw", "the file does not hold the list of the drawn"),
                )
            })?;
            let list = json::parse(text).map_err(|error| (targets, error.to_string()))?;
            Some(list)
        }
    };
    let empty = Value::Array(Vec::new());
    let recorded = in_file.as_ref().or(draw.member("drawn")).unwrap_or(&empty);
    if recorded.as_array().is_none() {
        return Err((targets, say::of("draw", "the list of the drawn is none")));
    }
    let drawn = expected.remove("drawn").unwrap_or(Value::Null);
    let without_seats = |list: &Value| -> Vec<Value> {
        let list = list.as_array().unwrap_or_default().iter().cloned();
        list.map(|mut one| {
            if let Value::Object(members) = &mut one {
                members.remove("assigned_seats");
            }
            one
        })
        .collect()
    };
    if without_seats(recorded) != without_seats(&drawn) {
        return Err((targets, say::drawn_differs(recorded, &drawn)));
    }
    let covered = outcome.choices.iter().map(|choice| choice.eligible).sum();
    steps.push(step(
        targets,
        Ok(say::targets(outcome.drawn.len(), covered, plan.rules.len())),
    ));

    let officers = StepId::DrawOfficers;
    let cap = expected.remove("load_cap").unwrap_or(Value::Null);
    if draw.member("load_cap") != Some(&cap) {
        return Err((officers, say::differs("load_cap", &json::to_jcs(&cap))));
    }
    if *recorded != drawn {
        return Err((officers, say::drawn_differs(recorded, &drawn)));
    }
    let seats = outcome.assignment.seats.len();
    steps.push(step(
        officers,
        Ok(say::officers(seats, outcome.assignment.cap)),
    ));
    Ok(())
}
