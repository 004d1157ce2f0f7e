//! The few things asked of an HTTP answer, so that the library's types stay in one place.

use crate::ingest::refused::Refused;
use std::io::Read;

pub(super) type Response = ureq::http::Response<ureq::Body>;

pub(super) struct Good(Response);

pub(super) struct Failure {
    pub(super) status: u16,
    pub(super) detail: String,
    pub(super) retry_after: Option<u64>,
    pub(super) problem: Option<Box<Refused>>,
}

pub(super) fn check(mut response: Response) -> Result<Good, Failure> {
    let status = response.status().as_u16();
    if (200..300).contains(&status) {
        return Ok(Good(response));
    }
    let header = response.headers().get("retry-after");
    let retry_after = header
        .and_then(|value| value.to_str().ok())
        .and_then(|text| text.parse().ok());
    let text = response.body_mut().read_to_string().unwrap_or_default();
    let problem: Option<Refused> = serde_json::from_str(&text).ok();
    let problem = problem
        .filter(|problem| !problem.code.is_empty())
        .map(Box::new);
    let detail = match &problem {
        Some(problem) if !problem.detail.is_empty() => problem.detail.clone(),
        _ if text.trim_start().starts_with('<') => {
            "a page for people, not an answer of the API".to_owned()
        }
        _ => text
            .lines()
            .next()
            .unwrap_or_default()
            .chars()
            .take(200)
            .collect(),
    };
    Err(Failure {
        status,
        detail,
        retry_after,
        problem,
    })
}

impl Good {
    pub(super) fn body_mut_text(mut self) -> Result<String, ureq::Error> {
        self.0.body_mut().read_to_string()
    }

    pub(super) fn into_reader(self) -> impl Read {
        self.0.into_body().into_reader()
    }
}
