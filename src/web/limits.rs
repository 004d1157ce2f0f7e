//! What a request may cost before a handler has looked at it: how long its head and body may take, how large a body may
//! say it is, and how it may be packed.
//!
//! Bodies are passed on as they arrive, never gathered here, so that no body costs more memory than one part of it. This
//! file must not know what bodies mean.

use super::problem::Problem;
use crate::intake::MAX_EVENT_BYTES;
use actix_web::HttpMessage as _;
use actix_web::body::{BodySize, BoxBody, EitherBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::error::PayloadError;
use actix_web::http::StatusCode;
use actix_web::http::header::{
    ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, HeaderValue,
};
use actix_web::middleware::Next;
use actix_web::web::{self, Bytes};
use flate2::write::MultiGzDecoder;
use futures_util::{Stream, StreamExt as _, stream};
use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::io::{self, Write as _};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Times that a client is given, and what many clients are given together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// For the whole head of a request.
    pub head: Duration,
    /// Between two parts of a body, and for its first bytes.
    pub pause: Duration,
    /// Bytes per second that a body has to come to on the whole, after the first [`pause`](Self::pause).
    pub rate: u32,
    /// Searches in work at once; one more is answered 503.
    pub searches: usize,
    /// Bytes of enterprises' pages that are kept as they were made; with 0 none is.
    pub kept_pages: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            head: Duration::from_secs(15),
            pause: Duration::from_secs(30),
            rate: 128,
            searches: SEARCHES,
            kept_pages: (KEPT_PAGES_MIB as usize) << 20,
        }
    }
}

/// Searches in work at once, unless set otherwise: two cores answer as many within a second or two, which is as long as a
/// reader waits, and they leave most of the threads that read storage to other pages.
pub const SEARCHES: usize = 32;

/// MiB of pages that are kept, unless set otherwise: about ten thousand enterprises with a few records each, or fewer that
/// are asked for more often.
pub const KEPT_PAGES_MIB: u32 = 64;

/// The places of searches, shared by all workers.
#[derive(Debug, Clone)]
pub(super) struct Searches(Arc<Semaphore>);

impl Searches {
    /// So many places.
    pub(super) fn new(places: usize) -> Self {
        Searches(Arc::new(Semaphore::new(places.min(Semaphore::MAX_PERMITS))))
    }

    /// A place as soon as there is one, kept until it is dropped: for the rest of an answer that has begun.
    pub(super) async fn next(&self) -> Option<OwnedSemaphorePermit> {
        self.0.clone().acquire_owned().await.ok()
    }

    /// A place, kept until it is dropped; `None` where all are taken.
    pub(super) fn begin(&self) -> Option<OwnedSemaphorePermit> {
        self.0.clone().try_acquire_owned().ok()
    }
}

/// Packed bytes that are unpacked at once: gzip makes at most a thousandfold of them.
const PACKED_PART: usize = 512;
/// A body may unpack to so many times its size…
const MAX_RATIO: u64 = 200;
/// …once it is over so many bytes. Events come to a fifth; only a bomb comes to a thousandth.
const RATIO_FROM: u64 = 8 << 20;

/// The body of one request on its way in, kept in hand until the request is answered.
pub(super) struct Arrival {
    payload: Rc<RefCell<Payload>>,
    late: Rc<Cell<bool>>,
    limits: Limits,
}

impl Arrival {
    /// Puts the request's body under the limits of time; `None` where it has no body.
    pub(super) fn watch(request: &mut ServiceRequest) -> Option<Self> {
        let payload = request.take_payload();
        if matches!(payload, Payload::None) {
            return None;
        }
        let limits = request.app_data::<web::Data<Limits>>();
        let arrival = Arrival {
            limits: limits.map_or_else(Limits::default, |limits| ***limits),
            payload: Rc::new(RefCell::new(payload)),
            late: Rc::new(Cell::new(false)),
        };
        let payload = arrival.parts().boxed_local();
        request.set_payload(Payload::Stream { payload });
        Some(arrival)
    }

    /// What to answer where the body came too late.
    pub(super) fn late(&self) -> Option<Problem> {
        self.late.get().then(|| {
            Problem::new(
                StatusCode::REQUEST_TIMEOUT,
                "timeout",
                format!(
                    "the body did not arrive in time: at most {} seconds between its parts, and {} bytes a second",
                    self.limits.pause.as_secs(),
                    self.limits.rate
                ),
            )
        })
    }

    /// The answer's body, holding the request's. The server closes a connection whose request was answered while its
    /// body is neither read nor given up; one given up it would go on reading for as long as the client likes.
    pub(super) fn until_answered(self, answer: BoxBody) -> BoxBody {
        BoxBody::new(Answer {
            body: answer,
            _arrival: self,
        })
    }

