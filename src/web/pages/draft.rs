//! An answer made on a thread that may wait, before it becomes the response that may not leave its own.

use super::Visit;
use crate::text::{Catalogue, Lang};
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_LANGUAGE, CONTENT_TYPE, ETAG, HeaderName};

/// An answer that may cross threads; [`HttpResponse`] may not.
pub(super) struct Draft {
    pub(super) status: StatusCode,
    pub(super) headers: Vec<(HeaderName, String)>,
    pub(super) body: Vec<u8>,
}

impl Draft {
    /// Said where no page can be made.
    pub(super) fn plain(status: StatusCode, lang: Lang) -> Self {
        let word = |key| Catalogue::built_in().get(lang, key, &[]);
        Draft {
            status,
            headers: vec![
                (CONTENT_TYPE, "text/plain; charset=utf-8".to_owned()),
                (CONTENT_LANGUAGE, lang.tag().to_owned()),
                (CACHE_CONTROL, "no-store".to_owned()),
            ],
            body: format!(
                "{}\n{}\n",
                word("page-error-500"),
                word("page-error-500-text")
            )
            .into_bytes(),
        }
    }

    /// A file that readers may keep as they keep pages.
    pub(super) fn file(media: &str, visit: &Visit, etag: &str, body: impl Into<Vec<u8>>) -> Self {
        Draft {
            status: StatusCode::OK,
            headers: vec![
                (CONTENT_TYPE, media.to_owned()),
                (CONTENT_LANGUAGE, visit.lang.tag().to_owned()),
                (CACHE_CONTROL, visit.caching().to_owned()),
                (ETAG, etag.to_owned()),
            ],
            body: body.into(),
        }
    }

    pub(super) fn finish(self) -> HttpResponse {
        let mut response = HttpResponse::build(self.status);
        for header in self.headers {
            response.insert_header(header);
        }
        response.body(self.body)
    }
}
