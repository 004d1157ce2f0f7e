//! A draw is accepted only if it says what the function gives: the server repeats it from the log, whoever has recorded it.
//!
//! Of a sealed draw randomness and seed are repeated; who was drawn is committed to here and opened at the deadline.

use super::{Desk, Material, Said, breach, own_plan, region, unavailable};
use crate::docket::PlanState;
use crate::domain::Breach;
use crate::intake::Refusal;
use gongshi_verify::draw::given::Given;
use gongshi_verify::draw::library::{Form, Library};
use gongshi_verify::draw::opened;
use gongshi_verify::draw::plan::Mode;
use gongshi_verify::draw::randomness::{self, Delay};
use gongshi_verify::draw::recompute::{self, DrawError, Inputs, Outcome};
use gongshi_verify::draw::recorded;
use gongshi_verify::encoding::{hex, hex32};
use gongshi_verify::hash::Hash;
use gongshi_verify::json;
use gongshi_verify::names::AuthorityId;
use rayon::prelude::*;
use serde_json::Value;

/// A delay up to so many steps, as a power of two, is repeated while its sender waits.
const AT_ONCE_LOG2: u32 = 24;
/// Members of a draw that an open one's function gives.
const GIVEN: [&str; 3] = ["drawn_count", "drawn_strata", "load_cap"];

