//! What feeds and other files of the pages share: ids that last, moments, and the answer.

use super::fault::Fault;
use super::{Answer, Draft, Visit};
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use atom_syndication::{FixedDateTime, Generator, Link};
use gongshi_verify::encoding::hex;
use gongshi_verify::time::Timestamp;
use sha2::{Digest as _, Sha256};

/// An id of something, for ever the same: a UUID of the custom version (RFC 9562), from a hash.
pub(super) fn uuid(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    hash.update(b"gongshi/feed/v1");
    for part in parts {
        hash.update(b"\n");
        hash.update(part.as_bytes());
    }
    let hash: [u8; 32] = hash.finalize().into();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hash[..16]);
    bytes[6] = bytes[6] & 0x0f | 0x80;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let text = hex(&bytes);
    let parts = [
        &text[..8],
        &text[8..12],
        &text[12..16],
        &text[16..20],
        &text[20..],
    ];
    parts.join("-")
}

/// A moment of the log as feeds have it. Both write years of four digits.
pub(super) fn moment(time: Timestamp) -> FixedDateTime {
    time.to_string().parse().unwrap_or_default()
}

/// What made a feed.
pub(super) fn generator() -> Option<Generator> {
    Some(Generator {
        value: "Gongshi".to_owned(),
        ..Generator::default()
    })
}

impl Visit {
    /// A feed's link to a path of the portal.
    pub(super) fn feed_link(&self, rel: &str, media: &str, path: &str) -> Link {
        Link {
            href: format!("{}{path}", self.site.as_deref().unwrap_or_default()),
            rel: rel.to_owned(),
            mime_type: Some(media.to_owned()),
            ..Link::default()
        }
    }

    /// Builds the answer on a thread that may wait for storage, unless the reader has it already; faults are pages.
    pub(super) async fn file(
        self,
        build: impl FnOnce(&Visit, &str) -> Result<Draft, Fault> + Send + 'static,
    ) -> HttpResponse {
        // Taken before anything is read: an entry that comes in between makes the tag too old, never too new.
        let etag = self.etag();
        if let Some(unchanged) = self.unchanged(&etag) {
            return unchanged;
        }
        let lang = self.lang;
        let built = web::block(move || match build(&self, &etag) {
            Ok(draft) => draft,
            Err(fault) => self.respond(Answer::Fault(fault), &etag),
        });
        built
            .await
            .unwrap_or_else(|_| Draft::plain(StatusCode::SERVICE_UNAVAILABLE, lang))
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_depends_on_every_part_and_is_a_uuid() {
        let one = uuid(&["duty", "example.org/log", "7", "promise"]);
        assert_ne!(one, uuid(&["duty", "example.org/log", "8", "promise"]));
        assert_ne!(
            one,
            uuid(&["duty", "example.org/log", "7", "rectification"])
        );
        assert_eq!(one, uuid(&["duty", "example.org/log", "7", "promise"]));
        let lengths: Vec<usize> = one.split('-').map(str::len).collect();
        assert_eq!(lengths, [8, 4, 4, 4, 12]);
        assert_eq!(&one[14..15], "8");
        assert!("89ab".contains(&one[19..20]), "{one}");
    }
}
