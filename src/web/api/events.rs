//! `POST /api/v1/events`: one event, or NDJSON with one event a line, answered line by line in order.
//!
//! The body is read as a stream: lines are cut, checked and appended in chunks while later ones still arrive. Many
//! clients read no answer before they have sent everything, so reading never waits for them: what is kept meanwhile is
//! an index or a refusal a line, the lines of a request are limited, and proofs are made only as the answer is read.
//! Each line stands alone. Who asks with `Prefer: return=minimal` (RFC 7240) gets `{"index"}` without the proof.

use super::ended;
use crate::intake::{Accepted, Batch, MAX_EVENT_BYTES, Refusal};
use crate::web::Portal;
use crate::web::problem::Problem;
use actix_web::error::PayloadError;
use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use actix_web::rt::task::JoinHandle;
use actix_web::web::{Bytes, BytesMut};
use actix_web::{HttpRequest, HttpResponse, web};
use futures_util::StreamExt as _;
use serde_json::json;
use std::collections::VecDeque;
use tokio::sync::mpsc;

/// Lines of one request; those beyond are answered with one refusal and not read.
pub(super) const MAX_LINES: usize = 10_000;
/// Lines checked and appended together.
const CHUNK_LINES: usize = 512;
/// Bytes of lines checked and appended together.
const CHUNK_BYTES: usize = 4 << 20;
/// Chunks of one request that wait for the disk at once.
const CHUNKS: usize = 4;
/// Receipts made at once: enough for neighbours to share work, little enough to hold in memory.
const RECEIPTS: usize = 64;

/// The preference for short answers.
const MINIMAL: &str = "return=minimal";

/// A line of a body, or why it is none.
type Line = Result<Bytes, Box<Problem>>;
/// What is kept of a line until its answer is read.
pub(super) type Outcome = Result<Accepted, Box<Problem>>;

/// What an accepted event is answered with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Receipt {
    /// Index and proof.
    Proof,
    /// The index alone.
    Index,
}

#[utoipa::path(
    post, path = "/api/v1/events", operation_id = "publish", tag = "publish",
    params(("Prefer" = Option<String>, Header, description = "`return=minimal`: indexes without proofs, for NDJSON")),
    request_body(content((Value = "application/json", example = json!({"authority": "610323-SCJG", "issued_at": "2026-09-01T01:00:00Z", "kind": "penalty", "record": {"body": {}, "salt": "00…"}, "signature": "…", "v": 1})), (String = "application/x-ndjson")), description = "One event, or one on each line"),
    responses((status = 200, description = "Durable and under a signed checkpoint; of NDJSON one line for each, a receipt or `error`", content((Value = "application/json", example = json!({"index": 4711, "proof": "…"})), (String = "application/x-ndjson")))),
    extensions(("x-problems" = json!("bad-request malformed-event event-too-large body-too-large body-incomplete too-many-lines timeout unsupported-media-type unsupported-encoding unknown-kind kind-not-open invalid-fields unknown-authority kind-not-allowed region-not-allowed bad-signature bad-cosignature authority-rule competence-rule time-window salt-reused unknown-reference reference-kind reference-subject draw-rule ending-rule publication-rule journey-rule file-missing file-size overloaded log-unavailable")))
)]
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
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
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
        match body.next().await {
            None => break,
            Some(Err(error)) => return incomplete(&error, BROKEN_EVENT).respond(),
            Some(Ok(part)) => event.extend_from_slice(&part),
        }
        if event.len() > MAX_EVENT_BYTES {
            return Problem::from(&Refusal::TooLarge {
                bytes: event.len(),
                most: MAX_EVENT_BYTES,
            })
            .respond();
        }
    }
    let Some(batch) = accept(&portal, vec![Ok(event.freeze())]).await else {
        return Problem::from(&shutting_down()).respond();
    };
    let outcomes = batch.finish(&portal).await;
    let answers = web::block(move || answers(&portal, outcomes, Receipt::Proof)).await;
    match answers.ok().and_then(|mut answers| answers.pop()) {
        Some(Ok(line)) => HttpResponse::Ok()
            .insert_header((CONTENT_TYPE, "application/json"))
            .insert_header((CACHE_CONTROL, "no-store"))
            .body(line),
        Some(Err(problem)) => problem.respond(),
        None => Problem::from(&shutting_down()).respond(),
    }
}