impl Desk<'_> {
    pub(super) fn inspect_draw(&self, said: Said<'_>) -> Result<(), Refusal> {
        let state = self.open_plan(said)?;
        self.near_plan(said, &state)?;
        if said.body.contains_key("note") && said.who() != state.authority {
            let authority = state.authority;
            return Err(breach(
                "note",
                said.text("note"),
                Breach::NoteForeign { authority },
            ));
        }
        let form = if state.sealed { "sealed" } else { "open" };
        let same = |field: &str, expected: String, found: String| match expected == found {
            true => Ok(()),
            false => Err(breach(field, found, Breach::DrawDiffers { expected })),
        };
        same(
            "library_form",
            form.to_owned(),
            said.text("library_form").to_owned(),
        )?;
        same(
            "randomness",
            state.randomness.clone(),
            said.text("randomness").to_owned(),
        )?;
        for (field, expected) in [("round", state.round), ("delay_log2", state.delay_log2)] {
            let shown = |number: Option<u64>| number.map(|one| one.to_string()).unwrap_or_default();
            same(field, shown(expected), shown(said.integer(field)))?;
        }
        // Whoever holds the openings has made it; and what fell in a lottery, no function tells: its authority vouches for it.
        if state.sealed || state.lottery.is_some() {
            own_plan(said, &state)?;
        }
        let unread = || {
            breach(
                "randomness",
                said.text("randomness"),
                Breach::Unplannable {
                    expected: state.randomness.clone(),
                },
            )
        };
        let material = Material::gather(self, &state)?;
        let body = serde_json::to_vec(said.body).map_err(unavailable)?;
        let body = json::parse(&body).map_err(|error| Refusal::Malformed(error.to_string()))?;
        let given = Given::read(material.plan.mode, &body).ok_or_else(unread)?;
        revealed(said, &state, &material)?;
        let libraries = material.libraries()?;
        let met = material.met();
        let inputs = material.inputs(&libraries, &met, given.as_outside(), &[]);
        let value = self.randomness(&inputs, &given)?;
        same(
            "random_value",
            hex(&value),
            said.text("random_value").to_owned(),
        )?;
        let seed = recompute::seed(&inputs, &value);
        same(
            "seed",
            seed.as_str().to_owned(),
            said.text("seed").to_owned(),
        )?;
        if state.sealed {
            let most = libraries.0.leaves().len() as u64;
            return match said.integer("drawn_count") {
                Some(count) if count <= most => Ok(()),
                other => Err(breach(
                    "drawn_count",
                    other.unwrap_or_default(),
                    Breach::DrawDiffers {
                        expected: format!("0–{most}"),
                    },
                )),
            };
        }
        let outcome = recompute::result(&inputs, value).map_err(|error| self.told(&error))?;
        self.compare(said, &material, &outcome)
    }

    /// R, checked; a delay by repeating it, or by what this server has run itself.
    fn randomness(&self, inputs: &Inputs<'_>, given: &Given) -> Result<Hash, Refusal> {
        let plan = inputs.plan;
        if let Given::Checkpoints(checkpoints) = given {
            let start = randomness::joined(&plan.key, inputs.secrets);
            match self.outside.checkpoints(&plan.key, &start) {
                Some(own) if own == *checkpoints => {
                    return recompute::randomness(inputs, &|_, _, _| None)
                        .map_err(|error| self.told(&error));
                }
                Some(own) => {
                    let broken = own
                        .iter()
                        .zip(checkpoints)
                        .position(|(own, one)| own != one);
                    let segment =
                        (broken.unwrap_or(own.len().min(checkpoints.len())) + 1).to_string();
                    return Err(breach(
                        "delay_checkpoints",
                        checkpoints.len(),
                        Breach::DelayWrong { segment },
                    ));
                }
                None => {}
            }
            let log2 = match plan.mode {
                Mode::Delay { log2 } => log2,
                _ => 0,
            };
            if log2 > AT_ONCE_LOG2 {
                return match self.outside.believes(&plan.key) {
                    true => recompute::randomness(inputs, &|_, _, _| None)
                        .map_err(|error| self.told(&error)),
                    false => Err(breach(
                        "delay_checkpoints",
                        checkpoints.len(),
                        Breach::DelayPending,
                    )),
                };
            }
        }
        recompute::randomness(inputs, &in_parallel).map_err(|error| self.told(&error))
    }

    fn compare(
        &self,
        said: Said<'_>,
        material: &Material,
        outcome: &Outcome<'_>,
    ) -> Result<(), Refusal> {
        let expected = recorded::members(&material.plan, outcome);
        for name in GIVEN {
            let expected = expected.get(name).map(json::to_jcs).unwrap_or_default();
            let found = said
                .body
                .get(name)
                .map(ToString::to_string)
                .unwrap_or_default();
            // What is compared is what the texts mean: members of an object have no order.
            let same = json::parse(&found)
                .map(|value| json::to_jcs(&value))
                .as_deref()
                == Ok(expected.as_str());
            if !same {
                return Err(breach(name, found, Breach::DrawDiffers { expected }));
            }
        }
        let drawn = expected.get("drawn").map(json::to_jcs).unwrap_or_default();
        let (field, found) = match said.body.get("drawn_file") {
            Some(file) => {
                let sha256 = file
                    .get("sha256")
                    .and_then(Value::as_str)
                    .unwrap_or_default();
                ("drawn_file", self.text(sha256)?)
            }
            None => {
                let list = said
                    .body
                    .get("drawn")
                    .map_or_else(|| "[]".to_owned(), ToString::to_string);
                let list =
                    json::parse(list).map_err(|error| Refusal::Malformed(error.to_string()))?;
                ("drawn", json::to_jcs(&list))
            }
        };
        match found == drawn {
            true => Ok(()),
            false => {
                let differs = Breach::DrawDiffers {
                    expected: first_difference(&found, &drawn),
                };
                Err(breach(
                    field,
                    said.integer("drawn_count").unwrap_or_default(),
                    differs,
                ))
            }
        }
    }

    fn told(&self, error: &DrawError) -> Refusal {
        match error {
            DrawError::Beacon(wrong) => breach(
                "beacon_signature",
                "",
                Breach::BeaconWrong {
                    round: wrong.round.to_string(),
                },
            ),
            DrawError::Numbers { game } => breach(
                "lottery_numbers",
                "",
                Breach::FormOther {
                    expected: game.form(),
                },
            ),
            DrawError::NobodyIndependent => breach("reveals", "", Breach::DrawVoid),
            DrawError::Delay { segment, .. } => breach(
                "delay_checkpoints",
                "",
                Breach::DelayWrong {
                    segment: segment.to_string(),
                },
            ),
            // The plan was refused unless it could be drawn; what else comes up is not the sender's fault.
            other => unavailable(other),
        }
    }

    /// The opened list of a sealed draw is the one it committed to.
    pub(super) fn inspect_opening(&self, said: Said<'_>) -> Result<(), Refusal> {
        let plan = self.drawn_plan(said)?;
        own_plan(said, &plan)?;
        region::in_plan(said, &plan)?;
        if let Some(index) = plan.opening {
            let index = index.to_string();
            return Err(breach(
                "plan_key",
                &plan.key,
                Breach::OpenedAlready { index },
            ));
        }
        let file = said.list("attachments").first();
        let sha256 = file.and_then(|file| file.get("sha256")?.as_str());
        let sha256 = sha256.unwrap_or_default();
        let differs = || breach("attachments[0]", sha256, Breach::OpeningDiffers);
        let text = match sha256 {
            "" => String::new(),
            _ => self.text(sha256)?,
        };
        let root = plan.draw.as_ref().and_then(|draw| draw.sealed_root.clone());
        let root = root.ok_or_else(|| {
            breach(
                "plan_key",
                &plan.key,
                Breach::FormOther {
                    expected: "sealed".to_owned(),
                },
            )
        })?;
        let library = self.docket.snapshot(plan.objects)?.ok_or_else(differs)?;
        let library = self.text(&library.leaves)?;
        let library = Library::parse(Form::Sealed, &library).map_err(unavailable)?;
        let count = plan.draw.as_ref().map_or(0, |draw| draw.count);
        let root = hex32(&root).map_err(unavailable)?;
        match opened::check(&text, count, &root, &library) {
            Ok(_) => Ok(()),
            Err(_) => Err(differs()),
        }
    }
}

