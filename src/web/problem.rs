//! The one place where errors become HTTP answers: RFC 9457 for programs, a page for people.

use crate::domain::validate::ProblemArg;
use crate::domain::{FieldError, Problem as Fault};
use crate::intake::Refusal;
use crate::log::LogError;
use crate::model::ModelError;
use crate::search::SearchError;
use crate::text::{Arg, Catalogue, Lang};
use actix_web::http::StatusCode;
use actix_web::http::header::{AcceptLanguage, Header as _, Quality};
use actix_web::{HttpRequest, HttpResponse};
use gongshi_verify::registry::RightsError;
use serde_json::{Value, json};

/// When a search that found no place should be tried again.
pub(super) const BUSY_SECONDS: u64 = 5;

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
    /// Methods that are possible instead; empty unless the method is at fault.
    pub allow: &'static str,
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
            allow: "",
        }
    }

    /// Nothing is there.
    pub fn not_found(detail: impl Into<String>) -> Self {
        Problem::new(StatusCode::NOT_FOUND, "not-found", detail)
    }

    /// As many of these are in work as the server takes at once.
    pub fn busy(of_what: &str) -> Self {
        let mut problem = Problem::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "overloaded",
            format!("as many {of_what} are in work as the server takes at once"),
        );
        problem.retry_after = Some(BUSY_SECONDS);
        problem
    }

    /// The request is not understood.
    pub fn bad_request(detail: impl Into<String>) -> Self {
        Problem::new(StatusCode::BAD_REQUEST, "bad-request", detail)
    }

    /// The RFC 9457 object with an English title, as a line of an NDJSON answer.
    pub fn to_json(&self) -> Value {
        self.to_json_in(Lang::En)
    }

    /// The RFC 9457 object with its title in a language. The words are there in both, since whoever keeps a refusal does
    /// not keep the request's header.
    fn to_json_in(&self, lang: Lang) -> Value {
        let catalogue = Catalogue::built_in();
        let title = |lang| catalogue.get(lang, &format!("problem-title-{}", self.code), &[]);
        let mut object = json!({
            "type": format!("/problems/{}", self.code),
            "code": self.code,
            "status": self.status.as_u16(),
            "title": title(lang),
            "title_zh": title(Lang::Zh),
            "detail": self.detail,
        });
        // Lines of an NDJSON answer have no header of their own to say it in.
        if let Some(seconds) = self.retry_after {
            object["retry_after"] = seconds.into();
        }
        if !self.fields.is_empty() {
            let fault = |error: &FieldError| {
                let mut fault = json!({
                    "field": error.path,
                    "code": error.problem.code(),
                    "value": error.value,
                    "detail": field_sentence(Lang::En, error),
                    "detail_zh": field_sentence(Lang::Zh, error),
                });
                if let Some((index, leaf_hash)) = error.problem.meant() {
                    fault["entry"] = json!({"index": index, "leaf_hash": leaf_hash});
                }
                fault
            };
            object["errors"] = self.fields.iter().map(fault).collect();
        }
        object
    }

    /// The answer to a program, in English until `localised` knows what the program asked for.
    pub fn respond(&self) -> HttpResponse {
        let mut response = self.respond_in(Lang::En);
        response.extensions_mut().insert(self.clone());
        response
    }

    /// The answer to this request, in its language.
    pub(super) fn respond_to(&self, request: &HttpRequest) -> HttpResponse {
        self.respond_in(preferred(request))
    }

    fn respond_in(&self, lang: Lang) -> HttpResponse {
        let mut response = HttpResponse::build(self.status);
        if let Some(seconds) = self.retry_after {
            response.insert_header(("Retry-After", seconds.to_string()));
        }
        if !self.allow.is_empty() {
            response.insert_header(("Allow", self.allow));
        }
        response
            .insert_header(("Content-Type", "application/problem+json"))
            .insert_header(("Cache-Control", "no-store"))
            .insert_header(("Vary", "Accept-Language"))
            .body(self.to_json_in(lang).to_string())
    }
}

