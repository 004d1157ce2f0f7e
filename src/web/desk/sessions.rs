//! Who is signed in at the desk: challenges to sign, and what a signed one opens for a while.
//!
//! In memory only: after a start everybody signs in again, which takes one file. Tokens are kept as hashes, and go in the `Authorization` header, never
//! as cookies, so that no other site can use them. Must not know what they are used for.

use crate::domain::Kind;
use gongshi_verify::encoding::base64;
use gongshi_verify::hash::{Hash, sha256};
use gongshi_verify::json::{self, Value};
use gongshi_verify::keys::PublicKey;
use gongshi_verify::names::{AuthorityId, Origin};
use gongshi_verify::registry::{AuthorityState, Registry};
use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard};
use std::time::{Duration, Instant};

/// How long a challenge can be answered.
pub const CHALLENGE_SECONDS: u64 = 120;
/// How long a session lasts at most: a working day.
pub const SESSION_SECONDS: u64 = 8 * 3600;
/// Challenges and sessions that are kept; the oldest go first.
const MOST: usize = 1024;

/// What is signed to sign in. Its label is no event's, so that neither can stand for the other.
#[must_use]
pub fn message(authority: &AuthorityId, challenge: &str, origin: &Origin) -> Vec<u8> {
    let members = Value::object([
        ("authority", authority.as_str().into()),
        ("challenge", challenge.into()),
        ("origin", origin.as_str().into()),
    ]);
    format!("gongshi/desk/v1\n{}", json::to_jcs(&members)).into_bytes()
}

struct Challenge {
    text: String,
    authority: AuthorityId,
    made: Instant,
}

/// Somebody with a key of an authority.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedIn {
    /// The authority.
    pub authority: AuthorityId,
    /// The key that signed.
    pub key: PublicKey,
}

impl SignedIn {
    /// The authority as it is registered, while the key is one of its own.
    #[must_use]
    pub fn state<'a>(&self, registry: &'a Registry) -> Option<&'a AuthorityState> {
        let state = registry.authority(&self.authority)?;
        let mut valid = state.keys.iter().filter(|key| key.ended_at.is_none());
        valid.any(|key| key.key == self.key).then_some(state)
    }
}

struct Session {
    token: Hash,
    who: SignedIn,
    made: Instant,
}

/// The challenges given and the sessions open.
#[derive(Default)]
pub struct Desk {
    challenges: Mutex<VecDeque<Challenge>>,
    sessions: Mutex<VecDeque<Session>>,
}

impl Desk {
    /// A challenge for an authority, in base64.
    pub fn challenge(&self, authority: AuthorityId) -> String {
        let text = base64(&random());
        let mut all = locked(&self.challenges);
        all.retain(|one| one.made.elapsed() < Duration::from_secs(CHALLENGE_SECONDS));
        room(&mut all);
        all.push_back(Challenge {
            text: text.clone(),
            authority,
            made: Instant::now(),
        });
        text
    }

    /// Whether the challenge was given to that authority a moment ago; it is used up by asking.
    pub fn take(&self, authority: &AuthorityId, text: &str) -> bool {
        let mut all = locked(&self.challenges);
        all.retain(|one| one.made.elapsed() < Duration::from_secs(CHALLENGE_SECONDS));
        let at = all.iter().position(|one| one.text == text);
        let found = at.and_then(|at| all.remove(at));
        found.is_some_and(|one| one.authority == *authority)
    }

    /// Opens a session; its token, in base64.
    pub fn open(&self, who: SignedIn) -> String {
        let token = base64(&random());
        let mut all = locked(&self.sessions);
        room(&mut all);
        all.push_back(Session {
            token: sha256(token.as_bytes()),
            who,
            made: Instant::now(),
        });
        token
    }

    /// Who has that token.
    pub fn who(&self, token: &str) -> Option<SignedIn> {
        let token = sha256(token.as_bytes());
        let mut all = locked(&self.sessions);
        all.retain(|one| one.made.elapsed() < Duration::from_secs(SESSION_SECONDS));
        let found = all.iter().find(|one| one.token == token);
        found.map(|one| one.who.clone())
    }

    /// Ends a session.
    pub fn close(&self, token: &str) {
        let token = sha256(token.as_bytes());
        locked(&self.sessions).retain(|one| one.token != token);
    }
}

/// Whether an authority may publish records of the kind from a table.
pub(crate) fn may_fill(state: &AuthorityState, kind: Kind) -> bool {
    let mut kinds = state.kinds.iter();
    kind.importable() && kinds.any(|name| name.as_str() == kind.as_str())
}

fn random() -> [u8; 32] {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).expect("the system has a random generator");
    bytes
}

fn locked<T>(lock: &Mutex<T>) -> MutexGuard<'_, T> {
    lock.lock().expect("no holder of this lock panics")
}

fn room<T>(all: &mut VecDeque<T>) {
    if all.len() >= MOST {
        all.pop_front();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gongshi_verify::keys::SecretKey;

    fn id(text: &str) -> AuthorityId {
        AuthorityId::parse(text).unwrap()
    }

    #[test]
    fn a_challenge_is_of_one_authority_and_used_once() {
        let desk = Desk::default();
        let text = desk.challenge(id("610323-SCJG"));
        assert!(!desk.take(&id("610323-SCJG"), "other"));
        assert!(desk.take(&id("610323-SCJG"), &text));
        assert!(!desk.take(&id("610323-SCJG"), &text));
        let text = desk.challenge(id("610323-SCJG"));
        assert!(!desk.take(&id("610323-YJJ"), &text));
        assert!(!desk.take(&id("610323-SCJG"), &text));
    }

    #[test]
    fn sessions_end_and_the_oldest_give_way() {
        let desk = Desk::default();
        let who = SignedIn {
            authority: id("610323-SCJG"),
            key: SecretKey::from_seed(&[1; 32]).public(),
        };
        let first = desk.open(who.clone());
        assert_eq!(desk.who(&first), Some(who.clone()));
        assert_eq!(desk.who("other"), None);
        desk.close(&first);
        assert_eq!(desk.who(&first), None);
        let first = desk.open(who.clone());
        let second = desk.open(who.clone());
        for _ in 0..MOST - 1 {
            desk.open(who.clone());
        }
        assert_eq!((desk.who(&first), desk.who(&second)), (None, Some(who)));
    }

    #[test]
    fn what_is_signed_is_no_event() {
        let said = message(
            &id("610323-SCJG"),
            "x",
            &Origin::parse("a.example/log").unwrap(),
        );
        let said = String::from_utf8(said).unwrap();
        assert_eq!(
            said,
            "gongshi/desk/v1\n{\"authority\":\"610323-SCJG\",\"challenge\":\"x\",\"origin\":\"a.example/log\"}"
        );
    }
}
