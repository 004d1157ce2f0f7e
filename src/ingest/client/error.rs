//! Why a server did not do what it was asked, in words of the language, and whether asking again may help.

use crate::ingest::refused::Refused;
use crate::text::{Arg, Catalogue, Lang};
use std::time::Duration;

/// Why a server did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// It cannot be reached, or the connection broke.
    #[error("no connection to {server}: {reason}")]
    Connection {
        /// The address asked.
        server: String,
        /// What happened.
        reason: String,
    },
    /// It answered with an error.
    #[error("{server} answered {status}: {detail}")]
    Status {
        /// The address asked.
        server: String,
        /// HTTP status.
        status: u16,
        /// Its own words.
        detail: String,
        /// When to try again, in seconds, where it said so.
        retry_after: Option<u64>,
        /// The whole of its answer, where that is an RFC 9457 problem.
        problem: Option<Box<Refused>>,
    },
    /// It answered something a Gongshi server does not.
    #[error("the answer of {server} is not one of a Gongshi server: {reason}")]
    Foreign {
        /// The address asked.
        server: String,
        /// What is odd.
        reason: String,
    },
}

impl ClientError {
    /// The error in words of the language, as far as the server and this program have them.
    pub fn words(&self, lang: Lang) -> String {
        let catalogue = Catalogue::built_in();
        let said = |key: &str, args: &[(&str, Arg)]| catalogue.get(lang, key, args);
        match self {
            ClientError::Connection { server, reason } => {
                let args = [
                    ("server", server.clone().into()),
                    ("reason", reason.clone().into()),
                ];
                said("import-error-connection", &args)
            }
            ClientError::Status {
                server,
                status,
                detail,
                problem,
                ..
            } => {
                let reason = match problem {
                    Some(problem) => problem.words(lang).join(" — "),
                    None => detail.clone(),
                };
                let args = [
                    ("server", server.clone().into()),
                    ("status", status.to_string().into()),
                    ("reason", reason.into()),
                ];
                said("send-status", &args)
            }
            ClientError::Foreign { server, reason } => {
                let args = [
                    ("server", server.clone().into()),
                    ("reason", reason.clone().into()),
                ];
                said("send-foreign", &args)
            }
        }
    }

    /// What is said while the same is tried again after a pause.
    pub fn waiting_words(&self, lang: Lang, pause: Duration) -> String {
        // Half a second is said as one.
        let seconds = i64::try_from(pause.as_millis().div_ceil(1000)).unwrap_or(i64::MAX);
        let args = [
            ("reason", self.words(lang).into()),
            ("seconds", seconds.into()),
        ];
        Catalogue::built_in().get(lang, "send-waiting", &args)
    }

    /// When to try again, in seconds, where the server said so.
    pub fn retry_after(&self) -> Option<u64> {
        match self {
            ClientError::Status { retry_after, .. } => *retry_after,
            _ => None,
        }
    }

    /// Whether the same request may succeed later.
    pub fn is_temporary(&self) -> bool {
        match self {
            ClientError::Connection { .. } => true,
            ClientError::Status {
                status, problem, ..
            } => {
                let stands = problem.as_ref().is_some_and(|one| one.waits_for_somebody());
                matches!(status, 408 | 429 | 500..) && !stands
            }
            ClientError::Foreign { .. } => false,
        }
    }
}
