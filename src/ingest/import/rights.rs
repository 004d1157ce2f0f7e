//! What a key may publish, as a server lists its authority: so that a check of a table tells beforehand what the log would
//! refuse whatever the rows say. It must not send, and decides nothing: that is the log's.

use crate::domain::Kind;
use crate::ingest::client::Authority;
use crate::ingest::key_file::KeyFile;
use crate::ingest::refused::Refused;
use gongshi_verify::names::{NameError, RegionCode};

/// What the log takes from a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rights {
    /// Nobody said.
    Unknown,
    /// Records of the kind, about this region and what it covers.
    Within(RegionCode),
    /// Nothing of the kind: the refusal that every row would meet.
    Nothing(Box<Refused>),
}

impl Rights {
    /// The rights to publish a kind, of a key whose authority is listed as `listed`; `None` where it is not listed.
    ///
    /// # Errors
    /// The listed region is none.
    pub fn of(key: &KeyFile, kind: Kind, listed: Option<&Authority>) -> Result<Self, NameError> {
        let nothing = |code: &str| {
            let code = code.to_owned();
            Ok(Rights::Nothing(Box::new(Refused {
                code,
                ..Refused::default()
            })))
        };
        let Some(authority) = listed else {
            return nothing("unknown-authority");
        };
        if !authority.kinds.iter().any(|name| name == kind.as_str()) {
            return nothing("kind-not-allowed");
        }
        let public = key.key.public().to_base64();
        let is_valid = |known: &crate::ingest::AuthorityKey| {
            known.public_key == public && known.ended_at.is_none()
        };
        if !authority.keys.iter().any(is_valid) {
            return nothing("bad-signature");
        }
        Ok(Rights::Within(RegionCode::parse(&authority.region)?))
    }

    /// The authority's region, where a record about `region` is outside it. What is no region is another fault.
    pub(super) fn outside(&self, region: &str) -> Option<&RegionCode> {
        let Rights::Within(own) = self else {
            return None;
        };
        let region = RegionCode::parse(region).ok()?;
        (!own.covers(&region)).then_some(own)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::AuthorityKey;
    use gongshi_verify::keys::SecretKey;
    use gongshi_verify::names::AuthorityId;

    #[test]
    fn rights_are_those_the_log_would_hold_an_event_to() {
        let key = KeyFile {
            authority: AuthorityId::parse("610323-SCJG").unwrap(),
            key: SecretKey::from_seed(&[7; 32]),
        };
        let listed = |ended_at| Authority {
            id: "610323-SCJG".to_owned(),
            name: "Department".to_owned(),
            role: "department".to_owned(),
            region: "610300".to_owned(),
            kinds: vec!["permit".to_owned()],
            hotline: None,
            keys: vec![AuthorityKey {
                public_key: key.key.public().to_base64(),
                added_at: 1,
                ended_at,
                forced: false,
            }],
        };
        let refused = |kind, listed: Option<&Authority>| match Rights::of(&key, kind, listed) {
            Ok(Rights::Nothing(refused)) => refused.code,
            other => panic!("{other:?}"),
        };
        assert_eq!(refused(Kind::Permit, None), "unknown-authority");
        assert_eq!(
            refused(Kind::Penalty, Some(&listed(None))),
            "kind-not-allowed"
        );
        assert_eq!(
            refused(Kind::Permit, Some(&listed(Some(5)))),
            "bad-signature"
        );
        let other = Authority {
            keys: Vec::new(),
            ..listed(None)
        };
        assert_eq!(refused(Kind::Permit, Some(&other)), "bad-signature");
        let rights = Rights::of(&key, Kind::Permit, Some(&listed(None))).unwrap();
        assert_eq!(rights.outside("610323"), None);
        assert_eq!(rights.outside("no region"), None);
        let own = RegionCode::parse("610300").unwrap();
        assert_eq!(rights.outside("610100"), Some(&own));
        assert_eq!(Rights::Unknown.outside("610100"), None);
    }
}
