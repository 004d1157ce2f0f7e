//! `POST /api/v1/events`: one event, or NDJSON with one event a line, answered line by line in order.
//!
//! The body is read as a stream: lines are cut, checked and appended in chunks while later ones still arrive, and a
//! slow or endless body holds no more than one chunk in memory. Each line stands alone. Who asks with
//! `Prefer: return=minimal` (RFC 7240) gets `{"index"}` without the proof, which costs more than all the rest.

use crate::intake::{Accepted, MAX_EVENT_BYTES, Refusal};
use crate::web::Portal;
use crate::web::problem::Problem;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use actix_web::web::{Bytes, BytesMut};
use actix_web::{HttpRequest, HttpResponse, web};
use futures_util::StreamExt as _;
use serde_json::json;
use std::time::Duration;
use tokio::sync::mpsc;

/// Lines checked and appended together.
const CHUNK_LINES: usize = 512;
/// Bytes of lines checked and appended together.
const CHUNK_BYTES: usize = 4 << 20;
/// A body that brings nothing for so long has ended.
const IDLE: Duration = Duration::from_secs(30);
/// Answered chunks that may wait for a slow reader.
const ANSWERS: usize = 4;

/// The preference for short answers.
const MINIMAL: &str = "return=minimal";

type Lines = Vec<Result<Bytes, Refusal>>;

/// What an accepted event is answered with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Receipt {
    /// Index and proof.
    Proof,
    /// The index alone.
    Index,
}

pub(super) async fn post(
    portal: web::Data<Portal>,
    request: HttpRequest,
    body: web::Payload,
) -> HttpResponse {
    let content_type = request
        .headers()
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    match essence {
        "application/x-ndjson" | "application/ndjson" | "application/jsonl" => {
            let prefer = request.headers().get_all("Prefer");
            let mut prefer = prefer.filter_map(|value| value.to_str().ok());
            let minimal = prefer.any(|value| value.split(',').any(|p| p.trim() == MINIMAL));
            many(
                portal,
                body,
                if minimal {
                    Receipt::Index
                } else {
                    Receipt::Proof
                },
            )
        }
        "application/json" => single(portal, body).await,
        other => Problem::new(
            actix_web::http::StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "unsupported-media-type",
            format!("Content-Type must be application/json or application/x-ndjson, not {other:?}"),
        )
        .respond(),
    }
}

/// One event: its receipt, or its problem with the matching status.
async fn single(portal: web::Data<Portal>, mut body: web::Payload) -> HttpResponse {
    let mut event = BytesMut::new();
    loop {
        match tokio::time::timeout(IDLE, body.next()).await {
            Err(_) => {
                return Problem::new(
                    actix_web::http::StatusCode::REQUEST_TIMEOUT,
                    "timeout",
                    "the body did not arrive",
                )
                .respond();
            }
            Ok(None) => break,
            Ok(Some(Err(error))) => {
                return Problem::bad_request(format!("the body cannot be read: {error}")).respond();
            }
            Ok(Some(Ok(part))) => event.extend_from_slice(&part),
        }
        if event.len() > MAX_EVENT_BYTES {
            return Problem::from(&Refusal::TooLarge {
                bytes: event.len(),
                most: MAX_EVENT_BYTES,
            })
            .respond();
        }
    }
    let mut answers = append(portal, vec![Ok(event.freeze())], Receipt::Proof).await;
    match answers.pop() {
        Some(Ok(line)) => HttpResponse::Ok()
            .insert_header((CONTENT_TYPE, "application/json"))
            .insert_header((CACHE_CONTROL, "no-store"))
            .body(line),
        Some(Err(problem)) => problem.respond(),
        None => Problem::bad_request("the body is empty; expected one event").respond(),
    }
}

/// Many events: 200 and one line for each line.
fn many(portal: web::Data<Portal>, body: web::Payload, receipt: Receipt) -> HttpResponse {
    let (sender, receiver) = mpsc::channel::<Result<Bytes, std::io::Error>>(ANSWERS);
    actix_web::rt::spawn(async move {
        let mut reader = LineReader {
            body,
            rest: BytesMut::new(),
            skipping: 0,
            ended: false,
        };
        // The next chunk is read while the one before is being checked and appended.
        let mut running: Option<actix_web::rt::task::JoinHandle<Vec<Result<String, Problem>>>> =
            None;
        loop {
            let lines = reader.chunk().await;
            let last = lines.is_empty();
            if let Some(task) = running.take() {
                let Ok(answers) = task.await else { return };
                if sender.send(Ok(render(answers))).await.is_err() {
                    return;
                }
            }
            if last {
                return;
            }
            running = Some(actix_web::rt::spawn(append(portal.clone(), lines, receipt)));
        }
    });
    let stream = futures_util::stream::unfold(receiver, |mut receiver| async move {
        receiver.recv().await.map(|item| (item, receiver))
    });
    let mut response = HttpResponse::Ok();
    if receipt == Receipt::Index {
        response.insert_header(("Preference-Applied", MINIMAL));
    }
    response
        .insert_header((CONTENT_TYPE, "application/x-ndjson"))
        .insert_header((CACHE_CONTROL, "no-store"))
        .streaming(stream)
}

