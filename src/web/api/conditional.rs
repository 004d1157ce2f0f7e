//! Conditional requests (RFC 9110 §13): an answer carries a tag made of its bytes, and whoever has these bytes is sent them no more.
//!
//! A tag of the bytes is right whatever they depend on. This file must not know what is answered: it saves sending, not making.

use crate::web::assets;
use actix_web::HttpResponse;
use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{CACHE_CONTROL, CONTENT_LOCATION, ETAG, IF_NONE_MATCH, VARY};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use gongshi_verify::encoding::hex;
use gongshi_verify::hash::sha256;

/// The tag of an answer's bytes; weak, since they may be packed on their way.
pub(in crate::web) fn tag(body: &[u8]) -> String {
    format!("W/\"{}\"", hex(&sha256(body)[..16]))
}

/// Around an address: 304 in the place of an answer whose tag the request names. Receipts of what was written, and what may
/// not be kept, have no tag.
pub(in crate::web) async fn unchanged<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B>>, actix_web::Error> {
    let asked = request.headers().get(IF_NONE_MATCH).cloned();
    let read = matches!(*request.method(), Method::GET | Method::HEAD);
    let mut response = next.call(request).await?;
    let kept = response.headers().get(CACHE_CONTROL);
    let kept = kept.is_none_or(|value| !value.as_bytes().ends_with(b"no-store"));
    if !read || !kept {
        response.headers_mut().remove(ETAG);
        return Ok(response.map_into_left_body());
    }
    let tag = response.headers().get(ETAG);
    let tag = tag.and_then(|tag| tag.to_str().ok()).unwrap_or_default();
    let same = asked.is_some_and(|asked| assets::matches(asked.as_bytes(), tag));
    if !same || tag.is_empty() || response.status() != StatusCode::OK {
        return Ok(response.map_into_left_body());
    }
    let mut short = HttpResponse::NotModified();
    for name in [ETAG, CACHE_CONTROL, CONTENT_LOCATION, VARY] {
        if let Some(value) = response.headers().get(&name) {
            short.insert_header((name, value.clone()));
        }
    }
    Ok(response.into_response(short.finish()).map_into_right_body())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_bytes_have_another_tag() {
        assert_eq!(tag(b"a"), tag(b"a"));
        assert_ne!(tag(b"a"), tag(b"b"));
        assert!(assets::matches(tag(b"").as_bytes(), &tag(b"")));
    }
}
