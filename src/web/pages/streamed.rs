//! An answer made part by part: each on a thread that may wait, in a place among the searches, so that whoever reads slowly keeps neither. What is in it
//! is not its business.

use crate::web::api::blocking;
use crate::web::limits::Searches;
use crate::web::problem::Problem;
use actix_web::web::Bytes;
use actix_web::{HttpResponse, HttpResponseBuilder};

/// An answer on its way out.
pub(super) trait Parts: Send + Sized + 'static {
    /// The next part.
    fn part(&mut self) -> Result<Vec<u8>, Problem>;

    /// Whether everything is written.
    fn ended(&self) -> bool;
}

/// Answers with all parts, where there is a place for one more. One that fails breaks the answer off: whatever ends with a checkpoint then has none.
pub(super) async fn streamed<P: Parts>(
    searches: &Searches,
    parts: P,
    mut response: HttpResponseBuilder,
) -> HttpResponse {
    let Some(place) = searches.begin() else {
        return Problem::busy("searches").respond();
    };
    // The first part decides whether there is an answer at all.
    let mut begun = parts;
    let first = blocking(move || {
        let _place = place;
        begun.part().map(|part| (part, begun))
    });
    let first = match first.await {
        Ok(first) => first,
        Err(problem) => return problem.respond(),
    };
    let searches = searches.clone();
    let parts = futures_util::stream::unfold(Some(Ok::<_, Problem>(first)), move |ready| {
        let searches = searches.clone();
        async move {
            match ready? {
                Ok((part, parts)) if parts.ended() => Some((Ok(Bytes::from(part)), None)),
                Ok((part, parts)) => {
                    Some((Ok(Bytes::from(part)), Some(next(&searches, parts).await)))
                }
                Err(problem) => Some((Err(std::io::Error::other(problem.detail)), None)),
            }
        }
    });
    response.streaming(parts)
}

/// The next part, once there is a place for it.
async fn next<P: Parts>(searches: &Searches, mut parts: P) -> Result<(Vec<u8>, P), Problem> {
    let Some(place) = searches.next().await else {
        return Err(Problem::busy("searches"));
    };
    blocking(move || {
        let _place = place;
        parts.part().map(|part| (part, parts))
    })
    .await
}