/// Many events: 200 and one line for each line.
fn many(portal: web::Data<Portal>, body: web::Payload, receipt: Receipt) -> HttpResponse {
    let (sender, receiver) = mpsc::unbounded_channel();
    actix_web::rt::spawn(take(portal.clone(), LineReader::new(body), sender));
    let state = (portal, receiver, VecDeque::new());
    let stream =
        futures_util::stream::unfold(state, move |(portal, mut receiver, mut ready)| async move {
            while ready.is_empty() {
                ready.extend(receiver.recv().await?);
            }
            let some: Vec<Outcome> = ready.drain(..ready.len().min(RECEIPTS)).collect();
            let data = portal.clone();
            let text = web::block(move || render(answers(&data, some, receipt))).await;
            // The pool is gone only when the server is: the answer breaks off, and the client asks again.
            let text = text.map_err(std::io::Error::other);
            Some((text, (portal, receiver, ready)))
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

/// Reads, checks and appends a whole body. A chunk is checked while those before it wait for the disk.
async fn take(
    portal: web::Data<Portal>,
    mut reader: LineReader,
    sender: mpsc::UnboundedSender<Vec<Outcome>>,
) {
    let mut waiting: VecDeque<JoinHandle<Vec<Outcome>>> = VecDeque::new();
    let (mut taken, mut faults) = (0, FAULTS);
    loop {
        let mut lines = reader.chunk().await;
        let last = lines.is_empty() || taken + lines.len() > MAX_LINES;
        if taken + lines.len() > MAX_LINES {
            lines.truncate(MAX_LINES - taken);
            lines.push(Err(Box::new(too_many())));
        }
        taken += lines.len();
        if !lines.is_empty() {
            let Some(batch) = accept(&portal, lines).await else {
                return;
            };
            let portal = portal.clone();
            waiting.push_back(actix_web::rt::spawn(
                async move { batch.finish(&portal).await },
            ));
        }
        while last || waiting.len() > CHUNKS {
            let Some(chunk) = waiting.pop_front() else {
                break;
            };
            let Ok(mut outcomes) = chunk.await else {
                return;
            };
            for problem in outcomes.iter_mut().filter_map(|o| o.as_mut().err()) {
                if problem.fields.len() > faults {
                    problem.fields.truncate(1);
                    problem.fields.shrink_to_fit();
                }
                faults = faults.saturating_sub(problem.fields.len());
            }
            // Nobody reads any more: what was sent is appended all the same.
            let _ = sender.send(outcomes);
        }
        if last {
            return;
        }
    }
}

/// Faults of fields that are kept of one request's refusals until they are read; beyond, each refusal keeps its first.
const FAULTS: usize = 5_000;

/// A chunk whose sound lines are with the log.
struct Taken {
    batch: Batch,
    /// For each line why it was none; the others are in the batch.
    refused: Vec<Option<Box<Problem>>>,
}

impl Taken {
    /// Waits until all of it is published or refused, and what ends a record has ended it everywhere.
    async fn finish(self, portal: &web::Data<Portal>) -> Vec<Outcome> {
        let mut accepted = self.batch.finish().await.into_iter();
        let outcomes = self.refused.into_iter().map(|refused| match refused {
            Some(problem) => Err(problem),
            None => accepted
                .next()
                .unwrap_or_else(|| Err(shutting_down()))
                .map_err(|refusal| Box::new(Problem::from(&refusal))),
        });
        ended::everywhere(portal, outcomes.collect()).await
    }
}

/// Checks lines and hands them to the log; `None` when the server is shutting down.
async fn accept(portal: &web::Data<Portal>, lines: Vec<Line>) -> Option<Taken> {
    let mut refused = Vec::with_capacity(lines.len());
    let mut events = Vec::with_capacity(lines.len());
    for line in lines {
        match line {
            Ok(line) => {
                events.push(line);
                refused.push(None);
            }
            Err(problem) => refused.push(Some(problem)),
        }
    }
    let intake = portal.intake.clone();
    let batch = web::block(move || intake.accept(&events)).await.ok()?;
    Some(Taken { batch, refused })
}

/// What became of a single event whose body broke off.
const BROKEN_EVENT: &str = "the event did not arrive whole and was not read";
/// What became of the lines of a body that broke off.
const BROKEN_LINES: &str = "the lines answered before this had arrived whole";

/// Where a single event's body came too late, `limits` answers instead.
fn incomplete(error: &PayloadError, became: &str) -> Problem {
    Problem::new(
        StatusCode::BAD_REQUEST,
        "body-incomplete",
        format!("the body broke off: {error}; {became}"),
    )
}

fn too_many() -> Problem {
    let detail = format!(
        "a request may have {MAX_LINES} events; this line and those after it were not read"
    );
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too-many-lines", detail)
}

fn shutting_down() -> Refusal {
    Refusal::Unavailable("the server is shutting down".to_owned())
}

/// `{"index","proof"}` for each accepted event, all against one checkpoint; or only `{"index"}`.
fn answers(
    portal: &Portal,
    outcomes: Vec<Outcome>,
    receipt: Receipt,
) -> Vec<Result<String, Problem>> {
    let mut prover = portal.intake.prover();
    let answer = |outcome: Outcome| {
        let accepted = outcome.map_err(|problem| *problem)?;
        let mut line = json!({"index": accepted.index});
        // Only an erasure can be unfinished: then its bytes are still to be destroyed.
        let standing = portal.intake.standing();
        if standing.is_unfinished(accepted.index).unwrap_or(false) {
            line["unfinished"] = true.into();
        }
        if receipt == Receipt::Proof {
            line["proof"] = json!(prover.proof(accepted.index, accepted.key.as_ref())?);
        }
        Ok(line.to_string())
    };
    outcomes.into_iter().map(answer).collect()
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

/// Cuts a streamed body into lines.
struct LineReader {
    body: web::Payload,
    rest: BytesMut,
    /// Bytes of `rest` known to hold no line break.
    searched: usize,
    /// Bytes of an overlong line that were thrown away.
    skipping: usize,
    /// Blank lines met.
    blank: usize,
    end: Option<End>,
}

/// How a body ended.
enum End {
    Whole,
    /// What had arrived whole stands; what follows is one line that says so.
    Broken(Box<Problem>),
    Told,
}

impl LineReader {
    fn new(body: web::Payload) -> Self {
        LineReader {
            body,
            rest: BytesMut::new(),
            searched: 0,
            skipping: 0,
            blank: 0,
            end: None,
        }
    }

    /// The next lines, at least one unless the body has ended; blank lines do not count.
    async fn chunk(&mut self) -> Vec<Line> {
        let mut lines = Vec::new();
        let mut bytes = 0;
        while lines.len() < CHUNK_LINES && bytes < CHUNK_BYTES {
            let Some(line) = self.line().await else { break };
            match line {
                Ok(line) if line.trim_ascii().is_empty() => {
                    // They are not answered, and yet cost a little.
                    self.blank += 1;
                    if self.blank > MAX_LINES {
                        self.take_rest();
                        self.end = Some(End::Told);
                        lines.push(Err(Box::new(too_many())));
                    }
                }
                Ok(line) => {
                    bytes += line.len();
                    lines.push(Ok(line));
                }
                Err(problem) => lines.push(Err(problem)),
            }
        }
        lines
    }

    async fn line(&mut self) -> Option<Line> {
        loop {
            let new = &self.rest[self.searched..];
            if let Some(end) = new.iter().position(|byte| *byte == b'\n') {
                let mut line = self.rest.split_to(self.searched + end + 1);
                line.truncate(line.len() - 1);
                self.searched = 0;
                return Some(self.checked(line.freeze()));
            }
            self.searched = self.rest.len();
            if self.rest.len() > MAX_EVENT_BYTES {
                self.skipping += self.take_rest().len();
            }
            match self.end.take() {
                None => self.fill().await,
                Some(End::Whole) => {
                    self.end = Some(End::Told);
                    let line = self.take_rest();
                    return (!line.is_empty() || self.skipping > 0).then(|| self.checked(line));
                }
                Some(End::Broken(problem)) => {
                    let cut = self.take_rest();
                    if self.skipping > 0 {
                        self.end = Some(End::Broken(problem));
                        return Some(self.checked(cut));
                    }
                    self.end = Some(End::Told);
                    return Some(Err(problem));
                }
                Some(End::Told) => {
                    self.end = Some(End::Told);
                    return None;
                }
            }
        }
    }

    fn take_rest(&mut self) -> Bytes {
        self.searched = 0;
        self.rest.split().freeze()
    }

    fn checked(&mut self, line: Bytes) -> Line {
        let bytes = std::mem::take(&mut self.skipping) + line.len();
        let most = MAX_EVENT_BYTES;
        if bytes > most {
            return Err(Box::new(Problem::from(&Refusal::TooLarge { bytes, most })));
        }
        Ok(line)
    }

    async fn fill(&mut self) {
        match self.body.next().await {
            Some(Ok(part)) => self.rest.extend_from_slice(&part),
            Some(Err(error)) => {
                let problem = incomplete(&error, BROKEN_LINES);
                self.end = Some(End::Broken(Box::new(problem)));
            }
            None => self.end = Some(End::Whole),
        }
    }
}
