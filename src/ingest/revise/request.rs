//! A request as it goes from the first person to the second: events signed once, for one log, all of one kind.
//!
//! A file of text, no secret: it says nothing but what will be public.
//!
//! ```text
//! gongshi-request/v1 <origin> <number of events>
//! <an event as it is submitted, without its cosignature>
//! …
//! ```

use super::ending::{field_faults, until};
use crate::domain::{FieldError, Kind};
use crate::ingest::{Authority, KeyFile};
use crate::intake::Event;
use gongshi_verify::encoding::decimal;
use gongshi_verify::entry::MAX_AHEAD_SECONDS;
use gongshi_verify::names::{AuthorityId, NameError, Origin};
use gongshi_verify::time::Timestamp;
use std::collections::BTreeSet;
use std::fmt::Write as _;

const HEADER: &str = "gongshi-request/v1";

/// Events that wait for their second signature.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// The log they are for.
    pub origin: Origin,
    /// What all of them are.
    pub kind: Kind,
    /// Who signed.
    pub authority: AuthorityId,
    /// Each with the index of the record it is about; a record once.
    pub events: Vec<(u64, Event)>,
}

/// Why a file is no usable request.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RequestFileError {
    /// Not a request.
    #[error(
        "not a request to approve: its first line must be gongshi-request/v1, the log's origin and a number"
    )]
    Header,
    /// The origin is none.
    #[error("line 1: {0}")]
    Origin(#[from] NameError),
    /// Lines are missing, or too many.
    #[error("the request is not whole: it says {said} records and has {found}")]
    Count {
        /// In the first line.
        said: u64,
        /// In the file.
        found: u64,
    },
    /// A line is no event.
    #[error("line {line}: {reason}")]
    Event {
        /// From 1.
        line: usize,
        /// What is wrong.
        reason: String,
    },
    /// An event that nobody needs to approve.
    #[error("line {line}: a record of the kind {kind} is not for a second person to approve")]
    Kind {
        /// From 1.
        line: usize,
        /// Which.
        kind: String,
    },
    /// Not all of one kind, of one authority, and about different records.
    #[error("line {line}: {what}")]
    Mixed {
        /// From 1.
        line: usize,
        /// What differs, or does not.
        what: Mixture,
    },
    /// The event has its second signature already.
    #[error("line {0}: it is approved already")]
    Approved(usize),
}

/// In which way the events of a request do not go together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mixture {
    /// An earlier line is about the same record.
    SameRecord,
    /// The first event is of another kind.
    OtherKind,
    /// The first event is by another authority.
    OtherAuthority,
}

impl Mixture {
    /// Its stable name.
    pub fn code(self) -> &'static str {
        match self {
            Mixture::SameRecord => "same-record",
            Mixture::OtherKind => "other-kind",
            Mixture::OtherAuthority => "other-authority",
        }
    }
}

impl std::fmt::Display for Mixture {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(match self {
            Mixture::SameRecord => "an earlier line is about the same record",
            Mixture::OtherKind => "the first event is of another kind",
            Mixture::OtherAuthority => "the first event is by another authority",
        })
    }
}

/// Why a request must not be approved by this key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RequestFault {
    /// It is for another log.
    #[error("the request is for the log {0}, and this is another")]
    Origin(Origin),
    /// The key is another authority's.
    #[error(
        "the request is by {asked}, and this key is of {own}; a second key of {asked} approves it"
    )]
    Authority {
        /// Who signed.
        asked: AuthorityId,
        /// Whose key this is.
        own: AuthorityId,
    },
    /// Whoever signed cannot approve.
    #[error("this key has signed the request itself; a second person approves it with another key")]
    SameKey,
    /// Changed after it was signed, or signed with a key that is none of the authority's.
    #[error(
        "the event about record {index} is not signed by a valid key of {authority}: it was altered, or its key has ended"
    )]
    Signature {
        /// The record.
        index: u64,
        /// Who should have.
        authority: AuthorityId,
    },
    /// Signed too long ago.
    #[error(
        "the request was signed at {issued_at}, and could be approved for 7 days, until {until}; let it be made anew"
    )]
    Old {
        /// When.
        issued_at: Timestamp,
        /// The end of the 7 days.
        until: Timestamp,
    },
    /// Signed in the future.
    #[error(
        "the request was signed at {0}, which is still to come; one of the two clocks is wrong"
    )]
    Ahead(Timestamp),
    /// A field is at fault.
    #[error("the event about record {index}: {fault}")]
    Field {
        /// The record.
        index: u64,
        /// What is wrong.
        fault: Box<FieldError>,
    },
}

impl Request {
    /// A request of events that one authority signed.
    ///
    /// # Errors
    /// [`RequestFileError`], as if they were read.
    pub fn new(origin: Origin, events: Vec<Event>) -> Result<Self, RequestFileError> {
        Self::checked(origin, events)
    }