    /// The same parts, ended with an error where the client keeps the server waiting. Only waiting counts: while the
    /// handler is busy the client is not slow.
    fn parts(&self) -> impl Stream<Item = Part> + use<> {
        struct State {
            payload: Rc<RefCell<Payload>>,
            late: Rc<Cell<bool>>,
            waited: Duration,
            bytes: u64,
        }
        let limits = self.limits;
        let state = State {
            payload: self.payload.clone(),
            late: self.late.clone(),
            waited: Duration::ZERO,
            bytes: 0,
        };
        stream::unfold(Some(state), move |state| async move {
            let mut state = state?;
            let earned = Duration::from_secs(state.bytes / u64::from(limits.rate.max(1)));
            let left = (limits.pause + earned).saturating_sub(state.waited);
            let begun = Instant::now();
            let next =
                poll_fn(|context| Pin::new(&mut *state.payload.borrow_mut()).poll_next(context));
            match tokio::time::timeout(left.min(limits.pause), next).await {
                Err(_) => {
                    state.late.set(true);
                    let error = broken(io::ErrorKind::TimedOut, "it did not arrive in time");
                    Some((Err(error), None))
                }
                Ok(None) => None,
                Ok(Some(Err(error))) => Some((Err(error), None)),
                Ok(Some(Ok(part))) => {
                    state.waited += begun.elapsed();
                    state.bytes += part.len() as u64;
                    Some((Ok(part), Some(state)))
                }
            }
        })
    }
}

/// See [`Arrival::until_answered`].
struct Answer {
    body: BoxBody,
    _arrival: Arrival,
}

impl MessageBody for Answer {
    type Error = Box<dyn std::error::Error>;

    fn size(&self) -> BodySize {
        self.body.size()
    }

    fn poll_next(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Self::Error>>> {
        Pin::new(&mut self.body).poll_next(context)
    }
}

/// Around the resource that takes events: how a body may be packed, and how long a single event may say it is.
pub(super) async fn events<B: MessageBody + 'static>(
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, actix_web::Error> {
    let header = |name| {
        let value = request.headers().get(name);
        value
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
            .trim()
    };
    let gzip = match header(CONTENT_ENCODING).to_ascii_lowercase().as_str() {
        "" | "identity" => false,
        "gzip" | "x-gzip" => true,
        _ => {
            let problem = Problem::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "unsupported-encoding",
                "Content-Encoding must be gzip, identity or absent",
            );
            let mut response = problem.respond_to(request.request());
            let headers = response.headers_mut();
            headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("gzip"));
            return Ok(request.into_response(response).map_into_right_body());
        }
    };
    // What says that it is longer than an event can be is not read at all.
    let single = header(CONTENT_TYPE).starts_with("application/json");
    let declared = header(CONTENT_LENGTH).parse::<u64>().unwrap_or_default();
    if single && declared > MAX_EVENT_BYTES as u64 {
        let problem = Problem::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "event-too-large",
            format!("the body has {declared} bytes, at most {MAX_EVENT_BYTES} are allowed"),
        );
        let response = problem.respond_to(request.request());
        return Ok(request.into_response(response).map_into_right_body());
    }
    if gzip {
        let payload = unpacked(request.take_payload()).boxed_local();
        request.set_payload(Payload::Stream { payload });
    }
    Ok(next.call(request).await?.map_into_left_body())
}

type Part = Result<Bytes, PayloadError>;

fn broken(kind: io::ErrorKind, reason: &'static str) -> PayloadError {
    PayloadError::Io(io::Error::new(kind, reason))
}