/// The problem of an answer again, with its title in the language the request prefers; `None` where it stands already.
pub(super) fn localised<B>(
    request: &HttpRequest,
    response: &mut HttpResponse<B>,
) -> Option<HttpResponse> {
    let problem = response.extensions_mut().remove::<Problem>()?;
    match preferred(request) {
        Lang::En => None,
        lang => Some(problem.respond_in(lang)),
    }
}

/// The language of ours that `Accept-Language` likes best; English, the language of programs, where it names none.
fn preferred(request: &HttpRequest) -> Lang {
    let Ok(accepted) = AcceptLanguage::parse(request) else {
        return Lang::En;
    };
    let wanted = accepted
        .0
        .iter()
        .filter(|item| item.quality > Quality::ZERO);
    let ours = wanted.filter_map(|item| {
        let tag = item.item.item()?.as_str();
        Some((item.quality, Lang::from_tag(tag)?))
    });
    // Of equals the last is taken: turned round, that is the one named first.
    let ours: Vec<_> = ours.collect();
    let best = ours.iter().rev().max_by_key(|(quality, _)| *quality);
    best.map_or(Lang::En, |(_, lang)| *lang)
}

/// What is wrong with one field, as an officer reads it.
pub fn field_sentence(lang: Lang, error: &FieldError) -> String {
    let catalogue = Catalogue::built_in();
    // An unknown member has only the name its author gave it.
    let field = match catalogue.has(lang, &format!("field-{}", error.field())) {
        true => catalogue.field(lang, "", error.field()),
        false => error.field().to_owned(),
    };
    let mut args: Vec<(&str, Arg)> = vec![
        ("field", field.into()),
        ("value", error.value.clone().into()),
    ];
    for (name, arg) in error.problem.args() {
        let arg = match arg {
            ProblemArg::Text(text) => Arg::Text(text),
            ProblemArg::Number(number) => Arg::Number(number),
            ProblemArg::Key(key) => Arg::Key(key),
            ProblemArg::Keys(keys) => Arg::Keys(keys),
            ProblemArg::Either { zh, en } => Arg::Text(lang.pick(zh, en)),
        };
        args.push((name, arg));
    }
    catalogue.get(lang, &format!("problem-{}", error.problem.code()), &args)
}

impl From<&Refusal> for Problem {
    fn from(refusal: &Refusal) -> Self {
        let status = match refusal {
            Refusal::TooLarge { .. } | Refusal::BodyTooLarge(_) | Refusal::FileTooLarge(_) => {
                StatusCode::PAYLOAD_TOO_LARGE
            }
            Refusal::FilesFull(_) => StatusCode::INSUFFICIENT_STORAGE,
            Refusal::Rights(_)
            | Refusal::Signature(_)
            | Refusal::Cosignature(_)
            | Refusal::Authority(_)
            | Refusal::Competence(_)
            | Refusal::KeyOfLog => StatusCode::FORBIDDEN,
            Refusal::SaltReused => StatusCode::CONFLICT,
            Refusal::Overloaded(_) => StatusCode::TOO_MANY_REQUESTS,
            Refusal::Unavailable(_) => StatusCode::SERVICE_UNAVAILABLE,
            Refusal::Malformed(_) => StatusCode::BAD_REQUEST,
            _ => StatusCode::UNPROCESSABLE_ENTITY,
        };
        let mut problem = Problem::new(status, refusal.code(), refusal.to_string());
        problem.fields = faults(refusal);
        match refusal {
            Refusal::Overloaded(seconds) => problem.retry_after = Some(*seconds),
            Refusal::Unavailable(_) => problem.retry_after = Some(5),
            Refusal::FilesFull(_) => problem.retry_after = Some(60),
            _ => {}
        }
        problem
    }
}