    /// Reads a request. Signatures are not checked: see [`check`](Self::check).
    ///
    /// # Errors
    /// [`RequestFileError`].
    pub fn parse(text: &[u8]) -> Result<Self, RequestFileError> {
        let text = std::str::from_utf8(text).map_err(|_| RequestFileError::Header)?;
        let mut lines = text.lines();
        let words: Vec<&str> = lines.next().unwrap_or_default().split(' ').collect();
        let [HEADER, origin, said] = words.as_slice() else {
            return Err(RequestFileError::Header);
        };
        let said = decimal(said).ok_or(RequestFileError::Header)?;
        let origin = Origin::parse(origin)?;
        let mut events = Vec::new();
        for (line, text) in (2..).zip(lines) {
            let event = Event::parse(text.as_bytes()).map_err(|(refusal, _)| {
                let reason = refusal.to_string();
                RequestFileError::Event { line, reason }
            })?;
            events.push(event);
        }
        let found = events.len() as u64;
        if found != said || found == 0 {
            return Err(RequestFileError::Count { said, found });
        }
        Self::checked(origin, events)
    }

    fn checked(origin: Origin, events: Vec<Event>) -> Result<Self, RequestFileError> {
        let mut request: Option<Request> = None;
        let mut seen = BTreeSet::new();
        for (line, event) in (2..).zip(events) {
            let kind = event.kind.as_str().parse().ok();
            let kind = kind.filter(|kind| matches!(kind, Kind::Withdrawal | Kind::Erasure));
            let kind = kind.ok_or_else(|| RequestFileError::Kind {
                line,
                kind: event.kind.to_string(),
            })?;
            let index = event.reference.as_deref().and_then(decimal);
            let index = index.ok_or_else(|| RequestFileError::Event {
                line,
                reason: "member ref must be the index of a record".to_owned(),
            })?;
            if event.cosignature.is_some() {
                return Err(RequestFileError::Approved(line));
            }
            let mixed = |what| RequestFileError::Mixed { line, what };
            if !seen.insert(index) {
                return Err(mixed(Mixture::SameRecord));
            }
            let request = request.get_or_insert_with(|| Request {
                origin: origin.clone(),
                kind,
                authority: event.authority.clone(),
                events: Vec::new(),
            });
            if request.kind != kind {
                return Err(mixed(Mixture::OtherKind));
            }
            if request.authority != event.authority {
                return Err(mixed(Mixture::OtherAuthority));
            }
            request.events.push((index, event));
        }
        request.ok_or(RequestFileError::Count { said: 0, found: 0 })
    }

    /// The text that [`parse`](Self::parse) reads.
    pub fn to_text(&self) -> String {
        let mut text = format!("{HEADER} {} {}\n", self.origin, self.events.len());
        for (_, event) in &self.events {
            writeln!(text, "{}", event.to_json()).expect("a text can be written to");
        }
        text
    }

    /// Whether the key is a second one for this request, in that log, now; `listed` is its authority as the log lists it.
    ///
    /// # Errors
    /// [`RequestFault`].
    pub fn check(
        &self,
        origin: &Origin,
        listed: &Authority,
        key: &KeyFile,
        now: Timestamp,
    ) -> Result<(), RequestFault> {
        if self.origin != *origin {
            return Err(RequestFault::Origin(self.origin.clone()));
        }
        if self.authority != key.authority {
            return Err(RequestFault::Authority {
                asked: self.authority.clone(),
                own: key.authority.clone(),
            });
        }
        let own = key.key.public();
        for (index, event) in &self.events {
            if event.is_signed_by(origin, &own) {
                return Err(RequestFault::SameKey);
            }
            let index = *index;
            if !listed
                .valid_keys()
                .any(|key| event.is_signed_by(origin, &key))
            {
                let authority = self.authority.clone();
                return Err(RequestFault::Signature { index, authority });
            }
            let issued_at = event.issued_at;
            match until(issued_at) {
                Some(until) if until < now => return Err(RequestFault::Old { issued_at, until }),
                _ => {}
            }
            if issued_at.unix() > now.unix() + MAX_AHEAD_SECONDS {
                return Err(RequestFault::Ahead(issued_at));
            }
            if let Some(fault) = field_faults(self.kind, event).into_iter().next() {
                let fault = Box::new(fault);
                return Err(RequestFault::Field { index, fault });
            }
        }
        Ok(())
    }

    /// Until when it can be approved: 7 days from the first signature.
    pub fn until(&self) -> Option<Timestamp> {
        let first = self.events.iter().map(|(_, event)| event.issued_at).min();
        first.and_then(until)
    }

    /// Until when one of its events can be approved.
    pub fn until_of(event: &Event) -> Option<Timestamp> {
        until(event.issued_at)
    }

