//! The one place where errors become HTTP answers: RFC 9457 for programs, a page for people.

use crate::domain::FieldError;
use crate::domain::validate::ProblemArg;
use crate::intake::Refusal;
use crate::log::LogError;
use crate::model::ModelError;
use crate::search::SearchError;
use crate::text::{Arg, Catalogue, Lang};
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use serde_json::{Value, json};

/// An error answer in the making.
#[derive(Debug, Clone, PartialEq)]
pub struct Problem {
    /// HTTP status.
    pub status: StatusCode,
    /// Stable reason code, kebab-case; the last part of `type`.
    pub code: &'static str,
    /// What went wrong, in English, for the one who wrote the client.
    pub detail: String,
    /// When to try again, in seconds.
    pub retry_after: Option<u64>,
    /// Faults of single fields.
    pub fields: Vec<FieldError>,
}

impl Problem {
    /// A problem without further members.
    pub fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Self {
        Problem {
            status,
            code,
            detail: detail.into(),
            retry_after: None,
            fields: Vec::new(),
        }
    }

    /// Nothing is there.
    pub fn not_found(detail: impl Into<String>) -> Self {
        Problem::new(StatusCode::NOT_FOUND, "not-found", detail)
    }

    /// The request is not understood.
    pub fn bad_request(detail: impl Into<String>) -> Self {
        Problem::new(StatusCode::BAD_REQUEST, "bad-request", detail)
    }

    /// The RFC 9457 object; titles and field faults in both languages, since nobody knows who reads them.
    pub fn to_json(&self) -> Value {
        let catalogue = Catalogue::built_in();
        let title = |lang| catalogue.first(lang, &[&format!("problem-title-{}", self.code)], &[]);
        let mut object = json!({
            "type": format!("/problems/{}", self.code),
            "code": self.code,
            "status": self.status.as_u16(),
            "title": title(Lang::En),
            "title_zh": title(Lang::Zh),
            "detail": self.detail,
        });
        // Lines of an NDJSON answer have no header of their own to say it in.
        if let Some(seconds) = self.retry_after {
            object["retry_after"] = seconds.into();
        }
        if !self.fields.is_empty() {
            let fault = |error: &FieldError| {
                json!({
                    "field": error.path,
                    "code": error.problem.code(),
                    "value": error.value,
                    "detail": field_sentence(Lang::En, error),
                    "detail_zh": field_sentence(Lang::Zh, error),
                })
            };
            object["errors"] = self.fields.iter().map(fault).collect();
        }
        object
    }

    /// The answer to a program.
    pub fn respond(&self) -> HttpResponse {
        let mut response = HttpResponse::build(self.status);
        if let Some(seconds) = self.retry_after {
            response.insert_header(("Retry-After", seconds.to_string()));
        }
        response
            .insert_header(("Content-Type", "application/problem+json"))
            .insert_header(("Cache-Control", "no-store"))
            .body(self.to_json().to_string())
    }
}

/// What is wrong with one field, as an officer reads it.
pub fn field_sentence(lang: Lang, error: &FieldError) -> String {
    let catalogue = Catalogue::built_in();
    let mut args: Vec<(&str, Arg)> = vec![
        ("field", catalogue.field(lang, "", error.field()).into()),
        ("value", error.value.clone().into()),
    ];
    for (name, arg) in error.problem.args() {
        let arg = match arg {
            ProblemArg::Text(text) => Arg::Text(text),
            ProblemArg::Number(number) => Arg::Number(number),
            ProblemArg::Key(key) => Arg::Key(key),
        };
        args.push((name, arg));
    }
    catalogue.get(lang, &format!("problem-{}", error.problem.code()), &args)
}

impl From<&Refusal> for Problem {
    fn from(refusal: &Refusal) -> Self {
        let status = match refusal {
            Refusal::TooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Refusal::Rights(_) | Refusal::Signature(_) | Refusal::Authority(_) => {
                StatusCode::FORBIDDEN
            }
            Refusal::SaltReused => StatusCode::CONFLICT,
            Refusal::Overloaded(_) => StatusCode::TOO_MANY_REQUESTS,
            Refusal::Unavailable(_) => StatusCode::SERVICE_UNAVAILABLE,
            Refusal::Malformed(_) => StatusCode::BAD_REQUEST,
            _ => StatusCode::UNPROCESSABLE_ENTITY,
        };
        let mut problem = Problem::new(status, refusal.code(), refusal.to_string());
        match refusal {
            Refusal::Fields(fields) => problem.fields = fields.clone(),
            Refusal::Overloaded(seconds) => problem.retry_after = Some(*seconds),
            Refusal::Unavailable(_) => problem.retry_after = Some(5),
            _ => {}
        }
        problem
    }
}

impl From<LogError> for Problem {
    fn from(error: LogError) -> Self {
        match error {
            LogError::Beyond { .. } => {
                Problem::new(StatusCode::NOT_FOUND, "beyond-the-log", error.to_string())
            }
            error => internal(&error),
        }
    }
}

impl From<ModelError> for Problem {
    fn from(error: ModelError) -> Self {
        internal(&error)
    }
}

impl From<SearchError> for Problem {
    fn from(error: SearchError) -> Self {
        match error {
            SearchError::TooDeep { .. } => {
                Problem::new(StatusCode::BAD_REQUEST, "too-deep", error.to_string())
            }
            error => internal(&error),
        }
    }
}

/// What went wrong inside is for the operator's log, not for the world.
fn internal(error: &dyn std::error::Error) -> Problem {
    tracing::error!(%error, "a request could not be answered");
    Problem::new(
        StatusCode::INTERNAL_SERVER_ERROR,
        "internal",
        "the server could not read what it needed",
    )
}