fn render(answers: Vec<Result<String, Problem>>) -> Bytes {
    let mut text = String::new();
    for answer in answers {
        match answer {
            Ok(line) => text.push_str(&line),
            Err(problem) => text.push_str(&json!({"error": problem.to_json()}).to_string()),
        }
        text.push('\n');
    }
    Bytes::from(text)
}

/// Checks and appends a chunk; returns when all of it is published or refused.
async fn append(
    portal: web::Data<Portal>,
    lines: Lines,
    receipt: Receipt,
) -> Vec<Result<String, Problem>> {
    let mut answers: Vec<Option<Refusal>> = Vec::with_capacity(lines.len());
    let mut events = Vec::with_capacity(lines.len());
    for line in lines {
        match line {
            Ok(line) => {
                events.push(line);
                answers.push(None);
            }
            Err(refusal) => answers.push(Some(refusal)),
        }
    }
    let intake = portal.intake.clone();
    let Ok(batch) = web::block(move || intake.accept(&events)).await else {
        return vec![Err(shutting_down()); answers.len()];
    };
    let accepted = batch.finish().await;
    let receipts = web::block(move || receipts(&portal, accepted, receipt)).await;
    let Ok(receipts) = receipts else {
        return vec![Err(shutting_down()); answers.len()];
    };
    let mut receipts = receipts.into_iter();
    answers
        .into_iter()
        .map(|refused| match refused {
            Some(refusal) => Err(Problem::from(&refusal)),
            None => receipts.next().unwrap_or_else(|| Err(shutting_down())),
        })
        .collect()
}

fn shutting_down() -> Problem {
    Problem::from(&Refusal::Unavailable(
        "the server is shutting down".to_owned(),
    ))
}

/// `{"index","proof"}` for each accepted event, all against one checkpoint; or only `{"index"}`.
fn receipts(
    portal: &Portal,
    accepted: Vec<Result<Accepted, Refusal>>,
    receipt: Receipt,
) -> Vec<Result<String, Problem>> {
    let mut prover = portal.intake.prover();
    accepted
        .into_iter()
        .map(|result| {
            let accepted = result.map_err(|refusal| Problem::from(&refusal))?;
            if receipt == Receipt::Index {
                return Ok(json!({"index": accepted.index}).to_string());
            }
            let proof = prover.proof(accepted.index, accepted.key.as_ref())?;
            Ok(json!({"index": accepted.index, "proof": proof}).to_string())
        })
        .collect()
}

/// Cuts a streamed body into lines.
struct LineReader {
    body: web::Payload,
    rest: BytesMut,
    /// Bytes of an overlong line that were thrown away.
    skipping: usize,
    ended: bool,
}

impl LineReader {
    /// The next lines, at least one unless the body has ended; blank lines do not count.
    async fn chunk(&mut self) -> Lines {
        let mut lines = Lines::new();
        let mut bytes = 0;
        while lines.len() < CHUNK_LINES && bytes < CHUNK_BYTES {
            let line = match self.rest.iter().position(|byte| *byte == b'\n') {
                Some(end) => {
                    let mut line = self.rest.split_to(end + 1);
                    line.truncate(end);
                    line
                }
                None if self.ended => {
                    if self.rest.is_empty() && self.skipping == 0 {
                        break;
                    }
                    self.rest.split()
                }
                None => {
                    self.fill().await;
                    if self.rest.len() > MAX_EVENT_BYTES && !self.rest.contains(&b'\n') {
                        self.skipping += self.rest.split().len();
                    }
                    continue;
                }
            };
            let skipped = std::mem::take(&mut self.skipping);
            if skipped > 0 {
                lines.push(Err(Refusal::TooLarge {
                    bytes: skipped + line.len(),
                    most: MAX_EVENT_BYTES,
                }));
            } else if !line.trim_ascii().is_empty() {
                bytes += line.len();
                lines.push(Ok(line.freeze()));
            }
        }
        lines
    }

    async fn fill(&mut self) {
        match tokio::time::timeout(IDLE, self.body.next()).await {
            Ok(Some(Ok(part))) => self.rest.extend_from_slice(&part),
            // What arrived whole stands; the line that was cut off is refused as malformed.
            Ok(Some(Err(_)) | None) | Err(_) => self.ended = true,
        }
    }
}
