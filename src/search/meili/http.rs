//! Requests to the server: the client's own types over the project's HTTP library, each waited for where it is made.
//!
//! Every request has a time after which it is given up. What may be tried again is: nothing that is sent changes more when it arrives twice.

use async_trait::async_trait;
use futures_util::{AsyncRead, AsyncReadExt as _, FutureExt as _};
use meilisearch_sdk::errors::{Error, ErrorType};
use meilisearch_sdk::request::{HttpClient, Method, parse_response};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::future::Future;
use std::time::{Duration, Instant};

/// How long a connection may take.
const CONNECT: Duration = Duration::from_secs(2);
/// Bytes of an answer at most.
const MOST: u64 = 256 << 20;
/// How often a request is sent in all.
const TRIES: u32 = 4;
/// How long to wait before the second; twice as long before each further one.
const BACKOFF: Duration = Duration::from_millis(100);

/// Sends requests with one key.
#[derive(Clone)]
pub(super) struct Http {
    agent: ureq::Agent,
    authorization: Option<String>,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
#[error("no answer: {0}")]
struct NoAnswer(String);

impl Http {
    /// `patience`: how long a request may take in all.
    pub(super) fn new(key: Option<&str>, patience: Duration) -> Self {
        let tls = ureq::tls::TlsConfig::builder()
            .root_certs(ureq::tls::RootCerts::PlatformVerifier)
            .build();
        let agent = ureq::Agent::config_builder()
            .tls_config(tls)
            .http_status_as_error(false)
            .timeout_connect(Some(CONNECT))
            .timeout_global(Some(patience))
            .build();
        Http {
            agent: agent.into(),
            authorization: key.map(|key| format!("Bearer {key}")),
        }
    }

    fn send(
        &self,
        verb: &str,
        url: &str,
        body: Option<(&str, &[u8])>,
    ) -> Result<(u16, String), ureq::Error> {
        let mut request = ureq::http::Request::builder().method(verb).uri(url);
        if let Some(authorization) = &self.authorization {
            request = request.header("Authorization", authorization);
        }
        let response = match body {
            Some((media, bytes)) => {
                let request = request.header("Content-Type", media).body(bytes);
                self.agent.run(request.map_err(ureq::Error::Http)?)
            }
            None => self.agent.run(request.body(()).map_err(ureq::Error::Http)?),
        };
        let mut response = response?;
        let text = response
            .body_mut()
            .with_config()
            .limit(MOST)
            .read_to_string()?;
        Ok((response.status().as_u16(), text))
    }
}

#[async_trait]
impl HttpClient for Http {
    async fn stream_request<
        Query: Serialize + Send + Sync,
        Body: AsyncRead + Send + Sync + 'static,
        Output: DeserializeOwned + 'static,
    >(
        &self,
        url: &str,
        method: Method<Query, Body>,
        content_type: &str,
        expected_status_code: u16,
    ) -> Result<Output, Error> {
        let verb = match &method {
            Method::Get { .. } => "GET",
            Method::Post { .. } => "POST",
            Method::Patch { .. } => "PATCH",
            Method::Put { .. } => "PUT",
            Method::Delete { .. } => "DELETE",
        };
        let url = with_query(url, method.query())?;
        let mut bytes = Vec::new();
        let body = match method.into_body() {
            Some(body) => {
                let mut body = Box::pin(body);
                let read = body.read_to_end(&mut bytes).await;
                read.map_err(|error| Error::Other(Box::new(error)))?;
                Some((content_type, bytes.as_slice()))
            }
            None => None,
        };
        let answer = self.send(verb, &url, body);
        let (status, text) =
            answer.map_err(|error| Error::Other(Box::new(NoAnswer(error.to_string()))))?;
        let text = match text.is_empty() {
            true => "null",
            false => &text,
        };
        parse_response(status, expected_status_code, text, url)
    }
}

fn with_query(url: &str, query: &impl Serialize) -> Result<String, Error> {
    let query = serde_json::to_value(query).map_err(Error::ParseError)?;
    let Some(members) = query.as_object().filter(|members| !members.is_empty()) else {
        return Ok(url.to_owned());
    };
    let mut written = form_urlencoded::Serializer::new(String::new());
    for (name, value) in members {
        match value {
            serde_json::Value::Null => {}
            serde_json::Value::String(text) => drop(written.append_pair(name, text)),
            other => drop(written.append_pair(name, &other.to_string())),
        }
    }
    Ok(format!("{url}?{}", written.finish()))
}

/// What a request of the client answers: this HTTP waits where it is called, so that nothing is pending afterwards.
pub(super) fn answer<T>(request: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    request.now_or_never().unwrap_or(Err(Error::Timeout))
}

/// The same, tried again where the server was not there, busy or failing.
pub(super) fn patiently<T, F: Future<Output = Result<T, Error>>>(
    request: impl Fn() -> F,
) -> Result<T, Error> {
    let mut pause = BACKOFF;
    for _ in 1..TRIES {
        match answer(request()) {
            Err(error) if is_passing(&error) => std::thread::sleep(pause),
            done => return done,
        }
        pause *= 2;
    }
    answer(request())
}

/// The same for readers, who wait: tried again only where the failure came at once, as of a connection that the server had closed.
pub(super) fn promptly<T, F: Future<Output = Result<T, Error>>>(
    request: impl Fn() -> F,
) -> Result<T, Error> {
    let begun = Instant::now();
    match answer(request()) {
        Err(error) if is_passing(&error) && begun.elapsed() < BACKOFF => answer(request()),
        done => done,
    }
}

/// Whether the same request may do better in a moment.
fn is_passing(error: &Error) -> bool {
    match error {
        Error::Other(other) => other.is::<NoAnswer>(),
        Error::MeilisearchCommunication(said) => said.status_code >= 500 || said.status_code == 429,
        Error::Meilisearch(said) => said.error_type == ErrorType::Internal,
        _ => false,
    }
}

/// Whether the server does not know the index, document or task.
pub(super) fn is_unknown(error: &Error) -> bool {
    use meilisearch_sdk::errors::ErrorCode::{DocumentNotFound, IndexNotFound, TaskNotFound};
    match error {
        Error::Meilisearch(said) => matches!(
            said.error_code,
            DocumentNotFound | IndexNotFound | TaskNotFound
        ),
        _ => false,
    }
}

/// Whether the server is well and only does not understand this request.
pub(super) fn is_refused(error: &Error) -> bool {
    match error {
        Error::Meilisearch(said) => {
            said.error_type == ErrorType::InvalidRequest && !is_unknown(error)
        }
        _ => false,
    }
}

/// Whether the key is not known, or does not allow what was asked: the server says the same of both.
pub(super) fn is_not_allowed(error: &Error) -> bool {
    match error {
        Error::Meilisearch(said) => said.error_type == ErrorType::Auth,
        Error::MeilisearchCommunication(said) => matches!(said.status_code, 401 | 403),
        _ => false,
    }
}