    /// What an event says of the record it is about: the leaf hash it names.
    pub fn leaf_hash(event: &Event) -> Option<&str> {
        event.body().get("target")?.get("leaf_hash")?.as_str()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::AuthorityKey;
    use gongshi_verify::json::Value;
    use gongshi_verify::keys::SecretKey;
    use gongshi_verify::names::KindName;
    use gongshi_verify::record::Record;
    use proptest::prelude::*;

    const NOW: i64 = 1_767_225_600;

    fn origin() -> Origin {
        Origin::parse("log.example").unwrap()
    }

    fn key(seed: u8) -> KeyFile {
        KeyFile {
            authority: AuthorityId::parse("610323-SCJG").unwrap(),
            key: SecretKey::from_seed(&[seed; 32]),
        }
    }

    fn listed() -> Authority {
        let own = |seed, ended_at| AuthorityKey {
            public_key: key(seed).key.public().to_base64(),
            added_at: 1,
            ended_at,
            forced: false,
        };
        Authority {
            id: "610323-SCJG".to_owned(),
            name: "某局".to_owned(),
            role: "department".to_owned(),
            region: "610323".to_owned(),
            kinds: vec!["withdrawal".to_owned()],
            hotline: None,
            keys: vec![own(1, None), own(2, None), own(3, Some(9))],
        }
    }

    fn event(kind: &str, target: u64, seed: u8) -> Event {
        let body = Value::object([
            ("decided_on", "2025-12-31".into()),
            ("legal_basis", "企业信息公示暂行条例".into()),
            ("region", "610323".into()),
            (
                "target",
                Value::object([
                    ("index", Value::Int(i64::try_from(target).unwrap())),
                    ("leaf_hash", "ab".repeat(32).as_str().into()),
                ]),
            ),
            ("withdrawal_reason", "published_in_error".into()),
        ]);
        let signer = key(seed);
        Event::sign(
            &origin(),
            &signer.authority,
            &signer.key,
            &KindName::parse(kind).unwrap(),
            Timestamp::from_unix(NOW).unwrap(),
            Some(target.to_string()),
            Record::new(body, [7; 32]).unwrap(),
        )
    }

    fn request(seed: u8) -> Request {
        let events = [5, 9].map(|target| event("withdrawal", target, seed));
        Request::new(origin(), events.to_vec()).unwrap()
    }

    fn check(request: &Request, seed: u8, after: i64) -> Result<(), RequestFault> {
        let now = Timestamp::from_unix(NOW + after).unwrap();
        request.check(&origin(), &listed(), &key(seed), now)
    }

    #[test]
    fn a_second_key_within_seven_days_and_no_other() {
        let asked = request(1);
        assert_eq!(
            Request::parse(asked.to_text().as_bytes()),
            Ok(asked.clone())
        );
        assert_eq!(check(&asked, 2, 0), Ok(()));
        assert_eq!(check(&asked, 2, 7 * 86_400), Ok(()));
        let old = check(&asked, 2, 7 * 86_400 + 1);
        assert!(matches!(old, Err(RequestFault::Old { .. })), "{old:?}");
        assert_eq!(check(&asked, 2, -120), Ok(()));
        assert!(matches!(
            check(&asked, 2, -121),
            Err(RequestFault::Ahead(_))
        ));
        assert_eq!(check(&asked, 1, 0), Err(RequestFault::SameKey));
        // Signed with a key that has ended, or that the log never had.
        for seed in [3, 4] {
            let found = check(&request(seed), 2, 0);
            assert!(matches!(
                found,
                Err(RequestFault::Signature { index: 5, .. })
            ));
        }
    }

    #[test]
    fn what_is_no_whole_request_is_none() {
        let asked = request(1).to_text();
        let parse = |text: &str| Request::parse(text.as_bytes()).unwrap_err();
        let header = asked.lines().next().unwrap();
        let one = asked.lines().nth(1).unwrap();
        let of = |lines: &[&str]| {
            let header = header.replace(" 2", &format!(" {}", lines.len()));
            let lines: String = lines.iter().map(|line| format!("{line}\n")).collect();
            parse(&format!("{header}\n{lines}"))
        };
        assert!(matches!(
            of(&[one, one]),
            RequestFileError::Mixed { line: 3, .. }
        ));
        assert!(matches!(
            of(&[]),
            RequestFileError::Count { said: 0, found: 0 }
        ));
        let other = event("bulletin", 5, 1).to_json();
        assert!(matches!(
            of(&[&other]),
            RequestFileError::Kind { line: 2, .. }
        ));
        let erasure = event("erasure", 9, 1).to_json();
        assert!(matches!(
            of(&[one, &erasure]),
            RequestFileError::Mixed { .. }
        ));
        let approved = event("withdrawal", 5, 1).approved(&origin(), &key(2).key);
        assert_eq!(of(&[&approved.to_json()]), RequestFileError::Approved(2));
        let short = format!("{header}\n{one}\n");
        let count = RequestFileError::Count { said: 2, found: 1 };
        assert_eq!(parse(&short), count);
    }

    proptest! {
        /// Cut anywhere, or with a byte changed anywhere, a request is none, or not to be approved, or still says the same.
        #[test]
        fn nothing_altered_passes_for_what_was_signed(at in 0usize..1400, byte in 0u8..128) {
            let asked = request(1);
            let text = asked.to_text();
            let at = at % (text.len() - 1);
            let cut = Request::parse(&text.as_bytes()[..at]);
            prop_assert!(cut.is_err());
            let mut bytes = text.into_bytes();
            bytes[at] = byte;
            if let Ok(altered) = Request::parse(&bytes)
                && check(&altered, 2, 0).is_ok()
            {
                prop_assert_eq!(altered, asked);
            }
        }
    }
}