/// The fields a refusal is about, so that whoever holds a table finds the cell.
fn faults(refusal: &Refusal) -> Vec<FieldError> {
    let fault = |path: &str, value: &dyn ToString, problem| {
        vec![FieldError {
            path: path.to_owned(),
            problem,
            value: value.to_string(),
        }]
    };
    match refusal {
        Refusal::Fields(fields)
        | Refusal::Draw(fields)
        | Refusal::Ending(fields)
        | Refusal::Publication(fields)
        | Refusal::Competence(fields)
        | Refusal::Journey(fields) => fields.clone(),
        Refusal::Rights(RightsError::Region { own, region, .. }) => {
            let own = own.to_string();
            fault("region", region, Fault::OutsideRegion { own })
        }
        Refusal::Reference { path, index } => fault(path, index, Fault::UnknownReference),
        Refusal::ReferenceKind {
            path,
            index,
            found,
            expected,
        } => {
            let found = found.clone();
            fault(path, index, Fault::ReferenceKind { found, expected })
        }
        Refusal::ReferenceSubject { path, index } => fault(path, index, Fault::ReferenceSubject),
        _ => Vec::new(),
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
            SearchError::Nowhere { .. } => Problem::bad_request(error.to_string()),
            error => internal(&error),
        }
    }
}

/// What went wrong inside is for the operator's log, not for the world.
pub(super) fn internal(error: &dyn std::error::Error) -> Problem {
    tracing::error!(%error, "a request could not be answered");
    Problem::new(
        StatusCode::INTERNAL_SERVER_ERROR,
        "internal",
        "the server could not read what it needed",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Kind;
    use actix_web::test::TestRequest;
    use gongshi_verify::names::{AuthorityId, RegionCode};

    /// What a refusal says of one field, a program finds under that field, in both languages.
    #[test]
    fn refusals_name_their_fields() {
        let region = |text| RegionCode::parse(text).unwrap();
        let (path, index) = ("listing".to_owned(), 12);
        let cases = [
            (
                Refusal::Rights(RightsError::Region {
                    authority: AuthorityId::parse("610323-SCJG").unwrap(),
                    own: region("610323"),
                    region: region("999999"),
                }),
                "region",
                "999999",
                "610323",
            ),
            (
                Refusal::Reference {
                    path: path.clone(),
                    index,
                },
                "listing",
                "12",
                "12",
            ),
            (
                Refusal::ReferenceKind {
                    path: path.clone(),
                    index,
                    found: "permit".to_owned(),
                    expected: &[Kind::AbnormalListing, Kind::Penalty],
                },
                "listing",
                "12",
                "、行政处罚",
            ),
            (
                Refusal::ReferenceSubject { path, index },
                "listing",
                "12",
                "12",
            ),
        ];
        for (refusal, field, value, told) in cases {
            let object = Problem::from(&refusal).to_json();
            let [error] = object["errors"].as_array().unwrap().as_slice() else {
                panic!("{object}");
            };
            assert_eq!(
                (&error["field"], &error["value"]),
                (&field.into(), &value.into())
            );
            let zh = error["detail_zh"].as_str().unwrap();
            assert!(zh.contains(told), "{zh}");
            assert!(!zh.contains(|c: char| c.is_ascii_alphabetic()), "{zh}");
            assert!(
                !error["detail"].as_str().unwrap().contains(['「', '_']),
                "{error}"
            );
        }
    }

    #[test]
    fn the_language_liked_best_is_chosen() {
        let choose = |header: &str| {
            let request = TestRequest::default().insert_header(("Accept-Language", header));
            preferred(&request.to_http_request())
        };
        assert_eq!(
            preferred(&TestRequest::default().to_http_request()),
            Lang::En
        );
        for zh in [
            "zh",
            "zh-CN,zh;q=0.9,en;q=0.8",
            "fr, zh-Hans",
            "en;q=0.5, zh;q=0.6",
            "zh, en",
        ] {
            assert_eq!(choose(zh), Lang::Zh, "{zh}");
        }
        for en in [
            "en",
            "en, zh",
            "zh;q=0",
            "fr",
            "*",
            "",
            ";;q=x",
            "zh;q=0.1, en",
        ] {
            assert_eq!(choose(en), Lang::En, "{en}");
        }
    }
}