/// A gzip body unpacked part by part, each of bounded size. A body that is cut short, damaged or a bomb ends with an error.
fn unpacked(parts: impl Stream<Item = Part> + 'static) -> impl Stream<Item = Part> {
    struct State<S> {
        parts: S,
        waiting: Bytes,
        decoder: MultiGzDecoder<Vec<u8>>,
        packed: u64,
        unpacked: u64,
        ended: bool,
    }
    const DAMAGED: &str = "its gzip data is damaged or cut short";
    let state = State {
        parts: Box::pin(parts),
        waiting: Bytes::new(),
        decoder: MultiGzDecoder::new(Vec::new()),
        packed: 0,
        unpacked: 0,
        ended: false,
    };
    stream::unfold(Some(state), |state| async move {
        let mut state = state?;
        loop {
            let damaged = |_| broken(io::ErrorKind::InvalidData, DAMAGED);
            let step = if !state.waiting.is_empty() {
                // One large part must not keep everybody else waiting.
                tokio::task::yield_now().await;
                let part = state.waiting.split_to(state.waiting.len().min(PACKED_PART));
                state.packed += part.len() as u64;
                state
                    .decoder
                    .write_all(&part)
                    .and_then(|()| state.decoder.flush())
                    .map_err(damaged)
            } else {
                match state.parts.next().await {
                    Some(Ok(part)) => {
                        state.waiting = part;
                        continue;
                    }
                    Some(Err(error)) => Err(error),
                    None => {
                        state.ended = true;
                        state.decoder.try_finish().map_err(damaged)
                    }
                }
            };
            let bytes = std::mem::take(state.decoder.get_mut());
            state.unpacked += bytes.len() as u64;
            let bomb = state.unpacked > RATIO_FROM && state.unpacked / MAX_RATIO > state.packed;
            return match step {
                Err(error) => Some((Err(error), None)),
                Ok(()) if bomb => Some((
                    Err(broken(
                        io::ErrorKind::InvalidData,
                        "it unpacks to far more than any events would",
                    )),
                    None,
                )),
                Ok(()) if bytes.is_empty() && state.ended => None,
                Ok(()) if bytes.is_empty() => continue,
                Ok(()) => {
                    let next = (!state.ended).then_some(state);
                    Some((Ok(Bytes::from(bytes)), next))
                }
            };
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::Compression;
    use flate2::write::GzEncoder;

    fn pack(text: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    /// Largest part, all bytes, and the error that ended them.
    async fn read(packed: &[u8], cut: usize) -> (usize, Vec<u8>, Option<String>) {
        let parts: Vec<Part> = packed
            .chunks(cut)
            .map(|part| Ok(Bytes::copy_from_slice(part)))
            .collect();
        let mut stream = Box::pin(unpacked(stream::iter(parts)));
        let (mut largest, mut all, mut error) = (0, Vec::new(), None);
        while let Some(part) = stream.next().await {
            assert!(error.is_none(), "nothing follows an error");
            match part {
                Ok(part) => {
                    largest = largest.max(part.len());
                    all.extend_from_slice(&part);
                }
                Err(given) => error = Some(given.to_string()),
            }
        }
        (largest, all, error)
    }

    #[actix_web::test]
    async fn gzip_comes_out_as_it_went_in_however_it_is_cut() {
        let text: Vec<u8> = (0..100_000u32).flat_map(u32::to_be_bytes).collect();
        let two = [pack(&text), pack(b"more")].concat();
        for cut in [1, 7, 513, 1 << 20] {
            let (_, all, error) = read(&two, cut).await;
            assert_eq!(error, None);
            assert_eq!(all, [text.as_slice(), b"more"].concat());
        }
    }

    #[actix_web::test]
    async fn what_is_cut_short_or_damaged_ends_with_an_error() {
        let text = b"{\"a\":1}\n".repeat(1000);
        let packed = pack(&text);
        for length in 1..packed.len() {
            let (_, all, error) = read(&packed[..length], 1 << 20).await;
            assert!(error.is_some_and(|e| e.contains("cut short")), "{length}");
            assert!(text.starts_with(&all));
        }
        let mut damaged = packed.clone();
        let middle = damaged.len() / 2;
        damaged[middle] ^= 0xff;
        assert!(read(&damaged, 64).await.2.is_some());
        let (_, all, error) = read(b"{\"a\":1}", 64).await;
        assert!(all.is_empty() && error.is_some());
    }

    #[actix_web::test]
    async fn a_bomb_is_stopped_early_and_in_small_parts() {
        let packed = pack(&vec![b'a'; 64 << 20]);
        assert!(packed.len() < 1 << 17);
        let (largest, all, error) = read(&packed, 1 << 20).await;
        assert!(error.is_some_and(|e| e.contains("unpacks")));
        assert!(largest <= 1 << 20, "{largest}");
        assert!(all.len() < 10 << 20, "{}", all.len());
    }

    #[test]
    fn a_place_is_given_back_when_the_search_is_done() {
        let searches = Searches::new(2);
        let first = searches.begin();
        let second = searches.clone().begin();
        assert!(first.is_some() && second.is_some());
        assert!(searches.begin().is_none(), "no third beside two");
        drop(first);
        assert!(searches.begin().is_some());
        assert!(Searches::new(usize::MAX).begin().is_some());
    }

    fn late(limits: Limits, pauses: &'static [u64]) -> impl Future<Output = (usize, bool)> {
        let parts = stream::iter(pauses).then(|pause| async move {
            tokio::time::sleep(Duration::from_millis(*pause)).await;
            Ok(Bytes::from_static(b"x"))
        });
        let payload = Payload::Stream {
            payload: parts.boxed_local(),
        };
        let arrival = Arrival {
            payload: Rc::new(RefCell::new(payload)),
            late: Rc::new(Cell::new(false)),
            limits,
        };
        async move {
            let read: Vec<Part> = arrival.parts().collect().await;
            let whole = read.iter().filter(|part| part.is_ok()).count();
            (whole, arrival.late().is_some())
        }
    }

    #[actix_web::test]
    async fn a_pause_or_a_trickle_ends_a_body() {
        let limits = Limits {
            pause: Duration::from_millis(200),
            rate: 128,
            ..Limits::default()
        };
        assert_eq!(late(limits, &[0, 10, 10]).await, (3, false));
        assert_eq!(late(limits, &[0, 2000]).await, (1, true));
        // Never a long pause, but too little on the whole.
        let (parts, ended) = late(limits, &[60; 40]).await;
        assert!(ended && parts < 6, "{parts}");
    }
}