/// Where the record tells the secrets, it tells those that count, and the entries that hold them.
fn revealed(said: Said<'_>, state: &PlanState, material: &Material) -> Result<(), Refusal> {
    let Some(told) = said.body.get("reveals") else {
        return Ok(());
    };
    let told = told.as_array().map_or(&[] as &[Value], Vec::as_slice);
    let fits = |one: &Value, (id, secret): &(AuthorityId, Option<Hash>)| {
        let text = |name: &str| one.get(name).and_then(Value::as_str);
        let entry = one
            .get("reveal")
            .and_then(|entry| entry.get("index")?.as_u64());
        let holds = |index: u64| {
            let mut reveals = state.reveals.iter();
            reveals.any(|one| one.index == index && one.contributor == id.as_str())
        };
        text("contributor") == Some(id.as_str())
            && text("secret") == secret.as_ref().map(|secret| hex(secret)).as_deref()
            && entry.is_none_or(|index| secret.is_some() && holds(index))
    };
    let all = told.len() == material.secrets.len()
        && told
            .iter()
            .zip(&material.secrets)
            .all(|(one, secret)| fits(one, secret));
    match all {
        true => Ok(()),
        false => {
            let expected = material.secrets.iter().map(|(id, secret)| {
                let secret = secret
                    .as_ref()
                    .map_or_else(|| "-".to_owned(), |secret| hex(secret));
                format!("{id}:{secret}")
            });
            let expected = expected.collect::<Vec<_>>().join(", ");
            Err(breach(
                "reveals",
                told.len(),
                Breach::DrawDiffers { expected },
            ))
        }
    }
}

/// The first segment of a delay that does not hold, found on all cores.
pub fn in_parallel(delay: Delay, start: &Hash, checkpoints: &[Hash]) -> Option<usize> {
    (0..delay.segments)
        .into_par_iter()
        .find_first(|number| !delay.holds(start, checkpoints, *number))
}

/// Where two canonical lists part, as much of the right one as a person wants to read.
fn first_difference(found: &str, expected: &str) -> String {
    let at = found
        .bytes()
        .zip(expected.bytes())
        .take_while(|(one, other)| one == other)
        .count();
    let from = expected
        .get(..at)
        .map_or(0, |before| before.rfind("{\"assigned_seats\"").unwrap_or(0));
    expected
        .get(from..)
        .unwrap_or(expected)
        .chars()
        .take(200)
        .collect()
}
