//! Where the randomness of a draw came from, step by step, with every text that was hashed. Values are the record's own; that they
//! follow from one another is for the reader's browser or the offline command to find.

use super::super::fault::Fault;
use super::super::{Link, Visit};
use super::words::Point;
use super::{Batch, number, text};
use gongshi_verify::draw::plan::Plan;
use gongshi_verify::draw::randomness::{self, Delay, lottery_text};
use gongshi_verify::encoding::{bytes_of_hex, hex};
use gongshi_verify::json;
use serde::Serialize;
use serde_json::{Map, Value};

/// How R and the seed came about.
#[derive(Serialize)]
pub(super) struct Origins {
    secrets: Vec<Secret>,
    counted: usize,
    /// The text whose hash joins the secrets.
    joined_text: String,
    joined: String,
    outside: Outside,
    /// The text whose hash is R; none for a delay, or where nobody contributed to a round.
    mixed_text: Option<String>,
    value: String,
    seed_text: String,
    seed: String,
}

#[derive(Serialize)]
struct Secret {
    authority: Link,
    /// What counts; none where it never came.
    value: Option<String>,
    reveal: Option<Link>,
}

#[derive(Serialize)]
struct Outside {
    mode: String,
    /// Of a round.
    round: Option<u64>,
    due: Option<Point>,
    signature: Option<String>,
    hashed: Option<String>,
    /// Of the lottery.
    numbers: Option<String>,
    issue: Option<String>,
    source: Option<String>,
    /// Of a delay.
    log2: Option<u64>,
    steps: Option<String>,
    segments: Option<usize>,
}

/// Reads them of a drawn plan; `None` where its records cannot be read, which intake would not have let in.
pub(super) fn of(
    visit: &Visit,
    batch: &Batch,
    draw: &Map<String, Value>,
) -> Result<Option<Origins>, Fault> {
    let Some(plan) = plan(&batch.body) else {
        return Ok(None);
    };
    let Some(drawn) = &batch.state.draw else {
        return Ok(None);
    };
    let secrets = batch.state.secrets(&plan);
    let key = plan.key.as_str();
    let told = |(id, secret): &(gongshi_verify::names::AuthorityId, Option<[u8; 32]>)| {
        let secret = secret.as_ref().map_or("-".to_owned(), |one| hex(one));
        format!("|{id}:{secret}")
    };
    let joined_text = format!(
        "ddraw/1|reveal|{key}{}",
        secrets.iter().map(told).collect::<String>()
    );
    let joined = hex(&randomness::joined(&plan.key, &secrets));
    let outside = outside(visit, batch, draw);
    let from = outside.hashed.as_ref().or(outside.numbers.as_ref());
    let alone = secrets.is_empty() && outside.hashed.is_some();
    let mixed_text = from
        .filter(|_| !alone)
        .map(|value| format!("ddraw/1|mix|{joined}|{value}"));
    let rows = secrets.iter().map(|(id, secret)| {
        let reveals = &batch.state.reveals;
        let reveal = reveals.iter().find(|one| one.contributor == id.as_str());
        Secret {
            authority: visit.authority_link(&batch.registry, id.as_str()),
            value: secret.as_ref().map(|one| hex(one)),
            reveal: reveal.map(|one| visit.entry(one.index)),
        }
    });
    let value = drawn.random_value.clone();
    let origin = visit.portal.log.origin();
    Ok(Some(Origins {
        secrets: rows.collect(),
        counted: secrets
            .iter()
            .filter(|(_, secret)| secret.is_some())
            .count(),
        joined_text,
        joined,
        outside,
        mixed_text,
        seed_text: format!("ddraw/1|seed|{origin}|{key}|{value}"),
        value,
        seed: drawn.seed.clone(),
    }))
}

/// The plan as the verifier reads it.
pub(super) fn plan(body: &Map<String, Value>) -> Option<Plan> {
    let bytes = serde_json::to_vec(body).ok()?;
    Plan::from_body(&json::parse(&bytes).ok()?).ok()
}

fn outside(visit: &Visit, batch: &Batch, draw: &Map<String, Value>) -> Outside {
    let signature = text(draw, "beacon_signature");
    let signature = (!signature.is_empty()).then(|| signature.to_owned());
    let hashed = signature.as_ref().and_then(|text| {
        let bytes = bytes_of_hex(text).ok()?;
        Some(hex(&randomness::beacon_value(&bytes)))
    });
    let groups = draw.get("lottery_numbers").and_then(Value::as_array);
    let numbers = groups.map(|groups| {
        let group = |group: &Value| -> Vec<u32> {
            let numbers = group.as_array().into_iter().flatten();
            let mut numbers: Vec<u32> = numbers
                .filter_map(|one| u32::try_from(one.as_u64()?).ok())
                .collect();
            numbers.sort_unstable();
            numbers
        };
        lottery_text(&groups.iter().map(group).collect::<Vec<_>>())
    });
    let source = text(draw, "lottery_source");
    let log2 = number(draw, "delay_log2");
    let delay = log2.and_then(|log2| Delay::new(u32::try_from(log2).ok()?));
    Outside {
        mode: batch.state.randomness.clone(),
        round: number(draw, "round"),
        due: batch.state.due.map(|due| visit.point(due)),
        signature,
        hashed,
        numbers,
        issue: super::plan::lottery(visit, &batch.body),
        source: (!source.is_empty()).then(|| source.to_owned()),
        log2,
        steps: log2.map(|log2| crate::web::render::grouped(1i128 << log2.min(100))),
        segments: delay.map(|delay| delay.segments),
    }
}
